"""What a dated change cannot touch: scopes that need not be searched once more when it has come.

A scope is searched under a policy that notes what is read of it (`explore/policy_log.py`): by whatever decides there,
and by the witnesses who watch. Where a change sets nothing of that, everything that can happen in the scope afterwards
is what could happen before; nobody there can tell that it has come.

Two readings must agree on that, so that neither is trusted alone:

* **The house's**: at every place that was read the policies of both periods, as the house makes them, say the same.
* **The change's own**: none of the keys that it sets, by the paths that are written there, was read; or what was read
  of a key comes to the same with the value that is written. So a change that the house overlooks is searched for all
  the same wherever a witness, or a rule, looks at what it sets.

What was given up, what is lowered by a key that is set, and what looked at lines of the file is always searched again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs

from casecore.check.cache import PlacesRead
from casecore.check.inquiries import Answers, Inquiry, Noted
from casecore.check.kept_searches import search_inquiry
from casecore.check.scope_search import ScopeSearch, Wanted, choose_scopes, dated_scopes, moved_policy
from casecore.check.scopes import CheckedScope
from casecore.explore.noted_values import COMPARISONS, read_other
from casecore.explore.policy_log import COMPARED, LAYERS, LOWER, THERE, VALUE, PlainPolicy, PolicyPlace
from casecore.policies import Policy
from casecore.policies.declared import DeclaredKey, key_at
from casecore.policies.sop import Sop
from casecore.promises import Promise
from casecore.promises.in_force import beginning_of
from casecore.rooms.composition import House

# Periods -----------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Period:
    """A time in which one policy is in force.

    Attributes:
        begin: Since when; None: it is the first.
        then: The policy in force.
        tried: The policy as it is searched: with its changes, of which the last one that has begun has just come.
        said: What the policy in force says.
    """

    begin: datetime | None
    then: Policy
    tried: Policy
    said: PlainPolicy


@attrs.frozen(eq=False)
class SetKey:
    """A key that a change sets.

    Attributes:
        begin: Since when.
        path: Its path, as it is written there.
        key: The key.
        value: Its value.
    """

    begin: datetime
    path: str
    key: DeclaredKey
    value: Any

    def touches(self, place: PolicyPlace) -> bool:
        """Whether the key lies at a place, below it, or above it."""
        return all(one == other for one, other in zip(self.key.steps, _path_of(place), strict=False))

    def leaves(self, place: PolicyPlace, found: Any) -> bool:
        """Whether its value is, or is compared, as what was found at a place."""
        if tuple(self.key.steps) != _path_of(place) or self.value is None:
            return False
        if place[0] == COMPARED:
            return bool(COMPARISONS[place[1]](self.value, read_other(place[2]))) is found
        if place[0] == THERE:
            return found is True
        return bool(place[0] == VALUE and self.key.kind.write(self.value) == found)


def _path_of(place: PolicyPlace) -> tuple[Any, ...]:
    return place[3:] if place[0] == COMPARED else place[1:]


class Periods(Sequence[Period]):
    """The periods of a policy, in order, and what changes between them.

    Args:
        policy: The SOP, with its dated changes.
        since: The instant (aware) from which on they are looked at; None: from the beginning.
    """

    def __init__(self, policy: Policy, since: datetime | None) -> None:
        self._since = since
        self._begins = [beginning_of(change.on, policy.zone) for change in policy.change]
        self._periods = [
            Period(begin, then, moved_policy(policy, begin or since), PlainPolicy(then))
            for begin, _, then in policy.periods(since)
        ]
        self._set = [
            SetKey(begin, path, key_at(Sop, path), value)
            for begin, change in zip(self._begins, policy.change, strict=True)
            for path, value in change.set.items()
        ]

    def __getitem__(self, number: Any) -> Any:
        return self._periods[number]

    def __len__(self) -> int:
        return len(self._periods)

    def are_alike(self, one: int, later: int, looked: PlacesRead) -> bool:
        """Whether two periods, by their numbers, say the same wherever was looked."""
        before, after = self._periods[one].said, self._periods[later].said
        changes = [*self._set_between(one, later)]
        for view, place in _places_in(looked):
            found = before.found(view, place)
            if found != after.found(view, place) or self._is_to_come(place, one):
                return False
            lowered = {path for made, given in view if made == LOWER for path in given}
            if any(key.touches(place) and (key.path in lowered or not key.leaves(place, found)) for key in changes):
                return False
        return True

    def _is_to_come(self, place: PolicyPlace, period: int) -> bool:
        """Whether somebody has looked ahead, at what is set by a change that has not begun in a period."""
        begin = self._periods[period].begin or self._since
        ahead = place[:2] == (VALUE, "change") and place[3:] == ("set",)
        return ahead and (begin is None or self._begins[place[2]] > begin)

    def _set_between(self, one: int, later: int) -> Iterator[SetKey]:
        first, last = self._periods[one].begin, self._periods[later].begin
        return (key for key in self._set if last is not None and (first or key.begin) <= key.begin <= last)


def _places_in(looked: PlacesRead) -> Iterator[tuple[Any, PolicyPlace]]:
    """Every place at which was looked, with its view; for which cases and from when on layers hold never changes."""
    for reads in (*looked.read, *looked.told):
        for one in reads:
            yield from ((one["view"], tuple(place)) for place in one["places"] if place[0] != LAYERS)


# Searches ----------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class KnownSearch:
    """A scope that was searched in a period.

    Attributes:
        checked: The scope, without a date in its name.
        claimed: The promises that were asked.
        period: The number of the period.
        name: What the scope is called with its date.
        noted: What came of it, and where was looked.
    """

    checked: CheckedScope
    claimed: tuple[Promise, ...]
    period: int
    name: str
    noted: Noted


class PeriodSearch:
    """The search of all scopes in each period of a policy.

    Args:
        periods: The periods.
        wanted: The scopes that somebody asks for; none: all.
        promises: What is asked, as far as it is claimed.
        house: The rules that are asked.
        limit: How many worlds of a scope are visited at most.
        answers: Where it is looked for what is known.
    """

    def __init__(
        self,
        periods: Periods,
        wanted: Wanted,
        promises: Sequence[Promise],
        *,
        house: House,
        limit: int,
        answers: Answers,
    ) -> None:
        self.periods = periods
        self._promises = promises
        self._house = house
        self._limit = limit
        self._answers = answers
        self._known: list[KnownSearch] = []
        self._scopes = [choose_scopes(period.then, wanted, None, house) for period in periods]

    @property
    def size(self) -> int:
        """How many scopes there are at most to search."""
        return sum(map(len, self._scopes))

    def run(
        self, besides: Sequence[Inquiry[Any]], jobs: int, shared: Sequence[object], progress: Callable[[str], None]
    ) -> tuple[list[ScopeSearch], list[Any]]:
        """What was found in each scope of each period, and the answers to other inquiries.

        Args:
            besides: What is asked besides.
            jobs: How many scopes are searched at a time.
            shared: What comes back from every process as the very object that it is here.
            progress: Told the name of each scope before it is searched.
        """
        searched, others = list[ScopeSearch](), list[Any]()
        for number, (period, scopes) in enumerate(zip(self.periods, self._scopes, strict=True)):
            claimed = tuple(promise for promise in self._promises if promise.claimed(period.then))
            dated = dated_scopes(scopes, period.begin)
            inquiries = [search_inquiry(one, period.tried, self._house, [*claimed], self._limit) for one in dated]
            alike = [self._searched_alike(checked, claimed, number) for checked in scopes]
            asked = [inquiry for inquiry, known in zip(inquiries, alike, strict=True) if known is None]
            noting = len(self.periods) > 1
            last = besides if number == len(self.periods) - 1 else ()
            found = self._answers.to_all((*asked, *last), jobs, shared, progress, noting=noting)
            others += found[len(asked) :]
            new = dict(zip(asked, found, strict=False))
            for checked, one, inquiry, known in zip(scopes, dated, inquiries, alike, strict=True):
                if known is not None:
                    searched.append(ScopeSearch(one, period.then, inquiry.from_plain(known.noted.answer), known.name))
                    continue
                searched.append(ScopeSearch(one, period.then, new[inquiry]))
                if noting:
                    noted = self._answers.noted[inquiry]
                    self._known.append(KnownSearch(checked, claimed, number, one.scope.name, noted))
        return searched, others

    def _searched_alike(self, checked: CheckedScope, claimed: tuple[Promise, ...], period: int) -> KnownSearch | None:
        """A search of a scope in another period that found what one in this period would; None where there is none."""
        return next((one for one in self._searches_of(checked, period) if one.claimed == claimed), None)

    def _searches_of(self, checked: CheckedScope, period: int) -> Iterator[KnownSearch]:
        for one in self._known:
            if one.checked == checked and one.noted.answer["complete"] and self._is_alike(one, one.period, period):
                yield one

    def _is_alike(self, search: KnownSearch, one: int, later: int) -> bool:
        """Whether what was looked at in a search is the same in two periods."""
        looked = search.noted.looked
        return looked is not None and (one == later or self.periods.are_alike(one, later, looked))

    def cannot_tell(self, checked: CheckedScope, period: int) -> bool:
        """Whether nobody in a scope can tell a period from the one before: whatever is in flight goes on as it did."""
        before, then = self.periods[period - 1].then, self.periods[period].then
        known = self._searches_of(checked, period - 1)
        return before.queues.keys() <= then.queues.keys() and any(
            self._is_alike(search, period - 1, period) for search in known
        )
