"""Approval: a reply that somebody else reads before the customer does (§5)."""

import attrs
import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.policies.sections import Approval, ChannelRules, Channels, Proceeding
from casecore.rooms.agents import (
    AddAgent,
    Agent,
    AgentUnavailable,
    ChangeAgent,
    GoAvailable,
    GoUnavailable,
    LogOut,
    NextStateSet,
    Permission,
)
from casecore.rooms.approvals import (
    DRAFT_LIFECYCLE,
    ApproveDraft,
    DraftApproved,
    DraftEdited,
    DraftRefused,
    DraftStatus,
    DraftSubmitted,
    DraftSuperseded,
    DraftWentStale,
    DraftWithdrawn,
    EditDraft,
    ReassignDraft,
    RefuseDraft,
    ReviewReassigned,
    SubmitDraft,
    WaitingDraft,
    WithdrawDraft,
)
from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import CaseUnqueued, LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.composition import View
from casecore.rooms.contacts import EndContact
from casecore.rooms.offers import AcceptOffer, OfferAccepted, OfferRescinded, OfferWork, WorkOffered
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply, reply_content
from casecore.rooms.reviews import REVIEWER_AWAY, FreeReview, ReviewEnded, ReviewFreed, ReviewTaken, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SolutionReached, SolutionUndone
from casecore.rooms.threads import Message
from casecore.rooms.wrap_ups import Dispose
from casecore.routing import route
from casecore.statuses import SENT_AS, Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

SUPERSEDE = Policy.loads('[approval]\non_customer_message = "supersede"')
SELF_APPROVAL = Policy.loads("[approval]\nself_approval = true")

DRAFT = SubmitDraft("ben", at(10), "c1", "d1", "We will refund you")
WRITES = ReceiveMessage("customer", at(30), "t-c1", "m2", "And another thing")


def waiting(*then, policy=None, draft=DRAFT):
    """Ben, who may not reply directly, holds a case and has submitted a draft; cleo and dora may approve it."""
    return given(case_in("open", agent="ben"), Authenticate("ben", T0, "c1"), draft, then, policy=policy)


def editing_class(outcome):
    """The draft that waits after it."""
    return outcome.desk.cases["c1"].draft


def said_by(outcome, rule):
    """The one reason of a refusal, as a person reads it."""
    return str(outcome.refused(rule).verdict)


class TestTable:
    """The life of a draft."""

    def test_states(self):
        """Submitted, and then one of four ends."""
        assert ["submitted", "approved", "refused", "withdrawn", "superseded"] == list(DRAFT_LIFECYCLE.states)
        assert tuple(DraftStatus)[1:] == DRAFT_LIFECYCLE.final

    def test_everything_starts_at_submitted(self):
        """While it is submitted it can be edited and reassigned; a decided draft can do nothing any more."""
        assert ("edit", "reassign", "approve", "refuse", "withdraw", "supersede") == DRAFT_LIFECYCLE.triggers(
            "submitted"
        )
        assert {()} == {DRAFT_LIFECYCLE.triggers(end) for end in DRAFT_LIFECYCLE.final}


class TestSubmitting:
    """A whole reply waits."""

    def test_whole_reply(self):
        """Text, status, attachments, the queue to approve it, and a note for the reviewer."""
        command = SubmitDraft(
            "ben", at(10), "c1", "d1", "We will refund you", Status.RESOLVED, "billing", ("form.pdf",), "first refund"
        )
        outcome = given(case_in("open", agent="ben")).when(command)
        content = ("We will refund you", Status.RESOLVED, ("form.pdf",))
        outcome.then(DraftSubmitted("ben", at(10), "c1", "d1", *content, "billing", "first refund"))
        assert WaitingDraft("d1", "ben", *content, "billing", at(10), "first refund") == editing_class(outcome)

    def test_queue_of_the_case(self):
        """Where no queue is named, the case's own approves."""
        story = given(case_in("open", agent="ben", reason="refund"))
        assert "billing" == editing_class(story.when(DRAFT)).queue

    def test_nothing_is_sent(self):
        """The case stays as it is and its assignee keeps it."""
        story = given(case_in("open", agent="ben"))
        outcome = story.when(DRAFT)
        assert story.desk.cases["c1"].case == outcome.desk.cases["c1"].case
        assert "t-c1/d1" not in outcome.desk.messages

    def test_by_somebody_else(self):
        """Only the assignee replies, through approval as directly; a supervisor may too."""
        given(case_in("open")).when(DRAFT).refused("assignment.holder")
        given(case_in("open")).when(attrs.evolve(DRAFT, by="dora")).then(DraftSubmitted)

    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, by):
        """Only an agent writes drafts."""
        given(case_in("open")).when(attrs.evolve(DRAFT, by=by)).refused("actor.role")

    @pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.CLOSED])
    def test_status_of_no_reply(self, status):
        """Pending, escalated or resolved, as for every reply."""
        outcome = given(case_in("open", agent="ben")).when(attrs.evolve(DRAFT, send_as=status))
        outcome.refused("lifecycle.edge")
        assert "send it as pending, escalated or resolved" == outcome.verdict.reasons[0].remedy

    def test_on_a_new_case(self):
        """Work has not begun."""
        given(new_case()).when(attrs.evolve(DRAFT, by="dora")).refused("lifecycle.edge")

    def test_unknown_queue(self):
        """Somebody has to be able to approve it."""
        given(case_in("open", agent="ben")).when(attrs.evolve(DRAFT, queue="vip")).refused("queue.known")

    def test_second_one(self):
        """A submitted draft blocks a second one on the case."""
        outcome = waiting().when(attrs.evolve(DRAFT, at=at(20), draft="d2"))
        assert (
            "[approval.single] draft d1 of ben waits on the case already "
            "-> edit or withdraw that one, or wait until it is decided"
        ) == said_by(outcome, "approval.single")

    def test_id_of_a_message(self):
        """A draft's id becomes a message's id, which is used once."""
        given(case_in("open", agent="ben")).when(attrs.evolve(DRAFT, draft="m-c1")).refused("message.fresh")

    def test_rules_of_every_reply(self):
        """It says something, and what the channel takes; everything is told at once."""
        story = given(case_in("open", agent="ben", channel="voice"))
        story.when(attrs.evolve(DRAFT, text=" ")).refused("reply.content")
        story.when(attrs.evolve(DRAFT, text="🙂", attachments=("a.pdf",))).refused(
            "channels.emoji", "channels.attachments"
        )


