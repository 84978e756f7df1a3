"""Snooze: nobody looks at a case until an instant (§3)."""

import attrs
import pytest

from casecore.desk import Due
from casecore.policies import Policy
from casecore.projections.history import history
from casecore.projections.inbox import SnoozedCase, inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.projections.search import Archive
from casecore.promises import watch
from casecore.rooms.agents import GoUnavailable
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, OpenCase, Release
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.clocks import ClockState, solution
from casecore.rooms.contacts import ContactEnded, ContactStarted
from casecore.rooms.offers import OfferRescinded, OfferWork, RejectOffer, Rescission, WorkOffered
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.snoozes import CaseSnoozed, EndSnooze, SnoozeCase, SnoozeEnded
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.routing import explain_route, next_for, next_offer
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

ASLEEP, AWAKE = at(60), at(hours=2)
SNOOZE = SnoozeCase("ana", ASLEEP, "c1", AWAKE)
DISPOSED = Dispose("ana", at(70), "c1", "follow_up", "Asks again on Monday")
ENDS = EndSnooze("system", AWAKE, "c1")
WRITES = ReceiveMessage("customer", at(90), "t-c1", "m2", "And?")


def snoozed(status="pending", *then, policy="", channel="messaging"):
    """A case with ana that she snoozed for two hours, disposed, and what happened then."""
    sop = attrs.evolve(Policy.loads(policy), queues=Policy.default().queues)
    return given(case_in(status, channel=channel), SNOOZE, DISPOSED, *then, policy=sop)


def case_of(story):
    """The case then."""
    return story.desk.cases["c1"].case


