"""A command that could not run, in each form of report: what it could not read is a finding, at its place.

A service that reads a report would take an empty one for a broken tool, and one without findings for a clean result.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from casecore.audit.errors import AuditError
from casecore.cli.exits import UNREADABLE
from casecore.cli.github_page import add_step_summary
from casecore.cli.screen import report_error
from casecore.cli.streams import write_document
from casecore.diff.revisions import file_of
from casecore.kernel import CasecoreError
from casecore.kernel.problems import Problem
from casecore.policies import PolicyError
from casecore.replay import DayError
from casecore.reports import github, junit, sarif
from casecore.reports.as_json import command_json, told_to_dict
from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.markdown import bullets, cell
from casecore.reports.pages.findings import finding_article
from casecore.reports.pages.page import Headline, PagePart, html_page
from casecore.reports.text import plural, visible


def unreadable_findings(error: CasecoreError, file: str = "", revision: str = "") -> Iterator[Finding]:
    """Everything for which a command could not run, each with its place.

    Args:
        error: Why it could not.
        file: The file that was asked about, where the error names none.
        revision: The revision of git by which files may be called; what was there has no line in the file of today.
    """
    match error:
        case PolicyError() | AuditError():
            for problem in error.problems:
                yield _finding_of(problem, error.name, revision)
        case DayError():
            yield _finding("", error.what, "", Location(error.file, error.line))
        case _:
            yield _finding("", str(error), "", Location(file))


def _finding_of(problem: Problem, name: str, revision: str) -> Finding:
    message = "; ".join(filter(None, (problem.message, problem.expected and f"expected {problem.expected}")))
    first = next(iter(problem.origins), None)
    called = name if first is None else first.file
    file = file_of(revision, called)
    if file != called:
        return _finding(
            problem.path, f"{called if first is None else first}: {message}", problem.remedy, Location(file)
        )
    if first is None:
        return _finding(problem.path, message, problem.remedy, Location(file))
    place = Location(file, first.line, first.column, first.end_line, first.end_column)
    return _finding(problem.path, message, problem.remedy, place)


def _finding(path: str, message: str, remedy: str, place: Location) -> Finding:
    lines = "\n".join(map(visible, message.split("\n")))
    return Finding(
        sarif.UNREADABLE.code, Severity.ERROR, path, lines, visible(remedy), title=visible(path), location=place
    )


def show_unreadable(command: str, error: CasecoreError, form: str, file: str = "", revision: str = "") -> int:
    """Tell on standard error why a command could not run, and in the form that was asked for; returns the exit code.

    Args:
        command: Which one, e.g. `check`.
        error: Why it could not.
        form: The form of its reports; `text` has nothing more.
        file: The file that was asked about.
        revision: As for `unreadable_findings`.
    """
    found = [*unreadable_findings(error, file, revision)]
    title = visible(f"casecore {command} {file}".rstrip())
    match form:
        case "json":
            write_document(command_json(command, results=[*map(_to_dict, found)], exit=UNREADABLE))
        case "sarif":
            write_document(sarif.sarif_document(found, [sarif.UNREADABLE], failures=found, exit=UNREADABLE))
        case "github":
            write_document(github.workflow_commands(found, f"{title}: could not run"))
            add_step_summary(unreadable_markdown(title, found))
        case "junit":
            write_document(
                junit.junit_document(command, file, {command: [(one, "error") for one in found]}, "could not run")
            )
        case "md":
            write_document(unreadable_markdown(title, found))
        case "html":
            write_document(unreadable_page(command, file, found))
    return report_error(error)


def unreadable_markdown(title: str, found: list[Finding]) -> str:
    """The same as Markdown."""
    return "\n".join([f"## {cell(title)}: could not run", "", *bullets(map(_line, found))])


def unreadable_page(command: str, file: str, found: list[Finding]) -> str:
    """The same as a page."""
    told = [finding_article(one, "✗ could not run", id_=f"f{number}") for number, one in enumerate(found, 1)]
    answer = Headline("bad", "It could not run: nothing was looked at", (f"{plural(len(found), 'problem')}.",))
    return html_page(command, file or "casecore", answer, parts=[PagePart("problems", "Problems", told)])


def _line(finding: Finding) -> str:
    here = finding.location or Location("")
    place = ":".join(str(part) for part in (here.file, here.line, here.column) if part)
    return ": ".join(filter(None, (place, finding.title, finding.sentence)))


def _to_dict(finding: Finding) -> dict[str, Any]:
    place = None if finding.location is None else asdict(finding.location)
    return {**told_to_dict(finding), "kind": finding.code, "location": place}
