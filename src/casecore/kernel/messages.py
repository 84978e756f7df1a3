"""Commands, events, and the answer to a command.

* A **command** asks for something: who (`by`), when (`at`), and what.
* An **event** says what happened. It carries no behaviour and no instruction.
* The answer to a command is `Accepted` (events) or `Refused` (**every** reason, never only the first).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from attrs import field

from casecore.kernel.errors import CasecoreError
from casecore.kernel.fields import an_id, an_instant
from casecore.kernel.values import answer, frozen

CUSTOMER = "customer"
"""`by` of everything the customer does."""

SYSTEM = "system"
"""`by` of everything that happens by itself, or that the host does on nobody's behalf."""


@frozen
class Command:
    """Somebody asks for something.

    Attributes:
        by: An agent's id, or `customer`, or `system`.
        at: When, as an aware datetime; kept in UTC.
    """

    by: str = an_id(of="actor")
    at: datetime = an_instant()


@frozen
class Event:
    """Something happened: by whom, and when (aware, UTC)."""

    by: str
    at: datetime


@frozen
class Deviated(Event):
    """A rule that only warns was broken: kept for quality scoring, and never lost on replay.

    Attributes:
        rule: The rule's id.
        message: What was measured, in words.
        case: The case it happened on, if it was one.
    """

    rule: str
    message: str
    case: str | None = None


class Enforcement(StrEnum):
    """What a broken rule does: refuse the command, be recorded as a deviation, or nothing."""

    BLOCK = "block"
    WARN = "warn"
    OFF = "off"


@answer
class Reason:
    """Why not: one rule that stood in the way.

    Attributes:
        rule: The rule's id.
        message: What was found, with the measured value and the limit.
        remedy: What would make it legal.
        facts: The measured values by name, for programs.
    """

    rule: str
    message: str
    remedy: str = ""
    facts: Mapping[str, Any] = field(factory=dict, hash=False)

    def __str__(self) -> str:
        return f"[{self.rule}] {self.message}" + (f" -> {self.remedy}" if self.remedy else "")


@answer
class Accepted:
    """Yes: the events to apply, and the rules that were broken but only warn."""

    events: tuple[Event, ...]
    deviations: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return True


@answer
class Refused:
    """No: every reason, in the order of the rules."""

    reasons: tuple[Reason, ...]

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))


Verdict: TypeAlias = Accepted | Refused


class CommandRefused(CasecoreError):
    """Raised by `Desk.handle` when the rules say no; carries the command and the whole refusal."""

    def __init__(self, command: Command, refused: Refused) -> None:
        super().__init__(command, refused)
        self.command = command
        self.refused = refused

    def __str__(self) -> str:
        return f"{type(self.command).__name__} by {self.command.by} refused: {self.refused}"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason, in the order of the rules."""
        return self.refused.reasons


class MissingRow(CasecoreError, LookupError):
    """An event speaks of a row that this desk does not hold: its history has a gap, or the row was not loaded."""

    def __init__(self, event: Event, table: str, row: str) -> None:
        super().__init__(event, table, row)
        self.event = event
        self.table = table
        self.row = row

    def __str__(self) -> str:
        return (
            f"{type(self.event).__name__} speaks of {self.row!r}, which is not among this desk's {self.table}; "
            "replay the history from its start, or load that row first"
        )
