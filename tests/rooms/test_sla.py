"""Service clocks: how fast the first answer came, and how fast the matter was solved (§8)."""

from datetime import UTC, datetime, timedelta
from functools import partial

import attrs
import pytest

from casecore.kernel import CommandError
from casecore.kernel.fields import MOST_SECONDS
from casecore.policies import Policy
from casecore.policies.sections import Level, Opening, Sla, Targets
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import Clock, ClockName, Clocks, ClockState, FirstReply, first_response, solution
from casecore.rooms.contacts import EndContact
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import (
    ClockJudged,
    LevelSet,
    RecordMiss,
    SetLevel,
    SolutionPaused,
    SolutionReached,
    SolutionResumed,
    SolutionUndone,
)
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

QUEUE = "[queues.general]\nfallback = true\n"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RUNNING, MET, MISSED, STOPPED = ClockState
FRT, ST = ClockName


def sop(text):
    """The default SOP, but for this."""
    return Policy.loads(QUEUE + text)


def frt(story, when):
    """The first response time of the case c1 then."""
    return first_response(story.desk.view_of("c1"), story.desk.policy, when)


def st(story, when):
    """The solution time of the case c1 then."""
    return solution(story.desk.view_of("c1"), story.desk.policy, when)


def set_to(status, when):
    """A status by hand."""
    return SetStatus("ana", when, "c1", Status(status))


def solving(*then, policy=None, **fields):
    """A case on a messenger that ana has opened at once."""
    return given(case_in("open", channel="messaging", **fields), then, policy=policy)


class TestFirstResponse:
    """From the customer's first message to the first reply."""

    def test_running(self):
        """Target, elapsed, remaining, percent, state and due instant."""
        clock = frt(given(new_case()), at(minutes=45))
        assert Clock("first_response", HOUR, 45 * MINUTE, RUNNING, at(hours=1)) == clock
        assert (15 * MINUTE, 75.0) == (clock.remaining, clock.percent)

    @pytest.mark.parametrize(("when", "state"), [(at(hours=1), RUNNING), (at(1, hours=1), MISSED)])
    def test_past_the_target(self, when, state):
        """At the target it is not missed yet; after it, also while it still runs."""
        clock = frt(given(new_case()), when)
        assert (state, at(hours=1)) == (clock.state, clock.due)

    def test_overdue(self):
        """What is left is negative then."""
        assert -HOUR == frt(given(new_case()), at(hours=2)).remaining

    @pytest.mark.parametrize(("replied", "state"), [(at(minutes=5), MET), (at(hours=1), MET), (at(1, hours=1), MISSED)])
    def test_replied(self, replied, state):
        """It stands still at the first reply, and is no longer due."""
        story = given(case_in("open"), SendReply("ana", replied, "c1", "m9", "Hello"))
        assert Clock("first_response", HOUR, replied - T0, state) == frt(story, at(hours=9))

    def test_second_reply_and_second_message(self):
        """Only the first of each counts."""
        story = given(
            case_in("open"),
            ReceiveMessage("customer", at(10), "t-c1", "m2"),
            SendReply("ana", at(20), "c1", "m8", "Hello"),
            ReceiveMessage("customer", at(30), "t-c1", "m3"),
            SendReply("ana", at(40), "c1", "m9", "Again"),
        )
        assert timedelta(seconds=20) == frt(story, at(hours=9)).elapsed

    @pytest.mark.parametrize(
        "step",
        [set_to("pending", at(10)), set_to("resolved", at(10)), AskPresence("ana", at(10), "c1", "q1")],
        ids=["pending", "resolved", "question"],
    )
    def test_what_is_no_reply(self, step):
        """Neither a status by hand nor "are you there?"."""
        assert RUNNING is frt(given(case_in("open"), Authenticate("ana", at(1), "c1"), step), at(20)).state

    @pytest.mark.parametrize(
        ("closed", "state"),
        [(at(10), STOPPED), (at(hours=1), STOPPED), (at(1, hours=1), MISSED), (at(hours=9), MISSED)],
    )
    def test_closed_without_a_reply(self, closed, state):
        """It is stopped if it was in time, missed if it was not, and runs no more."""
        story = given(new_case(), CloseCase("dora", closed, "c1", CloseReason.SPAM))
        assert Clock("first_response", HOUR, closed - T0, state) == frt(story, at(hours=99))

    def test_machines(self):
        """An auto-reply starts no clock."""
        story = given(new_case(), ReceiveMessage("customer", at(5), "t-c1", "m2", auto_generated=True))
        assert T0 == story.desk.cases["c1"].clocks.started_at

    def test_successor(self):
        """The next case has clocks of its own."""
        story = given(case_in("closed"), ReceiveMessage("customer", at(90), "t-c1", "m2"))
        assert at(90) == story.desk.cases["c1+1"].clocks.started_at
        assert T0 == story.desk.cases["c1"].clocks.started_at


