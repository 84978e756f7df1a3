"""Logs in files: CSV, Parquet and JSON lines; XES and OCEL have readers of their own."""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from casecore.audit.errors import AuditError, log_error
from casecore.audit.log_map import LogFormat, LogMap
from casecore.audit.log_sources import Piece, first_line, named_columns, run, sql_name, sql_text
from casecore.kernel.problems import why_unreadable

LONGEST_ROW: Final = 64_000_000
"""The longest row of a file, in bytes."""

_NEVER: Final = "\x01\x02\x01"
"""Stands for an empty cell in no file, so that DuckDB takes every cell for what it is."""


def csv_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A file of cells with something between them, and a header."""
    encoding, delimiter = log_map.log.encoding, log_map.log.delimiter
    file = _as_utf8(path, encoding, folder)
    header = _header_of(file, path, delimiter)
    names = [f"c{number}" for number in range(len(header))]

    def scan_of(file: Path) -> str:
        told = ", ".join(f"{name}: 'VARCHAR'" for name in names)
        return (
            f"read_csv({sql_text(str(file))}, columns = {{{told}}}, auto_detect = false, header = true, "
            f"delim = {sql_text(delimiter)}, quote = '\"', escape = '\"', nullstr = {sql_text(_NEVER)}, "
            f"compression = 'none', ignore_errors = true, store_rejects = true, rejects_limit = 0, "
            f"max_line_size = {LONGEST_ROW})"
        )

    def rejected(database: Any) -> list[int]:
        found = database.execute(
            "SELECT line, error_type FROM reject_errors "
            "WHERE scan_id = (SELECT max(scan_id) FROM reject_scans) ORDER BY line"
        ).fetchall()
        others = [(line, why) for line, why in found if why not in _FIELDS]
        if others:
            raise _csv_error(path, file, delimiter, *others[0])
        return [line - 1 for line in dict.fromkeys(line for line, _ in found)]

    def again() -> str:
        return scan_of(_written_anew(file, path, delimiter, folder))

    places = {name: names[place] for place, name in enumerate(header)}
    return Piece(str(path), scan_of(file), header, places.__getitem__, names, rejected, again)


def _written_anew(file: Path, path: Path, delimiter: str, folder: Path) -> Path:
    """A file that DuckDB does not read, e.g. because its lines end in several ways, as Python reads it.

    Raises:
        AuditError: When Python does not read it either.
    """
    target = folder / "anew.csv"
    with file.open(encoding="utf-8-sig", newline="") as text, target.open("w", encoding="utf-8", newline="") as out:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
                filter(None, reader)
            )
        except csv.Error as error:
            raise log_error(str(path), f"is not CSV: {error}", "", _CSV_REMEDY, line=reader.line_num) from None
    return target


_FIELDS: Final = ("MISSING COLUMNS", "TOO MANY COLUMNS")
"""What DuckDB says of a row that has not as many fields as the header."""


def _csv_error(path: Path, file: Path, delimiter: str, line: int, why: str) -> AuditError:
    """The error of a file that is not CSV, in the words of Python's reader where it finds it, too."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for _ in reader:
                pass
        except csv.Error as error:
            return log_error(str(path), f"is not CSV: {error}", "", _CSV_REMEDY, line=reader.line_num)
    return log_error(str(path), f"is not CSV: {why.lower()}", "", _CSV_REMEDY, line=line)


_CSV_REMEDY: Final = "look at the quotes there, and at delimiter in [log]"


def _header_of(file: Path, path: Path, delimiter: str) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            header = next(reader, None)
        except csv.Error as error:
            raise log_error(str(path), f"is not CSV: {error}", "", _CSV_REMEDY, line=1) from None
    if not header:
        raise log_error(str(path), "is empty, and has not even a header", "a header and rows")
    return header


# Text --------------------------------------------------------------------------------------------------


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


