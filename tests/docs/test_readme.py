"""What the README promises, beside its examples, which run as tests themselves."""

from __future__ import annotations

from pathlib import Path

from casecore import CASE_LIFECYCLE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_picture_of_the_life_cycle_is_the_table_s_own():
    """The diagram is generated: `casecore show lifecycle --format mermaid` prints the same."""
    assert f"```mermaid\n{CASE_LIFECYCLE:mermaid}\n```" in README


def test_it_is_short():
    """Whoever reads it sees all of it."""
    assert len(README.splitlines()) <= 120


def test_its_two_commands_are_targets_of_the_makefile_and_what_ci_runs():
    """`make demo` and `make test` are the whole set-up, for a newcomer and for CI."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in ("make demo", "make test"):
        assert command in README
        assert f"\n{command.removeprefix('make ')}:" in makefile
        assert command in ci


def test_every_file_it_points_to_exists():
    """No link leads nowhere."""
    links = [link.split(")")[0] for link in README.split("](")[1:]]
    assert links
    assert [] == [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
