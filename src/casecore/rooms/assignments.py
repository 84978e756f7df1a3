"""Assignment: who holds a case, and where it waits when nobody does.

* **Opening** a case that nobody holds assigns it and begins work. Opening one that another holds, or a closed one, is
  reading only: nothing happens.
* **Leaving** it (closing its tab) puts it back into its queue, available to others, unless it is resolved. The owner,
  the last agent it was assigned to, stays. Closing the tab of a case that one only read changes nothing.
* Back in a queue, the waiting time goes on if the customer is still unanswered; otherwise it starts again. What waits
  already goes on waiting, wherever it is moved. A live customer who was **cut off** is served before all others.
* Nothing is lost: a case that is neither resolved nor closed is always held by somebody or waits in a queue.

How work is offered is told in `offers.py`, to whom it may be given in `eligibility.py`, how a case is given to somebody
else in `reassignments.py`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from casecore.kernel import SYSTEM, UNCONCERNED, Command, Editing, Event, Probe, Reason, Room, Rule, Unconcerned, frozen
from casecore.kernel.rooms import by_agent, wants
from casecore.policies import Policy
from casecore.rooms.agents import Agent, SeesAgents
from casecore.rooms.cases import Case, CaseCommand, HasCase, SeesCase, StatusSet
from casecore.statuses import CASE_LIFECYCLE, CLOSED, ESCALATED, OPEN, RESOLVED, Status, Trigger


class Release(StrEnum):
    """Why an agent holds a case no longer."""

    LEFT = "left"
    TRANSFERRED = "transferred"
    ENDED_BY_AGENT = "ended_by_agent"
    ENDED_BY_CUSTOMER = "ended_by_customer"
    SILENCE = "silence"
    AGENT_LOST = "agent_lost"
    DISPOSED = "disposed"
    CUSTOMER_BACK = "customer_back"
    SNOOZED = "snoozed"
    UNANSWERED = "unanswered"


# Commands ----------------------------------------------------------------------------------------------


@frozen
class OpenCase(CaseCommand):
    """An agent opens a case: takes it if nobody holds it, and begins work."""


@frozen
class LeaveCase(CaseCommand):
    """An agent closes the case's tab."""


# Events ------------------------------------------------------------------------------------------------


@frozen
class CaseAssigned(Event):
    """An agent holds the case from now on; `waiting` while its customer waits for an answer."""

    case: str
    agent: str
    waiting: bool = False


@frozen
class CaseReleased(Event):
    """The agent who held the case does so no longer."""

    case: str
    agent: str
    because: Release


@frozen
class CaseQueued(Event):
    """The case waits in a queue.

    Attributes:
        since: What its waiting time counts from.
        cut_off_at: When its live customer was cut off, so that it is served before all others; None: in its turn.
        push: Whether it is offered; False: nobody is rung for it, and only who asks for work or opens it gets it.
    """

    case: str
    queue: str
    since: datetime
    note: str = ""
    cut_off_at: datetime | None = None
    push: bool = True


@frozen
class CaseUnqueued(Event):
    """The case waits in no queue any more, because it is resolved."""

    case: str


@frozen
class WorkBegun(Event):
    """The assignee opened a new case."""

    case: str
    agent: str


# Who ---------------------------------------------------------------------------------------------------


def agent_named(view: SeesCase, agent: str) -> Agent | None:
    """The agent with this id among those the view shows."""
    target = view.target
    if target is not None and target.id == agent:  # mostly, and asked by every rule about who is given work
        return target
    for row in (view.actor, view.holder):
        if row is not None and row.id == agent:
            return row
    return None


# Giving work away --------------------------------------------------------------------------------------


class ForQueue(Protocol):
    """A command that may name a queue."""

    @property
    def queue(self) -> str | None:
        """The queue, if it names one."""


class Aimed(ForQueue, Protocol):
    """A command that gives work to an agent or to a queue."""

    @property
    def agent(self) -> str | None:
        """The agent, if it names one."""


AIM = ("agent", "queue")
"""The fields of a command that say who receives the work."""


def one_aim(_: SeesAgents, command: Aimed, __: Policy) -> Reason | None:
    """The need of every command that gives work away: it names one receiver."""
    if (command.agent is None) != (command.queue is None):
        return None
    given = "neither an agent nor a queue" if command.agent is None else "both an agent and a queue"
    return Reason("reassign.aim", f"the work was to go to {given}", "name exactly one of the two")


def agent_known(view: SeesAgents, command: Aimed, _: Policy) -> Reason | Unconcerned | None:
    """The need of every command that may give work to an agent."""
    if command.agent is None:
        return UNCONCERNED
    if view.target is not None:
        return None
    return Reason("agent.known", f"there is no agent {command.agent!r}", "name an agent of the desk")