class TestAbsent:
    """Either may be absent."""

    def test_no_case(self):
        """Of nothing there are no clocks."""
        story = given()
        assert (None, None) == (frt(story, T0), st(story, T0))

    def test_no_target(self):
        """A policy may promise only one of the two, or nothing."""
        policy = sop('[sla.default]\nfirst_response = "5m"\nsolution = "none"')
        story = given(new_case(), policy=policy)
        assert (5 * MINUTE, None) == (frt(story, T0).target, st(story, T0))
        nothing = given(new_case(), policy=sop('[sla.default]\nfirst_response = "none"\nsolution = "none"'))
        assert (None, None) == (frt(nothing, T0), st(nothing, T0))

    def test_customer_has_not_written(self):
        """Nothing runs on a file whose clocks have not started."""
        view = given(new_case()).desk.view_of("c1")
        silent = attrs.evolve(view, clocks=attrs.evolve(view.clocks, started_at=None, solution_from=None))
        assert (None, None) == (first_response(silent, Policy(), T0), solution(silent, Policy(), T0))
        bare = attrs.evolve(view, clocks=None)
        assert (None, None) == (first_response(bare, Policy(), T0), solution(bare, Policy(), T0))


class TestSolution:
    """From the same start until resolved."""

    def test_running(self):
        """A reply is no solution."""
        story = given(case_in("pending"))
        assert Clock("solution", 24 * HOUR, HOUR, RUNNING, at(hours=24)) == st(story, at(hours=1))
        assert MISSED is st(story, at(1, hours=24)).state

    @pytest.mark.parametrize(
        "step",
        [
            set_to("resolved", at(30)),
            SendReply("ana", at(30), "c1", "m9", "Done", Status.RESOLVED),
        ],
        ids=["by hand", "reply"],
    )
    def test_resolved(self, step):
        """By hand, or with a reply; resolving again changes nothing."""
        story = solving(step)
        assert Clock("solution", 24 * HOUR, timedelta(seconds=30), MET) == st(story, at(hours=99))
        again = story.and_given(SendReply("ana", at(60), "c1", "m8", "Really", Status.RESOLVED))
        assert timedelta(seconds=30) == st(again, at(hours=99)).elapsed

    def test_silent_customer(self):
        """A chat that is ended for silence is resolved."""
        story = given(
            case_in("pending"), AskPresence("ana", at(60), "c1", "q1"), DisconnectIdle("ana", at(120), "c1", "bye")
        )
        assert (MET, 2 * MINUTE) == (st(story, at(hours=9)).state, st(story, at(hours=9)).elapsed)

    def test_late(self):
        """Resolved after the target."""
        assert MISSED is st(solving(set_to("resolved", at(1, hours=24))), at(hours=99)).state

    def test_closed_unresolved(self):
        """It is stopped; closed after it was resolved, it was met."""
        story = solving(CloseCase("ana", at(30), "c1"))
        assert Clock("solution", 24 * HOUR, timedelta(seconds=30), STOPPED) == st(story, at(hours=9))
        resolved = solving(set_to("resolved", at(30)), CloseCase("ana", at(90), "c1"))
        assert MET is st(resolved, at(hours=9)).state


REOPENED = (
    set_to("resolved", at(hours=1)),
    ReceiveMessage("customer", at(hours=5), "t-c1", "m2", "Again"),
)
READINGS = {
    "runs_on": (6 * HOUR, RUNNING, at(hours=24), False, 0.0),
    "leaves_out": (2 * HOUR, RUNNING, at(hours=28), False, 4 * 3600.0),
    "starts_again": (HOUR, RUNNING, at(hours=29), True, 0.0),
}


