"""Customers, their threads and their messages: who writes, where, and what was said.

* A thread is one customer on one channel. It has many cases over time, at most one of them not closed.
* A message belongs to the case that was current when it came or went. Its text lives in the event; the record keeps
  what can still change: sentiment and tags.
* Message ids are the caller's and are used once on a thread, so a message that is delivered twice is refused the second
  time, and one email to two of our mailboxes is a message on each of their threads. What a message answers is looked
  for on its thread, then on the customer's other threads.
* A customer may turn out to be the same person as another (`merging.py`): who they are is read through `person_of`.
* Where a customer's name is not known, the next message that says it is believed; a name that is known stays.
* When the customer last wrote on a thread is one instant on it: the latest at which a message of theirs was sent.
  Everything that counts from it reads it there, and it never moves back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol

from attrs import field

from casecore.channels import Channel
from casecore.kernel import Command, Editing, Event, Reason, Room, a_count, a_text, an_id, frozen, some_texts
from casecore.kernel.frozen_dict import FrozenDict
from casecore.kernel.records import a_link, editing_class, record
from casecore.kernel.rooms import for_words
from casecore.kernel.words import unless_blank
from casecore.policies import Policy
from casecore.rooms.agents import SeesAgents


class Feeling(StrEnum):
    """The sentiment of a message."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


# Records -----------------------------------------------------------------------------------------------


NOTHING_KNOWN: Final[Mapping[str, str]] = FrozenDict()
"""The profile of whoever has none: the same for all of them."""


@record
class Customer:
    """Somebody who writes or calls.

    Attributes:
        name: None while it is not known.
        profile: What else is known, by name: email, phone, photo, followers.
        positive: How many of their messages are marked positive; likewise negative.
        opted_in: Whether they agreed to be written to on WhatsApp, or withdrew it; None while they said neither.
        threads: Their latest threads, the newest last; `MOST_THREADS` of them.
        blocked: Whether nothing that they send counts (`blocking.py`).
        merged_into: The customer who they were found to be (`merging.py`), through whom all of this is read.
        merged: Who was found to be this one.
    """

    id: str
    name: str | None = None
    profile: Mapping[str, str] = field(default=NOTHING_KNOWN, hash=False)
    positive: int = a_count(default=0)
    negative: int = a_count(default=0)
    opted_in: bool | None = None
    threads: tuple[str, ...] = ()
    blocked: bool = False
    merged_into: str | None = a_link(of="person", default=None)
    merged: tuple[str, ...] = ()

    @property
    def person(self) -> str:
        """The id of the customer who they are: their own, or of whom they were merged into."""
        return self.merged_into or self.id


MOST_THREADS = 100
"""On so many of a customer's latest threads it is looked for what a message of theirs answers."""


@record
class Thread:
    """One customer on one channel, at one address of ours.

    Attributes:
        case: The latest case; None before the first.
        customer_at: When the customer sent the last of their messages; None while only we have written.
        blocked: Whether nothing that is written on it counts (`blocking.py`).
        left: How many cases have left it (`moving.py`), so that no id is derived twice.
    """

    id: str
    customer: str = a_link(of="customer")
    channel: Channel
    case: str | None = a_link(of="case", default=None)
    customer_at: datetime | None = None
    blocked: bool = False
    left: int = a_count(default=0)


@record
class MessageEdit:
    """What a message says since it was edited last.

    Attributes:
        id: By which the edit is known again.
        written_at: When it was edited.
        text: What it says; kept here only while the message itself has not come, likewise `attachments`.
    """

    id: str
    written_at: datetime
    text: str = ""
    attachments: tuple[str, ...] = ()


@record
class Message:
    """What can still change about a message that came or went.

    Attributes:
        case: The case it is on; None where it was only noted.
        author: Who of us wrote it.
        participant: Who wrote it, where it was neither one of us nor the customer.
        failed: Whether it never reached the customer.
        thread: On which thread.
        awaited: It has not come yet: somebody has edited or withdrawn it already.
        edit: What it says since it was edited last; None while nobody did.
        edits: The edits of it, by which they are known again.
        withdrawn_at: When it was taken back; None while it was not.
    """

    id: str
    case: str | None
    author: str | None = None
    participant: str | None = None
    failed: bool = False
    sentiment: Feeling = Feeling.NEUTRAL
    tags: frozenset[str] = frozenset()
    thread: str = ""
    awaited: bool = False
    edit: MessageEdit | None = None
    edits: tuple[str, ...] = ()
    withdrawn_at: datetime | None = None

    @property
    def row_id(self) -> str:
        """The id of its row: its own is used once on a thread."""
        return message_row(self.thread, self.id)


def message_row(thread: str, message: str) -> str:
    """The id of the row of a message: its own is used once on a thread.

    A slash in the message's own id is written `~1`, so that no two rows share an id.
    """
    return f"{thread}/{message.replace('~', '~0').replace('/', '~1')}"


@frozen
class MessageEvent(Event):
    """Something happened to a message on a thread."""

    @property
    def message_row(self) -> str:
        """The id of the message's row."""
        event: Any = self
        return message_row(event.thread, event.message)


def instant_written(at: datetime, sent_at: datetime | None) -> datetime:
    """When something was written, as far as the desk believes it: nothing is sent after it was learnt of."""
    return at if sent_at is None else min(sent_at, at)


def told_sent_at(command: Any) -> datetime | None:
    """When what a command brings was sent; None where that is when the desk learns of it."""
    sent_at: datetime | None = command.sent_at
    return None if sent_at == command.at else sent_at


