"""Logged cases: a case that begins with no message, because what it is about happened elsewhere (§4)."""

from datetime import timedelta

import attrs
import pytest

from casecore.channels import Channel, MessageKind
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.policies import Policy
from casecore.projections.customer_card import customer_card
from casecore.projections.history import history
from casecore.projections.inbox import inbox
from casecore.projections.quality import quality
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.rooms.agents import GoUnavailable, LogOut
from casecore.rooms.arrivals import MessageNoted, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, LeaveCase, OpenCase, WorkBegun
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCustomer
from casecore.rooms.cases import CaseStarted, CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import first_response, next_response, solution
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import ContactEnded, ContactStarted, CustomerLeft, EndContact
from casecore.rooms.lapses import LAPSE
from casecore.rooms.logged_cases import CustomerJoined, LogCase
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, NoteAdded
from casecore.rooms.occupancy import OccupancyChanged
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.outbound import RecordConsent
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.snoozes import SnoozeCase
from casecore.rooms.threads import CustomerMet, CustomerRecorded, RecordCustomer, ThreadOpened
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.routing import next_offer
from casecore.routing.index import Router
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case

CALL = LogCase(
    "ana",
    at(10),
    "t1",
    "c1",
    "maria",
    Channel.VOICE,
    name="Maria",
    reason="billing",
    language="pt",
    note="n1",
    text="She called my own number: the invoice is wrong",
)
CHAT = attrs.evolve(CALL, channel=Channel.CHAT)
EMAIL = attrs.evolve(CALL, channel=Channel.EMAIL)
LIVE_ONES = pytest.mark.parametrize("log", [CALL, CHAT], ids=["call", "chat"])
EVERY_CHANNEL = pytest.mark.parametrize("channel", Channel)


def writes(seconds=60, message="m1", thread="t1", **fields):
    """Maria writes."""
    return ReceiveMessage(CUSTOMER, at(seconds), thread, message, "It is about my call", **fields)


def clocks_at(story, when):
    """The three service clocks of the case."""
    view = story.desk.view_of("c1")
    return [read(view, story.desk.policy, when) for read in (first_response, next_response, solution)]


def known(outcome):
    """The record of the case after a command, and its contact."""
    file = outcome.desk.cases["c1"]
    return file.case, file.contact


