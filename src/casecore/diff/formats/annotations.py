"""A comparison as the services read it that run checks: GitHub's workflow commands, and SARIF.

Each thing stands beside the line of the new file that makes it, or of the old one, where the new has no such line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casecore.check.formats.annotations import at_most
from casecore.check.formats.sarif import flow, located
from casecore.check.formats.stories import lines
from casecore.check.report import Level
from casecore.diff.days import Day
from casecore.diff.formats.words import (
    LEVELS,
    MEANINGS,
    Told,
    compared,
    day_lines,
    rewritten,
    standing,
    summed,
    told,
    verdict_lines,
)
from casecore.diff.report import Difference
from casecore.kernel.problems import Origin
from casecore.reports.ci import sarif_log, sarif_rule, workflow_command


def as_github(report: Difference, old: str, new: str, day: Day | None = None) -> str:
    """Workflow commands, at most ten of a level, and the sum."""
    del old
    every, said = [*told(report)], list[str]()
    for level in Level:
        found = [(one.id, _command(one, report, new)) for one in every if one.level is level]
        said += at_most(found, level)
    return "\n".join([*said, *verdict_lines(report), *(() if day is None else day_lines(day)), summed(report)])


def _place(one: Told, report: Difference) -> Origin | None:
    found = (standing(policy, edit) for policy in (report.new, report.old) for edit in one.edits)
    return next((place for place in found if place is not None), None)


def _message(one: Told) -> Iterator[str]:
    yield from map(rewritten, one.edits)
    yield from (f"{word}: {answer}" for word, answer in (("old", one.old), ("new", one.new)) if answer)
    yield from one.more


def _command(one: Told, report: Difference, new: str) -> str:
    where = _place(one, report)
    story = () if one.story is None else lines(one.story)
    return workflow_command(
        one.level,
        "\n".join([*_message(one), *story]),
        file=new if where is None else where.file,
        line=None if where is None else where.line,
        endLine=None if where is None else where.end_line,
        col=None if where is None else where.column,
        endColumn=None if where is None else where.end_column,
        title=f"{one.id} {one.label}: {one.title}",
    )


def as_sarif(report: Difference, old: str, new: str, day: Day | None = None) -> str:
    """One document with one run: a rule for each label, a code flow for each story."""
    del old
    names = [*MEANINGS]
    rules = [sarif_rule(name, name, MEANINGS[name], LEVELS[name]) for name in names]
    results = [_result(one, names.index(one.label), report, new) for one in told(report)]
    properties = {
        "compared": compared(report),
        "summary": summed(report),
        "promises": [*verdict_lines(report)],
        "day": [] if day is None else [*day_lines(day)],
    }
    return sarif_log(rules, results, **properties)


def _result(one: Told, number: int, report: Difference, new: str) -> dict[str, Any]:
    here = located(_place(one, report), new, next((edit.key for edit in one.edits), ""))
    found: dict[str, Any] = {
        "ruleId": one.label,
        "ruleIndex": number,
        "level": one.level,
        "message": {"text": "\n".join([f"{one.id} {one.title}", *_message(one)])},
        "locations": [here],
        "partialFingerprints": {"casecore/v1": one.fingerprint},
    }
    if one.story is not None:
        found["codeFlows"] = [{"threadFlows": [{"locations": [*flow(one.story, (), here)]}]}]
    return found
