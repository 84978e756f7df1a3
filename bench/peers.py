"""Folding events into cases as one would without casecore.

Twice the same changes as those of casecore's rooms; `fold.py` asserts that all of them end in the same cases.

* `EVOLVED`: a frozen record, and `attrs.evolve` for every event.
* `CaseAggregate`: an aggregate of the `eventsourcing` library. Its events have an `apply` of their own, which is
  faster than the library's `@event` decorator, and each case's events come together, as its repository reads them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve
from eventsourcing.domain import Aggregate
from eventsourcing.utils import get_topic

from casecore import (
    Case,
    CaseAssigned,
    CaseClosed,
    CaseQueued,
    CaseReleased,
    CaseReopened,
    CaseStarted,
    CaseTagged,
    CaseUnqueued,
    CaseUntagged,
    Event,
    MessageReceived,
    ReplySent,
    Status,
    StatusSet,
    WorkBegun,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from casecore import CloseReason

# attrs.evolve ------------------------------------------------------------------------------------------


def _started(_: None, event: CaseStarted) -> Case:
    return Case(
        event.case,
        event.thread,
        event.customer,
        event.channel,
        Status.NEW,
        event.at,
        event.queue,
        reason=event.reason,
        language=event.language,
        predecessor=event.predecessor,
    )


def _received(case: Case, event: MessageReceived) -> Case:
    return evolve(case, unanswered_since=event.at) if case.unanswered_since is None else case


def _sent(case: Case, event: ReplySent) -> Case:
    return evolve(case, status=event.send_as, status_at=event.at, unanswered_since=None)


def _closed(case: Case, event: CaseClosed) -> Case:
    return evolve(
        case,
        status=Status.CLOSED,
        status_at=event.at,
        closed_as=event.reason,
        assignee=None,
        waiting_since=None,
        unanswered_since=None,
    )


EVOLVED: Mapping[type[Event], Callable[[Case, Event], Case]] = {
    CaseStarted: _started,
    CaseQueued: lambda case, event: evolve(case, queue=event.queue, waiting_since=event.since),
    CaseUnqueued: lambda case, event: evolve(case, waiting_since=None),
    CaseAssigned: lambda case, event: evolve(case, assignee=event.agent, owner=event.agent, waiting_since=None),
    CaseReleased: lambda case, event: evolve(case, assignee=None),
    WorkBegun: lambda case, event: evolve(case, status=Status.OPEN, status_at=event.at),
    MessageReceived: _received,
    CaseReopened: lambda case, event: evolve(case, status=Status.OPEN, status_at=event.at),
    ReplySent: _sent,
    StatusSet: lambda case, event: evolve(case, status=event.status, status_at=event.at),
    CaseTagged: lambda case, event: evolve(case, tags=case.tags | {event.tag}),
    CaseUntagged: lambda case, event: evolve(case, tags=case.tags - {event.tag}),
    CaseClosed: _closed,
}
"""What each event makes of a case."""


def fold_with_evolve(events: Iterable[Event]) -> dict[str, Case]:
    """The cases after these events: a new record for each event."""
    cases: dict[str, Case] = {}
    for event in events:
        cases[event.case] = EVOLVED[type(event)](cases.get(event.case), event)
    return cases


# eventsourcing -----------------------------------------------------------------------------------------


class CaseAggregate(Aggregate):
    """A case, as the library's documentation writes an aggregate with explicit events."""

    def __init__(self, case, thread, customer, channel, queue, reason, language, predecessor, at):
        self.case = case
        self.thread = thread
        self.customer = customer
        self.channel = channel
        self.status = Status.NEW
        self.status_at = at
        self.queue = queue
        self.assignee = self.owner = self.waiting_since = self.unanswered_since = self.closed_as = None
        self.reason = reason
        self.language = language
        self.tags = frozenset()
        self.predecessor = predecessor
        self.successor = None

    class Started(Aggregate.Created):
        """The first event."""

        case: str
        thread: str
        customer: str
        channel: str
        queue: str
        reason: str | None
        language: str | None
        predecessor: str | None
        at: datetime

    class Queued(Aggregate.Event):
        queue: str
        since: datetime

        def apply(self, aggregate):
            aggregate.queue = self.queue
            aggregate.waiting_since = self.since

    class Unqueued(Aggregate.Event):
        def apply(self, aggregate):
            aggregate.waiting_since = None

    class Assigned(Aggregate.Event):
        agent: str

        def apply(self, aggregate):
            aggregate.assignee = aggregate.owner = self.agent
            aggregate.waiting_since = None

    class Released(Aggregate.Event):
        def apply(self, aggregate):
            aggregate.assignee = None

    class Opened(Aggregate.Event):
        def apply(self, aggregate):
            aggregate.status = Status.OPEN
            aggregate.status_at = self.timestamp

    class Received(Aggregate.Event):
        def apply(self, aggregate):
            if aggregate.unanswered_since is None:
                aggregate.unanswered_since = self.timestamp

    class Replied(Aggregate.Event):
        send_as: Status

        def apply(self, aggregate):
            aggregate.status = self.send_as
            aggregate.status_at = self.timestamp
            aggregate.unanswered_since = None

    class Set(Aggregate.Event):
        status: Status

        def apply(self, aggregate):
            aggregate.status = self.status
            aggregate.status_at = self.timestamp

    class Tagged(Aggregate.Event):
        tag: str

        def apply(self, aggregate):
            aggregate.tags |= {self.tag}

    class Untagged(Aggregate.Event):
        tag: str

        def apply(self, aggregate):
            aggregate.tags -= {self.tag}

    class Closed(Aggregate.Event):
        reason: CloseReason

        def apply(self, aggregate):
            aggregate.status = Status.CLOSED
            aggregate.status_at = self.timestamp
            aggregate.closed_as = self.reason
            aggregate.assignee = aggregate.waiting_since = aggregate.unanswered_since = None
