"""Assignment: who holds a case, and where it waits when nobody does.

* **Opening** a case that nobody holds assigns it and begins work. Opening one that another holds, or a closed one, is
  reading only: nothing happens.
* **Leaving** it (closing its tab) puts it back into its queue, available to others, unless it is resolved. The owner,
  the last agent it was assigned to, stays. Closing the tab of a case that one only read changes nothing.
* **Reassigning** to an agent or a queue is for the assignee or a supervisor.
* Work is given only to an eligible agent: available, serving the case's queue, allowed on its channel.
* Back in a queue, the waiting time goes on if the customer is still unanswered; otherwise it starts again.
* Nothing is lost: a case that is neither resolved nor closed is always held by somebody or waits in a queue.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from casecore.agents import Agent, SeesAgents
from casecore.cases import Case, CaseCommand, SeesCase, StatusSet, by_agent, not_closed, only_holder
from casecore.kernel import SYSTEM, Command, Draft, Event, Probe, Reason, Room, Rule, a_text, an_id, frozen
from casecore.policies import Policy
from casecore.statuses import CASE_LIFECYCLE, Status, Trigger

# Commands --------------------------------------------------------------------------------------------


@frozen
class OpenCase(CaseCommand):
    """An agent opens a case: takes it if nobody holds it, and begins work."""


@frozen
class LeaveCase(CaseCommand):
    """An agent closes the case's tab."""


@frozen
class ReassignCase(CaseCommand):
    """The case goes to another agent or to a queue; exactly one of the two is given."""

    agent: str | None = an_id(default=None)
    queue: str | None = an_id(default=None)
    note: str = a_text(default="")


# Events ----------------------------------------------------------------------------------------------


@frozen
class CaseAssigned(Event):
    """An agent holds the case from now on."""

    case: str
    agent: str
    note: str = ""


@frozen
class CaseReleased(Event):
    """The agent who held the case does so no longer."""

    case: str
    agent: str


@frozen
class CaseQueued(Event):
    """The case waits in a queue; `since` is what its waiting time counts from."""

    case: str
    queue: str
    since: datetime
    note: str = ""


@frozen
class CaseUnqueued(Event):
    """The case waits in no queue any more, because it is resolved."""

    case: str


@frozen
class WorkBegun(Event):
    """The assignee opened a new case."""

    case: str
    agent: str


# Needs -----------------------------------------------------------------------------------------------


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


def one_aim(_: SeesAgents, command: Aimed, __: Policy) -> Reason | None:
    """The need of every command that gives work away: it names one receiver."""
    if (command.agent is None) != (command.queue is None):
        return None
    given = "neither an agent nor a queue" if command.agent is None else "both an agent and a queue"
    return Reason("reassign.aim", f"the work was to go to {given}", "name exactly one of the two")


def agent_known(view: SeesAgents, command: Aimed, _: Policy) -> Reason | None:
    """The need of every command that may give work to an agent."""
    if command.agent is None or view.target is not None:
        return None
    return Reason("agent.known", f"there is no agent {command.agent!r}", "name an agent of the desk")


def queue_known(_: SeesAgents, command: ForQueue, policy: Policy) -> Reason | None:
    """The need of every command that may name a queue."""
    if command.queue is None or command.queue in policy.queues:
        return None
    return Reason("queue.known", f"the policy has no queue {command.queue!r}", f"use one of {', '.join(policy.queues)}")


# Rules -----------------------------------------------------------------------------------------------


def ineligible(agent: Agent | None, case: Case, queue: str | None = None) -> str | None:
    """Why an agent cannot take a case, or other work on it; None when they can.

    Args:
        agent: The agent, if there is one.
        case: The case.
        queue: The queue the work belongs to; the case's own if it is not given.
    """
    queue = queue or case.queue
    if agent is None:
        return "nobody known"
    if not agent.available:
        return f"{agent.id} is not available" + (f" ({agent.reason})" if agent.reason else "")
    if queue not in agent.queues:
        return f"{agent.id} does not serve the queue {queue}"
    return None if agent.works_on(case.channel) else f"{agent.id} does not work on {case.channel}"


def _eligible(view: SeesCase, event: CaseAssigned, _: Policy) -> Reason | None:
    if view.case is None:
        return None
    agents = (view.actor, view.target, view.holder)
    agent = next((agent for agent in agents if agent is not None and agent.id == event.agent), None)
    why_not = ineligible(agent, view.case)
    if why_not is None:
        return None
    return Reason("assignment.eligible", why_not, "choose an agent who can take it, or its queue")


