"""Coverage: how many rules could be judged by a log, and what it would have to tell for more.

Of each rule that was unknown it is noted what it looked at that is not told, the first such thing each time. So what is
proposed here is what would have been looked at further; whether that is all that is missing shows in the next audit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from attrs import field, frozen

from casecore.audit.judging.knowledge import Knowledge, events_named_in
from casecore.audit.logs.log_map import LogBegin, LogMap
from casecore.audit.logs.vocabulary import Shape, vocabulary_of
from casecore.kernel import Command, Enforcement, Event
from casecore.policies import Policy
from casecore.rooms.agents import Agent
from casecore.rooms.cases import Case
from casecore.rooms.composition import House

if TYPE_CHECKING:
    from casecore.audit.reports.report import RuleResult

NAMED: Final = 4
"""How many commands a proposal names; the others are counted."""

_ROSTER: Final = ("permissions", "queues", "channels", "capacity")
"""What a roster can say of an agent."""

SOME: Final = 8
"""How many columns are named of those that a log has."""


@frozen
class Proposal:
    """Something that the log, or its map, could tell besides.

    Attributes:
        write: What to write, in words of the map.
        missing: What is not told until then, in words of the house: `Agent.presence`.
        rules: The rules that miss nothing else, as far as is known, once the proposals before it are followed.
        times: At how many occasions it was missed.
    """

    write: str
    missing: tuple[str, ...]
    rules: tuple[str, ...]
    times: int


@frozen
class Coverage:
    """Which rules could be judged.

    Attributes:
        rules: How many rules there are, without those that are off.
        judged: Those that were kept or broken at some occasion.
        wholly: Those of them that were unknown at none.
        unknown: Those that were unknown at every occasion.
        unmet: Those that had no occasion in this log.
        tells: What the log tells, in words.
        proposals: What it could tell besides: what lets most rules be judged comes first.
    """

    rules: int
    judged: tuple[str, ...]
    wholly: tuple[str, ...]
    unknown: tuple[str, ...]
    unmet: tuple[str, ...] = field(repr=False)
    tells: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()


class _Known(Protocol):
    """What is asked of a rule's result."""

    @property
    def missing(self) -> Mapping[str, int]:
        """What it looked at that is not told."""


def coverage_of(
    rules: Collection[str], policy: Policy, house: House, results: Mapping[str, RuleResult], tells: Sequence[str]
) -> Coverage:
    """Which rules could be judged.

    Args:
        rules: The ids of those that could concern a row.
        policy: By what was judged.
        house: The rooms.
        results: What became of each rule.
        tells: What the log tells, in words.
    """
    asked = [rule for rule in rules if policy.mode(rule) is not Enforcement.OFF]
    return Coverage(
        len(asked),
        tuple(sorted(rule for rule, one in results.items() if one.known)),
        tuple(sorted(rule for rule, one in results.items() if one.known and not one.unknown)),
        tuple(sorted(rule for rule, one in results.items() if not one.known)),
        tuple(sorted(rule for rule in asked if rule not in results)),
        tuple(tells),
        tuple(proposals_for({rule: one for rule, one in results.items() if one.unknown}, house)),
    )


def proposals_for(results: Mapping[str, _Known], house: House) -> Sequence[Proposal]:
    """What to tell besides, in such an order that each proposal lets as many rules be judged as any could then.

    Args:
        results: The rules that were unknown, with what each looked at that was not told.
        house: The rooms.
    """
    words = _Words(house)
    wanted: dict[str, dict[str, int]] = {}
    missing: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for rule, result in results.items():
        wanted[rule] = {}
        for name, times in result.missing.items():
            write = words.of(name)
            missing[write][name] = None
            wanted[rule][write] = wanted[rule].get(write, 0) + times
    found: list[Proposal] = []
    while left := {write for writes in wanted.values() for write in writes}:
        gains = {write: sorted(rule for rule, writes in wanted.items() if writes.keys() == {write}) for write in left}
        missed = {write: sum(writes.get(write, 0) for writes in wanted.values()) for write in left}
        best = min(left, key=lambda write: (-len(gains[write]), -missed[write], write))
        found.append(Proposal(best, tuple(missing[best]), tuple(gains[best]), missed[best]))
        for writes in wanted.values():
            writes.pop(best, None)
    return found


class _Words:
    """How what is not told is called in a map.

    Args:
        house: The rooms.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._knowledge = Knowledge(house)
        self._classes = vocabulary_of(house).classes
        self._records = {kind.__name__: kind for kind in house.places}

    def of(self, missing: str) -> str:
        """What to write in a map so that this is told.

        Args:
            missing: What is not told: `CloseCase.reason`, `Agent.presence`, `View.draft`, or words of their own.
        """
        owner, dot, name = missing.partition(".")
        if not dot:
            return "[log] skew: less than that" if missing == "clock skew" else "what no column of the map tells"
        if owner in self._classes:
            return self._column(owner, name)
        if owner == Agent.__name__ and name in _ROSTER:
            return "[agents] roster: who may do what, and serves which queues and channels"
        if owner == Case.__name__ and name == "status":
            return '[tells] fields = ["status"], and [log] begins = "complete" or [assume] warm_up'
        record = self._records.get(owner)
        if record is not None:
            commands = self._commands(record, name)  # what none of them changes was so from the beginning
            return _listed(commands, self._rooms(record)) if commands else f"[columns] {name}"
        row = self._house.views.class_of(name)
        return _listed(self._commands(row, None), self._rooms(row))

    def _rooms(self, record: type) -> Sequence[str]:
        """The rooms in which such rows begin; none where every desk has them."""
        if record in (Agent, Case, self._house.file):
            return ()
        return [room.name for room in self._house.rooms if any(kind is record for kind, _ in room.creates)]

    def _column(self, owner: str, name: str) -> str:
        shape = vocabulary_of(self._house).fields_of_class(owner)
        if name in shape and shape[name].shape is Shape.PART:
            return f"{owner} with its {name}"
        return f"[columns] {name}"

    def _commands(self, record: type, name: str | None) -> tuple[str, ...]:
        """The commands that may begin such rows, or change a field of them; those that do it at once, if any do."""
        at_once, besides = [], []
        for room in self._house.rooms:
            for command, handler in room.decide.items():
                if self._does(events_named_in(handler), record, name):
                    at_once.append(command.__name__)
                elif self._does(self._knowledge.events_of(command), record, name):
                    besides.append(command.__name__)
        return tuple(dict.fromkeys(at_once or besides))

    def _does(self, events: Collection[type[Event]], record: type, name: str | None) -> bool:
        if name is not None:
            return name in self._knowledge.fields_changed_by(events).get(record, ())
        effects = (effect for event in events for effect in self._house.effects[event])
        return any(effect.create is not None and effect.record is record for effect in effects)


def _listed(commands: Sequence[str], rooms: Sequence[str]) -> str:
    more = f" and {len(commands) - NAMED} more" if len(commands) > NAMED else ""
    none = f"; or [assume] none: {', '.join(rooms)}" if rooms else ""
    return f"[tells] commands: {', '.join(commands[:NAMED])}{more}{none}"


def told_by(log_map: LogMap, commands: Collection[type[Command]] = ()) -> tuple[str, ...]:
    """What a map says that its log tells, in words.

    Args:
        log_map: The map.
        commands: The commands that may have been given without a row.
    """
    columns = _some([*log_map.columns, *log_map.constant])
    whole = _some([*log_map.tells.fields, *log_map.tells.commands])
    parts = [
        f"columns: {columns}" if columns else "",
        f"everything of: {whole}" if whole else "",
        f"taken for certain: none of {_some(log_map.assume.none)}" if log_map.assume.none else "",
        f"a roster of {len(log_map.roster):,}" if log_map.roster else "",
        "cases from their start" if log_map.log.begins is LogBegin.COMPLETE else "cases may begin before it",
        f"commands that it may leave out: {len(commands)}" if commands else "",
    ]
    return tuple(filter(None, parts))


def _some(names: Sequence[str]) -> str:
    """The first of several names, and how many there are besides."""
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return f"{', '.join(names[:SOME])}{more}"