def _as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file as UTF-8, unpacked.

    Raises:
        AuditError: When it is no text in that encoding; it says on which line and at which byte.
    """
    file = unpacked(path, folder)
    same = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    target = folder / "as_utf8"
    try:
        with file.open(encoding=codecs.lookup("utf-8-sig").name if same else encoding, newline="") as text:
            if same:
                for _ in iter(lambda: text.read(1 << 20), ""):
                    pass
                return file
            with target.open("w", encoding="utf-8", newline="") as out:
                shutil.copyfileobj(text, out, 1 << 20)
    except UnicodeError as error:
        line, byte, why = _undecodable(file, encoding, error)
        found = f"is not text as the map says it is stored: {why} (byte {byte:,})"
        raise log_error(str(path), found, "", "say how its text is stored: encoding in [log]", line=line) from None
    return target


def _undecodable(file: Path, encoding: str, error: UnicodeError) -> tuple[int, int, str]:
    """The line of the first bytes that are no text, at which byte of the file they stand, and why."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, byte, ended = 1, 0, ""
    with file.open("rb") as pieces:
        for piece in iter(lambda: pieces.readline(1 << 20), b""):
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as found:
                bad = f"{encoding} can't decode byte {found.object[found.start]:#04x} ({found.reason})"
                return lines, byte + found.start, bad
            except UnicodeError as found:
                return lines, byte, str(found)
            lines += len(re.findall("\r\n|\r|\n", text))
            byte += len(piece)
    return lines, byte, ended or str(error)


# Parquet and JSON --------------------------------------------------------------------------------------


def parquet_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A Parquet file."""
    return piece_of_relation(database, f"read_parquet({sql_text(str(path))})", str(path))


def jsonl_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A file of JSON objects, one on each line, or a list of them; `/a/b` is the column of what lies in another."""
    file = _as_utf8(path, log_map.log.encoding, folder)
    with file.open(encoding="utf-8-sig") as text:
        form = "array" if text.read(1_000).lstrip().startswith("[") else "newline_delimited"
    table = f"json_{folder.name}"
    scan = (
        f"read_json_objects({sql_text(str(file))}, format = '{form}', ignore_errors = {form != 'array'}, "
        f"compression = 'uncompressed', maximum_object_size = {LONGEST_ROW})"
    )
    run(database, str(path), f"CREATE TEMP TABLE {table} AS SELECT row_number() OVER () AS n, json FROM {scan}")
    named = database.execute(
        f"SELECT DISTINCT key FROM (SELECT unnest(json_keys(json)) AS key FROM {table} WHERE json_type(json) = 'OBJECT')"
    ).fetchall()
    none = f"SELECT n FROM {table} WHERE json IS NULL OR json_type(json) <> 'OBJECT' ORDER BY n"
    rejected = [number for (number,) in database.execute(none).fetchall()]
    inside = [column for column in named_columns(log_map) if column.startswith("/")]

    def text_in(column: str) -> str:
        place = column if column.startswith("/") else f"/{column.replace('~', '~0').replace('/', '~1')}"
        return f"(json ->> {sql_text(place)})"

    columns = (*sorted(name for (name,) in named), *inside)
    scan = f"(SELECT json FROM {table} WHERE json_type(json) = 'OBJECT' ORDER BY n)"
    return Piece(str(path), scan, columns, text_in, ["json::VARCHAR"], lambda _: rejected)


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
        name, scan, tuple(kinds), lambda column: _text_of_kind(sql_name(column), kinds[column], in_utc), columns
    )


def _text_of_kind(name: str, kind: str, in_utc: bool) -> str:
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


def _read_as(format: LogFormat) -> Callable[[Any, Path, LogMap, Path], Piece]:  # noqa: A002 -- the word of the map
    if format is LogFormat.XES:
        from casecore.audit.reading_xes import xes_piece

        return xes_piece
    if format is LogFormat.OCEL:
        from casecore.audit.reading_ocel import ocel_piece

        return ocel_piece
    return {LogFormat.CSV: csv_piece, LogFormat.PARQUET: parquet_piece, LogFormat.JSONL: jsonl_piece}[format]


def file_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A file, as the map says it is stored.

    Raises:
        AuditError: When it cannot be read.
    """
    if path.is_dir() or not path.exists():
        why = "is a folder" if path.is_dir() else "does not exist"
        raise log_error(str(path), why, "a file, or a pattern like 2026-*.csv")
    return _read_as(log_map.log.format)(database, path, log_map, folder)
