"""What each sort of event says in the books of the witnesses (`books.py`): a few lines each, and nothing is asked.

Customers, cases and messages are here; agents, and what they hold, review and owe, in `bookkeeping_of_work.py`.
Whatever no promise asks about any more is **forgotten** (who was authenticated, how long somebody was silent), and
questions are counted to ten. Otherwise two desks that are alike would have books that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from casecore.kernel import Event
from casecore.promises.bookkeeping_of_work import (
    WORK,
    begin_silence,
    count_logged_call,
    end_offer,
    has_answered,
    set_status,
    take_case,
)
from casecore.promises.in_force import InForce
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, SuccessorStarted
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.blocking import CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseClosed, CaseStarted, StatusSet
from casecore.rooms.clocks import ClockState
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.merging import CustomerMerged
from casecore.rooms.moving import CaseMoved
from casecore.rooms.notes import CaseTagged, CaseUntagged
from casecore.rooms.outbound import ConsentRecorded
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.sla import ClockJudged, ResponseUndone, SolutionUndone
from casecore.rooms.threads import ThreadOpened
from casecore.statuses import Status

if TYPE_CHECKING:
    from casecore.promises.books import Books

MOST_ASKED: Final = 10
"""Questions beyond this are not counted: no policy asks for more."""

MOST_AFTER: Final = 50
"""So many messages after the customer's last are known; who saw an earlier one must say again what they saw."""


def _opens_thread(books: Books, event: ThreadOpened, _: InForce) -> None:
    page = books.edit("threads", event.thread)
    page.customer, page.channel = event.customer, event.channel


