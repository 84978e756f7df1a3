"""A second opinion: what the witnesses of the promises say of the rows that the rules have judged.

A witness shares no code with a rule: it knows what happened and what the policy says, and nothing else. So where both
are asked and one says otherwise, one of them is wrong, or the promise promises less than the rule demands. It is asked
only where everything was told: every command, and every case from its start. At the first event of which something is
not told it stops, and the report says at which row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import define, field, frozen

from casecore.audit.judging.auditing import Telling, Violation
from casecore.audit.judging.untold import NotTold
from casecore.kernel import Event
from casecore.policies import Policy
from casecore.promises.promise import name_of_promise
from casecore.promises.watching import Watch

EXAMPLES: Final = 5
"""How many rows are shown of each disagreement."""


@frozen
class Disagreement:
    """Where a witness and a rule say otherwise.

    Attributes:
        promise: What the promise is called: `P04`.
        title: What is promised.
        rule: The rule that was broken, and rests under the promise, which was kept; empty where the promise was broken
            and no rule was.
        times: How often.
        rows: The numbers of the first such rows.
    """

    promise: str
    title: str
    rule: str
    times: int
    rows: tuple[int, ...]


@frozen
class Opinion:
    """What the witnesses say of a log.

    Attributes:
        rows: How many rows they saw.
        stopped: The row of which too little was told for them; None where they saw all.
        broken: How often each promise was broken, by what it is called.
        disagreements: Where a rule says otherwise.
    """

    rows: int
    stopped: int | None = None
    broken: tuple[tuple[str, int], ...] = ()
    disagreements: tuple[Disagreement, ...] = ()


@define
class _Found:
    """How often something was found, and at which rows first."""

    title: str
    times: int = 0
    rows: list[tuple[int, int]] = field(factory=list)

    def note(self, place: int, row: int) -> None:
        """Count one more."""
        self.times += 1
        if len(self.rows) < EXAMPLES:
            self.rows.append((place, row))

    def add(self, other: _Found) -> None:
        """Count what was found at other rows."""
        self.times += other.times
        self.rows = sorted(self.rows + other.rows)[:EXAMPLES]


@define
class Witnessed:
    """What the witnesses said of some rows.

    Attributes:
        rows: How many rows they saw.
        stopped: The row of which too little was told for them; None while they saw all.
    """

    rows: int = 0
    stopped: int | None = None
    _broken: Counter[str] = field(factory=Counter)
    _found: dict[tuple[str, str], _Found] = field(factory=dict)

    def count(self, broken: Iterable[str]) -> None:
        """Count a row that breaks these promises."""
        self.rows += 1
        self._broken.update(broken)

    def note(self, place: int, row: int, number: str, title: str, rule: str = "") -> None:
        """Note that a promise and the rules say otherwise of a row."""
        self._found_of(number, title, rule).note(place, row)

    def _found_of(self, number: str, title: str, rule: str) -> _Found:
        return self._found.setdefault((number, rule), _Found(title))

    def add(self, other: Witnessed) -> None:
        """Take in what they said of other rows, of which all was told."""
        self.rows += other.rows
        self._broken.update(other._broken)
        for (number, rule), found in other._found.items():
            self._found_of(number, found.title, rule).add(found)

    def opinion(self) -> Opinion:
        """What they say."""
        return Opinion(
            self.rows,
            self.stopped,
            tuple((name_of_promise(number), times) for number, times in sorted(self._broken.items())),
            tuple(
                Disagreement(name_of_promise(number), one.title, rule, one.times, tuple(row for _, row in one.rows))
                for (number, rule), one in sorted(self._found.items())
            ),
        )


class SecondOpinion:
    """Asks the witnesses of each row.

    Args:
        policy: The SOP.

    Attributes:
        said: What they said so far.
    """

    def __init__(self, policy: Policy) -> None:
        self._watch = Watch(policy)
        self._policy = policy
        self.said = Witnessed()

    def see(self, row: int, events: Sequence[Event], breaches: Sequence[Violation], place: int = 0) -> None:
        """Ask them of a row.

        Args:
            row: Its number.
            events: What happened.
            breaches: The rules that it broke.
            place: Where it stands in the log.
        """
        if self.said.stopped is not None:
            return
        try:
            wrong = self._watch.see(events)
        except NotTold:
            self.said.stopped = row
            return
        broken = {one.number: one.title for one in wrong}
        self.said.count(broken.keys())
        if not breaches:
            for number, title in broken.items():
                self.said.note(place, row, number, title)
            return
        for promise in self._watch.promises:
            if promise.number not in broken and promise.way_on is None and promise.claimed(self._policy):
                for breach in breaches:
                    if breach.rule in promise.rules:
                        self.said.note(place, row, promise.number, promise.title, breach.rule)


def everything_told(telling: Telling) -> bool:
    """Whether witnesses can be asked of a log: it tells every command, and every case from its start."""
    return telling.begins_whole and not telling.commands
