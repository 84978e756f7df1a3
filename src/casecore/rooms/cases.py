"""Cases: one matter of one customer on one channel, which status it has, and how it ends.

* A status set by hand, without a reply, and closing by hand are for the assignee or a supervisor.
* A message of the customer is **answered** by a reply, or by setting resolved by hand; no other status is an answer.
* **Closing** ends the assignment. By hand and automatically it is narrowed by the policy (who, from where, after how
  long); spam may be closed from every status, or the desk could be clogged with it.
* **Automatic** closing counts from the last activity: a message of either side, a status, or the end of a snooze; in
  the opening hours of a calendar, where the policy names one. It never closes on a customer who waits for an answer,
  unless the policy says so, nor a case that is snoozed.
* A closed case can never be changed.

How cases start is told in `arrivals.py`, who holds them in `assignments.py`; both change the record below.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from attrs import field

from casecore.channels import Channel, on_line
from casecore.kernel import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    Command,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    Unconcerned,
    a_choice,
    a_count,
    an_id,
    frozen,
)
from casecore.kernel.durations import duration_text
from casecore.kernel.fields import Value
from casecore.kernel.frozen_dict import FrozenDict
from casecore.kernel.records import a_link, editing_class, record
from casecore.kernel.rooms import (
    NEVER_COMES,
    by_agent,
    for_words,
    measures,
    not_by_customer,
    soft_rule,
    too_early,
    waits_its_time,
    wants,
)
from casecore.kernel.words import EMPTY
from casecore.policies import Policy
from casecore.policies.sections import Role
from casecore.rooms.agents import Agent, is_supervisor
from casecore.rooms.threads import Message, SeesThread, Thread
from casecore.statuses import CASE_LIFECYCLE, CLOSED, ESCALATED, NEW, RESOLVED, SET_BY_HAND, Status, Trigger


class CloseReason(StrEnum):
    """Why a case was closed."""

    BY_HAND = "by_hand"
    AUTOMATIC = "automatic"
    SPAM = "spam"
    TRASHED = "trashed"
    ABANDONED = "abandoned"
    MERGED = "merged"


UNWANTED = frozenset({CloseReason.SPAM, CloseReason.TRASHED})

FROM_EVERYWHERE = UNWANTED | {CloseReason.ABANDONED, CloseReason.MERGED}
"""The reasons for which a case is closed from every status."""

NOTHING_NOTED: Final[Mapping[str, Value]] = FrozenDict()
"""The attributes of a case of which nothing is noted: the same for all of them."""

# Record ----------------------------------------------------------------------------------------------


@record
class Case:
    """One matter of one customer on one channel.

    Attributes:
        status_at: Since when it has its status; setting the same status again by a reply counts anew.
        active_at: When the last activity was: a message of either side, a status, or the end of a snooze.
        assignee: The agent whose inbox holds it now.
        owner: The last agent it was assigned to.
        queue: The queue it belongs to.
        waiting_since: Since when it waits in that queue; None while it does not.
        cut_off_at: When its live customer was cut off, so that it is served before all that wait; None otherwise.
        pull_only: Whether nobody is rung for it: its customer is gone, and it was not escalated or reassigned since.
        snoozed_until: Until when it sleeps, pending and waiting in its queue, so that nobody is rung; None: awake.
        unanswered_since: The customer's first message that has had no answer; None when all have.
        asked_since: The customer's first message of those that are unanswered, or were answered last.
        answers: Our messages that answered them, and BY_HAND if setting it resolved did; `MOST_ANSWERS` of them.
        asked_before: The first of the messages before those, while its answer may still turn out to have failed.
        answers_before: Our messages that answered it, and are not known to have failed.
        reason: What the customer selected.
        language: The customer's language.
        predecessor: The closed case on the same thread before this one.
        successor: The case that followed this closed one.
        closed_as: Why it was closed.
        threads: The threads that it has left (`moving.py`), on which messages of it stand.
        logged: Whether it began with no message (`logged_cases.py`), and its customer has not written yet.
        joined: The other threads that lead to it (`joining.py`).
        attributes: What is noted of it, by the names that the policy declares (`attributes.py`).
        notes: How many notes are on it.
    """

    id: str
    thread: str = a_link(of="thread")
    customer: str = a_link(of="customer")
    channel: Channel
    status: Status
    status_at: datetime
    queue: str
    assignee: str | None = a_link(of="holder", default=None)
    owner: str | None = a_link(of="holder", default=None)
    waiting_since: datetime | None = None
    cut_off_at: datetime | None = None
    pull_only: bool = False
    snoozed_until: datetime | None = None
    unanswered_since: datetime | None = None
    reason: str | None = None
    language: str | None = None
    tags: frozenset[str] = frozenset()
    predecessor: str | None = None
    successor: str | None = None
    closed_as: CloseReason | None = None
    active_at: datetime | None = None
    asked_since: datetime | None = None
    answers: tuple[str, ...] = ()
    asked_before: datetime | None = None
    answers_before: frozenset[str] = frozenset()
    threads: tuple[str, ...] = ()
    logged: bool = False
    joined: tuple[str, ...] = ()
    attributes: Mapping[str, Value] = field(default=NOTHING_NOTED, hash=False)
    notes: int = a_count(default=0)

    @property
    def live(self) -> bool:
        """Whether it is one with somebody on the line: a chat or a call, unless it was only logged."""
        return on_line(self.channel, logged=self.logged)


BY_HAND = ""
"""What stands for setting a case resolved by hand, among the messages that answered the customer's."""

