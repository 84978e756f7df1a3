#!/usr/bin/env python3
"""Turn a log of incidents into a day that `casecore replay` can judge.

Many desks have their history as one CSV file: which incident had which status, when, and who worked on it. This script
writes the commands that such a history means. Nothing about the log is guessed: the command line says which columns
hold what, how times are written, and which status each word stands for.

* Everybody in the log joins the day as somebody who may do anything (supervisor, every queue, available, with room for
  any number of cases), so that the life cycle alone is judged, not who did it. For the same reason the SOP is, unless
  another is given, `only_the_life_cycle.toml` beside this script: nobody has to dispose contacts.
* A case starts with a message of its customer. Each *change* of status is then one command: a new case is opened, any
  other is set open; pending, escalated and resolved are set; closed is closed. Back to new is asked for too, and
  refused. A row that repeats the status changes nothing.
* A refused move leaves the desk's case where it was, while the log goes on. So each command is put to a desk as it is
  written: what a move means, and how it is answered, depends on where the desk's case really is.
* A day runs in order of time, so the log is sorted: by time, then by the `--order` columns (numbers by their value,
  before all other text; in that, too, 9 comes before 10), then as the file has it. Its rows, as far as they are needed,
  must fit into memory.
* Clocks are put back and forward. A time that came twice is the first one, unless the row of its case before it was
  later; a time that never came is the moment at which the clock jumped over it. Neither is the log's fault; both are
  counted.
* Nothing is dropped in silence: rows that are left out, and rows that are odd, are counted, with the line of the first.
  A log of which no row can be used is an error, and no day is written.
"""

from __future__ import annotations

import argparse
import codecs
import csv
import io
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, DecimalException
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from zoneinfo import ZoneInfo

import casecore as core
from casecore.codec import dumps

EXAMPLE = """example:
  incidents_to_day.py incidents.csv day.jsonl --case number --status incident_state --time sys_updated_at \\
    --time-format "%d/%m/%Y %H:%M" --order sys_mod_count --agent assigned_to --agent sys_updated_by --null "?" \\
    --word New=new --word Active=open --word "Awaiting User Info=pending" --word Resolved=resolved --word Closed=closed
"""
START, UNKNOWN = "start", "unknown"  # beside the statuses: before a case's first row; a word that was not given
NOBODY = "nobody named"  # the agent of rows that name none
CHANNEL = core.Channel.EMAIL  # where nobody waits on the line, so that only the life cycle has a say
ROOM = {"email": 1_000_000_000, "total": 1_000_000_000}  # so much may anybody hold at once: nobody is ever full
LIFE_CYCLE = Path(__file__).with_name("only_the_life_cycle.toml")
MOST = 50  # remarks in a report, so that a wrong column of statuses does not fill the screen
SOME_TIME = datetime(2026, 11, 23, 9, 41, 7, tzinfo=UTC)  # which a format of times must be able to say
NO_TIME = timedelta()
SECOND = timedelta(seconds=1)
HALF_A_DAY = timedelta(hours=12)
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")

Rank = tuple[bool, Decimal, tuple[str | Decimal, ...]]
"""Whether it is no number, its value, and what else it is: words and numbers by turns."""


class Row(NamedTuple):
    """One row of the log; rows are sorted by their fields from left to right.

    `skipped`: how far its time lies, in the hour that the clock jumped over, before the end of that; nothing for nearly
    all, and less than nothing for those, so that they come before what happened at the end.
    """

    at: datetime
    skipped: timedelta
    order: tuple[Rank, ...]
    line: int
    case: str
    agent: str
    status: str


class Move(NamedTuple):
    """A change of status in the log, where the desk's case was, and what the desk said."""

    before: str
    after: str
    was: str
    answer: str


class BadLog(csv.Error):
    """A log that cannot be used; the text says where and why."""


class Remarks(dict[str, list[int]]):
    """What is odd about the log: of how many rows, and the line of the first."""

    def note(self, remark: str, line: int) -> None:
        """Say this of one row."""
        self.setdefault(remark, [0, line])[0] += 1


# Reading the log ---------------------------------------------------------------------------------------


