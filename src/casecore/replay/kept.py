"""Promises that a day keeps: asked of each of its steps, whatever the desk answers.

The witnesses of the promises watch the step. Of those that something stays possible the ways are walked: to closed
(18), to the end of a draft (19), and to both once each dated change of the policy that is to come has come (21).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from casecore.policies import Policy
from casecore.promises.life_cycle import NOBODY_STRANDED
from casecore.promises.rows import PROMISES, promises_of
from casecore.promises.steps import Step
from casecore.promises.watching import Breach, Watch
from casecore.promises.ways import lost_ways
from casecore.rooms.composition import HOUSE, House

JUDGED: Final = tuple(sorted((*(promise.number for promise in PROMISES), NOBODY_STRANDED.number)))
"""The numbers of the promises of §10 that can be asked of a step."""


def judged_in(house: House, policy: Policy) -> tuple[str, ...]:
    """The numbers of the promises that can be asked of a step: of §10, of own rooms, and of own rules."""
    return tuple(sorted((*(promise.number for promise in promises_of(house, policy)), NOBODY_STRANDED.number)))


class KeptPromises:
    """Some promises, and what breaks them.

    Args:
        numbers: Which, of those that `judged_in` names.
        policy: The SOP in force, with its dated changes.
        house: Whose promises they are.
    """

    def __init__(self, numbers: Iterable[str], policy: Policy, house: House = HOUSE) -> None:
        wanted = frozenset(numbers)
        self._promises = tuple(promise for promise in promises_of(house, policy) if promise.number in wanted)
        self._switches = NOBODY_STRANDED.number in wanted
        self._watch = Watch(policy, self._promises)

    def see(self, step: Step) -> tuple[Breach, ...]:
        """Everything that a step breaks of them, in the order of their numbers."""
        found = (*self._watch.see(step.events), *lost_ways(step, self._promises), *self._stranded(step))
        return tuple(sorted(found, key=lambda breach: breach.number))

    def _stranded(self, step: Step) -> Iterator[Breach]:
        """What a step leaves that is stranded once a change comes."""
        desk, stated = step.after, NOBODY_STRANDED
        begins = [begin for begin, _, __ in desk.policy.periods(desk.now)] if self._switches else []
        for begin in filter(None, begins):  # the first period has begun
            then = attrs.evolve(step, after=attrs.evolve(desk, now=begin))
            for lost in lost_ways(then):
                what = f"from {begin.date()} on {lost.what}"
                yield Breach(stated.number, stated.title, what, step.command.at, step.events)
