"""Reading a log by its map: rows in the order in which they happened, in the words of the house.

* DuckDB reads the files, every column as text, and sorts: by time, then by the map's order columns, then as the source
  has it. It spills to the disk, so that a log may be larger than memory; the rows are streamed.
* Rows that are the same in every column are one. A snapshot that changes no status says nothing.
* Clocks are put back and forward. A time that came twice is the first one, unless the row of its case before it was
  later; a time that never came is the moment at which the clock jumped over it.
* Whatever is odd is counted, with the first row. A log of which no row can be used is an error.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from casecore.audit.errors import EmptyLog, log_error
from casecore.audit.logs.local_times import place_in_time
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import Log, LogRow, Odd
from casecore.audit.logs.log_sources import FILLER, load_source, name_of_source, open_database
from casecore.audit.logs.pieces import first_line
from casecore.audit.logs.row_telling import RowTeller

MEMORY: Final = "512MB"
"""How much memory DuckDB may take; what is more lies on the disk."""

AT_ONCE: Final = 10_000
"""How many rows are taken from DuckDB at once."""


def read_log(source: Any, log_map: LogMap, *, memory: str = MEMORY, every: bool = False) -> Log:
    """A log, read by its map.

    Args:
        source: The path of a file, a pattern like `2026-*.csv`, or a list of them; or a table: a relation of DuckDB, or
            a data frame of pandas, polars or Arrow.
        log_map: The map.
        memory: How much memory DuckDB may take.
        every: Whether rows are told, too, that change no status, and those that are the same as others.

    Returns:
        The log; nothing is read before its rows are asked for.
    """
    name = name_of_source(source)
    return Log(name, log_map, lambda odd: _read_rows(source, name, log_map, odd, memory, every))


def _read_rows(source: Any, name: str, log_map: LogMap, odd: Odd, memory: str, every: bool) -> Iterator[LogRow]:  # noqa: FBT001 -- nobody else calls it
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casecore-", ignore_cleanup_errors=True)))
        database = stack.enter_context(open_database(folder, memory))
        import duckdb

        try:
            load_source(database, source, name, log_map, folder, odd, every=every)
            told = _sorted_rows(database, log_map, odd, every=every)
            first = next(told, None)
            if first is None:
                raise EmptyLog(*log_error(name, no_row_words(odd), "a log and a map that fit each other").args)
            yield first
            yield from told
        except duckdb.Error as error:
            raise log_error(name, f"cannot be read ({first_line(error)})") from None


def _sorted_rows(database: Any, log_map: LogMap, odd: Odd, *, every: bool) -> Iterator[LogRow]:
    """The rows of what is loaded."""
    fields = [*log_map.columns]
    place_in_time(database, log_map, odd, case=f"f{fields.index('case')}" if "case" in fields else None)
    cells = [f"f{number}" for number in range(len(fields))]
    order = [f"o{number}" for number in range(FILLER * len(log_map.log.order))]
    tie = f"hash({', '.join(order)})" if order else "0"
    database.execute(
        f"SELECT {', '.join(('seq', 'at_us', 'skip_us', tie, *cells))} FROM placed "
        f"ORDER BY {', '.join(('at_us', 'skip_us', *order, 'seq'))}"
    )
    return RowTeller(log_map, fields, odd).rows(_stream(database), every=every)


def no_row_words(odd: Odd) -> str:
    """Why no row of a log can be used."""
    told = [f"has no row that can be used{':' if len(odd) else ', because it has no rows'}", *map(str, odd)]
    return "\n  ".join(told)


def _stream(database: Any) -> Iterator[Any]:
    while some := database.fetchmany(AT_ONCE):
        yield from some
