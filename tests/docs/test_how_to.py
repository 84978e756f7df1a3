"""docs/how-to and docs/explanation: what is typed prints what it says; words of other desks are those of their maps."""

import re
from pathlib import Path

import pytest

from casecore.audit import LogMap
from tests.docs.running import type_page

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "how-to"
MAPS = ROOT / "src" / "casecore" / "audit" / "logs" / "maps"
TYPED = sorted(
    f"{folder}/{path.name}"
    for folder in ("how-to", "explanation")
    for path in (ROOT / "docs" / folder).glob("*.md")
    if "$ casecore" in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", TYPED)
def test_it_is_typed(casecore, tmp_path, monkeypatch, name):
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)
    type_page((ROOT / "docs" / name).read_text("utf-8"), casecore)


def statuses_of(vendor):
    """By status, the words of a desk that its map reads so; a status that a change of Chatwoot's is called by."""
    text = (MAPS / f"{vendor}.toml").read_text("utf-8")
    words = LogMap.loads(text).words
    if vendor == "chatwoot":
        found = re.findall(r'^"conversation_(\w+)" = "status (\w+)"', text, re.MULTILINE)
        return {(status, {"opened": "open"}.get(word, word)) for word, status in found}
    return {(meaning.word, word) for word, meaning in words["status"].items()}


@pytest.mark.parametrize(("vendor", "column"), [("cxone", 1), ("zendesk", 2), ("chatwoot", 3)])
def test_statuses_are_those_of_the_maps(vendor, column):
    """Each word of a desk stands beside the status as which its map reads it."""
    page = (FOLDER / "migrate.md").read_text("utf-8").partition("## Things")[0]
    rows = [row.strip("| ").split(" | ") for row in page.splitlines() if row.startswith("| ") and "---" not in row][1:]
    told = {(row[0], word) for row in rows for word in row[column].split(", ") if word != "–"}
    assert statuses_of(vendor) == told
