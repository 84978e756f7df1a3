"""The rules of a desk as they are listed: what has the same id is one rule."""

from __future__ import annotations

from typing import Final

from casecore.kernel import frozen
from casecore.policies import Policy
from casecore.policies.sop import softened_by
from casecore.rooms.composition import HOUSE, House

ALWAYS: Final = "always"
"""The enforcement of a rule that no policy can soften."""


@frozen
class ListedRule:
    """One rule as it is listed: all that has its id, under one head."""

    id: str
    titles: tuple[str, ...]
    clauses: tuple[str, ...]
    guards: tuple[str, ...]
    enforcement: str


def list_rules(policy: Policy, house: House = HOUSE) -> tuple[ListedRule, ...]:
    """The rules of the desk under a policy, sorted by id; what has the same id is one rule."""
    found: dict[str, tuple[dict[str, None], dict[str, None], dict[str, None]]] = {}
    for rule in (*house.needs, *house.rules, *house.brought_by(policy).rules):
        titles, clauses, guards = found.setdefault(rule.id, ({}, {}, {}))
        titles[rule.title] = clauses[rule.clause] = None
        guards.update(dict.fromkeys(guarded.__name__ for guarded in rule.guards))
    softened = softened_by(policy, house.softened)
    return tuple(
        ListedRule(
            rule,
            tuple(titles),
            tuple(clauses),
            tuple(guards),
            policy.mode(rule).value if rule in softened else ALWAYS,
        )
        for rule, (titles, clauses, guards) in sorted(found.items())
    )
