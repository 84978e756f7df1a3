"""The screen: lines of text that fit, in colours that nobody needs in order to understand them.

Widths are counted in cells of the terminal, so that texts in any script stay aligned. On a pipe, with `NO_COLOR`, or
on a terminal without colours, the same words are printed plain; where the encoding has no ✓ there is a +.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any, Final

from rich.cells import cell_len, chop_cells
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from casecore.cli.exits import UNREADABLE
from casecore.cli.streams import say
from casecore.kernel import CasecoreError
from casecore.reports.as_json import json_text
from casecore.reports.text import visible

PIPE_WIDTH: Final = 100
"""The width of what is printed to a pipe or a file, in cells."""

NARROWEST: Final = 60
WIDEST: Final = 120

_GAP: Final = 2
"""The space between two columns of a table."""

_FOLDED: Final = 12
"""How narrow a column is folded before others are cut."""

_PLAINER: Final = str.maketrans("✓✗→↳…“”·–≠─⚠", '+x>>.""|-#-!')
"""Signs for an encoding that is not Unicode."""


class Screen:
    """Where a command prints: standard output, as wide and as colourful as it is."""

    def __init__(self) -> None:
        console = Console()  # knows about terminals and the environment
        piped = not console.is_terminal and "COLUMNS" not in os.environ
        self.width = PIPE_WIDTH if piped else max(NARROWEST, min(console.width, WIDEST))
        self._colours = bool(console.color_system) and not console.no_color
        self._encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()

    def paint_text(self, text: str, style: str) -> str:
        """The text in a style, where there are colours."""
        return _parse_style(style).render(text, color_system=ColorSystem.STANDARD) if self._colours and style else text

    def print_line(self, text: str = "") -> None:
        """Print one line."""
        sys.stdout.write(f"{self._encodable(text)}\n")  # whatever it is now: a progress bar stands in for it

    def print_json(self, plain: Any) -> None:
        """Print plain data as JSON that is valid wherever it is pasted."""
        text = json_text(plain)
        self.print_line(text if self._encodable(text) == text else json.dumps(plain, indent=2))

    def _encodable(self, text: str) -> str:
        """A text with plainer signs, or `?`, where the encoding does not have its own."""
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            if len(text) > 1:
                return "".join(map(self._encodable, text))
            return text.translate(_PLAINER).encode(self._encoding, "replace").decode(self._encoding)
        return text

    def print_paragraph(self, text: str, style: str = "", indent: int = 0) -> None:
        """Print a text, broken where it is too wide."""
        for part in fold_text(text, self.width - indent):
            self.print_line(" " * indent + self.paint_text(part, style))

    def print_heading(self, text: str) -> None:
        """Print a title over the whole width."""
        for part in fold_text(text, self.width - 4):
            self.print_line(self.paint_text(f"── {part} {'─' * (self.width - 4 - cell_len(part))}", "dim"))

    def print_table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], folding: frozenset[str] = frozenset()
    ) -> None:
        """Print rows under a head; where they are too wide, the columns named are folded, and only then others cut."""
        cells = [head, *([visible(cell) for cell in row] for row in rows)]
        widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
        while sum(widths) + _GAP * (len(widths) - 1) > self.width:
            soft = [n for n, title in enumerate(head) if title in folding and widths[n] > _FOLDED]
            widths[max(soft or range(len(head)), key=widths.__getitem__)] -= 1
        for number, row in enumerate(cells):
            columns = [
                list(fold_text(cell, width)) if title in folding else [shorten_text(cell, width)]
                for title, cell, width in zip(head, row, widths, strict=True)
            ]
            for parts in zip_longest(*columns, fillvalue=""):
                line = (" " * _GAP).join(map(pad_text, parts, widths)).rstrip()
                self.print_line(line if number else self.paint_text(line, "dim"))


def report_error(error: CasecoreError) -> int:
    """Tell on standard error what cannot be read, why, and what to write instead; the exit code is returned."""
    for line in str(error).split("\n"):
        say(visible(line))
    return UNREADABLE


@cache
def _parse_style(style: str) -> Style:
    return Style.parse(style)


# Text that fits ----------------------------------------------------------------------------------------


def fold_text(text: str, width: int) -> Iterator[str]:
    """A text in lines of at most this many cells, broken between words where possible; at least one line."""
    if cell_len(text) <= width:
        yield text
        return
    line = ""
    for word in text.split(" "):
        grown = f"{line} {word}" if line else word
        if cell_len(grown) <= width:
            line = grown
            continue
        if line:
            yield line
        *full, line = chop_cells(word, width) or [""]
        yield from full
    yield line


def shorten_text(text: str, width: int) -> str:
    """A text in at most this many cells, with … where it was cut."""
    if cell_len(text) <= width:
        return text
    return chop_cells(text, width - 1)[0].rstrip() + "…"


def pad_text(text: str, width: int) -> str:
    """A text filled up with spaces to this many cells."""
    return text + " " * (width - cell_len(text))
