"""Edits: the customer, or a participant, says a message anew, or takes it back.

* Whoever wrote a message may **edit** it, as often as they like, and **withdraw** it. What it said before stays in the
  history; whoever looks at the conversation sees what it says now.
* An edit is **no new message**: no clock, window or silence begins anew, nothing is reopened or answered, no draft goes
  stale. So it is told on every case, closed ones too.
* It is told as channels tell it. **Twice**: the second time it is refused as a repeat. **Late**: an edit that is older
  than what is known already, or comes after the withdrawal, stands in the history alone. **Before the message itself**:
  it is kept, and takes effect when the message comes, which then starts or reopens a case as any other.
* What we sent is never edited here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from casecore.kernel import (
    Command,
    Editing,
    Event,
    Reason,
    Room,
    Rule,
    a_text,
    an_id,
    an_instant,
    frozen,
    some_texts,
)
from casecore.kernel.records import editing_class
from casecore.kernel.rooms import by_customer, wants
from casecore.policies import Policy
from casecore.rooms.arrivals import MessageNoted, MessageReceived
from casecore.rooms.cases import SeesCase
from casecore.rooms.threads import (
    Message,
    MessageEdit,
    MessageEvent,
    instant_written,
    names_message,
    told_sent_at,
)


class KnowsMessage(SeesCase, Protocol):
    """The desk has heard of the message."""

    message: Message


# Commands ----------------------------------------------------------------------------------------------


@frozen
class ChangesMessage(Command):
    """A command of whoever wrote a message, about that message.

    Attributes:
        thread: The conversation it belongs to.
        message: The message.
        sent_at: When they did it; `at`, when the desk learns of it, where nobody says.
    """

    thread: str = an_id(of="thread")
    message: str = an_id()
    sent_at: datetime | None = an_instant(default=None, kw_only=True)


@frozen
class EditMessage(ChangesMessage):
    """A message says something else now.

    Attributes:
        text: What it says now.
        attachments: What is attached to it now.
        edit: The edit's own id, by which it is told as a repeat; when it was sent, where the channel has none.
    """

    text: str = a_text(default="")
    attachments: tuple[str, ...] = some_texts(default=())
    edit: str | None = an_id(default=None)


@frozen
class WithdrawMessage(ChangesMessage):
    """A message is taken back."""


# Events ------------------------------------------------------------------------------------------------


@frozen
class MessageAwaited(MessageEvent):
    """Somebody changed a message that has not come yet.

    Attributes:
        case: The latest case of the thread; None where it has none.
    """

    case: str | None
    thread: str
    message: str


@frozen
class MessageEdited(MessageEvent):
    """A message says something else now.

    Attributes:
        case: The case it is on; the latest of the thread, where it has not come or was only noted; None without any.
        edit: By which a repeat is known.
        late: What is known already is newer, so the message does not say this.
        sent_at: When it was edited, where that is not when the desk learnt of it.
        participant: Who wrote the message, where it was not the customer.
    """

    case: str | None
    thread: str
    message: str
    text: str
    edit: str
    attachments: tuple[str, ...] = ()
    late: bool = False
    sent_at: datetime | None = None
    participant: str | None = None


@frozen
class MessageWithdrawn(MessageEvent):
    """A message was taken back; its text stays in the history."""

    case: str | None
    thread: str
    message: str
    sent_at: datetime | None = None
    participant: str | None = None


# Needs -------------------------------------------------------------------------------------------------


@wants("message")
def _not_ours(view: KnowsMessage, command: ChangesMessage, _: Policy) -> Reason | None:
    if view.message.author is None:
        return None
    found = f"{command.message!r} is a message of {view.message.author}"
    return Reason("message.theirs", found, "name a message that the customer or a participant sent")


def _edit_id(command: EditMessage) -> str:
    return command.edit or (command.sent_at or command.at).isoformat()


@wants("message")
def _told_once(view: KnowsMessage, command: ChangesMessage, _: Policy) -> Reason | None:
    message = view.message
    if isinstance(command, EditMessage):
        if _edit_id(command) not in message.edits:
            return None
        found = f"the edit {_edit_id(command)!r} of message {message.id!r} was told already"
    elif message.withdrawn_at is None:
        return None
    else:
        found = f"message {message.id!r} was withdrawn already"
    return Reason("message.changed", found, "nothing has to be done: what is told twice counts once")


# Handlers and what follows -----------------------------------------------------------------------------


def _common(view: SeesCase, command: ChangesMessage) -> dict[str, Any]:
    """What both events say alike."""
    case = None if view.message is None else view.message.case
    if case is None and view.thread is not None:
        case = view.thread.case
    return {
        "by": command.by,
        "at": command.at,
        "case": case,
        "thread": command.thread,
        "message": command.message,
        "sent_at": told_sent_at(command),
        "participant": None if view.message is None else view.message.participant,
    }


def _awaited(view: SeesCase, command: ChangesMessage) -> tuple[Event, ...]:
    if view.message is not None:
        return ()
    case = None if view.thread is None else view.thread.case
    return (MessageAwaited(command.by, command.at, case, command.thread, command.message),)


def _is_late(message: Message | None, written_at: datetime) -> bool:
    """Whether something newer is known of a message than what was written then."""
    if message is None:
        return False
    newer = message.edit is not None and message.edit.written_at > written_at
    return newer or message.withdrawn_at is not None


def _edit_message(view: SeesCase, command: EditMessage, _: Policy) -> tuple[Event, ...]:
    c = command
    late = _is_late(view.message, instant_written(c.at, c.sent_at))
    said: dict[str, Any] = {"text": c.text, "attachments": c.attachments, "edit": _edit_id(c), "late": late}
    return (*_awaited(view, c), MessageEdited(**_common(view, c), **said))


def _withdraw_message(view: SeesCase, command: WithdrawMessage, _: Policy) -> tuple[Event, ...]:
    return (*_awaited(view, command), MessageWithdrawn(**_common(view, command)))


@wants("message")
def _as_told_before(view: KnowsMessage, event: MessageReceived | MessageNoted, _: Policy) -> tuple[Event, ...]:
    """A message comes of which an edit or a withdrawal is known: it says at once what it says now."""
    message = view.message
    common: dict[str, Any] = {
        "by": event.by,
        "at": event.at,
        "case": event.case,
        "thread": event.thread,
        "message": event.message,
        "participant": event.participant,
    }
    told: list[Event] = []
    if message.edit is not None:
        edit = message.edit
        told.append(
            MessageEdited(**common, text=edit.text, attachments=edit.attachments, edit=edit.id, sent_at=edit.written_at)
        )
    if message.withdrawn_at is not None:
        told.append(MessageWithdrawn(**common, sent_at=message.withdrawn_at))
    return tuple(told)


# Evolve ------------------------------------------------------------------------------------------------

MOST_EDITS = 20
"""So many edits of a message are known again when they are told twice."""


def _message_to_come(event: MessageAwaited) -> Message:
    return editing_class(Message)(event.message, None, thread=event.thread, awaited=True)


def _say_anew(message: Editing, event: MessageEdited) -> None:
    message.edits = (*message.edits, event.edit)[-MOST_EDITS:]
    if not event.late:
        kept = (event.text, event.attachments) if message.awaited else ("", ())  # the text lives in the event
        message.edit = MessageEdit(event.edit, instant_written(event.at, event.sent_at), *kept)


def _take_back(message: Editing, event: MessageWithdrawn) -> None:
    message.withdrawn_at = instant_written(event.at, event.sent_at)


_CHANGES = (EditMessage, WithdrawMessage)

EDITS: Room[SeesCase] = Room(
    name="edits",
    needs=(
        Rule("actor.role", "Whoever wrote a message edits or withdraws it", "§1", _CHANGES, by_customer),
        Rule("message.theirs", "What we sent is not edited", "§1", _CHANGES, _not_ours),
        Rule("message.changed", "What is told twice counts once", "§1", _CHANGES, _told_once),
    ),
    decide={EditMessage: _edit_message, WithdrawMessage: _withdraw_message},
    follows={MessageReceived: _as_told_before, MessageNoted: _as_told_before},
    creates={(Message, MessageAwaited): _message_to_come},
    evolve={(Message, MessageEdited): _say_anew, (Message, MessageWithdrawn): _take_back},
    shows=dict.fromkeys(_CHANGES, names_message()),
)
