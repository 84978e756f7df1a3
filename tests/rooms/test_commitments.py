"""Commitments: a follow-up that somebody promised: who, when, what (§6)."""

import attrs
import pytest

from casecore.policies import Policy
from casecore.projections.history import history
from casecore.projections.inbox import inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.promises import watch
from casecore.rooms.agents import ChangeAgent, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.commitments import (
    Commitment,
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentRescheduled,
    CommitmentTaken,
    FulfilCommitment,
    MakeCommitment,
    RescheduleCommitment,
    TakeCommitment,
    keeper,
)
from casecore.rooms.contacts import EndContact
from casecore.rooms.offers import AcceptOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.wrap_ups import Dispose
from casecore.testing.scenario import T0, at, case_in, given, new_case

MAKE = MakeCommitment("ana", at(10), "c1", "p1", at(hours=2), "call back about the refund")
HELD = (case_in("open"), Authenticate("ana", at(1), "c1"))
DUE = "a commitment is due"


def made(*then, policy=None):
    """Ana has promised maria to call back at eleven."""
    return given(HELD, MAKE, then, policy=policy)


class TestMaking:
    """The agent who is with the customer promises."""

    def test_made(self):
        """Who, when, what."""
        outcome = given(HELD).when(MAKE)
        outcome.then(CommitmentMade("ana", at(10), "p1", "c1", "ana", at(hours=2), "call back about the refund"))
        assert Commitment("p1", "c1", "ana", at(hours=2), MAKE.what) == outcome.desk.commitments["p1"]

    @pytest.mark.parametrize("due", [at(10), at(9)])
    def test_in_the_past(self, due):
        """A promise is for an instant to come."""
        outcome = given(HELD).when(attrs.evolve(MAKE, due=due)).refused("commitment.due")
        assert f"[commitment.due] {due.isoformat()} has passed -> promise an instant to come" == str(outcome.verdict)

    @pytest.mark.parametrize("what", ["", " \n"])
    def test_of_nothing(self, what):
        """It says what will be done; every reason is told."""
        outcome = given(HELD).when(attrs.evolve(MAKE, what=what)).refused("commitment.what")
        assert "[commitment.what] it does not say what -> say what will be done" == str(outcome.verdict)
        given(HELD).when(attrs.evolve(MAKE, what=what, due=T0)).refused("commitment.what", "commitment.due")

    def test_id_is_used_once(self):
        """Each has its own."""
        outcome = made().when(attrs.evolve(MAKE, at=at(11))).refused("commitment.fresh")
        assert "[commitment.fresh] there is a commitment 'p1' already -> give each its own id" == str(outcome.verdict)

    def test_by_whom(self):
        """The assignee or a supervisor; nobody for whom nobody could ask."""
        given(HELD).when(attrs.evolve(MAKE, by="cleo")).refused("assignment.holder")
        given(HELD).when(attrs.evolve(MAKE, by="dora")).then(CommitmentMade)
        for by in ("customer", "system"):
            given(HELD).when(attrs.evolve(MAKE, by=by)).refused("actor.role")

    def test_authentication(self):
        """Committing is proceeding: the customer is authenticated first, on chat."""
        given(case_in("open")).when(MAKE).refused("authentication.before")
        given(case_in("open", channel="email")).when(MAKE).then(CommitmentMade)
        policy = Policy.loads('[authentication]\nbefore = ["resolve"]\n[queues.general]\nfallback = true')
        given(case_in("open"), policy=policy).when(MAKE).then(CommitmentMade)

    def test_on_a_closed_case(self):
        """A closed case can never be changed; on one nobody holds, it has to be opened."""
        given(case_in("closed")).when(MAKE).refused("lifecycle.closed")
        given(new_case(channel="email")).when(MAKE).refused("assignment.holder")


