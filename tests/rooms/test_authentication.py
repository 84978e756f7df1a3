"""Authentication: who the customer is, made sure of in each contact anew (§6)."""

import attrs
import pytest

from casecore.policies import Policy
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import (
    AgentAvailable,
    AgentWrapsUp,
    LogOut,
)
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.assignments import CaseReleased, OpenCase, Release
from casecore.rooms.authentication import Authenticate, Authenticated, proceedings_of
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import (
    ContactEnded,
    EndContact,
)
from casecore.rooms.offers import AcceptOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

KNOWN = Authenticate("ana", at(1), "c1")
QUEUE = "[queues.general]\nfallback = true\n"


def contact_of(outcome, case="c1"):
    """The contact that goes on after it."""
    return outcome.desk.cases[case].contact


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

    @pytest.mark.parametrize(("reviewer", "who"), [("cleo", "ben authenticates"), ("dora", "authenticate")])
    def test_who_is_told_when_approving(self, reviewer, who):
        """Regression: a reviewer was told to authenticate the customer, which they may not."""
        draft = SubmitDraft("ben", at(1), "c1", "d1", "Your balance", about_account=True)
        story = given(case_in("open", agent="ben"), draft, TakeReview(reviewer, at(2), "c1"))
        refused = story.when(ApproveDraft(reviewer, at(3), "c1", "d1")).refused("authentication.before")
        assert f"{who} the customer first" == refused.verdict.reasons[0].remedy

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
