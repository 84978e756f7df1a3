"""Mutants: one small change in the source of one module, made by the operators of cosmic-ray.

Each place is taken once, whatever could be done there: one of the changes is drawn. Annotations are left alone, because
nothing reads them; so is what only type checkers read.
"""

import ast
from pathlib import Path
from random import Random

from attrs import frozen
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "casecore"

MUTATED = ("rooms/*.py", "routing/*.py", "policies/calendars.py", "templates/values.py")
"""What is mutated, under `src/casecore`."""

COMPARED = {
    "Eq": ("NotEq",),
    "NotEq": ("Eq",),
    "Lt": ("LtE", "GtE"),
    "LtE": ("Lt", "Gt"),
    "Gt": ("GtE", "LtE"),
    "GtE": ("Gt", "Lt"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
"""What a comparison becomes. Not `is` for `==`: for the words of an enumeration both are the same."""

COUNTED = {
    "Add": ("Sub",),
    "Sub": ("Add",),
    "Mul": ("FloorDiv",),
    "Div": ("Mul",),
    "FloorDiv": ("Mul",),
    "Mod": ("Mul",),
    "BitOr": ("BitAnd",),
    "BitAnd": ("BitOr",),
}
"""What a sum, a product or a set of both becomes; what is no number or set at all would be noticed by chance."""

OPERATORS = (
    *(f"ReplaceComparisonOperator_{old}_{new}" for old, others in COMPARED.items() for new in others),
    *(f"ReplaceBinaryOperator_{old}_{new}" for old, others in COUNTED.items() for new in others),
    *("ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_USub_UAdd", "AddNot", "NumberReplacer"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "RemoveDecorator"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "ExceptionReplacer"),
)
"""The operators of cosmic-ray that are used."""

DECORATORS = ("wants",)
"""The decorators that are removed: without the others most files cannot even be imported."""


@frozen
class Mutant:
    """One change.

    Attributes:
        module: The path of its file under `src/casecore`.
        line: The line, from 1, on which the changed place begins.
        last: The line on which it ends.
        operator: What was done, as cosmic-ray calls it.
        occurrence: Which of the places of this operator.
        old: The line as it is, without its margin.
        new: The first line that differs, as it becomes.
    """

    module: str
    line: int
    last: int
    operator: str
    occurrence: int
    old: str
    new: str

    @property
    def source(self):
        """The whole source with the change."""
        return mutate_code((SOURCE / self.module).read_text("utf-8"), _operator(self.operator), self.occurrence)


def _operator(name):
    return plugins.get_operator(f"core/{name}")()


def modules():
    """The files that are mutated, by their paths under `src/casecore`."""
    found = (
        path
        for pattern in MUTATED
        for path in SOURCE.glob(pattern)
        if path.name != "__init__.py" or "routing" in pattern
    )
    return sorted(str(path.relative_to(SOURCE)) for path in found)


def sample(count, seed):
    """So many mutants, spread by file as evenly as the files allow; the same seed draws the same."""
    random = Random(seed)
    places = {module: _places(module) for module in modules()}
    for held in places.values():
        random.shuffle(held)
    drawn = []
    while len(drawn) < count and any(places.values()):
        for module in sorted(places, key=lambda name: (-len(places[name]), name)):
            if places[module] and len(drawn) < count:
                mutant = _mutant(module, random.choice(places[module].pop()))
                drawn += [] if mutant is None else [mutant]
    return sorted(drawn, key=lambda one: (one.module, one.line, one.operator))


def _places(module):
    """The places of a file where something can be changed: for each, the changes (operator, occurrence, lines)."""
    text = (SOURCE / module).read_text("utf-8")
    tree, unread = get_ast(text), _unread(text)
    found = {}
    nodes, lines = [*ast_nodes(tree)], text.splitlines()
    for name in OPERATORS:
        occurrence, operator = 0, _operator(name)
        for node in nodes:
            for begin, end in operator.mutation_positions(node):
                told = name != "RemoveDecorator" or lines[begin[0] - 1].strip("@ ").startswith(DECORATORS)
                if told and not any(first <= begin < last for first, last in unread):
                    found.setdefault((begin, end), []).append((name, occurrence, begin[0], end[0]))
                occurrence += 1
    return [found[place] for place in sorted(found)]


def _unread(text):
    """What nothing reads when it runs: annotations, aliases of types, what is imported for type checkers."""
    spans = []
    for node in ast.walk(ast.parse(text)):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.dump(node.annotation):
            parts.append(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            parts.append(node)
        spans += [((p.lineno, p.col_offset), (p.end_lineno, p.end_col_offset)) for p in parts if p is not None]
    return spans


def _mutant(module, change):
    name, occurrence, line, last = change
    text = (SOURCE / module).read_text("utf-8")
    changed = mutate_code(text, _operator(name), occurrence)
    if changed is None or changed == text or not _is_python(changed):
        return None
    old, new = text.splitlines(), changed.splitlines()
    place = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old) - 1)
    return Mutant(module, line, last, name, occurrence, old[place].strip(), new[place].strip())


def _is_python(text):
    """Whether a change is a program at all: a star in a list of parameters is no product."""
    try:
        compile(text, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True
