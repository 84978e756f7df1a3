"""Business time: how long a desk was open between two instants, and when so many open hours will have passed.

A calendar says where the desk is, at which hours of which weekdays it is open, and on which dates that is otherwise:

1. **Hours are written as on a door**: `"09:00-17:30"`, as many a day as you like, `"00:00-24:00"` for the whole day.
   `"22:00-06:00"` crosses midnight and belongs to the day on which it opens. Hours never overlap.
2. **A holiday is shut from midnight to midnight, a special day is open in its own hours and no others.** So what
   opened on the eve closes at midnight; and the night that would open on a holiday does not take place at all, not
   even the part after midnight. To keep that part, write such nights in two: `"22:00-24:00"`, `"00:00-06:00"`.
3. **Only time that passes counts.** Hours last from the first to the last moment at which the clocks of the zone show
   a time inside them. In spring a night is an hour shorter: hours that start or end at a time which the clocks skip
   do so when they jump. In autumn it is an hour longer: hours that start or end inside the repeated hour start when
   it comes first and end when it comes again, so a break inside it disappears.
4. **A desk is open at the instant it opens, and shut at the instant it closes.**
5. **Nothing is rounded.** Instants are whole microseconds, and it does not matter in which zone they are given.

Zones come from the IANA database of the platform; on Windows, which has none, the package `tzdata` is installed too.
What that database learns later (a country gives up summer time) changes the answers for the dates concerned.
Where clocks went back over midnight itself (St. John's until 2011), what they showed twice belongs to both dates.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final, Self, TypeAlias, TypeVar

from attrs import field, frozen

from casecore.kernel import CasecoreError
from casecore.kernel.errors import quoted

__all__ = ["HORIZON", "Calendar", "CalendarError", "Weekday"]

HORIZON: Final = timedelta(days=5 * 366)
"""How far ahead a calendar looks for an instant before it says that there is none: five years."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_NOTHING, _SECOND, _TICK = timedelta(0), timedelta(seconds=1), timedelta(microseconds=1)
_NOT_BACK: Final = "time is not taken back; give 0 or more"
_TOLD: Final = 20  # how many problems are told
_MIDNIGHT: Final = 24 * 60  # the end of a day, in minutes since its start
_DAY: Final = 24 * 60 * 60  # in seconds
_MICROS: Final = 1_000_000  # in a second
_AHEAD: Final = HORIZON // _SECOND * _MICROS
_FIRST, _LAST = (date.min.toordinal() - _EPOCH_DAY) * _DAY, (date.max.toordinal() - _EPOCH_DAY + 1) * _DAY - 1
_BLOCK: Final = 64 * _DAY * _MICROS  # openings are worked out two months at a time, when first asked for,
_KEPT: Final = 128  # and the last so many of these are remembered: some twenty years

# Before the first of these years every zone keeps the mean time of its place; from the second on, its summer time
# follows a rule: then years that begin on the same weekday and have as many days are alike, but for special days.
_RULED, _RULES_LAST = range(1800), range(2100, 10_000)

_Span: TypeAlias = tuple[int, int]  # minutes since midnight; one that crosses midnight closes after 24 * 60
_Block: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Openings in microseconds since 1970: when each opens, when it closes, how long the block has been open by then.

They are in order, do not overlap, and are cut at the ends of the block. Before them stands an empty one where the
block starts; so every instant of the block has an opening before it.
"""


class CalendarError(CasecoreError, ValueError):
    """A calendar that cannot be used, or a question that means nothing; each of its `problems` says what to write."""

    def __init__(self, subject: str, problems: Iterable[str]) -> None:
        self.subject, self.problems = subject, tuple(problems)
        super().__init__(self.subject, self.problems)  # both, so that the error survives pickling

    def __str__(self) -> str:
        return "\n  - ".join((f"{self.subject} cannot be used:", *self.problems))


class Weekday(StrEnum):
    """The days of the week, in order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@frozen(init=False)
