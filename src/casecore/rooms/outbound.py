"""Outbound: we write first.

* **Starting an outbound case is one step**: the case starts, its agent holds it and works on it, and the message goes
  out as pending. It happens as all of that would one by one, so every rule of assigning and of replying is asked: the
  agent is available, serves the queue and has room; an email has a subject; a channel takes what it takes.
* Whoever may not reply directly starts it **for approval**: the case is theirs, and the message waits as a draft.
* We write first on **WhatsApp, email and SMS**. On Apple Messages and the other channels the customer does; what that
  means is said in the refusal. A thread with an open case needs no second one: reply there.
* On WhatsApp and by SMS it goes to a **number**: the one that the command gives, else the customer's, as their profile
  has it under `phone`. It is written as E.164, a plus and nothing but digits: anything else would reach somebody
  else, or nobody. Where neither is known, the thread must be one on which the customer wrote: it has their number. The
  same is asked of what is written on a case that was only logged (`logged_cases.py`).
* On WhatsApp somebody is written to first only with their **consent**: they opted in, or wrote to us on WhatsApp
  before (a message of theirs on that thread). The policy says which of the two it accepts. Whoever withdrew their
  consent is not written to on either basis until they opt in again. It is asked for when the case is started, and
  again whenever something is sent that answers no message of the last 24 hours: in between it may be withdrawn.
* An **opt-in** says where and how it was given, because somebody may ask for the proof. It stands on the customer.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, TypeVar

from casecore.channels import WHATSAPP, Channel, Consent
from casecore.kernel import (
    UNCONCERNED,
    Command,
    Editing,
    Event,
    Reason,
    Room,
    Rule,
    Unconcerned,
    a_choice,
    a_flag,
    a_part,
    a_text,
    an_id,
    changed,
    frozen,
    some_texts,
)
from casecore.kernel.records import freeze
from casecore.kernel.rooms import by_agent, for_words, measures, wants
from casecore.kernel.words import is_blank, unless_blank
from casecore.policies import Aspect, Policy
from casecore.rooms.aftermath import Aftermath
from casecore.rooms.approvals import DraftSubmitted
from casecore.rooms.arrivals import SuccessorStarted, named_person, thread_identity
from casecore.rooms.assignments import CaseAssigned, WorkBegun, queue_known
from casecore.rooms.cases import Case, CaseStarted, HasCase, SeesCase, new_case_record
from casecore.rooms.clocks import Clocks, SeesClocks
from casecore.rooms.contacts import Contact
from casecore.rooms.joining import joins_successor
from casecore.rooms.offers import Offers
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import ReplySent, reply_content
from casecore.rooms.threads import (
    NAMES_OWNER,
    Customer,
    CustomerMet,
    Thread,
    ThreadOpened,
    message_fresh,
    name_customer,
    names_message,
    person_of,
)
from casecore.rooms.whatsapp import is_open
from casecore.statuses import Status

V = TypeVar("V", bound=SeesCase)

# Commands and events -----------------------------------------------------------------------------------


@frozen
class RecordConsent(Command):
    """The customer opts in to being written to on WhatsApp, or withdraws that.

    Attributes:
        opted_in: Whether they opt in; False: they withdraw.
        note: Where and how they said so.
    """

    customer: str = an_id(of="customer")
    opted_in: bool = a_flag(default=True)
    note: str = a_text(default="")


@frozen
class StartOutbound(Command):
    """An agent writes first.

    Attributes:
        thread: The conversation it belongs to.
        new_case: The id of the case.
        message: The message's own id; for approval, the draft's.
        text: What it says; of a template, what the agent saw in the preview.
        customer: To whom; needed the first time on a thread.
        channel: Where; needed the first time on a thread.
        name: The customer's name, if it is known.
        phone: The number that the message goes to, in E.164; the one of the customer's profile if it is not given.
        queue: The queue of the case, and of the approval; by the policy's filters if it is not given.
        language: The customer's language, e.g. `pt`.
        template: What the text is made from.
        for_approval: It is submitted for approval instead of being sent.
        note: For the reviewer.
    """

    thread: str = an_id(of="thread")
    new_case: str = an_id()
    message: str = an_id()
    text: str = a_text(default="")
    customer: str | None = an_id(of="customer", default=None)
    channel: Channel | None = a_choice(Channel, default=None)
    name: str | None = a_text(default=None)
    queue: str | None = an_id(default=None)
    language: str | None = a_text(default=None)
    template: PreparedText | None = a_part(PreparedText, default=None)
    attachments: tuple[str, ...] = some_texts(default=())
    subject: str = a_text(default="")
    about_account: bool = a_flag(default=False)
    for_approval: bool = a_flag(default=False)
    note: str = a_text(default="")
    phone: str | None = a_text(default=None)


@frozen
class ConsentRecorded(Event):
    """The customer opted in to being written to on WhatsApp, or withdrew that; the note says where and how."""

    customer: str
    opted_in: bool
    note: str = ""


# Needs -------------------------------------------------------------------------------------------------

CUSTOMER_WRITES_FIRST = MappingProxyType(
    {
        Channel.CHAT: "a chat begins when the customer opens it",
        Channel.MESSAGING: "a conversation begins when the customer opens it",
        Channel.APPLE_MESSAGES: "Apple Messages for Business lets nobody but the customer begin",
        Channel.MESSENGER: "Messenger lets nobody but the customer begin",
        Channel.TWITTER_DM: "a direct message there answers the customer's",
        Channel.VOICE: "a call is placed by telephone",
        Channel.FACEBOOK: "what we write first there is a post for everybody, and no case",
        Channel.TWITTER: "what we write first there is a post for everybody, and no case",
        Channel.LINKEDIN: "what we write first there is a post for everybody, and no case",
    }
)
"""The channels on which no case is started by us, and why."""


def _channel_of_thread(view: SeesClocks, command: StartOutbound) -> Channel | None:
    return view.thread.channel if view.thread is not None else command.channel


def _we_begin(view: SeesClocks, command: StartOutbound, _: Policy) -> Reason | Unconcerned | None:
    channel = _channel_of_thread(view, command)
    if channel is None:
        return UNCONCERNED
    why = CUSTOMER_WRITES_FIRST.get(channel)
    if why is None:
        return None
    found = f"no case is started by us on {channel}: {why}"
    return Reason("outbound.channel", found, "wait for the customer, or write on WhatsApp, by email or by SMS")


@wants("case")
def _no_open_case(view: HasCase, command: StartOutbound, _: Policy) -> Reason | None:
    case = view.case
    if case.status is Status.CLOSED:
        return None
    return Reason("outbound.open_case", f"thread {command.thread} has the open case {case.id}", "work on that one")


def _case_fresh(view: SeesClocks, command: StartOutbound, _: Policy) -> Reason | None:
    if view.named is None:
        return None
    return Reason("case.fresh", f"case id {command.new_case!r} is taken", "give the new case an id of its own")


# Rules -------------------------------------------------------------------------------------------------

BY_NUMBER = frozenset({WHATSAPP, Channel.SMS})
"""The channels on which we write to a telephone number."""

PHONE = "phone"
"""The name of a customer's number in their profile."""

