"""A table in HTML: its caption, its heads, and words in every cell; no script, no style from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final

from casecore.reports.text import visible

_TABLE: Final = "border-collapse:collapse;text-align:left"
_CAPTION: Final = "caption-side:top;text-align:left;font-weight:bold;padding:0.3em 0"
_ROW: Final = "border-bottom:1px solid #8888"
_CELL: Final = "padding:.2em .8em .2em 0;text-align:left;vertical-align:top"


def html_table(rows: Sequence[Mapping[str, object]], *, caption: str, columns: Sequence[str] | None = None) -> str:
    """A table in HTML; everything in it is escaped.

    Args:
        rows: What stands in each column, by the column's name.
        caption: What the table is of.
        columns: The columns, in order; None: those of the first row.
    """
    named = column_names(rows) if columns is None else columns
    head = "".join(f'<th scope="col" style="{_CELL}">{_html_text(name)}</th>' for name in named)
    body = "\n".join(f'<tr style="{_ROW}">{"".join(_html_cells(row, named))}</tr>' for row in rows)
    return (
        f'<table style="{_TABLE}">\n<caption style="{_CAPTION}">{_html_text(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _html_cells(row: Mapping[str, object], columns: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(columns):
        text = "<br/>".join(map(_html_text, cell_lines(row.get(name))))
        kind = 'th scope="row"' if number == 0 else "td"
        yield f'<{kind} style="{_CELL}">{text}</{kind[:2]}>'


def _html_text(text: str) -> str:
    return escape(visible(text))


def column_names(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The columns of a table: those of its first row."""
    return tuple(rows[0]) if rows else ()


def cell_lines(value: object) -> list[str]:
    """What a cell says, each of its lines harmless on a terminal."""
    if isinstance(value, str):
        return [visible(line) for line in value.splitlines()] or [""]
    return [_value_text(value)]


def _value_text(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.6g}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return visible(str(value))
