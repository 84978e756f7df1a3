"""What a log says, row by row, in the words of the house; and what is odd about it.

A **row** says that something happened at an instant: a case has another status, or a command or an event of the house.
It tells some fields of that, and says nothing of the others: what is not told is unknown, which is not the same as
nothing. What is odd about a log is counted, with the number and the words of the first such row; nothing is dropped in
silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from casecore.kernel import frozen
from casecore.kernel.frozen_dict import FrozenDict

STATUS: Final = "status"
"""What a row says that tells the status that a case has from then on."""

_NOTHING: Final[Mapping[str, Any]] = FrozenDict()


class LogRow(NamedTuple):
    """One thing that a log says.

    Attributes:
        number: Of the row in the source, from 1 in the order of the source, its header not counted; of several files
            it is counted on.
        at: When (aware, UTC).
        what: `status` (a case has another status from then on, or begins with one), or the name of a command or an
            event of the house.
        told: The fields that the row tells, by the names of that class's fields; None where it is known that there is
            nothing. A field that is not in it is not told.
        beside: What the row tells beside that, e.g. the queue, by the names of other fields of the house.
    """

    number: int
    at: datetime
    what: str
    told: Mapping[str, Any]
    beside: Mapping[str, Any] = _NOTHING


class OddCode(StrEnum):
    """What can be odd about the rows of a log; the words never change, so that programs can ask for them.

    Attributes:
        doc: What each means, in one sentence.
    """

    doc: str

    def __new__(cls, word: str, doc: str) -> Self:
        """A word with what it means."""
        member = str.__new__(cls, word)
        member._value_, member.doc = word, doc
        return member

    FIELDS = "row.fields", "Not as many fields as in the header, or no object of JSON; left out."
    DOUBLED = "row.doubled", "The same in every column as a row before it; left out."
    NO_TIME = "time.missing", "No time; left out."
    TIME_FORMAT = "time.format", "Its time is not in the format of the map; left out."
    NO_ZONE = "time.zone", "Its time says no offset, and the map no zone; left out."
    OUTSIDE = "time.outside", "In UTC its time lies before the first year, or after the last; left out."
    SKIPPED = "time.skipped", "At no time of the zone, where clocks jumped over it; the moment of the jump is taken."
    TWICE_FIRST = "time.twice.first", "At a time that came twice; the first is taken."
    TWICE_SECOND = (
        "time.twice.second",
        "At a time that came twice; the second is taken, because the row of its case before it was later.",
    )
    EARLIER = "time.earlier", "Earlier than the row of its case before it in the source."
    TIE = "time.tie", "At the same time as the row of its case before it."
    TIE_BY_SOURCE = "time.tie.source", "The same, and only the order of the source says which came first."
    ORDER = "order.number", "A column that orders by number holds none."
    NO_CASE = "case.missing", "Says no case where it must; left out."
    NO_ID = (
        "id.invalid",
        "What should be an id cannot be one; of a case the row is left out, else the field is not told.",
    )
    RESERVED = "agent.reserved", "Its agent is called as no agent can be."
    OTHER_COLUMN = "column.other", "The first column of a field is empty; another one is taken."
    NO_COLUMN = "column.none", "Every column of a field is empty."
    VALUE = "value.misfit", "What a field holds does not fit it; the field is not told."
    WORD = (
        "word.unknown",
        "A word that the map does not have: of what happened, the row is left out; else the field is not told.",
    )
    UNTOLD = "word.untold", "A word of which the map says that it is not known what it means; the field is not told."
    ASIDE = "word.aside", "A word of which the map says that it says nothing that is judged; the row is left out."
    NO_WHAT = "what.missing", "Does not say what happened; left out."
    NO_STATUS = "status.missing", "Says no status where it must; the status is not told."
    REPEATED = "status.repeated", "Changes no status; nothing is said of it."
    MID_LIFE = "case.mid_life", "Its case starts in mid-life."


LEFT_OUT: Final = frozenset(
    {
        OddCode.FIELDS,
        OddCode.DOUBLED,
        OddCode.NO_TIME,
        OddCode.TIME_FORMAT,
        OddCode.NO_ZONE,
        OddCode.OUTSIDE,
        OddCode.NO_CASE,
        OddCode.ASIDE,
        OddCode.NO_WHAT,
    }
)
"""What leaves a row out, always."""

MOST_KINDS: Final = 1_000
"""How many kinds of oddity are told apart; what comes after them is counted as others of its code."""


@frozen
class OddKind:
    """One kind of oddity, and how often it is met.

    Attributes:
        code: What is odd, for programs.
        words: The same in words, of all such rows: "its status is '-100', a word that the map does not have".
        rows: How many rows there are.
        first: The number of the first of them; 0 where that is not known.
        shown: What the first says there, if that helps: e.g. a time that is not in the format.
        left_out: Whether such rows are left out.
    """

    code: OddCode
    words: str
    rows: int
    first: int
    shown: str = ""
    left_out: bool = False

    def __str__(self) -> str:
        shown = f", {self.shown}" if self.shown else ""
        return f"{self.rows:,} {self.words} (first: row {self.first:,}{shown})"


def odd_together(several: Iterable[Iterable[OddKind]]) -> tuple[OddKind, ...]:
    """What is odd about the parts of a log, counted together."""
    odd = Odd()
    for kinds in several:
        for kind in kinds:
            odd.note(kind.code, kind.words, kind.first, shown=kind.shown, rows=kind.rows, left_out=kind.left_out)
    return odd.kinds


class OddCount:
    """How many rows are odd in one way so far.

    Attributes:
        first: The lowest number of them.
        shown: What that one says there.
    """

    __slots__ = ("first", "left_out", "rows", "shown")

    def __init__(self, first: int, shown: str, left_out: bool) -> None:  # noqa: FBT001 -- nobody else makes one
        self.rows, self.first, self.shown, self.left_out = 0, first, shown, left_out

    def add(self, number: int, shown: str = "", rows: int = 1) -> None:
        """Count rows, of which the first has this number."""
        self.rows += rows
        if number < self.first:
            self.first, self.shown = number, shown


class Odd:
    """What is odd about a log.

    It can be asked once the rows were read: before that it knows what was counted so far.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[OddCode, str], OddCount] = {}

    def note(
        self, code: OddCode, words: str, number: int, *, shown: str = "", rows: int = 1, left_out: bool | None = None
    ) -> OddCount:
        """Count rows of which something is odd.

        Args:
            code: What.
            words: The same in words; together with the code it is one kind.
            number: The number of the row, or of the first of several.
            shown: What it says there.
            rows: How many rows.
            left_out: Whether they are left out; None: as the code has it.

        Returns:
            The count, to which more of the same can be added.
        """
        found = self._found.get((code, words))
        if found is None:
            if len(self._found) >= MOST_KINDS:
                words, shown = "are odd in other ways like this", ""
            out = code in LEFT_OUT if left_out is None else left_out
            found = self._found.setdefault((code, words), OddCount(number, shown, out))
        found.add(number, shown, rows)
        return found

    @property
    def kinds(self) -> tuple[OddKind, ...]:
        """Every kind, the most frequent first."""
        told = (
            OddKind(code, words, count.rows, count.first, count.shown, count.left_out)
            for (code, words), count in self._found.items()
        )
        return tuple(sorted(told, key=lambda kind: (-kind.rows, kind.code, kind.first)))

    def count(self, code: OddCode | str) -> int:
        """How many rows are odd in this way."""
        return sum(count.rows for (known, _), count in self._found.items() if known == code)

    @property
    def left_out(self) -> int:
        """How many rows are left out."""
        return sum(count.rows for count in self._found.values() if count.left_out)

    def __iter__(self) -> Iterator[OddKind]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self._found)


class Log:
    """A log that is read by a map.

    Args:
        name: What errors call it.
        map: The map by which it is read (`log_map.LogMap`).
        read: Reads it once: (where to note what is odd) -> its rows in the order in which they happened.

    Attributes:
        odd: What is odd about it, as far as it was read: whole once `rows` has come to its end.
    """

    def __init__(self, name: str, map: Any, read: Callable[[Odd], Iterator[LogRow]]) -> None:  # noqa: A002 -- its name
        self.name, self.map, self.odd = name, map, Odd()
        self._read = read

    def rows(self) -> Iterator[LogRow]:
        """Its rows in the order in which they happened; each call reads it anew.

        Raises:
            AuditError: When it cannot be read, or no row of it can be used.
        """
        self.odd = Odd()
        return self._read(self.odd)
