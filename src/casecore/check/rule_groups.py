"""Which own rules are searched together, and what is changed there of all that they look at.

Rules belong together where they look at the same thing, where one guards how another's thing is changed, or where they
guard the same. Whatever leads towards closing counts as the same: there alone can rules trap a case together.

What they look at is varied: a number below, at and above each bound that is compared, each word that matters and
another one, set and not set. The variants multiply, so a group is as large as `MOST_WORLDS` lets it be. Rules that
belong together and are too many are searched in several groups, and a finding says which (`rule_findings.py`): the work
grows with the number of rules, and no faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any, Final, TypeAlias

import attrs

from casecore.kernel.fields import Value
from casecore.kernel.words import same_form
from casecore.policies import Policy
from casecore.policies.conditions import BOUNDS, Compared, Fact, Test
from casecore.policies.kinds import MISSING
from casecore.policies.patterns import Pattern
from casecore.policies.sections import Attribute, Guarded, Level, OwnRule
from casecore.policies.sections.own_rules import AttributeType

MOST_WORLDS: Final = 3_000
"""About so many worlds a group of rules may have on one channel."""

MOST_OF_ONE: Final = 6_000
"""About so many worlds a rule may have that is tried alone, before some of what it looks at is left as it is."""

MOST_RULES: Final = 20
"""So many rules a group may have."""

ALONE: Final = 100
"""About so many worlds a case has on one channel of which nothing is varied, with one agent who works on it."""

BESIDE_ANOTHER: Final = 340
"""The same with a second agent, who may do everything, or with drafts that they approve."""

CLOSING: Final = frozenset(
    {
        *(Guarded.REPLY, Guarded.SEND_AS_PENDING, Guarded.SEND_AS_ESCALATED, Guarded.SEND_AS_RESOLVED),
        *(Guarded.SUBMIT, Guarded.APPROVE, Guarded.RESOLVE, Guarded.ESCALATE, Guarded.SET_STATUS, Guarded.CLOSE),
        *(Guarded.OPEN, Guarded.ACCEPT, Guarded.TRANSFER, Guarded.END_CONTACT, Guarded.DISPOSE),
    }
)
"""What leads towards closing, one way or another: rules that guard it can trap a case together."""

LASTING: Final = frozenset({Guarded.SNOOZE, Guarded.COMMIT, Guarded.ACCEPT, Guarded.TRANSFER})
"""What there are other worlds after that nothing else leads to."""

CHANGES: Final[Mapping[Guarded, Fact]] = {
    Guarded.SET_ATTRIBUTE: Fact.ATTRIBUTE,
    Guarded.TAG: Fact.TAG,
    Guarded.SET_LEVEL: Fact.LEVEL,
}
"""What is changed by what a rule may guard."""

SECOND: Final = frozenset({Fact.BY, Fact.PERMISSION, Fact.APPROVAL})
"""What only matters where two agents may do different things."""

Looked: TypeAlias = tuple[Fact, str]
"""Something that is looked at: an attribute by its name, one tag, or what there is only one of."""


@attrs.frozen(eq=False)
class RuleGroup:
    """Own rules that are searched together.

    Attributes:
        policies: The policies that have them, of one or two.
        ids: The ids of the rules, in order.
        closer: Whether of values that all tests answer alike only one is tried.
        left_out: What they look at that is not varied, because one rule alone looks at too much.
    """

    policies: tuple[Policy, ...]
    ids: tuple[str, ...]
    closer: bool = False
    left_out: frozenset[Looked] = frozenset()

    @cached_property
    def rules(self) -> tuple[OwnRule, ...]:
        """The rules, as each policy has them."""
        return tuple(rule for policy in self.policies for rule in policy.rule if rule.id in self.ids)

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """Everything at which they look."""
        return tuple(dict.fromkeys(test for rule in self.rules for test in rule.tests))

    @cached_property
    def guards(self) -> frozenset[Guarded]:
        """Everything that they guard."""
        return frozenset(word for rule in self.rules for word in rule.guards)

    def said(self, fact: Fact) -> tuple[Any, ...]:
        """What the tests of a fact name, each once; of those that name several, all of these."""
        named = [test.value for test in self.tests if test.fact is fact]
        return tuple(dict.fromkeys(one for value in named for one in (value if isinstance(value, tuple) else (value,))))

    def looks_at(self, *facts: Fact) -> bool:
        """Whether one of them looks at one of these."""
        return any(test.fact in facts for test in self.tests)

    @property
    def second(self) -> bool:
        """Whether it matters who does something, so that two agents are needed who may do different things."""
        return self.looks_at(*SECOND) or self.drafts

    @property
    def drafts(self) -> bool:
        """Whether drafts matter, and who approves them."""
        return self.looks_at(Fact.APPROVAL) or not self.guards.isdisjoint({Guarded.SUBMIT, Guarded.APPROVE})

    @cached_property
    def values(self) -> Mapping[str, tuple[Value, ...]]:
        """The values of each attribute that are tried; beside them it is not set."""
        names = [name for fact, name in _looked_at(self.rules) if fact is Fact.ATTRIBUTE]
        if Guarded.SET_ATTRIBUTE in self.guards and not names:
            names += [name for policy in self.policies for name in policy.attributes][:1]
        return {name: self._values_of(name) for name in names if (Fact.ATTRIBUTE, name) not in self.left_out}

    def _values_of(self, name: str) -> tuple[Value, ...]:
        tests = [test for test in self.tests if test.fact is Fact.ATTRIBUTE and test.name == name]
        declared = [policy.attributes[name] for policy in self.policies if name in policy.attributes]
        found = dict.fromkeys(_Exact(value) for kind in declared for value in _values_tried(kind, tests))
        values = [one.value for one in found]
        return tuple(_one_of_each(values, tests) if self.closer else values)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags that are set and taken away."""
        named = self.said(Fact.TAG) or (("checked",) if Guarded.TAG in self.guards else ())
        return tuple(tag for tag in named if (Fact.TAG, same_form(tag)) not in self.left_out)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels that are set: those that are named, and another one."""
        named = self.said(Fact.LEVEL)
        if not named and Guarded.SET_LEVEL not in self.guards:
            return ()
        others = [one for one in (Level.NORMAL, *Level) if one not in named]
        return tuple(dict.fromkeys((*named, *others[:1])))

    @property
    def worlds(self) -> int:
        """About how many worlds there are on one channel."""
        counts = [len(values) + 1 for values in self.values.values()]
        counts += [2] * (len(self.tags) + len(self.said(Fact.RELATION)) + self.looks_at(Fact.NOTE))
        counts += [len({*self.levels, Level.NORMAL})]
        counts += [2] * len(self.guards & LASTING)
        counts += [3] * len({test.name for test in self.tests if test.fact is Fact.SINCE})
        counts += [2] * (self.looks_at(Fact.CUSTOMER) + self.looks_at(Fact.REASON) + self.looks_at(Fact.LANGUAGE))
        return (BESIDE_ANOTHER if self.second else ALONE) * prod(counts)

    @property
    def name(self) -> str:
        """What it is called: by its first rule."""
        return self.ids[0]


def _looked_at(rules: Iterable[OwnRule]) -> tuple[Looked, ...]:
    """Everything that can be changed at which rules look, each once."""
    found: list[Looked] = []
    for test in (test for rule in rules for test in rule.tests):
        match test.fact:
            case Fact.ATTRIBUTE:
                found.append((test.fact, test.name))
            case Fact.TAG:
                found += [(test.fact, same_form(tag)) for tag in test.value]
            case Fact.LEVEL | Fact.NOTE | Fact.RELATION:
                found.append((test.fact, ""))
    return tuple(dict.fromkeys(found))


# Values ------------------------------------------------------------------------------------------------


@attrs.frozen
class _Exact:
    """A value that is itself and nothing else: true is not 1."""

    value: Value
    kind: type = attrs.field(default=attrs.Factory(lambda self: type(self.value), takes_self=True))


def _values_tried(declared: Attribute, tests: Sequence[Test]) -> Iterator[Value]:
    """What an attribute is set to: what matters to the tests, and something else."""
    for value in _values_wanted(declared, tests):
        problems: list[Any] = []
        read = declared.kind.read(value, "", problems)
        if read is not MISSING:
            yield read


def _values_wanted(declared: Attribute, tests: Sequence[Test]) -> Iterator[Any]:
    named: list[Any] = [one for test in tests for one in _values_named(test)]
    match declared.type:
        case AttributeType.NUMBER:
            yield from _numbers_tried([one for one in named if isinstance(one, int | float)], declared)
        case AttributeType.FLAG:
            yield from (True, False)
        case AttributeType.CHOICE:
            forms = {same_form(one) for one in named if isinstance(one, str)}
            matter = [word for word in declared.of if same_form(word) in forms]
            yield from (*matter, *[word for word in declared.of if word not in matter][:1])
        case _:
            yield from named
            forms = {same_form(one) for one in named if isinstance(one, str)}
            others = ["x", "y"] if declared.pattern is None else [Pattern.read(declared.pattern).example]
            yield from [text for text in others if same_form(text) not in forms][:1]


def _values_named(test: Test) -> tuple[Any, ...]:
    if test.compared is Compared.SET:
        return ()
    return test.value if test.compared is Compared.ONE_OF else (test.value,)


def _numbers_tried(bounds: Sequence[float], declared: Attribute) -> Iterator[float]:
    """A number below, at and above each bound, and between each two; where nothing is compared, any one that fits."""
    known = sorted({*bounds})
    if not known:
        yield declared.min if declared.min is not None else min(0, declared.max or 0)
        return
    for bound, following in zip(known, (*known[1:], None), strict=True):
        yield from _around(bound)
        if following is not None and not any(bound < one < following for one in (*_around(bound), *_around(following))):
            yield (bound + following) / 2


def _around(bound: float) -> tuple[float, ...]:
    """Just below, at, and just above."""
    if bound == int(bound):
        return bound - 1, bound, bound + 1
    digits = len(repr(float(bound)).partition(".")[2])
    step = 10.0**-digits
    return round(bound - step, digits), bound, round(bound + step, digits)


def _one_of_each(values: Sequence[Value], tests: Sequence[Test]) -> Iterator[Value]:
    """Of the values that all tests answer alike only one: that nearest to where the answer turns."""
    asked = [test for test in tests if test.compared is not Compared.SET]
    bounds = [one for test in asked for one in _values_named(test)]
    nearest = sorted(values, key=lambda value: value not in bounds)
    first: dict[tuple[bool, ...], Value] = {}
    for value in nearest:
        first.setdefault(tuple(_answers(test, value) for test in asked), value)
    kept = [_Exact(value) for value in first.values()]
    return (value for value in values if _Exact(value) in kept)


def _answers(test: Test, value: Any) -> bool:
    """What a test says of a value, as the explorer needs it: only whether two values are alike matters."""
    said = test.value
    if test.compared in BOUNDS and isinstance(value, int | float):
        compared: dict[Compared, bool] = {
            Compared.ABOVE: value > said,
            Compared.AT_LEAST: value >= said,
            Compared.BELOW: value < said,
            Compared.AT_MOST: value <= said,
        }
        return compared[test.compared]
    form = same_form(value) if isinstance(value, str) else value
    return any(form == (same_form(one) if isinstance(one, str) else one) for one in _values_named(test))


# Groups ------------------------------------------------------------------------------------------------


def rule_groups(*policies: Policy) -> tuple[RuleGroup, ...]:
    """The groups in which the own rules of a policy, or of two that are compared, are searched."""
    ids = tuple(dict.fromkeys(rule.id for policy in policies for rule in policy.rule))
    links = _links_by_rule(RuleGroup(policies, (own,)) for own in ids)
    found: list[RuleGroup] = []
    for together in _connected(ids, links):
        group: RuleGroup | None = None
        for own in _by_nearness(together, links):
            grown = RuleGroup(policies, (*(group.ids if group else ()), own), closer=True)
            if group is None or is_too_large(grown) or _joins_nothing(own, group, links):
                found += [] if group is None else [group]
                grown = RuleGroup(policies, (own,), closer=True)
            group = grown
        found += [] if group is None else [group]
    order = {own: number for number, own in enumerate(ids)}
    groups = (
        attrs.evolve(group, ids=tuple(sorted(group.ids, key=order.__getitem__))) for group in map(_fitting, found)
    )
    return tuple(sorted(groups, key=lambda group: order[group.name]))


def rules_apart(groups: Iterable[RuleGroup]) -> Iterator[tuple[RuleGroup, ...]]:
    """The groups that belong together, and are searched apart because together they are too many."""
    groups = tuple(groups)
    links = _links_by_rule(groups)
    for names in _connected(tuple(links), links):
        if len(names) > 1:
            yield tuple(group for group in groups if group.name in names)


def _links_by_rule(groups: Iterable[RuleGroup]) -> Mapping[str, frozenset[Any]]:
    """All by which groups belong together, by their names: what they look at, guard, and change."""
    every = tuple(groups)
    changed = {CHANGES[word] for group in every for word in group.guards if word in CHANGES}
    links: dict[str, frozenset[Any]] = {}
    for group in every:
        looked = _looked_at(group.rules)
        changes = {CHANGES[word] for word in group.guards if word in CHANGES}
        changes |= {fact for fact, _ in looked if fact in changed}
        closing = {"closing"} if group.guards & CLOSING else set[str]()
        links[group.name] = frozenset((*looked, *((fact, "changed") for fact in changes), *closing))
        links[group.name] |= group.guards - CLOSING
    return links


def _connected(names: Sequence[str], links: Mapping[str, frozenset[Any]]) -> Iterator[tuple[str, ...]]:
    """The names that belong together, directly or by others."""
    leader = {name: name for name in names}

    def lead(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    first: dict[Any, str] = {}
    for name in names:
        for link in links[name]:
            leader[lead(name)] = lead(first.setdefault(link, name))
    together: dict[str, list[str]] = {}
    for name in names:
        together.setdefault(lead(name), []).append(name)
    yield from map(tuple, together.values())


def _by_nearness(names: Sequence[str], links: Mapping[str, frozenset[Any]]) -> Iterator[str]:
    """The names, those that look at the same one after the other."""
    near = {name: frozenset(link for link in links[name] if isinstance(link, tuple)) for name in names}
    for together in _connected(names, near):
        yield from together


def is_too_large(group: RuleGroup) -> bool:
    """Whether there are more rules, or worlds, than a group may have."""
    return group.worlds > MOST_WORLDS or len(group.ids) > MOST_RULES


def _joins_nothing(own: str, group: RuleGroup, links: Mapping[str, frozenset[Any]]) -> bool:
    return all(links[own].isdisjoint(links[other]) for other in group.ids)


def _fitting(group: RuleGroup) -> RuleGroup:
    """A group with as many values as there is room for; of one rule that looks at too much, some is not varied."""
    every = attrs.evolve(group, closer=False)
    if every.worlds <= MOST_WORLDS:
        return every
    noted = [looked for looked in _looked_at(group.rules) if looked[0] in {Fact.ATTRIBUTE, Fact.TAG}]
    while noted and group.worlds > MOST_OF_ONE:
        group = attrs.evolve(group, left_out=group.left_out | {noted.pop()})
    return group
