"""Narrow scopes about people and what they write: who is blocked or merged, what is unread, edited or never arrives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from casecore.channels import LIVE, Channel
from casecore.check.commands import (
    APART,
    CASE,
    DRAFT,
    EVERYTHING,
    NEWS_TEMPLATE,
    NUMBER,
    ORDER,
    identity_commands,
    team_commands,
)
from casecore.check.scope_parts import (
    REPLY,
    SUBMIT,
    agents_named,
    open_channel,
    part_of,
    spam_command,
)
from casecore.explore.scope import ASKED_BEFORE, NOON, WORDS, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.policies import Policy
from casecore.rooms.agents import Permission
from casecore.rooms.approvals import ApproveDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.blocking import BlockCustomer, BlockThread, UnblockCustomer, UnblockThread
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import EditMessage, WithdrawMessage
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import RecordCustomer
from casecore.statuses import Status


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
    part = part_of(open_channel(policy, Channel.MESSAGING), *commands)
    apart = ORDER | WORDS | ASKED_BEFORE | {"clocks"}
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
    part = part_of(channel, *commands)
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
    if channel not in LIVE and channel in policy.authentication.channels:
        commands += [
            *identity_commands("ana", channel, policy),
            REPLY("ana", about_account=True, send_as=Status.PENDING),
        ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope(f"a-{channel}-case-of-somebody-else", team, (Part(tuple(commands)),), apart=APART | {"thread.left"})


def merged_cases_scope(policy: Policy) -> Scope:
    """Two cases of one customer that are one; a draft may wait, and something to be disposed."""
    arrive = partial(
        ReceiveMessage, CUSTOMER, NOON, message="m", text="Hello", customer="maria", channel=Channel.MESSAGING
    )
    commands = [
        *(arrive(thread=thread, new_case=case) for thread, case in (("t1", CASE), ("t2", "c2"))),
        MergeCases(SYSTEM, NOON, CASE, "c2"),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello again", new_case="c3"),
        OpenCase("ana", NOON, CASE),
        OpenCase("ana", NOON, "c2"),
        SendReply("ana", NOON, "c2", "r", "Hello", Status.PENDING, subject="Hello"),
        SUBMIT("ana", send_as=Status.PENDING),
        CloseCase("ana", NOON, "c2", CloseReason.SPAM),
        *_wrong_about_merged_cases(),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("two-cases-that-are-one", team, (Part(tuple(commands)),), apart=APART | {"thread.left"})


def _wrong_about_merged_cases() -> Iterator[Command]:
    """What is refused: to merge one with itself, or by closing; to write elsewhere; to move what was merged."""
    yield MergeCases("ana", NOON, "c2", "c2")
    yield CloseCase("ana", NOON, "c2", CloseReason.MERGED)
    yield SendReply("ana", NOON, "c2", "r", "Hello", Status.PENDING, subject="Hello", thread="t9")
    yield MoveCase("ana", NOON, "c2", "t1")


def unmerged_cases_scope(policy: Policy) -> Scope:
    """Two cases, of one customer or of two; somebody who held one of them may have something to dispose."""
    arrive = partial(ReceiveMessage, CUSTOMER, NOON, message="m", text="Hello", channel=Channel.MESSAGING)
    commands = [
        arrive(thread="t1", customer="maria", new_case=CASE),
        *(arrive(thread="t2", customer=customer, new_case="c2") for customer in ("maria", "mia")),
        MergeCases(SYSTEM, NOON, CASE, "c2"),
        OpenCase("ana", NOON, "c2"),
        LeaveCase("ana", NOON, "c2"),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("two-cases-that-are-two", team, (Part(tuple(commands)),), apart=APART | {"thread.left"})


def merged_chats_scope(policy: Policy) -> Scope:
    """Two chats that may be one; somebody is on the line, or has left."""
    arrive = partial(ReceiveMessage, CUSTOMER, NOON, message="m", text="Hello", customer="maria", channel=Channel.CHAT)
    commands = [
        *(arrive(thread=thread, new_case=case) for thread, case in (("t1", CASE), ("t2", "c2"))),
        MergeCases(SYSTEM, NOON, CASE, "c2"),
        OpenCase("ana", NOON, "c2"),
        *(EndContact(CUSTOMER, NOON, case) for case in (CASE, "c2")),
        CloseCase("ana", NOON, "c2", CloseReason.SPAM),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("two-chats-that-are-one", team, (Part(tuple(commands)),), apart=APART | {"thread.left"})


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
