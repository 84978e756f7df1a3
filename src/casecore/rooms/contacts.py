"""Contacts: one stretch of work on a case by one agent.

* Every assignment opens a contact; it ends when the agent ends, transfers or leaves it, the customer ends it, the
  case is closed, the customer stays silent, or the agent is lost. `active -> ended -> disposed`; what an ended
  contact needs is told in `wrap_ups.py`.
* On **live** channels (chat, voice) a contact cannot be left, only ended or transferred, and the case cannot be
  closed by hand while it lasts. From its beginning runs the interaction timer. Where it is cut off (transferred, or its
  agent lost), the customer is still there: a pending case is open again, so that it is offered to the next. A
  contact with a case that was only logged is not live, whatever its channel (`logged_cases.py`).
* **An agent ends a chat** when the customer's last message is answered and, as the policy says, the matter is settled:
  the case is resolved or escalated, or a commitment was left in this contact. Else they transfer it, or disconnect it
  when it has been silent; the customer may end it at any time. Supervisors may, too.
* **The customer leaves** a chat or a call: that ends the contact. The case stays with its agent, and counts, until the
  wrap-up is disposed (`wrap_ups.py`); where none is asked for, it is released at once. A live case that nobody holds
  is **abandoned**: the policy closes it, or keeps it in its queue, where only somebody who asks for work finds it. On
  other channels nobody is ever on the line: there a customer's end is like the agent's.
* What is remembered of a contact once it is over: whether the customer was authenticated, and whether they are there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from casecore.channels import Channel, on_line
from casecore.kernel import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    Check,
    Command,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Unconcerned,
    a_count,
    frozen,
)
from casecore.kernel.machines import StateTable
from casecore.kernel.records import record
from casecore.kernel.rooms import by_agent, for_words, measures, soft_rule, wants
from casecore.policies import Policy
from casecore.policies.sections import Abandoned, AgentEnds, Proceeding
from casecore.rooms.agents import (
    DISPOSING,
    Agent,
    add_to_count,
    is_supervisor,
)
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import (
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    LeaveCase,
    Release,
    give_up_case,
    waits_since,
)
from casecore.rooms.cases import (
    AboutCase,
    Case,
    CaseClosed,
    CaseStarted,
    CloseReason,
    HasCase,
    SeesCase,
    StatusSet,
    not_closed,
    only_holder,
    opened_by,
)
from casecore.rooms.replies import ReplySent
from casecore.statuses import CLOSED, ESCALATED, NEW, OPEN, PENDING, RESOLVED

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
        committed: Whether a commitment was left in this contact.
        owed_since: Since when the agent's first answer in it has been owed, if anybody waits; None once they answered.
    """

    agent: str
    since: datetime
    authenticated: bool = False
    silence_since: datetime | None = None
    asked_at: datetime | None = None
    attempts: int = a_count(default=0)
    committed: bool = False
    owed_since: datetime | None = None


@record
class LastContact:
    """How the last contact with a case ended; all is forgotten when the next one begins.

    Attributes:
        authenticated: Whether the customer was authenticated in it; None where nobody asks.
        gone: Whether the customer is there no more: nobody cut them off, and they have not written since.
        left: Whether it was they who ended it.
    """

    authenticated: bool | None = None
    gone: bool = False
    left: bool = False


NEVER: Final = LastContact()
"""There was no contact yet."""


class SeesContact(SeesCase, Protocol):
    """The contact on the case."""

    @property
    def contact(self) -> Contact | None:
        """The contact that goes on."""

    @property
    def last_contact(self) -> LastContact | None:
        """How the contact before it ended."""


class CaseOfContact(SeesContact, Protocol):
    """There is such a case; whether a contact goes on with it, is to be seen."""

    case: Case


class HasContact(SeesContact, Protocol):
    """A contact goes on with the case."""

    case: Case
    contact: Contact


# Commands ----------------------------------------------------------------------------------------------


@frozen
class EndContact(AboutCase):
    """The customer or the agent ends the contact; or the customer gives up waiting."""


