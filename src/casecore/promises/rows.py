"""The rows of all promises, by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final

from casecore.policies import Policy
from casecore.promises.assignment import ASSIGNMENT_PROMISES, LONGEST_FIRST
from casecore.promises.life_cycle import ALL_USED, LIFE_CYCLE_PROMISES, NOBODY_STRANDED
from casecore.promises.live_work import LIVE_WORK_PROMISES
from casecore.promises.own_rules import promises_of_policy
from casecore.promises.people import PEOPLE_PROMISES
from casecore.promises.promise import Promise, Statement, WayOn
from casecore.promises.replies import REPLY_PROMISES

PROMISES: Final[tuple[Promise, ...]] = tuple(
    sorted(
        (*LIFE_CYCLE_PROMISES, *ASSIGNMENT_PROMISES, *LIVE_WORK_PROMISES, *REPLY_PROMISES, *PEOPLE_PROMISES),
        key=attrgetter("number"),
    )
)
"""The promises that hold at every step."""


def promises_of(house: Any, *policies: Policy) -> tuple[Promise, ...]:
    """The promises of a house, by number: those of §10, and what rooms, and rules, of a team's own promise.

    Args:
        house: Its rooms; this file knows no others.
        policies: The SOPs whose own rules promise something; of two rules with one id there is one promise.

    Raises:
        ValueError: When two promises have one number.
    """
    of_rules = {promise.number: promise for policy in policies for promise in promises_of_policy(policy)}
    of_rooms: tuple[Promise, ...] = tuple(promise for room in house.rooms for promise in room.promises)
    own = (*of_rooms, *of_rules.values())
    taken = Counter(promise.number for promise in (*PROMISES, *OTHERS, *own))
    twice = [number for number, times in taken.items() if times > 1]
    if twice:
        raise ValueError(f"two promises are numbered {twice[0]!r}; give a room's own another number")
    return tuple(sorted((*PROMISES, *own), key=attrgetter("number"))) if own else PROMISES


WAYS_ON: Final[Mapping[str, WayOn]] = {
    promise.number: promise.way_on for promise in PROMISES if promise.way_on is not None
}
"""Where there must always be a way to, by the number of the promise that says so."""

OTHERS: Final[tuple[Statement, ...]] = (LONGEST_FIRST, ALL_USED, NOBODY_STRANDED)
"""The promises that are about more than a step; `check` judges each in a way of its own."""
