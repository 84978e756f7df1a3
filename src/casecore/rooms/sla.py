"""Service clocks: how fast the first answer came, and how fast the matter was solved.

* **First response (FRT)** runs from the customer's first message to the first reply. **Solution (ST)** runs from
  the same start until the case is resolved. Either may have no target.
* Targets are by channel and level (`low`, `normal`, `high`, `urgent`; routing's priority is something else); the
  more precise one wins. Time counts in the opening hours of a calendar, if the policy names one.
* A clock is `running`, `met`, `missed` (also while it still runs past its target) or `stopped`: the case was closed
  before the clock could be met. Closed without any reply, FRT is stopped.
* The policy names the statuses in which ST pauses, and what reopening does: ST runs on as if the case had not been
  resolved; or the time it was resolved is left out; or it starts again; or the first solution stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any, Protocol

from casecore.calendars import Calendar
from casecore.kernel import Editing, Event, Handler, Probe, Room, Rule, Timer, a_choice, a_length, frozen
from casecore.kernel.fields import MOST_SECONDS
from casecore.kernel.records import editing_class, freeze, record
from casecore.kernel.rooms import by_agent, soft_rule
from casecore.policies import Policy
from casecore.policies.sections import AfterReopening, Level
from casecore.rooms.arrivals import CaseReopened, MessageReceived
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.cases import (
    Case,
    CaseClosed,
    CaseCommand,
    CaseStarted,
    SeesCase,
    StatusSet,
    not_closed,
    only_holder,
)
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected
from casecore.statuses import CLOSED, NEW, OPEN, RESOLVED, Status


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"


RUNNING, MET, MISSED, STOPPED = ClockState

# Record ------------------------------------------------------------------------------------------------


@record
class Clocks:
    """The instants that a case's service clocks are read from.

    Attributes:
        level: The level that chooses the targets.
        started_at: The customer's first message.
        replied_at: Our first reply to it.
        solution_from: What ST counts from: the same message, unless reopening started it again.
        resolved_at: When the case was resolved; None while it is not.
        closed_at: When it was closed.
        paused_since: Since when ST is paused.
        left_out: How many seconds of ST do not count.
    """

    level: Level = Level.NORMAL
    started_at: datetime | None = None
    replied_at: datetime | None = None
    solution_from: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    paused_since: datetime | None = None
    left_out: float = a_length(default=0.0)


class SeesClocks(SeesCase, Protocol):
    """The service clocks of the case."""

    @property
    def clocks(self) -> Clocks | None:
        """The instants that the clocks are read from."""


# Reading -----------------------------------------------------------------------------------------------


@record
class Clock:
    """One service clock of one case at one instant; all durations are open time of the calendar.

    Attributes:
        name: `first_response` or `solution`.
        target: What was promised.
        elapsed: What has passed, or had when it ended.
        state: Where it stands.
        due: The instant (aware) at which the target is reached; None when it does not run.
    """

    name: str
    target: timedelta
    elapsed: timedelta
    state: ClockState
    due: datetime | None = None

    @property
    def remaining(self) -> timedelta:
        """What is left; negative once the target is past."""
        return self.target - self.elapsed

    @property
    def percent(self) -> float:
        """How much of the target has passed, 100 at the target."""
        return 100 * self.elapsed / self.target


def first_response(view: SeesClocks, policy: Policy, at: datetime) -> Clock | None:
    """The FRT of a case; None where it has no target or the customer has not written.

    Args:
        view: The desk's view of the case, or its file.
        policy: The SOP in force.
        at: Now (aware).
    """
    clocks = view.clocks
    if clocks is None:
        return None
    return _read_clock("first_response", view, policy, at, clocks.started_at, clocks.replied_at)


def solution(view: SeesClocks, policy: Policy, at: datetime) -> Clock | None:
    """The ST of a case; None where it has no target or the customer has not written.

    Args:
        view: The desk's view of the case, or its file.
        policy: The SOP in force.
        at: Now (aware).
    """
    clocks = view.clocks
    if clocks is None:
        return None
    left_out = timedelta(seconds=clocks.left_out)
    since, reached_at, paused_at = clocks.solution_from, clocks.resolved_at, clocks.paused_since
    return _read_clock("solution", view, policy, at, since, reached_at, paused_at, left_out)


def _read_clock(
    name: str,
    view: SeesClocks,
    policy: Policy,
    at: datetime,
    since: datetime | None,
    reached_at: datetime | None,
    paused_at: datetime | None = None,
    left_out: timedelta = timedelta(0),
) -> Clock | None:
    """A clock that runs from `since` until it is reached, or stops when the case is closed before."""
    case, clocks = view.case, view.clocks
    if case is None or clocks is None or since is None:
        return None
    if policy.layered:
        policy = policy.at(at).for_(case)
    target, calendar = policy.service_target(name, case.channel, clocks.level)
    if target is None:
        return None
    end, due = reached_at or clocks.closed_at, None
    if paused_at is not None:
        paused_at = max(paused_at, since)
        left_out += _open_time(calendar, paused_at, max(end or at, paused_at))
    if end is not None or paused_at is not None:
        elapsed = _open_time(calendar, since, end or at)
    elif calendar is None:
        elapsed, due = at - since, _add_length(since, _sum_of(target, left_out))
    else:
        elapsed, due = calendar.clock(since, at, _sum_of(target, left_out))
    elapsed -= left_out
    if reached_at is None and end is not None:
        state = STOPPED
    else:
        state = MISSED if elapsed > target else MET if reached_at else RUNNING
    return freeze(editing_class(Clock)(name, target, elapsed, state, due), Clock)


def _open_time(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    return end - start if calendar is None else calendar.open_time(start, end)


def _sum_of(one: timedelta, other: timedelta) -> timedelta:
    try:
        return one + other
    except OverflowError:  # a policy made in code may promise something for the end of all time
        return timedelta.max


def _add_length(start: datetime, length: timedelta) -> datetime | None:
    try:
        return start + length
    except OverflowError:  # after the last day of the calendar: it never comes
        return None


# Timers ------------------------------------------------------------------------------------------------


def _time_to_target(
    read: Callable[[SeesClocks, Policy, datetime], Clock | None], since: str
) -> Callable[..., timedelta | None]:
    def length(view: Any, policy: Policy) -> timedelta | None:
        start = getattr(view.clocks, since)
        clock = read(view, policy, start)
        return None if clock is None or clock.due is None else clock.due - start

    return length


FIRST_RESPONSE = Timer(
    "the first response is late", "sla", "clocks.started_at", _time_to_target(first_response, "started_at")
)
SOLUTION = Timer("the solution is late", "sla", "clocks.solution_from", _time_to_target(solution, "solution_from"))


# Command and events ------------------------------------------------------------------------------------


@frozen
class SetLevel(CaseCommand):
    """The case gets another level, and with it other targets."""

    level: Level = a_choice(Level)


@frozen
class LevelSet(Event):
    """The case has this level from now on."""

    case: str
    level: Level


@frozen
class SolutionReached(Event):
    """The case is resolved: ST stands still."""

    case: str


@frozen
class SolutionUndone(Event):
    """The case is not resolved after all: ST runs again, `again` from now, or without the seconds left out."""

    case: str
    again: bool
    left_out: float = a_length()


@frozen
class SolutionPaused(Event):
    """ST does not count from now on."""

    case: str


@frozen
class SolutionResumed(Event):
    """ST counts again; the seconds of open time since it paused are left out."""

    case: str
    left_out: float = a_length()


# Handlers and what follows -----------------------------------------------------------------------------


def _set_level(_: SeesClocks, command: SetLevel, __: Policy) -> tuple[Event, ...]:
    return (LevelSet(command.by, command.at, command.case, command.level),)


def _pause_at_start(view: SeesClocks, event: CaseStarted, policy: Policy) -> tuple[Event, ...]:
    """A policy may pause ST until somebody looks at the case."""
    if view.case is not None and view.case.id == event.case:
        return ()  # we start it ourselves, so it does not wait to be looked at
    return (SolutionPaused(event.by, event.at, event.case),) if NEW in policy.sla.pause_in else ()


def _follow_status(new_status: Callable[[Any], Status]) -> Handler[SeesClocks]:
    """What a change of status does to ST, by what an event says the new status is."""

    def moves(view: SeesClocks, event: Event, policy: Policy) -> tuple[Event, ...]:
        case, clocks = view.case, view.clocks
        if case is None or clocks is None:
            return ()
        new, pauses_in = new_status(event), policy.sla.pause_in
        if case.status is new:
            return ()
        paused_at, resolved_at = clocks.paused_since, clocks.resolved_at
        if resolved_at is not None and policy.sla.after_reopening is AfterReopening.FIRST_SOLUTION_STANDS:
            return ()
        events: list[Event] = []
        if paused_at is not None and new not in pauses_in:
            events.append(SolutionResumed(event.by, event.at, case.id, _paused_seconds(case, policy, clocks, event.at)))
        if new is RESOLVED and resolved_at is None and clocks.solution_from is not None:
            events.append(SolutionReached(event.by, event.at, case.id))
        if resolved_at is not None and case.status is RESOLVED and new is not CLOSED:
            events.append(_undo_solution(case, resolved_at, clocks, event, policy))
        if new in pauses_in and paused_at is None:
            events.append(SolutionPaused(event.by, event.at, case.id))
        return tuple(events)

    return moves


def _paused_seconds(case: Case, policy: Policy, clocks: Clocks, end: datetime) -> float:
    """How many seconds ST has been paused; what lies before the customer's first message counts for nothing."""
    if clocks.paused_since is None or clocks.solution_from is None:
        return 0.0
    since = max(clocks.paused_since, clocks.solution_from)
    return _open_seconds(case, policy, since, max(end, since))


