"""Offers: how work is presented to an agent, and how it is given to somebody else.

* Waiting work, a case or the review of a draft, is **offered** to one eligible agent at a time, who accepts or
  rejects it. `offered -> accepted | rejected | timed_out | rescinded`. Accepting assigns it; on live channels that
  opens it.
* An offer that nobody answers times out. One whose work has gone, or whose agent takes no more, is rescinded.
* While a case is offered, nobody else can take it. Whoever left, declined or was too slow is asked last,
  until the customer writes again.
* **Reassigning** a case or a review to an agent offers it to them, if they are eligible; if they refuse, it stays
  in the queue. To a queue: any member of it may then work it. It is for the assignee or a supervisor.
* **Reopening**: a case that nobody holds goes to its queue, available to all, when its customer writes again; or to
  its owner, where the policy says so and the owner can take it. Never to somebody who is away.
* A review has its own reviewer; the case's assignee is unchanged. It counts in the total only.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from casecore.agents import Agent, Permission, counted, is_supervisor
from casecore.approvals import (
    DraftApproved,
    DraftRefused,
    DraftSubmitted,
    DraftSuperseded,
    DraftWithdrawn,
    ReassignDraft,
    ReviewReassigned,
    SeesDraft,
    WaitingDraft,
)
from casecore.arrivals import CaseReopened
from casecore.assignments import (
    AIM,
    OBSTACLES,
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    CaseUnqueued,
    Obstacle,
    Release,
    agent_known,
    agent_named,
    begin_work,
    not_served,
    obstacles,
    one_aim,
    queue_known,
    taken,
)
from casecore.cases import (
    PART_OF_A_SECOND,
    CaseClosed,
    CaseCommand,
    CaseStarted,
    by_agent,
    not_closed,
    only_holder,
)
from casecore.channels import LIVE, Channel
from casecore.kernel import (
    SYSTEM,
    Check,
    Command,
    Draft,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    a_flag,
    a_text,
    an_id,
    frozen,
)
from casecore.keys import spoken
from casecore.machines import StateTable
from casecore.policies import Policy
from casecore.records import draft_of, freeze, record, thaw
from casecore.sections import ReopenTo
from casecore.statuses import Status

# State table -------------------------------------------------------------------------------------------


class OfferStatus(StrEnum):
    """Where an offer is in its life."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    RESCINDED = "rescinded"


OFFER_LIFECYCLE = StateTable(
    "offer life cycle",
    OfferStatus,
    initial=OfferStatus.OFFERED,
    final=(OfferStatus.ACCEPTED, OfferStatus.REJECTED, OfferStatus.TIMED_OUT, OfferStatus.RESCINDED),
    edges=(
        ("accept", OfferStatus.OFFERED, OfferStatus.ACCEPTED),
        ("reject", OfferStatus.OFFERED, OfferStatus.REJECTED),
        ("expire", OfferStatus.OFFERED, OfferStatus.TIMED_OUT),
        ("rescind", OfferStatus.OFFERED, OfferStatus.RESCINDED),
    ),
)
"""The table that `decide` reads for offers."""


# Record ------------------------------------------------------------------------------------------------


@record
class Offers:
    """What of a case is offered to whom.

    Attributes:
        offered_to: Whom the case is offered to.
        offered_at: Since when.
        review_to: Whom the review of its draft is offered to.
        review_at: Since when.
        asked: Who left or declined the case since it was last assigned, longest ago first.
        review_asked: The same for the review.
    """

    offered_to: str | None = None
    offered_at: datetime | None = None
    review_to: str | None = None
    review_at: datetime | None = None
    asked: tuple[str, ...] = ()
    review_asked: tuple[str, ...] = ()

    def to(self, *, review: bool) -> str | None:
        """Whom the case, or the review, is offered to."""
        return self.review_to if review else self.offered_to


class SeesOffers(SeesDraft, Protocol):
    """What is offered, and who reviews."""

    @property
    def offers(self) -> Offers | None:
        """What of the case is offered to whom."""

    @property
    def reviewer(self) -> Agent | None:
        """Who reviews the draft."""

    @property
    def offered(self) -> Agent | None:
        """Whom the case is offered to."""

    @property
    def review_offered(self) -> Agent | None:
        """Whom the review is offered to."""


