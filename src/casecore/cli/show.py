"""`casecore show`: a life cycle, as words, as a table or as a diagram."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final, Literal

from casecore.cli.screen import Screen
from casecore.cli.streams import write_document
from casecore.kernel.machines import StateTable
from casecore.rooms.approvals import DRAFT_LIFECYCLE
from casecore.rooms.contacts import CONTACT_LIFECYCLE
from casecore.rooms.offers import OFFER_LIFECYCLE
from casecore.statuses import CASE_LIFECYCLE

_TABLES: Final = MappingProxyType[str, StateTable[Any]](
    {
        "lifecycle": CASE_LIFECYCLE,
        "draft": DRAFT_LIFECYCLE,
        "offer": OFFER_LIFECYCLE,
        "contact": CONTACT_LIFECYCLE,
    }
)


def show(
    what: Literal["lifecycle", "draft", "offer", "contact"],
    /,
    *,
    format: Literal["text", "mermaid", "md", "dot"] = "text",  # noqa: A002 -- the option's name
) -> int:
    """Draw a life cycle: the states, and what leads from one to the next.

    Args:
        what: The life of a case, a draft, an offer, or a contact.
        format: How it is written.
    """
    table = _TABLES[what]
    if format == "text":
        Screen().print_line(_table_text(table))
    else:
        write_document(f"{table:{format}}")
    return 0


def _table_text(table: StateTable[Any]) -> str:
    lines = [f"{table.name}: everything starts {table.initial}"]
    for state in table.states:
        lines += ["", f"{state}" if state not in table.final else f"{state} (the end)"]
        ways: dict[str, list[str]] = {}
        for edge in table.edges:
            if edge.source == state:
                ways.setdefault("stays" if edge.dest is None else f"→ {edge.dest}", []).append(edge.trigger)
        lines += [f"  {way:<12} {', '.join(triggers)}" for way, triggers in ways.items()]
    return "\n".join(lines)
