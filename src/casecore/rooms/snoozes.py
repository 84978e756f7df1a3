"""Snooze: a case that sleeps until an instant, so that nobody looks at it before.

* The assignee or a supervisor **snoozes** an open, pending or escalated case until an instant to come; a chat or a call
  is not snoozed, its customer may be on the line. A policy may forbid it, or say how long it lasts at most.
* The case becomes pending, leaves its agent and waits in its queue, where it is neither offered nor handed to whoever
  asks for work. Snoozing it again moves the instant.
* At the instant the system sets it open, or its customer does before, by writing; so does a message of ours that never
  arrived. It then goes to its owner, if they can take it, else to its queue (`reassignments.py`).
* Whoever opens it ends the snooze, and so does another status, or somebody to whom it is reassigned. In another queue
  it sleeps on.
* A snooze pauses no service clock. Nobody closes the case automatically meanwhile: that counts from the snooze's end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from casecore.kernel import (
    SYSTEM,
    UNCONCERNED,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    Unconcerned,
    a_flag,
    an_instant,
    frozen,
)
from casecore.kernel.durations import duration_text
from casecore.kernel.rooms import SECONDS, by_agent, by_system, measures, not_yet, soft_rule, waits_its_time, wants
from casecore.policies import Policy
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.assignments import CaseAssigned, Release, give_up_case
from casecore.rooms.cases import Case, CaseCommand, HasCase, StatusSet, not_closed, only_holder, opened_by
from casecore.rooms.offers import CaseWithOffers, Offers, Rescission, SeesOffers, WorkOffered, ask_anew, taken_back
from casecore.rooms.replies import ReplySent
from casecore.statuses import ESCALATED, NEW, OPEN, PENDING, Status

SNOOZED_FROM = (OPEN, PENDING, ESCALATED)
"""The statuses in which a case is snoozed: somebody has begun to work on it, and it is not solved."""


# Commands and events -----------------------------------------------------------------------------------


@frozen
class SnoozeCase(CaseCommand):
    """Nobody needs to look at the case until an instant."""

    until: datetime = an_instant()


@frozen
class EndSnooze(CaseCommand):
    """The instant has come."""


@frozen
class CaseSnoozed(Event):
    """The case is pending and sleeps until an instant."""

    case: str
    until: datetime


@frozen
class SnoozeEnded(Event):
    """The case sleeps no more.

    Attributes:
        over: Whether that is because its instant has come.
    """

    case: str
    over: bool = a_flag(default=False)


# Needs and rules ---------------------------------------------------------------------------------------


@wants("case")
@measures("status", "from")
def _can_sleep(view: HasCase, command: SnoozeCase, _: Policy) -> Reason | None:
    status = view.case.status
    if status in SNOOZED_FROM:
        return None
    found = f"case {command.case} is {status}; only an open, pending or escalated case is snoozed"
    facts = {"status": status, "from": SNOOZED_FROM}
    if status is NEW:
        return Reason("snooze.status", found, f"first {opened_by(view.case)}", facts)
    return Reason("snooze.status", found, "set it open first", facts, ("SetStatus",))


@wants("case")
@measures("channel")
def _not_live(view: HasCase, command: SnoozeCase, _: Policy) -> Reason | None:
    channel = view.case.channel
    if not view.case.live:
        return None
    found, remedy = f"case {command.case} is on {channel}", "answer, promise a follow-up, or end the contact"
    return Reason("snooze.live", found, remedy, {"channel": channel}, ("MakeCommitment", "EndContact", "ReassignCase"))


@wants("case")
def _sleeps(view: HasCase, command: EndSnooze, _: Policy) -> Reason | None:
    if view.case.snoozed_until is not None:
        return None
    return Reason("snooze.known", f"case {command.case} is not snoozed", "nothing has to be done")


def _snoozing_allowed(_: SeesOffers, command: SnoozeCase, policy: Policy) -> Reason | Unconcerned | None:
    if policy.snooze.allowed:
        return UNCONCERNED
    found = f"the policy lets nobody snooze case {command.case}"
    return Reason("snooze.allowed", found, "set it pending, or promise a follow-up", ways=("SetStatus",))


@measures("until", "at")
def _until_later(_: SeesOffers, command: SnoozeCase, __: Policy) -> Reason | None:
    if command.until > command.at:
        return None
    found, facts = f"{command.until.isoformat()} has come", {"until": command.until, "at": command.at}
    return Reason("snooze.until", found, "snooze it until an instant to come", facts)


@measures("seconds", "limit", threshold=SECONDS)
def _not_too_long(_: SeesOffers, command: SnoozeCase, policy: Policy) -> Reason | Unconcerned | None:
    longest, asked = policy.snooze.longest, command.until - command.at
    if longest is None:
        return UNCONCERNED
    if asked <= longest:
        return None
    found = f"case {command.case} would sleep for {duration_text(asked)}, and may for {duration_text(longest)}"
    facts = {"seconds": asked.total_seconds(), "limit": longest.total_seconds()}
    return Reason("snooze.longest", found, f"snooze it for {duration_text(longest)} at most", facts)


OVER = Timer(
    "the snooze is over",
    "case.snoozed_until",
    "case.snoozed_until",
    lambda _, __: timedelta(0),
    lambda view, at: EndSnooze(SYSTEM, at, view.case.id),
)


@wants("case")
@waits_its_time
def _instant_has_come(view: HasCase, command: EndSnooze, policy: Policy) -> Reason | Unconcerned | None:
    return not_yet(OVER, view, command.at, policy, "snooze.over")


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case")
def _snooze_case(view: CaseWithOffers, command: SnoozeCase, _: Policy) -> tuple[Event, ...]:
    c = command
    withdrawn = taken_back(view, c, Rescission.SNOOZED, review=False)
    return (*withdrawn, CaseSnoozed(c.by, c.at, c.case, c.until), *give_up_case(view.case, c, Release.SNOOZED))


def _end_snooze(_: SeesOffers, command: EndSnooze, __: Policy) -> tuple[Event, ...]:
    c = command
    return (SnoozeEnded(c.by, c.at, c.case, over=True), StatusSet(c.by, c.at, c.case, OPEN))


@wants("case")
def _wakes(view: HasCase, event: Event, _: Policy) -> tuple[Event, ...]:
    if view.case.snoozed_until is None:
        return ()
    return (SnoozeEnded(event.by, event.at, view.case.id),)


@wants("case")
def _wakes_by_hand(view: HasCase, event: CaseAssigned | WorkOffered, policy: Policy) -> tuple[Event, ...]:
    """Whom it is given, or offered, by the system because it is awake, wakes it no second time."""
    review = isinstance(event, WorkOffered) and event.review
    return () if review or event.by == SYSTEM else _wakes(view, event, policy)


@wants("case")
def _wakes_by_status(view: HasCase, event: StatusSet | ReplySent, policy: Policy) -> tuple[Event, ...]:
    status: Status = event.send_as if isinstance(event, ReplySent) else event.status
    return () if status is PENDING or event.by == SYSTEM else _wakes(view, event, policy)


# Evolve ------------------------------------------------------------------------------------------------


def _fall_asleep(case: Editing, event: CaseSnoozed) -> None:
    if case.status is not PENDING:
        case.status, case.status_at = PENDING, event.at
    case.active_at = event.at
    case.snoozed_until = event.until


def _wake_up(case: Editing, event: SnoozeEnded) -> None:
    case.active_at = event.at
    case.snoozed_until = None


_SNOOZE, _END = (SnoozeCase,), (EndSnooze,)

SNOOZES: Room[SeesOffers] = Room(
    name="snoozes",
    needs=(
        Rule("actor.role", "Only an agent snoozes", "§3", _SNOOZE, by_agent),
        Rule("actor.role", "The clock does this", "§3", _END, by_system),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (*_SNOOZE, *_END), not_closed),
        Rule("snooze.status", "A case is snoozed that somebody works on", "§3", _SNOOZE, _can_sleep),
        Rule("snooze.known", "The case is snoozed", "§3", _END, _sleeps),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§3", _SNOOZE, only_holder),
        Rule("snooze.live", "A chat or a call is not snoozed", "§3", _SNOOZE, _not_live),
        Rule("snooze.allowed", "The policy says whether cases are snoozed", "§3", _SNOOZE, _snoozing_allowed),
        Rule("snooze.until", "A snooze ends at an instant to come", "§3", _SNOOZE, _until_later, ("until",)),
        Rule("snooze.longest", "A snooze has a longest time", "§3", _SNOOZE, _not_too_long, ("until",)),
        Rule("snooze.over", "A snooze lasts its time", "§3", _END, _instant_has_come),
    ),
    decide={SnoozeCase: _snooze_case, EndSnooze: _end_snooze},
    follows={
        CaseReopened: _wakes,
        CaseAssigned: _wakes_by_hand,
        WorkOffered: _wakes_by_hand,
        StatusSet: _wakes_by_status,
        ReplySent: _wakes_by_status,
    },
    evolve={(Case, CaseSnoozed): _fall_asleep, (Case, SnoozeEnded): _wake_up, (Offers, SnoozeEnded): ask_anew},
    timers=(OVER,),
    probes=(Probe("snooze", SnoozeCase, {"until": datetime.max.replace(tzinfo=UTC)}, asks=("until",)),),
)
