"""Traces: paths through the states, told as stories with real instants at the real desk.

The search lets every instant pass on by itself, so a path it finds might need two clocks that disagree. A story is
therefore believed only when it has been told: the instants at which its commands are given must satisfy what each
command has read (this timer had ended, that one had not, a third was one second short), and the real desk must give
the same answers at those instants.

* For each step it is known which instants the answer depended on, how long ago they were, and which earlier step set
  them. Each gives a bound on the time between two steps. All bounds together are difference constraints; the earliest
  instants that satisfy them are found by letting bounds push each other (Bellman and Ford), or there are none.
* If there are none, other paths to the same step are tried, the shortest first. Where none of them can be told,
  either all paths that are not much longer have been tried, or the finder gave up at its limit; it says which
  (`gave_up`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

import attrs
from attrs import frozen

from casecore.explore.components import apply_events, rows_of_desk
from casecore.explore.local_states import Move, timer_instant
from casecore.explore.memo import CASE_PLACE
from casecore.explore.model import Model
from casecore.explore.pages import AGENT_PAGES, fold_pages, instants_under, pages_of
from casecore.explore.policy_log import note_untold, to_tell
from casecore.explore.read_log import LoggedDesk, Path, field_at
from casecore.explore.scope import NOON, SECOND, copy_of
from casecore.explore.states import Occurrence, StateSearch
from casecore.kernel import Command, Event, changed
from casecore.kernel.shown import Framed
from casecore.policies import Policy
from casecore.promises import Happening, Step
from casecore.promises.books import Books
from casecore.rooms.composition import HOUSE, House

PATHS_TRIED: Final = 300
"""How many paths to one step are tried before it is given up."""

STEPS_TRIED: Final = 3
"""So many times that is tried for steps that are alike."""

STATES_TRIED: Final = 10
"""Of so many states that are alike a story is tried to be told."""

PATHS_KNOWN: Final = 5_000
"""Of so many paths, and beginnings of paths, it is remembered where they lead."""

LONGER: Final = 2
"""How many steps longer than the shortest path others may be."""

APART: Final = timedelta(days=100)
"""How far apart the steps of a path stand while it is followed: farther than a message may be late."""

IsWanted = Callable[[Step, Happening], object]
"""(a step at the real desk, the same as witnesses see it) -> whether it is what was looked for."""

Bound = tuple[int, int, int]
"""(earlier step, later step, seconds that lie between them at least); the start is step -1."""


@frozen(eq=False, repr=False)
class Story(Framed):
    """What happened, step by step, from an empty desk.

    Attributes:
        team: The commands that brought the team.
        steps: What was done then, with the answers of the real desk.
    """

    shown_by = "casecore.check.shown:STORY"

    team: tuple[Command, ...]
    steps: tuple[Step, ...]

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, the team's first: given to an empty desk they lead through the story."""
        return (*self.team, *(step.command for step in self.steps))

    @property
    def house(self) -> House:
        """The rooms that decided."""
        return self.steps[0].before.house if self.steps else HOUSE

    def __len__(self) -> int:
        return len(self.steps)


@attrs.define(eq=False)
class _PathStep:
    """One step of a path: from which state, about which case, by which move."""

    state: int
    position: int | None
    move: Move


