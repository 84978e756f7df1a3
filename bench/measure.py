"""How everything here is measured, and how it is printed.

* **CPU time**, not the clock on the wall: other programs on the machine count as little as possible.
* **Side by side**: in every repeat each contender has one turn, so that a slow minute slows them all.
* **Medians** over the repeats. Trust the ratios: the times differ from machine to machine, and by a fifth from run to
  run.
* Python's garbage collector runs between the turns and never in one; what was made beforehand is kept out of its way.
  What a contender returns is freed after the clock has stopped.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from statistics import median
from time import process_time
from typing import TypeAlias

from attrs import evolve, frozen

Contender: TypeAlias = Callable[[], object]
"""What is measured: a function without arguments."""


def side_by_side(*contenders: Contender, repeats: int = 15, loops: int = 1) -> tuple[float, ...]:
    """The median CPU seconds of one call of each contender.

    Args:
        contenders: What to measure.
        repeats: How often each has its turn.
        loops: How many calls make one turn.
    """
    gc.collect()
    gc.freeze()
    try:
        turns = [[_turn(contender, loops) for contender in contenders] for _ in range(repeats)]
    finally:
        gc.unfreeze()
    return tuple(map(median, zip(*turns, strict=True)))


def _turn(contender: Contender, loops: int) -> float:
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


@contextmanager
def unhurried() -> Iterator[None]:
    """For steps that are measured one by one: the garbage collector does not run, and leaves alone what there is."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@frozen
class Line:
    """One line of the table: what was measured, and whether it reaches its target, if it has one."""

    what: str
    ours: str = ""
    peer: str = ""
    ratio: str = ""
    target: str = ""
    within: bool | None = None


def costs(what: str, ours: float, peer: float, most: float | None = None) -> Line:
    """A line that tells what part of the peer's time ours takes, and how much it should take at most."""
    ratio = ours / peer
    line = Line(what, duration(ours), duration(peer), f"{ratio:.2f}")
    return line if most is None else evolve(line, target=f"≤ {most:g}", within=ratio <= most)


def outruns(what: str, ours: float, peer: float, least: float | None = None) -> Line:
    """A line that tells how many times as fast as the peer we are, and how many it should be at least."""
    ratio = peer / ours
    line = Line(what, duration(ours), duration(peer), f"{ratio:.1f} x")
    return line if least is None else evolve(line, target=f"≥ {least:g} x", within=ratio >= least)


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def show(lines: Iterable[Line]) -> None:
    """Print lines as a table."""
    verdicts = {True: "within", False: "over", None: ""}
    rows = [("", "ours", "peer", "ratio", "target", "")]
    rows += [(line.what, line.ours, line.peer, line.ratio, line.target, verdicts[line.within]) for line in lines]
    first, *widths = (max(map(len, column)) for column in zip(*rows, strict=True))
    for what, *cells in rows:
        print("  ".join((what.ljust(first), *map(str.rjust, cells, widths))).rstrip())
    print()
