"""Merging cases: a customer has two about one matter, and they become one (§4)."""

from datetime import timedelta
from functools import partial

import attrs
import pytest
from rpds import HashTrieMap

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM, Deviated
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.projections.customer_card import customer_card
from casecore.projections.history import history
from casecore.projections.inbox import inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.promises.watching import Watch, watch
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, LeaveCase, OpenCase
from casecore.rooms.bounces import DeliveryFailed, MessageBounced
from casecore.rooms.case_merging import MOST_JOINED, CaseTakenOver, MergeCases
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import ClockState, first_response, next_response, solution
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment
from casecore.rooms.contacts import ContactEnded, EndContact
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.last_words import LastWords
from casecore.rooms.logged_cases import CustomerJoined, LogCase
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, MessageTagged, SetSentiment
from casecore.rooms.offers import OfferRescinded, OfferWork
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import ClockJudged, SetLevel
from casecore.rooms.snoozes import SnoozeCase, SnoozeEnded
from casecore.rooms.threads import Feeling
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import NUMBER, at, case_in, given, new_case

MERGE = MergeCases("ana", at(minutes=30), "c1", "c2")
KEEP = Policy.loads('[live]\nabandoned = "keep"')
NO_WRAP_UP = "[wrap_up]\ndisposition = false\nnotes = false\n"
NEXT = Policy.loads('[sla.default]\nfirst_response = "1h"\nnext_response = "1h"\nsolution = "24h"')
RUNNING, MET, MISSED, STOPPED = ClockState


def two(one="new", other="pending", *then, channel="sms", policy=None, **fields):
    """Maria wrote on two numbers of ours, at nine and ten minutes later, and what was done then; ana has the second."""
    first = case_in(one, channel=channel)
    second = case_in(other, "c2", channel=channel, at=at(minutes=10), **fields)
    return given(first, second, then, policy=policy)


def wrote(thread, message="m9", minutes=40, **fields):
    """She writes again."""
    return ReceiveMessage(CUSTOMER, at(minutes=minutes), thread, message, "Hello?", **fields)


def replies(case="c2", message="r9", minutes=50, send_as=Status.PENDING, by="ana", **fields):
    """Somebody answers."""
    return SendReply(by, at(minutes=minutes), case, message, "Here you are", send_as, **fields)


def breaches(before, outcome):
    """What a promise has against the last step of a story."""
    watching = Watch(before.desk.policy)
    for event in before.events:
        watching.see((event,))
    return watching.see(outcome.events)


def case(story, name):
    """The record of a case."""
    return story.desk.cases[name].case


def clock(read, story, name="c2", minutes=60):
    """Where a clock of a case stands."""
    found = read(story.desk.view_of(name), story.desk.policy, at(minutes=minutes))
    return None if found is None else (found.state, found.elapsed)