# Events ------------------------------------------------------------------------------------------------


@frozen
class ContactStarted(Event):
    """An agent begins a stretch of work.

    Attributes:
        silent: Whether the customer waits for nothing, so that silence begins at once.
        ours: Whether the case begins with us: its customer has asked nothing yet.
        logged: Whether the case was only logged, so that nobody is on the line.
    """

    case: str
    agent: str
    channel: Channel
    silent: bool
    ours: bool = False
    logged: bool = False

    @property
    def live(self) -> bool:
        """Whether somebody is on the line."""
        return on_line(self.channel, logged=self.logged)


@frozen
class ContactEnded(Event):
    """A stretch of work is over.

    Attributes:
        because: The release, or `closed`.
        kept: Whether the case stays with its agent until the contact is disposed.
        authenticated: Whether the customer was authenticated in it; None where nobody will ask.
        logged: Whether the case was only logged, so that nobody was on the line.
    """

    case: str
    agent: str
    channel: Channel
    because: str
    kept: bool = False
    authenticated: bool | None = None
    logged: bool = False

    @property
    def live(self) -> bool:
        """Whether somebody was on the line."""
        return on_line(self.channel, logged=self.logged)


@frozen
class CustomerLeft(Event):
    """The customer ended the contact, or gave up waiting for one."""

    case: str


@frozen
class CustomerReturned(Event):
    """A customer who was there no more has written."""

    case: str


@frozen
class CaseGivenUp(Event):
    """A case that had stayed with its agent after the contact counts for them no longer.

    Attributes:
        authenticated: Whether the customer was authenticated in that contact; None where nobody will ask any more.
    """

    case: str
    agent: str
    channel: Channel
    authenticated: bool | None = None


# Needs -------------------------------------------------------------------------------------------------


def contact_goes_on(trigger: str) -> Check[Any]:
    """The need of every command about the contact that goes on."""

    @wants("case")
    def check(view: CaseOfContact, command: AboutCase, _: Policy) -> Reason | None:
        state = "" if view.contact is None else ContactStatus.ACTIVE
        if CONTACT_LIFECYCLE.dest(state, trigger) is not None:
            return None
        return _no_contact(view.case, command)

    return check


def _no_contact(case: Case, command: AboutCase) -> Reason:
    found = f"case {case.id} has no contact going on"
    if command.by == CUSTOMER:
        return Reason("contact.edge", found, "nothing has to be done; a new message is answered as any other")
    assignee = for_words(case, "assignee", "whoever holds it")
    if assignee is not None:
        return Reason("contact.edge", f"{found}: its customer has left", f"{assignee} disposes the contact")
    return Reason("contact.edge", found, f"{opened_by(case)}; a contact begins then")


@wants("case")
def _somebody_to_leave(view: CaseOfContact, command: EndContact, policy: Policy) -> Reason | Unconcerned | None:
    if command.by == CUSTOMER and waits_on_line(view):
        return None
    return _CONTACT_ENDS(view, command, policy)


_CONTACT_ENDS: Final = contact_goes_on("end")


def _by_agent_or_customer(view: SeesContact, command: EndContact, _: Policy) -> Reason | None:
    return None if command.by == CUSTOMER else by_agent(view, command, _)


# Rules -------------------------------------------------------------------------------------------------


def is_live(view: SeesContact) -> bool:
    """Whether a live contact goes on."""
    return view.contact is not None and view.case is not None and view.case.live


def is_kept(view: SeesContact) -> bool:
    """Whether a case stays with its agent although its contact is over: it is not disposed yet."""
    return view.case is not None and view.case.assignee is not None and view.contact is None


def waits_on_line(view: SeesContact) -> bool:
    """Whether the customer of a live case that nobody holds is there, and waits."""
    case, last = view.case, view.last_contact
    if case is None or not case.live or case.assignee is not None or case.waiting_since is None:
        return False
    return not case.pull_only and (last is None or not last.gone)