class TestKeeping:
    """Due, overdue, rescheduled, fulfilled."""

    def test_due(self):
        """The desk tells when; nothing is done by itself, and nothing of it remains once it is kept."""
        (due,) = (due for due in made().desk.due() if due.what == DUE)
        assert (at(hours=2), "commitment.due_at", "c1", None) == (due.at, due.key, due.case, due.command)
        story = made(new_case("c2", at=at(11)))
        assert [0, 1] == [sum(due.what == DUE for due in story.desk.due(case=case)) for case in ("c2", "c1")]
        kept = made(FulfilCommitment("ana", at(20), "p1"))
        assert not [due for due in kept.desk.due() if due.what == DUE]

    def test_overdue(self):
        """After its instant, not at it."""
        row = made().desk.commitments["p1"]
        assert [False, False, True] == [row.overdue(when) for when in (at(10), at(hours=2), at(1, hours=2))]

    def test_fulfilled(self):
        """It leaves the desk; a second time there is nothing to keep."""
        outcome = made().when(FulfilCommitment("ana", at(20), "p1"))
        outcome.then(CommitmentFulfilled("ana", at(20), "p1", "c1"))
        assert [] == list(outcome.desk.commitments)
        again = outcome.and_when(FulfilCommitment("ana", at(21), "p1")).refused("commitment.known")
        assert "[commitment.known] no commitment 'p1' stands -> it was fulfilled, or never made" == str(again.verdict)

    def test_fulfilled_late(self):
        """Better late than never."""
        made().when(FulfilCommitment("ana", at(hours=9), "p1")).then(CommitmentFulfilled)

    @pytest.mark.parametrize("due", [at(hours=1), at(hours=30)])
    def test_rescheduled(self, due):
        """To an earlier or a later instant; it was due then."""
        outcome = made().when(RescheduleCommitment("ana", at(20), "p1", due))
        outcome.then(CommitmentRescheduled("ana", at(20), "p1", "c1", due, at(hours=2)))
        assert due == outcome.desk.commitments["p1"].due_at

    def test_rescheduled_to_the_past(self):
        """Never to one that has passed."""
        made().when(RescheduleCommitment("ana", at(20), "p1", at(20))).refused("commitment.due")

    @pytest.mark.parametrize(
        "command", [FulfilCommitment("ana", at(20), "p1"), RescheduleCommitment("ana", at(20), "p1", at(hours=3))]
    )
    def test_by_whom(self, command):
        """Who made it, a supervisor or the system; the customer can only write, even where the rule is softened."""
        outcome = made().when(attrs.evolve(command, by="cleo")).refused("commitment.agent")
        assert "[commitment.agent] commitment p1 is ana's, not cleo's -> ask ana or a supervisor" == str(
            outcome.verdict
        )
        for by in ("dora", "system"):
            assert made().when(attrs.evolve(command, by=by)).verdict
        made().when(attrs.evolve(command, by="customer")).refused("actor.role")
        soft = Policy.loads('[enforcement]\n"commitment.agent" = "off"\n[queues.general]\nfallback = true')
        made(policy=soft).when(attrs.evolve(command, by="customer")).refused("actor.role")

    @pytest.mark.parametrize("command", [FulfilCommitment, RescheduleCommitment])
    def test_unknown(self, command):
        """One that was made."""
        words = {} if command is FulfilCommitment else {"due": at(hours=3)}
        given(HELD).when(command("ana", at(20), "p9", **words)).refused("commitment.known")

    def test_outlives_contact_and_case(self):
        """It is kept whatever becomes of the case, and by whom it was promised even when they come back later."""
        story = made(
            EndContact("customer", at(11), "c1"),
            CloseCase("dora", at(12), "c1", CloseReason.SPAM),
            LogOut("ana", at(13), "ana"),
        )
        assert [(DUE, at(hours=2))] == [(due.what, due.at) for due in story.desk.due()]
        story.when(FulfilCommitment("ana", at(20), "p1")).refused("presence.on_duty")
        back = story.and_given(
            Dispose("dora", at(14), "c1", "spam", "Nothing", "ana"), GoUnavailable("ana", at(15), "ana", "training")
        )
        back.when(RescheduleCommitment("ana", at(20), "p1", at(hours=3))).then(CommitmentRescheduled)
        back.when(FulfilCommitment("ana", at(20), "p1")).then(CommitmentFulfilled)


FOLLOWS = attrs.evolve(Policy.loads("commitments.follow_case = true"), queues=Policy.default().queues)
HANDED_ON = (ReassignCase("ana", at(20), "c1", agent="cleo"), AcceptOffer("cleo", at(30), "c1"))
LATE = at(hours=3)


