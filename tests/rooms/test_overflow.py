"""Overflow: members of another queue take what has waited for long (§3)."""

from datetime import UTC, datetime, timedelta

from casecore.kernel import SYSTEM
from casecore.policies import Change, Policy
from casecore.policies.sections import Overflow, Queue, Reopening, ReopenTo
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, LogOut, Permission
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.arrivals import CaseReopened, ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseQueued, LeaveCase, OpenCase
from casecore.rooms.contacts import EndContact
from casecore.rooms.offers import AcceptOffer, OfferRescinded, OfferWork, RescindOffer, Rescission, WorkOffered
from casecore.rooms.overflow import OVERFLOWS, helping_queue, overflows_at
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.wrap_ups import Dispose
from casecore.routing import explain_route, next_for, route, unserved
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, given, new_case

TEN = timedelta(minutes=10)
QUEUES = {
    "billing": Queue(reasons=("billing",), overflow=Overflow(after=TEN, to="general")),
    "technical": Queue(reasons=("technical",)),
    "general": Queue(fallback=True),
}
POLICY = Policy(queues=QUEUES)
BEFORE = at(minutes=10) - timedelta(microseconds=1)


def comes(name, *queues, permissions=(Permission.REPLY,), when=T0):
    """The commands by which somebody joins and is available."""
    return AddAgent(SYSTEM, when, name, name.title(), frozenset(permissions), frozenset(queues)), GoAvailable(
        name, when, name
    )


GIL, TIA = comes("gil", "general"), comes("tia", "technical")
BILL = new_case(channel="sms", reason="billing")


def waits(*commands, policy=POLICY):
    """A case waits in billing since nine; gil serves general, tia technical."""
    return given(GIL, TIA, BILL, *commands, policy=policy, team=False)