class TestReopening:
    """The four readings."""

    @pytest.mark.parametrize("reading", READINGS)
    def test_runs_again(self, reading):
        """As if it had not been resolved; without the time it was; or from the start."""
        elapsed, state, due, again, left_out = READINGS[reading]
        story = solving(REOPENED, policy=sop(f'[sla]\nafter_reopening = "{reading}"'))
        assert Clock("solution", 24 * HOUR, elapsed, state, due) == st(story, at(hours=6))
        assert SolutionUndone("customer", at(hours=5), "c1", again, left_out) in story.events

    @pytest.mark.parametrize("reading", READINGS)
    def test_by_hand(self, reading):
        """Set back to work by an agent, it runs again too."""
        story = solving(
            set_to("resolved", at(hours=1)),
            set_to("open", at(hours=5)),
            policy=sop(f'[sla]\nafter_reopening = "{reading}"'),
        )
        assert READINGS[reading][0] == st(story, at(hours=6)).elapsed

    def test_first_solution_stands(self):
        """It was solved once, and that was that."""
        policy = sop('[sla]\nafter_reopening = "first_solution_stands"\npause_in = ["pending"]')
        story = solving(REOPENED, policy=policy)
        assert Clock("solution", 24 * HOUR, HOUR, MET) == st(story, at(hours=6))
        later = story.and_given(
            set_to("pending", at(hours=6)), set_to("open", at(hours=9)), set_to("resolved", at(hours=10))
        )
        assert Clock("solution", 24 * HOUR, HOUR, MET) == st(later, at(hours=11))

    def test_resolved_again(self):
        """The second solution counts from what the reading says."""
        for reading, elapsed in (("runs_on", 7), ("leaves_out", 3), ("starts_again", 2)):
            story = solving(
                REOPENED, set_to("resolved", at(hours=7)), policy=sop(f'[sla]\nafter_reopening = "{reading}"')
            )
            assert (MET, elapsed * HOUR) == (st(story, at(hours=9)).state, st(story, at(hours=9)).elapsed)

    def test_starting_again_forgets_what_was_left_out(self):
        """Given an hour that was paused, when it starts again, then time counts from there and is never negative."""
        policy = sop('[sla]\nafter_reopening = "starts_again"\npause_in = ["pending"]')
        paused = (set_to("pending", at(hours=1)), set_to("open", at(hours=2)), set_to("resolved", at(hours=3)))
        story = solving(paused, ReceiveMessage("customer", at(hours=5), "t-c1", "m2", "Again"), policy=policy)
        assert [timedelta(0), HOUR] == [st(story, at(hours=hours)).elapsed for hours in (5, 6)]
        assert at(hours=29) == st(story, at(hours=6)).due
        again = story.and_given(set_to("pending", at(hours=6)), set_to("open", at(hours=8)))
        assert (2 * HOUR, at(hours=31)) == (st(again, at(hours=9)).elapsed, st(again, at(hours=9)).due)

    def test_starting_again_while_it_pauses(self):
        """Given a pause that goes on over the new start, then what was before it is not taken off the new time."""
        policy = sop('[sla]\nafter_reopening = "starts_again"\npause_in = ["resolved", "escalated"]')
        story = solving(
            set_to("resolved", at(hours=1)),
            set_to("escalated", at(hours=5)),
            set_to("open", at(hours=7)),
            policy=policy,
        )
        assert [timedelta(0), HOUR] == [st(story, at(hours=hours)).elapsed for hours in (7, 8)]

    def test_reopened_twice(self):
        """Of both times it was resolved, nothing counts."""
        twice = (set_to("resolved", at(hours=6)), ReceiveMessage("customer", at(hours=9), "t-c1", "m3", "Again"))
        story = solving(REOPENED, twice, policy=sop('[sla]\nafter_reopening = "leaves_out"'))
        assert 3 * HOUR == st(story, at(hours=10)).elapsed

    def test_first_response_stays(self):
        """Reopening is no new question."""
        story = given(case_in("resolved"), ReceiveMessage("customer", at(hours=5), "t-c1", "m2"))
        assert MET is frt(story, at(hours=9)).state


