"""Approval: a reply that somebody else has to read before the customer does.

* A draft is a whole reply: text, attachments and the status it is sent with. A case has at most one waiting.
* `submitted -> approved | refused | withdrawn | superseded`. While it is submitted it can be edited, and its review can
  be given to an agent or to a queue. A decided draft leaves the desk; what was sent is a message like any other.
* Its author, the case's assignee and a supervisor may edit it, withdraw it, and give its review to somebody else;
  whoever may review it does all of that but withdraw it.
* If the customer writes while a draft waits, the policy supersedes it, or keeps it marked stale. A reply that somebody
  else than its author sends makes it stale, too: the customer may have been told the contrary.
* A waiting draft blocks a second one, closing the case, and resolving it past the reviewer.

Who reviews a draft, and what comes of deciding it, is told in `reviews.py`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from casecore.kernel import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Unconcerned,
    a_choice,
    a_flag,
    a_part,
    a_text,
    an_id,
    changed,
    frozen,
    some_texts,
)
from casecore.kernel.machines import StateTable
from casecore.kernel.records import a_link, record
from casecore.kernel.rooms import by_agent, for_words, soft_rule, wants
from casecore.kernel.values import kind_of
from casecore.policies import Policy
from casecore.policies.sections import OnCustomerMessage
from casecore.rooms.agents import APPROVE, Agent, is_supervisor
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import queue_known
from casecore.rooms.cases import (
    Case,
    CaseClosed,
    CaseCommand,
    CloseReason,
    HasCase,
    SeesCase,
    StatusSet,
    not_closed,
    only_holder,
)
from casecore.rooms.joining import thread_of_case
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import (
    READ_FOR_BLANKS,
    READ_FOR_EMOJI,
    SUBJECT_ON_EMAIL,
    ReplySent,
    attachments_taken,
    emoji_taken,
    no_blank_left,
    reply_content,
    says_something,
    send_edge,
)
from casecore.rooms.threads import message_fresh, names_message
from casecore.statuses import RESOLVED, Status

# State table -------------------------------------------------------------------------------------------


class DraftStatus(StrEnum):
    """Where a draft is in its life."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


DRAFT_LIFECYCLE = StateTable(
    "draft life cycle",
    DraftStatus,
    initial=DraftStatus.SUBMITTED,
    final=(DraftStatus.APPROVED, DraftStatus.REFUSED, DraftStatus.WITHDRAWN, DraftStatus.SUPERSEDED),
    edges=(
        ("edit", DraftStatus.SUBMITTED, None),
        ("reassign", DraftStatus.SUBMITTED, None),
        ("approve", DraftStatus.SUBMITTED, DraftStatus.APPROVED),
        ("refuse", DraftStatus.SUBMITTED, DraftStatus.REFUSED),
        ("withdraw", DraftStatus.SUBMITTED, DraftStatus.WITHDRAWN),
        ("supersede", DraftStatus.SUBMITTED, DraftStatus.SUPERSEDED),
    ),
)
"""The table that `decide` reads for drafts."""


# Record ------------------------------------------------------------------------------------------------


@record
class WaitingDraft:
    """The draft that waits on a case.

    Attributes:
        id: Also the id of the message it becomes.
        queue: The queue it is reviewed by.
        reviewer: The agent it is reviewed by, if it was given to one.
        waiting_since: Since when it waits for a review.
        stale: Something was written since it was submitted or last edited by its author: by the customer, or by a
            colleague who replied.
        replied: The colleague who replied, where that is what was written last; None where the customer wrote.
        before: Who else had written since, before whoever wrote last: a colleague, or the customer.
        seen: The message that whoever wrote it as it is saw last; None where nobody says.
        thread: The thread on which it goes out; None: the case's own, whichever that is then.
    """

    id: str
    author: str
    text: str
    send_as: Status
    attachments: tuple[str, ...]
    queue: str
    waiting_since: datetime
    note: str = ""
    reviewer: str | None = a_link(of="reviewer", default=None)
    stale: bool = False
    replied: str | None = None
    before: str | None = None
    about_account: bool = False
    subject: str = ""
    template: PreparedText | None = None
    seen: str | None = None
    thread: str | None = None


