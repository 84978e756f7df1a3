"""Promises about the life of a case: how it moves, that it is never lost and can be closed; and about its clocks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from casecore.kernel import SYSTEM, Command, Deviated, Event
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.happening import Happening, happens
from casecore.promises.pages import CasePage
from casecore.promises.promise import Occasion, Promise, Situation, Statement, WayOn
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseQueued, WorkBegun
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseCase, CloseReason, StatusSet
from casecore.rooms.clocks import ClockState
from casecore.rooms.commitments import CommitmentFulfilled, CommitmentRescheduled, CommitmentTaken
from casecore.rooms.edits import MessageAwaited, MessageEdited, MessageWithdrawn
from casecore.rooms.notes import NoteAdded, NoteDeleted, NoteEdited
from casecore.rooms.offers import WorkOffered
from casecore.rooms.relations import CaseFlagged, DutyDone, DutyLeft, RecordRelated, RecordUnrelated
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected
from casecore.rooms.sla import ClockJudged, SetLevel
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status

NEW, OPEN, PENDING, ESCALATED, RESOLVED, CLOSED = Status

# A case moves only along the life cycle (§2), written down once more ------------------------------------

_WORKED: Final = (OPEN, PENDING, ESCALATED, RESOLVED)

MOVES: Final[Mapping[str, Mapping[Status, Status]]] = {
    "begin_work": {NEW: OPEN},
    "send_as_pending": dict.fromkeys(_WORKED, PENDING),
    "send_as_escalated": dict.fromkeys(_WORKED, ESCALATED),
    "send_as_resolved": dict.fromkeys(_WORKED, RESOLVED),
    "set_open": dict.fromkeys((PENDING, ESCALATED, RESOLVED), OPEN),
    "set_pending": dict.fromkeys((OPEN, ESCALATED, RESOLVED), PENDING),
    "set_escalated": dict.fromkeys((OPEN, PENDING, RESOLVED), ESCALATED),
    "set_resolved": dict.fromkeys((OPEN, PENDING, ESCALATED), RESOLVED),
    "customer_message": {PENDING: OPEN, ESCALATED: OPEN, RESOLVED: OPEN, NEW: NEW, OPEN: OPEN},
    "delivery_failed": {PENDING: OPEN, ESCALATED: OPEN, RESOLVED: OPEN, OPEN: OPEN},
    "close": dict.fromkeys((NEW, *_WORKED), CLOSED),
}
"""By trigger: from which status to which."""

_TRIGGERS: Final[Mapping[type[Event], Callable[[Any], str]]] = {
    WorkBegun: lambda event: "begin_work",
    ReplySent: lambda event: f"send_as_{event.send_as}",
    StatusSet: lambda event: f"set_{event.status}",
    ChatDisconnected: lambda event: "send_as_resolved",
    MessageReceived: lambda event: "customer_message",
    MessageBounced: lambda event: "delivery_failed",
    CaseReopened: lambda event: "customer_message" if event.failed is None else "delivery_failed",
    CaseSnoozed: lambda event: "set_pending",
    CaseClosed: lambda event: "close",
}
"""The trigger that each event is; no other event moves a case."""


def _moves_off_the_life_cycle(step: Happening) -> Iterator[str]:
    written_on = {event.case for event in step.events if isinstance(event, MessageReceived)}
    failed_on = {event.case for event in step.events if isinstance(event, MessageBounced)}
    taken_on = {
        event.case for event in step.events if isinstance(event, CaseTakenOver) and step.before.case(event.merged).waits
    }
    for event, books in step.moments:
        case = getattr(event, "case", None) or ""
        was, trigger = books.case(case).status, _trigger_of(event)
        if isinstance(event, CaseStarted) and was is not None:
            yield f"case {case} is started, and is {was} already"
        if isinstance(event, CaseReopened) and (was in {NEW, OPEN} or case not in written_on | failed_on | taken_on):
            wrote = "customer wrote" if case in written_on else "customer did not write"
            yield f"case {case} is opened again, is {was}, and its {wrote}"
        if trigger and was not in MOVES.get(trigger, {}) and not _moves_nothing(event, was):
            yield f"{type(event).__name__} is {trigger}, and case {case} is {was}"
    for cases, what, statuses in (
        (written_on, "the customer wrote on case {}", {NEW, OPEN}),
        (taken_on, "a case was merged into {} whose customer waits", {NEW, OPEN}),
        (failed_on, "a message on case {} never arrived", {NEW, OPEN, CLOSED}),
    ):
        for case in sorted(cases):
            now = step.after.case(case).status
            if now not in statuses:
                yield f"{what.format(case)}, and it stays {now}"


def _moves_nothing(event: Event, was: Status | None) -> bool:
    """Whether an event is only noted on a closed case, or snoozes one that is pending already."""
    return (isinstance(event, MessageBounced) and was is CLOSED) or (isinstance(event, CaseSnoozed) and was is PENDING)


def _trigger_of(event: Event) -> str:
    find_trigger = _TRIGGERS.get(type(event))
    return "" if find_trigger is None else find_trigger(event)


EDGES: Final[Mapping[tuple[str, Status], str]] = {
    (trigger, source): f"edge {trigger} ({source} → {dest})"
    for trigger, moves in MOVES.items()
    for source, dest in moves.items()
}
"""The name of each edge of the life cycle, by trigger and source."""


def edges_of(step: Happening) -> Iterator[str]:
    """The names of the edges along which a step goes."""
    for event, books in step.moments:
        trigger = _trigger_of(event)
        source = books.case(getattr(event, "case", "")).status if trigger else None
        if source is not None and (trigger, source) in EDGES:
            yield EDGES[trigger, source]


# Closed stays closed -----------------------------------------------------------------------------------

_ON_CLOSED: Final = (
    *(MessageAwaited, MessageEdited, MessageWithdrawn),
    *(MessageNoted, MessageBounced, NoteAdded, NoteEdited, NoteDeleted),
    *(Disposed, DutyLeft, DutyDone, CaseFlagged, RecordRelated, RecordUnrelated),
    *(CommitmentFulfilled, CommitmentRescheduled, CommitmentTaken, Deviated),
)
"""What may still happen about a closed case: what is owed is done, notes are written, a machine's message and a late
failure of delivery are noted."""


def _changes_of_closed_cases(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, CaseStarted):
            for other in sorted(books.open_cases_on(event.thread) - {event.case}):
                yield f"case {event.case} is started on thread {event.thread}, on which case {other} is open"
        case = getattr(event, "case", None)
        page = step.before.case(case or "")
        if case is None or page.status is not CLOSED or isinstance(event, _ON_CLOSED):
            continue
        if not isinstance(event, SuccessorStarted):
            yield f"{type(event).__name__} on closed case {case}"
        elif books.case(case).followed:
            yield f"closed case {case} has another successor already, and now {event.successor}"


def _speaks_of_a_closed_case(step: Happening) -> bool:
    return any(step.before.case(case).status is CLOSED for case in step.cases)


def _writes_on_closed(new_case: Callable[[ReceiveMessage, str], bool]) -> Callable[[Command, Books], bool]:
    """The question whether a customer writes on a thread whose case is closed, and says this of the new case's id."""

    def tried(command: Command, books: Books) -> bool:
        if not isinstance(command, ReceiveMessage):
            return False
        on_thread = [case for case in books.case_ids() if books.case(case).thread == command.thread]
        return any(books.case(case).status is CLOSED and new_case(command, case) for case in on_thread)

    return tried