class TestPausing:
    """The statuses in which ST does not count."""

    PENDING = sop('[sla]\npause_in = ["pending"]')

    def test_none_by_default(self):
        """Nothing pauses it."""
        assert 2 * HOUR == st(solving(set_to("pending", at(hours=1))), at(hours=2)).elapsed

    def test_paused(self):
        """It stands, and is due at no instant."""
        story = solving(set_to("pending", at(hours=1)), policy=self.PENDING)
        assert Clock("solution", 24 * HOUR, HOUR, RUNNING) == st(story, at(hours=7))
        assert SolutionPaused("ana", at(hours=1), "c1") in story.events

    @pytest.mark.parametrize(
        "step",
        [set_to("open", at(hours=5)), ReceiveMessage("customer", at(hours=5), "t-c1", "m2")],
        ids=["by hand", "customer"],
    )
    def test_resumed(self, step):
        """What passed meanwhile is left out, and it is due so much later."""
        story = solving(set_to("pending", at(hours=1)), step, policy=self.PENDING)
        assert Clock("solution", 24 * HOUR, 2 * HOUR, RUNNING, at(hours=28)) == st(story, at(hours=6))
        assert 4 * 3600.0 == next(event.left_out for event in story.events if isinstance(event, SolutionResumed))

    def test_paused_twice(self):
        """Both pauses are left out."""
        pauses = [(set_to("pending", at(hours=n)), set_to("open", at(hours=n + 1))) for n in (1, 4)]
        story = solving(pauses, policy=self.PENDING)
        assert Clock("solution", 24 * HOUR, 4 * HOUR, RUNNING, at(hours=26)) == st(story, at(hours=6))

    def test_from_pause_to_pause(self):
        """It goes on pausing between two such statuses."""
        policy = sop('[sla]\npause_in = ["pending", "escalated"]')
        story = solving(set_to("pending", at(hours=1)), set_to("escalated", at(hours=3)), policy=policy)
        assert HOUR == st(story, at(hours=7)).elapsed

    def test_resolved_while_it_paused(self):
        """The pause does not count."""
        story = solving(set_to("pending", at(hours=1)), set_to("resolved", at(hours=4)), policy=self.PENDING)
        assert (MET, HOUR) == (st(story, at(hours=9)).state, st(story, at(hours=9)).elapsed)

    def test_closed_while_it_paused(self):
        """Nor then."""
        story = solving(set_to("pending", at(hours=1)), CloseCase("ana", at(hours=4), "c1"), policy=self.PENDING)
        assert (STOPPED, HOUR) == (st(story, at(hours=9)).state, st(story, at(hours=9)).elapsed)

    def test_while_it_is_new(self):
        """Regression: a policy that pauses until somebody looks at the case was not heard."""
        policy = sop('[sla]\npause_in = ["new"]')
        story = given(new_case(channel="messaging"), policy=policy)
        assert timedelta(0) == st(story, at(hours=3)).elapsed
        opened = story.and_given(OpenCase("ana", at(hours=3), "c1"))
        assert Clock("solution", 24 * HOUR, HOUR, RUNNING, at(hours=27)) == st(opened, at(hours=4))

    def test_while_it_is_resolved(self):
        """Regression: with `leaves_out`, the time it was resolved was left out twice."""
        policy = sop('[sla]\npause_in = ["resolved"]\nafter_reopening = "leaves_out"')
        assert 2 * HOUR == st(solving(REOPENED, policy=policy), at(hours=6)).elapsed

    def test_starting_again_while_it_pauses(self):
        """Regression: what was paused before the new start was taken off it, and time ran negative."""
        policy = sop('[sla]\npause_in = ["resolved", "open"]\nafter_reopening = "starts_again"')
        story = solving(REOPENED, policy=policy)
        assert timedelta(0) == st(story, at(hours=6)).elapsed
        later = story.and_given(set_to("pending", at(hours=7)))
        assert HOUR == st(later, at(hours=8)).elapsed

    def test_first_response_never_pauses(self):
        """A status by hand is no excuse for not answering."""
        story = solving(set_to("pending", at(minutes=10)), policy=self.PENDING)
        assert MISSED is frt(story, at(hours=2)).state


LISBON = """
[sla.default]
first_response = "2h"
solution = "10h"
calendar = "office"
[calendars.office]
zone = "Europe/Lisbon"
monday = ["09:00-12:30", "13:30-18:00"]
tuesday = ["09:00-12:30", "13:30-18:00"]
"""


