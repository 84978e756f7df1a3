"""Text for people: safe on any terminal, counted, in columns; and a finding on one line, as compilers write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from casecore.reports.findings import Finding, Level

_UNSEEN: Final = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters of no width, which only say how their neighbours are drawn."""

_JOINED: Final = re.compile(rf"(?<=[^\x00-\x7f{_UNSEEN}])[\u200c\u200d](?=[^\x00-\x7f{_UNSEEN}])")
"""What joins emoji into one, and joins or parts letters of many scripts; beside a letter of ASCII it only hides."""


def visible(text: str) -> str:
    """A text on one line, with every character that would move the cursor or hide itself made harmless.

    What can be printed comes back as it is. Else spaces of any sort become one space; a joiner stays where it joins,
    and other characters of no width go; whatever else cannot be seen becomes `\N{REPLACEMENT CHARACTER}`.
    """
    if text.isprintable():
        return text
    line = " ".join(text.split())
    joiners = {found.start() for found in _JOINED.finditer(line)}
    return "".join(
        x if x.isprintable() or place in joiners else "" if x in _UNSEEN else "\N{REPLACEMENT CHARACTER}"
        for place, x in enumerate(line)
    )


def counted(number: int, what: str) -> str:
    """A number of things."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines of plain text, in columns that are as wide as their longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def counted_levels(levels: Iterable[Level | None]) -> list[str]:
    """How many there are of each level, the worst first: `2 errors`, `1 note`; no level of which there is none."""
    counts = Counter(levels)
    return [counted(counts[level], level) for level in Level if counts[level]]


def finding_line(finding: Finding, about: str = "") -> str:
    """A finding on one line, as compilers write it, so that editors find the place.

    Args:
        finding: What was found, at a place that is known.
        about: What it was found in, where one file holds several things.
    """
    here = finding.location
    place = "" if here is None else f"{here.file}:{here.line}:{here.column}: "
    return f"{place}{about and f'{about}: '}{finding.level} [{finding.code}] {finding.sentence}"
