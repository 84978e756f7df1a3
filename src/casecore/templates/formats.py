"""What the lint of templates says, as text, as JSON, as GitHub's workflow commands, and as SARIF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.reports import github, sarif
from casecore.reports.as_json import json_text
from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.text import finding_line, level_counts, plural, visible
from casecore.templates.files import Located, TemplateFileError
from casecore.templates.filling import Shown
from casecore.templates.findings import CODES, TemplateFinding

LocatedFinding: TypeAlias = tuple[Located, TemplateFinding]


def template_findings(found: Iterable[LocatedFinding]) -> Iterator[Finding]:
    """Each finding with its place, as every report reads it."""
    for one, finding in found:
        path = "/".join(filter(None, (*one.template.identity, finding.where)))
        place = Location(one.file, *one.place(finding))
        yield Finding(finding.code, finding.level, path, finding.message, finding.remedy, location=place)


def unread_findings(unread: Iterable[TemplateFileError]) -> Iterator[Finding]:
    """What could not be read, as every report reads it."""
    for error in unread:
        place = Location(error.file, error.line)
        yield Finding(
            sarif.UNREADABLE.code, Severity.ERROR, "", visible(error.problem), visible(error.remedy), location=place
        )


def finding_to_dict(finding: TemplateFinding) -> dict[str, Any]:
    """A finding as plain data."""
    names = ("code", "level", "where", "message", "remedy", "offset", "variable")
    return {name: getattr(finding, name) for name in names}


def shown_to_dict(part: Shown) -> dict[str, Any]:
    """A part of a message as plain data."""
    pieces = [{"text": text, "variable": variable} for text, variable in part.parts]
    return {"where": part.where, "kind": part.kind, "text": part.text, "parts": pieces, "detail": part.detail}


def _summary_text(found: Iterable[LocatedFinding], templates: int, unread: Sequence[TemplateFileError]) -> str:
    counts = level_counts(finding.level for _, finding in found) or [
        "nothing found" if templates else "nothing checked"
    ]
    counts += [f"{len(unread):,} unreadable"] if unread else []
    return f"{plural(templates, 'template')}: {', '.join(counts)}"


def as_text(found: Iterable[LocatedFinding], templates: int, unread: Sequence[TemplateFileError] = ()) -> str:
    """One line a finding, as compilers write it, and a summary; what could not be read is only counted."""
    listed = tuple(found)
    abouts = (" ".join(filter(None, one.template.identity)) for one, _ in listed)
    return "\n".join([*map(finding_line, template_findings(listed), abouts), _summary_text(listed, templates, unread)])


def as_json(found: Iterable[LocatedFinding], templates: int, unread: Sequence[TemplateFileError] = ()) -> str:
    """One object: the findings, and how many templates were read."""
    listed = []
    for one, finding in found:
        line, column = one.place(finding)
        name, language = one.template.identity
        place = {"file": one.file, "line": line, "column": column, "template": name, "language": language}
        listed.append(place | finding_to_dict(finding))
    for error in unread:
        place = {"file": error.file, "line": error.line, "column": None, "template": "", "language": ""}
        listed.append(place | unread_to_dict(error))
    return json_text({"templates": templates, "findings": listed})


def unread_to_dict(error: TemplateFileError) -> dict[str, Any]:
    """What could not be read, as plain data in the shape of a finding."""
    told = {"code": sarif.UNREADABLE.code, "level": Severity.ERROR, "message": error.problem, "remedy": error.remedy}
    return told | {"where": "", "offset": None, "variable": ""}


def as_github(found: Iterable[LocatedFinding], templates: int, unread: Sequence[TemplateFileError] = ()) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change."""
    listed = tuple(found)
    every = [*unread_findings(unread), *template_findings(listed)]
    return github.workflow_commands(every, _summary_text(listed, templates, unread))


def as_sarif(found: Iterable[LocatedFinding], templates: int, unread: Sequence[TemplateFileError] = ()) -> str:
    """SARIF 2.1.0."""
    listed, failures = [*template_findings(found)], [*unread_findings(unread)]
    codes = sorted({finding.code for finding in listed})
    meanings = [sarif.CodeMeaning(code, CODES[code].title, CODES[code].remedy, CODES[code].level) for code in codes]
    meanings += [sarif.UNREADABLE] if failures else []
    return sarif.sarif_document([*failures, *listed], meanings, failures=failures, templates=templates)


TemplateReport: TypeAlias = Callable[[Iterable[LocatedFinding], int, Sequence[TemplateFileError]], str]

FORMATS: Final[Mapping[str, TemplateReport]] = MappingProxyType(
    {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
)
"""Each format and what writes it: (findings with their places, number of templates, what could not be read) -> text."""