class TestLogging:
    """An agent starts a case that begins with no message."""

    def test_it_is_theirs(self):
        """They hold it and work on it; what was said stands in a note."""
        outcome = (
            given()
            .when(CALL)
            .then(
                CustomerMet("ana", at(10), "maria", "Maria"),
                ThreadOpened("ana", at(10), "t1", "maria", Channel.VOICE),
                CaseStarted(
                    "ana",
                    at(10),
                    "c1",
                    "t1",
                    "maria",
                    channel=Channel.VOICE,
                    queue="billing",
                    reason="billing",
                    language="pt",
                    logged=True,
                ),
                CaseAssigned("ana", at(10), "c1", "ana"),
                WorkBegun("ana", at(10), "c1", "ana"),
                NoteAdded("ana", at(10), "n1", CALL.text, "c1", None),
                ContactStarted("ana", at(10), "c1", "ana", channel=Channel.VOICE, silent=True, ours=True, logged=True),
            )
        )
        case, contact = known(outcome)
        assert ("ana", Status.OPEN, True, False) == (case.assignee, case.status, case.logged, case.live)
        assert (case.unanswered_since, case.asked_since, contact.owed_since) == (None, None, None)

    def test_for_its_queue(self):
        """Who has no room, or is at lunch, leaves it to others."""
        story = given(GoUnavailable("ana", at(5), "ana", "lunch"))
        story.when(CALL).refused("assignment.available")
        case, contact = known(
            story.when(attrs.evolve(CALL, keep=False)).then(
                CustomerMet, ThreadOpened, CaseStarted, CaseQueued("ana", at(10), "c1", "billing", at(10)), NoteAdded
            )
        )
        assert (None, None, Status.NEW, at(10), None) == (
            case.assignee,
            case.owner,
            case.status,
            case.waiting_since,
            contact,
        )

    def test_whoever_wraps_up(self):
        """They get no work, and log it for its queue."""
        story = given(case_in("open"), EndContact(CUSTOMER, at(5), "c1"))
        log = attrs.evolve(CALL, new_case="c9")
        story.when(log).refused("assignment.wrap_up")
        assert story.when(attrs.evolve(log, keep=False)).verdict

    def test_a_known_thread(self):
        """It follows the closed case that is there, which learns its successor once."""
        again = LogCase("ana", at(10), "t-c1", "c2")
        story = given(case_in("closed", channel="chat"))
        outcome = story.when(again).then(
            CaseStarted, SuccessorStarted("ana", at(10), "c1", "c2"), CaseAssigned, WorkBegun, ContactStarted
        )
        cases = outcome.desk.cases
        assert ("c1", "c2", "general") == (
            cases["c2"].case.predecessor,
            cases["c1"].case.successor,
            cases["c2"].case.queue,
        )
        assert "c2" == outcome.desk.threads["t-c1"].case
        closed = CloseCase("dora", at(20), "c2", CloseReason.SPAM)
        (started,) = (
            e
            for e in outcome.after.and_given(closed).when(writes(30, thread="t-c1")).events
            if isinstance(e, CaseStarted)
        )
        assert ("c2+1", "c2", False) == (started.case, started.predecessor, started.logged)

    def test_a_successor_that_was_moved(self):
        """The closed case keeps the successor that it has."""
        story = given(
            case_in("closed", channel="sms"),
            writes(1, "m8", "t-c1"),
            new_case("c5", customer="mia", channel="sms"),
            CloseCase("dora", at(2), "c5", CloseReason.SPAM),
            MoveCase("dora", at(3), "c1+1", "t-c5"),
        )
        outcome = story.when(LogCase("ana", at(10), "t-c1", "c2"))
        assert SuccessorStarted not in map(type, outcome.events)
        assert "c1+1" == outcome.desk.cases["c1"].case.successor

    def test_whose_it_is(self):
        """Somebody known keeps their name; who was merged is the other."""
        named = given(RecordCustomer(SYSTEM, at(), "maria", "Maria Silva")).when(CALL)
        assert {CustomerMet, CustomerRecorded}.isdisjoint(map(type, named.events))
        assert "Maria Silva" == named.desk.customers["maria"].name
        unnamed = given(RecordCustomer(SYSTEM, at(), "maria", profile={"email": "m@example.org"})).when(CALL)
        assert "Maria" == unnamed.desk.customers["maria"].name

    def test_its_queue(self):
        """By the policy's filters, or as the agent says."""
        for queue, log in (
            ("billing", CALL),
            ("general", attrs.evolve(CALL, reason=None)),
            ("technical", attrs.evolve(CALL, queue="technical")),
        ):
            assert queue == known(given().when(log))[0].queue

    @pytest.mark.parametrize(
        ("log", "rule"),
        [
            (attrs.evolve(CALL, by=CUSTOMER), "actor.role"),
            (attrs.evolve(CALL, by=SYSTEM), "actor.role"),
            (attrs.evolve(CALL, customer=None), "thread.identity"),
            (attrs.evolve(CALL, thread="t-c7", customer="mia"), "thread.identity"),
            (attrs.evolve(CALL, thread="t-c7", customer=None, channel=None), "logged.open_case"),
            (attrs.evolve(CALL, new_case="c7"), "case.fresh"),
            (attrs.evolve(CALL, note="n7"), "note.fresh"),
            (attrs.evolve(CALL, queue="nowhere"), "queue.known"),
            (attrs.evolve(CALL, note=None), "note.content"),
            (attrs.evolve(CALL, text=" "), "note.content"),
            (attrs.evolve(CALL, by="eva"), "presence.on_duty"),
        ],
    )
    def test_not_so(self, log, rule):
        """What no agent can log."""
        story = given(new_case("c7", customer="rui", channel="email"), AddNote("ana", at(), "n7", "Hm", case="c7"))
        found = story.when(log).verdict.reasons
        assert rule in {reason.rule for reason in found}

    def test_limits(self):
        """They are asked as of all that somebody is given; for its queue it is logged all the same."""
        story = given(case_in("open"), case_in("open", "c2"))
        log = attrs.evolve(CHAT, new_case="c3", thread="t3")
        story.when(log).refused("capacity.channel")
        assert story.when(attrs.evolve(log, keep=False)).verdict
        two = given(CHAT, attrs.evolve(CHAT, new_case="c3", thread="t3", note="n3"), new_case("c9"))
        two.when(OpenCase("ana", at(20), "c9")).refused("capacity.channel")

    def test_an_earlier_instant(self):
        """The case before it may be further on: a case that starts has no time yet."""
        story = given(case_in("closed", at=at(100)))
        assert story.when(LogCase("ana", at(10), "t-c1", "c2")).verdict

    def test_nothing_to_foresee(self):
        """Where it is not known whose it is, the view stays what it was, and nothing happens."""
        (foresee,) = (room.foresees[LogCase] for room in HOUSE.rooms if LogCase in room.foresees)
        nobody = LogCase("ana", at(1), "t9", "c9")
        view = given().desk.view(nobody)
        (decide,) = (room.decide[LogCase] for room in HOUSE.rooms if LogCase in room.decide)
        assert (view, ()) == (foresee(view, nobody, Policy.default()), decide(view, nobody, Policy.default()))
        layered = Policy.loads(
            "[queues.general]\nfallback = true\n"
            '[[override]]\nmatch = { channel = "voice" }\nset = { "capacity.total" = 0 }\n'
        )
        given(policy=layered).when(CALL).refused("capacity.total")
        given(policy=layered).when(nobody).refused("thread.identity")

    @pytest.mark.parametrize("keep", [True, False])
    @pytest.mark.parametrize("before", [(), case_in("closed", channel="voice", thread="t1", case="c0")])
    def test_foreseen(self, keep, before):
        """What the rules are shown is what comes to be, but for who opens it."""
        story, log = given(before), attrs.evolve(CALL, keep=keep)
        (foresee,) = (room.foresees[LogCase] for room in HOUSE.rooms if LogCase in room.foresees)
        outcome = story.when(log)
        seen, came = foresee(story.desk.view(log), log, story.desk.policy), outcome.desk.view_of("c1")
        for name in ("thread", "draft", "offers", "aftermath", "clocks"):
            assert getattr(came, name) == getattr(seen, name), name
        assert came.case.assignee == seen.case.assignee


