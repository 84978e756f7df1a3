"""Rows for polars and pandas: plain types, the same names in each row, everything that there is."""

from datetime import UTC, datetime

import pandas as pd
import polars as pl
import pytest

from casecore import Policy
from casecore.kernel.shown import Framed
from tests.shown.things import MAKERS, MORE, SOP, a_day, an_audit, the_story

EVERY = {name: make for name, make in (MAKERS | MORE).items() if isinstance(make(), Framed)}
PLAIN = {str, int, float, bool, type(None), datetime}

HELD = {
    "Policy": ["key", "value", "file", "line"],
    "Desk": ["case", "status", "channel", "customer", "queue", "assignee"],
    "Accepted": ["at", "by", "case", "event", "text"],
    "Refused": ["rule", "title", "message", "remedy", "clause", "source", "key", "measured", "limit"],
    "Actions": ["action", "command", "allowed", "asks", "rules", "why", "remedy", "entries"],
    "Dues": ["at", "case", "what", "set_by", "command"],
    "Inbox": ["what", "case", "customer", "name", "channel", "status", "since", "until", "note"],
    "History": ["at", "by", "case", "text"],
    "Transcript": ["at", "by", "kind", "title", "case", "customer", "id", "text"],
    "CustomerCard": ["case", "customer", "channel", "status", "queue", "assignee"],
    "Page": ["case", "customer", "channel", "status", "queue", "assignee"],
    "Filled": ["level", "code", "where", "message", "remedy", "offset", "variable"],
    "Explanation": ["case", "turn", "agent", "chosen", "eligible", "why", "rules"],
    "ReplayedDay": ["line", "at", "by", "command", "case", "what", "accepted", "rules", "as_expected", "breaks"],
    "Exploration": ["scope", "question", "result", "times", "steps", "wrong"],
    "Story": ["at", "by", "command", "case", "accepted", "rules", "events"],
    "Report": ["code", "number", "level", "title", "message", "remedy", "key", "file", "line", "verdict"],
    "Findings": ["code", "number", "level", "title", "message", "remedy", "key", "file", "line"],
    "Difference": ["id", "label", "title", "since", "keys", "edits", "old", "new", "steps", "more"],
    "Template": ["key", "kind", "where", "required", "example"],
    "TemplateFindings": ["level", "code", "where", "message", "remedy", "offset", "variable"],
}
"""The first columns of each."""


@pytest.mark.parametrize("name", EVERY)
def test_plain_rows(name):
    """Text, numbers, truths, aware instants, or None; the same names in every row."""
    rows = EVERY[name]().frame()
    assert {type(value) for row in rows for value in row.values()} <= PLAIN
    assert len({tuple(row) for row in rows}) <= 1
    instants = [value for row in rows for value in row.values() if isinstance(value, datetime)]
    assert {UTC} >= {instant.tzinfo for instant in instants}


@pytest.mark.parametrize("name", EVERY)
def test_as_data_frames(name):
    """Both libraries take them as they are."""
    rows = EVERY[name]().frame()
    assert len(rows) == len(pl.DataFrame(rows, infer_schema_length=None)) == len(pd.DataFrame(rows))


@pytest.mark.parametrize("name", HELD)
def test_columns(name):
    """What the columns are called stays, so that what somebody wrote with them goes on."""
    first = EVERY[name]().frame()[0]
    assert HELD[name] == list(first)[: len(HELD[name])]


def test_breaches_of_an_audit_are_rows_too():
    """An audit has had them before; there are none in this one."""
    assert [] == an_audit().frame()


def test_every_key_of_a_policy():
    """Its value as a file writes it, and its line; keys at their default have none."""
    rows = {row["key"]: row for row in SOP.frame()}
    assert ("1", "our-sop.toml", 5) == tuple(rows["capacity.chat"].values())[1:]
    assert ("6", None, None) == tuple(rows["capacity.total"].values())[1:]
    assert '"06"' == rows["waiver[0].promise"]["value"]
    assert {row["key"] for row in Policy.default().frame()} - {"queues.billing.title"} != rows.keys()


def test_a_day_is_read_to_its_end():
    """The frame has every line that can be read, and all of them are still to come."""
    day = a_day()
    assert [1, 2] == [row["line"] for row in day.frame()]
    assert [1, 2] == [next(day).line, next(day).line]


def test_a_row_for_each_case():
    """A desk has a row a case, with what stands in its file."""
    rows = the_story().desk.frame()
    assert {"c1": "ana", "c2": None} == {row["case"]: row["assignee"] for row in rows}
    assert {"c1": "d1", "c2": None} == {row["case"]: row["draft"] for row in rows}