class TestFollowingTheCase:
    """Ana promised, cleo has the case now: who calls back?"""

    def promises_of(self, story, agent):
        """What an agent finds among their promises."""
        return [promise.commitment.id for promise in inbox(story.desk, agent, at(40)).promises]

    def test_stays_by_default(self):
        """With whoever made it."""
        story = made(HANDED_ON)
        assert (["p1"], []) == (self.promises_of(story, "ana"), self.promises_of(story, "cleo"))
        story.when(FulfilCommitment("cleo", LATE, "p1")).refused("commitment.agent")

    def test_travels(self):
        """Where the policy says so, it is kept by whoever has the case, and they are called when it is due."""
        story = made(HANDED_ON, policy=FOLLOWS)
        assert ([], ["p1"]) == (self.promises_of(story, "ana"), self.promises_of(story, "cleo"))
        (reason,) = story.when(FulfilCommitment("ana", LATE, "p1")).refused("commitment.agent").verdict.reasons
        assert ("commitment p1 is cleo's, not ana's", "ask cleo or a supervisor") == (reason.message, reason.remedy)
        assert story.when(RescheduleCommitment("cleo", at(hours=1), "p1", at(hours=5))).verdict
        told = dict.fromkeys(("ana", "cleo"), AlertSettings(sound=[Alert.COMMITMENT_DUE]))
        dues = [due for due in story.desk.due(case="c1") if due.what == DUE]
        assert [("cleo", "p1")] == [(call.agent, call.commitment) for call in notifications(dues, story.desk, told)]

    def test_with_whoever_held_it_last(self):
        """Back in its queue it is cleo's still; closed, too."""
        left = (EndContact("dora", at(40), "c1"), Dispose("cleo", at(50), "c1", "follow_up", "I call back"))
        story = made(HANDED_ON, left, policy=FOLLOWS)
        assert ["p1"] == self.promises_of(story, "cleo")
        assert story.when(FulfilCommitment("cleo", LATE, "p1")).verdict

    def test_before_anybody_had_it(self):
        """Where the case is not at hand, or nobody ever held it, it is whoever made it."""
        row = made(policy=FOLLOWS).desk.commitments["p1"]
        nobodys = given(new_case()).desk.cases["c1"].case
        assert ("ana", "ana") == (keeper(row, None, FOLLOWS), keeper(row, nobodys, FOLLOWS))


