"""What comes of comparing two policies over time, numbered: the record that every format reads.

`D1` and on are changes of behaviour, `S1` and on what is stranded, `U1` and on edits of what nobody tried, `E1` and on
edits without effect. Numbers stand for one comparison only; what is the same in another one has the same fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from attrs import field, frozen

from casecore.check.in_flight import Stranded
from casecore.check.report import Exit
from casecore.diff.comparison import Comparison
from casecore.diff.in_scope import BehaviourChange
from casecore.diff.labels import Label
from casecore.diff.outcomes import OutcomeChange
from casecore.policies import Policy
from casecore.policies.edits import Edit

STRANDED = "stranded"
UNTRIED = "untried"
ANY = "any"
FAILING = (*(label.value for label in Label), STRANDED, UNTRIED, ANY)
"""What somebody may want to be stopped by."""


@frozen
class Numbered:
    """One thing that is told.

    Attributes:
        id: `D1`, `S1`, `U1` or `E1`.
        what: A change, something stranded, an edit that was not tried, or one without effect.
        begin: From when on; None: from the beginning.
        comparison: Where it was found.
    """

    id: str
    what: BehaviourChange | OutcomeChange | Stranded | Edit
    begin: datetime | None
    comparison: Comparison = field(repr=False)


@frozen
class Differences:
    """Two policies, and how they differ in each period.

    Attributes:
        old: The SOP before.
        new: The SOP after.
        periods: When each begins (None: from the beginning), and what was found.
        revision: The revision of git at which the old policy was read, by which its files are called; else nothing.
    """

    old: Policy = field(repr=False)
    new: Policy = field(repr=False)
    periods: tuple[tuple[datetime | None, Comparison], ...]
    revision: str = ""

    @property
    def changes(self) -> tuple[Numbered, ...]:
        """What behaves differently."""
        return self._number_findings("D", lambda found: (*found.changes, *found.outcomes))

    @property
    def stranded(self) -> tuple[Numbered, ...]:
        """What is in flight and has no way on."""
        return self._number_findings("S", lambda found: found.flights.stranded)

    @property
    def untried(self) -> tuple[Numbered, ...]:
        """What is written differently, and nobody tried."""
        return self._number_findings("U", lambda found: found.untried)

    @property
    def without_effect(self) -> tuple[Numbered, ...]:
        """What is written differently, and makes no difference."""
        return self._number_findings("E", lambda found: found.without_effect)

    def _number_findings(
        self, letter: str, of: Callable[[Comparison], Iterable[BehaviourChange | OutcomeChange | Stranded | Edit]]
    ) -> tuple[Numbered, ...]:
        every = [(what, begin, found) for begin, found in self.periods for what in of(found)]
        return tuple(Numbered(f"{letter}{number}", *one) for number, one in enumerate(every, 1))

    @property
    def edits(self) -> int:
        """How many keys are written differently."""
        return len({edit.key for _, found in self.periods for edit in found.edits})

    @property
    def complete(self) -> bool:
        """Whether everything was tried."""
        return all(found.complete for _, found in self.periods)

    def counts(self) -> dict[str, int]:
        """How many changes there are of each label, how many reasons to be stranded, and how many edits untried."""
        labels = [one.what.label for one in self.changes if isinstance(one.what, BehaviourChange | OutcomeChange)]
        others = {STRANDED: len(self.stranded), UNTRIED: len(self.untried)}
        return {**{label.value: labels.count(label) for label in Label}, **others}

    def exit(self, fail_on: Iterable[str]) -> Exit:
        """What the command line answers.

        Args:
            fail_on: Words of `FAILING`: what counts as a finding; none: what is stranded.
        """
        wanted, counts = set(fail_on) or {STRANDED}, self.counts()
        named = {*counts} - {UNTRIED} if ANY in wanted else wanted
        if any(counts[name] for name in counts.keys() & (named | wanted)):
            return Exit.FINDINGS
        return Exit.CLEAN if self.complete else Exit.INCONCLUSIVE


def everything(report: Differences) -> Iterator[Numbered]:
    """Everything that is told: changes, what is stranded, edits that were not tried, edits without effect."""
    yield from (*report.changes, *report.stranded, *report.untried, *report.without_effect)
