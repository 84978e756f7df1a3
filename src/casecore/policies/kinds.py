"""What a policy key may hold: one declaration that reads it, checks it and writes it back.

Each key of a policy is declared once, on its field, with its *kind*: a flag, a whole number, a length of time, a
choice, a list, a table. The kind reads a plain TOML or JSON value strictly. Nothing is coerced: `"no"` is not a flag
and `"2"` is not a number. What does not fit becomes a `Problem` with the key's path, what was expected, and what to
write; reading goes on, so that one pass reports every problem of a file.

The same declaration says what a key is for: the rules it sets, its unit, and what may set it otherwise
(`KeyScope`). The JSON Schema (`schema.py`) and the page of every key (`cli/reference.py`) are made of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar, dataclass_transform

import attrs
from attrs import field, frozen

from casecore.kernel import ID_LIMIT, is_id, is_whole, share_repr
from casecore.kernel.durations import duration_text, seconds_in
from casecore.kernel.frozen_dict import take_copies, tell_types
from casecore.kernel.problems import Problem, did_you_mean, no_such_keys, quoted, under
from casecore.kernel.words import hidden_in, is_blank

MISSING: Final = object()
"""Read where a value was wrong; the problem has been noted."""

SECOND = timedelta(seconds=1)
LONGEST = timedelta(weeks=520)


class ValueKind(Protocol):
    """How one sort of value is read, described and written."""

    @property
    def describe(self) -> str:
        """What fits, in words."""

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The value as the policy holds it; `MISSING`, with a problem noted, where it does not fit."""

    def write(self, value: Any) -> Any:
        """The value as TOML or JSON would hold it."""


def _note_misfit(kind: ValueKind, value: Any, path: str, problems: list[Problem], remedy: str = "") -> Any:
    problems.append(Problem(path, f"{quoted(value)} does not fit", kind.describe, remedy))
    return MISSING


def words_of(choices: type[StrEnum]) -> tuple[str, ...]:
    """The words of an enumeration, in order."""
    return tuple(choice.value for choice in choices)


@frozen
class Flag:
    """true or false."""

    describe = "true or false"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A bool, and nothing that merely looks like one."""
        return value if isinstance(value, bool) else _note_misfit(self, value, path, problems)

    def write(self, value: bool) -> Any:  # noqa: FBT001 -- every kind writes one value
        """As it is."""
        return value


@frozen
class Whole:
    """A whole number in a range, both ends allowed."""

    least: int = 0
    most: int = 1_000_000

    @property
    def describe(self) -> str:
        """The range."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """An int in the range."""
        fits = isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
        return value if fits else _note_misfit(self, value, path, problems)

    def write(self, value: int) -> Any:
        """As it is."""
        return value


@frozen
class Number:
    """A number in a range, whole or not."""

    least: float = 0.0
    most: float = 1_000_000.0

    @property
    def describe(self) -> str:
        """The range."""
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A float in the range."""
        fits = isinstance(value, int | float) and not isinstance(value, bool) and self.least <= value <= self.most
        return float(value) if fits else _note_misfit(self, value, path, problems)

    def write(self, value: float) -> Any:
        """As it is."""
        return value


@frozen
class Text:
    """Text, up to a number of characters."""

    most: int = 1000
    least: int = 0

    @property
    def describe(self) -> str:
        """How long it may be."""
        length = f"{self.least} to" if self.least else "at most"
        return f"text of {length} {self.most} characters"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A str, not longer than it may be, and not blank where something must be said."""
        fits = isinstance(value, str) and self.least <= len(value) <= self.most and is_whole(value)
        if fits and self.least and is_blank(value):
            return _note_misfit(self, value, path, problems, "write something that can be seen")
        return value if fits else _note_misfit(self, value, path, problems)

    def write(self, value: str) -> Any:
        """As it is."""
        return value


@frozen
class Id:
    """Text that commands will carry as an id, e.g. a tag, or by which the policy names something."""

    describe = f"text of 1 to {ID_LIMIT} visible characters"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A str that can be an id."""
        return value if is_id(value) else _note_misfit(self, value, path, problems, _id_remedy(value))

    def write(self, value: str) -> Any:
        """As it is."""
        return value


