"""What is measured: the subjects, and how each is run part by part.

A part whose peer is not installed is left out, and so is one that needs what another revision of casecore has not got:
the reason is told, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from attrs import frozen

from bench.measure import Effort, Line

SUBJECTS = (
    "audit",
    "clocks",
    "day",
    "decide",
    "diff",
    "explore",
    "fold",
    "handle",
    "imports",
    "loading",
    "partial",
    "routing",
    "rules",
    "templates",
)

OURS = frozenset({"bench", "casecore", "tests"})


@frozen
class Part:
    """What one part of a subject has measured.

    Attributes:
        name: What it is called.
        lines: What it tells.
        missing: Why it tells nothing.
    """

    name: str
    lines: tuple[Line, ...] = ()
    missing: str = ""


def unknown(names: list[str]) -> str:
    """What is wrong with the names of subjects; empty where nothing is."""
    wrong = [name for name in names if name not in SUBJECTS]
    return f"no benchmark is called {', '.join(wrong)}; there are {', '.join(SUBJECTS)}" if wrong else ""


def title(subject: str) -> str:
    """The first line of the file of a subject."""
    return (import_module(f"bench.{subject}").__doc__ or "").partition("\n")[0]


def measured(subject: str, effort: Effort, *, elsewhere: bool = False) -> Iterator[Part]:
    """Run a subject.

    Args:
        subject: Its name.
        effort: How much of it is measured.
        elsewhere: Whether casecore is that of another revision, where anything that a part needs may be missing.
    """

    def may_fail(error: Exception) -> bool:
        return elsewhere or is_peer(error)

    try:
        parts = import_module(f"bench.{subject}").PARTS
    except Exception as error:  # a peer that is not installed, or what an older tree has not
        if not may_fail(error):
            raise
        yield Part("", missing=why(error))
        return
    for part in parts:
        try:
            lines = tuple(part(effort))
        except Exception as error:  # the same
            if not may_fail(error):
                raise
            yield Part(part.__name__, missing=why(error))
        else:
            yield Part(part.__name__, lines)


def is_peer(error: Exception) -> bool:
    """Whether an error says that a peer is not installed."""
    return isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] not in OURS


def why(error: Exception) -> str:
    """An error in a few words."""
    if is_peer(error):
        return f"{error.name} is not installed; `make bench` installs it"
    told = str(error).partition("\n")[0].partition(" (/")[0]  # without the path at which Python looked
    return told if isinstance(error, RuntimeError) else f"{type(error).__name__}: {told}"
