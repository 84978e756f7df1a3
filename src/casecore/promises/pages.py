"""The pages of the witnesses' books: what is known of a case, an agent, a thread, … from events alone.

Pages are compared by what stands on them. They are no records: nobody who decides anything ever sees them, and what
nobody asks about is not on them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar, Final, Self

import attrs
from attrs import frozen

from casecore.channels import Channel
from casecore.policies.sections import Level, Relation
from casecore.rooms.agents import Permission, Presence
from casecore.rooms.clocks import ClockState
from casecore.rooms.prepared import PreparedText
from casecore.statuses import Status

LIVE_CHANNELS: Final = (Channel.CHAT, Channel.VOICE)
"""The channels on whose line somebody is (§1), written down once more."""


@frozen
class DraftSeen:
    """A draft as it was submitted, or as it was edited last."""

    id: str
    author: str
    queue: str
    text: str
    send_as: Status
    attachments: tuple[str, ...]
    subject: str
    about_account: bool
    template: PreparedText | None


EVERY_STATUS: Final = tuple(Status)


class BookPage:
    """A page: compared by what stands on it."""

    __slots__: ClassVar[tuple[str, ...]] = ()

    def __copy__(self) -> Self:
        page = object.__new__(type(self))
        for name in self.__slots__:
            setattr(page, name, getattr(self, name))
        return page


@attrs.define(unsafe_hash=True, weakref_slot=False)
class CasePage(BookPage):
    """What is known of a case.

    Attributes:
        status: None before it is started.
        active_at: When somebody last wrote on it, it got a status, or a snooze of it ended; None once it is closed.
        holder: Whose case it is now.
        contact: Whose contact with it goes on.
        queued: Whether it waits in its queue, and `queued_since`, since when.
        asleep: Whether it is snoozed, and `asleep_until`, until when.
        offered_to: Whom it is offered to; `review_to`: whom the review of its draft is offered to.
        reviewer: Who reviews its draft.
        owing: Who has a contact with it to dispose.
        waits: Whether its customer waits for an answer, and `waits_since`, since when.
        asked_us: Whether they, or a participant, have ever written on it.
        answers: What has answered their last messages: our messages, and nothing at all for setting it resolved.
        first_response: What was found of the first response, once it was; likewise `next_response` and `solution`.
        silent: Whether its customer is silent, since `silent_since`; not while they wait, or nobody holds the case.
        asked: How often they have been asked since whether they are there, and `asked_at`, when last.
        authenticated: Whether an agent has authenticated them since the case was assigned.
        left: Whether the customer ended the last contact, and has not written since.
        gone: Whether the customer of a live case is gone: nobody is to be rung for it.
        settled: Whether its holder has promised something since it was assigned.
        answered: Whether its holder has answered, or submitted an answer, since it was assigned; or we wrote first.
        owed_since: Since when they owe it, should the customer wait; None where nobody holds the case, or has answered.
        was_authenticated: Whether the customer was authenticated in the last contact; None where nobody asks.
        proven: Who, of those with a contact to dispose, had authenticated the customer in it.
        followed: Whether another case has taken its place.
        heard: The last message of its customer, or of a participant, and the latest that came or went after it.
        logged: Whether it began with no message, and nobody has written on it.
        joined: The other threads that lead to it.
    """

    channel: Channel | None = None
    queue: str | None = None
    tags: frozenset[str] = frozenset()
    thread: str | None = None
    status: Status | None = None
    active_at: datetime | None = None
    holder: str | None = None
    contact: str | None = None
    queued: bool = False
    queued_since: datetime | None = None
    asleep: bool = False
    asleep_until: datetime | None = None
    offered_to: str | None = None
    review_to: str | None = None
    draft: DraftSeen | None = None
    reviewer: str | None = None
    owing: frozenset[str] = frozenset()
    waits: bool = False
    waits_since: datetime | None = None
    asked_us: bool = False
    answers: frozenset[str] = frozenset()
    first_response: ClockState | None = None
    next_response: ClockState | None = None
    solution: ClockState | None = None
    silent: bool = False
    silent_since: datetime | None = None
    asked: int = 0
    asked_at: datetime | None = None
    authenticated: bool = False
    left: bool = False
    gone: bool = False
    settled: bool = False
    answered: bool = False
    owed_since: datetime | None = None
    was_authenticated: bool | None = None
    proven: frozenset[str] = frozenset()
    followed: bool = False
    heard: tuple[str, ...] = ()
    logged: bool = False
    joined: frozenset[str] = frozenset()

    @property
    def on_line(self) -> bool:
        """Whether somebody is, or may be, on the line."""
        return self.channel in LIVE_CHANNELS and not self.logged


@attrs.define(unsafe_hash=True, weakref_slot=False)
class AgentPage(BookPage):
    """What is known of an agent.

    Attributes:
        known: Whether they were ever added.
        limits: Limits of their own, by channel or `total`.
        next_state: Whether they have set one.
        held: The channel of each case they hold, in order; `offered`: of each that is offered to them.
        at_rest: Channel and status of each case they hold that is pending or resolved, and on which nobody is live.
        reviews: How many reviews they have, offered ones included.
        owed: How many ended contacts they have to dispose.
        logged_calls: How many of the calls they hold were only logged.
    """

    known: bool = False
    permissions: frozenset[Permission] = frozenset()
    queues: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    limits: tuple[tuple[str, int], ...] = ()
    presence: Presence = Presence.LOGGED_OUT
    next_state: bool = False
    held: tuple[Channel, ...] = ()
    offered: tuple[Channel, ...] = ()
    at_rest: tuple[tuple[Channel, Status], ...] = ()
    reviews: int = 0
    owed: int = 0
    logged_calls: int = 0

    @property
    def on_calls(self) -> int:
        """How many calls they hold or are offered, on which somebody is on the line, or may be."""
        return self.held.count(Channel.VOICE) + self.offered.count(Channel.VOICE) - self.logged_calls

    def count(self, channel: Channel, counted: Collection[Status] = EVERY_STATUS) -> int:
        """How many cases of a channel they hold or are offered; of held ones, in the statuses that are counted."""
        left_out = sum(held_on is channel and status not in counted for held_on, status in self.at_rest)
        return self.held.count(channel) + self.offered.count(channel) - left_out

    @property
    def total(self) -> int:
        """How much they hold or are offered in all, reviews included."""
        return len(self.held) + len(self.offered) + self.reviews

    def total_in(self, counted: Collection[Status]) -> int:
        """The same; of held cases, in the statuses that are counted."""
        return self.total - sum(status not in counted for _, status in self.at_rest)


@attrs.define(unsafe_hash=True, weakref_slot=False)
class ThreadPage(BookPage):
    """What is known of a thread.

    Attributes:
        wrote: When its customer sent the last of their messages.
        customer: Whose it is.
        channel: On which channel.
        blocked: Whether nothing that is written on it counts.
    """

    wrote: datetime | None = None
    customer: str | None = None
    channel: Channel | None = None
    blocked: bool = False


@attrs.define(unsafe_hash=True, weakref_slot=False)
class CustomerPage(BookPage):
    """What is known of a customer.

    Attributes:
        blocked: Whether nothing that they send counts.
        opted_in: Whether they agreed to be written to on WhatsApp; None while they said neither.
        merged_into: Who they were found to be.
        joined: Whether somebody else was found to be this one.
        named: Whether their name is known; written only where a rule of a team's own asks.
    """

    blocked: bool = False
    opted_in: bool | None = None
    merged_into: str | None = None
    joined: bool = False
    named: bool = False


@attrs.define(unsafe_hash=True, weakref_slot=False)
class MessagePage(BookPage):
    """What is known of a message: whether it was sent to a customer."""

    sent: bool = False


@attrs.define(unsafe_hash=True, weakref_slot=False)
class NotedPage(BookPage):
    """What only rules of a team's own look at in a case; what none of them asks about is not written.

    Attributes:
        attributes: Name and value of each attribute that is noted, in order of the names.
        notes: How many notes are on it.
        reason: What the customer selected.
        language: The customer's language.
        owner: Who held it last.
        related: What it has been related to.
        status_at: Since when it has its status.
        active_at: When something last happened on it, closing included.
        contact_since: Since when a contact with it goes on.
    """

    attributes: tuple[tuple[str, str | float | bool], ...] = ()
    notes: int = 0
    reason: str | None = None
    language: str | None = None
    level: Level = Level.NORMAL
    owner: str | None = None
    related: frozenset[Relation] = frozenset()
    status_at: datetime | None = None
    active_at: datetime | None = None
    contact_since: datetime | None = None


PAGES: Final[Mapping[str, type]] = {
    "cases": CasePage,
    "noted": NotedPage,
    "agents": AgentPage,
    "threads": ThreadPage,
    "customers": CustomerPage,
    "messages": MessagePage,
}
"""The sorts of pages. One that nothing was written on is as if it were not there."""
