"""The laws of judging: where everything is told, an audit says what a desk says, and comes to the same rows."""

from hypothesis import given

from casecore import HOUSE, Accepted, Refused
from casecore.kernel import Deviated
from casecore.testing.strategies import policies, ruled_policies, runs
from tests.audit.told import everything_told, judge_of, rows_told

_RUNS = runs() | (policies() | ruled_policies()).flatmap(lambda policy: runs(policy, max_steps=20))


@given(_RUNS)
def test_an_audit_says_what_a_desk_says(steps):
    """Whatever is given to a desk: the same reasons, the same events, the same rows afterwards."""
    judge, told = judge_of(steps[0].before.policy, everything_told(HOUSE), steps[0].before)
    for step in steps:
        judgement = judge.judge(step.command)
        assert {} == judgement.unknown
        assert_same_verdict(step.verdict, judgement)
        if step.accepted:
            judge.go_on(judgement)
            told.now = step.after.now
        assert rows_told(step.after) == rows_told(told)


def assert_same_verdict(verdict, judgement):
    """What a desk answers is told by what an audit finds."""
    broken = judgement.broken
    if any(reason.rule == "time.order" for reason in getattr(verdict, "reasons", ())):
        return  # rows are put into their order first, so that an audit does not ask it
    if isinstance(verdict, Refused):
        softened = {reason for reason in broken if reason not in verdict.reasons}  # a policy only warns of these
        assert set(verdict.reasons) == set(broken) - softened
        assert {reason.rule for reason in softened} <= HOUSE.softened
        return
    assert isinstance(verdict, Accepted)
    assert set(verdict.deviations) == set(broken)
    assert tuple(event for event in verdict.events if not isinstance(event, Deviated)) == judgement.events
