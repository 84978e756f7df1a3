"""An audit from end to end: a log, its map and a policy in, a report out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

import attrs

from casecore.audit.errors import log_error
from casecore.audit.judging.auditing import Auditor, Violation
from casecore.audit.judging.obligations import Obligation
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import Log, LogRow, OddCode, OddKind
from casecore.audit.logs.reading import read_log
from casecore.audit.reports.against import Comparing
from casecore.audit.reports.coverage import told_by
from casecore.audit.reports.pseudonyms import Pseudonyms
from casecore.audit.reports.report import AuditReport, make_report
from casecore.audit.reports.sampling import Sample
from casecore.audit.reports.second_opinion import SecondOpinion, everything_told
from casecore.audit.reports.texts import shows_text, without_texts
from casecore.audit.roster import seat_roster, telling_of
from casecore.kernel import changed
from casecore.policies import Policy
from casecore.rooms.composition import HOUSE, House

KEPT: Final = 1_000
"""How many breaches of each rule a report keeps."""


def audit(
    source: Any,
    policy: Policy | None = None,
    log_map: LogMap | str | Path | None = None,
    *,
    house: House = HOUSE,
    only: Collection[str] | None = None,
    since: datetime | None = None,
    sample: int = 1,
    keep: int = KEPT,
    pseudonyms: Pseudonyms | None = None,
    against: Policy | None = None,
    told: Callable[[Violation], None] | None = None,
) -> AuditReport:
    """Judge what a log tells by the rules of a policy.

    Args:
        source: A log (`casecore.audit.logs.reading.read_log`); or what is to be read by the map: the path of a file, a
            pattern, a list of them, or a table.
        policy: The SOP; None: the one that ships with casecore.
        log_map: The map, the path of its file, or the name of one that ships; not needed with a log.
        house: The rooms.
        only: The ids of the rules that are told; None: all.
        since: From when on (aware) is judged; what happened before is only taken in.
        sample: Of how many cases one is judged, chosen by a hash of their ids; 1: every one.
        keep: How many breaches of each rule the report keeps; all are counted, whatever that is.
        pseudonyms: How agents and customers are called instead; None: as in the log.
        against: Another policy, which judges the same rows.
        told: Is told each breach as it is found, in the order of the log.

    Returns:
        The report.

    Raises:
        AuditError: When the log or its map cannot be used.
    """
    log = source if isinstance(source, Log) else read_log(source, _loaded(log_map, house))
    known: LogMap = log.map
    rows = _renamed(log.rows(), pseudonyms)
    first = next(rows, None)
    if first is None:
        raise log_error(log.name, "has no rows")
    since = first_instant(known, first, since)
    telling = telling_of(known, house)
    roster = known.roster if pseudonyms is None else pseudonyms.roster(known.roster)

    def make_auditor(sop: Policy) -> Auditor:
        zone = known.zone or UTC
        auditor = Auditor(sop, telling, house, skew=known.log.skew, since=since, zone=zone, only=only)
        if roster:
            seat_roster(auditor.desk, roster, first.at, begins_whole=telling.begins_whole)
        return auditor

    judging = _Judging(make_auditor(Policy.default() if policy is None else policy), keep, told)
    if against is not None:
        judging.comparing = Comparing(judging.auditor, make_auditor(against))
    if sample > 1:
        judging.samples = [Sample(sample, one) for one in judging.auditors]
    if everything_told(telling) and since is None and sample == 1 and only is None:
        judging.second = SecondOpinion(judging.auditor.policy)
    for row in chain((first,), rows):
        judging.see(row, counted=since is None or row.at >= since)
    report = make_report(
        judging.auditor,
        judging.breaches,
        _told_odd(log.odd.kinds, pseudonyms),
        log=log.name,
        map_name=known.sources[0].name if known.sources else "",
        tells=told_by(known, telling.commands),
        judged=judging.judged,
        sample=sample,
        since=since,
        zone=known.log.zone or "UTC",
        obligations=_owed(judging.auditor, since),
        against=None if judging.comparing is None else judging.comparing.compared(),
        opinion=None if judging.second is None else judging.second.opinion(),
    )
    return attrs.evolve(report, read=report.read + judging.passed)


@attrs.define
class _Judging:
    """The rows of a log, as they are judged.

    Attributes:
        auditor: Who judges.
        keep: How many breaches of each rule are kept.
        told: Is told each breach.
        comparing: What another policy says; likewise what the witnesses say, and which cases are chosen.
        breaches: What is kept of what was found.
        judged: How many rows were judged.
        passed: How many were passed over, because they are of a case that was not chosen.
    """

    auditor: Auditor
    keep: int
    told: Callable[[Violation], None] | None
    comparing: Comparing | None = None
    second: SecondOpinion | None = None
    samples: Sequence[Sample] = ()
    breaches: list[Violation] = attrs.field(factory=list)
    judged: int = 0
    passed: int = 0
    _kept: Counter[str] = attrs.field(factory=Counter)

    @property
    def auditors(self) -> tuple[Auditor, ...]:
        """Everybody who judges."""
        return (self.auditor,) if self.comparing is None else (self.auditor, self.comparing.new)

    def see(self, row: LogRow, *, counted: bool) -> None:
        """Judge a row, if it is to be judged."""
        if self.samples and not self.samples[0].takes(row):
            self.passed += 1
            for sample in self.samples:
                sample.pass_over(row)
            return
        self.judged += counted
        found = self.auditor.see(row)
        if self.comparing is not None:
            self.comparing.see(row, found)
        if self.second is not None:
            self.second.see(row.number, self.auditor.happened, found)
        for breach in found:
            self._keep(without_texts(breach, row, self.auditor.house))

    def _keep(self, breach: Violation) -> None:
        self._kept[breach.rule] += 1
        if self._kept[breach.rule] <= self.keep:
            self.breaches.append(breach)
        if self.told is not None:
            self.told(breach)


def _owed(auditor: Auditor, since: datetime | None) -> tuple[Obligation, ...]:
    """What was owed, as it stands when the log ends; without what was done before the time that was asked about."""
    if auditor.desk.now is None:
        return ()
    every = auditor.obligations.at_end(auditor.desk.now)
    return tuple(owed for owed in every if since is None or owed.done is None or owed.done >= since)


def first_instant(log_map: LogMap, first: LogRow, since: datetime | None) -> datetime | None:
    """From when on a log is judged: after its warm-up, and no earlier than was asked; None: from its first row."""
    warm = first.at + log_map.assume.warm_up if log_map.assume.warm_up else None
    return max(filter(None, (warm, since)), default=None)


def _loaded(log_map: LogMap | str | Path | None, house: House) -> LogMap:
    if log_map is None:
        raise TypeError("audit() needs a map: give one, the path of its file, or the name of one that ships")
    return log_map if isinstance(log_map, LogMap) else LogMap.load(log_map, house)


def _renamed(rows: Iterator[LogRow], pseudonyms: Pseudonyms | None) -> Iterator[LogRow]:
    return rows if pseudonyms is None else map(pseudonyms.row, rows)


def _told_odd(kinds: tuple[OddKind, ...], pseudonyms: Pseudonyms | None) -> tuple[OddKind, ...]:
    """What is odd: without what people wrote, and without a name where nobody is to be called by one."""
    named = () if pseudonyms is None else (OddCode.NO_ID, OddCode.RESERVED)
    return tuple(changed(kind, shown="") if kind.code in named or shows_text(kind) else kind for kind in kinds)
