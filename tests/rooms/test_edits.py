"""Edits: the customer says a message anew, or takes it back (§1)."""

from datetime import timedelta

import pytest

from casecore import CUSTOMER
from casecore.channels import MessageKind
from casecore.projections.history import history
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.promises import watch
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.edits import (
    EditMessage,
    MessageAwaited,
    MessageEdited,
    MessageWithdrawn,
    WithdrawMessage,
)
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import MessageEdit
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

EDIT = EditMessage(CUSTOMER, at(60), "t-c1", "m-c1", "My flight is on Tuesday", edit="e1")
EDITED = MessageEdited(CUSTOMER, at(60), "c1", "t-c1", "m-c1", "My flight is on Tuesday", "e1")
WITHDRAW = WithdrawMessage(CUSTOMER, at(70), "t-c1", "m-c1")
FIRST = ReceiveMessage(CUSTOMER, at(90), "t-c1", "m2", "On Mnday", new_case="c2")


def a_case(status="open", *then, channel="messaging", **fields):
    """A case whose customer wrote `m-c1`, and what happened then."""
    story = given(new_case(channel=channel, **fields)) if status == "new" else given(case_in(status, channel=channel))
    return story.and_given(*then)


def texts(story, **about):
    """What stands in the transcript: id, text, title."""
    return [(entry.id, entry.text, entry.title) for entry in transcript(story.events, **about)]


def found(story, query):
    """The cases that a search finds."""
    return [result.case for result in Archive().update(story.events).search(query).results]


