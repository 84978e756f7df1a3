"""The desk of an audit: what a log has told of it so far.

It has the tables of a desk, and the same rooms change its rows by the same edits; rows are written to in place, and may
lack what is not told (`untold.py`). It differs from a desk where a log does:

* A row that was never told of is **adopted** when something speaks of it, with nothing known but its id: the case of a
  log that is cut off, an agent whom no row has introduced. Where everything that begins such rows is told, there is
  none, and that is known.
* An edit that looks at something untold makes what it may write untold.
* What may have happened, and nobody knows, makes what it would have changed untold (`blur`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.audit.judging.knowledge import FieldsOf, Knowledge, fields_written_by, fields_written_for_good
from casecore.audit.judging.supposing import MOST_GUESSES, NOBODY, every_answer
from casecore.audit.judging.untold import (
    NOTHING,
    UNTOLD,
    NotTold,
    become,
    blind_row,
    copied_row,
    field_names,
    forget,
    open_row,
    raw_reader,
    settle,
    tell_both,
)
from casecore.kernel import Event
from casecore.kernel.effects import ByClass, Effect
from casecore.kernel.records import id_of_row, thaw
from casecore.kernel.values import full_class, kind_of
from casecore.rooms.composition import TABLES, House

FEW_GUESSES: Final = 16
"""So many values are tried to see what becomes of a row; beyond that nothing is known of what may have been written."""

_NONE_NAMED: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})

_Applied: TypeAlias = "tuple[Effect, dict[str, Any], Callable[[Any], Any] | None, Callable[[Any, Any], None] | None]"
"""What an event does to a row: how, in which table, how a sheet of a file is read, and what it writes where all is told
of the event and of the row."""


class ToldDesk:
    """What a log has told of a desk.

    Args:
        knowledge: What commands and events may change.
        stays: The fields that stay untold, by the class of the records.
        told: The fields that the log tells wholly: nothing changes them that it does not tell.
        adopted: The tables in which a row may lie of which nothing was told.
        fleeting: The classes of rows that may leave their tables at any time, and nobody tells.

    Attributes:
        now: The instant of the last row (aware, UTC).
        in_mid_life: How many rows were adopted, by table.
        concerns_all: Whether something told concerned any row that there is, because nobody says which.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        stays: FieldsOf,
        told: FieldsOf,
        adopted: Iterable[str] = (),
        fleeting: Collection[type] = (),
    ) -> None:
        self.house: House = knowledge.house
        self.now: datetime | None = None
        self.concerns_all = False
        self.in_mid_life = Counter[str]()
        self.knowledge = knowledge
        self._stays = stays
        self._told = told
        self._changeable: dict[frozenset[type[Event]], FieldsOf] = {}
        self._adopted = set(adopted)
        self._fleeting = frozenset(knowledge.house.places[record].table for record in fleeting)
        self._records: dict[str, type] = {
            place.table: kind for kind, place in self.house.places.items() if place.sheet is None
        }
        self._records["cases"] = self.house.file
        self._first = self.house.sheets[0]
        self._case = self.house.views.class_of(self._first)
        self._written: dict[Any, frozenset[str]] = {}
        self._doubted: set[tuple[str, str]] = set()
        self._blurs = 0
        self._blurred: dict[int, tuple[int, FieldsOf]] = {}
        self._caught_up: dict[tuple[str, str], int] = {}
        self.tables: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
        self._effects = ByClass[tuple[_Applied, ...]](self._effects_of)

    # Rows ----------------------------------------------------------------------------------------------

    def table_of(self, record: type) -> str:
        """The table in which records of a class lie: its rows, or sheets of its rows."""
        return "cases" if record is self.house.file else self.house.places[record].table

    def find(self, table: str, row_id: str) -> Any:
        """A row, as far as it is told; None where there is none, UNTOLD where it may be there no more."""
        row = self.tables[table].get(row_id)
        if table in self._fleeting:
            return None if row is None and not self.adopts(table, row_id) else UNTOLD
        if row is None:
            return self.adopt(table, row_id) if self.adopts(table, row_id) else None
        if self._blurred:
            self.catch_up(table, row_id, row)
        return row

    def find_if_told(self, table: str, row_id: str) -> Any:
        """The same; UNTOLD where it is not known whether there is one."""
        row = self.tables[table].get(row_id)
        if row is None:
            return UNTOLD if self.adopts(table, row_id) else None
        return self.find(table, row_id)

    def surely_there(self, table: str, row_id: str) -> bool:
        """Whether it is known that there is such a row."""
        return row_id in self.tables[table] and table not in self._fleeting

    def adopts(self, table: str, row_id: str) -> bool:
        """Whether a row of a table may be there of which nothing was told."""
        return (table in self._adopted or (table, row_id) in self._doubted) and row_id not in NOBODY

    def adopt(self, table: str, row_id: str) -> Any:
        """A row of which nothing is known but its id."""
        self.in_mid_life[table] += 1
        return self._keep(table, row_id, self._blind(self._records[table], row_id))

    def _keep(self, table: str, row_id: str, row: Any) -> Any:
        self.tables[table][row_id] = row
        if self._blurred:
            self._caught_up[table, row_id] = self._blurs
        return row

    def adopt_case(self, case: str, **told: Any) -> Any:
        """A case of which this is known, and nothing else."""
        self.adopt("cases", case)
        self.tell_case(case, **told)
        return self.tables["cases"][case]

    def tell_case(self, case: str, **told: Any) -> None:
        """Let something be known of a case, of which no event tells."""
        sheet = self.tables["cases"][case].case
        for name, value in told.items():
            setattr(sheet, name, value)

    def forget_case(self, case: str, *fields: str) -> None:
        """Let something be known no more of a case."""
        forget(self.tables["cases"][case].case, frozenset(fields))

    def _blind(self, record: Any, row_id: str) -> Any:
        if record is self.house.file:
            return blind_row(record, {self._first: self._blind(self._case, row_id)}, self.stays_of(record))
        names = field_names(record)
        called = "id" in names and not hasattr(record, "row_id")
        return blind_row(record, {"id": row_id} if called else {}, self.stays_of(record))

    def stays_of(self, record: type) -> frozenset[str]:
        """The fields of a record that stay untold."""
        return self._stays.get(record, NOTHING)

    # Evolving ------------------------------------------------------------------------------------------

    def apply(self, events: Iterable[Event]) -> None:
        """Do to the rows what events do."""
        for event in events:
            for effect, rows, read_sheet, edit in self._effects[type(event)]:
                try:
                    row_id = effect.row_id(event)
                except NotTold:  # on some row, nobody says which
                    self._doubt(kind_of(event))
                    continue
                if edit is not None:
                    row = rows.get(row_id)
                    row = row if row is None or read_sheet is None else read_sheet(row)
                    if row is not None and row is not UNTOLD and not type(row).untold:
                        edit(row, event)
                        continue
                if effect.sheet is None:
                    self._apply_to_row(effect, row_id, event)
                else:
                    self._apply_to_sheet(effect, row_id, event)

    def _effects_of(self, kind: type) -> tuple[_Applied, ...]:
        return tuple(
            (
                effect,
                self.tables[effect.table],
                None if effect.sheet is None else raw_reader(self.house.file, effect.sheet),
                None if hasattr(kind, "untold") else effect.edit,
            )
            for effect in self.house.effects[full_class(kind)]
        )

    def _apply_to_row(self, effect: Effect, row_id: str, event: Event) -> None:
        rows = self.tables[effect.table]
        if effect.create is not None:
            self._keep(effect.table, row_id, self._made(effect, event))
        elif effect.edit is None:
            rows.pop(row_id, None)
        else:
            row = rows.get(row_id)
            if row is None and not effect.optional:
                row = self.adopt(effect.table, row_id)
            if row is not None:
                self._edit(effect, row, event)

    def _apply_to_sheet(self, effect: Effect, row_id: str, event: Event) -> None:
        sheet: Any = effect.sheet
        rows = self.tables[effect.table]
        file = rows.get(row_id)
        if effect.create is not None:
            made = self._made(effect, event)
            if file is None:
                if effect.new_file is None:
                    file = self.adopt(effect.table, row_id)
                else:
                    kind: Any = effect.file
                    self._keep(effect.table, row_id, open_row(effect.new_file(made), kind, self.stays_of(kind)))
                    return
            setattr(file, sheet, made)
            return
        if file is None:
            if effect.optional:
                return
            file = self.adopt(effect.table, row_id)
        if effect.edit is None:
            setattr(file, sheet, None)
            return
        held = raw_reader(type(file), sheet)(file)
        if (held is None or held is UNTOLD) and not effect.optional:
            setattr(file, sheet, self._blind(effect.record, row_id))  # it is there, or this could not have happened
            held = raw_reader(type(file), sheet)(file)
        if held is not None and held is not UNTOLD:
            self._edit(effect, held, event)

    def _made(self, effect: Effect, event: Event) -> Any:
        """A new record; where too little is told to make it, one of which nothing is known."""
        create: Any = effect.create
        record: Any = effect.record
        stays = self.stays_of(record)
        try:
            return _open_new(create, event, record, stays)
        except NotTold as untold:
            make = partial(_open_new, create, event, record, stays)
            made = self._in_any_case(make, untold, (event,), MOST_GUESSES)
        return self._blind(record, effect.row_id(event)) if made is None else made

    @staticmethod
    def _in_any_case(make: Callable[[], Any], untold: NotTold, seen: tuple[Any, ...], most: int = FEW_GUESSES) -> Any:
        """What a row is whatever it is that is untold; None where that cannot be tried out."""
        found = None
        for row in every_answer(make, untold, lambda: seen, most=most):
            if isinstance(row, NotTold):
                return None
            found = settle(row) if found is None else tell_both(found, settle(row))
        return found

    def _doubt(self, event: type[Event]) -> None:
        """Doubt an event that happened to some row, and nobody says to which."""
        self.blur_everywhere(self.changeable({event}))
        self.doubt(self.knowledge.tables_begun_by({event}))
        self.doubt_all_rows(self.knowledge.records_ended_by({event}))

    def _edit(self, effect: Effect, row: Any, event: Event) -> None:
        edit: Any = effect.edit

        def edited() -> Any:
            copied = copied_row(row)
            edit(copied, event)
            return copied

        matters = self._written_by(effect) - type(row).stays
        partly = copied_row(row)
        try:
            edit(partly, event)
            after = partly
        except NotTold as untold:
            tried = not matters <= self._told_of(effect.record)  # what the log tells wholly, it tells again
            after = self._in_any_case(edited, untold, (row, event)) if tried else None
        if after is None:
            known = self._written_already(edit, row, partly) & matters
            forget(row, matters - known)
            for name in known:
                setattr(row, name, raw_reader(type(partly), name)(partly))
        else:
            become(row, after)

    @staticmethod
    def _written_already(edit: Any, row: Any, partly: Any) -> frozenset[str]:
        """The fields that an edit had written for good before it looked at something untold."""
        read = ((name, raw_reader(type(row), name)) for name in fields_written_for_good(edit))
        return frozenset(name for name, get in read if get(partly) is not UNTOLD and get(partly) is not get(row))

    def _written_by(self, effect: Effect) -> frozenset[str]:
        edit: Any = effect.edit
        known = self._written.get(edit)
        if known is None:
            known = self._written[edit] = fields_written_by(edit, effect.record)
        return known

    def changeable(self, events: Collection[type[Event]]) -> FieldsOf:
        """The fields that events of these classes may change, of those that can be known and are not told wholly."""
        asked = frozenset(events)
        if asked not in self._changeable:
            changed = self.knowledge.fields_changed_by(asked).items()
            known = {record: names - self.stays_of(record) - self._told_of(record) for record, names in changed}
            self._changeable[asked] = {record: names for record, names in known.items() if names}
        return self._changeable[asked]

    def would_notice(self, events: Collection[type[Event]]) -> bool:
        """Whether anything would be known otherwise if events of these classes happened."""
        return bool(self.changeable(events)) or not self.knowledge.tables_begun_by(events) <= self._adopted

    def _told_of(self, record: type) -> frozenset[str]:
        return self._told.get(record, NOTHING)

    def file_of(self, row: Any) -> Any:
        """The file of a case, if this is its first sheet."""
        return self.tables["cases"].get(row.id) if kind_of(row) is self._case else None

    # What may have happened ----------------------------------------------------------------------------

    def blur(self, rows: Iterable[Any], changed: FieldsOf) -> None:
        """Let these fields be untold on these rows, because something may have changed them.

        Args:
            rows: Files of cases, their sheets, and rows of the other tables.
            changed: The fields, by the class of the records.
        """
        for row in rows:
            fields = changed.get(kind_of(row))
            if fields:
                forget(row, fields)

    def doubt_event(self, event: Event) -> None:
        """Let what an event would change be untold, because it is not known whether it happened."""
        kind = kind_of(event)
        for effect in self.house.effects[kind]:
            try:
                row_id = effect.row_id(event)
            except NotTold:
                self._doubt(kind)
                continue
            row = self.tables[effect.table].get(row_id)
            if row is None:
                if effect.create is not None:
                    self._doubted.add((effect.table, row_id))
            elif effect.edit is not None:
                self._doubt_edit(effect, row)
            elif effect.sheet is not None:
                forget(row, frozenset({effect.sheet}) if effect.new_file is None else NOTHING)
            elif effect.create is None:
                self._doubt_row(effect.table, row_id)
            else:  # it may be another one by now
                forget(row, frozenset(field_names(effect.record)))

    def doubt_rows(self, rows: Iterable[Any], ended: Collection[type]) -> None:
        """Say of the rows of some classes that they may be there no more."""
        for row in rows:
            record = kind_of(row)
            if record in ended:
                self._doubt_row(self.house.places[record].table, id_of_row(row))

    def doubt_all_rows(self, ended: Collection[type]) -> None:
        """Say of all rows of some classes that they may be there no more."""
        for record in ended:
            table = self.house.places[record].table
            self.tables[table].clear()
            self._adopted.add(table)
            self.concerns_all = True

    def _doubt_row(self, table: str, row_id: str) -> None:
        self.tables[table].pop(row_id, None)
        self._doubted.add((table, row_id))

    def _doubt_edit(self, effect: Effect, row: Any) -> None:
        edited = row if effect.sheet is None else raw_reader(type(row), effect.sheet)(row)
        if edited is not None and edited is not UNTOLD:
            forget(edited, self._written_by(effect) - self._told_of(effect.record))

    def blur_everywhere(self, changed: FieldsOf) -> None:
        """Let these fields be untold on every row there is: something may have changed one, and nobody says which.

        It is done to a row when that is looked at the next time.
        """
        if not changed:
            return
        self.concerns_all = True
        self._blurs += 1
        self._blurred[id(changed)] = self._blurs, changed

    def catch_up(self, table: str, row_id: str, row: Any) -> None:
        """Let a row know no more what may have happened to any row since it was looked at."""
        done = self._caught_up.get((table, row_id), 0)
        if done == self._blurs:
            return
        rows = [row]
        if table == "cases":
            sheets = (raw_reader(type(row), sheet)(row) for sheet in self.house.sheets)
            rows += [sheet for sheet in sheets if sheet is not None and sheet is not UNTOLD]
        for since, changed in self._blurred.values():
            if since > done:
                self.blur(rows, changed)
        self._caught_up[table, row_id] = self._blurs

    def doubt(self, tables: Iterable[str], named: Mapping[str, frozenset[str]] = _NONE_NAMED) -> None:
        """Say that there may be rows of which nothing was told.

        Args:
            tables: In these tables.
            named: Their ids, by table; of a table that is not in it, any.
        """
        for table in tables:
            if table in named:
                self._doubted.update((table, row_id) for row_id in named[table])
            elif table not in self._adopted:
                self._adopted.add(table)
                self.concerns_all = True


def _open_new(create: Callable[[Event], Any], event: Event, record: type, stays: frozenset[str]) -> Any:
    made = create(event)
    if type(made) is record:
        made = thaw(made)  # what a room makes may be the same for all
    return open_row(made, record, stays)


def untold_fields(knowledge: Knowledge, events: Collection[type[Event]], told: FieldsOf) -> FieldsOf:
    """The fields that stay untold.

    Args:
        knowledge: What commands may change.
        events: The classes of events that may have happened without a row of the log.
        told: The fields that the log tells wholly.
    """
    changed = knowledge.fields_changed_by(events)
    return {record: names - told.get(record, NOTHING) for record, names in changed.items()}
