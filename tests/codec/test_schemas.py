"""The JSON Schema of every document: what is written fits it, and what does not fit it is not read."""

import copy
import json
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from casecore import HOUSE, Accepted, Desk, Refused
from casecore.cli.documents import documents_page
from casecore.codec import CodecError, dumps, from_plain, house_codec, to_plain
from casecore.codec.schemas import attributes_told, documents_schema, documents_schema_text
from casecore.kernel import Command, Event
from casecore.rooms.composition import TABLES
from casecore.testing.strategies import any_command, desks, runs

ROOT = Path(__file__).parents[2]
SCHEMA = documents_schema()
Draft202012Validator.check_schema(SCHEMA)
OF_TYPE = {
    name: Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}) for name in SCHEMA["$defs"]
}


def misfits(plain):
    """What the schema has against a document."""
    return [error.message for error in OF_TYPE[plain["type"]].iter_errors(plain)]


class TestShipped:
    """What ships is what is made here."""

    def test_the_schema(self):
        """If it is not: `casecore schema --of documents > src/casecore/codec/documents.schema.json`."""
        assert documents_schema_text() == (ROOT / "src/casecore/codec/documents.schema.json").read_text("utf-8")

    def test_the_page(self):
        """If it is not: `casecore schema --of documents --format md > docs/commands.md`."""
        assert documents_page() == (ROOT / "docs/commands.md").read_text("utf-8")

    def test_everything_has_its_schema(self):
        """Every class that the codec knows; a command and an event of each name stand on the page."""
        assert house_codec().things.keys() == SCHEMA["$defs"].keys()
        page = documents_page()
        told = [thing for thing in house_codec().things.values() if issubclass(thing, Command | Event)]
        assert [] == [thing.__name__ for thing in told if f"\n### {thing.__name__}\n" not in page]

    @pytest.mark.parametrize("of", ["policy", "documents"])
    @pytest.mark.parametrize("form", ["json", "md"])
    def test_the_command_line(self, casecore, of, form):
        """Each is printed, for programs and for readers."""
        code, printed, _ = casecore("schema", "--of", of, "--format", form)
        assert code == 0
        assert json.loads(printed) if form == "json" else printed.startswith("# Every ")


class TestFits:
    """Written documents fit; what does not fit is not read."""

    @given(runs())
    def test_what_happens(self, steps):
        """Commands, events and answers of every step."""
        for step in steps:
            said = (step.command, step.verdict, *step.events)
            assert [] == [wrong for thing in said for wrong in misfits(to_plain(thing))]

    @given(desks(max_steps=20))
    def test_records_and_desks(self, desk):
        """Every row, and the desk as a whole."""
        rows = [row for table in TABLES for row in getattr(desk, table).values()]
        assert [] == [wrong for thing in (*rows, desk) for wrong in misfits(to_plain(thing))]

    @given(any_command(), st.data())
    def test_what_is_changed(self, command, data):
        """Whatever stands in a field, or whichever is gone: what the schema refuses is not read."""
        plain = to_plain(command)
        name = data.draw(st.sampled_from(sorted(plain.keys() - {"type"})))
        odd = (
            st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2) | st.just({"a": 1})
        )
        changed = copy.deepcopy(plain)
        if data.draw(st.booleans()):
            changed[name] = data.draw(odd)
        else:
            del changed[name]
        changed |= data.draw(st.just({}) | st.just({"more": 1}))
        if misfits(changed):
            with pytest.raises(CodecError):
                from_plain(changed)

    def test_answers(self):
        """A verdict, and what a policy and an action look like."""
        desk = Desk()
        for thing in (Accepted(()), Refused(()), desk.policy, *desk.due()):
            assert [] == misfits(to_plain(thing))


def test_what_is_told_of_fields():
    """A field that a class has from another is described where that describes it."""
    told = attributes_told(HOUSE.commands[0])
    assert told["at"] == "When, as an aware datetime; kept in UTC."
    assert {attribute.name for attribute in attrs.fields(Command)} <= told.keys()
    assert json.loads(dumps(Desk()))["type"] == "Desk"
