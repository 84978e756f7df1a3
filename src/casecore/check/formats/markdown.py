"""The report as Markdown, fit to be pasted into a pull request or shown as the summary of a CI step.

What needs somebody's attention stands open, with its story as a table; everything that is as it should be is folded
away, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from casecore.check.formats.results import (
    MARKS,
    Result,
    fixed,
    linted,
    promised,
    rests_on,
    searched,
    sizes,
    summed,
    titled,
    where,
)
from casecore.check.formats.stories import HEAD, rows, team
from casecore.check.report import Judgement, Report
from casecore.policies import Policy
from casecore.replay.words import visible


def as_markdown(report: Report, file: str) -> str:
    """The whole report."""
    told = [f"## casecore check: {cell(titled(report.policy))}", ""]
    told += [f"`{cell(file)}`: **{summed(report)}** (exit {report.exit})"]
    lint = [_finding(result, report.policy) for result in linted(report)]
    if lint:
        told += ["", *table(("level", "code", "where", "what", "what to do"), lint)]
    for result, known in promised(report):
        if result.level is not None:
            told += ["", *_open(result, known, report.policy)]
    every = table(("", "promise", "verdict", ""), (_row(result, known) for result, known in promised(report)))
    told += ["", *folded("Every promise", every)]
    head = ("scope", "who is there", "worlds", "steps between them", "tried")
    return "\n".join([*told, "", *folded(f"Searched {searched(report)}", table(head, sizes(report)))])


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table: its head, and its rows with everything that Markdown or HTML would read as its own made harmless."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    yield from (f"| {' | '.join(map(cell, line))} |" for line in lines)


_OWN = re.compile(r"([\\`*_{}\[\]<>|#~@])")


def cell(text: str) -> str:
    """A text in which everything is harmless that Markdown or HTML would read as its own."""
    return _OWN.sub(r"\\\1", visible(text)).replace("\\<", "&lt;").replace("\\@", "@\u200b")


def folded(title: str, inside: Iterable[str]) -> Iterator[str]:
    """Lines that are shown when somebody opens them."""
    yield from ("<details>", f"<summary>{title}</summary>", "", *inside, "", "</details>")


def _finding(result: Result, policy: Policy) -> tuple[str, ...]:
    place = where(policy, result.key) or result.key
    return str(result.level), result.id, place, result.message, result.remedy


def _row(result: Result, known: Judgement) -> tuple[str, ...]:
    return MARKS.get(known.verdict, "–"), f"{result.id} {result.title}", known.verdict, result.message


def _open(result: Result, judgement: Judgement, policy: Policy) -> Iterator[str]:
    yield f"### {MARKS[judgement.verdict]} {result.id} {cell(result.title)}: {judgement.verdict}"
    yield ""
    yield cell(result.message)
    if judgement.story is not None:
        yield from ("", f"With {cell(team(judgement.story))}:", "")
        yield from table(HEAD, (row.cells for row in rows(judgement.story)))
    for key in judgement.keys:
        yield from ("", f"allowed by: {cell(rests_on(policy, key))} {cell(where(policy, key))}".rstrip())
    if judgement.fix is not None:
        yield from ("", f"nearest fix: {cell(fixed(judgement.fix))} (checked again)")
