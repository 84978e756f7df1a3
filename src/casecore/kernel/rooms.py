"""Rules and rooms: what a capability of the desk is made of.

* A **rule** is one named reason for which a command can be refused. It guards commands, or, where the obstacle is
  to an effect, the event: then no command can go round it.
* A **room** is one capability: its needs, rules, handlers, consequences and changes, as one immutable value.
  `deciding.py` puts rooms together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from attrs import field

from casecore.kernel.durations import duration_text, instant_after
from casecore.kernel.messages import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    CitedPolicy,
    Command,
    Enforcement,
    Event,
    Reason,
    Threshold,
    Unconcerned,
)
from casecore.kernel.values import frozen
from casecore.kernel.written_functions import write_function


class PolicyInForce(CitedPolicy, Protocol):
    """All that the kernel asks of a policy: how strictly each rule is kept, and what of it is in force."""

    @property
    def layered(self) -> bool:
        """Whether it says anything otherwise from a date on, or for some cases."""

    def at(self, instant: datetime) -> PolicyInForce:
        """The policy in force at an instant."""

    def for_(self, case: Any) -> PolicyInForce:
        """The policy in force for a case; None: for no case."""

    def mode(self, rule: str) -> Enforcement:
        """How strictly the rule with this id is kept."""

    @property
    def rule(self) -> tuple[Any, ...]:
        """What it says of rules of its own; rooms make rules of it (`Room.brings`)."""


class Sees(Protocol):
    """All that the kernel asks of a view."""

    @property
    def now(self) -> datetime | None:
        """The instant of the last thing that happened on the desk; None where nobody keeps it."""


V = TypeVar("V", contravariant=True)  # noqa: PLC0105 -- one letter reads better in the signatures below

Check: TypeAlias = Callable[[V, Any, Any], Reason | Unconcerned | None]
"""(view, the command or event it guards, policy) -> what stands in the way, None where the rule was put to the test and
is kept, `UNCONCERNED` where it has nothing to say."""

Handler: TypeAlias = Callable[[V, Any, Any], tuple[Event, ...]]
"""(view, command or event, policy) -> what happens."""

Sheet: TypeAlias = Any
"""An immutable record of a room."""

Editing: TypeAlias = Any
"""A record while events are applied to it: the same fields, writable (see `records.py`)."""


T = TypeVar("T")


def wants(*rows: str) -> Callable[[Callable[[Any, Any, Any], T]], Callable[[Any, Any, Any], T]]:
    """Say which rows of the view a rule, a handler or a consequence is about.

    Where one of them is missing the house does not ask it: a rule has nothing to say then, and nothing happens. So the
    function may read those rows without a question.
    """

    def mark(function: Callable[[Any, Any, Any], T]) -> Callable[[Any, Any, Any], T]:
        marked: Any = function
        marked.wants = rows
        return function

    return mark


def wanted_by(function: Callable[[Any, Any, Any], Any]) -> tuple[str, ...]:
    """The rows of the view without which a function is not asked."""
    rows: tuple[str, ...] = getattr(function, "wants", ())
    return rows


def measures(*facts: str, threshold: Threshold | None = None) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Say which facts are in every reason that a rule's check finds: what it measures, by name.

    Args:
        facts: Their names.
        threshold: Which of them is what was measured and which the limit, of a rule that compares the two.
    """

    def mark(function: Callable[..., T]) -> Callable[..., T]:
        marked: Any = function
        marked.measures, marked.threshold = facts, threshold
        return function

    return mark


