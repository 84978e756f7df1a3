"""Business time: opening hours, holidays, the nights on which the clocks change, and the laws of every zone."""

import copy
import pickle
import sys
import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from itertools import permutations
from zoneinfo import ZoneInfo

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from casecore.kernel import CasecoreError
from casecore.kernel.errors import quoted
from casecore.policies.calendars import HORIZON, Calendar, CalendarError, Weekday
from tests.profiles import examples

HOUR = 3600.0
TICK = timedelta(microseconds=1)
OFFICE = dict.fromkeys(list(Weekday)[:5], ("09:00-12:30", "13:30-18:00"))
LISBON = Calendar("Europe/Lisbon", OFFICE, ["2026-12-25"], {"2026-12-24": ["09:00-13:00"]})


def every_day(zone, *hours, holidays=(), special=None):
    """A calendar with the same hours on all weekdays."""
    return Calendar(zone, dict.fromkeys(Weekday, hours), holidays, special or {})


def local(zone, text, fold=0):
    """What the clocks of the zone show."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def lisbon(text, fold=0):
    """What the clocks of Lisbon show."""
    return local("Europe/Lisbon", text, fold)


def hours_open(calendar, start, end):
    """Open hours between two times as the clocks of the calendar's zone show them."""
    return calendar.open_seconds(local(calendar.zone, start), local(calendar.zone, end)) / HOUR


# Hours, days, holidays ---------------------------------------------------------------------------------


def test_a_break_for_lunch_does_not_count():
    """From ten to three there are five hours, of which one is lunch."""
    assert 4 == hours_open(LISBON, "2026-11-02T10:00", "2026-11-02T15:00")
    assert 0 == hours_open(LISBON, "2026-11-02T12:30", "2026-11-02T13:30")
    assert 8 == hours_open(LISBON, "2026-11-02T00:00", "2026-11-03T00:00")


def test_a_deadline_passes_over_lunch_night_and_weekend():
    """One open hour from noon on is 14:00; with ten, a Friday's noon leads to Monday's afternoon."""
    friday = lisbon("2026-11-06T12:00")
    assert lisbon("2026-11-06T14:00") == LISBON.add(friday, 1 * HOUR)
    assert lisbon("2026-11-09T15:00") == LISBON.add(friday, 10 * HOUR)


def test_a_deadline_that_falls_on_closing_time_is_the_closing_time():
    """Half an hour from noon on has passed at 12:30, not only when the desk opens again."""
    noon = lisbon("2026-11-02T12:00")
    assert lisbon("2026-11-02T12:30") == LISBON.add(noon, HOUR / 2)


def test_no_time_has_passed_at_once_even_when_shut():
    """Zero seconds lead to the start itself, and so does less than a microsecond; time never runs backwards."""
    lunch = lisbon("2026-11-02T13:00")
    assert lunch == LISBON.add(lunch, 0) == LISBON.add(lunch, 1e-7)
    assert UTC is LISBON.add(lunch, 0).tzinfo
    assert 0 == LISBON.open_seconds(lunch, lunch) == LISBON.open_seconds(lunch, lunch - timedelta(days=3))


def test_open_at_the_opening_and_shut_at_the_closing():
    """The desk is open from 9:00:00 to a microsecond before 12:30."""
    opening, closing = lisbon("2026-11-02T09:00"), lisbon("2026-11-02T12:30")
    assert [False, True] == [LISBON.is_open(opening - TICK), LISBON.is_open(opening)]
    assert [True, False] == [LISBON.is_open(closing - TICK), LISBON.is_open(closing)]
    assert 1e-6 == LISBON.open_seconds(opening - TICK, opening + TICK)


def test_when_it_opens_and_closes_next():
    """Both answer with the instant itself if that is so already."""
    before, during = lisbon("2026-11-02T08:00"), lisbon("2026-11-02T12:00")
    assert lisbon("2026-11-02T09:00") == LISBON.next_open(before)
    assert during == LISBON.next_open(during)
    assert lisbon("2026-11-02T12:30") == LISBON.closes(during)
    assert before == LISBON.closes(before)
    assert lisbon("2026-11-09T09:00") == LISBON.next_open(lisbon("2026-11-06T18:00"))


def test_hours_that_touch_are_one_opening():
    """Where one shift follows another without a break, the desk does not close between them."""
    shifts = every_day("Asia/Kolkata", "06:00-14:00", "14:00-22:00")
    assert local("Asia/Kolkata", "2026-05-01T22:00") == shifts.closes(local("Asia/Kolkata", "2026-05-01T07:00"))


def test_holidays_and_special_days():
    """At Christmas 2026 (a Friday) the eve has four hours, the day none, and Monday is a working day again."""
    assert 4 == hours_open(LISBON, "2026-12-24T00:00", "2026-12-28T00:00")
    assert lisbon("2026-12-28T10:00") == LISBON.add(lisbon("2026-12-24T12:00"), 2 * HOUR)


def test_a_special_day_may_open_a_sunday():
    """A date with its own hours needs no weekday that has some."""
    sale = Calendar("Europe/Lisbon", OFFICE, special={date(2026, 11, 29): ["10:00-12:00", "22:00-02:00"]})
    assert 6 == hours_open(sale, "2026-11-28T00:00", "2026-11-30T09:00")


def test_hours_across_midnight():
    """A night of eight hours belongs to the day on which it opens."""
    fridays = Calendar("Africa/Luanda", {"friday": ["22:00-06:00"]})
    assert 8 == hours_open(fridays, "2026-11-02T00:00", "2026-11-09T00:00")
    assert 6 == hours_open(fridays, "2026-11-07T00:00", "2026-11-08T00:00")
    assert local("Africa/Luanda", "2026-11-07T06:00") == fridays.closes(local("Africa/Luanda", "2026-11-06T23:00"))