class TestNobodyOnTheLine:
    """Its contact is not live, whatever its channel."""

    @LIVE_ONES
    def test_it_is_left(self, log):
        """Closing its tab puts it back into its queue, from which it is offered, and opened when it is opened."""
        story = given(log).and_given(LeaveCase("ana", at(20), "c1"))
        case = story.desk.cases["c1"].case
        assert (None, at(20), None, False) == (case.assignee, case.waiting_since, case.cut_off_at, case.pull_only)
        story.when(EndContact(CUSTOMER, at(25), "c1")).refused("contact.edge")
        disposed = story.and_given(Dispose("ana", at(30), "c1", "solved", "Done"))
        offer = OfferWork(SYSTEM, at(31), "c1", "ben")
        taken = disposed.and_given(offer).when(AcceptOffer("ben", at(32), "c1"))
        assert (
            ContactStarted("ben", at(32), "c1", "ben", log.channel, silent=True, ours=True, logged=True) in taken.events
        )

    @LIVE_ONES
    def test_accepting_opens_nothing(self, log):
        """One that was logged for its queue is opened by hand, as an email is."""
        story = given(attrs.evolve(log, keep=False)).and_given(OfferWork(SYSTEM, at(20), "c1", "ben"))
        outcome = story.when(AcceptOffer("ben", at(30), "c1"))
        assert WorkBegun not in map(type, outcome.events)
        assert Status.NEW is outcome.desk.status("c1")

    @LIVE_ONES
    def test_it_ends_as_any_other(self, log):
        """Nothing has to be settled; it waits in its queue, is offered, and asks for its disposition."""
        outcome = given(log).when(EndContact("ana", at(20), "c1"))
        outcome.then(
            CaseReleased,
            CaseQueued("ana", at(20), "c1", "billing", at(20)),
            ContactEnded("ana", at(20), "c1", "ana", log.channel, "ended_by_agent", logged=True),
            WrapUpOwed,
            lambda event: True,
        )
        file = outcome.desk.cases["c1"]
        assert (False, False, False) == (file.case.pull_only, file.last_contact.gone, file.last_contact.left)
        by_them = given(log).when(EndContact(CUSTOMER, at(20), "c1"))
        assert CustomerLeft not in map(type, by_them.events)

    @LIVE_ONES
    def test_it_is_snoozed(self, log):
        """It may sleep: nobody waits on the line."""
        until = SnoozeCase("ana", at(20), "c1", at(hours=20))
        assert given(log).when(until).verdict
        assert given(log, LeaveCase("ana", at(15), "c1")).when(attrs.evolve(until, by="dora")).verdict

    @LIVE_ONES
    def test_it_is_kept(self, log):
        """Whoever logs out keeps it where the policy says so, and nobody was cut off where it does not."""
        keeps = Policy.loads('[queues.general]\nfallback = true\n[away]\nheld = "keep"\n')
        gone = LogOut("ana", at(20), "ana")
        assert [] == [due for due in given(log, gone, policy=keeps).desk.due() if due.command is not None]
        story = given(log, gone)
        (due,) = (due.command for due in story.desk.due() if due.command is not None)
        outcome = story.when(due)
        assert [None] == [event.cut_off_at for event in outcome.events if isinstance(event, CaseQueued)]

    def test_it_is_moved(self):
        """It was another customer's call."""
        story = given(
            CALL, new_case("c2", customer="mia", channel="voice"), CloseCase("dora", at(11), "c2", CloseReason.SPAM)
        )
        moved = story.when(MoveCase("ana", at(20), "c1", "t-c2"))
        assert ("mia", "t-c2") == (known(moved)[0].customer, known(moved)[0].thread)

    def test_it_is_not_idle(self):
        """Nobody is silent who is not there: nobody asks for them, and nobody disconnects them."""
        story = given(CHAT)
        refusal = story.when(AskPresence("ana", at(20), "c1", "q1")).refused("idle.chat").verdict.reasons[0]
        assert "case c1 is on chat, and was only logged" == refusal.message
        story.when(DisconnectIdle("ana", at(minutes=30), "c1", "q2")).refused("idle.chat")
        assert [] == [due.what for due in story.desk.due() if "silent" in due.what]
        (held,) = inbox(story.desk, "ana", at(30)).cases
        assert (False, None) == (held.live, held.idle)

    def test_it_rests(self):
        """Pending, it may be left out of what its agent holds."""
        outcome = given(CHAT).when(SetStatus("ana", at(20), "c1", Status.PENDING))
        assert OccupancyChanged in map(type, outcome.events)
        assert {Channel.CHAT: 1} == outcome.desk.agents["ana"].pending

    @LIVE_ONES
    def test_closed_by_hand(self, log):
        """Nothing has to be ended first but what an email needs."""
        story = given(log, Authenticate("ana", at(15), "c1"), SetStatus("ana", at(20), "c1", Status.RESOLVED))
        assert story.when(CloseCase("ana", at(30), "c1")).verdict

    @LIVE_ONES
    def test_who_they_are(self, log):
        """What needs an authenticated customer on this channel needs it here: the agent says that it was done."""
        story, resolve = given(log), SetStatus("ana", at(30), "c1", Status.RESOLVED)
        story.when(resolve).refused("authentication.before")
        assert story.and_given(Authenticate("ana", at(20), "c1", "Security question")).when(resolve).verdict

    def test_calls_and_cases(self):
        """A call that was logged is a case, and no call: it goes beside cases, and not beside calls."""
        email, call = case_in("open", "c5", channel="email"), case_in("open", "c6", channel="voice")
        story = given(email, CALL)
        assert 1 == story.desk.agents["ana"].logged_calls
        more = story.and_given(new_case("c7", channel="sms", at=at(11)))
        assert more.when(OpenCase("ana", at(20), "c7")).verdict
        given(call).when(CHAT).refused("capacity.voice_with_cases")
        given(call).when(CALL).refused("capacity.channel", "capacity.voice_with_cases")
        ringing = given(new_case("c6", channel="voice"), CHAT)
        ringing.when(OpenCase("ana", at(20), "c6")).refused("capacity.voice_with_cases")

    def test_routing(self):
        """Routing offers it to somebody who has cases, and not to somebody who is on a call."""
        log = attrs.evolve(CALL, by="dora", keep=False)
        away = [GoUnavailable(agent, at(), agent, "lunch") for agent in ("ben", "cleo", "dora")]
        for held, offered in (
            (case_in("open", "c5", channel="email"), "ana"),
            (case_in("open", "c6", channel="voice"), None),
        ):
            story = given(held, away, log)
            router = Router(story.desk)
            for found in (next_offer(story.desk, at(20)), router.next(story.desk, at(20))):
                assert offered == getattr(found, "agent", None)
            if offered:
                ringing = story.and_given(OfferWork(SYSTEM, at(20), "c1", "ana"))
                assert next_offer(ringing.desk, at(21)) is None
                assert ringing.when(AcceptOffer("ana", at(21), "c1")).verdict


