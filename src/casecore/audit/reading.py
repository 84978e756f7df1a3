"""Reading a log by its map: rows in the order in which they happened, in the words of the house.

* DuckDB reads the files, every column as text, and sorts: by time, then by the map's order columns, then as the source
  has it. It spills to the disk, so that a log may be larger than memory; the rows are streamed.
* Rows that are the same in every column are one. A snapshot that changes no status says nothing.
* Clocks are put back and forward. A time that came twice is the first one, unless the row of its case before it was
  later; a time that never came is the moment at which the clock jumped over it.
* Whatever is odd is counted, with the first row. A log of which no row can be used is an error.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from casecore.audit.errors import log_error
from casecore.audit.local_times import place_in_time
from casecore.audit.log_map import LogKind, LogMap
from casecore.audit.log_rows import STATUS, Log, LogRow, Odd, OddCode, OddCount
from casecore.audit.log_sources import FILLER, load_source, name_of_source, open_database
from casecore.audit.map_kinds import ASIDE, UNKNOWN, Meaning
from casecore.audit.map_names import split_what
from casecore.audit.telling import cell_reader, house_value
from casecore.audit.vocabulary import WHAT, Shape, TellableField, vocabulary_of
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.statuses import Status

MEMORY: Final = "512MB"
"""How much memory DuckDB may take; what is more lies on the disk."""

AT_ONCE: Final = 10_000
"""How many rows are taken from DuckDB at once."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNTOLD: Final = object()
"""Read of a cell that tells nothing; what is odd about it has been noted."""


def read_log(source: Any, log_map: LogMap, *, memory: str = MEMORY) -> Log:
    """A log, read by its map.

    Args:
        source: The path of a file, a pattern like `2026-*.csv`, or a list of them; or a table: a relation of DuckDB, or
            a data frame of pandas, polars or Arrow.
        log_map: The map.
        memory: How much memory DuckDB may take.

    Returns:
        The log; nothing is read before its rows are asked for.
    """
    name = name_of_source(source)
    return Log(name, log_map, lambda odd: _read_rows(source, name, log_map, odd, memory))


def _read_rows(source: Any, name: str, log_map: LogMap, odd: Odd, memory: str) -> Iterator[LogRow]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casecore-", ignore_cleanup_errors=True)))
        database = stack.enter_context(open_database(folder, memory))
        fields = [*log_map.columns]
        load_source(database, source, name, log_map, folder, odd)
        place_in_time(database, log_map, odd, case=f"f{fields.index('case')}" if "case" in fields else None)
        teller = _Teller(log_map, fields, odd)
        cells = ", ".join(f"f{number}" for number in range(len(fields)))
        order = ", ".join(f"o{number}" for number in range(FILLER * len(log_map.log.order)))
        database.execute(
            f"SELECT seq, at_us, skip_us, {f'hash({order})' if order else '0'} AS tie, {cells} FROM placed "
            f"ORDER BY at_us, skip_us, {order + ', ' if order else ''}seq"
        )
        told = teller.rows(_stream(database))
        first = next(told, None)
        if first is None:
            raise log_error(name, no_row_words(odd), "a log and a map that fit each other")
        yield first
        yield from told


def no_row_words(odd: Odd) -> str:
    """Why no row of a log can be used."""
    told = [f"has no row that can be used{':' if len(odd) else ', because it has no rows'}", *map(str, odd)]
    return "\n  ".join(told)


def _stream(database: Any) -> Iterator[Any]:
    while some := database.fetchmany(AT_ONCE):
        yield from some


# Cells to fields ---------------------------------------------------------------------------------------


