"""What a change of the policy does to its promises (§10): which verdicts are others from now on.

Promises are asked, under both policies, only in the scopes in which something differs; everywhere else both do the
same, and so have the same verdict. A promise that these few scopes put to the test under one policy and not under the
other is no news, because another scope may do it: *vacuous* is told only beside *fails* or *not claimed*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from attrs import field, frozen

from casecore.check.cast import Checked
from casecore.check.judge import Search, explored, judged
from casecore.check.report import Judgement, Verdict
from casecore.check.walk import Walked
from casecore.composition import HOUSE, View
from casecore.explore import LIMIT
from casecore.house import House
from casecore.policies import Policy
from casecore.promises import PROMISES

_NO_NEWS: Final = frozenset({Verdict.PROVED, Verdict.VACUOUS})


@frozen
class Turned:
    """A promise with another verdict.

    Attributes:
        number: Its number in §10.
        old: What is known of it under the old policy, in the scopes in which something differs.
        new: The same under the new one.
    """

    number: str
    title: str
    old: Judgement = field(repr=False)
    new: Judgement = field(repr=False)


def turned(
    scopes: Iterable[Checked],
    old: Policy,
    new: Policy,
    *,
    house: House[View] = HOUSE,
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Turned, ...]:
    """The promises whose verdicts differ.

    Args:
        scopes: Where they are asked.
        old: The SOP before.
        new: The SOP after.
        house: The rules that are asked.
        limit: How many worlds of a scope are visited at most.
        progress: Told the name of each scope before it is searched.
    """
    searched: tuple[list[Search], list[Search]] = ([], [])
    for checked in scopes:
        progress(checked.scope.name)
        for policy, found in zip((old, new), searched, strict=True):
            claimed = [promise for promise in PROMISES if promise.claimed(policy)]
            found.append(Search(checked, policy, explored(checked, policy, house, claimed, limit)))
    if not searched[0]:
        return ()
    told = []
    for promise in PROMISES:
        before, after = (
            judged(promise, policy, found, Walked(0, frozenset()))
            for policy, found in zip((old, new), searched, strict=True)
        )
        if before.verdict is not after.verdict and not {before.verdict, after.verdict} <= _NO_NEWS:
            told.append(Turned(promise.number, promise.title, before, after))
    return tuple(told)
