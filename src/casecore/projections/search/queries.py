"""Queries: what a search looks for, as somebody types it or as a program gives it (§9).

    refund status:open channel:chat agent:ana tag:vip "exact phrase" -spam customer:"Maria Silva" since:2026-11-01

* A query is terms with spaces between them; a case is found where **every** term holds.
* A **word** occurs in some message or note of the case; a **"phrase in quotation marks"** stands in one as it is.
  Capitals, accents and punctuation do not count: `acao` finds *Ação*, `lodz` finds *Łódź*. What punctuation divides
  (`order_12345`) is a phrase; with a hyphen or an apostrophe it is also one word: `e-mail`, `email`.
* Words are found whole, and `refun*` finds those that begin so. Where no spaces part words, as in Chinese, Japanese,
  Thai, Khmer, Lao and Burmese, and in Korean, they are found inside a run of letters.
* A **number** to call (7 to 15 digits) is found however it is grouped, with or without its country's code; an
  **address** of email is found whole; the **id** of a case, thread, customer or message, too. A customer's own number
  and address find their cases.
* A **field** is `name:value`. A value with spaces or commas stands in quotation marks; several values are divided by
  commas, and one of them must hold: `status:open,pending`.
* `-` before a term: it must **not** hold.

| field | value | holds where |
|---|---|---|
| `channel` | a channel: `chat`, `email`, ... | the case is on it |
| `status` | a status: `new`, `open`, ... | the case has it |
| `queue` | a queue's id | the case belongs to it |
| `agent` | an agent's id | they held the case, wrote on it or did something with it |
| `attribute` | a name, or `name=value` | it is noted of the case: `refund_eur`, `refund_eur=120`, `gift=yes` |
| `tag` | a tag | the case or one of its messages has it; capitals do not count |
| `customer` | a part of a name, or a whole id | the case is theirs; capitals and accents do not count |
| `snoozed` | `yes` or `no` | the case sleeps, or it does not |
| `since` | a date, or an instant with its offset | something happened on the case then or later |
| `until` | the same | the case had started by then; a date counts to its end |

Dates are those of the archive's time zone. Ids are written exactly. `«`, `»` and curly quotation marks are read like
straight ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final

from casecore.channels import Channel
from casecore.kernel import CasecoreError, frozen
from casecore.kernel.fields import Value
from casecore.kernel.problems import did_you_mean, quoted
from casecore.kernel.words import bonded_words, is_blank, same_form, search_form, search_words
from casecore.policies.condition_words import value_text
from casecore.projections.search.texts import (
    DIGITS,
    Sought,
    address_keys,
    called_number,
    id_key,
    number_chunks,
    number_sought,
)
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
        values: One of these must hold: channels, statuses, ids, instants; for `text` what is `Sought`.
        excluded: It must not hold.
    """

    field: str
    values: tuple[Any, ...]
    excluded: bool = False


# Values ------------------------------------------------------------------------------------------------


class _Unfit(Exception):
    """A value that does not fit its field: what is wrong, and what to write."""

    def __init__(self, problem: str, suggestion: str) -> None:
        super().__init__(problem, suggestion)
        self.problem = problem
        self.suggestion = suggestion


def _read_name(value: str) -> str:
    if is_blank(value):
        raise _Unfit("the value is empty", "write one, or leave the field out")
    return value


def _read_tag(value: str) -> str:
    return same_form(_read_name(value))


def _read_noted(value: str) -> str:
    name, _, said = _read_name(value).partition("=")
    _read_name(name)
    return noted_key(name, said) if said else name


def noted_key(name: str, value: Value) -> str:
    """What is noted under a name, as it is looked for."""
    return f"{name}={same_form(value_text(value))}"


def _read_name_part(value: str) -> str:
    if not search_form(value).strip():
        raise _Unfit(f"{quoted(value)} is part of every name", "write a part of the name, or leave the field out")
    return value


