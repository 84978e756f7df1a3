"""docs/html-reports.md: its commands are commands, what it names is on the pages, and its numbers are those of code."""

import re
import shlex
from pathlib import Path

import pytest

from casecore.audit.reports import html_page as audit_page
from casecore.check import html_page as check_page
from casecore.cli import replay_page
from casecore.cli.app import make_app
from casecore.diff import html_page as diff_page

PAGE = (Path(__file__).parents[2] / "docs" / "html-reports.md").read_text("utf-8")


@pytest.mark.parametrize("line", re.findall(r"^\$ casecore (.*)$", PAGE, re.MULTILINE))
def test_commands(line):
    """Each is one, and writes a page."""
    words = shlex.split(line.partition(" > ")[0])
    command, bound, unused, *_ = make_app().parse_known_args(words)
    assert (words[0], "html", []) == (command.__name__, bound.arguments["format"], [*unused])


def test_every_page_is_told():
    """One line for each command that has one."""
    assert {"check", "diff", "audit", "replay", "rules"} == set(re.findall(r"^\$ casecore (\w+)", PAGE, re.MULTILINE))


def test_numbers():
    """What a page leaves out."""
    assert f"{audit_page.SHOWN} breaches of a rule, {replay_page.STEPS:,} steps of a day" in PAGE


@pytest.mark.parametrize(
    ("words", "module"),
    [
        ("Broken most", audit_page),
        ("Safe to ship", diff_page),
        ("Not safe to ship", diff_page),
        ("What changes", diff_page),
        ("It holds", check_page),
        ("It does not hold", check_page),
        ("Look at these first", check_page),
    ],
)
def test_what_it_says_of_first_screens(words, module):
    """A part that it names is called so there."""
    assert f"*{words}*" in PAGE
    assert words in Path(module.__file__).read_text("utf-8")
