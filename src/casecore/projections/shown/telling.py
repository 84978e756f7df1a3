"""What is shown of what happened: the history, the transcript, and the card of a customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from casecore.kernel.shown import DisplayedLines
from casecore.projections.customer_card import CustomerCard
from casecore.projections.history import Line
from casecore.projections.search import CaseSummary, Page
from casecore.projections.transcript import TranscriptEntry
from casecore.reports.shown.displays import MOST, Display, DisplayTable, TableRow, Writer
from casecore.reports.text import plural

# History -----------------------------------------------------------------------------------------------


def _history_line(history: DisplayedLines[Line]) -> str:
    return "History: lines still to come"  # a debugger that asks for it must not read on


def _history_rows(history: DisplayedLines[Line]) -> Iterator[TableRow]:
    return _line_rows(history.look_ahead()[0])


def _line_rows(lines: Iterable[Line]) -> Iterator[TableRow]:
    for told in lines:
        yield {"at": told.at, "by": told.by, "case": told.case, "text": told.text}


def _history_display(history: DisplayedLines[Line]) -> Display:
    lines, failure = history.look_ahead(MOST + 1)
    shown = lines[:MOST]
    ending = "the last so far" if len(lines) <= MOST else "and more to come"
    title = f"History: {plural(len(shown), 'line')}, {ending}" if lines else "History: nothing to come"
    rows = [*_line_rows(shown)]
    return Display(title, [failure] if failure else [], (DisplayTable("What happened", rows),), map(str, shown))


HISTORY: Final = Writer(_history_line, _history_display, _history_rows)


# Transcript --------------------------------------------------------------------------------------------


def _transcript_line(entries: Sequence[TranscriptEntry]) -> str:
    kinds = [entry.kind for entry in entries]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return f"Transcript: {counts or 'nothing was said'}"


def _transcript_display(entries: Sequence[TranscriptEntry]) -> Display:
    rows = [
        {
            "at": entry.at,
            "who": f"{entry.by} ({entry.title})" if entry.title else entry.by,
            "text": "\n".join(_said(entry)),
        }
        for entry in entries
    ]
    return Display(_transcript_line(entries), tables=(DisplayTable.of("What was said and noted", rows),))


def _said(entry: TranscriptEntry) -> Iterator[str]:
    """All that an entry says, line by line."""
    if entry.subject:
        yield f"“{entry.subject}”"
    yield from entry.text.splitlines()
    yield from (f"+ {name}" for name in entry.attachments)


def _transcript_rows(entries: Sequence[TranscriptEntry]) -> Iterator[TableRow]:
    for entry in entries:
        yield {
            "at": entry.at,
            "by": entry.by,
            "kind": entry.kind,
            "title": entry.title,
            "case": entry.case,
            "customer": entry.customer,
            "id": entry.id,
            "text": entry.text,
            "attachments": ", ".join(entry.attachments),
            "subject": entry.subject,
            "reviewer": entry.reviewer,
            "edited_at": entry.edited_at,
            "withdrawn": entry.withdrawn,
            "thread": entry.thread,
        }


def _entry_display(entry: TranscriptEntry) -> Display:
    head, *said = str(entry).split("\n")
    return Display(head, map(str.strip, said))


ENTRY: Final = Writer[TranscriptEntry](str, _entry_display)
TRANSCRIPT: Final = Writer(_transcript_line, _transcript_display, _transcript_rows)


# Customer ----------------------------------------------------------------------------------------------


def _card_line(card: CustomerCard) -> str:
    name = f" ({card.name})" if card.name else ""
    blocked = ", blocked" if card.blocked else ""
    counts = f"{plural(len(card.cases), 'case')}, {plural(len(card.notes), 'note')}"
    return f"Customer {card.customer}{name}{blocked}: {counts}"


def _card_display(card: CustomerCard) -> Display:
    marks = f"messages: {card.positive} positive, {card.neutral} neutral, {card.negative} negative"
    lines = [*(f"{name}: {held}" for name, held in card.profile.items()), marks]
    lines += [f"also known as {', '.join(card.merged)}"] if card.merged else []
    lines += [f"thread {one.thread} is blocked" for one in card.conversations if one.blocked]
    notes = [{"at": note.at, "by": note.author, "note": note.text, "case": note.case} for note in card.notes]
    return Display(
        _card_line(card), lines, (DisplayTable.of("Cases", _case_rows(card.cases)), DisplayTable.of("Notes", notes))
    )


def _card_rows(card: CustomerCard) -> Iterator[dict[str, Any]]:
    """A row for each case."""
    yield from map(_summary_row, card.cases)


def _summary_row(case: CaseSummary) -> dict[str, Any]:
    return {
        "case": case.case,
        "customer": case.customer,
        "channel": case.channel,
        "status": case.status,
        "queue": case.queue,
        "assignee": case.assignee,
        "agents": ", ".join(case.agents),
        "tags": ", ".join(case.tags),
        "started_at": case.started_at,
        "latest_at": case.latest_at,
        "snoozed_until": case.snoozed_until,
    }


def _case_rows(cases: Iterable[CaseSummary]) -> Iterator[TableRow]:
    for case in cases:
        yield {
            "case": case.case,
            "customer": case.name or case.customer,
            "channel": case.channel,
            "status": case.status,
            "held by, or waits in": case.assignee or case.queue,
            "worked on by": ", ".join(case.agents),
            "latest": case.latest_at,
        }


CARD: Final = Writer(_card_line, _card_display, _card_rows)


# Search ------------------------------------------------------------------------------------------------


def _page_line(page: Page) -> str:
    return f"{plural(len(page.results), 'case')} found{'' if page.cursor is None else ', and more'}"


def _page_display(page: Page) -> Display:
    return Display(_page_line(page), tables=(DisplayTable.of("Latest activity first", _case_rows(page.results)),))


FOUND: Final = Writer(_page_line, _page_display, lambda page: map(_summary_row, page.results))
