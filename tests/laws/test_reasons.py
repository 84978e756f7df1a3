"""Every refusal says all that it has to: asked of a story of every rule, and of a long walk.

Rule, title, clause, message, remedy; the keys that set the rule, with their source and place; and facts, whenever
something was measured. What a remedy says to do, somebody can do, or the remedy says who must.
"""

import re

import pytest

from casecore import RULES, Policy
from casecore.policies.declared import ANY_NAME, keys_of_rule
from casecore.promises import Step
from casecore.testing.remedies import untrue_remedies
from tests.laws.test_coverage_of_rules import REFUSALS, told
from tests.soak.walk import walk

STORIES = [pytest.param(refusal, id=f"{number}-{refusal}") for number, refusal in enumerate(REFUSALS)]


def reason_of(refusal):
    """The reason for which a story of the table is refused."""
    (reason,) = told(refusal).when(refusal.command).verdict.reasons
    return reason


@pytest.mark.parametrize("refusal", STORIES)
def test_a_refusal_says_what_its_rule_is(refusal):
    """Rule, title and clause are those of one row of the table; message, remedy and `str` are one line each."""
    reason = reason_of(refusal)
    assert (reason.rule, reason.title, reason.clause) in {(rule.id, rule.title, rule.clause) for rule in RULES}
    assert re.fullmatch("§[1-9]", reason.clause)
    for text in (reason.title, reason.message, reason.remedy, str(reason)):
        assert text
        assert "\n" not in text


@pytest.mark.parametrize("refusal", STORIES)
def test_a_refusal_says_which_keys_set_its_rule(refusal):
    """Those that are declared for it, and no others; each cites its SOP, and what stands in a file its line."""
    reason, declared = reason_of(refusal), keys_of_rule(Policy, refusal.rule)
    keys = [setting.key for setting in reason.settings]
    assert bool(declared) is bool(keys)
    of_any_name = {re.sub(r"^(queues|attributes)[.][^.]+", rf"\1.{ANY_NAME}", key) for key in keys}
    assert of_any_name <= {*declared, f"enforcement.{refusal.rule}"}
    for setting in Policy.default().settings_of(refusal.rule, reason.facts):
        assert "Support SOP" == setting.source
        assert ("sop.toml" == setting.file) is (setting.line is not None)


@pytest.mark.parametrize("refusal", STORIES)
def test_a_refusal_says_what_was_measured(refusal):
    """Its facts are those that the rule declares; a number in the message is a fact, too, and so is each wait."""
    reason = reason_of(refusal)
    measured = {fact for rule in RULES if rule.id == reason.rule for fact in rule.measures}
    assert measured <= reason.facts.keys()
    assert all(isinstance(name, str) for name in reason.facts)
    counted = re.findall(r"(?<![\w:.+-])\d+(?:d|h|m|s)?(?![\w:.+-])", reason.message)
    assert measured or not counted
    assert not re.search(r"wait \d", reason.remedy) or reason.facts["seconds_to_go"] > 0


DOING = r"\b(accept|add|approve|ask whether|authenticate|clear|close|decide|dispose|edit|end|open|record|reject|relate|set|submit|take .* away|transfer|withdraw|write a note)\b"  # noqa: E501
"""Words by which a remedy names a command."""

ELSEWHERE = (
    r"\b(ask \w+|let \w+|choose|whoever|wait|nothing|approved template|such emails|once|the policy|if the contact)\b"
)
"""Words by which it says who must, or that it names none."""


@pytest.mark.parametrize("refusal", STORIES)
def test_a_remedy_that_names_a_command_is_true(refusal):
    """Somebody at that very desk can give it; one that seems to name a command names it for programs, too."""
    step = Step.of(told(refusal).desk, refusal.command)
    assert [] == list(untrue_remedies(step))
    for reason in step.reasons:
        assert reason.ways or not re.search(DOING, reason.remedy) or re.search(ELSEWHERE, reason.remedy), str(reason)


def test_every_remedy_of_a_long_walk_is_true():
    """A hundred thousand commands, of which two thirds are refused; and no refusal changes the desk."""
    walked = walk(100_000, seed=7)
    assert [] == walked.wrong
    assert walked.refused > 50_000
    assert walked.remedies > 3_000
