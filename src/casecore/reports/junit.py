"""JUnit's XML, which every CI service reads: suites of test cases, each of which holds a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias
from xml.etree import ElementTree as ET

from casecore.reports.findings import Finding
from casecore.reports.paths import repository_path
from casecore.reports.text import visible

TestOutcome: TypeAlias = Literal["failure", "error", "skipped", "system-out"]
"""What became of a test case; `system-out` is one that passed, and says something."""

_TOTALS: Final[Mapping[str, str]] = {"failure": "failures", "error": "errors", "skipped": "skipped"}


_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_document(
    command: str, file: str, suites: Mapping[str, Iterable[tuple[Finding, TestOutcome]]], closing: str
) -> str:
    """A whole document.

    Args:
        command: What was run, e.g. `check`.
        file: The file that was tested, as it was given; mostly a path.
        suites: Under the name of each suite: its test cases, and what became of each.
        closing: What is said at the end.
    """
    root = ET.Element("testsuites", name=visible(f"casecore {command} {repository_path(file) or file}".rstrip()))
    for name, cases in suites.items():
        _add_case(ET.SubElement(root, "testsuite", name=f"casecore.{name}"), f"casecore.{name}", [*cases])
    ET.SubElement(root, "system-out").text = _xml_text(closing)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}'


def _add_case(suite: ET.Element, name: str, cases: list[tuple[Finding, TestOutcome]]) -> None:
    for finding, outcome in cases:
        known = {"classname": name, "name": visible(finding.heading), **_place_of(finding)}
        case = ET.SubElement(suite, "testcase", known)
        holds = ET.SubElement(case, outcome)
        holds.text = _xml_text("\n".join([finding.sentence, *finding.detail]))
        if outcome in _TOTALS:
            holds.set("message", _xml_text(finding.message))
    suite.set("tests", str(len(cases)))
    for kind, attribute in _TOTALS.items():
        suite.set(attribute, str(sum(outcome == kind for _, outcome in cases)))


def _place_of(finding: Finding) -> dict[str, str]:
    here = finding.location
    file = "" if here is None else visible(repository_path(here.file))
    if here is None or not file:
        return {}
    return {"file": file} if here.line is None else {"file": file, "line": str(here.line)}


def _xml_text(text: str) -> str:
    """A text in which everything is replaced that XML does not have."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
