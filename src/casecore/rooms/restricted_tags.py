"""Restricted tags: what the policy looks at is set and taken away by those whom it names.

* A tag on which an override, or the filter of a queue, depends decides which rules hold. So setting **and** removing it
  on a case is for those whom `tags.restricted_to` names: whoever may tag could else lift a limit of their own.
* So it is with the level of a case, where a rule of a team's own looks at it; the system may always set it.
* What the host gives when a case arrives is the system's, and is not asked. Any other tag is anybody's, and so is every
  tag of a message, at which no policy looks.
"""

from __future__ import annotations

from collections.abc import Mapping

from casecore.kernel import SYSTEM, UNCONCERNED, Event, Reason, Room, Unconcerned
from casecore.kernel.rooms import measures, soft_rule, wants
from casecore.kernel.words import same_form
from casecore.policies import Policy
from casecore.policies.conditions import Fact
from casecore.rooms.attributes import SPOKEN_ROLES, has_role
from casecore.rooms.cases import HasCase, SeesCase
from casecore.rooms.notes import CaseTagged, CaseUntagged
from casecore.rooms.sla import LevelSet


@wants("case")
@measures("by", "may")
def _may_set_level(view: HasCase, event: LevelSet, policy: Policy) -> Reason | Unconcerned | None:
    roles = policy.tags.restricted_to
    if event.by == SYSTEM or not any(test.fact is Fact.LEVEL for test in policy.tests_of_rules):
        return UNCONCERNED
    return None if has_role(roles, view, event) else _not_for("the level", event, policy, {"level": event.level})


@wants("case")
@measures("by", "may")
def _may_tag(view: HasCase, event: CaseTagged | CaseUntagged, policy: Policy) -> Reason | Unconcerned | None:
    if same_form(event.tag) not in policy.tags_looked_at:
        return UNCONCERNED
    if has_role(policy.tags.restricted_to, view, event):
        return None
    return _not_for(f"the tag {event.tag!r}", event, policy, {"tag": event.tag})


def _not_for(what: str, event: Event, policy: Policy, facts: Mapping[str, str]) -> Reason:
    roles = policy.tags.restricted_to
    who = " or ".join(SPOKEN_ROLES[role] for role in roles)
    return Reason(
        "tags.restricted_to",
        f"the policy looks at {what}; {event.by} may not change it",
        f"ask {who}" if who else "leave it as it is: the policy lets nobody change it",
        {**facts, "by": event.by, "may": roles},
    )


_TAGGED = (CaseTagged, CaseUntagged)

RESTRICTED_TAGS: Room[SeesCase] = Room(
    name="restricted_tags",
    rules=(
        soft_rule(
            "tags.restricted_to", "What the policy looks at is for few to change", "§4", _TAGGED, _may_tag, ("tag",)
        ),
        soft_rule(
            "tags.restricted_to",
            "What the policy looks at is for few to change",
            "§4",
            (LevelSet,),
            _may_set_level,
            ("level",),
        ),
    ),
)
