"""Reading a log by its map: which rows it has, in which order, and what is odd about it."""

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from casecore.audit.errors import AuditError
from casecore.audit.logs import reading, reading_files, row_telling
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import LogRow, Odd, OddCode
from casecore.audit.logs.log_sources import open_database
from casecore.audit.logs.pieces import Piece, insert_piece, unpacked
from casecore.audit.logs.reading import read_log
from casecore.channels import Channel
from casecore.kernel.errors import MissingExtra
from casecore.statuses import Status

MAP = """
[log]
format = "csv"
kind = "snapshots"
begins = "cut"
zone = "Europe/Berlin"
null = ["?"]
order = ["n:int"]

[time]
column = "at"
format = "iso"

[columns]
case = "case"
status = "status"
by = ["by", "user"]

[words.status]
"New" = "new"
"Open" = "open"
"Done" = "resolved"
"-100" = "?"
"""
HEADER = "case,at,status,by,user,n"


def at(text):
    """An instant in UTC, of a time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.fixture
def log(tmp_path):
    """A log of some lines, with the header before them, read by a map."""

    def make(*lines, text=MAP, header=HEADER, name="log.csv", encoding="utf-8", end="\n"):
        content = end.join((*filter(None, (header,)), *lines)) + end
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_log(file, LogMap.loads(text))

    return make


def brief(log):
    """What the rows of a log say, briefly: (number, instant, status)."""
    return [(row.number, row.at, row.told.get("status")) for row in log.rows()]


def odd(log):
    """What is odd about a log that was read: how often, by code."""
    return {str(kind.code): kind.rows for kind in log.odd}


def problem(log):
    """The one thing that is wrong with a log."""
    with pytest.raises(AuditError) as caught:
        [*log.rows()]
    (found,) = caught.value.problems
    return found


class TestSnapshots:
    """Rows that say how a case is."""

    def test_only_changes_say_something(self, log):
        """The row that begins a case, and each that changes its status."""
        read = log(
            "a,2026-01-05T09:00:00,New,?,eve,0",
            "a,2026-01-05T09:05:00,New,ana,eve,1",
            "b,2026-01-05T09:10:00,Open,?,?,0",
            "a,2026-01-05T09:15:00,Open,ana,eve,2",
        )
        assert [
            LogRow(1, at("2026-01-05T09:00"), "status", {"case": "a", "status": Status.NEW, "by": "eve"}),
            LogRow(3, at("2026-01-05T09:10"), "status", {"case": "b", "status": Status.OPEN}),
            LogRow(4, at("2026-01-05T09:15"), "status", {"case": "a", "status": Status.OPEN, "by": "ana"}),
        ] == [*read.rows()]
        assert {"status.repeated": 1, "column.other": 1, "column.none": 1, "case.mid_life": 1} == odd(read)
        assert [
            "1 have no by in by, user (first: row 3)",
            "1 have no by in by; user is taken (first: row 1)",
            "1 start their case in mid-life, as open (first: row 3)",
            "1 change no status (first: row 2)",
        ] == [str(kind) for kind in sorted(read.odd, key=lambda kind: str(kind)[2:].replace("change", "z"))]

    def test_can_be_read_again(self, log):
        """Each time anew, with the same counts."""
        read = log("a,2026-01-05T09:00:00,Open,ana,,1", "a,2026-01-05T09:00:00,Open,ana,,1")
        assert [*read.rows()] == [*read.rows()]
        assert {"row.doubled": 1, "case.mid_life": 1} == odd(read)
        assert 1 == read.odd.count("row.doubled") == read.odd.left_out
        assert 2 == len(read.odd) == len(read.odd.kinds)

    def test_words(self, log):
        """Those of which the map says that they are not known, that it does not have, and cells that say none."""
        read = log(
            "a,2026-01-05T09:00:00,New,ana,,0",
            "a,2026-01-05T09:01:00,-100,ana,,0",
            "a,2026-01-05T09:02:00,Gone,ana,,0",
            "a,2026-01-05T09:03:00,,ana,,0",
            "a,2026-01-05T09:04:00,New,ana,,0",
            "b,2026-01-05T09:05:00,-100,ana,,0",
        )
        assert [Status.NEW, None, Status.NEW, None] == [status for _, _, status in brief(read)]
        assert {
            *(
                "say of status '-100', which the map does not know",
                "say of status 'Gone', a word that the map does not have",
            ),
            *("say no status", "change no status", "start their case in mid-life, with a status that is not told"),
        } == {kind.words for kind in read.odd}
        assert 0 == read.odd.left_out

    def test_ids(self, log):
        """A case that cannot be one leaves the row out; any other id that cannot be one is not told."""
        read = log(
            '"a\x07",2026-01-05T09:00:00,New,ana,,0',
            f"{'a' * 201},2026-01-05T09:00:00,New,ana,,0",
            "?,2026-01-05T09:00:00,New,ana,,0",
            'b,2026-01-05T09:00:00,New,"\x07",,0',
            "c,2026-01-05T09:00:00,New,customer,,0",
            "c,2026-01-05T09:01:00,Open,system,,0",
        )
        assert [{"case": "b"}, {"case": "c", "by": "agent customer"}, {"case": "c", "by": "agent system"}] == [
            {name: value for name, value in row.told.items() if name != "status"} for row in read.rows()
        ]
        assert {"id.invalid": 1, "case.missing": 1, "agent.reserved": 1} == odd(read)
        assert {("id.invalid", 2, 1, "'a\\x07'", True), ("id.invalid", 1, 4, "'\\x07'", False)} == {
            (kind.code, kind.rows, kind.first, kind.shown, kind.left_out)
            for kind in read.odd
            if kind.code == "id.invalid"
        }
        assert "have no case that can be an id (first: row 1, 'a\\x07')" in str(read.odd.kinds[0])
        assert 3 == read.odd.left_out

    def test_many_kinds(self):
        """Are not told apart without end."""
        noted = Odd()
        for number in range(1, 1_500):
            noted.note(OddCode.WORD, f"say {number}", number, shown="x")
        assert 1_001 == len(noted)
        assert 1_499 == noted.count(OddCode.WORD)
        assert ("are odd in other ways like this", 499, 1_001, "") == (
            *(noted.kinds[0].words, noted.kinds[0].rows, noted.kinds[0].first, noted.kinds[0].shown),
        )

    def test_the_first_is_the_one_that_stands_first(self):
        """Whatever order they are met in."""
        noted = Odd()
        noted.note(OddCode.WORD, "say x", 9, shown="later")
        noted.note(OddCode.WORD, "say x", 3, shown="first")
        noted.note(OddCode.WORD, "say x", 5, shown="between")
        assert (3, "first", 3) == (noted.kinds[0].first, noted.kinds[0].shown, noted.kinds[0].rows)


class TestOrder:
    """Which of two rows came first."""

    def test_by_time_then_by_the_map(self, log):
        """Numbers by their value, not as text; what is no number comes after them, and is counted."""
        read = log(
            "a,2026-01-05T09:00:00,Done,ana,,10",
            "a,2026-01-05T09:00:00,New,ana,,9",
            "a,2026-01-05T08:00:00,Open,ana,,99",
            "a,2026-01-05T09:00:00,Open,ana,,x",
        )
        assert [3, 2, 1, 4] == [number for number, _, _ in brief(read)]
        assert {"time.earlier": 1, "time.tie": 2, "case.mid_life": 1, "order.number": 1} == odd(read)

    def test_by_letters(self, log):
        """As the map says."""
        rows = [f"a,2026-01-05T09:00:00,{status},ana,,{n}" for status, n in (("Done", "b"), ("New", "a"), ("Open", ""))]
        assert [2, 1, 3] == [number for number, _, _ in brief(log(*rows, text=MAP.replace("n:int", "n:text")))]

    def test_then_by_the_source(self, log):
        """Which is said."""
        read = log("a,2026-01-05T09:00:00,New,ana,,1", "a,2026-01-05T09:00:00,Open,ana,,1.0")
        assert [1, 2] == [number for number, _, _ in brief(read)]
        assert {"time.tie": 1, "time.tie.source": 1} == odd(read)
        read = log(
            "a,2026-01-05T09:00:00,New,,,1", "a,2026-01-05T09:00:00,Open,,,2", text=MAP.replace('order = ["n:int"]', "")
        )
        assert [1, 2] == [number for number, _, _ in brief(read)]
        assert {"time.tie": 1, "time.tie.source": 1, "column.none": 2} == odd(read)

    def test_the_order_of_the_file_does_not_matter(self, log):
        """Where the map's order decides."""
        rows = [
            f"c{n % 7},2026-01-05T09:{n % 10:02}:00,{random.Random(n).choice(('New', 'Open', 'Done'))},ana,,{n}"
            for n in range(200)
        ]
        first = [(row.at, row.what, row.told) for row in log(*rows).rows()]
        random.Random(1).shuffle(rows)
        assert first == [(row.at, row.what, row.told) for row in log(*rows).rows()]


