"""Markdown, fit to be pasted into a pull request or shown as the summary of a CI step: its parts, all harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from casecore.reports.text import visible

_OWN: Final = re.compile(r"([\\`*_{}\]<>|#~@$])")
"""Not `[`: where no `]` ends it, it begins nothing, but with a backslash a formula in marimo, as `$` does anywhere."""

_BEFORE_BRACKET: Final = re.compile(r"\\\\(?=[()\[]|\\\])")
"""A backslash of the text, as it was escaped, where Jupyter would take it and its bracket for the end of a formula."""


def cell(text: str) -> str:
    """A text in which everything is harmless that Markdown or HTML would read as its own."""
    escaped = _OWN.sub(r"\\\1", visible(text).replace("&", "&amp;")).replace("\\<", "&lt;").replace("\\@", "@\u200b")
    return _BEFORE_BRACKET.sub("&#92;", escaped)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table: its head, and its rows."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    yield from (f"| {' | '.join(map(cell, row))} |" for row in rows)


def bullets(lines: Iterable[str]) -> Iterator[str]:
    """A list, a line a point."""
    yield from (f"- {cell(line)}" for line in lines)


def details(title: str, inside: Iterable[str]) -> Iterator[str]:
    """Lines that are shown when somebody opens them."""
    yield from ("<details>", f"<summary>{title}</summary>", "", *inside, "", "</details>")
