"""What a row of the table of faults is, and the scopes and policies that many rows name."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from tests.faults.patching import Job, Patch

RED = "fails"
"""The verdict that a fault must bring about."""


class Part(StrEnum):
    """Where in the code a fault lies."""

    RULE = "rule"
    RECORD = "record"
    EVOLVE = "evolve"
    COMPOSITION = "composition"
    CONSEQUENCE = "consequence"
    HANDLER = "handler"
    ENGINE = "engine"
    ROUTER = "router"


RULE, RECORD, EVOLVE, COMPOSITION, CONSEQUENCE, HANDLER, ENGINE, ROUTER = Part


@frozen
class Fault:
    """One row of the table.

    Attributes:
        promise: The promise of §10 that it breaks.
        part: Where it lies.
        name: What goes wrong, in words.
        patch: What is written otherwise.
        scopes: The scopes of the check in which it must show; none: all of them.
        policy: What the policy says otherwise than the shipped SOP.
        walk: How many steps are walked at random besides, where the scopes cannot show it.
    """

    promise: str
    part: Part
    name: str
    patch: Patch
    scopes: tuple[str, ...]
    policy: str = ""
    walk: int = 0

    @property
    def job(self) -> Job:
        """What is asked of a check to notice it."""
        return Job((self.promise,), self.policy, self.scopes, self.patch, self.walk)


def a_fault(
    promise: str,
    part: Part,
    name: str,
    module: str,
    old: str,
    new: str,
    *scopes: str,
    policy: str = "",
    times: int = 1,
    walk: int = 0,
) -> Fault:
    """A row: what goes wrong, in which module of `src/casecore`, and what is read there instead of what."""
    return Fault(promise, part, name, Patch(f"{module}.py", old, new, times), scopes, policy, walk)


# Scopes that are named often ---------------------------------------------------------------------------

CHAT, VOICE, EMAIL, WHATSAPP, MESSAGING = (
    f"one-{channel}-case" for channel in ("chat", "voice", "email", "whatsapp", "messaging")
)
WE_WRITE, COMPLAINT = "we-write-on-whatsapp", "an-email-complaint"
DRAFT, EMAIL_DRAFT = "a-draft-on-chat", "a-draft-on-email"
BOUNCED, CLOCKS, LATE = "a-reply-that-never-arrives", "service-clocks", "late-messages-on-whatsapp"
EDITED = "a-message-that-is-edited"
MERGED = "customers-who-are-one"
ONE_MATTER, TWO_MATTERS, TWO_CHATS = "two-cases-that-are-one", "two-cases-that-are-two", "two-chats-that-are-one"
MOVED_AWAY, CHAT_MOVED = "a-whatsapp-case-of-somebody-else", "a-chat-case-of-somebody-else"
BLOCKED = "somebody-who-is-blocked"
LOGGED, LOGGED_CALL = "a-chat-that-was-logged", "a-call-that-was-logged"
CLOSES_SOON = 'lifecycle = { close_after = { open = "1h", pending = "1h", escalated = "1h" } }'
NEXT, NEXT_BOUNCED = "the-next-response", "a-next-response-that-never-arrives"
ASKED_BEFORE = "a-question-before-that-waits-again"
ASKED_AGAIN = '[sla.default]\nnext_response = "30m"'
LEAVE, UNREAD = "customers-who-leave", "words-that-nobody-has-read"
CLOSED, SILENT, WINDOW, CHANGED = (
    "a-closed-email-case",
    "a-silent-chat",
    "the-window-on-whatsapp",
    "an-agent-who-is-changed",
)
OVERFLOW = "a-queue-that-overflows"
MOVED, BESIDE, RICH = "moved-to-another-queue", "a-supervisor-beside", "a-rich-draft-on-chat"
REVIEWERS, FULL_REVIEWER, OWN_LIMITS = "who-may-review", "two-drafts-one-reviewer", "limits-of-their-own"
TAGGED = "what-an-override-looks-at-changes"
CALL_AND_CHAT, MAY_NOT_WRITE = "a-call-and-a-chat-one-agent", "we-write-and-may-not"
CHATS, CALLS, TWO = "chat-limit", "voice-limit", "two-chat-cases-two-agents"
MISTAKES, EMAIL_MISTAKES = "mistakes-on-voice", "mistakes-on-email"

RESTING, LIVE_RESTING = "cases-that-count-no-more", "chats-that-wait-for-their-customers"

SNOOZED, TAKEN = "a-snoozed-case", "taken-and-never-answered"
FIVE_MINUTES = 'routing = { answer_within = "5m" }'

AT_WORK_COUNTS = 'capacity = { statuses = ["new", "open", "escalated"] }'
OVERFLOWS = '[queues.billing]\noverflow = { after = "10m", to = "general" }'
CLOSED_AT_NOON = '[queues.billing]\nhours = "mornings"\n[calendars.mornings]\nmonday = ["09:00-12:00"]'
ONE_CHAT = "capacity = { chat = 1 }"
NOBODY_CLOSES = '[[change]]\non = 2026-12-01\nset = { "lifecycle.close_by" = [] }'
NOBODY_LEFT = 'live = { abandoned = "keep" }\n' + NOBODY_CLOSES
ANOTHER = 'version = "another"'
NOTHING_LATER = '[[change]]\non = 2026-12-01\nset = { "capacity.total" = 0 }'
TWO_CHANGES = """
[[change]]
on = 2026-12-01
set = { "capacity.total" = 6 }
[[change]]
on = 2026-12-02
set = { "capacity.total" = 0 }
"""
CHANGE_IN_TOKYO = f'zone = "Asia/Tokyo"\n{NOTHING_LATER}'
NO_SMS_FOR_VIPS = '[[override]]\nmatch = { tag = "vip", channel = "sms" }\nset = { "capacity.sms" = 0 }'
FEWER_FOR_VIPS = '[[override]]\nmatch = { tag = "vip" }\nset = { "capacity.chat" = 1 }'
MORE_FOR_VIPS = 'capacity = { chat = 1 }\n[[override]]\nmatch = { tag = "vip" }\nset = { "capacity.chat" = 2 }'
ASKED_TWICE = "[chat.idle]\nask_first = 2"
FROM_QUESTION = '[chat.idle]\ncounts_from = "question"'
FOR_TWO_TAGS = 'capacity = { chat = 1 }\n[[override]]\nmatch = { tag = ["gold", "vip"] }\nset = { "capacity.chat" = 2 }'
FEWER_IN_GENERAL = '[[override]]\nmatch = { queue = "general" }\nset = { "capacity.chat" = 1 }'

WALK = 800
"""How long a walk is that crosses a dated change."""

LONG_WALK = 2_000
"""How long the walk of a whole check is."""