class TestCalendars:
    """Time counts in the opening hours."""

    def test_over_a_night(self):
        """Asked at half past five on Monday, due at half past ten on Tuesday; the night does not count."""
        story = given(new_case(at=at(hours=8.5)), policy=sop(LISBON))
        clock = frt(story, at(hours=25))
        assert (HOUR + 30 * MINUTE, RUNNING, at(hours=25.5)) == (clock.elapsed, clock.state, clock.due)

    def test_over_lunch(self):
        """Nor does lunch."""
        story = given(new_case(at=at(hours=3)), policy=sop(LISBON))
        assert at(hours=6) == frt(story, at(hours=3)).due

    def test_paused_over_a_night(self):
        """What is left out is open time too."""
        policy = sop(LISBON + '[sla]\npause_in = ["pending"]\n')
        story = solving(set_to("pending", at(hours=8)), set_to("open", at(hours=25)), policy=policy)
        assert 2 * 3600.0 == story.desk.cases["c1"].clocks.left_out
        assert 7 * HOUR == st(story, at(hours=25)).elapsed

    def test_never_open_again(self):
        """Where no opening hours are left, it is due at no instant."""
        policy = sop(
            '[sla.default]\nfirst_response = "2h"\ncalendar = "once"\n'
            '[calendars.once.special]\n"2026-11-02" = ["09:00-10:00"]'
        )
        story = given(new_case(), policy=policy)
        assert (None, HOUR) == (frt(story, at(hours=99)).due, frt(story, at(hours=99)).elapsed)
        assert not [due for due in story.desk.due() if due.key == "sla"]

    def test_only_on_one_channel(self):
        """A channel may have its own calendar, and others none."""
        policy = sop('[sla.chat]\ncalendar = "night"\n[calendars.night]\nmonday = ["22:00-23:00"]')
        assert timedelta(0) == frt(given(new_case(), policy=policy), at(hours=2)).elapsed
        assert 2 * HOUR == frt(given(new_case(channel="sms"), policy=policy), at(hours=2)).elapsed


TARGETS = """
[sla.default]
first_response = "1h"
solution = "24h"
[sla.default.urgent]
first_response = "10m"
[sla.chat]
first_response = "2m"
[sla.chat.high]
first_response = "1m"
solution = "2h"
"""


class TestTargets:
    """By channel and level; the more precise one wins."""

    @pytest.mark.parametrize(
        ("channel", "level", "first", "solved"),
        [
            ("email", Level.NORMAL, 60, 24 * 60),
            ("email", Level.URGENT, 10, 24 * 60),
            ("chat", Level.LOW, 2, 24 * 60),
            ("chat", Level.HIGH, 1, 120),
            ("chat", Level.URGENT, 2, 24 * 60),
        ],
    )
    def test_lookup(self, channel, level, first, solved):
        """The channel's own level, the channel, the default's level, the default."""
        story = given(case_in("open", channel=channel), SetLevel("ana", at(1), "c1", level), policy=sop(TARGETS))
        assert (first * MINUTE, solved * MINUTE) == (frt(story, at(1)).target, st(story, at(1)).target)

    def test_level(self):
        """By the assignee, a supervisor or the system, and not on a closed case."""
        story = given(case_in("open"))
        outcome = story.when(SetLevel("ana", at(1), "c1", Level.URGENT))
        outcome.then(LevelSet("ana", at(1), "c1", Level.URGENT))
        assert (Level.NORMAL, Level.URGENT) == tuple(step.desk.cases["c1"].clocks.level for step in (story, outcome))
        story.when(SetLevel("cleo", at(1), "c1", Level.LOW)).refused("assignment.holder")
        story.when(SetLevel("dora", at(1), "c1", Level.LOW)).then(LevelSet)
        story.when(SetLevel("system", at(1), "c1", Level.LOW)).then(LevelSet)
        given(case_in("closed")).when(SetLevel("dora", at(1), "c1", Level.LOW)).refused("lifecycle.closed")


