"""Rows of which some fields are not told: what may be done with them, and what raises."""

import copy
import pickle
from datetime import UTC, datetime

import pytest

from casecore import SendReply, Status
from casecore.audit.judging.supposing import every_answer
from casecore.audit.judging.untold import (
    SOMEBODY,
    UNTOLD,
    NotTold,
    become,
    blind_row,
    copied_row,
    forget,
    open_row,
    raw_reader,
    settle,
    tell_both,
)
from casecore.kernel import changed
from casecore.kernel.records import thaw
from casecore.kernel.values import kind_of
from casecore.rooms.contacts import Contact

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_reading_what_is_not_told_says_which_field_of_what():
    """And writing tells it; what is told is read as ever."""
    contact = blind_row(Contact, {"agent": "ana"})
    assert "ana" == contact.agent
    with pytest.raises(NotTold, match=r"Contact\.authenticated is not told") as caught:
        assert contact.authenticated
    assert contact is caught.value.row
    contact.authenticated = True
    assert contact.authenticated
    assert isinstance(contact, Contact)
    assert Contact is kind_of(contact)


def test_what_stays_untold_forgets_what_is_written():
    """Something that the log does not tell may change it at any time."""
    contact = open_row(thaw(Contact("ana", NINE)), Contact, frozenset({"authenticated"}))
    contact.authenticated = True
    with pytest.raises(NotTold):
        assert contact.authenticated
    assert UNTOLD is raw_reader(type(contact), "authenticated")(contact)


def test_what_was_known_is_forgotten():
    """Until it is told again."""
    contact = open_row(thaw(Contact("ana", NINE)), Contact)
    forget(contact, frozenset({"attempts", "committed"}))
    forget(contact, frozenset({"attempts"}))
    with pytest.raises(NotTold):
        assert contact.attempts == 0
    contact.attempts = 2
    assert 2 == contact.attempts
    assert "ana" == contact.agent


@pytest.mark.parametrize(
    "use",
    [
        bool,
        len,
        str,
        hash,
        list,
        lambda value: value == 1,
        lambda value: value < 1,
        lambda value: value + 1,
        lambda value: 1 - value,
        lambda value: f"{value}",
        lambda value: "a" in value,
        lambda value: value.any,
        lambda value: value(),
    ],
    ids=range(13),
)
def test_the_value_that_is_not_told_answers_nothing(use):
    """It may be passed on, shown and stored, and that is all."""
    with pytest.raises(NotTold, match="text is not told"):
        use(UNTOLD)
    assert "UNTOLD" == repr(UNTOLD)
    assert UNTOLD is copy.copy(UNTOLD) is pickle.loads(pickle.dumps(UNTOLD))  # noqa: S301 -- our own bytes


def test_a_row_is_shown_with_what_it_lacks():
    """For whoever debugs at night."""
    shown = repr(blind_row(Contact, {"agent": "ana", "since": NINE}))
    assert shown.startswith("Contact(agent='ana', since=")
    assert "authenticated=UNTOLD" in shown


def test_commands_and_views_lack_fields_as_well():
    """A class of another layout is made in the same way; a field may be read off the class."""
    reply = blind_row(SendReply, {"by": "ana", "at": NINE, "case": "c1"})
    assert isinstance(reply, SendReply)
    with pytest.raises(NotTold, match=r"SendReply\.text"):
        assert reply.text
    assert type(reply).text is not None
    other = changed(reply, text="Hello", send_as=Status.PENDING)
    assert ("Hello", "ana") == (other.text, other.by)
    with pytest.raises(NotTold):
        assert other.message


def test_a_value_is_supposed_for_a_while():
    """Then nobody knows it again."""
    contact = blind_row(Contact, {"agent": "ana"})
    tried = every_answer(lambda: contact.authenticated, NotTold(contact, "authenticated"), lambda: ())
    assert [True, False] == list(tried)
    with pytest.raises(NotTold):
        assert contact.authenticated


def test_what_two_rows_tell_alike():
    """The rest is not told; somebody in one is nobody in particular."""
    one, other = Contact("ana", NINE, attempts=1), Contact("ana", NINE, attempts=2)
    both = tell_both(one, other)
    assert ("ana", NINE) == (both.agent, both.since)
    with pytest.raises(NotTold):
        assert both.attempts
    assert one is tell_both(one, Contact("ana", NINE, attempts=1))
    with pytest.raises(NotTold):
        assert tell_both(Contact(SOMEBODY, NINE), Contact(SOMEBODY, NINE)).agent


def test_what_was_copied_from_something_untold_is_untold():
    """Whoever wrote it has not looked; what is told stays so."""
    settled = settle(Contact(UNTOLD, NINE))
    with pytest.raises(NotTold):
        assert settled.agent
    assert NINE == settled.since
    told = Contact("ana", NINE)
    assert told is settle(told)
    assert Contact is type(told)


def test_a_row_becomes_another_and_stays_the_same_object():
    """So whoever holds it sees it."""
    row, other = blind_row(Contact, {"agent": "ana"}), blind_row(Contact, {"agent": "ben", "since": NINE})
    become(row, copied_row(other))
    assert ("ben", NINE) == (row.agent, row.since)
    with pytest.raises(NotTold):
        assert row.attempts


def test_what_cannot_be_tried_out_is_said_once():
    """Nobody knows which values a text may have."""
    untold = NotTold(UNTOLD, "text")
    assert [untold] == list(every_answer(lambda: None, untold, tuple))
