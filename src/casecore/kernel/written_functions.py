"""Functions that are written as text, as attrs writes an `__init__`: those that run for every command or event.

What they do is declared by classes, rooms and timers, and known when these are put together. A loop over it takes twice
as long and more. The text is made of names of our own classes and fields only, never of anything that a caller says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def write_function(head: str, lines: Iterable[str], known: dict[str, Any]) -> Any:
    """A function with this head and these lines.

    Args:
        head: Its name and what it takes: `fill(start, tables, now)`.
        lines: What it does; what stands inside an `if` is indented.
        known: What it knows, by the names in the lines.
    """
    exec("\n    ".join((f"def {head}:", *lines)), known)  # noqa: S102 -- see above
    return known[head.partition("(")[0]]
