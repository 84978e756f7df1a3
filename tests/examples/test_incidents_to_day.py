"""The example that turns a log of incidents into a day: every oddity of real logs, in a few invented rows."""

import importlib.util
import re
import shlex
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore import (
    AddAgent,
    Channel,
    CloseCase,
    Desk,
    GoAvailable,
    OpenCase,
    Permission,
    Policy,
    ReceiveMessage,
    SetStatus,
    Status,
)
from casecore.replay import replay_day

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("incidents_to_day", ROOT / "examples" / "incidents_to_day.py")
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)

LIFE_CYCLE = Policy.load(script.LIFE_CYCLE)
"""The SOP under which logs are judged unless another is given."""

HEADER = "number,state,at,rank,who,else"
OPTIONS = [
    *("--case", "number", "--status", "state", "--time", "at", "--time-format", "%d/%m/%Y %H:%M"),
    *("--order", "rank", "--agent", "who", "--agent", "else", "--null", "?"),
    *("--word", "New=new", "--word", "Active=open", "--word", "Waiting=pending", "--word", "Tier 2=escalated"),
    *("--word", "Resolved=resolved", "--word", "Closed=closed"),
]

GOOD = f"{HEADER}\nc1,New,2/3/2026 10:00,,ana,\n"


@pytest.fixture
def convert(tmp_path, capsys):
    """Convert rows; gives the steps of the replayed day and the report, after checking that the two agree."""

    def run(*rows, options=OPTIONS, header=HEADER, policy=None):
        log, day = tmp_path / "log.csv", tmp_path / "day.jsonl"
        log.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        assert 0 == script.main([str(log), str(day), *options])
        report = capsys.readouterr().err
        taken = list(replay_day(day.read_bytes().splitlines(), Desk(policy or LIFE_CYCLE)))
        assert told(report, "commands written") == len(taken)
        return taken, report

    return run


def told(report, words):
    """The number that stands before these words in the report; 0 where the report does not say them."""
    found = re.search(rf"([\d,]+) +{re.escape(words)}", report)
    return int(found[1].replace(",", "")) if found else 0


def moves(report):
    """The table of moves: (before, after, where the desk's case was, the answer) -> how often."""
    lines = re.findall(r"^ *([\d,]+) +(\w+) -> (\w+) +(\w+(?:, out of step)?)  +(.+)$", report, re.MULTILINE)
    return {(before, after, was, answer): int(times.replace(",", "")) for times, before, after, was, answer in lines}


def about_cases(taken):
    """The steps after the agents have joined."""
    return [step for step in taken if not isinstance(step.command, AddAgent | GoAvailable)]


def test_every_kind_of_move_becomes_its_command(convert):
    """A message starts the case; then one command for each status, by the agent of the row, at its time."""
    rows = ["New", "Active", "Waiting", "Active", "Tier 2", "Resolved", "Closed"]
    taken, report = convert(*(f"c1,{word},2/3/2026 10:0{minute},,ana," for minute, word in enumerate(rows)))
    at = [datetime(2026, 3, 2, 10, minute, tzinfo=UTC) for minute in range(7)]
    assert [
        ReceiveMessage("customer", at[0], "c1", "c1", customer="c1", channel=Channel.EMAIL, new_case="c1"),
        OpenCase("ana", at[1], "c1"),
        SetStatus("ana", at[2], "c1", Status.PENDING),
        SetStatus("ana", at[3], "c1", Status.OPEN),
        SetStatus("ana", at[4], "c1", Status.ESCALATED),
        SetStatus("ana", at[5], "c1", Status.RESOLVED),
        CloseCase("ana", at[6], "c1"),
    ] == [step.command for step in about_cases(taken)]
    assert all(step.accepted for step in taken)
    assert 7 == told(report, "accepted")


