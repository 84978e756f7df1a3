"""The report of a replay: a line a step for people, findings for services, or a JSON object a step for programs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Protocol

import attrs
from rich.cells import cell_len

from casecore.cli.screen import Screen, fold_text, pad_text, shorten_text
from casecore.cli.streams import write_document
from casecore.cli.unreadable import unreadable_findings
from casecore.codec import house_codec
from casecore.desk import Desk
from casecore.kernel import Reason
from casecore.policies import PolicyError
from casecore.projections.desk_tables import ROWS, desk_tables
from casecore.replay import DayError, ReplayedLine, Tally
from casecore.replay.consequences import consequence_sentences
from casecore.replay.findings import DayFindings
from casecore.replay.words import (
    citation,
    day_ending,
    expectation_text,
    status_change,
    step_sentence,
    tally_text,
)
from casecore.reports.text import visible
from casecore.statuses import Status


class ReplayReport(Protocol):
    """What somebody reads of a replay."""

    def tell_step(self, step: ReplayedLine) -> None:
        """Tell one step."""

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Tell how the desk is at the end, or where reading stopped."""


# For people ------------------------------------------------------------------------------------------

_MARGIN: Final = 12
"""Where sentences start: after the time and the mark."""

_OUTCOME: Final = 20
"""How wide the last column is: `escalated → resolved`."""

_RULE: Final = 24
"""How wide a rule's id is; a longer one pushes its message."""

_STYLES: Final = MappingProxyType(
    {
        Status.NEW: "cyan",
        Status.OPEN: "blue",
        Status.PENDING: "yellow",
        Status.ESCALATED: "magenta",
        Status.RESOLVED: "green",
        Status.CLOSED: "dim",
    }
)


class TextReport:
    """A line a step, with reasons beneath a refusal, and the desk at the end."""

    def __init__(self, screen: Screen, *, quiet: bool) -> None:
        self.screen, self.quiet = screen, quiet
        self._day: date | None = None
        self._wrong: list[str] = []

    def tell_step(self, step: ReplayedLine) -> None:
        """Tell one step; where it is quiet, only one that went otherwise than expected, or broke a promise."""
        sentences = [f"line {step.line} breaks {visible(str(breach))}" for breach in step.breaches]
        if not step.as_expected:
            sentences.insert(0, f"line {step.line} {expectation_text(step)}")
        self._wrong += sentences[: ROWS - len(self._wrong)]
        if self.quiet and step.well:
            return
        self._show_headings(step)
        self._show_step(step)
        for sentence in consequence_sentences(step):
            self.screen.print_paragraph(f"↳ {sentence}", "dim", _MARGIN)
        for reason in step.reasons:
            self._show_reason(reason, "red")
        if step.deviations:
            self.screen.print_paragraph("⚠ accepted with a warning", "yellow", _MARGIN)
        for reason in step.deviations:
            self._show_reason(reason, "yellow")
        if not step.as_expected:
            text = f"≠ otherwise than expected: line {step.line} {expectation_text(step)}"
            self.screen.print_paragraph(text, "bold", _MARGIN)
        for breach in step.breaches:
            self.screen.print_paragraph(f"✗ breaks promise {visible(str(breach))}", "bold red", _MARGIN)

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Show the desk, and what was counted."""
        screen = self.screen
        if error is not None and not tally.steps:
            return
        screen.print_line()
        screen.print_heading("The desk at the end" if error is None else "The desk when reading stopped")
        for table in desk_tables(desk):
            if table.count:
                screen.print_line()
                screen.print_table(table.head, table.rows, table.folding)
                if table.count > len(table.rows):
                    screen.print_line(screen.paint_text(f"… and {table.count - len(table.rows):,} more", "dim"))
        screen.print_line()
        self._show_counts(tally)

    def _show_headings(self, step: ReplayedLine) -> None:
        today = step.command.at.date()
        if today != self._day:
            self._day = today
            self.screen.print_line()
            self.screen.print_heading(f"{today:%A} {today.day} {today:%B} {today.year}, times in UTC")
        if step.story:
            self.screen.print_line()
            self.screen.print_paragraph(visible(step.story), "bold")

    def _show_step(self, step: ReplayedLine) -> None:
        screen = self.screen
        mark, style = ("✓", "green") if step.accepted else ("✗", "red")
        margin = f"{screen.paint_text(f'{step.command.at:%H:%M:%S}', 'dim')}  {screen.paint_text(mark, style)} "
        said, colour = _outcome_text(step)
        outcome, width = screen.paint_text(said, colour), screen.width - _MARGIN - (_OUTCOME if said else 0)
        what, words = step_sentence(step)
        *full, last = fold_text(what, width - 2)
        quote = _quote_text(words, width - 2 - cell_len(last))
        for part in full:
            screen.print_line(f"{margin}{pad_text(part, width)}{outcome}".rstrip())
            margin, outcome = " " * _MARGIN, ""
        gap = " " * (width - cell_len(last) - cell_len(quote))
        screen.print_line(f"{margin}{last}{screen.paint_text(quote, 'dim')}{gap}{outcome}".rstrip())

    def _show_reason(self, reason: Reason, style: str) -> None:
        screen = self.screen
        rule = f"{pad_text(reason.rule, _RULE)} " if cell_len(reason.rule) < _RULE else f"{reason.rule} "
        indent = _MARGIN + _RULE + 1
        width = screen.width - indent
        first, *rest = fold_text(visible(reason.message), width)
        screen.print_line(f"{' ' * _MARGIN}{screen.paint_text(rule, style)}{first}")
        for part in rest:
            screen.print_line(" " * indent + part)
        if reason.remedy:
            screen.print_paragraph(f"→ {visible(reason.remedy)}", "dim", indent)
        cited = citation(reason)
        if cited:
            screen.print_paragraph(visible(cited), "dim", indent)

    def _show_counts(self, tally: Tally) -> None:
        screen = self.screen
        screen.print_paragraph(tally_text(tally))
        if tally.refused_by:
            rules = sorted(tally.refused_by.items(), key=lambda found: (-found[1], found[0]))
            screen.print_paragraph("Refused by " + ", ".join(f"{rule} {count}" for rule, count in rules) + ".", "dim")
        wrong = tally.otherwise + tally.broke
        screen.print_paragraph(f"{day_ending(tally)[:-1]}:" if wrong else day_ending(tally), "bold")
        for sentence in self._wrong:
            screen.print_paragraph(f"≠ {sentence}", indent=2)
        _show_more(screen, wrong)


_SHORTEST: Final = 10
"""A quotation for which there is less room than this is left out."""


def _quote_text(words: str, room: int) -> str:
    room -= cell_len(": “”")
    return f": “{shorten_text(words, room)}”" if words and room >= _SHORTEST else ""


def _outcome_text(step: ReplayedLine) -> tuple[str, str]:
    """What became of the case, and the style of that text."""
    was, now = step.status(step.before), step.status(step.after)
    if not step.accepted:
        return (f"refused · {now}" if now else "refused"), "red"
    if not step.events:
        return "nothing changes", "dim"
    return status_change(step), "" if now is None else "dim" if was is now else _STYLES[now]


def _show_more(screen: Screen, count: int) -> None:
    if count > ROWS:
        screen.print_line(screen.paint_text(f"… and {count - ROWS:,} more", "dim"))


# For services ------------------------------------------------------------------------------------------


class ServiceReport:
    """What services read that run a day as a test, written at the end: there it is known what is worst."""

    def __init__(self, file: str, write: Callable[[DayFindings, Tally], str]) -> None:
        self.found, self.write = DayFindings(file), write

    def tell_step(self, step: ReplayedLine) -> None:
        """Look at one step."""
        self.found.add_step(step)

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Write what was found."""
        del desk
        if isinstance(error, DayError):
            self.found.stop_reading(error)
        elif error is not None:
            self.found.unread += unreadable_findings(error)
        write_document(self.write(self.found, tally))


