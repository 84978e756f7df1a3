"""Attributes: what is noted of a case under names that the policy declares, so that rules of a team's own look at it.

* An attribute is of one type: a number, a text, yes or no, or one of some words. What does not fit is refused, and a
  word is kept as the policy writes it. No value takes it away.
* Whom `set_by` names may set it and take it away. What the host gives when a case arrives is the system's.
* A name that the policy declares no longer may still be taken away; its value stays until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.kernel import SYSTEM, UNCONCERNED, Editing, Event, Probe, Reason, Room, Rule, Unconcerned, an_id, frozen
from casecore.kernel.errors import quoted
from casecore.kernel.fields import Value, a_value
from casecore.kernel.frozen_dict import FrozenDict
from casecore.kernel.problems import Problem, did_you_mean
from casecore.kernel.rooms import measures, soft_rule, wants
from casecore.policies import Policy
from casecore.policies.kinds import MISSING
from casecore.policies.sections import TagRole
from casecore.rooms.agents import is_supervisor
from casecore.rooms.cases import NOTHING_NOTED, Case, CaseCommand, HasCase, SeesCase, not_closed

SPOKEN_ROLES: Mapping[TagRole, str] = {
    TagRole.ASSIGNEE: "its assignee",
    TagRole.SUPERVISOR: "a supervisor",
    TagRole.SYSTEM: "the system",
}
"""Who may change what a policy looks at, in words."""

_NOTE: Final = "declare it in [attributes], or write a note"
"""What is to be done where the policy knows no attribute."""


@frozen
class SetAttribute(CaseCommand):
    """An attribute of a case is set, or taken away.

    Attributes:
        attribute: Its name, as the policy declares it.
        value: What is noted: a text, a number, True or False; None: it is taken away.
    """

    attribute: str = an_id()
    value: Value | None = a_value(default=None)


@frozen
class AttributeSet(Event):
    """An attribute of a case has another value from now on; None: it has none."""

    case: str
    attribute: str
    value: Value | None


def against_value(name: str, value: Value, policy: Policy) -> Reason | None:
    """What is against noting a value: that there is no such attribute, or that it takes no such value."""
    declared = policy.attributes.get(name)
    if declared is None:
        return _unknown_attribute("attribute.value", name, policy, {"value": value})
    wrong: list[Problem] = []
    declared.kind.read(value, name, wrong)
    if not wrong:
        return None
    found = f"{quoted(value)} is no {name}"
    remedy = wrong[0].remedy or f"give {declared.kind.describe}"
    return Reason("attribute.value", found, remedy, {"attribute": name, "value": value})


def _unknown_attribute(rule: str, name: str, policy: Policy, facts: Mapping[str, Any]) -> Reason:
    known = ", ".join(policy.attributes)
    near = did_you_mean(name, policy.attributes) or f"use one of {known}"
    found = f"the policy has no attribute {quoted(name)}"
    return Reason(rule, found, near if known else _NOTE, {"attribute": name, **facts}, () if known else ("AddNote",))


def noted_values(given: Mapping[str, Value], policy: Policy) -> Mapping[str, Value]:
    """Values by name as the policy writes them; what does not fit is left out, and was refused already."""
    if not given:
        return NOTHING_NOTED
    read = {name: _as_declared(name, value, policy) for name, value in given.items()}
    return FrozenDict({name: value for name, value in read.items() if value is not None})


def _as_declared(name: str, value: Value, policy: Policy) -> Value | None:
    declared = policy.attributes.get(name)
    read: Any = MISSING if declared is None else declared.kind.read(value, name, [])
    return None if read is MISSING else read


# Needs and rules ---------------------------------------------------------------------------------------


@wants("case")
@measures("known")
def _some_declared(view: HasCase, _: SetAttribute, policy: Policy) -> Reason | None:
    if policy.attributes or view.case.attributes:
        return None
    return Reason("attribute.known", "the policy declares no attribute", _NOTE, {"known": ()}, ("AddNote",))


@wants("case")
@measures("known")
def _declared(view: HasCase, command: SetAttribute, policy: Policy) -> Reason | None:
    name = command.attribute
    if name in policy.attributes or (command.value is None and name in view.case.attributes):
        return None
    return _unknown_attribute("attribute.known", name, policy, {"known": (*policy.attributes,)})


@measures("attribute", "value")
def _value_fits(_: SeesCase, command: SetAttribute, policy: Policy) -> Reason | Unconcerned | None:
    value, name = command.value, command.attribute
    return UNCONCERNED if value is None or name not in policy.attributes else against_value(name, value, policy)


@wants("case")
@measures("attribute", "by", "may")
def _may_set(view: HasCase, event: AttributeSet, policy: Policy) -> Reason | Unconcerned | None:
    declared = policy.attributes.get(event.attribute)
    if declared is None:
        return UNCONCERNED
    if has_role(declared.set_by, view, event):
        return None
    who = " or ".join(SPOKEN_ROLES[role] for role in declared.set_by)
    return Reason(
        "attribute.set_by",
        f"{event.by} may not change {event.attribute} of case {view.case.id}",
        f"ask {who}" if who else "leave it as it is: the policy lets nobody change it",
        {"attribute": event.attribute, "by": event.by, "may": declared.set_by},
    )


def has_role(roles: tuple[TagRole, ...], view: HasCase, event: Event) -> bool:
    """Whether somebody who does something has one of these roles to the case."""
    return any(_FITS[role](view, event) for role in roles)


_FITS: Mapping[TagRole, Callable[[HasCase, Event], bool]] = MappingProxyType(
    {
        TagRole.ASSIGNEE: lambda view, event: event.by == view.case.assignee,
        TagRole.SUPERVISOR: lambda view, _: is_supervisor(view.actor),
        TagRole.SYSTEM: lambda _, event: event.by == SYSTEM,
    }
)
"""Whether somebody who does something has a role to the case."""


# Handler and evolve ------------------------------------------------------------------------------------


@wants("case")
def _set_attribute(view: HasCase, command: SetAttribute, policy: Policy) -> tuple[Event, ...]:
    c = command
    value = None if c.value is None else _as_declared(c.attribute, c.value, policy)
    noted = view.case.attributes.get(c.attribute)
    if value == noted and isinstance(value, bool) is isinstance(noted, bool):  # True is no 1
        return ()
    return (AttributeSet(c.by, c.at, c.case, c.attribute, value),)


def _note_value(case: Editing, event: AttributeSet) -> None:
    others = {name: value for name, value in case.attributes.items() if name != event.attribute}
    case.attributes = FrozenDict(others if event.value is None else {**others, event.attribute: event.value})


_SET = (SetAttribute,)

ATTRIBUTES: Room[SeesCase] = Room(
    name="attributes",
    needs=(
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _SET, not_closed),
        Rule("attribute.known", "The policy declares the attribute", "§4", _SET, _some_declared),
        Rule("attribute.known", "The policy declares the attribute", "§4", _SET, _declared, ("attribute",)),
    ),
    rules=(
        Rule("attribute.value", "A value is of its attribute's type", "§4", _SET, _value_fits, ("attribute", "value")),
        soft_rule(
            "attribute.set_by",
            "An attribute is set by those whom the policy names",
            "§4",
            (AttributeSet,),
            _may_set,
            ("attribute", "value"),
        ),
    ),
    decide={SetAttribute: _set_attribute},
    evolve={(Case, AttributeSet): _note_value},
    probes=(Probe("set_attribute", SetAttribute, asks=("attribute", "value")),),
)