def test_sunday_night_goes_on_into_monday():
    """The week is a ring."""
    sundays = Calendar("Africa/Luanda", {"sunday": ["20:00-04:00"]})
    assert 4 == hours_open(sundays, "2026-11-09T00:00", "2026-11-10T00:00")


def test_a_night_before_a_holiday_ends_at_midnight_and_that_of_the_holiday_does_not_take_place():
    """Nothing is open on the holiday, and the morning after it belongs to a night that never began."""
    nights = every_day("Africa/Luanda", "22:00-06:00", holidays=["2026-11-11"])
    assert 2 == hours_open(nights, "2026-11-10T12:00", "2026-11-11T00:00")
    assert 0 == hours_open(nights, "2026-11-11T00:00", "2026-11-12T22:00")
    assert local("Africa/Luanda", "2026-11-11T00:00") == nights.closes(local("Africa/Luanda", "2026-11-10T23:00"))


def test_nights_written_in_two_keep_the_morning_after_a_holiday():
    """Who wants the hours after a holiday's midnight writes them as hours of their own day."""
    nights = every_day("Africa/Luanda", "22:00-24:00", "00:00-06:00", holidays=["2026-11-11"])
    assert 0 == hours_open(nights, "2026-11-11T00:00", "2026-11-12T00:00")
    assert 6 == hours_open(nights, "2026-11-12T00:00", "2026-11-12T12:00")


def test_a_night_into_a_special_day_ends_at_midnight():
    """A special day is open in its own hours and no others; its own night goes on into an ordinary day."""
    nights = every_day("Africa/Luanda", "22:00-06:00", special={"2026-11-11": ["05:00-07:00", "23:00-01:00"]})
    assert 2 == hours_open(nights, "2026-11-10T12:00", "2026-11-11T05:00")
    assert 4 == hours_open(nights, "2026-11-11T05:00", "2026-11-12T12:00")


def test_a_leap_day_is_a_day():
    """29 February 2028 is a Tuesday with eight hours; 2027 has none."""
    assert 8 == hours_open(LISBON, "2028-02-29T00:00", "2028-03-01T00:00")
    assert 24 == hours_open(LISBON, "2028-02-28T00:00", "2028-03-02T00:00")
    assert lisbon("2028-02-29T10:00") == LISBON.add(lisbon("2028-02-28T17:00"), 2 * HOUR)
    assert 8 == hours_open(LISBON, "2027-02-26T09:00", "2027-03-01T09:00")


def test_the_year_changes_in_the_middle_of_a_night():
    """A night is as long on New Year's Eve as on any other."""
    nights = every_day("Europe/Lisbon", "22:00-06:00")
    assert 8 == hours_open(nights, "2026-12-31T12:00", "2027-01-01T12:00")
    assert lisbon("2027-01-01T01:00") == nights.add(lisbon("2026-12-31T20:00"), 3 * HOUR)


# The nights on which the clocks change -----------------------------------------------------------------


def test_the_spring_night_is_an_hour_shorter():
    """In Lisbon the clocks jump from one to two: a night shift works seven hours, and its deadlines know."""
    nights = every_day("Europe/Lisbon", "22:00-06:00")
    assert 7 == hours_open(nights, "2026-03-28T12:00", "2026-03-29T12:00")
    assert lisbon("2026-03-29T03:00") == nights.add(lisbon("2026-03-28T22:00"), 4 * HOUR)


def test_the_autumn_night_is_an_hour_longer():
    """In Lisbon the clocks go back from two to one: nine hours, and 1:30 comes twice."""
    nights = every_day("Europe/Lisbon", "22:00-06:00")
    evening = lisbon("2026-10-24T22:00")
    assert 9 == hours_open(nights, "2026-10-24T12:00", "2026-10-25T12:00")
    assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == nights.add(evening, 3.5 * HOUR)
    assert datetime(2026, 10, 25, 1, 30, tzinfo=UTC) == nights.add(evening, 4.5 * HOUR)


def test_two_instants_that_the_clocks_show_alike_are_an_hour_apart():
    """Datetimes of one zone are compared as instants, not by what the clocks show."""
    once, again = (lisbon("2026-10-25T01:30", fold=fold) for fold in (0, 1))
    assert HOUR == Calendar.always().open_seconds(once, again)
    assert HOUR - 60 == Calendar.always().open_seconds(once, again.replace(minute=29))


@pytest.mark.parametrize(
    ("hours", "spring", "autumn"),
    [
        ("02:15-04:00", 1.0, 1.75),  # starts when the clocks jump
        ("01:30-02:30", 0.5, 2.0),  # ends when the clocks jump; starts when 1:30 comes first
        ("02:10-02:50", 0.0, 2 / 3),  # skipped
        ("00:00-02:00", 2.0, 3.0),
        ("00:00-03:00", 2.0, 4.0),
        ("03:00-04:00", 1.0, 1.0),
        ("00:00-01:30", 1.5, 2.5),  # ends when 1:30 comes again
        ("00:00-01:00", 1.0, 1.0),  # no time before 1:00 comes again
        ("01:00-02:00", 1.0, 2.0),
        ("01:15-01:45", 0.5, 1.5),
        ("00:00-24:00", 23.0, 25.0),
    ],
)
def test_hours_that_start_or_end_inside_the_change(hours, spring, autumn):
    """In New York the clocks jump from two to three in March and go back from two to one in November."""
    calendar = every_day("America/New_York", hours)
    assert spring == hours_open(calendar, "2026-03-08T00:00", "2026-03-09T00:00")
    assert calendar.is_open(calendar.next_open(local("America/New_York", "2026-03-08T00:00")))
    assert autumn == hours_open(calendar, "2026-11-01T00:00", "2026-11-02T00:00")


