"""Twelve SOPs of different trades, with rules of their own: seven are sound, five are broken in ways a check must find.

Each is searched in the scopes of its own rules, and compared with the same SOP without them. The lengths of the stories
are pinned: how few steps it takes until a rule refuses what was accepted before.
"""

from pathlib import Path

import attrs
import pytest

from casecore import Policy
from casecore.check import check
from casecore.check.rule_scopes import rule_scopes
from casecore.diff import diff
from casecore.diff.labels import Label

ROOT = Path(__file__).parents[2]

SOUND = {
    "bank_limits": {"limit.authenticated": [4, 5], "limit.order": [3]},
    "betting_age": {"age.checked_first": [3], "age.not_by_phone": [2]},
    "language_desk": {"language.agency_is_read": [4], "language.translated": [3]},
    "pharmacy_advice": {"advice.asked_first": [3], "advice.by_a_pharmacist": [4], "advice.is_written_down": [3]},
    "shop_refunds": {"refund.has_a_reason": [3], "refund.second_pair_of_eyes": [4, 5]},
    "telecom_two_steps": {"two_steps.a_day_between": [4], "two_steps.another_one_closes": [4, 4]},
    "vip_desk": {"vip.no_hand_over": [3], "vip.no_snooze": [4]},
}
"""How long the stories are in which each rule refuses, the shortest first."""

BROKEN = {
    "agency_hand_over": ({"hand_over.noted": [2]}, {("CC212", "rule[0]")}),
    "airline_vouchers": ({}, {("CC211", "rule[0]")}),
    "insurance_assessor": ({"damage.assessor": [5]}, {("CC214", "rule[0]")}),
    "publisher_release": ({"press.released": [4]}, {("CC214", "rule[0]")}),
    "utility_meters": (
        {"meter.reading": [2], "meter.resolved_first": [2]},
        {("CC212", "rule[0]"), ("CC212", "rule[1]")},
    ),
}
"""The same, and what a check finds: the code, and where."""

TRAPPED = {"utility_meters": ("18", 1, ("rule[0]", "rule[1]"))}
"""Where a case has no way to closed any more: after how many steps, and by which rules."""


def policy_of(name):
    """A trade's SOP."""
    folder = "examples/trades" if name in SOUND else "tests/check/broken_rules"
    return Policy.load(ROOT / folder / f"{name}.toml")


def scopes_of_rules(policy):
    """The names of the scopes in which its own rules are searched."""
    return [checked.scope.name for checked in rule_scopes(policy)]


def test_twelve_trades():
    """Every file there is has its row here."""
    files = [
        path.stem for folder in ("examples/trades", "tests/check/broken_rules") for path in (ROOT / folder).iterdir()
    ]
    assert sorted(files) == sorted((*SOUND, *BROKEN))
    assert 12 == len(files)


@pytest.mark.parametrize("name", [*SOUND, *BROKEN])
class TestTrade:
    """One of them."""

    def test_check(self, name):
        """A sound one has no finding about its rules, and a way to closed from everywhere; a broken one is told."""
        policy = policy_of(name)
        report = check(policy, scopes=scopes_of_rules(policy), walk=0, only=("18", "19"))
        found = {(one.code, one.path) for one in report.findings if one.path.startswith("rule[") and one.code < "CC215"}
        assert BROKEN.get(name, ({}, set()))[1] == found
        failing = [one for one in report.judgements if one.verdict.value == "fails"]
        told = [(one.number, len(one.story.steps), one.keys) for one in failing]
        assert [said for trade, said in TRAPPED.items() if trade == name] == told
        assert all(one.complete and one.worlds == one.desks for one in report.searched)

    def test_diff(self, name):
        """Against the same SOP without its rules it is stricter, and nothing else."""
        policy = policy_of(name)
        scopes = [scope for scope in scopes_of_rules(policy) if not scope.endswith("-on-chat")]  # where it is the same
        found = diff(attrs.evolve(policy, rule=()), policy, scopes=scopes)
        assert {Label.STRICTER} >= {change.label for change in found.changes}
        told = {}
        for change in found.changes:
            for rule in change.rules:
                told.setdefault(rule, []).append(len(change.story.steps))
        lengths = SOUND[name] if name in SOUND else BROKEN[name][0]
        assert lengths == {rule: sorted(steps) for rule, steps in told.items()}
