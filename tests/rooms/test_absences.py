"""Absences: what becomes of the work of somebody who logged out or lost the connection (§6)."""

import attrs
import pytest

from casecore.policies import Policy
from casecore.rooms.absences import NO_ANSWER, ReleaseAbsent
from casecore.rooms.agents import (
    AgentAvailable,
    AgentUnavailable,
    AgentWrapsUp,
    GoAvailable,
    LogOut,
    NextStateCleared,
    NextStateSet,
)
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseQueued, CaseReleased, OpenCase, Release
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.contacts import ContactEnded, EndContact
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferDeclined, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.wrap_ups import Dispose, Disposed, WrapUpOwed
from casecore.routing import next_offer
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

QUEUE = "[queues.general]\nfallback = true\n"
KEEP = Policy.loads(QUEUE + '[away]\nheld = "keep"')
KEEP_PENDING = Policy.loads(QUEUE + '[away]\nkeep_statuses = ["pending"]')
AWAY = "the case is taken from an agent who is gone"


def gone(status="pending", *then, policy=None, **fields):
    """Ana holds a case in a status and logs out ten seconds later."""
    fields = {"channel": "messaging", **fields}
    return given(case_in(status, **fields), LogOut("ana", at(10), "ana"), then, policy=policy)


def release(seconds=70, *, by="system"):
    """The system takes the case, so long after the start; by default when the grace is over."""
    return ReleaseAbsent(by, at(seconds), "c1")


def timers(desk):
    """What the desk would do about absences."""
    return [(due.at, due.command) for due in desk.due() if due.what == AWAY]


class TestGrace:
    """For a minute nothing happens."""

    def test_due(self):
        """The desk tells when, and the command."""
        assert [(at(70), release())] == timers(gone().desk)

    def test_in_time(self):
        """At the end of the grace, not before; with the seconds to go."""
        gone().when(release()).then(CaseReleased, CaseQueued, ContactEnded, WrapUpOwed)
        (reason,) = gone().when(release(69)).refused("away.grace").verdict.reasons
        assert (f"[away.grace] {AWAY} at {at(70).isoformat()} -> wait 1s more") == str(reason)
        assert {"seconds": 59.0, "limit": 60.0, "seconds_to_go": 1.0} == reason.facts

    def test_back_in_time(self):
        """Whoever came back keeps everything: the command is checked again when it is given."""
        story = gone("pending", GoAvailable("ana", at(60), "ana"))
        outcome = story.when(release()).refused("away.gone")
        assert "[away.gone] case c1: ana is there -> nothing has to be done" == str(outcome.verdict)
        assert [] == timers(story.desk)

    def test_back_and_gone_again(self):
        """The grace begins again."""
        story = gone("pending", GoAvailable("ana", at(60), "ana"), LogOut("ana", at(65), "ana"))
        assert [at(125)] == [when for when, _ in timers(story.desk)]
        story.when(release()).refused("away.grace")

    def test_length_of_the_policy(self):
        """None at all."""
        story = gone(policy=Policy.loads(QUEUE + '[away]\ngrace = "0s"'))
        assert story.when(release(10)).verdict

    def test_nobody_holds_it(self):
        """What was given up is not taken; an owner who is gone loses nothing."""
        story = given(case_in("pending"), EndContact("dora", at(1), "c1"), LogOut("ana", at(10), "ana"))
        outcome = story.when(release()).refused("away.gone")
        assert "case c1: nobody holds it" == outcome.verdict.reasons[0].message
        assert [] == timers(story.desk)
        given(new_case()).when(release()).refused("away.gone")
        given(case_in("closed")).when(release()).refused("away.gone")

    @pytest.mark.parametrize("by", ["dora", "customer"])
    def test_by_the_clock_only(self, by):
        """People reassign."""
        gone().when(release(by=by)).refused("actor.role")


