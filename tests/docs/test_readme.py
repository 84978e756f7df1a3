"""What the README promises beside its examples, which run as tests themselves; and the life cycle of the domain."""

from __future__ import annotations

from pathlib import Path

from casecore import CASE_LIFECYCLE, HOUSE
from casecore.promises import PROMISES
from casecore.promises.assignment import LONGEST_FIRST
from casecore.promises.life_cycle import ALL_USED
from tests.faults.table import FAULTS
from tests.proofs.test_sop import WORLDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_picture_of_the_life_cycle_is_the_table_s_own():
    """The diagram is generated: `casecore show lifecycle --format mermaid` prints the same."""
    domain = (ROOT / "docs" / "domain.md").read_text("utf-8")
    assert f"```mermaid\n{CASE_LIFECYCLE:mermaid}\n```" in domain


def test_its_figures_are_those_of_the_proofs():
    """How much is proved, and how much was broken to see that it is."""
    worlds, steps = (sum(column) for column in zip(*WORLDS.values(), strict=True))
    rules = {rule.id for rule in (*HOUSE.needs, *HOUSE.rules)}
    told = (
        f"| promises of the shipped SOP | {len((*PROMISES, LONGEST_FIRST, ALL_USED))}, judged",
        f"| {len(WORLDS)}, with {worlds:,} worlds and {steps:,} steps,",
        f"| rules | {len(rules)}, each",
        f"| {len(FAULTS)}, each turns",
    )
    assert [] == [figure for figure in told if figure not in README]


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
