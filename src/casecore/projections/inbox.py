"""The inbox: what one agent has before them (§9).

* The cases they hold, what is offered to them, and what they review.
* The cases that they snoozed, or that somebody snoozed for them.
* What somebody promised who is not there, and is overdue, in the queues they serve: they may take it over.
* What they still owe: contacts to dispose, relations to add, follow-ups they promised.
* The service clocks that run out on their cases.

What waits longest for somebody comes first: customers without an answer before the others, live ones before those who
wrote. `Desk.actions` tells what an agent may do with a case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from casecore.channels import Channel
from casecore.desk import AnyDesk, Desk
from casecore.kernel import CasecoreError, Event, frozen
from casecore.kernel.errors import quoted
from casecore.kernel.fields import row_called, to_instant
from casecore.kernel.shown import Framed
from casecore.policies.sections import Relation
from casecore.rooms.aftermath import WrapUp
from casecore.rooms.agents import Agent
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.blocking import is_blocked
from casecore.rooms.catalogue import CatalogueEntry
from casecore.rooms.clocks import Clock
from casecore.rooms.commitments import Commitment, keeper
from casecore.rooms.composition import CaseFile
from casecore.rooms.joining import threads_of
from casecore.rooms.lapses import LAPSE
from casecore.rooms.offers import REVIEW_TIMEOUT, TIMEOUT
from casecore.rooms.relations import missing_relations
from casecore.rooms.silence import SILENT, UNANSWERED
from casecore.rooms.whatsapp import WINDOW
from casecore.statuses import Status

T = TypeVar("T")

AT_RISK: Final = 75.0
"""From how much of its target, in percent, a service clock is at risk where the host does not say."""


class UnknownPerson(CasecoreError, LookupError):
    """This desk does not know the person asked about.

    Attributes:
        who: `agent` or `customer`.
        id: The id that was given.
    """

    def __init__(self, who: str, id: str) -> None:  # noqa: A002 -- the field's own word, as on every record
        super().__init__(who, id)
        self.who = who
        self.id = id

    def __str__(self) -> str:
        return f"there is no {self.who} {quoted(self.id)} on this desk; check the id, or load that row first"


# What is in it -----------------------------------------------------------------------------------------


@frozen
class IdleRight:
    """How far a silent chat is from being ended (§6).

    Attributes:
        asked: How often the agent has asked whether the customer is there, in this silence.
        needed: How often they must have asked.
        at: From when (aware) the silence is long enough; None while it does not count: the customer waits for an
            answer, or has not been asked yet where it counts from the question.
        seconds_to_go: Until then; 0 once it has come.
    """

    asked: int
    needed: int
    at: datetime | None
    seconds_to_go: float | None

    @property
    def ready(self) -> bool:
        """Whether the agent may end the chat now."""
        return self.seconds_to_go == 0 and self.asked >= self.needed


@frozen
class Window:
    """How long free text may still be sent to a customer on WhatsApp (§7).

    Attributes:
        closes_at: When it closes, or has closed (aware); None while the customer has not written.
        seconds_to_go: Until then; 0 while it is closed.
    """

    closes_at: datetime | None
    seconds_to_go: float

    @property
    def open(self) -> bool:
        """Whether free text may be sent now."""
        return self.seconds_to_go > 0


@frozen
class HeldCase:
    """A case that the agent holds.

    Attributes:
        name: The customer's name, if it is known.
        live: Whether the customer is there and waits.
        since: When this contact began (aware): the start of the interaction timer; None on a partial desk.
        authenticated: Whether the customer has been authenticated in this contact.
        unanswered_since: The customer's first message without an answer (aware); None when all have one.
        draft: The draft that waits for approval on it.
        idle: On chat, how far it is from being ended for silence.
        window: On WhatsApp, how long free text may still be sent.
        last_words: The last message of the customer or a participant: what a reply says that its writer has `seen`.
        catalogue: What a reply can be made from now.
        answer_by: When it goes back if nobody has answered by then (aware); None where that does not come.
        blocked: Whether nothing that its customer sends counts.
        threads: The threads on which it can be answered, the one on which they wrote last first.
    """

    case: str
    customer: str
    name: str | None
    channel: Channel
    status: Status
    status_at: datetime
    live: bool
    since: datetime | None
    authenticated: bool
    unanswered_since: datetime | None
    draft: WaitingDraft | None
    idle: IdleRight | None
    window: Window | None
    last_words: str | None = None
    catalogue: tuple[CatalogueEntry, ...] = ()
    answer_by: datetime | None = None
    blocked: bool = False
    threads: tuple[str, ...] = ()


@frozen
class Offer:
    """A case, or the review of a draft, that is offered to the agent.

    Attributes:
        review: Whether it is a review.
        name: The customer's name, if it is known.
        queue: The queue it comes from.
        reason: What the customer selected as the reason.
        offered_at: Since when (aware).
        expires_at: When it times out (aware).
    """

    case: str
    review: bool
    customer: str
    name: str | None
    channel: Channel
    queue: str
    reason: str | None
    offered_at: datetime
    expires_at: datetime


@frozen
class Review:
    """A draft that the agent reviews."""

    case: str
    channel: Channel
    draft: WaitingDraft


@frozen
class SnoozedCase:
    """A case that the agent held last, and that sleeps; `until` when (aware)."""

    case: str
    customer: str
    name: str | None
    channel: Channel
    until: datetime


@frozen
class Duty:
    """A case of which the agent disposed a contact while relations were missing."""

    case: str
    missing: frozenset[Relation]


@frozen
class OpenCommitment:
    """A follow-up that the agent has to keep, or may take over; `overdue` once its instant has passed."""

    commitment: Commitment
    overdue: bool


@frozen
class ClockAtRisk:
    """A service clock that runs on a case of the agent, near its target or past it."""

    case: str
    clock: Clock


@frozen
class Inbox(Framed):
    """All that one agent has before them.

    Attributes:
        agent: Who, whether they are there, and how much they hold.
        cases: Held by them: unanswered before answered, live before others, longest first.
        offers: The first to time out first.
        reviews: Longest waiting first.
        wrap_ups: Ended contacts to dispose, longest ended first.
        overdue: Those of them that have waited for longer than `wrap_up.remind`.
        duties: Relations to add, by case.
        promises: The first due first.
        clocks: The first due first.
        snoozed: The first to wake first.
        stranded: Overdue promises of agents who are not on duty, which they may take over; the first due first.
    """

    shown_by = "casecore.projections.shown.work:INBOX"

    agent: Agent
    cases: tuple[HeldCase, ...] = ()
    offers: tuple[Offer, ...] = ()
    reviews: tuple[Review, ...] = ()
    wrap_ups: tuple[WrapUp, ...] = ()
    overdue: tuple[WrapUp, ...] = ()
    duties: tuple[Duty, ...] = ()
    promises: tuple[OpenCommitment, ...] = ()
    clocks: tuple[ClockAtRisk, ...] = ()
    snoozed: tuple[SnoozedCase, ...] = ()
    stranded: tuple[OpenCommitment, ...] = ()


class Inboxes:
    """In whose inbox each case is, for a large desk: an index that follows the events.

    It belongs to the host and lies beside the desk: `inbox(desk, agent, at, cases=inboxes.cases_of(agent))`.

    Args:
        desk: The whole desk; every case is entered.
    """

    def __init__(self, desk: Desk) -> None:
        self._people: dict[str, frozenset[str]] = {}
        self._cases: defaultdict[str, set[str]] = defaultdict(set)
        for file in desk.cases.values():
            self._enter_case(file)

    def update(self, desk: Desk, events: Iterable[Event]) -> None:
        """Follow a step of the desk.

        Args:
            desk: The desk after it.
            events: What happened.
        """
        for case in {case for event in events if (case := getattr(event, "case", None)) is not None}:
            file = desk.cases.get(case)
            if file is not None:
                self._enter_case(file)

    def cases_of(self, agent: str) -> tuple[str, ...]:
        """The cases that concern an agent, by id."""
        return tuple(sorted(row_called(self._cases, agent) or ()))

    def _enter_case(self, file: CaseFile) -> None:
        case, people = file.case.id, frozenset(agent for agent in _agents_concerned(file) if agent is not None)
        before = self._people.pop(case, frozenset())
        for agent in before - people:
            self._cases[agent].discard(case)
        for agent in people - before:
            self._cases[agent].add(case)
        if people:
            self._people[case] = people


def inbox(
    desk: Desk,
    agent: str,
    at: datetime,
    *,
    at_risk: float = AT_RISK,
    cases: Iterable[str] | None = None,
    catalogue: Iterable[CatalogueEntry] = (),
) -> Inbox:
    """What an agent has before them.

    Args:
        desk: The desk, or what of it concerns the agent.
        agent: Whose inbox.
        at: Now (aware).
        at_risk: From how much of its target, in percent, a running service clock is shown.
        cases: Which cases to look at, where the host knows which concern the agent (`Inboxes` does); by default every
            case of the desk.
        catalogue: What the host has besides the policy's catalogue.

    Raises:
        UnknownPerson: When the desk has no such agent.
        CommandError: When the instant is none.
    """
    row, at, given = row_called(desk.agents, agent), to_instant(at), tuple(catalogue)
    if row is None:
        raise UnknownPerson("agent", agent)
    looked_at = desk.cases.values() if cases is None else [file for file in map(desk.cases.get, cases) if file]
    files = [file for file in looked_at if agent in _agents_concerned(file)]
    held = [file for file in files if file.case.assignee == agent]
    wrap_ups = _sort_by(
        (wrap_up for wrap_up in desk.wrap_ups.values() if wrap_up.agent == agent),
        lambda wrap_up: (wrap_up.ended_at, wrap_up.case),
    )
    kept = [(commitment, keeper_of(desk, commitment, at)) for commitment in desk.commitments.values()]
    return Inbox(
        row,
        cases=_sort_by((_held_case(desk, file, at, given) for file in held), _case_urgency),
        offers=_sort_by(_offers_to(desk, files, agent, at), lambda offer: (offer.expires_at, offer.case, offer.review)),
        reviews=_sort_by(_reviews_by(files, agent), lambda review: (review.draft.waiting_since, review.case)),
        wrap_ups=wrap_ups,
        overdue=tuple(row for row in wrap_ups if any(due.at <= at for due in desk.due_of_wrap_up(row.id))),
        duties=_sort_by(_duties_of(desk, files, agent, at), lambda duty: duty.case),
        promises=_open_commitments((promise for promise, who in kept if who == agent), at),
        clocks=_sort_by(
            _clocks_at_risk(desk, held, at, at_risk), lambda risk: (risk.clock.due, risk.case, risk.clock.name)
        ),
        stranded=_open_commitments((promise for promise, who in kept if _strands(desk, promise, who, row, at)), at),
        snoozed=_sort_by(_snoozed_by(desk, files, agent), lambda snoozed: (snoozed.until, snoozed.case)),
    )


def _sort_by(rows: Iterable[T], place: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple(sorted(rows, key=place))


def _open_commitments(rows: Iterable[Commitment], at: datetime) -> tuple[OpenCommitment, ...]:
    return tuple(OpenCommitment(row, row.overdue(at)) for row in _sort_by(rows, lambda row: (row.due_at, row.id)))


def keeper_of(desk: AnyDesk, commitment: Commitment, at: datetime) -> str:
    """Who has to keep a promise at an instant (aware)."""
    file = desk.cases.get(commitment.case)
    case = None if file is None else file.case
    return keeper(commitment, case, desk.policy.at(at).for_(case))


def _strands(desk: Desk, commitment: Commitment, who: str, agent: Agent, at: datetime) -> bool:
    """Whether an agent may take over what somebody else has to keep."""
    row, file = desk.agents.get(who), desk.cases.get(commitment.case)
    if who == agent.id or row is None or file is None or row.on_duty or not commitment.overdue(at):
        return False
    return file.case.queue in agent.queues


def _agents_concerned(file: CaseFile) -> tuple[str | None, ...]:
    """Everybody in whose inbox a case is."""
    offers, draft, after = file.offers, file.draft, file.aftermath
    return (
        file.case.assignee,
        file.case.owner if file.case.snoozed_until is not None else None,
        *((offers.offered_to, offers.review_to) if offers else ()),
        draft.reviewer if draft else None,
        after.duty_of if after else None,
    )


def _customer_name(desk: Desk, customer: str) -> str | None:
    row = desk.customers.get(customer)
    return None if row is None else desk.customers.get(row.person, row).name


def _held_case(desk: Desk, file: CaseFile, at: datetime, given: tuple[CatalogueEntry, ...]) -> HeldCase:
    case, contact = file.case, file.contact
    return HeldCase(
        case=case.id,
        customer=case.customer,
        name=_customer_name(desk, case.customer),
        channel=case.channel,
        status=case.status,
        status_at=case.status_at,
        live=case.live,
        since=contact.since if contact else None,
        authenticated=contact is not None and contact.authenticated,
        unanswered_since=case.unanswered_since,
        draft=file.draft,
        idle=_idle_right(desk, file, at),
        window=_whatsapp_window(desk, file, at),
        answer_by=LAPSE.due(desk.view_of(case.id), desk.policy.at(at).for_(case)),
        last_words=None if file.last_words is None else file.last_words.message,
        catalogue=desk.catalogue(case.id, at, given),
        blocked=is_blocked(desk.view_of(case.id)),
        threads=threads_of(case),
    )


def _case_urgency(held: HeldCase) -> tuple[bool, bool, datetime, str]:
    return (held.unanswered_since is None, not held.live, held.unanswered_since or held.status_at, held.case)


def _idle_right(desk: Desk, file: CaseFile, at: datetime) -> IdleRight | None:
    if file.contact is None or file.case.channel is not Channel.CHAT or not file.case.live:
        return None
    view = desk.view_of(file.case.id)
    policy = desk.policy.at(at).for_(file.case)
    since = SILENT.due(view, policy) or UNANSWERED.due(view, policy)
    left = None if since is None else max((since - at).total_seconds(), 0.0)
    return IdleRight(file.contact.attempts, policy.chat.idle.ask_first, since, left)


def _whatsapp_window(desk: Desk, file: CaseFile, at: datetime) -> Window | None:
    if file.case.channel is not Channel.WHATSAPP:
        return None
    closes = WINDOW.due(desk.view_of(file.case.id), desk.policy.at(at).for_(file.case))
    return Window(closes, 0.0 if closes is None else max((closes - at).total_seconds(), 0.0))


def _offers_to(desk: Desk, files: Iterable[CaseFile], agent: str, at: datetime) -> Iterator[Offer]:
    for file in files:
        case, offers, draft = file.case, file.offers, file.draft
        if offers is None:
            continue
        view, policy = desk.view_of(case.id), desk.policy.at(at).for_(case)
        for review, timer, since, queue in (
            (False, TIMEOUT, offers.offered_at, case.queue),
            (True, REVIEW_TIMEOUT, offers.review_at, draft.queue if draft else case.queue),
        ):
            expires = timer.due(view, policy)
            if offers.to(review=review) == agent and since is not None and expires is not None:
                yield Offer(
                    case=case.id,
                    review=review,
                    customer=case.customer,
                    name=_customer_name(desk, case.customer),
                    channel=case.channel,
                    queue=queue,
                    reason=case.reason,
                    offered_at=since,
                    expires_at=expires,
                )


def _reviews_by(files: Iterable[CaseFile], agent: str) -> Iterator[Review]:
    for file in files:
        if file.draft is not None and file.draft.reviewer == agent:
            yield Review(file.case.id, file.case.channel, file.draft)


def _snoozed_by(desk: Desk, files: Iterable[CaseFile], agent: str) -> Iterator[SnoozedCase]:
    for file in files:
        case = file.case
        if case.snoozed_until is not None and case.owner == agent:
            name = _customer_name(desk, case.customer)
            yield SnoozedCase(case.id, case.customer, name, case.channel, case.snoozed_until)


def _duties_of(desk: Desk, files: Iterable[CaseFile], agent: str, at: datetime) -> Iterator[Duty]:
    for file in files:
        if file.aftermath is not None and file.aftermath.duty_of == agent:
            policy = desk.policy.at(at).for_(file.case)
            yield Duty(file.case.id, missing_relations(desk.view_of(file.case.id), policy))


def _clocks_at_risk(desk: Desk, held: Iterable[CaseFile], at: datetime, at_risk: float) -> Iterator[ClockAtRisk]:
    for file in held:
        for clock in desk.clocks(file.case.id, at):
            if clock.due is not None and clock.percent >= at_risk:
                yield ClockAtRisk(file.case.id, clock)