class SeesDraft(SeesCase, Protocol):
    """The draft that waits on the case."""

    @property
    def draft(self) -> WaitingDraft | None:
        """The draft, if one waits."""


class HasDraft(SeesDraft, Protocol):
    """A draft waits on the case."""

    case: Case
    draft: WaitingDraft


# Commands ----------------------------------------------------------------------------------------------


@frozen
class SubmitDraft(CaseCommand):
    """An agent submits a reply for approval.

    Attributes:
        draft: The draft's own id, and the id of the message it becomes.
        queue: Who approves it; the case's queue if it is not given.
        note: For the reviewer.
        template: What it is made from; the text is then what the author saw in the preview.
        seen: The message that the author saw last; None where nobody says.
        thread: The thread on which it goes out, where several lead to the case; None: the case's own.
    """

    draft: str = an_id()
    text: str = a_text(default="")
    send_as: Status = a_choice(Status, default=Status.PENDING)
    queue: str | None = an_id(default=None)
    attachments: tuple[str, ...] = some_texts(default=())
    note: str = a_text(default="")
    about_account: bool = a_flag(default=False)
    subject: str = a_text(default="")
    template: PreparedText | None = a_part(PreparedText, default=None)
    seen: str | None = an_id(default=None)
    thread: str | None = an_id(of="thread", default=None)


@frozen
class DraftCommand(CaseCommand):
    """A command about the draft that waits on a case."""

    draft: str = an_id()


@frozen
class EditDraft(DraftCommand):
    """The draft says something else; what is None stays. A template's text changes with its values, given together.

    Attributes:
        seen: The message that whoever edits it saw last; None where nobody says.
    """

    text: str | None = a_text(default=None)
    send_as: Status | None = a_choice(Status, default=None)
    attachments: tuple[str, ...] | None = some_texts(default=None)
    template: PreparedText | None = a_part(PreparedText, default=None)
    subject: str | None = a_text(default=None)
    about_account: bool | None = a_flag(default=None)
    seen: str | None = an_id(default=None)


EDITABLE = ("text", "send_as", "attachments", "template", "subject", "about_account")
"""The fields of a draft that `EditDraft` may change."""


@frozen
class ReassignDraft(DraftCommand):
    """The review goes to another agent or queue; exactly one of the two is given. `reassignments.py` tells how."""

    agent: str | None = an_id(of="target", default=None)
    queue: str | None = an_id(default=None)
    note: str = a_text(default="")


@frozen
class ApproveDraft(DraftCommand):
    """A reviewer sends the draft.

    Attributes:
        seen: The reviewer has seen what was written since, by the customer or by a colleague.
        template: The draft's template as it stands now, where it has changed since the draft was written.
        seen_message: The message that the reviewer saw last; None where nobody says.
    """

    seen: bool = a_flag(default=False)
    template: PreparedText | None = a_part(PreparedText, default=None)
    seen_message: str | None = an_id(default=None)


@frozen
class RefuseDraft(DraftCommand):
    """A reviewer gives the draft back to its author."""

    reason: str = a_text(default="")


@frozen
class WithdrawDraft(DraftCommand):
    """The author takes the draft back."""


# Events ------------------------------------------------------------------------------------------------


@frozen
class DraftSubmitted(Event):
    """A draft waits for approval."""

    case: str
    draft: str
    text: str
    send_as: Status
    attachments: tuple[str, ...]
    queue: str
    note: str
    about_account: bool = False
    subject: str = ""
    template: PreparedText | None = None
    seen: str | None = None
    thread: str | None = None


@frozen
class DraftEdited(Event):
    """The waiting draft is now this; `fresh` when its author has taken in what was written since.

    Subject and mark about the account are None in events that were stored before they could be edited: they stay.
    """

    case: str
    draft: str
    text: str
    send_as: Status
    attachments: tuple[str, ...]
    fresh: bool
    template: PreparedText | None = None
    subject: str | None = None
    about_account: bool | None = None
    seen: str | None = None


@frozen
class ReviewReassigned(Event):
    """The review waits in this queue."""

    case: str
    draft: str
    queue: str
    note: str


@frozen
class DraftWentStale(Event):
    """The customer wrote while the draft waited, or a colleague replied; `replied` is that colleague."""

    case: str
    draft: str
    replied: str | None = None