@wants("case")
def _live_contact_ended(view: CaseOfContact, command: LeaveCase, _: Policy) -> Reason | Unconcerned | None:
    if view.case.assignee != command.by:
        return UNCONCERNED
    if is_kept(view):
        found = f"the contact with case {command.case} is not disposed"
        return Reason("contact.live", found, "dispose it: that releases the case", ways=DISPOSING)
    if not is_live(view):
        return None
    found = f"a live contact goes on with case {command.case}"
    return Reason("contact.live", found, "end it or transfer it", ways=("EndContact", "ReassignCase"))


_ANSWERS = ("SendReply", "SubmitDraft", "ApproveDraft", "ReassignCase")
"""The commands by which a customer who waits is answered, or given to somebody else."""


@wants("case", "contact")
@measures("status", "seconds_waited")
def _chat_settled(view: HasContact, command: EndContact, policy: Policy) -> Reason | Unconcerned | None:
    case = view.case
    if command.by == CUSTOMER or case.channel is not Channel.CHAT or not case.live or is_supervisor(view.actor):
        return UNCONCERNED
    if case.unanswered_since is not None:
        waits = round((command.at - case.unanswered_since).total_seconds())
        found = f"the customer of case {case.id} has waited {waits} s for an answer"
        facts = {"status": for_words(case, "status"), "seconds_waited": waits}
        return Reason("chat.agent_ends", found, "answer, or transfer the chat", facts, _ANSWERS)
    if policy.chat.agent_ends is AgentEnds.ANSWERED or case.status in _SETTLED or view.contact.committed:
        return None
    return Reason(
        "chat.agent_ends",
        f"case {case.id} is {case.status}, and nothing was promised in this contact",
        "resolve or escalate it, leave a commitment, transfer the chat, or disconnect it when it has been silent",
        {"status": case.status, "seconds_waited": None},
        ("SetStatus", "MakeCommitment", "ReassignCase"),
    )


@wants("case", "contact")
def _not_while_live(view: HasContact, event: CaseClosed, _: Policy) -> Reason | Unconcerned | None:
    if event.reason is not CloseReason.BY_HAND:
        return UNCONCERNED
    if not is_live(view):
        return None
    found = f"a live contact of {for_words(view.contact, 'agent', 'somebody')} goes on with case {event.case}"
    return Reason("contact.blocks_close", found, "end the contact first", ways=("EndContact",))


