"""Contacts: one stretch of work on a case by one agent.

* Every assignment opens a contact; it ends when the agent ends, transfers or leaves it, the customer ends it, the
  case is closed, the customer stays silent, or the agent is lost. `active -> ended -> disposed`; what an ended
  contact needs is told in `wrap_ups.py`.
* On **live** channels (chat, voice) a contact cannot be left, only ended or transferred, and the case cannot be
  closed by hand while it lasts. From its beginning runs the interaction timer. Where it is cut off (transferred, or its
  agent lost), the customer is still there: a pending case is open again, so that it is offered to the next.
* **Authentication** of the customer is required, in each contact anew, before whatever the policy names: resolving,
  transferring, committing, a reply about the account. The rule guards what happens, so nothing goes round it.
  Automatic closing, spam, ending by the customer and disconnecting a silent chat need none.
* Somebody who holds a contact, or has one to dispose, goes neither to lunch nor to the next customer.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from casecore.channels import LIVE, Channel
from casecore.kernel import CUSTOMER, SYSTEM, Check, Editing, Event, Probe, Reason, Room, Rule, a_count, frozen
from casecore.kernel.machines import StateTable
from casecore.kernel.records import record
from casecore.kernel.rooms import by_agent, measures, soft_rule, wants
from casecore.policies import Policy
from casecore.policies.sections import Proceeding
from casecore.rooms.agents import (
    DISPOSING,
    Agent,
    AgentAvailable,
    AgentUnavailable,
    HasTarget,
    NextStateSet,
    add_to_count,
)
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseReleased, LeaveCase, Release, give_up_case
from casecore.rooms.cases import (
    AboutCase,
    Case,
    CaseClosed,
    CaseCommand,
    CloseReason,
    HasCase,
    SeesCase,
    StatusSet,
    not_closed,
    only_holder,
    opened_by,
)
from casecore.rooms.replies import ReplySent
from casecore.statuses import OPEN, PENDING, RESOLVED, Status

# State table -------------------------------------------------------------------------------------------


class ContactStatus(StrEnum):
    """Where a contact is in its life."""

    ACTIVE = "active"
    ENDED = "ended"
    DISPOSED = "disposed"


CONTACT_LIFECYCLE = StateTable(
    "contact life cycle",
    ContactStatus,
    initial=ContactStatus.ACTIVE,
    final=(ContactStatus.DISPOSED,),
    edges=(
        ("authenticate", ContactStatus.ACTIVE, None),
        ("end", ContactStatus.ACTIVE, ContactStatus.ENDED),
        ("dispose", ContactStatus.ENDED, ContactStatus.DISPOSED),
    ),
)
"""The table that `decide` reads for contacts."""


# Record ------------------------------------------------------------------------------------------------


@record
class Contact:
    """The stretch of work that goes on now.

    Attributes:
        since: When it began: the start of the interaction timer.
        authenticated: Whether the customer has been authenticated in this contact.
        silence_since: Since when the customer has been silent; None while they wait for an answer.
        asked_at: When the agent last asked whether they are there, in this silence.
        attempts: How often the agent has asked, in this silence; counts to ten.
    """

    agent: str
    since: datetime
    authenticated: bool = False
    silence_since: datetime | None = None
    asked_at: datetime | None = None
    attempts: int = a_count(default=0)


class SeesContact(SeesCase, Protocol):
    """The contact on the case."""

    @property
    def contact(self) -> Contact | None:
        """The contact that goes on, if somebody holds the case."""


class HasContact(SeesContact, Protocol):
    """A contact goes on with the case."""

    case: Case
    contact: Contact


# Commands ----------------------------------------------------------------------------------------------


@frozen
class Authenticate(CaseCommand):
    """The agent has made sure who the customer is."""


@frozen
class EndContact(AboutCase):
    """The customer or the agent ends the contact."""


# Events ------------------------------------------------------------------------------------------------


@frozen
class ContactStarted(Event):
    """An agent begins a stretch of work.

    Attributes:
        silent: Whether the customer waits for nothing, so that silence begins at once.
    """

    case: str
    agent: str
    channel: Channel
    silent: bool


@frozen
class ContactEnded(Event):
    """A stretch of work is over; `because` names the release, or `closed`."""

    case: str
    agent: str
    channel: Channel
    because: str


@frozen
class Authenticated(Event):
    """The customer is who they say they are, for this contact."""

    case: str


# Needs -------------------------------------------------------------------------------------------------


def contact_goes_on(trigger: str) -> Check[SeesContact]:
    """The need of every command about the contact that goes on."""

    def check(view: SeesContact, command: AboutCase, _: Policy) -> Reason | None:
        state = "" if view.contact is None else ContactStatus.ACTIVE
        if CONTACT_LIFECYCLE.dest(state, trigger) is not None:
            return None
        return Reason("contact.edge", f"case {command.case} has no contact going on", _how_one_begins(view, command))

    return check


def _how_one_begins(view: SeesContact, command: AboutCase) -> str:
    """What to do where no contact goes on: who may begin one, or that there is nothing to do."""
    case = view.case
    if command.by == CUSTOMER or case is None:
        return "nothing has to be done; whoever takes the case will answer"
    if case.assignee is not None:
        return f"the contact has ended; {case.assignee} gives its disposition"
    return f"{opened_by(case)}; a contact begins then"


def _by_agent_or_customer(view: SeesContact, command: EndContact, _: Policy) -> Reason | None:
    return None if command.by == CUSTOMER else by_agent(view, command, _)


# Rules -------------------------------------------------------------------------------------------------


def is_live(view: SeesContact) -> bool:
    """Whether a live contact goes on."""
    return view.contact is not None and view.case is not None and view.case.channel in LIVE


@wants("case", "contact")
def _live_contact_ended(view: HasContact, command: LeaveCase, _: Policy) -> Reason | None:
    if not is_live(view) or view.contact.agent != command.by:
        return None
    found = f"a live contact goes on with case {command.case}"
    return Reason("contact.live", found, "end it or transfer it", ways=("EndContact", "ReassignCase"))


@wants("case", "contact")
def _not_while_live(view: HasContact, event: CaseClosed, _: Policy) -> Reason | None:
    if event.reason is not CloseReason.BY_HAND or not is_live(view):
        return None
    found = f"a live contact of {view.contact.agent} goes on with case {event.case}"
    return Reason("contact.blocks_close", found, "end the contact first", ways=("EndContact",))


@wants("case")
def _ends_own(view: HasCase, command: EndContact, policy: Policy) -> Reason | None:
    return None if command.by == CUSTOMER else only_holder(view, command, policy)


def proceedings_of(event: Event) -> tuple[Proceeding, ...]:
    """All that an event is, of what the customer may have to be authenticated for."""
    if isinstance(event, ReplySent):
        resolves = (Proceeding.RESOLVE,) if event.send_as is RESOLVED else ()
        return (*resolves, Proceeding.ACCOUNT_REPLY) if event.about_account else resolves
    match event:
        case StatusSet(status=Status.RESOLVED):
            return (Proceeding.RESOLVE,)
        case CaseReleased(because=Release.TRANSFERRED):
            return (Proceeding.TRANSFER,)
        case CaseClosed(reason=CloseReason.BY_HAND):
            return (Proceeding.CLOSE,)
    return ()


def authentication_missing(view: SeesContact, what: Proceeding, policy: Policy) -> Reason | None:
    """What is against proceeding: that the customer has not been authenticated in this contact."""
    case, needed = view.case, policy.authentication
    if case is None or case.channel not in needed.channels or what not in needed.before:
        return None
    if view.contact is not None and view.contact.authenticated:
        return None
    if view.contact is None and what is Proceeding.CLOSE:
        return None
    return Reason(
        "authentication.before",
        f"the customer of case {case.id} is not authenticated, which {what} needs on {case.channel}",
        "authenticate the customer first" if view.contact else f"{opened_by(case)}, and then authenticate the customer",
        {"proceeding": what, "channel": case.channel},
        ("Authenticate",) if view.contact else (),
    )


def _authenticated_first(view: SeesContact, event: Event, policy: Policy) -> Reason | None:
    for what in proceedings_of(event):
        reason = authentication_missing(view, what, policy)
        if reason is not None:
            return reason
    return None


def held_and_owed(agent: Agent) -> str:
    """What keeps an agent from going, in words; empty when nothing does."""
    parts = []
    if agent.contacts:
        parts.append("1 contact" if agent.contacts == 1 else f"{agent.contacts} contacts")
    if agent.wrap_ups:
        parts.append(f"{agent.wrap_ups} to dispose")
    return " and ".join(parts)


@wants("target")
@measures("contacts", "wrap_ups")
def _lunch_waits(view: HasTarget, event: AgentUnavailable, _: Policy) -> Reason | None:
    agent = view.target
    if not held_and_owed(agent):
        return None
    return Reason(
        "presence.contacts",
        f"{event.agent} has {held_and_owed(agent)}",
        "set a next state: it is reached with the last disposition" if agent.available else _finish(agent),
        {"contacts": agent.contacts, "wrap_ups": agent.wrap_ups},
        ("SetNextState",) if agent.available else ("EndContact", "LeaveCase", "ReassignCase", *DISPOSING),
    )


def _finish(agent: Agent) -> str:
    """What somebody who is not available does with what they hold."""
    return "end, leave or transfer what you hold, and dispose it" if agent.contacts else "give the disposition first"


@wants("target")
@measures("wrap_ups")
def _disposed_first(view: HasTarget, event: AgentAvailable, _: Policy) -> Reason | None:
    agent = view.target
    found = f"{event.agent} has {agent.wrap_ups} to dispose"
    if not agent.wrap_ups:
        return None
    return Reason("presence.wrap_up", found, "dispose them first", {"wrap_ups": agent.wrap_ups}, DISPOSING)


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case", "contact")
def _authenticate_customer(view: HasContact, command: Authenticate, _: Policy) -> tuple[Event, ...]:
    if view.contact.authenticated:
        return ()
    return (Authenticated(command.by, command.at, command.case),)


@wants("case")
def _end_contact(view: HasCase, command: EndContact, _: Policy) -> tuple[Event, ...]:
    because = Release.ENDED_BY_CUSTOMER if command.by == CUSTOMER else Release.ENDED_BY_AGENT
    return give_up_case(view.case, command, because)


@wants("case")
def _contact_begins(view: HasCase, event: CaseAssigned, _: Policy) -> tuple[Event, ...]:
    channel = view.case.channel
    return (ContactStarted(event.by, event.at, event.case, event.agent, channel, silent=not event.waiting),)


@wants("case", "contact")
def _contact_ends(view: HasContact, event: CaseReleased | CaseClosed, _: Policy) -> tuple[Event, ...]:
    case, contact = view.case, view.contact
    because = "closed" if isinstance(event, CaseClosed) else str(event.because)
    ended = ContactEnded(event.by, event.at, case.id, contact.agent, channel=case.channel, because=because)
    return (ended, StatusSet(SYSTEM, event.at, case.id, OPEN)) if because in _CUT and _is_there(case) else (ended,)


def _is_there(case: Case) -> bool:
    """Whether the customer is on the line and has had a reply: pending, the case would be offered to nobody."""
    return case.channel in LIVE and case.status is PENDING


def goes_at_once(view: SeesContact, event: NextStateSet, _: Policy) -> tuple[Event, ...]:
    """A next state with nothing to wait for is reached at once."""
    agent = view.target
    if agent is None or held_and_owed(agent):
        return ()
    return (AgentUnavailable(event.by, event.at, event.agent, event.reason),)


# Evolve ------------------------------------------------------------------------------------------------


def _new_contact(event: ContactStarted) -> Contact:
    return Contact(event.agent, event.at, silence_since=event.at if event.silent else None)


def _break_silence(contact: Editing, _: MessageReceived) -> None:
    contact.silence_since = contact.asked_at = None
    contact.attempts = 0


def _begin_silence(contact: Editing, event: ReplySent) -> None:
    contact.silence_since = event.at
    contact.asked_at = None
    contact.attempts = 0


def _set_authenticated(contact: Editing, _: Authenticated) -> None:
    contact.authenticated = True


def _one_more(agent: Editing, event: ContactStarted) -> None:
    agent.held = add_to_count(agent.held, event.channel, 1)
    agent.idle_since = agent.given_at = event.at


def _one_less(agent: Editing, event: ContactEnded) -> None:
    agent.held = add_to_count(agent.held, event.channel, -1)
    agent.idle_since = event.at


_CUT = (Release.TRANSFERRED, Release.AGENT_LOST)
"""The ends of a contact after which the customer is still there."""

_PROCEEDS = (ReplySent, StatusSet, CaseReleased, CaseClosed)

CONTACTS: Room[SeesContact] = Room(
    name="contacts",
    needs=(
        Rule("actor.role", "Only an agent authenticates", "§6", (Authenticate,), by_agent),
        Rule("actor.role", "The customer or an agent ends a contact", "§6", (EndContact,), _by_agent_or_customer),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (Authenticate, EndContact), not_closed),
        Rule("contact.edge", "A contact goes on", "§6", (Authenticate,), contact_goes_on("authenticate")),
        Rule("contact.edge", "A contact goes on", "§6", (EndContact,), contact_goes_on("end")),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§6", (Authenticate,), only_holder),
        soft_rule(
            "assignment.holder", "Only the assignee, a supervisor or the customer", "§6", (EndContact,), _ends_own
        ),
        Rule(
            "contact.live", "A live contact is ended or transferred, not left", "§3", (LeaveCase,), _live_contact_ended
        ),
        Rule("contact.blocks_close", "A live contact blocks closing by hand", "§6", (CaseClosed,), _not_while_live),
        Rule("authentication.before", "Authenticate before proceeding", "§6", _PROCEEDS, _authenticated_first),
        Rule("presence.contacts", "Lunch waits for the last contact", "§6", (AgentUnavailable,), _lunch_waits),
        Rule(
            "presence.wrap_up",
            "Nobody is available with a contact undisposed",
            "§6",
            (AgentAvailable,),
            _disposed_first,
        ),
    ),
    decide={Authenticate: _authenticate_customer, EndContact: _end_contact},
    follows={
        CaseAssigned: _contact_begins,
        CaseReleased: _contact_ends,
        CaseClosed: _contact_ends,
        NextStateSet: goes_at_once,
    },
    creates={(Contact, ContactStarted): _new_contact},
    evolve={
        (Contact, Authenticated): _set_authenticated,
        (Agent, ContactStarted): _one_more,
        (Agent, ContactEnded): _one_less,
    },
    notices={(Contact, MessageReceived): _break_silence, (Contact, ReplySent): _begin_silence},
    removes=frozenset({(Contact, ContactEnded)}),
    probes=(Probe("authenticate", Authenticate), Probe("end_contact", EndContact)),
)
