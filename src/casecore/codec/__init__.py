"""JSON in and out: every command, event, record, answer, policy and desk as one line of text.

* Each thing is an object that names its class in `type`, nested things too: `{"schema": 1, "type": "OpenCase", "by":
  "ana", "at": "2026-11-02T09:00:00+00:00", "case": "c1"}`. What is read is equal to what was written.
* Reading is **strict**. Nothing is coerced: `"2"` is no number, `1` is no text, `"no"` is neither true nor false. An
  unknown field, an instant without its offset, a key that stands twice is an error that says where it is and what fits
  there; all that is wrong with a document is told at once. No text, however odd, leads to any other error.
  A fraction of a second may have any number of digits: microseconds are kept, what is finer is cut off.
* Writing is **deterministic**: fields in the order of their declaration, sets and tables sorted, instants in UTC.
* A document carries a **`schema` number**. One of an older schema passes through *upcasters*, one for each step to the
  present, so that an event that was stored years ago can still be read; one of a newer schema is refused.

Which classes there are is read off the house: its commands, the events that its rooms know, the records these change.
How each value stands in JSON is told in `forms.py`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Generic, NoReturn, Self, TypeVar, get_args, get_origin, get_type_hints

import attrs
from rpds import HashTrieMap

from casecore.codec.forms import (
    JsonForm,
    Misfit,
    Plain,
    form_of,
    form_of_mapping,
    path_step,
    quote_value,
    reader_of,
    writer_of,
)
from casecore.desk import Action, Desk, Due
from casecore.kernel import (
    Accepted,
    CasecoreError,
    Command,
    Event,
    Reason,
    Refused,
    Setting,
    Threshold,
    frozen,
    is_whole,
)
from casecore.kernel.problems import Problem, did_you_mean
from casecore.kernel.records import id_of_row
from casecore.policies import Policy, PolicyError
from casecore.rooms.clocks import ClockVerdict, EarlierWait, FirstReply
from casecore.rooms.composition import HOUSE, CaseFile, House
from casecore.rooms.last_words import OurReply
from casecore.rooms.prepared import PreparedText
from casecore.rooms.threads import MessageEdit, MessageEvent

SCHEMA: Final = 1
"""The number of the documents' present shape."""

ALWAYS: Final = (
    *(Desk, Due, Action, Policy, Reason, Setting, Threshold, Accepted, Refused),
    *(PreparedText, MessageEdit, ClockVerdict, EarlierWait, FirstReply, OurReply),
)
"""What is written beside commands, events and records: what a desk is made of, and what it answers."""

_NOT_TOLD: Final[Mapping[type, tuple[str, ...]]] = {Desk: ("house",)}
"""Fields that do not stand in a document: rooms are code, and whoever reads has them."""

_NO_EVENTS: Final = (Event, MessageEvent)
"""The classes of events that no event is of."""

Upcasters = Mapping[int, Callable[[Plain], Plain]]
"""By schema number: how a document of that schema becomes one of the next."""


class CodecError(CasecoreError, ValueError):
    """A document that cannot be read, or a thing that cannot be written, with everything that is wrong with it.

    Attributes:
        problems: Every problem; their paths start at `$`, the document.
        path: Where the first one is, e.g. `$.attachments[1]`.
        problem: What was found there.
        expected: What fits there.
        remedy: The likeliest correction, if there is one.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.path, self.problem = problems[0].path, problems[0].message
        self.expected, self.remedy = problems[0].expected, problems[0].remedy

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return f"{len(self.problems)} problems" + "".join(f"\n  {problem}" for problem in self.problems)


# Text --------------------------------------------------------------------------------------------------


def parse(text: str | bytes) -> Any:
    """Parse JSON text strictly: no key stands twice in an object, and every number is one.

    Raises:
        CodecError: When it is no text, or no JSON.
    """
    given: object = text
    if not isinstance(given, str | bytes):
        raise CodecError(Problem("$", f"{quote_value(text)} is no text", "JSON as text, or as bytes of UTF-8"))
    try:
        return _DECODER.decode(str(text, "utf-8") if isinstance(text, bytes) else text)
    except _NotStrict as error:
        found = str(error)
    except UnicodeDecodeError as error:
        found = f"is not UTF-8 text (byte {error.start})"
    except json.JSONDecodeError as error:
        found = f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
    except ValueError:  # the only one left
        found = "has a number of thousands of digits"
    except RecursionError:
        found = "is nested too deeply"
    raise CodecError(Problem("$", found, "a JSON object"))


class _NotStrict(Exception):
    """What Python's JSON lets pass and JSON does not."""


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> Plain:
    plain = dict(pairs)
    if len(plain) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise _NotStrict(f"the key {quote_value(twice)} stands twice in one object")
    return plain


