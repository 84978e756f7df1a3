"""Where the cells of a log come from: each source is loaded into one table of DuckDB, every column as text.

The table `found` has for each row its number (`seq`), its time as text (`t`), the cells of the map's fields (`f0`, …),
which of several columns each was taken from (`w0`, …), and what orders rows of one time (`o0`, …).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import glob, has_magic
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from casecore.audit.errors import log_error
from casecore.audit.logs.log_map import LogFormat, LogMap
from casecore.audit.logs.log_rows import Odd, OddCode
from casecore.audit.logs.map_kinds import Columns
from casecore.audit.logs.pieces import Piece, insert_piece, sql_text
from casecore.audit.logs.reading_files import csv_piece, jsonl_piece, parquet_piece
from casecore.audit.logs.reading_ocel import ocel_piece
from casecore.audit.logs.reading_tables import table_piece
from casecore.audit.logs.reading_xes import xes_piece
from casecore.kernel.errors import MissingExtra
from casecore.kernel.problems import did_you_mean, quoted

FILLER: Final = 2
"""How many columns of the table order by one column of the log: by number, and by letters where it is none."""

_READERS: Final[Mapping[LogFormat, Callable[[Any, Path, LogMap, Path], Piece]]] = MappingProxyType(
    {
        LogFormat.CSV: csv_piece,
        LogFormat.PARQUET: parquet_piece,
        LogFormat.JSONL: jsonl_piece,
        LogFormat.XES: xes_piece,
        LogFormat.OCEL: ocel_piece,
    }
)
"""How a file of each format is read."""


MOST_THREADS: Final = 4
"""On how many cores DuckDB reads and sorts."""


@contextmanager
def open_database(folder: Path, memory: str) -> Iterator[Any]:
    """A DuckDB of our own, which spills into a folder and installs nothing.

    Raises:
        MissingExtra: When DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("duckdb", "audit", "Reading a log") from None
    import os

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(folder / "spilled"),
        "threads": str(min(os.cpu_count() or 1, MOST_THREADS)),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    database = duckdb.connect(config=config)
    try:
        database.execute("SET enable_progress_bar = false")  # it would be drawn into what a program prints
        yield database
    finally:
        database.close()


def name_of_source(source: Any) -> str:
    """What errors call a source."""
    if isinstance(source, str | Path):
        return str(source)
    if isinstance(source, list | tuple):
        return str(source[0]) if len(source) == 1 else f"{len(source)} files"
    return "the table"


def load_source(
    database: Any, source: Any, name: str, log_map: LogMap, folder: Path, odd: Odd, *, every: bool = False
) -> None:
    """Load a source into the table `found`, without its doubles where not every row is wanted.

    Raises:
        AuditError: When it cannot be read, or has no such columns.
    """
    _make_table(database, log_map)
    base = 0
    for piece in pieces_of(database, source, name, log_map, folder):
        _check_columns(piece, log_map)
        base += _load_piece(database, piece, log_map, base, odd)
    if not every:
        _remove_doubles(database, odd)
    _note_columns(database, log_map, odd)


def pieces_of(database: Any, source: Any, name: str, log_map: LogMap, folder: Path) -> Iterator[Piece]:
    """The parts of a source, in order."""
    if log_map.log.format is LogFormat.TABLE or not isinstance(source, str | Path | list | tuple):
        yield table_piece(database, source, name)
        return
    for number, file in enumerate(files_of(source, name)):
        inside = folder / str(number)
        inside.mkdir()
        yield file_piece(database, file, log_map, inside)


def files_of(source: Any, name: str) -> tuple[Path, ...]:
    """The files of a source, in order; those of a pattern by their names.

    Raises:
        AuditError: When there are none.
    """
    found: list[Path] = []
    for path in source if isinstance(source, list | tuple) else (source,):
        text = str(path)
        if has_magic(text) and not Path(text).exists():
            files = sorted(file for file in glob(text) if Path(file).is_file())  # noqa: PTH207 -- a pattern may begin anywhere
            if not files:
                raise log_error(text, "matches no file", "a pattern like 2026-*.csv")
            found += map(Path, files)
        else:
            found.append(Path(text))
    if not found:
        raise log_error(name, "names no file", "at least one")
    return tuple(found)