class TestVerdicts:
    """A clock that has its verdict keeps it."""

    IN_DECEMBER = datetime(2026, 12, 2, tzinfo=UTC)
    SHORTER = sop('[[change]]\non = 2026-12-01\nset = { "sla.default.first_response" = "30m" }')
    LOW = sop(
        '[sla.default]\nfirst_response = "1h"\nsolution = "24h"\nlow = { first_response = "3d", solution = "9d" }'
    )

    def low(self, when):
        """The level low, which has longer targets."""
        return SetLevel("ana", when, "c1", Level.LOW)

    def test_met_before_the_target_changed(self):
        """Regression: answered after 50 minutes of 60 it was met, and missed once the target was 30."""
        reply = SendReply("ana", at(minutes=50), "c1", "m9", "Hello")
        story = given(case_in("open", channel="messaging"), reply, policy=self.SHORTER)
        for when in (at(hours=2), self.IN_DECEMBER):
            assert Clock("first_response", HOUR, 50 * MINUTE, MET) == frt(story, when)

    def test_missed_before_the_level_changed(self):
        """Regression: answered 20 hours late, it was met once somebody set the level to low."""
        reply = SendReply("ana", at(hours=20), "c1", "m9", "Hello")
        story = given(case_in("open", channel="messaging"), reply, self.low(at(hours=21)), policy=self.LOW)
        assert Clock("first_response", HOUR, 20 * HOUR, MISSED) == frt(story, at(hours=22))

    def test_level_changed_after_the_target(self):
        """What nobody had recorded is recorded first, and stays while the clock runs on."""
        story = given(case_in("open", channel="messaging"), self.low(at(hours=2)), policy=self.LOW)
        missed = ClockJudged("system", at(hours=2), "c1", FRT, MISSED, 3600.0)
        assert [missed, LevelSet("ana", at(hours=2), "c1", Level.LOW)] == [*story.events[-2:]]
        assert Clock("first_response", HOUR, 3 * HOUR, MISSED, at(hours=1)) == frt(story, at(hours=3))
        replied = story.and_given(SendReply("ana", at(hours=4), "c1", "m9", "Hello"))
        assert Clock("first_response", HOUR, 4 * HOUR, MISSED) == frt(replied, at(hours=9))
        assert (RUNNING, 216 * HOUR) == (st(story, at(hours=3)).state, st(story, at(hours=3)).target)

    def test_never_answered_and_closed(self):
        """Regression: missed for 19 hours, it was stopped once the case was closed."""
        story = given(case_in("open", channel="messaging"), CloseCase("ana", at(hours=20), "c1"))
        assert Clock("first_response", HOUR, 20 * HOUR, MISSED) == frt(story, at(hours=99))
        assert Clock("solution", 24 * HOUR, 20 * HOUR, STOPPED) == st(story, at(hours=99))
        late = given(case_in("open", channel="messaging"), CloseCase("ana", at(1, hours=24), "c1"))
        assert MISSED is st(late, at(hours=99)).state

    @pytest.mark.parametrize("clock", [FRT, ST])
    def test_recorded_by_the_system(self, clock):
        """At the target's instant, once; before it, it is told how long that still takes."""
        due = {FRT: at(hours=1), ST: at(hours=24)}[clock]
        story = given(new_case(channel="messaging"), policy=self.LOW)
        early = story.when(RecordMiss("system", due - timedelta(seconds=1), "c1", clock)).refused("clock.target")
        assert 1.0 == early.verdict.reasons[0].facts["seconds_to_go"]
        recorded = story.and_given(RecordMiss("system", due, "c1", clock))
        recorded.when(RecordMiss("system", due, "c1", clock)).refused("clock.runs")
        assert clock not in {getattr(one.command, "clock", None) for one in recorded.desk.due()}
        low = recorded.and_given(SetLevel("dora", due, "c1", Level.LOW)) if clock is ST else recorded
        assert MISSED is {FRT: frt, ST: st}[clock](low, due).state

    def test_who_records(self):
        """Only the system; of a clock that runs."""
        story = given(new_case(channel="messaging"))
        story.when(RecordMiss("ana", at(hours=1), "c1", FRT)).refused("actor.role")
        given(case_in("pending")).when(RecordMiss("system", at(hours=1), "c1", FRT)).refused("clock.runs")

    def test_replied_at_the_target(self):
        """Whoever comes first at that instant: a reply meets it, a record of the miss stays."""
        reply = SendReply("ana", at(hours=1), "c1", "m9", "Hello")
        opened = given(case_in("open", channel="messaging"))
        assert MET is frt(opened.and_given(reply), at(hours=9)).state
        assert MISSED is frt(opened.and_given(RecordMiss("system", at(hours=1), "c1", FRT), reply), at(hours=9)).state

    def test_change_of_date_while_it_runs(self):
        """A clock that runs is held against what is in force; missed in November, it is missed in December."""
        start, longer = datetime(2026, 11, 30, 22, tzinfo=UTC), '"sla.default.first_response" = "9h"'
        policy = sop(f"[[change]]\non = 2026-12-01\nset = {{ {longer} }}")
        story = given(new_case(channel="messaging", at=start), policy=policy)
        opened = story.and_given(OpenCase("ana", start + 3 * HOUR, "c1"))
        judged = ClockJudged("system", start + 3 * HOUR, "c1", FRT, MISSED, 3600.0)
        assert judged in opened.events
        assert MISSED is frt(opened, start + 4 * HOUR).state
        late = given(new_case(channel="messaging", at=start + 1.5 * HOUR), policy=policy)
        assert RUNNING is frt(late.and_given(OpenCase("ana", start + 3 * HOUR, "c1")), start + 4 * HOUR).state

    def test_no_target_when_it_ended(self):
        """What was promised nothing when it ended has no verdict, whatever is promised later."""
        policy = sop('[sla.default]\nfirst_response = "1h"\nsolution = "24h"')
        bare = attrs.evolve(policy, sla=Sla(default=Targets()))
        story = given(case_in("resolved", channel="messaging"), policy=bare)
        view = story.desk.view_of("c1")
        assert (None, None) == (first_response(view, policy, at(9)), solution(view, policy, at(9)))

    def test_target_taken_away(self):
        """A miss that was recorded stays, though nothing is promised any more."""
        story = given(new_case(channel="messaging"), RecordMiss("system", at(hours=1), "c1", FRT))
        bare = attrs.evolve(Policy.default(), sla=Sla(default=Targets()))
        then = attrs.evolve(story, desk=attrs.evolve(story.desk, policy=bare))
        assert MISSED is first_response(then.desk.view_of("c1"), bare, at(hours=2)).state
        closed = then.and_given(CloseCase("dora", at(hours=2), "c1", CloseReason.SPAM))
        assert Clock("first_response", HOUR, 2 * HOUR, MISSED) == frt(closed, at(hours=9))

    @pytest.mark.parametrize(
        ("reading", "state", "elapsed"),
        [("runs_on", MISSED, 31), ("leaves_out", MISSED, 27), ("starts_again", RUNNING, 1)],
    )
    def test_missed_and_reopened(self, reading, state, elapsed):
        """Reopening takes ST's verdict back as the policy says; what starts again has none, what runs on was missed."""
        story = solving(
            set_to("resolved", at(hours=26)),
            ReceiveMessage("customer", at(hours=30), "t-c1", "m2", "Again"),
            policy=sop(f'[sla]\nafter_reopening = "{reading}"'),
        )
        clock = st(story, at(hours=31))
        assert (state, elapsed * HOUR) == (clock.state, clock.elapsed)

    def test_many_replies(self):
        """Only the first ones are remembered, in case they never arrive."""
        replies = [SendReply("ana", at(number), "c1", f"r{number}", "Hi") for number in range(1, 20)]
        story = given(case_in("open", channel="messaging"), replies)
        clocks, case = story.desk.cases["c1"].clocks, story.desk.cases["c1"].case
        assert [FirstReply(f"r{number}", at(number)) for number in range(1, 11)] == [*clocks.replies]
        assert 19 == len(case.answers)
        assert 20 == len(
            story.and_given([attrs.evolve(one, at=at(60), message=f"x{one.message}") for one in replies])
            .desk.cases["c1"]
            .case.answers
        )