# For programs ------------------------------------------------------------------------------------------


class JsonReport:
    """A JSON object a step, and one of the whole at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._lines: list[int] = []

    def tell_step(self, step: ReplayedLine) -> None:
        """Write one step; where it is quiet, only one that went otherwise than expected, or broke a promise."""
        if not step.as_expected and len(self._lines) < ROWS:
            self._lines.append(step.line)
        if self.quiet and step.well:
            return
        command, to_plain = step.command, house_codec(step.before.house).to_plain
        _write_line(
            {
                "line": step.line,
                "type": type(command).__name__,
                "by": command.by,
                "at": command.at.isoformat(),
                "case": step.case,
                "accepted": step.accepted,
                "expect": step.expect if isinstance(step.expect, str) else sorted(step.expect),
                "as_expected": step.as_expected,
                "before": step.status(step.before),
                "after": step.status(step.after),
                "events": [to_plain(event) for event in step.events],
                "reasons": [to_plain(reason) for reason in step.reasons],
                "deviations": [to_plain(reason) for reason in step.deviations],
                "breaks": [{"promise": one.number, "title": one.title, "what": one.what} for one in step.breaches],
            }
        )

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Write what was counted."""
        statuses = Counter(file.case.status for file in desk.cases.values())
        summary = {
            **{name: getattr(tally, name) for name in ("steps", "accepted", "warned", "refused")},
            "refused_by": dict(sorted(tally.refused_by.items())),
            "otherwise": tally.otherwise,
            "otherwise_lines": self._lines,
            "broke": tally.broke,
            "cases": {status: statuses[status] for status in Status if statuses[status]},
            "agents": len(desk.agents),
            "now": None if desk.now is None else desk.now.isoformat(),
            "error": None
            if error is None
            else {
                "line": error.line if isinstance(error, DayError) else None,
                "problems": [attrs.asdict(problem) for problem in error.problems],
            },
        }
        _write_line({"summary": summary})


def _write_line(thing: Any) -> None:
    sys.stdout.write(json.dumps(thing) + "\n")  # ASCII, which every encoding has
