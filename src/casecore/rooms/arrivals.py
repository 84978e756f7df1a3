"""Arrivals: what happens when the customer writes.

* On a thread without an open case a message starts one, in the queue whose filters take it. On a closed case it starts
  the **successor**; the closed case stays as it is and only learns who came after it, so a second message goes there.
* On a case that waits or is resolved it reopens it; where the case then goes is told in `reassignments.py`.
* A like, and a message that a machine sent (auto-reply, bounce), starts, reopens and changes nothing; it stands in the
  history.
"""

from __future__ import annotations

from typing import Protocol

from casecore.channels import Channel, MessageKind
from casecore.kernel import (
    CUSTOMER,
    ID_LIMIT,
    Command,
    Editing,
    Event,
    Reason,
    Room,
    Rule,
    a_choice,
    a_flag,
    a_text,
    an_id,
    frozen,
    some,
)
from casecore.kernel.records import editing_class
from casecore.kernel.rooms import measures, soft_rule
from casecore.policies import Aspect, Policy
from casecore.rooms.assignments import CaseQueued
from casecore.rooms.cases import Case, CaseStarted, SeesCase
from casecore.rooms.threads import CustomerMet, Message, Thread, ThreadOpened, message_fresh, name_customer
from casecore.statuses import CASE_LIFECYCLE, CLOSED, OPEN, Status, Trigger

# Command ---------------------------------------------------------------------------------------------


@frozen
class ReceiveMessage(Command):
    """The customer writes.

    Attributes:
        thread: The conversation it belongs to.
        message: The message's own id.
        text: What it says.
        customer: Who writes; needed the first time on a thread.
        channel: Where; needed the first time on a thread.
        new_case: The id of the case, if this message starts one; otherwise derived from the thread or predecessor.
        name: The customer's name, if it is known; used where the desk knows none yet.
        reason: What the customer selected as the reason.
        language: The customer's language, e.g. `pt`.
        auto_generated: A machine sent it: an auto-reply, a bounce.
        tags: What the channel knows of the visitor; the case starts with these tags.
        in_reply_to: The message it answers, on channels that say so, e.g. email.
    """

    thread: str = an_id(of="thread")
    message: str = an_id(of="message")
    text: str = a_text(default="")
    kind: MessageKind = a_choice(MessageKind, default=MessageKind.DIRECT)
    customer: str | None = an_id(of="customer", default=None)
    channel: Channel | None = a_choice(Channel, default=None)
    new_case: str | None = an_id(default=None)
    name: str | None = a_text(default=None)
    reason: str | None = a_text(default=None)
    language: str | None = a_text(default=None)
    auto_generated: bool = a_flag(default=False)
    in_reply_to: str | None = an_id(of="answered", default=None)
    tags: frozenset[str] = some(str, default=frozenset())


# Events ----------------------------------------------------------------------------------------------


@frozen
class SuccessorStarted(Event):
    """The customer wrote again on a closed case; that is another case now."""

    case: str
    successor: str


@frozen
class MessageReceived(Event):
    """The customer wrote; `answers` is the agent whose message it answers, where the channel says so."""

    case: str
    thread: str
    customer: str
    message: str
    text: str
    kind: MessageKind
    answers: str | None = None


@frozen
class MessageNoted(Event):
    """A like, an auto-reply or a bounce came: it stands in the history and changes nothing."""

    case: str | None
    thread: str
    message: str
    text: str
    kind: MessageKind
    auto_generated: bool


@frozen
class CaseReopened(Event):
    """The customer wrote on a case that waited or was resolved: it is open again."""

    case: str
    was: Status


# Needs -----------------------------------------------------------------------------------------------


def _by_customer(_: SeesCase, command: ReceiveMessage, __: Policy) -> Reason | None:
    if command.by == CUSTOMER:
        return None
    return Reason("actor.role", f"{command.by} is not the customer", f'give by = "{CUSTOMER}"')


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


def thread_identity(view: SeesCase, command: OnThread, _: Policy) -> Reason | None:
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
    if given == (thread.customer, thread.channel):
        return None
    return Reason(
        "thread.identity",
        f"thread {thread.id} is {thread.customer} on {thread.channel}, not {given[0]} on {given[1]}",
        "leave customer and channel out, or use another thread",
    )


def _case_fresh(view: SeesCase, command: ReceiveMessage, _: Policy) -> Reason | None:
    if not starts_case(command, view.case):
        return None
    new = new_case_id(command, view.case)
    if view.named is None and len(new) <= ID_LIMIT:
        return None
    problem = f"case id {new!r} is taken" if view.named else f"the derived case id has {len(new)} characters"
    return Reason("case.fresh", problem, "give the new case an id of its own (new_case)")


# Rules -----------------------------------------------------------------------------------------------


@measures("channel", "kind", "taken")
def _kind_taken(view: SeesCase, command: ReceiveMessage, policy: Policy) -> Reason | None:
    channel = view.thread.channel if view.thread else command.channel
    if channel is None:
        return None
    kinds = getattr(policy.channels, channel).kinds
    if command.kind in kinds:
        return None
    return Reason(
        "channels.kinds",
        f"{channel} takes no {command.kind}",
        f"it takes {', '.join(kinds)}" if kinds else "the policy closes this channel",
        {"channel": channel, "kind": command.kind, "taken": kinds},
    )