def _refuse_constant(word: str) -> NoReturn:
    raise _NotStrict(f"is not JSON: {word} is no number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_refuse_repeated_keys, parse_constant=_refuse_constant)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False)
_LINE_ENDS: Final = {end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
"""Characters that JSON lets stand and that some readers of lines take for the end of one."""


def a_line(plain: Plain) -> str:
    """Plain data as one line of JSON; raises what JSON raises where it cannot be written."""
    text = _ENCODER.encode(plain)
    if not is_whole(text):
        raise ValueError("some text in it has half a character, a lone surrogate")
    for end, escaped in _LINE_ENDS.items():
        text = text.replace(end, escaped)
    return text


# Forms that only a desk has ----------------------------------------------------------------------------

K = TypeVar("K")
R = TypeVar("R")


class _Table(Generic[K, R]):
    """Stands for `HashTrieMap` in the annotations of a desk, because that cannot be subscripted when they are read."""


def _form_of_table(key: JsonForm, row: JsonForm) -> JsonForm:
    plain = form_of_mapping(key, row)

    def read(value: Any, _: Any) -> HashTrieMap[str, Any]:
        rows = plain.read(value, _)
        for name, held in rows.items():
            own = id_of_row(held) if hasattr(held, "id") else held.case.id  # of a case file
            if own != name:
                raise Misfit(
                    Problem(path_step(name), f"this is the record of {quote_value(own)}", "each under its own id")
                )
        return HashTrieMap(rows)

    return JsonForm(plain.words, read, lambda table: plain.write(dict(sorted(table.items()))), plain.schema)


def _read_policy(value: Any, _: Any) -> Policy:
    try:
        return Policy.from_dict(value)
    except PolicyError as error:
        found = error.problems
    raise Misfit(*(attrs.evolve(problem, path=problem.path and f".{problem.path}") for problem in found))


_POLICY: Final = JsonForm("a policy", _read_policy, Policy.to_dict, {"type": "object"})


@frozen
class _PolicyDocument:
    """A policy as a document: it stands apart from the document's own keys, because both have a `schema`."""

    policy: Policy


@attrs.frozen(eq=False)
class _ReasonDocument:
    """A reason as a document: with the settings that it looks up when it is asked."""

    rule: str
    message: str
    remedy: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)
    ways: tuple[str, ...] = ()
    title: str = ""
    clause: str = ""
    settings: tuple[Setting, ...] = ()
    threshold: Threshold | None = None


def _reason_of(document: Any) -> Reason:
    return Reason(**{name: getattr(document, name) for name in _REASON})


def _document_of(reason: Reason) -> _ReasonDocument:
    return _ReasonDocument(**{name: getattr(reason, name) for name in _REASON})


_DOCUMENTS: Final[Mapping[type, type]] = {Policy: _PolicyDocument, Reason: _ReasonDocument}
"""What stands in a document for things whose fields are not what is written of them."""

_REASON: Final = tuple(attribute.name for attribute in attrs.fields(_ReasonDocument))


# Things ------------------------------------------------------------------------------------------------


def _type_in_words(wanted: type) -> str:
    """What fits as the `type` of an object, in words."""
    sorts = {Command: "a command", Event: "an event", object: "a command, an event or a record"}
    return f"the name of {sorts[wanted]}" if wanted in sorts else f'"{wanted.__name__}"'


def _error_in_writing(thing: object, error: Exception) -> CodecError:
    return CodecError(Problem("$", f"this {type(thing).__name__} cannot be written: {error}"))


class Codec:
    """Reads and writes the things of one house.

    Args:
        commands: The commands.
        events: The events.
        records: The records.
        house: Whose case files and desks they are.
        schema: The number of the present shape.
        upcasters: By schema number: how a whole document of that schema (nested things included, `schema` left out)
            becomes one of the next. A schema without one can no longer be read.

    Attributes:
        things: Every class, by the name that stands in `type`.

    Raises:
        CodecError: When two classes have one name, or a class has a field called `type` or `schema`.
    """

    def __init__(
        self,
        commands: Iterable[type[Command]],
        events: Iterable[type[Event]],
        records: Iterable[type],
        *,
        house: House = HOUSE,
        schema: int = SCHEMA,
        upcasters: Upcasters = MappingProxyType({}),
    ) -> None:
        things: dict[str, type] = {}
        for cls in (*commands, *events, *records, house.file, *ALWAYS):
            if things.setdefault(cls.__name__, cls) is not cls:
                raise CodecError(Problem(cls.__name__, "two classes are called so", "a name of its own for each"))
            if cls is not Policy and not {"schema", "type"}.isdisjoint(field.name for field in attrs.fields(cls)):
                found = "has a field called `schema` or `type`, which every document has already"
                raise CodecError(Problem(cls.__name__, found, "another name for the field"))
        self.things: Mapping[str, type] = MappingProxyType(things)
        self.house = house
        self.schema = schema
        self.upcasters = upcasters
        self._ways: dict[type, tuple[Callable[[Plain], Any], Callable[[Any], Plain]]] = {}

    @classmethod
    def of(cls, house: House, *, schema: int = SCHEMA, upcasters: Upcasters = MappingProxyType({})) -> Self:
        """The codec of a house; its events are those that its rooms react to, and all in the same files."""
        changes = [
            (record, event)
            for room in house.rooms
            for record, event in (*room.creates, *room.evolve, *room.notices, *room.removes)
            if event not in _NO_EVENTS
        ]
        told = [event for _, event in changes] + [event for room in house.rooms for event in room.follows]
        files = dict.fromkeys(known.__module__ for known in (Event, *house.commands, *told))
        found = [thing for file in files for thing in vars(sys.modules[file]).values() if isinstance(thing, type)]
        events = [thing for thing in found if issubclass(thing, Event) and thing not in _NO_EVENTS]
        records = [record for record, _ in changes]
        return cls(house.commands, (*events, *told), records, house=house, schema=schema, upcasters=upcasters)

    # Writing -------------------------------------------------------------------------------------------

    def to_plain(self, thing: object) -> Plain:
        """The object that `dumps` writes: `schema`, `type`, then the fields in the order of their declaration.

        Raises:
            CodecError: When this is nothing that the codec knows, or holds something that JSON does not.
        """
        try:
            return {"schema": self.schema, **self._write_thing(thing)}
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise _error_in_writing(thing, error) from None

    def dumps(self, thing: object) -> str:
        """One line of JSON.

        Raises:
            CodecError: When this is nothing that the codec knows, or holds something that JSON does not.
        """
        plain = self.to_plain(thing)
        try:
            return a_line(plain)
        except (TypeError, ValueError) as error:
            raise _error_in_writing(thing, error) from None

    def _write_thing(self, thing: object) -> Plain:
        cls = type(thing)
        if self.things.get(cls.__name__) is not cls:
            raise TypeError("it is no command, event or record of this house")
        return {"type": cls.__name__, **self._reader_and_writer(cls)[1](thing)}

    # Reading -------------------------------------------------------------------------------------------

    def loads(self, text: str | bytes) -> Any:
        """The thing that JSON text describes.

        Args:
            text: One JSON object; bytes are UTF-8.

        Raises:
            CodecError: When anything in it is wrong; it lists every problem.
        """
        return self._read_document(parse(text), object)

    def from_plain(self, plain: Mapping[str, Any]) -> Any:
        """The thing that an object, as `to_plain` makes it, describes. Raises `CodecError` like `loads`."""
        return self._read_document(plain, object)

    def command_from(self, plain: Mapping[str, Any]) -> Command:
        """The command that an object describes; any other thing is an error. Raises `CodecError` like `loads`."""
        command: Command = self._read_document(plain, Command)
        return command

    def event_from(self, plain: Mapping[str, Any]) -> Event:
        """The event that an object describes; any other thing is an error. Raises `CodecError` like `loads`."""
        event: Event = self._read_document(plain, Event)
        return event

    def _read_document(self, plain: Any, wanted: type) -> Any:
        try:
            try:
                return self._read_thing(self._upcast(plain), wanted)
            except Misfit as misfit:
                problems = tuple(misfit.under("$"))
        except RecursionError:
            problems = (Problem("$", "is nested too deeply", "at most a few levels"),)
        raise CodecError(*problems)

    def _upcast(self, plain: Any) -> Any:
        """The document in its present shape, without its number."""
        if not isinstance(plain, Mapping):
            return plain
        present = dict(plain)
        number = present.pop("schema", self.schema)
        if type(number) is not int:
            raise Misfit(*Misfit.of(number, f"a schema number, {self.schema} at present").under(".schema"))
        if number > self.schema:
            found = f"schema {quote_value(number)} is newer than {self.schema}, the newest that is known here"
            raise Misfit(Problem(".schema", found, "", "read it with a newer casecore"))
        if number < self.schema:
            present = deepcopy(present)  # an upcaster may change it in place
        for old in range(number, self.schema):
            if old not in self.upcasters:
                raise Misfit(Problem(".schema", f"schema {quote_value(number)} can no longer be read"))
            try:
                present = self.upcasters[old](present)
            except Exception as error:  # noqa: BLE001 -- what an upcaster makes of a wrong document is not foreseen
                found = f"cannot be read as schema {old + 1}: {type(error).__name__}: {error}"
                raise Misfit(Problem("", found, f"a sound document of schema {number}")) from None
        return present

    def _read_thing(self, plain: Any, wanted: type) -> Any:
        if not isinstance(plain, dict):
            raise Misfit.of(plain, f"an object whose type is {_type_in_words(wanted)}")
        fields = plain.copy()
        try:
            cls = self._class_named(fields.pop("type"), wanted)
        except KeyError:
            raise Misfit(Problem(".type", "is missing", _type_in_words(wanted))) from None
        except Misfit as misfit:
            raise Misfit(*misfit.under(".type")) from None
        return self._reader_and_writer(cls)[0](fields)

    def _class_named(self, name: Any, wanted: type) -> type:
        cls = self.things.get(name) if isinstance(name, str) else None
        if cls is not None and issubclass(cls, wanted):
            return cls
        fitting = [word for word, thing in self.things.items() if issubclass(thing, wanted)]
        near = (lambda: did_you_mean(name, fitting)) if isinstance(name, str) else None
        raise Misfit.of(name, _type_in_words(wanted), near)

    # Compiling, when a class is first met ---------------------------------------------------------------

    def _reader_and_writer(self, cls: type) -> tuple[Callable[[Plain], Any], Callable[[Any], Plain]]:
        """How things of a class are read from their fields, and how their fields are written."""
        way = self._ways.get(cls)
        if way is None:
            way = self._ways[cls] = self._compile(cls)
        return way

    def _compile(self, cls: Any) -> tuple[Callable[[Plain], Any], Callable[[Any], Plain]]:
        if cls is Policy:
            read, write = self._reader_and_writer(_PolicyDocument)
            return lambda plain: read(plain).policy, lambda policy: write(_PolicyDocument(policy))
        if cls is Reason:
            read, write = self._reader_and_writer(_ReasonDocument)
            return lambda plain: _reason_of(read(plain)), lambda reason: write(_document_of(reason))
        told = self.forms_of(cls)
        fields, forms = (
            [told_field for told_field, _ in told.values()],
            {name: form for name, (_, form) in told.items()},
        )
        read = reader_of(cls, fields, forms)
        if cls is Desk:
            return lambda plain: attrs.evolve(read(plain), house=self.house), writer_of(cls, fields, forms)
        return read, writer_of(cls, fields, forms)

    def forms_of(self, cls: Any) -> Mapping[str, tuple[attrs.Attribute[Any], JsonForm]]:
        """The fields of a class that stand in a document, by name, each with its form.

        Raises:
            CodecError: When the annotation of one says too little.
        """
        cls = _DOCUMENTS.get(cls, cls)
        declared = [field for field in attrs.fields(cls) if field.name not in _NOT_TOLD.get(cls, ())]
        try:
            hints = get_type_hints(cls, localns={"HashTrieMap": _Table})
            forms = {field.name: form_of(hints[field.name], self._form_in_house) for field in declared}
        except (NameError, TypeError) as error:
            remedy = "import what they name at run time too, and say what is in a list, a set, a mapping"
            raise CodecError(Problem(cls.__name__, f"has annotations that mean nothing: {error}", "", remedy)) from None
        return {field.name: (field.evolve(type=hints[field.name]), forms[field.name]) for field in declared}

    def _form_in_house(self, kind: Any) -> JsonForm:
        """The form of an annotation that only a house knows."""
        if kind is Policy:
            return _POLICY
        if kind is CaseFile:
            kind = self.house.file
        if attrs.has(kind):
            words = f"an object whose type is {_type_in_words(kind)}"
            fitting = [{"$ref": f"#/$defs/{name}"} for name, thing in self.things.items() if issubclass(thing, kind)]
            schema = fitting[0] if len(fitting) == 1 else {"anyOf": fitting}
            return JsonForm(words, lambda value, _: self._read_thing(value, kind), self._write_thing, schema)
        match get_origin(kind), get_args(kind):
            case (origin, (key, row)) if origin is _Table:
                return _form_of_table(form_of(key, self._form_in_house), form_of(row, self._form_in_house))
            case (origin, (wanted,)) if origin is type:
                return self._form_of_class(wanted)
        raise TypeError(f"{kind} says too little to be read strictly")

    def _form_of_class(self, wanted: type) -> JsonForm:
        """The form of a field that holds a class of this house, by its name."""
        names = [name for name, thing in self.things.items() if issubclass(thing, wanted)]
        return JsonForm(
            _type_in_words(wanted),
            lambda value, _: self._class_named(value, wanted),
            lambda cls: cls.__name__,
            {"type": "string", "enum": names},
        )


# The codec of the house --------------------------------------------------------------------------------


@cache
def house_codec(house: House = HOUSE) -> Codec:
    """The codec of a house, by default of the one that is shipped; made when it is first used."""
    return Codec.of(house)


def dumps(thing: object) -> str:
    """One line of JSON. See `Codec.dumps`."""
    return house_codec().dumps(thing)


def loads(text: str | bytes) -> Any:
    """The thing that JSON text describes. See `Codec.loads`."""
    return house_codec().loads(text)


def to_plain(thing: object) -> Plain:
    """The object that `dumps` writes. See `Codec.to_plain`."""
    return house_codec().to_plain(thing)


def from_plain(plain: Mapping[str, Any]) -> Any:
    """The thing that an object describes. See `Codec.from_plain`."""
    return house_codec().from_plain(plain)


def command_from(plain: Mapping[str, Any]) -> Command:
    """The command that an object describes. See `Codec.command_from`."""
    return house_codec().command_from(plain)


def event_from(plain: Mapping[str, Any]) -> Event:
    """The event that an object describes. See `Codec.event_from`."""
    return house_codec().event_from(plain)