_EXAMPLE = "+351912345678"


def consent_bases(view: SeesClocks) -> frozenset[Consent]:
    """On what bases the customer may be written to first on this WhatsApp thread; none once they withdrew."""
    person = person_of(view)
    opted_in = None if person is None else person.opted_in
    if opted_in is False:
        return frozenset()
    wrote = view.thread is not None and view.thread.customer_at is not None
    return frozenset((*((Consent.OPT_IN,) if opted_in else ()), *((Consent.PRIOR_CONTACT,) if wrote else ())))


_BASES = MappingProxyType(
    {Consent.OPT_IN: "opted in", Consent.PRIOR_CONTACT: "wrote to us on WhatsApp before"},
)
_NO_BASIS = "neither opted in nor wrote to us on WhatsApp before"


@measures("found", "accepted")
def _consent_given(view: SeesClocks, subject: StartOutbound | ReplySent, policy: Policy) -> Reason | Unconcerned | None:
    case = view.case
    if case is None or case.channel is not WHATSAPP:
        return UNCONCERNED
    if isinstance(subject, ReplySent) and is_open(view, policy, subject.at):
        return UNCONCERNED
    found, accepted = consent_bases(view), policy.whatsapp.consent
    if not found.isdisjoint(accepted):
        return None
    told = " and ".join(words for basis, words in _BASES.items() if basis in found) or _NO_BASIS
    person = person_of(view)
    if person is not None and for_words(person, "opted_in") is False:
        told = "withdrew their consent"
    return Reason(
        "whatsapp.consent",
        f"{for_words(case, 'customer', 'the customer')} {told}; the policy accepts {', '.join(accepted) or 'nothing'}",
        "ask for their opt-in in another way, and record it",
        {"found": tuple(sorted(found)), "accepted": accepted},
        ("RecordConsent",),
    )