def read(lines: Iterable[str], given: argparse.Namespace, remarks: Remarks) -> Iterator[Row]:
    """Every row that can be used, in the order of the file."""
    reader = csv.reader(lines, delimiter=given.delimiter, strict=True)
    latest: dict[str, Row] = {}
    try:
        header = next(reader, None)
        if header is None:
            raise BadLog("it is empty, and has not even a header")
        places = _places(header, (given.case, given.status, given.time, *given.agent, *given.order))
        for cells in reader:
            if len(cells) != len(header):
                remarks.note("left out: not as many fields as in the header", reader.line_num)
                continue
            filled = {name: cells[place] if cells[place] not in given.null else "" for name, place in places.items()}
            row = _row(filled, reader.line_num, given, latest.get(filled[given.case]), remarks)
            if row is not None:
                before = latest.get(row.case, row)
                if (row.at, row.skipped) < (before.at, before.skipped):
                    remarks.note("earlier than the row of its case before it", row.line)
                latest[row.case] = row
                yield row
    except UnicodeError as error:
        bad, why = _undecodable(given.log, given.encoding, error)
        raise BadLog(f"{given.log}, line {bad}: {why}; say how its text is stored with --encoding") from None
    except csv.Error as error:
        where = f", line {reader.line_num}" if reader.line_num else ""
        raise BadLog(f"{given.log}{where}: {error}") from None


def _undecodable(log: Path, encoding: str, error: UnicodeError) -> tuple[int, str]:
    """The line of the first bytes that are no text, and why. The log is read ahead, so the reader's line is another."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text: list[str] = []
    why = str(error)
    with log.open("rb") as pieces:
        for piece in pieces:
            before = decoder.getstate()
            try:
                text.append(decoder.decode(piece))
            except UnicodeError:
                decoder.setstate(before)
                break
        else:
            piece = b""
    try:
        text += (decoder.decode(bytes([byte])) for byte in piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as found:
        why = f"{encoding} can't decode byte {found.object[found.start]:#04x} ({found.reason})"
    except UnicodeError as found:
        why = str(found)
    return len(re.findall("\r\n|\r|\n", "".join(text))) + 1, why


def _places(header: list[str], columns: Iterable[str]) -> dict[str, int]:
    for column in columns:
        if header.count(column) != 1:
            raise BadLog(f"{header.count(column)} columns are called {column!r}; there are {', '.join(header)}")
    return {column: header.index(column) for column in columns}


def _row(
    cells: dict[str, str], line: int, given: argparse.Namespace, before: Row | None, remarks: Remarks
) -> Row | None:
    time, case, word = cells[given.time], cells[given.case], cells[given.status]
    source = next((column for column in given.agent if cells[column]), None)
    agent = cells[source] if source else NOBODY
    if agent in (core.CUSTOMER, core.SYSTEM):
        remarks.note(f"its agent is called {agent!r}, as no agent can be: 'agent {agent}' is taken", line)
        agent = f"agent {agent}"
    try:
        at, skipped, remark = _instant(datetime.strptime(time, given.time_format), given.zone, before)  # noqa: DTZ007 -- it gets its zone there
        core.OpenCase(agent, at, case)  # a command takes no id that is none
    except core.CommandError as error:
        remarks.note(f"left out: what names its {'agent' if error.field == 'by' else 'case'} cannot be an id", line)
        return None
    except OverflowError:
        remarks.note("left out: in UTC its time lies before the first year, or after the last", line)
        return None
    except ValueError:
        remarks.note("left out: its time is not in the format given" if time else "left out: no time", line)
        return None
    if remark:
        remarks.note(remark, line)
    if source != given.agent[0]:
        remarks.note(f"{given.agent[0]} names no agent; {source or repr(NOBODY)} is taken", line)
    status = dict(given.word).get(word, UNKNOWN)
    if status == UNKNOWN:
        remarks.note(f"its status {word!r} is not among the words given", line)
    order = tuple(_rank(cells[column]) for column in given.order)
    return Row(at, skipped, order, line, sys.intern(case), sys.intern(agent), status)


def _instant(read: datetime, zone: ZoneInfo, before: Row | None) -> tuple[datetime, timedelta, str]:
    """When that was in UTC, how far before the end of an hour that the clock jumped over, and what is to be said of it.

    Args:
        read: As the log has it, with or without a zone.
        zone: The zone of a time that names none.
        before: The row of the same case before it.
    """
    if read.tzinfo:
        return read.astimezone(UTC), NO_TIME, ""
    first, second = (read.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first, NO_TIME, ""
    if second < first:
        jump = _jump(zone, second, first)
        return (
            jump,
            second - jump,
            f"at no time of {zone}, where clocks jumped over it: the moment of the jump is taken",
        )
    if before is None or not first < before.at <= second:
        return first, NO_TIME, f"at a time that came twice in {zone}, where clocks were put back: the first is taken"
    return second, NO_TIME, f"at a time that came twice in {zone}: the second is taken, as the row before it was later"


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The moment between two others, to the second, at which a zone's clocks jump."""
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _rank(cell: str) -> Rank:
    """Numbers go by their value, before words; so do the numbers in words: 9, 10, v9, v10."""
    if NUMBER.fullmatch(cell):
        try:
            return (False, Decimal(cell.strip()), ())
        except DecimalException:  # its exponent has more digits than anybody can count to
            pass
    parts = re.split(r"(\d+)", cell)
    return (True, Decimal(), tuple(Decimal(part) if place % 2 else part for place, part in enumerate(parts)))


