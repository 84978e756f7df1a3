"""Breaks: lunch waits for the work in hand (§6)."""

import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.rooms.agents import (
    AgentAvailable,
    AgentLoggedOut,
    AgentUnavailable,
    AgentWrapsUp,
    GoAvailable,
    GoUnavailable,
    LogOut,
    NextStateCleared,
    NextStateSet,
    Presence,
)
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.contacts import (
    ContactEnded,
    ContactStarted,
    CustomerLeft,
    EndContact,
)
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import SolutionReached
from casecore.rooms.wrap_ups import Dispose, Disposed
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case

KNOWN = Authenticate("ana", at(1), "c1")
QUEUE = "[queues.general]\nfallback = true\n"
EASY = Policy.loads(QUEUE + "[wrap_up]\ndisposition = false\nnotes = false")


def contact_of(outcome, case="c1"):
    """The contact that goes on after it."""
    return outcome.desk.cases[case].contact


class TestLunch:
    """Lunch waits for the last contact; nobody is available with one undisposed."""

    @pytest.mark.parametrize(
        ("steps", "found"),
        [
            (case_in("open"), "1 contact"),
            ((case_in("open"), case_in("open", "c2")), "2 contacts"),
            ((case_in("open"), EndContact("dora", at(1), "c1")), "1 to dispose"),
            (
                (case_in("open"), case_in("open", "c2"), EndContact("dora", at(1), "c1")),
                "1 contact and 1 to dispose",
            ),
        ],
    )
    def test_refused(self, steps, found):
        """With the reason, and what to do instead."""
        (reason,) = (
            given(steps).when(GoUnavailable("ana", at(9), "ana", "lunch")).refused("presence.contacts").verdict.reasons
        )
        assert (
            f"[presence.contacts] ana has {found} -> set a next state: it is reached with the last disposition"
        ) == str(reason)
        assert {"contacts", "wrap_ups"} == set(reason.facts)

    def test_by_a_supervisor(self):
        """Not even a supervisor sends somebody to lunch who is with a customer."""
        given(case_in("open")).when(GoUnavailable("dora", at(9), "ana", "lunch")).refused("presence.contacts")

    def test_next_state(self):
        """Set, and reached inside the command that disposes the last contact, not before."""
        story = given(case_in("open"), case_in("open", "c2"))
        outcome = story.when(SetNextState("ana", at(9), "ana", "lunch"))
        outcome.then(NextStateSet("ana", at(9), "ana", "lunch"))
        after = outcome.after.and_given(
            EndContact("dora", at(10), "c1"), Dispose("ana", at(11), "c1", "solved", "Fine")
        ).and_given(EndContact("dora", at(12), "c2"))
        assert Presence.WRAPPING_UP is after.desk.agents["ana"].presence
        last = after.when(Dispose("ana", at(13), "c2", "solved", "Fine"))
        assert AgentUnavailable("ana", at(13), "ana", "lunch") == last.events[-1]
        ana = last.desk.agents["ana"]
        assert (Presence.UNAVAILABLE, "lunch", None) == (ana.presence, ana.reason, ana.next_reason)

    def test_disposed_while_another_goes_on(self):
        """The last contact is the last of all, ended or not."""
        story = given(
            case_in("open"),
            case_in("open", "c2"),
            SetNextState("ana", at(9), "ana", "lunch"),
            EndContact("dora", at(10), "c1"),
            Dispose("ana", at(11), "c1", "solved", "Fine"),
        )
        assert story.desk.agents["ana"].available

    def test_disposed_by_a_supervisor(self):
        """Who is sent home by somebody else's disposition reaches it all the same."""
        story = given(case_in("open"), SetNextState("ana", at(9), "ana", "lunch"), EndContact("dora", at(10), "c1"))
        outcome = story.when(Dispose("dora", at(11), "c1", "solved", "Fine", agent="ana"))
        assert AgentUnavailable("dora", at(11), "ana", "lunch") == outcome.events[-1]

    @pytest.mark.parametrize("command", [EndContact("dora", at(10), "c1"), EndContact("customer", at(10), "c1")])
    def test_without_wrap_ups(self, command):
        """Where the policy wants none, it is reached when the last contact ends, whoever ends it."""
        story = given(case_in("open"), SetNextState("ana", at(9), "ana", "lunch"), policy=EASY)
        left = (CustomerLeft,) if command.by == "customer" else ()
        outcome = story.when(command).then(*left, CaseReleased, CaseQueued, ContactEnded, AgentUnavailable)
        assert "lunch" == outcome.desk.agents["ana"].reason
        two = given(case_in("open"), case_in("open", "c2"), SetNextState("ana", at(9), "ana"), policy=EASY)
        two.when(command).then(*left, CaseReleased, CaseQueued, ContactEnded)

    def test_with_nothing_to_wait_for(self):
        """Who holds nothing goes at once."""
        outcome = given().when(SetNextState("ana", at(9), "ana", "lunch")).then(NextStateSet, AgentUnavailable)
        assert (Presence.UNAVAILABLE, None) == (
            outcome.desk.agents["ana"].presence,
            outcome.desk.agents["ana"].next_reason,
        )

    def test_cleared(self):
        """They stay after all, and get work again; nothing to clear changes nothing."""
        story = given(case_in("open"), SetNextState("ana", at(9), "ana", "lunch"), new_case("c2", at=at(9)))
        story.when(OpenCase("ana", at(10), "c2")).refused("assignment.next_state")
        outcome = story.when(ClearNextState("ana", at(10), "ana")).then(NextStateCleared("ana", at(10), "ana"))
        outcome.and_when(ClearNextState("ana", at(11), "ana")).then()
        assert outcome.and_when(OpenCase("ana", at(11), "c2")).verdict

    def test_customer_writes_meanwhile(self):
        """A customer of a held case is heard, whatever its agent has set."""
        story = given(case_in("pending"), SetNextState("ana", at(9), "ana", "lunch"))
        assert story.when(ReceiveMessage("customer", at(10), "t-c1", "m2")).verdict

    @pytest.mark.parametrize("command", [SetNextState, ClearNextState])
    @pytest.mark.parametrize(
        ("away", "presence"),
        [(GoUnavailable("ana", at(1), "ana"), "unavailable"), (LogOut("ana", at(1), "ana"), "logged_out")],
    )
    def test_only_of_who_is_available(self, command, away, presence):
        """Who is away has no next state."""
        outcome = given(away).when(command("ana", at(9), "ana")).refused("presence.next")
        assert (
            f"[presence.next] ana is {presence}, and a next state follows on being available "
            "-> go available or unavailable at once"
        ) == str(outcome.verdict)

    def test_back_with_something_to_dispose(self):
        """Whoever logs in with a contact undisposed wraps up first, and is then what they asked for."""
        story = given(case_in("open"), EndContact("dora", at(1), "c1"), LogOut("ana", at(2), "ana"))
        back = story.when(GoAvailable("ana", at(3), "ana")).then(AgentWrapsUp("ana", at(3), "ana"))
        outcome = back.and_when(GoAvailable("ana", at(4), "ana")).refused("presence.wrap_up")
        assert (
            "[presence.wrap_up] ana is wrapping up, with 1 to dispose "
            "-> dispose them: that makes them available by itself"
        ) == str(outcome.verdict)
        done = Dispose("ana", at(5), "c1", "solved", "Fine")
        back.and_when(done).then(Disposed, AgentAvailable("ana", at(5), "ana"))
        lunch = story.when(GoUnavailable("ana", at(3), "ana", "lunch"))
        lunch.then(AgentWrapsUp, NextStateSet("ana", at(3), "ana", "lunch"))
        lunch.and_when(done).then(Disposed, AgentUnavailable("ana", at(5), "ana", "lunch"))

    def test_logging_out(self):
        """Always accepted, contacts or not; the next state is forgotten, and a second time nothing happens."""
        story = given(case_in("open"), SetNextState("ana", at(9), "ana", "lunch"))
        outcome = story.when(LogOut("ana", at(10), "ana")).then(AgentLoggedOut("ana", at(10), "ana"))
        ana = outcome.desk.agents["ana"]
        assert (Presence.LOGGED_OUT, None, at(10), {Channel.CHAT: 1}) == (
            ana.presence,
            ana.next_reason,
            ana.away_since,
            ana.held,
        )
        outcome.and_when(LogOut("ana", at(11), "ana")).then()
        back = outcome.and_when(GoAvailable("ana", at(12), "ana")).then(AgentAvailable)
        assert None is back.desk.agents["ana"].away_since

    def test_not_stuck(self):
        """Who logged out with a next state and comes back is simply available."""
        story = given(
            case_in("open"),
            SetNextState("ana", at(9), "ana", "lunch"),
            LogOut("ana", at(10), "ana"),
            GoAvailable("ana", at(11), "ana"),
            EndContact("dora", at(12), "c1"),
        )
        outcome = story.when(Dispose("ana", at(13), "c1", "solved", "Fine"))
        assert outcome.desk.agents["ana"].available


def test_idle_since():
    """An agent has been idle since they last began, ended or disposed something."""
    story = given(new_case())
    opened = story.when(OpenCase("ana", at(5), "c1"))
    ended = opened.and_when(EndContact("dora", at(6), "c1"))
    disposed = ended.and_when(Dispose("ana", at(7), "c1", "solved", "Fine"))
    assert [at(5), at(6), at(7)] == [step.desk.agents["ana"].idle_since for step in (opened, ended, disposed)]


def test_events_of_a_resolving_reply():
    """A reply of an authenticated contact, in full."""
    outcome = given(case_in("open"), KNOWN).when(SendReply("ana", at(9), "c1", "m9", "Done", Status.RESOLVED))
    outcome.then(ReplySent, SolutionReached)
    assert (at(9), None, 0) == (
        contact_of(outcome).silence_since,
        contact_of(outcome).asked_at,
        contact_of(outcome).attempts,
    )


def test_taken_over_once():
    """A live contact has exactly one agent."""
    given(case_in("open")).when(OpenCase("cleo", at(9), "c1")).then()
    story = given(case_in("open"), EndContact("dora", at(1), "c1"))
    story.when(OpenCase("cleo", at(9), "c1")).then(CaseAssigned, ContactStarted)
