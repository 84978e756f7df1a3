"""Which tests run which lines: the fast tests once under coverage, which notes the test that runs at the time."""

import os
import subprocess
import sys
from pathlib import Path

from coverage import CoverageData

from tests.mutants.making import ROOT, SOURCE

RC = """[run]
source = casecore
parallel = true
patch = subprocess
data_file = {data}
"""


def measure(folder, tests, workers):
    """Run the fast tests of these paths, and keep what they covered in a folder; the path of that data."""
    data, rc = folder / "coverage", folder / "settings.ini"
    rc.write_text(RC.format(data=data), "utf-8")
    env = {**os.environ, "COVERAGE_RCFILE": str(rc), "COVERAGE_CORE": "ctrace"}
    spread = ("-n", str(workers), "--dist", "loadfile")
    pytest = ("-m", "pytest", "-q", "--no-header", *spread, "-p", "tests.mutants.contexts", "-m", "not slow", *tests)
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

    def tests_of(self, mutant):
        """The tests that run a mutant's lines, likeliest first: of its own file, of its own folder, and all others.

        Where only imports run them, all that run the file; where nothing else of it ever runs, those of the desk.
        """
        lines = self._data.contexts_by_lineno(str(SOURCE / mutant.module))
        tests = {test for line in range(mutant.line, mutant.last + 1) for test in lines.get(line, ()) if test}
        tests = tests or {test for held in lines.values() for test in held if test}
        path = Path(mutant.module)
        own = {test for test in tests if f"test_{path.stem}.py" in test}
        near = {test for test in tests - own if test.startswith(f"tests/{path.parts[0]}/")}
        return [sorted(group) for group in (own, near, tests - own - near) if group] or [["tests/test_desk.py"]]
