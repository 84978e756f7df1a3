"""What a check says, in the form that somebody reads it in: each a plain function from a report to text.

    from casecore.check import check
    from casecore.check.formats import FORMATS

    print(FORMATS["md"](check(policy), "our-sop.toml"))

The second argument is what the policy's file is called. The text for the terminal is written by `cli/check_text.py`,
because it needs to know the screen. All of them are deterministic: the same report gives the same text, without dates
and without timings, so that two of them can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from casecore.check.code_pages import CODE_PAGES
from casecore.check.findings import (
    MARKS,
    VERDICTS,
    check_findings,
    check_summary,
    fix_text,
    lint_findings,
    location_of,
    place_of,
    policy_digest,
    policy_title,
    promise_findings,
    rests_on,
    scope_rows,
    search_text,
)
from casecore.check.report import Finding, Judgement, PromiseVerdict, Report, Severity
from casecore.check.stories import story_markdown, story_to_dict
from casecore.policies import Policy
from casecore.reports import github, junit, sarif
from casecore.reports.as_json import command_json, location_to_dict, told_to_dict
from casecore.reports.markdown import cell, details, table

__all__ = ["FORMATS", "as_github", "as_html", "as_json", "as_junit", "as_markdown", "as_sarif"]

OUTCOMES: Final[Mapping[PromiseVerdict, junit.TestOutcome]] = MappingProxyType(
    {
        PromiseVerdict.FAILS: "failure",
        PromiseVerdict.VACUOUS: "failure",
        PromiseVerdict.INCONCLUSIVE: "error",
        PromiseVerdict.WAIVED: "skipped",
        PromiseVerdict.NOT_CLAIMED: "skipped",
        PromiseVerdict.PROVED: "system-out",
    }
)
"""What becomes of a test case, by the verdict on its promise."""


def as_github(report: Report, file: str) -> str:
    """GitHub's workflow commands, and the sum."""
    return github.workflow_commands(check_findings(report, file), check_summary(report))


def as_junit(report: Report, file: str) -> str:
    """JUnit's XML: a suite for the lint, in which only errors fail, and one for the promises, each with its story."""
    lint = [(one, _finding_outcome(one)) for one in lint_findings(report, file)]
    promises = [(one, OUTCOMES[known.verdict]) for one, known in promise_findings(report, file)]
    return junit.junit_document("check", file, {"lint": lint, "promises": promises}, search_text(report))


def _finding_outcome(finding: Finding) -> junit.TestOutcome:
    return "failure" if finding.level is Severity.ERROR else "system-out"


# SARIF -------------------------------------------------------------------------------------------------


def as_sarif(report: Report, file: str) -> str:
    """SARIF: what is as it should be is counted in the run's properties and is no result; what is waived is one."""
    found = [one for one in check_findings(report, file) if one.level is not None or one.excuse]
    verdicts = {one.code: known.verdict for one, known in promise_findings(report, file)}
    meanings = {one.code: _code_meaning(one, verdicts.get(one.code)) for one in reversed(found)}
    counts = {verdict.value: len(report.of(verdict)) for verdict in VERDICTS}
    return sarif.sarif_document(
        found,
        [meanings[code] for code in dict.fromkeys(one.code for one in found)],
        searched=search_text(report),
        promises=counts,
        exit=int(report.exit),
    )


def _code_meaning(finding: Finding, verdict: PromiseVerdict | None) -> sarif.CodeMeaning:
    level = finding.level or Severity.NOTE
    if verdict is None:
        page = CODE_PAGES[finding.code]
        return sarif.CodeMeaning(finding.code, page.title, f"{page.meaning} {page.remedy}", level)
    number = finding.code.removeprefix("P")
    promise = f"Rule {number} of the policy" if "." in number else f"Promise {number} of the domain"
    meaning = f"{promise}: {finding.title}. {verdict}: {VERDICTS[verdict]}."
    return sarif.CodeMeaning(finding.code, finding.title, meaning, level)


# JSON --------------------------------------------------------------------------------------------------