@wants("case")
def _ends_own(view: HasCase, command: EndContact, policy: Policy) -> Reason | None:
    return None if command.by == CUSTOMER else only_holder(view, command, policy)


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case")
def _end_contact(view: HasCase, command: EndContact, policy: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if c.by != CUSTOMER:
        return give_up_case(case, c, Release.ENDED_BY_AGENT, gone=case.live)
    if not case.live:
        return give_up_case(case, c, Release.ENDED_BY_CUSTOMER)
    left = CustomerLeft(c.by, c.at, case.id)
    if case.assignee is not None:
        return (left, *_customer_ends(view, c, policy))
    if policy.live.abandoned is Abandoned.CLOSE:
        return (left, CaseClosed(SYSTEM, c.at, case.id, CloseReason.ABANDONED))
    return (left, CaseQueued(SYSTEM, c.at, case.id, case.queue, case.waiting_since or c.at, push=False))


@wants("case", "contact")
def _customer_ends(view: HasContact, command: EndContact, policy: Policy) -> tuple[Event, ...]:
    if not policy.wrap_up.required:
        return give_up_case(view.case, command, Release.ENDED_BY_CUSTOMER, gone=True)
    because = str(Release.ENDED_BY_CUSTOMER)
    return (_contact_ended(view.case, view.contact, command, because, policy, kept=True),)


@wants("case")
def _contact_begins(view: HasCase, event: CaseAssigned, _: Policy) -> tuple[Event, ...]:
    case, ours = view.case, not event.waiting and view.case.asked_since is None
    began = ContactStarted(
        event.by,
        event.at,
        event.case,
        event.agent,
        case.channel,
        silent=not event.waiting,
        ours=ours,
        logged=case.logged and not event.waiting,
    )
    return (began,)


@wants("case")
def _contact_ends(view: CaseOfContact, event: CaseReleased | CaseClosed, policy: Policy) -> tuple[Event, ...]:
    case, contact = view.case, view.contact
    if case.assignee is None:
        return ()
    if contact is None:
        last = view.last_contact
        known = last.authenticated if last is not None and _asked_at_closing(policy) else None
        return (CaseGivenUp(event.by, event.at, case.id, case.assignee, case.channel, authenticated=known),)
    because = "closed" if isinstance(event, CaseClosed) else str(event.because)
    ended = _contact_ended(case, contact, event, because, policy)
    return (ended, StatusSet(SYSTEM, event.at, case.id, OPEN)) if because in _CUT and _is_there(case) else (ended,)


def _contact_ended(
    case: Case, contact: Contact, cause: Command | Event, because: str, policy: Policy, *, kept: bool = False
) -> ContactEnded:
    asked = case.channel in policy.authentication.channels and (kept or _asked_at_closing(policy))
    return ContactEnded(
        cause.by,
        cause.at,
        case.id,
        contact.agent,
        channel=case.channel,
        because=because,
        kept=kept,
        authenticated=contact.authenticated if asked else None,
        logged=case.logged,
    )


def _asked_at_closing(policy: Policy) -> bool:
    """Whether closing by hand asks what was so in the last contact."""
    return Proceeding.CLOSE in policy.authentication.before


@wants("case")
def _customer_returns(view: CaseOfContact, event: MessageReceived, _: Policy) -> tuple[Event, ...]:
    """Whose customer is back: the case leaves its agent; what only waited to be fetched is offered again."""
    case, last = view.case, view.last_contact
    if case.id != event.case or not (case.pull_only or (last is not None and last.gone)):
        return ()
    returned = CustomerReturned(event.by, event.at, case.id)
    if is_kept(view) and case.assignee is not None:
        released = CaseReleased(SYSTEM, event.at, case.id, case.assignee, Release.CUSTOMER_BACK)
        since = waits_since(case, event.at)
        queued = CaseQueued(SYSTEM, event.at, case.id, case.queue, since, cut_off_at=event.at)
        return (returned, released, queued)
    if case.waiting_since is not None and case.status in _STAYS:
        return (returned, CaseQueued(SYSTEM, event.at, case.id, case.queue, case.unanswered_since or event.at))
    return (returned,)


def _is_there(case: Case) -> bool:
    """Whether the customer is on the line and has had a reply: pending, the case would be offered to nobody."""
    return case.live and case.status is PENDING


# Evolve ------------------------------------------------------------------------------------------------


def _new_contact(event: ContactStarted) -> Contact:
    silence_since = event.at if event.silent else None
    owed_since = None if event.ours else event.at
    return Contact(event.agent, event.at, silence_since=silence_since, owed_since=owed_since)


def break_silence(contact: Editing, event: Event) -> None:
    """The customer waits for an answer."""
    if contact.owed_since is not None and contact.silence_since is not None:
        contact.owed_since = event.at  # nobody waited before
    contact.silence_since = contact.asked_at = None
    contact.attempts = 0


def _begin_silence(contact: Editing, event: ReplySent | StatusSet) -> None:
    contact.silence_since = event.at
    contact.asked_at = None
    contact.attempts = 0


def _silent_once_resolved(contact: Editing, event: StatusSet) -> None:
    if event.status is RESOLVED and contact.silence_since is None:
        _begin_silence(contact, event)  # setting it resolved has answered the customer


def _one_more(agent: Editing, event: ContactStarted) -> None:
    agent.held = add_to_count(agent.held, event.channel, 1)
    agent.idle_since = agent.given_at = event.at


def _one_less(agent: Editing, event: ContactEnded | CaseGivenUp) -> None:
    agent.held = add_to_count(agent.held, event.channel, -1)
    agent.idle_since = event.at


def _one_less_unless_kept(agent: Editing, event: ContactEnded) -> None:
    if not event.kept:
        _one_less(agent, event)


def _no_contact_yet(_: CaseStarted) -> LastContact:
    return NEVER


def _remember_contact(last: Editing, event: ContactEnded) -> None:
    live, because = event.live, event.because
    last.authenticated = None if because == CLOSED else event.authenticated
    last.gone = live and because in _OVER
    last.left = live and because == Release.ENDED_BY_CUSTOMER


def _remember_less(last: Editing, event: CaseGivenUp) -> None:
    last.authenticated = event.authenticated


def _forget_contact(last: Editing, _: ContactStarted | CaseClosed) -> None:
    last.authenticated, last.gone, last.left = None, False, False


def _ring_nobody(case: Editing, _: CustomerLeft) -> None:
    case.pull_only = case.assignee is None or case.status is not ESCALATED


def _nobody_on_line(case: Editing, event: ContactEnded) -> None:
    if event.live and event.because in _OVER and case.status not in {ESCALATED, CLOSED}:
        case.pull_only = True


def _customer_is_gone(last: Editing, _: CustomerLeft) -> None:
    last.gone = True


def _customer_is_back(last: Editing, _: CustomerReturned) -> None:
    last.gone = last.left = False


def _ring_again(case: Editing, _: CustomerReturned) -> None:
    case.pull_only = False


_CUT = (Release.TRANSFERRED, Release.AGENT_LOST, Release.UNANSWERED)
"""The ends of a contact after which the customer is still there."""

_OVER = (Release.ENDED_BY_AGENT, Release.ENDED_BY_CUSTOMER, Release.SILENCE)
"""The ends of a live contact after which nobody is on the line."""

_SETTLED = frozenset({RESOLVED, ESCALATED})
"""The statuses in which an agent may end a chat whose customer is answered."""

_STAYS = frozenset({NEW, OPEN})
"""The statuses that a message of the customer leaves as they are."""

CONTACTS: Room[SeesContact] = Room(
    name="contacts",
    needs=(
        Rule("actor.role", "The customer or an agent ends a contact", "§6", (EndContact,), _by_agent_or_customer),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (EndContact,), not_closed),
        Rule("contact.edge", "A contact goes on", "§6", (EndContact,), _somebody_to_leave),
    ),
    rules=(
        soft_rule(
            "assignment.holder", "Only the assignee, a supervisor or the customer", "§6", (EndContact,), _ends_own
        ),
        Rule(
            "contact.live", "A live contact is ended or transferred, not left", "§3", (LeaveCase,), _live_contact_ended
        ),
        soft_rule("chat.agent_ends", "An agent ends a chat that is settled", "§6", (EndContact,), _chat_settled),
        Rule("contact.blocks_close", "A live contact blocks closing by hand", "§6", (CaseClosed,), _not_while_live),
    ),
    decide={EndContact: _end_contact},
    follows={
        CaseAssigned: _contact_begins,
        CaseReleased: _contact_ends,
        CaseClosed: _contact_ends,
        MessageReceived: _customer_returns,
    },
    creates={(Contact, ContactStarted): _new_contact, (LastContact, CaseStarted): _no_contact_yet},
    evolve={
        (Agent, ContactStarted): _one_more,
        (Agent, ContactEnded): _one_less_unless_kept,
        (Agent, CaseGivenUp): _one_less,
        (Case, CustomerLeft): _ring_nobody,
        (Case, ContactEnded): _nobody_on_line,
        (Case, CustomerReturned): _ring_again,
    },
    notices={
        (Contact, MessageReceived): break_silence,
        (Contact, ReplySent): _begin_silence,
        (Contact, StatusSet): _silent_once_resolved,
        (LastContact, ContactStarted): _forget_contact,
        (LastContact, ContactEnded): _remember_contact,
        (LastContact, CaseGivenUp): _remember_less,
        (LastContact, CaseClosed): _forget_contact,
        (LastContact, CustomerLeft): _customer_is_gone,
        (LastContact, CustomerReturned): _customer_is_back,
    },
    removes=frozenset({(Contact, ContactEnded)}),
    probes=(Probe("end_contact", EndContact),),
)