def test_everybody_in_the_log_may_do_anything(convert):
    """All agents join at the first instant as supervisors of every queue who are there; also who changed nothing."""
    taken, _ = convert("c1,New,2/3/2026 10:00,,ben,", "c1,New,2/3/2026 11:00,,ana,")
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert ["ana", "ana", "ben", "ben"] == [step.command.agent for step in taken[:4]]
    assert {at} == {step.command.at for step in taken[:4]}
    ana = taken[-1].after.agents["ana"]
    assert ana.available
    assert frozenset(LIFE_CYCLE.queues) == ana.queues
    assert {Permission.REPLY, Permission.SUPERVISE} <= ana.permissions


def test_a_row_that_repeats_the_status_changes_nothing(convert):
    """Self loops are edits, and are counted."""
    taken, report = convert(*(f"c1,New,2/3/2026 10:0{minute},,ana," for minute in range(3)))
    assert 1 == len(about_cases(taken))
    assert 2 == told(report, "changes no status")


def test_a_refused_move_is_given_and_what_follows_is_judged_from_there(convert):
    """New to resolved is refused, so resolved to open opens a case that is still new: accepted, out of step."""
    taken, report = convert(
        "c1,New,2/3/2026 10:00,,ana,",
        "c1,Resolved,2/3/2026 10:01,,ana,",
        "c1,Active,2/3/2026 10:02,,ana,",
        "c1,New,2/3/2026 10:03,,ana,",
        "c1,Active,2/3/2026 10:04,,ana,",
        "c1,Closed,2/3/2026 10:05,,ana,",
        "c1,Active,2/3/2026 10:06,,ana,",
    )
    assert {
        ("start", "new", "new", "accepted"): 1,
        ("new", "resolved", "new", "refused: lifecycle.edge"): 1,
        ("resolved", "open", "new, out of step", "accepted"): 1,
        ("open", "new", "open", "refused: lifecycle.edge"): 1,
        ("new", "open", "open, out of step", "refused: lifecycle.edge"): 1,
        ("open", "closed", "open", "accepted"): 1,
        ("closed", "open", "closed", "refused: lifecycle.closed"): 1,
    } == moves(report)
    assert 3 == told(report, "accepted")
    assert 3 == told(report, "refused: lifecycle.edge")
    assert 1 == told(report, "refused: lifecycle.closed")
    assert [True, False, True, False, False, True, False] == [step.accepted for step in about_cases(taken)]


def test_days_that_start_in_mid_life(convert):
    """A case whose first row is not new starts with its customer's message all the same, then makes the move."""
    taken, report = convert("c1,Active,2/3/2026 10:00,,ana,", "c2,Waiting,2/3/2026 10:00,,ana,")
    assert 4 == len(about_cases(taken))
    assert {
        ("start", "open", "new", "accepted"): 1,
        ("start", "pending", "new", "refused: lifecycle.edge"): 1,
    } == moves(report)
    assert 1 == told(report, "its case starts in mid-life, as open (2)")
    assert 1 == told(report, "its case starts in mid-life, as pending (3)")


def test_unknown_words_are_survived_and_counted(convert):
    """No command is given for them; what comes after is judged from the status the case has."""
    taken, report = convert(
        "c1,-100,2/3/2026 10:00,,ana,",
        "c1,Active,2/3/2026 10:01,,ana,",
        "c1,On fire,2/3/2026 10:02,,ana,",
        "c1,Active,2/3/2026 10:03,,ana,",
        "c1,?,2/3/2026 10:04,,ana,",
        "c1,Waiting,2/3/2026 10:05,,ana,",
    )
    assert {
        ("start", "unknown", "new", "accepted"): 1,
        ("unknown", "open", "new", "accepted"): 1,
        ("open", "unknown", "open", "not asked"): 2,
        ("unknown", "open", "open", "not asked"): 1,
        ("unknown", "pending", "open", "accepted"): 1,
    } == moves(report)
    assert Status.PENDING == taken[-1].after.status("c1")
    assert 1 == told(report, "its status '-100' is not among the words given (2)")
    assert 1 == told(report, "its status 'On fire' is not among the words given (4)")
    assert 1 == told(report, "its status '' is not among the words given (6)")


