"""One name, one meaning: no class, function or type alias of casecore is called like another that is something else."""

import ast
from collections import defaultdict
from pathlib import Path

import casecore

ROOT = Path(casecore.__file__).parent

SAME = {
    **dict.fromkeys(("check", "diff", "explain", "fill", "lint"), "the command is called like what it runs"),
}
"""Names that stand in more than one module, and why they mean the same there."""


def names_defined(tree):
    """The public classes, functions and type aliases that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            words = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from (word for word in words if word.lower() != word != word.upper())


def modules_by_name():
    """Each public name, and the modules that define it."""
    found = defaultdict(set)
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for name in names_defined(ast.parse(path.read_text("utf-8"))):
            if not name.startswith("_"):
                found[name].add(module)
    return found


def test_no_name_has_two_meanings():
    """A reader who has met a name once knows it everywhere."""
    twice = {name: sorted(modules) for name, modules in modules_by_name().items() if len(modules) > 1}
    assert {} == {name: modules for name, modules in twice.items() if name not in SAME}
    assert set() == SAME.keys() - twice.keys()
