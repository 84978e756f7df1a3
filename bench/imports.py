"""Importing: what a program pays that imports casecore, in fresh interpreters.

Byte code is kept in a directory of its own and warm, as it is after an installation. The vocabulary is
`casecore.desk`, which imports every capability; what its third-party imports cost by themselves is taken off, and the
rest divided by the classes that casecore's modules define.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import Line, costs, duration

REPEATS = 11
PER_CLASS = 0.5e-3
HEAVY = ("hypothesis", "rich", "cyclopts", "cattrs", "transitions")

TIMED = """
from time import process_time
began = process_time()
import NAMES
print(process_time() - began)
"""

LOADED = """
import sys
before = set(sys.modules)
import NAMES
loaded = set(sys.modules) - before
ours = {name for name in loaded if name.partition(".")[0] == "casecore"}
others = {name.partition(".")[0] for name in loaded - ours} - sys.stdlib_module_names
classes = [
    value
    for name in ours
    for value in vars(sys.modules[name]).values()
    if isinstance(value, type) and value.__module__ == name
]
of_attrs = [value for value in classes if "__attrs_attrs__" in vars(value)]
import json
print(json.dumps([sorted(ours), sorted(others), len(classes), len(of_attrs)]))
"""


def run(script: str, names: str, environment: Mapping[str, str]) -> Any:
    """What a fresh interpreter prints, read as JSON."""
    command = [sys.executable, "-c", script.replace("NAMES", names)]
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def lines() -> Iterator[Line]:
    """The measurements."""
    with TemporaryDirectory() as byte_code:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = byte_code
        face, *_ = run(LOADED, "casecore", environment)
        _, others, classes, of_attrs = run(LOADED, "casecore.desk", environment)
        imports = ("casecore", "attrs", "casecore.desk", ", ".join(name for name in others if name.isidentifier()))
        for names in imports:  # the first import of each writes the byte code
            run(TIMED, names, environment)
        turns = [[run(TIMED, names, environment) for names in imports] for _ in range(REPEATS)]
    casecore, attrs, desk, third_party = map(median, zip(*turns, strict=True))
    yield costs("import casecore; peer: import attrs", casecore, attrs, most=1.5)
    capabilities = [name for name in face if name != "casecore"]
    yield Line("... loads capabilities", ", ".join(capabilities) or "none", target="none", within=not capabilities)
    each = (desk - third_party) / classes
    yield Line(f"import casecore.desk; peer: {imports[-1]}", duration(desk), duration(third_party))
    what = f"... for each of its {classes} classes, of which {of_attrs} are of attrs"
    yield Line(what, duration(each), target=f"≤ {duration(PER_CLASS)}", within=each <= PER_CLASS)
    heavy = [name for name in HEAVY if name in others]
    yield Line(f"... loads {', '.join(HEAVY)}", ", ".join(heavy) or "none", target="none", within=not heavy)