def changes(rows: Iterable[Row], remarks: Remarks) -> Iterator[tuple[str, Row]]:
    """Of all rows, in order of time, those that change their case's status; each with the status before."""
    latest: dict[str, Row] = {}
    for row in rows:
        before = latest.get(row.case)
        latest[row.case] = row
        if before is None and row.status != core.Status.NEW:
            remarks.note(f"its case starts in mid-life, as {row.status}", row.line)
        if before is not None and (before.at, before.skipped) == (row.at, row.skipped):
            remarks.note("at the same time as the row of its case before it", row.line)
            if before.order == row.order:
                remarks.note("the same, and only the file says which came first", row.line)
        if before is not None and before.status == row.status:
            remarks.note("changes no status", row.line)
        else:
            yield before.status if before else START, row


# Writing the day ---------------------------------------------------------------------------------------


class Day:
    """The day as far as it is written, and the desk that has lived it."""

    def __init__(self, policy: core.Policy, out: TextIO) -> None:
        self.desk = core.Desk(policy)
        self.out = out
        self.commands = 0
        self.asked: dict[str, str] = {}  # the status that each case was last asked to have

    def give(self, command: core.Command) -> str:
        """Write a command and put it to the desk; says whether it accepts, or which rules refuse."""
        self.out.write(f"{dumps(command)}\n")
        self.commands += 1
        verdict = self.desk.decide(command)
        if isinstance(verdict, core.Refused):
            return "refused: " + ", ".join(reason.rule for reason in verdict.reasons)
        self.desk = self.desk.evolve(verdict.events)
        return "accepted"

    def join(self, agent: str, at: datetime) -> None:
        """Somebody joins who may do anything."""
        may, queues = frozenset({core.Permission.REPLY, core.Permission.SUPERVISE}), frozenset(self.desk.policy.queues)
        self.give(core.AddAgent(core.SYSTEM, at, agent, permissions=may, queues=queues, capacity=ROOM))
        self.give(core.GoAvailable(core.SYSTEM, at, agent))

    def move(self, before: str, row: Row) -> Move:
        """Ask for one change of status."""
        at, case, answer = row.at, row.case, "not asked"
        if before == START:
            answer = self.give(
                core.ReceiveMessage(core.CUSTOMER, at, case, case, customer=case, channel=CHANNEL, new_case=case)
            )
            self.asked[case] = core.Status.NEW
        was, asked = str(self.desk.status(case) or "nowhere"), self.asked[case]
        if row.status not in (UNKNOWN, asked):
            answer = self.give(_command(row, was))
            self.asked[case] = row.status
        return Move(before, row.status, was if was == asked else f"{was}, out of step", answer)


def _command(row: Row, was: str) -> core.Command:
    if row.status == core.Status.CLOSED:
        return core.CloseCase(row.agent, row.at, row.case)
    if row.status == core.Status.OPEN and was == core.Status.NEW:
        return core.OpenCase(row.agent, row.at, row.case)
    return core.SetStatus(row.agent, row.at, row.case, core.Status(row.status))


def odd(remarks: Remarks) -> Iterator[str]:
    """What is odd about the rows of the log."""
    yield "     rows  of which this is to be said (line of the first)"
    told = sorted(remarks.items(), key=lambda item: -item[1][0])
    yield from (f"{times:>9,}  {remark} ({line})" for remark, (times, line) in told[:MOST])
    if told[MOST:]:
        yield f"{sum(times for _, (times, _) in told[MOST:]):>9,}  ... and {len(told) - MOST:,} remarks more"


def report(rows: int, remarks: Remarks, day: Day, moves: Counter[Move]) -> Iterator[str]:
    """What became of the log: the numbers, what is odd about its rows, and every kind of move with its answer."""
    yield f"{rows:,} rows used: {len(day.asked):,} cases, {len(day.desk.agents):,} agents, {moves.total():,} moves"
    yield f"{day.commands:,} commands written"
    yield ""
    yield from odd(remarks)
    answers: Counter[str] = Counter()
    for move, times in moves.items():
        answers[move.answer] += times
    yield "\n    moves  to which the desk says"
    yield from (f"{times:>9,}  {answer}" for answer, times in answers.most_common())
    yield "\n    moves  in the log               the desk's case was    the desk says"
    for (before, after, was, answer), times in moves.most_common():
        yield f"{times:>9,}  {before:>9} -> {after:<10}  {was:<21}  {answer}"


