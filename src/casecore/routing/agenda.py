"""The agenda: which instant comes next, for a host that sets one timer on a large desk.

`Desk.due` looks at every case. An agenda follows the events instead and looks again only at what they touch. It keeps
only when to look. What is due then it reads from the desk as it is, so nothing that has been overtaken comes up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from casecore.desk import Desk, Due
from casecore.kernel import Event
from casecore.rooms.opening_hours import OPENS
from casecore.routing import NEVER
from casecore.routing.heap import OrderedNames

_TICK: Final = timedelta(microseconds=1)


class Agenda:
    """Every instant to come of a desk.

    It belongs to the host and lies beside the desk: tell it of every step (`update`), set a timer for `next`, and when
    it has come, give the commands of what is `ripe`.

    Args:
        desk: The whole desk; everything that is due is entered.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._order = OrderedNames()
        self._told_until: datetime | None = None
        self._people: dict[str, frozenset[str]] = {}
        self._work_of: defaultdict[str, set[str]] = defaultdict(set)
        for case in desk.cases:
            self._enter_case(case)
        for commitment in desk.commitments:
            self._enter_dues("commitment", commitment)
        for wrap_up in desk.wrap_ups:
            self._enter_dues("wrap_up", wrap_up)

    def update(self, desk: Desk, events: Iterable[Event]) -> None:
        """Follow a step of the desk.

        Args:
            desk: The desk after it.
            events: What happened.
        """
        self._desk = desk
        cases: dict[str, None] = {}
        for event in events:
            case, agent = getattr(event, "case", None), getattr(event, "agent", None)
            for row in ("commitment", "wrap_up"):
                row_id = getattr(event, row, None)
                if row_id is not None:
                    self._enter_dues(row, row_id)
            if case is not None:
                cases[case] = None
            elif agent is not None:  # whether somebody is there concerns all that they hold and review
                cases.update(dict.fromkeys(self._work_of[agent]))
        for case in cases:
            self._enter_case(case)

    def next(self) -> Due | None:
        """What comes next; None when nothing does."""
        while (name := self._order.first_name()) is not None:
            row, row_id, what = name
            for due in self._dues_of(row, row_id):
                if due.what == what:
                    return due
            self._order.drop_name(name)
        return None

    def ripe(self, at: datetime) -> tuple[Due, ...]:
        """What has come by an instant, soonest first; it is taken from the agenda until its case changes again.

        Args:
            at: Now (aware).
        """
        ripe, again = [], dict[str, None]()
        while (due := self.next()) is not None and due.at <= at:
            ripe.append(due)
            name = self._order.first_name()
            self._order.drop_name(name)
            if due.key == OPENS.key:
                again[due.case] = None
        self._told_until = at
        for case in again:
            self._enter_dues("case", case)
        return tuple(ripe)

    def _dues_of_case(self, case: str) -> Iterator[Due]:
        """What is due on a case; of what comes again and again, when it comes next that nobody was told of."""
        told = self._told_until
        for due in self._desk.due_of_case(case):
            if due.key != OPENS.key or told is None or told < due.at:
                yield due
            elif told < NEVER:
                later = self._desk.due_of_case(case, told + _TICK)
                yield from (one for one in later if one.what == due.what)

    def _enter_case(self, case: str) -> None:
        file = self._desk.cases.get(case)
        draft = None if file is None else file.draft
        involved = (None if file is None else file.case.assignee, None if draft is None else draft.reviewer)
        for agent in self._people.pop(case, ()):
            self._work_of[agent].discard(case)
        people = self._people[case] = frozenset(agent for agent in involved if agent is not None)
        for agent in people:
            self._work_of[agent].add(case)
        self._enter_dues("case", case)

    def _dues_of(self, row: str, row_id: str) -> Iterable[Due]:
        if row == "case":
            return self._dues_of_case(row_id)
        return self._desk.due_of_wrap_up(row_id) if row == "wrap_up" else self._desk.due_of_commitment(row_id)

    def _enter_dues(self, row: str, row_id: str) -> None:
        for due in self._dues_of(row, row_id):
            name = (row, row_id, due.what)
            if due.command is None and self._told_until is not None and due.at <= self._told_until:
                self._order.drop_name(name)  # nobody needs to act on it, and it has come up before
            else:
                self._order.set_entry((due.at, due.case, due.key, name))