def _moves(books: Books, event: CaseMoved, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.thread, page.authenticated = event.thread, False  # whoever was authenticated is somebody else


def _blocks(books: Books, event: CustomerBlocked | ThreadBlocked, _: InForce) -> None:
    _page_blocked(books, event).blocked = True


def _unblocks(books: Books, event: CustomerUnblocked | ThreadUnblocked, _: InForce) -> None:
    _page_blocked(books, event).blocked = False


def _page_blocked(books: Books, event: Any) -> Any:
    """The page of the thread that is blocked or unblocked, or of the customer."""
    thread = getattr(event, "thread", None)
    return _edit_person(books, event.customer) if thread is None else books.edit("threads", thread)


def _edit_person(books: Books, customer: str) -> Any:
    """The page of whoever a customer is, to be written on: what is said of one who was merged is said of the person."""
    return books.edit("customers", books.page("customers", customer).merged_into or customer)


def _agrees(books: Books, event: ConsentRecorded, _: InForce) -> None:
    _edit_person(books, event.customer).opted_in = event.opted_in


def _merges(books: Books, event: CustomerMerged, _: InForce) -> None:
    """What is known of the one counts for the other: a block, and what they agreed to, unless either has withdrawn."""
    page, person = books.edit("customers", event.customer), books.edit("customers", event.into)
    person.blocked = person.blocked or page.blocked
    said = {page.opted_in, person.opted_in} - {None}
    person.opted_in, person.joined = None if not said else False not in said, True
    page.blocked, page.opted_in, page.merged_into = False, None, event.into


def _starts(books: Books, event: CaseStarted, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.channel, page.queue, page.tags, page.thread = event.channel, event.queue, event.tags, event.thread
    page.status, page.active_at, page.logged = Status.NEW, event.at, event.logged


def _is_followed(books: Books, event: SuccessorStarted, _: InForce) -> None:
    books.edit("cases", event.case).followed = True


def _is_tagged(books: Books, event: CaseTagged, _: InForce) -> None:
    books.edit("cases", event.case).tags |= {event.tag}


def _is_untagged(books: Books, event: CaseUntagged, _: InForce) -> None:
    books.edit("cases", event.case).tags -= {event.tag}


def _work_begins(books: Books, event: WorkBegun, _: InForce) -> None:
    set_status(books, event.case, Status.OPEN, event.at)


def _is_reopened(books: Books, event: CaseReopened, _: InForce) -> None:
    set_status(books, event.case, Status.OPEN, event.at)


def _status_is_set(books: Books, event: StatusSet, _: InForce) -> None:
    set_status(books, event.case, event.status, event.at)
    page = books.edit("cases", event.case)
    if event.status is Status.RESOLVED:
        _note_answer(page, "")
        if page.holder is not None and not page.left and not page.silent:
            begin_silence(page, event.at)


def _note_answer(page: Any, answer: str) -> None:
    """The customer waits no more."""
    page.waits, page.waits_since = False, None
    if page.asked_us:
        page.answers |= {answer}


def _never_arrived(books: Books, event: MessageBounced, _: InForce) -> None:
    page = books.edit("cases", event.case)
    if page.status is Status.CLOSED or event.message not in page.answers:
        return
    page.answers -= {event.message}
    if not page.answers:
        page.waits, page.waits_since = True, event.waits_since
        begin_silence(page, None)


def _judges(books: Books, event: ClockJudged, _: InForce) -> None:
    setattr(books.edit("cases", event.case), event.clock, event.state)


def _undoes_response(books: Books, event: ResponseUndone, _: InForce) -> None:
    _take_back(books.edit("cases", event.case), event.clock)


def _undoes_solution(books: Books, event: SolutionUndone, _: InForce) -> None:
    page = books.edit("cases", event.case)
    if event.again:
        page.solution = None
    _take_back(page, "solution")


def _take_back(page: Any, clock: str) -> None:
    """A clock runs again; one that was missed is missed all the same."""
    if getattr(page, clock) is not ClockState.MISSED:
        setattr(page, clock, None)


def _closes(books: Books, event: CaseClosed, said: InForce) -> None:
    take_case(books, event.case, said)
    end_offer(books, event.case, review=False)
    page = books.edit("cases", event.case)
    page.status, page.queued, page.queued_since = Status.CLOSED, False, None
    page.active_at, page.asleep, page.asleep_until, page.waits = None, False, None, False
    page.waits_since, page.followed = None, page.followed or event.into is not None
    page.answers, page.asked_us = frozenset(), False
    page.left, page.gone, page.was_authenticated = False, False, None


def _speaks_on(page: Any, thread: str | None) -> None:
    """The thread on which was written last is the one that a case is on; the others lead to it."""
    if thread is not None and thread != page.thread:
        page.joined, page.thread = page.joined - {thread} | {page.thread}, thread


def _joins(books: Books, event: ThreadJoined, _: InForce) -> None:
    books.edit("cases", event.case).joined |= {event.thread}


def _takes_over(books: Books, event: CaseTakenOver, _: InForce) -> None:
    """What was known of the one counts for the other: who waits, since when; what was said last."""
    page, merged = books.edit("cases", event.case), books.case(event.merged)
    here, there = books.page("threads", page.thread or "").wrote, books.page("threads", merged.thread or "").wrote
    page.active_at = event.at
    if there is not None and (here is None or here < there):
        _speaks_on(page, merged.thread)
        page.heard = merged.heard or page.heard
    if merged.waits:
        if not page.waits:
            page.next_response = None
        if page.owed_since is not None and page.silent:
            page.owed_since = event.at  # nobody waited before
        page.waits_since = min(one.waits_since for one in (page, merged) if one.waits_since is not None)
        page.waits, page.asked_us, page.answers = True, True, frozenset()
        begin_silence(page, None)
    if page.logged and not merged.logged:
        _begins_anew(books, page, event.at)


def _clocks_go_on(books: Books, event: ClocksTakenOver, _: InForce) -> None:
    """A clock that was missed stays so."""
    page = books.edit("cases", event.case)
    for name in ("first_response", "next_response", "solution"):
        if getattr(event, name) is not None and getattr(page, name) is None:
            setattr(page, name, ClockState.MISSED)


def _writes_to_us(books: Books, event: MessageReceived, _: InForce) -> None:
    page = books.edit("cases", event.case)
    if page.logged:
        _begins_anew(books, page, event.at)
    if not page.waits:
        page.next_response = None  # whoever begins to wait has a clock of their own
        page.waits_since = event.at
    _speaks_on(page, event.thread)
    if page.owed_since is not None and page.silent:
        page.owed_since = event.at  # nobody waited before
    page.active_at = event.at
    page.waits, page.left, page.gone = True, False, False
    page.asked_us, page.answers, page.heard = True, frozenset(), (event.message,)
    begin_silence(page, None)
    if event.participant is not None:
        return  # whoever else writes opens no window
    if event.sent_at is None:
        books.edit("threads", event.thread).wrote = event.at
        return
    sent = min(event.sent_at, event.at)  # nothing is sent after it was learnt of
    before = books.page("threads", event.thread).wrote
    if before is None or before < sent:  # an older message moves nothing back
        books.edit("threads", event.thread).wrote = sent


def _begins_anew(books: Books, page: Any, at: datetime) -> None:
    """The customer of a case that was only logged has written: its contact, if one goes on, is as if it began now."""
    if page.holder is not None:
        count_logged_call(books.edit("agents", page.holder), page, -1)
        page.owed_since = at
    page.logged, page.authenticated, page.settled, page.answered = False, False, False, False


def _comes_or_goes(books: Books, event: MessageNoted | ReplySent | PresenceAsked | ChatDisconnected) -> None:
    """A message after the customer's last: whoever saw it has seen that, too."""
    if event.case is not None and books.case(event.case).heard:
        page = books.edit("cases", event.case)
        last, *after = page.heard
        page.heard = (last, *[*after, event.message][-MOST_AFTER:])


def _is_noted(books: Books, event: MessageNoted, _: InForce) -> None:
    _comes_or_goes(books, event)


def _replies(books: Books, event: ReplySent, _: InForce) -> None:
    set_status(books, event.case, event.send_as, event.at)
    page = books.edit("cases", event.case)
    _note_answer(page, event.message)
    begin_silence(page, None if page.holder is None or page.left else event.at)
    has_answered(books, event.case)
    _is_sent(books, event)


def _is_sent(books: Books, event: ReplySent | PresenceAsked | ChatDisconnected) -> None:
    books.edit("messages", books.message_on(event.case, event.message, event.thread)).sent = True
    _comes_or_goes(books, event)


def _asks(books: Books, event: PresenceAsked, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.asked, page.asked_at = min(page.asked + 1, MOST_ASKED), event.at
    page.active_at = event.at
    _is_sent(books, event)


def _disconnects(books: Books, event: ChatDisconnected, _: InForce) -> None:
    set_status(books, event.case, Status.RESOLVED, event.at)
    page = books.edit("cases", event.case)
    _note_answer(page, event.message)
    _is_sent(books, event)


WRITERS: Final[Mapping[type[Event], Callable[[Books, Any, InForce], None]]] = {
    ThreadOpened: _opens_thread,
    CaseMoved: _moves,
    ThreadJoined: _joins,
    CaseTakenOver: _takes_over,
    ClocksTakenOver: _clocks_go_on,
    ConsentRecorded: _agrees,
    CustomerMerged: _merges,
    CustomerBlocked: _blocks,
    CustomerUnblocked: _unblocks,
    ThreadBlocked: _blocks,
    ThreadUnblocked: _unblocks,
    CaseStarted: _starts,
    SuccessorStarted: _is_followed,
    CaseTagged: _is_tagged,
    CaseUntagged: _is_untagged,
    WorkBegun: _work_begins,
    CaseReopened: _is_reopened,
    StatusSet: _status_is_set,
    CaseClosed: _closes,
    MessageReceived: _writes_to_us,
    MessageNoted: _is_noted,
    MessageBounced: _never_arrived,
    ClockJudged: _judges,
    ResponseUndone: _undoes_response,
    SolutionUndone: _undoes_solution,
    ReplySent: _replies,
    PresenceAsked: _asks,
    ChatDisconnected: _disconnects,
    **WORK,
}
"""What becomes of the pages, by the class of the event; any other event says nothing that a promise asks about."""
