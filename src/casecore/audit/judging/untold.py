"""What a log does not tell: rows and commands of which some fields are not known.

A log is not the whole truth. It may tell when the status of a case changed, and never whether its customer was
authenticated. So a row that an audit keeps, a command that it reads and a view that it asks with may each lack fields.

* A field that is **untold** may be written, and is told from then on. Reading it raises `NotTold`, which names the row
  and the field. So whoever has answered without raising that has seen nothing that is not known: its answer is real.
* A field that **stays untold** may be changed at any time by something that the log does not tell. What is written
  into it is forgotten at once.
* What is untold may be passed on, but never looked at: whoever does not ask what it is may be given the sentinel
  `UNTOLD` in its place (`supposing.py`), which raises `NotTold` whatever is done with it.

The classes are made from those of the records, and have their layout: a row turns from one into the other as it is
told. What is told is read at no cost.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from inspect import getattr_static
from typing import Any, Final, NoReturn, TypeVar

from casecore.kernel.values import fields_of, full_class, kind_of
from casecore.kernel.written_functions import write_function

F = TypeVar("F", bound="Callable[..., Any]")

NOTHING: Final[frozenset[str]] = frozenset()


def remembered(function: F) -> F:
    """`functools.cache` for functions of classes: its types take classes of records for something without a hash."""
    cached: Any = cache(function)
    kept: F = cached
    return kept


class NotTold(Exception):
    """Something was read that the log does not tell.

    Args:
        row: The row, command or view that does not tell it.
        field: Which field of it.
    """

    def __init__(self, row: Any, field: str) -> None:
        self.row = row
        self.field = field

    @property
    def name(self) -> str:
        """What is not told, in words of the house: `Case.status`."""
        return self.field if self.row is UNTOLD else f"{kind_of(self.row).__name__}.{self.field}"

    def __str__(self) -> str:
        return f"{self.name} is not told"


class _UntoldValue:
    """What stands for a value that is not told. Whatever is done with it, but passing it on, raises `NotTold`."""

    __slots__ = ()

    def _refuse(self, *_: Any) -> NoReturn:
        raise NotTold(self, "text")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __getattr__ = __str__ = __format__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __mod__ = _refuse
    __and__ = __rand__ = __or__ = __ror__ = __neg__ = __int__ = __float__ = __index__ = __call__ = _refuse

    def __repr__(self) -> str:
        return "UNTOLD"

    def __copy__(self) -> _UntoldValue:
        return self

    def __reduce__(self) -> str:
        return "UNTOLD"


UNTOLD: Final = _UntoldValue()


SOMEBODY: Final = "\x00somebody"
"""An id that is no other's: what stands for one that is not told, where it is compared with others."""


class _Trap:
    """A field that is not told until it is written."""

    __slots__ = ("_name", "_slot")

    def __init__(self, name: str, slot: Any) -> None:
        self._name = name
        self._slot = slot

    def __get__(self, row: Any, kind: Any = None) -> Any:
        if row is None:
            return self
        raise NotTold(row, self._name)

    def __set__(self, row: Any, value: Any) -> None:
        self._slot.__set__(row, value)
        if value is not UNTOLD:
            kind = type(row)
            row.__class__ = class_lacking(kind.of, kind.lacks - {self._name}, kind.stays)


class _LastingTrap(_Trap):
    """A field that stays untold."""

    __slots__ = ()

    def __set__(self, row: Any, value: Any) -> None:
        """Forget it."""
        self._slot.__set__(row, UNTOLD)


@remembered
def slot_of(kind: type, field: str) -> Any:
    """The member of a class that holds a field, whether it is told or not; UNTOLD lies in it where it is not."""
    return getattr_static(full_class(kind), field)


@remembered
def raw_reader(kind: type, field: str) -> Callable[[Any], Any]:
    """How a field is read that may be untold: it gives UNTOLD then, and raises nothing."""
    read: Callable[[Any], Any] = slot_of(kind, field).__get__
    return read


def told_value(row: Any, field: str) -> Any:
    """A field of a row; None where it is not told."""
    value = raw_reader(type(row), field)(row)
    return None if value is UNTOLD else value


@remembered
def field_names(kind: Any) -> tuple[str, ...]:
    """The names of the fields of a class."""
    return tuple(attribute.name for attribute in fields_of(kind))


def _text_of_told(row: Any) -> str:
    told = ", ".join(f"{name}={raw_reader(row.of, name)(row)!r}" for name in field_names(row.of))
    return f"{row.of.__name__}({told})"


def _replaced(row: Any, **new: Any) -> Any:
    """Another row with other contents in some fields; what is told of the others is told of it, too."""
    told = {name: raw_reader(row.of, name)(row) for name in field_names(row.of)}
    told = {name: value for name, value in told.items() if value is not UNTOLD}
    return settle(blind_row(row.of, told | new, row.stays))


class _Watched:
    """A field that is told, of which each look is noted."""

    __slots__ = ("_name", "_read")

    def __init__(self, name: str, slot: Any) -> None:
        self._name, self._read = name, slot.__get__

    def __get__(self, row: Any, kind: Any = None) -> Any:
        return WATCHING.get()(row, self._name, self._read(row))


WATCHING: ContextVar[Callable[[Any, str, Any], Any]] = ContextVar("who is told of looks at watched fields")
"""(a row, the name of a field, its value) -> what it shows to whoever looks."""


def look_at_all() -> None:
    """Note, where looks are noted, that what is done depends on more than the fields that are looked at."""
    note = WATCHING.get(None)
    if note is not None:
        note(None, "", None)


