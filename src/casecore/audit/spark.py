"""Auditing on Spark: a DataFrame in, findings out; the rows are judged by the very functions of `casecore audit`.

    from casecore.audit.spark import audit_frame

    found = audit_frame(spark.read.parquet("s3://…/events"), Policy.load("sop.toml"), "map.toml")
    found.findings.write.parquet("s3://…/findings")
    print(FORMATS["md"](found.report))

In two stages, as with `--jobs`:

1. Each partition is read by the map, and for each row it is noted which ids link it with others (`judging/links.py`).
   From what was named together the driver works out the groups.
2. The rows are laid together by group, and each partition judges its groups (`parts.py`), its rows in their order.

What comes of the partitions is added up on the driver: counts, the breaches that the report keeps, and what was owed,
which is one thing at least for each case (its service clocks). Where a row may concern any
other, because the log does not tell which, all rows are laid into one partition: then Spark is of no use, and it is
said. The frame is read twice; persist it if it is dear to make.

A row is numbered as the frame has it. Breaches are in order of time, and of one instant by number.
"""

from __future__ import annotations

import pickle
from collections import Counter, deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from casecore.audit.errors import EmptyLog, log_error
from casecore.audit.judging.auditing import Violation
from casecore.audit.judging.links import Groups, Links
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import LogRow, OddKind, odd_together
from casecore.audit.logs.reading import read_log
from casecore.audit.logs.row_telling import words_said_by
from casecore.audit.parts import AuditPlan, LogPart, PlacedRow, added_up, judge_group, report_of
from casecore.audit.reports.finding_rows import COLUMNS, finding_row
from casecore.audit.reports.report import AuditReport
from casecore.audit.running import KEPT, load_map
from casecore.policies import Policy
from casecore.rooms.composition import HOUSE, House

MARK, IDS, AT, GROUP = "casecore_mark", "casecore_ids", "casecore_at", "casecore_group"
"""The columns that are put beside those of the log: the number that Spark gives a row, by what ids it is linked with
others, when it happened, and of which group it is."""

_ADDED: Final = (
    f"monotonically_increasing_id() AS {MARK}",
    f"CAST(NULL AS ARRAY<STRING>) AS {IDS}",
    f"CAST(NULL AS BIGINT) AS {AT}",
    f"'' AS {GROUP}",
)

_PARTITION: Final = 33
"""In how many bits, the lower ones, Spark counts the rows of a partition; the upper ones count partitions."""

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "VARCHAR": ("string", "string"),
    "BIGINT": ("bigint", "int64"),
    "DOUBLE": ("double", "float64"),
    "BOOLEAN": ("boolean", "bool_"),
}
"""What columns hold, in words of Spark, and of Arrow."""