def _undo_solution(case: Case, resolved_at: datetime, clocks: Clocks, event: Event, policy: Policy) -> SolutionUndone:
    after, left_out = policy.sla.after_reopening, 0.0
    if after is AfterReopening.LEAVES_OUT and clocks.paused_since is None:  # what was paused is left out already
        left_out = _open_seconds(case, policy, resolved_at, event.at)
    return SolutionUndone(event.by, event.at, case.id, after is AfterReopening.STARTS_AGAIN, left_out)


def _open_seconds(case: Case, policy: Policy, start: datetime, end: datetime) -> float:
    return _open_time(policy.calendar_for(case.channel), start, end).total_seconds()


# Evolve ------------------------------------------------------------------------------------------------


def _new_clocks(_: CaseStarted) -> Clocks:
    return editing_class(Clocks)()


def _start_clocks(clocks: Editing, event: MessageReceived) -> None:
    if clocks.started_at is None:
        clocks.started_at = clocks.solution_from = event.at


def _stop_first_response(clocks: Editing, event: ReplySent) -> None:
    if clocks.replied_at is None and clocks.started_at is not None:
        clocks.replied_at = event.at


def _set_level_of_case(clocks: Editing, event: LevelSet) -> None:
    clocks.level = event.level


def _stop_solution(clocks: Editing, event: SolutionReached) -> None:
    if clocks.solution_from is not None:  # what we did before the customer wrote solves nothing of theirs
        clocks.resolved_at = event.at