@remembered
def class_lacking(record: Any, lacks: frozenset[str], stays: frozenset[str], watched: frozenset[str] = NOTHING) -> Any:
    """The class of rows that lack some fields.

    Args:
        record: The class of the records; or of commands, events or views.
        lacks: The fields that are told once they are written.
        stays: Those that stay untold.
        watched: Those of which each look is noted; they are told.
    """
    body: dict[str, Any] = {
        "__slots__": (),
        "__module__": record.__module__,
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
        "__repr__": _text_of_told,
        "__replace__": _replaced,
        "__doc__": record.__doc__,
        "of": record,
        "lacks": lacks - stays,
        "stays": stays,
        "untold": lacks | stays,
        "watched": watched,
    }
    for name in watched:
        body[name] = _Watched(name, slot_of(record, name))
    for name in lacks | stays:
        trap = _LastingTrap if name in stays else _Trap
        body[name] = trap(name, slot_of(record, name))
    return type(record)(record.__name__, (record,), body)


def open_row(row: Any, record: type, stays: frozenset[str] = NOTHING) -> Any:
    """Turn a row, or the editing of one, into one that may be written to for ever; it is the same object.

    Args:
        row: What nobody else holds.
        record: The class of the records.
        stays: The fields that stay untold.
    """
    row.__class__ = class_lacking(record, NOTHING, NOTHING)
    if stays:
        for name in stays:
            slot_of(record, name).__set__(row, UNTOLD)
        row.__class__ = class_lacking(record, NOTHING, stays)
    return row


def blind_row(record: Any, told: dict[str, Any], stays: frozenset[str] = NOTHING) -> Any:
    """A row of which only this is told.

    Args:
        record: The class of the records, or of commands, events or views.
        told: What is told, by field.
        stays: The fields that stay untold, also where they are told here.
    """
    return _blind_maker(record, frozenset(told), stays)(told)


@remembered
def _blind_maker(record: Any, told: frozenset[str], stays: frozenset[str]) -> Callable[[dict[str, Any]], Any]:
    """It makes rows of which these fields are told; written as text, because logs have millions of them."""
    names = field_names(record)
    known = {name for name in names if name in told - stays}
    filled = (f"row.{name} = {f'told[{name!r}]' if name in known else 'UNTOLD'}" for name in names)
    lines = ("row = new(Open)", *filled, "row.__class__ = Blind", "return row")
    kinds = {
        "Open": class_lacking(record, NOTHING, NOTHING),
        "Blind": class_lacking(record, frozenset(names) - known - stays, stays),
    }
    make: Callable[[dict[str, Any]], Any] = write_function(
        "make(told)", lines, {"new": object.__new__, "UNTOLD": UNTOLD, **kinds}
    )
    return make


def forget(row: Any, fields: frozenset[str]) -> None:
    """Let some fields of an open row be untold, until they are written again."""
    kind = type(row)
    fields = fields - kind.untold
    if fields:
        for name in fields:
            slot_of(kind.of, name).__set__(row, UNTOLD)
        row.__class__ = class_lacking(kind.of, kind.lacks | fields, kind.stays)


def settle(row: Any) -> Any:
    """Let those fields of a row be untold into which something was written that is not told; it is the same object."""
    kind = type(row)
    record, lacks, stays = full_class(kind), getattr(kind, "lacks", NOTHING), getattr(kind, "stays", NOTHING)
    copies = [name for name in field_names(record) if _stands_for_untold(raw_reader(record, name)(row))]
    for name in copies:
        slot_of(record, name).__set__(row, UNTOLD)
    if not (lacks | stays).issuperset(copies):
        kind = class_lacking(record, lacks.union(copies) - stays, stays)
        object.__setattr__(row, "__class__", kind)
    return row


def copied_row(row: Any) -> Any:
    """Another row that tells and lacks the same."""
    record = kind_of(row)
    copied = object.__new__(class_lacking(record, NOTHING, NOTHING))
    for name in field_names(record):
        slot_of(record, name).__set__(copied, raw_reader(record, name)(row))
    copied.__class__ = type(row)
    return copied


def become(row: Any, other: Any) -> None:
    """Let a row tell and lack what another does; it stays the same object."""
    record = kind_of(row)
    for name in field_names(record):
        slot_of(record, name).__set__(row, raw_reader(record, name)(other))
    row.__class__ = type(other)


def tell_both(row: Any, other: Any) -> Any:
    """A row that tells what two rows of a class tell alike; it is the first of them if that is all it tells."""
    record = kind_of(row)
    readers = {name: raw_reader(record, name) for name in field_names(record)}
    told = {name: value for name, read in readers.items() if _is_same(value := read(row), read(other))}
    if len(told) == len(readers):
        return row
    return blind_row(record, told, getattr(type(row), "stays", NOTHING))


def _stands_for_untold(value: Any) -> bool:
    return value is UNTOLD or value is SOMEBODY


def _is_same(value: Any, other: Any) -> bool:
    if _stands_for_untold(value) or _stands_for_untold(other):
        return False
    return value is other or bool(value == other)


@remembered
def guess_at(kind: Any, field: str) -> tuple[Callable[[Any, Any], None], type]:
    """How a value is written into an untold field of a row of a class, and the class of the row while it is there.

    Whoever has tried it writes `UNTOLD` in its place and gives the row its class again.
    """
    write: Callable[[Any, Any], None] = slot_of(kind, field).__set__
    return write, class_lacking(kind.of, kind.lacks - {field}, kind.stays - {field}, kind.watched)


@remembered
def class_watched(kind: Any) -> type:
    """The class of rows that tell and lack what those of a class do; each look at what they tell is noted."""
    record, lacks, stays = full_class(kind), getattr(kind, "lacks", NOTHING), getattr(kind, "stays", NOTHING)
    watched: type = class_lacking(record, lacks, stays, frozenset(field_names(record)) - lacks - stays)
    return watched
