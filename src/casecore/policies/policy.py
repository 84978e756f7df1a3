"""A policy: one SOP, with what it says otherwise from a date on or for some cases, as a file writes it.

A policy is immutable. `Policy.default()` is the SOP that ships with casecore (`sop.toml`), `Policy.load(path)` and
`Policy.loads(text)` read one from TOML. Reading is strict: an unknown key, a wrong type or a number out of range is an
error that names the file, the line and the key, and all of a file's problems are reported together. Nothing in a policy
is ever run as code.

The tables and their keys are put together in `sop.py`, the layers over them are told in `layers.py`.
`policy.at(instant)` is the policy that is in force then, and `policy.at(instant).for_(case)` the one for a case; the
house asks for it before every decision. Where there are no layers both are the policy itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import attrs

from casecore.kernel import Setting, changed
from casecore.kernel.fields import to_instant
from casecore.kernel.problems import Origin, Problem, outer, quoted, under
from casecore.kernel.shown import Framed
from casecore.kernel.words import same_form
from casecore.policies.citing import settings_of
from casecore.policies.conditions import Fact, Test
from casecore.policies.declared import key_at, with_value
from casecore.policies.errors import PolicyError
from casecore.policies.files import parse_toml, read_text, resolve_extends, shipped_text
from casecore.policies.kinds import MISSING, KeyScope, Several, Table, key, keys_of, section
from casecore.policies.layers import (
    MOST,
    NO_LAYERS,
    Aspect,
    Change,
    Layers,
    Matched,
    Override,
    Waiver,
    end_of_day,
    zone_of,
)
from casecore.policies.origins import NOWHERE, Origins, Sources, layer_at, locate_problems
from casecore.policies.sop import Sop, unknown_rules
from casecore.policies.soundness import layer_problems


@section
class Policy(Framed, Sop):
    """One SOP, with its layers.

    Raises:
        PolicyError: When the values contradict each other, e.g. there is no fallback queue.
    """

    shown_by = "casecore.projections.shown.policies:POLICY"

    override: tuple[Override, ...] = key(
        Several(Table(Override), MOST), "Other values for the cases that match.", default=(), scope=KeyScope.FILE
    )
    change: tuple[Change, ...] = key(
        Several(Table(Change), MOST), "Other values from a date on.", default=(), scope=KeyScope.FILE
    )
    waiver: tuple[Waiver, ...] = key(
        Several(Table(Waiver), MOST), "Promises that are not asked for, for a while.", default=(), scope=KeyScope.FILE
    )

    layered: bool = attrs.field(default=False, init=False, eq=False, repr=False)
    """Whether it says anything otherwise from a date on, or for some cases."""

    _layers: Layers[Policy] = attrs.field(default=NO_LAYERS, init=False, eq=False, repr=False)
    _tags_of_overrides: frozenset[str] = attrs.field(default=frozenset(), init=False, eq=False, repr=False)
    _origins: Origins = attrs.field(default=NOWHERE, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.override or self.change or self.waiver:
            self.set_derived()
            problems = tuple(layer_problems(self))
            if problems:
                raise PolicyError("policy", problems)

    # What is in force ----------------------------------------------------------------------------------

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant, with every change that has begun.

        Args:
            instant: An aware datetime.

        Raises:
            CommandError: When it is none, and something changes on a date.
        """
        if not self.change:
            return self
        try:
            begun = bisect_right(self._layers.instants, instant)
        except TypeError:
            begun = bisect_right(self._layers.instants, to_instant(instant))  # which says what is wrong with it
        return self._layers.policy_after(begun)

    def for_(self, case: Matched | None) -> Policy:
        """The policy in force for a case: every override that matches stands over the rest.

        Ask `at` first: this makes no changes.

        Args:
            case: The case as it is now; None: no case, which no override matches.
        """
        if not self.override:
            return self
        return self._layers.policy_for(self._layers.aspect(case))

    def aspect(self, case: Matched) -> Aspect | None:
        """What the overrides look at of a case, to compare and to keep; None where there are no overrides."""
        return self._layers.aspect(case) if self.override else None

    def of(self, aspect: Aspect | None) -> Policy:
        """The policy in force for every case that is alike in what the overrides look at."""
        return self if aspect is None else self._layers.policy_for(aspect)

    @property
    def tags_looked_at(self) -> frozenset[str]:
        """The tags at which an override, a queue or a rule looks, in the form in which tags are compared."""
        named = [tag for queue in self.queues.values() for tag in queue.tags]
        named += [tag for test in self.tests_of_rules if test.fact is Fact.TAG for tag in test.value]
        return self._tags_of_overrides.union(map(same_form, named))

    @property
    def tests_of_rules(self) -> Iterator[Test]:
        """Everything at which rules of its own look."""
        for rule in self.rule:
            yield from rule.tests

    def path_of_rule(self, rule: str) -> str | None:
        """The path of a rule of its own, by its id, e.g. `rule[2]`; None where it has no such rule."""
        return next((f"rule[{number}]" for number, own in enumerate(self.rule) if own.id == rule), None)

    def periods(self, since: datetime | None) -> Iterator[tuple[datetime | None, datetime | None, Policy]]:
        """Each policy in force from an instant on: when it begins and ends, None for always; the first has begun."""
        if not self.change:
            yield None, None, self
            return
        begun = self._layers.instants
        first = 0 if since is None else bisect_right(begun, since)
        for number in range(first, len(begun) + 1):
            begin = begun[number - 1] if number > first else None
            yield begin, begun[number] if number < len(begun) else None, self._layers.policy_after(number)

    def waiver_of(self, promise: str, at: datetime) -> Waiver | None:
        """The waiver of a promise that holds at an instant; None where it is not waived.

        Args:
            promise: Its number, e.g. `12` (§10).
            at: An aware datetime.
        """
        zone = zone_of(self)
        held = (waiver for waiver in self.waiver if waiver.promise == promise and at < end_of_day(waiver.until, zone))
        return next(held, None)

    def with_values(self, layers: Iterable[tuple[str, Mapping[str, Any]]], *, overrides: bool = False) -> Policy:
        """This policy with other values, and without the changes that set them.

        Args:
            layers: The values by the paths of their keys, and where they stand, e.g. `override[0].set`; later ones
                stand over earlier ones.
            overrides: Whether it still has its overrides.

        Raises:
            PolicyError: When the values contradict each other.
        """
        tables: dict[str, Any] = {}
        moved, cited = dict(self._origins.moved), dict(self._origins.cited)
        for where, values in layers:
            name, number, layer = layer_at(where)
            cited[layer] = getattr(self, name)[number].source
            for path, value in values.items():
                table, *steps = key_at(Sop, path).steps
                tables[table] = with_value(
                    tables.get(table, getattr(self, table)), keys_of(Policy)[table], steps, value
                )
                moved = {old: place for old, place in moved.items() if outer(old) != path}
                moved[path] = under(where, path)
        origins = Origins(self._origins.sources, moved, cited)
        try:
            policy = changed(self, **tables, override=(), change=(), waiver=())
        except PolicyError as error:
            raise PolicyError(error.name, tuple(map(origins.blame_layer, error.problems))) from None
        policy.set_derived(
            _origins=origins,
            waiver=self.waiver,
            override=self.override if overrides else (),
            _tags_of_overrides=self._tags_of_overrides,
        )
        return policy

    def with_lower_limits(self, by: Mapping[str, int]) -> Policy:
        """This policy with limits that are lower, wherever it sets them; none is lower than nothing.

        Args:
            by: How much lower, by the paths of their keys, e.g. `capacity.chat`.
        """
        if not by:
            return self
        plain: Any = self
        for path, less in by.items():
            table, *steps = key_at(Sop, path).steps
            value = self.value(path)
            if value is not None:
                held, kind = getattr(plain, table), keys_of(Policy)[table]
                plain = changed(plain, **{table: with_value(held, kind, steps, max(value - less, 0))})

        def lower(layer: Any) -> Any:
            values = {path: _lower(value, by.get(path, 0)) for path, value in layer.set.items()}
            return changed(layer, set=values)

        layers = {name: tuple(map(lower, getattr(self, name))) for name in ("override", "change")}
        policy: Policy = changed(plain, **layers)
        policy.set_derived(_origins=self._origins)
        return policy

    def with_own_rules(self, ids: Collection[str]) -> Policy:
        """This policy with no rules of its own but these; what softens the others goes with them.

        Args:
            ids: The ids of the rules that stay.
        """
        gone = frozenset(rule.id for rule in self.rule).difference(ids)
        if not gone:
            return self

        def keep(layer: Any) -> Any:
            stay = {path: value for path, value in layer.set.items() if not _softens(path, gone)}
            return layer if len(stay) == len(layer.set) else changed(layer, set=stay)

        kept = {name: map(keep, getattr(self, name)) for name in ("override", "change")}
        layers = {name: tuple(layer for layer in kept[name] if layer.set) for name in kept}
        modes = {rule: mode for rule, mode in self.enforcement.items() if rule not in gone}
        stay = [(number, rule) for number, rule in enumerate(self.rule) if rule.id not in gone]
        plain: Any = self
        policy: Policy = changed(plain, rule=tuple(rule for _, rule in stay), enforcement=modes, **layers)
        moved = {f"rule[{now}]": self._origins.path_in_files(f"rule[{was}]") for now, (was, _) in enumerate(stay)}
        origins = Origins(self._origins.sources, {**self._origins.moved, **moved}, self._origins.cited)
        policy.set_derived(_origins=origins)
        return policy

    def set_derived(self, **known: Any) -> None:
        """Set what is known to be sound, or follows from the rest; only for what makes policies."""
        for name, value in known.items():
            object.__setattr__(self, name, value)
        if self.override:
            matched = frozenset(same_form(tag) for override in self.override for tag in override.match.tag)
            object.__setattr__(self, "_tags_of_overrides", matched)
        if self.override or self.change:
            object.__setattr__(self, "layered", True)
            object.__setattr__(self, "_layers", Layers(self))

    def origin(self, path: str) -> Origin | None:
        """Where the value of a key stands in the file, or in the file below it; None where it is the default.

        Args:
            path: The key's path, e.g. `chat.idle.silence`.
        """
        return self._origins.origin(path) if isinstance(path, str) else None

    def origin_in_layer(self, layer: str, path: str) -> Origin | None:
        """Where a layer, e.g. `override[0].set`, says the value of a key."""
        return self._origins.origin_in_files(under(layer, path))

    def layer_source(self, path: str) -> str:
        """What the layer cites that set a key in the policy in force; empty where none did, or it cites nothing."""
        return self._origins.layer_source(path)

    def settings_of(self, rule: str, facts: Mapping[str, Any] = MappingProxyType({})) -> tuple[Setting, ...]:
        """The keys that set a rule as it is in force here: what is cited for each, and where it stands.

        Args:
            rule: The rule's id, e.g. `capacity.channel`.
            facts: What was measured; of keys for each channel or queue, only those of the one that is named count.
        """
        return settings_of(self, rule, facts)

    @property
    def sources(self) -> Sources:
        """The files it was read from, nearest first; none for one that was made in code."""
        return self._origins.sources

    # Reading and writing -------------------------------------------------------------------------------

    @classmethod
    def default(cls) -> Policy:
        """The SOP that ships with casecore."""
        return _shipped_policy()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a policy from a TOML file.

        Raises:
            PolicyError: When the file cannot be read or anything in it is wrong.
        """
        _require(path, str | Path, "the path of a file, as text or as a Path")
        return cls.of_files(*resolve_extends(parse_toml(read_text(path), str(path)), Path(path).parent))

    @classmethod
    def loads(cls, text: str, name: str = "<text>") -> Self:
        """Read a policy from TOML.

        Args:
            text: The file's text.
            name: What errors call it.

        Raises:
            PolicyError: When anything in it is wrong; it lists every problem.
        """
        _require(text, str, "TOML, as text")
        return cls.of_files(*resolve_extends(parse_toml(text, name), None))

    @classmethod
    def of_files(cls, plain: Mapping[str, Any], sources: Sources) -> Self:
        """Read a policy from what its files say together (`resolve_extends`); it then knows where each value stands.

        Raises:
            PolicyError: When anything in them is wrong; it lists every problem.
        """
        name = sources[0].name
        try:
            policy = cls.from_dict(plain, name)
        except PolicyError as error:
            problems = locate_problems(error.problems, sources)
        else:
            policy.set_derived(_origins=Origins(sources))
            return policy
        raise PolicyError(name, problems)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], name: str = "<dict>") -> Self:
        """Read a policy from plain data, as `to_dict` writes it.

        Raises:
            PolicyError: When anything in it is wrong; it lists every problem.
        """
        problems: list[Problem] = []
        policy: Any = MISSING
        try:
            policy = Table(cls).read(plain, "", problems)
            if policy is MISSING:  # the rest of it may contradict itself all the same
                Table(cls).read(_sound_tables(plain, problems), "", [])
        except PolicyError as error:
            known = [problem.path for problem in problems]  # a table as a whole is judged once its keys are mended
            problems += [one for one in error.problems if not any(outer(path) == one.path for path in known)]
        if problems:
            raise PolicyError(name, tuple(problems))
        read: Self = policy
        return read

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain data, with every default spelled out."""
        plain: dict[str, Any] = Table(type(self)).write(self)
        return plain

    def value(self, path: str) -> Any:
        """The value at a key's path, e.g. `approval.self_approval`.

        Raises:
            KeyError: When there is no such key.
        """
        if not isinstance(path, str):
            raise KeyError(quoted(path))
        held: Any = self
        for step in key_at(type(self), path).steps:
            if held is not None:
                held = held[step] if isinstance(held, Mapping) else getattr(held, step)
        return held


