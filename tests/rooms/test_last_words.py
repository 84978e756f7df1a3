"""Last words: nobody replies past what they have not read (§4)."""

import pytest

from casecore import CUSTOMER, SYSTEM
from casecore.channels import MessageKind
from casecore.policies import Policy
from casecore.projections.inbox import inbox
from casecore.rooms.approvals import ApproveDraft, DraftEdited, DraftSubmitted, EditDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.last_words import MOST_SINCE, LastWords
from casecore.rooms.replies import ReplySent, SendReply
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case, we_write

AND_ANOTHER = ReceiveMessage(CUSTOMER, at(30), "t-c1", "m2", "And another thing")


def a_case(*then, channel="messaging"):
    """A case that ana works on, whose customer wrote `m-c1`, and what happened then."""
    return given(case_in("open", channel=channel), *then)


def reply(seen, message="r1", when=60, **more):
    """Ana resolves the case, having seen this message last."""
    return SendReply("ana", at(when), "c1", message, "Done", Status.RESOLVED, seen=seen, **more)


def sent(outcome):
    """The reply that was sent."""
    return next(event for event in outcome.events if isinstance(event, ReplySent))


class TestReply:
    """Whoever replies says what they saw last."""

    def test_the_customer_wrote_meanwhile(self):
        """Complaint: the case was resolved while the customer's question was on its way to the screen."""
        outcome = a_case(AND_ANOTHER).when(reply("m-c1")).refused("reply.seen")
        (reason,) = outcome.verdict.reasons
        assert {"seen": "m-c1", "last": "m2", "replied": None} == reason.facts
        assert "m2 came on case c1 after m-c1, which its writer saw last" == reason.message

    @pytest.mark.parametrize("seen", ["m2", None])
    def test_read_or_unsaid(self, seen):
        """Whoever has read it may reply, and a host that says nothing of it is asked nothing."""
        assert seen == sent(a_case(AND_ANOTHER).when(reply(seen))).seen

    def test_somebody_in_copy(self):
        """The words of a participant are to be read, too."""
        neighbour = ReceiveMessage(CUSTOMER, at(30), "t-c1", "m2", "So do I", participant="bob")
        a_case(neighbour).when(reply("m-c1")).refused("reply.seen")

    @pytest.mark.parametrize(
        "more",
        [{"kind": MessageKind.LIKE}, {"auto_generated": True}],
        ids=["like", "machine"],
    )
    def test_nothing_was_said(self, more):
        """A like and an auto-reply keep nobody from replying, and whoever saw one has seen what came before it."""
        noted = ReceiveMessage(CUSTOMER, at(30), "t-c1", "m2", "", **more)
        story = a_case(noted, channel="facebook" if "kind" in more else "email")
        assert story.when(reply("m-c1", subject="Hi")).verdict
        assert story.when(reply("m2", subject="Hi")).verdict

    def test_what_we_sent(self):
        """Whoever saw our own last reply has seen what the customer wrote before it, and not what they wrote after."""
        ours = SendReply("ana", at(40), "c1", "r0", "One moment")
        story = a_case(AND_ANOTHER, ours)
        assert story.when(reply("r0")).verdict
        later = ReceiveMessage(CUSTOMER, at(50), "t-c1", "m3", "Hello?")
        story.and_given(later).when(reply("r0")).refused("reply.seen")

    def test_no_such_message(self):
        """An id that the thread has not is told as such."""
        outcome = a_case(AND_ANOTHER).when(reply("m9")).refused("message.known")
        assert "the thread of case c1 has no message 'm9'" == outcome.verdict.reasons[0].message

    def test_of_another_thread(self):
        """A message of the same id elsewhere is another one."""
        elsewhere = new_case("c2", message="m7", at=at(20))
        a_case(elsewhere).when(reply("m7")).refused("message.known")

    def test_before_the_case(self):
        """A message of the case before is known, and whoever saw nothing since has not read this case."""
        story = given(
            new_case(channel="messaging"),
            CloseCase("dora", at(10), "c1", CloseReason.SPAM),
            ReceiveMessage(CUSTOMER, at(20), "t-c1", "m2", "Again", new_case="c2"),
            OpenCase("dora", at(30), "c2"),
        )
        answer = SendReply("dora", at(60), "c2", "r1", "Done", seen="m-c1")
        story.when(answer).refused("reply.seen")

    def test_we_wrote_first(self):
        """Where only we have written there is nothing to read."""
        story = given(we_write(channel="email"))
        again = SendReply("ana", at(60), "c1", "r2", "Also", subject="Hi", seen="r-c1")
        assert story.when(again).verdict
        assert LastWords() == story.desk.cases["c1"].last_words

    def test_only_warned(self):
        """A policy may only warn of it."""
        policy = Policy.loads('[queues.general]\nfallback = true\n[enforcement]\n"reply.seen" = "warn"')
        story = given(case_in("open", channel="messaging"), AND_ANOTHER, policy=policy)
        assert ["reply.seen"] == [reason.rule for reason in story.when(reply("m-c1")).verdict.deviations]

    def test_remembers_so_many(self):
        """Of what came after the customer's last message, the latest are remembered."""
        noise = [
            ReceiveMessage(CUSTOMER, at(10), "t-c1", f"a{number}", "Out of office", auto_generated=True)
            for number in range(MOST_SINCE + 1)
        ]
        words = a_case(*noise).desk.cases["c1"].last_words
        assert ("m-c1", "a1", f"a{MOST_SINCE}") == (words.message, words.since[0], words.since[-1])


