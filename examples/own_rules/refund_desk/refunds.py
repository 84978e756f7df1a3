"""Refunds: money goes back to a customer when a second person has agreed.

* An agent who holds a case **asks** for a refund of so many cents; a case has one that waits at a time.
* Somebody else **grants** it: a supervisor, never whoever asked for it.
* While a refund waits, its case is neither resolved nor closed, unless it is spam. After a day somebody should look.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

from casecore import (
    UNCONCERNED,
    CaseClosed,
    CloseReason,
    Command,
    Event,
    Policy,
    Probe,
    Reason,
    ReplySent,
    Room,
    Rule,
    Status,
    StatusSet,
    Timer,
    Unconcerned,
)
from casecore.explore.scope import NOON
from casecore.kernel import a_count, frozen
from casecore.kernel.records import record
from casecore.kernel.rooms import by_agent, soft_rule, wants
from casecore.promises import Happening, Occasion, Promise
from casecore.rooms.agents import is_supervisor
from casecore.rooms.cases import CaseCommand, SeesCase, not_closed, only_holder

# Record, commands, events ------------------------------------------------------------------------------


@record
class Refund:
    """The refund that waits on a case.

    Attributes:
        asked_by: Who asked for it.
        asked_at: When.
        cents: How much.
    """

    asked_by: str
    asked_at: datetime
    cents: int = a_count()


@frozen
class AskRefund(CaseCommand):
    """An agent asks for a refund of so many cents."""

    cents: int = a_count()


@frozen
class GrantRefund(CaseCommand):
    """A supervisor grants the refund that waits."""


@frozen
class RefundAsked(Event):
    """A refund waits for a second person."""

    case: str
    cents: int


@frozen
class RefundGranted(Event):
    """Somebody has granted what somebody else asked for."""

    case: str
    asked_by: str
    cents: int


class SeesRefund(SeesCase, Protocol):
    """The refund that waits on the case."""

    @property
    def refund(self) -> Refund | None:
        """It; None where none waits."""


# Needs and rules ---------------------------------------------------------------------------------------


def _none_waits(view: SeesRefund, command: AskRefund, _: Policy) -> Reason | None:
    if view.refund is None:
        return None
    return Reason("refund.one", f"case {command.case} has a refund that waits", "have it granted first")


def _one_waits(view: SeesRefund, command: GrantRefund, _: Policy) -> Reason | None:
    if view.refund is not None:
        return None
    return Reason("refund.known", f"no refund waits on case {command.case}", "ask for one", ways=("AskRefund",))


@wants("refund")
def _second_person(view: Any, command: GrantRefund, _: Policy) -> Reason | None:
    if view.refund.asked_by == command.by:
        return Reason("refund.second_person", f"{command.by} asked for it", "have another supervisor grant it")
    if is_supervisor(view.actor):
        return None
    return Reason("refund.second_person", f"{command.by} is no supervisor", "have a supervisor grant it")


@wants("refund")
def _does_not_end(view: Any, event: StatusSet | ReplySent | CaseClosed, _: Policy) -> Reason | Unconcerned:
    status = getattr(event, "status", None) or getattr(event, "send_as", None)
    spam = isinstance(event, CaseClosed) and event.reason is CloseReason.SPAM
    if spam or (not isinstance(event, CaseClosed) and status is not Status.RESOLVED):
        return UNCONCERNED
    found = f"a refund of {view.refund.cents / 100:.2f} waits on case {event.case}"
    return Reason("refund.waits", found, "have it granted first", ways=("GrantRefund",))


# Handlers, evolve, and what is promised ----------------------------------------------------------------


def _ask(_: SeesRefund, command: AskRefund, __: Policy) -> tuple[Event, ...]:
    return (RefundAsked(command.by, command.at, command.case, command.cents),)


@wants("refund")
def _grant(view: Any, command: GrantRefund, _: Policy) -> tuple[Event, ...]:
    waits = view.refund
    return (RefundGranted(command.by, command.at, command.case, waits.asked_by, waits.cents),)


def _new_refund(event: RefundAsked) -> Refund:
    return Refund(event.by, event.at, event.cents)


def _granted_by_who_asked(step: Happening) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, RefundGranted) and event.by == event.asked_by:
            yield f"{event.by} granted a refund on case {event.case} that they had asked for"


def _tries(_: Policy, agent: str, case: str) -> Iterator[Command]:
    yield AskRefund(agent, NOON, case, 12_50)
    yield GrantRefund(agent, NOON, case)


_ENDS = (StatusSet, ReplySent, CaseClosed)

REFUNDS: Room[Any] = Room(
    name="refunds",
    needs=(
        Rule("actor.role", "Only an agent does this", "Finance SOP 4.1", (AskRefund, GrantRefund), by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (AskRefund, GrantRefund), not_closed),
        Rule("refund.known", "There is a refund", "Finance SOP 4.1", (GrantRefund,), _one_waits),
    ),
    rules=(
        Rule("assignment.holder", "Only the assignee, or a supervisor", "Finance SOP 4.1", (AskRefund,), only_holder),
        Rule("refund.one", "One refund waits at a time", "Finance SOP 4.1", (AskRefund,), _none_waits),
        Rule("refund.second_person", "A second person grants it", "Finance SOP 4.2", (GrantRefund,), _second_person),
        soft_rule("refund.waits", "It is granted first", "Finance SOP 4.3", _ENDS, _does_not_end),
    ),
    decide={AskRefund: _ask, GrantRefund: _grant},
    creates={(Refund, RefundAsked): _new_refund},
    removes=frozenset({(Refund, RefundGranted)}),
    timers=(Timer("the refund has waited a day", "refunds", "refund.asked_at", lambda *_: timedelta(days=1)),),
    probes=(
        Probe("ask_refund", AskRefund, {"cents": 1}, asks=("cents",)),
        Probe("grant_refund", GrantRefund),
    ),
    keeps={"refund": Refund},
    tells={
        AskRefund: "{by} asks to refund {cents} cents on case {case}",
        GrantRefund: "{by} grants the refund on case {case}",
    },
    tries=_tries,
    promises=(
        Promise(
            "R1",
            "nobody grants a refund that they asked for",
            _granted_by_who_asked,
            Occasion(lambda step: any(isinstance(event, RefundGranted) for event in step.events), "none is granted"),
            rules=("refund.second_person",),
        ),
    ),
)
