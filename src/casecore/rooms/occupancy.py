"""Occupancy: in which statuses the cases are that an agent holds, as far as a limit may look at it.

* Every case that somebody holds counts against their limits, unless the policy leaves out those that are **pending** or
  **resolved** (`capacity.statuses`): a case that waits for its customer need not keep others away. Live ones always
  count.
* An agent's record counts how many are in each of these two statuses, whatever the policy says, so that another
  policy counts right from its first day.
* The customer's return, or a reopening by hand, may lift somebody above a limit. They keep what they have, and are
  given nothing until they are below it.

What the limits are, and who is asked about them, is told in `eligibility.py`.
"""

from __future__ import annotations

from casecore.channels import Channel
from casecore.kernel import SYSTEM, Editing, Event, Room, frozen
from casecore.kernel.rooms import wants
from casecore.policies import Policy
from casecore.rooms.agents import Agent, add_to_count
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.assignments import CaseAssigned, CaseReleased
from casecore.rooms.cases import CaseClosed, HasCase, SeesCase, StatusSet
from casecore.rooms.replies import ReplySent
from casecore.statuses import OPEN, PENDING, RESOLVED, Status

RESTING = (PENDING, RESOLVED)
"""The statuses that a policy may leave out."""


@frozen
class OccupancyChanged(Event):
    """A case that an agent holds counts otherwise from now on.

    Attributes:
        was: The status in which it counted, where that is pending or resolved; None: as one at work, or not at all.
        now: The same from now on.
    """

    case: str
    agent: str
    channel: Channel
    was: Status | None
    now: Status | None


# What follows ------------------------------------------------------------------------------------------


def _counts_as(
    view: HasCase, event: Event, agent: str | None, was: Status | None, now: Status | None
) -> tuple[Event, ...]:
    """What follows when a case that somebody holds has another status, is taken, or is given up (None)."""
    before, after = (status if status in RESTING else None for status in (was, now))
    if agent is None or before is after or view.case.live:
        return ()
    return (OccupancyChanged(SYSTEM, event.at, view.case.id, agent, view.case.channel, before, after),)


@wants("case")
def _after_reply(view: HasCase, event: ReplySent, _: Policy) -> tuple[Event, ...]:
    return _counts_as(view, event, view.case.assignee, view.case.status, event.send_as)


@wants("case")
def _after_status(view: HasCase, event: StatusSet, _: Policy) -> tuple[Event, ...]:
    return _counts_as(view, event, view.case.assignee, view.case.status, event.status)


@wants("case")
def _after_reopening(view: HasCase, event: CaseReopened, _: Policy) -> tuple[Event, ...]:
    return _counts_as(view, event, view.case.assignee, view.case.status, OPEN)


@wants("case")
def _after_assignment(view: HasCase, event: CaseAssigned, _: Policy) -> tuple[Event, ...]:
    """What the system assigns by itself was opened again in the same step; the view still shows what it was before."""
    return _counts_as(view, event, event.agent, None, OPEN if event.by == SYSTEM else view.case.status)


@wants("case")
def _after_holding(view: HasCase, event: CaseReleased | CaseClosed, _: Policy) -> tuple[Event, ...]:
    return _counts_as(view, event, view.case.assignee, view.case.status, None)


# Evolve ------------------------------------------------------------------------------------------------


def _count_anew(agent: Editing, event: OccupancyChanged) -> None:
    for status, step in ((event.was, -1), (event.now, 1)):
        if status is PENDING:
            agent.pending = add_to_count(agent.pending, event.channel, step)
        elif status is RESOLVED:
            agent.resolved = add_to_count(agent.resolved, event.channel, step)


OCCUPANCY: Room[SeesCase] = Room(
    name="occupancy",
    follows={
        ReplySent: _after_reply,
        StatusSet: _after_status,
        CaseReopened: _after_reopening,
        CaseAssigned: _after_assignment,
        CaseReleased: _after_holding,
        CaseClosed: _after_holding,
    },
    evolve={(Agent, OccupancyChanged): _count_anew},
)
