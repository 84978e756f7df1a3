"""The public face: every name is there, type checkers see the same names, and nothing is loaded before it is used."""

import ast
import importlib
import inspect
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import attrs
import pytest

import casecore
from casecore.rooms.composition import HOUSE

FACE = ast.parse(Path(casecore.__file__).read_text("utf-8"))
HEAVY = {"hypothesis", "rich", "cyclopts", "cattrs", "transitions", "pytest"}


def type_checked():
    """The (module, name) pairs that type checkers read, in the order written."""
    (block,) = [node for node in FACE.body if isinstance(node, ast.If)]
    assert "TYPE_CHECKING" == ast.unparse(block.test)
    for statement in block.body:
        assert isinstance(statement, ast.ImportFrom)
        for alias in statement.names:
            assert alias.name == alias.asname  # only `import X as X` is re-exported under mypy's strict rules
            yield statement.module, alias.name


def run(program):
    """What a fresh interpreter prints."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert "" == done.stderr
    return done.stdout.split()


class TestNames:
    """What is offered."""

    @pytest.mark.parametrize("name", casecore.__all__)
    def test_resolves(self, name):
        """Every name is there, and is the very thing of the file it is said to come from."""
        value = getattr(casecore, name)
        assert name == "__version__" or value is getattr(sys.modules[f"casecore.{casecore._HOME_OF[name]}"], name)

    def test_type_checkers_see_the_same(self):
        """What is written for type checkers and what is loaded are the same names from the same files."""
        loaded = [(f"casecore.{module}", name) for module, names in casecore._HOMES.items() for name in names.split()]
        assert sorted(loaded) == sorted(type_checked())

    def test_no_name_twice(self):
        """A name stands in one file's list only."""
        assert [] == [name for name, times in Counter(casecore.__all__).items() if times > 1]

    @pytest.mark.parametrize("module", casecore._HOMES)
    def test_homes(self, module):
        """A name is offered from the file or package that defines it, not from one that imports it."""
        home = f"casecore.{module}"
        for name in casecore._HOMES[module].split():
            value = getattr(casecore, name)
            if inspect.isclass(value):
                assert f"{value.__module__}.".startswith(f"{home}."), name

    def test_whole_vocabulary(self):
        """Every command, and every event and record of the desk, can be imported from `casecore` itself."""
        rooms = HOUSE.rooms
        changed = {kind for room in rooms for pair in (*room.creates, *room.evolve, *room.removes) for kind in pair}
        said = {*HOUSE.commands, *(event for room in rooms for event in room.follows), *changed}
        assert set() == {kind.__name__ for kind in said} - set(casecore.__all__)

    @pytest.mark.parametrize("name", ["line", "history", "inbox", "notifications", "customer_card"])
    def test_what_people_look_at(self, name):
        """What reads the desk for people is offered as functions; no module of the same name hides them."""
        assert inspect.isfunction(getattr(casecore, name))

    def test_star(self):
        """`from casecore import *` gives exactly these names."""
        names = {}
        exec("from casecore import *", names)  # noqa: S102 -- a star import cannot be written inside a function
        assert {*casecore.__all__, "__builtins__"} == names.keys()

    def test_dir(self):
        """What a shell completes."""
        assert sorted(casecore.__all__) == dir(casecore)

    @pytest.mark.parametrize("name", ["Desc", "desks", "_HOME", "__wrapped__"])
    def test_unknown_name(self, name):
        """A misspelt name is an AttributeError like that of any module."""
        with pytest.raises(AttributeError, match=f"^module 'casecore' has no attribute '{name}'$"):
            getattr(casecore, name)

    def test_version(self):
        """Known without loading anything."""
        assert [casecore.__version__] == run("import casecore; print(casecore.__version__)")

    def test_does_nothing_else(self):
        """The face re-exports, and holds no code of its own but the lazy lookup."""
        functions = {node.name for node in ast.walk(FACE) if isinstance(node, ast.FunctionDef)}
        assert {"__getattr__", "__dir__"} == functions
        assert not [node for node in ast.walk(FACE) if isinstance(node, ast.ClassDef)]


AT_FIRST = {
    "casecore.check": {"Level": "Severity", "Verdict": "PromiseVerdict"},
    "casecore.diff": {"Change": "BehaviourChange"},
    "casecore.templates": {"Explanation": "ErrorExplanation", "Finding": "TemplateFinding", "Level": "Severity"},
    "casecore.testing.scenario": {"tell": "describe_step"},
}


