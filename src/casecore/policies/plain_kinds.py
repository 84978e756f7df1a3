"""What a key may hold that is no table: a flag, a number, a text, a length of time, a choice, a list, or nothing.

Each kind reads a plain value strictly, says in words what fits, and writes it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

import attrs

from casecore.kernel import ID_LIMIT, frozen, is_id, is_whole
from casecore.kernel.blanks import unknown_blanks
from casecore.kernel.durations import duration_text, seconds_in
from casecore.kernel.problems import Problem, did_you_mean, quoted
from casecore.kernel.words import hidden_in, is_blank

MISSING: Final = object()
"""Read where a value was wrong; the problem has been noted."""

NONE: Final = "none"
"""The word for no value, for no entry, and for an empty table."""

SECOND = timedelta(seconds=1)
LONGEST = timedelta(weeks=520)


class ValueKind(Protocol):
    """How one sort of value is read, described and written."""

    @property
    def describe(self) -> str:
        """What fits, in words."""

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The value as the policy holds it; `MISSING`, with a problem noted, where it does not fit."""

    def write(self, value: Any) -> Any:
        """The value as TOML or JSON would hold it."""


def note_misfit(kind: ValueKind, value: Any, path: str, problems: list[Problem], remedy: str = "") -> Any:
    """Note that a value does not fit a kind; always `MISSING`."""
    problems.append(Problem(path, f"{as_a_file_writes(value)} does not fit", kind.describe, remedy))
    return MISSING


def as_a_file_writes(value: Any) -> str:
    """A value as a message quotes it: a flag and a date as a file writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | time) else quoted(value)


def words_of(choices: type[StrEnum]) -> tuple[str, ...]:
    """The words of an enumeration, in order."""
    return tuple(choice.value for choice in choices)


@frozen
class Flag:
    """true or false."""

    describe = "true or false"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A bool, and nothing that merely looks like one."""
        return value if isinstance(value, bool) else note_misfit(self, value, path, problems)

    def write(self, value: bool) -> Any:  # noqa: FBT001 -- every kind writes one value
        """As it is."""
        return value


@frozen
class Whole:
    """A whole number in a range, both ends allowed."""

    least: int = 0
    most: int = 1_000_000

    @property
    def describe(self) -> str:
        """The range."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """An int in the range."""
        fits = isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
        return value if fits else note_misfit(self, value, path, problems)

    def write(self, value: int) -> Any:
        """As it is."""
        return value


@frozen
class Number:
    """A number in a range, whole or not."""

    least: float = 0.0
    most: float = 1_000_000.0

    @property
    def describe(self) -> str:
        """The range."""
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A float in the range."""
        fits = isinstance(value, int | float) and not isinstance(value, bool) and self.least <= value <= self.most
        return float(value) if fits else note_misfit(self, value, path, problems)

    def write(self, value: float) -> Any:
        """As it is."""
        return value


@frozen
class Text:
    """Text, up to a number of characters."""

    most: int = 1000
    least: int = 0

    @property
    def describe(self) -> str:
        """How long it may be."""
        length = f"{self.least} to" if self.least else "at most"
        return f"text of {length} {self.most} characters"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A str, not longer than it may be, and not blank where something must be said."""
        fits = isinstance(value, str) and self.least <= len(value) <= self.most and is_whole(value)
        if fits and self.least and is_blank(value):
            return note_misfit(self, value, path, problems, "write something that can be seen")
        return value if fits else note_misfit(self, value, path, problems)

    def write(self, value: str) -> Any:
        """As it is."""
        return value


@frozen
class Like(Text):
    """Text that looks like an example; a date may be written without quotes, as TOML has dates."""

    example: str = ""

    @property
    def describe(self) -> str:
        """The example."""
        return f"text like {self.example}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A str; what it says is looked at where it is used."""
        plain = isinstance(value, date) and not isinstance(value, datetime)
        return super().read(value.isoformat() if plain else value, path, problems)


