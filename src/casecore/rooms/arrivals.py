"""Arrivals: what happens when the customer writes.

* On a thread without an open case a message starts one, in the queue whose filters take it. On a closed case it starts
  the **successor**; the closed case stays as it is and only learns who came after it, so a second message goes there.
* On a case that waits or is resolved it reopens it; where the case then goes is told in `reassignments.py`.
* A like, and a message that a machine sent (auto-reply, bounce), starts, reopens and changes nothing; it stands in the
  history. Only where a thread has no case yet a machine's message starts one, e.g. of a contact form, unless it answers
  a message of ours.
* What somebody sends who is blocked, or anybody on a thread that is, is noted in the same way (`blocking.py`).
* Whoever else writes on a customer's thread (somebody in copy of an email) is a **participant**: their words are
  theirs, on the same case. They start, reopen and wait for an answer as the customer's do; they open no window, and say
  nothing of the customer.
* A message is told when the desk learns of it, and keeps when it was **sent**. It is never refused for its time
  (`times.py`); what counts from the customer's last message counts from the latest that was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from casecore.channels import EMAIL, Channel, MessageKind
from casecore.kernel import (
    ID_LIMIT,
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
    a_text,
    an_id,
    an_instant,
    frozen,
    some,
    some_texts,
)
from casecore.kernel.fields import Value, some_values
from casecore.kernel.records import editing_class
from casecore.kernel.rooms import by_customer, for_words, measures, soft_rule
from casecore.kernel.words import distinct, unless_blank
from casecore.policies import Aspect, Policy
from casecore.rooms.assignments import CaseQueued
from casecore.rooms.attributes import against_value, noted_values
from casecore.rooms.blocking import SeesWriter, is_blocked
from casecore.rooms.cases import NOTHING_NOTED, Case, CaseStarted, SeesCase, ask_again
from casecore.rooms.joining import joins_successor, speak_on
from casecore.rooms.threads import (
    NAMES_OWNER,
    CustomerMet,
    Message,
    MessageEvent,
    SeesThread,
    Thread,
    ThreadOpened,
    instant_written,
    message_fresh,
    message_row,
    name_customer,
    names_message,
    person_of,
    told_sent_at,
)
from casecore.statuses import CASE_LIFECYCLE, CLOSED, OPEN, Status, Trigger

# Command ---------------------------------------------------------------------------------------------


@frozen
class ReceiveMessage(Command):
    """The customer writes.

    Attributes:
        thread: The conversation it belongs to.
        message: The message's own id.
        text: What it says.
        customer: Whose thread it is; needed the first time. On email, who writes: somebody else is a participant.
        channel: Where; needed the first time on a thread.
        new_case: The id of the case, if this message starts one; otherwise derived from the thread or predecessor.
        name: The customer's name, if it is known; used where the desk knows none yet.
        reason: What the customer selected as the reason.
        language: The customer's language, e.g. `pt`.
        auto_generated: A machine sent it: an auto-reply, a bounce.
        tags: What the channel knows of the visitor; the case starts with these tags.
        in_reply_to: The message it answers, on channels that say so, e.g. email.
        attachments: Names or addresses of what is attached.
        sent_at: When it was sent; `at`, when the desk learns of it, where nobody says.
        participant: Who writes, if it is not the customer: somebody in copy of an email.
        attributes: What the host knows of the matter, by names that the policy declares; the case starts with it.
    """

    thread: str = an_id(of="thread")
    message: str = an_id()
    text: str = a_text(default="")
    kind: MessageKind = a_choice(MessageKind, default=MessageKind.DIRECT)
    customer: str | None = an_id(of="customer", default=None)
    channel: Channel | None = a_choice(Channel, default=None)
    new_case: str | None = an_id(default=None)
    name: str | None = a_text(default=None)
    reason: str | None = a_text(default=None)
    language: str | None = a_text(default=None)
    auto_generated: bool = a_flag(default=False)
    in_reply_to: str | None = an_id(default=None)
    tags: frozenset[str] = some(str, default=frozenset())
    attachments: tuple[str, ...] = some_texts(default=())
    sent_at: datetime | None = an_instant(default=None)
    participant: str | None = an_id(default=None)
    attributes: Mapping[str, Value] = some_values(default=NOTHING_NOTED)


# Events ----------------------------------------------------------------------------------------------


@frozen
class SuccessorStarted(Event):
    """The customer wrote again on a closed case; that is another case now."""

    case: str
    successor: str


@frozen
class MessageReceived(MessageEvent):
    """The customer wrote, or a participant.

    Attributes:
        answers: The agent whose message it answers, where the channel says so.
        sent_at: When it was sent, where that is not when the desk learnt of it.
        participant: Who wrote it, where it was not the customer.
    """

    case: str
    thread: str
    customer: str
    message: str
    text: str
    kind: MessageKind
    answers: str | None = None
    attachments: tuple[str, ...] = ()
    sent_at: datetime | None = None
    participant: str | None = None

    @property
    def written_at(self) -> datetime:
        """When it was sent, as far as the desk believes it: nothing is sent after it was learnt of."""
        return instant_written(self.at, self.sent_at)


@frozen
class MessageNoted(MessageEvent):
    """A like, an auto-reply or a bounce came, or somebody wrote who is blocked: it changes nothing but the history.

    Its other fields are those of `MessageReceived`.

    Attributes:
        blocked: Whether it is only noted because somebody is blocked.
        customer: Who is blocked, where there is no such thread yet.
    """

    case: str | None
    thread: str
    message: str
    text: str
    kind: MessageKind
    auto_generated: bool
    attachments: tuple[str, ...] = ()
    sent_at: datetime | None = None
    participant: str | None = None
    blocked: bool = False
    customer: str | None = None

    @property
    def written_at(self) -> datetime:
        """As of `MessageReceived`."""
        return instant_written(self.at, self.sent_at)


@frozen
class CaseReopened(Event):
    """A case that waited or was resolved is open again.

    Attributes:
        failed: The message of ours that never reached the customer; None where the customer or a participant wrote.
        merged: The case that was merged into it, whose customer waits for an answer.
        waits_since: Since when they wait, where that is told.
    """

    case: str
    was: Status
    failed: str | None = None
    merged: str | None = None
    waits_since: datetime | None = None


class SeesArrival(SeesCase, SeesWriter, Protocol):
    """The case and the thread that a message is for, and who writes."""


# Needs -----------------------------------------------------------------------------------------------


class OnThread(Protocol):
    """A command that names a thread, and, the first time, whose it is."""

    @property
    def thread(self) -> str:
        """The thread."""

    @property
    def customer(self) -> str | None:
        """Whose it is."""

    @property
    def channel(self) -> Channel | None:
        """On which channel."""


def thread_identity(view: SeesThread, command: OnThread, _: Policy) -> Reason | None:
    """The need of every command that may open a thread: it is one customer on one channel, for good."""
    thread = view.thread
    if thread is None:
        if command.customer is None or command.channel is None:
            return Reason(
                "thread.identity",
                f"thread {command.thread!r} is new",
                "say which customer writes on which channel",
            )
        return None
    given = (command.customer or thread.customer, command.channel or thread.channel)
    same = given[0] == thread.customer or is_same_person(view)
    if (same and given[1] is thread.channel) or _who_else(view, command) is not None:
        return None
    channel = for_words(thread, "channel", "its channel")
    return Reason(
        "thread.identity",
        f"thread {thread.id} is {thread.customer} on {channel}, not {given[0]} on {given[1]}",
        "use the thread of that customer and channel; whoever else writes on this one is given as its participant",
    )


def is_same_person(view: SeesThread) -> bool:
    """Whether a thread is that of the customer whom the command names, because they were merged."""
    named, owner = view.customer, view.owner
    return named is not None and owner is not None and named.person == owner.person


def _who_else(view: SeesThread, command: OnThread) -> str | None:
    """Who writes that is not the customer: whoever is said to, and on email whoever sends on somebody else's thread."""
    if not isinstance(command, ReceiveMessage):
        return None
    thread, writer = view.thread, command.participant
    if thread is None:
        return writer if writer != command.customer else None
    if writer is None and EMAIL is thread.channel is (command.channel or EMAIL) and not is_same_person(view):
        writer = command.customer
    return writer if writer != thread.customer else None


