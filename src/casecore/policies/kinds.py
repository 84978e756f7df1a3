"""What a policy key may hold: one declaration that reads it, checks it and writes it back.

Each key of a policy is declared once, on its field, with its *kind*: a flag, a whole number, a length of time, a
choice, a list, a table. The kind reads a plain TOML or JSON value strictly. Nothing is coerced: `"no"` is not a flag
and `"2"` is not a number. What does not fit becomes a `Problem` with the key's path, what was expected, and what to
write; reading goes on, so that one pass reports every problem of a file.

A table says only what differs: what it leaves out is as it was, key by key and entry by entry. `"none"` takes an
entry out, empties a table of names, and says of a key that may have no value that it has none.

What is made in code is asked the same of its values as a file (`section`).

The same declaration says what a key is for: the rules it sets, its unit, and what may set it otherwise
(`KeyScope`). The JSON Schema (`schema.py`) and the page of every key (`cli/reference.py`) are made of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, dataclass_transform

import attrs
from attrs import field

from casecore.kernel import frozen, is_id, share_equality
from casecore.kernel.frozen_dict import FrozenDict, copy_of_table, take_copies, tell_types
from casecore.kernel.late import finished_late
from casecore.kernel.problems import Problem, did_you_mean, no_such_keys, quoted, under
from casecore.policies.errors import PolicyError
from casecore.policies.plain_kinds import (
    LONGEST,
    MISSING,
    NONE,
    SECOND,
    Choice,
    Flag,
    Id,
    Length,
    Like,
    Number,
    OrNone,
    Several,
    Text,
    ValueKind,
    Whole,
    Wording,
    id_remedy,
    note_misfit,
    words_of,
)

__all__ = [
    "LONGEST",
    "MISSING",
    "NONE",
    "SECOND",
    "Choice",
    "EmptiedTable",
    "Flag",
    "Id",
    "KeyScope",
    "Length",
    "Like",
    "Named",
    "Number",
    "OrNone",
    "Several",
    "Table",
    "Text",
    "ValueKind",
    "Whole",
    "Wording",
    "a_source",
    "as_toml",
    "is_required",
    "key",
    "keys_of",
    "look_at",
    "may_be_absent",
    "section",
    "settle_value",
    "words_of",
]


@frozen
class Table:
    """A table with fixed keys: a section of the policy."""

    section: type[Any]

    @property
    def describe(self) -> str:
        """The keys."""
        return "a table with the keys " + ", ".join(keys_of(self.section))

    def read(self, value: Any, path: str, problems: list[Problem], base: Any = None) -> Any:
        """A section; keys that are not given are as in the base, or have their defaults; others are problems."""
        if not _is_table(value):
            return note_misfit(self, value, path, problems)
        keys = keys_of(self.section)
        table: Any = self.section
        ground = _defaults_of(table) if base is None else base
        unknown = [word for word in value if word not in keys]
        if unknown:
            problems.append(no_such_keys(unknown, [name for name in keys if name not in value], path, tuple(keys)))
        read = {
            name: None
            if value[name] == NONE and isinstance(kind, Table) and may_be_absent(self.section, name)
            else read_over(kind, value[name], under(path, name), problems, getattr(ground, name, None))
            for name, kind in keys.items()
            if name in value
        }
        absent = [name for name in keys if name not in value and is_required(self.section, name)]
        problems.extend(Problem(under(path, name), "is missing", keys[name].describe) for name in absent)
        if absent or MISSING in read.values():
            return MISSING
        kept = {} if base is None else {name: getattr(base, name) for name in keys}
        return self.section(**{**kept, **read})

    def write(self, value: Any, base: Any = None) -> Any:
        """Every key that has a value, defaults included; and the word for none where the base has one."""
        table: Any = self.section
        ground = _defaults_of(table) if base is None else base
        written = {}
        for name, kind in keys_of(self.section).items():
            held, below = getattr(value, name), getattr(ground, name, None)
            if held is not None or below is not None:
                written[name] = write_over(kind, held, below)
        return written


class EmptiedTable(dict[str, Any]):
    """A table of names that stands on nothing: what is below it was taken out."""


@frozen
class Named:
    """A table whose keys are names, each with the same kind of value.

    Attributes:
        of: What each holds.
        names: The names there are; None: any.
        most: How many there are at most.
        is_whole: (plain table, names below it) -> whether it says everything, so that nothing below it is left.
    """

    of: ValueKind
    names: type[StrEnum] | None = None
    most: int = 1000
    is_whole: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] = lambda plain, below: False

    @property
    def describe(self) -> str:
        """The names and what each holds."""
        name = f"one of {', '.join(words_of(self.names))}" if self.names else "a name"
        return f"a table of at most {self.most} entries, from {name} to {self.of.describe}"

    def read(self, value: Any, path: str, problems: list[Problem], base: Any = None) -> Any:
        """A dict from name to what its value reads as: the entries of the base, then new ones in the order written."""
        if value == NONE:
            return {}
        if not _is_table(value) or len(value) > self.most:
            return note_misfit(self, value, path, problems)
        alone = not value or isinstance(value, EmptiedTable) or self.is_whole(value, base or {})
        read: dict[Any, Any] = {} if alone else {**(base or {})}
        ground = {**read}
        for word, item in value.items():
            name = self.read_name(word, path, problems)
            if item == NONE and name is not MISSING:
                read.pop(name, None)
            elif isinstance(item, Mapping) and isinstance(self.of, Choice):
                inner = next(iter(item), "NAME")
                remedy = f'put the whole name into quotes: "{word}.{inner}"'
                read[name] = note_misfit(self.of, item, under(path, word), problems, remedy)
            else:
                read[name] = read_over(self.of, item, under(path, word), problems, ground.get(name))
        if MISSING in read or MISSING in read.values():
            return MISSING
        written = {str(name): name for name in read}
        all_written = ground and written.keys() == value.keys()  # then it says in which order, too
        return {written[word]: read[written[word]] for word in value} if all_written else read

    def read_name(self, word: Any, path: str, problems: list[Problem]) -> Any:
        """What a word names; `MISSING`, with a problem noted, where it names nothing."""
        if self.names is None:
            if is_id(word):
                return word
            remedy = id_remedy(word)
            problems.append(Problem(under(path, str(word)), "is no name", Id.describe, remedy, of_key=True))
            return MISSING
        known = words_of(self.names)
        if word in known:
            return self.names(word)
        expected = "one of " + ", ".join(known)
        problems.append(Problem(under(path, word), "no such name", expected, did_you_mean(word, known), of_key=True))
        return MISSING

    def write(self, value: Mapping[Any, Any], base: Any = None) -> Any:
        """A table; what only the base has is taken out by the word for none."""
        below = base or {}
        written = {str(name): write_over(self.of, item, below.get(name)) for name, item in value.items()}
        if not written or self.is_whole(written, below):
            return {str(name): write_over(self.of, item, None) for name, item in value.items()}
        return {**written, **{str(name): NONE for name in below if name not in value}}


def read_over(kind: ValueKind, value: Any, path: str, problems: list[Problem], base: Any) -> Any:
    """What a value reads as that stands over another one: of a table, what it leaves out is as it was."""
    if isinstance(kind, Table | Named):
        return kind.read(value, path, problems, base)
    return kind.read(value, path, problems)


def write_over(kind: ValueKind, value: Any, base: Any) -> Any:
    """What is written of a value so that it reads the same over another one."""
    if value is None:
        return NONE
    return kind.write(value, base) if isinstance(kind, Table | Named) else kind.write(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) for word in value)


def as_toml(value: Any) -> str:
    """A plain value, as a kind writes it, on one line of TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{under('', name)} = {as_toml(item)}" for name, item in value.items())
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
    """Class decorator of a table of the policy; its fields are declared with `key`, what can change is copied.

    What is made in code is asked the same as a file: values that do not fit raise a `PolicyError` with their paths.
    """
    made = finished_late(share_equality(cls), _finish_section)
    for name, declared in vars(cls).items():
        kind = getattr(declared, "metadata", {}).get("kind")
        inner = kind.of if isinstance(kind, Named | Several) else kind
        if isinstance(inner, Table):
            _AROUND.setdefault(inner.section, []).append((made, name, isinstance(kind, Named)))
    return made


