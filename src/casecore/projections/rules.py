"""The rules of a desk under a policy, as people list them: what has the same id is one rule, under one head."""

from __future__ import annotations

from typing import Final

from casecore.kernel import frozen
from casecore.kernel.shown import Displayed, DisplayedList
from casecore.policies import Policy
from casecore.policies.sop import softened_by
from casecore.rooms.composition import HOUSE, House

ALWAYS: Final = "always"
"""The enforcement of a rule that no policy can soften."""


@frozen
class ListedRule(Displayed):
    """One rule as it is listed: all that has its id, under one head."""

    shown_by = "casecore.projections.shown.rules:RULE"

    id: str
    titles: tuple[str, ...]
    clauses: tuple[str, ...]
    guards: tuple[str, ...]
    enforcement: str


RULE_HEAD: Final = ("rule", "what it says", "clause", "guards", "kept")
"""The head of a table of rules."""


def listed_cells(rule: ListedRule) -> tuple[str, ...]:
    """A rule as a row of that table."""
    return rule.id, "; ".join(rule.titles), ", ".join(rule.clauses), ", ".join(rule.guards), rule.enforcement


class ListedRules(DisplayedList[ListedRule]):
    """The rules of a desk, sorted by id."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.rules:LISTED"


def list_rules(policy: Policy, house: House = HOUSE) -> DisplayedList[ListedRule]:
    """The rules of the desk under a policy, sorted by id; what has the same id is one rule."""
    found: dict[str, tuple[dict[str, None], dict[str, None], dict[str, None]]] = {}
    for rule in (*house.needs, *house.rules, *house.brought_by(policy).rules):
        titles, clauses, guards = found.setdefault(rule.id, ({}, {}, {}))
        titles[rule.title] = clauses[rule.clause] = None
        guards.update(dict.fromkeys(guarded.__name__ for guarded in rule.guards))
    softened = softened_by(policy, house.softened)
    return ListedRules(
        ListedRule(
            rule,
            tuple(titles),
            tuple(clauses),
            tuple(guards),
            policy.mode(rule).value if rule in softened else ALWAYS,
        )
        for rule, (titles, clauses, guards) in sorted(found.items())
    )
