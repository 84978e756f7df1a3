"""Whether the attributes and the rules of a team's own fit together: what no table can know by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, Protocol

from casecore.kernel.blanks import unknown_blanks
from casecore.kernel.problems import Problem, did_you_mean, quoted, under
from casecore.policies.conditions import BOUNDS, Compared, Fact, Test, number_text
from casecore.policies.kinds import MISSING
from casecore.policies.patterns import Pattern
from casecore.policies.sections.own_rules import REPLIES, Attribute, AttributeType, OwnRule

MOST_ATTRIBUTES: Final = 100
MOST_RULES: Final = 200
MOST_TOLD: Final = 100

TAKEN_AREAS: Final = frozenset(
    {
        "actor",
        "agent",
        "agents",
        "answer",
        "approval",
        "assignment",
        "attribute",
        "authentication",
        "away",
        "block",
        "capacity",
        "case",
        "channels",
        "chat",
        "clock",
        "command",
        "commitment",
        "consent",
        "contact",
        "customer",
        "draft",
        "email",
        "idle",
        "lifecycle",
        "logged",
        "merge",
        "merge_cases",
        "message",
        "move",
        "note",
        "offer",
        "outbound",
        "presence",
        "queue",
        "reassign",
        "relation",
        "replies",
        "reply",
        "routing",
        "sentiment",
        "snooze",
        "tags",
        "template",
        "thread",
        "time",
        "whatsapp",
        "wrap_up",
    }
)
"""The first words of the ids of rules that ship, which no rule of a team's own may have.

Otherwise a rule that ships could be switched off by one that is called like it, or a later release could add one. They
are listed once more because a policy is read before there are rules; a test holds them equal.
"""

FILLED: Final = ("case", "by", "channel", "queue", "status", "level")
"""The blanks of a message that are filled beside those of the attributes."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}")
_RULE_ID = re.compile(r"[a-z][a-z0-9_]{0,49}(\.[a-z0-9_]{1,50}){1,3}")


class HasOwnRules(Protocol):
    """A policy, as far as its own rules go."""

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """What is noted of a case."""

    @property
    def rule(self) -> tuple[OwnRule, ...]:
        """The rules."""

    @property
    def queues(self) -> Mapping[str, Any]:
        """The queues, by name."""


def own_rule_problems(policy: HasOwnRules) -> Iterator[Problem]:
    """What is wrong with the attributes and the rules of a policy, each of which is sound by itself.

    No more is told than anybody reads: to look for what was meant takes long, and there may be ten thousand tests.
    """
    return islice(_every_problem(policy), MOST_TOLD)


def _every_problem(policy: HasOwnRules) -> Iterator[Problem]:
    for name, attribute in policy.attributes.items():
        yield from _wrong_attribute(under("attributes", name), name, attribute)
    first: dict[str, int] = {}
    for number, rule in enumerate(policy.rule):
        path = f"rule[{number}]"
        known = first.setdefault(rule.id, number)
        if known != number:
            also = (f"rule[{known}].id",)
            yield Problem(f"{path}.id", f"there are two rules {rule.id!r}", "each id once", "", also)
        yield from _wrong_rule(path, rule, policy)


# Attributes --------------------------------------------------------------------------------------------

_ONLY_OF: Final[Mapping[str, AttributeType]] = {
    "min": AttributeType.NUMBER,
    "max": AttributeType.NUMBER,
    "of": AttributeType.CHOICE,
    "pattern": AttributeType.TEXT,
}