class TestTimes:
    """How times are written, and when that was."""

    @pytest.mark.parametrize(
        ("time_format", "time", "instant"),
        [
            ("iso", "2026-01-05T09:00", datetime(2026, 1, 5, 8, tzinfo=UTC)),
            ("iso", "2026-01-05 09:00:00,5", datetime(2026, 1, 5, 8, 0, 0, 500_000, tzinfo=UTC)),
            ("iso", "2026-01-05T09:00:00.1234567Z", datetime(2026, 1, 5, 9, 0, 0, 123_456, tzinfo=UTC)),
            ("iso", "2026-01-05 09:00:00 UTC", datetime(2026, 1, 5, 9, tzinfo=UTC)),
            ("iso", "2026-01-05T09:00-03:30", datetime(2026, 1, 5, 12, 30, tzinfo=UTC)),
            ("iso", "2026-01-05T09:00:00+0545", datetime(2026, 1, 5, 3, 15, tzinfo=UTC)),
            ("iso", "2026-01-05 09:00:00.25+02", datetime(2026, 1, 5, 7, 0, 0, 250_000, tzinfo=UTC)),
            ("iso", "2026-01-05T09:00-00:30", datetime(2026, 1, 5, 9, 30, tzinfo=UTC)),
            ("epoch_s", "1767603600", datetime(2026, 1, 5, 9, tzinfo=UTC)),
            ("epoch_s", "1767603600.25", datetime(2026, 1, 5, 9, 0, 0, 250_000, tzinfo=UTC)),
            ("epoch_ms", "1767603600250", datetime(2026, 1, 5, 9, 0, 0, 250_000, tzinfo=UTC)),
            ("%d/%m/%Y %H:%M", "5/1/2026 09:00", datetime(2026, 1, 5, 8, tzinfo=UTC)),
            ("%b %d %Y %I:%M %p", "Jan 05 2026 09:00 PM", datetime(2026, 1, 5, 20, tzinfo=UTC)),
            ("%Y-%m-%d %H:%M:%S.%f", "2026-01-05 09:00:00.5", datetime(2026, 1, 5, 8, 0, 0, 500_000, tzinfo=UTC)),
            ("%Y-%m-%d %H:%M %z", "2026-01-05 09:00 +0200", datetime(2026, 1, 5, 7, tzinfo=UTC)),
            ("%Y-%m-%dT%H:%M%z", "2026-01-05T09:00Z", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ],
    )
    def test_formats(self, log, time_format, time, instant):
        """Each as it says; a time without an offset is in the zone of the map."""
        read = log(f'a,"{time}",New,ana,,1', text=MAP.replace('"iso"', json.dumps(time_format)))
        assert [(1, instant, Status.NEW)] == brief(read)

    def test_day_and_month_are_never_taken_for_each_other(self, log):
        """The format says which is which; what does not fit it is left out, and counted."""
        rows = [f"{day}/1/2026,{day}/1/2026 09:00,New,ana,,1" for day in (5, 13)]
        read = log(*rows, text=MAP.replace('"iso"', '"%m/%d/%Y %H:%M"'))
        assert [(1, at("2026-05-01T09:00"), Status.NEW)] == brief(read)
        (kind,) = read.odd
        assert "1 have a time that is not in the format of the map (first: row 2, 13/1/2026 09:00)" == str(kind)
        assert kind.left_out

    @pytest.mark.parametrize("offset", ["+99:99", "+24:00", "-01:60", "+01:00:30"])
    def test_an_offset_that_no_clock_has(self, log, offset):
        """It is not in the format; the row is left out, and not put on another day."""
        read = log(f"a,2026-01-05T09:00:00{offset},New,ana,,1", "b,2026-01-05T09:00Z,New,ana,,1")
        assert [2] == [number for number, _, _ in brief(read)]
        assert {"time.format": 1} == odd(read)

    def test_a_wrong_format_is_no_quiet_zero(self, log):
        """It says of how many rows, and what the first says."""
        found = problem(log("a,05.01.2026,New,ana,,1", "b,,New,ana,,1"))
        assert found.message.startswith("has no row that can be used:")
        assert "1 have a time that is not in the format of the map (first: row 1, 05.01.2026)" in found.message
        assert "1 have no time (first: row 2)" in found.message

    @pytest.mark.parametrize(
        "time", ["2026-02-30T09:00", "2026-01-05", "2026-01-05T25:00", "T", "20260105T090000", "0"]
    )
    def test_no_times(self, log, time):
        """What is no time is left out."""
        read = log(f"a,{time},New,ana,,1", "b,2026-01-05T09:00,New,ana,,1")
        assert [2] == [number for number, _, _ in brief(read)]
        assert {"time.format": 1} == odd(read)

    def test_times_without_offset_where_no_zone_is_named(self, log):
        """Are left out, and counted."""
        rows = ("a,2026-01-05T09:00,New,ana,,1", "b,2026-01-05T09:00Z,New,ana,,1")
        read = log(*rows, text=MAP.replace('zone = "Europe/Berlin"', ""))
        assert [2] == [number for number, _, _ in brief(read)]
        assert {"time.zone": 1} == odd(read)

    @pytest.mark.parametrize(
        "time",
        ["0001-01-01T00:30:00", "9999-12-31T23:30:00-01:00", "0001-01-01T00:30:00+01:00", "0000-01-01T00:00:00"],
    )
    def test_outside_the_calendar(self, log, time):
        """In UTC it would lie before the first year, or after the last."""
        read = log(f"a,{time},New,ana,,1", "b,2026-01-05T09:00Z,New,ana,,1")
        assert [2] == [number for number, _, _ in brief(read)]
        assert {"time.outside": 1} == odd(read)

    def test_before_1970(self, log):
        """Days are counted from the first."""
        assert [(1, at("1951-07-01T09:00"), Status.NEW)] == brief(log("a,1951-07-01T09:00,New,ana,,1"))

    def test_clocks_put_back(self, log):
        """A time that came twice is the first, unless the row of its case before it was later."""
        read = log(
            "a,2026-10-25T02:50:00,New,ana,,1",
            "a,2026-10-25T02:10:00,Open,ana,,2",
            "a,2026-10-25T02:20:00,Done,ana,,3",
            "b,2026-10-25T02:30:00,New,ana,,1",
            "c,2026-10-25T01:30:00Z,New,ana,,1",
            "c,2026-10-25T02:15:00,Open,ana,,2",
        )
        assert [
            (4, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), Status.NEW),
            (1, datetime(2026, 10, 25, 0, 50, tzinfo=UTC), Status.NEW),
            (2, datetime(2026, 10, 25, 1, 10, tzinfo=UTC), Status.OPEN),
            (6, datetime(2026, 10, 25, 0, 15, tzinfo=UTC), Status.OPEN),
        ] == [*brief(read)[1:3], brief(read)[3], brief(read)[0]]
        assert 2 == read.odd.count("time.twice.second")
        assert 3 == read.odd.count("time.twice.first")

    def test_clocks_put_forward(self, log):
        """A time that never came is the moment of the jump; such rows come before it, in their order."""
        read = log(
            "a,2026-03-29T03:00:00,Done,ana,,1",
            "a,2026-03-29T02:40:00,Open,ana,,1",
            "a,2026-03-29T02:20:00,New,ana,,1",
            "b,2026-03-29T02:10:00,New,ana,,1",
            "b,2026-03-29T02:20:00,Open,ana,,1",
        )
        jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert [(4, jump), (3, jump), (5, jump), (2, jump), (1, jump)] == [row[:2] for row in brief(read)]
        assert {"time.skipped": 4, "time.earlier": 2} == odd(read)

    def test_a_log_of_no_cases_has_clocks_too(self, log):
        """Without cases, the row before is that of the log."""
        text = MAP.replace("snapshots", "happenings").replace('case = "case"\n', 'agent = "case"\n')
        text = text.replace('status = "status"', 'what = "status"').partition("[words")[0]
        read = log("a,2026-10-25T02:50:00,GoAvailable,,,1", "a,2026-10-25T02:10:00,LogOut,,,1", text=text)
        assert [(1, "GoAvailable", {"agent": "a"}), (2, "LogOut", {"agent": "a"})] == [
            (row.number, row.what, row.told) for row in read.rows()
        ]
        assert {"time.twice.first": 1, "time.twice.second": 1, "column.none": 2} == odd(read)


class TestHappenings:
    """Rows that say what happened."""

    MAP = """
    [log]
    format = "csv"
    kind = "happenings"
    begins = "complete"
    between = ","
    [time]
    column = "at"
    format = "iso"
    [columns]
    what = "action"
    case = "ticket"
    by = "who"
    text = "text"
    review = "review"
    tags = "tags"
    until = "until"
    elapsed = "number"
    attributes = "more"
    channel = "channel"
    code = "code"
    [constant]
    subject = "none"
    relation = "customer"
    [words.code]
    "n/a" = "none"
    [words.by]
    "" = "none"
    "client" = "customer"
    "?" = "?"
    [words.channel]
    "mail" = "email"
    "tel" = "voice"
    [words.what]
    "opened" = "status new"
    "solved" = { is = "status", status = "resolved" }
    "said" = "ReceiveMessage"
    "answered" = { is = "SendReply", send_as = "pending", text = "?" }
    "offered" = "AcceptOffer"
    "slept" = "SnoozeCase"
    "clocked" = "ClockJudged"
    "started" = "CaseStarted"
    "wrapped up" = "Dispose"
    "came" = "GoAvailable"
    "viewed" = "-"
    """
    HEADER = "action,ticket,at,who,text,review,tags,until,number,more,channel,code"

    def read(self, log, *rows, text=MAP):
        """The rows of a log, without the instants, which go on by the second."""
        lines = []
        for n, (action, ticket, *more) in enumerate(rows):
            lines.append(",".join((action, ticket, f"2026-01-05T09:00:{n:02}Z", *more, *[""] * (9 - len(more)))))
        made = log(*lines, text=text, header=self.HEADER)
        return made, [(row.number, row.what, dict(row.told), dict(row.beside)) for row in made.rows()]

    def test_each_tells_the_fields_of_its_class(self, log):
        """In the types of the house; what else the row tells stands beside."""
        made, rows = self.read(
            log,
            ("opened", "a", "client"),
            ("said", "a", "client", "hello", "", '"vip,new"', "", "", "", "mail"),
            ("answered", "a", "ana", "secret", "", "", "", "", "", "tel"),
            ("offered", "a", "ana", "", "TRUE"),
            ("slept", "a", "ana", "", "", "", "2026-01-06T09:00:00+01:00"),
            ("clocked", "a", "system", "", "", "", "", "1.5"),
            ("started", "a", "client", "", "", "", "", "", '"{""size"": 3}"', "mail"),
            ("wrapped up", "a", "", "", "", "", "", "", "", "", "n/a"),
        )
        same = {"subject": None, "relation": "customer"}
        assert (1, "status", {**same, "status": Status.NEW, "by": "customer", "case": "a"}, {}) == rows[0]
        assert (
            *(2, "ReceiveMessage"),
            {"by": "customer", "text": "hello", "tags": frozenset({"vip", "new"}), "channel": Channel.EMAIL},
            {**same, "case": "a"},
        ) == rows[1]
        assert {"send_as": Status.PENDING, "subject": None, "by": "agent customer", "case": "a"} == {
            **rows[2][2],
            "by": "agent customer",
        }
        assert {"relation": "customer", "channel": Channel.VOICE} == rows[2][3]
        assert True is rows[3][2]["review"]
        assert datetime(2026, 1, 6, 8, tzinfo=UTC) == rows[4][2]["until"]
        assert (1.5, "agent system") == (rows[5][2]["elapsed"], rows[5][2]["by"])
        assert {"size": 3} == rows[6][2]["attributes"]
        assert {"by": None, "code": None, "case": "a"} == rows[7][2]
        assert (1, 1) == (made.odd.count("agent.reserved"), made.odd.count("column.none"))

    def test_what_does_not_fit_is_not_told(self, log):
        """And counted, with what the first says."""
        made, rows = self.read(
            log,
            ("offered", "a", "ana", "", "yes"),
            ("slept", "a", "ana", "", "", "", "tomorrow"),
            ("clocked", "a", "ana", "", "", "", "", "fast"),
            ("started", "a", "ana", "", "", "", "", "", "[1]", "fax"),
            ("said", "a", "?", "", "", '"[1]"'),
        )
        assert not {"review", "until", "elapsed", "attributes", "channel", "tags"} & {
            name for row in rows for name in row[2]
        }
        assert "by" not in rows[4][2]
        assert {("have a review that does not fit", "'yes'"), ("have a until that does not fit", "'tomorrow'")} <= {
            (kind.words, kind.shown) for kind in made.odd
        }
        assert {"value.misfit": 5, "word.unknown": 1, "word.untold": 1} == {
            code: made.odd.count(code) for code in ("value.misfit", "word.unknown", "word.untold")
        }

    def test_a_word_of_another_class(self, log, monkeypatch):
        """Says nothing of a field that is called the same and holds something else."""
        monkeypatch.setattr(row_telling, "MOST_KNOWN", 0)
        text = self.MAP.replace('code = "code"', 'seen = "code"').replace("[words.code]", "[words.seen]")
        text = text.replace('"n/a" = "none"', '"yes" = true').replace(
            '"came" =', '"approved" = "ApproveDraft"\n"came" ='
        )
        more = ("ana", *[""] * 7, "yes")
        _, rows = self.read(
            log, ("approved", "a", *more), ("answered", "a", *more), ("approved", "a", *more), text=text
        )
        assert [True, None, True] == [told.get("seen") for _, _, told, _ in rows]

    def test_words_for_what_happened(self, log):
        """One that is left aside, one that the map does not have, and none."""
        made, rows = self.read(log, ("viewed", "a"), ("juggled", "a"), ("", "a"), ("wrapped up", ""), ("came", ""))
        assert [(5, "GoAvailable")] == [row[:2] for row in rows]
        assert {"word.aside": 1, "word.unknown": 1, "what.missing": 1, "case.missing": 1} == {
            str(kind.code): kind.rows for kind in made.odd if kind.left_out
        }

    def test_a_status_is_repeated_only_where_nothing_else_happened(self, log):
        """Between the two, the case may have had another."""
        made, rows = self.read(
            log, ("solved", "a"), ("solved", "a"), ("said", "a"), ("solved", "a"), ("opened", "b"), ("solved", "a")
        )
        assert [1, 3, 4, 5] == [row[0] for row in rows]
        assert (2, 1) == (made.odd.count("status.repeated"), made.odd.count("case.mid_life"))

    def test_in_the_words_of_the_house(self, log):
        """Where the map has no words for what happened, the log's are those of the house."""
        text = self.MAP.partition("[words.what]")[0]
        made, rows = self.read(log, ("GoAvailable", ""), ("status open", "a"), ("GoAway", ""), ("-", ""), text=text)
        assert [(1, "GoAvailable"), (2, "status")] == [row[:2] for row in rows]
        assert {"GoAway", "-"} == {kind.words.split("'")[1] for kind in made.odd if kind.code == "word.unknown"}

    def test_all_of_one_sort(self, log):
        """What happened may be the same in every row."""
        text = (
            self.MAP.partition("[words.what]")[0]
            .replace('what = "action"', "")
            .replace("[constant]", '[constant]\nwhat = "SetStatus"\nstatus = "open"\nreason = "spam"')
        )
        _, rows = self.read(log, ("", "a", "ana"), text=text)
        assert [(1, "SetStatus", {"status": Status.OPEN, "by": "ana", "case": "a"})] == [row[:3] for row in rows]
        assert "spam" == rows[0][3]["reason"]


