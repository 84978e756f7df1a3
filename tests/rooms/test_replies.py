"""Replies: who may send what, and what the case is then (§4)."""

from importlib import import_module
from pkgutil import iter_modules

import attrs
import pytest

from casecore import rooms
from casecore.channels import TemplateKind
from casecore.kernel import fields_of
from casecore.policies import Policy
from casecore.rooms.approvals import EDITABLE, ApproveDraft, DraftEdited, EditDraft, SubmitDraft
from casecore.rooms.assignments import LeaveCase
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import REPLY_CONTENT, ReplySent, SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SolutionReached
from casecore.rooms.threads import Message
from casecore.statuses import SENT_AS, Status
from casecore.testing.scenario import at, case_in, given, new_case

PLAIN_TEXT = Policy.loads("[channels.chat]\nattachments = false\nemoji = false")


def reply(by="ana", text="Hello", send_as=Status.PENDING, **fields):
    """A direct reply."""
    return SendReply(by, at(60), "c1", "m9", text, send_as, **fields)


class TestSending:
    """A reply goes to the customer."""

    @pytest.mark.parametrize("status", SENT_AS)
    def test_with_its_status(self, status):
        """It says with which status it is sent: pending, escalated or resolved."""
        outcome = given(case_in("open", channel="messaging")).when(reply(send_as=status, attachments=("invoice.pdf",)))
        outcome.then(
            ReplySent("ana", at(60), "c1", "m9", "Hello", status, "ana", ("invoice.pdf",), None, thread="t-c1"),
            *((SolutionReached,) if status is Status.RESOLVED else ()),
        )
        case = outcome.desk.cases["c1"].case
        assert (status, at(60), "ana", None) == (case.status, case.status_at, case.assignee, case.unanswered_since)
        assert Message("m9", "c1", "ana", thread="t-c1") == outcome.desk.messages["t-c1/m9"]

    def test_pending_unless_it_says_otherwise(self):
        """Most replies wait for the customer."""
        assert Status.PENDING is SendReply("ana", at(60), "c1", "m9", "Hello").send_as

    def test_id_is_used_once(self):
        """A reply sent twice is refused the second time; so is one that takes the id of a customer's message."""
        sent = given(case_in("open"), reply())
        sent.when(reply()).refused("message.fresh")
        given(case_in("open")).when(SendReply("ana", at(60), "c1", "m-c1", "Hello")).refused("message.fresh")


class TestWho:
    """Only the assignee replies, and directly only with the permission."""

    def test_assignee(self):
        """With the permission `reply`, directly."""
        given(case_in("open")).when(reply()).then(ReplySent)

    def test_without_the_permission(self):
        """Only through approval, which the refusal says."""
        outcome = given(case_in("open", agent="ben")).when(reply("ben")).refused("reply.permission")
        assert ("[reply.permission] ben may not reply directly -> submit the reply for approval instead") == str(
            outcome.verdict
        )

    @pytest.mark.parametrize("agent", ["ana", "ben"])
    def test_approval_is_open_to_everybody(self, agent):
        """With the permission as without it."""
        assert given(case_in("open", agent=agent)).when(SubmitDraft(agent, at(60), "c1", "d1", "Hello")).verdict

    def test_somebody_else(self):
        """Not a colleague, however much they may reply on their own cases."""
        outcome = given(case_in("open")).when(reply("cleo")).refused("assignment.holder")
        assert "case c1 is not cleo's: ana holds it" == outcome.verdict.reasons[0].message

    def test_on_a_case_nobody_holds(self):
        """It has to be opened first; not even its owner replies."""
        story = given(case_in("pending", channel="messaging"), LeaveCase("ana", at(10), "c1"))
        outcome = story.when(reply()).refused("assignment.holder")
        assert (
            "ask a supervisor, or whoever serves general and is free may open it" == outcome.verdict.reasons[0].remedy
        )

    def test_author_of_the_message(self):
        """The message is of whoever wrote it, also where that is a supervisor."""
        story = given(case_in("open"), reply("dora"))
        assert Message("m9", "c1", "dora", thread="t-c1") == story.desk.messages["t-c1/m9"]

    def test_supervisor(self):
        """A supervisor's permission waives "only the assignee": the reply is theirs, the case stays the assignee's."""
        outcome = given(case_in("open")).when(reply("dora"))
        outcome.then(ReplySent("dora", at(60), "c1", "m9", "Hello", Status.PENDING, "dora", thread="t-c1"))
        assert "ana" == outcome.desk.cases["c1"].case.assignee

    def test_every_reason(self):
        """Whatever is wrong with a reply is told at once."""
        given(case_in("open"), policy=PLAIN_TEXT).when(reply("ben", "🙂", attachments=("a.pdf",))).refused(
            "assignment.holder", "reply.permission", "channels.attachments", "channels.emoji"
        )

    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, by):
        """Only an agent replies."""
        given(case_in("open")).when(reply(by)).refused("actor.role")

    def test_on_a_new_case(self):
        """Work has not begun: there is no reply from new."""
        given(new_case()).when(reply()).refused("lifecycle.edge")


