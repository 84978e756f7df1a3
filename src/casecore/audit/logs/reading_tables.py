"""Logs in tables: a relation of DuckDB, or a data frame of pandas, polars or Arrow."""

from __future__ import annotations

from typing import Any

import attrs

from casecore.audit.errors import log_error
from casecore.audit.logs.pieces import Piece, first_line, piece_of_relation


@attrs.frozen
class _Stream:
    """What hands out its columns as Arrow does, whatever it is."""

    of: Any

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.of.__arrow_c_stream__(requested_schema)


def table_piece(database: Any, source: Any, name: str) -> Piece:
    """A table that a program has.

    Raises:
        AuditError: When it is none.
    """
    import duckdb

    streams = hasattr(source, "__arrow_c_stream__") and not type(source).__module__.startswith("pandas")
    try:
        database.register("given", _Stream(source) if streams else source)
        database.execute("CREATE TEMP TABLE given_rows AS SELECT * FROM given")  # some can be read only once
        database.unregister("given")
    except duckdb.Error as error:
        expected = "a relation of DuckDB, or a data frame of pandas, polars or Arrow"
        raise log_error(name, f"cannot be read ({first_line(error)})", expected) from None
    return piece_of_relation(database, "given_rows", name)
