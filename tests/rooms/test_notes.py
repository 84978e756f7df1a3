"""Notes, tags and sentiment: what the desk writes beside the conversation (§4)."""

import attrs
import pytest

from casecore import codec
from casecore.policies import Policy
from casecore.policies.sections import Sentiment, Tags
from casecore.rooms.assignments import OpenCase
from casecore.rooms.notes import (
    AddNote,
    AddTag,
    CaseTagged,
    CaseUntagged,
    DeleteNote,
    EditNote,
    MessageTagged,
    MessageUntagged,
    Note,
    NoteAdded,
    NoteDeleted,
    NoteEdited,
    RemoveTag,
    SentimentSet,
    SetSentiment,
)
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import Feeling, RecordCustomer
from casecore.testing.scenario import at, case_in, given, new_case

NOTE = AddNote("ana", at(10), "n1", "Prefers mornings", case="c1")
CARD = AddNote("ana", at(10), "n2", "Speaks Portuguese", customer="maria")


def sop(**sections):
    """The default SOP, but for these sections."""
    return attrs.evolve(Policy.default(), **sections)


class TestNotes:
    """On a case, or on a customer."""

    def test_on_a_case(self):
        """Its author is kept; its text lives in the event."""
        outcome = given(new_case()).when(NOTE)
        outcome.then(NoteAdded("ana", at(10), "n1", "Prefers mornings", "c1", None))
        assert Note("n1", "ana", case="c1") == outcome.desk.notes["n1"]

    def test_on_a_customer(self):
        """It stays when their cases are over."""
        outcome = given(case_in("closed")).when(CARD)
        outcome.then(NoteAdded("ana", at(10), "n2", "Speaks Portuguese", None, "maria"))
        assert Note("n2", "ana", customer="maria") == outcome.desk.notes["n2"]

    def test_on_a_customer_who_never_wrote(self):
        """A host may record them first."""
        given(RecordCustomer("system", at(1), "rui")).when(
            AddNote("ana", at(2), "n1", "Calls soon", customer="rui")
        ).then(NoteAdded)

    def test_edited(self):
        """The history keeps every version, and where the note is."""
        story = given(new_case(), NOTE, CARD)
        story.when(EditNote("ana", at(20), "n1", "Prefers evenings")).then(
            NoteEdited("ana", at(20), "n1", "Prefers evenings", "c1", None)
        )
        story.when(EditNote("ana", at(20), "n2", "Speaks French")).then(
            NoteEdited("ana", at(20), "n2", "Speaks French", None, "maria")
        )

    def test_author_stays(self):
        """A supervisor who edits a note does not become its author."""
        outcome = given(new_case(), NOTE).when(EditNote("dora", at(20), "n1", "Prefers evenings")).then(NoteEdited)
        assert "ana" == outcome.desk.notes["n1"].author

    def test_deleted(self):
        """It is gone from the desk, and can be neither edited nor deleted again."""
        outcome = given(new_case(), NOTE).when(DeleteNote("ana", at(20), "n1"))
        outcome.then(NoteDeleted("ana", at(20), "n1", "c1", None))
        assert [] == list(outcome.desk.notes)
        outcome.and_when(EditNote("ana", at(30), "n1", "?")).refused("note.known")

    @pytest.mark.parametrize("by", ["ben", "cleo", "system"])
    def test_by_everybody_at_the_desk(self, by):
        """Not only the assignee writes notes."""
        given(case_in("open")).when(AddNote(by, at(10), "n1", "Seen", case="c1")).then(NoteAdded)

    @pytest.mark.parametrize("by", ["cleo", "ben"])
    def test_of_somebody_else(self, by):
        """A note is its author's."""
        story = given(new_case(), NOTE)
        outcome = story.when(EditNote(by, at(20), "n1", "Wrong")).refused("note.author")
        assert (
            f"[note.author] note n1 is ana's, not {by}'s -> ask ana or a supervisor, or write a note of your own"
        ) == str(outcome.verdict)
        story.when(DeleteNote(by, at(20), "n1")).refused("note.author")

    @pytest.mark.parametrize("by", ["dora", "system"])
    def test_supervisors_and_the_system(self, by):
        """They may edit and delete every note."""
        story = given(new_case(), NOTE)
        story.when(EditNote(by, at(20), "n1", "Better")).then(NoteEdited)
        story.when(DeleteNote(by, at(20), "n1")).then(NoteDeleted)

    @pytest.mark.parametrize("text", ["", " \n"])
    def test_empty(self, text):
        """A note says something, when it is written and when it is edited."""
        outcome = given(new_case()).when(AddNote("ana", at(10), "n1", text, case="c1")).refused("note.content")
        assert "[note.content] the note is empty -> write something" == str(outcome.verdict)
        given(new_case(), NOTE).when(EditNote("ana", at(20), "n1", text)).refused("note.content")

    def test_id_is_used_once(self):
        """One note, one id."""
        outcome = given(new_case(), NOTE).when(AddNote("ana", at(20), "n1", "Again", case="c1")).refused("note.fresh")
        assert "[note.fresh] there is a note 'n1' already -> give each note its own id" == str(outcome.verdict)

    @pytest.mark.parametrize(
        ("place", "found"),
        [({}, "neither a case nor a customer"), ({"case": "c1", "customer": "maria"}, "both a case and a customer")],
    )
    def test_one_place(self, place, found):
        """Exactly one of the two."""
        outcome = given(new_case()).when(AddNote("ana", at(10), "n1", "Hm", **place)).refused("note.place")
        assert f"[note.place] the note is on {found} -> name exactly one of the two" == str(outcome.verdict)

    def test_unknown_place(self):
        """There must be such a case, or such a customer."""
        story = given(new_case())
        outcome = story.when(AddNote("ana", at(10), "n1", "Hm", case="c9")).refused("case.known")
        assert "[case.known] there is no case 'c9' -> check the id; messages start cases" == str(outcome.verdict)
        outcome = story.when(AddNote("ana", at(10), "n1", "Hm", customer="rui")).refused("customer.known")
        assert "[customer.known] there is no customer 'rui' -> record the customer first" == str(outcome.verdict)

    @pytest.mark.parametrize("command", [EditNote("ana", at(10), "n9", "Hm"), DeleteNote("ana", at(10), "n9")])
    def test_unknown_note(self, command):
        """There must be such a note."""
        outcome = given(new_case()).when(command).refused("note.known")
        assert "[note.known] there is no note 'n9' -> check the id; it may have been deleted" == str(outcome.verdict)

    def test_by_the_customer(self):
        """Notes are internal: a customer can only write."""
        story = given(new_case(), NOTE)
        story.when(AddNote("customer", at(20), "n9", "Hi", case="c1")).refused("actor.role")
        story.when(EditNote("customer", at(20), "n1", "Hi")).refused("actor.role")
        story.when(DeleteNote("customer", at(20), "n1")).refused("actor.role")