def _channel_logged(view: SeesClocks) -> Channel | None:
    """The channel of a case that was only logged: whoever replies on it writes first."""
    return view.case.channel if view.case is not None and view.case.logged else None


@measures("phone")
def _number_is_e164(view: SeesClocks, said: StartOutbound | ReplySent, _: Policy) -> Reason | Unconcerned | None:
    starts = said if isinstance(said, StartOutbound) else None
    channel = _channel_logged(view) if starts is None else _channel_of_thread(view, starts)
    if channel not in BY_NUMBER:
        return UNCONCERNED
    number = None if starts is None else starts.phone
    if number is None and (person := person_of(view)) is not None:
        number = person.profile.get(PHONE)
    if number is None and view.thread is not None and view.thread.customer_at is not None:
        return UNCONCERNED  # they wrote on this thread, from the number that it goes to
    if not number:
        found = f"{channel} goes to a number, and none is known"
        remedy = f"give the phone in E.164, like {_EXAMPLE}, or record it"
        return Reason("outbound.phone", found, remedy, {"phone": number}, ("RecordCustomer",))
    from casecore.templates.phones import check_phone  # with all of templates, when the first is started

    wrong = next(iter(check_phone(number)), None)
    if wrong is None:
        return None
    return Reason("outbound.phone", wrong.message, wrong.remedy, {"phone": number})


def _consent_is_proven(_: SeesClocks, command: RecordConsent, __: Policy) -> Reason | Unconcerned | None:
    if not command.opted_in:
        return UNCONCERNED
    if not is_blank(command.note):
        return None
    return Reason("consent.proof", "the opt-in does not say where it was given", "say where and how in the note")


# Handlers ----------------------------------------------------------------------------------------------


def _record_consent(view: SeesClocks, command: RecordConsent, _: Policy) -> tuple[Event, ...]:
    c = command
    met = () if view.customer is not None else (CustomerMet(c.by, c.at, c.customer),)
    return (*met, ConsentRecorded(c.by, c.at, named_person(view, c.customer) or c.customer, c.opted_in, c.note))


def _case_to_start(view: SeesClocks, command: StartOutbound, policy: Policy) -> CaseStarted | None:
    c, thread = command, view.thread
    customer = named_person(view, c.customer) if thread is None else thread.customer
    channel = _channel_of_thread(view, c)
    if customer is None or channel is None:  # `thread.identity` has refused it already
        return None
    queue = c.queue or policy.queue_for(channel, None, unless_blank(c.language))
    before = None if view.case is None else view.case.id
    return CaseStarted(
        c.by,
        c.at,
        c.new_case,
        c.thread,
        customer,
        channel=channel,
        queue=queue,
        language=unless_blank(c.language),
        predecessor=before,
    )


def _case_aspect(view: SeesClocks, command: StartOutbound, policy: Policy) -> Aspect | None:
    return aspect_of(_case_to_start(view, command, policy))


def aspect_of(begun: CaseStarted | None) -> Aspect | None:
    """What the policy's overrides look at of a case that is about to start."""
    return None if begun is None else Aspect(begun.channel, begun.queue, begun.tags)


def _start_outbound(view: SeesClocks, command: StartOutbound, policy: Policy) -> tuple[Event, ...]:
    c, begun = command, _case_to_start(view, command, policy)
    if begun is None:
        return ()
    by, at, case = c.by, c.at, c.new_case
    events = (*begins_case(view, begun, c.name), CaseAssigned(by, at, case, by), WorkBegun(by, at, case, by))
    content = reply_content(c) | {"send_as": Status.PENDING}
    if c.for_approval:
        return (*events, DraftSubmitted(by, at, case, c.message, queue=begun.queue, note=c.note, **content))
    return (*events, ReplySent(by, at, case, c.message, author=by, thread=c.thread, **content))


