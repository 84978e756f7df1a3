"""Rows of a log as commands and events: what each of them says that somebody did.

A row names a command or an event of the house and tells some of its fields; what it does not tell is untold. Where a
log tells the status of a case and not what was done to it (`status`), the row is what moves a case there: closing is
`CloseCase`, beginning work on a new one `WorkBegun`, anything else `SetStatus`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.knowledge import Knowledge
from casecore.audit.judging.untold import UNTOLD, blind_row, field_names, raw_reader
from casecore.audit.logs.log_rows import STATUS, LogRow
from casecore.kernel import SYSTEM, Command, Event
from casecore.kernel.unchecked import unchecked
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.cases import CloseCase, SetStatus
from casecore.statuses import CLOSED, NEW, OPEN

_ALWAYS: Final = {"by": SYSTEM}


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

    def of(self, row: LogRow, desk: ToldDesk) -> Command | Event | None:
        """What a row says that somebody did; None where it only says how a case stands."""
        if row.what != STATUS:
            return self._made(self._classes[row.what][0], {**row.told, "at": row.at})
        return self._status_set(row, desk)

    def _status_set(self, row: LogRow, desk: ToldDesk) -> Command | Event | None:
        case, told = row.told["case"], {**row.told, "at": row.at}
        status = told.get("status", UNTOLD)
        if status is UNTOLD:
            return None
        if status is CLOSED:
            return self._made(CloseCase, told)
        sheet = desk.tables["cases"][case].case
        was = raw_reader(type(sheet), "status")(sheet)
        if status is OPEN and was is NEW:
            return self._made(WorkBegun, {**told, "agent": told.get("agent", told.get("by", UNTOLD))})
        return self._made(SetStatus, told)

    @staticmethod
    def _made(kind: Any, told: Mapping[str, Any]) -> Command | Event:
        names = field_names(kind)
        known = {name: told[name] for name in names if told.get(name, UNTOLD) is not UNTOLD}
        made: Command | Event
        made = unchecked(kind)(**known) if len(known) == len(names) else blind_row(kind, known)
        return made
