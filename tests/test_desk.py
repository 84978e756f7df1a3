"""The desk: one support desk as a value that is asked, changed into the next version, and kept."""

import pickle
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given as drawing
from hypothesis import strategies as st
from rpds import HashTrieMap

from casecore.channels import Channel, MessageKind, TemplateKind
from casecore.desk import Action, Desk, Due
from casecore.kernel import SYSTEM, Accepted, Command, CommandRefused, Deviated, Event, MissingRow
from casecore.kernel.rooms import where_wanted
from casecore.policies import Policy
from casecore.policies.sections import Lifecycle, Relation
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.aftermath import Aftermath, WrapUp
from casecore.rooms.agents import AddAgent, Agent, AgentAvailable, AgentWrapsUp, GoAvailable, GoUnavailable, Presence
from casecore.rooms.approvals import (
    ApproveDraft,
    DraftEdited,
    DraftSubmitted,
    DraftWithdrawn,
    EditDraft,
    ReassignDraft,
    SubmitDraft,
    WaitingDraft,
)
from casecore.rooms.arrivals import MessageReceived, ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase, WorkBegun
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import Case, CaseClosed, CaseStarted, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import Commitment, FulfilCommitment, MakeCommitment
from casecore.rooms.composition import HOUSE, RULES, TABLES, CaseFile, View
from casecore.rooms.contacts import Contact, ContactEnded, ContactStarted, EndContact
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, Note, NoteAdded, NoteDeleted, SetSentiment
from casecore.rooms.offers import ExpireOffer, Offers, OfferWork, RescindOffer
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.sla import RecordMiss
from casecore.rooms.snoozes import EndSnooze
from casecore.rooms.threads import Customer, Feeling, RecordCustomer, Thread
from casecore.rooms.times import CaseTime
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case, prepared
from casecore.testing.strategies import desks, policies
from casecore.testing.values import fitting_values
from tests.profiles import examples

OPEN = OpenCase("ana", at(60), "c1")


class TestHandling:
    """Deciding, and applying what happens."""

    def test_handle(self):
        """It gives the desk after the command, and the events for the host to store."""
        story = given(new_case())
        desk, events = story.desk.handle(OPEN)
        assert Accepted(events) == story.desk.decide(OPEN)
        assert story.desk.evolve(events) == desk
        assert (Status.NEW, Status.OPEN) == (story.desk.status("c1"), desk.status("c1"))

    def test_refused(self):
        """It raises with the command and every reason, and the desk is as it was."""
        desk = given(case_in("open")).desk
        before = attrs.evolve(desk)
        command = SendReply("ben", at(60), "c1", "m9", " ")
        with pytest.raises(CommandRefused) as caught:
            desk.handle(command)
        assert command is caught.value.command
        assert ["assignment.holder", "reply.permission", "reply.content"] == [
            reason.rule for reason in caught.value.reasons
        ]
        assert str(caught.value).startswith("SendReply by ben refused: [assignment.holder] case c1 is not ben's: ")
        assert before == desk

    def test_accepted_without_events(self):
        """Where nothing happens the desk is the very same."""
        desk = given(case_in("open")).desk
        assert (desk, ()) == desk.handle(OPEN)
        assert desk is desk.handle(OPEN)[0]

    def test_empty_desk(self):
        """A desk starts with the default SOP, with nobody, and with no time."""
        assert (Policy.default(), None) == (Desk().policy, Desk().now)
        assert {0} == {len(getattr(Desk(), table)) for table in TABLES}

    def test_now(self):
        """The desk's time is that of the last event; a command of which nothing comes does not move it."""
        desk = given(case_in("open")).desk
        assert T0 == desk.now
        assert T0 == desk.handle(OPEN)[0].now
        assert at(90) == desk.handle(SetStatus("ana", at(90), "c1", Status.PENDING))[0].now

    def test_policy_is_kept(self):
        """It is not an event's to change."""
        policy = Policy(id="other")
        assert policy is given(new_case(), policy=policy).when(OPEN).desk.policy


