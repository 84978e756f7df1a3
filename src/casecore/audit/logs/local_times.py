"""When the rows of a log happened, in UTC: their times are read by the map's format and placed by its zone.

Clocks are put back and forward. A time that came twice is the first one, unless the row of its case before it in the
source was later; a time that never came is the moment at which the clock jumped over it. Such rows keep their order.
The zone's own rules are asked of Python, for each day once; only of days on which a clock changes, each time is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import Odd, OddCode
from casecore.audit.logs.map_kinds import EPOCH_MS, EPOCH_S, ISO, may_say_offset
from casecore.audit.logs.pieces import sql_text

_DAY_US: Final = 86_400_000_000
_FIRST_US: Final = -62_135_596_800_000_000  # the first instant of the year 1, in UTC
_LAST_US: Final = 253_402_300_799_999_999  # the last of the year 9999
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)

_ISO_TIME: Final = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|z|UTC)|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?"
_OFFSET: Final = r"([+-]\d{2}):?(\d{2})?$"


def place_in_time(database: Any, log_map: LogMap, odd: Odd, *, case: str | None) -> None:
    """Make the view `placed`: the rows of `found` that have a time, with when that was.

    It has `at_us`, in microseconds since 1970 in UTC, and `skip_us`: how far a time lies, in an hour that the clock
    jumped over, before the end of that; nothing for nearly all, and less than nothing for those, so that they come
    before what happened at the end.

    Args:
        database: The database that has the table `found`.
        log_map: The map.
        odd: Where to note what is odd.
        case: The column of `found` that has the case; None where there is none.
    """
    local, offset = time_columns(log_map.time.format)
    database.execute(f"CREATE TEMP VIEW timed AS SELECT *, {local} AS local_us, {offset} AS off_us FROM found")
    zone = log_map.zone
    _note_unusable(database, odd, needs_zone=zone is None, case=case if log_map.log.kind == "snapshots" else None)
    needs = " AND ".join(
        filter(
            None,
            (
                "local_us IS NOT NULL",
                "off_us IS NOT NULL" if zone is None else "",
                f"{case} IS NOT NULL" if case and log_map.log.kind == "snapshots" else "",
            ),
        )
    )
    database.execute(f"CREATE TEMP TABLE usable AS SELECT * FROM timed WHERE {needs}")
    database.execute("DROP VIEW timed; DROP TABLE found")
    _make_tables(database, zone)
    known = "usable.off_us IS NOT NULL"
    at = (
        f"CASE WHEN {known} THEN usable.local_us - usable.off_us WHEN days.offset_us IS NOT NULL "
        "THEN usable.local_us - days.offset_us ELSE coalesce(folds.at_us, moments.at_us) END"
    )
    database.execute(
        f"CREATE TEMP VIEW placed_all AS SELECT usable.*, {at} AS at_us, "
        f"CASE WHEN {known} THEN 0 ELSE coalesce(moments.skip_us, 0) END AS skip_us, "
        f"CASE WHEN {known} THEN NULL ELSE moments.second_us END AS second_us "
        f"FROM usable LEFT JOIN days ON days.day = {_day_of('usable.local_us')} "
        "LEFT JOIN moments ON moments.local_us = usable.local_us "
        "LEFT JOIN folds ON folds.seq = usable.seq"
    )
    inside = f"coalesce(at_us BETWEEN {_FIRST_US} AND {_LAST_US}, false)"
    _note_rows(database, odd, OddCode.OUTSIDE, "lie outside the calendar in UTC", f"placed_all WHERE NOT ({inside})")
    database.execute(f"CREATE TEMP VIEW placed AS SELECT * FROM placed_all WHERE {inside}")
    if zone is not None:
        _settle_folds(database, odd, zone, case)
        jumped = f"are at no time of {zone}, where clocks jumped over it: the moment of the jump is taken"
        _note_rows(database, odd, OddCode.SKIPPED, jumped, "placed WHERE skip_us < 0")
    if case is not None:
        _note_rows(
            database,
            odd,
            OddCode.EARLIER,
            "are earlier than the row of their case before them in the source",
            "(SELECT seq, at_us, skip_us, lag(at_us) OVER w AS at_before, lag(skip_us) OVER w AS skip_before "
            f"FROM placed WHERE {case} IS NOT NULL WINDOW w AS (PARTITION BY {case} ORDER BY seq)) "
            "WHERE at_us < at_before OR (at_us = at_before AND skip_us < skip_before)",
        )


def _day_of(column: str) -> str:
    return f"({column} - {_FIRST_US}) // {_DAY_US}"


def time_columns(time_format: str, t: str = "t") -> tuple[str, str]:
    """The local time in microseconds, and its offset from UTC where the text says one, as SQL; else NULL.

    Args:
        time_format: How times are written.
        t: The column of their text.
    """
    if time_format in (EPOCH_S, EPOCH_MS):
        micros = 1_000_000 if time_format == EPOCH_S else 1_000
        return f"TRY_CAST(TRY_CAST({t} AS DECIMAL(30, 6)) * {micros} AS BIGINT)", "0"
    if time_format == ISO:
        text = f"replace(regexp_extract({t}, '^[0-9-]+[T ][0-9:.,]+'), ',', '.')"
        local = (
            f"CASE WHEN regexp_full_match({t}, {sql_text(_ISO_TIME)}) THEN epoch_us(TRY_CAST({text} AS TIMESTAMP)) END"
        )
        hours = f"TRY_CAST(regexp_extract({t}, {sql_text(_OFFSET)}, 1) AS BIGINT)"
        minutes = f"coalesce(TRY_CAST(regexp_extract({t}, {sql_text(_OFFSET)}, 2) AS BIGINT), 0)"
        sign = f"CASE WHEN {t}[-6:] LIKE '%-%' THEN -1 ELSE 1 END"
        offset = (
            f"CASE WHEN {t}[-1:] IN ('Z', 'z', 'C') THEN 0 "
            f"WHEN length({t}) > 16 AND regexp_matches({t}[14:], '[+-]') "
            f"THEN ({hours} * 60 + {sign} * {minutes}) * 60000000 END"
        )
        return local, offset
    text = t
    if may_say_offset(time_format):
        text = f"regexp_replace({t}, 'Z$', '+00:00')"
        return f"epoch_us(try_strptime({text}, {sql_text(time_format)}))", "0"
    return f"epoch_us(try_strptime({text}, {sql_text(time_format)}))", "NULL::BIGINT"


# What cannot be used -----------------------------------------------------------------------------------


def _note_rows(database: Any, odd: Odd, code: OddCode, words: str, rows: str, shown: str = "''") -> None:
    count, first, said = database.execute(f"SELECT count(*), min(seq), arg_min({shown}, seq) FROM {rows}").fetchone()
    if count:
        odd.note(code, words, first, rows=count, shown=said or "")


def _note_unusable(database: Any, odd: Odd, *, needs_zone: bool, case: str | None) -> None:
    _note_rows(database, odd, OddCode.NO_TIME, "have no time", "timed WHERE t IS NULL")
    wrong = "timed WHERE t IS NOT NULL AND local_us IS NULL"
    _note_rows(database, odd, OddCode.TIME_FORMAT, "have a time that is not in the format of the map", wrong, "t")
    usable = "local_us IS NOT NULL"
    if needs_zone:
        words = "have a time without an offset, and the map names no zone"
        _note_rows(database, odd, OddCode.NO_ZONE, words, f"timed WHERE {usable} AND off_us IS NULL", "t")
        usable += " AND off_us IS NOT NULL"
    if case is not None:
        _note_rows(database, odd, OddCode.NO_CASE, "have no case", f"timed WHERE {usable} AND {case} IS NULL")


# The zone ----------------------------------------------------------------------------------------------


def _make_tables(database: Any, zone: tzinfo | None) -> None:
    """Make the tables of the zone: of each day its offset, and of days on which a clock changes each time."""
    database.execute("CREATE TEMP TABLE days (day BIGINT, offset_us BIGINT)")
    database.execute("CREATE TEMP TABLE moments (local_us BIGINT, at_us BIGINT, skip_us BIGINT, second_us BIGINT)")
    database.execute("CREATE TEMP TABLE folds (seq BIGINT, at_us BIGINT)")
    if zone is None:
        return
    found = database.execute(
        f"SELECT DISTINCT {_day_of('local_us')} FROM usable WHERE off_us IS NULL "
        f"AND local_us BETWEEN {_FIRST_US} AND {_LAST_US}"
    ).fetchall()
    plain, changing = [], []
    for (day,) in found:
        offset = _offset_of_day(day, zone)
        if offset is None:
            changing.append((day,))
        else:
            plain.append((day, offset))
    _insert(database, "days", plain)
    if changing:
        database.execute("CREATE TEMP TABLE changing (day BIGINT)")
        _insert(database, "changing", changing)
        times = database.execute(
            f"SELECT DISTINCT local_us FROM usable JOIN changing ON changing.day = {_day_of('local_us')} "
            "WHERE off_us IS NULL"
        ).fetchall()
        _insert(database, "moments", (_moment(local, zone) for (local,) in times))


def _insert(database: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put whole numbers into a table."""
    told = [", ".join("NULL" if cell is None else str(cell) for cell in row) for row in rows]
    for start in range(0, len(told), 1_000):
        database.execute(f"INSERT INTO {table} VALUES ({'), ('.join(told[start : start + 1_000])})")


