"""Moving a case: it turns out to be another customer's.

* A case goes only onto **a thread that there is**, of that customer, on the same channel, without an open case. What is
  said on it from then on is said on that thread, and that thread's window counts.
* Its messages stay where they are: they are still marked, and known to have failed, on the thread on which they went.
* The thread that it leaves has the case that was before it; what its customer writes next starts a new one. A closed
  case on the other thread learns its successor, if it has none.
* Whoever was authenticated is somebody else: what needs it asks for it again.
* A chat or a call is not moved while its customer is on the line, and a case not while a draft waits that was written
  to somebody else. Where threads were joined (`joining.py`) nothing is moved: they stay together.
"""

from __future__ import annotations

from typing import Protocol

from casecore.kernel import Editing, Event, Probe, Reason, Room, Rule, an_id, frozen
from casecore.kernel.rooms import for_words, soft_rule, wants
from casecore.policies import Policy
from casecore.rooms.approvals import HasDraft
from casecore.rooms.arrivals import SuccessorStarted
from casecore.rooms.cases import Case, CaseCommand, HasCase, not_closed, only_holder
from casecore.rooms.contacts import Contact, SeesContact
from casecore.rooms.threads import Thread
from casecore.statuses import CLOSED

MOST_EARLIER = 20
"""On so many threads that a case has left its messages are still looked for."""

# Command and events ------------------------------------------------------------------------------------


@frozen
class MoveCase(CaseCommand):
    """A case is another customer's.

    Attributes:
        thread: The thread of that customer on which it goes on.
    """

    thread: str = an_id(of="other_thread")


@frozen
class CaseMoved(Event):
    """A case goes on, on another thread.

    Attributes:
        left: The thread on which it was.
        customer: Whose it is now.
        predecessor: The closed case before it on the thread on which it is now.
    """

    case: str
    thread: str
    left: str
    customer: str
    predecessor: str | None = None


@frozen
class ThreadLeft(Event):
    """A case is on a thread no more.

    Attributes:
        latest: The latest case that is still on it.
    """

    case: str
    thread: str
    latest: str | None = None


class SeesMove(SeesContact, Protocol):
    """Where a case goes."""

    @property
    def other_thread(self) -> Thread | None:
        """The thread onto which it goes."""

    @property
    def other(self) -> Case | None:
        """The latest case of that thread."""


class HasMove(SeesMove, Protocol):
    """There is such a case, and such a thread."""

    case: Case
    other_thread: Thread


# Needs and rules ---------------------------------------------------------------------------------------


def _thread_known(view: SeesMove, command: MoveCase, _: Policy) -> Reason | None:
    if view.other_thread is not None:
        return None
    found = f"there is no thread {command.thread!r}"
    return Reason("thread.known", found, "give a thread on which that customer wrote, or was written to")


@wants("case", "other_thread")
def _same_channel(view: HasMove, _: MoveCase, __: Policy) -> Reason | None:
    case, thread = view.case, view.other_thread
    if case.thread == thread.id:
        return Reason("move.thread", f"case {case.id} is on thread {thread.id} already", "give another thread")
    if case.channel is thread.channel:
        return None
    found = f"case {case.id} is on {case.channel}, and thread {thread.id} on {thread.channel}"
    return Reason("move.thread", found, f"give a thread on {case.channel}")


@wants("case", "other_thread")
def _no_open_case(view: HasMove, command: MoveCase, _: Policy) -> Reason | None:
    other = view.other
    if other is None or other.status is CLOSED or other.id == command.case:
        return None
    found = f"thread {command.thread} has the open case {other.id}"
    return Reason("move.open_case", found, "close that one first", ways=("CloseCase",))


def on_the_line(case: Case) -> bool:
    """Whether the customer of a case may be on the line: it is live, and somebody holds it or is to be rung for it."""
    return case.live and (case.assignee is not None or (case.waiting_since is not None and not case.pull_only))


@wants("case")
def _nobody_on_line(view: HasCase, command: MoveCase, _: Policy) -> Reason | None:
    case = view.case
    if not on_the_line(case):
        return None
    found = f"the customer of case {command.case} is on the line, by {case.channel}"
    return Reason("move.live", found, "wait until they have left")


@wants("case", "other_thread")
def _one_thread(view: HasMove, _: MoveCase, __: Policy) -> Reason | None:
    joined = next((case for case in (view.case, view.other) if case is not None and case.joined), None)
    if joined is None:
        return None
    threads = (for_words(joined, "thread", "its own"), *joined.joined)
    found = f"several threads lead to case {joined.id}: {', '.join(threads)}"
    return Reason("move.joined", found, "leave it there, and name the other customer in a note", ways=("AddNote",))


@wants("case", "draft")
def _no_draft(view: HasDraft, command: MoveCase, _: Policy) -> Reason | None:
    found = f"draft {view.draft.id} waits on case {command.case}, and was written to somebody else"
    return Reason("move.draft", found, "decide it, or withdraw it, first", ways=("WithdrawDraft",))


# Handler and evolve ------------------------------------------------------------------------------------


@wants("case", "other_thread")
def _move_case(view: HasMove, command: MoveCase, _: Policy) -> tuple[Event, ...]:
    by, at, case, thread, latest = command.by, command.at, view.case, view.other_thread, view.other
    moved = CaseMoved(by, at, case.id, thread.id, case.thread, thread.customer, latest.id if latest else None)
    left = ThreadLeft(by, at, case.id, case.thread, case.predecessor)
    if latest is None or latest.successor is not None:
        return moved, left
    return moved, left, SuccessorStarted(by, at, latest.id, case.id)


def _go_on(case: Editing, event: CaseMoved) -> None:
    earlier = (thread for thread in case.threads if thread not in (event.left, event.thread))
    case.threads = (event.left, *earlier)[:MOST_EARLIER]
    case.thread, case.customer, case.predecessor = event.thread, event.customer, event.predecessor


def _take_case(thread: Editing, event: CaseMoved) -> None:
    thread.case = event.case


def _leave_thread(thread: Editing, event: ThreadLeft) -> None:
    thread.case = event.latest
    thread.left += 1


def _is_somebody_else(contact: Editing, _: CaseMoved) -> None:
    contact.authenticated = False


_MOVE = (MoveCase,)

MOVING: Room[SeesMove] = Room(
    name="moving",
    needs=(
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _MOVE, not_closed),
        Rule("thread.known", "The thread exists", "§4", _MOVE, _thread_known, ("thread",)),
        Rule("move.thread", "A case stays on its channel", "§4", _MOVE, _same_channel, ("thread",)),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§4", _MOVE, only_holder),
        Rule("move.open_case", "A thread has one open case", "§4", _MOVE, _no_open_case, ("thread",)),
        Rule("move.live", "Nobody is moved who is on the line", "§4", _MOVE, _nobody_on_line),
        Rule("move.joined", "Threads that were joined stay together", "§4", _MOVE, _one_thread, ("thread",)),
        Rule("move.draft", "What waits for approval was written to somebody", "§4", _MOVE, _no_draft),
    ),
    decide={MoveCase: _move_case},
    evolve={
        (Case, CaseMoved): _go_on,
        (Thread, CaseMoved): _take_case,
        (Thread, ThreadLeft): _leave_thread,
    },
    notices={(Contact, CaseMoved): _is_somebody_else},
    shows={MoveCase: {"other": lambda view, _: None if view.other_thread is None else view.other_thread.case}},
    probes=(Probe("move_case", MoveCase, asks=("thread",)),),
)
