"""What a desk must always keep, as questions that can be asked of any step.

Each promise has its number in §10 of the domain, and is one row (`promise.py`). They speak of a **step** (the desk
before, the command, the events, the desk after: `steps.py`) and not of desks alone: a reply that went round its
approval leaves no trace on the desk it leads to. Their rows stand by theme:

* `life_cycle.py`: a case moves only along it, nothing is lost, and there is always a way to closed.
* `assignment.py`: who holds a case, how many, and whether they should.
* `live_work.py`: silence, authentication, and agents who come and go.
* `replies.py`: what is sent to customers, and with whose approval.

`broken(step)` asks them all and lists what does not hold. A promise whose rule the policy softens or switches off is
**not claimed**: it is then neither kept nor broken.

Promises look at what happened, whichever command led to it, and never at the rules that keep them: otherwise a hole in
a rule would be a hole in its promise too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final

from casecore.promises import assignment, life_cycle, live_work, replies
from casecore.promises.promise import Occasion, Promise, Statement, WayOn
from casecore.promises.steps import Step

__all__ = ["OTHERS", "PROMISES", "WAYS_ON", "Occasion", "Promise", "Statement", "Step", "WayOn", "broken"]

PROMISES: Final[tuple[Promise, ...]] = tuple(
    sorted(
        (
            *life_cycle.LIFE_CYCLE_PROMISES,
            *assignment.ASSIGNMENT_PROMISES,
            *live_work.LIVE_WORK_PROMISES,
            *replies.REPLY_PROMISES,
        ),
        key=attrgetter("number"),
    )
)
"""The promises that hold at every step."""

WAYS_ON: Final[Mapping[str, WayOn]] = {
    promise.number: promise.way_on for promise in PROMISES if promise.way_on is not None
}
"""Where there must always be a way to, by the number of the promise that says so."""

OTHERS: Final[tuple[Statement, ...]] = (assignment.LONGEST_FIRST, life_cycle.ALL_USED, life_cycle.NOBODY_STRANDED)
"""The promises that are about more than a step; `check` judges each in a way of its own."""


def broken(step: Step, promises: Iterable[Promise] = PROMISES) -> tuple[str, ...]:
    """Every promise that a step breaks, among those that its policy claims.

    Args:
        step: A step; one that was refused breaks nothing.
        promises: Which promises to ask.

    Returns:
        One sentence for each breach, with the promise's number; nothing when all are kept.
    """
    claimed = (promise for promise in promises if promise.claimed(step.policy))
    return tuple(f"{promise.number} {promise.title}: {found}" for promise in claimed for found in promise.asks(step))
