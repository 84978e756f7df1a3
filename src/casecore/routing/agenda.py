"""The agenda: which instant comes next, for a host that sets one timer on a large desk.

`Desk.due` looks at every case. An agenda follows the events instead: it notes what they touch, and looks again only
there, when it is asked. What comes on a row it keeps, and enters the soonest of it; what came there before is dropped,
so nothing that has been overtaken comes up. Only where another policy comes into force, by `Desk.with_policy` or on a
date on which it changes, everything is looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, cast

from casecore.desk import AnyDesk, Due
from casecore.desk.questions import TIMED, TimedRow, case_timed, due_of
from casecore.kernel import Event, Timer
from casecore.kernel.effects import ByClass
from casecore.kernel.rooms import Timetable
from casecore.policies import Policy
from casecore.rooms.composition import View
from casecore.routing import NEVER
from casecore.routing.heap import HeapEntry, OrderedNames

_TICK: Final = timedelta(microseconds=1)

Name: TypeAlias = tuple[TimedRow, str]
"""A row on which something comes: its sort, and its id."""

Coming: TypeAlias = tuple[datetime, str, int, Timer]
"""Something that comes: when, the key that sets it, its place among what comes on its row, and its timer."""

_OTHERS: Final[tuple[TimedRow, ...]] = ("commitment", "wrap_up")

_named_by = ByClass[tuple[bool, tuple[TimedRow, ...], bool]](
    lambda kind: (hasattr(kind, "case"), tuple(row for row in _OTHERS if hasattr(kind, row)), hasattr(kind, "agent"))
)
"""Whether events of a class name a case; which other rows they name; and whether they name an agent."""

_NOBODY: Final = (None, None)


def _in_force(desk: AnyDesk) -> Policy:
    """The policy by which a desk has come as far as it is."""
    return desk.policy if desk.now is None else desk.policy.at(desk.now)


class Agenda:
    """Every instant to come of a desk.

    It belongs to the host and lies beside the desk: tell it of every step (`update`), set a timer for `next`, and when
    it has come, give the commands of what is `ripe`.

    Args:
        desk: The whole desk; everything that is due is entered.
        only: `commands`: nothing is entered but what has a command to give, which is all that a host has to do, and
            costs less; None: everything.
    """

    def __init__(self, desk: AnyDesk, only: Literal["commands"] | None = None) -> None:
        self._only = only
        self._told_until: datetime | None = None
        self._enter_all(desk, _in_force(desk))
        self._look_again()

    def _enter_all(self, desk: AnyDesk, in_force: Policy) -> None:
        self._desk, self._in_force = desk, in_force
        self._order = OrderedNames()
        self._coming: dict[Name, list[Coming]] = {}  # of each row the soonest last
        self._people: dict[str, tuple[str | None, str | None]] = {}  # who holds it, and who reviews it
        self._work_of: defaultdict[str, set[str]] = defaultdict(set)
        self._wrap_ups_of: defaultdict[str, set[str]] = defaultdict(set)
        self._first: tuple[HeapEntry, Due] | None = None
        timers = {
            sort: [timer for timer in desk.timers_of(sort) if self._only is None or timer.command is not None]
            for sort in TIMED
        }
        self._timetables = {sort: Timetable(found) for sort, found in timers.items() if found}
        rows: Mapping[TimedRow, Iterable[str]]
        rows = {"case": desk.cases, "commitment": desk.commitments, "wrap_up": desk.wrap_ups}
        self._touched: dict[Name, datetime | None] = {
            (sort, row): desk.now for sort in self._timetables for row in rows[sort]
        }

    def update(self, desk: AnyDesk, events: Iterable[Event]) -> None:
        """Follow a step of the desk.

        Args:
            desk: The desk after it.
            events: What happened.
        """
        in_force = _in_force(desk)
        if in_force is not self._in_force:
            self._enter_all(desk, in_force)
        self._desk = desk
        touched, now, last = self._touched, desk.now, None
        any_event: Any
        for any_event in events:
            has_case, others, has_agent = _named_by[any_event.__class__]
            case = any_event.case if has_case else None
            if case is not None:
                if case != last:  # mostly all are about one
                    touched["case", case] = now
                    last = case
            elif has_agent:  # whether somebody is there concerns all that they hold and review
                for held in self._work_of.get(any_event.agent, ()):
                    touched["case", held] = now
            for row in others:
                if row in self._timetables:
                    touched[row, getattr(any_event, row)] = now

    def next(self) -> Due | None:
        """What comes next; None when nothing does."""
        self._look_again()
        entry = self._order.first_entry()
        if entry is None:
            return None
        if self._first is None or self._first[0] is not entry:
            at, case, _, name = entry
            self._first = entry, due_of(self._coming[name][-1][-1], at, self._seen(name), case)
        return self._first[1]

    def ripe(self, at: datetime) -> tuple[Due, ...]:
        """What has come by an instant, soonest first; it is taken from the agenda until its case changes again.

        Args:
            at: Now (aware).
        """
        ripe, again = list[Due](), list[tuple[Name, str, Coming]]()
        while (due := self.next()) is not None and due.at <= at:
            ripe.append(due)
            name = self._order.first_name()
            told = self._coming[name].pop()
            self._enter(name, due.case, self._coming[name])
            if told[-1].again is not None:
                again.append((name, due.case, told))
        self._told_until = at
        for name, case, (came, key, place, timer) in again:
            instant = self._untold(came, timer, self._seen(name))
            if instant is not None:
                self._enter(name, case, [*self._coming.get(name, ()), (instant, key, place, timer)])
        return tuple(ripe)

    def _seen(self, name: Name) -> View:
        """What is seen of a row on which something comes, so that it is there."""
        return cast("View", self._desk.seen_of(*name))

    # Looking -------------------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Look at what was touched since somebody last asked."""
        while self._touched:
            name, now = self._touched.popitem()
            self._look_at(name, now)

    def _look_at(self, name: Name, now: datetime | None) -> None:
        """Enter what comes on a row now; from when on matters as for `Desk.due_of_case`."""
        sort, row_id = name
        desk, coming = self._desk, list[Coming]()
        view = desk.seen_of(sort, row_id) if sort in self._timetables else None
        if sort == "case":
            self._follow_case(row_id, view)
        if view is None:
            self._enter(name, "", coming)
            return
        told = self._told_until
        for place, (at, timer) in enumerate(self._timetables[sort].due(view, desk.policy, now)):
            instant = at if told is None or told < at else self._untold(at, timer, view)
            if instant is not None:
                coming.append((instant, timer.key, place, timer))
        case = row_id if sort == "case" else case_timed(view, sort)
        if sort == "wrap_up" and desk.policy.override:
            self._wrap_ups_of[case].add(row_id)
        self._enter(name, case, coming)

    def _follow_case(self, case: str, view: View | None) -> None:
        """Note who works on a case; and look at its wrap-ups, if the policy may say something else of them now."""
        before, people = self._people.get(case, _NOBODY), _people_of(view)
        if people != before:
            self._people[case] = people
            for agent in filter(None, before):
                self._work_of[agent].discard(case)
            for agent in filter(None, people):
                self._work_of[agent].add(case)
        if case in self._wrap_ups_of:
            for wrap_up in self._wrap_ups_of.pop(case):  # it is noted again, if it is still there
                self._touched["wrap_up", wrap_up] = self._desk.now

    def _untold(self, at: datetime, timer: Timer, view: View) -> datetime | None:
        """When something comes next that has come already: again, at once where somebody is yet to act, or never."""
        told = self._told_until or NEVER
        if timer.again is not None:
            return timer.first_due(view, self._desk.policy, told + _TICK) if told < NEVER else None
        return None if timer.command is None else at

    # Entering ------------------------------------------------------------------------------------------

    def _enter(self, name: Name, case: str, coming: list[Coming]) -> None:
        """Let this be what comes on a row, and nothing else."""
        if self._first is not None and self._first[0][-1] == name:
            self._first = None
        if not coming:
            if self._coming.pop(name, None) is not None:
                self._order.drop_name(name)
            return
        coming.sort(reverse=True)
        self._coming[name] = coming
        at, key, *_ = coming[-1]
        self._order.set_entry((at, case, key, name))


def _people_of(view: View | None) -> tuple[str | None, str | None]:
    """Who holds a case, and who reviews its draft."""
    if view is None or view.case is None:
        return _NOBODY
    return view.case.assignee, None if view.draft is None else view.draft.reviewer
