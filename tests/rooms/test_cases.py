"""Cases: status by hand, and closing: by hand, automatically, as spam (§2)."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from casecore.channels import Channel, MessageKind
from casecore.desk import Due
from casecore.policies import Policy, PolicyError
from casecore.policies.sections import Level, Lifecycle, Role
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, AgentWrapsUp, ChangeAgent, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import ApproveDraft, EditDraft, ReassignDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCustomer, BlockThread, UnblockCustomer, UnblockThread
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import Case, CaseClosed, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.clocks import ClockName
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment, TakeCommitment
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import ContactEnded, EndContact
from casecore.rooms.edits import EditMessage, WithdrawMessage
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, RemoveTag, SetSentiment
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import FlagCase, RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import RecordMiss, SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.threads import Feeling, RecordCustomer
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case


def sop(**lifecycle):
    """The default SOP, but for how cases are closed."""
    return attrs.evolve(Policy.default(), lifecycle=Lifecycle(**lifecycle))


class TestRecord:
    """What is known of a case."""

    def test_new(self):
        """Started, not yet looked at: it waits in its queue since the customer wrote."""
        case = given(new_case(reason="refund", language="pt")).desk.cases["c1"].case
        assert (
            Case(
                "c1",
                "t-c1",
                "maria",
                Channel.CHAT,
                Status.NEW,
                T0,
                "billing",
                waiting_since=T0,
                unanswered_since=T0,
                active_at=T0,
                asked_since=T0,
                reason="refund",
                language="pt",
            )
            == case
        )

    def test_unanswered(self):
        """Unanswered since the first message that has had no reply, until a reply goes out."""
        story = given(
            case_in("open"),
            ReceiveMessage("customer", at(10), "t-c1", "m2"),
            SetStatus("ana", at(20), "c1", Status.PENDING),
        )
        assert T0 == story.desk.cases["c1"].case.unanswered_since
        answered = story.when(SendReply("ana", at(30), "c1", "m3", "Hello"))
        assert None is answered.desk.cases["c1"].case.unanswered_since
        again = answered.and_when(ReceiveMessage("customer", at(40), "t-c1", "m4"))
        assert at(40) == again.desk.cases["c1"].case.unanswered_since


class TestStatusByHand:
    """A status is set without a reply, by the assignee or a supervisor."""

    @pytest.mark.parametrize("by", ["ana", "dora"])
    def test_by_assignee_or_supervisor(self, by):
        """The status, and since when."""
        outcome = given(case_in("open")).when(SetStatus(by, at(60), "c1", Status.PENDING))
        outcome.then(StatusSet(by, at(60), "c1", Status.PENDING))
        case = outcome.desk.cases["c1"].case
        assert (Status.PENDING, at(60), "ana") == (case.status, case.status_at, case.assignee)

    def test_by_somebody_else(self):
        """Only the assignee; the refusal names them."""
        refused = given(case_in("open")).when(SetStatus("cleo", at(60), "c1", Status.PENDING))
        (reason,) = refused.refused("assignment.holder").verdict.reasons
        assert ("[assignment.holder] case c1 is not cleo's: ana holds it -> ask its assignee or a supervisor") == str(
            reason
        )
        assert {"assignee": "ana"} == reason.facts

    def test_on_a_case_nobody_holds(self):
        """It has to be opened first."""
        story = given(case_in("pending", channel="messaging"), LeaveCase("ana", at(30), "c1"))
        refused = story.when(SetStatus("ana", at(60), "c1", Status.OPEN)).refused("assignment.holder")
        assert (
            "[assignment.holder] case c1 is not ana's: nobody holds it "
            "-> ask a supervisor, or whoever serves general and is free may open it"
        ) == str(refused.verdict)

    @pytest.mark.parametrize(
        ("by", "found"), [("customer", "a customer can only write"), ("system", "system is not an agent")]
    )
    def test_by_no_agent(self, by, found):
        """A status by hand needs a hand."""
        refused = given(case_in("open")).when(SetStatus(by, at(60), "c1", Status.PENDING)).refused("actor.role")
        assert f"[actor.role] {found} -> give the id of the agent who does it" == str(refused.verdict)

    def test_unknown_case(self):
        """The refusal says that messages start cases."""
        refused = given().when(SetStatus("ana", at(60), "c9", Status.PENDING)).refused("case.known")
        assert "[case.known] there is no case 'c9' -> check the id; messages start cases" == str(refused.verdict)


class TestClosingByHand:
    """By the assignee or a supervisor, as far as the policy lets them."""

    @pytest.mark.parametrize("by", ["ana", "dora"])
    @pytest.mark.parametrize("status", ["open", "pending", "escalated", "resolved"])
    def test_closed(self, status, by):
        """Closing ends the assignment; the owner stays."""
        outcome = given(case_in(status, channel="messaging")).when(CloseCase(by, at(60), "c1"))
        outcome.then(CaseClosed(by, at(60), "c1", CloseReason.BY_HAND), ContactEnded, WrapUpOwed, AgentWrapsUp)
        case = outcome.desk.cases["c1"].case
        assert (Status.CLOSED, at(60), None, "ana") == (case.status, case.status_at, case.assignee, case.owner)
        assert CloseReason.BY_HAND is case.closed_as

    def test_waits_no_more(self):
        """A closed case is not queued, and nobody owes it an answer."""
        case = given(new_case()).when(CloseCase("dora", at(60), "c1")).desk.cases["c1"].case
        assert (None, None) == (case.waiting_since, case.unanswered_since)

    @pytest.mark.parametrize("reason", [CloseReason.BY_HAND, CloseReason.SPAM, CloseReason.TRASHED])
    def test_by_somebody_else(self, reason):
        """Neither by hand nor as spam; the refusal names who may."""
        refused = (
            given(case_in("open", channel="messaging"))
            .when(CloseCase("cleo", at(60), "c1", reason))
            .refused("lifecycle.close_by")
        )
        assert (
            "[lifecycle.close_by] cleo may not close case c1 "
            "-> the policy lets its assignee or its last agent or a supervisor close"
        ) == str(refused.verdict)

    @pytest.mark.parametrize(
        ("close_by", "may", "may_not", "who"),
        [((Role.ASSIGNEE,), "ana", "dora", "its assignee"), ((Role.SUPERVISOR,), "dora", "ana", "a supervisor")],
    )
    def test_policy_narrows_who(self, close_by, may, may_not, who):
        """The policy says who closes."""
        story = given(case_in("open", channel="messaging"), policy=sop(close_by=close_by))
        assert story.when(CloseCase(may, at(60), "c1")).verdict
        (reason,) = story.when(CloseCase(may_not, at(60), "c1")).refused("lifecycle.close_by").verdict.reasons
        assert f"the policy lets {who} close" == reason.remedy

    def test_by_the_owner(self):
        """Where nobody holds it, its last agent closes it: a chat's assignment ends before it can close."""
        story = given(case_in("closed"))
        assert ("ana", None) == (story.desk.cases["c1"].case.owner, story.desk.cases["c1"].case.assignee)
        ended = given(
            case_in("open"),
            EndContact("dora", at(1), "c1"),
            Dispose("ana", at(1), "c1", "solved", "Fine"),
            policy=sop(close_by=(Role.OWNER,)),
        )
        ended.when(CloseCase("ana", at(60), "c1")).then(CaseClosed)
        ended.when(CloseCase("dora", at(60), "c1")).refused("lifecycle.close_by")

    def test_not_by_an_owner_of_what_another_holds(self):
        """While somebody holds it, being its last agent says nothing. Regression: naming the role raised a KeyError."""
        story = given(case_in("open", channel="messaging"), policy=sop(close_by=(Role.OWNER,)))
        (reason,) = story.when(CloseCase("ana", at(60), "c1")).refused("lifecycle.close_by").verdict.reasons
        assert "the policy lets its last agent close" == reason.remedy

    def test_nobody(self):
        """A policy may leave closing to time alone."""
        story = given(case_in("open", channel="messaging"), policy=sop(close_by=()))
        (reason,) = story.when(CloseCase("dora", at(60), "c1")).refused("lifecycle.close_by").verdict.reasons
        assert "the policy lets nobody close" == reason.remedy

    def test_policy_narrows_from_where(self):
        """The policy says from which statuses; the refusal names the status and the limit."""
        story = given(case_in("pending", channel="messaging"), policy=sop(close_from=(Status.OPEN, Status.RESOLVED)))
        (reason,) = story.when(CloseCase("ana", at(60), "c1")).refused("lifecycle.close_from").verdict.reasons
        assert (
            "[lifecycle.close_from] case c1 is pending; the policy closes from open, resolved "
            "-> set one of these statuses first"
        ) == str(reason)
        assert {"status": Status.PENDING, "from": (Status.OPEN, Status.RESOLVED)} == reason.facts

    def test_every_reason(self):
        """Who and from where are told together."""
        policy = sop(close_from=(Status.RESOLVED,), close_by=(Role.SUPERVISOR,))
        story = given(case_in("pending", channel="messaging"), policy=policy)
        story.when(CloseCase("ana", at(60), "c1")).refused("lifecycle.close_from", "lifecycle.close_by")

    def test_by_the_customer(self):
        """A customer can only write."""
        given(case_in("open")).when(CloseCase("customer", at(60), "c1")).refused("actor.role")