class TestWritingFirst:
    """Nobody writes to whom they may not write first."""

    @pytest.mark.parametrize(
        "channel", [channel for channel in Channel if channel not in {Channel.WHATSAPP, Channel.EMAIL, Channel.SMS}]
    )
    def test_the_customer_does(self, channel):
        """Where the customer writes first, neither a reply nor a draft goes out before they have."""
        story = given(attrs.evolve(CALL, channel=channel), Authenticate("ana", at(11), "c1"))
        reply = SendReply("ana", at(20), "c1", "r1", "Hello")
        assert {"channel": channel} == story.when(reply).refused("logged.reply").verdict.reasons[0].facts
        written = story.and_given(writes())
        assert written.when(attrs.evolve(reply, at=at(70))).verdict

    def test_by_email(self):
        """We write first by email, and no clock has begun."""
        story = given(EMAIL)
        outcome = story.when(SendReply("ana", at(20), "c1", "r1", "As we said", subject="Your call"))
        assert outcome.verdict
        assert (None, None) == (outcome.desk.cases["c1"].clocks.started_at, outcome.desk.cases["c1"].clocks.replied_at)

    def test_to_a_number(self):
        """By SMS it goes to the number of the profile, or of the thread."""
        story, reply = (
            given(attrs.evolve(CALL, channel=Channel.SMS)),
            SendReply("ana", at(20), "c1", "r1", "As we said"),
        )
        story.when(reply).refused("outbound.phone")
        recorded = story.and_given(RecordCustomer(SYSTEM, at(15), "maria", profile={"phone": "+351912345678"}))
        assert recorded.when(reply).verdict
        assert given(attrs.evolve(CALL, channel=Channel.SMS), writes()).when(attrs.evolve(reply, at=at(70))).verdict

    def test_on_whatsapp(self):
        """No window is open and no consent given by it; what they agreed to is asked for."""
        story, reply = (
            given(attrs.evolve(CALL, channel=Channel.WHATSAPP)),
            SendReply("ana", at(20), "c1", "r1", "Hello"),
        )
        story.when(reply).refused("whatsapp.window", "whatsapp.consent", "outbound.phone")
        assert story.desk.threads["t1"].customer_at is None
        agreed = story.and_given(RecordConsent(SYSTEM, at(15), "maria", note="On the web form"))
        agreed.when(reply).refused("whatsapp.window", "outbound.phone")


