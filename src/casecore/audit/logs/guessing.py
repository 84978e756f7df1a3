"""A first map of a log that nobody has mapped yet: what was seen, and what only its owner can answer.

Columns are proposed by the names that well-known systems give them, each with what was seen in it. What matters is
never guessed: how times are written, in which zone they are, how the log begins, and what its words mean. Each of these
is a question (`"ask"`), with the counts that help to answer it; a map with a question in it is refused.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import attrs

from casecore.audit.errors import log_error
from casecore.audit.logs.local_times import time_columns
from casecore.audit.logs.log_map import LogBegin, LogFormat, LogKind, LogMap, LogSection, TimeSection
from casecore.audit.logs.log_sources import name_of_source, open_database, pieces_of
from casecore.audit.logs.map_kinds import ASK, EPOCH_MS, EPOCH_S, ISO, Columns
from casecore.audit.logs.pieces import Piece, insert_piece, sql_text
from casecore.audit.logs.reading import MEMORY

FORMATS: Final = (
    ISO,
    EPOCH_S,
    EPOCH_MS,
    *("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"),
    *("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p"),
    *("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S"),
    *("%d-%m-%Y %H:%M:%S %z", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%d %b %Y %H:%M", "%b %d, %Y %I:%M %p"),
)
"""The formats of times that are tried."""

KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        *("sys_updated_at", "sys_updated_on", "time:timestamp", "event:time", "createdAt", "performed_at", "timestamp"),
        *(
            "event_time",
            "occurred_at",
            "changed_at",
            "updated_at",
            "created_at",
            "ts",
            "at",
            "time",
            "date",
            "Timestamp",
        ),
        *("Complete Timestamp", "Change Date+Time"),
    ),
    "case": (
        *("case:concept:name", "number", "case_id", "ticket_id", "Ticket ID", "conversation_id", "case", "ticket"),
        *("CaseID", "Case ID", "SR_Number", "incident_id", "o_id", "object:ticket", "object:case", "id"),
    ),
    "status": (
        *("incident_state", "state", "status", "concept:name", "Status", "Activity", "activity", "event:type"),
        *("eventType", "value_to", "case_status", "ticket_status"),
    ),
    "by": (
        *("by", "performed_by", "changed_by", "updated_by", "actor"),
        *("assigned_to", "sys_updated_by", "assignee", "agent", "agent_id", "org:resource", "Resource", "performer_id"),
        *("author_id", "created_by_id", "user_id", "owner", "assignee_id", "object:agent", "user"),
    ),
    "queue": ("assignment_group", "org:group", "queue", "group", "team", "group_id", "team_id", "Group"),
    "channel": ("contact_type", "channel", "via", "source", "Channel"),
    "code": ("closed_code", "close_code", "disposition", "resolution", "resolution_code"),
}
"""The names that well-known systems give to columns, by the field that is proposed for them; the first one counts."""

ORDERING: Final = ("sys_mod_count", "sequence", "seq", "version", "revision", "event_id")
"""The names of columns that say which of several rows at one time came first."""

NOTHINGS: Final = ("?", "NULL", "null", "None", "none", "N/A", "n/a", "NaN", "-", "(empty)")
"""What may stand in a cell of which nothing is known."""

_SUFFIXES: Final[Mapping[str, LogFormat]] = {
    ".csv": LogFormat.CSV,
    ".tsv": LogFormat.CSV,
    ".txt": LogFormat.CSV,
    ".parquet": LogFormat.PARQUET,
    ".jsonl": LogFormat.JSONL,
    ".ndjson": LogFormat.JSONL,
    ".json": LogFormat.JSONL,
    ".xes": LogFormat.XES,
    ".jsonocel": LogFormat.OCEL,
    ".xmlocel": LogFormat.OCEL,
    ".sqlite": LogFormat.OCEL,
}

_SEVERAL: Final = ("by",)
"""Of these fields all columns that are there are proposed: the first that is filled is taken."""

MOST_WORDS: Final = 60
"""How many words of a column are told."""

_SHOWN: Final = 3
_LONGEST: Final = 40
_MOST_COLUMNS: Final = 300


@attrs.frozen
class _Seen:
    """What was seen in a log."""

    database: Any
    columns: Mapping[str, str]
    rows: int
    format: LogFormat
    delimiter: str

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        found: list[tuple[Any, ...]] = self.database.execute(question).fetchall()
        return found


def guess_map(source: Any, *, encoding: str = "utf-8") -> str:
    """A first map of a log, as TOML: with what was seen, and with questions.

    Args:
        source: What `read_log` takes.
        encoding: How its text is stored.

    Raises:
        AuditError: When it cannot be read, or nobody can tell as what it is stored.
    """
    name = name_of_source(source)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casecore-", ignore_cleanup_errors=True)))
        database = stack.enter_context(open_database(folder, MEMORY))
        seen = _look_into(database, source, name, folder, encoding)
        if not seen.rows:
            raise log_error(name, "has no rows", "a log with rows")
        return "\n".join(_told(seen, encoding)) + "\n"


def _look_into(database: Any, source: Any, name: str, folder: Path, encoding: str) -> _Seen:
    """Load every column of the first file as text."""
    format = _format_of(source, name)  # noqa: A001 -- the word of the map
    first: Piece | None = None
    for delimiter in (",", ";", "\t", "|") if format is LogFormat.CSV else (",",):
        inside = folder / f"delimiter-{ord(delimiter)}"
        inside.mkdir()
        piece = next(pieces_of(database, source, name, _bare_map(format, delimiter, encoding), inside))
        if first is None or len(piece.columns) > len(first.columns):
            first, chosen = piece, delimiter
    assert first is not None  # noqa: S101 -- there is a delimiter
    columns = {
        column: f"c{place}" for place, column in enumerate(dict.fromkeys(first.columns)) if place < _MOST_COLUMNS
    }
    cells = ", ".join(f"nullif({first.cell(column)}, '') AS {name}" for column, name in columns.items())
    insert = f"CREATE TEMP TABLE seen AS SELECT {cells or 'NULL AS c0'} FROM "
    insert_piece(database, first, insert)
    first.rejected(database)
    (rows,) = database.execute("SELECT count(*) FROM seen").fetchone()
    return _Seen(database, columns, rows, format, chosen)


def _format_of(source: Any, name: str) -> LogFormat:
    if not isinstance(source, str | Path | list | tuple):
        return LogFormat.TABLE
    file = Path(str(source[0]) if isinstance(source, list | tuple) and source else name)
    suffixes = file.suffixes
    found = next((_SUFFIXES[suffix.lower()] for suffix in reversed(suffixes) if suffix.lower() in _SUFFIXES), None)
    if found is None:
        raise log_error(
            name, "does not say by its name as what it is stored", f"a name that ends in one of {', '.join(_SUFFIXES)}"
        )
    return found


def _bare_map(format: LogFormat, delimiter: str, encoding: str) -> LogMap:  # noqa: A002 -- the word of the map
    """A map that says how a log is stored, and nothing of what is in it."""
    log = LogSection(format=format, kind=LogKind.SNAPSHOTS, begins=LogBegin.CUT, delimiter=delimiter, encoding=encoding)
    return LogMap(log=log, time=TimeSection(column=Columns(("time",)), format=ISO))


# What is told ------------------------------------------------------------------------------------------


def _told(seen: _Seen, encoding: str) -> Iterator[str]:
    times = _times_in(seen)
    found = {field: _columns_of(seen, field) for field in KNOWN if field != "time"}
    time = next((column for column in KNOWN["time"] if column in times), next(iter(times), None))
    yield f"# A first map of a log of {seen.rows:,} rows and {len(seen.columns):,} columns."
    yield '# Answer each question ("ask"); the remark above it says what was seen. Then it can be used.'
    yield ""
    yield "[log]"
    yield f'format = "{seen.format}"'
    if seen.delimiter != ",":
        yield f"delimiter = {_quoted(seen.delimiter)}"
    if encoding != "utf-8":
        yield f"encoding = {_quoted(encoding)}"
    yield '# A row says how a case is then. If it says what happened, write "happenings", and call the column of the'
    yield "# status what."
    yield 'kind = "snapshots"'
    yield ""
    yield '# How does it begin? "complete": with every case from its start; "cut": cases were under way already.'
    yield from _about_begin(seen, found)
    yield _question("begins")
    yield ""
    yield from _zone_told(seen, times, time)
    yield from _nothings_told(seen)
    yield from _order_told(seen)
    yield ""
    yield "[time]"
    yield from _time_told(seen, times, time)
    yield ""
    yield "[columns]"
    for field in ("case", "status", "by", "queue", "code"):
        yield from _column_told(seen, field, found[field])
    for column in found["channel"][:1]:
        yield f"# {_seen_in(seen, column)}"
        yield f"# channel = {_quoted(column)}  # its words have to be in [words.channel] then"
    yield ""
    yield from _words_told(seen, found["status"])
    yield "[tells]"
    yield "# Take the # away if nothing changes the status without a row that says so."
    yield '# fields = ["status"]'


def _question(key: str) -> str:
    return f'{key} = "{ASK}"'


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _remark(text: str) -> str:
    """A text as a remark may have it: on one line, printable, not too long."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return "".join(sign if sign.isprintable() else " " for sign in shown)


