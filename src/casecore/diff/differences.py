"""What comes of comparing two policies over time, numbered: the record that every format reads.

`D1` and on are changes of behaviour, `S1` and on what is stranded, `E1` and on edits without effect. Numbers stand for
one comparison only; what is the same in another one has the same fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from attrs import field, frozen

from casecore.check.in_flight import Stranded
from casecore.check.report import Exit
from casecore.diff.comparison import BehaviourChange, Comparison, Label
from casecore.policies import Policy
from casecore.policies.edits import Edit

STRANDED = "stranded"
ANY = "any"
FAILING = (*(label.value for label in Label), STRANDED, ANY)
"""What somebody may want to be stopped by."""


@frozen
class Numbered:
    """One thing that is told.

    Attributes:
        id: `D1`, `S1` or `E1`.
        what: A change, something stranded, or an edit without effect.
        begin: From when on; None: from the beginning.
        comparison: Where it was found.
    """

    id: str
    what: BehaviourChange | Stranded | Edit
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
        return self._number_findings("D", lambda found: found.changes)

    @property
    def stranded(self) -> tuple[Numbered, ...]:
        """What is in flight and has no way on."""
        return self._number_findings("S", lambda found: found.flights.stranded)

    @property
    def without_effect(self) -> tuple[Numbered, ...]:
        """What is written differently, and makes no difference."""
        return self._number_findings("E", lambda found: found.without_effect)

    def _number_findings(
        self, letter: str, of: Callable[[Comparison], Iterable[BehaviourChange | Stranded | Edit]]
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
        """How many changes there are of each label, and how many reasons to be stranded."""
        labels = [found.what.label for found in self.changes if isinstance(found.what, BehaviourChange)]
        return {**{label.value: labels.count(label) for label in Label}, STRANDED: len(self.stranded)}

    def exit(self, fail_on: Iterable[str]) -> Exit:
        """What the command line answers.

        Args:
            fail_on: Words of `FAILING`: what counts as a finding; none: what is stranded.
        """
        wanted, counts = set(fail_on) or {STRANDED}, self.counts()
        if any(count and {name, ANY} & wanted for name, count in counts.items()):
            return Exit.FINDINGS
        return Exit.CLEAN if self.complete else Exit.INCONCLUSIVE


def everything(report: Differences) -> Iterator[Numbered]:
    """Everything that is told: changes, what is stranded, edits without effect."""
    yield from (*report.changes, *report.stranded, *report.without_effect)