class TestSpam:
    """What is unwanted may be closed from every status."""

    @pytest.mark.parametrize("reason", [CloseReason.SPAM, CloseReason.TRASHED])
    @pytest.mark.parametrize("status", ["new", "open", "pending", "escalated", "resolved"])
    def test_from_every_status(self, status, reason):
        """Even where the policy closes from resolved only; CXone's `trashed` is closed with that reason."""
        story = given(case_in(status), policy=sop(close_from=(Status.RESOLVED,)))
        case = story.when(CloseCase("dora", at(60), "c1", reason)).desk.cases["c1"].case
        assert (Status.CLOSED, reason) == (case.status, case.closed_as)


HOUR = timedelta(hours=1)


def closing(desk):
    """What the desk closes by itself, as (case, when)."""
    return [(due.case, due.at) for due in desk.due() if due.key == "lifecycle.close_after"]


class TestClosingAutomatically:
    """After the time that the policy gives each status; checked again when it fires."""

    def test_in_time(self):
        """At 48 hours exactly, and by the system."""
        story = given(case_in("resolved"))
        outcome = story.when(CloseCase("system", at(hours=48), "c1", CloseReason.AUTOMATIC))
        closed = CaseClosed("system", at(hours=48), "c1", CloseReason.AUTOMATIC)
        outcome.then(closed, ContactEnded, WrapUpOwed, AgentWrapsUp)

    def test_too_early(self):
        """One second before: how long it has been, and how long is left."""
        story = given(case_in("resolved"))
        outcome = story.when(CloseCase("system", at(-1, hours=48), "c1", CloseReason.AUTOMATIC))
        (reason,) = outcome.refused("lifecycle.close_after").verdict.reasons
        found = "nothing has happened on case c1, which is resolved, for 1d23h59m59s"
        assert f"[lifecycle.close_after] {found} -> wait 1s more" == str(reason)
        assert {"seconds": 172_799.0, "limit": 172_800.0, "seconds_to_go": 1.0} == reason.facts

    def test_part_of_a_second_to_go(self):
        """Regression: the time to wait was rounded down, to "wait 0s more"."""
        story = given(case_in("resolved"))
        outcome = story.when(CloseCase("system", at(-0.25, hours=48), "c1", CloseReason.AUTOMATIC))
        (reason,) = outcome.refused("lifecycle.close_after").verdict.reasons
        assert ("wait 1s more", 0.25) == (reason.remedy, reason.facts["seconds_to_go"])

    def test_the_system_closes_automatically(self):
        """The system has no hands: closing by hand, given by it, is automatic closing."""
        story = given(case_in("resolved"))
        story.when(CloseCase("system", at(hours=1), "c1")).refused("lifecycle.close_after")
        story.when(CloseCase("system", at(hours=48), "c1")).then(
            CaseClosed("system", at(hours=48), "c1", CloseReason.AUTOMATIC), ContactEnded, WrapUpOwed, AgentWrapsUp
        )

    def test_nobody_need_hold_it(self):
        """A case that its agent left is closed all the same."""
        story = given(case_in("resolved", channel="messaging"), LeaveCase("ana", at(1), "c1"))
        story.when(CloseCase("system", at(hours=48), "c1", CloseReason.AUTOMATIC)).then(CaseClosed)

    def test_status_without_a_time(self):
        """Statuses that the policy does not name wait for ever."""
        outcome = given(case_in("pending")).when(CloseCase("system", at(hours=999), "c1", CloseReason.AUTOMATIC))
        assert (
            "[lifecycle.close_after] cases that are pending are not closed automatically -> leave it as it is"
        ) == str(outcome.refused("lifecycle.close_after").verdict)

    def test_time_counts_from_the_status(self):
        """A customer who writes stops it; resolving again starts it anew."""
        story = given(
            case_in("resolved"),
            ReceiveMessage("customer", at(hours=47), "t-c1", "m2"),
            SetStatus("ana", at(hours=47), "c1", Status.RESOLVED),
        )
        story.when(CloseCase("system", at(hours=48), "c1", CloseReason.AUTOMATIC)).refused("lifecycle.close_after")
        assert story.when(CloseCase("system", at(hours=95), "c1", CloseReason.AUTOMATIC)).verdict

    def test_of_each_status(self):
        """The policy may give each status its own time."""
        policy = sop(close_after={Status.PENDING: 3 * HOUR, Status.RESOLVED: HOUR})
        story = given(case_in("pending", "c1"), case_in("resolved", "c2"), policy=policy)
        assert [("c2", at(hours=1)), ("c1", at(hours=3))] == closing(story.desk)

    def test_from_where(self):
        """The statuses from which cases are closed bind automatic closing too."""
        story = given(case_in("pending"), policy=sop(close_from=(Status.OPEN,), close_after={}))
        story.when(CloseCase("system", at(hours=1), "c1")).refused("lifecycle.close_from", "lifecycle.close_after")

    def test_due(self):
        """The desk tells when, and gives the command."""
        due = given(case_in("resolved", channel="messaging")).desk.due()
        command = CloseCase("system", at(hours=48), "c1", CloseReason.AUTOMATIC)
        assert (Due(at(hours=48), "the case is closed automatically", "lifecycle.close_after", "c1", command),) == due

    def test_at_the_end_of_the_calendar(self):
        """Regression: where the time ends after the year 9999, deciding raised an OverflowError."""
        last = datetime.max.replace(tzinfo=UTC)
        story = given(case_in("resolved", at=last - 2 * HOUR))
        assert [] == closing(story.desk)
        story.when(CloseCase("system", last, "c1")).refused("lifecycle.close_after")