class TestReviewer:
    """Who approves and refuses."""

    DECISIONS = (ApproveDraft("cleo", at(20), "c1", "d1"), RefuseDraft("cleo", at(20), "c1", "d1", "Wrong amount"))

    @pytest.mark.parametrize("decision", DECISIONS, ids=["approve", "refuse"])
    @pytest.mark.parametrize("by", ["cleo", "dora"])
    def test_any_who_may(self, by, decision):
        """Whoever has the permission, serves the draft's queue and works on the case's channel."""
        assert waiting().when(attrs.evolve(decision, by=by)).verdict

    @pytest.mark.parametrize("decision", DECISIONS, ids=["approve", "refuse"])
    def test_without_the_permission(self, decision):
        """Being a colleague is not enough."""
        assert (
            "[approval.permission] ana has no permission to approve -> ask somebody who has the permission `approve`"
        ) == said_by(waiting().when(attrs.evolve(decision, by="ana")), "approval.permission")

    @pytest.mark.parametrize("decision", DECISIONS, ids=["approve", "refuse"])
    def test_of_another_queue(self, decision):
        """The draft's queue counts, not the case's."""
        story = waiting(
            ChangeAgent("dora", at(15), "cleo", queues=frozenset({"general"})),
            draft=attrs.evolve(DRAFT, queue="billing"),
        )
        assert (
            "[approval.reviewer] cleo does not serve billing, which approves d1 -> ask somebody who serves billing"
        ) == said_by(story.when(attrs.evolve(decision, by="cleo")), "approval.reviewer")

    @pytest.mark.parametrize("decision", DECISIONS, ids=["approve", "refuse"])
    def test_of_another_channel(self, decision):
        """Who only works on email does not review chats."""
        story = waiting(ChangeAgent("dora", at(15), "cleo", channels=frozenset({Channel.EMAIL})))
        assert ("[approval.channel] cleo does not work on chat -> ask somebody who does") == said_by(
            story.when(attrs.evolve(decision, by="cleo")), "approval.channel"
        )

    @pytest.mark.parametrize("by", ["customer", "system"])
    @pytest.mark.parametrize("decision", DECISIONS, ids=["approve", "refuse"])
    def test_by_no_agent(self, decision, by):
        """Only an agent reviews."""
        waiting().when(attrs.evolve(decision, by=by)).refused("actor.role")

    def test_own_draft(self):
        """Nobody approves their own reply, not even a supervisor."""
        story = given(case_in("open", agent="dora"), attrs.evolve(DRAFT, by="dora"))
        assert ("[approval.self_approval] dora wrote draft d1 -> ask another reviewer") == said_by(
            story.when(ApproveDraft("dora", at(20), "c1", "d1")), "approval.self_approval"
        )

    def test_own_draft_where_the_policy_allows_it(self):
        """`self_approval`, off by default."""
        story = given(case_in("open", agent="dora"), attrs.evolve(DRAFT, by="dora"), policy=SELF_APPROVAL)
        story.when(ApproveDraft("dora", at(20), "c1", "d1")).then(DraftApproved, ReplySent)

    def test_giving_back_ones_own(self):
        """Refusing one's own draft sends nothing."""
        story = given(case_in("open", agent="dora"), attrs.evolve(DRAFT, by="dora"))
        story.when(RefuseDraft("dora", at(20), "c1", "d1", "On second thoughts")).then(DraftRefused)

    def test_every_reason(self):
        """Everything that stands in the way of a reviewer is told at once."""
        eva = GoAvailable("eva", at(15), "eva")
        waiting(eva).when(ApproveDraft("eva", at(20), "c1", "d1")).refused(
            "approval.permission", "approval.reviewer", "approval.channel"
        )


