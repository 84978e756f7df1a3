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

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import attrs

from casecore.desk import Desk
from casecore.explore.memo import Facts, PlacesRead
from casecore.explore.pages import (
    BLANK,
    LINKS,
    MESSAGE_PAGES,
    NOTHING_WRITTEN,
    Writing,
    link_instants,
    pass_linked,
    write_pages,
)
from casecore.explore.read_log import ROW_CLASSES, ROW_NAMES, Path, names_of_fields
from casecore.explore.scope import NOON
from casecore.kernel import Event, frozen
from casecore.kernel.effects import Edits, Effect, effect_at
from casecore.rooms.composition import CaseFile, House

ComponentRows = Mapping[tuple[str, str], Any]
"""Records by table and id."""


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


class ComponentPool:
    """Every different component of one sort, each kept once.

    Args:
        form: ((table, id), row) -> the row in canonical form; None: it is forgotten.
        mine: (table, id) -> whether a row belongs to components of this sort.
        house: What its events do.
        places: Where it is numbered what stands in them.
    """

    def __init__(
        self,
        form: Callable[[tuple[str, str], Any], Any],
        mine: Callable[[str, str], bool],
        house: House,
        places: PlacesRead,
    ) -> None:
        self._places = places
        self._house = house
        self._canonical_form = form
        self._mine = mine
        self._numbers: dict[Any, int] = {}
        self.all: list[StateComponent] = []

    def number_of(self, rows: ComponentRows) -> int:
        """The number of the component that these rows are, once they are in canonical form."""
        return self._number_among(rows, {})

    def number_after(
        self,
        number: int,
        events: Iterable[Event | TimePassed],
        writing: Writing = NOTHING_WRITTEN,
        *,
        linked: frozenset[str] = frozenset(),
    ) -> int:
        """The number of the component that a step makes of one.

        Args:
            number: The component.
            events: What happens.
            writing: What is written in the books.
            linked: The instants on pages that are linked with those in records (`pages.py`), by the mark of the events.
        """
        rows: dict[tuple[str, str], Any] = dict(self.all[number].rows)
        apply_events(rows, events, self._mine, self._house)
        write_pages(rows, writing, self._mine)
        if linked:
            link_instants(rows, writing, linked)
        return self._number_among(rows, self.all[number].rows)

    def _number_among(self, rows: ComponentRows, canonical: ComponentRows) -> int:
        """The number of the component that these rows are, of which some are in canonical form already."""
        formed, form = {}, self._canonical_form
        for key, row in rows.items():
            row_now = row if canonical.get(key) is row else form(key, row)
            if row_now is not None:
                formed[key] = row_now
        known = frozenset([(key, id(row)) for key, row in formed.items()])  # equal rows are the same object
        number = self._numbers.get(known)
        if number is None:
            number = self._numbers[known] = len(self.all)
            self.all.append(StateComponent(number, formed, Facts(formed, self._places)))
        return number

    def alike_without_books(self) -> list[int]:
        """For each component, the first one that has the same records, whatever stands in the books."""
        first: dict[frozenset[Any], int] = {}
        alike = []
        for component in self.all:
            records = [(key, id(row)) for key, row in component.rows.items() if key[0] not in BLANK and key != LINKS]
            alike.append(first.setdefault(frozenset(records), component.number))
        return alike


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
                write_pages(rows, Writing(-1, (((table, row_id), ((name, event.since),)),)), mine)
            else:
                setattr(edits.editing(_finding_effects(house)[table, *sheet], row_id), name, event.since)
                pass_linked(rows, event.path, event.since)
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
        sheets: list[Any] = [
            None if (sheet := getattr(row, name)) is None else self._canonical_record(name, sheet)
            for name in self._sheets
        ]
        ids = tuple(map(id, sheets))
        file = self._files.get(ids)
        if file is None:
            file = self._files[ids] = self._file(*sheets)
        return file

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
