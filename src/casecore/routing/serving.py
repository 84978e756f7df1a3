"""Serving: who serves a queue, and what waits in one that nobody serves.

Whether somebody is there is not asked: an agent who is at lunch serves the queue. A queue that overflows is served by
the members of the other one, too. Of a queue that is closed nothing is reported before it opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from casecore.desk import AnyDesk
from casecore.kernel import frozen
from casecore.kernel.fields import to_instant
from casecore.policies import Policy
from casecore.rooms.agents import APPROVE, Agent
from casecore.rooms.composition import CaseFile
from casecore.rooms.opening_hours import is_closed
from casecore.rooms.overflow import is_served


@frozen
class Unserved:
    """Something that waits in a queue that nobody serves.

    Attributes:
        case: Which case.
        queue: Where it waits.
        since: Since when (aware).
        why: What is wrong with the queue, in words.
        review: Whether the review of its draft waits there, and not the case itself.
    """

    case: str
    queue: str
    since: datetime
    why: str
    review: bool

    def __str__(self) -> str:
        what = f"the review of case {self.case}" if self.review else f"case {self.case}"
        return f"{what} waits in {self.queue} since {self.since:%Y-%m-%d %H:%M:%S}: {self.why}"


def unserved(desk: AnyDesk, at: datetime) -> tuple[Unserved, ...]:
    """Every case, and every review, that waits in a queue that nobody serves, the longest waiting first.

    It looks at the whole desk, so a host with many cases asks it now and then, and is told of single ones by
    notifications.

    Args:
        desk: The whole desk.
        at: Now (aware): which queues the policy has may change on a date, and some may be closed.

    Raises:
        CommandError: When the instant is none.
    """
    at = to_instant(at)
    policy, agents = desk.policy.at(at), desk.agents.values()
    wrong: tuple[dict[str, str], dict[str, str]] = ({}, {})
    found = list[Unserved]()
    for file in desk.cases.values():
        for queue, since, review in _places_of(file):
            known = wrong[review]
            if queue not in known:
                closed = is_closed(queue, policy, at)
                known[queue] = "" if closed else _wrong_with(queue, agents, policy, review=review)
            if known[queue]:
                found.append(Unserved(file.case.id, queue, since, known[queue], review))
    return tuple(sorted(found, key=lambda one: (one.since, one.case, one.review)))


def _places_of(file: CaseFile) -> Iterator[tuple[str, datetime, bool]]:
    """Where a case, and the review of its draft, waits, and since when."""
    case, draft = file.case, file.draft
    if case.waiting_since is not None:
        yield case.queue, case.waiting_since, False
    if draft is not None and draft.reviewer is None:
        yield draft.queue, draft.waiting_since, True


def _wrong_with(queue: str, agents: Iterable[Agent], policy: Policy, *, review: bool) -> str:
    """Why nobody will ever take what waits in a queue; nothing where somebody may."""
    if queue not in policy.queues:
        return "the policy has no such queue"
    if review and not any(queue in agent.queues and agent.may(APPROVE) for agent in agents):
        return "no agent who serves it may approve" if any(queue in agent.queues for agent in agents) else _NOBODY
    return "" if review or is_served(queue, agents, policy) else _NOBODY


_NOBODY = "no agent serves it"
