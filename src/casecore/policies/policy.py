"""A policy: one SOP, every number and choice of it, as data.

The tables of the file and their keys are declared in `sections/`. A policy is immutable. `Policy.default()` is the
SOP that ships with casecore (`sop.toml`), `Policy.load(path)` and `Policy.loads(text)` read one from TOML. Reading is
strict: an unknown key, a wrong type or a number out of range is an error that names the file, the line and the key, and
all of a file's problems are reported together. Nothing in a policy is ever run as code.

What it says may be otherwise from a date on, or for some cases (`layers.py`). `policy.at(instant)` is the policy that
is in force then, and `policy.at(instant).for_(case)` the one for a case; the house asks for it before every decision.
Where there are no layers both are the policy itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from casecore.calendars import Calendar, CalendarError, zone_named
from casecore.channels import Channel
from casecore.kernel import Enforcement
from casecore.kernel.problems import Origin, Problem, did_you_mean, outer, under
from casecore.policies.declared import declared, put
from casecore.policies.errors import PolicyError
from casecore.policies.kinds import (
    MISSING,
    Choice,
    Named,
    Scope,
    Several,
    Table,
    Text,
    Whole,
    a_source,
    key,
    keys_of,
    section,
)
from casecore.policies.layers import (
    MOST,
    NO_LAYERS,
    Aspect,
    Change,
    Layers,
    Matched,
    Override,
    Waiver,
    ends,
    zone_of,
)
from casecore.policies.origins import NOWHERE, Origins
from casecore.policies.sections import (
    Approval,
    Authentication,
    Away,
    Capacity,
    Channels,
    Chat,
    Email,
    Level,
    Lifecycle,
    Opening,
    Queue,
    Reopening,
    Routing,
    Sentiment,
    Sla,
    Tags,
    Targets,
    WhatsApp,
    WrapUp,
)
from casecore.policies.soundness import contradictions
from casecore.statuses import Status

SCHEMA: Final = 1
"""The number of the policy file's shape."""

SWITCHABLE: Final = frozenset(
    {
        "approval.author",
        "approval.blocks_resolve",
        "approval.self_approval",
        "approval.stale",
        "assignment.available",
        "assignment.channel",
        "assignment.holder",
        "assignment.next_state",
        "assignment.queue",
        "capacity.channel",
        "capacity.total",
        "capacity.voice_with_cases",
        "channels.attachments",
        "channels.emoji",
        "channels.kinds",
        "commitment.agent",
        "email.earlier_handler",
        "email.relations",
        "email.subject_required",
        "idle.asked",
        "idle.silence",
        "lifecycle.close_by",
        "lifecycle.close_from",
        "note.author",
        "reply.permission",
        "sentiment.manual",
        "tags.enabled",
        "tags.limit",
        "wrap_up.blocks_close",
    }
)
"""The rules that `[enforcement]` may soften to `warn` or switch `off`. The others hold the data together."""


if TYPE_CHECKING:
    from casecore.policies.files import Sources


