"""The components that the explorer's states are made of: agents, and what belongs to one case.

A state is a small desk: a team, and a few cases. It is cut into components that no command joins: every agent is one,
and so is all that belongs to one case (its file, thread, customer, messages, notes, commitments, wrap-ups). Each
different component is kept once and has a number; a state is a few numbers.

Components are brought into **canonical form**, so that two that behave alike are one:

* Every state stands at the same instant, `NOON`. An instant in a record says how long ago it was. One that nothing
  reads is `NOON`, and one that a timer counts from is there, a second before the timer's end, or at it.
* What a scope leaves apart (`apart`) has its first value for ever, and counters stop at what the scope says
  (`at_most`).
* A message is forgotten when it has gone, unless its id is a draft's, which must be sent once: so ids may be used
  again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

import attrs

from casecore.desk import Desk
from casecore.explore.memo import ComponentRows, Facts, NumberedPlaces
from casecore.explore.pages import (
    BLANK,
    LINKS,
    MESSAGE_PAGES,
    NOTHING_WRITTEN,
    EditedRows,
    Fields,
    Link,
    Writing,
    instants_among,
    link_instants,
    linked_instant,
    write_page,
)
from casecore.explore.read_log import ROW_CLASSES, ROW_NAMES, Path, names_of_fields
from casecore.explore.scope import NOON
from casecore.kernel import Event, frozen
from casecore.kernel.effects import Edits, Effect, effect_at
from casecore.rooms.composition import CaseFile, House


@frozen
class TimePassed:
    """Time has gone by for one instant: it is now so long ago. The explorer's own event, beside those of the desk.

    Attributes:
        path: Where the instant stands.
        since: What it is now, seen from `NOON`.
        after: How long after it the timer ends.
    """

    path: Path
    since: datetime
    after: timedelta


@attrs.frozen(eq=False)
class StateComponent:
    """An agent, or all that belongs to one case, in canonical form.

    Attributes:
        number: Its own, among the components of its sort.
        rows: Its records.
        facts: The same, for questions.
    """

    number: int
    rows: ComponentRows
    facts: Facts


class StepResult(Protocol):
    """What comes of a move: what happens, under a number of its own."""

    @property
    def number(self) -> int:
        """Its own."""

    @property
    def verdict(self) -> object:
        """The answer to a command; None where time passes."""

    @property
    def happens(self) -> tuple[Event | TimePassed, ...]:
        """The desk's events, or the one instant that passes on."""

    @property
    def marked(self) -> tuple[Event | TimePassed, ...]:
        """The same, at an instant by which its writing in records is known."""


class TouchedRow:
    """A row that a step touches, and what it makes of each record that it finds there.

    Attributes:
        key: The row, by table and id.
        sheets: The sheets of a case file that are touched; none: it is the row itself.
        fields: What is written on a page; none: the events say what becomes of it.
        becomes: For each sheet, or the row, what the record becomes by what it was (its `id`): in canonical form, and
            as it happened. None: it is gone.
    """

    __slots__ = ("becomes", "fields", "key", "sheets")

    def __init__(self, key: tuple[str, str], sheets: tuple[str, ...] = (), fields: Fields = ()) -> None:
        self.key = key
        self.sheets = sheets
        self.fields = fields
        self.becomes: tuple[dict[int, tuple[Any, Any]], ...] = tuple({} for _ in sheets or (None,))


@attrs.frozen(eq=False)
class StepTaken:
    """What a step does to the components of one sort.

    Attributes:
        events: What happens.
        writing: What is written in the books.
        rows: What it touches.
        passing: The pages whose instant passes with that of a record, by the instant.
        links: What it makes of the links, by all that this depends on (`pages.instants_among`).
    """

    events: tuple[Event | TimePassed, ...]
    writing: Writing
    rows: tuple[TouchedRow, ...]
    passing: dict[Link, TouchedRow] = attrs.field(factory=dict)
    links: dict[frozenset[Any], Any] = attrs.field(factory=dict)


