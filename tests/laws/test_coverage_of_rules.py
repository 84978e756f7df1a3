"""No dead text: every need and rule refuses somewhere, and every edge of every table fires somewhere (promise 20).

The tables below are the proof, one story each. Somebody who adds a rule or an edge finds these tests red until a story
of theirs is refused by it, or walks it. The same stories show what softening a rule does.
"""

from typing import Any

import attrs
import pytest
from hypothesis import given as drawing

from casecore.channels import Channel, MessageKind
from casecore.kernel import CUSTOMER, SYSTEM, Accepted, Command, Deviated, Enforcement
from casecore.kernel.rooms import where_wanted
from casecore.policies import SWITCHABLE, Policy
from casecore.policies.sections import Level, Relation
from casecore.promises import PROMISES
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import (
    DRAFT_LIFECYCLE,
    ApproveDraft,
    DraftApproved,
    DraftEdited,
    DraftRefused,
    DraftStatus,
    DraftSuperseded,
    DraftWithdrawn,
    EditDraft,
    ReassignDraft,
    RefuseDraft,
    ReviewReassigned,
    SubmitDraft,
    WithdrawDraft,
)
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate, Authenticated
from casecore.rooms.blocking import BlockCustomer, BlockThread, UnblockCustomer, UnblockThread
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.case_merging import MOST_JOINED, MergeCases
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import ClockName
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment, TakeCommitment
from casecore.rooms.composition import HOUSE, RULES
from casecore.rooms.contacts import CONTACT_LIFECYCLE, ContactEnded, EndContact
from casecore.rooms.edits import EditMessage, WithdrawMessage
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.merging import MOST_MERGED, MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, RemoveTag, SetSentiment
from casecore.rooms.offers import (
    OFFER_LIFECYCLE,
    AcceptOffer,
    ExpireOffer,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferWork,
    RejectOffer,
    RescindOffer,
)
from casecore.rooms.outbound import RecordConsent
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import FlagCase, RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import RecordMiss, SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.threads import Feeling, RecordCustomer
from casecore.rooms.wrap_ups import Dispose, Disposed
from casecore.statuses import CASE_LIFECYCLE, Status, Trigger
from casecore.testing.scenario import at, case_in, given, new_case, prepared, we_write
from casecore.testing.strategies import runs
from tests.profiles import examples
from tests.watching import breaches_at_end, breaches_of

# Refusals ----------------------------------------------------------------------------------------------

NOW = at(60)
DRAFT = SubmitDraft("ana", at(1), "c1", "d1", "Hello")
BEN_HOLDS = case_in("open", agent="ben")
RELATED = (case_in("open"), RelateRecord("ana", at(1), "c1", Relation.CUSTOMER, "7"))
OVER = (EndContact(CUSTOMER, at(2), "c1"), Dispose("ana", at(3), "c1", "solved", "Fine"))
DRAFT_WAITS = (case_in("open"), DRAFT)
REVIEWED = (DRAFT_WAITS, TakeReview("cleo", at(2), "c1"))
CLEO_AT_LUNCH = GoUnavailable("cleo", at(3), "cleo", "lunch")
CALL = case_in("open", channel="voice")
CALL_DRAFT = (CALL, DRAFT)
NOTE = AddNote("ana", at(1), "n1", "Hm", case="c1")
EMAIL = case_in("open", channel="email")
EMAIL_DRAFT = (EMAIL, attrs.evolve(DRAFT, subject="Hi"))
OFFERED = (new_case(), OfferWork(SYSTEM, at(40), "c1", "ana"))
REVIEW_OFFERED = (DRAFT_WAITS, OfferWork(SYSTEM, at(40), "c1", "cleo", review=True))
ENDED = (case_in("open"), EndContact("dora", at(1), "c1"))
BACK_WRAPPING_UP = (ENDED, LogOut("ana", at(2), "ana"), GoAvailable("ana", at(3), "ana"))
ENDED_EMAIL = (EMAIL, EndContact("ana", at(1), "c1"))
CLEO_HOLDS = case_in("open", "c2", "cleo", at=at(2))
KNOWN = (case_in("open"), Authenticate("ana", at(1), "c1"))
FIVE, LATER = at(minutes=5), at(hours=2)
PROMISED = (KNOWN, MakeCommitment("ana", at(2), "c1", "p1", LATER, "Call back"))
LOG = LogCase("ana", NOW, "t1", "c1", "maria", Channel.CHAT, note="n1", text="She called")
DRAFT_NOW = attrs.evolve(DRAFT, at=NOW)
REFUND_EUR = '[attributes]\nrefund_eur = { type = "number", min = 0 }'
TWO_CUSTOMERS = (new_case(), RecordCustomer(SYSTEM, at(1), "mia", "Mia"))
MERGED = MergeCustomers("ana", at(2), "maria", "mia")
MANY_CUSTOMERS = (
    TWO_CUSTOMERS,
    *(RecordCustomer(SYSTEM, at(2), f"k{number}") for number in range(MOST_MERGED)),
    *(MergeCustomers(SYSTEM, at(3), f"k{number}", "mia") for number in range(MOST_MERGED)),
)
OTHER_SMS = new_case("c2", channel="sms", customer="mia")
OTHER_CLOSED = CloseCase("dora", at(2), "c2", CloseReason.SPAM)
OTHER_CHAT = (new_case("c2", customer="mia"), OTHER_CLOSED)
BLOCKED = (
    new_case(),
    BlockCustomer(SYSTEM, at(1), "maria", "Insults"),
    BlockThread(SYSTEM, at(1), "t-c1", "Insults"),
)
OVERDUE = (PROMISED, LogOut("ana", at(3), "ana"))
SILENT = (case_in("pending"), AskPresence("ana", at(1), "c1", "q1"))
ANSWERS_CLEO = (
    case_in("pending", agent="cleo", channel="email"),
    EndContact("dora", at(1), "c1"),
    RelateRecord("cleo", at(2), "c1", Relation.CUSTOMER, "7"),
    Dispose("cleo", at(2), "c1", "solved", "Done"),
    ReceiveMessage(CUSTOMER, at(3), "t-c1", "m2", in_reply_to="r-c1"),
    OpenCase("ana", at(4), "c1"),
    EndContact("dora", at(5), "c1"),
)
"""An email that cleo handled; the customer answered her, and ana worked on it."""
MESSAGING = case_in("pending", channel="messaging")
SNOOZED = (MESSAGING, SnoozeCase("ana", at(30), "c1", at(hours=2)))
SMS, WHATSAPP = case_in("open", channel="sms"), case_in("open", channel="whatsapp")
NEWS, READS = prepared(), "Dear Maria, there is news for you."
TWO_SMS = (SMS, new_case("c2", channel="sms", at=at(1)))
MERGED_SMS = MergeCases("ana", at(2), "c1", "c2")
MIAS_SMS = (new_case("c3", channel="sms", customer="mia"), CloseCase("dora", at(2), "c3", CloseReason.SPAM))
MANY_SMS = (
    SMS,
    *((new_case(f"s{n}", channel="sms"), MergeCases("ana", at(1), f"s{n}", "c1")) for n in range(1, MOST_JOINED)),
    new_case("c9", channel="sms"),
)
START_SMS = attrs.evolve(we_write(channel="sms", thread="t9")[0], at=NOW)
START_WHATSAPP = we_write()[1]
WITHDRAWN = RecordConsent(CUSTOMER, at(1), "maria", opted_in=False)
OTHER_QUEUE = ChangeAgent("dora", at(2), "cleo", queues=frozenset({"billing"}))
OTHER_CHANNEL = ChangeAgent("dora", at(2), "cleo", channels=frozenset({Channel.EMAIL}))


