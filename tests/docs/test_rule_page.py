"""docs/reference/rules.md: every rule with what it refuses, and what it does not mind."""

from pathlib import Path

import pytest

from casecore import RULES
from casecore.testing.scenario import given
from tests.docs.rule_page import ELSEWHERE, OTHERWISE, examples_of_rules, policy_of, rule_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def test_it_is_current():
    """`python -m tests.docs.rule_page > docs/reference/rules.md` writes it anew."""
    assert rule_page() == PAGE.read_text("utf-8")


def test_every_rule_has_both_examples():
    """And what is written by hand is of a rule that there is, once."""
    assert [*examples_of_rules()] == sorted({rule.id for rule in RULES})
    assert {*OTHERWISE} | {*ELSEWHERE} <= {*examples_of_rules()}
    assert set() == {*OTHERWISE} & {*ELSEWHERE}


@pytest.mark.parametrize("rule", sorted({rule.id for rule in RULES}))
def test_examples(rule):
    """The bad one is refused by this rule alone, the good one is accepted, at a desk of the same team."""
    refusal, kept = examples_of_rules()[rule]
    given(refusal.story, policy=policy_of(refusal.policy)).when(refusal.command).refused(rule)
    policy = policy_of(refusal.policy if kept.policy is None else kept.policy)
    story = refusal.story if kept.story is None else kept.story
    assert kept.commands
    given(story, kept.commands, policy=policy)
