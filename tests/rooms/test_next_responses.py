"""The next response: how fast what the customer asks later is answered (§8)."""

from datetime import timedelta

import pytest
from hypothesis import given as drawing
from hypothesis import strategies as st

from casecore.channels import MessageKind
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.projections.history import history
from casecore.projections.inbox import inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import Clock, ClockName, ClockState, first_response, next_response
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import DisconnectIdle
from casecore.rooms.sla import ClockJudged, RecordMiss, ResponseUndone, SetLevel
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given

NRT = ClockName.NEXT_RESPONSE
RUNNING, MET, MISSED, STOPPED = ClockState
HALF_AN_HOUR = timedelta(minutes=30)
SOP = Policy.loads('[sla.default]\nnext_response = "30m"\nurgent = { next_response = "5m" }')


def asks(when, message="m2", **fields):
    """The customer writes."""
    return ReceiveMessage("customer", when, "t-c1", message, "And when?", **fields)


def replies(when, message="r2", **fields):
    """Ana replies."""
    return SendReply("ana", when, "c1", message, "Tomorrow", **fields)


def conversation(*then, policy=SOP, channel="messaging", **fields):
    """Maria asked, ana answered within a minute; then this."""
    first = replies(at(minutes=1), "r1")
    return given(case_in("open", channel=channel, **fields), first, then, policy=policy)


def nrt(story, when):
    """The next response time of the case then."""
    return next_response(story.desk.view_of("c1"), story.desk.policy, when)


def verdicts(story):
    """What was found of the next response, in order."""
    return [event.state for event in story.events if isinstance(event, ClockJudged) and event.clock is NRT]


class TestRuns:
    """From a later message that waits for an answer, to the reply to it."""

    def test_runs(self):
        """Target, elapsed, remaining, state and due instant, as of any clock."""
        clock = nrt(conversation(asks(at(minutes=10))), at(minutes=20))
        assert Clock("next_response", HALF_AN_HOUR, timedelta(minutes=10), RUNNING, at(minutes=40)) == clock

    def test_off_unless_promised(self):
        """Without a target there is no clock, nothing is due and nothing is judged."""
        story = conversation(asks(at(minutes=10)), policy=Policy.loads(""))
        assert None is nrt(story, at(hours=9))
        assert "the next response is late" not in {due.what for due in story.desk.due()}
        assert [] == verdicts(conversation(asks(at(minutes=10)), replies(at(minutes=50)), policy=Policy.loads("")))

    def test_first_message(self):
        """The first message has a clock of its own; what is added before the first reply starts no other."""
        story = given(case_in("open", channel="messaging"), asks(at(minutes=10)), policy=SOP)
        assert None is nrt(story, at(minutes=20))
        assert 1.0 < first_response(story.desk.view_of("c1"), story.desk.policy, at(minutes=20)).percent

    def test_first_message_resolved_by_hand(self):
        """Who got no reply at all still waits for the first one."""
        resolved = SetStatus("ana", at(minutes=1), "c1", Status.RESOLVED)
        story = given(case_in("open", channel="messaging"), resolved, asks(at(minutes=10)), policy=SOP)
        assert None is nrt(story, at(minutes=20))

    def test_what_is_added(self):
        """A second message of a customer who waits starts nothing again."""
        story = conversation(asks(at(minutes=10)), asks(at(minutes=15), "m3"))
        assert at(minutes=40) == nrt(story, at(minutes=20)).due

    def test_each_wait(self):
        """Each wait has its own clock, whatever became of the one before."""
        story = conversation(
            asks(at(minutes=10)), replies(at(minutes=50)), asks(at(minutes=60), "m3"), replies(at(minutes=61), "r3")
        )
        assert [MISSED, MISSED, MET] == verdicts(story)
        assert timedelta(minutes=1) == nrt(story, at(hours=9)).elapsed

    def test_sent_before(self):
        """It counts from when the message was sent, and an older one that comes late moves nothing back."""
        story = conversation(asks(at(minutes=10), sent_at=at(minutes=5)))
        assert at(minutes=35) == nrt(story, at(minutes=20)).due
        later = story.when(replies(at(minutes=11))).after.when(asks(at(minutes=12), "m3", sent_at=at(minutes=4))).after
        assert at(minutes=35) == nrt(later, at(minutes=20)).due

    @pytest.mark.parametrize("added", [{"auto_generated": True}, {"kind": MessageKind.LIKE}])
    def test_what_asks_nothing(self, added):
        """Machines and likes wait for no answer."""
        assert None is nrt(conversation(asks(at(minutes=10), **added), channel="facebook"), at(minutes=20))

    def test_level(self):
        """At another level there is another target, and a miss that nobody recorded is recorded first."""
        urgent = SetLevel("ana", at(minutes=12), "c1", Level.URGENT)
        assert at(minutes=15) == nrt(conversation(asks(at(minutes=10)), urgent), at(minutes=12)).due
        story = conversation(
            asks(at(minutes=10)),
            SetLevel("ana", at(minutes=41), "c1", Level.LOW),
            replies(at(minutes=42)),
        )
        assert [MISSED, MISSED] == verdicts(story)


