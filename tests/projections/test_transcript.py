"""The transcript: every message and note, whole and in order (§9)."""

import attrs
import pytest

from casecore.channels import Channel, MessageKind
from casecore.kernel import CUSTOMER
from casecore.projections.history import UnknownLanguage, history
from casecore.projections.transcript import TITLES_OF_ENTRIES, EntryKind, TranscriptEntry, transcript
from casecore.rooms.approvals import ApproveDraft, DraftEdited, EditDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.authentication import Authenticate
from casecore.rooms.notes import AddNote, DeleteNote, EditNote
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case, we_write

LONG = "I was charged twice. " * 50 + "\nPlease look\nat both."
EMAIL = case_in("open", channel="email", agent="ben", text=LONG, attachments=("bill.pdf", "photo.png"))
DRAFT = SubmitDraft("ben", at(20), "c1", "d1", LONG, attachments=("form.pdf",), subject="Your bill")
MORE = ReceiveMessage(CUSTOMER, at(30), "t-c1", "m2", "And?", attachments=("second.pdf",))


def told(*commands, **asked):
    """The transcript of a story."""
    return transcript(given(*commands).events, **asked)


def heads(entries):
    """What each entry is, whose, and how it begins."""
    return [(str(entry.kind), entry.by, entry.text[:12]) for entry in entries]


class TestWhole:
    """Nothing is cut, and nothing is left out."""

    def test_both_sides_with_what_is_attached(self):
        """A customer's message and our reply, each with all of its text and its attachments; history cuts."""
        reply = SendReply("dora", at(40), "c1", "m3", LONG, attachments=("form.pdf",), subject="Your bill")
        received, more, sent = told(EMAIL, MORE, reply, case="c1")
        assert (LONG, ("bill.pdf", "photo.png")) == (received.text, received.attachments)
        assert ("And?", ("second.pdf",), "maria") == (more.text, more.attachments, more.by)
        expected = TranscriptEntry(
            at(40),
            "dora",
            EntryKind.SENT,
            "",
            "c1",
            "maria",
            "m3",
            LONG,
            attachments=("form.pdf",),
            subject="Your bill",
            thread="t-c1",
        )
        assert expected == sent

    def test_history_tells_what_the_customer_attached(self):
        """In each language, on its one line."""
        for language, words in (
            ("en", "(attached: second.pdf)"),
            ("pt", "(em anexo: "),
            ("fr", "(en pièce jointe\xa0: "),
        ):
            assert words in [*history(given(EMAIL, MORE).events, language=language)][-1].text

    def test_messages_of_every_sort(self):
        """Likes and automatic messages, questions to a silent customer, and the closing message of a chat."""
        chat = case_in("pending")
        commands = (
            AskPresence("ana", at(60), "c1", "m5", "Still there?"),
            DisconnectIdle("ana", at(minutes=10), "c1", "m6"),
        )
        assert [
            ("received", "maria", "Hello"),
            ("sent", "ana", "Thank you fo"),
            ("sent", "ana", "Still there?"),
            ("sent", "ana", "Thank you fo"),
        ] == heads(told(chat, commands))
        noted = attrs.evolve(MORE, auto_generated=True, text="Out of office")
        (*_, automatic) = told(EMAIL, noted)
        assert ("automatic", "Automatic message", ("second.pdf",)) == (
            automatic.kind,
            automatic.title,
            automatic.attachments,
        )
        post = new_case("c3", channel=Channel.FACEBOOK, kind=MessageKind.POST)
        liked = ReceiveMessage(CUSTOMER, at(5), "t-c3", "m7", kind=MessageKind.LIKE)
        assert ["publication", "j’aime"] == [entry.title for entry in told(post, liked, language="fr")]

    def test_what_came_late_and_what_somebody_in_copy_wrote(self):
        """A message stands where it was sent; a participant's words are theirs."""
        late = attrs.evolve(MORE, at=at(60), sent_at=at(10), text="Sent before the reply")
        other = attrs.evolve(MORE, at=at(70), message="m4", participant="paul", text="I agree")
        reply = SendReply("dora", at(40), "c1", "m3", "Hello", subject="Re")
        entries = told(EMAIL, reply, late, other)
        assert ["maria", "maria", "dora", "paul"] == [entry.by for entry in entries]
        assert at(10) == entries[1].at

    def test_before_any_case(self):
        """What arrives where no case is, and what we write first."""
        noted = ReceiveMessage(
            CUSTOMER,
            at(1),
            "t8",
            "m8",
            "Delivery failed",
            customer="rui",
            channel=Channel.FACEBOOK,
            kind=MessageKind.LIKE,
        )
        (entry,) = told(noted)
        assert (None, "customer", "Delivery failed") == (entry.case, entry.by, entry.text)
        (sent,) = told(we_write(channel="sms"), customer="maria")
        assert ("sent", "ana", "c1", "maria") == (sent.kind, sent.by, sent.case, sent.customer)