@frozen
class DraftApproved(Event):
    """A reviewer approved the draft; the reply that was sent is told by `ReplySent`."""

    case: str
    draft: str
    author: str


@frozen
class DraftRefused(Event):
    """A reviewer gave the draft back to its author."""

    case: str
    draft: str
    author: str
    reason: str


@frozen
class DraftWithdrawn(Event):
    """The draft was taken back."""

    case: str
    draft: str
    author: str


@frozen
class DraftSuperseded(Event):
    """The customer wrote, and the policy lets no draft answer what it has not seen."""

    case: str
    draft: str
    author: str


DECIDED = (DraftApproved, DraftRefused, DraftWithdrawn, DraftSuperseded)
"""The events with which a draft waits no more."""


# Needs -------------------------------------------------------------------------------------------------

TRIGGERS = MappingProxyType(
    {
        EditDraft: "edit",
        ReassignDraft: "reassign",
        ApproveDraft: "approve",
        RefuseDraft: "refuse",
        WithdrawDraft: "withdraw",
    }
)
"""The trigger of the draft's table that each command is."""


def _draft_waits(view: SeesDraft, command: DraftCommand, _: Policy) -> Reason | None:
    draft = view.draft
    state = DraftStatus.SUBMITTED if draft is not None and draft.id == command.draft else ""
    if DRAFT_LIFECYCLE.dest(state, TRIGGERS[kind_of(command)]) is not None:
        return None
    found = f"no draft waits on case {command.case}"
    if draft is not None:
        found = f"draft {command.draft!r} does not wait on case {command.case}; {draft.id} does"
    return Reason("draft.edge", found, "it was decided already, or never submitted")


def _id_is_fresh(view: SeesDraft, command: SubmitDraft | ApproveDraft, policy: Policy) -> Reason | None:
    taken = message_fresh(view, command, policy)
    if taken is None or isinstance(command, SubmitDraft):
        return taken
    remedy = "refuse or withdraw it; what it says can be submitted again by another id"
    return changed(taken, remedy=remedy, ways=("RefuseDraft", "WithdrawDraft"))


@wants("case")
def _can_submit(view: HasCase, command: SubmitDraft, _: Policy) -> Reason | None:
    return send_edge(view, command.send_as)


@wants("case")
def _can_edit(view: HasCase, command: EditDraft, _: Policy) -> Reason | Unconcerned | None:
    return UNCONCERNED if command.send_as is None else send_edge(view, command.send_as)


@wants("case", "draft")
def _can_approve(view: HasDraft, _: ApproveDraft, __: Policy) -> Reason | None:
    return send_edge(view, view.draft.send_as)


# Rules -------------------------------------------------------------------------------------------------


@wants("case", "draft")
def _one_at_a_time(view: HasDraft, _: SubmitDraft, __: Policy) -> Reason | None:
    found = f"draft {view.draft.id} of {for_words(view.draft, 'author', 'somebody')} waits on the case already"
    remedy = "edit or withdraw that one, or wait until it is decided"
    return Reason("approval.single", found, remedy, ways=("EditDraft", "WithdrawDraft"))


def _blocked_by_draft(rule: str, draft: WaitingDraft, case: str) -> Reason:
    ways = ("ApproveDraft", "RefuseDraft", "WithdrawDraft")
    return Reason(rule, f"draft {draft.id} waits on case {case}", "decide or withdraw it first", ways=ways)


@wants("case", "draft")
def _blocks_close(view: HasDraft, event: CaseClosed, _: Policy) -> Reason | Unconcerned | None:
    if event.reason in {CloseReason.ABANDONED, CloseReason.MERGED}:
        return UNCONCERNED  # it is superseded; and none waits where cases are merged: `case_merging.py`
    return _blocked_by_draft("approval.blocks_close", view.draft, event.case)


def resolving_past(draft: WaitingDraft, case: str) -> Reason:
    """What is against resolving a case past its reviewer: that a draft waits on it."""
    return _blocked_by_draft("approval.blocks_resolve", draft, case)


@wants("case", "draft")
def _blocks_resolve(view: HasDraft, event: ReplySent | StatusSet, _: Policy) -> Reason | Unconcerned | None:
    status = event.send_as if isinstance(event, ReplySent) else event.status
    if status is not RESOLVED:
        return UNCONCERNED
    reviewed = isinstance(event, ReplySent) and event.reviewer is not None
    return None if reviewed else resolving_past(view.draft, event.case)