FINDINGS: Final = ", ".join(f"`{name}` {_KINDS[kind][0]}" for name, kind in COLUMNS.items())
"""The columns of the findings, in words of Spark."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class SparkAudit:
    """What came of an audit on Spark.

    Attributes:
        findings: A DataFrame with a row for each breach; the columns are those of `casecore audit --write-findings`.
        report: Everything else, as `casecore.audit.audit` says it.
    """

    findings: Any
    report: AuditReport


def audit_frame(
    frame: Any,
    policy: Policy | None = None,
    log_map: LogMap | str | Path | None = None,
    *,
    house: House = HOUSE,
    only: Collection[str] | None = None,
    since: datetime | None = None,
    sample: int = 1,
    keep: int = KEPT,
    against: Policy | None = None,
    partitions: int | None = None,
    noted: Callable[[str], None] | None = None,
) -> SparkAudit:
    """Judge what a log tells by the rules of a policy, on Spark.

    Args:
        frame: The log, a DataFrame of Spark.
        policy: The SOP; None: the one that ships with casecore.
        log_map: The map, the path of its file, or the name of one that ships.
        house: The rooms.
        only: The ids of the rules that are told; None: all.
        since: From when on (aware) is judged; what happened before is only taken in.
        sample: Of how many cases one is judged.
        keep: How many breaches of each rule the report keeps; the findings have all.
        against: Another policy, which judges the same rows.
        partitions: In how many partitions is judged; None: as many as the frame has.
        noted: Is told in a sentence where all rows were judged in one partition.

    Returns:
        The findings and the report; the findings are kept by Spark (`persist`) until you let go of them.

    Raises:
        AuditError: When the frame or the map cannot be used.
    """
    chosen = Policy.default() if policy is None else policy
    known = load_map(log_map, house)
    asked = AuditPlan(known, chosen, house, only, since, sample, keep, against, known.roster)
    _look_at_columns(frame, known)
    marked = frame.selectExpr("*", *_ADDED)
    linked = marked.mapInArrow(partial(link_rows, asked), marked.schema).persist()
    try:
        sums = [pickle.loads(row.sums) for row in linked.mapInArrow(sum_up, "sums binary").collect()]  # noqa: S301 -- made by `sum_up`
        course = _Course.of(sums)
        judged = _judge(linked, asked, course, partitions or len(sums)).persist()
        found = _parts_in(judged)
        wide = next((part.wide for part, _ in found if part.wide is not None), None)
        if wide is not None:
            judged.unpersist()
            judged = _judge(linked, asked, evolve(course, groups=None), 1).persist()
            found = _parts_in(judged)
            if noted is not None:
                noted(f"all rows were judged in one partition: row {wide:,} may concern any other")
    finally:
        linked.unpersist()
    odd = odd_together(kinds for _, kinds in found)
    part = added_up([part for part, _ in found], keep)
    report = report_of(asked, part, odd, course.first, "the table")
    return SparkAudit(judged.filter("part IS NULL").select(*COLUMNS), report)


def _look_at_columns(frame: Any, known: LogMap) -> None:
    """Say here, and not from within Spark, what of the map the frame does not have."""
    with suppress(EmptyLog):
        deque(read_log(frame.limit(1).toArrow(), known).rows(), maxlen=0)


# What a frame is as a whole ----------------------------------------------------------------------------


@frozen
class _Sums:
    """What is known of some linked rows.

    Attributes:
        counts: How many rows each partition of the frame has.
        first: When the first of them happened, in microseconds since 1970; None where none can be used; likewise
            `last`.
        together: The ids that were named together.
    """

    counts: Mapping[int, int]
    first: int | None
    last: int | None
    together: frozenset[tuple[str, ...]]


@frozen
class _Course:
    """What every partition has to know of the whole.

    Attributes:
        before: How many rows of the frame lie before those of each of its partitions.
        first: When the log begins (aware); likewise `last`.
        groups: The groups of ids that were named together; None: all rows are of one group.
    """

    before: Mapping[int, int]
    first: datetime
    last: datetime
    groups: Groups | None

    @classmethod
    def of(cls, sums: Iterable[_Sums]) -> _Course:
        """What the sums of all rows come to."""
        counts = Counter[int]()
        groups = Groups()
        instants: list[int] = []
        for one in sums:
            counts.update(one.counts)
            instants += [at for at in (one.first, one.last) if at is not None]
            for ids in one.together:
                groups.join(ids)
        if not instants:
            raise log_error("the frame", "has no row that can be used", "a log and a map that fit each other")
        ordered = sorted(counts)
        before = dict(zip(ordered, accumulate((counts[one] for one in ordered), initial=0), strict=False))
        first, last = (_EPOCH + timedelta(microseconds=at) for at in (min(instants), max(instants)))
        return cls(before, first, last, groups)

    def number(self, mark: int) -> int:
        """The number of a row in the frame, from 1."""
        return self.before[mark >> _PARTITION] + (mark & ((1 << _PARTITION) - 1)) + 1

    def group(self, ids: list[str] | None, mark: int) -> str:
        """The group of a row; where it has to do with no other, one of its own."""
        if self.groups is None:
            return ""
        return self.groups.of(ids[0]) if ids else f"\0{mark}"


# What partitions do ------------------------------------------------------------------------------------


def _table_of(batches: Iterable[Any]) -> Any:
    """Batches of Arrow as one table, its rows as the frame has them; None where there are none."""
    import pyarrow as pa

    some = [batch for batch in batches if batch.num_rows]
    return pa.Table.from_batches(some).sort_by(MARK) if some else None


def _rows_of(table: Any, asked: AuditPlan, *, every: bool = False) -> tuple[Generator[LogRow, None, None], Any]:
    """The rows of a log that are in a table, and the log; none where none can be used."""
    log = read_log(table.drop_columns([MARK, IDS, AT, GROUP]), asked.map, every=every)

    def rows() -> Generator[LogRow, None, None]:
        try:
            yield from log.rows()
        except EmptyLog:
            return

    return rows(), log


def link_rows(asked: AuditPlan, batches: Iterable[Any]) -> Iterator[Any]:
    """The rows of a partition, with the ids by which each has to do with others, and when it happened.

    Args:
        asked: What is asked.
        batches: The rows, as batches of Arrow.
    """
    import pyarrow as pa

    table = _table_of(batches)
    if table is None:
        return
    links = Links(asked.house, asked.telling, words_said_by(asked.map))
    ids: list[list[str] | None] = [None] * table.num_rows
    at: list[int | None] = [None] * table.num_rows
    rows, _ = _rows_of(table, asked, every=True)  # of a case, other rows may lie in other partitions
    for row in rows:
        ids[row.number - 1] = [*links.ids_in(row)]
        at[row.number - 1] = _microseconds(row.at)
    columns = {IDS: pa.array(ids, pa.list_(pa.string())), AT: pa.array(at, pa.int64())}
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    yield from table.to_batches()


def sum_up(batches: Iterable[Any]) -> Iterator[Any]:
    """What is known of the linked rows of a partition, in one row.

    Args:
        batches: The rows.
    """
    table = _table_of(batches)
    counts = Counter[int]()
    instants: list[int] = []
    together: set[tuple[str, ...]] = set()
    if table is not None:
        counts = Counter(mark >> _PARTITION for mark in table[MARK].to_pylist())
        instants = [at for at in table[AT].to_pylist() if at is not None]
        together = {tuple(dict.fromkeys(ids)) for ids in table[IDS].to_pylist() if ids and len(ids) > 1}
    sums = _Sums(counts, min(instants, default=None), max(instants, default=None), frozenset(together))
    yield _batch_of({"sums": [pickle.dumps(sums)]})


def put_group(course: _Course, batches: Iterable[Any]) -> Iterator[Any]:
    """Rows with their groups.

    Args:
        course: What is known of the whole.
        batches: The rows.
    """
    import pyarrow as pa

    for batch in batches:
        told = zip(batch.column(IDS).to_pylist(), batch.column(MARK).to_pylist(), strict=True)
        groups = pa.array([course.group(ids, mark) for ids, mark in told], pa.string())
        yield batch.set_column(batch.schema.names.index(GROUP), GROUP, groups)


def judge_rows(asked: AuditPlan, course: _Course, batches: Iterable[Any]) -> Iterator[Any]:
    """What is found in the groups of a partition, a row for each breach; and in one more row what was counted.

    Args:
        asked: What is asked.
        course: What is known of the whole.
        batches: The rows.
    """
    table = _table_of(batches)
    if table is None:
        return
    numbers = [course.number(mark) for mark in table[MARK].to_pylist()]
    rows, log = _rows_of(table, asked)
    found: list[Violation] = []
    told, whole = found.append, course.groups is None
    with closing(rows):
        part = judge_group(asked, _placed(rows, numbers), course.first, course.last, told, whole=whole)
    odd = [evolve(kind, first=numbers[kind.first - 1] if kind.first else 0) for kind in log.odd.kinds]
    if found and part.wide is None:
        plain = [finding_row(one) for one in found]
        yield _batch_of({"part": [None] * len(plain), **{name: [one[name] for one in plain] for name in COLUMNS}})
    yield _batch_of({"part": [pickle.dumps((part, odd))], **{name: [None] for name in COLUMNS}})


def _placed(rows: Iterator[LogRow], numbers: list[int]) -> Iterator[PlacedRow]:
    """Rows with their numbers in the frame, each at a place by its instant, then by its number."""
    for row in rows:
        number = numbers[row.number - 1]
        yield (_microseconds(row.at) << 64) + number, row._replace(number=number)


def _microseconds(at: datetime) -> int:
    """An instant as Spark's columns hold it: in microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _batch_of(columns: Mapping[str, list[Any]]) -> Any:
    """A batch of Arrow."""
    import pyarrow as pa

    kinds = {name: getattr(pa, _KINDS[COLUMNS[name]][1])() if name in COLUMNS else pa.binary() for name in columns}
    arrays = [pa.array(values, kinds[name]) for name, values in columns.items()]
    return pa.RecordBatch.from_arrays(arrays, names=[*columns])


def _judge(linked: Any, asked: AuditPlan, course: _Course, partitions: int) -> Any:
    """The frame of what is found, and of what is counted."""
    grouped = linked.mapInArrow(partial(put_group, course), linked.schema).repartition(partitions, GROUP)
    return grouped.mapInArrow(partial(judge_rows, asked, course), f"part binary, {FINDINGS}")


def _parts_in(judged: Any) -> list[tuple[LogPart, list[OddKind]]]:
    counted = judged.filter("part IS NOT NULL").select("part").collect()
    return [pickle.loads(row.part) for row in counted]  # noqa: S301 -- made by `judge_rows`