class YesNo(StrEnum):
    """Whether something is so."""

    YES = "yes"
    NO = "no"


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


def _first_of_day(day: date, zone: tzinfo) -> datetime:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:  # on the first or the last day of the calendar
        return datetime.combine(day, time(), UTC)


def _last_of_day(day: date, zone: tzinfo) -> datetime:
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return _first_of_day(day + timedelta(days=1), zone) - datetime.resolution


def _instant_reader(of_day: Callable[[date, tzinfo], datetime]) -> Callable[[str | date, tzinfo], datetime]:
    def read_instant(value: str | date, zone: tzinfo) -> datetime:
        try:
            if isinstance(value, date) and not isinstance(value, datetime):
                return of_day(value, zone)
            if isinstance(value, str) and _A_DATE.fullmatch(value):
                return of_day(date.fromisoformat(value), zone)
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            if instant.utcoffset() is None:
                raise _Unfit(f"{quoted(str(value))} has no offset", _AN_INSTANT)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise _Unfit(f"{quoted(str(value))} is no instant", _AN_INSTANT) from None

    return read_instant


_INSTANTS: Final[Mapping[str, Callable[[Any, tzinfo], datetime]]] = {
    "since": _instant_reader(_first_of_day),
    "until": _instant_reader(_last_of_day),
}
_WORDS: Final[Mapping[str, Callable[[str], Any]]] = {
    "agent": _read_name,
    "attribute": _read_noted,
    "channel": _choice_reader(Channel),
    "customer": _read_name_part,
    "queue": _read_name,
    "snoozed": _choice_reader(YesNo),
    "status": _choice_reader(Status),
    "tag": _read_tag,
}
_FIELDS: Final = tuple(sorted((*_WORDS, *_INSTANTS)))


# From a program ----------------------------------------------------------------------------------------


def filter_terms(zone: tzinfo = UTC, **given: Any) -> Iterator[Term]:
    """The terms of filters that a program gives.

    Args:
        zone: Where its dates are.
        given: By field, one value or several; None and none are not asked.

    Raises:
        QueryError: When a value does not fit its field.
    """
    for field, value in given.items():
        several = isinstance(value, Iterable) and not isinstance(value, str)
        values = () if value is None else tuple(value) if several else (value,)
        if values:
            yield _make_term(field, [(one, None) for one in values], zone)


def _make_term(field: str, given: Iterable[tuple[Any, int | None]], zone: tzinfo, *, excluded: bool = False) -> Term:
    """A term of a field, its values read; each comes with its position in the query's text."""
    values: list[Any] = []
    for value, position in given:
        if values and field in _INSTANTS:
            raise QueryError(f"{field}: there is more than one", position, "give one; several terms narrow the search")
        if not isinstance(value, str) and not (field in _INSTANTS and isinstance(value, date)):
            raise QueryError(f"{field}: {quoted(value)} does not fit", position, "give it as text")
        try:
            values.append(_INSTANTS[field](value, zone) if field in _INSTANTS else _WORDS[field](str(value)))
        except _Unfit as unfit:
            raise QueryError(f"{field}: {unfit.problem}", position, unfit.suggestion) from None
    return Term(field, tuple(values), excluded)


# From a text -------------------------------------------------------------------------------------------

_STRAIGHT: Final = str.maketrans("“”„«»", '"""""')
_SOLID: Final = re.compile(r"\S")
_FIELD: Final = re.compile(r'([^\s":]+):')
_RUN: Final = re.compile(r'[^\s"]+')
_VALUE: Final = re.compile(r'[^\s",]+')
_CHUNK: Final = re.compile(r"\S+")
_NUMBER_LENGTH: Final = 40
"""How long a number is at most, with all that groups it."""


