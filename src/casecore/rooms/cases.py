"""Cases: one matter of one customer on one channel, which status it has, and how it ends.

* A status set by hand, without a reply, and closing by hand are for the assignee or a supervisor.
* **Closing** ends the assignment. By hand and automatically it is narrowed by the policy (who, from where, after how
  long); spam may be closed from every status, or the desk could be clogged with it.
* A closed case can never be changed.

How cases start is told in `arrivals.py`, who holds them in `assignments.py`; both change the record below.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from casecore.channels import Channel
from casecore.kernel import (
    SYSTEM,
    Command,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    a_choice,
    an_id,
    frozen,
)
from casecore.kernel.durations import duration_text
from casecore.kernel.records import a_link, editing_class, record
from casecore.kernel.rooms import by_agent, not_by_customer, soft_rule, too_early, wants
from casecore.policies import Policy
from casecore.policies.sections import Role
from casecore.rooms.agents import Agent, is_supervisor
from casecore.rooms.threads import Message, SeesThread, Thread
from casecore.statuses import CASE_LIFECYCLE, CLOSED, ESCALATED, NEW, SET_BY_HAND, Status, Trigger


class CloseReason(StrEnum):
    """Why a case was closed."""

    BY_HAND = "by_hand"
    AUTOMATIC = "automatic"
    SPAM = "spam"
    TRASHED = "trashed"
    ABANDONED = "abandoned"


UNWANTED = frozenset({CloseReason.SPAM, CloseReason.TRASHED})

FROM_EVERYWHERE = UNWANTED | {CloseReason.ABANDONED}
"""The reasons for which a case is closed from every status."""

# Record ----------------------------------------------------------------------------------------------


@record
class Case:
    """One matter of one customer on one channel.

    Attributes:
        status_at: Since when it has its status; setting the same status again by a reply counts anew.
        assignee: The agent whose inbox holds it now.
        owner: The last agent it was assigned to.
        queue: The queue it belongs to.
        waiting_since: Since when it waits in that queue; None while it does not.
        pull_only: Whether nobody is rung for it: its customer is gone, and it was not escalated or reassigned since.
        unanswered_since: The customer's first message that has had no reply; None when all have.
        reason: What the customer selected.
        language: The customer's language.
        predecessor: The closed case on the same thread before this one.
        successor: The case that followed this closed one.
        closed_as: Why it was closed.
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
    pull_only: bool = False
    unanswered_since: datetime | None = None
    reason: str | None = None
    language: str | None = None
    tags: frozenset[str] = frozenset()
    predecessor: str | None = None
    successor: str | None = None
    closed_as: CloseReason | None = None


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
    """A case began."""

    case: str
    thread: str
    customer: str
    channel: Channel
    queue: str
    reason: str | None = None
    language: str | None = None
    predecessor: str | None = None
    tags: frozenset[str] = frozenset()


@frozen
class StatusSet(Event):
    """The status was set by hand."""

    case: str
    status: Status


@frozen
class CaseClosed(Event):
    """The case is over."""

    case: str
    reason: CloseReason


# Needs -----------------------------------------------------------------------------------------------


def _case_known(view: SeesCase, command: AboutCase, _: Policy) -> Reason | None:
    if view.case is not None:
        return None
    return Reason("case.known", f"there is no case {command.case!r}", "check the id; messages start cases")


@wants("case")
def not_closed(view: HasCase, _: Command, __: Policy) -> Reason | None:
    """The need of every command that changes a case: a closed one can never be changed."""
    case = view.case
    if case.status is not CLOSED:
        return None
    follow = f"work on its successor {case.successor}" if case.successor else "wait for the customer to write"
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
    return Reason("lifecycle.abandoned", found, "close it by hand, or as spam")


# Rules -----------------------------------------------------------------------------------------------


@wants("case")
def only_holder(view: HasCase, command: Command, _: Policy) -> Reason | None:
    """The rule of every command that is the assignee's, or a supervisor's."""
    case = view.case
    if command.by in (case.assignee, SYSTEM) or is_supervisor(view.actor):
        return None
    holds = f"{case.assignee} holds it" if case.assignee else "nobody holds it"
    return Reason(
        "assignment.holder",
        f"case {case.id} is not {command.by}'s: {holds}",
        "ask its assignee or a supervisor" if case.assignee else "open it first",
        {"assignee": case.assignee},
    )


_SPOKEN_ROLES = MappingProxyType(
    {Role.ASSIGNEE: "its assignee", Role.OWNER: "its last agent", Role.SUPERVISOR: "a supervisor"}
)


@wants("case")
def _may_close(view: HasCase, command: CloseCase, policy: Policy) -> Reason | None:
    if command.by == SYSTEM:
        return None
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
    )


@wants("case")
def _close_from(view: HasCase, event: CaseClosed, policy: Policy) -> Reason | None:
    case, allowed = view.case, policy.lifecycle.close_from
    if event.reason in FROM_EVERYWHERE or case.status in allowed:
        return None
    return Reason(
        "lifecycle.close_from",
        f"case {case.id} is {case.status}; the policy closes from {', '.join(allowed)}",
        "set one of these statuses first",
        {"status": case.status},
    )


CLOSING = Timer(
    "the case is closed automatically",
    "lifecycle.close_after",
    "case.status_at",
    lambda view, policy: policy.lifecycle.close_after.get(view.case.status),
    lambda view, at: CloseCase(SYSTEM, at, view.case.id, CloseReason.AUTOMATIC),
)


@wants("case")
def _close_after(view: HasCase, event: CaseClosed, policy: Policy) -> Reason | None:
    if event.reason is not CloseReason.AUTOMATIC:
        return None
    due = CLOSING.due(view, policy)
    if due is None:
        return Reason(
            "lifecycle.close_after",
            f"cases that are {view.case.status} are not closed automatically",
            "close it by hand",
        )
    if event.at >= due:
        return None
    found = f"case {view.case.id} has been {view.case.status} for {duration_text(event.at - view.case.status_at)}"
    return too_early("lifecycle.close_after", found, due - event.at)


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
        queue=event.queue,
        reason=event.reason,
        language=event.language,
        tags=event.tags,
        predecessor=event.predecessor,
    )


def _latest_case(thread: Editing, event: CaseStarted) -> None:
    thread.case = event.case


def _status_set(case: Editing, event: StatusSet) -> None:
    case.status = event.status
    case.status_at = event.at
    case.pull_only = case.pull_only and event.status is not ESCALATED


def _end_case(case: Editing, event: CaseClosed) -> None:
    case.status = CLOSED
    case.status_at = event.at
    case.closed_as = event.reason
    case.assignee = case.waiting_since = case.unanswered_since = None
    case.pull_only = False


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
        soft_rule("lifecycle.close_by", "The policy says who may close", "§2", (CloseCase,), _may_close),
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
