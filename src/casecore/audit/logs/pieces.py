"""Pieces: the parts of which a log is loaded, each a table to DuckDB, whatever it is stored as."""

from __future__ import annotations

import csv
import gzip
import shutil
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from casecore.audit.errors import AuditError, log_error
from casecore.kernel.problems import why_unreadable

LONGEST_ROW: Final = 4_000_000
"""The longest row of a file, in bytes."""


@attrs.frozen
class Piece:
    """One part of a source: a file, or a table.

    Attributes:
        name: What errors call it.
        scan: What stands after FROM to read it.
        columns: Its columns.
        cell: (the name of a column) -> the text in it, as SQL.
        whole: All that stands in a row, as SQL, to tell rows apart.
        rejected: (database) -> the numbers of the rows in it that were not read, in order, once it is read.
        again: What to scan instead where DuckDB fails; None: nothing.
    """

    name: str
    scan: str
    columns: Sequence[str]
    cell: Callable[[str], str]
    whole: Sequence[str]
    rejected: Callable[[Any], list[int]] = lambda _: []
    again: Callable[[], str] | None = None


def run(database: Any, name: str, statement: str) -> Any:
    """Let DuckDB do something.

    Raises:
        AuditError: When it fails.
    """
    import duckdb

    try:
        return database.execute(statement)
    except duckdb.Error as error:
        raise log_error(name, f"cannot be read ({first_line(error)})") from None


def insert_piece(database: Any, piece: Piece, insert: str) -> None:
    """Load a piece into a table.

    Args:
        database: The database.
        piece: The piece.
        insert: The statement, up to what is scanned.

    Raises:
        AuditError: When it cannot be read.
    """
    try:
        run(database, piece.name, insert + piece.scan)
    except AuditError:
        if piece.again is None:
            raise
        run(database, piece.name, insert + piece.again())


def first_line(error: Exception) -> str:
    """The first line of what an error says."""
    return str(error).strip().partition("\n")[0]


def sql_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def sql_name(text: str) -> str:
    """A name as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'


# Files of ours ---------------------------------------------------------------------------------------


def unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or what is packed in it, as a file of ours.

    Raises:
        AuditError: When there is no such file, or it is packed and was cut off or spoilt.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        if not packed and path.suffix != ".gz":
            return path
        inside = folder / path.name.removesuffix(".gz")
        with gzip.open(path) as source, inside.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except EOFError:
        raise log_error(str(path), "was cut off: the packed file (gz) ends too early", "", "copy it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise log_error(str(path), f"is spoilt: {error}", "a file packed by gzip", "copy it again") from None
    except (OSError, ValueError) as error:
        raise log_error(str(path), f"cannot be read ({why_unreadable(error)})") from None
    return inside


# Tables ----------------------------------------------------------------------------------------------


def piece_of_relation(database: Any, scan: str, name: str, *, in_utc: bool = False) -> Piece:
    """What DuckDB reads with types, every column as text.

    Args:
        database: The database.
        scan: What stands after FROM.
        name: What errors call it.
        in_utc: Whether times without an offset are in UTC.
    """
    described = run(database, name, f"DESCRIBE SELECT * FROM {scan}").fetchall()
    kinds = {column: kind for column, kind, *_ in described}
    columns = [sql_name(column) for column in kinds]
    return Piece(
        name, scan, tuple(kinds), lambda column: _text_of_kind(sql_name(column), kinds[column], in_utc=in_utc), columns
    )


def _text_of_kind(name: str, kind: str, *, in_utc: bool) -> str:
    if kind == "VARCHAR":
        return name
    if in_utc and kind.startswith("TIMESTAMP"):
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%f+00:00')"
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    return f"CAST(to_json({name}) AS VARCHAR)" if nested else f"CAST({name} AS VARCHAR)"


def piece_of_dicts(name: str, rows: Iterable[Mapping[str, str]], folder: Path) -> Piece:
    """Rows of which each names its columns, by way of a file of ours."""
    places: dict[str, int] = {}
    file = folder / "rows.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, quoting=csv.QUOTE_ALL).writerow
        for row in rows:
            for column in row:
                places.setdefault(column, len(places))
            write([row.get(column, "") for column in places])
    names = [f"c{number}" for number in range(len(places))]
    told = ", ".join(f"{column}: 'VARCHAR'" for column in names)
    scan = (
        f"read_csv({sql_text(str(file))}, columns = {{{told}}}, auto_detect = false, header = false, delim = ',', "
        f"quote = '\"', escape = '\"', null_padding = true, parallel = false, max_line_size = {LONGEST_ROW})"
    )
    if not names:
        scan, names = "(SELECT NULL AS c0 WHERE false)", ["c0"]
    return Piece(name, scan, tuple(places), lambda column: names[places[column]], names)