def parse_query(query: str, zone: tzinfo = UTC) -> Iterator[Term]:
    """The terms of a query's text.

    Args:
        query: As the top of this file describes; empty: no term, so that every case is found.
        zone: Where its dates are.

    Raises:
        QueryError: When it cannot be read; the error says where, and what to write.
    """
    given: object = query
    if not isinstance(given, str):
        raise QueryError(f"{quoted(given)} is no text", None, "write words, or nothing")
    text = given.translate(_STRAIGHT)
    position = _skip_spaces(text, 0)
    while position < len(text):
        term, end = _read_term(text, position, zone)
        yield term
        position = _skip_spaces(text, end)
        if position == end < len(text):
            raise QueryError("two terms run into each other", end, "write a space between them")


def _skip_spaces(text: str, position: int) -> int:
    found = _SOLID.search(text, position)
    return len(text) if found is None else found.start()


def _read_term(text: str, start: int, zone: tzinfo) -> tuple[Term, int]:
    excluded = text[start] == "-"
    position = start + excluded
    field = _FIELD.match(text, position)
    if field is None:
        sought, end = _read_number(text, position)
        if not sought:
            piece, end = _read_piece(text, position, _RUN)
            sought = _read_text(piece, start, text[start:end])
        return Term(TEXT, sought, excluded), end
    name = field[1].lower()
    if name not in _FIELDS:
        meant = did_you_mean(name, _FIELDS) or f"the fields are {', '.join(_FIELDS)}"
        as_text = f'or put it in quotation marks to look for it as text: "{quoted(field[0])[1:-1]}..."'
        raise QueryError(f"there is no field {quoted(field[1])}", position, f"{meant}; {as_text}")
    given: list[tuple[str, int | None]] = []
    end = field.end()
    while not given or text[end : end + 1] == ",":
        begin = end + bool(given)
        piece, end = _read_piece(text, begin, _VALUE)
        given.append((piece.strip(), begin))
    return _make_term(name, given, zone, excluded=excluded), end


def _read_text(piece: str, start: int, written: str) -> tuple[Sought, ...]:
    """What a word or a phrase looks for: its words; a number, an address or an id, where it is one."""
    form = search_form(piece)
    words = tuple(search_words(form))
    if not words:
        raise QueryError(f"{quoted(written)} has no letter or digit to look for", start, "leave it out")
    quotes = '"' in written
    if "*" in piece and not quotes:
        if piece.find("*") < len(piece) - 1 or not form.removesuffix("*").endswith(words[-1]):
            remedy = "write refun* for the words that begin so; in quotation marks a star does not count"
            raise QueryError(f"{quoted(written)} has a star that ends no word", start, remedy)
        return (Sought(words, begins=True),)
    addresses = tuple(Sought(whole=key) for key in address_keys(form))
    if addresses and not quotes:
        return addresses
    bonded = tuple(bonded_words(form))
    alone = bonded if "".join(words) in bonded else ()
    return (Sought(words), *(Sought((word,)) for word in alone), *addresses, Sought(whole=id_key(piece)))


def _read_number(text: str, start: int) -> tuple[tuple[Sought, ...], int]:
    """A number to call, in one chunk or several; nothing where there is none."""
    chunks: list[str] = []
    end = start
    for match in _CHUNK.finditer(text, start, start + _NUMBER_LENGTH):
        stretches = [*number_chunks(search_form(match[0]))]
        joins = len(stretches) == 1 and match.end() < start + _NUMBER_LENGTH and not (chunks and match[0][0] in "+-")
        digits = sum(map(str.isdigit, "".join((*chunks, match[0]))))
        if not joins or (chunks and (match.start() > end + 1 or digits >= DIGITS.stop)):
            break
        chunks.append(stretches[0][0])
        end = match.end()
    number = called_number(chunks) if chunks else None
    if number is None:
        return (), start
    words = tuple(search_words(" ".join(chunks)))
    said = Sought(words, apart=len(chunks) > 1)
    return (said, *number_sought(*number), Sought(whole=id_key(text[start:end]))), end


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