# Commands ----------------------------------------------------------------------------------------------


@frozen
class OfferWork(CaseCommand):
    """The system presents a waiting case, or the review of its draft, to an agent."""

    agent: str = an_id()
    review: bool = a_flag(default=False)


@frozen
class OfferCommand(CaseCommand):
    """A command about an offer that stands."""

    review: bool = a_flag(default=False)


@frozen
class AcceptOffer(OfferCommand):
    """An agent takes what is offered to them."""


@frozen
class RejectOffer(OfferCommand):
    """An agent does not take what is offered to them."""

    reason: str = a_text(default="")


@frozen
class ExpireOffer(OfferCommand):
    """Nobody answered the offer in time."""


@frozen
class RescindOffer(OfferCommand):
    """The offer is taken back."""

    reason: str = a_text(default="")


@frozen
class TakeReview(CaseCommand):
    """An approver fetches the review of the waiting draft."""


@frozen
class ReassignCase(CaseCommand):
    """The case goes to another agent or to a queue; exactly one of the two is given."""

    agent: str | None = an_id(default=None)
    queue: str | None = an_id(default=None)
    note: str = a_text(default="")


# Events ------------------------------------------------------------------------------------------------


@frozen
class WorkOffered(Event):
    """A case, or a review, is offered to an agent."""

    case: str
    agent: str
    channel: Channel
    review: bool = False


@frozen
class OfferAccepted(Event):
    """An agent took what was offered."""

    case: str
    agent: str
    channel: Channel
    review: bool = False


@frozen
class OfferDeclined(Event):
    """An agent rejected what was offered, or did not answer in time."""

    case: str
    agent: str
    channel: Channel
    review: bool
    how: OfferStatus
    reason: str = ""


@frozen
class OfferRescinded(Event):
    """What was offered was taken back."""

    case: str
    agent: str
    channel: Channel
    review: bool
    reason: str = ""


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


# Needs -------------------------------------------------------------------------------------------------

_TRIGGERS = MappingProxyType(
    {AcceptOffer: "accept", RejectOffer: "reject", ExpireOffer: "expire", RescindOffer: "rescind"}
)


def _stands(view: SeesOffers, command: OfferCommand, _: Policy) -> Reason | None:
    to = view.offers.to(review=command.review) if view.offers else None
    state = OfferStatus.OFFERED if to is not None else ""
    if OFFER_LIFECYCLE.dest(state, _TRIGGERS[type(command)]) is not None:
        return None
    what = "the review of its draft" if command.review else "it"
    return Reason("offer.edge", f"case {command.case}: {what} is offered to nobody", "it was answered or taken back")


def _waits(view: SeesOffers, command: OfferWork, _: Policy) -> Reason | None:
    case, offers, draft = view.case, view.offers, view.draft
    if case is None or offers is None:
        return None
    to = offers.to(review=command.review)
    if to is not None:
        return Reason("offer.waiting", f"case {case.id} is offered to {to} already", "wait for the answer")
    if command.review:
        if draft is not None and draft.reviewer is None:
            return None
        found = f"{draft.reviewer} reviews it" if draft else "no draft waits"
        return Reason("offer.waiting", f"case {case.id}: {found}", "offer only reviews that wait")
    if case.waiting_since is not None:
        return None
    found = f"{case.assignee} holds it" if case.assignee else f"it is {case.status}"
    return Reason("offer.waiting", f"case {case.id} waits in no queue: {found}", "offer only cases that wait")


def _review_free(view: SeesOffers, command: TakeReview, _: Policy) -> Reason | None:
    draft = view.draft
    if draft is not None and draft.reviewer is None:
        return None
    found = f"{draft.reviewer} reviews {draft.id}" if draft else "no draft waits"
    return Reason("offer.waiting", f"case {command.case}: {found}", "take a review that waits")


def by_system(_: SeesOffers, command: Command, __: Policy) -> Reason | None:
    """The need of every command that only routing and timers give."""
    if command.by == SYSTEM:
        return None
    return Reason("actor.role", f"{command.by} is not the system", f'routing and timers do this; give by = "{SYSTEM}"')


# Rules -------------------------------------------------------------------------------------------------