class TestTheCustomerWrites:
    """It goes on as any other."""

    @LIVE_ONES
    def test_while_it_is_held(self, log):
        """They are on the line: what was made sure of elsewhere is made sure of again, and the timer starts."""
        story = given(
            log, Authenticate("ana", at(15), "c1"), MakeCommitment("ana", at(16), "c1", "k1", at(hours=5), "Call")
        )
        outcome = story.when(writes()).then(MessageReceived, CustomerJoined(CUSTOMER, at(60), "c1", log.channel, "ana"))
        case, contact = known(outcome)
        assert (False, True, at(60)) == (case.logged, case.live, case.unanswered_since)
        assert (at(60), False, False, at(60), None) == (
            contact.since,
            contact.authenticated,
            contact.committed,
            contact.owed_since,
            contact.silence_since,
        )
        assert at(60) == outcome.desk.cases["c1"].clocks.started_at
        outcome.and_when(SetStatus("ana", at(70), "c1", Status.RESOLVED)).refused("authentication.before")
        outcome.after.when(LeaveCase("ana", at(70), "c1")).refused("contact.live")
        outcome.after.when(SnoozeCase("ana", at(70), "c1", at(hours=9))).refused("snooze.live")
        assert outcome.after.when(writes(70, "m2")).then(MessageReceived).verdict

    def test_a_chat_that_is_written(self):
        """It is silent, asked and ended as any chat."""
        story = given(CHAT, writes(), SendReply("ana", at(70), "c1", "r1", "Hello"))
        assert ["the agent may end the silent chat"] == [due.what for due in story.desk.due() if "silent" in due.what]
        story.when(EndContact("ana", at(80), "c1")).refused("chat.agent_ends")
        asked = story.and_given(AskPresence("ana", at(minutes=5), "c1", "q1"))
        assert asked.when(DisconnectIdle("ana", at(minutes=6), "c1", "q2")).verdict
        left = story.when(EndContact(CUSTOMER, at(90), "c1"))
        assert CustomerLeft in map(type, left.events)

    def test_a_call_that_is_made(self):
        """It is a call now: nothing else is given beside it."""
        story = given(CALL, writes(), new_case("c7", channel="sms"))
        assert 0 == story.desk.agents["ana"].logged_calls
        story.when(OpenCase("ana", at(70), "c7")).refused("capacity.voice_with_cases")

    @LIVE_ONES
    def test_while_it_rests(self, log):
        """Pending, it counted as one that rests; now somebody is on the line."""
        story = given(log, SetStatus("ana", at(20), "c1", Status.PENDING))
        outcome = story.when(writes())
        assert [(Status.PENDING, None)] == [
            (event.was, event.now) for event in outcome.events if isinstance(event, OccupancyChanged)
        ]
        assert ({}, Status.OPEN) == (outcome.desk.agents["ana"].pending, outcome.desk.status("c1"))

    @LIVE_ONES
    def test_while_it_waits(self, log):
        """In its queue it is one that waits on the line, and that they may leave."""
        story = given(attrs.evolve(log, keep=False))
        outcome = story.when(writes()).then(MessageReceived, CustomerJoined(CUSTOMER, at(60), "c1", log.channel))
        left = outcome.and_when(EndContact(CUSTOMER, at(70), "c1"))
        assert (CustomerLeft, Status.CLOSED) == (type(left.events[0]), left.desk.status("c1"))

    def test_to_its_owner(self):
        """Where the policy gives it back to its owner, they have somebody on the line, if they have room for a call."""
        policy = Policy.loads('[queues.general]\nfallback = true\n[reopening]\nto = "owner_if_eligible"\n')
        rested = (
            SetStatus("ana", at(20), "c1", Status.PENDING),
            LeaveCase("ana", at(21), "c1"),
            Dispose("ana", at(22), "c1", "solved", "-"),
        )
        outcome = given(CALL, rested, policy=policy).when(writes())
        began = [event for event in outcome.events if isinstance(event, ContactStarted)]
        assert [("ana", False)] == [(event.agent, event.logged) for event in began]
        assert 0 == outcome.desk.agents["ana"].logged_calls
        busy = given(CALL, rested, case_in("open", "c5", channel="email", at=at(30)), policy=policy).when(writes())
        assert ContactStarted not in map(type, busy.events)
        slept = given(
            CALL,
            SnoozeCase("ana", at(20), "c1", at(hours=1)),
            Dispose("ana", at(22), "c1", "solved", "-"),
            policy=policy,
        )
        (due,) = (due.command for due in slept.desk.due() if due.command is not None)
        awake = slept.when(due)
        assert [True] == [event.logged for event in awake.events if isinstance(event, ContactStarted)]

    def test_answered_in_time(self):
        """From then on an answer is owed, and lapses."""
        policy = Policy.loads('[queues.general]\nfallback = true\n[routing]\nanswer_within = "5m"\n')
        story = given(CHAT, policy=policy)
        assert LAPSE.due(story.desk.view_of("c1"), policy) is None
        assert at(minutes=6) == LAPSE.due(story.and_given(writes()).desk.view_of("c1"), policy)

    def test_an_email(self):
        """Nobody is on the line there; the clocks start all the same."""
        outcome = given(EMAIL).when(writes())
        assert (False, False) == (known(outcome)[0].logged, known(outcome)[0].live)
        assert outcome.and_when(LeaveCase("ana", at(70), "c1")).verdict

    def test_somebody_blocked(self):
        """They may be logged; what they write is noted, and begins nothing."""
        story = given(RecordCustomer(SYSTEM, at(), "maria"), BlockCustomer("dora", at(1), "maria", "Insults"), CHAT)
        outcome = story.when(writes()).then(MessageNoted)
        assert known(outcome)[0].logged

    def test_a_like(self):
        """It is no message that anybody answers."""
        policy = Policy.loads('[queues.general]\nfallback = true\n[channels.facebook]\nkinds = ["post", "like"]\n')
        story = given(attrs.evolve(CALL, channel=Channel.FACEBOOK), policy=policy)
        assert known(story.when(writes(kind=MessageKind.LIKE)).then(MessageNoted))[0].logged


