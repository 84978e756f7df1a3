"""What the keys of a map may hold, beside what those of a policy hold: columns, words, formats of times."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import field

from casecore.kernel import frozen, is_whole
from casecore.kernel.problems import Problem, did_you_mean, quoted, under
from casecore.policies.calendars import find_zone
from casecore.policies.kinds import MISSING
from casecore.policies.plain_kinds import as_a_file_writes, note_misfit

ASK: Final = "ask"
"""Stands in a map for an answer that only its owner can give."""

UNKNOWN: Final = "?"
"""The house's word where it is not known what a word of the log means."""

ASIDE: Final = "-"
"""Of what happened: says nothing that is judged."""

NOTHING: Final = "none"
"""The house's word for what is known to be nothing."""

MOST_COLUMNS: Final = 20
"""How many columns a field is taken from at most."""

LONGEST_NAME: Final = 1_000
"""The longest name of a column, and the longest word of a log, in characters."""


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and is_whole(value)


# Columns -----------------------------------------------------------------------------------------------


@frozen
class Columns:
    """Where the text of a field stands.

    Attributes:
        names: The columns; the first that is filled is taken, or all of them are joined.
        between: What stands between them where they are joined; None where they are not.
    """

    names: tuple[str, ...]
    between: str | None = None

    def __str__(self) -> str:
        return " + ".join(self.names) if self.between is not None else " or ".join(self.names)


@frozen
class ColumnNames:
    """The name of a column; a list of names, of which the first that is filled is taken; or several that are joined."""

    describe = (
        "the name of a column; a list of names, of which the first that is filled is taken; or a table like { join = "
        '["concept:name", "lifecycle:transition"], with = "/" }'
    )

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The columns."""
        between = None
        names = [value] if isinstance(value, str) else value
        if isinstance(value, dict):
            if (
                not value.keys() <= {"join", "with"}
                or "join" not in value
                or not isinstance(value.get("with", ""), str)
            ):
                return note_misfit(self, value, path, problems)
            names, between = value["join"], value.get("with", " ")
        fits = isinstance(names, list) and 0 < len(names) <= MOST_COLUMNS and all(map(_is_name, names))
        if not fits or len(set(names)) < len(names):
            return note_misfit(self, value, path, problems)
        return Columns(tuple(names), between)

    def write(self, value: Columns) -> Any:
        """As a map has it."""
        if value.between is not None:
            return {"join": [*value.names], "with": value.between}
        return value.names[0] if len(value.names) == 1 else [*value.names]

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        name = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
        several = {"type": "array", "items": name, "minItems": 1, "maxItems": MOST_COLUMNS, "uniqueItems": True}
        joined = {
            "type": "object",
            "properties": {"join": several, "with": {"type": "string"}},
            "required": ["join"],
            "additionalProperties": False,
        }
        return {"anyOf": [name, several, joined]}


@frozen
class OrderColumn:
    """A column that says which of several rows at one time came first.

    Attributes:
        by_number: Whether its cells are numbers, and are compared as such: 10 comes after 9.
    """

    name: str
    by_number: bool


@frozen
class OrderColumns:
    """A column with how it orders, like `sys_mod_count:int`."""

    describe = 'the name of a column and how it orders, "NAME:int" by number or "NAME:text" by letters'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The column."""
        name, colon, how = value.rpartition(":") if isinstance(value, str) else ("", "", "")
        if not _is_name(name) or how not in ("int", "text"):
            named = isinstance(value, str) and (not colon or how not in ("int", "text"))
            return note_misfit(self, value, path, problems, f'write "{value}:int" or "{value}:text"' if named else "")
        return OrderColumn(name, how == "int")

    def write(self, value: OrderColumn) -> Any:
        """As a map has it."""
        return f"{value.name}:{'int' if value.by_number else 'text'}"

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        return {"type": "string", "pattern": "^(.|\\n)+:(int|text)$", "maxLength": LONGEST_NAME + 5}


# Words -------------------------------------------------------------------------------------------------

Written = str | bool | int | float | tuple[str, ...]
"""What a map may say of a field, as TOML has it."""


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) and is_whole(item) for item in value)
    return isinstance(value, str | bool | int | float) and (not isinstance(value, str) or is_whole(value))


