"""History: every event as one line that a supervisor reads, in English, Portuguese or French (§9).

    line(event, "pt")                      # one event: when, who, on which case, and the sentence
    for told in history(events, "c1"):     # everything that happened on one case
        print(told)                        # 2026-11-02 09:00:00 ana sent a reply as pending: “Hello”

* What people wrote is quoted, shortened, on one line, and without characters that would move a cursor.
* A language may name its region: `pt-BR` is told in Portuguese.
* The sentences are data (`history_lines.py`). Events of a host's own are told by their name, or by sentences of their
  own: `line(event, lines={**LINES, ParcelLost: (Sentence(...),)})`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias

from casecore.channels import Channel
from casecore.kernel import CasecoreError, Event, frozen
from casecore.kernel.durations import duration_text
from casecore.projections.history.sentences import LINES
from casecore.projections.history.vocabulary import LANGUAGES, PEOPLE, QUOTES, WORDS, Same, Sentence, named
from casecore.reports.text import visible

QUOTED: Final = 80
"""How much of a text a line quotes, in code points."""

Lines: TypeAlias = Mapping[type[Event], tuple[Sentence, ...]]
"""The sentences of each class of event; of several the first that fits is told."""


class UnknownLanguage(CasecoreError, ValueError):
    """A history was asked for in a language that it is not told in."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language

    def __str__(self) -> str:
        return f"no history is told in {self.language!r}; use one of {', '.join(LANGUAGES)}"


@frozen
class Line:
    """One event, told.

    Attributes:
        at: When (aware, UTC).
        by: Who: an agent's id, `customer` or `system`.
        case: The case it happened on; None where it was on none.
        text: What happened, as one sentence without its full stop.
    """

    at: datetime
    by: str
    case: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.text}"


def line(event: Event, language: str = "en", *, lines: Lines = LINES) -> Line:
    """An event as one line.

    Args:
        event: What happened.
        language: `en`, `pt` or `fr`, with or without a region.
        lines: The sentences; give your own for events of your own.

    Raises:
        UnknownLanguage: When no history is told in the language.
    """
    return _line(event, _place_of(language), lines)


def history(
    events: Iterable[Event], case: str | None = None, language: str = "en", *, lines: Lines = LINES
) -> Iterator[Line]:
    """Events as lines, in the order in which they happened.

    Args:
        events: What happened; read only as far as lines are asked for.
        case: Only what happened on this case; None: everything.
        language: `en`, `pt` or `fr`, with or without a region.
        lines: The sentences; give your own for events of your own.

    Raises:
        UnknownLanguage: At once, when no history is told in the language.
    """
    place = _place_of(language)
    return (_line(event, place, lines) for event in events if case is None or getattr(event, "case", None) == case)


def _place_of(language: str) -> int:
    """Where a language stands among three texts."""
    name = re.split("[-_]", language, maxsplit=1)[0].lower()
    if name not in LANGUAGES:
        raise UnknownLanguage(language)
    return LANGUAGES.index(name)


def _line(event: Event, place: int, lines: Lines) -> Line:
    sentences = lines.get(type(event))
    if sentences is None:
        text = f"{_person(event.by, place)}: {named(type(event))}"
    else:
        sentence = next(sentence for sentence in sentences if _fits(sentence.when, event))
        text = _told(event, (sentence.en, sentence.pt, sentence.fr)[place], place)
    return Line(event.at, event.by, getattr(event, "case", None), text)


def _fits(when: Mapping[str, Any], event: Event) -> bool:
    return all(
        getattr(event, name) == (getattr(event, value.field) if isinstance(value, Same) else value)
        for name, value in when.items()
    )


# Sentences ---------------------------------------------------------------------------------------------


@frozen
class Blank:
    """A place in a sentence that a field of the event fills; `quoted` where it holds somebody's own words."""

    field: str
    quoted: bool


@frozen
class SentencePart:
    """A piece of a sentence; an optional one is left out where a blank in it stays empty."""

    pieces: tuple[str | Blank, ...]
    optional: bool


_BLANK: Final = re.compile(r"\{(\w+)(:quoted)?\}")


@cache
def parts(template: str) -> tuple[SentencePart, ...]:
    """A template, taken apart once.

    Args:
        template: As `history_words.py` tells how to write it.
    """
    typeset = template.replace(" :", "\N{NO-BREAK SPACE}:").replace(" ;", "\N{NARROW NO-BREAK SPACE};")
    found = []
    for number, text in enumerate(re.split(r"\[(.*?)\]", typeset)):
        pieces: list[str | Blank] = []
        end = 0
        for blank in _BLANK.finditer(text):
            pieces += [text[end : blank.start()], Blank(blank[1], blank[2] is not None)]
            end = blank.end()
        found.append(SentencePart((*pieces, text[end:]), optional=number % 2 == 1))
    return tuple(found)


def _told(event: Event, template: str, place: int) -> str:
    told = []
    for part in parts(template):
        pieces = [piece if isinstance(piece, str) else _filled(event, piece, place) for piece in part.pieces]
        if None not in pieces or not part.optional:
            told += [piece or "" for piece in pieces]
    return "".join(told)


def _filled(event: Event, blank: Blank, place: int) -> str | None:
    """What stands in a blank; None where the field is empty."""
    value = getattr(event, blank.field)
    text = _person(value, place) if blank.field == "by" else _shown(value, place) if value else ""
    if not text:
        return None
    return QUOTES[place].format(_shortened(text)) if blank.quoted else text


# Values ------------------------------------------------------------------------------------------------


def _person(by: str, place: int) -> str:
    return PEOPLE[by][place] if by in PEOPLE else _visible(by)


def _shown(value: Any, place: int) -> str:
    match value:
        case StrEnum():
            return WORDS[type(value)][value][place] if type(value) in WORDS else str(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case float():
            return duration_text(timedelta(seconds=value))
        case Mapping():
            channels = WORDS[Channel]
            names = {name: channels[name][place] if name in channels else name for name in value}
            return ", ".join(f"{_visible(name)} {_shown(value[key], place)}" for key, name in names.items())
        case tuple() | frozenset():
            items = [_shown(item, place) for item in value]
            return ", ".join(items if isinstance(value, tuple) else sorted(items))
    return _visible(str(value))


def _visible(text: str) -> str:
    return visible(" ".join(text.split()))


def _shortened(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1].rstrip()}…"
