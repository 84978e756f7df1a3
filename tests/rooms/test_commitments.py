"""Commitments: a follow-up that somebody promised: who, when, what (§6)."""

import attrs
import pytest

from casecore.policies import Policy
from casecore.rooms.agents import GoUnavailable, LogOut
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.commitments import (
    Commitment,
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentRescheduled,
    FulfilCommitment,
    MakeCommitment,
    RescheduleCommitment,
)
from casecore.rooms.contacts import EndContact
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
