"""Narrow scopes: small desks, each for one thing that can go wrong and that the others never try.

What is never tried is never proved. Each of these has few commands and few worlds, and somebody or something in it that
is out of the ordinary: an agent with limits of their own, a reviewer who is at lunch, a customer who writes on a closed
case, a template with a blank left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

import attrs

from casecore.channels import Channel, MessageKind, TemplateKind
from casecore.check.commands import (
    APART,
    BUSY,
    CASE,
    DRAFT,
    EVERYTHING,
    NEWS_TEMPLATE,
    NUMBER,
    ORDER,
    arrival_commands,
    disposal_commands,
    silence_commands,
    team_commands,
)
from casecore.explore.scope import NOON, WORDS, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM, Command, is_id
from casecore.kernel.words import same_form
from casecore.policies import Policy
from casecore.policies.sections import ChannelRules, Level, ReopenTo, Unanswered
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import ApproveDraft, EditDraft, ReassignDraft, RefuseDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCustomer, BlockThread, UnblockCustomer, UnblockThread
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import ClockName
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import EditMessage, WithdrawMessage
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddTag, RemoveTag
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import RecordMiss, SetLevel
from casecore.rooms.threads import RecordCustomer
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status

REPLY: Final = partial(SendReply, at=NOON, case=CASE, message="m", text="Here you are", subject="Your request")
SUBMIT: Final = partial(SubmitDraft, at=NOON, case=CASE, draft=DRAFT, text="Here you are", subject="Your request")


def spam_command(agent: str = "ana") -> Command:
    """An agent closes the case as spam, which may be done from everywhere."""
    return CloseCase(agent, NOON, CASE, CloseReason.SPAM)


def machine_commands() -> Iterator[Command]:
    """A machine answers: it starts, reopens and answers nothing."""
    yield ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Out of office", auto_generated=True)


def agents_named(policy: Policy, **agents: dict[str, Any]) -> tuple[Command, ...]:
    """The commands that bring agents, by name, with what is said of them; they are available."""
    queues = frozenset(policy.queues)
    joins = [AddAgent(SYSTEM, NOON, name, name.title(), **{"queues": queues, **said}) for name, said in agents.items()]
    return (*joins, *(GoAvailable(name, NOON, name) for name in agents))


_ASYNCHRONOUS: Final = (Channel.EMAIL, Channel.MESSAGING, Channel.SMS, Channel.WHATSAPP)


def customers_may_write(channel: Channel, policy: Policy) -> bool:
    """Whether a policy lets customers write on a channel."""
    rules: ChannelRules = getattr(policy.channels, channel)
    return MessageKind.DIRECT in rules.kinds


def open_channel(policy: Policy, preferred: Channel, *besides: Channel) -> Channel:
    """A channel on which customers may write, the preferred one if it is open; that one, too, if none is.

    Args:
        policy: The SOP.
        preferred: The channel, if it is open.
        besides: Channels that it is not to be.
    """
    channels = (channel for channel in (preferred, *_ASYNCHRONOUS, *Channel) if channel not in besides)
    return next((channel for channel in channels if customers_may_write(channel, policy)), preferred)


def _other_queue(policy: Policy) -> str:
    """A queue that a case does not enter by itself, if there is one."""
    return next((queue for queue in policy.queues if queue != policy.fallback), policy.fallback)


def _part(channel: Channel, *commands: Command, copies: int = 1) -> Part:
    return Part((*arrival_commands(channel), *commands), copies)


def _other_part(channel: Channel, *commands: Command, copies: int = 1) -> Part:
    """A second sort of case, beside the one that is called as usual."""
    renamed = {"case": "c2", "new_case": "c2", "thread": "t2", "customer": "rui"}

    def rename(command: Any) -> Command:
        own = {name: value for name, value in renamed.items() if getattr(command, name, None)}
        other: Command = attrs.evolve(command, **own)
        return other

    return Part(tuple(map(rename, (*arrival_commands(channel), *commands))), copies)


def _given_commands(agent: str) -> Iterator[Command]:
    """A case is opened, offered, accepted, taken back."""
    yield OpenCase(agent, NOON, CASE)
    yield OfferWork(SYSTEM, NOON, CASE, agent)
    yield AcceptOffer(agent, NOON, CASE)
    yield RescindOffer(SYSTEM, NOON, CASE)


# Cases -------------------------------------------------------------------------------------------------


def closed_scope(channel: Channel, policy: Policy) -> Scope:
    """A case that is closed, and what is said of it then: above all its customer writes again."""
    write = partial(ReceiveMessage, CUSTOMER, NOON, "t1", "m", "And another thing")
    commands = [
        write(),
        write(new_case="c2"),
        *machine_commands(),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        *(SetStatus("ana", NOON, CASE, status) for status in (Status.OPEN, Status.RESOLVED)),
        spam_command(),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AddTag("ana", NOON, CASE, "vip"),
        SetLevel("ana", NOON, CASE, Level.HIGH),
        EndContact(CUSTOMER, NOON, CASE),
        ReassignCase("ana", NOON, CASE, queue=next(iter(policy.queues))),
        StartOutbound("ana", NOON, "t1", "c2", "m", "Hello", subject="Your request", phone=NUMBER),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope(f"a-closed-{channel}-case", team, (_part(channel, *commands),), apart=APART)


def tagged_scope(policy: Policy) -> Scope:
    """Two chats, and what an override may look at changes."""
    tags = sorted({tag for override in policy.override for tag in override.match.tag}) or ["vip"]
    commands = [
        *_given_commands("ana"),
        AddTag("ana", NOON, CASE, _written_otherwise(tags[0])),
        RemoveTag("ana", NOON, CASE, tags[0]),
        *(ReassignCase("ana", NOON, CASE, queue=queue) for queue in policy.queues),
        Authenticate("ana", NOON, CASE),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("what-an-override-looks-at-changes", team, (_part(Channel.CHAT, *commands, copies=2),), apart=APART)


def _written_otherwise(tag: str) -> str:
    """The same tag in other letters, where there are some."""
    other = tag.swapcase()
    return other if is_id(other) and same_form(other) == same_form(tag) else tag


def owner_scope(policy: Policy) -> Scope:
    """A case that its customer reopens, and its owner, who may not be there."""
    commands = [
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        LeaveCase("ana", NOON, CASE),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    given = [command("ana", NOON, "ana") for command in (GoAvailable, GoUnavailable, SetNextState)]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {"total": 1}})
    part = _part(open_channel(policy, Channel.MESSAGING), *commands, copies=2)
    return Scope("reopened-to-its-owner", team, (part,), tuple(given), apart=APART)


def bounced_scope(policy: Policy) -> Scope:
    """A case of which a reply turns out not to have arrived, which may have been the only answer."""
    commands = [
        OpenCase("ana", NOON, CASE),
        REPLY("ana", message="r", send_as=Status.PENDING),
        REPLY("ana", message="r", send_as=Status.RESOLVED),
        REPLY("ana", message="r", send_as=Status.ESCALATED),
        REPLY("ana", send_as=Status.PENDING),
        *(SetStatus("ana", NOON, CASE, status) for status in (Status.PENDING, Status.RESOLVED)),
        LeaveCase("ana", NOON, CASE),
        DeliveryFailed(SYSTEM, NOON, CASE, "r"),
        CloseCase(SYSTEM, NOON, CASE),
        spam_command(),
    ]
    part = _part(open_channel(policy, Channel.MESSAGING), *commands)
    apart = ORDER | WORDS | {"clocks"}
    return Scope("a-reply-that-never-arrives", team_commands(policy, ana=EVERYTHING), (part,), apart=apart)


def blocked_scope(policy: Policy) -> Scope:
    """A customer who may be blocked before they ever write, while their case waits, and after it; likewise a thread."""
    channel = open_channel(policy, Channel.MESSAGING)
    commands = [
        RecordCustomer(SYSTEM, NOON, "maria", "Maria"),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello again"),
        BlockCustomer(SYSTEM, NOON, "maria", "Insults everybody"),
        UnblockCustomer(SYSTEM, NOON, "maria", "Has apologised"),
        *(RecordCustomer(SYSTEM, NOON, "bob"), BlockCustomer(SYSTEM, NOON, "bob", "Insults everybody, too")),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "I am her neighbour", participant="bob"),
        BlockThread(SYSTEM, NOON, "t1", "Nothing but advertisements"),
        UnblockThread(SYSTEM, NOON, "t1", "A mistake"),
        UnblockThread("ana", NOON, "t1", ""),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        spam_command(),
    ]
    part = _part(channel, *commands)
    team = team_commands(policy, ana=frozenset({Permission.REPLY}))
    return Scope("somebody-who-is-blocked", team, (part,), apart=APART)


def merged_scope(policy: Policy) -> Scope:
    """Customers who are found to be the same person; one of them is blocked, one wants no messages on WhatsApp."""
    other = open_channel(policy, Channel.SMS, Channel.WHATSAPP)
    start = partial(StartOutbound, "ana", NOON, "t1", CASE, "m", NEWS_TEMPLATE.text, phone=NUMBER)
    commands = [
        *(MergeCustomers(SYSTEM, NOON, *both) for both in (("maria", "mia"), ("mia", "maria"), ("may", "maria"))),
        RecordConsent(SYSTEM, NOON, "maria", opted_in=False),
        RecordConsent(SYSTEM, NOON, "mia", note="On the web form"),
        RecordCustomer(SYSTEM, NOON, "may", "May"),
        BlockCustomer(SYSTEM, NOON, "maria", "Insults everybody"),
        start(customer="mia", channel=Channel.WHATSAPP, template=NEWS_TEMPLATE.template),
        ReceiveMessage(CUSTOMER, NOON, "t2", "m", "Hello again", customer="mia", channel=other, new_case="c2"),
    ]
    team, part = team_commands(policy, ana=EVERYTHING), Part(tuple(commands))
    return Scope("customers-who-are-one", team, (part,), apart=APART)


def misplaced_scope(channel: Channel, policy: Policy) -> Scope:
    """A case that turns out to be another customer's, on whose thread there may be one already."""
    arrive = partial(ReceiveMessage, CUSTOMER, NOON, message="m", text="Hello", channel=channel)
    commands = [
        arrive(thread="t1", customer="maria", new_case=CASE),
        arrive(thread="t2", customer="mia", new_case="c2"),
        MoveCase(SYSTEM, NOON, CASE, "t2"),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        SUBMIT("ana", send_as=Status.PENDING),
        CloseCase("ana", NOON, "c2", CloseReason.SPAM),
        MoveCase(SYSTEM, NOON, CASE, "t1"),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope(f"a-{channel}-case-of-somebody-else", team, (Part(tuple(commands)),), apart=APART | {"thread.left"})


def clocks_scope(policy: Policy) -> Scope:
    """A case whose service clocks run, with whatever gives them a verdict or might turn one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        *(REPLY("ana", send_as=status) for status in (Status.PENDING, Status.RESOLVED)),
        *(SetLevel("ana", NOON, CASE, level) for level in (Level.LOW, Level.HIGH)),
        *(RecordMiss(SYSTEM, NOON, CASE, clock) for clock in (ClockName.FIRST_RESPONSE, ClockName.SOLUTION)),
        spam_command(),
    ]
    part = _part(open_channel(policy, Channel.MESSAGING), *commands)
    apart = APART - {"clocks"} | {"clocks.replies", "clocks.resolved_by"} | _NEXT_RESPONSE
    return Scope("service-clocks", team_commands(policy, ana=EVERYTHING), (part,), apart=apart)


_NEXT_RESPONSE: Final = frozenset({"clocks.asked_at", "clocks.answers", "clocks.next_response"})
"""Where the clock of the next response stands."""

_SOLUTION: Final = frozenset(
    {
        *("clocks.solution_from", "clocks.resolved_at", "clocks.resolved_by", "clocks.solution", "clocks.replies"),
        "case_page.solution",
    }
)
"""Where the clock of the solution stands, and which reply would be the first if the first one failed."""


def _promised_on(policy: Policy) -> Channel | None:
    """A channel without anybody on the line on which a next response is promised, if there is one."""
    channels = (channel for channel in (Channel.MESSAGING, *_ASYNCHRONOUS) if customers_may_write(channel, policy))
    name = ClockName.NEXT_RESPONSE
    return next((one for one in channels if policy.sla.target(name, one, Level.NORMAL) is not None), None)


def next_response_scope(policy: Policy) -> Scope:
    """A customer who asks another thing, with whatever gives the clock of its answer a verdict or might turn one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        SetStatus("ana", NOON, CASE, Status.RESOLVED),
        SetLevel("ana", NOON, CASE, Level.HIGH),
        RecordMiss(SYSTEM, NOON, CASE, ClockName.NEXT_RESPONSE),
        spam_command(),
    ]
    part = _part(_promised_on(policy) or Channel.MESSAGING, *commands)
    apart = APART - {"clocks"} | _SOLUTION
    return Scope("the-next-response", team_commands(policy, ana=EVERYTHING), (part,), apart=apart)