# Handlers --------------------------------------------------------------------------------------------


def _open(view: SeesCase, command: OpenCase, _: Policy) -> tuple[Event, ...]:
    case = view.case
    if case is None or case.status is Status.CLOSED or case.assignee not in (None, command.by):
        return ()
    events: list[Event] = []
    if case.assignee is None:
        events.append(CaseAssigned(command.by, command.at, case.id, command.by))
    if CASE_LIFECYCLE.dest(case.status, Trigger.BEGIN_WORK) is not None:
        events.append(WorkBegun(command.by, command.at, case.id, command.by))
    return tuple(events)


def _leave(view: SeesCase, command: LeaveCase, _: Policy) -> tuple[Event, ...]:
    case = view.case
    if case is None or case.assignee != command.by:
        return ()
    released = CaseReleased(command.by, command.at, case.id, command.by)
    return (released,) if case.status is Status.RESOLVED else (released, _back_in_queue(case, command))


def _back_in_queue(case: Case, cause: Command | Event) -> CaseQueued:
    return CaseQueued(cause.by, cause.at, case.id, case.queue, case.unanswered_since or cause.at)


def _reassign(view: SeesCase, command: ReassignCase, _: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if case is None or (c.agent is not None and c.agent == case.assignee):
        return ()
    released = (CaseReleased(c.by, c.at, case.id, case.assignee),) if case.assignee else ()
    if c.agent is not None:
        return (*released, CaseAssigned(c.by, c.at, case.id, c.agent, c.note))
    queue = c.queue or case.queue
    return (*released, CaseQueued(c.by, c.at, case.id, queue, case.unanswered_since or c.at, c.note))


# What follows ----------------------------------------------------------------------------------------


def place_after(view: SeesCase, event: Event, status: Status) -> tuple[Event, ...]:
    """What follows for a case that nobody holds when its status changes: resolved, it waits no more; else it does."""
    case = view.case
    if case is None or case.assignee is not None:
        return ()
    if status is Status.RESOLVED:
        return () if case.waiting_since is None else (CaseUnqueued(SYSTEM, event.at, case.id),)
    return () if case.waiting_since is not None else (_back_in_queue(case, event),)


def _after_status(view: SeesCase, event: StatusSet, _: Policy) -> tuple[Event, ...]:
    return place_after(view, event, event.status)


# Evolve ----------------------------------------------------------------------------------------------


def _assigned(case: Draft, event: CaseAssigned) -> None:
    case.assignee = case.owner = event.agent
    case.waiting_since = None


def _released(case: Draft, _: CaseReleased) -> None:
    case.assignee = None


def _queued(case: Draft, event: CaseQueued) -> None:
    case.queue = event.queue
    case.waiting_since = event.since


def _unqueued(case: Draft, _: CaseUnqueued) -> None:
    case.waiting_since = None


def _begun(case: Draft, event: WorkBegun) -> None:
    case.status = Status.OPEN
    case.status_at = event.at


AIM = ("agent", "queue")
"""The fields of a command that say who receives the work."""

ASSIGNMENTS: Room[SeesCase] = Room(
    name="assignments",
    needs=(
        Rule("actor.role", "Only an agent opens and leaves cases", "§3", (OpenCase, LeaveCase), by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (ReassignCase,), not_closed),
        Rule("reassign.aim", "A case goes to an agent or to a queue", "§3", (ReassignCase,), one_aim, AIM),
        Rule("agent.known", "The agent named is known", "§3", (ReassignCase,), agent_known, AIM),
        Rule("queue.known", "The queue exists", "§3", (ReassignCase,), queue_known, AIM),
    ),
    rules=(
        Rule("assignment.holder", "Only the assignee, or a supervisor", "§3", (ReassignCase,), only_holder),
        Rule(
            "assignment.eligible",
            "Work is given only to an eligible agent",
            "§3",
            (CaseAssigned,),
            _eligible,
            ("agent",),
        ),
    ),
    decide={OpenCase: _open, LeaveCase: _leave, ReassignCase: _reassign},
    follows={StatusSet: _after_status},
    evolve={
        (Case, CaseAssigned): _assigned,
        (Case, CaseReleased): _released,
        (Case, CaseQueued): _queued,
        (Case, CaseUnqueued): _unqueued,
        (Case, WorkBegun): _begun,
    },
    probes=(
        Probe("open_case", OpenCase),
        Probe("leave_case", LeaveCase),
        Probe("reassign_to_agent", ReassignCase, asks=("agent",)),
        Probe("reassign_to_queue", ReassignCase, asks=("queue",)),
    ),
)
