"""The report as JUnit's XML, which every CI service reads: a test case for each promise, and one for each finding.

What fails or is vacuous is a *failure*, with the story; what is inconclusive an *error*; what is waived or not claimed
is *skipped*, with the reason. Warnings and notes of the lint are passed tests that say something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree as ET

from casecore.check.formats.results import Result, linted, promised, searched
from casecore.check.formats.stories import lines
from casecore.check.report import Judgement, Level, Report, Verdict
from casecore.replay.words import visible

_OUTCOMES: Final[Mapping[Verdict, str]] = MappingProxyType(
    {
        Verdict.FAILS: "failure",
        Verdict.VACUOUS: "failure",
        Verdict.INCONCLUSIVE: "error",
        Verdict.WAIVED: "skipped",
        Verdict.NOT_CLAIMED: "skipped",
        Verdict.PROVED: "system-out",
    }
)
"""What a test case holds, by the verdict on its promise."""


def as_junit(report: Report, file: str) -> str:
    """One document with a suite for the lint and one for the promises."""
    root = ET.Element("testsuites", name=f"casecore check {visible(file)}")
    _suite(root, "lint", ((result, *_of_the_lint(result)) for result in linted(report)))
    _suite(root, "promises", ((result, *_of_a_promise(result, known)) for result, known in promised(report)))
    ET.SubElement(root, "system-out").text = searched(report)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}'


def _suite(root: ET.Element, name: str, cases: Iterable[tuple[Result, str, str]]) -> None:
    """A suite of test cases: (what it is about, what it holds, the text of that)."""
    suite = ET.SubElement(root, "testsuite", name=f"casecore.{name}")
    counts = dict.fromkeys(("failure", "error", "skipped"), 0)
    for result, kind, text in cases:
        title = f"{result.id} {visible(result.title)}"
        case = ET.SubElement(suite, "testcase", classname=f"casecore.{name}", name=title)
        holds = ET.SubElement(case, kind)
        holds.text = text
        if kind in counts:
            counts[kind] += 1
            holds.set("message", result.message)
    suite.set("tests", str(len(suite)))
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(counts[kind]))


def _of_the_lint(result: Result) -> tuple[str, str]:
    return "failure" if result.level is Level.ERROR else "system-out", _said(result)


def _of_a_promise(result: Result, known: Judgement) -> tuple[str, str]:
    story = () if known.story is None else lines(known.story)
    return _OUTCOMES[known.verdict], "\n".join([_said(result), *story])


def _said(result: Result) -> str:
    return f"{result.message} -> {result.remedy}" if result.remedy else result.message