class TestMerging:
    """The one is closed and says as which it goes on; the other takes over what waits."""

    def test_a_waiting_case(self):
        """Maria waits since nine, the case that ana holds is open again, and both threads lead there."""
        outcome = two().when(MERGE)
        outcome.then(
            ThreadJoined("ana", at(minutes=30), "c2", "t-c1"),
            CaseReopened("ana", at(minutes=30), "c2", Status.PENDING, merged="c1", waits_since=at()),
            CaseTakenOver("ana", at(minutes=30), "c2", "c1", waits_since=at()),
            CaseClosed("ana", at(minutes=30), "c1", CloseReason.MERGED, "c2"),
            ClockJudged("ana", at(minutes=30), "c1", "first_response", STOPPED, 3600.0, 1800.0),
            ClocksTakenOver,
        )
        one, other = case(outcome, "c1"), case(outcome, "c2")
        assert (Status.CLOSED, CloseReason.MERGED, "c2", None) == (
            one.status,
            one.closed_as,
            one.successor,
            one.waiting_since,
        )
        assert (Status.OPEN, "ana", at(), at(), ("t-c1",), "t-c2") == (
            other.status,
            other.assignee,
            other.unanswered_since,
            other.asked_since,
            other.joined,
            other.thread,
        )
        assert ["c2", "c2"] == [outcome.desk.threads[thread].case for thread in ("t-c1", "t-c2")]

    def test_the_earlier_of_two(self):
        """Where she waits on both, she has waited since the first message of either; nothing is opened again."""
        for one, other in (("c1", "c2"), ("c2", "c1")):
            outcome = two(other="open").when(MergeCases("ana", at(minutes=30), one, other))
            assert (at(), Status.NEW if other == "c1" else Status.OPEN) == (
                case(outcome, other).unanswered_since,
                case(outcome, other).status,
            )

    def test_into_a_logged_one(self):
        """Whoever waits on the one has written on the other: it was only logged, and is so no more."""
        log = LogCase("ana", at(minutes=20), "t9", "c9", "maria", Channel.SMS, note="n1", text="She rang")
        story = given(new_case("c1", channel="sms"), log)
        outcome = story.when(MergeCases("ana", at(minutes=30), "c1", "c9"))
        assert CustomerJoined in map(type, outcome.events)
        assert not case(outcome, "c9").logged
        assert () == breaches(story, outcome)
        assert case(story.when(MergeCases("ana", at(minutes=30), "c9", "c1")), "c1").unanswered_since == at()

    def test_two_logged_ones(self):
        """Nobody has written on either, so the other is a logged one still."""
        log = partial(LogCase, "ana", at(minutes=20), customer="maria", channel=Channel.SMS, name="Maria", text="Rang")
        logs = [log(thread="t8", new_case="c8", note="n8"), log(thread="t9", new_case="c9", note="n9")]
        assert case(given(*logs).when(MergeCases("ana", at(minutes=30), "c8", "c9")), "c9").logged

    def test_a_chat_into_a_logged_one(self):
        """Somebody may come back to the chat, so it is the one that lives."""
        log = LogCase("dora", at(minutes=20), "t9", "c9", "maria", Channel.CHAT, note="n1", text="She rang")
        story = given(new_case("c1"), EndContact(CUSTOMER, at(5), "c1"), log, policy=KEEP)
        (reason,) = (
            story.when(MergeCases("dora", at(minutes=30), "c1", "c9")).refused("merge_cases.live").verdict.reasons
        )
        assert ("case c9 was only logged, and case c1 is a chat", "merge c9 into c1") == (reason.message, reason.remedy)
        assert story.when(MergeCases("dora", at(minutes=30), "c9", "c1")).verdict

    def test_nobody_waits(self):
        """A case that is answered changes nothing of the other but its threads."""
        outcome = two("pending").when(MergeCases("ana", at(minutes=30), "c1", "c2"))
        assert CaseReopened not in map(type, outcome.events)
        assert (Status.PENDING, None, at(minutes=10)) == (
            case(outcome, "c2").status,
            case(outcome, "c2").unanswered_since,
            case(outcome, "c2").asked_since,
        )

    def test_owed_from_now_on(self):
        """Whoever waited for nothing at the other is owed an answer since the merge, and not since it was taken."""
        story = two("new", "open", SetStatus("ana", at(minutes=12), "c2", Status.RESOLVED))
        outcome = story.when(MERGE)
        assert at(minutes=30) == outcome.desk.cases["c2"].contact.owed_since
        assert () == breaches(story, outcome)

    def test_she_wrote_there_last(self):
        """The thread on which she wrote last is the case's own, with what she said last."""
        before = two("new", "pending", wrote("t-c1", minutes=20))
        outcome = before.when(MERGE)
        assert () == breaches(before, outcome)
        assert ("t-c1", ("t-c2",)) == (case(outcome, "c2").thread, case(outcome, "c2").joined)
        assert LastWords("m9") == outcome.desk.cases["c2"].last_words
        assert "t-c1" == outcome.and_when(replies()).events[0].thread

    def test_we_wrote_first(self):
        """Nobody has written on the other: her thread is the case's own."""
        begun = StartOutbound("ana", at(minutes=10), "t9", "c9", "o9", "Hello", "maria", Channel.SMS, phone=NUMBER)
        story = given(case_in("new", channel="sms"), begun)
        assert "t-c1" == case(story.when(MergeCases("ana", at(minutes=30), "c1", "c9")), "c9").thread
        back = story.and_given(OpenCase("ana", at(minutes=20), "c1")).when(
            MergeCases("ana", at(minutes=30), "c9", "c1")
        )
        assert ("t-c1", ("t9",)) == (case(back, "c1").thread, case(back, "c1").joined)

    def test_a_held_case_ends_as_by_any_closing(self):
        """Its agent has a contact to dispose, and is asked for nothing else."""
        outcome = two("open", "pending").when(MERGE)
        assert ContactEnded in map(type, outcome.events)
        assert (None, ("c1/ana",)) == (case(outcome, "c1").assignee, tuple(outcome.desk.wrap_ups))
        assert outcome.and_when(Dispose("ana", at(minutes=31), "c1", "solved", "It goes on as c2")).verdict

    def test_an_offer_is_taken_back(self):
        """Nobody is rung for a case that has gone."""
        outcome = two("new", "pending", OfferWork(SYSTEM, at(minutes=29, seconds=50), "c1", "cleo")).when(MERGE)
        assert OfferRescinded in map(type, outcome.events)
        assert 0 == outcome.desk.agents["cleo"].offered.get("sms", 0)

    def test_three(self):
        """All the threads of a case that others were merged into lead to the one into which it is."""
        third = case_in("open", "c3", channel="sms", at=at(minutes=20))
        outcome = two("new", "pending", MERGE, third).when(MergeCases("ana", at(minutes=40), "c2", "c3"))
        assert {"c3"} == {row.case for row in outcome.desk.threads.values()}
        assert {"t-c1", "t-c2"} == {*case(outcome, "c3").joined}

    def test_merged_customers(self):
        """Two who were found to be the same person are one customer."""
        story = two("new", "pending", customer="mia")
        refused = story.when(MERGE).refused("merge_cases.customer")
        assert "case c1 is maria's, and case c2 is mia's" == refused.verdict.reasons[0].message
        assert story.and_given(MergeCustomers(SYSTEM, at(minutes=20), "maria", "mia")).when(MERGE).verdict

    def test_a_partial_desk(self):
        """A customer whose row is not loaded is read by the id on the case."""
        desk = two("new", "pending").desk
        assert attrs.evolve(desk, customers=HashTrieMap()).decide(MERGE)


