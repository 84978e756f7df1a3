"""A policy that notes what is read of it.

An answer about a policy is the same under every other policy that says the same wherever it was looked at. So what is
asked may look at a `LoggedPolicy`, which notes each place that is read, and the answer is kept with these places and
with what stood there (`check/cache.py`).

* A place is a key, by the words of its path. What is noted of it is its value; of a table of names also which names it
  has, and of a key that may be left out whether it is there.
* Of a number, or a length of time, is noted what it is compared with, until somebody does anything else with it
  (`noted_values.py`).
* Whatever else is no table is noted as a whole, and then handed out as it is. A table hands out nothing but tables that
  note what is read of them. So nothing is read that is not noted.
* What is in force from a date on, or for some cases, is made of the values around it and of the layers that hold: of
  these all that they set is noted. For which cases and from when on layers hold is always noted.
* A policy that was made of another, with lower limits or without rules of its own, is a **view** of it. What it says
  is noted apart, and read again in the same view.
* Where a value stands in a file is for nobody to keep: lines move when a remark is written. An answer that looked at
  that (`Policy.origin`) is not kept at all.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial, reduce
from typing import Any, Final, TypeAlias

import attrs
from attrs import field

from casecore.explore.noted_values import COMPARISONS, NotedValue, plain_other, read_other
from casecore.kernel import Enforcement
from casecore.policies import Aspect, Policy
from casecore.policies.declared import key_at
from casecore.policies.kinds import Named, Several, Table, keys_of, may_be_absent
from casecore.policies.layers import Change, Matched, Override
from casecore.policies.origins import Origins
from casecore.policies.plain_kinds import Length, OrNone, Whole
from casecore.policies.sop import Sop

PolicyPlace: TypeAlias = tuple[Any, ...]
"""What was looked at there, and the words of the path: `("value", "capacity", "chat")`."""

PolicyView: TypeAlias = tuple[tuple[str, Any], ...]
"""How a policy was made of another: the methods that were called, each with what it was given."""

Reads: TypeAlias = list[dict[str, Any]]
"""What was read, as plain data: each view, with its places."""

VALUE: Final = "value"
NAMES: Final = "names"
THERE: Final = "there"
LAYERS: Final = "layers"
COMPARED: Final = "compared"
LINES: Final = "lines"
"""What is noted of a place: its value, its names, whether it is there, what it came to when it was compared; for which
cases and from when on layers hold; and that somebody looked at lines, after which nothing is kept."""

LESS_RULES: Final = "with_own_rules"
LOWER: Final = "with_lower_limits"


# What was read -----------------------------------------------------------------------------------------


@attrs.define(eq=False)
class PolicyLog:
    """The places that were read of a policy, by the view, in order.

    Attributes:
        untold: Whether somebody tried to tell a story and could not, so that another one was told, or none.
    """

    untold: bool = False
    _read: dict[PolicyView, dict[PolicyPlace, None]] = field(factory=dict, init=False)
    _telling: PolicyLog | None = field(default=None, init=False)

    @property
    def telling(self) -> PolicyLog:
        """The same of what was read only because stories were told."""
        if self._telling is None:
            self._telling = PolicyLog()
        return self._telling

    def noting(self, view: PolicyView) -> Callable[[PolicyPlace], None]:
        """How a place is noted that is read in a view."""
        places = self._read.setdefault(view, {})
        return places.setdefault

    @property
    def may_be_kept(self) -> bool:
        """Whether nothing was looked at that moves when a remark is written."""
        logs = (self, self.telling)
        return all((LINES,) not in places for log in logs for places in log._read.values())

    @property
    def reads(self) -> Reads:
        """What was read, as plain data."""
        return [{"view": [*map(list, view)], "places": [*map(list, places)]} for view, places in self._read.items()]


class PlainPolicy:
    """What a policy says, as plain data, in each view in which somebody looks at it.

    Args:
        policy: The policy.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._seen: dict[str, tuple[Policy, dict[str, Any]]] = {}

    def digest(self, reads: Reads) -> str:
        """The same for all policies that say the same at these places.

        Raises:
            PolicyError: When the policy contradicts itself in such a view.
            LookupError, TypeError, ValueError: When there is no such view.
        """
        said = [[self.found(one["view"], place) for place in one["places"]] for one in reads]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def found(self, view: list[Any], place: Sequence[Any]) -> Any:
        """What stands at a place in a view, as plain data."""
        return _found_at(*self._in_view(view), *place)

    def _in_view(self, view: list[Any]) -> tuple[Policy, dict[str, Any]]:
        called = json.dumps(view)
        if called not in self._seen:
            seen = self._policy
            for made, given in view:
                seen = {LESS_RULES: seen.with_own_rules, LOWER: seen.with_lower_limits}[made](given)
            self._seen[called] = seen, seen.to_dict()
        return self._seen[called]


