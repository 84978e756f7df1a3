"""Hostile input: ten thousand mutated policies, days, templates, events and queries; `make soak` tries a million.

Nothing but a `CasecoreError` comes of them, and no refusal changes a desk. Always the same ten thousand.
"""

from random import Random

import pytest

from tests.soak.__main__ import SHARES
from tests.soak.hostile import TRIALS, attempt, try_all
from tests.soak.mutating import odd_plain

TIMES = 10_000


@pytest.mark.parametrize("name", TRIALS)
def test_nothing_but_our_own_errors(name):
    """Some are read, most are refused; whatever else comes of one is told with its number."""
    times = TIMES * SHARES[name] // 100
    tried = try_all(name, times, seed=0)
    assert {} == tried.wrong
    assert times == tried.read + tried.refused
    assert min(tried.read, tried.refused) > times // 20


def test_every_sort_has_its_share():
    """Of a hundred."""
    assert TRIALS.keys() == SHARES.keys()
    assert 100 == sum(SHARES.values())


def test_other_errors_are_kept_with_what_shows_them(monkeypatch):
    """A trial that goes wrong can be tried again, by its sort, number and seed."""

    def goes_wrong(random):
        if random.random() < 0.5:
            raise ZeroDivisionError("by nothing")

    monkeypatch.setitem(TRIALS, "queries", goes_wrong)
    tried = try_all("queries", 20, seed=3)
    assert 20 == tried.read + tried.failed
    ((what, trial),) = tried.wrong.items()
    assert "ZeroDivisionError in ?: 'by nothing'" == what
    with pytest.raises(ZeroDivisionError):
        attempt(*trial)


def test_the_same_seed_changes_the_same():
    """And leaves what it was given as it was."""
    plain = {"a": [1, {"b": "text"}], "c": {"d": None}}
    assert str(odd_plain(Random(1), plain)) == str(odd_plain(Random(1), plain))
    assert {"a": [1, {"b": "text"}], "c": {"d": None}} == plain
