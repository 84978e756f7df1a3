"""Relations: which records of other systems a case is about, and what sort of matter it is.

* An **email's** contact is related to the customer, and to the account case where the caller says that there is one. A
  complaint about an installer is related to customer, installer and case. What is missing blocks the disposition; only
  the installer may be added after it, where the policy says so, and is an open **duty** until it is.
* Who has the contact says what it is about: its agent, whoever wraps it up or owes a relation, a supervisor.
* A relation that was wrong is taken back, until the contact is disposed; then what is missing is missing again.
"""

from __future__ import annotations

from casecore.channels import EMAIL
from casecore.kernel import SYSTEM, Editing, Event, Probe, Reason, Room, Rule, a_choice, a_flag, an_id, changed, frozen
from casecore.kernel.rooms import wants
from casecore.policies import Policy
from casecore.policies.sections import Relation
from casecore.rooms.aftermath import Aftermath, HasAftermath, SeesWrapUp, wrap_up_of
from casecore.rooms.agents import is_supervisor
from casecore.rooms.cases import CaseCommand

INSTALLER = "installer"
"""Whom a complaint is about, in `email.complaint_relations`."""

# Commands ----------------------------------------------------------------------------------------------


@frozen
class FlagCase(CaseCommand):
    """The agent learns what sort of matter it is; what is None stays."""

    complaint: bool | None = a_flag(default=None)
    account_case: bool | None = a_flag(default=None)


@frozen
class UnrelateRecord(CaseCommand):
    """A relation is taken back, because it was the wrong record; done until the contact is disposed."""

    relation: Relation = a_choice(Relation)


@frozen
class RelateRecord(CaseCommand):
    """The case is related to a record of another system: the customer's, the installer's, the account case."""

    relation: Relation = a_choice(Relation)
    record: str = an_id()


# Events ------------------------------------------------------------------------------------------------


@frozen
class DutyLeft(Event):
    """A contact was disposed while a relation was missing; it is still to be added."""

    case: str
    agent: str
    missing: frozenset[Relation]


@frozen
class DutyDone(Event):
    """The last missing relation was added."""

    case: str


@frozen
class CaseFlagged(Event):
    """The agent learnt what sort of matter it is."""

    case: str
    complaint: bool
    account_case: bool


@frozen
class RecordRelated(Event):
    """The case is related to a record of another system."""

    case: str
    relation: Relation
    record: str


@frozen
class RecordUnrelated(Event):
    """The case is related to no such record any more."""

    case: str
    relation: Relation


# What is missing ---------------------------------------------------------------------------------------


def missing_relations(view: SeesWrapUp, policy: Policy) -> frozenset[Relation]:
    """What an email's contact still has to be related to."""
    after = view.aftermath
    return frozenset() if after is None else needed_relations(view, after, policy) - after.related


def needed_relations(view: SeesWrapUp, after: Aftermath, policy: Policy) -> frozenset[Relation]:
    """What an email's contact has to be related to."""
    if view.case is None or view.case.channel is not EMAIL:
        return frozenset()
    needed = set()
    if policy.email.relate_customer:
        needed.add(Relation.CUSTOMER)
    if policy.email.relate_case and after.account_case:
        needed.add(Relation.CASE)
    if after.complaint:
        needed.update(policy.email.complaint_relations.get(INSTALLER, ()))
    return frozenset(needed)


# Need and rules ----------------------------------------------------------------------------------------


@wants("aftermath")
def _is_related(view: HasAftermath, command: UnrelateRecord, _: Policy) -> Reason | None:
    if command.relation in view.aftermath.related:
        return None
    found, related = f"case {command.case} is not related to {command.relation}", sorted(view.aftermath.related)
    return Reason("relation.known", found, "take back a relation that it has", {"related": tuple(related)})


@wants("case", "aftermath")
def _not_disposed(view: HasAftermath, command: UnrelateRecord, _: Policy) -> Reason | None:
    case = view.case
    if case is None or case.assignee is not None or view.aftermath.undisposed:
        return None
    found = f"every contact of case {command.case} is disposed"
    remedy = "relate it to the right record instead, or write a note"
    return Reason("relation.disposed", found, remedy, ways=("RelateRecord", "AddNote"))