class ComponentPool:
    """Every different component of one sort, each kept once.

    What an event does to a record depends on that record alone, and so does what is written on a page. So a step is
    taken once with each record that it finds, and from then on only put together of what is known (`number_after`).

    Args:
        form: Brings rows into canonical form.
        mine: (table, id) -> whether a row belongs to components of this sort.
        house: What its events do.
        places: Where it is numbered what stands in them.
    """

    def __init__(
        self, form: CanonicalForm, mine: Callable[[str, str], bool], house: House, places: NumberedPlaces
    ) -> None:
        self._house = house
        self._places = places
        self._form = form
        self._mine = mine
        self._numbers: dict[Any, int] = {}
        self._steps: dict[tuple[int, int], StepTaken] = {}
        self._bearings: list[frozenset[Any]] = []
        self.all: list[StateComponent] = []

    def number_of(self, rows: ComponentRows) -> int:
        """The number of the component that these rows are, once they are in canonical form."""
        formed = {key: self._form(key, row) for key, row in rows.items()}
        return self._number_among({key: row for key, row in formed.items() if row is not None})

    def number_after(
        self,
        number: int,
        result: StepResult,
        writing: Writing = NOTHING_WRITTEN,
        *,
        linked: frozenset[str] = frozenset(),
    ) -> int:
        """The number of the component that a step makes of one.

        Args:
            number: The component.
            result: What happens.
            writing: What is written in the books.
            linked: The instants on pages that are linked with those in records (`pages.py`).
        """
        step = self._steps.get((result.number, writing.number))
        if step is None:
            events = result.marked if linked else result.happens
            step = self._steps[result.number, writing.number] = StepTaken(
                events, writing, tuple(self._touched_by(events, writing))
            )
        before = self.all[number].rows
        rows = dict(before)
        for touched in step.rows:
            self._touch(touched, before, rows, step)
        if result.verdict is None:
            for link in before.get(LINKS, ()):
                self._pass_linked(link, before, rows, step)
        elif linked:
            bearing = self._bearings[number]
            if bearing not in step.links:
                step.links[bearing] = self._form(LINKS, self._links_after(before, step, linked))
            _put(rows, LINKS, step.links[bearing])
        return self._number_among(rows)

    def _touched_by(self, events: tuple[Event | TimePassed, ...], writing: Writing) -> Iterator[TouchedRow]:
        """The rows of mine that events, and what is written of them, may change."""
        sheets: dict[tuple[str, str], list[str]] = {}
        for event in events:
            if isinstance(event, TimePassed):
                table, row_id, *names = event.path[:-1]
                sheets.setdefault((table, row_id), []).extend(names)
            else:
                for effect in self._house.effects[type(event)]:
                    names = [] if effect.sheet is None else [effect.sheet]
                    sheets.setdefault((effect.table, effect.row_id(event)), []).extend(names)
        yield from (TouchedRow(key, tuple(dict.fromkeys(names))) for key, names in sheets.items() if self._mine(*key))
        yield from (TouchedRow(key, (), fields) for key, fields in writing.writes if self._mine(*key))

    def _touch(self, touched: TouchedRow, before: ComponentRows, rows: EditedRows, step: StepTaken) -> None:
        """Let a row be what a step makes of it."""
        row = before.get(touched.key)
        if not touched.sheets:
            known = touched.becomes[0].get(id(row)) or self._learn(touched, row, step)[0]
            _put(rows, touched.key, known[0])
            return
        held = (None if row is None else getattr(row, sheet) for sheet in touched.sheets)
        found: list[Any] = [known.get(id(record)) for known, record in zip(touched.becomes, held, strict=True)]
        if None in found:
            found = self._learn(touched, row, step)
        made = {sheet: formed for sheet, (formed, _) in zip(touched.sheets, found, strict=True)}
        if row is not None or {*map(type, made.values())} != {type(None)}:  # where there is no case nothing is noticed
            rows[touched.key] = self._form.file_with(row, made)

    def _learn(self, touched: TouchedRow, row: Any, step: StepTaken) -> list[tuple[Any, Any]]:
        """Take a step with one row, and remember what becomes of it, or of each of its sheets."""
        key, rows = touched.key, {} if row is None else {touched.key: row}
        if touched.fields:
            write_page(rows, key, touched.fields)
        else:
            apply_events(rows, step.events, lambda *other: other == key, self._house)
        after = rows.get(key)
        if not touched.sheets:
            found = [(None if after is None else self._form(key, after), after)]
            touched.becomes[0][id(row)] = found[0]
            return found
        found = []
        for sheet, becomes in zip(touched.sheets, touched.becomes, strict=True):
            made = None if after is None else getattr(after, sheet)
            becomes[id(None if row is None else getattr(row, sheet))] = pair = self._form.of_sheet(sheet, made), made
            found.append(pair)
        return found

    def _pass_linked(self, link: Link, before: ComponentRows, rows: EditedRows, step: StepTaken) -> None:
        """Let the instant of a page pass if that of a record passes with which it is linked."""
        (passed,) = step.events
        if isinstance(passed, TimePassed) and linked_instant(link).path(link[1], in_record=True) == passed.path:
            touched = step.passing.get(link)
            if touched is None:
                touched = step.passing[link] = TouchedRow(link[:2], (), ((link[2], passed.since),))
            self._touch(touched, before, rows, step)

    def _links_after(self, before: ComponentRows, step: StepTaken, linked: frozenset[str]) -> frozenset[Link]:
        """The links after a step, which depend on what happened before it is brought into canonical form."""
        rows = dict(before)
        for touched in step.rows:
            row = before.get(touched.key)
            if touched.sheets:
                held = {sheet: None if row is None else getattr(row, sheet) for sheet in self._house.sheets}
                known = zip(touched.sheets, touched.becomes, strict=True)
                made = {sheet: becomes[id(held[sheet])][1] for sheet, becomes in known}
                rows[touched.key] = self._house.file(**{**held, **made})
            else:
                _put(rows, touched.key, touched.becomes[0][id(row)][1])
        link_instants(rows, step.writing, linked)
        links: frozenset[Link] = rows[LINKS]
        return links

    def _number_among(self, rows: dict[tuple[str, str], Any]) -> int:
        """The number of the component that these rows are, which are in canonical form."""
        known = frozenset([(key, id(row)) for key, row in rows.items()])  # equal rows are the same object
        number = self._numbers.get(known)
        if number is None:
            number = self._numbers[known] = len(self.all)
            self.all.append(StateComponent(number, rows, Facts(rows, self._places)))
            self._bearings.append(instants_among(rows))
        return number

    def alike_without_books(self) -> list[int]:
        """For each component, the first one that has the same records, whatever stands in the books."""
        first: dict[frozenset[Any], int] = {}
        alike = []
        for component in self.all:
            records = [(key, id(row)) for key, row in component.rows.items() if key[0] not in BLANK and key != LINKS]
            alike.append(first.setdefault(frozenset(records), component.number))
        return alike


