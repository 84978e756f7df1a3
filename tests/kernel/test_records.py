"""Records: frozen for ever, thawed to be changed, frozen again."""

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from casecore.kernel.records import editing_class, freeze, record, thaw, thawer
from casecore.rooms.agents import Agent
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.cases import Case
from casecore.rooms.composition import CaseFile
from casecore.rooms.notes import Note
from casecore.rooms.threads import Customer, Message, Thread

RECORDS = (Agent, Customer, Thread, Message, Note, Case, WaitingDraft, CaseFile)


@record
class Cup:
    """A record of a test."""

    tea: int
    milk: str = "no"


@record
class Jug:
    """Another, with a field that is given by name."""

    tea: int
    lid: str = attrs.field(default="off", kw_only=True)


def of_any(record_class):
    """Records of this class with anything at all in their fields."""
    return st.builds(
        record_class, *(st.none() | st.integers() | st.text(max_size=3) for _ in attrs.fields(record_class))
    )


@pytest.mark.parametrize("record_class", RECORDS, ids=lambda record_class: record_class.__name__)
class TestEveryRecord:
    """What holds for every record of the desk."""

    @pytest.fixture(autouse=True)
    def no_checks(self):
        """Fields may hold anything here, also what some of them would refuse."""
        with attrs.validators.disabled():
            yield

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
    def test_made_as_a_draft(self, record_class, data):
        """A draft is made with the same arguments as the record, given or left out, and freezes to an equal one."""
        fields = attrs.fields(record_class)
        needed = sum(field.default is attrs.NOTHING for field in fields)
        values = data.draw(st.lists(st.integers() | st.none(), min_size=needed, max_size=len(fields)))
        row = record_class(*values)
        draft = editing_class(record_class)(*values)
        setattr(draft, fields[0].name, values[0])
        assert row == freeze(draft, record_class)
        by_name = {field.name: value for field, value in zip(fields, values, strict=False)}
        assert row == freeze(editing_class(record_class)(**by_name), record_class)

    def test_made_as_a_draft_with_too_little(self, record_class):
        """What the record needs its draft needs too."""
        with pytest.raises(TypeError, match="missing"):
            editing_class(record_class)()

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

    def test_keyword_only(self):
        """A field that the record takes by name only, its draft takes so too."""
        assert Jug(2, lid="on") == freeze(editing_class(Jug)(2, lid="on"), Jug)
        assert Jug(2) == freeze(editing_class(Jug)(2), Jug)
        with pytest.raises(TypeError):
            editing_class(Jug)(2, "on")

    def test_default_of_its_own(self):
        """Regression: the table by which a field begins could be changed, and the record with it."""
        maria = freeze(editing_class(Customer)("maria"), Customer)
        with pytest.raises(TypeError, match="never changes"):
            maria.profile["email"] = "maria@example.org"
        assert Customer("maria") == maria

    def test_drafts_are_compared_by_identity(self):
        """Two editings that look alike may become different records."""
        assert thaw(Cup(2)) != thaw(Cup(2))

    def test_made_once(self):
        """The editing's class is generated once for each record's."""
        assert thawer(Cup) is thawer(Cup)
        assert editing_class(Cup) is editing_class(Cup) is type(thaw(Cup(1)))
        assert type(thaw(Cup(1))) is type(thaw(Cup(2)))
        assert "CupEditing" == type(thaw(Cup(1))).__name__
