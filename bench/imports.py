"""Importing: what a program pays that imports casecore, in fresh interpreters.

Byte code is kept in a directory of its own and warm, as it is after an installation. The vocabulary is
`casecore.desk`, which imports every capability; its peer are the third-party modules that it imports. What attrs adds
to a class waits until that is used, so the first command is measured too.
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

from bench.measure import Effort, Line, costs

REPEATS = 11
HEAVY = ("hypothesis", "rich", "cyclopts", "cattrs", "transitions")

TIMED = """
from time import process_time
began = process_time()
import NAMES
print(process_time() - began)
"""

USED = """
from time import process_time
began = process_time()
from datetime import UTC, datetime
from casecore import CUSTOMER, Channel, Desk, Policy, ReceiveMessage
at = datetime(2026, 11, 2, 9, tzinfo=UTC)
said = {"customer": "c", "channel": Channel.CHAT, "new_case": "case"}
Desk(Policy()).handle(ReceiveMessage(CUSTOMER, at, "t", "m", "Bom dia!", **said))
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


def fresh(effort: Effort) -> Iterator[Line]:
    """The face, and the whole vocabulary."""
    with TemporaryDirectory() as byte_code:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = byte_code
        face, *_ = run(LOADED, "casecore", environment)
        _, others, classes, of_attrs = run(LOADED, "casecore.desk", environment)
        imports = ("casecore", "attrs", "casecore.desk", ", ".join(name for name in others if name.isidentifier()))
        for names in imports:  # the first import of each writes the byte code
            run(TIMED, names, environment)
        run(USED, "", environment)
        repeats = range(effort.size(REPEATS, 3))
        turns = [[*(run(TIMED, names, environment) for names in imports), run(USED, "", environment)] for _ in repeats]
    casecore, attrs, desk, third_party, used = map(median, zip(*turns, strict=True))
    yield costs("import casecore; peer: import attrs", casecore, attrs, most=1.5, key="face")
    capabilities = [name for name in face if name != "casecore"]
    yield Line("... loads capabilities", ", ".join(capabilities) or "none", target="none", within=not capabilities)
    what = f"import casecore.desk, {classes} classes, {of_attrs} of attrs; peer: {imports[-1]}"
    yield costs(what, desk, third_party, most=4.5, key="desk")
    yield costs("... and handle the first message on an empty desk", used, third_party, most=6, key="first_command")
    heavy = [name for name in HEAVY if name in others]
    yield Line(f"... loads {', '.join(HEAVY)}", ", ".join(heavy) or "none", target="none", within=not heavy)


PARTS = (fresh,)