@frozen
class Wording(Text):
    """Text that the desk sends to customers, which says something, with each of its blanks in it and no other."""

    least: int = 1
    blanks: tuple[str, ...] = ()

    @property
    def describe(self) -> str:
        """How long it may be, and its blanks."""
        named = " and ".join(f"{{{name}}}" for name in self.blanks)
        return f"{super().describe} {f'with {named} in it' if named else 'without blanks'}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A str in which every blank is one that is filled, and none of them is missing."""
        before = len(problems)
        text = super().read(value, path, problems)
        if text is MISSING:
            return MISSING
        unknown = [*unknown_blanks(text, self.blanks)]
        absent = [name for name in self.blanks if f"{{{name}}}" not in text]
        problems.extend(
            Problem(path, f"nothing fills {quoted(found)}", self.describe, self._remedy(found)) for found in unknown
        )
        if absent and not unknown:
            missing = " and ".join(f"{{{name}}}" for name in absent)
            problems.append(Problem(path, f"{quoted(text)} lacks {missing}", self.describe))
        return text if len(problems) == before else MISSING

    def _remedy(self, found: str) -> str:
        return did_you_mean(re.sub(r"\W", "", found), self.blanks) or "take it out"


@frozen
class Id:
    """Text that commands will carry as an id, e.g. a tag, or by which the policy names something."""

    describe = f"text of 1 to {ID_LIMIT} visible characters"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A str that can be an id."""
        return value if is_id(value) else note_misfit(self, value, path, problems, id_remedy(value))

    def write(self, value: str) -> Any:
        """As it is."""
        return value


def id_remedy(value: Any) -> str:
    """What turns a text into an id: it is too long, is blank, or has characters that nobody can see."""
    if not isinstance(value, str) or not value:
        return ""
    unseen = hidden_in(value)
    if unseen is not None:
        return f"take out {value[unseen]!r}, which cannot be seen"
    return f"it has {len(value):,} characters" if len(value) > ID_LIMIT else "write something that can be seen"


_MANY_SECONDS = 10**9
"""More than anybody writes; of a number of thousands of digits, Python would not even make a text."""


@frozen
class Length:
    """A length of time, written like `90s`, `2m` or `1d12h`; kept as a timedelta of whole seconds."""

    least: timedelta = SECOND
    most: timedelta = LONGEST

    @property
    def describe(self) -> str:
        """The range and the way to write it."""
        least, most = duration_text(self.least), duration_text(self.most)
        return f'a length of time from {least} to {most}, like "30s", "2m" or "1d12h"'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A timedelta in the range."""
        seconds = seconds_in(value) if isinstance(value, str) else None
        if seconds is None:
            number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MANY_SECONDS
            return note_misfit(self, value, path, problems, f'write the unit, e.g. "{value}s"' if number else "")
        if not self.least.total_seconds() <= seconds <= self.most.total_seconds():
            return note_misfit(self, value, path, problems)
        return timedelta(seconds=seconds)

    def look_at(self, value: Any, path: str, problems: list[Problem]) -> None:
        """Note what is wrong with a length that was set in code; one that nobody would write may be endless."""
        endless = isinstance(value, timedelta) and value > LONGEST == self.most
        whole = isinstance(value, timedelta) and not value.microseconds and self.least <= value <= self.most
        if not (whole or endless):
            note_misfit(self, value, path, problems)

    def write(self, value: timedelta) -> Any:
        """The shortest text that reads back the same."""
        return duration_text(value)