def _columns_of(seen: _Seen, field: str) -> list[str]:
    return [column for column in KNOWN[field] if column in seen.columns]


def _seen_in(seen: _Seen, column: str) -> str:
    """What was seen in a column, in words."""
    name = seen.columns[column]
    ((filled, different),) = seen.ask(f"SELECT count({name}), count(DISTINCT {name}) FROM seen")
    values = seen.ask(
        f"SELECT {name}, count(*) AS n FROM seen WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT {_SHOWN}"
    )
    shown = ", ".join(f"{_remark(value)} ({times:,})" for value, times in values)
    empty = f"{100 * (seen.rows - filled) / seen.rows:.0f} % empty" if filled < seen.rows else "never empty"
    return f"{_remark(column)}: {different:,} different, {empty}" + (f"; {shown}" if shown else "")


def _column_told(seen: _Seen, field: str, found: Sequence[str]) -> Iterator[str]:
    if not found:
        if field in ("case", "status"):
            yield f"# No column has a well-known name. There are {', '.join(map(_remark, seen.columns))}"
            yield _question(field)
        return
    taken = found if field in _SEVERAL else found[:1]
    yield from (f"# {_seen_in(seen, column)}" for column in taken)
    if field not in _SEVERAL and len(found) > 1:
        yield f"# It may be {' or '.join(map(_remark, found[1:]))}, too."
    if len(taken) > 1:
        yield "# The first that is filled is taken."
    written = _quoted(taken[0]) if len(taken) == 1 else f"[{', '.join(map(_quoted, taken))}]"
    if field == "code":
        yield f"# Many exports repeat the last one on every row; then it must not be read.\n# {field} = {written}"
    else:
        yield f"{field} = {written}"