class TestDue:
    """A host's one timer knows the clocks."""

    def clocks(self, desk):
        """When which clock is due."""
        return {due.what: (due.at, due.command) for due in desk.due() if due.key == "sla"}

    def test_due(self):
        """Both, while they run; the system records that they are missed."""
        assert {
            "the first response is late": (at(hours=1), RecordMiss("system", at(hours=1), "c1", FRT)),
            "the solution is late": (at(hours=24), RecordMiss("system", at(hours=24), "c1", ST)),
        } == self.clocks(given(new_case()).desk)
        assert ["the solution is late"] == [*self.clocks(given(case_in("pending")).desk)]
        assert {} == self.clocks(given(case_in("resolved")).desk)

    def test_paused_and_resumed(self):
        """The instant moves by what was left out."""
        story = solving(set_to("pending", at(hours=1)), policy=TestPausing.PENDING)
        assert "the solution is late" not in self.clocks(story.desk)
        resumed = story.and_given(set_to("open", at(hours=5)))
        assert at(hours=28) == self.clocks(resumed.desk)["the solution is late"][0]

    def test_started_again(self):
        """From the new start."""
        story = solving(REOPENED, policy=sop('[sla]\nafter_reopening = "starts_again"'))
        assert at(hours=29) == self.clocks(story.desk)["the solution is late"][0]

    def test_at_the_end_of_the_calendar(self):
        """Regression: a target beyond the year 9999 raised an OverflowError; it is never due."""
        last = datetime.max.replace(tzinfo=UTC) - MINUTE
        story = given(new_case(at=last))
        assert {} == self.clocks(story.desk)
        assert None is frt(story, last).due