class TestDrafts:
    """On approval the reviewer's word stands for the author's."""

    DRAFT = SubmitDraft("ana", at(20), "c1", "d1", "Done", Status.RESOLVED, seen="m-c1")

    def test_author_has_not_read(self):
        """A draft past unread words is not submitted."""
        late = SubmitDraft("ana", at(60), "c1", "d1", "Done", seen="m-c1")
        a_case(AND_ANOTHER).when(late).refused("reply.seen")
        a_case().when(SubmitDraft("ana", at(60), "c1", "d1", "Done", seen="m9")).refused("message.known")

    def test_nobody_wrote_since(self):
        """What the author saw is told of the reply."""
        outcome = a_case(self.DRAFT).when(ApproveDraft("cleo", at(60), "c1", "d1"))
        assert "m-c1" == sent(outcome).seen

    def test_reviewer_has_not_read(self):
        """A message that only the reviewer could have read, and has not."""
        story = a_case(self.DRAFT, AND_ANOTHER)
        story.when(ApproveDraft("cleo", at(60), "c1", "d1")).refused("approval.stale", "reply.seen")
        story.when(ApproveDraft("cleo", at(60), "c1", "d1", seen_message="m-c1")).refused("reply.seen")
        story.when(ApproveDraft("cleo", at(60), "c1", "d1", seen_message="m9")).refused("message.known")

    @pytest.mark.parametrize(("said", "told"), [({"seen": True}, None), ({"seen_message": "m2"}, "m2")])
    def test_reviewer_has_read(self, said, told):
        """Who says that they have seen it, or names it, approves."""
        outcome = a_case(self.DRAFT, AND_ANOTHER).when(ApproveDraft("cleo", at(60), "c1", "d1", **said))
        assert told == sent(outcome).seen

    def test_colleague_replied(self):
        """Naming the customer's last message says nothing of what a colleague has replied."""
        colleague = SendReply("dora", at(30), "c1", "r1", "No")
        story = a_case(self.DRAFT, colleague)
        story.when(ApproveDraft("cleo", at(60), "c1", "d1", seen_message="m-c1")).refused("approval.stale")

    @pytest.mark.parametrize("first", [True, False], ids=["before the customer", "after them"])
    def test_colleague_replied_and_customer_wrote(self, first):
        """Regression: the refusal told of the customer only, and nobody looked for what the colleague had said."""
        colleague = SendReply("dora", at(29 if first else 31), "c1", "r1", "No")
        story = a_case(self.DRAFT, *((colleague, AND_ANOTHER) if first else (AND_ANOTHER, colleague)))
        outcome = story.when(ApproveDraft("cleo", at(60), "c1", "d1", seen_message="m-c1"))
        (reason,) = (reason for reason in outcome.verdict.reasons if reason.rule == "reply.seen")
        assert "m2 came, and dora replied (r1), on case c1 after m-c1, which its writer saw last" == reason.message
        assert "read both, and say seen = 'm2' if the reply still stands" == reason.remedy
        assert "dora" == reason.facts["replied"]

    @pytest.mark.parametrize("seen", ["r1", "m3"])
    def test_colleague_was_read(self, seen):
        """Of what was seen nothing is said."""
        more = ReceiveMessage(CUSTOMER, at(28), "t-c1", "m3", "Hm")
        colleague = SendReply("dora", at(29 if seen == "r1" else 25), "c1", "r1", "No")
        story = a_case(self.DRAFT, *((more, colleague) if seen == "r1" else (colleague, more)), AND_ANOTHER)
        outcome = story.when(ApproveDraft("cleo", at(60), "c1", "d1", seen_message=seen)).refused("reply.seen")
        assert f"m2 came on case c1 after {seen}, which its writer saw last" == outcome.verdict.reasons[0].message

    def test_own_reply(self):
        """Who replied themselves knows it, and so does the author of the draft."""
        own = SendReply("ana", at(25), "c1", "r1", "One moment")
        story = a_case(own, AND_ANOTHER)
        assert "m2 came on" in story.when(reply("m-c1", "r9")).refused("reply.seen").verdict.reasons[0].message

    def test_editing(self):
        """Who edits says what they saw; an author who says nothing has taken everything in."""
        story = a_case(self.DRAFT, AND_ANOTHER)
        story.when(EditDraft("ana", at(60), "c1", "d1", "Well", seen="m-c1")).refused("reply.seen")
        story.when(EditDraft("ana", at(60), "c1", "d1", "Well", seen="m9")).refused("message.known")
        for by, said, kept in (
            ("ana", "m2", "m2"),
            ("ana", None, None),
            ("cleo", None, "m-c1"),
            ("cleo", "m2", "m2"),
        ):
            outcome = story.when(EditDraft(by, at(60), "c1", "d1", "Well", seen=said))
            assert [kept] == [event.seen for event in outcome.events if isinstance(event, DraftEdited)]
            assert kept == outcome.desk.cases["c1"].draft.seen

    def test_stored_before(self):
        """A draft that was stored before anybody said what they saw asks nothing."""
        event = DraftSubmitted("ana", at(1), "c1", "d1", "Hi", Status.PENDING, (), "general", "")
        assert None is event.seen


class TestInbox:
    """A host learns what to name."""

    def test_last_words(self):
        """The last message that is to be read stands beside the case that an agent holds."""
        story = a_case(AND_ANOTHER)
        (held,) = inbox(story.desk, "ana", at(60)).cases
        assert "m2" == held.last_words
        assert None is inbox(given(we_write(channel="email")).desk, "ana", at(60)).cases[0].last_words


def test_only_agents_say_so():
    """The system replies to nobody, whatever it has seen."""
    a_case().when(SendReply(SYSTEM, at(60), "c1", "r1", "Hi", seen="m-c1")).refused("actor.role")