@attrs.frozen
class Refusal:
    """A story that ends in a refusal.

    Attributes:
        rule: The rule that refuses, alone.
        story: What was done before.
        command: What is refused.
        policy: What the SOP says otherwise than the default one, as TOML.
    """

    rule: str
    story: Any
    command: Command
    policy: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {type(self.command).__name__} by {self.command.by}"


def giving(rule, story, policy=""):
    """Work is given to cleo in three ways, and refused: she opens a case, it is offered to her, she takes a review."""
    return (
        Refusal(rule, (new_case(), story), OpenCase("cleo", NOW, "c1"), policy),
        Refusal(rule, (new_case(), story), OfferWork(SYSTEM, NOW, "c1", "cleo"), policy),
        Refusal(rule, (DRAFT_WAITS, story), TakeReview("cleo", NOW, "c1"), policy),
    )


REFUSALS = (
    # Who, when, what: the needs
    Refusal("time.order", (new_case(), OpenCase("ana", at(90), "c1")), SetStatus("ana", NOW, "c1", Status.PENDING)),
    Refusal("agent.known", (), OpenCase("zoe", NOW, "c1")),
    *(
        Refusal("agent.known", case_in("open"), command)
        for command in (
            ChangeAgent(SYSTEM, NOW, "zoe"),
            GoAvailable(SYSTEM, NOW, "zoe"),
            GoUnavailable(SYSTEM, NOW, "zoe"),
            ReassignCase("ana", NOW, "c1", agent="zoe"),
        )
    ),
    Refusal("agent.known", new_case(), OfferWork(SYSTEM, NOW, "c1", "zoe")),
    Refusal("agent.known", DRAFT_WAITS, ReassignDraft("ana", NOW, "c1", "d1", agent="zoe")),
    Refusal("agent.fresh", (), AddAgent(SYSTEM, NOW, "ana")),
    Refusal("capacity.named", (), AddAgent(SYSTEM, NOW, "zoe", capacity={"fax": 1})),
    Refusal("capacity.named", (), ChangeAgent(SYSTEM, NOW, "ana", capacity={"chat": -1})),
    Refusal("presence.next", (), SetNextState("eva", NOW, "eva", "lunch")),
    Refusal("presence.next", (), ClearNextState("eva", NOW, "eva")),
    Refusal("queue.known", (), AddAgent(SYSTEM, NOW, "zoe", queues=frozenset({"vip"}))),
    Refusal("queue.known", (), ChangeAgent(SYSTEM, NOW, "ana", queues=frozenset({"vip"}))),
    Refusal("queue.known", case_in("open"), ReassignCase("ana", NOW, "c1", queue="vip")),
    Refusal("queue.known", case_in("open"), SubmitDraft("ana", NOW, "c1", "d1", "Hi", queue="vip")),
    Refusal("queue.known", DRAFT_WAITS, ReassignDraft("ana", NOW, "c1", "d1", queue="vip")),
    Refusal("actor.role", case_in("open"), CloseCase(CUSTOMER, NOW, "c1")),
    Refusal("actor.role", case_in("open"), ReceiveMessage("ana", NOW, "t-c1", "m2")),
    *(
        Refusal("actor.role", DRAFT_WAITS, command)
        for command in (
            SetStatus(SYSTEM, NOW, "c1", Status.PENDING),
            OpenCase(SYSTEM, NOW, "c1"),
            LeaveCase(SYSTEM, NOW, "c1"),
            SendReply(SYSTEM, NOW, "c1", "m2", "Hi"),
            SubmitDraft(SYSTEM, NOW, "c1", "d2", "Hi"),
            ApproveDraft(SYSTEM, NOW, "c1", "d1"),
            RefuseDraft(SYSTEM, NOW, "c1", "d1", "No"),
            TakeReview(SYSTEM, NOW, "c1"),
            Authenticate(SYSTEM, NOW, "c1"),
            EndContact(SYSTEM, NOW, "c1"),
            AskPresence(SYSTEM, NOW, "c1", "q1"),
            DisconnectIdle(SYSTEM, NOW, "c1", "q1"),
            MakeCommitment(SYSTEM, NOW, "c1", "p1", LATER, "Call back"),
            Dispose(SYSTEM, NOW, "c1", "solved", "Done"),
            ReleaseAbsent("ana", NOW, "c1"),
        )
    ),
    Refusal("actor.role", MESSAGING, SnoozeCase(SYSTEM, NOW, "c1", LATER)),
    Refusal("actor.role", SNOOZED, EndSnooze("ana", LATER, "c1")),
    Refusal("actor.role", case_in("open"), EndUnanswered("dora", FIVE, "c1"), "routing.answer_within = '5m'"),
    *(
        Refusal("actor.role", OFFERED, command)
        for command in (
            OfferWork("ana", NOW, "c1", "ana"),
            ExpireOffer("ana", NOW, "c1"),
            AcceptOffer(SYSTEM, NOW, "c1"),
            RejectOffer(SYSTEM, NOW, "c1"),
        )
    ),
    *(
        Refusal("actor.role", PROMISED, command)
        for command in (
            FulfilCommitment(CUSTOMER, NOW, "p1"),
            RescheduleCommitment(CUSTOMER, NOW, "p1", LATER),
            TakeCommitment(SYSTEM, at(hours=3), "p1"),
        )
    ),
    *(
        Refusal("actor.role", (new_case(), NOTE), command)
        for command in (
            AddNote(CUSTOMER, NOW, "n2", "Hi", case="c1"),
            EditNote(CUSTOMER, NOW, "n1", "Hi"),
            DeleteNote(CUSTOMER, NOW, "n1"),
        )
    ),
    Refusal("actor.role", new_case(), BlockCustomer(CUSTOMER, NOW, "maria", "Insults")),
    *(
        Refusal("customer.known", (), kind("dora", NOW, "maria", "Insults"))
        for kind in (BlockCustomer, UnblockCustomer)
    ),
    *(Refusal("thread.known", (), kind("dora", NOW, "t-c1", "Insults")) for kind in (BlockThread, UnblockThread)),
    Refusal("block.edge", new_case(), UnblockCustomer("dora", NOW, "maria", "A mistake")),
    Refusal("block.edge", BLOCKED, BlockCustomer("dora", NOW, "maria", "Insults")),
    Refusal("block.edge", new_case(), UnblockThread("dora", NOW, "t-c1", "A mistake")),
    Refusal("block.edge", BLOCKED, BlockThread("dora", NOW, "t-c1", "Insults")),
    Refusal("block.supervisor", new_case(), BlockCustomer("ana", NOW, "maria", "Insults")),
    Refusal("block.reason", new_case(), BlockCustomer("dora", NOW, "maria", " ")),
    Refusal("actor.role", TWO_CUSTOMERS, MergeCustomers(CUSTOMER, NOW, "maria", "mia")),
    Refusal("customer.known", new_case(), MergeCustomers("ana", NOW, "maria", "mia")),
    Refusal("customer.known", new_case(), MergeCustomers("ana", NOW, "mia", "maria")),
    Refusal("merge.edge", (TWO_CUSTOMERS, MERGED), MergeCustomers("ana", NOW, "maria", "mia")),
    Refusal("merge.limit", MANY_CUSTOMERS, MergeCustomers("ana", NOW, "maria", "mia")),
    Refusal("thread.known", SMS, MoveCase("ana", NOW, "c1", "t9")),
    Refusal("move.thread", SMS, MoveCase("ana", NOW, "c1", "t-c1")),
    Refusal("move.open_case", (SMS, OTHER_SMS), MoveCase("ana", NOW, "c1", "t-c2")),
    Refusal("move.live", (case_in("open"), OTHER_CHAT), MoveCase("ana", NOW, "c1", "t-c2")),
    Refusal("move.draft", (SMS, DRAFT, OTHER_SMS, OTHER_CLOSED), MoveCase("ana", NOW, "c1", "t-c2")),
    Refusal("move.joined", (TWO_SMS, MERGED_SMS, MIAS_SMS), MoveCase("dora", NOW, "c2", "t-c3")),
    Refusal("thread.of_case", SMS, SendReply("ana", NOW, "c1", "m2", "Hi", thread="t9")),
    Refusal("thread.of_case", SMS, SubmitDraft("ana", NOW, "c1", "d1", "Hi", thread="t9")),
    Refusal("lifecycle.merged", SMS, CloseCase("ana", NOW, "c1", CloseReason.MERGED)),
    Refusal("assignment.holder", TWO_SMS, MergeCases("cleo", NOW, "c1", "c2")),
    Refusal("lifecycle.close_by", TWO_SMS, MergeCases("ana", NOW, "c1", "c2"), "lifecycle.close_by = ['owner']"),
    Refusal("lifecycle.closed", (TWO_SMS, MERGED_SMS), MergeCases("ana", NOW, "c1", "c2")),
    Refusal("lifecycle.closed", (TWO_SMS, MERGED_SMS), MergeCases("ana", NOW, "c2", "c1")),
    Refusal("case.known", SMS, MergeCases("ana", NOW, "c1", "c9")),
    Refusal("time.order", TWO_SMS, MergeCases("ana", at(), "c1", "c2")),
    Refusal("merge_cases.two", SMS, MergeCases("ana", NOW, "c1", "c1")),
    Refusal("merge_cases.customer", (SMS, OTHER_SMS), MergeCases("ana", NOW, "c1", "c2")),
    Refusal("merge_cases.live", (case_in("open"), new_case("c2")), MergeCases("ana", NOW, "c2", "c1")),
    Refusal("merge_cases.draft", (TWO_SMS, DRAFT), MergeCases("ana", NOW, "c1", "c2")),
    Refusal("merge_cases.wrap_up", (TWO_SMS, LeaveCase("ana", at(2), "c1")), MergeCases("dora", NOW, "c1", "c2")),
    Refusal("merge_cases.limit", MANY_SMS, MergeCases("ana", NOW, "c9", "c1")),
    Refusal("assignment.holder", (SMS, OTHER_SMS, OTHER_CLOSED), MoveCase("cleo", NOW, "c1", "t-c2")),
    Refusal("case.known", (), OpenCase("ana", NOW, "c9")),
    Refusal("case.known", (), AddNote("ana", NOW, "n1", "Hm", case="c9")),
    Refusal("case.fresh", new_case(), new_case("c1", thread="t2", message="m2", at=NOW)),
    *(
        Refusal("lifecycle.closed", (EMAIL, NOTE, CloseCase("ana", at(2), "c1")), command)
        for command in (
            SetStatus("ana", NOW, "c1", Status.OPEN),
            CloseCase("ana", NOW, "c1"),
            MoveCase("ana", NOW, "c1", "t-c1"),
            ReassignCase("dora", NOW, "c1", queue="billing"),
            SendReply("ana", NOW, "c1", "m2", "Hi"),
            SubmitDraft("ana", NOW, "c1", "d1", "Hi"),
            AddTag("ana", NOW, "c1", "vip"),
            RemoveTag("ana", NOW, "c1", "vip"),
            SetSentiment("ana", NOW, "c1", "m-c1", Feeling.POSITIVE),
            Authenticate("ana", NOW, "c1"),
            EndContact("dora", NOW, "c1"),
            MakeCommitment("ana", NOW, "c1", "p1", LATER, "Call back"),
            SetLevel("ana", NOW, "c1", Level.HIGH),
            RecordMiss(SYSTEM, NOW, "c1", ClockName.SOLUTION),
            SnoozeCase("dora", NOW, "c1", LATER),
            EndSnooze(SYSTEM, NOW, "c1"),
            EndUnanswered(SYSTEM, NOW, "c1"),
        )
    ),
    Refusal("snooze.status", new_case(channel="messaging"), SnoozeCase("dora", NOW, "c1", LATER)),
    Refusal("snooze.known", MESSAGING, EndSnooze(SYSTEM, NOW, "c1")),
    Refusal("answer.owed", case_in("pending"), EndUnanswered(SYSTEM, FIVE, "c1"), "routing.answer_within = '5m'"),
    Refusal("routing.answer_within", case_in("open"), EndUnanswered(SYSTEM, NOW, "c1")),
    Refusal("routing.answer_within", case_in("open"), EndUnanswered(SYSTEM, NOW, "c1"), "routing.answer_within = '5m'"),
    *(
        Refusal("lifecycle.edge", DRAFT_WAITS, command)
        for command in (
            SetStatus("ana", NOW, "c1", Status.OPEN),
            SendReply("ana", NOW, "c1", "m2", "Hi", Status.OPEN),
            SubmitDraft("ana", NOW, "c1", "d2", "Hi", Status.NEW),
            EditDraft("ana", NOW, "c1", "d1", send_as=Status.CLOSED),
        )
    ),
    Refusal("reassign.aim", case_in("open"), ReassignCase("ana", NOW, "c1")),
    Refusal("reassign.aim", DRAFT_WAITS, ReassignDraft("ana", NOW, "c1", "d1", agent="cleo", queue="billing")),
    Refusal("thread.identity", (), ReceiveMessage(CUSTOMER, NOW, "t9", "m1")),
    Refusal("message.fresh", new_case(), ReceiveMessage(CUSTOMER, NOW, "t-c1", "m-c1")),
    Refusal("message.fresh", case_in("open"), SendReply("ana", NOW, "c1", "m-c1", "Hi")),
    Refusal("message.fresh", case_in("open"), SubmitDraft("ana", NOW, "c1", "m-c1", "Hi")),
    Refusal(
        "message.fresh",
        (DRAFT_WAITS, ReceiveMessage(CUSTOMER, at(2), "t-c1", "d1", "Hi")),
        ApproveDraft("cleo", NOW, "c1", "d1", seen=True),
    ),
    *(
        Refusal("message.fresh", DRAFT_WAITS, command)
        for command in (
            SendReply("ana", NOW, "c1", "d1", "Hi"),
            AskPresence("ana", NOW, "c1", "d1"),
            DisconnectIdle("ana", NOW, "c1", "d1"),
        )
    ),
    *(
        Refusal("message.known", DRAFT_WAITS, command)
        for command in (
            SendReply("ana", NOW, "c1", "m9", "Hi", seen="m8"),
            SubmitDraft("ana", NOW, "c1", "d9", "Hi", seen="m8"),
            EditDraft("ana", NOW, "c1", "d1", "Hi", seen="m8"),
            ApproveDraft("cleo", NOW, "c1", "d1", seen_message="m8"),
        )
    ),
    Refusal("message.known", new_case(), DeliveryFailed(SYSTEM, NOW, "c1", "m-c1")),
    *(
        Refusal(rule, story, command(by, NOW, "t-c1", message))
        for command in (EditMessage, WithdrawMessage)
        for rule, story, by, message in (
            ("actor.role", new_case(), "ana", "m-c1"),
            ("message.theirs", case_in("pending"), CUSTOMER, "r-c1"),
            ("message.changed", (new_case(), command(CUSTOMER, NOW, "t-c1", "m-c1")), CUSTOMER, "m-c1"),
        )
    ),
    Refusal("actor.role", new_case(), RecordMiss("ana", at(hours=1), "c1", ClockName.FIRST_RESPONSE)),
    Refusal("clock.runs", case_in("pending"), RecordMiss(SYSTEM, at(hours=1), "c1", ClockName.FIRST_RESPONSE)),
    Refusal("clock.target", new_case(), RecordMiss(SYSTEM, NOW, "c1", ClockName.FIRST_RESPONSE)),
    Refusal("message.known", new_case(), AddTag("ana", NOW, "c1", "vip", "m9")),
    Refusal("message.known", new_case(), RemoveTag("ana", NOW, "c1", "vip", "m9")),
    Refusal("message.known", new_case(), SetSentiment("ana", NOW, "c1", "m9", Feeling.POSITIVE)),
    Refusal("note.fresh", (new_case(), NOTE), AddNote("ana", NOW, "n1", "Hm", case="c1")),
    Refusal("note.place", new_case(), AddNote("ana", NOW, "n1", "Hm")),
    Refusal("note.known", new_case(), EditNote("ana", NOW, "n9", "Hm")),
    Refusal("note.known", new_case(), DeleteNote("ana", NOW, "n9")),
    Refusal("customer.known", (), AddNote("ana", NOW, "n1", "Hm", customer="rui")),
    Refusal("draft.edge", case_in("open"), WithdrawDraft("ana", NOW, "c1", "d1")),
    Refusal("offer.edge", new_case(), AcceptOffer("ana", NOW, "c1")),
    Refusal("offer.waiting", case_in("open"), OfferWork(SYSTEM, NOW, "c1", "ben")),
    Refusal("offer.waiting", OFFERED, OfferWork(SYSTEM, NOW, "c1", "ben")),
    Refusal("offer.waiting", case_in("open"), OfferWork(SYSTEM, NOW, "c1", "cleo", review=True)),
    Refusal("offer.waiting", case_in("open"), TakeReview("cleo", NOW, "c1")),
    *(
        Refusal("contact.edge", new_case(), command)
        for command in (
            Authenticate("ana", NOW, "c1"),
            EndContact("ana", NOW, "c1"),
            AskPresence("ana", NOW, "c1", "q1"),
            DisconnectIdle("ana", NOW, "c1", "q1"),
        )
    ),
    Refusal("contact.edge", new_case(channel="email"), EndContact(CUSTOMER, NOW, "c1")),
    Refusal("idle.chat", EMAIL, AskPresence("ana", NOW, "c1", "q1")),
    Refusal("idle.chat", EMAIL, DisconnectIdle("ana", NOW, "c1", "q1")),
    Refusal("message.fresh", SILENT, AskPresence("ana", NOW, "c1", "q1")),
    Refusal("message.fresh", SILENT, DisconnectIdle("ana", FIVE, "c1", "q1")),
    Refusal("commitment.fresh", PROMISED, MakeCommitment("ana", NOW, "c1", "p1", LATER, "Call back")),
    Refusal("commitment.known", PROMISED, FulfilCommitment("ana", NOW, "p9")),
    Refusal("wrap_up.owed", case_in("open"), Dispose("ana", NOW, "c1", "solved", "Done")),
    Refusal("away.gone", case_in("open"), ReleaseAbsent(SYSTEM, NOW, "c1")),
    Refusal("away.gone", REVIEWED, FreeReview(SYSTEM, NOW, "c1")),
    Refusal("actor.role", REVIEWED, FreeReview("dora", NOW, "c1")),
    # What else stands in the way: the rules
    Refusal("agents.manage", (), AddAgent("ana", NOW, "zoe")),
    Refusal("agents.manage", (), ChangeAgent("ana", NOW, "ana")),
    Refusal("agents.availability", (), GoAvailable("ana", NOW, "eva")),
    Refusal("agents.availability", (), GoUnavailable("ana", NOW, "ben")),
    Refusal("agents.availability", (), LogOut("ana", NOW, "ben")),
    Refusal("presence.contacts", case_in("open"), GoUnavailable("ana", NOW, "ana", "lunch")),
    Refusal("presence.wrap_up", BACK_WRAPPING_UP, GoAvailable("ana", NOW, "ana")),
    Refusal("assignment.holder", case_in("open"), SetStatus("cleo", NOW, "c1", Status.PENDING)),
    Refusal("assignment.holder", case_in("pending"), DeliveryFailed("cleo", NOW, "c1", "r-c1")),
    Refusal("assignment.holder", KNOWN, ReassignCase("cleo", NOW, "c1", queue="billing")),
    Refusal("assignment.holder", case_in("open"), SendReply("cleo", NOW, "c1", "m2", "Hi")),
    Refusal("assignment.holder", case_in("open"), SubmitDraft("cleo", NOW, "c1", "d1", "Hi")),
    *(
        Refusal("assignment.holder", KNOWN, command)
        for command in (
            Authenticate("cleo", NOW, "c1"),
            AskPresence("cleo", NOW, "c1", "q1"),
            MakeCommitment("cleo", NOW, "c1", "p1", LATER, "Call back"),
            SetLevel("cleo", NOW, "c1", Level.HIGH),
        )
    ),
    Refusal("assignment.holder", case_in("resolved"), EndContact("cleo", NOW, "c1")),
    Refusal("assignment.holder", SILENT, DisconnectIdle("cleo", FIVE, "c1", "m2")),
    Refusal("assignment.holder", MESSAGING, SnoozeCase("cleo", NOW, "c1", LATER)),
    Refusal("snooze.live", case_in("pending"), SnoozeCase("ana", NOW, "c1", LATER)),
    Refusal("snooze.allowed", MESSAGING, SnoozeCase("ana", NOW, "c1", LATER), "[snooze]\nallowed = false"),
    Refusal("snooze.until", MESSAGING, SnoozeCase("ana", NOW, "c1", NOW)),
    Refusal("snooze.longest", MESSAGING, SnoozeCase("ana", NOW, "c1", LATER), "[snooze]\nlongest = '1h'"),
    Refusal("snooze.over", SNOOZED, EndSnooze(SYSTEM, NOW, "c1")),
    *giving("assignment.queue", OTHER_QUEUE),
    *giving("assignment.available", GoUnavailable("cleo", at(2), "cleo")),
    *giving("assignment.next_state", (CLEO_HOLDS, SetNextState("cleo", at(3), "cleo", "lunch"))),
    *giving("assignment.wrap_up", (CLEO_HOLDS, EndContact("dora", at(3), "c2"))),
    *giving("assignment.channel", OTHER_CHANNEL),
    *giving("capacity.channel", CLEO_HOLDS, "[capacity]\nchat = 1")[:2],
    *giving("capacity.total", CLEO_HOLDS, "[capacity]\ntotal = 1"),
    *giving("capacity.voice_with_cases", case_in("open", "c2", "cleo", at=at(2), channel="voice")),
    Refusal("offer.reviewer", DRAFT_WAITS, OfferWork(SYSTEM, NOW, "c1", "ben", review=True)),
    Refusal("offer.reviewer", DRAFT_WAITS, ReassignDraft("ana", NOW, "c1", "d1", agent="ben")),
    Refusal("offer.reviewer", DRAFT_WAITS, TakeReview("ben", NOW, "c1")),
    Refusal("offer.outstanding", OFFERED, OpenCase("ben", NOW, "c1")),
    Refusal("offer.agent", REVIEW_OFFERED, AcceptOffer("dora", NOW, "c1", review=True)),
    Refusal("offer.agent", OFFERED, RejectOffer("ben", NOW, "c1")),
    Refusal("offer.rescind", OFFERED, RescindOffer("ana", NOW, "c1")),
    Refusal("offer.late", OFFERED, AcceptOffer("ana", at(70), "c1")),
    Refusal("offer.timeout", OFFERED, ExpireOffer(SYSTEM, NOW, "c1")),
    Refusal("contact.live", case_in("open"), LeaveCase("ana", NOW, "c1")),
    Refusal("contact.blocks_close", case_in("open"), CloseCase("ana", NOW, "c1")),
    Refusal("chat.agent_ends", case_in("open"), EndContact("ana", NOW, "c1")),
    Refusal("chat.agent_ends", case_in("pending"), EndContact("ana", NOW, "c1")),
    *(
        Refusal("authentication.before", case_in("open"), command)
        for command in (
            SendReply("ana", NOW, "c1", "m2", "Hi", Status.RESOLVED),
            SetStatus("ana", NOW, "c1", Status.RESOLVED),
            ReassignCase("ana", NOW, "c1", queue="billing"),
            MakeCommitment("ana", NOW, "c1", "p1", LATER, "Call back"),
        )
    ),
    Refusal(
        "authentication.before",
        EMAIL,
        CloseCase("ana", NOW, "c1"),
        "[authentication]\nchannels = ['email']\nbefore = ['close']",
    ),
    Refusal(
        "authentication.methods",
        case_in("open"),
        Authenticate("ana", NOW, "c1", "by her voice"),
        "[authentication]\nmethods = ['security question']",
    ),
    Refusal("idle.asked", case_in("pending"), DisconnectIdle("ana", FIVE, "c1", "m2")),
    Refusal("idle.silence", SILENT, DisconnectIdle("ana", NOW, "c1", "m2")),
    Refusal("commitment.due", KNOWN, MakeCommitment("ana", NOW, "c1", "p1", NOW, "Call back")),
    Refusal("commitment.due", PROMISED, RescheduleCommitment("ana", NOW, "p1", at(30))),
    Refusal("commitment.what", KNOWN, MakeCommitment("ana", NOW, "c1", "p1", LATER, " ")),
    Refusal("commitment.agent", PROMISED, FulfilCommitment("ben", NOW, "p1")),
    Refusal("commitment.agent", PROMISED, RescheduleCommitment("ben", NOW, "p1", LATER)),
    Refusal("commitment.overdue", OVERDUE, TakeCommitment("ben", LATER, "p1")),
    Refusal("commitment.absent", PROMISED, TakeCommitment("ben", at(hours=3), "p1")),
    Refusal("commitment.queue", (OVERDUE, OTHER_QUEUE), TakeCommitment("cleo", at(hours=3), "p1")),
    Refusal("wrap_up.agent", ENDED, Dispose("ben", NOW, "c1", "solved", "Done", agent="ana")),
    Refusal("wrap_up.disposition", ENDED, Dispose("ana", NOW, "c1", "", "Done")),
    Refusal("wrap_up.notes", ENDED, Dispose("ana", NOW, "c1", "solved", " ")),
    Refusal("wrap_up.contact", case_in("open"), FlagCase("ben", NOW, "c1", complaint=True)),
    Refusal("wrap_up.contact", case_in("open"), RelateRecord("ben", NOW, "c1", Relation.CUSTOMER, "7")),
    Refusal("wrap_up.contact", RELATED, UnrelateRecord("ben", NOW, "c1", Relation.CUSTOMER)),
    Refusal("relation.known", RELATED, UnrelateRecord("ana", NOW, "c1", Relation.CASE)),
    Refusal("relation.disposed", (RELATED, OVER), UnrelateRecord("dora", NOW, "c1", Relation.CUSTOMER)),
    Refusal("wrap_up.blocks_close", ENDED_EMAIL, CloseCase("ana", NOW, "c1")),
    Refusal("email.relations", ENDED_EMAIL, Dispose("ana", NOW, "c1", "solved", "Done")),
    Refusal("email.earlier_handler", ANSWERS_CLEO, Dispose("ana", NOW, "c1", "solved", "Done")),
    Refusal("email.subject_required", EMAIL, SendReply("ana", NOW, "c1", "m2", "Hi")),
    Refusal("email.subject_required", EMAIL, SubmitDraft("ana", NOW, "c1", "d1", "Hi")),
    Refusal(
        "email.subject_required",
        (EMAIL, attrs.evolve(DRAFT, subject="Re")),
        EditDraft("ana", NOW, "c1", "d1", subject=" "),
    ),
    Refusal("away.grace", (case_in("open"), LogOut("ana", at(30), "ana")), ReleaseAbsent(SYSTEM, NOW, "c1")),
    Refusal("away.grace", (REVIEWED, LogOut("cleo", at(30), "cleo")), FreeReview(SYSTEM, NOW, "c1")),
    Refusal(
        "presence.on_duty", (case_in("open"), LogOut("ana", at(30), "ana")), SendReply("ana", NOW, "c1", "m2", "Hi")
    ),
    Refusal("presence.on_duty", (DRAFT_WAITS, CLEO_AT_LUNCH), ApproveDraft("cleo", NOW, "c1", "d1")),
    Refusal("presence.on_duty", (DRAFT_WAITS, CLEO_AT_LUNCH), RefuseDraft("cleo", NOW, "c1", "d1", "No")),
    Refusal("presence.on_duty", (DRAFT_WAITS, CLEO_AT_LUNCH), EditDraft("cleo", NOW, "c1", "d1", "Hi")),
    Refusal("lifecycle.abandoned", EMAIL, CloseCase("ana", NOW, "c1", CloseReason.ABANDONED)),
    Refusal("lifecycle.close_by", EMAIL, CloseCase("cleo", NOW, "c1")),
    Refusal("lifecycle.close_from", EMAIL, CloseCase("ana", NOW, "c1"), "[lifecycle]\nclose_from = ['resolved']"),
    Refusal("lifecycle.close_after", case_in("resolved"), CloseCase(SYSTEM, NOW, "c1", CloseReason.AUTOMATIC)),
    Refusal("channels.kinds", new_case(), ReceiveMessage(CUSTOMER, NOW, "t-c1", "m2", kind=MessageKind.POST)),
    Refusal("reply.permission", BEN_HOLDS, SendReply("ben", NOW, "c1", "m2", "Hi")),
    *(
        Refusal("reply.seen", (DRAFT_WAITS, ReceiveMessage(CUSTOMER, at(2), "t-c1", "m2", "And?")), command)
        for command in (
            SendReply("ana", NOW, "c1", "m9", "Hi", seen="m-c1"),
            EditDraft("ana", NOW, "c1", "d1", "Hi", seen="m-c1"),
            ApproveDraft("cleo", NOW, "c1", "d1", seen_message="m-c1"),
        )
    ),
    Refusal(
        "reply.seen",
        (case_in("open"), ReceiveMessage(CUSTOMER, at(2), "t-c1", "m2", "And?")),
        SubmitDraft("ana", NOW, "c1", "d9", "Hi", seen="m-c1"),
    ),
    Refusal("reply.content", case_in("open"), SendReply("ana", NOW, "c1", "m2")),
    Refusal("reply.content", case_in("open"), SubmitDraft("ana", NOW, "c1", "d1")),
    Refusal("reply.content", DRAFT_WAITS, EditDraft("ana", NOW, "c1", "d1", "")),
    Refusal("reply.content", case_in("open"), AskPresence("ana", NOW, "c1", "m2"), "[chat.idle]\nquestions = []"),
    Refusal("channels.attachments", CALL, SendReply("ana", NOW, "c1", "m2", attachments=("a.pdf",))),
    Refusal("channels.attachments", CALL, SubmitDraft("ana", NOW, "c1", "d1", attachments=("a.pdf",))),
    Refusal("channels.attachments", CALL_DRAFT, EditDraft("ana", NOW, "c1", "d1", attachments=("a.pdf",))),
    Refusal("channels.emoji", CALL, SendReply("ana", NOW, "c1", "m2", "🙂")),
    Refusal("channels.emoji", CALL, SubmitDraft("ana", NOW, "c1", "d1", "🙂")),
    Refusal("channels.emoji", CALL_DRAFT, EditDraft("ana", NOW, "c1", "d1", "🙂")),
    Refusal(
        "channels.emoji",
        case_in("open"),
        AskPresence("ana", NOW, "c1", "m2", "Hi? 🙂"),
        "[channels.chat]\nemoji = false",
    ),
    Refusal("replies.blanks", KNOWN, SendReply("ana", NOW, "c1", "m2", "Dear {customer}")),
    Refusal("replies.blanks", KNOWN, SubmitDraft("ana", NOW, "c1", "d1", "Dear {{1}}")),
    Refusal("replies.blanks", (KNOWN, DRAFT), EditDraft("ana", NOW, "c1", "d1", "Dear {{1}}")),
    Refusal("replies.blanks", KNOWN, AskPresence("ana", NOW, "c1", "m2", "Dear {{1}}?")),
    *(
        Refusal(
            "tags.restricted_to",
            new_case(tags=tags),
            command,
            '[[override]]\nmatch = { tag = "VIP" }\nset = { "tags.limit" = 9 }',
        )
        for tags, command in (
            (frozenset(), AddTag("ana", NOW, "c1", "VIP")),
            (frozenset({"vip"}), RemoveTag("ana", NOW, "c1", "vip")),
        )
    ),
    Refusal(
        "tags.restricted_to",
        case_in("open"),
        SetLevel("ana", NOW, "c1", Level.HIGH),
        '[[rule]]\nid = "urgent.first"\ntitle = "It is urgent"\nguards = ["snooze"]\nwhen = { level = "urgent" }',
    ),
    # Attributes
    Refusal("attribute.known", case_in("open"), SetAttribute("ana", NOW, "c1", "refund", 5)),
    Refusal("attribute.known", case_in("open"), SetAttribute("ana", NOW, "c1", "refund", 5), REFUND_EUR),
    Refusal("attribute.value", case_in("open"), SetAttribute("ana", NOW, "c1", "refund_eur", -1), REFUND_EUR),
    Refusal("attribute.value", (), new_case(attributes={"refund_eur": -1}), REFUND_EUR),
    Refusal("attribute.set_by", case_in("open"), SetAttribute("ben", NOW, "c1", "refund_eur", 5), REFUND_EUR),
    Refusal("lifecycle.closed", case_in("closed"), SetAttribute("ana", NOW, "c1", "refund_eur", 5), REFUND_EUR),
    # Logged cases
    *(
        Refusal(rule, story, attrs.evolve(LOG, **fields))
        for rule, story, fields in (
            ("actor.role", (), {"by": SYSTEM}),
            ("thread.identity", (), {"channel": None}),
            ("logged.open_case", new_case(), {"thread": "t-c1", "new_case": "c2"}),
            ("case.fresh", LOG, {"thread": "t2", "note": "n2"}),
            ("note.fresh", LOG, {"thread": "t2", "new_case": "c2"}),
            ("note.content", (), {"text": ""}),
            ("queue.known", (), {"queue": "vip"}),
        )
    ),
    Refusal("logged.reply", LOG, SendReply("ana", NOW, "c1", "m2", "Hello")),
    Refusal("logged.reply", LOG, DRAFT_NOW),
    Refusal("outbound.phone", attrs.evolve(LOG, channel=Channel.SMS), SendReply("ana", NOW, "c1", "m2", "Hello")),
    # Outbound and the window
    Refusal("outbound.phone", (), attrs.evolve(START_SMS, phone="912 345 678")),
    *(
        Refusal(rule, story, attrs.evolve(START_SMS, **fields))
        for rule, story, fields in (
            ("actor.role", (), {"by": SYSTEM}),
            ("thread.identity", (), {"channel": None}),
            ("outbound.channel", (), {"channel": Channel.APPLE_MESSAGES}),
            ("outbound.open_case", SMS, {"thread": "t-c1", "new_case": "c2"}),
            ("case.fresh", SMS, {}),
            (
                "message.fresh",
                case_in("closed", channel="sms"),
                {"thread": "t-c1", "message": "m-c1", "new_case": "c2"},
            ),
            ("queue.known", (), {"queue": "vip"}),
        )
    ),
    Refusal("consent.proof", (), RecordConsent(SYSTEM, NOW, "maria")),
    Refusal("whatsapp.consent", (), attrs.evolve(START_WHATSAPP, at=NOW)),
    Refusal("whatsapp.consent", (we_write(), WITHDRAWN), SendReply("ana", NOW, "c1", "m2", READS, template=NEWS)),
    Refusal("whatsapp.window", WHATSAPP, SendReply("ana", at(hours=24), "c1", "m2", "Hello")),
    Refusal("whatsapp.window", WHATSAPP, SubmitDraft("ana", at(hours=24), "c1", "d1", "Hello")),
    Refusal("template.ready", WHATSAPP, SendReply("ana", NOW, "c1", "m2", "Hello", template=NEWS)),
    Refusal("template.ready", WHATSAPP, SubmitDraft("ana", NOW, "c1", "d1", "Hello", template=NEWS)),
    Refusal("template.ready", (WHATSAPP, DRAFT), EditDraft("ana", NOW, "c1", "d1", "Hello", template=NEWS)),
    Refusal("note.content", new_case(), AddNote("ana", NOW, "n1", " ", case="c1")),
    Refusal("note.content", (new_case(), NOTE), EditNote("ana", NOW, "n1", " ")),
    Refusal("note.author", (new_case(), NOTE), EditNote("ben", NOW, "n1", "Hm")),
    Refusal("note.author", (new_case(), NOTE), DeleteNote("ben", NOW, "n1")),
    Refusal("tags.enabled", new_case(), AddTag("ana", NOW, "c1", "vip"), "[tags]\nenabled = false"),
    Refusal(
        "tags.limit",
        (new_case(), AddTag("ana", at(1), "c1", "a")),
        AddTag("ana", NOW, "c1", "b"),
        "[tags]\nlimit = 1",
    ),
    Refusal(
        "tags.limit",
        (new_case(), AddTag("ana", at(1), "c1", "a", "m-c1")),
        AddTag("ana", NOW, "c1", "b", "m-c1"),
        "[tags]\nlimit = 1",
    ),
    Refusal(
        "sentiment.manual",
        new_case(),
        SetSentiment("ana", NOW, "c1", "m-c1", Feeling.POSITIVE),
        "[sentiment]\nmanual = false",
    ),
    Refusal("approval.single", DRAFT_WAITS, SubmitDraft("ana", NOW, "c1", "d2", "Hi")),
    Refusal("approval.permission", DRAFT_WAITS, ApproveDraft("ben", NOW, "c1", "d1")),
    Refusal("approval.permission", DRAFT_WAITS, RefuseDraft("ben", NOW, "c1", "d1", "No")),
    Refusal("approval.reviewer", (DRAFT_WAITS, OTHER_QUEUE), ApproveDraft("cleo", NOW, "c1", "d1")),
    Refusal("approval.reviewer", (DRAFT_WAITS, OTHER_QUEUE), RefuseDraft("cleo", NOW, "c1", "d1", "No")),
    Refusal("approval.channel", (DRAFT_WAITS, OTHER_CHANNEL), ApproveDraft("cleo", NOW, "c1", "d1")),
    Refusal("approval.channel", (DRAFT_WAITS, OTHER_CHANNEL), RefuseDraft("cleo", NOW, "c1", "d1", "No")),
    Refusal(
        "approval.self_approval",
        (case_in("open", agent="cleo"), attrs.evolve(DRAFT, by="cleo")),
        ApproveDraft("cleo", NOW, "c1", "d1"),
    ),
    Refusal(
        "approval.stale",
        (DRAFT_WAITS, ReceiveMessage(CUSTOMER, at(2), "t-c1", "m2")),
        ApproveDraft("cleo", NOW, "c1", "d1"),
    ),
    Refusal("approval.reason", DRAFT_WAITS, RefuseDraft("cleo", NOW, "c1", "d1")),
    Refusal("approval.author", DRAFT_WAITS, EditDraft("ben", NOW, "c1", "d1", "Hi")),
    Refusal("approval.author", DRAFT_WAITS, WithdrawDraft("ben", NOW, "c1", "d1")),
    Refusal("approval.author", DRAFT_WAITS, ReassignDraft("ben", NOW, "c1", "d1", queue="billing")),
    Refusal("approval.blocks_close", EMAIL_DRAFT, CloseCase("ana", NOW, "c1")),
    *(
        Refusal("approval.blocks_resolve", (KNOWN, SubmitDraft("ana", at(2), "c1", "d1", "Hello")), command)
        for command in (
            SetStatus("ana", NOW, "c1", Status.RESOLVED),
            SendReply("ana", NOW, "c1", "m2", "Hi", Status.RESOLVED),
        )
    ),
    Refusal(
        "approval.blocks_resolve", (SILENT, attrs.evolve(DRAFT, at=at(2))), DisconnectIdle("ana", FIVE, "c1", "m2")
    ),
)