def _found_at(policy: Policy, plain: dict[str, Any], what: str, *steps: Any) -> Any:
    """What stands at a place of a policy, which is there as it is and as plain data."""
    if what == LAYERS:
        parts = (("override", "match"), ("change", "on"))
        return [*([one[word] for one in plain[name]] for name, word in parts), plain["zone"]]
    if what == VALUE:
        return reduce(_inside, steps, plain)
    if what == COMPARED:
        comparison, other, *path = steps
        value = reduce(_inside, path, policy)
        return value is not None and COMPARISONS[comparison](value, read_other(other))
    held: Any = reduce(_inside, steps, policy)
    if what == THERE:
        return held is not None
    return [str(name) for name in held] if isinstance(held, Mapping) else held and len(held)


def _inside(held: Any, step: Any) -> Any:
    """What stands in a table by a name, or in a list at a place; None where nothing does."""
    match held:
        case Mapping():
            return held.get(step)
        case list() | tuple():
            return held[step] if step < len(held) else None
    return getattr(held, step, None)


# Tables that note what is read of them -----------------------------------------------------------------


class _Members:
    """What stands in a table by the names of its keys: each is noted when it is first asked for, and only then.

    From then on it stands in the table itself, so that reading it costs no more than in any other policy.
    """

    __slots__ = ("_kind", "_note", "_path", "_table")

    def __init__(self, table: Any, kind: type, path: tuple[Any, ...], note: Callable[[PolicyPlace], object]) -> None:
        self._table = table
        self._kind = kind
        self._path = path
        self._note = note

    def read(self, name: str) -> Any:
        """What stands there, noted.

        Raises:
            AttributeError: When there is no such key.
        """
        kinds, path = keys_of(self._kind), (*self._path, name)
        if name not in kinds:
            raise AttributeError(name)
        if may_be_absent(self._kind, name):
            self._note((THERE, *path))
        return _logged_value(kinds[name], getattr(self._table, name), path, self._note)


def _logged_value(kind: Any, held: Any, path: tuple[Any, ...], note: Callable[[PolicyPlace], object]) -> Any:
    """A table that notes what is read of it; anything else as it is, and noted."""
    if held is not None and isinstance(kind.of if isinstance(kind, OrNone) else kind, Whole | Length):
        return NotedValue(
            held,
            lambda comparison, other: note((COMPARED, comparison, plain_other(other), *path)),
            lambda: note((VALUE, *path)),
        )
    match kind:
        case Table() if held is not None:
            section: Any = kind.section
            logged_kind = _logged_kind(section)
            logged = logged_kind.__new__(logged_kind)
            object.__setattr__(logged, "_members", _Members(held, section, path, note))
            return logged
        case Named():
            return LoggedNames(kind.of, held, path, note)
        case Several(Table(section=section)) if section in {Override, Change}:
            note((NAMES, *path))
            return tuple(_logged_value(kind.of, one, (*path, number), note) for number, one in enumerate(held))
    note((VALUE, *path))
    return held


@cache
def _logged_kind(kind: Any) -> Any:
    """The same sort of table, which notes what is read of it."""
    members = {"__slots__": ("_members",), "__class__": property(lambda _: kind), "__getattr__": _read_first}
    return type(kind.__name__, (kind,), members)


def _read_first(table: Any, name: str) -> Any:
    """What is asked of a table for the first time: it did not stand there yet."""
    found = object.__getattribute__(table, "_members").read(name)
    object.__setattr__(table, name, found)
    return found


