"""The report as SARIF 2.1.0, for code-scanning tools: a story is a code flow, each of its steps a place in it.

What is as it should be is counted in the run's properties and is no result. A promise that the policy waives is a
result that is suppressed, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casecore.check.formats.results import VERDICTS, Result, results, searched
from casecore.check.formats.stories import rows
from casecore.check.report import Judgement, Level, Report, Verdict
from casecore.explore import Story
from casecore.kernel.problems import Origin
from casecore.reports.ci import sarif_location, sarif_log, sarif_rule


def as_sarif(report: Report, file: str) -> str:
    """One document with one run."""
    told = [*_reported(report)]
    codes = dict.fromkeys(result.id for result in told)
    rules = [_rule(next(result for result in told if result.id == code)) for code in codes]
    numbers = {code: number for number, code in enumerate(codes)}
    listed = [_result(result, numbers[result.id], report, file) for result in told]
    counts = {verdict.value: len(report.of(verdict)) for verdict in VERDICTS}
    return sarif_log(rules, listed, searched=searched(report), promises=counts, exit=int(report.exit))


def _reported(report: Report) -> Iterator[Result]:
    for result in results(report):
        if result.level is not None or _waived(result):
            yield result


def _waived(result: Result) -> bool:
    return result.judgement is not None and result.judgement.verdict is Verdict.WAIVED


def _rule(result: Result) -> dict[str, Any]:
    level = result.level or Level.NOTE
    if result.judgement is None:
        return sarif_rule(result.id, result.message, result.remedy or result.message, level)
    return sarif_rule(result.id, result.title, _help(result.judgement), level)


def _help(judgement: Judgement) -> str:
    verdict = f"{judgement.verdict}: {VERDICTS[judgement.verdict]}"
    return f"Promise {judgement.number} of the domain: {judgement.title}. {verdict}."


def _result(result: Result, number: int, report: Report, file: str) -> dict[str, Any]:
    where = report.policy.origin(result.key) if result.key else None
    here = located(where, file, result.key)
    remedy = f" -> {result.remedy}" if result.remedy else ""
    told: dict[str, Any] = {
        "ruleId": result.id,
        "ruleIndex": number,
        "level": result.level or Level.NOTE,
        "message": {"text": f"{result.title}: {result.message}{remedy}"},
        "locations": [here],
        "partialFingerprints": {"casecore/v1": result.fingerprint},
    }
    if _waived(result):
        told["suppressions"] = [{"kind": "inSource", "justification": result.message}]
    if result.judgement is not None and result.judgement.story is not None:
        told["codeFlows"] = [
            {"threadFlows": [{"locations": [*flow(result.judgement.story, result.judgement.wrong, here)]}]}
        ]
    return told


def located(where: Origin | None, file: str, key: str) -> dict[str, Any]:
    """A place in a policy, by its lines where they are known, and by its key."""
    if where is None:
        here = sarif_location(file)
    else:
        region = {"startLine": where.line, "startColumn": where.column}
        here = sarif_location(where.file, {**region, "endLine": where.end_line, "endColumn": where.end_column})
    return {**here, "logicalLocations": [{"fullyQualifiedName": key}]} if key else here


def flow(story: Story, wrong: tuple[str, ...], here: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a story; each stands where all of it rests, because a policy has no line for a step."""
    told = rows(story)
    for row in told:
        changes = f" ({row.changes})" if row.changes else ""
        breaks = f": {'; '.join(wrong)}" if row is told[-1] and wrong else ""
        text = f"{row.clock} {row.who}: {row.does}{changes}{breaks}"
        yield {"executionOrder": row.number, "location": {**here, "message": {"text": text}}}
