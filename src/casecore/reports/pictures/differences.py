"""What an edit of a policy changes, as a matrix: a column for each change, and rows for what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from casecore.reports.pictures.canvas import EDGE, WIDTH, Canvas, fitting
from casecore.reports.pictures.lanes import LANE, draw_caption
from casecore.reports.pictures.picture import Picture
from casecore.reports.text import columns, plural

if TYPE_CHECKING:
    from casecore.diff.differences import Differences

SIGNS: Final[Mapping[str, str]] = MappingProxyType({"looser": "+", "stricter": "−", "other": "≠"})
"""What stands in a cell, by what a change does."""

_LEGEND: Final = (
    "+ looser: refused before, allowed now",
    "− stricter: allowed before, refused now",
    "≠ other: allowed before and now, and something else comes of it",
)


@frozen
class Behaviour:
    """One change of behaviour.

    Attributes:
        id: `D1` and on, as in the report.
        label: Looser, stricter or other.
        times: How often it was seen.
        about: What it is about: for each group, its rows.
    """

    id: str
    label: str
    times: int
    about: Mapping[str, tuple[str, ...]]


WHAT, WHERE, RULE, EDIT = "What is given, or comes of it", "Where", "Which rule or event", "Which edit makes it"
"""The groups of rows."""


def behaviours_of(report: Differences) -> list[Behaviour]:
    """The changes of a comparison, each with what it is about."""
    found = []
    for one in report.changes:
        what = one.what
        commands, channels = getattr(what, "commands", ()), getattr(what, "channels", ())
        about = {
            WHAT: tuple(commands) or (str(getattr(what, "title", "")).partition(":")[0],),
            WHERE: tuple(str(channel).replace("_", " ") for channel in channels),
            RULE: tuple(getattr(what, "rules", ())),
            EDIT: tuple(getattr(what, "edits", ())),
        }
        found.append(Behaviour(one.id, str(getattr(what, "label", "")), int(getattr(what, "times", 0)), about))
    return found


def behaviours(report: Differences) -> Picture:
    """Draw a comparison of two policies: which commands, on which channels, go otherwise, by which rule and edit.

    Args:
        report: What `casecore.diff.report.compare(old, new)` returns.
    """
    found, counts = behaviours_of(report), report.counts()
    told = ", ".join(f"{number} {what}" for what, number in counts.items() if number) or "nothing differs"
    title = plural(len(found), "change") + " of behaviour"
    cells = [(one.id, one.label, plural(one.times, "time"), _about_words(one)) for one in found]
    text = "\n".join((f"{title}: {told}", *columns(cells)))
    rows = [
        {"change": one.id, "label": one.label, "times": one.times, "group": group, "row": row}
        for one in found
        for group, about in one.about.items()
        for row in about
    ]
    return Picture(title, f"{title} between two policies: {told}.", text, rows, _draw(title, told, found))


def _about_words(one: Behaviour) -> str:
    return "; ".join(", ".join(rows) for rows in one.about.values() if rows)


NAMES: Final = 208.0
"""Where names of rows end and cells begin."""

CELL: Final = 30.0

BESIDE: Final = int((WIDTH - NAMES - EDGE) / CELL)
"""How many changes stand beside each other; more of them stand below."""

_COLOURS: Final[Mapping[str, str]] = MappingProxyType({"looser": "good", "stricter": "bad", "other": "warn"})


def _draw(title: str, told: str, found: Sequence[Behaviour]) -> Canvas:
    canvas = Canvas.headed(title, told)
    for block in _blocks(found):
        _draw_block(canvas, block)
    for words in _LEGEND:
        canvas.note(words)
    canvas.height += EDGE
    return canvas


def _blocks(found: Sequence[Behaviour]) -> Iterator[Sequence[Behaviour]]:
    left = iter(found)
    while block := [*islice(left, BESIDE)]:
        yield block


def _draw_block(canvas: Canvas, block: Sequence[Behaviour]) -> None:
    for place, one in enumerate(block):
        middle = NAMES + CELL * (place + 0.5)
        canvas.write((middle, canvas.height + 14), one.id, size=12, anchor="middle", bold=True)
    canvas.height += 18
    for group in (WHAT, WHERE, RULE, EDIT):
        rows = dict.fromkeys(row for one in block for row in one.about[group])
        if rows:
            draw_caption(canvas, group)
        for row in rows:
            _draw_row(canvas, row, [one if row in one.about[group] else None for one in block])


def _draw_row(canvas: Canvas, name: str, cells: Sequence[Behaviour | None]) -> None:
    y = canvas.height
    canvas.write((EDGE, y + 14), fitting(name, NAMES - EDGE - 4, 12), size=12)
    for place, one in enumerate(cells):
        corner = (NAMES + CELL * place + 1, y + 1)
        if one is None:
            canvas.rect(corner, (CELL - 2, LANE - 2), "band", round=0, behind=True)
            continue
        tip = f"{one.id}, {one.label}: {name}, {plural(one.times, 'time')}"
        canvas.rect(corner, (CELL - 2, LANE - 2), _COLOURS[one.label], round=2, tip=tip)
        middle = NAMES + CELL * (place + 0.5)
        canvas.write((middle, y + 15), SIGNS[one.label], colour="ground", size=15, anchor="middle", bold=True)
    canvas.height += LANE
