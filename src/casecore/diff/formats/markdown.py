"""A comparison as Markdown, fit to be pasted into a pull request.

What behaves differently stands open, each with its story; edits without effect are folded away.
"""

from __future__ import annotations

from collections.abc import Iterator

from casecore.check.formats.markdown import cell, folded, table
from casecore.check.formats.stories import HEAD, rows, team
from casecore.diff.days import Day
from casecore.diff.formats.words import (
    MEANINGS,
    NO_EFFECT,
    SIGNS,
    Told,
    compared,
    day_lines,
    headed,
    lines_of,
    rewritten,
    summed,
    told,
    verdict_lines,
)
from casecore.diff.report import Difference
from casecore.explore import Story


def as_markdown(report: Difference, old: str, new: str, day: Day | None = None) -> str:
    """The whole report."""
    said = [f"## casecore diff: {cell(headed(report, old, new))}", "", f"**{cell(summed(report))}**"]
    silent = []
    for one in told(report):
        if one.label == NO_EFFECT:
            silent.append(one)
        else:
            said += ["", *_open(one, report)]
    if silent:
        edits = [(one.id, rewritten(edit), "; ".join(one.more)) for one in silent for edit in one.edits]
        said += ["", *folded(f"{len(silent)} without effect", table(("", "edit", "to know"), edits))]
    promises = [f"- {cell(line)}" for line in verdict_lines(report)]
    said += ["", "### Promises", "", *promises] if promises else []
    if day is not None:
        first, *lines = day_lines(day)
        said += ["", *folded(cell(first), (f"- {cell(line.strip())}" for line in lines))]
    legend = [(sign, label, MEANINGS[label]) for label, sign in SIGNS.items()]
    said += ["", *folded(cell(f"Compared {compared(report)}"), table(("", "", "means"), legend))]
    return "\n".join(said)


def _open(one: Told, report: Difference) -> Iterator[str]:
    since = one.since and f" (from {one.since})"
    yield f"### {cell(one.sign)} {one.id} {one.label}{since}: {cell(one.title)}"
    yield ""
    edits = [(rewritten(edit), lines_of(report, edit)) for edit in one.edits]
    yield from table(("edit", "where"), edits)
    story = one.story or Story((), ())  # whatever stands open has one
    yield from ("", f"With {cell(team(story))}:", "")
    yield from table(HEAD, (row.cells for row in rows(story)))
    for word, answer in (("old", one.old), ("new", one.new)):
        if answer:
            yield from ("", f"{word}: {cell(answer)}")
    yield from ("", cell("; ".join(one.more)))
