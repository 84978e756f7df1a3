"""How everything here is measured, and how it is printed.

* **CPU time**, not the clock on the wall: other programs on the machine count as little as possible.
* **Side by side**: in every repeat each contender runs once, in turn, so that a slow minute slows them all.
* **Medians** over the repeats. Trust the ratios: the times differ from machine to machine, and by a fifth from run to
  run.
* Python's garbage collector runs between the measurements and never in one; what is built beforehand is kept out of
  its way. What a contender returns is freed after the clock has stopped.
"""

from __future__ import annotations

import gc
from itertools import repeat
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Contender = "Callable[[], object]"


@frozen
class Target:
    """What a figure should reach: at most `most`, or at least `least`."""

    most: float | None = None
    least: float | None = None
    unit: str = ""

    def met(self, figure: float) -> bool:
        """Whether a figure reaches it."""
        return (self.most is None or figure <= self.most) and (self.least is None or figure >= self.least)

    def __str__(self) -> str:
        return f"≤ {self.most:g}{self.unit}" if self.least is None else f"≥ {self.least:g}{self.unit}"


@frozen
class Line:
    """One line of the table.

    Attributes:
        what: What was measured.
        ours: What casecore takes.
        peer: What it is compared with.
        figure: What the target speaks of; None on a line that only tells.
        unit: Written behind the figure.
        target: What the figure should reach, if it should reach anything.
    """

    what: str
    ours: str = ""
    peer: str = ""
    figure: float | None = None
    unit: str = ""
    target: Target | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is reached."""
        if self.figure is None or self.target is None:
            return ""
        return "within" if self.target.met(self.figure) else "over"

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as the table shows it."""
        figure = "" if self.figure is None else f"{self.figure:.2f}{self.unit}"
        return (self.what, self.ours, self.peer, figure, str(self.target or ""), self.verdict)


HEADINGS = ("", "ours", "peer", "figure", "target", "")


def spent(contender: Contender, loops: int = 1) -> float:
    """The CPU seconds that one call takes, averaged over so many calls in a row."""
    gc.collect()
    gc.disable()
    try:
        began = process_time()
        for _ in repeat(None, loops):
            result = contender()
        took = process_time() - began
        del result
    finally:
        gc.enable()
    return took / loops


def side_by_side(*contenders: Contender, repeats: int = 15, loops: int = 1) -> tuple[float, ...]:
    """The median CPU seconds of one call of each contender.

    Args:
        contenders: What to measure; each is called without arguments.
        repeats: How often each has its turn.
        loops: How many calls make one turn.
    """
    gc.collect()
    gc.freeze()
    try:
        turns = [[spent(contender, loops) for contender in contenders] for _ in range(repeats)]
    finally:
        gc.unfreeze()
    return tuple(map(median, zip(*turns, strict=True)))


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def show(lines: Iterable[Line]) -> None:
    """Print lines as a table."""
    rows = [HEADINGS, *(line.cells for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        what, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((what.strip().ljust(widths[0]), *rest)).rstrip())
    print()