def _participant(view: SeesArrival, command: ReceiveMessage) -> str | None:
    """Who writes that is not the customer, nor somebody who was found to be."""
    theirs, writer = view.owner or view.customer, view.named_writer
    same = theirs is not None and writer is not None and writer.person == theirs.person
    return None if same else _who_else(view, command)


def _not_received(view: SeesCase, command: ReceiveMessage, policy: Policy) -> Reason | None:
    awaited = view.message is not None and view.message.awaited  # it was edited before it came: `edits.py`
    return None if awaited else message_fresh(view, command, policy)


def _case_fresh(view: SeesArrival, command: ReceiveMessage, _: Policy) -> Reason | Unconcerned | None:
    if not starts_case(view, command):
        return UNCONCERNED
    new = new_case_id(command, view.case, view.thread)
    if view.named is None and len(new) <= ID_LIMIT:
        return None
    problem = f"case id {new!r} is taken" if view.named else f"the derived case id has {len(new)} characters"
    return Reason("case.fresh", problem, "give the new case an id of its own (new_case)")


# Rules -----------------------------------------------------------------------------------------------


@measures("channel", "kind", "taken")
def _kind_taken(view: SeesCase, command: ReceiveMessage, policy: Policy) -> Reason | Unconcerned | None:
    channel = view.thread.channel if view.thread else command.channel
    if channel is None:
        return UNCONCERNED
    kinds = getattr(policy.channels, channel).kinds
    if command.kind in kinds:
        return None
    return Reason(
        "channels.kinds",
        f"{channel} takes no {command.kind}",
        f"it takes {', '.join(kinds)}" if kinds else "the policy closes this channel",
        {"channel": channel, "kind": command.kind, "taken": kinds},
    )


