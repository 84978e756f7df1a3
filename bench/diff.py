"""Comparing: edits of the shipped SOP, in all scopes and switched to with cases in flight, beside a check of it.

Each runs once, because what is measured takes seconds. `make bench` compares those that are in `FEW`; `python -m
bench.diff` all fifteen.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bench.explore import checked
from bench.measure import Effort, Line, costs, say, side_by_side, table
from casecore.diff import diff
from casecore.policies import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 1.0
"""What part of a check of the SOP a comparison should take at most."""

FEW = ("capacity.chat", "chat.idle.counts_from")
"""The quickest and the slowest of the fifteen."""

FEW_SCOPES = ("chat-limit", "a-silent-chat")
"""Where an edit is compared if many runs are."""

EDITS: tuple[tuple[str, Any], ...] = (
    ("capacity.chat", 3),
    ("capacity.total", 3),
    ("chat.idle.silence", "3m"),
    ("chat.idle.counts_from", "question"),
    ("chat.idle.ask_first", 2),
    ("authentication.enforcement", "warn"),
    ("whatsapp.window", "12h"),
    ("routing.offer_timeout", "20s"),
    ("wrap_up.notes", False),
    ("lifecycle.close_from", ["resolved"]),
    ("lifecycle.close_after", {"resolved": "24h"}),
    ("away.grace", "2m"),
    ("approval.self_approval", True),
    ("approval.on_customer_message", "supersede"),
    ("override", [{"match": {"queue": "billing"}, "set": {"chat.idle.silence": "5m"}}]),
)


def edited(path: str, value: Any) -> Policy:
    """The shipped SOP with one key edited."""
    plain = deepcopy(Policy.default().to_dict())
    held, (*words, last) = plain, path.split(".")
    for word in words:
        held = held[word]
    held[last] = value
    return Policy.from_dict(plain)


def compared(path: str, value: Any, *scopes: str) -> tuple[float, str]:
    """The CPU seconds of one comparison, and what it found."""
    old, new, found = Policy.default(), edited(path, value), []
    (took,) = side_by_side(lambda: found.append(diff(old, new, scopes=scopes)), repeats=1)
    (comparison,) = found
    worlds = comparison.worlds + comparison.flights.worlds
    return took, f"{path}: {len(comparison.changes)} changes, {worlds:,} worlds"


def edits(effort: Effort, paths: Sequence[str] = FEW) -> Iterator[Line]:
    """Each of the edits with these paths."""
    for path, value in EDITS:
        if path in paths and not effort.quick:
            took, found = compared(path, value)
            yield costs(
                f"{found}; peer: check", took, checked() if effort.peers else None, MOST, key=path.replace(".", "_")
            )


def few_scopes(effort: Effort) -> Iterator[Line]:
    """One edit in some scopes, which is all that many runs can wait for."""
    if effort.quick:
        took, found = compared("capacity.chat", 3, *FEW_SCOPES)
        yield costs(f"{found} of {len(FEW_SCOPES)} scopes", took, key="few")


PARTS = (edits, few_scopes)

if __name__ == "__main__":
    for told in edits(Effort(), [path for path, _ in EDITS]):
        say(table([(told.what, told.ours, told.peer, told.ratio, told.goal)]))
