"""A part of a log: whole cases, chosen by a hash of their ids, so that the same ones are chosen every time.

What happened on the others is not judged, but it happened: whoever worked on them may hold, owe and promise other
things since then, and customers and threads may be others. So what such a row may change beside its own case is not
known any more, and a rule that looks at the load of an agent is unknown.
"""

from __future__ import annotations

import hashlib
from typing import Final

from casecore.audit.auditing import Auditor
from casecore.audit.fold import ToldDesk
from casecore.audit.knowledge import Fields, Knowledge
from casecore.audit.log_rows import STATUS, LogRow
from casecore.kernel import Command, Event
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.cases import CloseCase, SetStatus

_CASES: Final = ("case", "new_case", "successor", "predecessor", "into", "merged")


def hash_of(text: str) -> int:
    """A number that is the same for the same text everywhere."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()[:8])


class Sample:
    """One of so many cases.

    Args:
        of: Of how many cases one is judged.
        auditor: Who judges them.
    """

    def __init__(self, of: int, auditor: Auditor) -> None:
        self.of = of
        self._desk: ToldDesk = auditor.desk
        self._knowledge = Knowledge(auditor.house)
        kinds: tuple[type[Command | Event], ...] = (*auditor.house.commands, *self._knowledge.event_classes)
        self._kinds: dict[str, tuple[type[Command | Event], ...]] = {kind.__name__: (kind,) for kind in kinds}
        self._kinds[STATUS] = (CloseCase, SetStatus, WorkBegun)
        self._changed: dict[str, tuple[Fields, frozenset[str]]] = {}

    def takes(self, row: LogRow) -> bool:
        """Whether a row is judged: it is about a case that was chosen, or about none."""
        named = [value for name in _CASES if isinstance(value := row.told.get(name, row.beside.get(name)), str)]
        return not named or any(hash_of(case) % self.of == 0 for case in named)

    def pass_over(self, row: LogRow) -> None:
        """Let nothing be known of what a row may have changed that is not judged."""
        if row.what not in self._changed:
            self._changed[row.what] = self._look_up(row.what)
        changed, begun = self._changed[row.what]
        self._desk.blur_everywhere(changed)
        self._desk.doubt(begun)

    def _look_up(self, what: str) -> tuple[Fields, frozenset[str]]:
        events: set[type[Event]] = set()
        for kind in self._kinds[what]:
            events |= self._knowledge.events_of(kind) if issubclass(kind, Command) else {kind}
        every = self._knowledge.with_consequences(events)
        house = self._knowledge.house
        places = house.places
        own = {kind for kind, place in places.items() if place.sheet is not None} | {house.file}
        changed = {kind: names for kind, names in self._desk.changeable(every).items() if kind not in own}
        return changed, self._knowledge.tables_begun_by(every)