CLOSED = (
    SetStatus("ana", at(60), "c1", Status.OPEN),
    CloseCase("ana", at(60), "c1"),
    CloseCase("system", at(hours=99), "c1", CloseReason.AUTOMATIC),
    CloseCase("dora", at(60), "c1", CloseReason.SPAM),
    MoveCase("dora", at(60), "c1", "t9"),
    MergeCases("dora", at(60), "c1", "c2"),
    ReassignCase("dora", at(60), "c1", agent="cleo"),
    ReassignCase("dora", at(60), "c1", queue="billing"),
    SendReply("ana", at(60), "c1", "m9", "Hello"),
    SubmitDraft("ana", at(60), "c1", "d1", "Hello"),
    AddTag("ana", at(60), "c1", "vip"),
    RemoveTag("ana", at(60), "c1", "vip"),
    AddTag("ana", at(60), "c1", "vip", message="m-c1"),
    SetSentiment("ana", at(60), "c1", "m-c1", Feeling.POSITIVE),
    Authenticate("ana", at(60), "c1"),
    EndContact("ana", at(60), "c1"),
    MakeCommitment("ana", at(60), "c1", "p9", at(hours=1), "call back"),
    SetLevel("ana", at(60), "c1", Level.HIGH),
    SetAttribute("ana", at(60), "c1", "refund_eur", 120),
    RecordMiss("system", at(60), "c1", ClockName.SOLUTION),
    SnoozeCase("dora", at(60), "c1", at(hours=1)),
    EndSnooze("system", at(60), "c1"),
    EndUnanswered("system", at(60), "c1"),
)
ON_DRAFTS = (EditDraft, ReassignDraft, ApproveDraft, RefuseDraft, WithdrawDraft)
READERS = (OpenCase, LeaveCase)
NOTHING_LEFT = (
    (OfferWork("system", at(60), "c1", "cleo"), "offer.waiting"),
    (AcceptOffer("cleo", at(60), "c1"), "offer.edge"),
    (RejectOffer("cleo", at(60), "c1"), "offer.edge"),
    (ExpireOffer("system", at(60), "c1"), "offer.edge"),
    (RescindOffer("dora", at(60), "c1"), "offer.edge"),
    (TakeReview("cleo", at(60), "c1"), "offer.waiting"),
    (AskPresence("ana", at(60), "c1", "m9"), "contact.edge"),
    (DisconnectIdle("ana", at(60), "c1", "m9"), "contact.edge"),
    (ReleaseAbsent("system", at(60), "c1"), "away.gone"),
    (FreeReview("system", at(60), "c1"), "away.gone"),
)
AFTERWARDS = {
    *(Dispose, FlagCase, RelateRecord, UnrelateRecord, FulfilCommitment, RescheduleCommitment),
    TakeCommitment,
    *(AddNote, EditNote, DeleteNote, DeliveryFailed),
}
"""What is still done after a case was closed: what is owed, notes, and what turns out too late."""


