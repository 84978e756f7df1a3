"""Silence: when an agent may end a chat whose customer does not answer.

* Silence starts at the latest of the customer's last message, the acceptance, and the agent's last reply that was
  not an attempt. There is none while the customer waits for an answer.
* The agent **asks** whether the customer is there ("are you there?"): a message of its own that changes no status
  and needs no approval. The policy says how often it must have been asked, and from when the time counts: the
  silence, or the question.
* At **exactly** the policy's time (two minutes) and after, the agent may **disconnect**: the closing message, with
  the customer's name or its fallback wording, is sent as resolved, and the contact ends. Earlier is refused with
  the seconds to go.
* A message of the customer ends the silence and forgets the attempts; so does a reply.
"""

from __future__ import annotations

from datetime import timedelta

from casecore.channels import Channel
from casecore.kernel import (
    UNCONCERNED,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Threshold,
    Timer,
    Unconcerned,
    a_text,
    an_id,
    frozen,
)
from casecore.kernel.durations import duration_text
from casecore.kernel.rooms import by_agent, for_words, measures, soft_rule, too_early, waits_its_time, wants
from casecore.kernel.words import is_blank, unless_blank
from casecore.policies import Policy
from casecore.policies.sections import CountsFrom
from casecore.rooms.approvals import HasDraft, resolving_past, stale_after
from casecore.rooms.assignments import CaseReleased, Release
from casecore.rooms.cases import Case, CaseCommand, HasCase, answer_customer, edge_missing, only_holder
from casecore.rooms.contacts import CaseOfContact, Contact, HasContact, SeesContact, contact_goes_on
from casecore.rooms.replies import emoji_taken, no_blank_left
from casecore.rooms.reviews import id_is_no_drafts
from casecore.rooms.threads import Message, MessageEvent, message_fresh, names_message, person_of
from casecore.statuses import Status, Trigger

COUNTED_ATTEMPTS = 10
"""Attempts beyond this are not counted: no policy asks for more."""


# Commands and events -----------------------------------------------------------------------------------


@frozen
class AskPresence(CaseCommand):
    """The agent asks whether the customer is still there; any wording counts."""

    message: str = an_id()
    text: str = a_text(default="")


@frozen
class DisconnectIdle(CaseCommand):
    """The agent ends the silent chat with the closing message."""

    message: str = an_id()


@frozen
class PresenceAsked(MessageEvent):
    """The agent asked whether the customer is still there."""

    case: str
    message: str
    text: str
    thread: str = ""


@frozen
class ChatDisconnected(MessageEvent):
    """The closing message was sent as resolved."""

    case: str
    message: str
    text: str
    thread: str = ""


# Timers ------------------------------------------------------------------------------------------------


def _by_question(view: SeesContact, policy: Policy) -> bool:
    idle = policy.chat.idle
    return idle.counts_from is CountsFrom.QUESTION and idle.ask_first > 0


def _is_on_chat(view: SeesContact) -> bool:
    return view.case is not None and view.case.channel is Channel.CHAT and view.case.live


def _from_silence(view: SeesContact, policy: Policy) -> timedelta | None:
    return policy.chat.idle.silence if _is_on_chat(view) and not _by_question(view, policy) else None


def _from_question(view: SeesContact, policy: Policy) -> timedelta | None:
    silent = view.contact is not None and view.contact.silence_since is not None
    return policy.chat.idle.silence if _is_on_chat(view) and silent and _by_question(view, policy) else None


SILENT = Timer("the agent may end the silent chat", "chat.idle.silence", "contact.silence_since", _from_silence)
UNANSWERED = Timer("the agent may end the silent chat", "chat.idle.silence", "contact.asked_at", _from_question)


# Needs and rules ---------------------------------------------------------------------------------------


_ELSEWHERE = ("SendReply", "SubmitDraft", "EndContact")
"""What is done instead where silence does not count."""


@wants("case")
def _on_chat(view: CaseOfContact, command: CaseCommand, _: Policy) -> Reason | None:
    if _is_on_chat(view):
        return None
    logged = for_words(view.case, "logged", otherwise=False)
    found = f"case {command.case} is on {view.case.channel}" + (", and was only logged" if logged else "")
    return Reason("idle.chat", found, "this is for chats; reply, or end the contact", ways=_ELSEWHERE)


@wants("case")
def _may_resolve(view: HasCase, _: DisconnectIdle, __: Policy) -> Reason | None:
    return edge_missing(view.case, Trigger.SEND_AS_RESOLVED)


@wants("case", "contact")
@measures("attempts", "needed", threshold=Threshold("attempts", "needed"))
def _asked_enough(view: HasContact, command: DisconnectIdle, policy: Policy) -> Reason | Unconcerned | None:
    contact, needed = view.contact, policy.chat.idle.ask_first
    if not needed:
        return UNCONCERNED
    if contact.attempts >= needed:
        return None
    return Reason(
        "idle.asked",
        f"case {command.case}: the customer has been asked {contact.attempts} of {needed} times",
        "ask whether they are still there",
        {"attempts": contact.attempts, "needed": needed},
        ("AskPresence",),
    )