class TestPlace:
    """Where the case goes that lives."""

    def test_nobody_holds_it(self):
        """It goes to its queue as a reopened one, and has waited as long as she has."""
        story = two("open", "pending", LeaveCase("ana", at(minutes=12), "c2"), policy=Policy.loads(NO_WRAP_UP))
        (queued,) = (event for event in story.when(MERGE).events if isinstance(event, CaseQueued))
        assert ("c2", at()) == (queued.case, queued.since)

    def test_it_waits_already(self):
        """The place of whoever has waited longer counts."""
        for status in ("new", "escalated"):
            left = [] if status == "new" else [LeaveCase("ana", at(minutes=12), "c2")]
            outcome = two("open", status, left, policy=Policy.loads(NO_WRAP_UP)).when(MERGE)
            assert at() == case(outcome, "c2").waiting_since

    def test_it_has_waited_longer_itself(self):
        """Its place stands."""
        story = two("new", "open")
        outcome = story.when(MergeCases("ana", at(minutes=30), "c2", "c1"))
        assert (at(), False) == (case(outcome, "c1").waiting_since, CaseQueued in map(type, outcome.events))

    def test_to_its_owner(self):
        """Where reopened cases go to their owner, it does; but not to whoever has the other to dispose."""
        policy = Policy.loads('[reopening]\nto = "owner_if_eligible"\n[email]\nsubject_required = false')
        disposed = {name: Dispose(name, at(minutes=13), "c2", "solved", "Well") for name in ("ana", "cleo")}
        theirs = two(
            "open", "pending", LeaveCase("cleo", at(minutes=12), "c2"), disposed["cleo"], policy=policy, agent="cleo"
        )
        assert CaseAssigned in map(type, theirs.when(MERGE).events)
        own = two("open", "pending", LeaveCase("ana", at(minutes=12), "c2"), disposed["ana"], policy=policy)
        outcome = own.when(MERGE)
        assert (None, at()) == (case(outcome, "c2").assignee, case(outcome, "c2").waiting_since)

    def test_a_snoozed_case_awakes(self):
        """She waits: it sleeps no longer."""
        asleep = SnoozeCase("ana", at(minutes=12), "c2", at(hours=9))
        opened = OpenCase("ana", at(minutes=13), "c1")
        outcome = two("new", "pending", asleep, opened, policy=Policy.loads(NO_WRAP_UP)).when(MERGE)
        assert SnoozeEnded in map(type, outcome.events)
        assert None is case(outcome, "c2").snoozed_until

    def test_a_snoozed_case_is_merged(self):
        """Nothing is left of its snooze."""
        asleep = SnoozeCase("ana", at(minutes=12), "c1", at(hours=9))
        story = two("pending", "open", asleep, policy=Policy.loads(NO_WRAP_UP))
        assert None is case(story.when(MERGE), "c1").snoozed_until

    def test_a_chat_whose_customer_left(self):
        """Nobody is rung for a chat that is over, because another was merged into it."""
        policy = Policy.loads(f"{NO_WRAP_UP}[live]\nabandoned = 'keep'")
        left = (EndContact(CUSTOMER, at(minutes=12), name) for name in ("c1", "c2"))
        outcome = two("new", "pending", left, channel="chat", policy=policy).when(
            MergeCases("dora", at(minutes=30), "c1", "c2")
        )
        assert (Status.OPEN, True) == (case(outcome, "c2").status, case(outcome, "c2").pull_only)
        assert [] == [*breaches(outcome.before, outcome)]

    def test_the_answer_is_owed(self):
        """Where cases go back that nobody answers, the time counts from the merging."""
        policy = Policy.loads('[routing]\nanswer_within = "30m"')
        answered = two(policy=policy).desk
        assert [None] == [held.answer_by for held in inbox(answered, "ana", at(minutes=20)).cases]
        merged = two("new", "pending", MERGE, policy=policy).desk
        assert None is merged.cases["c2"].contact.silence_since


