"""`casecore audit`: what is printed in each form, which exit code says what; no mistake ends in a traceback."""

import csv
import json
import sys
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from casecore.audit import FORMATS
from casecore.cli import audit as module
from tests.audit.desk_logs import SNAPSHOTS, TEXTS, write_chats, write_snapshots
from tests.audit.made_logs import KINDS, made_log, sop_for


@pytest.fixture
def tickets(tmp_path, monkeypatch):
    """The log of statuses and its map, in the folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    write_snapshots(tmp_path)
    return "tickets.csv", "--map", "tickets.toml"


@pytest.fixture
def chats(tmp_path, monkeypatch):
    """The log of chats, likewise, beside policies with one and with three chats, and one that only warns."""
    monkeypatch.chdir(tmp_path)
    write_chats(tmp_path)
    for name, chat in (("one", 1), ("three", 3)):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\n[capacity]\nchat = {chat}\n', "utf-8")
    (tmp_path / "warn.toml").write_text('[enforcement]\n"capacity.channel" = "warn"\n', "utf-8")
    return "chats.csv", "--map", "chats.toml"


# What is told ------------------------------------------------------------------------------------------


def test_the_first_screen(casecore, tickets):
    """What was judged, the worst rules with their denominators, who and when, and what cannot be judged."""
    code, printed, complaints = casecore("audit", *tickets)
    assert (1, "") == (code, complaints)
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert "11 rows read, 11 judged, 2026-11-02 09:00 to 2026-11-10 12:00 UTC, 2 cases under way before" in lines
    assert "lifecycle.edge 1 6 16.7 % 1 A case moves only along the life cycle" in lines
    assert "the SOP that ships with casecore" in printed
    assert any(line.startswith("agent ben 2 of ") for line in lines)
    assert "Never broken, as far as is known: 4 rules" in printed
    assert "could be judged" in printed
    assert "lifecycle.edge: row 6 2026-11-03 09:00:00 SetStatus case C-2 by ben: case C-2 is new" in printed
    assert lines[-1].endswith("exit 1")


def test_where_everything_is_kept(casecore, chats):
    """There are no first breaches, and nobody broke most."""
    code, printed, _ = casecore("audit", *chats, "--policy", "three.toml")
    assert 0 == code
    assert "0 rules broken, 0 times" in printed
    assert "Most was broken" not in printed
    assert "First" not in printed


def test_many_rules(casecore, tmp_path, monkeypatch):
    """The worst twelve are shown, and how many there are besides."""
    monkeypatch.chdir(tmp_path)
    log = made_log(1, cases=20)
    write_chats(tmp_path, log.commands)
    (tmp_path / "sop.toml").write_text(f'extends = "casecore"\n{sop_for(KINDS)}', "utf-8")
    code, printed, _ = casecore(
        "audit",
        "chats.csv",
        "--map",
        "chats.toml",
        "--policy",
        "sop.toml",
        "--only",
        ",".join(sorted({one.rule for one in log.breaches})),
    )
    assert 1 == code
    assert "rules more: --format md tells all" in printed


def test_only_unknown_rules(casecore, tickets):
    """Nothing was judged: neither clean nor a finding."""
    code, printed, _ = casecore("audit", *tickets, "--only", "lifecycle.close_after")
    assert 3 == code
    assert "exit 3" in printed
    assert "Never broken" not in printed
    assert "No rule could be judged" in printed


def test_a_wrong_format_of_times_is_told_first(casecore, tmp_path):
    """Month and day exchanged: what can be read is judged, and nobody overlooks how much cannot."""
    log, log_map = write_snapshots(tmp_path)
    swapped = SNAPSHOTS.replace("2026-11-02", "2026-02-11").replace("2026-11-03", "2026-30-11")
    (tmp_path / "tickets.csv").write_text(swapped, "utf-8")
    code, printed, _ = casecore("audit", log, "--map", log_map)
    assert 0 < code
    words = "11 rows read, 10 judged, 1 left out (1 have a time that is not in the format of the map)"
    assert words in " ".join(printed.split())


@pytest.mark.parametrize("form", FORMATS)
def test_each_form(casecore, chats, form):
    """The same in each; no text of a customer stands in any."""
    code, printed, complaints = casecore("audit", *chats, "--format", form)
    assert (1, "") == (code, complaints)
    assert "capacity.channel" in printed
    assert not [text for text in TEXTS if text in printed]


def test_json(casecore, chats):
    """One object."""
    _, printed, _ = casecore("audit", *chats, "--format", "json")
    told = json.loads(printed)
    assert ("audit", "chats.csv", "chats.toml") == (told["command"], told["log"], told["map"])
    assert [("capacity.channel", 8)] == [(row["rule"], row["row"]) for row in told["results"]]


def test_github_has_a_page(casecore, chats, tmp_path, monkeypatch):
    """The shipped SOP lies in no file of the repository; ours does."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page.md"))
    _, printed, _ = casecore("audit", *chats, "--format", "github")
    assert printed.startswith("::error title=capacity.channel ")
    assert "## casecore audit" in (tmp_path / "page.md").read_text("utf-8")
    _, printed, _ = casecore("audit", *chats, "--policy", "one.toml", "--format", "github")
    assert printed.startswith("::error file=one.toml,line=3,")


