"""What an archive keeps beside the records: when something happened on which case, what was said, and by whom.

Instants are kept as **moments**: whole microseconds since 1970, small enough for millions of them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import define, field

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def _number_array() -> array[int]:
    return array("q")


@define
class CaseEntry:
    """What an archive keeps of a case beside its record.

    Attributes:
        moments: When something later than before happened.
        counts: How many events on cases the archive had seen then.
        agents: Who worked on it.
        tags: On how many of the case and its messages each tag is.
        received: The rows of the customer's messages that can be marked.
        texts: What was said on it, by the row of the message; and by nothing, what else.
    """

    moments: array[int] = field(factory=_number_array)
    counts: array[int] = field(factory=_number_array)
    agents: set[str] = field(factory=set)
    tags: Counter[str] = field(factory=Counter)
    received: set[str] = field(factory=set)
    texts: dict[str, tuple[str, ...]] = field(factory=dict)

    def latest_moment(self, count: int) -> int | None:
        """The last moment among the first `count` events of the archive; None where the case started later."""
        place = bisect_right(self.counts, count)
        return self.moments[place - 1] if place else None


@define
class MomentLog:
    """Every moment at which something later than before happened on a case, in order, and on which."""

    moments: array[int] = field(factory=_number_array)
    cases: list[str] = field(factory=list)

    def add_moment(self, moment: int, case: str) -> None:
        """Enter that something happened on a case; what comes late goes where it belongs."""
        place = bisect_right(self.moments, moment)
        self.moments.insert(place, moment)
        self.cases.insert(place, case)

    def walk_back(self, moment: int | None) -> Iterator[tuple[int, list[str]]]:
        """Each moment from this one back (None: from the last), with its cases by id."""
        end = len(self.moments) if moment is None else bisect_right(self.moments, moment)
        while end:
            start = bisect_left(self.moments, self.moments[end - 1], 0, end)
            yield self.moments[start], sorted(self.cases[start:end])
            end = start


def instant_of(moment: int) -> datetime:
    """The instant (aware, UTC) of a moment."""
    return _EPOCH + moment * _MICROSECOND


def moment_of(instant: datetime) -> int:
    """An aware instant in whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND
