"""A replayed day as a page: what was refused most, what went otherwise, each step, and the desk at the end."""

import json
from collections import Counter
from pathlib import Path

import pytest

from casecore.cli import replay_page
from casecore.desk import Desk
from casecore.promises import Occasion, Promise, Watch
from casecore.promises.happening import happens
from casecore.replay import Tally, replay_day
from casecore.reports.pages.elements import harmless
from casecore.rooms.agents import AgentAdded
from tests.page_reading import HOSTILE, read_page

EXAMPLE = Path(__file__).parents[2] / "examples" / "day.jsonl"

DAY = """\
{"type": "AddAgent", "by": "system", "at": "2026-11-02T09:00:00Z", "agent": "ana", "queues": ["general"]}
{"story": "Nobody opens what is not", "type": "OpenCase", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1"}
{"type": "OpenCase", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1", "expect": "refused"}
{"type": "GoAvailable", "by": "ana", "at": "2026-11-02T09:02:00Z", "agent": "ana", "expect": "refused"}
"""


@pytest.fixture
def page(casecore, tmp_path):
    """Replay a day: its exit code, and its page."""

    def replayed(day, *options):
        file = tmp_path / "a.day.jsonl"
        file.write_text(day, "utf-8")
        code, printed, _ = casecore("replay", file, "--format", "html", *options)
        return code, read_page(printed)

    return replayed


def test_the_same_steps_as_json(casecore, page):
    """Each by its line, whether it was accepted, and by which rules it was refused; which rules refused most, first."""
    code, found = page(EXAMPLE.read_text("utf-8"))
    steps = [json.loads(line) for line in casecore("replay", EXAMPLE, "--format", "json")[1].splitlines()]
    (day,) = found.all("section", id="day")
    rows = [row for table in day.all("table") for row in table.rows()]
    *steps, end = steps
    assert (0, len(steps)) == (code, len(rows))
    for step, row in zip(steps, rows, strict=True):
        assert (f"{step['line']:,}", step["at"][:10]) == (row["line"], row["at"][:10])
        assert row["became"].startswith("✗ refused") is not step["accepted"]
        assert all(one["rule"] in row["because, or besides"] for one in step["reasons"])
    (table,) = found.all("section", class_="glance")[0].all("table")
    expected = Counter(end["summary"]["refused_by"]).most_common()
    assert expected[0][1] == int(table.rows()[0]["times"])
    assert expected[:2] == [(row["rule"], int(row["times"])) for row in table.rows()[:2]]
    assert "Every step went as expected." == found.all("strong")[0].text
    every = found.all("section", id="refusals")[0].all("table")[0].rows()
    assert sum(count for _, count in expected) == len(every)
    assert {"Agents"} <= {one.text for one in found.all("section", id="desk")[0].all("caption")}


def test_otherwise(page):
    """What went otherwise stands with the reasons, as the other forms tell it."""
    code, found = page(DAY)
    assert (1, "2 steps went otherwise than expected.") == (code, found.all("strong")[0].text)
    first, second = found.all("article")
    assert ("expect", "line 2") == (first.attributes["data-code"], first.attributes["data-number"])
    assert "ana opens c1" in first.all("h3")[0].text
    assert "case.known: there is no case 'c1'" in first.text
    assert "should be refused, was accepted" in second.text
    begin, story = found.all("section", id="day")[0].all("table")
    assert ("The beginning", "Nobody opens what is not") == (begin.all("caption")[0].text, story.all("caption")[0].text)
    assert ["✗ refused≠ otherwise", "✗ refused", "✓ accepted≠ otherwise"] == [row["became"] for row in story.rows()]


def test_quiet(page):
    """Only what went otherwise."""
    _, found = page(DAY, "--quiet")
    assert 2 == len(found.all("section", id="day")[0].all("table")[0].rows())
    _, found = page(DAY.splitlines()[0], "--quiet")
    assert not found.all("section", id="day")


def test_a_long_day(page, monkeypatch):
    """What is left out is counted."""
    monkeypatch.setattr(replay_page, "STEPS", 2)
    monkeypatch.setattr(replay_page, "WRONG", 1)
    _, found = page(DAY)
    assert "The first 2 steps; 2 more are not shown." in found.all("section", id="day")[0].text
    assert "2 findings. 1 more are not shown." in found.all("section", id="otherwise")[0].text
    assert 1 == len(found.all("article"))
    assert not found.all("img")


