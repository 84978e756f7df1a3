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
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.measure import Line, Target, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REPEATS = 11
HEAVY = ("hypothesis", "rich", "cyclopts", "cattrs", "transitions")

TIMED = """
from time import process_time
began = process_time()
import {}
print(process_time() - began)
"""

LOADED = """
import sys
import {}
import json
ours = {{name: module for name, module in sys.modules.items() if name.partition(".")[0] == "casecore"}}
third = {{name.partition(".")[0] for name in sys.modules}} - {{"casecore", "__main__"}} - sys.stdlib_module_names
classes = [
    value
    for name, module in ours.items()
    for value in vars(module).values()
    if isinstance(value, type) and value.__module__ == name
]
print(json.dumps({{
    "ours": sorted(ours),
    "third": sorted(name for name in third if getattr(sys.modules.get(name), "__file__", None)),
    "all": sorted(sys.modules),
    "classes": len(classes),
    "of_attrs": sum(hasattr(value, "__attrs_attrs__") for value in classes),
}}))
"""


def run(script: str, environment: Mapping[str, str]) -> Any:
    """What a fresh interpreter prints, read as JSON."""
    command = [sys.executable, "-c", script]
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def lines() -> Iterator[Line]:
    """The measurements."""
    with TemporaryDirectory() as byte_code:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = byte_code
        face = run(LOADED.format("casecore"), environment)
        vocabulary = run(LOADED.format("casecore.desk"), environment)
        third_party = ", ".join(vocabulary["third"])
        imports = ("attrs", "casecore", third_party, "casecore.desk")
        for names in imports:  # the first import of each writes byte code
            run(TIMED.format(names), environment)
        turns = [[run(TIMED.format(names), environment) for names in imports] for _ in range(REPEATS)]
    attrs, casecore, under, desk = map(median, zip(*turns, strict=True))
    yield Line("import casecore; peer: import attrs", duration(casecore), duration(attrs), casecore / attrs, "", Target(most=1.5))
    capabilities = [name for name in face["ours"] if name not in {"casecore", "casecore._version"}]
    yield Line("... loads of its own modules", str(len(capabilities)), "", len(capabilities), "", Target(most=0))
    classes, each = vocabulary["classes"], (desk - under) / vocabulary["classes"]
    what = f"import casecore.desk: {classes} classes; peer: {third_party}"
    yield Line(what, duration(desk), duration(under))
    of_attrs = f"... each class ({vocabulary['of_attrs']} are of attrs)"
    yield Line(of_attrs, duration(each), "", each * 1e3, " ms", Target(most=0.5, unit=" ms"))
    heavy = [name for name in HEAVY if name in vocabulary["all"]]
    yield Line(f"... loads of {', '.join(HEAVY)}", ", ".join(heavy) or "none", "", len(heavy), "", Target(most=0))
