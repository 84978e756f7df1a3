"""The benchmarks can run: whatever they take from our files is there. Their peers need not be installed for that."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def names_of(file):
    """What a file of the bench defines or takes from elsewhere, at its top."""
    for node in ast.parse(file.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom() | ast.Import():
                yield from (alias.asname or alias.name for alias in node.names)


def is_there(module, name):
    """Whether a module, ours or one of the bench, has something of that name."""
    if module.startswith("bench."):
        return name in names_of(BENCH / f"{module.removeprefix('bench.')}.py")
    return hasattr(import_module(module), name)


@pytest.mark.parametrize("file", sorted(BENCH.glob("*.py")), ids=lambda file: file.stem)
def test_names(file):
    """Regression: the benchmark of templates asked for a name that had gone, and told so only to who had its peer."""
    taken = [
        (node.module, alias.name)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"bench", "casecore"}
        for alias in node.names
    ]
    assert [] == [f"{module}.{name}" for module, name in taken if not is_there(module, name)]
