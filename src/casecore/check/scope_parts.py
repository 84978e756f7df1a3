"""What scopes are made of besides their commands: who is there, which channel is open, and the sorts of cases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import attrs

from casecore.channels import Channel, MessageKind
from casecore.check.commands import (
    CASE,
    DRAFT,
    arrival_commands,
)
from casecore.explore.scope import NOON, Part
from casecore.kernel import CUSTOMER, SYSTEM, Command, changed
from casecore.policies import Match, Policy
from casecore.policies.sections import ChannelRules
from casecore.rooms.agents import AddAgent, GoAvailable
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.replies import SendReply

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


ASYNCHRONOUS: Final = (Channel.EMAIL, Channel.MESSAGING, Channel.SMS, Channel.WHATSAPP)
"""Channels on which customers write and nobody is on the line, in the order in which one is chosen."""


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
    channels = (channel for channel in (preferred, *ASYNCHRONOUS, *Channel) if channel not in besides)
    return next((channel for channel in channels if customers_may_write(channel, policy)), preferred)


def other_queue(policy: Policy) -> str:
    """A queue that a case does not enter by itself, if there is one."""
    return next((queue for queue in policy.queues if queue != policy.fallback), policy.fallback)


def part_of(channel: Channel, *commands: Command, copies: int = 1) -> Part:
    """A sort of case, which a customer starts on a channel."""
    return Part((*arrival_commands(channel), *commands), copies)


def other_part_of(channel: Channel, *commands: Command, copies: int = 1) -> Part:
    """A second sort of case, beside the one that is called as usual."""
    renamed = {"case": "c2", "new_case": "c2", "thread": "t2", "customer": "rui"}

    def rename(command: Any) -> Command:
        own = {name: value for name, value in renamed.items() if getattr(command, name, None)}
        other: Command = attrs.evolve(command, **own)
        return other

    return Part(tuple(map(rename, (*arrival_commands(channel), *commands))), copies)


def way_to(match: Match, policy: Policy) -> dict[str, Any]:
    """How a case arrives that an override matches."""
    queue = policy.queues.get(match.queue or "")
    return {
        "reason": queue.reasons[0] if queue and queue.reasons else None,
        "language": queue.languages[0] if queue and queue.languages else None,
        "tags": frozenset(match.tag).union(queue.tags[:1] if queue else ()),
    }


def name_of_match(channel: Channel, match: Match, named: Counter[str]) -> str:
    """What the cases of an override are called in the name of a scope, with a number where others are called alike."""
    words = str(changed(match, channel=None)).removeprefix("a case")
    word = re.sub(r"\W+", "-", words.casefold()).strip("-") or "overridden"
    where = f"-{word}"
    named[channel + where] += 1
    again = named[channel + where]
    return where if again == 1 else f"{where}-{again}"
