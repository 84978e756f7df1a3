"""The agenda knows the same instants as a desk that is asked about everything (§3, §6, §8)."""

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Event
from casecore.policies import Change, Policy
from casecore.policies.calendars import Weekday
from casecore.policies.sections import Lifecycle, Opening, Overflow, Queue, Sla, Targets, WrapUpRules
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseReleased, LeaveCase, OpenCase, Release
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment
from casecore.rooms.notes import AddTag
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.wrap_ups import Dispose
from casecore.routing import next_offer
from casecore.routing.agenda import Agenda
from casecore.testing.scenario import T0, at, case_in, new_case, team_of
from casecore.testing.strategies import commands

LAST = datetime.max.replace(tzinfo=UTC)
CLOCKS = Policy(sla=Sla(default=Targets(first_response=timedelta(minutes=1))), lifecycle=Lifecycle(close_after={}))
"""The first response is promised within a minute, and nothing is closed by itself."""


def follow(desk, agenda, *given):
    """The desk after these commands; the agenda is told of each."""
    for command in given:
        desk, events = desk.handle(command)
        agenda.update(desk, events)
    return desk


def team(policy=None):
    """A desk with the team of the tests, and its agenda."""
    desk = Desk(policy or Policy.default())
    agenda = Agenda(desk)
    return follow(desk, agenda, *team_of(desk.policy)), agenda


class MindedDesk(RuleBasedStateMachine):
    """A desk at work, and beside it an agenda that follows every step, and another one of commands only."""

    policy = None

    def __init__(self):
        super().__init__()
        self.desk, self.agenda = team(self.policy)
        self.commands = Agenda(self.desk, only="commands")
        self.now, self.refused = T0, set()

    def give(self, command):
        """Decide a command, and tell the agendas what happened."""
        verdict = self.desk.decide(command)
        if verdict:
            self.desk = self.desk.evolve(verdict.events)
            self.agenda.update(self.desk, verdict.events)
            self.commands.update(self.desk, verdict.events)
        return verdict

    @rule(data=st.data())
    def somebody_acts(self, data):
        """Any command that could be meant, then whatever routing says."""
        command = data.draw(commands(self.desk))
        if self.now <= command.at < self.now + timedelta(days=3):
            self.now = command.at
            self.mind()
            self.give(command)

    @rule()
    def somebody_routes(self):
        """One offer is made or taken back."""
        command = next_offer(self.desk, self.now)
        if command is not None:
            self.give(command)

    @rule(seconds=st.sampled_from((1, 30, 120, 3600, 90_000)))
    def time_goes_on(self, seconds):
        """And what is due by then is done."""
        self.now += timedelta(seconds=seconds)
        self.mind()

    def mind(self):
        """What has come is told in the desk's order, and given; what the desk refuses is not told again at once."""
        waiting = [due for due in self.desk.due() if due.at <= self.now and due.command]
        ripe = self.agenda.ripe(self.now)
        told = [due for due in ripe if due.command]
        assert told == list(self.commands.ripe(self.now))
        assert [due for due in waiting if due not in self.refused] == [due for due in told if due not in self.refused]
        for due in told:
            verdict = self.give(attrs.evolve(due.command, at=self.now))
            self.refused = {*self.refused, due} if not verdict else self.refused - {due}
        assert () == tuple(due for due in self.agenda.ripe(self.now) if due in ripe and not due.command)

    def to_come(self):
        """What the desk says is yet to come."""
        return [due for due in self.desk.due(self.now + timedelta(microseconds=1)) if due.at > self.now]

    @invariant()
    def it_knows_what_comes_next(self):
        """The next instant to come is the desk's; and one that is made just now knows all that is due."""
        for agenda, wanted in ((self.agenda, True), (self.commands, False)):
            to_come = [due for due in self.to_come() if wanted or due.command]
            upcoming = agenda.next()
            if upcoming is not None and upcoming.at <= self.now:  # entered since somebody last asked
                assert upcoming in self.desk.due()
            else:
                assert to_come[:1] == ([] if upcoming is None else [upcoming])
        assert self.desk.due() == Agenda(self.desk).ripe(LAST)
        assert tuple(due for due in self.desk.due() if due.command) == Agenda(self.desk, only="commands").ripe(LAST)


MindedDesk.TestCase.settings = settings(stateful_step_count=30)
TestAgendaFollows = MindedDesk.TestCase


