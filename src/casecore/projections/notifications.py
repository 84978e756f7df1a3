"""Notifications: what calls which agent, by a sound or a banner, as they switched on (§9).

| alert | who | when |
|---|---|---|
| `work_offered` | whom it is offered to | routing offers a case |
| `case_transferred` | who receives it | a colleague offers them a case, or one is given to them |
| `review_offered` | whom it is offered to | the review of a draft is offered |
| `offer_gone` | whom it was offered to | an offer timed out or was taken back |
| `customer_wrote` | who holds the case | its customer wrote, or a participant |
| `case_merged` | who holds the case | somebody else merged another into it |
| `message_changed` | who holds the case | whoever wrote a message edited or withdrew it, and nothing newer is known |
| `delivery_failed` | who holds the case, else its last agent; and who wrote it | a message of ours never arrived |
| `review_ended` | who reviewed it | it was taken from them, or the draft was decided, by somebody else |
| `draft_approved` | the author | their draft was approved and sent |
| `draft_refused` | the author | their draft was refused |
| `draft_superseded` | the author | the customer wrote and the policy let the draft lapse, or they gave up waiting |
| `draft_stale` | the author and the reviewer | the customer wrote, or a colleague replied, while the draft waits |
| `snooze_over` | its last agent | a case that slept is awake: its instant came, or its customer wrote |
| `contact_ended` | whose contact it was | somebody else ended it, or took the case |
| `commitment_taken` | every supervisor, and who had it to keep | somebody took over what an absent agent promised |
| `commitment_stranded` | every supervisor | a commitment is due, and who has to keep it is not on duty |
| `commitment_due` | who has to keep it | it is due |
| `idle_right` | who has the chat | the silence is long enough: once asked for, the chat may be ended |
| `window_closed` | who holds the case | on WhatsApp: from now on only templates go out |
| `clock_late` | who holds the case | a service clock reached its target |
| `wrap_up_overdue` | whose contact it was, and every supervisor | nobody has disposed it for `wrap_up.remind` |
| `queue_unserved` | every supervisor | a case waits in a queue that is open and that no agent serves |

`commitment_stranded` and those from `commitment_due` to `wrap_up_overdue` are no events, nor is the opening of a queue:
they come with their instant, so a host gives what its agenda says is ripe, or what `Desk.due` lists for now, beside the
events. Nobody is called for what they did themselves. What waits already in a queue that the policy has no more is told
by `casecore.unserved`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from attrs import field

from casecore.desk import Desk, Due
from casecore.kernel import SYSTEM, CasecoreError, Event, frozen
from casecore.kernel.problems import did_you_mean
from casecore.projections.inbox import keeper_of
from casecore.rooms.agents import AgentChanged, is_supervisor
from casecore.rooms.approvals import DraftApproved, DraftRefused, DraftSuperseded, DraftWentStale
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseQueued
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.commitments import DUE, CommitmentTaken
from casecore.rooms.contacts import ContactEnded
from casecore.rooms.edits import MessageEdited, MessageWithdrawn
from casecore.rooms.offers import OfferDeclined, OfferRescinded, WorkOffered
from casecore.rooms.opening_hours import OPENS, REVIEW_OPENS, is_closed
from casecore.rooms.overflow import is_served
from casecore.rooms.reviews import ReviewEnded
from casecore.rooms.silence import SILENT
from casecore.rooms.sla import SOLUTION
from casecore.rooms.snoozes import SnoozeEnded
from casecore.rooms.whatsapp import WINDOW
from casecore.rooms.wrap_ups import REMINDER


class Alert(StrEnum):
    """What an agent can be called for."""

    WORK_OFFERED = "work_offered"
    CASE_TRANSFERRED = "case_transferred"
    REVIEW_OFFERED = "review_offered"
    OFFER_GONE = "offer_gone"
    CUSTOMER_WROTE = "customer_wrote"
    CASE_MERGED = "case_merged"
    MESSAGE_CHANGED = "message_changed"
    DELIVERY_FAILED = "delivery_failed"
    REVIEW_ENDED = "review_ended"
    DRAFT_APPROVED = "draft_approved"
    DRAFT_REFUSED = "draft_refused"
    DRAFT_SUPERSEDED = "draft_superseded"
    DRAFT_STALE = "draft_stale"
    SNOOZE_OVER = "snooze_over"
    CONTACT_ENDED = "contact_ended"
    COMMITMENT_TAKEN = "commitment_taken"
    COMMITMENT_STRANDED = "commitment_stranded"
    COMMITMENT_DUE = "commitment_due"
    IDLE_RIGHT = "idle_right"
    WINDOW_CLOSED = "window_closed"
    CLOCK_LATE = "clock_late"
    WRAP_UP_OVERDUE = "wrap_up_overdue"
    QUEUE_UNSERVED = "queue_unserved"


class UnknownAlert(CasecoreError, ValueError):
    """There is no alert that can be switched on by this word."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word

    def __str__(self) -> str:
        meant = did_you_mean(self.word, map(str, Alert)) or f"use one of {', '.join(Alert)}"
        return f"there is no alert {self.word!r}; {meant}"