class TestEnds:
    """What gives it its verdict."""

    @pytest.mark.parametrize(
        ("when", "found"), [(at(minutes=40), [MET]), (at(1, minutes=40), [MISSED, MISSED]), (at(hours=9), [MISSED] * 2)]
    )
    def test_reply(self, when, found):
        """A reply at the target is in time; a later one is not, which is recorded before."""
        assert found == verdicts(conversation(asks(at(minutes=10)), replies(when)))

    @pytest.mark.parametrize(("when", "found"), [(at(minutes=12), [STOPPED]), (at(minutes=41), [MISSED, MISSED])])
    def test_resolved_by_hand(self, when, found):
        """The customer waits no more, and had no reply: that is no success."""
        story = conversation(asks(at(minutes=10)), SetStatus("ana", when, "c1", Status.RESOLVED))
        assert found == verdicts(story)
        reply = story.when(replies(when + timedelta(minutes=1))).after
        assert found == verdicts(reply)

    @pytest.mark.parametrize("status", [Status.PENDING, Status.ESCALATED])
    def test_other_statuses(self, status):
        """No other status is an answer."""
        assert (
            RUNNING
            is nrt(
                conversation(asks(at(minutes=10)), SetStatus("ana", at(minutes=11), "c1", status)), at(minutes=12)
            ).state
        )

    def test_closed(self):
        """Closed as spam it is stopped."""
        story = conversation(asks(at(minutes=10)), CloseCase("dora", at(minutes=11), "c1", CloseReason.SPAM))
        assert [STOPPED] == verdicts(story)

    def test_closed_once_answered(self):
        """What has its verdict gets no other by closing."""
        story = conversation(
            asks(at(minutes=10)), replies(at(minutes=12)), CloseCase("dora", at(minutes=13), "c1", CloseReason.SPAM)
        )
        assert [MET] == verdicts(story)

    def test_disconnected(self):
        """A closing message to a customer who waits is no reply, where the policy lets it happen."""
        policy = Policy.loads(
            '[sla.default]\nnext_response = "30m"\n[enforcement]\n"idle.silence" = "off"\n"idle.asked" = "off"'
        )
        story = conversation(
            asks(at(minutes=10)), DisconnectIdle("ana", at(minutes=12), "c1", "q1"), policy=policy, channel="chat"
        )
        assert [STOPPED] == verdicts(story)

    def test_recorded(self):
        """At its target the system records that it is missed, once, and not before."""
        story = conversation(asks(at(minutes=10)))
        (due,) = (due for due in story.desk.due() if due.what == "the next response is late")
        assert RecordMiss("system", at(minutes=40), "c1", NRT) == due.command
        story.when(RecordMiss("system", at(minutes=39), "c1", NRT)).refused("clock.target")
        missed = story.when(due.command).after
        assert [MISSED] == verdicts(missed)
        missed.when(RecordMiss("system", at(minutes=41), "c1", NRT)).refused("clock.runs")

    def test_other_target_later(self):
        """A verdict stands, whatever is promised later."""
        story = conversation(asks(at(minutes=10)), replies(at(minutes=20)))
        longer = Policy.loads('[sla.default]\nnext_response = "1m"')
        assert MET is next_response(story.desk.view_of("c1"), longer, at(hours=2)).state


