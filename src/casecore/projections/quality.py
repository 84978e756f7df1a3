"""Quality: how the work of each agent went, in figures (§9).

Of each agent, in a period: the live contacts (chats and calls), in how many of them the customer was authenticated
before anything was done that needs it, and in how many it was done without; how customers were authenticated, where
that was noted; the rules that were broken although the policy warned; the wrap-ups, and how long they took. A contact
with a case that was only logged is live from when its customer writes.

What counts as proceeding is what the policy names, at the instant and for the case. A contact belongs to the period in
which it began, a wrap-up to that in which it was owed, also where it is disposed later.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from casecore.channels import Channel, on_line
from casecore.kernel import CUSTOMER, SYSTEM, Deviated, Event, changed, frozen
from casecore.kernel.fields import to_instant
from casecore.policies import Aspect, Policy
from casecore.policies.sections import Proceeding
from casecore.rooms.assignments import CaseQueued
from casecore.rooms.authentication import Authenticated, proceedings_of
from casecore.rooms.cases import CaseStarted
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.contacts import ContactEnded, ContactStarted
from casecore.rooms.logged_cases import CustomerJoined
from casecore.rooms.notes import CaseTagged, CaseUntagged
from casecore.rooms.wrap_ups import Disposed, WrapUpOwed


@frozen
class AgentQuality:
    """How the work of one agent went in a period.

    Attributes:
        agent: Whose.
        live_contacts: How many chats and calls they began.
        authenticated: In how many of them the customer was authenticated before anything that needs it.
        unauthenticated: In how many something that needs it was done before, or without.
        methods: How often customers were authenticated in each way, where that was noted.
        deviations: How often each rule was broken that the policy only warns of, by its id.
        wrap_ups: How many ended contacts they had to dispose.
        disposed: How many of these are disposed.
        delays: How long each of those took, the shortest first.
    """

    agent: str
    live_contacts: int = 0
    authenticated: int = 0
    unauthenticated: int = 0
    methods: Mapping[str, int] = attrs.field(factory=dict)
    deviations: Mapping[str, int] = attrs.field(factory=dict)
    wrap_ups: int = 0
    disposed: int = 0
    delays: tuple[timedelta, ...] = ()

    @property
    def mean_delay(self) -> timedelta | None:
        """How long a disposition took on average; None where there was none."""
        return sum(self.delays, timedelta(0)) / len(self.delays) if self.delays else None

    @property
    def longest_delay(self) -> timedelta | None:
        """How long the slowest disposition took; None where there was none."""
        return self.delays[-1] if self.delays else None


def quality(
    events: Iterable[Event],
    policy: Policy | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[AgentQuality, ...]:
    """How the work of each agent went, who has done anything that counts in the period.

    Args:
        events: What happened, in order: the whole history, so that what began before the period is known.
        policy: The SOP, which says what needs authentication; the one that ships with casecore if it is not given.
        since: When the period begins (aware); None: with the first event.
        until: When it ends (aware), exclusive; None: it does not.

    Returns:
        In the order of the agents' ids.

    Raises:
        CommandError: When an instant is none.
    """
    books = _Scores(policy or Policy.default(), *(None if at is None else to_instant(at) for at in (since, until)))
    for event in events:
        books.follow(event)
    return tuple(books.told())


@attrs.define
class _Contact:
    """A live contact that goes on."""

    agent: str
    channel: Channel
    counts: bool
    authenticated: bool = False
    proceeded: bool = False


@attrs.define
class _Score:
    """What is counted of one agent."""

    live_contacts: int = 0
    authenticated: int = 0
    unauthenticated: int = 0
    methods: Counter[str] = attrs.field(factory=Counter)
    deviations: Counter[str] = attrs.field(factory=Counter)
    wrap_ups: int = 0
    delays: list[timedelta] = attrs.field(factory=list)


class _Scores:
    def __init__(self, policy: Policy, since: datetime | None, until: datetime | None) -> None:
        self._policy = policy
        self._since, self._until = since, until
        self._scores = defaultdict[str, _Score](_Score)
        self._cases = defaultdict[str, Aspect](Aspect)
        self._contacts: dict[str, _Contact] = {}
        self._owed: dict[str, datetime] = {}
        self._counted: Mapping[type[Event], Callable[[Any], None]] = {
            CaseStarted: self._starts,
            CaseQueued: self._moves,
            CaseTagged: self._is_tagged,
            CaseUntagged: self._is_untagged,
            ContactStarted: self._contact_starts,
            CustomerJoined: self._customer_joins,
            ContactEnded: self._contact_ends,
            Authenticated: self._authenticates,
            Deviated: self._deviates,
            WrapUpOwed: self._owes,
            Disposed: self._disposes,
        }

    def follow(self, event: Event) -> None:
        """Count what happened."""
        contact = self._contacts.get(getattr(event, "case", None) or "")
        if contact is not None and not contact.authenticated and self._needs_authentication(event, contact):
            self._proceeds_without(contact)
        count = self._counted.get(type(event))
        if count is not None:
            count(event)

    def told(self) -> Iterator[AgentQuality]:
        """What was counted of each agent."""
        for agent in sorted(self._scores):
            score = self._scores[agent]
            yield AgentQuality(
                agent,
                live_contacts=score.live_contacts,
                authenticated=score.authenticated,
                unauthenticated=score.unauthenticated,
                methods=dict(sorted(score.methods.items())),
                deviations=dict(sorted(score.deviations.items())),
                wrap_ups=score.wrap_ups,
                disposed=len(score.delays),
                delays=tuple(sorted(score.delays)),
            )

    def _in_period(self, at: datetime) -> bool:
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)

    def _needs_authentication(self, event: Event, contact: _Contact) -> bool:
        done = (Proceeding.COMMIT,) if isinstance(event, CommitmentMade) else proceedings_of(event)
        if not done:
            return False
        needed = self._policy.at(event.at).for_(self._cases[getattr(event, "case", "")]).authentication
        return contact.channel in needed.channels and not set(done).isdisjoint(needed.before)

    def _proceeds_without(self, contact: _Contact) -> None:
        if contact.counts and not contact.proceeded:
            self._scores[contact.agent].unauthenticated += 1
        contact.proceeded = True

    def _starts(self, event: CaseStarted) -> None:
        self._cases[event.case] = Aspect(event.channel, event.queue, event.tags)

    def _moves(self, event: CaseQueued) -> None:
        self._cases[event.case] = changed(self._cases[event.case], queue=event.queue)

    def _is_tagged(self, event: CaseTagged) -> None:
        case = self._cases[event.case]
        self._cases[event.case] = changed(case, tags=case.tags | {event.tag})

    def _is_untagged(self, event: CaseUntagged) -> None:
        case = self._cases[event.case]
        self._cases[event.case] = changed(case, tags=case.tags - {event.tag})

    def _contact_starts(self, event: ContactStarted) -> None:
        if event.live:
            self._cases.setdefault(event.case, Aspect(event.channel))
            self._count_live(event, event.agent, event.channel)

    def _customer_joins(self, event: CustomerJoined) -> None:
        if event.agent is not None and on_line(event.channel, logged=False):
            self._count_live(event, event.agent, event.channel)

    def _count_live(self, event: ContactStarted | CustomerJoined, agent: str, channel: Channel) -> None:
        counts = self._in_period(event.at)
        self._contacts[event.case] = _Contact(agent, channel, counts)
        if counts:
            self._scores[agent].live_contacts += 1

    def _contact_ends(self, event: ContactEnded) -> None:
        self._contacts.pop(event.case, None)

    def _authenticates(self, event: Authenticated) -> None:
        contact = self._contacts.get(event.case)
        if contact is not None and contact.counts and not contact.proceeded:
            self._scores[contact.agent].authenticated += 1
        if contact is not None:
            contact.authenticated = True
        if event.method is not None and self._in_period(event.at):
            self._scores[event.by].methods[event.method] += 1

    def _deviates(self, event: Deviated) -> None:
        if event.by not in {CUSTOMER, SYSTEM} and self._in_period(event.at):
            self._scores[event.by].deviations[event.rule] += 1

    def _owes(self, event: WrapUpOwed) -> None:
        if self._in_period(event.at):
            self._owed[event.wrap_up] = event.at
            self._scores[event.agent].wrap_ups += 1

    def _disposes(self, event: Disposed) -> None:
        owed_at = self._owed.pop(event.wrap_up, None)
        if owed_at is not None:
            self._scores[event.agent].delays.append(event.at - owed_at)
