"""Blocking: a customer, or one thread, from whom nothing counts any more.

* A supervisor or the system blocks and unblocks, and says why.
* What a blocked customer sends is **noted**: it stands in the history, starts and reopens nothing, and resets nothing:
  no window, no silence, no clock, no countdown. So is whatever anybody writes on a blocked thread, or on the thread of
  a blocked customer, and what somebody who is blocked writes on the thread of another.
* A case that is open already stays as it is and can be worked. A customer who is blocked may still leave a chat.
* Once unblocked, what they send from then on counts; what was noted stays noted.
"""

from __future__ import annotations

from typing import Protocol

from casecore.kernel import (
    SYSTEM,
    UNCONCERNED,
    Command,
    Editing,
    Event,
    Reason,
    Room,
    Rule,
    Unconcerned,
    a_text,
    an_id,
    frozen,
)
from casecore.kernel.rooms import not_by_customer
from casecore.kernel.words import is_blank
from casecore.policies import Policy
from casecore.rooms.agents import is_supervisor
from casecore.rooms.threads import Customer, SeesThread, Thread, person_of, unknown_customer

# Commands and events -----------------------------------------------------------------------------------


@frozen
class BlockCommand(Command):
    """Somebody is blocked or unblocked."""


@frozen
class BlockCustomer(BlockCommand):
    """Nothing that a customer sends counts from now on, on any of their threads; the reason says why."""

    customer: str = an_id(of="customer")
    reason: str = a_text()


@frozen
class UnblockCustomer(BlockCommand):
    """What a customer sends counts again; the reason says why."""

    customer: str = an_id(of="customer")
    reason: str = a_text()


@frozen
class BlockThread(BlockCommand):
    """Nothing that is written on a thread counts from now on; the reason says why."""

    thread: str = an_id()
    reason: str = a_text()


@frozen
class UnblockThread(BlockCommand):
    """What is written on a thread counts again; the reason says why."""

    thread: str = an_id()
    reason: str = a_text()


@frozen
class CustomerBlocked(Event):
    """Nothing that a customer sends counts from now on."""

    customer: str
    reason: str


@frozen
class CustomerUnblocked(Event):
    """What a customer sends counts again."""

    customer: str
    reason: str


@frozen
class ThreadBlocked(Event):
    """Nothing that is written on a thread counts from now on."""

    thread: str
    reason: str


@frozen
class ThreadUnblocked(Event):
    """What is written on a thread counts again."""

    thread: str
    reason: str


# What others ask -----------------------------------------------------------------------------------------


class SeesWriter(SeesThread, Protocol):
    """Who writes."""

    @property
    def named_writer(self) -> Customer | None:
        """Whoever writes on the thread of another, where they are a customer, too."""

    @property
    def writer(self) -> Customer | None:
        """Who that is: whoever they were merged into, else they themselves."""


def is_blocked(view: SeesWriter) -> bool:
    """Whether what is written counts for nothing: its thread is blocked, or whoever's it is, or whoever writes."""
    rows = (view.thread, person_of(view), view.writer)
    for row in rows:  # noqa: SIM110 -- a generator doubles what this costs
        if row is not None and row.blocked:
            return True
    return False


# Needs and rules ---------------------------------------------------------------------------------------


def _customer_known(view: SeesThread, command: BlockCustomer | UnblockCustomer, _: Policy) -> Reason | None:
    return None if view.customer is not None else unknown_customer(command.customer)


def _thread_known(view: SeesThread, command: BlockThread | UnblockThread, _: Policy) -> Reason | None:
    if view.thread is not None:
        return None
    found = f"there is no thread {command.thread!r}"
    return Reason("thread.known", found, "check the id, or block the customer")


def _customer_edge(
    view: SeesThread, command: BlockCustomer | UnblockCustomer, _: Policy
) -> Reason | Unconcerned | None:
    return _edge_missing(person_of(view), command, f"customer {command.customer}")


def _thread_edge(view: SeesThread, command: BlockThread | UnblockThread, _: Policy) -> Reason | Unconcerned | None:
    return _edge_missing(view.thread, command, f"thread {command.thread}")


