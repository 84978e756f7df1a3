"""How the words of a map and the cells of a log become the values of fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from casecore.audit.logs.map_kinds import EPOCH_MS, EPOCH_S, ISO, NOTHING
from casecore.audit.logs.vocabulary import Shape, TellableField
from casecore.kernel import is_id

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def house_value(known: TellableField, written: Any) -> Any:
    """The value of a field that a map writes in the words of the house; None for nothing.

    Raises:
        ValueError: When it does not fit; the text says what does.
    """
    if written == NOTHING:
        return None
    fits = _WRITTEN.get(known.shape)
    value = None if fits is None else fits(known, written)
    if value is None:
        raise ValueError(_expected(known))
    return value


def _expected(known: TellableField) -> str:
    if known.words and known.shape is not Shape.FLAG:
        several = "" if known.shape is Shape.CHOICE else "a list, each "
        return f"{several}one of " + ", ".join(f'"{word}"' for word in known.words)
    return _DESCRIBED[known.shape]


_DESCRIBED: Final[Mapping[Shape, str]] = {
    Shape.ID: "text that can be an id",
    Shape.TEXT: "text",
    Shape.CHOICE: "one of a few words",
    Shape.FLAG: "true or false",
    Shape.WHOLE: "a whole number",
    Shape.NUMBER: "a number",
    Shape.INSTANT: "an instant with its offset, like 2026-11-02T09:00:00+00:00",
    Shape.ITEMS: "a list of texts",
    Shape.NAMES: "a list of texts",
    Shape.TABLE: f'"{NOTHING}", because no map can write it',
    Shape.PART: f'"{NOTHING}", because no map can write it',
}


def _written_choice(known: TellableField, written: Any) -> Any:
    return known.kind(written) if written in known.words else None


def _written_text(known: TellableField, written: Any) -> Any:
    if known.shape is Shape.TEXT and known.name == "value" and isinstance(written, str | int | float | bool):
        return written
    return written if isinstance(written, str) else None


def _written_items(known: TellableField, written: Any) -> Any:
    items = (written,) if isinstance(written, str) else tuple(written) if isinstance(written, list | tuple) else None
    return None if items is None else _several(known, items)


def _several(known: TellableField, items: tuple[str, ...]) -> Any:
    """Several texts as a field holds them; None where one does not fit."""
    if known.words:
        if not {*known.words} >= {*items}:
            return None
        items = tuple(map(known.of, items))
    elif known.shape is Shape.NAMES and not all(map(is_id, items)):
        return None
    return frozenset(items) if known.shape is Shape.NAMES else items


def _written_instant(_: TellableField, written: Any) -> Any:
    try:
        read = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return None if read is None or read.utcoffset() is None else read.astimezone(UTC)


def _is_number(written: Any) -> bool:
    return isinstance(written, int | float) and not isinstance(written, bool)


_WRITTEN: Final[Mapping[Shape, Callable[[TellableField, Any], Any]]] = {
    Shape.ID: lambda _, written: written if is_id(written) else None,
    Shape.TEXT: _written_text,
    Shape.CHOICE: _written_choice,
    Shape.FLAG: lambda _, written: written if isinstance(written, bool) else None,
    Shape.WHOLE: lambda _, written: written if _is_number(written) and isinstance(written, int) else None,
    Shape.NUMBER: lambda _, written: float(written) if _is_number(written) else None,
    Shape.INSTANT: _written_instant,
    Shape.ITEMS: _written_items,
    Shape.NAMES: _written_items,
}


# Cells -------------------------------------------------------------------------------------------------


def cell_reader(
    known: TellableField, time_format: str, zone: tzinfo | None, between: str | None
) -> Callable[[str], Any]:
    """How the text of a cell becomes the value of a field; the function raises `ValueError` where it does not fit.

    Args:
        known: The field.
        time_format: How times are written.
        zone: The zone of times that do not say their offset.
        between: What stands between several values in one cell.
    """

    def read_flag(text: str) -> Any:
        try:
            return _FLAGS[text.lower()]
        except KeyError:
            raise ValueError(text) from None

    def read_choice(text: str) -> Any:
        return known.kind(text)

    def read_instant(text: str) -> Any:
        return instant_in(text, time_format, zone)

    def read_items(text: str) -> Any:
        value = _several(known, _items_in(text, between))
        if value is None:
            raise ValueError(text)
        return value

    def read_table(text: str) -> Any:
        held = json.loads(text)
        if isinstance(held, dict):
            return held
        raise ValueError(text)

    def refuse(text: str) -> Any:
        raise ValueError(text)

    readers: Mapping[Shape, Callable[[str], Any]] = {
        Shape.ID: _read_id,
        Shape.TEXT: str,
        Shape.CHOICE: read_choice,
        Shape.FLAG: read_flag,
        Shape.WHOLE: int,
        Shape.NUMBER: float,
        Shape.INSTANT: read_instant,
        Shape.ITEMS: read_items,
        Shape.NAMES: read_items,
        Shape.TABLE: read_table,
        Shape.PART: refuse,
    }
    return readers[known.shape]


_FLAGS: Final = {"true": True, "false": False}


def _read_id(text: str) -> str:
    if not is_id(text):
        raise ValueError(text)
    return text


def _items_in(text: str, between: str | None) -> tuple[str, ...]:
    if text.startswith("["):
        items = json.loads(text)
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return tuple(items)
        raise ValueError(text)
    return (text,) if between is None else tuple(filter(None, (item.strip() for item in text.split(between))))


def instant_in(text: str, time_format: str, zone: tzinfo | None) -> datetime:
    """The instant that a text says; of a time that came twice, the first.

    Raises:
        ValueError: When it is not in the format, or says no offset and there is no zone.
    """
    try:
        if time_format in (EPOCH_S, EPOCH_MS):
            seconds = float(text) / (1000 if time_format == EPOCH_MS else 1)
            return _EPOCH + timedelta(seconds=seconds)
        read = datetime.fromisoformat(text) if time_format == ISO else datetime.strptime(text, time_format)  # noqa: DTZ007 -- it gets its zone below
        if read.utcoffset() is None:
            if zone is None:
                raise ValueError(text)
            read = read.replace(tzinfo=zone)
        return read.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None