class TestRequeue:
    """What was held goes back to its queue."""

    @pytest.mark.parametrize("status", ["open", "pending", "escalated"])
    def test_back_to_the_queue(self, status):
        """It waits on if the customer is unanswered, else from now on; the owner stays."""
        outcome = gone(status).when(release())
        since = T0 if status == "open" else at(70)
        outcome.then(
            CaseReleased("system", at(70), "c1", "ana", Release.AGENT_LOST),
            CaseQueued("system", at(70), "c1", "general", since),
            ContactEnded,
            WrapUpOwed,
        )
        case = outcome.desk.cases["c1"].case
        assert (None, "ana", status) == (case.assignee, case.owner, case.status)

    def test_resolved(self):
        """It is not queued."""
        gone("resolved").when(release()).then(CaseReleased, ContactEnded, WrapUpOwed)

    def test_each_by_itself(self):
        """Every case is released by a command of its own."""
        story = given(
            case_in("open", "c1", channel="sms"), case_in("open", "c2", channel="sms"), LogOut("ana", at(10), "ana")
        )
        assert ["c1", "c2"] == [command.case for _, command in timers(story.desk)]
        story.and_given(release()).when(attrs.evolve(release(), case="c2")).then(
            CaseReleased, CaseQueued, ContactEnded, WrapUpOwed
        )

    def test_wrap_up_waits_for_them(self):
        """They dispose what they lost before they get work again; that makes them available."""
        story = gone("pending", release())
        story.when(Dispose("ana", at(80), "c1", "follow_up", "Line lost")).refused("presence.on_duty")
        back = story.when(GoAvailable("ana", at(80), "ana")).then(AgentWrapsUp("ana", at(80), "ana"))
        back.and_when(GoAvailable("ana", at(81), "ana")).refused("presence.wrap_up")
        disposed = back.and_when(Dispose("ana", at(82), "c1", "follow_up", "Line lost"))
        disposed.then(Disposed, AgentAvailable("ana", at(82), "ana"))


class TestKeep:
    """What the policy keeps with them."""

    def test_kept(self):
        """Nothing is due, and nothing is taken."""
        story = gone(policy=KEEP)
        assert [] == timers(story.desk)
        outcome = story.when(release()).refused("away.grace")
        assert "[away.grace] the policy keeps case c1 with ana -> leave it there" == str(outcome.verdict)

    def test_of_some_statuses(self):
        """Pending ones, where the policy says so; the others go."""
        gone("pending", policy=KEEP_PENDING).when(release()).refused("away.grace")
        assert gone("open", policy=KEEP_PENDING).when(release()).verdict

    def test_customer_writes(self):
        """A pending case that is kept is reopened, and goes: it is not left with somebody who is away."""
        story = gone("pending", ReceiveMessage("customer", at(100), "t-c1", "m2"), policy=KEEP_PENDING)
        assert [at(70)] == [when for when, _ in timers(story.desk)]
        assert story.when(release(100)).verdict

    @pytest.mark.parametrize("channel", ["chat", "voice"])
    @pytest.mark.parametrize("policy", [KEEP, KEEP_PENDING])
    def test_live_is_never_kept(self, channel, policy):
        """A customer who is there now is not left alone."""
        assert gone(policy=policy, channel=channel).when(release()).verdict


