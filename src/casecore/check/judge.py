"""The judgement: every promise, asked of every step of every scope.

A promise is judged over all scopes together: it fails when one breaks it, and the shortest story is shown; it is
proved when none does and at least one put it to the test. What the policy softens is not claimed, and not asked.

Four promises are not about one step, and are judged in ways of their own: that there is always a way on (18, 19) is
asked of every world of a scope; that the longer waiting is offered first (17) is asked of routing at every small desk
with two equal cases (`order.py`); that every rule is used (20) is counted over all scopes and the walk; and that a
change strands nobody (21) is asked where the policy has dated changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from casecore.check.cast import Checked
from casecore.check.cast import scopes as scopes_of
from casecore.check.fixes import nearest_fix
from casecore.check.lint import lint
from casecore.check.occasions import OCCASIONS
from casecore.check.order import judge_order
from casecore.check.report import Judgement, Report, Searched, Verdict
from casecore.check.walk import Walked
from casecore.check.walk import walk as walked_by
from casecore.composition import HOUSE, RULES, View
from casecore.desk import Desk
from casecore.explore import LIMIT, Exploration, Found, Result, explore
from casecore.house import House
from casecore.kernel import Enforcement
from casecore.keys import did_you_mean
from casecore.policies import Policy
from casecore.promises import PROMISES, TRIGGERS, Promise, Step
from casecore.statuses import CASE_LIFECYCLE, Status

WAYS: Final[Mapping[str, Callable[[Desk], bool]]] = {
    "18": lambda desk: all(file.case.status is Status.CLOSED for file in desk.cases.values()),
    "19": lambda desk: all(file.draft is None for file in desk.cases.values()),
}
"""Where there must always be a way to, by the promise's number: every case is closed; no draft waits."""

STEPS: Final = 2_000
"""How long the random walk is."""