def bounced_response_scope(policy: Policy) -> Scope:
    """The same, and the reply to it may never arrive."""
    commands = [
        OpenCase("ana", NOON, CASE),
        *(REPLY("ana", message=message, send_as=Status.PENDING) for message in ("m", "r")),
        RecordMiss(SYSTEM, NOON, CASE, ClockName.NEXT_RESPONSE),
        DeliveryFailed(SYSTEM, NOON, CASE, "r"),
        spam_command(),
    ]
    part = _part(_promised_on(policy) or Channel.MESSAGING, *commands)
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("a-next-response-that-never-arrives", team, (part,), apart=ORDER | WORDS | _SOLUTION)


def unread_scope(policy: Policy) -> Scope:
    """A case on which a reply and a draft say what was seen last, and a neighbour of the customer writes as well."""
    write = partial(ReceiveMessage, CUSTOMER, NOON, "t1")
    channel = open_channel(policy, Channel.MESSAGING)
    commands = [
        write("m1", "Hello", customer="maria", channel=channel, new_case=CASE),
        write("m2", "I am her neighbour", participant="bob"),
        OpenCase("ana", NOON, CASE),
        *(REPLY("ana", message="r", seen=seen, send_as=Status.RESOLVED) for seen in ("m1", "m2", "r")),
        SUBMIT("ana", seen="m1"),
        *(ApproveDraft("cleo", NOON, CASE, DRAFT, seen_message=seen) for seen in ("m1", "m2")),
    ]
    team = agents_named(policy, ana={"permissions": EVERYTHING}, cleo={"permissions": EVERYTHING})
    apart = APART - WORDS
    return Scope("words-that-nobody-has-read", team, (Part(tuple(commands)),), apart=apart)