class TestAfterwards:
    """What is written and sent then."""

    def test_she_writes_on_either(self):
        """It counts on the case that lives; the thread of it is the case's own."""
        story = two("new", "pending", MERGE)
        for thread in ("t-c1", "t-c2"):
            outcome = story.when(wrote(thread))
            assert [("c2", thread)] == [(e.case, e.thread) for e in outcome.events if isinstance(e, MessageReceived)]
            assert thread == case(outcome, "c2").thread
            assert {"t-c1", "t-c2"} == {case(outcome, "c2").thread, *case(outcome, "c2").joined}

    def test_a_reply_names_its_thread(self):
        """Either of them; no other."""
        story = two("new", "pending", MERGE)
        assert "t-c1" == story.when(replies(thread="t-c1")).events[0].thread
        (reason,) = story.when(replies(thread="t9")).refused("thread.of_case").verdict.reasons
        assert ("thread t9 does not lead to case c2", ("t-c2", "t-c1")) == (reason.message, reason.facts["threads"])

    def test_ids_are_used_once_on_a_thread(self):
        """The one that was sent on the other thread may be sent on this one."""
        story = two("new", "pending", MERGE, replies(thread="t-c1"))
        story.when(replies(thread="t-c1", minutes=51)).refused("message.fresh")
        assert story.when(replies(thread="t-c2", minutes=51)).verdict
        both = story.and_given(replies(thread="t-c2", minutes=51))
        assert 2 == sum(entry.id == "r9" for entry in transcript(both.events, "c2"))

    def test_a_draft_names_its_thread(self):
        """It is sent there, also where she wrote on the other meanwhile."""
        draft = SubmitDraft("ana", at(minutes=35), "c2", "d9", "Here you are", thread="t-c1")
        story = two("new", "pending", MERGE, draft, wrote("t-c2"))
        approved = story.when(ApproveDraft("cleo", at(minutes=50), "c2", "d9", seen=True))
        assert ["t-c1"] == [event.thread for event in approved.events if isinstance(event, ReplySent)]
        two("new", "pending", MERGE).when(
            SubmitDraft("ana", at(minutes=35), "c2", "d9", "Here you are", thread="t9")
        ).refused("thread.of_case")

    def test_the_window_of_the_thread(self):
        """On WhatsApp it is that of the thread that a reply names."""
        late = timedelta(hours=23)
        story = given(
            case_in("new", channel="whatsapp"),
            case_in("open", "c2", channel="whatsapp", at=at() + late),
            MergeCases("ana", at() + late, "c1", "c2"),
        )
        reply = {"by": "ana", "at": at(hours=25), "case": "c2", "message": "r9", "text": "Here you are"}
        assert story.when(SendReply(**reply)).verdict
        story.when(SendReply(**reply, thread="t-c1")).refused("whatsapp.window")
        story.when(SubmitDraft("ana", at(hours=25), "c2", "d9", "Hello", thread="t-c1")).refused("whatsapp.window")
        draft = SubmitDraft("ana", at(hours=23, minutes=30), "c2", "d9", "Hello", thread="t-c1")
        story.and_given(draft).when(ApproveDraft("cleo", at(hours=25), "c2", "d9")).refused("whatsapp.window")

    def test_what_was_seen(self):
        """A message of either thread may be what was seen last."""
        story = two("new", "pending", MERGE, wrote("t-c1", "m8", 35), wrote("t-c2", "m9", 40))
        story.when(replies(seen="m8")).refused("reply.seen")
        assert story.when(replies(seen="m9", thread="t-c1")).verdict
        story.when(replies(seen="m7")).refused("message.known")

    def test_a_message_of_the_other_thread(self):
        """It can be tagged, marked, and known to have failed."""
        story = two("new", "pending", MERGE, wrote("t-c1"), wrote("t-c2", "m10", 41), replies(thread="t-c1"))
        story.when(AddTag("ana", at(minutes=55), "c2", "vip", "m9")).then(
            MessageTagged("ana", at(minutes=55), "c2", "m9", "vip", "t-c1")
        )
        assert story.when(SetSentiment("ana", at(minutes=55), "c2", "m9", Feeling.POSITIVE)).verdict
        bounced = story.when(DeliveryFailed(SYSTEM, at(minutes=55), "c2", "r9"))
        assert ("t-c1", at(minutes=0)) == (bounced.events[0].thread, bounced.events[0].waits_since)
        noted = two("pending", "pending", MERGE).when(DeliveryFailed(SYSTEM, at(minutes=55), "c1", "r-c1"))
        noted.then(MessageBounced)

    def test_what_is_logged_then(self):
        """A case that is logged on either thread is that successor, too."""
        closed = two().and_given(MERGE, CloseCase("ana", at(minutes=35), "c2", CloseReason.SPAM))
        logged = closed.when(LogCase("cleo", at(minutes=40), "t-c1", "c3", note="n1", text="She called"))
        assert ("t-c1", ("t-c2",), "c2") == (
            case(logged, "c3").thread,
            case(logged, "c3").joined,
            case(logged, "c3").predecessor,
        )
        assert "c3" == logged.desk.threads["t-c2"].case

    @pytest.mark.parametrize("thread", ["t-c1", "t-c2"])
    def test_the_successor(self, thread):
        """Once it is closed, the next message on either starts one successor, to which both lead."""
        story = two("new", "pending", MERGE, CloseCase("dora", at(minutes=35), "c2", CloseReason.SPAM))
        outcome = story.when(wrote(thread))
        (started,) = (event for event in outcome.events if isinstance(event, CaseStarted))
        assert ("c2+1", "c2", thread) == (started.case, started.predecessor, started.thread)
        assert {"c2+1"} == {row.case for row in outcome.desk.threads.values()}
        other = "t-c2" if thread == "t-c1" else "t-c1"
        again = outcome.and_when(wrote(other, "m10", 41))
        assert [("c2+1", other)] == [(e.case, e.thread) for e in again.events if isinstance(e, MessageReceived)]
        assert SuccessorStarted not in map(type, again.events)

    def test_we_write_first_after_it(self):
        """Likewise where we do."""
        story = two("new", "pending", MERGE, CloseCase("dora", at(minutes=35), "c2", CloseReason.SPAM))
        begun = StartOutbound("cleo", at(minutes=40), "t-c1", "c9", "o9", "Hello", phone=NUMBER)
        assert {"c9"} == {row.case for row in story.when(begun).desk.threads.values()}

    def test_what_is_owed_stays(self):
        """A commitment made before is kept on the closed case; a note may be added."""
        promised = MakeCommitment("ana", at(minutes=11), "c1", "p1", at(hours=9), "Call")
        story = two("pending", "pending", promised, MERGE)
        assert story.when(FulfilCommitment("ana", at(minutes=40), "p1")).verdict
        assert story.when(AddNote("ana", at(minutes=40), "n1", "See c2", "c1")).verdict
        (reason,) = (
            story.when(SetStatus("ana", at(minutes=40), "c1", Status.OPEN)).refused("lifecycle.closed").verdict.reasons
        )
        assert "work on its successor c2" == reason.remedy

    def test_nothing_is_moved(self):
        """Threads that were joined stay together."""
        mia = (
            case_in("open", "c3", "cleo", channel="sms", customer="mia"),
            CloseCase("dora", at(), "c3", CloseReason.SPAM),
        )
        story = two("new", "pending", MERGE, mia[0])
        closed = story.and_given(CloseCase("dora", at(minutes=31), "c3", CloseReason.SPAM))
        closed.when(MoveCase("ana", at(minutes=40), "c2", "t-c3")).refused("move.joined")
        over = story.and_given(CloseCase("dora", at(minutes=31), "c2", CloseReason.SPAM))
        over.when(MoveCase("cleo", at(minutes=40), "c3", "t-c1")).refused("move.joined")
        story.when(MoveCase("cleo", at(minutes=40), "c3", "t-c1")).refused("move.open_case", "move.joined")


