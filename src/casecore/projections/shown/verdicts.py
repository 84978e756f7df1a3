"""What is shown of an answer: what happens, or every reason why not, with what would make it legal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from casecore.kernel import Accepted, Reason, Refused
from casecore.projections.history import line
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import plural


def reason_rows(reasons: Iterable[Reason]) -> Iterator[TableRow]:
    """Each reason: the rule, what was found, what to do, and where the rule stands."""
    for reason in reasons:
        yield {
            "rule": reason.rule,
            "what was found": reason.message,
            "what to do": reason.remedy,
            "set by": "; ".join(map(str, reason.settings)),
            "clause": reason.clause,
        }


def _refused_line(refused: Refused) -> str:
    return f"✗ Refused: {', '.join(reason.rule for reason in refused.reasons)}"


def _refused_display(refused: Refused) -> Display:
    return Display(
        f"✗ Refused, for {plural(len(refused.reasons), 'reason')}",
        tables=(DisplayTable.of("Reasons", reason_rows(refused.reasons)),),
        brief=map(str, refused.reasons),
    )


def _refused_rows(refused: Refused) -> Iterator[TableRow]:
    for reason in refused.reasons:
        yield {
            "rule": reason.rule,
            "title": reason.title,
            "message": reason.message,
            "remedy": reason.remedy,
            "clause": reason.clause,
            "source": reason.source,
            "key": reason.key,
            "measured": None if reason.measured is None else float(reason.measured),
            "limit": None if reason.limit is None else float(reason.limit),
        }


def _accepted_line(accepted: Accepted) -> str:
    happens = ", ".join(type(event).__name__ for event in accepted.events) or "nothing changes"
    warned = ", ".join(reason.rule for reason in accepted.deviations)
    return f"✓ Accepted: {happens}" + (f"; ⚠ warned by {warned}" if warned else "")


def _accepted_display(accepted: Accepted) -> Display:
    warned = [f"⚠ {reason}" for reason in accepted.deviations]
    happens = [
        {"event": type(event).__name__, "what happens": line(event).text, "case": getattr(event, "case", None)}
        for event in accepted.events
    ]
    warning = f", with {plural(len(warned), 'warning')}" if warned else ""
    return Display(
        f"✓ Accepted{warning}: {plural(len(happens), 'event')}", warned, (DisplayTable.of("Events", happens),)
    )


def _accepted_rows(accepted: Accepted) -> Iterator[TableRow]:
    for event in accepted.events:
        told = line(event)
        yield {"at": told.at, "by": told.by, "case": told.case, "event": type(event).__name__, "text": told.text}


REFUSED: Final = Writer(_refused_line, _refused_display, _refused_rows)
ACCEPTED: Final = Writer(_accepted_line, _accepted_display, _accepted_rows)