def edited_scope(policy: Policy) -> Scope:
    """A conversation on WhatsApp, open or closed, of which the customer edits and withdraws a message."""
    write = partial(ReceiveMessage, CUSTOMER, NOON, "t1")
    commands = [
        write("m1", "Hello", customer="maria", channel=Channel.WHATSAPP, new_case=CASE),
        EditMessage(CUSTOMER, NOON, "t1", "m1", "Hello?", edit="e1"),
        WithdrawMessage(CUSTOMER, NOON, "t1", "m1"),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", message="r", send_as=Status.PENDING),
        EditMessage(CUSTOMER, NOON, "t1", "r", "Not this one"),
        EditMessage("ana", NOON, "t1", "m1", "Not by them"),
        spam_command(),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("a-message-that-is-edited", team, (Part(tuple(commands)),), apart=APART)


# Who may be given work ---------------------------------------------------------------------------------


def own_limits_scope(policy: Policy) -> Scope:
    """An agent who may hold one chat, and two cases in all."""
    commands = (*_given_commands("ana"), spam_command(), *disposal_commands("ana", policy))
    one = open_channel(policy, Channel.CHAT)
    other = open_channel(policy, Channel.SMS, one)
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {one.value: 1, "total": 2}})
    parts = (_part(one, *commands, copies=2), _other_part(other, *commands, copies=2))
    return Scope("limits-of-their-own", team, parts, apart=APART)


