"""Progress: what is being searched now, shown once it has taken two seconds.

A command line shows it on its terminal; in a notebook a check or a comparison shows it below the cell, and takes it
away at the end. Whoever gives a function of their own is told each name instead, at once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any, Final

PATIENCE: Final = 2.0
"""So many seconds nothing is shown."""


class LateProgress:
    """Is told what begins, and shows it once some time has passed.

    Args:
        show: (what is done now, how many things have begun) -> nothing.
        now: The time, in seconds.
    """

    def __init__(self, show: Callable[[str, int], object], now: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._now = now
        self._since = now()
        self._name = ""
        self._begun = 0

    def __call__(self, name: str) -> None:
        """Something begins."""
        self._name, self._begun = name, self._begun + 1
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        if self._name and self._now() - self._since >= PATIENCE:
            self._show(self._name, self._begun)


@contextmanager
def notebook_progress(given: Callable[[str], None] | None, parts: int) -> Iterator[Callable[[str], None]]:
    """Whom to tell what begins: whoever is given; else a line below the cell of a notebook; else nobody.

    Args:
        given: (name) -> nothing.
        parts: How many things there are to do.
    """
    display = None if given is not None else _display_of_notebook()
    if display is None:
        yield given or (lambda _: None)
        return
    handle: Any = display({"text/plain": ""}, raw=True, display_id=True)

    def show(name: str, begun: int) -> None:
        handle.update({"text/plain": f"{min(begun, parts)} of {parts}: {name}"}, raw=True)

    progress = LateProgress(show)
    timer = Timer(PATIENCE, progress.tick)  # the first thing may take longer than that
    timer.daemon = True
    timer.start()
    try:
        yield progress
    finally:
        timer.cancel()
        handle.update({"text/plain": ""}, raw=True)


def _display_of_notebook() -> Callable[..., Any] | None:
    """What shows something below a cell; None where this runs in no notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is None:
        return None
    shown: Callable[..., Any] = sys.modules["IPython"].display.display
    return shown
