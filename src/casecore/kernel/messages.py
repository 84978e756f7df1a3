"""Commands, events, and the answer to a command.

* A **command** asks for something: who (`by`), when (`at`), and what.
* An **event** says what happened. It carries no behaviour and no instruction.
* The answer to a command is `Accepted` (events) or `Refused` (**every** reason, never only the first).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Protocol, TypeAlias

from attrs import field

from casecore.kernel.errors import CasecoreError
from casecore.kernel.fields import an_id, an_instant
from casecore.kernel.shown import Framed
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


@frozen
class Setting:
    """A key of the policy that sets a rule: who says so, and where it is written.

    Attributes:
        key: The key's path, e.g. `chat.idle.silence`.
        source: What the policy cites for it: the `source` of the layer that sets it, of its table, or of the file.
        file: The file in which it stands; empty where that is the default, or the policy was made in code.
        line: On which line, from 1; None where it stands in no file.
    """

    key: str
    source: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file else ""
        told = ", ".join(filter(None, (self.source, place)))
        return f"{self.key} ({told})" if told else self.key


class CitedPolicy(Protocol):
    """All that a reason asks of the policy in force."""

    def settings_of(self, rule: str, facts: Mapping[str, Any]) -> tuple[Setting, ...]:
        """The keys that set a rule, of several those that the facts speak of."""


@frozen
class Threshold:
    """Which facts of a reason tell what was measured and its limit: the same words for every rule that has one.

    Attributes:
        measured: The fact that was measured.
        limit: The fact that says what it should have been, at least or at most.
        more: How much of it what is refused would have added; the fact does not count that.
    """

    measured: str
    limit: str
    more: int = 0


@answer
class Reason:
    """Why not: one rule that stood in the way.

    Rooms find a reason; the house says whose rule it is. Two reasons are the same where the same was found.

    Attributes:
        rule: The rule's id.
        message: What was found, with the measured value and the limit.
        remedy: What would make it legal.
        facts: The measured values by name, for programs.
        ways: The names of the commands that the remedy speaks of; somebody at the desk can give one of them.
        title: The rule in one sentence.
        clause: Where `docs/domain.md` says so, e.g. `§6`.
        settings: The keys that set the rule, as they are in force for the case; looked up when it is asked for.
        threshold: Which facts tell what was measured, and the limit; None where the rule has none.
    """

    rule: str
    message: str
    remedy: str = ""
    facts: Mapping[str, Any] = field(factory=dict, hash=False)
    ways: tuple[str, ...] = field(default=(), eq=False, repr=False)
    title: str = field(default="", eq=False, repr=False)
    clause: str = field(default="", eq=False, repr=False)
    _settings: tuple[Setting, ...] | CitedPolicy = field(default=(), eq=False, repr=False)
    threshold: Threshold | None = field(default=None, eq=False, repr=False)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The keys that set the rule: who says so, and where it is written."""
        said = self._settings
        return said if isinstance(said, tuple) else said.settings_of(self.rule, self.facts)

    @property
    def source(self) -> str:
        """What the policy cites for the first of the keys that set the rule; empty where none does."""
        return next((setting.source for setting in self.settings), "")

    @property
    def measured(self) -> float | None:
        """What was measured, with what is refused; None where the rule has no threshold, or it was not measured."""
        found: float | None = None if self.threshold is None else self.facts.get(self.threshold.measured)
        return found if found is None or self.threshold is None else found + self.threshold.more

    @property
    def limit(self) -> float | None:
        """What it should have been, at least or at most; None where the rule has no threshold, or no limit holds."""
        limit: float | None = None if self.threshold is None else self.facts.get(self.threshold.limit)
        return limit

    @property
    def key(self) -> str | None:
        """The key of the policy that sets the limit; None where there is no threshold, or no key sets it."""
        return None if self.threshold is None else next((setting.key for setting in self.settings), None)

    def __str__(self) -> str:
        return f"[{self.rule}] {self.message}" + (f" -> {self.remedy}" if self.remedy else "")

    def __reduce__(self) -> tuple[Any, ...]:
        said = (self.rule, self.message, self.remedy, self.facts, self.ways, self.title, self.clause)
        return Reason, (*said, self.settings, self.threshold)  # not with the whole policy


class Unconcerned(StrEnum):
    """What a rule answers that has nothing to say here; it is false, as None is."""

    UNCONCERNED = "unconcerned"

    def __bool__(self) -> Literal[False]:
        return False


UNCONCERNED: Final = Unconcerned.UNCONCERNED
"""The rule has nothing to say here: what it asks for was not put to the test. None says that it was, and is kept."""


@answer
class Accepted(Framed):
    """Yes: the events to apply, and the rules that were broken but only warn."""

    shown_by = "casecore.projections.shown.verdicts:ACCEPTED"

    events: tuple[Event, ...]
    deviations: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return True


@answer
class Refused(Framed):
    """No: every reason, in the order of the rules."""

    shown_by = "casecore.projections.shown.verdicts:REFUSED"

    reasons: tuple[Reason, ...]

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))

    @property
    def repeats(self) -> bool:
        """Whether it only says that an id which the command brings is taken already.

        Ids are used once, so whoever gives each message, note or case an id of its own hears so when they give it a
        second time: a webhook that was delivered twice has been dealt with.
        """
        return all(reason.rule.endswith(".fresh") for reason in self.reasons)


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
