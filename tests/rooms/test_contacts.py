"""Contacts: one stretch of work on a case by one agent (§6)."""

import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import (
    AgentWrapsUp,
    LogOut,
)
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseQueued, CaseReleased, LeaveCase, OpenCase, Release
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason, SetStatus
from casecore.rooms.contacts import (
    CONTACT_LIFECYCLE,
    Contact,
    ContactEnded,
    ContactStatus,
    EndContact,
)
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case

KNOWN = Authenticate("ana", at(1), "c1")
QUEUE = "[queues.general]\nfallback = true\n"


def contact_of(outcome, case="c1"):
    """The contact that goes on after it."""
    return outcome.desk.cases[case].contact


class TestTable:
    """The life of a contact."""

    def test_states(self):
        """Active, ended, disposed."""
        assert ["active", "ended", "disposed"] == list(CONTACT_LIFECYCLE.states)
        assert ContactStatus.ENDED is CONTACT_LIFECYCLE.dest(ContactStatus.ACTIVE, "end")
        assert ContactStatus.DISPOSED is CONTACT_LIFECYCLE.dest(ContactStatus.ENDED, "dispose")
        assert None is CONTACT_LIFECYCLE.dest(ContactStatus.ACTIVE, "dispose")
        assert () == CONTACT_LIFECYCLE.triggers("disposed")


class TestBeginning:
    """Every assignment opens a contact."""

    @pytest.mark.parametrize("channel", list(Channel))
    def test_on_every_channel(self, channel):
        """From its beginning runs the interaction timer; nobody is authenticated yet."""
        story = given(new_case(channel=channel)).when(OpenCase("ana", at(5), "c1"))
        assert Contact("ana", at(5), owed_since=at(5)) == contact_of(story)
        assert {channel: 1} == story.desk.agents["ana"].held

    def test_customer_waits_for_nothing(self):
        """Silence begins with the acceptance, if the customer has been answered."""
        story = given(
            case_in("pending", channel="messaging"),
            LeaveCase("ana", at(1), "c1"),
            OpenCase("cleo", at(9), "c1"),
        )
        assert at(9) == contact_of(story).silence_since

    def test_reopened_to_its_owner(self):
        """What is theirs again is a new contact."""
        policy = Policy.loads(QUEUE + '[reopening]\nto = "owner_if_eligible"')
        story = given(
            case_in("pending", channel="messaging"),
            LeaveCase("ana", at(1), "c1"),
            Dispose("ana", at(2), "c1", "follow_up", "Waits"),
            ReceiveMessage("customer", at(9), "t-c1", "m2"),
            policy=policy,
        )
        assert Contact("ana", at(9), owed_since=at(9)) == contact_of(story)


ENDS = {
    "by its agent": (
        (SetStatus("ana", at(8), "c1", Status.ESCALATED), EndContact("ana", at(9), "c1")),
        "ended_by_agent",
        "escalated",
    ),
    "by a supervisor": (EndContact("dora", at(9), "c1"), "ended_by_agent", "pending"),
    "transfer to a queue": (ReassignCase("ana", at(9), "c1", queue="billing"), "transferred", "open"),
    "transfer to an agent": (ReassignCase("ana", at(9), "c1", agent="cleo"), "transferred", "open"),
    "closed as spam": (CloseCase("ana", at(9), "c1", CloseReason.SPAM), "closed", "closed"),
    "silence": (
        (AskPresence("ana", at(9), "c1", "m7"), DisconnectIdle("ana", at(minutes=2), "c1", "m8")),
        "silence",
        "resolved",
    ),
    "lost agent": ((LogOut("ana", at(9), "ana"), ReleaseAbsent("system", at(69), "c1")), "agent_lost", "open"),
}