class StoryFinder:
    """Finds stories in a finished search.

    Attributes:
        gave_up: Whether the last story that was not found was given up at a limit; otherwise none of the paths that are
            at most `LONGER` than the shortest can be told.
    """

    def __init__(self, search: StateSearch) -> None:
        self.gave_up = False
        self._search = search
        self._model = search.model
        self._parents: dict[int, list[int]] | None = None
        self._steps: dict[tuple[int, int], _PathStep] = {}
        self._timelines: dict[tuple[int, ...], _Timeline] = {}

    def shortest_story(self, occurrences: list[Occurrence], is_wanted: IsWanted) -> Story | None:
        """The shortest story that ends with one of these steps; None where none can be told.

        Args:
            occurrences: The steps, those with the shortest paths first.
            is_wanted: Whether the last step, at the real desk, is what was looked for.
        """
        for occurrence in occurrences:
            story = self._tell_story(self._first_path(occurrence.state), occurrence, is_wanted)
            if story is not None:
                return story
        self.gave_up, tried = False, 0
        for occurrence in occurrences:
            if tried >= STEPS_TRIED * PATHS_TRIED:
                self.gave_up = True
                break
            for path in self._other_paths(occurrence.state):
                tried += 1
                story = self._tell_story(path, occurrence, is_wanted)
                if story is not None:
                    return story
        return None

    def story_to(self, places: list[int]) -> Story | None:
        """The shortest story that ends in one of these states, which are alike."""
        self.gave_up = len(places) > STATES_TRIED
        for place in places[:STATES_TRIED]:
            for path in chain((self._first_path(place),), self._other_paths(place)):
                story = self._tell_story(path, None, lambda _, __: True)
                if story is not None:
                    return story
        return None

    # Paths ---------------------------------------------------------------------------------------------

    def _first_path(self, place: int) -> list[int]:
        path = [place]
        while self._search.parents[path[-1]] >= 0:
            path.append(self._search.parents[path[-1]])
        return path[::-1]

    def _other_paths(self, place: int) -> Iterator[list[int]]:
        """Paths to a state by other states, shorter ones first, without the one that was found first."""
        before, tried = self._all_parents(), 0
        depth = self._depth(place)
        for length in range(depth, depth + 1 + LONGER):
            stack = [(place, [place], length)]
            while stack:
                here, path, left = stack.pop()
                if here == 0:
                    if left == 0:  # those that are shorter have been tried
                        if tried == PATHS_TRIED:
                            self.gave_up = True
                            return
                        tried += 1
                        yield path[::-1]
                    continue
                for earlier in before.get(here, ()):
                    cost = 0 if self._depth(earlier) == self._depth(here) and self._is_passage(earlier, here) else 1
                    if earlier not in path and left - cost >= self._depth(earlier):
                        stack.append((earlier, [*path, earlier], left - cost))

    def _depth(self, place: int) -> int:
        return bisect_right(self._search.levels, place) - 1

    def _is_passage(self, earlier: int, later: int) -> bool:
        search = self._search
        return search.states[later] in search.timed_successors(search.states[earlier])

    def _all_parents(self) -> dict[int, list[int]]:
        if self._parents is None:
            search = self._search
            places = {state: place for place, state in enumerate(search.states)}
            parents: dict[int, list[int]] = {}
            for place, state in enumerate(search.states):
                for after in dict.fromkeys((*search.timed_successors(state), *search.commanded_successors(state))):
                    if after in places:
                        parents.setdefault(places[after], []).append(place)
            self._parents = parents
        return self._parents

    def _step_between(self, here: int, there: int) -> _PathStep:
        """The step that leads from one place to the next; many paths have it in common."""
        step = self._steps.get((here, there))
        if step is None:
            search, model = self._search, self._model
            state, after = search.states[here], search.states[there]
            step = self._steps[here, there] = next(
                _PathStep(state, position, move)
                for position in (None, *range(len(search.cases_of(state))))
                for move, _ in self._results(state, position)
                if search.state_after(state, position, model.target_of_move(*self._place_of(state, position), move))
                == after
            )
        return step

    def _follow_path(self, path: tuple[int, ...]) -> _Timeline:
        """A path that has been followed to its end; most begin as others do."""
        timeline = self._timelines.get(path)
        if timeline is None:
            if len(path) == 1:
                timeline = _Timeline(self._search, self._model)
            else:
                timeline = self._follow_path(path[:-1]).after(self._step_between(*path[-2:]))
            if len(self._timelines) == PATHS_KNOWN:
                self._timelines.clear()
            self._timelines[path] = timeline
        return timeline

    def _place_of(self, state: int, position: int | None) -> tuple[int | None, int, int]:
        search = self._search
        if position is None:
            return None, 0, search.agents_of(state)
        return search.part_at(position), search.cases_of(state)[position], search.agents_of(state)

    def _results(self, state: int, position: int | None) -> Iterator[tuple[Move, Any]]:
        place = self._place_of(state, position)
        local = self._model.local_state(*place)
        for move in self._model.moves_of(place[0]):
            result = move.memo(local)
            if result is not None and result.happens and not result.beyond:
                yield move, result

    # Telling -------------------------------------------------------------------------------------------

    def _tell_story(self, path: list[int], last: Occurrence | None, is_wanted: IsWanted) -> Story | None:
        timeline = self._follow_path(tuple(path))
        if last is not None:
            timeline = timeline.after(_PathStep(self._search.states[last.state], last.position, last.move))
        instants = earliest_instants(timeline.count, timeline.bounds)
        if instants is None:
            return None
        story = self._replay_commands(timeline.given, instants, is_wanted)
        if story is None:
            note_untold(self._model.policies)
        return story

    def _replay_commands(
        self,
        given: list[tuple[Command, frozenset[str], int, Policy]],
        instants: list[int],
        is_wanted: IsWanted,
    ) -> Story | None:
        model, steps = self._model, []
        desk = model.start
        for number, ((command, ids, copy, policy), seconds) in enumerate(zip(given, instants, strict=True)):
            desk = attrs.evolve(desk, policy=to_tell(policy))
            step = Step.of(desk, timed_command(command, ids, copy, number, seconds))
            if not step.verdict:
                return None
            steps.append(step)
            desk = step.after
        story = Story(model.scope.team, tuple(steps))
        if steps and not (is_wanted(steps[-1], self.happening_at_end(story)) and model.accepts_steps(steps)):
            return None
        return story

    def happening_at_end(self, story: Story) -> Happening:
        """The last step of a story as witnesses see it, whose books tell of all that was before."""
        return happening_at_end(story, self._model.start_books)