class TestColumns:
    """Where a field stands."""

    def test_joined(self, log):
        """What is empty is left away, with what would stand before it."""
        text = MAP.replace('status = "status"', 'status = { join = ["status", "user"], with = "/" }')
        text = text.replace('"New" = "new"', '"New/x" = "new"').replace('by = ["by", "user"]', 'by = "by"')
        read = log("a,2026-01-05T09:00,New,,x,1", "a,2026-01-05T09:01,Open,,,1", text=text)
        assert [Status.NEW, Status.OPEN] == [status for _, _, status in brief(read)]

    def test_missing(self, log):
        """The error names those that there are."""
        found = problem(log("a", header="case,att,status,by,user,n"))
        assert "has no column 'at', which the map names (time.column)" == found.message
        assert ("one of case, att, status, by, user, n", "did you mean 'att'?") == (found.expected, found.remedy)
        assert "columns.by" in problem(log("a", header="case,at,status,by,n")).message
        assert "log.order" in problem(log("a", header="case,at,status,by,user")).message

    def test_twice(self, log):
        """Which of them is meant, nobody knows."""
        assert "has 2 columns called 'by'" in problem(log("a", header=f"{HEADER},by")).message

    def test_another_delimiter(self, log):
        """Is told where it can be seen."""
        assert 'write delimiter = ";" in [log]' == problem(log("a", header=HEADER.replace(",", ";"))).remedy

    def test_names_that_sql_would_stumble_over(self, log):
        """A name may have quotes in it, and be written like another in capitals."""
        text = MAP.replace('"status"', '"it\'s; \\"STATUS\\""').replace('["?"]', '["it\'s"]')
        read = log("a,2026-01-05T09:00,New,it's,u,1,x", text=text, header='case,at,"it\'s; ""STATUS""",by,user,n,Case')
        assert [{"case": "a", "status": Status.NEW, "by": "u"}] == [row.told for row in read.rows()]


