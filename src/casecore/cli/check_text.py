"""The report of a check for people: what is wrong first, each with its story, and the sum at the end."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from casecore import __version__
from casecore.check.findings import (
    MARKS,
    VERDICTS,
    check_summary,
    fix_text,
    lint_findings,
    place_of,
    policy_title,
    promise_findings,
    rests_on,
    scope_rows,
    search_text,
)
from casecore.check.report import Finding, Judgement, PromiseVerdict, Report, Severity
from casecore.check.stories import HEAD, story_rows, team_text
from casecore.cli.screen import Screen
from casecore.explore import Story
from casecore.policies import Policy
from casecore.promises.promise import name_of_promise
from casecore.reports.paths import SHIPPED_SOP, STANDARD_INPUT
from casecore.reports.text import plural, visible

_LEVELS: Final = MappingProxyType({Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"})

_VERDICTS: Final = MappingProxyType(
    {
        PromiseVerdict.FAILS: "bold red",
        PromiseVerdict.VACUOUS: "bold red",
        PromiseVerdict.INCONCLUSIVE: "yellow",
        PromiseVerdict.PROVED: "green",
    }
)

_FOLDING: Final = frozenset({"does", "what changes"})


def show_check(report: Report, file: str, screen: Screen, *, verbose: bool, days: Mapping[str, str]) -> None:
    """Tell a whole report.

    Args:
        report: What a check said.
        file: The policy's file; none: the SOP that ships with casecore.
        screen: Where it is printed.
        verbose: Also tell the story that puts each proved promise to the test.
        days: By the number of a promise: the path of the day to which its story was written.
    """
    head = (f"casecore {__version__}", policy_title(report.policy), visible(file or SHIPPED_SOP))
    screen.print_line(screen.paint_text("   ".join(head), "bold"))
    for finding in lint_findings(report):
        _show_finding(finding, report.policy, screen)
    known = [*promise_findings(report)]
    for verdict in VERDICTS:
        found = [(result, judgement) for result, judgement in known if judgement.verdict is verdict]
        if verdict is PromiseVerdict.PROVED:
            _show_proved(found, screen, verbose=verbose)
        else:
            for result, judgement in found:
                _show_promise(result, judgement, report, screen, _next_command(judgement, file, days))
    _show_coverage(report, screen, verbose=verbose)
    screen.print_line()
    screen.print_paragraph(f"{check_summary(report)}.   exit {int(report.exit)}", "bold")


def _show_finding(finding: Finding, policy: Policy, screen: Screen) -> None:
    level = finding.level or Severity.NOTE
    place = place_of(policy, finding.path)
    screen.print_line()
    screen.print_paragraph(f"{level}[{finding.code}] {visible(finding.title)}{place and f' ({place})'}", _LEVELS[level])
    screen.print_paragraph(finding.message, indent=2)
    if finding.remedy:
        screen.print_paragraph(f"→ {finding.remedy}", "dim", 2)


def _show_promise(result: Finding, judgement: Judgement, report: Report, screen: Screen, then: str) -> None:
    verdict = judgement.verdict
    screen.print_line()
    mark = MARKS.get(verdict, "–")
    screen.print_paragraph(f"{mark} {verdict.upper()}  {result.code}  {result.title}", _VERDICTS.get(verdict, "dim"))
    screen.print_paragraph(result.message, indent=2)
    if judgement.story is not None:
        _show_story(judgement.story, judgement.wrong, screen)
    notes = [("allowed by", rests_on(report.policy, key), place_of(report.policy, key)) for key in judgement.keys]
    if judgement.fix is not None:
        notes.append(
            (
                "nearest fix",
                fix_text(judgement.fix),
                f"checked again: with it {name_of_promise(judgement.number)} holds",
            )
        )
    if judgement.story is not None:
        notes.append(("next", then, ""))
    for word, what, more in notes:
        screen.print_paragraph(f"{word:<12} {visible(what)}{more and f'   {visible(more)}'}", indent=2)


def _show_story(story: Story, wrong: Iterable[str], screen: Screen) -> None:
    screen.print_line()
    if story.team:
        screen.print_paragraph(f"With {team_text(story)}:", "dim")
    breaks = [("", "", "", "", f"^ {what}") for what in wrong]
    screen.print_table(HEAD, [*(row.cells for row in story_rows(story)), *breaks], _FOLDING)
    screen.print_line()


def _next_command(judgement: Judgement, file: str, days: Mapping[str, str]) -> str:
    """The command with which somebody looks at a story step by step."""
    if judgement.number in days:
        return f"casecore replay {shlex.quote(days[judgement.number])}"
    named = " FILE" if file == STANDARD_INPUT else f" {shlex.quote(file)}" if file else ""
    return f"casecore check{named} --only {judgement.number} --write-stories stories"


def _show_proved(proved: list[tuple[Finding, Judgement]], screen: Screen, *, verbose: bool) -> None:
    if not proved:
        return
    screen.print_line()
    ids = " ".join(result.code for result, _ in proved)
    screen.print_paragraph(
        f"{MARKS[PromiseVerdict.PROVED]} proved  {len(proved)}: {ids}", _VERDICTS[PromiseVerdict.PROVED]
    )
    if not verbose:
        return
    for result, judgement in proved:
        screen.print_line()
        screen.print_paragraph(
            f"{MARKS[PromiseVerdict.PROVED]} {result.code}  {result.title}", _VERDICTS[PromiseVerdict.PROVED]
        )
        screen.print_paragraph(result.message, indent=2)
        if judgement.witness is not None:
            screen.print_paragraph("the shortest story that puts it to the test:", indent=2)
            _show_story(judgement.witness, (), screen)


def _show_coverage(report: Report, screen: Screen, *, verbose: bool) -> None:
    """The denominators: how much was tried, and how many rules were needed; with --verbose which were not."""
    screen.print_line()
    screen.print_paragraph(f"searched  {search_text(report)}")
    if report.searched:
        screen.print_table(("scope", "who is there", "worlds", "steps", "tried"), [*scope_rows(report)])
    used = report.rules - len(report.unused)
    screen.print_paragraph(f"coverage  {used} of {plural(report.rules, 'rule')} refused something")
    if report.unused and verbose:
        screen.print_paragraph(f"never: {', '.join(report.unused)}", "dim", 10)