class TestUnknownRows:
    """Commands that speak of what is not there, or say what cannot be: refused, and the desk as it was."""

    @pytest.mark.parametrize(
        ("command", "rule"),
        [
            (OpenCase("nobody", at(60), "c1"), "agent.known"),
            (OpenCase("ana", at(60), "c9"), "case.known"),
            (OpenCase("ana", at(-1), "c1"), "time.order"),
            (ReassignCase("dora", at(60), "c1", queue="vip"), "queue.known"),
            (ReassignCase("dora", at(60), "c1", agent="nobody"), "agent.known"),
            (AddAgent(SYSTEM, at(60), "ana"), "agent.fresh"),
            (AddAgent(SYSTEM, at(60), "fay", queues=frozenset({"vip"})), "queue.known"),
            (GoAvailable(SYSTEM, at(60), "nobody"), "agent.known"),
            (new_case("c1", thread="t2", message="m2", at=at(60)), "case.fresh"),
            (ReceiveMessage("customer", at(60), "t-c1", "m-c1"), "message.fresh"),
            (AddNote("ana", at(60), "n1", "Hm", case="c9"), "case.known"),
            (AddNote("ana", at(60), "n1", "Hm", customer="c9"), "customer.known"),
            (DeleteNote("ana", at(60), "n9"), "note.known"),
            (AddTag("ana", at(60), "c1", "vip", message="m9"), "message.known"),
            (ApproveDraft("dora", at(60), "c1", "d9"), "draft.edge"),
            (Command("ana", at(60)), "command.known"),
        ],
    )
    def test_refused(self, command, rule):
        """By exactly one need, which says what is missing; and no version of the desk has changed."""
        story = given(new_case())
        outcome = story.when(command).refused(rule)
        assert story.desk is outcome.desk

    def test_largest_ids(self):
        """Ids as long as they may be, and texts of any length, are kept as they are."""
        long = "x" * 200
        story = given(AddAgent(SYSTEM, T0, long, queues=frozenset({"general"})), GoAvailable(long, T0, long))
        story = story.and_given(
            new_case(long, customer=long, thread=long, message=long, text="y" * 100_000), OpenCase(long, at(1), long)
        )
        assert long == story.desk.cases[long].case.assignee


