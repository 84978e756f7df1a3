"""Logged cases: a case that begins with no message, because what it is about happened elsewhere.

* An agent **logs** a case: a call that they took by their own telephone, somebody who stood at the counter. They say
  whose it is and on which channel it goes on, on whichever channel that is; what was said stands in a note.
* They hold it and work on it; the limits are asked as for all that somebody is given. Whoever has no room, or is at
  lunch, logs it for its **queue**, where it waits as any other. What they logged is never lost for want of room.
* It goes onto a thread of that customer without an open case, or onto a new one. It follows the closed case that is
  there; nobody has written, so no window opens and no consent is given by it.
* **Nobody is on the line**, whatever its channel: its contact is left, ended, kept and snoozed as an email's is, it has
  no silence, and its customer cannot abandon it. On its channel and in total it counts as any other case; beside
  calls it is a case, and no call.
* **No clock runs** until the customer writes: nothing was asked yet.
* We write first on it only where we may write first at all, to a number that is known (`outbound.py`).
* When the customer **writes** on it, it goes on as any other: the clocks start, and on a live channel they are on the
  line. The contact begins anew: who they are was made sure of elsewhere, and is made sure of again.
"""

from __future__ import annotations

from typing import Protocol

from casecore.channels import VOICE, Channel
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
    a_text,
    an_id,
    frozen,
)
from casecore.kernel.rooms import by_agent, measures, wants
from casecore.kernel.words import is_blank, unless_blank
from casecore.policies import Aspect, Policy
from casecore.rooms.agents import Agent
from casecore.rooms.approvals import DraftSubmitted
from casecore.rooms.arrivals import MessageReceived, named_person, thread_identity
from casecore.rooms.assignments import CaseAssigned, CaseQueued, WorkBegun, queue_known
from casecore.rooms.cases import Case, CaseStarted, HasCase, new_case_record
from casecore.rooms.clocks import SeesClocks
from casecore.rooms.contacts import Contact, ContactEnded, ContactStarted
from casecore.rooms.notes import NoteAdded, SeesNote, note_fresh
from casecore.rooms.outbound import CUSTOMER_WRITES_FIRST, aspect_of, begins_case, once_begun
from casecore.rooms.replies import ReplySent
from casecore.rooms.threads import NAMES_OWNER
from casecore.statuses import CLOSED

# Command and event -------------------------------------------------------------------------------------


@frozen
class LogCase(Command):
    """An agent starts a case that begins with no message.

    Attributes:
        thread: The conversation it belongs to.
        new_case: The id of the case.
        customer: Whose it is; needed the first time on a thread.
        channel: Where it goes on; needed the first time on a thread.
        name: The customer's name, if it is known.
        queue: The queue of the case; by the policy's filters if it is not given.
        reason: What it is about.
        language: The customer's language, e.g. `pt`.
        note: The id of the note that says what happened; None where there is none.
        text: What the note says.
        keep: Whether they hold it; otherwise it waits in its queue.
    """

    thread: str = an_id(of="thread")
    new_case: str = an_id()
    customer: str | None = an_id(of="customer", default=None)
    channel: Channel | None = a_choice(Channel, default=None)
    name: str | None = a_text(default=None)
    queue: str | None = an_id(default=None)
    reason: str | None = a_text(default=None)
    language: str | None = a_text(default=None)
    note: str | None = an_id(of="note", default=None)
    text: str = a_text(default="")
    keep: bool = a_flag(default=True)


@frozen
class CustomerJoined(Event):
    """The customer of a logged case has written on it: it goes on as any other.

    Attributes:
        agent: Who holds it.
    """

    case: str
    channel: Channel
    agent: str | None = None


class SeesLog(SeesClocks, SeesNote, Protocol):
    """Where a case is logged, and the note on it."""


# Needs and rules ---------------------------------------------------------------------------------------


@wants("case")
def _no_open_case(view: HasCase, command: LogCase, _: Policy) -> Reason | None:
    case = view.case
    if case.status is CLOSED:
        return None
    found = f"thread {command.thread} has the open case {case.id}"
    return Reason("logged.open_case", found, "add a note to that one", ways=("AddNote",))


def _case_fresh(view: SeesLog, command: LogCase, _: Policy) -> Reason | None:
    if view.named is None:
        return None
    return Reason("case.fresh", f"case id {command.new_case!r} is taken", "give the new case an id of its own")


def _log_says_something(_: SeesLog, command: LogCase, __: Policy) -> Reason | Unconcerned | None:
    if command.note is None:
        if is_blank(command.text):
            return UNCONCERNED
        return Reason("note.content", "the text is in no note", "give the note an id")
    return Reason("note.content", "the note is empty", "write something") if is_blank(command.text) else None


