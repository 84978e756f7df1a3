"""Replies: what an agent sends to the customer, and the status it is sent with.

* Only the assignee (or a supervisor) replies: directly with the permission `reply`, otherwise through approval, which
  stays open to everybody.
* A reply carries text, attachments or both, as far as the channel takes them, and says whether the case is then
  pending, escalated or resolved.
* The rules guard the *sent reply*, so they hold however it came to be sent.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

from casecore.kernel import (
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    a_choice,
    a_flag,
    a_part,
    a_text,
    an_id,
    frozen,
    some_texts,
)
from casecore.kernel.records import editing_class
from casecore.kernel.rooms import by_agent, soft_rule, wants
from casecore.policies import Policy
from casecore.policies.sections import ChannelRules
from casecore.rooms.agents import REPLY
from casecore.rooms.assignments import place_after
from casecore.rooms.cases import Case, CaseCommand, HasCase, SeesCase, edge_missing, not_closed, only_holder
from casecore.rooms.prepared import PreparedText
from casecore.rooms.threads import Message, message_fresh
from casecore.statuses import ESCALATED, SENT_AS, Status

# Commands and events -----------------------------------------------------------------------------------


@frozen
class SendReply(CaseCommand):
    """An agent replies.

    Attributes:
        message: The reply's own id.
        text: What it says.
        send_as: The status the case has then: pending, escalated or resolved.
        attachments: Names or addresses of what is attached.
        about_account: It tells something about the customer's account.
        subject: Of an email.
        template: The template or quick reply it is made from; the text is then what the agent saw in the preview.
    """

    message: str = an_id(of="message")
    text: str = a_text(default="")
    send_as: Status = a_choice(Status, default=Status.PENDING)
    attachments: tuple[str, ...] = some_texts(default=())
    about_account: bool = a_flag(default=False)
    subject: str = a_text(default="")
    template: PreparedText | None = a_part(PreparedText, default=None)


@frozen
class ReplySent(Event):
    """A reply went to the customer.

    Attributes:
        by: Who sent it: the author, or the reviewer who approved it.
        author: In whose name.
        reviewer: Who approved it; None for a direct reply.
        template: What it was made from, with the values: all that whoever posts it needs beside the text.
    """

    case: str
    message: str
    text: str
    send_as: Status
    author: str
    attachments: tuple[str, ...] = ()
    reviewer: str | None = None
    about_account: bool = False
    subject: str = ""
    template: PreparedText | None = None


class Sendable(Protocol):
    """Whatever carries the content of a reply: the sent one, or a draft of it."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def attachments(self) -> tuple[str, ...]:
        """What is attached."""


class CarriesReply(Sendable, Protocol):
    """Whatever carries all of a reply."""

    @property
    def about_account(self) -> bool:
        """Whether it speaks of the customer's account."""

    @property
    def subject(self) -> str:
        """The subject of an email."""

    @property
    def template(self) -> PreparedText | None:
        """What it is made from."""


REPLY_CONTENT = ("text", "attachments", "about_account", "subject", "template")
"""The fields that hold what a reply says: a command, a draft and an event of it are called alike, and have them all."""


def reply_content(reply: CarriesReply) -> dict[str, Any]:
    """What a reply says, by the names of its fields, to be given to whatever carries it next."""
    return {  # a loop over the names would take three times as long
        "text": reply.text,
        "attachments": reply.attachments,
        "about_account": reply.about_account,
        "subject": reply.subject,
        "template": reply.template,
    }


# Needs -------------------------------------------------------------------------------------------------


def send_edge(view: HasCase, send_as: Status) -> Reason | None:
    """What the life cycle has against sending a reply as this status."""
    trigger = SENT_AS.get(send_as) or f"send_as_{send_as}"
    return edge_missing(view.case, trigger, "send it as pending, escalated or resolved")


@wants("case")
def _can_send(view: HasCase, command: SendReply, _: Policy) -> Reason | None:
    return send_edge(view, command.send_as)


# Rules -------------------------------------------------------------------------------------------------

# Emoji as a policy means them: the pictographic planes, and any sign that a selector or keycap turns into a picture.
_EMOJI = re.compile("[\U0001f000-\U0001faff\ufe0f\u20e3]")


