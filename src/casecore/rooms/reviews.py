"""Reviews: who reads a draft that waits for approval, and what comes of it.

* The review of a draft waits in a queue like a case. It is offered to somebody, or an approver fetches it ("Give me
  more"); `offers.py` tells how work is presented.
* A reviewer needs the permission `approve`, serves the draft's queue, works on the case's channel, and is not its
  author (unless the policy allows it). A review is given only to an agent who can do it, and is eligible like for all
  work (`eligibility.py`); it is then theirs alone.
* A review has its own reviewer; the case's assignee is unchanged. It counts in the total only.
* **Approving** sends the reply in the author's name, exactly once: the draft's id becomes the message's id. At that
  moment every rule of a direct reply is asked again. So that it can be sent, nothing else that we send is called as a
  draft that waits. Where the customer has written since, or a colleague has replied,
  the reviewer must say that they have seen it. **Refusing** needs a reason. Whose draft it is may **withdraw** it at
  any time.
* Whoever decides or edits a draft as its reviewer is **on duty**: somebody at lunch approves nothing. A next state, or
  a contact that they still have to dispose, keeps nobody from it; a review is no contact, and does not hold up lunch.
* A reviewer who goes off duty loses the review as an assignee loses a case: by the away policy, after its grace
  period. It then waits in its queue again, with all the time that it has waited; giving it to somebody else frees it,
  too, should the timer be late.
* The review ends when the draft is decided, or when it is given to somebody else.

What a draft is, and what a waiting one blocks, is told in `approvals.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from casecore.kernel import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    Command,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    Unconcerned,
    frozen,
)
from casecore.kernel.rooms import NEVER_COMES, by_agent, by_system, for_words, not_yet, soft_rule, waits_its_time, wants
from casecore.kernel.words import is_blank
from casecore.policies import Policy
from casecore.policies.sections import Held
from casecore.rooms.agents import APPROVE, LOGGED_OUT, Agent
from casecore.rooms.approvals import (
    DECIDED,
    THE_DRAFT,
    ApproveDraft,
    DraftApproved,
    DraftRefused,
    DraftWithdrawn,
    EditDraft,
    HasDraft,
    RefuseDraft,
    SeesDraft,
    WaitingDraft,
    WithdrawDraft,
)
from casecore.rooms.cases import Case, CaseCommand
from casecore.rooms.replies import ReplySent, SendReply, reply_content


class SeesReview(SeesDraft, Protocol):
    """Who reviews the draft."""

    @property
    def reviewer(self) -> Agent | None:
        """Who reviews the draft."""


class HasReview(SeesReview, HasDraft, Protocol):
    """A draft waits, and perhaps somebody reviews it."""


class HasReviewer(HasDraft, Protocol):
    """Somebody reviews the draft."""

    reviewer: Agent


# Command and events ------------------------------------------------------------------------------------


@frozen
class TakeReview(CaseCommand):
    """An approver fetches the review of the waiting draft."""


@frozen
class FreeReview(CaseCommand):
    """The system takes the review from somebody who is off duty."""


@frozen
class ReviewFreed(Event):
    """The review waits in its queue again, as its reviewer is off duty."""

    case: str
    draft: str
    agent: str


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


# Timer -------------------------------------------------------------------------------------------------


def away_grace(case: Case, policy: Policy) -> timedelta | None:
    """How long somebody may be gone before they lose their work on a case; None where it is kept for them."""
    kept = policy.away.held is Held.KEEP or case.status in policy.away.keep_statuses
    return None if kept and not case.live else policy.away.grace


def _review_away_limit(view: SeesReview, policy: Policy) -> timedelta | None:
    return None if view.case is None else away_grace(view.case, policy)


REVIEWER_AWAY = Timer(
    "the review is taken from an agent who is off duty",
    "away.grace",
    "reviewer.off_duty_since",
    _review_away_limit,
    lambda view, at: FreeReview(SYSTEM, at, view.case.id),
)


# Need and rules -----------------------------------------------------------------------------------------


def review_waits(view: SeesReview, at: datetime, policy: Policy) -> bool:
    """Whether a review waits for somebody: nobody has it, or whoever has it has lost it and nobody has freed it yet."""
    return view.draft is not None and (view.draft.reviewer is None or _is_lost(view, at, policy))


def _is_lost(view: SeesReview, at: datetime, policy: Policy) -> bool:
    lost_at = REVIEWER_AWAY.due(view, policy)
    return lost_at is not None and at >= lost_at


@wants("case", "draft")
def id_is_no_drafts(view: HasDraft, command: Any, _: Policy) -> Reason | None:
    """The need of every command by which a message of ours is sent that is not the draft which waits."""
    if command.message != view.draft.id:
        return None
    author = for_words(view.draft, "author", "somebody")
    found = f"draft {view.draft.id!r} of {author} waits on case {command.case}, and will be sent by that id"
    return Reason("message.fresh", found, "give each message its own id, or let the draft be approved")


def _review_waits(view: SeesReview, command: TakeReview, policy: Policy) -> Reason | None:
    draft = view.draft
    if review_waits(view, command.at, policy):
        return None
    found = f"{for_words(draft, 'reviewer', 'somebody')} reviews {draft.id}" if draft else "no draft waits"
    return Reason("offer.waiting", f"case {command.case}: {found}", "take a review that waits")


def not_reviewer(agent: Agent, author: str | None, policy: Policy) -> Reason | None:
    """What is against an agent reviewing what the author wrote."""
    if not agent.may(APPROVE):
        return Reason("offer.reviewer", f"{agent.id} has no permission to approve", "leave it to somebody who has it")
    if agent.id == author and not policy.approval.self_approval:
        return Reason("offer.reviewer", f"{agent.id} wrote the draft", "leave it to somebody else")
    return None


def _may_approve(view: SeesDraft, command: ApproveDraft | RefuseDraft, _: Policy) -> Reason | None:
    if view.actor is not None and view.actor.may(APPROVE):
        return None
    found = f"{command.by} has no permission to approve"
    return Reason("approval.permission", found, "ask somebody who has the permission `approve`")


def _is_reviewer(view: SeesDraft, command: ApproveDraft | RefuseDraft, _: Policy) -> Reason | Unconcerned | None:
    draft, actor = view.draft, view.actor
    if draft is None or actor is None:
        return UNCONCERNED
    if draft.reviewer not in {None, actor.id}:
        queue = for_words(draft, "queue", "that approves it")
        return Reason(
            "approval.reviewer",
            f"the review of {draft.id} was given to {draft.reviewer}",
            f"ask {draft.reviewer}, or reassign the review to the queue {queue}",
        )
    if draft.queue in actor.queues:
        return None
    found = f"{command.by} does not serve {draft.queue}, which approves {draft.id}"
    return Reason("approval.reviewer", found, f"ask somebody who serves {draft.queue}")


def _on_channel(view: SeesDraft, command: ApproveDraft | RefuseDraft, _: Policy) -> Reason | Unconcerned | None:
    if view.actor is None or view.case is None:
        return UNCONCERNED
    if view.actor.works_on(view.case.channel):
        return None
    found = f"{command.by} does not work on {view.case.channel}"
    return Reason("approval.channel", found, "ask somebody who does")


def _not_own(view: SeesDraft, event: DraftApproved, policy: Policy) -> Reason | Unconcerned | None:
    if policy.approval.self_approval:
        return UNCONCERNED
    if event.by != event.author:
        return None
    return Reason("approval.self_approval", f"{event.by} wrote draft {event.draft}", "ask another reviewer")


@wants("case", "draft")
def _message_seen(view: HasDraft, command: ApproveDraft, _: Policy) -> Reason | Unconcerned | None:
    draft = view.draft
    if not draft.stale:
        return UNCONCERNED
    names_it = command.seen_message is not None and draft.replied is None  # whether that is the last: `last_words.py`
    if command.seen or names_it:
        return None
    before, replied = for_words(draft, "before"), for_words(draft, "replied")
    written = [_what_came(who) for who in (before, replied or CUSTOMER) if who is not None]
    return Reason(
        "approval.stale",
        f"{', and then '.join(written)} since draft {draft.id} was submitted",
        f"read {'it' if before is None else 'both'}, then approve with seen = true",
        {"replied": replied},
        ways=("ApproveDraft",),
    )


def _what_came(who: str) -> str:
    return "the customer has written" if who == CUSTOMER else f"{who} has replied"


def _says_why(_: SeesDraft, command: RefuseDraft, __: Policy) -> Reason | None:
    if not is_blank(command.reason):
        return None
    return Reason("approval.reason", "the refusal says no reason", "tell the author what to change")


def _works_now(
    view: SeesReview, command: ApproveDraft | RefuseDraft | EditDraft, _: Policy
) -> Reason | Unconcerned | None:
    actor, draft = view.actor, view.draft
    if actor is None or actor.presence is LOGGED_OUT:  # logged out, they can do nothing at all
        return UNCONCERNED
    if isinstance(command, EditDraft) and draft is not None and draft.author == actor.id:
        return UNCONCERNED
    if actor.on_duty:
        return None
    reason = for_words(actor, "reason")
    why = f" ({reason})" if reason else ""
    remedy = "come back first, or let another reviewer do it"
    return Reason("presence.on_duty", f"{actor.id} is {actor.presence}{why}", remedy, {"presence": actor.presence})


def _reviewer_is_gone(view: SeesReview, command: FreeReview, _: Policy) -> Reason | None:
    if view.reviewer is not None and view.reviewer.off_duty_since is not None:
        return None
    found = "nobody reviews a draft" if view.reviewer is None else f"{view.reviewer.id}, who reviews it, is on duty"
    return Reason("away.gone", f"case {command.case}: {found}", "nothing has to be done")


@wants("case", "draft", "reviewer")
@waits_its_time
def _reviewer_gone_long_enough(view: HasReviewer, command: FreeReview, policy: Policy) -> Reason | Unconcerned | None:
    if REVIEWER_AWAY.due(view, policy) is not None:
        return not_yet(REVIEWER_AWAY, view, command.at, policy, "away.grace")
    found = f"the policy keeps the review of {view.draft.id} with {view.reviewer.id}"
    return Reason("away.grace", found, "leave it there", NEVER_COMES)


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case", "draft")
def _take_review(view: HasReview, command: TakeReview, policy: Policy) -> tuple[Event, ...]:
    c = command
    return (*freed_where_lost(view, c, policy), ReviewTaken(c.by, c.at, c.case, view.draft.id, c.by))


@wants("case", "draft")
def _approve_draft(view: HasDraft, command: ApproveDraft, _: Policy) -> tuple[Event, ...]:
    c, draft = command, view.draft
    content = reply_content(draft) | {"template": c.template or draft.template}
    content["thread"] = draft.thread or view.case.thread
    content["seen"] = c.seen_message or (None if c.seen else draft.seen)
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


@wants("case", "draft", "reviewer")
def _free_review(view: HasReviewer, command: FreeReview, _: Policy) -> tuple[Event, ...]:
    c = command
    return (ReviewFreed(c.by, c.at, c.case, view.draft.id, view.reviewer.id),)


def freed_where_lost(view: SeesReview, command: CaseCommand, policy: Policy) -> tuple[Event, ...]:
    """That a review is freed by being given to somebody else, where its reviewer has lost it."""
    if view.draft is None or view.draft.reviewer is None or not _is_lost(view, command.at, policy):
        return ()
    return (ReviewFreed(SYSTEM, command.at, command.case, view.draft.id, view.draft.reviewer),)


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


def _no_reviewer(draft: Editing, _: ReviewFreed) -> None:
    draft.reviewer = None


_DECIDE = (ApproveDraft, RefuseDraft)
_FREE = (FreeReview,)

REVIEWS: Room[SeesReview] = Room(
    name="reviews",
    needs=(
        Rule("actor.role", "Only an agent takes reviews", "§3", (TakeReview,), by_agent),
        Rule("message.fresh", "A message's id is used once", "§1", (SendReply,), id_is_no_drafts, ("message",)),
        Rule("offer.waiting", "Only a waiting review is taken", "§3", (TakeReview,), _review_waits),
        Rule("actor.role", "The clock does this", "§5", _FREE, by_system),
        Rule("away.gone", "Only somebody off duty loses a review", "§5", _FREE, _reviewer_is_gone),
    ),
    rules=(
        Rule("approval.permission", "A reviewer needs the permission", "§5", _DECIDE, _may_approve),
        Rule("approval.reviewer", "A reviewer serves the draft's queue", "§5", _DECIDE, _is_reviewer),
        Rule("approval.channel", "A reviewer works on the case's channel", "§5", _DECIDE, _on_channel),
        soft_rule("approval.self_approval", "Nobody approves their own reply", "§5", (DraftApproved,), _not_own),
        soft_rule(
            "approval.stale",
            "A stale draft is approved knowingly",
            "§5",
            (ApproveDraft,),
            _message_seen,
            ("seen", "seen_message"),
        ),
        Rule("presence.on_duty", "Whoever decides a draft is on duty", "§5", (*_DECIDE, EditDraft), _works_now),
        Rule("away.grace", "Somebody may be off duty for a moment", "§5", _FREE, _reviewer_gone_long_enough),
        Rule("approval.reason", "A refusal has a reason", "§5", (RefuseDraft,), _says_why, ("reason",)),
    ),
    decide={
        ApproveDraft: _approve_draft,
        RefuseDraft: _refuse_draft,
        WithdrawDraft: _withdraw_draft,
        TakeReview: _take_review,
        FreeReview: _free_review,
    },
    follows=dict.fromkeys((*DECIDED, ReviewFreed), _end_review),
    evolve={
        (Agent, ReviewTaken): _count_review,
        (Agent, ReviewEnded): _uncount_review,
        (WaitingDraft, ReviewTaken): _set_reviewer,
        (WaitingDraft, ReviewFreed): _no_reviewer,
    },
    timers=(REVIEWER_AWAY,),
    probes=(
        Probe("approve_draft", ApproveDraft, taken=THE_DRAFT),
        Probe("refuse_draft", RefuseDraft, asks=("reason",), taken=THE_DRAFT),
        Probe("withdraw_draft", WithdrawDraft, taken=THE_DRAFT),
        Probe("take_review", TakeReview),
    ),
)
