"""Edits of the shipped SOP, and the small scopes in which each of them shows."""

import copy
import tomllib

import attrs

from casecore import Desk, Policy, Reason, Room, Rule
from casecore.channels import Channel
from casecore.check import scopes
from casecore.check.scopes import CASE, EVERYTHING, CheckedScope
from casecore.diff import Label
from casecore.explore import Part, Scope
from casecore.explore.scope import NOON
from casecore.kernel import SYSTEM
from casecore.rooms.agents import AgentLoggedOut, GoAvailable, LogOut, Permission
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.assignments import OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase
from casecore.rooms.contacts import EndContact
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import DisconnectIdle
from casecore.statuses import Status

SOP = Policy.default()


LOOSER, STRICTER, OTHER = Label


def sop(**changes):
    """The shipped SOP with other values, by their paths with __ for the dots."""
    plain = copy.deepcopy(SOP.to_dict())
    for path, value in changes.items():
        held, (*words, last) = plain, path.split("__")
        for word in words:
            held = held[word]
        held[last] = value
    return Policy.from_dict(plain)


def scope(name, *commands, given=(), copies=1, team=None, at_most=None):
    """A small scope: one sort of case, and ana, who may do everything, unless there is another team."""
    members = scopes.team_commands(SOP, **(team or {"ana": EVERYTHING}))
    return CheckedScope(Scope(name, members, (Part(commands, copies),), given, scopes.APART, at_most or {}))


AUTHOR_AND_REVIEWER = {"ben": frozenset(), "cleo": frozenset({Permission.REPLY, Permission.APPROVE})}


PENDING = SendReply("ana", NOON, CASE, "m", "Here you are", Status.PENDING, subject="Your request")


RESOLVED = attrs.evolve(PENDING, send_as=Status.RESOLVED)


OPENED = OpenCase("ana", NOON, CASE)


CHATS, CALLS, EMAILS = (
    tuple(scopes.arrival_commands(channel)) for channel in (Channel.CHAT, Channel.VOICE, Channel.EMAIL)
)


SCOPES = {
    "limit": scope("limit", *CHATS, OPENED, copies=4),
    "total": scope("total", *EMAILS, OPENED, copies=4),
    "resting": scope("resting", *EMAILS, OPENED, PENDING, copies=6),
    "silence": scope(
        "silence", *CHATS, OPENED, PENDING, *scopes.silence_commands("ana"), at_most={"contact.attempts": 3}
    ),
    "draft": scope(
        "draft",
        *CHATS,
        *(OpenCase(agent, NOON, CASE) for agent in AUTHOR_AND_REVIEWER),
        *(SubmitDraft(a, NOON, CASE, "d1", "Here you are", Status.PENDING) for a in AUTHOR_AND_REVIEWER),
        ApproveDraft("cleo", NOON, CASE, "d1"),
        ApproveDraft("cleo", NOON, CASE, "d1", seen=True),
        *scopes.offer_commands(("cleo",), review=True),
        SendReply("ben", NOON, CASE, "m", "Here you are", Status.PENDING),
        team=AUTHOR_AND_REVIEWER,
    ),
    "authentication": scope(
        "authentication",
        *CHATS,
        OPENED,
        RESOLVED,
        Authenticate("ana", NOON, CASE),
        *scopes.sensitive_commands("ana", SOP),
    ),
    "whatsapp": scope("whatsapp", *scopes.arrival_commands(Channel.WHATSAPP), OPENED, PENDING),
    "we write": scope(
        "we write",
        *scopes.arrival_commands(Channel.WHATSAPP),
        OPENED,
        *scopes.outbound_commands("ana", Channel.WHATSAPP),
    ),
    "offer": scope("offer", *CHATS, *scopes.offer_commands(("ana",))),
    "wrap-up": scope(
        "wrap-up",
        *CALLS,
        OPENED,
        EndContact("ana", NOON, CASE),
        *scopes.disposal_commands("ana", SOP),
        *scopes.disposal_commands("ana", SOP, notes=""),
    ),
    "closing": scope(
        "closing", *EMAILS, OPENED, RESOLVED, *scopes.closing_commands(), *tuple(scopes.handling_commands("ana"))[-2:]
    ),
    "away": scope(
        "away",
        *EMAILS,
        OPENED,
        *scopes.absence_commands(),
        given=(LogOut("ana", NOON, "ana"), GoAvailable("ana", NOON, "ana")),
    ),
    "reopening": scope(
        "reopening",
        *scopes.arrival_commands(Channel.SMS),
        OPENED,
        PENDING,
        EndContact("ana", NOON, CASE),
        *scopes.disposal_commands("ana", SOP),
    ),
    "subject": scope("subject", *EMAILS, OPENED, attrs.evolve(PENDING, subject="")),
    "transfer": scope("transfer", *CHATS, *scopes.sensitive_commands("ana", SOP)),
}
"""Where each edit shows, and as little else as possible."""


