"""Folding events into cases as one would without casecore, and without a library: `attrs.evolve` for every event.

The same changes as those of casecore's rooms; `fold.py` asserts that all contenders end in the same cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve

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
