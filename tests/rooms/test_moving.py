"""Moving a case: it turns out to be another customer's (§4)."""

from datetime import timedelta

import pytest

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.policies import Policy
from casecore.projections.customer_card import customer_card
from casecore.projections.inbox import inbox
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.bounces import DeliveryFailed, MessageBounced
from casecore.rooms.cases import Case, CaseStarted, CloseCase, CloseReason
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import EditMessage
from casecore.rooms.moving import CaseMoved, MoveCase, ThreadLeft
from casecore.rooms.notes import AddNote, AddTag, EditNote, MessageTagged, MessageUntagged, RemoveTag, SetSentiment
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.threads import Feeling
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import NUMBER, T0, at, case_in, given, new_case

MOVE = MoveCase("ana", at(20), "c1", "t-c2")
MOVED = CaseMoved("ana", at(20), "c1", "t-c2", "t-c1", "mia", "c2")


def closed(case="c2", when=10):
    """A supervisor closes a case."""
    return CloseCase("dora", at(when), case, CloseReason.SPAM)


def two(*then, channel="sms", status="pending", mias=True):
    """Maria has a case, and Mia one that is closed; and what was done then."""
    other = (new_case("c2", customer="mia", channel=channel, name="Mia"), closed())
    return given(case_in(status, channel=channel), other if mias else other[0], *then)


def wrote(thread, message="m9", when=30, **fields):
    """Somebody writes."""
    return ReceiveMessage(CUSTOMER, at(when), thread, message, "Hello?", **fields)


class TestMoving:
    """It goes on, on the other thread."""

    def test_to_her(self):
        """The case is Mia's, and the closed one learns its successor."""
        outcome = (
            two()
            .when(MOVE)
            .then(MOVED, ThreadLeft("ana", at(20), "c1", "t-c1"), SuccessorStarted("ana", at(20), "c2", "c1"))
        )
        case, threads = outcome.desk.cases["c1"].case, outcome.desk.threads
        assert ("mia", "t-c2", ("t-c1",), "c2") == (case.customer, case.thread, case.threads, case.predecessor)
        assert (None, "c1") == (threads["t-c1"].case, threads["t-c2"].case)
        assert (Status.PENDING, "ana") == (case.status, case.assignee)

    def test_a_reply(self):
        """It goes to the thread on which the case is now; what she writes there reopens the case."""
        story = two(MOVE)
        assert "t-c2" == story.when(SendReply("ana", at(30), "c1", "r9", "Hello")).events[0].thread
        story.when(wrote("t-c2")).then(MessageReceived, CaseReopened)

    def test_the_old_thread(self):
        """What Maria writes next starts a case of hers, under an id that nobody has."""
        for story in (
            two(MOVE),
            given(
                wrote("t-c1", "m1", 0, customer="maria", channel=Channel.SMS),
                new_case("c2", customer="mia", channel="sms"),
                closed(),
                MoveCase(SYSTEM, at(20), "t-c1/1", "t-c2"),
            ),
        ):
            (started,) = (event for event in story.when(wrote("t-c1")).events if isinstance(event, CaseStarted))
            assert ("t-c1/2", "maria", None) == (started.case, started.customer, started.predecessor)

    def test_back_to_the_case_before(self):
        """The thread that it leaves has the closed case that was before it, which keeps its successor."""
        story = two(mias=True).and_given(closed("c1", 15), wrote("t-c1", "m8", 16))
        moved = story.and_given(MoveCase(SYSTEM, at(20), "c1+1", "t-c2"))
        assert "c1" == moved.desk.threads["t-c1"].case
        outcome = moved.when(wrote("t-c1"))
        (started,) = (event for event in outcome.events if isinstance(event, CaseStarted))
        assert ("c1+2", "c1") == (started.case, started.predecessor)
        assert SuccessorStarted not in map(type, outcome.events)
        assert "c1+1" == outcome.desk.cases["c1"].case.successor

    def test_we_begin_on_the_old_thread(self):
        """So it is where we write first."""
        story = two().and_given(closed("c1", 15), wrote("t-c1", "m8", 16), MoveCase(SYSTEM, at(20), "c1+1", "t-c2"))
        outcome = story.when(StartOutbound("ben", at(30), "t-c1", "c9", "m9", "Hello", phone=NUMBER, for_approval=True))
        assert "c1" == outcome.desk.cases["c9"].case.predecessor
        assert SuccessorStarted not in map(type, outcome.events)

    def test_both_go_on(self):
        """Maria and Mia both write again after the case that was moved: each starts a case, and no id is taken."""
        story = two().and_given(
            *(closed("c1", 15), wrote("t-c1", "m8", 16)),  # the case c1+1 follows, as it does of whoever wrote before
            MoveCase(SYSTEM, at(20), "c1+1", "t-c2"),
            *(closed("c1+1", 25), wrote("t-c1", "m10", 30), wrote("t-c2", "m11", 31)),
        )
        threads = story.desk.threads
        assert ("c1+2", "c1+1+1") == (threads["t-c1"].case, threads["t-c2"].case)
        again = story.and_given(closed("c1+1+1", 40), wrote("t-c2", "m12", 41), closed("c1+2", 42))
        again.when(wrote("t-c1", "m13", 43)).then(CaseStarted, lambda _: True, SuccessorStarted, MessageReceived)
        assert "c1+1+2" == again.desk.threads["t-c2"].case

    def test_who_was_authenticated(self):
        """Maria was, and Mia was not: what needs it is refused until she is."""
        asked = Policy.loads('authentication = { channels = ["sms"] }')
        first = (case_in("open", channel="sms"), new_case("c2", customer="mia", channel="sms"), closed())
        story = given(*first, Authenticate("ana", at(15), "c1"), policy=asked)
        account = SendReply("ana", at(30), "c1", "r9", "You owe nothing", about_account=True)
        assert story.when(account).verdict
        moved = story.and_given(MOVE)
        moved.when(account).refused("authentication.before")
        assert moved.and_given(Authenticate("ana", at(25), "c1")).when(account).verdict

    def test_moved_again_and_again(self):
        """The threads that it has left are known, the last one first, and twenty of them are enough."""
        moves = [CaseMoved("ana", at(20), "c1", f"t{n + 1}", f"t{n}", "mia", None) for n in range(1, 30)]
        case = HOUSE.fold(Case, "case", [*two().events, *moves])["c1"]
        assert tuple(f"t{n}" for n in range(29, 9, -1)) == case.threads

    def test_and_back(self):
        """It was Maria's after all; the closed case of Mia's keeps its successor."""
        back = MoveCase("ana", at(25), "c1", "t-c1")
        outcome = two(MOVE).when(back)
        outcome.then(CaseMoved("ana", at(25), "c1", "t-c1", "t-c2", "maria"), ThreadLeft)
        outcome.and_when(MoveCase("ana", at(26), "c1", "t-c2")).then(CaseMoved, ThreadLeft)

    def test_the_window(self):
        """On WhatsApp it is that of the thread on which she wrote."""
        early = given(new_case("c2", customer="mia", channel="whatsapp"), closed(when=1))
        late = T0 + timedelta(hours=23)
        story = early.and_given(case_in("open", channel="whatsapp", at=late), MoveCase(SYSTEM, late, "c1", "t-c2"))
        reply = SendReply("ana", T0 + timedelta(hours=24), "c1", "r9", "Hello")
        story.when(reply).refused("whatsapp.window")
        assert story.when(SendReply("ana", T0 + timedelta(hours=23, minutes=59), "c1", "r9", "Hello")).verdict


