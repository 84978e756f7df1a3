"""Auditing: the rows of a log judged, beside a replay and a desk that live through the same, and what memory it takes.

* A **told day** is that of `day`: every command is in the log, each with all that it says. A replay reads the same day
  from its JSON, a working desk is given the commands as they are; an audit is given rows.
* A **status log** is what most help desks export: who has set which status when, and nothing else. It is made up, in
  moves as they are met: most cases go through the whole life cycle, some are reopened, some skip a step, which is
  broken.
* A **stream** is such a log as a CSV file that is read, sorted and judged, and never lies in memory as a whole.
* **Several cores**: such a log judged by two processes, and by Spark where that is installed, beside one process.

A status log costs more than a told day: most of what a rule looks at is not told, and a rule is asked again under every
value of it, until two of its answers differ. How many are is told beside the figure.

`python -m bench audit` streams a tenth of a million rows, `python -m bench.audit 1000000` a million.
"""

from __future__ import annotations

import csv
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from random import Random
from shutil import which
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import attrs

from bench.day import Day, alone, staffed, staffing
from bench.histories import NINE
from bench.measure import Contender, Effort, Line, costs, cpu, outruns, peak, say, side_by_side, weighs
from casecore import Command, Desk, Policy, Status, WorkingDesk
from casecore.audit import audit
from casecore.audit.judging.auditing import Auditor, Telling
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import STATUS, Log, LogRow
from casecore.audit.logs.reading import read_log
from casecore.codec import dumps
from casecore.replay import replay_day
from casecore.rooms.composition import HOUSE

COMMANDS = 25_000
STATUS_ROWS = 30_000
STREAMED = 100_000
LEAST_IN_A_SECOND = 25_000
MOST_MEMORY = 10**9
AGENTS, QUEUES = 60, 8

STATUSES_ONLY = Telling.of(HOUSE, fields=["status"], begins_whole=False)
"""What a status log tells."""

LIVES = (
    "new open resolved closed",
    "new open pending open resolved closed",
    "new open resolved",
    "new open pending resolved closed",
    "new open escalated open resolved closed",
    "open pending open resolved closed",
    "new open pending open pending open resolved open resolved closed",
    "new resolved closed",
)
"""The statuses of cases, one after the other."""


# A told day --------------------------------------------------------------------------------------------