class TestEditing:
    """A message says something else."""

    @pytest.mark.parametrize("status", [status for status in Status if status is not Status.CLOSED])
    def test_no_new_message(self, status):
        """Complaint: a comma put right reopened the case and started its clock. Nothing changes but the message."""
        story = a_case(status)
        outcome = story.when(EDIT).then(EDITED)
        file, later = story.desk.cases["c1"], outcome.desk.cases["c1"]
        assert (file.case, file.clocks, file.contact, file.last_words, file.draft) == (
            *(later.case, later.clocks, later.contact),
            *(later.last_words, later.draft),
        )
        assert story.desk.threads == outcome.desk.threads

    def test_window_stays_closed(self):
        """An edit opens no window on WhatsApp."""
        story = a_case("open", channel="whatsapp").and_given(EDIT)
        assert T0 == story.desk.threads["t-c1"].customer_at

    def test_whoever_looks(self):
        """The transcript says what it says now and that it was edited; the history says both; search finds what is."""
        story = a_case("new", EDIT, text="My flight is on Monday")
        (entry,) = transcript(story.events, "c1")
        assert ("My flight is on Tuesday", "Edited", at(60), False, T0) == (
            *(entry.text, entry.title, entry.edited_at),
            *(entry.withdrawn, entry.at),
        )
        assert (["c1"], []) == (found(story, "Tuesday"), found(story, "Monday"))
        lines = " ".join(str(line) for line in history(story.events, case="c1"))
        assert "Monday" in lines
        assert "the customer edited the message m-c1: “My flight is on Tuesday”" in lines

    def test_other_words_are_still_found(self):
        """What else was said on the case is found as before, also what this message said, if another says it."""
        text = "Monday, or call +351 912 345 678"
        other = ReceiveMessage(CUSTOMER, at(30), "t-c1", "m2", text, attachments=("a.pdf",))
        story = a_case("new", other, EDIT, text="My flight is on Monday")
        assert [["c1"]] * 5 == [found(story, words) for words in ("Monday", "912345678", "a.pdf", "m2", "flight")]

    def test_attachments(self):
        """An edit says what is attached, too."""
        edit = EditMessage(CUSTOMER, at(60), "t-c1", "m-c1", "See here", ("b.pdf",), edit="e1")
        story = a_case("new", edit, attachments=("a.pdf",))
        assert ("b.pdf",) == transcript(story.events)[0].attachments
        assert ([], ["c1"]) == (found(story, "a.pdf"), found(story, "b.pdf"))

    def test_in_other_languages(self):
        """It is marked in the language of whoever looks; a comment stays one."""
        post = new_case(channel="facebook", kind=MessageKind.COMMENT)
        again = EditMessage(CUSTOMER, at(70), "t-c1", "m-c1", "Anew", edit="e2")
        story = given(post, EDIT, again)
        assert ["comentário, Editada"] == [entry.title for entry in transcript(story.events, language="pt")]
        assert ["commentaire, Modifié"] == [entry.title for entry in transcript(story.events, language="fr")]

    def test_on_a_closed_case(self):
        """It is told there, changes nothing, and goes to no successor."""
        story = a_case("new", CloseCase("dora", at(10), "c1", CloseReason.SPAM), FIRST)
        edit = EditMessage(CUSTOMER, at(95), "t-c1", "m-c1", "Anew", edit="e1")
        outcome = story.when(edit).then(MessageEdited(CUSTOMER, at(95), "c1", "t-c1", "m-c1", "Anew", "e1"))
        assert story.desk.cases["c1"].case == outcome.desk.cases["c1"].case
        assert story.desk.cases["c2"] == outcome.desk.cases["c2"]

    def test_of_a_participant(self):
        """Whoever else writes edits their own words."""
        neighbour = ReceiveMessage(CUSTOMER, at(30), "t-c1", "m2", "So do I", participant="bob")
        story = a_case("new", neighbour, EditMessage(CUSTOMER, at(60), "t-c1", "m2", "I do not", edit="e1"))
        assert "bob edited the message m2" in " ".join(str(line) for line in history(story.events, case="c1"))
        assert [("m2", "I do not", "Edited")] == texts(story)[1:]

    def test_of_a_like(self):
        """What was only noted may be edited, too, also where there is no case."""
        like = new_case(channel="facebook", kind=MessageKind.LIKE, text="thumb")
        outcome = given(like).when(EDIT)
        outcome.then(MessageEdited(CUSTOMER, at(60), None, "t-c1", "m-c1", EDIT.text, "e1"))

    def test_the_holder_is_called(self):
        """Whoever holds the case is told, if they wish it."""
        settings = {"ana": AlertSettings(banner=["message_changed"])}
        for command in (EDIT, WITHDRAW):
            outcome = a_case().when(command)
            (call,) = notifications(outcome.events, outcome.desk, settings)
            assert ("ana", Alert.MESSAGE_CHANGED, "c1") == (call.agent, call.alert, call.case)

    def test_the_holder_is_not_called_for_what_is_old(self):
        """An edit that comes after a newer one changes nothing that they read."""
        older = EditMessage(CUSTOMER, at(90), "t-c1", "m-c1", "Hullo", edit="e0", sent_at=at(50))
        outcome = a_case("open", EDIT).when(older)
        assert outcome.events[0].late
        assert [] == [*notifications(outcome.events, outcome.desk, {"ana": AlertSettings(sound=[*Alert])})]


class TestWithdrawing:
    """A message is taken back."""

    def test_whoever_looks(self):
        """It says nothing any more, and that it was withdrawn; the history keeps what it said."""
        story = a_case("new", EDIT, WITHDRAW, text="My flight is on Monday")
        (entry,) = transcript(story.events, "c1")
        assert ("", (), "Withdrawn", True, at(70)) == (
            *(entry.text, entry.attachments, entry.title),
            *(entry.withdrawn, entry.edited_at),
        )
        assert ([], [], ["c1"]) == (found(story, "flight"), found(story, "Monday"), found(story, "m-c1"))
        lines = [line.text for line in history(story.events, case="c1")]
        assert "the customer withdrew the message m-c1" == lines[-1]
        assert any("Monday" in text for text in lines)

    def test_still_waits(self):
        """Somebody may have read it: the customer waits for an answer as before."""
        story = a_case("open", WITHDRAW)
        assert T0 == story.desk.cases["c1"].case.unanswered_since

    def test_edited_after_that(self):
        """An edit that comes after the withdrawal stands in the history alone."""
        story = a_case("new", WITHDRAW, text="Monday")
        late = EditMessage(CUSTOMER, at(80), "t-c1", "m-c1", "Friday", edit="e1", sent_at=at(20))
        outcome = story.when(late)
        (edited,) = outcome.events
        assert edited.late
        assert [("m-c1", "", "Withdrawn")] == texts(outcome.after)
        assert [] == found(outcome.after, "Friday")


