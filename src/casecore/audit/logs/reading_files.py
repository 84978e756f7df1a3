"""Logs in files: CSV, Parquet and JSON lines; XES and OCEL have readers of their own."""

from __future__ import annotations

import codecs
import csv
import re
import shutil
from pathlib import Path
from typing import Any, Final

from casecore.audit.errors import AuditError, log_error
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.pieces import LONGEST_ROW, Piece, piece_of_relation, run, sql_text, unpacked

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
    around = ""
    if log_map.log.each is not None:
        around, table = "around, ", _each_of(database, table, log_map.log.each)
    columns = [*_keys_in(database, table, "json")]
    if not columns:
        raise log_error(str(path), "has no object of JSON with a key in it", "a log that is stored as the map says")
    if around:
        columns += (f"../{name}" for name in _keys_in(database, table, "around"))
    columns += (name for name in log_map.named_columns if name.startswith(("/", "../")) and name not in columns)
    none = f"SELECT n FROM {table} WHERE json IS NULL OR json_type(json) <> 'OBJECT' ORDER BY n"
    rejected = [number for (number,) in database.execute(none).fetchall()]
    scan = f"(SELECT {around}json FROM {table} WHERE json_type(json) = 'OBJECT' ORDER BY n)"
    whole = [f"{name}::VARCHAR" for name in (*(("around",) if around else ()), "json")]
    return Piece(str(path), scan, columns, _text_in_json, whole, lambda _: rejected)


def _each_of(database: Any, table: str, path: str) -> str:
    """A table of the items of a list that lies in each object; what is no object has none, and is one row."""
    items = (
        f"CASE WHEN json_type(json) = 'OBJECT' THEN TRY_CAST(json_extract(json, {sql_text(path)}) AS JSON[]) "
        "ELSE [NULL] END"
    )
    database.execute(
        f"CREATE TEMP TABLE each_{table} AS SELECT row_number() OVER () AS n, around, json FROM ("
        "SELECT n, around, unnest(items) AS json, generate_subscripts(items, 1) AS place FROM ("
        f"SELECT n, json AS around, {items} AS items FROM {table}) ORDER BY n, place)"
    )
    return f"each_{table}"


def _keys_in(database: Any, table: str, column: str) -> list[str]:
    found = database.execute(
        f"SELECT DISTINCT key FROM (SELECT unnest(json_keys({column})) AS key FROM {table} "
        f"WHERE json_type({column}) = 'OBJECT') ORDER BY key"
    ).fetchall()
    return [name for (name,) in found]


def _text_in_json(column: str) -> str:
    outside = column.startswith("../")
    name = column.removeprefix("../")
    place = name if name.startswith("/") else f"/{name.replace('~', '~0').replace('/', '~1')}"
    return f"({'around' if outside else 'json'} ->> {sql_text(place)})"