class TestClocks:
    """No clock runs until the customer writes."""

    @EVERY_CHANNEL
    @pytest.mark.parametrize("pauses", ["", "new", "open", "pending"])
    @pytest.mark.parametrize("keep", [True, False])
    def test_on_no_channel(self, channel, pauses, keep):
        """Whatever is promised there, nothing is measured and nothing is due, whatever its agent does."""
        paused = f'"{pauses}"' if pauses else ""
        policy = Policy.loads(
            "[queues.general]\nfallback = true\n[capacity]\nvoice_with_cases = true\n"
            f"[sla]\npause_in = [{paused}]\n[sla.default]\n"
            'first_response = "1h"\nnext_response = "1h"\nsolution = "2h"\n'
        )
        log = attrs.evolve(CALL, channel=channel, keep=keep)
        opened = () if keep else (OpenCase("ana", at(20), "c1"),)
        worked = (
            Authenticate("ana", at(30), "c1"),
            SetStatus("ana", at(40), "c1", Status.RESOLVED),
            SetStatus("ana", at(50), "c1", Status.OPEN),
        )
        for story in (
            given(log, policy=policy),
            given(log, opened, policy=policy),
            given(log, opened, worked, policy=policy),
        ):
            assert [None] * 3 == clocks_at(story, at(hours=9))
            assert [] == [due for due in story.desk.due(case="c1") if "late" in due.what]
            closed = story.when(CloseCase("dora", at(hours=9), "c1", CloseReason.SPAM))
            assert "ClockJudged" not in {type(event).__name__ for event in closed.events}
            first, _, solved = clocks_at(story.and_given(writes()), at(60))
            assert (timedelta(0), timedelta(0)) == (first.elapsed, solved.elapsed)

    def test_what_pauses(self):
        """ST begins paused where the policy pauses it in the status that the case has when they write."""
        for pauses, keep, paused in (
            ("new", False, True),
            ("new", True, False),
            ("open", True, True),
            ("open", False, False),
        ):
            policy = Policy.loads(
                f'[queues.general]\nfallback = true\n[sla]\npause_in = ["{pauses}"]\n[sla.default]\nsolution = "2h"\n'
            )
            story = given(attrs.evolve(CHAT, keep=keep), writes(), policy=policy)
            assert paused is (story.desk.cases["c1"].clocks.paused_since is not None)

    def test_closed_by_itself(self):
        """It counts from the last thing that happened on it, and keeps nobody waiting."""
        policy = Policy.loads('[queues.general]\nfallback = true\n[lifecycle]\nclose_after = { open = "48h" }\n')
        (due,) = given(EMAIL, policy=policy).desk.due(case="c1")
        assert at(10, hours=48) == due.at