def closed_case():
    """A closed case with a note and a tag."""
    return given(
        case_in("open"),
        AddNote("ana", at(1), "n1", "Remember", case="c1"),
        AddTag("ana", at(1), "c1", "vip"),
        EndContact("dora", at(2), "c1"),
        Dispose("ana", at(2), "c1", "solved", "Fine"),
        CloseCase("ana", at(2), "c1"),
    )


HOURLY = Policy.loads(
    '[queues.general]\nfallback = true\n[lifecycle]\nclose_after = { open = "1h", pending = "1h", resolved = "1h" }'
)


class TestNobodyWaits:
    """Nothing is closed automatically on a customer who waits, and it counts from the last activity."""

    WROTE = ReceiveMessage("customer", at(hours=1), "t-c1", "m2", "Is anybody there?")

    def closing(self, when):
        """The system closes it."""
        return CloseCase("system", when, "c1", CloseReason.AUTOMATIC)

    def test_a_minute_after_her_message(self):
        """Regression: open for an hour, it was closed a second after the customer had written again."""
        story = given(case_in("open", channel="messaging"), self.WROTE, policy=HOURLY)
        refused = story.when(self.closing(at(hours=9))).refused("lifecycle.close_after")
        (reason,) = refused.verdict.reasons
        assert "the customer of case c1 has waited for an answer since 2026-11-02 09:00:00 UTC" == reason.message
        untimed = dict.fromkeys(("seconds", "limit", "seconds_to_go"))
        assert {"unanswered_since": T0, **untimed} == reason.facts
        assert () == tuple(due for due in story.desk.due() if due.key == "lifecycle.close_after")

    @pytest.mark.parametrize("status", ["pending", "escalated", "open"])
    def test_a_status_by_hand_is_no_answer(self, status):
        """Whoever sets pending has answered nothing."""
        first = (SetStatus("ana", at(5), "c1", Status.PENDING),) if status == "open" else ()
        story = given(
            case_in("open", channel="messaging"), first, SetStatus("ana", at(10), "c1", Status(status)), policy=HOURLY
        )
        assert T0 == story.desk.cases["c1"].case.unanswered_since
        story.when(self.closing(at(hours=99))).refused("lifecycle.close_after")

    def test_resolved_by_hand(self):
        """That is an answer."""
        story = given(
            case_in("open", channel="messaging"), SetStatus("ana", at(10), "c1", Status.RESOLVED), policy=HOURLY
        )
        story.when(self.closing(at(9, hours=1))).refused("lifecycle.close_after")
        assert story.when(self.closing(at(10, hours=1))).verdict

    @pytest.mark.parametrize(
        "activity",
        [
            SendReply("ana", at(minutes=30), "c1", "m9", "One more thing"),
            SetStatus("ana", at(minutes=30), "c1", Status.RESOLVED),
            AskPresence("ana", at(minutes=30), "c1", "q1"),
        ],
        ids=["reply", "status", "question"],
    )
    def test_counts_from_the_last_activity(self, activity):
        """A message of either side, or a status, begins the time anew."""
        story = given(case_in("pending"), Authenticate("ana", at(1), "c1"), activity, policy=HOURLY)
        story.when(self.closing(at(minutes=89))).refused("lifecycle.close_after")
        assert story.when(self.closing(at(minutes=90))).verdict

    @pytest.mark.parametrize(
        "nothing",
        [
            ReceiveMessage("customer", at(minutes=30), "t-c1", "m9", kind=MessageKind.LIKE),
            ReceiveMessage("customer", at(minutes=30), "t-c1", "m9", "Away", auto_generated=True),
            AddNote("ana", at(minutes=30), "n9", "Hm", "c1"),
        ],
        ids=["like", "machine", "note"],
    )
    def test_what_is_no_activity(self, nothing):
        """A like, a machine's message and a note begin nothing anew."""
        story = given(case_in("pending", channel="facebook"), nothing, policy=HOURLY)
        assert story.when(self.closing(at(hours=1))).verdict

    def test_policy_allows_it(self):
        """An SOP may close on whoever waits."""
        lifecycle = attrs.evolve(HOURLY.lifecycle, close_unanswered=True)
        policy = attrs.evolve(HOURLY, lifecycle=lifecycle)
        story = given(case_in("open", channel="messaging"), self.WROTE, policy=policy)
        story.when(self.closing(at(minutes=119))).refused("lifecycle.close_after")
        assert story.when(self.closing(at(hours=2))).verdict

    def test_by_hand(self):
        """Agents may: they have looked."""
        assert given(case_in("open", channel="messaging"), policy=HOURLY).when(CloseCase("ana", at(60), "c1")).verdict


