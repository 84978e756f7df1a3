"""A switch from one policy to another while cases are in flight.

Everything that the old policy can lead to is found first; from each of these worlds everything is then continued under
the new policy. Asked is what has become of the worlds in which the switch may happen:

* `homeless`: (desk) -> what of a case the new policy has no place for, in words.
* `possible`: (desk) -> whether it is where one wants to get. Where there is a way under the old policy, there must be
  one under the new policy alone; what had none before the switch is not left behind by it.

Its stories are told by the old policy from beginning to end: the switch comes behind their last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs
from attrs import field, frozen

from casecore.composition import View
from casecore.desk import Desk
from casecore.explore.laboratory import Laboratory, Move
from casecore.explore.scope import Scope
from casecore.explore.stories import Story, Teller
from casecore.explore.worlds import Walk
from casecore.house import House
from casecore.policies import Policy

TRIED: Final = 10
"""Of how many worlds that are alike a story is tried to be told."""


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


class TwoPolicies(Laboratory):
    """A laboratory with two policies: everything is tried under both, or under one of them at a time.

    What was decided under either stays known, whichever is in force.
    """

    def __init__(self, scope: Scope, old: Policy, new: Policy, house: House[View]) -> None:
        self.in_force: tuple[Policy, ...] = (old, new)
        super().__init__(scope, old, house, others=(new,))

    def put_in_force(self, *policies: Policy) -> None:
        """From now on only these decide, and let time pass."""
        self.in_force = policies
        self._contexts = [{} for _ in self._contexts]
        self._starts = [{} for _ in self._starts]

    def moves(self, part: int | None) -> list[Move]:
        """Everything that can be done under the policies in force."""
        return [move for move in super().moves(part) if any(move.policy is policy for policy in self.in_force)]


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
    given_up = len(places) > TRIED
    for place in places[:TRIED]:
        story = teller.way_to(place)
        if story is not None:
            return Left(why, story, len(places))
        given_up = given_up or teller.gave_up
    return Left(why, None, len(places), given_up)