def unlimited_channel(policy: Policy) -> Channel | None:
    """A channel without a limit of its own on which customers may write, if there is one."""
    channels = (Channel.SMS, *_ASYNCHRONOUS, *Channel)
    return next((one for one in channels if policy.limit(one) is None and customers_may_write(one, policy)), None)


def total_scope(policy: Policy) -> Scope:
    """One case more than the SOP lets anybody hold in total, on a channel without a limit of its own.

    A total that is too large for a cast is searched lower.
    """
    channel = unlimited_channel(policy) or Channel.SMS
    commands = (OpenCase("ana", NOON, CASE), OfferWork(SYSTEM, NOON, CASE, "ana"), spam_command())
    total = policy.capacity.total
    less = total - LOWERED_TOTAL if total > MOST_IN_TOTAL else 0
    part = _part(channel, *commands, copies=total - less + 1)
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("total-limit", team, (part,), apart=APART, lowered={"capacity.total": less} if less else {})


def calls_scope(policy: Policy) -> Scope:
    """A call, and a chat, for the same agent."""
    commands = (*_given_commands("ana"), spam_command(), *disposal_commands("ana", policy))
    parts = (_part(Channel.VOICE, *commands), _other_part(Channel.CHAT, *commands))
    return Scope("a-call-and-a-chat-one-agent", team_commands(policy, ana=EVERYTHING), parts, apart=APART)