WITH_AN_OVERRIDE = [{"match": {"queue": "general"}, "set": {"chat.idle.silence": "5m"}}]


EDITS = {
    "one chat more": ("limit", {"capacity__chat": 3}, [(LOOSER, ("capacity.channel",), ("OpenCase",), 6)]),
    "one chat less": ("limit", {"capacity__chat": 1}, [(STRICTER, ("capacity.channel",), ("OpenCase",), 4)]),
    "less in total": ("total", {"capacity__total": 3}, [(STRICTER, ("capacity.total",), ("OpenCase",), 8)]),
    "what waits for its customer counts no more": (
        "resting",
        {"capacity__statuses": ["new", "open", "escalated", "resolved"]},
        [(LOOSER, ("capacity.channel",), ("OpenCase",), 13)],
    ),
    "a longer silence": (
        "silence",
        {"chat__idle__silence": "3m"},
        [(STRICTER, ("idle.silence",), ("DisconnectIdle",), 5)],
    ),
    "a shorter silence": (
        "silence",
        {"chat__idle__silence": "1m"},
        [(LOOSER, ("idle.silence",), ("DisconnectIdle",), 5)],
    ),
    "the silence counts from the question": (
        "silence",
        {"chat__idle__counts_from": "question"},
        [(STRICTER, ("idle.silence",), ("DisconnectIdle",), 5)],
    ),
    "two questions first": (
        "silence",
        {"chat__idle__ask_first": 2},
        [(STRICTER, ("idle.asked",), ("DisconnectIdle",), 5)],
    ),
    "another closing": (
        "silence",
        {"chat__idle__closing": "Bye, {customer}."},
        [(OTHER, (), ("DisconnectIdle",), 5)],
    ),
    "an override": ("silence", {"override": WITH_AN_OVERRIDE}, [(STRICTER, ("idle.silence",), ("DisconnectIdle",), 5)]),
    "one's own reply is approved": (
        "draft",
        {"approval__self_approval": True},
        [
            (LOOSER, ("approval.self_approval",), ("ApproveDraft",), 4),
            (LOOSER, ("offer.reviewer",), ("AcceptOffer", "OfferWork"), 4),
        ],
    ),
    "a message supersedes the draft": (
        "draft",
        {"approval__on_customer_message": "supersede"},
        [(OTHER, ("DraftWentStale", "DraftSuperseded", "OfferRescinded", "ReviewEnded"), ("ReceiveMessage",), 4)],
    ),
    "everybody may reply": (
        "draft",
        {"enforcement": {"reply.permission": "off"}},
        [(LOOSER, ("reply.permission",), ("SendReply",), 3)],
    ),
    "authentication warns": (
        "authentication",
        {"authentication__enforcement": "warn"},
        [(LOOSER, ("authentication.before",), ("MakeCommitment", "ReassignCase", "SendReply"), 2)],
    ),
    "authentication is off": (
        "authentication",
        {"authentication__enforcement": "off"},
        [(LOOSER, ("authentication.before",), ("MakeCommitment", "ReassignCase", "SendReply"), 2)],
    ),
    "a shorter window": (
        "whatsapp",
        {"whatsapp__window": "12h"},
        [(STRICTER, ("whatsapp.window",), ("SendReply",), 3)],
    ),
    "only who opted in": (
        "we write",
        {"whatsapp__consent": ["opt_in"]},
        [(STRICTER, ("whatsapp.consent",), ("SendReply",), 3)],
    ),
    "a shorter offer": (
        "offer",
        {"routing__offer_timeout": "20s"},
        [
            (LOOSER, ("offer.timeout",), ("ExpireOffer",), 3),
            (STRICTER, ("offer.late",), ("AcceptOffer",), 3),
        ],
    ),
    "who does not answer goes": (
        "offer",
        {"routing__unanswered": "unavailable"},
        [(OTHER, ("AgentUnavailable",), ("ExpireOffer",), 3)],
    ),
    "no notes": ("wrap-up", {"wrap_up__notes": False}, [(LOOSER, ("wrap_up.notes",), ("Dispose",), 4)]),
    "only what is resolved is closed": (
        "closing",
        {"lifecycle__close_from": ["resolved"]},
        [(STRICTER, ("lifecycle.close_from",), ("CloseCase",), 2)],
    ),
    "closed sooner": (
        "closing",
        {"lifecycle__close_after": {"resolved": "24h"}},
        [(LOOSER, ("lifecycle.close_after",), ("CloseCase",), 4)],
    ),
    "gone for longer": ("away", {"away__grace": "2m"}, [(STRICTER, ("away.grace",), ("ReleaseAbsent",), 4)]),
    "kept for who is gone": ("away", {"away__held": "keep"}, [(STRICTER, ("away.grace",), ("ReleaseAbsent",), 4)]),
    "reopened for its owner": (
        "reopening",
        {"reopening__to": "owner_if_eligible"},
        [(OTHER, ("CaseQueued", "CaseAssigned", "ContactStarted"), ("ReceiveMessage",), 6)],
    ),
    "no subject": (
        "subject",
        {"email__subject_required": False},
        [(LOOSER, ("email.subject_required",), ("SendReply",), 3)],
    ),
    "where the SOP says so": ("transfer", {"tags__source": "page 3"}, []),
}
"""A scope, an edit, and exactly what it changes: label, rules or events, commands, and how long the story is."""


