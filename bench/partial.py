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
from bench.day import staffed as staffed_for_a_day
from bench.histories import events_of, staffed
from bench.measure import Effort, Line, costs, side_by_side
from casecore import Command, Desk

COMMANDS = 20_000
TIMED = 2_000
EVENTS = 100_000


class NotedDay(Day):
    """A day of which each command is noted, with the desk to which it was given."""

    def __init__(self) -> None:
        super().__init__(staffed_for_a_day())
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


def few_rows(effort: Effort) -> Iterator[Line]:
    """What commands need, and what deciding on that costs."""
    day = NotedDay()
    day.live(effort.size(COMMANDS, 4_000))
    lived = day.noted
    needed = [len(desk.rows_of(command)) for desk, command in lived]
    yield Line(
        f"rows that a command needs, of {len(needed):,}: mean, and of 95 in 100 at most",
        f"{mean(needed):.1f}",
        f"{quantiles(needed, n=20)[-1]:.0f}",
    )
    last = lived[-effort.size(TIMED, 500) :]
    how = {"repeats": effort.size(7, 5)}
    whole, few = side_by_side(partial(on_the_whole, last), partial(on_few_rows, last), **how)
    what = f"handle on few rows, with loading and what has changed; peer: on {len(last[-1][0].cases):,} cases"
    yield costs(what, few / len(last), whole / len(last), 3, key="few_rows")


def snapshots(effort: Effort) -> Iterator[Line]:
    """A desk made of its whole history, and of a snapshot and what came after it."""
    count = effort.size(EVENTS, 20_000)
    events = list(islice(events_of(count, whole=True), count))
    snapshot = staffed().evolve(events[: -count // 100])
    since, anew = side_by_side(
        partial(snapshot.evolve, events[-count // 100 :]), partial(staffed().evolve, events), repeats=effort.size(5, 3)
    )
    what = f"the last hundredth on a snapshot; peer: fold {count:,} events into a desk"
    yield costs(what, since, anew, 0.05, key="snapshot")


PARTS = (few_rows, snapshots)
