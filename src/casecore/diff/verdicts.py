"""What a change of the policy does to its promises (§10): which verdicts are others from now on.

Promises are asked, under both policies, only in the scopes in which something differs; everywhere else both do the
same, and so have the same verdict. Where these scopes put a promise to the test under one policy only, the others are
asked too: if none of them does, either nothing tests it any more (proved -> vacuous), or something tests it at last.

Which promises the policies *claim* is known without a search (`claim_changes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from attrs import field, frozen

from casecore.check.inquiries import NOTHING_KEPT, Answers
from casecore.check.judge import judge_promise
from casecore.check.kept_searches import search_inquiry
from casecore.check.report import Judgement, PromiseVerdict
from casecore.check.scope_search import ScopeSearch
from casecore.check.scopes import CheckedScope
from casecore.check.walk import WalkResult
from casecore.explore import LIMIT, Result, Watched, explore
from casecore.policies import Policy
from casecore.promises import Promise, promises_of
from casecore.rooms.composition import HOUSE, House

_TESTED_BY_ONE: Final = frozenset({PromiseVerdict.PROVED, PromiseVerdict.VACUOUS})


@frozen
class VerdictChange:
    """A promise with another verdict.

    Attributes:
        number: Its number in §10.
        old: What is known of it under the old policy: in the scopes in which something differs, and in the others only
            whether they put it to the test. None: it is claimed, and no more is known.
        new: The same under the new one.
    """

    number: str
    title: str
    old: Judgement | None = field(repr=False)
    new: Judgement | None = field(repr=False)


def claim_changes(old: Policy, new: Policy, house: House = HOUSE) -> tuple[VerdictChange, ...]:
    """The promises that only one of the policies claims; no scope is searched for this."""
    return tuple(
        VerdictChange(
            promise.number,
            promise.title,
            *(None if promise.claimed(policy) else _judge_alone(promise, policy, []) for policy in (old, new)),
        )
        for promise in promises_of(house, old, new)
        if promise.claimed(old) is not promise.claimed(new)
    )


def _judge_alone(promise: Promise, policy: Policy, searched: list[ScopeSearch]) -> Judgement:
    return judge_promise(promise, policy, searched, WalkResult(0, frozenset()), whole=False)


def _unless_only_claimed(judgement: Judgement) -> Judgement | None:
    """A judgement beside one that nothing is claimed; None where it is only claimed."""
    return None if judgement.verdict is PromiseVerdict.VACUOUS else judgement


def compare_verdicts(
    scopes: Iterable[CheckedScope],
    old: Policy,
    new: Policy,
    *,
    others: Iterable[CheckedScope] = (),
    house: House = HOUSE,
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
    answers: Answers = NOTHING_KEPT,
    jobs: int = 1,
) -> tuple[VerdictChange, ...]:
    """The promises whose verdicts differ.

    Args:
        scopes: Where they are asked: where something differs.
        old: The SOP before.
        new: The SOP after.
        others: All other scopes in which the policies are compared.
        house: The rules that are asked.
        limit: How many worlds of a scope are visited at most.
        progress: Told the name of each scope before it is searched.
        answers: Where what a check has found is looked for.
        jobs: How many scopes are searched at a time.
    """
    claimed = {id(policy): [one for one in promises_of(house, policy) if one.claimed(policy)] for policy in (old, new)}
    planned = [(checked, policy) for checked in scopes for policy in (old, new)]
    inquiries = [search_inquiry(one, policy, house, claimed[id(policy)], limit) for one, policy in planned]
    explored = answers.to_all(inquiries, jobs, (house, old, new), _telling_once(progress))
    every = [ScopeSearch(*one, found) for one, found in zip(planned, explored, strict=True)]
    searched = (every[::2], every[1::2])
    told = []
    for promise in promises_of(house, old, new):
        before, after = (
            _judge_alone(promise, policy, found) for policy, found in zip((old, new), searched, strict=True)
        )
        if before.verdict is after.verdict:
            continue
        policy = new if after.verdict is PromiseVerdict.VACUOUS else old
        if {before.verdict, after.verdict} == _TESTED_BY_ONE and is_tested(promise, policy, others, house, limit):
            continue
        pair = (before, after)
        only_claimed = any(one.verdict is PromiseVerdict.NOT_CLAIMED for one in pair)
        told.append(
            VerdictChange(promise.number, promise.title, *(map(_unless_only_claimed, pair) if only_claimed else pair))
        )
    return tuple(told)


def _telling_once(progress: Callable[[str], None]) -> Callable[[str], None]:
    """The same progress, which is told of a scope once though it is searched under two policies."""
    names = set[str]()

    def tell(name: str) -> None:
        if name not in names:
            names.add(name)
            progress(name)

    return tell


def is_tested(promise: Promise, policy: Policy, scopes: Iterable[CheckedScope], house: House, limit: int) -> bool:
    """Whether one of these scopes puts a promise to the test under a policy.

    Args:
        promise: The promise.
        policy: The SOP in force.
        scopes: Where it is looked for, one after the other.
        house: The rules that are asked.
        limit: How many worlds of a scope are visited at most.
    """
    number, looked_for = promise.number, Watched(occasions={promise.number: promise.occasion.met})
    return any(
        explore(checked.scope, policy, house=house, watched=looked_for, limit=limit)[number].result is Result.PROVED
        for checked in scopes
        if promise.way_on is None or number in checked.ways
    )
