"""Plain values: how one value of a command, event or record stands in JSON, read strictly.

Each annotation that a field may have (text, a whole number, an instant, a choice of words, a list of these ...) has one
**form**: what fits in words, how it is read, how it is written. Nothing is coerced. What does not fit is a `Misfit`
with the path of each problem, and reading goes on, so that all problems of a list are told at once.

What stands in a reason's facts has no annotation. It may be text, a number, true, false, None, an instant, or a tuple
of these. In JSON an instant among them is `{"instant": "..."}`, so that it does not come back as text; a word of an
enumeration comes back as the text that it is equal to.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, reduce
from operator import or_
from types import NoneType
from typing import Any, Final, get_args, get_origin

import attrs
from cattrs import ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn_from_attrs, make_dict_unstructure_fn_from_attrs, override

from casecore.kernel import CommandError, frozen, is_whole
from casecore.kernel.fields import Value
from casecore.kernel.problems import SHOWN, Problem, did_you_mean

Reader = Callable[[Any, Any], Any]
"""(what JSON has, its annotation, which the reader knows already) -> the value. Raises `Misfit`."""


# What does not fit -------------------------------------------------------------------------------------


class Misfit(Exception):
    """What is wrong with one value; the paths of its problems start there.

    Its problems are worked out when they are asked for: of a hundred thousand misfits in one list, few are told.
    """

    def __init__(self, *problems: Problem, later: Callable[[], tuple[Problem, ...]] | None = None) -> None:
        super().__init__(*problems)
        self._problems, self._later = problems, later

    @classmethod
    def of(cls, value: object, expected: str, remedy: Callable[[], str] | None = None) -> Misfit:
        """The misfit of a value that stands where something else is expected."""

        def problems() -> tuple[Problem, ...]:
            return (Problem("", f"{quote_value(value)} does not fit", expected, remedy() if remedy else ""),)

        return cls(later=problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem."""
        return self._problems if self._later is None else self._later()

    def under(self, step: str) -> Iterator[Problem]:
        """The same problems, seen from one step above."""
        return (attrs.evolve(problem, path=step + problem.path) for problem in self.problems)


