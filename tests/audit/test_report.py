"""The report of an audit: every number in it is worked out by hand here, or counted in another way."""

import csv
import io
import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pandas as pd
import polars as pl
import pytest
from attrs import evolve, frozen

import casecore.audit as room
from casecore import HOUSE, GoUnavailable, MakeCommitment, Policy
from casecore.audit import FORMATS, AuditError, LogMap, Side, audit
from casecore.audit.judging.obligations import Settled
from casecore.audit.reports.coverage import proposals_for
from casecore.audit.reports.finding_rows import COLUMNS, CsvSink, ParquetSink, csv_text, open_sink
from casecore.audit.reports.findings import against_lines, opinion_lines, rate_text, rows_text
from casecore.kernel.errors import MissingExtra
from tests.audit.desk_logs import CHATS, CHATS_MAP, NINE, SNAPSHOTS_MAP, TEXTS, log_of, write_snapshots
from tests.audit.made_logs import made_log
from tests.sops import sop_with


@pytest.fixture(scope="module")
def tickets(tmp_path_factory):
    """The log of statuses, audited by the shipped SOP."""
    log, log_map = write_snapshots(tmp_path_factory.mktemp("tickets"))
    return audit(log, log_map=log_map)


@pytest.fixture(scope="module")
def chats():
    """The log of chats, likewise."""
    return audit(log_of(CHATS))


@pytest.fixture(scope="module")
def made():
    """A log with a breach of every kind, and its audit."""
    log = made_log(1)
    return log, audit(log_of(log.commands), log.policy)


def counted(report, rule):
    """How often a rule was kept, broken and unknown."""
    found = report.rule(rule)
    return found.kept, found.broken, found.unknown


# Rules -------------------------------------------------------------------------------------------------


def test_each_rule_has_its_denominator(tickets):
    """Seven rows say that a case has another status; two begin one, one repeats nothing, one has a word unknown."""
    assert (5, 1, 1) == counted(tickets, "lifecycle.edge")  # C-2 resolved as new; C-3 first seen
    assert (5, 1, 1) == counted(tickets, "lifecycle.closed")  # C-3 opened after it was closed
    assert (7, 0, 0) == counted(tickets, "case.known")
    assert (2, 0, 0) == counted(tickets, "lifecycle.close_from")  # both are closed as resolved
    assert (0, 0, 2) == counted(tickets, "lifecycle.close_after")  # nobody says what happened in between
    assert tickets.rule("tags.limit") is None


def test_the_worst_rule_comes_first(tickets):
    """Then by id; a rate is of what is known."""
    ids = [rule.id for rule in tickets.rules]
    assert ["lifecycle.closed", "lifecycle.edge", "actor.role"] == ids[:3]
    assert ids[2:] == sorted(ids[2:])
    assert pytest.approx(1 / 6) == tickets.rule("lifecycle.edge").rate
    assert tickets.rule("lifecycle.close_after").rate is None
    assert 7 == tickets.rule("lifecycle.edge").occasions
    assert (2, 0) == (tickets.broken, tickets.warned)


def test_breaches_say_who_when_and_where(tickets, chats):
    """The row, the case, the agent; and what was measured, with the line of the policy."""
    assert [("lifecycle.edge", 6, "C-2", "ben"), ("lifecycle.closed", 10, "C-3", "ben")] == [
        (one.rule, one.row, one.case, one.agent) for one in tickets.breaches
    ]
    (third,) = chats.breaches
    assert ("capacity.channel", 8, "c-3", "ana", "chat", 2) == (
        *(third.rule, third.row, third.case, third.agent),
        *(third.channel, third.limit),
    )
    assert "capacity.chat" == third.setting.key == chats.rule("capacity.channel").setting.key
    assert datetime(2026, 11, 2, 9, 3, 10, tzinfo=UTC) == third.at


def test_rows_are_counted(tickets):
    """Eleven in the file; of all of them it is known when they were."""
    assert (11, 11, 2) == (tickets.read, tickets.judged, tickets.in_mid_life)
    assert (datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 10, 12, tzinfo=UTC)) == (
        tickets.first_at,
        tickets.last_at,
    )
    assert "11 rows read, 11 judged, 2026-11-02 09:00 to 2026-11-10 12:00 UTC, 2 cases under way before" == rows_text(
        tickets
    )


