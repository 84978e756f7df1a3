"""What a comparison says, in the form that somebody reads it in: each a plain function from a report to text.

    from casecore.diff.formats import FORMATS
    from casecore.diff.report import compare

    print(FORMATS["md"](compare(old, new), "old.toml", "new.toml", None))

Stories, places and values are told as a check tells them. All texts are deterministic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.check.findings import location_of
from casecore.check.formats import policy_to_dict
from casecore.check.stories import story_markdown, story_to_dict
from casecore.diff.days import RedecidedDay
from casecore.diff.differences import UNTRIED, Differences, everything
from casecore.diff.findings import (
    LEVELS,
    MEANINGS,
    NO_EFFECT,
    SIGNS,
    DiffEntry,
    coverage_text,
    day_lines,
    diff_entries,
    diff_findings,
    diff_summary,
    diff_title,
    edit_origin,
    edit_places,
    edit_text,
    verdict_lines,
    verdict_of,
)
from casecore.diff.in_scope import BehaviourChange
from casecore.explore import Story
from casecore.policies.edits import Edit
from casecore.reports import github, sarif
from casecore.reports.as_json import command_json, location_to_dict
from casecore.reports.markdown import bullets, cell, details, table

__all__ = ["FORMATS", "as_github", "as_html", "as_json", "as_markdown", "as_sarif"]


def as_github(report: Differences, old: str, new: str, day: RedecidedDay | None = None) -> str:
    """GitHub's workflow commands, what becomes of the promises and of a day, and the sum."""
    del old
    days = () if day is None else day_lines(day)
    return github.workflow_commands(diff_findings(report, new), *verdict_lines(report), *days, diff_summary(report))


def as_sarif(report: Differences, old: str, new: str, day: RedecidedDay | None = None) -> str:
    """SARIF: a rule for each label, a code flow for each story."""
    del old
    return sarif.sarif_document(
        diff_findings(report, new),
        [sarif.CodeMeaning(label, label, meaning, LEVELS[label]) for label, meaning in MEANINGS.items()],
        compared=coverage_text(report),
        summary=diff_summary(report),
        promises=[*verdict_lines(report)],
        day=[] if day is None else [*day_lines(day)],
    )


# JSON --------------------------------------------------------------------------------------------------


def as_json(report: Differences, old: str, new: str, day: RedecidedDay | None = None) -> str:
    """JSON: one object with everything that a report says."""
    edits = {edit.key: edit for _, comparison in reversed(report.periods) for edit in comparison.edits}
    return command_json(
        "diff",
        old=policy_to_dict(report.old, old),
        new=policy_to_dict(report.new, new),
        edits=[_edit_to_dict(edits[key], report) for key in sorted(edits)],
        results=[
            _entry_to_dict(one, report)
            | (_of_change(numbered.what) if isinstance(numbered.what, BehaviourChange) else {})
            for one, numbered in zip(diff_entries(report), everything(report), strict=True)
        ],
        worlds=sum(comparison.worlds for _, comparison in report.periods),
        steps=sum(comparison.transitions for _, comparison in report.periods),
        complete=report.complete,
        promises=[
            {"number": one.number, "title": one.title, "old": verdict_of(one.old), "new": verdict_of(one.new)}
            for _, comparison in report.periods
            for one in comparison.verdict_changes
        ],
        promises_asked=all(comparison.promises for _, comparison in report.periods),
        day=None if day is None else _day_to_dict(day),
        summary={**report.counts(), "without_effect": len(report.without_effect)},
    )


def _day_to_dict(day: RedecidedDay) -> dict[str, Any]:
    differences = [
        {name: getattr(one, name) for name in ("rules", "commands", "times")}
        | {"kind": one.label, "lines": [step.line for step, _ in one.examples]}
        for one in day.differences
    ]
    return {"name": day.name, "decisions": day.decisions, "times": day.times, "differences": differences}


def _edit_to_dict(edit: Edit, report: Differences) -> dict[str, Any]:
    sides = {"old": report.old, "new": report.new}
    places = {side: location_to_dict(location_of(edit_origin(policy, edit), "")) for side, policy in sides.items()}
    return {"key": edit.key, "old": edit.old, "new": edit.new, "locations": places}


def _entry_to_dict(one: DiffEntry, report: Differences) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.label,
        "title": one.title,
        "edits": [_edit_to_dict(edit, report) for edit in one.edits],
        "story": story_to_dict(one.story),
        **{name: getattr(one, name) or None for name in ("since", "old", "new")},
        "more": [*one.more],
        "fingerprint": one.fingerprint,
    }


def _of_change(change: BehaviourChange) -> dict[str, Any]:
    names = ("rules", "commands", "channels", "queues", "scopes", "times")
    return {name: getattr(change, name) for name in names}


# Markdown ----------------------------------------------------------------------------------------------


def as_markdown(report: Differences, old: str, new: str, day: RedecidedDay | None = None) -> str:
    """Markdown: what behaves differently stands open, each with its story; edits without effect are folded away."""
    lines = [f"## casecore diff: {cell(diff_title(report, old, new))}", "", f"**{cell(diff_summary(report))}**"]
    every = [*diff_entries(report)]
    for one in every:
        if one.label not in {NO_EFFECT, UNTRIED}:
            lines += ["", *_markdown_details(one, report)]
    for label, words in ((UNTRIED, "not tried"), (NO_EFFECT, "without effect")):
        silent = [one for one in every if one.label == label]
        edits = [(one.id, edit_text(edit), "; ".join(one.more)) for one in silent for edit in one.edits]
        if silent:
            lines += ["", *details(f"{len(silent)} {words}", table(("", "edit", "to know"), edits))]
    promises = [*bullets(verdict_lines(report))]
    lines += ["", "### Promises", "", *promises] if promises else []
    if day is not None:
        first, *rest = day_lines(day)
        lines += ["", *details(cell(first), bullets(map(str.strip, rest)))]
    legend = [(sign, label, MEANINGS[label]) for label, sign in SIGNS.items()]
    lines += ["", *details(cell(f"Compared {coverage_text(report)}"), table(("", "", "means"), legend))]
    return "\n".join(lines)


def _markdown_details(one: DiffEntry, report: Differences) -> Iterator[str]:
    since = one.since and f" (from {one.since})"
    yield f"### {cell(one.sign)} {one.id} {one.label}{since}: {cell(one.title)}"
    yield ""
    yield from table(("edit", "where"), [(edit_text(edit), edit_places(report, edit)) for edit in one.edits])
    yield from story_markdown(one.story or Story((), ()))  # whatever stands open has one
    for word, answer in one.answers:
        yield from ("", f"{word}: {cell(answer)}")
    yield from ("", cell("; ".join(one.more)))


# A page -------------------------------------------------------------------------------------------------


def as_html(report: Differences, old: str, new: str, day: RedecidedDay | None = None) -> str:
    """A page for a browser; what draws its pictures is imported only when it is asked for."""
    from casecore.diff.html_page import diff_page

    return diff_page(report, old, new, day)


FORMATS: Final[Mapping[str, Callable[[Differences, str, str, RedecidedDay | None], str]]] = MappingProxyType(
    {"json": as_json, "md": as_markdown, "github": as_github, "sarif": as_sarif, "html": as_html}
)
"""Each format and what writes it: (report, the old file's name, the new file's name, a day or None) -> text."""