class TestLooking:
    """What people see of it."""

    def test_history(self):
        """It is told in each language."""
        story = given(CALL, writes())
        told = {
            language: [line.text for line in history(story.events, "c1", language)] for language in ("en", "pt", "fr")
        }
        assert "ana logged a case (voice); reason: “billing”; language: pt" in told["en"]
        assert "the customer has written: the logged case goes on as any other" in told["en"]
        assert "o cliente escreveu: o caso registado continua como qualquer outro" in told["pt"]
        assert any("le cas consigné se poursuit comme tout autre" in text for text in told["fr"])

    def test_found(self):
        """By its customer, and by what its note says, before anybody has written."""
        story = given(CALL)
        archive = Archive().update(story.events)
        for found in (archive.search("invoice"), archive.search(customer="maria"), archive.search(agent="ana")):
            assert ["c1"] == [case.case for case in found.results]

    def test_read(self):
        """Its note stands in the transcript, and the case on the customer's card."""
        story = given(CALL)
        assert [CALL.text] == [entry.text for entry in transcript(story.events, case="c1")]
        card = customer_card(story.desk, story.events, "maria")
        assert "c1" in {case.case for case in card.cases}

    @LIVE_ONES
    def test_quality(self, log):
        """It is no live contact; from when they write it is one."""
        story = given(log, Authenticate("ana", at(15), "c1"), SetStatus("ana", at(16), "c1", Status.RESOLVED))
        assert () == quality(story.events)
        (ana,) = (one for one in quality(story.and_given(writes()).events) if one.agent == "ana")
        assert (1, 0) == (ana.live_contacts, ana.authenticated)
        assert () == tuple(one for one in quality(given(attrs.evolve(EMAIL), writes()).events) if one.live_contacts)
        assert () == tuple(
            one for one in quality(given(attrs.evolve(log, keep=False), writes()).events) if one.live_contacts
        )