class MindedDeskWithHours(MindedDesk):
    """The same, where queues open and close, and one overflows."""

    policy = Policy(
        queues={
            "billing": Queue(
                reasons=("billing",), hours="day", overflow=Overflow(after=timedelta(minutes=1), to="general")
            ),
            "general": Queue(fallback=True, hours="day"),
        },
        calendars={"day": Opening(**dict.fromkeys(Weekday, ("08:00-09:01", "09:05-12:00")))},
    )


MindedDeskWithHours.TestCase.settings = settings(stateful_step_count=30)
TestAgendaFollowsHours = MindedDeskWithHours.TestCase


class MindedDeskOnDates(MindedDesk):
    """The same under a policy that changes on dates and for some cases, and has rules of its own that look at times."""

    policy = Policy.loads("""
        [sla.default]
        first_response = "2m"
        [wrap_up]
        remind = "10m"
        [[rule]]
        id = "late.replies"
        title = "Nobody writes late"
        source = "SOP 7"
        guards = ["reply"]
        when = { any = [{ since = "waiting", at_least = "1h" }, { since = "customer_wrote", at_least = "2h" }] }
        [[override]]
        match = { channel = "chat" }
        set = { "sla.default.first_response" = "30s" }
        [[override]]
        match = { tag = "vip" }
        set = { "wrap_up.remind" = "2m", "lifecycle.close_after.resolved" = "1h" }
        [[change]]
        on = 2026-11-02T09:03:00Z
        set = { "sla.default.first_response" = "1m", "routing.offer_timeout" = "90s" }
        [[change]]
        on = 2026-11-03T00:00:00Z
        set = { "lifecycle.close_after.resolved" = "30m", "enforcement.late.replies" = "off" }
    """)

    def to_come(self):
        """By what is in force where the desk has come."""
        return [due for due in self.desk.due() if due.at > self.now]


MindedDeskOnDates.TestCase.settings = settings(stateful_step_count=30)
TestAgendaFollowsDates = MindedDeskOnDates.TestCase


# By hand -----------------------------------------------------------------------------------------------


def test_nothing_is_due_on_an_empty_desk():
    """Nothing comes, and nothing is ripe."""
    agenda = Agenda(Desk())
    assert (None, ()) == (agenda.next(), agenda.ripe(LAST))


def test_what_nobody_need_do_is_told_once():
    """A service clock that has passed is told once, whatever else happens to the case."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, new_case(channel="sms"))
    (late,) = agenda.ripe(at(minutes=2))
    assert ("the first response is late", at(minutes=1)) == (late.what, late.at)
    follow(desk, agenda, OpenCase("ana", at(minutes=3), "c1"))
    assert ((), None) == (agenda.ripe(at(minutes=4)), agenda.next())


def test_what_comes_is_ripe_at_its_instant():
    """Not a moment before; and what was done at its very instant is not told again."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, new_case(channel="sms"))
    assert () == agenda.ripe(at(minutes=1) - timedelta(microseconds=1))
    (late,) = agenda.ripe(at(minutes=1))
    assert at(minutes=1) == late.at
    follow(desk, agenda, late.command)
    assert ((), None) == (agenda.ripe(at(minutes=1)), agenda.next())


def test_a_reviewer_who_goes_to_lunch():
    """The agenda knows who reviews what: it is told of lunch, and comes when the review is taken from them."""
    desk, agenda = team()
    draft = SubmitDraft("ana", at(1), "c1", "d1", "Hello")
    desk = follow(desk, agenda, *case_in("open", channel="sms"), draft, TakeReview("cleo", at(2), "c1"))
    desk = follow(desk, agenda, GoUnavailable("cleo", at(3), "cleo", "lunch"))
    (freed,) = (due for due in agenda.ripe(at(63)) if due.command is not None)
    assert FreeReview("system", at(63), "c1") == freed.command
    follow(desk, agenda, freed.command, GoAvailable("cleo", at(64), "cleo"))
    assert () == tuple(due for due in agenda.ripe(at(70)) if due.command is not None)


def test_what_is_refused_comes_back_when_the_case_changes():
    """Given a timed-out offer that the host could not withdraw, then it is told again after the case has changed."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, new_case(channel="sms"), OfferWork(SYSTEM, T0, "c1", "ana"))
    (due,) = agenda.ripe(at(30))
    assert ExpireOffer(SYSTEM, at(30), "c1") == due.command
    assert not desk.decide(attrs.evolve(due.command, at=at(29)))  # a host whose clock runs slow
    assert () == tuple(due for due in agenda.ripe(at(31)) if due.command)
    desk = follow(desk, agenda, ReceiveMessage(CUSTOMER, at(32), "t-c1", "m2", "Hello?"))
    assert (due,) == agenda.ripe(at(32))


def test_what_has_been_overtaken_is_never_told():
    """Given an offer that is accepted in time, then nothing times out."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, new_case(channel="sms"), OfferWork(SYSTEM, T0, "c1", "ana"))
    assert at(30) == agenda.next().at
    follow(desk, agenda, AcceptOffer("ana", at(29), "c1"))
    assert at(minutes=1) == agenda.next().at


