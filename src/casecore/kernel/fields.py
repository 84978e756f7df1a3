"""The fields of commands: each checks its form when the command is made, and says what to write instead.

Whether a command is *allowed* is decided later, by rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

from attrs import Attribute, Converter, field

from casecore.kernel.errors import CommandError, quoted
from casecore.kernel.frozen_dict import copy_of_table
from casecore.kernel.words import hidden_in, is_blank

R = TypeVar("R")

ID_LIMIT = 200
"""The longest id, in code points."""


MOST: Final = 1_000_000_000
"""The largest count; nobody has as many cases."""


MOST_SECONDS: Final = 315_537_897_600
"""The longest length of time: as long as the calendar of Python's dates, whose years are 1 to 9999."""


def is_count(value: object, least: int = 0) -> bool:
    """Whether a value is a whole number from `least` to `MOST`."""
    return type(value) is int and least <= value <= MOST


def is_id(value: object) -> bool:
    """Whether a value can be an id: text of 1 to `ID_LIMIT` visible characters and spaces, not of spaces only.

    Joiners of letters and of emoji count as visible where they join: Persian and Indic scripts cannot do without.
    """
    if not isinstance(value, str) or not 0 < len(value) <= ID_LIMIT:
        return False
    if value.isascii():  # almost always; this is asked of every id of every command
        return value.isprintable() and not value.isspace()
    return hidden_in(value) is None and not is_blank(value)


_CALLED: Final = {"tag": "tag", "tags": "tag"}
"""What a field holds that is like an id and is called otherwise: by the name of the field."""


def _check_id(_: object, attribute: Attribute[Any], value: object) -> None:
    if is_id(value) or (value is None and attribute.default is None):
        return
    name = attribute.name
    what = _CALLED.get(name, "id")
    one = f"{'an' if what == 'id' else 'a'} {what}"
    if not isinstance(value, str):
        raise CommandError(name, f"{quoted(value)} is not text", f"give {one} as text")
    if not value:
        raise CommandError(name, f"the {what} is empty", f"give {one} of 1 to {ID_LIMIT} characters")
    if len(value) > ID_LIMIT:
        found = f"the {what} has {len(value)} characters"
        raise CommandError(name, found, f"give {one} of 1 to {ID_LIMIT} characters")
    found = f"the {what} {quoted(value)} has control or invisible characters"
    if hidden_in(value) is None:
        found = f"the {what} {quoted(value)} is blank"
    raise CommandError(name, found, f"give {one} of visible characters and spaces")


