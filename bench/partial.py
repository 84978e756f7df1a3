"""Partial desks: what a command needs of a store, and what deciding on few rows costs beside a desk that holds all.

The commands are those of a busy day; both sides decide and evolve the same ones. Reading rows is reading them out of a
dict here: a store's own time comes on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from statistics import mean, quantiles

from bench.day import Day
from bench.histories import events_of, staffed
from bench.measure import Line, duration, side_by_side
from casecore import Command, Desk

COMMANDS = 20_000
TIMED = 2_000
EVENTS = 100_000


class NotedDay(Day):
    """A day of which each command is noted, with the desk to which it was given."""

    def __init__(self, commands: int) -> None:
        super().__init__(commands)
        self.noted: list[tuple[Desk, Command]] = []

    def handle(self, command: Command) -> None:
        """One command, noted."""
        self.noted.append((self.desk, command))
        super().handle(command)


def on_the_whole(given: list[tuple[Desk, Command]]) -> None:
    """Each is handled by the desk that holds all."""
    for desk, command in given:
        desk.handle(command)


def on_few_rows(given: list[tuple[Desk, Command]]) -> None:
    """Each is handled by a desk of the rows that it needs, and what has changed is asked."""
    for desk, command in given:
        few = Desk.loaded(desk.policy, command, desk.row, desk.now)
        few.handle(command)[0].changed(few)


def lines() -> Iterator[Line]:
    """The measurements."""
    day = NotedDay(COMMANDS)
    day.live()
    lived = day.noted
    needed = [len(desk.rows_of(command)) for desk, command in lived]
    yield Line(
        f"rows that a command needs, of {len(needed):,}: mean, and of 95 in 100 at most",
        f"{mean(needed):.1f}",
        f"{quantiles(needed, n=20)[-1]:.0f}",
    )
    last = lived[-TIMED:]
    whole, few = side_by_side(partial(on_the_whole, last), partial(on_few_rows, last), repeats=7)
    what = f"handle on few rows, with loading and what has changed; peer: on {len(last[-1][0].cases):,} cases"
    yield Line(what, duration(few / TIMED), duration(whole / TIMED), ratio=f"{few / whole:.2f}")
    events = list(islice(events_of(EVENTS, whole=True), EVENTS))
    snapshot = staffed().evolve(events[: -EVENTS // 100])
    anew, since = side_by_side(
        partial(staffed().evolve, events), partial(snapshot.evolve, events[-EVENTS // 100 :]), repeats=5
    )
    what = f"fold {EVENTS:,} events into a desk; peer: the last hundredth on a snapshot"
    yield Line(what, duration(anew), duration(since), ratio=f"{since / anew:.3f}")
