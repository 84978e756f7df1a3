"""History: every event as one line that a supervisor reads, in English, Portuguese or French (§9).

    line(event, "pt")                      # one event: when, who, on which case, and the sentence
    for entry in history(events, "c1"):    # everything that happened on one case
        print(entry)                       # 2026-11-02 09:00:00 ana sent a reply as pending: “Hello”

* What people wrote is quoted, shortened, on one line, and without characters that would move a cursor.
* A language may name its region: `pt-BR` gives Portuguese.
* The sentences are data (`sentences.py`). A host's own events appear by their name, or by sentences of their own:
  `line(event, lines={**LINES, ParcelLost: (Sentence(...),)})`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias

from casecore.channels import Channel
from casecore.kernel import CasecoreError, Event, frozen
from casecore.kernel.durations import duration_text
from casecore.kernel.errors import quoted
from casecore.kernel.fields import Value
from casecore.kernel.shown import DisplayedLines
from casecore.kernel.words import shorten
from casecore.policies.conditions import number_text
from casecore.projections.history.sentences import LINES
from casecore.projections.history.vocabulary import (
    FLAGS,
    LANGUAGES,
    PEOPLE,
    QUOTES,
    WORDS,
    Given,
    Same,
    Sentence,
    class_in_words,
)
from casecore.reports.text import visible
from casecore.rooms.occupancy import OccupancyChanged

QUOTED: Final = 80
"""How much of a text a line quotes, in code points."""

Lines: TypeAlias = Mapping[type[Event], tuple[Sentence, ...]]
"""The sentences of each class of event; of several the first that fits is used."""


class UnknownLanguage(CasecoreError, ValueError):
    """There are no sentences in this language."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language

    def __str__(self) -> str:
        return f"no history is told in {quoted(self.language)}; use one of {', '.join(LANGUAGES)}"


@frozen
class Line:
    """One event, in a sentence.

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


class History(DisplayedLines[Line]):
    """Lines that come one after the other; shown are those that are still to come."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.telling:HISTORY"


def line(event: Event, language: str = "en", *, lines: Lines = LINES) -> Line:
    """An event as one line.

    Args:
        event: What happened.
        language: `en`, `pt` or `fr`, with or without a region.
        lines: The sentences; give your own for events of your own.

    Raises:
        UnknownLanguage: When there are no sentences in the language.
    """
    return _tell_event(event, language_index(language), lines)


def history(
    events: Iterable[Event], case: str | None = None, language: str = "en", *, lines: Lines = LINES
) -> DisplayedLines[Line]:
    """Events as lines, in the order in which they happened.

    That a case counts otherwise against its agent's limits is left out: the line before it says why.

    Args:
        events: What happened; read only as far as lines are asked for.
        case: Only what happened on this case; None: everything.
        language: `en`, `pt` or `fr`, with or without a region.
        lines: The sentences; give your own for events of your own.

    Raises:
        UnknownLanguage: At once, when there are no sentences in the language.
    """
    place = language_index(language)
    told = (event for event in events if not isinstance(event, OccupancyChanged))
    of_case = (event for event in told if case is None or getattr(event, "case", None) == case)
    return History(_tell_event(event, place, lines) for event in of_case)


def language_index(language: str) -> int:
    """Where a language stands among three texts."""
    name = re.split("[-_]", language, maxsplit=1)[0].lower() if isinstance(language, str) else ""
    if name not in LANGUAGES:
        raise UnknownLanguage(language)
    return LANGUAGES.index(name)


def _tell_event(event: Event, place: int, lines: Lines) -> Line:
    sentences = lines.get(type(event))
    if sentences is None:
        text = f"{_person_text(event.by, place)}: {class_in_words(type(event))}"
    else:
        sentence = next(sentence for sentence in sentences if _sentence_fits(sentence.when, event))
        text = _fill_template(event, (sentence.en, sentence.pt, sentence.fr)[place], place)
    return Line(event.at, event.by, getattr(event, "case", None), text)


def _sentence_fits(when: Mapping[str, Any], event: Event) -> bool:
    def fits(name: str, value: Any) -> bool:
        held = getattr(event, name)
        if value is Given.ANYTHING:
            return held is not None
        return bool(held == (getattr(event, value.field) if isinstance(value, Same) else value))

    return all(fits(name, value) for name, value in when.items())


# Sentences ---------------------------------------------------------------------------------------------


@frozen
class Blank:
    """A place in a sentence that a field of the event fills.

    Attributes:
        field: Which.
        shown: `quoted` where it holds somebody's own words, `noted` where it holds the values of attributes.
    """

    field: str
    shown: str | None


@frozen
class SentencePart:
    """A piece of a sentence; an optional one is left out where a blank in it stays empty."""

    pieces: tuple[str | Blank, ...]
    optional: bool


_BLANK: Final = re.compile(r"\{(\w+)(?::(quoted|noted))?\}")


@cache
def sentence_parts(template: str) -> tuple[SentencePart, ...]:
    """The parts of a template, taken apart once.

    Args:
        template: As `vocabulary.py` says how to write it.
    """
    typeset = template.replace(" :", "\N{NO-BREAK SPACE}:").replace(" ;", "\N{NARROW NO-BREAK SPACE};")
    found = []
    for number, text in enumerate(re.split(r"\[(.*?)\]", typeset)):
        pieces: list[str | Blank] = []
        end = 0
        for blank in _BLANK.finditer(text):
            pieces += [text[end : blank.start()], Blank(blank[1], blank[2])]
            end = blank.end()
        found.append(SentencePart((*pieces, text[end:]), optional=number % 2 == 1))
    return tuple(found)


def _fill_template(event: Event, template: str, place: int) -> str:
    pieces_shown = []
    for part in sentence_parts(template):
        pieces = [piece if isinstance(piece, str) else _fill_blank(event, piece, place) for piece in part.pieces]
        if None not in pieces or not part.optional:
            pieces_shown += [piece or "" for piece in pieces]
    return "".join(pieces_shown)


def _fill_blank(event: Event, blank: Blank, place: int) -> str | None:
    """What stands in a blank; None where the field is empty."""
    value = getattr(event, blank.field)
    if blank.shown == "noted" and value is not None:
        return _noted_text(value, place) or None
    text = _person_text(value, place) if blank.field == "by" else _value_text(value, place) if value else ""
    if not text:
        return None
    return _quoted_text(text, place) if blank.shown == "quoted" else text


# Values ------------------------------------------------------------------------------------------------


def _quoted_text(text: str, place: int) -> str:
    return QUOTES[place].format(shorten(text, QUOTED))


def _noted_text(value: Mapping[str, Value] | Value, place: int) -> str:
    """The value of an attribute, or several by name; nothing where there is none."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_one_line(name)} {_noted_text(held, place)}" for name, held in value.items())
    if isinstance(value, bool):
        return FLAGS[value][place]
    return _quoted_text(_one_line(value), place) if isinstance(value, str) else number_text(value)


def _person_text(by: str, place: int) -> str:
    return PEOPLE[by][place] if by in PEOPLE else _one_line(by)


def _value_text(value: Any, place: int) -> str:
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
            return ", ".join(f"{_one_line(name)} {_value_text(value[key], place)}" for key, name in names.items())
        case tuple() | frozenset():
            items = [_value_text(item, place) for item in value]
            return ", ".join(items if isinstance(value, tuple) else sorted(items))
    return _one_line(str(value))


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()))