class TestEligible:
    """Who may take it, and from when on."""

    def test_members_of_the_other_queue_after_the_time(self):
        """Given a bill that nobody took, then after exactly ten minutes gil may, who serves general; not before."""
        early = waits().when(OpenCase("gil", BEFORE, "c1")).refused("assignment.queue")
        assert (
            "[assignment.queue] gil does not serve the queue billing; those of general take its cases too from "
            "2026-11-02T09:10:00+00:00 on -> leave it to somebody who does, or wait until then"
        ) == str(early.verdict.reasons[0])
        taken = waits().when(OpenCase("gil", at(minutes=10), "c1"))
        case = taken.then(CaseAssigned, lambda _: True, lambda _: True).desk.cases["c1"].case
        assert ("gil", "billing") == (case.assignee, case.queue)

    def test_nobody_of_a_third_queue(self):
        """Whoever serves neither of the two never may."""
        refused = waits().when(OpenCase("tia", at(hours=1), "c1")).refused("assignment.queue")
        assert "tia does not serve the queue billing" == refused.verdict.reasons[0].message

    def test_a_case_of_another_queue(self):
        """A case of technical goes to nobody else, however long it waits."""
        story = given(GIL, new_case(reason="technical"), policy=POLICY, team=False)
        story.when(OpenCase("gil", at(hours=9), "c1")).refused("assignment.queue")

    def test_what_is_moved_waits_on(self):
        """Given a case that waited in general, when it is moved to billing, then its whole time counts there."""
        moved = given(
            *(GIL, TIA, comes("dora", *QUEUES, permissions=Permission)),
            new_case(channel="sms"),
            ReassignCase("dora", at(minutes=15), "c1", queue="billing"),
            policy=POLICY,
            team=False,
        )
        assert "gil" == moved.when(OpenCase("gil", at(minutes=15), "c1")).desk.cases["c1"].case.assignee
        again = moved.and_given(ReassignCase("dora", at(minutes=16), "c1", queue="technical"))
        again.when(OpenCase("gil", at(minutes=20), "c1")).refused("assignment.queue")

    def test_what_was_answered_waits_anew(self):
        """Given gil's case, answered and left, then it waits in billing and he may have it after ten minutes."""
        left = waits(
            OpenCase("gil", at(minutes=10), "c1"),
            SendReply("gil", at(minutes=11), "c1", "r1", "Soon", Status.ESCALATED),
            LeaveCase("gil", at(minutes=12), "c1"),
            Dispose("gil", at(minutes=12), "c1", "follow_up", "More to come"),
        )
        assert ("billing", None) == (left.desk.cases["c1"].case.queue, left.desk.cases["c1"].case.assignee)
        left.when(OpenCase("gil", at(minutes=21), "c1")).refused("assignment.queue")
        assert left.when(OpenCase("gil", at(minutes=22), "c1")).events

    def test_what_is_unanswered_waits_on(self):
        """Given gil's case, left without an answer, then its time goes on, and he may have it at once."""
        left = waits(
            OpenCase("gil", at(minutes=10), "c1"),
            LeaveCase("gil", at(minutes=12), "c1"),
            Dispose("gil", at(minutes=12), "c1", "follow_up", "Not mine"),
        )
        assert left.when(OpenCase("gil", at(minutes=12), "c1")).events

    def test_a_held_case_stays(self):
        """Given gil holds it, when its customer writes again, then it is his; he answers, resolves and ends it."""
        held = waits(OpenCase("gil", at(minutes=10), "c1"))
        held = held.and_given(ReceiveMessage("customer", at(minutes=30), "t-c1", "m2", "Well?"))
        held = held.and_given(SendReply("gil", at(minutes=31), "c1", "r1", "Paid", Status.RESOLVED))
        assert None is held.when(EndContact("gil", at(minutes=32), "c1")).desk.cases["c1"].case.assignee

    def test_a_reopened_case_goes_to_no_owner_who_does_not_serve_it(self):
        """Given gil resolved it, when its customer writes, then it waits in billing: he does not serve that."""
        policy = Policy(queues=QUEUES, reopening=Reopening(to=ReopenTo.OWNER_IF_ELIGIBLE))
        story = waits(
            OpenCase("gil", at(minutes=10), "c1"),
            SendReply("gil", at(minutes=11), "c1", "r1", "Paid", Status.RESOLVED),
            LeaveCase("gil", at(minutes=12), "c1"),
            Dispose("gil", at(minutes=12), "c1", "solved", "Paid"),
            policy=policy,
        )
        writes = story.when(ReceiveMessage("customer", at(minutes=30), "t-c1", "m2", "Not paid"))
        assert {CaseReopened, CaseQueued} <= {type(event) for event in writes.events}

    def test_a_review_is_for_its_own_queue(self):
        """However long a draft waits for billing, only who serves billing approves it."""
        gil = comes("cy", "general", permissions=(Permission.APPROVE,))
        draft = SubmitDraft("gil", at(minutes=11), "c1", "d1", "Paid", queue="billing")
        story = waits(gil, OpenCase("gil", at(minutes=10), "c1"), draft)
        refused = story.when(TakeReview("cy", at(hours=5), "c1")).refused("assignment.queue")
        assert "cy does not serve the queue billing" == refused.verdict.reasons[0].message
        assert () == route(story.desk, at(hours=5))

    def test_a_case_that_waited_to_the_end_of_the_calendar(self):
        """What would overflow after the last day there is never does, and nobody is told of a queue that is gone."""
        last = datetime.max.replace(tzinfo=UTC)
        assert None is overflows_at("billing", last, POLICY)
        assert None is helping_queue("billing", last, POLICY, last)
        assert None is overflows_at("gone", T0, POLICY)


