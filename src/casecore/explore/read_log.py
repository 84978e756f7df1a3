"""A desk that notes what is read of it.

The explorer asks the real `decide` the same question in thousands of situations that differ in something the answer
does not depend on. So it lets a question read a desk whose records note every field that is read. Two situations that
agree in all of those have the same answer, and it is asked once (`memo.py`).

* A record is read through a `LoggedRecord`: each field that is asked for is noted with its value, once. Methods and
  properties run on the `LoggedRecord` itself, so what they read is noted too.
* Events are applied in layers: a record that an event changes becomes a `LoggedRecord` over the one before, which
  answers from its own writing first. The desk before and after each event stand side by side, and only what is asked
  for is ever read.
* Agents are always there; whether another row is there is noted when it is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property, partial
from inspect import getattr_static
from types import FunctionType, MethodType
from typing import Any, Final, TypeAlias

import attrs

from casecore.desk import Desk
from casecore.kernel import Event, changed
from casecore.kernel.effects import Edits, Effect, Effects
from casecore.kernel.records import freeze
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.pages import PAGES
from casecore.rooms.composition import PLACES, TABLES, CaseFile, House

Path: TypeAlias = tuple[str, ...]
"""Where something stands: (table, id), (table, id, field), or in a case file (cases, id, sheet[, field])."""

ReadLog: TypeAlias = dict[Path, Any]
"""What was read, in order, each with its value."""

ROW_CLASSES: Final[Mapping[str, type]] = {place.table: kind for kind, place in PLACES.items() if place.sheet is None}
"""The class of the rows of each table; those of `cases` are case files."""

TABLE_OF: Final[Mapping[str, str]] = {sort: f"{sort} in the books" for sort in PAGES}
"""The table of each sort of pages in the books of the witnesses (`pages.py`)."""

SORT_OF: Final[Mapping[str, str]] = {table: sort for sort, table in TABLE_OF.items()}
"""The sort of the pages of each table."""

ROW_NAMES: Final[Mapping[str, str]] = {
    **{place.table: place.id for place in PLACES.values() if place.sheet is None},
    **{table: f"{sort.removesuffix('s')}_page" for table, sort in SORT_OF.items()},
}
"""What a row of a table is called in the name of a field, like `thread.customer_at` or `case_page.silent_since`."""


def field_at(path: Path) -> str:
    """The field to which a path leads, as `row.field`; nothing where it ends at a table or a row."""
    table, *names = path[:1] + path[2:]
    return f"{ROW_NAMES.get(table, names[0])}.{names[-1]}" if names else ""


@cache
def names_of_fields(kind: Any) -> frozenset[str]:
    """The names of a record's fields."""
    return frozenset(attribute.name for attribute in attrs.fields(kind))


def comparable_value(value: Any) -> Any:
    """What stands for a value where two are compared: itself, or the sorted items of a mapping."""
    kind: Any = type(value)
    return tuple(sorted(value.items())) if _is_mapping(kind) else value


@cache
def _is_mapping(kind: Any) -> bool:
    """Whether values of a class are mappings: once for each class, because every field that is read is asked."""
    return issubclass(kind, Mapping)


@cache
def _member_of(kind: type, name: str) -> Any:
    """What a class has under a name, as it is written there; AttributeError where there is no such thing."""
    return getattr_static(kind, name)


class LoggedRecord:
    """A record of which every field that is read is noted; written to, it keeps that for itself."""

    def __init__(self, kind: type, below: Any, path: Path, log: ReadLog) -> None:
        self._kind = kind
        self._below = below
        self._path = path
        self._log = log

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what it passes for
        return self._kind

    def __getattr__(self, name: str) -> Any:
        if name not in names_of_fields(self._kind):
            return self._read_member(name)
        below = self._below
        value = getattr(below, name)
        if type(below) is not LoggedRecord:
            self._log.setdefault((*self._path, name), comparable_value(value))
        if type(self) is LoggedRecord:  # it says the same for ever, and has noted it
            self.__dict__[name] = value
        return value

    def _read_member(self, name: str) -> Any:
        member = _member_of(self._kind, name)
        if isinstance(member, property) and member.fget is not None:
            return member.fget(self)
        return MethodType(member, self) if isinstance(member, FunctionType) else member

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, self._kind) and all(
            getattr(self, name) == getattr(other, name) for name in sorted(names_of_fields(self._kind))
        )

    __hash__ = None  # type: ignore[assignment]  # it may be written to

    def __copy__(self) -> WrittenRecord:
        return WrittenRecord(self._kind, self)

    def __repr__(self) -> str:
        return repr(self._kind(**{name: getattr(self, name) for name in sorted(names_of_fields(self._kind))}))


class LoggedFile:
    """A case file, of which is noted which sheets are there."""

    def __init__(
        self, kind: type, below: CaseFile | LoggedFile | None, path: Path, log: ReadLog, **changed: Any
    ) -> None:
        self._kind = kind
        self._below = below
        self._path = path
        self._log = log
        vars(self).update(changed)

    def __getattr__(self, name: str) -> Any:
        if name not in names_of_fields(self._kind):
            raise AttributeError(name)
        sheet = None if self._below is None else getattr(self._below, name)
        if type(self._below) is self._kind:
            path = (*self._path, name)
            self._log.setdefault(path, sheet is not None)
            sheet = None if sheet is None else LoggedRecord(type(sheet), sheet, path, self._log)
        setattr(self, name, sheet)
        return sheet