def test_agents_who_leave_and_come_back():
    """Given two cases of ana, when she logs out, then both will be taken from her; not when she comes back in time."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, *case_in("pending", "c1", channel="sms"), *case_in("pending", "c2", channel="sms"))
    assert None is agenda.next()
    gone = follow(desk, agenda, LogOut("ana", at(1), "ana"))
    assert at(61) == agenda.next().at
    back = follow(gone, agenda, GoAvailable("ana", at(60), "ana"))
    assert (None, ()) == (agenda.next(), agenda.ripe(at(70)))
    follow(back, agenda, LogOut("ana", at(80), "ana"))
    assert [ReleaseAbsent(SYSTEM, at(140), case) for case in ("c1", "c2")] == [
        due.command for due in agenda.ripe(at(140))
    ]


def test_a_case_that_she_holds_no_more():
    """Given a case given to ben, when ana logs out, then nothing happens to it."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, *case_in("pending", channel="sms"), ReassignCase("ana", at(1), "c1", agent="ben"))
    desk = follow(desk, agenda, AcceptOffer("ben", at(2), "c1"), LogOut("ana", at(3), "ana"))
    assert None is agenda.next()
    follow(desk, agenda, LogOut("ben", at(4), "ben"))
    assert at(64) == agenda.next().at


def test_commitments():
    """A commitment is due until it is fulfilled; another agenda that starts later knows it too."""
    desk, agenda = team(CLOCKS)
    promised = MakeCommitment("ana", at(1), "c1", "p1", at(hours=1), "Call back")
    desk = follow(desk, agenda, *case_in("pending", channel="sms"), promised)
    assert at(hours=1) == agenda.next().at == Agenda(desk).next().at
    assert None is Agenda(follow(desk, agenda, FulfilCommitment("ana", at(2), "p1"))).next()
    assert None is agenda.next()


def test_cases_that_the_desk_does_not_hold():
    """Events of a case elsewhere, or of none, change nothing."""
    desk, agenda = team()
    agenda.update(desk, (CaseReleased("bo", T0, "elsewhere", "bo", Release.LEFT), Event(SYSTEM, T0)))
    assert None is agenda.next()


def test_wrap_ups_come_up():
    """A wrap-up that is left undone comes up once; one that is done before does not."""
    policy = Policy(
        wrap_up=WrapUpRules(remind=timedelta(minutes=10)),
        lifecycle=Lifecycle(close_after={}),
        sla=Sla(default=Targets()),
    )
    desk, agenda = team(policy)
    for case in ("c1", "c2"):
        desk = follow(desk, agenda, *case_in("open", case, channel="sms"), LeaveCase("ana", at(minutes=1), case))
        desk = follow(desk, agenda, Dispose("ana", at(minutes=2), case, "solved", "Done")) if case == "c1" else desk
    assert ["c2"] == [due.case for due in Agenda(desk).ripe(at(minutes=11))]
    assert ["c2"] == [due.case for due in agenda.ripe(at(minutes=11))]
    assert ((), None) == (agenda.ripe(at(minutes=12)), agenda.next())


def test_a_host_that_only_has_to_act():
    """An agenda of commands has neither the window of WhatsApp, nor commitments, nor wrap-ups: nobody need do them."""
    policy = Policy(
        wrap_up=WrapUpRules(remind=timedelta(minutes=10)),
        lifecycle=Lifecycle(close_after={}),
        sla=Sla(default=Targets()),
    )
    desk, whole = team(policy)
    commands = Agenda(desk, only="commands")
    promised = MakeCommitment("ana", at(1), "c1", "p1", at(hours=1), "Call back")
    given = (*case_in("open", channel="whatsapp"), promised, LeaveCase("ana", at(minutes=1), "c1"))
    for command in given:
        desk, events = desk.handle(command)
        whole.update(desk, events)
        commands.update(desk, events)
    told = [due.what for due in whole.ripe(LAST)]
    assert ["a wrap-up is overdue", "a commitment is due", "the WhatsApp window closes"] == told
    assert (None, ()) == (commands.next(), commands.ripe(LAST))
    assert () == Agenda(desk, only="commands").ripe(LAST)


