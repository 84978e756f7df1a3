"""Exploring: every behaviour of a small desk, beside a plain search over whole desks.

The load scope is two chats and two agents, with all that changes load and presence. Warm means that every decision has
been asked once and only the worlds are walked again; cold is a search that knows nothing yet. The plain search is the
one that the tests believe: whole desks, the same `decide`, nothing remembered. Both must count the same.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator

from bench.measure import Line, duration, outruns, side_by_side
from casecore import Channel, Policy
from casecore.check import Exit, check, scopes
from casecore.explore.model import Model
from casecore.explore.states import StateSearch
from tests.proofs.plain_search import PlainSearch

LEAST = 1_000_000
MOST_BYTES = 150
MOST_SECONDS = 20


def bytes_a_world(model: Model) -> float:
    """What a search keeps for each world where all is decided already: its number, its place, where it came from."""
    search = StateSearch(model)
    gc.collect()
    tracemalloc.start()
    try:
        search.run()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return kept / len(search.states)


def lines() -> Iterator[Line]:
    """The measurements."""
    policy = Policy.default()
    model = Model(scopes.two_cases_scope(Channel.CHAT, policy), policy)
    cold = StateSearch(model).run()
    (warm,) = side_by_side(lambda: StateSearch(model).run(), repeats=7)
    rate = cold.transitions / warm
    what = f"two chats, two agents: {len(cold.states):,} worlds, warm, transitions in a second"
    yield Line(what, f"{rate:,.0f}", target=f"≥ {LEAST:,}", within=rate >= LEAST)
    size = bytes_a_world(model)
    yield Line("... bytes a world", f"{size:.0f}", target=f"≤ {MOST_BYTES}", within=size <= MOST_BYTES)

    scope = scopes.one_case_scope(Channel.VOICE, policy)
    counting = StateSearch(Model(scope, policy)).run().model.counting
    searched: dict[str, tuple[int, int]] = {}

    def search_ours() -> object:
        search = StateSearch(Model(scope, policy)).run()
        searched["ours"] = (len(search.states), search.transitions)
        return search

    def search_plainly() -> object:
        plain = PlainSearch(scope, policy, counting=counting).run()
        searched["plain"] = (len(plain.worlds), plain.transitions)
        return plain

    ours, plain = side_by_side(search_ours, search_plainly, repeats=1)
    worlds, transitions = searched["ours"]
    assert searched["ours"] == searched["plain"]
    what = f"one call, one agent: {worlds:,} worlds, {transitions:,} steps, cold; peer: whole desks"
    yield outruns(what, ours, plain, 5)

    reports = []
    (took,) = side_by_side(lambda: reports.append(check(policy)), repeats=1)
    assert [Exit.CLEAN] == [report.exit for report in reports]
    what = f"check the shipped SOP: {len(scopes.scopes_of(policy))} scopes and a walk"
    yield Line(what, duration(took), target=f"≤ {MOST_SECONDS} s", within=took <= MOST_SECONDS)