class TestFiles:
    """What a file can be, and what it cannot."""

    ROWS = ("a,2026-01-05T09:00:00,New,ana,,1", "a,2026-01-05T09:01:00,Open,ana,,2")

    def test_lines_of_any_end(self, log):
        """Of Windows, of old Macs, and of all sorts mixed."""
        for end in ("\n", "\r\n", "\r"):
            assert [1, 2] == [number for number, _, _ in brief(log(*self.ROWS, end=end))]
        assert [1, 2] == [number for number, _, _ in brief(log(f"{self.ROWS[0]}\r\n{self.ROWS[1]}"))]
        assert [1, 2] == [
            number for number, _, _ in brief(log(f"{self.ROWS[0]}\r{self.ROWS[1]}", header=f"{HEADER}\r"))
        ]

    def test_line_ends_in_cells(self, log):
        """A row may have several lines; rows are counted, not lines."""
        read = log('a,2026-01-05T09:00:00,New,"ana\nb",,1', "a,2026-01-05T09:01:00,Open,x,,2", "a,2026,Open,x,,2")
        assert [1, 2] == [number for number, _, _ in brief(read)]
        assert 3 == next(kind.first for kind in read.odd if kind.code == "time.format")

    def test_encodings(self, log):
        """Text may be stored otherwise, and may begin with a mark."""
        row = "é,2026-01-05T09:00:00,New,ana,,1"
        for encoding, said in (("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16")):
            text = MAP.replace("[log]", f'[log]\nencoding = "{said}"')
            assert ["é"] == [line.told["case"] for line in log(row, text=text, encoding=encoding).rows()]

    def test_not_the_encoding(self, log):
        """It says on which line and at which byte."""
        found = problem(log(self.ROWS[0], "é,2026-01-05T09:00:00,New,ana,,1", encoding="latin-1"))
        assert "utf-8 can't decode byte 0xe9 (invalid continuation byte) (byte 58)" in found.message
        assert (3, "say how its text is stored: encoding in [log]") == (found.origins[0].line, found.remedy)
        text = MAP.replace("[log]", '[log]\nencoding = "utf-16"')
        assert "is not text as the map says" in problem(log(*self.ROWS, text=text)).message

    def test_cut_off_in_a_character(self, tmp_path):
        """The last bytes are no text."""
        file = tmp_path / "log.csv"
        file.write_bytes("\n".join((HEADER, *self.ROWS, "é")).encode()[:-1])
        assert 4 == problem(read_log(file, LogMap.loads(MAP))).origins[0].line

    def test_not_as_many_fields(self, log):
        """Such rows are left out and counted; the others keep their numbers."""
        read = log(self.ROWS[0], "a,2026", "x", self.ROWS[1], "a,b,c,d,e,f,g", "b,2026-01-05T09:03:00,New,ana,,1")
        assert [1, 4, 6] == [number for number, _, _ in brief(read)]
        (kind,) = read.odd
        assert "3 have not as many fields as the header (first: row 2)" == str(kind)

    def test_not_csv(self, log):
        """A quote that never ends would swallow the rest; it is told."""
        found = problem(log('a,"2026-01-05T09:00:00,New,ana,,1', self.ROWS[1]))
        assert ("is not CSV: unexpected end of data", 3) == (found.message, found.origins[0].line)
        found = problem(log('a,"2026"x,New,ana,,1', self.ROWS[1]))
        assert "is not CSV" in found.message
        assert "is not CSV" in problem(log(*self.ROWS, header='case,"at')).message
        assert "is not CSV" in problem(log(f'{self.ROWS[0]}\r\n"a"b', self.ROWS[1])).message

    def test_nothing(self, log, tmp_path):
        """Neither rows nor a header; no file, a folder, a pattern that matches nothing."""
        read = LogMap.loads(MAP)
        assert "has no row that can be used, because it has no rows" == problem(log()).message
        (tmp_path / "empty.csv").touch()
        assert "is empty, and has not even a header" == problem(read_log(tmp_path / "empty.csv", read)).message
        assert "does not exist" == problem(read_log(tmp_path / "nowhere.csv", read)).message
        assert "is a folder" == problem(read_log(tmp_path, read)).message
        assert "matches no file" == problem(read_log(str(tmp_path / "no*.csv"), read)).message
        assert "names no file" == problem(read_log([], read)).message

    def test_packed(self, log, tmp_path):
        """As gz; one that was cut off, spoilt, or is none is told."""
        log(*self.ROWS)
        packed = gzip.compress((tmp_path / "log.csv").read_bytes())
        read = LogMap.loads(MAP)

        def of(content):
            (tmp_path / "log.csv.gz").write_bytes(content)
            return read_log(tmp_path / "log.csv.gz", read)

        assert [1, 2] == [number for number, _, _ in brief(of(packed))]
        assert "was cut off" in problem(of(packed[:-9])).message
        assert "is spoilt" in problem(of(packed[:30] + b"\0\0\0" + packed[33:])).message
        assert "is spoilt: CRC check failed" in problem(of(packed[:-8] + b"\0\0\0\0" + packed[-4:])).message
        assert "is spoilt: Not a gzipped file" in problem(of(b"case,at")).message
        with pytest.raises(AuditError, match="cannot be read"):
            unpacked(tmp_path / "nowhere", tmp_path)

    def test_several(self, log, tmp_path):
        """By a pattern or a list; rows are counted on, and columns may stand in another order."""
        log("x", *self.ROWS, name="log-1.csv")
        log("2,b,2026-01-05T09:02:00,New,,ana", "b", header="n,case,at,status,by,user", name="log-2.csv")
        read = LogMap.loads(MAP)
        expected = [2, 3, 4]
        files = [tmp_path / f"log-{number}.csv" for number in (1, 2)]
        for source in (tmp_path / "log-*.csv", str(tmp_path / "log-[12].csv"), files, [str(file) for file in files]):
            made = read_log(source, read)
            assert expected == [number for number, _, _ in brief(made)]
            assert 2 == made.odd.count("row.fields")
        assert ("2 files", str(files[0])) == (read_log(files, read).name, read_log(files[:1], read).name)

    def test_json_lines(self, log):
        """What lies in another object is named by its path; what is no object is counted."""
        text = (
            MAP.replace('"csv"', '"jsonl"').replace('case = "case"', 'case = "/ticket/id"').replace('"user"', '"a/b"')
        )
        lines = [
            '{"ticket": {"id": 7}, "at": "2026-01-05T09:00:00", "status": "New", "by": null, "a/b": "eve", "n": 1}',
            "nonsense",
            '["a"]',
            '{"ticket": {"id": 7}, "at": "2026-01-05T09:01:00", "status": "Open", "by": "ana", "n": 2, "tags": ["x"]}',
        ]
        read = log(*lines, text=text, header="", name="log.jsonl")
        assert [(1, "7", "eve"), (4, "7", "ana")] == [
            (row.number, row.told["case"], row.told["by"]) for row in read.rows()
        ]
        assert {"row.fields": 2, "column.other": 1} == odd(read)
        assert "2 are no object of JSON (first: row 2)" in map(str, read.odd)
        read = log("[", f"{lines[0]},", lines[3], "]", text=text, header="", name="log.jsonl")
        assert [1, 2] == [row.number for row in read.rows()]
        found = problem(log('{"at": "x", "status": "New", "n": 1, "a/b": 1}', text=text, header="", name="log.jsonl"))
        assert "has no column 'by', which the map names (columns.by)" == found.message
        assert "one of a/b, at, n, status, /ticket/id" == found.expected
        assert "cannot be read" in problem(log("[", "{]", text=text, header="", name="log.jsonl")).message
        for lines in ([HEADER, *self.ROWS], [""]):
            found = problem(log(*lines, text=text, header="", name="log.jsonl"))
            assert "has no object of JSON with a key in it" == found.message

    def test_parquet(self, tmp_path):
        """Whatever types its columns have."""
        text = MAP.replace('"csv"', '"parquet"').replace("[constant]", "")
        text = text.replace('by = ["by", "user"]', 'by = "by"\ntags = "tags"\nreview = "flag"')
        file = tmp_path / "log.parquet"
        duckdb.sql(
            "SELECT 7 AS case, TIMESTAMP '2026-01-05 09:00:00' AS at, 'New' AS status, NULL AS by, ['x', 'y'] AS tags, "
            "true AS flag, 1.0 AS n"
        ).write_parquet(str(file))
        told = {"case": "7", "status": Status.NEW, "tags": frozenset({"x", "y"}), "review": True}
        assert [LogRow(1, at("2026-01-05T09:00"), "status", told)] == [*read_log(file, LogMap.loads(text)).rows()]
        file.write_bytes(b"PAR1 no")
        assert problem(read_log(file, LogMap.loads(text))).message.startswith("cannot be read (")

    def test_tables(self, log):
        """A relation, and a data frame of any make."""
        import pandas as pd
        import polars as pl
        import pyarrow as pa

        rows = [*log(*self.ROWS).rows()]
        read = LogMap.loads(MAP.replace('"csv"', '"table"'))
        cells = [line.split(",") for line in self.ROWS]
        columns = dict(zip(HEADER.split(","), map(list, zip(*cells, strict=True)), strict=True))
        frame = pl.DataFrame(columns)
        relation = duckdb.sql("SELECT * FROM frame")
        tables = (pd.DataFrame(columns), frame, frame.lazy(), pa.table(columns), relation)
        for table in tables:
            assert rows == [*read_log(table, read).rows()]
        stream = pa.table(columns).to_reader()
        assert rows == [*read_log(stream, read).rows()]
        assert "the table" == read_log(frame, read).name
        found = problem(read_log({"a": 1}, read))
        assert found.message.startswith("cannot be read (")
        assert "a relation of DuckDB, or a data frame of pandas, polars or Arrow" == found.expected

    def test_without_duckdb(self, log, monkeypatch):
        """It says what to install."""
        import sys

        monkeypatch.setitem(sys.modules, "duckdb", None)
        with pytest.raises(MissingExtra, match=r"pip install 'casecore\[audit\]'"):
            next(log(*self.ROWS).rows())

    def test_what_fails_in_the_database(self, log, tmp_path):
        """Is an error of the log, whatever it is."""
        many = [f"{n},2026-01-05T09:00:00,New,{'x' * 900}{n},,1" for n in range(3_000)]
        log(*many)
        made = read_log(tmp_path / "log.csv", LogMap.loads(MAP), memory="1MB")
        assert problem(made).message.startswith("cannot be read (")
        table = duckdb.sql(
            "SELECT *, repeat('x', 9000000) AS more FROM range(9) AS r(n), (SELECT 'a' AS case, '' AS at)"
        )
        table = table.project("*, 'New' AS status, '' AS by, '' AS user")
        made = read_log(table, LogMap.loads(MAP.replace('"csv"', '"table"')), memory="1MB")
        assert problem(made).message.startswith("cannot be read (")

        with pytest.raises(AuditError, match="cannot be read"):
            insert_piece(duckdb.connect(), Piece("log", "nowhere", (), str, ()), "CREATE TABLE x AS SELECT * FROM ")

    def test_what_fails_while_sorting(self, log, monkeypatch):
        """The same."""

        def fail(*_, **__):
            raise duckdb.OutOfMemoryException("no room")

        monkeypatch.setattr(reading, "place_in_time", fail)
        assert "cannot be read (no room)" == problem(log(*self.ROWS)).message

    def test_rows_too_long(self, log, monkeypatch):
        """A row that is longer than any is no row."""
        monkeypatch.setattr(reading_files, "LONGEST_ROW", 100)
        found = problem(log(self.ROWS[0], f"b,2026-01-05T09:00:00,New,{'x' * 200},,1"))
        assert ("is not CSV: line size over maximum", 3) == (found.message, found.origins[0].line)

    def test_one_case_of_many_rows(self, log):
        """A case may have as many as there are."""
        begin = datetime(2026, 1, 5, tzinfo=UTC)
        rows = [
            f"a,{begin + timedelta(seconds=n):%Y-%m-%dT%H:%M:%S}Z,{('New', 'Open')[n % 2]},ana,,1"
            for n in range(20_000)
        ]
        assert 20_000 == sum(1 for _ in log(*rows).rows())


def test_draws_nothing_into_what_a_program_prints(tmp_path):
    """Regression: reading that took longer than two seconds drew a progress bar into the report."""
    with open_database(tmp_path, reading.MEMORY) as database:
        told = database.execute("SELECT value FROM duckdb_settings() WHERE name = 'enable_progress_bar'").fetchone()
    assert ("false",) == told


def test_names_no_path_of_this_machine():
    """A log is called as it was given."""
    assert "log.csv" == read_log(Path("log.csv"), LogMap.loads(MAP)).name
