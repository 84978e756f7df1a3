"""The clocks of a case: what they are read from, and how they stand at an instant. `sla.py` tells what moves them.

* A clock that has **finished** has its verdict, which was given then: with the target, the level and the calendar of
  that time. No later change turns it.
* One that runs past its target is `missed`; once that is recorded it stays so, whatever becomes of its target.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple, Protocol

from casecore.kernel import a_length
from casecore.kernel.durations import instant_after
from casecore.kernel.records import editing_class, freeze, record
from casecore.policies import Policy
from casecore.policies.calendars import Calendar
from casecore.policies.sections import Level
from casecore.rooms.cases import SeesCase


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"


RUNNING, MET, MISSED, STOPPED = ClockState


class ClockName(StrEnum):
    """Which clock."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    SOLUTION = "solution"


FRT, NRT, ST = ClockName
"""By themselves they are found ten times as fast as on the class, and clocks are read after every event."""


# Records -----------------------------------------------------------------------------------------------


@record
class ClockVerdict:
    """What was found of a clock, for good.

    Attributes:
        state: Met, missed or stopped.
        target: What was promised, in seconds.
        elapsed: How many seconds of open time it took; None while it runs on past its target.
    """

    state: ClockState
    target: float = a_length()
    elapsed: float | None = None


@record
class FirstReply:
    """A reply that may have been the first one: its message, and when it was sent.

    Attributes:
        stops: Whether it was no reply, but ended the wait all the same: the case was set resolved, or disconnected.
    """

    message: str
    at: datetime
    stops: bool = False


@record
class EarlierWait:
    """What the customer asked before their last messages, and what answered it.

    Attributes:
        asked_at: Since when NRT counted.
        answers: The messages that answered it, and are not known to have failed.
        missed: That it was missed, if it was.
    """

    asked_at: datetime
    answers: frozenset[str]
    missed: ClockVerdict | None = None


_NOTHING = timedelta(0)

MOST_REPLIES = 10
"""So many first replies are remembered, in case they never reach the customer."""


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
        first_response: The verdict on FRT; likewise `solution` on ST; None while there is none.
        replies: Our first replies that are not known to have failed, `MOST_REPLIES` of them.
        resolved_by: The reply by which it was resolved; None where it was by hand.
        asked_at: What NRT counts from: the first message after our first reply that was, or was not yet, answered.
        answers: What answered it, and is not known to have failed; nothing while the customer waits.
        next_response: The verdict on NRT.
        before: The wait before, while its answer may still turn out to have failed; they are one wait then.
    """

    level: Level = Level.NORMAL
    started_at: datetime | None = None
    replied_at: datetime | None = None
    solution_from: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    paused_since: datetime | None = None
    left_out: float = a_length(default=0.0)
    first_response: ClockVerdict | None = None
    solution: ClockVerdict | None = None
    replies: tuple[FirstReply, ...] = ()
    resolved_by: str | None = None
    asked_at: datetime | None = None
    answers: tuple[FirstReply, ...] = ()
    next_response: ClockVerdict | None = None
    before: EarlierWait | None = None


class SeesClocks(SeesCase, Protocol):
    """The service clocks of the case."""

    @property
    def clocks(self) -> Clocks | None:
        """The instants that the clocks are read from."""


class ClockRun(NamedTuple):
    """From when to when a clock runs.

    Attributes:
        since: Its start; None before.
        reached_at: When it was met, late or not; None while it was not.
        verdict: What was found of it.
    """

    since: datetime | None
    reached_at: datetime | None
    verdict: ClockVerdict | None


_new_run = partial(tuple.__new__, ClockRun)
"""What calling the class does, in half the time: clocks are read after every event."""


def run_of(clocks: Clocks, name: ClockName) -> ClockRun:
    """From when to when a clock of a case runs."""
    if name is FRT:
        return _new_run((clocks.started_at, clocks.replied_at, clocks.first_response))
    if name is NRT:
        answered_at = clocks.answers[0].at if clocks.answers else None
        return _new_run((clocks.asked_at, answered_at, clocks.next_response))
    return _new_run((clocks.solution_from, clocks.resolved_at, clocks.solution))


# Reading -----------------------------------------------------------------------------------------------


@record
class Clock:
    """One service clock of one case at one instant; all durations are open time of the calendar.

    Attributes:
        name: `first_response`, `next_response` or `solution`.
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
    """The FRT of a case; None where it had no target or the customer has not written.

    Args:
        view: The desk's view of the case, or its file.
        policy: The SOP in force.
        at: Now (aware).
    """
    return _read_clock(FRT, view, policy, at)


