"""Promises about who holds a case: one agent, no more cases than they may, and nobody who should not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from casecore.channels import Channel
from casecore.kernel import Command
from casecore.promises.books import Books
from casecore.promises.happening import Happening, happens
from casecore.promises.in_force import InForce
from casecore.promises.pages import AgentPage, CasePage
from casecore.promises.promise import Occasion, Promise, Situation, Statement
from casecore.rooms.agents import Permission, Presence
from casecore.rooms.assignments import CaseAssigned, CaseReleased, OpenCase
from casecore.rooms.offers import AcceptOffer, OfferWork, WorkOffered
from casecore.rooms.reviews import ReviewTaken, TakeReview

WorkGiven: TypeAlias = CaseAssigned | WorkOffered | ReviewTaken
"""An event by which somebody is given work."""

_GIVES_WORK: Final = (CaseAssigned, WorkOffered, ReviewTaken)


def _is_review(event: WorkGiven) -> bool:
    return isinstance(event, ReviewTaken) or (isinstance(event, WorkOffered) and event.review)


# One agent holds a case --------------------------------------------------------------------------------


def _several_holders(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, CaseAssigned) and books.case(event.case).holder is not None:
            yield f"case {event.case} went to {event.agent}, and {books.case(event.case).holder} holds it"
        if isinstance(event, CaseReleased) and books.case(event.case).holder != event.agent:
            yield f"case {event.case} was taken from {event.agent}, and {books.case(event.case).holder} holds it"
    for case, page in step.cases_after():
        wraps_up = page.contact is None and page.left and page.holder in page.owing
        if page.contact != page.holder and not wraps_up:
            yield f"case {case} is held by {page.holder}; its contact is {page.contact}'s"


# Never more than the limit -----------------------------------------------------------------------------


def _own_offer(event: WorkGiven, page: CasePage) -> bool:
    """Whether somebody is given what they are offered already, which counts once."""
    return event.agent == (page.review_to if _is_review(event) else page.offered_to)


def _limits_of(agent: AgentPage, channel: Channel | None, said: InForce) -> tuple[int, int | None]:
    """How much an agent may hold in total, and on a channel; None where only the total bounds it."""
    own = dict(agent.limits)
    on_channel = None if channel is None else own.get(channel.value, said(f"capacity.{channel.value}"))
    return own.get("total", said("capacity.total")), on_channel


def _limits_exceeded(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, _GIVES_WORK):
            agent, page = books.agent(event.agent), books.case(event.case)
            total, limit = _limits_of(agent, page.channel, step.said)
            more = 0 if _own_offer(event, page) else 1
            counted = step.said("capacity.statuses")
            if agent.total_in(counted) + more > total:
                yield f"{event.agent} has {agent.total_in(counted) + more} of {total} in total"
            if limit is not None and page.channel is not None and not _is_review(event):
                has = agent.count(page.channel, counted) + more
                if has > limit:
                    yield f"{event.agent} has {has} of {limit} on {page.channel}"


def _reaches_a_limit(step: Happening) -> bool:
    for event in step.events:
        if isinstance(event, CaseAssigned | WorkOffered):
            agent, channel = step.after.agent(event.agent), step.after.case(event.case).channel
            total, limit = _limits_of(agent, channel, step.said)
            counted = step.said("capacity.statuses")
            if agent.total_in(counted) == total or (channel is not None and agent.count(channel, counted) == limit):
                return True
    return False


# Only to an eligible agent -----------------------------------------------------------------------------


def _given_to_the_ineligible(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, _GIVES_WORK):
            what = f"the review of case {event.case}" if _is_review(event) else f"case {event.case}"
            for why in _against(event, books, step.said):
                yield f"{what} was given to {event.agent}, who {why}"


def _against(event: WorkGiven, books: Books, said: InForce) -> Iterator[str]:
    """Everything that is against an agent to whom work is given, in words."""
    agent, page, review = books.agent(event.agent), books.case(event.case), _is_review(event)
    if not agent.known:
        yield "is not known"
        return
    if review:
        yield from _against_reviewer(event.agent, agent, page, said)
    elif page.queue not in agent.queues and not _helps_out(agent, page, event.at, said):
        yield f"does not serve the queue {page.queue}"
    if agent.presence is not Presence.AVAILABLE:
        yield f"is {agent.presence}"
    if agent.next_state:
        yield "has set a next state"
    if agent.owed:
        yield f"has {agent.owed} to dispose"
    if page.channel is not None and agent.channels and page.channel not in agent.channels:
        yield f"does not work on {page.channel}"
    if not _own_offer(event, page):
        yield from _against_room(agent, page, said, review=review)


def _helps_out(agent: AgentPage, page: CasePage, at: datetime, said: InForce) -> bool:
    """Whether an agent serves the queue into which that of a case overflows, and it has waited there long enough."""
    after: timedelta | None = said.of_queue(page.queue, "overflow.after")
    if after is None or said.of_queue(page.queue, "overflow.to") not in agent.queues:
        return False
    return page.queued_since is not None and at - page.queued_since >= after


def _against_reviewer(name: str, agent: AgentPage, page: CasePage, said: InForce) -> Iterator[str]:
    draft = page.draft
    if Permission.APPROVE not in agent.permissions:
        yield "may not approve"
    if draft is None:
        yield "has nothing to review"
    elif draft.queue not in agent.queues:
        yield f"does not serve the queue {draft.queue}"
    elif draft.author == name and not said("approval.self_approval"):
        yield "wrote the draft"


def _against_room(agent: AgentPage, page: CasePage, said: InForce, *, review: bool) -> Iterator[str]:
    """What is against one more case, or review, beside what the agent has; a call that was only logged is a case."""
    channel = page.channel
    (total, limit), counted = _limits_of(agent, channel, said), said("capacity.statuses")
    has = agent.total_in(counted)
    if has >= total:
        yield f"has {has} of {total} in total"
    if channel is None:
        return
    if not review and limit is not None and agent.count(channel, counted) >= limit:
        yield f"has {agent.count(channel, counted)} of {limit} on {channel}"
    calls, is_call = agent.on_calls, channel is Channel.VOICE and not page.logged
    if not said("capacity.voice_with_cases") and (has > calls if is_call else calls):
        yield "has cases, and a call comes to them" if is_call else "is on a call"


# What must be tried ------------------------------------------------------------------------------------


def _is_to_get(asks: Callable[[str, AgentPage, CasePage], bool], *, review: bool) -> Callable[[Command, Books], bool]:
    """The question whether a command gives a case that waits, or its review, to somebody of whom this is so."""

    def tried(command: Command, books: Books) -> bool:
        agent = command.agent if isinstance(command, OfferWork) else command.by
        match command:
            case OfferWork() | AcceptOffer():
                is_review = command.review
            case OpenCase() | TakeReview():
                is_review = isinstance(command, TakeReview)
            case _:
                return False
        page = books.case(command.case)
        waits = page.draft is not None and page.reviewer is None if is_review else page.queued
        return is_review is review and waits and asks(agent, books.agent(agent), page)

    return tried


def _is_full(agent: AgentPage, page: CasePage, *, total: bool) -> bool:
    """Whether an agent with a limit of their own has as much as it says."""
    limit = dict(agent.limits).get("total" if total else str(page.channel))
    has = agent.total if total else agent.count(page.channel or Channel.CHAT)
    return limit is not None and has >= limit


OWN_LIMITS: Final = (
    Situation(
        "an agent has as many cases of a channel as their own limit says, and is to get one more",
        _is_to_get(lambda _, agent, page: _is_full(agent, page, total=False), review=False),
    ),
    Situation(
        "an agent has as much as their own limit in total says, and is to get more",
        _is_to_get(lambda _, agent, page: _is_full(agent, page, total=True), review=False),
    ),
)

INELIGIBLE: Final = (
    Situation(
        "somebody who is not available is to get a case",
        _is_to_get(lambda _, agent, __: agent.known and agent.presence is not Presence.AVAILABLE, review=False),
    ),
    Situation(
        "somebody who has set a next state is to get a case",
        _is_to_get(lambda _, agent, __: agent.next_state, review=False),
    ),
    Situation(
        "somebody with a contact to dispose is to get a case",
        _is_to_get(lambda _, agent, __: agent.owed > 0, review=False),
        expected=lambda policy: policy.wrap_up.disposition or policy.wrap_up.notes,
    ),
    Situation(
        "somebody is to get a case of a queue that they do not serve",
        _is_to_get(lambda _, agent, page: agent.known and page.queue not in agent.queues, review=False),
    ),
    Situation(
        "somebody is to get a case of a channel on which they do not work",
        _is_to_get(lambda _, agent, page: bool(agent.channels) and page.channel not in agent.channels, review=False),
    ),
    Situation(
        "somebody who may not approve is to review a draft",
        _is_to_get(lambda _, agent, __: Permission.APPROVE not in agent.permissions, review=True),
    ),
    Situation(
        "somebody who may approve is to review their own draft",
        _is_to_get(
            lambda name, agent, page: (
                page.draft is not None and page.draft.author == name and Permission.APPROVE in agent.permissions
            ),
            review=True,
        ),
    ),
)

TAKEN_TWICE: Final = (
    Situation(
        "somebody opens a case that another holds",
        lambda command, books: (
            isinstance(command, OpenCase) and books.case(command.case).holder not in {None, command.by}
        ),
    ),
)


ASSIGNMENT_PROMISES: Final = (
    Promise(
        "03",
        "a case has at most one assignee, with a contact or a wrap-up of theirs; a live contact exactly one agent",
        _several_holders,
        Occasion(happens(CaseAssigned), "no case is ever assigned"),
        situations=TAKEN_TWICE,
    ),
    Promise(
        "04",
        "never more than the limit",
        _limits_exceeded,
        Occasion(_reaches_a_limit, "nobody ever holds as much as they may"),
        situations=OWN_LIMITS,
        rules=("capacity.channel", "capacity.total"),
        terms=("capacity.total", "capacity.chat", "capacity.email", "capacity.voice"),
    ),
    Promise(
        "05",
        "work is given only to an eligible agent",
        _given_to_the_ineligible,
        Occasion(happens(*_GIVES_WORK), "no work is ever given to anybody"),
        situations=INELIGIBLE,
        rules=(
            "assignment.queue",
            "assignment.available",
            "assignment.next_state",
            "assignment.wrap_up",
            "capacity.total",
            "assignment.channel",
            "capacity.channel",
            "capacity.voice_with_cases",
        ),
    ),
)

LONGEST_FIRST: Final = Statement("17", "of equal cases the longer waiting is offered first")
