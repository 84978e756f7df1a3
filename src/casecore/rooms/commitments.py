"""Commitments: a follow-up that somebody promised: who, when, what.

* The agent who is with the customer makes it, or whoever has that contact to dispose still; where the policy says so,
  only for a customer who was authenticated in it.
* It is **due** at its instant and **overdue** after it, until it is fulfilled; it can be rescheduled to a later or
  earlier instant, never to one in the past.
* It is its own row: it outlives the contact, and the case.
* It is **kept** by whoever promised it; where promises follow their case (`commitments.follow_case`), by whoever holds
  the case, or held it last.
* One that is overdue, and whose keeper is not on duty, may be **taken** over by anybody who serves the case's queue.
  It is theirs from then on, wherever the case goes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

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
    Unconcerned,
    a_text,
    an_id,
    an_instant,
    frozen,
)
from casecore.kernel.records import a_link, record
from casecore.kernel.rooms import by_agent, measures, not_by_customer, soft_rule, wants
from casecore.kernel.words import is_blank
from casecore.policies import Policy
from casecore.policies.sections import Proceeding
from casecore.rooms.aftermath import SeesWrapUp, wrap_up_of
from casecore.rooms.agents import is_supervisor
from casecore.rooms.assignments import agent_named
from casecore.rooms.authentication import authentication_missing
from casecore.rooms.cases import Case, CaseCommand, not_closed, only_holder
from casecore.rooms.contacts import Contact


@record
class Commitment:
    """A promised follow-up.

    Attributes:
        agent: Who promised it, or has taken it over; who has to keep it, says `keeper`.
        due_at: When.
        what: What.
        taken: Whether somebody has taken it over: then it follows no case.
    """

    id: str
    case: str = a_link(of="case")
    agent: str = a_link(of="target")
    due_at: datetime
    what: str
    taken: bool = False

    def overdue(self, at: datetime) -> bool:
        """Whether its instant has passed."""
        return at > self.due_at


def keeper(commitment: Commitment, case: Case | None, policy: Policy) -> str:
    """Who has to keep a promise.

    Args:
        commitment: The promise.
        case: Its case; None where that is not at hand.
        policy: The SOP in force for the case.
    """
    if case is None or case.owner is None or commitment.taken or not policy.commitments.follow_case:
        return commitment.agent
    return case.owner


class SeesCommitment(SeesWrapUp, Protocol):
    """The commitment that the command names."""

    @property
    def commitment(self) -> Commitment | None:
        """The commitment the command names, if there is one with that id."""


class HasCommitment(SeesCommitment, Protocol):
    """There is such a commitment."""

    commitment: Commitment


# Commands and events -----------------------------------------------------------------------------------


@frozen
class MakeCommitment(CaseCommand):
    """The agent promises a follow-up."""

    commitment: str = an_id(of="commitment")
    due: datetime = an_instant()
    what: str = a_text()


@frozen
class CommitmentCommand(Command):
    """A command about a commitment that stands."""

    commitment: str = an_id(of="commitment")


@frozen
class FulfilCommitment(CommitmentCommand):
    """The promise was kept."""


@frozen
class RescheduleCommitment(CommitmentCommand):
    """The promise is for another instant."""

    due: datetime = an_instant()


@frozen
class TakeCommitment(CommitmentCommand):
    """An agent takes over what somebody promised who is not there."""


@frozen
class CommitmentMade(Event):
    """A follow-up was promised."""

    commitment: str
    case: str
    agent: str
    due: datetime
    what: str


@frozen
class CommitmentFulfilled(Event):
    """The promise was kept."""

    commitment: str
    case: str


@frozen
class CommitmentRescheduled(Event):
    """The promise is for another instant."""

    commitment: str
    case: str
    due: datetime
    was: datetime


@frozen
class CommitmentTaken(Event):
    """Somebody else keeps the promise from now on; `was` is who had it to keep."""

    commitment: str
    case: str
    agent: str
    was: str


# Needs and rules ---------------------------------------------------------------------------------------


@wants("commitment")
def _id_is_fresh(view: HasCommitment, command: MakeCommitment, _: Policy) -> Reason | None:
    return Reason("commitment.fresh", f"there is a commitment {command.commitment!r} already", "give each its own id")


def _commitment_stands(view: SeesCommitment, command: CommitmentCommand, _: Policy) -> Reason | None:
    if view.commitment is not None:
        return None
    return Reason("commitment.known", f"no commitment {command.commitment!r} stands", "it was fulfilled, or never made")


@measures("due", "at")
def _in_future(_: SeesCommitment, command: MakeCommitment | RescheduleCommitment, __: Policy) -> Reason | None:
    if command.due > command.at:
        return None
    found, facts = f"{command.due.isoformat()} has passed", {"due": command.due, "at": command.at}
    return Reason("commitment.due", found, "promise an instant to come", facts)


def _says_what(_: SeesCommitment, command: MakeCommitment, __: Policy) -> Reason | None:
    says = not is_blank(command.what)
    return None if says else Reason("commitment.what", "it does not say what", "say what will be done")


@wants("case")
def _with_the_customer(view: SeesCommitment, command: MakeCommitment, policy: Policy) -> Reason | None:
    return None if view.wrap_up is not None else only_holder(view, command, policy)


def _customer_authenticated(view: SeesCommitment, event: CommitmentMade, policy: Policy) -> Reason | Unconcerned | None:
    before: bool | None = None
    if view.wrap_up is not None and (view.contact is None or view.contact.agent != event.agent):
        before = view.wrap_up.authenticated
    return authentication_missing(view, Proceeding.COMMIT, policy, authenticated=before)


@wants("commitment")
def _kept_by_agent(view: HasCommitment, command: CommitmentCommand, policy: Policy) -> Reason | None:
    row, who = view.commitment, keeper(view.commitment, view.case, policy)
    if command.by in (who, SYSTEM) or is_supervisor(view.actor):
        return None
    found = f"commitment {row.id} is {who}'s, not {command.by}'s"
    return Reason("commitment.agent", found, f"ask {who} or a supervisor")


@wants("commitment")
@measures("due", "at")
def _is_overdue(view: HasCommitment, command: TakeCommitment, _: Policy) -> Reason | None:
    row = view.commitment
    if row.overdue(command.at):
        return None
    found, facts = f"commitment {row.id} is due at {row.due_at.isoformat()}", {"due": row.due_at, "at": command.at}
    return Reason("commitment.overdue", found, "take it over once that has passed", facts)


@wants("commitment")
def _keeper_is_absent(view: HasCommitment, command: TakeCommitment, policy: Policy) -> Reason | None:
    who = keeper(view.commitment, view.case, policy)
    there = agent_named(view, who)
    if there is None or not there.on_duty:
        return None
    return Reason("commitment.absent", f"{who}, who promised commitment {command.commitment}, is there", f"tell {who}")


@wants("commitment", "case", "actor")
def _serves_queue_of_case(view: HasCommitment, command: TakeCommitment, _: Policy) -> Reason | None:
    if view.case is None or view.actor is None or view.case.queue in view.actor.queues:
        return None
    found = f"{command.by} does not serve the queue {view.case.queue} of case {view.case.id}"
    return Reason("commitment.queue", found, f"let somebody take it who serves {view.case.queue}")


DUE = Timer("a commitment is due", "commitment.due_at", "commitment.due_at", lambda _, __: timedelta(0))


# Handlers and evolve -----------------------------------------------------------------------------------


def _make_commitment(_: SeesCommitment, command: MakeCommitment, __: Policy) -> tuple[Event, ...]:
    c = command
    return (CommitmentMade(c.by, c.at, c.commitment, c.case, agent=c.by, due=c.due, what=c.what),)


@wants("commitment")
def _fulfil_commitment(view: HasCommitment, command: FulfilCommitment, _: Policy) -> tuple[Event, ...]:
    row = view.commitment
    return (CommitmentFulfilled(command.by, command.at, row.id, row.case),)


def _reschedule_commitment(view: SeesCommitment, command: RescheduleCommitment, _: Policy) -> tuple[Event, ...]:
    c, row = command, view.commitment
    return () if row is None else (CommitmentRescheduled(c.by, c.at, row.id, row.case, due=c.due, was=row.due_at),)


@wants("commitment")
def _take_commitment(view: HasCommitment, command: TakeCommitment, policy: Policy) -> tuple[Event, ...]:
    c, row = command, view.commitment
    was = keeper(row, view.case, policy)
    return () if was == c.by else (CommitmentTaken(c.by, c.at, row.id, row.case, agent=c.by, was=was),)


def _new_commitment(event: CommitmentMade) -> Commitment:
    return Commitment(event.commitment, event.case, event.agent, event.due, event.what)


def _promise_in_contact(contact: Editing, event: CommitmentMade) -> None:
    contact.committed = contact.committed or contact.agent == event.agent


def _move_due_date(commitment: Editing, event: CommitmentRescheduled) -> None:
    commitment.due_at = event.due


def _change_keeper(commitment: Editing, event: CommitmentTaken) -> None:
    commitment.agent, commitment.taken = event.agent, True


_KEPT, _TAKEN = (FulfilCommitment, RescheduleCommitment), (TakeCommitment,)

COMMITMENTS: Room[SeesCommitment] = Room(
    name="commitments",
    needs=(
        Rule("actor.role", "Only an agent promises", "§6", (MakeCommitment,), by_agent),
        Rule("actor.role", "Only an agent takes a promise over", "§3", _TAKEN, by_agent),
        Rule("actor.role", "A customer can only write", "§1", (CommitmentCommand,), not_by_customer),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (MakeCommitment,), not_closed),
        Rule(
            "commitment.fresh", "A commitment's id is used once", "§6", (MakeCommitment,), _id_is_fresh, ("commitment",)
        ),
        Rule(
            "commitment.known", "The commitment stands", "§6", (CommitmentCommand,), _commitment_stands, ("commitment",)
        ),
    ),
    rules=(
        soft_rule(
            "assignment.holder",
            "Only the assignee, a supervisor, or who wraps up",
            "§6",
            (MakeCommitment,),
            _with_the_customer,
        ),
        Rule(
            "authentication.before", "Authenticate before proceeding", "§6", (CommitmentMade,), _customer_authenticated
        ),
        Rule(
            "commitment.due",
            "A promise is for the future",
            "§6",
            (MakeCommitment, RescheduleCommitment),
            _in_future,
            ("due",),
        ),
        Rule("commitment.what", "A promise says what", "§6", (MakeCommitment,), _says_what, ("what",)),
        soft_rule("commitment.agent", "A promise is kept by whose it is", "§6", _KEPT, _kept_by_agent),
        Rule("commitment.overdue", "Only an overdue promise is taken over", "§3", _TAKEN, _is_overdue),
        Rule("commitment.absent", "Only of somebody who is not there", "§3", _TAKEN, _keeper_is_absent),
        Rule("commitment.queue", "Who takes a promise over serves the queue", "§3", _TAKEN, _serves_queue_of_case),
    ),
    decide={
        MakeCommitment: _make_commitment,
        FulfilCommitment: _fulfil_commitment,
        RescheduleCommitment: _reschedule_commitment,
        TakeCommitment: _take_commitment,
    },
    creates={(Commitment, CommitmentMade): _new_commitment},
    evolve={(Commitment, CommitmentRescheduled): _move_due_date, (Commitment, CommitmentTaken): _change_keeper},
    notices={(Contact, CommitmentMade): _promise_in_contact},
    removes=frozenset({(Commitment, CommitmentFulfilled)}),
    shows={MakeCommitment: {"wrap_up": wrap_up_of}},
    timers=(DUE,),
    probes=(
        Probe(
            "make_commitment",
            MakeCommitment,
            {"due": datetime.max.replace(tzinfo=UTC)},
            asks=("commitment", "due", "what"),
        ),
    ),
)
