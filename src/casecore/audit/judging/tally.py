"""What is counted of a log: how often each rule was kept, broken and unknown, in all and for each agent and so on.

Tallies of the parts of a log can be added up: what comes out is the tally of the whole, in whatever order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from attrs import define, field

from casecore.audit.judging.judge import RuleOutcome


class Side(StrEnum):
    """What is counted apart."""

    AGENT = "agent"
    QUEUE = "queue"
    CHANNEL = "channel"
    HOUR = "hour"
    DAY = "day"


@define
class Count:
    """How often a rule was kept, broken and unknown, of all occasions that concern it."""

    kept: int = 0
    broken: int = 0
    unknown: int = 0

    @property
    def occasions(self) -> int:
        """How often it was put to the test, as far as the log tells."""
        return self.kept + self.broken + self.unknown

    def add(self, outcome: RuleOutcome, times: int) -> None:
        """Count an outcome so many times more."""
        setattr(self, outcome.value, getattr(self, outcome.value) + times)


Counts: TypeAlias = dict[str, Count]
"""By the id of the rule."""

Met: TypeAlias = tuple[tuple[str, ...], tuple[RuleOutcome, ...]]
"""The rules that concern a row, and what is said of each. Few different things are, so that each is kept once, with a
number."""


@define
class RuleTally:
    """What was counted so far.

    Attributes:
        rows: How many rows were seen.
        first_at: When the first of them happened (aware, UTC); likewise `last_at`.
        begun_in_mid_life: How many cases began before the log.
        unknown_for: For each rule, what it looked at that is not told, and how often.
    """

    rows: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    begun_in_mid_life: int = 0
    unknown_for: defaultdict[str, Counter[str]] = field(factory=lambda: defaultdict(Counter))
    _met: dict[Met, int] = field(factory=dict)
    _times: Counter[int] = field(factory=Counter)
    _sides: dict[Side, Counter[tuple[Any, int]]] = field(factory=lambda: {side: Counter() for side in Side})

    def see(self, at: datetime) -> None:
        """Count a row."""
        self.rows += 1
        if self.first_at is None:
            self.first_at = at
        self.last_at = at

    def note(self, outcomes: Mapping[str, RuleOutcome], unknown: Mapping[str, str], values: Iterable[Any]) -> None:
        """Count what is said of the rules at a row.

        Args:
            outcomes: What is said of each rule that concerns it.
            unknown: What each unknown rule looked at.
            values: Where to count it apart: the agent, the queue, the channel, the hour, and the day.
        """
        for rule, missing in unknown.items():
            self.unknown_for[rule][missing] += 1
        met = self._met.setdefault((tuple(outcomes), tuple(outcomes.values())), len(self._met))
        self._times[met] += 1
        for counted, value in zip(self._sides.values(), values, strict=True):
            counted[value, met] += 1

    def add(self, other: RuleTally) -> None:
        """Count what was counted of other rows."""
        self.rows += other.rows
        self.first_at = min(filter(None, (self.first_at, other.first_at)), default=None)
        self.last_at = max(filter(None, (self.last_at, other.last_at)), default=None)
        self.begun_in_mid_life += other.begun_in_mid_life
        for rule, missing in other.unknown_for.items():
            self.unknown_for[rule].update(missing)
        numbers = {number: self._met.setdefault(met, len(self._met)) for met, number in other._met.items()}
        for met, times in other._times.items():
            self._times[numbers[met]] += times
        for side, counted in other._sides.items():
            for (value, met), times in counted.items():
                self._sides[side][value, numbers[met]] += times

    @property
    def counts(self) -> Counts:
        """How often each rule was kept, broken and unknown."""
        return self._counted(self._times.items())

    def counts_by(self, side: Side) -> dict[str, Counts]:
        """The same for each agent, queue, channel, hour (of the zone, 00 to 23) or day."""
        apart: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for (value, met), times in self._sides[side].items():
            apart[f"{value:02}" if side is Side.HOUR else str(value)].append((met, times))
        return {value: self._counted(several) for value, several in sorted(apart.items())}

    def _counted(self, several: Iterable[tuple[int, int]]) -> Counts:
        answers = [*self._met]
        counts: defaultdict[str, Count] = defaultdict(Count)
        for met, times in several:
            for rule, outcome in zip(*answers[met], strict=True):
                counts[rule].add(outcome, times)
        return dict(sorted(counts.items()))
