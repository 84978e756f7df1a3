"""What the scopes of own rules show of the rules themselves, from `CC211` on (`code_pages.py`).

It is said of rules all scopes of which were searched to their end, where the rule is not off. A rule that only warns is
taken as one that blocks: what it warns of counts as refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from casecore.check.report import Finding, Severity
from casecore.check.rule_groups import RuleGroup, rules_apart
from casecore.check.rule_scopes import are_many, rule_scopes
from casecore.check.scope_search import ScopeSearch
from casecore.explore import Exploration
from casecore.kernel import Enforcement
from casecore.policies import Policy
from casecore.policies.condition_words import in_words, words_of_test
from casecore.policies.conditions import Condition, Fact, Test, Unset
from casecore.policies.sections import OwnRule
from casecore.reports.text import plural

SHOWN: Final = 5
"""So many rules are named of those that were tried apart."""


@frozen
class RuleMet:
    """What became of a rule in all scopes in which it was in force.

    Attributes:
        scopes: How many these are.
        worlds: How many worlds they have.
        passed: Whether something that it guards was allowed by it.
        refused: The own rules that refused something with it where no other rule did, itself among them; by each.
    """

    scopes: int
    worlds: int
    passed: bool
    refused: tuple[frozenset[str], ...]


def rule_findings(policy: Policy, searched: Iterable[ScopeSearch]) -> Iterator[Finding]:
    """Everything that the scopes show of the policy's own rules.

    Args:
        policy: The SOP.
        searched: The scopes, under each policy that comes to be in force.
    """
    if not policy.rule:
        return
    every = tuple(searched)
    scopes = tuple(rule_scopes(policy))
    needed: dict[str, set[str]] = {}
    for one in scopes:
        for named in one.group.ids:
            needed.setdefault(named, set()).add(one.scope.name)
    names = {_name_of(search) for search in every}
    met = {
        rule.id: _what_met(rule, every)
        for rule in policy.rule
        if needed[rule.id] <= names and not _given_up(rule, every)
    }
    doubled = dict(_doubled_rules(policy, met))
    for number, rule in enumerate(policy.rule):
        here = met.get(rule.id)
        if here is not None and here.scopes:
            yield from _findings_about(f"rule[{number}]", rule, here, doubled.get(rule.id, ""))
        if policy.mode(rule.id) is not Enforcement.OFF:
            yield from _unprovided(f"rule[{number}]", rule, policy)
    if {one.scope.name for one in scopes} <= names:
        yield from _untried(policy, tuple(dict.fromkeys(one.group for one in scopes)))


def _name_of(search: ScopeSearch) -> str:
    """The name of a scope, without the date from which on it was searched."""
    return search.checked.scope.name.partition(", from ")[0]


def _where_in_force(rule: OwnRule, searched: Sequence[ScopeSearch]) -> list[Exploration]:
    return [
        search.found
        for search in searched
        if rule.id in search.checked.scope.rules and search.policy.mode(rule.id) is not Enforcement.OFF
    ]


def _given_up(rule: OwnRule, searched: Sequence[ScopeSearch]) -> bool:
    return not all(found.complete for found in _where_in_force(rule, searched))


def _what_met(rule: OwnRule, searched: Sequence[ScopeSearch]) -> RuleMet:
    here = _where_in_force(rule, searched)
    return RuleMet(
        len(here),
        sum(found.worlds for found in here),
        any(rule.id in found.own_passed for found in here),
        tuple(rules for found in here for rules in found.own_refusals if rule.id in rules),
    )


def _doubled_rules(policy: Policy, met: dict[str, RuleMet]) -> Iterator[tuple[str, str]]:
    """The rules beside which another refuses all that they refuse, with that one; of two alike, the later one."""
    told = set[str]()
    for rule in reversed(policy.rule):
        refused = met[rule.id].refused if rule.id in met else ()
        others = frozenset[str]().union(*refused[:1]).intersection(*refused) - {rule.id} - told
        if others:
            told.add(rule.id)
            yield rule.id, next(other.id for other in policy.rule if other.id in others)


def _findings_about(path: str, rule: OwnRule, here: RuleMet, doubled: str) -> Iterator[Finding]:
    tried = f"in {plural(here.worlds, 'world')} of {plural(here.scopes, 'scope')}"
    if not here.refused and here.passed:
        found = f"{rule.id} ({rule.title}) can never refuse: {_why_never(rule)}, {tried}"
        yield Finding("CC211", Severity.WARNING, path, found, "ask for something else in when or needs, or take it out")
    elif not here.refused:
        guarded = ", ".join(rule.guards)
        found = f"{rule.id} ({rule.title}) can never refuse: other rules refuse {guarded} wherever it would, {tried}"
        yield Finding("CC211", Severity.WARNING, path, found, "guard something that comes about, or take it out")
    elif not here.passed:
        guarded = ", ".join(rule.guards)
        found = f"{rule.id} ({rule.title}) always refuses: nobody can ever {guarded}, {tried}"
        yield Finding(
            "CC212", Severity.WARNING, path, found, "say in when for which cases it is, or in needs what helps"
        )
    elif doubled:
        found = f"{rule.id} ({rule.title}) is not needed: {doubled} refuses all that it refuses, {tried}"
        yield Finding("CC213", Severity.NOTE, path, found, "take it out, or let one of them be about other cases")


def _why_never(rule: OwnRule) -> str:
    """Why a rule refuses nothing of what it guards, as far as that can be told without trying more."""
    when, needs = in_words(rule.when), "" if rule.needs is None else in_words(rule.needs)
    if not needs:
        return f"it is never so that {when}"
    if not when:
        return f"it is always so that {needs}"
    return f"it is never so that {when}, or then it is always so that {needs}"


def _unprovided(path: str, rule: OwnRule, policy: Policy) -> Iterator[Finding]:
    """What a rule needs that nobody can provide: who has it, has it from the first message on."""
    missing = tuple(dict.fromkeys(test for test in _needed(rule.needs) if _is_never_provided(test, policy)))
    if rule.needs is None or _can_hold(rule.needs, policy):
        return
    what = " and ".join(map(words_of_test, missing))
    found = f"{rule.id} ({rule.title}) needs that {what}, and the policy lets nobody see to it"
    remedy = "name who may set it in set_by, or for tags in tags.restricted_to"
    yield Finding("CC214", Severity.WARNING, path, found, remedy)


def _needed(needs: Condition | None) -> Iterator[Test]:
    """What is asked for, but for what must not be so."""
    if needs is not None:
        yield from needs.tests
        for part in (*needs.all, *(needs.any or ())):
            yield from _needed(part)


def _can_hold(needs: Condition, policy: Policy) -> bool:
    """Whether somebody can see to it that a condition holds, as far as attributes and tags go."""
    return (
        not any(_is_never_provided(test, policy) for test in needs.tests)
        and all(_can_hold(part, policy) for part in needs.all)
        and (needs.any is None or any(_can_hold(part, policy) for part in needs.any))
    )


def _is_never_provided(test: Test, policy: Policy) -> bool:
    if test.fact is Fact.ATTRIBUTE:
        return test.unset is not Unset.SKIP and not policy.attributes[test.name].set_by
    return test.fact is Fact.TAG and not policy.tags.restricted_to


# What was not tried ------------------------------------------------------------------------------------


def _untried(policy: Policy, groups: tuple[RuleGroup, ...]) -> Iterator[Finding]:
    """Rules that belong together and are searched apart, and of what one rule looks at, what is not varied."""
    paths = {rule.id: f"rule[{number}]" for number, rule in enumerate(policy.rule)}
    for apart in rules_apart(groups):
        named = [" with ".join(group.ids[:SHOWN]) for group in apart[:SHOWN]]
        more = f" and {plural(len(apart) - SHOWN, 'more group')}" if len(apart) > SHOWN else ""
        found = f"tried apart, because together they have too many worlds: {'; '.join(named)}{more}"
        remedy = "a case that only these rules together trap is not found: let fewer look at the same"
        yield Finding("CC215", Severity.NOTE, paths[apart[0].ids[0]], found, remedy)
    if are_many(groups):
        found = f"there are {len(groups)} groups of rules: where a rule names no channel, it was tried on one only"
        yield Finding("CC215", Severity.NOTE, "rule[0]", found, "name the channels that a rule is for")
    for group in groups:
        if group.left_out:
            left = ", ".join(sorted(name for _, name in group.left_out))
            found = f"{group.name} looks at more than is tried at once: it was tried where nothing is said of {left}"
            yield Finding("CC215", Severity.NOTE, paths[group.name], found, "make two rules of it")