class TestBounces:
    """A reply that never arrived takes back what it had met."""

    def failed(self, when, message="r2"):
        """The provider says that a message of ours never arrived."""
        return DeliveryFailed("system", when, "c1", message)

    def test_only_answer(self):
        """The clock runs again, from when it did."""
        story = conversation(asks(at(minutes=10)), replies(at(minutes=12)), self.failed(at(minutes=20)))
        assert Clock("next_response", HALF_AN_HOUR, timedelta(minutes=11), RUNNING, at(minutes=40)) == nrt(
            story, at(minutes=21)
        )
        assert [MET, MET] == verdicts(story.when(replies(at(minutes=30), "r3")).after)

    def test_next_answer(self):
        """The reply after it counts."""
        story = conversation(
            asks(at(minutes=10)), replies(at(minutes=12)), replies(at(minutes=15), "r3"), self.failed(at(minutes=20))
        )
        assert timedelta(minutes=5) == nrt(story, at(hours=9)).elapsed
        assert [MET, MET] == verdicts(story)

    def test_resolved_by_hand_since(self):
        """Setting it resolved had ended the wait as well: it is stopped."""
        resolved = SetStatus("ana", at(minutes=15), "c1", Status.RESOLVED)
        story = conversation(asks(at(minutes=10)), replies(at(minutes=12)), resolved, self.failed(at(minutes=20)))
        assert [MET, STOPPED] == verdicts(story)

    def test_missed_is_missed(self):
        """Who came late, and not at all, is late for good."""
        story = conversation(asks(at(minutes=10)), replies(at(minutes=50)), self.failed(at(minutes=55)))
        assert MISSED is nrt(story, at(minutes=56)).state

    def test_other_message(self):
        """The first reply is no answer to what was asked later."""
        story = conversation(asks(at(minutes=10)), replies(at(minutes=12)), self.failed(at(minutes=20), "r1"))
        assert [MET] == verdicts(story)
        assert {ClockName.FIRST_RESPONSE} == {e.clock for e in story.events if isinstance(e, ResponseUndone)}

    def test_both(self):
        """If no reply at all arrived, both clocks run; whoever writes then waits for the first reply."""
        story = conversation(
            asks(at(minutes=10)),
            replies(at(minutes=12)),
            self.failed(at(minutes=20), "r1"),
            self.failed(at(minutes=21), "r2"),
        )
        assert RUNNING is nrt(story, at(minutes=22)).state
        resolved = story.when(SetStatus("ana", at(minutes=23), "c1", Status.RESOLVED)).after
        assert None is nrt(resolved.when(asks(at(minutes=30), "m3")).after, at(minutes=31))

    def test_asked_another_thing_since(self):
        """Regression: the clock ran from the later question only, and the earlier one was met for ever."""
        story = conversation(
            asks(at(minutes=10)), replies(at(minutes=12)), asks(at(minutes=20), "m3"), self.failed(at(minutes=25))
        )
        assert Clock("next_response", HALF_AN_HOUR, timedelta(minutes=16), RUNNING, at(minutes=40)) == nrt(
            story, at(minutes=26)
        )
        assert [MET, MISSED, MISSED] == verdicts(story.when(replies(at(minutes=45), "r3")).after)

    def test_asked_another_thing_and_was_answered(self):
        """Both have waited for the same reply."""
        story = conversation(
            asks(at(minutes=10)),
            replies(at(minutes=12)),
            asks(at(minutes=20), "m3"),
            replies(at(minutes=45), "r3"),
        )
        assert [MET, MET] == verdicts(story)
        failed = story.when(self.failed(at(minutes=50))).after
        assert (MISSED, timedelta(minutes=35)) == (nrt(failed, at(hours=9)).state, nrt(failed, at(hours=9)).elapsed)
        assert [MET, MET, MISSED] == verdicts(failed)

    def test_one_of_two_answers_before(self):
        """What had another answer does not run again."""
        story = conversation(
            asks(at(minutes=10)),
            replies(at(minutes=12)),
            replies(at(minutes=13), "r3"),
            asks(at(minutes=20), "m3"),
            self.failed(at(minutes=25)),
        )
        assert at(minutes=50) == nrt(story, at(minutes=26)).due
        assert at(minutes=40) == nrt(story.when(self.failed(at(minutes=27), "r3")).after, at(minutes=28)).due

    def test_missed_before_is_missed(self):
        """Who was late with the earlier question is late with both."""
        story = conversation(
            asks(at(minutes=10)),
            replies(at(minutes=50)),
            asks(at(minutes=55), "m3"),
            self.failed(at(minutes=56)),
        )
        assert [MISSED, MISSED, MISSED] == verdicts(story)
        assert MISSED is nrt(story, at(minutes=57)).state

    def test_missed_since_is_missed(self):
        """Where the later question is late already, nothing is said twice."""
        story = conversation(
            asks(at(minutes=10)),
            replies(at(minutes=50)),
            asks(at(minutes=55), "m3"),
            RecordMiss("system", at(minutes=85), "c1", NRT),
            self.failed(at(hours=2)),
        )
        assert [MISSED, MISSED, MISSED] == verdicts(story)

    def test_resolved_by_hand_before(self):
        """What was ended by hand waits no more."""
        story = conversation(
            asks(at(minutes=10)),
            replies(at(minutes=12)),
            SetStatus("ana", at(minutes=13), "c1", Status.RESOLVED),
            asks(at(minutes=20), "m3"),
            self.failed(at(minutes=25)),
        )
        assert at(minutes=50) == nrt(story, at(minutes=26)).due

    def test_closed(self):
        """On a closed case nothing is turned."""
        closed = CloseCase("dora", at(minutes=13), "c1", CloseReason.SPAM)
        story = conversation(asks(at(minutes=10)), replies(at(minutes=12)), closed, self.failed(at(minutes=20)))
        assert [MET] == verdicts(story)
        assert 1 == len(story.desk.cases["c1"].clocks.answers)


