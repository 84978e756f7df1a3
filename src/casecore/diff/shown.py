"""What is shown of a comparison: the sum, and one sentence a change; the whole report is its Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from casecore.diff.differences import Differences
from casecore.diff.findings import coverage_text, diff_entries, diff_summary, diff_title, edit_text, verdict_lines
from casecore.diff.formats import as_markdown
from casecore.reports.shown.displays import Display, TableRow, Writer

OLD, NEW = "old", "new"
"""What the two policies are called where nobody says."""


def _line(report: Differences) -> str:
    return f"Comparison: {diff_summary(report)}"


def _display(report: Differences) -> Display:
    lines = [f"{one.sign} {one.id} {one.label}: {one.title}" for one in diff_entries(report)]
    lines += [f"promise {line}" for line in verdict_lines(report)]
    return Display(diff_title(report, OLD, NEW), [diff_summary(report), f"compared {coverage_text(report)}", *lines])


def _rows(report: Differences) -> Iterator[TableRow]:
    """A row for each thing that is told."""
    for one in diff_entries(report):
        yield {
            "id": one.id,
            "label": one.label,
            "title": one.title,
            "since": one.since,
            "keys": ", ".join(edit.key for edit in one.edits),
            "edits": "; ".join(map(edit_text, one.edits)),
            "old": one.old,
            "new": one.new,
            "steps": None if one.story is None else len(one.story),
            "more": "; ".join(one.more),
        }


DIFFERENCES: Final = Writer[Differences](_line, _display, _rows, lambda report: as_markdown(report, OLD, NEW))
