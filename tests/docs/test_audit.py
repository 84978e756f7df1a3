"""docs/audit.md: its log, its map and its report are what the command does."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from casecore.audit import FORMATS, LogMap, audit

PAGE = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")


def block(language):
    """The first block of the page in a language."""
    return dedent(re.search(rf"^( *)```{language}\n(.*?)^\1```", PAGE, re.MULTILINE | re.DOTALL)[2])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The log and the map of the page, where the command runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tickets.csv").write_text(block("csv"), "utf-8")
    (tmp_path / "map.toml").write_text(block("toml"), "utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_report_is_what_it_prints(casecore):
    """The first lines of it."""
    typed, *told = block("console").splitlines()
    code, printed, _ = casecore(*typed.removeprefix("$ casecore ").split())
    assert 1 == code
    assert told == printed.splitlines()[: len(told)]


@pytest.mark.usefixtures("folder")
def test_the_story_is_a_test_from_now_on(casecore, folder):
    """It replays as it says."""
    _, printed, _ = casecore("audit", "tickets.csv", "--map", "map.toml", "--story", "C-2")
    (folder / "c-2.day.jsonl").write_text(printed, "utf-8")
    assert 0 == casecore("replay", "c-2.day.jsonl")[0]


@pytest.mark.usefixtures("folder")
def test_what_it_says_from_python():
    """And that a map takes ten lines."""
    assert 10 >= len(block("toml").splitlines())
    report = audit("tickets.csv", log_map="map.toml")
    assert LogMap.load("map.toml").columns.keys() >= {"case", "status", "by"}
    assert "lifecycle.edge" in FORMATS["md"](report)


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(--[a-z][a-z-]+)", PAGE))))
def test_its_options_are_there(casecore, option):
    """Each is one of the command's."""
    assert f"{option} " in casecore("audit", "--help")[1].replace("\n", " ")
