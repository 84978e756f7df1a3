"""The pieces that the explorer's worlds are made of: agents, and what belongs to one case.

A world is a small desk: a team, and a few cases. It is cut into pieces that no command joins: every agent is a piece,
and so is all that belongs to one case (its file, thread, customer, messages, notes, commitments, wrap-ups). Each
different piece is kept once and has a number; a world is a few numbers.

Pieces are brought into **one form**, so that two that behave alike are one:

* Every world stands at the same instant, `NOON`. An instant in a record says how long ago it was. One that nothing
  reads is `NOON`, and one that a timer counts from is there, a second before the timer's end, or at it.
* What a scope leaves apart (`apart`) has its first value for ever, and counters stop at what the scope says
  (`at_most`).
* A message is forgotten when it has gone, unless its id is a draft's, which must be sent once: so ids may be used
  again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from casecore.desk import Desk
from casecore.explore.memo import Facts
from casecore.explore.seen import KINDS, NAMES, Path, fields_of
from casecore.kernel import Event, MissingRow, frozen
from casecore.kernel.records import freeze, thaw
from casecore.rooms.composition import SHEETS, CaseFile, steps

NOON: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""The instant at which every world stands."""

SECOND: Final = timedelta(seconds=1)

Rows = Mapping[tuple[str, str], Any]
"""Records by table and id."""


@frozen
class Passed:
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
class Piece:
    """An agent, or all that belongs to one case, in the one form.

    Attributes:
        number: Its own, among the pieces of its sort.
        rows: Its records.
        facts: The same, for questions.
    """

    number: int
    rows: Rows
    facts: Facts


class Pieces:
    """Every different piece of one sort, each kept once.

    Args:
        form: (table, row) -> the row in the one form; None: it is forgotten.
        mine: (table, id) -> whether a row belongs to pieces of this sort.
    """

    def __init__(self, form: Callable[[str, Any], Any], mine: Callable[[str, str], bool]) -> None:
        self._form = form
        self._mine = mine
        self._numbers: dict[Any, int] = {}
        self.all: list[Piece] = []

    def number_of(self, rows: Rows) -> int:
        """The number of the piece that these rows are, once they are in the one form."""
        formed = {key: row for key in sorted(rows) if (row := self._form(key[0], rows[key])) is not None}
        key = tuple((key, *_parts(row)) for key, row in formed.items())
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.all)
            self.all.append(Piece(number, formed, Facts(formed)))
        return number

    def after(self, number: int, events: Iterable[Event | Passed]) -> int:
        """The number of the piece that these events make of one."""
        rows: dict[tuple[str, str], Any] = dict(self.all[number].rows)
        for event in events:
            if isinstance(event, Passed):
                if self._mine(*event.path[:2]):
                    _pass(rows, event)
            else:
                happen(rows, event, self._mine)
        return self.number_of(rows)


def _parts(row: Any) -> tuple[int, ...]:
    """What tells a row in the one form from others: which objects it is made of, for equal ones are the same."""
    return tuple(id(getattr(row, name)) for name in SHEETS) if isinstance(row, CaseFile) else (id(row),)


def happen(rows: dict[tuple[str, str], Any], event: Event, mine: Callable[[str, str], bool]) -> None:
    """Apply an event to those rows that are mine; what it does to others is left aside."""
    for sheet, table, key, _, create, edit, optional, name in steps(event):
        row_id = key(event)
        if not mine(table, row_id):
            continue
        file = rows.get((table, row_id))
        row = file if name is None else getattr(file, name, None)
        if create is None and row is None:
            if optional:
                continue
            raise MissingRow(event, table, row_id)
        after = _after(sheet, row, create, edit, event)
        if name is not None:
            rows[table, row_id] = _refiled(file, name, after)
        elif after is not None:
            rows[table, row_id] = after
        else:
            del rows[table, row_id]


def _after(sheet: type, row: Any, create: Any, edit: Any, event: Event) -> Any:
    if create is not None:
        made = create(event)
        return made if type(made) is sheet else freeze(made, sheet)
    if edit is None:
        return None
    draft = thaw(row)
    edit(draft, event)
    return freeze(draft, sheet)


def _refiled(file: CaseFile | None, name: str, sheet: Any) -> CaseFile:
    if file is None:
        return CaseFile(**{name: sheet})
    return CaseFile(*[sheet if name == other else getattr(file, other) for other in SHEETS])


def _pass(rows: dict[tuple[str, str], Any], event: Passed) -> None:
    table, row_id, *names = event.path
    row = rows[table, row_id]
    if len(names) == 1:
        rows[table, row_id] = _with(row, names[0], event.since)
    else:
        rows[table, row_id] = _refiled(row, names[0], _with(getattr(row, names[0]), names[1], event.since))


def _with(row: Any, name: str, value: Any) -> Any:
    draft = thaw(row)
    setattr(draft, name, value)
    return freeze(draft, type(row))


# The one form ------------------------------------------------------------------------------------------


class Form:
    """Brings records into the one form; equal ones become the same object.

    Args:
        counting: Fields, as `row.field`, of instants that a timer counts from and some question reads.
        apart: Sheets (`clocks`) and fields (`offers.asked`) that the scope leaves apart.
        at_most: Counters (`contact.attempts`) and where they stop.
        kept: Ids of messages that are not forgotten.
    """

    def __init__(
        self, counting: frozenset[str], apart: frozenset[str], at_most: Mapping[str, int], kept: frozenset[str]
    ) -> None:
        self._counting = counting
        self._apart = apart
        self._at_most = at_most
        self._kept = kept
        self._one: dict[Any, Any] = {}
        self._formed: dict[int, tuple[Any, Any]] = {}  # by identity; the record beside it is thereby kept alive

    def __call__(self, table: str, row: Any) -> Any:
        """The row in the one form; None where it is forgotten."""
        if table == "messages" and row.id not in self._kept:
            return None
        if table != "cases":
            return self._record(NAMES[table], row)
        sheets: list[Any] = [
            None if (sheet := getattr(row, name)) is None else self._record(name, sheet) for name in SHEETS
        ]
        return CaseFile(*sheets)

    def _record(self, name: str, row: Any) -> Any:
        known = self._formed.get(id(row))
        if known is None:
            formed = self._made(name, row)
            formed = self._one.setdefault(formed, formed)
            self._formed[id(formed)] = (formed, formed)
            known = self._formed[id(row)] = (row, formed)
        return known[1]

    def _made(self, name: str, row: Any) -> Any:
        kind: Any = type(row)
        if name in self._apart:
            return kind()
        values = ((field, getattr(row, field)) for field in fields_of(kind))
        return kind(**{field: self._value(f"{name}.{field}", value, kind) for field, value in values})

    def _value(self, path: str, value: Any, kind: Any) -> Any:
        if path in self._apart:
            first = getattr(attrs.fields(kind), path.partition(".")[2]).default
            return first.factory() if hasattr(first, "factory") else first
        if isinstance(value, datetime):
            return value if path in self._counting else NOON
        return min(value, self._at_most[path]) if path in self._at_most else value


def rows_of(desk: Desk) -> dict[tuple[str, str], Any]:
    """All records of a desk, by table and id."""
    return {(table, row_id): row for table in (*KINDS, "cases") for row_id, row in getattr(desk, table).items()}