def file_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A file, as the map says it is stored.

    Raises:
        AuditError: When it cannot be read.
    """
    if path.is_dir() or not path.exists():
        why = "is a folder" if path.is_dir() else "does not exist"
        raise log_error(str(path), why, "a file, or a pattern like 2026-*.csv")
    return _READERS[log_map.log.format](database, path, log_map, folder)


# The table ---------------------------------------------------------------------------------------------


def _check_columns(piece: Piece, log_map: LogMap) -> None:
    columns = [*piece.columns]
    for column, path in log_map.named_columns.items():
        times = columns.count(column)
        if times != 1:
            there = ", ".join(map(str, dict.fromkeys(columns)))
            found = f"has no column {quoted(column)}, which the map names ({path})"
            if times:
                found = f"has {times} columns called {quoted(column)}, which the map names ({path})"
            near = did_you_mean(column, columns) if not times else ""
            others = [sign for sign in ";\t|," if len(columns) == 1 and sign in columns[0]]
            if others and log_map.log.format is LogFormat.CSV:
                near = f"write delimiter = {json.dumps(others[0])} in [log]"
            raise log_error(piece.name, found, f"one of {there}", near)


def _make_table(database: Any, log_map: LogMap) -> None:
    cells = [f"f{number} VARCHAR" for number in range(len(log_map.columns))]
    cells += [f"w{number} UTINYINT" for number in range(len(log_map.columns))]
    for number, column in enumerate(log_map.log.order):
        cells += [
            f"o{number * FILLER} {'DECIMAL(38, 9)' if column.by_number else 'VARCHAR'}",
            f"o{number * FILLER + 1} VARCHAR",
        ]
    told = ", ".join(["seq BIGINT", "h1 UBIGINT", "h2 UBIGINT", "t VARCHAR", *cells])
    database.execute(f"CREATE TEMP TABLE found ({told})")


def _load_piece(database: Any, piece: Piece, log_map: LogMap, base: int, odd: Odd) -> int:
    """Load one part; gives back how many rows it has, with those that could not be read."""
    cell = _null_aware(piece.cell, log_map.log.null)
    told = [
        f"{base} + row_number() OVER ()",
        f"hash({', '.join(piece.whole)})",
        f"hash('casecore', {', '.join(reversed(piece.whole))})",
        text_of(log_map.time.column, cell),
        *(text_of(columns, cell) for columns in log_map.columns.values()),
        *(_taken_from(columns, cell) for columns in log_map.columns.values()),
    ]
    for column in log_map.log.order:
        text = cell(column.name)
        number = f"TRY_CAST({text} AS DECIMAL(38, 9))"
        told += [number, f"CASE WHEN {number} IS NULL THEN {text} END"] if column.by_number else [text, "NULL"]
    insert = f"INSERT INTO found SELECT {', '.join(told)} FROM "
    insert_piece(database, piece, insert)
    read: int = database.execute(f"SELECT count(*) FROM found WHERE seq > {base}").fetchone()[0]
    rejected = piece.rejected(database)
    if rejected:
        objects = log_map.log.format is LogFormat.JSONL
        words = "are no object of JSON" if objects else "have not as many fields as the header"
        odd.note(OddCode.FIELDS, words, base + rejected[0], rows=len(rejected))
        shifts = ", ".join(f"({base + number - place})" for place, number in enumerate(rejected))
        database.execute(
            f"UPDATE found SET seq = seq + (SELECT count(*) FROM (VALUES {shifts}) AS x(before) WHERE before <= seq) "
            f"WHERE seq > {base}"
        )
    return read + len(rejected)


def _null_aware(cell: Callable[[str], str], nulls: Sequence[str]) -> Callable[[str], str]:
    words = ", ".join(map(sql_text, ("", *nulls)))
    return lambda column: f"CASE WHEN {cell(column)} IN ({words}) THEN NULL ELSE {cell(column)} END"


def text_of(columns: Columns, cell: Callable[[str], str]) -> str:
    """The text of a field, as SQL."""
    cells = ", ".join(map(cell, columns.names))
    if columns.between is not None:
        return f"nullif(concat_ws({sql_text(columns.between)}, {cells}), '')"
    return cells if len(columns.names) == 1 else f"coalesce({cells})"


def _taken_from(columns: Columns, cell: Callable[[str], str]) -> str:
    """From which of several columns a field is taken; as many as there are where all are empty."""
    if columns.between is not None:
        return "0"
    cases = " ".join(f"WHEN {cell(name)} IS NOT NULL THEN {number}" for number, name in enumerate(columns.names))
    return f"CASE {cases} ELSE {len(columns.names)} END"


def _remove_doubles(database: Any, odd: Odd) -> None:
    database.execute(
        "CREATE TEMP TABLE doubles AS SELECT h1, h2, min(seq) AS first FROM found GROUP BY h1, h2 HAVING count(*) > 1"
    )
    same = "found.h1 = doubles.h1 AND found.h2 = doubles.h2 AND found.seq > doubles.first"
    rows, first = database.execute(f"SELECT count(*), min(found.seq) FROM found, doubles WHERE {same}").fetchone()
    if rows:
        odd.note(OddCode.DOUBLED, "are the same in every column as a row before them", first, rows=rows)
        database.execute(f"DELETE FROM found USING doubles WHERE {same}")


def _note_columns(database: Any, log_map: LogMap, odd: Odd) -> None:
    """Note of which fields the first column is empty, and which order columns hold no number."""
    asked: list[tuple[OddCode, str, str]] = []
    for number, (field, columns) in enumerate(log_map.columns.items()):
        names = columns.names
        if len(names) > 1:
            asked += (
                (OddCode.OTHER_COLUMN, f"w{number} = {other}", f"have no {field} in {names[0]}; {name} is taken")
                for other, name in enumerate(names[1:], 1)
                if columns.between is None
            )
        if (len(names) > 1 and columns.between is None) or field == "by":
            asked.append((OddCode.NO_COLUMN, f"w{number} = {len(names)}", f"have no {field} in {', '.join(names)}"))
    for number, column in enumerate(log_map.log.order):
        if column.by_number:
            none = f"o{number * FILLER + 1} IS NOT NULL"
            asked.append((OddCode.ORDER, none, f"have no number in {column.name}, which orders by number"))
    for code, where, words in asked:
        rows, first = database.execute(f"SELECT count(*), min(seq) FROM found WHERE {where}").fetchone()
        if rows:
            odd.note(code, words, first, rows=rows)
