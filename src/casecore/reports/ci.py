"""What the services read that run checks: GitHub's workflow commands, and SARIF for code-scanning tools.

Both know three levels, `error`, `warning` and `note`, which every enumeration of levels in this library spells so. What
is checked, and what is said about it, is the caller's; here it is only put into the services' forms.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"
"""The schema of SARIF 2.1.0."""

_COMMANDS: Final = MappingProxyType({"error": "error", "warning": "warning", "note": "notice"})
_ESCAPED: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_ESCAPED_IN_PROPERTIES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def workflow_command(level: str, message: str, **properties: str | int | None) -> str:
    """A line that GitHub shows beside the lines of a change.

    Args:
        level: `error`, `warning` or `note`.
        message: What is said; it may have several lines.
        properties: Where: `file`, `line`, `col`, `endLine`, `endColumn`, `title`; what is None is left out.
    """
    told = ",".join(
        f"{name}={str(value).translate(_ESCAPED_IN_PROPERTIES)}"
        for name, value in properties.items()
        if value is not None
    )
    command = f"{_COMMANDS[level]} {told}".rstrip()
    return f"::{command}::{message.translate(_ESCAPED)}"


def sarif_rule(code: str, title: str, remedy: str, level: str) -> dict[str, Any]:
    """What a code means, as SARIF has it."""
    return {
        "id": code,
        "shortDescription": {"text": title},
        "help": {"text": remedy},
        "defaultConfiguration": {"level": level},
    }


def sarif_location(file: str, region: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A place in a file, as SARIF has it.

    Args:
        file: The file's name.
        region: `startLine`, `startColumn` and so on, from 1; None: the file as a whole.
    """
    place: dict[str, Any] = {"artifactLocation": {"uri": file.replace("\\", "/")}}
    return {"physicalLocation": place if region is None else {**place, "region": dict(region)}}


def sarif_log(rules: Iterable[Mapping[str, Any]], results: Iterable[Mapping[str, Any]], **properties: Any) -> str:
    """A whole SARIF document of one run.

    Args:
        rules: As `sarif_rule` gives them, in the order in which results count them.
        results: What was found.
        properties: What is told of the run as a whole.
    """
    driver = {"name": "casecore", "rules": [*rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [*results],
        "properties": properties,
    }
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)