def told(refusal, **modes):
    """The story up to the refusal, under a policy with these rules softened."""
    policy = Policy.loads(refusal.policy)
    policy = attrs.evolve(policy, enforcement=modes, queues=Policy.default().queues)
    return given(refusal.story, policy=policy)


def refused_by(refusal):
    """The rows of the rule table that refuse a story's end: (place in `RULES`, the command or event guarded)."""
    desk = told(refusal).desk
    view, command = desk.view(refusal.command), refusal.command
    verdict = desk.decide(command)
    proposed = next(room.decide[type(command)] for room in HOUSE.rooms if type(command) in room.decide)
    happens = where_wanted(proposed)(view, command, desk.policy)
    foreseen = next((room.foresees[type(command)] for room in HOUSE.rooms if type(command) in room.foresees), None)
    later = view if foreseen is None else foreseen(view, command, desk.policy)
    for place, rule in enumerate(RULES):
        seen, subjects = (view, (command,)) if rule in HOUSE.needs else (later, (command, *happens))
        for subject in subjects:
            if isinstance(subject, rule.guards) and rule.find(seen, subject, desk.policy) in verdict.reasons:
                yield place, type(subject)


@pytest.mark.parametrize("refusal", [pytest.param(refusal, id=f"{n}-{refusal}") for n, refusal in enumerate(REFUSALS)])
def test_refused(refusal):
    """Each story ends in a refusal by exactly the rule it is told for, and nothing has changed."""
    story = told(refusal)
    outcome = story.when(refusal.command).refused(refusal.rule)
    assert story.desk is outcome.desk