class TestMessages:
    """They stay where they are."""

    def test_a_bounce(self):
        """What was sent on the old thread never arrived."""
        bounced = two(MOVE).when(DeliveryFailed(SYSTEM, at(30), "c1", "r-c1"))
        assert "t-c1" == bounced.then(MessageBounced, CaseReopened, lambda _: True).events[0].thread

    def test_tags(self):
        """A message of the old thread is tagged there."""
        story = two(MOVE)
        tagged = story.when(AddTag("ana", at(30), "c1", "vip", "m-c1"))
        tagged.then(MessageTagged("ana", at(30), "c1", "m-c1", "vip", "t-c1"))
        untagged = tagged.and_when(RemoveTag("ana", at(31), "c1", "vip", "m-c1"))
        untagged.then(MessageUntagged("ana", at(31), "c1", "m-c1", "vip", "t-c1"))

    def test_a_sentiment(self):
        """It is that of whoever wrote: Maria, also where it is marked anew."""
        marked = SetSentiment("ana", at(15), "c1", "m-c1", Feeling.POSITIVE)
        outcome = two(marked, MOVE).when(SetSentiment("ana", at(30), "c1", "m-c1", Feeling.NEGATIVE))
        rows = outcome.desk.customers
        assert (0, 1, 0, 0) == (
            rows["maria"].positive,
            rows["maria"].negative,
            rows["mia"].positive,
            rows["mia"].negative,
        )

    def test_what_was_seen_last(self):
        """The inbox says that Maria's message is the last, and a reply says that its writer saw it."""
        story = two(MOVE)
        (held,) = inbox(story.desk, "ana", at(25)).cases
        assert "m-c1" == held.last_words
        story.when(SendReply("ana", at(30), "c1", "r9", "Hello", seen=held.last_words)).then(ReplySent)
        behind = story.and_given(wrote("t-c2", when=26))
        behind.when(SendReply("ana", at(30), "c1", "r9", "Hello", seen="m-c1")).refused("reply.seen")
        story.when(SendReply("ana", at(30), "c1", "r9", "Hello", seen="m7")).refused("message.known")


