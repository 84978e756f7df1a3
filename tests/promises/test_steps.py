"""A step as it is shown, and a step that promise 02 lets pass."""

from types import SimpleNamespace

import attrs

from casecore import Accepted, CloseCase, OpenCase
from casecore.promises import Step
from casecore.testing.scenario import a_desk, at, case_in, new_case
from tests.watching import breaches_at_end, steps_of


def test_a_step_is_shown_as_a_story():
    """Neither desk is printed, only what was said and what came of it; Hypothesis prints the same."""
    step, printed = Step.of(a_desk(), OpenCase("ana", at(1), "c1")), []
    assert repr(step).startswith("Step(\n    02 09:00:01  ana: OpenCase(case='c1')\n        refused ")
    step._repr_pretty_(SimpleNamespace(text=printed.append), None)
    assert [repr(step)] == printed


def test_a_long_step_is_shown_in_twelve_lines():
    """Of what happened the first is told, and how much more there is."""
    story = (new_case("c1"), new_case("c2", thread="t-c2"))
    step = attrs.evolve(steps_of(story)[-1], verdict=Accepted(steps_of(story)[-1].events * 4))
    lines = repr(step).splitlines()
    assert 12 == len(lines)
    assert f"    … and {1 + len(step.events) - 9:,} more" == lines[-2]


def test_a_closed_case_may_learn_who_came_after_it():
    """The customer writes again, another case follows, and nothing is broken; so may another one be closed."""
    story = (case_in("closed"), new_case("c2", thread="t-c1", at=at(9)))
    assert "c2" == steps_of(story)[-1].after.cases["c1"].case.successor
    assert [] == breaches_at_end(story) == breaches_at_end(story, CloseCase("dora", at(10), "c2"))