MOST_ANSWERS = 20
"""So many answers to the same messages are remembered, in case they never reach the customer."""


def answer_customer(case: Editing, answer: str) -> None:
    """Let the customer's messages be answered.

    Args:
        case: The case.
        answer: The id of our message, or BY_HAND.
    """
    case.unanswered_since = None
    if case.asked_since is not None and answer not in case.answers:
        case.answers = (*case.answers, answer)[:MOST_ANSWERS]


def ask_again(case: Editing, at: datetime) -> None:
    """Let the customer wait for an answer from now on; what they had asked before is kept, in case its answer failed.

    Args:
        case: The case.
        at: When they wrote (aware).
    """
    may_fail = bool(case.answers) and BY_HAND not in case.answers
    case.asked_before = case.asked_since if may_fail else None
    case.answers_before = frozenset(case.answers) if may_fail else EMPTY
    case.unanswered_since = case.asked_since = at
    case.answers = ()


class SeesCase(SeesThread, Protocol):
    """The case that the command is about, and whose it is."""

    @property
    def case(self) -> Case | None:
        """The case the command names; for a customer's message, the latest case of the thread."""

    @property
    def holder(self) -> Agent | None:
        """The assignee of the case; its owner if nobody holds it."""

    @property
    def named(self) -> Case | None:
        """The case that has the id which a new case is to have."""

    @property
    def answered(self) -> Message | None:
        """The message that the customer's message answers."""


class HasCase(SeesCase, Protocol):
    """There is such a case."""

    case: Case


# Commands --------------------------------------------------------------------------------------------


@frozen
class AboutCase(Command):
    """A command about one case that exists."""

    case: str = an_id(of="case")


@frozen
class CaseCommand(AboutCase):
    """A command of the desk, never of the customer, about one case."""


@frozen
class SetStatus(CaseCommand):
    """The status is set by hand, without a reply."""

    status: Status = a_choice(Status)


@frozen
class CloseCase(CaseCommand):
    """The case is over."""

    reason: CloseReason = a_choice(CloseReason, default=CloseReason.BY_HAND)


# Events ----------------------------------------------------------------------------------------------


@frozen
class CaseStarted(Event):
    """A case began.

    Attributes:
        logged: Whether with no message: an agent has logged it.
        attributes: What the host has noted of it, by name.
    """

    case: str
    thread: str
    customer: str
    channel: Channel
    queue: str
    reason: str | None = None
    language: str | None = None
    predecessor: str | None = None
    tags: frozenset[str] = frozenset()
    logged: bool = False
    attributes: Mapping[str, Value] = field(default=NOTHING_NOTED, hash=False)