def _read_alerts(words: Iterable[str]) -> frozenset[Alert]:
    known = {str(alert): alert for alert in Alert}
    found = set()
    for word in words:
        if word not in known:
            raise UnknownAlert(word)
        found.add(known[word])
    return frozenset(found)


@frozen
class AlertSettings:
    """What an agent switched on; nothing, until they do.

    Attributes:
        sound: The alerts that make a sound.
        banner: The alerts that show a banner.

    Raises:
        UnknownAlert: When there is no such alert.
    """

    sound: frozenset[Alert] = field(default=frozenset(), converter=_read_alerts)
    banner: frozenset[Alert] = field(default=frozenset(), converter=_read_alerts)


@frozen
class Notification:
    """A call for one agent.

    Attributes:
        agent: Who.
        alert: For what.
        at: When it happened, or came due (aware, UTC).
        case: On which case.
        sound: Whether they hear it.
        banner: Whether they see it; one of the two is always true.
        cause: The event, or what came due; `casecore.line` puts an event in the agent's language.
        commitment: The commitment that is due; None for every other alert.
    """

    agent: str
    alert: Alert
    at: datetime
    case: str
    sound: bool
    banner: bool
    cause: Event | Due
    commitment: str | None = None


def notifications(
    happened: Iterable[Event | Due], desk: Desk, settings: Mapping[str, AlertSettings]
) -> Iterator[Notification]:
    """Who is called, for what happened and for what has come due.

    Args:
        happened: The events of one step, and what is ripe now.
        desk: The desk after that step.
        settings: What each agent switched on, by their id; who is not in it is not called.

    Returns:
        In the order of what happened; something due that is given twice calls once.
    """
    seen: set[Due] = set()
    for cause in happened:
        if isinstance(cause, Due):
            if cause in seen:
                continue
            seen.add(cause)
        for alert, agent, commitment in _calls_for(cause, desk):
            if agent is None or agent == getattr(cause, "by", None) or agent not in settings:
                continue
            sound, banner = alert in settings[agent].sound, alert in settings[agent].banner
            if sound or banner:
                case = str(getattr(cause, "case", ""))
                yield Notification(
                    agent, alert, cause.at, case, sound=sound, banner=banner, cause=cause, commitment=commitment
                )


# Who is called for what --------------------------------------------------------------------------------

Calls: TypeAlias = Iterable[tuple[Alert, str | None, str | None]]
"""What for, whom (None: nobody), and which commitment."""


def _calls_for(cause: Event | Due, desk: Desk) -> Calls:
    found = _CALLS_WHEN_DUE.get(cause.key) if isinstance(cause, Due) else _CALLS_OF_EVENT.get(type(cause))
    return () if found is None else found(cause, desk)


def _call_named(alert: Alert, name: str) -> Callable[[Any, Desk], Calls]:
    """Call whom the event names in this field."""
    return lambda event, _: ((alert, getattr(event, name), None),)


def _call_holder(alert: Alert) -> Callable[[Any, Desk], Calls]:
    """Call who holds the case now."""

    def call_holder(cause: Event | Due, desk: Desk) -> Calls:
        file = desk.cases.get(getattr(cause, "case", ""))
        return () if file is None else ((alert, file.case.assignee, None),)

    return call_holder


def _call_last_agent(alert: Alert) -> Callable[[Any, Desk], Calls]:
    """Call who held the case last, whether or not they hold it now."""

    def call_owner(event: Event, desk: Desk) -> Calls:
        file = desk.cases.get(getattr(event, "case", ""))
        return () if file is None else ((alert, file.case.owner, None),)

    return call_owner


def _call_offered(event: WorkOffered, _: Desk) -> Calls:
    by_routing = Alert.WORK_OFFERED if event.by == SYSTEM else Alert.CASE_TRANSFERRED
    return ((Alert.REVIEW_OFFERED if event.review else by_routing, event.agent, None),)


def _call_of_failure(event: MessageBounced, desk: Desk) -> Calls:
    """Call who holds the case, else who held it last, and who wrote the message: on a closed case nobody else looks."""
    file, message = desk.cases.get(event.case), desk.messages.get(event.message_row)
    people = (
        None if file is None else file.case.assignee or file.case.owner,
        None if message is None else message.author,
    )
    return tuple((Alert.DELIVERY_FAILED, who, None) for who in dict.fromkeys(people))


def _call_of_edit(event: MessageEdited, desk: Desk) -> Calls:
    return () if event.late else _call_holder(Alert.MESSAGE_CHANGED)(event, desk)


def _call_people_of_draft(event: DraftWentStale, desk: Desk) -> Calls:
    file = desk.cases.get(event.case)
    draft = None if file is None else file.draft
    offers = None if file is None else file.offers
    people = () if draft is None else (draft.author, draft.reviewer, offers.review_to if offers else None)
    return tuple((Alert.DRAFT_STALE, who, None) for who in dict.fromkeys(people) if who != event.replied)