def test_left_and_ended_cases():
    """The clocks run on whoever holds the case."""
    story = given(
        case_in("open", channel="messaging"),
        LeaveCase("ana", at(1), "c1"),
        Dispose("ana", at(2), "c1", "follow_up", "Later"),
        OpenCase("cleo", at(hours=1), "c1"),
        EndContact("cleo", at(hours=2), "c1"),
    )
    assert 3 * HOUR == st(story, at(hours=3)).elapsed
    assert not [event for event in story.events if isinstance(event, SolutionReached)]


class TestAbsurdLengths:
    """No length of time, however long, is more than an error when it is read, or a clock that is never due."""

    @pytest.mark.parametrize("seconds", [1e15, -1, -0.001, float("nan"), float("inf"), 10**400, True, "1", None])
    @pytest.mark.parametrize("event", [SolutionResumed, partial(SolutionUndone, again=False)])
    def test_refused(self, event, seconds):
        """Seconds that no calendar has are refused when an event is made of them; the message says what fits."""
        with pytest.raises(
            CommandError, match="is no length of time; give seconds, from 0 to 315,537,897,600"
        ) as caught:
            event("system", T0, "c1", left_out=seconds)
        assert "left_out" == caught.value.field

    @pytest.mark.parametrize("seconds", [1e15, -1, float("nan"), "1"])
    def test_refused_of_a_verdict(self, seconds):
        """What a clock that was judged took is as long; where it runs on, nothing is said."""
        judged = partial(ClockJudged, "system", T0, "c1", FRT, MISSED, 3600.0)
        assert judged().elapsed is None
        with pytest.raises(CommandError, match="is no length of time"):
            judged(seconds)

    def test_refused_in_a_record(self):
        """A file of clocks that says as much cannot be made either."""
        with pytest.raises(CommandError, match="is no length of time"):
            Clocks(left_out=1e15)

    def test_longest(self):
        """Given pauses longer than all time, then nothing breaks; the solution is never due."""
        desk = solving(set_to("pending", at(hours=1)), policy=TestPausing.PENDING).desk
        for _ in range(3):
            desk = desk.evolve((SolutionResumed("system", at(hours=2), "c1", MOST_SECONDS),))
        assert MOST_SECONDS == desk.cases["c1"].clocks.left_out
        clock = solution(desk.view_of("c1"), desk.policy, at(hours=3))
        assert (None, RUNNING) == (clock.due, clock.state)
        assert [] == [due for due in desk.due(case="c1") if due.what == "the solution is late"]
        endless = Policy(sla=Sla(default=Targets(solution=timedelta.max)))
        assert None is solution(desk.view_of("c1"), endless, at(hours=3)).due

    @pytest.mark.parametrize("instant", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
    @pytest.mark.parametrize("calendar", [None, "office"])
    def test_ends_of_time(self, instant, calendar):
        """A case of the first or the last day there is has clocks, and is due at some instant, or never."""
        targets = Targets(first_response=timedelta.max, solution=timedelta.max, calendar=calendar)
        opening = {"office": Opening(monday=("00:00-24:00",))}
        for sla in (Sla(default=targets), Sla()):
            policy = Policy(sla=sla, calendars=opening)
            story = given(new_case(channel="sms", at=instant), policy=policy, team=False)
            assert timedelta(0) == st(story, instant).elapsed
            assert all(due.at >= instant for due in story.desk.due())
            assert story.desk.due(T0) is not None
