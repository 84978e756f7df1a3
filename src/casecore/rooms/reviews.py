"""Reviews: who reads a draft that waits for approval, and what comes of it.

* The review of a draft waits in a queue like a case. It is offered to somebody, or an approver fetches it ("Give me
  more"); `offers.py` tells how work is presented.
* A reviewer needs the permission `approve`, serves the draft's queue, works on the case's channel, and is not its
  author (unless the policy allows it). A review is given only to an agent who can do it, and is eligible like for all
  work (`eligibility.py`); it is then theirs alone.
* A review has its own reviewer; the case's assignee is unchanged. It counts in the total only.
* **Approving** sends the reply in the author's name, exactly once: the draft's id becomes the message's id. At that
  moment every rule of a direct reply is asked again. Where the customer has written since, the reviewer must say that
  they have seen it. **Refusing** needs a reason. Whose draft it is may **withdraw** it at any time.
* The review ends when the draft is decided, or when it is given to somebody else.

What a draft is, and what a waiting one blocks, is told in `approvals.py`.
"""

from __future__ import annotations

from typing import Protocol

from casecore.kernel import Command, Editing, Event, Probe, Reason, Room, Rule, frozen
from casecore.kernel.rooms import by_agent, soft_rule, wants
from casecore.kernel.words import is_blank
from casecore.policies import Policy
from casecore.rooms.agents import APPROVE, Agent
from casecore.rooms.approvals import (
    DECIDED,
    THE_DRAFT,
    ApproveDraft,
    DraftApproved,
    DraftRefused,
    DraftWithdrawn,
    HasDraft,
    RefuseDraft,
    SeesDraft,
    WaitingDraft,
    WithdrawDraft,
)
from casecore.rooms.cases import CaseCommand
from casecore.rooms.replies import ReplySent, reply_content


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


# Need and rules -----------------------------------------------------------------------------------------


def _review_waits(view: SeesReview, command: TakeReview, _: Policy) -> Reason | None:
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


def _may_approve(view: SeesDraft, command: ApproveDraft | RefuseDraft, _: Policy) -> Reason | None:
    if view.actor is not None and view.actor.may(APPROVE):
        return None
    found = f"{command.by} has no permission to approve"
    return Reason("approval.permission", found, "ask somebody who has the permission `approve`")


def _is_reviewer(view: SeesDraft, command: ApproveDraft | RefuseDraft, _: Policy) -> Reason | None:
    draft, actor = view.draft, view.actor
    if draft is None or actor is None:
        return None
    if draft.reviewer not in {None, actor.id}:
        return Reason(
            "approval.reviewer",
            f"the review of {draft.id} was given to {draft.reviewer}",
            f"ask {draft.reviewer}, or reassign the review to the queue {draft.queue}",
        )
    if draft.queue in actor.queues:
        return None
    found = f"{command.by} does not serve {draft.queue}, which approves {draft.id}"
    return Reason("approval.reviewer", found, f"ask somebody who serves {draft.queue}")


def _on_channel(view: SeesDraft, command: ApproveDraft | RefuseDraft, _: Policy) -> Reason | None:
    if view.actor is None or view.case is None or view.actor.works_on(view.case.channel):
        return None
    found = f"{command.by} does not work on {view.case.channel}"
    return Reason("approval.channel", found, "ask somebody who does")


def _not_own(view: SeesDraft, event: DraftApproved, policy: Policy) -> Reason | None:
    if policy.approval.self_approval or event.by != event.author:
        return None
    return Reason("approval.self_approval", f"{event.by} wrote draft {event.draft}", "ask another reviewer")


@wants("case", "draft")
def _message_seen(view: HasDraft, command: ApproveDraft, _: Policy) -> Reason | None:
    if command.seen or not view.draft.stale:
        return None
    return Reason(
        "approval.stale",
        f"the customer has written since draft {command.draft} was submitted",
        "read it, then approve with seen = true",
        ways=("ApproveDraft",),
    )


