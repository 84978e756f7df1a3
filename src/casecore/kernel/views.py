"""What a command shows: the rows that `decide` sees, found by what the fields declare.

* A command's field that holds an id says which row of the view it names: `an_id(of="note")`.
* A record's field that holds an id says which row it leads to: `a_link(of="holder")` on a case's assignee. So the
  thread of the case that a command names is seen, and the customer of that thread.
* Where several fields name the same row, the first that is not None decides: the command's own, then those of the rows
  that it leads to.
* An id that is worked out (the case that a message starts) is named by the room: `Room.shows`.

So a command tells by itself which rows it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from casecore.kernel.effects import ByClass, Place
from casecore.kernel.fields import ROW
from casecore.kernel.messages import Command
from casecore.kernel.records import editing_class, freeze
from casecore.kernel.rooms import Room
from casecore.kernel.values import fields_of, frozen
from casecore.kernel.written_functions import write_function

V = TypeVar("V")

Worked: TypeAlias = Callable[[Any, Any], str | Iterable[str] | None]
"""(what is seen so far, command) -> the id of a row; or several, of which the first that there is is seen."""


@frozen
class Look:
    """One look at a row of the desk.

    Attributes:
        source: The row of the view that holds the id; None: the command holds it.
        field: The field that holds it there; None: it is the id itself.
        row: Which row of the view it names.
        place: Where that row lies.
    """

    source: str | None
    field: str | None
    row: str
    place: Place


class Views(Generic[V]):
    """How the views of a desk are filled.

    Args:
        view: The class of the views: their instant, and a field for each row.
        rows: The class of the record that each of those fields shows, in order.
        places: Where those records live. Of the sheets of a file, the first one stands for the file: who sees it sees
            all of them, each in the row of its own name.
        rooms: What they work out.
    """

    def __init__(
        self, view: type[V], rows: Mapping[str, type], places: Mapping[type, Place], rooms: Sequence[Room[Any]]
    ) -> None:
        self._view = view
        self._rows = rows
        self._places = places
        self._sheets = tuple(place.sheet for place in places.values() if place.sheet is not None)
        self._of_command = ByClass[_Filling](lambda kind: self._compiled(self.looks_of(kind)))
        self._of_row: dict[str, _Filling] = {}  # compiled when a row is first asked for, as commands are
        self._worked = ByClass[tuple[tuple[Look, Worked], ...]](
            lambda kind: tuple(
                (self._look(None, None, row), worked)
                for room in rooms
                for row, worked in room.shows.get(kind, {}).items()
            )
        )

    def of_command(self, command: Command, tables: Any, now: datetime | None) -> V:
        """What a command shows.

        Args:
            command: The command.
            tables: What has the tables, by their names.
            now: The instant of the last event.
        """
        kind = type(command)
        view = self._of_command[kind](command, tables, now)
        for look, worked in self._worked[kind]:
            named = worked(view, command)
            if not named:
                continue
            rows = getattr(tables, look.place.table)
            if isinstance(named, str):
                found = rows.get(named)
            else:
                found = next((row for row_id in named if (row := rows.get(row_id)) is not None), None)
            if found is not None:
                setattr(view, look.row, found if look.place.sheet is None else getattr(found, look.place.sheet))
        return freeze(view, self._view)

    def of_row(self, row: str, row_id: str, tables: Any, now: datetime | None) -> V:
        """What a row shows, and those to which it leads."""
        if row not in self._of_row:
            self._of_row[row] = self._compiled(self.looks_from(self._look(None, None, row)))
        return freeze(self._of_row[row](row_id, tables, now), self._view)

    def looks_of(self, kind: type) -> list[Look]:
        """The looks that the fields of a class take, and those to which they lead, nearest first."""
        return self._with_links(self._named_in(None, kind))

    def looks_from(self, *looks: Look) -> list[Look]:
        """These looks, and those to which they lead, nearest first."""
        return self._with_links(list(looks))

    def worked_of(self, kind: type) -> tuple[tuple[Look, Worked], ...]:
        """The rows whose ids are worked out for commands of a class, and how."""
        return self._worked[kind]

    def look_at(self, field: str, row: str) -> Look:
        """A look at a row of the view that a field of what is asked about names."""
        return self._look(None, field, row)

    def class_of(self, row: str) -> type:
        """The class of the record that a row of the view shows."""
        return self._rows[row]

    def shown_by(self, look: Look) -> tuple[str, ...]:
        """The rows of the view that a look fills: all sheets of a file, or one row."""
        return self._sheets if look.row == look.place.sheet else (look.row,)

    def _look(self, source: str | None, field: str | None, row: str) -> Look:
        return Look(source, field, row, self._places[self._rows[row]])

    def _named_in(self, source: str | None, kind: type) -> list[Look]:
        """A look for each field of a class that names a row."""
        named = ((attribute.name, attribute.metadata.get(ROW)) for attribute in fields_of(kind))
        return [self._look(source, name, row) for name, row in named if row is not None]

    def _with_links(self, looks: list[Look]) -> list[Look]:
        """These looks, and those at the rows to which they lead, nearest first."""
        looks, followed = [*looks], set[str]()
        for look in looks:  # the list grows while it is walked
            for row in self.shown_by(look):
                if row not in followed:
                    followed.add(row)
                    looks += self._named_in(row, self._rows[row])
        return looks

    def _compiled(self, looks: list[Look]) -> _Filling:
        """A function that takes these looks, one after the other."""
        rows = dict.fromkeys(row for look in looks for row in self.shown_by(look))
        lines = [f"{' = '.join(rows)} = None"] if rows else []
        named = dict.fromkeys(look.row for look in looks)
        lines += [f"{' = '.join(f'id_of_{row}' for row in named)} = None"] if named else []
        looked = set[str]()
        for look in looks:
            row, key = look.row, f"id_of_{look.row}"
            source = look.source or "start"
            value = source if look.field is None else f"{source}.{look.field}"
            asked = [f"{key} is None"] if row in looked else []
            asked += [f"{source} is not None"] if look.source is not None else []
            looked.add(row)
            lines.append(f"if {' and '.join(asked) or True}:")
            lines += [
                f"    {key} = {value}",
                f"    if {key} is not None:",
                f"        {row} = tables.{look.place.table}.get({key})",
            ]
            if look.place.sheet is not None:
                sheets = self.shown_by(look)
                lines += [f"        if {row} is not None:", f"            file = {row}"]
                lines += [
                    f"            {name} = file.{name if len(sheets) > 1 else look.place.sheet}" for name in sheets
                ]
        values = ", ".join(row if row in rows else "None" for row in self._rows)
        known: dict[str, Any] = {"View": editing_class(self._view)}
        filling: _Filling = write_function("fill(start, tables, now)", (*lines, f"return View(now, {values})"), known)
        return filling


_Filling: TypeAlias = Callable[[Any, Any, datetime | None], Any]
"""(what holds the first ids, the tables, the instant of the last event) -> the view, still open for writing."""
