"""What a key is worth for a case at an instant, and why: the value in force, and every value that lost against it.

Values stand over each other in this order: the default, the file at the bottom, each file that extends it, the changes
that have begun, the overrides that match, the most specific last. The last one is in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from casecore.kernel import CasecoreError, frozen
from casecore.kernel.problems import Origin, did_you_mean, outer, under
from casecore.policies.declared import ANY_NAME, DeclaredKey, every_key, find_key, key_at
from casecore.policies.kinds import MISSING, NONE
from casecore.policies.layers import Aspect, case_in_words, start_of_day, zone_of
from casecore.policies.policy import Policy

LISTED: Final = 12
"""How many keys of a table are named to somebody who asks for the table."""


class UnknownKey(CasecoreError, KeyError):
    """There is no key of this path, or it is a table; `remedy` says what there is."""

    def __init__(self, key: str, message: str, remedy: str = "") -> None:
        super().__init__(key, message, remedy)
        self.key, self.message, self.remedy = key, message, remedy

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" + (f"; {self.remedy}" if self.remedy else "")


@frozen
class SaidValue:
    """One value that a default, a file or a layer gives the key.

    Attributes:
        value: The value, as a file would write it; None: it says that there is none.
        by: What says so, in words.
        origin: Where; None for a default, and for what was made in code.
        why: Why it is not in force; empty for the one that is.
    """

    value: Any = attrs.field(hash=False)
    by: str
    origin: Origin | None = None
    why: str = ""


@frozen
class KeyExplanation:
    """What a key is worth, and why.

    Attributes:
        key: What is declared of it.
        at: The instant.
        case: The case, as far as it was described.
        in_force: What is in force.
        lost: Everything else that is said for the key, what stands highest first.
    """

    key: DeclaredKey
    at: datetime
    case: Aspect
    in_force: SaidValue
    lost: tuple[SaidValue, ...]


@frozen
class _Candidate:
    """A value that may be in force; `rank` says what gives it, `because` why it does not apply."""

    rank: str
    value: Any = attrs.field(hash=False)
    by: str
    origin: Origin | None = None
    because: str = ""
    specificity: int = 0


def explain(policy: Policy, key: str, at: datetime, case: Aspect | None = None) -> KeyExplanation:
    """What a key is worth for a case at an instant, and what else is said for it.

    Args:
        policy: The whole policy, with its layers.
        key: The key's path, e.g. `chat.idle.silence`.
        at: When (aware).
        case: The case, as far as it matters; None: no case.

    Raises:
        UnknownKey: When the policy has no such key.
    """
    known, seen = _key_asked(policy, key), case or Aspect()
    *below, highest = [one for one in _candidates(policy, known, at, seen) if not one.because]
    out = [one for one in _candidates(policy, known, at, seen) if one.because]
    value = _as_written(known, _value_in(policy.at(at).for_(seen), known))
    lost = [SaidValue(one.value, one.by, one.origin, _why_lost(one, highest)) for one in reversed(below)]
    lost += [SaidValue(one.value, one.by, one.origin, one.because) for one in out]
    return KeyExplanation(known, at.astimezone(UTC), seen, SaidValue(value, highest.by, highest.origin), tuple(lost))


def _key_asked(policy: Policy, key: str) -> DeclaredKey:
    known = find_key(Policy, key)
    every = [one.path for one in every_key(Policy) if ANY_NAME not in one.steps]
    if known is None:
        raise UnknownKey(key, "there is no such key", did_you_mean(key, every))
    if known.is_table:
        inner = [path for path in every if path.startswith(f"{known.path}.")] or [f"{known.path}.{ANY_NAME}"]
        more = ", ..." if len(inner) > LISTED else ""
        raise UnknownKey(key, "is a table", f"ask for one of its keys: {', '.join(inner[:LISTED])}{more}")
    if known.steps[0] in {"queues", "calendars", "catalogue"} and known.steps[1] not in getattr(policy, known.steps[0]):
        names = getattr(policy, known.steps[0])
        found = f"the policy has no {under(*known.steps[:2])}"
        raise UnknownKey(key, found, did_you_mean(known.steps[1], names) or f"it has {', '.join(names) or 'none'}")
    return known


def _candidates(policy: Policy, known: DeclaredKey, at: datetime, case: Aspect) -> Iterator[_Candidate]:
    """Every value that something gives the key, from the lowest to the highest."""
    yield _Candidate("default", _as_written(known, known.default), "the default")
    sources = policy.sources
    for source in reversed(sources):
        said = source.value_at(known.path)
        emptied = outer(known.path) and source.value_at(outer(known.path)) in (NONE, {})
        if said in (NONE, {}) or emptied:
            where = source.origin(known.path) or source.origin(outer(known.path))
            yield _Candidate("file", _as_written(known, {} if said == {} else None), source.name, where)
        elif said is not MISSING:
            read = known.kind.read(said, known.path, [])
            yield _Candidate("file", _as_written(known, read), source.name, source.origin(known.path))
    if not sources:  # what was made in code says everything
        yield _Candidate("file", _as_written(known, _value_in(policy, known)), "the policy, made in code")
    zone = zone_of(policy)
    for number, change in sorted(enumerate(policy.change), key=lambda one: start_of_day(one[1].on, zone)):
        for value, path in _values_set_for(known, change.set):
            begun = start_of_day(change.on, zone) <= at
            because = "" if begun else "has not begun"
            by, origin = f"the change on {change.on.isoformat()}", policy.origin_in_layer(f"change[{number}].set", path)
            yield _Candidate("change", value, by, origin, because)
    for number, override in sorted(enumerate(policy.override), key=lambda one: one[1].match.specificity):
        for value, path in _values_set_for(known, override.set):
            because = "" if override.match.takes(case) else f"this is {case_in_words(case)}"
            by, origin = f"the override for {override.match}", policy.origin_in_layer(f"override[{number}].set", path)
            yield _Candidate("override", value, by, origin, because, specificity=override.match.specificity)


def _values_set_for(known: DeclaredKey, values: Any) -> Iterator[tuple[Any, str]]:
    """The values that a layer gives a key: itself, through the table around it, or through an entry of it."""
    for path, value in values.items():
        inner = key_at(Policy, path)
        if path == known.path:
            yield _as_written(known, value), path
        elif path == outer(known.path):
            yield inner.kind.write(value).get(known.steps[-1]), path
        elif outer(path) == known.path:
            yield {inner.steps[-1]: _as_written(inner, value)}, path


def _value_in(policy: Policy, known: DeclaredKey) -> Any:
    try:
        return policy.value(known.path)
    except KeyError:  # an entry that is not there
        return None


def _as_written(known: DeclaredKey, value: Any) -> Any:
    return None if value is None or value is MISSING else known.kind.write(value)


_OVER: Final = {
    ("default", "file"): "the file says otherwise",
    ("file", "file"): "the file that extends it stands over it",
    ("change", "change"): "a later change stands over it",
}


def _why_lost(one: _Candidate, highest: _Candidate) -> str:
    """Why a value that could be in force is not."""
    if one.rank == highest.rank == "override":
        return "says the same" if one.specificity == highest.specificity else "one that names more stands over it"
    return _OVER.get((one.rank, highest.rank)) or f"{highest.by} stands over it"
