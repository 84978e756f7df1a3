"""What people at the desk do that a rule of a team's own may guard: as it happened, and as it is tried.

What happened is told by the events of a step. Some of them tell of several things that one may do: a case that waits in
a queue again was given away, unless it was left, ended or put off, or its status says so. What the customer and the
system do is nobody's deed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

from casecore.kernel import Command, Event
from casecore.policies.sections import Guarded
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.promises.own_conditions import Sight
from casecore.promises.pages import CasePage, NotedPage
from casecore.rooms.approvals import ApproveDraft, DraftApproved, DraftSubmitted, SubmitDraft
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, OpenCase, Release, WorkBegun
from casecore.rooms.attributes import AttributeSet, SetAttribute
from casecore.rooms.case_merging import CaseTakenOver, MergeCases
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import CommitmentMade, MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.moving import CaseMoved, MoveCase
from casecore.rooms.notes import AddTag, CaseTagged
from casecore.rooms.offers import AcceptOffer, OfferAccepted
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import LevelSet, SetLevel
from casecore.rooms.snoozes import CaseSnoozed, SnoozeCase
from casecore.rooms.wrap_ups import Dispose, Disposed
from casecore.statuses import Status

GuardedWords: TypeAlias = Iterable[Guarded]


@frozen
class Deed:
    """Something that somebody at the desk does.

    Attributes:
        words: Everything that it is, in the words of `guards`.
        called: The event that tells it, or the command.
        sight: Who does it, and what is known just before.
    """

    words: frozenset[Guarded]
    called: str
    sight: Sight


_SENT_AS: Final[Mapping[Status, GuardedWords]] = {
    Status.PENDING: (Guarded.SEND_AS_PENDING,),
    Status.ESCALATED: (Guarded.SEND_AS_ESCALATED, Guarded.ESCALATE),
    Status.RESOLVED: (Guarded.SEND_AS_RESOLVED, Guarded.RESOLVE),
}
_SET_TO: Final[Mapping[Status, GuardedWords]] = {
    Status.ESCALATED: (Guarded.ESCALATE,),
    Status.RESOLVED: (Guarded.RESOLVE,),
}


def _reply(send_as: Status) -> GuardedWords:
    return (Guarded.REPLY, *_SENT_AS.get(send_as, ()))


def _closed(reason: CloseReason) -> GuardedWords:
    return (Guarded.CLOSE,) if reason is CloseReason.BY_HAND else ()


def _status(status: Status) -> GuardedWords:
    return (Guarded.SET_STATUS, *_SET_TO.get(status, ()))


# What happened -----------------------------------------------------------------------------------------

_QUEUED_BY: Final = (CaseReleased, StatusSet, ReplySent, CaseStarted)
"""With one of these a case waits again because of that, and nobody has given it away besides."""

_TAKEN_BY: Final = (OfferAccepted, CaseStarted)
"""With one of these somebody may hold a case because of that, and not have opened it."""


def _released(event: CaseReleased, _: Happening) -> GuardedWords:
    by = {Release.TRANSFERRED: Guarded.TRANSFER, Release.ENDED_BY_AGENT: Guarded.END_CONTACT}
    return (by[event.because],) if event.because in by else ()


def _queued(_: CaseQueued, step: Happening) -> GuardedWords:
    return () if any(isinstance(event, _QUEUED_BY) for event in step.events) else (Guarded.TRANSFER,)


def _opened(event: CaseAssigned | WorkBegun, step: Happening) -> GuardedWords:
    """Whoever accepts what is offered holds it, too; only what somebody is on the line for is thereby opened."""
    begun = isinstance(event, WorkBegun) and not step.before.case(event.case).on_line
    taken = {type(one) for one in step.events if isinstance(one, _TAKEN_BY)}
    return (Guarded.OPEN,) if not taken or (begun and CaseStarted not in taken) else ()


def _always(*words: Guarded) -> Callable[[Any, Happening], GuardedWords]:
    return lambda _, __: words


_DONE: Final[Mapping[type[Event], Callable[[Any, Happening], GuardedWords]]] = {
    ReplySent: lambda event, _: _reply(event.send_as),
    StatusSet: lambda event, _: _status(event.status),
    CaseClosed: lambda event, _: _closed(event.reason),
    CaseReleased: _released,
    CaseQueued: _queued,
    CaseAssigned: _opened,
    WorkBegun: _opened,
    CaseStarted: lambda event, _: () if event.logged else (Guarded.WRITE_FIRST,),
    OfferAccepted: lambda event, _: () if event.review else (Guarded.ACCEPT,),
    DraftSubmitted: _always(Guarded.SUBMIT),
    DraftApproved: _always(Guarded.APPROVE),
    Disposed: _always(Guarded.DISPOSE),
    CommitmentMade: _always(Guarded.COMMIT),
    CaseSnoozed: _always(Guarded.SNOOZE),
    LevelSet: _always(Guarded.SET_LEVEL),
    AttributeSet: _always(Guarded.SET_ATTRIBUTE),
    CaseTagged: _always(Guarded.TAG),
    CaseTakenOver: _always(Guarded.MERGE),
    CaseMoved: _always(Guarded.MOVE),
}
"""What each event tells that somebody has done."""


def deeds_done(step: Happening) -> Iterator[Deed]:
    """What somebody at the desk has done in a step."""
    for event in step.events:
        tells = _DONE.get(type(event))
        words = frozenset[Guarded]() if tells is None else frozenset(tells(event, step))
        if words and step.before.agent(event.by).known:
            yield Deed(words, type(event).__name__, _sight_of(event, step))


def _sight_of(event: Any, step: Happening) -> Sight:
    case = event.merged if isinstance(event, CaseTakenOver) else event.case
    begun = next((one for one in step.events if isinstance(one, CaseStarted) and one.case == case), None)
    books = step.before if begun is None else _books_once_begun(step, case)
    thread = _thread_written_on(event, step)
    page = books.case(case)
    return Sight(
        step.before,
        case,
        event.by,
        event.at,
        thread=thread,
        customer=_customer_on(step.before, page) if begun is None else begun.customer,
        approved=isinstance(event, ReplySent) and event.reviewer not in {None, event.author},
        page=page,
        noted=books.noted(case),
    )


def _books_once_begun(step: Happening, case: str) -> Books:
    """The books once a case is there that somebody begins, and nothing has been written on it."""
    written = (ReplySent, DraftSubmitted)
    return next(
        (books for event, books in step.moments if isinstance(event, written) and event.case == case), step.after
    )


def _thread_written_on(event: Any, step: Happening) -> str | None:
    """The thread that a reply, or a draft, is for; None: it names none."""
    sent = next((one for one in step.events if isinstance(one, ReplySent)), None)
    told = sent if isinstance(event, DraftApproved) and sent is not None else event
    thread: str | None = told.thread if isinstance(told, ReplySent | DraftSubmitted) else None
    return thread


def _customer_on(books: Books, page: CasePage) -> str | None:
    customer: str | None = books.page("threads", page.thread or "").customer
    return customer


# What is tried -----------------------------------------------------------------------------------------

_TRIED: Final[Mapping[type[Command], Callable[[Any, CasePage], GuardedWords]]] = {
    SendReply: lambda command, _: _reply(command.send_as),
    ApproveDraft: lambda _, page: () if page.draft is None else (Guarded.APPROVE, *_reply(page.draft.send_as)),
    StartOutbound: lambda command, _: (Guarded.WRITE_FIRST, *_first_words(command)),
    SubmitDraft: lambda _, __: (Guarded.SUBMIT,),
    SetStatus: lambda command, _: _status(command.status),
    CloseCase: lambda command, _: _closed(command.reason),
    ReassignCase: lambda command, page: () if command.agent == (page.holder or "") else (Guarded.TRANSFER,),
    AcceptOffer: lambda command, _: () if command.review else (Guarded.ACCEPT,),
    OpenCase: lambda command, page: (Guarded.OPEN, *((Guarded.ACCEPT,) if page.offered_to == command.by else ())),
    EndContact: lambda _, page: () if page.holder is None else (Guarded.END_CONTACT,),
    Dispose: lambda _, page: (Guarded.DISPOSE,) if page.owing else (),
    MakeCommitment: lambda _, __: (Guarded.COMMIT,),
    SnoozeCase: lambda _, __: (Guarded.SNOOZE,),
    SetLevel: lambda _, __: (Guarded.SET_LEVEL,),
    SetAttribute: lambda _, __: (Guarded.SET_ATTRIBUTE,),
    AddTag: lambda command, _: () if command.message is not None else (Guarded.TAG,),
    MergeCases: lambda _, __: (Guarded.MERGE,),
    MoveCase: lambda _, __: (Guarded.MOVE,),
}
"""What somebody does who gives a command, should it be accepted."""


def _first_words(command: StartOutbound) -> GuardedWords:
    return (Guarded.SUBMIT,) if command.for_approval else _reply(Status.PENDING)


def deed_tried(command: Command, books: Books) -> Deed | None:
    """What somebody at the desk tries to do; None where it is nothing that a rule guards, or there is no such case."""
    tells = _TRIED.get(type(command))
    if tells is None or not books.agent(command.by).known:
        return None
    sight = _sight_of_trial(command, books)
    there = sight.page.status is not None and (sight.page.status is not Status.CLOSED or isinstance(command, Dispose))
    words = frozenset(tells(command, sight.page)) if there else frozenset[Guarded]()
    return Deed(words, type(command).__name__, sight) if words else None


def _sight_of_trial(command: Any, books: Books) -> Sight:
    if isinstance(command, StartOutbound):
        return _sight_of_beginning(command, books)
    page, draft = books.case(command.case), books.case(command.case).draft
    return Sight(
        books,
        command.case,
        command.by,
        command.at,
        thread=getattr(command, "thread", None) if isinstance(command, SendReply | SubmitDraft) else None,
        customer=_customer_on(books, page),
        approved=isinstance(command, ApproveDraft) and draft is not None and draft.author != command.by,
        page=page,
        noted=books.noted(command.case),
    )


def _sight_of_beginning(command: StartOutbound, books: Books) -> Sight:
    """What is known of a case that somebody wants to begin, as it would be; of its queue, what they name."""
    known = books.page("threads", command.thread)
    page = CasePage(
        channel=known.channel or command.channel,
        queue=command.queue,
        thread=command.thread,
        status=Status.OPEN,
        active_at=command.at,
        holder=command.by,
    )
    noted = NotedPage(
        language=command.language,
        owner=command.by,
        status_at=command.at,
        active_at=command.at,
        contact_since=command.at,
    )
    return Sight(
        books,
        command.new_case,
        command.by,
        command.at,
        thread=None,
        customer=known.customer or command.customer,
        approved=False,
        page=page,
        noted=noted,
    )