@frozen
class Choice:
    """One of a few words."""

    choices: type[StrEnum]

    @property
    def describe(self) -> str:
        """The words."""
        return "one of " + ", ".join(f'"{word}"' for word in words_of(self.choices))

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The member of the enumeration."""
        if isinstance(value, str) and value in words_of(self.choices):
            return self.choices(value)
        near = did_you_mean(value, words_of(self.choices)) if isinstance(value, str) else ""
        return note_misfit(self, value, path, problems, near)

    def write(self, value: StrEnum) -> Any:
        """The word."""
        return value.value


@frozen
class Several:
    """A list without repetition; kept as a tuple in the order written.

    Attributes:
        form: Two items are the same where this makes the same of them; None: where they are equal.
    """

    of: ValueKind
    most: int = 1000
    form: Callable[[Any], Any] | None = None

    @property
    def describe(self) -> str:
        """What the list holds."""
        return f"a list, each {self.of.describe}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A tuple of what each item reads as."""
        if not isinstance(value, list):
            return note_misfit(self, value, path, problems, self._as_a_list(value, path))
        if len(value) > self.most:
            problems.append(Problem(path, f"has {len(value):,} items", f"at most {self.most:,}"))
            return MISSING
        read = [self.of.read(item, f"{path}[{index}]", problems) for index, item in enumerate(value)]
        twice = [index for index, item in enumerate(read) if item is not MISSING and item in read[:index]]
        if twice:
            message = f"{quoted(self.of.write(read[twice[0]]))} stands there twice"
            problems.append(Problem(f"{path}[{twice[0]}]", message, self.describe))
        alike = not twice and self.form is not None and _note_alike(read, self.form, path, problems)
        return MISSING if twice or alike or MISSING in read else tuple(read)

    def _as_a_list(self, value: Any, path: str) -> str:
        """How a list is made of what would be one item of it."""
        if isinstance(value, dict):
            return f"write [[{path}]], with two brackets" if hasattr(self.of, "section") else ""
        fits = isinstance(value, str) and self.of.read(value, path, []) is not MISSING
        return f"write [{json.dumps(value, ensure_ascii=False)}]" if fits else ""

    def write(self, value: tuple[Any, ...]) -> Any:
        """A list."""
        return [self.of.write(item) for item in value]


def _note_alike(items: list[Any], form: Callable[[Any], Any], path: str, problems: list[Problem]) -> bool:
    """Whether two of the items are the same word, written otherwise; the second one is told at its place."""
    first: dict[Any, Any] = {}
    alike = False
    for index, item in enumerate(items):
        known = item if item is MISSING else first.setdefault(form(item), item)
        if known is not item:
            alike = True
            found = f"{quoted(item)} is the same word as {quoted(known)}"
            problems.append(Problem(f"{path}[{index}]", found, "each word once", "keep one of them"))
    return alike


@frozen
class Words:
    """One text, or a list of several; kept as a tuple."""

    of: ValueKind
    most: int = 5
    form: Callable[[Any], Any] | None = None

    @property
    def describe(self) -> str:
        """What each is."""
        return f"{self.of.describe}, or a list of at most {self.most}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A tuple, of one where a single text is given."""
        if isinstance(value, list):
            return Several(self.of, self.most, self.form).read(value, path, problems)
        read = self.of.read(value, path, problems)
        return MISSING if read is MISSING else (read,)

    def write(self, value: tuple[Any, ...]) -> Any:
        """A single text where there is one."""
        written = [self.of.write(item) for item in value]
        return written[0] if len(written) == 1 else written


@frozen
class OrNone:
    """A value, or the word for none.

    Attributes:
        of: What the value may be.
        means: What it means that there is none.
        held: What the policy holds where there is none.
    """

    of: ValueKind
    means: str
    held: Any = None

    @property
    def describe(self) -> str:
        """What fits, and what none means."""
        return f'{self.of.describe}; or "{NONE}": {self.means}'

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The value, or what stands for none."""
        if value == NONE:
            return self.held
        wrong: list[Problem] = []
        read = self.of.read(value, path, wrong)
        same = self.of.describe
        mine = ((one, one.path == path and one.expected == same) for one in wrong)
        problems += (attrs.evolve(one, expected=self.describe) if whole else one for one, whole in mine)
        return read

    def look_at(self, value: Any, path: str, problems: list[Problem]) -> None:
        """Note what is wrong with a value that was set in code."""
        if value is not None and value != self.held:
            look = getattr(self.of, "look_at", None)
            wrong: list[Problem] = []
            if look is not None:
                look(value, path, wrong)
            else:
                self.of.read(value, path, wrong)
            problems += (attrs.evolve(one, expected=self.describe) for one in wrong)

    def write(self, value: Any) -> Any:
        """As the value is written, or the word."""
        return NONE if value is None or value == self.held else self.of.write(value)
