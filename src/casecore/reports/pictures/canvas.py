"""A canvas: marks and words at places, written as SVG that is read everywhere and by everybody.

* **Nothing is fetched, nothing runs**: no script, no font, no link. The same marks are always the same text.
* **It can be read**: a title and a description for screen readers; words are large enough at 400 pixels, since the
  whole is no wider than `WIDTH` and shrinks and grows with its place.
* **Dark and light**: it brings its own ground, and other colours where the reader has asked for a dark screen.
* **Colour only echoes**: what a mark means stands beside it in words, or in its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final, Literal, Self, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from attrs import define, field

from casecore.reports.text import visible

WIDTH: Final = 460
"""How wide a picture is, in its own units: at 400 pixels, a word of 13 has 11."""

SCALE: Final = 1.5
"""How much larger it is where it has all the room it wants; where it has less it shrinks."""

SIZE: Final = 13
"""The size of words; `SMALL` is that of what stands beside them."""

SMALL: Final = 11.5

EDGE: Final = 12.0
"""What is left free at both sides."""

LETTER: Final = 0.58
"""How wide a letter is, in sizes: a little more than it is in the usual fonts, so that no word is cut."""

LEAST: Final = 2.5
"""How wide a box is at least, so that what took no time is seen."""

Anchor: TypeAlias = Literal["start", "middle", "end"]

COLOURS: Final = {
    "ground": ("#ffffff", "#14181f"),
    "band": ("#f1f4f8", "#1e242e"),
    "line": ("#c3ccd6", "#465060"),
    "quiet": ("#55606e", "#a7b3c2"),
    "ink": ("#1b2430", "#e8edf3"),
    "calm": ("#9db8d9", "#44638a"),
    "work": ("#2f6db5", "#7db2ee"),
    "good": ("#2c7a4b", "#6fca93"),
    "warn": ("#945700", "#eab04d"),
    "bad": ("#b3261e", "#ff8f85"),
}
"""Every colour, on a light screen and on a dark one."""

_DARK: Final = "".join(f".cc-{name}{{fill:{dark}}}.cc-{name}-s{{stroke:{dark}}}" for name, (_, dark) in COLOURS.items())
_STYLE: Final = f"<style>@media (prefers-color-scheme:dark){{{_DARK}}}</style>"


@define
class Canvas:
    """What is drawn, in the order in which it is.

    Args:
        height: How high it is; it may still grow.
    """

    height: float = 0
    _behind: list[str] = field(factory=list, init=False)
    _marks: list[str] = field(factory=list, init=False)

    @classmethod
    def headed(cls, title: str, about: str) -> Self:
        """A canvas that begins with a title, and what is to be said below it."""
        canvas = cls(26)
        canvas.write((EDGE, 22), fitting(title, WIDTH - 2 * EDGE, 15), size=15, bold=True)
        canvas.note(about)
        return canvas

    def note(self, words: str) -> None:
        """Small words below all that was drawn, on as many lines as they need."""
        for line in wrapped(words, WIDTH - 2 * EDGE, SMALL):
            self.write((EDGE, self.height + 13), line, size=SMALL, colour="quiet")
            self.height += 16

    def rect(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        colour: str,
        *,
        line: str = "",
        dashed: bool = False,
        round: float = 2,  # noqa: A002 -- the word for it
        tip: str = "",
        behind: bool = False,
    ) -> None:
        """A box: its upper left corner, its width and height.

        Args:
            at: Its upper left corner.
            size: Its width and height.
            colour: Its colour; nothing: only its edge is drawn.
            line: The colour of its edge, which may be dashed.
            dashed: Whether it is.
            round: How round its corners are.
            tip: What is told where somebody points at it.
            behind: Whether it lies behind all that is not.
        """
        (x, y), (width, height) = at, size
        box = f'x="{_number(x)}" y="{_number(y)}" width="{_number(max(width, LEAST))}" height="{_number(height)}"'
        self._add("rect", f'{box} rx="{_number(round)}" {_paint(colour, line, dashed=dashed)}', tip, behind=behind)

    def line(
        self,
        points: Iterable[tuple[float, float]],
        colour: str,
        *,
        width: float = 1,
        dashed: bool = False,
        tip: str = "",
        behind: bool = False,
    ) -> None:
        """A line through points; the rest as of a box."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polyline", f'points="{path}" {_paint("", colour, width, dashed=dashed)}', tip, behind=behind)

    def shape(self, points: Iterable[tuple[float, float]], colour: str, *, line: str = "", tip: str = "") -> None:
        """A filled shape with these corners."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polygon", f'points="{path}" {_paint(colour, line)}', tip)

    def dot(self, at: tuple[float, float], radius: float, colour: str, *, line: str = "", tip: str = "") -> None:
        """A round mark."""
        place = f'cx="{_number(at[0])}" cy="{_number(at[1])}" r="{_number(radius)}"'
        self._add("circle", f"{place} {_paint(colour, line)}", tip)

    def write(
        self,
        at: tuple[float, float],
        text: str,
        *,
        colour: str = "ink",
        size: float = SIZE,
        anchor: Anchor = "start",
        bold: bool = False,
    ) -> None:
        """Words, if there are any: where their line begins, ends or has its middle."""
        if not text:
            return
        place = f'x="{_number(at[0])}" y="{_number(at[1])}" font-size="{_number(size)}" text-anchor="{anchor}"'
        weight = ' font-weight="600"' if bold else ""
        self._marks.append(f"<text {place}{weight} {_paint(colour)}>{escape(visible(text))}</text>")

    def svg(self, title: str, description: str) -> str:
        """The whole as SVG.

        Args:
            title: What it shows, in some words.
            description: The same in a sentence, for whoever does not see it.
        """
        natural = f'width="{_number(WIDTH * SCALE)}" height="{_number(self.height * SCALE)}"'
        size = f'viewBox="0 0 {WIDTH} {_number(self.height)}" {natural} style="max-width:100%;height:auto"'
        fonts = 'font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"'
        named = (
            f"<title>{escape(visible(title))}</title>",
            f"<desc>{escape(visible(description))}</desc>",
            _STYLE,
            f'<rect width="{WIDTH}" height="{_number(self.height)}" rx="6" {_paint("ground")}/>',
        )
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(visible(title))} {size} {fonts}>'
        )
        return "\n".join((head, *named, *self._behind, *self._marks, "</svg>"))

    def _add(self, name: str, attributes: str, tip: str, *, behind: bool = False) -> None:
        told = f"><title>{escape(visible(tip))}</title></{name}>" if tip else "/>"
        (self._behind if behind else self._marks).append(f"<{name} {attributes}{told}")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _paint(colour: str, line: str = "", width: float = 1, *, dashed: bool = False) -> str:
    """The attributes of a mark's colour and of its edge's; the classes are for a dark screen."""
    named = " ".join(filter(None, (colour and f"cc-{colour}", line and f"cc-{line}-s")))
    inside = COLOURS[colour][0] if colour else "none"
    edge = f' stroke="{COLOURS[line][0]}" stroke-width="{_number(width)}"' if line else ""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'class="{named}" fill="{inside}"{edge}{dashes}'


def text_width(text: str, size: float = SIZE) -> float:
    """About how wide words are."""
    return len(text) * size * LETTER


def fitting(text: str, width: float, size: float = SIZE) -> str:
    """As much of some words as has room, with an ellipsis where there is more."""
    most = max(int(width / (size * LETTER)), 1)
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"


def listed(words: Sequence[str], width: float, size: float = SIZE) -> str:
    """As many of some words, of which there are any, as there is room for beside each other; the rest are counted."""
    for many in range(len(words), 1, -1):
        rest = f" and {len(words) - many} more" if many < len(words) else ""
        told = f"{', '.join(words[:many])}{rest}"
        if text_width(told, size) <= width:
            return told
    rest = f" and {len(words) - 1} more" if len(words) > 1 else ""
    return fitting(words[0], width - text_width(rest, size), size) + rest


def wrapped(text: str, width: float, size: float = SIZE) -> list[str]:
    """Some words on as many lines as they need."""
    return wrap(text, max(int(width / (size * LETTER)), 1)) or [""]