class TestLive:
    """Live contacts end as `agent_lost`, and their cases are queued first."""

    def test_cut_off_since_the_agent_went(self):
        """Before everybody who waits for longer; the waiting time begins anew, as the customer has been answered."""
        story = given(
            case_in("open", at=at(5)),
            SendReply("ana", at(50), "c1", "m9", "One moment"),
            new_case("c2", at=at(51)),
            LogOut("ana", at(55), "ana"),
        )
        outcome = story.when(release(115))
        queued = CaseQueued("system", at(115), "c1", "general", at(115), cut_off_at=at(55))
        outcome.then(CaseReleased, queued, ContactEnded, StatusSet("system", at(115), "c1", Status.OPEN), WrapUpOwed)
        assert at(55) == outcome.desk.cases["c1"].case.cut_off_at
        desk = outcome.after.and_given(GoAvailable("ben", at(116), "ben")).desk
        assert OfferWork("system", at(120), "c1", "ben") == next_offer(desk, at(120))

    def test_offered_to_the_next(self):
        """Regression: the chat had just been answered, so it was pending, and nobody was offered it."""
        story = given(case_in("pending"), GoAvailable("ben", at(5), "ben"), LogOut("ana", at(10), "ana"), release())
        assert OfferWork("system", at(71), "c1", "ben") == next_offer(story.desk, at(71))

    def test_other_channels(self):
        """Where the customer does not wait on the line, the status stays."""
        assert "pending" == gone().and_given(release()).desk.status("c1")

    def test_unanswered_before_that(self):
        """Regression: who had waited before the contact began lost that time, instead of going first."""
        story = given(new_case(), OpenCase("ana", at(30), "c1"), LogOut("ana", at(40), "ana"))
        outcome = story.when(release(100))
        assert T0 == outcome.desk.cases["c1"].case.waiting_since

    def test_unanswered_after_that(self):
        """Given that they were answered and wrote again, then they wait since they wrote, and still come first."""
        story = given(
            new_case(),
            OpenCase("ana", at(30), "c1"),
            SendReply("ana", at(35), "c1", "m9", "One moment"),
            ReceiveMessage("customer", at(38), "t-c1", "m2", "Hello?"),
            LogOut("ana", at(40), "ana"),
        )
        case = story.when(release(100)).desk.cases["c1"].case
        assert (at(38), at(40)) == (case.waiting_since, case.cut_off_at)

    def test_served_and_in_its_turn_again(self):
        """Whoever takes the case ends it: left again, resolved or closed, the case is no longer the first."""
        anybody = Policy.loads(QUEUE + '[authentication]\nenforcement = "off"')
        lost = given(case_in("open"), LogOut("ana", at(10), "ana"), release(), policy=anybody)
        assert at(10) == lost.desk.cases["c1"].case.cut_off_at
        for command in (
            OpenCase("cleo", at(80), "c1"),
            SetStatus("dora", at(80), "c1", Status.RESOLVED),
            CloseCase("dora", at(80), "c1", CloseReason.SPAM),
        ):
            assert None is lost.when(command).desk.cases["c1"].case.cut_off_at

    def test_moved_while_it_waits(self):
        """A supervisor who moves it to another queue, or offers it to somebody, takes nothing from it."""
        lost = given(case_in("open"), LogOut("ana", at(10), "ana"), release())
        for aim in ({"queue": "billing"}, {"agent": "ben"}):
            moved = lost.and_given(GoAvailable("ben", at(75), "ben")).when(ReassignCase("dora", at(80), "c1", **aim))
            case = moved.desk.cases["c1"].case
            assert (T0, at(10)) == (case.waiting_since, case.cut_off_at)

    def test_the_customer_writes_while_it_waits(self):
        """Given a supervisor who set it pending, when the customer writes, then it is still the first."""
        lost = given(case_in("open"), LogOut("ana", at(10), "ana"), release())
        set_pending = SetStatus("dora", at(80), "c1", Status.PENDING)
        case = lost.and_given(set_pending).when(ReceiveMessage("customer", at(90), "t-c1", "m2")).desk.cases["c1"].case
        assert ("open", T0, at(10)) == (case.status, case.waiting_since, case.cut_off_at)

    def test_other_channels_are_cut_off_nowhere(self):
        """Whoever does not wait on the line is served in their turn."""
        assert None is gone("open", release()).desk.cases["c1"].case.cut_off_at

    def test_waits_where_it_is_not_live(self):
        """On other channels it waits as after leaving: since the customer wrote, or from now on."""
        opened = OpenCase("ana", at(30), "c1")
        story = given(new_case(channel="sms"), opened, LogOut("ana", at(40), "ana"))
        assert T0 == story.when(release(100)).desk.cases["c1"].case.waiting_since
        answered = given(
            new_case(channel="sms"),
            opened,
            SendReply("ana", at(35), "c1", "m9", "One moment"),
            LogOut("ana", at(40), "ana"),
        )
        assert at(100) == answered.when(release(100)).desk.cases["c1"].case.waiting_since


