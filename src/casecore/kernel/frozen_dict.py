"""What a value takes from its caller, so that nobody changes it from outside.

A command, an event, a record or a policy never changes; but what it was made of may: the caller's own `capacity` table,
changed a day later, would change a limit of which no event tells. So whatever can change is copied when it is taken: a
table becomes a `FrozenDict`, a list a tuple, a set a frozenset, and so do those inside a table. What cannot change is
kept as it is, and costs a look at its class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Final, NoReturn, TypeVar, Union, get_args, get_origin

from attrs import Attribute

from casecore.kernel.errors import CasecoreError

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

DEEPEST: Final = 100
"""How many levels deep lists and tables may stand in each other; what people write has ten."""


class NestedTooDeeply(CasecoreError, ValueError):
    """Lists and tables stand in each other more levels deep than anybody writes, or one holds itself."""

    def __str__(self) -> str:
        return f"lists and tables stand in each other more than {DEEPEST} levels deep; write them flatter"


class FrozenDict(dict[K, V]):
    """A dict that never changes: equal to any dict of the same content, read, written out and pickled like one."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this table belongs to a value, which never changes; change a copy of it: dict(table)")

    _never: Any = _refuse  # each name below is declared by `dict` in a form of its own
    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _never
    del _never

    def __reduce__(self) -> tuple[type[FrozenDict[K, V]], tuple[dict[K, V]]]:  # pickle would set one item after another
        return type(self), (dict(self),)


def frozen_copy(value: Any, levels: int = DEEPEST) -> Any:
    """The same content where nobody can change it; what cannot change is returned as it is.

    Args:
        value: A table, a list or a set, with others inside them; anything else is left alone.
        levels: How many levels deep it may be.

    Raises:
        NestedTooDeeply: When it is deeper than that.
    """
    if type(value) in _PLAIN or isinstance(value, FrozenDict):
        return value
    if isinstance(value, Mapping):
        if _PLAIN.issuperset(map(type, value.values())):  # mostly
            return FrozenDict(value)
        inside = _one_less(levels)
        return FrozenDict({name: frozen_copy(held, inside) for name, held in value.items()})
    if type(value) in (list, tuple):
        inside = _one_less(levels)
        return tuple([frozen_copy(item, inside) for item in value])
    return frozenset(value) if isinstance(value, set) else value


_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def _one_less(levels: int) -> int:
    if levels == 0:
        raise NestedTooDeeply
    return levels - 1


def plain_copy(value: Any, levels: int = DEEPEST) -> Any:
    """The same content in tables and lists that are nobody else's, as JSON has them; anything else is as it was.

    Args:
        value: A table or a list, with others inside them.
        levels: How many levels deep it may be.

    Raises:
        NestedTooDeeply: When it is deeper than that.
    """
    if isinstance(value, Mapping):
        inside = _one_less(levels)
        return {name: plain_copy(held, inside) for name, held in value.items()}
    if type(value) in (list, tuple):
        inside = _one_less(levels)
        return type(value)([plain_copy(item, inside) for item in value])
    return value


# Fields ------------------------------------------------------------------------------------------------


def copy_of_table(value: Any) -> Any:
    """A table where nobody can change it; anything else as it is. Raises `NestedTooDeeply` like `frozen_copy`."""
    return frozen_copy(value) if isinstance(value, Mapping) else value


def _copy_of_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _copy_of_set(value: Any) -> Any:
    return frozenset(value) if isinstance(value, set) else value


_COPIES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "Mapping": copy_of_table,
    "tuple": _copy_of_list,
    "frozenset": _copy_of_set,
}
"""How a field takes what it is given, by the first word of its annotation."""

_COPYING: Final = frozenset(_COPIES.values())


def take_copies(_: type, fields: list[Attribute[Any]]) -> list[Attribute[Any]]:
    """Let a class that is about to become one of attrs copy what can change, by the annotations of its fields.

    A field that checks what it takes, or turns it into something, is left as it was declared.
    """
    return [_with_copy(attribute) for attribute in fields]


def tell_types(cls: type[T]) -> type[T]:
    """Let the signature of a class made so say how its fields are annotated; attrs tells what their copies take."""
    fields: tuple[Any, ...] = cls.__attrs_attrs__  # type: ignore[attr-defined]  # attrs has made the class
    told = {field.alias: field.type for field in fields if field.converter in _COPYING and field.type is not None}
    cls.__init__.__annotations__.update(told)
    return cls


def _with_copy(attribute: Attribute[Any]) -> Attribute[Any]:
    copy = _COPIES.get(_first_word_of(attribute.type))
    declared = attribute.converter is not None or attribute.validator is not None
    return attribute if copy is None or declared or not attribute.init else attribute.evolve(converter=copy)


def _first_word_of(annotation: Any) -> str:
    """`Mapping` of `Mapping[str, int] | None`."""
    if isinstance(annotation, str):
        return annotation.partition("[")[0]
    first = get_args(annotation)[0] if get_origin(annotation) in (Union, UnionType) else annotation
    return getattr(get_origin(first) or first, "__name__", "")