def test_who_breaks_most(tickets):
    """By agent, and by day: of all that is known of them."""
    (worst,) = tickets.worst(Side.AGENT, 1)
    assert ("ben", 2) == (worst[0], worst[1].broken)
    assert {"2026-11-03": 1, "2026-11-10": 1} == {day: one.broken for day, one in tickets.worst(Side.DAY, 5)}
    assert 1 == len(tickets.worst(Side.DAY, 1))
    every = [count for counts in tickets.sides[Side.HOUR].values() for count in counts.values()]
    assert sum(rule.occasions for rule in tickets.rules) == sum(count.occasions for count in every)


def test_only_some_rules(tmp_path):
    """The others are not told, and do not count."""
    log, log_map = write_snapshots(tmp_path)
    report = audit(log, log_map=log_map, only={"lifecycle.edge"})
    assert ["lifecycle.edge"] == [rule.id for rule in report.rules]
    assert (5, 1, 1) == counted(report, "lifecycle.edge")


def test_from_some_instant_on(tmp_path):
    """What was before is taken in: C-3 was closed then, and that is known."""
    log, log_map = write_snapshots(tmp_path)
    report = audit(log, log_map=log_map, since=datetime(2026, 11, 10, tzinfo=UTC))
    assert [("lifecycle.closed", 10)] == [(one.rule, one.row) for one in report.breaches]
    assert (11, 2) == (report.read, report.judged)
    assert "judged since 2026-11-10 00:00 UTC" in rows_text(report)


def test_a_warm_up_is_not_judged(tmp_path):
    """It is given in the map, and the later of both counts."""
    log, _ = write_snapshots(tmp_path)
    warm = LogMap.loads(f"{SNAPSHOTS_MAP}\n[assume]\nwarm_up = '3d'\n")
    assert [10] == [one.row for one in audit(log, log_map=warm).breaches]
    late = datetime(2026, 11, 11, tzinfo=UTC)
    assert 0 == audit(log, log_map=warm, since=late).judged


def test_a_rule_that_only_warns_is_counted_apart():
    """And one that is off is not told at all."""
    policy = sop_with('[enforcement]\n"capacity.channel" = "warn"\n"assignment.queue" = "off"\n')
    report = audit(log_of(CHATS), policy)
    assert (0, 1) == (report.broken, report.warned)
    assert report.breaches[0].warns
    assert report.rule("capacity.channel").warns
    assert report.rule("assignment.queue") is None
    assert ("assignment.queue",) == report.off
    assert "switched off by the policy: assignment.queue" in FORMATS["md"](report)
    assert "1 rule warned of, 1 time" in FORMATS["md"](report)
    assert 0 == int(ET.fromstring(FORMATS["junit"](report)).find("testsuite").get("failures"))  # noqa: S314 -- our own text
    assert "::warning" in FORMATS["github"](report)


def test_few_breaches_are_kept_and_all_are_counted():
    """Of each rule; whoever listens is told each."""
    log, told = made_log(1, ("third_chat", "third_chat", "third_chat")), []
    report = audit(log_of(log.commands), log.policy, keep=1, told=told.append)
    assert "<summary>" in FORMATS["md"](report)
    none = audit(log_of(log.commands), log.policy, keep=0)
    assert (3, 0) == (none.rule("capacity.channel").broken, len(none.breaches))
    assert "capacity.channel: broken" not in FORMATS["md"](none)
    assert (3, 1, 3) == (report.rule("capacity.channel").broken, len(report.breaches), len(told))
    assert "2 more" in FORMATS["github"](report)


def test_an_audit_needs_a_map(tmp_path):
    """And a log that can be read."""
    log, log_map = write_snapshots(tmp_path)
    with pytest.raises(TypeError, match="needs a map"):
        audit(log)
    with pytest.raises(AuditError, match=r"none\.csv"):
        audit(tmp_path / "none.csv", log_map=log_map)
    with pytest.raises(AuditError, match="the file has no rows"):
        audit(log_of((), CHATS_MAP))


