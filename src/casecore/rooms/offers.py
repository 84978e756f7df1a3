"""Offers: how waiting work is presented to an agent.

* Waiting work, a case or the review of a draft, is **offered** to one eligible agent at a time, who accepts or
  rejects it. `offered -> accepted | rejected | timed_out | rescinded`. Accepting assigns it; on live channels that
  opens it.
* An offer that nobody answers times out. One whose work has gone, or whose agent cannot take it any more, is
  rescinded.
* While a case is offered, nobody else can take it. Whoever left, declined or was too slow is asked last, until the
  customer opens it again, a snooze ends, or they take it after all; a review, until it is submitted anew.

Who may be offered work is told in `eligibility.py`, how it is given to somebody else in `reassignments.py`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from casecore.channels import Channel
from casecore.kernel import (
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
    a_choice,
    a_flag,
    a_text,
    an_id,
    frozen,
)
from casecore.kernel.machines import StateTable
from casecore.kernel.records import a_link, record
from casecore.kernel.rooms import SECONDS, by_agent, by_system, for_words, measures, not_yet, waits_its_time, wants
from casecore.kernel.values import kind_of
from casecore.policies import Policy
from casecore.rooms.agents import Agent, add_to_count, is_supervisor
from casecore.rooms.approvals import DECIDED, DraftSubmitted
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.assignments import (
    AIM,
    CaseAssigned,
    CaseReleased,
    CaseUnqueued,
    agent_known,
    assign_case,
    begin_work,
)
from casecore.rooms.cases import Case, CaseClosed, CaseCommand, CaseStarted
from casecore.rooms.reviews import ReviewEnded, ReviewTaken, SeesReview, freed_where_lost, review_waits

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


class Rescission(StrEnum):
    """Why an offer was taken back."""

    BY_HAND = "by_hand"
    AGENT_STOPPED = "agent_stopped"
    CANNOT_TAKE = "cannot_take"
    TAKEN = "taken"
    REASSIGNED = "reassigned"
    WAITS_NO_MORE = "waits_no_more"
    DRAFT_DECIDED = "draft_decided"
    CUSTOMER_LEFT = "customer_left"
    SNOOZED = "snoozed"


# Record ------------------------------------------------------------------------------------------------


@record
class Offers:
    """What of a case is offered to whom.

    Attributes:
        offered_to: Whom the case is offered to.
        offered_at: Since when.
        review_to: Whom the review of its draft is offered to.
        review_at: Since when.
        asked: Who left or declined the case since its customer last opened it, longest ago first.
        review_asked: The same for the review, since the draft was submitted.
    """

    offered_to: str | None = a_link(of="offered", default=None)
    offered_at: datetime | None = None
    review_to: str | None = a_link(of="review_offered", default=None)
    review_at: datetime | None = None
    asked: tuple[str, ...] = ()
    review_asked: tuple[str, ...] = ()

    def to(self, *, review: bool) -> str | None:
        """Whom the case, or the review, is offered to."""
        return self.review_to if review else self.offered_to

    def since(self, *, review: bool) -> datetime | None:
        """Since when the case, or the review, is offered to them."""
        return self.review_at if review else self.offered_at


NOTHING_OFFERED: Final = Offers()
"""The offers of a case of which nothing was offered yet: the same for all of them."""


class SeesOffers(SeesReview, Protocol):
    """What is offered, and to whom."""

    @property
    def offers(self) -> Offers | None:
        """What of the case is offered to whom."""

    @property
    def offered(self) -> Agent | None:
        """Whom the case is offered to."""

    @property
    def review_offered(self) -> Agent | None:
        """Whom the review is offered to."""


class HasOffers(SeesOffers, Protocol):
    """There is such a case, and its offers."""

    case: Case
    offers: Offers


class CaseWithOffers(SeesOffers, Protocol):
    """There is such a case; it may never have been offered."""

    case: Case


# Commands ----------------------------------------------------------------------------------------------


@frozen
class OfferWork(CaseCommand):
    """The system presents a waiting case, or the review of its draft, to an agent."""

    agent: str = an_id(of="target")
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
    """The offer is taken back; the reason is for whoever does it by hand."""

    because: Rescission = a_choice(Rescission, default=Rescission.BY_HAND)
    reason: str = a_text(default="")


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
    """What was offered was taken back; `reason` is told in somebody's own words, where it was done by hand."""

    case: str
    agent: str
    channel: Channel
    review: bool
    because: Rescission = Rescission.BY_HAND
    reason: str = ""


