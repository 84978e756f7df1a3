"""A switch from one policy to another while cases are in flight.

Everything that the old policy can lead to is found first; from each of these worlds everything is then continued under
the new policy. Asked is what has become of the worlds in which the switch may happen:

* `homeless`: (desk) -> what of a case the new policy has no place for, in words.
* `possible`: (desk) -> whether it is where one wants to get. Where there is a way under the old policy, there must be
  one under the new policy alone; what had none before the switch is not left behind by it.

Its stories are told by the old policy from beginning to end: the switch comes behind their last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
from attrs import field, frozen

from casecore.desk import Desk
from casecore.explore.laboratory import Here, Laboratory, Move, Outcome
from casecore.explore.questions import Question
from casecore.explore.scope import Scope
from casecore.explore.seen import SeenDesk
from casecore.explore.stories import Story, Teller
from casecore.explore.worlds import Walk
from casecore.kernel.house import House
from casecore.policies import Policy
from casecore.rooms.composition import View


@frozen
class Left:
    """Worlds that a switch leaves behind.

    Attributes:
        why: What the new policy has no place for, or the name of what there is no way to.
        story: The shortest story that leads to such a world; None where none can be told.
        times: In how many worlds it is so.
        given_up: Whether, where no story can be told, ways are left that were not tried.
    """

    why: str
    story: Story | None = field(repr=False)
    times: int
    given_up: bool = False


@frozen
class Switched:
    """What came of a switch.

    Attributes:
        before: In how many worlds the switch may happen.
        worlds: How many there are, with those that only the new policy leads to from there.
        complete: Whether these are all.
        left: What is left behind.
    """

    before: int
    worlds: int
    complete: bool
    left: tuple[Left, ...]


class Outcomes(NamedTuple):
    """What comes of a move under the old policy and under the new one, and whether anything does under either."""

    old: Outcome | None
    new: Outcome | None
    happens: bool


@attrs.frozen(eq=False)
class Both:
    """The same move under the old policy and under the new one, of which is asked at once what comes of it.

    Most of what the two read, and mostly what they answer, is the same.
    """

    moves: tuple[Move, Move]
    question: Question


class TwoPolicies(Laboratory):
    """A laboratory with two policies: everything is tried under both, or under one of them at a time.

    What was decided under either stays known, whichever is in force. What both do alike is one step.

    Attributes:
        in_force: The policies that decide.
        both_of: For each command of either policy, what it is under both.
        otherwise: For each move of the context that is looked at, what the other policy answers, where that differs.
    """

    def __init__(self, scope: Scope, old: Policy, new: Policy, house: House[View]) -> None:
        self.in_force: tuple[Policy, ...] = (old, new)
        self.both_of: dict[Move, Both] = {}
        self.otherwise: dict[Move, Outcome | None] = {}
        super().__init__(scope, old, house, others=(new,))

    def forget(self) -> None:
        """Begin anew with the pieces; what was decided under both stays known."""
        super().forget()
        self._both = [self._pairs(about, passes) for about, passes in zip(self._about, self._passes, strict=True)]
        self._both.append(self._pairs(self._given, []))

    def _pairs(self, commands: list[Move], passes: list[Move]) -> list[Both]:
        """The moves of the old policy come first, then the same ones of the new one."""
        found = []
        for moves in (commands, passes):
            half = len(moves) // 2
            for old, new in zip(moves[:half], moves[half:], strict=True):
                both = self.both_of.get(old) or Both((old, new), self.question(_under_both(old, new)))
                if old.command is not None:
                    self.both_of[old] = self.both_of[new] = both
                found.append(both)
        return found

    def put_in_force(self, *policies: Policy) -> None:
        """From now on only these decide, and let time pass."""
        self.in_force = policies
        self._contexts = [{} for _ in self._contexts]
        self._starts = [{} for _ in self._starts]

    def moves(self, part: int | None) -> list[Move]:
        """Everything that can be done under the policies in force."""
        return [move for move in super().moves(part) if self._decides(move.policy)]

    def _decides(self, policy: Policy) -> bool:
        return any(policy is one for one in self.in_force)

    def _asking(self, part: int | None) -> Sequence[Both]:
        return self._both[-1 if part is None else part]

    def _happening(self, part: int | None, case: int, here: Here) -> Iterable[tuple[Move, Outcome]]:
        found = self._possible(part, case, here)
        sides = [side for side, policy in enumerate(self.policies) if self._decides(policy)]
        self.otherwise = {}
        for both, (old, new, _) in found if len(sides) > 1 else ():
            if old is not new:
                self.otherwise.update(zip(both.moves, (new, old), strict=True))
        for side in sides:
            for both, outcomes in found:
                outcome = outcomes[side]
                alike = side > sides[0] and outcome is outcomes[0]
                if outcome is not None and outcome.happens and not alike:
                    yield both.moves[side], outcome


def _under_both(old: Move, new: Move) -> Callable[[SeenDesk], Outcomes]:
    def ask(desk: SeenDesk) -> Outcomes:
        outcomes = old.question.ask(desk), new.question.ask(desk)
        return Outcomes(*outcomes, any(outcome is not None and outcome.happens for outcome in outcomes))

    return ask


@attrs.define(eq=False, slots=False)
class _Continued(Walk):
    """A walk under one policy, and from each of its worlds under the other."""

    switched: int = 0

    def _spread(self) -> None:
        laboratory: Any = self.laboratory  # `TwoPolicies`: nobody else makes such a walk
        old, new = laboratory.policies
        laboratory.put_in_force(old)
        super()._spread()
        self.switched = len(self.order)
        laboratory.put_in_force(new)
        super()._spread()


def switch(
    laboratory: TwoPolicies,
    *,
    homeless: Callable[[Desk], Iterable[str]],
    possible: Mapping[str, Callable[[Desk], bool]],
    limit: int,
) -> Switched:
    """Try the switch in every world that the old policy leads to.

    Args:
        laboratory: The scope and the two policies; afterwards the old one is in force.
        homeless: (desk) -> everything of a case that the new policy has no place for.
        possible: By name, (desk) -> whether it is where one wants to get; asked for each case.
        limit: How many worlds are visited at most.
    """
    walk = _Continued(laboratory, limit)
    walk.run()
    found = _without_home(walk, homeless)
    lost = {place for places in found.values() for place in places}
    stuck = {
        name: [place for place in walk.without_way(wanted) if place < walk.switched and place not in lost]
        for name, wanted in (possible.items() if walk.complete else ())
    }
    laboratory.put_in_force(laboratory.policy)
    for name, places in stuck.items():
        before = set(walk.without_way(possible[name], walk.switched)) if places else set[int]()
        if left := [place for place in places if place not in before]:
            found[name] = left
    teller = Teller(walk)
    told = tuple(_left(teller, why, places) for why, places in found.items())
    return Switched(walk.switched, len(walk.order), walk.complete, told)


def _without_home(walk: _Continued, homeless: Callable[[Desk], Iterable[str]]) -> dict[str, list[int]]:
    laboratory = walk.laboratory
    question = laboratory.question(lambda desk: tuple(homeless(desk)))
    found: dict[str, list[int]] = {}
    for place in range(walk.switched):
        world = walk.order[place]
        team = walk.agents_of(world)
        here = (laboratory.here(walk.part_at(at), case, team) for at, case in enumerate(walk.cases_of(world)))
        for why in dict.fromkeys(why for situation in here for why in question(situation)):
            found.setdefault(why, []).append(place)
    return found


def _left(teller: Teller, why: str, places: list[int]) -> Left:
    story = teller.way_to(places)
    return Left(why, story, len(places), story is None and teller.gave_up)
