"""The desk: the state of one support desk as an immutable value, and every question one can ask of it.

A `Desk` holds records, never events and never texts: the host stores the events it is given, and replaying them gives
the same desk. Each version of a desk shares its memory with the one before, so that a desk of a hundred thousand cases
costs microseconds a command, and old versions can be kept.

    desk, events = desk.handle(command)     # raises CommandRefused, with every reason
    verdict = desk.decide(command)          # the same answer as a value; changes nothing
    desk = desk.evolve(events)              # what handle does with the events

A desk may be **partial**: a service loads the rows that a command needs, decides, and writes back what has changed:

    desk = Desk.loaded(policy, command, read)     # read(table, id) -> the row that the store holds, or None
    after, events = desk.handle(command)
    for (table, row), held in after.changed(desk).items(): ...

It gives the same answer and the same events as the whole one. What was not loaded is an error there, `NotLoaded`, never
something that is not there.

A host that keeps no old versions, and a simulation, may take a `WorkingDesk` (`working.py`): the same commands, rules
and events over one desk that is changed in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Self

import attrs
from attrs import field
from rpds import HashTrieMap

from casecore.desk.questions import Action as Action
from casecore.desk.questions import Actions as Actions
from casecore.desk.questions import AnyDesk as AnyDesk
from casecore.desk.questions import Due as Due
from casecore.desk.questions import Dues as Dues
from casecore.kernel import Command, Event
from casecore.kernel.effects import Edits
from casecore.kernel.loading import Loading, ReadRow, RowName
from casecore.policies import Policy
from casecore.policies.policy import require_policies, require_rules
from casecore.rooms.aftermath import WrapUp
from casecore.rooms.agents import Agent
from casecore.rooms.commitments import Commitment
from casecore.rooms.composition import HOUSE, TABLES, CaseFile, House
from casecore.rooms.notes import Note
from casecore.rooms.threads import Customer, Message, Thread

_tables_of = attrgetter(*TABLES)


@attrs.frozen(eq=False, repr=False, weakref_slot=False)
class Desk(AnyDesk):
    """One support desk at one moment.

    Args:
        policy: The SOP in force.
        now: The instant of the last event; None on a partial desk whose host keeps the time.
        house: The rooms that decide: the shipped ones, and those of a team's own.
    """

    policy: Policy = field(factory=Policy.default)
    now: datetime | None = None
    agents: HashTrieMap[str, Agent] = field(factory=HashTrieMap)
    customers: HashTrieMap[str, Customer] = field(factory=HashTrieMap)
    threads: HashTrieMap[str, Thread] = field(factory=HashTrieMap)
    cases: HashTrieMap[str, CaseFile] = field(factory=HashTrieMap)
    messages: HashTrieMap[str, Message] = field(factory=HashTrieMap)
    notes: HashTrieMap[str, Note] = field(factory=HashTrieMap)
    commitments: HashTrieMap[str, Commitment] = field(factory=HashTrieMap)
    wrap_ups: HashTrieMap[str, WrapUp] = field(factory=HashTrieMap)
    house: House = HOUSE

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Desk):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in ("policy", "now", *TABLES))

    __hash__ = None  # type: ignore[assignment]  # compared by all it holds; too large to hash

    # A few rows of it ----------------------------------------------------------------------------------

    @classmethod
    def loaded(
        cls,
        policy: Policy,
        command: Command | Iterable[Command],
        read: ReadRow,
        now: datetime | None = None,
        house: House = HOUSE,
        *,
        cases: Iterable[str] = (),
    ) -> Self:
        """A partial desk: the rows that a command needs, or several of them, as they stand in a store.

        Args:
            policy: The SOP in force.
            command: What it is to decide. Of several, each may be decided; what one of them changes is seen by the
                next one, but rows to which only that leads were not loaded.
            read: (table, id) -> the row, or None where there is none; asked once for each.
            now: The instant of the last event, if the host keeps it.
            house: The rooms that decide.
            cases: Cases of which something is asked besides: what is due, how the clocks stand.
        """
        rows = Loading(TABLES, read)
        for one in (command,) if isinstance(command, Command) else command:
            house.views.of_command(one, rows, now)
        for case in cases:
            house.views.of_row("case", case, rows, now)
        held: dict[str, Any] = {**rows.loaded()}
        return cls(policy, now, **held, house=house)

    def changed(self, since: Desk) -> dict[RowName, Any]:
        """The rows that are otherwise than they were on an earlier version of this desk; None: it is there no more.

        What is the same object is not compared, so that on a partial desk it costs nothing to speak of; on a whole one
        every row is looked at.
        """
        found: dict[RowName, Any] = {}
        for table in TABLES:
            before, now = getattr(since, table), getattr(self, table)
            if before is not now:
                rows = dict(before.items())
                found |= {(table, row): held for row, held in now.items() if rows.pop(row, None) is not held}
                found |= {(table, row): None for row in rows}
        return found

    def with_policy(self, policy: Policy) -> Self:
        """This desk under another SOP, from its next command on; nothing else changes.

        What becomes of the cases in flight, `casecore.check.in_flight.stranded_cases` says beforehand.

        Raises:
            PolicyError: When what is given is no policy, or softens a rule that the desk's rooms have not.
        """
        require_policies(policy)
        require_rules(policy, self.house.softened)
        return attrs.evolve(self, policy=policy)

    # Evolving ------------------------------------------------------------------------------------------

    def evolve(self, events: Iterable[Event]) -> Self:
        """The desk after these events, one or a million of them.

        Every record they touch is copied once, changed in place, and frozen.

        Raises:
            MissingRow: When an event speaks of a record that this desk does not hold.
        """
        if type(events) is tuple and type(self) is Desk:  # a class of somebody's own may be laid out otherwise
            after: Self | None = self.house.forms[Desk].after(self, events)
            if after is not None:
                return after
        edits = Edits(self.house.effects, self.row)
        last = edits.apply(events)
        if last is None:
            return self
        updated: dict[str, Any] = {}
        for table, rows in edits.frozen().items():
            updated[table] = _updated(getattr(self, table), rows)
        held: list[Any] = [*map(updated.get, TABLES, _tables_of(self)), self.house]
        return type(self)(self.policy, last.at, *held)


FEW_ROWS: Final = 8
"""With more rows than these, a table is updated all at once: that costs a quarter of one by one."""


def _updated(table: HashTrieMap[str, Any], rows: Mapping[str, Any]) -> HashTrieMap[str, Any]:
    if len(rows) > FEW_ROWS:
        kept = {row_id: row for row_id, row in rows.items() if row is not None}
        table = table.update(kept) if table else HashTrieMap(kept)
        rows = dict.fromkeys(rows.keys() - kept.keys())
    for row_id, row in rows.items():
        if row is not None:
            table = table.insert(row_id, row)
        elif row_id in table:
            table = table.remove(row_id)
    return table