def _put(rows: dict[tuple[str, str], Any], key: tuple[str, str], row: Any) -> None:
    if row is None:
        rows.pop(key, None)
    else:
        rows[key] = row


def apply_events(
    rows: dict[tuple[str, str], Any],
    events: Iterable[Event | TimePassed],
    mine: Callable[[str, str], bool],
    house: House,
) -> None:
    """Apply events to those rows that are mine; what they do to others is left aside."""
    edits = Edits(house.effects, lambda table, row_id: rows.get((table, row_id)), mine)
    for event in events:
        if not isinstance(event, TimePassed):
            edits.apply((event,))
        elif mine(*event.path[:2]):
            table, row_id, *sheet, name = event.path
            if table in BLANK:
                write_page(rows, (table, row_id), ((name, event.since),))
            else:
                setattr(edits.editing(_finding_effects(house)[table, *sheet], row_id), name, event.since)
    for table, changed in edits.frozen().items():
        for row_id, row in changed.items():
            if row is not None:
                rows[table, row_id] = row
            else:
                rows.pop((table, row_id), None)


@cache
def _finding_effects(house: House) -> Mapping[tuple[str, ...], Effect]:
    """For the record at each place, an effect that finds it."""
    return {
        (place.table, *((place.sheet,) if place.sheet else ())): effect_at(place, kind)
        for kind, place in house.places.items()
    }


