"""Blocking: what a blocked customer sends is noted, and changes nothing (§3)."""

from datetime import timedelta

import pytest

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.projections.customer_card import customer_card
from casecore.projections.inbox import inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.projections.transcript import transcript
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage
from casecore.rooms.blocking import (
    BlockCustomer,
    BlockThread,
    CustomerBlocked,
    CustomerUnblocked,
    ThreadBlocked,
    ThreadUnblocked,
    UnblockCustomer,
    UnblockThread,
)
from casecore.rooms.cases import CaseStarted
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.threads import RecordCustomer
from casecore.statuses import Status
from casecore.testing.scenario import NUMBER, T0, at, case_in, given, we_write

WHY = "Insults everybody"
BLOCK, UNBLOCK = BlockCustomer("dora", at(20), "maria", WHY), UnblockCustomer("dora", at(25), "maria", "Has apologised")
BLOCK_THREAD = BlockThread(SYSTEM, at(20), "t-c1", WHY)
UNBLOCK_THREAD = UnblockThread(SYSTEM, at(25), "t-c1", "A mistake")


def wrote(text="Hello?", when=30, **fields):
    """Maria writes on the thread of her case."""
    return ReceiveMessage(CUSTOMER, at(when), "t-c1", "m9", text, **fields)


def blocked_case(status="pending", block=BLOCK, **fields):
    """A case in this status, and then its customer, or its thread, is blocked."""
    return given(case_in(status, **fields), block)


def is_noted(case):
    """Whether an event says that a message of somebody blocked is noted on this case."""
    return lambda event: isinstance(event, MessageNoted) and event.blocked and event.case == case


class TestStartsNothing:
    """It stands in the history, and that is all."""

    def test_a_new_thread(self):
        """A blocked customer writes from somewhere else: no case, no thread."""
        story = given(RecordCustomer(SYSTEM, at(), "maria", "Maria"), BLOCK)
        outcome = story.when(
            ReceiveMessage(CUSTOMER, at(30), "t9", "m9", "Me again", customer="maria", channel=Channel.SMS)
        )
        outcome.then(is_noted(None))
        assert ("maria", 0, 0) == (outcome.events[0].customer, len(outcome.desk.cases), len(outcome.desk.threads))

    @pytest.mark.parametrize("block", [BLOCK, BLOCK_THREAD], ids=["customer", "thread"])
    def test_a_closed_case(self, block):
        """No successor is started; the closed one notes it."""
        blocked_case("closed", block).when(wrote()).then(is_noted("c1"))

    @pytest.mark.parametrize("status", ["pending", "escalated", "resolved"])
    @pytest.mark.parametrize("block", [BLOCK, BLOCK_THREAD], ids=["customer", "thread"])
    def test_a_case_that_waits(self, block, status):
        """It is not reopened, nobody waits for an answer, and nothing counts from it."""
        story = blocked_case(status, block)
        outcome = story.when(wrote(name="Somebody else")).then(is_noted("c1"))
        assert story.desk.cases["c1"].case == outcome.desk.cases["c1"].case
        assert story.desk.cases["c1"].clocks == outcome.desk.cases["c1"].clocks
        assert story.desk.threads == outcome.desk.threads
        assert story.desk.customers == outcome.desk.customers

    def test_an_id_of_a_case_that_is_taken(self):
        """It starts no case, so it is not asked whose id that is."""
        blocked_case("closed").when(wrote(new_case="c1")).then(is_noted("c1"))

    def test_a_message_twice(self):
        """Its id is used once, as of every message."""
        blocked_case().and_given(wrote()).when(wrote()).refused("message.fresh")

    def test_the_window_on_whatsapp(self):
        """It opens no window: free text goes out until a day after what was sent before."""
        story = given(case_in("open", channel="whatsapp"), BlockCustomer("dora", at(20), "maria", WHY), wrote())
        late = SendReply("ana", T0 + timedelta(hours=24), "c1", "r9", "Hello", Status.PENDING)
        assert "whatsapp.window" in {reason.rule for reason in story.when(late).verdict.reasons}

    def test_a_silent_chat(self):
        """It resets neither the silence nor the questions."""
        asked = AskPresence("ana", at(60), "c1", "q1")
        story = given(case_in("pending", channel="chat"), BLOCK, asked, wrote(when=100))
        assert story.when(DisconnectIdle("ana", at(120), "c1", "q2")).verdict

    def test_nobody_is_called(self):
        """Whoever holds the case hears nothing of it."""
        outcome = blocked_case().when(wrote())
        assert [] == [*notifications(outcome.events, outcome.desk, {"ana": AlertSettings(sound=frozenset(Alert))})]


