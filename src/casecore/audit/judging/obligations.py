"""What somebody had to do, and whether it was done: promises to customers, wrap-ups, drafts, duties, service clocks.

A rule is broken at a row; what is owed is broken by no row at all. So it is followed from the row that begins it to the
one that ends it, and what is open when the log ends is told with the rest:

* A **commitment** is kept when it is fulfilled by its instant, broken when that passed first, pending while it is to
  come.
* A **wrap-up** is kept by its disposition; open, it is pending, and broken once the policy reminds of it
  (`wrap_up.remind`). A **duty** (a relation that a disposition left missing) and a **draft** that waits for its review
  are kept when they are done, and pending until then.
* A **service clock** is kept or broken by its verdict, and pending while it runs.

What may have been done without a row of the log is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, frozen

from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.untold import UNTOLD, NotTold, blind_row, raw_reader, told_value
from casecore.kernel import Event
from casecore.kernel.durations import instant_after
from casecore.kernel.effects import ByClass
from casecore.kernel.values import full_class
from casecore.policies import Policy
from casecore.rooms.approvals import DraftApproved, DraftRefused, DraftSubmitted, DraftSuperseded, DraftWithdrawn
from casecore.rooms.cases import CaseClosed
from casecore.rooms.clocks import ClockState, clocks_of
from casecore.rooms.commitments import CommitmentFulfilled, CommitmentMade, CommitmentRescheduled, CommitmentTaken
from casecore.rooms.relations import DutyDone, DutyLeft
from casecore.rooms.wrap_ups import Disposed, WrapUpOwed


class Owed(StrEnum):
    """What sort of thing is owed."""

    COMMITMENT = "commitment"
    WRAP_UP = "wrap_up"
    DUTY = "duty"
    DRAFT = "draft"
    CLOCK = "clock"


class Settled(StrEnum):
    """How it stands when the log ends."""

    KEPT = "kept"
    BROKEN = "broken"
    PENDING = "pending"
    UNKNOWN = "unknown"


@frozen
class Obligation:
    """One thing that somebody had to do.

    Attributes:
        kind: What sort of thing.
        name: Its id; of a service clock, its name.
        case: On which case; None where that is not told.
        agent: Who had to; None where that is nobody in particular, or not told.
        since: From when on (aware, UTC).
        due: By when (aware, UTC); None where nothing says so.
        done: When it was done (aware, UTC); None while it is not.
        state: How it stands.
    """

    kind: Owed
    name: str
    case: str | None
    agent: str | None
    since: datetime | None
    due: datetime | None
    done: datetime | None
    state: Settled


class Obligations:
    """Follows what is owed through a log.

    Args:
        policy: The SOP.
        desk: What the log has told.
    """

    def __init__(self, policy: Policy, desk: ToldDesk) -> None:
        self._policy, self._desk = policy, desk
        followed: Mapping[type, Callable[[Any], None]] = {
            CommitmentMade: self._begin_commitment,
            CommitmentRescheduled: self._move_commitment,
            CommitmentTaken: self._hand_over_commitment,
            CommitmentFulfilled: self._end_commitment,
            WrapUpOwed: self._begin_wrap_up,
            Disposed: self._end_wrap_up,
            DutyLeft: self._begin_duty,
            DutyDone: self._end_duty,
            DraftSubmitted: self._begin_draft,
            **dict.fromkeys((DraftApproved, DraftRefused, DraftWithdrawn, DraftSuperseded), self._end_draft),
            CaseClosed: self._end_with_case,
        }
        self._followed = ByClass[Callable[[Any], None] | None](lambda kind: followed.get(full_class(kind)))
        self._open: dict[tuple[Owed, str], Obligation] = {}
        self.settled: list[Obligation] = []

    def see(self, events: Iterable[Event]) -> None:
        """Take in what happened."""
        for event in events:
            follow = self._followed[type(event)]
            if follow is not None:
                follow(event)

    def at_end(self, at: datetime) -> tuple[Obligation, ...]:
        """Everything that was owed, as it stands at an instant (aware); `in_order` orders it.

        What is a service clock is told for each case whose clocks are told.
        """
        still = (self._left_open(owed, at) for owed in self._open.values())
        clocks = (clock for case in self._desk.tables["cases"] for clock in self._clocks(case, at))
        return (*self.settled, *still, *clocks)

    # What begins and ends it -----------------------------------------------------------------------------

    def _begin(self, kind: Owed, event: Event, name: str, *, agent: str | None, due: datetime | None = None) -> None:
        case = told_value(event, "case")
        self._open[kind, name] = Obligation(kind, name, case, agent, event.at, due, None, Settled.PENDING)

    def _end(self, kind: Owed, event: Event, name: Any) -> None:
        owed = self._open.pop((kind, name), None)
        if owed is not None:
            late = owed.due is not None and event.at > owed.due
            self.settled.append(evolve(owed, done=event.at, state=Settled.BROKEN if late else Settled.KEPT))

    def _begin_commitment(self, event: Any) -> None:
        self._begin(
            Owed.COMMITMENT, event, event.commitment, agent=told_value(event, "agent"), due=told_value(event, "due")
        )

    def _move_commitment(self, event: Any) -> None:
        owed = self._open.get((Owed.COMMITMENT, event.commitment))
        if owed is not None:
            self._open[Owed.COMMITMENT, event.commitment] = evolve(owed, due=told_value(event, "due"))

    def _hand_over_commitment(self, event: Any) -> None:
        owed = self._open.get((Owed.COMMITMENT, event.commitment))
        if owed is not None:
            self._open[Owed.COMMITMENT, event.commitment] = evolve(owed, agent=told_value(event, "agent"))

    def _end_commitment(self, event: Any) -> None:
        self._end(Owed.COMMITMENT, event, event.commitment)

    def _begin_wrap_up(self, event: Any) -> None:
        remind = self._policy.at(event.at).wrap_up.remind
        due = None if remind is None else instant_after(event.at, remind)
        self._begin(Owed.WRAP_UP, event, told_value(event, "wrap_up") or "", agent=told_value(event, "agent"), due=due)

    def _end_wrap_up(self, event: Any) -> None:
        self._end(Owed.WRAP_UP, event, told_value(event, "wrap_up") or "")

    def _begin_duty(self, event: Any) -> None:
        self._begin(Owed.DUTY, event, told_value(event, "case") or "", agent=told_value(event, "agent"))

    def _end_duty(self, event: Any) -> None:
        self._end(Owed.DUTY, event, told_value(event, "case") or "")

    def _begin_draft(self, event: Any) -> None:
        self._begin(Owed.DRAFT, event, told_value(event, "draft") or "", agent=None)

    def _end_draft(self, event: Any) -> None:
        self._end(Owed.DRAFT, event, told_value(event, "draft") or "")

    def _end_with_case(self, event: Any) -> None:
        """A duty ends with its case."""
        self._open.pop((Owed.DUTY, told_value(event, "case") or ""), None)

    # What is open ----------------------------------------------------------------------------------------

    def _left_open(self, owed: Obligation, at: datetime) -> Obligation:
        if not self._still_stands(owed):
            return evolve(owed, state=Settled.UNKNOWN)
        late = owed.due is not None and at > owed.due
        return evolve(owed, state=Settled.BROKEN if late else Settled.PENDING)

    def _still_stands(self, owed: Obligation) -> bool:
        """Whether it is known that nobody has done it."""
        desk = self._desk
        if owed.kind is Owed.COMMITMENT:
            return desk.surely_there("commitments", owed.name)
        if owed.kind is Owed.WRAP_UP:
            return desk.surely_there("wrap_ups", owed.name)
        file = desk.find("cases", owed.case) if owed.case is not None else None
        sheet = None if file is None else told_value(file, "draft" if owed.kind is Owed.DRAFT else "aftermath")
        return sheet is not None and (owed.kind is Owed.DRAFT or told_value(sheet, "duty_of") is not None)

    def _clocks(self, case: str, at: datetime) -> Iterator[Obligation]:
        desk = self._desk
        file = desk.find("cases", case)
        sheets = {name: raw_reader(type(file), name)(file) for name in desk.house.sheets}
        view = blind_row(desk.house.view, {"now": at, **{k: v for k, v in sheets.items() if v is not UNTOLD}})
        try:
            clocks = clocks_of(view, self._policy, at)
        except NotTold:
            yield Obligation(Owed.CLOCK, "", case, None, None, None, None, Settled.UNKNOWN)
            return
        for clock in clocks:
            state = _OF_CLOCK[clock.state]
            yield Obligation(Owed.CLOCK, clock.name, case, None, None, clock.due, None, state)


def in_order(obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """Obligations by kind, then by when they began, whatever part of a log they come from."""

    def place(owed: Obligation) -> tuple[Any, ...]:
        began = (owed.since is None, owed.since or datetime.max)  # noqa: DTZ901 -- never compared with an instant
        return (owed.kind, *began, owed.name, owed.case or "", owed.agent or "", owed.due is None, owed.due or began[1])

    return tuple(sorted(obligations, key=place))


def counts_of(obligations: Iterable[Obligation]) -> dict[tuple[str, Settled], int]:
    """How many there are of each sort, and of each service clock, in each state."""
    told = (
        (owed.name if owed.kind is Owed.CLOCK and owed.name else owed.kind.value, owed.state) for owed in obligations
    )
    return dict(sorted(Counter(told).items()))


_OF_CLOCK: Final[Mapping[ClockState, Settled]] = MappingProxyType(
    {
        ClockState.MET: Settled.KEPT,
        ClockState.MISSED: Settled.BROKEN,
        ClockState.STOPPED: Settled.KEPT,
        ClockState.RUNNING: Settled.PENDING,
    }
)
