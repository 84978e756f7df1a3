"""The law of evolving: whichever way events are applied, the desk is the same, and so is what it decides next.

A desk applies what comes often by functions written for the sequence (`kernel/sequences.py`); a class of somebody's
own, like the one below, does not. A working desk changes its rows in place.
"""

import pytest
from hypothesis import given

from casecore import Desk, WorkingDesk
from casecore.kernel import sequences
from casecore.testing.laws import rows_of
from casecore.testing.strategies import policies, ruled_policies, runs


class PlainDesk(Desk):
    """A desk to which all events are applied one by one."""


@pytest.fixture(autouse=True, scope="module")
def at_once():
    """A function is written for every sequence when it comes for the first time."""
    often, sequences.OFTEN = sequences.OFTEN, 1
    yield
    sequences.OFTEN = often


@given(runs() | (policies() | ruled_policies()).flatmap(lambda policy: runs(policy, max_steps=20)))
def test_every_way_is_the_same(steps):
    """A desk, a plain one and a working one live through the same commands."""
    first = steps[0].before
    desk, plain, working = first, PlainDesk(first.policy, house=first.house), WorkingDesk.of(first)
    for step in steps:
        verdict = desk.decide(step.command)
        assert verdict == plain.decide(step.command) == working.decide(step.command)
        desk, plain = desk.evolve(step.events), plain.evolve(step.events)
        assert working is working.evolve(step.events)
        assert rows_of(desk) == rows_of(plain) == rows_of(working)
        assert desk.now == plain.now == working.now
    assert desk == working.desk() == steps[-1].after
