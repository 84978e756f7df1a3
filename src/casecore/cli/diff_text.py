"""A comparison for people: a legend, one sentence a change with its story and both answers, and the sum."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from casecore.check.report import Exit
from casecore.check.stories import HEAD, story_rows, team_text
from casecore.cli.screen import Screen
from casecore.diff.days import RedecidedDay
from casecore.diff.differences import STRANDED, UNTRIED, Differences
from casecore.diff.findings import (
    NO_EFFECT,
    DiffEntry,
    coverage_text,
    day_lines,
    diff_entries,
    diff_summary,
    diff_title,
    edit_places,
    edit_text,
    sign_legend,
    verdict_lines,
)
from casecore.diff.labels import Label

_STYLES: Final = MappingProxyType(
    {
        Label.LOOSER: "bold green",
        Label.STRICTER: "bold red",
        Label.OTHER: "bold yellow",
        STRANDED: "bold red",
        UNTRIED: "yellow",
        NO_EFFECT: "dim",
    }
)

_FOLDING: Final = frozenset({"does", "what changes"})


def show_diff(
    report: Differences, old: str, new: str, screen: Screen, code: Exit, day: RedecidedDay | None = None
) -> None:
    """Tell a whole comparison.

    Args:
        report: What came of it.
        old: What the old file is called.
        new: What the new file is called.
        screen: Where it is printed.
        code: The exit code that is answered.
        day: The same of a recorded day.
    """
    screen.print_paragraph(diff_title(report, old, new), "bold")
    screen.print_paragraph(f"legend  {sign_legend()}", "dim")
    for one in diff_entries(report):
        screen.print_line()
        since = one.since and f"from {one.since}: "
        screen.print_paragraph(f"{one.sign} {one.id}  {since}{one.title}", _STYLES[one.label])
        for edit in one.edits:
            place = edit_places(report, edit)
            screen.print_paragraph(f"{edit_text(edit)}{place and f'   {place}'}", indent=6)
        _show_story(one, screen)
        for line in one.more:
            screen.print_paragraph(line, "dim", 6)
    for line in verdict_lines(report):
        screen.print_line()
        screen.print_paragraph(f"promise  {line}")
    if day is not None:
        screen.print_line()
        for line in day_lines(day):
            screen.print_paragraph(line)
    screen.print_line()
    screen.print_paragraph(f"compared  {coverage_text(report)}")
    screen.print_paragraph(f"{diff_summary(report)}.   exit {int(code)}", "bold")


def _show_story(one: DiffEntry, screen: Screen) -> None:
    if one.story is None:
        return
    screen.print_paragraph(f"with {team_text(one.story)}:", "dim", 6)
    screen.print_table(HEAD, [row.cells for row in story_rows(one.story)], _FOLDING)
    for word, answer in one.answers:
        screen.print_paragraph(f"{word}: {answer}", indent=6)
