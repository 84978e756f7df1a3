"""The map of a log: what it says, what it is told where it is wrong, and how maps lie on each other.

Each `mistakes/NAME.toml` has a mistake or several, and `mistakes/NAME.txt` is the whole text of the error. To see what
a change of wording does, run this file as a program: it writes the texts anew.
"""

import json
from datetime import timedelta
from pathlib import Path

import attrs
import jsonschema
import pytest

from casecore.audit.errors import AuditError, MapError
from casecore.audit.logs.log_map import AgentRole, LogMap, RosterAgent
from casecore.audit.logs.map_files import shipped_map_text, shipped_maps, take_questions
from casecore.audit.logs.map_kinds import Columns, Meaning, OrderColumn
from casecore.audit.logs.map_schema import map_schema, map_schema_text
from casecore.channels import Channel
from casecore.kernel import Command, Room
from casecore.kernel.fields import an_id
from casecore.kernel.values import frozen
from casecore.policies.kinds import Table, keys_of
from casecore.rooms.agents import Permission
from casecore.rooms.composition import ROOMS, House

GALLERY = Path(__file__).parent / "mistakes"
NAMES = sorted(file.stem for file in GALLERY.glob("*.toml"))

WHOLE = """
[log]
format = "csv"
kind = "happenings"
begins = "complete"
zone = "Europe/Lisbon"
null = ["?", "NULL"]
order = ["count:int", "id:text"]
skew = "10s"
encoding = "cp1252"
delimiter = ";"
between = "|"

[time]
column = { join = ["day", "hour"], with = "T" }
format = "%Y-%m-%dT%H:%M"

[columns]
case = "ticket"
by = ["agent", "user"]
what = "action"
review = "kind"

[constant]
channel = "email"
subject = "none"
attachments = ["a", "b"]
tags = ["vip"]
about_account = false

[words.what]
"solved" = "status resolved"
"answered" = { is = "SendReply", send_as = "pending", text = "?" }
"viewed" = "-"
"Dispose" = "Dispose"

[words.by]
"" = "none"
"robot" = "system"
"who" = "?"

[words.review]
"second" = true

[tells]
fields = ["status"]
commands = ["SendReply"]

[assume]
none = ["offers", "SnoozeCase"]
warm_up = "2d"

[agents.roster.ana]
role = "supervisor"
queues = ["billing"]
channels = []

[agents.roster.bob]
permissions = ["approve"]
capacity = { chat = 2 }
"""


def told(name):
    """What is told about a file of the gallery."""
    with pytest.raises(MapError) as caught:
        LogMap.loads((GALLERY / f"{name}.toml").read_text("utf-8"), f"{name}.toml")
    return f"{caught.value}\n"


def mistake(text):
    """The one problem of a map, as one line."""
    with pytest.raises(MapError) as caught:
        LogMap.loads(text)
    (problem,) = caught.value.problems
    return str(problem)


def mistakes(text):
    """The problems of a map."""
    with pytest.raises(MapError) as caught:
        LogMap.loads(text)
    return caught.value.problems


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told(name):
    """The whole text, to the last caret."""
    assert (GALLERY / f"{name}.txt").read_text("utf-8") == told(name)


def test_the_gallery_is_whole():
    """Every mistake has its text, and every text its mistake."""
    assert NAMES == sorted(file.stem for file in GALLERY.glob("*.txt"))
    assert 8 <= len(NAMES)


