"""Rules of a team's own, drawn: policies with some of them, and what people then do at a desk."""

from datetime import timedelta

import attrs

from casecore import Policy
from casecore.channels import Channel
from casecore.kernel import changed
from casecore.policies.conditions import (
    Compared,
    Condition,
    ContactState,
    CustomerState,
    Fact,
    Instant,
    Party,
    Right,
    Test,
    Unset,
)
from casecore.policies.sections import Attribute, AttributeType, Guarded, Level, OwnRule, Relation
from casecore.rooms.agents import is_supervisor
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.notes import AddNote, AddTag
from casecore.rooms.relations import RelateRecord
from casecore.rooms.sla import SetLevel
from casecore.statuses import Status
from casecore.testing.drawing import strategies as st
from casecore.testing.strategies import commands

ATTRIBUTES = {
    "eur": Attribute(type=AttributeType.NUMBER, min=0, max=500),
    "why": Attribute(type=AttributeType.CHOICE, of=("late", "broken")),
    "asked": Attribute(type=AttributeType.FLAG),
    "word": Attribute(type=AttributeType.TEXT),
}
VALUES = {"eur": (0, 99, 100, 101), "why": ("late", "broken"), "asked": (True, False), "word": ("yes", "No")}
LENGTHS = (timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
SKIPS = st.sampled_from(Unset)


def words(*options, most=2):
    """Some of these words, of which one is meant."""
    return st.lists(st.sampled_from(options), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def attribute_tests(draw):
    """A test of an attribute that there is, of any sort that goes with it."""
    name = draw(st.sampled_from([*ATTRIBUTES]))
    bounds = (Compared.ABOVE, Compared.AT_LEAST, Compared.BELOW, Compared.AT_MOST) if name == "eur" else ()
    compared = draw(st.sampled_from((Compared.SET, Compared.IS, Compared.ONE_OF, *bounds)))
    if compared is Compared.SET:
        return Test(Fact.ATTRIBUTE, None, name, compared)
    value = draw(words(*VALUES[name])) if compared is Compared.ONE_OF else draw(st.sampled_from(VALUES[name]))
    return Test(Fact.ATTRIBUTE, value, name, compared, draw(SKIPS))


SIMPLE = st.one_of(
    words("vip", "refund").map(lambda value: Test(Fact.TAG, value)),
    words(*Channel).map(lambda value: Test(Fact.CHANNEL, value)),
    words("general", "billing").map(lambda value: Test(Fact.QUEUE, value)),
    words(*Level).map(lambda value: Test(Fact.LEVEL, value)),
    words(*Status).map(lambda value: Test(Fact.STATUS, value)),
    words("bill", "Bets").map(lambda value: Test(Fact.REASON, value)),
    words("pt", "PT-br", "fr").map(lambda value: Test(Fact.LANGUAGE, value)),
    st.sampled_from(ContactState).map(lambda value: Test(Fact.CONTACT, value)),
    st.sampled_from(CustomerState).map(lambda value: Test(Fact.CUSTOMER, value)),
    words(*Relation).map(lambda value: Test(Fact.RELATION, value)),
    st.booleans().map(lambda value: Test(Fact.NOTE, value)),
    words(*Party).map(lambda value: Test(Fact.BY, value)),
    st.sampled_from(Right).map(lambda value: Test(Fact.PERMISSION, value)),
)
TIMES = st.builds(
    lambda instant, length, compared, unset: Test(Fact.SINCE, length, instant.value, compared, unset),
    st.sampled_from(Instant),
    st.sampled_from(LENGTHS),
    st.sampled_from((Compared.AT_LEAST, Compared.BELOW)),
    SKIPS,
)
TESTS = st.one_of(attribute_tests(), SIMPLE, TIMES)


def in_one_table(tests):
    """These tests as one table has them: of each fact one, in order, and no time beside an attribute."""
    found = {one.fact: one for one in tests}
    if Fact.ATTRIBUTE in found:
        found.pop(Fact.SINCE, None)
    return tuple(found[fact] for fact in Fact if fact in found)


TABLES = st.lists(TESTS, max_size=2).map(in_one_table)
CONDITIONS = st.recursive(
    st.builds(Condition, TABLES),
    lambda inner: st.builds(
        Condition,
        TABLES,
        st.lists(inner, max_size=2).map(tuple),
        st.none() | st.lists(inner, min_size=1, max_size=2).map(tuple),
        st.none() | inner,
    ),
    max_leaves=4,
)


@st.composite
def own_rules(draw, number):
    """A rule that guards a few things."""
    guards = draw(st.just(tuple(Guarded)) | words(*Guarded, most=4))
    when, needs = draw(CONDITIONS), draw(st.none() | CONDITIONS)
    return OwnRule(id=f"own_rules.rule_{number}", title=f"Rule {number}", guards=guards, when=when, needs=needs)


def ruled(rules, base=None):
    """A policy with rules of its own."""
    return attrs.evolve(base or Policy.default(), attributes=ATTRIBUTES, rule=tuple(rules))


@st.composite
def acts(draw, desk):
    """Something that somebody says at a desk; often what rules look at, and mostly by somebody who may."""
    files = [desk.cases[case] for case in sorted(desk.cases)]
    if files and draw(st.integers(0, 4)) == 0:
        file = draw(st.sampled_from(files))
        leads = sorted(agent for agent in desk.agents if is_supervisor(desk.agents[agent]))
        by = draw(st.sampled_from([file.case.assignee or leads[0], *leads]))
        at, case, name = desk.now, file.case.id, draw(st.sampled_from([*ATTRIBUTES]))
        return draw(
            st.sampled_from(
                [
                    *(SetAttribute(by, at, case, name, value) for value in (*VALUES[name], None)),
                    AddNote(by, at, f"n{len(desk.notes)}", "Knows the product", case),
                    AddTag(by, at, case, "VIP"),
                    SetLevel(by, at, case, Level.HIGH),
                    RelateRecord(by, at, case, Relation.CUSTOMER, "r1"),
                ]
            )
        )
    command = draw(commands(desk))
    if isinstance(command, ReceiveMessage):
        known = draw(st.dictionaries(st.sampled_from([*ATTRIBUTES]), st.just(None), max_size=2))
        values = {name: draw(st.sampled_from(VALUES[name])) for name in known}
        said = {
            "reason": draw(st.sampled_from((None, "bill", "bets"))),
            "language": draw(st.sampled_from((None, "pt-BR", "fr"))),
        }
        return changed(command, attributes=values, **said)
    return command
