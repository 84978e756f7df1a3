"""The small desks at which two policies are compared: those at which either of them is checked.

Where both have a scope of the same name, both are put together, so that what only one of them can be asked (its own
queue, its own code) is asked of both. The agents serve the queues of both. Where queues differ, one more scope has a
case for everything that a customer can select.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Any, Final

import attrs

from casecore.channels import Channel
from casecore.check import cast
from casecore.check.cast import Checked
from casecore.check.cast import scopes as scopes_of
from casecore.explore.pieces import NOON
from casecore.explore.scope import Part, Scope
from casecore.kernel import Command
from casecore.policies import Policy
from casecore.policies.sections import Queue
from casecore.rooms.agents import AddAgent
from casecore.rooms.cases import CloseCase, CloseReason

ARRIVALS: Final = "a case for every queue"
MOST: Final = 200
"""How many ways to arrive are tried."""


def together(old: Policy, new: Policy) -> tuple[Checked, ...]:
    """The scopes in which two policies are compared."""
    found: dict[str, Checked] = {}
    for checked in (*_arrivals(old, new), *scopes_of(old), *scopes_of(new)):
        name = checked.scope.name
        found[name] = _joined(found[name], checked) if name in found else checked
    queues = frozenset((*old.queues, *new.queues))
    return tuple(attrs.evolve(checked, scope=_serving(checked.scope, queues)) for checked in found.values())


def _joined(one: Checked, other: Checked) -> Checked:
    parts = tuple(
        Part(_all((*mine.commands, *its.commands)), mine.copies)
        for mine, its in zip(one.scope.parts, other.scope.parts, strict=True)
    )
    most = {name: max(count, other.scope.at_most[name]) for name, count in one.scope.at_most.items()}
    scope: Any = one.scope
    joined = attrs.evolve(scope, parts=parts, commands=_all((*scope.commands, *other.scope.commands)), at_most=most)
    return Checked(joined, one.ways | other.ways)


def _all(commands: Iterable[Command]) -> tuple[Command, ...]:
    kept: list[Command] = []
    for command in commands:
        if command not in kept:
            kept.append(command)
    return tuple(kept)


def _serving(scope: Any, queues: frozenset[str]) -> Scope:
    team: Iterable[Any] = scope.team
    joins = {member for member in team if isinstance(member, AddAgent) and member.queues}
    members = [attrs.evolve(member, queues=queues) if member in joins else member for member in team]
    served: Scope = attrs.evolve(scope, team=tuple(members))
    return served


def _arrivals(old: Policy, new: Policy) -> Iterator[Checked]:
    """One case, in every way in which a queue of either policy can be entered; only where these differ."""
    if [*old.queues.items()] == [*new.queues.items()]:
        return
    queues = (*old.queues.values(), *new.queues.values())
    commands = [
        *_all(islice((command for queue in queues for command in _entering(queue)), MOST)),
        *cast.works("ana"),
        *cast.closes_itself(),
        CloseCase("ana", NOON, cast.CASE, CloseReason.SPAM),
    ]
    commands += [command for policy in (old, new) for command in cast.proceeds("ana", policy)]
    scope = Scope(ARRIVALS, cast.team(old, ana=cast.EVERYTHING), (Part(_all(commands)),), (), cast.APART)
    yield Checked(scope, frozenset({"18"}))


def _entering(queue: Queue) -> Iterator[Command]:
    for channel, reason, language in product(
        queue.channels or (Channel.CHAT,), queue.reasons or (None,), queue.languages or (None,)
    ):
        for tags in (queue.tags[:1], ()) if queue.tags else ((),):
            yield from cast.arrives(channel, reason=reason, language=language, tags=frozenset(tags))
