"""Which rows of a log have to do with each other, so that a log falls into groups that can be judged apart.

Two rows have to do with each other where something that one tells may matter to the other: they name the same case, or
the same agent, of whom the log tells how much work they have. Where nothing of that kind can be known, they do not: a
log of statuses names agents in every row, and tells nothing of any agent that another row could be judged by. So it
falls into its cases, while a log that tells everything falls into the teams that share neither agents nor customers.

A table **carries** something from row to row where the rows of the log may change a field of it that can be known, or
begin or end a row of it, or look a row of it up by an id that is worked out. All that is worked out from the rooms
(`knowledge.py`). Whatever is in doubt, links.

A row may concern any row there is, because its log does not tell which one: then nothing can be judged apart
(`ToldDesk.concerns_all`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final

from casecore.audit.judging.auditing import Telling, desk_told_by
from casecore.audit.judging.subjects import classes_by_word
from casecore.audit.judging.supposing import NOBODY
from casecore.audit.logs.log_rows import LogRow
from casecore.rooms.composition import House

NAMED_TABLES: Final = MappingProxyType(
    {
        **dict.fromkeys(("by", "agent"), "agents"),
        "customer": "customers",
        "thread": "threads",
        "message": "messages",
        **dict.fromkeys(("case", "new_case"), "cases"),
    }
)
"""The fields of rows that name a row of the desk, and the table in which it is."""

_NO_IDS: Final = frozenset(
    (
        *("at", "status", "reason", "channel", "queue", "language", "attribute", "tag", "attributes", "attachments"),
        *("permissions", "queues", "channels", "capacity", "tags", "profile", "template"),
        *("text", "subject", "notes", "name", "phone", "value", "code", "method", "what", "why"),
    )
)
"""The fields that name no row of the desk: words of the policy, and what people wrote."""


class Links:
    """What links the rows of a log.

    Args:
        house: The rooms.
        telling: What the log tells wholly.
        whats: What its rows may say (`LogRow.what`).
    """

    def __init__(self, house: House, telling: Telling, whats: Iterable[str]) -> None:
        desk = desk_told_by(telling, house)
        knowledge = desk.knowledge
        classes = classes_by_word(knowledge)
        kinds = {kind for what in whats for kind in classes[what]}
        events = frozenset(event for kind in kinds for event in knowledge.events_of(kind))
        changed = knowledge.fields_changed_by(events).items()
        tables = {desk.table_of(record) for record, names in changed if names - desk.stays_of(record)}
        tables |= knowledge.tables_begun_by(events)
        tables |= {desk.table_of(record) for record in knowledge.records_ended_by(events)}
        tables |= {look.place.table for kind in kinds for look, _ in house.views.worked_of(kind)}
        self.tables = frozenset(tables)
        self._linking: dict[str, bool] = {}

    def _links(self, name: str) -> bool:
        return name not in _NO_IDS and (name not in NAMED_TABLES or NAMED_TABLES[name] in self.tables)

    def ids_in(self, row: LogRow) -> Iterator[str]:
        """The ids by which a row has to do with others."""
        linking = self._linking
        for told in (row.told, row.beside):
            for name, value in told.items():
                if name not in linking:
                    linking[name] = self._links(name)
                if not linking[name]:
                    continue
                if isinstance(value, str):
                    if value not in NOBODY:
                        yield value
                elif isinstance(value, tuple | frozenset):
                    yield from (one for one in value if isinstance(one, str))


class Groups:
    """The groups into which ids fall that were named together: whoever shares an id is of one group."""

    def __init__(self) -> None:
        self._leads: dict[str, str] = {}

    def join(self, ids: Iterable[str]) -> str:
        """Let ids be of one group.

        Returns:
            One of them, by which `of` finds the group; empty where there is none.
        """
        found = ""
        for one in ids:
            lead = self.of(one)
            if not found:
                found = lead
            elif lead != found:
                self._leads[lead] = found
        return found

    def of(self, name: str) -> str:
        """The group of an id: an id that stands for all of them."""
        leads = self._leads
        lead = leads.setdefault(name, name)
        while leads[lead] != lead:
            leads[lead] = leads[leads[lead]]
            lead = leads[lead]
        leads[name] = lead
        return lead