def test_every_rule_refuses():
    """Every id of the rule table refuses in a story above, and no story is told of a rule that is not in the table."""
    assert {rule.id for rule in RULES} == {refusal.rule for refusal in REFUSALS}


def test_every_row_refuses_whatever_it_guards():
    """Every row refuses every command and every event that it guards by name.

    A row that guards a class of commands (`Command`, `CaseCommand`, `DraftCommand`) has to refuse one of them.
    """
    refusing = {row for refusal in REFUSALS for row in refused_by(refusal)}
    missing = [
        f"{rule.id} never refuses {guard.__name__}; tell a story of it in REFUSALS"
        for place, rule in enumerate(RULES)
        for guard in rule.guards
        if not any(place == row and issubclass(subject, guard) for row, subject in refusing)
        and (rule.id, guard.__name__) not in UNREACHABLE
    ]
    assert [] == missing


UNREACHABLE = {
    ("lifecycle.edge", "CloseCase"): "every status but closed may be closed, and closed is refused before",
    ("lifecycle.edge", "DisconnectIdle"): "contacts go on with worked cases only, and from there all may be resolved",
    ("capacity.channel", "ReviewTaken"): "a review counts in the total only",
    ("lifecycle.edge", "ApproveDraft"): "drafts wait on worked cases only, and from there every reply may be sent",
}
"""Rows that hold the tables together, and that no story reaches while the tables are what they are."""


