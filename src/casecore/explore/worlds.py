"""Worlds: whole numbers made of the numbers of pieces, and the walk through all of them, breadth first.

The agents come first, then the cases. Copies of a case stand in the order of their numbers, so that worlds which only
swap two of them are one. A world costs its number, a place in a set and eight bytes for the world before it.
"""

from __future__ import annotations

import gc
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator

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
        self._single = len(self._parts) == 1
        self._groups = _groups(self._parts)

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
            place = start
            while place < len(order):  # grows: time may pass on for one instant after the other
                self._add(place, self.by_time(order[place]))
                place += 1
            end = len(order)
            self.levels.append(end)
            for place in range(start, end):
                self._add(place, self.by_command(order[place], place))
            start = end
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
        if self._single:
            return [agents | case << self._shift for agents, case in self._context(world, 0).by_time]
        return [after for _, context, add in self._positions(world) for after in add(context.by_time)]

    def by_command(self, world: int, place: int | None = None) -> list[int]:
        """The worlds that commands lead to; the first time, what the steps are is noted under the world's place."""
        team = world & self._team
        alone = self.laboratory.context(None, 0, team)
        rest = world - team
        found = [rest | agents for agents, _ in alone.by_command]
        if place is not None:
            self._note(place, None, alone)
        if self._single:
            context = self._context(world, 0)
            if place is not None:
                self._note(place, 0, context)
            return found + [agents | case << self._shift for agents, case in context.by_command]
        for position, context, add in self._positions(world):
            if place is not None:
                self._note(place, position, context)
            found += add(context.by_command)
        return found

    def without_way(self, wanted: Callable[[SeenDesk], bool]) -> list[int]:
        """The places of the worlds from which no world can be reached in which every case is as wanted."""
        laboratory = self.laboratory
        question = laboratory.question(wanted)
        good = {
            world
            for world in self.order
            if all(
                question(laboratory.here(part, case, self.agents_of(world)))
                for part, case in zip(self._parts, self.cases_of(world), strict=True)
            )
        }
        left = [place for place in range(len(self.order) - 1, -1, -1) if self.order[place] not in good]
        while True:
            stuck = []
            for place in left:
                world = self.order[place]
                if good.isdisjoint(self.by_command(world)) and good.isdisjoint(self.by_time(world)):
                    stuck.append(place)
                else:
                    good.add(world)
            if len(stuck) == len(left):
                return stuck[::-1]
            left = stuck

    def _context(self, world: int, position: int) -> Context:
        case = world >> self._shift + CASE_BITS * position & CASE_MASK
        return self.laboratory.context(self._parts[position], case, world & self._team)

    def _positions(self, world: int) -> Iterator[tuple[int, Context, Callable[[list[tuple[int, int]]], list[int]]]]:
        """Each case of a world that differs from the one before it, what can be done about it, and where that leads."""
        cases, team, shift = self.cases_of(world), world & self._team, self._shift
        for position, case in enumerate(cases):
            start, end = self._groups[position]
            if position > start and cases[position - 1] == case:
                continue
            context = self.laboratory.context(self._parts[position], case, team)
            others = cases[start:position] + cases[position + 1 : end]
            outside = [*cases[:start], *[0] * (end - start), *cases[end:]]
            gaps = []
            for gap in range(end - start):
                filled = [*others[:gap], 0, *others[gap:]]
                gaps.append(self.packed(0, [*outside[:start], *filled, *outside[end:]]))
            shifts = [shift + CASE_BITS * at for at in range(start, end)]
            yield position, context, _adder(others, gaps, shifts)

    def _note(self, place: int, position: int | None, context: Context) -> None:
        self.transitions += context.transitions
        for name, move in (*context.wrong, *context.met):
            seen = self.seen.setdefault(name, [])
            self.counts[name] = self.counts.get(name, 0) + 1
            if len(seen) < self.kept:
                seen.append(Sighting(place, position, move))


def _groups(parts: list[int]) -> list[tuple[int, int]]:
    """For each position, where the copies of its part begin and end."""
    return [(parts.index(part), parts.index(part) + parts.count(part)) for part in parts]


def _adder(others: list[int], gaps: list[int], shifts: list[int]) -> Callable[[list[tuple[int, int]]], list[int]]:
    def add(leads: list[tuple[int, int]]) -> list[int]:
        found = []
        for agents, case in leads:
            gap = bisect_left(others, case)
            found.append(agents + gaps[gap] + (case << shifts[gap]))
        return found

    return add