class TestEnding:
    """Every way in which a contact ends."""

    @pytest.mark.parametrize(("steps", "because", "status"), ENDS.values(), ids=ENDS)
    def test_ended(self, steps, because, status):
        """The assignment ends with it, the agent holds one less and owes one wrap-up, which says how it ended."""
        story = given(case_in("pending"), KNOWN, steps)
        case, agent = story.desk.cases["c1"].case, story.desk.agents["ana"]
        assert (None, None, "ana", status) == (contact_of(story), case.assignee, case.owner, case.status)
        assert ({}, 1) == (agent.held, agent.wrap_ups)
        (ended,) = [event for event in story.events if isinstance(event, ContactEnded)]
        assert ("c1", "ana", Channel.CHAT, because) == (ended.case, ended.agent, ended.channel, ended.because)
        assert because == story.desk.wrap_ups["c1/ana"].because

    @pytest.mark.parametrize("channel", ["chat", "messaging"])
    @pytest.mark.parametrize("status", ["open", "pending", "escalated", "resolved"])
    def test_where_the_case_goes(self, status, channel):
        """Back to its queue, unless it is resolved; of chats, nobody is rung for it, unless it is escalated."""
        outcome = given(case_in(status, channel=channel)).when(EndContact("dora", at(9), "c1"))
        queued = (
            () if status == "resolved" else (lambda event: event.push is (channel != "chat" or status == "escalated"),)
        )
        released = CaseReleased("dora", at(9), "c1", "ana", Release.ENDED_BY_AGENT)
        outcome.then(released, *queued, ContactEnded, WrapUpOwed, AgentWrapsUp)

    def test_left(self):
        """On channels where nobody waits, closing the tab ends it."""
        outcome = given(case_in("pending", channel="email")).when(LeaveCase("ana", at(9), "c1"))
        outcome.then(CaseReleased, CaseQueued, ContactEnded, WrapUpOwed, AgentWrapsUp)

    @pytest.mark.parametrize("channel", ["chat", "voice"])
    def test_live_is_not_left(self, channel):
        """A live contact is ended or transferred."""
        outcome = given(case_in("open", channel=channel)).when(LeaveCase("ana", at(9), "c1")).refused("contact.live")
        assert "[contact.live] a live contact goes on with case c1 -> end it or transfer it" == str(outcome.verdict)

    def test_closing_the_tab_of_what_another_holds(self):
        """Who only reads a chat may stop reading it."""
        given(case_in("open")).when(LeaveCase("cleo", at(9), "c1")).then()

    def test_live_is_not_closed_by_hand(self):
        """Nobody closes over the customer's head."""
        outcome = given(case_in("open")).when(CloseCase("dora", at(9), "c1")).refused("contact.blocks_close")
        assert ("[contact.blocks_close] a live contact of ana goes on with case c1 -> end the contact first") == str(
            outcome.verdict
        )

    def test_closed_by_hand_elsewhere(self):
        """Where nobody waits, closing ends the contact, and leaves its wrap-up."""
        outcome = given(case_in("open", channel="messaging")).when(CloseCase("ana", at(9), "c1"))
        outcome.then(CaseClosed, ContactEnded, WrapUpOwed, AgentWrapsUp)

    @pytest.mark.parametrize("command", [EndContact, Authenticate])
    def test_nothing_goes_on(self, command):
        """There has to be one."""
        outcome = given(new_case()).when(command("ana", at(9), "c1")).refused("contact.edge")
        remedy = "whoever serves general and is free may open it; a contact begins then"
        assert f"[contact.edge] case c1 has no contact going on -> {remedy}" == str(outcome.verdict)

    @pytest.mark.parametrize("command", [EndContact, Authenticate])
    def test_by_somebody_else(self, command):
        """Not a colleague."""
        given(case_in("resolved")).when(command("cleo", at(9), "c1")).refused("assignment.holder")

    def test_by_the_system(self):
        """Neither customer nor agent."""
        given(case_in("open")).when(EndContact("system", at(9), "c1")).refused("actor.role")