def _values_fit(_: SeesCase, command: ReceiveMessage, policy: Policy) -> Reason | Unconcerned | None:
    if not command.attributes:
        return UNCONCERNED
    found = (against_value(name, value, policy) for name, value in command.attributes.items())
    return next(filter(None, found), None)


# Handlers --------------------------------------------------------------------------------------------


def _only_noted(view: SeesArrival, command: ReceiveMessage) -> bool:
    """Whether a message is only noted: a like, of somebody blocked, or a machine's that is not the first we hear."""
    if command.kind is MessageKind.LIKE or is_blocked(view):
        return True
    if not command.auto_generated:
        return False
    return view.case is not None or (view.answered is not None and view.answered.author is not None)


def starts_case(view: SeesArrival, command: ReceiveMessage) -> bool:
    """Whether a message starts a case: it is not only noted, and the thread's latest case, if it has one, is closed."""
    return not _only_noted(view, command) and (view.case is None or view.case.status is CLOSED)


def new_case_id(command: ReceiveMessage, case: Case | None, thread: Thread | None) -> str:
    """The id of the case that a message starts: the caller's, else derived from its thread or predecessor.

    The cases that have left the thread are counted, because their ids are taken. What follows a case that was moved is
    counted from its whole id, because the thread that it has left goes on counting.
    """
    if command.new_case is not None:
        return command.new_case
    next_one = 1 if thread is None else thread.left + 1
    if case is None:
        return f"{command.thread}/{next_one}"
    stem, plus, number = case.id.rpartition("+")
    counted = plus and number.isdecimal() and not case.threads
    return f"{stem}+{int(number) + next_one}" if counted else f"{case.id}+{next_one}"


def _started_case_id(view: SeesArrival, command: ReceiveMessage) -> str | None:
    return new_case_id(command, view.case, view.thread) if starts_case(view, command) else None


def _writers_person(view: SeesArrival, _: ReceiveMessage) -> str | None:
    return None if view.named_writer is None else view.named_writer.person


def _answered_rows(view: SeesArrival, command: ReceiveMessage) -> tuple[str, ...]:
    """Where a message may stand that is answered: on the thread, then on the customer's others, newest first."""
    if command.in_reply_to is None:
        return ()
    threads = [command.thread]
    for customer in (view.owner or view.customer, person_of(view)):
        threads += () if customer is None else reversed(customer.threads)
    return tuple(message_row(thread, command.in_reply_to) for thread in dict.fromkeys(threads))


def _deciding_case(view: SeesArrival, command: ReceiveMessage, policy: Policy) -> Case | Aspect | None:
    """The case whose policy decides: the one the message is for, also if that is only about to start."""
    c, thread = command, view.thread
    if not starts_case(view, c):
        return view.case
    channel = thread.channel if thread else c.channel
    return None if channel is None else Aspect(channel, policy.queue_for(channel, c.reason, c.language, c.tags), c.tags)