def measures_as(other: Callable[..., Any]) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Say that a check measures what another function does, which it asks."""
    return measures(*measured_by(other), threshold=threshold_of(other))


def measured_by(function: Callable[..., Any]) -> tuple[str, ...]:
    """The facts in every reason that a check finds."""
    facts: tuple[str, ...] = getattr(function, "measures", ())
    return facts


def threshold_of(function: Callable[..., Any]) -> Threshold | None:
    """Which of these facts is what was measured and which the limit; None of a check that does not compare."""
    threshold: Threshold | None = getattr(function, "threshold", None)
    return threshold


def for_words(row: Any, name: str, otherwise: Any = None) -> Any:
    """A field of a row for the sake of words: what a reason says beside its verdict, which never depends on it.

    Args:
        row: A row of a view, a view, or a command; of each an audit may not know all fields. None where it is missing.
        name: The field.
        otherwise: What is said where there is no such row, or it does not tell that field (`untold`, of its class).
    """
    return otherwise if row is None or name in getattr(type(row), "untold", ()) else getattr(row, name)


def where_wanted(handler: Handler[V]) -> Handler[V]:
    """A handler that proposes nothing where the view lacks a row that it wants."""
    wanted = wanted_by(handler)

    def propose(view: V, subject: Any, policy: Any) -> tuple[Event, ...]:
        for row in wanted:  # a generator doubles what this costs
            if getattr(view, row) is None:
                return ()
        return handler(view, subject, policy)

    return propose if wanted else handler


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
        softens: Whether `[enforcement]` may soften it to `warn` or switch it `off`; the others hold the data together.
    """

    id: str
    title: str
    clause: str
    guards: tuple[type[Command | Event], ...]
    check: Check[V] = field(repr=False)
    reads: tuple[str, ...] = ()
    softens: bool = False

    @property
    def measures(self) -> tuple[str, ...]:
        """The facts that each of its reasons gives: what was measured, the limit, the seconds to go."""
        return measured_by(self.check)

    @property
    def threshold(self) -> Threshold | None:
        """Which of these is what was measured and which the limit; None where the rule does not compare."""
        return threshold_of(self.check)

    def tell(self, reason: Reason, policy: Any) -> Reason:
        """A reason that the check found, with what is known of the rule, and of the policy when that is asked for."""
        said = reason.rule, reason.message, reason.remedy, reason.facts, reason.ways
        return Reason(*said, self.title, self.clause, policy, self.threshold)

    def find(self, view: V, subject: Any, policy: Any) -> Reason | None:
        """What stands in the way; None where nothing does, or the rule has nothing to say."""
        asked = all(getattr(view, row) is not None for row in wanted_by(self.check))
        reason = self.check(view, subject, policy) if asked else UNCONCERNED
        return None if reason is None or reason is UNCONCERNED else self.tell(reason, policy)


def soft_rule(
    id: str,  # noqa: A002 -- as `Rule` has it
    title: str,
    clause: str,
    guards: tuple[type[Command | Event], ...],
    check: Check[V],
    reads: tuple[str, ...] = (),
) -> Rule[V]:
    """A rule that `[enforcement]` may soften to `warn` or switch `off`."""
    return Rule(id, title, clause, guards, check, reads, softens=True)


def _always(_: Any) -> bool:
    return True


