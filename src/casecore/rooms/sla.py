"""Service clocks: how fast the first answer came, and how fast the matter was solved; what gives and takes verdicts.

* **First response (FRT)** runs from when the customer sent their first message to the first reply. **Solution (ST)**
  runs from the same start until the case is resolved. Either may have no target. What the customer asks after our
  first reply is told in `next_responses.py`.
* Targets are by channel and level (`low`, `normal`, `high`, `urgent`; routing's priority is something else); the
  more precise one wins. Time counts in the opening hours of a calendar, if the policy names one.
* A clock is `running`, `met`, `missed` (also while it still runs past its target) or `stopped`: the case was closed
  in time, before the clock could be met.
* A clock gets its **verdict** when it ends: replied, resolved, closed. At its target the system records that it is
  missed; where nobody did, the next thing that happens on the case records it first. No change of policy, level or
  calendar turns a verdict. Only reopening takes ST's back, as the policy says, and a reply that never arrived takes
  back what it had met.
* The policy names the statuses in which ST pauses, and what reopening does: ST runs on as if the case had not been
  resolved; or the time it was resolved is left out; or it starts again; or the first solution stands. To snooze a case
  pauses nothing, whatever the policy says of pending ones.

How a clock stands at an instant is read in `clocks.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any, Protocol

from casecore.kernel import (
    SYSTEM,
    Command,
    Editing,
    Event,
    Handler,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    Unconcerned,
    a_choice,
    a_length,
    frozen,
)
from casecore.kernel.fields import MOST_SECONDS
from casecore.kernel.records import editing_class
from casecore.kernel.rooms import by_system, not_yet, soft_rule, waits_its_time, wants
from casecore.policies import Policy
from casecore.policies.sections import AfterReopening, Level
from casecore.rooms.arrivals import CaseReopened, MessageReceived
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.cases import (
    Case,
    CaseClosed,
    CaseCommand,
    CaseStarted,
    HasCase,
    StatusSet,
    not_closed,
    only_holder,
)
from casecore.rooms.clocks import (
    FRT,
    MET,
    MISSED,
    MOST_REPLIES,
    NRT,
    ST,
    STOPPED,
    ClockName,
    Clocks,
    ClockState,
    ClockVerdict,
    FirstReply,
    SeesClocks,
    elapsed_time,
    open_time,
    run_of,
    time_to_target,
)
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected
from casecore.rooms.snoozes import CaseSnoozed
from casecore.statuses import CLOSED, NEW, OPEN, PENDING, RESOLVED, Status


class HasClocks(HasCase, SeesClocks, Protocol):
    """There is such a case, and its clocks."""

    clocks: Clocks


# Timers ------------------------------------------------------------------------------------------------


FIRST_RESPONSE = Timer(
    "the first response is late",
    "sla",
    "clocks.started_at",
    partial(time_to_target, FRT),
    lambda view, at: RecordMiss(SYSTEM, at, view.case.id, FRT),
)
SOLUTION = Timer(
    "the solution is late",
    "sla",
    "clocks.solution_from",
    partial(time_to_target, ST),
    lambda view, at: RecordMiss(SYSTEM, at, view.case.id, ST),
)
NEXT_RESPONSE = Timer(
    "the next response is late",
    "sla",
    "clocks.asked_at",
    partial(time_to_target, NRT),
    lambda view, at: RecordMiss(SYSTEM, at, view.case.id, NRT),
)
_TIMERS = {FRT: FIRST_RESPONSE, NRT: NEXT_RESPONSE, ST: SOLUTION}


# Command and events ------------------------------------------------------------------------------------


@frozen
class SetLevel(CaseCommand):
    """The case gets another level, and with it other targets."""

    level: Level = a_choice(Level)


@frozen
class RecordMiss(CaseCommand):
    """The target of a clock that runs is reached: it is missed, whatever becomes of the target later."""

    clock: ClockName = a_choice(ClockName)


@frozen
class ClockJudged(Event):
    """What was found of a clock, for good.

    Attributes:
        clock: Which one.
        state: Met, missed or stopped.
        target: What was promised, in seconds.
        elapsed: How many seconds of open time it took; None while it runs on past its target.
    """

    case: str
    clock: ClockName
    state: ClockState
    target: float = a_length()
    elapsed: float | None = a_length(default=None)


@frozen
class ResponseUndone(Event):
    """The reply that a clock was met by never reached the customer.

    Attributes:
        replied_at: When the next one was sent, if there was one.
        clock: The first response, or the next.
    """

    case: str
    replied_at: datetime | None = None
    clock: ClockName = FRT


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


# Needs and rules ---------------------------------------------------------------------------------------


@wants("case", "clocks")
def _clock_runs(view: HasClocks, command: RecordMiss, policy: Policy) -> Reason | None:
    if _TIMERS[command.clock].due(view, policy) is not None:
        return None
    found = f"the clock {command.clock} of case {command.case} does not run, or has its verdict"
    return Reason("clock.runs", found, "nothing is left to record", {"clock": command.clock})


@waits_its_time
@wants("case", "clocks")
def _target_reached(view: HasClocks, command: RecordMiss, policy: Policy) -> Reason | Unconcerned | None:
    return not_yet(_TIMERS[command.clock], view, command.at, policy, "clock.target")


# Verdicts ----------------------------------------------------------------------------------------------


def misses_by_now(view: SeesClocks, command: Command | Event, policy: Policy) -> tuple[ClockJudged, ...]:
    """What nobody has recorded yet: which clocks of the case had passed their targets before a command.

    Args:
        view: The view before it.
        command: The command, or what it brings about.
        policy: The whole SOP, with its dated changes and overrides.
    """
    case, clocks, at = view.case, view.clocks, command.at
    if case is None or clocks is None or clocks.started_at is None or clocks.closed_at is not None:
        return ()
    running = []
    if clocks.first_response is None and clocks.replied_at is None:
        running.append((FRT, clocks.started_at))
    if clocks.next_response is None and not clocks.answers and clocks.asked_at is not None:
        running.append((NRT, clocks.asked_at))
    if clocks.solution is None and clocks.resolved_at is None and clocks.solution_from is not None:
        running.append((ST, clocks.solution_from))
    found: tuple[ClockJudged, ...] = ()
    for name, since in running:
        target = policy.service_target(name, case.channel, clocks.level)[0]
        if not policy.layered and (target is None or at - since <= target):
            continue  # open time is no longer than time
        due = _TIMERS[name].first_due(view, policy, since)
        if due is not None and due < at and not (isinstance(command, RecordMiss) and command.clock is name):
            target = policy.at(due).for_(case).service_target(name, case.channel, clocks.level)[0]
            found += (ClockJudged(SYSTEM, at, case.id, name, MISSED, _seconds(target)),)
    return found


def _seconds(length: timedelta | None) -> float:
    return 0.0 if length is None else min(length.total_seconds(), MOST_SECONDS)


@wants("case", "clocks")
def _record_miss(view: HasClocks, command: RecordMiss, policy: Policy) -> tuple[Event, ...]:
    target, _ = policy.service_target(command.clock, view.case.channel, view.clocks.level)
    return (ClockJudged(command.by, command.at, command.case, command.clock, MISSED, _seconds(target)),)


def judge_clock(
    view: SeesClocks, event: Event, policy: Policy, name: ClockName, at: datetime, *, reached: bool
) -> tuple[Event, ...]:
    """What is found of a clock that ends: met or missed where it was reached, else stopped or missed.

    Args:
        view: What is seen of the case before.
        event: What ends it.
        policy: The SOP in force.
        name: Which clock.
        at: When it ends (aware).
        reached: Whether by what it waits for.
    """
    case, clocks = view.case, view.clocks
    return () if case is None or clocks is None else judge_run(case, clocks, event, policy, name, at, reached=reached)


def judge_run(
    case: Case, clocks: Clocks, event: Event, policy: Policy, name: ClockName, at: datetime, *, reached: bool
) -> tuple[Event, ...]:
    """The same of clocks as they would have been.

    Args:
        case: The case.
        clocks: Its clocks.
        event: What ends it.
        policy: The SOP in force.
        name: Which clock.
        at: When it ends (aware).
        reached: Whether by what it waits for.
    """
    run = run_of(clocks, name)
    if run.since is None:
        return ()
    verdict = run.verdict
    target, calendar = policy.service_target(name, case.channel, clocks.level)
    promised = _seconds(target) if verdict is None else verdict.target
    if target is None and verdict is None:
        return ()
    elapsed = elapsed_time(clocks, name, calendar, at).total_seconds()
    missed = elapsed > promised or (verdict is not None and verdict.state is MISSED)
    state = MISSED if missed else MET if reached else STOPPED
    elapsed = min(max(elapsed, 0.0), MOST_SECONDS)
    return (ClockJudged(event.by, event.at, case.id, name, state, promised, elapsed),)


# Handlers and what follows -----------------------------------------------------------------------------


def _set_level(_: SeesClocks, command: SetLevel, __: Policy) -> tuple[Event, ...]:
    return (LevelSet(command.by, command.at, command.case, command.level),)


def _pause_at_start(view: SeesClocks, event: CaseStarted, policy: Policy) -> tuple[Event, ...]:
    """A policy may pause ST until somebody looks at the case."""
    if view.case is not None and view.case.id == event.case and view.case.assignee is not None:
        return ()  # whoever starts it works on it, so it does not wait to be looked at
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
            events.append(SolutionResumed(event.by, event.at, case.id, paused_seconds(case, policy, clocks, event.at)))
        if new is RESOLVED and resolved_at is None and clocks.solution_from is not None:
            events.append(SolutionReached(event.by, event.at, case.id))
            events += judge_clock(view, event, policy, ST, event.at, reached=True)
        if (
            resolved_at is not None
            and case.status is RESOLVED
            and new is not CLOSED
            and not _never_solved(clocks, event)
        ):
            events.append(_undo_solution(case, resolved_at, clocks, event, policy))
        if new in pauses_in and paused_at is None:
            events.append(SolutionPaused(event.by, event.at, case.id))
        return tuple(events)

    return moves


def _never_solved(clocks: Clocks, event: Event) -> bool:
    """Whether a case is reopened because the reply that resolved it never reached the customer."""
    return isinstance(event, CaseReopened) and event.failed is not None and event.failed == clocks.resolved_by


def _after_reply(view: SeesClocks, event: ReplySent, policy: Policy) -> tuple[Event, ...]:
    first = view.clocks is not None and view.clocks.replied_at is None
    answered = judge_clock(view, event, policy, FRT, event.at, reached=True) if first else ()
    return (*answered, *_FOLLOW_REPLY(view, event, policy))


def _after_snoozing(view: SeesClocks, event: CaseSnoozed, policy: Policy) -> tuple[Event, ...]:
    return tuple(moved for moved in _FOLLOW_SNOOZE(view, event, policy) if not isinstance(moved, SolutionPaused))


def _after_closing(view: SeesClocks, event: CaseClosed, policy: Policy) -> tuple[Event, ...]:
    clocks = view.clocks if event.into is None else None  # what goes on elsewhere: `case_merging.py`
    left = () if clocks is None else (name for name in ClockName if run_of(clocks, name).reached_at is None)
    verdicts = (found for name in left for found in judge_clock(view, event, policy, name, event.at, reached=False))
    return (*_FOLLOW_CLOSING(view, event, policy), *verdicts)


@wants("case", "clocks")
def _after_bounce(view: HasClocks, event: MessageBounced, policy: Policy) -> tuple[Event, ...]:
    """What a reply had met that never reached the customer is taken back."""
    case, clocks = view.case, view.clocks
    if case.status is CLOSED:
        return ()
    events: list[Event] = []
    if clocks.replies and clocks.replies[0].message == event.message:
        others = clocks.replies[1:]
        replied_at = others[0].at if others else None
        events.append(ResponseUndone(event.by, event.at, case.id, replied_at))
        if replied_at is not None:
            events += judge_clock(view, event, policy, FRT, replied_at, reached=True)
    if clocks.resolved_at is not None and clocks.resolved_by == event.message:
        events.append(SolutionUndone(event.by, event.at, case.id, again=False, left_out=0.0))
    return tuple(events)


def paused_seconds(case: Case, policy: Policy, clocks: Clocks, end: datetime) -> float:
    """How many seconds ST has been paused; what lies before the customer's first message counts for nothing."""
    if clocks.paused_since is None or clocks.solution_from is None:
        return 0.0
    since = max(clocks.paused_since, clocks.solution_from)
    return _open_seconds(case, clocks, policy, since, max(end, since))