class NotedDay(Day):
    """A day whose commands are written down."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.noted: list[Command] = []

    def handle(self, command: Command) -> None:
        """One command."""
        super().handle(command)
        self.noted.append(command)


@cache
def told_day(commands: int) -> tuple[Policy, list[Command]]:
    """The SOP of a busy day, and all that was done, from the first agent on."""
    day = NotedDay(staffed())
    day.live(commands)
    return day.desk.policy, [*staffing(), *day.noted]


def row_of(number: int, command: Command) -> LogRow:
    """A command as a row that tells all of it."""
    told = attrs.asdict(command, recurse=False)
    return LogRow(number, told.pop("at"), type(command).__name__, told)


def judged(policy: Policy, telling: Telling, rows: Iterable[LogRow]) -> Callable[[], Auditor]:
    """An audit of some rows, from the beginning."""

    def judge() -> Auditor:
        auditor = Auditor(policy, telling)
        for row in rows:
            auditor.see(row)
        return auditor

    return judge


def told_days(effort: Effort) -> Iterator[Line]:
    """An audit of a told day, beside a replay of it, and beside a desk that lives through it."""
    policy, commands = told_day(effort.size(COMMANDS, 2_000))
    rows = [row_of(number, command) for number, command in enumerate(commands, 1)]
    judge = judged(policy, Telling.of(HOUSE, [kind.__name__ for kind in HOUSE.commands]), rows)
    assert not any(count.broken + count.unknown for count in judge().tally.counts.values())
    lines = [dumps(command) for command in commands]

    def replayed() -> object:
        return deque(replay_day(lines, Desk(policy)), maxlen=1)

    def worked() -> object:
        desk = WorkingDesk.of(Desk(policy))
        for command in commands:
            desk.handle(command)
        return desk

    contenders = (judge, replayed, worked) if effort.peers else (judge,)
    ours, *peers = (took / len(rows) for took in side_by_side(*contenders, repeats=3))
    replay, working = peers or (None, None)
    yield outruns(f"a row of a told day of {len(rows):,}; peer: its replay", ours, replay, 1.5, key="told")
    if effort.peers:
        yield costs("... peer: its command on a working desk", ours, working, key="working")


# A status log ------------------------------------------------------------------------------------------


def moves(rows: int) -> Iterator[tuple[float, str, str, str, str]]:
    """At least so many moves, case by case: after how many seconds, which case, by whom, in which queue, its status."""
    random, told = Random(2026), 0
    for number in count():
        if told >= rows:
            return
        seconds, agent = 40.0 * number, f"agent-{random.randrange(AGENTS)}"
        for status in random.choice(LIVES).split():
            yield seconds, f"case-{number}", agent, f"queue-{number % QUEUES}", status
            seconds += random.expovariate(1 / 7_200)
            if random.random() < 0.2:
                agent = f"agent-{random.randrange(AGENTS)}"
            told += 1


def status_rows(rows: int) -> list[LogRow]:
    """A status log, in order of time."""
    return [
        LogRow(
            number,
            NINE + timedelta(seconds=seconds),
            STATUS,
            {"case": case, "by": agent, "status": Status(status)},
            {"queue": queue},
        )
        for number, (seconds, case, agent, queue, status) in enumerate(sorted(moves(rows)), 1)
    ]


def status_logs(effort: Effort) -> Iterator[Line]:
    """An audit of a status log; beside pm4py, which replays it on a net that it has drawn from the same log."""
    rows = status_rows(effort.size(STATUS_ROWS, 5_000))
    judge = judged(Policy.default(), STATUSES_ONLY, rows)
    (took,) = side_by_side(judge, repeats=3)
    each = took / len(rows)
    yield costs(f"a row of a status log of {len(rows):,}", each, key="status")
    yield fast_enough("... rows in a second", 1 / each)
    counts = judge().tally.counts.values()
    asked, unknown = (sum(count) / len(rows) for count in zip(*((c.occasions, c.unknown) for c in counts), strict=True))
    yield Line("... rules told of a row, and those of them that are unknown", f"{asked:.1f}", f"{unknown:.1f}")
    if effort.peers and find_spec("pm4py") is not None:
        yield costs("... peer: pm4py's token replay of it", took, *side_by_side(token_replay(rows), repeats=1))
    elif effort.peers:
        yield Line("... peer: pm4py's token replay of it", "", "not installed")


def fast_enough(what: str, in_a_second: float) -> Line:
    """A line that tells how many rows are judged in a second of CPU time."""
    target = f"≥ {LEAST_IN_A_SECOND:,}"
    return Line(what, f"{in_a_second:,.0f}", target=target, within=in_a_second >= LEAST_IN_A_SECOND)


def token_replay(rows: Iterable[LogRow]) -> Contender:
    """The same rows replayed by pm4py on a net; the net is drawn beforehand. It is not ours to install: it is AGPL."""
    import pandas as pd
    import pm4py

    told = [(row.told["case"], row.told["status"].value, row.at) for row in rows]
    frame = pd.DataFrame(told, columns=["case:concept:name", "concept:name", "time:timestamp"])
    net = pm4py.discover_petri_net_inductive(frame)
    return lambda: pm4py.conformance_diagnostics_token_based_replay(frame, *net)


# A stream ----------------------------------------------------------------------------------------------

MAP = """
[log]
format = "csv"
kind = "snapshots"
begins = "cut"

[time]
column = "at"
format = "iso"

[columns]
case = "case"
status = "status"
by = "by"
queue = "queue"

