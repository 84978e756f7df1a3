"""Folding: a million events into cases, beside `attrs.evolve` for each event and the `eventsourcing` library.

The events come as a desk has them, those of some hundred open cases mixed. All contenders end in the same cases, field
by field; that is asserted of the first of them.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import attrs

from bench.histories import events_of, staffed
from bench.measure import Line, Target, duration, side_by_side
from bench.peers import AppliedCase, DecoratedCase, fold_with_evolve, histories_of, replay
from casecore import HOUSE, Case, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

EVENTS = 1_000_000
LIBRARY = 100_000
CASES = {10_000: 7, 100_000: 3, 1_000_000: 1}


def fold(events: Iterable[Event]) -> dict[str, Case]:
    """The cases after these events."""
    return HOUSE.fold(Case, "case", events)


def agree(cases: dict[str, Case], aggregates: Iterable[object]) -> None:
    """Assert that aggregates have in every field what the cases have."""
    names = [field.name for field in attrs.fields(Case) if field.name not in {"id", "successor"}]
    for aggregate in aggregates:
        case = cases[aggregate.case]
        assert [getattr(case, name) for name in names] == [getattr(aggregate, name) for name in names], case


def beside_evolve() -> Iterator[Line]:
    """A million events: casecore, and `attrs.evolve`."""
    events = list(islice(events_of(EVENTS), EVENTS))
    what = f"fold {EVENTS:,} events into {len(fold(events)):,} cases; peer: attrs.evolve"
    ours, evolved = side_by_side(partial(fold, events), partial(fold_with_evolve, events), repeats=3)
    yield speed(what, ours / EVENTS, evolved / EVENTS, Target(least=8, unit=" x"))
    yield Line("... in a second", f"{EVENTS / ours:,.0f}", f"{EVENTS / evolved:,.0f}")


def beside_the_library() -> Iterator[Line]:
    """Some of them: casecore, and the `eventsourcing` library."""
    events = list(islice(events_of(LIBRARY), LIBRARY))
    decorated, applied = (histories_of(aggregate, events) for aggregate in (DecoratedCase, AppliedCase))
    cases = fold(events)
    assert cases == fold_with_evolve(events)
    for histories in (decorated, applied):
        agree(cases, replay(histories))
    ours, *peers = side_by_side(
        partial(fold, events), partial(replay, decorated), partial(replay, applied), repeats=7
    )
    what = f"... {LIBRARY:,} of them; peer: eventsourcing"
    yield speed(f"{what}, @event", ours / LIBRARY, peers[0] / LIBRARY, Target(least=3, unit=" x"))
    yield speed(f"{what}, explicit events", ours / LIBRARY, peers[1] / LIBRARY)
    whole = list(islice(events_of(LIBRARY, whole=True), LIBRARY))
    (desk,) = side_by_side(partial(staffed().evolve, whole), repeats=7)
    yield Line("... into a whole desk: Desk.evolve", duration(desk / LIBRARY))


def growing() -> Iterator[Line]:
    """The cost of an event, the more cases there are."""
    events = list(events_of(min(CASES)))
    costs = [median(cost_of(events, cases // min(CASES)) for _ in range(turns)) for cases, turns in CASES.items()]
    for cases, cost in zip(CASES, costs, strict=True):
        yield Line(f"... an event into {cases:,} cases", duration(cost))
    yield Line("... the largest over the smallest", "", "", costs[-1] / costs[0], "", Target(most=1.5))


def cost_of(events: Sequence[Event], times: int) -> float:
    """The CPU seconds an event costs, when the same happens to so many times as many cases.

    Each time the events get the ids of other cases; that is not counted.
    """
    ids = [event.case for event in events]
    renaming = 0.0

    def happening() -> Iterator[Event]:
        nonlocal renaming
        for number in range(times):
            began = process_time()
            for event, case in zip(events, ids, strict=True):
                object.__setattr__(event, "case", f"{case}/{number}")
            renaming += process_time() - began
            yield from events

    (took,) = side_by_side(lambda: fold(happening()), repeats=1)
    return (took - renaming) / (times * len(events))


def speed(what: str, ours: float, peer: float, target: Target | None = None) -> Line:
    """A line that tells how many times as fast we are."""
    return Line(what, duration(ours), duration(peer), peer / ours, " x", target)


def lines() -> Iterator[Line]:
    """The measurements."""
    yield from beside_evolve()
    yield from beside_the_library()
    yield from growing()