# The command line --------------------------------------------------------------------------------------


def _checked(meaning: Callable[[str], Any]) -> Callable[[str], Any]:
    def value(text: str) -> Any:
        try:
            return meaning(text)
        except (LookupError, OSError, TypeError, ValueError) as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None

    return value


def _word(text: str) -> tuple[str, str]:
    word, _, status = text.rpartition("=")
    return word, core.Status(status)


def _time_format(text: str) -> str:
    """A format of times that says at least the day, and no half of one: what it writes it must also read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a day without a year, which is refused below
            read, later = (
                datetime.strptime(time.strftime(text), text)  # noqa: DTZ007 -- only date and hour are looked at
                for time in (SOME_TIME, SOME_TIME + HALF_A_DAY)
            )
    except re.error:
        raise ValueError("says one part of a time twice") from None
    if read.date() != SOME_TIME.date():
        raise ValueError("does not say year, month and day")
    if read == later and read.hour:
        raise ValueError("says the hour without the half of the day (%I without %p)")
    return text


def _encoding(text: str) -> str:
    """The name of an encoding of text; some that Python knows turn bytes into bytes."""
    io.TextIOWrapper(io.BytesIO(), encoding=text)
    return codecs.lookup(text).name


def parser() -> argparse.ArgumentParser:
    """The command line."""
    cli = argparse.ArgumentParser(
        description="Turn a log of incidents (CSV) into a day for `casecore replay`; a report goes to standard error.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = cli.add_argument
    add("log", type=Path, help="the log to read")
    add("day", type=Path, help="the day to write")
    add("--case", required=True, metavar="COLUMN", help="the column of the incident's id")
    add("--status", required=True, metavar="COLUMN", help="the column of its status")
    add("--time", required=True, metavar="COLUMN", help="the column of when it had that status")
    add(
        "--time-format",
        required=True,
        type=_checked(_time_format),
        metavar="FORMAT",
        help="how times are written, as in Python's strptime",
    )
    add("--agent", required=True, action="append", metavar="COLUMN", help="the column of who; the first that is filled")
    add("--order", default=[], action="append", metavar="COLUMN", help="a column that orders rows of the same time")
    add("--word", required=True, action="append", type=_checked(_word), metavar="WORD=STATUS", help="what a word means")
    add("--null", default=[""], action="append", metavar="WORD", help="what stands in an empty cell, besides nothing")
    add("--zone", default=UTC, type=_checked(ZoneInfo), help="the zone of times that name none (UTC)")
    add(
        "--delimiter",
        default=",",
        type=_checked(lambda sign: csv.reader((), delimiter=sign).dialect.delimiter),
        help="what stands between fields (a comma)",
    )
    add(
        "--encoding",
        default="utf-8-sig",
        type=_checked(_encoding),
        help="how the log's text is stored (UTF-8)",
    )
    add(
        "--policy",
        default=str(LIFE_CYCLE),
        type=_checked(core.Policy.load),
        help="the SOP (that of the life cycle alone)",
    )
    return cli


def convert(given: argparse.Namespace) -> str:
    """Read the log, write the day; returns the report.

    Raises:
        BadLog: When no row of the log can be used, or it cannot be read.
        OSError: When the log cannot be opened, or the day cannot be written.
    """
    remarks, moves = Remarks(), Counter[Move]()
    with given.log.open(encoding=given.encoding, newline="") as log:
        rows = sorted(read(log, given, remarks))
    if not rows:
        raise BadLog("\n".join((f"{given.log} has no row that can be used, so no day is written", *odd(remarks))))
    with given.day.open("w", encoding="utf-8", newline="\n") as out:
        day = Day(given.policy, out)
        for agent in sorted({row.agent for row in rows}):
            day.join(agent, rows[0].at)
        for before, row in changes(rows, remarks):
            moves[day.move(before, row)] += 1
    return "\n".join(report(len(rows), remarks, day, moves))


def main(arguments: list[str] | None = None) -> int:
    """Turn a log into a day; ends with 2 where the log or the command line cannot be used."""
    cli = parser()
    given = cli.parse_args(arguments)
    if len(dict(given.word)) < len(set(given.word)):
        cli.error("--word: one word has two meanings")
    if given.day.exists() and given.log.exists() and given.day.samefile(given.log):
        cli.error("the day would be written over the log")
    try:
        sys.stderr.write(f"{convert(given)}\n")
    except (OSError, csv.Error) as error:
        cli.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
