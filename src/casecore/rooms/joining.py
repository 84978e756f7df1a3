"""Joining: a case to which several threads of one customer lead.

* Cases that are merged (`case_merging.py`) leave their threads to the one that lives. It has **one thread of its own**,
  the one on which was written last, and others that lead to it, too: what is written on any of them is said on it.
* A reply goes out on the case's own thread, or on another of them that it **names**. That thread's window counts.
* Threads that were joined **stay together**: where such a case is closed, the next message on any of them, or we who
  write first, start one successor, to which all of them lead.
"""

from __future__ import annotations

from typing import Protocol

from casecore.kernel import UNCONCERNED, Command, Editing, Event, Reason, Room, Unconcerned, frozen
from casecore.kernel.rooms import wants
from casecore.policies import Policy
from casecore.rooms.cases import Case, HasCase, SeesCase
from casecore.rooms.threads import Thread

# Event -------------------------------------------------------------------------------------------------


@frozen
class ThreadJoined(Event):
    """What is written on a thread is said on a case from now on, beside what is on the case's own."""

    case: str
    thread: str


# What other rooms ask and do ---------------------------------------------------------------------------


class NamesThread(Protocol):
    """A command that may say on which thread it writes."""

    @property
    def case(self) -> str:
        """The case it is about."""

    @property
    def thread(self) -> str | None:
        """The thread; None: the case's own."""


@wants("case")
def thread_of_case(view: HasCase, command: NamesThread, _: Policy) -> Reason | Unconcerned | None:
    """The need of every command that says on which thread it writes: the thread leads to its case."""
    if command.thread is None:
        return UNCONCERNED
    open_to = threads_of(view.case)
    if command.thread in open_to:
        return None
    found = f"thread {command.thread} does not lead to case {command.case}"
    return Reason("thread.of_case", found, f"write on {' or '.join(open_to)}, or leave it out", {"threads": open_to})


def threads_of(case: Case) -> tuple[str, ...]:
    """The threads that lead to a case, its own first."""
    return (case.thread, *case.joined)


def speak_on(case: Editing, thread: str) -> None:
    """Let a thread that leads to a case be its own."""
    if thread != case.thread:
        others = tuple(other for other in case.joined if other != thread)
        case.thread, case.joined = thread, (*others, case.thread)


def joins_successor(before: Case | None, cause: Command | Event, successor: str, thread: str) -> tuple[Event, ...]:
    """The other threads that lead to a closed case lead to its successor, which starts on one of them.

    Args:
        before: The closed case; None where there was none.
        cause: Who writes, and when.
        successor: The id of its successor.
        thread: Where that starts.
    """
    if before is None or not before.joined:
        return ()
    others = (other for other in threads_of(before) if other != thread)
    return tuple(ThreadJoined(cause.by, cause.at, successor, other) for other in others)


# Evolve ------------------------------------------------------------------------------------------------


def _lead_here(case: Editing, event: ThreadJoined) -> None:
    case.joined = (*case.joined, event.thread)


def _lead_there(thread: Editing, event: ThreadJoined) -> None:
    thread.case = event.case


JOINING: Room[SeesCase] = Room(
    name="joining",
    evolve={(Case, ThreadJoined): _lead_here, (Thread, ThreadJoined): _lead_there},
)