# Handlers --------------------------------------------------------------------------------------------


def _machine_made(command: ReceiveMessage) -> bool:
    return command.auto_generated or command.kind is MessageKind.LIKE


def starts_case(command: ReceiveMessage, case: Case | None) -> bool:
    """Whether a message starts a case: a person wrote, and the thread's latest case, if it has one, is closed."""
    return not _machine_made(command) and (case is None or case.status is CLOSED)


def new_case_id(command: ReceiveMessage, case: Case | None) -> str:
    """The id of the case that a message starts: the caller's, else derived from its thread or predecessor."""
    if command.new_case is not None:
        return command.new_case
    if case is None:
        return f"{command.thread}/1"
    stem, plus, number = case.id.rpartition("+")
    return f"{stem}+{int(number) + 1}" if plus and number.isdecimal() else f"{case.id}+1"


def _started_case_id(view: SeesCase, command: ReceiveMessage) -> str | None:
    return new_case_id(command, view.case) if starts_case(command, view.case) else None


def _deciding_case(view: SeesCase, command: ReceiveMessage, policy: Policy) -> Case | Aspect | None:
    """The case whose policy decides: the one the message is for, also if that is only about to start."""
    c, thread = command, view.thread
    if not starts_case(c, view.case):
        return view.case
    channel = thread.channel if thread else c.channel
    return None if channel is None else Aspect(channel, policy.queue_for(channel, c.reason, c.language, c.tags), c.tags)


def _receive_message(view: SeesCase, command: ReceiveMessage, policy: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if _machine_made(c):
        noted = MessageNoted(
            c.by,
            c.at,
            case=case.id if case else None,
            thread=c.thread,
            message=c.message,
            text=c.text,
            kind=c.kind,
            auto_generated=c.auto_generated,
        )
        return (noted,)
    if case is None or case.status is CLOSED:
        return _start_case(view, c, policy)
    received = _message_received(view, c, case.id, case.customer)
    name = name_customer(view, c.by, c.at, c.name)
    if CASE_LIFECYCLE.dest(case.status, Trigger.CUSTOMER_MESSAGE) is case.status:
        return (*name, received)
    return (*name, received, CaseReopened(c.by, c.at, case.id, case.status))


def _start_case(view: SeesCase, command: ReceiveMessage, policy: Policy) -> tuple[Event, ...]:
    c, thread, before = command, view.thread, view.case
    customer = thread.customer if thread else c.customer
    channel = thread.channel if thread else c.channel
    if customer is None or channel is None:  # `thread.identity` has refused it already
        return ()
    events: list[Event] = []
    if view.customer is None:
        events.append(CustomerMet(c.by, c.at, customer, c.name))
    events += name_customer(view, c.by, c.at, c.name)
    if thread is None:
        events.append(ThreadOpened(c.by, c.at, c.thread, customer, channel))
    new, queue = new_case_id(c, before), policy.queue_for(channel, c.reason, c.language, c.tags)
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
            reason=c.reason,
            language=c.language,
            predecessor=predecessor,
            tags=c.tags,
        ),
        CaseQueued(c.by, c.at, new, queue, c.at),
    )
    if before is not None:
        events.append(SuccessorStarted(c.by, c.at, before.id, new))
    return (*events, _message_received(view, c, new, customer))


def _message_received(view: SeesCase, command: ReceiveMessage, case: str, customer: str) -> MessageReceived:
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
    )


# Evolve ----------------------------------------------------------------------------------------------


def _set_successor(case: Editing, event: SuccessorStarted) -> None:
    case.successor = event.successor


def _await_answer(case: Editing, event: MessageReceived) -> None:
    if case.unanswered_since is None:
        case.unanswered_since = event.at


def _set_customer_instant(thread: Editing, event: MessageReceived) -> None:
    thread.customer_at = event.at


def _new_message(event: MessageReceived) -> Message:
    return editing_class(Message)(event.message, event.case)


def _reopen_case(case: Editing, event: CaseReopened) -> None:
    case.status = OPEN
    case.status_at = event.at


ARRIVALS: Room[SeesCase] = Room(
    name="arrivals",
    needs=(
        Rule("actor.role", "Customers write", "§1", (ReceiveMessage,), _by_customer),
        Rule(
            "thread.identity",
            "A thread is one customer on one channel",
            "§1",
            (ReceiveMessage,),
            thread_identity,
        ),
        Rule("message.fresh", "A message's id is used once", "§1", (ReceiveMessage,), message_fresh),
        Rule("case.fresh", "A case's id is used once", "§2", (ReceiveMessage,), _case_fresh),
    ),
    rules=(soft_rule("channels.kinds", "A channel takes only its kinds", "§1", (ReceiveMessage,), _kind_taken),),
    decide={ReceiveMessage: _receive_message},
    creates={(Message, MessageReceived): _new_message},
    evolve={
        (Case, SuccessorStarted): _set_successor,
        (Case, MessageReceived): _await_answer,
        (Case, CaseReopened): _reopen_case,
        (Thread, MessageReceived): _set_customer_instant,
    },
    shows={ReceiveMessage: {"named": _started_case_id}},
    about={ReceiveMessage: _deciding_case},
)