class TestFallingAsleep:
    """Snooze this email until Monday, so that I see what matters today."""

    @pytest.mark.parametrize("status", ["open", "pending", "escalated"])
    def test_leaves_its_agent(self, status):
        """It is pending, waits in its queue, and its contact is to be disposed."""
        outcome = given(case_in(status, channel="messaging")).when(SNOOZE)
        since = T0 if status == "open" else ASLEEP  # the customer still waits for an answer
        outcome.then(
            CaseSnoozed("ana", ASLEEP, "c1", AWAKE),
            CaseReleased("ana", ASLEEP, "c1", "ana", Release.SNOOZED),
            CaseQueued("ana", ASLEEP, "c1", "general", since),
            ContactEnded,
            WrapUpOwed,
            lambda event: event.agent == "ana",
        )
        case = case_of(outcome)
        assert ("pending", None, "ana", AWAKE) == (case.status, case.assignee, case.owner, case.snoozed_until)
        agent = outcome.desk.agents["ana"]
        assert ({}, {}, 1) == (agent.held, agent.pending, agent.wrap_ups)

    def test_since_when_it_is_pending(self):
        """A case that was pending has been so since its reply."""
        assert (T0, ASLEEP) == (case_of(snoozed()).status_at, case_of(snoozed()).active_at)
        assert ASLEEP == case_of(snoozed("open")).status_at

    def test_neither_pushed_nor_pulled(self):
        """Nobody is rung for it, and who asks for work gets another."""
        story = snoozed()
        assert None is next_offer(story.desk, at(120))
        assert None is next_for(story.desk, "cleo", at(120))
        why = "case c1 is snoozed until 2026-11-02 11:00:00 UTC and is not offered; it can be found by search"
        assert why == str(explain_route(story.desk, "c1", at(120)))
        refused = story.when(OfferWork("system", at(120), "c1", "cleo")).refused("offer.waiting")
        assert "it is snoozed until 2026-11-02 11:00:00 UTC" in str(refused.verdict)

    def test_a_supervisor_snoozes_what_waits(self):
        """An offer of it is taken back; it waits as before, and belongs to nobody."""
        waits = SetStatus("dora", at(10), "c1", Status.OPEN)
        left = given(case_in("escalated", channel="messaging"), waits, ReassignCase("ana", at(20), "c1", agent="cleo"))
        outcome = left.when(SnoozeCase("dora", ASLEEP, "c1", AWAKE))
        outcome.then(
            lambda event: event == OfferRescinded("dora", ASLEEP, "c1", "cleo", "messaging", False, Rescission.SNOOZED),
            CaseSnoozed,
        )
        assert ("pending", at(20)) == (case_of(outcome).status, case_of(outcome).waiting_since)

    def test_again(self):
        """A supervisor moves the instant."""
        later = snoozed().when(SnoozeCase("dora", at(100), "c1", at(hours=5))).then(CaseSnoozed)
        assert at(hours=5) == case_of(later).snoozed_until
        later.and_when(ENDS).refused("snooze.over")

    def test_who_and_which(self):
        """Neither somebody else, nor a chat, nor what is new or resolved."""
        given(case_in("pending", channel="messaging")).when(SnoozeCase("cleo", ASLEEP, "c1", AWAKE)).refused(
            "assignment.holder"
        )
        given(case_in("pending")).when(SNOOZE).refused("snooze.live")
        resolved = given(case_in("resolved", channel="messaging")).when(SNOOZE).refused("snooze.status")
        assert ("set it open first", ("SetStatus",)) == (
            resolved.verdict.reasons[0].remedy,
            resolved.verdict.reasons[0].ways,
        )
        given(new_case(channel="messaging")).when(SnoozeCase("dora", ASLEEP, "c1", AWAKE)).refused("snooze.status")
        given(case_in("pending", channel="messaging")).when(SnoozeCase("ana", ASLEEP, "c1", ASLEEP)).refused(
            "snooze.until"
        )

    def test_policy(self):
        """It may be forbidden, or bounded: the bound itself is allowed."""
        story = given(case_in("pending", channel="messaging"), policy=Policy.loads("[snooze]\nlongest = '1h59m'"))
        assert story.when(SnoozeCase("ana", ASLEEP, "c1", at(60, minutes=119))).verdict
        refused = story.when(SnoozeCase("ana", ASLEEP, "c1", at(61, minutes=119))).refused("snooze.longest")
        (reason,) = refused.verdict.reasons
        assert ({"seconds": 7141.0, "limit": 7140.0}, "snooze it for 1h59m at most") == (reason.facts, reason.remedy)
        forbids = Policy.loads("[snooze]\nallowed = false")
        given(case_in("pending", channel="messaging"), policy=forbids).when(SNOOZE).refused("snooze.allowed")

    def test_action(self):
        """What an inbox offers: it asks until when."""
        story = given(case_in("pending", channel="messaging"))
        (action,) = [one for one in story.desk.actions("ana", "c1", at(60)) if one.name == "snooze"]
        assert (True, ("until",)) == (action.allowed, action.asks)
        (action,) = [one for one in story.desk.actions("ben", "c1", at(60)) if one.name == "snooze"]
        assert ["assignment.holder"] == [reason.rule for reason in action.reasons]


