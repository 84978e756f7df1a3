"""A desk that is changed in place: for hosts that keep no old versions, and for simulation.

It takes the same commands, decides by the same rules and answers with the same events as a `Desk`, and can be asked the
same questions. What it saves is what old versions cost: its tables are plain dicts, and an event is written into the
row that is there.

    working = WorkingDesk.of(desk)
    working, events = working.handle(command)     # the same desk, changed
    desk = working.desk()                         # as it stands now, for good

So a row that was read from it may say something else after the next command; whoever wants to keep one takes it from
`desk()`. A command that is refused changes nothing, and neither do events of a row that is not there. An error inside
the `evolve` of a room of a team's own leaves a `Desk` whole, but not this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from rpds import HashTrieMap

from casecore.desk import Desk
from casecore.desk.questions import AnyDesk
from casecore.kernel import Event
from casecore.kernel.effects import Edits
from casecore.kernel.records import freeze, thaw
from casecore.policies import Policy
from casecore.rooms.composition import TABLES, House


class WorkingDesk(AnyDesk):
    """One support desk, changed in place.

    Attributes:
        policy: The SOP in force.
        now: The instant of the last event (aware, UTC).
        house: The rooms that decide.
    """

    __slots__ = ("house", "now", "policy", *TABLES)

    def __init__(self, policy: Policy, now: datetime | None, house: House) -> None:
        self.policy = policy
        self.now = now
        self.house = house
        for table in TABLES:
            setattr(self, table, {})

    @classmethod
    def of(cls, desk: Desk) -> Self:
        """What goes on from a desk, which stays as it is."""
        working = cls(desk.policy, desk.now, desk.house)
        for table in TABLES:
            setattr(working, table, _copies(getattr(desk, table), desk.house))
        return working

    def desk(self) -> Desk:
        """The desk as it stands now; what happens here later does not change it."""
        rows = (HashTrieMap(_copies(getattr(self, table), self.house)) for table in TABLES)
        held: list[Any] = [*rows, self.house]
        return Desk(self.policy, self.now, *held)

    def evolve(self, events: Iterable[Event]) -> Self:
        """This desk after these events, one or a million of them.

        Raises:
            MissingRow: When an event speaks of a record that this desk does not hold; nothing has changed.
        """
        if type(events) is tuple and self.house.forms[WorkingDesk].after(self, events) is not None:
            return self
        edits = Edits(self.house.effects, self.row)
        last = edits.apply(events)
        for table, rows in edits.frozen().items():
            held = getattr(self, table)
            for row_id, row in rows.items():
                if row is None:
                    held.pop(row_id, None)
                else:
                    held[row_id] = _copy(row, self.house)  # some sheets are the same for all until written to
        if last is not None:
            self.now = last.at
        return self


def _copy(row: Any, house: House) -> Any:
    """A row, and the sheets of a file, that nobody else holds."""
    copied, kind = thaw(row), row.__class__
    if kind is house.file:
        for sheet in house.sheets:
            held = getattr(row, sheet)
            if held is not None:
                setattr(copied, sheet, freeze(thaw(held), held.__class__))
    return freeze(copied, kind)


def _copies(rows: Mapping[str, Any], house: House) -> dict[str, Any]:
    return {row_id: _copy(row, house) for row_id, row in rows.items()}
