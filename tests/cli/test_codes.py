"""`casecore explain CODE`: what a finding means, with a bad and a good example."""

import json
from pathlib import Path

import pytest

from casecore.cli.codes import codes_page, every_page, groups
from casecore.policies import Policy
from casecore.policies.declared import every_key
from casecore.rooms.composition import RULES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "findings.md"


def test_a_code_is_explained(casecore):
    """What it means, both examples, what finds it, and what to do."""
    code, told, _ = casecore("explain", "CC204")
    assert 0 == code
    assert told.startswith("CC204  warning or note\na reading that is easily mistaken, spelled out\n")
    for said in (
        "Bad:\n    [chat.idle]",
        "Good:\n",
        "Found by: casecore check sop.toml",
        "What to do: Read what it says.",
    ):
        assert said in told


@pytest.mark.parametrize("page", [*every_page()], ids=lambda page: page.code)
def test_every_code_is_explained(casecore, page):
    """However it is written."""
    code, told, _ = casecore("explain", page.code.swapcase())
    assert 0 == code
    assert told.startswith(f"{page.code}  {page.level}\n")
    assert "What to do: " in told


def test_forms(casecore):
    """Plain data for programs, Markdown for a page."""
    _, told, _ = casecore("explain", "P04", "--format", "json")
    assert {"code": "P04", "title": "never more than the limit"}.items() <= json.loads(told).items()
    assert ["Bad", "Good"] == [example["word"] for example in json.loads(told)["examples"]]
    _, told, _ = casecore("explain", "lint.edge", "--format", "md")
    assert told.startswith("# lint.edge\n\n*error* · A body neither starts nor ends with a variable\n")


def test_all_codes(casecore):
    """A list, the same as data, and the page of the manual."""
    _, told, _ = casecore("explain", "codes")
    assert all(f"\n{page.code} " in told for page in every_page())
    _, told, _ = casecore("explain", "codes", "--format", "json")
    assert [page.code for page in every_page()] == [one["code"] for one in json.loads(told)]
    _, told, _ = casecore("explain", "codes", "--format", "md")
    assert PAGE.read_text("utf-8") == told == codes_page()


def test_a_code_that_there_is_not(casecore):
    """The one that was meant is named."""
    code, _, complaint = casecore("explain", "cc24")
    assert 2 == code
    assert "did you mean 'CC2" in complaint
    assert "'lint.edge'" in casecore("explain", "lint.egde")[2]


def test_only_codes_have_a_page(casecore):
    """A key is told as text or as JSON."""
    code, _, complaint = casecore("explain", "chat.idle.silence", "--format", "md")
    assert 2 == code
    assert "only codes are explained in Markdown" in complaint


def test_no_two_mean_the_same_name():
    """A code is no key, no rule, and in one group only."""
    codes = [page.code.casefold() for page in every_page()]
    assert len(codes) == len({*codes}) == sum(map(len, groups().values()))
    keys, rules = ({one.path for one in every_key(Policy)}, {rule.id for rule in RULES})
    assert set() == {*codes} & (keys | rules | {"codes"})
