"""The tables of the policy file: every number and choice of an SOP, with type, default and meaning declared once.

Each class is a table (`[lifecycle]`, `[chat.idle]`, ...), its fields are the keys, and the enumerations above them are
the words a key may hold. `policies.py` puts the tables together and reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from casecore.calendars import Calendar, Weekday
from casecore.channels import Channel, Consent, MessageKind
from casecore.kernel import Enforcement
from casecore.keys import Choice, Flag, Length, Named, Number, Scope, Several, Table, Text, Whole, key, section
from casecore.statuses import Status


class Role(StrEnum):
    """Who somebody is to a case."""

    ASSIGNEE = "assignee"
    OWNER = "owner"
    SUPERVISOR = "supervisor"


class OnCustomerMessage(StrEnum):
    """What a waiting draft becomes when the customer writes."""

    KEEP = "keep"
    SUPERSEDE = "supersede"


class Delivery(StrEnum):
    """How a queue hands out its cases."""

    PUSH = "push"
    PULL = "pull"


class Strategy(StrEnum):
    """Which of several eligible agents is offered a case."""

    LONGEST_IDLE = "longest_idle"
    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"


class Unanswered(StrEnum):
    """What becomes of an agent who lets an offer time out."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"


class CountsFrom(StrEnum):
    """What the silence of a chat is counted from."""

    SILENCE = "silence"
    QUESTION = "question"


class Proceeding(StrEnum):
    """What the customer has to be authenticated for."""

    RESOLVE = "resolve"
    CLOSE = "close"
    TRANSFER = "transfer"
    COMMIT = "commit"
    ACCOUNT_REPLY = "account_reply"


class Relation(StrEnum):
    """What a contact is related to: somebody's or something's record in another system."""

    CUSTOMER = "customer"
    INSTALLER = "installer"
    CASE = "case"


class RelationsDue(StrEnum):
    """When the relations of a complaint have to be there."""

    AFTER_DISPOSITION = "after_disposition"
    BEFORE_DISPOSITION = "before_disposition"


class Level(StrEnum):
    """How urgent a case is to its service clocks."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class AfterReopening(StrEnum):
    """What reopening does to the solution clock."""

    RUNS_ON = "runs_on"
    LEAVES_OUT = "leaves_out"
    STARTS_AGAIN = "starts_again"
    FIRST_SOLUTION_STANDS = "first_solution_stands"


class Held(StrEnum):
    """What becomes of the cases of somebody who is gone."""

    KEEP = "keep"
    REQUEUE = "requeue"


class ReopenTo(StrEnum):
    """Where a case goes that nobody holds when its customer writes again."""

    QUEUE = "queue"
    OWNER_IF_ELIGIBLE = "owner_if_eligible"


def a_source() -> Any:
    """The key that every table may carry: where the written SOP says so."""
    return key(Text(), "Where the written SOP says so; reports cite it.", default="", scope=Scope.FILE)


OPEN_STATUSES = tuple(status for status in Status if status is not Status.CLOSED)


@section
class Lifecycle:
    """How the policy narrows the life cycle."""

    close_from: tuple[Status, ...] = key(
        Several(Choice(Status)),
        "The statuses from which a case may be closed by hand or automatically.",
        default=OPEN_STATUSES,
    )
    close_by: tuple[Role, ...] = key(
        Several(Choice(Role)),
        "Who may close a case by hand, or as spam; the owner, where nobody holds it.",
        default=tuple(Role),
    )
    close_after: Mapping[Status, timedelta] = key(
        Named(Length(), Status),
        "How long a case stays in a status before it is closed automatically; statuses not named wait for ever.",
        factory=lambda: {Status.RESOLVED: timedelta(hours=48)},
    )
    source: str = a_source()


@section
class ChannelRules:
    """What a channel takes."""

    kinds: tuple[MessageKind, ...] = key(
        Several(Choice(MessageKind)),
        "The kinds of message that customers send here.",
        default=(MessageKind.DIRECT,),
        rules=("channels.kinds",),
    )
    attachments: bool = key(
        Flag(), "Whether a reply may carry attachments.", default=True, rules=("channels.attachments",)
    )
    emoji: bool = key(Flag(), "Whether a reply may contain emoji.", default=True, rules=("channels.emoji",))
    source: str = a_source()


def _channel(**rules: Any) -> Any:
    return key(Table(ChannelRules), "What the channel takes.", factory=lambda: ChannelRules(**rules))


_PUBLIC_KINDS = (
    MessageKind.DIRECT,
    MessageKind.POST,
    MessageKind.COMMENT,
    MessageKind.MENTION,
    MessageKind.LIKE,
)


@section
class Channels:
    """What each channel takes."""

    chat: ChannelRules = _channel()
    messaging: ChannelRules = _channel()
    whatsapp: ChannelRules = _channel()
    apple_messages: ChannelRules = _channel()
    messenger: ChannelRules = _channel()
    twitter_dm: ChannelRules = _channel()
    sms: ChannelRules = _channel(attachments=False)
    email: ChannelRules = _channel()
    voice: ChannelRules = _channel(attachments=False, emoji=False)
    facebook: ChannelRules = _channel(kinds=_PUBLIC_KINDS)
    twitter: ChannelRules = _channel(kinds=_PUBLIC_KINDS)
    linkedin: ChannelRules = _channel(kinds=_PUBLIC_KINDS)
    source: str = a_source()


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


@section
class Queue:
    """A routing queue: which cases enter it, and how they are handed out."""

    title: str = key(Text(), "The name people see.", default="")
    channels: tuple[Channel, ...] = key(
        Several(Choice(Channel)), "The channels whose cases it takes; none named: all.", default=()
    )
    reasons: tuple[str, ...] = key(
        Several(Text(200)),
        "The reasons, as customers select them, that it takes; none named: all.",
        default=(),
    )
    languages: tuple[str, ...] = key(
        Several(Text(35)), "The languages of customers that it takes; none named: all.", default=()
    )
    tags: tuple[str, ...] = key(
        Several(Text(200)), "The tags, one of which the case must carry on arrival; none named: any.", default=()
    )
    fallback: bool = key(Flag(), "Whether it takes every case that no other queue takes.", default=False)
    delivery: Delivery = key(
        Choice(Delivery), "Whether cases are offered to agents or fetched by them.", default=Delivery.PUSH
    )
    priority: Priority = key(Table(Priority), "How the priority of its cases grows.", factory=Priority)
    source: str = a_source()

    def takes(self, channel: Channel, reason: str | None, language: str | None, tags: frozenset[str]) -> bool:
        """Whether a case of this kind enters by the filters."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.reasons or reason in self.reasons)
            and (not self.languages or language in self.languages)
            and (not self.tags or not tags.isdisjoint(self.tags))
        )


