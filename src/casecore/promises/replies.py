"""Promises about what is sent to customers: with permission, approved by another, once, and when it may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from casecore.channels import Channel, TemplateKind
from casecore.promises.promise import Occasion, Promise, WayOn
from casecore.promises.steps import Step, any_of
from casecore.promises.ways import follow_way, ways_to_decide
from casecore.rooms.agents import Permission
from casecore.rooms.approvals import DraftApproved, DraftSubmitted, WaitingDraft
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected, PresenceAsked


def _sent_without_permission(step: Step) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, ReplySent):
            needed = Permission.REPLY if event.reviewer is None else Permission.APPROVE
            sender = step.before.agents.get(event.reviewer or event.author)
            if sender is None or not sender.may(needed):
                yield f"{event.message} was sent by {event.by}, who has no permission to {needed}"
            elif event.reviewer is not None and not _is_as_submitted(event, step.before.cases[event.case].draft):
                yield f"{event.message} was sent as approved, but it is not the draft that waited"


def _is_as_submitted(reply: ReplySent, draft: WaitingDraft | None) -> bool:
    return draft is not None and (
        (reply.message, reply.author, reply.text, reply.send_as, reply.attachments)
        == (draft.id, draft.author, draft.text, draft.send_as, draft.attachments)
    )


def _approved_by_the_author(step: Step) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, DraftApproved) and event.by == event.author:
            yield f"{event.by} approved their own draft {event.draft}"
        if isinstance(event, ReplySent) and event.reviewer == event.author:
            yield f"{event.author} is the reviewer of their own reply {event.message}"


def _sent_again(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, ReplySent) and event.message in before.messages:
            yield f"{event.message} was sent on case {event.case}, but it stands on the desk already"


def _free_text_outside_the_window(step: Step) -> Iterator[str]:
    """Asked of whatever is said to a customer; a template goes out as it is approved, and with nothing left open."""
    window = step.policy.whatsapp.window
    for event, before, _ in step.moments:
        file = before.cases.get(getattr(event, "case", ""))
        if not isinstance(event, ReplySent | PresenceAsked | ChatDisconnected) or file is None:
            continue
        wrote, made_from = before.threads[file.case.thread].customer_at, getattr(event, "template", None)
        inside = wrote is not None and event.at - wrote < window
        if file.case.channel is not Channel.WHATSAPP or inside:
            continue
        if made_from is None or made_from.kind is not TemplateKind.WHATSAPP_TEMPLATE:
            yield f"{event.message} is free text; the customer of case {event.case} last wrote at {wrote}"
        elif made_from.reading(Channel.WHATSAPP) != (event.text, ()):
            yield f"{event.message} on case {event.case} says {event.text!r}, which {made_from} does not"


def _writes_on_whatsapp(step: Step) -> bool:
    return any(
        isinstance(event, ReplySent) and before.cases[event.case].case.channel is Channel.WHATSAPP
        for event, before, _ in step.moments
    )


def _drafts_that_cannot_be_decided(step: Step) -> Iterator[str]:
    for file in step.touched:
        if file.draft is not None:
            for way in ways_to_decide(step.after, file.case.id, file.draft):
                end = follow_way(step.after, way, step.house)
                if isinstance(end, str):
                    yield f"draft {file.draft.id} cannot be decided: {end}"
                elif end.cases[file.case.id].draft is not None:
                    yield f"draft {file.draft.id} was decided by {type(way[-1]).__name__}, and still waits"


REPLY_PROMISES: Final = (
    Promise(
        "09",
        "no reply is sent unapproved that needs approval",
        _sent_without_permission,
        Occasion(any_of(ReplySent), "no reply is ever sent"),
        rules=("reply.permission",),
    ),
    Promise(
        "10",
        "nobody approves their own reply",
        _approved_by_the_author,
        Occasion(any_of(DraftApproved), "no draft is ever approved"),
        rules=("approval.self_approval",),
        unless=lambda policy: policy.approval.self_approval,
    ),
    Promise(
        "11",
        "the same draft is sent at most once",
        _sent_again,
        Occasion(any_of(DraftApproved), "no draft is ever sent"),
    ),
    Promise(
        "12",
        "WhatsApp free text only inside the window",
        _free_text_outside_the_window,
        Occasion(_writes_on_whatsapp, "nothing is ever written on WhatsApp"),
    ),
    Promise(
        "19",
        "every draft can still be decided",
        _drafts_that_cannot_be_decided,
        Occasion(any_of(DraftSubmitted), "no draft is ever submitted"),
        way_on=WayOn(
            lambda desk: all(file.draft is None for file in desk.cases.values()),
            "the draft can no longer be decided",
            "decide such drafts before the switch, or keep in the new policy what lets them be decided",
        ),
    ),
)
