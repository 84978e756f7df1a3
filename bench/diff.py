"""Comparing: fifteen edits of the shipped SOP, each compared in all scopes and switched to with cases in flight.

Each runs once, because what is measured takes seconds. The rate is how many worlds are visited in one second.
"""

from __future__ import annotations

from copy import deepcopy
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.measure import Line, duration
from casecore.diff import diff
from casecore.policies import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 30.0
"""How many seconds one comparison should take at most."""

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


def lines() -> Iterator[Line]:
    """Measure it."""
    old = Policy.default()
    for path, value in EDITS:
        new = edited(path, value)
        began = process_time()
        found = diff(old, new)
        took = process_time() - began
        worlds = found.worlds + found.flights.worlds
        what = f"{path}: {len(found.changes)} changes, {worlds:,} worlds, {worlds / took:,.0f}/s"
        yield Line(what, duration(took), target=f"≤ {MOST:g} s", within=took <= MOST)
