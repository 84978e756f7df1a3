"""Customers who leave a chat or a call, and agents who end one (§6)."""

import pytest

from casecore.policies import Policy
from casecore.policies.sections import Relation
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import (
    AgentAvailable,
    AgentUnavailable,
    AgentWrapsUp,
    GoAvailable,
    GoUnavailable,
    LogOut,
    NextStateSet,
    Presence,
)
from casecore.rooms.approvals import DraftSuperseded, SubmitDraft
from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import (
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    LeaveCase,
    OpenCase,
    Release,
)
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import CommitmentMade, MakeCommitment
from casecore.rooms.contacts import CaseGivenUp, ContactEnded, CustomerLeft, CustomerReturned, EndContact
from casecore.rooms.offers import OfferRescinded, OfferWork, Rescission, WorkOffered
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.wrap_ups import Dispose, Disposed, WrapUpOwed
from casecore.routing import next_for, route
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case

QUEUE = "[queues.general]\nfallback = true\n"
KEEP = Policy.loads(QUEUE + '[live]\nabandoned = "keep"')
EASY = Policy.loads(QUEUE + "[wrap_up]\ndisposition = false\nnotes = false")
HANGS_UP = EndContact("customer", at(9), "c1")
DONE = Dispose("ana", at(20), "c1", "solved", "She said good-bye")
KNOWN = Authenticate("ana", at(1), "c1")
BACK = ReceiveMessage("customer", at(30), "t-c1", "m9", "One more thing")


def case_of(outcome, case="c1"):
    """The case after it."""
    return outcome.desk.cases[case].case


def offered(story, when=at(60)):  # noqa: B008 -- an instant is a value
    """Whom routing offers what."""
    return [(command.case, command.agent) for command in route(story.desk, when) if isinstance(command, OfferWork)]


class TestGivesUpWaiting:
    """A customer who closes the browser while waiting is gone: nobody is rung for them."""

    @pytest.mark.parametrize("channel", ["chat", "voice"])
    def test_closed_as_abandoned(self, channel):
        """Closed with that reason, which can be counted."""
        outcome = given(new_case(channel=channel)).when(HANGS_UP)
        outcome.then(CustomerLeft("customer", at(9), "c1"), CaseClosed("system", at(9), "c1", CloseReason.ABANDONED))
        assert CloseReason.ABANDONED is case_of(outcome).closed_as
        assert [] == offered(outcome)

    def test_while_it_rings(self):
        """What is offered to somebody is taken back."""
        outcome = given(new_case(), OfferWork("system", at(1), "c1", "ana")).when(HANGS_UP)
        outcome.then(CustomerLeft, CaseClosed, lambda event: event.because is Rescission.WAITS_NO_MORE)
        assert {} == outcome.desk.agents["ana"].offered

    def test_after_a_transfer(self):
        """A draft lapses; the wrap-up of who transferred it stays owed."""
        draft = SubmitDraft("ana", at(2), "c1", "d1", "Hello")
        story = given(case_in("open"), KNOWN, draft, ReassignCase("ana", at(3), "c1", queue="technical"))
        outcome = story.when(HANGS_UP).then(CustomerLeft, CaseClosed, DraftSuperseded)
        assert (None, 1) == (outcome.desk.cases["c1"].draft, outcome.desk.agents["ana"].wrap_ups)
        assert outcome.and_when(DONE).verdict

    def test_after_a_cut_off(self):
        """The line was lost, and then they go."""
        story = given(case_in("open"), LogOut("ana", at(1), "ana"), ReleaseAbsent("system", at(61), "c1"))
        story.when(EndContact("customer", at(70), "c1")).then(CustomerLeft, CaseClosed)

    def test_from_every_status(self):
        """`close_from` is about closing by hand and by time."""
        policy = Policy.loads(QUEUE + '[lifecycle]\nclose_from = ["resolved"]\nclose_after = { resolved = "1h" }')
        given(new_case(), policy=policy).when(HANGS_UP).then(CustomerLeft, CaseClosed)

    def test_kept(self):
        """Where the policy keeps it, it waits for somebody who asks for work."""
        story = given(new_case(), OfferWork("system", at(1), "c1", "ana"), policy=KEEP)
        outcome = story.when(HANGS_UP)
        rescinded = OfferRescinded("customer", at(9), "c1", "ana", "chat", False, Rescission.CUSTOMER_LEFT)
        outcome.then(CustomerLeft, lambda event: (event.push, event.since) == (False, at()), rescinded)
        assert [] == offered(outcome)
        assert "c1" == next_for(outcome.desk, "ben", at(10)).case
        refused = outcome.and_when(OfferWork("system", at(10), "c1", "ben")).refused("offer.waiting")
        assert "case c1 is not offered: its customer has left" == refused.verdict.reasons[0].message
        back = outcome.and_when(BACK).then(MessageReceived, CustomerReturned, CaseQueued)
        assert [("c1", "ana")] == offered(back)

    def test_kept_once(self):
        """A second click changes nothing, and says so."""
        story = given(new_case(), HANGS_UP, policy=KEEP)
        refused = story.when(EndContact("customer", at(10), "c1")).refused("contact.edge")
        assert "nothing has to be done; a new message is answered as any other" == refused.verdict.reasons[0].remedy

    def test_kept_and_escalated(self):
        """Somebody inside is rung all the same, once it is escalated or given to somebody."""
        story = given(case_in("open"), KNOWN, ReassignCase("ana", at(3), "c1", queue="general"), HANGS_UP, policy=KEEP)
        escalated = story.when(SetStatus("dora", at(10), "c1", Status.ESCALATED)).then(StatusSet, CaseQueued)
        assert [("c1", "ben")] == offered(escalated)
        story.when(ReassignCase("dora", at(10), "c1", agent="cleo")).then(CaseQueued, WorkOffered)

    def test_kept_whatever_a_supervisor_sets_it_to(self):
        """Another status rings for it as little as none: only escalating does."""
        story = given(case_in("open"), KNOWN, ReassignCase("ana", at(3), "c1", queue="general"), HANGS_UP, policy=KEEP)
        pending = story.when(SetStatus("dora", at(10), "c1", Status.PENDING))
        assert case_of(pending).pull_only
        reopened = pending.and_when(SetStatus("dora", at(11), "c1", Status.OPEN))
        assert case_of(reopened).pull_only
        assert [] == offered(reopened)

    def test_not_on_other_channels(self):
        """Nobody is on the line of an email."""
        given(new_case(channel="email")).when(HANGS_UP).refused("contact.edge")

    @pytest.mark.parametrize("by", ["ana", "dora", "system"])
    def test_nobody_else_abandons(self, by):
        """Only a customer who leaves abandons a case: nobody closes by hand under that name."""
        refused = given(new_case()).when(CloseCase(by, at(9), "c1", CloseReason.ABANDONED))
        refused.refused("lifecycle.abandoned")