@section
class Policy:
    """One SOP.

    Raises:
        PolicyError: When the values contradict each other, e.g. there is no fallback queue.
    """

    schema: int = key(Whole(SCHEMA, SCHEMA), "The number of the file's shape.", default=SCHEMA, scope=Scope.FILE)
    id: str = key(Text(200), "The SOP's name for programs.", default="unnamed", scope=Scope.FILE)
    version: str = key(Text(200), "The SOP's version.", default="", scope=Scope.FILE)
    source: str = a_source()
    zone: str = key(
        Text(64), "The time zone in which the dates of changes and waivers begin.", default="UTC", scope=Scope.FILE
    )
    lifecycle: Lifecycle = key(Table(Lifecycle), "How cases are closed.", factory=Lifecycle, clause="§2")
    channels: Channels = key(Table(Channels), "What each channel takes.", factory=Channels, clause="§1, §4")
    queues: Mapping[str, Queue] = key(
        Named(Table(Queue)),
        "The routing queues; a case enters the first whose filters take it.",
        factory=lambda: {"general": Queue(fallback=True)},
        scope=Scope.DESK,
        clause="§3",
    )
    capacity: Capacity = key(Table(Capacity), "How much one agent holds at once.", factory=Capacity, clause="§3")
    routing: Routing = key(Table(Routing), "How waiting cases find agents.", factory=Routing, clause="§3")
    chat: Chat = key(Table(Chat), "The rules of live chat.", factory=Chat, clause="§6")
    authentication: Authentication = key(
        Table(Authentication), "What customers are authenticated for.", factory=Authentication, clause="§6"
    )
    wrap_up: WrapUp = key(Table(WrapUp), "What an ended contact needs.", factory=WrapUp, clause="§6")
    email: Email = key(Table(Email), "The rules of email.", factory=Email, clause="§6")
    whatsapp: WhatsApp = key(Table(WhatsApp), "The rules of WhatsApp.", factory=WhatsApp, clause="§7")
    sla: Sla = key(Table(Sla), "What is promised, and how it is counted.", factory=Sla, clause="§8")
    calendars: Mapping[str, Opening] = key(
        Named(Table(Opening)),
        "Business calendars, by the names that `sla` uses; what differs on a date is a special day of theirs.",
        factory=dict,
        scope=Scope.FILE,
        clause="§8",
    )
    away: Away = key(Table(Away), "What becomes of the cases of somebody who is gone.", factory=Away, clause="§6")
    approval: Approval = key(Table(Approval), "How drafts are approved.", factory=Approval, clause="§5")
    reopening: Reopening = key(Table(Reopening), "Where reopened cases go.", factory=Reopening, clause="§3")
    tags: Tags = key(Table(Tags), "Tags on cases and messages.", factory=Tags, clause="§4")
    sentiment: Sentiment = key(Table(Sentiment), "The sentiment of messages.", factory=Sentiment, clause="§4")
    enforcement: Mapping[str, Enforcement] = key(
        Named(Choice(Enforcement)),
        "Rules, by id, that are only warned about or switched off; every other rule blocks.",
        factory=dict,
        clause="§10",
    )
    override: tuple[Override, ...] = key(
        Several(Table(Override), MOST), "Other values for the cases that match.", default=(), scope=Scope.FILE
    )
    change: tuple[Change, ...] = key(
        Several(Table(Change), MOST), "Other values from a date on.", default=(), scope=Scope.FILE
    )
    waiver: tuple[Waiver, ...] = key(
        Several(Table(Waiver), MOST), "Promises that are not asked for, for a while.", default=(), scope=Scope.FILE
    )

    layered: bool = attrs.field(default=False, init=False, eq=False, repr=False)
    """Whether it says anything otherwise from a date on, or for some cases."""

    # What is worked out of the values, and where they stand. Nobody can tell it from outside.
    _calendars: dict[str, Calendar] = attrs.field(factory=dict, init=False, eq=False, repr=False)
    _promised: dict[tuple[str, Channel, Level], tuple[timedelta | None, Calendar | None]] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )
    _layers: Layers = attrs.field(default=NO_LAYERS, init=False, eq=False, repr=False)
    _origins: Origins = attrs.field(default=NOWHERE, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        problems = [*_contradictions(self), *self._read_calendars(), *_no_zone(self.zone)]
        if not problems and (self.override or self.change or self.waiver):
            self.take()
            problems = [*contradictions(self)]
        if problems:
            raise PolicyError("policy", tuple(problems))

    def _read_calendars(self) -> Iterator[Problem]:
        for name, opening in self.calendars.items():
            try:
                self._calendars[name] = opening.calendar()
            except CalendarError as error:
                for problem in error.problems:
                    yield Problem(f"calendars.{name}", problem)
        for path, targets in ((name, getattr(self.sla, name)) for name in keys_of(Sla)):
            named = targets.calendar if isinstance(targets, Targets) else None
            if named is not None and named not in self.calendars:
                known = ", ".join(self.calendars) or "a table [calendars.NAME]"
                yield Problem(f"sla.{path}.calendar", f"there is no calendar {named!r}", known)

    def mode(self, rule: str) -> Enforcement:
        """How strictly the rule with this id is kept."""
        if rule == "authentication.before":
            return self.authentication.enforcement
        return self.enforcement.get(rule, Enforcement.BLOCK)

    def limit(self, channel: Channel) -> int | None:
        """The most cases of a channel that one agent holds; None where only the total bounds it."""
        limit: int | None = getattr(self.capacity, channel)
        return limit

    def calendar_for(self, channel: Channel) -> Calendar | None:
        """The calendar whose hours count on a channel; None where all hours do."""
        name = self.sla.calendar(channel)
        return None if name is None else self._calendars[name]

    def promised(self, clock: str, channel: Channel, level: Level) -> tuple[timedelta | None, Calendar | None]:
        """The target of a service clock for cases of a channel and level, and the calendar that counts; remembered."""
        known = self._promised.get((clock, channel, level))
        if known is None:
            known = self.sla.target(clock, channel, level), self.calendar_for(channel)
            self._promised[clock, channel, level] = known
        return known

    def queue_for(
        self, channel: Channel, reason: str | None, language: str | None, tags: frozenset[str] = frozenset()
    ) -> str:
        """The queue a new case enters: the first whose filters take it, else the fallback queue."""
        for name, queue in self.queues.items():
            if not queue.fallback and queue.takes(channel, reason, language, tags):
                return name
        return self.fallback

    @property
    def fallback(self) -> str:
        """The queue that takes what no other takes."""
        return next(name for name, queue in self.queues.items() if queue.fallback)

    # What is in force ----------------------------------------------------------------------------------

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant: every change that has begun has been made.

        Args:
            instant: An aware datetime.
        """
        if not self.change:
            return self
        return self._layers.dated(bisect_right(self._layers.begins, instant))

    def for_(self, case: Matched | None) -> Policy:
        """The policy in force for a case: every override that matches stands over the rest.

        Ask `at` first: changes that are still to be made are not made here.

        Args:
            case: The case as it is now; None: no case, which no override matches.
        """
        if not self.override:
            return self
        return self._layers.seen_as(self._layers.aspect(case))

    def aspect(self, case: Matched) -> Aspect | None:
        """What the overrides look at of a case; None where there are none. It can be compared, and kept."""
        return self._layers.aspect(case) if self.override else None

    def of(self, aspect: Aspect | None) -> Policy:
        """The policy in force for every case that is alike in what the overrides look at."""
        return self if aspect is None else self._layers.seen_as(aspect)

    def periods(self, since: datetime | None) -> Iterator[tuple[datetime | None, datetime | None, Policy]]:
        """Each policy in force from an instant on: when it begins and ends, None for always; the first has begun."""
        if not self.change:
            yield None, None, self
            return
        begun = self._layers.begins
        first = 0 if since is None else bisect_right(begun, since)
        for number in range(first, len(begun) + 1):
            begin = begun[number - 1] if number > first else None
            yield begin, begun[number] if number < len(begun) else None, self._layers.dated(number)

    def waived(self, promise: str, at: datetime) -> Waiver | None:
        """The waiver of a promise that holds at an instant; None where it is not waived.

        Args:
            promise: Its number, e.g. `12` (§10).
            at: An aware datetime.
        """
        zone = zone_of(self)
        held = (waiver for waiver in self.waiver if waiver.promise == promise and at < ends(waiver.until, zone))
        return next(held, None)

    def laid(self, layers: Iterable[tuple[str, Mapping[str, Any]]], *, overrides: bool = False) -> Policy:
        """This policy with other values, and without the changes that set them.

        Args:
            layers: The values by the paths of their keys, and where they stand, e.g. `override[0].set`; later ones
                stand over earlier ones.
            overrides: Whether it still has its overrides.

        Raises:
            PolicyError: When the values contradict each other.
        """
        tables: dict[str, Any] = {}
        moved = dict(self._origins.moved)
        for where, values in layers:
            for path, value in values.items():
                known: Any = declared(Policy, path)  # else it would have been refused
                table, *steps = known.steps
                tables[table] = put(tables.get(table, getattr(self, table)), keys_of(Policy)[table], steps, value)
                moved = {old: place for old, place in moved.items() if outer(old) != path}
                moved[path] = under(where, path)
        origins = Origins(self._origins.sources, moved)
        try:
            this: Any = self
            laid: Policy = attrs.evolve(this, **tables, override=(), change=(), waiver=())
        except PolicyError as error:
            raise PolicyError(error.name, tuple(map(origins.blamed, error.problems))) from None
        laid.take(_origins=origins, waiver=self.waiver, override=self.override if overrides else ())
        return laid

    def take(self, **known: Any) -> None:
        """Take what is known to be sound, or worked out of the rest; for the making of a policy only."""
        for name, value in known.items():
            object.__setattr__(self, name, value)
        if self.override or self.change:
            object.__setattr__(self, "layered", True)
            object.__setattr__(self, "_layers", Layers(self))

    def origin(self, path: str) -> Origin | None:
        """Where the value of a key stands in the file, or in the file below it; None where it is the default.

        Args:
            path: The key's path, e.g. `chat.idle.silence`.
        """
        return self._origins.origin(path)

    def standing(self, layer: str, path: str) -> Origin | None:
        """Where the value stands that a layer sets for a key; `layer` is e.g. `override[0].set`."""
        return self._origins.in_files(under(layer, path))

    @property
    def sources(self) -> Sources:
        """The files it was read from, nearest first; none for one that was made in code."""
        return self._origins.sources

    # Reading and writing -------------------------------------------------------------------------------

    @classmethod
    def default(cls) -> Policy:
        """The SOP that ships with casecore."""
        return _shipped()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a policy from a TOML file.

        Raises:
            PolicyError: When the file cannot be read or anything in it is wrong.
        """
        from casecore.policies.files import parsed, read_text, stacked

        return cls.of_files(*stacked(parsed(read_text(path), str(path)), Path(path).parent))

    @classmethod
    def loads(cls, text: str, name: str = "<text>") -> Self:
        """Read a policy from TOML.

        Args:
            text: The file's text.
            name: What errors call it.

        Raises:
            PolicyError: When anything in it is wrong; it lists every problem.
        """
        from casecore.policies.files import parsed, stacked

        return cls.of_files(*stacked(parsed(text, name), None))

    @classmethod
    def of_files(cls, plain: Mapping[str, Any], sources: Sources) -> Self:
        """Read a policy from what its files say together (`files.stacked`); it knows then where each value stands.

        Raises:
            PolicyError: When anything in them is wrong; it lists every problem.
        """
        from casecore.policies.files import located

        name = sources[0].name
        try:
            policy = cls.from_dict(plain, name)
        except PolicyError as error:
            problems = located(error.problems, sources)
        else:
            policy.take(_origins=Origins(sources))
            return policy
        raise PolicyError(name, problems)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], name: str = "<dict>") -> Self:
        """Read a policy from plain data, as `to_dict` writes it.

        Raises:
            PolicyError: When anything in it is wrong; it lists every problem.
        """
        problems: list[Problem] = []
        policy: Any = MISSING
        try:
            policy = Table(cls).read(plain, "", problems)
            if policy is MISSING:  # the rest of it may contradict itself all the same
                Table(cls).read(_sound(plain, problems), "", [])
        except PolicyError as error:
            problems.extend(error.problems)
        if problems:
            raise PolicyError(name, tuple(problems))
        read: Self = policy
        return read

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain data, with every default spelled out."""
        plain: dict[str, Any] = Table(type(self)).write(self)
        return plain

    def value(self, path: str) -> Any:
        """The value at a key's path, e.g. `approval.self_approval`.

        Raises:
            KeyError: When there is no such key.
        """
        known = declared(type(self), path)
        held: Any = self
        for step in known.steps if known is not None else (path,):
            if isinstance(held, Mapping):
                held = held[step]
            elif known is None:
                raise KeyError(path)
            else:
                held = None if held is None else getattr(held, step)
        return held


@cache
def _shipped() -> Policy:
    from importlib import resources

    from casecore.policies.files import parsed, stacked

    text = resources.files("casecore.policies").joinpath("sop.toml").read_text("utf-8")
    return Policy.of_files(*stacked(parsed(text, "sop.toml", trusted=True), None))


def _sound(plain: Any, problems: Iterable[Problem]) -> dict[str, Any]:
    """The tables of a policy in which no problem was found, and that speak of no table in which one was."""
    wrong = {re.split(r"[.\[]", problem.path)[0] for problem in problems}
    if "calendars" in wrong:
        wrong.add("sla")
    if "queues" in wrong:
        wrong |= {"override", "change"}
    return {word: value for word, value in plain.items() if word not in wrong} if isinstance(plain, dict) else {}


def _no_zone(name: str) -> Iterator[Problem]:
    problems: list[str] = []
    zone_named(name, problems)
    yield from (Problem("zone", problem.removeprefix("zone: "), "an IANA name") for problem in problems)


def _contradictions(policy: Policy) -> tuple[Problem, ...]:
    problems = []
    fallbacks = [name for name, queue in policy.queues.items() if queue.fallback]
    if len(fallbacks) != 1:
        found = f"{len(fallbacks)} queues are the fallback" + (f" ({', '.join(fallbacks)})" if fallbacks else "")
        problems.append(Problem("queues", found, "exactly one queue with fallback = true"))
    for path, statuses in (
        ("lifecycle.close_from", policy.lifecycle.close_from),
        ("lifecycle.close_after", policy.lifecycle.close_after),
    ):
        if Status.CLOSED in statuses:
            problems.append(Problem(path, '"closed" cannot be closed again', "the other statuses"))
    never = [status for status in policy.lifecycle.close_after if status not in policy.lifecycle.close_from]
    for status in never:
        found = f"cases that are {status} would never be closed"
        problems.append(Problem(f"lifecycle.close_after.{status}", found, "a status of lifecycle.close_from"))
    if policy.wrap_up.disposition and not policy.wrap_up.codes:
        problems.append(Problem("wrap_up.codes", "no contact could ever be disposed", "at least one code"))
    if not policy.lifecycle.close_from:
        problems.append(Problem("lifecycle.close_from", "no case could ever be closed", "at least one status"))
    for rule in policy.enforcement:
        if rule not in SWITCHABLE:
            expected = "a rule that may be softened: " + ", ".join(sorted(SWITCHABLE))
            remedy = did_you_mean(rule, SWITCHABLE)
            problems.append(Problem(under("enforcement", rule), "cannot be softened", expected, remedy, of_key=True))
    return tuple(problems)