class TestEvolving:
    """Applying events, one or a million."""

    def test_nothing(self):
        """No events, no new version."""
        desk = given(new_case()).desk
        assert desk is desk.evolve(())

    def test_any_iterable(self):
        """A history may be read as it comes."""
        story = given(case_in("resolved"))
        assert story.desk == Desk().evolve(iter(story.events))

    def test_event_of_no_record(self):
        """A deviation changes no record; only the time goes on, the desk's and the case's."""
        desk = given(new_case()).desk
        after = desk.evolve([Deviated("ana", at(5), "tags.limit", "c1 has 3 of 2 tags", "c1")])
        file = attrs.evolve(desk.cases["c1"], case_time=CaseTime(at(5)))
        assert attrs.evolve(desk, now=at(5), cases=desk.cases.insert("c1", file)) == after

    def test_created_and_removed_at_once(self):
        """A note that is written and deleted in one batch leaves nothing behind."""
        added, deleted = NoteAdded("ana", T0, "n1", "?", None, "maria"), NoteDeleted("ana", T0, "n1", None, "maria")
        assert [] == list(Desk().evolve([added, deleted]).notes)
        assert Note("n1", "ana", customer="maria") == Desk().evolve([added, deleted, added]).notes["n1"]

    @pytest.mark.parametrize("before", [0, 20], ids=["empty-desk", "desk-with-notes"])
    def test_many_at_once(self, before):
        """A long history that comes at once leads where it leads event by event; what it removes is not there."""
        old, new, gone = range(before), range(5, 40), (*range(5, 10), 39)
        desk = Desk().evolve([NoteAdded("ana", T0, f"n{number}", "?", None, "maria") for number in old])
        history = [NoteAdded("ben", T0, f"n{number}", "!", None, "maria") for number in new]
        history += [NoteDeleted("ben", T0, f"n{number}", None, "maria") for number in gone]
        after = desk.evolve(history)
        assert reduce(lambda version, event: version.evolve([event]), history, desk) == after
        assert {f"n{number}" for number in (*old, *new) if number not in gone} == set(after.notes)
        assert before == len(desk.notes)

    def test_removed_and_created_at_once(self):
        """A draft that is decided makes room for the next in the same batch."""
        story = given(case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello"))
        withdrawn = DraftWithdrawn("ana", at(2), "c1", "d1", "ana")
        submitted = DraftSubmitted("ana", at(2), "c1", "d2", "Hi", Status.PENDING, (), "general", "")
        desk = story.desk.evolve([withdrawn, submitted])
        assert "d2" == desk.cases["c1"].draft.id
        assert story.desk.cases["c1"].case is desk.cases["c1"].case

    @pytest.mark.parametrize(
        ("event", "table", "row"),
        [
            (AgentAvailable("zoe", at(1), "zoe"), "agents", "zoe"),
            (StatusSet("ana", at(1), "c9", Status.OPEN), "cases", "c9"),
            (NoteDeleted("ana", at(1), "n9", "c1", None), "notes", "n9"),
            (CaseStarted("customer", at(1), "c2", "t9", "maria", Channel.CHAT, "general"), "threads", "t9"),
            (DraftEdited("ana", at(1), "c1", "d1", "?", Status.PENDING, (), fresh=True), "cases", "c1"),
            (DraftWithdrawn("ana", at(1), "c1", "d1", "ana"), "cases", "c1"),
            (DraftSubmitted("ana", at(1), "c9", "d1", "?", Status.PENDING, (), "general", ""), "cases", "c9"),
        ],
        ids=lambda value: type(value).__name__ if hasattr(value, "by") else "",
    )
    def test_gap_in_the_history(self, event, table, row):
        """Regression for what creates or removes: an event that speaks of what is not there is not skipped."""
        desk = given(new_case()).desk
        with pytest.raises(MissingRow) as caught:
            desk.evolve([AgentAvailable("ana", at(1), "ana"), event])
        assert (event, table, row) == (caught.value.event, caught.value.table, caught.value.row)

    def test_gap_after_a_removal(self):
        """What was removed a moment ago is not there any more either."""
        added, deleted = NoteAdded("ana", T0, "n1", "?", None, "maria"), NoteDeleted("ana", T0, "n1", None, "maria")
        with pytest.raises(MissingRow):
            Desk().evolve([added, deleted, deleted])

    def test_draft_of_a_case_in_the_same_batch(self):
        """A whole history may come at once."""
        story = given(case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello"))
        assert "d1" == Desk().evolve(story.events).cases["c1"].draft.id


class TestVersions:
    """Every version of a desk is a value, and shares its memory with the one before."""

    def test_kept(self):
        """An old version is what it was, whatever comes after it."""
        story = given(new_case())
        before = dict(story.desk.cases)
        story.and_given(OPEN, SetStatus("ana", at(70), "c1", Status.PENDING), EndContact("dora", at(80), "c1"))
        assert before == dict(story.desk.cases)
        assert "new" == story.desk.status("c1")

    def test_untouched_rows_are_shared(self):
        """A command changes the rows it is about; all others are the very same objects, and so are whole tables."""
        desk = given(*(new_case(f"c{number}") for number in range(50))).desk
        after, _ = desk.handle(OPEN)
        assert [case for case in desk.cases if desk.cases[case] is not after.cases[case]] == ["c1"]
        assert [table for table in TABLES if getattr(desk, table) is not getattr(after, table)] == ["agents", "cases"]

    def test_untouched_sheets_are_shared(self):
        """Of a case, only the sheets that change."""
        story = given(case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello"))
        edited = story.when(EditDraft("ana", at(2), "c1", "d1", "Hi")).desk.cases["c1"]
        assert story.desk.cases["c1"].case is edited.case
        noted = story.when(SetStatus("ana", at(2), "c1", Status.PENDING)).desk.cases["c1"]
        assert story.desk.cases["c1"].draft is noted.draft

    def test_equal_by_content(self):
        """Two desks that hold the same are the same, however they came to it."""
        story = given(case_in("open"))
        assert Desk().evolve(story.events) == story.desk
        assert attrs.evolve(story.desk, now=at(1)) != story.desk
        assert Desk(Policy()) != Desk()
        assert given(new_case()).desk != story.desk
        assert (Desk() == 7) is False

    def test_not_hashed(self):
        """A desk is too large to be a key."""
        with pytest.raises(TypeError, match="unhashable"):
            hash(Desk())

    def test_shown_in_short(self):
        """A hundred thousand cases are shown as a number."""
        desk = given(new_case()).desk
        assert "<Desk at 2026-11-02 09:00:00 UTC: 5 agents, 1 customer, 1 case, 0 commitments>" == repr(desk)

    def test_survives_pickling(self):
        """A desk can be stored, and sent to another process."""
        desk = given(case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello")).desk
        assert desk == pickle.loads(pickle.dumps(desk))  # noqa: S301 -- our own, just written


C1 = {"case": "c1", "thread": "t-c1", "customer": "maria", "holder": "ana", "draft": "d1"}
C2 = {"case": "c2", "thread": "t2", "customer": "rui"}
C3 = {"case": "c3", "thread": "t-c3", "customer": "maria", "holder": "ana"}


class TestView:
    """All that `decide` sees of a desk."""

    STORY = (
        case_in("open"),
        new_case("c2", thread="t2", customer="rui"),
        AddNote("ana", at(1), "n1", "Hm", case="c1"),
        AddNote("ana", at(1), "n2", "Hm", customer="rui"),
        SubmitDraft("ana", at(1), "c1", "d1", "Hello"),
        Authenticate("ana", at(1), "c1"),
        MakeCommitment("ana", at(1), "c1", "p1", at(hours=1), "call back"),
        case_in("open", "c3", channel="messaging", at=at(1)),
        EndContact("dora", at(1), "c3"),
    )

    @pytest.mark.parametrize(
        ("command", "rows"),
        [
            (RecordCustomer(SYSTEM, at(9), "rui"), {"customer": "rui"}),
            (GoAvailable("dora", at(9), "ana"), {"actor": "dora", "target": "ana"}),
            (OpenCase("cleo", at(9), "c2"), {"actor": "cleo", **C2}),
            (ReassignCase("dora", at(9), "c1", agent="cleo"), {"actor": "dora", "target": "cleo", **C1}),
            (
                SetSentiment("cleo", at(9), "c1", "m-c1", Feeling.POSITIVE),
                {"actor": "cleo", "message": "m-c1", **C1},
            ),
            (DeleteNote("ben", at(9), "n1"), {"actor": "ben", "note": "n1", **C1}),
            (DeleteNote("ben", at(9), "n2"), {"actor": "ben", "note": "n2"}),
            (AddNote("ben", at(9), "n3", "Hm", customer="rui"), {"actor": "ben", "customer": "rui"}),
            (ApproveDraft("cleo", at(9), "c1", "d1"), {"actor": "cleo", **C1}),
            (ApproveDraft("cleo", at(9), "c1", "m-c1"), {"actor": "cleo", "message": "m-c1", **C1}),
            (TakeReview("cleo", at(9), "c1"), {"actor": "cleo", **C1}),
            (RescindOffer("dora", at(9), "c2"), {"actor": "dora", **C2}),
            (FulfilCommitment("ana", at(9), "p1"), {"actor": "ana", "target": "ana", "commitment": "p1", **C1}),
            (RelateRecord("ana", at(9), "c1", Relation.CUSTOMER, "7"), {"actor": "ana", **C1}),
            (Dispose("dora", at(9), "c3", agent="ana"), {"actor": "dora", "target": "ana", "wrap_up": "c3/ana", **C3}),
            (
                ReceiveMessage("customer", at(9), "t-c1", "m2", in_reply_to="m-c3"),
                {**C1, "answered": "m-c3"},
            ),
            (ReceiveMessage("customer", at(9), "t2", "m2", in_reply_to="m-c1"), C2),
            (ReceiveMessage("customer", at(9), "t2", "m2"), C2),
            (ReceiveMessage("customer", at(9), "t2", "m2", new_case="c1"), C2),
            (new_case("c1", thread="t3", at=at(9)), {"named": "c1", "customer": "maria"}),
        ],
    )
    def test_rows(self, command, rows):
        """Exactly the rows that the command names, and those that belong to them."""
        view = given(*self.STORY).desk.view(command)
        seen = {field.name: getattr(view, field.name) for field in attrs.fields(View)}
        assert at(1) == seen.pop("now")
        assert rows == {name: row.id for name, row in seen.items() if hasattr(row, "id")}
        file = given(*self.STORY).desk.cases.get(rows.get("case"))
        for sheet in HOUSE.sheets:
            assert getattr(view, sheet) == (None if file is None else getattr(file, sheet))

    def test_owner_where_nobody_holds_it(self):
        """The holder is the owner then."""
        desk = given(case_in("pending", channel="messaging"), LeaveCase("ana", at(1), "c1")).desk
        assert "ana" == desk.view(OpenCase("cleo", at(9), "c1")).holder.id

    def test_nothing_known(self):
        """A command about nothing that is there is shown nothing."""
        assert View() == Desk().view(OPEN)

    def test_hashable(self):
        """So that what was decided can be remembered."""
        desk = given(*self.STORY).desk
        assert hash(desk.view(OPEN)) == hash(desk.view(OPEN))


class TestPartial:
    """A service loads a few rows, decides, and writes them back."""

    def test_few_rows_are_enough(self):
        """With the rows of the view the answer, and the rows after it, are those of the whole desk."""
        whole = given(case_in("open"), new_case("c2")).desk
        part = Desk(
            whole.policy,
            agents=HashTrieMap({"ana": whole.agents["ana"]}),
            threads=HashTrieMap({"t-c1": whole.threads["t-c1"]}),
            customers=HashTrieMap({"maria": whole.customers["maria"]}),
            cases=HashTrieMap({"c1": whole.cases["c1"]}),
        )
        command = SendReply("ana", at(60), "c1", "m9", "Hello")
        after, events = part.handle(command)
        assert whole.decide(command) == Accepted(events)
        assert whole.evolve(events).cases["c1"] == after.cases["c1"]
        assert ["t-c1/m9"] == list(after.messages)

    def test_rows_written_by_hand(self):
        """A host may make the records itself."""
        case = Case("c1", "t1", "rui", Channel.EMAIL, Status.NEW, T0, "general", waiting_since=T0)
        ana = Agent("ana", "Ana", queues=frozenset({"general"}), presence=Presence.AVAILABLE)
        desk = Desk(
            Policy(), agents=HashTrieMap({"ana": ana}), cases=HashTrieMap({"c1": CaseFile(case, offers=Offers())})
        )
        assert "open" == desk.handle(OPEN)[0].status("c1")

    def test_row_that_was_not_loaded(self):
        """What the events change must be there; the error says which row to load."""
        whole = given(new_case()).desk
        part = attrs.evolve(whole, threads=HashTrieMap(), cases=HashTrieMap())
        received = MessageReceived("customer", at(9), "c1", "t-c1", "maria", "m2", "?", MessageKind.DIRECT)
        with pytest.raises(MissingRow, match="'c1', which is not among this desk's cases"):
            part.evolve([received])


def action(desk, name, agent="ana", when=at(60)):  # noqa: B008 -- an instant is a value
    """One action of an agent with the case c1."""
    (found,) = (one for one in desk.actions(agent, "c1", when) if one.name == name)
    return found


class TestActions:
    """What an inbox shows, and why the rest is greyed out."""

    def test_every_action(self):
        """Every command about a case is offered by name, each once."""
        names = [one.name for one in given(new_case()).desk.actions("ana", "c1", at(60))]
        assert len(names) == len(set(names))
        assert [
            *("set_open", "set_pending", "set_escalated", "set_resolved", "close", "close_as_spam"),
            "set_attribute",
            *("open_case", "leave_case"),
            *("send_as_pending", "send_as_escalated", "send_as_resolved"),
            *("add_note", "add_tag", "remove_tag", "set_sentiment"),
            *("submit_as_pending", "submit_as_escalated", "submit_as_resolved", "edit_draft"),
            *("reassign_review_to_agent", "reassign_review_to_queue"),
            *("approve_draft", "refuse_draft", "withdraw_draft"),
            *("take_review", "accept_offer", "reject_offer", "snooze", "reassign_to_agent", "reassign_to_queue"),
            *("end_contact", "authenticate", "ask_presence", "disconnect_idle"),
            *("relate_customer", "unrelate_customer", "flag_complaint", "dispose", "make_commitment"),
            "move_case",
            *("set_level_low", "set_level_normal", "set_level_high", "set_level_urgent"),
            "send_template",
            "merge_case",
        ] == names

    def test_every_command_about_a_case(self):
        """No command that names a case is left out, but for those of routing and of timers."""
        offered = {one.command for one in given(new_case()).desk.actions("ana", "c1", at(60))}
        about = {command for command in HOUSE.commands if "case" in {field.name for field in attrs.fields(command)}}
        by_themselves = {OfferWork, ExpireOffer, RescindOffer, ReleaseAbsent, FreeReview, RecordMiss, DeliveryFailed}
        assert about == offered | by_themselves | {EndSnooze, EndUnanswered}

    def test_a_chat_has_no_subject(self):
        """What an inbox asks for fits the channel: a subject on email, and nowhere else."""
        for channel in Channel:
            case = case_in("open", channel=channel)
            asked = {one.name for one in given(case).desk.actions("ana", "c1", at(60)) if "subject" in one.asks}
            replies = {
                f"{how}_as_{status}" for how in ("send", "submit") for status in ("pending", "escalated", "resolved")
            }
            assert ({*replies, "send_template"} if channel is Channel.EMAIL else set()) == asked
        unknown = given().desk.actions("ana", "c9", at(60))
        assert any("subject" in one.asks for one in unknown)

    def test_allowed(self):
        """What may be done, with the command it becomes and what that still needs."""
        desk = given(case_in("open", channel="messaging")).desk
        assert Action("leave_case", LeaveCase, True) == action(desk, "leave_case")
        asks = ("message", "text")
        assert Action("send_as_pending", SendReply, True, (), asks) == action(desk, "send_as_pending")

    def test_greyed_out(self):
        """What may not, with every reason that does not depend on what is still to be said."""
        found = action(given(case_in("open")).desk, "send_as_pending", "ben")
        assert (False, ["assignment.holder", "reply.permission"]) == (
            found.allowed,
            [reason.rule for reason in found.reasons],
        )
        assert "case c1 is not ben's: ana holds it" == found.reasons[0].message

    def test_no_draft(self):
        """Regression: the reason spoke of a draft called "?"."""
        assert "no draft waits on case c1" == action(given(new_case()).desk, "approve_draft").reasons[0].message

    def test_softened_rules(self):
        """What is only warned about is allowed."""
        policy = Policy.loads('[enforcement]\n"assignment.holder" = "warn"\n"reply.permission" = "off"')
        assert action(given(case_in("open"), policy=policy).desk, "send_as_pending", "ben").allowed

    @pytest.mark.parametrize(
        ("agent", "case", "rule"), [("nobody", "c1", "agent.known"), ("ana", "c9", "case.known")], ids=["agent", "case"]
    )
    def test_unknown(self, agent, case, rule):
        """Who or what is not there can do nothing, and the reason says so."""
        for one in given(new_case()).desk.actions(agent, case, at(60)):
            assert not one.allowed
            assert {rule} == {reason.rule for reason in one.reasons}

    @pytest.mark.parametrize("status", list(Status))
    @pytest.mark.parametrize("agent", ["ana", "ben", "cleo", "dora", "eva"])
    def test_as_decide_says(self, agent, status):
        """In every status, for everybody, without a draft and with one."""
        check_actions(given(case_in(status)).desk, agent, "c1")
        if status not in {Status.NEW, Status.CLOSED}:
            check_actions(given(case_in(status), SubmitDraft("ana", at(1), "c1", "d1", "Hello")).desk, agent, "c1")

    @examples(30)
    @drawing((st.just(Policy.default()) | policies()).flatmap(lambda policy: desks(policy, max_steps=20)), st.data())
    def test_as_decide_says_everywhere(self, desk, data):
        """On any desk: an action is allowed exactly if its command is accepted once its arguments are well given."""
        if desk.cases:
            agent = data.draw(st.sampled_from(sorted(desk.agents)))
            check_actions(desk, agent, data.draw(st.sampled_from(sorted(desk.cases))))


OWN_TEMPLATE = prepared("a text of its own", ())
OWN_QUICK_REPLY = PreparedText.of({"name": "own", "text": "a text of its own"}, kind=TemplateKind.QUICK_REPLY)


def arguments(desk, case, name, command):
    """Good values for an argument that an action asks for; for queues all there are, for agents all others."""
    file = desk.cases[case]
    has = (file.draft.reviewer if file.draft else None) if command is ReassignDraft else file.case.assignee
    words = {
        "agent": [agent for agent in desk.agents if agent != has],
        "queue": [*desk.policy.queues],
        "due": [desk.now + timedelta(hours=1)],
        "until": [desk.now + min(desk.policy.snooze.longest or timedelta(hours=1), timedelta(hours=1))],
        "code": [*desk.policy.wrap_up.codes],
        "notes": [f"Handled before by {' and '.join(desk.agents)}"],
        "sentiment": [Feeling.NEUTRAL],
        "tag": [*file.case.tags, "a tag of its own"],
    }
    if command is SetAttribute:
        words["attribute"] = [*desk.policy.attributes, *file.case.attributes] or ["one of its own"]
        words["value"] = [value for one in desk.policy.attributes.values() for value in fitting_values(one)] or [None]
    channel, draft = file.case.channel, file.draft
    words["template"] = [OWN_TEMPLATE if channel is Channel.WHATSAPP else OWN_QUICK_REPLY]
    if command is EditDraft and draft is not None and draft.template is not None:
        words["text"] = [draft.template.reading(channel)[0]]
    if command is MoveCase:
        rows, status = desk.threads.values(), desk.status
        elsewhere = [row for row in rows if row.channel is channel and row.id != file.case.thread]
        words["thread"] = [row.id for row in elsewhere if row.case is None or status(row.case) is Status.CLOSED]
    if command is MergeCases:
        alike = [other.case for other in desk.cases.values() if other.case.customer == file.case.customer]
        words["into"] = [c.id for c in alike if c.channel is channel and c.status is not Status.CLOSED and c.id != case]
    if command is SetSentiment:
        words["message"] = sorted(message.id for message in desk.messages.values() if message.case == case)
    return words.get(name, [f"a {name} of its own"])


def check_actions(desk, agent, case):
    """Hold every action of an agent with a case against what `decide` says of its command."""
    probes = {probe.name: probe for room in HOUSE.rooms for probe in room.probes}
    draft = desk.cases[case].draft
    for one in desk.actions(agent, case, desk.now):
        said = {"by": agent, "at": desk.now, "case": case, **probes[one.name].given}
        if "draft" in {field.name for field in attrs.fields(one.command)} and "draft" not in one.asks:
            said["draft"] = draft.id if draft else "d?"
        filled = [said]
        for name in one.asks:
            filled = [
                {**so_far, name: value} for so_far in filled for value in arguments(desk, case, name, one.command)
            ]
        verdicts = [desk.decide(one.command(**fields)) for fields in filled]
        if one.name in {"set_sentiment", "move_case", "merge_case"} and not verdicts:
            continue  # the case has no message yet: we write first, and it waits for approval; or there is no thread
        assert verdicts, one
        if one.allowed:
            # Perhaps nobody is there to take it, the other case is not free, or somebody else may set each of them.
            others_decide = {("agent",), ("into",), ("attribute", "value")}
            assert any(verdicts) or one.asks in others_decide, (one.name, verdicts)
        for verdict in verdicts:
            if not one.allowed:
                assert not verdict, one
                assert set(one.reasons) <= set(verdict.reasons)


CLOSING = "the case is closed automatically"


def closing_of(desk):
    """The automatic closing of the case c1, if it is due at some time."""
    return next((due for due in desk.due(case="c1") if due.what == CLOSING), None)


class TestDue:
    """What happens by itself, and when."""

    POLICY = attrs.evolve(
        Policy.default(), lifecycle=Lifecycle(close_after={Status.PENDING: at(300) - T0, Status.RESOLVED: at(60) - T0})
    )
    STORY = (
        case_in("resolved", "c2"),
        case_in("pending", "c3"),
        case_in("open", "c4", "cleo"),
        case_in("resolved", "c1", "cleo"),
        case_in("resolved", "c5", "dora", at=at(30)),
        case_in("closed", "c6", "dora", at=at(30)),
    )

    def due(self, *args, **only):
        """What is due, as (when, case)."""
        found = given(*self.STORY, policy=self.POLICY).desk.due(*args, **only)
        return [(due.at, due.case) for due in found if due.what == CLOSING]

    def test_soonest_first(self):
        """Every instant, in the order of time and then of case."""
        assert [(at(60), "c1"), (at(60), "c2"), (at(90), "c5"), (at(300), "c3")] == self.due()

    def test_of_one_case(self):
        """Only what concerns it; nothing of one that is not there."""
        assert [(at(60), "c1")] == self.due(case="c1")
        assert [] == self.due(case="c4") == self.due(case="c9")

    def test_late(self):
        """What fires by command is listed until it has been given, however late it is."""
        assert self.due() == self.due(at(200)) == self.due(T0)

    @pytest.mark.parametrize(
        ("story", "what", "instant"),
        [
            (new_case(channel="whatsapp"), "the WhatsApp window closes", at(hours=24)),
            (case_in("pending"), "the agent may end the silent chat", at(minutes=2)),
            (
                (case_in("pending", channel="sms"), MakeCommitment("ana", at(1), "c1", "p1", at(hours=1), "Call back")),
                "a commitment is due",
                at(hours=1),
            ),
        ],
    )
    def test_at_the_instant(self, story, what, instant):
        """What changes only what is allowed or seen is listed until its instant, that one included, and not after."""
        desk = given(story, policy=Policy.default()).desk
        second = timedelta(seconds=1)
        listed = [instant in {due.at for due in desk.due(at) if due.what == what} for at in (instant - second, instant)]
        assert [True, True] == listed
        late = (instant + timedelta(microseconds=1), instant + second)
        assert [] == [due for at in late for due in desk.due(at) if due.what == what]

    def test_late_by_command(self):
        """What fires by command is listed at its instant, and after it."""
        desk = given(*self.STORY, policy=self.POLICY).desk
        for when in (at(59), at(60), at(61)):
            assert at(60) == next(due.at for due in desk.due(when, case="c1") if due.what == CLOSING)

    def test_command(self):
        """A host gives the command when the instant has come; then it is due no more."""
        story = given(*self.STORY, policy=self.POLICY)
        due = closing_of(story.desk)
        command = CloseCase(SYSTEM, at(60), "c1", CloseReason.AUTOMATIC)
        assert Due(at(60), CLOSING, "lifecycle.close_after", "c1", command) == due
        outcome = story.when(due.command).then(CaseClosed, ContactEnded, WrapUpOwed, AgentWrapsUp)
        assert None is closing_of(outcome.desk)

    def test_checked_again(self):
        """A command that comes too late for the case is refused: it was reopened meanwhile."""
        story = given(*self.STORY, policy=self.POLICY)
        due = closing_of(story.desk)
        reopened = story.and_given(ReceiveMessage("customer", at(59), "t-c1", "m2", "Wait!"))
        reopened.when(due.command).refused("lifecycle.close_after")

    def test_nothing(self):
        """Where the policy closes nothing by itself, nothing is due."""
        policy = attrs.evolve(Policy.default(), lifecycle=Lifecycle(close_after={}))
        assert not [due for due in given(*self.STORY, policy=policy).desk.due() if due.what == CLOSING]


class TestStatus:
    """Where a case is."""

    def test_status(self):
        """None where there is no such case."""
        desk = given(case_in("escalated")).desk
        assert (Status.ESCALATED, None) == (desk.status("c1"), desk.status("c9"))


class TestComposition:
    """How the desk is put together."""

    def test_rules(self):
        """All needs, then all rules, lower rooms first."""
        assert (*HOUSE.needs, *HOUSE.rules) == RULES

    def test_every_record_is_seen_or_held(self):
        """A case's sheets and the other records are what a view shows."""
        records = {Agent, Customer, Thread, Case, WaitingDraft, Note, Offers, Contact, Commitment, WrapUp, Aftermath}
        created = {sheet for room in HOUSE.rooms for sheet, _ in room.creates}
        assert records <= created

    def test_away_and_back(self):
        """A day in short: away, a case comes, back, it is taken."""
        story = given(GoUnavailable("ana", T0, "ana", "lunch"), new_case())
        story.when(OPEN).refused("assignment.available")
        story.when(GoAvailable("ana", at(30), "ana")).and_when(OPEN).then(CaseAssigned, WorkBegun, ContactStarted)


WORDS = {str: "x", datetime: at(60), bool: False, float: 0.0, tuple: (), frozenset: frozenset(), Mapping: {}}
EVENTS = {event for room in HOUSE.rooms for event in room.follows} | {
    guard for rule in RULES for guard in rule.guards if issubclass(guard, Event)
}


def stated(kind):
    """A command or event of this class with something in every required field."""
    hints, said = get_type_hints(kind), {}
    for field in attrs.fields(kind):
        if field.default is attrs.NOTHING:
            hint = get_origin(hints[field.name]) or hints[field.name]
            words = WORDS if hint in WORDS else {hint: next(iter(hint), None) if issubclass(hint, StrEnum) else None}
            said[field.name] = words[hint]
    return kind(**said)


class TestNothingLoaded:
    """A host that loaded no row gets an answer, never an exception: every rule and handler bears an empty view."""

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}: {RULES.index(rule)}")
    def test_rules(self, rule):
        """What is not there is not judged, or is what stands in the way."""
        for guard in rule.guards:
            for kind in (one for one in (*HOUSE.commands, *EVENTS) if issubclass(one, guard)):
                found = rule.find(View(), stated(kind), Policy.default())
                assert found is None or found.rule == rule.id

    @pytest.mark.parametrize("room", HOUSE.rooms, ids=lambda room: room.name)
    def test_handlers_and_consequences(self, room):
        """They propose nothing, or what needs no row."""
        for kind, handler in (*room.decide.items(), *room.follows.items()):
            assert all(
                isinstance(event, Event) for event in where_wanted(handler)(View(), stated(kind), Policy.default())
            ), kind
