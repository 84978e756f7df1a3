"""Judging a log in parts: the whole of it in one pass, or groups of rows that have nothing to do with each other.

A **part** is some rows of a log, in their order, which are judged by an auditor of their own. What comes of parts is
added up, and is then the same as if one auditor had seen every row: each place where rows could matter to one another
is within a part (`judging/links.py`). Where a part meets a row that may concern any row there is, it says so, and the
log has to be judged as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import TypeAlias

import attrs
from attrs import define, field, frozen

from casecore.audit.judging.auditing import Auditor, Telling, Violation
from casecore.audit.judging.obligations import Obligation, in_order
from casecore.audit.judging.tally import RuleTally
from casecore.audit.logs.log_map import LogMap, RosterAgent
from casecore.audit.logs.log_rows import LogRow, OddKind
from casecore.audit.reports.against import Differing
from casecore.audit.reports.coverage import told_by
from casecore.audit.reports.report import AuditReport, make_report
from casecore.audit.reports.sampling import Sample
from casecore.audit.reports.second_opinion import SecondOpinion, Witnessed, everything_told
from casecore.audit.reports.texts import without_texts
from casecore.audit.roster import seat_roster, telling_of
from casecore.policies import Policy
from casecore.rooms.composition import House

PlacedRow: TypeAlias = tuple[int, LogRow]
"""Where a row stands in its log, and the row."""


@frozen
class AuditPlan:
    """What is asked about a log.

    Attributes:
        map: The map by which it is read.
        policy: By what it is judged.
        house: The rooms.
        only: The ids of the rules that are told; None: all.
        since: From when on (aware) is judged; None: from the first row.
        sample: Of how many cases one is judged.
        keep: How many breaches of each rule are kept; None: all.
        against: Another policy, which judges the same rows.
        roster: Who works there.
    """

    map: LogMap
    policy: Policy
    house: House
    only: Collection[str] | None = None
    since: datetime | None = None
    sample: int = 1
    keep: int | None = None
    against: Policy | None = None
    roster: Mapping[str, RosterAgent] = field(factory=dict)

    @property
    def telling(self) -> Telling:
        """What the log tells wholly."""
        return telling_of(self.map, self.house)

    def since_in(self, first: datetime) -> datetime | None:
        """From when on a log that begins so is judged: after its warm-up, and no earlier than was asked."""
        warm = first + self.map.assume.warm_up if self.map.assume.warm_up else None
        return max(filter(None, (warm, self.since)), default=None)


@define
class LogPart:
    """What came of some rows of a log.

    Attributes:
        tally: What was counted.
        breaches: What was found, each with its place in the log; of each rule no more than are kept.
        judged: How many rows were judged.
        passed: How many were passed over, because they are of a case that was not chosen.
        owed: What somebody had to do, as it stands when the log ends.
        differing: Where another policy says otherwise.
        other_tally: What was counted under that.
        second: What the witnesses of the promises say; None where they are not asked.
        wide: The number of a row that may concern any row there is; None where there is none.
    """

    tally: RuleTally = field(factory=RuleTally)
    breaches: list[tuple[int, Violation]] = field(factory=list)
    judged: int = 0
    passed: int = 0
    owed: list[Obligation] = field(factory=list)
    differing: Differing = field(factory=Differing)
    other_tally: RuleTally = field(factory=RuleTally)
    second: Witnessed | None = None
    wide: int | None = None

    def add(self, other: LogPart) -> None:
        """Take in what came of other rows; the breaches of both stand one after the other."""
        self.tally.add(other.tally)
        self.other_tally.add(other.other_tally)
        self.differing.add(other.differing)
        self.judged += other.judged
        self.passed += other.passed
        self.owed += other.owed
        self.breaches += other.breaches
        if self.second is not None and other.second is not None:
            self.second.add(other.second)
        if self.wide is None:
            self.wide = other.wide


def first_of_each(breaches: Iterable[tuple[int, Violation]], keep: int | None) -> list[tuple[int, Violation]]:
    """The first breaches of each rule."""
    met = Counter[str]()
    found: list[tuple[int, Violation]] = []
    for place, breach in breaches:
        met[breach.rule] += 1
        if keep is None or met[breach.rule] <= keep:
            found.append((place, breach))
    return found


class PartJudge:
    """Judges the rows of a part.

    Args:
        asked: What is asked.
        first: When the log begins (aware).
        told: Is told each breach as it is found.
    """

    def __init__(self, asked: AuditPlan, first: datetime, told: Callable[[Violation], None] | None = None) -> None:
        self._asked, self._told = asked, told
        self._since = asked.since_in(first)
        self._auditor = self._make_auditor(asked.policy, first)
        self._other = None if asked.against is None else self._make_auditor(asked.against, first)
        self._auditors = (self._auditor,) if self._other is None else (self._auditor, self._other)
        self._samples = [Sample(asked.sample, one) for one in self._auditors] if asked.sample > 1 else []
        self._witnesses: SecondOpinion | None = None
        self._kept = Counter[str]()
        self._part = LogPart(self._auditor.tally)
        if self._other is not None:
            self._part.other_tally = self._other.tally
        whole = self._since is None and asked.sample == 1 and asked.only is None
        if whole and everything_told(asked.telling):
            self._witnesses = SecondOpinion(asked.policy)
            self._part.second = self._witnesses.said

    def _make_auditor(self, policy: Policy, first: datetime) -> Auditor:
        asked = self._asked
        telling = asked.telling
        auditor = Auditor(
            policy,
            telling,
            asked.house,
            skew=asked.map.log.skew,
            since=self._since,
            zone=asked.map.zone or UTC,
            only=asked.only,
        )
        if asked.roster:
            seat_roster(auditor.desk, asked.roster, first, begins_whole=telling.begins_whole)
            auditor.desk.concerns_all = False  # every part has the same roster
        return auditor

    def see(self, place: int, row: LogRow) -> None:
        """Judge a row, if it is to be judged."""
        part = self._part
        if self._samples and not self._samples[0].takes(row):
            part.passed += 1
            for sample in self._samples:
                sample.pass_over(row)
            return
        part.judged += self._since is None or row.at >= self._since
        found = self._auditor.see(row)
        if self._other is not None:
            part.differing.see(place, found, self._other.see(row))
        if self._witnesses is not None:
            self._witnesses.see(row.number, self._auditor.happened, found, place)
        for breach in found:
            self._keep(place, without_texts(breach, row, self._asked.house))

    def _keep(self, place: int, breach: Violation) -> None:
        self._kept[breach.rule] += 1
        if self._asked.keep is None or self._kept[breach.rule] <= self._asked.keep:
            self._part.breaches.append((place, breach))
        if self._told is not None:
            self._told(breach)

    @property
    def concerns_all(self) -> bool:
        """Whether a row concerned any row there is, or the witnesses were told too little of one to go on."""
        second = self._part.second
        stopped = second is not None and second.stopped is not None
        return stopped or any(one.desk.concerns_all for one in self._auditors)

    def part(self, ends: datetime) -> LogPart:
        """What came of it.

        Args:
            ends: When the log ends (aware).
        """
        since = self._since
        every = self._auditor.obligations.at_end(ends)
        self._part.owed = [one for one in every if since is None or one.done is None or one.done >= since]
        return self._part


def judge_group(
    asked: AuditPlan,
    rows: Iterable[PlacedRow],
    first: datetime,
    ends: datetime,
    told: Callable[[Violation], None] | None = None,
    *,
    whole: bool = False,
) -> LogPart:
    """What comes of the rows of some groups; it ends early where one of them may concern other groups.

    Args:
        asked: What is asked.
        rows: The rows, in order.
        first: When the log begins (aware); likewise `ends`.
        ends: When it ends.
        told: Is told each breach as it is found.
        whole: Whether there are no other groups.
    """
    judge = PartJudge(asked, first, told)
    for place, row in rows:
        judge.see(place, row)
        if not whole and judge.concerns_all:
            return LogPart(wide=row.number)
    return judge.part(ends)


def added_up(parts: Sequence[LogPart], keep: int | None) -> LogPart:
    """What came of all parts together.

    Args:
        parts: What came of each; the first one takes in the others.
        keep: How many breaches of each rule are kept; None: all.
    """
    whole, *others = parts
    for part in others:
        whole.add(part)
    whole.breaches = first_of_each(sorted(whole.breaches, key=itemgetter(0)), keep)
    return whole


def report_of(asked: AuditPlan, part: LogPart, odd: Sequence[OddKind], first: datetime, log: str) -> AuditReport:
    """What is said of a log.

    Args:
        asked: What was asked.
        part: What came of all its rows.
        odd: What is odd about it.
        first: When it begins (aware).
        log: What it is called.
    """
    known = asked.map
    compared = None
    if asked.against is not None:
        compared = part.differing.compared(asked.policy, part.tally, asked.against, part.other_tally)
    report = make_report(
        asked.policy,
        asked.house,
        part.tally,
        [breach for _, breach in part.breaches],
        odd,
        log=log,
        map_name=known.sources[0].name if known.sources else "",
        tells=told_by(known, asked.telling.commands),
        judged=part.judged,
        sample=asked.sample,
        since=asked.since_in(first),
        zone=known.log.zone or "UTC",
        obligations=in_order(part.owed),
        against=compared,
        opinion=None if part.second is None else part.second.opinion(),
    )
    return attrs.evolve(report, read=report.read + part.passed)