class TestWhoIsBlocked:
    """The customer on all of their threads, or one thread whoever writes there."""

    def test_another_thread_of_the_customer(self):
        """A block of the customer holds on every thread."""
        story = given(case_in("pending"), case_in("pending", "c2", customer="maria"), BLOCK)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c2", "m9", "Hello")).then(is_noted("c2"))

    def test_another_thread(self):
        """A block of a thread holds on that one alone."""
        story = given(case_in("pending"), case_in("pending", "c2", customer="maria"), BLOCK_THREAD)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c2", "m9", "Hello")).then(MessageReceived, CaseReopened)

    @pytest.mark.parametrize("block", [BLOCK, BLOCK_THREAD], ids=["customer", "thread"])
    @pytest.mark.parametrize("who", [{"participant": "bob"}, {"customer": "bob"}], ids=["participant", "sender"])
    def test_somebody_in_copy(self, block, who):
        """What anybody writes there is the blocked customer's conversation."""
        blocked_case(block=block, channel="email").when(wrote(**who)).then(is_noted("c1"))

    @pytest.mark.parametrize("who", [{"participant": "bob"}, {"customer": "bob"}], ids=["participant", "sender"])
    def test_a_blocked_customer_in_copy(self, who):
        """Bob, who is blocked, writes on Maria's thread; she is heard all the same."""
        blocked = (RecordCustomer(SYSTEM, at(1), "bob"), BlockCustomer(SYSTEM, at(2), "bob", WHY))
        story = given(case_in("pending", channel="email"), blocked)
        story.when(wrote(**who)).then(is_noted("c1"))
        story.when(wrote()).then(MessageReceived, CaseReopened)

    def test_named_and_not_the_writer(self):
        """Whoever is only named beside the one in copy says nothing."""
        blocked = (RecordCustomer(SYSTEM, at(1), "bob"), BlockCustomer(SYSTEM, at(2), "bob", WHY))
        story = given(case_in("pending", channel="email"), blocked)
        story.when(wrote(customer="bob", participant="eve")).then(MessageReceived, CaseReopened)


class TestUnblocked:
    """What they send from then on counts; what was noted stays noted."""

    @pytest.mark.parametrize(("block", "unblock"), [(BLOCK, UNBLOCK), (BLOCK_THREAD, UNBLOCK_THREAD)])
    def test_heard_again(self, block, unblock):
        """The case is opened again, and waits since then."""
        noted = ReceiveMessage(CUSTOMER, at(22), "t-c1", "m8", "Hello")
        outcome = blocked_case("pending", block).and_given(noted, unblock).when(wrote())
        outcome.then(MessageReceived, CaseReopened)
        assert at(30) == outcome.desk.cases["c1"].case.unanswered_since

    def test_a_new_case(self):
        """A customer who starts over."""
        outcome = blocked_case("closed").and_given(UNBLOCK).when(wrote())
        assert CaseStarted in map(type, outcome.events)