class _Cell:
    """How one column of a log becomes the field of one class.

    Args:
        field: The field.
        log_map: The map.
        odd: Where to note what is odd.
    """

    __slots__ = ("_misfit", "_name", "_odd", "_read", "_whole", "_words", "known")

    def __init__(self, field: TellableField, log_map: LogMap, odd: Odd) -> None:
        said = log_map.words.get(field.name)
        self._name, self._odd = field.name, odd
        self._read = cell_reader(field, log_map.time.format, log_map.zone, log_map.log.between)
        self.known: dict[str | None, Any] = {}
        self._words = {} if said is None else {word: _meaning_in(field, one) for word, one in said.items()}
        self._whole = said is not None and field.shape not in (Shape.ID, Shape.TEXT, Shape.ITEMS, Shape.NAMES)
        self._misfit = OddCode.NO_ID if field.shape is Shape.ID else OddCode.VALUE
        self.known[None] = self._words.get("", _UNTOLD)

    def look_closer(self, text: str, number: int) -> Any:
        """The value that a cell tells whose word is not known yet; `_UNTOLD` where it tells none."""
        name = self._name
        if text in self._words:
            value = self._words[text]
            if value is _UNTOLD:
                self._odd.note(OddCode.UNTOLD, f"say of {name} {_quoted(text)}, which the map does not know", number)
                return value
        elif self._whole:
            self._odd.note(OddCode.WORD, f"say of {name} {_quoted(text)}, a word that the map does not have", number)
            return _UNTOLD
        else:
            try:
                value = self._read(text)
            except ValueError:
                words = _MISFITS[self._misfit].format(name)
                self._odd.note(self._misfit, words, number, shown=_quoted(text), left_out=name == "case")
                return _UNTOLD
            if name in ("by", "agent") and value in (CUSTOMER, SYSTEM):
                words = f"have the {'agent' if name == 'by' else name} {value!r}, as no agent can be called"
                self._odd.note(OddCode.RESERVED, f"{words}: 'agent {value}' is taken", number)
                return f"agent {value}"
        if len(self.known) < MOST_KNOWN:
            self.known[text] = value
        return value


MOST_KNOWN: Final = 50_000
"""Of how many words of a column it is remembered what they mean."""

_MISFITS: Final = {
    OddCode.NO_ID: "have no {} that can be an id",
    OddCode.VALUE: "have a {} that does not fit",
}


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}...")  # noqa: PLR2004 -- as much as a message quotes


def _meaning_in(field: TellableField, meaning: Meaning) -> Any:
    """What a word means for the field of one class; a word of another class means nothing there."""
    if meaning.word == UNKNOWN:
        return _UNTOLD
    try:
        return house_value(field, meaning.word)
    except ValueError:
        return _UNTOLD


class _Said:
    """What a row says that has a certain word for what happened.

    Attributes:
        what: A class of the house, or `status`.
        told: The fields that it always tells.
        beside: What it always tells beside them.
        cells: For each column: its place, its field, what its words mean, and how another word is read.
        own: How many of them are fields of the class; these come first.
        own_case: Whether the case is one.
    """

    __slots__ = ("beside", "cells", "own", "own_case", "told", "what")

    def __init__(self, what: str, fixed: Mapping[str, Any], log_map: LogMap, fields: Sequence[str], odd: Odd) -> None:
        known = vocabulary_of(log_map.house)
        own = known.fields_of(what)
        self.what = what
        self.told: dict[str, Any] = {}
        self.beside: dict[str, Any] = {}
        for name, written in {**log_map.constant, **fixed}.items():
            if name != WHAT and written != UNKNOWN:
                field = own.get(name) or known.fields[name]
                (self.told if name in own else self.beside)[name] = house_value(field, written)
        self.own_case = "case" in own
        self.cells = [
            (place, name, (cell := _Cell(own.get(name) or known.fields[name], log_map, odd)).known, cell.look_closer)
            for place, name in sorted(enumerate(fields, _BEFORE), key=lambda one: one[1] not in own)
            if name not in (*fixed, WHAT, "case")
        ]
        self.own = sum(name in own for _, name, _, _ in self.cells)


_BEFORE: Final = 4
"""How many columns of ours stand before the fields in what DuckDB gives."""


