"""Overflow: who else may take a case that has waited in its queue for long.

* A queue may **overflow** into another one: once a case has waited for so long, members of the other queue are eligible
  for it too. Everything else that is asked of whoever gets work is asked of them.
* It counts by the clock, open hours or not, from what the waiting time in the queue counts from: so it goes on where
  the waiting time goes on, and begins anew where that does.
* The case **stays in its queue**: its place in the order, and what the policy says of the queue, are as before. One
  step is all: the other queue overflows into none.
* Who took it holds it, whatever the queue does afterwards. Given up, it waits in its own queue again.
* It is about cases. The review of a draft is done by those who serve the queue that approves it, however long it waits.

Who is eligible is told in `eligibility.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from casecore.kernel import Room, Timer
from casecore.kernel.durations import instant_after
from casecore.policies import Policy
from casecore.policies.sections import Overflow
from casecore.rooms.agents import Agent
from casecore.rooms.cases import HasCase, SeesCase


def overflow_of(queue: str, policy: Policy) -> Overflow | None:
    """Where and when a queue overflows; None where it never does."""
    known = policy.queues.get(queue)
    return None if known is None or known.overflow.to is None else known.overflow


def overflows_at(queue: str, since: datetime | None, policy: Policy) -> datetime | None:
    """From when on members of the other queue may take what waits.

    Args:
        queue: Where it waits.
        since: What its waiting time counts from; None: it does not wait.
        policy: The SOP in force.
    """
    overflow = overflow_of(queue, policy)
    if overflow is None or overflow.after is None or since is None:
        return None
    return instant_after(since, overflow.after)


def helping_queue(queue: str, since: datetime | None, policy: Policy, at: datetime) -> str | None:
    """The other queue whose members may take what waits, where that time has come."""
    overflow, due = overflow_of(queue, policy), overflows_at(queue, since, policy)
    return overflow.to if overflow is not None and due is not None and due <= at else None


def is_served(queue: str, agents: Iterable[Agent], policy: Policy) -> bool:
    """Whether some agent serves a queue, or the one that it overflows into."""
    overflow = overflow_of(queue, policy)
    into = None if overflow is None else overflow.to
    return any(queue in agent.queues or into in agent.queues for agent in agents)


def _after(view: HasCase, policy: Policy) -> timedelta | None:
    overflow = overflow_of(view.case.queue, policy)
    return None if overflow is None else overflow.after


def _some_queue_overflows(policy: Policy) -> bool:
    return any(overflow_of(queue, policy) is not None for queue in policy.queues)


OVERFLOWS = Timer(
    "members of another queue may take the case too",
    "queues.overflow",
    "case.waiting_since",
    _after,
    compared=_some_queue_overflows,
)

OVERFLOW: Room[SeesCase] = Room(name="overflow", timers=(OVERFLOWS,))
