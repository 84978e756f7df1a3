"""Values: classes whose objects never change and are compared by what they hold.

attrs would write an `__eq__`, a `__hash__` and a `__repr__` for each class; here all classes share one of each. What
it writes beside them waits until a class is used (`late.py`). A program that imports casecore would wait for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

import attrs
from attrs import Attribute, field

from casecore.kernel.fields import (
    a_choice,
    a_count,
    a_flag,
    a_length,
    a_part,
    a_text,
    an_id,
    an_instant,
    some,
    some_counts,
    some_texts,
)
from casecore.kernel.frozen_dict import take_copies, tell_types
from casecore.kernel.late import finished_late
from casecore.kernel.shown import Displayed

T = TypeVar("T")


def _equal_in_content(value: Any, other: Any) -> Any:  # a truth, or NotImplemented
    if other.__class__ is not value.__class__:  # what it passes for: `explore` looks at policies through others
        return NotImplemented
    content = _content_readers(value.__class__)[0]
    return content(value) == content(other)


def share_equality(cls: type[T], equal: Callable[[Any, Any], Any] = _equal_in_content) -> type[T]:
    """Let a class that is about to become one of attrs be told, compared and hashed by its fields, as all are.

    Args:
        cls: The class as it was written; what it has of its own stays.
        equal: How two of them are compared.
    """
    if "__repr__" not in vars(cls):  # attrs would write its own
        any_class: Any = cls
        any_class.__repr__ = any_class.__repr__ if issubclass(cls, Displayed) else _text_of_fields
    if "__eq__" not in vars(cls):
        cls.__eq__, cls.__hash__ = equal, _hash_of_content  # type: ignore[assignment]  # the same
    return cls


def _hash_of_content(value: Any) -> int:
    return hash((value.__class__, _content_readers(value.__class__)[1](value)))


@cache
def _content_readers(kind: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """How the content of a class is read that is compared, and that is hashed."""
    compared = [a for a in fields_of(kind) if a.eq]
    return _reader_of(compared), _reader_of(a for a in compared if a.hash is not False)


def _reader_of(fields: Iterable[Attribute[Any]]) -> Callable[[Any], Any]:
    names = [a.name for a in fields]
    return attrgetter(*names) if names else lambda _: ()


def _text_of_fields(value: Any) -> str:
    told = [(a.name, a.repr if callable(a.repr) else repr) for a in fields_of(type(value)) if a.repr]
    fields = ", ".join(f"{name}={tell(getattr(value, name))}" for name, tell in told)
    return f"{type(value).__qualname__.rpartition('>.')[2]}({fields})"


@dataclass_transform(
    frozen_default=True,
    field_specifiers=(
        field,
        an_id,
        a_text,
        some_texts,
        some_counts,
        a_choice,
        a_count,
        a_flag,
        a_length,
        a_part,
        some,
        an_instant,
    ),
)
def frozen(cls: type[T]) -> type[T]:
    """Class decorator of commands, events and everything else that is a value: frozen, slotted, compared by content.

    What can change is copied when a value takes it (`frozen_dict.py`).
    """
    return finished_late(share_equality(cls), _finish_value)


def _finish_value(cls: type[T]) -> type[T]:
    return tell_types(attrs.frozen(cls, field_transformer=take_copies))


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def answer(cls: type[T]) -> type[T]:
    """The same for what deciding answers: nothing in it is anybody else's, so nothing is copied."""
    return finished_late(share_equality(cls), attrs.frozen)


def full_class(kind: type) -> type:
    """The class of which another one lacks some fields, as an audit makes them of what a log tells; mostly itself."""
    full: type = getattr(kind, "of", kind)
    return full


def kind_of(value: Any) -> type:
    """The class of a command, an event or a row, for tables by class; `type` may give one that lacks some fields."""
    return full_class(type(value))


def fields_of(kind: type) -> tuple[Attribute[Any], ...]:
    """The fields of a class that `frozen` or `record` has made: type checkers do not see that it is one of attrs."""
    attrs_class: Any = kind
    fields: tuple[Attribute[Any], ...] = attrs.fields(attrs_class)
    return fields


def changed(value: T, **new: Any) -> T:
    """A value of the same class with other contents in the fields that are named; its class may say how it is made."""
    attrs_value: Any = value
    replace = getattr(attrs_value, "__replace__", None)
    other: T = attrs.evolve(attrs_value, **new) if replace is None else replace(**new)
    return other
