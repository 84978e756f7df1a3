"""What is shown of an audit: the sum, the worst rules first with their denominators; the whole is its Markdown."""

from __future__ import annotations

from typing import Final

from casecore.audit.reports.findings import audit_summary, audit_title, rows_text
from casecore.audit.reports.formats import RULES, as_markdown, rule_cells
from casecore.audit.reports.report import AuditReport
from casecore.reports.shown.displays import Display, DisplayTable, Writer


def _line(report: AuditReport) -> str:
    return f"Audit of {audit_title(report)}: {audit_summary(report)}"


def _display(report: AuditReport) -> Display:
    rows = [dict(zip(RULES, rule_cells(rule), strict=True)) for rule in report.rules if rule.broken]
    table = DisplayTable.of("Rules that were broken", rows)
    return Display(f"Audit of {audit_title(report)}", [rows_text(report), audit_summary(report)], (table,))


AUDIT: Final = Writer[AuditReport](_line, _display, markdown=as_markdown)