class LoggedNames(Mapping[Any, Any]):
    """A table of names, of which is noted which are looked for, and what is read of each."""

    def __init__(
        self, kind: Any, held: Mapping[Any, Any], path: tuple[Any, ...], note: Callable[[PolicyPlace], object]
    ) -> None:
        self._kind = kind
        self._held = held
        self._path = path
        self._note = note
        self._seen: dict[Any, Any] = {}

    def get(self, name: Any, default: Any = None) -> Any:
        """What a name stands for; the default where there is no such name."""
        if name not in self._seen:
            self._note((THERE, *self._path, str(name)))
            there = name in self._held
            self._seen[name] = self._logged(name) if there else _ABSENT
        found = self._seen[name]
        return default if found is _ABSENT else found

    def _logged(self, name: Any) -> Any:
        return _logged_value(self._kind, self._held[name], (*self._path, str(name)), self._note)

    def __getitem__(self, name: Any) -> Any:
        found = self.get(name, _ABSENT)
        if found is _ABSENT:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return self.get(name, _ABSENT) is not _ABSENT

    def __iter__(self) -> Iterator[Any]:
        self._note((NAMES, *self._path))
        return iter(self._held)

    def __len__(self) -> int:
        self._note((NAMES, *self._path))
        return len(self._held)

    def __repr__(self) -> str:
        self._note((VALUE, *self._path))
        return repr(self._held)


_ABSENT: Final = object()


def _note_around(note: Callable[[PolicyPlace], object], keys: set[tuple[str, ...]], place: PolicyPlace) -> None:
    """Note what is read of a policy that layers have made: what these set as a whole, which is another around them."""
    read = place[3:]
    is_set = place[0] == COMPARED and any(read[: len(key)] == key for key in keys)
    note((VALUE, *read) if is_set else place)


_UNSEEN: Final[Any] = None
"""Instead of the view of a policy that is in force for a case or at an instant: nobody searches under it."""


# The policy --------------------------------------------------------------------------------------------


