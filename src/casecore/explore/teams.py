"""The team of a scope, before any case: the desk and the books at which a search begins."""

from __future__ import annotations

from typing import Any

import attrs

from casecore.desk import Desk
from casecore.explore.policy_log import note_all, unlogged
from casecore.explore.scope import Scope
from casecore.kernel import changed
from casecore.policies import Policy
from casecore.promises import Step
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.rooms.composition import House


def starting_desk(scope: Scope, policy: Policy, house: House) -> tuple[Desk, Books]:
    """The desk with nothing but the team, and the books of its witnesses.

    Raises:
        ValueError: When the team cannot be brought to a desk with this policy.
    """
    desk, books = Desk(policy, house=house), Books()
    for command in scope.team:
        step = Step.of(desk, command)
        if not step.verdict:
            raise ValueError(f"{type(command).__name__} by {command.by} is refused: {step.verdict}")
        desk = step.after
        books.adopt(Happening(step.events, books, policy).layers[1:])
    return desk, books


def with_all_queues(policies: tuple[Policy, ...]) -> Policy:
    """The first policy, with the queues that only others have: the team may serve them all."""
    if all(policy.queues.keys() <= policies[0].queues.keys() for policy in policies):
        return policies[0]
    note_all(*policies)
    first, *others = map(unlogged, policies)
    more: dict[str, Any] = {
        name: queue for policy in others for name, queue in policy.queues.items() if name not in first.queues
    }
    closed = {name: attrs.evolve(queue, fallback=False) for name, queue in more.items()}
    joint: Policy = changed(first, queues={**first.queues, **closed})
    return joint