class _Teller:
    """Turns sorted rows of cells into rows of the log.

    Args:
        log_map: The map.
        fields: The fields of the cells, in order.
        odd: Where to note what is odd.
    """

    def __init__(self, log_map: LogMap, fields: Sequence[str], odd: Odd) -> None:
        self._map, self._fields, self._odd = log_map, fields, odd
        self._snapshots = log_map.log.kind is LogKind.SNAPSHOTS
        self._case = fields.index("case") + _BEFORE if "case" in fields else None
        self._what = fields.index(WHAT) + _BEFORE if WHAT in fields else None
        constant = log_map.constant.get(WHAT)
        always = Meaning(STATUS) if self._snapshots else None if constant is None else Meaning(constant)
        self._always = None if always is None else self._said(always)
        self._said_by: dict[str, _Said | None] = {
            word: self._said(meaning) for word, meaning in log_map.words.get(WHAT, {}).items()
        }

    def _said(self, meaning: Meaning) -> _Said | None:
        what, fixed = split_what(meaning)
        return None if what == ASIDE else _Said(what, fixed, self._map, self._fields, self._odd)

    def rows(self, cells: Iterable[Any]) -> Iterator[LogRow]:
        """The rows of the log: those that say something."""
        odd, case_at, always, untold = self._odd, self._case, self._always, _UNTOLD
        case_cell = _Cell(vocabulary_of(self._map.house).fields["case"], self._map, odd)
        latest: dict[str, list[Any]] = {}
        repeated: OddCount | None = None
        for row in cells:
            number = row[0]
            said = always or self._find_said(row, number)
            if said is None:
                continue
            told, beside = said.told.copy(), said.beside
            name_of_case = None if case_at is None else row[case_at]
            before = None
            if name_of_case is not None:
                before = latest.get(name_of_case)
                if before is None:
                    case = case_cell.known.get(name_of_case, case_cell)
                    case = case_cell.look_closer(name_of_case, number) if case is case_cell else case
                    if case is untold:
                        continue  # what names its case cannot be an id, which has been noted
                    latest[name_of_case] = now = [case, row[1], row[2], row[3], None]
                else:
                    now = before
                if said.own_case:
                    told["case"] = now[0]
                else:
                    beside = {**beside, "case": now[0]}
            left = said.own
            for place, name, known, look_closer in said.cells:
                text = row[place]
                value = known.get(text, known)
                if value is known:
                    value = look_closer(text, number)
                if value is not untold:
                    if left > 0:
                        told[name] = value
                    else:
                        beside = {**beside, name: value}
                left -= 1
            if name_of_case is not None:
                status = self._status_in(told, row, number) if said.what == STATUS else None
                if before is None:
                    if status is not None and status is not Status.NEW:
                        self._note_mid_life(status, number)
                    now[4] = status
                else:
                    if now[1] == row[1] and now[2] == row[2]:
                        self._note_tie(number, by_source=now[3] == row[3])
                    same = status is not None and now[4] == status
                    now[1:] = row[1], row[2], row[3], status
                    if same:
                        if repeated is None:
                            repeated = odd.note(OddCode.REPEATED, "change no status", number)
                        else:
                            repeated.add(number)
                        continue
            yield LogRow(number, _EPOCH + timedelta(microseconds=row[1]), said.what, told, beside)

    def _find_said(self, row: Any, number: int) -> _Said | None:
        """What a row says by its word for what happened; None where it is left out, which is noted."""
        word = None if self._what is None else row[self._what]
        said = self._said_by.get(word or "", self)
        if said is self:
            if word is None:
                self._odd.note(OddCode.NO_WHAT, "do not say what happened", number)
            else:
                words = f"say {_quoted(word)} of what happened, a word that the map does not have"
                self._odd.note(OddCode.WORD, words, number, left_out=True)
            return None
        if said is None:
            self._odd.note(OddCode.ASIDE, f"say {_quoted(word or '')}, which the map leaves aside", number)
        return said  # type: ignore[return-value]  # itself stands for no word

    def _status_in(self, told: Mapping[str, Any], row: Any, number: int) -> Any:
        """What is compared of a status; those that are not told are all the same."""
        if STATUS in told:
            return told[STATUS]
        if STATUS in self._fields and row[self._fields.index(STATUS) + _BEFORE] is None:
            self._odd.note(OddCode.NO_STATUS, "say no status", number)
        return _UNTOLD

    def _note_mid_life(self, status: Any, number: int) -> None:
        how = f"as {status}" if isinstance(status, Status) else "with a status that is not told"
        self._odd.note(OddCode.MID_LIFE, f"start their case in mid-life, {how}", number)

    def _note_tie(self, number: int, *, by_source: bool) -> None:
        self._odd.note(OddCode.TIE, "are at the same time as the row of their case before them", number)
        if by_source:
            self._odd.note(OddCode.TIE_BY_SOURCE, "are so, and only the source says which came first", number)