def queue_known(_: SeesAgents, command: ForQueue, policy: Policy) -> Reason | Unconcerned | None:
    """The need of every command that may name a queue."""
    if command.queue is None:
        return UNCONCERNED
    if command.queue in policy.queues:
        return None
    return Reason("queue.known", f"the policy has no queue {command.queue!r}", f"use one of {', '.join(policy.queues)}")


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case")
def _open_case(view: HasCase, command: OpenCase, _: Policy) -> tuple[Event, ...]:
    case = view.case
    if case.status is CLOSED or case.assignee not in (None, command.by):
        return ()
    assigned = () if case.assignee else (assign_case(case, command, command.by),)
    return (*assigned, *begin_work(case, command, command.by))


def assign_case(case: Case, cause: Command, agent: str) -> CaseAssigned:
    """The agent holds the case from now on."""
    return CaseAssigned(cause.by, cause.at, case.id, agent, case.unanswered_since is not None)


def begin_work(case: Case, cause: Command, agent: str) -> tuple[Event, ...]:
    """What happens to the status when its assignee opens a case."""
    if CASE_LIFECYCLE.dest(case.status, Trigger.BEGIN_WORK) is None:
        return ()
    return (WorkBegun(agent, cause.at, case.id, agent),)


@wants("case")
def _leave_case(view: HasCase, command: LeaveCase, _: Policy) -> tuple[Event, ...]:
    case = view.case
    if case.assignee != command.by:
        return ()
    return give_up_case(case, command, Release.LEFT)


def give_up_case(
    case: Case, cause: Command | Event, because: Release, cut_off_at: datetime | None = None, *, gone: bool = False
) -> tuple[Event, ...]:
    """What happens when the assignee gives a case up: unless it is resolved, it waits in its queue again.

    Args:
        case: A case that somebody holds.
        cause: Who does it, and when.
        because: Why.
        cut_off_at: When the live customer was cut off; None where they were not.
        gone: Whether its customer goes with it: then nobody is rung for it, unless it is escalated.
    """
    if case.assignee is None:
        return ()
    release = CaseReleased(cause.by, cause.at, case.id, case.assignee, because)
    return (release,) if case.status is RESOLVED else (release, back_in_queue(case, cause, cut_off_at, gone=gone))


def back_in_queue(
    case: Case,
    cause: Command | Event,
    cut_off_at: datetime | None = None,
    *,
    gone: bool = False,
    status: Status | None = None,
) -> CaseQueued:
    """The case waits in its queue again, in this status.

    Args:
        case: As it was.
        cause: Who does it, and when.
        cut_off_at: When its live customer was cut off, if they were.
        gone: Whether its customer goes with it.
        status: Its status now, where it changes; only an escalated case is offered whose customer is gone.
    """
    push = (status or case.status) is ESCALATED or not (gone or case.pull_only)
    since = waits_since(case, cause.at)
    return CaseQueued(cause.by, cause.at, case.id, case.queue, since=since, cut_off_at=cut_off_at, push=push)


def waits_since(case: Case, at: datetime) -> datetime:
    """What the waiting time counts from of a case that is queued at this instant: it goes on where it waits already.

    Otherwise it goes on from the customer's first unanswered message, or starts again.
    """
    return case.waiting_since or case.unanswered_since or at


def place_after(view: SeesCase, event: Event, status: Status) -> tuple[Event, ...]:
    """What follows for a case that nobody holds when its status changes: resolved, it waits no more; else it does."""
    case = view.case
    if case is None or case.assignee is not None:
        return ()
    if status is RESOLVED:
        return () if case.waiting_since is None else (CaseUnqueued(SYSTEM, event.at, case.id),)
    if case.waiting_since is None or (case.pull_only and status is ESCALATED):
        return (back_in_queue(case, event, status=status),)
    return ()


def _after_status(view: SeesCase, event: StatusSet, _: Policy) -> tuple[Event, ...]:
    return place_after(view, event, event.status)


# Evolve ------------------------------------------------------------------------------------------------


def _set_assignee(case: Editing, event: CaseAssigned) -> None:
    case.assignee = case.owner = event.agent
    case.waiting_since = case.cut_off_at = None
    case.pull_only = False


def _clear_assignee(case: Editing, _: CaseReleased) -> None:
    case.assignee = None


def _enter_queue(case: Editing, event: CaseQueued) -> None:
    case.queue = event.queue
    case.waiting_since = event.since
    case.cut_off_at = event.cut_off_at
    case.pull_only = not event.push


def _leave_queue(case: Editing, _: CaseUnqueued) -> None:
    case.waiting_since = case.cut_off_at = None


def _begin_work(case: Editing, event: WorkBegun) -> None:
    case.status = OPEN
    case.status_at = case.active_at = event.at


ASSIGNMENTS: Room[SeesCase] = Room(
    name="assignments",
    needs=(Rule("actor.role", "Only an agent opens and leaves cases", "§3", (OpenCase, LeaveCase), by_agent),),
    decide={OpenCase: _open_case, LeaveCase: _leave_case},
    follows={StatusSet: _after_status},
    evolve={
        (Case, CaseAssigned): _set_assignee,
        (Case, CaseReleased): _clear_assignee,
        (Case, CaseQueued): _enter_queue,
        (Case, CaseUnqueued): _leave_queue,
        (Case, WorkBegun): _begin_work,
    },
    probes=(Probe("open_case", OpenCase), Probe("leave_case", LeaveCase)),
)