@frozen
class StatusSet(Event):
    """The status was set by hand."""

    case: str
    status: Status


@frozen
class CaseClosed(Event):
    """The case is over.

    Attributes:
        into: The case as which it goes on, where it was merged.
    """

    case: str
    reason: CloseReason
    into: str | None = None


# Needs -----------------------------------------------------------------------------------------------


def _case_known(view: SeesCase, command: AboutCase, _: Policy) -> Reason | None:
    if view.case is not None:
        return None
    return Reason("case.known", f"there is no case {command.case!r}", "check the id; messages start cases")


@wants("case")
def not_closed(view: HasCase, command: Command, _: Policy) -> Reason | None:
    """The need of every command that changes a case: a closed one can never be changed."""
    case = view.case
    if case.status is not CLOSED:
        return None
    if command.by == CUSTOMER:
        found, over = f"case {case.id} is closed already", "nothing has to be done; a new message starts another case"
        return Reason("lifecycle.closed", found, over)
    successor = for_words(case, "successor", "")
    follow = f"work on its successor {successor}" if successor else "wait for the customer to write"
    if successor == "":
        follow = "work on its successor, or wait for the customer to write"
    return Reason("lifecycle.closed", f"case {case.id} is closed and can never be changed", follow)


def edge_missing(
    case: Case, trigger: str, otherwise: str = "choose open, pending, escalated or resolved"
) -> Reason | None:
    """What the life cycle has against this trigger on this case; None where the table has the edge.

    Args:
        case: The case.
        trigger: What would move it.
        otherwise: What to do instead where the table has no such trigger at all.
    """
    if CASE_LIFECYCLE.dest(case.status, trigger) is not None:
        return None
    sources = ", ".join(CASE_LIFECYCLE.sources(trigger))
    return Reason(
        "lifecycle.edge",
        f"case {case.id} is {case.status}; {trigger} does not start there",
        f"it starts from {sources}" if sources else otherwise,
        {"status": case.status, "trigger": trigger},
    )


@wants("case")
def _set_edge(view: HasCase, command: SetStatus, _: Policy) -> Reason | None:
    return edge_missing(view.case, SET_BY_HAND.get(command.status) or f"set_{command.status}")


@wants("case")
def _close_edge(view: HasCase, _: CloseCase, __: Policy) -> Reason | None:
    return edge_missing(view.case, Trigger.CLOSE)


def _not_abandoned_by_hand(_: SeesCase, command: CloseCase, __: Policy) -> Reason | None:
    if command.reason is not CloseReason.ABANDONED:
        return None
    found = f"{command.by} does not abandon case {command.case}: its customer does, by leaving"
    return Reason("lifecycle.abandoned", found, "close it by hand, or as spam", ways=("CloseCase",))


# Rules -----------------------------------------------------------------------------------------------


@wants("case")
def only_holder(view: HasCase, command: Command, _: Policy) -> Reason | None:
    """The rule of every command that is the assignee's, or a supervisor's."""
    case = view.case
    if command.by in (case.assignee, SYSTEM) or is_supervisor(view.actor):
        return None
    holds, remedy = "nobody holds it", f"ask a supervisor, or {opened_by(case)}"
    if case.assignee is not None:
        holds, remedy = f"{case.assignee} holds it", "ask its assignee or a supervisor"
    elif for_words(case, "status") is CLOSED:
        holds, remedy = "it is closed", "let the system or a supervisor do it"
    found = f"case {case.id} is not {command.by}'s: {holds}"
    return Reason("assignment.holder", found, remedy, {"assignee": case.assignee})


def opened_by(case: Case) -> str:
    """Who may open a case that nobody holds, for a remedy."""
    return f"whoever serves {for_words(case, 'queue', 'its queue')} and is free may open it"


_SPOKEN_ROLES = MappingProxyType(
    {Role.ASSIGNEE: "its assignee", Role.OWNER: "its last agent", Role.SUPERVISOR: "a supervisor"}
)