def _limit(default: int | None, doc: str) -> Any:
    return key(Whole(0, 1000), doc, default=default, unit="cases", rules=("capacity.channel",))


@section
class Capacity:
    """How much one agent holds at once, offers counted; a channel without a number is bounded by the total only."""

    total: int = key(
        Whole(0, 1000), "The most cases and reviews of all channels together.", default=6, unit="cases and reviews"
    )
    chat: int | None = _limit(2, "The most chats at once.")
    messaging: int | None = _limit(None, "The most messaging cases.")
    whatsapp: int | None = _limit(None, "The most WhatsApp cases.")
    apple_messages: int | None = _limit(None, "The most Apple Messages cases.")
    messenger: int | None = _limit(None, "The most Messenger cases.")
    twitter_dm: int | None = _limit(None, "The most direct messages on Twitter.")
    sms: int | None = _limit(None, "The most SMS cases.")
    email: int | None = _limit(5, "The most emails: the maximum occupancy.")
    voice: int | None = _limit(1, "The most calls.")
    facebook: int | None = _limit(None, "The most cases from Facebook.")
    twitter: int | None = _limit(None, "The most cases from Twitter.")
    linkedin: int | None = _limit(None, "The most cases from LinkedIn.")
    voice_with_cases: bool = key(
        Flag(), "Whether somebody on a call may hold cases, and somebody with cases take a call.", default=False
    )
    source: str = a_source()


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
    unanswered: Unanswered = key(
        Choice(Unanswered),
        "Whether an agent who lets an offer time out stays available, or takes no more work until they come back.",
        default=Unanswered.AVAILABLE,
    )
    earlier_handler: bool = key(
        Flag(),
        "Whether an email that answers an agent's message is offered to that agent first.",
        default=True,
        rules=("email.earlier_handler",),
    )
    source: str = a_source()


@section
class Idle:
    """When the agent may end a chat with a silent customer."""

    silence: timedelta = key(
        Length(), "How long the customer must have been silent.", default=timedelta(minutes=2), rules=("idle.silence",)
    )
    ask_first: int = key(
        Whole(0, 10),
        "How many times the agent must have asked whether they are there.",
        default=1,
        unit="questions",
        rules=("idle.asked",),
    )
    counts_from: CountsFrom = key(
        Choice(CountsFrom),
        "Whether that counts from the silence or from the question.",
        default=CountsFrom.SILENCE,
        rules=("idle.silence",),
    )
    questions: tuple[str, ...] = key(
        Several(Text()), "The wordings of the question that agents are offered.", default=("Are you still there?",)
    )
    closing: str = key(
        Text(),
        "The closing message; {customer} is the customer's name.",
        default="Thank you for contacting us, {customer}. As we have not heard from you, we end this chat now.",
    )
    closing_unnamed: str = key(
        Text(),
        "The closing message where the name is not known.",
        default="Thank you for contacting us. As we have not heard from you, we end this chat now.",
    )
    source: str = a_source()