def happening_at_end(story: Story, start: Books) -> Happening:
    """The last step of a story as witnesses see it.

    Args:
        story: The story.
        start: Their books before it.
    """
    books = Books(start)
    for step in story.steps[:-1]:
        books.adopt(Happening(step.events, books, step.before.policy).layers[1:])
    last = story.steps[-1]
    return Happening(last.events, books, last.before.policy)


def timed_command(command: Command, ids: frozenset[str], copy: int, number: int, seconds: int) -> Command:
    """A command as it is given in a story: by its own copy of the case, at its instant, its message with its own id.

    A message that another command names keeps the id by which it does.
    """
    later = timedelta(seconds=seconds)
    own: Any = copy_of(command, ids, copy)
    changed: dict[str, Any] = {
        attribute.name: value + later
        for attribute in attrs.fields(type(own))
        if isinstance(value := getattr(own, attribute.name), datetime)
    }
    if isinstance(getattr(own, "message", None), str) and own.message not in ids:
        changed["message"] = f"m{number + 1}"
    given: Command = attrs.evolve(own, **changed)
    return given


def _moved_event(event: Event, now: datetime) -> Event:
    """An event at another instant; what was sent before it, or ends after it, is as long before or after."""
    named = {name: getattr(event, name, None) for name in ("sent_at", "until")}
    others: dict[str, Any] = {name: now + (told - event.at) for name, told in named.items() if told is not None}
    moved: Event = changed(event, at=now, **others)
    return moved