def next_response(view: SeesClocks, policy: Policy, at: datetime) -> Clock | None:
    """The NRT of a case; None where it had no target or the customer has not written since our first reply.

    Args:
        view: The desk's view of the case, or its file.
        policy: The SOP in force.
        at: Now (aware).
    """
    return _read_clock(NRT, view, policy, at)


def solution(view: SeesClocks, policy: Policy, at: datetime) -> Clock | None:
    """The ST of a case; None where it had no target or the customer has not written.

    Args:
        view: The desk's view of the case, or its file.
        policy: The SOP in force.
        at: Now (aware).
    """
    return _read_clock(ST, view, policy, at)


def clocks_of(view: SeesClocks, policy: Policy, at: datetime) -> tuple[Clock, ...]:
    """Every service clock of a case that has begun; arguments as above."""
    read = (clock(view, policy, at) for clock in (first_response, next_response, solution))
    return tuple(clock for clock in read if clock is not None)


def _read_clock(name: ClockName, view: SeesClocks, policy: Policy, at: datetime) -> Clock | None:
    case, clocks = view.case, view.clocks
    run = None if clocks is None else run_of(clocks, name)
    if case is None or clocks is None or run is None or run.since is None:
        return None
    verdict = run.verdict
    if verdict is not None and verdict.elapsed is not None:
        told = (timedelta(seconds=verdict.target), timedelta(seconds=verdict.elapsed))
        return freeze(editing_class(Clock)(name.value, *told, verdict.state, None), Clock)
    if run.reached_at is not None or clocks.closed_at is not None:
        return None  # nothing was promised when it ended
    if policy.layered:
        policy = policy.at(at).for_(case)
    target, calendar = policy.service_target(name, case.channel, clocks.level)
    if verdict is not None:
        target = timedelta(seconds=verdict.target)
    if target is None:
        return None
    elapsed, due = elapsed_time(clocks, name, calendar, at), None
    if not _is_paused(clocks, name):
        due = _reached_at(run.since, at, _sum_of(target, _left_out(clocks, name)), calendar)
    state = MISSED if verdict is not None or elapsed > target else RUNNING
    return freeze(editing_class(Clock)(name.value, target, elapsed, state, due), Clock)


def time_to_target(name: ClockName, view: SeesClocks, policy: Policy) -> timedelta | None:
    """How long after the start of a clock its target is reached; None where it does not run, or is missed already.

    The same as of the whole clock (`first_response` and so on) at its start, which is due then; an agenda asks it after
    every event.
    """
    case, clocks = view.case, view.clocks
    if case is None or clocks is None or clocks.closed_at is not None:
        return None
    since, reached_at, verdict = run_of(clocks, name)
    if since is None or reached_at is not None or verdict is not None or _is_paused(clocks, name):
        return None
    if policy.layered:
        policy = policy.at(since).for_(case)
    length, calendar = policy.service_target(name, case.channel, clocks.level)
    if length is None:
        return None
    if name is ST and clocks.left_out:
        length = _sum_of(length, _left_out(clocks, name))
    due = _reached_at(since, since, length, calendar)
    return None if due is None else due - since


def _is_paused(clocks: Clocks, name: ClockName) -> bool:
    return name is ST and clocks.paused_since is not None


def _reached_at(since: datetime, at: datetime, length: timedelta, calendar: Calendar | None) -> datetime | None:
    """When so much open time has passed since an instant; `at` is one by which it is asked."""
    return instant_after(since, length) if calendar is None else calendar.clock(since, at, length)[1]


def elapsed_time(clocks: Clocks, name: ClockName, calendar: Calendar | None, at: datetime) -> timedelta:
    """How much open time has passed on a clock that has started; what was paused or left out does not count."""
    since = run_of(clocks, name).since or at
    elapsed = open_time(calendar, since, at) - _left_out(clocks, name)
    if name is ST and clocks.paused_since is not None:
        paused_since = max(clocks.paused_since, since)
        elapsed -= open_time(calendar, paused_since, max(at, paused_since))
    return max(elapsed, timedelta(0))  # what was left out counted in another calendar, if the level had one


def _left_out(clocks: Clocks, name: ClockName) -> timedelta:
    return timedelta(seconds=clocks.left_out) if name is ST else _NOTHING


def open_time(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """How much time lies between two instants, in the opening hours of a calendar if there is one."""
    return end - start if calendar is None else calendar.open_time(start, end)


def _sum_of(one: timedelta, other: timedelta) -> timedelta:
    try:
        return one + other
    except OverflowError:  # a policy made in code may promise something for the end of all time
        return timedelta.max
