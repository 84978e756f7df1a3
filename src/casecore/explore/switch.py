"""A switch from one policy to another while cases are in flight.

Everything that the old policy can lead to is found first; from each of these states everything is then continued under
the new policy. Asked is what has become of the states in which the switch may happen:

* `homeless`: (books) -> what of a case the new policy has no place for, in words.
* `ways`: (books) -> whether it is where one wants to get. Where there is a way under the old policy, there must be
  one under the new policy alone; what had none before the switch is not left behind by it.

Its stories are told by the old policy from beginning to end: the switch comes behind their last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
from attrs import field, frozen

from casecore.explore.local_states import LocalState, Move, MoveResult
from casecore.explore.memo import Memo
from casecore.explore.model import NO_QUESTIONS, Model, Questions
from casecore.explore.read_log import LoggedDesk
from casecore.explore.scope import Scope
from casecore.explore.states import StateSearch
from casecore.explore.traces import Story, StoryFinder
from casecore.explore.watchers import in_books
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.rooms.composition import House


@frozen
class LeftBehind:
    """States that a switch leaves behind.

    Attributes:
        why: What the new policy has no place for, or the name of what there is no way to.
        story: The shortest story that leads to such a state; None where none can be told.
        times: In how many states it is so.
        given_up: Whether, where no story can be told, ways are left that were not tried.
    """

    why: str
    story: Story | None = field(repr=False)
    times: int
    given_up: bool = False


@frozen
class SwitchResult:
    """What came of a switch.

    Attributes:
        before: In how many states the switch may happen.
        states: How many there are, with those that only the new policy leads to from there.
        complete: Whether these are all.
        left: What is left behind.
    """

    before: int
    states: int
    complete: bool
    left: tuple[LeftBehind, ...]


class ResultPair(NamedTuple):
    """What comes of a move under the old policy and under the new one, and whether anything does under either."""

    old: MoveResult | None
    new: MoveResult | None
    happens: bool


@attrs.frozen(eq=False)
class MovePair:
    """The same move under the old policy and under the new one, of which is asked at once what comes of it.

    Most of what the two read, and mostly what they answer, is the same.
    """

    moves: tuple[Move, Move]
    memo: Memo


class TwoPolicyModel(Model):
    """A model with two policies: everything is tried under both, or under one of them at a time.

    What was decided under either stays known, whichever is in force. What both do alike is one step.

    Attributes:
        in_force: The policies that decide.
        pair_of: For each command of either policy, what it is under both.
        otherwise: For each move of the local state that is looked at, the other policy's answer, where that differs.
    """

    def __init__(
        self, scope: Scope, old: Policy, new: Policy, house: House, questions: Questions = NO_QUESTIONS
    ) -> None:
        self.in_force: tuple[Policy, ...] = (old, new)
        self.pair_of: dict[Move, MovePair] = {}
        self.otherwise: dict[Move, MoveResult | None] = {}
        super().__init__(scope, old, house, questions, others=(new,))

    def start_over(self) -> None:
        """Begin anew with the components; what was decided under both stays known."""
        super().start_over()
        self._pairs_by_part = [
            self._pair_moves(about, passes) for about, passes in zip(self._case_moves, self._time_moves, strict=True)
        ]
        self._pairs_by_part.append(self._pair_moves(self._team_moves, []))

    def _pair_moves(self, commands: list[Move], passes: list[Move]) -> list[MovePair]:
        """The moves of the old policy come first, then the same ones of the new one."""
        found = []
        for moves in (commands, passes):
            half = len(moves) // 2
            for old, new in zip(moves[:half], moves[half:], strict=True):
                pair = self.pair_of.get(old) or MovePair((old, new), self.memo(_ask_both(old, new)))
                if old.command is not None:
                    self.pair_of[old] = self.pair_of[new] = pair
                found.append(pair)
        return found

    def put_in_force(self, *policies: Policy) -> None:
        """From now on only these decide, and let time pass."""
        self.in_force = policies
        self._successors = [{} for _ in self._successors]
        self._open_moves = [{} for _ in self._open_moves]

    def moves_of(self, part: int | None) -> list[Move]:
        """Everything that can be done under the policies in force."""
        sides = self._sides_in_force
        return [move for move in super().moves_of(part) if move.side in sides]

    @property
    def _sides_in_force(self) -> list[int]:
        return [side for side, policy in enumerate(self.policies) if any(policy is one for one in self.in_force)]

    def _askable(self, part: int | None) -> Sequence[MovePair]:
        return self._pairs_by_part[-1 if part is None else part]

    def _moves_that_happen(self, part: int | None, case: int, state: LocalState) -> Iterable[tuple[Move, MoveResult]]:
        found = self._answers_that_happen(part, case, state)
        sides = self._sides_in_force
        self.otherwise = {}
        for pair, (old, new, _) in found if len(sides) > 1 else ():
            if old is not new:
                self.otherwise.update(zip(pair.moves, (new, old), strict=True))
        for side in sides:
            for pair, results in found:
                result = results[side]
                alike = side > sides[0] and result is results[0]
                if result is not None and result.happens and not alike:
                    yield pair.moves[side], result


def _ask_both(old: Move, new: Move) -> Callable[[LoggedDesk], ResultPair]:
    def ask(desk: LoggedDesk) -> ResultPair:
        results = old.memo.evaluate(desk), new.memo.evaluate(desk)
        return ResultPair(*results, any(result is not None and result.happens for result in results))

    return ask


@attrs.define(eq=False, slots=False)
class _SwitchSearch(StateSearch):
    """A search under one policy, and from each of its states under the other."""

    switched: int = 0

    def _expand(self) -> None:
        model: Any = self.model  # `TwoPolicyModel`: nobody else makes such a search
        old, new = model.policies
        model.put_in_force(old)
        super()._expand()
        self.switched = len(self.states)
        model.put_in_force(new)
        super()._expand()


def try_switch(
    model: TwoPolicyModel,
    *,
    homeless: Callable[[Books], Iterable[str]],
    ways: Mapping[str, Callable[[Books], bool]],
    limit: int,
) -> SwitchResult:
    """Try the switch in every state that the old policy leads to.

    Args:
        model: The scope and the two policies, with books that are kept; afterwards the old one is in force.
        homeless: (books) -> everything of a case that the new policy has no place for.
        ways: By name, (books) -> whether it is where one wants to get; asked for each case.
        limit: How many states are visited at most.
    """
    search = _SwitchSearch(model, limit)
    search.run()
    found = _find_homeless(search, homeless)
    lost = {place for places in found.values() for place in places}
    wanted = {name: in_books(reached) for name, reached in (ways.items() if search.complete else ())}
    stuck = {
        name: [place for place in search.states_without_way(there) if place < search.switched and place not in lost]
        for name, there in wanted.items()
    }
    model.put_in_force(model.policy)
    for name, places in stuck.items():
        before = set(search.states_without_way(wanted[name], search.switched)) if places else set[int]()
        if left := [place for place in places if place not in before]:
            found[name] = left
    finder = StoryFinder(search)
    left_behind = tuple(_tell_left_behind(finder, why, places) for why, places in found.items())
    return SwitchResult(search.switched, len(search.states), search.complete, left_behind)


def _find_homeless(search: _SwitchSearch, homeless: Callable[[Books], Iterable[str]]) -> dict[str, list[int]]:
    model = search.model
    memo = model.memo(lambda desk: tuple(homeless(desk.books)))
    found: dict[str, list[int]] = {}
    for place in range(search.switched):
        state = search.states[place]
        team = search.agents_of(state)
        states = (model.local_state(search.part_at(at), case, team) for at, case in enumerate(search.cases_of(state)))
        for why in dict.fromkeys(why for state in states for why in memo(state)):
            found.setdefault(why, []).append(place)
    return found


def _tell_left_behind(finder: StoryFinder, why: str, places: list[int]) -> LeftBehind:
    story = finder.story_to(places)
    return LeftBehind(why, story, len(places), story is None and finder.gave_up)