def _work_of(view: SeesOffers, event: Event) -> tuple[Agent, bool] | None:
    """The agent an event gives work to, without what is offered to them of this very case; and if it is a review."""
    review = isinstance(event, ReviewTaken) or getattr(event, "review", False)
    agent = agent_named(view, getattr(event, "agent", ""))
    if agent is None or view.case is None:
        return None
    if view.offers is None or view.offers.to(review=review) != agent.id:
        return agent, review
    without = thaw(agent)
    if review:
        without.reviews -= 1
    else:
        without.offered = counted(agent.offered, view.case.channel, -1)
    return freeze(without, Agent), review


def _guarded(rule: str, obstacle: Obstacle) -> Check[SeesOffers]:
    def check(view: SeesOffers, event: Event, policy: Policy) -> Reason | None:
        work = _work_of(view, event)
        if work is None or view.case is None or (work[1] and rule == "capacity.channel"):
            return None
        return obstacle(work[0], view.case.channel, policy)

    return check


def _serves(view: SeesOffers, event: CaseAssigned | WorkOffered | ReviewTaken, _: Policy) -> Reason | None:
    work = _work_of(view, event)
    if work is None or view.case is None:
        return None
    queue = view.draft.queue if work[1] and view.draft else view.case.queue
    return not_served(work[0], queue)


def _can_review(view: SeesOffers, event: WorkOffered | ReviewTaken, policy: Policy) -> Reason | None:
    work = _work_of(view, event)
    if work is None or not work[1] or view.draft is None:
        return None
    agent, author = work[0], view.draft.author
    if not agent.may(Permission.APPROVE):
        return Reason("offer.reviewer", f"{agent.id} has no permission to approve", "choose somebody who has it")
    if agent.id == author and not policy.approval.self_approval:
        return Reason("offer.reviewer", f"{agent.id} wrote the draft", "choose somebody else")
    return None


def _not_offered_elsewhere(view: SeesOffers, event: CaseAssigned, _: Policy) -> Reason | None:
    to = view.offers.offered_to if view.offers else None
    if to in (None, event.agent):
        return None
    return Reason("offer.outstanding", f"case {event.case} is offered to {to}", f"wait for {to}'s answer")


def _only_the_offered(view: SeesOffers, command: AcceptOffer | RejectOffer, _: Policy) -> Reason | None:
    to = view.offers.to(review=command.review) if view.offers else None
    if to in (None, command.by):
        return None
    return Reason("offer.agent", f"the offer is {to}'s, not {command.by}'s", f"let {to} answer")


def _system_or_supervisor(view: SeesOffers, command: RescindOffer, _: Policy) -> Reason | None:
    if command.by == SYSTEM or is_supervisor(view.actor):
        return None
    return Reason("offer.rescind", f"{command.by} may not take an offer back", "ask a supervisor, or reject your own")


TIMEOUT = Timer(
    "the offer of the case times out",
    "routing.offer_timeout",
    "offers.offered_at",
    lambda _, policy: policy.routing.offer_timeout,
    lambda view, at: ExpireOffer(SYSTEM, at, view.case.id),
)
REVIEW_TIMEOUT = Timer(
    "the offer of the review times out",
    "routing.offer_timeout",
    "offers.review_at",
    lambda _, policy: policy.routing.offer_timeout,
    lambda view, at: ExpireOffer(SYSTEM, at, view.case.id, review=True),
)


def _unanswered(view: SeesOffers, command: ExpireOffer, policy: Policy) -> Reason | None:
    return not_yet((REVIEW_TIMEOUT if command.review else TIMEOUT), view, command.at, policy, "offer.timeout")


def _in_time(view: SeesOffers, command: AcceptOffer, policy: Policy) -> Reason | None:
    due = (REVIEW_TIMEOUT if command.review else TIMEOUT).due(view, policy)
    if due is None or command.at < due:
        return None
    found = f"the offer of case {command.case} timed out at {due.isoformat()}"
    return Reason("offer.late", found, "wait for the next offer, or open the case")


