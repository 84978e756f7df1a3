"""GitHub's workflow commands, which it shows beside the lines of a change.

GitHub keeps ten errors, ten warnings and ten notices of a step and drops the rest without a word. So the worst come
first, and what is left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.paths import repository_path

SHOWN: Final = 10
"""How many annotations of a level GitHub keeps."""

_COMMANDS: Final = MappingProxyType({Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"})
_ESCAPED: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_ESCAPED_IN_PROPERTIES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def workflow_commands(findings: Iterable[Finding], *closing: str) -> str:
    """A command for each finding, at most ten of a level, and some lines at the end, such as the sum."""
    every, lines = [*findings], list[str]()
    for level in Severity:
        found = [finding for finding in every if finding.level is level]
        lines += [_workflow_command(level, finding) for finding in found[:SHOWN]]
        if names := [finding.name for finding in found[SHOWN:]]:
            lines.append(f"+{len(names)} more of level {level}, which GitHub would not show: {', '.join(names)}")
    return "\n".join([*lines, *closing])


def _workflow_command(level: Severity, finding: Finding) -> str:
    here = finding.location or Location("")
    file = repository_path(here.file)
    place = {
        "file": file,
        "line": here.line,
        "endLine": here.end_line,
        "col": here.column,
        "endColumn": here.end_column,
    }
    properties = {**(place if file else {}), "title": finding.heading}
    where = ",".join(
        f"{name}={str(value).translate(_ESCAPED_IN_PROPERTIES)}"
        for name, value in properties.items()
        if value is not None
    )
    remedy = [f"-> {finding.remedy}"] if finding.remedy else []
    message = "\n".join([finding.message, *remedy, *finding.detail])
    return f"::{_COMMANDS[level]} {where}::{message.translate(_ESCAPED)}"
