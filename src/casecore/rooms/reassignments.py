"""Reassignment: how work is given to somebody else, and where a case goes that comes back.

* **Reassigning** a case or a review to an agent offers it to them, if they are eligible; if they refuse, it stays
  in the queue. To a queue: any member of it may then work it. It is for the assignee or a supervisor; a review may
  also be reassigned by the author of the draft and by whoever may review it.
* What was offered to somebody before is taken back. A contact that goes on ends as transferred.
* **Reopening**: a case that nobody holds goes to its queue, available to all, when its customer writes again; or to
  its owner, where the policy says so and the owner can take it. Never to somebody who is away. A case that **follows**
  a closed one goes where that would have gone.
* A case that was **snoozed** goes to its owner if they can take it, whatever the policy says, else to its queue.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from casecore.kernel import CUSTOMER, SYSTEM, Event, Probe, Room, Rule, a_text, an_id, changed, frozen
from casecore.kernel.rooms import soft_rule, wants
from casecore.policies import Policy
from casecore.policies.sections import ReopenTo
from casecore.rooms.approvals import HasDraft, ReassignDraft, ReviewReassigned
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.assignments import (
    AIM,
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    Release,
    agent_known,
    one_aim,
    queue_known,
    waits_since,
)
from casecore.rooms.cases import Case, CaseCommand, CaseStarted, not_closed, only_holder
from casecore.rooms.eligibility import Placed, obstacles
from casecore.rooms.offers import CaseWithOffers, Rescission, SeesOffers, WorkOffered, taken_back
from casecore.rooms.reviews import review_over
from casecore.rooms.snoozes import SnoozeEnded
from casecore.statuses import ESCALATED

# Command -----------------------------------------------------------------------------------------------


@frozen
class ReassignCase(CaseCommand):
    """The case goes to another agent or to a queue; exactly one of the two is given."""

    agent: str | None = an_id(of="target", default=None)
    queue: str | None = an_id(default=None)
    note: str = a_text(default="")


class ReviewWithOffers(CaseWithOffers, HasDraft, Protocol):
    """A draft waits on the case; its review may never have been offered."""


# Handlers ----------------------------------------------------------------------------------------------


@wants("case")
def _reassign_case(view: CaseWithOffers, command: ReassignCase, _: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if c.agent is not None and c.agent == case.assignee:
        return ()
    withdrawn = taken_back(view, c, Rescission.REASSIGNED, review=False)
    release: tuple[Event, ...] = ()
    if case.assignee is not None:
        release = (CaseReleased(c.by, c.at, case.id, case.assignee, Release.TRANSFERRED),)
    queue = c.queue or case.queue
    queued = CaseQueued(
        c.by, c.at, case.id, queue, since=waits_since(case, c.at), note=c.note, cut_off_at=case.cut_off_at
    )
    aimed = () if c.agent is None else (WorkOffered(c.by, c.at, case.id, c.agent, case.channel),)
    return (*withdrawn, *release, queued, *aimed)


@wants("case", "draft")
def _reassign_review(view: ReviewWithOffers, command: ReassignDraft, _: Policy) -> tuple[Event, ...]:
    c, case, draft = command, view.case, view.draft
    if c.agent is not None and c.agent == draft.reviewer:
        return ()
    withdrawn = taken_back(view, c, Rescission.REASSIGNED, review=True)
    moved = ReviewReassigned(c.by, c.at, c.case, draft.id, c.queue or draft.queue, note=c.note)
    aimed = () if c.agent is None else (WorkOffered(c.by, c.at, c.case, c.agent, case.channel, review=True),)
    return (*withdrawn, *review_over(view, c), moved, *aimed)


# What follows ------------------------------------------------------------------------------------------


@wants("case")
def _requeue_reopened(view: CaseWithOffers, event: CaseReopened, policy: Policy) -> tuple[Event, ...]:
    """Where a case goes that nobody holds when its customer writes again: never to somebody who is away."""
    case = view.case
    if case.assignee is not None or (view.offers is not None and view.offers.offered_to is not None):
        return ()
    to_owner = policy.reopening.to is ReopenTo.OWNER_IF_ELIGIBLE or case.snoozed_until is not None
    on_line = changed(case, logged=False) if case.logged and event.failed is None else case  # its customer has written
    if to_owner and _owner_can_take(view, on_line, case.waiting_since, policy, event.at):
        return _to_owner(view, event, waiting=True)
    if case.waiting_since is not None and case.status is ESCALATED:
        return ()  # it was on offer all the time: its waiting time goes on
    return (_queued_anew(case, event),)


@wants("case")
def _place_awake(view: CaseWithOffers, event: SnoozeEnded, policy: Policy) -> tuple[Event, ...]:
    """Where a case goes whose snooze is over: to its owner if they can take it, else to its queue."""
    if not event.over:
        return ()
    if _owner_can_take(view, view.case, view.case.waiting_since, policy, event.at):
        return _to_owner(view, event, waiting=view.case.unanswered_since is not None)
    return (_queued_anew(view.case, event),)


@wants("case")
def _place_successor(view: CaseWithOffers, event: CaseStarted, policy: Policy) -> tuple[Event, ...]:
    """Where a case goes that starts because its customer wrote on a closed one: it waits, or the owner takes it."""
    follows = event.by == CUSTOMER and event.predecessor == view.case.id
    if not follows or policy.reopening.to is not ReopenTo.OWNER_IF_ELIGIBLE:
        return ()
    return _to_owner(view, event, waiting=True) if _owner_can_take(view, event, None, policy, event.at) else ()


def _owner_can_take(view: CaseWithOffers, case: Placed, since: datetime | None, policy: Policy, at: datetime) -> bool:
    """Whether the last agent of the case in view is there, and nothing keeps them from this one."""
    owner = view.holder
    return owner is not None and next(obstacles(owner, case, since, policy, at), None) is None


def _to_owner(
    view: CaseWithOffers, event: CaseReopened | SnoozeEnded | CaseStarted, *, waiting: bool
) -> tuple[Event, ...]:
    owner = view.holder
    return () if owner is None else (CaseAssigned(SYSTEM, event.at, event.case, owner.id, waiting=waiting),)


def _queued_anew(case: Case, event: Event) -> CaseQueued:
    """It waits in its queue from now on, or since its customer wrote without an answer."""
    merged = isinstance(event, CaseReopened) and event.merged is not None
    since = (event.waits_since if isinstance(event, CaseReopened) else None) or case.unanswered_since or event.at
    cut_off_at, push = case.cut_off_at, not (merged and case.pull_only)  # whoever has left is not back by that
    return CaseQueued(SYSTEM, event.at, case.id, case.queue, since=since, cut_off_at=cut_off_at, push=push)


_REASSIGN = (ReassignCase, ReassignDraft)

REASSIGNMENTS: Room[SeesOffers] = Room(
    name="reassignments",
    needs=(
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (ReassignCase,), not_closed),
        Rule("reassign.aim", "Work goes to an agent or to a queue", "§3", _REASSIGN, one_aim, AIM),
        Rule("agent.known", "The agent named is known", "§3", _REASSIGN, agent_known, AIM),
        Rule("queue.known", "The queue exists", "§3", _REASSIGN, queue_known, AIM),
    ),
    rules=(soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§3", (ReassignCase,), only_holder),),
    decide={ReassignCase: _reassign_case, ReassignDraft: _reassign_review},
    follows={CaseReopened: _requeue_reopened, SnoozeEnded: _place_awake, CaseStarted: _place_successor},
    probes=(
        Probe("reassign_to_agent", ReassignCase, asks=("agent",)),
        Probe("reassign_to_queue", ReassignCase, asks=("queue",)),
    ),
)