def test_findings_go_to_a_file(casecore, chats, tmp_path):
    """All of them, as CSV and as Parquet, whatever else is told."""
    for end in ("csv", "parquet"):
        assert 1 == casecore("audit", *chats, "--policy", "one.toml", "--write-findings", f"found.{end}")[0]
    with (tmp_path / "found.csv").open(encoding="utf-8") as file:
        assert ["c-2", "c-3"] == [row["case"] for row in csv.DictReader(file)]
    assert ["c-2", "c-3"] == pl.read_parquet("found.parquet")["case"].to_list()


def test_another_policy(casecore, chats):
    """What would have been."""
    _, printed, _ = casecore("audit", *chats, "--against", "three.toml")
    assert "Under three (three.toml): 1 row otherwise, in 1 case." in printed
    assert "capacity.channel: broken 1 of 3 -> 0 of 3" in printed


def test_another_policy_without_a_rule(casecore, tickets, tmp_path):
    """What is unknown then, and what is not asked any more, is told where it differs."""
    sop = tmp_path / "off.toml"
    sop.write_text('extends = "casecore"\n[enforcement]\n"assignment.holder" = "off"\n', "utf-8")
    _, printed, _ = casecore("audit", *tickets, "--against", str(sop))
    assert "assignment.holder: broken 0 of 0, 3 unknown -> 0 of 0, 0 unknown" in printed


def test_pseudonyms(casecore, chats, tmp_path):
    """The key is given, or lies in a file; the same key gives the same names."""
    (tmp_path / "key").write_text("a key of ours\n", "utf-8")
    _, printed, _ = casecore("audit", *chats, "--format", "csv", "--pseudonyms", "a key of ours")
    _, again, _ = casecore("audit", *chats, "--format", "csv", "--pseudonyms", "@key", "--pseudonyms-cases")
    agent, also = (next(csv.DictReader(text.splitlines()))["agent"] for text in (printed, again))
    assert agent == also != "ana"
    assert ("c-3" in printed, "c-3" in again) == (True, False)


def test_a_part_of_a_log(casecore, tickets):
    """Whole cases, always the same; from some day on."""
    _, printed, _ = casecore("audit", *tickets, "--sample", "1/2")
    assert "1 of 2 cases" in printed
    _, printed, _ = casecore("audit", *tickets, "--since", "2026-11-10")
    assert "judged since 2026-11-10 00:00 UTC" in printed


def test_several_processes(casecore, tickets):
    """Say the same, and on standard error how the log was judged."""
    one, two = (casecore("audit", *tickets, "--jobs", jobs) for jobs in ("1", "2"))
    assert one[:2] == two[:2]
    assert two[2].startswith("casecore audit: the log was judged in 2 processes: ")
    assert 2 == casecore("audit", *tickets, "--jobs", "0")[0]


def test_a_story(casecore, chats, tmp_path):
    """It is replayed under the same policy, and goes as it says."""
    code, printed, complaints = casecore("audit", *chats, "--policy", "one.toml", "--story", "c-2")
    assert (0, "") == (code, complaints)
    (tmp_path / "story.day.jsonl").write_text(printed, "utf-8")
    code, printed, _ = casecore("replay", "story.day.jsonl")
    assert 0 == code
    assert "capacity.channel" in printed
    assert "Every step went as expected." in printed
    assert 1 == casecore("replay", "story.day.jsonl", "--policy", "three.toml")[0]


def test_a_story_that_a_desk_does_not_tell(casecore, tmp_path, monkeypatch):
    """It is written all the same, and the exit code says that it shows nothing."""
    monkeypatch.chdir(tmp_path)
    log = made_log(1, ("emoji_in_text_message",), cases=20)
    write_chats(tmp_path, log.commands)
    (tmp_path / "sop.toml").write_text(f'extends = "casecore"\n{sop_for(KINDS)}', "utf-8")
    asked = ("audit", "chats.csv", "--map", "chats.toml", "--policy", "sop.toml", "--story", log.breaches[0].case)
    code, printed, complaints = casecore(*asked)
    assert (3, True) == (code, "the log tells too little to replay row" in complaints)
    assert printed.startswith("# case ")
    assert 0 == casecore(*asked, "--texts")[0]


# Exit codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [
        ((), 1),
        (("broken",), 1),
        (("nothing",), 0),
        (("capacity.channel",), 1),
        (("capacity.total",), 0),
        (("capacity.total, odd", "capacity.channel"), 1),
        (("odd",), 0),
        (("unknown",), 0),
    ],
)
def test_what_fails(casecore, chats, fail_on, code):
    """What is named; without it, any rule that was broken."""
    assert code == casecore("audit", *chats, *(word for name in fail_on for word in ("--fail-on", name)))[0]