class TestNoAnswer:
    """Who lets an offer time out stays available, or goes unavailable, as the policy says."""

    GOES = Policy.loads(QUEUE + '[routing]\nunanswered = "unavailable"')

    def asked(self, *before, policy=GOES, **fields):
        """A case is offered to ana after one second."""
        return given(before, new_case("c9", **fields), OfferWork("system", at(1), "c9", "ana"), policy=policy)

    def test_stays(self):
        """By default nothing becomes of it."""
        self.asked(policy=None).when(ExpireOffer("system", at(31), "c9")).then(OfferDeclined)

    def test_goes(self):
        """Who has nothing goes at once, with the reason; others are asked, and they come back by saying so."""
        outcome = self.asked().when(ExpireOffer("system", at(31), "c9"))
        outcome.then(OfferDeclined, AgentUnavailable("system", at(31), "ana", NO_ANSWER))
        assert ("unavailable", NO_ANSWER) == (
            outcome.after.desk.agents["ana"].presence,
            outcome.after.desk.agents["ana"].reason,
        )
        assert "ana" != next_offer(outcome.after.desk, at(32)).agent
        outcome.after.when(GoAvailable("ana", at(40), "ana")).then(AgentAvailable)

    def test_after_the_last_contact(self):
        """Who holds a contact cannot go: they get a next state, reach it with the disposition, and may clear it."""
        outcome = self.asked(case_in("open")).when(ExpireOffer("system", at(31), "c9"))
        outcome.then(OfferDeclined, NextStateSet("system", at(31), "ana", NO_ANSWER))
        outcome.after.when(ClearNextState("ana", at(32), "ana")).then(NextStateCleared)
        ended = outcome.after.and_given(EndContact("dora", at(40), "c1"))
        ended.when(Dispose("ana", at(41), "c1", "solved", "Done")).then(
            Disposed, AgentUnavailable("ana", at(41), "ana", NO_ANSWER)
        )

    def test_a_review(self):
        """The offer of a review is an offer like any other."""
        story = given(
            case_in("open"),
            SubmitDraft("ana", at(1), "c1", "d1", "So be it", Status.PENDING, queue="general"),
            OfferWork("system", at(2), "c1", "cleo", review=True),
            policy=self.GOES,
        )
        outcome = story.when(ExpireOffer("system", at(32), "c1", review=True))
        outcome.then(OfferDeclined, AgentUnavailable("system", at(32), "cleo", NO_ANSWER))

    def busy(self, *between, policy=GOES):
        """Ana was offered two cases within ten seconds, by hand; between them and the end of the first, this."""
        two = (new_case("c8", channel="sms"), new_case("c9", channel="sms"))
        offers = (OfferWork("system", at(1), "c9", "ana"), ReassignCase("dora", at(10), "c8", "ana"))
        return given(two, offers, between, policy=policy)

    @pytest.mark.parametrize("answer", [AcceptOffer("ana", at(15), "c8"), RejectOffer("ana", at(15), "c8")])
    def test_who_answered_another_stays(self, answer):
        """Given that she accepted or rejected another offer while this one rang, then she is there, and stays."""
        self.busy(answer).when(ExpireOffer("system", at(31), "c9")).then(OfferDeclined)

    def test_who_answered_before_it_rang_goes(self):
        """An answer from before counts for nothing; neither does an offer that ended without one."""
        rescinded = RescindOffer("dora", at(15), "c8")
        for before in ((), (rescinded,)):
            (*_, last) = self.busy(*before).when(ExpireOffer("system", at(41), "c9")).events
            assert AgentUnavailable("system", at(41), "ana", NO_ANSWER) == last
        answered = self.asked().and_given(
            RejectOffer("ana", at(5), "c9"), new_case("c8", at=at(6)), OfferWork("system", at(7), "c8", "ana")
        )
        answered.when(ExpireOffer("system", at(40), "c8")).then(OfferDeclined, AgentUnavailable)

    def test_a_later_offer_is_not_excused(self):
        """Given a third offer that began to ring after her answer, then nobody answered that one."""
        third = (new_case("c7", channel="sms", at=at(20)), ReassignCase("dora", at(20), "c7", "ana"))
        story = self.busy(AcceptOffer("ana", at(15), "c8"), third)
        story.and_given(ExpireOffer("system", at(31), "c9")).when(ExpireOffer("system", at(50), "c7")).then(
            OfferDeclined, NextStateSet
        )

    def test_who_answered_a_review_stays(self):
        """Offers of reviews ring like any other."""
        story = given(
            case_in("open"),
            SubmitDraft("ana", at(1), "c1", "d1", "So be it", Status.PENDING, queue="general"),
            new_case("c9", at=at(1)),
            OfferWork("system", at(2), "c9", "cleo"),
            OfferWork("system", at(3), "c1", "cleo", review=True),
            policy=self.GOES,
        )
        for one, other in ((True, False), (False, True)):
            answered = story.and_given(RejectOffer("cleo", at(5), "c1" if one else "c9", review=one))
            assert (1, at(5)) == (answered.desk.agents["cleo"].ringing, answered.desk.agents["cleo"].answered_at)
            expired = answered.when(ExpireOffer("system", at(40), "c1" if other else "c9", review=other))
            expired.then(OfferDeclined)
            assert (0, None) == (expired.desk.agents["cleo"].ringing, expired.desk.agents["cleo"].answered_at)

    def test_who_said_no_stays(self):
        """Rejecting is an answer."""
        self.asked().when(RejectOffer("ana", at(5), "c9")).then(OfferDeclined)

    @pytest.mark.parametrize("gone", [SetNextState("ana", at(5), "ana", "lunch"), LogOut("ana", at(5), "ana")])
    def test_who_goes_already(self, gone):
        """Who has set a next state, or has logged out, keeps their own reason."""
        story = self.asked(case_in("open")).and_given(gone)
        story.when(ExpireOffer("system", at(31), "c9")).then(OfferDeclined)