class TestAsChannelsTellIt:
    """Twice, late, and before the message itself."""

    def test_twice(self):
        """What is told twice counts once, and is told as a repeat, whatever its time."""
        story = a_case("open", EDIT, WITHDRAW)
        story.when(EDIT).refused("message.changed")
        story.when(WITHDRAW).refused("message.changed")
        early = EditMessage(CUSTOMER, T0 - timedelta(hours=1), "t-c1", "m-c1", "?", edit="e1")
        story.when(early).refused("message.changed")

    def test_twice_without_an_id(self):
        """Where the channel has no ids, an edit is known by when it was sent."""
        edit = EditMessage(CUSTOMER, at(60), "t-c1", "m-c1", "Tuesday", sent_at=at(50))
        again = EditMessage(CUSTOMER, at(65), "t-c1", "m-c1", "Tuesday", sent_at=at(50))
        a_case("open", edit).when(again).refused("message.changed")

    def test_late(self):
        """An edit that is older than what is known stands in the history alone."""
        newer = EditMessage(CUSTOMER, at(60), "t-c1", "m-c1", "Friday", edit="e2", sent_at=at(40))
        older = EditMessage(CUSTOMER, at(70), "t-c1", "m-c1", "Tuesday", edit="e1", sent_at=at(30))
        outcome = a_case("new", newer).when(older)
        assert [True] == [event.late for event in outcome.events]
        assert [("m-c1", "Friday", "Edited")] == texts(outcome.after)
        assert (["c1"], []) == (found(outcome.after, "Friday"), found(outcome.after, "Tuesday"))
        assert ("e2", "e1") == outcome.desk.messages["t-c1/m-c1"].edits
        assert "an earlier edit of the message m-c1 came late" in str([*history(outcome.after.events, case="c1")][-1])

    def test_never_refused_for_its_time(self):
        """A clock that is behind loses no edit."""
        edit = EditMessage(CUSTOMER, T0 - timedelta(hours=1), "t-c1", "m-c1", "Tuesday", edit="e1")
        (edited,) = a_case("open").when(edit).events
        assert (T0, edit.at) == (edited.at, edited.sent_at)

    def test_repeats_are_known_so_far(self):
        """The latest edits are known again."""
        edits = [EditMessage(CUSTOMER, at(60 + n), "t-c1", "m-c1", "?", edit=f"e{n}") for n in range(21)]
        story = a_case("open", *edits)
        story.when(edits[1]).refused("message.changed")
        assert 20 == len(story.desk.messages["t-c1/m-c1"].edits)

    def test_before_the_message(self):
        """It is kept, shown, and takes effect when the message comes, which starts or reopens a case as any other."""
        first = EditMessage(CUSTOMER, at(60), "t-c1", "m2", "On Monday", ("a.pdf",), edit="e1", sent_at=at(55))
        story = a_case("pending")
        early = story.when(first)
        early.then(MessageAwaited(CUSTOMER, at(60), "c1", "t-c1", "m2"), MessageEdited)
        assert MessageEdit("e1", at(55), "On Monday", ("a.pdf",)) == early.desk.messages["t-c1/m2"].edit
        assert ("m2", "On Monday", "Edited") == texts(early.after)[-1]
        outcome = early.and_when(FIRST)
        edited = MessageEdited(CUSTOMER, at(90), "c1", "t-c1", "m2", "On Monday", "e1", ("a.pdf",), sent_at=at(55))
        assert edited in outcome.events
        assert {MessageReceived, CaseReopened} <= {type(event) for event in outcome.events}
        assert [("m2", "On Monday", "Edited")] == texts(outcome.after)[-1:]
        assert (["c1"], []) == (found(outcome.after, "Monday"), found(outcome.after, "Mnday"))
        assert not outcome.desk.messages["t-c1/m2"].awaited
        outcome.and_when(FIRST).refused("message.fresh")
        outcome.and_when(first).refused("message.changed")

    def test_twice_before_the_message(self):
        """The newest edit counts, whichever came first."""
        newer = EditMessage(CUSTOMER, at(60), "t-c1", "m2", "Friday", edit="e2", sent_at=at(50))
        older = EditMessage(CUSTOMER, at(61), "t-c1", "m2", "Tuesday", edit="e1", sent_at=at(40))
        story = a_case("open", newer, older, FIRST)
        assert ("m2", "Friday", "Edited") == texts(story)[-1]

    def test_withdrawn_before_the_message(self):
        """It comes, and says nothing; it starts a case all the same."""
        story = a_case("new", CloseCase("dora", at(10), "c1", CloseReason.SPAM))
        gone = WithdrawMessage(CUSTOMER, at(60), "t-c1", "m2")
        early = story.when(gone).then(MessageAwaited, MessageWithdrawn)
        assert ("m2", "", "Withdrawn") == texts(early.after)[-1]
        outcome = early.and_when(FIRST)
        assert [("m2", "", "Withdrawn")] == texts(outcome.after, case="c2")
        assert Status.NEW is outcome.desk.status("c2")

    def test_on_a_thread_that_nobody_knows(self):
        """Not even the thread is known: it is kept, and is there when the message comes."""
        early = given().when(EDIT).then(MessageAwaited, MessageEdited)
        assert [None, None] == [event.case for event in early.events]
        assert [(CUSTOMER, EDIT.text)] == [(entry.by, entry.text) for entry in transcript(early.events)]
        outcome = early.and_when(new_case(channel="messaging"))
        assert [("m-c1", EDIT.text, "Edited")] == texts(outcome.after, customer="maria")

    def test_a_like_that_was_changed_before(self):
        """What is only noted takes its edit over, too."""
        story = given(new_case("c0", thread="t-c1", channel="facebook"), EDIT)
        outcome = story.when(ReceiveMessage(CUSTOMER, at(90), "t-c1", "m-c1", "thumb", kind=MessageKind.LIKE))
        outcome.then(MessageNoted, lambda event: isinstance(event, MessageEdited) and EDIT.text == event.text)

    def test_an_id_that_is_awaited_is_not_ours(self):
        """A reply of ours cannot take the id of a message that has still to come."""
        story = a_case("open", EditMessage(CUSTOMER, at(60), "t-c1", "m2", "?", edit="e1"))
        story.when(SendReply("ana", at(90), "c1", "m2", "Hi")).refused("message.fresh")

    def test_no_steps_are_torn_apart(self):
        """Whoever watches a stored history takes what one command brought as one step."""
        edit = EditMessage(CUSTOMER, at(60), "t-c1", "m2", "On Monday", edit="e1")
        story = a_case("new", WithdrawMessage(CUSTOMER, at(20), "t-c1", "m-c1"), edit, FIRST)
        assert [] == [*watch(story.events, story.desk.policy)]


class TestWho:
    """Whoever wrote it."""

    @pytest.mark.parametrize("command", [EditMessage, WithdrawMessage])
    def test_agents_edit_nothing(self, command):
        """Neither do agents edit the customer's words, nor customers ours."""
        a_case().when(command("ana", at(60), "t-c1", "m-c1")).refused("actor.role")
        a_case("pending").when(command(CUSTOMER, at(60), "t-c1", "r-c1")).refused("message.theirs")
