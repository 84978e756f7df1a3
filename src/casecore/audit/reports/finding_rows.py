"""Breaches as rows of a table, one each: as CSV, as Parquet, and as plain types for data frames.

The columns never change their names, so that a table of this month can be laid beside one of the last. Numbers are
numbers, `at` is ISO 8601 in UTC, and what is not known is empty. A cell of CSV that a spreadsheet would take for a
formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final, Protocol, TextIO

from casecore.audit.judging.auditing import Violation
from casecore.kernel.errors import MissingExtra
from casecore.reports.text import visible

COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rule": "VARCHAR",
        "row": "BIGINT",
        "at": "VARCHAR",
        "what": "VARCHAR",
        "case": "VARCHAR",
        "agent": "VARCHAR",
        "queue": "VARCHAR",
        "channel": "VARCHAR",
        "measured": "DOUBLE",
        "limit": "DOUBLE",
        "warns": "BOOLEAN",
        "key": "VARCHAR",
        "file": "VARCHAR",
        "line": "BIGINT",
        "message": "VARCHAR",
    }
)
"""The columns, and what each holds, in words of SQL."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet would work out."""


class Sink(Protocol):
    """Where a breach is written as it is found."""

    def add(self, breach: Violation) -> None:
        """Write one."""

    def close(self) -> None:
        """Write what is left, and be done."""


def finding_row(breach: Violation) -> dict[str, Any]:
    """A breach as plain types, by column."""
    setting = breach.setting
    return {
        "rule": breach.rule,
        "row": breach.row,
        "at": breach.at.isoformat(),
        "what": breach.what,
        "case": breach.case,
        "agent": breach.agent,
        "queue": breach.queue,
        "channel": None if breach.channel is None else str(breach.channel),
        "measured": None if breach.measured is None else float(breach.measured),
        "limit": None if breach.limit is None else float(breach.limit),
        "warns": breach.warns,
        "key": None if setting is None else setting.key,
        "file": setting.file if setting is not None and setting.file else None,
        "line": None if setting is None else setting.line,
        "message": visible(breach.message),
    }


def csv_text(breaches: Iterable[Violation]) -> str:
    """Breaches as CSV, under a header."""
    stream = io.StringIO()
    sink = CsvSink(stream)
    for breach in breaches:
        sink.add(breach)
    return stream.getvalue()


class CsvSink:
    """Writes CSV.

    Args:
        stream: Where; it is closed at the end.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._write = csv.writer(stream, lineterminator="\n").writerow
        self._write(COLUMNS)

    def add(self, breach: Violation) -> None:
        """Write one."""
        self._write(map(_cell, finding_row(breach).values()))

    def close(self) -> None:
        """Be done."""
        self._stream.close()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else str(value)


class ParquetSink:
    """Writes Parquet, at the end; until then what is found lies in a file beside.

    Args:
        path: Where.

    Raises:
        MissingExtra: When DuckDB is not installed, which writes it.
        OSError: When nothing can be written there.
    """

    def __init__(self, path: Path) -> None:
        try:
            import duckdb
        except ImportError:
            raise MissingExtra("duckdb", "audit", "Writing Parquet") from None
        self._copy = duckdb.connect
        self._path = path
        path.open("wb").close()
        self._folder = TemporaryDirectory(prefix="casecore-")
        self._rows = Path(self._folder.name) / "rows.jsonl"
        self._stream = self._rows.open("w", encoding="utf-8")

    def add(self, breach: Violation) -> None:
        """Write one."""
        import json

        self._stream.write(f"{json.dumps(finding_row(breach))}\n")

    def close(self) -> None:
        """Write the file."""
        self._stream.close()
        told = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
        files = [str(path).replace("'", "''") for path in (self._rows, self._path)]
        with self._folder, self._copy() as database:
            database.execute(
                f"COPY (SELECT * FROM read_json('{files[0]}', format = 'newline_delimited', columns = {{{told}}})) "
                f"TO '{files[1]}' (FORMAT parquet)"
            )


def open_sink(path: Path) -> Sink:
    """Where breaches are written, by how the file's name ends: `.csv` or `.parquet`.

    Args:
        path: The file.

    Raises:
        ValueError: When it ends otherwise.
        OSError: When nothing can be written there.
        MissingExtra: When something for it is not installed.
    """
    match path.suffix:
        case ".csv":
            return CsvSink(path.open("w", encoding="utf-8", newline=""))
        case ".parquet":
            return ParquetSink(path)
    raise ValueError(f"{path.name} ends with neither .csv nor .parquet")