class _Timeline:
    """A path while it is followed: which step set each instant, and what lies between the steps."""

    def __init__(self, search: StateSearch, model: Model) -> None:
        self._search = search
        self._model = model
        start = rows_of_desk(model.start)
        self.team = {**{key: row for key, row in start.items() if key[0] == "agents"}, **pages_of(model.start_books)}
        parts = [search.part_at(position) for position in range(len(search.cases_of(search.states[0])))]
        self.copies: list[tuple[int, int, dict[tuple[str, str], Any]]] = [
            (part, parts[:place].count(part), {}) for place, part in enumerate(parts)
        ]
        self.given: list[tuple[Command, frozenset[str], int, Policy]] = []
        self.bounds: list[Bound] = []

    @property
    def count(self) -> int:
        """How many commands have been given."""
        return len(self.given)

    def after(self, path_step: _PathStep) -> _Timeline:
        """The path with one more step; this one stays as it is."""
        longer = _Timeline(self._search, self._model)
        longer.team = {**self.team}
        longer.copies = [(part, number, {**rows}) for part, number, rows in self.copies]
        longer.given, longer.bounds = [*self.given], [*self.bounds]
        longer.take_step(path_step)
        return longer

    def take_step(self, path_step: _PathStep) -> None:
        """Take one step of the path."""
        model, search, position = self._model, self._search, path_step.position
        agents = search.agents_of(path_step.state)
        part = None if position is None else search.part_at(position)
        case = 0 if position is None else search.cases_of(path_step.state)[position]
        local = model.local_state(part, case, agents)
        result = path_step.move.memo(local)
        rows = {} if position is None else self.copies[position][2]
        command = path_step.move.command
        if command is not None:
            self._bind_step(path_step, local, rows)
            ids = frozenset() if part is None else model.scope.parts[part].every_id
            self.given.append(
                (command, ids, 0 if position is None else self.copies[position][1], path_step.move.policy)
            )
            now = NOON + len(self.given) * APART
            mine = (lambda table, _: table == "agents", lambda table, _: table != "agents")
            later = [_moved_event(event, now) for event in result.events]
            pages = fold_pages((self.team, rows), tuple(later), path_step.move.policy)
            apply_events(self.team, later, mine[0], model.house)
            apply_events(rows, later, mine[1], model.house)
            for key, page in pages.items():
                (self.team if key[0] == AGENT_PAGES else rows)[key] = page
        if position is not None and not result.beyond:
            self._sort_copies(path_step.state, position, model.target_of_move(part, case, agents, path_step.move)[1])

    def _sort_copies(self, state: int, position: int, case: int) -> None:
        """The copies stand in the order of their numbers again."""
        cases = self._search.cases_of(state)
        start, end = self._search.group_of(position)
        others = cases[start:position] + cases[position + 1 : end]
        moved = self.copies.pop(position)
        self.copies.insert(start + bisect_left(others, case), moved)

    def _bind_step(self, path_step: _PathStep, local: Any, rows: dict[tuple[str, str], Any]) -> None:
        number = len(self.given)
        self.bounds.append((number - 1, number, 0))
        for whose, path in self._paths_read(path_step, local):
            since = local.facts[whose].at(path)
            set_by = _instant(self.team if whose != CASE_PLACE else rows, path)
            if since is None or set_by is None:
                continue
            earlier = round((set_by - NOON) / APART) - 1  # it may lie before the step that set it, or after
            before = round((NOON + (earlier + 1) * APART - set_by) / SECOND)  # so long before that step it was
            ago = round((NOON - since) / SECOND)
            if ago > before:
                self.bounds.append((earlier, number, ago - before))
            for length in () if path_step.position is None else self._lengths(path_step.position, local, path):
                if ago == length - 1:
                    self.bounds.append((number, earlier, before - ago))
                elif ago < length:
                    self.bounds.append((number, earlier, before + 1 - length))

    def _paths_read(self, path_step: _PathStep, local: Any) -> list[tuple[int, Path]]:
        counting = self._model.counting
        memos = [path_step.move.memo, *self._model.memos_watching(path_step.move, path_step.move.memo(local))]
        read = (pair for memo in memos for pair in memo.readings(local))
        return [(whose, path) for whose, path in dict.fromkeys(read) if field_at(path) in counting]

    def _lengths(self, position: int, local: Any, path: Path) -> Iterator[int]:
        """How long, in seconds, it takes until this instant passes no more: by its timers, or by a limit of its own."""
        desk: LoggedDesk = local.desk({})
        case = self._model.scope.parts[self._search.part_at(position)].case
        view, name = desk.view_of(case), field_at(path)
        instants = [one for one in instants_under(self._model.policies) if one.name == name]
        for instant in instants:
            for policy in self._model.policies:
                fixed = instant.lengths(policy)
                lengths = (instant.length(desk.books, case, policy) if one is None else one for one in fixed)
                yield from (round(length / SECOND) for length in lengths if length is not None)
        if instants:
            linked = local.books({}).is_linked(instants[0], path[1])
            name = instants[0].name_in_record if linked else ""  # then it passes with that of the record
        for timer in self._model.timers:
            if timer_instant(timer) == name and getattr(view, timer.since.partition(".")[0]) is not None:
                for policy in self._model.policies:
                    length = timer.length(view, policy.at(NOON).for_(view.case))
                    if length is not None:
                        yield round(length / SECOND)


def _instant(rows: dict[tuple[str, str], Any], path: Path) -> datetime | None:
    row = rows.get((path[0], path[1]))
    if path[0] == "cases" and row is not None:
        row = getattr(row, path[2])
    found: datetime | None = getattr(row, path[-1], None)
    return found


def earliest_instants(count: int, bounds: list[Bound]) -> list[int] | None:
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
