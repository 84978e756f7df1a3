"""Auditing on Spark: what comes of partitions is what comes of the whole."""

import os
import shutil
import sys
from importlib.util import find_spec

import pyarrow as pa
import pytest

from casecore import Policy, Status
from casecore.audit import AuditError, LogMap, audit
from casecore.audit.reports.finding_rows import finding_row
from casecore.audit.spark import audit_frame
from tests.audit.arrow_frames import frame_of
from tests.audit.desk_logs import CHATS, log_of
from tests.audit.log_rows import as_rows, map_text
from tests.audit.two_teams import STATUS_MAP, log_of_statuses, two_teams
from tests.sops import sop_with

CSV, TABLE = 'format = "csv"', 'format = "table"'
WORDS = "\n".join(f'{status} = "{status}"' for status in Status)
STATUSES = LogMap.loads(f"{STATUS_MAP.replace(CSV, TABLE)}\n[words.status]\n{WORDS}\n", "statuses.toml")
LENIENT = sop_with('[enforcement]\n"lifecycle.close_by" = "off"\n')


def statuses(seed, cases=12, *, doubled=()):
    """Statuses of cases as a table; some rows are in it a second time, at its end."""
    rows = [
        {"at": row.at.isoformat(), "case": row.told["case"], "by": row.told["by"], "status": row.told["status"].value}
        for row in log_of_statuses(seed, cases).rows()
    ]
    rows += [rows[place] for place in doubled]
    return pa.Table.from_pylist([{**row, "queue": "billing"} for row in rows])


def commands_as_table(commands, untold=()):
    """Commands as a table, and the map that reads it."""
    rows = as_rows(commands)
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
    return table, LogMap.loads(map_text(commands, untold).replace(CSV, TABLE), "commands.toml")


def assert_the_same(table, log_map, policy=None, partitions=3, **options):
    """Audit in partitions and as a whole; the report."""
    once = audit(table, policy, log_map, **options)
    every = []
    audit(table, policy, log_map, **{**options, "told": every.append})
    found = audit_frame(frame_of(table, partitions), policy, log_map, **options)
    assert once == found.report
    rows = sorted(found.findings.toArrow().to_pylist(), key=lambda row: (row["row"], row["rule"]))
    assert sorted(map(finding_row, every), key=lambda row: (row["row"], row["rule"])) == rows
    return found.report


@pytest.mark.parametrize("partitions", [1, 3])
def test_statuses(partitions):
    """Rows of one case lie in several partitions at first."""
    assert assert_the_same(statuses(1), STATUSES, partitions=partitions).broken


def test_more_partitions_than_rows():
    """Some have nothing to say."""
    assert assert_the_same(statuses(1, 1), STATUSES, partitions=20).rules


def test_rows_that_are_there_twice():
    """In partitions that do not know of each other; they are noticed all the same."""
    report = assert_the_same(statuses(2, doubled=(0, 3, 5)), STATUSES)
    assert 3 == next(kind.rows for kind in report.odd if kind.code == "row.doubled")


def test_two_teams():
    """Everything is told of them."""
    commands, _, policy = two_teams(1, 3)
    table, log_map = commands_as_table(commands)
    assert assert_the_same(table, log_map, policy).opinion.rows == len(commands)


@pytest.mark.parametrize(
    "options",
    [
        {"keep": 1},
        {"only": ["lifecycle.edge"]},
        {"sample": 2},
        {"against": LENIENT},
    ],
    ids=lambda options: next(iter(options)),
)
def test_whatever_is_asked(options):
    """The same."""
    assert assert_the_same(statuses(3), STATUSES, **options).rules


def test_a_row_that_may_concern_any_other():
    """All rows are laid together then, and that is said."""
    commands, untold, policy = two_teams(1, 3, "dispositions")
    table, log_map = commands_as_table(commands, untold)
    said = []
    found = audit_frame(frame_of(table), policy, log_map, noted=said.append)
    assert audit(table, policy, log_map) == found.report
    assert 1 == len(said)
    assert said[0].startswith("all rows were judged in one partition: row ")
    assert audit_frame(frame_of(table), policy, log_map).report == found.report


def test_a_column_that_is_not_there():
    """It is said before Spark begins."""
    with pytest.raises(AuditError, match="has no column 'case'"):
        audit_frame(frame_of(statuses(1).drop_columns(["case"])), None, STATUSES)


def test_no_row_that_can_be_used():
    """Neither in a partition, nor in all."""
    table = statuses(1)
    unusable = table.set_column(0, "at", pa.array(["never"] * table.num_rows))
    with pytest.raises(AuditError, match="has no row that can be used"):
        audit_frame(frame_of(unusable), None, STATUSES)
    found = audit_frame(frame_of(pa.concat_tables([table, unusable]), 2), None, STATUSES)
    assert table.num_rows == found.report.left_out
    assert found.report.rules == audit(table, None, STATUSES).rules


def test_the_shipped_sop_judges_where_none_is_named():
    """As everywhere; and what is found is what a log of the commands themselves has."""
    table, log_map = commands_as_table(CHATS)
    report = audit_frame(frame_of(table), None, log_map).report
    assert audit_frame(frame_of(table), Policy.default(), log_map).report == report
    assert audit(log_of(CHATS)).broken == report.broken


# On Spark itself ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark():
    """Spark on two cores of this machine."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("Spark needs Java, and pyspark: pip install 'casecore[spark]'")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.log.level": "ERROR"}
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.mark.slow  # Java takes some seconds to begin
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_spark_says_the_same(spark):
    """As one process; and its findings are a frame like any other."""
    table = statuses(4, 40, doubled=(1, 2))
    found = audit_frame(spark.createDataFrame(table), None, STATUSES)
    assert audit(table, None, STATUSES) == found.report
    assert found.report.broken == len(found.findings.toPandas())