WRITES_ON_CLOSED: Final = (
    Situation(
        "the customer writes on a closed case, and the new one has an id of its own",
        _writes_on_closed(lambda command, case: command.new_case not in {None, case}),
    ),
    Situation(
        "the customer writes on a closed case, and the new one has no id yet",
        _writes_on_closed(lambda command, case: command.new_case is None),
    ),
    Situation(
        "the customer writes on a closed case, by the id of that",
        _writes_on_closed(lambda command, case: command.new_case == case),
    ),
)


# Nothing is closed on a customer who waits ------------------------------------------------------------


def _closings_on_somebody_who_waits(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, CaseClosed) and event.reason is CloseReason.AUTOMATIC:
            page = books.case(event.case)
            if page.waits:
                yield f"case {event.case} is closed automatically, and its customer waits for an answer"
            yield from _closes_too_early(event, page, step.said("lifecycle.close_after").get(page.status))


def _closes_too_early(event: CaseClosed, page: CasePage, after: timedelta | None) -> Iterator[str]:
    """Why a case is not closed automatically yet; where a calendar counts, it takes no less than by the clock."""
    if page.asleep:
        yield f"case {event.case} is closed automatically, and is snoozed"
    if after is None:
        yield f"case {event.case} is closed automatically, and is {page.status}, which is never closed so"
    elif page.active_at is not None and event.at - page.active_at < after:
        yield f"case {event.case} is closed automatically after {event.at - page.active_at} of {after}"


def _closes_by_itself(step: Happening) -> bool:
    return any(isinstance(event, CaseClosed) and event.reason is CloseReason.AUTOMATIC for event in step.events)


def _tries_to_close_by_itself(command: Command, books: Books) -> bool:
    return isinstance(command, CloseCase) and command.by == SYSTEM and books.case(command.case).waits


# No verdict is turned ----------------------------------------------------------------------------------


def _turned_verdicts(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, ClockJudged):
            was = getattr(books.case(event.case), event.clock)
            if was not in {None, event.state}:
                yield f"the clock {event.clock} of case {event.case} was {was}, and is {event.state}"


def _promises_anything(policy: Policy) -> bool:
    """Whether the SOP has a response or a solution to be late with, by default."""
    promised = policy.sla.default
    return any(target is not None for target in (promised.first_response, promised.next_response, promised.solution))


