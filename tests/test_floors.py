"""The map of the house: packages lie on floors, imports go down the stairs only, and nothing imports in a circle."""

from graphlib import TopologicalSorter

import pytest

from tests.floors import FLOOR_OF, FLOORS, GRAPH, ROOT, modules_imported, room_of


def test_at_most_twenty_entries():
    """What a newcomer sees first; `py.typed` is a marker, and `__main__.py` a door."""
    entries = {path.name for path in ROOT.iterdir()} - {"py.typed", "__pycache__", "__main__.py"}
    assert len(entries) <= 20
    rooms = [name for name in FLOOR_OF if "." not in name]
    assert entries == {"__init__.py"} | {f"{name}.py" if (ROOT / f"{name}.py").exists() else name for name in rooms}


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