def _says_why(_: SeesDraft, command: RefuseDraft, __: Policy) -> Reason | None:
    if not is_blank(command.reason):
        return None
    return Reason("approval.reason", "the refusal says no reason", "tell the author what to change")


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case", "draft")
def _take_review(view: HasDraft, command: TakeReview, _: Policy) -> tuple[Event, ...]:
    c = command
    return (ReviewTaken(c.by, c.at, c.case, view.draft.id, c.by),)


@wants("case", "draft")
def _approve_draft(view: HasDraft, command: ApproveDraft, _: Policy) -> tuple[Event, ...]:
    c, draft = command, view.draft
    content = reply_content(draft) | {"template": c.template or draft.template}
    content["thread"] = view.case.thread
    return (
        DraftApproved(c.by, c.at, c.case, draft.id, draft.author),
        ReplySent(c.by, c.at, c.case, draft.id, send_as=draft.send_as, author=draft.author, reviewer=c.by, **content),
    )


def _refuse_draft(view: SeesDraft, command: RefuseDraft, _: Policy) -> tuple[Event, ...]:
    c, draft = command, view.draft
    return () if draft is None else (DraftRefused(c.by, c.at, c.case, draft.id, draft.author, reason=c.reason),)


def _withdraw_draft(view: SeesDraft, command: WithdrawDraft, _: Policy) -> tuple[Event, ...]:
    c, draft = command, view.draft
    return () if draft is None else (DraftWithdrawn(c.by, c.at, c.case, draft.id, draft.author),)


def review_over(view: SeesReview, cause: Command | Event) -> tuple[Event, ...]:
    """The reviewer, if there is one, reviews the draft no longer."""
    if view.case is None or view.draft is None or view.draft.reviewer is None:
        return ()
    return (ReviewEnded(cause.by, cause.at, view.case.id, view.draft.reviewer),)


def _end_review(view: SeesReview, event: Event, _: Policy) -> tuple[Event, ...]:
    return review_over(view, event)


# Evolve ------------------------------------------------------------------------------------------------


def _count_review(agent: Editing, _: ReviewTaken) -> None:
    agent.reviews += 1


def _uncount_review(agent: Editing, _: ReviewEnded) -> None:
    agent.reviews -= 1


def _set_reviewer(draft: Editing, event: ReviewTaken) -> None:
    draft.reviewer = event.agent


_DECIDE = (ApproveDraft, RefuseDraft)

REVIEWS: Room[SeesReview] = Room(
    name="reviews",
    needs=(
        Rule("actor.role", "Only an agent takes reviews", "§3", (TakeReview,), by_agent),
        Rule("offer.waiting", "Only a waiting review is taken", "§3", (TakeReview,), _review_waits),
    ),
    rules=(
        Rule("approval.permission", "A reviewer needs the permission", "§5", _DECIDE, _may_approve),
        Rule("approval.reviewer", "A reviewer serves the draft's queue", "§5", _DECIDE, _is_reviewer),
        Rule("approval.channel", "A reviewer works on the case's channel", "§5", _DECIDE, _on_channel),
        soft_rule("approval.self_approval", "Nobody approves their own reply", "§5", (DraftApproved,), _not_own),
        soft_rule(
            "approval.stale", "A stale draft is approved knowingly", "§5", (ApproveDraft,), _message_seen, ("seen",)
        ),
        Rule("approval.reason", "A refusal has a reason", "§5", (RefuseDraft,), _says_why, ("reason",)),
    ),
    decide={
        ApproveDraft: _approve_draft,
        RefuseDraft: _refuse_draft,
        WithdrawDraft: _withdraw_draft,
        TakeReview: _take_review,
    },
    follows=dict.fromkeys(DECIDED, _end_review),
    evolve={
        (Agent, ReviewTaken): _count_review,
        (Agent, ReviewEnded): _uncount_review,
        (WaitingDraft, ReviewTaken): _set_reviewer,
    },
    probes=(
        Probe("approve_draft", ApproveDraft, taken=THE_DRAFT),
        Probe("refuse_draft", RefuseDraft, asks=("reason",), taken=THE_DRAFT),
        Probe("withdraw_draft", WithdrawDraft, taken=THE_DRAFT),
        Probe("take_review", TakeReview),
    ),
)
