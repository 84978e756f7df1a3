"""What is shown of a day that is replayed: each step, what became of it, and whether that was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from casecore.kernel.shown import DisplayedLines
from casecore.replay import ReplayedLine, Tally
from casecore.replay.words import day_ending, expectation_text, status_change, step_sentence, tally_text
from casecore.reports.shown.displays import MOST, Display, DisplayTable, TableRow, Writer

Day = DisplayedLines[ReplayedLine]


def _day_line(day: Day) -> str:
    return "Replayed day: steps still to come"  # a debugger that asks for it must not give commands


def _day_display(day: Day) -> Display:
    steps, failure = day.look_ahead(MOST + 1)
    shown, tally = steps[:MOST], Tally()
    for step in shown:
        tally.add(step)
    more = ["and more steps to come"] if len(steps) > MOST else [] if failure else [day_ending(tally)]
    rows = [*_step_rows(shown)]
    brief = [f"{row['at']:%H:%M:%S} {row['what is done']}  {row['what comes of it']}" for row in rows]
    return Display(
        f"Replayed day: {tally_text(tally)}",
        [*more, *([failure] if failure else [])],
        (DisplayTable("Steps", rows),),
        brief,
    )


def _step_rows(steps: Iterable[ReplayedLine]) -> Iterator[TableRow]:
    for step in steps:
        what, words = step_sentence(step)
        told = [str(reason) for reason in (*step.reasons, *step.deviations)] or [status_change(step)]
        told += [] if step.as_expected else [f"otherwise than expected: {expectation_text(step)}"]
        told += [f"breaks promise {breach}" for breach in step.breaches]
        yield {
            "line": step.line,
            "at": step.command.at,
            "what is done": f"{_mark_of(step)} {what}" + (f": “{words}”" if words else ""),
            "what comes of it": "\n".join(told),
        }


def _mark_of(step: ReplayedLine) -> str:
    if not step.accepted:
        return "✗"
    return "⚠" if step.deviations else "✓"


def _day_rows(day: Day) -> Iterator[TableRow]:
    for step in day.look_ahead()[0]:
        yield {
            "line": step.line,
            "at": step.command.at,
            "by": step.command.by,
            "command": type(step.command).__name__,
            "case": step.case,
            "what": step_sentence(step)[0],
            "accepted": step.accepted,
            "rules": ", ".join(dict.fromkeys(reason.rule for reason in (*step.reasons, *step.deviations))),
            "as_expected": step.as_expected,
            "breaks": ", ".join(str(breach) for breach in step.breaches),
            "status": step.status(step.after),
            "story": step.story,
        }


DAY: Final = Writer(_day_line, _day_display, _day_rows)