def _changes_a_late_clock(command: Command, books: Books) -> bool:
    """Whether somebody sets the level of a case of which a clock has its verdict."""
    if not isinstance(command, SetLevel):
        return False
    page = books.case(command.case)
    found = {page.first_response, page.next_response, page.solution}
    return ClockState.MISSED in found and page.status is not CLOSED


# Nothing is lost ---------------------------------------------------------------------------------------

_PLACES: Final[Mapping[Status, Collection[int]]] = {RESOLVED: {0, 1}, CLOSED: {0}}
"""In how many places a case may be, an inbox and a queue; where it says nothing, exactly in one."""


def _cases_without_a_place(step: Happening) -> Iterator[str]:
    for case, page in step.cases_after():
        places = [place for place, there in (("held", page.holder is not None), ("queued", page.queued)) if there]
        if page.status is not None and len(places) not in _PLACES.get(page.status, {1}):
            yield f"case {case} is {page.status}, and {' and '.join(places) or 'neither held nor queued'}"
        if page.asleep:
            yield from _sleeps_wrongly(case, page)
    for event in step.events:
        if isinstance(event, CaseQueued) and event.queue not in step.policy.queues:
            yield f"case {event.case} waits in the queue {event.queue}, which there is not"
    for event, books in step.moments:
        page = books.case(getattr(event, "case", "") or "")
        asleep = page.asleep
        if isinstance(event, SnoozeEnded) and not asleep:
            yield f"the snooze of case {event.case} ends, which is not snoozed"
        if isinstance(event, SnoozeEnded) and event.over and page.asleep_until and event.at < page.asleep_until:
            yield f"the snooze of case {event.case} is over {page.asleep_until - event.at} before its instant"
        if isinstance(event, WorkOffered) and not event.review and asleep and event.by == SYSTEM:
            yield f"case {event.case} was offered to {event.agent}, and is snoozed"


def _sleeps_wrongly(case: str, page: CasePage) -> Iterator[str]:
    """Everything that a snoozed case may not be; otherwise it sleeps where nobody wakes it."""
    if page.status is not PENDING:
        yield f"case {case} is snoozed, and {page.status}"
    if page.holder is not None:
        yield f"case {case} is snoozed, and {page.holder} holds it"
    if page.offered_to is not None:
        yield f"case {case} is snoozed, and offered to {page.offered_to}"


# There is a way to closed ------------------------------------------------------------------------------


def all_closed(books: Books) -> bool:
    """Whether every case is closed."""
    return all(books.case(case).status in {None, CLOSED} for case in books.case_ids())


def says_nothing(_: Happening) -> Iterator[str]:
    """The witness of a promise that is about no single step."""
    return iter(())


LIFE_CYCLE_PROMISES: Final = (
    Promise(
        "01",
        "a case moves only along the life cycle",
        _moves_off_the_life_cycle,
        Occasion(happens(CaseClosed), "no case is ever closed"),
        situations=WRITES_ON_CLOSED,
    ),
    Promise(
        "02",
        "closed stays closed",
        _changes_of_closed_cases,
        Occasion(_speaks_of_a_closed_case, "nothing ever happens to a closed case"),
        situations=WRITES_ON_CLOSED,
    ),
    Promise(
        "16",
        "nothing is lost: every case not resolved or closed is held, offered, queued or snoozed",
        _cases_without_a_place,
        Occasion(happens(CaseQueued), "no case ever waits"),
    ),
    Promise(
        "23",
        "nothing is closed automatically on a customer who waits",
        _closings_on_somebody_who_waits,
        Occasion(_closes_by_itself, "no case is ever closed automatically"),
        situations=(
            Situation(
                "the system closes a case whose customer waits",
                _tries_to_close_by_itself,
                lambda policy: bool(policy.lifecycle.close_after),
            ),
        ),
        unless=lambda said: said("lifecycle.close_unanswered"),
    ),
    Promise(
        "24",
        "no change of policy or level turns a clock's verdict",
        _turned_verdicts,
        Occasion(happens(ClockJudged), "no clock ever gets a verdict"),
        situations=(
            Situation(
                "somebody sets the level of a case of which a clock was missed",
                _changes_a_late_clock,
                _promises_anything,
            ),
        ),
    ),
    Promise(
        "18",
        "from everywhere there is a way to closed",
        says_nothing,
        Occasion(happens(CaseClosed), "no case is ever closed"),
        way_on=WayOn(
            all_closed,
            "there is no way to closed any more",
            "finish such cases before the switch, or keep in the new policy what lets them be closed",
        ),
    ),
)

# That everything is used -------------------------------------------------------------------------------

ALL_USED: Final = Statement("20", "every rule and every edge is used somewhere")
NOBODY_STRANDED: Final = Statement("21", "switching to a new policy strands no case in flight")