def _held(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value


@frozen
class Meaning:
    """What a word of a log means.

    Attributes:
        word: The house's word; of what happened, the name of a command or event, or `status`.
        fields: Of what happened: the fields that the word tells, too.
    """

    word: Written
    fields: Mapping[str, Written] = field(factory=dict)


@frozen
class WordTable:
    """A table from the words of a log to those of the house."""

    most: int = 10_000
    describe = (
        'a table like { "In Progress" = "open" }: each word of the log, and what it means; "?" where that is not '
        'known, "none" for nothing; "" is an empty cell'
    )

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A dict from word to meaning."""
        if not isinstance(value, dict) or len(value) > self.most:
            return note_misfit(self, value, path, problems)
        read = {word: self._read_meaning(said, under(path, word), problems) for word, said in value.items()}
        return MISSING if MISSING in read.values() else read

    def _read_meaning(self, said: Any, path: str, problems: list[Problem]) -> Any:
        if isinstance(said, dict):
            told = {name: held for name, held in said.items() if name != "is"}
            if isinstance(said.get("is"), str) and all(map(_is_plain, told.values())):
                return Meaning(said["is"], {name: _held(value) for name, value in told.items()})
        elif _is_plain(said) and not isinstance(said, list):
            return Meaning(said)
        expected = 'a word of the house, or a table like { is = "SendReply", send_as = "resolved" }'
        problems.append(Problem(path, f"{quoted(said)} does not fit", expected))
        return MISSING

    def write(self, value: Mapping[str, Meaning]) -> Any:
        """As a map has it."""
        return {word: self._written(said) for word, said in value.items()}

    def _written(self, said: Meaning) -> Any:
        told = {name: _plain(value) for name, value in said.fields.items()}
        return {"is": said.word, **told} if told else said.word

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        plain = {"type": ["string", "boolean", "number"]}
        told = {"type": "object", "properties": {"is": {"type": "string"}}, "required": ["is"]}
        return {"type": "object", "additionalProperties": {"anyOf": [plain, told]}, "maxProperties": self.most}


@frozen
class Constants:
    """A table of fields and what they hold in every row."""

    most: int = 1_000
    describe = 'a table of fields, each with text, a number, true or false, or a list of texts; "none" for nothing'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A dict from field to value."""
        if not isinstance(value, dict) or len(value) > self.most:
            return note_misfit(self, value, path, problems)
        wrong = [name for name, held in value.items() if not _is_plain(held)]
        expected = 'text, a number, true or false, or a list of texts; "none" for nothing'
        problems.extend(
            Problem(under(path, name), f"{as_a_file_writes(value[name])} does not fit", expected) for name in wrong
        )
        return MISSING if wrong else {name: _held(held) for name, held in value.items()}

    def write(self, value: Mapping[str, Any]) -> Any:
        """As a map has it."""
        return {name: _plain(held) for name, held in value.items()}

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        plain = {"anyOf": [{"type": ["string", "number", "boolean"]}, {"type": "array", "items": {"type": "string"}}]}
        return {"type": "object", "additionalProperties": plain, "maxProperties": self.most}


# Times -------------------------------------------------------------------------------------------------

ISO, EPOCH_S, EPOCH_MS = "iso", "epoch_s", "epoch_ms"
NAMED_FORMATS: Final = (ISO, EPOCH_S, EPOCH_MS)
"""Formats of times that have a name: as ISO 8601 writes them, and seconds or milliseconds since 1970 in UTC."""

_DIRECTIVES: Final = "YymdbBHIMSfpzaAj"
"""What a format may have after a percent sign: what all readers of times take for the same."""

_SOME_TIME: Final = datetime(2026, 11, 23, 9, 41, 7, tzinfo=UTC)
_HALF_A_DAY: Final = timedelta(hours=12)


@frozen
class TimeFormat:
    """How times are written: `iso`, `epoch_s`, `epoch_ms`, or as in Python's strptime."""

    describe = '"iso", "epoch_s", "epoch_ms", or a format like "%d/%m/%Y %H:%M"'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The format."""
        if not _is_name(value) or ("%" not in value and value not in NAMED_FORMATS):
            near = did_you_mean(value, NAMED_FORMATS) if isinstance(value, str) else ""
            return note_misfit(self, value, path, problems, near)
        why = "" if value in NAMED_FORMATS else _why_no_format(value)
        if why:
            problems.append(Problem(path, f"{quoted(value)} {why}", self.describe))
            return MISSING
        return value

    def write(self, value: str) -> Any:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        return {"type": "string", "pattern": "^(iso|epoch_s|epoch_ms|(.|\\n)*%(.|\\n)*)$"}


def _why_no_format(text: str) -> str:
    """Why a format does not say a time: at least the day, and no half of one."""
    odd = next((found[1] for found in re.finditer(r"%(.?)", text) if found[1] not in (*_DIRECTIVES, "%")), None)
    if odd is not None:
        return f"has %{odd}, which not everybody reads the same; there are %{', %'.join(_DIRECTIVES)}"
    times = (_SOME_TIME, _SOME_TIME + _HALF_A_DAY)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a day without a year, which is refused below
            read, later = (datetime.strptime(time.strftime(text), text) for time in times)  # noqa: DTZ007 -- only date and hour are looked at
    except (re.error, ValueError):
        return "says one part of a time twice, or parts that contradict each other"
    if read.date() != _SOME_TIME.date():
        return "does not say year, month and day"
    return "says the hour without the half of the day (%I without %p)" if read == later and read.hour else ""


def may_say_offset(time_format: str) -> bool:
    """Whether times in a format can say how far they are from UTC."""
    return time_format in NAMED_FORMATS or "%z" in time_format.replace("%%", "")


@frozen
class ZoneName:
    """The IANA name of a time zone."""

    describe = 'the IANA name of a time zone, like "Europe/Lisbon" or "UTC"'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The name."""
        if not isinstance(value, str):
            return note_misfit(self, value, path, problems)
        told: list[str] = []
        find_zone(value, told)
        if told:
            return note_misfit(self, value, path, problems, told[0].rpartition("; ")[2])
        return value

    def write(self, value: str) -> Any:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        return {"type": "string", "minLength": 1}


@frozen
class Encoding:
    """How text is stored: a name that Python knows, like `utf-8` or `cp1252`."""

    describe = 'how text is stored, like "utf-8", "utf-16" or "cp1252"'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The name."""
        import io

        try:
            io.TextIOWrapper(io.BytesIO(), encoding=value)
        except (LookupError, TypeError, ValueError):
            return note_misfit(self, value, path, problems)
        return value

    def write(self, value: str) -> Any:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        return {"type": "string", "minLength": 1}


@frozen
class Delimiter:
    """One character that stands between fields."""

    describe = 'one character, like "," or ";" or "\\t"'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The character."""
        fits = isinstance(value, str) and len(value) == 1 and value.isascii() and value not in '"\r\n\0'
        return value if fits else note_misfit(self, value, path, problems)

    def write(self, value: str) -> Any:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        return {"type": "string", "minLength": 1, "maxLength": 1}
