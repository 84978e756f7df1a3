"""docs/real-logs.md: its sums add up, and its map is one. The logs themselves are not part of casecore."""

import re
from pathlib import Path

from casecore.audit import LogMap

PAGE = (Path(__file__).parents[2] / "docs" / "real-logs.md").read_text("utf-8")


def numbers(text):
    """The numbers of a text."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]


def test_the_map_is_one():
    """It says only what the map of ServiceNow that ships does not, and leaves no question."""
    told = LogMap.loads(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])
    assert ("number", ("status",)) == (told.columns["case"].names[0], told.tells.fields)


def test_every_difference_has_its_reason():
    """What is illegal by pairs is broken, kept, unknown, or nothing to be judged."""
    tables = re.findall(r"^\| illegal by pairs.*\n\|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    sums = [sum(numbers(row.split("|")[1])[0] for row in table.splitlines()) for table in tables]
    assert [17_003, 442] == sums
    assert 88_795 == 71_792 + 17_003


def test_the_counts_are_those_of_the_rules():
    """Broken by both rules, and what is unknown; the moves are told one by one."""
    rules = re.findall(r"^\| `(\S+)` \|(.*)$", PAGE, re.MULTILINE)
    broken = [numbers(cells)[1] for _, cells in rules]
    assert [8_450, 12, 0, 347, 2] == broken
    assert 8_450 == 6_347 + 2_102 + 1
    assert 349 == 258 + 85 + 2 + 2 + 1 + 1 == broken[3] + broken[4]
    assert 8_521 == 6_503 + 1_819 + 199
    assert 141_712 == 88_795 + 52_917
    assert 21_348 == 20_254 + 967 + 127
