"""Logs in files: CSV, Parquet and JSON lines; XES and OCEL have readers of their own."""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from casecore.audit.errors import AuditError, log_error
from casecore.audit.log_map import LogFormat, LogMap
from casecore.audit.log_sources import Piece, sql_name, sql_text
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

    places = {name: names[place] for place, name in enumerate(header)}
    return Piece(str(path), scan_of(file), header, places.__getitem__, names, rejected)


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
    scan = f"read_parquet({sql_text(str(path))})"
    return piece_of_relation(database, scan, str(path))


def piece_of_relation(database: Any, scan: str, name: str) -> Piece:
    """What DuckDB reads with types, every column as text."""
    import duckdb

    try:
        described = database.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except (duckdb.Error, OSError) as error:
        raise log_error(name, f"cannot be read ({_first_line(error)})") from None
    kinds = {column: kind for column, kind, *_ in described}
    return Piece(
        name,
        scan,
        tuple(kinds),
        lambda column: _text_of_kind(sql_name(column), kinds[column]),
        [sql_name(column) for column in kinds],
    )


def _text_of_kind(name: str, kind: str) -> str:
    if kind == "VARCHAR":
        return name
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
    return f"CAST(to_json({name}) AS VARCHAR)" if nested else f"CAST({name} AS VARCHAR)"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


READERS: Final[Mapping[LogFormat, Callable[[Any, Path, LogMap, Path], Piece]]] = MappingProxyType(
    {LogFormat.CSV: csv_piece, LogFormat.PARQUET: parquet_piece}
)
"""How a file of each format is read."""