def _id_remedy(value: Any) -> str:
    """What turns a text into an id: it is too long, is blank, or has characters that nobody can see."""
    if not isinstance(value, str) or not value:
        return ""
    unseen = hidden_in(value)
    if unseen is not None:
        return f"take out {value[unseen]!r}, which cannot be seen"
    return f"it has {len(value):,} characters" if len(value) > ID_LIMIT else "write something that can be seen"


_MANY_SECONDS = 10**9
"""More than anybody writes; of a number of thousands of digits, Python would not even make a text."""


@frozen
class Length:
    """A length of time, written like `90s`, `2m` or `1d12h`; kept as a timedelta of whole seconds."""

    least: timedelta = SECOND
    most: timedelta = LONGEST

    @property
    def describe(self) -> str:
        """The range and the way to write it."""
        least, most = duration_text(self.least), duration_text(self.most)
        return f'a length of time from {least} to {most}, like "30s", "2m" or "1d12h"'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A timedelta in the range."""
        seconds = seconds_in(value) if isinstance(value, str) else None
        if seconds is None:
            number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MANY_SECONDS
            return _note_misfit(self, value, path, problems, f'write the unit, e.g. "{value}s"' if number else "")
        if not self.least.total_seconds() <= seconds <= self.most.total_seconds():
            return _note_misfit(self, value, path, problems)
        return timedelta(seconds=seconds)

    def write(self, value: timedelta) -> Any:
        """The shortest text that reads back the same."""
        return duration_text(value)


@frozen
class Choice:
    """One of a few words."""

    choices: type[StrEnum]

    @property
    def describe(self) -> str:
        """The words."""
        return "one of " + ", ".join(f'"{word}"' for word in words_of(self.choices))

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The member of the enumeration."""
        if isinstance(value, str) and value in words_of(self.choices):
            return self.choices(value)
        near = did_you_mean(value, words_of(self.choices)) if isinstance(value, str) else ""
        return _note_misfit(self, value, path, problems, near)

    def write(self, value: StrEnum) -> Any:
        """The word."""
        return value.value


@frozen
class Several:
    """A list without repetition; kept as a tuple in the order written.

    Attributes:
        form: Two items are the same where this makes the same of them; None: where they are equal.
    """

    of: ValueKind
    most: int = 1000
    form: Callable[[Any], Any] | None = None

    @property
    def describe(self) -> str:
        """What the list holds."""
        return f"a list, each {self.of.describe}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A tuple of what each item reads as."""
        if not isinstance(value, list):
            return _note_misfit(self, value, path, problems)
        if len(value) > self.most:
            problems.append(Problem(path, f"has {len(value):,} items", f"at most {self.most:,}"))
            return MISSING
        read = [self.of.read(item, f"{path}[{index}]", problems) for index, item in enumerate(value)]
        twice = [item for index, item in enumerate(read) if item is not MISSING and item in read[:index]]
        if twice:
            problems.append(Problem(path, f"{quoted(self.of.write(twice[0]))} stands there twice", self.describe))
        alike = not twice and self.form is not None and _note_alike(read, self.form, path, problems)
        return MISSING if twice or alike or MISSING in read else tuple(read)

    def write(self, value: tuple[Any, ...]) -> Any:
        """A list."""
        return [self.of.write(item) for item in value]


def _note_alike(items: list[Any], form: Callable[[Any], Any], path: str, problems: list[Problem]) -> bool:
    """Whether two of the items are the same word, written otherwise; the second one is told at its place."""
    first: dict[Any, Any] = {}
    alike = False
    for index, item in enumerate(items):
        known = item if item is MISSING else first.setdefault(form(item), item)
        if known is not item:
            alike = True
            found = f"{quoted(item)} is the same word as {quoted(known)}"
            problems.append(Problem(f"{path}[{index}]", found, "each word once", "keep one of them"))
    return alike