def _call_promisers(due: Due, desk: Desk) -> Calls:
    rows = sorted(desk.commitments.values(), key=lambda row: row.id)
    for row in rows:
        if row.case == due.case and row.due_at == due.at:
            who = keeper_of(desk, row, due.at)
            yield Alert.COMMITMENT_DUE, who, row.id
            if who in desk.agents and not desk.agents[who].on_duty:
                yield from ((Alert.COMMITMENT_STRANDED, name, row.id) for name in _supervisors(desk))


def _call_of_takeover(event: CommitmentTaken, desk: Desk) -> Calls:
    people = dict.fromkeys((*_supervisors(desk), event.was))
    return tuple((Alert.COMMITMENT_TAKEN, who, event.commitment) for who in people)


def _supervisors(desk: Desk) -> Iterator[str]:
    return (name for name in sorted(desk.agents) if is_supervisor(desk.agents[name]))


def _call_of_wrap_up(due: Due, desk: Desk) -> Calls:
    rows = (row for row in desk.wrap_ups.values() if row.case == due.case)
    late = sorted(row.agent for row in rows if any(one.at == due.at for one in desk.due_of_wrap_up(row.id)))
    people = dict.fromkeys((*late, *_supervisors(desk)))
    return tuple((Alert.WRAP_UP_OVERDUE, name, None) for name in people)


def _call_supervisors(event: CaseQueued, desk: Desk) -> Calls:
    return _supervisors_of(event.queue, event.at, desk)


def _call_supervisors_at_opening(due: Due, desk: Desk) -> Calls:
    """A queue opens, and what waits there has nobody who serves it."""
    file = desk.cases.get(due.case)
    if file is None:
        return ()
    queue = file.draft.queue if due.what == REVIEW_OPENS.name and file.draft is not None else file.case.queue
    return _supervisors_of(queue, due.at, desk)


def _supervisors_of(queue: str, at: datetime, desk: Desk) -> Calls:
    """Every supervisor, where a queue is open and nobody serves it."""
    policy = desk.policy.at(at)
    if is_closed(queue, policy, at) or is_served(queue, desk.agents.values(), policy):
        return ()
    return tuple((Alert.QUEUE_UNSERVED, name, None) for name in _supervisors(desk))


def _call_supervisors_of_queues(event: AgentChanged, desk: Desk) -> Calls:
    """Somebody may have been the last who served a queue in which something waits."""
    policy, agents = desk.policy.at(event.at), desk.agents.values()
    served = {queue for queue in policy.queues if is_served(queue, agents, policy)}
    if len(served) == len(policy.queues):
        return ()
    told = served.union(queue for queue in policy.queues if is_closed(queue, policy, event.at))
    waits = any(file.case.waiting_since is not None and file.case.queue not in told for file in desk.cases.values())
    return tuple((Alert.QUEUE_UNSERVED, name, None) for name in _supervisors(desk) if waits)


_CALLS_OF_EVENT: Final[Mapping[type[Event], Callable[[Any, Desk], Calls]]] = {
    WorkOffered: _call_offered,
    CaseAssigned: _call_named(Alert.CASE_TRANSFERRED, "agent"),
    CaseQueued: _call_supervisors,
    AgentChanged: _call_supervisors_of_queues,
    OfferRescinded: _call_named(Alert.OFFER_GONE, "agent"),
    OfferDeclined: _call_named(Alert.OFFER_GONE, "agent"),  # by the clock; who declined it themselves is not called
    MessageReceived: _call_holder(Alert.CUSTOMER_WROTE),
    CaseTakenOver: _call_holder(Alert.CASE_MERGED),
    MessageEdited: _call_of_edit,
    MessageWithdrawn: _call_holder(Alert.MESSAGE_CHANGED),
    ReviewEnded: _call_named(Alert.REVIEW_ENDED, "agent"),
    MessageBounced: _call_of_failure,
    DraftApproved: _call_named(Alert.DRAFT_APPROVED, "author"),
    DraftRefused: _call_named(Alert.DRAFT_REFUSED, "author"),
    DraftSuperseded: _call_named(Alert.DRAFT_SUPERSEDED, "author"),
    DraftWentStale: _call_people_of_draft,
    CommitmentTaken: _call_of_takeover,
    SnoozeEnded: _call_last_agent(Alert.SNOOZE_OVER),
    ContactEnded: _call_named(Alert.CONTACT_ENDED, "agent"),
}
"""Who is called for an event."""

_CALLS_WHEN_DUE: Final[Mapping[str, Callable[[Any, Desk], Calls]]] = {
    DUE.key: _call_promisers,
    SILENT.key: _call_holder(Alert.IDLE_RIGHT),
    WINDOW.key: _call_holder(Alert.WINDOW_CLOSED),
    OPENS.key: _call_supervisors_at_opening,
    SOLUTION.key: _call_holder(Alert.CLOCK_LATE),
    REMINDER.key: _call_of_wrap_up,
}
"""Who is called for what has come due, by the key of its timer."""
