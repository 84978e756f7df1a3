"""What each sort of event says in the books of the witnesses (`books.py`): a few lines each, and nothing is asked.

* What an agent holds, reviews and owes follows from what was **given and taken**: a case assigned, released or closed,
  a draft decided. Events that only tell of it (`ContactEnded`, `WrapUpOwed`, `ReviewEnded`) are not believed, because
  a consequence is what a fault forgets first.
* Whatever no promise asks about any more is **forgotten** (who was authenticated, how long somebody was silent), and
  questions are counted to ten. Otherwise two desks that are alike would have books that differ.
* Agents' pages **count** and never name a case, as if the cases had no names. What is given to a second one before the
  first has given it back counts for the second alone, so that no mistake of the desk makes anybody count for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM, Event, changed
from casecore.policies.sections import Proceeding
from casecore.promises.in_force import InForce
from casecore.promises.pages import LIVE_CHANNELS, CasePage, DraftSeen
from casecore.rooms.agents import (
    AgentAdded,
    AgentAvailable,
    AgentChanged,
    AgentLoggedOut,
    AgentUnavailable,
    AgentWrapsUp,
    NextStateCleared,
    NextStateSet,
    Presence,
)
from casecore.rooms.approvals import (
    DraftApproved,
    DraftEdited,
    DraftRefused,
    DraftSubmitted,
    DraftSuperseded,
    DraftWithdrawn,
    ReviewReassigned,
)
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, CaseUnqueued, Release, WorkBegun
from casecore.rooms.authentication import Authenticated
from casecore.rooms.blocking import CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseClosed, CaseStarted, StatusSet
from casecore.rooms.clocks import ClockState
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.contacts import ContactEnded, ContactStarted, CustomerLeft
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.merging import CustomerMerged
from casecore.rooms.moving import CaseMoved
from casecore.rooms.notes import CaseTagged, CaseUntagged
from casecore.rooms.offers import OfferAccepted, OfferDeclined, OfferRescinded, WorkOffered
from casecore.rooms.outbound import ConsentRecorded
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewFreed, ReviewTaken
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.sla import ClockJudged, ResponseUndone, SolutionUndone
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.threads import ThreadOpened
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status

if TYPE_CHECKING:
    from casecore.promises.books import Books

MOST_ASKED: Final = 10
"""Questions beyond this are not counted: no policy asks for more."""

MOST_AFTER: Final = 50
"""So many messages after the customer's last are known; who saw an earlier one must say again what they saw."""

# Holding, reviewing, owing -----------------------------------------------------------------------------


def _with(channels: tuple[Channel, ...], channel: Channel | None) -> tuple[Channel, ...]:
    return channels if channel is None else tuple(sorted((*channels, channel)))


def _without(channels: tuple[Channel, ...], channel: Channel | None) -> tuple[Channel, ...]:
    left = [*channels]
    if channel in left:
        left.remove(channel)
    return tuple(left)


def _end_offer(books: Books, case: str, *, review: bool) -> None:
    """What is offered of a case, or of its draft, is offered no more."""
    page = books.case(case)
    to = page.review_to if review else page.offered_to
    if to is None:
        return
    setattr(books.edit("cases", case), "review_to" if review else "offered_to", None)
    agent = books.edit("agents", to)
    if review:
        agent.reviews -= 1
    else:
        agent.offered = _without(agent.offered, page.channel)


def _end_review(books: Books, case: str) -> None:
    """Nobody reviews the draft of a case any more."""
    reviewer = books.case(case).reviewer
    if reviewer is not None:
        books.edit("agents", reviewer).reviews -= 1
        books.edit("cases", case).reviewer = None


def _begin_silence(page: Any, since: datetime | None) -> None:
    """The customer is silent from now on, and was asked nothing yet; None: they are not silent."""
    page.silent, page.silent_since = since is not None, since
    page.asked, page.asked_at = 0, None


_RESTING: Final = (Status.PENDING, Status.RESOLVED)


def _rests(page: CasePage) -> bool:
    return page.status in _RESTING and page.channel is not None and page.channel not in LIVE_CHANNELS


