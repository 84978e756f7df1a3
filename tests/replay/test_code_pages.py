"""What is said of the steps of a day: the bad example is told so, the good one is as it should be."""

import re

import pytest

from casecore.replay.code_pages import CODE_PAGES


@pytest.mark.parametrize("code", CODE_PAGES)
def test_examples(casecore, tmp_path, code):
    """By the command that the page names."""
    for word, text in CODE_PAGES[code].examples:
        day = tmp_path / f"{word.lower()}.day.jsonl"
        day.write_text(text, "utf-8")
        exit_code, told, _ = casecore("replay", day, "--format", "github")
        found = re.findall(r"title=(\S+)", told)
        assert (word == "Bad") == bool(exit_code)
        assert (word == "Bad") == bool(found), told