# Needs -------------------------------------------------------------------------------------------------

_TRIGGERS = MappingProxyType(
    {AcceptOffer: "accept", RejectOffer: "reject", ExpireOffer: "expire", RescindOffer: "rescind"}
)


def _offer_stands(view: SeesOffers, command: OfferCommand, _: Policy) -> Reason | None:
    to = view.offers.to(review=command.review) if view.offers else None
    state = OfferStatus.OFFERED if to is not None else ""
    if OFFER_LIFECYCLE.dest(state, _TRIGGERS[kind_of(command)]) is not None:
        return None
    what = "the review of its draft" if command.review else "it"
    return Reason("offer.edge", f"case {command.case}: {what} is offered to nobody", "it was answered or taken back")


@wants("case", "offers")
def _work_waits(view: HasOffers, command: OfferWork, policy: Policy) -> Reason | None:
    case, offers, draft = view.case, view.offers, view.draft
    to = offers.to(review=command.review)
    if to is not None:
        return Reason("offer.waiting", f"case {case.id} is offered to {to} already", "wait for the answer")
    if command.review:
        if review_waits(view, command.at, policy):
            return None
        found = f"{for_words(draft, 'reviewer', 'somebody')} reviews it" if draft else "no draft waits"
        return Reason("offer.waiting", f"case {case.id}: {found}", "offer only reviews that wait")
    if case.waiting_since is not None:
        asleep = case.snoozed_until
        if asleep is None and not case.pull_only:
            return None
        why = "its customer has left" if asleep is None else f"it is snoozed until {asleep:%Y-%m-%d %H:%M:%S} UTC"
        found, remedy = f"case {case.id} is not offered: {why}", "an agent may open it, or a supervisor reassign it"
        return Reason("offer.waiting", found, remedy)
    assignee = for_words(case, "assignee")
    found = f"{assignee} holds it" if assignee else f"it is {for_words(case, 'status', 'elsewhere')}"
    return Reason("offer.waiting", f"case {case.id} waits in no queue: {found}", "offer only cases that wait")


# Rules -------------------------------------------------------------------------------------------------


@wants("case", "offers")
def _offered_elsewhere(view: HasOffers, event: CaseAssigned, _: Policy) -> Reason | Unconcerned | None:
    to = view.offers.offered_to
    if to is None:
        return UNCONCERNED
    if to == event.agent:
        return None
    return Reason("offer.outstanding", f"case {event.case} is offered to {to}", f"wait for {to}'s answer")


@wants("case", "offers")
def _only_the_offered(view: HasOffers, command: AcceptOffer | RejectOffer, _: Policy) -> Reason | None:
    to = view.offers.to(review=command.review)
    if to in (None, command.by):
        return None
    return Reason("offer.agent", f"the offer is {to}'s, not {command.by}'s", f"let {to} answer")


def _may_rescind(view: SeesOffers, command: RescindOffer, _: Policy) -> Reason | None:
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


@waits_its_time
def _time_is_up(view: SeesOffers, command: ExpireOffer, policy: Policy) -> Reason | Unconcerned | None:
    return not_yet((REVIEW_TIMEOUT if command.review else TIMEOUT), view, command.at, policy, "offer.timeout")


@measures("due", "seconds_late", "seconds", "limit", threshold=SECONDS)
def _in_time(view: SeesOffers, command: AcceptOffer, policy: Policy) -> Reason | Unconcerned | None:
    due, limit = (REVIEW_TIMEOUT if command.review else TIMEOUT).due(view, policy), policy.routing.offer_timeout
    if due is None:
        return UNCONCERNED
    if command.at < due:
        return None
    found = f"the offer of case {command.case} timed out at {due.isoformat()}"
    late = (command.at - due).total_seconds()
    facts = {"due": due, "seconds_late": late, "seconds": limit.total_seconds() + late, "limit": limit.total_seconds()}
    return Reason("offer.late", found, "wait for the next offer", facts)


# Handlers ----------------------------------------------------------------------------------------------


@wants("case")
def _offer_work(view: CaseWithOffers, command: OfferWork, policy: Policy) -> tuple[Event, ...]:
    c = command
    freed = freed_where_lost(view, c, policy) if c.review else ()
    return (*freed, WorkOffered(c.by, c.at, c.case, c.agent, view.case.channel, review=c.review))