def test_what_is_unreachable_stays_so():
    """The exceptions are still rows of the table, and still no story reaches them."""
    refusing = {(RULES[place].id, subject.__name__) for refusal in REFUSALS for place, subject in refused_by(refusal)}
    rows = {(rule.id, guard.__name__) for rule in RULES for guard in rule.guards}
    assert rows >= UNREACHABLE.keys()
    assert not refusing & UNREACHABLE.keys()


# Softened rules ----------------------------------------------------------------------------------------

SOFTENED = [
    pytest.param(refusal, id=f"{n}-{refusal}") for n, refusal in enumerate(REFUSALS) if refusal.rule in SWITCHABLE
]


@pytest.mark.parametrize("refusal", SOFTENED)
def test_warned(refusal):
    """Warned about, the same command is accepted; a deviation keeps the rule, the case and what was measured."""
    blocked = told(refusal).when(refusal.command).verdict
    warned = told(refusal, **{refusal.rule: Enforcement.WARN}).when(refusal.command).warns(refusal.rule)
    *_, deviation = warned.events
    command = refusal.command
    assert Deviated(command.by, command.at, refusal.rule, blocked.reasons[0].message, "c1") == deviation
    assert blocked.reasons == warned.verdict.deviations


@pytest.mark.parametrize("refusal", SOFTENED)
def test_switched_off(refusal):
    """Switched off, it is accepted and nothing is said; otherwise the same happens as where it is warned about."""
    off = told(refusal, **{refusal.rule: Enforcement.OFF}).when(refusal.command)
    warned = told(refusal, **{refusal.rule: Enforcement.WARN}).when(refusal.command)
    assert Accepted(warned.events[:-1]) == off.verdict


