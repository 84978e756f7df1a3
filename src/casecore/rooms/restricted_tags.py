"""Restricted tags: what the policy looks at is set and taken away by those whom it names.

* A tag on which an override, or the filter of a queue, depends decides which rules hold. So setting **and** removing it
  on a case is for those whom `tags.restricted_to` names: whoever may tag could else lift a limit of their own.
* What the host gives when a case arrives is the system's, and is not asked. Any other tag is anybody's, and so is every
  tag of a message, at which no policy looks.
"""

from __future__ import annotations

from casecore.kernel import SYSTEM, Reason, Room
from casecore.kernel.rooms import measures, soft_rule, wants
from casecore.kernel.words import same_form
from casecore.policies import Policy
from casecore.policies.sections import TagRole
from casecore.rooms.agents import is_supervisor
from casecore.rooms.cases import HasCase, SeesCase
from casecore.rooms.notes import CaseTagged, CaseUntagged

_SPOKEN = {TagRole.ASSIGNEE: "its assignee", TagRole.SUPERVISOR: "a supervisor", TagRole.SYSTEM: "the system"}


@wants("case")
@measures("tag", "by", "may")
def _may_tag(view: HasCase, event: CaseTagged | CaseUntagged, policy: Policy) -> Reason | None:
    roles = policy.tags.restricted_to
    fits = {
        TagRole.ASSIGNEE: event.by == view.case.assignee,
        TagRole.SUPERVISOR: is_supervisor(view.actor),
        TagRole.SYSTEM: event.by == SYSTEM,
    }
    if any(fits[role] for role in roles) or same_form(event.tag) not in policy.tags_looked_at:
        return None
    who = " or ".join(_SPOKEN[role] for role in roles)
    return Reason(
        "tags.restricted_to",
        f"the policy looks at the tag {event.tag!r}; {event.by} may not change it",
        f"ask {who}" if who else "leave it as it is: the policy lets nobody change it",
        {"tag": event.tag, "by": event.by, "may": roles},
    )


_TAGGED = (CaseTagged, CaseUntagged)

RESTRICTED_TAGS: Room[SeesCase] = Room(
    name="restricted_tags",
    rules=(
        soft_rule(
            "tags.restricted_to", "What the policy looks at is for few to change", "§4", _TAGGED, _may_tag, ("tag",)
        ),
    ),
)