class TestApproving:
    """Approving sends the reply."""

    @pytest.mark.parametrize("status", SENT_AS)
    def test_sent(self, status):
        """In the author's name, with the reviewer recorded; the draft's id is the message's id."""
        story = waiting(draft=attrs.evolve(DRAFT, send_as=status, attachments=("form.pdf",)))
        outcome = story.when(ApproveDraft("cleo", at(20), "c1", "d1"))
        outcome.then(
            DraftApproved("cleo", at(20), "c1", "d1", "ben"),
            ReplySent(
                "cleo",
                at(20),
                "c1",
                "d1",
                "We will refund you",
                status,
                "ben",
                ("form.pdf",),
                reviewer="cleo",
                thread="t-c1",
            ),
            *((SolutionReached,) if status is Status.RESOLVED else ()),
        )
        case = outcome.desk.cases["c1"].case
        assert (status, at(20), "ben", None) == (case.status, case.status_at, case.assignee, case.unanswered_since)
        assert "c1" == outcome.desk.messages["t-c1/d1"].case
        assert None is editing_class(outcome)

    def test_whole_reply(self):
        """What was submitted is what goes out: text, attachments, subject, and whether it is about the account."""
        whole = attrs.evolve(DRAFT, attachments=("form.pdf",), subject="Refund", about_account=True)
        outcome = waiting(draft=whole).when(ApproveDraft("cleo", at(20), "c1", "d1")).then(DraftApproved, ReplySent)
        assert reply_content(whole) == reply_content(outcome.events[1])

    def test_about_the_account(self):
        """Approval is no way round authentication: the sent reply is still one about the account."""
        about = attrs.evolve(DRAFT, about_account=True)
        story = given(case_in("open", agent="ben"), attrs.evolve(DRAFT, about_account=True))
        (reason,) = (
            story.when(ApproveDraft("cleo", at(20), "c1", "d1")).refused("authentication.before").verdict.reasons
        )
        assert {"proceeding": Proceeding.ACCOUNT_REPLY, "channel": Channel.CHAT} == reason.facts
        edited = story.and_given(EditDraft("ben", at(15), "c1", "d1", "We will refund you 10 €"))
        edited.when(ApproveDraft("cleo", at(20), "c1", "d1")).refused("authentication.before")
        story.and_given(Authenticate("ben", at(15), "c1")).when(ApproveDraft("cleo", at(20), "c1", "d1")).then(
            DraftApproved, ReplySent
        )
        given(case_in("open", agent="ben"), attrs.evolve(about, about_account=False)).when(
            ApproveDraft("cleo", at(20), "c1", "d1")
        ).then(DraftApproved, ReplySent)

    def test_author_of_the_message(self):
        """The message is the author's, not the reviewer's, and so is what the customer answers to it."""
        story = waiting(ApproveDraft("cleo", at(20), "c1", "d1"))
        assert Message("d1", "c1", "ben", thread="t-c1") == story.desk.messages["t-c1/d1"]
        answer = story.when(attrs.evolve(WRITES, in_reply_to="d1"))
        assert ["ben"] == [event.answers for event in answer.events if isinstance(event, MessageReceived)]

    def test_exactly_once(self):
        """A second approval finds nothing to send, and neither does anything else."""
        story = waiting(ApproveDraft("cleo", at(20), "c1", "d1"))
        for again in (
            ApproveDraft("dora", at(21), "c1", "d1"),
            EditDraft("ben", at(21), "c1", "d1", "But first"),
            RefuseDraft("dora", at(21), "c1", "d1", "No"),
            WithdrawDraft("ben", at(21), "c1", "d1"),
            ReassignDraft("dora", at(21), "c1", "d1", queue="billing"),
        ):
            assert ("[draft.edge] no draft waits on case c1 -> it was decided already, or never submitted") == said_by(
                story.when(again), "draft.edge"
            )

    def test_submitted_again(self):
        """Nor can it be submitted again: its id is a message's now."""
        story = waiting(ApproveDraft("cleo", at(20), "c1", "d1"))
        story.when(attrs.evolve(DRAFT, at=at(21))).refused("message.fresh")

    def test_id_taken_meanwhile(self):
        """Regression: a message that came meanwhile under the draft's id was overwritten by the reply."""
        story = waiting(attrs.evolve(WRITES, message="d1"))
        approval = ApproveDraft("cleo", at(40), "c1", "d1", seen=True)
        assert (
            "[message.fresh] message 'd1' is on case c1 already "
            "-> refuse or withdraw it; what it says can be submitted again by another id"
        ) == said_by(story.when(approval), "message.fresh")
        story.when(WithdrawDraft("ben", at(40), "c1", "d1")).then(DraftWithdrawn)

    def test_id_of_a_waiting_draft(self):
        """Regression: a reply sent by the id of a waiting draft left a draft that nobody could ever send."""
        story = waiting()
        assert (
            "[message.fresh] draft 'd1' of ben waits on case c1, and will be sent by that id "
            "-> give each message its own id, or let the draft be approved"
        ) == said_by(story.when(SendReply("ben", at(20), "c1", "d1", "Hello")), "message.fresh")
        assert (
            story.when(SendReply("ben", at(20), "c1", "m9", "Hello"))
            .after.when(ApproveDraft("cleo", at(30), "c1", "d1", seen=True))
            .verdict
        )

    def test_same_id_on_two_cases(self):
        """On two threads two drafts may have one id: each is sent, and each message is its own."""
        story = waiting(case_in("open", "c2", agent="ben", at=at(10)), attrs.evolve(DRAFT, case="c2"))
        sent = story.and_given(*(ApproveDraft("cleo", at(20), case, "d1") for case in ("c1", "c2")))
        assert ["c1", "c2"] == [sent.desk.messages[f"t-{case}/d1"].case for case in ("c1", "c2")]

    def test_author_needs_no_permission(self):
        """That is what approval is for."""
        assert Permission.REPLY not in waiting().desk.agents["ben"].permissions
        waiting().when(ApproveDraft("cleo", at(20), "c1", "d1")).then(DraftApproved, ReplySent)

    def test_reviewer_need_not_hold_the_case(self):
        """Nor does the author any more: the reply is sent all the same."""
        story = waiting(ReassignCase("dora", at(15), "c1", agent="ana"), AcceptOffer("ana", at(16), "c1"))
        outcome = story.when(ApproveDraft("cleo", at(20), "c1", "d1")).then(DraftApproved, ReplySent)
        assert ("ana", "ben") == (outcome.desk.cases["c1"].case.assignee, outcome.events[1].author)

    def test_on_a_case_nobody_holds(self):
        """Sent as resolved, a case that waits in its queue waits no more."""
        story = given(
            case_in("open", agent="ben", channel="messaging"),
            attrs.evolve(DRAFT, send_as=Status.RESOLVED),
            LeaveCase("ben", at(15), "c1"),
        )
        outcome = story.when(ApproveDraft("cleo", at(20), "c1", "d1"))
        outcome.then(DraftApproved, ReplySent, CaseUnqueued("system", at(20), "c1"), SolutionReached)

    def test_rules_of_a_direct_reply_are_asked_again(self):
        """What was allowed when it was submitted may not be any more: the policy has changed."""
        story = waiting(draft=attrs.evolve(DRAFT, text="🙂", attachments=("form.pdf",)))
        channels = Channels(chat=ChannelRules(attachments=False, emoji=False))
        stricter = attrs.evolve(story, desk=attrs.evolve(story.desk, policy=attrs.evolve(Policy(), channels=channels)))
        stricter.when(ApproveDraft("cleo", at(20), "c1", "d1")).refused("channels.emoji", "channels.attachments")

    @pytest.mark.parametrize("status", ["pending", "escalated", "resolved"])
    def test_case_that_moved_on(self, status):
        """A draft may be approved from every status in which a reply may be sent."""
        policy = Policy.loads('[enforcement]\n"approval.blocks_resolve" = "off"')
        story = waiting(SetStatus("ben", at(15), "c1", Status(status)), policy=policy)
        undone = (SolutionUndone,) if status == "resolved" else ()
        story.when(ApproveDraft("cleo", at(20), "c1", "d1")).then(DraftApproved, ReplySent, *undone)

    def test_wrong_draft(self):
        """The refusal names the one that waits."""
        assert (
            "[draft.edge] draft 'd9' does not wait on case c1; d1 does -> it was decided already, or never submitted"
        ) == said_by(waiting().when(ApproveDraft("cleo", at(20), "c1", "d9")), "draft.edge")


class TestRefusing:
    """Refusing gives the draft back."""

    def test_to_its_author(self):
        """With a reason; nothing is sent, and the author may submit another, even under the same id."""
        outcome = waiting().when(RefuseDraft("cleo", at(20), "c1", "d1", "Wrong amount"))
        outcome.then(DraftRefused("cleo", at(20), "c1", "d1", "ben", "Wrong amount"))
        assert None is editing_class(outcome)
        assert "open" == outcome.desk.status("c1")
        outcome.and_when(attrs.evolve(DRAFT, at=at(21))).then(DraftSubmitted)

    @pytest.mark.parametrize("reason", ["", " \n"])
    def test_without_a_reason(self, reason):
        """The author has to know what to change."""
        assert ("[approval.reason] the refusal says no reason -> tell the author what to change") == said_by(
            waiting().when(RefuseDraft("cleo", at(20), "c1", "d1", reason)), "approval.reason"
        )


class TestWithdrawing:
    """The author takes the draft back."""

    @pytest.mark.parametrize("by", ["ben", "dora", "system"])
    def test_by_its_author(self, by):
        """Or a supervisor, or the system."""
        outcome = waiting().when(WithdrawDraft(by, at(20), "c1", "d1"))
        outcome.then(DraftWithdrawn(by, at(20), "c1", "d1", "ben"))
        assert None is editing_class(outcome)

    def test_by_the_new_assignee(self):
        """Who holds the case now may clear the way for a reply of their own."""
        story = waiting(ReassignCase("ben", at(15), "c1", agent="ana"), AcceptOffer("ana", at(16), "c1"))
        story.when(WithdrawDraft("ana", at(20), "c1", "d1")).then(DraftWithdrawn)

    @pytest.mark.parametrize("by", ["ana", "cleo"])
    def test_by_somebody_else(self, by):
        """Not by a colleague, and not by its reviewer, who refuses instead."""
        assert (
            f"[approval.author] draft d1 is ben's, not {by}'s -> ask ben or a supervisor; a reviewer refuses it"
        ) == said_by(waiting().when(WithdrawDraft(by, at(20), "c1", "d1")), "approval.author")

    def test_by_the_customer(self):
        """A customer can only write."""
        waiting().when(WithdrawDraft("customer", at(20), "c1", "d1")).refused("actor.role")


