"""A day that is watched: each step tells which promises it breaks, in every form.

The shipped rules break none, so the days here are watched for a promise that nobody has made: that Ana opens nothing.
"""

import json
from xml.etree import ElementTree as ET

import pytest

from casecore.cli import main
from casecore.cli.report import JsonReport, TextReport
from casecore.cli.screen import Screen
from casecore.desk import Desk
from casecore.promises import Occasion, Promise, Watch
from casecore.promises.happening import happens
from casecore.replay import Tally, replay_day
from casecore.replay.findings import DayFindings
from casecore.replay.words import day_ending
from casecore.rooms.assignments import CaseAssigned

AT = "2026-11-02T09:0{}:00Z"
DAY = [
    {"type": "AddAgent", "by": "system", "agent": "ana", "queues": ["general"]},
    {"type": "GoAvailable", "by": "ana", "agent": "ana"},
    {
        "type": "ReceiveMessage",
        "by": "customer",
        "thread": "t1",
        "message": "m1",
        "customer": "maria",
        "channel": "email",
        "new_case": "c1",
    },
    {"type": "OpenCase", "by": "ana", "case": "c1"},
    {"type": "OpenCase", "by": "ana", "case": "c2", "expect": "accepted"},
]
LINES = [json.dumps({**line, "at": AT.format(number)}) for number, line in enumerate(DAY)]


def opened_by_ana(step):
    """A case went to Ana."""
    for event, books in step.moments:
        if isinstance(event, CaseAssigned):
            yield f"{event.agent} opens {event.case}, which waits in {books.case(event.case).queue}"


NOT_ANA = Promise("90", "Ana opens nothing", opened_by_ana, Occasion(happens(CaseAssigned), "nobody opens anything"))
BREAKS = "90 Ana opens nothing: ana opens c1, which waits in general"


@pytest.fixture
def steps():
    """The steps of the day, watched for this promise."""
    return [*replay_day(LINES, Desk(), "the day", Watch(Desk().policy, [NOT_ANA]))]


@pytest.fixture
def tally(steps):
    """What is counted of them."""
    counted = Tally()
    for step in steps:
        counted.add(step)
    return counted


def test_a_step_tells_what_it_breaks(steps):
    """Given a watch, the step that breaks the promise tells it, with its instant; a refusal breaks nothing."""
    assert [[], [], [], [BREAKS], []] == [[*map(str, step.breaches)] for step in steps]
    assert steps[3].breaches[0].at == steps[3].command.at
    assert [True, True, True, False, False] == [step.well for step in steps]
    assert steps[3].as_expected


def test_without_a_watch_nobody_is_asked():
    """The same day, unwatched, breaks nothing."""
    assert all(not step.breaches for step in replay_day(LINES, Desk()))


def test_a_tally_counts_the_steps_that_break_a_promise(tally):
    """Beside those that went otherwise than expected."""
    assert (1, 1, False) == (tally.otherwise, tally.broke, tally.well)
    assert "1 step went otherwise than expected, and 1 step broke a promise." == day_ending(tally)
    assert "1 step broke a promise." == day_ending(Tally(steps=3, broke=1))
    assert Tally(steps=3).well


def test_for_people(steps, tally, capsys):
    """Under the step, and at the end; where it is quiet too."""
    report = TextReport(Screen(), quiet=True)
    for step in steps:
        report.tell_step(step)
    report.tell_end(steps[-1].after, tally, None)
    printed = " ".join(capsys.readouterr().out.split())
    assert f"✗ breaks promise {BREAKS}" in printed
    assert f"broke a promise: ≠ line 4 breaks {BREAKS} ≠ line 5 should be accepted, was refused" in printed


def test_for_programs(steps, tally, capsys):
    """Each step has what it breaks, and the summary how many do."""
    report = JsonReport(quiet=True)
    for step in steps:
        report.tell_step(step)
    report.tell_end(steps[-1].after, tally, None)
    opened, refused, last = map(json.loads, capsys.readouterr().out.splitlines())
    what = "ana opens c1, which waits in general"
    assert [{"promise": "90", "title": "Ana opens nothing", "what": what}] == opened["breaks"]
    assert [] == refused["breaks"]
    assert (1, 1) == (last["summary"]["otherwise"], last["summary"]["broke"])


def test_for_services(steps, tally):
    """An error beside the line, and a failure of the story."""
    found = DayFindings("a.day.jsonl")
    for step in steps:
        found.add_step(step)
    first, second, *_ = found.as_github(tally).splitlines()
    assert f"::error file=a.day.jsonl,line=4,title=line 4 P90%3A ana opens c1 and takes it::breaks {BREAKS}" == first
    assert "line=5" in second
    (failure,) = ET.fromstring(found.as_junit(tally)).iter("failure")  # noqa: S314 -- our own words
    assert "1 step went otherwise than expected, 1 promise broken" == failure.get("message")


def test_only_promises_broken_is_a_failure_too(steps, tally):
    """A story whose steps went as expected, and one of them broke a promise."""
    found = DayFindings("")
    found.add_step(steps[3])
    (failure,) = ET.fromstring(found.as_junit(tally)).iter("failure")  # noqa: S314 -- our own words
    assert "1 promise broken" == failure.get("message")


def test_the_command_line_watches_if_it_is_asked(tmp_path, capsys):
    """The shipped rules break no promise on this day; what is refused is told as ever."""
    file = tmp_path / "a.day.jsonl"
    file.write_text("\n".join(LINES[:4]), "utf-8")
    assert 0 == main(["replay", str(file), "--promises", "--quiet"])
    assert "Every step went as expected." in capsys.readouterr().out