def _words_told(seen: _Seen, found: Sequence[str]) -> Iterator[str]:
    if not found:
        return
    name = seen.columns[found[0]]
    words = seen.ask(f"SELECT {name}, count(*) AS n FROM seen WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1")
    yield "[words.status]"
    yield '# What does each word mean? new, open, pending, escalated, resolved, closed; "?": it is not known.'
    yield from (
        f'{_quoted(word)} = "{ASK}"  # {times:,} rows' for word, times in words[:MOST_WORDS] if word not in NOTHINGS
    )
    if len(words) > MOST_WORDS:
        rest = sum(times for _, times in words[MOST_WORDS:])
        yield f"# ... and {len(words) - MOST_WORDS:,} words more, in {rest:,} rows: is this the column of the status?"
    yield ""


def _about_begin(seen: _Seen, found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """With which words the cases begin, as far as the source is in order."""
    if not found["case"] or not found["status"]:
        return
    case, status = seen.columns[found["case"][0]], seen.columns[found["status"][0]]
    first = seen.ask(
        f"SELECT word, count(*) AS n FROM (SELECT arg_min({status}, rowid) AS word FROM seen WHERE {case} IS NOT NULL "
        f"GROUP BY {case}) GROUP BY 1 ORDER BY n DESC, 1 LIMIT 6"
    )
    told = ", ".join(f"{_remark(word or '(nothing)')} {times:,}" for word, times in first)
    yield f"# In the order of the source, the cases begin with: {told}"


def _zone_told(seen: _Seen, times: Mapping[str, Mapping[str, int]], time: str | None) -> Iterator[str]:
    if time is not None and {*times[time]} <= {EPOCH_S, EPOCH_MS}:
        return
    if time is not None:
        name = seen.columns[time]
        ((with_offset,),) = seen.ask(
            f"SELECT count(*) FROM seen WHERE regexp_matches({name}, '(Z|UTC|[+-]\\d{{2}}:?\\d{{2}})$')"
        )
        yield "# In which zone are times that do not say their offset, e.g. Europe/Lisbon? " + (
            f"{with_offset:,} of {seen.rows:,} say it." if with_offset else "None says it."
        )
        if with_offset == seen.rows:
            yield "# So none is needed."
            return
    else:
        yield "# In which zone are the times, e.g. Europe/Lisbon?"
    yield _question("zone")


def _nothings_told(seen: _Seen) -> Iterator[str]:
    words = ", ".join(map(sql_text, NOTHINGS))
    columns = ", ".join(seen.columns.values())
    met = seen.ask(
        f"SELECT word, count(*) AS n FROM (SELECT unnest([{columns}]) AS word FROM seen) WHERE word IN ({words}) "
        "GROUP BY 1 ORDER BY n DESC, 1"
    )
    if met:
        yield ""
        yield "# What stands in cells of which nothing is known, and how often; take out what is a word of its own."
        yield f"# {', '.join(f'{word}: {times:,}' for word, times in met)}"
        yield f"null = [{', '.join(_quoted(word) for word, _ in met)}]"


def _order_told(seen: _Seen) -> Iterator[str]:
    found = next((column for column in ORDERING if column in seen.columns), None)
    if found is None:
        return
    name = seen.columns[found]
    ((numbers,),) = seen.ask(f"SELECT count(TRY_CAST({name} AS DECIMAL(38, 9))) FROM seen")
    how = "int" if numbers == seen.rows else "text"
    yield ""
    yield "# Which of several rows at one time came first; after that, the order of the source."
    yield f"# {_seen_in(seen, found)}; {numbers:,} of {seen.rows:,} are numbers"
    yield f"order = [{_quoted(f'{found}:{how}')}]"


def _times_in(seen: _Seen) -> dict[str, dict[str, int]]:
    """The columns that hold times: how many of their cells can be read in each format."""
    found: dict[str, dict[str, int]] = {}
    for column, name in seen.columns.items():
        counted = ", ".join(f"count({time_columns(one, name)[0]})" for one in FORMATS)
        ((filled, *counts),) = seen.ask(f"SELECT count({name}), {counted} FROM (SELECT {name} FROM seen LIMIT 1000)")
        tried = {one for one, times in zip(FORMATS, counts, strict=True) if times * 10 >= filled * 3 and times}
        tried -= {EPOCH_S, EPOCH_MS} - _epochs_in(seen, name)
        if tried:
            counted = ", ".join(f"count({time_columns(one, name)[0]})" for one in FORMATS if one in tried)
            ((filled, *counts),) = seen.ask(f"SELECT count({name}), {counted} FROM seen")
            whole = dict(zip((one for one in FORMATS if one in tried), counts, strict=True))
            if max(whole.values()) * 10 >= filled * 9:
                found[column] = whole
    return found


def _epochs_in(seen: _Seen, name: str) -> set[str]:
    """As what the numbers of a column are instants of our days: as seconds, as milliseconds, or not at all."""
    ((least, most),) = seen.ask(
        f"SELECT min(number), max(number) FROM (SELECT TRY_CAST({name} AS DOUBLE) AS number FROM seen LIMIT 1000)"
    )
    return {one for one, (low, high) in _OUR_DAYS.items() if least is not None and low <= least <= most <= high}


_OUR_DAYS: Final = {EPOCH_S: (5e8, 5e9), EPOCH_MS: (5e11, 5e12)}
"""Which numbers are instants of our days: from 1985 to 2128."""


def _time_told(seen: _Seen, times: Mapping[str, Mapping[str, int]], time: str | None) -> Iterator[str]:
    others = [column for column in times if column != time]
    if time is None:
        yield f"# No column holds times in a format that was tried. There are {', '.join(map(_remark, seen.columns))}"
        yield _question("column")
        yield "# How are times written?"
        yield _question("format")
        return
    yield f"# {_seen_in(seen, time)}"
    if others:
        named = ", ".join(map(_remark, others))
        yield f"# Times are in {named}, too: it has to be the one at which the row was written."
    yield f"column = {_quoted(time)}"
    yield ""
    yield "# How are times written? So many rows can be read as"
    ranked = sorted(times[time].items(), key=lambda one: (-one[1], FORMATS.index(one[0])))
    yield from (f"#     {_quoted(one)}: {count:,}" for one, count in ranked)
    if len(ranked) > 1:
        yield "# Where several fit, look at days after the 12th: day and month are easily taken for each other."
    yield _question("format")
