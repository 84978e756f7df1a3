"""Promises about work while it goes on: a customer's silence and identity, and agents who come, go and wrap up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from casecore.desk import Desk
from casecore.kernel import Event
from casecore.policies import Policy
from casecore.policies.sections import CountsFrom, Proceeding
from casecore.promises.promise import Occasion, Promise
from casecore.promises.steps import Step, any_of
from casecore.rooms.agents import AgentAvailable, AgentUnavailable
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import CaseReleased, Release
from casecore.rooms.cases import CaseClosed, CloseReason, StatusSet
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.composition import CaseFile
from casecore.rooms.contacts import ContactEnded, ContactStarted
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status

# Silence -----------------------------------------------------------------------------------------------


def _disconnected_too_early(step: Step) -> Iterator[str]:
    idle = step.policy.chat.idle
    for event, before, _ in step.moments:
        if isinstance(event, ChatDisconnected):
            contact = before.cases[event.case].contact
            if contact is None or contact.silence_since is None:
                yield f"case {event.case} was disconnected, and nobody was silent"
                continue
            since = contact.silence_since
            if idle.counts_from is CountsFrom.QUESTION and idle.ask_first and contact.asked_at is not None:
                since = contact.asked_at
            if contact.attempts < idle.ask_first or event.at - since < idle.silence:
                yield f"case {event.case} was disconnected after {event.at - since} and {contact.attempts} questions"


def _countdown_goes_on(step: Step) -> Iterator[str]:
    for event, _, after in step.moments:
        contact = after.cases[event.case].contact if isinstance(event, MessageReceived) else None
        if contact is not None and (contact.silence_since, contact.asked_at, contact.attempts) != (None, None, 0):
            yield f"the customer wrote on a case, and its silence goes on: {contact}"


def _breaks_a_silence(step: Step) -> bool:
    for event in step.events:
        file = step.before.cases.get(event.case) if isinstance(event, MessageReceived) else None
        if file is not None and file.contact is not None and file.contact.silence_since is not None:
            return True
    return False


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


def _case_to_authenticate(event: Event, before: Desk, policy: Policy) -> CaseFile | None:
    """The case on which an event is something that needs an authenticated customer; None where it is nothing such."""
    done = _NEEDS_AUTHENTICATION.get(type(event), lambda _: ())(event)
    file = before.cases.get(getattr(event, "case", "")) if done else None
    needed = policy.authentication
    if file is None or file.case.channel not in needed.channels or set(done).isdisjoint(needed.before):
        return None
    return file


def _done_unauthenticated(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, ContactStarted):
            contact = step.after.cases[event.case].contact  # whatever else the step does: nobody was asked yet
            if contact is not None and contact.authenticated:
                yield f"a new contact on case {event.case} is authenticated already"
        file = _case_to_authenticate(event, before, step.policy)
        if file is not None:
            known = file.contact is not None and file.contact.authenticated
            if not known and not (file.contact is None and isinstance(event, CaseClosed)):
                yield f"{type(event).__name__} on case {file.case.id} without authentication"


def _needs_authentication(step: Step) -> bool:
    return any(_case_to_authenticate(event, before, step.policy) for event, before, _ in step.moments)


# Agents who come and go --------------------------------------------------------------------------------


def _available_undisposed(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, AgentAvailable) and before.agents[event.agent].wrap_ups:
            yield f"{event.agent} became available with {before.agents[event.agent].wrap_ups} to dispose"


def _lunch_with_contacts(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, AgentUnavailable) and before.agents[event.agent].contacts:
            yield f"{event.agent} went away with {before.agents[event.agent].contacts} contacts"


def _next_state_missed(step: Step) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, Disposed | ContactEnded):
            agent = step.after.agents[event.agent]
            if agent.next_reason is not None and not agent.contacts and not agent.wrap_ups:
                yield f"{agent.id} has disposed the last contact, and still waits for the next state"


def _reaches_the_next_state(step: Step) -> bool:
    return any_of(Disposed)(step) and any_of(AgentUnavailable)(step)


LIVE_WORK_PROMISES: Final = (
    Promise(
        "06",
        "no idle disconnect too early",
        _disconnected_too_early,
        Occasion(any_of(ChatDisconnected), "no silent chat is ever disconnected"),
        rules=("idle.asked", "idle.silence"),
    ),
    Promise(
        "07",
        "a customer's message cancels the countdown",
        _countdown_goes_on,
        Occasion(_breaks_a_silence, "no customer ever breaks a silence"),
    ),
    Promise(
        "08",
        "authentication comes first, and never leaks",
        _done_unauthenticated,
        Occasion(_needs_authentication, "nothing ever happens that needs authentication"),
        rules=("authentication.before",),
    ),
    Promise(
        "13",
        "nobody becomes available with a contact undisposed",
        _available_undisposed,
        Occasion(any_of(AgentAvailable), "nobody ever becomes available"),
    ),
    Promise(
        "14",
        "lunch never starts with a contact held",
        _lunch_with_contacts,
        Occasion(any_of(AgentUnavailable), "nobody ever goes to lunch"),
    ),
    Promise(
        "15",
        "a next state is reached with the last disposition",
        _next_state_missed,
        Occasion(_reaches_the_next_state, "no disposition ever ends in a next state"),
    ),
)
