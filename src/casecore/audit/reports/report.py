"""What an audit says: rule by rule how often it was kept, broken and unknown, of how many occasions; and every breach.

    kept     the rule was put to the test, and held, whatever the log does not tell
    broken   it was put to the test, and did not hold, whatever the log does not tell
    unknown  it was put to the test, and the log does not tell enough to say

The three make up the occasions of a rule; a rate is of those that are known. Of each breach the log's row is told, the
case, who, when, what was measured and the limit, and the key of the policy that sets it. Breaches may be many: of a
rule, no more than some are kept, and all are counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from casecore.audit.judging.auditing import Violation
from casecore.audit.judging.obligations import Obligation, Settled, counts_of
from casecore.audit.judging.tally import Count, Counts, RuleTally, Side
from casecore.audit.logs.log_rows import OddCode, OddKind
from casecore.audit.reports.coverage import Coverage, coverage_of
from casecore.kernel import Enforcement, Rule, Setting
from casecore.kernel.shown import Displayed
from casecore.policies import Policy
from casecore.rooms.composition import House

if TYPE_CHECKING:
    from casecore.audit.reports.against import PolicyCompared
    from casecore.audit.reports.second_opinion import Opinion


@frozen
class RuleResult:
    """What became of one rule.

    Attributes:
        id: Its id.
        titles: What it says: a sentence for each thing that it guards.
        clauses: Where `docs/domain.md` says so.
        kept: At how many occasions it was kept; likewise `broken` and `unknown`.
        mode: Whether the policy blocks what breaks it, or only warns.
        setting: The first key of the policy that sets it, with its file and line; None where none does.
        missing: What it looked at that the log does not tell, and how often.
    """

    id: str
    titles: tuple[str, ...]
    clauses: tuple[str, ...]
    kept: int
    broken: int
    unknown: int
    mode: Enforcement = Enforcement.BLOCK
    setting: Setting | None = None
    missing: Mapping[str, int] = field(factory=dict)

    @property
    def title(self) -> str:
        """What it says, in one sentence; in the first of several."""
        return self.titles[0]

    @property
    def known(self) -> int:
        """At how many occasions it is known whether it was kept."""
        return self.kept + self.broken

    @property
    def occasions(self) -> int:
        """How often it was put to the test."""
        return self.known + self.unknown

    @property
    def rate(self) -> float | None:
        """Which part of the known occasions broke it, from 0 to 1; None where none is known."""
        return self.broken / self.known if self.known else None

    @property
    def warns(self) -> bool:
        """Whether the policy only warns of it."""
        return self.mode is Enforcement.WARN


@frozen(repr=False)
class AuditReport(Displayed):
    """What a log says of the rules of a desk.

    Attributes:
        log: What the log is called; likewise `map`.
        policy: The title of the policy: its id and version.
        policy_file: The file of the policy; empty where it was made in code.
        first_at: When the first row happened that was judged (aware, UTC); `last_at`, the last.
        read: How many rows the log has.
        judged: How many of them were judged: without those left out, those that say nothing new, and those before
            the time that was asked about.
        in_mid_life: How many cases begin before the log does.
        rules: Every rule that was put to the test: the most often broken first, then by id.
        off: The rules that the policy switches off.
        breaches: The first breaches of each rule, in the order of the log.
        obligations: What somebody had to do by an instant.
        sides: For each side, what is counted apart: by agent, queue, channel, hour and day.
        odd: What is odd about the log, the most frequent first.
        coverage: Which rules could be judged, and what the log would have to tell for more.
        sample: Of how many cases one was judged; 1: every one.
        since: From when on it was judged (aware); None: from its first row.
        zone: The zone of the hours and days.
        against: What another policy would have said of the same rows.
        opinion: What the witnesses of the promises say of the same rows.
    """

    shown_by = "casecore.audit.reports.shown:AUDIT"

    log: str
    map: str
    policy: str
    policy_file: str
    first_at: datetime | None
    last_at: datetime | None
    read: int
    judged: int
    in_mid_life: int
    rules: tuple[RuleResult, ...]
    off: tuple[str, ...]
    breaches: tuple[Violation, ...]
    obligations: tuple[Obligation, ...]
    sides: Mapping[Side, Mapping[str, Counts]]
    odd: tuple[OddKind, ...]
    coverage: Coverage
    sample: int = 1
    since: datetime | None = None
    zone: str = "UTC"
    against: PolicyCompared | None = None
    opinion: Opinion | None = None

    @property
    def broken(self) -> int:
        """How often rules were broken, those that only warn left out."""
        return sum(rule.broken for rule in self.rules if not rule.warns)

    @property
    def warned(self) -> int:
        """How often rules were broken that only warn."""
        return sum(rule.broken for rule in self.rules if rule.warns)

    @property
    def left_out(self) -> int:
        """How many rows of the log cannot be judged, or say nothing that is; `odd` says why."""
        return sum(kind.rows for kind in self.odd if kind.left_out)

    @property
    def known(self) -> int:
        """How often it is known whether a rule was kept."""
        return sum(rule.known for rule in self.rules)

    @property
    def unknown(self) -> int:
        """How often it is not."""
        return sum(rule.unknown for rule in self.rules)

    def rule(self, rule_id: str) -> RuleResult | None:
        """What became of a rule; None where it was not put to the test."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def worst(self, side: Side, most: int) -> tuple[tuple[str, Count], ...]:
        """Where most was broken: (an agent, queue, …; how often rules were kept, broken and unknown there)."""
        summed = {value: sum_of(counts) for value, counts in self.sides[side].items()}
        found = sorted((one for one in summed.items() if one[1].broken), key=lambda one: (-one[1].broken, one[0]))
        return tuple(found[:most])

    @property
    def obligation_counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many obligations of each kind, and of each service clock, are in each state."""
        kinds: dict[str, dict[str, int]] = {}
        for (kind, state), times in counts_of(self.obligations).items():
            kinds.setdefault(kind, {})[state.value] = times
        return kinds

    @property
    def overdue(self) -> tuple[Obligation, ...]:
        """What was done too late, or not at all."""
        return tuple(owed for owed in self.obligations if owed.state is Settled.BROKEN)

    def frame(self) -> list[dict[str, Any]]:
        """The breaches as rows of plain types, e.g. for `pandas.DataFrame` or `polars.DataFrame`."""
        from casecore.audit.reports.finding_rows import finding_row

        return [finding_row(breach) for breach in self.breaches]


def sum_of(counts: Counts) -> Count:
    """What became of all rules together."""
    every = counts.values()
    return Count(sum(one.kept for one in every), sum(one.broken for one in every), sum(one.unknown for one in every))


def rule_results(
    policy: Policy, house: House, tally: RuleTally, breaches: Iterable[Violation] = ()
) -> tuple[RuleResult, ...]:
    """Every rule that was put to the test, without those that are off; the most often broken first, then by id.

    Args:
        policy: By what was judged.
        house: The rooms.
        tally: What was counted.
        breaches: What was found; the first of a rule says which of its keys sets it.
    """
    told = rules_by_id(house, policy)
    settings: dict[str, Setting | None] = {}
    for breach in breaches:
        settings.setdefault(breach.rule, breach.setting)
    found = (
        RuleResult(
            rule,
            tuple(dict.fromkeys(one.title for one in told[rule])),
            tuple(dict.fromkeys(one.clause for one in told[rule])),
            count.kept,
            count.broken,
            count.unknown,
            policy.mode(rule),
            settings[rule] if rule in settings else next(iter(policy.settings_of(rule)), None),
            dict(sorted(tally.unknown_for.get(rule, {}).items(), key=lambda one: (-one[1], one[0]))),
        )
        for rule, count in tally.counts.items()
        if policy.mode(rule) is not Enforcement.OFF
    )
    return tuple(sorted(found, key=lambda one: (-one.broken, one.id)))


def rules_by_id(house: House, policy: Policy) -> Mapping[str, Sequence[Rule[Any]]]:
    """Every rule by its id, with those that a policy brings; what has the same id is one rule."""
    found: dict[str, list[Rule[Any]]] = {}
    for rule in (*house.needs, *house.rules, *house.brought_by(policy).rules):
        found.setdefault(rule.id, []).append(rule)
    return found


def rules_asked(house: House, policy: Policy) -> Collection[str]:
    """The ids of the rules that could concern a row."""
    return {rule for rule in rules_by_id(house, policy) if rule != "time.order"}


def make_report(
    policy: Policy,
    house: House,
    tally: RuleTally,
    breaches: Iterable[Violation],
    odd: Sequence[OddKind],
    *,
    log: str,
    map_name: str,
    tells: Sequence[str],
    judged: int,
    sample: int = 1,
    since: datetime | None = None,
    zone: str = "UTC",
    obligations: Sequence[Obligation] = (),
    against: PolicyCompared | None = None,
    opinion: Opinion | None = None,
) -> AuditReport:
    """What is said once every row was seen.

    Args:
        policy: By what was judged.
        house: The rooms.
        tally: What was counted.
        breaches: What is kept of what was found.
        odd: What is odd about the log.
        log: What the log is called.
        map_name: What its map is called.
        tells: What the map says that the log tells, in words.
        judged: How many rows were judged.
        sample: Of how many cases one was judged.
        since: From when on.
        zone: The zone of the hours and days.
        obligations: What somebody had to do by an instant.
        against: What another policy would have said.
        opinion: What the witnesses of the promises say.
    """
    kept = tuple(breaches)
    results = rule_results(policy, house, tally, kept)
    left = sum(kind.rows for kind in odd if kind.left_out or kind.code == OddCode.REPEATED)
    off = tuple(rule for rule in sorted(rules_asked(house, policy)) if policy.mode(rule) is Enforcement.OFF)
    return AuditReport(
        log,
        map_name,
        " ".join(filter(None, (policy.id, policy.version))),
        policy.sources[0].name if policy.sources else "",
        tally.first_at,
        tally.last_at,
        tally.rows + left,
        judged,
        tally.begun_in_mid_life,
        results,
        off,
        kept,
        tuple(obligations),
        {side: tally.counts_by(side) for side in Side},
        tuple(odd),
        coverage_of(rules_asked(house, policy), policy, house, {one.id: one for one in results}, tells),
        sample,
        since,
        zone,
        against,
        opinion,
    )
