"""Traps: which own rules are to blame where a scope of theirs has worlds without a way to closed.

The scope is searched again without its rules. If there is no way then either, they are not to blame, and whether the
case can at least be thrown away as spam decides, as in all other scopes. Otherwise each rule is taken out alone: with
whichever of them there is a way again, that one is to blame; where no single one helps, all of them are together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from casecore.check.commands import CASE
from casecore.check.findings import rule_in_words
from casecore.check.scope_parts import spam_command
from casecore.explore import Exploration, Found, Result, Watched, explore
from casecore.explore.scope import Part, Scope, ids_named
from casecore.policies import Policy
from casecore.policies.sections import OwnRule
from casecore.promises import WAYS_ON
from casecore.rooms.composition import House

CLOSED: Final = "18"
"""The number of the promise that there is always a way to closed."""


def blame_rules(found: Exploration, policy: Policy, house: House, limit: int) -> Exploration:
    """What was found in a scope of own rules, with who is to blame where there is no way to closed.

    Args:
        found: What was found; of a scope without own rules it stays as it is.
        policy: The SOP.
        house: The rules of the rooms.
        limit: How many worlds are visited at most.
    """
    scope, answer = found.scope, found.found.get(CLOSED)
    if not scope.rules or answer is None or answer.result is not Result.FAILS:
        return found
    if _look_for_way(_with_rules(scope, frozenset()), policy, house, limit).result is Result.FAILS:
        mended: Any = _look_for_way(_with_spam(scope), policy, house, limit)
    else:
        rules = [rule for rule in policy.rule if rule.id in scope.rules]
        blamed = [rule for rule in rules if _is_way_without(rule, scope, policy, house, limit)] or rules
        wrong = (f"there is no way on from here: {'; '.join(map(rule_in_words, blamed))}",)
        mended = attrs.evolve(answer, wrong=wrong, blamed=tuple(rule.id for rule in blamed))
    return attrs.evolve(found, found={**found.found, CLOSED: mended})


def _is_way_without(rule: OwnRule, scope: Scope, policy: Policy, house: House, limit: int) -> bool:
    without = _with_rules(scope, scope.rules - {rule.id})
    return _look_for_way(without, policy, house, limit).result is Result.PROVED


def _look_for_way(scope: Scope, policy: Policy, house: House, limit: int) -> Found:
    ways = Watched(ways={CLOSED: WAYS_ON[CLOSED].reached})
    return explore(scope, policy, house=house, watched=ways, limit=limit)[CLOSED]


def _with_rules(scope: Any, rules: frozenset[str]) -> Scope:
    same: Scope = attrs.evolve(scope, rules=rules)
    return same


def _with_spam(scope: Any) -> Scope:
    """The scope in which whoever is there may also close the case as spam."""
    agents = sorted(frozenset[str]().union(*(ids_named(command, ("agent",)) for command in scope.team)))
    parts = tuple(
        Part((*part.commands, *(spam_command(agent) for agent in agents)), part.copies)
        for part in scope.parts
        if part.case == CASE
    )
    wider: Scope = attrs.evolve(scope, parts=parts)
    return wider


def blamed_paths(blamed: tuple[str, ...], policy: Policy) -> Iterator[str]:
    """Where the rules that are to blame stand in a policy."""
    yield from (f"rule[{number}]" for number, rule in enumerate(policy.rule) if rule.id in blamed)
