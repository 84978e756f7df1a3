"""Times: true to scale, but for long waits, which are folded, and for moments that would stand on one spot."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from casecore.reports.pictures.canvas import Canvas
from casecore.reports.pictures.times import FOLD, SHORTEST, Times

T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)


def placed(*minutes, left=0.0, right=200.0, zone=UTC):
    """Times of these minutes after nine."""
    return Times.between(left, right, [T0 + timedelta(minutes=one) for one in minutes], zone)


def test_time_is_true_to_scale():
    """Two waits of 30 minutes are as wide as each other, and twice as wide as one of 15, but for the least width."""
    times = placed(0, 30, 60, 75, 60)  # in any order, as often as they come
    share = (200 - 3 * SHORTEST) / 75
    assert [0, 30 * share + 5, 60 * share + 10, 200] == pytest.approx(times.places)
    assert frozenset() == times.folds
    assert (times.places[0] + times.places[1]) / 2 == pytest.approx(times.x(T0 + timedelta(minutes=15)))


def test_an_instant_outside_stands_at_the_edge():
    """Before the first, and after the last."""
    times = placed(0, 30, left=10, right=90)
    assert (10, 90, 90) == (
        times.x(T0 - timedelta(days=1)),
        times.x(T0 + timedelta(minutes=30)),
        times.x(T0 + timedelta(days=9)),
    )


@pytest.mark.parametrize(
    ("minutes", "folded"),
    [
        ((0, 10, 20, 81), {2}),
        ((0, 10, 20, 80), set()),
        ((0, 10, 20, 3000), {2}),
        ((0, 10, 100, 3000), {1, 2}),
        ((0, 3000), set()),  # nothing is shorter
        ((0, 3000, 6000), set()),
    ],
)
def test_a_long_wait_is_folded(minutes, folded):
    """When it is longer than three times all shorter ones together, whichever of them are folded, too."""
    times = placed(*minutes)
    assert folded == times.folds
    for place in folded:
        assert FOLD == pytest.approx(times.places[place + 1] - times.places[place])
    assert 200 == pytest.approx(times.places[-1])


def test_many_moments_have_room():
    """However many there are, they stand beside each other, in order, and end at the edge."""
    times = placed(*range(400))
    assert [*times.places] == sorted({*times.places})
    assert 200 == pytest.approx(times.places[-1])


def test_one_instant_is_enough():
    """Then there is one place."""
    times = placed(0, left=7)
    assert ((7.0,), 7) == (times.places, times.x(T0))


def test_instants_are_told_where_there_is_room():
    """The time, with the day where it is a new one; in the zone that is asked for."""
    assert [("09:00", "2 Nov"), ("09:20", "")] == [tick[1:] for tick in placed(0, 3, 12, 20, right=60).ticks()]
    far = placed(0, 300, 16 * 60, right=300, zone=timezone(timedelta(hours=1)))
    assert [("10:00", "2 Nov"), ("15:00", ""), ("02:00", "3 Nov")] == [tick[1:] for tick in far.ticks()]
    assert ("10:00", "3 Nov 02:00") == (far.text(T0), far.text(T0 + timedelta(hours=16)))


def test_a_fold_says_how_long_it_is():
    """Where somebody points at it."""
    canvas = Canvas(100)
    placed(0, 10, 20, 3000).draw(canvas, 0, 80)
    assert 2 == canvas.svg("", "").count("2d1h40m, drawn short")