def begins_case(view: SeesCase, begun: CaseStarted, name: str | None) -> tuple[Event, ...]:
    """What happens where we start a case: who is met and named, the thread, the case, and what it follows."""
    by, at, thread, before = begun.by, begun.at, begun.thread, view.case
    met = () if view.customer is not None else (CustomerMet(by, at, begun.customer, unless_blank(name)),)
    named = name_customer(view, by, at, name)  # known since they opted in, by nothing but an id
    opened = () if view.thread is not None else (ThreadOpened(by, at, thread, begun.customer, begun.channel),)
    is_last = before is not None and before.successor is None
    followed = (SuccessorStarted(by, at, before.id, begun.case),) if before is not None and is_last else ()
    return (*met, *named, *opened, begun, *joins_successor(before, begun, begun.case, thread), *followed)


def _once_started(view: SeesClocks, command: StartOutbound, policy: Policy) -> SeesClocks:
    """The view once the case is there: its agent holds it and has begun to work, and nothing has been sent yet."""
    begun = _case_to_start(view, command, policy)
    if begun is None:
        return view
    case: Editing = new_case_record(begun)
    case.status, case.assignee, case.owner = Status.OPEN, command.by, command.by
    contact = Contact(command.by, command.at, silence_since=command.at)
    return once_begun(view, begun, case, contact=contact, holder=view.actor)


def once_begun(view: V, begun: CaseStarted, case: Editing, **rows: Any) -> V:
    """The view once a case that we start is there, and nothing of it waits.

    Args:
        view: What is there now.
        begun: How it starts.
        case: Its record.
        rows: What else is there then: who holds it, which contact goes on.
    """
    wrote = None if view.thread is None else view.thread.customer_at
    nobody = dict.fromkeys(("draft", "reviewer", "offered", "review_offered"))
    return changed(
        view,
        case=freeze(case, Case),
        thread=Thread(begun.thread, begun.customer, begun.channel, begun.case, wrote),
        offers=Offers(),
        aftermath=Aftermath(),
        clocks=Clocks(),
        **nobody,
        **rows,
    )


# Evolve ------------------------------------------------------------------------------------------------


def _set_consent(customer: Editing, event: ConsentRecorded) -> None:
    customer.opted_in = event.opted_in


_START = (StartOutbound,)

OUTBOUND: Room[SeesClocks] = Room(
    name="outbound",
    needs=(
        Rule("actor.role", "Only an agent starts a case", "§7", _START, by_agent),
        Rule("thread.identity", "A thread is one customer on one channel", "§1", _START, thread_identity),
        Rule("outbound.channel", "We write first on some channels only", "§7", _START, _we_begin),
        Rule("outbound.open_case", "A thread has one open case", "§1", _START, _no_open_case),
        Rule("case.fresh", "A case's id is used once", "§2", _START, _case_fresh),
        Rule("message.fresh", "A message's id is used once", "§1", _START, message_fresh),
        Rule("queue.known", "The queue exists", "§7", _START, queue_known),
    ),
    rules=(
        Rule(
            "outbound.phone",
            "On WhatsApp and by SMS we write to a number in E.164",
            "§7",
            (StartOutbound, ReplySent),
            _number_is_e164,
            ("phone", "customer", "channel"),
        ),
        Rule("consent.proof", "An opt-in says where it was given", "§7", (RecordConsent,), _consent_is_proven),
        Rule(
            "whatsapp.consent",
            "On WhatsApp, whom we write to first has opted in, or wrote before",
            "§7",
            (StartOutbound, ReplySent),
            _consent_given,
        ),
    ),
    decide={RecordConsent: _record_consent, StartOutbound: _start_outbound},
    evolve={(Customer, ConsentRecorded): _set_consent},
    foresees={StartOutbound: _once_started},
    shows={StartOutbound: {**names_message(), **NAMES_OWNER, "named": lambda _, command: command.new_case}},
    about={StartOutbound: _case_aspect},
)