def test_a_wrong_column_of_statuses_does_not_fill_the_screen(convert):
    """After fifty remarks the rest is one line, with its sum."""
    _, report = convert(*(f"c{n},word {n},2/3/2026 10:00,,ana," for n in range(60)))
    assert 60 == told(report, "its case starts in mid-life, as unknown (2)")
    assert 11 == told(report, "... and 11 remarks more")
    assert "word 48" in report
    assert "word 49" not in report


def test_dates_are_never_guessed(convert):
    """3/2 is the third of February if that was said; what does not fit is left out and counted."""
    taken, report = convert(
        "c1,New,3/2/2026 10:00,,ana,",
        "c2,New,2026-02-03 10:00,,ana,",
        "c3,New,2/13/2026 10:00,,ana,",
        "c4,New,?,,ana,",
        "c5,New,,,ana,",
        "c6,New,1/1/0001 00:00,,ana,",
    )
    assert datetime(2026, 2, 3, 10, tzinfo=UTC) == about_cases(taken)[-1].command.at
    assert {"c1", "c6"} == {step.command.new_case for step in about_cases(taken)}
    assert 2 == told(report, "left out: its time is not in the format given (3)")
    assert 2 == told(report, "left out: no time (5)")


def test_times_are_read_in_their_zone(convert):
    """A zone in the row is kept; without one it is the zone given, and an hour that has no UTC is left out."""
    options = [*OPTIONS, "--zone", "Asia/Tokyo"]
    taken, report = convert("c1,New,2/3/2026 10:00,,ana,", "c2,New,1/1/0001 00:00,,ana,", options=options)
    assert [datetime(2026, 3, 2, 1, tzinfo=UTC)] == [step.command.at for step in about_cases(taken)]
    assert 1 == told(report, "left out: in UTC its time lies before the first year, or after the last (3)")
    options = [*options, "--time-format", "%Y-%m-%dT%H:%M:%S%z"]
    taken, _ = convert("c1,New,2026-03-02T10:00:00-02:00,,ana,", options=options)
    assert [datetime(2026, 3, 2, 12, tzinfo=UTC)] == [step.command.at for step in about_cases(taken)]


def test_ties_in_time_are_ordered_by_the_columns_given_then_by_the_file(convert):
    """9 comes before 10, numbers before text, and equal ones as they stand in the file."""
    rows = (
        "c1,Closed,2/3/2026 10:00,last,ana,",
        "c1,Active,2/3/2026 10:00,10,ana,",
        "c1,New,2/3/2026 10:00,9,ana,",
        "c1,Waiting,2/3/2026 10:00,11,ana,",
        "c1,Resolved,2/3/2026 10:00,11,ana,",
    )
    taken, report = convert(*rows)
    assert all(step.accepted for step in taken)
    assert [
        ("start", "new"),
        ("new", "open"),
        ("open", "pending"),
        ("pending", "resolved"),
        ("resolved", "closed"),
    ] == [move[:2] for move in moves(report)]
    assert 4 == told(report, "at the same time as the row of its case before it")
    assert 1 == told(report, "the same, and only the file says which came first (6)")
    start = OPTIONS.index("--order")
    _, report = convert(*rows, options=[*OPTIONS[:start], *OPTIONS[start + 2 :]])
    assert 4 == told(report, "the same, and only the file says which came first")
    assert 1 == moves(report)["start", "closed", "new", "accepted"]


def test_times_that_run_backwards_are_put_in_order(convert):
    """The day runs in order of time whatever the file does; a row that goes back within its case is counted."""
    taken, report = convert(
        "c1,Active,2/3/2026 10:05,,ana,",
        "c1,New,2/3/2026 10:00,,ana,",
        "c2,New,2/3/2026 09:00,,ana,",
        "c1,Active,2/3/2026 10:03,,ana,",
        "c1,Resolved,2/3/2026 10:06,,ana,",
    )
    assert all(step.accepted for step in taken)
    assert ["c2", "c1", "c1", "c1"] == [step.case for step in about_cases(taken)]
    assert 1 == told(report, "earlier than the row of its case before it (3)")
    assert 0 == told(report, "at the same time as the row of its case before it")