class TestContent:
    """A reply carries text or attachments or both."""

    @pytest.mark.parametrize("text", ["", " ", "\n\t "])
    def test_empty(self, text):
        """Spaces say nothing."""
        outcome = given(case_in("open")).when(reply(text=text)).refused("reply.content")
        assert "[reply.content] the reply is empty -> write a text or attach something" == str(outcome.verdict)

    def test_attachments_alone(self):
        """A picture may say it all."""
        given(case_in("open")).when(reply(text="", attachments=("photo.png",))).then(ReplySent)

    @pytest.mark.parametrize("channel", ["sms", "voice"])
    def test_attachments_where_the_channel_takes_none(self, channel):
        """The refusal counts them."""
        story = given(case_in("open", channel=channel))
        outcome = story.when(reply(attachments=("a.pdf", "b.pdf"))).refused("channels.attachments")
        assert (
            f"[channels.attachments] {channel} takes no attachments; this reply has 2 -> send it without attachments"
        ) == str(outcome.verdict)

    @pytest.mark.parametrize(
        ("emoji", "place"),
        [
            ("🙂", 4),
            ("👍🏽", 4),
            ("❤️", 4),
            ("1️⃣", 4),
            ("1\u20e3", 4),
            ("#\u20e3", 4),
            ("☎\ufe0f", 4),
            ("🇵🇹", 4),
            ("👩‍💻", 4),
            ("🩷", 4),
        ],
    )
    def test_emoji_where_the_channel_takes_none(self, emoji, place):
        """The refusal says where it starts, whatever makes a picture of it: a selector, a keycap, a second letter."""
        outcome = given(case_in("open", channel="voice")).when(reply(text=f"Olá {emoji}")).refused("channels.emoji")
        assert (f"[channels.emoji] voice takes no emoji; there is one at character {place} -> take it out") == str(
            outcome.verdict
        )
        assert {"channel": "voice", "offset": place} == outcome.verdict.reasons[0].facts

    @pytest.mark.parametrize(
        "text", ["Olá, José!", "1. first", "5 > 3", "Preço: 10 €", "日本語", "© 2026 ™", "→ ✓", "☎", "*1 #2"]
    )
    def test_what_is_no_emoji(self, text):
        """Letters, digits, signs and arrows are text."""
        given(case_in("open", channel="voice")).when(reply(text=text)).then(ReplySent)

    def test_emoji_in_a_subject(self):
        """Regression: an emoji in the subject of an email went out where none is taken."""
        story = given(case_in("open", channel="email"), policy=Policy.loads("[channels.email]\nemoji = false"))
        outcome = story.when(reply(subject="Ready 🎉")).refused("channels.emoji")
        assert "email takes no emoji; there is one at character 6 of the subject" in str(outcome.verdict)

    def test_emoji_in_a_question(self):
        """Regression: to ask whether somebody is there with an emoji was no reply, and was sent."""
        story = given(case_in("open"), policy=PLAIN_TEXT)
        story.when(AskPresence("ana", at(5), "c1", "q1", "There? ✅")).refused("channels.emoji")

    def test_where_the_channel_takes_both(self):
        """A chat takes them."""
        given(case_in("open")).when(reply(text="🙂", attachments=("a.pdf",))).then(ReplySent)


NAMES = Policy.loads('[replies]\nnames = ["order"]')
QUICK = PreparedText.of(
    {"name": "hello", "text": "Hello {customer}"}, {"customer": "Maria {customer} {{1}}"}, TemplateKind.QUICK_REPLY
)


