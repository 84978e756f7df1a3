"""A comparison for people: a legend, one sentence a change with its story and both answers, and the sum."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from casecore.check.report import Exit
from casecore.check.stories import HEAD, rows, team
from casecore.cli.screen import Screen
from casecore.diff.comparison import Label
from casecore.diff.days import Day
from casecore.diff.differences import STRANDED, Differences
from casecore.diff.findings import (
    NO_EFFECT,
    Entry,
    compared,
    day_lines,
    entries,
    headed,
    legend,
    lines_of,
    rewritten,
    summed,
    verdict_lines,
)

_STYLES: Final = MappingProxyType(
    {
        Label.LOOSER: "bold green",
        Label.STRICTER: "bold red",
        Label.OTHER: "bold yellow",
        STRANDED: "bold red",
        NO_EFFECT: "dim",
    }
)

_FOLDING: Final = frozenset({"does", "what changes"})


def tell(report: Differences, old: str, new: str, screen: Screen, code: Exit, day: Day | None = None) -> None:
    """Tell a whole comparison.

    Args:
        report: What came of it.
        old: What the old file is called.
        new: What the new file is called.
        screen: Where it is printed.
        code: The exit code that is answered.
        day: The same of a recorded day.
    """
    screen.paragraph(headed(report, old, new), "bold")
    screen.paragraph(f"legend  {legend()}", "dim")
    for one in entries(report):
        screen.line()
        since = one.since and f"from {one.since}: "
        screen.paragraph(f"{one.sign} {one.id}  {since}{one.title}", _STYLES[one.label])
        for edit in one.edits:
            place = lines_of(report, edit)
            screen.paragraph(f"{rewritten(edit)}{place and f'   {place}'}", indent=6)
        _story(one, screen)
        for line in one.more:
            screen.paragraph(line, "dim", 6)
    for line in verdict_lines(report):
        screen.line()
        screen.paragraph(f"promise  {line}")
    if day is not None:
        screen.line()
        for line in day_lines(day):
            screen.paragraph(line)
    screen.line()
    screen.paragraph(f"compared  {compared(report)}")
    screen.paragraph(f"{summed(report)}.   exit {int(code)}", "bold")


def _story(one: Entry, screen: Screen) -> None:
    if one.story is None:
        return
    screen.paragraph(f"with {team(one.story)}:", "dim", 6)
    screen.table(HEAD, [row.cells for row in rows(one.story)], _FOLDING)
    for word, answer in one.answers:
        screen.paragraph(f"{word}: {answer}", indent=6)