class TestEditing:
    """While it waits, the draft can be edited."""

    @pytest.mark.parametrize("by", ["ben", "cleo", "dora"])
    def test_by_author_and_reviewers(self, by):
        """What is not named stays; the author remains the author; approved, the edited reply is sent."""
        outcome = waiting(draft=attrs.evolve(DRAFT, attachments=("form.pdf",))).when(
            EditDraft(by, at(20), "c1", "d1", "We refund 10 €")
        )
        outcome.then(
            DraftEdited(
                by,
                at(20),
                "c1",
                "d1",
                "We refund 10 €",
                Status.PENDING,
                ("form.pdf",),
                fresh=by == "ben",
                subject="",
                about_account=False,
            )
        )
        assert ("ben", at(10)) == (editing_class(outcome).author, editing_class(outcome).waiting_since)
        sent = outcome.and_when(ApproveDraft("cleo", at(30), "c1", "d1")).then(DraftApproved, ReplySent)
        assert ("We refund 10 €", ("form.pdf",), "ben") == (
            sent.events[1].text,
            sent.events[1].attachments,
            sent.events[1].author,
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("text", ""),
            ("send_as", Status.RESOLVED),
            ("attachments", ()),
            ("attachments", ("b.png",)),
            ("subject", "Your refund"),
            ("subject", ""),
            ("about_account", True),
            ("about_account", False),
        ],
    )
    @pytest.mark.parametrize("by", ["ben", "cleo"])
    def test_each_part(self, by, field, value):
        """All of it, by its author and by its reviewer; empty is not the same as saying nothing."""
        story = waiting(
            draft=attrs.evolve(DRAFT, attachments=("form.pdf",), subject="Re", about_account=value is False)
        )
        outcome = story.when(EditDraft(by, at(20), "c1", "d1", **{field: value})).then(DraftEdited)
        assert attrs.evolve(editing_class(story), **{field: value}) == editing_class(outcome)
        sent = outcome.and_when(ApproveDraft("cleo", at(30), "c1", "d1"))
        assert value == getattr(sent.events[1], field)

    def test_an_email_keeps_a_subject(self):
        """The subject of an email may be another, and not none."""
        story = given(case_in("open", agent="ben", channel="email"), attrs.evolve(DRAFT, subject="Re"))
        story.when(EditDraft("cleo", at(20), "c1", "d1", subject=" ")).refused("email.subject_required")
        story.when(EditDraft("cleo", at(20), "c1", "d1", subject="Your refund")).then(DraftEdited)

    def test_marked_about_the_account_by_its_reviewer(self):
        """The mark counts when it is sent: the customer has to be authenticated then."""
        story = given(case_in("open", agent="ben"), DRAFT, EditDraft("cleo", at(20), "c1", "d1", about_account=True))
        story.when(ApproveDraft("cleo", at(30), "c1", "d1")).refused("authentication.before")

    def test_an_edit_that_was_stored_before(self):
        """An event that says nothing of subject and account leaves both as they were."""
        story = waiting(draft=attrs.evolve(DRAFT, subject="Re", about_account=True))
        old = DraftEdited("ben", at(20), "c1", "d1", "Soon", Status.PENDING, (), fresh=True)
        draft = story.desk.evolve((old,)).cases["c1"].draft
        assert ("Soon", "Re", True) == (draft.text, draft.subject, draft.about_account)

    def test_to_nothing(self):
        """It still has to say something."""
        waiting().when(EditDraft("ben", at(20), "c1", "d1", " ")).refused("reply.content")

    def test_to_what_the_channel_does_not_take(self):
        """And only what the channel takes."""
        story = given(case_in("open", agent="ben", channel="voice"), DRAFT)
        story.when(EditDraft("ben", at(20), "c1", "d1", "🙂", attachments=("a.pdf",))).refused(
            "channels.emoji", "channels.attachments"
        )

    def test_to_a_status_of_no_reply(self):
        """Pending, escalated or resolved."""
        waiting().when(EditDraft("ben", at(20), "c1", "d1", send_as=Status.OPEN)).refused("lifecycle.edge")

    def test_by_somebody_else(self):
        """A colleague who neither wrote nor reviews it does not."""
        waiting().when(EditDraft("ana", at(20), "c1", "d1", "Mine")).refused("approval.author")

    def test_by_the_customer(self):
        """A customer can only write."""
        waiting().when(EditDraft("customer", at(20), "c1", "d1", "Mine")).refused("actor.role")


