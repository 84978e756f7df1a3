"""Replies: what an agent sends to the customer, and the status it is sent with.

* Only the assignee (or a supervisor) replies: directly with the permission `reply`, otherwise through approval, which
  stays open to everybody.
* A reply carries text, attachments or both, as far as the channel takes them, and says whether the case is then
  pending, escalated or resolved.
* A text that somebody wrote goes out without **blanks**: `{{1}}`, or `{name}` where the name is declared. What a
  template or a quick reply makes of its values is not looked at for it: its own blanks are asked for instead.
* The rules guard the *sent reply*, so they hold however it came to be sent.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Protocol

from casecore.channels import EMAIL
from casecore.kernel import (
    UNCONCERNED,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Threshold,
    Unconcerned,
    a_choice,
    a_flag,
    a_part,
    a_text,
    an_id,
    frozen,
    some_texts,
)
from casecore.kernel.blanks import blank_left
from casecore.kernel.records import editing_class
from casecore.kernel.rooms import by_agent, measures, soft_rule, wants
from casecore.kernel.words import first_emoji, is_blank
from casecore.policies import Policy
from casecore.policies.sections import ChannelRules
from casecore.rooms.agents import REPLY
from casecore.rooms.assignments import place_after
from casecore.rooms.cases import (
    Case,
    CaseCommand,
    HasCase,
    SeesCase,
    answer_customer,
    edge_missing,
    not_closed,
    only_holder,
)
from casecore.rooms.joining import thread_of_case
from casecore.rooms.prepared import PreparedText
from casecore.rooms.threads import Message, MessageEvent, message_fresh, names_message
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
        seen: The message that they saw last; None where nobody says. `last_words.py` tells what it is for.
        thread: The thread on which it goes out, where several lead to the case; None: the case's own.
    """

    message: str = an_id()
    text: str = a_text(default="")
    send_as: Status = a_choice(Status, default=Status.PENDING)
    attachments: tuple[str, ...] = some_texts(default=())
    about_account: bool = a_flag(default=False)
    subject: str = a_text(default="")
    template: PreparedText | None = a_part(PreparedText, default=None)
    seen: str | None = an_id(default=None)
    thread: str | None = an_id(of="thread", default=None)