@wants("case", "draft")
def _draft_is_theirs(view: HasDraft, command: EditDraft | WithdrawDraft | ReassignDraft, _: Policy) -> Reason | None:
    draft, actor = view.draft, view.actor
    if command.by == SYSTEM or is_supervisor(actor):
        return None
    if command.by == draft.author or (view.case is not None and command.by == view.case.assignee):
        return None
    withdraws = isinstance(command, WithdrawDraft)
    if not withdraws and actor is not None and _reviews(actor, draft):
        return None
    return Reason(
        "approval.author",
        f"draft {draft.id} is {draft.author}'s, not {command.by}'s",
        f"ask {draft.author} or a supervisor; a reviewer refuses it"
        if withdraws
        else f"ask {draft.author}, its reviewer or a supervisor",
        {"author": draft.author, "reviewer": for_words(draft, "reviewer")},
    )


def _reviews(actor: Agent, draft: WaitingDraft) -> bool:
    """Whether somebody reviews a draft, or might."""
    return actor.id == draft.reviewer or (actor.may(APPROVE) and draft.queue in actor.queues)


# Handlers ----------------------------------------------------------------------------------------------


def _thread_of_draft(view: SeesDraft, _: ApproveDraft) -> str | None:
    """The thread that the draft names, if it names one: its window counts."""
    return None if view.draft is None else view.draft.thread


@wants("case")
def _submit_draft(view: HasCase, command: SubmitDraft, _: Policy) -> tuple[Event, ...]:
    c, queue = command, command.queue or view.case.queue
    content = {**reply_content(c), "send_as": c.send_as, "seen": c.seen, "thread": c.thread}
    return (DraftSubmitted(c.by, c.at, c.case, c.draft, queue=queue, note=c.note, **content),)


@wants("case", "draft")
def _edit_draft(view: HasDraft, command: EditDraft, _: Policy) -> tuple[Event, ...]:
    c, draft = command, view.draft
    given = {name: getattr(c, name) for name in EDITABLE}
    now = {name: getattr(draft, name) if value is None else value for name, value in given.items()}
    fresh = c.by == draft.author
    seen = c.seen if c.seen is not None or fresh else draft.seen
    return (DraftEdited(c.by, c.at, c.case, c.draft, fresh=fresh, seen=seen, **now),)


@wants("case", "draft")
def _after_message(view: HasDraft, event: MessageReceived, policy: Policy) -> tuple[Event, ...]:
    draft = view.draft
    if view.case.id != event.case:
        return ()
    if policy.approval.on_customer_message is OnCustomerMessage.SUPERSEDE:
        return (DraftSuperseded(SYSTEM, event.at, event.case, draft.id, draft.author),)
    told = draft.stale and draft.replied is None
    return () if told else (DraftWentStale(SYSTEM, event.at, event.case, draft.id),)


@wants("case", "draft")
def _after_reply(view: HasDraft, event: ReplySent, _: Policy) -> tuple[Event, ...]:
    return () if event.message == view.draft.id else stale_after(view.draft, event.case, event.author, event.at)


def stale_after(draft: WaitingDraft, case: str, author: str, at: datetime) -> tuple[Event, ...]:
    """What becomes of a draft when somebody has said something to the customer: another may have said the contrary."""
    if author in {draft.author, draft.replied}:
        return ()
    return (DraftWentStale(SYSTEM, at, case, draft.id, author),)


# Evolve ------------------------------------------------------------------------------------------------


def _new_draft(event: DraftSubmitted) -> WaitingDraft:
    return WaitingDraft(
        id=event.draft,
        author=event.by,
        send_as=event.send_as,
        queue=event.queue,
        waiting_since=event.at,
        note=event.note,
        seen=event.seen,
        thread=event.thread,
        **reply_content(event),
    )


def _replace_draft(draft: Editing, event: DraftEdited) -> None:
    for name in EDITABLE:
        value = getattr(event, name)
        if value is not None or name == "template":
            setattr(draft, name, value)
    draft.seen = event.seen
    if event.fresh:
        draft.stale, draft.replied, draft.before = False, None, None