class TestOffers:
    """Routing offers it, says why, and takes it back."""

    def test_offered_and_accepted(self):
        """Given nobody of billing is there, then gil is offered it after ten minutes, and accepts."""
        story = waits()
        assert () == route(story.desk, BEFORE)
        (offer,) = route(story.desk, at(minutes=10))
        assert OfferWork(SYSTEM, at(minutes=10), "c1", "gil") == offer
        held = story.and_given(offer, AcceptOffer("gil", at(minutes=10), "c1"))
        assert ("gil", "billing") == (held.desk.cases["c1"].case.assignee, held.desk.cases["c1"].case.queue)

    def test_who_serves_it_is_asked_as_well(self):
        """Given bea of billing comes later than gil, then gil, idle for longer, is chosen, and it is told why."""
        story = waits(comes("bea", "billing", when=at(minutes=5)))
        told = str(explain_route(story.desk, "c1", at(minutes=10)))
        assert "it goes to gil" in told
        assert "-> gil: serves general, into which billing overflows; idle since 09:00:00, 0 contacts" in told
        assert "   bea: idle since 09:05:00, 0 contacts" in told
        assert "it goes to bea" in explain_route(story.desk, "c1", BEFORE).message

    def test_asked_for(self):
        """Gil asks for work: at first there is none, then the bill."""
        desk = waits().desk
        assert None is next_for(desk, "gil", BEFORE)
        assert OpenCase("gil", at(minutes=10), "c1") == next_for(desk, "gil", at(minutes=10))

    def test_the_order_is_as_ever(self):
        """Given a younger case in general, then the bill that waited longer comes first."""
        story = waits(new_case("c2", channel="sms", at=at(minutes=5)))
        assert "c1" == next_for(story.desk, "gil", at(minutes=10)).case
        assert "c2" == next_for(story.desk, "gil", BEFORE).case

    def test_due(self):
        """The instant is among what is due, so that a host routes then; once somebody holds it, it is not."""
        (due,) = (due for due in waits().desk.due() if due.key == OVERFLOWS.key)
        assert (at(minutes=10), "c1", None) == (due.at, due.case, due.command)
        taken = waits(OpenCase("gil", at(minutes=10), "c1")).desk
        assert () == tuple(due for due in taken.due() if due.key == OVERFLOWS.key)
        other = given(new_case(reason="technical"), policy=POLICY).desk
        assert () == tuple(due for due in other.due() if due.key == OVERFLOWS.key)

    def test_moved_while_it_rings(self):
        """Given the bill rings at gil, when a supervisor moves it, then the offer is taken back."""
        dora = comes("dora", "technical", permissions=Permission)
        story = waits(dora, OfferWork(SYSTEM, at(minutes=10), "c1", "gil"))
        moved = story.when(ReassignCase("dora", at(minutes=10), "c1", queue="technical"))
        moved.then(lambda event: event.because is Rescission.REASSIGNED, CaseQueued)
        assert isinstance(moved.events[0], OfferRescinded)

    def test_given_by_hand(self):
        """A supervisor offers it to gil once it overflows, and not before."""
        story = waits(comes("dora", "billing", permissions=Permission))
        story.when(ReassignCase("dora", BEFORE, "c1", agent="gil")).refused("assignment.queue")
        story.when(ReassignCase("dora", at(minutes=10), "c1", agent="gil")).then(CaseQueued, WorkOffered)

    def test_an_offer_that_nobody_could_accept(self):
        """Given it rings at gil, when the queue overflows no more from a date on, then the offer is taken back."""
        change = Change(
            on=at(minutes=11), set={"queues.billing.overflow.to": None, "queues.billing.overflow.after": None}
        )
        policy = Policy(queues=QUEUES, change=(change,))
        story = waits(OfferWork(SYSTEM, at(minutes=10), "c1", "gil"), policy=policy)
        assert () == route(story.desk, at(minutes=10))
        expected = RescindOffer(SYSTEM, at(minutes=11), "c1", False, Rescission.CANNOT_TAKE)
        assert (expected,) == route(story.desk, at(minutes=11))


class TestUnserved:
    """A queue is served by those of the queue that it overflows into."""

    def test_not_reported(self):
        """Given nobody of billing, then nothing is told while gil is there; it is when he serves general no more."""
        story = waits(comes("dora", permissions=Permission))
        assert () == unserved(story.desk, at(1))
        assert "nobody can take it" in explain_route(story.desk, "c1", at(1)).message
        lost = story.when(ChangeAgent(SYSTEM, at(2), "gil", queues=frozenset()))
        assert ["c1"] == [one.case for one in unserved(lost.desk, at(3))]
        called = notifications(lost.events, lost.desk, {"dora": AlertSettings(sound=[*Alert])})
        assert [("dora", Alert.QUEUE_UNSERVED)] == [(one.agent, one.alert) for one in called]

    def test_lunch(self):
        """Whether gil is there is not asked."""
        assert () == unserved(waits(LogOut("gil", at(1), "gil")).desk, at(2))


def test_time_is_compared_where_some_queue_overflows():
    """A search lets time pass for it there, and nowhere else."""
    assert [False, True] == [OVERFLOWS.compared(policy) for policy in (Policy.default(), POLICY)]