@frozen
class ReplySent(MessageEvent):
    """A reply went to the customer.

    Attributes:
        by: Who sent it: the author, or the reviewer who approved it.
        author: In whose name.
        reviewer: Who approved it; None for a direct reply.
        template: What it was made from, with the values: all that whoever posts it needs beside the text.
        thread: On which thread; nothing in histories from before threads were told.
        seen: The message that whoever answers for it saw last; None where nobody says.
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
    thread: str = ""
    seen: str | None = None


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


READ_FOR_BLANKS = ("text", "subject", "template")
READ_FOR_EMOJI = ("text", "subject")
"""The fields in which blanks are looked for, and what says that the text is not."""

SUBJECT_ON_EMAIL = MappingProxyType({"subject": lambda view: view.case is None or view.case.channel is EMAIL})
"""What an inbox asks for on some channels only: a chat has no subject."""

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


def _rules_of_channel(view: HasCase, policy: Policy) -> ChannelRules:
    rules: ChannelRules = getattr(policy.channels, view.case.channel)
    return rules


def says_something(_: SeesCase, reply: Sendable, __: Policy) -> Reason | None:
    """The rule that a reply carries text or attachments."""
    if not is_blank(reply.text) or reply.attachments:
        return None
    return Reason("reply.content", "the reply is empty", "write a text or attach something")


@wants("case")
@measures("channel", "attachments", "limit", threshold=Threshold("attachments", "limit"))
def attachments_taken(view: HasCase, reply: Sendable, policy: Policy) -> Reason | Unconcerned | None:
    """The rule that the channel takes attachments, if the reply has any."""
    if _rules_of_channel(view, policy).attachments:
        return UNCONCERNED
    if not reply.attachments:
        return None
    found = f"{view.case.channel} takes no attachments; this reply has {len(reply.attachments)}"
    facts = {"channel": view.case.channel, "attachments": len(reply.attachments), "limit": 0}
    return Reason("channels.attachments", found, "send it without attachments", facts)


@wants("case")
@measures("channel", "offset")
def emoji_taken(view: HasCase, said: Any, policy: Policy) -> Reason | Unconcerned | None:
    """The rule that the channel takes emoji, if what is sent, or is to be sent, has any."""
    if _rules_of_channel(view, policy).emoji:
        return UNCONCERNED
    for where, text in (("", said.text), (" of the subject", getattr(said, "subject", None) or "")):
        at = None if text.isascii() else first_emoji(text)
        if at is not None:
            found = f"{view.case.channel} takes no emoji; there is one at character {at}{where}"
            return Reason("channels.emoji", found, "take it out", {"channel": view.case.channel, "offset": at})
    return None


_THROUGH_APPROVAL = ("SubmitDraft", "EditDraft", "StartOutbound")
"""How a reply goes out that somebody else approves: as a draft, as the one that waits, or as a new case."""


@measures("blank", "offset", "where")
def no_blank_left(_: SeesCase, said: Any, policy: Policy) -> Reason | None:
    """The rule that what is sent, or is to be sent, has no blank that somebody forgot to fill."""
    template, names = getattr(said, "template", None), policy.replies.blank_names
    if template is not None:
        names = names.union(template.values)  # what its own blanks are called
    for where in ("text", "subject") if template is None else ("subject",):
        found = blank_left(getattr(said, where, None) or "", names)
        if found is not None:
            offset, blank = found
            what = f"the {where} still has the blank {blank}, at character {offset}"
            facts = {"blank": blank, "offset": offset, "where": where}
            return Reason("replies.blanks", what, "fill it, or take it out", facts)
    return None


def _may_reply(view: SeesCase, event: ReplySent, _: Policy) -> Reason | Unconcerned | None:
    if event.reviewer is not None:
        return UNCONCERNED
    if view.actor is not None and REPLY in view.actor.permissions:
        return None
    found = f"{event.author} may not reply directly"
    return Reason("reply.permission", found, "submit the reply for approval instead", {}, _THROUGH_APPROVAL)


# Handlers and what follows -----------------------------------------------------------------------------


@wants("case")
def _send_reply(view: HasCase, command: SendReply, __: Policy) -> tuple[Event, ...]:
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
        thread=c.thread or view.case.thread,
        seen=c.seen,
    )
    return (sent,)


def _after_reply(view: SeesCase, event: ReplySent, _: Policy) -> tuple[Event, ...]:
    return place_after(view, event, event.send_as)


# Evolve ------------------------------------------------------------------------------------------------


def _apply_reply(case: Editing, event: ReplySent) -> None:
    case.status = event.send_as
    case.pull_only = case.pull_only and event.send_as is not ESCALATED
    case.status_at = case.active_at = event.at
    answer_customer(case, event.message)


def _new_message(event: ReplySent) -> Message:
    return editing_class(Message)(event.message, event.case, event.author, thread=event.thread)


_REPLY = (SendReply,)

REPLIES: Room[SeesCase] = Room(
    name="replies",
    needs=(
        Rule("actor.role", "Only an agent replies", "§4", (SendReply,), by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (SendReply,), not_closed),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (SendReply,), _can_send, ("send_as",)),
        Rule("thread.of_case", "A reply goes out on a thread of its case", "§4", _REPLY, thread_of_case, ("thread",)),
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
        soft_rule("channels.emoji", "A channel takes emoji or not", "§4", (ReplySent,), emoji_taken, READ_FOR_EMOJI),
        Rule(
            "replies.blanks", "Nothing is sent with a blank in it", "§4", (ReplySent,), no_blank_left, READ_FOR_BLANKS
        ),
    ),
    decide={SendReply: _send_reply},
    shows={SendReply: names_message()},
    follows={ReplySent: _after_reply},
    creates={(Message, ReplySent): _new_message},
    evolve={(Case, ReplySent): _apply_reply},
    probes=tuple(
        Probe(
            str(trigger),
            SendReply,
            {"send_as": status},
            asks=("message", "text", "subject"),
            only_where=SUBJECT_ON_EMAIL,
        )
        for status, trigger in SENT_AS.items()
    ),
)
