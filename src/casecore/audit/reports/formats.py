"""What an audit says, in the form that somebody reads it in: each a plain function from a report to text.

    from casecore.audit import audit
    from casecore.audit.reports.formats import FORMATS

    print(FORMATS["md"](audit("incidents.csv", policy, "our-map.toml")))

All texts are deterministic. None has a word in it that somebody wrote at the desk: findings name ids only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import asdict

from casecore.audit.judging.obligations import Obligation
from casecore.audit.judging.tally import Count, Counts, Side
from casecore.audit.reports.against import PolicyCompared
from casecore.audit.reports.finding_rows import csv_text, finding_row
from casecore.audit.reports.findings import (
    against_lines,
    audit_findings,
    audit_summary,
    audit_title,
    breach_line,
    breaches_of,
    count_text,
    coverage_lines,
    obligation_lines,
    opinion_lines,
    rate_text,
    rows_text,
    rule_finding,
    setting_text,
)
from casecore.audit.reports.report import AuditReport, RuleResult
from casecore.kernel import Setting
from casecore.reports import github, junit
from casecore.reports.as_json import command_json
from casecore.reports.markdown import bullets, cell, details, table
from casecore.reports.text import plural

WORST: Final = 10
"""How many agents, queues and so on are told, those where most was broken."""

OVERDUE: Final = 10_000
"""How many obligations are told to programs that were broken."""

PROPOSED: Final = 5
"""How many things are proposed that a log could tell besides."""


def as_github(report: AuditReport) -> str:
    """GitHub's workflow commands: one for each rule that was broken, at its line of the policy; and the sum."""
    return github.workflow_commands(audit_findings(report), rows_text(report), audit_summary(report))


def as_junit(report: AuditReport) -> str:
    """JUnit's XML: a test case for each rule: it failed where it was broken, and is skipped where nothing is known."""
    cases = [(rule_finding(report, rule), _outcome(rule)) for rule in sorted(report.rules, key=lambda one: one.id)]
    closing = "\n".join((rows_text(report), audit_summary(report), *coverage_lines(report, PROPOSED)))
    return junit.junit_document("audit", report.log, {"audit": cases}, closing)


def _outcome(rule: RuleResult) -> junit.TestOutcome:
    if rule.broken and not rule.warns:
        return "failure"
    return "system-out" if rule.known else "skipped"


def as_csv(report: AuditReport) -> str:
    """CSV: a row for each breach that the report keeps, under a header."""
    return csv_text(report.breaches).removesuffix("\n")


# JSON --------------------------------------------------------------------------------------------------


def as_json(report: AuditReport) -> str:
    """JSON: one object with everything that a report says."""
    cover = report.coverage
    return command_json(
        "audit",
        log=report.log,
        map=report.map,
        policy={"title": report.policy, "file": report.policy_file},
        rows={
            "read": report.read,
            "judged": report.judged,
            "left_out": report.left_out,
            "first": _instant(report.first_at),
            "last": _instant(report.last_at),
            "since": _instant(report.since),
            "sample": report.sample,
            "cases_under_way": report.in_mid_life,
        },
        rules=[_rule_to_dict(rule) for rule in report.rules],
        off=[*report.off],
        results=[finding_row(breach) for breach in report.breaches],
        obligations={kind: {**states} for kind, states in report.obligation_counts.items()},
        overdue=[_obligation_to_dict(owed) for owed in report.overdue[:OVERDUE]],
        zone=report.zone,
        **{f"by_{side}": _side_to_dict(report.sides[side]) for side in Side},
        odd=[{name: getattr(kind, name) for name in _ODD} for kind in report.odd],
        coverage={
            "rules": cover.rules,
            **{name: [*getattr(cover, name)] for name in ("judged", "wholly", "unknown", "unmet", "tells")},
            "proposals": [asdict(proposal) for proposal in cover.proposals],
        },
        against=None if report.against is None else _against_to_dict(report.against),
        promises=None if report.opinion is None else asdict(report.opinion),
        summary={
            "broken": report.broken,
            "warned": report.warned,
            "known": report.known,
            "unknown": report.unknown,
        },
    )


_ODD: Final = ("code", "words", "rows", "first", "shown", "left_out")


def _instant(at: Any) -> str | None:
    return None if at is None else at.isoformat()


def _obligation_to_dict(owed: Obligation) -> dict[str, Any]:
    return {name: getattr(owed, name) for name in ("kind", "name", "case", "agent")} | {
        name: _instant(getattr(owed, name)) for name in ("since", "due", "done")
    }


