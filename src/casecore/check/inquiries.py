"""Inquiries: questions about policies, each answered once for all policies that say the same wherever it looks.

Without a cache an inquiry is simply done. With one (`cache.py`), its answer is looked for there first. What is not
known is done under policies that note what is read of them, and kept. Either way the answer is read back from plain
data, so that one that was kept is worth as much as a new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, Generic, TypeVar

import attrs

from casecore.check.cache import NOT_AS_KEPT, Cache, PlacesRead, PlainAnswer
from casecore.explore.policy_log import LoggedPolicy, PlainPolicy, PolicyLog
from casecore.kernel.processes import Task, run_tasks
from casecore.policies import Policy
from casecore.rooms.composition import HOUSE, House

T = TypeVar("T")


@attrs.frozen(eq=False)
class Inquiry(Generic[T]):
    """A question about policies.

    Attributes:
        name: What it is called while it is asked.
        policies: The policies of which it is asked.
        do: (policies) -> the answer; it looks at no other policies, and at nothing else that changes.
        question: All that is asked besides, as plain data.
        to_plain: The answer as plain data.
        from_plain: (plain data) -> the answer; it raises one of `NOT_AS_KEPT` where `to_plain` writes no such thing.
        tell_again: (plain data, policies) -> the same, with its stories told under these; it raises `ToldOtherwise`
            where one does not end as it did. None: whatever is told may be otherwise.
        size: About how long it takes, beside others.
    """

    name: str
    policies: tuple[Policy, ...]
    do: Callable[..., T]
    question: Callable[[], PlainAnswer]
    to_plain: Callable[[T], PlainAnswer]
    from_plain: Callable[[PlainAnswer], T]
    tell_again: Callable[..., PlainAnswer] | None = None
    size: int = 0

    @property
    def task(self) -> Task:
        """To do it, whatever is known."""
        return Task(self.name, partial(self.do, *self.policies), self.size)


@attrs.frozen
class Noted:
    """What came of an inquiry, and where was looked for it.

    Attributes:
        answer: As plain data.
        looked: Where was looked; None: at lines of the file, which tell nothing.
    """

    answer: PlainAnswer
    looked: PlacesRead | None


class Answers:
    """Answers to inquiries, from a cache if there is one.

    Args:
        cache: Where they are kept.
        house: The rooms that decide.

    Attributes:
        noted: Of every inquiry that was asked so, what came of it and where was looked.

    Raises:
        ValueError: When the cache keeps answers of other rooms.
    """

    def __init__(self, cache: Cache | None, house: House) -> None:
        if cache is not None and cache.house is not house:
            raise ValueError("the cache keeps answers of other rooms; write Cache.open(house=…, called=…)")
        self._cache = cache
        self._said: dict[int, tuple[Policy, PlainPolicy]] = {}
        self.noted: dict[Inquiry[Any], Noted] = {}

    def to_all(
        self,
        inquiries: Sequence[Inquiry[Any]],
        jobs: int,
        shared: Sequence[object],
        progress: Callable[[str], None],
        *,
        noting: bool = False,
    ) -> list[Any]:
        """The answers to inquiries, in order; arguments as for `run_tasks`, and whether to note where they look."""
        if self._cache is None and not noting:
            return run_tasks([inquiry.task for inquiry in inquiries], jobs, shared, progress)
        known = {inquiry: self._recall(inquiry, self._cache) for inquiry in inquiries}
        new = [inquiry for inquiry in inquiries if known[inquiry] is None]
        learnt = [Task(inquiry.name, partial(self._learn, inquiry, self._cache), inquiry.size) for inquiry in new]
        for inquiry, noted in zip(new, run_tasks(learnt, jobs, shared, progress), strict=True):
            self.noted[inquiry] = noted
            known[inquiry] = (inquiry.from_plain(noted.answer),)
        return [answer for (answer,) in filter(None, map(known.get, inquiries))]

    def to(self, inquiry: Inquiry[T]) -> T:
        """The answer to one inquiry, found here."""
        (answer,) = self.to_all([inquiry], 1, (), lambda _: None)
        found: T = answer
        return found

    def _recall(self, inquiry: Inquiry[Any], cache: Cache | None) -> tuple[Any] | None:
        """The answer that was kept; None where there is none for these policies."""
        if cache is None:
            return None
        said, question = self._said_by(inquiry), inquiry.question()
        kept = cache.recall(question, said)
        if kept is None or (inquiry.tell_again is None and not kept.tells_alike):
            return None
        with suppress(*NOT_AS_KEPT):
            plain, looked = kept.answer, kept.looked
            if inquiry.tell_again is not None and not kept.tells_alike:
                logs = [PolicyLog() for _ in inquiry.policies]
                plain = inquiry.tell_again(plain, *map(LoggedPolicy.noting, inquiry.policies, logs))
                looked = PlacesRead(looked.read, [log.reads for log in logs])
                cache.keep(question, said, looked, plain)
            answer = inquiry.from_plain(plain)
            self.noted[inquiry] = Noted(plain, looked)
            return (answer,)
        return None

    def _learn(self, inquiry: Inquiry[Any], cache: Cache | None) -> Noted:
        logs = [PolicyLog() for _ in inquiry.policies]
        answer = inquiry.do(*map(LoggedPolicy.noting, inquiry.policies, logs))
        plain = json.loads(json.dumps(inquiry.to_plain(answer)))
        if not all(log.may_be_kept for log in logs):
            return Noted(plain, None)
        looked = PlacesRead(
            [log.reads for log in logs], [log.telling.reads for log in logs], any(log.untold for log in logs)
        )
        if cache is not None:
            cache.keep(inquiry.question(), self._said_by(inquiry), looked, plain)
        return Noted(plain, looked)

    def _said_by(self, inquiry: Inquiry[Any]) -> list[PlainPolicy]:
        """What the policies of an inquiry say; of a policy that several inquiries are about it is found once."""
        for policy in inquiry.policies:
            if id(policy) not in self._said:
                self._said[id(policy)] = policy, PlainPolicy(policy)
        return [self._said[id(policy)][1] for policy in inquiry.policies]


NOTHING_KEPT: Final = Answers(None, HOUSE)
"""Where nothing is looked for."""
