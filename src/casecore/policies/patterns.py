r"""Patterns: what a text attribute looks like, in a language that never takes long.

A pattern is characters one after the other, each as often as is said:

    A letter, digit or sign stands for itself; `\d` for a digit, `.` for any character, `[A-Z0-9-]` for one of these;
    `\` before a sign takes it as it is. After it may stand `?` (once or not at all), `{4}` (four times) or `{1,8}`.

There is nothing that goes on for ever, no alternative and nothing that looks back. So a text is matched in one walk, in
time that grows with its length, whatever the pattern; and the shortest text that fits is known.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import field

from casecore.kernel import frozen

LONGEST_TEXT: Final = 200
"""How long the longest text is that fits some pattern, in characters."""

_SIGN = re.compile(
    r"(?:\\(?P<escaped>.)|\[(?P<set>(?:\\.|[^\]\\])+)\]|(?P<plain>[^\\\[\](){}?*+|^$]))"
    r"(?:(?P<maybe>\?)|\{(?P<least>\d{1,3})(?:,(?P<most>\d{1,3}))?\})?",
    re.DOTALL,
)
_IN_SET = re.compile(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", re.DOTALL)


class PatternError(ValueError):
    """A text is no pattern; the message says from where on."""


@frozen
class Sign:
    """One character of a pattern.

    Attributes:
        ranges: The first and last characters of what it may be; none: it may be any.
        least: How often it stands there at least.
        most: How often at most.
    """

    ranges: tuple[tuple[str, str], ...]
    least: int = 1
    most: int = 1

    def takes(self, character: str) -> bool:
        """Whether it may be this character."""
        return not self.ranges or any(first <= character <= last for first, last in self.ranges)

    @property
    def example(self) -> str:
        """A character that it may be."""
        return self.ranges[0][0] if self.ranges else "x"


@frozen
class Pattern:
    """A pattern that was read.

    Attributes:
        text: As it is written.
        signs: Its characters, in order.
    """

    text: str
    signs: tuple[Sign, ...] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Read a pattern.

        Raises:
            PatternError: When the text is none.
        """
        signs, at = [], 0
        while at < len(text):
            found = _SIGN.match(text, at)
            if found is None:
                raise PatternError(f"no pattern goes on with {text[at : at + 20]!r}")
            signs.append(_sign_of(found))
            at = found.end()
            if sum(sign.most for sign in signs) > LONGEST_TEXT:
                raise PatternError(f"what fits has at most {LONGEST_TEXT} characters")
        return cls(text, tuple(signs))

    def fits(self, text: str) -> bool:
        """Whether a whole text looks like this."""
        reached = self._without_more({(0, 0)})
        for character in text:
            places = {place for place, _ in reached if place < len(self.signs)}
            taking = {place: self.signs[place].most for place in places if self.signs[place].takes(character)}
            reached = self._without_more(
                {(place, times + 1) for place, times in reached if times < taking.get(place, 0)}
            )
            if not reached:
                return False
        return (len(self.signs), 0) in reached

    def _without_more(self, reached: set[tuple[int, int]]) -> set[tuple[int, int]]:
        """Everywhere one can be without another character: which sign comes next, and how often it has come."""
        for place, times in [*reached]:
            here, often = place, times
            while here < len(self.signs) and often >= self.signs[here].least:
                here, often = here + 1, 0
                if (here, 0) in reached:  # from there on it is, or will be, walked already
                    break
                reached.add((here, 0))
        return reached

    @property
    def example(self) -> str:
        """The shortest text that fits."""
        return "".join(sign.example * sign.least for sign in self.signs)


def _sign_of(found: re.Match[str]) -> Sign:
    least = 0 if found["maybe"] else int(found["least"] or 1)
    most = 1 if found["maybe"] else int(found["most"] or found["least"] or 1)
    if least > most or not most:
        raise PatternError(f"{found[0]!r} never comes")
    if found["set"] is not None:
        return Sign(tuple(_ranges_of(found["set"])), least, most)
    if found["escaped"] is not None:
        return Sign(_meant_by(found["escaped"]), least, most)
    return Sign(() if found["plain"] == "." else ((found["plain"], found["plain"]),), least, most)


def _ranges_of(text: str) -> list[tuple[str, str]]:
    if text.startswith("^"):
        raise PatternError(f"[{text}] says what is not there; say what is")
    ranges: list[tuple[str, str]] = []
    for found in _IN_SET.finditer(text):
        first, last = found[1], found[2]
        if first.startswith("\\") and last is None:
            ranges += _meant_by(first[1:])
            continue
        first, last = first[-1], (last or first)[-1]
        if first > last:
            raise PatternError(f"{found[0]!r} goes backwards")
        ranges.append((first, last))
    return ranges


def _meant_by(escaped: str) -> tuple[tuple[str, str], ...]:
    if escaped == "d":
        return (("0", "9"),)
    if escaped.isalnum():
        raise PatternError(f"'\\{escaped}' means nothing here; '\\d' is a digit")
    return ((escaped, escaped),)