class TestWhere:
    """Only where there is room for it."""

    def test_an_open_case(self):
        """Her own is closed first."""
        (reason,) = two(mias=False).when(MOVE).refused("move.open_case").verdict.reasons
        assert "thread t-c2 has the open case c2" == reason.message

    def test_another_channel(self):
        """A case stays on its channel."""
        story = given(case_in("pending", channel="sms"), new_case("c2", customer="mia", channel="email"), closed())
        story.when(MOVE).refused("move.thread")

    def test_the_same_thread(self):
        """It is there already."""
        two().when(MoveCase("ana", at(20), "c1", "t-c1")).refused("move.thread")

    def test_no_such_thread(self):
        """The other customer has one, or is written to first."""
        two().when(MoveCase("ana", at(20), "c1", "t9")).refused("thread.known")

    @pytest.mark.parametrize("status", ["new", "open"])
    def test_somebody_on_the_line(self, status):
        """A chat is not moved, neither waiting nor held."""
        two(channel="chat", status=status).when(MoveCase("dora", at(20), "c1", "t-c2")).refused("move.live")

    def test_a_chat_that_is_over(self):
        """Once the customer has left and the contact is disposed it is."""
        story = two(EndContact(CUSTOMER, at(15), "c1"), Dispose("ana", at(16), "c1", "solved", "Fine"), channel="chat")
        story.when(MoveCase("dora", at(20), "c1", "t-c2")).then(CaseMoved, ThreadLeft, SuccessorStarted)

    @pytest.mark.parametrize("who", ["ben", CUSTOMER])
    def test_who_may(self, who):
        """Its assignee, or a supervisor."""
        rule = "actor.role" if who == CUSTOMER else "assignment.holder"
        two().when(MoveCase(who, at(20), "c1", "t-c2")).refused(rule)
        assert two().when(MoveCase("dora", at(20), "c1", "t-c2")).verdict


class TestLooking:
    """It is Mia's now; what was said is found by both."""

    STORY = two(AddNote("ana", at(12), "n1", "Tea", "c1"), MOVE, EditNote("ana", at(25), "n1", "Green tea"))

    def test_the_card(self):
        """The case and its notes are on hers."""
        mia, maria = (customer_card(self.STORY.desk, self.STORY.events, name) for name in ("mia", "maria"))
        assert (["c1", "c2"], ["Green tea"]) == (sorted(case.case for case in mia.cases), [n.text for n in mia.notes])
        assert ((), ()) == (maria.cases, maria.notes)

    @pytest.mark.parametrize("query", ["customer:mia channel:sms status:pending", "t-c1", "t-c2", "maria", "tea"])
    def test_search(self, query):
        """By her name, and by what it had before."""
        assert "c1" in {found.case for found in Archive().update(self.STORY.events).search(query).results}

    def test_search_by_the_old_customer(self):
        """As a customer's case it is hers alone."""
        assert () == Archive().update(self.STORY.events).search(customer="maria").results

    @pytest.mark.parametrize("customer", ["maria", "mia"])
    def test_the_transcript(self, customer):
        """What Maria said on it is in the transcript of either."""
        said = {entry.id for entry in transcript(self.STORY.events, customer=customer)}
        assert {"m-c1", "r-c1", "n1"} <= said
        assert ("m-c2" in said) is (customer == "mia")


class TestSameIds:
    """Channels count messages by thread, so the case has two of one id: both are there."""

    STORY = given(
        new_case("c1", channel="sms", message="1", text="Tea, please"),
        OpenCase("ana", at(1), "c1"),
        SendReply("ana", at(2), "c1", "2", "With milk?"),
        (new_case("c2", customer="mia", channel="sms"), closed()),
        MOVE,
        ReceiveMessage(CUSTOMER, at(30), "t-c2", "1", "Where is my parcel?"),
        SendReply("ana", at(31), "c1", "2", "On its way"),
        EditMessage(CUSTOMER, at(40), "t-c1", "1", "Coffee, please"),
    )

    def test_the_transcript(self):
        """Nothing that was said is missing."""
        said = [entry.text for entry in transcript(self.STORY.events, "c1")]
        assert ["Coffee, please", "With milk?", "Where is my parcel?", "On its way"] == said

    @pytest.mark.parametrize("query", ["coffee", "milk", "parcel", "way"])
    def test_search(self, query):
        """What is said on one thread is found, also once a message of the other was edited."""
        archive = Archive().update(self.STORY.events)
        assert ["c1"] == [found.case for found in archive.search(query).results]
        assert () == archive.search("tea").results

    def test_marked(self):
        """Each message counts for whoever's thread it stands on, marked or not."""
        story = self.STORY.and_given(SetSentiment("ana", at(50), "c1", "1", Feeling.POSITIVE))
        for before, card in ((self.STORY, {"maria": (0, 1), "mia": (0, 2)}), (story, {"maria": (0, 1), "mia": (1, 1)})):
            found = {name: customer_card(before.desk, before.events, name) for name in card}
            assert card == {name: (one.positive, one.neutral) for name, one in found.items()}
        marked = two(SetSentiment("ana", at(15), "c1", "m-c1", Feeling.POSITIVE), MOVE)
        later = marked.and_given(SetSentiment("ana", at(30), "c1", "m-c1", Feeling.NEUTRAL))
        for before, counts in ((marked, (1, 0)), (later, (0, 1))):
            card = customer_card(before.desk, before.events, "maria")
            assert counts == (card.positive, card.neutral)
