"""Works: questions about policies, each answered once for all policies that say the same wherever it looks.

Without a cache a work is simply done. With one (`cache.py`), its answer is looked for there first. What is not
known is done under policies that note what is read of them, and kept. Either way the answer is read back from plain
data, so that one that was kept is worth as much as a new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

import attrs

from casecore.check.cache import NOT_AS_KEPT, Cache, Plain
from casecore.check.processes import Task, run_tasks
from casecore.explore.policy_log import LoggedPolicy, PlainPolicy, PolicyLog
from casecore.policies import Policy
from casecore.rooms.composition import HOUSE, House

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)


class FromPlain(Protocol[R_co]):
    """How an answer is read back."""

    def __call__(self, plain: Plain, *, alike: bool) -> R_co:
        """The answer."""


@attrs.frozen(eq=False)
class Work(Generic[T]):
    """A question about policies.

    Attributes:
        name: What it is called while it is asked.
        policies: The policies of which it is asked.
        do: (policies) -> the answer; it looks at no other policies, and at nothing else that changes.
        question: All that is asked besides, as plain data.
        to_plain: The answer as plain data.
        from_plain: (plain data) -> the answer. Unless its stories are told `alike`, they are told again; where one ends
            otherwise, or the data are not what `to_plain` writes, one of `NOT_AS_KEPT` is raised.
        size: About how long it takes, beside others.
    """

    name: str
    policies: tuple[Policy, ...]
    do: Callable[..., T]
    question: Callable[[], Plain]
    to_plain: Callable[[T], Plain]
    from_plain: FromPlain[T]
    size: int = 0

    @property
    def task(self) -> Task:
        """To do it, whatever is known."""
        return Task(self.name, partial(self.do, *self.policies), self.size)


class Answers:
    """Answers to works, from a cache if there is one.

    Args:
        cache: Where they are kept.
        house: The rooms that decide.

    Raises:
        ValueError: When the cache keeps answers of other rooms.
    """

    def __init__(self, cache: Cache | None, house: House) -> None:
        if cache is not None and cache.house is not house:
            raise ValueError("the cache keeps answers of other rooms; write Cache.open(house=…, called=…)")
        self._cache = cache
        self._said: dict[int, tuple[Policy, PlainPolicy]] = {}

    def to_all(
        self, works: Sequence[Work[Any]], jobs: int, shared: Sequence[object], progress: Callable[[str], None]
    ) -> list[Any]:
        """The answers to works, in their order; arguments as for `run_tasks`."""
        if self._cache is None:
            return run_tasks([work.task for work in works], jobs, shared, progress)
        known = {work: self._recall(work, self._cache) for work in works}
        new = [work for work in works if known[work] is None]
        learnt = [Task(work.name, partial(self._learn, work, self._cache), work.size) for work in new]
        for work, plain in zip(new, run_tasks(learnt, jobs, shared, progress), strict=True):
            known[work] = (work.from_plain(plain, alike=True),)
        return [answer for (answer,) in filter(None, map(known.get, works))]

    def to(self, work: Work[T]) -> T:
        """The answer to one work, found here."""
        (answer,) = self.to_all([work], 1, (), lambda _: None)
        found: T = answer
        return found

    def _recall(self, work: Work[Any], cache: Cache) -> tuple[Any] | None:
        """The answer that was kept; None where there is none for these policies."""
        said = self._said_by(work)
        question = work.question()
        kept = cache.recall(question, said)
        if kept is None:
            return None
        with suppress(*NOT_AS_KEPT):
            return (work.from_plain(kept.answer, alike=kept.tells_alike),)
        return None

    def _learn(self, work: Work[Any], cache: Cache) -> Plain:
        logs = [PolicyLog() for _ in work.policies]
        answer = work.do(*map(LoggedPolicy.noting, work.policies, logs))
        plain = json.loads(json.dumps(work.to_plain(answer)))
        cache.keep(work.question(), self._said_by(work), logs, plain)
        return plain

    def _said_by(self, work: Work[Any]) -> list[PlainPolicy]:
        """What the policies of a work say; of a policy that several works are about it is found once."""
        for policy in work.policies:
            if id(policy) not in self._said:
                self._said[id(policy)] = policy, PlainPolicy(policy)
        return [self._said[id(policy)][1] for policy in work.policies]


NOTHING_KEPT: Final = Answers(None, HOUSE)
"""Where nothing is looked for."""
