"""A picture: something seen at a glance, as SVG, and the same as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from casecore.reports.pictures.canvas import Canvas
from casecore.reports.text import plural, visible

LINES: Final = 12
"""How many lines of its text a notebook shows where it shows no pictures."""


def _safe(text: str) -> str:
    """A text whose lines move no cursor, whoever wrote what is in them."""
    return "\n".join(map(visible, text.split("\n")))


@frozen(eq=False)
class Picture:
    """A picture of a case, a team, a policy or a report.

    In a notebook it shows itself; `str(picture)` is its text, `picture.svg()` a file for a page or a README.

    Attributes:
        title: What it shows, in some words.
        description: The same in a sentence, for whoever does not see it.
        text: The same as plain text.
        rows: What it was drawn from, as rows of plain types.
        mermaid: The same as a diagram of Mermaid, where it is one; GitHub draws that in Markdown.
    """

    title: str
    description: str = field(repr=False)
    text: str = field(repr=False, converter=_safe)
    rows: Sequence[Mapping[str, object]] = field(repr=False)
    _canvas: Canvas = field(repr=False)
    mermaid: str = field(default="", repr=False)

    def svg(self) -> str:
        """The picture as SVG: one text that needs no other file, no network, no script and no library."""
        return self._canvas.svg(self.title, self.description)

    def frame(self) -> list[dict[str, object]]:
        """What it was drawn from, as rows of plain types, e.g. for `pandas.DataFrame` or `polars.DataFrame`."""
        return [dict(row) for row in self.rows]

    def __str__(self) -> str:
        return self.text

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        lines = self.text.splitlines()
        left = len(lines) - LINES + 1
        short = self.text if left < 2 else "\n".join((*lines[: LINES - 1], f"… and {plural(left, 'more line')}"))  # noqa: PLR2004 -- one line is shown as well as it is counted
        bundle = {"image/svg+xml": self.svg(), "text/plain": short}
        return {**bundle, "text/vnd.mermaid": self.mermaid} if self.mermaid else bundle
