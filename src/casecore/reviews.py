"""Reviews: who reads a draft that waits for approval.

* The review of a draft waits in a queue like a case. It is offered to somebody, or an approver fetches it ("Give me
  more"); `offers.py` tells how work is presented.
* A reviewer may approve, and is not the draft's author (unless the policy allows it). Like all work, a review is given
  only to somebody who is eligible (`eligibility.py`).
* A review has its own reviewer; the case's assignee is unchanged. It counts in the total only.
* It ends when the draft is decided, or when the review is given to somebody else.

What the reviewer does with the draft is told in `approvals.py`.
"""

from __future__ import annotations

from typing import Protocol

from casecore.agents import APPROVE, Agent
from casecore.approvals import (
    DraftApproved,
    DraftRefused,
    DraftSuperseded,
    DraftWithdrawn,
    SeesDraft,
    WaitingDraft,
)
from casecore.cases import CaseCommand, by_agent
from casecore.kernel import Command, Draft, Event, Probe, Reason, Room, Rule, frozen
from casecore.policies import Policy


class SeesReview(SeesDraft, Protocol):
    """Who reviews the draft."""

    @property
    def reviewer(self) -> Agent | None:
        """Who reviews the draft."""


# Command and events ------------------------------------------------------------------------------------


@frozen
class TakeReview(CaseCommand):
    """An approver fetches the review of the waiting draft."""


@frozen
class ReviewTaken(Event):
    """An agent reviews the draft from now on."""

    case: str
    draft: str
    agent: str


@frozen
class ReviewEnded(Event):
    """An agent reviews the draft no longer."""

    case: str
    agent: str


# Need and rule -----------------------------------------------------------------------------------------


def _free(view: SeesReview, command: TakeReview, _: Policy) -> Reason | None:
    draft = view.draft
    if draft is not None and draft.reviewer is None:
        return None
    found = f"{draft.reviewer} reviews {draft.id}" if draft else "no draft waits"
    return Reason("offer.waiting", f"case {command.case}: {found}", "take a review that waits")


def not_reviewer(agent: Agent, author: str | None, policy: Policy) -> Reason | None:
    """What is against an agent reviewing what the author wrote."""
    if not agent.may(APPROVE):
        return Reason("offer.reviewer", f"{agent.id} has no permission to approve", "choose somebody who has it")
    if agent.id == author and not policy.approval.self_approval:
        return Reason("offer.reviewer", f"{agent.id} wrote the draft", "choose somebody else")
    return None


# Handler and what follows ------------------------------------------------------------------------------


def _take(view: SeesReview, command: TakeReview, _: Policy) -> tuple[Event, ...]:
    c = command
    if view.draft is None or view.case is None:
        return ()
    return (ReviewTaken(c.by, c.at, c.case, view.draft.id, c.by),)


def review_over(view: SeesReview, cause: Command | Event) -> tuple[Event, ...]:
    """The reviewer, if there is one, reviews the draft no longer."""
    if view.case is None or view.draft is None or view.draft.reviewer is None:
        return ()
    return (ReviewEnded(cause.by, cause.at, view.case.id, view.draft.reviewer),)


def _decided(view: SeesReview, event: Event, _: Policy) -> tuple[Event, ...]:
    return review_over(view, event)


# Evolve ------------------------------------------------------------------------------------------------


def _more(agent: Draft, _: ReviewTaken) -> None:
    agent.reviews += 1


def _less(agent: Draft, _: ReviewEnded) -> None:
    agent.reviews -= 1


def _reviewer(draft: Draft, event: ReviewTaken) -> None:
    draft.reviewer = event.agent


DECIDED = (DraftApproved, DraftRefused, DraftWithdrawn, DraftSuperseded)
"""The events with which a draft waits no more."""

REVIEWS: Room[SeesReview] = Room(
    name="reviews",
    needs=(
        Rule("actor.role", "Only an agent takes reviews", "§3", (TakeReview,), by_agent),
        Rule("offer.waiting", "Only a waiting review is taken", "§3", (TakeReview,), _free),
    ),
    decide={TakeReview: _take},
    follows=dict.fromkeys(DECIDED, _decided),
    evolve={
        (Agent, ReviewTaken): _more,
        (Agent, ReviewEnded): _less,
        (WaitingDraft, ReviewTaken): _reviewer,
    },
    probes=(Probe("take_review", TakeReview),),
)
