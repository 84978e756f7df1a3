"""The words every other file is written in: commands, events, reasons, rules, rooms.

This file knows no capability of a support desk. It says what the pieces are and what they promise:

* A **command** asks for something: who (`by`), when (`at`), and what. It is checked for form when it is made
  (ids, instants, texts); whether it is *allowed* is decided later, by rules.
* An **event** says what happened. It carries no behaviour and no instruction.
* A **rule** is one named reason for which a command can be refused. It guards commands, or, where the obstacle is
  to an effect, the event: then no command can go round it.
* A **room** is one capability: its needs, rules, handlers, consequences and changes, as one immutable value.
  `house.py` puts rooms together.
* The answer to a command is `Accepted` (events) or `Refused` (**every** reason, never only the first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, dataclass_transform

import attrs
from attrs import Attribute, Converter, field

CUSTOMER = "customer"
"""`by` of everything the customer does."""

SYSTEM = "system"
"""`by` of everything that happens by itself, or that the host does on nobody's behalf."""

ID_LIMIT = 200
"""The longest id, in code points."""


# Errors ------------------------------------------------------------------------------------------------


class CasecoreError(Exception):
    """The root of everything casecore raises."""


class CommandError(CasecoreError, ValueError):
    """A command that cannot even be stated: a field is malformed.

    Args:
        field: The name of the field.
        problem: What is wrong with its value.
        remedy: What to write instead.
    """

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(field, problem, remedy)  # as they came, so that the error survives pickling
        self.field = field
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}; {self.remedy}"


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


# Fields ------------------------------------------------------------------------------------------------


def is_id(value: object) -> bool:
    """Whether a value can be an id: text of 1 to `ID_LIMIT` visible characters and spaces."""
    return isinstance(value, str) and 0 < len(value) <= ID_LIMIT and value.isprintable()


def _checked_id(_: object, attribute: Attribute[Any], value: object) -> None:
    if is_id(value) or (value is None and attribute.default is None):
        return
    name = attribute.name
    if not isinstance(value, str):
        raise CommandError(name, f"{value!r} is not text", "give an id as text")
    if not value:
        raise CommandError(name, "the id is empty", f"give an id of 1 to {ID_LIMIT} characters")
    if len(value) > ID_LIMIT:
        raise CommandError(name, f"the id has {len(value)} characters", f"give an id of 1 to {ID_LIMIT} characters")
    raise CommandError(
        name,
        f"the id {value!r} has control or invisible characters",
        "give an id of visible characters and spaces",
    )