def _begins_again(clocks: Editing, event: SolutionUndone) -> None:
    clocks.resolved_at = None
    _leave_out(clocks, event.left_out)
    if event.again:
        clocks.solution_from = event.at
        clocks.left_out = 0.0
        clocks.paused_since = None if clocks.paused_since is None else event.at


def _pause_solution(clocks: Editing, event: SolutionPaused) -> None:
    clocks.paused_since = event.at


def _resume_solution(clocks: Editing, event: SolutionResumed) -> None:
    clocks.paused_since = None
    _leave_out(clocks, event.left_out)


def _leave_out(clocks: Editing, seconds: float) -> None:
    clocks.left_out = min(clocks.left_out + seconds, MOST_SECONDS)  # many long pauses are longer than all time


def _stop_clocks(clocks: Editing, event: CaseClosed) -> None:
    clocks.closed_at = event.at


SLA: Room[SeesClocks] = Room(
    name="sla",
    needs=(
        Rule("actor.role", "Only an agent sets the level", "§8", (SetLevel,), by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (SetLevel,), not_closed),
    ),
    rules=(soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§8", (SetLevel,), only_holder),),
    decide={SetLevel: _set_level},
    follows={
        CaseStarted: _pause_at_start,
        StatusSet: _follow_status(attrgetter("status")),
        ReplySent: _follow_status(attrgetter("send_as")),
        **dict.fromkeys((WorkBegun, CaseReopened), _follow_status(lambda _: OPEN)),
        ChatDisconnected: _follow_status(lambda _: RESOLVED),
        CaseClosed: _follow_status(lambda _: CLOSED),
    },
    creates={(Clocks, CaseStarted): _new_clocks},
    evolve={
        (Clocks, MessageReceived): _start_clocks,
        (Clocks, ReplySent): _stop_first_response,
        (Clocks, LevelSet): _set_level_of_case,
        (Clocks, SolutionReached): _stop_solution,
        (Clocks, SolutionUndone): _begins_again,
        (Clocks, SolutionPaused): _pause_solution,
        (Clocks, SolutionResumed): _resume_solution,
        (Clocks, CaseClosed): _stop_clocks,
    },
    timers=(FIRST_RESPONSE, SOLUTION),
    probes=tuple(Probe(f"set_level_{level}", SetLevel, {"level": level}) for level in Level),
)