[words.status]
new = "new"
open = "open"
pending = "pending"
escalated = "escalated"
resolved = "resolved"
closed = "closed"

[tells]
fields = ["status"]
"""


def write_stream(rows: int, file: str) -> None:
    """A status log as CSV, in the order of its cases."""
    with Path(file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("at", "case", "by", "queue", "status"))
        writer.writerows(((NINE + timedelta(seconds=after)).isoformat(), *said) for after, *said in moves(rows))


def streamed(file: str) -> dict[str, float]:
    """What it costs to read such a file and to judge it."""
    began = cpu()
    auditor = Auditor(Policy.default(), STATUSES_ONLY)
    broken = sum(len(auditor.see(row)) for row in read_log(file, LogMap.loads(MAP)).rows())
    return {"rows": auditor.tally.rows, "broken": broken, "seconds": cpu() - began, "peak": peak()}


def streams(effort: Effort, rows: int = STREAMED) -> Iterator[Line]:
    """A file of a tenth of a million rows."""
    import duckdb  # noqa: F401 -- it reads the file

    with TemporaryDirectory() as folder:
        file = str(Path(folder, "log.csv"))
        write_stream(effort.size(rows, 10_000), file)
        found = alone(f"streamed({file!r})", "audit")
    what = f"{found['rows']:,} rows streamed from a CSV"
    yield fast_enough(f"{what}: rows read and judged in a second", found["rows"] / found["seconds"])
    yield weighs("... peak memory", found["peak"], MOST_MEMORY, key="peak_bytes")


# Several cores --------------------------------------------------------------------------------------------

LEAST_ON_TWO_CORES = 1.2
"""How many times as fast two processes have to be as one: six tenths of what two cores could do."""


def took_by_the_wall(contender: Contender) -> float:
    """The seconds on the wall that a call takes: several processes cost no less than one, and end sooner."""
    began = perf_counter()
    contender()
    return perf_counter() - began


def on_several_cores(effort: Effort) -> Iterator[Line]:
    """A status log judged by two processes, and by Spark on two cores where that is installed; the peer is one."""
    rows = status_rows(effort.size(STATUS_ROWS, 5_000))
    log = Log("statuses", LogMap.loads(MAP), lambda _: iter(rows))
    report = audit(log)
    one = took_by_the_wall(lambda: audit(log))
    two = took_by_the_wall(lambda: audit(log, jobs=2))
    assert audit(log, jobs=2) == report
    what = f"{len(rows):,} rows by two processes, by the clock on the wall; peer: by one"
    yield outruns(what, two, one, LEAST_ON_TWO_CORES)
    if effort.peers and find_spec("pyspark") is not None and which("java") is not None:
        with on_spark(rows) as on_two_cores:
            yield outruns("... by Spark on two cores, with reading", took_by_the_wall(on_two_cores), one)
    elif effort.peers:
        yield Line("... by Spark on two cores", "", "not installed")


@contextmanager
def on_spark(rows: Iterable[LogRow]) -> Iterator[Contender]:
    """What judges some rows of statuses on Spark, which is warm already."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from casecore.audit.spark import audit_frame

    names = ("case", "by", "status")
    told = [{"at": row.at.isoformat(), **{name: row.told[name] for name in names}, **row.beside} for row in rows]
    settings = {"spark.ui.enabled": "false", "spark.log.level": "OFF", "spark.sql.shuffle.partitions": "2"}
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        frame = session.createDataFrame(pa.Table.from_pylist(told)).persist()
        known = LogMap.loads(MAP.replace('"csv"', '"table"'))
        audit_frame(frame.limit(1_000), None, known)
        yield lambda: audit_frame(frame, None, known)
    finally:
        session.stop()


PARTS = (told_days, status_logs, streams, on_several_cores)

if __name__ == "__main__":
    for told in streams(Effort(), int(sys.argv[1]) if len(sys.argv) > 1 else STREAMED):
        say(f"{told.what}: {told.ours}; {told.goal}")