class TestClosed:
    """Closed is over: it can never be reopened or changed."""

    @pytest.mark.parametrize("command", CLOSED)
    def test_never_changed(self, command):
        """No command changes it, and the refusal says so alone."""
        refused = closed_case().when(command).refused("lifecycle.closed")
        assert (
            "[lifecycle.closed] case c1 is closed and can never be changed -> wait for the customer to write"
        ) == str(refused.verdict)

    @pytest.mark.parametrize("command", ON_DRAFTS, ids=lambda command: command.__name__)
    def test_no_draft_waits_on_it(self, command):
        """A draft that waits would have blocked closing."""
        closed_case().when(command("dora", at(60), "c1", "d1")).refused("draft.edge")

    @pytest.mark.parametrize(("command", "rule"), NOTHING_LEFT)
    def test_nothing_left(self, command, rule):
        """It is offered to nobody, nobody is at work on it, and nobody holds it."""
        closed_case().when(command).refused(rule)

    @pytest.mark.parametrize("command", READERS, ids=lambda command: command.__name__)
    def test_reading(self, command):
        """It can be looked at: nothing happens."""
        closed_case().when(command("ana", at(60), "c1")).then()

    def test_successor(self):
        """Once the customer has written again, the refusal names where to go."""
        story = closed_case().and_given(ReceiveMessage("customer", at(30), "t-c1", "m2"))
        (reason,) = story.when(CLOSED[0]).refused("lifecycle.closed").verdict.reasons
        assert "work on its successor c1+1" == reason.remedy

    def test_every_command_is_asked(self):
        """No command of the desk is forgotten above, but those that are about agents, customers and new cases."""
        presence = {GoAvailable, GoUnavailable, LogOut, SetNextState, ClearNextState}
        others = {
            AddAgent,
            ChangeAgent,
            MergeCustomers,
            *(BlockCustomer, UnblockCustomer, BlockThread, UnblockThread),
            *presence,
            RecordConsent,
            RecordCustomer,
            ReceiveMessage,
            EditMessage,
            WithdrawMessage,
            StartOutbound,
            LogCase,
        } | AFTERWARDS
        asked = {type(command) for command in (*CLOSED, *(command for command, _ in NOTHING_LEFT))}
        asked |= {*READERS, *ON_DRAFTS}
        assert set(HOUSE.commands) == asked | others