@pytest.mark.parametrize("refusal", SOFTENED)
def test_softening_breaks_no_promise(refusal):
    """What a policy may waive, it waives alone: every promise that the policy still claims is kept."""
    policy = told(refusal, **{refusal.rule: Enforcement.OFF}).desk.policy
    assert [] == breaches_at_end(refusal.story, refusal.command, policy=policy)


ALL_WAIVED = Policy(enforcement=dict.fromkeys(SWITCHABLE, Enforcement.OFF))


@examples(30)
@drawing(runs(ALL_WAIVED))
def test_some_promises_cannot_be_waived(steps):
    """Where every rule that may be switched off is off: 01, 02, 03, 11 and 16 are still promised, and kept."""
    assert {"01", "02", "03", "11", "16"} <= {promise.number for promise in PROMISES if promise.claimed(ALL_WAIVED)}
    assert [] == breaches_of(steps)


# Edges -------------------------------------------------------------------------------------------------


CASE_EDGES = {
    Trigger.BEGIN_WORK: OpenCase("dora", NOW, "c1"),
    Trigger.SEND_AS_PENDING: SendReply("dora", NOW, "c1", "m2", "Hi", Status.PENDING, subject="Hi"),
    Trigger.SEND_AS_ESCALATED: SendReply("dora", NOW, "c1", "m2", "Hi", Status.ESCALATED, subject="Hi"),
    Trigger.SEND_AS_RESOLVED: SendReply("dora", NOW, "c1", "m2", "Hi", Status.RESOLVED, subject="Hi"),
    Trigger.SET_OPEN: SetStatus("dora", NOW, "c1", Status.OPEN),
    Trigger.SET_PENDING: SetStatus("dora", NOW, "c1", Status.PENDING),
    Trigger.SET_ESCALATED: SetStatus("dora", NOW, "c1", Status.ESCALATED),
    Trigger.SET_RESOLVED: SetStatus("dora", NOW, "c1", Status.RESOLVED),
    Trigger.CUSTOMER_MESSAGE: ReceiveMessage(CUSTOMER, NOW, "t-c1", "m2"),
    Trigger.DELIVERY_FAILED: DeliveryFailed("dora", NOW, "c1", "r-c1"),
    Trigger.CLOSE: CloseCase("dora", NOW, "c1"),
}
"""The command that each trigger of the case's life cycle comes by; on email dora may give all of them."""

