"""A table as HTML: with a caption, heads that say of what they are, and marks that are words.

On a page its looks are those of the page, and its script adds sorting and a filter. In a notebook a table stands alone
(`html_table`): its looks are its own, and nothing runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from attrs import frozen

from casecore.reports.pages.elements import Content, Markup, element, joined

HeadKind: TypeAlias = Literal["text", "number", "name", "time"]
"""What a column holds: words, numbers (to the right), names such as ids, or instants (on one line)."""


_LONG: Final = re.compile(r"[^\s<>]{33,}")
"""A word so long that it must be broken somewhere, lest the table grows wider than the page."""


@frozen
class Head:
    """The head of a column."""

    title: str
    kind: HeadKind = "text"


@frozen
class Valued:
    """What stands in a cell, and by what it is sorted where that is something else."""

    shown: Content
    value: float | str


def data_table(
    caption: str, heads: Sequence[Head | str], rows: Iterable[Sequence[Content | Valued]], *, still: bool = False
) -> Markup:
    """A table on a page; the first cell of a row is its head. On a narrow screen its cells stand below each other.

    Args:
        caption: What it shows.
        heads: Its columns.
        rows: Its rows, each as wide as the head.
        still: Whether its order means something, so that nobody sorts it.
    """
    columns = [Head(head) if isinstance(head, str) else head for head in heads]
    body = [_row(columns, row) for row in rows]
    top = [element("th", head.title, scope="col", role="columnheader", data_kind=head.kind) for head in columns]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", top, role="row"), role="rowgroup"),
        element("tbody", body, role="rowgroup"),
        role="table",
        class_="data still" if still else "data",
        data_count=len(body),
    )
    return element("div", whole, class_="table")


def _row(columns: Sequence[Head], row: Sequence[Content | Valued]) -> Markup:
    first, *others = [
        _cell(head, content, number) for number, (head, content) in enumerate(zip(columns, row, strict=True))
    ]
    return element("tr", first, others, role="row")


def _cell(head: Head, content: Content | Valued, number: int) -> Markup:
    value = content.value if isinstance(content, Valued) else None
    shown = content.shown if isinstance(content, Valued) else content
    written = joined(shown)
    known = {
        "class_": "long" if _LONG.search(written.html) else None,
        "data_label": head.title,
        "data_kind": None if head.kind == "text" else head.kind,
        "data_value": None if value is None else f"{value}",
    }
    if number:
        return element("td", written, role="cell", **known)
    return element("th", written, scope="row", role="rowheader", **known)


# In a notebook -----------------------------------------------------------------------------------------

_TABLE: Final = "border-collapse:collapse;text-align:left"
_CAPTION: Final = "caption-side:top;text-align:left;font-weight:bold;padding:.3em 0"
_ROW: Final = "border-bottom:1px solid #8888"
_CELL: Final = "padding:.2em .8em .2em 0;text-align:left;vertical-align:top;white-space:pre-line"
_NUMBER: Final = "padding:.2em .8em .2em 0;text-align:right;vertical-align:top"


def html_table(rows: Sequence[Mapping[str, object]], *, caption: str, columns: Sequence[str] | None = None) -> str:
    """A table that stands alone: its looks are written into it, and nothing runs; a text keeps its lines.

    Args:
        rows: What stands in each column, by the column's name; what a row does not have, or is None, is left empty.
        caption: What the table is of.
        columns: The columns, in order; None: those of the first row.
    """
    named = tuple(rows[0] if rows else ()) if columns is None else columns
    top = [element("th", name, scope="col", style=_CELL) for name in named]
    body = [element("tr", [_alone(row.get(name), n) for n, name in enumerate(named)], style=_ROW) for row in rows]
    return element(
        "table",
        element("caption", caption, style=_CAPTION),
        element("thead", element("tr", top)),
        element("tbody", body),
        style=_TABLE,
    ).html


def _alone(held: object, number: int) -> Markup:
    shown = "" if held is None else "\n".join(str(held).splitlines())
    counted = isinstance(held, int | float) and not isinstance(held, bool)
    if number:
        return element("td", shown, style=_NUMBER if counted else _CELL)
    return element("th", shown, scope="row", style=_CELL)