class LoggedTable(Mapping[str, Any]):
    """A table of the desk, of which is noted which rows are looked for."""

    def __init__(self, table: str, rows: Mapping[str, Any], log: ReadLog) -> None:
        self._table = table
        self._rows = rows
        self._log = log
        self._logged: dict[str, Any] = {}

    def _look_up(self, row_id: object) -> bool:
        there = row_id in self._rows
        if self._table != "agents":
            self._log.setdefault((self._table, str(row_id)), there)
        return there

    def __getitem__(self, row_id: str) -> Any:
        row = self._logged.get(row_id)
        if row is None:
            if not self._look_up(row_id):
                raise KeyError(row_id)
            path = (self._table, row_id)
            below = self._rows[row_id]
            row = (
                LoggedFile(type(below), below, path, self._log)
                if self._table == "cases"
                else LoggedRecord(ROW_CLASSES[self._table], below, path, self._log)
            )
            self._logged[row_id] = row
        return row

    def __contains__(self, row_id: object) -> bool:
        return self._look_up(row_id)

    def __iter__(self) -> Iterator[str]:
        if self._table != "agents":
            self._log.setdefault((self._table,), tuple(sorted(self._rows)))
        return iter(sorted(self._rows))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class OverlaidTable(Mapping[str, Any]):
    """A table after something happened: the rows that changed, over those before."""

    def __init__(self, below: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        self._below = below
        self._changed = changed

    def __getitem__(self, row_id: str) -> Any:
        row = self._changed[row_id] if row_id in self._changed else self._below[row_id]
        if row is None:
            raise KeyError(row_id)
        return row

    def __contains__(self, row_id: object) -> bool:
        return self._changed[str(row_id)] is not None if row_id in self._changed else row_id in self._below

    def __iter__(self) -> Iterator[str]:
        new = {row_id for row_id, row in self._changed.items() if row is not None}
        return iter(sorted(new.union(row_id for row_id in self._below if row_id not in self._changed)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class LoggedDesk(Desk):
    """A desk of which everything that is read is noted in a log.

    Attributes:
        books: What its witnesses have written down.
    """

    books: Books

    @classmethod
    def of(
        cls, policy: Policy, now: Any, tables: Mapping[str, Mapping[str, Any]], log: ReadLog, house: House
    ) -> LoggedDesk:
        """A desk with these rows."""
        held: list[Any] = [*(LoggedTable(name, tables.get(name, {}), log) for name in TABLES), house]
        return cls(policy, now, *held)

    def evolve(self, events: Iterable[Event]) -> Any:
        """The desk after these events, in layers, made when it is first looked at; this one stays as it is."""
        return DeskAfter(self, tuple(events))

    def after_event(self, event: Event) -> LoggedDesk:
        """The desk after one event."""
        edits = Edits(_overlaid_effects(self.house), lambda table, row_id: getattr(self, table).get(row_id))
        edits.apply((event,))
        written = {
            table: {row_id: _read_only(row) for row_id, row in rows.items()} for table, rows in edits.rows.items()
        }
        tables = (
            OverlaidTable(getattr(self, name), written[name]) if name in written else getattr(self, name)
            for name in TABLES
        )
        held: list[Any] = [*tables, self.house]
        return type(self)(self.policy, event.at, *held)


class WrittenRecord(LoggedRecord):
    """A record over another, to which an event writes; nobody asks what is read of it."""

    def __init__(self, kind: type, below: Any) -> None:
        super().__init__(kind, below, (), {})


def _read_only(row: Any) -> Any:
    """A row to which an event wrote, for the next one to lie over."""
    if type(row) is LoggedFile:
        sheets = names_of_fields(vars(row)["_kind"])
        vars(row).update({name: _read_only(sheet) for name, sheet in vars(row).items() if name in sheets})
    if type(row) is not WrittenRecord:
        return row
    readable = LoggedRecord.__new__(LoggedRecord)
    vars(readable).update(vars(row))
    return readable


def _overlay_effect(effect: Effect) -> Effect:
    """The same effect where what it changes lies over what was there before."""
    kind, create = effect.record, effect.create
    layered = changed(
        effect,
        record=LoggedRecord,
        thaw=partial(WrittenRecord, kind),
        create=create and partial(_create_written, kind, create),
    )
    file = effect.file
    if file is None:
        return layered
    new_file = effect.new_file and (lambda case: LoggedFile(file, None, (), {}, case=case))
    return changed(layered, file=LoggedFile, thaw_file=lambda below: LoggedFile(file, below, (), {}), new_file=new_file)


def _create_written(kind: type, create: Callable[[Event], Any], event: Event) -> WrittenRecord:
    made = create(event)
    return WrittenRecord(kind, made if type(made) is kind else freeze(made, kind))


@cache
def _overlaid_effects(house: House) -> Effects:
    """What events do in a house, where what they change lies over what was there before."""
    return Effects(lambda event: tuple(map(_overlay_effect, house.effects[event])))


class DeskAfter:
    """A desk after some events: nothing is read for its sake before somebody looks at it."""

    def __init__(self, desk: LoggedDesk | DeskAfter, events: tuple[Event, ...]) -> None:
        self._before = desk
        self._events = events

    def evolve(self, events: Iterable[Event]) -> DeskAfter:
        """The desk after these events too."""
        return DeskAfter(self, tuple(events))

    @cached_property
    def _desk(self) -> LoggedDesk:
        desk = self._before._desk if isinstance(self._before, DeskAfter) else self._before  # noqa: SLF001 -- its own kind
        for event in self._events:
            desk = desk.after_event(event)
        return desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)