def _undo_solution(case: Case, resolved_at: datetime, clocks: Clocks, event: Event, policy: Policy) -> SolutionUndone:
    after, left_out = policy.sla.after_reopening, 0.0
    if after is AfterReopening.LEAVES_OUT and clocks.paused_since is None:  # what was paused is left out already
        left_out = _open_seconds(case, clocks, policy, resolved_at, event.at)
    return SolutionUndone(event.by, event.at, case.id, after is AfterReopening.STARTS_AGAIN, left_out)


def _open_seconds(case: Case, clocks: Clocks, policy: Policy, start: datetime, end: datetime) -> float:
    return open_time(policy.calendar_for(case.channel, clocks.level), start, end).total_seconds()


# Evolve ------------------------------------------------------------------------------------------------


def _new_clocks(_: CaseStarted) -> Clocks:
    return editing_class(Clocks)()


def _start_clocks(clocks: Editing, event: MessageReceived) -> None:
    if clocks.started_at is None:
        clocks.started_at = clocks.solution_from = event.written_at


def _stop_first_response(clocks: Editing, event: ReplySent) -> None:
    if clocks.started_at is None:
        return
    if clocks.replied_at is None:
        clocks.replied_at = event.at
    if len(clocks.replies) < MOST_REPLIES:
        clocks.replies = (*clocks.replies, FirstReply(event.message, event.at))
    if event.send_as is RESOLVED and clocks.resolved_at is None:
        clocks.resolved_by = event.message


