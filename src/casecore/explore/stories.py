"""Stories: a way through the worlds, told with real instants at the real desk.

The search lets every instant pass on by itself, so a way it finds might need two clocks that disagree. A story is
therefore believed only when it has been told: the instants at which its commands are given must satisfy what each
command has read (this timer had ended, that one had not, a third was one second short), and the real desk must give
the same answers at those instants.

* For each step it is known which instants the answer depended on, how long ago they were, and which earlier step set
  them. Each gives a bound on the time between two steps. All bounds together are difference constraints; the earliest
  instants that satisfy them are found by letting bounds push each other (Bellman and Ford), or there are none.
* If there are none, other ways to the same step are tried, the shortest first. Where none of them can be told, either
  all ways that are not much longer have been tried, or the teller gave up at its limit; it says which (`gave_up`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain, pairwise
from typing import Any, Final

import attrs
from attrs import frozen

from casecore.explore.laboratory import Laboratory, Move, counted_from
from casecore.explore.pieces import NOON, SECOND, happen, rows_of
from casecore.explore.questions import CASE
from casecore.explore.scope import copied
from casecore.explore.seen import Path, SeenDesk, name_of
from casecore.explore.worlds import Sighting, Walk
from casecore.kernel import Command, changed
from casecore.policies import Policy
from casecore.promises import Step
from casecore.rooms.composition import CaseFile

TRIES: Final = 300
"""How many ways to one step are tried before it is given up."""

STEPS_TRIED: Final = 3
"""So many times that is tried for steps that are alike."""

WORLDS_TRIED: Final = 10
"""Of so many worlds that are alike a story is tried to be told."""

LONGER: Final = 2
"""How many steps longer than the shortest way others may be."""

Bound = tuple[int, int, int]
"""(earlier step, later step, seconds that lie between them at least); the start is step -1."""


@frozen(eq=False)
class Story:
    """What happened, step by step, from an empty desk.

    Attributes:
        team: The commands that brought the team.
        steps: What was done then, with the answers of the real desk.
    """

    team: tuple[Command, ...]
    steps: tuple[Step, ...]

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, the team's first: given to an empty desk they lead through the story."""
        return (*self.team, *(step.command for step in self.steps))

    def __len__(self) -> int:
        return len(self.steps)


@attrs.define(eq=False)
class _Leg:
    """One step of a way: from which world, about which case, by which move."""

    world: int
    position: int | None
    move: Move