@wants("case")
@measures("by", "may")
def may_close(view: HasCase, command: AboutCase, policy: Policy) -> Reason | Unconcerned | None:
    """The rule of every command that closes a case by hand: the policy says who may."""
    if command.by == SYSTEM:
        return UNCONCERNED
    roles = policy.lifecycle.close_by
    if Role.ASSIGNEE in roles and view.case.assignee == command.by:
        return None
    case = view.case
    if Role.OWNER in roles and case.assignee is None and case.owner == command.by:
        return None
    if Role.SUPERVISOR in roles and is_supervisor(view.actor):
        return None
    who = " or ".join(_SPOKEN_ROLES[role] for role in roles) or "nobody"
    return Reason(
        "lifecycle.close_by",
        f"{command.by} may not close case {view.case.id}",
        f"the policy lets {who} close",
        {"by": command.by, "may": roles},
    )


@wants("case")
@measures("status", "from")
def _close_from(view: HasCase, event: CaseClosed, policy: Policy) -> Reason | Unconcerned | None:
    case, allowed = view.case, policy.lifecycle.close_from
    if event.reason in FROM_EVERYWHERE:
        return UNCONCERNED
    if case.status in allowed:
        return None
    settable = any(status in SET_BY_HAND for status in allowed)
    ways: tuple[str, ...] = ("SetStatus",)
    remedy = "set one of these statuses first"
    if case.status is NEW:
        remedy, ways = f"first {opened_by(case)}", ()
    elif not settable:
        remedy, ways = "it can be closed as spam only", ("CloseCase",)
    return Reason(
        "lifecycle.close_from",
        f"case {case.id} is {case.status}; the policy closes from {', '.join(allowed)}",
        remedy,
        {"status": case.status, "from": allowed},
        ways,
    )


def _keeps_waiting(case: Case, policy: Policy) -> bool:
    """Whether its customer waits for an answer, so that it is not closed by itself."""
    return case.unanswered_since is not None and not policy.lifecycle.close_unanswered


def _idle_time(view: HasCase, policy: Policy) -> timedelta | None:
    case, calendar = view.case, policy.closing_calendar
    if case.snoozed_until is not None or _keeps_waiting(case, policy):
        return None
    length = policy.lifecycle.close_after.get(case.status)
    if length is None or calendar is None or case.active_at is None:
        return length
    due = calendar.add(case.active_at, length.total_seconds())
    return None if due is None else due - case.active_at  # the calendar may never be open for so long


CLOSING = Timer(
    "the case is closed automatically",
    "lifecycle.close_after",
    "case.active_at",
    _idle_time,
    lambda view, at: CloseCase(SYSTEM, at, view.case.id, CloseReason.AUTOMATIC),
)


@wants("case")
@waits_its_time
def _close_after(view: HasCase, event: CaseClosed, policy: Policy) -> Reason | Unconcerned | None:
    if event.reason is not CloseReason.AUTOMATIC:
        return UNCONCERNED
    case, due = view.case, CLOSING.due(view, policy)
    if case.snoozed_until is not None:
        found = f"case {case.id} is snoozed until {case.snoozed_until:%Y-%m-%d %H:%M:%S} UTC"
        return Reason("lifecycle.close_after", found, "wait until the snooze is over", NEVER_COMES)
    waits = case.status in policy.lifecycle.close_after and _keeps_waiting(case, policy)
    if due is None and not waits:
        return Reason(
            "lifecycle.close_after",
            f"cases that are {case.status} are not closed automatically",
            "leave it as it is",
            NEVER_COMES,
        )
    if waits:
        since = f"{case.unanswered_since:%Y-%m-%d %H:%M:%S} UTC"
        found = f"the customer of case {case.id} has waited for an answer since {since}"
        return Reason(
            "lifecycle.close_after",
            found,
            "reply, or let its assignee or a supervisor set it resolved",
            {**NEVER_COMES, "unanswered_since": case.unanswered_since},
        )
    if due is None or event.at >= due:
        return None
    idle = event.at - (case.active_at or event.at)
    found = f"nothing has happened on case {case.id}, which is {case.status}, for {duration_text(idle)}"
    if policy.closing_calendar is not None:
        counted = policy.closing_calendar.open_time(event.at - idle, event.at)
        found += f", of which {duration_text(counted)} count in the opening hours of {policy.lifecycle.calendar}"
    return too_early("lifecycle.close_after", found, due - event.at, due - event.at + idle)


