"""The tables about work: which queue a case enters, how it finds an agent, how much one holds, who loses it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from casecore.channels import Channel
from casecore.kernel.words import language_forms, language_ranges, same_form, same_forms
from casecore.policies.kinds import (
    Choice,
    Flag,
    Id,
    Length,
    Number,
    OrNone,
    Several,
    Table,
    Text,
    Whole,
    a_source,
    key,
    keys_of,
    may_be_absent,
    section,
)
from casecore.statuses import ESCALATED, NEW, OPEN, PENDING, RESOLVED, Status


@section
class Priority:
    """How the priority of a waiting case grows: `initial + seconds waited x acceleration`, at most `max`."""

    initial: float = key(Number(), "The priority on entering.", default=0.0)
    acceleration: float = key(Number(), "What each second of waiting adds.", default=1.0, unit="per second")
    max: float = key(Number(), "The most it becomes.", default=1000.0)

    def after(self, seconds: float) -> float:
        """The priority after this many seconds of waiting."""
        grown = self.initial + seconds * self.acceleration if seconds > 0 else self.initial
        return min(grown, self.max)


class Delivery(StrEnum):
    """How a queue hands out its cases."""

    PUSH = "push"
    PULL = "pull"


@section
class Overflow:
    """Who else may take the cases of a queue that have waited for long; both keys are given, or none."""

    after: timedelta | None = key(
        OrNone(Length(timedelta(0)), "never"),
        "How long a case waits, by the clock, until members of the other queue may take it too.",
        default=None,
        rules=("assignment.queue",),
    )
    to: str | None = key(
        OrNone(Id(), "nobody else"),
        "The queue whose members may take it then; the case stays in its own.",
        default=None,
        rules=("assignment.queue",),
    )


@section
class Queue:
    """A routing queue: which cases enter it, and how they are handed out."""

    title: str = key(Text(), "The name people see.", default="")
    channels: tuple[Channel, ...] = key(
        Several(Choice(Channel)), "The channels whose cases it takes; none named: all.", default=()
    )
    reasons: tuple[str, ...] = key(
        Several(Text(200, 1), form=same_form),
        "The reasons, as customers select them, that it takes; none named: all.",
        default=(),
    )
    languages: tuple[str, ...] = key(
        Several(Text(35, 1), form=lambda language: next(language_ranges(language))),
        "The languages of customers that it takes, each with its regions; none named: all.",
        default=(),
    )
    tags: tuple[str, ...] = key(
        Several(Id(), form=same_form),
        "The tags, one of which the case must carry on arrival; none named: any.",
        default=(),
    )
    fallback: bool = key(Flag(), "Whether it takes every case that no other queue takes.", default=False)
    delivery: Delivery = key(
        Choice(Delivery), "Whether cases are offered to agents or fetched by them.", default=Delivery.PUSH
    )
    priority: Priority = key(Table(Priority), "How the priority of its cases grows.", factory=Priority)
    overflow: Overflow = key(
        Table(Overflow), "Who else may take its cases once they have waited for long.", factory=Overflow
    )
    hours: str | None = key(
        OrNone(Id(), "all hours"),
        "The calendar in whose hours its work is offered to agents; they may fetch it at all hours.",
        default=None,
    )
    source: str = a_source()

    def takes(self, channel: Channel, reason: str | None, language: str | None, tags: frozenset[str]) -> bool:
        """Whether a case of this kind enters by the filters; words are compared as people mean them."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.reasons or (reason is not None and same_form(reason) in same_forms(self.reasons)))
            and self.language_distance(language) is not None
            and (not self.tags or not same_forms(self.tags).isdisjoint(map(same_form, tags)))
        )

    def language_distance(self, language: str | None) -> int | None:
        """How much must be taken off a language until it is one of the queue's: pt-BR is 1 from pt; None: never."""
        if not self.languages:
            return 0
        ranges = () if language is None else language_ranges(language)
        taken = language_forms(self.languages)
        return next((distance for distance, form in enumerate(ranges) if form in taken), None)


def shipped_queues() -> dict[str, Queue]:
    """The queues of the SOP that ships, on which the queues of every file stand."""
    return {
        "billing": Queue(title="Billing", reasons=("billing", "refund")),
        "technical": Queue(title="Technical support", reasons=("technical", "outage")),
        "general": Queue(title="General", fallback=True),
    }


def are_all_queues(plain: Mapping[str, Any], below: Mapping[str, Any]) -> bool:
    """Whether these queues are all there are: one of them is the fallback, and they are others than those below.

    Others are those of which one has a name of its own, or all are spelled out to the last key that has a value.
    """
    queues = [queue for queue in plain.values() if isinstance(queue, Mapping)]
    spelled = {name for name in keys_of(Queue) if not may_be_absent(Queue, name)}
    own = not plain.keys() <= below.keys() or all(spelled <= queue.keys() for queue in queues)
    return own and any(queue.get("fallback") is True for queue in queues)


