"""Queries: what a search looks for, as somebody types it or as a program gives it (§9).

    refund status:open channel:chat agent:ana tag:vip "exact phrase" -spam customer:"Maria Silva" since:2026-11-01

* A query is terms with spaces between them; a case is found where **every** term holds.
* A **word** occurs in some message of the case; a **"phrase in quotation marks"** stands in one message as it is.
  Capitals, accents and punctuation do not count: `acao` finds *Ação*. What punctuation divides (`e-mail`) is a phrase.
* A **field** is `name:value`. A value with spaces or commas stands in quotation marks; several values are divided by
  commas, and one of them must hold: `status:open,pending`.
* `-` before a term: it must **not** hold.

| field | value | holds where |
|---|---|---|
| `channel` | a channel: `chat`, `email`, ... | the case is on it |
| `status` | a status: `new`, `open`, ... | the case has it |
| `queue` | a queue's id | the case belongs to it |
| `agent` | an agent's id | they held the case, wrote on it or did something with it |
| `tag` | a tag | the case or one of its messages has it |
| `customer` | a part of a name, or a whole id | the case is theirs; capitals and accents do not count |
| `since` | a date, or an instant with its offset | something happened on the case then or later |
| `until` | the same | the case had started by then; a date counts to its end |

Dates are in UTC. Ids and tags are written exactly. `«`, `»` and curly quotation marks are read like straight ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from casecore.channels import Channel
from casecore.kernel import CasecoreError, frozen
from casecore.kernel.problems import did_you_mean, quoted
from casecore.statuses import Status

TEXT: Final = "text"
"""The field of a term that is a word or a phrase."""


class QueryError(CasecoreError, ValueError):
    """A search that cannot be made.

    Attributes:
        problem: What is wrong.
        position: Where in the query's text, counted from 0 in code points; None where it is not in the text.
        suggestion: What to write instead.
    """

    def __init__(self, problem: str, position: int | None = None, suggestion: str = "") -> None:
        super().__init__(problem, position, suggestion)  # as they came, so that the error survives pickling
        self.problem = problem
        self.position = position
        self.suggestion = suggestion

    def __str__(self) -> str:
        where = "" if self.position is None else f" at position {self.position}"
        return f"{self.problem}{where}" + (f"; {self.suggestion}" if self.suggestion else "")


@frozen
class Term:
    """One thing that must hold of a case.

    Attributes:
        field: A field's name, or `text`.
        values: One of these must hold: channels, statuses, ids, instants; for `text` the words of a phrase.
        excluded: It must not hold.
    """

    field: str
    values: tuple[Any, ...]
    excluded: bool = False


# Words -------------------------------------------------------------------------------------------------

_WORD: Final = re.compile(r"\w+")


def fold_letters(text: str) -> str:
    """A text without capitals and accents, which do not count."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: without capitals, accents and punctuation."""
    return tuple(_WORD.findall(fold_letters(text)))


# Values ------------------------------------------------------------------------------------------------


class _Unfit(Exception):
    """A value that does not fit its field: what is wrong, and what to write."""

    def __init__(self, problem: str, suggestion: str) -> None:
        super().__init__(problem, suggestion)
        self.problem = problem
        self.suggestion = suggestion


def _read_name(value: str) -> str:
    if not value:
        raise _Unfit("the value is empty", "write one, or leave the field out")
    return value


def _read_name_part(value: str) -> str:
    if not fold_letters(value).strip():
        raise _Unfit(f"{quoted(value)} is part of every name", "write a part of the name, or leave the field out")
    return value


def _choice_reader(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    known = frozenset(kind)

    def read_choice(value: str) -> StrEnum:
        word = value.lower()
        if word not in known:
            meant = did_you_mean(word, map(str, kind)) or f"use {', '.join(kind)}"
            raise _Unfit(f"there is no {kind.__name__.lower()} {quoted(value)}", meant)
        return kind(word)

    return read_choice


_A_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AN_INSTANT: Final = "write a date like 2026-11-01, or an instant with its offset like 2026-11-01T09:00Z"


def _instant_reader(of_day: time) -> Callable[[str | datetime], datetime]:
    def read_instant(value: str | datetime) -> datetime:
        try:
            if isinstance(value, str) and _A_DATE.fullmatch(value):
                return datetime.combine(date.fromisoformat(value), of_day, UTC)
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            if instant.utcoffset() is None:
                raise _Unfit(f"{quoted(str(value))} has no offset", _AN_INSTANT)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise _Unfit(f"{quoted(str(value))} is no instant", _AN_INSTANT) from None

    return read_instant


_FIELDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "agent": _read_name,
    "channel": _choice_reader(Channel),
    "customer": _read_name_part,
    "queue": _read_name,
    "since": _instant_reader(time.min),
    "status": _choice_reader(Status),
    "tag": _read_name,
    "until": _instant_reader(time.max),
}
_SINGLE: Final = ("since", "until")