class TestEndsAnOpenChat:
    """A customer who says good-bye leaves the chat to its agent, who disposes it."""

    @pytest.mark.parametrize("status", ["open", "pending", "escalated", "resolved"])
    def test_stays_with_its_agent(self, status):
        """It counts like a live one, and the agent is wrapping up."""
        outcome = given(case_in(status)).when(HANGS_UP)
        ended = ContactEnded("customer", at(9), "c1", "ana", "chat", "ended_by_customer", True, status == "resolved")
        outcome.then(CustomerLeft("customer", at(9), "c1"), ended, WrapUpOwed, AgentWrapsUp("customer", at(9), "ana"))
        ana = outcome.desk.agents["ana"]
        assert ("ana", None, status) == (
            case_of(outcome).assignee,
            case_of(outcome).waiting_since,
            case_of(outcome).status,
        )
        assert (1, 1, Presence.WRAPPING_UP) == (ana.contacts, ana.wrap_ups, ana.presence)
        assert [] == offered(outcome)

    @pytest.mark.parametrize(("status", "rung"), [("open", []), ("pending", []), ("escalated", [("c1", "ben")])])
    def test_disposing_releases_it(self, status, rung):
        """As leaving does; nobody is rung for it, unless it is escalated."""
        outcome = given(case_in(status), HANGS_UP).when(DONE)
        released = CaseReleased("ana", at(20), "c1", "ana", Release.DISPOSED)
        outcome.then(Disposed, released, CaseQueued, AgentAvailable, CaseGivenUp("ana", at(20), "c1", "ana", "chat"))
        assert ({}, Presence.AVAILABLE) == (outcome.desk.agents["ana"].held, outcome.desk.agents["ana"].presence)
        assert rung == offered(outcome)
        assert "c1" == next_for(outcome.desk, "cleo", at(60)).case

    def test_resolved(self):
        """Then it waits nowhere; reopened by hand, nobody is rung for it either."""
        story = given(case_in("resolved"), HANGS_UP)
        outcome = story.when(DONE).then(Disposed, CaseReleased, AgentAvailable, CaseGivenUp)
        escalated = outcome.and_when(SetStatus("dora", at(30), "c1", Status.ESCALATED))
        assert [("c1", "ben")] == offered(escalated)
        again = outcome.and_when(SetStatus("dora", at(30), "c1", Status.OPEN))
        assert case_of(again).waiting_since == at(30)
        assert [] == offered(again)

    def test_what_is_still_done(self):
        """Until then the agent replies, sets a status and promises."""
        story = given(case_in("open"), KNOWN, HANGS_UP)
        escalated = story.when(SendReply("ana", at(10), "c1", "r9", "By email then", Status.ESCALATED))
        assert not case_of(escalated).pull_only
        assert case_of(story.when(SendReply("ana", at(10), "c1", "r9", "By email then", Status.PENDING))).pull_only
        assert story.when(SetStatus("ana", at(10), "c1", Status.RESOLVED)).verdict
        story.when(MakeCommitment("ana", at(10), "c1", "p1", at(hours=2), "call back")).then(CommitmentMade)

    def test_not_left_and_not_ended_again(self):
        """The wrap-up is what releases it."""
        story = given(case_in("open"), HANGS_UP)
        refused = story.when(LeaveCase("ana", at(10), "c1")).refused("contact.live")
        assert "dispose it: that releases the case" == refused.verdict.reasons[0].remedy
        refused = story.when(EndContact("ana", at(10), "c1")).refused("contact.edge")
        assert "ana disposes the contact" == refused.verdict.reasons[0].remedy

    def test_without_wrap_ups(self):
        """Where the policy asks for none, it is released at once, and nobody is rung."""
        outcome = given(case_in("open"), policy=EASY).when(HANGS_UP)
        outcome.then(CustomerLeft, CaseReleased, lambda event: not event.push, ContactEnded)
        assert [] == offered(outcome)

    @pytest.mark.parametrize("status", ["open", "pending"])
    def test_writes_again_before_it_is_disposed(self, status):
        """It leaves its agent, who has to dispose still, and is offered to others."""
        outcome = given(case_in(status), HANGS_UP).when(BACK)
        reopened = (CaseReopened,) if status == "pending" else ()
        outcome.then(
            MessageReceived,
            *reopened,
            CustomerReturned("customer", at(30), "c1"),
            CaseReleased("system", at(30), "c1", "ana", Release.CUSTOMER_BACK),
            CaseQueued,
            CaseGivenUp,
        )
        assert [("c1", "ben")] == offered(outcome)
        assert 1 == outcome.desk.agents["ana"].wrap_ups
        outcome.and_when(said_at(DONE, at(40))).then(Disposed, AgentAvailable)

    @pytest.mark.parametrize(("status", "since"), [("open", at(0)), ("pending", at(30))])
    def test_waits_on_while_unanswered(self, status, since):
        """Regression: who had no answer yet, left, and wrote again, began to wait anew."""
        case = case_of(given(case_in(status), HANGS_UP).when(BACK))
        assert (since, at(30)) == (case.waiting_since, case.cut_off_at)

    def test_taken_over(self):
        """A supervisor gives it to somebody else; the wrap-up stays with whose it was."""
        story = given(case_in("open"), KNOWN, HANGS_UP)
        moved = story.when(ReassignCase("dora", at(10), "c1", agent="cleo"))
        moved.then(CaseReleased, CaseQueued, WorkOffered, CaseGivenUp)
        assert (1, 0) == (moved.desk.agents["ana"].wrap_ups, moved.desk.agents["ana"].contacts)

    def test_its_agent_is_gone(self):
        """The away policy takes it, and nobody is rung for it."""
        story = given(case_in("open"), HANGS_UP, LogOut("ana", at(10), "ana"))
        outcome = story.when(ReleaseAbsent("system", at(70), "c1")).then(CaseReleased, CaseQueued, CaseGivenUp)
        assert [] == offered(outcome, at(80))
        back = outcome.and_when(GoUnavailable("ana", at(90), "ana", "lunch"))
        back.and_when(said_at(DONE, at(95)))
        assert back.verdict

    def test_comes_back_for_lunch_with_more(self):
        """Regression: logging in for lunch was refused to who owed a disposition and held an email, too."""
        story = given(
            case_in("open"),
            case_in("open", "c2", channel="email", customer="bo"),
            HANGS_UP,
            LogOut("ana", at(10), "ana"),
        )
        outcome = story.when(GoUnavailable("ana", at(15), "ana", "lunch")).then(AgentWrapsUp, NextStateSet)
        disposed = outcome.and_when(DONE)
        disposed.then(Disposed, CaseReleased, CaseQueued, AgentAvailable, CaseGivenUp)
        assert "lunch" == disposed.desk.agents["ana"].next_reason

    def test_hangs_up_twice(self):
        """A repeated webhook is told as one, in words for whoever sent it."""
        gone = given(new_case(), HANGS_UP).when(HANGS_UP).refused("lifecycle.closed").verdict
        left = given(case_in("open"), HANGS_UP).when(HANGS_UP).refused("contact.edge").verdict
        assert all("nothing has to be done; a new message" in str(verdict) for verdict in (gone, left))

    def test_lunch_waits_for_it(self):
        """Whoever logs out with it and comes back goes on wrapping up."""
        story = given(case_in("open"), HANGS_UP, LogOut("ana", at(10), "ana"))
        outcome = story.when(GoUnavailable("ana", at(11), "ana", "lunch")).then(AgentWrapsUp, NextStateSet)
        outcome.and_when(DONE).then(Disposed, CaseReleased, CaseQueued, AgentUnavailable, CaseGivenUp)
        story.when(GoAvailable("ana", at(11), "ana")).then(AgentWrapsUp)

    def test_closed_as_spam(self):
        """Closing it ends what it counts for."""
        outcome = given(case_in("open"), HANGS_UP).when(CloseCase("dora", at(10), "c1", CloseReason.SPAM))
        outcome.then(CaseClosed, CaseGivenUp)
        assert {} == outcome.desk.agents["ana"].held
        outcome.and_when(DONE).then(Disposed, AgentAvailable)