class Calendar:
    """When a desk is open; the rules are at the top of this file. Immutable; equal to one that says the same.

    Attributes:
        zone: The IANA name of the zone.
        week: The hours of each weekday that has any, in order, written `HH:MM-HH:MM`.
        holidays: The dates on which the desk is shut, in order.
        special: The hours of each special day, in order.
    """

    zone: str
    week: Mapping[Weekday, tuple[str, ...]] = field(hash=False)  # a mapping has no hash; the other two tell enough
    holidays: tuple[date, ...]
    special: Mapping[date, tuple[str, ...]] = field(hash=False)
    _openings: Callable[[int], _Block] = field(init=False, eq=False, repr=False)
    _uneven: frozenset[int] = field(init=False, eq=False, repr=False)  # the years with special days, or beside them
    _in_years: dict[Any, int] = field(init=False, eq=False, repr=False)  # the open microseconds of a year

    def __init__(
        self,
        zone: str,
        week: Mapping[Weekday, Iterable[str]] | Mapping[str, Iterable[str]],
        holidays: Iterable[date | str] = (),
        special: Mapping[date, Iterable[str]] | Mapping[str, Iterable[str]] = MappingProxyType({}),
    ) -> None:
        """Check what is written, and put it in order.

        Args:
            zone: An IANA name such as `Europe/Lisbon`, or `UTC`.
            week: Hours by weekday: `{"monday": ["09:00-12:30", "13:30-18:00"]}`; a weekday without any is shut.
            holidays: Dates, or their text (`2026-12-25`).
            special: Hours by date, or its text, for dates that differ from their weekday.

        Raises:
            CalendarError: If something is not what it should be, stands there twice or overlaps; it names every
                problem, or the first of many, with what to write.
        """
        problems: list[str] = []
        place = find_zone(zone, problems)
        days = _read_table("week", week, Weekday, f"one of {', '.join(Weekday)}", problems)
        dates = _read_table("special", special, _read_date, "a date like 2026-12-24", problems)
        shut = sorted(_read_days("holidays", holidays, _read_date, "a date like 2026-12-25", problems))
        weekly = tuple(days.get(day, ()) for day in Weekday)
        problems += _contradictions(weekly, dates, shut)
        if not (problems or dates or any(weekly)):
            problems.append('week: is never open; write {"monday": ["09:00-17:30"]}, or take Calendar.always()')
        if problems:
            more = len(problems) - _TOLD
            told = [*problems[:_TOLD], f"there are {more:,} more problems; mend these first"] if more > 0 else problems
            raise CalendarError("the calendar", told)
        self.__attrs_init__(
            zone=zone,
            week=MappingProxyType({day: _write_spans(x) for day, x in zip(Weekday, weekly, strict=True) if x}),
            holidays=tuple(shut),
            special=MappingProxyType({day: _write_spans(dates[day]) for day in sorted(dates)}),
        )
        otherwise = {day.toordinal(): dates.get(day, ()) for day in (*shut, *dates)}
        remembered = lru_cache(_KEPT)(partial(_compute_block, place, weekly, otherwise))
        object.__setattr__(self, "_openings", remembered)  # a memory, not a change: nobody can tell from outside
        object.__setattr__(self, "_uneven", frozenset(_years_of(otherwise)))
        object.__setattr__(self, "_in_years", {})

    @classmethod
    def always(cls) -> Self:
        """A desk that never closes; needs no database of zones."""
        return cls("UTC", dict.fromkeys(Weekday, ("00:00-24:00",)))

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:  # what is copied or pickled starts without memory
        return type(self), (self.zone, dict(self.week), self.holidays, dict(self.special))

    def open_seconds(self, start: datetime, end: datetime) -> float:
        """How long the desk is open between two instants.

        Args:
            start: An aware datetime.
            end: An aware datetime.

        Returns:
            Seconds that really pass in opening hours, exact to the microsecond; 0 if `end` is not after `start`.

        Raises:
            CalendarError: If an instant has no zone.
        """
        return self._open_between(_to_micros(start), _to_micros(end)) / _MICROS

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How long the desk is open between two instants, as `open_seconds` counts it, as a length of time."""
        return _TICK * self._open_between(_to_micros(start), _to_micros(end))

    def add(self, start: datetime, seconds: float) -> datetime | None:
        """When the desk will have been open for so long: the earliest such instant.

        Args:
            start: An aware datetime.
            seconds: Seconds of opening hours, 0 or more; taken to the nearest microsecond.

        Returns:
            An instant in UTC, `start` itself for 0 seconds; None if there is none within `HORIZON` after `start`.

        Raises:
            CalendarError: If the instant has no zone, or the seconds are negative or no number.
        """
        since = _to_micros(start)
        micros = seconds * _MICROS
        if not micros >= 0:  # so written, it catches "not a number" too
            raise CalendarError(f"{seconds} seconds", [_NOT_BACK])
        if micros > _AHEAD:
            return None
        return self._instant_after(since, self._open_by(since // _BLOCK, since), round(micros))

    def clock(self, start: datetime, at: datetime, length: timedelta) -> tuple[timedelta, datetime | None]:
        """What a clock shows that runs in opening hours: `open_time` and `add` in one, which is faster.

        Args:
            start: Since when it runs (aware).
            at: Now (aware).
            length: How long it is to run; not negative.

        Returns:
            How long it has run by now; and the instant at which it will have run so long, None beyond `HORIZON`.

        Raises:
            CalendarError: If an instant has no zone, or the length is negative.
        """
        if length < _NOTHING:
            raise CalendarError(str(length), [_NOT_BACK])
        since, now = _to_micros(start), _to_micros(at)
        before = self._open_by(since // _BLOCK, since)
        elapsed = self._open_by(since // _BLOCK, now) - before if now > since else 0
        return _TICK * elapsed, self._instant_after(since, before, length // _TICK)

    def _open_between(self, since: int, until: int) -> int:
        """The open microseconds between two instants."""
        if until <= since:
            return 0
        number = since // _BLOCK
        return self._open_by(number, until) - self._open_by(number, since)

    def _open_by(self, number: int, until: int) -> int:
        """The open microseconds from the start of a block until an instant in it or in a later one."""
        last, micros = until // _BLOCK, 0
        if last - number > _KEPT:
            return self._open_by_years(number, until)
        while number < last:
            micros += self._openings(number)[2][-1]
            number += 1
        opens, closes, passed = self._openings(last)
        latest = bisect_right(opens, until) - 1
        left = closes[latest] - until
        return micros + passed[latest] - left if left > 0 else micros + passed[latest]  # max() would cost a tenth

    def _open_by_years(self, number: int, until: int) -> int:
        """The same for longer than is remembered: whole years at once, of which most are like one another."""
        first, last = _year_at(number * _BLOCK) + 1, _year_at(until)
        starts = _start_of_year(last)
        years = sum(self._open_in_year(year) for year in range(first, last))
        return self._open_by(number, _start_of_year(first)) + years + self._open_between(starts, until)

    def _open_in_year(self, year: int) -> int:
        alike: Any = year
        if year not in self._uneven and (year in _RULED or year in _RULES_LAST):
            alike = year in _RULED, date(year, 1, 1).weekday(), date(year, 12, 31).weekday()
        if alike not in self._in_years:
            self._in_years[alike] = self._open_between(_start_of_year(year), _start_of_year(year + 1))
        return self._in_years[alike]

    def _instant_after(self, since: int, before: int, micros: int) -> datetime | None:
        """When the desk, which had been open so long in its block before, will have been open for so long after."""
        if micros == 0:
            return _to_instant(since, since)
        number, left = since // _BLOCK, before + micros
        openings = self._openings(number)
        while left > openings[2][-1]:
            left -= openings[2][-1]
            number += 1
            if number * _BLOCK > since + _AHEAD:
                return None
            openings = self._openings(number)
        _, closes, passed = openings
        place = bisect_left(passed, left)
        return _to_instant(closes[place] - (passed[place] - left), since)

    def is_open(self, at: datetime) -> bool:
        """Whether the desk is open at this instant (an aware datetime)."""
        now = _to_micros(at)
        opens, closes, _ = self._openings(now // _BLOCK)
        return now < closes[bisect_right(opens, now) - 1]

    def next_open(self, at: datetime) -> datetime | None:
        """The first instant from `at` on at which the desk is open, in UTC; None if there is none within `HORIZON`."""
        now = _to_micros(at)
        opens = next((opens for opens, _ in self._openings_ahead(now)), None)
        return None if opens is None else _to_instant(max(opens, now), now)

    def closes(self, at: datetime) -> datetime | None:
        """The first instant from `at` on at which the desk is shut, in UTC; None if there is none within `HORIZON`."""
        shut = now = _to_micros(at)
        for opens, closes in self._openings_ahead(now):
            if opens > shut:
                break
            shut = closes  # and on: the next may open at once
        return _to_instant(shut, now)

    def _openings_ahead(self, now: int) -> Iterator[_Span]:
        """Every opening that closes after now, in order, up to the horizon at least."""
        for number in range(now // _BLOCK, (now + _AHEAD) // _BLOCK + 1):
            opens, closes, _ = self._openings(number)
            place = bisect_right(closes, max(now, number * _BLOCK))
            yield from zip(opens[place:], closes[place:], strict=True)


# Openings ----------------------------------------------------------------------------------------------


def _to_micros(at: datetime) -> int:
    try:
        since = at - _EPOCH  # exact, unlike at.timestamp()
    except TypeError:
        remedy = "give an aware datetime, e.g. 2026-11-02T09:00:00+00:00"
        raise CalendarError(quoted(at), [f"it is no instant; {remedy}"]) from None
    return (since.days * _DAY + since.seconds) * _MICROS + since.microseconds


def _to_instant(micros: int, since: int) -> datetime | None:
    """The instant in UTC, unless it lies beyond the horizon or where Python has no dates."""
    if micros > since + _AHEAD:
        return None
    try:
        return _EPOCH + _TICK * micros
    except OverflowError:
        return None


def _year_at(micros: int) -> int:
    """The year in UTC at an instant; the first one for what lies before it."""
    return date.fromordinal(max(_EPOCH_DAY + micros // (_DAY * _MICROS), 1)).year


def _start_of_year(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_DAY) * _DAY * _MICROS


def _years_of(days: Iterable[int]) -> Iterator[int]:
    """The years in which these days, given by their ordinals, may count: a zone is up to a day from UTC."""
    first, last = date.min.toordinal(), date.max.toordinal()
    for day in days:
        for near in (day - 3, day, day + 3):  # a night goes on into the next day, and may end at its midnight
            yield date.fromordinal(min(max(near, first), last)).year


def _second_shown(zone: tzinfo, day: int, minutes: int, *, closing: bool) -> int:
    """The second since 1970 at which hours start or end that are written so in this zone."""
    wall = (day - _EPOCH_DAY) * _DAY + minutes * 60  # what the clocks show, as if it were UTC
    # Hours end with the last second before their end: if the clocks show that twice, when they do so again.
    shown = _EPOCH + _SECOND * min(max(wall - closing, _FIRST), _LAST)
    before, after = ((shown - shown.replace(tzinfo=zone, fold=fold)) // _SECOND for fold in (0, 1))  # UTC offsets
    if before >= after:  # the same on all days but the one in autumn
        return wall - (after if closing else before)
    skips = range(wall - after, wall - before)  # the clocks do not show this time: they jump somewhere in here

    def jumped(second: int) -> bool:
        return (_EPOCH + _SECOND * second).astimezone(zone).replace(tzinfo=UTC) > shown

    return skips.start + bisect_left(skips, True, key=jumped)  # noqa: FBT003 -- the value looked for, no flag


def _compute_block(
    zone: tzinfo, weekly: tuple[tuple[_Span, ...], ...], otherwise: Mapping[int, tuple[_Span, ...]], number: int
) -> _Block:
    start, stop = number * _BLOCK, (number + 1) * _BLOCK
    first, last = (_EPOCH_DAY + edge // (_DAY * _MICROS) for edge in (start, stop))
    opens, closes, passed = [start], [start], [0]
    for day in range(first - 2, last + 1):  # a zone is up to 16 hours from UTC, hours end up to 48 after midnight
        for from_minute, to_minute in otherwise.get(day, weekly[(day - 1) % 7]):  # day 1 was a Monday
            until = min(to_minute, _MIDNIGHT) if day + 1 in otherwise else to_minute
            opening = max(closes[-1], _second_shown(zone, day, from_minute, closing=False) * _MICROS)
            closing = min(stop, _second_shown(zone, day, until, closing=True) * _MICROS)
            if opening < closing:  # neither skipped by the clocks, nor on the other side of an end of the block
                opens.append(opening)
                closes.append(closing)
                passed.append(passed[-1] + closing - opening)
    return tuple(opens), tuple(closes), tuple(passed)


# Reading what is written -------------------------------------------------------------------------------

K = TypeVar("K", bound=Weekday | date)
_HOURS: Final = re.compile(r"(\d\d?):([0-5]\d) ?[-–] ?(\d\d?):([0-5]\d)", re.ASCII)


def find_zone(name: str, problems: list[str]) -> tzinfo:
    """The zone with an IANA name; where there is none, UTC, and a problem that says what to write."""
    if name == "UTC":  # it needs no database
        return UTC
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (KeyError, OSError, TypeError, ValueError):  # so many ways there are to find nothing
        known = available_timezones()
    from difflib import get_close_matches

    near = get_close_matches(quoted(name), known, 1) or ["Europe/Lisbon"]
    remedy = f"write an IANA name, e.g. {near[0]}" if known else "this machine knows none: install the package tzdata"
    problems.append(f"zone: {quoted(name)} is no time zone; {remedy}")
    return UTC


def _read_days(
    name: str, words: Iterable[Any], read: Callable[[Any], K], like: str, problems: list[str]
) -> dict[K, Any]:
    """The word for each day; a problem for each word that means no day, or one that was there before."""
    days: dict[K, Any] = {}
    for word in _each_of(name, words, f"a list of days, each {like}", problems):
        try:
            day = read(word)
        except (TypeError, ValueError):
            problems.append(f"{name}: {quoted(word)} is no day; write {like}")
            continue
        if day in days:
            problems.append(f"{name}: {day} stands there twice; write it once")
        days[day] = word
    return days


def _read_table(
    name: str, written: Mapping[Any, Iterable[str]], read: Callable[[Any], K], like: str, problems: list[str]
) -> dict[K, tuple[_Span, ...]]:
    """The hours of each day; of a word that means none they are read too, so that no problem is left for next time."""
    given: object = written
    if not isinstance(given, Mapping):
        problems.append(f"{name}: {quoted(given)} is no table; write the hours by day, {like}")
        return {}
    hours = {word: _read_spans(f"{name} {word}", texts, problems) for word, texts in written.items()}
    return {day: hours[word] for day, word in _read_days(name, hours, read, like, problems).items()}


def _each_of(name: str, given: object, like: str, problems: list[str]) -> Iterable[Any]:
    """What stands in a list; nothing, and a problem, where it is none."""
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return given
    problems.append(f"{name}: {quoted(given)} is no list; write {like}")
    return ()


def _read_date(word: Any) -> date:
    return word if type(word) is date else date.fromisoformat(word)  # not of a datetime, though that is a date too


def _read_spans(where: str, hours: Iterable[str], problems: list[str]) -> tuple[_Span, ...]:
    """The hours of one day, in order; a problem for each text that says none."""
    spans = []
    for text in [hours] if isinstance(hours, str) else _each_of(where, hours, "a list of hours", problems):
        match = _HOURS.fullmatch(text) if isinstance(text, str) else None
        hour, minute, to_hour, to_minute = map(int, match.groups()) if match else (0, 0, 0, 0)
        opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
        if opens == closes or max(opens + 1, closes) > _MIDNIGHT:
            remedy = 'write "09:00-17:30", "22:00-06:00" across midnight, "00:00-24:00" for the whole day'
            problems.append(f"{where}: {quoted(text)} are no hours; {remedy}")
        else:
            spans.append((opens, closes if closes > opens else closes + _MIDNIGHT))
    return tuple(sorted(spans))


def _write_spans(spans: Iterable[_Span]) -> tuple[str, ...]:
    minutes = ((opens % _MIDNIGHT, (closes - 1) % _MIDNIGHT + 1) for opens, closes in spans)
    return tuple(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in minutes)


def _contradictions(
    weekly: tuple[tuple[_Span, ...], ...], special: Mapping[date, tuple[_Span, ...]], shut: list[date]
) -> Iterator[str]:
    for number, day in enumerate(Weekday):
        yield from _overlaps(f"week {day}", weekly[number], weekly[(number + 1) % 7])
    otherwise, closed = {day.toordinal() for day in (*shut, *special)}, frozenset(shut)
    for special_day, spans in special.items():
        if not spans:
            yield f"special {special_day}: has no hours; write some, or make it a holiday"
        if special_day in closed:
            yield f"special {special_day}: is a holiday too; take it out of one of them"
        number = special_day.toordinal()  # the day after has its weekday's hours, unless this one closes at midnight
        yield from _overlaps(f"special {special_day}", spans, () if number + 1 in otherwise else weekly[number % 7])


def _overlaps(where: str, spans: tuple[_Span, ...], morrow: tuple[_Span, ...]) -> Iterator[str]:
    after = [(opens + _MIDNIGHT, closes + _MIDNIGHT) for opens, closes in morrow]
    for this, following in zip(spans, (*spans[1:], *after[:1]), strict=False):
        if following[0] < this[1]:
            one, other = _write_spans((this, following))
            yield f"{where}: {one} overlaps {other}; end it sooner, or write one"