@pytest.mark.parametrize("module", AT_FIRST)
def test_names_of_the_first_release(module):
    """What could be imported from a package is still there under its first name."""
    package = importlib.import_module(module)
    for name, now in AT_FIRST[module].items():
        assert getattr(package, now) is getattr(package, name)


SHOW = "import sys; print(*sorted(m for m in sys.modules if m.partition('.')[0] in {!r}))"


class TestLaziness:
    """What is not loaded until it is needed, asked in a fresh interpreter."""

    def test_bare_import_loads_no_capability(self):
        """`import casecore` costs next to nothing: the face, which holds the version."""
        assert ["casecore"] == run("import casecore; " + SHOW.format({"casecore", "attrs", "attr"}))

    def test_nothing_heavy_at_work(self):
        """A desk decides, evolves and answers without any of the heavy libraries."""
        program = """
import casecore
from datetime import datetime, UTC
desk = casecore.Desk()
at = datetime(2026, 11, 2, tzinfo=UTC)
desk, _ = desk.handle(casecore.AddAgent("system", at, "ana", queues=frozenset({"general"})))
chat = casecore.Channel.CHAT
desk, _ = desk.handle(casecore.ReceiveMessage("customer", at, "t", "m", "Hi", customer="c", channel=chat))
assert not desk.decide(casecore.CloseCase("ana", at, "t/1"))
assert desk.actions("ana", "t/1", at) and desk.due(at)
"""
        assert [] == run(program + SHOW.format(HEAVY))

    def test_nothing_heavy_in_the_core(self):
        """No file of the core loads them by being imported: after all imports none is there, or the first is named."""
        program = f"""
import sys
from importlib import import_module
for file in {sorted(casecore._HOMES)}:
    import_module(f"casecore.{{file}}")
    if heavy := {HEAVY} & set(sys.modules):
        sys.exit(print(file, *heavy))
"""
        assert [] == run(program)

    def test_a_name_loads_only_its_file(self):
        """And what that file is built on."""
        loaded = run("from casecore import Status; " + SHOW.format({"casecore"}))
        assert {"casecore", "casecore.statuses"} == {name for name in loaded if not name.startswith("casecore.kernel")}

    def test_looked_up_once(self):
        """After the first use a name is an ordinary one of the module."""
        assert casecore.Desk is vars(casecore)["Desk"]


ROOMS = (
    *("agents", "threads", "merging", "blocking", "cases", "attributes", "assignments", "overflow"),
    *("joining", "arrivals", "replies", "occupancy", "notes", "approvals", "reviews", "opening_hours"),
    *("offers", "eligibility"),
    *("snoozes", "reassignments", "contacts", "authentication", "breaks", "silence", "last_words", "edits"),
    *("relations", "wrap_ups", "commitments", "bounces", "lapses", "moving", "absences"),
    *(
        "sla",
        "restricted_tags",
        "next_responses",
        "whatsapp",
        "outbound",
        "logged_cases",
        "times",
        "case_merging",
        "merged_clocks",
    ),
    "own_rules",
)


class TestLayers:
    """Imports go downwards only."""

    @pytest.mark.parametrize("room", ROOMS)
    def test_rooms(self, room):
        """A room knows the rooms below it, never a room above, and never what puts them together."""
        assert {*rooms_imported(room)} <= {*ROOMS[: ROOMS.index(room)], "prepared", "clocks", "aftermath"}

    def test_rooms_stand_in_this_order(self):
        """The house lists them as they build on each other."""
        assert list(ROOMS) == [room.name for room in HOUSE.rooms]

    def test_only_one_file_knows_transitions(self):
        """`machines.py` alone imports it."""
        core = Path(casecore.__file__).parent
        knows = [path.stem for path in core.rglob("*.py") if "transitions" in {*outside(path)}]
        assert ["machines"] == knows


def outside(path):
    """The top-level packages that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def rooms_imported(room):
    """The other rooms that a room imports."""
    tree = ast.parse((Path(casecore.__file__).parent / "rooms" / f"{room}.py").read_text("utf-8"))
    names = (node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return [name.removeprefix("casecore.rooms.") for name in names if name.startswith("casecore.rooms")]


COMPANIONS = {"Router", "Agenda", "Archive", "Inboxes", "WorkingDesk"}
"""What belongs to a host and changes with every step."""


def test_commands_and_events_are_values():
    """Every class that is offered is an attrs class, an enumeration of words, an error, or a companion of the desk."""
    for name in casecore.__all__:
        value = getattr(casecore, name)
        if inspect.isclass(value):
            assert attrs.has(value) or issubclass(value, (str, Exception)) or name in COMPANIONS, name
