"""What is shown of an object, before it has any form: a title, sentences, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from casecore.reports.text import visible

T = TypeVar("T")

TableRow: TypeAlias = Mapping[str, object]
"""A row of a table: what stands in each column, by its name."""

WIDTH: Final = 120
"""How long a line of plain text is at most, and a `repr`, in characters."""

MOST: Final = 100
"""How many rows of a table are shown where nothing else is said; the rest are counted, and in the frame."""


@frozen
class DisplayTable:
    """A table.

    Attributes:
        caption: What it is of.
        rows: Its rows, each with the same names.
        more: How many rows there are besides.
    """

    caption: str
    rows: Sequence[TableRow]
    more: int = 0

    @classmethod
    def of(cls, caption: str, rows: Iterable[TableRow], most: int = MOST) -> DisplayTable:
        """A table of the first rows; the others are counted."""
        every = [*rows]
        return cls(caption, every[:most], max(len(every) - most, 0))


def _all_lines(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(lines)


@frozen
class Display:
    """What is shown of an object.

    Attributes:
        title: What it is, on one line.
        lines: What there is to say of it, a sentence each; what matters most comes first.
        tables: Its tables; one without rows is not shown.
        brief: What stands in plain text instead of the tables, where their cells would be cut; nothing: the tables.
    """

    title: str
    lines: tuple[str, ...] = field(default=(), converter=_all_lines)
    tables: tuple[DisplayTable, ...] = ()
    brief: tuple[str, ...] = field(default=(), converter=_all_lines)


@frozen
class Writer(Generic[T]):
    """What says how objects of a class are shown.

    Attributes:
        line: What one is called, on one line: its `repr`.
        display: What is shown of it.
        rows: Its rows, all of them, where rows are natural.
        markdown: The whole of it as Markdown, where it is a report that is written elsewhere; then there is no HTML.
    """

    line: Callable[[T], str]
    display: Callable[[T], Display]
    rows: Callable[[T], Iterable[TableRow]] = lambda _: ()
    markdown: Callable[[T], str] | None = None


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


def only_title(line: Callable[[T], str]) -> Callable[[T], Display]:
    """Of something small: to show its line."""

    def display(thing: Any) -> Display:
        return Display(line(thing))

    return display
