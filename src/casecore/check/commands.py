"""What is said in the scopes of a check: commands by subject, the same ones every time.

Texts are fine, a disposition exists, a queue exists; what is out of the ordinary is said where a scope is about that
(`narrow_scopes.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

from attrs import frozen

from casecore.channels import Channel, TemplateKind
from casecore.explore.scope import NOON, UNASKED
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.policies import Policy
from casecore.policies.sections import Level, Relation
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import ApproveDraft, EditDraft, ReassignDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment, TakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, RemoveTag
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import FlagCase, RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import SENT_AS, SET_BY_HAND, Status


@frozen
class ReadyTemplate:
    """A template with its values, and what the customer reads."""

    text: str
    template: PreparedText


NUMBER: Final = "+351912345678"
CASE: Final = "c1"
DRAFT: Final = "d1"
EVERYTHING: Final = frozenset(Permission)

BUSY: Final = "agent.answered_at"
"""Whether somebody answered another offer while one rang: asked only when two ring, and one times out."""

ANSWERED: Final = frozenset({"contact.owed_since", "case_page.answered", "case_page.owed_since"})
"""Whether somebody has answered since they took a case: asked only where the time to do so is bounded."""

ASKED: Final = frozenset({"case.asked_since", "case_page.asked_us"})
"""Whether a customer has ever asked anything, which the same depends on."""

ORDER: Final = ANSWERED | {"offers.asked", "offers.review_asked", "case.cut_off_at", "wrap_up.because", BUSY}
"""In which order routing asks and whom it serves first, how a contact ended that is to be disposed, who was busy and
who has answered: no promise of a scope depends on it."""

APART: Final = UNASKED | ORDER
"""What no promise of most scopes depends on: service clocks, which message answered which, and the order."""

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

# What is said ------------------------------------------------------------------------------------------


def arrival_commands(channel: Channel, **how: Any) -> Iterator[Command]:
    """The customer writes; `how` names what decides the queue: reason, language, tags."""
    who: dict[str, Any] = {"customer": "maria", "channel": channel, "new_case": CASE, "name": "Maria"}
    yield ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", **who, **how)


def outbound_commands(agent: str, channel: Channel) -> Iterator[Command]:
    """The customer opts in or out, and an agent writes first: a text, or a template."""
    for opted_in in (True, False):
        yield RecordConsent(SYSTEM, NOON, "maria", opted_in, "On the web form")
    start = partial(StartOutbound, agent, NOON, "t1", CASE, "m", customer="maria", channel=channel, phone=NUMBER)
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


def identity_commands(agent: str, channel: Channel, policy: Policy) -> Iterator[Command]:
    """An agent authenticates the customer, where the policy asks for it on a channel."""
    if channel in policy.authentication.channels:
        yield Authenticate(agent, NOON, CASE)


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
    yield UnrelateRecord(agent, NOON, CASE, Relation.CUSTOMER)


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
    yield FreeReview(SYSTEM, NOON, CASE)
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
    yield TakeCommitment(agent, NOON, "p1")


def waiting_commands(agent: str) -> Iterator[Command]:
    """An agent snoozes; the clock wakes what is snoozed, and takes back what nobody answers."""
    yield SnoozeCase(agent, NOON, CASE, NOON + timedelta(hours=1))
    yield EndSnooze(SYSTEM, NOON, CASE)
    yield EndUnanswered(SYSTEM, NOON, CASE)


# Who is there ------------------------------------------------------------------------------------------


def team_commands(policy: Policy, **permissions: frozenset[Permission]) -> tuple[Command, ...]:
    """The commands that bring agents, by name, with these permissions; they serve every queue and are available."""
    queues = frozenset(policy.queues)
    joins = [AddAgent(SYSTEM, NOON, name, name.title(), may, queues) for name, may in permissions.items()]
    return (*joins, *(GoAvailable(name, NOON, name) for name in permissions))