class Teller:
    """Tells stories of a finished walk.

    Attributes:
        gave_up: Whether the last story that was not found was given up at a limit; otherwise none of the ways that are
            at most `LONGER` than the shortest can be told.
    """

    def __init__(self, walk: Walk) -> None:
        self.gave_up = False
        self._walk = walk
        self._laboratory = walk.laboratory
        self._ways_back: dict[int, list[int]] | None = None

    def story(self, sightings: list[Sighting], believed: Callable[[Step], object]) -> Story | None:
        """The shortest story that ends with one of these steps; None where none can be told.

        Args:
            sightings: The steps, those with the shortest ways first.
            believed: (the last step, at the real desk) -> whether it is what was looked for.
        """
        for sighting in sightings:
            story = self._told(self._way_to(sighting.world), sighting, believed)
            if story is not None:
                return story
        self.gave_up, tried = False, 0
        for sighting in sightings:
            if tried >= STEPS_TRIED * TRIES:
                self.gave_up = True
                break
            for way in self._other_ways(sighting.world):
                tried += 1
                story = self._told(way, sighting, believed)
                if story is not None:
                    return story
        return None

    def way_to(self, places: list[int]) -> Story | None:
        """The shortest story that ends in one of these worlds, which are alike."""
        self.gave_up = len(places) > WORLDS_TRIED
        for place in places[:WORLDS_TRIED]:
            for way in chain((self._way_to(place),), self._other_ways(place)):
                story = self._told(way, None, lambda _: True)
                if story is not None:
                    return story
        return None

    # Ways ----------------------------------------------------------------------------------------------

    def _way_to(self, place: int) -> list[int]:
        way = [place]
        while self._walk.before[way[-1]] >= 0:
            way.append(self._walk.before[way[-1]])
        return way[::-1]

    def _other_ways(self, place: int) -> Iterator[list[int]]:
        """Ways to a world by other worlds, shorter ones first, without the one that was found first."""
        before, tried = self._all_before(), 0
        depth = self._depth(place)
        for length in range(depth, depth + 1 + LONGER):
            stack = [(place, [place], length)]
            while stack:
                here, way, left = stack.pop()
                if here == 0:
                    if left == 0:  # those that are shorter have been tried
                        if tried == TRIES:
                            self.gave_up = True
                            return
                        tried += 1
                        yield way[::-1]
                    continue
                for earlier in before.get(here, ()):
                    cost = 0 if self._depth(earlier) == self._depth(here) and self._by_time(earlier, here) else 1
                    if earlier not in way and left - cost >= self._depth(earlier):
                        stack.append((earlier, [*way, earlier], left - cost))

    def _depth(self, place: int) -> int:
        return bisect_right(self._walk.levels, place) - 1

    def _by_time(self, earlier: int, later: int) -> bool:
        walk = self._walk
        return walk.order[later] in walk.by_time(walk.order[earlier])

    def _all_before(self) -> dict[int, list[int]]:
        if self._ways_back is None:
            walk = self._walk
            places = {world: place for place, world in enumerate(walk.order)}
            back: dict[int, list[int]] = {}
            for place, world in enumerate(walk.order):
                for after in dict.fromkeys((*walk.by_time(world), *walk.by_command(world))):
                    if after in places:
                        back.setdefault(places[after], []).append(place)
            self._ways_back = back
        return self._ways_back

    def _legs(self, way: list[int]) -> Iterator[_Leg]:
        walk, laboratory = self._walk, self._laboratory
        for here, there in pairwise(way):
            world, after = walk.order[here], walk.order[there]
            yield next(
                _Leg(world, position, move)
                for position in (None, *range(len(walk.cases_of(world))))
                for move, outcome in self._outcomes(world, position)
                if walk.moved(world, position, laboratory.leads(*self._at(world, position), outcome)) == after
            )

    def _at(self, world: int, position: int | None) -> tuple[int | None, int, int]:
        walk = self._walk
        if position is None:
            return None, 0, walk.agents_of(world)
        return walk.part_at(position), walk.cases_of(world)[position], walk.agents_of(world)

    def _outcomes(self, world: int, position: int | None) -> Iterator[tuple[Move, Any]]:
        at = self._at(world, position)
        here = self._laboratory.here(*at)
        for move in self._laboratory.moves(at[0]):
            outcome = move.question(here)
            if outcome is not None and outcome.happens and not outcome.beyond:
                yield move, outcome

    # Telling -------------------------------------------------------------------------------------------

    def _told(self, way: list[int], last: Sighting | None, believed: Callable[[Step], object]) -> Story | None:
        legs = [*self._legs(way)]
        if last is not None:
            legs.append(_Leg(self._walk.order[last.world], last.position, last.move))
        tracked = _Tracked(self._walk, self._laboratory)
        for leg in legs:
            tracked.step(leg)
        instants = earliest(tracked.count, tracked.bounds)
        if instants is None:
            return None
        return self._replayed(tracked.given, instants, believed)

    def _replayed(
        self,
        given: list[tuple[Command, frozenset[str], int, Policy]],
        instants: list[int],
        believed: Callable[[Step], object],
    ) -> Story | None:
        laboratory, steps = self._laboratory, []
        desk = laboratory.start
        for number, ((command, ids, copy, policy), seconds) in enumerate(zip(given, instants, strict=True)):
            desk = attrs.evolve(desk, policy=policy)
            step = Step.of(desk, timed(command, ids, copy, number, seconds), laboratory.house)
            if not step.verdict:
                return None
            steps.append(step)
            desk = step.after
        if steps and not (believed(steps[-1]) and laboratory.believes(steps)):
            return None
        return Story(laboratory.scope.team, tuple(steps))


def timed(command: Command, ids: frozenset[str], copy: int, number: int, seconds: int) -> Command:
    """A command as it is given in a story: by its own copy of the case, at its instant, its message with its own id."""
    later = timedelta(seconds=seconds)
    own: Any = copied(command, ids, copy)
    changed: dict[str, Any] = {
        attribute.name: value + later
        for attribute in attrs.fields(type(own))
        if isinstance(value := getattr(own, attribute.name), datetime)
    }
    if isinstance(getattr(own, "message", None), str):
        changed["message"] = f"m{number + 1}"
    told: Command = attrs.evolve(own, **changed)
    return told


