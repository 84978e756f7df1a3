"""The report as JSON, for programs: one object, its keys sorted, the same bytes for the same policy.

`format` is the number of the shape; it grows when something is taken away or means something else. Places are null
where the policy does not know them. Commands and events are written as the codec writes them, so that a story can be
read back and replayed.
"""

from __future__ import annotations

import json
from typing import Any, Final

import attrs

from casecore import __version__
from casecore.check.formats.results import Result, digest, linted, promised, rests_on
from casecore.check.formats.stories import rows
from casecore.check.report import Fix, Judgement, Level, Report, Verdict
from casecore.codec import to_plain
from casecore.explore import Story
from casecore.kernel.problems import Origin
from casecore.policies import Policy

FORMAT: Final = 1
"""The number of the present shape."""


def as_json(report: Report, file: str) -> str:
    """One object with everything that a report says."""
    plain = {
        "format": FORMAT,
        "tool": f"casecore {__version__}",
        "command": "check",
        "policy": {
            "id": report.policy.id,
            "version": report.policy.version,
            "file": file,
            "sha256": digest(report.policy),
        },
        "scopes": [attrs.asdict(scope) for scope in report.searched],
        "walked": report.walked,
        "results": [
            *(_result(result, report.policy) for result in linted(report)),
            *(_result(result, report.policy) | _judgement(known, report.policy) for result, known in promised(report)),
        ],
        "unused_rules": sorted(report.unused),
        "summary": {
            "promises": {verdict.value: len(report.of(verdict)) for verdict in Verdict},
            "findings": {level.value: sum(found.level is level for found in report.findings) for level in Level},
        },
        "exit": int(report.exit),
    }
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False)


def _result(result: Result, policy: Policy) -> dict[str, Any]:
    return {
        "id": result.id,
        "kind": "lint" if result.judgement is None else "promise",
        "level": result.level,
        "title": result.title,
        "message": result.message,
        "remedy": result.remedy,
        "key": result.key or None,
        "location": placed(policy.origin(result.key) if result.key else None),
        "fingerprint": result.fingerprint,
    }


def _judgement(judgement: Judgement, policy: Policy) -> dict[str, Any]:
    return {
        "verdict": judgement.verdict,
        "why": judgement.why,
        "wrong": [*judgement.wrong],
        "times": judgement.times,
        "scopes": [*judgement.scopes],
        "keys": [
            {"key": key, "says": rests_on(policy, key), "location": placed(policy.origin(key))}
            for key in judgement.keys
        ],
        "fix": _fix(judgement.fix),
        "story": told_story(judgement.story),
        "witness": told_story(judgement.witness),
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    return None if fix is None else {"key": fix.key, "old": fix.old, "new": fix.new, "rechecked": True}


def placed(found: Origin | None) -> dict[str, Any] | None:
    """A place as JSON; null where it is not known."""
    names = ("file", "line", "column", "end_line", "end_column")
    return None if found is None else {name: getattr(found, name) for name in names}


def told_story(story: Story | None) -> dict[str, Any] | None:
    """A story as JSON, in words and so that it can be read back; null where there is none."""
    if story is None:
        return None
    return {
        "team": [to_plain(command) for command in story.team],
        "steps": [
            {
                "clock": row.clock,
                "who": row.who,
                "does": row.does,
                "changes": row.changes,
                "command": to_plain(step.command),
                "events": [to_plain(event) for event in step.events],
            }
            for row, step in zip(rows(story), story.steps, strict=True)
        ],
    }