def _edge_missing(row: Customer | Thread | None, command: Command, who: str) -> Reason | Unconcerned | None:
    blocks = isinstance(command, BlockCustomer | BlockThread)
    if row is None:
        return UNCONCERNED
    if row.blocked is not blocks:
        return None
    found = f"{who} is blocked already" if blocks else f"{who} is not blocked"
    return Reason("block.edge", found, "nothing is left to do", {"blocked": row.blocked})


def _supervisor_blocks(view: SeesThread, command: BlockCommand, _: Policy) -> Reason | None:
    if command.by == SYSTEM or is_supervisor(view.actor):
        return None
    found = f"{command.by} may not block or unblock anybody"
    return Reason("block.supervisor", found, "ask a supervisor, or let the system do it")


def _says_why(
    _: SeesThread, command: BlockCustomer | UnblockCustomer | BlockThread | UnblockThread, __: Policy
) -> Reason | None:
    if not is_blank(command.reason):
        return None
    return Reason("block.reason", "it does not say why", "say in the reason why they are blocked, or no longer")


# Handlers and evolve -----------------------------------------------------------------------------------


def _block_customer(view: SeesThread, command: BlockCustomer, _: Policy) -> tuple[Event, ...]:
    return (CustomerBlocked(command.by, command.at, _person_named(view, command), command.reason),)


def _unblock_customer(view: SeesThread, command: UnblockCustomer, _: Policy) -> tuple[Event, ...]:
    return (CustomerUnblocked(command.by, command.at, _person_named(view, command), command.reason),)


def _person_named(view: SeesThread, command: BlockCustomer | UnblockCustomer) -> str:
    person = person_of(view)
    return command.customer if person is None else person.id


def _block_thread(_: SeesThread, command: BlockThread, __: Policy) -> tuple[Event, ...]:
    return (ThreadBlocked(command.by, command.at, command.thread, command.reason),)


def _unblock_thread(_: SeesThread, command: UnblockThread, __: Policy) -> tuple[Event, ...]:
    return (ThreadUnblocked(command.by, command.at, command.thread, command.reason),)


def _blocked(row: Editing, _: CustomerBlocked | ThreadBlocked) -> None:
    row.blocked = True


def _unblocked(row: Editing, _: CustomerUnblocked | ThreadUnblocked) -> None:
    row.blocked = False


_ONCE = "Only who is not blocked is blocked, and only who is blocked is unblocked"
_CUSTOMERS = (BlockCustomer, UnblockCustomer)
_THREADS = (BlockThread, UnblockThread)

BLOCKING: Room[SeesThread] = Room(
    name="blocking",
    needs=(
        Rule("actor.role", "A customer can only write", "§1", (BlockCommand,), not_by_customer),
        Rule("customer.known", "The customer exists", "§3", _CUSTOMERS, _customer_known),
        Rule("thread.known", "The thread exists", "§3", _THREADS, _thread_known),
        Rule("block.edge", _ONCE, "§3", _CUSTOMERS, _customer_edge),
        Rule("block.edge", _ONCE, "§3", _THREADS, _thread_edge),
    ),
    rules=(
        Rule(
            "block.supervisor",
            "Only a supervisor or the system blocks and unblocks",
            "§3",
            (BlockCommand,),
            _supervisor_blocks,
        ),
        Rule("block.reason", "Blocking and unblocking say why", "§3", (BlockCommand,), _says_why, ("reason",)),
    ),
    decide={
        BlockCustomer: _block_customer,
        UnblockCustomer: _unblock_customer,
        BlockThread: _block_thread,
        UnblockThread: _unblock_thread,
    },
    evolve={
        (Customer, CustomerBlocked): _blocked,
        (Customer, CustomerUnblocked): _unblocked,
        (Thread, ThreadBlocked): _blocked,
        (Thread, ThreadUnblocked): _unblocked,
    },
    shows={kind: {"thread": lambda _, command: command.thread} for kind in _THREADS},
)
