"""What a change of the policy changes: two policies compared by what they decide, not by how they are written.

Both policies work at the same small desks, side by side (the scopes of `check`): every command that can be given is
decided under both, wherever either of them can lead, and time stops at the thresholds of both. Where the answers differ
there is a **difference**, and all that differ for the same reason are one change:

* **looser**: refused by the old policy, allowed by the new one;
* **stricter**: allowed by the old one, refused by the new one;
* **other**: allowed by both, and something else happens.

Each comes with the shortest story that ends in such a step, both answers, and the edited keys that make the difference:
a key is named when it alone, edited in the old policy or taken back in the new one, turns the answer. An edit that is
named nowhere has **no effect** at these desks, and is listed as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial, reduce
from typing import Any

import attrs
from attrs import field, frozen

from casecore.check.cache import Cache
from casecore.check.in_flight import Flights
from casecore.check.inquiries import Answers
from casecore.check.joined_scopes import scopes_of_both
from casecore.check.scope_search import Wanted
from casecore.check.scopes import find_scopes
from casecore.diff.in_scope import BehaviourChange, Untold
from casecore.diff.kept_comparisons import comparison_inquiry
from casecore.diff.labels import Label
from casecore.diff.outcomes import OutcomeChange, outcome_changes
from casecore.diff.tried import is_tried
from casecore.diff.verdicts import VerdictChange, claim_changes, compare_verdicts
from casecore.explore import LIMIT
from casecore.policies import Policy
from casecore.policies.edits import Edit, edits_of
from casecore.rooms.composition import HOUSE, House


@frozen
class Comparison:
    """Everything that came of comparing two policies.

    Attributes:
        edits: What is written differently.
        changes: What behaves differently, in the order looser, stricter, other.
        untold: Differences to which no clock leads, as far as is known, and which are therefore no changes.
        worlds: How many worlds were compared.
        transitions: How many steps.
        complete: Whether these were all.
        flights: What becomes of cases in flight, in the scopes in which something differs; elsewhere nothing can.
        outcomes: What differs and no single decision shows: when clocks are due, who is offered what.
        verdict_changes: The promises with another verdict; where none were asked, those that only one policy claims.
        promises: Whether the promises were asked.
        later: From when on the policies differ otherwise than here, and in which edits then.
    """

    old: Policy = field(repr=False)
    new: Policy = field(repr=False)
    edits: tuple[Edit, ...]
    changes: tuple[BehaviourChange, ...]
    untold: tuple[Untold, ...]
    worlds: int
    transitions: int
    complete: bool
    flights: Flights
    outcomes: tuple[OutcomeChange, ...] = ()
    verdict_changes: tuple[VerdictChange, ...] = ()
    promises: bool = False
    later: tuple[tuple[datetime, tuple[Edit, ...]], ...] = field(default=(), repr=False)

    def end_of(self, edits: Sequence[Edit]) -> tuple[datetime | None, tuple[datetime, ...]]:
        """When edits end, all of which are made here, and when they are made again; None: never, as far as is said."""
        ends, again, made = None, list[datetime](), True
        for begin, then in self.later:
            was, made = made, all(edit in then for edit in edits)
            if was and not made and ends is None:
                ends = begin
            elif made and not was:
                again.append(begin)
        return ends, tuple(again)

    @property
    def without_effect(self) -> tuple[Edit, ...]:
        """The edits that make no difference anywhere, and are tried."""
        return tuple(edit for edit in self._silent if is_tried(edit))

    @property
    def untried(self) -> tuple[Edit, ...]:
        """The edits of which nothing was seen, and nothing is known: nobody tries what they are about."""
        return tuple(edit for edit in self._silent if not is_tried(edit))

    @property
    def _silent(self) -> tuple[Edit, ...]:
        named = {key for found in (self.changes, self.outcomes) for change in found for key in change.edits}
        return tuple(edit for edit in self.edits if edit.key not in named)

    def of(self, label: Label) -> tuple[BehaviourChange, ...]:
        """The changes that do this."""
        return tuple(change for change in self.changes if change.label is label)


def diff(
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    scopes: Wanted = (),
    limit: int = LIMIT,
    promises: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    cache: Cache | None = None,
    jobs: int = 1,
) -> Comparison:
    """Compare two policies by what they decide, and try the switch from one to the other.

    Args:
        old: The SOP before, without what it changes from a date on (`over_time` compares that too).
        new: The SOP after, likewise.
        house: The rules that are asked.
        scopes: Where they are compared, by name or as they are; none given: in every scope of either policy.
        limit: How many worlds of a scope are visited at most.
        promises: Whether the promises of §10 are asked under both, where something differs.
        progress: Told the name of each scope before it is searched; of what the cache knows, nothing.
        cache: Where answers are kept (`casecore.check.cache`); None: everything is asked.
        jobs: How many scopes are compared at a time, each in a process of its own where the platform can fork; leave
            it at one in a program with threads.
    """
    old, new = (next(policy.periods(None))[2] for policy in (old, new))
    edits = edits_of(old, new)
    every = scopes_of_both(old, new, house)
    chosen = find_scopes(scopes, every) or every
    within = progress if jobs == 1 else _say_nothing  # a process of its own says nothing
    answers, asked = Answers(cache, house), partial(comparison_inquiry, house=house, limit=limit, progress=within)
    inquiries = [(one, asked(one, old, new)) for one in (chosen if edits else ())]
    searched = [(one, inquiry) for one, inquiry in inquiries if inquiry is not None]
    found = answers.to_all([inquiry for _, inquiry in searched], jobs, (house, old, new), progress)
    differing = [one for (one, _), compared in zip(searched, found, strict=True) if compared.differs]
    changes = tuple(sorted(_merge_changes([change for one in found for change in one.changes]), key=_sort_key))
    named = {key for change in changes for key in change.edits}
    verdicts = claim_changes(old, new)
    if promises and differing:
        verdicts = compare_verdicts(
            differing,
            old,
            new,
            others=[checked for checked in chosen if checked not in differing],
            house=house,
            limit=limit,
            progress=lambda name: progress(f"{name}, promises"),
            answers=answers,
            jobs=jobs,
        )
    flights = reduce(Flights.and_those, (one.flights for one in found), Flights(0, ()))
    return Comparison(
        old,
        new,
        edits=edits,
        changes=changes,
        untold=tuple(untold for one in found for untold in one.untold),
        worlds=sum(one.worlds for one in found),
        transitions=sum(one.transitions for one in found),
        complete=all(one.complete for one in found) and flights.complete,
        flights=flights,
        outcomes=tuple(outcome_changes(old, new, (edit for edit in edits if edit.key not in named))),
        verdict_changes=verdicts,
        promises=promises,
    )


def over_time(
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    scopes: Wanted = (),
    limit: int = LIMIT,
    promises: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    cache: Cache | None = None,
    jobs: int = 1,
) -> tuple[tuple[datetime | None, Comparison], ...]:
    """Compare two policies in each period in which they say anything different, with when it begins.

    Args:
        old: The SOP before, with its dated changes.
        new: The SOP after, with its own.
        house: The rules that are asked.
        scopes: Where they are compared, by name or as they are; none given: in every scope of either policy.
        limit: How many worlds of a scope are visited at most.
        promises: Whether the promises of §10 are asked under both, where something differs.
        progress: Told the name of each scope before it is searched; of what the cache knows, nothing.
        cache: Where answers are kept (`casecore.check.cache`); None: everything is asked.
        jobs: How many scopes are compared at a time, each in a process of its own where the platform can fork; leave
            it at one in a program with threads.

    Returns:
        At least the first period, which begins with None.
    """
    asked: dict[str, Any] = {"house": house, "limit": limit, "promises": promises}
    begins = {begin for policy in (old, new) for begin, _, _ in policy.periods(None)} - {None}
    wanted = scopes if isinstance(scopes, str) else tuple(scopes)
    found = []
    periods = [_said_from(begin, old, new) for begin in (None, *sorted(filter(None, begins)))]
    for number, (begin, pair, said) in enumerate(periods):
        before, later = [one[2] for one in periods[:number]], periods[number + 1 :]
        if begin is None or (said and said not in before):
            compared = diff(*pair, **asked, scopes=wanted, progress=progress, cache=cache, jobs=jobs)
            following = tuple((then, edits_of(*pair)) for then, pair, _ in later if then is not None)
            found.append((begin, attrs.evolve(compared, later=following)))
    return tuple(found)


def _say_nothing(_: str) -> None:
    """Tell nobody."""


def _said_from(
    begin: datetime | None, old: Policy, new: Policy
) -> tuple[datetime | None, tuple[Policy, ...], tuple[tuple[Any, ...], ...]]:
    """What two policies say differently from an instant on: with both as they are then."""
    pair = tuple(next(one.periods(None))[2] if begin is None else one.at(begin) for one in (old, new))
    return begin, pair, tuple((edit.steps, repr(edit.old), repr(edit.new)) for edit in edits_of(*pair))


def _sort_key(change: BehaviourChange) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    return [*Label].index(change.label), change.rules, change.edits


def _merge_changes(found: list[BehaviourChange]) -> Iterator[BehaviourChange]:
    """One change of all that differ for the same reason: with the shortest story."""
    alike: dict[Any, list[BehaviourChange]] = {}
    for change in found:
        why = change.commands if change.label is Label.OTHER else change.rules
        alike.setdefault((change.label, why, change.edits), []).append(change)
    for same in alike.values():
        best: Any = min(same, key=lambda change: len(change.story))
        merged: BehaviourChange = attrs.evolve(
            best,
            rules=_values_of_all(same, "rules", best),
            commands=tuple(sorted(_values_of_all(same, "commands"))),
            times=sum(change.times for change in same),
            scopes=_values_of_all(same, "scopes"),
            channels=tuple(sorted(_values_of_all(same, "channels"))),
            queues=tuple(sorted(_values_of_all(same, "queues"))),
        )
        yield merged


def _values_of_all(same: list[BehaviourChange], name: str, *first: BehaviourChange) -> tuple[Any, ...]:
    """What all of these say, each once."""
    return tuple(dict.fromkeys(one for change in (*first, *same) for one in getattr(change, name)))