class TestWaking:
    """At its instant it is there again."""

    def test_to_its_owner(self):
        """The system opens it and gives it to whoever had it, also where reopened cases go to the queue."""
        snoozed().when(ENDS).then(
            SnoozeEnded("system", AWAKE, "c1", over=True),
            StatusSet("system", AWAKE, "c1", Status.OPEN),
            CaseAssigned("system", AWAKE, "c1", "ana", waiting=False),
            ContactStarted,
        )
        case, agent = case_of(snoozed("pending", ENDS)), snoozed("pending", ENDS).desk.agents["ana"]
        assert ("open", "ana", None, AWAKE) == (case.status, case.assignee, case.snoozed_until, case.active_at)
        assert ({"messaging": 1}, {}) == (agent.held, agent.pending)

    @pytest.mark.parametrize(
        "gone",
        [
            GoUnavailable("ana", at(80), "ana", "lunch"),
            OpenCase("ana", at(80), "c2"),
        ],
        ids=["away", "full"],
    )
    def test_to_its_queue(self, gone):
        """Its owner cannot take it: it is offered, from then on, and nobody counts as having left it."""
        full = "[capacity]\ntotal = 1"
        story = snoozed("pending", new_case("c2", channel="sms", at=at(75)), gone, policy=full)
        outcome = story.when(ENDS).then(SnoozeEnded, StatusSet, CaseQueued("system", AWAKE, "c1", "general", AWAKE))
        assert () == outcome.desk.cases["c1"].offers.asked
        if isinstance(gone, OpenCase):
            assert OfferWork("system", at(hours=3), "c1", "ben") == next_offer(outcome.desk, at(hours=3))

    def test_waiting_goes_on_for_who_waits(self):
        """Whoever was snoozed without an answer has waited since they wrote."""
        away = GoUnavailable("ana", at(80), "ana", "lunch")
        assert T0 == case_of(snoozed("open", away, ENDS)).waiting_since

    def test_not_before_its_instant(self):
        """A second early it is refused, with the second to go; it is due then, with its command."""
        story = snoozed()
        refused = story.when(EndSnooze("system", at(hours=2, seconds=-1), "c1")).refused("snooze.over")
        assert 1.0 == refused.verdict.reasons[0].facts["seconds_to_go"]
        dues = [due for due in story.desk.due(case="c1") if due.key == "case.snoozed_until"]
        assert [Due(AWAKE, "the snooze is over", "case.snoozed_until", "c1", ENDS)] == dues
        story.when(EndSnooze("dora", AWAKE, "c1")).refused("actor.role")

    def test_checked_again(self):
        """Somebody opened it before: what was due then is refused."""
        story = snoozed("pending", OpenCase("cleo", at(100), "c1"))
        story.when(ENDS).refused("snooze.known")
        assert [] == [due for due in story.desk.due(case="c1") if due.key == "case.snoozed_until"]

    def test_customer_writes_before(self):
        """It is open at once, and goes to its owner."""
        snoozed().when(WRITES).then(
            MessageReceived,
            CaseReopened,
            SnoozeEnded("customer", at(90), "c1"),
            CaseAssigned("system", at(90), "c1", "ana", waiting=True),
            ContactStarted,
        )
        away = snoozed("pending", GoUnavailable("ana", at(80), "ana", "lunch")).when(WRITES)
        away.then(MessageReceived, CaseReopened, SnoozeEnded, CaseQueued)
        assert (None, "open", at(90)) == (
            case_of(away).snoozed_until,
            case_of(away).status,
            case_of(away).waiting_since,
        )

    def test_what_wakes_nobody(self):
        """A like and an auto-reply change nothing."""
        auto = attrs.evolve(WRITES, auto_generated=True)
        assert AWAKE == case_of(snoozed("pending", auto)).snoozed_until

    def test_bounce(self):
        """A reply that never arrived wakes it, too."""
        assert ("open", "ana", None) == (
            (case := case_of(snoozed("pending", DeliveryFailed("system", at(90), "c1", "r-c1")))).status,
            case.assignee,
            case.snoozed_until,
        )

    def test_opened(self):
        """Whoever opens it has it, as pending as it was."""
        outcome = snoozed().when(OpenCase("cleo", at(90), "c1"))
        outcome.then(CaseAssigned, SnoozeEnded("cleo", at(90), "c1"), ContactStarted)
        assert ("pending", "cleo", None) == (
            case_of(outcome).status,
            case_of(outcome).assignee,
            case_of(outcome).snoozed_until,
        )

    @pytest.mark.parametrize("status", [Status.OPEN, Status.ESCALATED, Status.RESOLVED])
    def test_another_status(self, status):
        """A supervisor sets it: then it is awake, and waits in its queue unless it is resolved."""
        outcome = snoozed().when(SetStatus("dora", at(90), "c1", status))
        assert SnoozeEnded("dora", at(90), "c1") in outcome.events
        assert (None, status is not Status.RESOLVED) == (
            case_of(outcome).snoozed_until,
            case_of(outcome).waiting_since is not None,
        )

    def test_reassigned(self):
        """To an agent it rings there; to a queue it sleeps on in that."""
        outcome = snoozed().when(ReassignCase("dora", at(90), "c1", agent="cleo"))
        outcome.then(CaseQueued, WorkOffered, SnoozeEnded)
        assert None is case_of(outcome.and_when(RejectOffer("cleo", at(95), "c1"))).snoozed_until
        moved = snoozed().when(ReassignCase("dora", at(90), "c1", queue="billing")).then(CaseQueued)
        assert ("billing", AWAKE) == (case_of(moved).queue, case_of(moved).snoozed_until)

    @pytest.mark.parametrize(("sent_as", "awake"), [(Status.PENDING, False), (Status.RESOLVED, True)])
    def test_approved_reply(self, sent_as, awake):
        """A draft that waited is approved: sent as pending it sleeps on, as resolved it is over."""
        draft = SubmitDraft("ana", at(30), "c1", "d1", "Here you are", sent_as)
        story = given(case_in("pending", channel="messaging"), draft, SNOOZE)
        outcome = story.when(ApproveDraft("cleo", at(90), "c1", "d1"))
        assert awake is (SnoozeEnded("cleo", at(90), "c1") in outcome.events)
        assert [sent_as] == [event.send_as for event in outcome.events if isinstance(event, ReplySent)]
        assert awake is (case_of(outcome).snoozed_until is None)

    def test_review_is_offered_meanwhile(self):
        """Its draft goes its own way."""
        draft = SubmitDraft("ana", at(30), "c1", "d1", "Here you are")
        story = given(case_in("pending", channel="messaging"), draft, SNOOZE)
        offered = story.when(OfferWork("system", at(90), "c1", "cleo", review=True)).then(WorkOffered)
        assert AWAKE == case_of(offered).snoozed_until