def _offset_of_day(day: int, zone: tzinfo) -> int | None:
    """A zone's offset on a day, in microseconds; None where its clocks change on that day."""
    first = date.fromordinal(day + 1)
    noted = {
        datetime.combine(first, at, zone).replace(fold=fold).utcoffset()
        for at in (time(), time(12), time.max)
        for fold in (0, 1)
    }
    offset = noted.pop()
    return None if noted or offset is None else offset // _MICROSECOND


def _moment(local_us: int, zone: tzinfo) -> tuple[int, int, int, int | None]:
    """When a local time was, how far before the end of an hour that was jumped over, and when it came again."""
    local = datetime.combine(date.min, time()) + timedelta(microseconds=local_us - _FIRST_US)
    first, second = (_in_utc(local.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if second < first:
        jump = _jump(zone, second, first)
        return local_us, jump, second - jump, None
    return local_us, first, 0, second if first < second else None


def _in_utc(local: datetime) -> int:
    """A local time in microseconds since 1970 in UTC, even outside the calendar."""
    offset = local.utcoffset() or timedelta()
    return (local.replace(tzinfo=UTC) - _EPOCH - offset) // _MICROSECOND


def _jump(zone: tzinfo, before_us: int, after_us: int) -> int:
    """The moment between two others, to the second, at which a zone's clocks jump."""
    before, after = (_EPOCH + timedelta(microseconds=us) for us in (before_us, after_us))
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return (after - _EPOCH) // _MICROSECOND


# What came twice ---------------------------------------------------------------------------------------


def _settle_folds(database: Any, odd: Odd, zone: tzinfo, case: str | None) -> None:
    """Of times that came twice, take the second where the row of its case before it was later than the first."""
    if not database.execute("SELECT count(*) FROM moments WHERE second_us IS NOT NULL").fetchone()[0]:
        return
    of_case = f"coalesce({case}, '')" if case else "''"
    database.execute(
        f"SELECT seq, {of_case}, at_us, second_us FROM placed WHERE {of_case} IN "
        f"(SELECT DISTINCT {of_case} FROM placed WHERE second_us IS NOT NULL) ORDER BY seq"
    )
    second = [*_taken_second(_all(database), odd, zone)]
    _insert(database, "folds", second)


def _taken_second(
    rows: Iterable[tuple[int, str, int, int | None]], odd: Odd, zone: tzinfo
) -> Iterator[tuple[int, int]]:
    latest: dict[str, int] = {}
    words = f"are at a time that came twice in {zone}"
    for seq, case, first, second in rows:
        at = first
        if second is not None:
            if first < latest.get(case, first) <= second:
                at = second
                later = "the second is taken, as the row of their case before them was later"
                odd.note(OddCode.TWICE_SECOND, f"{words}: {later}", seq)
                yield seq, at
            else:
                odd.note(OddCode.TWICE_FIRST, f"{words}, where clocks were put back: the first is taken", seq)
        latest[case] = at


def _all(database: Any) -> Iterator[Any]:
    while some := database.fetchmany(10_000):
        yield from some
