"""SARIF 2.1.0, for code-scanning tools: what leads to a finding is a code flow, what is waived is suppressed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import frozen

from casecore.reports.as_json import json_text
from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.paths import repository_uri

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
"""The schema of SARIF 2.1.0."""


@frozen
class CodeMeaning:
    """What a code means: one sentence, what to do or to know, and how bad it is."""

    code: str
    title: str
    help: str
    level: Severity


UNREADABLE: Final = CodeMeaning(
    "unreadable",
    "It could not be read, so nothing of it was looked at",
    "Mend it, and run the command again",
    Severity.ERROR,
)
"""What every report calls what a command could not read."""


def sarif_document(
    findings: Iterable[Finding],
    meanings: Iterable[CodeMeaning],
    *,
    failures: Iterable[Finding] = (),
    **properties: Any,
) -> str:
    """A whole document of one run.

    Args:
        findings: What was found.
        meanings: What each of their codes means.
        failures: Those of them for which the run could not do what it was asked; none: it did.
        properties: What is said of the run as a whole.
    """
    known, failed = [*meanings], [*map(_notification_to_dict, failures)]
    numbers = {meaning.code: number for number, meaning in enumerate(known)}
    run = {
        "tool": {"driver": {"name": "casecore", "rules": [*map(_rule_to_dict, known)]}},
        "invocations": [
            {"executionSuccessful": not failed, **({"toolExecutionNotifications": failed} if failed else {})}
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result_to_dict(finding, numbers[finding.code]) for finding in findings],
        "properties": properties,
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule_to_dict(meaning: CodeMeaning) -> dict[str, Any]:
    return {
        "id": meaning.code,
        "shortDescription": {"text": meaning.title},
        "help": {"text": meaning.help},
        "defaultConfiguration": {"level": meaning.level},
    }


def _result_to_dict(finding: Finding, number: int) -> dict[str, Any]:
    here = _place_to_dict(finding)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": finding.level or Severity.NOTE,
        "message": {"text": _message_text(finding)},
        "locations": [here] if here else [],
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"casecore/v1": finding.fingerprint}
    if finding.excuse:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.excuse}]
    if finding.steps:  # each stands where all of it rests, because a policy has no line for a step
        steps = [
            {"executionOrder": order, "location": {**here, "message": {"text": text}}}
            for order, text in enumerate(finding.steps, 1)
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _notification_to_dict(finding: Finding) -> dict[str, Any]:
    here = _place_to_dict(finding)
    return {
        "descriptor": {"id": finding.code},
        "level": finding.level or Severity.NOTE,
        "message": {"text": _message_text(finding)},
        "locations": [here] if here else [],
    }


def _message_text(finding: Finding) -> str:
    if finding.number:
        return f"{finding.number} {finding.title}\n{finding.sentence}"
    return f"{finding.title}: {finding.sentence}" if finding.title else finding.sentence


def _place_to_dict(finding: Finding) -> dict[str, Any]:
    here = finding.location or Location("")
    names = ("startLine", "startColumn", "endLine", "endColumn")
    lines = zip(names, (here.line, here.column, here.end_line, here.end_column), strict=True)
    region = {name: value for name, value in lines if value is not None}
    place: dict[str, Any] = {}
    if uri := repository_uri(here.file):
        place["physicalLocation"] = {"artifactLocation": {"uri": uri}, **({"region": region} if region else {})}
    if finding.path:
        place["logicalLocations"] = [{"fullyQualifiedName": finding.path}]
    return place
