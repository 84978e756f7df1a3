"""The forms in which an object is shown: each is made of what its writer says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

from casecore.reports.markdown import cell
from casecore.reports.pages.elements import element
from casecore.reports.pages.tables import html_table
from casecore.reports.shown.displays import WIDTH, Display, DisplayTable, Writer, cell_lines
from casecore.reports.text import columns, plural, visible

T = TypeVar("T")

LINES: Final = 12
"""How many lines of plain text are shown at most."""

CELL: Final = 48
"""How long a cell is at most in plain text, in characters."""


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def short_line(writer: Writer[T], thing: T) -> str:
    """What an object is called, on one line: its `repr`."""
    return f"<{_cut(visible(writer.line(thing)), WIDTH - 2)}>"


def mime_bundle(writer: Writer[T], thing: T) -> dict[str, str]:
    """What a notebook is given: text always, and what says more."""
    display = writer.display(thing)
    bundle = {"text/plain": display_text(display)}
    if writer.markdown is not None:
        return bundle | {"text/markdown": writer.markdown(thing)}
    if display.lines or any(table.rows for table in display.tables):
        bundle |= {"text/markdown": display_markdown(display), "text/html": display_html(display)}
    return bundle


def write_form(writer: Writer[T], thing: T, form: str) -> str:
    """An object in one form: none (plain text), `md`, or `html`.

    Raises:
        ValueError: When it has no such form.
    """
    if form == "md" and writer.markdown is not None:
        return writer.markdown(thing)
    made = {"": display_text, "md": display_markdown} | ({"html": display_html} if writer.markdown is None else {})
    if form not in made:
        known = ", ".join(filter(None, made))
        raise ValueError(f"{type(thing).__name__} has no form {form!r}; use {known}, or none for plain text")
    return made[form](writer.display(thing))


def plain_rows(writer: Writer[T], thing: T) -> list[dict[str, Any]]:
    """An object as rows of plain types."""
    return [{name: _plain(held) for name, held in row.items()} for row in writer.rows(thing)]


def _plain(held: object) -> object:
    return str(held) if isinstance(held, str) else held  # a member of an enumeration is text, too


# Text --------------------------------------------------------------------------------------------------


def display_text(display: Display) -> str:
    """Plain text: the title, the sentences, the tables; no more than fits on twelve lines, the rest is counted."""
    lines = [_cut(line, WIDTH) for line in _text_lines(display)]
    more = 0 if display.brief else sum(table.more for table in display.tables)
    if len(lines) > LINES or (more and len(lines) == LINES):
        more += len(lines) - LINES + 1
        lines = lines[: LINES - 1]
    return "\n".join([*lines, *([f"… and {plural(more, 'more line')}"] if more else [])])


def _text_lines(display: Display) -> Iterator[str]:
    yield visible(display.title)
    yield from map(visible, (*display.lines, *display.brief))
    for table in () if display.brief else display.tables:
        if table.rows:
            names = tuple(table.rows[0])
            cells = [[_cut(" ".join(cell_lines(row.get(name))), CELL) for name in names] for row in table.rows]
            yield from columns([names, *cells])


# Markdown ----------------------------------------------------------------------------------------------


def display_markdown(display: Display) -> str:
    """Markdown: the title in bold, the sentences as a list, and the tables; all that people wrote is harmless."""
    parts = [f"**{cell(display.title)}**"]
    if display.lines:
        parts.append("\n".join(f"- {cell(line)}" for line in display.lines))
    parts += ("\n".join(_markdown_table(table)) for table in display.tables if table.rows)
    return "\n\n".join(parts)


def _markdown_table(table: DisplayTable) -> Iterator[str]:
    names = tuple(table.rows[0])
    yield from (cell(table.caption), "")
    yield f"| {' | '.join(map(cell, names))} |"
    yield f"| {' | '.join('---' for _ in names)} |"
    for row in table.rows:
        yield f"| {' | '.join('<br>'.join(map(cell, cell_lines(row.get(name)))) for name in names)} |"
    if table.more:
        yield from ("", _more_text(table))


def _more_text(table: DisplayTable) -> str:
    return f"… and {table.more:,} more"


# HTML --------------------------------------------------------------------------------------------------


def display_html(display: Display) -> str:
    """HTML: a piece of a page, of elements that every notebook shows, without a script."""
    parts = [element("p", element("strong", display.title)).html]
    if display.lines:
        parts.append(element("ul", [element("li", line) for line in display.lines]).html)
    for table in display.tables:
        if table.rows:
            rows = [{name: "\n".join(cell_lines(held)) for name, held in row.items()} for row in table.rows]
            parts.append(html_table(rows, caption=table.caption))
            parts += [element("p", _more_text(table)).html] if table.more else []
    return "\n".join(["<div>", *parts, "</div>"])


# rich --------------------------------------------------------------------------------------------------


def rich_group(writer: Writer[T], thing: T) -> Any:
    """What rich prints: the title, the sentences, and all tables, as wide as the terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    display = writer.display(thing)
    parts: list[Any] = [Text(visible(display.title), style="bold"), *map(Text, map(visible, display.lines))]
    for shown in display.tables:
        if shown.rows:
            table = Table(title=Text(visible(shown.caption)), title_justify="left", show_edge=False)
            for name in tuple(shown.rows[0]):
                table.add_column(Text(visible(name)))
            for row in shown.rows:
                table.add_row(*(Text("\n".join(cell_lines(held))) for held in row.values()))
            parts += [table, *([Text(_more_text(shown))] if shown.more else [])]
    return Group(*parts)