def test_what_is_odd_or_unknown_may_fail(casecore, tickets):
    """Both are in the log of statuses."""
    for word in ("odd", "unknown"):
        assert 1 == casecore("audit", *tickets, "--only", "lifecycle.edge,presence.on_duty", "--fail-on", word)[0]


def test_what_only_warns_does_not_fail(casecore, chats):
    """Unless the rule is named."""
    assert 0 == casecore("audit", *chats, "--policy", "warn.toml")[0]
    assert 1 == casecore("audit", *chats, "--policy", "warn.toml", "--fail-on", "capacity.channel")[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((), "there is no log to audit; write casecore audit LOG --map MAP --policy SOP"),
        (("chats.csv",), "--map: say what the log's columns and words mean"),
        (("chats.csv", "--map", "none.toml"), "none.toml"),
        (("none.csv", "--map", "chats.toml"), "none.csv"),
        (("chats.csv", "--map", "chats.toml", "--policy", "none.toml"), "none.toml"),
        (("chats.csv", "--map", "chats.toml", "--against", "none.toml"), "none.toml"),
        (("chats.csv", "--map", "chats.toml", "--only", "capacity.chanel"), "did you mean 'capacity.channel'?"),
        (("chats.csv", "--map", "chats.toml", "--only", ","), "--only: no rule is named in ','"),
        (("chats.csv", "--map", "chats.toml", "--fail-on", "brokn"), "did you mean 'broken'?"),
        (("chats.csv", "--map", "chats.toml", "--fail-on", "zzzzzzzzzzzz"), "casecore rules lists them all"),
        (
            ("chats.csv", "--map", "chats.toml", "--sample", "10"),
            "--sample: '10' is no part of a log; write --sample 1/10",
        ),
        (("chats.csv", "--map", "chats.toml", "--since", "monday"), "--since"),
        (("chats.csv", "--map", "chats.toml", "--pseudonyms", "abc"), "the key has 3 characters"),
        (("chats.csv", "--map", "chats.toml", "--pseudonyms", "@none"), "--pseudonyms @none: cannot be read"),
        (("chats.csv", "--map", "chats.toml", "--pseudonyms-cases"), "give one with --pseudonyms KEY"),
        (
            ("chats.csv", "--map", "chats.toml", "--pseudonyms", "a key of ours", "--texts", "--story", "c-3"),
            "--texts: what people wrote may name them",
        ),
        (("chats.csv", "--map", "chats.toml", "--write-findings", "found.xls"), "ends with neither .csv nor .parquet"),
        (("chats.csv", "--map", "chats.toml", "--write-findings", "none/found.csv"), "No such file"),
        (("chats.csv", "--map", "chats.toml", "--story", "c-9"), "tells nothing of a case 'c-9'"),
        (("chats.csv", "--map", "chats.toml", "--house", "nowhere"), "--house nowhere"),
    ],
)
def test_what_cannot_run(casecore, chats, typed, said):
    """It is told what is wrong, and what to write."""
    assert chats
    code, printed, complaints = casecore("audit", *typed)
    assert (2, "") == (code, printed)
    assert said in complaints


@pytest.mark.parametrize("form", ["json", "github", "junit", "md"])
def test_a_map_that_cannot_be_used(casecore, chats, tmp_path, form):
    """Each problem is a finding at its place."""
    (tmp_path / "bad.toml").write_text('[log]\nformat = "cvs"\n', "utf-8")
    code, printed, complaints = casecore("audit", chats[0], "--map", "bad.toml", "--format", form)
    assert 2 == code
    assert "bad.toml:2" in complaints
    assert "log.format" in printed
    if form == "junit":
        assert 0 < int(ET.fromstring(printed).find("testsuite").get("errors"))  # noqa: S314 -- our own


def test_a_house_of_ones_own(casecore, chats):
    """Its rules are asked, too."""
    code, printed, _ = casecore("audit", *chats, "--house", "tests.houses:NOTHING")
    assert 2 == code
    assert "" == printed
    code, _, _ = casecore("audit", *chats, "--house", "casecore.rooms.composition:HOUSE")
    assert 1 == code
    assert module.FOUND == code


def test_a_map_to_begin_with(casecore, tickets, monkeypatch):
    """It is written to standard output, and nothing else is done."""
    code, printed, complaints = casecore("audit", "--guess-map", tickets[0])
    assert (0, "") == (code, complaints)
    assert 'format = "ask"' in printed
    assert "number" in printed
    assert 2 == casecore("audit", "--guess-map", "none.csv")[0]
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, _, complaints = casecore("audit", *tickets)
    assert (2, True) == (code, "casecore[audit]" in complaints)