def check(
    policy: Policy,
    *,
    house: House[View] = HOUSE,
    only: frozenset[str] = frozenset(),
    scopes: Iterable[str] = (),
    limit: int = LIMIT,
    walk: int = STEPS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Check a policy.

    Args:
        policy: The SOP.
        house: The rules that are asked.
        only: Numbers of promises; none given: all.
        scopes: Names of scopes; none given: all of `cast.scopes`.
        limit: How many worlds of a scope are visited at most.
        walk: How many steps are walked at random besides; 0: none.
        seed: What the random walk begins with.
        progress: Told the name of each scope before it is searched, and `walk`.

    Raises:
        ValueError: When there is no such promise or scope; it names those there are.
    """
    chosen, promises = _chosen(policy, tuple(scopes)), _asked(only)
    claimed = [promise for promise in promises if promise.claimed(policy)]
    searched: list[tuple[Checked, Exploration]] = []
    for checked in chosen:
        progress(checked.scope.name)
        searched.append((checked, explored(checked, policy, house, claimed, limit)))
    walked = Walked(0, frozenset())
    if walk:
        progress("walk")
        walked = walked_by(policy, walk, seed, house)
    explorations = [exploration for _, exploration in searched]
    judgements = [_judged(promise, policy, searched, walked) for promise in promises]
    judgements = [_with_fix(judgement, policy, searched, house, limit) for judgement in judgements]
    used = walked.refusals.union(*(exploration.refusals for exploration in explorations))
    unused = tuple(sorted({rule.id for rule in RULES} - used))
    if not only or "17" in only:
        judgements.append(judge_order(policy))
    if not only or "20" in only:
        judgements.append(_judged_use(explorations, unused))
    return Report(
        policy,
        lint(policy),
        tuple(_searched(exploration) for exploration in explorations),
        tuple(sorted(judgements, key=lambda judgement: judgement.number)),
        walked.steps,
        unused,
    )


def _chosen(policy: Policy, names: tuple[str, ...]) -> tuple[Checked, ...]:
    known = {checked.scope.name: checked for checked in scopes_of(policy)}
    for name in names:
        if name not in known:
            raise ValueError(
                f"there is no scope {name!r}; {did_you_mean(name, known) or 'use one of ' + ', '.join(known)}"
            )
    return tuple(known[name] for name in names) or tuple(known.values())


def _asked(numbers: frozenset[str]) -> list[Promise]:
    known = {*(promise.number for promise in PROMISES), "17", "20"}
    for number in sorted(numbers - known):
        raise ValueError(f"there is no promise {number!r} that a check asks; use one of {', '.join(sorted(known))}")
    return [promise for promise in PROMISES if not numbers or promise.number in numbers]


def explored(checked: Checked, policy: Policy, house: House[View], claimed: list[Promise], limit: int) -> Exploration:
    """Search one scope for these promises, their occasions, and every edge of the life cycle."""
    numbers = [promise.number for promise in claimed]
    return explore(
        checked.scope,
        policy,
        house=house,
        always={promise.number: promise.asks for promise in claimed if promise.number not in WAYS},
        sometimes={**{_occasion(number): OCCASIONS[number].met for number in numbers}, **EDGES},
        possible={number: WAYS[number] for number in sorted(checked.ways) if number in numbers},
        limit=limit,
    )


def _edge_met(source: Status, trigger: str) -> Callable[[Step], bool]:
    def met(step: Step) -> bool:
        return any(
            type(event) in TRIGGERS
            and TRIGGERS[type(event)](event) == trigger
            and step.before.status(event.case) is source  # type: ignore[attr-defined]  # it is about a case
            for event in step.events
        )

    return met


EDGES: Final[Mapping[str, Callable[[Step], bool]]] = {
    f"edge {edge}": _edge_met(Status(edge.source), edge.trigger) for edge in CASE_LIFECYCLE.edges
}
"""For each edge of the life cycle, whether a step goes along it."""


def _occasion(number: str) -> str:
    return f"occasion of {number}"


def _searched(found: Exploration) -> Searched:
    scope = found.scope
    return Searched(scope.name, scope.cast, found.worlds, found.transitions, found.decisions, found.complete)


# Judging -----------------------------------------------------------------------------------------------


def _judged(promise: Promise, policy: Policy, searched: list[tuple[Checked, Exploration]], walked: Walked) -> Judgement:
    """What all scopes, and the walk, say of one promise."""
    number, title = promise.number, promise.title
    if not promise.claimed(policy):
        return Judgement(number, title, Verdict.NOT_CLAIMED, _softened(promise, policy))
    here = [exploration for _, exploration in searched if number in exploration.found]
    occasions = [(exploration, exploration[_occasion(number)]) for exploration in here]
    met = [(exploration, occasion) for exploration, occasion in occasions if occasion.result is Result.PROVED]
    times = sum(occasion.times for _, occasion in met)
    names = tuple(exploration.scope.name for exploration, _ in met)
    witness = _shortest(occasion for _, occasion in met)
    answers = [exploration[number] for exploration in here]
    broken = _shortest(answer for answer in answers if answer.result is Result.FAILS)
    if broken is not None:
        return Judgement(number, title, Verdict.FAILS, "", times, names, broken.story, broken.wrong)
    if walked.broken is not None and walked.broken.number == number:
        found = walked.broken
        return Judgement(number, title, Verdict.FAILS, "found by the walk", times, names, found.story, found.wrong)
    if any(answer.result is Result.INCONCLUSIVE for answer in answers):
        return Judgement(number, title, Verdict.INCONCLUSIVE, _how_far(here, number), times, names)
    if not met:
        why = OCCASIONS[number].missing if here else "none of the scopes asks for it"
        return Judgement(number, title, Verdict.VACUOUS, why)
    story = None if witness is None else witness.story
    return Judgement(number, title, Verdict.PROVED, "", times, names, witness=story)


def _with_fix(
    judgement: Judgement, policy: Policy, searched: list[tuple[Checked, Exploration]], house: House[View], limit: int
) -> Judgement:
    """A broken promise with the nearest change of the policy that mends it; others as they are."""
    number = judgement.number
    where = [
        (checked, found)
        for checked, found in searched
        if number in found.found and found[number].result is Result.FAILS
    ]
    if judgement.verdict is not Verdict.FAILS or not where:
        return judgement
    checked, before = min(where, key=lambda pair: pair[1].worlds)
    held = {name for name, answer in before.found.items() if answer.result is not Result.FAILS}

    def holds(changed: Policy) -> bool:
        again = next((other for other in scopes_of(changed) if other.scope.name == checked.scope.name), None)
        if again is None:
            return False
        claimed = [promise for promise in PROMISES if promise.claimed(changed)]
        found = explored(again, changed, house, claimed, limit).found
        worse = any(name in held and answer.result is Result.FAILS for name, answer in found.items())
        return number in found and found[number].result is Result.PROVED and not worse

    return attrs.evolve(judgement, fix=nearest_fix(policy, holds))


def _judged_use(explorations: list[Exploration], unused: tuple[str, ...]) -> Judgement:
    """What is known of promise 20: that every rule and every edge is used somewhere."""
    title, reached = (
        "every rule and every edge is used somewhere",
        {name for name in EDGES for exploration in explorations if exploration[name].result is Result.PROVED},
    )
    missing = sorted(EDGES.keys() - reached)
    rules = len({rule.id for rule in RULES})
    seen = f"{rules - len(unused)} of {rules} rules refuse something"
    if missing:
        return Judgement("20", title, Verdict.VACUOUS, f"nothing goes along {', '.join(missing)}; {seen}")
    names = tuple(exploration.scope.name for exploration in explorations)
    return Judgement("20", title, Verdict.PROVED, f"{len(EDGES)} of {len(EDGES)} edges; {seen}", len(reached), names)


def _shortest(found: Iterable[Found]) -> Found | None:
    told = [one for one in found if one.story is not None]
    return min(told, key=lambda one: len(one.story or ()), default=None)


def _softened(promise: Promise, policy: Policy) -> str:
    """Why a promise is not claimed."""
    soft = [f"{rule} is {policy.mode(rule)}" for rule in promise.rules if policy.mode(rule) is not Enforcement.BLOCK]
    return f"the policy says that {' and '.join(soft)}" if soft else "the policy allows what it forbids"


def _how_far(explorations: list[Exploration], number: str) -> str:
    """Why nothing is known of a promise."""
    cut = [exploration for exploration in explorations if not exploration.complete]
    if cut:
        found = max(cut, key=lambda exploration: exploration.worlds)
        return f"{found.scope.name}: given up after {found.worlds} worlds, and nothing wrong so far"
    seen = sum(exploration[number].times for exploration in explorations)
    return f"{seen} steps break it, but no story with real instants leads to one of them"