def _rule_to_dict(rule: RuleResult) -> dict[str, Any]:
    return {
        **{name: getattr(rule, name) for name in ("id", "kept", "broken", "unknown", "occasions", "rate", "mode")},
        "titles": [*rule.titles],
        "clauses": [*rule.clauses],
        "missing": {**rule.missing},
        "set_by": _setting_to_dict(rule.setting),
    }


def _setting_to_dict(setting: Setting | None) -> dict[str, Any] | None:
    if setting is None:
        return None
    return {"key": setting.key, "source": setting.source, "file": setting.file or None, "line": setting.line}


def _side_to_dict(side: Mapping[str, Counts]) -> dict[str, Any]:
    return {value: {rule: asdict(count) for rule, count in counts.items()} for value, counts in side.items()}


def _against_to_dict(other: PolicyCompared) -> dict[str, Any]:
    return {
        "policy": {"title": other.policy, "file": other.policy_file},
        "rules": [asdict(rule) for rule in other.rules],
        "rows": other.rows,
        "cases": sorted(other.cases),
        "examples": [{**asdict(row), "at": _instant(row.at)} for row in other.examples],
    }


# Markdown ----------------------------------------------------------------------------------------------


def as_markdown(report: AuditReport) -> str:
    """Markdown: the rules that were broken stand open; what was found in them, and who, is folded away."""
    lines = [f"## casecore audit: {cell(audit_title(report))}", "", cell(rows_text(report)), ""]
    lines += [f"**{cell(audit_summary(report))}**"]
    broken = [rule for rule in report.rules if rule.broken]
    if broken:
        lines += ["", *table(RULES, map(rule_cells, broken))]
    for rule in broken:
        found = breaches_of(report, rule.id)[:WORST]
        head = cell(f"{rule.id}: {count_text(rule)}")
        lines += ["", *details(head, bullets(map(breach_line, found)))] if found else []
    for others, head in (
        ([rule for rule in report.rules if rule.known and not rule.broken], "never broken, as far as is known"),
        ([rule for rule in report.rules if not rule.known], "of which nothing is known"),
    ):
        if others:
            rules = table(RULES, map(rule_cells, others))
            lines += ["", *details(f"{plural(len(others), 'rule')} {head}", rules)]
    for side in Side:
        rows = [*side_rows(report, side, WORST)]
        if rows:
            lines += ["", *details(f"By {side}", table((side.value, *SIDES), rows))]
    for title, told in sections(report):
        lines += ["", f"### {title}", "", *bullets(told)]
    return "\n".join(lines)


RULES: Final = ("rule", "broken", "of", "rate", "unknown", "what it says", "set by")
"""The head of a table of rules."""

SIDES: Final = ("broken", "of", "rate", "unknown")
"""What is told of an agent, a queue, and so on."""


def rule_cells(rule: RuleResult) -> tuple[str, ...]:
    """A rule as a row of a table."""
    known = (f"{rule.broken:,}", f"{rule.known:,}", rate_text(rule.rate), f"{rule.unknown:,}")
    warns = " (warns)" if rule.warns else ""
    return (rule.id + warns, *known, rule.title, setting_text(rule.setting))


def side_rows(report: AuditReport, side: Side, most: int) -> Iterator[tuple[str, ...]]:
    """Where most was broken; hours and days in their own order."""
    found = report.worst(side, most)
    if side in (Side.HOUR, Side.DAY):
        found = tuple(sorted(found))
    for value, count in found:
        yield (value, *count_cells(count))


def count_cells(count: Count) -> tuple[str, ...]:
    """How often was broken, of how many, the rate, and how often is unknown."""
    known = count.kept + count.broken
    return f"{count.broken:,}", f"{known:,}", rate_text(count.broken / known if known else None), f"{count.unknown:,}"


def sections(report: AuditReport) -> Iterator[tuple[str, list[str]]]:
    """What else is told, a line each, under its title; only what there is something to say of."""
    for title, lines in (
        ("Obligations", [*obligation_lines(report)]),
        ("The other policy", [*against_lines(report)]),
        ("The promises' witnesses", [*opinion_lines(report)]),
        ("What could be judged", [*coverage_lines(report, PROPOSED)]),
        ("Odd about the log", [str(kind) for kind in report.odd]),
        ("Off", [f"switched off by the policy: {', '.join(report.off)}"] if report.off else []),
    ):
        if lines:
            yield title, lines


# A page -------------------------------------------------------------------------------------------------


def as_html(report: AuditReport) -> str:
    """A page for a browser; what draws its pictures is imported only when it is asked for."""
    from casecore.audit.reports.html_page import audit_page

    return audit_page(report)


FORMATS: Final[Mapping[str, Callable[[AuditReport], str]]] = MappingProxyType(
    {"json": as_json, "md": as_markdown, "github": as_github, "junit": as_junit, "csv": as_csv, "html": as_html}
)
"""Each format and what writes it."""
