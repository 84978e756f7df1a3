"""Worlds: whole numbers made of the numbers of pieces, and the walk through all of them, breadth first.

The agents come first, then the cases. Copies of a case stand in the order of their numbers, so that worlds which only
swap two of them are one. A world costs its number, a place in a set and eight bytes for the world before it.
"""

from __future__ import annotations

import gc
from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import TypeAlias

import attrs
from attrs import field

from casecore.explore.laboratory import AGENT_BITS, CASE_BITS, Context, Laboratory, Move
from casecore.explore.pieces import rows_of
from casecore.explore.seen import SeenDesk

CASE_MASK = (1 << CASE_BITS) - 1


@attrs.define(eq=False)
class Sighting:
    """A step that was looked for: the world it starts from, which case it is about, and the move."""

    world: int
    position: int | None
    move: Move


Position: TypeAlias = tuple[int | None, Context, list[int]]
"""A place in a world (None: the team alone), what can be done there, and the cases of that world."""


@attrs.define(eq=False, slots=False)
class Walk:
    """Every world of a scope that can be reached, in the order in which it was.

    Attributes:
        order: The worlds.
        before: For each, the place in `order` of the world from which it was first reached; -1 at the start.
        transitions: How many steps there are between them.
        complete: Whether nothing was left out.
        seen: For each name of `always` and `sometimes`, the steps that were, the shortest story first; at most `kept`.
    """

    laboratory: Laboratory
    limit: int = 2_000_000
    kept: int = 200
    order: list[int] = field(factory=list)
    before: array[int] = field(factory=lambda: array("q"))
    levels: list[int] = field(factory=list)
    transitions: int = 0
    complete: bool = True
    seen: dict[str, list[Sighting]] = field(factory=dict)
    counts: dict[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        scope = self.laboratory.scope
        self._shift = AGENT_BITS * len(self.laboratory.names)
        self._team = (1 << self._shift) - 1
        self._parts = [place for place, part in enumerate(scope.parts) for _ in range(part.copies)]
        self._groups = _groups(self._parts)
        self._rooms: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        self._shifts = [[self._shift + CASE_BITS * at for at in range(start, end)] for start, end in self._groups]

    # The numbers ---------------------------------------------------------------------------------------

    def packed(self, agents: int, cases: list[int]) -> int:
        """The world of these agents (packed) and cases, each part's in order."""
        world = agents
        for position, case in enumerate(cases):
            world |= case << self._shift + CASE_BITS * position
        return world

    def cases_of(self, world: int) -> list[int]:
        """The numbers of the cases, by position."""
        left = world >> self._shift
        return [left >> CASE_BITS * position & CASE_MASK for position in range(len(self._parts))]

    def agents_of(self, world: int) -> int:
        """The agents, packed."""
        return world & self._team

    def part_at(self, position: int) -> int:
        """The part whose case stands there."""
        return self._parts[position]

    def group_of(self, position: int) -> tuple[int, int]:
        """Where the copies of the case at this position begin and end."""
        return self._groups[position]

    def first(self) -> int:
        """The world in which nothing has happened."""
        laboratory = self.laboratory
        rows = rows_of(laboratory.start)
        agents = 0
        for place, name in enumerate(laboratory.names):
            agents |= laboratory.agents[place].number_of({("agents", name): rows["agents", name]}) << AGENT_BITS * place
        return self.packed(agents, [laboratory.cases[part].number_of({}) for part in self._parts])

    def moved(self, world: int, position: int | None, leads: tuple[int, int]) -> int:
        """The world after a step that is about the case at this position, or about none."""
        agents, case = leads
        if position is None:
            return world - (world & self._team) + agents
        cases = self.cases_of(world)
        start, end = self._groups[position]
        others = cases[start:position] + cases[position + 1 : end]
        others.insert(bisect_left(others, case), case)
        return self.packed(agents, [*cases[:start], *others, *cases[end:]])

    # The walk ------------------------------------------------------------------------------------------

    def run(self) -> Walk:
        """Visit every world."""
        collected = gc.isenabled()
        gc.disable()  # millions of objects are made and all are kept: looking for garbage takes a quarter of the time
        try:
            self._begin()
            self._spread()
            while self.laboratory.learnt:
                self._begin()
                self._spread()
        finally:
            if collected:
                gc.enable()
        return self

    def _begin(self) -> None:
        world = self.first()
        self.order, self.before, self.levels = [world], array("q", [-1]), [0]
        self.transitions, self.complete, self.seen, self.counts = 0, True, {}, {}
        self._known = {world}

    def _spread(self) -> None:
        order, start = self.order, 0
        while start < len(order):
            place, looked = start, []
            while place < len(order):  # grows: time may pass on for one instant after the other
                looked.append(self._positions(order[place]))
                self._add(place, self._in_time(order[place], looked[-1]))
                place += 1
            end = len(order)
            self.levels.append(end)
            for place, positions in enumerate(looked, start):
                self._note(place, positions)
                self._add(place, self._by_hand(order[place], positions))
            start = end
            self._rooms.clear()
            if len(order) > self.limit:
                self.complete = False
                return

    def _add(self, place: int, found: list[int]) -> None:
        new = set(found).difference(self._known)
        if new:
            self._known |= new
            self.order += new
            self.before.extend([place] * len(new))

    def by_time(self, world: int) -> list[int]:
        """The worlds that time leads to."""
        return self._in_time(world, self._positions(world))

    def by_command(self, world: int) -> list[int]:
        """The worlds that commands lead to."""
        return self._by_hand(world, self._positions(world))

    def without_way(self, wanted: Callable[[SeenDesk], bool], end: int | None = None) -> list[int]:
        """The places of the worlds from which no world can be reached in which every case is as wanted.

        Args:
            wanted: (desk) -> whether a case is.
            end: How many worlds, from the first on, are looked at; they must lead to no others. All of them if it is
                not given.
        """
        laboratory = self.laboratory
        question = laboratory.question(wanted)
        order = self.order[:end]
        good = {
            world
            for world in order
            if all(
                question(laboratory.here(part, case, self.agents_of(world)))
                for part, case in zip(self._parts, self.cases_of(world), strict=True)
            )
        }
        left = [place for place in range(len(order) - 1, -1, -1) if order[place] not in good]
        while True:
            stuck = []
            for place in left:
                world = order[place]
                if good.isdisjoint(self.by_command(world)) and good.isdisjoint(self.by_time(world)):
                    stuck.append(place)
                else:
                    good.add(world)
            if len(stuck) == len(left):
                return stuck[::-1]
            left = stuck

    def _positions(self, world: int) -> list[Position]:
        """What can be done without a case, and about each case of a world that differs from the one before it."""
        cases, team, context = self.cases_of(world), world & self._team, self.laboratory.context
        found: list[Position] = [(None, context(None, 0, team), cases)]
        before = -1
        for position, case in enumerate(cases):
            if case != before or position == self._groups[position][0]:
                found.append((position, context(self._parts[position], case, team), cases))
            before = case
        return found

    def _in_time(self, world: int, positions: list[Position]) -> list[int]:
        found: list[int] = []
        for position, context, cases in positions:
            if context.by_time and position is not None:
                found += self._led(world, position, cases, context.by_time)
        return found

    def _by_hand(self, world: int, positions: list[Position]) -> list[int]:
        found: list[int] = []
        for position, context, cases in positions:
            if context.by_command and position is not None:
                found += self._led(world, position, cases, context.by_command)
            elif context.by_command:
                rest = world - (world & self._team)
                found += [rest + agents for agents, _ in context.by_command]
        return found

    def _led(self, world: int, position: int, cases: list[int], leads: list[tuple[int, int]]) -> list[int]:
        """The worlds in which the case at this position has become another, which stands in order among its copies."""
        start, end = self._groups[position]
        low, size = self._shifts[start][0], CASE_BITS * (end - start)
        group = world >> low & (1 << size) - 1
        outside = world - (world & self._team) - (group << low)
        if end - start == 1:
            return [outside + agents + (case << low) for agents, case in leads]
        own = CASE_BITS * (position - start)
        left = group & (1 << own) - 1 | group >> own + CASE_BITS << own  # the other copies, side by side
        known = self._rooms.get((start, left))
        if known is None:  # they, and how they stand when there is room for one more at each place
            rooms = range(0, size, CASE_BITS)
            apart = [(left & (1 << room) - 1 | left >> room << room + CASE_BITS) << low for room in rooms]
            known = self._rooms[start, left] = (cases[start:position] + cases[position + 1 : end], apart)
        others, apart = known
        shifts, found = self._shifts[start], []
        for agents, case in leads:
            place = bisect_left(others, case)
            found.append(outside + agents + apart[place] + (case << shifts[place]))
        return found

    def _note(self, place: int, positions: list[Position]) -> None:
        """Count the steps from a world, and keep those that were looked for."""
        for position, context, _ in positions:
            self.transitions += context.transitions
            for name, move in (*context.wrong, *context.met):
                seen = self.seen.setdefault(name, [])
                self.counts[name] = self.counts.get(name, 0) + 1
                if len(seen) < self.kept:
                    seen.append(Sighting(place, position, move))


def _groups(parts: list[int]) -> list[tuple[int, int]]:
    """For each position, where the copies of its part begin and end."""
    return [(parts.index(part), parts.index(part) + parts.count(part)) for part in parts]