class TestTags:
    """On a case, or on one message of it."""

    def test_on_a_case(self):
        """Set and taken away."""
        outcome = (
            given(new_case()).when(AddTag("ana", at(10), "c1", "vip")).then(CaseTagged("ana", at(10), "c1", "vip"))
        )
        assert {"vip"} == outcome.desk.cases["c1"].case.tags
        again = outcome.and_when(RemoveTag("ben", at(20), "c1", "vip")).then(CaseUntagged("ben", at(20), "c1", "vip"))
        assert set() == again.desk.cases["c1"].case.tags

    def test_on_a_message(self):
        """The case's own tags are others."""
        outcome = given(new_case()).when(AddTag("ana", at(10), "c1", "rude", message="m-c1"))
        outcome.then(MessageTagged("ana", at(10), "c1", "m-c1", "rude", "t-c1"))
        assert {"rude"} == outcome.desk.messages["t-c1/m-c1"].tags
        assert set() == outcome.desk.cases["c1"].case.tags
        again = outcome.and_when(RemoveTag("ana", at(20), "c1", "rude", message="m-c1"))
        again.then(MessageUntagged("ana", at(20), "c1", "m-c1", "rude", "t-c1"))
        assert set() == again.desk.messages["t-c1/m-c1"].tags

    @pytest.mark.parametrize("message", [None, "m-c1"], ids=["case", "message"])
    def test_twice(self, message):
        """A tag that is there already, or is not there, changes nothing."""
        story = given(new_case())
        story.when(RemoveTag("ana", at(10), "c1", "vip", message)).then()
        tagged = story.and_given(AddTag("ana", at(10), "c1", "vip", message))
        tagged.when(AddTag("ana", at(20), "c1", "vip", message)).then()

    def test_several(self):
        """One does not take the place of another."""
        story = given(new_case(), AddTag("ana", at(10), "c1", "vip"), AddTag("ana", at(11), "c1", "refund"))
        assert {"vip", "refund"} == story.desk.cases["c1"].case.tags
        assert {"refund"} == story.when(RemoveTag("ana", at(12), "c1", "vip")).desk.cases["c1"].case.tags

    @pytest.mark.parametrize("command", [AddTag, RemoveTag])
    def test_message_of_another_case(self, command):
        """The message must be on the case."""
        outcome = given(new_case(), new_case("c2")).when(command("ana", at(10), "c1", "vip", message="m-c2"))
        outcome.refused("message.known")
        assert "[message.known] case c1 has no message 'm-c2' -> check the id" == str(outcome.verdict)

    def test_policy_has_no_tags(self):
        """Switched off, nobody tags; old tags may still be taken away."""
        story = given(new_case(), policy=sop(tags=Tags(enabled=False)))
        outcome = story.when(AddTag("ana", at(10), "c1", "vip")).refused("tags.enabled")
        assert "[tags.enabled] the policy has no tags -> write a note instead" == str(outcome.verdict)
        story.when(RemoveTag("ana", at(10), "c1", "vip")).then()

    @pytest.mark.parametrize(("message", "on"), [(None, "c1"), ("m-c1", "m-c1")], ids=["case", "message"])
    def test_limit(self, message, on):
        """So many on one case, and so many on one message; the refusal counts."""
        story = given(
            new_case(),
            AddTag("ana", at(10), "c1", "a", message),
            AddTag("ana", at(10), "c1", "b", message),
            policy=sop(tags=Tags(limit=2)),
        )
        outcome = story.when(AddTag("ana", at(20), "c1", "c", message)).refused("tags.limit")
        (reason,) = outcome.verdict.reasons
        assert f"[tags.limit] {on} has 2 of 2 tags -> take one away first" == str(reason)
        assert {"tags": 2, "limit": 2} == reason.facts
        story.when(AddTag("ana", at(20), "c1", "a", message)).then()
        other = None if message else "m-c1"
        assert story.when(AddTag("ana", at(20), "c1", "c", other)).verdict

    def test_by_the_customer(self):
        """A customer can only write."""
        given(new_case()).when(AddTag("customer", at(10), "c1", "vip")).refused("actor.role")


