"""Layers: what an SOP says otherwise from a date on, or for some cases, and which promises are waived for a while.

* **Change**: `on` a date, keys get other values, for everybody. A date begins at midnight in the policy's `zone`; a
  date-time with its offset is that instant. Later changes stand over earlier ones.
* **Override**: keys have other values for the cases that match: of a channel, in a queue, with a tag, or several of
  these at once. All that is named has to match. The more a match names, the more specific it is: the channel counts
  one, the queue one, and each tag one. The most specific one wins, and stands over every change: it speaks of fewer
  cases. Two that are equally specific, can match the same case and set a key to different values are an error, unless
  a third that names all that both of them name decides.
* **Waiver**: a promise is not asked for `until` the end of a date, for a `reason`, `by` somebody.

A case is matched as it is when it is asked about: with its channel, its queue and its tags of that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from casecore.channels import Channel
from casecore.kernel import frozen
from casecore.kernel.problems import Problem, no_such_keys, outer, quoted, under
from casecore.kernel.words import distinct, same_form, same_forms
from casecore.policies.calendars import find_zone
from casecore.policies.declared import DeclaredKey, every_key, find_key, is_entry, key_at
from casecore.policies.kinds import (
    MISSING,
    NONE,
    Choice,
    Id,
    KeyScope,
    Named,
    Table,
    Text,
    a_source,
    key,
    look_at,
    section,
    settle_value,
)
from casecore.policies.plain_kinds import Words, as_a_file_writes
from casecore.policies.sections import OwnRule, Queue
from casecore.policies.sop import Sop

MOST: Final = 50
"""How many overrides, changes and waivers a policy has at most, of each."""

PROMISE_COUNT: Final = 24
"""How many promises there are (§10)."""

NEVER_WAIVED: Final = ("01", "02", "03", "11", "16")
"""The promises without which nothing else can be relied on (§10)."""


# Kinds -------------------------------------------------------------------------------------------------


@frozen
class Settings:
    """A table of other values for keys of the policy, each by its path, like `"chat.idle.silence" = "5m"`."""

    scopes: tuple[KeyScope, ...]
    most: int = 200

    @property
    def describe(self) -> str:
        """How it is written."""
        return 'a table of values by the paths of their keys, like { "chat.idle.silence" = "5m" }'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A dict from path to value."""
        if not isinstance(value, dict) or len(value) > self.most:
            problems.append(Problem(path, f"{quoted(value)} does not fit", self.describe))
            return MISSING
        found = {word: find_key(Sop, word) for word in value}
        unknown = [word for word, known in found.items() if known is None]
        if unknown:
            every = [known.path for known in every_key(Sop) if known.scope in self.scopes]
            ours = any(word.partition(".")[0].partition("[")[0] == "rule" for word in unknown)
            expected = _instead_of("rule") if ours else "the path of a key, like chat.idle.silence"
            problems.append(no_such_keys(unknown, every, path, every, expected))
        read: dict[str, Any] = {}
        for word, known in found.items():
            if known is not None:
                for one, said, place in _one_by_one(known, value[word], under(path, word)):
                    self._read_value(one, said, place, read, problems)
        return MISSING if unknown or MISSING in read.values() else read

    def _read_value(
        self, known: DeclaredKey, value: Any, path: str, read: dict[str, Any], problems: list[Problem]
    ) -> None:
        why_not = self._why_not_settable(known, read)
        if why_not:
            problems.append(Problem(path, *why_not, of_key=True))
            read[known.path] = MISSING
        else:
            none = value == NONE and is_entry(Sop, known.steps)
            read[known.path] = None if none else known.kind.read(value, path, problems)

    def _why_not_settable(self, known: DeclaredKey, read: Mapping[str, Any]) -> tuple[str, str] | None:
        if known.is_table:
            return "is a table", f'its keys one by one, each by its path in quotes, like "{known.path}.…"'
        if known.scope not in self.scopes:
            if known.scope is KeyScope.FILE:
                return "says what the file is, and is the same for ever and for every case", _instead_of(known.steps[0])
            return "shapes the desk, and is the same for every case", "a [[change]], or another key"
        clash = next(clashing_paths({known.path: MISSING}, read), None)
        return None if clash is None else (f"is set here already, by {clash[1]}", "each value once")

    def settle(self, value: Any) -> Any:
        """The same values, of each table of names entry by entry, because what it leaves out is as it was."""
        if not isinstance(value, Mapping):
            return value
        return {path: _held_at(path, held) for word in value for path, held in _entries_set(word, value[word])}

    def look_at(self, value: Any, path: str, problems: list[Problem]) -> None:
        """Note what is wrong with values that were set in code."""
        if not isinstance(value, Mapping):
            problems.append(Problem(path, f"{quoted(value)} does not fit", self.describe))
            return
        for word, held in value.items():
            known = find_key(Sop, word) if isinstance(word, str) else None
            if known is None or known.is_table:
                every = [known.path for known in every_key(Sop) if known.scope in self.scopes]
                problems.append(
                    no_such_keys([str(word)], every, path, every, "the path of a key, like chat.idle.silence")
                )
            elif held is not None or not is_entry(Sop, known.steps):
                look_at(known.kind, held, under(path, word), problems)

    def write(self, value: Mapping[str, Any]) -> Any:
        """A table, each value as its own kind writes it."""
        return {path: NONE if held is None else key_at(Sop, path).kind.write(held) for path, held in value.items()}


