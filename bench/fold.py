"""Folding: many events into cases, beside `attrs.evolve` for each event and the `eventsourcing` library.

The events come as a desk has them: commands on some hundred open cases, mixed. All contenders end in the same cases,
field by field; that is asserted of the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from statistics import median
from time import process_time

from bench.evolved import fold_with_evolve
from bench.histories import events_of, staffed
from bench.measure import Effort, Line, costs, outruns, side_by_side
from casecore import HOUSE, Case, Event

EVENTS = 100_000
CASES = {10_000: 5, 300_000: 1}
"""How many cases, and how many turns."""


def fold(events: Iterable[Event]) -> dict[str, Case]:
    """The cases after these events, by id."""
    return HOUSE.fold(Case, "case", events)


def first(effort: Effort, *, whole: bool = False) -> list[Event]:
    """The first events of a long history."""
    return list(islice(events_of(EVENTS, whole=whole), effort.size(EVENTS, 20_000)))


def beside_evolve(effort: Effort) -> Iterator[Line]:
    """Into cases: casecore, and `attrs.evolve`."""
    events = first(effort)
    count, contenders = len(events), [partial(fold, events)]
    if effort.peers:
        contenders.append(partial(fold_with_evolve, events))
    ours, *peers = (took / count for took in side_by_side(*contenders, repeats=effort.size(5, 7)))
    what = f"fold {count:,} events into {len(fold(events)):,} cases, an event; peer: attrs.evolve"
    yield outruns(what, ours, *peers, least=8, key="evolve")


def into_a_desk(effort: Effort) -> Iterator[Line]:
    """Into a whole desk, with threads and messages; beside cases alone."""
    events, whole = first(effort), first(effort, whole=True)
    desk, cases = side_by_side(partial(staffed().evolve, whole), partial(fold, events), repeats=effort.size(7, 7))
    yield costs("... into a whole desk; peer: into cases", desk / len(whole), cases / len(events), 5, key="desk")


def beside_the_library(effort: Effort) -> Iterator[Line]:
    """Casecore, and the `eventsourcing` library."""
    if not effort.peers:
        return
    from bench.aggregates import AppliedCase, DecoratedCase, histories_of, replay

    events = first(effort)
    decorated, applied = (histories_of(aggregate, events) for aggregate in (DecoratedCase, AppliedCase))
    assert_same(fold(events), fold_with_evolve(events), replay(decorated), replay(applied))
    ours, by_decorator, by_apply = (
        took / len(events)
        for took in side_by_side(
            partial(fold, events), partial(replay, decorated), partial(replay, applied), repeats=effort.size(7, 3)
        )
    )
    what = f"... the first {len(events):,}; peer: eventsourcing"
    yield outruns(f"{what}, methods with @event", ours, by_decorator, least=3, key="decorated")
    yield outruns(f"{what}, events with apply()", ours, by_apply, least=4, key="applied")


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


def growing(effort: Effort) -> Iterator[Line]:
    """The cost of an event, the more cases there are."""
    if effort.quick:
        return
    events = list(events_of(min(CASES)))
    few, many = (median(cost_of(events, cases // min(CASES)) for _ in range(turns)) for cases, turns in CASES.items())
    yield costs(f"... into {max(CASES):,} cases; peer: into {min(CASES):,}", many, few, 1.5, key="growing")


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


PARTS = (beside_evolve, into_a_desk, beside_the_library, growing)