class TestClocks:
    """What runs goes on; no verdict is turned."""

    @pytest.mark.parametrize(("one", "other"), [("c1", "c2"), ("c2", "c1")])
    def test_the_earlier_start(self, one, other):
        """She wrote at nine and at ten past; whichever lives counts from nine, and the other has no verdict."""
        outcome = two("new", "open").when(MergeCases("ana", at(minutes=30), one, other))
        for read in (first_response, solution):
            assert (RUNNING, timedelta(minutes=40)) == clock(read, outcome, other, 40)
            assert None is clock(read, outcome, one)
        assert ClockJudged not in map(type, outcome.events)

    def test_it_has_had_its_first_reply(self):
        """What she asked elsewhere is the next thing to be answered; the first response stands."""
        outcome = two(policy=NEXT).when(MERGE)
        assert (MET, timedelta(0)) == clock(first_response, outcome)
        assert (RUNNING, timedelta(minutes=40)) == clock(next_response, outcome, minutes=40)
        assert (STOPPED, timedelta(minutes=30)) == clock(first_response, outcome, "c1")

    def test_the_next_response_goes_on(self):
        """From the earlier of two questions."""
        story = two("pending", "pending", wrote("t-c1", "m8", 15), wrote("t-c2", "m9", 20), policy=NEXT)
        for one, other in (("c1", "c2"), ("c2", "c1")):
            outcome = story.when(MergeCases("ana", at(minutes=30), one, other))
            assert (RUNNING, timedelta(minutes=25)) == clock(next_response, outcome, other, 40)
        answered = two(
            "pending", "pending", wrote("t-c1", "m8", 15), wrote("t-c2", "m9", 20), replies(minutes=21), policy=NEXT
        )
        outcome = answered.when(MERGE)
        assert (RUNNING, timedelta(minutes=25)) == clock(next_response, outcome, minutes=40)
        assert (MET, timedelta(minutes=35)) == clock(next_response, outcome.and_when(replies(message="r10")))

    def test_both_run_beside_each_other(self):
        """Asked again on the one, and never answered on the other: one reply meets both."""
        story = two("pending", "open", wrote("t-c1", "m8", 15), policy=NEXT)
        outcome = story.when(MERGE)
        assert (RUNNING, timedelta(minutes=30)) == clock(first_response, outcome, minutes=40)
        assert (RUNNING, timedelta(minutes=25)) == clock(next_response, outcome, minutes=40)
        assert (MET, MET) == tuple(clock(r, outcome.and_when(replies()))[0] for r in (first_response, next_response))

    def test_late_is_late(self):
        """What was missed on the one is missed on the other, once, and by what was promised then."""
        story = two("new", "open", SetLevel("dora", at(minutes=11), "c1", Level.URGENT))
        outcome = story.when(MergeCases("ana", at(hours=3), "c1", "c2"))
        judged = [(e.case, e.clock, e.state) for e in outcome.events if isinstance(e, ClockJudged)]
        assert {("c1", "first_response", MISSED)} <= {*judged}
        assert MISSED is clock(first_response, outcome, minutes=200)[0]

    def test_late_by_a_promise_of_its_own(self):
        """Urgent, it was late; as a case that is not, it would have time."""
        policy = Policy.loads('[sla.default]\nfirst_response = "8h"\nurgent = { first_response = "5m" }')
        story = given(
            case_in("new", channel="sms"),
            SetLevel("dora", at(minutes=1), "c1", Level.URGENT),
            case_in("open", "c2", channel="sms", at=at(minutes=10)),
            policy=policy,
        )
        outcome = story.when(MERGE)
        assert MISSED is clock(first_response, outcome)[0]
        assert (MISSED, timedelta(minutes=50)) == clock(first_response, outcome.and_when(replies()))
        recorded = story.and_given(SetLevel("dora", at(minutes=20), "c1", Level.HIGH)).when(MERGE)
        assert MISSED is clock(first_response, recorded)[0]

    def test_an_outbound_case(self):
        """We wrote first, and she has had a reply elsewhere: her next message is no first one."""
        begun = StartOutbound("ana", at(minutes=10), "t9", "c9", "o9", "Hello", "maria", Channel.SMS, phone=NUMBER)
        story = given(case_in("pending", channel="sms"), begun)
        outcome = story.when(MergeCases("ana", at(minutes=30), "c1", "c9"))
        assert None is clock(first_response, outcome, "c9")
        assert (RUNNING, timedelta(minutes=60)) == clock(solution, outcome, "c9")
        then = (
            outcome.and_when(wrote("t9"))
            .and_when(replies("c9"))
            .and_when(DeliveryFailed(SYSTEM, at(minutes=55), "c9", "r9"))
        )
        assert None is clock(first_response, then, "c9")
        assert (RUNNING, timedelta(minutes=60)) == clock(solution, then, "c9")

    def test_an_outbound_case_is_merged(self):
        """No clock runs there."""
        begun = StartOutbound("ana", at(minutes=10), "t9", "c9", "o9", "Hello", "maria", Channel.SMS, phone=NUMBER)
        outcome = given(case_in("pending", channel="sms"), begun).when(MergeCases("ana", at(minutes=30), "c9", "c1"))
        assert ClocksTakenOver not in map(type, outcome.events)

    @pytest.mark.parametrize(
        ("after", "found"),
        [
            ("runs_on", (RUNNING, timedelta(minutes=40))),
            ("leaves_out", (RUNNING, timedelta(minutes=40))),
            ("starts_again", (RUNNING, timedelta(minutes=40))),
            ("first_solution_stands", (MET, timedelta(0))),
        ],
    )
    def test_a_solved_case_is_open_again(self, after, found):
        """Its solution is undone as the policy says; where it is, the earlier start counts."""
        policy = Policy.loads(f'[sla]\nafter_reopening = "{after}"\n[sla.default]\nsolution = "24h"')
        outcome = two("new", "resolved", policy=policy).when(MERGE)
        assert found == clock(solution, outcome, minutes=40)
        state = STOPPED if found[0] is MET else None
        assert state is (None if (one := clock(solution, outcome, "c1")) is None else one[0])

    def test_into_a_solved_case(self):
        """Nobody waits: it stays solved, and what ran on the other ends as by any closing."""
        outcome = two("pending", "resolved").when(MERGE)
        assert (Status.RESOLVED, MET, STOPPED) == (
            case(outcome, "c2").status,
            clock(solution, outcome)[0],
            clock(solution, outcome, "c1")[0],
        )

    def test_a_solved_case_is_merged(self):
        """Its solution stands, and the other's has its own start."""
        outcome = two("resolved", "open").when(MERGE)
        assert (MET, timedelta(0)) == clock(solution, outcome, "c1")
        assert (RUNNING, timedelta(minutes=30)) == clock(solution, outcome, minutes=40)

    def test_pauses(self):
        """What was paused on the one does not count; from then on the other's status says."""
        policy = Policy.loads('[sla]\npause_in = ["pending"]\n[sla.default]\nsolution = "24h"')
        outcome = two("pending", "pending", policy=policy).when(MERGE)
        assert (RUNNING, timedelta(0)) == clock(solution, outcome)
        opened = outcome.and_when(SetStatus("ana", at(minutes=40), "c2", Status.OPEN))
        assert (RUNNING, timedelta(minutes=20)) == clock(solution, opened)
        awake = two("pending", "pending", wrote("t-c1", minutes=20), policy=policy).when(MERGE)
        assert (RUNNING, timedelta(minutes=40)) == clock(solution, awake)