def _rules_of_channel(view: HasCase, policy: Policy) -> ChannelRules:
    rules: ChannelRules = getattr(policy.channels, view.case.channel)
    return rules


def says_something(_: SeesCase, reply: Sendable, __: Policy) -> Reason | None:
    """The rule that a reply carries text or attachments."""
    if reply.attachments or reply.text.strip():
        return None
    return Reason("reply.content", "the reply is empty", "write a text or attach something")


@wants("case")
def attachments_taken(view: HasCase, reply: Sendable, policy: Policy) -> Reason | None:
    """The rule that the channel takes attachments, if the reply has any."""
    if not reply.attachments or _rules_of_channel(view, policy).attachments:
        return None
    found = f"{view.case.channel} takes no attachments; this reply has {len(reply.attachments)}"
    return Reason("channels.attachments", found, "send it without attachments")


@wants("case")
def emoji_taken(view: HasCase, reply: Sendable, policy: Policy) -> Reason | None:
    """The rule that the channel takes emoji, if the reply has any."""
    if _rules_of_channel(view, policy).emoji or reply.text.isascii():
        return None
    emoji = _EMOJI.search(reply.text)
    if emoji is None:
        return None
    found = f"{view.case.channel} takes no emoji; there is one at character {emoji.start()}"
    return Reason("channels.emoji", found, "take it out", {"offset": emoji.start()})


def _may_reply(view: SeesCase, event: ReplySent, _: Policy) -> Reason | None:
    if event.reviewer is not None:
        return None
    if view.actor is not None and REPLY in view.actor.permissions:
        return None
    return Reason("reply.permission", f"{event.author} may not reply directly", "submit the reply for approval instead")


# Handlers and what follows -----------------------------------------------------------------------------


def _send_reply(_: SeesCase, command: SendReply, __: Policy) -> tuple[Event, ...]:
    c = command
    sent = ReplySent(  # `reply_content`, spelled out: it is the command that is given most
        c.by,
        c.at,
        c.case,
        c.message,
        text=c.text,
        send_as=c.send_as,
        author=c.by,
        attachments=c.attachments,
        about_account=c.about_account,
        subject=c.subject,
        template=c.template,
    )
    return (sent,)


def _after_reply(view: SeesCase, event: ReplySent, _: Policy) -> tuple[Event, ...]:
    return place_after(view, event, event.send_as)


# Evolve ------------------------------------------------------------------------------------------------


def _apply_reply(case: Editing, event: ReplySent) -> None:
    case.status = event.send_as
    case.pull_only = case.pull_only and event.send_as is not ESCALATED
    case.status_at = event.at
    case.unanswered_since = None


def _new_message(event: ReplySent) -> Message:
    return editing_class(Message)(event.message, event.case, event.author)


REPLIES: Room[SeesCase] = Room(
    name="replies",
    needs=(
        Rule("actor.role", "Only an agent replies", "§4", (SendReply,), by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (SendReply,), not_closed),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (SendReply,), _can_send, ("send_as",)),
        Rule("message.fresh", "A message's id is used once", "§1", (SendReply,), message_fresh, ("message",)),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee replies", "§4", (SendReply,), only_holder),
        soft_rule("reply.permission", "Replying directly needs the permission", "§4", (ReplySent,), _may_reply),
        Rule("reply.content", "A reply says something", "§4", (ReplySent,), says_something, ("text", "attachments")),
        soft_rule(
            "channels.attachments",
            "A channel takes attachments or not",
            "§4",
            (ReplySent,),
            attachments_taken,
            ("attachments",),
        ),
        soft_rule("channels.emoji", "A channel takes emoji or not", "§4", (ReplySent,), emoji_taken, ("text",)),
    ),
    decide={SendReply: _send_reply},
    follows={ReplySent: _after_reply},
    creates={(Message, ReplySent): _new_message},
    evolve={(Case, ReplySent): _apply_reply},
    probes=tuple(
        Probe(str(trigger), SendReply, {"send_as": status}, asks=("message", "text", "subject"))
        for status, trigger in SENT_AS.items()
    ),
)