@cache
def _split(path: str) -> tuple[str, str]:
    row, _, name = path.partition(".")
    return row, name


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
        again: (view, policy, instant) -> when it comes next, from that instant on, where it comes again and again and
            not once, after a length of time; None where it never comes.
        compared: (policy) -> whether a rule compares the instant with the clock under this policy: only then does the
            explorer let time pass for it.
    """

    name: str
    key: str
    since: str
    length: Callable[[Any, Any], timedelta | None] = field(repr=False)
    command: Callable[[Any, datetime], Command] | None = field(default=None, repr=False)
    again: Callable[[Any, Any, datetime], datetime | None] | None = field(default=None, repr=False)
    compared: Callable[[Any], bool] = field(default=_always, repr=False)

    @property
    def place(self) -> tuple[str, str]:
        """The row of the view in which the instant stands, and the field."""
        return _split(self.since)

    def due(self, view: Any, policy: Any, now: datetime | None = None) -> datetime | None:
        """The instant at which it happens, or None when the timer is not running.

        Args:
            view: What can be seen of the case.
            policy: What is in force for it.
            now: From when on (aware), for what comes again and again; None: since it runs.
        """
        row_name, name = _split(self.since)
        row = getattr(view, row_name)
        since: datetime | None = None if row is None else getattr(row, name)
        if self.again is not None:
            return None if since is None else self.again(view, policy, since if now is None else max(since, now))
        length = None if since is None else self.length(view, policy)
        return None if since is None or length is None else instant_after(since, length)

    def first_due(self, view: Any, policy: Any, now: datetime | None) -> datetime | None:
        """The first instant at which it happens by what is in force then.

        Args:
            view: What can be seen of the case.
            policy: The whole SOP, with its dated changes and overrides.
            now: From when on (aware): what would have been due before is due by what is in force then.
        """
        if not policy.layered:
            return self.due(view, policy, now)
        for begin, end, then in policy.periods(now):
            due = self.due(view, then.for_(view.case), now if begin is None or now is None else max(begin, now))
            instant = due if due is None or begin is None else max(due, begin)
            if instant is not None and (end is None or instant < end):
                return instant
        return None


class Timetable:
    """Timers that are asked together, over and over: when each comes first.

    Args:
        timers: The timers.
    """

    __slots__ = ("_find", "timers")

    def __init__(self, timers: Iterable[Timer]) -> None:
        self.timers = tuple(timers)
        self._find: Callable[[Any, Any, datetime | None], list[tuple[datetime, Timer]]] | None = None

    def due(self, view: Any, policy: Any, now: datetime | None) -> list[tuple[datetime, Timer]]:
        """The instants at which they come, by what is in force then, in the order of the timers.

        Args:
            view: What can be seen of the case.
            policy: The whole SOP, with its dated changes and overrides.
            now: From when on (aware), as `Timer.first_due` has it.
        """
        if policy.change:
            found = [(timer.first_due(view, policy, now), timer) for timer in self.timers]
            return [(at, timer) for at, timer in found if at is not None]
        if self._find is None:
            self._find = _finder_of(self.timers)
        return self._find(view, policy.for_(view.case), now)  # nothing changes on a date: it is asked once for all


def _finder_of(timers: Iterable[Timer]) -> Callable[[Any, Any, datetime | None], list[tuple[datetime, Timer]]]:
    """`Timer.due` of each of them, for those that run: written as text, because an agenda asks it after every event."""
    known: dict[str, Any] = {"instant_after": instant_after}
    lines = ["found = []"]
    for number, timer in enumerate(timers):
        row, name = timer.place
        known |= {f"timer_{number}": timer, f"length_{number}": timer.length, f"again_{number}": timer.again}
        at = f"instant_after(since, length) if (length := length_{number}(view, policy)) is not None else None"
        if timer.again is not None:
            at = f"again_{number}(view, policy, since if now is None else max(since, now))"
        lines += [
            f"if view.{row} is not None and (since := view.{row}.{name}) is not None and (at := {at}) is not None:",
            f"    found.append((at, timer_{number}))",
        ]
    find: Callable[[Any, Any, datetime | None], list[tuple[datetime, Timer]]]
    find = write_function("find(view, policy, now)", (*lines, "return found"), known)
    return find


@frozen
class Probe:
    """One thing an agent may do with a case, as an inbox would offer it.

    Attributes:
        name: The action's name.
        command: The command it becomes.
        given: The arguments that make this action, e.g. which status a reply is sent as; also something that stands in
            for an argument it asks for, where that is no text.
        asks: The arguments that the agent still has to give.
        taken: Arguments that the case's view gives, e.g. `{"draft": "draft.id"}`; where it has no such row, any id.
        only_where: Of the arguments that it asks for, those that only some cases take: (the case's view) -> whether
            this one does.
    """

    name: str
    command: type[Command]
    given: Mapping[str, Any] = field(factory=dict)
    asks: tuple[str, ...] = ()
    taken: Mapping[str, str] = field(factory=dict)
    only_where: Mapping[str, Callable[[Any], bool]] = field(factory=dict)

    def asks_of(self, view: Any) -> tuple[str, ...]:
        """The arguments that the agent still has to give for the case in this view."""
        return tuple(name for name in self.asks if name not in self.only_where or self.only_where[name](view))


@frozen
class Brought(Generic[V]):
    """What a room makes of a policy: rules and timers that are there under this one and no other."""

    rules: tuple[Rule[V], ...] = ()
    timers: tuple[Timer, ...] = ()


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
        creates: (sheet class, event class) -> the new record, or an `Editing` of it, which is faster.
        evolve: (sheet class, event class) -> changes a draft of the record in place.
        notices: The same, where there may be no such record: then nothing changes. Of a class of events all its
            subclasses are noticed, as far as they name such a record.
        removes: (sheet class, event class) pairs with which the record leaves the desk.
        foresees: For commands that start a case: (view, command, policy) -> the view as it is once the case is there.
            Rules and consequences are asked of that one; needs and the handler see what is there now.
        timers: The instants at which something happens or changes by itself.
        probes: What an inbox offers.
        shows: The rows of the view that a command names by an id that is worked out: (what is seen so far, command) ->
            the id, or None for no row; or several ids, of which the first that there is counts.
        about: (view, command, policy) -> the case whose policy decides a command, where it is not the one in view: the
            case that the command starts.
        precedes: (view, command, the whole policy) -> what was due before and comes first; None where nothing ever is.
        timed: (view, command) -> the command at the instant at which it happens, where that is not simply its own.
        others: For commands that change two cases, and whose needs say that both are there: (view, command, policy) ->
            the view of the other one. Rules and consequences of what happens to that one are asked of it.
        brings: (what a policy says of rules of its own) -> the rules and timers that it brings.
        keeps: What a room of a team's own keeps of a case, and sees: the name of each sheet, and the class of its
            records; None until the room makes one (`creates`).
        tells: A sentence for each command of such a room, for whoever replays a day, with blanks that the command's
            fields fill: "{by} asks to refund {cents} cents".
        tries: What a check gives to try a room of a team's own: (policy, agent, case) -> commands about that case.
        promises: What such a room promises; `check`, `diff` and `replay` ask it beside those of §10.
    """

    name: str
    needs: tuple[Rule[V], ...] = ()
    rules: tuple[Rule[V], ...] = ()
    decide: Mapping[type[Command], Handler[V]] = field(factory=dict)
    follows: Mapping[type[Event], Handler[V]] = field(factory=dict)
    creates: Mapping[tuple[type, type[Event]], Callable[[Any], Sheet]] = field(factory=dict)
    evolve: Mapping[tuple[type, type[Event]], Callable[[Editing, Any], None]] = field(factory=dict)
    notices: Mapping[tuple[type, type[Event]], Callable[[Editing, Any], None]] = field(factory=dict)
    removes: frozenset[tuple[type, type[Event]]] = frozenset()
    foresees: Mapping[type[Command], Callable[[V, Any, Any], V]] = field(factory=dict)
    timers: tuple[Timer, ...] = ()
    probes: tuple[Probe, ...] = ()
    shows: Mapping[type[Command], Mapping[str, Callable[[Any, Any], str | Iterable[str] | None]]] = field(factory=dict)
    about: Mapping[type[Command], Callable[[V, Any, Any], Any]] = field(factory=dict)
    precedes: Callable[[V, Any, Any], tuple[Event, ...]] | None = None
    timed: Mapping[type[Command], Callable[[V, Any], Command]] = field(factory=dict)
    others: Mapping[type[Command], Callable[[V, Any, Any], Any]] = field(factory=dict)
    brings: Callable[[tuple[Any, ...]], Brought[V]] | None = None
    keeps: Mapping[str, type] = field(factory=dict)
    tells: Mapping[type[Command], str] = field(factory=dict)
    tries: Callable[[Any, str, str], Iterable[Command]] | None = None
    promises: tuple[Any, ...] = ()


# What many rooms ask and say ---------------------------------------------------------------------------


class SeesActor(Sees, Protocol):
    """Who gives the command."""

    @property
    def actor(self) -> Any:
        """The record of the agent who gives it; None for the customer, the system and whoever is unknown."""


def by_agent(view: SeesActor, command: Command, _: PolicyInForce) -> Reason | None:
    """The need of every command that only a person at the desk can give."""
    if view.actor is not None:
        return None
    return Reason("actor.role", f"{command.by} is not an agent", "give the id of the agent who does it")


def not_by_customer(_: Sees, command: Command, __: PolicyInForce) -> Reason | None:
    """The need of every command that the customer cannot give."""
    if command.by != CUSTOMER:
        return None
    return Reason("actor.role", "a customer can only write", "give the id of the agent who does it")


def by_customer(_: Sees, command: Command, __: PolicyInForce) -> Reason | None:
    """The need of every command that only the customer gives, or whoever else writes on their thread."""
    if command.by == CUSTOMER:
        return None
    return Reason("actor.role", f"{command.by} is not the customer", f'give by = "{CUSTOMER}"')


def by_system(_: Sees, command: Command, __: PolicyInForce) -> Reason | None:
    """The need of every command that only routing and timers give."""
    if command.by == SYSTEM:
        return None
    return Reason("actor.role", f"{command.by} is not the system", f'routing and timers do this; give by = "{SYSTEM}"')


SECONDS = Threshold("seconds", "limit")
"""The threshold of a rule about a length of time."""

waits_its_time = measures("seconds", "limit", "seconds_to_go", threshold=SECONDS)
"""What a rule measures that finds `too_early`."""

_PART_OF_A_SECOND = timedelta(microseconds=999_999)

NEVER_COMES: dict[str, None] = {"seconds": None, "limit": None, "seconds_to_go": None}
"""The facts of a reason that a time never comes: the same as of `too_early`, with nothing measured."""


def too_early(rule: str, found: str, left: timedelta, needed: timedelta) -> Reason:
    """The reason that the time for something has not come, with how long it still takes.

    Args:
        rule: The rule's id.
        found: What was found.
        left: How long it still takes.
        needed: How long it takes in all.
    """
    remedy = f"wait {duration_text(left + _PART_OF_A_SECOND)} more"
    to_go, limit = left.total_seconds(), needed.total_seconds()
    return Reason(rule, found, remedy, {"seconds": limit - to_go, "limit": limit, "seconds_to_go": to_go})


def not_yet(timer: Timer, view: Sees, at: datetime, policy: PolicyInForce, rule: str) -> Reason | Unconcerned | None:
    """What is against doing by itself what a timer does: that its time has not come."""
    due = timer.due(view, policy)
    if due is None:
        return UNCONCERNED
    if at >= due:
        return None
    return too_early(rule, f"{timer.name} at {due.isoformat()}", due - at, timer.length(view, policy) or due - at)
