"""Contacts: one stretch of work on a case by one agent (§6)."""

import attrs
import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import (
    AgentAvailable,
    AgentLoggedOut,
    AgentUnavailable,
    AgentWrapsUp,
    ClearNextState,
    GoAvailable,
    GoUnavailable,
    LogOut,
    NextStateCleared,
    NextStateSet,
    Presence,
    SetNextState,
)
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, LeaveCase, OpenCase, Release
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import (
    CONTACT_LIFECYCLE,
    Authenticate,
    Authenticated,
    Contact,
    ContactEnded,
    ContactStarted,
    ContactStatus,
    CustomerLeft,
    EndContact,
    proceedings_of,
)
from casecore.rooms.offers import AcceptOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SolutionReached
from casecore.rooms.wrap_ups import Dispose, Disposed, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

KNOWN = Authenticate("ana", at(1), "c1")
QUEUE = "[queues.general]\nfallback = true\n"
EASY = Policy.loads(QUEUE + "[wrap_up]\ndisposition = false\nnotes = false")


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
        assert Contact("ana", at(5)) == contact_of(story)
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
        assert Contact("ana", at(9)) == contact_of(story)


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


CAREFUL = '[authentication]\nchannels = ["chat", "email"]\nbefore = ["resolve", "close", "transfer", "commit"]'
PROCEEDINGS = {
    "resolving by hand": (SetStatus("ana", at(9), "c1", Status.RESOLVED), "resolve"),
    "resolving with a reply": (SendReply("ana", at(9), "c1", "m9", "Done", Status.RESOLVED), "resolve"),
    "transfer to a queue": (ReassignCase("ana", at(9), "c1", queue="billing"), "transfer"),
    "transfer to an agent": (ReassignCase("ana", at(9), "c1", agent="cleo"), "transfer"),
    "commitment": (MakeCommitment("ana", at(9), "c1", "p1", at(hours=2), "call back"), "commit"),
    "about the account": (SendReply("ana", at(9), "c1", "m9", "You owe 3 €", about_account=True), "account_reply"),
}


