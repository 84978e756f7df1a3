"""The days among the examples go as they expect, and keep every promise."""

from pathlib import Path

import pytest

from casecore.cli import main

DAYS = sorted((Path(__file__).parents[2] / "examples").glob("*.jsonl"))


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.stem)
def test_as_expected(day, capsys):
    """Every step goes as its line says, and no promise is broken."""
    assert 0 == main(["replay", str(day), "--promises"])
    assert "Every step went as expected." in capsys.readouterr().out