class TestWorkGoesOn:
    """A case that is open already stays and can be worked."""

    def test_a_reply(self):
        """Its agent replies."""
        assert blocked_case("open").when(SendReply("ana", at(30), "c1", "r9", "Goodbye", Status.ESCALATED)).verdict

    def test_we_write_first(self):
        """We may write to them; what they answer is noted."""
        story = given(we_write(channel="sms"), BLOCK)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", "Leave me alone")).then(is_noted("c1"))
        start = StartOutbound("ana", at(40), "t9", "c9", "m9", "Hello", "maria", Channel.SMS, phone=NUMBER)
        assert story.when(start).verdict

    def test_the_case_does_not_bind_its_time(self):
        """Blocking is not about a case: whoever's clock is behind may block."""
        story = given(case_in("pending", at=at(30)))
        story.when(BLOCK).then(CustomerBlocked("dora", at(20), "maria", WHY))
        story.when(BLOCK_THREAD).then(ThreadBlocked(SYSTEM, at(20), "t-c1", WHY))


class TestWhoMay:
    """A supervisor or the system, saying why."""

    @pytest.mark.parametrize("kind", [BlockCustomer, BlockThread])
    def test_an_agent(self, kind):
        """An agent asks a supervisor."""
        what = "maria" if kind is BlockCustomer else "t-c1"
        given(case_in("open")).when(kind("ana", at(30), what, WHY)).refused("block.supervisor")
        given(case_in("open")).when(kind(CUSTOMER, at(30), what, WHY)).refused("actor.role")

    @pytest.mark.parametrize("reason", ["", " \n", "\N{ZERO WIDTH SPACE}"])
    def test_without_a_reason(self, reason):
        """Nobody can be asked later why."""
        given(case_in("open")).when(BlockCustomer(SYSTEM, at(30), "maria", reason)).refused("block.reason")

    def test_twice(self):
        """Blocked already, or not blocked: told as such."""
        blocked_case().when(BLOCK).refused("block.edge")
        blocked_case(block=BLOCK_THREAD).when(BLOCK_THREAD).refused("block.edge")
        given(case_in("open")).when(UNBLOCK).refused("block.edge")
        given(case_in("open")).when(UNBLOCK_THREAD).refused("block.edge")

    def test_unknown(self):
        """Whom the desk does not know it cannot block."""
        given().when(BLOCK).refused("customer.known")
        given().when(BLOCK_THREAD).refused("thread.known")


class TestSeen:
    """What people see of it."""

    def test_the_inbox(self):
        """Whoever holds the case sees why nothing comes."""
        stories = {blocked_case(): True, blocked_case(block=BLOCK_THREAD): True, given(case_in("open")): False}
        for story, blocked in stories.items():
            (held,) = inbox(story.desk, "ana", at(60)).cases
            assert blocked is held.blocked

    def test_the_card(self):
        """It says who is blocked, and where."""
        story = given(case_in("open"), case_in("open", "c2", customer="maria"), BLOCK_THREAD)
        card = customer_card(story.desk, story.events, "maria")
        assert (False, {"t-c1": True, "t-c2": False}) == (
            card.blocked,
            {c.thread: c.blocked for c in card.conversations},
        )
        story = story.and_given(BLOCK)
        assert customer_card(story.desk, story.events, "maria").blocked

    def test_the_transcript(self):
        """What they sent stands in it, and is marked."""
        story = given(RecordCustomer(SYSTEM, at(), "maria"), BLOCK)
        away = ReceiveMessage(CUSTOMER, at(30), "t9", "m9", "Me again", customer="maria", channel=Channel.SMS)
        (entry,) = transcript(story.and_given(away).events, customer="maria", language="pt")
        assert ("blocked", "Mensagem bloqueada", "maria") == (entry.kind, entry.title, entry.by)

    def test_events(self):
        """Each is one event, with its reason."""
        blocked_case().when(UNBLOCK).then(CustomerUnblocked("dora", at(25), "maria", "Has apologised"))
        blocked_case(block=BLOCK_THREAD).when(UNBLOCK_THREAD).then(ThreadUnblocked(SYSTEM, at(25), "t-c1", "A mistake"))