def resting_scope(policy: Policy) -> Scope:
    """Cases that wait for their customers and count no more, and one more for an agent who may hold one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AcceptOffer("ana", NOON, CASE),
        *(REPLY("ana", send_as=status) for status in (Status.PENDING, Status.RESOLVED)),
        SetStatus("ana", NOON, CASE, Status.OPEN),
        LeaveCase("ana", NOON, CASE),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    channel = open_channel(policy, Channel.MESSAGING)
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {channel.value: 1, "total": 1}})
    return Scope("cases-that-count-no-more", team, (_part(channel, *commands, copies=3),), apart=APART)


def live_resting_scope(policy: Policy) -> Scope:
    """Chats that are pending count all the same, for an agent who may hold one."""
    commands = [
        *_given_commands("ana"),
        REPLY("ana", send_as=Status.PENDING),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {"chat": 1}})
    part = _part(Channel.CHAT, *commands, copies=2)
    return Scope("chats-that-wait-for-their-customers", team, (part,), apart=APART)


def moved_scope(policy: Policy) -> Scope:
    """A case that goes to another queue, which not everybody serves."""
    commands = [
        OpenCase("ana", NOON, CASE),
        *(ReassignCase("ana", NOON, CASE, queue=queue) for queue in (policy.fallback, _other_queue(policy))),
        *_given_commands("gus"),
        *(disposal for agent in ("ana", "gus") for disposal in disposal_commands(agent, policy)),
        spam_command(),
    ]
    team = agents_named(
        policy, ana={"permissions": EVERYTHING}, gus={"permissions": EVERYTHING, "queues": frozenset({policy.fallback})}
    )
    part = _part(open_channel(policy, Channel.MESSAGING), *commands)
    return Scope("moved-to-another-queue", team, (part,), apart=APART)


def overflowing_queue(policy: Policy) -> str | None:
    """A queue that overflows into another one, if there is one."""
    return next((name for name, queue in policy.queues.items() if queue.overflow.to is not None), None)


def overflow_scope(policy: Policy) -> Scope:
    """A case of a queue that overflows: one agent serves it, one only the other queue, and one none at all."""
    name = overflowing_queue(policy) or policy.fallback
    queue, other = policy.queues[name], policy.queues[name].overflow.to or policy.fallback
    channel = queue.channels[0] if queue.channels else open_channel(policy, Channel.MESSAGING)
    how = {
        "reason": queue.reasons[0] if queue.reasons else None,
        "language": queue.languages[0] if queue.languages else None,
        "tags": frozenset(queue.tags[:1]),
    }
    commands = [
        *arrival_commands(channel, **how),
        *_given_commands("gus"),
        *(OpenCase(agent, NOON, CASE) for agent in ("ana", "hal")),
        *(LeaveCase(agent, NOON, CASE) for agent in ("ana", "gus")),
        *(ReassignCase("ana", NOON, CASE, queue=moved) for moved in (name, other)),
        *(disposal for agent in ("ana", "gus") for disposal in disposal_commands(agent, policy)),
        spam_command(),
    ]
    team = agents_named(
        policy,
        ana={"permissions": EVERYTHING, "queues": frozenset({name})},
        gus={"queues": frozenset({other})},
        hal={"queues": frozenset[str]()},
    )
    return Scope("a-queue-that-overflows", team, (Part(tuple(commands)),), apart=APART)


def changed_agent_scope(policy: Policy) -> Scope:
    """An agent who loses, one after the other, what they may do."""
    commands = [OpenCase("ana", NOON, CASE), OfferWork(SYSTEM, NOON, CASE, "ana"), REPLY("ana", send_as=Status.PENDING)]
    channel, change = open_channel(policy, Channel.EMAIL), partial(ChangeAgent, SYSTEM, NOON, "ana")
    given = [
        change(permissions=frozenset({Permission.SUPERVISE})),
        change(queues=frozenset()),
        change(channels=frozenset({Channel.LINKEDIN})),
        change(capacity={"total": 1}),
        change(capacity={channel.value: 1}),
    ]
    part = _part(channel, *commands, copies=2)
    return Scope("an-agent-who-is-changed", team_commands(policy, ana=EVERYTHING), (part,), tuple(given), apart=APART)


def unanswered_scope(policy: Policy) -> Scope:
    """An offer that nobody answers, to an agent who may hold another case."""
    commands = [
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        RejectOffer("ana", NOON, CASE),
        ExpireOffer(SYSTEM, NOON, CASE),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    part = _part(open_channel(policy, Channel.MESSAGING), *commands, copies=2)
    given = (SetNextState("ana", NOON, "ana", "lunch"), GoAvailable("ana", NOON, "ana"))
    return Scope("an-offer-unanswered", team_commands(policy, ana=EVERYTHING), (part,), given, apart=APART - {BUSY})


def supervisor_scope(policy: Policy) -> Scope:
    """A chat that one agent holds, and a supervisor who does things for them."""
    commands = [
        *(OpenCase(agent, NOON, CASE) for agent in ("ana", "ben")),
        *(command("ben", NOON, CASE) for command in (EndContact, Authenticate)),
        REPLY("ben", send_as=Status.RESOLVED),
        *(ReassignCase("ben", NOON, CASE, agent) for agent in ("ana", "ben")),
        *(AcceptOffer(agent, NOON, CASE) for agent in ("ana", "ben")),
        *(Dispose("ben", NOON, CASE, code, "As agreed", "ana") for code in policy.wrap_up.codes[:1]),
        *disposal_commands("ana", policy),
        ReleaseAbsent(SYSTEM, NOON, CASE),
        spam_command("ben"),
    ]
    given = [command("ana", NOON, "ana") for command in (GoAvailable, GoUnavailable, SetNextState, LogOut)]
    given += [command("ben", NOON, "ana") for command in (GoAvailable, GoUnavailable)]
    team = agents_named(policy, ana={"permissions": frozenset({Permission.REPLY})}, ben={"permissions": EVERYTHING})
    part = _part(open_channel(policy, Channel.CHAT), *commands)
    return Scope("a-supervisor-beside", team, (part,), tuple(given), apart=APART)


# Drafts and reviews ------------------------------------------------------------------------------------


def reviewers_scope(policy: Policy) -> Scope:
    """A draft, and agents each of whom may not review it for a reason of their own."""
    approves = frozenset({Permission.APPROVE})
    reviewers = ("cleo", "dora", "eve", "fay")
    commands = [
        OpenCase("ben", NOON, CASE),
        SUBMIT("ben", send_as=Status.PENDING, queue=_other_queue(policy)),
        EndContact("ben", NOON, CASE),
        OpenCase("cleo", NOON, CASE),
        EndContact("cleo", NOON, CASE),
        *(TakeReview(agent, NOON, CASE) for agent in reviewers),
        *(OfferWork(SYSTEM, NOON, CASE, agent, review=True) for agent in reviewers),
        *(ApproveDraft(agent, NOON, CASE, DRAFT) for agent in reviewers),
        EditDraft("dora", NOON, CASE, DRAFT, "Here it is"),
        RefuseDraft("cleo", NOON, CASE, DRAFT, "Not like this"),
        FreeReview(SYSTEM, NOON, CASE),
        spam_command("dora"),
    ]
    given = [command("cleo", NOON, "cleo") for command in (GoAvailable, GoUnavailable, SetNextState, ClearNextState)]
    team = agents_named(
        policy,
        ben={},
        cleo={"permissions": approves},
        dora={"permissions": EVERYTHING, "queues": frozenset({policy.fallback})},
        eve={"permissions": approves, "channels": frozenset({Channel.LINKEDIN})},
        fay={"permissions": frozenset({Permission.REPLY})},
    )
    part = _part(open_channel(policy, Channel.EMAIL), *commands)
    return Scope("who-may-review", team, (part,), tuple(given), apart=APART)


def full_reviewer_scope(policy: Policy) -> Scope:
    """Two drafts, and a reviewer who may have one thing at a time."""
    commands = [
        OpenCase("ben", NOON, CASE),
        SUBMIT("ben", send_as=Status.PENDING),
        TakeReview("cleo", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "cleo", review=True),
        AcceptOffer("cleo", NOON, CASE, review=True),
        ApproveDraft("cleo", NOON, CASE, DRAFT),
        RefuseDraft("cleo", NOON, CASE, DRAFT, "Not like this"),
        ReassignDraft("ben", NOON, CASE, DRAFT, queue=next(iter(policy.queues))),
        FreeReview(SYSTEM, NOON, CASE),
    ]
    given = (GoAvailable("cleo", NOON, "cleo"), GoUnavailable("cleo", NOON, "cleo", "lunch"))
    team = agents_named(policy, ben={}, cleo={"permissions": frozenset({Permission.APPROVE}), "capacity": {"total": 1}})
    part = _part(open_channel(policy, Channel.MESSAGING), *commands, copies=2)
    return Scope("two-drafts-one-reviewer", team, (part,), given, apart=APART)


def rich_draft_scope(channel: Channel, policy: Policy) -> Scope:
    """A draft that speaks of the account, with something attached, or made from a template."""
    quick = PreparedText(TemplateKind.QUICK_REPLY, '{"name": "hello", "text": "Here you are"}')
    template = NEWS_TEMPLATE if channel is Channel.WHATSAPP else attrs.evolve(NEWS_TEMPLATE, text="", template=quick)
    commands = [
        OpenCase("ben", NOON, CASE),
        Authenticate("ben", NOON, CASE),
        SUBMIT("ben", send_as=Status.PENDING, about_account=True, attachments=("a.pdf",)),
        SUBMIT("ben", send_as=Status.PENDING, text=template.text or "Here you are", template=template.template),
        OpenCase("cleo", NOON, CASE),
        SUBMIT("cleo", send_as=Status.PENDING),
        TakeReview("cleo", NOON, CASE),
        EditDraft("ben", NOON, CASE, DRAFT, send_as=Status.RESOLVED),
        EditDraft("ben", NOON, CASE, DRAFT, attachments=("b.pdf",)),
        EditDraft("cleo", NOON, CASE, DRAFT, subject="Your account", about_account=False),
        ApproveDraft("cleo", NOON, CASE, DRAFT, seen=True),
        *machine_commands(),
        spam_command("cleo"),
    ]
    team = team_commands(policy, ben=frozenset[Permission](), cleo=EVERYTHING)
    return Scope(f"a-rich-draft-on-{channel}", team, (_part(channel, *commands),), apart=APART)


# What is written, and when -----------------------------------------------------------------------------


def silent_scope(policy: Policy) -> Scope:
    """A chat whose customer may fall silent."""
    commands = [
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        *silence_commands("ana"),
        Authenticate("ana", NOON, CASE),
        EndContact(CUSTOMER, NOON, CASE),
        EndContact("ana", NOON, CASE),
        MakeCommitment("ana", NOON, CASE, "p1", NOON + timedelta(hours=1), "Call back"),
        ReassignCase("ana", NOON, CASE, queue=next(iter(policy.queues))),
        *machine_commands(),
    ]
    most = {"contact.attempts": policy.chat.idle.ask_first + 1}
    team = team_commands(policy, ana=frozenset({Permission.REPLY}))
    return Scope("a-silent-chat", team, (_part(Channel.CHAT, *commands),), apart=APART, at_most=most)


def departures_scope(policy: Policy) -> Scope:
    """Chats whose customers leave, and one more, for an agent who may hold one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        EndContact(CUSTOMER, NOON, CASE),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {"chat": 1}})
    return Scope("customers-who-leave", team, (_part(Channel.CHAT, *commands, copies=2),), apart=APART)


