"""One name, one meaning: no class, function or type alias of casecore is called like another that is something else."""

import ast
from collections import defaultdict
from pathlib import Path

import casecore

ROOT = Path(casecore.__file__).parent

COMMANDS = {
    "audit": {"audit.running", "cli.audit"},
    "check": {"check.judge", "cli.check"},
    "diff": {"diff.comparison", "cli.diff"},
    "explain": {"policies.explaining", "cli.explain"},
    "fill": {"templates.filling", "cli.template"},
}
"""A command is called like what it runs: where each of these names stands."""

FORMATS = {
    "as_github": {"audit.reports.formats", "check.formats", "diff.formats", "templates.formats"},
    "as_html": {"audit.reports.formats", "check.formats", "diff.formats"},
    "as_json": {"audit.reports.formats", "check.formats", "diff.formats", "templates.formats"},
    "as_junit": {"audit.reports.formats", "check.formats"},
    "as_markdown": {"audit.reports.formats", "check.formats", "diff.formats"},
    "as_sarif": {"check.formats", "diff.formats", "templates.formats"},
}
"""Each tool writes its report in the same formats; a function is called by the format, in the file of its tool."""

SAME = {**COMMANDS, **FORMATS}


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
    twice = {name: modules for name, modules in modules_by_name().items() if len(modules) > 1}
    others = [f"{name}: {', '.join(sorted(modules))}" for name, modules in twice.items() if SAME.get(name) != modules]
    assert SAME == twice, "\n".join(sorted(others))