def _checked_text(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None or attribute.default is not None:
        _check_text(attribute.name, value)


def _checked_texts(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is None and attribute.default is None:
        return
    texts = value if isinstance(value, tuple) else (*value, *value.values()) if isinstance(value, Mapping) else None
    if texts is None:
        raise CommandError(attribute.name, f"{value!r} does not hold texts", "give a tuple of texts, or texts by name")
    for text in texts:
        _check_text(attribute.name, text)


Validator: TypeAlias = Callable[[object, "Attribute[Any]", object], None]


def _member_of(kind: type) -> Validator:
    """Check that a value is of a class: a plain word that merely looks like a member would slip past the rules."""

    def member(_: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is kind or (value is None and attribute.default is None):
            return
        words = ", ".join(map(repr, kind)) if issubclass(kind, StrEnum) else "True, False"
        raise CommandError(attribute.name, f"{value!r} is no {kind.__name__}", f"give one of {words}")

    return member


def _made_as(kind: type) -> Validator:
    """Check that a value is of a class that checks its own fields."""

    def made(_: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is not kind and not (value is None and attribute.default is None):
            name = kind.__name__
            raise CommandError(attribute.name, f"{value!r} is no {name}", f"give a {name}")

    return made


def _members_of(kind: type) -> Validator:
    """Check that a value is a frozenset of members of a class; words in it are ids."""

    def members(_: object, attribute: Attribute[Any], value: object) -> None:
        if value is None and attribute.default is None:
            return
        if not isinstance(value, frozenset) or not all(isinstance(item, kind) for item in value):
            name = kind.__name__
            raise CommandError(attribute.name, f"{value!r} is no frozenset of {name}", f"give a frozenset of {name}")
        if kind is str:
            for item in value:
                _checked_id(None, attribute, item)

    return members


def _checked_counts(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is None and attribute.default is None:
        return
    fits = isinstance(value, Mapping) and all(isinstance(x, str) and type(y) is int for x, y in value.items())
    if not fits:
        raise CommandError(attribute.name, f"{value!r} does not hold counts by name", "give whole numbers by name")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise CommandError(name, f"{value!r} is not text", "give text")
    if not is_whole(value):
        raise CommandError(name, "the text has half a character (a lone surrogate)", "send whole code points")


def is_whole(text: str) -> bool:
    """Whether text has no half of a character (a lone surrogate), so that it can be stored and sent."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _utc(value: Any, attribute: Attribute[Any]) -> Any:
    if value is None and attribute.default is None:
        return None
    if not isinstance(value, datetime):
        raise CommandError(attribute.name, f"{value!r} is not an instant", "give an aware datetime")
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise CommandError(
            attribute.name,
            f"{value.isoformat()} has no time zone",
            "give an aware datetime, e.g. 2026-11-02T09:00:00+00:00",
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise CommandError(
            attribute.name,
            f"{value.isoformat()} lies outside the calendar",
            "give an instant between the years 1 and 9999 in UTC",
        ) from None


# `Any` because attrs' own `field` is typed so; the annotation on each field is what type checkers read.
def an_id(**options: Any) -> Any:
    """A field for an id: text of 1 to `ID_LIMIT` visible characters. Raises `CommandError` when malformed."""
    return field(validator=_checked_id, **options)


def a_text(**options: Any) -> Any:
    """A field for free text: any whole code points, newlines included. Raises `CommandError` when malformed."""
    return field(validator=_checked_text, **options)


def some_texts(**options: Any) -> Any:
    """A field for a tuple of texts, or for texts by name. Raises `CommandError` when one of them is malformed."""
    return field(validator=_checked_texts, **options)


def some_counts(**options: Any) -> Any:
    """A field for whole numbers by name. Raises `CommandError` for anything else."""
    return field(validator=_checked_counts, hash=False, **options)


def a_choice(choices: type[StrEnum], **options: Any) -> Any:
    """A field for one member of an enumeration. Raises `CommandError` for anything else, its plain word included."""
    return field(validator=_member_of(choices), **options)


def a_flag(**options: Any) -> Any:
    """A field for True or False. Raises `CommandError` for anything else, even if it counts as one of them."""
    return field(validator=_member_of(bool), **options)


def a_part(kind: type, **options: Any) -> Any:
    """A field for a value made of fields of its own. Raises `CommandError` for anything else."""
    return field(validator=_made_as(kind), **options)


def some(kind: type, **options: Any) -> Any:
    """A field for a frozenset of members of a class, or of ids (`str`). Raises `CommandError` for anything else."""
    return field(validator=_members_of(kind), **options)


def an_instant(**options: Any) -> Any:
    """A field for an instant: an aware datetime, kept in UTC. Raises `CommandError` when it has no zone."""
    return field(converter=Converter(_utc, takes_field=True), **options)


T = TypeVar("T")


def shown(cls: type[T]) -> type[T]:
    """Give a class that is about to become one of attrs the one `repr` of all: its name and its fields.

    attrs would write and compile one for each class, which is a sixth of the time that importing them takes.
    """
    if "__repr__" not in vars(cls):
        cls.__repr__ = _with_fields  # type: ignore[method-assign]  # what attrs does, but once
    return cls


def by_content(cls: type[T]) -> type[T]:
    """Let it be compared and hashed by its fields too, as all are; these would be a quarter of that time."""
    if "__eq__" not in vars(cls):
        cls.__eq__, cls.__hash__ = _equal, _hashed  # type: ignore[assignment]  # the same
    return shown(cls)


def _equal(value: Any, other: Any) -> Any:  # a truth, or NotImplemented
    kind: Any = type(value)
    if type(other) is not type(value):
        return NotImplemented
    content = _contents(kind)[0]
    return content(value) == content(other)


def _hashed(value: Any) -> int:
    kind: Any = type(value)
    return hash((kind, _contents(kind)[1](value)))


@cache
def _contents(kind: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """How the content of a class is read that is compared, and that is hashed."""
    compared = [a for a in attrs.fields(kind) if a.eq]
    return _reading(compared), _reading(a for a in compared if a.hash is not False)


def _reading(fields: Iterable[Attribute[Any]]) -> Callable[[Any], Any]:
    names = [a.name for a in fields]
    return attrgetter(*names) if names else lambda _: ()


def _with_fields(value: Any) -> str:
    told = [(a.name, a.repr if callable(a.repr) else repr) for a in attrs.fields(type(value)) if a.repr]
    fields = ", ".join(f"{name}={tell(getattr(value, name))}" for name, tell in told)
    return f"{type(value).__qualname__.rpartition('>.')[2]}({fields})"


@dataclass_transform(
    frozen_default=True,
    field_specifiers=(field, an_id, a_text, some_texts, some_counts, a_choice, a_flag, a_part, some, an_instant),
)
def frozen(cls: type[T]) -> type[T]:
    """Class decorator of commands, events and everything else that is a value: frozen, slotted, compared by content."""
    return attrs.frozen(by_content(cls))


# Commands, events, answers -----------------------------------------------------------------------------


@frozen
class Command:
    """Somebody asks for something.

    Attributes:
        by: An agent's id, or `customer`, or `system`.
        at: When, as an aware datetime; kept in UTC.
    """

    by: str = an_id()
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


@frozen
class Accepted:
    """Yes: the events to apply, and the rules that were broken but only warn."""

    events: tuple[Event, ...]
    deviations: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return True


@frozen
class Refused:
    """No: every reason, in the order of the rules."""

    reasons: tuple[Reason, ...]

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))


Verdict: TypeAlias = Accepted | Refused


# Rules and rooms ---------------------------------------------------------------------------------------


class Policy(Protocol):
    """All that the kernel asks of a policy: how strictly each rule is kept, and what of it is in force."""

    @property
    def layered(self) -> bool:
        """Whether it says anything otherwise from a date on, or for some cases."""

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant."""

    def for_(self, case: Any) -> Policy:
        """The policy in force for a case; None: for no case."""

    def mode(self, rule: str) -> Enforcement:
        """How strictly the rule with this id is kept."""


class Sees(Protocol):
    """All that the kernel asks of a view."""

    @property
    def now(self) -> datetime | None:
        """The instant of the last thing that happened on the desk; None where nobody keeps it."""


V = TypeVar("V", contravariant=True)  # noqa: PLC0105 -- one letter reads better in the signatures below

Check: TypeAlias = Callable[[V, Any, Any], Reason | None]
"""(view, the command or event it guards, policy) -> what stands in the way, or None."""

Handler: TypeAlias = Callable[[V, Any, Any], tuple[Event, ...]]
"""(view, command or event, policy) -> what happens."""

Sheet: TypeAlias = Any
"""An immutable record of a room."""

Draft: TypeAlias = Any
"""A record while events are applied to it: the same fields, writable (see `records.py`)."""


@frozen
class Rule(Generic[V]):
    """One named reason for which a command can be refused.

    Attributes:
        id: Stable, dotted; where a policy key sets the rule, the key.
        title: The rule in one sentence, as the SOP would say it.
        clause: Where `docs/domain.md` says so.
        guards: The commands and events it is asked about. An event: whichever command would cause it.
        check: The pure function that finds what stands in the way.
        reads: The command's fields without which it cannot be judged; `actions` skips it until they are given.
    """

    id: str
    title: str
    clause: str
    guards: tuple[type[Command | Event], ...]
    check: Check[V] = field(repr=False)
    reads: tuple[str, ...] = ()


@frozen
class Timer:
    """An instant that rules compare with the clock, declared once: `due`, refusals and the explorer read this.

    Attributes:
        name: What happens then, in words.
        key: The policy key of the threshold.
        since: Where the instant stands, as row and field of the view, e.g. `case.status_at`; None there means that
            the timer is not running.
        length: (view, policy) -> how long after that, or None when the timer is not live.
        command: (view, instant) -> the command that the system gives then; None where the timer only changes what is
            allowed or seen.
    """

    name: str
    key: str
    since: str
    length: Callable[[Any, Any], timedelta | None] = field(repr=False)
    command: Callable[[Any, datetime], Command] | None = field(default=None, repr=False)

    def due(self, view: Any, policy: Any) -> datetime | None:
        """The instant at which it happens, or None when the timer is not running."""
        row_name, _, name = self.since.partition(".")
        row = getattr(view, row_name)
        since: datetime | None = None if row is None else getattr(row, name)
        length = None if since is None else self.length(view, policy)
        if since is None or length is None:
            return None
        try:
            return since + length
        except OverflowError:  # after the last day of the calendar: it never comes
            return None


@frozen
class Probe:
    """One thing an agent may do with a case, as an inbox would offer it.

    Attributes:
        name: The action's name.
        command: The command it becomes.
        given: The arguments that make this action, e.g. which status a reply is sent as; also something that stands in
            for an argument it asks for, where that is no text.
        asks: The arguments that the agent still has to give.
    """

    name: str
    command: type[Command]
    given: Mapping[str, Any] = field(factory=dict)
    asks: tuple[str, ...] = ()


@frozen
class Room(Generic[V]):
    """One capability, at the foot of its file.

    Attributes:
        name: The capability.
        needs: What must hold for the command to mean anything (the row exists, the table has the edge); the first
            that fails is refused alone, because nothing else can be said.
        rules: Everything else; all of them are asked and every reason is listed.
        decide: What each command proposes.
        follows: What an event entails, added after the verdict and never refused.
        creates: (sheet class, event class) -> the new record, or a draft of it (`records.draft_of`), which is faster.
        evolve: (sheet class, event class) -> changes a draft of the record in place.
        notices: The same, where there may be no such record: then nothing changes.
        removes: (sheet class, event class) pairs with which the record leaves the desk.
        foresees: For commands that start a case: (view, command, policy) -> the view as it is once the case is there.
            Rules and consequences are asked of that one; needs and the handler see what is there now.
        timers: The instants at which something happens or changes by itself.
        probes: What an inbox offers.
        about: (view, command, policy) -> the case whose policy decides a command, where it is not the one in view: the
            case that the command starts.
    """

    name: str
    needs: tuple[Rule[V], ...] = ()
    rules: tuple[Rule[V], ...] = ()
    decide: Mapping[type[Command], Handler[V]] = field(factory=dict)
    follows: Mapping[type[Event], Handler[V]] = field(factory=dict)
    creates: Mapping[tuple[type, type[Event]], Callable[[Any], Sheet]] = field(factory=dict)
    evolve: Mapping[tuple[type, type[Event]], Callable[[Draft, Any], None]] = field(factory=dict)
    notices: Mapping[tuple[type, type[Event]], Callable[[Draft, Any], None]] = field(factory=dict)
    removes: frozenset[tuple[type, type[Event]]] = frozenset()
    foresees: Mapping[type[Command], Callable[[V, Any, Any], V]] = field(factory=dict)
    timers: tuple[Timer, ...] = ()
    probes: tuple[Probe, ...] = ()
    about: Mapping[type[Command], Callable[[V, Any, Any], Any]] = field(factory=dict)
