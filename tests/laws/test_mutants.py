"""What `make mutants` rests on: one module in another version, and a table of survivors that is up to date."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.survivors import known_survivors

ROOT = Path(__file__).parents[2]
NOTES = (ROOT / "src/casecore/rooms/notes.py").read_text("utf-8")
LIMIT = "len(on.tags) < policy.tags.limit"


@pytest.mark.parametrize(
    ("source", "expected"),
    [(NOTES, 0), (NOTES.replace(LIMIT, LIMIT.replace("<", "<=")), 1)],
    ids=["as it is", "changed"],
)
def test_the_tests_see_the_changed_module(tmp_path, source, expected):
    """They pass with the module as it is; where a limit is one too high, one of them fails."""
    changed, listed = tmp_path / "notes.py", tmp_path / "tests.txt"
    changed.write_text(source, "utf-8")
    listed.write_text("tests/rooms/test_notes.py", "utf-8")
    command = [sys.executable, "-m", "tests.mutants.patched", "rooms/notes.py", changed, listed]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert expected == ran.returncode, ran.stdout
    assert LIMIT in NOTES


def test_every_known_survivor_is_still_there_and_has_a_reason():
    """What was mended, or has changed, is taken out of the table."""
    for (module, old, new), reason in known_survivors().items():
        lines = (ROOT / "src" / "casecore" / module).read_text("utf-8").splitlines()
        assert old in {line.strip() for line in lines}, f"{module}: {old}"
        assert old != new
        assert len(reason) > 20
