"""A table in HTML that stands alone: its caption, its heads, words in every cell; no script, its looks its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from casecore.reports.text import visible

_TABLE: Final = "border-collapse:collapse;text-align:left"
_CAPTION: Final = "caption-side:top;text-align:left;font-weight:bold;padding:.3em 0"
_ROW: Final = "border-bottom:1px solid #8888"
_CELL: Final = "padding:.2em .8em .2em 0;text-align:left;vertical-align:top;white-space:pre-line"


def html_table(rows: Sequence[Mapping[str, object]], *, caption: str, columns: Sequence[str] | None = None) -> str:
    """A table in HTML; everything in it is escaped, and a text keeps its lines.

    Args:
        rows: What stands in each column, by the column's name; what a row does not have, or is None, is left empty.
        caption: What the table is of.
        columns: The columns, in order; None: those of the first row.
    """
    named = (tuple(rows[0]) if rows else ()) if columns is None else columns
    head = "".join(f'<th scope="col" style="{_CELL}">{html_text(name)}</th>' for name in named)
    body = "\n".join(f'<tr style="{_ROW}">{"".join(_html_cells(row, named))}</tr>' for row in rows)
    return (
        f'<table style="{_TABLE}">\n<caption style="{_CAPTION}">{html_text(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _html_cells(row: Mapping[str, object], columns: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(columns):
        held = row.get(name)
        text = "" if held is None else "\n".join(map(html_text, str(held).splitlines()))
        yield f'<td style="{_CELL}">{text}</td>' if number else f'<th scope="row" style="{_CELL}">{text}</th>'


def html_text(text: str) -> str:
    """A text that is harmless in HTML."""
    return escape(visible(text))