def test_pictures(page):
    """What refused most, the day of the team, and the service clocks; each only where there is something to see."""
    _, found = page(EXAMPLE.read_text("utf-8"))
    told = [one.text for one in found.all("summary") if one.text.endswith(", as text")]
    assert ["What refused most", "The day of 5 agents", "Service clocks on 4 Nov 2026 16:20 UTC"] == [
        one.removesuffix(", as text") for one in told
    ]
    message = json.loads(EXAMPLE.read_text("utf-8").splitlines()[12])
    _, found = page(json.dumps(message))
    assert ["Service clocks"] == [one.text[:14] for one in found.all("figcaption")]
    _, found = page(DAY.splitlines()[0])
    assert ["The day of"] == [one.text[:10] for one in found.all("figcaption")]


def test_what_cannot_be_read(page, casecore, tmp_path):
    """Reading stops there, and that is what is said first; a policy that cannot be read, likewise."""
    code, found = page(f"{DAY}{{")
    assert (2, "line 5") == (code, found.all("article")[0].attributes["data-number"])
    assert found.all("strong")[0].text.startswith("Reading stopped at line 5: ")
    code, found = page("")
    assert (3, True) == (code, "has no commands" in found.all("strong")[0].text)
    bad = tmp_path / "bad.toml"
    bad.write_text("[tags]\nlimt = 3\n", "utf-8")
    code, found = page(DAY, "--policy", bad)
    assert (2, True) == (code, "limt" in found.all("article")[0].text)


def test_warnings_and_promises(page, tmp_path):
    """What the policy only warns of is accepted, and says so; a promise that is broken is a finding."""
    soft = tmp_path / "soft.toml"
    soft.write_text('[enforcement]\n"assignment.queue" = "warn"\n', "utf-8")
    lines = [
        {"type": "AddAgent", "by": "system", "agent": "ana", "queues": ["billing"]},
        {"type": "GoAvailable", "by": "ana", "agent": "ana"},
        {
            "type": "ReceiveMessage",
            "by": "customer",
            "thread": "t",
            "message": "m",
            "customer": "x",
            "channel": "email",
            "new_case": "c1",
            "text": "Hello",
        },
        {"type": "OpenCase", "by": "ana", "case": "c1"},
    ]
    day = "\n".join(json.dumps({**line, "at": "2026-11-02T09:00:00Z"}) for line in lines)
    code, found = page(day, "--policy", soft, "--promises")
    (table,) = found.all("section", id="day")[0].all("table")
    assert "! warned" in table.rows()[-1]["became"]
    assert "warned: assignment.queue" in table.rows()[-1]["because, or besides"]
    assert "of them with a warning" in found.all("section", class_="glance")[0].text
    assert 0 == code


def test_a_broken_promise(capsys):
    """The step says which, and so does what is said first."""
    never = Promise(
        "90", "Nobody adds agents", lambda _: ["ana was added"], Occasion(happens(AgentAdded), "nobody does")
    )
    report, tally = replay_page.PageReport("a day", quiet=False), Tally()
    for step in replay_day(DAY.splitlines()[:1], Desk(), "a day", Watch(Desk().policy, [never])):
        tally.add(step)
        report.tell_step(step)
    report.tell_end(step.after, tally, None)
    found = read_page(capsys.readouterr().out.removesuffix("\n"))
    (article,) = found.all("article")
    assert ("P90", "1 step broke a promise.") == (article.attributes["data-code"], found.all("strong")[0].text)
    assert "✗ breaks P90" in article.text
    assert "✗ breaks 90 ana was added" in found.all("section", id="day")[0].text
    assert "broke a promise" in found.all("dl", class_="figures")[0].text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_customers(page, text):
    """What customers write, what they are called and what a story says is text."""
    added = {"type": "AddAgent", "by": "system", "at": "2026-11-02T09:00:00Z", "agent": "ana", "queues": ["general"]}
    message = {
        "story": text,
        "type": "ReceiveMessage",
        "by": "customer",
        "at": "2026-11-02T09:00:00Z",
        "thread": "t",
        "message": "m",
        "customer": "x",
        "name": harmless(text)[:80],
        "channel": "chat",
        "new_case": "c1",
        "text": text,
    }
    code, found = page(f"{json.dumps(added)}\n{json.dumps(message)}")
    assert 0 == code
    assert harmless(text) in found.all("section", id="day")[0].text
