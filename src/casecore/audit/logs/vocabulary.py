"""The words of a house that a log can speak in: its commands and events, their fields, and what each field holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs

from casecore.codec import house_codec
from casecore.kernel import Command, CommandError, Event
from casecore.rooms.composition import HOUSE, House

WHAT: Final = "what"
"""The field of a map that says what happened."""

_FIRST: Final = ("StatusSet", "CaseStarted", "CaseAssigned", "Disposed", "CaseClosed")
"""The classes whose fields a row has that tells a status; of other fields, the first class that has them."""


class Shape(StrEnum):
    """How the value of a field is made of the text of a cell."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    INSTANT = "instant"
    ITEMS = "items"
    NAMES = "names"
    TABLE = "table"
    PART = "part"
    """Something made of fields of its own, which no cell can say."""


@attrs.frozen
class TellableField:
    """A field of a command or an event that a log can tell.

    Attributes:
        shape: How its value is made of text.
        kind: What it holds; of several things, each of them.
    """

    name: str
    shape: Shape
    kind: Any
    absent: bool
    """Whether it may hold nothing."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words that fit, where they are few."""
        if self.shape is Shape.FLAG:
            return ("true", "false")
        return tuple(member.value for member in self.of) if issubclass(self.of, StrEnum) else ()

    @property
    def of(self) -> type[Any]:
        """What each of several things is; of one thing, what that is."""
        kinds = get_args(self.kind) or (self.kind,)
        return next((kind for kind in kinds if isinstance(kind, type)), str)


class Vocabulary:
    """The words of one house.

    Attributes:
        classes: Its commands and events, by name.
        rooms: The names of its rooms.
    """

    def __init__(self, house: House) -> None:
        self._codec = house_codec(house)
        self.classes: Mapping[str, Any] = {
            name: thing for name, thing in self._codec.things.items() if issubclass(thing, Command | Event)
        }
        self.rooms = tuple(room.name for room in house.rooms)
        self._fields: dict[str, Mapping[str, TellableField]] = {}

    @property
    def commands(self) -> tuple[str, ...]:
        """The names of its commands."""
        return tuple(name for name, thing in self.classes.items() if issubclass(thing, Command))

    def fields_of_class(self, name: str) -> Mapping[str, TellableField]:
        """The fields of a command or an event, without when it happened, by name."""
        if name not in self._fields:
            self._fields[name] = {
                field: _tellable(field, attribute.type, is_an_id=self._holds_id(attribute))
                for field, (attribute, _) in self._codec.forms_of(self.classes[name]).items()
                if field != "at"
            }
        return self._fields[name]

    def _holds_id(self, attribute: Any) -> bool:
        """Whether a field holds an id: of a command its own check says so, of an event those of the commands."""
        return attribute.name in self._ids if attribute.validator is None else _refuses_hidden(attribute)

    @cached_property
    def _ids(self) -> Collection[str]:
        """The names of the fields that hold an id in every command that has one called so."""
        commands = (self.classes[name] for name in self.commands)
        checked = [attribute for cls in commands for attribute in attrs.fields(cls) if attribute.validator is not None]
        asked = {attribute.name for attribute in checked if _refuses_hidden(attribute)}
        return asked - {attribute.name for attribute in checked if not _refuses_hidden(attribute)}

    @cached_property
    def fields(self) -> Mapping[str, TellableField]:
        """Every field of every command and event, by name; of those called alike the one that a status would have."""
        found: dict[str, TellableField] = {}
        for name in (*_FIRST, *(name for name in self.classes if name not in _FIRST)):
            for field, known in self.fields_of_class(name).items() if name in self.classes else ():
                found.setdefault(field, known)
        return found

    def fields_called(self, field: str) -> Iterator[TellableField]:
        """A field as each class has it that has one called so."""
        for name in self.classes:
            known = self.fields_of_class(name).get(field)
            if known is not None:
                yield known

    def fields_of(self, what: str) -> Mapping[str, TellableField]:
        """The fields of what a row says: of a class, or of a status."""
        return self.fields_of_class(what) if what in self.classes else self.fields


def _refuses_hidden(attribute: Any) -> bool:
    try:
        attribute.validator(None, attribute, "\x07")
    except CommandError as error:
        return "invisible" in error.problem and "text" not in error.remedy
    return False


def _tellable(name: str, kind: Any, *, is_an_id: bool) -> TellableField:
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    inner = tuple(part for part in parts if part is not NoneType)
    absent = len(inner) < len(parts)
    one = inner[0] if len(inner) == 1 else str  # several: a value that may be text, too
    return TellableField(name, _shape_of(one, is_an_id=is_an_id), one, absent)


def _shape_of(kind: Any, *, is_an_id: bool) -> Shape:
    origin = get_origin(kind)
    if origin is not None:
        return {tuple: Shape.ITEMS, frozenset: Shape.NAMES}.get(origin, Shape.TABLE)
    if kind is str:
        return Shape.ID if is_an_id else Shape.TEXT
    if issubclass(kind, StrEnum):
        return Shape.CHOICE
    return _SHAPES.get(kind, Shape.PART)


_SHAPES: Final[Mapping[type, Shape]] = {
    bool: Shape.FLAG,
    int: Shape.WHOLE,
    float: Shape.NUMBER,
    datetime: Shape.INSTANT,
}


@cache
def vocabulary_of(house: House = HOUSE) -> Vocabulary:
    """The words of a house; made when they are first asked for."""
    return Vocabulary(house)
