"""States: whole numbers made of the numbers of components, and the search of all of them, breadth first.

The agents come first, then the cases. Copies of a case stand in the order of their numbers, so that states which only
swap two of them are one. A state costs its number, a place in a set and eight bytes for the state before it.
"""

from __future__ import annotations

import gc
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import attrs
from attrs import field

from casecore.explore.components import rows_of_desk
from casecore.explore.local_states import Move, Successors
from casecore.explore.model import AGENT_BITS, CASE_BITS, Model
from casecore.explore.read_log import LoggedDesk

CASE_MASK = (1 << CASE_BITS) - 1

ENOUGH = 100
"""After so many states, and four times as many as there were when one was read last, no more new instants come."""


@attrs.define(eq=False)
class Occurrence:
    """A step that was looked for: the state it starts from, which case it is about, and the move."""

    state: int
    position: int | None
    move: Move


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Let nobody look for garbage: millions of objects are made and all are kept, which takes a quarter of the time."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


Position: TypeAlias = tuple[int | None, Successors, list[int]]
"""A place in a state (None: the team alone), what can be done there, and the cases of that state."""


@attrs.define(eq=False, slots=False)
class StateSearch:
    """Every state of a scope that can be reached, in the order in which it was.

    Attributes:
        states: The states.
        parents: For each, the place in `states` of the state from which it was first reached; -1 at the start.
        transitions: How many steps there are between them.
        complete: Whether nothing was left out.
        occurrences: For each name of `always` and `sometimes`, the steps that were, the shortest story first; at most
            `most_kept`.
    """

    model: Model
    limit: int = 2_000_000
    most_kept: int = 200
    states: list[int] = field(factory=list)
    parents: array[int] = field(factory=lambda: array("q"))
    levels: list[int] = field(factory=list)
    transitions: int = 0
    complete: bool = True
    occurrences: dict[str, list[Occurrence]] = field(factory=dict)
    counts: dict[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        scope = self.model.scope
        self._shift = AGENT_BITS * len(self.model.agent_names)
        self._team = (1 << self._shift) - 1
        self._identity_of = [place for place, part in enumerate(scope.parts) for _ in range(part.copies)]
        self._copy_ranges = _copy_ranges(self._identity_of)
        self._gaps: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        self._shifts = [[self._shift + CASE_BITS * at for at in range(start, end)] for start, end in self._copy_ranges]

    # The numbers ---------------------------------------------------------------------------------------

    def pack(self, agents: int, cases: list[int]) -> int:
        """The state of these agents (packed) and cases, each part's in order."""
        state = agents
        for position, case in enumerate(cases):
            state |= case << self._shift + CASE_BITS * position
        return state

    def cases_of(self, state: int) -> list[int]:
        """The numbers of the cases, by position."""
        left = state >> self._shift
        return [left >> CASE_BITS * position & CASE_MASK for position in range(len(self._identity_of))]

    def agents_of(self, state: int) -> int:
        """The agents, packed."""
        return state & self._team

    def part_at(self, position: int) -> int:
        """The part whose case stands there."""
        return self._identity_of[position]

    def group_of(self, position: int) -> tuple[int, int]:
        """Where the copies of the case at this position begin and end."""
        return self._copy_ranges[position]

    def initial_state(self) -> int:
        """The state in which nothing has happened."""
        model = self.model
        rows = rows_of_desk(model.start)
        agents = 0
        for place, name in enumerate(model.agent_names):
            own = {("agents", name): rows["agents", name], **model.agent_pages(name)}
            agents |= model.agents[place].number_of(own) << AGENT_BITS * place
        return self.pack(agents, [model.cases[part].number_of({}) for part in self._identity_of])

    def state_after(self, state: int, position: int | None, targets: tuple[int, int]) -> int:
        """The state after a step that is about the case at this position, or about none."""
        agents, case = targets
        if position is None:
            return state - (state & self._team) + agents
        cases = self.cases_of(state)
        start, end = self._copy_ranges[position]
        others = cases[start:position] + cases[position + 1 : end]
        others.insert(bisect_left(others, case), case)
        return self.pack(agents, [*cases[:start], *others, *cases[end:]])

    # The search ----------------------------------------------------------------------------------------

    def run(self) -> StateSearch:
        """Visit every state."""
        with nothing_collected():
            self._begin()
            self._expand()
            while self.model.learn_instants():
                self._begin()
                self._expand()
        return self

    def _begin(self) -> None:
        state = self.initial_state()
        self.states, self.parents, self.levels = [state], array("q", [-1]), [0]
        self.transitions, self.complete, self.occurrences, self.counts = 0, True, {}, {}
        self._known = {state}
        self._unlearned, self._known_since = self.model.unlearned_instants, 1

    def _expand(self) -> None:
        order, start = self.states, 0
        while start < len(order):
            place, looked = start, []
            while place < len(order):  # grows: time may pass on for one instant after the other
                looked.append(self._positions_in(order[place]))
                self._add_states(place, self._states_in_time(order[place], looked[-1]))
                place += 1
                if self.model.is_full:
                    self.complete = False
                    return
            end = len(order)
            self.levels.append(end)
            for place, positions in enumerate(looked, start):
                self._note_occurrences(place, positions)
                self._add_states(place, self._states_by_command(order[place], positions))
            start = end
            self._gaps.clear()
            if len(order) > self.limit:
                self.complete = False
                return
            if self._would_begin_anew():
                return

    def _would_begin_anew(self) -> bool:
        """Whether it is known already that everything is to be begun anew, because other instants count (`run`).

        They are mostly read in the first few steps; whatever is done after that would be done twice.
        """
        unlearned, size = self.model.unlearned_instants, len(self.states)
        if unlearned != self._unlearned:
            self._unlearned, self._known_since = unlearned, size
        return bool(unlearned) and size > ENOUGH + 4 * self._known_since

    def _add_states(self, place: int, found: list[int]) -> None:
        new = set(found).difference(self._known)
        if new:
            self._known |= new
            self.states += new
            self.parents.extend([place] * len(new))

    def count_desks(self) -> int:
        """How many different desks there are among the states, whatever stands in the books of the witnesses.

        As many as there are states, where the books follow from the desk.
        """
        agents = [pool.alike_without_books() for pool in self.model.agents]
        cases = [pool.alike_without_books() for pool in self.model.cases]
        if all(alike == [*range(len(alike))] for alike in (*agents, *cases)):
            return len(self.states)
        desks = set()
        for state in self.states:
            numbers = self.model.unpack_agents(self.agents_of(state))
            team = tuple(alike[number] for alike, number in zip(agents, numbers, strict=True))
            held = [
                (part, cases[part][case]) for part, case in zip(self._identity_of, self.cases_of(state), strict=True)
            ]
            desks.add((team, tuple(sorted(held))))
        return len(desks)

    def timed_successors(self, state: int) -> list[int]:
        """The states that time leads to."""
        return self._states_in_time(state, self._positions_in(state))

    def commanded_successors(self, state: int) -> list[int]:
        """The states that commands lead to."""
        return self._states_by_command(state, self._positions_in(state))

    def states_without_way(self, wanted: Callable[[LoggedDesk], bool], end: int | None = None) -> list[int]:
        """The places of the states from which no state can be reached in which every case is as wanted.

        Args:
            wanted: (desk) -> whether a case is.
            end: How many states, from the first on, are looked at; they must lead to no others. All of them if it is
                not given.
        """
        model = self.model
        memo = model.memo(wanted)
        order = self.states[:end]
        good = {
            state
            for state in order
            if all(
                memo(model.local_state(part, case, self.agents_of(state)))
                for part, case in zip(self._identity_of, self.cases_of(state), strict=True)
            )
        }
        left = [place for place in range(len(order) - 1, -1, -1) if order[place] not in good]
        while True:
            stuck = []
            for place in left:
                state = order[place]
                if good.isdisjoint(self.commanded_successors(state)) and good.isdisjoint(self.timed_successors(state)):
                    stuck.append(place)
                else:
                    good.add(state)
            if len(stuck) == len(left):
                return stuck[::-1]
            left = stuck

    def _positions_in(self, state: int) -> list[Position]:
        """What can be done without a case, and about each case of a state that differs from the one before it."""
        cases, team, successors = self.cases_of(state), state & self._team, self.model.successors
        found: list[Position] = [(None, successors(None, 0, team), cases)]
        before = -1
        for position, case in enumerate(cases):
            if case != before or position == self._copy_ranges[position][0]:
                found.append((position, successors(self._identity_of[position], case, team), cases))
            before = case
        return found

    def _states_in_time(self, state: int, positions: list[Position]) -> list[int]:
        found: list[int] = []
        for position, successors, cases in positions:
            if successors.by_time and position is not None:
                found += self._states_led_to(state, position, cases, successors.by_time)
        return found

    def _states_by_command(self, state: int, positions: list[Position]) -> list[int]:
        found: list[int] = []
        for position, successors, cases in positions:
            if successors.by_command and position is not None:
                found += self._states_led_to(state, position, cases, successors.by_command)
            elif successors.by_command:
                rest = state - (state & self._team)
                found += [rest + agents for agents, _ in successors.by_command]
        return found

    def _states_led_to(self, state: int, position: int, cases: list[int], targets: list[tuple[int, int]]) -> list[int]:
        """The states in which the case at this position has become another, which stands in order among its copies."""
        start, end = self._copy_ranges[position]
        low, size = self._shifts[start][0], CASE_BITS * (end - start)
        group = state >> low & (1 << size) - 1
        outside = state - (state & self._team) - (group << low)
        if end - start == 1:
            return [outside + agents + (case << low) for agents, case in targets]
        own = CASE_BITS * (position - start)
        left = group & (1 << own) - 1 | group >> own + CASE_BITS << own  # the other copies, side by side
        known = self._gaps.get((start, left))
        if known is None:  # they, and how they stand when there is room for one more at each place
            gaps = range(0, size, CASE_BITS)
            apart = [(left & (1 << gap) - 1 | left >> gap << gap + CASE_BITS) << low for gap in gaps]
            known = self._gaps[start, left] = (cases[start:position] + cases[position + 1 : end], apart)
        others, apart = known
        shifts, found = self._shifts[start], []
        for agents, case in targets:
            place = bisect_left(others, case)
            found.append(outside + agents + apart[place] + (case << shifts[place]))
        return found

    def _note_occurrences(self, place: int, positions: list[Position]) -> None:
        """Count the steps from a state, and keep those that were looked for."""
        for position, successors, _ in positions:
            self.transitions += successors.transitions
            for name, move in (*successors.wrong, *successors.met):
                seen = self.occurrences.setdefault(name, [])
                self.counts[name] = self.counts.get(name, 0) + 1
                if len(seen) < self.most_kept:
                    seen.append(Occurrence(place, position, move))


def _copy_ranges(parts: list[int]) -> list[tuple[int, int]]:
    """For each position, where the copies of its part begin and end."""
    return [(parts.index(part), parts.index(part) + parts.count(part)) for part in parts]