def test_a_break_inside_the_repeated_hour_disappears():
    """The first hours end when 1:20 comes again; by then the second have started, when 1:40 came first."""
    calendar = every_day("America/New_York", "00:00-01:20", "01:40-05:00")
    midnight = local("America/New_York", "2026-11-01T00:00")
    assert local("America/New_York", "2026-11-01T05:00") == calendar.closes(midnight)
    assert 6 == hours_open(calendar, "2026-11-01T00:00", "2026-11-02T00:00")


def test_half_an_hour_of_summer_time():
    """Lord Howe Island moves its clocks by half an hour."""
    nights = every_day("Australia/Lord_Howe", "22:00-06:00")
    assert 8.5 == hours_open(nights, "2026-04-04T12:00", "2026-04-05T12:00")
    assert 7.5 == hours_open(nights, "2026-10-03T12:00", "2026-10-04T12:00")


def test_midnight_that_does_not_exist():
    """In São Paulo summer started at midnight: 4 November 2018 begins at 1:00, and 17 February 2018 has 25 hours."""
    whole = Calendar("America/Sao_Paulo", {"sunday": ["00:00-24:00"], "saturday": ["00:00-24:00"]})
    assert 23 == hours_open(whole, "2018-11-04T01:00", "2018-11-05T12:00")
    assert datetime(2018, 11, 4, 3, tzinfo=UTC) == every_day("America/Sao_Paulo", "00:00-02:00").next_open(
        local("America/Sao_Paulo", "2018-11-03T12:00")
    )
    assert 25 == hours_open(whole, "2018-02-17T00:00", "2018-02-18T00:00")


def test_midnight_that_comes_twice():
    """In Havana the hour after midnight is repeated; a holiday shuts both, and what opened on the eve closes before."""
    evenings = every_day("America/Havana", "18:00-04:00", holidays=["2026-11-01"])
    midnight = local("America/Havana", "2026-11-01T00:00", fold=0)
    assert midnight.astimezone(UTC) == evenings.closes(local("America/Havana", "2026-10-31T20:00"))
    assert 0 == hours_open(evenings, "2026-11-01T00:00", "2026-11-02T18:00")
    assert 25 == hours_open(every_day("America/Havana", "00:00-24:00"), "2026-11-01T00:00", "2026-11-02T00:00")


def test_a_date_that_does_not_exist():
    """Samoa crossed the date line: after 29 December 2011 came the 31st, whatever was planned for the 30th."""
    for special in ({}, {"2011-12-30": ["00:00-24:00"]}):
        office = every_day("Pacific/Apia", "09:00-17:00", special=special)
        assert 16 == hours_open(office, "2011-12-29T00:00", "2012-01-01T00:00")
    midnight = datetime(2011, 12, 30, 10, tzinfo=UTC)
    nights = every_day("Pacific/Apia", "22:00-06:00")
    assert 2 + 6 + 2 == hours_open(nights, "2011-12-29T12:00", "2012-01-01T00:00")
    assert midnight == every_day("Pacific/Apia", "20:00-24:00").closes(midnight - timedelta(hours=1))


# Limits ------------------------------------------------------------------------------------------------


def test_a_calendar_that_does_not_open_any_more_has_no_answer():
    """After its last special day a calendar is shut; nobody waits for an answer for ever."""
    fair = Calendar("Europe/Lisbon", {}, special={"2026-11-05": ["10:00-12:00"], "2026-11-06": ["10:00-12:00"]})
    start, last = lisbon("2026-11-02T12:00"), lisbon("2026-11-06T12:00")
    assert last == fair.add(start, 4 * HOUR)
    assert fair.add(start, 4 * HOUR + 1e-6) is None
    assert fair.next_open(last) is None
    assert last == fair.closes(last - TICK)
    assert last == fair.closes(last)


def test_the_horizon_is_the_last_instant_looked_at():
    """Five years ahead there is an answer; a microsecond later there is none, wherever an opening lies."""
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    always, seconds = Calendar.always(), HORIZON.total_seconds()
    assert start + HORIZON == always.add(start, seconds)
    assert always.add(start, seconds + 1e-6) is None
    assert always.add(start, float("inf")) is None
    assert always.closes(start) is None
    day = (start + HORIZON).date()
    late = Calendar("UTC", {}, special={day: ["09:00-10:00"]})
    assert start + HORIZON == late.next_open(start)
    assert late.next_open(start - TICK) is None
    assert start + HORIZON + TICK == late.add(start + TICK, 1e-6)
    assert late.add(start, 1e-6) is None


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Apia"])
def test_the_ends_of_the_calendar_of_python(zone):
    """From the first to the last datetime nothing breaks; where Python has no date there is no answer."""
    whole = every_day(zone, "00:00-24:00")
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert 9 * 24 * HOUR == whole.open_seconds(first, first + timedelta(days=9))
    assert 86399.999999 == whole.open_seconds(last - timedelta(days=1) + TICK, last)
    assert last == whole.add(last - TICK, 1e-6) == whole.next_open(last)
    assert whole.is_open(first)
    assert whole.is_open(last)
    assert whole.add(last, 1e-6) is None
    assert whole.closes(last) is None
    beyond = last.replace(tzinfo=timezone(timedelta(hours=-9)))
    before = first.replace(tzinfo=timezone(timedelta(hours=9)))
    assert whole.open_seconds(last, beyond) == 9 * HOUR
    assert [None] * 3 == [whole.add(beyond, 0), whole.add(before, 0), whole.next_open(beyond)]


