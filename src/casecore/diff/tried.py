"""Which keys of a policy a comparison tries: of an edit of any other nothing is known.

A key is tried where some scope has commands that it decides about, where cases arrive by it, or where what comes of it
is compared besides (`outcomes.py`). What is on no list is *untried*: better told once too often than missed.
"""

from __future__ import annotations

from typing import Final

from casecore.policies import Policy
from casecore.policies.declared import is_entry
from casecore.policies.edits import Edit

TRIED: Final = frozenset(
    {
        "lifecycle.close_from",
        "lifecycle.close_by",
        "lifecycle.close_after",
        "lifecycle.calendar",
        "lifecycle.close_unanswered",
        "channels",
        "queues",
        "capacity",
        "routing.agents",
        "routing.offer_timeout",
        "routing.offers_at_once",
        "routing.unanswered",
        "routing.answer_within",
        "commitments",
        "chat.agent_ends",
        "chat.idle",
        "authentication.channels",
        "authentication.before",
        "authentication.enforcement",
        "authentication.methods",
        "wrap_up.disposition",
        "wrap_up.notes",
        "wrap_up.codes",
        "wrap_up.remind",
        "email.subject_required",
        "email.relate_customer",
        "email.relate_case",
        "email.complaint_relations",
        "email.complaint_relations_due",
        "whatsapp",
        "sla",
        "calendars",
        "away",
        "approval.self_approval",
        "approval.on_customer_message",
        "reopening.to",
        "snooze",
        "tags.enabled",
        "tags.limit",
        "tags.restricted_to",
        "sentiment.manual",
        "live.abandoned",
        "replies.blanks",
        "catalogue",
        "override",
        "attributes",
        "rule",
    }
)
"""Keys, and tables all keys of which, are tried."""

SAYS_NOTHING: Final = {
    "waiver": "it is about what a check says",
    "zone": "it says where dates begin",
    "source": "it says where the written SOP says so",
    "title": "it is the name that people see",
    "schema": "it is the shape of the file",
    "message": "it is what a refusal says",
    "remedy": "it is what a refusal says is to be done",
}
"""What an edit is about that no desk can show, by the table or the last word of the key."""


def is_tried(edit: Edit) -> bool:
    """Whether a comparison tries what an edit is about, or there is nothing to try."""
    return bool(about_nothing(edit)) or any(_lies_in(edit.key, key) for key in TRIED)


def about_nothing(edit: Edit) -> str:
    """What an edit is about that no desk can show; nothing where a desk could."""
    last = "" if is_entry(Policy, edit.steps) else edit.steps[-1]  # a queue may be called `title`
    return SAYS_NOTHING.get(edit.steps[0], "") or SAYS_NOTHING.get(last, "")


def _lies_in(key: str, table: str) -> bool:
    return f"{key}.".startswith(f"{table}.")