@section
class Chat:
    """The rules of live chat."""

    idle: Idle = key(Table(Idle), "When a silent chat may be ended.", factory=Idle)
    source: str = a_source()


@section
class Authentication:
    """What the customer has to be authenticated for, in each contact anew."""

    channels: tuple[Channel, ...] = key(
        Several(Choice(Channel)),
        "The channels on which it is required.",
        default=(Channel.CHAT, Channel.VOICE),
        rules=("authentication.before",),
    )
    before: tuple[Proceeding, ...] = key(
        Several(Choice(Proceeding)),
        "What it is required for.",
        default=(Proceeding.RESOLVE, Proceeding.TRANSFER, Proceeding.COMMIT, Proceeding.ACCOUNT_REPLY),
    )
    enforcement: Enforcement = key(
        Choice(Enforcement),
        "Whether doing so without is refused, recorded or ignored.",
        default=Enforcement.BLOCK,
        rules=("authentication.before",),
    )
    source: str = a_source()


_OWED = ("assignment.wrap_up", "presence.wrap_up", "wrap_up.blocks_close")
"""The rules that nobody can break where an ended contact needs nothing."""


@section
class WrapUp:
    """What an ended contact needs before its agent gets work again."""

    disposition: bool = key(Flag(), "Whether it needs an outcome code.", default=True, rules=_OWED)
    notes: bool = key(Flag(), "Whether it needs notes.", default=True, rules=_OWED)
    codes: tuple[str, ...] = key(
        Several(Text(200)),
        "The outcome codes.",
        default=("solved", "follow_up", "no_response", "transferred", "spam"),
        rules=("wrap_up.disposition",),
    )
    source: str = a_source()

    @property
    def required(self) -> bool:
        """Whether an ended contact needs anything."""
        return self.disposition or self.notes


@section
class Email:
    """The rules of email."""

    subject_required: bool = key(Flag(), "Whether an email that we send needs a subject.", default=True)
    relate_customer: bool = key(
        Flag(),
        "Whether a contact is related to the customer's record before it is disposed.",
        default=True,
        rules=("email.relations",),
    )
    relate_case: bool = key(
        Flag(),
        "Whether it is related to the account case, where there is one.",
        default=True,
        rules=("email.relations",),
    )
    complaint_relations: Mapping[str, tuple[Relation, ...]] = key(
        Named(Several(Choice(Relation))),
        "What a complaint is related to, by whom it is about.",
        factory=lambda: {"installer": tuple(Relation)},
        rules=("email.relations",),
    )
    complaint_relations_due: RelationsDue = key(
        Choice(RelationsDue),
        "Whether the installer may still be added after the disposition.",
        default=RelationsDue.AFTER_DISPOSITION,
        rules=("email.relations",),
    )
    source: str = a_source()


@section
class WhatsApp:
    """The rules of WhatsApp."""

    window: timedelta = key(
        Length(most=timedelta(hours=24)),
        "How long after the customer's last message free text may be sent; WhatsApp itself ends it after 24 hours.",
        default=timedelta(hours=24),
        rules=("whatsapp.window",),
    )
    consent: tuple[Consent, ...] = key(
        Several(Choice(Consent)),
        "On what basis somebody may be written to first: they opted in, or wrote to us on WhatsApp before.",
        default=tuple(Consent),
        rules=("whatsapp.consent",),
    )
    source: str = a_source()


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


@section
class Approval:
    """How drafts are approved."""

    self_approval: bool = key(Flag(), "Whether an author may approve their own draft.", default=False)
    on_customer_message: OnCustomerMessage = key(
        Choice(OnCustomerMessage),
        "Whether a draft is kept (marked stale) or superseded when the customer writes.",
        default=OnCustomerMessage.KEEP,
        rules=("approval.stale",),
    )
    source: str = a_source()


@section
class Reopening:
    """Where a case goes when its customer writes again and nobody holds it."""

    to: ReopenTo = key(
        Choice(ReopenTo), "Its queue, or its last agent if they can take it now.", default=ReopenTo.QUEUE
    )
    source: str = a_source()


@section
class Tags:
    """Tags on cases and messages."""

    enabled: bool = key(Flag(), "Whether agents may tag.", default=True)
    limit: int = key(Whole(1, 100), "The most tags one case may carry, and one message.", default=20, unit="tags")
    source: str = a_source()