NEITHER_ALONE = (
    sop(enforcement={"reply.permission": "off"}),
    sop(chat__idle__ask_first=0, wrap_up__notes=False),
    scope(
        "both",
        *CHATS,
        OpenCase("ben", NOON, CASE),
        SendReply("ben", NOON, CASE, "m", "Here you are", Status.PENDING),
        DisconnectIdle("ben", NOON, CASE, "m"),
        *scopes.disposal_commands("ben", SOP, notes=""),
        team={"ben": frozenset()},
    ),
)
"""Two policies and a scope in which only steps under both of them together end a contact."""


def followed(story, policy):
    """The desk before a story's last step, to which one policy alone led; None where it answers any step otherwise."""
    desk = Desk(policy)
    for command in story.team:
        desk, _ = desk.handle(command)
    for step in story.steps[:-1]:
        if desk.decide(step.command) != step.verdict:
            return None
        desk, _ = desk.handle(step.command)
    return desk


def answers(change, old, new):
    """Both answers to a story's last step, at each desk to which one of the policies alone leads."""
    desks = (followed(change.story, policy) for policy in (old, new))
    return [
        tuple(attrs.evolve(desk, policy=policy).decide(change.story.steps[-1].command) for policy in (old, new))
        for desk in desks
        if desk is not None
    ]


CHANGING = """
[[change]]
on = 2026-12-01
set = { "capacity.chat" = %s }

[[change]]
on = 2027-01-01
set = { "capacity.email" = 4 }
"""


def changing(chats):
    """The shipped SOP, and so many chats from December on."""
    return Policy.from_dict(SOP.to_dict() | tomllib.loads(CHANGING % chats))


RENAMED = {("money" if name == "billing" else name): queue for name, queue in SOP.to_dict()["queues"].items()}


def _never(view, event, policy):
    return Reason("return.never", "nobody leaves") if policy.away.grace.seconds > 60 else None


NO_RETURN = Room("return", rules=(Rule("return.never", "Nobody leaves", "-", (AgentLoggedOut,), _never),))


BILLED = tuple(scopes.arrival_commands(Channel.EMAIL, reason="billing"))


def closing(*commands, ways=frozenset({"18"})):
    """An email case that can be opened, answered and closed by the clock or by spam only."""
    own = (*BILLED, OPENED, PENDING, RESOLVED, CloseCase(SYSTEM, NOON, CASE), *commands)
    return CheckedScope(
        Scope("closing", scopes.team_commands(SOP, ana=EVERYTHING), (Part(own),), (), scopes.APART), ways
    )