class TestReassigning:
    """The review goes to an agent or to a queue; the case's assignee is unchanged."""

    @pytest.mark.parametrize("by", ["ben", "cleo", "dora", "system"])
    def test_to_an_agent(self, by):
        """By its author, its reviewers, a supervisor or the system, with an optional note: it is offered to them."""
        outcome = waiting().when(ReassignDraft(by, at(20), "c1", "d1", agent="cleo", note="you know refunds"))
        outcome.then(
            ReviewReassigned(by, at(20), "c1", "d1", "general", "you know refunds"),
            WorkOffered(by, at(20), "c1", "cleo", Channel.CHAT, review=True),
        )
        assert (None, "general") == (editing_class(outcome).reviewer, editing_class(outcome).queue)
        assert "ben" == outcome.desk.cases["c1"].case.assignee
        taken = outcome.and_when(AcceptOffer("cleo", at(21), "c1", review=True)).then(ReviewTaken, OfferAccepted)
        assert ("cleo", "ben") == (editing_class(taken).reviewer, taken.desk.cases["c1"].case.assignee)

    def test_is_then_theirs_alone(self):
        """Somebody else of the queue does not decide it."""
        story = waiting(TakeReview("cleo", at(20), "c1"))
        assert (
            "[approval.reviewer] the review of d1 was given to cleo "
            "-> ask cleo, or reassign the review to the queue general"
        ) == said_by(story.when(ApproveDraft("dora", at(30), "c1", "d1")), "approval.reviewer")
        outcome = story.when(ApproveDraft("cleo", at(30), "c1", "d1")).then(DraftApproved, ReplySent, ReviewEnded)
        assert (1, 0) == (story.desk.agents["cleo"].reviews, outcome.desk.agents["cleo"].reviews)

    def test_to_a_queue(self):
        """Any reviewer of that queue may then decide it, and nobody else; who had it has it no longer."""
        story = waiting(
            TakeReview("cleo", at(20), "c1"),
            ChangeAgent("dora", at(20), "cleo", queues=frozenset({"general"})),
        )
        outcome = story.when(ReassignDraft("cleo", at(25), "c1", "d1", queue="billing"))
        outcome.then(
            ReviewEnded("cleo", at(25), "c1", "cleo"), ReviewReassigned("cleo", at(25), "c1", "d1", "billing", "")
        )
        assert (None, "billing") == (editing_class(outcome).reviewer, editing_class(outcome).queue)
        assert 0 == outcome.desk.agents["cleo"].reviews
        outcome.and_when(ApproveDraft("cleo", at(30), "c1", "d1")).refused("approval.reviewer")
        outcome.and_when(ApproveDraft("dora", at(30), "c1", "d1")).then(DraftApproved, ReplySent)

    def test_to_who_reviews_it_already(self):
        """Regression: who reviews a draft was refused it for being full, or had to accept it again. Nothing happens."""
        story = waiting(TakeReview("cleo", at(20), "c1"))
        story.when(ReassignDraft("dora", at(25), "c1", "d1", agent="cleo")).then()

    def test_offered_to_another(self):
        """The offer to the first is taken back; nobody is counted twice."""
        story = waiting(ReassignDraft("dora", at(20), "c1", "d1", agent="cleo"))
        gil = AddAgent(
            "system", at(21), "gil", permissions=frozenset({Permission.APPROVE}), queues=frozenset({"general"})
        )
        story = story.and_given(gil, GoAvailable("gil", at(21), "gil"))
        outcome = story.when(ReassignDraft("dora", at(22), "c1", "d1", agent="gil"))
        outcome.then(OfferRescinded, ReviewReassigned, WorkOffered)
        assert (0, 1) == tuple(outcome.desk.agents[agent].reviews for agent in ("cleo", "gil"))

    @pytest.mark.parametrize(
        ("before", "agent", "rules"),
        [
            (GoUnavailable("cleo", at(15), "cleo", "lunch"), "cleo", ["assignment.available"]),
            (
                ChangeAgent("dora", at(15), "cleo", queues=frozenset({"billing"})),
                "cleo",
                ["assignment.queue"],
            ),
            (
                ChangeAgent("dora", at(15), "cleo", channels=frozenset({Channel.EMAIL})),
                "cleo",
                ["assignment.channel"],
            ),
            (ChangeAgent("dora", at(15), "cleo", capacity={"total": 0}), "cleo", ["capacity.total"]),
            ((), "ana", ["offer.reviewer"]),
            (
                (),
                "eva",
                ["assignment.available", "assignment.queue", "assignment.channel", "offer.reviewer"],
            ),
            (
                ChangeAgent("dora", at(15), "ben", permissions=frozenset({Permission.APPROVE})),
                "ben",
                ["offer.reviewer"],
            ),
        ],
        ids=["away", "queue", "channel", "full", "permission", "several", "author"],
    )
    def test_only_to_somebody_who_can_do_it(self, before, agent, rules):
        """Regression: a review could be given to somebody who could not do it; work goes to the eligible only."""
        waiting(before).when(ReassignDraft("dora", at(20), "c1", "d1", agent=agent)).refused(*rules)

    def test_chats_do_not_count(self):
        """A review counts in the total only: who has two chats may still review a third one's draft."""
        story = waiting(case_in("open", "c2", agent="cleo", at=at(11)), case_in("open", "c3", agent="cleo", at=at(11)))
        story.when(TakeReview("cleo", at(20), "c1")).then(ReviewTaken)

    def test_to_its_author_where_the_policy_allows_it(self):
        """Where authors may approve, they may be asked to."""
        story = given(case_in("open", agent="dora"), attrs.evolve(DRAFT, by="dora"), policy=SELF_APPROVAL)
        story.when(ReassignDraft("dora", at(20), "c1", "d1", agent="dora")).then(ReviewReassigned, WorkOffered)

    @pytest.mark.parametrize("decision", TestReviewer.DECISIONS, ids=["approve", "refuse"])
    @pytest.mark.parametrize(
        ("lost", "rule"),
        [
            ({"queues": frozenset({"billing"})}, "approval.reviewer"),
            ({"channels": frozenset({Channel.EMAIL})}, "approval.channel"),
            ({"permissions": frozenset({Permission.REPLY})}, "approval.permission"),
        ],
        ids=["queue", "channel", "permission"],
    )
    def test_reviewer_who_lost_what_it_takes(self, lost, rule, decision):
        """Regression: a reviewer serves the draft's queue, even one to whom the review was given; and so on."""
        story = waiting(TakeReview("cleo", at(20), "c1"), ChangeAgent("dora", at(21), "cleo", **lost))
        story.when(attrs.evolve(decision, at=at(30))).refused(rule)

    def test_reviewer_who_gives_it_back(self):
        """Who reviews a draft and has lost its queue may still hand the review on, so that it is not stuck."""
        lost = ChangeAgent("dora", at(21), "cleo", queues=frozenset({"billing"}))
        story = waiting(TakeReview("cleo", at(20), "c1"), lost)
        story.when(ReassignDraft("cleo", at(30), "c1", "d1", queue="general")).then(ReviewEnded, ReviewReassigned)

    @pytest.mark.parametrize(
        "answer", [AcceptOffer("cleo", at(30), "c1", review=True), TakeReview("cleo", at(30), "c1")]
    )
    @pytest.mark.parametrize(
        ("lost", "rule"),
        [
            ({"queues": frozenset({"billing"})}, "assignment.queue"),
            ({"channels": frozenset({Channel.EMAIL})}, "assignment.channel"),
            ({"permissions": frozenset({Permission.REPLY})}, "offer.reviewer"),
            ({"capacity": {"total": 0}}, "capacity.total"),
        ],
        ids=["queue", "channel", "permission", "room"],
    )
    def test_lost_while_it_was_offered(self, lost, rule, answer):
        """Who was offered a review and can no longer do it, does not get it."""
        offered = ReassignDraft("dora", at(20), "c1", "d1", agent="cleo")
        waiting(offered, ChangeAgent("dora", at(21), "cleo", **lost)).when(answer).refused(rule)

    def test_by_somebody_else(self):
        """A colleague who neither wrote nor reviews it does not."""
        waiting().when(ReassignDraft("ana", at(20), "c1", "d1", queue="billing")).refused("approval.author")

    @pytest.mark.parametrize(
        ("aim", "rule"),
        [
            ({}, "reassign.aim"),
            ({"agent": "cleo", "queue": "billing"}, "reassign.aim"),
            ({"agent": "zoe"}, "agent.known"),
            ({"queue": "vip"}, "queue.known"),
        ],
    )
    def test_aim(self, aim, rule):
        """Exactly one, and one that exists."""
        waiting().when(ReassignDraft("ben", at(20), "c1", "d1", **aim)).refused(rule)

    def test_by_a_reviewer_of_another_queue(self):
        """The permission to approve counts in the draft's queue only."""
        gil = AddAgent("system", T0, "gil", permissions=frozenset({Permission.APPROVE}), queues=frozenset({"billing"}))
        story = given(gil, GoAvailable("gil", T0, "gil"), case_in("open", agent="ben"), DRAFT)
        story.when(ReassignDraft("gil", at(20), "c1", "d1", queue="billing")).refused("approval.author")