class LoggedPolicy(Policy):
    """A policy of which is noted what is read of it."""

    __slots__ = ("_in_force", "_log", "_members", "_note", "_plain", "_telling", "_view")

    _in_force: dict[int, LoggedPolicy]
    _log: PolicyLog
    _members: _Members
    _note: Callable[[PolicyPlace], object]
    _plain: Policy
    _telling: list[LoggedPolicy]
    _view: PolicyView

    @classmethod
    def noting(cls, policy: Policy, log: PolicyLog) -> LoggedPolicy:
        """A policy that says the same as another, and notes in a log what is read of it."""
        return cls._seen_in((), policy, log)

    @classmethod
    def _seen_in(cls, view: PolicyView, policy: Policy, log: PolicyLog) -> LoggedPolicy:
        note = log.noting(view)
        note((LAYERS,))
        return cls._over(policy, _log=log, _note=note, _view=view)

    @classmethod
    def _over(cls, policy: Policy, **known: Any) -> LoggedPolicy:
        logged = cls.__new__(cls)
        members = _Members(policy, Policy, (), known["_note"])
        # What was promised is worked out again: what was read for it before was noted by nobody.
        made = {"_plain": policy, "_members": members, "_in_force": {}, "_promised": {}, "_telling": []}
        for name, value in (known | made).items():
            object.__setattr__(logged, name, value)
        return logged

    @property
    def to_tell(self) -> LoggedPolicy:
        """The same policy where a story is told: what is read for that is noted apart."""
        if not self._telling:
            self._telling.append(self._seen_in(self._view, self._plain, self._log.telling))
        return self._telling[0]

    def note_untold(self) -> None:
        """Note that a story could not be told."""
        self._log.untold = True

    def note_all(self) -> None:
        """Note that everything was looked at, by means that nobody notes."""
        for name in keys_of(Policy):
            self._note((VALUE, name))

    @property  # type: ignore[misc]  # no class has it as a property, but whatever passes for another
    def __class__(self) -> type:
        return Policy

    def __getattr__(self, name: str) -> Any:
        follows = _FOLLOWS.get(name)
        found = self._members.read(name) if follows is None else follows(self._plain, self._note)
        object.__setattr__(self, name, found)
        return found

    # What is in force ----------------------------------------------------------------------------------

    def at(self, instant: datetime) -> Policy:
        """The policy in force at an instant, which notes in the same log."""
        plain, layers = self._plain.at(instant), self._plain._layers
        if plain is self._plain:
            return self
        return self._made_of("change", layers.changes_made(bisect_right(layers.instants, instant)), plain)

    def for_(self, case: Matched | None) -> Policy:
        """The policy in force for a case, which notes in the same log."""
        return self.of(self._plain._layers.aspect(case)) if self._plain.override else self

    def aspect(self, case: Matched) -> Aspect | None:
        """What the overrides look at of a case."""
        return self._plain.aspect(case)

    def of(self, aspect: Aspect | None) -> Policy:
        """The policy in force for all cases that are alike, which notes in the same log."""
        plain = self._plain.of(aspect)
        if aspect is None:
            return self
        return self._made_of("override", self._plain._layers.matching_overrides(aspect), plain)

    def _made_of(self, layers: str, numbers: Iterable[int], plain: Policy) -> LoggedPolicy:
        """A policy that some layers have made of this one."""
        if id(plain) not in self._in_force:  # the policy that makes it keeps it
            keys = set[tuple[str, ...]]()
            for number in numbers:
                self._note((VALUE, layers, number, "set"))
                keys.update(tuple(key_at(Sop, path).steps) for path in getattr(self._plain, layers)[number].set)
            note = partial(_note_around, self._note, keys)
            self._in_force[id(plain)] = self._over(plain, _log=self._log, _note=note, _view=_UNSEEN)
        return self._in_force[id(plain)]

    def periods(self, since: datetime | None) -> Iterator[tuple[datetime | None, datetime | None, Policy]]:
        """Each policy in force from an instant on, which notes in the same log when it is looked at."""
        layers = self._plain._layers
        first = 0 if since is None or not self._plain.change else bisect_right(layers.instants, since)
        for number, (begin, end, plain) in enumerate(self._plain.periods(since), first):
            made = self if plain is self._plain else self._made_of("change", layers.changes_made(number), plain)
            yield begin, end, made

    def with_values(self, layers: Iterable[tuple[str, Mapping[str, Any]]], *, overrides: bool = False) -> Policy:
        """This policy with other values; it notes no more."""
        self.note_all()
        return self._plain.with_values(layers, overrides=overrides)

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain data; all of it is noted."""
        self.note_all()
        return self._plain.to_dict()

    # Views ---------------------------------------------------------------------------------------------

    def with_own_rules(self, ids: Collection[str]) -> Policy:
        """This policy with no rules of its own but these, which notes in the same log."""
        kept = tuple(sorted(ids))
        return self._viewed((LESS_RULES, kept), self._plain.with_own_rules(kept))

    def with_lower_limits(self, by: Mapping[str, int]) -> Policy:
        """This policy with limits that are lower, which notes in the same log."""
        return self._viewed((LOWER, _Items(by)), self._plain.with_lower_limits(by)) if by else self

    def _viewed(self, made: tuple[str, Any], plain: Policy) -> LoggedPolicy:
        return self._seen_in((*self._view, made), plain, self._log)


def _calendars_of(policy: Policy, note: Callable[[PolicyPlace], object]) -> LoggedNames:
    return LoggedNames(None, policy._calendars, ("calendars",), note)


def _own_modes_of(policy: Policy, note: Callable[[PolicyPlace], object]) -> dict[str, Enforcement]:
    note((VALUE, "rule"))
    return policy._own_modes


def _origins_of(policy: Policy, note: Callable[[PolicyPlace], object]) -> Origins:
    note((LINES,))
    return policy._origins


_FOLLOWS: Final[Mapping[str, Callable[[Policy, Callable[[PolicyPlace], object]], Any]]] = {
    "layered": lambda policy, _: policy.layered,
    "_tags_of_overrides": lambda policy, _: policy._tags_of_overrides,
    "_own_modes": _own_modes_of,
    "_calendars": _calendars_of,
    "_origins": _origins_of,
}
"""What follows from the values of a policy: how it is read off the policy, and what is noted."""


class _Items(dict[str, int]):
    """What is lower by how much, to be a part of what a view is called."""

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none; nobody writes to this one
        return hash(tuple(self.items()))


def to_tell(policy: Policy) -> Policy:
    """A policy as it is looked at where a story is told; one that notes what is read does so apart."""
    return policy.to_tell if type(policy) is LoggedPolicy else policy


def unlogged(policy: Policy) -> Policy:
    """A policy that notes nothing, and says the same."""
    return policy._plain if type(policy) is LoggedPolicy else policy


def note_all(*policies: Policy) -> None:
    """Note that everything was looked at of policies, where they note anything."""
    for policy in policies:
        if type(policy) is LoggedPolicy:
            policy.note_all()


def note_untold(policies: Iterable[Policy]) -> None:
    """Note that under these policies a story could not be told, where they note anything."""
    for policy in policies:
        if type(policy) is LoggedPolicy:
            policy.note_untold()
