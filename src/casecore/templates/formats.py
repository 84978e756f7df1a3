"""What the lint of templates says, as text, as JSON, as GitHub's workflow commands, and as SARIF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.reports import github, sarif
from casecore.reports.as_json import json_text
from casecore.reports.findings import Finding, Location
from casecore.reports.text import finding_line, level_counts, plural
from casecore.templates.files import Located
from casecore.templates.filling import Shown
from casecore.templates.findings import CODES, TemplateFinding

LocatedFinding: TypeAlias = tuple[Located, TemplateFinding]


def template_findings(found: Iterable[LocatedFinding]) -> Iterator[Finding]:
    """Each finding with its place, as every report reads it."""
    for one, finding in found:
        path = "/".join(filter(None, (*one.template.identity, finding.where)))
        place = Location(one.file, *one.place(finding))
        yield Finding(finding.code, finding.level, path, finding.message, finding.remedy, location=place)


def finding_to_dict(finding: TemplateFinding) -> dict[str, Any]:
    """A finding as plain data."""
    names = ("code", "level", "where", "message", "remedy", "offset", "variable")
    return {name: getattr(finding, name) for name in names}


def shown_to_dict(part: Shown) -> dict[str, Any]:
    """A part of a message as plain data."""
    pieces = [{"text": text, "variable": variable} for text, variable in part.parts]
    return {"where": part.where, "kind": part.kind, "text": part.text, "parts": pieces, "detail": part.detail}


def _summary_text(found: Iterable[LocatedFinding], templates: int) -> str:
    counts = level_counts(finding.level for _, finding in found)
    return f"{plural(templates, 'template')}: {', '.join(counts) or 'nothing found'}"


def as_text(found: Iterable[LocatedFinding], templates: int) -> str:
    """One line a finding, as compilers write it, and a summary."""
    listed = tuple(found)
    abouts = (" ".join(filter(None, one.template.identity)) for one, _ in listed)
    return "\n".join([*map(finding_line, template_findings(listed), abouts), _summary_text(listed, templates)])


def as_json(found: Iterable[LocatedFinding], templates: int) -> str:
    """One object: the findings, and how many templates were read."""
    listed = []
    for one, finding in found:
        line, column = one.place(finding)
        name, language = one.template.identity
        place = {"file": one.file, "line": line, "column": column, "template": name, "language": language}
        listed.append(place | finding_to_dict(finding))
    return json_text({"templates": templates, "findings": listed})


def as_github(found: Iterable[LocatedFinding], templates: int) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change."""
    listed = tuple(found)
    return github.workflow_commands(template_findings(listed), _summary_text(listed, templates))


def as_sarif(found: Iterable[LocatedFinding], templates: int) -> str:
    """SARIF 2.1.0."""
    listed = [*template_findings(found)]
    codes = sorted({finding.code for finding in listed})
    meanings = [sarif.CodeMeaning(code, CODES[code].title, CODES[code].remedy, CODES[code].level) for code in codes]
    return sarif.sarif_document(listed, meanings, templates=templates)


FORMATS: Final[Mapping[str, Callable[[Iterable[LocatedFinding], int], str]]] = MappingProxyType(
    {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
)
"""Each format and what writes it: (findings with their places, number of templates) -> text."""
