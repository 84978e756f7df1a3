"""Merged clocks: the service clocks of a case that goes on as another (`case_merging.py`).

* A clock that **runs** on the one goes on at the other, under its own name: with the earlier of both starts, and missed
  if it was missed, whatever is promised there. The one has no verdict of it then, so that nothing is counted twice.
* Where the other's has **ended** its verdict stands. What ran on the one ends then as by any closing; if its customer
  waits for an answer, the next response counts from when they asked.
* Of two solutions the one that began earlier goes on as it stands, with what was left out of it; from then on the
  other's status says whether it is paused. A case that is and stays solved takes over none.
* Where the other case had no message of the customer yet, and the one has had its first reply, there is none to wait
  for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from casecore.kernel import Editing, Event, Room, a_flag, a_length, frozen
from casecore.kernel.fields import MOST_SECONDS
from casecore.kernel.rooms import wants
from casecore.policies import Policy
from casecore.policies.sections import AfterReopening
from casecore.rooms.case_merging import HasBothCases, SeesBoth, earlier, reopens
from casecore.rooms.cases import CaseClosed
from casecore.rooms.clocks import FRT, MISSED, NRT, ST, ClockName, Clocks, ClockVerdict, FirstReply
from casecore.rooms.sla import judge_clock, misses_by_now, paused_seconds
from casecore.statuses import OPEN, RESOLVED

# Event -------------------------------------------------------------------------------------------------


@frozen
class ClocksTakenOver(Event):
    """Service clocks that ran on a case go on at the one into which it was merged; what is None stays as it is.

    Attributes:
        started_at: What the first response counts from.
        replied_at: When that came, where the case had none to wait for, and the other had.
        asked_at: What the next response counts from.
        solution_from: What the solution counts from.
        left_out: How many seconds of it do not count.
        paused: Whether it is paused.
        first_response: What was promised of the first response, in seconds, where it was missed; so are the others.
    """

    case: str
    started_at: datetime | None = None
    replied_at: datetime | None = None
    asked_at: datetime | None = None
    solution_from: datetime | None = None
    left_out: float = a_length(default=0.0)
    paused: bool = a_flag(default=False)
    first_response: float | None = a_length(default=None)
    next_response: float | None = a_length(default=None)
    solution: float | None = a_length(default=None)


class HasClocksOfBoth(HasBothCases, Protocol):
    """There are both, and the clocks of the one."""

    clocks: Clocks


# What follows ---------------------------------------------------------------------------------------------


@wants("case", "other_file", "clocks")
def _clocks_go_on(view: HasClocksOfBoth, event: CaseClosed, policy: Policy) -> tuple[Event, ...]:
    """What runs on a case goes on at the one into which it is merged; where that cannot be, it ends."""
    one, other = view.clocks, view.other_file.clocks or Clocks()
    running, theirs, told = _running(one), _running(other), dict[str, Any]()
    asked, go_on = [running[NRT]] if NRT in running else [], {*running}
    if FRT in running and other.replied_at is None:
        told["started_at"] = earlier(running[FRT], other.started_at)
    elif FRT in running:
        go_on.remove(FRT)
        asked += [running[FRT]] if view.case.unanswered_since is not None else []
    elif other.started_at is None and one.started_at is not None:
        told |= {"started_at": one.started_at, "replied_at": one.replied_at}
    if asked:
        told["asked_at"] = earlier(min(asked), theirs.get(NRT))
    if ST in running and _is_solved(view, policy):
        go_on.remove(ST)
    elif ST in running:
        told |= _earlier_solution(view, event, policy)
    missed = {found.clock: found.target for found in misses_by_now(view, event, policy)}
    missed |= {name: verdict.target for name in go_on if (verdict := getattr(one, name)) is not None}
    told |= {name.value: missed[name] for name in ClockName if name in go_on and name in missed}
    ended = [judge_clock(view, event, policy, name, event.at, reached=False) for name in running if name not in go_on]
    taken = (ClocksTakenOver(event.by, event.at, view.other_file.case.id, **told),) if told else ()
    return (*(verdict for verdicts in ended for verdict in verdicts), *taken)


def _running(clocks: Clocks) -> dict[ClockName, datetime]:
    """The clocks of a case that run, and from when."""
    since: dict[ClockName, datetime | None] = {
        FRT: clocks.started_at if clocks.replied_at is None else None,
        NRT: None if clocks.answers else clocks.asked_at,
        ST: clocks.solution_from if clocks.resolved_at is None else None,
    }
    return {name: instant for name, instant in since.items() if instant is not None}


def _is_solved(view: HasBothCases, policy: Policy) -> bool:
    """Whether the other case is, and stays, solved: then nothing goes on there."""
    clocks = view.other_file.clocks or Clocks()
    if not reopens(view):
        return clocks.resolved_at is not None or view.other_file.case.status is RESOLVED
    return clocks.resolved_at is not None and policy.sla.after_reopening is AfterReopening.FIRST_SOLUTION_STANDS


def _earlier_solution(view: HasClocksOfBoth, event: CaseClosed, policy: Policy) -> dict[str, Any]:
    """The solution's clock of the one, if it began before that of the other, as it stands now."""
    one, other = view.clocks, view.other_file.clocks or Clocks()
    again = other.resolved_at is not None and policy.sla.after_reopening is AfterReopening.STARTS_AGAIN
    theirs = event.at if again else other.solution_from
    if one.solution_from is None or (theirs is not None and theirs <= one.solution_from):
        return {}
    paused = OPEN in policy.sla.pause_in if reopens(view) else other.paused_since is not None
    left_out = one.left_out + paused_seconds(view.case, policy, one, event.at)
    return {"solution_from": one.solution_from, "left_out": min(left_out, MOST_SECONDS), "paused": paused}


# Evolve ------------------------------------------------------------------------------------------------

ELSEWHERE = ""
"""What stands for a first reply that was sent on a case that was merged."""


def _clocks_taken_over(clocks: Editing, event: ClocksTakenOver) -> None:
    if event.started_at is not None:
        clocks.started_at = event.started_at
    if event.replied_at is not None:
        clocks.replied_at, clocks.replies = event.replied_at, (FirstReply(ELSEWHERE, event.replied_at),)
    if event.asked_at is not None:
        if clocks.asked_at is None or clocks.answers:
            clocks.answers, clocks.next_response = (), None
        clocks.asked_at = event.asked_at
    if event.solution_from is not None:
        clocks.solution_from, clocks.left_out = event.solution_from, event.left_out
        clocks.paused_since = event.at if event.paused else None
    for name in ClockName:
        target = getattr(event, name)
        if target is not None and getattr(clocks, name) is None:
            setattr(clocks, name, ClockVerdict(MISSED, target))


MERGED_CLOCKS: Room[SeesBoth] = Room(
    name="merged_clocks",
    follows={CaseClosed: _clocks_go_on},
    evolve={(Clocks, ClocksTakenOver): _clocks_taken_over},
)