class TestWho:
    """By whoever holds one, while nobody else holds the other; or by a supervisor."""

    @pytest.mark.parametrize(
        ("who", "rule"), [("ben", "assignment.holder"), (CUSTOMER, "actor.role"), ("zoe", "agent.known")]
    )
    def test_not_by(self, who, rule):
        """Somebody else, or the customer."""
        two().when(MergeCases(who, at(minutes=30), "c1", "c2")).refused(rule)

    @pytest.mark.parametrize("who", ["ana", "dora", SYSTEM])
    def test_by(self, who):
        """The holder of one, a supervisor, the system."""
        assert two().when(MergeCases(who, at(minutes=30), "c1", "c2")).verdict
        assert two().when(MergeCases(who, at(minutes=30), "c2", "c1")).verdict

    def test_a_case_of_somebody_else(self):
        """Ana's is not merged into ben's, nor his into hers."""
        story = two("open", "pending", agent="cleo")
        for one, other in (("c1", "c2"), ("c2", "c1")):
            (reason,) = (
                story.when(MergeCases("ana", at(minutes=30), one, other)).refused("assignment.holder").verdict.reasons
            )
            assert "cases" in reason.message
            assert "cleo holds case c2" in reason.message

    def test_nobody_holds_either(self):
        """One is opened first."""
        story = two("new", "new")
        (reason,) = story.when(MERGE).refused("assignment.holder").verdict.reasons
        assert "open one of them first, or ask a supervisor" == reason.remedy

    def test_the_policy_says_who_closes(self):
        """Where only supervisors close, only they merge."""
        policy = Policy.loads('[lifecycle]\nclose_by = ["supervisor"]')
        two(policy=policy).when(MERGE).refused("lifecycle.close_by")
        assert two(policy=policy).when(MergeCases("dora", at(minutes=30), "c1", "c2")).verdict

    def test_from_where_it_closes_is_not_asked(self):
        """The matter goes on."""
        assert two(policy=Policy.loads('[lifecycle]\nclose_from = ["resolved"]')).when(MERGE).verdict

    def test_a_warning(self):
        """Where the policy only warns, it is done, and noted."""
        policy = Policy.loads('[enforcement]\n"assignment.holder" = "warn"')
        outcome = two("new", "new", policy=policy).when(MERGE)
        assert Deviated in map(type, outcome.events)
        assert CaseTakenOver in map(type, outcome.events)


