"""What is shown of a template: what the customer reads, what has to be given, what is wrong; and of its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from casecore.reports.findings import SIGNS
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import findings_text, plural
from casecore.templates.filling import Filled, Shown
from casecore.templates.findings import TemplateFinding
from casecore.templates.template import Template


def _template_line(template: Template) -> str:
    known = " ".join(filter(None, (*template.identity, template.category, template.status)))
    return f"Template {known or 'without a name'}: {plural(len(template.needs), 'value')} to give"


def _template_display(template: Template) -> Display:
    needs = [
        {
            "value": need.key,
            "what it is": need.kind,
            "in": need.where,
            "must be given": need.required,
            "example": need.example,
        }
        for need in template.needs
    ]
    found = _finding_rows((*template.findings, *template.lint()))
    tables = (
        DisplayTable.of("Message", _part_rows(template.preview())),
        DisplayTable.of("Values to give", needs),
        DisplayTable.of("Findings", found),
    )
    return Display(_template_line(template), tables=tables)


def _part_rows(parts: Sequence[Shown]) -> Iterator[TableRow]:
    for part in parts:
        yield {"part": part.where, "what the customer reads": part.line}


def _template_rows(template: Template) -> Iterator[TableRow]:
    """A row for each value to give."""
    for need in template.needs:
        yield {
            "key": need.key,
            "kind": need.kind,
            "where": need.where,
            "required": need.required,
            "example": need.example,
        }


def _filled_line(filled: Filled) -> str:
    wrong = len(filled.errors)
    name = filled.plan.definition.name or "without a name"
    outcome = f"✗ {plural(wrong, 'error')}" if wrong else "✓ nothing stands in the way"
    return f"Filled template {name}: {outcome}"


def _filled_display(filled: Filled) -> Display:
    tables = (
        DisplayTable.of("What the customer reads", _part_rows(filled.preview)),
        DisplayTable.of("Findings", _finding_rows(filled.findings)),
    )
    return Display(_filled_line(filled), tables=tables)


def _findings_line(findings: Sequence[TemplateFinding]) -> str:
    return findings_text(finding.level for finding in findings)


def _findings_display(findings: Sequence[TemplateFinding]) -> Display:
    rows = [
        {
            "level": f"{SIGNS[finding.level]} {finding.level}",
            "code": finding.code,
            "where": finding.where or "template",
            "what": finding.message,
            "what to do": finding.remedy,
        }
        for finding in findings
    ]
    brief = [f"{SIGNS[finding.level]} {finding}" for finding in findings]
    return Display(_findings_line(findings), tables=(DisplayTable.of("Findings", rows),), brief=brief)


def _finding_rows(findings: Sequence[TemplateFinding]) -> Iterator[TableRow]:
    for finding in findings:
        yield {
            "level": finding.level,
            "code": finding.code,
            "where": finding.where,
            "message": finding.message,
            "remedy": finding.remedy,
            "offset": finding.offset,
            "variable": finding.variable,
        }


TEMPLATE: Final = Writer(_template_line, _template_display, _template_rows)
FILLED: Final = Writer(_filled_line, _filled_display, lambda filled: _finding_rows(filled.findings))
FINDINGS: Final = Writer(_findings_line, _findings_display, _finding_rows)