def quote_value(value: object) -> str:
    """A value as messages quote it: short, on one line, and printable everywhere."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if not isinstance(value, str | int | float):
        sort = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else type(value).__name__
        return sort if " " in sort else f"a {sort}"
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def path_step(name: object) -> str:
    """The step of a path that leads to a field, a key or the item of this number."""
    if isinstance(name, int):
        return f"[{name}]"
    return f".{name}" if re.fullmatch(r"\w{1,60}", str(name), re.ASCII) else f"[{quote_value(name)}]"


# Single values -----------------------------------------------------------------------------------------


@frozen
class JsonForm:
    """How the values of one annotation stand in JSON.

    Attributes:
        words: What fits.
        read: From JSON.
        write: To JSON.
        schema: The same as JSON Schema: whatever is written fits it, and what does not fit is not read.
    """

    words: str
    read: Reader
    write: Callable[[Any], Any] = identity
    schema: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)


def _read_flag(value: Any, _: Any) -> Any:
    if isinstance(value, bool):
        return value
    raise Misfit.of(value, "true or false")


_LARGEST: Final = 2**53
"""The largest whole number that every reader of JSON takes for the same."""


def _read_whole(value: Any, _: Any) -> Any:
    if type(value) is int and abs(value) <= _LARGEST:  # true is no number
        return value
    raise Misfit.of(value, _A_WHOLE_NUMBER)


def _read_text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise Misfit.of(value, "text")
    if not is_whole(value):
        raise Misfit(Problem("", "the text has half a character (a lone surrogate)", "", "send whole code points"))
    return value


def _read_number(value: Any, _: Any) -> Any:
    if _is_number(value):
        return value
    raise Misfit.of(value, "a number")


def _is_number(value: Any) -> bool:
    return (type(value) is int and abs(value) <= _LARGEST) or (type(value) is float and math.isfinite(value))


_A_WHOLE_NUMBER: Final = "a whole number"


_AN_INSTANT: Final = 'an instant with its offset, like "2026-11-02T09:00:00+00:00"'
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def _read_instant(value: Any, _: Any) -> datetime:
    """An instant; of a fraction of a second microseconds are kept, and what is finer is cut off."""
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Misfit.of(value, _AN_INSTANT)
    if match[3] is None:
        raise Misfit(Problem("", f"{value!r} has no offset", _AN_INSTANT, 'add "Z" if it is in UTC'))
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misfit(Problem("", f"{value!r} is on no calendar", _AN_INSTANT)) from None


def _write_instant(value: datetime) -> str:
    if value.utcoffset() is None:
        raise ValueError(f"{value.isoformat()} has no offset")
    return value.astimezone(UTC).isoformat()


def _form_of_choice(kind: type[StrEnum]) -> JsonForm:
    members = {member.value: member for member in kind}
    words = "one of " + ", ".join(f'"{word}"' for word in members)

    def read(value: Any, _: Any) -> StrEnum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise Misfit.of(value, words, lambda: did_you_mean(value, members) if isinstance(value, str) else "")
        return member

    return JsonForm(words, read, str, {"type": "string", "enum": [*members]})


_A_FACT: Final = 'text, a number, true, false, null, {"instant": "..."}, or a list of these'


def _read_fact(value: Any, _: Any) -> Any:
    return (
        tuple(read_each(enumerate(value), _read_single_fact))
        if isinstance(value, list)
        else _read_single_fact(value, _)
    )


def _read_single_fact(value: Any, _: Any) -> Any:
    if isinstance(value, str):
        return _read_text(value, _)
    if isinstance(value, dict) and value.keys() == {"instant"}:
        return _read_instant(value["instant"], _)
    if value is None or isinstance(value, bool) or _is_number(value):
        return value
    raise Misfit.of(value, _A_FACT)


def _write_fact(value: Any) -> Any:
    return [_write_single_fact(item) for item in value] if isinstance(value, tuple) else _write_single_fact(value)


def _write_single_fact(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"instant": _write_instant(value)}
    if value is None or isinstance(value, str | int | float):
        return str(value) if isinstance(value, StrEnum) else value
    raise TypeError(f"a fact cannot be a {type(value).__name__}")


_A_VALUE: Final = "text, a number, or true or false"


def _read_value(value: Any, _: Any) -> Any:
    if isinstance(value, str):
        return _read_text(value, _)
    if isinstance(value, bool) or _is_number(value):
        return value
    raise Misfit.of(value, _A_VALUE)


_INSTANT_SCHEMA: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})$",
}
_FACTS: Final = [
    {"type": ["string", "number", "boolean", "null"]},
    {
        "type": "object",
        "properties": {"instant": _INSTANT_SCHEMA},
        "required": ["instant"],
        "additionalProperties": False,
    },
]

_FACT_SCHEMA: Final = {"anyOf": [*_FACTS, {"type": "array", "items": {"anyOf": _FACTS}}]}

SINGLE: Final[Mapping[Any, JsonForm]] = {
    str: JsonForm("text", _read_text, schema={"type": "string"}),
    int: JsonForm(_A_WHOLE_NUMBER, _read_whole, schema={"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST}),
    float: JsonForm("a number", _read_number, schema={"type": "number"}),
    bool: JsonForm("true or false", _read_flag, schema={"type": "boolean"}),
    datetime: JsonForm(_AN_INSTANT, _read_instant, _write_instant, _INSTANT_SCHEMA),
    Value: JsonForm(_A_VALUE, _read_value, schema={"type": ["string", "number", "boolean"]}),
    Any: JsonForm(_A_FACT, _read_fact, _write_fact, _FACT_SCHEMA),
}
"""The forms of what is not made of other values."""


MANY: Final = 20
"""How many items that do not fit are told, and how many fields that do not exist are named."""


# Values made of values ---------------------------------------------------------------------------------


def read_each(items: Iterable[tuple[object, Any]], read: Reader) -> list[Any]:
    """Read every item of a list or an object; one that does not fit hides no other. Of many, the first are told.

    How many more there are is told after them.
    """
    held: list[Any] = []
    misfits: list[tuple[object, Misfit]] = []
    more = 0
    for name, item in items:
        try:
            held.append(read(item, None))
        except Misfit as misfit:
            if len(misfits) < MANY:
                misfits.append((name, misfit))
            else:
                more += 1
    if misfits:
        raise Misfit(later=lambda: tuple(_problems_of_items(misfits, more)))
    return held


def _problems_of_items(misfits: Iterable[tuple[object, Misfit]], more: int) -> Iterator[Problem]:
    for name, misfit in misfits:
        yield from misfit.under(path_step(name))
    if more:
        yield Problem("", f"and {more:,} more do not fit", "", "mend these first")


def form_of(kind: Any, single: Callable[[Any], JsonForm]) -> JsonForm:
    """The form of an annotation.

    Args:
        kind: The annotation, with no name in it that is still text.
        single: The form of an annotation that is not made of others, and that is not one of `SINGLE`.

    Raises:
        TypeError: When the annotation says too little to be read strictly.
    """
    if kind in SINGLE:
        return SINGLE[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _form_of_choice(kind)
    parts = [part for part in get_args(kind) if part not in _MARKS]
    marks = [part for part in get_args(kind) if part in _MARKS]
    if NoneType in marks:
        return _form_or_null(form_of(reduce(or_, parts), single))
    made_of = _SHAPES.get((get_origin(kind), *marks, len(parts)))
    return single(kind) if made_of is None else made_of(*(form_of(part, single) for part in parts))


def _form_or_null(item: JsonForm) -> JsonForm:
    read, write = item.read, item.write
    return JsonForm(
        f"{item.words}, or null",
        lambda value, _: None if value is None else read(value, _),
        lambda value: None if value is None else write(value),
        {"anyOf": [item.schema, {"type": "null"}]},
    )


def _form_of_tuple(item: JsonForm) -> JsonForm:
    words = f"a list, each {item.words}"

    def read(value: Any, _: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Misfit.of(value, words)
        return tuple(read_each(enumerate(value), item.read))

    schema = {"type": "array", "items": item.schema}
    return JsonForm(words, read, lambda value: [item.write(one) for one in value], schema)


def _form_of_set(item: JsonForm) -> JsonForm:
    words = f"a list without repetition, each {item.words}"

    def read(value: Any, _: Any) -> frozenset[Any]:
        if not isinstance(value, list):
            raise Misfit.of(value, words)
        first: dict[Any, int] = {}
        for index, one in enumerate(read_each(enumerate(value), item.read)):
            if first.setdefault(one, index) != index:
                raise Misfit(Problem(path_step(index), f"{quote_value(one)} stands there twice", words, "say it once"))
        return frozenset(first)

    schema = {"type": "array", "items": item.schema, "uniqueItems": True}
    return JsonForm(words, read, lambda value: sorted(item.write(one) for one in value), schema)


def form_of_mapping(key: JsonForm, item: JsonForm) -> JsonForm:
    """The form of a mapping, which keeps its order."""
    words = f"an object, each value {item.words}"

    def read(value: Any, _: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise Misfit.of(value, words)
        names = read_each(zip(value, value, strict=True), key.read)
        return dict(zip(names, read_each(value.items(), item.read), strict=True))

    schema = {"type": "object", "propertyNames": key.schema, "additionalProperties": item.schema}
    return JsonForm(
        words, read, lambda value: {key.write(name): item.write(one) for name, one in value.items()}, schema
    )


_MARKS: Final = (..., NoneType)

_SHAPES: Final[Mapping[tuple[Any, ...], Callable[..., JsonForm]]] = {
    (tuple, ..., 1): _form_of_tuple,
    (frozenset, 1): _form_of_set,
    (Mapping, 2): form_of_mapping,
}
"""How forms are made of forms, by the annotation's origin, its marks and how many annotations are in it."""