def test_the_first_agent_that_is_filled_is_taken(convert):
    """The columns of agents are asked in the order given; who is named nowhere is `nobody named`."""
    taken, report = convert(
        "c1,New,2/3/2026 10:00,,ana,ben",
        "c1,Active,2/3/2026 10:01,,?,ben",
        "c1,Waiting,2/3/2026 10:02,,,?",
    )
    assert ["customer", "ben", "nobody named"] == [step.command.by for step in about_cases(taken)]
    assert 1 == told(report, "who names no agent; else is taken (3)")
    assert 1 == told(report, "who names no agent; 'nobody named' is taken (4)")


def test_ids_that_casecore_does_not_take(convert):
    """An agent called like the system gets another id; rows with ids that are none are left out."""
    taken, report = convert(
        "c1,New,2/3/2026 10:00,,ana,",
        "c1,Active,2/3/2026 10:01,,system,",
        f"{'c' * 201},New,2/3/2026 10:00,,ana,",
        "?,New,2/3/2026 10:00,,ana,",
        "c2,New,2/3/2026 10:00,,a\tna,",
    )
    assert "agent system" == taken[-1].command.by
    assert all(step.accepted for step in taken)
    assert 1 == told(report, "its agent is called 'system', as no agent can be: 'agent system' is taken (3)")
    assert 2 == told(report, "left out: what names its case cannot be an id (4)")
    assert 1 == told(report, "left out: what names its agent cannot be an id (6)")


def test_rows_of_another_width_are_left_out(convert):
    """Their cells would stand under the wrong columns."""
    taken, report = convert("c1,New,2/3/2026 10:00,,ana,", "c1,Active", "c1,Active,2/3/2026 10:00,,ana,,,")
    assert 1 == len(about_cases(taken))
    assert 1 == told(report, "rows used")
    assert 2 == told(report, "left out: not as many fields as in the header (3)")


NIGHT = ["--zone", "Europe/Lisbon"]
"""On 25/10/2026 clocks go from 2:00 back to 1:00, on 29/3/2026 from 1:00 to 2:00."""


def test_the_hour_that_comes_twice_in_autumn_is_not_the_logs_fault(convert):
    """The clock says 1:50, 1:10, 1:30, 2:05, and runs on: the second 1:10 is an hour and twenty minutes later."""
    clocks = ["1:50", "1:10", "1:30", "2:05"]
    words = ["New", "Active", "Waiting", "Resolved"]
    taken, report = convert(
        *(f"c1,{word},25/10/2026 {clock},,ana," for word, clock in zip(words, clocks, strict=True)),
        "c2,New,25/10/2026 1:30,,ana,",
        options=[*OPTIONS, *NIGHT],
    )
    assert all(step.accepted for step in taken)
    expected = [datetime(2026, 10, 25, *time, tzinfo=UTC) for time in ((0, 50), (1, 10), (1, 30), (2, 5))]
    assert expected == [step.command.at for step in about_cases(taken) if "c1" == step.case]
    twice = "at a time that came twice in Europe/Lisbon"
    assert 2 == told(report, f"{twice}, where clocks were put back: the first is taken (2)")
    assert 2 == told(report, f"{twice}: the second is taken, as the row before it was later (3)")
    assert 0 == told(report, "earlier than the row of its case before it")


def test_a_log_with_its_newest_row_first_in_autumn(convert):
    """The row before says nothing then, and the first of the two hours is taken."""
    taken, report = convert(
        "c1,Active,25/10/2026 3:10,,ana,", "c1,New,25/10/2026 1:30,,ana,", options=[*OPTIONS, *NIGHT]
    )
    assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == about_cases(taken)[0].command.at
    assert 0 == told(report, "as the row before it was later")