def window_scope(policy: Policy) -> Scope:
    """A conversation on WhatsApp, and everything that may not be written when its window is closed."""
    news: Any = NEWS_TEMPLATE.template
    bad_values = attrs.evolve(news, values={})
    not_approved = attrs.evolve(news, definition=news.definition.replace("APPROVED", "PENDING"))
    without_status = attrs.evolve(news, definition=news.definition.replace('"status": "APPROVED",', ""))
    quick = PreparedText(TemplateKind.QUICK_REPLY, '{"name": "hello", "text": "Here you are"}')
    write = partial(REPLY, "ana", send_as=Status.PENDING)
    written = [
        write(),
        write(text=NEWS_TEMPLATE.text, template=news),
        write(text=NEWS_TEMPLATE.text, template=news, attachments=("a.pdf",)),
        write(text="Something else", template=news),
        write(text="Dear {{1}}, there is news for you.", template=bad_values),
        write(text=NEWS_TEMPLATE.text, template=not_approved),
        write(text=NEWS_TEMPLATE.text, template=without_status),
        write(template=quick),
    ]
    commands = [
        OpenCase("ana", NOON, CASE),
        *written,
        AskPresence("ana", NOON, CASE, "m", "Are you there?"),
        DisconnectIdle("ana", NOON, CASE, "m"),
        *machine_commands(),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "I am her neighbour", participant="bob"),
        spam_command(),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("the-window-on-whatsapp", team, (_part(Channel.WHATSAPP, *commands),), apart=APART)


