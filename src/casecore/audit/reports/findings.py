"""An audit as findings, and in sentences: each rule that was broken is one finding, with its first breaches.

A help desk breaks a rule a thousand times, and a service shows ten findings. So a finding is a rule, at the line of the
policy that sets it, and says how often, of how many, and where first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from casecore.audit.judging.auditing import Violation
from casecore.audit.reports.report import AuditReport, RuleResult
from casecore.kernel import Setting
from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.text import plural, visible

FIRST: Final = 5
"""How many breaches of a rule are told with it."""


def audit_findings(report: AuditReport) -> Iterator[Finding]:
    """A finding for each rule that was broken, the most often broken first."""
    for rule in report.rules:
        if rule.broken:
            yield rule_finding(report, rule)


def rule_finding(report: AuditReport, rule: RuleResult) -> Finding:
    """What there is to say of a rule."""
    first = breaches_of(report, rule.id)[:FIRST]
    more = [f"… and {rule.broken - len(first):,} more"] if rule.broken > len(first) > 0 else []
    return Finding(
        rule.id,
        _level(rule),
        "" if rule.setting is None else rule.setting.key,
        count_text(rule),
        first[0].remedy if first else "",
        title=rule.title,
        location=_location(rule.setting),
        detail=(*map(breach_line, first), *more),
    )


def _level(rule: RuleResult) -> Severity | None:
    if not rule.broken:
        return None
    return Severity.WARNING if rule.warns else Severity.ERROR


def _location(setting: Setting | None) -> Location | None:
    return None if setting is None or not setting.file else Location(setting.file, setting.line)


def breaches_of(report: AuditReport, rule: str) -> Sequence[Violation]:
    """The breaches of a rule that the report keeps."""
    return [breach for breach in report.breaches if breach.rule == rule]


def breach_line(breach: Violation) -> str:
    """A breach on one line: where, when, who, what, and what was found."""
    told = [f"row {breach.row:,}", f"{breach.at:%Y-%m-%d %H:%M:%S}", breach.what]
    told += [f"case {breach.case}"] if breach.case else []
    told += [f"by {breach.agent}"] if breach.agent else []
    return visible(f"{' '.join(told)}: {breach.message}")


def count_text(rule: RuleResult) -> str:
    """How often a rule was broken, of how many: `broken 12 of 55,937 (0.02 %), 8,523 unknown`."""
    unknown = f", {rule.unknown:,} unknown" if rule.unknown else ""
    if not rule.known:
        return f"unknown at {plural(rule.unknown, 'occasion')}"
    return f"broken {rule.broken:,} of {rule.known:,} ({rate_text(rule.rate)}){unknown}"


def rate_text(rate: float | None) -> str:
    """A part of a whole, per cent; never 0 % of what happened, nor 100 % of what did not."""
    if rate is None:
        return ""
    percent = rate * 100
    if percent in (0, 100):
        return f"{percent:.0f} %"
    digits = next((digits for digits in (1, 2, 3) if 0 < round(percent, digits) < 100), 0)  # noqa: PLR2004 -- per cent
    if not digits:
        return "< 0.001 %" if percent < 1 else "> 99.999 %"
    return f"{percent:.{digits}f} %"


def setting_text(setting: Setting | None) -> str:
    """The key that sets a rule, and where it stands."""
    if setting is None:
        return ""
    place = f" ({setting.file}:{setting.line})" if setting.file else ""
    return f"{setting.key}{place}"


def audit_title(report: AuditReport) -> str:
    """What was judged, by what."""
    told = " ".join(filter(None, (report.policy, f"({report.policy_file})" if report.policy_file else "")))
    return visible(f"{report.log} by {told or 'a policy'}, map {report.map or 'made in code'}")


def audit_summary(report: AuditReport) -> str:
    """The sum: `3 rules broken at 8,462 of 140,000 known occasions; 1 warned of; 98,000 occasions unknown`."""
    broken = sum(bool(rule.broken) and not rule.warns for rule in report.rules)
    warned = sum(bool(rule.broken) and rule.warns for rule in report.rules)
    parts = [f"{plural(broken, 'rule')} broken, {plural(report.broken, 'time')}"]
    parts += [f"{plural(warned, 'rule')} warned of, {plural(report.warned, 'time')}"] if warned else []
    parts += [f"of {plural(report.known, 'known occasion')}", f"{report.unknown:,} unknown"]
    return "; ".join(parts)


def rows_text(report: AuditReport) -> str:
    """How many rows, of when, and which were not judged."""
    parts = [f"{plural(report.read, 'row')} read, {report.judged:,} judged"]
    left_out = [kind for kind in report.odd if kind.left_out]
    if left_out:  # the most frequent comes first
        parts.append(f"{report.left_out:,} left out ({left_out[0].rows:,} {left_out[0].words})")
    if report.first_at is not None and report.last_at is not None:
        parts.append(f"{report.first_at:%Y-%m-%d %H:%M} to {report.last_at:%Y-%m-%d %H:%M} UTC")
    parts += [f"judged since {report.since:%Y-%m-%d %H:%M} UTC"] if report.since is not None else []
    parts += (
        [f"1 of {report.sample} cases: what agents had to do for the others is not known"] if report.sample > 1 else []
    )
    parts += [f"{plural(report.in_mid_life, 'case')} under way before"] if report.in_mid_life else []
    return ", ".join(parts)


def coverage_lines(report: AuditReport, most: int) -> Iterator[str]:
    """What could be judged, and what the log would have to tell for more.

    Args:
        report: What was found.
        most: How many proposals are told.
    """
    cover = report.coverage
    judged, whole = len(cover.judged), len(cover.wholly)
    yield (
        f"Of {plural(cover.rules, 'rule')}, {judged} could be judged, {whole} of them at every occasion; "
        f"{len(cover.unknown)} never; {len(cover.unmet)} had no occasion in this log."
    )
    yield f"The log tells {'; '.join(cover.tells) or 'what was given'}."
    for proposal in cover.proposals[:most]:
        rules = ", ".join(proposal.rules)
        yield (
            f"{', '.join(proposal.missing)} is not told ({plural(proposal.times, 'occasion')}): {proposal.write}"
            + (f" -> {plural(len(proposal.rules), 'rule')} more: {rules}" if rules else "")
        )
    if len(cover.proposals) > most:
        yield f"… and {len(cover.proposals) - most} more"


def obligation_lines(report: AuditReport) -> Iterator[str]:
    """How many obligations of each kind are kept, broken, pending and unknown; and the first that are broken."""
    for kind, states in report.obligation_counts.items():
        yield f"{kind}: {', '.join(f'{times:,} {state}' for state, times in states.items())}"
    for owed in report.overdue[:FIRST]:
        told = [owed.kind.value, owed.name, owed.case and f"case {owed.case}", owed.agent and f"of {owed.agent}"]
        due = "" if owed.due is None else f", due {owed.due:%Y-%m-%d %H:%M:%S}"
        done = "never done" if owed.done is None else f"done {owed.done:%Y-%m-%d %H:%M:%S}"
        yield visible(f"{' '.join(filter(None, told))}{due}, {done}")


def against_lines(report: AuditReport) -> Iterator[str]:
    """What another policy would have said of the same rows."""
    other = report.against
    if other is None:
        return
    title = visible(" ".join(filter(None, (other.policy, f"({other.policy_file})" if other.policy_file else ""))))
    yield f"Under {title}: {plural(other.rows, 'row')} otherwise, in {plural(len(other.cases), 'case')}."
    for rule in other.rules:
        old, new = (f"{one.broken:,} of {one.kept + one.broken:,}" for one in (rule.old, rule.new))
        if rule.old.unknown != rule.new.unknown:
            old, new = (f"{told}, {one.unknown:,} unknown" for told, one in ((old, rule.old), (new, rule.new)))
        yield f"{rule.id}: broken {old} -> {new}"
    for row in other.examples[:FIRST]:
        only = [f"only now: {', '.join(row.only_old)}"] if row.only_old else []
        only += [f"only then: {', '.join(row.only_new)}"] if row.only_new else []
        case = f" case {row.case}" if row.case else ""
        yield visible(f"row {row.row:,} {row.what}{case}: {'; '.join(only)}")


def opinion_lines(report: AuditReport) -> Iterator[str]:
    """What the witnesses of the promises say of the same rows."""
    said = report.opinion
    if said is None:
        return
    stopped = "" if said.stopped is None else f"; row {said.stopped:,} tells too little for more"
    broken = ", ".join(f"{promise} {times:,}" for promise, times in said.broken) or "none"
    yield f"They saw {plural(said.rows, 'row')}{stopped}. Promises broken: {broken}."
    for one in said.disagreements:
        rows = ", ".join(f"{row:,}" for row in one.rows)
        what = f"kept where {one.rule} was broken" if one.rule else "broken where no rule was"
        yield f"{one.promise} {one.title}: {what}, {plural(one.times, 'time')} (row {rows})"