class TestCustomerWrites:
    """If the customer writes while a draft waits."""

    def test_keep(self):
        """By default it is kept and marked stale, once."""
        outcome = waiting().when(WRITES)
        outcome.then(MessageReceived, DraftWentStale("system", at(30), "c1", "d1"))
        assert editing_class(outcome).stale
        outcome.and_when(attrs.evolve(WRITES, message="m3")).then(MessageReceived)

    def test_stale(self):
        """The reviewer must say that they have seen it."""
        story = waiting(WRITES)
        assert (
            "[approval.stale] the customer has written since draft d1 was submitted "
            "-> read it, then approve with seen = true"
        ) == said_by(story.when(ApproveDraft("cleo", at(40), "c1", "d1")), "approval.stale")
        story.when(ApproveDraft("cleo", at(40), "c1", "d1", seen=True)).then(DraftApproved, ReplySent)

    def test_refusing_a_stale_draft(self):
        """Giving it back needs no such word."""
        waiting(WRITES).when(RefuseDraft("cleo", at(40), "c1", "d1", "Outdated")).then(DraftRefused)

    def test_edited_by_its_author(self):
        """Who edits it has taken in what the customer wrote: it is fresh again."""
        outcome = waiting(WRITES).when(EditDraft("ben", at(40), "c1", "d1", "About both things"))
        assert not editing_class(outcome).stale
        outcome.and_when(ApproveDraft("cleo", at(50), "c1", "d1")).then(DraftApproved, ReplySent)

    def test_edited_by_a_reviewer(self):
        """A reviewer's touch does not answer for the author."""
        assert editing_class(waiting(WRITES).when(EditDraft("cleo", at(40), "c1", "d1", "Typo"))).stale

    def test_supersede(self):
        """Where the policy says so, it is over: its author writes another."""
        outcome = waiting(policy=SUPERSEDE).when(WRITES)
        outcome.then(MessageReceived, DraftSuperseded("system", at(30), "c1", "d1", "ben"))
        assert None is editing_class(outcome)
        outcome.and_when(ApproveDraft("cleo", at(40), "c1", "d1", seen=True)).refused("draft.edge")
        outcome.and_when(attrs.evolve(DRAFT, at=at(40), draft="d2")).then(DraftSubmitted)

    def test_reopening(self):
        """A case that was answered meanwhile is opened again, and its draft goes stale all the same."""
        story = given(case_in("pending"), attrs.evolve(DRAFT, by="ana"))
        story.when(WRITES).then(MessageReceived, CaseReopened, DraftWentStale)

    @pytest.mark.parametrize("policy", [None, SUPERSEDE], ids=["keep", "supersede"])
    def test_machines(self, policy):
        """An auto-reply makes no draft stale."""
        outcome = waiting(policy=policy).when(attrs.evolve(WRITES, auto_generated=True))
        assert 1 == len(outcome.events)
        assert not editing_class(outcome).stale

    def test_other_case(self):
        """A message on another thread has nothing to do with it."""
        assert not editing_class(waiting().when(new_case("c2", at=at(30)))).stale


class TestColleagueReplies:
    """If somebody else replies while a draft waits (a colleague may have told the customer the contrary)."""

    REPLY = SendReply("dora", at(30), "c1", "r1", "Sorry, no refund is possible")

    def test_goes_stale(self):
        """Its reviewer is not left to say what was denied a moment ago."""
        outcome = waiting().when(self.REPLY)
        outcome.then(ReplySent, DraftWentStale("system", at(30), "c1", "d1", "dora"))
        assert (True, "dora") == (editing_class(outcome).stale, editing_class(outcome).replied)
        assert (
            "[approval.stale] dora has replied since draft d1 was submitted -> read it, then approve with seen = true"
        ) == said_by(outcome.and_when(ApproveDraft("cleo", at(40), "c1", "d1")), "approval.stale")
        outcome.and_when(ApproveDraft("cleo", at(40), "c1", "d1", seen=True)).then(DraftApproved, ReplySent)

    @pytest.mark.parametrize("first", [True, False], ids=["before the customer", "after them"])
    def test_customer_wrote_too(self, first):
        """Both are told, in order; whoever edits it as its author has taken in both."""
        reply = attrs.evolve(self.REPLY, at=at(29 if first else 31))
        story = waiting(*((reply, WRITES) if first else (WRITES, reply)))
        both = ["dora has replied", "the customer has written"]
        what = ", and then ".join(both if first else both[::-1])
        assert (
            f"[approval.stale] {what} since draft d1 was submitted -> read both, then approve with seen = true"
        ) == said_by(story.when(ApproveDraft("cleo", at(40), "c1", "d1")), "approval.stale")
        assert None is editing_class(story.when(EditDraft("ben", at(40), "c1", "d1", "As dora says"))).before

    def test_whoever_holds_the_case_now(self):
        """A draft stays where its author left the case, and the next agent answers otherwise."""
        left = (LeaveCase("ben", at(20), "c1"), OpenCase("ana", at(25), "c1"))
        story = given(case_in("open", agent="ben", channel="messaging"), DRAFT, left)
        story.when(attrs.evolve(self.REPLY, by="ana")).then(ReplySent, DraftWentStale)

    def test_its_author(self):
        """Who wrote the draft knows what they reply besides."""
        story = given(case_in("open"), attrs.evolve(DRAFT, by="ana"))
        story.when(attrs.evolve(self.REPLY, by="ana")).then(ReplySent)

    def test_told_once_for_each(self):
        """A second reply of the same colleague is no news; what the customer writes after it is."""
        story = waiting(self.REPLY)
        story.when(attrs.evolve(self.REPLY, at=at(31), message="r2")).then(ReplySent)
        wrote = story.when(attrs.evolve(WRITES, at=at(31))).then(MessageReceived, CaseReopened, DraftWentStale)
        assert (True, None) == (editing_class(wrote).stale, editing_class(wrote).replied)
        wrote.and_when(attrs.evolve(self.REPLY, at=at(32), message="r2")).then(ReplySent, DraftWentStale)

    @pytest.mark.parametrize("policy", [None, SUPERSEDE], ids=["keep", "supersede"])
    def test_whatever_the_policy(self, policy):
        """What becomes of it when the customer writes is said for the customer only."""
        waiting(policy=policy).when(self.REPLY).then(ReplySent, DraftWentStale)

    def test_edited_by_its_author(self):
        """Who edits it has taken in what the colleague said."""
        outcome = waiting(self.REPLY).when(EditDraft("ben", at(40), "c1", "d1", "As dora says"))
        assert (False, None) == (editing_class(outcome).stale, editing_class(outcome).replied)
        outcome.and_when(attrs.evolve(self.REPLY, at=at(50), message="r2")).then(ReplySent, DraftWentStale)

    def test_a_closing_message_past_the_reviewer(self):
        """Where the policy only warns of it, a silent chat that a colleague closes leaves the draft stale."""
        policy = Policy.loads('[enforcement]\n"approval.blocks_resolve" = "warn"')
        asked = (SendReply("dora", at(20), "c1", "r1", "One moment"), AskPresence("dora", at(30), "c1", "r2", "There?"))
        closes = DisconnectIdle("dora", at(minutes=10), "c1", "r3")
        for edited in ((), EditDraft("ben", at(40), "c1", "d1", "Here")):  # edited, it knows what dora said so far
            events = waiting(asked, edited, policy=policy).when(closes).events
            assert bool(edited) is any(isinstance(event, DraftWentStale) for event in events)

    def test_approving_it_is_no_such_reply(self):
        """It is sent, and waits no more."""
        waiting().when(ApproveDraft("cleo", at(40), "c1", "d1")).then(DraftApproved, ReplySent)