class TestObstacles:
    """What stands in the way."""

    def test_another_channel(self):
        """Both are on one."""
        story = given(case_in("new", channel="sms"), case_in("open", "c2", channel="email"))
        story.when(MERGE).refused("merge_cases.customer")

    def test_itself(self):
        """A case is not merged into itself."""
        two().when(MergeCases("ana", at(minutes=30), "c2", "c2")).refused("merge_cases.two")

    def test_no_such_case(self):
        """Either must be there."""
        two().when(MergeCases("ana", at(minutes=30), "c2", "c9")).refused("case.known")
        two().when(MergeCases("ana", at(minutes=30), "c9", "c2")).refused("case.known")

    def test_closed(self):
        """Neither may be; one that was merged says as which it goes on."""
        story = two("new", "pending", MERGE, case_in("open", "c3", channel="sms", at=at(minutes=31)))
        for one, other, remedy in (("c1", "c3", "work on its successor c2"), ("c3", "c1", "merge it into c2")):
            (reason,) = (
                story.when(MergeCases("ana", at(minutes=40), one, other)).refused("lifecycle.closed").verdict.reasons
            )
            assert remedy == reason.remedy
        over = two("new", "pending", CloseCase("dora", at(minutes=12), "c2", CloseReason.SPAM))
        (reason,) = (
            over.when(MergeCases("dora", at(minutes=30), "c1", "c2")).refused("lifecycle.closed").verdict.reasons
        )
        assert "leave it as it is" == reason.remedy

    @pytest.mark.parametrize(("one", "other"), [("c1", "c2"), ("c2", "c1")])
    def test_on_the_line(self, one, other):
        """A chat is not merged while its customer is there."""
        story = two("new", "open", channel="chat")
        story.when(MergeCases("dora", at(minutes=30), one, other)).refused("merge_cases.live")

    @pytest.mark.parametrize(("one", "other"), [("c1", "c2"), ("c2", "c1")])
    def test_a_draft(self, one, other):
        """It is decided first."""
        story = two("new", "pending", SubmitDraft("ana", at(minutes=20), "c2", "d9", "Here you are"))
        (reason,) = (
            story.when(MergeCases("ana", at(minutes=30), one, other)).refused("merge_cases.draft").verdict.reasons
        )
        assert "draft d9 waits on case c2" == reason.message

    @pytest.mark.parametrize(("one", "other"), [("c1", "c2"), ("c2", "c1")])
    def test_a_wrap_up(self, one, other):
        """It is disposed first."""
        story = two("new", "pending", LeaveCase("ana", at(minutes=20), "c2"))
        (reason,) = (
            story.when(MergeCases("dora", at(minutes=30), one, other)).refused("merge_cases.wrap_up").verdict.reasons
        )
        assert "1 contact(s) of case c2 are not disposed" == reason.message

    def test_closing_as_merged(self):
        """Only merging closes so."""
        two().when(CloseCase("ana", at(minutes=30), "c2", CloseReason.MERGED)).refused("lifecycle.merged")

    def test_time(self):
        """It is not done before the other changed last."""
        two("new", "pending").when(MergeCases("ana", at(minutes=5), "c1", "c2")).refused("time.order")

    def test_too_many_threads(self):
        """Few threads lead to a case."""
        more = [
            (new_case(f"c{i}", channel="sms", at=at(minutes=20)), MergeCases("ana", at(minutes=21), f"c{i}", "c2"))
            for i in range(3, MOST_JOINED + 2)
        ]
        two("new", "open", more).when(MERGE).refused("merge_cases.limit")