class TestTakingOver:
    """The customer calls: nobody called me back, and ana is on holiday."""

    GONE = (HANDED_ON, LogOut("ana", at(60), "ana"))

    def test_taken(self):
        """Anybody who serves the queue takes it, keeps it, and it is theirs."""
        outcome = made(self.GONE).when(TakeCommitment("ben", LATE, "p1"))
        outcome.then(CommitmentTaken("ben", LATE, "p1", "c1", "ben", "ana"))
        row = outcome.desk.commitments["p1"]
        assert ("ben", True, at(hours=2)) == (row.agent, row.taken, row.due_at)
        outcome.and_when(FulfilCommitment("ben", LATE, "p1")).then(CommitmentFulfilled)
        outcome.and_when(FulfilCommitment("ana", LATE, "p1")).refused("presence.on_duty", "commitment.agent")

    def test_at_lunch(self):
        """Absent is whoever is not on duty."""
        story = made(HANDED_ON, Dispose("ana", at(50), "c1", "follow_up", "I call back"))
        assert story.and_given(GoUnavailable("ana", at(60), "ana")).when(TakeCommitment("ben", LATE, "p1")).verdict
        refused = story.when(TakeCommitment("ben", LATE, "p1")).refused("commitment.absent")
        assert "[commitment.absent] ana, who promised commitment p1, is there -> tell ana" == str(refused.verdict)

    def test_not_before_it_is_overdue(self):
        """At its instant it is due; after it, overdue."""
        refused = made(self.GONE).when(TakeCommitment("ben", at(hours=2), "p1")).refused("commitment.overdue")
        assert {"due": at(hours=2), "at": at(hours=2)} == refused.verdict.reasons[0].facts
        assert made(self.GONE).when(TakeCommitment("ben", at(1, hours=2), "p1")).verdict

    def test_by_whom(self):
        """An agent of the case's queue; whoever serves another does not know the matter."""
        elsewhere = ChangeAgent("dora", at(60), "ben", queues=frozenset({"billing"}))
        refused = made(self.GONE, elsewhere).when(TakeCommitment("ben", LATE, "p1")).refused("commitment.queue")
        assert "ben does not serve the queue general of case c1" == refused.verdict.reasons[0].message
        made(self.GONE).when(TakeCommitment("system", LATE, "p1")).refused("actor.role")
        made(self.GONE).when(TakeCommitment("ben", LATE, "p9")).refused("commitment.known")

    def test_ones_own(self):
        """Whoever is at lunch and takes what is theirs changes nothing."""
        story = made(HANDED_ON, Dispose("ana", at(50), "c1", "follow_up", "I call back"))
        story.and_given(GoUnavailable("ana", at(60), "ana")).when(TakeCommitment("ana", LATE, "p1")).then()

    def test_stays_with_who_took_it(self):
        """Also where promises follow their case; there it is the case's agent who must be gone."""
        gone = LogOut("cleo", at(60), "cleo")
        story = made(HANDED_ON, gone, TakeCommitment("ben", LATE, "p1"), policy=FOLLOWS)
        assert "cleo" == next(event.was for event in story.events if isinstance(event, CommitmentTaken))
        again = story.and_given(GoAvailable("cleo", LATE, "cleo"))
        assert ["p1"] == [promise.commitment.id for promise in inbox(again.desk, "ben", LATE).promises]
        assert [] == [*inbox(again.desk, "cleo", LATE).promises]

    def test_of_somebody_this_desk_does_not_know(self):
        """On a partial desk nobody is there."""
        desk = made(HANDED_ON).desk
        alone = attrs.evolve(desk, agents=desk.agents.remove("ana"))
        assert alone.decide(TakeCommitment("ben", LATE, "p1"))
        assert () == inbox(alone, "ben", LATE).stranded

    def test_inbox(self):
        """It is shown to those who may take it, once it is overdue."""
        desk = made(self.GONE).desk
        assert ["p1"] == [promise.commitment.id for promise in inbox(desk, "ben", LATE).stranded]
        assert () == inbox(desk, "ben", at(hours=2)).stranded == inbox(desk, "eva", LATE).stranded
        assert () == inbox(made(HANDED_ON).desk, "ben", LATE).stranded == inbox(desk, "ana", LATE).stranded

    def test_supervisors_are_told(self):
        """When it is due and nobody is there to keep it, and when somebody takes it."""
        both = AlertSettings(banner=[Alert.COMMITMENT_STRANDED, Alert.COMMITMENT_TAKEN])
        told = dict.fromkeys(("ana", "ben", "dora"), both)

        def called(happened, desk):
            return [(call.agent, call.alert, call.commitment) for call in notifications(happened, desk, told)]

        story = made(self.GONE)
        dues = [due for due in story.desk.due(case="c1") if due.what == DUE]
        assert [("dora", "commitment_stranded", "p1")] == called(dues, story.desk)
        assert [] == called(dues, made(HANDED_ON).desk)
        outcome = story.when(TakeCommitment("ben", LATE, "p1"))
        taken = [("dora", "commitment_taken", "p1"), ("ana", "commitment_taken", "p1")]
        assert taken == called(outcome.events, outcome.desk)

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", "ben took over the commitment p1 of ana"),
            ("pt", "ben assumiu o compromisso p1 de ana"),
            ("fr", "ben a repris l’engagement p1 pris par ana"),
        ],
    )
    def test_history(self, language, expected):
        """Who has it from whom."""
        story = made(self.GONE, TakeCommitment("ben", LATE, "p1"))
        assert expected == [line.text for line in history(story.events, "c1", language)][-1]

    def test_on_a_closed_case(self):
        """What is owed is still done: the witnesses have nothing to say."""
        over = (EndContact("customer", at(70), "c1"), Dispose("cleo", at(80), "c1", "solved", "Fine"))
        ana = Dispose("dora", at(65), "c1", "follow_up", "I call back", agent="ana")
        closed = CloseCase("cleo", at(90), "c1")
        story = made(self.GONE, ana, over, closed, TakeCommitment("ben", LATE, "p1"))
        assert [] == [*watch(story.events, story.desk.policy)]