class TestClosing:
    """Nobody closes it while it sleeps, but by hand."""

    def test_automatic_closing_counts_from_its_end(self):
        """Pending cases are closed after an hour: not while they sleep, and then an hour after that."""
        closes = "[lifecycle]\nclose_after = { open = '1h', pending = '1h' }"
        story = snoozed("pending", policy=closes)
        assert [] == [due for due in story.desk.due() if due.key == "lifecycle.close_after"]
        refused = story.when(CloseCase("system", at(hours=1.5), "c1", CloseReason.AUTOMATIC)).refused(
            "lifecycle.close_after"
        )
        assert "case c1 is snoozed until 2026-11-02 11:00:00 UTC" == refused.verdict.reasons[0].message
        opened = snoozed("pending", OpenCase("cleo", at(hours=1), "c1"), policy=closes)
        assert [at(hours=2)] == [due.at for due in opened.desk.due() if due.key == "lifecycle.close_after"]

    def test_by_hand(self):
        """Its owner closes it as it is; then nothing of the snooze is left."""
        closed = snoozed().when(CloseCase("ana", at(90), "c1"))
        assert ("closed", None) == (case_of(closed).status, case_of(closed).snoozed_until)
        assert () == closed.desk.due(case="c1")


class TestClocks:
    """Snoozing does not stop the clock."""

    def solution_at(self, story, when):
        """How the solution stands then."""
        return solution(story.desk.view_of("c1"), story.desk.policy, when)

    def test_nothing_is_paused(self):
        """Also where pending cases pause the solution: an open case that is snoozed waits for us."""
        pauses = "[sla]\npause_in = ['pending']"
        clock = self.solution_at(snoozed("open", policy=pauses), at(hours=1))
        assert (ClockState.RUNNING, 3600.0) == (clock.state, clock.elapsed.total_seconds())

    def test_what_was_paused_runs_on(self):
        """Escalated, it was paused; snoozed, it is not escalated any more."""
        clock = self.solution_at(snoozed("escalated", policy="[sla]\npause_in = ['escalated']"), at(hours=1))
        assert 3540.0 == clock.elapsed.total_seconds()