def _forget_reply(clocks: Editing, event: MessageBounced) -> None:
    clocks.replies = tuple(reply for reply in clocks.replies if reply.message != event.message)


def _undo_response(clocks: Editing, event: ResponseUndone) -> None:
    if event.clock is FRT:
        clocks.replied_at = event.replied_at
    _set_verdict(clocks, event.clock, left_of_verdict(getattr(clocks, event.clock)))


def left_of_verdict(verdict: ClockVerdict | None) -> ClockVerdict | None:
    """What is left of a verdict once the clock runs again: that it was missed."""
    missed = verdict is not None and verdict.state is MISSED
    return ClockVerdict(MISSED, verdict.target) if verdict is not None and missed else None


def _keep_verdict(clocks: Editing, event: ClockJudged) -> None:
    _set_verdict(clocks, event.clock, ClockVerdict(event.state, event.target, event.elapsed))


def _set_verdict(clocks: Editing, name: ClockName, verdict: ClockVerdict | None) -> None:
    if name is FRT:
        clocks.first_response = verdict
    elif name is NRT:
        clocks.next_response = verdict
    else:
        clocks.solution = verdict


def _set_level_of_case(clocks: Editing, event: LevelSet) -> None:
    clocks.level = event.level


def _stop_solution(clocks: Editing, event: SolutionReached) -> None:
    if clocks.solution_from is not None:  # what we did before the customer wrote solves nothing of theirs
        clocks.resolved_at = event.at


