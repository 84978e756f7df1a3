"""Remembering what a check said that had to be tried out: the same question gets the same answer.

A check that looks at something untold is asked again under every value of that (`supposing.py`), which takes as long as
some ten checks that see all they look at. Most of the time it looks at little, and that is the same for many rows: what
a case is, and who gives the command. So once it was tried, what it looked at is remembered with what came of it:

    check -> the first field it looks at -> its value -> the next field -> its value -> ... -> what it found

A check is a function of what it looks at, so whoever comes down the same way gets the same answer. A row in view counts
by what it tells and lacks (its class), and by whether it was looked at under another name before. An id counts once it
is compared: most checks take one only to name it in a reason, which nobody reads where nothing was broken.

Nothing is remembered where a check looks at an instant, or at what cannot be compared; where ids were tried, because
these are taken from all that is in view; where something was broken, because a reason names ids; and at a place where
too many values are met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Self, TypeAlias

from attrs import define, field

from casecore.audit.judging.supposing import IDS, shown_rows
from casecore.audit.judging.untold import WATCHING, class_watched, raw_reader

MOST_VALUES: Final = 500
"""So many values are remembered at one place; where there are more, none are."""

NEVER: Final = object()
"""Said where nothing is remembered."""

_Look: TypeAlias = tuple[str, str, bool]
"""The name of a row, a field of it, and whether it matters which id it holds, or only that it holds one."""

SOME_ID: Final = object()
"""What a field holds that holds an id, of which it does not matter which."""

_VIEW, _SUBJECT = "view", "subject"


@define(eq=False)
class _Place:
    """A place on the way.

    Attributes:
        row: Whose field is looked at here: that of the view, the subject, or a row, by how it was looked at first.
        name: Which field.
        which: Whether it matters which id it holds.
        leads: (what it holds) -> the next place; or, at the end, what was found.
    """

    row: str
    name: str
    which: bool
    leads: dict[Any, Any] = field(factory=dict)


class Memory:
    """What was found on which ways: whatever is handed over, but None, which stands for nothing yet."""

    def __init__(self) -> None:
        self._begin: dict[Any, Any] = {}

    def recall(self, question: Any, view: Any, subject: Any) -> Any:
        """What was found when all that was looked at was the same; None: that is not known; NEVER: it never will be.

        Args:
            question: What is asked.
            view: What is shown.
            subject: What it is asked about.
        """
        place = self._begin.get(question)
        rows = {_VIEW: view, _SUBJECT: subject}
        names: dict[int, str] = {}
        while type(place) is _Place:
            row = rows[place.row]
            value = raw_reader(type(row), place.name)(row)
            if hasattr(type(value), "lacks"):
                name = names.setdefault(id(value), f"{place.row}.{place.name}")
                rows[name] = value
                value = type(value), name
            elif not place.which and isinstance(value, str) and _is_id(place.name):
                value = SOME_ID
            try:
                place = place.leads.get(value)
            except TypeError:
                return NEVER
        return place

    def remember(self, question: Any, way: Way, found: Any) -> None:
        """Remember what was found."""
        places, key = self._begin, question
        for look, value in way.items():
            place = places.get(key)
            if place is None:
                place = places[key] = _Place(*look)
            if value is NEVER or (len(place.leads) >= MOST_VALUES and value not in place.leads):
                places[key] = NEVER
                return
            places, key = place.leads, value
        places[key] = found


class Way(dict[_Look, Any]):
    """What was looked at, in order, and what it held."""

    def note(self, row: str, name: str, value: Any) -> Any:
        """Note that a field was looked at, if that is new; what it shows to whoever looks."""
        if isinstance(value, str) and _is_id(name):
            self.setdefault((row, name, False), SOME_ID)
            return _NotedId(value, lambda: self.setdefault((row, name, True), value))
        self.setdefault((row, name, False), value)
        return value


class _NotedId(str):
    """An id of which it is noted that it matters which one it is, once it is compared."""

    __slots__ = ("_matters",)
    _matters: Callable[[], object]

    def __new__(cls, value: str, matters: Callable[[], object]) -> Self:
        made = super().__new__(cls, value)
        made._matters = matters
        return made

    def __eq__(self, other: object) -> bool:
        self._matters()
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        self._matters()
        return str.__ne__(self, other)

    def __hash__(self) -> int:
        self._matters()
        return str.__hash__(self)


def _is_id(name: str) -> bool:
    return name == "id" or name in IDS


@contextmanager
def watching(view: Any, subject: Any) -> Iterator[Way]:
    """Let it be noted what is looked at meanwhile; each field once, when it is looked at first."""
    way = Way()
    names = {id(view): _VIEW, id(subject): _SUBJECT}
    rows = {id(row): row for row in (view, subject, *shown_rows(view))}
    kinds = {key: type(row) for key, row in rows.items()}

    def note(row: Any, name: str, value: Any) -> Any:
        of = names.get(id(row))
        if of is None:
            way.note("", name, NEVER)
            return value
        if id(value) in rows:
            way.note(of, name, (kinds[id(value)], names.setdefault(id(value), f"{of}.{name}")))
            return value
        if _can_be_remembered(value):
            return way.note(of, name, value)
        way.note(of, name, NEVER)
        return value

    token = WATCHING.set(note)
    try:
        for key, row in rows.items():
            object.__setattr__(row, "__class__", class_watched(kinds[key]))
        yield way
    finally:
        for key, row in rows.items():
            object.__setattr__(row, "__class__", kinds[key])
        WATCHING.reset(token)


def _can_be_remembered(value: Any) -> bool:
    if isinstance(value, datetime):
        return False
    try:
        hash(value)
    except TypeError:
        return False
    return True
