"""Rows of cells become rows of a log: each says what happened, and tells the fields that its cells and the map tell.

Cells come in the order in which they happened. Of each case the row before is kept, so that a snapshot that changes no
status is noticed, and rows at one time, and a case that starts in mid-life.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from casecore.audit.logs.log_map import LogKind, LogMap
from casecore.audit.logs.log_rows import STATUS, LogRow, Odd, OddCode, OddCount
from casecore.audit.logs.map_kinds import ASIDE, UNKNOWN, Meaning
from casecore.audit.logs.map_names import split_what, what_problems
from casecore.audit.logs.telling import cell_reader, house_value
from casecore.audit.logs.vocabulary import WHAT, Shape, TellableField, vocabulary_of
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.kernel.errors import SHOWN
from casecore.kernel.written_functions import write_function
from casecore.statuses import Status

BEFORE: Final = 4
"""How many cells stand before those of the fields: the number, the instant, how far that was skipped, the order."""

MOST_KNOWN: Final = 50_000
"""Of how many words of a column it is remembered what they mean."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_UNTOLD: Final = object()
"""Read of a cell that tells nothing; what is odd about it has been noted."""

_MISFITS: Final = {
    OddCode.NO_ID: "have no {} that can be an id",
    OddCode.VALUE: "have a {} that does not fit",
}


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
        self._words = {} if said is None else {word: _meaning_in(field, one.word) for word, one in said.items()}
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


