"""Two policies at once: what a month would have been under another SOP, row by row.

Both judge the same rows in one pass, and go on as the log does. So what is told is what each would have said of what
was done, not what people would have done instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final

from attrs import define, field, frozen

from casecore.audit.judging.auditing import Violation
from casecore.audit.judging.tally import Count, RuleTally
from casecore.kernel import Enforcement
from casecore.policies import Policy

EXAMPLES: Final = 20
"""How many rows are shown of which the policies say otherwise."""


@frozen
class RuleUnderBoth:
    """One rule under both policies.

    Attributes:
        id: Its id.
        old: How often it was kept, broken and unknown under the policy in force.
        new: The same under the other one; nothing where that has it off, likewise `old`.
    """

    id: str
    old: Count
    new: Count


@frozen
class RowUnderBoth:
    """A row of which the policies say otherwise.

    Attributes:
        row: Its number in the log.
        at: When (aware, UTC).
        what: What was done.
        case: On which case; None where on none, or it is not told.
        agent: By whom; likewise.
        only_old: The rules that it breaks under the policy in force only; likewise `only_new`.
    """

    row: int
    at: datetime
    what: str
    case: str | None
    agent: str | None
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


@frozen
class PolicyCompared:
    """What another policy says of the same rows.

    Attributes:
        policy: The title of the other policy.
        policy_file: Its file.
        rules: Every rule of which the two say otherwise, by id.
        rows: How many rows break something under one that they do not under the other.
        cases: The cases of these rows, by id.
        examples: The first of these rows.
    """

    policy: str
    policy_file: str
    rules: tuple[RuleUnderBoth, ...]
    rows: int
    cases: frozenset[str] = field(repr=False)
    examples: tuple[RowUnderBoth, ...] = field(repr=False)


@define
class Differing:
    """The rows of which two policies say otherwise."""

    _rows: int = 0
    _cases: set[str] = field(factory=set)
    _examples: list[tuple[int, RowUnderBoth]] = field(factory=list)

    def see(self, place: int, found: Sequence[Violation], others: Sequence[Violation]) -> None:
        """Note a row, if it is one of them.

        Args:
            place: Where it stands in the log.
            found: What it breaks under the policy in force.
            others: What it breaks under the other one.
        """
        if not found and not others:
            return
        old, new = ({breach.rule: breach for breach in several} for several in (found, others))
        if old.keys() == new.keys():
            return
        one = next(iter((old | new).values()))
        self._rows += 1
        if one.case is not None:
            self._cases.add(one.case)
        if len(self._examples) < EXAMPLES:
            only_old, only_new = tuple(old.keys() - new.keys()), tuple(new.keys() - old.keys())
            told = (one.row, one.at, one.what, one.case, one.agent)
            self._examples.append((place, RowUnderBoth(*told, tuple(sorted(only_old)), tuple(sorted(only_new)))))

    def add(self, other: Differing) -> None:
        """Take in what was noted of other rows."""
        self._rows += other._rows
        self._cases |= other._cases
        self._examples = sorted(self._examples + other._examples, key=itemgetter(0))[:EXAMPLES]

    def compared(self, policy: Policy, tally: RuleTally, other: Policy, other_tally: RuleTally) -> PolicyCompared:
        """What came of it.

        Args:
            policy: The policy in force.
            tally: What was counted under it.
            other: The other policy.
            other_tally: What was counted under that.
        """
        old, new = _counts_under(policy, tally), _counts_under(other, other_tally)
        nothing = Count()
        rules = (RuleUnderBoth(rule, old.get(rule, nothing), new.get(rule, nothing)) for rule in sorted({*old, *new}))
        return PolicyCompared(
            " ".join(filter(None, (other.id, other.version))),
            other.sources[0].name if other.sources else "",
            tuple(rule for rule in rules if rule.old != rule.new),
            self._rows,
            frozenset(self._cases),
            tuple(row for _, row in self._examples),
        )


def _counts_under(policy: Policy, tally: RuleTally) -> dict[str, Count]:
    """What became of each rule that is not off."""
    return {rule: count for rule, count in tally.counts.items() if policy.mode(rule) is not Enforcement.OFF}