class TestAuthentication:
    """Required in every chat and call before proceeding."""

    def test_authenticated(self):
        """For this contact; saying it twice changes nothing."""
        outcome = given(case_in("open")).when(KNOWN).then(Authenticated("ana", at(1), "c1"))
        assert contact_of(outcome).authenticated
        outcome.and_when(Authenticate("ana", at(2), "c1")).then()

    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, by):
        """Somebody has to make sure."""
        given(case_in("open")).when(attrs.evolve(KNOWN, by=by)).refused("actor.role")

    @pytest.mark.parametrize("channel", ["chat", "voice"])
    @pytest.mark.parametrize(("command", "what"), PROCEEDINGS.values(), ids=PROCEEDINGS)
    def test_before_proceeding(self, command, what, channel):
        """Whatever the policy names is refused without, and allowed with."""
        story = given(case_in("open", channel=channel))
        (reason,) = story.when(command).refused("authentication.before").verdict.reasons
        assert (
            f"[authentication.before] the customer of case c1 is not authenticated, which {what} needs on {channel} "
            "-> authenticate the customer first"
        ) == str(reason)
        assert {"proceeding": what, "channel": channel} == reason.facts
        assert story.and_given(KNOWN).when(command).verdict

    @pytest.mark.parametrize(("command", "what"), PROCEEDINGS.values(), ids=PROCEEDINGS)
    def test_other_channels(self, command, what):
        """Where it is not required, nobody asks."""
        assert given(case_in("open", channel="messaging")).when(command).verdict, what

    def test_other_replies(self):
        """Talking is not proceeding."""
        given(case_in("open")).when(SendReply("ana", at(9), "c1", "m9", "One moment")).then(ReplySent)
        given(case_in("open")).when(SetStatus("ana", at(9), "c1", Status.PENDING)).then(StatusSet)

    def test_resolving_about_the_account(self):
        """Where only one of the two is named, that one is asked."""
        policy = Policy.loads(QUEUE + '[authentication]\nbefore = ["account_reply"]')
        story = given(case_in("open"), policy=policy)
        command = SendReply("ana", at(9), "c1", "m9", "You owe 3 €", Status.RESOLVED, about_account=True)
        (reason,) = story.when(command).refused("authentication.before").verdict.reasons
        assert {"proceeding": "account_reply", "channel": "chat"} == reason.facts

    def test_approving(self):
        """What is approved is sent under the same rule: nothing goes round it."""
        story = given(case_in("open"), SubmitDraft("ana", at(2), "c1", "d1", "Done", Status.RESOLVED))
        story.when(ApproveDraft("cleo", at(9), "c1", "d1")).refused("authentication.before")

    def test_never_inherited(self):
        """Each contact anew: not by the next agent, and not by the same one."""
        story = given(
            case_in("open"),
            KNOWN,
            ReassignCase("ana", at(2), "c1", agent="cleo"),
            AcceptOffer("cleo", at(3), "c1"),
        )
        story.when(SetStatus("cleo", at(9), "c1", Status.RESOLVED)).refused("authentication.before")
        again = given(
            case_in("open"),
            KNOWN,
            EndContact("customer", at(2), "c1"),
            Dispose("ana", at(3), "c1", "follow_up", "Hung up"),
            OpenCase("ana", at(4), "c1"),
        )
        again.when(SetStatus("ana", at(9), "c1", Status.RESOLVED)).refused("authentication.before")

    @pytest.mark.parametrize(
        "steps",
        [
            EndContact("customer", at(9), "c1"),
            EndContact("dora", at(9), "c1"),
            CloseCase("ana", at(9), "c1", CloseReason.SPAM),
            (AskPresence("ana", at(9), "c1", "m7"), DisconnectIdle("ana", at(minutes=2), "c1", "m8")),
            (LogOut("ana", at(9), "ana"), ReleaseAbsent("system", at(69), "c1")),
        ],
        ids=["by the customer", "by the agent", "spam", "silence", "lost agent"],
    )
    def test_not_needed(self, steps):
        """Else a silent stranger's chat could never end."""
        assert given(case_in("pending"), steps).desk.agents["ana"].wrap_ups == 1

    def test_automatic_closing(self):
        """Time needs none either."""
        policy = Policy.loads(QUEUE + '[lifecycle]\nclose_after = { pending = "1h" }\n' + CAREFUL)
        story = given(case_in("pending"), policy=policy)
        story.when(CloseCase("system", at(hours=1), "c1")).then(CaseClosed, ContactEnded, WrapUpOwed, AgentWrapsUp)

    def test_closing(self):
        """Where the policy names closing, it is asked while a contact goes on, and not once nobody has one."""
        story = given(case_in("open", channel="email"), policy=Policy.loads(QUEUE + CAREFUL))
        story.when(CloseCase("ana", at(9), "c1")).refused("authentication.before")
        waits = given(new_case(channel="email"), policy=Policy.loads(QUEUE + CAREFUL))
        waits.when(CloseCase("dora", at(9), "c1")).then(CaseClosed)

    def test_resolving_what_nobody_holds(self):
        """Without a contact nobody has been authenticated; the refusal says how somebody is."""
        story = given(case_in("pending"), EndContact("dora", at(1), "c1"))
        refused = story.when(SetStatus("dora", at(9), "c1", Status.RESOLVED)).refused("authentication.before")
        assert (
            "whoever serves general and is free may open it, and then authenticate the customer"
            == refused.verdict.reasons[0].remedy
        )

    @pytest.mark.parametrize(("how", "warned"), [("warn", ("authentication.before",)), ("off", ())])
    def test_enforcement(self, how, warned):
        """A policy may record it, or not ask."""
        policy = Policy.loads(QUEUE + f'[authentication]\nenforcement = "{how}"')
        story = given(case_in("open"), policy=policy)
        outcome = story.when(SetStatus("ana", at(9), "c1", Status.RESOLVED))
        outcome.warns(*warned)
        assert "resolved" == outcome.desk.status("c1")

    def test_what_is_no_proceeding(self):
        """Events of other sorts are none."""
        assert () == proceedings_of(AgentAvailable("ana", T0, "ana"))
        assert () == proceedings_of(CaseReleased("ana", T0, "c1", "ana", Release.LEFT))


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
