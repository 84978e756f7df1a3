"""Whether the layers of a policy agree: with the policy, and with each other.

A policy whose layers are wrong is refused before anybody uses it, so that no decision ever meets it: a name that does
not exist, two changes of one instant, two overrides of which neither wins, and values that contradict each other only
where layers meet. What is merely odd is a warning (`warnings.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from casecore.kernel.problems import Problem, did_you_mean, under
from casecore.policies.declared import DeclaredKey, key_at
from casecore.policies.errors import PolicyError
from casecore.policies.layers import (
    Aspect,
    Change,
    LayeredPolicy,
    Layers,
    Override,
    case_in_words,
    clashing_paths,
    start_of_day,
    zone_of,
)
from casecore.policies.sop import Sop


def layer_problems(policy: LayeredPolicy) -> Iterator[Problem]:
    """What is wrong with the layers of a policy that is sound without them."""
    found = [*_unknown_names(policy), *_simultaneous_changes(policy), *_tied_overrides(policy)]
    yield from found
    if not found:  # else no combination means anything
        yield from dict.fromkeys(_unsound_combinations(policy))


def _unknown_names(policy: LayeredPolicy) -> Iterator[Problem]:
    for number, override in enumerate(policy.override):
        match, path = override.match, f"override[{number}].match"
        if not match.specificity:
            yield Problem(path, "names nothing", "a channel, a queue or a tag")
        if match.queue is not None and match.queue not in policy.queues:
            remedy = did_you_mean(match.queue, policy.queues)
            found, expected = f"there is no queue {match.queue!r}", f"one of {', '.join(policy.queues)}"
            yield Problem(f"{path}.queue", found, expected, remedy)
    layers: tuple[tuple[str, Sequence[Override | Change]], ...] = (
        ("override", policy.override),
        ("change", policy.change),
    )
    for layer, items in layers:
        for number, item in enumerate(items):
            if item in items[:number]:
                yield Problem(f"{layer}[{number}]", "stands there twice", "each layer once")
            if not item.set:
                yield Problem(f"{layer}[{number}].set", "sets nothing", "at least one value")
            for word in item.set:
                yield from _unknown_queue(policy, under(f"{layer}[{number}].set", word), key_at(Sop, word))


def _unknown_queue(policy: LayeredPolicy, path: str, known: DeclaredKey) -> Iterator[Problem]:
    """The queue that a setting names and that does not exist."""
    if known.steps[0] == "queues" and known.steps[1] not in policy.queues:
        found, remedy = f"there is no queue {known.steps[1]!r}", did_you_mean(known.steps[1], policy.queues)
        yield Problem(path, found, f"one of {', '.join(policy.queues)}", remedy, of_key=True)


def _simultaneous_changes(policy: LayeredPolicy) -> Iterator[Problem]:
    """Changes of one instant that set the same key."""
    zone = zone_of(policy)
    for (first, one), (second, other) in combinations(enumerate(policy.change), 2):
        if start_of_day(one.on, zone) == start_of_day(other.on, zone):
            for path, against in clashing_paths(one.set, other.set):
                where = under(f"change[{second}].set", against)
                also = (under(f"change[{first}].set", path),)
                yield Problem(where, "is set from the same instant on by two changes", "one of them", "", also)


def _tied_overrides(policy: LayeredPolicy) -> Iterator[Problem]:
    """Pairs of overrides of which neither wins, with a case that both match."""
    for (first, one), (second, other) in combinations(enumerate(policy.override), 2):
        case = one.match.meets(other.match) if one.match.specificity == other.match.specificity else None
        if case is None:
            continue
        for path, against in clashing_paths(one.set, other.set):
            if not _is_decided(policy.override, case, one.match.specificity, (path, against)):
                where, also = under(f"override[{second}].set", against), (under(f"override[{first}].set", path),)
                found = f"{case_in_words(case)} matches two overrides that are equally specific"
                yield Problem(where, found, "one that names more", "let one of them name more, or write a third", also)


def _is_decided(overrides: Sequence[Override], case: Aspect, specificity: int, paths: tuple[str, str]) -> bool:
    """Whether a more specific override decides the value for all of these cases."""
    return any(
        override.match.specificity > specificity
        and override.match.takes(case)
        and all(any(path == word or path.startswith(f"{word}.") for word in override.set) for path in paths)
        for override in overrides
    )


def _unsound_combinations(policy: LayeredPolicy) -> Iterator[Problem]:
    """Contradictions that only appear where layers meet; none is of more than two values, or of two tables."""
    layers = Layers(policy)
    for number in range(len(layers.instants) + 1):
        changed = [policy.change[change] for change in layers.changes_made(number)]
        try:
            dated = layers.policy_after(number)
        except PolicyError as error:
            yield from error.problems
        else:  # what has not changed has been looked at before
            yield from _unsound_overrides(dated, _tables_set(*changed) if number else None)


def _unsound_overrides(policy: LayeredPolicy, changed: frozenset[str] | None) -> Iterator[Problem]:
    layers = Layers(policy)
    overrides = [(n, one) for n, one in enumerate(policy.override) if changed is None or changed & _tables_set(one)]
    broken: set[int] = set()
    for number, _ in overrides:
        try:
            layers.policy_with((number,))
        except PolicyError as error:
            broken.add(number)
            yield from error.problems
    ranked = sorted(overrides, key=lambda one: one[1].match.specificity)
    for (first, one), (second, other) in combinations(ranked, 2):
        new = other.set.keys() < one.set.keys() | other.set.keys()  # else it is as if there were only the second
        if (
            new
            and broken.isdisjoint((first, second))
            and _tables_set(one) & _tables_set(other)
            and one.match.meets(other.match)
        ):
            try:
                layers.policy_with((first, second))
            except PolicyError as error:
                yield from error.problems


def _tables_set(*layers: Override | Change) -> frozenset[str]:
    return frozenset(path.partition(".")[0] for layer in layers for path in layer.set)
