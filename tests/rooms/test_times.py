"""Times: whose instants bind what, and when what customers send happens (§1)."""

from datetime import timedelta

import attrs
import pytest

from casecore.desk import Desk
from casecore.kernel import CUSTOMER
from casecore.rooms.agents import AgentLoggedOut, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import first_response
from casecore.rooms.contacts import ContactEnded, EndContact
from casecore.rooms.notes import AddNote, DeleteNote, EditNote
from casecore.rooms.outbound import RecordConsent
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import RecordCustomer
from casecore.rooms.times import CaseTime
from casecore.rooms.whatsapp import WINDOW
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case, we_write

YEAR = 365 * 24 * 60
REPLY = SendReply("ana", at(30), "c1", "m9", "Hello")


def wrote(message="m2", *, at=at(60), **fields):  # noqa: B008 -- an instant is a value
    """Maria writes on her thread."""
    return ReceiveMessage(CUSTOMER, at, "t-c1", message, "Hello?", **fields)


def only(kind, outcome):
    """The one event of this class that happened."""
    (found,) = (event for event in outcome.events if isinstance(event, kind))
    return found


class TestCase:
    """A case's time binds the commands about that case, and nothing else."""

    def test_too_early(self):
        """What is done to it comes no earlier than what happened to it last; both instants are told."""
        story = given(new_case(), OpenCase("ana", at(60), "c1"))
        (reason,) = story.when(REPLY).refused("time.order").verdict.reasons
        assert f"{at(30).isoformat()} is before {at(60).isoformat()}, when case c1 last changed" == reason.message
        assert {"at": at(30), "last": at(60), "seconds_to_go": 30.0} == reason.facts
        assert story.when(attrs.evolve(REPLY, at=at(60))).verdict

    def test_another_case_a_year_ahead(self):
        """Regression: one command with a wrong clock held up the whole desk."""
        story = given(
            case_in("open"),
            new_case("c2", customer="rui"),
            OpenCase("cleo", at(minutes=YEAR), "c2"),
            new_case("c3", customer="eva", at=at(minutes=YEAR)),
        )
        for command in (
            REPLY,
            wrote(at=at(31)),
            new_case("c4", customer="joe", at=at(32)),
            RecordCustomer("ana", at(33), "maria", "Maria"),
            RecordConsent("system", at(34), "maria", note="On paper"),
            AddNote("ana", at(35), "n1", "Hm", customer="maria"),
            GoUnavailable("cleo", at(36), "ben"),
        ):
            assert "time.order" not in str(story.when(command).verdict)
        story.when(SetStatus("cleo", at(40), "c2", Status.PENDING)).refused("time.order")

    def test_two_hosts(self):
        """Regression: of two hosts whose clocks differ by a second, the slower one's messages were lost."""
        story = given(
            *(new_case(f"c{number}", customer=f"k{number}", at=at(number - number % 2)) for number in range(2, 9))
        )
        assert 7 == len(story.desk.cases)

    def test_note_of_the_case(self):
        """A note, too, is changed no earlier than what happened on its case; one on a customer at any time."""
        story = given(
            new_case(), AddNote("ana", at(60), "n1", "Hm", "c1"), AddNote("ana", at(60), "n2", "Hm", None, "maria")
        )
        story.when(EditNote("ana", at(30), "n1", "Well")).refused("time.order")
        assert story.when(DeleteNote("ana", at(30), "n2")).verdict

    def test_successor_and_new_case(self):
        """What starts another case is not bound by the one before it."""
        story = given(case_in("closed", channel="sms", at=at(60)))
        assert story.when(we_write("c2", channel="sms", thread="t-c1", at=at(30))[-1]).verdict
        assert at(30) == only(MessageReceived, story.when(wrote(at=at(30)))).at

    def test_a_repeat_is_told_as_one(self):
        """Regression: of a repeated webhook with its own instant it was said that it came too early."""
        story = given(new_case(), OpenCase("ana", at(60), "c1"), attrs.evolve(REPLY, at=at(60)))
        story.when(REPLY).refused("message.fresh")
        story.when(wrote("m-c1", at=T0)).refused("message.fresh")

    def test_late_by_a_clock(self):
        """What an earlier instant would tell moves no case back."""
        story = given(new_case(at=at(60)))
        assert (
            CaseTime(at(60))
            == story.desk.evolve([CaseReopened("x", at(30), "c1", Status.PENDING)]).cases["c1"].case_time
        )

    def test_nobody_keeps_the_time(self):
        """A partial desk without that sheet leaves the order of commands to its host."""
        desk = given(new_case(), OpenCase("ana", at(60), "c1")).desk
        bare = desk.cases.insert("c1", attrs.evolve(desk.cases["c1"], case_time=None))
        assert attrs.evolve(desk, cases=bare).decide(REPLY)
        assert at(30) == only(MessageReceived, given(new_case()).when(wrote(at=at(30)))).at


