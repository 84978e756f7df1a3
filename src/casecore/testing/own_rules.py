"""Hypothesis draws rules of a team's own: a policy with attributes, and a few rules that look at them.

They are sound by construction, and small: at most three rules, whose conditions lie at most three tables deep. They
look at what a run at a desk brings about now and then, so that each applies to some commands and not to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from casecore.channels import Channel
from casecore.kernel import Enforcement, changed
from casecore.kernel.durations import duration_text
from casecore.policies import Policy
from casecore.policies.conditions import (
    ALWAYS,
    BOUNDS,
    Compared,
    Condition,
    Conditions,
    ContactState,
    CustomerState,
    Fact,
    Instant,
    Party,
    Right,
    Unset,
)
from casecore.policies.rule_soundness import FILLED
from casecore.policies.sections import Attribute, AttributeType, Guarded, Level, OwnRule, Relation
from casecore.policies.sections.own_rules import REPLIES
from casecore.statuses import Status
from casecore.testing.drawing import DrawFn, SearchStrategy
from casecore.testing.drawing import strategies as st
from casecore.testing.values import attribute_values, fitting_values, policies

DEEP: Final = 3
"""How deep the conditions are that are drawn, in tables."""

_LENGTHS: Final = tuple(map(duration_text, (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=2))))


def _some_of(words: Iterable[Any], most: int = 2) -> SearchStrategy[Any]:
    """One of some words, or a list of a few."""
    said = [str(word) for word in words]
    return st.sampled_from(said) | st.lists(st.sampled_from(said), min_size=1, max_size=most, unique=True)


def _facts(queues: Sequence[str], *, approved: bool) -> Mapping[str, SearchStrategy[Any]]:
    """What a table may say of each fact, as a file has it."""
    facts = {
        Fact.TAG: _some_of(("vip", "refund")),
        Fact.CHANNEL: _some_of(Channel),
        Fact.QUEUE: _some_of(queues),
        Fact.LEVEL: _some_of(Level),
        Fact.STATUS: _some_of(Status),
        Fact.REASON: _some_of(("billing", "other")),
        Fact.LANGUAGE: _some_of(("pt", "en")),
        Fact.CONTACT: st.sampled_from([*map(str, ContactState)]),
        Fact.CUSTOMER: st.sampled_from([*map(str, CustomerState)]),
        Fact.RELATION: _some_of(Relation),
        Fact.NOTE: st.booleans(),
        Fact.BY: _some_of(Party),
        Fact.PERMISSION: st.sampled_from([*map(str, Right)]),
    }
    words = {fact.value: values for fact, values in facts.items()}
    return {**words, Fact.APPROVAL.value: st.booleans()} if approved else words


@st.composite
def _draw_measured(draw: DrawFn, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """A comparison of an attribute or of a time, or that an attribute is set."""
    table: dict[str, Any] = {}
    name = draw(st.sampled_from([None, *attributes]))
    if name is None:
        table["since"] = str(draw(st.sampled_from(Instant)))
        table[str(draw(st.sampled_from((Compared.AT_LEAST, Compared.BELOW))))] = draw(st.sampled_from(_LENGTHS))
    else:
        attribute, value = attributes[name], draw(st.sampled_from(fitting_values(attributes[name])))
        number = attribute.type is AttributeType.NUMBER
        compared = draw(st.sampled_from((*(BOUNDS if number else ()), Compared.IS, Compared.ONE_OF, Compared.SET)))
        table["attribute"] = name
        if compared is Compared.SET:
            return table
        table[str(compared)] = [value] if compared is Compared.ONE_OF else value
    if draw(st.booleans()):
        table["unset"] = str(draw(st.sampled_from(Unset)))
    return table


@st.composite
def _draw_table(
    draw: DrawFn, facts: Mapping[str, SearchStrategy[Any]], attributes: Mapping[str, Attribute], depth: int
) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for fact in draw(st.lists(st.sampled_from([*facts]), max_size=2, unique=True)):
        table[fact] = draw(facts[fact])
    if not table or draw(st.booleans()):
        table |= draw(_draw_measured(attributes))
    joined = draw(st.sampled_from((None, "all", "any", "not"))) if depth > 1 else None
    inner = _draw_table(facts, attributes, depth - 1)
    if joined == "not":
        table["not"] = draw(inner)
    elif joined is not None:
        table[joined] = draw(st.lists(inner, min_size=1, max_size=2))
    return table


def conditions(
    attributes: Mapping[str, Attribute], queues: Sequence[str], *, approved: bool = False
) -> SearchStrategy[Condition]:
    """A condition that a rule of a policy may have.

    Args:
        attributes: What the policy notes of a case.
        queues: The names of its queues.
        approved: Whether it may look at an approval, as only a rule about replies may.
    """
    return _draw_table(_facts(queues, approved=approved), attributes, DEEP).map(_read)


def _read(table: dict[str, Any]) -> Condition:
    condition: Condition = Conditions().read(table, "", [])
    return condition


@st.composite
def _draw_rule(draw: DrawFn, policy: Policy, number: int) -> OwnRule:
    words = st.sampled_from(REPLIES) if draw(st.booleans()) else st.sampled_from(Guarded)
    guards = tuple(draw(st.lists(words, min_size=1, max_size=3, unique=True)))
    some = conditions(policy.attributes, [*policy.queues], approved=set(guards) <= set(REPLIES))
    blanks = "".join(f"{{{name}}} " for name in (*policy.attributes, *FILLED))
    return OwnRule(
        id=f"own.rule_{number}",
        title=f"Rule {number}",
        guards=guards,
        when=draw(st.just(ALWAYS) | some),
        needs=draw(st.none() | some),
        message=draw(st.sampled_from(("", f"not so: {blanks}"))),
        remedy=draw(st.sampled_from(("", "ask {by}"))),
        enforcement=draw(st.sampled_from((Enforcement.BLOCK, *Enforcement))),
        source=draw(st.sampled_from(("", "Finance SOP 4.2"))),
    )


def ruled_policies(base: SearchStrategy[Policy] | None = None) -> SearchStrategy[Policy]:
    """Any policy that notes attributes of a case, and brings rules of its own.

    Args:
        base: What the policy says besides; any policy if it is not given.
    """
    return _draw_ruled_policy(policies() if base is None else base)


@st.composite
def _draw_ruled_policy(draw: DrawFn, base: SearchStrategy[Policy]) -> Policy:
    policy = changed(draw(base), attributes=draw(attribute_values()))
    count = draw(st.integers(1, 3))
    return changed(policy, rule=tuple(draw(_draw_rule(policy, number)) for number in range(count)))