def test_the_hour_that_never_comes_in_spring_is_not_the_logs_fault(convert):
    """From 1:00 to 2:00 no clock stood: all of it is that moment, in its own order, before 2:05 and after 0:50."""
    rows = ["New,29/3/2026 0:50", "Active,29/3/2026 1:10", "Waiting,29/3/2026 1:30", "Resolved,29/3/2026 2:05"]
    taken, report = convert(
        *(f"c1,{row},,ana," for row in rows), "c2,New,29/3/2026 1:59,,ana,", options=[*OPTIONS, *NIGHT]
    )
    assert all(step.accepted for step in taken)
    expected = [datetime(2026, 3, 29, *time, tzinfo=UTC) for time in ((0, 50), (1, 0), (1, 0), (1, 5))]
    assert expected == [step.command.at for step in about_cases(taken) if "c1" == step.case]
    jumped = "at no time of Europe/Lisbon, where clocks jumped over it: the moment of the jump is taken"
    assert 3 == told(report, f"{jumped} (3)")
    assert 0 == told(report, "earlier than the row of its case before it")
    assert 0 == told(report, "at the same time as the row of its case before it")


def test_clocks_that_jump_half_an_hour(convert):
    """Lord Howe Island goes from 2:00 to 2:30."""
    options = [*OPTIONS, "--zone", "Australia/Lord_Howe"]
    taken, _ = convert("c1,New,4/10/2026 2:15,,ana,", "c1,Active,4/10/2026 2:30,,ana,", options=options)
    jump = datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    assert [jump, jump] == [step.command.at for step in about_cases(taken)]


@pytest.mark.parametrize(
    "in_order",
    [
        ["1.0", "2.0", "10.0"],
        ["-2", "-1.5", "0", "+3", "1e1", "010.5", " 11 ", "100000000000000000000"],
        [".5", "2.", "10"],
        ["9", "10", "rev 2", "rev 10", "v1.9", "v1.10"],
        ["1e999999999999999999999", "x"],
        ["2,5", "10,5"],
        ["2026-3-9", "2026-3-10"],
    ],
)
def test_numbers_that_order_rows_do_so_by_their_value(convert, in_order):
    """1.0 is before 2.0, and that before 10.0, in any way of writing them, and in words too."""
    words = ["New", "Active", "Waiting", "Resolved", "Active", "Waiting", "Active", "Resolved"]
    rows = [
        f'c1,{word},2/3/2026 10:00,"{rank}",ana,' for word, rank in zip(words[: len(in_order)], in_order, strict=True)
    ]
    expected = [step.command for step in about_cases(convert(*rows)[0])]
    assert expected == [step.command for step in about_cases(convert(*reversed(rows))[0])]


@pytest.mark.parametrize(
    ("rows", "left_out"),
    [
        ((), None),
        (
            ("c1,New,2026-03-02 10:00,,ana,", "c1,Active,soon,,ana,"),
            "2  left out: its time is not in the format given (2)",
        ),
        (("c1,New", "c1"), "2  left out: not as many fields as in the header (2)"),
    ],
    ids=["empty", "wrong format", "wrong delimiter"],
)
def test_a_log_of_which_no_row_can_be_used_is_no_day(tmp_path, capsys, rows, left_out):
    """It ends with 2, says what became of the rows, and leaves the day of before alone: nothing was judged."""
    log, day = tmp_path / "log.csv", tmp_path / "day.jsonl"
    log.write_text("\n".join((HEADER, *rows)), "utf-8")
    day.write_text("the day of before", "utf-8")
    with pytest.raises(SystemExit) as end:
        script.main([str(log), str(day), *OPTIONS])
    said = capsys.readouterr().err
    assert 2 == end.value.code
    assert f"{log} has no row that can be used, so no day is written" in said
    assert left_out is None or left_out in said
    assert "the day of before" == day.read_text("utf-8")