DRAFT_EDGES = {
    "edit": (EditDraft("ana", NOW, "c1", "d1", "Hi"), DraftEdited),
    "reassign": (ReassignDraft("ana", NOW, "c1", "d1", queue="billing"), ReviewReassigned),
    "approve": (ApproveDraft("cleo", NOW, "c1", "d1"), DraftApproved),
    "refuse": (RefuseDraft("cleo", NOW, "c1", "d1", "No"), DraftRefused),
    "withdraw": (WithdrawDraft("ana", NOW, "c1", "d1"), DraftWithdrawn),
    "supersede": (ReceiveMessage(CUSTOMER, NOW, "t-c1", "m2"), DraftSuperseded),
}
"""The command that each trigger of the draft's life cycle comes by, and the event that tells of it."""


OFFER_EDGES = {
    "accept": (AcceptOffer("ana", NOW, "c1"), OfferAccepted),
    "reject": (RejectOffer("ana", NOW, "c1"), OfferDeclined),
    "expire": (ExpireOffer(SYSTEM, at(70), "c1"), OfferDeclined),
    "rescind": (RescindOffer(SYSTEM, NOW, "c1"), OfferRescinded),
}
"""The same for an offer."""

CONTACT_EDGES = {
    "authenticate": (case_in("open"), Authenticate("ana", NOW, "c1"), Authenticated),
    "end": (case_in("open"), EndContact("dora", NOW, "c1"), ContactEnded),
    "dispose": (ENDED, Dispose("ana", NOW, "c1", "solved", "Done"), Disposed),
}
"""The story up to each trigger of a contact's life cycle, the command that it comes by, and the event that tells it."""