class TestLooking:
    """Where people see it."""

    def test_inbox(self):
        """Whoever had it finds it under their snoozed cases, not among those they hold."""
        there = inbox(snoozed().desk, "ana", at(90))
        assert ((), (SnoozedCase("c1", "maria", None, "messaging", AWAKE),)) == (there.cases, there.snoozed)
        assert () == inbox(snoozed("pending", ENDS).desk, "ana", AWAKE).snoozed

    def test_search(self):
        """`snoozed:yes` finds it, `snoozed:no` the others; its summary says until when."""
        other = new_case("c2", channel="sms", customer="rui")
        archive = Archive().update(snoozed("pending", attrs.evolve(other, at=at(80))).events)
        assert ["c1"] == [found.case for found in archive.search("snoozed:yes").results]
        assert ["c2"] == [found.case for found in archive.search(snoozed="no").results]
        assert (AWAKE, None) == tuple(archive.summary(case).snoozed_until for case in ("c1", "c2"))
        awake = Archive().update(snoozed("pending", ENDS).events)
        assert [] == [*awake.search("snoozed:yes").results]

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", ["ana snoozed the case until 2026-11-02 11:00 UTC", "the case left ana: it is snoozed"]),
            ("pt", ["ana adiou o caso até 2026-11-02 11:00 UTC", "o caso deixou ana: foi adiado"]),
            (
                "fr",
                [
                    "ana a mis le cas en veille jusqu’au 2026-11-02 11:00 UTC",
                    "le cas quitte ana\N{NO-BREAK SPACE}: il est mis en veille",
                ],
            ),
        ],
    )
    def test_history(self, language, expected):
        """Who snoozed it until when."""
        lines = [line.text for line in history(snoozed().events, "c1", language)]
        assert expected == [line for line in lines if line in expected]

    def test_end_in_history(self):
        """Whether its time was over, or something came before."""
        assert "the snooze is over" in [line.text for line in history(snoozed("pending", ENDS).events, "c1")]
        assert "the case is no longer snoozed" in [line.text for line in history(snoozed("pending", WRITES).events)]

    def test_notification(self):
        """Its last agent is called when it wakes, but not for what they did themselves."""
        told = {name: AlertSettings(banner=[Alert.SNOOZE_OVER]) for name in ("ana", "cleo")}

        def called(command):
            outcome = snoozed().when(command)
            return [call.agent for call in notifications(outcome.events, outcome.desk, told)]

        assert ["ana"] == called(ENDS)
        assert ["ana"] == called(WRITES)
        assert [] == called(OpenCase("cleo", at(90), "c1"))
        assert [] == [*notifications([SnoozeEnded("system", AWAKE, "c9")], snoozed().desk, told)]


def test_whole_story_keeps_the_promises():
    """Snoozed, moved, awake, worked on: the witnesses have nothing to say of the bare events."""
    story = snoozed(
        "open",
        SnoozeCase("dora", at(80), "c1", at(hours=3)),
        EndSnooze("system", at(hours=3), "c1"),
        SendReply("ana", at(hours=3), "c1", "m8", "Here you are"),
        SnoozeCase("ana", at(hours=3), "c1", at(hours=9)),
        attrs.evolve(WRITES, at=at(hours=4)),
    )
    assert [] == [*watch(story.events, story.desk.policy)]


class TestWitnesses:
    """A snooze that is forgotten is noticed: a case sleeps where nobody wakes it."""

    def told(self, events):
        """What promise 16 says of a history."""
        return [breach.what for breach in watch(events, Policy.default()) if breach.number == "16"]

    @pytest.mark.parametrize(
        ("command", "wrong"),
        [
            (OpenCase("cleo", at(90), "c1"), "case c1 is snoozed, and cleo holds it"),
            (SetStatus("dora", at(90), "c1", Status.OPEN), "case c1 is snoozed, and open"),
            (ReassignCase("dora", at(90), "c1", agent="cleo"), "case c1 is snoozed, and offered to cleo"),
        ],
    )
    def test_it_sleeps_on(self, command, wrong):
        """Opened, set open or offered, without the end of its snooze."""
        events = [event for event in snoozed("pending", command).events if not isinstance(event, SnoozeEnded)]
        assert wrong in self.told(events)

    def test_rung(self):
        """Routing offers what sleeps."""
        rung = WorkOffered("system", at(90), "c1", "cleo", "messaging")
        assert "case c1 was offered to cleo, and is snoozed" in self.told([*snoozed().events, rung])

    def test_woken_twice(self):
        """What is awake does not wake."""
        events = snoozed("pending", ENDS).events
        again = SnoozeEnded("system", at(hours=3), "c1", over=True)
        assert ["the snooze of case c1 ends, which is not snoozed"] == self.told([*events, again])