def _set_status(books: Books, case: str, status: Status | None) -> None:
    """A case has this status: whether it rests is written at its holder; escalated, somebody is to be rung for it."""
    page = books.edit("cases", case)
    if page.holder is not None:
        _count_resting(books.edit("agents", page.holder), page, taken=False)
    page.status, page.gone = status, page.gone and status is not Status.ESCALATED
    if page.holder is not None:
        _count_resting(books.edit("agents", page.holder), page, taken=True)


def _count_resting(agent: Any, page: CasePage, *, taken: bool) -> None:
    """If a case rests, its holder holds one more of these, or one less."""
    one = (page.channel, page.status)
    if _rests(page) and taken:
        agent.at_rest = tuple(sorted((*agent.at_rest, one)))
    elif one in agent.at_rest:
        left = [*agent.at_rest]
        left.remove(one)
        agent.at_rest = tuple(left)


def _end_holding(books: Books, case: str) -> str | None:
    """Its holder holds a case no more; who that was."""
    holder = books.case(case).holder
    if holder is not None:
        agent = books.edit("agents", holder)
        agent.held = _without(agent.held, books.case(case).channel)
        _count_resting(agent, books.case(case), taken=False)
        page = books.edit("cases", case)
        page.holder, page.authenticated, page.settled, page.answered = None, False, False, False
        _begin_silence(page, None)
    return holder


def _end_contact(books: Books, case: str, said: InForce, *, owes: bool = True) -> None:
    """Its contact is over; its holder `owes` the disposition, once, where the SOP asks for one, unless it lapsed."""
    page = books.case(case)
    if page.holder is None or page.left:
        return
    page, holder = books.edit("cases", case), page.holder
    asked = page.channel in said("authentication.channels")
    page.was_authenticated = page.authenticated if asked else None
    proven = asked and page.authenticated and Proceeding.COMMIT in said("authentication.before")
    if owes and (said("wrap_up.disposition") or said("wrap_up.notes")):
        if holder not in page.owing:
            books.edit("agents", holder).owed += 1
        page.owing = page.owing | {holder}
        page.proven = page.proven | {holder} if proven else page.proven - {holder}


def _take_case(books: Books, case: str, said: InForce, *, owes: bool = True) -> None:
    """Its holder holds a case no more; its contact, if it went on, is over."""
    _end_contact(books, case, said, owes=owes)
    if _end_holding(books, case) is not None and Proceeding.CLOSE not in said("authentication.before"):
        books.edit("cases", case).was_authenticated = None


# What each sort of event says --------------------------------------------------------------------------


def _agent_is(books: Books, event: AgentAdded | AgentChanged, _: InForce) -> None:
    page = books.edit("agents", event.agent)
    page.known, page.permissions, page.queues, page.channels = True, event.permissions, event.queues, event.channels
    page.limits = tuple(sorted((str(name), limit) for name, limit in event.capacity.items()))


def _becomes_available(books: Books, event: AgentAvailable, _: InForce) -> None:
    books.edit("agents", event.agent).presence = Presence.AVAILABLE


def _wraps_up(books: Books, event: AgentWrapsUp, _: InForce) -> None:
    books.edit("agents", event.agent).presence = Presence.WRAPPING_UP


def _becomes_unavailable(books: Books, event: AgentUnavailable, _: InForce) -> None:
    page = books.edit("agents", event.agent)
    page.presence, page.next_state = Presence.UNAVAILABLE, False


def _logs_out(books: Books, event: AgentLoggedOut, _: InForce) -> None:
    page = books.edit("agents", event.agent)
    page.presence, page.next_state = Presence.LOGGED_OUT, False


def _sets_next_state(books: Books, event: NextStateSet, _: InForce) -> None:
    books.edit("agents", event.agent).next_state = True


def _clears_next_state(books: Books, event: NextStateCleared, _: InForce) -> None:
    books.edit("agents", event.agent).next_state = False


def _opens_thread(books: Books, event: ThreadOpened, _: InForce) -> None:
    page = books.edit("threads", event.thread)
    page.customer, page.channel = event.customer, event.channel