def _check_text(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None or attribute.default is not None:
        _raise_unless_text(attribute.name, value)


def _check_texts(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is None and attribute.default is None:
        return
    texts = value if isinstance(value, tuple) else (*value, *value.values()) if isinstance(value, Mapping) else None
    if texts is None:
        raise CommandError(
            attribute.name, f"{quoted(value)} does not hold texts", "give a tuple of texts, or texts by name"
        )
    for text in texts:
        _raise_unless_text(attribute.name, text)


Validator: TypeAlias = Callable[[object, "Attribute[Any]", object], None]


def _check_member(kind: type) -> Validator:
    """Check that a value is of a class: a plain word that merely looks like a member would slip past the rules."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is kind or (value is None and attribute.default is None):
            return
        words = ", ".join(map(repr, kind)) if issubclass(kind, StrEnum) else "True, False"
        raise CommandError(attribute.name, f"{quoted(value)} is no {kind.__name__}", f"give one of {words}")

    return check


def _check_part(kind: type) -> Validator:
    """Check that a value is of a class that checks its own fields."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is not kind and not (value is None and attribute.default is None):
            name = kind.__name__
            raise CommandError(attribute.name, f"{quoted(value)} is no {name}", f"give a {name}")

    return check


def _check_members(kind: type) -> Validator:
    """Check that a value is a frozenset of members of a class; words in it are ids."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if value is None and attribute.default is None:
            return
        if not isinstance(value, frozenset) or not all(isinstance(item, kind) for item in value):
            name = kind.__name__
            raise CommandError(
                attribute.name, f"{quoted(value)} is no frozenset of {name}", f"give a frozenset of {name}"
            )
        if kind is str:
            for item in value:
                _check_id(None, attribute, item)

    return check


def _counts_from(least: int) -> Validator:
    """Check that a value is a table of counts by name, none of them below the least."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if value is None and attribute.default is None:
            return
        held = value.items() if isinstance(value, Mapping) else ((None, None),)
        if not all(isinstance(name, str) and is_count(count, least) for name, count in held):
            found = f"{quoted(value)} does not hold counts by name"
            raise CommandError(attribute.name, found, f"give whole numbers by name, from {least:,} to {MOST:,}")

    return check


_check_counts, _check_tallies = _counts_from(-MOST), _counts_from(0)


def _check_count(_: object, attribute: Attribute[Any], value: object) -> None:
    if not is_count(value):
        raise CommandError(attribute.name, f"{quoted(value)} is no count", f"give a whole number from 0 to {MOST:,}")


Value: TypeAlias = str | int | float | bool
"""What may be noted under a name: a text, a number, or yes or no."""

LARGEST_NUMBER: Final = 10**12
"""No number that is noted is larger, or smaller than its negative."""


def _check_value(_: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None or attribute.default is not None:
        _raise_unless_value(attribute.name, value)


def _check_values(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        found = f"{quoted(value)} does not hold values by name"
        raise CommandError(attribute.name, found, "give texts, numbers or True and False by name")
    for held in value.values():
        _raise_unless_value(attribute.name, held)


def _raise_unless_value(name: str, value: Any) -> None:
    if isinstance(value, str):
        _raise_unless_text(name, value)
    elif type(value) not in (int, float, bool) or not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        found, most = f"{quoted(value)} is no value", f"{LARGEST_NUMBER:,}"
        raise CommandError(name, found, f"give a text, True or False, or a number from -{most} to {most}")


def _check_length(_: object, attribute: Attribute[Any], value: Any) -> None:
    if value is None and attribute.default is None:
        return
    if type(value) not in (int, float) or not 0 <= value <= MOST_SECONDS:
        found = f"{quoted(value)} is no length of time"
        raise CommandError(attribute.name, found, f"give seconds, from 0 to {MOST_SECONDS:,}")


def _raise_unless_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise CommandError(name, f"{quoted(value)} is not text", "give text")
    if not is_whole(value):
        raise CommandError(name, "the text has half a character (a lone surrogate)", "send whole code points")


def is_whole(text: str) -> bool:
    """Whether text has no half of a character (a lone surrogate), so that it can be stored and sent."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_utc(value: Any, attribute: Attribute[Any]) -> Any:
    return None if value is None and attribute.default is None else to_instant(value, attribute.name)


def to_instant(value: Any, name: str = "at") -> datetime:
    """An instant in UTC, for what is asked of a desk at an instant; `name` says what it is in the error.

    Raises:
        CommandError: When it is no aware datetime.
    """
    if not isinstance(value, datetime):
        raise CommandError(name, f"{quoted(value)} is not an instant", "give an aware datetime")
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise CommandError(
            name,
            f"{value.isoformat()} has no time zone",
            "give an aware datetime, e.g. 2026-11-02T09:00:00+00:00",
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise CommandError(
            name,
            f"{value.isoformat()} lies outside the calendar",
            "give an instant between the years 1 and 9999 in UTC",
        ) from None


def row_called(rows: Mapping[str, R], name: object) -> R | None:
    """The row of a table that has this id; None where there is none, and for what can be no id."""
    return rows.get(name) if isinstance(name, str) else None


ROW: Final = "row"
"""The name under which a field's metadata say which row of a view its id names."""


# `Any` because attrs' own `field` is typed so; the annotation on each field is what type checkers read.
def an_id(*, of: str | None = None, **options: Any) -> Any:
    """A field for an id: text of 1 to `ID_LIMIT` visible characters. Raises `CommandError` when malformed.

    Args:
        of: The row of the view that shows what the id names, e.g. `note` (see `views.py`); None: it names no row.
        options: As attrs takes them.
    """
    return field(validator=_check_id, metadata={} if of is None else {ROW: of}, **options)


def a_text(**options: Any) -> Any:
    """A field for free text: any whole code points, newlines included. Raises `CommandError` when malformed."""
    return field(validator=_check_text, **options)


def some_texts(**options: Any) -> Any:
    """A field for a tuple of texts, or for texts by name. Raises `CommandError` when one of them is malformed."""
    return field(validator=_check_texts, converter=copy_of_table, **options)


def some_counts(**options: Any) -> Any:
    """A field for whole numbers by name, up to `MOST`. Raises `CommandError` for anything else.

    What a negative one means is for a rule to say, which can tell who gave it.
    """
    return field(validator=_check_counts, converter=copy_of_table, hash=False, **options)


def some_tallies(**options: Any) -> Any:
    """A field for whole numbers from 0 to `MOST` by name. Raises `CommandError` for anything else."""
    return field(validator=_check_tallies, converter=copy_of_table, hash=False, **options)


def a_value(**options: Any) -> Any:
    """A field for a text, a flag, or a number up to `LARGEST_NUMBER`. Raises `CommandError` for anything else."""
    return field(validator=_check_value, **options)


def some_values(**options: Any) -> Any:
    """A field for such values by name. Raises `CommandError` when one of them is malformed."""
    return field(validator=_check_values, converter=copy_of_table, hash=False, **options)


def a_count(**options: Any) -> Any:
    """A field for a whole number from 0 to `MOST`. Raises `CommandError` for anything else."""
    return field(validator=_check_count, **options)


def a_length(**options: Any) -> Any:
    """A field for a length of time in seconds, from 0 to `MOST_SECONDS`. Raises `CommandError` for anything else."""
    return field(validator=_check_length, **options)


def a_choice(choices: type[StrEnum], **options: Any) -> Any:
    """A field for one member of an enumeration. Raises `CommandError` for anything else, its plain word included."""
    return field(validator=_check_member(choices), **options)


def a_flag(**options: Any) -> Any:
    """A field for True or False. Raises `CommandError` for anything else, even if it counts as one of them."""
    return field(validator=_check_member(bool), **options)


def a_part(kind: type, **options: Any) -> Any:
    """A field for a value made of fields of its own. Raises `CommandError` for anything else."""
    return field(validator=_check_part(kind), **options)


def some(kind: type, **options: Any) -> Any:
    """A field for a frozenset of members of a class, or of ids (`str`). Raises `CommandError` for anything else."""
    return field(validator=_check_members(kind), **options)


def an_instant(**options: Any) -> Any:
    """A field for an instant: an aware datetime, kept in UTC. Raises `CommandError` when it has no zone."""
    return field(converter=Converter(_as_utc, takes_field=True), **options)
