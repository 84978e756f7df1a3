"""Texts stay in the log: what people wrote stands in no finding, even where a rule quotes what it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from casecore.audit.judging.auditing import Violation
from casecore.audit.logs.log_rows import LogRow, OddCode, OddKind
from casecore.audit.logs.vocabulary import Shape, vocabulary_of
from casecore.kernel.problems import quoted
from casecore.rooms.composition import House

_TEXTS: Final = (
    *("text", "subject", "notes", "note", "name", "phone", "profile", "value", "attributes", "attachments"),
    *("code", "method", "what", "why"),
)
"""The fields that hold what people wrote, or what is noted of somebody."""

LEFT_OUT: Final = "…"
"""What stands where a text was."""

_LONG: Final = 8
"""From how many characters on a text is looked for that is not quoted; a shorter one may be a word of the sentence."""


def without_texts(breach: Violation, row: LogRow, house: House) -> Violation:
    """A breach whose words quote nothing of what its row tells that people wrote."""
    fields = vocabulary_of(house).fields_of(row.what)
    names = [name for name in _TEXTS if name not in fields or fields[name].shape is not Shape.ID]
    told = [value for name in names for value in _values_in(row.told.get(name, row.beside.get(name)))]
    message, remedy = breach.message, breach.remedy
    for value in sorted(told, key=lambda value: -len(str(value))):
        text, shown = str(value), message
        if isinstance(value, str):
            message = message.replace(quoted(value), LEFT_OUT)
            message = message.replace(text, LEFT_OUT) if len(text) >= _LONG else message
        elif message.startswith(f"{quoted(value)} "):
            message = message.replace(quoted(value), LEFT_OUT, 1)
        if text in remedy and (shown != message or len(text) >= _LONG):
            remedy = ""
    if (message, remedy) == (breach.message, breach.remedy):
        return breach
    return attrs.evolve(breach, message=message, remedy=remedy)


def shows_text(kind: OddKind) -> bool:
    """Whether what a first odd row shows is what people wrote: a value that does not fit such a field."""
    return kind.code is OddCode.VALUE and any(f" {name} " in kind.words for name in _TEXTS)


def _values_in(told: Any) -> Iterator[Any]:
    if isinstance(told, Mapping):
        for value in told.values():
            yield from _values_in(value)
    elif isinstance(told, tuple):
        for value in told:
            yield from _values_in(value)
    elif told not in (None, ""):
        yield told