def test_the_whole_made_log(made):
    """All that was put into it is found, and nothing else, in each form."""
    log, report = made
    wanted = Counter(one.rule for one in log.breaches)
    assert wanted == Counter(one.rule for one in report.breaches)
    assert wanted == {rule.id: rule.broken for rule in report.rules if rule.broken}
    told = json.loads(FORMATS["json"](report))
    assert wanted == Counter(row["rule"] for row in told["results"])
    assert wanted == Counter(row["rule"] for row in csv.DictReader(io.StringIO(FORMATS["csv"](report))))
    failed = ET.fromstring(FORMATS["junit"](report)).findall(".//failure/..")  # noqa: S314 -- our own text
    assert {*wanted} == {case.get("name").split()[0] for case in failed}


# Coverage ----------------------------------------------------------------------------------------------


def test_what_could_be_judged(tickets, chats):
    """Of all rules of the policy: judged, wholly, never, and without any occasion."""
    cover = tickets.coverage
    assert {"lifecycle.edge", "lifecycle.closed", "case.known"} <= {*cover.judged}
    assert {"lifecycle.edge", "lifecycle.closed"} == {*cover.judged} - {*cover.wholly}
    assert "lifecycle.close_after" in cover.unknown
    assert "tags.limit" in cover.unmet
    assert cover.rules == len({*cover.judged, *cover.unknown, *cover.unmet})
    assert () == chats.coverage.proposals
    assert chats.coverage.judged == chats.coverage.wholly


def test_what_would_let_more_be_judged(tickets):
    """In words of the map; what serves most rules comes first, and none is named twice."""
    proposals = tickets.coverage.proposals
    gains = [len(one.rules) for one in proposals]
    assert gains == sorted(gains, reverse=True)
    every = [rule for one in proposals for rule in one.rules]
    assert sorted(every) == sorted({rule.id for rule in tickets.rules if rule.unknown})


@frozen
class Missed:
    """A rule that looked at what was not told."""

    missing: dict[str, int]


@pytest.mark.parametrize(
    ("missing", "written"),
    [
        ("CloseCase.reason", "[columns] reason"),
        ("SendReply.template", "SendReply with its template"),
        ("Agent.permissions", "[agents] roster: who may do what, and serves which queues and channels"),
        ("Agent.presence", "[tells] commands: GoAvailable, GoUnavailable, LogOut"),
        ("View.draft", "[tells] commands: SubmitDraft, StartOutbound; or [assume] none: approvals"),
        ("Case.status", '[tells] fields = ["status"], and [log] begins = "complete" or [assume] warm_up'),
        ("Case.channel", "[columns] channel"),
        ("clock skew", "[log] skew: less than that"),
        ("text", "what no column of the map tells"),
    ],
)
def test_what_is_missing_is_told_in_words_of_the_map(missing, written):
    """A column, a roster, the commands that begin or change it."""
    (proposal,) = proposals_for({"some.rule": Missed({missing: 3})}, HOUSE)
    assert (written, (missing,), ("some.rule",), 3) == (
        *(proposal.write, proposal.missing),
        *(proposal.rules, proposal.times),
    )


def test_what_serves_most_rules_is_proposed_first():
    """A rule that misses two things is judged once both are told; of equals, what is missed most is first."""
    missed = {
        "a": Missed({"CloseCase.reason": 1}),
        "b": Missed({"CloseCase.reason": 1, "Agent.permissions": 9}),
        "c": Missed({"Agent.presence": 5}),
    }
    found = [(one.missing, one.rules) for one in proposals_for(missed, HOUSE)]
    assert [(("Agent.presence",), ("c",)), (("CloseCase.reason",), ("a",)), (("Agent.permissions",), ("b",))] == found


def test_what_a_log_tells(tickets, chats):
    """The columns of the map, what it tells wholly, and how it begins."""
    assert "columns: case, status, by, queue" in tickets.coverage.tells
    assert "everything of: status" in tickets.coverage.tells
    assert "cases may begin before it" in tickets.coverage.tells
    assert "cases from their start" in chats.coverage.tells
    assert any(" more" in line for line in chats.coverage.tells)


# Forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_texts_stay_in_the_log(form, made, chats):
    """What customers and agents wrote stands in no form, nor do their names."""
    told = FORMATS[form](made[1]) + FORMATS[form](chats)
    assert not [text for text in (*TEXTS, "it does not work", "Please try it again") if text in told]


def test_json_has_everything(tickets):
    """One object, which says from what it comes."""
    told = json.loads(FORMATS["json"](tickets))
    assert ("audit", 11, 11, 2) == (
        *(told["command"], told["rows"]["read"], told["rows"]["judged"]),
        told["rows"]["cases_under_way"],
    )
    (edge,) = [rule for rule in told["rules"] if rule["id"] == "lifecycle.edge"]
    assert (5, 1, 1, 7, {"Case.status": 1}) == (
        *(edge["kept"], edge["broken"], edge["unknown"], edge["occasions"]),
        edge["missing"],
    )
    assert {"kept": 0, "broken": 1, "unknown": 0} == told["by_agent"]["ben"]["lifecycle.edge"]
    assert {"broken": 2, "warned": 0} == {name: told["summary"][name] for name in ("broken", "warned")}
    assert {kind["code"] for kind in told["odd"]} == {"case.mid_life", "word.unknown"}
    assert None is told["against"] is told["promises"]


def test_markdown_is_for_people(tickets):
    """The worst stand open; who, when, and what cannot be judged are told."""
    text = FORMATS["md"](tickets)
    known, unknown = (sum(getattr(rule, name) for rule in tickets.rules) for name in ("known", "unknown"))
    assert f"**2 rules broken, 2 times; of {known} known occasions; {unknown} unknown**" in text
    nothing = sum(not rule.known for rule in tickets.rules)
    assert f"<summary>{len(tickets.rules) - 2 - nothing} rules never broken, as far as is known</summary>" in text
    assert f"<summary>{nothing} rules of which nothing is known</summary>" in text
    assert "| lifecycle.edge | 1 | 6 | 16.7 % | 1 |" in text
    assert "row 6 2026-11-03 09:00:00 SetStatus case C-2 by ben: case C-2 is new; set\\_resolved does not start" in text
    assert "| ben | 2 |" in text
    assert "### What could be judged" in text
    assert "### Odd about the log" in text


def test_services_see_rules(chats):
    """An annotation and a test case for each rule; where it stands in the policy is where it is shown."""
    policy = Policy.loads("[capacity]\nchat = 2\n", "desk/sop.toml")
    report = audit(log_of(CHATS), policy)
    first = FORMATS["github"](report).splitlines()[0]
    assert first.startswith("::error file=desk/sop.toml,line=2,title=capacity.channel ")
    assert "::broken 1 of 3 (33.3 %25)" in first
    root = ET.fromstring(FORMATS["junit"](chats))  # noqa: S314 -- our own text
    suite = root.find("testsuite")
    assert (str(len(chats.rules)), "1", "0") == (suite.get("tests"), suite.get("failures"), suite.get("skipped"))


def test_rules_of_which_nothing_is_known_are_skipped(tickets):
    """So that a service does not take them for kept."""
    suite = ET.fromstring(FORMATS["junit"](tickets)).find("testsuite")  # noqa: S314 -- our own text
    assert str(sum(not rule.known for rule in tickets.rules)) == suite.get("skipped")


def test_csv_and_data_frames_have_the_same_columns(chats):
    """Plain types; pandas and polars take them as they are."""
    (row,) = csv.DictReader(io.StringIO(csv_text(chats.breaches)))
    assert [*COLUMNS] == [*row]
    assert ("capacity.channel", "8", "2026-11-02T09:03:10+00:00", "OpenCase", "c-3", "ana", "2", "false") == tuple(
        row[name] for name in ("rule", "row", "at", "what", "case", "agent", "limit", "warns")
    )
    assert [*COLUMNS] == [*pd.DataFrame(chats.frame()).columns] == pl.DataFrame(chats.frame()).columns
    assert "c-3" == pl.DataFrame(chats.frame())["case"][0]