# The fields of a thing ---------------------------------------------------------------------------------

Plain = dict[str, Any]
"""An object as JSON has it: text, numbers, true, false, None, lists and objects."""

_CONVERTER: Final = Converter()


def writer_of(cls: type, fields: list[attrs.Attribute[Any]], forms: Mapping[str, JsonForm]) -> Callable[[Any], Plain]:
    """A function that turns things of a class into objects of their fields.

    Args:
        cls: The class.
        fields: Its fields.
        forms: The form of each.
    """
    hooks: Any = {name: override(unstruct_hook=of.write) for name, of in forms.items()}
    return make_dict_unstructure_fn_from_attrs(fields, cls, _CONVERTER, **hooks)


def reader_of(cls: type, fields: list[attrs.Attribute[Any]], forms: Mapping[str, JsonForm]) -> Callable[[Plain], Any]:
    """A function that makes things of a class from objects: quickly, and where that fails once more with care.

    Args:
        cls: The class.
        fields: Its fields.
        forms: The form of each.
    """

    def make_reader(*, thorough: bool) -> Callable[[Plain, Any], Any]:
        reads = {field.name: forms[field.name].read for field in fields}
        if thorough:
            reads = {field.name: _reader_with_check(field, reads[field.name]) for field in fields}
        hooks: Any = {name: override(struct_hook=read) for name, read in reads.items()}
        return make_dict_structure_fn_from_attrs(
            fields,
            cls,
            _CONVERTER,
            _cattrs_forbid_extra_keys=True,
            _cattrs_detailed_validation=thorough,
            **hooks,
        )

    quick, thorough = make_reader(thorough=False), cache(lambda: make_reader(thorough=True))
    words = {name: of.words for name, of in forms.items()}

    def read(plain: Plain) -> Any:
        try:
            return quick(plain, cls)
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 -- whatever it is, the thorough reading says it better
            raise Misfit(later=lambda: problems_of(plain)) from None

    def problems_of(plain: Plain) -> tuple[Problem, ...]:
        found: tuple[Problem, ...] = ()
        try:
            thorough()(plain, cls)
        except ClassValidationError as errors:
            found = tuple(_problems_in(errors, cls, words))
        return found or (Problem("", f"is no {cls.__name__}"),)

    return read


