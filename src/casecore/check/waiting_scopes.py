"""Scopes about cases that wait: small desks on which nobody is rung, for now or any more.

They are as narrow as those of `narrow_scopes.py`: few commands, few worlds, and one thing that the others never try.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from casecore.channels import Channel
from casecore.check.commands import ANSWERED, APART, ASKED, CASE, EVERYTHING, arrival_commands, disposal_commands
from casecore.check.scope_parts import REPLY, agents_named, open_channel, spam_command
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.policies import Policy
from casecore.rooms.agents import GoAvailable, GoUnavailable
from casecore.rooms.assignments import OpenCase
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CloseCase, SetStatus
from casecore.rooms.contacts import EndContact
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.statuses import Status

AN_HOUR = timedelta(hours=1)


def snooze_scope(policy: Policy) -> Scope:
    """A case that is snoozed, and its owner, who may not be there when it wakes."""
    commands = [
        *arrival_commands(open_channel(policy, Channel.MESSAGING)),
        OpenCase("ana", NOON, CASE),
        *(SnoozeCase("ana", NOON, CASE, until) for until in (NOON + AN_HOUR, NOON)),
        EndSnooze(SYSTEM, NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        *(SetStatus("ana", NOON, CASE, status) for status in (Status.OPEN, Status.ESCALATED)),
        CloseCase(SYSTEM, NOON, CASE),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    given = [command("ana", NOON, "ana") for command in (GoAvailable, GoUnavailable)]
    team = agents_named(policy, ana={"permissions": EVERYTHING})
    return Scope("a-snoozed-case", team, (Part(tuple(commands)),), tuple(given), apart=APART)


def unanswered_contact_scope(policy: Policy) -> Scope:
    """A chat that somebody takes, and may never answer, and who then has nothing more before a break."""
    channel = open_channel(policy, Channel.CHAT)
    commands = [
        *arrival_commands(channel),
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AcceptOffer("ana", NOON, CASE),
        EndUnanswered(SYSTEM, NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        EndContact(CUSTOMER, NOON, CASE),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    given = [command("ana", NOON, "ana") for command in (GoAvailable, GoUnavailable, SetNextState)]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {channel.value: 1}})
    parts = (Part(tuple(commands)),)
    return Scope("taken-and-never-answered", team, parts, tuple(given), apart=APART - ANSWERED - ASKED)


def waiting_scopes(policy: Policy) -> Iterator[Scope]:
    """The scopes about cases that wait, in which a policy is checked."""
    if policy.snooze.allowed:
        yield snooze_scope(policy)
    if policy.routing.answer_within is not None:
        yield unanswered_contact_scope(policy)
