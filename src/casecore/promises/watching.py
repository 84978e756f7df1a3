"""Watching: whether a stored history, or a desk at work, keeps the promises.

    for breach in watch(events, policy):
        print(breach.at, breach)

Nothing but the events and the policy is needed: no desk, and none of the rules that keep the promises. So a host can
ask it every night of what it has stored, and an audit has a second opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from casecore.kernel import Event
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.promises.promise import Promise
from casecore.promises.rows import PROMISES
from casecore.rooms.agents import (
    AgentAdded,
    AgentAvailable,
    AgentChanged,
    AgentLoggedOut,
    AgentUnavailable,
    AgentWrapsUp,
    NextStateCleared,
    NextStateSet,
)
from casecore.rooms.approvals import (
    DraftApproved,
    DraftEdited,
    DraftRefused,
    DraftSubmitted,
    DraftWithdrawn,
    ReviewReassigned,
)
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased
from casecore.rooms.attributes import AttributeSet
from casecore.rooms.authentication import Authenticated
from casecore.rooms.blocking import CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseClosed, CaseStarted, StatusSet
from casecore.rooms.contacts import ContactEnded, CustomerLeft
from casecore.rooms.edits import MessageAwaited, MessageEdited, MessageWithdrawn
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.merging import CustomerExtended, CustomerMerged
from casecore.rooms.moving import CaseMoved, ThreadLeft
from casecore.rooms.offers import OfferDeclined, OfferRescinded, WorkOffered
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewTaken
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.threads import CustomerRecorded
from casecore.rooms.wrap_ups import Disposed


@frozen
class Breach:
    """A promise that a step broke.

    Attributes:
        number: Its number in §10.
        title: What is promised.
        what: What is wrong, in words.
        at: When (aware).
        events: What happened in that step.
    """

    number: str
    title: str
    what: str
    at: datetime
    events: tuple[Event, ...]

    def __str__(self) -> str:
        return f"{self.number} {self.title}: {self.what}"


class Watch:
    """Somebody who watches a desk from its first event on, and says which promises it breaks.

    Args:
        policy: The SOP in force; may be replaced when another one is put in force.
        promises: What is promised.
    """

    def __init__(self, policy: Policy, promises: Iterable[Promise] = PROMISES) -> None:
        self.policy = policy
        self.books = Books()
        self._promises = tuple(promises)

    def see(self, events: Iterable[Event]) -> tuple[Breach, ...]:
        """Everything that is wrong with a step, and write it down.

        Args:
            events: What happened by one command; nothing where it was refused.
        """
        step = Happening(tuple(events), self.books, self.policy)
        found = tuple(
            Breach(promise.number, promise.title, what, step.events[-1].at, step.events)
            for promise in self._promises
            if step.events
            for what in promise.breaches(step)
        )
        self.books.adopt(step.layers[1:])
        return found


def watch(
    events: Iterable[Event | Sequence[Event]], policy: Policy, promises: Iterable[Promise] = PROMISES
) -> Iterator[Breach]:
    """Every breach of a promise in a history, in the order in which they happened.

    Args:
        events: The history from its beginning. Best given as commands brought them, a tuple for each, as `Desk.handle`
            returns them. Single events are taken together as far as one command may have brought them: at one instant,
            and about one case.
        policy: The SOP in force, with its dated changes.
        promises: What is promised; those that something stays possible (18, 19) are not asked of a history.

    Yields:
        Breaches; nothing where every promise was kept. Only the books are kept, so a history may be as long as it
        likes.
    """
    watching = Watch(policy, promises)
    for step in _steps_of(events):
        yield from watching.see(step)


_BROUGHT_BY: Final[Mapping[type[Event], tuple[type[Event], ...]]] = {
    **dict.fromkeys((AgentAdded, AgentChanged, AgentLoggedOut, NextStateCleared, CustomerLeft), ()),
    AttributeSet: (),
    CustomerExtended: (CustomerMerged,),
    ThreadJoined: (CaseStarted, ThreadJoined),
    CaseTakenOver: (ThreadJoined,),
    CaseMoved: (),
    ThreadLeft: (CaseMoved,),
    **dict.fromkeys((CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked), ()),
    **dict.fromkeys((Authenticated, PresenceAsked, ChatDisconnected, Disposed), ()),
    **dict.fromkeys((ReviewTaken, OfferDeclined, DraftEdited, DraftApproved, DraftRefused, DraftWithdrawn), ()),
    ReplySent: (DraftApproved, CaseStarted),
    DraftSubmitted: (CaseStarted,),
    MessageReceived: (CaseStarted, CustomerRecorded),
    MessageAwaited: (),
    MessageEdited: (MessageReceived, MessageNoted, MessageAwaited),
    MessageWithdrawn: (MessageReceived, MessageNoted, MessageAwaited),
    CaseSnoozed: (OfferRescinded,),
    SnoozeEnded: (CaseReopened, CaseAssigned, StatusSet, ReplySent, WorkOffered),
    StatusSet: (ContactEnded, SnoozeEnded),
    CaseAssigned: (CaseStarted, CaseReopened, SnoozeEnded),
    CaseClosed: (CustomerLeft, CaseTakenOver),
    CaseReleased: (CaseSnoozed, ChatDisconnected, OfferRescinded, CustomerLeft, Disposed, MessageReceived),
    AgentAvailable: (Disposed,),
    AgentWrapsUp: (ContactEnded,),
    WorkOffered: (CaseQueued, ReviewReassigned),
    NextStateSet: (OfferDeclined, AgentWrapsUp),
    AgentUnavailable: (NextStateSet, OfferDeclined, ContactEnded, Disposed),
}
"""What else must have happened in a step for these to belong to it; otherwise they begin one of their own."""


def _steps_of(events: Iterable[Event | Sequence[Event]]) -> Iterator[Sequence[Event]]:
    together: list[Event] = []
    for said in events:
        if together and not (isinstance(said, Event) and _goes_on(together, said)):
            yield together
            together = []
        if isinstance(said, Event):
            together.append(said)
        else:
            yield said
    if together:
        yield together


def _goes_on(together: Sequence[Event], event: Event) -> bool:
    """Whether an event may belong to what some events tell: at one instant, about one case or those that are joined."""
    brought_by = _BROUGHT_BY.get(type(event))
    if event.at != together[-1].at or not (brought_by is None or any(isinstance(one, brought_by) for one in together)):
        return False
    about = {getattr(one, name, None) for one in together for name in ("case", "predecessor", "merged")} - {None}
    return not about or getattr(event, "case", None) in {None, *about}
