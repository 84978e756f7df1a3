"""Service clocks of a desk at an instant: how much of what was promised has passed, what is late, what is due when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from casecore.desk import AnyDesk
from casecore.reports.pictures.canvas import EDGE, SMALL, Canvas, fitting
from casecore.reports.pictures.lanes import LANE, short_duration
from casecore.reports.pictures.picture import Picture
from casecore.reports.text import columns, plural
from casecore.rooms.clocks import Clock, ClockState
from casecore.statuses import Status


class Standing(StrEnum):
    """How a clock stands, the most urgent first."""

    OVERDUE = "overdue"
    RUNS = "running"
    PAUSED = "paused"
    MISSED = "missed"
    MET = "met"
    STOPPED = "stopped"


@frozen
class ClockRow:
    """One clock of one case.

    Attributes:
        case: The case.
        clock: How its clock stands.
        standing: The same in a word.
    """

    case: str
    clock: Clock
    standing: Standing

    @property
    def name(self) -> str:
        """Whose clock it is, and which."""
        return f"{self.case} {self.clock.name.replace('_', ' ')}"

    @property
    def late(self) -> timedelta:
        """How much more than the target has passed; negative before."""
        return -self.clock.remaining


def clock_rows(desk: AnyDesk, at: datetime | None = None, cases: Collection[str] = ()) -> list[ClockRow]:
    """The service clocks of a desk at an instant, the most urgent first.

    Args:
        desk: The desk.
        at: When (aware); None: at its last event.
        cases: Of which cases; none: of all that are not closed.
    """
    now = at or desk.now
    if now is None:  # nothing has happened there
        return []
    named = cases or [name for name, file in desk.cases.items() if file.case.status is not Status.CLOSED]
    rows = [ClockRow(case, clock, _standing(clock)) for case in named for clock in desk.clocks(case, now)]
    order = [*Standing]
    return sorted(rows, key=lambda row: (order.index(row.standing), row.clock.remaining, row.case, row.clock.name))


def _standing(clock: Clock) -> Standing:
    if clock.state is ClockState.RUNNING:
        return Standing.PAUSED if clock.due is None else Standing.RUNS
    if clock.state is ClockState.MISSED:
        return Standing.MISSED if clock.due is None else Standing.OVERDUE
    return Standing.MET if clock.state is ClockState.MET else Standing.STOPPED


# The picture -------------------------------------------------------------------------------------------

ROWS: Final = 30
"""How many clocks are drawn, the most urgent first; the rest are counted."""


def service_clocks(
    desk: AnyDesk, at: datetime | None = None, *, cases: Collection[str] = (), zone: tzinfo = UTC
) -> Picture:
    """Draw the service clocks of a desk: how much of each target has passed, and what is overdue, or due when.

    Args:
        desk: The desk.
        at: When (aware); None: at its last event.
        cases: Of which cases; none: of all that are not closed.
        zone: The zone in which instants are told.
    """
    rows, now = clock_rows(desk, at, cases), at or desk.now
    counts = Counter(row.standing for row in rows)
    told = ", ".join(f"{counts[one]} {one}" for one in Standing if counts[one]) or "none has begun"
    here = "" if now is None else f"{now.astimezone(zone):%d %b %Y %H:%M} {zone.tzname(now) or ''}".strip()
    title = " ".join(filter(None, ("Service clocks", here and f"on {here.removeprefix('0')}")))
    drawn = [(row, _words(row, now, zone)) for row in rows if now is not None]
    cells = [(row.name, words, f"{short_duration(row.clock.elapsed)} of {_target(row)}") for row, words in drawn]
    text = "\n".join((f"{title}: {told}", *columns(cells)))
    description = f"{plural(len(rows), 'service clock')}: {told}."
    return Picture(title, description, text, [*map(_row, rows)], _draw(title, told, drawn))


def _target(row: ClockRow) -> str:
    return short_duration(row.clock.target)


def _words(row: ClockRow, now: datetime, zone: tzinfo) -> str:
    """How a clock stands, in words."""
    standing, clock = row.standing, row.clock
    if clock.due is not None and standing is Standing.RUNS:
        due, today = clock.due.astimezone(zone), now.astimezone(zone).date()
        when = f"{due:%H:%M}" if due.date() == today else f"{due.day} {due:%b} {due:%H:%M}"
        return f"due {when}"
    if standing in {Standing.OVERDUE, Standing.MISSED}:
        return f"{standing} by {short_duration(row.late)}"
    if standing is Standing.PAUSED:
        return f"paused, {short_duration(clock.remaining)} left"
    return f"{standing} in {short_duration(clock.elapsed)}"


def _row(row: ClockRow) -> Mapping[str, object]:
    clock = row.clock
    length = {"target": clock.target, "elapsed": clock.elapsed, "due": clock.due}
    return {"case": row.case, "clock": clock.name, "standing": str(row.standing), **length}


BEGIN: Final = 172.0
"""Where bars begin; `TARGET`, where all that was promised has passed; `END`, where bars end, however late it is."""

TARGET: Final = 278.0

END: Final = 318.0

_COLOURS: Final[Mapping[Standing, str]] = MappingProxyType(
    {
        Standing.OVERDUE: "quiet",
        Standing.RUNS: "work",
        Standing.PAUSED: "",
        Standing.MISSED: "quiet",
        Standing.MET: "good",
        Standing.STOPPED: "calm",
    }
)

_LATE: Final = frozenset({Standing.OVERDUE, Standing.MISSED})


def _draw(title: str, told: str, rows: Sequence[tuple[ClockRow, str]]) -> Canvas:
    canvas = Canvas.headed(title, told)
    canvas.write((TARGET, canvas.height + 16), "target", size=SMALL, colour="quiet", anchor="middle")
    canvas.height += 22
    top = canvas.height
    for row, words in rows[:ROWS]:
        _draw_clock(canvas, row, words)
    canvas.line([(TARGET, top - 2), (TARGET, canvas.height)], "ink", width=1.5)
    if len(rows) > ROWS:
        canvas.note(f"and {len(rows) - ROWS:,} more")
    canvas.height += EDGE
    return canvas


def _draw_clock(canvas: Canvas, row: ClockRow, words: str) -> None:
    """What passed before the target, and in a bar of its own what passed after it, with an arrow where that is more."""
    y, late = canvas.height, row.standing in _LATE
    canvas.rect((BEGIN, y + 1), (END - BEGIN, LANE - 2), "band", round=0, behind=True)
    canvas.write((EDGE, y + 14), fitting(row.name, BEGIN - EDGE - 4, 12), size=12)
    passed = BEGIN + (TARGET - BEGIN) * row.clock.percent / 100
    tip = f"{row.name}: {words}, {short_duration(row.clock.elapsed)} of {_target(row)}"
    paused = row.standing is Standing.PAUSED
    edge, size = ("work" if paused else ""), (min(passed, TARGET) - BEGIN, LANE - 8)
    canvas.rect((BEGIN, y + 4), size, _COLOURS[row.standing], line=edge, dashed=paused, tip=tip)
    if late:
        canvas.rect((TARGET, y + 2), (min(passed, END) - TARGET, LANE - 4), "bad", round=0, tip=tip)
    if passed > END:
        canvas.shape([(END, y + 1), (END + 7, y + LANE / 2), (END, y + LANE - 1)], "bad", tip=tip)
    canvas.write((END + 12, y + 14), words, size=SMALL, bold=row.standing is Standing.OVERDUE)
    canvas.height += LANE
