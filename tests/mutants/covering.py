"""Which tests run which lines: the fast tests once under coverage, which notes the test that runs at the time."""

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from coverage import CoverageData

from tests.mutants.making import ROOT, SOURCE

RC = """[run]
source = casecore
dynamic_context = test_function
parallel = true
patch = subprocess
data_file = {data}
"""


def measure(folder, tests, workers):
    """Run the fast tests of these paths, and keep what they covered in a folder; the path of that data."""
    data, rc = folder / "coverage", folder / "settings.ini"
    rc.write_text(RC.format(data=data), "utf-8")
    env = {**os.environ, "COVERAGE_RCFILE": str(rc), "COVERAGE_CORE": "ctrace"}
    pytest = ("-m", "pytest", "-q", "--no-header", "-n", str(workers), "--dist", "loadfile", "-m", "not slow", *tests)
    coverage = (sys.executable, "-m", "coverage")
    ran = subprocess.run([*coverage, "run", f"--rcfile={rc}", *pytest], cwd=ROOT, env=env, check=False)
    if ran.returncode:
        raise SystemExit("the tests fail as they are, so nothing can be said of mutants")
    subprocess.run([*coverage, "combine", "--quiet", f"--rcfile={rc}"], cwd=ROOT, env=env, check=True)
    return data


class Covered:
    """What was measured."""

    def __init__(self, data):
        self._data = CoverageData(str(data))
        self._data.read()
        self._nodes = {}

    def tests_of(self, mutant):
        """The tests that run a mutant's lines: those of its own file, and all others.

        Where only imports run them, all that run the file.
        """
        lines = self._data.contexts_by_lineno(str(SOURCE / mutant.module))
        names = {name for line in range(mutant.line, mutant.last + 1) for name in lines.get(line, ()) if name}
        names = names or {name for held in lines.values() for name in held if name}
        own = f"test_{Path(mutant.module).stem}.py"
        nodes = {node for name in names if (node := self._node(name)) is not None}
        return sorted(node for node in nodes if own in node), sorted(node for node in nodes if own not in node)

    def _node(self, name):
        """A test as pytest names it: `tests.rooms.test_notes.TestTags.test_few` is in the file of that module.

        What Hypothesis runs is called `accept.<locals>.test_few` there, whichever class it is in.
        """
        if name not in self._nodes:
            module, _, inner = name.partition(".accept.<locals>.")
            parts = module.split(".")
            counts = range(len(parts), 0, -1)
            files = [(count, ROOT.joinpath(*parts[:count]).with_suffix(".py")) for count in counts]
            found = [(file, parts[count:]) for count, file in files if file.exists()]
            self._nodes[name] = _as_pytest(*found[0], inner) if found else None
        return self._nodes[name]


def _as_pytest(file, inside, inner):
    steps = _steps_to(file).get(inner) if inner else inside
    return None if steps is None else "::".join((str(file.relative_to(ROOT)), *steps))


@cache
def _steps_to(file):
    """Where each test of a file stands: the class around it, if there is one, and its name."""
    body = ast.parse(file.read_text("utf-8")).body
    classes = [(held, (one.name,)) for one in body if isinstance(one, ast.ClassDef) for held in one.body]
    named = [*classes, *((one, ()) for one in body)]
    return {one.name: (*around, one.name) for one, around in named if isinstance(one, ast.FunctionDef)}