# Handlers --------------------------------------------------------------------------------------------


def _set_status(_: SeesCase, command: SetStatus, __: Policy) -> tuple[Event, ...]:
    return (StatusSet(command.by, command.at, command.case, command.status),)


def _close_case(_: SeesCase, command: CloseCase, __: Policy) -> tuple[Event, ...]:
    itself = command.by == SYSTEM and command.reason is CloseReason.BY_HAND
    reason = CloseReason.AUTOMATIC if itself else command.reason
    return (CaseClosed(command.by, command.at, command.case, reason),)


# Evolve ----------------------------------------------------------------------------------------------


def new_case_record(event: CaseStarted) -> Case:
    """The record of a new case, still being changed."""
    return editing_class(Case)(
        id=event.case,
        thread=event.thread,
        customer=event.customer,
        channel=event.channel,
        status=NEW,
        status_at=event.at,
        active_at=event.at,
        queue=event.queue,
        reason=event.reason,
        language=event.language,
        tags=event.tags,
        predecessor=event.predecessor,
        logged=event.logged,
        attributes=event.attributes,
    )


def _latest_case(thread: Editing, event: CaseStarted) -> None:
    thread.case = event.case


def _status_set(case: Editing, event: StatusSet) -> None:
    case.status = event.status
    case.status_at = case.active_at = event.at
    case.pull_only = case.pull_only and event.status is not ESCALATED
    if event.status is RESOLVED:
        answer_customer(case, BY_HAND)


def _end_case(case: Editing, event: CaseClosed) -> None:
    case.status = CLOSED
    case.status_at = case.active_at = event.at
    case.closed_as = event.reason
    case.successor = event.into or case.successor
    case.assignee = case.waiting_since = case.cut_off_at = case.unanswered_since = None
    case.asked_since, case.answers = None, ()
    case.asked_before, case.answers_before = None, EMPTY
    case.pull_only = False
    case.snoozed_until = None


_CHANGES = (SetStatus, CloseCase)

CASES: Room[SeesCase] = Room(
    name="cases",
    needs=(
        Rule("actor.role", "A customer can only write", "§1", (CaseCommand,), not_by_customer),
        Rule("actor.role", "Only an agent sets a status by hand", "§2", (SetStatus,), by_agent),
        Rule("case.known", "The case exists", "§1", (AboutCase,), _case_known),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _CHANGES, not_closed),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (SetStatus,), _set_edge),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (CloseCase,), _close_edge),
        Rule("lifecycle.abandoned", "Only a customer abandons a case", "§6", (CloseCase,), _not_abandoned_by_hand),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§3", (SetStatus,), only_holder),
        soft_rule("lifecycle.close_by", "The policy says who may close", "§2", (CloseCase,), may_close),
        soft_rule(
            "lifecycle.close_from", "The policy says from where cases are closed", "§2", (CaseClosed,), _close_from
        ),
        Rule("lifecycle.close_after", "Automatic closing waits its time", "§2", (CaseClosed,), _close_after),
    ),
    decide={SetStatus: _set_status, CloseCase: _close_case},
    creates={(Case, CaseStarted): new_case_record},
    evolve={
        (Thread, CaseStarted): _latest_case,
        (Case, StatusSet): _status_set,
        (Case, CaseClosed): _end_case,
    },
    timers=(CLOSING,),
    probes=(
        *(Probe(str(trigger), SetStatus, {"status": status}) for status, trigger in SET_BY_HAND.items()),
        Probe("close", CloseCase),
        Probe("close_as_spam", CloseCase, {"reason": CloseReason.SPAM}),
    ),
)