class TestReading:
    """What a map says."""

    def test_everything(self):
        """Each key as it is held."""
        read = LogMap.loads(WHOLE)
        assert ("?", "NULL") == read.log.null
        assert (OrderColumn("count", by_number=True), OrderColumn("id", by_number=False)) == read.log.order
        assert timedelta(seconds=10) == read.log.skew
        assert ("cp1252", ";", "|") == (read.log.encoding, read.log.delimiter, read.log.between)
        assert Columns(("day", "hour"), "T") == read.time.column
        assert "day + hour" == str(read.time.column)
        assert Columns(("agent", "user")) == read.columns["by"]
        assert "agent or user" == str(read.columns["by"])
        assert Meaning("status resolved") == read.words["what"]["solved"]
        assert Meaning("SendReply", {"send_as": "pending", "text": "?"}) == read.words["what"]["answered"]
        assert {"": Meaning("none"), "robot": Meaning("system"), "who": Meaning("?")} == read.words["by"]
        assert ("a", "b") == read.constant["attachments"]
        assert ("offers", "SnoozeCase") == read.assume.none
        assert timedelta(days=2) == read.assume.warm_up
        assert "Europe/Lisbon" == str(read.zone)

    def test_roster(self):
        """Who the agents are; what is not said of one is not known."""
        roster = LogMap.loads(WHOLE).roster
        assert RosterAgent(role=AgentRole.SUPERVISOR, queues=("billing",), channels=()) == roster["ana"]
        assert frozenset(Permission) == roster["ana"].may
        assert frozenset({Permission.APPROVE}) == roster["bob"].may
        assert {"chat": 2} == roster["bob"].capacity
        assert None is roster["bob"].queues
        assert None is RosterAgent(channels=(Channel.CHAT,)).may

    def test_writes_what_it_reads(self):
        """Every kind writes what it reads."""
        read = LogMap.loads(WHOLE)
        written = Table(LogMap).write(read)
        problems = []
        assert read == Table(LogMap).read(json.loads(json.dumps(written)), "", problems)
        assert [] == problems

    def test_a_zone_need_not_be_said(self):
        """Where times say their offset."""
        text = WHOLE.replace('zone = "Europe/Lisbon"\n', "")
        for time_format in ("iso", "epoch_s", "%Y-%m-%d %H:%M %z"):
            assert None is LogMap.loads(text.replace("%Y-%m-%dT%H:%M", time_format)).zone
        assert mistake(text.replace("%Y-%m-%dT%H:%M", "%Y-%m-%d %%z")).startswith("log.zone: is missing")

    def test_a_file(self, tmp_path):
        """A map is read from a file, which knows where everything stands."""
        file = tmp_path / "map.toml"
        file.write_text(WHOLE, "utf-8")
        read = LogMap.load(file)
        assert LogMap.loads(WHOLE) == read
        assert 6 == read.sources[0].origin("log.zone").line

    def test_another_house(self):
        """A house of one's own has words of its own."""

        @frozen
        class Refund(Command):
            """Pay back."""

            case: str = an_id()

        house = House((*ROOMS, Room("refunds", decide={Refund: lambda view, command, policy: ()})))
        text = WHOLE.replace('"Dispose" = "Dispose"', '"refund" = "Refund"').replace('["offers"', '["refunds"')
        assert house is LogMap.loads(text, house=house).house
        with pytest.raises(MapError) as caught:
            LogMap.loads(text)
        assert ["words.what.refund", "assume.none[0]"] == [problem.path for problem in caught.value.problems]


class TestRosterFile:
    """A roster in a file of its own."""

    def map_with(self, tmp_path, roster):
        """A map beside a roster."""
        (tmp_path / "people.toml").write_text(roster, "utf-8")
        (tmp_path / "map.toml").write_text(
            WHOLE.partition("[agents")[0] + '[agents]\nroster = "people.toml"\n', "utf-8"
        )
        return tmp_path / "map.toml"

    def test_is_read(self, tmp_path):
        """It is a table of agents."""
        assert AgentRole.AGENT is LogMap.load(self.map_with(tmp_path, '[ana]\nrole = "agent"\n')).roster["ana"].role

    def test_mistakes_have_their_place(self, tmp_path):
        """In the roster, not in the map."""
        with pytest.raises(MapError, match=r"people\.toml:2:8") as caught:
            LogMap.load(self.map_with(tmp_path, '[ana]\nrole = "agnt"\n'))
        assert "did you mean 'agent'?" == caught.value.problems[0].remedy
        with pytest.raises(MapError, match="is not TOML"):
            LogMap.load(self.map_with(tmp_path, "[ana"))

    def test_must_be_there(self, tmp_path):
        """A roster that is not there is told where it is named."""
        path = self.map_with(tmp_path, "")
        (tmp_path / "people.toml").unlink()
        with pytest.raises(MapError, match=r"agents\.roster: .*people\.toml cannot be read") as caught:
            LogMap.load(path)
        assert path == Path(caught.value.problems[0].origins[0].file)


class TestExtending:
    """A map says only what differs from another."""

    def test_tables_are_merged(self, tmp_path):
        """Key by key, and word by word; what joins columns is one value."""
        (tmp_path / "base.toml").write_text(WHOLE, "utf-8")
        (tmp_path / "mine.toml").write_text(
            'extends = "base.toml"\n[log]\nzone = "UTC"\n[columns]\nreview = "none"\ncase = { join = ["a", "b"] }\n'
            '[words]\nreview = "none"\n[words.by]\n"who" = "none"\n[words.what]\nsolved = { is = "CloseCase" }\n',
            "utf-8",
        )
        read = LogMap.load(tmp_path / "mine.toml")
        assert ("UTC", ";") == (read.log.zone, read.log.delimiter)
        assert "review" not in read.columns
        assert "review" not in read.words
        assert Columns(("a", "b"), " ") == read.columns["case"]
        assert Meaning("none") == read.words["by"]["who"]
        assert Meaning("CloseCase") == read.words["what"]["solved"]
        assert ["mine.toml", "base.toml"] == [Path(source.name).name for source in read.sources]

    def test_what_is_wrong_below(self, tmp_path):
        """Is told where it stands."""
        (tmp_path / "base.toml").write_text(WHOLE.replace('"offers"', '"ofers"'), "utf-8")
        (tmp_path / "mine.toml").write_text('extends = "base.toml"\n', "utf-8")
        with pytest.raises(MapError, match=r"base\.toml:\d+:\d+"):
            LogMap.load(tmp_path / "mine.toml")
        (tmp_path / "base.toml").write_text("[log", "utf-8")
        with pytest.raises(MapError, match=r"base\.toml:1:5"):
            LogMap.load(tmp_path / "mine.toml")

    @pytest.mark.parametrize(
        ("extends", "found"),
        [
            ('"mine.toml"', "the maps go in a circle"),
            ('"nowhere.toml"', "nowhere.toml cannot be read"),
            ("7", "7 does not fit"),
        ],
    )
    def test_cannot(self, tmp_path, extends, found):
        """A circle, a file that is not there, what is no path."""
        (tmp_path / "mine.toml").write_text(f"extends = {extends}\n", "utf-8")
        with pytest.raises(MapError) as caught:
            LogMap.load(tmp_path / "mine.toml")
        (problem,) = caught.value.problems
        assert ("extends", 1) == (problem.path, problem.origins[0].line)
        assert found in problem.message

    def test_at_most_eight(self, tmp_path):
        """Maps do not lie on each other without end."""
        for number in range(9):
            (tmp_path / f"{number}.toml").write_text(f'extends = "{number + 1}.toml"\n', "utf-8")
        with pytest.raises(MapError, match="8 maps lie on each other already"):
            LogMap.load(tmp_path / "0.toml")

    def test_no_such_file(self):
        """The maps that ship are named where one may be meant."""
        with pytest.raises(MapError) as caught:
            LogMap.load("servicnow")
        assert caught.value.problems[0].remedy.startswith("these ship with casecore: ")
        with pytest.raises(MapError) as caught:
            LogMap.load("nowhere.toml")
        assert "" == caught.value.problems[0].remedy

    def test_a_text_extends_only_what_ships(self):
        """It lies nowhere, so that nothing lies beside it."""
        assert mistake('extends = "base.toml"').startswith("extends: no such map ships")
        assert "is not TOML" in mistake("[log")


