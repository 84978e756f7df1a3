"""The declaration of each key of the policy, by its path: one walk through the sections serves everybody who asks.

A path ends at a value: `chat.idle.silence`, `queues.vip.delivery`, `lifecycle.close_after` or one entry of it,
`lifecycle.close_after.resolved`. The names of rules have dots of their own: `enforcement.tags.limit` is one entry, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from typing import Any

import attrs

from casecore.kernel import changed, frozen
from casecore.kernel.problems import steps_of, under
from casecore.policies.kinds import KeyScope, Named, Table, ValueKind, keys_of

ANY_NAME = "NAME"
"""Stands for the name of a queue or a calendar in the path of a key that each of them has."""

_WIDE = (KeyScope.CASE, KeyScope.DESK, KeyScope.FILE)


@frozen
class DeclaredKey:
    """A key of the policy and everything its declaration says.

    Attributes:
        path: Its path, as it is written.
        steps: The words of the path.
        kind: What it may hold.
        doc: What it decides.
        scope: What may set it otherwise: the narrowest that it or a table around it has.
        unit: What a number counts.
        rules: The rules it sets, beside the one called like it.
        clause: Where `docs/domain.md` speaks of it.
        default: The value where the file says nothing; None where there is none.
    """

    path: str
    steps: tuple[str, ...]
    kind: ValueKind
    doc: str = ""
    scope: KeyScope = KeyScope.CASE
    unit: str = ""
    rules: tuple[str, ...] = ()
    clause: str = ""
    default: Any = attrs.field(default=None, eq=False)

    @property
    def is_table(self) -> bool:
        """Whether it is a table, whose keys are set one by one."""
        return _is_table(self.kind)


def _is_table(kind: ValueKind) -> bool:
    return isinstance(kind, Table) or (isinstance(kind, Named) and _is_table(kind.of))


def find_key(root: type, path: str) -> DeclaredKey | None:
    """Find the declaration of the key at a path; None where there is no such key.

    Args:
        root: The section from which the path starts.
        path: As a policy file writes it; names that are no plain words stand in quotation marks.
    """
    words = [step for step in steps_of(path) or () if isinstance(step, str)]
    found = _follow_words(_whole_section(root), words)
    return found if words else None


def key_at(root: type, path: str) -> DeclaredKey:
    """The declaration of a key that is known to exist.

    Raises:
        KeyError: When there is no such key.
    """
    known = find_key(root, path)
    if known is None:
        raise KeyError(path)
    return known


def _whole_section(section: type) -> DeclaredKey:
    return DeclaredKey("", (), Table(section))


def _follow_words(outer: DeclaredKey, words: Sequence[str]) -> DeclaredKey | None:
    if not words:
        return outer
    kind = outer.kind
    if isinstance(kind, Table):
        attribute = attrs.fields_dict(kind.section).get(words[0])
        known = attribute is not None and "kind" in attribute.metadata
        return _follow_words(_key_of_field(attribute, outer), words[1:]) if known else None
    if not isinstance(kind, Named):
        return None
    taken = 1 if _is_table(kind) else len(words)
    name = ".".join(words[:taken])
    known = kind.names is None or name in kind.names.__members__.values()
    return _follow_words(_entry_of_table(kind, name, outer), words[taken:]) if known else None


def _key_of_field(attribute: Any, outer: DeclaredKey) -> DeclaredKey:
    said = attribute.metadata
    return DeclaredKey(
        path=under(outer.path, attribute.name),
        steps=(*outer.steps, attribute.name),
        kind=said["kind"],
        doc=said["doc"],
        scope=max(outer.scope, said["scope"], key=_WIDE.index),
        unit=said["unit"],
        rules=said["rules"] or outer.rules,
        clause=said["clause"] or outer.clause,
        default=getattr(outer.default, attribute.name) if attrs.has(type(outer.default)) else _default_of(attribute),
    )


def _default_of(attribute: Any) -> Any:
    default = attribute.default
    return default.factory() if hasattr(default, "factory") else None if default is attrs.NOTHING else default


def _entry_of_table(kind: Named, name: str, outer: DeclaredKey) -> DeclaredKey:
    default = (outer.default or {}).get(name)
    path, steps = under(outer.path, name), (*outer.steps, name)
    return changed(outer, path=path, steps=steps, kind=kind.of, default=default)


def is_entry(root: type, steps: Sequence[str]) -> bool:
    """Whether a path leads to one entry of a table of names, which can be taken out."""
    around = _follow_words(_whole_section(root), steps[:-1])
    return around is not None and isinstance(around.kind, Named)


def any_entry(outer: DeclaredKey) -> DeclaredKey:
    """The declaration that every entry of a table of named entries shares; `NAME` stands for its name."""
    kind: Any = outer.kind
    return _entry_of_table(kind, ANY_NAME, outer)


def keys_inside(kind: Table, outer: DeclaredKey | None = None) -> Iterator[DeclaredKey]:
    """The keys of a table, in order.

    Args:
        kind: The table.
        outer: Its own declaration, where it is not the whole policy.
    """
    around = _whole_section(kind.section) if outer is None else outer
    for name in keys_of(kind.section):
        yield _key_of_field(attrs.fields_dict(kind.section)[name], around)


@cache
def every_key(root: type) -> tuple[DeclaredKey, ...]:
    """Every key under a section that holds a value, in order; those of queues and calendars under `NAME`."""
    return tuple(_values_under(_whole_section(root)))


def _values_under(outer: DeclaredKey) -> Iterator[DeclaredKey]:
    kind = outer.kind
    if isinstance(kind, Table):
        for known in keys_inside(kind, outer):
            yield from _values_under(known)
    elif isinstance(kind, Named) and _is_table(kind):
        yield from _values_under(any_entry(outer))
    else:
        yield outer


def keys_of_rule(root: type, rule: str) -> tuple[str, ...]:
    """The paths of the keys that set a rule: the key that is called like it, and those whose declaration names it.

    Args:
        root: The section that holds the keys.
        rule: The rule's id.

    Returns:
        The paths, in order; of keys that each queue or calendar has, with `NAME` for its name.
    """
    return tuple(known.path for known in every_key(root) if rule == known.path or rule in known.rules)


def path_with_name(path: str, name: str) -> str:
    """The path of a key that each queue or calendar has, with the name of one of them in it."""
    steps = (name if step == ANY_NAME else str(step) for step in steps_of(path) or ())
    return reduce(under, steps, "")


def with_value(held: Any, kind: Any, steps: Sequence[str], value: Any) -> Any:
    """A copy of a table in which one value is another.

    Args:
        held: The section, or the entries by name; None where nothing is said yet.
        kind: Its kind.
        steps: The words that lead to the value.
        value: The value; None: none, so that an entry is taken out.
    """
    if not steps:
        return value
    step, *rest = steps
    if isinstance(kind, Named):
        name = step if kind.names is None else kind.names(step)
        entries: Mapping[Any, Any] = held or {}
        if value is None and not rest:
            return {other: entry for other, entry in entries.items() if other != name}
        return {**entries, name: with_value(entries.get(name), kind.of, rest, value)}
    section = kind.section() if held is None else held
    return attrs.evolve(section, **{step: with_value(getattr(section, step), keys_of(kind.section)[step], rest, value)})
