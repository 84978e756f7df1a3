"""The whole of a page: what is said first, then its parts, each of which can be reached by the keyboard.

It is one file. Its policy for the browser forbids whatever comes from elsewhere, and knows its style sheet and its
script by their digests, so that nothing that somebody smuggles in is run or painted. Without the script everything can
be read; the script sorts, filters and unfolds.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Final, Literal, Protocol, TypeAlias

from attrs import field, frozen

from casecore import __version__
from casecore.reports.pages.elements import Content, Markup, element, joined

Tone: TypeAlias = Literal["good", "bad", "doubt", "plain"]
"""How good something is: the same is said in words and by a mark; the colour only echoes it."""

MARKS: Final = {"good": "✓", "bad": "✗", "doubt": "?", "plain": "→"}
"""The mark of a tone."""


@frozen
class Headline:
    """What a page says first.

    Attributes:
        tone: How good it is.
        text: The answer, in a few words.
        more: What it rests on, a sentence each.
    """

    tone: Tone
    text: str
    more: Sequence[str] = ()


@frozen
class Figure:
    """A number that is shown large, what it counts, and how good it is that there are any."""

    number: str
    what: str
    tone: Tone = "plain"


@frozen
class PagePart:
    """A part of a page.

    Attributes:
        id: By what it is linked.
        title: Its heading.
        content: What is in it.
        about: A sentence below the heading.
        folded: Whether it is closed at first, because nobody needs it for the answer.
    """

    id: str
    title: str
    content: Content
    about: str = ""
    folded: bool = field(default=False, kw_only=True)


class Drawn(Protocol):
    """A picture: what a page needs of it."""

    @property
    def title(self) -> str:
        """What it shows."""

    @property
    def text(self) -> str:
        """The same as plain text."""

    @property
    def description(self) -> str:
        """The same in a sentence."""

    def svg(self) -> str:
        """The same as SVG."""


def html_page(
    command: str,
    title: str,
    answer: Headline,
    *,
    about: str = "",
    figures: Iterable[Figure] = (),
    first: Content = None,
    parts: Sequence[PagePart] = (),
    pictures: Iterable[Drawn] = (),
) -> str:
    """A whole page.

    Args:
        command: Which one it is of, e.g. `check`.
        title: What was looked at.
        answer: What is said first.
        about: What it was looked at by.
        figures: The numbers beside the answer.
        first: What else belongs on the first screen: mostly a table of what to look at.
        parts: All that follows.
        pictures: Pictures of it.
    """
    every = _with_pictures(parts, [*map(_drawn, pictures)])
    top = element(
        "header",
        element("p", f"casecore {command}", class_="kicker"),
        element("h1", title),
        element("p", about, class_="about") if about else None,
        class_="top",
    )
    said = element(
        "div",
        element(
            "p",
            element("span", MARKS[answer.tone], class_="mark", aria_hidden="true"),
            element("strong", answer.text),
        ),
        [element("p", line, class_="more") for line in answer.more],
        class_=f"answer {answer.tone}",
    )
    main = element(
        "main",
        element("section", said, _figures([*figures]), first, aria_label="At a glance", class_="glance"),
        [*map(_section, every)],
        id="main",
    )
    links = [element("li", element("a", part.title, href=f"#{part.id}")) for part in every]
    nav = element("nav", element("ul", links), aria_label="Parts of this report") if links else None
    end = element("footer", element("p", f"casecore {__version__} {command}. Nothing here was loaded from elsewhere."))
    skip = element("a", "Skip to the report", href="#main", class_="skip")
    return _document(f"{title}: casecore {command}", joined(skip, top, nav, main, end))


def _with_pictures(parts: Sequence[PagePart], drawn: Sequence[Markup]) -> Sequence[PagePart]:
    """The parts of a page, with the pictures before the first of them that is folded."""
    if not drawn:
        return parts
    place = next((number for number, part in enumerate(parts) if part.folded), len(parts))
    shown = PagePart("pictures", "Pictures", element("div", drawn, class_="pictures"))
    return [*parts[:place], shown, *parts[place:]]


def _figures(figures: Sequence[Figure]) -> Markup | None:
    if not figures:
        return None
    shown = [
        element("div", element("dt", one.what), element("dd", one.number), class_=f"figure {one.tone}")
        for one in figures
    ]
    return element("dl", shown, class_="figures")


def _section(part: PagePart) -> Markup:
    about = element("p", part.about, class_="about") if part.about else None
    if part.folded:
        inside = element(
            "details", element("summary", element("h2", part.title, id=f"{part.id}-title")), about, part.content
        )
    else:
        inside = joined(element("h2", part.title, id=f"{part.id}-title"), about, part.content)
    look = "folded" if part.folded else None
    return element("section", inside, id=part.id, aria_labelledby=f"{part.id}-title", class_=look)


def _drawn(picture: Drawn) -> Markup:
    """A picture as an image, in which nothing runs and nothing is loaded, with the same as text below."""
    text = element("pre", picture.text, tabindex=0, role="group", aria_label=picture.title)
    source = f"data:image/svg+xml;base64,{base64.b64encode(picture.svg().encode()).decode()}"
    shown = element("img", alt=picture.description, src=source)
    return element("figure", shown, element("figcaption", folded(f"{picture.title}, as text", text)))


def folded(title: Content, *content: Content, opened: bool = False) -> Markup:
    """What is shown when somebody opens it."""
    return element("details", element("summary", title), content, open=opened)


def bar(part: float) -> Markup:
    """A bar as long as a part of a whole, from 0 to 1; the number stands beside it."""
    filled = element("rect", width=f"{100 * part:.1f}", height=6)
    return element("svg", filled, class_="bar", viewBox="0 0 100 6", preserveAspectRatio="none", aria_hidden="true")


# The file ----------------------------------------------------------------------------------------------


@cache
def shipped(name: str) -> str:
    """A file that ships beside this one."""
    return resources.files("casecore.reports.pages").joinpath(name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _document(title: str, body: Markup) -> str:
    style, script = shipped("page.css"), shipped("page.js")
    allowed = f"default-src 'none'; img-src data:; style-src {_digest(style)}; script-src {_digest(script)}"
    closed = "base-uri 'none'; form-action 'none'"
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{allowed}; {closed}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            element("title", title).html,
            f"<style>{style}</style>",
            "</head>",
            f"<body>{body}",
            f"<script>{script}</script>",
            "</body>",
            "</html>",
        )
    )
