"""Times: whose instants bind what.

* What is done to a case is done no earlier than what happened to it last, and whether an agent is there is set no
  earlier than it was last. Nothing else is bound: two hosts whose clocks differ by a second lose no message, and a
  command that is a year ahead holds up its own case and no other.
* What **customers** send is never refused for its time: it happens at its instant or at the case's last one, whichever
  is later. A message keeps when it was sent (`arrivals.py`). Nor is **logging out**: whoever is gone is gone.
* It is asked last of all needs: an id that was seen before is told as such, whatever the instant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from casecore.kernel import CUSTOMER, UNCONCERNED, Command, Editing, Event, Reason, Room, Rule, Unconcerned, changed
from casecore.kernel.records import record
from casecore.kernel.rooms import measures
from casecore.policies import Policy
from casecore.rooms.agents import (
    Agent,
    AgentAvailable,
    AgentLoggedOut,
    AgentUnavailable,
    AgentWrapsUp,
    LogOut,
    NextStateCleared,
    NextStateSet,
    PresenceCommand,
)
from casecore.rooms.arrivals import ReceiveMessage, SeesArrival, starts_case
from casecore.rooms.cases import CaseStarted
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import ChangesMessage, EditMessage, WithdrawMessage
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.outbound import StartOutbound

# Record ------------------------------------------------------------------------------------------------


@record
class CaseTime:
    """How far a case has come: when the last thing happened on it."""

    changed_at: datetime


class SeesTime(SeesArrival, Protocol):
    """How far the case has come."""

    @property
    def case_time(self) -> CaseTime | None:
        """When the last thing happened on the case."""


# When what nobody refuses happens ----------------------------------------------------------------------


def _not_before_case(view: SeesTime, at: datetime) -> datetime:
    return at if view.case_time is None else max(at, view.case_time.changed_at)


def _message_time(view: SeesTime, command: ReceiveMessage) -> Command:
    at = command.at if starts_case(view, command) else _not_before_case(view, command.at)
    return command if at == command.at else changed(command, at=at, sent_at=command.sent_at or command.at)


def _change_time(view: SeesTime, command: ChangesMessage) -> Command:
    at = _not_before_case(view, command.at)
    return command if at == command.at else changed(command, at=at, sent_at=command.sent_at or command.at)


def _log_out_time(view: SeesTime, command: LogOut) -> Command:
    last = None if view.target is None else view.target.presence_at
    return command if last is None or command.at >= last else changed(command, at=last)


def _hang_up_time(view: SeesTime, command: EndContact) -> Command:
    if command.by != CUSTOMER:
        return command
    at = _not_before_case(view, command.at)
    return command if at == command.at else changed(command, at=at)


# The need ----------------------------------------------------------------------------------------------


_UNBOUND = (StartOutbound, LogCase, ReceiveMessage, ChangesMessage)
"""What starts a case, which has no time yet; or a customer sends."""


@measures("at", "last", "seconds_to_go")
def time_goes_on(view: SeesTime, command: Command, _: Policy) -> Reason | Unconcerned | None:
    """What is against the instant of a command: that its case, or the agent's presence, is further on."""
    if isinstance(command, _UNBOUND):
        return UNCONCERNED
    last: datetime | None = None
    what = ""
    if isinstance(command, PresenceCommand):
        last, what = getattr(view.target, "presence_at", None), f"when {command.agent} last came or went"
    elif view.case is not None and view.case_time is not None:
        last, what = view.case_time.changed_at, f"when case {view.case.id} last changed"
    if last is None:
        return UNCONCERNED
    if command.at >= last:
        return None
    return Reason(
        "time.order",
        f"{command.at.isoformat()} is before {last.isoformat()}, {what}",
        "give the instant at which it is done, once that has passed",
        {"at": command.at, "last": last, "seconds_to_go": (last - command.at).total_seconds()},
    )


# Evolve ------------------------------------------------------------------------------------------------


def _new_case_time(event: CaseStarted) -> CaseTime:
    return CaseTime(event.at)


def _case_changed(time: Editing, event: Event) -> None:
    time.changed_at = max(time.changed_at, event.at)


def _presence_changed(agent: Editing, event: Event) -> None:
    if agent.presence_at is None or agent.presence_at < event.at:
        agent.presence_at = event.at


_PRESENCE: tuple[type[Event], ...] = (
    AgentAvailable,
    AgentUnavailable,
    AgentWrapsUp,
    AgentLoggedOut,
    NextStateSet,
    NextStateCleared,
)

TIMES: Room[SeesTime] = Room(
    name="times",
    needs=(Rule("time.order", "Time does not run backwards", "§1", (Command,), time_goes_on),),
    creates={(CaseTime, CaseStarted): _new_case_time},
    evolve={(Agent, event): _presence_changed for event in _PRESENCE},
    notices={(CaseTime, Event): _case_changed},
    timed={
        ReceiveMessage: _message_time,
        EndContact: _hang_up_time,
        LogOut: _log_out_time,
        EditMessage: _change_time,
        WithdrawMessage: _change_time,
    },
)
