"""Promises about what is sent to customers: with permission, approved by another, once, and when it may be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from casecore.channels import Channel, MessageKind, TemplateKind
from casecore.kernel import Command
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.happening import Happening, happens
from casecore.promises.in_force import InForce
from casecore.promises.life_cycle import says_nothing
from casecore.promises.pages import DraftSeen
from casecore.promises.promise import Occasion, Promise, Situation, WayOn
from casecore.rooms.agents import Permission, Presence
from casecore.rooms.approvals import ApproveDraft, DraftApproved, DraftSubmitted, SubmitDraft
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import ChatDisconnected, PresenceAsked

# Permission and approval -------------------------------------------------------------------------------


def _sent_without_permission(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, ReplySent):
            needed = Permission.REPLY if event.reviewer is None else Permission.APPROVE
            sender = event.reviewer or event.author
            page = books.agent(sender)
            if needed not in page.permissions:
                yield f"{event.message} was sent by {sender}, who has no permission to {needed}"
            if page.presence in (_GONE if event.reviewer is None else _OFF_DUTY):
                yield f"{event.message} was sent by {sender}, who is {page.presence}"
            if event.reviewer is not None:
                yield from _unlike(event, step.before.case(event.case).draft)


def _unlike(reply: ReplySent, draft: DraftSeen | None) -> Iterator[str]:
    """In what an approved reply is not the draft that waited; a template may have been rendered anew."""
    if draft is None:
        yield f"{reply.message} was sent as approved, and no draft waited"
        return
    sent = {"id": reply.message, **{name: getattr(reply, name) for name in _APPROVED}}
    waited = {"id": draft.id, **{name: getattr(draft, name) for name in _APPROVED}}
    other = [name for name, value in sent.items() if value != waited[name]]
    if draft.template is not None and reply.template is None:
        other.append("template")
    if other:
        yield f"{reply.message} was sent as approved, and the draft that waited had another {', '.join(other)}"


_GONE: Final = frozenset({Presence.LOGGED_OUT})
_OFF_DUTY: Final = frozenset({Presence.LOGGED_OUT, Presence.UNAVAILABLE})

_APPROVED: Final = ("author", "text", "send_as", "attachments", "subject", "about_account")


def _approved_by_the_author(step: Happening) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, DraftApproved):
            draft = step.before.case(event.case).draft
            if event.by == (event.author if draft is None else draft.author):
                yield f"{event.by} approved their own draft {event.draft}"
        if isinstance(event, ReplySent) and event.reviewer == event.author:
            yield f"{event.author} is the reviewer of their own reply {event.message}"


def _sent_again(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, ReplySent) and books.was_sent(event.case, event.message, event.thread):
            yield f"{event.message} was sent on case {event.case}, and it was sent before"


def _of_draft(asks: Callable[[DraftSeen, Command], bool]) -> Callable[[Command, Books], bool]:
    """The question whether somebody approves a draft that waits, of which this is so."""

    def tried(command: Command, books: Books) -> bool:
        draft = books.case(command.case).draft if isinstance(command, ApproveDraft) else None
        return draft is not None and asks(draft, command)

    return tried


UNPERMITTED: Final = (
    Situation(
        "somebody replies who may not do so directly",
        lambda command, books: (
            isinstance(command, SendReply)
            and books.case(command.case).holder == command.by
            and Permission.REPLY not in books.agent(command.by).permissions
        ),
    ),
    Situation(
        "a draft that speaks of the account, with something attached, is approved",
        _of_draft(lambda draft, _: draft.about_account and bool(draft.attachments)),
    ),
    Situation(
        "a draft that is made from a template is approved",
        _of_draft(lambda draft, _: draft.template is not None),
    ),
    Situation(
        "somebody replies who is logged out",
        lambda command, books: (
            isinstance(command, SendReply)
            and books.case(command.case).holder == command.by
            and books.agent(command.by).presence in _GONE
        ),
    ),
    Situation(
        "a draft is approved by somebody who is not on duty",
        lambda command, books: (
            _of_draft(lambda _, __: True)(command, books) and books.agent(command.by).presence in _OFF_DUTY
        ),
    ),
    Situation(
        "a draft is approved by somebody who may not",
        lambda command, books: (
            isinstance(command, ApproveDraft)
            and books.case(command.case).draft is not None
            and Permission.APPROVE not in books.agent(command.by).permissions
        ),
    ),
)

OWN_APPROVAL: Final = Situation(
    "a draft is approved by its author, who may approve",
    lambda command, books: (
        _of_draft(lambda draft, approves: draft.author == approves.by)(command, books)
        and Permission.APPROVE in books.agent(command.by).permissions
    ),
)

SENT_BEFORE: Final = Situation(
    "a draft is submitted, or a reply sent, by the id of one that was sent",
    lambda command, books: (
        (isinstance(command, SubmitDraft) and books.was_sent(command.case, command.draft, command.thread))
        or (isinstance(command, SendReply) and books.was_sent(command.case, command.message, command.thread))
    ),
)


# WhatsApp ----------------------------------------------------------------------------------------------


def _free_text_outside_the_window(step: Happening) -> Iterator[str]:
    """Asked of whatever is said to a customer; a template goes out as it is approved, and with nothing left open."""
    for event, books in step.moments:
        if not isinstance(event, ReplySent | PresenceAsked | ChatDisconnected):
            continue
        if books.case(event.case).channel is not Channel.WHATSAPP:
            continue
        wrote, made_from = books.thread_of(event.case, event.thread).wrote, getattr(event, "template", None)
        if wrote is not None and event.at - wrote < step.said("whatsapp.window"):
            continue
        if made_from is None or made_from.kind is not TemplateKind.WHATSAPP_TEMPLATE:
            yield f"{event.message} is free text; the customer of case {event.case} last wrote at {wrote}"
            continue
        wrong = what_is_wrong(made_from, event.text)
        if wrong:
            yield f"{event.message} on case {event.case} is made from a template: {wrong}"
        if getattr(event, "attachments", ()):
            yield f"{event.message} on case {event.case} has attachments beside its template"


_BLANK: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def what_is_wrong(template: PreparedText, text: str) -> str:
    """What is wrong with a text that is made from a WhatsApp template, in words; nothing where it says what it should.

    Read here by itself: the template is approved, every blank of its body has a value, and the text has the body with
    its blanks filled.
    """
    try:
        definition: Any = json.loads(template.definition)
        approved = definition["status"] == "APPROVED"
        body = next(part["text"] for part in definition["components"] if part["type"].upper() == "BODY")
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return "it cannot be read"
    missing = [name for name in _BLANK.findall(body) if not template.values.get(name, "").strip()]
    if missing:
        return f"the blank {missing[0]} has no value"
    filled = _BLANK.sub(lambda blank: template.values[blank[1]], body)
    if filled not in text:
        return f"it reads {filled!r}, and {text!r} was sent"
    return "" if approved else "it is not approved"


WritesToCustomer: TypeAlias = SendReply | StartOutbound
"""A command by which an agent writes to a customer."""


def _writes(asks: Callable[[WritesToCustomer], bool]) -> Callable[[Command, Books], bool]:
    """The question whether somebody writes on WhatsApp what is like this."""

    def tried(command: Command, books: Books) -> bool:
        match command:
            case SendReply():
                on_whatsapp = books.case(command.case).channel is Channel.WHATSAPP
            case StartOutbound():
                on_whatsapp = command.channel is Channel.WHATSAPP
            case _:
                return False
        return on_whatsapp and asks(command)

    return tried


def _whatsapp_is_open(policy: Policy) -> bool:
    return MessageKind.DIRECT in policy.channels.whatsapp.kinds


WRONG_TEMPLATES: Final = (
    Situation("free text is written on WhatsApp", _writes(lambda command: command.template is None), _whatsapp_is_open),
    Situation(
        "a template is sent on WhatsApp as it should not be",
        _writes(lambda command: command.template is not None and bool(what_is_wrong(command.template, command.text))),
        _whatsapp_is_open,
    ),
    Situation(
        "something is attached beside a WhatsApp template",
        _writes(lambda command: command.template is not None and bool(command.attachments)),
        _whatsapp_is_open,
    ),
)


def _writes_on_whatsapp(step: Happening) -> bool:
    return any(
        isinstance(event, ReplySent) and books.case(event.case).channel is Channel.WHATSAPP
        for event, books in step.moments
    )


def _nothing_on_whatsapp(said: InForce) -> str:
    open_to = said("channels.whatsapp.kinds") or said("whatsapp.consent")
    return "" if open_to else "channels.whatsapp.kinds = [] and whatsapp.consent = []: nobody is written to"


# What was read -----------------------------------------------------------------------------------------


def _past_unread_words(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        if isinstance(event, ReplySent) and event.seen is not None:
            heard = books.case(event.case).heard
            if heard and event.seen not in heard:
                yield f"{event.message} goes past {heard[0]}, which came after {event.seen} was seen"


UNREAD: Final = (
    Situation(
        "a reply goes past a message that its writer has not read",
        lambda command, books: isinstance(command, SendReply) and _is_behind(command.seen, books, command.case),
    ),
    Situation(
        "a draft is approved past a message that its reviewer has not read",
        lambda command, books: (
            isinstance(command, ApproveDraft)
            and books.case(command.case).draft is not None
            and _is_behind(command.seen_message, books, command.case)
        ),
    ),
)


def _is_behind(seen: str | None, books: Books, case: str) -> bool:
    """Whether somebody has seen an earlier message than the last that the customer sent."""
    heard = books.case(case).heard
    return seen is not None and bool(heard) and seen not in heard


def no_draft_waits(books: Books) -> bool:
    """Whether every draft is decided."""
    return all(books.case(case).draft is None for case in books.case_ids())


REPLY_PROMISES: Final = (
    Promise(
        "09",
        "no reply is sent unapproved that needs approval",
        _sent_without_permission,
        Occasion(happens(ReplySent), "no reply is ever sent"),
        situations=UNPERMITTED,
        rules=("reply.permission",),
    ),
    Promise(
        "10",
        "nobody approves their own reply",
        _approved_by_the_author,
        Occasion(happens(DraftApproved), "no draft is ever approved"),
        situations=(OWN_APPROVAL,),
        rules=("approval.self_approval",),
        unless=lambda said: said("approval.self_approval"),
    ),
    Promise(
        "11",
        "the same draft is sent at most once",
        _sent_again,
        Occasion(happens(DraftApproved), "no draft is ever sent"),
        situations=(SENT_BEFORE,),
    ),
    Promise(
        "12",
        "WhatsApp free text only inside the window",
        _free_text_outside_the_window,
        Occasion(_writes_on_whatsapp, "nothing is ever written on WhatsApp"),
        situations=WRONG_TEMPLATES,
        empty=_nothing_on_whatsapp,
        terms=("whatsapp.window",),
    ),
    Promise(
        "27",
        "no reply goes past a message that came after what its writer saw",
        _past_unread_words,
        Occasion(
            lambda step: any(isinstance(event, ReplySent) and event.seen is not None for event in step.events),
            "nobody ever says what they saw last",
        ),
        situations=UNREAD,
        rules=("reply.seen",),
    ),
    Promise(
        "19",
        "every draft can still be decided",
        says_nothing,
        Occasion(happens(DraftSubmitted), "no draft is ever submitted"),
        way_on=WayOn(
            no_draft_waits,
            "the draft can no longer be decided",
            "decide such drafts before the switch, or keep in the new policy what lets them be decided",
        ),
    ),
)