def _move_review(draft: Editing, event: ReviewReassigned) -> None:
    draft.reviewer = None
    draft.queue = event.queue


def _go_stale(draft: Editing, event: DraftWentStale) -> None:
    if draft.stale and (draft.replied is None) != (event.replied is None):
        draft.before = draft.replied or CUSTOMER
    draft.stale, draft.replied = True, event.replied


_CONTENT = (DraftSubmitted, DraftEdited)
_MESSAGES = (SubmitDraft, ApproveDraft)
_AGENTS = (SubmitDraft, ApproveDraft, RefuseDraft)
_THREAD = ("thread",)

THE_DRAFT = MappingProxyType({"draft": "draft.id"})
"""What an inbox says to every command about a draft: which one waits on the case."""

APPROVALS: Room[SeesDraft] = Room(
    name="approvals",
    needs=(
        Rule("actor.role", "Only an agent writes and reviews drafts", "§5", _AGENTS, by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (SubmitDraft,), not_closed),
        Rule("draft.edge", "Only a waiting draft is decided", "§5", (DraftCommand,), _draft_waits, ("draft",)),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (SubmitDraft,), _can_submit),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (EditDraft,), _can_edit),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (ApproveDraft,), _can_approve),
        Rule("queue.known", "The queue exists", "§5", (SubmitDraft,), queue_known, ("queue",)),
        Rule(
            "thread.of_case", "A reply goes out on a thread of its case", "§4", (SubmitDraft,), thread_of_case, _THREAD
        ),
        Rule("message.fresh", "A message's id is used once", "§1", _MESSAGES, _id_is_fresh, ("draft",)),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee replies", "§4", (SubmitDraft,), only_holder),
        Rule("approval.single", "A case has one waiting draft", "§5", (SubmitDraft,), _one_at_a_time),
        Rule("reply.content", "A reply says something", "§4", _CONTENT, says_something, ("text", "attachments")),
        soft_rule(
            "channels.attachments",
            "A channel takes attachments or not",
            "§4",
            _CONTENT,
            attachments_taken,
            ("attachments",),
        ),
        soft_rule("channels.emoji", "A channel takes emoji or not", "§4", _CONTENT, emoji_taken, READ_FOR_EMOJI),
        Rule("replies.blanks", "Nothing is sent with a blank in it", "§4", _CONTENT, no_blank_left, READ_FOR_BLANKS),
        soft_rule(
            "approval.author",
            "A draft is its author's and its reviewer's",
            "§5",
            (EditDraft, WithdrawDraft, ReassignDraft),
            _draft_is_theirs,
        ),
        Rule("approval.blocks_close", "A waiting draft blocks closing", "§5", (CaseClosed,), _blocks_close),
        soft_rule(
            "approval.blocks_resolve",
            "A waiting draft blocks resolving past it",
            "§5",
            (ReplySent, StatusSet),
            _blocks_resolve,
        ),
    ),
    decide={SubmitDraft: _submit_draft, EditDraft: _edit_draft},
    shows={
        SubmitDraft: names_message("draft"),
        ApproveDraft: {"thread": _thread_of_draft, **names_message("draft")},
    },
    follows={MessageReceived: _after_message, ReplySent: _after_reply},
    creates={(WaitingDraft, DraftSubmitted): _new_draft},
    evolve={
        (WaitingDraft, DraftEdited): _replace_draft,
        (WaitingDraft, ReviewReassigned): _move_review,
        (WaitingDraft, DraftWentStale): _go_stale,
    },
    removes=frozenset((WaitingDraft, event) for event in DECIDED),
    probes=(
        *(
            Probe(
                f"submit_as_{status}",
                SubmitDraft,
                {"send_as": status},
                asks=("draft", "text", "subject"),
                only_where=SUBJECT_ON_EMAIL,
            )
            for status in (Status.PENDING, Status.ESCALATED, Status.RESOLVED)
        ),
        Probe("edit_draft", EditDraft, asks=("text",), taken=THE_DRAFT),
        Probe("reassign_review_to_agent", ReassignDraft, asks=("agent",), taken=THE_DRAFT),
        Probe("reassign_review_to_queue", ReassignDraft, asks=("queue",), taken=THE_DRAFT),
    ),
)