class TestSeen:
    """Wherever somebody would look."""

    def test_inbox(self):
        """It is among the clocks at risk of whoever holds the case."""
        story = conversation(asks(at(minutes=10)))
        (risk,) = [
            risk for risk in inbox(story.desk, "ana", at(minutes=38)).clocks if risk.clock.name == "next_response"
        ]
        assert ("c1", at(minutes=40)) == (risk.case, risk.clock.due)

    def test_notification(self):
        """Its holder is called when it is due."""
        story = conversation(asks(at(minutes=10)))
        ripe = [due for due in story.desk.due() if due.what == "the next response is late"]
        (call,) = notifications(ripe, story.desk, {"ana": AlertSettings(banner=["clock_late"])})
        assert (Alert.CLOCK_LATE, at(minutes=40)) == (call.alert, call.at)

    def test_history(self):
        """The history tells the verdict, and that a reply never arrived."""
        failed = DeliveryFailed("system", at(minutes=20), "c1", "r2")
        story = conversation(asks(at(minutes=10)), replies(at(minutes=12)), failed)
        told = "\n".join(line.text for line in history(story.events, "c1"))
        assert "the next response was in time: 2m of 30m" in told
        assert "the reply never arrived: the clock of the next response counts to the one after it" in told


STEPS = {
    "asks": lambda n: ReceiveMessage("customer", at(minutes=n), "t-c1", f"m{n}", "And?"),
    "replies": lambda n: SendReply("ana", at(minutes=n), "c1", f"r{n}", "So"),
    "solves": lambda n: SendReply("ana", at(minutes=n), "c1", f"r{n}", "So", Status.RESOLVED),
    "resolves": lambda n: SetStatus("ana", at(minutes=n), "c1", Status.RESOLVED),
    "waits": lambda n: SetStatus("ana", at(minutes=n), "c1", Status.PENDING),
    "last fails": lambda n: DeliveryFailed("system", at(minutes=n), "c1", f"r{n - 1}"),
    "one before fails": lambda n: DeliveryFailed("system", at(minutes=n), "c1", f"r{n - 2}"),
}


@drawing(st.lists(st.sampled_from([*STEPS]), max_size=45))
def test_runs_while_the_customer_waits(steps):
    """Once a first reply has arrived, it runs exactly while the customer waits; else it has its verdict."""
    desk = given(case_in("open", channel="messaging"), policy=SOP).desk
    for number, step in enumerate(steps, 2):
        verdict = desk.decide(STEPS[step](number))
        desk = desk.evolve(verdict.events) if verdict else desk
        file, clock = desk.cases["c1"], next_response(desk.view_of("c1"), desk.policy, desk.now)
        waits = file.case.unanswered_since is not None
        if file.clocks.replied_at is not None and waits:
            assert clock.due is not None
            assert () == file.clocks.answers
        if not waits and clock is not None:
            assert clock.state in {MET, MISSED, STOPPED}
            assert clock.state is MISSED or clock.elapsed <= HALF_AN_HOUR
            assert clock.due is None