def _lower(value: Any, less: int) -> Any:
    return max(value - less, 0) if less and value is not None else value


def _softens(path: str, rules: frozenset[str]) -> bool:
    """Whether a layer says with the key at a path how strictly one of these rules is kept."""
    table, *names = key_at(Sop, path).steps
    return table == "enforcement" and not rules.isdisjoint(names)


def require_policies(*given: object) -> None:
    """Refuse what is no policy, such as the path of a file.

    Raises:
        PolicyError: When one of them is none.
    """
    for one in given:
        _require(one, Policy, "a Policy; Policy.load reads one from a file")


def require_rules(policy: Policy, softened: Iterable[str]) -> None:
    """Refuse a policy that softens rules which there are not, also from a date on or for some cases.

    Args:
        policy: The policy.
        softened: The rules that may be softened of the rooms there are (`House.softened`).

    Raises:
        PolicyError: When it does; each problem has its place.
    """
    known = tuple(softened)
    problems = [*unknown_rules(policy, known)]
    for name in ("override", "change"):
        for number, layer in enumerate(getattr(policy, name)):
            modes = {key_at(Sop, path).steps: mode for path, mode in layer.set.items()}
            rules = {steps[1]: mode for steps, mode in modes.items() if steps[0] == "enforcement" and len(steps) > 1}
            where = f"{name}[{number}].set"
            found = unknown_rules(changed(policy, enforcement=rules, override=(), change=(), waiver=()), known)
            problems += (attrs.evolve(one, path=under(where, one.path)) for one in found)
    if problems:
        name = policy.sources[0].name if policy.sources else "policy"
        raise PolicyError(name, locate_problems(problems, policy.sources))


def _require(given: object, kind: Any, expected: str) -> None:
    if not isinstance(given, kind):
        raise PolicyError("policy", (Problem("", f"{quoted(given)} is no policy", expected),))


@cache
def _shipped_policy() -> Policy:
    return Policy.of_files(*resolve_extends(parse_toml(shipped_text(), "sop.toml", trusted=True), None))


def _sound_tables(plain: Any, problems: Iterable[Problem]) -> dict[str, Any]:
    """The tables of a policy without problems, if they refer to no table that has some."""
    wrong = {re.split(r"[.\[]", problem.path)[0] for problem in problems}
    if "calendars" in wrong:
        wrong |= {"sla", "lifecycle"}
    if "queues" in wrong:
        wrong |= {"override", "change"}
    return {word: value for word, value in plain.items() if word not in wrong} if isinstance(plain, dict) else {}