class TestClosingInOpeningHours:
    """Where the policy names a calendar, only its opening hours count until a case is closed by itself."""

    POLICY = Policy.loads(
        '[queues.general]\nfallback = true\n[lifecycle]\nclose_after = { pending = "16h" }\ncalendar = "office"\n'
        "[calendars.office]\n"
        + "".join(f'{day} = ["09:00-17:00"]\n' for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
    )
    FRIDAY = at(hours=4 * 24 + 6)  # at three o'clock: the story begins on a Monday at nine

    def closing(self, when):
        """The system closes the case by itself."""
        return CloseCase("system", when, "c1", CloseReason.AUTOMATIC)

    def test_two_working_days(self):
        """Answered on Friday at three, and never heard of again: closed on Tuesday at three, not on Sunday."""
        story = given(case_in("pending", at=self.FRIDAY), policy=self.POLICY)
        tuesday = self.FRIDAY + timedelta(days=4)
        (due,) = (due for due in story.desk.due() if due.key == "lifecycle.close_after")
        assert (tuesday, self.closing(tuesday)) == (due.at, due.command)
        assert Status.CLOSED is story.when(self.closing(tuesday)).desk.status("c1")

    def test_too_early(self):
        """It is asked again when it fires, and says how much of the time counts, and how long to wait."""
        story = given(case_in("pending", at=self.FRIDAY), policy=self.POLICY)
        sunday = self.FRIDAY + timedelta(days=2)
        (reason,) = story.when(self.closing(sunday)).refused("lifecycle.close_after").verdict.reasons
        assert "for 2d, of which 2h count in the opening hours of office" in reason.message
        assert 2 * 86_400.0 == reason.facts["seconds_to_go"]

    def test_the_customer_writes(self):
        """Whoever writes meanwhile is not closed, and the time begins again with the answer."""
        monday = self.FRIDAY + timedelta(days=3)
        wrote = ReceiveMessage("customer", monday, "t-c1", "m2", "Still there?")
        story = given(case_in("pending", at=self.FRIDAY), wrote, policy=self.POLICY)
        story.when(self.closing(monday + timedelta(days=9))).refused("lifecycle.close_after")
        assert () == tuple(due for due in story.desk.due() if due.key == "lifecycle.close_after")

    def test_never_open_again(self):
        """A calendar without hours to come closes nothing."""
        policy = Policy.loads(
            '[queues.general]\nfallback = true\n[lifecycle]\nclose_after = { pending = "2h" }\ncalendar = "once"\n'
            '[calendars.once.special]\n"2026-11-02" = ["09:00-10:00"]'
        )
        story = given(case_in("pending"), policy=policy)
        assert () == tuple(due for due in story.desk.due() if due.key == "lifecycle.close_after")
        story.when(self.closing(at(hours=999))).refused("lifecycle.close_after")

    def test_no_calendar(self):
        """A calendar that is not there is an error of the file, at its place."""
        with pytest.raises(PolicyError, match=r"lifecycle.calendar: there is no calendar 'ofice'"):
            Policy.loads('[queues.general]\nfallback = true\n[lifecycle]\ncalendar = "ofice"')