def late_scope(policy: Policy) -> Scope:
    """A conversation on WhatsApp of which messages come late: by half the window's time, and by all of it."""
    write = partial(
        ReceiveMessage, CUSTOMER, NOON, "t1", "m", customer="maria", channel=Channel.WHATSAPP, new_case=CASE
    )
    window = policy.whatsapp.window
    commands = [
        write("Hello"),
        *(write("Hello?", sent_at=NOON - late) for late in (window / 2, window)),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        spam_command(),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("late-messages-on-whatsapp", team, (Part(tuple(commands)),), apart=APART)


def unpermitted_scope(policy: Policy) -> Scope:
    """A case that we start: by somebody who may not reply, or who may hold no more, or is not there."""
    start = partial(
        StartOutbound, at=NOON, thread="t1", new_case=CASE, message="m", text="Hello", subject="Hello", phone=NUMBER
    )
    commands = [
        *(start(agent, customer="maria", channel=Channel.SMS) for agent in ("ben", "cyd")),
        start("ben", customer="maria", channel=Channel.SMS, for_approval=True),
        REPLY("ben", send_as=Status.PENDING),
        spam_command("cyd"),
    ]
    given = [command("cyd", NOON, "cyd") for command in (GoAvailable, GoUnavailable)]
    team = agents_named(policy, ben={}, cyd={"permissions": EVERYTHING, "capacity": {"total": 1}})
    return Scope("we-write-and-may-not", team, (Part(tuple(commands), 2),), tuple(given), apart=APART)


def narrow_scopes(policy: Policy) -> Iterator[Scope]:
    """The narrow scopes in which a policy is checked."""
    yield closed_scope(open_channel(policy, Channel.EMAIL), policy)
    yield bounced_scope(policy)
    yield blocked_scope(policy)
    yield merged_scope(policy)
    yield clocks_scope(policy)
    yield unread_scope(policy)
    yield own_limits_scope(policy)
    yield changed_agent_scope(policy)
    yield supervisor_scope(policy)
    yield reviewers_scope(policy)
    yield full_reviewer_scope(policy)
    yield unpermitted_scope(policy)
    for channel in (Channel.CHAT, open_channel(policy, Channel.EMAIL), Channel.WHATSAPP):
        if customers_may_write(channel, policy):
            yield rich_draft_scope(channel, policy)
    for wanted, make_scope in _WHERE_IT_MATTERS:
        if wanted(policy):
            yield make_scope(policy)


MOST_IN_TOTAL: Final = 8
"""Limits in total up to this one are tried with one case more."""

LOWERED_TOTAL: Final = 4
"""As what a larger limit in total is searched."""

_WHERE_IT_MATTERS: Final[tuple[tuple[Callable[[Policy], object], Callable[[Policy], Scope]], ...]] = (
    (
        lambda policy: unlimited_channel(policy) is not None,
        total_scope,
    ),
    (
        lambda policy: customers_may_write(Channel.VOICE, policy) and customers_may_write(Channel.CHAT, policy),
        calls_scope,
    ),
    (lambda policy: _promised_on(policy) is not None, next_response_scope),
    (lambda policy: _promised_on(policy) is not None, bounced_response_scope),
    (lambda policy: len(policy.queues) > 1, moved_scope),
    (overflowing_queue, overflow_scope),
    (lambda policy: customers_may_write(Channel.CHAT, policy), silent_scope),
    (lambda policy: customers_may_write(Channel.CHAT, policy), departures_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), window_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), late_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), edited_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), partial(misplaced_scope, Channel.WHATSAPP)),
    (lambda policy: customers_may_write(Channel.CHAT, policy), partial(misplaced_scope, Channel.CHAT)),
    (lambda policy: policy.override, tagged_scope),
    (lambda policy: policy.reopening.to is ReopenTo.OWNER_IF_ELIGIBLE, owner_scope),
    (lambda policy: policy.routing.unanswered is Unanswered.UNAVAILABLE, unanswered_scope),
    (lambda policy: policy.capacity.left_out, resting_scope),
    (
        lambda policy: policy.capacity.left_out and customers_may_write(Channel.CHAT, policy),
        live_resting_scope,
    ),
)
"""Scopes that are about something which not every policy has, each with the question whether this one has it."""
