"""How everything here is measured, and how it is printed.

* **CPU time**, not the clock on the wall: other programs on the machine count as little as possible. That of processes
  which a contender starts counts too.
* **Side by side**: in every repeat each contender has one turn, so that a slow minute slows them all.
* **Medians** over the repeats. Trust the ratios: the times differ from machine to machine, and by a fifth from run to
  run. So a target is a ratio too: to a peer that runs in the same turns.
* Python's garbage collector runs between the turns and never in one; what was made beforehand is kept out of its way.
  What a contender returns is freed after the clock has stopped.

A subject is a file with `PARTS`: functions that measure and yield lines. What a line has under its `key` is stored
(`stored.py`) and compared with other revisions (`compare.py`).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from time import process_time
from typing import TypeAlias

from attrs import evolve, frozen

Contender: TypeAlias = Callable[[], object]
"""What is measured: a function without arguments."""


@frozen
class Effort:
    """How much is measured.

    Attributes:
        quick: Whether as little as gives a figure at all, because many runs are compared.
        peers: Whether what casecore is measured beside is measured too.
    """

    quick: bool = False
    peers: bool = True

    def size(self, whole: int, quick: int) -> int:
        """How large something is."""
        return quick if self.quick else whole


def cpu() -> float:
    """The CPU seconds of this process, and of those that it has started and that have ended."""
    children = getrusage(RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


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
        began = cpu()
        for _ in repeat(None, loops):
            result = contender()
        took = cpu() - began
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


# Lines -------------------------------------------------------------------------------------------------


@frozen
class Line:
    """One line of the table: what was measured.

    Attributes:
        what: In words.
        ours: What casecore takes, as it is printed.
        peer: What the peer takes.
        key: Under what name it is stored and compared, beside that of its subject; empty: it is only told.
        cost: What casecore takes, as a number: CPU seconds, or bytes.
        share: What part of the peer's that is; it is what is stored.
        most: How large a part it should be at most.
        faster: Whether people are told how many times as fast we are, which is the inverse.
        target: What else should be so, in words.
        within: Whether it is.
    """

    what: str
    ours: str = ""
    peer: str = ""
    key: str = ""
    cost: float | None = None
    share: float | None = None
    most: float | None = None
    faster: bool = False
    target: str = ""
    within: bool | None = None

    @property
    def ratio(self) -> str:
        """The ratio, as people read it."""
        return "" if self.share is None else in_words(self.share, faster=self.faster)

    @property
    def goal(self) -> str:
        """What it should be."""
        if self.most is None:
            return self.target
        return f"≥ {1 / self.most:g} x" if self.faster else f"≤ {self.most:g}"

    @property
    def reached(self) -> bool | None:
        """Whether it is what it should be; None where nothing is asked, or nothing was measured."""
        return self.within if self.most is None or self.share is None else self.share <= self.most


def in_words(share: float, *, faster: bool = False) -> str:
    """A ratio as people read it: `0.48`, or `2.1 x` where they are told how many times as fast we are."""
    return f"{1 / share:.3g} x" if faster else f"{share:.3g}"


def costs(what: str, ours: float, peer: float | None = None, most: float | None = None, *, key: str = "") -> Line:
    """A line that tells what part of the peer's time ours takes, and how much it should take at most."""
    beside = {} if peer is None else {"peer": duration(peer), "share": ours / peer}
    return Line(what, duration(ours), key=key, cost=ours, most=most, **beside)


def outruns(what: str, ours: float, peer: float | None = None, least: float = 1, *, key: str = "") -> Line:
    """A line that tells how many times as fast as the peer we are, and how many it should be at least."""
    return evolve(costs(what, ours, peer, 1 / least, key=key), faster=True)


def weighs(what: str, ours: float, most: float | None = None, *, key: str = "") -> Line:
    """A line that tells how many bytes something takes; they are the same on every machine."""
    target = {} if most is None else {"target": f"≤ {most:,.0f} B", "within": ours <= most}
    return Line(what, f"{ours:,.0f} B", key=key, cost=ours, **target)


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows of words under each other, the first column to the left and the others to the right."""
    rows = list(rows)
    first, *widths = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join("  ".join((what.ljust(first), *map(str.rjust, cells, widths))).rstrip() for what, *cells in rows)


def say(text: str) -> None:
    """Print it at once, because the next figures take a while."""
    print(text, flush=True)


def peak() -> int:
    """The most memory this process has had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what `getrusage` tells on Linux may be that of the process that started this one
        told = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        return int(told["VmHWM"].split()[0]) * 1024
    most = getrusage(RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
