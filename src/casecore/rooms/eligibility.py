"""Eligibility: who may be given work.

* Work is given only to an **eligible** agent: available, no next state set, nothing left to dispose, serving its queue,
  allowed on its channel, with room for the channel and in total. Calls and cases mix only where the policy says so; a
  call that was only logged is a case, and no call.
* A case that has waited for long may go to somebody of the queue into which its own overflows (`overflow.py`).
* A limit is of the policy, or an agent's own. Cases held and offered count, and so do reviews, in the total only. A
  policy may leave out held cases that are pending or resolved (`occupancy.py`).
* The review of a draft is given to somebody who may approve, and not to its author (unless the policy allows it).
* Whichever way work comes to somebody (offered, accepted, opened, fetched), the same is asked: the rules guard what
  happens. Taking what one is offered does not count it twice.

Routing reads the same obstacles, so that it proposes nothing that would be refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from casecore.channels import VOICE, Channel
from casecore.kernel import UNCONCERNED, Check, Enforcement, Reason, Room, Rule, Threshold, Unconcerned
from casecore.kernel.rooms import for_words, measures, measures_as, soft_rule, threshold_of
from casecore.policies import Policy
from casecore.rooms.agents import DISPOSING, Agent
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.assignments import AIM, CaseAssigned, agent_named
from casecore.rooms.cases import Case
from casecore.rooms.offers import SeesOffers, WorkOffered
from casecore.rooms.overflow import helping_queue, overflow_of, overflows_at
from casecore.rooms.reviews import ReviewTaken, not_reviewer

# What keeps an agent from work -------------------------------------------------------------------------


class Counted(NamedTuple):
    """As what the work that is asked about counts already, where it is offered to this very agent.

    Attributes:
        of_channel: As so many cases of its channel.
        in_total: As so much in total.
        calls: As so many calls.
    """

    of_channel: int = 0
    in_total: int = 0
    calls: int = 0


UNCOUNTED = Counted()
_OFFERED_CASE, _OFFERED_CALL, _OFFERED_REVIEW = Counted(1, 1), Counted(1, 1, 1), Counted(0, 1)


class Obstacle(Protocol):
    """What keeps an agent from work of a channel under a policy; what of it counts already is left out."""

    def __call__(
        self, agent: Agent, channel: Channel, policy: Policy, but: Counted = UNCOUNTED, /
    ) -> Reason | Unconcerned | None:
        """The reason; None where nothing keeps them from it, `UNCONCERNED` where nothing could."""


_MAKES_ROOM = ("EndContact", "ReassignCase", "LeaveCase", "RejectOffer", "ApproveDraft", "RefuseDraft")
"""What takes something off an agent."""


def not_there(agent: Agent, *_: object) -> Reason | None:
    """An agent takes work only while available; of one who is wrapping up, `wrap_up_open` tells."""
    if agent.available or (agent.on_duty and agent.wrap_ups):
        return None
    reason = for_words(agent, "reason")
    why = f" ({reason})" if reason else ""
    found = f"{agent.id} is {agent.presence}{why}"
    return Reason(
        "assignment.available", found, "go available first, or choose somebody who is", {"presence": agent.presence}
    )


def leaving_soon(agent: Agent, *_: object) -> Reason | None:
    """An agent who has set a next state gets no more work."""
    if agent.next_reason is None:
        return None
    found = f"{agent.id} has set a next state" + (f" ({agent.next_reason})" if agent.next_reason else "")
    return Reason(
        "assignment.next_state", found, "clear the next state first, or choose somebody else", ways=("ClearNextState",)
    )


@measures("wrap_ups")
def wrap_up_open(agent: Agent, *_: object) -> Reason | None:
    """An agent with an ended contact to dispose gets no more work."""
    if not agent.wrap_ups:
        return None
    count = "1 contact" if agent.wrap_ups == 1 else f"{agent.wrap_ups} contacts"
    return Reason(
        "assignment.wrap_up",
        f"{agent.id} has {count} to dispose",
        "give the disposition and notes first",
        {"wrap_ups": agent.wrap_ups},
        DISPOSING,
    )


def wrong_channel(agent: Agent, channel: Channel, *_: object) -> Reason | None:
    """An agent works on the channels they are allowed on."""
    if agent.works_on(channel):
        return None
    return Reason("assignment.channel", f"{agent.id} does not work on {channel}", "leave it to somebody who does")


@measures("channel", "has", "limit", threshold=Threshold("has", "limit", more=1))
def channel_full(
    agent: Agent, channel: Channel, policy: Policy, but: Counted = UNCOUNTED
) -> Reason | Unconcerned | None:
    """An agent holds only so much of a channel, offers counted."""
    limit = agent.limit(channel, policy)
    if limit is None:
        return UNCONCERNED
    has = agent.has_of(channel, policy) - but.of_channel
    if has < limit:
        return None
    remedy = (
        f"end or transfer one on {channel} first" if agent.held.get(channel) else "wait for the answer to the offer"
    )
    return Reason(
        "capacity.channel",
        f"{agent.id} already has {has} of {limit} on {channel}",
        remedy if has else "leave it to somebody with more room",
        {"channel": channel, "has": has, "limit": limit},
        _MAKES_ROOM if has else (),
    )


@measures("has", "limit", threshold=Threshold("has", "limit", more=1))
def total_full(agent: Agent, _: Channel, policy: Policy, but: Counted = UNCOUNTED) -> Reason | None:
    """An agent holds only so much in total: cases, offers and reviews."""
    limit, has = agent.total_limit(policy), agent.has_in_total(policy) - but.in_total
    if has < limit:
        return None
    return Reason(
        "capacity.total",
        f"{agent.id} already has {has} of {limit} in total",
        "end, transfer or decide something first" if has else "leave it to somebody with more room",
        {"has": has, "limit": limit},
        _MAKES_ROOM if has else (),
    )


@measures("has", "limit", threshold=Threshold("has", "limit"))
def on_a_call(agent: Agent, channel: Channel, policy: Policy, but: Counted = UNCOUNTED) -> Reason | Unconcerned | None:
    """Calls and cases mix only where the policy says so."""
    if policy.capacity.voice_with_cases:
        return UNCONCERNED
    calls = agent.calls - but.calls
    busy = calls if channel is not VOICE else agent.has_in_total(policy) - but.in_total - calls
    if not busy:
        return None
    found = f"{agent.id} is on a call" if channel is not VOICE else f"{agent.id} has cases"
    remedy = "wait until that has ended"
    facts = {"has": busy, "limit": 0}
    return Reason("capacity.voice_with_cases", f"{found}, and calls do not mix with cases", remedy, facts)


def beside_a_call(agent: Agent, _: Channel, policy: Policy, but: Counted = UNCOUNTED) -> Reason | Unconcerned | None:
    """A call that was only logged is a case: it may not come to somebody who is on a call."""
    return on_a_call(agent, ANY, policy, but)


ANY = Channel.CHAT
"""Any channel, for an obstacle that does not look at it."""

STOPPED_BY = (not_there, leaving_soon, wrap_up_open)
"""What keeps an agent from everything, so that even what they are offered is taken back."""

OBSTACLES_TO_ALL: dict[str, tuple[str, Obstacle]] = {
    "assignment.available": ("Work is given only to somebody available", not_there),
    "assignment.next_state": ("Who has set a next state gets no work", leaving_soon),
    "assignment.wrap_up": ("Who has a contact to dispose gets no work", wrap_up_open),
    "capacity.total": ("Nobody has more in total than the limit", total_full),
}
"""What keeps an agent from work whatever its channel, by rule: its title and how it is found."""

OBSTACLES: dict[str, tuple[str, Obstacle]] = {
    **OBSTACLES_TO_ALL,
    "assignment.channel": ("Work is given on channels the agent works on", wrong_channel),
    "capacity.channel": ("Nobody has more of a channel than the limit", channel_full),
    "capacity.voice_with_cases": ("Calls and cases mix only where the policy says so", on_a_call),
}
"""What keeps an agent from a case, by rule."""

OBSTACLES_TO_REVIEWS = {rule: found for rule, found in OBSTACLES.items() if rule != "capacity.channel"}
"""The same for the review of a draft, which counts in the total only."""

OBSTACLES_TO_LOGGED = {
    rule: (title, beside_a_call if found is on_a_call else found) for rule, (title, found) in OBSTACLES.items()
}
"""The same for a case that was only logged."""


def obstacles_to(*, review: bool, logged: bool) -> Mapping[str, tuple[str, Obstacle]]:
    """What keeps an agent from a case, by rule; from the review of its draft; from one that was only logged."""
    if review:
        return OBSTACLES_TO_REVIEWS
    return OBSTACLES_TO_LOGGED if logged else OBSTACLES


def not_served(agent: Agent, queue: str, since: datetime | None, policy: Policy, at: datetime) -> Reason | None:
    """What is against an agent taking work of a queue: that they do not serve it, nor one that it overflows into.

    Args:
        agent: Who would take it.
        queue: Where it waits.
        since: What the waiting time of the case counts from; None where it does not wait, and for a review.
        policy: The SOP in force.
        at: When (aware).
    """
    if queue in agent.queues or helping_queue(queue, since, policy, at) in agent.queues:
        return None
    found, remedy = f"{agent.id} does not serve the queue {queue}", "leave it to somebody who does"
    overflow, due = overflow_of(queue, policy), overflows_at(queue, since, policy)
    if overflow is not None and overflow.to in agent.queues and due is not None:
        found += f"; those of {overflow.to} take its cases too from {due.isoformat()} on"
        remedy += ", or wait until then"
    return Reason("assignment.queue", found, remedy, {"queue": queue})


class Placed(Protocol):
    """A case, or one that starts: all that is asked of it is where it is."""

    @property
    def queue(self) -> str:
        """The queue it belongs to."""

    @property
    def channel(self) -> Channel:
        """Its channel."""

    @property
    def logged(self) -> bool:
        """Whether it was only logged."""


def obstacles(agent: Agent, case: Placed, since: datetime | None, policy: Policy, at: datetime) -> Iterator[Reason]:
    """Everything that keeps an agent from taking a case at an instant; nothing when they are eligible.

    Args:
        agent: Who would take it.
        case: The case, or what starts it.
        since: What its waiting time counts from; None where it does not wait yet.
        policy: The SOP in force.
        at: When (aware).
    """
    unserved = not_served(agent, case.queue, since, policy, at)
    if unserved is not None:
        yield unserved
    for _, obstacle in obstacles_to(review=False, logged=case.logged).values():
        reason = obstacle(agent, case.channel, policy)
        if reason:
            yield reason


# Rules -------------------------------------------------------------------------------------------------

GivesWork: TypeAlias = CaseAssigned | WorkOffered | ReviewTaken
"""An event that gives an agent work, or offers it."""


def _is_review(event: GivesWork) -> bool:
    return isinstance(event, ReviewTaken) or (isinstance(event, WorkOffered) and event.review)


def _rule_against(rule: str, *, to_reviews: bool) -> Check[SeesOffers]:
    """The rule that this obstacle does not keep an agent from the work that an event gives them."""
    (_, to_all), (_, to_logged) = OBSTACLES[rule], OBSTACLES_TO_LOGGED[rule]
    counts, looks_at_channel = threshold_of(to_all) is not None, rule not in OBSTACLES_TO_ALL

    @measures_as(to_all)
    def check(view: SeesOffers, event: GivesWork, policy: Policy) -> Reason | Unconcerned | None:
        agent, case = agent_named(view, event.agent), view.case
        if agent is None or case is None:
            return UNCONCERNED
        review = _is_review(event)
        if review and not to_reviews:
            return UNCONCERNED
        obstacle = to_all if review or to_logged is to_all or not case.logged else to_logged
        channel = case.channel if looks_at_channel else ANY
        reason = obstacle(agent, channel, policy)
        if not reason or not counts or view.offers is None or view.offers.to(review=review) != agent.id:
            return reason
        return obstacle(agent, channel, policy, _counted(channel, review=review))

    return check


def _counted(channel: Channel, *, review: bool) -> Counted:
    """As what an offer counts: taking it does not count it twice."""
    return _OFFERED_REVIEW if review else _OFFERED_CALL if channel is VOICE else _OFFERED_CASE


def cannot_accept(agent: Agent, case: Case, draft: WaitingDraft | None, policy: Policy, at: datetime) -> bool:
    """Whether somebody could not accept what is offered to them: the case, or the review of a draft.

    A rule that the policy softens keeps nobody from it.

    Args:
        agent: To whom it is offered.
        case: The case.
        draft: The draft whose review is offered; None: the case is.
        policy: The SOP in force for the case.
        at: When (aware).
    """
    found = obstacles_to(review=draft is not None, logged=case.logged)
    queue, since = (case.queue, case.waiting_since) if draft is None else (draft.queue, None)
    if draft is not None and not_reviewer(agent, draft.author, policy) is not None:
        return True
    if not_served(agent, queue, since, policy, at) is not None and policy.mode("assignment.queue") is Enforcement.BLOCK:
        return True
    counted = _counted(case.channel, review=draft is not None)
    for rule, (_, obstacle) in found.items():
        if (
            obstacle(agent, case.channel, policy)
            and obstacle(agent, case.channel, policy, counted)
            and policy.mode(rule) is Enforcement.BLOCK
        ):
            return True
    return False


@measures("queue")
def _serves_queue(view: SeesOffers, event: GivesWork, policy: Policy) -> Reason | Unconcerned | None:
    agent, case, draft = agent_named(view, event.agent), view.case, view.draft
    if agent is None or case is None:
        return UNCONCERNED
    if draft is not None and _is_review(event):
        return not_served(agent, draft.queue, None, policy, event.at)
    if case.queue in agent.queues:
        return None
    since = None if overflow_of(case.queue, policy) is None else case.waiting_since
    return not_served(agent, case.queue, since, policy, event.at)


def _can_review(view: SeesOffers, event: WorkOffered | ReviewTaken, policy: Policy) -> Reason | Unconcerned | None:
    agent, draft = agent_named(view, event.agent), view.draft
    if agent is None or draft is None or not _is_review(event):
        return UNCONCERNED
    return not_reviewer(agent, draft.author, policy)


_GIVES_WORK = (CaseAssigned, WorkOffered, ReviewTaken)

ELIGIBILITY: Room[SeesOffers] = Room(
    name="eligibility",
    rules=(
        soft_rule(
            "assignment.queue", "Work is given to somebody who serves its queue", "§3", _GIVES_WORK, _serves_queue, AIM
        ),
        *(
            Rule(
                rule,
                title,
                "§3",
                _GIVES_WORK,
                _rule_against(rule, to_reviews=rule in OBSTACLES_TO_REVIEWS),
                AIM,
                softens=obstacle is not wrap_up_open,  # what a wrap-up asks for is set in [wrap_up]
            )
            for rule, (title, obstacle) in OBSTACLES.items()
        ),
        Rule("offer.reviewer", "A reviewer may approve, and not their own", "§5", _GIVES_WORK[1:], _can_review, AIM),
    ),
)
