"""Events that come together, applied together: what `Edits` does, written out for one sequence of event classes.

A command proposes the same few events again and again: a reply, the occupancy it changes, the clock it stops. For such
a sequence it is known beforehand which rows are read, which sheets are opened, and what must be there. So a function is
written for it (`written_functions.py`): it reads every row once, asks whether all is there, and only then changes
anything.

* It is written when a sequence has come often enough to pay for that (`OFTEN`), and for so many sequences at most
  (`MOST_FORMS`). Whatever comes before, or besides, goes the plain way.
* A sequence has a **form** for each answer to the question which of its ids are the same: an agent who hands a case to
  another one has two rows of one table, an agent who keeps it has one.
* Where a form does not fit, or something is missing, it has changed nothing and answers None; the plain way then does
  it, or says what is missing.

`Edits` is what it is held against: the same rows, whichever way they were made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Final, TypeAlias

import attrs
from attrs import define, field

from casecore.kernel.effects import Effect, Effects
from casecore.kernel.messages import Event
from casecore.kernel.records import editing_class
from casecore.kernel.values import fields_of
from casecore.kernel.written_functions import write_function

OFTEN: Final = 16
"""So often a sequence comes before a form is written for it: writing one costs as much as some hundred events."""

MOST_FORMS: Final = 1_000
"""So many forms are kept; a desk of the shipped rooms knows some two hundred sequences."""

MOST_ALIKE: Final = 4
"""So many forms are tried for one sequence; with more of them the plain way is not slower."""

MOST_EVENTS: Final = 12
"""Longer sequences are hardly ever the same."""

Form: TypeAlias = Callable[..., Any]
"""(desk, each event) -> the desk after them; None where it does not fit."""


class Sequences:
    """How sequences of events change the desks of a house.

    Args:
        effects: What events do.
        desk: The class of the desks. Those of an attrs class stay as they are, and another one is made; the tables and
            rows of any other are changed in place.
    """

    def __init__(self, effects: Effects, desk: type) -> None:
        self._effects = effects
        self._desk = desk if attrs.has(desk) else None
        self._met: dict[tuple[type, ...], int] = {}
        self._forms: dict[tuple[type, ...], dict[tuple[int, ...], Form]] = {}
        self._count = 0
        effects.when_changed.append(self._forget)

    def after(self, desk: Any, events: tuple[Event, ...]) -> Any:
        """The desk after these events; None where no form fits, and nothing has changed."""
        kinds = tuple([event.__class__ for event in events])
        forms = self._forms.get(kinds)
        if forms is None:
            return self._first_after(desk, events, kinds)
        for form in forms.values():
            after = form(desk, *events)
            if after is not None:
                return after
        return self._other_form(desk, events, kinds, forms)

    def _forget(self) -> None:
        self._forms.clear()
        self._count = 0

    def _first_after(self, desk: Any, events: tuple[Event, ...], kinds: tuple[type, ...]) -> Any:
        if not 0 < len(kinds) <= MOST_EVENTS or self._count >= MOST_FORMS:
            return None
        if len(self._met) >= MOST_FORMS * OFTEN:
            self._met.clear()
        met = self._met[kinds] = self._met.get(kinds, 0) + 1
        if met < OFTEN:
            return None
        forms = self._forms[kinds] = {}
        return self._other_form(desk, events, kinds, forms)

    def _other_form(
        self, desk: Any, events: tuple[Event, ...], kinds: tuple[type, ...], forms: dict[tuple[int, ...], Form]
    ) -> Any:
        if len(forms) >= MOST_ALIKE or self._count >= MOST_FORMS:
            return None
        writing = FormWriter([self._effects[kind] for kind in kinds], self._desk)
        same = writing.same_ids(events)
        if same in forms:
            return None  # something is missing
        form = forms[same] = writing.form(same)
        self._count += 1
        return form(desk, *events)


@define
class _Slot:
    """A row, or one sheet of a file, while a form is written.

    Attributes:
        var: The variable that holds it.
        effect: The first effect on it; it says of which record.
        state: `held` as the desk had it, `open` for writing, `made` by an event, or `ended`.
        surely: Whether it is known to be there.
    """

    var: str
    effect: Effect
    state: str = "held"
    surely: bool = False


@define
class _Row:
    """A row that a form reads or writes.

    Attributes:
        id: The variable that holds its id.
        var: The variable that holds it.
        table: Its table.
        slots: What of it is touched: sheets, by their names; or the row itself, by None.
        file: An effect on one of its sheets, where it is a file of them.
        surely: Whether it is known to be there, before anything happens.
        begun: Whether an event begins the file, where there is none.
    """

    id: str
    var: str
    table: str
    slots: dict[str | None, _Slot] = field(factory=dict)
    file: Effect | None = None
    surely: bool = False
    begun: bool = False


class _NeverFits(Exception):
    """Events that cannot happen in this order."""


class FormWriter:
    """How a form is written.

    Args:
        effects: What each of the events does.
        desk: The class of the desk; None: it is changed in place.
    """

    def __init__(self, effects: Sequence[Sequence[Effect]], desk: type | None) -> None:
        self._effects = effects
        self._desk = desk
        self._ids: dict[tuple[str, int, str], int] = {}  # by the table, the event that names it, and the field
        for number, several in enumerate(effects):
            for effect in several:
                self._ids.setdefault((effect.table, number, effect.id), len(self._ids))
        self._rows: dict[int, _Row] = {}
        self._checks: list[str] = []
        self._deeds: list[str] = []
        self._known: dict[str, Any] = {"new": object.__new__, "set_attribute": object.__setattr__}

    def same_ids(self, events: Sequence[Event]) -> tuple[int, ...]:
        """For each id that the events name, the number of the first one in its table that is the same."""
        values = [(table, getattr(events[event], name)) for table, event, name in self._ids]
        return tuple(map(values.index, values))

    def form(self, same: tuple[int, ...]) -> Form:
        """The form for events whose ids are the same as told."""
        names = ", ".join(f"event_{number}" for number in range(len(self._effects)))
        try:
            self._tell_ids(same)
            for number, several in enumerate(self._effects):
                for effect in several:
                    self._tell(effect, number, same)
            self._finish()
        except _NeverFits:
            self._checks, self._deeds = ["return None"], []
        form: Form = write_function(f"form(desk, {names})", (*self._checks, *self._deeds), self._known)
        return form

    def _name(self, word: str, value: Any) -> str:
        """A name by which the form knows something, one for each thing."""
        for name, held in self._known.items():
            if held is value:
                return name
        name = f"{word}_{len(self._known)}"
        self._known[name] = value
        return name

    # What is asked first -------------------------------------------------------------------------------

    def _tell_ids(self, same: tuple[int, ...]) -> None:
        firsts: dict[str, list[int]] = {}
        for (table, event, name), number in self._ids.items():
            self._checks.append(f"id_{number} = event_{event}.{name}")
            if same[number] != number:
                self._checks.append(f"if id_{number} != id_{same[number]}: return None")
            else:
                firsts.setdefault(table, []).append(number)
        for numbers in firsts.values():
            self._checks += [f"if id_{one} == id_{other}: return None" for one, other in combinations(numbers, 2)]

    def _slot(self, effect: Effect, number: int, same: tuple[int, ...]) -> tuple[_Row, _Slot]:
        """What an effect touches; what is touched for the first time is read, unless the event makes it."""
        first = same[self._ids[effect.table, number, effect.id]]
        row = self._rows.get(first)
        if row is None:
            row = self._rows[first] = _Row(f"id_{first}", f"row_{first}", effect.table)
            if effect.file is not None or effect.create is None:
                self._checks.append(f"{row.var} = desk.{row.table}.get({row.id})")
        if effect.file is not None:
            row.file = row.file or effect
        slot = row.slots.get(effect.sheet)
        if slot is None:
            var = row.var if effect.sheet is None else f"{row.var}_{effect.sheet}"
            slot = row.slots[effect.sheet] = _Slot(var, effect)
            if effect.sheet is not None:
                self._checks.append(f"{var} = None if {row.var} is None else {row.var}.{effect.sheet}")
        return row, slot

    def _require(self, row: _Row, slot: _Slot) -> None:
        if slot.state == "ended":
            raise _NeverFits
        if not slot.surely:
            self._checks.append(f"if {slot.var} is None: return None")
            row.surely = slot.surely = True

    # What is done then ---------------------------------------------------------------------------------

    def _tell(self, effect: Effect, number: int, same: tuple[int, ...]) -> None:
        row, slot = self._slot(effect, number, same)
        if effect.create is not None:
            self._create(row, slot, effect, number)
        elif effect.edit is not None:
            self._edit(row, slot, effect, number)
        else:
            self._require(row, slot)
            self._deeds.append(f"{slot.var} = None")
            slot.state, slot.surely = "ended", False

    def _create(self, row: _Row, slot: _Slot, effect: Effect, number: int) -> None:
        if effect.new_file is not None:
            row.begun = True
        elif effect.sheet is not None and not (row.surely or row.begun):
            self._checks.append(f"if {row.var} is None: return None")
            row.surely = True
        self._deeds.append(f"{slot.var} = {self._name('create', effect.create)}(event_{number})")
        slot.state, slot.surely = "made", True
        if self._desk is None:
            self._open(slot)  # what a room makes may be the same for all, and is written to for ever after

    def _edit(self, row: _Row, slot: _Slot, effect: Effect, number: int) -> None:
        edit = f"{self._name('edit', effect.edit)}({slot.var}, event_{number})"
        if not effect.optional:
            self._require(row, slot)
        if slot.surely:
            self._open(slot)
            self._deeds.append(edit)
        elif slot.state != "ended":
            self._deeds.append(f"if {slot.var} is not None:")
            self._open(slot, "    ")
            self._deeds.append(f"    {edit}")

    def _open(self, slot: _Slot, indent: str = "") -> None:
        """Let it be written to."""
        kind, thaw = slot.effect.record, self._name("thaw", slot.effect.thaw)
        if slot.state == "made":
            record = self._name("Record", kind)
            self._deeds.append(f"{indent}if {slot.var}.__class__ is {record}: {slot.var} = {thaw}({slot.var})")
        elif slot.state == "held":
            self._deeds.append(indent + self._opened(slot.var, thaw, kind))
        slot.state = "open"

    def _opened(self, var: str, thaw: str, kind: Any) -> str:
        if self._desk is None:
            return f"set_attribute({var}, '__class__', {self._name('Editing', editing_class(kind))})"
        return f"{var} = {thaw}({var})"

    # How it ends ---------------------------------------------------------------------------------------

    def _finish(self) -> None:
        tables = dict.fromkeys(row.table for row in self._rows.values())
        self._deeds += [f"{table} = desk.{table}" for table in tables]
        for row in self._rows.values():
            for slot in row.slots.values():
                self._freeze(slot)
            if row.file is not None:
                self._file(row, row.file)
            self._keep(row)
        last = f"event_{len(self._effects) - 1}.at"
        if self._desk is None:
            self._deeds += [f"desk.now = {last}", "return desk"]
            return
        self._deeds.append(f"after = new({self._name('Editing', editing_class(self._desk))})")
        for attribute in fields_of(self._desk):
            name = attribute.name
            self._deeds.append(
                f"after.{name} = {last if name == 'now' else name if name in tables else f'desk.{name}'}"
            )
        self._deeds += [f"after.__class__ = {self._name('Desk', self._desk)}", "return after"]

    def _freeze(self, slot: _Slot) -> None:
        record = self._name("Record", slot.effect.record)
        if slot.state == "open":
            where = "" if slot.surely else f"if {slot.var} is not None: "
            self._deeds.append(f"{where}{slot.var}.__class__ = {record}")
        elif slot.state == "made":
            self._deeds.append(f"if {slot.var}.__class__ is not {record}: {slot.var}.__class__ = {record}")

    def _file(self, row: _Row, effect: Effect) -> None:
        """Put the sheets into their file."""
        kind: Any = effect.file
        opened = self._opened(row.var, self._name("thaw", effect.thaw_file), kind)
        if row.begun:
            begins = next(slot for slot in row.slots.values() if slot.effect.new_file is not None)
            new_file = self._name("new_file", begins.effect.new_file)
            self._deeds += [f"if {row.var} is None: {row.var} = {new_file}({begins.var})", f"else: {opened}"]
            indent = ""
        else:
            indent = "" if row.surely else "    "
            self._deeds += [] if row.surely else [f"if {row.var} is not None:"]
            self._deeds.append(indent + opened)
        self._deeds += [f"{indent}{row.var}.{sheet} = {slot.var}" for sheet, slot in row.slots.items()]
        self._deeds.append(f"{indent}{row.var}.__class__ = {self._name('File', kind)}")

    def _keep(self, row: _Row) -> None:
        """Put a row into its table, or take it out."""
        kept = f"{row.table}[{row.id}] = {row.var}"
        ended = f"{row.table}.pop({row.id}, None)"
        if self._desk is not None:
            kept = f"{row.table} = {row.table}.insert({row.id}, {row.var})"
            ended = f"if {row.id} in {row.table}: {row.table} = {row.table}.remove({row.id})"
        whole = row.slots.get(None)
        if whole is not None and whole.state == "ended":
            self._deeds.append(ended)
        else:
            surely = row.surely or row.begun or (whole is not None and whole.state == "made")
            self._deeds.append(kept if surely else f"if {row.var} is not None: {kept}")
