"""What a log can never tell: the fields that may change without a row of it.

A log that does not tell, say, who was authenticated, tells nothing of a contact's `authenticated` for ever. Which
fields these are is worked out from the rooms themselves, and written down nowhere:

    a command -> the events that its handler may propose -> the events that follow from them -> the fields they write

The code of handlers, consequences and edits is read for it (the classes of events that it names, the attributes that
it writes, and those of the functions that it calls). So it errs on one side only: what it names may happen, and what
it does not name cannot. `tests/audit/test_knowledge.py` holds that against everything that happens on random walks.
"""

from __future__ import annotations

import dis
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial
from types import CodeType, FunctionType, MethodType
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from casecore.kernel import Command, Event, fields_of
from casecore.rooms.composition import House

FieldsOf: TypeAlias = Mapping[type, frozenset[str]]
"""Fields of records, by the class of the records. Whether a sheet is there is a field of the file."""

_OURS: Final = "casecore."


_ANY: Final = "*"
"""What stands for whichever attribute `setattr` writes."""


@frozen
class _Named:
    """What the code of a function names: classes of events, and attributes that are written."""

    events: frozenset[type]
    written: frozenset[str]


@cache
def _named_in(function: Any) -> _Named:
    """What a function names, and all functions that it calls."""
    events, written = set[type](), set[str]()
    seen = set[int]()
    todo = [function]
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, partial):
            todo += [one.func, *one.args, *one.keywords.values()]
        elif isinstance(one, MethodType):
            todo.append(one.__func__)
        elif isinstance(one, type):
            events |= {one} if issubclass(one, Event) else set()
        elif isinstance(one, FunctionType):
            for code in _codes_of(one.__code__):
                written |= {_ANY} if "setattr" in code.co_names else set()
                written |= {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_ATTR"}
                todo += [one.__globals__[name] for name in _names_used_in(code) if name in one.__globals__]
            todo += [cell.cell_contents for cell in one.__closure__ or () if _is_filled(cell)]
            todo += [*(one.__defaults__ or ()), *(one.__kwdefaults__ or {}).values()]
            todo += [vars(one)["__wrapped__"]] if "__wrapped__" in vars(one) else []
        elif isinstance(one, tuple | list | frozenset):
            todo += one
        elif isinstance(one, Mapping):
            todo += one.values()
    return _Named(frozenset(events), frozenset(written))


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 -- whether it can be read is what is asked
    except ValueError:
        return False
    return True


def _codes_of(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of those that are written inside it."""
    yield code
    for held in code.co_consts:
        if isinstance(held, CodeType):
            yield from _codes_of(held)


@cache
def fields_written_for_good(edit: Callable[..., Any]) -> frozenset[str]:
    """The attributes that the code of an edit itself writes at one place, which is passed once at most.

    Once one of them was written, it stays so, however the edit goes on.
    """
    code = getattr(edit, "__code__", None)
    if code is None or any("JUMP_BACKWARD" in step.opname for step in dis.get_instructions(code)):
        return frozenset()
    own = Counter(step.argval for step in dis.get_instructions(code) if step.opname == "STORE_ATTR")
    called = (edit.__globals__[name] for name in _names_used_in(code) if name in edit.__globals__)
    elsewhere = {name for one in called if isinstance(one, FunctionType) for name in _named_in(one).written}
    return frozenset(name for name, times in own.items() if times == 1 and not {name, _ANY} & elsewhere)


_COMPARED: Final = frozenset({"LOAD_GLOBAL", "BINARY_OP", "BUILD_TUPLE", "PRECALL"})


def _names_used_in(code: CodeType) -> set[str]:
    """The global names that code uses for more than to ask of what class something is."""
    steps = list(dis.get_instructions(code))
    used, asking = set[str](), 0
    place = 0
    while place < len(steps):
        step = steps[place]
        place += 1
        if step.opname in {"LOAD_NAME", "LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"}:
            used.add(step.argval)
        if step.opname != "LOAD_GLOBAL":
            continue
        if step.argval == "isinstance":
            asking += 1
            continue
        end = place
        while end < len(steps) and steps[end].opname in _COMPARED:
            end += 1
        if asking and end < len(steps) and steps[end].opname == "CALL" and steps[end].arg == 2:  # noqa: PLR2004 -- what `isinstance` takes
            asking -= 1
            place = end
        else:
            used.add(step.argval)
    return used


def events_named_in(function: Callable[..., Any]) -> frozenset[type[Event]]:
    """The classes of events that a function, or anything that it calls, may make."""
    return _named_in(function).events


def fields_written_by(edit: Callable[..., Any], record: type) -> frozenset[str]:
    """The fields of a record that an edit may write."""
    written = _named_in(edit).written
    return frozenset(name for name in (a.name for a in fields_of(record)) if name in written or _ANY in written)


@frozen(eq=False)
class Knowledge:
    """What the commands and events of a house may change.

    Args:
        house: The rooms.
    """

    house: House
    _closures: dict[frozenset[type], frozenset[type]] = field(init=False, repr=False, factory=dict)
    _fields: dict[frozenset[type], FieldsOf] = field(init=False, repr=False, factory=dict)

    @property
    def event_classes(self) -> tuple[type[Event], ...]:
        """Every class of events that some room makes, follows or applies."""
        found: dict[type, None] = {}
        for room in self.house.rooms:
            for changes in (room.creates, room.evolve, room.removes):
                found |= dict.fromkeys(event for _, event in changes)
            found |= dict.fromkeys(room.follows)
            for handler in (*room.decide.values(), *room.follows.values(), *filter(None, (room.precedes,))):
                found |= dict.fromkeys(sorted(events_named_in(handler), key=lambda kind: kind.__name__))
        return tuple(kind for kind in found if issubclass(kind, Event))

    def events_of(self, said: type[Command | Event]) -> frozenset[type[Event]]:
        """Every class of events that a command may cause; an event, itself and what follows from it."""
        if issubclass(said, Event):
            return self.with_consequences({said})
        command = said
        handlers = [room.decide[command] for room in self.house.rooms if command in room.decide]
        handlers += [room.precedes for room in self.house.rooms if room.precedes is not None]
        return self.with_consequences(kind for handler in handlers for kind in events_named_in(handler))

    def with_consequences(self, events: Iterable[type[Event]]) -> frozenset[type[Event]]:
        """These classes of events, and those that follow from them."""
        begun = frozenset(events)
        if begun not in self._closures:
            found, todo = set(begun), list(begun)
            while todo:
                event = todo.pop()
                followers = [room.follows[event] for room in self.house.rooms if event in room.follows]
                new = {kind for follower in followers for kind in events_named_in(follower)} - found
                found |= new
                todo += new
            self._closures[begun] = frozenset(found)
        return self._closures[begun]

    def fields_changed_by(self, events: Collection[type[Event]]) -> FieldsOf:
        """The fields that events of these classes may change on records that are there."""
        asked = frozenset(events)
        if asked not in self._fields:
            changed: dict[type, set[str]] = defaultdict(set)
            for event in asked:
                for effect in self.house.effects[event]:
                    if effect.edit is not None:
                        changed[effect.record] |= fields_written_by(effect.edit, effect.record)
                    elif effect.sheet is not None and effect.file is not None and effect.new_file is None:
                        changed[effect.file].add(effect.sheet)
                        changed[effect.record] |= {attribute.name for attribute in fields_of(effect.record)}
            self._fields[asked] = {record: frozenset(names) for record, names in changed.items() if names}
        return self._fields[asked]

    def records_ended_by(self, events: Collection[type[Event]]) -> frozenset[type]:
        """The classes of the rows that events of these classes may take out of their tables."""
        effects = (effect for event in events for effect in self.house.effects[event] if effect.sheet is None)
        return frozenset(effect.record for effect in effects if effect.create is None and effect.edit is None)

    def tables_begun_by(self, events: Collection[type[Event]]) -> frozenset[str]:
        """The tables to which events of these classes may add a row."""
        effects = (effect for event in events for effect in self.house.effects[event])
        return frozenset(
            effect.table
            for effect in effects
            if effect.create is not None and (effect.sheet is None or effect.new_file is not None)
        )
