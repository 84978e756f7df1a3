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
* A day runs in order of time, so the log is sorted: by time, then by the `--order` columns, then as the file has it.
  Its rows, as far as they are needed, must fit into memory.
* Nothing is dropped in silence: rows that are left out, and rows that are odd, are counted, with the line of the first.
"""

from __future__ import annotations

import argparse
import codecs
import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
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
DIGITS = 18  # of the longest number that orders rows by its value


class Row(NamedTuple):
    """One row of the log; rows are sorted by their fields from left to right."""

    at: datetime
    order: tuple[tuple[bool, int, str], ...]
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


class Remarks(dict[str, list[int]]):
    """What is odd about the log: of how many rows, and the line of the first."""

    def note(self, remark: str, line: int) -> None:
        """Say this of one row."""
        self.setdefault(remark, [0, line])[0] += 1


# Reading the log ---------------------------------------------------------------------------------------


def read(lines: Iterable[str], given: argparse.Namespace, remarks: Remarks) -> Iterator[Row]:
    """Every row that can be used, in the order of the file."""
    reader = csv.reader(lines, delimiter=given.delimiter, strict=True)
    latest: dict[str, datetime] = {}
    try:
        header = next(reader, [])
        places = _places(header, (given.case, given.status, given.time, *given.agent, *given.order))
        for cells in reader:
            if len(cells) != len(header):
                remarks.note("left out: not as many fields as in the header", reader.line_num)
                continue
            filled = {name: cells[place] if cells[place] not in given.null else "" for name, place in places.items()}
            row = _row(filled, reader.line_num, given, remarks)
            if row is not None:
                if row.at < latest.get(row.case, row.at):
                    remarks.note("earlier than the row of its case before it", row.line)
                latest[row.case] = row.at
                yield row
    except (csv.Error, UnicodeError) as error:
        raise csv.Error(f"{given.log}, line {reader.line_num}: {error}") from None


def _places(header: list[str], columns: Iterable[str]) -> dict[str, int]:
    for column in columns:
        if header.count(column) != 1:
            raise csv.Error(f"{header.count(column)} columns are called {column!r}; there are {', '.join(header)}")
    return {column: header.index(column) for column in columns}


def _row(cells: dict[str, str], line: int, given: argparse.Namespace, remarks: Remarks) -> Row | None:
    time, case, word = cells[given.time], cells[given.case], cells[given.status]
    source = next((column for column in given.agent if cells[column]), None)
    agent = cells[source] if source else NOBODY
    if agent in (core.CUSTOMER, core.SYSTEM):
        remarks.note(f"its agent is called {agent!r}, as no agent can be: 'agent {agent}' is taken", line)
        agent = f"agent {agent}"
    try:
        at = datetime.strptime(time, given.time_format)  # noqa: DTZ007 -- the next line gives it its zone
        at = (at if at.tzinfo else at.replace(tzinfo=given.zone)).astimezone(UTC)
        core.OpenCase(agent, at, case)  # a command takes no id that is none
    except core.CommandError as error:
        remarks.note(f"left out: what names its {'agent' if error.field == 'by' else 'case'} cannot be an id", line)
        return None
    except (ValueError, OverflowError):
        remarks.note("left out: its time is not in the format given" if time else "left out: no time", line)
        return None
    if source != given.agent[0]:
        remarks.note(f"{given.agent[0]} names no agent; {source or repr(NOBODY)} is taken", line)
    status = dict(given.word).get(word, UNKNOWN)
    if status == UNKNOWN:
        remarks.note(f"its status {word!r} is not among the words given", line)
    order = tuple(_rank(cells[column]) for column in given.order)
    return Row(at, order, line, sys.intern(case), sys.intern(agent), status)


def _rank(cell: str) -> tuple[bool, int, str]:
    """Numbers go by value, before all that is text: 9 is before 10."""
    return (False, int(cell), "") if cell.isdecimal() and len(cell) <= DIGITS else (True, 0, cell)


def changes(rows: Iterable[Row], remarks: Remarks) -> Iterator[tuple[str, Row]]:
    """Of all rows, in order of time, those that change their case's status; each with the status before."""
    latest: dict[str, Row] = {}
    for row in rows:
        before = latest.get(row.case)
        latest[row.case] = row
        if before is None and row.status != core.Status.NEW:
            remarks.note(f"its case starts in mid-life, as {row.status}", row.line)
        if before is not None and before.at == row.at:
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


def report(rows: int, remarks: Remarks, day: Day, moves: Counter[Move]) -> Iterator[str]:
    """What became of the log: the numbers, what is odd about its rows, and every kind of move with its answer."""
    yield f"{rows:,} rows used: {len(day.asked):,} cases, {len(day.desk.agents):,} agents, {moves.total():,} moves"
    yield f"{day.commands:,} commands written"
    yield "\n     rows  of which this is to be said (line of the first)"
    odd = sorted(remarks.items(), key=lambda item: -item[1][0])
    yield from (f"{times:>9,}  {remark} ({line})" for remark, (times, line) in odd[:MOST])
    if odd[MOST:]:
        yield f"{sum(times for _, (times, _) in odd[MOST:]):>9,}  ... and {len(odd) - MOST:,} remarks more"
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
        except (LookupError, ValueError, TypeError) as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None

    return value


def _word(text: str) -> tuple[str, str]:
    word, _, status = text.rpartition("=")
    return word, core.Status(status)


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
    add("--time-format", required=True, metavar="FORMAT", help="how times are written, as in Python's strptime")
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
        type=_checked(lambda name: codecs.lookup(name).name),
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
    """Read the log, write the day; returns the report."""
    remarks, moves = Remarks(), Counter[Move]()
    with given.log.open(encoding=given.encoding, newline="") as log:
        rows = sorted(read(log, given, remarks))
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