@pytest.mark.parametrize(
    ("encoding", "before", "wrong", "line"),
    [
        ("utf-8", "".join(f"c{n},New,2/3/2026 10:00,,ana,\n" for n in range(2000)), b"\xe9", 2002),
        ("utf-8", 'c1,New,2/3/2026 10:00,,"ana\r\nR",\r\n', b"\xff", 4),
        ("utf-8", "c1,New,2/3/2026 10:00,,ana,\r", b"\xc3\n", 3),
        ("utf-8", "c1,New,2/3/2026 10:00,,ana,\n\n", b"\xe2\x82", 4),
        ("utf-16", "c1,New,2/3/2026 10:00,,ana,\n", b"\x00\xdc", 3),
        ("utf-16-le", "c1,New,2/3/2026 10:00,,\u0a0a\u0a0d,\n", b"\x00\xdc\n\x00", 3),
        ("ascii", "c1,New,2/3/2026 10:00,,ana,\n", b"\x80", 3),
        ("shift_jis", "c1,New,2/3/2026 10:00,,\u8868,\n", b"\xff", 3),
    ],
)
def test_a_byte_that_is_no_text_is_told_at_its_line(tmp_path, capsys, encoding, before, wrong, line):
    """Whatever was read ahead, however lines end, and where a line feed may be half a character."""
    log = tmp_path / "log.csv"
    log.write_bytes(f"{HEADER}\n{before}".encode(encoding) + wrong)
    with pytest.raises(SystemExit):
        script.main([str(log), str(tmp_path / "day.jsonl"), *OPTIONS, "--encoding", encoding])
    assert re.search(rf"log\.csv, line {line}: {encoding} can't decode byte 0x", capsys.readouterr().err)


def test_a_log_that_lacks_the_mark_of_its_encoding(tmp_path, capsys):
    """That is said of its first line."""
    log = tmp_path / "log.csv"
    log.write_text(GOOD, "utf-16-be")
    with pytest.raises(SystemExit):
        script.main([str(log), str(tmp_path / "day.jsonl"), *OPTIONS, "--encoding", "utf-16"])
    assert "log.csv, line 1: UTF-16 stream does not start with BOM" in capsys.readouterr().err


def test_delimiter_and_encoding_are_as_given(tmp_path, capsys):
    """A log of another office suite: semicolons, Latin-1, a line break inside a cell."""
    log, day = tmp_path / "log.csv", tmp_path / "day.jsonl"
    log.write_text(
        'number;state;at;rank;who;else\nc1;New;2/3/2026 10:00;;"Zoé\nR";\nc2;New;2/3/2026 10:00;;Zoé;\n', "latin-1"
    )
    options = [*OPTIONS, "--delimiter", ";", "--encoding", "latin-1"]
    assert 0 == script.main([str(log), str(day), *options])
    assert 1 == told(capsys.readouterr().err, "left out: what names its agent cannot be an id (3)")
    assert "Zoé" == next(replay_day(day.read_bytes().splitlines(), Desk())).command.agent


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    """Spreadsheets write one."""
    log = tmp_path / "log.csv"
    log.write_text(GOOD, "utf-8-sig")
    assert 0 == script.main([str(log), str(tmp_path / "day.jsonl"), *OPTIONS])


def test_the_policy_given_judges(tmp_path, convert):
    """What another SOP forbids is refused by its rules, all of them, and agents serve its queues."""
    sop = tmp_path / "sop.toml"
    lifecycle = 'lifecycle = { close_from = ["resolved"], close_by = ["assignee"] }'
    sop.write_text(f"schema = 1\n{lifecycle}\n[queues.front]\nfallback = true\n", "utf-8")
    taken, report = convert(
        "c1,Active,2/3/2026 10:00,,ana,",
        "c1,Closed,2/3/2026 10:01,,ana,",
        "c2,Active,2/3/2026 10:00,,ana,",
        "c2,Closed,2/3/2026 10:01,,ben,",
        options=[*OPTIONS, "--policy", str(sop)],
        policy=Policy.load(sop),
    )
    assert frozenset({"front"}) == taken[0].command.queues
    assert 1 == moves(report)["open", "closed", "open", "refused: lifecycle.close_from"]
    assert 1 == moves(report)["open", "closed", "open", "refused: lifecycle.close_by, lifecycle.close_from"]