@frozen
class Table:
    """A table with fixed keys: a section of the policy."""

    section: type[Any]

    @property
    def describe(self) -> str:
        """The keys."""
        return "a table with the keys " + ", ".join(keys_of(self.section))

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A section; keys that are not given have their defaults, others are problems."""
        if not _is_table(value):
            return _note_misfit(self, value, path, problems)
        keys = keys_of(self.section)
        unknown = [word for word in value if word not in keys]
        if unknown:
            problems.append(no_such_keys(unknown, [name for name in keys if name not in value], path, tuple(keys)))
        read = {
            name: kind.read(value[name], under(path, name), problems) for name, kind in keys.items() if name in value
        }
        absent = [name for name in keys if name not in value and is_required(self.section, name)]
        problems.extend(Problem(under(path, name), "is missing", keys[name].describe) for name in absent)
        wrong = absent or MISSING in read.values()
        return MISSING if wrong else self.section(**read)

    def write(self, value: Any) -> Any:
        """Every key that has a value, defaults included."""
        held = ((name, kind, getattr(value, name)) for name, kind in keys_of(self.section).items())
        return {name: kind.write(item) for name, kind, item in held if item is not None}


@frozen
class Named:
    """A table whose keys are names, each with the same kind of value."""

    of: ValueKind
    names: type[StrEnum] | None = None
    most: int = 1000

    @property
    def describe(self) -> str:
        """The names and what each holds."""
        name = f"one of {', '.join(words_of(self.names))}" if self.names else "a name"
        return f"a table of at most {self.most} entries, from {name} to {self.of.describe}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A dict from name to what its value reads as, in the order written."""
        if not _is_table(value) or len(value) > self.most:
            return _note_misfit(self, value, path, problems)
        read: dict[Any, Any] = {}
        for word, item in value.items():
            name = self._read_name(word, path, problems)
            held = self.of.read(item, under(path, word), problems)
            read[name] = held
        return MISSING if MISSING in read or MISSING in read.values() else read

    def _read_name(self, word: str, path: str, problems: list[Problem]) -> Any:
        if self.names is None:
            if is_id(word):
                return word
            remedy = _id_remedy(word)
            problems.append(Problem(under(path, word), "is no name", Id.describe, remedy, of_key=True))
            return MISSING
        known = words_of(self.names)
        if word in known:
            return self.names(word)
        expected = "one of " + ", ".join(known)
        problems.append(Problem(under(path, word), "no such name", expected, did_you_mean(word, known), of_key=True))
        return MISSING

    def write(self, value: Mapping[Any, Any]) -> Any:
        """A table."""
        return {str(name): self.of.write(item) for name, item in value.items()}


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) for word in value)


def as_toml(value: Any) -> str:
    """A plain value, as a kind writes it, on one line of TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {as_toml(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


# Declaring ---------------------------------------------------------------------------------------------

T = TypeVar("T")


class KeyScope(StrEnum):
    """What may set a key otherwise than the file as a whole does."""

    CASE = "case"
    """A change from a date on, and an override for some cases."""

    DESK = "desk"
    """A change from a date on: it shapes the desk, whatever the case."""

    FILE = "file"
    """Nothing: it says what the file is."""


def key(
    kind: ValueKind,
    doc: str,
    *,
    default: Any = attrs.NOTHING,
    factory: Callable[[], Any] | None = None,
    scope: KeyScope = KeyScope.CASE,
    unit: str = "",
    rules: tuple[str, ...] = (),
    clause: str = "",
) -> Any:
    """Declare a key of a section.

    Args:
        kind: What it may hold.
        doc: What it decides, in one sentence for the person who edits the SOP.
        default: The value where the file says nothing; without one the key must be given.
        factory: Makes the default where it is a table.
        scope: What may set it otherwise; of a table, it bounds the scope of its keys.
        unit: What a number counts.
        rules: The ids of the rules it sets, beside the rule that has the key's own path as its id.
        clause: Where `docs/domain.md` speaks of it; of a table, it holds for its keys.
    """
    metadata = {"kind": kind, "doc": doc, "scope": scope, "unit": unit, "rules": rules, "clause": clause}
    if factory is not None:
        return field(factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


def a_source() -> Any:
    """The key that every table may carry: where the written SOP says so."""
    return key(Text(), "Where the written SOP says so; reports cite it.", default="", scope=KeyScope.FILE)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(key,))
def section(cls: type[T]) -> type[T]:
    """Class decorator of a table of the policy; its fields are declared with `key`, what can change is copied."""
    return tell_types(attrs.frozen(kw_only=True, field_transformer=take_copies)(share_repr(cls)))


def keys_of(section_class: type[Any]) -> dict[str, ValueKind]:
    """The keys of a section, in order, with their kinds."""
    return {
        attribute.name: attribute.metadata["kind"]
        for attribute in attrs.fields(section_class)
        if "kind" in attribute.metadata
    }


def is_required(section_class: type[Any], name: str) -> bool:
    """Whether a key of a section has no default."""
    return getattr(attrs.fields(section_class), name).default is attrs.NOTHING
