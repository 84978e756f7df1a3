"""A report as JSON, for programs: the same bytes for the same report, and every letter as it is."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from casecore import __version__
from casecore.reports.findings import Finding, Location

FORMAT: Final = 1
"""The number of the present shape; it grows when something is taken away or means something else."""


_HALF: Final = re.compile("[\ud800-\udfff]")


def json_text(plain: Any, *, sort_keys: bool = False) -> str:
    """Plain data as JSON; half of a pair of code units, which no encoding has, is escaped."""
    text = json.dumps(plain, indent=2, sort_keys=sort_keys, ensure_ascii=False)
    return _HALF.sub(lambda half: json.dumps(half[0])[1:-1], text)


def command_json(command: str, **parts: Any) -> str:
    """What a command answers: one object that says which command of which version it comes from, its keys sorted."""
    plain = {"format": FORMAT, "tool": f"casecore {__version__}", "command": command, **parts}
    return json_text(plain, sort_keys=True)


def told_to_dict(finding: Finding) -> dict[str, Any]:
    """What every report tells of a finding, as plain data; where it stands is the report's own."""
    return {
        "id": finding.code,
        "level": finding.level,
        "title": finding.title,
        "message": finding.message,
        "remedy": finding.remedy,
        "key": finding.path or None,
    }


def location_to_dict(location: Location | None) -> dict[str, Any] | None:
    """A place as plain data; None where its line is not known."""
    names = ("file", "line", "column", "end_line", "end_column")
    if location is None or location.line is None:
        return None
    return {name: getattr(location, name) for name in names}