def test_a_policy_that_lets_no_case_start(tmp_path, convert):
    """Then every move is refused, and the log is still told to its end."""
    sop = tmp_path / "sop.toml"
    sop.write_text("schema = 1\n[channels.email]\nkinds = []\n[queues.front]\nfallback = true\n", "utf-8")
    options = [*OPTIONS, "--policy", str(sop)]
    _, report = convert(
        "c1,New,2/3/2026 10:00,,ana,", "c1,Active,2/3/2026 10:01,,ana,", options=options, policy=Policy.load(sop)
    )
    assert {
        ("start", "new", "nowhere, out of step", "refused: channels.kinds"): 1,
        ("new", "open", "nowhere, out of step", "refused: case.known"): 1,
    } == moves(report)


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        (GOOD, ["--agent", "agnet"], "0 columns are called 'agnet'; there are number, state, at, rank, who, else"),
        ("number,number\n", ["--case", "number"], "2 columns are called 'number'"),
        ("", [], "log.csv: it is empty, and has not even a header"),
        (GOOD, ["--word", "Busy=opne"], "'Busy=opne': 'opne' is not a valid Status"),
        (GOOD, ["--word", "Busy"], "'Busy': 'Busy' is not a valid Status"),
        (GOOD, ["--word", "Active=closed"], "one word has two meanings"),
        (GOOD, ["--zone", "Europe/Nowhere"], "Europe/Nowhere"),
        (GOOD, ["--delimiter", "||"], "'||': "),
        (GOOD, ["--zone", "Europe"], "'Europe': "),
        (GOOD, ["--encoding", "utf-9"], "utf-9"),
        (GOOD, ["--encoding", "hex"], "'hex' is not a text encoding"),
        (GOOD, ["--encoding", "rot13"], "'rot13' is not a text encoding"),
        (GOOD, ["--time-format", "%d.%d.%Y"], "'%d.%d.%Y': says one part of a time twice"),
        (GOOD, ["--time-format", "%H:%M"], "'%H:%M': does not say year, month and day"),
        (GOOD, ["--time-format", "%d/%m %H:%M"], "'%d/%m %H:%M': does not say year, month and day"),
        (GOOD, ["--time-format", "%Y-%m-%d %Q"], "'Q' is a bad directive"),
        (GOOD, ["--time-format", "%Y-%m-%d %"], "stray %"),
        (GOOD, ["--time-format", "%d/%m/%Y %I:%M"], "says the hour without the half of the day (%I without %p)"),
        (GOOD, ["--time-format", ""], "'': does not say year, month and day"),
        (GOOD, ["--policy", "no-such.toml"], "no-such.toml"),
        (f'{GOOD}c1,"Act"ive,2/3/2026 10:00,,ana,\n', [], "log.csv, line 3: "),
        (f'{GOOD}c1,"Active,2/3/2026 10:00,,ana,\n', [], "log.csv, line 3: "),
        (f"{GOOD}c1,Caf\udce9,2/3/2026 10:00,,ana,\n", [], "can't decode byte 0xe9"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(tmp_path, capsys, text, options, complaint):
    """A mistake ends with 2 and one clear sentence; a day of before stays as it was."""
    log, day = tmp_path / "log.csv", tmp_path / "day.jsonl"
    log.write_bytes(text.encode("utf-8", "surrogateescape"))
    day.write_text("the day of before", "utf-8")
    with pytest.raises(SystemExit) as end:
        script.main([str(log), str(day), *OPTIONS, *options])
    assert 2 == end.value.code
    assert complaint in capsys.readouterr().err
    assert "the day of before" == day.read_text("utf-8")


def test_the_log_is_never_written_over(tmp_path, capsys):
    """Log and day must be two files; a log that is not there is named."""
    log = tmp_path / "log.csv"
    for complaint in (str(log), "the day would be written over the log"):
        with pytest.raises(SystemExit) as end:
            script.main([str(log), str(log), *OPTIONS])
        assert 2 == end.value.code
        assert complaint in capsys.readouterr().err
        log.write_text(GOOD, "utf-8")
    assert GOOD == log.read_text("utf-8")


WORDS = ("New", "Active", "Waiting", "Tier 2", "Resolved", "Closed", "-100")
ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(WORDS), st.integers(0, 9)), min_size=1, max_size=25)