class TestQuestions:
    """A question that nobody has answered."""

    def test_is_told_with_its_remark(self):
        """Above it or behind it, with its line."""
        text = WHOLE.replace('zone = "Europe/Lisbon"', '# Where are the desks?\n# Say the zone.\nzone = "ask"')
        assert "answer the question in line 8: Where are the desks? Say the zone." in mistake(text)
        text = WHOLE.replace('"solved" = "status resolved"', '"solved" = "ask"  # 12 rows')
        assert "words.what.solved: is not answered yet; answer the question in line 32: 12 rows" == mistake(text)
        text = WHOLE.replace('["?", "NULL"]', '["ask"]')
        assert "log.null: is not answered yet; answer the question in line 7" == mistake(text)

    def test_of_a_map_without_anything_above(self):
        """A remark may be all that stands above."""
        told = next(one for one in mistakes('# Which format?\nlog.format = "ask"') if "log.format" == one.path)
        assert "answer the question in line 2: Which format?" == told.remedy

    def test_hides_nothing_else(self):
        """What else is wrong is told, too; that a question has no answer is told once."""
        text = WHOLE.replace('"csv"', '"ask"').replace('"complete"', '"complet"')
        with pytest.raises(MapError) as caught:
            LogMap.loads(text)
        assert ["log.format", "log.begins"] == [problem.path for problem in caught.value.problems]

    def test_of_a_map_without_a_file(self):
        """It has no line."""
        (problem,) = take_questions({"log": {"zone": "ask"}}, ())
        assert "log.zone: is not answered yet; answer the question" == str(problem)


class TestSchema:
    """The schema for editors."""

    def test_takes_what_is_right(self):
        """A whole map fits it, and one that extends another."""
        import tomllib

        jsonschema.validate(tomllib.loads(WHOLE), map_schema())
        jsonschema.validate({"extends": "servicenow", "columns": {"by": ["a", "b"]}}, map_schema())
        assert map_schema() == json.loads(map_schema_text())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"lgo": {}},
            {"log": {"kind": "snapshot"}},
            {"log": {"order": ["a"]}},
            {"columns": {"case": []}},
            {"time": {"format": "dd/mm"}},
            {"agents": {"roster": {"ana": {"role": "boss"}}}},
        ],
        ids=str,
    )
    def test_marks_what_is_wrong(self, wrong):
        """As far as a schema can tell."""
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, map_schema())

    def test_has_every_key(self):
        """Of every table."""
        properties = map_schema()["properties"]
        assert {"extends", *keys_of(LogMap)} == properties.keys()
        assert {*keys_of(type(LogMap.loads(WHOLE).log))} == properties["log"]["properties"].keys()


def test_errors_are_values():
    """An error says the same as data, and survives its way to another process."""
    import pickle

    with pytest.raises(AuditError) as caught:
        LogMap.loads("[log]")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 -- our own
    assert (str(caught.value), caught.value.problems) == (str(again), again.problems)


def test_maps_made_in_code_are_asked_the_same():
    """What no file could hold is refused."""
    read = LogMap.loads(WHOLE)
    assert read == attrs.evolve(read)
    with pytest.raises(ValueError, match="columns"):
        attrs.evolve(read, columns={"case": "ticket"})


@pytest.mark.parametrize("name", shipped_maps())
def test_shipped_maps_begin_with_what_they_are_for(name):
    """The page quotes the first line."""
    assert shipped_map_text(name).startswith("# ")


if __name__ == "__main__":
    for each in NAMES:
        (GALLERY / f"{each}.txt").write_text(told(each), "utf-8")