class TestOnDuty:
    """Whoever approves is on duty; who is not loses the review, as an assignee loses a case."""

    TAKEN = TakeReview("cleo", at(20), "c1")
    LUNCH, GONE = GoUnavailable("cleo", at(30), "cleo", "lunch"), LogOut("cleo", at(30), "cleo")
    APPROVE, REFUSE = ApproveDraft("cleo", at(40), "c1", "d1"), RefuseDraft("cleo", at(40), "c1", "d1", "No")
    EDIT = EditDraft("cleo", at(40), "c1", "d1", "Here you are")
    FREE = FreeReview("system", at(90), "c1")

    @pytest.mark.parametrize("away", [LUNCH, GONE], ids=["lunch", "logged out"])
    @pytest.mark.parametrize("command", [APPROVE, REFUSE, EDIT], ids=["approve", "refuse", "edit"])
    @pytest.mark.parametrize("taken", [(), TAKEN], ids=["waiting", "taken"])
    def test_somebody_who_is_not(self, taken, command, away):
        """An approver at lunch approves nothing, nor does one who is logged out: told once, with what to do."""
        outcome = waiting(taken, away).when(command).refused("presence.on_duty")
        assert 1 == len(outcome.verdict.reasons)

    def test_in_words(self):
        """Where they are, and what to do."""
        assert (
            "[presence.on_duty] cleo is unavailable (lunch) -> come back first, or let another reviewer do it"
        ) == said_by(waiting(self.LUNCH).when(self.APPROVE), "presence.on_duty")
        somewhere = waiting(attrs.evolve(self.LUNCH, reason=""))
        assert "[presence.on_duty] cleo is unavailable ->" in said_by(somewhere.when(self.EDIT), "presence.on_duty")
        assert ("[presence.on_duty] cleo is logged out -> log in first, as available or as unavailable") == said_by(
            waiting(self.GONE).when(self.APPROVE), "presence.on_duty"
        )

    def test_taking(self):
        """Nobody takes a review from lunch, or logged out."""
        waiting(attrs.evolve(self.LUNCH, at=at(15))).when(self.TAKEN).refused("assignment.available")
        waiting(attrs.evolve(self.GONE, at=at(15))).when(self.TAKEN).refused("presence.on_duty", "assignment.available")

    def test_an_author_at_lunch(self):
        """Who wrote it may still change it, withdraw it, and pass its review on: that decides nothing."""
        story = given(case_in("open", agent="ben", channel="messaging"), DRAFT, LeaveCase("ben", at(11), "c1"))
        disposed = story.and_given(Dispose("ben", at(12), "c1", "follow_up", "Later"))
        lunch = disposed.and_given(GoUnavailable("ben", at(13), "ben", "lunch"))
        lunch.when(EditDraft("ben", at(14), "c1", "d1", "Soon")).then(DraftEdited)
        lunch.when(WithdrawDraft("ben", at(14), "c1", "d1")).then(DraftWithdrawn)
        lunch.when(ReassignDraft("ben", at(14), "c1", "d1", agent="cleo")).then(ReviewReassigned, WorkOffered)

    def test_giving_it_back_from_lunch(self):
        """A reviewer at lunch may give the review back at once."""
        story = waiting(self.TAKEN, self.LUNCH)
        story.when(ReassignDraft("cleo", at(40), "c1", "d1", queue="general")).then(ReviewEnded, ReviewReassigned)

    def test_with_a_next_state(self):
        """Who has set a next state, and still holds a case, is on duty."""
        held = case_in("open", "c2", agent="cleo", at=at(11))
        assert waiting(held, SetNextState("cleo", at(30), "cleo", "lunch")).when(self.APPROVE).verdict

    def test_a_review_does_not_hold_up_lunch(self):
        """It is no contact."""
        waiting(self.TAKEN).when(self.LUNCH).then(AgentUnavailable)
        waiting(self.TAKEN).when(SetNextState("cleo", at(30), "cleo", "lunch")).then(NextStateSet, AgentUnavailable)

    @pytest.mark.parametrize("away", [LUNCH, GONE], ids=["lunch", "logged out"])
    def test_the_review_is_freed(self, away):
        """After the grace period the review waits in its queue again, and whoever lost it is asked last."""
        story = waiting(self.TAKEN, away)
        assert [("the review is taken from an agent who is off duty", at(90), self.FREE)] == [
            (due.what, due.at, due.command) for due in story.desk.due() if due.key == "away.grace"
        ]
        outcome = story.when(self.FREE).then(ReviewFreed("system", at(90), "c1", "d1", "cleo"), ReviewEnded)
        draft, offers = editing_class(outcome), outcome.desk.cases["c1"].offers
        assert (None, "general", at(10)) == (draft.reviewer, draft.queue, draft.waiting_since)
        assert (0, ("cleo",)) == (outcome.desk.agents["cleo"].reviews, offers.review_asked)
        assert [] == [due for due in outcome.desk.due() if due.key == "away.grace"]
        assert OfferWork("system", at(90), "c1", "dora", review=True) in route(outcome.desk, at(90))
        outcome.and_when(TakeReview("dora", at(91), "c1")).then(ReviewTaken)

    def test_a_timer_that_is_late(self):
        """What they have lost is offered to somebody else, or taken, also where nobody has freed it yet; not before."""
        story = waiting(self.TAKEN, self.LUNCH)
        offer, take = OfferWork("system", at(90), "c1", "dora", review=True), TakeReview("dora", at(90), "c1")
        for command, given_to in ((offer, WorkOffered), (take, ReviewTaken)):
            outcome = story.when(command).then(ReviewFreed, given_to, ReviewEnded)
            agents = outcome.desk.agents
            assert (0, 1) == (agents["cleo"].reviews, agents["dora"].reviews)
            story.when(attrs.evolve(command, at=at(89))).refused("offer.waiting")
        case_only = OfferWork("system", at(90), "c1", "ana")
        assert "offer.waiting" in {reason.rule for reason in story.when(case_only).verdict.reasons}

    def test_lunch_and_then_home(self):
        """It counts from when they went off duty, whichever way they go on."""
        story = waiting(self.TAKEN, self.LUNCH, attrs.evolve(self.LUNCH, at=at(50), reason="break"))
        for gone in (story, story.and_given(attrs.evolve(self.GONE, at=at(60)))):
            assert [at(90)] == [due.at for due in gone.desk.due() if due.key == "away.grace"]

    def test_on_no_case(self):
        """A reviewer whose case is not in view loses nothing."""
        gone = Agent("cleo", "Cleo", off_duty_since=at(1))
        assert None is REVIEWER_AWAY.due(View(reviewer=gone), Policy.default())

    def test_not_before(self):
        """A moment away takes nothing; the seconds to go are told."""
        outcome = waiting(self.TAKEN, self.LUNCH).when(attrs.evolve(self.FREE, at=at(89))).refused("away.grace")
        assert 1.0 == outcome.verdict.reasons[0].facts["seconds_to_go"]

    def test_back_in_time(self):
        """Whoever comes back keeps it."""
        story = waiting(self.TAKEN, self.LUNCH, GoAvailable("cleo", at(60), "cleo"))
        assert [] == [due for due in story.desk.due() if due.key == "away.grace"]
        assert ("[away.gone] case c1: cleo, who reviews it, is on duty -> nothing has to be done") == said_by(
            story.when(self.FREE), "away.gone"
        )

    def test_that_nobody_reviews(self):
        """Nothing is taken from nobody, and nobody but the system takes it."""
        assert "[away.gone] case c1: nobody reviews a draft -> nothing has to be done" == said_by(
            waiting(self.LUNCH).when(self.FREE), "away.gone"
        )
        waiting(self.TAKEN, self.LUNCH).when(attrs.evolve(self.FREE, by="dora")).refused("actor.role")

    @pytest.mark.parametrize("keeps", ['held = "keep"', 'keep_statuses = ["open"]'])
    def test_kept(self, keeps):
        """Where the policy keeps cases it keeps reviews; on live channels it keeps neither."""
        policy = Policy.loads(f"[away]\n{keeps}")
        case = case_in("open", agent="ben", channel="messaging")
        story = given(case, DRAFT, self.TAKEN, self.LUNCH, policy=policy)
        assert [] == [due for due in story.desk.due() if due.key == "away.grace"]
        assert "[away.grace] the policy keeps the review of d1 with cleo -> leave it there" == said_by(
            story.when(self.FREE), "away.grace"
        )
        assert waiting(self.TAKEN, self.LUNCH, policy=policy).when(self.FREE).verdict


