"""The floors of the house, and who imports whom: `test_floors.py` holds them, `docs/architecture.md` draws them."""

import ast
from pathlib import Path

import casecore

ROOT = Path(casecore.__file__).parent

FLOORS = (
    ("kernel", "channels", "reports"),
    ("statuses", "templates"),
    ("policies",),
    ("rooms",),
    ("desk",),
    ("projections", "routing", "codec", "promises"),
    ("replay", "explore"),
    ("reports.pictures",),
    ("check", "audit"),
    ("diff",),
    ("testing", "cli"),
)
"""The packages and modules of the house, from the ground up: each may import from the floors below its own only.

`testing` is for those who test a desk, and `cli` for those who type: nothing of the core may stand on either. What has
a dot is a package inside another one that stands higher than it: a picture shows desks, and a finding knows none.
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


DOORS = {"casecore", "casecore.__main__"}
"""What stands on no floor: the face, and `python -m casecore`."""

GRAPH = {module: modules_imported(module) for module in PATHS if module not in DOORS}


def room_of(module):
    """The package or module at the top of the house in which a module lies, or one with a floor of its own."""
    parts = module.split(".")[1:]
    inside = ".".join(parts[:2])
    return inside if inside in FLOOR_OF else parts[0]


def rooms_imported(room):
    """The other packages and modules at the top of the house that one imports."""
    return {room_of(other) for module in GRAPH if room_of(module) == room for other in GRAPH[module]} - {room}


def stairs():
    """For each package and module, those directly below it: without what it reaches through one of them, too."""
    down = {room: rooms_imported(room) for room in FLOOR_OF}
    for room in FLOOR_OF:  # from the ground up
        down[room] |= {below for other in down[room] for below in down[other]}
    return {
        room: {other for other in below if not any(other in down[via] for via in below)} for room, below in down.items()
    }