@pytest.mark.parametrize("edge", CASE_LIFECYCLE.edges, ids=str)
def test_edge_of_a_case_fires(edge):
    """From each source each trigger leads where the table says."""
    story = case_in(edge.source, agent="dora", channel="email")
    if edge.trigger == Trigger.DELIVERY_FAILED and edge.source is Status.OPEN:  # we have written before
        story = (case_in("pending", agent="dora", channel="email"), SetStatus("dora", at(30), "c1", Status.OPEN))
    outcome = given(story).when(CASE_EDGES[edge.trigger])
    assert outcome.verdict, outcome.verdict
    assert (edge.dest or edge.source) == outcome.desk.status("c1")
    assert outcome.events


@pytest.mark.parametrize("edge", DRAFT_LIFECYCLE.edges, ids=str)
def test_edge_of_a_draft_fires(edge):
    """Every way a draft can go; it waits no more exactly where the table leads to an end."""
    command, event = DRAFT_EDGES[edge.trigger]
    policy = Policy.loads("[approval]\non_customer_message = 'supersede'" if edge.trigger == "supersede" else "")
    policy = attrs.evolve(policy, queues=Policy.default().queues)
    outcome = given(DRAFT_WAITS, policy=policy).when(command)
    assert [event] == [type(happened) for happened in outcome.events if isinstance(happened, event)]
    ended = (edge.dest or edge.source) != DraftStatus.SUBMITTED
    assert ended is (outcome.desk.cases["c1"].draft is None)


@pytest.mark.parametrize("edge", OFFER_LIFECYCLE.edges, ids=str)
def test_edge_of_an_offer_fires(edge):
    """Every way an offer can go leads where the table says, and it stands no more."""
    command, event = OFFER_EDGES[edge.trigger]
    outcome = given(OFFERED).when(command)
    (told,) = (happened for happened in outcome.events if isinstance(happened, event))
    assert "ana" == told.agent
    assert edge.dest == getattr(told, "how", edge.dest)
    assert outcome.desk.cases["c1"].offers.offered_to is None
    assert {} == outcome.desk.agents["ana"].offered


@pytest.mark.parametrize("edge", CONTACT_LIFECYCLE.edges, ids=str)
def test_edge_of_a_contact_fires(edge):
    """A contact goes on, is to be disposed, or is over, as the table says."""
    story, command, event = CONTACT_EDGES[edge.trigger]
    outcome = given(story).when(command)
    assert [event] == [type(happened) for happened in outcome.events if isinstance(happened, event)]
    active, owed = outcome.desk.cases["c1"].contact is not None, len(outcome.desk.wrap_ups) == 1
    assert (edge.dest or edge.source) == ("active" if active else "ended" if owed else "disposed")


def test_every_trigger_has_a_story():
    """A trigger that is added needs a command that it comes by; one that goes leaves none behind."""
    assert CASE_EDGES.keys() == set(CASE_LIFECYCLE.lookup)
    assert DRAFT_EDGES.keys() == set(DRAFT_LIFECYCLE.lookup)
    assert OFFER_EDGES.keys() == set(OFFER_LIFECYCLE.lookup)
    assert CONTACT_EDGES.keys() == set(CONTACT_LIFECYCLE.lookup)


# Commands ----------------------------------------------------------------------------------------------


def test_every_command_is_refused_somewhere():
    """A command that nothing could refuse would be a door without a lock."""
    refused = {type(refusal.command) for refusal in REFUSALS}
    assert {"RecordCustomer"} == {command.__name__ for command in HOUSE.commands if command not in refused}