class TestLooking:
    """Nothing is lost, and nothing is told twice."""

    STORY = two("new", "pending", AddNote("ana", at(minutes=12), "n1", "Tea", "c2"), MERGE, wrote("t-c1"))

    def test_the_transcript(self):
        """That of the case shows the texts of both, with their threads; they stay where they are."""
        said = [(entry.id, entry.case, entry.thread) for entry in transcript(self.STORY.events, "c2")]
        assert [
            ("m-c1", "c1", "t-c1"),
            ("m-c2", "c2", "t-c2"),
            ("r-c2", "c2", "t-c2"),
            ("n1", "c2", None),
            ("m9", "c2", "t-c1"),
        ] == said
        assert ["m-c1"] == [entry.id for entry in transcript(self.STORY.events, "c1")]

    def test_the_card(self):
        """Each conversation has the cases that it led to, and each case is there once."""
        card = customer_card(self.STORY.desk, self.STORY.events, "maria")
        found = {conversation.thread: {c.case for c in conversation.cases} for conversation in card.conversations}
        assert {"t-c1": {"c1", "c2"}, "t-c2": {"c2"}} == found
        assert ["c1", "c2"] == sorted(one.case for one in card.cases)
        assert 3 == card.neutral

    @pytest.mark.parametrize("query", ["t-c1", "t-c2", "status:open customer:maria", "tea"])
    def test_search(self, query):
        """By the threads of both."""
        assert "c2" in {found.case for found in Archive().update(self.STORY.events).search(query).results}

    def test_messages_of_one_id(self):
        """Two messages that have one id, on two threads of the case, are two."""
        story = two("new", "pending", MERGE, wrote("t-c1"), wrote("t-c2"))
        marked = story.and_given(SetSentiment("ana", at(minutes=41), "c2", "m9", Feeling.POSITIVE))
        assert (1, 3) == tuple(
            getattr(customer_card(marked.desk, marked.events, "maria"), m) for m in ("positive", "neutral")
        )

    @pytest.mark.parametrize(
        ("language", "closed", "taken"),
        [
            ("en", "ana merged the case into c2", "ana merged the case c1 into this one"),
            ("pt", "ana fundiu o caso com c2", "ana fundiu o caso c1 com este"),
            ("fr", "ana a fusionné le cas avec c2", "ana a fusionné le cas c1 avec celui-ci"),
        ],
    )
    def test_history(self, language, closed, taken):
        """Each says what became of it."""
        lines = {name: " ".join(map(str, history(self.STORY.events, name, language=language))) for name in ("c1", "c2")}
        assert closed in lines["c1"]
        assert taken in lines["c2"]

    def test_inbox(self):
        """The case says on which threads it can be answered; the one that is closed is in none."""
        (held,) = inbox(self.STORY.desk, "ana", at(minutes=50)).cases
        assert ("c2", ("t-c1", "t-c2"), at()) == (held.case, held.threads, held.unanswered_since)

    def test_notifications(self):
        """Whoever holds the case is told that somebody else merged another into it."""
        outcome = two().when(MergeCases("dora", at(minutes=30), "c1", "c2"))
        settings = {"ana": AlertSettings(banner={Alert.CASE_MERGED})}
        told = notifications(outcome.events, outcome.desk, settings)
        assert [("ana", Alert.CASE_MERGED)] == [(one.agent, one.alert) for one in told]

    def test_due(self):
        """Nothing is due any more on the one; on the other, from the earlier start."""
        due = {(one.case, one.what): one.at for one in two("new", "open", MERGE).desk.due()}
        assert at(hours=1) == due["c2", "the first response is late"]
        assert "c1" not in {name for name, _ in due}

    def test_watched(self):
        """Whoever watches the history sees all of it as one step, and nothing wrong."""
        came = (new_case("c1", channel="sms"), new_case("c2", channel="sms", at=at(minutes=10)))
        opened = (OpenCase("ana", at(minutes=11), "c2"), OpenCase("ana", at(minutes=12), "c1"), replies(minutes=13))
        story = given(came, opened, MERGE, wrote("t-c1"), replies(message="r10"), wrote("t-c2", "m10", 55))
        assert [] == [*watch(story.events, Policy.default())]

    def test_consent(self):
        """It is hers, whichever thread she is written to on."""
        late = at(hours=40)
        story = given(
            case_in("new", channel="whatsapp"),
            case_in("open", "c2", channel="whatsapp"),
            MergeCases("ana", at(), "c1", "c2"),
            RecordConsent(SYSTEM, late, "maria", opted_in=False),
        )
        story.when(SendReply("ana", late, "c2", "r9", "Hello", thread="t-c1")).refused(
            "whatsapp.window", "whatsapp.consent"
        )
