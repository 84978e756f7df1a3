"""SARIF 2.1.0, for code-scanning tools: what leads to a finding is a code flow, what is waived is suppressed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import frozen

from casecore.reports.as_json import json_text
from casecore.reports.findings import Finding, Location, Severity

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
"""The schema of SARIF 2.1.0."""


@frozen
class CodeMeaning:
    """What a code means: one sentence, what to do or to know, and how bad it is."""

    code: str
    title: str
    help: str
    level: Severity


def sarif_document(findings: Iterable[Finding], meanings: Iterable[CodeMeaning], **properties: Any) -> str:
    """A whole document of one run.

    Args:
        findings: What was found.
        meanings: What each of their codes means.
        properties: What is said of the run as a whole.
    """
    known = [*meanings]
    numbers = {meaning.code: number for number, meaning in enumerate(known)}
    run = {
        "tool": {"driver": {"name": "casecore", "rules": [*map(_rule_to_dict, known)]}},
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
        "locations": [here],
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


def _message_text(finding: Finding) -> str:
    if finding.number:
        return f"{finding.number} {finding.title}\n{finding.sentence}"
    return f"{finding.title}: {finding.sentence}" if finding.title else finding.sentence


def _place_to_dict(finding: Finding) -> dict[str, Any]:
    here = finding.location or Location("")
    names = ("startLine", "startColumn", "endLine", "endColumn")
    lines = zip(names, (here.line, here.column, here.end_line, here.end_column), strict=True)
    region = {name: value for name, value in lines if value is not None}
    artifact = {"artifactLocation": {"uri": here.file.replace("\\", "/")}}
    place: dict[str, Any] = {"physicalLocation": {**artifact, **({"region": region} if region else {})}}
    return {**place, "logicalLocations": [{"fullyQualifiedName": finding.path}]} if finding.path else place
