"""What is shown of a policy: what it is for, its queues and limits, and what it says otherwise than the shipped SOP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from casecore.kernel import Enforcement
from casecore.kernel.problems import under
from casecore.kernel.words import shorten
from casecore.policies import Policy
from casecore.policies.edits import edits_of
from casecore.policies.kinds import as_toml
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import plural

_LAYERS: Final = {"override": "override", "change": "change", "waiver": "waiver", "rule": "rule of its own"}
"""What is told of a policy only where it has some, and what one is called."""

_OF_A_POLICY: Final = ("capacity.total", "capacity.chat", "capacity.email", "capacity.voice")
"""The limits that are told in a sentence."""


_SHOWN: Final = 120
"""How much is shown of a value that is a whole table, in code points."""


def _line(policy: Policy) -> str:
    name = " ".join(filter(None, (policy.id, policy.version)))
    return f"Policy {name}: {', '.join((plural(len(policy.queues), 'queue'), *_layer_counts(policy)))}"


def _layer_counts(policy: Policy) -> Iterator[str]:
    for name, word in _LAYERS.items():
        number = len(getattr(policy, name))
        if number:
            first, _, rest = word.partition(" ")
            yield f"{plural(number, first)} {rest}".rstrip()


def _display(policy: Policy) -> Display:
    names = ", ".join(source.name for source in policy.sources)
    files = f"read from {names}" if names else "made in code"
    edits = edits_of(Policy.default(), policy)
    limits = ", ".join(f"{path.partition('.')[2]} {_limit_text(policy.value(path))}" for path in _OF_A_POLICY)
    modes = [f"{rule} {mode}" for rule, mode in policy.enforcement.items() if mode is not Enforcement.BLOCK]
    lines = [
        f"source: {policy.source or '–'}; {files}; zone {policy.zone}",
        f"limits of an agent: {limits}",
        *([f"softened: {', '.join(modes)}"] if modes else []),
        f"{plural(len(edits), 'key')} otherwise than in the SOP that ships with casecore",
    ]
    otherwise = [
        {"key": edit.key, "here": _written(edit.new), "shipped": _written(edit.old), "place": _place(policy, edit.key)}
        for edit in edits
    ]
    tables = (
        DisplayTable.of("Otherwise than in the SOP that ships", otherwise),
        DisplayTable.of("Queues", _queue_rows(policy)),
    )
    return Display(_line(policy), lines, tables)


def _limit_text(limit: int | None) -> str:
    return "without limit" if limit is None else f"{limit:,}"


def _queue_rows(policy: Policy) -> Iterator[TableRow]:
    for name, queue in policy.queues.items():
        takes = ", ".join((*queue.channels, *queue.reasons, *queue.languages, *queue.tags))
        yield {
            "queue": name,
            "title": queue.title,
            "takes": takes or ("what no other takes" if queue.fallback else "–"),
            "delivery": queue.delivery,
        }


def _written(value: Any) -> str:
    return "–" if value is None else shorten(as_toml(value), _SHOWN)


def _place(policy: Policy, path: str) -> str:
    origin = policy.origin(path)
    return "" if origin is None else f"{origin.file}:{origin.line}"


def _rows(policy: Policy) -> Iterator[TableRow]:
    """Every key: its value as a file writes it, and where it stands; nowhere where it is the default."""
    for path, value in _keys_under("", policy.to_dict()):
        origin = policy.origin(path)
        yield {
            "key": path,
            "value": as_toml(value),
            "file": None if origin is None else origin.file,
            "line": None if origin is None else origin.line,
        }


def _keys_under(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, held in value.items():
            yield from _keys_under(under(path, name), held)
    elif isinstance(value, list) and any(isinstance(held, Mapping) for held in value):
        for number, held in enumerate(value):
            yield from _keys_under(f"{path}[{number}]", held)
    else:
        yield path, value


POLICY: Final = Writer(_line, _display, _rows)
