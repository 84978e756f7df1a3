"""Numbers and lengths of time of which is noted what they are compared with."""

import copy
import math
import operator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.explore.noted_values import COMPARISONS, MOST_COMPARED, NotedValue, plain_other, read_other, whole_of

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def noted(held):
    """A value, and the notes that are taken of it."""
    notes = []
    return NotedValue(held, lambda *compared: notes.append(compared), lambda: notes.append("whole")), notes


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize("other", [1, 2, 3])
def test_what_it_is_compared_with(name, other):
    """From either side it comes to the same as with the value, and is noted once."""
    value, notes = noted(2)
    compare = getattr(operator, name)
    assert compare(2, other) is compare(value, other)
    assert compare(2, other) is compare(value, other)
    assert [(name, other)] == notes
    assert compare(other, 2) is compare(other, value)


def test_lengths_of_time():
    """They are compared like numbers."""
    value, notes = noted(timedelta(minutes=2))
    assert timedelta(minutes=1) <= value
    assert not value < timedelta(seconds=1)
    assert [("ge", timedelta(minutes=1)), ("lt", timedelta(seconds=1))] == notes


def test_itself():
    """What is compared with itself tells nothing of the value."""
    value, notes = noted(2)
    same = value
    assert value == same
    assert not value != same  # noqa: SIM202 -- it is asked both ways
    assert [] == notes


def test_another_sort():
    """A number that is compared with one of another sort, or with a value that takes notes, is noted as a whole."""
    for other in (2.0, True, "2", None, noted(2)[0]):
        value, notes = noted(2)
        assert (2 == whole_of(other)) is (value == other)
        assert ["whole"] == notes


def test_too_many_others():
    """After so many it is the value itself that is noted."""
    value, notes = noted(5)
    assert [5 > other for other in range(MOST_COMPARED + 2)] == [value > other for other in range(MOST_COMPARED + 2)]
    assert MOST_COMPARED + 2 == len(notes)
    assert ["whole", "whole"] == notes[MOST_COMPARED:]


ON_NUMBERS = {
    "plus": lambda value: value + 1,
    "from the right": lambda value: 10 - value,
    "both": lambda value: value * value,
    "divided": lambda value: (7 / value, 7 // value, 7 % value, divmod(7, value), value**2),
    "negative": lambda value: (-value, +value, abs(value)),
    "a flag": bool,
    "turned into others": lambda value: (int(value), float(value), round(value), str(value), repr(value)),
    "where an index is wanted": lambda value: [*range(value)],
    "in a text": lambda value: f"{value:03} of {value}",
    "hashed": lambda value: {3: "three"}[value],
    "copied": lambda value: (copy.copy(value), copy.deepcopy(value)),
    "its members": lambda value: value.bit_length(),
    "the smaller one": lambda value: min(value + 0, 9),
    "rounded": lambda value: math.floor(value.real),
}


@pytest.mark.parametrize("does", ON_NUMBERS.values(), ids=ON_NUMBERS)
def test_whatever_else_is_done(does):
    """It comes to the same as with the value, which is noted."""
    value, notes = noted(3)
    assert does(3) == does(value)
    assert "whole" in notes


ON_LENGTHS = {
    "an instant": lambda value: NOON + value,
    "before an instant": lambda value: NOON - value,
    "longer": lambda value: (value + timedelta(seconds=1), timedelta(hours=1) - value, value * 2),
    "in seconds": lambda value: value.total_seconds(),
    "how often": lambda value: value // timedelta(seconds=7),
}


@pytest.mark.parametrize("does", ON_LENGTHS.values(), ids=ON_LENGTHS)
def test_whatever_else_is_done_with_a_length(does):
    """It comes to the same as with the value, which is noted."""
    value, notes = noted(timedelta(minutes=2))
    assert does(timedelta(minutes=2)) == does(value)
    assert "whole" in notes


def test_it_passes_for_a_number():
    """And is none, so that nothing reads it unseen."""
    value, notes = noted(2)
    assert isinstance(value, int)
    assert type(value) is NotedValue
    assert [] == notes
    assert 2 == whole_of(value)
    assert 2 == whole_of(2)


@given(st.one_of(st.integers(), st.timedeltas()))
def test_others_as_plain_data(other):
    """They are read back as they were."""
    assert other == read_other(plain_other(other))
    assert other == read_other(list(plain_other(other)) if isinstance(other, timedelta) else other)
