"""Logs as XES and as OCEL: which columns they have, and that it does not matter who reads them."""

import gzip
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from casecore.audit.errors import AuditError
from casecore.audit.logs import reading_xes
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.reading import read_log
from casecore.statuses import Status

XES_MAP = """
[log]
format = "xes"
kind = "snapshots"
begins = "cut"
[time]
column = "time:timestamp"
format = "iso"
[columns]
case = "case:concept:name"
status = "concept:name"
by = "org:resource"
elapsed = "case:cost"
again = "again"
text = "size"
[words.status]
"Taken" = "open"
"Solved" = "resolved"
"Else" = "pending"
"""

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><float key="cost" value="0.5"/></global>
  <global scope="event"><string key="concept:name" value="Else"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="origin" value="csv"/>
  <trace>
    <string key="concept:name" value="case 1"><string key="inside" value="not read"/></string>
    <float key="cost" value="1.50"/>
    <event>
      <string key="concept:name" value="Taken"/>
      <string key="org:resource" value="ana"/>
      <date key="time:timestamp" value="2026-01-05T09:00:00.000+01:00"/>
      <boolean key="again" value="true"/>
      <int key="size" value="007"/>
    </event>
    <event>
      <date key="time:timestamp" value="2026-01-05T09:30:00Z"/>
      <list key="tags"><values><string key="a" value="b"/></values></list>
      <string key="org:resource" value=""/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="case 2"/>
    <event>
      <string key="concept:name" value="Solved"/>
      <date key="time:timestamp" value="2026-01-05T10:00:00+00:00"/>
    </event>
  </trace>
