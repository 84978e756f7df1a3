"""The scopes of a check, searched: which of them, under which policy, and what is asked of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from casecore.check.report import Searched
from casecore.check.rule_traps import blame_rules
from casecore.check.scopes import CheckedScope, find_scopes, scopes_of
from casecore.explore import Exploration, Watched, explore
from casecore.explore.scope import NOON, Scope
from casecore.policies import Policy
from casecore.promises import WAYS_ON, Promise
from casecore.promises.in_force import beginning_of
from casecore.promises.life_cycle import EDGES, edges_of
from casecore.rooms.composition import HOUSE, House

Wanted = str | Iterable[str | Scope | CheckedScope]
"""Scopes that somebody asks for, by name or as they are; none: all there are."""


@attrs.frozen(eq=False)
class ScopeSearch:
    """A scope that was searched: under which policy, and what was found.

    Attributes:
        alike: The name of the scope that was searched in its stead, because no change between the two touches it
            (`untouched.py`); none: it was searched itself.
    """

    checked: CheckedScope
    policy: Policy
    found: Exploration
    alike: str = ""


def choose_scopes(
    policy: Policy, wanted: Wanted = (), begin: datetime | None = None, house: House = HOUSE
) -> tuple[CheckedScope, ...]:
    """The scopes that are wanted, or all; where the policy is in force from a date on, they say so."""
    every = scopes_of(policy, house)
    return dated_scopes(find_scopes(wanted, every) or every, begin)


def dated_scopes(chosen: tuple[CheckedScope, ...], begin: datetime | None) -> tuple[CheckedScope, ...]:
    """Scopes whose names say from when on they are searched; None: from the beginning, which nobody needs to say."""
    if begin is None:
        return chosen
    since = f", from {begin:%Y-%m-%d}"
    scopes: list[Any] = [checked.scope for checked in chosen]
    dated = [attrs.evolve(scope, name=scope.name + since) for scope in scopes]
    return tuple(CheckedScope(scope, checked.ways) for scope, checked in zip(dated, chosen, strict=True))


def moved_policy(policy: Policy, at: datetime | None) -> Policy:
    """A policy whose dates are moved so that a search, which stands at `NOON`, stands at one of its instants.

    So the layers themselves are tried: by `decide` as at a desk, and by the witnesses in their own reading. The last
    change that has begun begins at noon, those before it a day earlier each, and those that are still to come begin in
    ten years, a day after each other: stories go on for some days.

    Args:
        policy: The SOP.
        at: The instant (aware) at which it is to stand; None: before every change.
    """
    if not policy.change:
        return policy
    changes: tuple[Any, ...] = policy.change
    begins = [beginning_of(change.on, policy.zone) for change in changes]
    every = sorted({*begins})
    begun = 0 if at is None else sum(begin <= at for begin in every)
    days = {begin: number - begun + (1 if number < begun else TEN_YEARS) for number, begin in enumerate(every)}
    moved = (
        attrs.evolve(change, on=NOON + timedelta(days=days[begin]))
        for change, begin in zip(changes, begins, strict=True)
    )
    dated: Any = policy
    tried: Policy = attrs.evolve(dated, change=tuple(moved))
    return tried


TEN_YEARS: Final = 3_653
"""How many days it takes until what is still to come begins."""


def search_scope(
    checked: CheckedScope, policy: Policy, house: House, claimed: list[Promise], limit: int
) -> Exploration:
    """Search one scope for these promises, what puts them to the test, and every edge of the life cycle."""
    found = explore(checked.scope, policy, house=house, watched=watched_in(checked, claimed), limit=limit)
    return blame_rules(found, policy, house, limit)


def watched_in(checked: CheckedScope, claimed: list[Promise]) -> Watched:
    """What is asked of a scope: these promises, what puts them to the test, and every edge of the life cycle."""
    numbers = [promise.number for promise in claimed]
    return Watched(
        witnesses={promise.number: promise.breaches for promise in claimed if promise.way_on is None},
        occasions={occasion_name(promise.number): promise.occasion.met for promise in claimed},
        edges=edges_of,
        edge_names=tuple(EDGES.values()),
        situations={situation.what: situation.tried for promise in claimed for situation in promise.situations},
        ways={number: WAYS_ON[number].reached for number in sorted(checked.ways) if number in numbers},
    )


def occasion_name(number: str) -> str:
    """What the occasion of a promise is called among the answers of a search."""
    return f"occasion of {number}"


def describe_search(search: ScopeSearch) -> Searched:
    """A search as a report holds it."""
    found, scope = search.found, search.found.scope
    return Searched(
        scope.name,
        scope.cast,
        worlds=found.worlds,
        desks=found.desks,
        transitions=found.transitions,
        decisions=found.decisions,
        complete=found.complete,
        alike=search.alike,
    )
