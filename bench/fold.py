"""Folding: a million events into cases, beside `attrs.evolve` for each event and the `eventsourcing` library.

The events come as a desk has them: commands on some hundred open cases, mixed. All contenders end in the same cases,
field by field; that is asserted of the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from statistics import median
from time import process_time

from bench.histories import events_of, staffed
from bench.measure import Line, duration, outruns, side_by_side
from bench.peers import AppliedCase, DecoratedCase, fold_with_evolve, histories_of, replay
from casecore import HOUSE, Case, Event

EVENTS = 1_000_000
FIRST = 100_000
CASES = {10_000: 5, 100_000: 1, 1_000_000: 1}
"""How many cases, and how many turns."""


def fold(events: Iterable[Event]) -> dict[str, Case]:
    """The cases after these events, by id."""
    return HOUSE.fold(Case, "case", events)


def beside_evolve() -> Iterator[Line]:
    """A million events: casecore, and `attrs.evolve`."""
    events = list(islice(events_of(EVENTS), EVENTS))
    cases = len(fold(events))
    (ours,) = side_by_side(partial(fold, events), repeats=3)
    (evolved,) = side_by_side(partial(fold_with_evolve, events), repeats=1)  # ten times as long: once is enough
    what = f"fold {EVENTS:,} events into {cases:,} cases, an event; peer: attrs.evolve"
    yield outruns(what, ours / EVENTS, evolved / EVENTS, least=8)
    yield Line("... events in a second", f"{EVENTS / ours:,.0f}", f"{EVENTS / evolved:,.0f}")


def beside_the_library() -> Iterator[Line]:
    """The first of them: casecore, and the `eventsourcing` library; and into a whole desk."""
    events = list(islice(events_of(EVENTS), FIRST))
    decorated, applied = (histories_of(aggregate, events) for aggregate in (DecoratedCase, AppliedCase))
    assert_same(fold(events), fold_with_evolve(events), replay(decorated), replay(applied))
    whole = list(islice(events_of(EVENTS, whole=True), FIRST))
    ours, by_decorator, by_apply, desk = side_by_side(
        partial(fold, events),
        partial(replay, decorated),
        partial(replay, applied),
        partial(staffed().evolve, whole),
        repeats=7,
    )
    what = f"... the first {FIRST:,}; peer: eventsourcing"
    yield outruns(f"{what}, methods with @event", ours / FIRST, by_decorator / FIRST, least=3)
    yield outruns(f"{what}, events with apply()", ours / FIRST, by_apply / FIRST)
    yield Line("... into a whole desk with threads and messages: Desk.evolve", duration(desk / FIRST))


def assert_same(cases: dict[str, Case], evolved: dict[str, Case], *aggregates: Iterable[object]) -> None:
    """All contenders have the same in every field that they keep; what only our rules ask for the peers do not."""
    assert cases.keys() == evolved.keys()
    names = ("thread", "customer", "channel", "status", "status_at", "queue", "assignee", "owner", "waiting_since")
    names += ("unanswered_since", "reason", "language", "tags", "predecessor", "closed_as")
    for case in evolved.values():
        assert [getattr(cases[case.id], name) for name in names] == [getattr(case, name) for name in names], case
    for aggregate in (one for kind in aggregates for one in kind):
        case = cases[aggregate.case]
        assert [getattr(case, name) for name in names] == [getattr(aggregate, name) for name in names], case


def growing() -> Iterator[Line]:
    """The cost of an event, the more cases there are."""
    events = list(events_of(min(CASES)))
    costs = [median(cost_of(events, cases // min(CASES)) for _ in range(turns)) for cases, turns in CASES.items()]
    for cases, cost in zip(CASES, costs, strict=True):
        yield Line(f"... into {cases:,} cases", duration(cost))
    ratio = costs[-1] / costs[0]
    yield Line("... the last beside the first", ratio=f"{ratio:.2f}", target="≤ 1.5", within=ratio <= 1.5)


def cost_of(events: Sequence[Event], times: int) -> float:
    """The CPU seconds an event costs, when the same happens to so many times as many cases.

    Each time the events get the ids of other cases; that is not counted.
    """
    ids = [event.case for event in events]
    cases = set(ids)
    renaming = 0.0

    def happening() -> Iterator[Event]:
        nonlocal renaming
        for number in range(times):
            began = process_time()
            others = {case: f"{case}/{number}" for case in cases}
            for event, case in zip(events, ids, strict=True):
                object.__setattr__(event, "case", others[case])
            renaming += process_time() - began
            yield from events

    (took,) = side_by_side(lambda: fold(happening()), repeats=1)
    return (took - renaming) / (times * len(events))


def lines() -> Iterator[Line]:
    """The measurements."""
    yield from beside_evolve()
    yield from beside_the_library()
    yield from growing()
