"""What is shown of a desk: who holds what, what waits, which clocks run; and of one case, from its file alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from casecore.desk import AnyDesk
from casecore.projections.desk_tables import desk_tables
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import plural
from casecore.rooms.composition import CaseFile
from casecore.statuses import Status

_COUNTED: Final = ("agents", "customers", "cases", "commitments")
"""The tables of a desk of which it is said how many rows they have."""

_CASES: Final = 5_000
"""Of how many cases clocks are looked at when a desk is shown: a desk of a hundred thousand is shown at once, too."""

_TABLES: Final = ("case", "agent", "clock", "commitment")
"""What the rows of a desk's tables are, in the order in which they are shown."""


def _desk_line(desk: AnyDesk) -> str:
    counts = ", ".join(plural(len(getattr(desk, table)), table.removesuffix("s")) for table in _COUNTED)
    now = "" if desk.now is None else f" at {desk.now:%Y-%m-%d %H:%M:%S} UTC"
    return f"{type(desk).__name__}{now}: {counts}"


def _desk_display(desk: AnyDesk) -> Display:
    clocks = len(desk.cases) <= _CASES
    statuses = Counter(file.case.status for file in desk.cases.values())
    counted = ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses[status])
    tables = [
        DisplayTable(
            plural(table.count, name),
            [dict(zip(table.head, row, strict=True)) for row in table.rows],
            table.count - len(table.rows),
        )
        for name, table in zip(_TABLES, desk_tables(desk, clocks=clocks), strict=True)
    ]
    lines = [f"cases: {counted}"] if counted else []
    lines += (
        [] if clocks else [f"clocks: not looked at, of more than {_CASES:,} cases; desk.clocks(case, at) tells them"]
    )
    return Display(_desk_line(desk), lines, tuple(tables))


def _desk_rows(desk: AnyDesk) -> Iterator[TableRow]:
    """A row for each case."""
    for file in desk.cases.values():
        yield case_row(file)


def case_row(file: CaseFile) -> dict[str, Any]:
    """A case as a row of plain types."""
    case, draft, offers, contact = file.case, file.draft, file.offers, file.contact
    return {
        "case": case.id,
        "status": case.status,
        "channel": case.channel,
        "customer": case.customer,
        "queue": case.queue,
        "assignee": case.assignee,
        "owner": case.owner,
        "offered_to": None if offers is None else offers.offered_to,
        "status_at": case.status_at,
        "active_at": case.active_at,
        "waiting_since": case.waiting_since,
        "unanswered_since": case.unanswered_since,
        "snoozed_until": case.snoozed_until,
        "contact_since": None if contact is None else contact.since,
        "draft": None if draft is None else draft.id,
        "draft_reviewer": None if draft is None else draft.reviewer,
        "draft_stale": None if draft is None else draft.stale,
        "closed_as": case.closed_as,
        "reason": case.reason,
        "language": case.language,
        "tags": ", ".join(sorted(case.tags)),
        "notes": case.notes,
    }


def _case_line(file: CaseFile) -> str:
    case = file.case
    where = f"held by {case.assignee}" if case.assignee is not None else f"in {case.queue}"
    return f"Case {case.id}, {case.channel.replace('_', ' ')}: {case.status}, {where}"


def _case_display(file: CaseFile) -> Display:
    known = {name: held for name, held in case_row(file).items() if held not in {None, ""}}
    rows = [{"what": name.replace("_", " "), "of this case": held} for name, held in known.items() if name != "case"]
    rows += [{"what": name, "of this case": held} for name, held in file.case.attributes.items()]
    return Display(_case_line(file), tables=(DisplayTable.of("What its file says", rows),))


DESK: Final = Writer(_desk_line, _desk_display, _desk_rows)
CASE: Final = Writer(_case_line, _case_display, lambda file: (case_row(file),))