class TestBlocking:
    """What a waiting draft keeps from happening."""

    @pytest.mark.parametrize("reason", [CloseReason.BY_HAND, CloseReason.SPAM])
    def test_closing(self, reason):
        """The case cannot be closed over it, not even as spam."""
        assert ("[approval.blocks_close] draft d1 waits on case c1 -> decide or withdraw it first") == said_by(
            given(case_in("open", agent="ben", channel="messaging"), DRAFT).when(
                CloseCase("dora", at(20), "c1", reason)
            ),
            "approval.blocks_close",
        )

    def test_closing_automatically(self):
        """Nor by time."""
        story = given(case_in("resolved"), attrs.evolve(DRAFT, by="ana"))
        story.when(CloseCase("system", at(hours=48), "c1")).refused("approval.blocks_close")

    def test_resolving_by_hand(self):
        """It cannot be resolved past the reviewer."""
        assert ("[approval.blocks_resolve] draft d1 waits on case c1 -> decide or withdraw it first") == said_by(
            waiting().when(SetStatus("ben", at(20), "c1", Status.RESOLVED)), "approval.blocks_resolve"
        )

    def test_resolving_by_a_direct_reply(self):
        """Nor by a reply of somebody who needs no approval."""
        story = given(case_in("open"), Authenticate("ana", T0, "c1"), attrs.evolve(DRAFT, by="ana"))
        story.when(SendReply("ana", at(20), "c1", "m9", "Done", Status.RESOLVED)).refused("approval.blocks_resolve")

    def test_other_statuses(self):
        """Everything else goes on."""
        story = given(case_in("open"), Authenticate("ana", T0, "c1"), attrs.evolve(DRAFT, by="ana"))
        story.when(SetStatus("ana", at(20), "c1", Status.PENDING)).then(StatusSet)
        story.when(SendReply("ana", at(20), "c1", "m9", "One moment")).then(ReplySent)

    def test_once_it_is_decided(self):
        """Nothing is in the way any more."""
        story = waiting(WithdrawDraft("ben", at(20), "c1", "d1"))
        story.when(SetStatus("ben", at(30), "c1", Status.RESOLVED)).then(StatusSet, SolutionReached)
        ended = story.and_given(EndContact("dora", at(30), "c1"), Dispose("ben", at(30), "c1", "solved", "Refunded"))
        ended.when(CloseCase("ben", at(30), "c1")).then(CaseClosed)


class TestPolicy:
    """The keys of `[approval]`."""

    def test_defaults(self):
        """Nobody approves their own; drafts are kept."""
        assert (False, "keep") == (Approval().self_approval, Approval().on_customer_message)


def test_a_message_that_starts_another_case_leaves_the_draft_alone():
    """A draft that waits on a closed case, which no rule lets happen, is not what the next case's message is about."""
    desk = given(case_in("open"), SubmitDraft("ana", at(60), "c1", "d1", "Hello")).desk
    file = desk.cases["c1"]
    closed = attrs.evolve(file, case=attrs.evolve(file.case, status=Status.CLOSED))
    desk = attrs.evolve(desk, cases=desk.cases.insert("c1", closed))
    verdict = desk.decide(ReceiveMessage("customer", at(70), file.case.thread, "m9", "Hello again", new_case="c2"))
    assert MessageReceived in {type(event) for event in verdict.events}
    assert not {"DraftWentStale", "DraftSuperseded"} & {type(event).__name__ for event in verdict.events}
