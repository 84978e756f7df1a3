"""Lengths of time as a policy writes them (`90s`, `2m`, `1d12h`); instants, in words, and so long after another."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WRITTEN: Final = re.compile(r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)


def seconds_in(text: str) -> int | None:
    """How many seconds a length of time has that is written like `1d12h`; None where the text is no such length."""
    match = _WRITTEN.fullmatch(text) if text else None
    if match is None:
        return None
    return sum(int(count) * size for count, size in zip(match.groups("0"), _UNITS.values(), strict=True))


def duration_text(length: timedelta) -> str:
    """A length of time as a policy writes it; parts of a second are rounded down.

    Args:
        length: Zero or more.

    Returns:
        Text that `seconds_in` reads back.
    """
    left, parts = int(length.total_seconds()), []
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def instant_after(start: datetime, length: timedelta) -> datetime | None:
    """The instant so long after another; None after the last day of the calendar: it never comes."""
    try:
        return start + length
    except OverflowError:
        return None


def instant_text(at: datetime, now: datetime) -> str:
    """An instant in UTC as it is told to people: the time if it is today, else with its day, or also its year.

    Args:
        at: The instant (aware).
        now: When it is told (aware).
    """
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return f"{at:%H:%M}"
    day = f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b} {at.year}"
    return f"{day} {at:%H:%M}"