def test_a_rule_that_looks_at_two_times():
    """Both instants are told, though they have one name: neither hides the other."""
    policy = Policy.loads("""
        [sla.default]
        first_response = "none"
        solution = "none"
        [[rule]]
        id = "late.replies"
        title = "Nobody writes late"
        source = "SOP 7"
        guards = ["reply"]
        when = { any = [{ since = "waiting", at_least = "1h" }, { since = "activity", at_least = "2h" }] }
    """)
    desk, agenda = team(policy)
    desk = follow(desk, agenda, new_case(channel="sms"))
    told = agenda.ripe(LAST)
    assert desk.due() == told
    name = "Nobody writes late (late.replies)"
    assert [(name, at(hours=1)), (name, at(hours=2))] == [(due.what, due.at) for due in told]
    assert None is Agenda(desk, only="commands").next()


def test_another_policy():
    """Given a desk that goes over to another SOP, then what comes next is by that one, on cases that nobody touches."""
    desk, agenda = team(CLOCKS)
    desk = follow(desk, agenda, new_case(channel="sms"))
    assert at(minutes=1) == agenda.next().at
    slower = desk.with_policy(attrs.evolve(CLOCKS, sla=Sla(default=Targets(first_response=timedelta(minutes=5)))))
    agenda.update(slower, ())
    assert at(minutes=5) == agenda.next().at
    assert slower.due() == agenda.ripe(LAST)


def test_a_date_on_which_everything_comes_sooner():
    """Given a target that is shorter from a date on, then a case that nobody touches is late as soon as it has come."""
    shorter = Change(on=at(minutes=3), set={"sla.default.first_response": timedelta(seconds=90)})
    longer = Sla(default=Targets(first_response=timedelta(minutes=9)))
    desk, agenda = team(attrs.evolve(CLOCKS, sla=longer, change=(shorter,)))
    desk = follow(desk, agenda, new_case("c1", channel="sms"), new_case("c2", channel="sms", at=at(minutes=1)))
    assert [("c1", at(minutes=3)), ("c2", at(minutes=3))] == [(due.case, due.at) for due in desk.due()]
    assert desk.due()[0] == agenda.next()
    desk = follow(desk, agenda, new_case("c3", channel="sms", at=at(minutes=4)))
    assert [("c1", at(90)), ("c2", at(150)), ("c3", at(330))] == [(due.case, due.at) for due in desk.due()]
    assert desk.due() == agenda.ripe(LAST)


def test_a_wrap_up_whose_case_is_looked_at_otherwise():
    """Given a case that becomes a VIP's, when its wrap-up is reminded of sooner for those, then the agenda knows it."""
    policy = Policy.loads("""
        [sla.default]
        first_response = "none"
        solution = "none"
        [wrap_up]
        remind = "10m"
        [[override]]
        match = { tag = "vip" }
        set = { "wrap_up.remind" = "2m" }
    """)
    desk, agenda = team(policy)
    desk = follow(desk, agenda, *case_in("open", channel="sms"), LeaveCase("ana", at(minutes=1), "c1"))
    assert at(minutes=11) == agenda.next().at
    desk = follow(desk, agenda, AddTag("dora", at(minutes=2), "c1", "vip"))
    assert at(minutes=3) == agenda.next().at
    desk = follow(desk, agenda, Dispose("ana", at(minutes=2), "c1", "solved", "Done"))
    assert None is agenda.next()
    assert desk.due() == agenda.ripe(LAST)


def test_what_was_refused_is_not_told_again_because_a_queue_opens():
    """Given an offer that the host could not withdraw, when its queue opens, then that is told, and nothing else."""
    queues = {"general": Queue(fallback=True, hours="day")}
    day = {"day": Opening(**dict.fromkeys(Weekday, ("08:00-09:01", "09:05-12:00")))}
    desk, agenda = team(attrs.evolve(CLOCKS, queues=queues, calendars=day, sla=Sla(default=Targets())))
    desk = follow(desk, agenda, new_case(channel="sms"), OfferWork(SYSTEM, T0, "c1", "ana"))
    opens = "the queue of the case opens"
    assert ["the offer of the case times out", opens] == [due.what for due in agenda.ripe(at(minutes=6))]
    assert () == agenda.ripe(at(minutes=7))
    assert (opens, at(hours=23)) == (agenda.next().what, agenda.next().at)