def _begins_again(clocks: Editing, event: SolutionUndone) -> None:
    clocks.resolved_at = clocks.resolved_by = None
    clocks.solution = None if event.again else left_of_verdict(clocks.solution)
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


_FOLLOW_REPLY = _follow_status(attrgetter("send_as"))
_FOLLOW_CLOSING = _follow_status(lambda _: CLOSED)
_FOLLOW_SNOOZE = _follow_status(lambda _: PENDING)

SLA: Room[SeesClocks] = Room(
    name="sla",
    needs=(
        Rule("actor.role", "The system records what is missed", "§8", (RecordMiss,), by_system),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (SetLevel, RecordMiss), not_closed),
        Rule("clock.runs", "Only a clock that runs is missed", "§8", (RecordMiss,), _clock_runs),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§8", (SetLevel,), only_holder),
        Rule("clock.target", "A clock is missed at its target", "§8", (RecordMiss,), _target_reached),
    ),
    decide={SetLevel: _set_level, RecordMiss: _record_miss},
    precedes=misses_by_now,
    follows={
        CaseStarted: _pause_at_start,
        StatusSet: _follow_status(attrgetter("status")),
        CaseSnoozed: _after_snoozing,
        ReplySent: _after_reply,
        **dict.fromkeys((WorkBegun, CaseReopened), _follow_status(lambda _: OPEN)),
        ChatDisconnected: _follow_status(lambda _: RESOLVED),
        CaseClosed: _after_closing,
        MessageBounced: _after_bounce,
    },
    creates={(Clocks, CaseStarted): _new_clocks},
    evolve={
        (Clocks, MessageReceived): _start_clocks,
        (Clocks, ReplySent): _stop_first_response,
        (Clocks, MessageBounced): _forget_reply,
        (Clocks, ResponseUndone): _undo_response,
        (Clocks, ClockJudged): _keep_verdict,
        (Clocks, LevelSet): _set_level_of_case,
        (Clocks, SolutionReached): _stop_solution,
        (Clocks, SolutionUndone): _begins_again,
        (Clocks, SolutionPaused): _pause_solution,
        (Clocks, SolutionResumed): _resume_solution,
        (Clocks, CaseClosed): _stop_clocks,
    },
    timers=(FIRST_RESPONSE, NEXT_RESPONSE, SOLUTION),
    probes=tuple(Probe(f"set_level_{level}", SetLevel, {"level": level}) for level in Level),
)