@given(rows=ROWS)
def test_every_move_of_every_log_is_answered_as_the_replay_answers_it(tmp_path_factory, rows):
    """No move is lost: their number is that of the changes of status; the day replays to the report's numbers."""
    folder = tmp_path_factory.mktemp("log")
    log, day = folder / "log.csv", folder / "day.jsonl"
    log.write_text("\n".join((HEADER, *(f"{case},{word},2/3/2026 10:0{at},,ana," for case, word, at in rows))), "utf-8")
    report = script.convert(script.parser().parse_args([str(log), str(day), *OPTIONS]))
    answers = Counter()
    for (before, after, _, answer), times in moves(report).items():
        answers["message" if (before, after) in {("start", "new"), ("start", "unknown")} else answer] += times
    changes = 0
    for name in "abc":
        walk = [word for case, word, _ in sorted(rows, key=lambda row: row[2]) if case == name]
        changes += sum(1 for before, after in zip([None, *walk], walk, strict=False) if before != after)
    assert changes == answers.total()
    asked = [
        step
        for step in about_cases(replay_day(day.read_bytes().splitlines(), Desk(LIFE_CYCLE)))
        if step.command.by != "customer"
    ]
    assert answers["accepted"] == sum(step.accepted for step in asked)
    refusals = Counter(
        "refused: " + ", ".join(reason.rule for reason in step.reasons) for step in asked if step.reasons
    )
    assert refusals == Counter({answer: times for answer, times in answers.items() if answer.startswith("refused")})


# The page ------------------------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "real-logs.md").read_text("utf-8")


def test_the_example_of_the_help_and_the_command_of_the_page_are_understood():
    """Both name only options there are."""
    shown = [script.EXAMPLE.partition("\n")[2], PAGE.partition("```console\n$ python examples/")[2].partition("\n$")[0]]
    for command in shown:
        name, *arguments = shlex.split(command.replace("\\\n", " "))
        assert "incidents_to_day.py" == name
        assert "sys_mod_count" == script.parser().parse_args(arguments).order[0]


def test_it_runs_as_a_script():
    """Its help ends with an example."""
    shown = subprocess.run([sys.executable, script.__file__, "--help"], capture_output=True, text=True, check=True)
    assert "--time-format FORMAT" in shown.stdout
    assert shown.stdout.endswith(script.EXAMPLE)


def test_the_numbers_of_the_page_add_up():
    """Every move is accepted, refused or not asked; the pairs' verdicts and the sums are those of the text."""
    rows = re.findall(r"^\| (\w+) → (\w+) \| ([\d,]+) \| (legal|illegal) \|(.*)\|$", PAGE, re.MULTILINE)
    columns = [0] * 6
    verdicts = Counter()
    for before, after, times, verdict, cells in rows:
        numbers = [int(cell.strip().replace(",", "") or 0) for cell in cells.split("|")]
        moved = int(times.replace(",", ""))
        assert moved == sum(numbers), f"{before} -> {after}"
        columns = [total + number for total, number in zip(columns, [moved, *numbers], strict=True)]
        verdicts[verdict] += moved
    assert [88_795, 65_961, 10_467, 10_480, 1_885, 2] == columns
    assert {"legal": 71_792, "illegal": 17_003} == verdicts
    total = "".join(f" **{number:,}** |" for number in columns)
    assert f"| **all** |{total.replace('| ', '|  | ', 1)}" in PAGE
    reasons = re.findall(r"^\| (legal|illegal) \| (accepts|refuses|is not asked) \| ([\d,]+) \|", PAGE, re.MULTILINE)
    sums = Counter()
    for by_pairs, by_desk, times in reasons:
        sums[by_pairs] += int(times.replace(",", ""))
        sums[by_desk] += int(times.replace(",", ""))
    assert {"legal": 71_792, "illegal": 17_003, "accepts": 76_428, "refuses": 12_365, "is not asked": 2} == sums
