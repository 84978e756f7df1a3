"""A part of a log: whole cases, chosen by a hash of their ids, so that the same ones are chosen every time.

What happened on the others is not judged, but it happened: whoever worked on them may hold, owe and promise other
things since then, and customers and threads may be others. So what such a row may change beside its own case is not
known any more, and a rule that looks at the load of an agent is unknown.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from casecore.audit.judging.auditing import Auditor
from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.knowledge import FieldsOf
from casecore.audit.judging.links import NAMED_TABLES
from casecore.audit.judging.subjects import classes_by_word
from casecore.audit.judging.supposing import NOBODY
from casecore.audit.logs.log_rows import LogRow
from casecore.kernel import Event
from casecore.rooms.agents import Agent

_CASES: Final = ("case", "new_case", "successor", "predecessor", "into", "merged")

_TABLES: Final = {name: table for name, table in NAMED_TABLES.items() if name != "case"}
"""The fields that name something which other cases may see, and the table in which it is."""

_PARTS: Final = ("thread", "message", "note", "draft", "commitment")
"""The fields that name a part of a case."""


def _named_in(row: LogRow, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a row names: (field, id)."""
    for name in names:
        value = row.told.get(name, row.beside.get(name))
        if isinstance(value, str):
            yield name, value


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
        self._knowledge = auditor.desk.knowledge
        self._classes = classes_by_word(self._knowledge)
        self._changed: dict[str, FieldsOf] = {}
        self._named: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._others: set[tuple[str, str]] = set()

    def takes(self, row: LogRow) -> bool:
        """Whether a row is judged: it is about a case that was chosen, or about none, nor anything of another."""
        cases = [case for _, case in _named_in(row, _CASES)]
        if not cases:
            return self._others.isdisjoint(_named_in(row, _PARTS))
        return any(hash_of(case) % self.of == 0 for case in cases)

    def pass_over(self, row: LogRow) -> None:
        """Let nothing be known of what a row may have changed that is not judged.

        That is whatever it names, and whatever was named by the rows before it of its case and thread.
        """
        if row.what not in self._changed:
            self._changed[row.what] = self._look_up(row.what)
        changed, desk = self._changed[row.what], self._desk
        self._others.update(_named_in(row, _PARTS))
        named = {(_TABLES[name], row_id) for name, row_id in _named_in(row, (*_TABLES,))}
        for _, about in _named_in(row, ("case", "new_case", "thread")):
            self._named[about] |= named
            named |= self._named[about]
        for table, row_id in named:
            if row_id in desk.tables[table]:
                desk.blur((desk.tables[table][row_id],), changed)
            elif row_id not in NOBODY:
                desk.adopt(table, row_id)
        if not any(_named_in(row, ("by",))):
            desk.blur_everywhere({kind: names for kind, names in changed.items() if kind is Agent})

    def _look_up(self, what: str) -> FieldsOf:
        events: set[type[Event]] = set()
        for kind in self._classes[what]:
            events |= self._knowledge.events_of(kind)
        return self._desk.changeable(events)