def _finish_section(cls: type[T]) -> type[T]:
    return tell_types(attrs.frozen(kw_only=True, field_transformer=_checked_fields)(cls))


_AROUND: Final[dict[type[Any], list[tuple[type[Any], str, bool]]]] = {}
"""By table: the tables in which it lies, by what name, and whether that is a table of names. Classes fill it."""


def _checked_fields(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """The fields of a section, the last of which has all of them looked at when they are set."""
    unchecked = [one if one.validator is None else one.evolve(validator=None) for one in take_copies(cls, fields)]
    copied = [_settling_field(one) for one in unchecked]
    last = max(place for place, one in enumerate(copied) if "kind" in one.metadata)
    return [one.evolve(validator=_check_values) if place == last else one for place, one in enumerate(copied)]


def _settling_field(declared: attrs.Attribute[Any]) -> attrs.Attribute[Any]:
    """A field whose kind has one way to hold what can be written in several, takes it so."""
    kind = declared.metadata.get("kind")
    copy: Any = declared.converter
    if kind is None or not (hasattr(kind, "settle") or _has_words(kind)):
        return declared
    return declared.evolve(converter=lambda value: settle_value(kind, value if copy is None else copy(value)))


def _has_words(kind: Any) -> bool:
    return isinstance(kind, Choice) or getattr(kind, "names", None) is not None or _has_words_inside(kind)


def _has_words_inside(kind: Any) -> bool:
    return not isinstance(kind, Table) and hasattr(kind, "of") and _has_words(kind.of)


def settle_value(kind: ValueKind, value: Any) -> Any:
    """A value as the policy holds it: a plain word is the choice that it names, because rules tell choices apart."""
    match kind:
        case Choice() if type(value) is str and value in words_of(kind.choices):
            return kind.choices(value)
        case OrNone():
            return settle_value(kind.of, value)
        case Several() if isinstance(value, tuple):
            return tuple(settle_value(kind.of, item) for item in value)
        case Named() if isinstance(value, Mapping):
            names = {} if kind.names is None else {str(name): name for name in kind.names}
            return FrozenDict({names.get(name, name): settle_value(kind.of, item) for name, item in value.items()})
        case _ if hasattr(kind, "settle"):
            return copy_of_table(kind.settle(value))
    return value


def _check_values(held: Any, _: attrs.Attribute[Any], __: Any) -> None:
    """Refuse values that no file could hold.

    Raises:
        PolicyError: When there are any; it lists them all.
    """
    problems: list[Problem] = []
    for name, kind in keys_of(type(held)).items():
        value = getattr(held, name)
        if value is not None or not may_be_absent(type(held), name):
            look_at(kind, value, name, problems)
    if problems:
        place = path_of_section(type(held))
        raise PolicyError("policy", tuple(attrs.evolve(one, path=f"{place}{one.path}") for one in problems))


def path_of_section(section_class: type[Any]) -> str:
    """The path of a table in a policy, up to its keys; where there are several like it, `NAME` stands for the name."""
    known = _AROUND.get(section_class, [])
    around = [one for one in known if one[0] is known[0][0]]  # the first that holds it: that of the SOP
    if not around:
        return ""
    outer_table, name, named = around[0]
    return f"{path_of_section(outer_table)}{'NAME' if len(around) > 1 else name}{'.NAME' if named else ''}."


def look_at(kind: ValueKind, value: Any, path: str, problems: list[Problem]) -> None:
    """Note what is wrong with a value that the policy is to hold."""
    match kind:
        case Table():
            if not isinstance(value, kind.section):
                note_misfit(kind, value, path, problems)
        case _ if hasattr(kind, "look_at"):
            kind.look_at(value, path, problems)
        case Named() if isinstance(value, Mapping) and len(value) <= kind.most:
            for name, item in value.items():
                if kind.names is None:
                    kind.read_name(name, path, problems)
                elif not isinstance(name, kind.names):
                    found = f"{quoted(name)} is no {kind.names.__name__}"
                    problems.append(Problem(under(path, str(name)), found, f"one of {', '.join(words_of(kind.names))}"))
                look_at(kind.of, item, under(path, str(name)), problems)
        case Several(Table()) if isinstance(value, tuple) and len(value) <= kind.most:
            for number, item in enumerate(value):
                look_at(kind.of, item, f"{path}[{number}]", problems)
        case _:
            _look_at_plain(kind, value, path, problems)


def _look_at_plain(kind: ValueKind, value: Any, path: str, problems: list[Problem]) -> None:
    """Note what is wrong with a value in which there are no tables: it does not read as it is written."""
    wrong: list[Problem] = []
    try:
        same = _is_same(kind.read(kind.write(value), path, wrong), value)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):  # it cannot even be written
        same, wrong = False, []
    if wrong:
        problems.extend(wrong)
    elif not same:
        note_misfit(kind, value, path, problems)


def _is_same(read: Any, value: Any) -> bool:
    if isinstance(read, tuple) and isinstance(value, tuple):
        return len(read) == len(value) and all(map(_is_same, read, value))
    return bool(read == value) and (not isinstance(read, StrEnum) or type(read) is type(value))


def keys_of(section_class: type[Any]) -> dict[str, ValueKind]:
    """The keys of a section, in order, with their kinds."""
    return {
        attribute.name: attribute.metadata["kind"]
        for attribute in attrs.fields(section_class)
        if "kind" in attribute.metadata
    }


@cache
def _defaults_of(section_class: Any) -> Any:
    """A section of nothing but defaults; None where some key must be given."""
    required = any(is_required(section_class, name) for name in keys_of(section_class))
    return None if required else section_class()


def may_be_absent(section_class: type[Any], name: str) -> bool:
    """Whether a key of a section may have no value at all."""
    declared = attrs.fields_dict(section_class)[name]
    return declared.default is None or isinstance(declared.metadata["kind"], OrNone)


def is_required(section_class: type[Any], name: str) -> bool:
    """Whether a key of a section has no default."""
    return getattr(attrs.fields(section_class), name).default is attrs.NOTHING
