"""The nearest fix: one key of the policy, changed, with which a broken promise holds again.

Candidates are tried in this order, each by searching the scope of the story again:

1. every key that differs from the shipped SOP, set to the shipped value;
2. every flag and choice of the policy, set to its other values; what channels take last.

The first with which the promise does not fail, and no other fails that held, is the fix. It is a suggestion: it says
that the promise holds with it, not that the SOP means it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import islice
from typing import Any, Final

from casecore.check.report import Fix
from casecore.keys import Choice, Flag, Kind, Named, Table, keys_of, words
from casecore.policies import Policy, PolicyError

TRIES: Final = 24
"""How many candidates are tried."""


def nearest_fix(policy: Policy, holds: Callable[[Policy], bool], tries: int = TRIES) -> Fix | None:
    """The nearest change of one key with which something holds; None where none of those tried helps.

    Args:
        policy: The SOP with which it does not hold.
        holds: (policy) -> whether it does.
        tries: How many candidates are tried.
    """
    for path, old, new in islice(_candidates(policy), tries):
        changed = _with(policy, path, new)
        if changed is not None and holds(changed):
            return Fix(".".join(path), old, new)
    return None


def _candidates(policy: Policy) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    now, shipped = policy.to_dict(), Policy.default().to_dict()
    tried = set()
    for path, old in _leaves(now):
        new = _at(shipped, path)
        if new is not None and new != old:
            tried.add(path)
            yield path, old, new
    for path, kind in sorted(
        _kinds(Policy), key=lambda pair: pair[0][0] == "channels"
    ):  # so many that no other is tried
        old = _at(now, path)
        if path not in tried and old is not None:
            yield from ((path, old, new) for new in _others(kind, old))


def _leaves(plain: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(plain, Mapping):
        for word, held in plain.items():
            yield from _leaves(held, (*path, word))
    else:
        yield path, plain


def _kinds(section: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Kind]]:
    """Every key of a section that stands under a fixed path, with its kind."""
    for name, kind in keys_of(section).items():
        if isinstance(kind, Table):
            yield from _kinds(kind.section, (*path, name))
        elif not isinstance(kind, Named):
            yield (*path, name), kind


def _others(kind: Kind, old: Any) -> Iterator[Any]:
    if isinstance(kind, Flag):
        yield not old
    elif isinstance(kind, Choice):
        yield from (word for word in words(kind.choices) if word != old)


def _at(plain: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path; None where there is nothing."""
    for word in path:
        if not isinstance(plain, Mapping) or word not in plain:
            return None
        plain = plain[word]
    return plain


def _with(policy: Policy, path: tuple[str, ...], value: Any) -> Policy | None:
    """The policy with another value at a path; None where it then contradicts itself."""
    plain = deepcopy(policy.to_dict())
    held = plain
    for word in path[:-1]:
        held = held[word]
    held[path[-1]] = value
    try:
        return Policy.from_dict(plain)
    except PolicyError:
        return None
