"""Lanes: what went on beside each other, one line each, with its name at the left and time running to the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from casecore.kernel.durations import duration_text
from casecore.reports.pictures.canvas import EDGE, SMALL, WIDTH, Canvas, fitting
from casecore.reports.pictures.times import Times

NAMES: Final = 142.0
"""Where names of lanes end and time begins."""

RIGHT: Final = WIDTH - 20.0
"""Where time ends."""

LANE: Final = 20.0
"""How high a lane is, and `CAPTION` what stands above some of them."""

CAPTION: Final = 21.0

TIMES: Final = 30.0
"""How high the times are above the lanes."""


@frozen
class Stretch:
    """Something that went on.

    Attributes:
        group: What it is an answer to: `status`, `held by`, …
        lane: What it was: `open`, `ana`, …
        since: From when on (aware).
        until: Until when; the end of the picture where it still goes on.
        how: In which way, where there are several: `held`, `offered`, …
    """

    group: str
    lane: str
    since: datetime
    until: datetime
    how: str = ""


@frozen
class Moment:
    """Something that happened.

    Attributes:
        lane: What sort of thing.
        at: When (aware).
        what: What it was, in a sentence.
    """

    lane: str
    at: datetime
    what: str


Key = tuple[str, str, str]
"""What goes on: the group, the lane and the way of a stretch."""


@define
class GoingOn:
    """What goes on, as it is seen from one instant to the next.

    Attributes:
        stretches: What is over, or was when it was last seen.
    """

    stretches: list[Stretch] = field(factory=list)
    _begun: dict[Key, datetime] = field(factory=dict)

    def see(self, keys: Iterable[Key], at: datetime) -> None:
        """Say what goes on at an instant: all else is over; what begins and ends at once is left out."""
        now = dict.fromkeys(keys)
        for key in [key for key in self._begun if key not in now]:
            since = self._begun.pop(key)
            if since < at:
                self.stretches.append(_stretch(key, since, at))
        for key in now:
            self._begun.setdefault(key, at)

    def end(self, at: datetime) -> list[Stretch]:
        """Every stretch, in the order in which they began; what goes on does so until this instant, or begins then."""
        left = [_stretch(key, since, at) for key, since in self._begun.items()]
        return sorted((*self.stretches, *left), key=lambda stretch: stretch.since)


def _stretch(key: Key, since: datetime, until: datetime) -> Stretch:
    group, lane, how = key
    return Stretch(group, lane, since, until, how)


def lanes_of(stretches: Iterable[Stretch], group: str, order: Sequence[str] = ()) -> list[str]:
    """The lanes of a group: those of an order first, then as they began."""
    found = dict.fromkeys(stretch.lane for stretch in stretches if stretch.group == group)
    return [*(lane for lane in order if lane in found), *(lane for lane in found if lane not in order)]


def draw_caption(canvas: Canvas, text: str) -> None:
    """Words over the lanes that follow."""
    canvas.rect((0, canvas.height), (WIDTH, CAPTION), "ground", round=0)
    canvas.write((EDGE, canvas.height + 15), text, size=SMALL, colour="quiet", bold=True)
    canvas.height += CAPTION


def draw_times(canvas: Canvas, times: Times, top: float) -> None:
    """The times above all lanes that were drawn, thin lines down from them, and below what is drawn short."""
    bottom = canvas.height
    times.draw(canvas, top, bottom)
    if times.folds:
        lengths = (times.instants[place + 1] - times.instants[place] for place in sorted(times.folds))
        told = f"// drawn short: {', '.join(map(short_duration, lengths))}"
        canvas.write((RIGHT, bottom + 16), fitting(told, RIGHT - EDGE, SMALL), size=SMALL, colour="quiet", anchor="end")
        canvas.height += 12
    canvas.height += EDGE


def draw_lane(
    canvas: Canvas, name: str, fill: Callable[[float], None], *, height: float = LANE, small: str = ""
) -> None:
    """A lane: its ground, its name, and whatever is drawn in it.

    Args:
        canvas: What is drawn on; it grows.
        name: What stands at the left; `small` stands below it.
        fill: (top) -> None: draws what is in it.
        height: How high it is.
        small: More words, below.
    """
    top = canvas.height
    canvas.rect((NAMES, top + 1), (RIGHT - NAMES, height - 2), "band", round=0, behind=True)
    canvas.write((EDGE, top + 14), fitting(name, NAMES - EDGE - 4, 12), size=12)
    if small:
        canvas.write((EDGE, top + 27), fitting(small, NAMES - EDGE - 4, 10.5), size=10.5, colour="quiet")
    fill(top)
    canvas.height += height


def draw_stretches(
    canvas: Canvas, times: Times, stretches: Iterable[Stretch], looks: Callable[[Stretch], tuple[str, bool]], top: float
) -> None:
    """Bars from begin to end.

    Args:
        canvas: What is drawn on.
        times: Where an instant stands.
        stretches: What went on.
        looks: (stretch) -> its colour, and whether it is only an outline.
        top: The top of the lane.
    """
    for stretch in stretches:
        x, end = times.x(stretch.since), times.x(stretch.until)
        colour, hollow = looks(stretch)
        told = " ".join(filter(None, (stretch.group, stretch.lane, stretch.how and f"({stretch.how})")))
        length = short_duration(stretch.until - stretch.since)
        tip = f"{told}: {times.text(stretch.since)} to {times.text(stretch.until)}, {length}"
        if hollow:
            canvas.rect((x, top + 6), (end - x, LANE - 12), "ground", line=colour, tip=tip)
        else:
            canvas.rect((x, top + 4), (end - x, LANE - 8), colour, tip=tip)


def short_duration(length: timedelta) -> str:
    """A length of time in its two largest units: `2d21h`."""
    return "".join(re.findall(r"\d+\D", duration_text(length))[:2])


def stretch_lines(stretches: Sequence[Stretch], times: Times, group: str) -> Iterator[str]:
    """The stretches of a group as text, one each."""
    for stretch in stretches:
        if stretch.group == group:
            how = f" ({stretch.how})" if stretch.how else ""
            length = short_duration(stretch.until - stretch.since)
            yield f"{stretch.lane}{how} {times.text(stretch.since)}–{times.text(stretch.until)}, {length}"
