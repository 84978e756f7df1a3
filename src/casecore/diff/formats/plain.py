"""A comparison as JSON, for programs: one object, its keys sorted, the same bytes for the same policies."""

from __future__ import annotations

import json
from typing import Any, Final

from casecore import __version__
from casecore.check.formats.plain import placed, told_story
from casecore.check.formats.results import digest
from casecore.diff.comparison import Change
from casecore.diff.days import Day
from casecore.diff.formats.words import Told, standing, told, verdict_of
from casecore.diff.report import Difference, every
from casecore.policies import Policy
from casecore.policies.edits import Edit

FORMAT: Final = 1
"""The number of the present shape."""


def as_json(report: Difference, old: str, new: str, day: Day | None = None) -> str:
    """One object with everything that a report says."""
    results = [
        _result(one, report) | (_of_change(numbered.what) if isinstance(numbered.what, Change) else {})
        for one, numbered in zip(told(report), every(report), strict=True)
    ]
    plain = {
        "format": FORMAT,
        "tool": f"casecore {__version__}",
        "command": "diff",
        "old": _policy(report.old, old),
        "new": _policy(report.new, new),
        "edits": [_edit(edit, report) for edit in _edits(report)],
        "results": results,
        "worlds": sum(comparison.worlds for _, comparison in report.periods),
        "steps": sum(comparison.transitions for _, comparison in report.periods),
        "complete": report.complete,
        "promises": [
            {"number": one.number, "title": one.title, "old": verdict_of(one.old), "new": verdict_of(one.new)}
            for _, comparison in report.periods
            for one in comparison.turned
        ],
        "promises_asked": all(comparison.promises for _, comparison in report.periods),
        "day": None if day is None else _day(day),
        "summary": {**report.counts(), "without_effect": len(report.without_effect)},
    }
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False)


def _day(day: Day) -> dict[str, Any]:
    differences = [
        {
            "kind": one.label,
            "rules": [*one.rules],
            "commands": [*one.commands],
            "times": one.times,
            "lines": [step.line for step, _ in one.examples],
        }
        for one in day.differences
    ]
    return {"name": day.name, "decisions": day.decisions, "times": day.times, "differences": differences}


def _policy(policy: Policy, file: str) -> dict[str, Any]:
    return {"id": policy.id, "version": policy.version, "file": file, "sha256": digest(policy)}


def _edits(report: Difference) -> tuple[Edit, ...]:
    found = {edit.key: edit for _, comparison in reversed(report.periods) for edit in comparison.edits}
    return tuple(found[key] for key in sorted(found))


def _edit(edit: Edit, report: Difference) -> dict[str, Any]:
    places = {name: placed(standing(policy, edit)) for name, policy in (("old", report.old), ("new", report.new))}
    return {"key": edit.key, "old": edit.old, "new": edit.new, "locations": places}


def _result(one: Told, report: Difference) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.label,
        "title": one.title,
        "since": one.since or None,
        "edits": [_edit(edit, report) for edit in one.edits],
        "story": told_story(one.story),
        "old": one.old or None,
        "new": one.new or None,
        "more": [*one.more],
        "fingerprint": one.fingerprint,
    }


def _of_change(change: Change) -> dict[str, Any]:
    return {
        "rules": [*change.rules],
        "commands": [*change.commands],
        "channels": [*change.channels],
        "queues": [*change.queues],
        "scopes": [*change.scopes],
        "times": change.times,
    }