def _moves(books: Books, event: CaseMoved, _: InForce) -> None:
    books.edit("cases", event.case).thread = event.thread


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
    page.status = Status.NEW


def _is_followed(books: Books, event: SuccessorStarted, _: InForce) -> None:
    books.edit("cases", event.case).followed = True


def _is_tagged(books: Books, event: CaseTagged, _: InForce) -> None:
    books.edit("cases", event.case).tags |= {event.tag}


def _is_untagged(books: Books, event: CaseUntagged, _: InForce) -> None:
    books.edit("cases", event.case).tags -= {event.tag}


def _work_begins(books: Books, event: WorkBegun, _: InForce) -> None:
    _set_status(books, event.case, Status.OPEN)


def _is_reopened(books: Books, event: CaseReopened, _: InForce) -> None:
    _set_status(books, event.case, Status.OPEN)


def _status_is_set(books: Books, event: StatusSet, _: InForce) -> None:
    _set_status(books, event.case, event.status)
    page = books.edit("cases", event.case)
    if event.status is Status.RESOLVED:
        _note_answer(page, "")
        if page.holder is not None and not page.left and not page.silent:
            _begin_silence(page, event.at)


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
        _begin_silence(page, None)


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
    _take_case(books, event.case, said)
    _end_offer(books, event.case, review=False)
    page = books.edit("cases", event.case)
    page.status, page.queued, page.queued_since = Status.CLOSED, False, None
    page.asleep, page.waits, page.waits_since = False, False, None
    page.followed = page.followed or event.into is not None
    page.answers, page.asked_us = frozenset(), False
    page.left, page.gone, page.was_authenticated = False, False, None


def _queues(books: Books, event: CaseQueued, _: InForce) -> None:
    page = books.edit("cases", event.case)
    if (page.queued or page.status is Status.RESOLVED) and event.by not in {CUSTOMER, SYSTEM}:
        page.gone = False  # nobody has just given it up: somebody gives it to others
    page.queued, page.queue, page.queued_since = True, event.queue, event.since


def _falls_asleep(books: Books, event: CaseSnoozed, _: InForce) -> None:
    _set_status(books, event.case, Status.PENDING)
    books.edit("cases", event.case).asleep = True


def _wakes(books: Books, event: SnoozeEnded, _: InForce) -> None:
    books.edit("cases", event.case).asleep = False


