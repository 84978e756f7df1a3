"""Promises about work while it goes on: a customer's silence and identity, and agents who come, go and wrap up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from casecore.channels import Channel, MessageKind
from casecore.kernel import Command, Event
from casecore.policies import Policy
from casecore.policies.sections import CountsFrom, Proceeding
from casecore.promises.books import Books
from casecore.promises.happening import Happening, happens
from casecore.promises.in_force import InForce
from casecore.promises.pages import CasePage
from casecore.promises.promise import Occasion, Promise, Situation
from casecore.rooms.agents import AgentAvailable, AgentUnavailable, GoAvailable, GoUnavailable
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseReleased, Release
from casecore.rooms.cases import CaseClosed, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import CommitmentMade, MakeCommitment
from casecore.rooms.contacts import Authenticated
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import ChatDisconnected, DisconnectIdle
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status

# Silence -----------------------------------------------------------------------------------------------


def _disconnected_too_early(step: Happening) -> Iterator[str]:
    silence, first = step.said("chat.idle.silence"), step.said("chat.idle.ask_first")
    for event, books in step.moments:
        if isinstance(event, ChatDisconnected):
            page = books.case(event.case)
            by_question = first > 0 and step.said("chat.idle.counts_from") is CountsFrom.QUESTION
            since = page.asked_at if by_question else page.silent_since
            if page.asked < first:
                yield f"case {event.case} was disconnected after {page.asked} of {first} questions"
            if not page.silent or since is None:
                yield f"case {event.case} was disconnected, and nobody was silent"
            elif event.at - since < silence:
                yield f"case {event.case} was disconnected after {event.at - since} of {silence}"


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
        return page is not None and page.channel is Channel.CHAT and asks(page)

    return tried


UNASKED: Final = Situation(
    "a chat is to be disconnected whose customer is silent and was not asked",
    _disconnects(lambda page: page.silent and not page.asked),
    expected=lambda policy: policy.chat.idle.ask_first > 0 and MessageKind.DIRECT in policy.channels.chat.kinds,
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
        page = books.case(case)
        over = isinstance(event, CaseClosed) and page.holder is None  # no contact goes on: there is nobody to ask
        if not (page.authenticated or over):
            yield f"{type(event).__name__} on case {case} without authentication"
    given = {event.case for event in step.events if isinstance(event, CaseAssigned)}
    for event in step.events:
        if isinstance(event, Authenticated) and event.case in given:
            yield f"a new contact on case {event.case} is authenticated already"


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


# Agents who come and go --------------------------------------------------------------------------------


def _available_undisposed(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, AgentAvailable) and books.agent(event.agent).owed:
            yield f"{event.agent} became available with {books.agent(event.agent).owed} to dispose"


def _lunch_with_contacts(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, AgentUnavailable) and books.agent(event.agent).held:
            yield f"{event.agent} went away with {len(books.agent(event.agent).held)} contacts"


def _next_state_missed(step: Happening) -> Iterator[str]:
    for agent in step.agents:
        page = step.after.agent(agent)
        if page.next_state and not page.held and not page.owed:
            yield f"{agent} has disposed the last contact, and still waits for the next state"


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


def _no_chats(said: InForce) -> str:
    return "" if said("channels.chat.kinds") else "channels.chat.kinds = []: there are no chats"


def _nothing_about_idling(said: InForce) -> str:
    asks = said("chat.idle.ask_first") > 0
    return _no_chats(said) or ("" if asks else "chat.idle.ask_first = 0: nobody has to ask, however short the silence")


def _nothing_to_authenticate_for(said: InForce) -> str:
    wanted = {"authentication.before": "nothing needs it", "authentication.channels": "it is asked for nowhere"}
    return next((f"{key} = []: {why}" for key, why in wanted.items() if not said(key)), "")


def _is_wrapped_up(said: InForce) -> bool:
    return bool(said("wrap_up.disposition") or said("wrap_up.notes"))


LIVE_WORK_PROMISES: Final = (
    Promise(
        "06",
        "no idle disconnect too early",
        _disconnected_too_early,
        Occasion(happens(ChatDisconnected), "no silent chat is ever disconnected"),
        situations=(UNASKED,),
        rules=("idle.asked", "idle.silence"),
        empty=_nothing_about_idling,
        terms=("chat.idle.ask_first", "chat.idle.silence", "chat.idle.counts_from"),
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
