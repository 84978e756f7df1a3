"""docs/tutorial: a stranger who types it in an empty folder sees what it says."""

from pathlib import Path

import pytest

from tests.docs.running import Block, blocks_of, is_printed, type_page

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial" / "index.md").read_text("utf-8")


@pytest.fixture
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_empty_folder")
def test_it_is_typed(casecore):
    """Every command, but for the whole check; every file is as it is then."""
    type_page(PAGE, casecore)


@pytest.mark.slow
@pytest.mark.usefixtures("_empty_folder")
def test_all_is_proved(casecore):
    """The whole check: what the SOP of the page promises."""
    type_page(PAGE, casecore, slow=True)


def test_every_block_says_what_it_is():
    """A block that is neither typed nor written would be an example that nobody tries."""
    for block in blocks_of(PAGE):
        assert block.language == "console" or block.remark.partition(":")[0] in {"file", "more", "end of"}, block


def test_what_is_printed():
    """Lines are compared to the letter, and a line with … stands for any."""
    assert is_printed(["a", "…", "c"], ["a", "b", "b", "c"])
    assert is_printed(["…", "c"], ["a", "c"])
    assert not is_printed(["a", "c"], ["a", "b", "c"])
    assert not is_printed(["a", "…", "d"], ["a", "b", "c"])


def test_blocks():
    """A block has its remark and no indentation."""
    page = "1. Do\n   <!-- file: a.txt -->\n   ```toml\n   x = 1\n   ```\n\n```console\n$ casecore\n```\n"
    assert [Block("file: a.txt", "toml", "x = 1\n"), Block("", "console", "$ casecore\n")] == [*blocks_of(page)]
