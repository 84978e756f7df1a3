"""Scopes about cases that an agent logs: nobody is on the line until the customer writes."""

from __future__ import annotations

from functools import partial

from casecore.channels import Channel
from casecore.check.commands import APART, CASE, EVERYTHING, disposal_commands, silence_commands
from casecore.check.scope_parts import REPLY, agents_named, open_channel, other_part_of, spam_command
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import CUSTOMER
from casecore.policies import Policy
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import SetStatus
from casecore.rooms.contacts import EndContact
from casecore.rooms.logged_cases import LogCase
from casecore.statuses import Status

WRITES = ReceiveMessage(CUSTOMER, NOON, "t1", "m", "It is about what we said")


def logged_scope(policy: Policy) -> Scope:
    """A chat that begins with no message, held or waiting, and what its customer and its agent do then."""
    log = partial(LogCase, "ana", NOON, "t1", CASE, "maria", Channel.CHAT)
    commands = [
        log(),
        log(keep=False),
        LogCase("ana", NOON, "t1", "c2"),
        WRITES,
        OpenCase("ana", NOON, CASE),
        Authenticate("ana", NOON, CASE),
        SetStatus("ana", NOON, CASE, Status.RESOLVED),
        REPLY("ana", send_as=Status.PENDING),
        *silence_commands("ana"),
        *(EndContact(by, NOON, CASE) for by in ("ana", CUSTOMER)),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    team = agents_named(policy, ana={"permissions": EVERYTHING})
    return Scope("a-chat-that-was-logged", team, (Part(tuple(commands)),), apart=APART)


def logged_call_scope(policy: Policy) -> Scope:
    """A call that begins with no message beside another case: it is no call until its customer calls."""
    log = partial(LogCase, "ana", NOON, "t1", CASE, "maria", Channel.VOICE)
    commands = [log(), log(keep=False), WRITES, OpenCase("ana", NOON, CASE), LeaveCase("ana", NOON, CASE)]
    other = other_part_of(open_channel(policy, Channel.SMS, Channel.VOICE), OpenCase("ana", NOON, "c2"))
    team = agents_named(policy, ana={"permissions": EVERYTHING})
    return Scope("a-call-that-was-logged", team, (Part(tuple(commands)), other), apart=APART)