@pytest.mark.parametrize(
    ("zone", "hours"), [("Pacific/Pago_Pago", "23:00-22:00"), ("Pacific/Kiritimati", "00:00-23:00")]
)
def test_no_hours_are_lost_far_from_greenwich(zone, hours):
    """Eleven hours behind or fourteen ahead, every day of a year has its 23 hours, wherever memory is cut."""
    calendar, start = every_day(zone, hours), datetime(2026, 1, 1, 12, tzinfo=UTC)
    days = [start + timedelta(days=count) for count in range(366)]
    assert {23 * HOUR} == {calendar.open_seconds(day, day + timedelta(days=1)) for day in days}
    assert 365 * 23 * HOUR == calendar.open_seconds(days[0], days[-1])


@pytest.mark.parametrize("at", [datetime(2026, 11, 2, 9), date(2026, 11, 2), "2026-11-02", None])  # noqa: DTZ001 -- the mistake
def test_an_instant_without_a_zone_is_refused(at):
    """Nobody can say how much time lies between nine o'clock and nine o'clock somewhere else."""
    good = datetime(2026, 11, 2, 9, tzinfo=UTC)
    for ask in (
        lambda: LISBON.open_seconds(at, good),
        lambda: LISBON.open_seconds(good, at),
        lambda: LISBON.add(at, 1),
        lambda: LISBON.open_time(at, good),
        lambda: LISBON.clock(at, good, timedelta(hours=1)),
        lambda: LISBON.clock(good, at, timedelta(hours=1)),
        lambda: LISBON.is_open(at),
        lambda: LISBON.next_open(at),
        lambda: LISBON.closes(at),
    ):
        with pytest.raises(CalendarError, match=r"give an aware datetime, e\.g\. 2026-11-02T09:00:00\+00:00"):
            ask()


@pytest.mark.parametrize("seconds", [-1, -1e-9, float("nan"), float("-inf")])
def test_time_is_not_taken_back(seconds):
    """There is no instant at which less than no time has passed."""
    with pytest.raises(CalendarError, match="time is not taken back; give 0 or more"):
        LISBON.add(datetime(2026, 11, 2, tzinfo=UTC), seconds)


def test_no_clock_runs_for_less_than_no_time():
    """A clock's length is not negative either."""
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    with pytest.raises(CalendarError, match="time is not taken back; give 0 or more"):
        LISBON.clock(monday, monday, -TICK)


def test_it_remembers_a_bounded_stretch_and_forgets_without_harm():
    """A desk that looks through a century keeps some twenty years in memory, and answers as before."""
    calendar = Calendar("Asia/Kolkata", {"monday": ["10:00-11:00"]})
    year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    before = calendar.open_seconds(*year)
    assert 52 * HOUR == before
    mondays = sum(date(2000, 1, 1).toordinal() <= day < date(2100, 1, 1).toordinal() for day in range(1, 800_000, 7))
    assert mondays * HOUR == calendar.open_seconds(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert 128 == calendar._openings.cache_info().currsize
    assert before == calendar.open_seconds(*year)


# What a calendar is ------------------------------------------------------------------------------------


def test_it_is_kept_in_order_however_it_is_written():
    """Words or members, texts or dates, any order, with spaces and dashes: the same calendar."""
    one = Calendar(
        "Europe/Lisbon",
        {"friday": ["13:30 – 18:00", "9:00-12:30"], "monday": "22:00-00:00", "sunday": []},
        ["2026-12-25", date(2026, 1, 1)],
        {"2026-12-31": ["08:00-12:00"], date(2026, 12, 24): ["22:00-02:00"]},
    )
    other = Calendar(
        "Europe/Lisbon",
        {Weekday.MONDAY: ("22:00-24:00",), Weekday.FRIDAY: ("09:00-12:30", "13:30-18:00")},
        [date(2026, 1, 1), date(2026, 12, 25)],
        {date(2026, 12, 24): ("22:00-02:00",), date(2026, 12, 31): ("08:00-12:00",)},
    )
    assert one == other
    assert 1 == len({one, other})
    assert [(Weekday.MONDAY, ("22:00-24:00",)), (Weekday.FRIDAY, ("09:00-12:30", "13:30-18:00"))] == [*one.week.items()]
    assert (date(2026, 1, 1), date(2026, 12, 25)) == one.holidays
    assert [date(2026, 12, 24), date(2026, 12, 31)] == [*one.special]


def test_it_differs_where_it_says_something_else():
    """Every part counts."""
    changes = {"zone": "Europe/Madrid", "week": {"monday": ["09:00-10:00"]}, "holidays": [], "special": {}}
    assert 5 == len({LISBON, *(attrs.evolve(LISBON, **{name: value}) for name, value in changes.items())})


def test_nothing_changes_it():
    """Not from outside, and not what it was made from; what it remembers shows nowhere."""
    week = {"monday": ["09:00-10:00"]}
    calendar, untouched = Calendar("UTC", week), Calendar("UTC", week)
    week["monday"].append("11:00-12:00")
    with pytest.raises(FrozenInstanceError):
        calendar.zone = "Europe/Lisbon"
    with pytest.raises(TypeError):
        calendar.week["monday"] = ()
    with pytest.raises(TypeError):
        calendar.special[date(2026, 1, 1)] = ()
    assert HOUR == calendar.open_seconds(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
    assert untouched == calendar
    assert (repr(untouched), hash(untouched)) == (repr(calendar), hash(calendar))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), attrs.evolve])  # noqa: S301 -- our own pickle
def test_it_can_be_copied(copied):
    """A copy says the same and answers the same."""
    start = datetime(2026, 11, 2, tzinfo=UTC)
    assert LISBON == copied(LISBON)
    assert LISBON.add(start, 100 * HOUR) == copied(LISBON).add(start, 100 * HOUR)


