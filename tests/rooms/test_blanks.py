"""What nobody can see says nothing, wherever something must be said: names, notes, reasons, replies, subjects."""

import pytest

from casecore.channels import Channel
from casecore.kernel import SYSTEM
from casecore.policies import Policy
from casecore.rooms.agents import AddAgent, AgentAdded, ChangeAgent
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.assignments import OpenCase
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddNote
from casecore.rooms.outbound import RecordConsent
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import RefuseDraft
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.threads import RecordCustomer
from casecore.rooms.wrap_ups import Dispose
from casecore.testing.scenario import T0, at, given
from tests.searching import EASY, wrote

BLANKS = ["", "   ", "\u200b", "\u3164\u00a0", "\ufe0f", "\u2800\n"]

CHAT = (
    wrote(at(0), "t1", "m1", "hi", new_case="a", channel=Channel.CHAT, name="   "),
    OpenCase("ana", at(1), "a"),
    SendReply("ana", at(2), "a", "m2", "hello"),
)


@pytest.mark.parametrize("blank", BLANKS)
class TestNames:
    """A customer or agent whose name is blank has none."""

    def test_of_a_customer_who_writes(self, blank):
        """A real name that comes later is taken."""
        story = given(wrote(at(0), "t1", "m1", new_case="a", name=blank), policy=EASY)
        assert None is story.desk.customers["k1"].name
        later = story.and_given(wrote(at(1), "t1", "m2", name="Maria"), wrote(at(2), "t1", "m3", name=blank))
        assert "Maria" == later.desk.customers["k1"].name

    def test_of_a_customer_who_is_recorded(self, blank):
        """A blank name is forgotten, and so is a blank value of the profile."""
        story = given(
            RecordCustomer(SYSTEM, T0, "k1", "Maria", {"phone": "+351912345678"}),
            RecordCustomer(SYSTEM, T0, "k1", blank, {"phone": blank}),
            policy=EASY,
        )
        assert (None, {}) == (story.desk.customers["k1"].name, story.desk.customers["k1"].profile)

    def test_of_an_agent(self, blank):
        """Who joins without a name is called by the id; who has a name keeps it."""
        story = given(policy=EASY)
        (added,) = story.when(AddAgent(SYSTEM, T0, "zoe", blank)).verdict.events
        assert isinstance(added, AgentAdded)
        assert "zoe" == added.name
        named = story.and_given(AddAgent(SYSTEM, T0, "zoe", "Zoë"), ChangeAgent(SYSTEM, T0, "zoe", blank))
        assert "Zoë" == named.desk.agents["zoe"].name


class TestClosing:
    """Nobody is thanked by a name that cannot be seen."""

    def test_message_of_a_silent_chat(self):
        """The wording without a name is sent, and a blank question is the policy's."""
        story = given(*CHAT, policy=EASY)
        asked = story.when(AskPresence("ana", at(3), "a", "m3", " \u200b"))
        assert EASY.chat.idle.questions[0] == asked.verdict.events[0].text
        closed = story.and_given(AskPresence("ana", at(3), "a", "m3")).when(DisconnectIdle("ana", at(300), "a", "m4"))
        assert EASY.chat.idle.closing_unnamed == closed.verdict.events[0].text


@pytest.mark.parametrize("blank", BLANKS)
class TestSaying:
    """Where a rule wants something said, a blank is nothing."""

    @pytest.mark.parametrize(
        ("make", "rule"),
        [
            (lambda text: SendReply("ana", at(9), "a", "m9", text), "reply.content"),
            (lambda text: AddNote("ana", at(9), "n1", text, case="a"), "note.content"),
            (lambda text: MakeCommitment("ana", at(9), "a", "p1", at(99), text), "commitment.what"),
            (lambda text: RecordConsent("ana", at(9), "k1", opted_in=True, note=text), "consent.proof"),
        ],
    )
    def test_on_a_chat(self, blank, make, rule):
        """Replies, notes, commitments, consents."""
        given(*CHAT, policy=EASY).when(make(blank)).refused(rule)
        assert given(*CHAT, policy=EASY).when(make("something")).verdict

    def test_subject_of_an_email(self, blank):
        """An email whose subject cannot be seen has none."""
        mail = wrote(at(0), "t1", "m1", "hi", new_case="a", channel=Channel.EMAIL)
        story = given(mail, OpenCase("ana", at(1), "a"), policy=EASY)
        story.when(SendReply("ana", at(2), "a", "m2", "hello", subject=blank)).refused("email.subject_required")

    def test_reason_of_a_refusal(self, blank):
        """The author of a draft is told something."""
        submit = SubmitDraft("ana", at(3), "a", "d1", "hello again")
        story = given(*CHAT, submit, policy=EASY)
        story.when(RefuseDraft("dora", at(4), "a", "d1", blank)).refused("approval.reason")

    def test_notes_of_a_wrap_up(self, blank):
        """What happened is said."""
        story = given(*CHAT, EndContact("customer", at(3), "a"), policy=Policy.default())
        story.when(Dispose("ana", at(4), "a", "solved", blank)).refused("wrap_up.notes")
