"""Opening hours of queues: when their work is offered to agents.

* A queue may have **hours**, those of a calendar of the policy. Outside them routing offers nothing of it, neither
  cases nor reviews.
* Closed hours stop **push** only. Agents may fetch work from a closed queue and open its cases, and whatever somebody
  reassigns by hand rings. Cases enter it, wait, and count their time as ever.
* What rings when the queue closes **goes on ringing**, and may be accepted; declined, it waits until the queue opens.

Routing reads this (`casecore.routing`); no rule of `decide` does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from casecore.kernel import Room, Timer
from casecore.policies import Policy
from casecore.policies.sections import Delivery
from casecore.rooms.approvals import HasDraft, SeesDraft
from casecore.rooms.cases import HasCase

_TICK: Final = timedelta(microseconds=1)


def is_closed(queue: str, policy: Policy, at: datetime) -> bool:
    """Whether nothing of a queue is offered at this instant, because it is outside its hours."""
    hours = policy.hours_of(queue)
    return hours is not None and not hours.is_open(at)


def opens_at(queue: str, policy: Policy, at: datetime) -> datetime | None:
    """When a queue opens next, from this instant on; None where it is never closed, or opens no more."""
    hours = policy.hours_of(queue)
    if hours is None:
        return None
    if not hours.is_open(at):
        return hours.next_open(at)
    try:
        if not hours.is_open(at - _TICK):
            return at
    except OverflowError:  # the first instant of the calendar
        return at
    closes = hours.closes(at)
    return None if closes is None else hours.next_open(closes)


def _opens_for_push(queue: str, policy: Policy, at: datetime) -> datetime | None:
    known = policy.queues.get(queue)
    return opens_at(queue, policy, at) if known is not None and known.delivery is Delivery.PUSH else None


def _opens_for_case(view: HasCase, policy: Policy, at: datetime) -> datetime | None:
    return None if view.case.pull_only else _opens_for_push(view.case.queue, policy, at)


def _opens_for_review(view: HasDraft, policy: Policy, at: datetime) -> datetime | None:
    return None if view.draft.reviewer is not None else _opens_for_push(view.draft.queue, policy, at)


def _never(_: object) -> bool:
    return False


def _no_length(_: object, __: object) -> None:
    return None


OPENS = Timer(
    "the queue of the case opens",
    "queues.hours",
    "case.waiting_since",
    _no_length,
    again=_opens_for_case,
    compared=_never,
)
REVIEW_OPENS = Timer(
    "the queue of the review opens",
    "queues.hours",
    "draft.waiting_since",
    _no_length,
    again=_opens_for_review,
    compared=_never,
)

OPENING_HOURS: Room[SeesDraft] = Room(name="opening_hours", timers=(OPENS, REVIEW_OPENS))
