"""Narrow scopes about the service clocks: each starts, is met or missed, and is taken back."""

from __future__ import annotations

from typing import Final

from casecore.channels import Channel
from casecore.check.commands import (
    APART,
    CASE,
    EVERYTHING,
    ORDER,
    team_commands,
)
from casecore.check.scope_parts import (
    ASYNCHRONOUS,
    REPLY,
    customers_may_write,
    open_channel,
    part_of,
    spam_command,
)
from casecore.explore.scope import ASKED_BEFORE, NOON, WORDS, Scope
from casecore.kernel import SYSTEM
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.rooms.assignments import OpenCase
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.cases import SetStatus
from casecore.rooms.clocks import ClockName
from casecore.rooms.sla import RecordMiss, SetLevel
from casecore.statuses import Status


def clocks_scope(policy: Policy) -> Scope:
    """A case whose service clocks run, with whatever gives them a verdict or might turn one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        *(REPLY("ana", send_as=status) for status in (Status.PENDING, Status.RESOLVED)),
        *(SetLevel("ana", NOON, CASE, level) for level in (Level.LOW, Level.HIGH)),
        *(RecordMiss(SYSTEM, NOON, CASE, clock) for clock in (ClockName.FIRST_RESPONSE, ClockName.SOLUTION)),
        spam_command(),
    ]
    part = part_of(open_channel(policy, Channel.MESSAGING), *commands)
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


def promised_on(policy: Policy) -> Channel | None:
    """A channel without anybody on the line on which a next response is promised, if there is one."""
    channels = (channel for channel in (Channel.MESSAGING, *ASYNCHRONOUS) if customers_may_write(channel, policy))
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
    part = part_of(promised_on(policy) or Channel.MESSAGING, *commands)
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
    part = part_of(promised_on(policy) or Channel.MESSAGING, *commands)
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("a-next-response-that-never-arrives", team, (part,), apart=ORDER | WORDS | _SOLUTION | ASKED_BEFORE)


def question_before_scope(policy: Policy) -> Scope:
    """A customer who asks another thing before it turns out that the reply to the first never arrived."""
    commands = [
        OpenCase("ana", NOON, CASE),
        *(REPLY("ana", message=message, send_as=Status.PENDING) for message in ("m", "r")),
        RecordMiss(SYSTEM, NOON, CASE, ClockName.NEXT_RESPONSE),
        DeliveryFailed(SYSTEM, NOON, CASE, "r"),
    ]
    part = part_of(promised_on(policy) or Channel.MESSAGING, *commands)
    team = team_commands(policy, ana=EVERYTHING)
    apart = ORDER | WORDS | _SOLUTION | _FIRST | ASKED_BEFORE - {"clocks.before"}
    return Scope("a-question-before-that-waits-again", team, (part,), apart=apart)


_FIRST: Final = frozenset({"clocks.replies", "clocks.first_response", "case_page.first_response"})
"""What was found of the first response."""