# From a program ----------------------------------------------------------------------------------------


def filter_terms(**given: Any) -> Iterator[Term]:
    """The terms of filters that a program gives.

    Args:
        given: By field, one value or several; None and none are not asked.

    Raises:
        QueryError: When a value does not fit its field.
    """
    for field, value in given.items():
        several = isinstance(value, Iterable) and not isinstance(value, str)
        values = () if value is None else tuple(value) if several else (value,)
        if values:
            yield _make_term(field, [(one, None) for one in values])


def _make_term(field: str, given: Iterable[tuple[Any, int | None]], *, excluded: bool = False) -> Term:
    """A term of a field, its values read; each comes with its position in the query's text."""
    values: list[Any] = []
    for value, position in given:
        if values and field in _SINGLE:
            raise QueryError(f"{field}: there is more than one", position, "give one; several terms narrow the search")
        if not isinstance(value, str) and not (field in _SINGLE and isinstance(value, datetime)):
            raise QueryError(f"{field}: {quoted(value)} does not fit", position, "give it as text")
        try:
            values.append(_FIELDS[field](value))
        except _Unfit as unfit:
            raise QueryError(f"{field}: {unfit.problem}", position, unfit.suggestion) from None
    return Term(field, tuple(values), excluded)


# From a text -------------------------------------------------------------------------------------------

_STRAIGHT: Final = str.maketrans("“”„«»", '"""""')
_SOLID: Final = re.compile(r"\S")
_FIELD: Final = re.compile(r'([^\s":]+):')
_RUN: Final = re.compile(r'[^\s"]+')
_VALUE: Final = re.compile(r'[^\s",]+')


def parse_query(query: str) -> Iterator[Term]:
    """The terms of a query's text.

    Args:
        query: As the top of this file describes; empty: no term, so that every case is found.

    Raises:
        QueryError: When it cannot be read; the error says where, and what to write.
    """
    given: object = query
    if not isinstance(given, str):
        raise QueryError(f"{quoted(given)} is no text", None, "write words, or nothing")
    text = given.translate(_STRAIGHT)
    position = _skip_spaces(text, 0)
    while position < len(text):
        term, end = _read_term(text, position)
        yield term
        position = _skip_spaces(text, end)
        if position == end < len(text):
            raise QueryError("two terms run into each other", end, "write a space between them")


def _skip_spaces(text: str, position: int) -> int:
    found = _SOLID.search(text, position)
    return len(text) if found is None else found.start()


def _read_term(text: str, start: int) -> tuple[Term, int]:
    excluded = text[start] == "-"
    position = start + excluded
    field = _FIELD.match(text, position)
    if field is None:
        piece, end = _read_piece(text, position, _RUN)
        phrase = split_words(piece)
        if not phrase:
            raise QueryError(f"{quoted(text[start:end])} has no letter or digit to look for", start, "leave it out")
        return Term(TEXT, (phrase,), excluded), end
    name = field[1].lower()
    if name not in _FIELDS:
        meant = did_you_mean(name, _FIELDS) or f"the fields are {', '.join(_FIELDS)}"
        as_text = f'or put it in quotation marks to look for it as text: "{field[0]}..."'
        raise QueryError(f"there is no field {quoted(field[1])}", position, f"{meant}; {as_text}")
    given: list[tuple[str, int | None]] = []
    end = field.end()
    while not given or text[end : end + 1] == ",":
        begin = end + bool(given)
        piece, end = _read_piece(text, begin, _VALUE)
        given.append((piece.strip(), begin))
    return _make_term(name, given, excluded=excluded), end


def _read_piece(text: str, start: int, run: re.Pattern[str]) -> tuple[str, int]:
    """What stands in quotation marks, or the run of characters, that starts here; and where it ends."""
    if text[start : start + 1] == '"':
        end = text.find('"', start + 1)
        if end < 0:
            raise QueryError("a quotation mark is not closed", start, 'write a second " after the phrase')
        return text[start + 1 : end], end + 1
    match = run.match(text, start)
    return ("", start) if match is None else (match[0], match.end())


def seal_of(*sealed: object) -> str:
    """A short text that differs where what is sealed differs."""
    return blake2b(repr(sealed).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