def _entries_set(word: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    known = find_key(Sop, word) if isinstance(word, str) else None
    if (
        known is not None
        and isinstance(known.kind, Named)
        and not known.is_table
        and isinstance(value, Mapping)
        and value
    ):
        yield from ((under(known.path, str(name)), held) for name, held in value.items())
    else:
        yield word, value


def _held_at(path: Any, value: Any) -> Any:
    known = find_key(Sop, path) if isinstance(path, str) else None
    return value if known is None or known.is_table else settle_value(known.kind, value)


def _one_by_one(known: DeclaredKey, value: Any, path: str) -> Iterator[tuple[DeclaredKey, Any, str]]:
    """What a layer says of a key; of a table of names, entry by entry, because what it leaves out is as it was."""
    entries = value if isinstance(known.kind, Named) and not known.is_table and isinstance(value, dict) else {}
    found = {word: find_key(Sop, under(known.path, word)) for word in entries if isinstance(word, str)}
    if not entries or None in found.values():  # an empty table is empty; of a name that there is not, the table tells
        yield known, value, path
    else:
        yield from ((one, entries[word], under(path, word)) for word, one in found.items() if one is not None)


def _instead_of(word: str) -> str:
    """What a layer may set where somebody wants another rule of their own, or none."""
    return 'how strictly a rule is kept, like "enforcement.refund.counted" = "off"' if word == "rule" else "another key"


@frozen
class DateOrInstant:
    """A date, or an instant with its offset; in JSON, which has neither, its text."""

    describe = "a date like 2026-12-01, or an instant with its offset like 2026-12-01T06:00:00+01:00"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A date, or an aware datetime in UTC."""
        read = _parse_day(value)
        if read is None:
            local = isinstance(value, datetime)
            remedy = f"say where that is, e.g. {value.isoformat()}Z" if local else ""
            problems.append(Problem(path, f"{as_a_file_writes(value)} does not fit", self.describe, remedy))
            return MISSING
        return read

    def write(self, value: date) -> Any:
        """The text, because JSON has no dates."""
        return value.isoformat()


def _parse_day(value: Any) -> date | None:
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value) if len(value) == len("2026-12-01") else datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None
    return value if isinstance(value, date) else None


@frozen
class PromiseNumber:
    """The number of a promise that can be waived, in two digits."""

    @property
    def describe(self) -> str:
        """The numbers."""
        return f'the number of a promise, from "04" to "{PROMISE_COUNT}"; {", ".join(NEVER_WAIVED)} can never be waived'

    @property
    def numbers(self) -> tuple[str, ...]:
        """The promises that can be waived."""
        return tuple(word for n in range(1, PROMISE_COUNT + 1) if (word := f"{n:02}") not in NEVER_WAIVED)

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The number as it is written."""
        if value in self.numbers:
            return value
        bare = isinstance(value, int) and 0 < value <= PROMISE_COUNT and f"{value:02}" in self.numbers
        remedy = f'write "{value:02}"' if bare else ""
        problems.append(Problem(path, f"{quoted(value)} does not fit", self.describe, remedy))
        return MISSING

    def write(self, value: str) -> Any:
        """As it is."""
        return value


# Sections ----------------------------------------------------------------------------------------------


class Matched(Protocol):
    """What overrides look at of a case."""

    @property
    def channel(self) -> Channel | None:
        """Its channel."""

    @property
    def queue(self) -> str | None:
        """The queue in which it is."""

    @property
    def tags(self) -> frozenset[str]:
        """The tags it carries."""


@frozen
class Aspect:
    """What overrides look at of a case, and no more: cases that are alike in it have the same values."""

    channel: Channel | None = None
    queue: str | None = None
    tags: frozenset[str] = frozenset()


@section
class Match:
    """Which cases an override is for: everything it names has to match."""

    channel: Channel | None = key(Choice(Channel), "The channel of the case.", default=None)
    queue: str | None = key(Id(), "The queue in which the case is.", default=None)
    tag: tuple[str, ...] = key(
        Words(Id(), form=same_form), "A tag that the case carries, or several, all of them.", default=()
    )

    def takes(self, aspect: Aspect) -> bool:
        """Whether a case is one of these."""
        return (
            (self.channel is None or self.channel == aspect.channel)
            and (self.queue is None or self.queue == aspect.queue)
            and (not self.tag or same_forms(self.tag) <= set(map(same_form, aspect.tags)))
        )

    @property
    def specificity(self) -> int:
        """How much it names; of two overrides the one that names more wins."""
        return (self.channel is not None) + (self.queue is not None) + len(self.tag)

    def meets(self, other: Match) -> Aspect | None:
        """A case that both take, and nothing in it that neither names; None where no case is both."""
        both = ((self.channel, other.channel), (self.queue, other.queue))
        if any(None not in pair and pair[0] != pair[1] for pair in both):
            return None
        tags = distinct((*self.tag, *other.tag))
        return Aspect(self.channel or other.channel, self.queue or other.queue, tags)

    def __str__(self) -> str:
        return str(case_in_words(Aspect(self.channel, self.queue, frozenset(self.tag))))


def case_in_words(aspect: Aspect) -> str:
    """A case in words."""
    parts = (
        f"on {aspect.channel}" if aspect.channel else "",
        f"in the queue {aspect.queue}" if aspect.queue else "",
        f"tagged {' and '.join(sorted(aspect.tags))}" if aspect.tags else "",
    )
    return " ".join(("a case", *filter(None, parts)))


@section
class Override:
    """Other values for some cases."""

    match: Match = key(Table(Match), "Which cases; of two that set the same, the one that names more wins.")
    set: Mapping[str, Any] = key(Settings((KeyScope.CASE,)), "The values, by the paths of their keys.")
    source: str = a_source()


@section
class Change:
    """Other values from a date on."""

    on: date = key(DateOrInstant(), "The date, from its midnight in the policy's zone, or the instant.")
    set: Mapping[str, Any] = key(Settings((KeyScope.CASE, KeyScope.DESK)), "The values, by the paths of their keys.")
    source: str = a_source()


@section
class Waiver:
    """A promise that is not asked for, for a while."""

    promise: str = key(PromiseNumber(), "The promise (§10).")
    until: date = key(
        DateOrInstant(), "The last date on which it is waived, in the policy's zone, or the instant of its end."
    )
    reason: str = key(Text(1000, 1), "Why.")
    by: str = key(Text(200, 1), "Who says so.")
    source: str = a_source()


LAYERS: Final = MappingProxyType({"override": Override, "change": Change, "waiver": Waiver})
"""The arrays of tables that hold the layers, and what each of them is."""

JOINED: Final = MappingProxyType({**LAYERS, "rule": OwnRule})
"""The arrays of tables of which a file adds to those of the files below it."""


# Instants ----------------------------------------------------------------------------------------------


def zone_of(policy: LayeredPolicy) -> tzinfo:
    """The time zone in which the dates of a policy begin."""
    return find_zone(policy.zone, [])


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which a date begins somewhere; an instant is itself."""
    if isinstance(day, datetime):
        return day
    return _to_utc(datetime.combine(day, time(), zone))


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which a date ends somewhere; an instant is itself."""
    if isinstance(day, datetime) or day == date.max:
        return start_of_day(day, zone)
    return start_of_day(day + timedelta(days=1), zone)


def _to_utc(local: datetime) -> datetime:
    try:
        return local.astimezone(UTC)
    except OverflowError:  # on the first or the last day of the calendar
        return local.replace(tzinfo=UTC)


def clashing_paths(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths at which two settings say different things: the same key, or a table and an entry of it."""
    for path, value in one.items():
        if path in other and other[path] != value:
            yield path, path
        elif outer(path) in other:
            yield path, outer(path)
    yield from ((outer(path), path) for path in other if outer(path) in one)


# What is in force --------------------------------------------------------------------------------------


class LayeredPolicy(Protocol):
    """A policy, as far as its layers are concerned."""

    @property
    def zone(self) -> str:
        """The time zone in which its dates begin."""

    @property
    def queues(self) -> Mapping[str, Queue]:
        """Its queues, by name."""

    @property
    def override(self) -> tuple[Override, ...]:
        """Its overrides."""

    @property
    def change(self) -> tuple[Change, ...]:
        """Its changes."""

    def with_values(self, layers: Iterable[tuple[str, Mapping[str, Any]]], *, overrides: bool = False) -> Self:
        """The policy with other values."""


P = TypeVar("P", bound=LayeredPolicy)


class Layers(Generic[P]):
    """The layers of one policy, in order. They work out once what is in force when and for whom, and remember it.

    Attributes:
        instants: The instants at which something changes, in order.
    """

    def __init__(self, policy: P | None = None) -> None:
        self.instants: tuple[datetime, ...] = ()
        self._matches: tuple[Match, ...] = ()
        self._kept: dict[int | Aspect, P] = {}
        if policy is None:
            return
        self._policy = policy
        zone = zone_of(policy)
        self._changes = sorted(((start_of_day(change.on, zone), number) for number, change in enumerate(policy.change)))
        self.instants = tuple(dict.fromkeys(begin for begin, _ in self._changes))
        self._matches = tuple(override.match for override in policy.override)
        self._channels = frozenset(match.channel for match in self._matches)
        self._queues = frozenset(match.queue for match in self._matches)
        self._tags = {same_form(tag): tag for match in self._matches for tag in match.tag}

    def changes_made(self, number: int) -> tuple[int, ...]:
        """The numbers of the changes that hold once so many of the instants have passed, in order."""
        last = self.instants[:number]
        return tuple(change for begin, change in self._changes if begin in last)

    def policy_after(self, number: int) -> P:
        """The policy once so many of the instants have passed."""
        if number not in self._kept:
            sets = ((f"change[{change}].set", self._policy.change[change].set) for change in self.changes_made(number))
            self._kept[number] = self._policy.with_values(sets, overrides=True)
        return self._kept[number]

    def aspect(self, case: Matched | None) -> Aspect:
        """What the overrides look at of a case."""
        if case is None:
            return Aspect()
        channel = case.channel if case.channel in self._channels else None
        queue = case.queue if case.queue in self._queues else None
        forms = map(same_form, case.tags if self._tags else ())
        return Aspect(channel, queue, frozenset(self._tags[form] for form in forms if form in self._tags))

    def matching_overrides(self, aspect: Aspect) -> tuple[int, ...]:
        """The numbers of the overrides that match; the one that wins over all the others comes last."""
        found = (number for number, match in enumerate(self._matches) if match.takes(aspect))
        return tuple(sorted(found, key=lambda number: self._matches[number].specificity))

    def policy_for(self, aspect: Aspect) -> P:
        """The policy for cases of this aspect."""
        if aspect not in self._kept:
            self._kept[aspect] = self.policy_with(self.matching_overrides(aspect))
        return self._kept[aspect]

    def policy_with(self, numbers: Iterable[int]) -> P:
        """The policy with these overrides, the last one over all the others."""
        sets = ((f"override[{number}].set", self._policy.override[number].set) for number in numbers)
        return self._policy.with_values(sets)


NO_LAYERS: Final[Layers[Any]] = Layers()
"""The layers of a policy that has none."""
