"""What a row of a log shows: the view that its rules are asked with, as far as it is told.

It is filled by the same declarations as a desk's views (`kernel/views.py`): the rows that the fields of a command name,
and those to which these lead; of an event, the rows that its fields name. Where an id is not told, the row is not:
reading it from the view raises `NotTold`. A row that was never told of is adopted, unless the command itself may begin
it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.knowledge import Knowledge, events_named_in
from casecore.audit.judging.untold import NOTHING, UNTOLD, NotTold, class_lacking, forget, raw_reader
from casecore.kernel import Event, fields_of
from casecore.kernel.effects import ByClass
from casecore.kernel.values import kind_of
from casecore.kernel.views import Look
from casecore.kernel.written_functions import write_function

Filling: TypeAlias = Callable[[Any], Any]
"""(command or event) -> the view."""

_NAMED: Final = {"by": "actor", "agent": "target", "case": "case", "thread": "thread", "customer": "customer"}
"""The rows of the view that fields of events name."""

_CALLED: Final = {"message_row": "message"}
"""The rows of the view that are called otherwise than what names them."""


class RowSight:
    """How the views of an audit are filled.

    Args:
        desk: What the log has told.
        knowledge: What commands may begin.
    """

    def __init__(self, desk: ToldDesk, knowledge: Knowledge) -> None:
        self._desk = desk
        self._knowledge = knowledge
        self._views = desk.house.views
        self._rows = tuple(attribute.name for attribute in fields_of(desk.house.view) if attribute.name != "now")
        rules = (*desk.house.needs, *desk.house.rules)
        self._asking_fresh = tuple(rule for rule in rules if rule.id.endswith(".fresh"))
        self._begun = ByClass[frozenset[str]](self._begun_by)
        self._fresh = ByClass[frozenset[str]](self._fresh_of)
        self._filling = ByClass[Filling](self._written)

    def of(self, subject: Any) -> Any:
        """What a command or an event shows."""
        kind = kind_of(subject)
        view = self._filling[kind](subject)
        for look, worked in self._views.worked_of(kind):
            try:
                named = worked(view, subject)
            except NotTold:
                forget(view, frozenset({look.row}))
            else:
                self._show(view, look, (named,) if isinstance(named, str) else tuple(named or ()))
        return view

    def fresh_in(self, subject: Any) -> frozenset[str]:
        """The rows of the view whose ids a command brings, because it begins them."""
        return self._fresh[kind_of(subject)]

    def named_by(self, subject: Any, view: Any) -> dict[str, frozenset[str]]:
        """The ids of rows that a command may begin, by table, as far as it names them."""
        kind = kind_of(subject)
        found: dict[str, frozenset[str]] = {}
        for look in self._looks_of(kind):
            table = look.place.table
            if table not in self._begun[kind] or look.place.sheet is not None or look.field is None:
                continue
            row = raw_reader(self._desk.house.view, look.row)(view)
            row_id = raw_reader(kind, look.field)(subject) if look.source is None else None
            if row is not None and row is not UNTOLD:  # it is there already
                row_id = raw_reader(type(row), "id")(row)
            if isinstance(row_id, str):
                found[table] = found.get(table, NOTHING) | {row_id}
        for look, worked in self._views.worked_of(kind):
            if self._is_fresh(look, kind):
                with suppress(NotTold):
                    row_id = worked(view, subject)
                    found[look.place.table] = frozenset({row_id} if isinstance(row_id, str) else ())
        return found

    def _fresh_of(self, kind: type) -> frozenset[str]:
        looks = (*self._looks_of(kind), *(look for look, _ in self._views.worked_of(kind)))
        return frozenset(look.row for look in looks if self._is_fresh(look, kind))

    def _show(self, view: Any, look: Look, ids: tuple[str, ...]) -> None:
        """Show the first of these rows that there is."""
        place, desk = look.place, self._desk
        rows = desk.tables[place.table]
        there = next((row_id for row_id in ids if row_id in rows), None)
        found = None if there is None else desk.find(place.table, there)
        if found is UNTOLD:
            forget(view, frozenset({look.row}))
            return
        if found is None and any(desk.adopts(place.table, row_id) for row_id in ids):
            forget(view, frozenset({look.row}))  # it may be any of them, or there may be none
            return
        if found is None:
            return
        setattr(view, look.row, found if place.sheet is None else raw_reader(type(found), place.sheet)(found))

    def _begun_by(self, kind: type) -> frozenset[str]:
        """The tables in which a command of a class may itself begin a row."""
        handlers = (room.decide[kind] for room in self._desk.house.rooms if kind in room.decide)
        events = (event for handler in handlers for event in events_named_in(handler))
        return self._knowledge.tables_begun_by(frozenset(events))

    def _looks_of(self, kind: type) -> list[Look]:
        if not issubclass(kind, Event):
            return self._views.looks_of(kind)
        changed = {effect.record for effect in self._desk.house.effects[kind]}
        names = {name: row for name, row in _NAMED.items() if hasattr(kind, name)}
        for record, place in self._desk.house.places.items():
            if record in changed and place.sheet is None and place.id not in names:
                names[place.id] = _CALLED.get(place.id, place.id)
        looks = [self._views.look_at(name, row) for name, row in names.items()]
        return self._views.looks_from(*looks)

    def _written(self, kind: type) -> Filling:
        """A function that takes all looks of a class, one after the other, as that of `Views` does; written as text."""
        looks = self._looks_of(kind)
        view: Any = self._desk.house.view
        known: dict[str, Any] = {
            "new": object.__new__,
            "Open": class_lacking(view, NOTHING, NOTHING),
            "lacking": lambda lacks: class_lacking(view, frozenset(lacks), NOTHING),
            "UNTOLD": UNTOLD,
            "desk": self._desk,
        }
        named = dict.fromkeys(look.row for look in looks)
        rows = dict.fromkeys(row for look in looks for row in self._views.shown_by(look))
        lines = [f"{' = '.join((*rows, *(f'id_of_{row}' for row in named)))} = None"]
        fresh = self._fresh[kind]
        for number, look in enumerate(looks):
            lines += self._look_lines(number, look, kind, known, fresh)
        lines += ["view = new(Open)", "view.now = desk.now"]
        lines += [f"view.{row} = {row if row in rows else None}" for row in self._rows]
        lines += [
            f"if {' or '.join(f'{row} is UNTOLD' for row in rows)}:",
            f"    told = {{{', '.join(f'{row!r}: {row}' for row in rows)}}}",
            "    view.__class__ = lacking(name for name, row in told.items() if row is UNTOLD)",
        ]
        filling: Filling = write_function("fill(start)", (*lines, "return view"), known)
        return filling

    def _is_fresh(self, look: Look, kind: type) -> bool:
        """Whether a command brings the id of a row that it begins: if that is there already, nothing else is asked."""
        asked = any(rule.id == f"{look.row}.fresh" and issubclass(kind, rule.guards) for rule in self._asking_fresh)
        return asked and look.source is None and look.place.table in self._begun[kind]

    def _look_lines(
        self, number: int, look: Look, kind: type, known: dict[str, Any], fresh: frozenset[str]
    ) -> list[str]:
        """One look: at a row that is there, at one that is adopted, or, where its id is not told, at nobody knows."""
        row, key, source = look.row, f"id_of_{look.row}", look.source or "start"
        shown = self._views.shown_by(look)
        lost = f"{' = '.join(shown)} = UNTOLD"
        field = look.field or "id"  # only rows that are asked for by themselves are named by no field
        owner = kind if look.source is None else self._views.class_of(look.source)
        member: Any = getattr(owner, field, None)
        is_read = isinstance(member, property)
        known[f"read_{number}"] = _reading(member.fget) if is_read else raw_reader(owner, field)
        begins = look.source is None and look.place.table in self._begun[kind]
        found = f"desk.{'find_if_told' if begins else 'find'}({look.place.table!r}, {key})"
        there = [f"    {key} = read_{number}({source})", f"    if {key} is UNTOLD:", f"        {lost}"]
        there += [f"    elif {key} is not None:", f"        {row} = {found}"]
        if look.place.sheet is not None:
            there += [f"        if {row} is not None and {row} is not UNTOLD:", f"            file = {row}"]
            for name in shown:
                known[f"sheet_{name}"] = raw_reader(self._desk.house.file, name if len(shown) > 1 else look.place.sheet)
                there.append(f"            {name} = sheet_{name}(file)")
        if look.source is None:
            return [f"if {key} is None:", *there]
        leads = look.source not in fresh
        return [
            f"if {key} is None and {source} is UNTOLD:",
            f"    {f'{key} = {lost}' if leads else 'pass'}",
            f"elif {key} is None and {source} is not None:",
            *there,
        ]


def _reading(worked: Any) -> Callable[[Any], Any]:
    """How a property is read of what may lack the fields that it reads."""

    def read(subject: Any) -> Any:
        try:
            return worked(subject)
        except NotTold:
            return UNTOLD

    return read
