"""The report as JUnit's XML, which every CI service reads: a test case for each promise, and one for each finding.

What fails or is vacuous is a *failure*, with the story; what is inconclusive an *error*; what is waived or not claimed is
*skipped*, with the reason. Warnings and notes of the lint are passed tests that say something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree

from casecore.check.formats.results import Result, results, searched
from casecore.check.formats.stories import lines
from casecore.check.report import Level, Report, Verdict
from casecore.cli.words import visible

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
    root = ElementTree.Element("testsuites", name=f"casecore check {visible(file)}")
    every = [*results(report)]
    _suite(root, "lint", [result for result in every if result.judgement is None], _of_the_lint)
    _suite(root, "promises", [result for result in every if result.judgement is not None], _of_a_promise)
    ElementTree.SubElement(root, "system-out").text = searched(report)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}'


def _suite(
    root: ElementTree.Element, name: str, told: list[Result], outcome: Callable[[Result], tuple[str, str]]
) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=f"casecore.{name}", tests=str(len(told)))
    counts = dict.fromkeys(("failure", "error", "skipped"), 0)
    for result in told:
        title = f"{result.id} {visible(result.title)}"
        case = ElementTree.SubElement(suite, "testcase", classname=f"casecore.{name}", name=title)
        kind, text = outcome(result)
        holds = ElementTree.SubElement(case, kind)
        holds.text = text
        if kind in counts:
            counts[kind] += 1
            holds.set("message", result.message)
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(counts[kind]))


def _of_the_lint(result: Result) -> tuple[str, str]:
    return "failure" if result.level is Level.ERROR else "system-out", _said(result)


def _of_a_promise(result: Result) -> tuple[str, str]:
    judgement = result.judgement
    assert judgement is not None  # noqa: S101 -- of the suite's results, each has one
    story = () if judgement.story is None else lines(judgement.story)
    return _OUTCOMES[judgement.verdict], "\n".join([_said(result), *story])


def _said(result: Result) -> str:
    return f"{result.message} -> {result.remedy}" if result.remedy else result.message
