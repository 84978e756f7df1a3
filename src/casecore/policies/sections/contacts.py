"""The tables about a contact: authenticating the customer, a silent chat, and what it needs once it has ended."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from casecore.channels import Channel
from casecore.kernel import Enforcement
from casecore.kernel.words import same_form
from casecore.policies.kinds import (
    Choice,
    Flag,
    Length,
    OrNone,
    Several,
    Table,
    Text,
    Whole,
    Wording,
    a_source,
    key,
    section,
)


class Proceeding(StrEnum):
    """What the customer has to be authenticated for."""

    RESOLVE = "resolve"
    CLOSE = "close"
    TRANSFER = "transfer"
    COMMIT = "commit"
    ACCOUNT_REPLY = "account_reply"


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
    methods: tuple[str, ...] = key(
        Several(Text(200, 1), form=same_form),
        "How customers may be authenticated, as agents note it, e.g. a security question; none named: in any words.",
        default=(),
    )
    source: str = a_source()


CLOSING_BLANKS: Final = ("customer",)
"""What the desk fills in the closing message of a chat."""


class CountsFrom(StrEnum):
    """What the silence of a chat is counted from."""

    SILENCE = "silence"
    QUESTION = "question"


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
        Several(Wording()), "The wordings of the question that agents are offered.", default=("Are you still there?",)
    )
    closing: str = key(
        Wording(blanks=CLOSING_BLANKS),
        "The closing message; {customer} is the customer's name.",
        default="Thank you for contacting us, {customer}. As we have not heard from you, we end this chat now.",
    )
    closing_unnamed: str = key(
        Wording(),
        "The closing message where the name is not known.",
        default="Thank you for contacting us. As we have not heard from you, we end this chat now.",
    )
    source: str = a_source()


class AgentEnds(StrEnum):
    """When an agent may end a chat."""

    SETTLED = "settled"
    ANSWERED = "answered"


@section
class Chat:
    """The rules of live chat."""

    agent_ends: AgentEnds = key(
        Choice(AgentEnds),
        "When an agent may end a chat: as soon as the customer is answered, or only if it is settled as well, that is "
        "resolved, escalated or followed by a commitment.",
        default=AgentEnds.SETTLED,
        rules=("chat.agent_ends",),
    )
    idle: Idle = key(Table(Idle), "When a silent chat may be ended.", factory=Idle)
    source: str = a_source()


class Abandoned(StrEnum):
    """What becomes of a live case that nobody holds when its customer leaves."""

    CLOSE = "close"
    KEEP = "keep"


@section
class Live:
    """The rules of chats and calls."""

    abandoned: Abandoned = key(
        Choice(Abandoned),
        "Whether a chat or call whose customer gives up waiting is closed, or kept in its queue, where nobody is rung "
        "for it, until they write again.",
        default=Abandoned.CLOSE,
    )
    source: str = a_source()


_OWED = ("assignment.wrap_up", "presence.wrap_up", "wrap_up.blocks_close")
"""The rules that nobody can break where an ended contact needs nothing."""


@section
class WrapUpRules:
    """What an ended contact needs before its agent gets work again."""

    disposition: bool = key(Flag(), "Whether it needs an outcome code.", default=True, rules=_OWED)
    notes: bool = key(Flag(), "Whether it needs notes.", default=True, rules=_OWED)
    codes: tuple[str, ...] = key(
        Several(Text(200, 1)),
        "The outcome codes.",
        default=("solved", "follow_up", "no_response", "transferred", "spam"),
        rules=("wrap_up.disposition",),
    )
    remind: timedelta | None = key(
        OrNone(Length(), "nobody is reminded"),
        "How long a wrap-up may wait until its agent and the supervisors are alerted.",
        default=None,
    )
    source: str = a_source()

    @property
    def required(self) -> bool:
        """Whether an ended contact needs anything."""
        return self.disposition or self.notes
