"""Promises about work while it goes on: a customer's silence and identity, and agents who come, go and wrap up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from casecore.channels import Channel, MessageKind
from casecore.kernel import CUSTOMER, Command, Event
from casecore.policies import Policy
from casecore.policies.sections import Abandoned, AgentEnds, CountsFrom, Proceeding
from casecore.promises.books import Books
from casecore.promises.happening import Happening, happens
from casecore.promises.in_force import InForce
from casecore.promises.pages import CasePage
from casecore.promises.promise import Occasion, Promise, Situation
from casecore.rooms.agents import AgentAvailable, AgentUnavailable, GoAvailable, GoUnavailable, Permission, Presence
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseReleased, Release
from casecore.rooms.authentication import Authenticated
from casecore.rooms.cases import CaseClosed, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import CommitmentMade, MakeCommitment
from casecore.rooms.contacts import CustomerLeft, EndContact
from casecore.rooms.offers import OfferWork, WorkOffered
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import ChatDisconnected, DisconnectIdle
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status

# Silence -----------------------------------------------------------------------------------------------


def _is_chat(page: CasePage) -> bool:
    return page.channel is Channel.CHAT and page.on_line


def _disconnected_too_early(step: Happening) -> Iterator[str]:
    silence, first = step.said("chat.idle.silence"), step.said("chat.idle.ask_first")
    for event, books in step.moments:
        if isinstance(event, ChatDisconnected):
            page = books.case(event.case)
            by_question = first > 0 and step.said("chat.idle.counts_from") is CountsFrom.QUESTION
            since = page.asked_at if by_question else page.silent_since
            if page.asked < first:
                yield f"case {event.case} was disconnected after {page.asked} of {first} questions"
            if not page.silent or since is None or not page.on_line:
                yield f"case {event.case} was disconnected, and nobody was silent"
            elif event.at - since < silence:
                yield f"case {event.case} was disconnected after {event.at - since} of {silence}"


def _ended_too_early(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, CaseReleased) and event.because is Release.ENDED_BY_AGENT:
            page, ends = books.case(event.case), books.agent(event.by)
            if not _is_chat(page) or Permission.SUPERVISE in ends.permissions:
                continue
            if page.waits:
                yield f"case {event.case} was ended by {event.by}, and its customer waits for an answer"
            elif step.said("chat.agent_ends") is AgentEnds.SETTLED and not page.settled and page.status not in _SETTLED:
                yield f"case {event.case} was ended by {event.by}, is {page.status}, and nothing was promised"


_SETTLED: Final = (Status.RESOLVED, Status.ESCALATED)


def _ends_walking_round(step: Happening) -> Iterator[str]:
    """A chat that is disconnected, or ended by its agent, too early."""
    yield from _disconnected_too_early(step)
    yield from _ended_too_early(step)


def _countdown_goes_on(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, ChatDisconnected) and books.case(event.case).waits:
            yield f"case {event.case} was disconnected, and its customer has written since"


def _breaks_a_silence(step: Happening) -> bool:
    return any(isinstance(event, MessageReceived) and books.case(event.case).silent for event, books in step.moments)


def _disconnects(asks: Callable[[CasePage], bool]) -> Callable[[Command, Books], bool]:
    """The question whether somebody disconnects a chat of which this is so."""

    def tried(command: Command, books: Books) -> bool:
        page = books.case(command.case) if isinstance(command, DisconnectIdle) else None
        return page is not None and _is_chat(page) and asks(page)

    return tried


UNASKED: Final = Situation(
    "a chat is to be disconnected whose customer is silent and was not asked",
    _disconnects(lambda page: page.silent and not page.asked),
    expected=lambda policy: policy.chat.idle.ask_first > 0 and MessageKind.DIRECT in policy.channels.chat.kinds,
)


def _ends(asks: Callable[[CasePage], bool]) -> Callable[[Command, Books], bool]:
    """The question whether the agent of a chat, who is no supervisor, ends it, and this is so."""

    def tried(command: Command, books: Books) -> bool:
        if not isinstance(command, EndContact):
            return False
        page, agent = books.case(command.case), books.agent(command.by)
        theirs = page.holder == command.by and not page.left and Permission.SUPERVISE not in agent.permissions
        return _is_chat(page) and theirs and asks(page)

    return tried


def _chats_are_open(policy: Policy) -> bool:
    return MessageKind.DIRECT in policy.channels.chat.kinds


UNSETTLED: Final = (
    Situation(
        "an agent is to end a chat whose customer waits for an answer",
        _ends(lambda page: page.waits),
        expected=_chats_are_open,
    ),
    Situation(
        "an agent is to end a chat in which nothing is settled",
        _ends(lambda page: not page.waits and page.status is Status.PENDING and not page.settled),
        expected=lambda policy: _chats_are_open(policy) and policy.chat.agent_ends is AgentEnds.SETTLED,
    ),
)
ANSWERED_BACK: Final = Situation(
    "a chat is to be disconnected whose customer waits for an answer",
    _disconnects(lambda page: page.waits),
    expected=lambda policy: MessageKind.DIRECT in policy.channels.chat.kinds,
)


# Authentication ----------------------------------------------------------------------------------------

_NEEDS_AUTHENTICATION: Final[Mapping[type[Event], Callable[[Any], tuple[Proceeding, ...]]]] = {
    ReplySent: lambda event: (
        *((Proceeding.RESOLVE,) if event.send_as is Status.RESOLVED else ()),
        *((Proceeding.ACCOUNT_REPLY,) if event.about_account else ()),
    ),
    StatusSet: lambda event: (Proceeding.RESOLVE,) if event.status is Status.RESOLVED else (),
    CaseReleased: lambda event: (Proceeding.TRANSFER,) if event.because is Release.TRANSFERRED else (),
    CaseClosed: lambda event: (Proceeding.CLOSE,) if event.reason is CloseReason.BY_HAND else (),
    CommitmentMade: lambda event: (Proceeding.COMMIT,),
}
"""What each event is, of what a customer is authenticated for."""


def _proceedings(step: Happening) -> Iterator[tuple[Event, Books, str]]:
    """Each event that needs an authenticated customer, with the books just before it, and its case."""
    needed, channels = step.said("authentication.before"), step.said("authentication.channels")
    for event, books in step.moments:
        case = getattr(event, "case", None)
        done = _NEEDS_AUTHENTICATION.get(type(event), lambda _: ())(event)
        draft = step.before.case(case or "").draft
        if isinstance(event, ReplySent) and event.reviewer is not None and draft is not None and draft.about_account:
            done = (*done, Proceeding.ACCOUNT_REPLY)  # whatever the reply says of itself
        if case is not None and not set(done).isdisjoint(needed) and books.case(case).channel in channels:
            yield event, books, case


def _done_unauthenticated(step: Happening) -> Iterator[str]:
    for event, books, case in _proceedings(step):
        if not _authenticated_for(event, books.case(case)):
            yield f"{type(event).__name__} on case {case} without authentication"
    given = {event.case for event in step.events if isinstance(event, CaseAssigned)}
    for event in step.events:
        if isinstance(event, Authenticated) and event.case in given:
            yield f"a new contact on case {event.case} is authenticated already"


def _authenticated_for(event: Event, page: CasePage) -> bool:
    """Whether the customer was authenticated in the contact that counts for this."""
    goes_on = page.holder is not None and not page.left
    if isinstance(event, CommitmentMade) and page.holder != event.agent and event.agent in page.owing:
        return event.agent in page.proven
    if page.left and (isinstance(event, CaseClosed | StatusSet) or _only_resolves(event)):
        return True
    if isinstance(event, CaseClosed) and not goes_on:
        return page.was_authenticated is not False
    return page.authenticated


def _only_resolves(event: Event) -> bool:
    return isinstance(event, ReplySent) and not event.about_account


def _needs_authentication(step: Happening) -> bool:
    return any(True for _ in _proceedings(step))


def _unauthenticated(what: Proceeding, words: str, is_that: Callable[[Command, Books], bool]) -> Situation:
    """The situation that somebody proceeds with a customer whom nobody has authenticated."""

    def tried(command: Command, books: Books) -> bool:
        if not is_that(command, books):
            return False
        page = books.case(command.case)  # type: ignore[attr-defined]  # whatever is one of these names its case
        return page.holder == command.by and not page.authenticated

    def expected(policy: Policy) -> bool:
        return what in policy.authentication.before and bool(policy.authentication.channels)

    return Situation(f"somebody {words} with a customer whom nobody has authenticated", tried, expected)


UNAUTHENTICATED: Final = (
    _unauthenticated(
        Proceeding.RESOLVE,
        "resolves by a reply",
        lambda command, _: isinstance(command, SendReply) and command.send_as is Status.RESOLVED,
    ),
    _unauthenticated(
        Proceeding.RESOLVE,
        "resolves by hand",
        lambda command, _: isinstance(command, SetStatus) and command.status is Status.RESOLVED,
    ),
    _unauthenticated(Proceeding.TRANSFER, "transfers", lambda command, _: isinstance(command, ReassignCase)),
    _unauthenticated(Proceeding.COMMIT, "promises", lambda command, _: isinstance(command, MakeCommitment)),
    _unauthenticated(
        Proceeding.ACCOUNT_REPLY,
        "speaks of the account",
        lambda command, _: isinstance(command, SendReply) and command.about_account,
    ),
)


# Customers who leave -----------------------------------------------------------------------------------


def _rings_for_nobody(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, WorkOffered) and not event.review and books.case(event.case).gone:
            yield f"case {event.case} was offered to {event.agent}, and its customer has left"
        if isinstance(event, CustomerLeft):
            if not books.case(event.case).on_line:
                yield f"the customer of case {event.case} left, and was not on the line"
            yield from _leaves_undone(event.case, books.case(event.case), step)


def _leaves_undone(case: str, before: CasePage, step: Happening) -> Iterator[str]:
    """What is still to be done for a case after its customer has left."""
    page, wraps_up = step.after.case(case), step.said("wrap_up.disposition") or step.said("wrap_up.notes")
    if page.offered_to is not None:
        yield f"case {case} is still offered to {page.offered_to}, and its customer has left"
    if before.holder is not None:
        if wraps_up and page.holder != before.holder:
            yield f"the customer of case {case} left, and {before.holder}, who has to dispose it, holds it no more"
        return
    if page.draft is not None:
        yield f"a draft still waits on case {case}, whose customer has left"
    if step.said("live.abandoned") is Abandoned.CLOSE and page.status is not Status.CLOSED:
        yield f"case {case} is abandoned, and stays {page.status}"


def _is_abandoned(step: Happening) -> bool:
    return any(
        isinstance(event, CustomerLeft) and books.case(event.case).holder is None for event, books in step.moments
    )


ABANDONED: Final = (
    Situation(
        "the customer of a chat that waits leaves",
        lambda command, books: (
            isinstance(command, EndContact)
            and command.by == CUSTOMER
            and books.case(command.case).queued
            and books.case(command.case).on_line
        ),
        expected=lambda policy: _chats_are_open(policy) or MessageKind.DIRECT in policy.channels.voice.kinds,
    ),
    Situation(
        "a case is to be offered whose customer has left",
        lambda command, books: isinstance(command, OfferWork) and not command.review and books.case(command.case).gone,
        expected=_chats_are_open,
    ),
)


# Agents who come and go --------------------------------------------------------------------------------


def _available_undisposed(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, AgentAvailable) and books.agent(event.agent).owed:
            yield f"{event.agent} became available with {books.agent(event.agent).owed} to dispose"
        if isinstance(event, CaseReleased) and event.because is Release.UNANSWERED:
            yield from _lapses_wrongly(event, books.case(event.case), step.said("routing.answer_within"))
    for agent in step.agents:
        page = step.after.agent(agent)
        if page.presence is Presence.AVAILABLE and page.owed:
            yield f"{agent} is available, with {page.owed} to dispose"


def _lapses_wrongly(event: CaseReleased, page: CasePage, within: timedelta | None) -> Iterator[str]:
    """Why a contact must be disposed that ends as never answered: whoever did something says what."""
    if page.answered:
        yield f"case {event.case} ends as unanswered, which {event.agent} has answered, and nothing is disposed"
    if not page.waits:
        yield f"case {event.case} ends as unanswered, and its customer waits for no answer"
    if within is None:
        yield f"case {event.case} ends as unanswered, which {event.agent} has all the time to answer"
    elif page.owed_since is not None and event.at - page.owed_since < within:
        yield f"case {event.case} ends as unanswered after {event.at - page.owed_since} of {within}"


def _lunch_with_contacts(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, AgentUnavailable) and books.agent(event.agent).held:
            yield f"{event.agent} went away with {len(books.agent(event.agent).held)} contacts"


def _next_state_missed(step: Happening) -> Iterator[str]:
    for agent in step.agents:
        page = step.after.agent(agent)
        if page.next_state and not page.held and not page.owed:
            yield f"{agent} has disposed the last contact, and still waits for the next state"
        if page.presence is Presence.WRAPPING_UP and not page.owed:
            yield f"{agent} has disposed the last contact, and is still wrapping up"


def _reaches_the_next_state(step: Happening) -> bool:
    return happens(Disposed)(step) and happens(AgentUnavailable)(step)


UNDISPOSED: Final = Situation(
    "somebody with a contact to dispose says that they are available",
    lambda command, books: isinstance(command, GoAvailable) and books.agent(command.agent).owed > 0,
    expected=lambda policy: policy.wrap_up.disposition or policy.wrap_up.notes,
)
LUNCH_WITH_A_CONTACT: Final = Situation(
    "somebody who holds a contact goes to lunch",
    lambda command, books: isinstance(command, GoUnavailable) and bool(books.agent(command.agent).held),
)


# What a policy leaves of a promise --------------------------------------------------------------------


SHORT_SILENCE: Final = timedelta(seconds=30)
"""A shorter silence is no sign that somebody is gone."""


def _no_chats(said: InForce) -> str:
    return "" if said("channels.chat.kinds") else "channels.chat.kinds = []: there are no chats"


def _nothing_about_idling(said: InForce) -> str:
    nobody_asks = said("chat.idle.ask_first") == 0 and said("chat.idle.silence") < SHORT_SILENCE
    return _no_chats(said) or (
        "chat.idle.ask_first = 0: nobody has to ask, and that is no silence" if nobody_asks else ""
    )


def _nothing_to_authenticate_for(said: InForce) -> str:
    wanted = {"authentication.before": "nothing needs it", "authentication.channels": "it is asked for nowhere"}
    return next((f"{key} = []: {why}" for key, why in wanted.items() if not said(key)), "")


def _is_wrapped_up(said: InForce) -> bool:
    return bool(said("wrap_up.disposition") or said("wrap_up.notes"))


LIVE_WORK_PROMISES: Final = (
    Promise(
        "06",
        "no idle disconnect too early",
        _ends_walking_round,
        Occasion(happens(ChatDisconnected), "no silent chat is ever disconnected"),
        situations=(UNASKED, *UNSETTLED),
        rules=("idle.asked", "idle.silence", "chat.agent_ends"),
        empty=_nothing_about_idling,
        terms=("chat.idle.ask_first", "chat.idle.silence", "chat.idle.counts_from", "chat.agent_ends"),
    ),
    Promise(
        "07",
        "a customer's message cancels the countdown",
        _countdown_goes_on,
        Occasion(_breaks_a_silence, "no customer ever breaks a silence"),
        situations=(ANSWERED_BACK,),
        rules=("idle.silence",),
        empty=_no_chats,
    ),
    Promise(
        "08",
        "authentication comes first, and never leaks",
        _done_unauthenticated,
        Occasion(_needs_authentication, "nothing ever happens that needs authentication"),
        situations=UNAUTHENTICATED,
        rules=("authentication.before",),
        empty=_nothing_to_authenticate_for,
        terms=("authentication.channels", "authentication.before"),
    ),
    Promise(
        "22",
        "an abandoned chat is never rung",
        _rings_for_nobody,
        Occasion(_is_abandoned, "nobody ever gives up waiting"),
        situations=ABANDONED,
    ),
    Promise(
        "13",
        "nobody becomes available with a contact undisposed",
        _available_undisposed,
        Occasion(happens(AgentAvailable), "nobody ever becomes available"),
        situations=(UNDISPOSED,),
        empty=lambda said: "" if said("wrap_up.disposition") else "wrap_up.disposition = false: nothing is disposed",
        terms=("wrap_up.notes",),
    ),
    Promise(
        "14",
        "lunch never starts with a contact held",
        _lunch_with_contacts,
        Occasion(happens(AgentUnavailable), "nobody ever goes to lunch"),
        situations=(LUNCH_WITH_A_CONTACT,),
    ),
    Promise(
        "15",
        "a next state is reached with the last disposition",
        _next_state_missed,
        Occasion(_reaches_the_next_state, "no disposition ever ends in a next state"),
        empty=lambda said: "" if _is_wrapped_up(said) else "wrap_up asks for nothing: a contact is over when it ends",
    ),
)