def _works_on_it(view: SeesWrapUp, command: CaseCommand, _: Policy) -> Reason | None:
    case, after = view.case, view.aftermath
    if view.wrap_up is not None or command.by == SYSTEM or is_supervisor(view.actor):
        return None
    if (case is not None and case.assignee == command.by) or (after is not None and after.duty_of == command.by):
        return None
    who = case.assignee if case is not None else None
    remedy = f"ask {who} or a supervisor" if who else "ask a supervisor, or whoever worked on it"
    return Reason("wrap_up.contact", f"{command.by} has no contact with case {command.case}", remedy)


# Handlers ----------------------------------------------------------------------------------------------


@wants("aftermath")
def _flag_case(view: HasAftermath, command: FlagCase, policy: Policy) -> tuple[Event, ...]:
    c, after = command, view.aftermath
    complaint = after.complaint if c.complaint is None else c.complaint
    account_case = after.account_case if c.account_case is None else c.account_case
    if (complaint, account_case) == (after.complaint, after.account_case):
        return ()
    flagged = CaseFlagged(c.by, c.at, c.case, complaint, account_case)
    later = changed(after, complaint=complaint, account_case=account_case)
    done = after.duty_of is not None and needed_relations(view, later, policy) <= later.related
    return (flagged, DutyDone(c.by, c.at, c.case)) if done else (flagged,)


def _relate_record(view: SeesWrapUp, command: RelateRecord, policy: Policy) -> tuple[Event, ...]:
    c, after = command, view.aftermath
    related = RecordRelated(c.by, c.at, c.case, c.relation, c.record)
    last = after is not None and after.duty_of is not None and missing_relations(view, policy) <= {c.relation}
    return (related, DutyDone(c.by, c.at, c.case)) if last else (related,)


@wants("aftermath")
def _unrelate_record(view: HasAftermath, command: UnrelateRecord, _: Policy) -> tuple[Event, ...]:
    return (RecordUnrelated(command.by, command.at, command.case, command.relation),)


# Evolve ------------------------------------------------------------------------------------------------


def _set_flags(after: Editing, event: CaseFlagged) -> None:
    after.complaint = event.complaint
    after.account_case = event.account_case


def _add_relation(after: Editing, event: RecordRelated) -> None:
    after.related |= {event.relation}


def _take_relation(after: Editing, event: RecordUnrelated) -> None:
    after.related -= {event.relation}


def _set_duty(after: Editing, event: DutyLeft) -> None:
    after.duty_of = event.agent


def _no_duty(after: Editing, _: DutyDone) -> None:
    after.duty_of = None


_ABOUT = (FlagCase, RelateRecord, UnrelateRecord)
_TAKEN_BACK = (UnrelateRecord,)

RELATIONS: Room[SeesWrapUp] = Room(
    name="relations",
    needs=(Rule("relation.known", "Only a relation that there is is taken back", "§6", _TAKEN_BACK, _is_related),),
    rules=(
        Rule("relation.disposed", "A relation is taken back before the disposal", "§6", _TAKEN_BACK, _not_disposed),
        Rule("wrap_up.contact", "Who has the contact says what it is about", "§6", _ABOUT, _works_on_it),
    ),
    decide={FlagCase: _flag_case, RelateRecord: _relate_record, UnrelateRecord: _unrelate_record},
    evolve={
        (Aftermath, CaseFlagged): _set_flags,
        (Aftermath, RecordRelated): _add_relation,
        (Aftermath, RecordUnrelated): _take_relation,
        (Aftermath, DutyLeft): _set_duty,
        (Aftermath, DutyDone): _no_duty,
    },
    shows={command: {"wrap_up": wrap_up_of} for command in _ABOUT},
    probes=(
        Probe("relate_customer", RelateRecord, {"relation": Relation.CUSTOMER}, asks=("record",)),
        Probe("unrelate_customer", UnrelateRecord, {"relation": Relation.CUSTOMER}),
        Probe("flag_complaint", FlagCase, {"complaint": True}),
    ),
)
