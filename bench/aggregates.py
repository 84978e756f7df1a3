"""Folding events into cases with the `eventsourcing` library.

The same changes as those of casecore's rooms; `fold.py` asserts that all contenders end in the same cases.

* `DecoratedCase`: an aggregate of the library as its tutorial writes one, with `@event`.
* `AppliedCase`: the same with events that have an `apply` of their own, which is about twice as fast.

The events of an aggregate come together, as the library's repository reads them. Ours come as they happen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import attrs
from eventsourcing.domain import Aggregate
from eventsourcing.domain import event as on
from eventsourcing.utils import get_topic

from bench.evolved import EVOLVED
from casecore import Case, Event, Status
from casecore.rooms.composition import HOUSE


class DecoratedCase(Aggregate):
    """A case as the library's tutorial writes it: methods that an event calls."""

    @on("CaseStarted")
    def __init__(self, case, thread, customer, channel, queue, reason, language, predecessor, timestamp):
        _begin(self, case, thread, customer, channel, queue, reason, language, predecessor, timestamp)

    @on("CaseQueued")
    def _queued(self, queue, since):
        self.queue = queue
        self.waiting_since = since

    @on("CaseAssigned")
    def _assigned(self, agent):
        self.assignee = self.owner = agent
        self.waiting_since = None

    @on("CaseReleased")
    def _released(self):
        self.assignee = None

    @on("CaseUnqueued")
    def _unqueued(self):
        self.waiting_since = None

    @on("WorkBegun")
    def _begun(self, timestamp):
        self.status = Status.OPEN
        self.status_at = timestamp

    @on("MessageReceived")
    def _received(self, timestamp):
        if self.unanswered_since is None:
            self.unanswered_since = timestamp

    @on("CaseReopened")
    def _reopened(self, timestamp):
        self.status = Status.OPEN
        self.status_at = timestamp

    @on("ReplySent")
    def _sent(self, send_as, timestamp):
        self.status = send_as
        self.status_at = timestamp
        self.unanswered_since = None

    @on("StatusSet")
    def _status_set(self, status, timestamp):
        self.status = status
        self.status_at = timestamp

    @on("CaseTagged")
    def _tagged(self, tag):
        self.tags |= {tag}

    @on("CaseUntagged")
    def _untagged(self, tag):
        self.tags -= {tag}

    @on("CaseClosed")
    def _closed(self, reason, timestamp):
        self.status = Status.CLOSED
        self.status_at = timestamp
        self.closed_as = reason
        self.assignee = self.waiting_since = self.unanswered_since = None


class AppliedCase(Aggregate):
    """The same with events that apply themselves, which is faster; what they change is casecore's own code."""

    def __init__(self, case, thread, customer, channel, queue, reason, language, predecessor, at):
        _begin(self, case, thread, customer, channel, queue, reason, language, predecessor, at)


def _begin(self, case, thread, customer, channel, queue, reason, language, predecessor, at):
    vars(self).update(_AT_FIRST)
    self.case, self.thread, self.customer, self.channel = case, thread, customer, channel
    self.status, self.status_at, self.queue = Status.NEW, at, queue
    self.assignee = self.owner = self.waiting_since = self.unanswered_since = self.closed_as = None
    self.reason, self.language, self.predecessor = reason, language, predecessor
    self.tags = frozenset()


_AT_FIRST = {field.name: field.default for field in attrs.fields(Case) if field.default is not attrs.NOTHING}
"""What a case has as it starts, beside what its first event says."""


def _applying(kind: type[Event]) -> type:
    (edit,) = [effect.edit for effect in HOUSE.effects[kind] if effect.record is Case]
    return type(
        kind.__name__,
        (Aggregate.Created,) if edit is None else (Aggregate.Event,),
        {
            "__annotations__": {field.name: field.type for field in attrs.fields(kind)},
            "__module__": __name__,
            "apply": lambda self, case: None if edit is None else edit(case, self),
        },
    )


for _kind in EVOLVED:
    setattr(AppliedCase, _kind.__name__, _applying(_kind))


def histories_of(aggregate: type[Aggregate], events: Iterable[Event]) -> list[list[Any]]:
    """The same events as events of an aggregate: each case's together, with its UUID and their versions."""
    fields = {kind: _own_fields(getattr(aggregate, kind.__name__)) for kind in EVOLVED}
    histories: dict[str, list[Any]] = {}
    for event in events:
        history = histories.setdefault(event.case, [])
        values = {name: getattr(event, name) for name in fields[type(event)]}
        if not history:
            values["originator_topic"] = get_topic(aggregate)
        identity = history[0].originator_id if history else UUID(int=len(histories))
        kind = getattr(aggregate, type(event).__name__)
        history.append(kind(originator_id=identity, originator_version=len(history) + 1, timestamp=event.at, **values))
    return list(histories.values())


def _own_fields(kind: type) -> tuple[str, ...]:
    given = {"originator_id", "originator_version", "timestamp", "originator_topic"}
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in given)


def replay(histories: Iterable[Iterable[Any]]) -> list[Aggregate]:
    """The aggregates after their histories, as the library's repository makes them."""
    aggregates = []
    for history in histories:
        aggregate = None
        for happened in history:
            aggregate = happened.mutate(aggregate)
        aggregates.append(aggregate)
    return aggregates
