"""Instants as they are told to people."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from casecore.kernel.durations import instant_text

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW + timedelta(minutes=29), "23:59"),
        (NOW - timedelta(days=60), "1 Nov 23:30"),
        (NOW + timedelta(minutes=30), "1 Jan 2027 00:00"),
        (NOW - timedelta(days=365), "31 Dec 2025 23:30"),
        (datetime(2027, 1, 1, 0, 59, tzinfo=timezone(timedelta(hours=1))), "23:59"),
    ],
)
def test_with_its_day_and_year_where_they_are_not_todays(at, expected):
    """Regression: an instant a year ahead read like one of this year."""
    assert expected == instant_text(at, NOW)
