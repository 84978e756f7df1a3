"""Witnesses know nothing of the house: they import the words it is written in, and ask none of its records and rules.

What keeps a promise is not asked whether it is kept: a rule that is gone, or a record that counts wrong, would be
proved by itself.
"""

import ast
from enum import Enum
from importlib import import_module
from inspect import getmembers, isfunction

import pytest

from casecore.desk import Desk
from casecore.kernel import Command, Event, Reason, Timer
from casecore.policies import Policy
from casecore.rooms.composition import PLACES, House, View
from casecore.rooms.prepared import PreparedText
from tests.floors import GRAPH, PATHS

WITNESSES = {
    f"casecore.promises.{name}"
    for name in (
        *("promise", "books", "bookkeeping", "bookkeeping_of_work", "bookkeeping_of_rules", "pages"),
        *("happening", "in_force", "rows", "watching"),
        *("life_cycle", "assignment", "live_work", "replies", "people"),
        *("own_conditions", "own_deeds", "own_rules"),
    )
}
"""The modules that judge."""

WITH_A_DESK = {
    "casecore.promises",
    *(f"casecore.promises.{name}" for name in ("code_pages", "steps", "ways", "written_rules")),
}
"""The modules of the package that judge nothing, or look for ways with a desk at hand."""

WORDS = {
    "casecore.kernel": {"Event", "Command", "CUSTOMER", "SYSTEM", "Enforcement", "Deviated", "changed"},
    "casecore.channels": {"Channel", "MessageKind", "TemplateKind"},
    "casecore.statuses": {"Status"},
    "casecore.policies": {"Policy"},
    "casecore.policies.conditions": {
        *("Condition", "Test", "Fact", "Compared", "Unset"),
        *("Instant", "Party", "ContactState", "CustomerState"),
    },
}
"""What they may import, besides choices of the policy, and events, commands and choices of the rooms."""

TREES = {module: ast.parse(PATHS[module].read_text("utf-8")) for module in WITNESSES}


def names_imported(module):
    """Each name that a module imports from casecore: (module, name)."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names if alias.name.partition(".")[0] == "casecore")
        elif isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "casecore":
            yield from ((node.module, alias.name) for alias in node.names)


def is_a_word(module, name):
    """Whether something is a word of the house: no rule, record, or question."""
    if name is None or module in WORDS:
        return name in WORDS.get(module, ())
    if module in WITNESSES:
        return True
    thing = getattr(import_module(module), name)
    kinds = (Enum,) if module == "casecore.policies.sections" else (Enum, Event, Command, PreparedText)
    return module.startswith(("casecore.rooms.", "casecore.policies.sections")) and issubclass(thing, kinds)


READS_OF_RULES = {"casecore.rooms.own_rules", "casecore.policies.condition_words", "casecore.policies.rule_soundness"}
"""The modules that read the rules of a policy's own for the desk."""


@pytest.mark.parametrize("module", sorted(WITNESSES))
def test_witnesses_read_own_rules_by_themselves(module):
    """No question that the desk makes of a condition is asked, not even through another module of the package."""
    assert set() == {where for where, _ in names_imported(module)} & READS_OF_RULES


def test_each_module_is_a_witness_or_has_a_desk():
    """A new module of the package says on which side it stands."""
    assert {module for module in GRAPH if module.startswith("casecore.promises")} == WITNESSES | WITH_A_DESK


@pytest.mark.parametrize("module", sorted(WITNESSES))
def test_witnesses_import_words_only(module):
    """Events, commands, statuses and the policy; no desk, no house, no rule, no record, and nothing that has one."""
    assert [] == [f"{where}.{name}" for where, name in names_imported(module) if not is_a_word(where, name)]


@pytest.mark.parametrize("module", sorted(WITNESSES))
def test_witnesses_load_nothing_by_name(module):
    """What is imported stands at the top, where it is seen."""
    called = {
        node.func.id for node in ast.walk(TREES[module]) if isinstance(node, ast.Call) and hasattr(node.func, "id")
    }
    assert set() == called & {"__import__", "import_module", "eval", "exec", "globals", "vars"}


def questions_of(kind):
    """The methods and properties of a class that answer something; fields are plain values."""
    members = getmembers(kind, lambda member: isfunction(member) or isinstance(member, property))
    return {name for name, _ in members if not name.startswith("_")}


QUESTIONS = {
    "mode",
    "limit",
    "at",
    "for_",
    "reading",
    "in_force",
    "may",
    "load",
    "works_on",
    "decide",
    "evolve",
    "view",
} | {question for kind in (Policy, Desk, House, View, Timer, Reason, *PLACES) for question in questions_of(kind)}
"""What the desk, the house, the policy and every record can be asked."""


OWN_FIELDS = {"at", "since", "status", "value", "rules", "needs", "of"}
"""What events, pages, choices, promises and the policy have as plain values, under the name of a question."""


@pytest.mark.parametrize("module", sorted(WITNESSES))
def test_witnesses_ask_neither_policy_nor_record(module):
    """They read plain values, and work out the rest by themselves; not even a property is looked up."""
    nodes = [*ast.walk(TREES[module])]
    called = {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert set() == (called | read - OWN_FIELDS) & QUESTIONS


def test_the_questions_of_records_are_known():
    """The list above is made of what the records really can be asked, so a new question is one of them."""
    assert {"contacts", "limit", "available", "due", "waiver_of"} <= QUESTIONS
