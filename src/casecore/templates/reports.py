"""Findings as text, as JSON, as GitHub's workflow commands, and as SARIF for code-scanning tools."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.reports.ci import sarif_location, sarif_log, sarif_rule, workflow_command
from casecore.templates.files import Located
from casecore.templates.filling import Shown
from casecore.templates.findings import CODES, Finding, Level

Found: TypeAlias = tuple[Located, Finding]


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    return {
        "code": finding.code,
        "level": finding.level.value,
        "where": finding.where,
        "message": finding.message,
        "remedy": finding.remedy,
        "offset": finding.offset,
        "variable": finding.variable,
    }


def shown_to_dict(part: Shown) -> dict[str, Any]:
    """A part of a message as plain data."""
    pieces = [{"text": text, "variable": variable} for text, variable in part.parts]
    return {"where": part.where, "kind": part.kind, "text": part.text, "parts": pieces, "detail": part.detail}


def _title(one: Located) -> str:
    name, language = one.template.identity
    return " ".join(part for part in (name, language) if part)


def _summary(found: Iterable[Found], templates: int) -> str:
    levels = Counter(finding.level for _, finding in found)
    counts = [f"{levels[level]} {level}{'' if levels[level] == 1 else 's'}" for level in Level if levels[level]]
    return f"{templates} template{'' if templates == 1 else 's'}: {', '.join(counts) or 'nothing found'}"


def as_text(found: Iterable[Found], templates: int) -> str:
    """One line a finding, as compilers write it, and a summary."""
    listed = tuple(found)
    lines = []
    for one, finding in listed:
        line, column = one.place(finding)
        title = f" {_title(one)}:" if _title(one) else ""
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        lines.append(f"{one.file}:{line}:{column}:{title} {finding.level} [{finding.code}] {finding.message}{remedy}")
    return "\n".join([*lines, _summary(listed, templates)])


def as_json(found: Iterable[Found], templates: int) -> str:
    """One object: the findings, and how many templates were read."""
    listed = []
    for one, finding in found:
        line, column = one.place(finding)
        name, language = one.template.identity
        place = {"file": one.file, "line": line, "column": column, "template": name, "language": language}
        listed.append(place | finding_to_dict(finding))
    return json.dumps({"templates": templates, "findings": listed}, indent=2, ensure_ascii=False)


def as_github(found: Iterable[Found], templates: int) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change."""
    lines = []
    listed = tuple(found)
    for one, finding in listed:
        line, column = one.place(finding)
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        message = f"{finding.message}{remedy}"
        lines.append(workflow_command(finding.level, message, file=one.file, line=line, col=column, title=finding.code))
    return "\n".join([*lines, _summary(listed, templates)])


def as_sarif(found: Iterable[Found], templates: int) -> str:
    """SARIF 2.1.0."""
    listed = tuple(found)
    used = sorted({finding.code for _, finding in listed})
    rules = [sarif_rule(code, CODES[code].title, CODES[code].remedy, CODES[code].level) for code in used]
    results = []
    for one, finding in listed:
        line, column = one.place(finding)
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        location = sarif_location(one.file, {"startLine": line, "startColumn": column})
        name = "/".join(part for part in (*one.template.identity, finding.where) if part)
        if name:
            location["logicalLocations"] = [{"fullyQualifiedName": name}]
        results.append(
            {
                "ruleId": finding.code,
                "ruleIndex": used.index(finding.code),
                "level": finding.level.value,
                "message": {"text": f"{finding.message}{remedy}"},
                "locations": [location],
            }
        )
    return sarif_log(rules, results, templates=templates)


FORMATS: Final[Mapping[str, Any]] = MappingProxyType(
    {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
)
"""Each format and what writes it: (findings with their places, number of templates) -> text."""
