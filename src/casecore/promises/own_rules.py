"""What the rules of a policy's own promise: that what they guard happens only where they let it.

For each rule there is one promise, whose number is the rule's id. Its witness looks at everything that somebody at the
desk did (`own_deeds.py`), and at what was known just before (`own_conditions.py`): where the rule applied, and what it
needs was not there, it must not have happened. A rule that only warns must have told so (`Deviated`); one that is off
is asked nothing. Where the policy has no such rule, it promises nothing.

Of attributes at which a rule looks there are two promises more: what is noted is of its type, and is noted by those
whom the policy names. Otherwise a rule would rest on what anybody writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from casecore.kernel import SYSTEM, Command, Deviated, Enforcement
from casecore.policies import Policy
from casecore.policies.conditions import Fact
from casecore.policies.sections import AttributeType, TagRole
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.promises.in_force import InForce
from casecore.promises.own_conditions import Sight, answer_to, tests_in
from casecore.promises.own_deeds import Deed, deed_tried, deeds_done
from casecore.promises.promise import Occasion, Promise, Situation
from casecore.rooms.agents import Permission
from casecore.rooms.attributes import AttributeSet
from casecore.rooms.cases import CaseStarted


def promises_of_policy(policy: Policy) -> tuple[Promise, ...]:
    """What the rules of a policy's own promise, in the order of the policy, and what its attributes do.

    Args:
        policy: The SOP, with its `[[rule]]`s and `[attributes]`.
    """
    looked_at = any(test.fact == Fact.ATTRIBUTE for test in tests_in(policy.rule))
    return (*map(_promise_of, policy.rule), *(ATTRIBUTE_PROMISES if looked_at else ()))


# A rule ------------------------------------------------------------------------------------------------


def _promise_of(rule: Any) -> Promise:
    return Promise(
        rule.id,
        rule.title,
        partial(_done_against, rule.id),
        _occasion_of(rule),
        situations=(
            Situation(
                f"somebody does what {rule.id} guards where it lets nobody",
                partial(_tries_against, rule),
                lambda policy: not _why_empty(rule.id, InForce(policy)),
            ),
        ),
        empty=partial(_why_empty, rule.id),
    )


def _occasion_of(rule: Any) -> Occasion:
    """What a rule guards has happened where it applies; one that never lets that happen is only ever tried."""
    if rule.needs is None:
        return Occasion(lambda step: any(True for _ in deeds_done(step)), "nobody at the desk ever does anything")
    never = f"nothing ever happens that {rule.id} guards, where it applies"
    return Occasion(partial(_lets_something, rule.id), never)


def _why_empty(rule_id: str, said: InForce) -> str:
    if all(rule.id != rule_id for rule in said.own_rules):
        return f"the policy has no rule {rule_id}"
    off = said.strictness(rule_id) is Enforcement.OFF
    return f"the policy says that {rule_id} is off" if off else ""


def _rule_called(rule_id: str, policy: Policy) -> Any:
    """The rule as a policy has it; None where it has none."""
    return next((rule for rule in policy.rule if rule.id == rule_id), None)


def _done_against(rule_id: str, step: Happening) -> Iterator[str]:
    for deed in _deeds_guarded(rule_id, step):
        rule, sight = _rule_called(rule_id, step.policy), deed.sight
        if _applies(rule, sight) and not _is_met(rule, sight) and not _is_excused(rule_id, sight, step):
            needs = "" if rule.needs is None else ", and what that needs was not there"
            yield f"{deed.called} on case {sight.case} by {sight.by}: {rule_id} applied{needs}"


def _deeds_guarded(rule_id: str, step: Happening) -> Iterator[Deed]:
    """What was done in a step that a rule guards, in the order in which it happened."""
    rule = _rule_called(rule_id, step.policy)
    if rule is not None:
        yield from (deed for deed in deeds_done(step) if not deed.words.isdisjoint(rule.guards))


def _applies(rule: Any, sight: Sight) -> bool:
    return answer_to(rule.when, sight).perhaps


def _is_met(rule: Any, sight: Sight) -> bool:
    return rule.needs is not None and answer_to(rule.needs, sight).sure


def _is_excused(rule_id: str, sight: Sight, step: Happening) -> bool:
    """Whether a rule is off for a case, or only warns, and has done so."""
    strictness = InForce(step.policy, sight.page, sight.when).strictness(rule_id)
    warned = any(isinstance(event, Deviated) and event.rule == rule_id for event in step.events)
    return strictness is Enforcement.OFF or (strictness is Enforcement.WARN and warned)


def _lets_something(rule_id: str, step: Happening) -> bool:
    """Whether something happens that a rule guards, where it applies."""
    rule = _rule_called(rule_id, step.policy)
    return any(_applies(rule, deed.sight) for deed in _deeds_guarded(rule_id, step))


def _tries_against(rule: Any, command: Command, books: Books) -> bool:
    deed = deed_tried(command, books)
    if deed is None or deed.words.isdisjoint(rule.guards):
        return False
    return _applies(rule, deed.sight) and not _is_met(rule, deed.sight)


# Attributes --------------------------------------------------------------------------------------------


def _noted_wrongly(step: Happening) -> Iterator[str]:
    """What is noted of an attribute that there is not, or that is not of its type."""
    for event in step.events:
        if isinstance(event, AttributeSet) and event.value is not None:
            yield from _why_misfit(event.attribute, event.value, step.policy)
        elif isinstance(event, CaseStarted):
            for name, value in event.attributes.items():
                yield from _why_misfit(name, value, step.policy)


def _why_misfit(name: str, value: Any, policy: Policy) -> Iterator[str]:
    declared = policy.attributes.get(name)
    if declared is None:
        yield f"{name} is noted, which the policy does not know"
    elif not _FITS[declared.type](value, declared):
        yield f"{name} is noted as {value!r}, which is no {declared.type} as the policy says"


def _is_number(value: Any, declared: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and not (
        (declared.min is not None and value < declared.min) or (declared.max is not None and value > declared.max)
    )


_FITS: Final[Mapping[AttributeType, Callable[[Any, Any], bool]]] = {
    AttributeType.NUMBER: _is_number,
    AttributeType.TEXT: lambda value, declared: isinstance(value, str) and 0 < len(value) <= declared.longest,
    AttributeType.FLAG: lambda value, _: isinstance(value, bool),
    AttributeType.CHOICE: lambda value, declared: value in declared.of,
}
"""Whether a value is of a type, as far as its table says; how a text looks is left to the desk."""


def _noted_by_others(step: Happening) -> Iterator[str]:
    """Who notes an attribute whom the policy does not name."""
    for event, books in step.moments:
        declared = step.policy.attributes.get(event.attribute) if isinstance(event, AttributeSet) else None
        if isinstance(event, AttributeSet) and declared is not None:
            are = {
                TagRole.ASSIGNEE: event.by == books.case(event.case).holder,
                TagRole.SUPERVISOR: Permission.SUPERVISE in books.agent(event.by).permissions,
                TagRole.SYSTEM: event.by == SYSTEM,
            }
            if not any(are[role] for role in declared.set_by):
                yield f"{event.by} notes {event.attribute} of case {event.case}, and may not"


def _notes_something(step: Happening) -> bool:
    return any(
        isinstance(event, AttributeSet) or (isinstance(event, CaseStarted) and event.attributes)
        for event in step.events
    )


ATTRIBUTE_PROMISES: Final = (
    Promise(
        "attribute.value",
        "what is noted of a case is of its type",
        _noted_wrongly,
        Occasion(_notes_something, "no attribute is ever set"),
    ),
    Promise(
        "attribute.set_by",
        "attributes are noted by those whom the policy names",
        _noted_by_others,
        Occasion(_notes_something, "no attribute is ever set"),
        rules=("attribute.set_by",),
    ),
)