class TestAgent:
    """An agent's time binds only whether that agent is there."""

    def test_too_early(self):
        """They come and go in order."""
        story = given(GoUnavailable("ana", at(60), "ana", "lunch"))
        (reason,) = story.when(GoAvailable("ana", at(30), "ana")).refused("time.order").verdict.reasons
        assert f"{at(30).isoformat()} is before {at(60).isoformat()}, when ana last came or went" == reason.message
        assert story.when(GoAvailable("ana", at(60), "ana")).verdict

    def test_nobody_else(self):
        """What somebody else does, and what they do themselves on a case, goes by other times."""
        story = given(new_case(), LogOut("ben", at(60), "ben"))
        assert story.when(GoUnavailable("ana", at(30), "ana")).verdict
        assert story.when(OpenCase("ana", at(30), "c1")).verdict

    def test_wrapping_up(self):
        """Whoever came back into a wrap-up has come, too."""
        story = given(
            case_in("open"),
            EndContact(CUSTOMER, at(10), "c1"),
            LogOut("ana", at(20), "ana"),
            GoAvailable("ana", at(60), "ana"),
        )
        story.when(SetNextState("ana", at(30), "ana", "lunch")).refused("time.order")

    def test_a_lost_connection(self):
        """Logging out is never refused for its time: it happens when they last came or went, or later."""
        story = given(GoUnavailable("ana", at(60), "ana", "lunch"))
        assert at(60) == only(AgentLoggedOut, story.when(LogOut("ana", at(58), "ana"))).at
        assert at(61) == only(AgentLoggedOut, story.when(LogOut("ana", at(61), "ana"))).at
        assert given().when(LogOut("eva", T0 - timedelta(days=1), "eva")).verdict

    def test_never_came(self):
        """Before somebody has come or gone there is no order."""
        assert "time.order" not in str(Desk().decide(GoAvailable("ana", T0, "ana")))
        assert given().when(GoAvailable("eva", T0 - timedelta(days=1), "eva")).verdict

    def test_never_moves_back(self):
        """A next state that is reached on a case whose host is behind leaves the agent's time."""
        desk = given(GoUnavailable("ana", at(60), "ana")).desk
        later = desk.evolve(
            [event for event in given(GoUnavailable("ana", at(30), "ana")).events if event.at == at(30)]
        )
        assert at(60) == later.agents["ana"].presence_at


class TestLateMessages:
    """What customers send is never refused for its time, and keeps when it was sent."""

    STORY = (new_case(channel="whatsapp"), OpenCase("ana", at(60), "c1"))

    def test_clamped(self):
        """It happens at the case's last instant, and was sent when its host says."""
        received = only(MessageReceived, given(self.STORY).when(wrote(at=at(30))))
        assert (at(60), at(30), at(30)) == (received.at, received.sent_at, received.written_at)

    def test_in_order(self):
        """Where nothing is out of order, nobody says when it was sent: then."""
        for message in (wrote(at=at(90)), wrote(at=at(90), sent_at=at(90))):
            received = only(MessageReceived, given(self.STORY).when(message))
            assert (at(90), None, at(90)) == (received.at, received.sent_at, received.written_at)

    def test_window_counts_from_when_it_was_sent(self):
        """Regression: stamped anew, a message 40 hours late opened the window for free text."""
        story = given(case_in("pending", channel="whatsapp"), wrote(at=at(hours=40), sent_at=at(minutes=1)))
        assert at(hours=24, minutes=1) == WINDOW.due(story.desk.view_of("c1"), story.desk.policy)
        story.when(SendReply("ana", at(1, hours=40), "c1", "m9", "Hello")).refused("whatsapp.window")

    def test_window_never_moves_back(self):
        """An older message that comes later shortens nothing."""
        story = given(self.STORY, wrote(at=at(600)), wrote("m3", at=at(700), sent_at=at(300)))
        assert at(600) == story.desk.threads["t-c1"].customer_at

    def test_sent_in_the_future(self):
        """Nothing is sent after the desk has learnt of it: a customer's clock opens no window."""
        story = given(self.STORY, wrote(at=at(600), sent_at=at(hours=9999)))
        assert at(600) == story.desk.threads["t-c1"].customer_at

    def test_clock_and_queue(self):
        """The first response counts from when it was sent, waiting in the queue from when the desk learnt of it."""
        story = given(new_case(at=at(600), sent_at=at(60)))
        case = story.desk.cases["c1"].case
        clock = first_response(story.desk.view_of("c1"), story.desk.policy, at(600))
        assert (at(600), at(600)) == (case.waiting_since, case.unanswered_since)
        assert (at(60, hours=1), timedelta(minutes=9)) == (clock.due, clock.elapsed)

    def test_noted(self):
        """An auto-reply that comes late is noted at the case's last instant."""
        noted = only(MessageNoted, given(self.STORY).when(wrote(at=at(30), auto_generated=True)))
        assert (at(60), at(30)) == (noted.at, noted.sent_at)

    @pytest.mark.parametrize(("when", "happens"), [(at(30), at(60)), (at(90), at(90))])
    def test_hanging_up(self, when, happens):
        """So it is when the customer ends the contact; an agent's word is bound."""
        story = given(new_case(), OpenCase("ana", at(60), "c1"))
        assert happens == only(ContactEnded, story.when(EndContact(CUSTOMER, when, "c1"))).at
        story.when(EndContact("dora", at(30), "c1")).refused("time.order")

    def test_closed_meanwhile(self):
        """A message that comes after the case was closed starts the next one."""
        story = given(self.STORY, CloseCase("dora", at(90), "c1", CloseReason.SPAM))
        assert "new" == story.when(wrote(at=at(80))).desk.status("c1+1")