class _Tracked:
    """A way while it is walked: which step set each instant, and what lies between the steps."""

    def __init__(self, walk: Walk, laboratory: Laboratory) -> None:
        self._walk = walk
        self._laboratory = laboratory
        start = rows_of(laboratory.start)
        self._team = {key: row for key, row in start.items() if key[0] == "agents"}
        parts = [walk.part_at(position) for position in range(len(walk.cases_of(walk.order[0])))]
        self._copies: list[tuple[int, int, dict[tuple[str, str], Any]]] = [
            (part, parts[:place].count(part), {}) for place, part in enumerate(parts)
        ]
        self.given: list[tuple[Command, frozenset[str], int, Policy]] = []
        self.bounds: list[Bound] = []

    @property
    def count(self) -> int:
        """How many commands have been given."""
        return len(self.given)

    def step(self, leg: _Leg) -> None:
        """Take one step of the way."""
        laboratory, walk, position = self._laboratory, self._walk, leg.position
        agents = walk.agents_of(leg.world)
        part = None if position is None else walk.part_at(position)
        case = 0 if position is None else walk.cases_of(leg.world)[position]
        here = laboratory.here(part, case, agents)
        outcome = leg.move.question(here)
        rows = {} if position is None else self._copies[position][2]
        command = leg.move.command
        if command is not None:
            self._bind(leg, here, rows)
            ids = frozenset() if part is None else laboratory.scope.parts[part].every_id
            self.given.append((command, ids, 0 if position is None else self._copies[position][1], leg.move.policy))
            at = NOON + len(self.given) * SECOND
            mine = (lambda table, _: table == "agents", lambda table, _: table != "agents")
            later = [changed(event, at=at) for event in outcome.events]
            happen(self._team, later, mine[0])
            happen(rows, later, mine[1])
        if position is not None and not outcome.beyond:
            self._sort(leg.world, position, laboratory.leads(part, case, agents, outcome)[1])

    def _sort(self, world: int, position: int, case: int) -> None:
        """The copies stand in the order of their numbers again."""
        cases = self._walk.cases_of(world)
        start, end = self._walk.group_of(position)
        others = cases[start:position] + cases[position + 1 : end]
        moved = self._copies.pop(position)
        self._copies.insert(start + bisect_left(others, case), moved)

    def _bind(self, leg: _Leg, here: Any, rows: dict[tuple[str, str], Any]) -> None:
        number = len(self.given)
        self.bounds.append((number - 1, number, 0))
        for whose, path in self._read(leg, here):
            since = here.facts[whose][path]
            set_by = _instant(self._team if whose != CASE else rows, path)
            if since is None or set_by is None:
                continue
            earlier = round((set_by - NOON) / SECOND) - 1
            ago = round((NOON - since) / SECOND)
            if ago > 0:
                self.bounds.append((earlier, number, ago))
            for length in () if leg.position is None else self._lengths(leg.position, here, path):
                if ago == length - 1:
                    self.bounds.append((number, earlier, -ago))
                elif ago < length:
                    self.bounds.append((number, earlier, 1 - length))

    def _read(self, leg: _Leg, here: Any) -> list[tuple[int, Path]]:
        counting = self._laboratory.counting
        questions = [leg.move.question, *self._laboratory.watching(leg.move, leg.move.question(here))]
        read = (pair for question in questions for pair in question.way(here))
        return [(whose, path) for whose, path in dict.fromkeys(read) if name_of(path) in counting]

    def _lengths(self, position: int, here: Any, path: Path) -> Iterator[int]:
        """How long, in seconds, the timers run that count from this instant."""
        desk: SeenDesk = here.desk({})
        case = self._laboratory.scope.parts[self._walk.part_at(position)].case
        view = desk.view_of(case)
        for timer in self._laboratory.timers:
            if counted_from(timer) == name_of(path) and getattr(view, timer.since.partition(".")[0]) is not None:
                for policy in self._laboratory.policies:
                    length = timer.length(view, policy.for_(view.case))
                    if length is not None:
                        yield round(length / SECOND)


def _instant(rows: dict[tuple[str, str], Any], path: Path) -> datetime | None:
    row = rows.get((path[0], path[1]))
    if isinstance(row, CaseFile):
        row = getattr(row, path[2])
    found: datetime | None = getattr(row, path[-1], None)
    return found


def earliest(count: int, bounds: list[Bound]) -> list[int] | None:
    """The earliest instants, in seconds after the start, of so many steps between which these bounds lie.

    Returns:
        One number for each step; None where the bounds contradict each other.
    """
    instants = [0] * (count + 1)  # the last is the start itself
    for _ in range(count + 2):
        changed = False
        for earlier, later, seconds in bounds:
            least = instants[earlier] + seconds
            if instants[later] < least:
                if later == -1:
                    return None  # the start cannot be moved
                instants[later] = least
                changed = True
        if not changed:
            return instants[:-1]
    return None