@wants("case")
def _accept_offer(view: CaseWithOffers, command: AcceptOffer, _: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if c.review:
        return () if view.draft is None else (ReviewTaken(c.by, c.at, c.case, view.draft.id, c.by),)
    opened = begin_work(case, c, c.by) if case.live else ()
    return (assign_case(case, c, c.by), *opened)


def _decline_offer(view: SeesOffers, command: OfferCommand, how: OfferStatus, reason: str) -> tuple[Event, ...]:
    c = command
    to = view.offers.to(review=c.review) if view.offers else None
    if view.case is None or to is None:
        return ()
    return (OfferDeclined(c.by, c.at, c.case, to, view.case.channel, review=c.review, how=how, reason=reason),)


def _reject_offer(view: SeesOffers, command: RejectOffer, _: Policy) -> tuple[Event, ...]:
    return _decline_offer(view, command, OfferStatus.REJECTED, command.reason)


def _expire_offer(view: SeesOffers, command: ExpireOffer, _: Policy) -> tuple[Event, ...]:
    return _decline_offer(view, command, OfferStatus.TIMED_OUT, "")


def _rescind_offer(view: SeesOffers, command: RescindOffer, _: Policy) -> tuple[Event, ...]:
    return taken_back(view, command, command.because, review=command.review, reason=command.reason)


def taken_back(
    view: SeesOffers, cause: Command | Event, because: Rescission, *, review: bool, reason: str = ""
) -> tuple[Event, ...]:
    """What is offered of the case, or the review, is taken back; nothing where it is not offered."""
    to = view.offers.to(review=review) if view.offers else None
    if view.case is None or to is None:
        return ()
    case = view.case
    return (
        OfferRescinded(cause.by, cause.at, case.id, to, case.channel, review=review, because=because, reason=reason),
    )


# What follows ------------------------------------------------------------------------------------------


def _offer_answered(view: SeesOffers, event: CaseAssigned | ReviewTaken, _: Policy) -> tuple[Event, ...]:
    """Taking what one is offered accepts the offer, in whatever way; taking what another is offered ends that."""
    review = isinstance(event, ReviewTaken)
    if view.case is None or view.offers is None or view.offers.to(review=review) != event.agent:
        return taken_back(view, event, Rescission.TAKEN, review=review)
    return (OfferAccepted(event.by, event.at, event.case, event.agent, view.case.channel, review=review),)


def _nothing_to_offer(view: SeesOffers, event: CaseClosed | CaseUnqueued, _: Policy) -> tuple[Event, ...]:
    return taken_back(view, event, Rescission.WAITS_NO_MORE, review=False)


def _draft_decided(view: SeesOffers, event: Event, _: Policy) -> tuple[Event, ...]:
    return taken_back(view, event, Rescission.DRAFT_DECIDED, review=True)


# Evolve ------------------------------------------------------------------------------------------------


def _new_offers(_: CaseStarted) -> Offers:
    return NOTHING_OFFERED


def _record_offer(offers: Editing, event: WorkOffered) -> None:
    _set_offer(offers, event.agent, event.at, review=event.review)


def _clear_offer(offers: Editing, event: OfferAccepted | OfferRescinded) -> None:
    _set_offer(offers, None, None, review=event.review)


def _record_refusal(offers: Editing, event: OfferDeclined) -> None:
    _set_offer(offers, None, None, review=event.review)
    if event.review:
        offers.review_asked = _asked_last(offers.review_asked, event.agent)
    else:
        offers.asked = _asked_last(offers.asked, event.agent)


def _asked_last(asked: tuple[str, ...], agent: str) -> tuple[str, ...]:
    return (*_without(asked, agent), agent)


def _without(asked: tuple[str, ...], agent: str) -> tuple[str, ...]:
    return tuple(other for other in asked if other != agent)


def _set_offer(offers: Editing, agent: str | None, at: datetime | None, *, review: bool) -> None:
    if review:
        offers.review_to, offers.review_at = agent, at
    else:
        offers.offered_to, offers.offered_at = agent, at


def _takes_after_all(offers: Editing, event: CaseAssigned) -> None:
    offers.asked = _without(offers.asked, event.agent)


def ask_anew(offers: Editing, _: Event) -> None:
    """Whoever left or declined the case is asked last no more."""
    offers.asked = ()


def _record_leaving(offers: Editing, event: CaseReleased) -> None:
    offers.asked = _asked_last(offers.asked, event.agent)


def _reviews_after_all(offers: Editing, event: ReviewTaken) -> None:
    offers.review_asked = _without(offers.review_asked, event.agent)


def _review_asked_anew(offers: Editing, _: DraftSubmitted) -> None:
    offers.review_asked = ()


def _record_leaving_review(offers: Editing, event: ReviewEnded) -> None:
    offers.review_asked = _asked_last(offers.review_asked, event.agent)


def _count_offer(agent: Editing, event: WorkOffered) -> None:
    agent.given_at = event.at
    if event.review:
        agent.reviews += 1
        agent.reviews_offered += 1
    else:
        agent.offered = add_to_count(agent.offered, event.channel, 1)


def _uncount_offer(agent: Editing, event: OfferAccepted | OfferDeclined | OfferRescinded) -> None:
    if event.review:
        agent.reviews -= 1
        agent.reviews_offered -= 1
    else:
        agent.offered = add_to_count(agent.offered, event.channel, -1)
    if not (agent.offered or agent.reviews_offered):
        agent.answered_at = None
    elif isinstance(event, OfferAccepted) or (isinstance(event, OfferDeclined) and event.how is OfferStatus.REJECTED):
        agent.answered_at = event.at


_BY_SYSTEM = (OfferWork, ExpireOffer)
_ANSWERS = (AcceptOffer, RejectOffer)

OFFERS: Room[SeesOffers] = Room(
    name="offers",
    needs=(
        Rule("actor.role", "Routing and timers do this", "§3", _BY_SYSTEM, by_system),
        Rule("actor.role", "Only an agent answers offers", "§3", _ANSWERS, by_agent),
        Rule("agent.known", "The agent named is known", "§3", (OfferWork,), agent_known, AIM),
        Rule("offer.edge", "Only an offer that stands is answered", "§3", (OfferCommand,), _offer_stands),
        Rule("offer.waiting", "Only waiting work is offered", "§3", (OfferWork,), _work_waits),
    ),
    rules=(
        Rule(
            "offer.outstanding",
            "What is offered to one is not taken by another",
            "§3",
            (CaseAssigned,),
            _offered_elsewhere,
        ),
        Rule("offer.agent", "An offer is answered by whom it is for", "§3", _ANSWERS, _only_the_offered),
        Rule("offer.rescind", "The system or a supervisor takes offers back", "§3", (RescindOffer,), _may_rescind),
        Rule("offer.late", "An offer is accepted in time", "§3", (AcceptOffer,), _in_time),
        Rule("offer.timeout", "An offer stands its time", "§3", (ExpireOffer,), _time_is_up),
    ),
    decide={
        OfferWork: _offer_work,
        AcceptOffer: _accept_offer,
        RejectOffer: _reject_offer,
        ExpireOffer: _expire_offer,
        RescindOffer: _rescind_offer,
    },
    follows={
        CaseAssigned: _offer_answered,
        ReviewTaken: _offer_answered,
        CaseClosed: _nothing_to_offer,
        CaseUnqueued: _nothing_to_offer,
        **dict.fromkeys(DECIDED, _draft_decided),
    },
    creates={(Offers, CaseStarted): _new_offers},
    evolve={
        (Offers, WorkOffered): _record_offer,
        (Offers, OfferAccepted): _clear_offer,
        (Offers, OfferRescinded): _clear_offer,
        (Offers, OfferDeclined): _record_refusal,
        (Offers, CaseAssigned): _takes_after_all,
        (Offers, CaseReopened): ask_anew,
        (Offers, CaseReleased): _record_leaving,
        (Offers, ReviewTaken): _reviews_after_all,
        (Offers, ReviewEnded): _record_leaving_review,
        (Offers, DraftSubmitted): _review_asked_anew,
        (Agent, WorkOffered): _count_offer,
        (Agent, OfferAccepted): _uncount_offer,
        (Agent, OfferDeclined): _uncount_offer,
        (Agent, OfferRescinded): _uncount_offer,
    },
    timers=(TIMEOUT, REVIEW_TIMEOUT),
    probes=(Probe("accept_offer", AcceptOffer), Probe("reject_offer", RejectOffer)),
)