</log>
"""


def of_xes(tmp_path, text, name="log.xes"):
    """A log of XES, and its file."""
    file = tmp_path / name
    content = text.encode()
    file.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    return read_log(file, LogMap.loads(XES_MAP))


def told(log):
    """What its rows tell, by number."""
    return {row.number: (row.at, dict(row.told)) for row in log.rows()}


EXPECTED = {
    1: (
        datetime(2026, 1, 5, 8, tzinfo=UTC),
        {"case": "case 1", "status": Status.OPEN, "by": "ana", "elapsed": 1.5, "again": True, "text": "7"},
    ),
    2: (datetime(2026, 1, 5, 9, 30, tzinfo=UTC), {"case": "case 1", "status": Status.PENDING, "elapsed": 1.5}),
    3: (datetime(2026, 1, 5, 10, tzinfo=UTC), {"case": "case 2", "status": Status.RESOLVED, "elapsed": 0.5}),
}


def problem(log):
    """The one thing that is wrong with a log."""
    with pytest.raises(AuditError) as caught:
        [*log.rows()]
    (found,) = caught.value.problems
    return found


@pytest.fixture(params=["r4pm", "Python"])
def reader(request, monkeypatch):
    """Who reads."""
    if request.param == "r4pm":
        pytest.importorskip("r4pm")
    else:
        monkeypatch.setattr(reading_xes, "find_spec", lambda name: None)
    return request.param


class TestXes:
    """XES, packed or not."""

    @pytest.mark.parametrize("name", ["log.xes", "log.xes.gz", "log.xml", "log.gz"])
    @pytest.mark.usefixtures("reader")
    def test_events_are_rows(self, tmp_path, name):
        """With the attributes of their trace, whoever reads; what is missing is as the file says for all."""
        assert EXPECTED == told(of_xes(tmp_path, XES, name))

    @pytest.mark.usefixtures("reader")
    def test_not_xes(self, tmp_path):
        """What is none is told."""
        assert "is not XES" in problem(of_xes(tmp_path, "<log><trace>")).message
        assert "is not XES" in problem(of_xes(tmp_path, "")).message

    def test_what_r4pm_says(self, tmp_path, monkeypatch):
        """Is told of the file, whatever it is."""
        r4pm = pytest.importorskip("r4pm.df")

        def fail(path):
            raise OSError("no such thing")

        monkeypatch.setattr(r4pm, "import_xes", fail)
        assert "is not XES: no such thing" == problem(of_xes(tmp_path, XES)).message

    def test_where_it_ends(self, tmp_path, monkeypatch):
        """The line and column at which it stops being XML."""
        monkeypatch.setattr(reading_xes, "find_spec", lambda name: None)
        found = problem(of_xes(tmp_path, XES.replace("</trace>", "</tracee>", 1)))
        assert "is not XES: mismatched tag" == found.message
        assert (23, 5) == (found.origins[0].line, found.origins[0].column)
        assert "is not XES: it begins with html" == problem(of_xes(tmp_path, "<html></html>")).message

    @pytest.mark.parametrize(
        ("right", "other", "number", "name", "value"),
        [
            ('<boolean key="again" value="true"/>', '<boolean key="again" value="TRUE"/>', 1, "again", True),
            ('<string key="org:resource" value="ana"/>', '<id key="org:resource" value="ana"/>', 1, "by", "ana"),
        ],
    )
    def test_what_others_would_misread(self, tmp_path, right, other, number, name, value):
        """Is read by Python, whoever is installed."""
        assert value == told(of_xes(tmp_path, XES.replace(right, other)))[number][1][name]

    @pytest.mark.usefixtures("reader")
    def test_cut_off(self, tmp_path):
        """A file that ends too early is told, whoever reads."""
        assert "is not XES" in problem(of_xes(tmp_path, XES[: XES.index("<trace>", 700)])).message

    def test_times_without_offset(self, tmp_path):
        """Are in the zone of the map, whoever is installed."""
        of_xes(tmp_path, XES.replace("+00:00", ""))
        read = read_log(tmp_path / "log.xes", LogMap.loads(XES_MAP.replace("[time]", 'zone = "Asia/Tokyo"\n[time]')))
        assert datetime(2026, 1, 5, 1, tzinfo=UTC) == told(read)[3][0]

    def test_numbers_that_are_none(self, tmp_path, monkeypatch):
        """Stay as they are written."""
        monkeypatch.setattr(reading_xes, "find_spec", lambda name: None)
        assert "many" == told(of_xes(tmp_path, XES.replace('value="007"', 'value="many"')))[1][1]["text"]

    def test_nothing_in_it(self, tmp_path, monkeypatch):
        """There are no columns."""
        monkeypatch.setattr(reading_xes, "find_spec", lambda name: None)
        assert problem(of_xes(tmp_path, "<log/>")).message.startswith("has no column 'time:timestamp'")


OCEL_MAP = """
[log]
format = "ocel"
kind = "happenings"
begins = "complete"
[time]
column = "event:time"
format = "iso"
[columns]
what = "event:type"
case = "object:ticket"
by = "object:agent"
text = "why"
elapsed = "hours"
[words.what]
"opened" = "status new"
"solved" = { is = "SetStatus", status = "resolved" }
"""

OBJECTS = [("t1", "ticket"), ("ana", "agent"), ("bob", "agent")]
EVENTS = [
    ("e1", "opened", "2026-01-05T09:00:00Z", {"why": "lost", "hours": 1.5}, ["nobody", "t1"]),
    ("e2", "solved", "2026-01-05T10:00:00Z", {}, ["t1", "bob", "ana"]),
]


def as_json(file):
    """The log as JSON."""
    objects = [{"id": thing, "type": kind} for thing, kind in OBJECTS]
    events = [
        {
            "id": event,
            "type": kind,
            "time": at,
            "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
            "relationships": [{"objectId": thing, "qualifier": ""} for thing in related],
        }
        for event, kind, at, attributes, related in EVENTS
    ]
    del events[1]["attributes"]
    file.write_text(json.dumps({"objects": objects, "events": events}), "utf-8")


def as_xml(file):
    """The log as XML."""
    objects = "".join(f'<object id="{thing}" type="{kind}"/>' for thing, kind in OBJECTS)
    events = "".join(
        f'<event id="{event}" type="{kind}" time="{at}"><attributes>'
        + "".join(f'<attribute name="{name}">{value}</attribute>' for name, value in attributes.items())
        + "</attributes><objects>"
        + "".join(f'<relationship object-id="{thing}" qualifier=""/>' for thing in related)
        + "</objects></event>"
        for event, kind, at, attributes, related in EVENTS
    )
    types = '<object-types><object-type name="ticket"/></object-types>'
    file.write_text(f"<log>{types}<objects>{objects}</objects><events>{events}</events></log>", "utf-8")


def as_sqlite(file):
    """The log as a database of SQLite."""
    with closing(sqlite3.connect(file)) as database:
        database.executescript("""
            CREATE TABLE event (ocel_id, ocel_type); CREATE TABLE event_map_type (ocel_type, ocel_type_map);
            CREATE TABLE object (ocel_id, ocel_type);
            CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier);
            CREATE TABLE event_Opened (ocel_id, ocel_time, why, hours); CREATE TABLE event_Solved (ocel_id, ocel_time);
            INSERT INTO event_map_type VALUES ('opened', 'Opened'), ('solved', 'Solved');
        """)
        database.executemany("INSERT INTO object VALUES (?, ?)", OBJECTS)
        for event, kind, at, attributes, related in EVENTS:
            database.execute("INSERT INTO event VALUES (?, ?)", (event, kind))
            values = (event, at, *attributes.values())
            places = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO event_{kind.title()} VALUES ({places})", values)  # noqa: S608 -- ours
            database.executemany("INSERT INTO event_object VALUES (?, ?, '')", [(event, thing) for thing in related])
        database.commit()


class TestOcel:
    """OCEL 2.0, in each of its forms."""

    @pytest.mark.parametrize("write", [as_json, as_xml, as_sqlite])
    def test_events_are_rows(self, tmp_path, write):
        """With their attributes, and the first related object of each type."""
        write(tmp_path / "log")
        rows = [*read_log(tmp_path / "log", LogMap.loads(OCEL_MAP)).rows()]
        assert [
            (1, "status", {"case": "t1", "status": Status.NEW, "text": "lost", "elapsed": 1.5}),
            (2, "SetStatus", {"case": "t1", "status": Status.RESOLVED, "by": "bob"}),
        ] == [(row.number, row.what, row.told) for row in rows]

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (b"{", "is not OCEL: Expecting property name"),
            (b"{}", "is not OCEL: KeyError 'objects'"),
            (b'{"objects": [], "events": [{"id": "e"}]}', "is not OCEL: KeyError 'type'"),
            (b"<log><event></log>", "is not OCEL: mismatched tag"),
            (b"<log><event/></log>", "is not OCEL: KeyError 'id'"),
            (b"SQLite format 3\x00", "is not OCEL: DatabaseError"),
            (b"\xff", "is not OCEL: UnicodeDecodeError"),
        ],
    )
    def test_not_ocel(self, tmp_path, content, found):
        """What is none is told, with its line where it has lines."""
        (tmp_path / "log").write_bytes(content)
        told = problem(read_log(tmp_path / "log", LogMap.loads(OCEL_MAP)))
        assert told.message.startswith(found)
        assert (
            "a file of OCEL 2.0, as JSON, XML or SQLite",
            content[:5] in (b"{", b"<log>") and b"event/" not in content,
        ) == (
            told.expected,
            bool(told.origins),
        )
