"""The small desks at which two policies are compared: those at which either of them is checked.

Where both have a scope of the same name, both are put together, so that what only one of them can be asked (its own
queue, its own code) is asked of both. The agents serve the queues of both. Where queues differ, one more scope has a
case for everything that a customer can select. Scopes of own rules are made for the rules of both. Tags, what channels
take and codes of disposal have scopes of their own where they differ: no promise needs these, so a check does without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice, product
from typing import Any, Final

import attrs

from casecore.channels import Channel, MessageKind
from casecore.check import commands as said
from casecore.check.scopes import CheckedScope, scopes_of_rules, scopes_without_rules
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import CUSTOMER, Command, changed
from casecore.policies import Policy
from casecore.policies.sections import Queue
from casecore.rooms.agents import AddAgent
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.composition import HOUSE, House
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddTag, RemoveTag
from casecore.rooms.replies import SendReply
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status

ARRIVALS_SCOPE: Final = "a-case-for-every-queue"
ARRIVALS_TRIED: Final = 200
"""How many ways to arrive are tried."""


def scopes_of_both(old: Policy, new: Policy, house: House = HOUSE) -> tuple[CheckedScope, ...]:
    """The scopes in which two policies are compared."""
    found: dict[str, CheckedScope] = {}
    besides = (*_arrival_scope(old, new), *map(CheckedScope, _scopes_of_what_differs(old, new)))
    said = (*scopes_without_rules(old, house), *scopes_without_rules(new, house), *scopes_of_rules(old, new))
    for checked in (*besides, *said):
        name = checked.scope.name
        found[name] = _join_scopes(found[name], checked) if name in found else checked
    every = (frozenset(old.queues), frozenset(new.queues))
    return tuple(attrs.evolve(checked, scope=_with_queues(checked.scope, every)) for checked in found.values())


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


def _with_queues(scope: Any, every: tuple[frozenset[str], frozenset[str]]) -> Scope:
    """The scope in which whoever serves every queue of one policy serves those of both."""
    team: Iterable[Any] = scope.team
    joins = {member for member in team if isinstance(member, AddAgent) and member.queues in every}
    queues = frozenset().union(*every)
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


def _scopes_of_what_differs(old: Policy, new: Policy) -> Iterator[Scope]:
    """Scopes for tables that no scope of a check is about, where they differ."""
    if old.tags != new.tags:
        yield _tags_scope(old, new)
    for channel in Channel:
        rules = [getattr(policy.channels, channel) for policy in (old, new)]
        asked = [channel in policy.authentication.channels for policy in (old, new)]
        if rules[0] != rules[1] or asked[0] is not asked[1]:
            yield _channel_scope(channel, old, new)
    if {*old.wrap_up.codes} != {*new.wrap_up.codes}:
        yield _codes_scope(old, new)


def _tags_scope(old: Policy, new: Policy) -> Scope:
    """One case that is tagged once more than the smaller of two limits lets it."""
    most = min(policy.tags.limit for policy in (old, new))
    less = max(most - TAGS_TRIED, 0)
    commands = [
        *said.arrival_commands(Channel.MESSAGING),
        OpenCase("ana", NOON, said.CASE),
        *(AddTag("ana", NOON, said.CASE, f"tag {number}") for number in range(most - less + 1)),
        RemoveTag("ana", NOON, said.CASE, "tag 0"),
    ]
    lowered = {"tags.limit": less} if less else {}
    return Scope("tags-to-the-limit", _team(old), (Part(tuple(commands)),), apart=said.APART, lowered=lowered)


TAGS_TRIED: Final = 2
"""As what a larger limit of tags is compared."""


def _channel_scope(channel: Channel, old: Policy, new: Policy) -> Scope:
    """One case on a channel: everything that customers may send there, and agents answer."""
    reply = partial(SendReply, "ana", NOON, said.CASE, "m", send_as=Status.PENDING, subject="Your request")
    arrives = [*said.arrival_commands(channel)]
    commands = [
        *arrives,
        *(changed(one, kind=kind) for one in arrives for kind in MessageKind if isinstance(one, ReceiveMessage)),
        OpenCase("ana", NOON, said.CASE),
        reply("Here you are"),
        reply("Here you are", attachments=("a.pdf",)),
        reply("\N{WAVING HAND SIGN}"),
        *said.contact_commands("ana", old),
        *(command for policy in (old, new) for command in said.sensitive_commands("ana", policy)),
        *(SetStatus("ana", NOON, said.CASE, status) for status in (Status.PENDING, Status.RESOLVED)),
    ]
    return Scope(f"on-{channel}", _team(old), (Part(_without_repeats(commands)),), apart=said.APART)


def _codes_scope(old: Policy, new: Policy) -> Scope:
    """One case that is disposed by each code that only one policy has."""
    codes = sorted({*old.wrap_up.codes} ^ {*new.wrap_up.codes})[:CODES_TRIED]
    commands = [
        *said.arrival_commands(Channel.CHAT),
        OpenCase("ana", NOON, said.CASE),
        EndContact(CUSTOMER, NOON, said.CASE),
        *(Dispose("ana", NOON, said.CASE, code, "As agreed") for code in codes),
    ]
    return Scope("every-code", _team(old), (Part(tuple(commands)),), apart=said.APART)


CODES_TRIED: Final = 20
"""How many codes are tried."""


def _team(policy: Policy) -> tuple[Command, ...]:
    return said.team_commands(policy, ana=said.EVERYTHING)


def _commands_into(queue: Queue) -> Iterator[Command]:
    for channel, reason, language in product(
        queue.channels or (Channel.CHAT,), queue.reasons or (None,), queue.languages or (None,)
    ):
        for tags in (queue.tags[:1], ()) if queue.tags else ((),):
            yield from said.arrival_commands(channel, reason=reason, language=language, tags=frozenset(tags))
