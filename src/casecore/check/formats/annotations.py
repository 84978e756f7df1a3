"""The report as GitHub's workflow commands, which it shows beside the lines of a change.

GitHub keeps ten errors, ten warnings and ten notices of a step and drops the rest without a word. So the worst come
first, what is left out is counted, and everything stands in the step's summary, which the command line writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from casecore.check.formats.results import Result, results, summed
from casecore.check.formats.stories import lines
from casecore.check.report import Level, Report
from casecore.reports.ci import workflow_command

SHOWN: Final = 10
"""How many annotations of a level GitHub keeps."""


def as_github(report: Report, file: str) -> str:
    """Workflow commands, at most ten of a level, and the sum."""
    every = [*results(report)]
    told = list[str]()
    for level in Level:
        found = [(result.id, _command(result, level, report, file)) for result in every if result.level is level]
        told += at_most(found, level)
    return "\n".join([*told, summed(report)])


def at_most(found: Sequence[tuple[str, str]], level: Level) -> Iterator[str]:
    """As many commands of a level as GitHub keeps, each given with its id, and which are left out."""
    yield from (command for _, command in found[:SHOWN])
    ids = [name for name, _ in found[SHOWN:]]
    if ids:
        yield f"+{len(ids)} more of level {level}, which GitHub would not show: {', '.join(ids)}"


def _command(result: Result, level: Level, report: Report, file: str) -> str:
    where = report.policy.origin(result.key) if result.key else None
    judgement = result.judgement
    story = () if judgement is None or judgement.story is None else lines(judgement.story)
    remedy = [f"-> {result.remedy}"] if result.remedy else []
    return workflow_command(
        level,
        "\n".join([result.message, *remedy, *story]),
        file=(file if where is None else where.file) or None,
        line=None if where is None else where.line,
        endLine=None if where is None else where.end_line,
        col=None if where is None else where.column,
        endColumn=None if where is None else where.end_column,
        title=f"{result.id} {result.title}",
    )
