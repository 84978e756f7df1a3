"""The scopes in which a policy is checked: who is there, and what they may say.

No scope holds everything; together they put every promise to the test:

* **one case** on each sort of channel, with one agent who may do everything: the life cycle, authentication, silence,
  offers, absence, wrap-up. Sorts of channels that differ in nothing the rules look at are tried once.
* **an override**: one case that each override of the policy matches.
* **we write**: a case that we start, with consent, template and window.
* **a complaint**: one email case, with what it has to be related to.
* **a draft**: one case, an author who may not reply and a reviewer, with everything about approval.
* **the limit**: one more case than an agent may hold, on every channel that has a limit small enough to be tried.
* **two and two**: two cases and two agents, with what changes load and presence.
* **mistakes**: what nobody should say, so that every rule has something to refuse.

Commands say the same things every time: texts that are fine, a disposition that exists, a queue that exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from attrs import frozen

from casecore.channels import Channel, MessageKind, TemplateKind
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.policies import Policy
from casecore.policies.sections import Level, Relation
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import (
    AddAgent,
    ChangeAgent,
    ClearNextState,
    GoAvailable,
    GoUnavailable,
    LogOut,
    Permission,
    SetNextState,
)
from casecore.rooms.approvals import ApproveDraft, EditDraft, ReassignDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment
from casecore.rooms.contacts import Authenticate, EndContact
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, RemoveTag
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SetLevel
from casecore.rooms.wrap_ups import Dispose, FlagCase, RelateRecord
from casecore.statuses import SENT_AS, SET_BY_HAND, Status


@frozen
class ReadyTemplate:
    """A template with its values, and what the customer reads."""

    text: str
    template: PreparedText


CASE: Final = "c1"
DRAFT: Final = "d1"
EVERYTHING: Final = frozenset(Permission)

APART: Final = frozenset({"clocks", "offers.asked", "offers.review_asked"})
"""What no promise of a scope depends on: service clocks, and in which order routing asks."""

NEWS_TEMPLATE: Final = ReadyTemplate(
    "Dear Maria, there is news for you.",
    PreparedText(
        TemplateKind.WHATSAPP_TEMPLATE,
        '{"name": "news", "language": "en", "status": "APPROVED",'
        ' "components": [{"type": "BODY", "text": "Dear {{1}}, there is news for you."}]}',
        {"1": "Maria"},
    ),
)
"""A template that may be sent, and what the customer reads."""

LARGEST_LIMIT: Final = 5
"""Limits up to this one are tried with one case more."""


# What is said ------------------------------------------------------------------------------------------


def arrival_commands(channel: Channel, **how: Any) -> Iterator[Command]:
    """The customer writes; `how` names what decides the queue: reason, language, tags."""
    who: dict[str, Any] = {"customer": "maria", "channel": channel, "new_case": CASE, "name": "Maria"}
    yield ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", **who, **how)


def outbound_commands(agent: str, channel: Channel) -> Iterator[Command]:
    """The customer opts in or out, and an agent writes first: a text, or a template."""
    for opted_in in (True, False):
        yield RecordConsent(SYSTEM, NOON, "maria", opted_in, "On the web form")
    start = partial(StartOutbound, agent, NOON, "t1", CASE, "m", customer="maria", channel=channel)
    for text, template in (("Hello", None), (NEWS_TEMPLATE.text, NEWS_TEMPLATE.template)):
        yield start(text, template=template, subject="Your request")
        yield SendReply(agent, NOON, CASE, "m", text, Status.PENDING, subject="Your request", template=template)


def handling_commands(agent: str) -> Iterator[Command]:
    """An agent opens, leaves, answers, sets the status and closes."""
    yield OpenCase(agent, NOON, CASE)
    yield LeaveCase(agent, NOON, CASE)
    for status in SENT_AS:
        yield SendReply(agent, NOON, CASE, "m", "Here you are", status, subject="Your request")
    for status in SET_BY_HAND:
        yield SetStatus(agent, NOON, CASE, status)
    yield CloseCase(agent, NOON, CASE)
    yield CloseCase(agent, NOON, CASE, CloseReason.SPAM)


def closing_commands() -> Iterator[Command]:
    """What the clock does to a case."""
    yield CloseCase(SYSTEM, NOON, CASE)


def contact_commands(agent: str, policy: Policy) -> Iterator[Command]:
    """An agent authenticates, promises, ends the contact, hands it on and disposes it."""
    yield Authenticate(agent, NOON, CASE)
    yield EndContact(agent, NOON, CASE)
    yield from disposal_commands(agent, policy)


def disposal_commands(agent: str, policy: Policy, notes: str = "As agreed") -> Iterator[Command]:
    """An agent disposes an ended contact."""
    code = policy.wrap_up.codes[0] if policy.wrap_up.codes else ""
    yield Dispose(agent, NOON, CASE, code, notes)


def sensitive_commands(agent: str, policy: Policy) -> Iterator[Command]:
    """An agent does what may need an authenticated customer, beside resolving."""
    yield SendReply(agent, NOON, CASE, "m", "Your balance", Status.PENDING, about_account=True, subject="Your request")
    yield ReassignCase(agent, NOON, CASE, queue=next(iter(policy.queues)))
    yield MakeCommitment(agent, NOON, CASE, "p1", NOON + timedelta(hours=1), "Call back")


def silence_commands(agent: str) -> Iterator[Command]:
    """An agent asks a silent customer, and disconnects."""
    yield AskPresence(agent, NOON, CASE, "m", "Are you there?")
    yield DisconnectIdle(agent, NOON, CASE, "m")


def relation_commands(agent: str) -> Iterator[Command]:
    """An agent relates an email to records of other systems."""
    yield FlagCase(agent, NOON, CASE, complaint=True)
    for relation in Relation:
        yield RelateRecord(agent, NOON, CASE, relation, "r1")


def offer_commands(agents: Iterable[str], *, review: bool = False) -> Iterator[Command]:
    """Work is offered, accepted, rejected, left unanswered or taken back."""
    for agent in agents:
        yield OfferWork(SYSTEM, NOON, CASE, agent, review)
        yield AcceptOffer(agent, NOON, CASE, review)
        yield RejectOffer(agent, NOON, CASE, review)
    yield ExpireOffer(SYSTEM, NOON, CASE, review)
    yield RescindOffer(SYSTEM, NOON, CASE, review)


def presence_commands(agent: str) -> Iterator[Command]:
    """An agent becomes available or not, sets a next state, logs out."""
    yield GoAvailable(agent, NOON, agent)
    yield GoUnavailable(agent, NOON, agent, "lunch")
    yield SetNextState(agent, NOON, agent, "lunch")
    yield ClearNextState(agent, NOON, agent)
    yield LogOut(agent, NOON, agent)


def absence_commands() -> Iterator[Command]:
    """A case is taken from somebody who is gone."""
    yield ReleaseAbsent(SYSTEM, NOON, CASE)


def draft_commands(agent: str) -> Iterator[Command]:
    """An author submits, edits and withdraws."""
    for status in (Status.PENDING, Status.RESOLVED):
        yield SubmitDraft(agent, NOON, CASE, DRAFT, "Here you are", status, subject="Your request")
    yield EditDraft(agent, NOON, CASE, DRAFT, "Here it is")
    yield WithdrawDraft(agent, NOON, CASE, DRAFT)


def review_commands(agent: str, policy: Policy) -> Iterator[Command]:
    """A reviewer takes a review, decides it, or passes it on."""
    yield TakeReview(agent, NOON, CASE)
    for seen in (False, True):
        yield ApproveDraft(agent, NOON, CASE, DRAFT, seen=seen)
    yield RefuseDraft(agent, NOON, CASE, DRAFT, "Not like this")
    yield ReassignDraft(agent, NOON, CASE, DRAFT, queue=next(iter(policy.queues)))


def note_commands(agent: str) -> Iterator[Command]:
    """An agent writes a note, tags, and sets the level."""
    yield AddNote(agent, NOON, "n1", "Knows the product", CASE)
    yield EditNote(agent, NOON, "n1", "Knows the product well")
    yield DeleteNote(agent, NOON, "n1")
    yield AddTag(agent, NOON, CASE, "vip")
    yield RemoveTag(agent, NOON, CASE, "vip")
    yield SetLevel(agent, NOON, CASE, Level.HIGH)


def commitment_commands(agent: str) -> Iterator[Command]:
    """An agent keeps a promise, or moves it."""
    yield FulfilCommitment(agent, NOON, "p1")
    yield RescheduleCommitment(agent, NOON, "p1", NOON + timedelta(hours=2))


# Who is there ------------------------------------------------------------------------------------------


def team_commands(policy: Policy, **permissions: frozenset[Permission]) -> tuple[Command, ...]:
    """The commands that bring agents, by name, with these permissions; they serve every queue and are available."""
    queues = frozenset(policy.queues)
    joins = [AddAgent(SYSTEM, NOON, name, name.title(), may, queues) for name, may in permissions.items()]
    return (*joins, *(GoAvailable(name, NOON, name) for name in permissions))


# The scopes --------------------------------------------------------------------------------------------


def one_case_scope(channel: Channel, policy: Policy, where: str = "", **how: Any) -> Scope:
    """One case on a channel, and one agent who may do everything; `how` it arrives decides `where` it is."""
    commands = [
        *arrival_commands(channel, **how),
        EndContact(CUSTOMER, NOON, CASE),
        *handling_commands("ana"),
        *closing_commands(),
        *contact_commands("ana", policy),
        *sensitive_commands("ana", policy),
        *(silence_commands("ana") if channel is Channel.CHAT else ()),
        *offer_commands(("ana",)),
        *absence_commands(),
    ]
    attempts = {"contact.attempts": policy.chat.idle.ask_first + 1}
    return Scope(
        f"one {channel} case{where}",
        team_commands(policy, ana=EVERYTHING),
        (Part(tuple(commands)),),
        tuple(presence_commands("ana")),
        apart=APART,
        at_most=attempts,
    )


def outbound_scope(channel: Channel, policy: Policy) -> Scope:
    """A case that we start, and what may be written when."""
    commands = [
        *arrival_commands(channel),
        OpenCase("ana", NOON, CASE),
        *outbound_commands("ana", channel),
        *closing_commands(),
        EndContact("ana", NOON, CASE),
        CloseCase("ana", NOON, CASE, CloseReason.SPAM),
        *disposal_commands("ana", policy),
    ]
    return Scope(f"we write on {channel}", team_commands(policy, ana=EVERYTHING), (Part(tuple(commands)),), apart=APART)


def override_scopes(policy: Policy) -> Iterator[Scope]:
    """One case for each override of the policy, which it matches."""
    for number, override in enumerate(policy.override, 1):
        match = override.match
        queue = policy.queues.get(match.queue or "")
        channel = match.channel or (queue.channels[0] if queue and queue.channels else Channel.CHAT)
        how = {
            "reason": queue.reasons[0] if queue and queue.reasons else None,
            "language": queue.languages[0] if queue and queue.languages else None,
            "tags": frozenset(match.tag).union(queue.tags[:1] if queue else ()),
        }
        yield one_case_scope(channel, policy, f", override {number}", **how)


def complaint_scope(policy: Policy) -> Scope:
    """One email case, one agent, and what the case has to be related to."""
    commands = [
        *arrival_commands(Channel.EMAIL),
        OpenCase("ana", NOON, CASE),
        SendReply("ana", NOON, CASE, "m", "Here you are", Status.RESOLVED, subject="Your request"),
        EndContact("ana", NOON, CASE),
        CloseCase("ana", NOON, CASE),
        *disposal_commands("ana", policy),
        *relation_commands("ana"),
    ]
    return Scope("an email complaint", team_commands(policy, ana=EVERYTHING), (Part(tuple(commands)),), apart=APART)


def draft_scope(channel: Channel, policy: Policy) -> Scope:
    """One case on a channel, an author who may not reply, and a reviewer."""
    commands = [
        *arrival_commands(channel),
        *(OpenCase(agent, NOON, CASE) for agent in ("ben", "cleo")),
        *(LeaveCase(agent, NOON, CASE) for agent in ("ben",)),
        Authenticate("ben", NOON, CASE),
        SendReply("ben", NOON, CASE, "m", "Here you are", Status.PENDING, subject="Your request"),
        SetStatus("ben", NOON, CASE, Status.RESOLVED),
        CloseCase("cleo", NOON, CASE, CloseReason.SPAM),
        *draft_commands("ben"),
        *draft_commands("cleo"),
        *review_commands("cleo", policy),
        *review_commands("ben", policy),
        *offer_commands(("cleo",), review=True),
    ]
    permissions = {"ben": frozenset[Permission](), "cleo": frozenset({Permission.REPLY, Permission.APPROVE})}
    return Scope(f"a draft on {channel}", team_commands(policy, **permissions), (Part(tuple(commands)),), apart=APART)


def limit_scope(channel: Channel, limit: int, policy: Policy) -> Scope:
    """One case more than an agent may hold on a channel."""
    commands = [
        *arrival_commands(channel),
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AcceptOffer("ana", NOON, CASE),
        RejectOffer("ana", NOON, CASE),
        CloseCase("ana", NOON, CASE, CloseReason.SPAM),
        *disposal_commands("ana", policy),
    ]
    copies = Part(tuple(commands), limit + 1)
    return Scope(
        f"{limit + 1} {channel} cases, one agent", team_commands(policy, ana=EVERYTHING), (copies,), apart=APART
    )


def two_cases_scope(channel: Channel, policy: Policy) -> Scope:
    """Two cases and two agents, with what changes load and presence."""
    agents = ("ana", "ben")
    commands = [
        *arrival_commands(channel),
        *(command for agent in agents for command in (OpenCase(agent, NOON, CASE), EndContact(agent, NOON, CASE))),
        *(command for agent in agents for command in disposal_commands(agent, policy)),
        *(OfferWork(SYSTEM, NOON, CASE, agent) for agent in agents),
        *(AcceptOffer(agent, NOON, CASE) for agent in agents),
        RescindOffer(SYSTEM, NOON, CASE),
        CloseCase("ana", NOON, CASE, CloseReason.SPAM),
    ]
    given = [
        command(agent, NOON, agent)
        for agent in agents
        for command in (GoAvailable, GoUnavailable, SetNextState, ClearNextState)
    ]
    people = team_commands(policy, ana=EVERYTHING, ben=EVERYTHING)
    return Scope(f"two {channel} cases, two agents", people, (Part(tuple(commands), 2),), tuple(given), apart=APART)


def mistakes_scope(channel: Channel, policy: Policy) -> Scope:
    """One case, and what nobody should say: every rule that can refuse something does."""
    early = NOON - timedelta(seconds=1)
    reply = partial(SendReply, "ana", NOON, CASE, "m")
    commands = [
        *arrival_commands(channel),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", new_case=CASE),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", kind=MessageKind.POST, customer="maria", channel=channel),
        *(OpenCase(agent, NOON, CASE) for agent in ("ana", "ben", "cyd", "dan", "nobody")),
        OpenCase("ana", early, CASE),
        *(OfferWork(SYSTEM, NOON, CASE, agent) for agent in ("ana", "ben", "cyd", "dan")),
        RescindOffer("ben", NOON, CASE),
        RecordConsent(SYSTEM, NOON, "maria"),
        *(StartOutbound("ana", NOON, "t1", CASE, "m", "Hello", "maria", other) for other in (channel, Channel.CHAT)),
        reply("", Status.PENDING, subject="Your request"),
        reply("Here you are", Status.PENDING),
        reply("\N{WAVING HAND SIGN}", Status.PENDING, subject="Your request"),
        reply("Here you are", Status.PENDING, attachments=("a.pdf",), subject="Your request"),
        SendReply(SYSTEM, NOON, CASE, "m", "Here you are", Status.PENDING),
        *draft_commands("ana"),
        RefuseDraft("ben", NOON, CASE, DRAFT),
        ApproveDraft("ben", NOON, CASE, DRAFT),
        EndContact("ana", NOON, CASE),
        Dispose("ana", NOON, CASE, "", ""),
        *disposal_commands("ana", policy, notes=""),
        Dispose("ben", NOON, CASE, "", "", "ana"),
        MakeCommitment("ana", NOON, CASE, "p1", early, ""),
        ReassignCase("ana", NOON, CASE),
        ReassignCase("ana", NOON, CASE, queue="nowhere"),
        AddNote("ana", NOON, "n1", "", CASE),
        AddNote("ana", NOON, "n1", "Who?", CASE, "maria"),
        AddNote("ana", NOON, "n1", "Who?", None, "nobody"),
        AddTag("ana", NOON, CASE, "vip", "m9"),
    ]
    given = [
        AddAgent(SYSTEM, NOON, "ana"),
        ChangeAgent("ben", NOON, "ana", "Anna"),
        ChangeAgent(SYSTEM, NOON, "ana", capacity={"chats": 1}),
        GoUnavailable("ben", NOON, "ana"),
    ]
    queues = frozenset(policy.queues)
    odd = [
        AddAgent(SYSTEM, NOON, "ben", "Ben", frozenset({Permission.APPROVE}), queues, frozenset({Channel.SMS})),
        AddAgent(SYSTEM, NOON, "cyd", "Cyd", frozenset({Permission.REPLY})),
        AddAgent(SYSTEM, NOON, "dan", "Dan", frozenset({Permission.REPLY}), queues, capacity={"total": 0}),
        *(GoAvailable(agent, NOON, agent) for agent in ("ben", "cyd", "dan")),
    ]
    people = (*team_commands(policy, ana=EVERYTHING), *odd)
    return Scope(f"mistakes on {channel}", people, (Part(tuple(commands)),), tuple(given), apart=APART)


@frozen
class CheckedScope:
    """A scope of a check, and which of the ways that must stay open (§10 18, 19) are looked for in it."""

    scope: Scope
    ways: frozenset[str] = frozenset()


SORTS: Final = (Channel.CHAT, Channel.VOICE, Channel.EMAIL, Channel.WHATSAPP, Channel.MESSAGING)
"""One channel of each sort that the rules tell apart: chat and calls, email, WhatsApp, and all others."""


def scopes_of(policy: Policy) -> tuple[CheckedScope, ...]:
    """The scopes in which a policy is checked, the quickest to understand first."""
    limits = [(channel, policy.limit(channel)) for channel in Channel]
    return (
        *(CheckedScope(one_case_scope(channel, policy), frozenset({"18"})) for channel in SORTS),
        *(CheckedScope(scope, frozenset({"18"})) for scope in override_scopes(policy)),
        *(
            CheckedScope(outbound_scope(channel, policy), frozenset({"18"}))
            for channel in (Channel.WHATSAPP, Channel.SMS)
        ),
        CheckedScope(complaint_scope(policy), frozenset({"18"})),
        *(CheckedScope(draft_scope(channel, policy), frozenset({"19"})) for channel in (Channel.CHAT, Channel.EMAIL)),
        *(
            CheckedScope(limit_scope(channel, limit, policy))
            for channel, limit in limits
            if limit is not None and 0 < limit <= LARGEST_LIMIT
        ),
        CheckedScope(two_cases_scope(Channel.CHAT, policy)),
        *(CheckedScope(mistakes_scope(channel, policy)) for channel in (Channel.VOICE, Channel.EMAIL)),
    )