@wants("case", "contact")
@waits_its_time
def _silent_enough(view: HasContact, command: DisconnectIdle, policy: Policy) -> Reason | None:
    contact, limit = view.contact, policy.chat.idle.silence.total_seconds()
    facts = {"seconds": 0.0, "limit": limit, "seconds_to_go": None}  # it has not begun
    if contact.silence_since is None:
        found = f"case {command.case}: the customer waits for an answer; there is no silence"
        return Reason("idle.silence", found, "answer first", facts, ("SendReply", "SubmitDraft", "ApproveDraft"))
    if _by_question(view, policy) and contact.asked_at is None:
        found = f"case {command.case}: the silence counts from the question"
        return Reason("idle.silence", found, "ask first", facts, ("AskPresence",))
    timer = UNANSWERED if _by_question(view, policy) else SILENT
    due = timer.due(view, policy)
    if due is None or command.at >= due:
        return None
    needed, left = policy.chat.idle.silence, due - command.at
    found = f"case {command.case}: silence of {duration_text(needed - left)} of {duration_text(needed)}"
    return too_early("idle.silence", found, left, needed)


def _asks_something(_: SeesContact, asked: PresenceAsked, __: Policy) -> Reason | None:
    if not is_blank(asked.text):
        return None
    return Reason("reply.content", "the question is empty, and the policy has none", "write one")


@wants("case", "draft")
def _no_draft(view: HasDraft, event: ChatDisconnected, _: Policy) -> Reason | None:
    return resolving_past(view.draft, event.case)


# Handlers ----------------------------------------------------------------------------------------------


@wants("case")
def _ask_presence(view: HasCase, command: AskPresence, policy: Policy) -> tuple[Event, ...]:
    c = command
    questions = policy.chat.idle.questions
    text = unless_blank(c.text) or (questions[0] if questions else "")
    return (PresenceAsked(c.by, c.at, c.case, c.message, text, view.case.thread),)


def closing_message(view: SeesContact, policy: Policy) -> str:
    """The closing message of a silent chat, with the customer's name or its fallback wording."""
    person = person_of(view)
    name = unless_blank(person.name) if person is not None else None
    idle = policy.chat.idle
    return idle.closing.replace("{customer}", name) if name else idle.closing_unnamed


def _disconnect_chat(view: SeesContact, command: DisconnectIdle, policy: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if case is None or case.assignee is None:
        return ()
    return (
        ChatDisconnected(c.by, c.at, c.case, c.message, closing_message(view, policy), case.thread),
        CaseReleased(c.by, c.at, c.case, case.assignee, Release.SILENCE),
    )


@wants("case", "draft")
def _draft_goes_stale(view: HasDraft, event: ChatDisconnected, _: Policy) -> tuple[Event, ...]:
    """Where the policy lets a chat be closed past the reviewer, its closing message is somebody's last word."""
    return stale_after(view.draft, event.case, event.by, event.at)


# Evolve ------------------------------------------------------------------------------------------------


def _case_is_active(case: Editing, event: PresenceAsked) -> None:
    case.active_at = event.at


def _count_attempt(contact: Editing, event: PresenceAsked) -> None:
    contact.asked_at = event.at
    contact.attempts = min(contact.attempts + 1, COUNTED_ATTEMPTS)


def _resolve_case(case: Editing, event: ChatDisconnected) -> None:
    case.status = Status.RESOLVED
    case.status_at = case.active_at = event.at
    answer_customer(case, event.message)


def _new_message(event: PresenceAsked | ChatDisconnected) -> Message:
    return Message(event.message, event.case, event.by, thread=event.thread)


_BOTH = (AskPresence, DisconnectIdle)

SILENCE: Room[SeesContact] = Room(
    name="silence",
    needs=(
        Rule("actor.role", "Only an agent asks and disconnects", "§6", _BOTH, by_agent),
        Rule("contact.edge", "A contact goes on", "§6", _BOTH, contact_goes_on("end")),
        Rule("idle.chat", "Silence counts on chat", "§6", _BOTH, _on_chat),
        Rule("message.fresh", "A message's id is used once", "§1", _BOTH, message_fresh, ("message",)),
        Rule("message.fresh", "A message's id is used once", "§1", _BOTH, id_is_no_drafts, ("message",)),
        Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (DisconnectIdle,), _may_resolve),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§6", _BOTH, only_holder),
        soft_rule("idle.asked", "The customer is asked first", "§6", (DisconnectIdle,), _asked_enough),
        soft_rule("idle.silence", "The silence has lasted long enough", "§6", (DisconnectIdle,), _silent_enough),
        Rule("reply.content", "A reply says something", "§4", (PresenceAsked,), _asks_something, ("text",)),
        Rule("replies.blanks", "Nothing is sent with a blank in it", "§4", (PresenceAsked,), no_blank_left, ("text",)),
        soft_rule("channels.emoji", "A channel takes emoji or not", "§4", (PresenceAsked,), emoji_taken, ("text",)),
        soft_rule(
            "approval.blocks_resolve", "A waiting draft blocks resolving past it", "§5", (ChatDisconnected,), _no_draft
        ),
    ),
    decide={AskPresence: _ask_presence, DisconnectIdle: _disconnect_chat},
    shows=dict.fromkeys(_BOTH, names_message()),
    follows={ChatDisconnected: _draft_goes_stale},
    creates={(Message, PresenceAsked): _new_message, (Message, ChatDisconnected): _new_message},
    evolve={
        (Contact, PresenceAsked): _count_attempt,
        (Case, PresenceAsked): _case_is_active,
        (Case, ChatDisconnected): _resolve_case,
    },
    timers=(SILENT, UNANSWERED),
    probes=(
        Probe("ask_presence", AskPresence, asks=("message",)),
        Probe("disconnect_idle", DisconnectIdle, asks=("message",)),
    ),
)
