"""Loading: tables that hold the rows that a service has loaded, and know which it has looked for.

A desk can be made of few rows. What it was never asked to load must not pass for what is not there: a rule would then
be weaker than it is. So a loaded table has a row, or knows that there is none, or knows nothing of it; and to ask it
then is an error, `NotLoaded`.

* `Loading` looks rows up in a store while somebody asks for them, each once.
* `NotedTables` notes which rows somebody asks for, and in which order.

Both stand where tables stand (`.get`), so that the rows that a view needs are found by filling it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self, TypeAlias, TypeVar

from casecore.kernel.errors import CasecoreError, quoted

R = TypeVar("R")

RowName: TypeAlias = tuple[str, str]
"""The table of a row, and its id."""

ReadRow: TypeAlias = Callable[[str, str], Any]
"""(table, id) -> the row that the store holds, or None where there is none."""


class NotLoaded(CasecoreError, LookupError):
    """Somebody asks for a row of which it is not known whether there is one.

    Attributes:
        table: Its table.
        row: Its id.
    """

    def __init__(self, table: str, row: str) -> None:
        super().__init__(table, row)
        self.table, self.row = table, row

    def __str__(self) -> str:
        return (
            f"{quoted(self.row)} of {self.table} was not loaded, so it is not known whether it is there;"
            f" load what the command needs: Desk.loaded(policy, command, read)"
        )


class LoadedTable(Mapping[str, R]):
    """The rows of one table that were loaded; it never changes.

    Args:
        table: Its name.
        known: By id, the row; or None: there is none.
    """

    __slots__ = ("known", "table")

    def __init__(self, table: str, known: Mapping[str, R | None]) -> None:
        self.table = table
        self.known = known

    def get(self, row: str | None, default: Any = None) -> Any:
        """A row; the default where there is none.

        Raises:
            NotLoaded: When that is not known.
        """
        try:
            found = self.known[row]  # type: ignore[index]  # None is a key of nothing
        except KeyError:
            if row is None:  # what names no row
                return default
            raise NotLoaded(self.table, row) from None
        return default if found is None else found

    def __getitem__(self, row: str) -> R:
        found: R | None = self.get(row)
        if found is None:
            raise KeyError(row)
        return found

    def __contains__(self, row: object) -> bool:
        return isinstance(row, str) and self.get(row) is not None

    def __iter__(self) -> Iterator[str]:
        return (row for row, found in self.known.items() if found is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return True  # to be updated, and not replaced, also while it is empty

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]  # compared by all it holds, as a desk is

    def insert(self, row: str, held: R) -> Self:
        """The table with one row more, or another one in its place."""
        return self.update({row: held})

    def remove(self, row: str) -> Self:
        """The table without a row, of which it is then known that there is none."""
        return type(self)(self.table, {**self.known, row: None})

    def update(self, rows: Mapping[str, R]) -> Self:
        """The table with these rows."""
        return type(self)(self.table, {**self.known, **rows})


class Loading:
    """The tables of a desk, each row of which is read from a store when it is first asked for.

    Args:
        tables: Their names.
        read: (table, id) -> the row that the store holds, or None.
    """

    def __init__(self, tables: Iterable[str], read: ReadRow) -> None:
        self._read = read
        self._known: dict[str, dict[str, Any]] = {table: {} for table in tables}

    def __getattr__(self, table: str) -> _Reader:
        if table not in self._known:
            raise AttributeError(table)
        reader = _Reader(table, self._known[table], self._read)
        setattr(self, table, reader)
        return reader

    def loaded(self) -> Mapping[str, LoadedTable[Any]]:
        """What was loaded so far, by table."""
        return {table: LoadedTable(table, dict(known)) for table, known in self._known.items()}


class _Reader:
    """One table of `Loading`."""

    def __init__(self, table: str, known: dict[str, Any], read: ReadRow) -> None:
        self._table, self._known, self._read = table, known, read

    def get(self, row: str) -> Any:
        """A row, read once; None where there is none."""
        if row not in self._known:
            self._known[row] = self._read(self._table, row)
        return self._known[row]


class NotedTables:
    """The tables of a desk, and which of their rows somebody asks for.

    Attributes:
        rows: Each that was asked for, once, in order.
    """

    def __init__(self, tables: Any) -> None:
        self._tables = tables
        self.rows: dict[RowName, None] = {}

    def __getattr__(self, table: str) -> _Noted:
        return _Noted(table, getattr(self._tables, table), self.rows)


class _Noted:
    """One table of `NotedTables`."""

    def __init__(self, table: str, rows: Any, asked: dict[RowName, None]) -> None:
        self._table, self._rows, self._asked = table, rows, asked

    def get(self, row: str) -> Any:
        """A row; that it was asked for is noted."""
        self._asked[self._table, row] = None
        return self._rows.get(row)
