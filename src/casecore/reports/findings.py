"""What is found, as every form of a report reads it: how bad it is, where it stands, what it is, what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import field, frozen


class Severity(StrEnum):
    """How bad a finding is; the worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


SIGNS: Final[Mapping[Severity | None, str]] = MappingProxyType(
    {Severity.ERROR: "✗", Severity.WARNING: "⚠", Severity.NOTE: "·", None: "✓"}
)
"""A sign for a level, and for what is as it should be."""


@frozen
class Location:
    """A place in a file; lines and columns count from 1, the end is exclusive, and None is not known."""

    file: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@frozen
class Finding:
    """One thing that was found.

    Attributes:
        code: What sort of thing it is, e.g. `CC201`, `P04`, `looser`, `lint.edge`: the same in every report.
        level: How bad it is; None for what is as it should be.
        path: What it is about, e.g. the path of a policy's key, or a component of a template; mostly empty for none.
        message: What was found; it may have several lines.
        remedy: What to do.
        title: What it is about, in words.
        number: Its name in this report, e.g. `D1`, where one code names many; else empty.
        location: Where it stands; None where that is not known.
        detail: What else belongs to it, e.g. a story, as lines of plain text.
        steps: The steps that lead to it, a sentence each.
        fingerprint: The same for the same thing in another version of the file; none: nobody follows it over versions.
        excuse: Why it does not count, where somebody has waived it.
    """

    code: str
    level: Severity | None
    path: str
    message: str
    remedy: str = ""
    title: str = ""
    number: str = ""
    location: Location | None = None
    detail: tuple[str, ...] = field(default=(), repr=False)
    steps: tuple[str, ...] = field(default=(), repr=False)
    fingerprint: str = field(default="", repr=False)
    excuse: str = ""

    @property
    def name(self) -> str:
        """What it is called in a list."""
        return self.number or self.code

    @property
    def heading(self) -> str:
        """What stands above it: `P04 never more than the limit`, `D1 looser: open case: no longer refused`."""
        return f"{self.number} {self.code}: {self.title}" if self.number else f"{self.code} {self.title}".rstrip()

    @property
    def sentence(self) -> str:
        """What was found and what to do, on one line where the message is."""
        return f"{self.message} -> {self.remedy}" if self.remedy else self.message


def fingerprint_of(*parts: str) -> str:
    """The same for the same parts, whatever else changes."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]
