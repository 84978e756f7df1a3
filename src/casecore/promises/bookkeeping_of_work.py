"""What is said in the books of the witnesses about agents, and about what they hold, review and owe.

* What an agent holds, reviews and owes follows from what was **given and taken**: a case assigned, released or closed,
  a draft decided. Events that only tell of it (`ContactEnded`, `WrapUpOwed`, `ReviewEnded`) are not believed, because
  a consequence is what a fault forgets first.
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
from casecore.promises.pages import CasePage, DraftSeen
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
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, CaseUnqueued, Release
from casecore.rooms.authentication import Authenticated
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.contacts import ContactEnded, ContactStarted, CustomerLeft
from casecore.rooms.offers import OfferAccepted, OfferDeclined, OfferRescinded, WorkOffered
from casecore.rooms.reviews import ReviewFreed, ReviewTaken
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status

if TYPE_CHECKING:
    from casecore.promises.books import Books

# Holding, reviewing, owing -----------------------------------------------------------------------------


def _with(channels: tuple[Channel, ...], channel: Channel | None) -> tuple[Channel, ...]:
    return channels if channel is None else tuple(sorted((*channels, channel)))


def _without(channels: tuple[Channel, ...], channel: Channel | None) -> tuple[Channel, ...]:
    left = [*channels]
    if channel in left:
        left.remove(channel)
    return tuple(left)


def end_offer(books: Books, case: str, *, review: bool) -> None:
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


def begin_silence(page: Any, since: datetime | None) -> None:
    """The customer is silent from now on, and was asked nothing yet; None: they are not silent."""
    page.silent, page.silent_since = since is not None, since
    page.asked, page.asked_at = 0, None


_RESTING: Final = (Status.PENDING, Status.RESOLVED)


def _rests(page: CasePage) -> bool:
    return page.status in _RESTING and page.channel is not None and not page.on_line


def set_status(books: Books, case: str, status: Status | None, at: datetime) -> None:
    """A case has this status: whether it rests is written at its holder; escalated, somebody is to be rung for it."""
    page = books.edit("cases", case)
    page.active_at = at
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


def count_logged_call(agent: Any, page: CasePage, step: int) -> None:
    """If a case is a call that was only logged, an agent holds one more of these, or one less."""
    if page.logged and page.channel is Channel.VOICE:
        agent.logged_calls += step


def _end_holding(books: Books, case: str) -> str | None:
    """Its holder holds a case no more; who that was."""
    holder = books.case(case).holder
    if holder is not None:
        agent = books.edit("agents", holder)
        agent.held = _without(agent.held, books.case(case).channel)
        _count_resting(agent, books.case(case), taken=False)
        count_logged_call(agent, books.case(case), -1)
        page = books.edit("cases", case)
        page.holder, page.authenticated, page.settled, page.answered = None, False, False, False
        page.owed_since = None
        begin_silence(page, None)
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


def take_case(books: Books, case: str, said: InForce, *, owes: bool = True) -> None:
    """Its holder holds a case no more; its contact, if it went on, is over."""
    _end_contact(books, case, said, owes=owes)
    if _end_holding(books, case) is not None and Proceeding.CLOSE not in said("authentication.before"):
        books.edit("cases", case).was_authenticated = None


def has_answered(books: Books, case: str) -> None:
    """Whoever holds a case has done what they took it for."""
    page = books.case(case)
    if page.holder is not None and not page.left:
        page = books.edit("cases", case)
        page.answered, page.owed_since = True, None


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


def _queues(books: Books, event: CaseQueued, _: InForce) -> None:
    page = books.edit("cases", event.case)
    if (page.queued or page.status is Status.RESOLVED) and event.by not in {CUSTOMER, SYSTEM}:
        page.gone = False  # nobody has just given it up: somebody gives it to others
    page.queued, page.queue, page.queued_since = True, event.queue, event.since


def _falls_asleep(books: Books, event: CaseSnoozed, _: InForce) -> None:
    set_status(books, event.case, Status.PENDING, event.at)
    page = books.edit("cases", event.case)
    page.asleep, page.asleep_until = True, event.until


def _wakes(books: Books, event: SnoozeEnded, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.asleep, page.asleep_until, page.active_at = False, None, event.at


def _leaves_queue(books: Books, event: CaseUnqueued, _: InForce) -> None:
    page = books.edit("cases", event.case)
    page.queued, page.queued_since = False, None
    end_offer(books, event.case, review=False)


def _is_assigned(books: Books, event: CaseAssigned, _: InForce) -> None:
    end_offer(books, event.case, review=False)
    _end_holding(books, event.case)
    page, agent = books.edit("cases", event.case), books.edit("agents", event.agent)
    agent.held = _with(agent.held, page.channel)
    _count_resting(agent, page, taken=True)
    count_logged_call(agent, page, 1)
    page.holder, page.queued, page.queued_since = event.agent, False, None
    page.answered, page.owed_since = not page.asked_us, event.at if page.asked_us else None
    page.left, page.gone, page.was_authenticated = False, False, None
    begin_silence(page, None if page.waits else event.at)


def _is_released(books: Books, event: CaseReleased, said: InForce) -> None:
    take_case(books, event.case, said, owes=event.because is not Release.UNANSWERED)
    page = books.case(event.case)
    if event.because is Release.TRANSFERRED:
        books.edit("cases", event.case).gone = False
    elif page.on_line and event.because in {Release.ENDED_BY_AGENT, Release.SILENCE}:
        books.edit("cases", event.case).gone = page.status is not Status.ESCALATED


def _customer_leaves(books: Books, event: CustomerLeft, said: InForce) -> None:
    _end_contact(books, event.case, said)
    page = books.edit("cases", event.case)
    page.left, page.settled, page.answered, page.owed_since = page.holder is not None, False, False, None
    page.gone = page.holder is None or page.status is not Status.ESCALATED
    page.authenticated = page.authenticated and bool(page.was_authenticated)
    begin_silence(page, None)


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
    end_offer(books, event.case, review=event.review)
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
        end_offer(books, event.case, review=event.review)


def _takes_review(books: Books, event: ReviewTaken, _: InForce) -> None:
    end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    books.edit("cases", event.case).reviewer = event.agent
    books.edit("agents", event.agent).reviews += 1


def _frees_review(books: Books, event: ReviewFreed, _: InForce) -> None:
    _end_review(books, event.case)


def _submits(books: Books, event: DraftSubmitted, _: InForce) -> None:
    end_offer(books, event.case, review=True)
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
    has_answered(books, event.case)


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
    end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    draft = books.case(event.case).draft
    if draft is not None:
        books.edit("cases", event.case).draft = changed(draft, queue=event.queue)


def _decides(books: Books, event: DraftApproved | DraftRefused | DraftWithdrawn | DraftSuperseded, _: InForce) -> None:
    end_offer(books, event.case, review=True)
    _end_review(books, event.case)
    books.edit("cases", event.case).draft = None


WORK: Final[Mapping[type[Event], Callable[[Books, Any, InForce], None]]] = {
    AgentAdded: _agent_is,
    AgentChanged: _agent_is,
    AgentAvailable: _becomes_available,
    AgentWrapsUp: _wraps_up,
    AgentUnavailable: _becomes_unavailable,
    AgentLoggedOut: _logs_out,
    NextStateSet: _sets_next_state,
    NextStateCleared: _clears_next_state,
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
}
"""What becomes of the pages by what happens to agents, to what they hold, and to what they are asked to review."""