def _quoted(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")


def _meaning_in(field: TellableField, word: Any) -> Any:
    """What a word means for the field of one class; a word of another class means nothing there."""
    if word == UNKNOWN:
        return _UNTOLD
    try:
        return house_value(field, word)
    except ValueError:
        return _UNTOLD


class _Said:
    """What a row says that has a certain word for what happened.

    Attributes:
        what: A class of the house, or `status`.
        told: The fields that it always tells.
        has_case: Whether the case is a field of the class.
        needs_case: Whether it must say it.
        tell: (a row, what it tells of the class) -> what it tells beside that; its cells are added to the former.
    """

    __slots__ = ("has_case", "needs_case", "tell", "told", "what")

    def __init__(self, what: str, fixed: Mapping[str, Any], log_map: LogMap, fields: Sequence[str], odd: Odd) -> None:
        known = vocabulary_of(log_map.house)
        there = known.fields_of(what)
        self.what = what
        self.told: dict[str, Any] = {}
        beside: dict[str, Any] = {}
        for name, written in {**log_map.constant, **fixed}.items():
            value = _UNTOLD if name == WHAT else _meaning_in(there.get(name) or known.fields[name], written)
            if value is not _UNTOLD:
                (self.told if name in there else beside)[name] = value
        cells = {
            (place, name): _Cell(there.get(name) or known.fields[name], log_map, odd)
            for place, name in enumerate(fields, BEFORE)
            if name not in (*fixed, WHAT, "case")
        }
        self.tell = _function_that_tells(cells, beside, there)
        self.has_case = "case" in there
        self.needs_case = self.has_case and "case" in fields and not there["case"].absent


def _function_that_tells(
    cells: Mapping[tuple[int, str], _Cell], beside: dict[str, Any], own: Collection[str]
) -> Callable[[Any, dict[str, Any]], Mapping[str, Any]]:
    """A function that adds what the cells of a row tell of a class, and gives back what they tell beside that.

    Args:
        cells: How the cells are read, each by its place and its field.
        beside: What is always told beside.
        own: The fields of the class.
    """
    known: dict[str, Any] = {"untold": _UNTOLD, "beside": beside}
    lines = ["more = beside.copy()"] if any(name not in own for _, name in cells) else ["more = beside"]
    for place, name in cells:
        cell = cells[place, name]
        known |= {f"known_{place}": cell.known, f"look_{place}": cell.look_closer, f"name_{place}": name}
        lines += [
            f"value = known_{place}.get(row[{place}], known_{place})",
            f"if value is known_{place}: value = look_{place}(row[{place}], row[0])",
            f"if value is not untold: {'told' if name in own else 'more'}[name_{place}] = value",
        ]
    tell: Callable[[Any, dict[str, Any]], Mapping[str, Any]]
    tell = write_function("tell(row, told)", (*lines, "return more"), known)
    return tell


class _Course:
    """How a case went so far.

    Attributes:
        case: Its id.
        place: The instant, the skip and the order of its last row; None before the first.
        status: The status that its last row told, if that was all that it said; None: it said something else.
    """

    __slots__ = ("case", "order", "place", "status")

    def __init__(self, case: str) -> None:
        self.case = case
        self.place: tuple[int, int] | None = None
        self.order = 0
        self.status: Any = None


def words_said_by(log_map: LogMap) -> Collection[str]:
    """What rows may say that happened (`LogRow.what`), as far as the map knows."""
    always = _always_said(log_map)
    if always is not None:
        return {always}
    words = log_map.words.get(WHAT)
    if words is None:
        return {STATUS, *vocabulary_of(log_map.house).classes}
    return {split_what(meaning)[0] for meaning in words.values()} - {ASIDE}


def _always_said(log_map: LogMap) -> str | None:
    return STATUS if log_map.log.kind is LogKind.SNAPSHOTS else log_map.constant.get(WHAT)


class RowTeller:
    """Turns sorted rows of cells into rows of a log.

    Args:
        log_map: The map.
        fields: The fields of the cells, in order.
        odd: Where to note what is odd.
    """

    def __init__(self, log_map: LogMap, fields: Sequence[str], odd: Odd) -> None:
        self._map, self._fields, self._odd = log_map, fields, odd
        self._known = vocabulary_of(log_map.house)
        self._case = fields.index("case") + BEFORE if "case" in fields else None
        self._case_cell = _Cell(self._known.fields["case"], log_map, odd)
        self._what = fields.index(WHAT) + BEFORE if WHAT in fields else None
        self._status = fields.index(STATUS) + BEFORE if STATUS in fields else None
        always = _always_said(log_map)
        self._always = None if always is None else self._said(Meaning(always))
        words = log_map.words.get(WHAT, {})
        self._said_by: dict[str, _Said | None] = {word: self._said(meaning) for word, meaning in words.items()}
        self._repeated: OddCount | None = None

    def _said(self, meaning: Meaning) -> _Said | None:
        what, fixed = split_what(meaning)
        return None if what == ASIDE else _Said(what, fixed, self._map, self._fields, self._odd)

    def rows(self, cells: Iterable[Any], *, every: bool = False) -> Iterator[LogRow]:
        """The rows of the log: those that say something.

        Args:
            cells: The rows of cells.
            every: Whether rows are told, too, that change no status.
        """
        case_at, always = self._case, self._always
        courses: dict[str, _Course] = {}
        for row in cells:
            said = always or self._find_said(row)
            if said is None:
                continue
            told = said.told.copy()
            name = None if case_at is None else row[case_at]
            course = None
            if name is not None:
                course = courses.get(name) or self._begin_course(name, row[0])
                if course is None:
                    continue
                courses[name] = course
            elif said.needs_case:
                self._odd.note(OddCode.NO_CASE, "have no case", row[0])
                continue
            beside = said.tell(row, told)
            if course is not None:
                if said.has_case:
                    told["case"] = course.case
                else:
                    beside = {**beside, "case": course.case}
                if self._follow(course, said, told, row) and not every:
                    continue
            yield LogRow(row[0], _EPOCH + timedelta(microseconds=row[1]), said.what, told, beside)

    def _begin_course(self, name: str, number: int) -> _Course | None:
        """The course of a case that is met first; None where that cannot be its id, which is noted."""
        cell = self._case_cell
        case = cell.known[name] if name in cell.known else cell.look_closer(name, number)
        return None if case is _UNTOLD else _Course(case)

    def _follow(self, course: _Course, said: _Said, told: Mapping[str, Any], row: Any) -> bool:
        """Note what is odd about a row after the one before it; gives back whether it changes no status."""
        number, place = row[0], (row[1], row[2])
        status = self._status_in(told, row) if said.what == STATUS else None
        same = status is not None and course.status == status
        if course.place is None:
            if status is not None and status is not Status.NEW:
                how = f"as {status}" if isinstance(status, Status) else "with a status that is not told"
                self._odd.note(OddCode.MID_LIFE, f"start their case in mid-life, {how}", number)
        elif course.place == place:
            self._odd.note(OddCode.TIE, "are at the same time as the row of their case before them", number)
            if course.order == row[3]:
                self._odd.note(OddCode.TIE_BY_SOURCE, "are so, and only the source says which came first", number)
        course.place, course.order, course.status = place, row[3], status
        if same and self._repeated is not None:
            self._repeated.add(number)
        elif same:
            self._repeated = self._odd.note(OddCode.REPEATED, "change no status", number)
        return same

    def _status_in(self, told: Mapping[str, Any], row: Any) -> Any:
        """What is compared of a status; those that are not told are all the same."""
        if STATUS in told:
            return told[STATUS]
        if self._status is not None and row[self._status] is None:
            self._odd.note(OddCode.NO_STATUS, "say no status", row[0])
        return _UNTOLD

    def _find_said(self, row: Any) -> _Said | None:
        """What a row says by its word for what happened; None where it is left out, which is noted."""
        word: str = "" if self._what is None or row[self._what] is None else row[self._what]
        if word not in self._said_by and word and WHAT not in self._map.words:  # then it is in the words of the house
            meaning = Meaning(word)
            if word != ASIDE and not [*what_problems(self._known, meaning, "")]:
                self._said_by[word] = self._said(meaning)
        if word in self._said_by:
            said = self._said_by[word]
            if said is None:
                self._odd.note(OddCode.ASIDE, f"say {_quoted(word)}, which the map leaves aside", row[0])
            return said
        if word:
            words = f"say {_quoted(word)} of what happened, a word that the map does not have"
            self._odd.note(OddCode.WORD, words, row[0], left_out=True)
        else:
            self._odd.note(OddCode.NO_WHAT, "do not say what happened", row[0])
        return None
