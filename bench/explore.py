"""Exploring: every behaviour of a small desk, beside a plain search over whole desks, and a check of the shipped SOP.

The load scope is two chats and two agents, with all that changes load and presence. Warm means that every decision has
been asked once and only the worlds are walked again; its peer walks a graph of as many steps that is given as lists of
numbers. Cold is a search that knows nothing yet; its peer is the plain search that the tests believe: whole desks, the
same `decide`, nothing remembered. Both must count the same.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from functools import cache
from random import Random

from bench.measure import Contender, Effort, Line, costs, outruns, side_by_side, weighs
from casecore import Channel, Policy
from casecore.check import Exit, check, scopes
from casecore.explore.model import Model
from casecore.explore.states import StateSearch

MOST_BYTES = 150
FEW_SCOPES = ("chat-limit", "a-draft-on-chat", "a-reply-that-never-arrives", "a-call-that-was-logged")
"""What is checked where a whole check would take too long."""


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


def plain_walk(worlds: int, steps: int) -> Contender:
    """A breadth-first walk over a graph of that size, whose steps are known."""
    random = Random(2026)
    leads = [[number + 1] if number + 1 < worlds else [] for number in range(worlds)]
    for _ in range(steps - worlds + 1):
        leads[random.randrange(worlds)].append(random.randrange(worlds))

    def walk() -> object:
        seen, waiting = {0}, [0]
        for world in waiting:  # it grows while it is walked
            for after in leads[world]:
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        return seen

    return walk


def warm(effort: Effort) -> Iterator[Line]:
    """Worlds that are walked again."""
    policy = Policy.default()
    model = Model(scopes.two_cases_scope(Channel.CHAT, policy), policy)
    cold = StateSearch(model).run()
    walked = plain_walk(len(cold.states), cold.transitions)
    ours, plain = side_by_side(lambda: StateSearch(model).run(), walked, repeats=effort.size(7, 3))
    what = f"two chats, two agents: {len(cold.states):,} worlds, {cold.transitions:,} steps, warm; peer: a known graph"
    yield costs(what, ours, plain, 12, key="warm")
    yield weighs("... bytes a world", bytes_a_world(model), MOST_BYTES, key="bytes")


EMAIL = scopes.one_case_scope(Channel.EMAIL, Policy.default())


def search() -> StateSearch:
    """A search that knows nothing yet."""
    return StateSearch(Model(EMAIL, Policy.default())).run()


@cache
def beside_whole_desks() -> tuple[float, float, StateSearch]:
    """The CPU seconds of a search, of the plain search of the same scope, and what was found."""
    from tests.proofs.plain_search import PlainSearch

    found = search()
    plain = PlainSearch(EMAIL, Policy.default(), counting=found.model.passing)
    ours, plainly = side_by_side(search, plain.run, repeats=1)
    assert (len(plain.worlds), plain.transitions) == (len(found.states), found.transitions)
    return ours, plainly, found


def cold(effort: Effort) -> Iterator[Line]:
    """A search that knows nothing yet."""
    if not effort.peers:
        yield costs("one email, one agent, cold", *side_by_side(search, repeats=3), key="cold")
        return
    ours, plain, found = beside_whole_desks()
    what = f"one email, one agent: {len(found.states):,} worlds, {found.transitions:,} steps, cold; peer: whole desks"
    yield outruns(what, ours, plain, 10, key="cold")


def whole_check(effort: Effort) -> Iterator[Line]:
    """A check of the shipped SOP."""
    if not effort.quick:
        what = f"check the shipped SOP: {len(scopes.scopes_of(Policy.default()))} scopes and a walk"
        plain = beside_whole_desks()[1] if effort.peers else None
        yield costs(f"{what}; peer: that email with whole desks", checked(), plain, 4, key="check")


def few_scopes(effort: Effort) -> Iterator[Line]:
    """A check of some scopes, which is all that many runs can wait for."""
    if effort.quick:
        (took,) = side_by_side(lambda: check(Policy.default(), scopes=FEW_SCOPES, walk=0), repeats=1)
        yield costs(f"check {len(FEW_SCOPES)} scopes of the shipped SOP", took, key="check_few")


@cache
def checked() -> float:
    """The CPU seconds of a check of the shipped SOP, in one process."""
    reports = []
    (took,) = side_by_side(lambda: reports.append(check(Policy.default())), repeats=1)
    assert [Exit.CLEAN] == [report.exit for report in reports]
    return took


PARTS = (warm, cold, whole_check, few_scopes)