def _receive_message(view: SeesArrival, command: ReceiveMessage, policy: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if _only_noted(view, c):
        blocked = is_blocked(view)
        noted = MessageNoted(
            c.by,
            c.at,
            case=case.id if case else None,
            thread=c.thread,
            message=c.message,
            text=c.text,
            kind=c.kind,
            auto_generated=c.auto_generated,
            attachments=c.attachments,
            sent_at=told_sent_at(c),
            participant=_participant(view, c),
            blocked=blocked,
            customer=c.customer if blocked and view.thread is None else None,
        )
        return (noted,)
    if case is None or case.status is CLOSED:
        return _start_case(view, c, policy)
    received = _message_received(view, c, case.id, case.customer)
    name = _learn_name(view, c)
    if CASE_LIFECYCLE.dest(case.status, Trigger.CUSTOMER_MESSAGE) is case.status:
        return (*name, received)
    return (*name, received, CaseReopened(c.by, c.at, case.id, case.status))


def _start_case(view: SeesArrival, command: ReceiveMessage, policy: Policy) -> tuple[Event, ...]:
    c, thread, before = command, view.thread, view.case
    customer = thread.customer if thread else named_person(view, c.customer)
    channel = thread.channel if thread else c.channel
    if customer is None or channel is None:  # `thread.identity` has refused it already
        return ()
    events: list[Event] = []
    if view.customer is None and thread is None:
        events.append(CustomerMet(c.by, c.at, customer, None if _participant(view, c) else unless_blank(c.name)))
    events += _learn_name(view, c)
    if thread is None:
        events.append(ThreadOpened(c.by, c.at, c.thread, customer, channel))
    new, queue = new_case_id(c, before, thread), policy.queue_for(channel, c.reason, c.language, c.tags)
    predecessor = before.id if before else None
    events += (
        CaseStarted(
            c.by,
            c.at,
            new,
            c.thread,
            customer,
            channel=channel,
            queue=queue,
            reason=unless_blank(c.reason),
            language=unless_blank(c.language),
            predecessor=predecessor,
            tags=distinct(c.tags),
            attributes=noted_values(c.attributes, policy),
        ),
        *joins_successor(before, c, new, c.thread),
        CaseQueued(c.by, c.at, new, queue, c.at),
    )
    if before is not None and before.successor is None:  # it has one that was moved away
        events.append(SuccessorStarted(c.by, c.at, before.id, new))
    return (*events, _message_received(view, c, new, customer))


def named_person(view: SeesCase, customer: str | None) -> str | None:
    """Who somebody is whom a command names: the one they were merged into, else they themselves."""
    return customer if view.customer is None else view.customer.person


def _learn_name(view: SeesArrival, command: ReceiveMessage) -> tuple[Event, ...]:
    """The customer's name, if it is the customer who says it."""
    return () if _participant(view, command) else name_customer(view, command.by, command.at, command.name)


def _message_received(view: SeesArrival, command: ReceiveMessage, case: str, customer: str) -> MessageReceived:
    return MessageReceived(
        command.by,
        command.at,
        case,
        command.thread,
        customer,
        message=command.message,
        text=command.text,
        kind=command.kind,
        answers=None if view.answered is None else view.answered.author,
        attachments=command.attachments,
        sent_at=told_sent_at(command),
        participant=_participant(view, command),
    )


# Evolve ----------------------------------------------------------------------------------------------


def _set_successor(case: Editing, event: SuccessorStarted) -> None:
    case.successor = event.successor


def _await_answer(case: Editing, event: MessageReceived) -> None:
    speak_on(case, event.thread)
    case.active_at = event.at
    if case.unanswered_since is None:
        ask_again(case, event.at)


def _set_customer_instant(thread: Editing, event: MessageReceived) -> None:
    if event.participant is None and (thread.customer_at is None or thread.customer_at < event.written_at):
        thread.customer_at = event.written_at


def _new_message(event: MessageReceived) -> Message:
    return editing_class(Message)(event.message, event.case, participant=event.participant, thread=event.thread)


def _new_noted_message(event: MessageNoted) -> Message:
    return editing_class(Message)(event.message, None, participant=event.participant, thread=event.thread)


def _reopen_case(case: Editing, event: CaseReopened) -> None:
    case.status = OPEN
    case.status_at = case.active_at = event.at


ARRIVALS: Room[SeesArrival] = Room(
    name="arrivals",
    needs=(
        Rule("actor.role", "Customers write", "§1", (ReceiveMessage,), by_customer),
        Rule(
            "thread.identity",
            "A thread is one customer on one channel",
            "§1",
            (ReceiveMessage,),
            thread_identity,
        ),
        Rule("message.fresh", "A message's id is used once", "§1", (ReceiveMessage,), _not_received),
        Rule("case.fresh", "A case's id is used once", "§2", (ReceiveMessage,), _case_fresh),
    ),
    rules=(
        soft_rule("channels.kinds", "A channel takes only its kinds", "§1", (ReceiveMessage,), _kind_taken),
        Rule("attribute.value", "A value is of its attribute's type", "§4", (ReceiveMessage,), _values_fit),
    ),
    decide={ReceiveMessage: _receive_message},
    creates={(Message, MessageReceived): _new_message, (Message, MessageNoted): _new_noted_message},
    evolve={
        (Case, SuccessorStarted): _set_successor,
        (Case, MessageReceived): _await_answer,
        (Case, CaseReopened): _reopen_case,
        (Thread, MessageReceived): _set_customer_instant,
    },
    shows={
        ReceiveMessage: {
            **names_message(),
            **NAMES_OWNER,
            "named_writer": _who_else,
            "writer": _writers_person,
            "answered": _answered_rows,
            "named": _started_case_id,
        }
    },
    about={ReceiveMessage: _deciding_case},
)