@wants("case")
@measures("channel")
def _may_write_first(view: HasCase, _: ReplySent | DraftSubmitted, __: Policy) -> Reason | Unconcerned | None:
    case = view.case
    if not case.logged:
        return UNCONCERNED
    why = CUSTOMER_WRITES_FIRST.get(case.channel)
    if why is None:
        return None
    found = f"the customer of case {case.id} has not written on it, and on {case.channel} {why}"
    return Reason(
        "logged.reply", found, "wait for the customer, or write a note", {"channel": case.channel}, ("AddNote",)
    )


# Handler and what follows ------------------------------------------------------------------------------


def _case_to_log(view: SeesLog, command: LogCase, policy: Policy) -> CaseStarted | None:
    c, thread = command, view.thread
    customer = named_person(view, c.customer) if thread is None else thread.customer
    channel = c.channel if thread is None else thread.channel
    if customer is None or channel is None:  # `thread.identity` has refused it already
        return None
    reason, language = unless_blank(c.reason), unless_blank(c.language)
    return CaseStarted(
        c.by,
        c.at,
        c.new_case,
        c.thread,
        customer,
        channel=channel,
        queue=c.queue or policy.queue_for(channel, reason, language),
        reason=reason,
        language=language,
        predecessor=None if view.case is None else view.case.id,
        logged=True,
    )


def _case_aspect(view: SeesLog, command: LogCase, policy: Policy) -> Aspect | None:
    return aspect_of(_case_to_log(view, command, policy))


def _log_case(view: SeesLog, command: LogCase, policy: Policy) -> tuple[Event, ...]:
    c, begun = command, _case_to_log(view, command, policy)
    if begun is None:
        return ()
    by, at, case = c.by, c.at, c.new_case
    kept = (CaseAssigned(by, at, case, by), WorkBegun(by, at, case, by))
    placed = kept if c.keep else (CaseQueued(by, at, case, begun.queue, at),)
    noted = () if c.note is None else (NoteAdded(by, at, c.note, c.text, case=case, customer=None),)
    return (*begins_case(view, begun, c.name), *placed, *noted)


def _once_logged(view: SeesLog, command: LogCase, policy: Policy) -> SeesLog:
    """The view once the case is there: its agent is about to open it, or it waits in its queue."""
    begun = _case_to_log(view, command, policy)
    if begun is None:
        return view
    case: Editing = new_case_record(begun)
    case.assignee = case.owner = command.by if command.keep else None
    return once_begun(view, begun, case, contact=None, last_contact=None, holder=view.actor if command.keep else None)


@wants("case")
def _customer_joins(view: HasCase, event: MessageReceived, _: Policy) -> tuple[Event, ...]:
    case = view.case
    if case.id != event.case or not case.logged:
        return ()
    return (CustomerJoined(event.by, event.at, case.id, case.channel, case.assignee),)


# Evolve ------------------------------------------------------------------------------------------------


def _goes_on(case: Editing, _: CustomerJoined) -> None:
    case.logged = False


def _begins_anew(contact: Editing, event: CustomerJoined) -> None:
    contact.since = contact.owed_since = event.at
    contact.authenticated = contact.committed = False


def _one_more(agent: Editing, event: ContactStarted) -> None:
    if event.logged and event.channel is VOICE:
        agent.logged_calls += 1


def _one_less(agent: Editing, event: ContactEnded) -> None:
    if event.logged and event.channel is VOICE:
        agent.logged_calls -= 1


def _is_a_call(agent: Editing, event: CustomerJoined) -> None:
    if event.channel is VOICE:
        agent.logged_calls -= 1


_LOG = (LogCase,)

LOGGED_CASES: Room[SeesLog] = Room(
    name="logged_cases",
    needs=(
        Rule("actor.role", "Only an agent logs a case", "§4", _LOG, by_agent),
        Rule("thread.identity", "A thread is one customer on one channel", "§1", _LOG, thread_identity),
        Rule("note.fresh", "A note's id is used once", "§4", _LOG, note_fresh),
        Rule("logged.open_case", "A thread has one open case", "§1", _LOG, _no_open_case),
        Rule("case.fresh", "A case's id is used once", "§2", _LOG, _case_fresh),
        Rule("queue.known", "The queue exists", "§3", _LOG, queue_known),
    ),
    rules=(
        Rule("note.content", "A note says something", "§4", _LOG, _log_says_something, ("note", "text")),
        Rule(
            "logged.reply",
            "Where the customer writes first, nothing is written on a logged case before",
            "§4",
            (ReplySent, DraftSubmitted),
            _may_write_first,
        ),
    ),
    decide={LogCase: _log_case},
    follows={MessageReceived: _customer_joins},
    evolve={
        (Case, CustomerJoined): _goes_on,
        (Agent, ContactStarted): _one_more,
        (Agent, ContactEnded): _one_less,
    },
    notices={(Contact, CustomerJoined): _begins_anew, (Agent, CustomerJoined): _is_a_call},
    foresees={LogCase: _once_logged},
    shows={LogCase: {**NAMES_OWNER, "named": lambda _, command: command.new_case}},
    about={LogCase: _case_aspect},
)
