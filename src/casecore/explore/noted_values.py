"""Numbers and lengths of time of which is noted what they are compared with, and no more than that.

Most limits are only ever compared: with a load of none, whether the limit is two or four makes no difference. So a
`NotedValue` stands for such a value. It notes each comparison, with what it came to; whoever does anything else with it
has the value itself, which is then noted as a whole.

It passes for a number (`isinstance`), and is none: what asks for one by C alone, like `range`, gets it by `__index__`,
or fails. So nothing reads the value without a note.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

MOST_COMPARED: Final = 20
"""With so many others a value is compared before it is noted as a whole."""

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {name: getattr(operator, name) for name in ("lt", "le", "eq", "ne", "ge", "gt")}
)
"""What is asked of a value and another one, by name."""

_BINARY: Final = ("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow")


class NotedValue:
    """A value of a policy of which is noted what it is compared with.

    Args:
        held: The value.
        note_compared: (comparison, another value) -> nothing: notes that it was compared.
        note_whole: Notes the value itself.
    """

    __slots__ = ("_compared", "_held", "_note_compared", "_note_whole")

    def __init__(
        self, held: Any, note_compared: Callable[[str, Any], object], note_whole: Callable[[], object]
    ) -> None:
        self._held = held
        self._note_compared = note_compared
        self._note_whole = note_whole
        self._compared: set[tuple[str, Any]] = set()

    def whole(self) -> Any:
        """The value itself, noted as a whole."""
        self._note_whole()
        return self._held

    def compare(self, comparison: str, other: Any) -> Any:
        """What a comparison with another value comes to."""
        ask = COMPARISONS[comparison]
        if other is self:
            return ask(self._held, self._held)
        if type(other) is not type(self._held) or len(self._compared) == MOST_COMPARED:
            return ask(self.whole(), whole_of(other))
        if (comparison, other) not in self._compared:
            self._compared.add((comparison, other))
            self._note_compared(comparison, other)
        return ask(self._held, other)

    @property  # type: ignore[misc]  # no class has it as a property, but whatever passes for another
    def __class__(self) -> type:
        return type(self._held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole(), name)

    def __eq__(self, other: object) -> bool:
        return bool(self.compare("eq", other))

    def __hash__(self) -> int:
        return hash(self.whole())

    def __ne__(self, other: object) -> bool:
        return bool(self.compare("ne", other))


def whole_of(value: Any) -> Any:
    """A value itself, noted as a whole where it notes anything."""
    return value.whole() if type(value) is NotedValue else value


def plain_other(value: Any) -> Any:
    """A number, or a length of time, with which another one is compared, as plain data."""
    return (value.days, value.seconds, value.microseconds) if isinstance(value, timedelta) else value


def read_other(plain: Any) -> Any:
    """The same read back."""
    return timedelta(*plain) if isinstance(plain, list | tuple) else plain


def _comparing(name: str) -> Any:
    return lambda value, other: value.compare(name, other)


def _doing(do: Callable[..., Any]) -> Any:
    return lambda value, *more: do(value.whole(), *map(whole_of, more))


def _doing_from_right(do: Callable[[Any, Any], Any]) -> Any:
    return lambda value, other: do(other, value.whole())


def _itself(value: NotedValue, *_: object) -> Any:
    return value.whole()


def _all_that_is_done() -> dict[str, Any]:
    """Every other way in which something is done with a number or a length of time."""
    found = {f"__{name}__": _comparing(name) for name in COMPARISONS if name not in {"eq", "ne"}}
    for name in _BINARY:
        do: Any = {"divmod": divmod, "pow": pow}.get(name) or getattr(operator, name)
        found |= {f"__{name}__": _doing(do), f"__r{name}__": _doing_from_right(do)}
    own: dict[str, Any] = {name: getattr(operator, name) for name in ("neg", "pos", "abs", "index")}
    own |= {"bool": bool, "int": int, "float": float, "round": round, "str": str, "repr": repr}
    found |= {f"__{name}__": _doing(do) for name, do in (own | {"format": format}).items()}
    return found | {f"__{name}__": _itself for name in ("copy", "deepcopy")}


for _name, _does in _all_that_is_done().items():
    setattr(NotedValue, _name, _does)