def _reader_with_check(field: attrs.Attribute[Any], read: Reader) -> Reader:
    """Reads a field and asks its own check at once, so that the error of one hides no other's."""

    def read_and_check(value: Any, _: Any) -> Any:
        held = read(value, _)
        try:
            if field.validator is not None:
                field.validator(None, field, held)
        except CommandError:
            raise
        except Exception:  # noqa: BLE001, S110 -- a check that needs the whole thing; making the thing asks it again
            pass
        return held

    return read_and_check


def _problems_in(errors: ClassValidationError, cls: type, words: Mapping[str, str]) -> Iterator[Problem]:
    of_fields, others = errors.group_exceptions()
    for error, note in of_fields:
        if isinstance(error, Misfit):
            yield from error.under(path_step(note.name))
        elif isinstance(error, CommandError):
            yield Problem(path_step(note.name), error.problem, "", error.remedy)
        elif isinstance(error, KeyError):
            yield Problem(path_step(note.name), "is missing", words[note.name])
        else:  # the document is not to blame
            raise error
    for error in others:
        if isinstance(error, ForbiddenExtraKeysError):
            names = sorted(map(str, error.extra_fields))
            if len(names) > MANY:
                yield Problem("", f"has {len(names)} fields that do not exist", f"fields of {cls.__name__}")
            for name in names[:MANY]:
                yield Problem(path_step(name), "no such field", f"one of {', '.join(words)}", did_you_mean(name, words))
        elif isinstance(error, CommandError):
            yield Problem(path_step(error.field), error.problem, "", error.remedy)
        else:  # a check of the whole
            yield Problem("", f"is no {cls.__name__}: {error}")