def as_json(report: Report, file: str) -> str:
    """JSON: one object with everything, stories as the codec writes them, so that they can be replayed."""
    return command_json(
        "check",
        policy=policy_to_dict(report.policy, file),
        scopes=[attrs.asdict(scope) for scope in report.searched],
        walked=report.walked,
        results=[
            *(_finding_to_dict(one) | {"kind": "lint"} for one in lint_findings(report)),
            *(
                _finding_to_dict(one) | _promise_to_dict(known, report.policy)
                for one, known in promise_findings(report)
            ),
        ],
        unused_rules=sorted(report.unused),
        summary={
            "promises": {verdict.value: len(report.of(verdict)) for verdict in PromiseVerdict},
            "findings": {level.value: sum(found.level is level for found in report.findings) for level in Severity},
        },
        exit=int(report.exit),
    )


def policy_to_dict(policy: Policy, file: str) -> dict[str, Any]:
    """Which policy was asked, as plain data."""
    return {"id": policy.id, "version": policy.version, "file": file, "sha256": policy_digest(policy)}


def _finding_to_dict(finding: Finding) -> dict[str, Any]:
    return {
        **told_to_dict(finding),
        "location": location_to_dict(finding.location),
        "fingerprint": finding.fingerprint,
    }


def _promise_to_dict(judgement: Judgement, policy: Policy) -> dict[str, Any]:
    return {
        **{name: getattr(judgement, name) for name in ("verdict", "why", "wrong", "times", "scopes")},
        "kind": "promise",
        "keys": [
            {
                "key": key,
                "says": rests_on(policy, key),
                "location": location_to_dict(location_of(policy.origin(key), "")),
            }
            for key in judgement.keys
        ],
        "fix": None if judgement.fix is None else {**attrs.asdict(judgement.fix), "rechecked": True},
        "story": story_to_dict(judgement.story),
        "witness": story_to_dict(judgement.witness),
    }


# Markdown ----------------------------------------------------------------------------------------------


def as_markdown(report: Report, file: str) -> str:
    """Markdown: what needs somebody's attention stands open, all that is as it should be is folded away and counted."""
    lines = [f"## casecore check: {cell(policy_title(report.policy))}", ""]
    lines += [f"`{cell(file)}`: **{check_summary(report)}** (exit {report.exit})"]
    lint = [_lint_row(one, report.policy) for one in lint_findings(report)]
    if lint:
        lines += ["", *table(("level", "code", "where", "what", "what to do"), lint)]
    known = [*promise_findings(report)]
    for one, judgement in known:
        if one.level is not None:
            lines += ["", *_markdown_details(one, judgement, report.policy)]
    rows = ((MARKS.get(of.verdict, "–"), one.heading, of.verdict, one.message) for one, of in known)
    lines += ["", *details("Every promise", table(("", "promise", "verdict", ""), rows))]
    head = ("scope", "who is there", "worlds", "steps between them", "tried")
    return "\n".join([*lines, "", *details(f"Searched {search_text(report)}", table(head, scope_rows(report)))])


def _lint_row(finding: Finding, policy: Policy) -> tuple[str, ...]:
    place = place_of(policy, finding.path) or finding.path
    return str(finding.level), finding.code, place, finding.message, finding.remedy


def _markdown_details(finding: Finding, judgement: Judgement, policy: Policy) -> Iterator[str]:
    yield f"### {MARKS[judgement.verdict]} {finding.code} {cell(finding.title)}: {judgement.verdict}"
    yield ""
    yield cell(finding.message)
    if judgement.story is not None:
        yield from story_markdown(judgement.story)
    for key in judgement.keys:
        yield from ("", f"allowed by: {cell(rests_on(policy, key))} {cell(place_of(policy, key))}".rstrip())
    if judgement.fix is not None:
        yield from ("", f"nearest fix: {cell(fix_text(judgement.fix))} (checked again)")


# A page -------------------------------------------------------------------------------------------------


def as_html(report: Report, file: str) -> str:
    """A page for a browser; what draws its pictures is imported only when it is asked for."""
    from casecore.check.html_page import check_page

    return check_page(report, file)


FORMATS: Final[Mapping[str, Callable[[Report, str], str]]] = MappingProxyType(
    {"json": as_json, "sarif": as_sarif, "github": as_github, "junit": as_junit, "md": as_markdown, "html": as_html}
)
"""Each format and what writes it: (report, the name of the policy's file) -> text."""