# Canonical form ----------------------------------------------------------------------------------------


class CanonicalForm:
    """Brings records into canonical form; equal ones become the same object.

    Args:
        counting: Fields, as `row.field`, of instants that a timer counts from and some question reads.
        apart: Sheets (`clocks`) and fields (`offers.asked`) that the scope leaves apart.
        at_most: Counters (`contact.attempts`) and where they stop.
        kept: Ids of messages that are not forgotten.
        house: What it keeps of a case.
    """

    def __init__(
        self,
        counting: frozenset[str],
        apart: frozenset[str],
        at_most: Mapping[str, int],
        kept: frozenset[str],
        house: House,
    ) -> None:
        self._file, self._sheets = house.file, house.sheets
        self._counting = counting
        self._apart = apart
        self._at_most = at_most
        self._kept = kept
        self._canonical: dict[Any, Any] = {}
        self._files: dict[tuple[int, ...], CaseFile] = {}
        self._canonical_ids: set[int] = set()  # of records that `_canonical` keeps alive

    def __call__(self, key: tuple[str, str], row: Any) -> Any:
        """The row in canonical form; None where it is forgotten."""
        table, row_id = key
        if table in {"messages", MESSAGE_PAGES} and row_id not in self._kept:
            return None
        if key == LINKS:
            return self._canonical.setdefault(row, row) if row else None
        if table in BLANK and (row == BLANK[table] or ROW_NAMES[table] in self._apart):
            return None
        if table != "cases":
            return self._canonical_record(ROW_NAMES[table], row)
        return self._file_of([self.of_sheet(name, getattr(row, name)) for name in self._sheets])

    def file_with(self, file: Any, changed: Mapping[str, Any]) -> CaseFile:
        """The file with some other sheets, which are in canonical form as the file is; None: there is none so far."""
        sheets = [
            changed[name] if name in changed else None if file is None else getattr(file, name) for name in self._sheets
        ]
        return self._file_of(sheets)

    def _file_of(self, sheets: list[Any]) -> CaseFile:
        ids = tuple(map(id, sheets))
        file = self._files.get(ids)
        if file is None:
            file = self._files[ids] = self._file(*sheets)
        return file

    def of_sheet(self, name: str, sheet: Any) -> Any:
        """A sheet of a file in canonical form; None where there is none."""
        return None if sheet is None else self._canonical_record(name, sheet)

    def _canonical_record(self, name: str, row: Any) -> Any:
        if id(row) in self._canonical_ids:
            return row
        formed = self._canonical.get(row)
        if formed is None:
            made = self._make_canonical(name, row)
            formed = self._canonical[row] = self._canonical.setdefault(made, made)
            self._canonical_ids.add(id(formed))
        return formed

    def _make_canonical(self, name: str, row: Any) -> Any:
        kind: Any = type(row)
        if name in self._apart:
            return kind()
        made: Any = object.__new__(kind)  # as it is: a fault may count below zero, which no constructor takes
        for field in names_of_fields(kind):
            value = self._canonical_value(f"{name}.{field}", getattr(row, field), kind)
            object.__setattr__(made, field, value)
        return made

    def _canonical_value(self, path: str, value: Any, kind: Any) -> Any:
        if path in self._apart:
            first = getattr(attrs.fields(kind), path.partition(".")[2]).default
            return first.factory() if hasattr(first, "factory") else first
        if isinstance(value, datetime):
            return value.replace(microsecond=0) if path in self._counting else NOON
        return min(value, self._at_most[path]) if path in self._at_most else value


def rows_of_desk(desk: Desk) -> dict[tuple[str, str], Any]:
    """All records of a desk, by table and id."""
    return {(table, row_id): row for table in (*ROW_CLASSES, "cases") for row_id, row in getattr(desk, table).items()}