def _leaves_queue(books: Books, event: CaseUnqueued, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.queued, page.queued_since = False, None
    _end_offer(books, event.case, review=False)


def _is_assigned(books: Books, event: CaseAssigned, _: InForce) -> None:
    _end_offer(books, event.case, review=False)
    _end_holding(books, event.case)
    page, agent = books.edit("cases", event.case), books.edit("agents", event.agent)
    agent.held = _with(agent.held, page.channel)
    _count_resting(agent, page, taken=True)
    page.holder, page.queued, page.queued_since = event.agent, False, None
    page.answered = not page.asked_us
    page.left, page.gone, page.was_authenticated = False, False, None
    _begin_silence(page, None if page.waits else event.at)


def _is_released(books: Books, event: CaseReleased, said: InForce) -> None:
    _take_case(books, event.case, said, owes=event.because is not Release.UNANSWERED)
    page = books.case(event.case)
    if event.because is Release.TRANSFERRED:
        books.edit("cases", event.case).gone = False
    elif page.channel in LIVE_CHANNELS and event.because in {Release.ENDED_BY_AGENT, Release.SILENCE}:
        books.edit("cases", event.case).gone = page.status is not Status.ESCALATED


def _customer_leaves(books: Books, event: CustomerLeft, said: InForce) -> None:
    _end_contact(books, event.case, said)
    page = books.edit("cases", event.case)
    page.left, page.settled, page.answered = page.holder is not None, False, False
    page.gone = page.holder is None or page.status is not Status.ESCALATED
    page.authenticated = page.authenticated and bool(page.was_authenticated)
    _begin_silence(page, None)


def _promises(books: Books, event: CommitmentMade, _: InForce) -> None:
    page = books.case(event.case)
    if page.holder == event.agent and not page.left:
        books.edit("cases", event.case).settled = True


def _contact_starts(books: Books, event: ContactStarted, _: InForce) -> None:
    books.edit("cases", event.case).contact = event.agent


def _contact_ends(books: Books, event: ContactEnded, _: InForce) -> None:
    books.edit("cases", event.case).contact = None


def _authenticates(books: Books, event: Authenticated, _: InForce) -> None:
    if event.by not in {CUSTOMER, SYSTEM} and books.case(event.case).holder is not None:
        books.edit("cases", event.case).authenticated = True


def _is_disposed(books: Books, event: Disposed, _: InForce) -> None:
    owing = books.case(event.case).owing
    if event.agent in owing:
        page = books.edit("cases", event.case)
        page.owing, page.proven = owing - {event.agent}, page.proven - {event.agent}
        books.edit("agents", event.agent).owed -= 1


def _is_offered(books: Books, event: WorkOffered, _: InForce) -> None:
    _end_offer(books, event.case, review=event.review)
    page, agent = books.edit("cases", event.case), books.edit("agents", event.agent)
    if event.review:
        page.review_to = event.agent
        agent.reviews += 1
    else:
        page.offered_to = event.agent
        agent.offered = _with(agent.offered, page.channel)


def _offer_ends(books: Books, event: OfferAccepted | OfferDeclined | OfferRescinded, _: InForce) -> None:
    page = books.case(event.case)
    if event.agent == (page.review_to if event.review else page.offered_to):
        _end_offer(books, event.case, review=event.review)


def _takes_review(books: Books, event: ReviewTaken, _: InForce) -> None:
    _end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    books.edit("cases", event.case).reviewer = event.agent
    books.edit("agents", event.agent).reviews += 1


def _frees_review(books: Books, event: ReviewFreed, _: InForce) -> None:
    _end_review(books, event.case)


def _submits(books: Books, event: DraftSubmitted, _: InForce) -> None:
    _end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    books.edit("cases", event.case).draft = DraftSeen(
        id=event.draft,
        author=event.by,
        queue=event.queue,
        text=event.text,
        send_as=event.send_as,
        attachments=event.attachments,
        subject=event.subject,
        about_account=event.about_account,
        template=event.template,
    )
    _has_answered(books, event.case)


def _edits(books: Books, event: DraftEdited, _: InForce) -> None:
    draft = books.case(event.case).draft
    if draft is not None:
        subject = draft.subject if event.subject is None else event.subject
        account = draft.about_account if event.about_account is None else event.about_account
        books.edit("cases", event.case).draft = changed(
            draft,
            text=event.text,
            send_as=event.send_as,
            attachments=event.attachments,
            template=event.template,
            subject=subject,
            about_account=account,
        )


def _moves_review(books: Books, event: ReviewReassigned, _: InForce) -> None:
    _end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    draft = books.case(event.case).draft
    if draft is not None:
        books.edit("cases", event.case).draft = changed(draft, queue=event.queue)


def _decides(books: Books, event: DraftApproved | DraftRefused | DraftWithdrawn | DraftSuperseded, _: InForce) -> None:
    _end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    books.edit("cases", event.case).draft = None


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
    if there is not None and (here is None or here < there):
        _speaks_on(page, merged.thread)
        page.heard = merged.heard or page.heard
    if merged.waits:
        if not page.waits:
            page.next_response = None
        page.waits_since = min(one.waits_since for one in (page, merged) if one.waits_since is not None)
        page.waits, page.asked_us, page.answers = True, True, frozenset()
        _begin_silence(page, None)


def _clocks_go_on(books: Books, event: ClocksTakenOver, _: InForce) -> None:
    """A clock that was missed stays so."""
    page = books.edit("cases", event.case)
    for name in ("first_response", "next_response", "solution"):
        if getattr(event, name) is not None and getattr(page, name) is None:
            setattr(page, name, ClockState.MISSED)


def _writes_to_us(books: Books, event: MessageReceived, _: InForce) -> None:
    page = books.edit("cases", event.case)
    if not page.waits:
        page.next_response = None  # whoever begins to wait has a clock of their own
        page.waits_since = event.at
    _speaks_on(page, event.thread)
    page.waits, page.left, page.gone = True, False, False
    page.asked_us, page.answers, page.heard = True, frozenset(), (event.message,)
    _begin_silence(page, None)
    if event.participant is not None:
        return  # whoever else writes opens no window
    if event.sent_at is None:
        books.edit("threads", event.thread).wrote = event.at
        return
    sent = min(event.sent_at, event.at)  # nothing is sent after it was learnt of
    before = books.page("threads", event.thread).wrote
    if before is None or before < sent:  # an older message moves nothing back
        books.edit("threads", event.thread).wrote = sent


def _comes_or_goes(books: Books, event: MessageNoted | ReplySent | PresenceAsked | ChatDisconnected) -> None:
    """A message after the customer's last: whoever saw it has seen that, too."""
    if event.case is not None and books.case(event.case).heard:
        page = books.edit("cases", event.case)
        last, *after = page.heard
        page.heard = (last, *[*after, event.message][-MOST_AFTER:])


def _is_noted(books: Books, event: MessageNoted, _: InForce) -> None:
    _comes_or_goes(books, event)


def _replies(books: Books, event: ReplySent, _: InForce) -> None:
    _set_status(books, event.case, event.send_as)
    page = books.edit("cases", event.case)
    _note_answer(page, event.message)
    _begin_silence(page, None if page.holder is None or page.left else event.at)
    _has_answered(books, event.case)
    _is_sent(books, event)


def _has_answered(books: Books, case: str) -> None:
    """Whoever holds a case has done what they took it for."""
    page = books.case(case)
    if page.holder is not None and not page.left:
        books.edit("cases", case).answered = True


def _is_sent(books: Books, event: ReplySent | PresenceAsked | ChatDisconnected) -> None:
    books.edit("messages", books.message_on(event.case, event.message, event.thread)).sent = True
    _comes_or_goes(books, event)


def _asks(books: Books, event: PresenceAsked, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.asked, page.asked_at = min(page.asked + 1, MOST_ASKED), event.at
    _is_sent(books, event)


def _disconnects(books: Books, event: ChatDisconnected, _: InForce) -> None:
    _set_status(books, event.case, Status.RESOLVED)
    page = books.edit("cases", event.case)
    _note_answer(page, event.message)
    _is_sent(books, event)


WRITERS: Final[Mapping[type[Event], Callable[[Books, Any, InForce], None]]] = {
    AgentAdded: _agent_is,
    AgentChanged: _agent_is,
    AgentAvailable: _becomes_available,
    AgentWrapsUp: _wraps_up,
    AgentUnavailable: _becomes_unavailable,
    AgentLoggedOut: _logs_out,
    NextStateSet: _sets_next_state,
    NextStateCleared: _clears_next_state,
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
    CaseQueued: _queues,
    CaseUnqueued: _leaves_queue,
    CaseSnoozed: _falls_asleep,
    SnoozeEnded: _wakes,
    CaseAssigned: _is_assigned,
    CaseReleased: _is_released,
    CustomerLeft: _customer_leaves,
    CommitmentMade: _promises,
    ContactStarted: _contact_starts,
    ContactEnded: _contact_ends,
    Authenticated: _authenticates,
    Disposed: _is_disposed,
    WorkOffered: _is_offered,
    OfferAccepted: _offer_ends,
    OfferDeclined: _offer_ends,
    OfferRescinded: _offer_ends,
    ReviewTaken: _takes_review,
    ReviewFreed: _frees_review,
    DraftSubmitted: _submits,
    DraftEdited: _edits,
    ReviewReassigned: _moves_review,
    DraftApproved: _decides,
    DraftRefused: _decides,
    DraftWithdrawn: _decides,
    DraftSuperseded: _decides,
    MessageReceived: _writes_to_us,
    MessageNoted: _is_noted,
    MessageBounced: _never_arrived,
    ClockJudged: _judges,
    ResponseUndone: _undoes_response,
    SolutionUndone: _undoes_solution,
    ReplySent: _replies,
    PresenceAsked: _asks,
    ChatDisconnected: _disconnects,
}
"""What becomes of the pages, by the class of the event; any other event says nothing that a promise asks about."""
