"""How events change records: what an event does to which record, and the one driver that applies it.

* A record has its **place**: it is a row of one of the desk's tables, or one sheet of a case's file.
* An **effect** is what an event does to one record: it creates it, edits it, or removes it. Rooms declare them; where
  several rooms change the same record, the lower room comes first.
* `Edits` applies events: whatever they touch is thawed once, edited in place, and frozen at the end. Where records come
  from, and where they go, is the caller's: a desk, the explorer, an archive that is searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, TypeVar

import attrs

from casecore.kernel.messages import Event, MissingRow
from casecore.kernel.records import editing_class, thawer
from casecore.kernel.rooms import Editing, Room
from casecore.kernel.values import changed, fields_of, frozen

T = TypeVar("T")


class ByClass(dict[type, T]):
    """What is looked up by class and compiled when the class is first met: hosts may have classes of their own."""

    def __init__(self, compiled: Callable[[Any], T]) -> None:
        super().__init__()
        self._compiled = compiled

    def __missing__(self, kind: type) -> T:
        found = self[kind] = self._compiled(kind)
        return found


@frozen
class Place:
    """Where the records of one class live.

    Attributes:
        table: The desk's table.
        id: The field or property of events that holds the row's id; events that have none are about no such row.
        sheet: Which sheet of the row it is, where the row is a file of sheets; None: it is the row itself.
        file: The class of those files; its first sheet is always there.
    """

    table: str
    id: str
    sheet: str | None = None
    file: type | None = None


@attrs.frozen(eq=False)
class Effect:
    """What an event does to one record: with `create` it makes it, with `edit` it changes it, with neither it ends it.

    Attributes:
        record: The class of the record.
        table: The table of its row.
        id: The field or property of the event that holds the row's id.
        thaw: How such a record becomes its editing.
        sheet: Which sheet of the row it is; None: it is the row itself.
        file: The class of the row, where it is a file.
        thaw_file: How such a file becomes its editing.
        new_file: (first sheet) -> the editing of a new file; None where a file begins with another sheet.
        optional: There may be no such record; then nothing happens.
    """

    record: type
    table: str
    id: str
    thaw: Callable[[Any], Editing]
    sheet: str | None = None
    file: type | None = None
    thaw_file: Callable[[Any], Editing] | None = None
    new_file: Callable[[Any], Editing] | None = None
    create: Callable[[Any], Any] | None = None
    edit: Callable[[Editing, Any], None] | None = None
    optional: bool = False
    row_id: Callable[[Any], str] = attrs.field(init=False)
    """(event) -> the id of the row."""
    apply: Callable[[Edits, Event], None] = attrs.field(init=False)
    """Do it to the rows that are edited; compiled, because every event of a replay comes here."""

    @row_id.default
    def _read_id(self) -> Callable[[Any], str]:
        return attrgetter(self.id)

    @apply.default
    def _compile(self) -> Callable[[Edits, Event], None]:
        if self.create is not None:
            return _creation(self, self.create)
        return _ending(self) if self.edit is None else _change(self, self.edit)


def _creation(effect: Effect, create: Callable[[Any], Any]) -> Callable[[Edits, Event], None]:
    table, row_id_of, record, is_row = effect.table, effect.row_id, effect.record, effect.sheet is None

    def apply(edits: Edits, event: Event) -> None:
        made = create(event)
        if type(made) is not record:
            edits.open.append(made)
            edits.open.append(record)
        if is_row:
            edits.rows[table][row_id_of(event)] = made
        else:
            edits.put(effect, row_id_of(event), made, event)

    return apply


def _change(effect: Effect, edit: Callable[[Editing, Any], None]) -> Callable[[Edits, Event], None]:
    table, row_id_of, record, sheet = effect.table, effect.row_id, effect.record, effect.sheet

    def apply_to_row(edits: Edits, event: Event) -> None:
        row_id = row_id_of(event)
        try:
            found = edits.rows[table][row_id]
        except KeyError:
            found = edits.fetch(effect, row_id)
        if type(found) is record:
            found = edits.thaw(effect, row_id, found)
        if found is not None:
            edit(found, event)
        elif not effect.optional:
            raise MissingRow(event, table, row_id)

    def apply_to_sheet(edits: Edits, event: Event) -> None:
        row_id, rows = row_id_of(event), edits.rows[table]
        held = rows[row_id] if row_id in rows else edits.fetch(effect, row_id)
        found = None if held is None else getattr(held, sheet or "")
        if type(found) is record:
            found = edits.thaw(effect, row_id, found)
        if found is not None:
            edit(found, event)
        elif not effect.optional:
            raise MissingRow(event, table, row_id)

    return apply_to_row if sheet is None else apply_to_sheet


def _ending(effect: Effect) -> Callable[[Edits, Event], None]:
    def apply(edits: Edits, event: Event) -> None:
        row_id, rows = effect.row_id(event), edits.rows[effect.table]
        held = rows[row_id] if row_id in rows else edits.fetch(effect, row_id)
        if held is None or (effect.sheet is not None and getattr(held, effect.sheet) is None):
            raise MissingRow(event, effect.table, row_id)
        edits.put(effect, row_id, None, event)

    return apply


class Effects(ByClass[tuple[Effect, ...]]):
    """What events of each class do; `apply` has the functions that do it.

    Attributes:
        when_changed: What is called when an event is to do something else from now on.
    """

    def __init__(self, compiled: Callable[[Any], tuple[Effect, ...]]) -> None:
        super().__init__(compiled)
        self.when_changed: list[Callable[[], None]] = []
        self.apply = ByClass[tuple[Callable[[Edits, Event], None], ...]](
            lambda kind: tuple(effect.apply for effect in self[kind])
        )

    def __setitem__(self, kind: type, effects: tuple[Effect, ...]) -> None:
        super().__setitem__(kind, effects)
        self.apply.pop(kind, None)
        for forget in self.when_changed:
            forget()


def effects_of(rooms: Iterable[Room[Any]], places: Mapping[type, Place]) -> Effects:
    """What the events of these rooms do to the records that have a place; others are left aside.

    Args:
        rooms: Lower rooms first.
        places: Where the records of each class live.
    """
    rooms = tuple(rooms)

    def effects(event: type[Event]) -> tuple[Effect, ...]:
        declared = (one for room in rooms for one in _declared_in(room, event))
        placed = ((places[kind], kind, how) for kind, how in declared if kind in places)
        return tuple(effect_at(place, kind, **how) for place, kind, how in placed if hasattr(event, place.id))

    return Effects(effects)


def effect_at(place: Place, record: type, **how: Any) -> Effect:
    """An effect on the records that live at a place; `how` it changes them; without any it ends them."""
    effect = Effect(record, place.table, place.id, thawer(record), place.sheet, **how)
    if place.file is None:
        return effect
    begins = place.sheet == fields_of(place.file)[0].name
    new_file: Any = editing_class(place.file) if begins else None
    return changed(effect, file=place.file, thaw_file=thawer(place.file), new_file=new_file)


def _declared_in(room: Room[Any], event: type[Event]) -> Iterator[tuple[type, dict[str, Any]]]:
    """What a room says that an event does: each record class, and how it changes."""
    yield from ((record, {"create": create}) for (record, kind), create in room.creates.items() if kind is event)
    yield from ((record, {"edit": edit}) for (record, kind), edit in room.evolve.items() if kind is event)
    yield from (
        (record, {"edit": edit, "optional": True})
        for (record, kind), edit in room.notices.items()
        if issubclass(event, kind)
    )
    yield from ((record, {}) for record, kind in room.removes if kind is event)


class Edits:
    """Rows while events are applied to them.

    Args:
        effects: What events do.
        read: (table, row id) -> the row, or None where there is none. It is asked once for each.
        owns: (table, row id) -> whether a row is ours; what happens to others is left aside. None: all are.

    Attributes:
        rows: The rows that were touched, by table and id; None where there is none, or none is left.
        open: The editings that are not frozen yet, each followed by the class of the record that it becomes: a flat
            list, because a million pairs would be a million objects more.
    """

    __slots__ = ("_effects", "_owns", "_read", "open", "rows")

    def __init__(
        self,
        effects: Effects,
        read: Callable[[str, str], Any],
        owns: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._effects = effects
        self._read = read
        self._owns = owns
        self.open: list[Any] = []
        self.rows: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    def apply(self, events: Iterable[Event]) -> Event | None:
        """Do to the rows what events do, one or a million of them.

        Returns:
            The last of them; None where there was none.

        Raises:
            MissingRow: When an event speaks of a record that is not there.
        """
        effects, owns, event = self._effects, self._owns, None
        if owns is None:
            applied = effects.apply
            for event in events:
                for apply in applied[event.__class__]:
                    apply(self, event)
        else:
            for event in events:
                for effect in effects[event.__class__]:
                    if owns(effect.table, effect.row_id(event)):
                        effect.apply(self, event)
        return event

    def editing(self, effect: Effect, row_id: str) -> Editing:
        """The editing of a record that is there, for a change of which no event tells."""
        rows = self.rows[effect.table]
        held = rows[row_id] if row_id in rows else self.fetch(effect, row_id)
        record = held if effect.sheet is None else getattr(held, effect.sheet)
        return self.thaw(effect, row_id, record) if type(record) is effect.record else record

    def fetch(self, effect: Effect, row_id: str) -> Any:
        """The row that an effect finds, for the first time; a file is thawed at once."""
        row = self._read(effect.table, row_id)
        if row is not None and effect.thaw_file is not None:
            row = effect.thaw_file(row)
            self.open += (row, effect.file)
        self.rows[effect.table][row_id] = row
        return row

    def thaw(self, effect: Effect, row_id: str, record: Any) -> Editing:
        """The editing of a record, where the record was."""
        thawed = effect.thaw(record)
        self.open += (thawed, effect.record)
        if effect.sheet is None:
            self.rows[effect.table][row_id] = thawed
        else:
            setattr(self.rows[effect.table][row_id], effect.sheet, thawed)
        return thawed

    def put(self, effect: Effect, row_id: str, record: Any, event: Event) -> None:
        """Let a record be this one, or none."""
        rows = self.rows[effect.table]
        if effect.sheet is None:
            rows[row_id] = record
            return
        held = rows[row_id] if row_id in rows else self.fetch(effect, row_id)
        if held is not None:
            setattr(held, effect.sheet, record)
        elif effect.new_file is not None:
            rows[row_id] = effect.new_file(record)
            self.open += (rows[row_id], effect.file)
        else:
            raise MissingRow(event, effect.table, row_id)

    def frozen(self) -> Mapping[str, dict[str, Any]]:
        """The rows as they are now; nothing may be applied afterwards."""
        for editing, record in zip(self.open[::2], self.open[1::2], strict=True):
            editing.__class__ = record  # `records.freeze`, spelled out
        return self.rows
