"""Classes of attrs that are finished when they are first used.

attrs writes and compiles methods for a class, which was half of what importing casecore cost, and most programs use a
tenth of its commands and events. So a class that casecore ships gets the slots of its fields at once, and what attrs
adds to it when that is first asked for: when an object is made or unpickled, or when the fields are read. Then attrs
makes the class from what was written, as it always does, and what it has added is taken over.

A class of somebody else's is finished at once, so that what is wrong with it is told where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import RLock
from typing import Any, Final, TypeVar
from weakref import ref

import attrs

T = TypeVar("T")

_OURS: Final = "casecore."


def finished_late(cls: type[T], finish: Callable[[type[T]], type[T]], *, weakref_slot: bool = True) -> type[T]:
    """A frozen class with slots, to which attrs adds the rest when it is first used.

    Args:
        cls: The class as it was written, with what compares, hashes and tells its objects.
        finish: How attrs makes the class: frozen, with slots.
        weakref_slot: Whether its objects may be referred to weakly; `finish` has to say the same.
    """
    if not cls.__module__.startswith(_OURS):
        return finish(cls)
    fields, bases = tuple(cls.__annotations__), cls.__mro__[1:-1]
    held = {name: vars(base)[name] for base in bases for name in fields if name in vars(base).get("__slots__", ())}
    slots = [name for name in fields if name not in held]
    if weakref_slot and not any("__weakref__" in vars(base) for base in bases):
        slots.append("__weakref__")
    own = {name: value for name, value in vars(cls).items() if name not in {*fields, "__dict__", "__weakref__"}}
    rest = _Rest(cls, finish)
    body = {**_FROZEN, **rest.awaited, **own, **held, "__slots__": tuple(slots), "__qualname__": cls.__qualname__}
    metaclass: Any = type(cls)
    made: type[T] = metaclass(cls.__name__, cls.__bases__, body)
    rest.made = made
    _stands_in(made, cls)
    for cell in _cells_of(made):
        if cell.cell_contents is cls:  # what `super()` in a method means
            cell.cell_contents = made
    return made


def _cells_of(cls: type) -> Iterator[Any]:
    """The variables that the methods of a class close over, `__class__` among them."""
    for member in vars(cls).values():
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        yield from getattr(function, "__closure__", None) or ()


def _stands_in(made: type, other: Any) -> None:
    """Say, as attrs does, that a class is but what another was made from: cattrs leaves it aside."""
    other.__attrs_base_of_slotted__ = ref(made)


class _Rest:
    """What attrs adds to a class.

    Args:
        written: The class as it was written.
        finish: How attrs makes the class.

    Attributes:
        made: The class to which it is added.
        awaited: What stands there until then.
    """

    def __init__(self, written: type, finish: Callable[[Any], Any]) -> None:
        self._written = written
        self._finish = finish
        self._added: Mapping[str, Any] = {}
        self.made: Any = written
        self.awaited = {name: _Awaited(name, self) for name in _ADDED}

    def added(self) -> Mapping[str, Any]:
        """Let attrs make the class once, and take over what it adds, unless the class has its own."""
        with _ONE_AT_A_TIME:
            if not self._added:
                finished = self._finish(self._written)
                _stands_in(self.made, finished)
                if finished.__slots__ != self.made.__slots__:
                    raise TypeError(
                        f"{self.made.__qualname__} has slots that only attrs can tell; do not finish it late"
                    )
                self._added = {name: member for name, member in vars(finished).items() if name in self.awaited}
                for name, member in self._added.items():
                    if isinstance(vars(self.made)[name], _Awaited):
                        setattr(self.made, name, member)
        return self._added


class _Awaited:
    """A member that attrs has not added yet."""

    __slots__ = ("_name", "_rest")

    def __init__(self, name: str, rest: _Rest) -> None:
        self._name = name
        self._rest = rest

    def __get__(self, value: Any, kind: Any = None) -> Any:
        member = self._rest.added()[self._name]
        return member.__get__(value, kind) if hasattr(member, "__get__") else member


class _Sample:
    any_field: None = None

    __repr__, __eq__, __hash__ = object.__repr__, object.__eq__, object.__hash__


_OF_SAMPLE: Final[Mapping[str, Any]] = vars(attrs.frozen(_Sample))
_FROZEN: Final = {name: _OF_SAMPLE[name] for name in ("__setattr__", "__delattr__")}
_ADDED: Final = _OF_SAMPLE.keys() - vars(_Sample).keys() - _FROZEN.keys() - {"__slots__", "__weakref__"}
"""What attrs adds to a class with a field and such methods of its own; its versions differ in it."""

_ONE_AT_A_TIME: Final = RLock()
"""Two threads may use a class for the first time."""
