"""The map of the house: packages lie on floors, imports go down the stairs only, and nothing imports in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import casecore

ROOT = Path(casecore.__file__).parent

FLOORS = (
    ("kernel", "channels", "reports"),
    ("statuses", "calendars", "templates"),
    ("policies",),
    ("rooms",),
    ("desk",),
    ("projections", "routing", "codec", "promises"),
    ("replay", "explore"),
    ("check",),
    ("diff",),
    ("testing", "cli"),
)
"""The packages and modules of the house, from the ground up: each may import from the floors below its own only.

`testing` is for those who test a desk, and `cli` for those who type: nothing of the core may stand on either.
"""

FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}

PATHS = {
    ".".join(("casecore", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(ROOT.rglob("*.py"))
}
"""Every module of casecore, and its file."""


def run_nodes(node):
    """Every node below one, without what is read by type checkers only."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from run_nodes(child)


def modules_imported(module):
    """The other modules of casecore that a module imports, anywhere in its file; the face counts for nothing."""
    found = set()
    for node in run_nodes(ast.parse(PATHS[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "every import is written out"
            names = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {full if full in PATHS else node.module for full in names.values()}
    return (found & PATHS.keys()) - {module, "casecore"}


GRAPH = {module: modules_imported(module) for module in PATHS if module != "casecore"}


def room_of(module):
    """The package or module at the top of the house in which a module lies."""
    return module.split(".")[1]


def test_at_most_twenty_entries():
    """What a newcomer sees first; `py.typed` is a marker."""
    entries = {path.name for path in ROOT.iterdir()} - {"py.typed", "__pycache__"}
    assert len(entries) <= 20
    assert entries == {"__init__.py"} | {f"{name}.py" if (ROOT / f"{name}.py").exists() else name for name in FLOOR_OF}


def test_at_most_twelve_floors():
    """Each package and module stands on one of them."""
    assert len(FLOORS) <= 12
    assert FLOOR_OF.keys() == {room_of(module) for module in GRAPH}


@pytest.mark.parametrize("room", FLOOR_OF)
def test_imports_go_downwards(room):
    """So there is no circle of packages, and no way down that has more floors than the house."""
    below = {other for other, floor in FLOOR_OF.items() if floor < FLOOR_OF[room]}
    stairs = {
        f"{module} imports {other}"
        for module, others in GRAPH.items()
        for other in others
        if room_of(module) == room != room_of(other) and room_of(other) not in below
    }
    assert set() == stairs


@pytest.mark.parametrize("room", FLOOR_OF)
def test_no_circle_in_a_package(room):
    """Its modules can be read in an order in which each only knows those before it."""
    inside = {module: others for module, others in GRAPH.items() if room_of(module) == room}
    TopologicalSorter(inside).prepare()  # raises CycleError, which names the circle


def test_the_walk_sees_every_import():
    """One at the top, one in a function and one of the face; those of type checkers are left out."""
    assert "casecore.cli.app" in GRAPH["casecore.cli"]
    assert "casecore" not in GRAPH["casecore.cli.app"]
    assert set() == modules_imported("casecore.templates")
