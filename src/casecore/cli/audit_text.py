"""The report of an audit for people: the worst rules first, with their denominators, who and when, what is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from casecore import __version__
from casecore.audit.judging.tally import Side
from casecore.audit.reports.findings import audit_summary, audit_title, breach_line, breaches_of, rows_text
from casecore.audit.reports.formats import RULES, rule_cells, sections, side_rows
from casecore.audit.reports.report import AuditReport
from casecore.cli.screen import Screen
from casecore.reports.text import plural, visible

MOST: Final = 12
"""How many rules are shown; the forms for programs tell all."""

WORST: Final = 3
"""How many agents, queues and so on are shown, those where most was broken."""

LINES: Final = 6
"""How many lines of each other part are shown."""

_FOLDING: Final = frozenset({"what it says", "set by"})


def show_audit(report: AuditReport, screen: Screen, code: int) -> None:
    """Tell a whole report.

    Args:
        report: What an audit says.
        screen: Where it is printed.
        code: The exit code.
    """
    screen.print_paragraph(f"casecore {__version__}   {audit_title(report)}", "bold")
    screen.print_paragraph(rows_text(report))
    _show_rules(report, screen)
    _show_first(report, screen)
    _show_sides(report, screen)
    for title, lines in sections(report):
        screen.print_line()
        screen.print_paragraph(title, "bold")
        for line in _cut(lines):
            screen.print_paragraph(visible(line), indent=2)
    screen.print_line()
    screen.print_paragraph(f"{audit_summary(report)}.   exit {code}", "bold")


def _cut(lines: list[str]) -> Iterable[str]:
    yield from lines[:LINES]
    if len(lines) > LINES:
        yield f"… and {len(lines) - LINES:,} more"


def _show_rules(report: AuditReport, screen: Screen) -> None:
    broken = [rule for rule in report.rules if rule.broken]
    kept = [rule for rule in report.rules if rule.known and not rule.broken]
    screen.print_line()
    if broken:
        screen.print_table(RULES, [rule_cells(rule) for rule in broken[:MOST]], _FOLDING)
    if len(broken) > MOST:
        screen.print_paragraph(f"… and {plural(len(broken) - MOST, 'rule')} more: --format md tells all", "dim")
    if kept:
        largest = sorted(kept, key=lambda rule: (-rule.known, rule.id))[:WORST]
        told = ", ".join(f"{rule.id} {rule.known:,} of {rule.occasions:,}" for rule in largest)
        screen.print_paragraph(f"Never broken, as far as is known: {plural(len(kept), 'rule')}, e.g. {told}.", "green")
    if not broken and not kept:
        screen.print_paragraph("No rule could be judged; below stands what the log would have to tell.", "bold")


def _show_first(report: AuditReport, screen: Screen) -> None:
    """Where each of these rules was broken first."""
    first = [breaches_of(report, rule.id)[:1] for rule in report.rules[:MOST] if rule.broken]
    if not any(first):
        return
    screen.print_line()
    screen.print_paragraph("First", "bold")
    for breach in (one for several in first for one in several):
        screen.print_paragraph(f"{breach.rule}: {breach_line(breach)}", indent=2)


def _show_sides(report: AuditReport, screen: Screen) -> None:
    """Where most was broken."""
    found: list[tuple[str, str]] = []
    for side in Side:
        rows = side_rows(report, side, WORST)
        parts = [f"{visible(value)} {broken} of {known} ({rate})" for value, broken, known, rate, _ in rows]
        found += [(side.value, ", ".join(parts))] if parts else []
    if not found:
        return
    screen.print_line()
    screen.print_paragraph(f"Most was broken by or at (hours and days in {report.zone})", "bold")
    for name, told in found:
        screen.print_paragraph(f"{name:<8} {told}", indent=2)