class TestSentiment:
    """Positive, neutral or negative, for each message."""

    def test_marked(self):
        """The customer's record counts both; a changed mark is counted once."""
        story = given(new_case())
        assert (0, 0) == counts(story.desk)
        outcome = story.when(SetSentiment("ana", at(10), "c1", "m-c1", Feeling.NEGATIVE))
        outcome.then(
            SentimentSet("ana", at(10), "c1", "m-c1", "maria", Feeling.NEGATIVE, Feeling.NEUTRAL, None, "t-c1")
        )
        assert Feeling.NEGATIVE is outcome.desk.messages["t-c1/m-c1"].sentiment
        assert (0, 1) == counts(outcome.desk)
        outcome = outcome.and_when(SetSentiment("ana", at(20), "c1", "m-c1", Feeling.POSITIVE))
        assert (1, 0) == counts(outcome.desk)
        outcome = outcome.and_when(SetSentiment("ana", at(30), "c1", "m-c1", Feeling.NEUTRAL))
        assert (0, 0) == counts(outcome.desk)

    def test_same_mark(self):
        """Marking it the same again changes nothing."""
        given(new_case()).when(SetSentiment("ana", at(10), "c1", "m-c1", Feeling.NEUTRAL)).then()

    def test_of_several_messages(self):
        """Counts are of the customer, across cases and channels."""
        story = given(
            new_case("c1"),
            new_case("c2", channel="email"),
            SetSentiment("ana", at(10), "c1", "m-c1", Feeling.NEGATIVE),
            SetSentiment("ana", at(10), "c2", "m-c2", Feeling.NEGATIVE),
        )
        assert (0, 2) == counts(story.desk)

    def test_of_our_own_message(self):
        """Regression: marking our reply counted on the customer's record, as if the customer had written it.

        The customer card then told more marked messages than the customer had written. The reply is marked all the
        same.
        """
        ours = given(new_case(), OpenCase("ana", at(1), "c1"), SendReply("ana", at(2), "c1", "r1", "No"))
        outcome = ours.when(SetSentiment("ben", at(10), "c1", "r1", Feeling.NEGATIVE))
        outcome.then(SentimentSet("ben", at(10), "c1", "r1", "maria", Feeling.NEGATIVE, Feeling.NEUTRAL, "ana", "t-c1"))
        assert Feeling.NEGATIVE is outcome.desk.messages["t-c1/r1"].sentiment
        assert (0, 0) == counts(outcome.desk)
        assert (0, 0) == counts(outcome.and_when(SetSentiment("ben", at(20), "c1", "r1", Feeling.NEUTRAL)).desk)

    def test_stored_before_the_author_was_told(self):
        """A mark that was stored without an author counts as it did when it was made."""
        story = given(new_case())
        stored = SentimentSet("ana", at(10), "c1", "m-c1", "maria", Feeling.NEGATIVE, Feeling.NEUTRAL)
        plain = codec.to_plain(stored)
        del plain["author"], plain["thread"]
        assert (0, 1) == counts(story.desk.evolve([codec.from_plain(plain)]))

    def test_unknown_message(self):
        """The message must be on the case."""
        given(new_case()).when(SetSentiment("ana", at(10), "c1", "m9", Feeling.POSITIVE)).refused("message.known")

    def test_policy_lets_nobody_mark_by_hand(self):
        """Then it is left to the system, which may."""
        story = given(new_case(), policy=sop(sentiment=Sentiment(manual=False)))
        outcome = story.when(SetSentiment("ana", at(10), "c1", "m-c1", Feeling.POSITIVE)).refused("sentiment.manual")
        assert ("[sentiment.manual] the policy lets no agent set sentiment by hand -> leave it to the system") == str(
            outcome.verdict
        )
        story.when(SetSentiment("system", at(10), "c1", "m-c1", Feeling.POSITIVE)).then(SentimentSet)

    def test_by_the_customer(self):
        """A customer can only write."""
        given(new_case()).when(SetSentiment("customer", at(10), "c1", "m-c1", Feeling.POSITIVE)).refused("actor.role")


def counts(desk):
    """How many of maria's messages are positive and negative."""
    return desk.customers["maria"].positive, desk.customers["maria"].negative


class TestAfterClosing:
    """A closed case gets notes, and nothing else."""

    def test_note_is_written_changed_and_taken_away(self):
        """Regression: the form that came by post could not be noted any more."""
        story = given(case_in("closed"), AddNote("ana", at(60), "n1", "The form came by post", "c1"))
        edited = story.and_given(EditNote("ana", at(61), "n1", "The signed form"))
        edited.when(DeleteNote("ana", at(62), "n1")).then(NoteDeleted)

    def test_nothing_else(self):
        """No tag, and no sentiment."""
        story = given(case_in("closed"))
        story.when(AddTag("ana", at(60), "c1", "late")).refused("lifecycle.closed")
        story.when(SetSentiment("system", at(60), "c1", "m-c1", Feeling.NEGATIVE)).refused("lifecycle.closed")
