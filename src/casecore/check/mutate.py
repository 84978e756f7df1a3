"""Guardedness: which rules and limits some promise guards.

A policy may be proved because its promises ask too little. So each rule is dropped, and each number that rules read is
read wrong by one step (while the promises read it right), one at a time, and the scopes in which the rule had something
to refuse are searched again. Where no promise breaks, nothing guards that rule: somebody could delete it, and the check
would still say that all is well. That is no fault of the policy; it is what the promises do not speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
from attrs import frozen

from casecore.check.scope_search import Wanted, choose_scopes, search_scope
from casecore.check.scopes import CheckedScope
from casecore.explore import LIMIT, Exploration, Result
from casecore.kernel import Command, Enforcement, Verdict
from casecore.kernel.durations import duration_text
from casecore.policies import Policy
from casecore.policies.sections import OwnRule
from casecore.promises import promises_of
from casecore.rooms.composition import HOUSE, House, View


@frozen
class Guard:
    """A rule or limit, and the promise that breaks when it is changed.

    Attributes:
        what: The rule's id, or the key and what it was read as.
        by: The number of the promise; None where nothing guards it.
        scopes: How many scopes were searched for it.
    """

    what: str
    by: str | None
    scopes: int


def mutations_of(policy: Policy, house: House = HOUSE) -> tuple[str, ...]:
    """What is changed, one at a time: every rule that blocks, and every limit."""
    return (*_blocking_rules(policy, house), *(what for what, _, _ in misreadings(policy)))


def _blocking_rules(policy: Policy, house: House) -> tuple[str, ...]:
    """The ids of the rules that refuse what breaks them, each once; those of the policy's own last."""
    rules = dict.fromkeys((*(rule.id for rule in house.rules), *(rule.id for rule in policy.rule)))
    return tuple(rule for rule in rules if policy.mode(rule) is Enforcement.BLOCK)


def find_guards(
    policy: Policy,
    *,
    house: House = HOUSE,
    scopes: Wanted = (),
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Guard, ...]:
    """Change every rule and limit by one step, and see whether some promise notices.

    Args:
        policy: The SOP; it should hold as it is.
        house: The rules.
        scopes: Scopes, by name or as they are; none given: all.
        limit: How many worlds of a scope are visited at most.
        progress: Told what is changed next.

    Raises:
        ValueError: When there is no such scope.
    """
    chosen = choose_scopes(policy, scopes, house=house)
    known = [(checked, search_scope(checked, policy, house, [], limit)) for checked in chosen]
    known.sort(key=lambda pair: pair[1].worlds)
    found = []
    for rule in _blocking_rules(policy, house):
        progress(rule)
        where = [checked for checked, exploration in known if rule in exploration.refusals]
        found.append(_find_guard(rule, where, policy, without_rule(house, rule), limit))
    for what, wrong, rules in misreadings(policy):
        progress(what)
        where = [checked for checked, exploration in known if not exploration.refusals.isdisjoint(rules)]
        found.append(_find_guard(what, where, policy, Misread(house.rooms, wrong=wrong), limit))
    return tuple(found)


def _find_guard(what: str, where: list[CheckedScope], policy: Policy, house: House, limit: int) -> Guard:
    claimed = [promise for promise in promises_of(house, policy) if promise.claimed(policy)]
    for number, checked in enumerate(where, 1):
        exploration = search_scope(checked, policy, house, claimed, limit)
        broken = _first_broken(exploration)
        if broken is not None:
            return Guard(what, broken, number)
    return Guard(what, None, len(where))


def _first_broken(exploration: Exploration) -> str | None:
    failed = (name for name, answer in exploration.found.items() if answer.result is Result.FAILS)
    return min(failed, default=None)


def without_rule(house: House, rule: str) -> House:
    """A house in which nobody asks about a rule, also where it is a policy's own."""
    rooms: tuple[Any, ...] = house.rooms
    return House(
        tuple(
            attrs.evolve(room, rules=tuple(kept for kept in room.rules if kept.id != rule), brings=_without(rule, room))
            for room in rooms
        )
    )


def _without(rule: str, room: Any) -> Callable[[tuple[OwnRule, ...]], Any] | None:
    """What a room makes of a policy's own rules when there is one less; None where it makes nothing of them."""
    brings = room.brings
    return None if brings is None else lambda said: brings(tuple(own for own in said if own.id != rule))


@attrs.frozen(eq=False)
class Misread(House):
    """A house whose rules read another policy than the one in force."""

    wrong: Policy = attrs.field(kw_only=True)

    def decide(self, view: View, command: Command, policy: Any) -> Verdict:
        """What happens if the policy is read wrong."""
        del policy
        return super().decide(view, command, self.wrong)


def misreadings(policy: Policy) -> Iterator[tuple[str, Policy, frozenset[str]]]:
    """Every limit read wrong by one step: what it is, the policy as it is then read, and the rules that read it."""
    one, more = timedelta(seconds=1), 1
    capacity = frozenset({"capacity.channel", "capacity.total"})
    yield from _misread_key(policy, "capacity.total", more, capacity)
    for channel in ("chat", "email", "voice"):
        yield from _misread_key(policy, f"capacity.{channel}", more, capacity)
    yield from _misread_key(policy, "chat.idle.silence", -one, frozenset({"idle.silence"}))
    yield from _misread_key(policy, "chat.idle.ask_first", -1, frozenset({"idle.asked"}))
    yield from _misread_key(policy, "routing.offer_timeout", -one, frozenset({"offer.timeout"}))
    yield from _misread_key(policy, "away.grace", -one, frozenset({"away.grace"}))


def _misread_key(
    policy: Policy, path: str, step: Any, rules: frozenset[str]
) -> Iterator[tuple[str, Policy, frozenset[str]]]:
    value = policy.value(path)
    if value is not None and value + step >= value * 0:
        yield f"{path} read as {_write_value(value + step)}", _with_value(policy, path.split("."), value + step), rules


def _write_value(value: Any) -> str:
    return duration_text(value) if isinstance(value, timedelta) else str(value)


def _with_value(section: Any, path: list[str], value: Any) -> Any:
    name, *rest = path
    return attrs.evolve(section, **{name: _with_value(getattr(section, name), rest, value) if rest else value})
