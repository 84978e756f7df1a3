"""Two policies at once: what a month would have been under another SOP, row by row.

Both judge the same rows in one pass, and go on as the log does. So what is told is what each would have said of what
was done, not what people would have done instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import define, field, frozen

from casecore.audit.judging.auditing import Auditor, Count, Violation
from casecore.audit.logs.log_rows import LogRow
from casecore.kernel import Enforcement

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
class Comparing:
    """Notes of which rows two auditors say otherwise.

    Attributes:
        old: Who judges by the policy in force.
        new: Who judges by the other one.
    """

    old: Auditor
    new: Auditor
    _rows: int = 0
    _cases: set[str] = field(factory=set)
    _examples: list[RowUnderBoth] = field(factory=list)

    def see(self, row: LogRow, found: Sequence[Violation]) -> None:
        """Judge a row by the other policy, too.

        Args:
            row: The row.
            found: What it breaks under the policy in force.
        """
        others = self.new.see(row)
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
            self._examples.append(RowUnderBoth(*told, tuple(sorted(only_old)), tuple(sorted(only_new))))

    def compared(self) -> PolicyCompared:
        """What came of it."""
        old, new = _counts_of(self.old), _counts_of(self.new)
        nothing = Count()
        rules = (RuleUnderBoth(rule, old.get(rule, nothing), new.get(rule, nothing)) for rule in sorted({*old, *new}))
        policy = self.new.policy
        return PolicyCompared(
            " ".join(filter(None, (policy.id, policy.version))),
            policy.sources[0].name if policy.sources else "",
            tuple(rule for rule in rules if rule.old != rule.new),
            self._rows,
            frozenset(self._cases),
            tuple(self._examples),
        )


def _counts_of(auditor: Auditor) -> dict[str, Count]:
    """What became of each rule that is not off."""
    mode = auditor.policy.mode
    return {rule: count for rule, count in auditor.counts.items() if mode(rule) is not Enforcement.OFF}
