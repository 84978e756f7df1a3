"""What is wrong with a text, and where: the way in which every mistake in a policy is told.

A **path** names one value: `chat.idle.silence`, `lifecycle.close_from[1]`, `enforcement."tags.limit"`. A **problem** is
one thing that is wrong at a path: what was found, what fits there, and what was likely meant. An **origin** is the
place in a file at which it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import field, frozen

from casecore.kernel import ID_LIMIT
from casecore.kernel.errors import SHOWN as SHOWN  # noqa: PLC0414 -- whoever tells problems takes them from here
from casecore.kernel.errors import quoted as quoted  # noqa: PLC0414 -- the same


@frozen
class Origin:
    """Where something stands in a file; lines and columns count from 1, the end is exclusive.

    Attributes:
        file: The file's name, as it was given.
        text: The line on which it begins.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Problem:
    """One thing wrong with a policy.

    Attributes:
        path: The key's path, e.g. `lifecycle.close_after.resolved`; empty for the file as a whole.
        message: What was found.
        expected: What fits there.
        remedy: The likeliest correction, if there is one.
        also: The paths of further keys of which the same is said.
        of_key: Whether the key itself is wrong, not its value.
        origins: Where all that stands in a file, if it does. Neither this nor `of_key` is part of what the problem is.
    """

    path: str
    message: str
    expected: str = ""
    remedy: str = ""
    also: tuple[str, ...] = ()
    of_key: bool = field(default=False, eq=False, repr=False)
    origins: tuple[Origin, ...] = field(default=(), eq=False, repr=False)

    def __str__(self) -> str:
        parts = [f"{self.path or 'file'}: {self.message}"]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)


def why_unreadable(error: Exception) -> object:
    """Why a file cannot be read or written, in the system's own words where it has some."""
    return (error.strerror if isinstance(error, OSError) else None) or error


def nearest(word: str, choices: Iterable[str], alike: float = 0.6) -> str:
    """The choice that a mistyped word is likeliest to mean, or nothing.

    Args:
        word: What was written.
        choices: What there is.
        alike: How much alike they are at least, from 0 to 1.
    """
    import difflib

    near = difflib.get_close_matches(word[:100], list(choices), n=1, cutoff=alike)
    return near[0] if near else ""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """One suggestion for a mistyped word, or nothing."""
    near = nearest(word, choices)
    return f"did you mean {near!r}?" if near else ""


NAMED: Final = 5
"""How many of the unknown keys of one table are told by name."""


def no_such_keys(
    unknown: Sequence[str], free: Iterable[str], path: str, keys: Sequence[str], expected: str = ""
) -> Problem:
    """One problem for all the keys of a table that do not exist, with the nearest free key for each.

    Args:
        unknown: The keys that do not exist, at least one.
        free: The keys that do and are not given; what is given already is not suggested where something else fits.
        path: The path of the table.
        keys: Every key that exists.
        expected: What fits there in words, where the keys are too many to be listed.
    """
    named, left = unknown[:NAMED], [*free]
    near: dict[str, str] = {}
    for word in named:
        found = nearest(word, left) or nearest(word, keys)
        if found:
            near[word] = found
            left = [name for name in left if name != found]
    first, *others = (under(path, word) for word in named)
    if len(unknown) == 1:
        message, suggested = "no such key", "".join(map(repr, near.values()))
    else:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        message = f"no such key, nor is there {', '.join(map(quoted, named[1:]))}{more}"
        suggested = ", ".join(f"{name!r} for {quoted(word)}" for word, name in near.items())
    remedy = suggested and f"did you mean {suggested}?"
    return Problem(first, message, expected or "one of " + ", ".join(keys), remedy, tuple(others), of_key=True)


# Paths -------------------------------------------------------------------------------------------------

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STEP = re.compile(r'\.?(?:([A-Za-z0-9_-]+)|("(?:[^"\\]|\\.)*")|\[(\d+)\])')


def under(path: str, word: str) -> str:
    """The path of a key in the table at a path: on one line, printable everywhere, and read back by `steps_of`."""
    if _BARE.fullmatch(word):
        step = word[:ID_LIMIT]
    else:  # as TOML and JSON write it; a longer one is the name of nothing, and is cut
        written = json.dumps(word if len(word) <= ID_LIMIT else f"{word[:SHOWN]}…", ensure_ascii=False)
        step = "".join(x if x.isprintable() else json.dumps(x)[1:-1] for x in written)
    return f"{path}.{step}" if path else step


def steps_of(path: str) -> tuple[str | int, ...] | None:
    """The keys, and the places in lists, through which a path leads; None where it is no path."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (match[0][0] == ".") != (at > 0 and match[3] is None):
            return None
        bare, written, index = match.groups()
        steps.append(bare or (int(index) if index else json.loads(written)))
        at = match.end()
    return tuple(steps) or None


_LAST = re.compile(r'(?:\.?(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*")|\[\d+\])$')


def outer(path: str) -> str:
    """The path of the table or list in which something stands; empty where that is the whole."""
    match = _LAST.search(path)
    return "" if match is None else path[: match.start()]