def test_a_cell_is_no_formula(chats):
    """A spreadsheet would work out what begins like one."""
    odd = evolve(chats.breaches[0], agent="=1+1", measured=1.5)
    (row,) = csv.DictReader(io.StringIO(csv_text([odd])))
    assert ("'=1+1", "1.5") == (row["agent"], row["measured"])


def test_parquet_is_the_same(chats, tmp_path):
    """Numbers are numbers; a path may have a quotation mark in it."""
    path = tmp_path / "what was 'found'.parquet"
    sink = open_sink(path)
    for breach in chats.breaches:
        sink.add(breach)
    sink.close()
    assert chats.frame() == pl.read_parquet(path).to_dicts()
    assert pl.Float64 == pl.read_parquet(path).schema["limit"]


def test_no_breaches_are_a_table_too(tmp_path):
    """Without rows, and with every column."""
    sink = ParquetSink(tmp_path / "none.parquet")
    sink.close()
    assert [*COLUMNS] == pl.read_parquet(tmp_path / "none.parquet").columns


def test_a_table_is_written_as_it_is_called(tmp_path, monkeypatch):
    """By the end of its name; and Parquet needs DuckDB."""
    sink = open_sink(tmp_path / "found.csv")
    assert isinstance(sink, CsvSink)
    sink.close()
    assert ",".join(COLUMNS) == (tmp_path / "found.csv").read_text("utf-8").strip()
    with pytest.raises(ValueError, match="neither"):
        open_sink(tmp_path / "found.xls")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtra, match="Writing Parquet"):
        open_sink(tmp_path / "found.parquet")


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (None, ""),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (1 / 3, "33.3 %"),
        (0.0001, "0.01 %"),
        (0.00001, "0.001 %"),
        (1e-9, "< 0.001 %"),
        (1 - 1e-9, "> 99.999 %"),
    ],
)
def test_a_rate_is_never_rounded_away(rate, text):
    """What happened once in a billion did happen."""
    assert text == rate_text(rate)


def test_nothing_to_say_of_what_was_not_asked(tickets):
    """Another policy, and the witnesses: these saw nothing of a log that does not tell everything."""
    assert [] == [*against_lines(tickets), *opinion_lines(tickets)]


def test_what_was_owed():
    """Kept, broken, pending and unknown, by kind; and what is overdue, with whose it was."""
    log = log_of(
        (
            *CHATS[:4],
            MakeCommitment("ana", NINE + timedelta(minutes=5), "c-1", "p-1", NINE + timedelta(hours=1), "call back"),
            GoUnavailable("ana", NINE + timedelta(hours=3), "ana", "lunch"),
        )
    )
    report = audit(log)
    assert {"broken": 1} == report.obligation_counts["commitment"]
    (promise,) = (owed for owed in report.overdue if owed.kind == "commitment")
    assert ("p-1", "c-1", NINE + timedelta(hours=1), None) == (promise.name, promise.case, promise.due, promise.done)
    text = FORMATS["md"](report)
    assert "- commitment: 1 broken" in text
    assert "commitment p-1 case c-1 of ana, due 2026-11-02 10:00:00, never done" in text
    told = json.loads(FORMATS["json"](report))
    assert {"broken": 1} == told["obligations"]["commitment"]
    assert "p-1" in [owed["name"] for owed in told["overdue"]]


def test_what_was_done_before_is_not_owed(made):
    """Only what was done since, or is not done yet."""
    log, whole = made
    since = whole.last_at - timedelta(hours=1)
    part = audit(log_of(log.commands), log.policy, since=since)
    assert 0 < len(part.obligations) < len(whole.obligations)
    assert all(owed.done is None or owed.done >= since for owed in part.obligations)
    assert "done 2026" in FORMATS["md"](evolve(whole, obligations=tuple(_late(whole))))


def _late(report):
    """What was done, as if it had been too late."""
    return [evolve(owed, state=Settled.BROKEN) for owed in report.obligations if owed.done is not None]


# The room ----------------------------------------------------------------------------------------------


def test_names_are_offered_by_the_room():
    """Each is imported when it is asked for; another is none of it."""
    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Audit'"):
        room.Audit  # noqa: B018 -- to ask is the point
