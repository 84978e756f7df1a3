"""What is shown of a check: the sum, what is wrong first, and how much was tried; and of a list of findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from casecore.check.findings import (
    MARKS,
    VERDICTS,
    check_findings,
    check_summary,
    lint_findings,
    policy_title,
    promise_findings,
    search_text,
)
from casecore.check.formats import as_markdown
from casecore.check.report import Finding, Report
from casecore.check.stories import HEAD, story_rows, team_text
from casecore.explore import Story
from casecore.policies import Policy
from casecore.reports.findings import SIGNS
from casecore.reports.paths import SHIPPED_SOP
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import findings_text, plural


def file_of_policy(policy: Policy) -> str:
    """What the file of a policy is called."""
    return policy.sources[0].name if policy.sources else SHIPPED_SOP


def _report_line(report: Report) -> str:
    return f"Check of {policy_title(report.policy)}: {check_summary(report)}"


def _report_display(report: Report) -> Display:
    lint = [f"{finding.level} {finding.heading}: {finding.message}" for finding in lint_findings(report)]
    known = [*promise_findings(report)]
    told = [
        f"{MARKS.get(judgement.verdict, '–')} {judgement.verdict}  {finding.heading}: {finding.sentence}"
        for verdict in VERDICTS
        for finding, judgement in known
        if judgement.verdict is verdict and finding.level is not None
    ]
    used = report.rules - len(report.unused)
    tried = [f"searched {search_text(report)}", f"{used} of {plural(report.rules, 'rule')} refused something"]
    return Display(_report_line(report), [*tried, *told, *lint])


def _report_rows(report: Report) -> Iterator[TableRow]:
    """A row for each finding of the lint, and for each promise."""
    verdicts = {finding.code: judgement for finding, judgement in promise_findings(report)}
    for row in finding_rows(check_findings(report, file_of_policy(report.policy))):
        judgement = verdicts.get(str(row["code"]))
        yield {
            **row,
            "verdict": None if judgement is None else judgement.verdict,
            "times": None if judgement is None else judgement.times,
            "scopes": "" if judgement is None else ", ".join(judgement.scopes),
        }


def _report_markdown(report: Report) -> str:
    return as_markdown(report, file_of_policy(report.policy))


REPORT: Final = Writer(_report_line, _report_display, _report_rows, _report_markdown)


# Stories -----------------------------------------------------------------------------------------------


def _story_line(story: Story) -> str:
    last = [f", at last {row.sentence}" for row in story_rows(story)[-1:]]
    return f"Story of {plural(len(story), 'step')}{''.join(last)}"


def _story_display(story: Story) -> Display:
    rows = [dict(zip(HEAD, row.cells, strict=True)) for row in story_rows(story)]
    team = [f"with {team_text(story)}"] if story.team else []
    return Display(_story_line(story), team, (DisplayTable.of("Step by step", rows),))


def _story_steps(story: Story) -> Iterator[TableRow]:
    for step in story.steps:
        yield {
            "at": step.command.at,
            "by": step.command.by,
            "command": type(step.command).__name__,
            "case": step.case,
            "accepted": step.accepted,
            "rules": ", ".join(dict.fromkeys(reason.rule for reason in (*step.reasons, *step.deviations))),
            "events": ", ".join(type(event).__name__ for event in step.events),
        }


STORY: Final = Writer(_story_line, _story_display, _story_steps)


# Findings ----------------------------------------------------------------------------------------------


def _findings_line(findings: Sequence[Finding]) -> str:
    return findings_text(finding.level for finding in findings)


def _findings_display(findings: Sequence[Finding]) -> Display:
    rows = [
        {
            "level": f"{SIGNS[finding.level]} {finding.level or 'as it should be'}",
            "code": finding.name,
            "about": finding.title or finding.path,
            "what": finding.message,
            "what to do": finding.remedy,
            "where": _place_text(finding),
        }
        for finding in findings
    ]
    brief = [f"{SIGNS[finding.level]} {finding.heading}: {finding.sentence}" for finding in findings]
    return Display(_findings_line(findings), tables=(DisplayTable.of("Findings", rows),), brief=brief)


def _place_text(finding: Finding) -> str:
    place = finding.location
    return "" if place is None or place.line is None else f"{place.file}:{place.line}"


def finding_rows(findings: Sequence[Finding]) -> Iterator[TableRow]:
    """Findings as rows of plain types."""
    for finding in findings:
        place = finding.location
        yield {
            "code": finding.code,
            "number": finding.number,
            "level": finding.level,
            "title": finding.title,
            "message": finding.message,
            "remedy": finding.remedy,
            "key": finding.path,
            "file": None if place is None else place.file,
            "line": None if place is None else place.line,
        }


FINDINGS: Final = Writer(_findings_line, _findings_display, finding_rows)