class SeesThread(SeesAgents, Protocol):
    """The conversation that the command is about."""

    @property
    def customer(self) -> Customer | None:
        """The customer of the case, or the one the command names."""

    @property
    def person(self) -> Customer | None:
        """Whom that customer was merged into; None where nobody was, or where they are in view themselves."""

    @property
    def owner(self) -> Customer | None:
        """The customer of the thread, where the command names another one."""

    @property
    def thread(self) -> Thread | None:
        """The thread of the case, or the one the command names."""

    @property
    def message(self) -> Message | None:
        """The message the command names, if there is one with that id."""


# Commands and events -----------------------------------------------------------------------------------


@frozen
class RecordCustomer(Command):
    """What is known of a customer is written down; what is None stays, and an empty value is forgotten."""

    customer: str = an_id(of="customer")
    name: str | None = a_text(default=None)
    profile: Mapping[str, str] = some_texts(factory=dict, hash=False)


@frozen
class CustomerMet(Event):
    """A customer is known from now on."""

    customer: str
    name: str | None = None


@frozen
class CustomerRecorded(Event):
    """A customer's name and profile are now these."""

    customer: str
    name: str | None
    profile: Mapping[str, str] = field(factory=dict, hash=False)


@frozen
class ThreadOpened(Event):
    """A customer uses a channel for the first time."""

    thread: str
    customer: str
    channel: Channel


# Which message a command names -------------------------------------------------------------------------


def names_message(name: str = "message", row: str = "message") -> Mapping[str, Callable[[Any, Any], str | None]]:
    """What a command shows that brings a message to the thread it is about (`Room.shows`).

    Args:
        name: The field that holds the message's own id.
        row: Which row of the view shows it.
    """

    def row_named(view: SeesThread, command: Any) -> str | None:
        thread = getattr(command, "thread", None) or (None if view.thread is None else view.thread.id)
        message = getattr(command, name)
        return None if thread is None or message is None else message_row(thread, message)

    return {row: row_named}


def finds_message(name: str = "message", row: str = "message") -> Mapping[str, Callable[[Any, Any], tuple[str, ...]]]:
    """What a command shows that names a message of its case, on whichever thread the case was then (`Room.shows`).

    Args:
        name: The field that holds the message's own id.
        row: Which row of the view shows it.
    """

    def rows_named(view: Any, command: Any) -> tuple[str, ...]:
        case, message = view.case, getattr(command, name)
        if case is None or message is None:
            return ()
        return tuple(message_row(thread, message) for thread in (case.thread, *case.joined, *case.threads))

    return MappingProxyType({row: rows_named})


FINDS_MESSAGE = finds_message()


# Whose it is ------------------------------------------------------------------------------------------


def person_of(view: SeesThread) -> Customer | None:
    """Who the customer is: whoever they were merged into, else they themselves."""
    return view.person or view.customer


def _owner_row(view: SeesThread, _: Command) -> str | None:
    thread, named = view.thread, view.customer
    return None if thread is None or (named is not None and named.id == thread.customer) else thread.customer


def _person_row(view: SeesThread, _: Command) -> str | None:
    return None if view.owner is None else view.owner.person


NAMES_OWNER: Mapping[str, Callable[[Any, Any], str | None]] = MappingProxyType(
    {"owner": _owner_row, "person": _person_row}
)
"""What a command shows that names a customer beside a thread, which may be somebody else's (`Room.shows`)."""


# Needs -------------------------------------------------------------------------------------------------


def unknown_customer(customer: str) -> Reason:
    """What stands in the way where nobody knows a customer whom a command names."""
    found = f"there is no customer {customer!r}"
    return Reason("customer.known", found, "record the customer first", ways=("RecordCustomer",))


def message_fresh(view: SeesThread, command: Command, _: Policy) -> Reason | None:
    """The need of every command that brings a message with an id of its own."""
    if view.message is None:
        return None
    case = for_words(view.message, "case")
    where = "the thread" if case is None else f"case {case}"
    return Reason(
        "message.fresh",
        f"message {view.message.id!r} is on {where} already",
        "give each message its own id; a message delivered twice counts once",
    )


# Handlers and evolve -----------------------------------------------------------------------------------


def _record_customer(view: SeesThread, command: RecordCustomer, _: Policy) -> tuple[Event, ...]:
    known = person_of(view) or Customer(command.customer)
    profile = {name: value for name, value in {**known.profile, **command.profile}.items() if unless_blank(value)}
    name = known.name if command.name is None else unless_blank(command.name)
    met = () if view.customer else (CustomerMet(command.by, command.at, command.customer),)
    return (*met, CustomerRecorded(command.by, command.at, known.id, name, profile))


def name_customer(view: SeesThread, by: str, at: datetime, name: str | None) -> tuple[Event, ...]:
    """What follows where a customer's name is said: one who has none gets it, one who has one keeps it."""
    known = person_of(view)
    if known is None or unless_blank(known.name) or not unless_blank(name):
        return ()
    return (CustomerRecorded(by, at, known.id, name, known.profile),)


def _new_customer(event: CustomerMet) -> Customer:
    return editing_class(Customer)(event.customer, event.name)


def _add_thread(customer: Editing, event: ThreadOpened) -> None:
    customer.threads = (*customer.threads, event.thread)[-MOST_THREADS:]


def _update_customer(customer: Editing, event: CustomerRecorded) -> None:
    customer.name = event.name
    customer.profile = event.profile


def _thread_opened(event: ThreadOpened) -> Thread:
    return editing_class(Thread)(event.thread, event.customer, event.channel)


THREADS: Room[SeesThread] = Room(
    name="threads",
    decide={RecordCustomer: _record_customer},
    creates={(Customer, CustomerMet): _new_customer, (Thread, ThreadOpened): _thread_opened},
    evolve={(Customer, CustomerRecorded): _update_customer, (Customer, ThreadOpened): _add_thread},
)