@section
class Sentiment:
    """The sentiment of messages."""

    manual: bool = key(Flag(), "Whether agents may set the sentiment of a message by hand.", default=True)
    source: str = a_source()


def _hours(day: str) -> Any:
    return key(Several(Text(11)), f"The opening hours on {day}, like 09:00-12:30; none: shut.", default=())


@section
class Opening:
    """A business calendar."""

    zone: str = key(Text(64), "The time zone, like Europe/Lisbon.", default="UTC")
    monday: tuple[str, ...] = _hours("Mondays")
    tuesday: tuple[str, ...] = _hours("Tuesdays")
    wednesday: tuple[str, ...] = _hours("Wednesdays")
    thursday: tuple[str, ...] = _hours("Thursdays")
    friday: tuple[str, ...] = _hours("Fridays")
    saturday: tuple[str, ...] = _hours("Saturdays")
    sunday: tuple[str, ...] = _hours("Sundays")
    holidays: tuple[str, ...] = key(Several(Text(10)), "The dates on which it is shut, like 2026-12-25.", default=())
    special: Mapping[str, tuple[str, ...]] = key(
        Named(Several(Text(11))), "The hours of dates that differ from their weekday.", factory=dict
    )
    source: str = a_source()

    def calendar(self) -> Calendar:
        """The calendar that counts these hours.

        Raises:
            CalendarError: When the hours make no sense; it names every problem.
        """
        week = {day: getattr(self, day) for day in Weekday}
        return Calendar(self.zone, week, self.holidays, self.special)


def _target(doc: str, default: timedelta | None = None) -> Any:
    return key(Length(), doc, default=default)


@section
class Target:
    """What is promised."""

    first_response: timedelta | None = _target("The longest open time from the first message to the first reply.")
    solution: timedelta | None = _target("The longest open time from the first message to resolved.")
    source: str = a_source()


def _level(level: str) -> Any:
    return key(Table(Target), f"What is promised for cases of the level {level}.", default=None)


@section
class Targets:
    """What is promised on a channel, or by default."""

    first_response: timedelta | None = _target("The longest open time from the first message to the first reply.")
    solution: timedelta | None = _target("The longest open time from the first message to resolved.")
    calendar: str | None = key(Text(200), "The calendar whose hours count; none: all hours.", default=None)
    low: Target | None = _level("low")
    normal: Target | None = _level("normal")
    high: Target | None = _level("high")
    urgent: Target | None = _level("urgent")
    source: str = a_source()

    def target(self, name: str, level: Level) -> timedelta | None:
        """The target of a clock at a level: the level's own, else the channel's."""
        precise = getattr(self, level)
        found: timedelta | None = getattr(precise, name) if precise is not None else None
        return getattr(self, name) if found is None else found


def _promise(channel: str) -> Any:
    return key(Table(Targets), f"What is promised on {channel}, where it differs from the default.", default=None)


@section
class Sla:
    """What is promised, and how it is counted."""

    default: Targets = key(
        Table(Targets),
        "What is promised where nothing more precise is.",
        factory=lambda: Targets(first_response=timedelta(hours=1), solution=timedelta(hours=24)),
    )
    chat: Targets | None = _promise("chat")
    messaging: Targets | None = _promise("messaging")
    whatsapp: Targets | None = _promise("WhatsApp")
    apple_messages: Targets | None = _promise("Apple Messages")
    messenger: Targets | None = _promise("Messenger")
    twitter_dm: Targets | None = _promise("Twitter direct messages")
    sms: Targets | None = _promise("SMS")
    email: Targets | None = _promise("email")
    voice: Targets | None = _promise("calls")
    facebook: Targets | None = _promise("Facebook")
    twitter: Targets | None = _promise("Twitter")
    linkedin: Targets | None = _promise("LinkedIn")
    pause_in: tuple[Status, ...] = key(
        Several(Choice(Status)), "The statuses in which the solution clock does not count.", default=()
    )
    after_reopening: AfterReopening = key(
        Choice(AfterReopening), "What reopening does to the solution clock.", default=AfterReopening.RUNS_ON
    )
    source: str = a_source()

    def target(self, name: str, channel: Channel, level: Level) -> timedelta | None:
        """The target of a clock: the channel's, else the default; in each the level's own first."""
        targets: Targets | None = getattr(self, channel)
        found = targets.target(name, level) if targets is not None else None
        return self.default.target(name, level) if found is None else found

    def calendar(self, channel: Channel) -> str | None:
        """The name of the calendar that counts on a channel."""
        targets: Targets | None = getattr(self, channel)
        return (targets.calendar if targets is not None else None) or self.default.calendar