def said_at(command, when):
    """The same command at another instant."""
    return type(command)(command.by, when, command.case, command.code, command.notes)


ASKED = '[authentication]\nbefore = ["resolve", "close", "transfer", "commit", "account_reply"]'
ALL_ASKED = Policy.loads(QUEUE + ASKED)


class TestAuthenticatedBefore:
    """Who was authenticated in the contact that has ended."""

    def test_resolving_needs_nobody_any_more(self):
        """The customer has gone: there is nobody to ask."""
        story = given(case_in("open"), HANGS_UP, policy=ALL_ASKED)
        assert story.when(SetStatus("ana", at(10), "c1", Status.RESOLVED)).verdict
        assert story.and_given(DONE).when(CloseCase("ana", at(21), "c1")).verdict

    @pytest.mark.parametrize(
        "command",
        [
            MakeCommitment("ana", at(10), "c1", "p1", at(hours=2), "call back"),
            SendReply("ana", at(10), "c1", "r9", "You owe 3 EUR", about_account=True),
            ReassignCase("ana", at(10), "c1", queue="general"),
        ],
        ids=["promising", "about the account", "transferring"],
    )
    def test_what_needs_the_ended_contact(self, command):
        """Promising, speaking of the account and transferring need that they were."""
        refused = given(case_in("open"), HANGS_UP).when(command).refused("authentication.before")
        assert "the customer has left: it takes another contact with them" == refused.verdict.reasons[0].remedy
        assert given(case_in("open"), KNOWN, HANGS_UP).when(command).verdict

    def test_closing_cannot_be_walked_round(self):
        """Regression: end, dispose, close by hand closed a stranger's case although the policy names closing."""
        ended = (EndContact("ana", at(9), "c1"), DONE)
        story = given(case_in("escalated"), ended, policy=ALL_ASKED)
        story.when(CloseCase("ana", at(30), "c1")).refused("authentication.before")
        assert given(case_in("escalated"), KNOWN, ended, policy=ALL_ASKED).when(CloseCase("ana", at(30), "c1")).verdict
        given(new_case(), policy=ALL_ASKED).when(CloseCase("dora", at(30), "c1")).then(CaseClosed)

    def test_closing_after_they_came_back(self):
        """They have left, written again, and nobody has asked since: the last contact counts."""
        story = given(case_in("open"), HANGS_UP, BACK, policy=ALL_ASKED)
        story.when(CloseCase("dora", at(40), "c1", CloseReason.BY_HAND)).refused(
            "authentication.before", "wrap_up.blocks_close"
        )

    def test_promising_in_the_wrap_up(self):
        """Regression: what was agreed at the end of a chat could not be written down once the agent had ended it."""
        promise = MakeCommitment("ana", at(10), "c1", "p1", at(hours=2), "call back")
        ended = EndContact("ana", at(9), "c1")
        given(case_in("escalated"), KNOWN, ended).when(promise).then(CommitmentMade)
        given(case_in("escalated"), ended).when(promise).refused("authentication.before")
        given(case_in("escalated"), KNOWN, ended, DONE).when(
            MakeCommitment("ana", at(21), "c1", "p1", at(hours=2), "call back")
        ).refused("assignment.holder", "authentication.before")