class TestNotes:
    """Notes stand among the messages."""

    WRITTEN = AddNote("ben", at(5), "n1", LONG, case="c1")

    def test_in_its_place(self):
        """Whole, marked, by its author; changed, it says so."""
        edited = EditNote("ben", at(50), "n1", "She is right")
        before, after = told(EMAIL, self.WRITTEN, MORE), told(EMAIL, self.WRITTEN, MORE, edited)
        assert [("received", "maria"), ("note", "ben"), ("received", "maria")] == [(x.kind, x.by) for x in before]
        assert (LONG, None) == (before[1].text, before[1].edited_at)
        assert ("She is right", at(5), at(50)) == (after[1].text, after[1].at, after[1].edited_at)
        assert ["Note", "Nota", "Note"] == [
            told(EMAIL, self.WRITTEN, language=language)[1].title for language in ("en", "pt-BR", "fr")
        ]

    def test_deleted(self):
        """It is gone."""
        assert ["received"] == [x.kind for x in told(EMAIL, self.WRITTEN, DeleteNote("ben", at(6), "n1"))]

    def test_on_the_customer(self):
        """It stands in the transcript of the customer, and of no case."""
        about = AddNote("ben", at(5), "n2", "Prefers email", customer="maria")
        assert ["received"] == [x.kind for x in told(EMAIL, about, case="c1")]
        assert ["received", "note"] == [x.kind for x in told(EMAIL, about, customer="maria")]


class TestDrafts:
    """A draft that waits stands in its place."""

    def test_waiting(self):
        """Whole, marked as such in each language, with all that belongs to it."""
        entries = told(EMAIL, DRAFT, MORE)
        assert ["received", "approval", "received"] == [x.kind for x in entries]
        draft = entries[1]
        assert (LONG, ("form.pdf",), "Your bill", "ben", "d1") == (
            draft.text,
            draft.attachments,
            draft.subject,
            draft.by,
            draft.id,
        )
        assert ("Approval", "Aprovação", "Approbation") == TITLES_OF_ENTRIES[EntryKind.APPROVAL]
        for language, title in zip(("en", "pt", "fr"), TITLES_OF_ENTRIES[EntryKind.APPROVAL], strict=True):
            assert title == told(EMAIL, DRAFT, language=language)[1].title

    def test_edited(self):
        """As it reads now, where it stood."""
        edit = EditDraft("cleo", at(25), "c1", "d1", "Shorter", attachments=(), subject="About it")
        draft = told(EMAIL, DRAFT, edit, MORE)[1]
        assert ("Shorter", (), "About it", at(20), at(25)) == (
            draft.text,
            draft.attachments,
            draft.subject,
            draft.at,
            draft.edited_at,
        )
        old = DraftEdited("cleo", at(26), "c1", "d1", "Short", Status.PENDING, (), fresh=False)
        assert "About it" == transcript([*given(EMAIL, DRAFT, edit).events, old])[1].subject

    def test_approved(self):
        """It is a message now, where it was sent, with who approved it."""
        sent = told(EMAIL, DRAFT, MORE, ApproveDraft("cleo", at(40), "c1", "d1", seen=True))
        assert ["received", "received", "sent"] == [x.kind for x in sent]
        assert ("ben", "cleo", at(40)) == (sent[2].by, sent[2].reviewer, sent[2].at)

    @pytest.mark.parametrize(
        "ends", [RefuseDraft("cleo", at(40), "c1", "d1", "No"), WithdrawDraft("ben", at(40), "c1", "d1")]
    )
    def test_never_said(self, ends):
        """What was refused or withdrawn is no part of the conversation."""
        assert ["received"] == [x.kind for x in told(EMAIL, DRAFT, ends)]


class TestWhich:
    """Of a case, of a customer, of all."""

    STORY = (EMAIL, new_case("c2", at=at(1), channel="sms"), new_case("c9", customer="rui", at=at(2)))

    def test_which(self):
        """A customer's cases on every channel; somebody else's are theirs."""
        assert ["c1", "c2", "c9"] == [entry.case for entry in told(self.STORY)]
        assert ["c2"] == [entry.case for entry in told(self.STORY, case="c2")]
        assert ["c1", "c2"] == [entry.case for entry in told(self.STORY, customer="maria")]
        assert () == told(self.STORY, case="c9", customer="maria")

    def test_a_history_that_begins_later(self):
        """What is said there is told; whose case it is, the events do not say."""
        events = given(
            EMAIL, AddNote("ben", at(4), "n1", "x", case="c1"), Authenticate("ben", at(5), "c1"), DRAFT
        ).events
        later = [event for event in events if event.at == at(20)]
        assert [(None, "c1")] == [(entry.customer, entry.case) for entry in transcript(later)]
        changes = given(EMAIL, DRAFT, EditDraft("ben", at(25), "c1", "d1", "Hi")).events[-1:]
        assert () == transcript(changes)

    def test_unknown_language(self):
        """It says which there are."""
        with pytest.raises(UnknownLanguage):
            transcript([], language="de")


class TestPrinted:
    """An entry as text."""

    def test_lines(self):
        """When, who, what it is, the subject; then all of the text, and what is attached; nothing moves a cursor."""
        entry = told(EMAIL, attrs.evolve(DRAFT, text="Dear Maria,\n\x1b[31mHello"))[1]
        lines = ["Dear Maria,", "\N{REPLACEMENT CHARACTER}[31mHello", "+ form.pdf"]
        assert "\n    ".join(["2026-11-02 09:00:20 ben (Approval) “Your bill”", *lines]) == str(entry)
        plain = told(new_case())[0]
        assert "2026-11-02 09:00:00 maria\n    Hello" == str(plain)
