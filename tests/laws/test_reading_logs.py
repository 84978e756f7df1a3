"""The law of reading logs: what DuckDB sorts and places in time is what a plain loop over the rows would.

The loop knows no SQL: it asks Python for the zone, and sorts a list.
"""

import csv
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casecore.audit.errors import AuditError
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.reading import read_log
from tests.profiles import examples

CHANGES = {
    "Europe/Berlin": (["2026-03-29", "2026-10-25"], [1, 2, 3]),
    "America/Sao_Paulo": (["2018-11-04", "2018-02-17", "2018-02-18"], [23, 0, 1]),  # clocks jumped at midnight
    "Australia/Lord_Howe": (["2026-04-05", "2026-10-04"], [1, 2]),  # by half an hour
    "Africa/Casablanca": (["2026-02-15", "2026-03-22"], [1, 2, 3]),
    "UTC": (["2026-01-05", "1950-07-01"], [0, 23]),
}
"""For each zone, days on which its clocks change, and the hours around that."""

FORMAT = "%Y-%m-%d %H:%M"
HEADER = ("case", "at", "status", "n")
NAMES = {"New": "new", "Open": "open", "Done": "resolved"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@st.composite
def logs(draw):
    """A zone, and the rows of a log of cells, many of them near the changes of its clocks."""
    zone = draw(st.sampled_from([*CHANGES]))
    days, hours = CHANGES[zone]
    day = st.sampled_from(days)
    times = st.builds("{} {:02}:{:02}".format, day, st.sampled_from(hours), st.sampled_from([0, 15, 30, 59]))
    others = st.sampled_from(["", "?", "later", "0001-01-01 00:00", "9999-12-31 23:59", "2026-07-01 12:00"])
    row = st.tuples(
        st.sampled_from("ab"),
        times | others if draw(st.booleans()) else times,
        st.sampled_from([*NAMES, *NAMES, "Gone"]),
        st.sampled_from(["1", "2", "9", "10", "x", "1.0"]),
    )
    return zone, draw(st.lists(row, max_size=25))


def map_of(zone):
    """The map of such a log."""
    words = "\n".join(f'"{word}" = "{status}"' for word, status in NAMES.items())
    return LogMap.loads(f"""
        [log]
        format = "csv"
        kind = "snapshots"
        begins = "cut"
        zone = "{zone}"
        null = ["?"]
        order = ["n:int"]
        [time]
        column = "at"
        format = "{FORMAT}"
        [columns]
        case = "case"
        status = "status"
        [words.status]
        {words}
    """)


def microseconds(local, zone, fold):
    """A local time in microseconds since 1970, even where that lies outside the calendar."""
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    return (local.replace(tzinfo=UTC) - EPOCH - offset) // timedelta(microseconds=1)


def moment_of_jump(zone, early, late):
    """Where the clocks jump between two instants, minute by minute."""
    old = (EPOCH + timedelta(microseconds=early)).astimezone(zone).utcoffset()
    at = early
    while (EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset() == old:
        at += 60_000_000
    assert at <= late
    return at


def placed(rows, zone):
    """The rows that can be used, each with its instant: those that are the same are one."""
    latest = {}
    for number, (case, text, status, order) in enumerate(rows, 1):
        if (case, text, status, order) in rows[: number - 1]:
            continue
        try:
            local = datetime.strptime(text, FORMAT)  # noqa: DTZ007 -- it is placed below
        except ValueError:
            continue
        first, second = (microseconds(local, zone, fold) for fold in (0, 1))
        at, skip = first, 0
        if second < first:
            at = moment_of_jump(zone, second, first)
            skip = second - at
        elif second > first and case in latest and first < latest[case] <= second:
            at = second
        if not microseconds(datetime.min, UTC, 0) <= at <= microseconds(datetime.max, UTC, 0):  # noqa: DTZ901 -- the ends of the calendar
            continue
        latest[case] = at
        yield at, skip, (0, float(order), "") if order != "x" else (1, 0.0, order), number, case, status


def expected(rows, zone):
    """What the log says: number, instant, case and status, where that changes."""
    latest = {}
    for at, _, _, number, case, word in sorted(placed(rows, zone)):
        status = NAMES.get(word, "not told")
        if latest.get(case) != status:
            yield number, EPOCH + timedelta(microseconds=at), case, status
        latest[case] = status


@examples(150)
@given(logs())
@example(("America/Sao_Paulo", [("a", "2018-02-17 23:59", "New", "1"), ("a", "2018-02-17 23:15", "Open", "1")]))
def test_as_a_plain_loop_would(tmp_path_factory, drawn):
    """Every row, in the same order, at the same instant, of the same case, with the same status."""
    name, rows = drawn
    file = tmp_path_factory.mktemp("log") / "log.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows((HEADER, *rows))
    wanted = [*expected(rows, ZoneInfo(name))]
    log = read_log(file, map_of(name))
    if not wanted:
        with pytest.raises(AuditError, match="has no row that can be used"):
            next(log.rows())
        return
    told = [(row.number, row.at, row.told["case"], str(row.told.get("status", "not told"))) for row in log.rows()]
    assert wanted == told