class TestAgentEndsChat:
    """An agent ends a chat that is answered and settled (§6)."""

    ENDS = EndContact("ana", at(65), "c1")

    def test_while_the_customer_waits(self):
        """Regression: the two minutes of silence were walked round by ending the chat instead."""
        refused = given(case_in("open")).when(self.ENDS).refused("chat.agent_ends")
        (reason,) = refused.verdict.reasons
        assert "the customer of case c1 has waited 65 s for an answer" == reason.message
        assert {"status": "open", "seconds_waited": 65} == reason.facts

    def test_whoever_ends_it(self):
        """Where the policy lets others than its agent end it, they leave no customer without an answer either."""
        policy = Policy.loads(QUEUE + '[enforcement]\n"assignment.holder" = "off"')
        ends = EndContact("cleo", at(65), "c1")
        given(case_in("open"), policy=policy).when(ends).refused("chat.agent_ends")
        assert given(case_in("resolved"), policy=policy).when(ends).verdict

    def test_not_settled(self):
        """Answered, but neither resolved nor escalated, and nothing was promised."""
        refused = given(case_in("pending")).when(self.ENDS).refused("chat.agent_ends")
        assert "case c1 is pending, and nothing was promised in this contact" == refused.verdict.reasons[0].message

    @pytest.mark.parametrize("status", ["escalated", "resolved"])
    def test_settled(self, status):
        """Resolved or escalated."""
        assert given(case_in(status)).when(self.ENDS).verdict

    def test_with_a_promise(self):
        """Or a commitment was left, in this contact."""
        promise = MakeCommitment("ana", at(10), "c1", "p1", at(hours=2), "call back")
        story = given(case_in("pending"), KNOWN, promise)
        assert story.when(self.ENDS).verdict
        moved = story.and_given(ReassignCase("ana", at(20), "c1", agent="cleo"), OpenCase("cleo", at(21), "c1"))
        answered = moved.and_given(SendReply("cleo", at(22), "c1", "r9", "Hello, Cleo here"))
        answered.when(EndContact("cleo", at(65), "c1")).refused("chat.agent_ends")

    def test_answered_is_enough(self):
        """Where the policy says so."""
        policy = Policy.loads(QUEUE + '[chat]\nagent_ends = "answered"')
        assert given(case_in("pending"), policy=policy).when(self.ENDS).verdict
        given(case_in("open"), policy=policy).when(self.ENDS).refused("chat.agent_ends")

    @pytest.mark.parametrize("ends", [EndContact("dora", at(65), "c1"), EndContact("customer", at(65), "c1")])
    def test_others_may(self, ends):
        """A supervisor, and the customer."""
        assert given(case_in("open")).when(ends).verdict

    def test_not_on_calls(self):
        """Only chats wait in writing."""
        assert given(case_in("open", channel="voice")).when(self.ENDS).verdict

    def test_a_reply_settles_nothing_by_itself(self):
        """The reply is sent, and the chat goes on."""
        given(case_in("open")).when(SendReply("ana", at(9), "c1", "r9", "One moment")).then(ReplySent)


def test_opened_from_the_queue():
    """Whoever opens what nobody is rung for has an ordinary contact, in which nobody is authenticated."""
    story = given(case_in("open"), KNOWN, HANGS_UP, DONE)
    opened = story.when(OpenCase("cleo", at(30), "c1"))
    assert isinstance(opened.events[0], CaseAssigned)
    assert not case_of(opened).pull_only
    opened.and_when(SetStatus("cleo", at(31), "c1", Status.RESOLVED)).refused("authentication.before")


def test_two_contacts_to_dispose():
    """The first disposition leaves its agent wrapping up; the last one makes them available."""
    ended = [EndContact("dora", at(9), case) for case in ("c1", "c2")]
    story = given(case_in("pending", channel="email"), case_in("pending", "c2", channel="email"), ended)
    related = [RelateRecord("ana", at(10), case, Relation.CUSTOMER, "7") for case in ("c1", "c2")]
    first = story.and_given(related).when(DONE).then(Disposed)
    assert Presence.WRAPPING_UP is first.desk.agents["ana"].presence
    first.and_when(Dispose("ana", at(21), "c2", "solved", "Fine")).then(Disposed, AgentAvailable)
