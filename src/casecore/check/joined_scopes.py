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
from casecore.check import commands as said
from casecore.check.scopes import CheckedScope, scopes_of
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import Command
from casecore.policies import Policy
from casecore.policies.sections import Queue
from casecore.rooms.agents import AddAgent
from casecore.rooms.cases import CloseCase, CloseReason

ARRIVALS_SCOPE: Final = "a-case-for-every-queue"
ARRIVALS_TRIED: Final = 200
"""How many ways to arrive are tried."""


def scopes_of_both(old: Policy, new: Policy) -> tuple[CheckedScope, ...]:
    """The scopes in which two policies are compared."""
    found: dict[str, CheckedScope] = {}
    for checked in (*_arrival_scope(old, new), *scopes_of(old), *scopes_of(new)):
        name = checked.scope.name
        found[name] = _join_scopes(found[name], checked) if name in found else checked
    queues = frozenset((*old.queues, *new.queues))
    return tuple(attrs.evolve(checked, scope=_with_queues(checked.scope, queues)) for checked in found.values())


def _join_scopes(one: CheckedScope, other: CheckedScope) -> CheckedScope:
    parts = tuple(
        Part(_without_repeats((*mine.commands, *its.commands)), max(mine.copies, its.copies))
        for mine, its in zip(one.scope.parts, other.scope.parts, strict=True)
    )
    most = {name: max(count, other.scope.at_most[name]) for name, count in one.scope.at_most.items()}
    scope: Any = one.scope
    less = {key: min(by, other.scope.lowered.get(key, 0)) for key, by in scope.lowered.items()}
    joined = attrs.evolve(
        scope,
        lowered={key: by for key, by in less.items() if by},
        parts=parts,
        commands=_without_repeats((*scope.commands, *other.scope.commands)),
        at_most=most,
    )
    return CheckedScope(joined, one.ways | other.ways)


def _without_repeats(commands: Iterable[Command]) -> tuple[Command, ...]:
    kept: list[Command] = []
    for command in commands:
        if command not in kept:
            kept.append(command)
    return tuple(kept)


def _with_queues(scope: Any, queues: frozenset[str]) -> Scope:
    team: Iterable[Any] = scope.team
    joins = {member for member in team if isinstance(member, AddAgent) and member.queues}
    members = [attrs.evolve(member, queues=queues) if member in joins else member for member in team]
    served: Scope = attrs.evolve(scope, team=tuple(members))
    return served


def _arrival_scope(old: Policy, new: Policy) -> Iterator[CheckedScope]:
    """One case, in every way in which a queue of either policy can be entered; only where these differ."""
    if [*old.queues.items()] == [*new.queues.items()]:
        return
    queues = (*old.queues.values(), *new.queues.values())
    commands = [
        *_without_repeats(islice((command for queue in queues for command in _commands_into(queue)), ARRIVALS_TRIED)),
        *said.handling_commands("ana"),
        *said.closing_commands(),
        CloseCase("ana", NOON, said.CASE, CloseReason.SPAM),
    ]
    commands += [command for policy in (old, new) for command in said.sensitive_commands("ana", policy)]
    scope = Scope(
        ARRIVALS_SCOPE,
        said.team_commands(old, ana=said.EVERYTHING),
        (Part(_without_repeats(commands)),),
        apart=said.APART,
    )
    yield CheckedScope(scope, frozenset({"18"}))


def _commands_into(queue: Queue) -> Iterator[Command]:
    for channel, reason, language in product(
        queue.channels or (Channel.CHAT,), queue.reasons or (None,), queue.languages or (None,)
    ):
        for tags in (queue.tags[:1], ()) if queue.tags else ((),):
            yield from said.arrival_commands(channel, reason=reason, language=language, tags=frozenset(tags))
