"""Text for people: safe on any terminal, counted, in columns; and a finding on one line, as compilers write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from casecore.reports.findings import Finding, Severity

_JOINERS: Final = "\u200c\u200d"
"""What joins emoji into one, and joins or parts letters of many scripts."""

_JOINED: Final = r"[^\x00-\x7f\s\u200b-\u200d\u2060\ufeff]"
"""What a joiner stands between; beside a letter of ASCII it would only hide."""

_HIDDEN: Final = re.compile(rf"(?<!{_JOINED})[{_JOINERS}]|[{_JOINERS}](?!{_JOINED})|[\u200b\u2060\ufeff]")
"""Characters of no width that do nothing."""


def visible(text: str) -> str:
    """A text on one line, with every character that would move the cursor or hide itself made harmless.

    What can be printed comes back as it is. Else a joiner stays where it joins, other characters of no width go, spaces
    of any sort become one space, and whatever else cannot be seen becomes U+FFFD.
    """
    if text.isprintable():
        return text
    line = " ".join(_HIDDEN.sub("", text).split())
    return "".join(x if x.isprintable() or x in _JOINERS else "\N{REPLACEMENT CHARACTER}" for x in line)


def plural(number: int, what: str) -> str:
    """A number of things."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines of plain text, in columns that are as wide as their longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def level_counts(levels: Iterable[Severity | None]) -> list[str]:
    """How many there are of each level, the worst first: `2 errors`, `1 note`; no level of which there is none."""
    counts = Counter(levels)
    return [plural(counts[level], level) for level in Severity if counts[level]]


def findings_text(levels: Iterable[Severity | None]) -> str:
    """How many findings there are, and of each level: `3 findings: 1 error, 2 notes`."""
    every = [*levels]
    return ": ".join(filter(None, (plural(len(every), "finding"), ", ".join(level_counts(every)))))


def finding_line(finding: Finding, about: str = "") -> str:
    """A finding on one line, as compilers write it, so that editors find the place.

    Args:
        finding: What was found, at a place that is known.
        about: What it was found in, where one file holds several things.
    """
    here = finding.location
    place = "" if here is None else f"{here.file}:{here.line}:{here.column}: "
    return f"{place}{about and f'{about}: '}{finding.level} [{finding.code}] {finding.sentence}"
