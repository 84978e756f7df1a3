"""Records: frozen for ever, thawed to be changed, frozen again."""

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from casecore.agents import Agent
from casecore.approvals import WaitingDraft
from casecore.cases import Case
from casecore.desk import CaseFile
from casecore.notes import Note
from casecore.records import freeze, record, thaw, thawer
from casecore.threads import Customer, Message, Thread

RECORDS = (Agent, Customer, Thread, Message, Note, Case, WaitingDraft, CaseFile)


@record
class Cup:
    """A record of a test."""

    tea: int
    milk: str = "no"


def of_any(record_class):
    """Records of this class with anything at all in their fields."""
    return st.builds(
        record_class, *(st.none() | st.integers() | st.text(max_size=3) for _ in attrs.fields(record_class))
    )


@pytest.mark.parametrize("record_class", RECORDS, ids=lambda record_class: record_class.__name__)
class TestEveryRecord:
    """What holds for every record of the desk."""

    def test_frozen(self, record_class):
        """It cannot be changed, neither in a field that it has nor in one that it has not."""
        row = record_class(*attrs.fields(record_class))
        with pytest.raises(FrozenInstanceError):
            setattr(row, attrs.fields(record_class)[0].name, "another")
        assert not hasattr(row, "__dict__")
        assert not hasattr(row, "__weakref__")

    @given(st.data())
    def test_thawed_and_frozen(self, record_class, data):
        """Thawing and freezing gives an equal record, and another object."""
        row = data.draw(of_any(record_class))
        again = freeze(thaw(row), record_class)
        assert row == again
        assert row is not again
        assert record_class is type(again)

    @given(st.data())
    def test_changed(self, record_class, data):
        """What is written to a draft is in the record made from it; the record it was made from stays as it is."""
        row, other = data.draw(of_any(record_class)), data.draw(of_any(record_class))
        before = attrs.astuple(row, recurse=False)
        draft = thaw(row)
        for field in attrs.fields(record_class):
            setattr(draft, field.name, getattr(other, field.name))
        assert other == freeze(draft, record_class)
        assert before == attrs.astuple(row, recurse=False)


class TestDrafts:
    """A record while events are applied to it."""

    def test_same_fields(self):
        """A draft has the fields of its record, in their order, and no other."""
        draft = thaw(Cup(2))
        assert (2, "no") == (draft.tea, draft.milk)
        assert ["tea", "milk"] == [field.name for field in attrs.fields(type(draft))]
        with pytest.raises(AttributeError):
            draft.sugar = 1

    def test_frozen_draft_is_the_record(self):
        """Freezing copies nothing: the draft itself becomes the record and cannot be written to any more."""
        draft = thaw(Cup(2))
        draft.milk = "yes"
        cup = freeze(draft, Cup)
        assert draft is cup
        assert Cup(2, "yes") == cup
        assert hash(Cup(2, "yes")) == hash(cup)
        with pytest.raises(FrozenInstanceError):
            draft.milk = "no"

    def test_drafts_are_compared_by_identity(self):
        """Two drafts that look alike may become different records."""
        assert thaw(Cup(2)) != thaw(Cup(2))

    def test_made_once(self):
        """The draft's class is generated once for each record's."""
        assert thawer(Cup) is thawer(Cup)
        assert type(thaw(Cup(1))) is type(thaw(Cup(2)))
        assert "CupDraft" == type(thaw(Cup(1))).__name__