# Mistakes ----------------------------------------------------------------------------------------------

NO_HOURS = 'are no hours; write "09:00-17:30", "22:00-06:00" across midnight, "00:00-24:00" for the whole day'
TODAY = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"zone": "Europe/Lisboa"}, "zone: 'Europe/Lisboa' is no time zone; write an IANA name, e.g. Europe/Lisbon"),
        (
            {"zone": "America/New York"},
            "zone: 'America/New York' is no time zone; write an IANA name, e.g. America/New_York",
        ),
        ({"zone": ""}, "zone: '' is no time zone; write an IANA name, e.g. Europe/Lisbon"),
        ({"zone": "Europe"}, "zone: 'Europe' is no time zone; write an IANA name, e.g. Europe/Rome"),
        ({"zone": "../Lisbon"}, "zone: '../Lisbon' is no time zone; write an IANA name, e.g. Europe/Lisbon"),
        ({"zone": None}, "zone: None is no time zone; write an IANA name, e.g. Europe/Lisbon"),
        (
            {"week": {"mon": ["09:00-10:00"]}},
            "week: 'mon' is no day; write one of monday, tuesday, wednesday, thursday, friday, saturday, sunday",
        ),
        ({"week": {"monday": ["9-17"]}}, f"week monday: '9-17' {NO_HOURS}"),
        ({"week": {"monday": ["09:00-09:00"]}}, f"week monday: '09:00-09:00' {NO_HOURS}"),
        ({"week": {"monday": ["24:00-06:00"]}}, f"week monday: '24:00-06:00' {NO_HOURS}"),
        ({"week": {"monday": ["18:00-24:01"]}}, f"week monday: '18:00-24:01' {NO_HOURS}"),
        ({"week": {"monday": ["09:60-10:00"]}}, f"week monday: '09:60-10:00' {NO_HOURS}"),
        ({"week": {"monday": ["٠٩:00-10:00"]}}, f"week monday: '٠٩:00-10:00' {NO_HOURS}"),
        ({"week": {"monday": [None]}}, f"week monday: None {NO_HOURS}"),
        (
            {"week": {"monday": ["13:00-18:00", "09:00-13:01"]}},
            "week monday: 09:00-13:01 overlaps 13:00-18:00; end it sooner, or write one",
        ),
        (
            {"week": {"monday": ["13:00-18:00", "13:00-18:00"]}},
            "week monday: 13:00-18:00 overlaps 13:00-18:00; end it sooner, or write one",
        ),
        (
            {"week": {"monday": ["22:00-06:00", "23:00-24:00"]}},
            "week monday: 22:00-06:00 overlaps 23:00-24:00; end it sooner, or write one",
        ),
        (
            {"week": {"sunday": ["22:00-06:00"], "monday": ["05:59-12:00"]}},
            "week sunday: 22:00-06:00 overlaps 05:59-12:00; end it sooner, or write one",
        ),
        ({"week": {}}, 'week: is never open; write {"monday": ["09:00-17:30"]}, or take Calendar.always()'),
        ({"week": {"monday": []}}, 'week: is never open; write {"monday": ["09:00-17:30"]}, or take Calendar.always()'),
        ({"holidays": ["25.12.2026"]}, "holidays: '25.12.2026' is no day; write a date like 2026-12-25"),
        ({"holidays": ["2026-02-29"]}, "holidays: '2026-02-29' is no day; write a date like 2026-12-25"),
        ({"holidays": [TODAY]}, f"holidays: {quoted(TODAY)} is no day; write a date like 2026-12-25"),
        ({"holidays": ["2026-12-25", date(2026, 12, 25)]}, "holidays: 2026-12-25 stands there twice; write it once"),
        ({"special": {"tomorrow": ["09:00-10:00"]}}, "special: 'tomorrow' is no day; write a date like 2026-12-24"),
        ({"special": {"2026-12-24": []}}, "special 2026-12-24: has no hours; write some, or make it a holiday"),
        (
            {"special": {"2026-12-24": ["09:00-10:00"], date(2026, 12, 24): ["10:00-11:00"]}},
            "special: 2026-12-24 stands there twice; write it once",
        ),
        (
            {"special": {"2026-12-24": ["09:00-10:00"]}, "holidays": ["2026-12-24"]},
            "special 2026-12-24: is a holiday too; take it out of one of them",
        ),
        (
            {"special": {"2026-12-24": ["09:00-10:00", "09:59-11:00"]}},
            "special 2026-12-24: 09:00-10:00 overlaps 09:59-11:00; end it sooner, or write one",
        ),
        (
            {"special": {"2026-12-20": ["20:00-09:01"]}},  # a Sunday, into a Monday that opens at nine
            "special 2026-12-20: 20:00-09:01 overlaps 09:00-17:30; end it sooner, or write one",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(written, problem):
    """One problem, told once."""
    with pytest.raises(CalendarError) as refused:
        Calendar(**{"zone": "Europe/Lisbon", "week": {"monday": ["09:00-17:30"]}} | written)
    assert (problem,) == refused.value.problems
    assert f"the calendar cannot be used:\n  - {problem}" == str(refused.value)
    assert isinstance(refused.value, CasecoreError)


def test_all_problems_are_told_together():
    """Who writes a calendar corrects it once."""
    with pytest.raises(CalendarError) as refused:
        Calendar("Nowhere", {"mon": ["9-17"], "friday": ["09:00-12:00", "11:00-15:00"]}, ["x"], {"2026-12-24": []})
    places = [problem.split(":")[0] for problem in refused.value.problems]
    assert ["zone", "week mon", "week", "holidays", "week friday", "special 2026-12-24"] == places
    assert str(refused.value) == str(pickle.loads(pickle.dumps(refused.value)))  # noqa: S301 -- our own pickle


def test_hours_that_only_touch_or_are_cut_by_a_holiday_do_not_overlap():
    """A night may end when the morning starts, and a night into a holiday ends at midnight anyway."""
    every_day("Europe/Lisbon", "06:00-12:00", "22:00-06:00")
    Calendar("Europe/Lisbon", {"monday": ["08:00-12:00"]}, ["2026-12-21"], {"2026-12-20": ["20:00-09:00"]})
    both = Calendar("Europe/Lisbon", {}, (), {"2026-12-20": ["20:00-09:00"], "2026-12-21": ["08:00-12:00"]})
    assert 4 + 4 == hours_open(both, "2026-12-20T00:00", "2026-12-22T00:00")


def test_without_a_database_of_zones_it_says_what_to_install(monkeypatch):
    """A platform may have no zones; a desk that never closes does not need them."""
    for module in ("tzdata", *(name for name in sys.modules if name.startswith("tzdata."))):  # some library loads them
        monkeypatch.setitem(sys.modules, module, None)
    zoneinfo.reset_tzpath(to=())
    ZoneInfo.clear_cache()
    try:
        with pytest.raises(CalendarError, match="this machine knows none: install the package tzdata"):
            Calendar("Europe/Lisbon", OFFICE)
        assert Calendar.always().is_open(datetime(2026, 11, 2, tzinfo=UTC))
    finally:
        zoneinfo.reset_tzpath()


# Laws --------------------------------------------------------------------------------------------------

# No deadlines: the first question about a place is slow, because its minutes are counted, and a machine may be busy.
# Around these instants clocks change, a date is skipped, February has 29 days, or a year ends.
PLACES = {
    "Europe/Lisbon": ["2026-03-29T01:00", "2026-10-25T01:00", "2027-01-01T00:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],
    "Asia/Kolkata": ["2028-02-29T12:00", "1945-10-14T17:30"],
    "Africa/Luanda": ["2026-12-31T23:00"],
    "America/Sao_Paulo": ["2018-11-04T03:00", "2018-02-18T02:00"],
    "America/Havana": ["2026-03-08T05:00", "2026-11-01T05:00"],
    "Pacific/Apia": ["2011-12-30T10:00", "2012-03-31T14:00"],
}
ANCHORS = [(zone, datetime.fromisoformat(text).replace(tzinfo=UTC)) for zone, texts in PLACES.items() for text in texts]
MINUTES = st.integers(0, 6 * 24).map(lambda tens: tens * 10) | st.integers(0, 24 * 60)


def text_of(opens, closes):
    """Hours as a calendar writes them."""
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


@st.composite
def hours_of_a_day(draw, not_before=0, night_until=0):
    """Up to three openings on a day, and perhaps a night that ends at most so many minutes after midnight."""
    points = sorted({minute for minute in draw(st.lists(MINUTES, max_size=6)) if minute >= not_before})
    night = draw(st.none() | st.integers(0, night_until // 10).map(lambda tens: tens * 10))
    hours = [text_of(a, b) for a, b in zip(points[: len(points) // 2 * 2 : 2], points[1::2], strict=True)]
    if night is not None and len(points) % 2 and night < points[-1] < 24 * 60:
        hours.append(text_of(points[-1], night))
    return hours


@st.composite
def calendars(draw, zone, around):
    """Any calendar of the zone, whose exceptions lie in the days around an instant."""
    week, until = {}, draw(st.sampled_from([0, 90, 360]))  # until when a night may last, and mornings start after it
    for day in Weekday:
        week[day] = draw(hours_of_a_day(until, until))
    day = around.astimezone(ZoneInfo(zone)).date()
    near = st.integers(-2, 2).map(lambda days: day + timedelta(days=days))
    dates = draw(st.lists(near, max_size=3, unique=True))
    special = {date: draw(hours_of_a_day(0, until)) for date in dates}
    holidays = [date for date, hours in special.items() if not hours]
    special = {date: hours for date, hours in special.items() if hours}
    if not any(week.values()) and not special:
        week[Weekday.SUNDAY] = ["00:00-24:00"]
    return Calendar(zone, week, holidays, special)


@st.composite
def questions(draw, instants=1, days=4):
    """A calendar, where and when something is special about its zone, and instants around that, in order."""
    zone, around = draw(st.sampled_from(ANCHORS))
    reach = timedelta(days=days)
    half_hours = st.integers(-days * 48, days * 48).map(lambda count: count * timedelta(minutes=30))
    steps = st.lists(st.timedeltas(-reach, reach) | half_hours, min_size=instants, max_size=instants)
    moments = sorted(around + step for step in draw(steps))
    return draw(calendars(zone, around)), around, *moments


@cache
def shown(zone, around):
    """What the clocks of a zone show in each minute of the days around an instant: wall time -> minutes since 1970."""
    minutes = {}
    start = int(around.timestamp()) // 60
    for minute in range(start - 8 * 24 * 60, start + 8 * 24 * 60):
        wall = datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).replace(tzinfo=None)
        minutes.setdefault(wall, []).append(minute)
    return minutes


def open_minutes(calendar, around):
    """The slow reference: minute by minute, every minute since 1970 near an instant in which the desk is open.

    Hours are open from the first to the last minute in which the clocks show a time inside them.
    """
    minutes, seen = shown(calendar.zone, around), set()
    first, last = min(minutes).toordinal(), max(minutes).toordinal()
    for day in map(date.fromordinal, range(first, last + 1)):  # also one that the clocks never show: its night may be
        if day in calendar.holidays:
            continue
        for text in calendar.special.get(day, calendar.week.get(list(Weekday)[day.weekday()], ())):
            (hour, minute), (to_hour, to_minute) = (map(int, part.split(":")) for part in text.split("-"))
            opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
            tomorrow = day + timedelta(days=1)
            if closes <= opens:
                closes = 24 * 60 if tomorrow in (*calendar.holidays, *calendar.special) else closes + 24 * 60
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- what the clocks show
            walls = (midnight + timedelta(minutes=count) for count in range(opens, closes))
            inside = [minute for wall in walls for minute in minutes.get(wall, ())]
            seen.update(range(min(inside), max(inside) + 1) if inside else ())
    return seen


def micros(at):
    """Microseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // TICK


@given(questions(2))
@examples(80)
def test_it_agrees_with_counting_minutes(question):
    """Bisecting in prepared openings gives what a slow walk gives, to the microsecond."""
    calendar, around, start, end = question
    minute, first, last = 60_000_000, micros(start), micros(end)
    counted = open_minutes(calendar, around)
    passed = sum(max(0, min(last, (m + 1) * minute) - max(first, m * minute)) for m in counted)
    event("open in between" if passed else "shut all the time")
    assert passed / 1e6 == calendar.open_seconds(start, end)
    assert (first // minute in counted) == calendar.is_open(start)


@given(questions())
@examples(40)
def test_nothing_is_open_on_a_holiday(question):
    """No minute that the clocks date with a holiday is open."""
    calendar, around, _ = question
    for wall, minutes in shown(calendar.zone, around).items():
        if wall.date() in calendar.holidays:
            assert not any(calendar.is_open(datetime.fromtimestamp(minute * 60, UTC)) for minute in minutes)


@given(questions(3, days=200))
@examples(50)
def test_stretches_add_up_and_never_shrink(question):
    """From a to b and from b to c is from a to c, and that is at least as long as either, and as the clock allows."""
    calendar, _, a, b, c = question
    first, second, whole = calendar.open_seconds(a, b), calendar.open_seconds(b, c), calendar.open_seconds(a, c)
    assert round(whole * 1e6) == round(first * 1e6) + round(second * 1e6)
    assert 0 <= max(first, second) <= whole <= (c - a).total_seconds()
    if a.microsecond == b.microsecond == c.microsecond:
        assert whole == first + second


@given(questions(), st.integers(0, 3 * 10**11) | st.integers(0, 144).map(lambda halves: halves * 1800 * 10**6))
@examples(80)
def test_a_deadline_is_the_earliest_instant_at_which_the_time_has_passed(question, amount):
    """`add` is the inverse of `open_seconds`; there is no answer only where the horizon comes first."""
    calendar, _, start = question
    seconds = amount / 1e6
    due = calendar.add(start, seconds)
    event("none" if due is None else "due")
    if due is None:
        assert calendar.open_seconds(start, start + HORIZON) < seconds
        return
    assert start <= due <= start + HORIZON
    assert seconds == calendar.open_seconds(start, due)
    assert seconds == 0 or calendar.open_seconds(start, due - TICK) < seconds


@given(questions(3, days=200), st.timedeltas(timedelta(0), 2 * HORIZON))
@examples(50)
def test_a_clock_is_the_open_time_and_the_deadline_in_one(question, length):
    """`clock` gives what `open_time` and `add` give; before its start a clock shows nothing."""
    calendar, _, *instants = question
    for start, at in permutations(instants, 2):
        shown, due = calendar.clock(start, at, length)
        assert calendar.open_time(start, at) == shown
        assert calendar.open_seconds(start, at) == shown.total_seconds()
        assert calendar.add(start, length.total_seconds()) == due
    assert (timedelta(0), start) == calendar.clock(start, start, timedelta(0))


@given(questions())
@examples(50)
def test_opening_and_closing_agree_with_what_is_counted(question):
    """Until it opens next no time passes, until it closes all of it; and at neither instant is it otherwise."""
    calendar, _, at = question
    opens, closes = calendar.next_open(at), calendar.closes(at)
    assert calendar.is_open(at) == (calendar.open_seconds(at, at + TICK) > 0) == (opens == at) == (closes != at)
    if opens is None:
        assert 0 == calendar.open_seconds(at, at + HORIZON)
    else:
        assert 0 == calendar.open_seconds(at, opens)
        assert calendar.is_open(opens)
    if closes is None:
        assert HORIZON.total_seconds() == calendar.open_seconds(at, at + HORIZON)
    else:
        assert (closes - at).total_seconds() == calendar.open_seconds(at, closes)
        assert not calendar.is_open(closes)


@given(questions(2), st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(PLACES)))
@examples(50)
def test_the_zone_in_which_an_instant_is_given_does_not_matter(question, one, other):
    """Not even one in which it is shown twice; and every answer is in UTC."""
    calendar, _, start, end = question
    away, there = start.astimezone(ZoneInfo(one)), end.astimezone(ZoneInfo(other))
    assert calendar.open_seconds(start, end) == calendar.open_seconds(away, there)
    assert calendar.open_seconds(start, end) == calendar.open_seconds(away, end.astimezone(ZoneInfo(one)))
    for ask in (calendar.is_open, calendar.next_open, calendar.closes, lambda at: calendar.add(at, HOUR)):
        assert ask(start) == ask(away)
        assert getattr(ask(away), "tzinfo", UTC) is UTC


@given(st.datetimes(datetime(1930, 1, 1), datetime(2150, 1, 1)), st.timedeltas(-HORIZON, HORIZON))  # noqa: DTZ001 -- given a zone below
@example(datetime(1970, 1, 1), timedelta(days=64))  # noqa: DTZ001 -- given a zone below
def test_a_desk_that_never_closes_counts_plainly(naive, length):
    """Without opening hours, business time is time."""
    start, always = naive.replace(tzinfo=UTC), Calendar.always()
    assert max(0.0, length.total_seconds()) == always.open_seconds(start, start + length)
    assert start + abs(length) == always.add(start, abs(length).total_seconds())


@given(questions(2))
@examples(40)
def test_a_night_is_the_same_written_in_two(question):
    """Where there is no holiday or special day, hours across midnight are two stretches that touch."""
    calendar, _, start, end = question
    assume(calendar.week)
    week = {day: list(calendar.week.get(day, ())) for day in Weekday}
    for day, after in zip(Weekday, [*list(Weekday)[1:], Weekday.MONDAY], strict=True):
        if week[day] and week[day][-1][6:] <= week[day][-1][:5]:
            opens, closes = week[day][-1].split("-")
            week[day][-1] = f"{opens}-24:00"
            week[after].append(f"00:00-{closes}")
    whole, in_two = (Calendar(calendar.zone, written) for written in (calendar.week, week))
    assert whole.open_seconds(start, end) == in_two.open_seconds(start, end)


# Long stretches ----------------------------------------------------------------------------------------


def block_by_block(calendar, start, end):
    """The open time between two instants, asked for twenty years at a time."""
    total, years = timedelta(0), range(start.year + 20, end.year, 20)
    for edge in (*(datetime(year, 1, 1, 7, tzinfo=UTC) for year in years), end):
        total += calendar.open_time(start, edge)
        start = edge
    return total


@pytest.mark.parametrize("zone", ["UTC", "Europe/Lisbon", "Australia/Sydney", "Africa/Casablanca"])
@pytest.mark.parametrize(("first", "last"), [(1, 120), (1760, 1830), (2085, 2160), (2990, 3040), (9930, 9999)])
def test_long_stretches_add_up(zone, first, last):
    """Years that are like one another are worked out once, and the sum is what their parts add up to."""
    week = {"monday": ["09:00-12:30", "13:30-18:00"], "friday": ["22:00-06:00"], "sunday": ["00:00-24:00"]}
    shut, otherwise = ["0100-01-01", "2099-12-31", "2100-01-01", "3000-06-06"], {"3010-12-31": ["22:00-06:00"]}
    calendar = Calendar(zone, week, shut, otherwise)
    start, end = datetime(first, 5, 3, 7, 30, tzinfo=UTC), datetime(last, 11, 2, 3, 15, tzinfo=UTC)
    assert block_by_block(Calendar(zone, week, shut, otherwise), start, end) == calendar.open_time(start, end)


def test_from_the_first_year_to_the_last():
    """Regression: it took a quarter of a minute. Of ten thousand years, few are worked out."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    calendar = Calendar("Asia/Kolkata", {"monday": ["10:00-11:00"]}, ["5000-01-06", "9999-12-31"])
    mondays = sum(day % 7 == 1 for day in range(date.min.toordinal(), date.max.toordinal() + 1))
    assert (mondays - (date(5000, 1, 6).weekday() == 0)) * HOUR == calendar.open_seconds(first, last)
    assert 300 < len(calendar._in_years) < 350
    ran, due = calendar.clock(first, last, timedelta(days=9))
    assert ran == calendar.open_time(first, last)
    assert due is not None


@pytest.mark.parametrize("zone", sorted(zoneinfo.available_timezones())[::7])
def test_years_that_are_alike(zone):
    """What long stretches rest on: long ago no zone changed its clocks, and far ahead all do so by a rule."""
    place = ZoneInfo(zone)

    def offsets(year):
        begin = datetime(year, 1, 1, tzinfo=UTC)
        return [(begin + timedelta(days=day)).astimezone(place).utcoffset() for day in range(365)]

    assert 1 == len(set(offsets(2)) | set(offsets(1799)))
    assert offsets(2101) == offsets(2101 + 400) == offsets(2107)


def test_special_days_are_looked_up():
    """Thousands of holidays and special days are not compared with each other."""
    days = [date.fromordinal(date(2026, 1, 1).toordinal() + number) for number in range(4_000)]
    calendar = Calendar("UTC", {"monday": ["09:00-10:00"]}, days[::2], {day: ["09:00-10:00"] for day in days[1::2]})
    assert 2_000 == len(calendar.holidays) == len(calendar.special)


# What is no calendar at all ----------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [None, 5, b"x", object(), [[]] * 3], ids=range(5))
def test_what_is_nothing_of_the_sort(wrong):
    """Whatever stands where hours or days belong is told, and is no error of Python's."""
    week = {"monday": ["09:00-10:00"]}
    for made in (
        lambda: Calendar(wrong, week),
        lambda: Calendar("UTC", wrong),
        lambda: Calendar("UTC", {"monday": wrong}),
        lambda: Calendar("UTC", {"monday": [wrong]}),
        lambda: Calendar("UTC", week, wrong),
        lambda: Calendar("UTC", week, [wrong]),
        lambda: Calendar("UTC", week, special=wrong),
    ):
        with pytest.raises(CalendarError, match="the calendar cannot be used"):
            made()


def test_nested_without_end():
    """Nor is a list in lists in lists."""
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CalendarError, match="a value too large to show are no hours"):
        Calendar("UTC", {"monday": [deep]})
    with pytest.raises(CalendarError, match="a value too large to show is no time zone"):
        Calendar(deep, {"monday": ["09:00-10:00"]})


def test_of_many_problems_the_first_are_told():
    """Of a hundred thousand days that are none, twenty, and how many more there are."""
    with pytest.raises(CalendarError) as caught:
        Calendar("UTC", {"monday": ["09:00-10:00"]}, ["never"] * 100_000)
    assert (21, "there are 99,980 more problems; mend these first") == (
        len(caught.value.problems),
        caught.value.problems[-1],
    )
