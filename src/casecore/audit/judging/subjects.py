"""Rows of a log as commands and events: what each of them says that somebody did.

A row names a command or an event of the house and tells some of its fields; what it does not tell is untold. Where a
log tells the status of a case and not what was done to it (`status`), the row is what moves a case there: closing is
`CloseCase`, beginning work on a new one `WorkBegun`, anything else `SetStatus`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.knowledge import Knowledge
from casecore.audit.judging.untold import UNTOLD, blind_row, field_names, raw_reader
from casecore.audit.logs.log_rows import STATUS, LogRow
from casecore.kernel import Command, Event
from casecore.kernel.unchecked import unchecked
from casecore.kernel.written_functions import write_function
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.cases import CloseCase, SetStatus
from casecore.statuses import CLOSED, NEW, OPEN

_Maker: TypeAlias = Callable[[Mapping[str, Any], datetime], Command | Event]
"""(what is told, when) -> the command or event."""


def classes_by_word(knowledge: Knowledge) -> Mapping[str, tuple[type[Command | Event], ...]]:
    """The classes of what a row may say that somebody did, by its word for what happened."""
    kinds: tuple[type[Command | Event], ...] = (*knowledge.house.commands, *knowledge.event_classes)
    return {STATUS: (CloseCase, SetStatus, WorkBegun), **{kind.__name__: (kind,) for kind in kinds}}


class Subjects:
    """How rows become commands and events.

    Args:
        knowledge: The commands and events of the house.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._classes = classes_by_word(knowledge)
        self._makers: dict[tuple[Any, ...], _Maker] = {}

    def of(self, row: LogRow, desk: ToldDesk) -> Command | Event | None:
        """What a row says that somebody did; None where it only says how a case stands."""
        if row.what != STATUS:
            return self._made(self._classes[row.what][0], row.told, row.at)
        return self._status_set(row, desk)

    def _status_set(self, row: LogRow, desk: ToldDesk) -> Command | Event | None:
        told = row.told
        status = told.get("status", UNTOLD)
        if status is UNTOLD:
            return None
        if status is CLOSED:
            return self._made(CloseCase, told, row.at)
        sheet = desk.tables["cases"][told["case"]].case
        was = raw_reader(type(sheet), "status")(sheet)
        if status is OPEN and was is NEW:
            whoever = {"agent": told["by"]} if "by" in told and "agent" not in told else {}
            return self._made(WorkBegun, {**told, **whoever}, row.at)
        return self._made(SetStatus, told, row.at)

    def _made(self, kind: Any, told: Mapping[str, Any], at: datetime) -> Command | Event:
        """A command or an event of which this is told; how it is made is found once for the same fields."""
        fields = (kind, *told)
        make = self._makers.get(fields)
        if make is None:
            make = self._makers[fields] = _maker_of(kind, frozenset(told))
        return make(told, at)


def _maker_of(kind: Any, told: frozenset[str]) -> _Maker:
    names = field_names(kind)
    if not told.issuperset(name for name in names if name != "at"):
        return lambda told, at: blind_row(kind, {**{name: told[name] for name in names if name in told}, "at": at})
    given = ", ".join(f"{name}={'at' if name == 'at' else f'told[{name!r}]'}" for name in names)
    make: _Maker = write_function("make(told, at)", (f"return new({given})",), {"new": unchecked(kind)})
    return make
