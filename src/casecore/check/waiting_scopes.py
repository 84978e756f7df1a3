"""Scopes about cases that wait: small desks on which nobody is rung, for now or any more.

They are as narrow as those of `narrow_scopes.py`: few commands, few worlds, and one thing that the others never try.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from casecore.channels import Channel
from casecore.check.commands import APART, EVERYTHING, arrival_commands, disposal_commands
from casecore.check.narrow_scopes import CASE, agents_named, open_channel, spam_command
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import SYSTEM
from casecore.policies import Policy
from casecore.rooms.agents import GoAvailable, GoUnavailable
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase, SetStatus
from casecore.rooms.offers import OfferWork
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


def waiting_scopes(policy: Policy) -> Iterator[Scope]:
    """The scopes about cases that wait, in which a policy is checked."""
    if policy.snooze.allowed:
        yield snooze_scope(policy)