def _limit_key(default: int | None, doc: str) -> Any:
    kind = OrNone(Whole(0, 1000), "no limit but the total")
    return key(kind, doc, default=default, unit="cases", rules=("capacity.channel",))


ALWAYS_COUNTED = (NEW, OPEN, ESCALATED)
"""The statuses in which a held case always counts."""

COUNTED = (NEW, OPEN, PENDING, ESCALATED, RESOLVED)
"""The statuses in which a held case counts, unless the policy leaves some of them out."""


@section
class Capacity:
    """How much one agent holds at once, offers counted; a channel without a number is bounded by the total only."""

    total: int = key(
        Whole(0, 1000), "The most cases and reviews of all channels together.", default=6, unit="cases and reviews"
    )
    chat: int | None = _limit_key(2, "The most chats at once.")
    messaging: int | None = _limit_key(None, "The most messaging cases.")
    whatsapp: int | None = _limit_key(None, "The most WhatsApp cases.")
    apple_messages: int | None = _limit_key(None, "The most Apple Messages cases.")
    messenger: int | None = _limit_key(None, "The most Messenger cases.")
    twitter_dm: int | None = _limit_key(None, "The most direct messages on Twitter.")
    sms: int | None = _limit_key(None, "The most SMS cases.")
    email: int | None = _limit_key(5, "The most emails: the maximum occupancy.")
    voice: int | None = _limit_key(1, "The most calls.")
    facebook: int | None = _limit_key(None, "The most cases from Facebook.")
    twitter: int | None = _limit_key(None, "The most cases from Twitter.")
    linkedin: int | None = _limit_key(None, "The most cases from LinkedIn.")
    voice_with_cases: bool = key(
        Flag(), "Whether somebody on a call may hold cases, and somebody with cases take a call.", default=False
    )
    statuses: tuple[Status, ...] = key(
        Several(Choice(Status)),
        "In which statuses held cases count; pending and resolved may be left out. Chats and calls always count.",
        default=COUNTED,
        rules=("capacity.channel", "capacity.total", "capacity.voice_with_cases"),
    )
    source: str = a_source()

    @property
    def left_out(self) -> tuple[Status, ...]:
        """The statuses in which held cases that are not live do not count."""
        counted = self.statuses
        return () if len(counted) == len(COUNTED) else tuple(one for one in COUNTED if one not in counted)


class Strategy(StrEnum):
    """Which of several eligible agents is offered a case."""

    LONGEST_IDLE = "longest_idle"
    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"


class Unanswered(StrEnum):
    """What becomes of an agent who lets an offer time out."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"


@section
class Routing:
    """How waiting cases find agents."""

    agents: Strategy = key(
        Choice(Strategy), "Which of several eligible agents comes first.", default=Strategy.LONGEST_IDLE
    )
    offer_timeout: timedelta = key(
        Length(),
        "How long an offer stands unanswered.",
        default=timedelta(seconds=30),
        rules=("offer.timeout", "offer.late"),
    )
    offers_at_once: int = key(
        Whole(1, 100),
        "How many offers, reviews counted, routing lets ring at one agent; what is reassigned by hand rings beside.",
        default=1,
        unit="offers",
    )
    unanswered: Unanswered = key(
        Choice(Unanswered),
        "Whether an agent who lets an offer time out stays available, or takes no more work until they come back.",
        default=Unanswered.AVAILABLE,
    )
    answer_within: timedelta | None = key(
        OrNone(Length(), "they have all the time"),
        "How long an agent who has taken a case may leave its customer without a reply before it goes back.",
        default=None,
    )
    earlier_handler: bool = key(
        Flag(),
        "Whether an email that answers an agent's message is offered to that agent first.",
        default=True,
        rules=("email.earlier_handler",),
    )
    source: str = a_source()


class Held(StrEnum):
    """What becomes of the cases of somebody who is gone."""

    KEEP = "keep"
    REQUEUE = "requeue"


@section
class Away:
    """What becomes of the cases of somebody who logged out or lost the connection."""

    grace: timedelta = key(
        Length(timedelta(0)), "How long they may be gone before anything happens.", default=timedelta(minutes=1)
    )
    held: Held = key(
        Choice(Held),
        "Whether their cases are kept or go back to their queues.",
        default=Held.REQUEUE,
        rules=("away.grace",),
    )
    keep_statuses: tuple[Status, ...] = key(
        Several(Choice(Status)),
        "The statuses in which cases are kept all the same.",
        default=(),
        rules=("away.grace",),
    )
    source: str = a_source()