def not_yet(timer: Timer, view: SeesOffers, at: datetime, policy: Policy, rule: str) -> Reason | None:
    """What is against doing by itself what a timer does: that its time has not come."""
    due = timer.due(view, policy)
    if due is None or at >= due:
        return None
    left = due - at
    found = f"{timer.name} at {due.isoformat()}"
    return Reason(rule, found, f"wait {spoken(left + PART_OF_A_SECOND)} more", {"seconds_to_go": left.total_seconds()})


# Handlers ----------------------------------------------------------------------------------------------


def _offer(view: SeesOffers, command: OfferWork, _: Policy) -> tuple[Event, ...]:
    c = command
    return () if view.case is None else (WorkOffered(c.by, c.at, c.case, c.agent, view.case.channel, c.review),)


def _accept(view: SeesOffers, command: AcceptOffer, _: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if case is None:
        return ()
    if c.review:
        return () if view.draft is None else (ReviewTaken(c.by, c.at, c.case, view.draft.id, c.by),)
    opened = begin_work(case, c, c.by) if case.channel in LIVE else ()
    return (taken(case, c, c.by), *opened)


def _declined(view: SeesOffers, command: OfferCommand, how: OfferStatus, reason: str) -> tuple[Event, ...]:
    c = command
    to = view.offers.to(review=c.review) if view.offers else None
    if view.case is None or to is None:
        return ()
    return (OfferDeclined(c.by, c.at, c.case, to, view.case.channel, c.review, how, reason),)


def _reject(view: SeesOffers, command: RejectOffer, _: Policy) -> tuple[Event, ...]:
    return _declined(view, command, OfferStatus.REJECTED, command.reason)


def _expire(view: SeesOffers, command: ExpireOffer, _: Policy) -> tuple[Event, ...]:
    return _declined(view, command, OfferStatus.TIMED_OUT, "")


def _rescind(view: SeesOffers, command: RescindOffer, _: Policy) -> tuple[Event, ...]:
    return _taken_back(view, command, command.reason, review=command.review)


def _taken_back(view: SeesOffers, cause: Command | Event, reason: str, *, review: bool) -> tuple[Event, ...]:
    to = view.offers.to(review=review) if view.offers else None
    if view.case is None or to is None:
        return ()
    return (OfferRescinded(cause.by, cause.at, view.case.id, to, view.case.channel, review, reason),)


def _take_review(view: SeesOffers, command: TakeReview, _: Policy) -> tuple[Event, ...]:
    c = command
    if view.draft is None or view.case is None:
        return ()
    return (ReviewTaken(c.by, c.at, c.case, view.draft.id, c.by),)


def _reassign_case(view: SeesOffers, command: ReassignCase, _: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if case is None or (c.agent is not None and c.agent == case.assignee):
        return ()
    withdrawn = _taken_back(view, c, "the case was reassigned", review=False)
    release: tuple[Event, ...] = ()
    if case.assignee is not None:
        release = (CaseReleased(c.by, c.at, case.id, case.assignee, Release.TRANSFERRED),)
    queue = c.queue or case.queue
    queued = CaseQueued(c.by, c.at, case.id, queue, case.unanswered_since or c.at, c.note)
    aimed = () if c.agent is None else (WorkOffered(c.by, c.at, case.id, c.agent, case.channel),)
    return (*withdrawn, *release, queued, *aimed)


def _reassign_review(view: SeesOffers, command: ReassignDraft, _: Policy) -> tuple[Event, ...]:
    c, case, draft = command, view.case, view.draft
    if case is None or draft is None or (c.agent is not None and c.agent == draft.reviewer):
        return ()
    withdrawn = _taken_back(view, c, "the review was reassigned", review=True)
    moved = ReviewReassigned(c.by, c.at, c.case, draft.id, c.queue or draft.queue, c.note)
    aimed = () if c.agent is None else (WorkOffered(c.by, c.at, c.case, c.agent, case.channel, review=True),)
    return (*withdrawn, *_review_over(view, c), moved, *aimed)


def _review_over(view: SeesOffers, cause: Command | Event) -> tuple[Event, ...]:
    if view.case is None or view.draft is None or view.draft.reviewer is None:
        return ()
    return (ReviewEnded(cause.by, cause.at, view.case.id, view.draft.reviewer),)


# What follows ------------------------------------------------------------------------------------------


def _offer_answered(view: SeesOffers, event: CaseAssigned | ReviewTaken, _: Policy) -> tuple[Event, ...]:
    """Taking what one is offered accepts the offer, in whatever way; taking what another is offered ends that."""
    review = isinstance(event, ReviewTaken)
    if view.case is None or view.offers is None or view.offers.to(review=review) != event.agent:
        return _taken_back(view, event, f"{event.agent} took it", review=review)
    return (OfferAccepted(event.by, event.at, event.case, event.agent, view.case.channel, review),)


def _reopened(view: SeesOffers, event: CaseReopened, policy: Policy) -> tuple[Event, ...]:
    """Where a case goes that nobody holds when its customer writes again: never to somebody who is away."""
    case, owner = view.case, view.holder
    if case is None or case.assignee is not None or (view.offers is not None and view.offers.offered_to is not None):
        return ()
    to_owner = policy.reopening.to is ReopenTo.OWNER_IF_ELIGIBLE
    if to_owner and owner is not None and next(obstacles(owner, case, policy), None) is None:
        return (CaseAssigned(SYSTEM, event.at, case.id, owner.id, waiting=True),)
    if case.waiting_since is not None and case.status is Status.ESCALATED:
        return ()  # it was on offer all the time: its waiting time goes on
    return (CaseQueued(SYSTEM, event.at, case.id, case.queue, case.unanswered_since or event.at),)


def _nothing_to_offer(view: SeesOffers, event: CaseClosed | CaseUnqueued, _: Policy) -> tuple[Event, ...]:
    return _taken_back(view, event, "the case waits no more", review=False)


def _draft_decided(view: SeesOffers, event: Event, _: Policy) -> tuple[Event, ...]:
    return (*_taken_back(view, event, "the draft was decided", review=True), *_review_over(view, event))


# Evolve ------------------------------------------------------------------------------------------------


def _begun(_: CaseStarted) -> Offers:
    return draft_of(Offers)()


def _offered(offers: Draft, event: WorkOffered) -> None:
    _set(offers, event.agent, event.at, review=event.review)


def _answered(offers: Draft, event: OfferAccepted | OfferRescinded) -> None:
    _set(offers, None, None, review=event.review)


def _refused(offers: Draft, event: OfferDeclined) -> None:
    _set(offers, None, None, review=event.review)
    name = "review_asked" if event.review else "asked"
    others = tuple(agent for agent in getattr(offers, name) if agent != event.agent)
    setattr(offers, name, (*others, event.agent))


def _set(offers: Draft, agent: str | None, at: datetime | None, *, review: bool) -> None:
    if review:
        offers.review_to, offers.review_at = agent, at
    else:
        offers.offered_to, offers.offered_at = agent, at


def _assigned(offers: Draft, _: CaseAssigned) -> None:
    offers.asked = ()


def _asked_anew(offers: Draft, _: CaseReopened) -> None:
    offers.asked = ()


def _left(offers: Draft, event: CaseReleased) -> None:
    offers.asked = (event.agent,)


def _reviewed(offers: Draft, _: ReviewTaken | DraftSubmitted) -> None:
    offers.review_asked = ()


def _more(agent: Draft, event: WorkOffered) -> None:
    agent.given_at = event.at
    if event.review:
        agent.reviews += 1
    else:
        agent.offered = counted(agent.offered, event.channel, 1)


def _less(agent: Draft, event: OfferAccepted | OfferDeclined | OfferRescinded) -> None:
    if event.review:
        agent.reviews -= 1
    else:
        agent.offered = counted(agent.offered, event.channel, -1)


def _reviews(agent: Draft, _: ReviewTaken) -> None:
    agent.reviews += 1


def _reviewed_no_more(agent: Draft, _: ReviewEnded) -> None:
    agent.reviews -= 1


def _reviewer(draft: Draft, event: ReviewTaken) -> None:
    draft.reviewer = event.agent


_GIVES_WORK = (CaseAssigned, WorkOffered, ReviewTaken)
_BY_SYSTEM = (OfferWork, ExpireOffer)
_BY_AGENT = (AcceptOffer, RejectOffer, TakeReview)
_REASSIGN = (ReassignCase, ReassignDraft)
_DECIDED = (DraftApproved, DraftRefused, DraftWithdrawn, DraftSuperseded)

OFFERS: Room[SeesOffers] = Room(
    name="offers",
    needs=(
        Rule("actor.role", "Routing and timers do this", "§3", _BY_SYSTEM, by_system),
        Rule("actor.role", "Only an agent answers offers and takes reviews", "§3", _BY_AGENT, by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (ReassignCase,), not_closed),
        Rule("reassign.aim", "Work goes to an agent or to a queue", "§3", _REASSIGN, one_aim, AIM),
        Rule("agent.known", "The agent named is known", "§3", (*_REASSIGN, OfferWork), agent_known, AIM),
        Rule("queue.known", "The queue exists", "§3", _REASSIGN, queue_known, AIM),
        Rule("offer.edge", "Only an offer that stands is answered", "§3", (OfferCommand,), _stands),
        Rule("offer.waiting", "Only waiting work is offered", "§3", (OfferWork,), _waits),
        Rule("offer.waiting", "Only a waiting review is taken", "§3", (TakeReview,), _review_free),
    ),
    rules=(
        Rule("assignment.holder", "Only the assignee, or a supervisor", "§3", (ReassignCase,), only_holder),
        Rule("assignment.queue", "Work is given to somebody who serves its queue", "§3", _GIVES_WORK, _serves, AIM),
        *(
            Rule(rule, title, "§3", _GIVES_WORK, _guarded(rule, obstacle), AIM)
            for rule, (title, obstacle) in OBSTACLES.items()
        ),
        Rule("offer.reviewer", "A reviewer may approve, and not their own", "§5", _GIVES_WORK[1:], _can_review, AIM),
        Rule(
            "offer.outstanding",
            "What is offered to one is not taken by another",
            "§3",
            (CaseAssigned,),
            _not_offered_elsewhere,
        ),
        Rule(
            "offer.agent", "An offer is answered by whom it is for", "§3", (AcceptOffer, RejectOffer), _only_the_offered
        ),
        Rule(
            "offer.rescind",
            "The system or a supervisor takes offers back",
            "§3",
            (RescindOffer,),
            _system_or_supervisor,
        ),
        Rule("offer.late", "An offer is accepted in time", "§3", (AcceptOffer,), _in_time),
        Rule("offer.timeout", "An offer stands its time", "§3", (ExpireOffer,), _unanswered),
    ),
    decide={
        OfferWork: _offer,
        AcceptOffer: _accept,
        RejectOffer: _reject,
        ExpireOffer: _expire,
        RescindOffer: _rescind,
        TakeReview: _take_review,
        ReassignCase: _reassign_case,
        ReassignDraft: _reassign_review,
    },
    follows={
        CaseAssigned: _offer_answered,
        ReviewTaken: _offer_answered,
        CaseReopened: _reopened,
        CaseClosed: _nothing_to_offer,
        CaseUnqueued: _nothing_to_offer,
        **dict.fromkeys(_DECIDED, _draft_decided),
    },
    creates={(Offers, CaseStarted): _begun},
    evolve={
        (Offers, WorkOffered): _offered,
        (Offers, OfferAccepted): _answered,
        (Offers, OfferRescinded): _answered,
        (Offers, OfferDeclined): _refused,
        (Offers, CaseAssigned): _assigned,
        (Offers, CaseReleased): _left,
        (Offers, CaseReopened): _asked_anew,
        (Offers, ReviewTaken): _reviewed,
        (Offers, DraftSubmitted): _reviewed,
        (Agent, WorkOffered): _more,
        (Agent, OfferAccepted): _less,
        (Agent, OfferDeclined): _less,
        (Agent, OfferRescinded): _less,
        (Agent, ReviewTaken): _reviews,
        (Agent, ReviewEnded): _reviewed_no_more,
        (WaitingDraft, ReviewTaken): _reviewer,
    },
    timers=(TIMEOUT, REVIEW_TIMEOUT),
    probes=(
        Probe("accept_offer", AcceptOffer),
        Probe("reject_offer", RejectOffer),
        Probe("take_review", TakeReview),
        Probe("reassign_to_agent", ReassignCase, asks=("agent",)),
        Probe("reassign_to_queue", ReassignCase, asks=("queue",)),
    ),
)
