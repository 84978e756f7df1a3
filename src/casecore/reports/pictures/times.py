"""Times: where an instant stands on a picture, when a case is busy for ten minutes and then waits for three days.

Time runs from left to right and is true to scale, but for two things, both of which are marked or small:

* a wait that is longer than three times all shorter ones together is **folded**: it is drawn short, with a mark;
* two moments never stand on one spot: each wait has a width of its own, however short it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from attrs import field, frozen

from casecore.kernel.durations import duration_text
from casecore.reports.pictures.canvas import SMALL, Canvas, text_width

FOLDED_FROM: Final = 3
"""A wait is folded when it is longer than so many times all shorter ones together."""

FOLD: Final = 26.0
"""How wide a folded wait is."""

SHORTEST: Final = 5.0
"""How wide any wait is at least, unless there are too many."""

LEAST: Final = timedelta(0)


@frozen
class Times:
    """The instants of a picture, from left to right.

    Attributes:
        instants: Every instant that something begins or ends, in order.
        places: Where each stands.
        folds: The waits that are folded, by the number of the instant at which they begin.
        zone: The zone in which they are told.
    """

    instants: tuple[datetime, ...]
    places: tuple[float, ...] = field(repr=False)
    folds: frozenset[int]
    zone: tzinfo = UTC

    @classmethod
    def between(cls, left: float, right: float, instants: Iterable[datetime], zone: tzinfo = UTC) -> Times:
        """Place instants, of which there is at least one, between two edges.

        Args:
            left: Where the first stands.
            right: Where the last stands.
            instants: The instants (aware), in any order, as often as they come.
            zone: The zone in which they are told.
        """
        found = tuple(sorted(set(instants)))
        waits = [then - at for at, then in pairwise(found)]
        folds = _folds(waits)
        fixed = [
            FOLD if place in folds else min(SHORTEST, (right - left) / 2 / len(waits)) for place in range(len(waits))
        ]
        scaled = sum((wait for place, wait in enumerate(waits) if place not in folds), LEAST)
        room = right - left - sum(fixed)
        places = [left]
        for place, wait in enumerate(waits):
            share = 0.0 if place in folds else room * (wait / scaled)
            places.append(places[-1] + fixed[place] + share)
        return cls(found, tuple(places), folds, zone)

    def x(self, at: datetime) -> float:
        """Where an instant stands; one before the first at the left edge, one after the last at the right one."""
        place = bisect_right(self.instants, at) - 1
        if place < 0:
            return self.places[0]
        if place == len(self.instants) - 1:
            return self.places[-1]
        begin, end = self.instants[place], self.instants[place + 1]
        left, right = self.places[place], self.places[place + 1]
        return left + (right - left) * ((at - begin) / (end - begin))

    def ticks(self) -> Iterator[tuple[float, str, str]]:
        """As many of the instants as there is room to tell: where, the time, and the day where it is a new one."""
        told_to, day = -1e9, ""
        for at, x in zip(self.instants, self.places, strict=True):
            here = at.astimezone(self.zone)
            time, on = f"{here:%H:%M}", f"{here.day} {here:%b}"
            half = text_width(time if on == day else max(time, on, key=len), SMALL) / 2
            if x - half >= told_to:
                yield x, time, "" if on == day else on
                told_to, day = x + half + 4, on

    def draw(self, canvas: Canvas, top: float, bottom: float) -> None:
        """Draw the times above, and a thin line down from each; and the folds.

        Args:
            canvas: What is drawn on.
            top: Where the words begin; they take 30.
            bottom: Where the lines end.
        """
        for x, time, day in self.ticks():
            canvas.write((x, top + 11), day, size=SMALL, colour="quiet", anchor="middle")
            canvas.write((x, top + 24), time, size=SMALL, colour="quiet", anchor="middle")
            canvas.line([(x, top + 30), (x, bottom)], "line", behind=True)
        for place in sorted(self.folds):
            x = (self.places[place] + self.places[place + 1]) / 2
            length = duration_text(self.instants[place + 1] - self.instants[place])
            canvas.rect((x - 3, top + 30), (6, bottom - top - 30), "ground", round=0, behind=True)
            for beside in (-2, 3):
                slash = [(x + beside - 2, bottom + 4), (x + beside + 2, bottom - 6)]
                canvas.line(slash, "quiet", width=1.5, tip=f"{length}, drawn short")

    def text(self, at: datetime) -> str:
        """An instant in words: its time, with its day where that is not the day of the first one."""
        here, first = at.astimezone(self.zone), self.instants[0].astimezone(self.zone)
        return f"{here:%H:%M}" if here.date() == first.date() else f"{here.day} {here:%b} {here:%H:%M}"


def _folds(waits: list[timedelta]) -> frozenset[int]:
    """The waits that are folded: the longest ones, each so much longer than all that are shorter."""
    order = sorted(range(len(waits)), key=lambda place: (waits[place], place))
    folded, shorter = [], LEAST
    sums = []
    for place in order:
        sums.append(shorter)
        shorter += waits[place]
    for place, before in zip(reversed(order), reversed(sums), strict=True):
        if before and waits[place] > FOLDED_FROM * before:
            folded.append(place)
        else:
            break
    return frozenset(folded)