class TestBlanks:
    """A reply, a draft or a question with a blank in it is not sent."""

    @pytest.mark.parametrize("text", ["Dear {{1}}, hello", "Dear {customer}, hello", "Dear {{customer}}"])
    def test_forgotten(self, text):
        """Whoever sends it is told which, and where."""
        case = case_in("open")
        outcome = given(case).when(reply(text=text)).refused("replies.blanks")
        (reason,) = outcome.verdict.reasons
        assert text[reason.facts["offset"] :].startswith(reason.facts["blank"])
        given(case).when(SubmitDraft("ana", at(20), "c1", "d1", text)).refused("replies.blanks")
        draft = SubmitDraft("ana", at(20), "c1", "d1", "Hello")
        given(case, draft).when(EditDraft("ana", at(30), "c1", "d1", text)).refused("replies.blanks")
        given(case).when(AskPresence("ana", at(20), "c1", "m9", text)).refused("replies.blanks")

    def test_in_words(self):
        """As a person reads it."""
        assert "[replies.blanks] the text still has the blank {{1}}, at character 5 -> fill it, or take it out" == str(
            given(case_in("open")).when(reply(text="Dear {{1}}")).verdict
        )

    def test_in_the_subject(self):
        """An email's subject as well as its text, whatever the text is made from."""
        case = case_in("open", channel="email")
        given(case).when(reply(subject="About {{1}}")).refused("replies.blanks")
        given(case).when(
            reply(text="Hello Maria {customer} {{1}}", template=QUICK, subject="About {customer}")
        ).refused("replies.blanks")

    def test_names_of_its_own_template(self):
        """What a quick reply calls its blanks is a blank in the subject beside it."""
        order = PreparedText.of({"name": "order", "text": "Order {order}"}, {"order": "7"}, TemplateKind.QUICK_REPLY)
        story = given(case_in("open", channel="email"))
        story.when(reply(text="Order 7", template=order, subject="Order {order}")).refused("replies.blanks")
        assert story.when(reply(text="Order 7", template=order, subject="Order 7")).verdict

    def test_names_that_are_declared(self):
        """Only names that somebody declared: the policy's own, and those of the templates that agents are given."""
        assert given(case_in("open")).when(reply(text="Order {order}")).verdict
        given(case_in("open"), policy=NAMES).when(reply(text="Order {order}")).refused("replies.blanks")
        given(case_in("open"), policy=NAMES).when(reply(text="Dear {customer}")).refused("replies.blanks")

    @pytest.mark.parametrize("text", ["f = {x: 1}", "Write `{{1}}` there", "> Dear {{1}}\nFor you.", "{a} {1}"])
    def test_what_is_none(self, text):
        """Code, what is quoted, and braces that nobody declared."""
        given(case_in("open")).when(reply(text=text)).then(ReplySent)

    def test_values(self):
        """A value that looks like a blank is a value: it is looked for before values are put in."""
        said = reply(text="Hello Maria {customer} {{1}}", template=QUICK)
        given(case_in("open")).when(said).then(ReplySent)
        named = case_in("pending", name="{customer} {{1}}")
        story = given(named, AskPresence("ana", at(60), "c1", "m8"))
        assert story.when(DisconnectIdle("ana", at(minutes=10), "c1", "m9")).verdict

    def test_asked_again_on_approval(self):
        """A draft that could be submitted, before the policy named the blank, is not sent."""
        draft = SubmitDraft("ana", at(20), "c1", "d1", "Order {order}")
        before = given(case_in("open"), draft)
        desk = attrs.evolve(before.desk, policy=NAMES)
        verdict = desk.decide(ApproveDraft("cleo", at(30), "c1", "d1"))
        assert ["replies.blanks"] == [reason.rule for reason in verdict.reasons]

    @pytest.mark.parametrize(("mode", "warned"), [("warn", True), ("off", False)])
    def test_softened(self, mode, warned):
        """The policy may record it, or let it pass."""
        story = given(case_in("open"), policy=Policy.loads(f'[replies]\nblanks = "{mode}"'))
        outcome = story.when(reply(text="Dear {{1}}"))
        assert warned is bool(outcome.verdict.deviations)
        assert isinstance(outcome.events[0], ReplySent)


def classes_with_content():
    """The classes of all rooms that hold a text and attachments, and the names of their fields."""
    for module in iter_modules(rooms.__path__, f"{rooms.__name__}."):
        for kind in vars(import_module(module.name)).values():
            if hasattr(kind, "__attrs_attrs__") and kind.__module__ == module.name:
                names = {attribute.name for attribute in fields_of(kind)}
                if {"text", "attachments"} <= names:
                    yield kind, names


class TestContentIsCarried:
    """What a reply says goes from the command to the draft and on to what is sent; nothing is forgotten on the way."""

    def test_whatever_carries_a_reply_carries_all_of_it(self):
        """An edit carries all of it, too: whatever of a draft may be changed, and that is all of it."""
        carriers = {kind.__name__ for kind, names in classes_with_content() if names.issuperset(REPLY_CONTENT)}
        assert {
            "SendReply",
            "ReplySent",
            "SubmitDraft",
            "DraftSubmitted",
            "WaitingDraft",
            "EditDraft",
            "DraftEdited",
            "StartOutbound",
        } == carriers
        theirs = {"ReceiveMessage", "MessageReceived", "MessageNoted"}  # what the customer says is no reply
        theirs |= {"EditMessage", "MessageEdited", "MessageEdit"}
        assert theirs == {kind.__name__ for kind, _ in classes_with_content()} - carriers

    def test_nothing_else_is_content(self):
        """What a reply's command holds beside its content says which reply it is, and how it is sent."""
        names = {attribute.name for attribute in fields_of(SendReply)}
        assert {"by", "at", "case", "message", "send_as", "seen", "thread"} == names - set(REPLY_CONTENT)

    @pytest.mark.parametrize(("kind", "others"), [(EditDraft, set()), (DraftEdited, {"fresh"})])
    def test_an_edit_carries_all_that_may_be_edited(self, kind, others):
        """And nothing else of a reply."""
        names = {attribute.name for attribute in fields_of(kind)}
        assert {"by", "at", "case", "draft", "seen", *EDITABLE, *others} == names