def _wrong_attribute(path: str, name: str, attribute: Attribute) -> Iterator[Problem]:
    if not _NAME.fullmatch(name) or name in FILLED:
        taken = f": {', '.join(FILLED)} are blanks of every message" if name in FILLED else ""
        expected = "a letter, then letters, digits and _, at most 50"
        yield Problem(path, f"is no name of an attribute{taken}", expected, "write it like refund_eur", of_key=True)
    for word, kind in _ONLY_OF.items():
        if getattr(attribute, word) not in (None, ()) and attribute.type is not kind:
            yield Problem(under(path, word), f"a {attribute.type} has none", "nothing", "take it out", of_key=True)
    if attribute.type is AttributeType.CHOICE and not attribute.of:
        yield Problem(under(path, "of"), "is missing", 'the words, like ["late", "broken", "other"]')
    if attribute.pattern is not None and len(Pattern.read(attribute.pattern).example) > attribute.longest:
        found = f"what fits is longer than {attribute.longest} characters"
        yield Problem(under(path, "pattern"), found, "a shorter one, or more in longest")
    if attribute.min is not None and attribute.max is not None and attribute.min > attribute.max:
        found = f"{number_text(attribute.min)} is above the most, {number_text(attribute.max)}"
        yield Problem(under(path, "min"), found, "no more than that")


# Rules -------------------------------------------------------------------------------------------------


def _wrong_rule(path: str, rule: OwnRule, policy: HasOwnRules) -> Iterator[Problem]:
    area = rule.id.partition(".")[0]
    if not _RULE_ID.fullmatch(rule.id):
        found = f"{quoted(rule.id)} is no id of a rule"
        expected = "two words or more of small letters, digits and _, with points between them"
        yield Problem(f"{path}.id", found, expected, 'write it like "refund.second_pair_of_eyes"')
    elif area in TAKEN_AREAS:
        found = f"rules that ship begin with {area!r}, and this one would be taken for one of them"
        yield Problem(f"{path}.id", found, "another first word", f'write "own_{rule.id}"')
    if not rule.guards:
        yield Problem(f"{path}.guards", "guards nothing", 'at least one word, like ["reply"]')
    asked = {"when": rule.when} | ({} if rule.needs is None else {"needs": rule.needs})
    for word, condition in asked.items():
        for place, test in condition.located_tests(f"{path}.{word}"):
            yield from _wrong_test(place, test, rule, policy)
    names = (*policy.attributes, *FILLED)
    for word in ("message", "remedy"):
        for blank in unknown_blanks(getattr(rule, word), names):
            remedy = did_you_mean(re.sub(r"\W", "", blank), names) or "take it out"
            expected = "blanks like " + ", ".join(f"{{{name}}}" for name in names)
            yield Problem(f"{path}.{word}", f"nothing fills {quoted(blank)}", expected, remedy)


def _wrong_test(path: str, test: Test, rule: OwnRule, policy: HasOwnRules) -> Iterator[Problem]:
    if test.fact is Fact.ATTRIBUTE:
        yield from _wrong_comparison(path, test, policy.attributes)
    elif test.fact is Fact.QUEUE:
        for queue in test.value:
            if queue not in policy.queues:
                found, remedy = f"there is no queue {queue!r}", did_you_mean(queue, policy.queues)
                yield Problem(under(path, "queue"), found, f"one of {', '.join(policy.queues)}", remedy)
    elif test.fact is Fact.APPROVAL and not set(rule.guards) <= set(REPLIES):
        found = "only a reply is approved, and the rule guards something else"
        yield Problem(under(path, "approval"), found, f"a rule that guards {', '.join(REPLIES)}", of_key=True)


def _wrong_comparison(path: str, test: Test, attributes: Mapping[str, Attribute]) -> Iterator[Problem]:
    attribute = attributes.get(test.name)
    if attribute is None:
        known = f"one of {', '.join(attributes)}" if attributes else f"a table [attributes.{test.name}]"
        remedy = did_you_mean(test.name, attributes)
        yield Problem(under(path, "attribute"), f"there is no attribute {test.name!r}", known, remedy)
        return
    place = under(path, test.compared.value)
    if test.compared in BOUNDS and attribute.type is not AttributeType.NUMBER:
        found = f"{test.name} is a {attribute.type}, which is neither above nor below"
        yield Problem(place, found, 'a comparison with "is" or "one_of"', of_key=True)
    elif test.compared is not Compared.SET:
        listed = test.value if test.compared is Compared.ONE_OF else (test.value,)
        for number, value in enumerate(listed):
            where = f"{place}[{number}]" if test.compared is Compared.ONE_OF else place
            wrong: list[Problem] = []
            if attribute.kind.read(value, where, wrong) is MISSING:
                yield from wrong
