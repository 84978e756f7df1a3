"""What rules of a policy's own promise is judged by a check, and told like any other promise."""

import json

import pytest

from casecore.check import check, judge
from casecore.check.days import story_days
from casecore.check.findings import promise_findings
from casecore.check.formats import as_sarif
from casecore.check.report import PromiseVerdict
from casecore.diff.verdicts import claim_changes
from casecore.policies.conditions import Instant
from casecore.replay.kept import judged_in
from casecore.rooms.composition import ROOMS, House
from tests.faults.own_rules import NOTED, ONE, ruled
from tests.faults.own_scopes import scope_of_rules
from tests.sops import sop_with


class NotAsked(House):
    """A house that asks no rules of a policy's own."""

    def under(self, policy):
        """These rooms as they are."""
        del policy
        return self


NOBODY_ASKS = NotAsked(ROOMS)


def checked(policy, *only, **how):
    """What a check says of the scope of a policy's rules."""
    return check(policy, only=only or (ONE,), scopes=[scope_of_rules(policy)], walk=0, **how)


def verdicts(report):
    """The verdict on each promise."""
    return {judgement.number: judgement.verdict for judgement in report.judgements}


@pytest.mark.slow  # a search for each instant
@pytest.mark.parametrize("instant", Instant)
def test_time_passes_for_desk_and_witness_together(instant):
    """To the second before a rule's length is over, and to its end: there are no more worlds than desks."""
    report = checked(sop_with(ruled('["set_status"]', f'needs = {{ since = "{instant}", at_least = "2h" }}')))
    assert {ONE: PromiseVerdict.PROVED} == verdicts(report)
    assert report.searched[0].worlds == report.searched[0].desks


def test_a_rule_and_the_attributes_at_which_it_looks():
    """The rule is proved by its id, and what is noted beside it."""
    policy = sop_with(ruled('["set_status"]', 'needs = { attribute = "eur", above = 100 }', NOTED))
    report = checked(policy, ONE, "attribute.value", "attribute.set_by")
    assert dict.fromkeys((ONE, "attribute.value", "attribute.set_by"), PromiseVerdict.PROVED) == verdicts(report)
    assert report.searched[0].worlds == report.searched[0].desks


def test_a_rule_that_nobody_asks(monkeypatch):
    """It fails, with a story that is told as a day; the day keeps the rule."""
    monkeypatch.setattr(judge, "nearest_fix", lambda *_: None)  # it would be looked for in a scope of the check
    policy = sop_with(ruled('["set_status"]', "needs = { note = true }"))
    report = checked(policy, house=NOBODY_ASKS)
    (judgement,) = report.judgements
    assert PromiseVerdict.FAILS is judgement.verdict
    assert ("StatusSet on case c1 by ana: own_rules.one applied, and what that needs was not there",) == judgement.wrong
    ((finding, _),) = promise_findings(report)
    assert ONE == finding.code
    ((name, text),) = story_days(report)
    heads = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert (f"{ONE}-fails.day.jsonl", [ONE]) == (name, heads[0]["keeps"])
    assert ONE in judged_in(NOBODY_ASKS, policy)
    assert f"Rule {ONE} of the policy" in as_sarif(report, "sop.toml")


def test_a_rule_that_is_off_is_not_claimed():
    """It is said so; what no policy has a rule for is no promise."""
    report = checked(sop_with(ruled('["set_status"]', 'enforcement = "off"')))
    assert {ONE: PromiseVerdict.NOT_CLAIMED} == verdicts(report)
    with pytest.raises(ValueError, match=r"there is no promise 'own_rules\.two'"):
        checked(sop_with(ruled('["set_status"]')), "own_rules.two")


def test_a_rule_that_is_never_tried():
    """Nobody ever does what it guards where it lets nobody: that is not enough for a proof."""
    report = checked(sop_with(ruled('["set_status"]', 'when = { tag = "gold" }\nneeds = { tag = "gold" }')))
    assert {ONE: PromiseVerdict.INCONCLUSIVE} == verdicts(report)


def test_a_rule_that_a_new_policy_has():
    """Two policies are compared also by what only one of them promises."""
    old, new = sop_with(""), sop_with(ruled('["set_status"]'))
    (change,) = claim_changes(old, new)
    assert (ONE, "the policy has no rule own_rules.one") == (change.number, change.old.why)


def test_a_check_and_a_replay_name_a_rule_by_its_id(casecore, tmp_path):
    """As a promise is named by its number."""
    rule = f'[[rule]]\nid = "{ONE}"\ntitle = "Nobody puts it off"\nguards = ["snooze"]'
    file, day = tmp_path / "sop.toml", tmp_path / "day.jsonl"
    file.write_text(f'extends = "casecore"\n{rule}\n', "utf-8")
    code, printed, _ = casecore(
        *("check", file, "--only", ONE, "--require", ONE, "--walk", "0"), *("--scope", f"own-rules-{ONE}-on-email")
    )
    assert (0, True) == (code, f"proved  1: {ONE}" in printed)
    team = '{"type": "AddAgent", "by": "system", "at": "2026-11-02T09:00:00Z", "agent": "ana", "name": "Ana"}'
    day.write_text(f'{{"keeps": ["{ONE}"]}}\n{team}\n', "utf-8")
    assert 0 == casecore("replay", day, "--policy", file, "--promises")[0]
    assert "names no promises" in casecore("replay", day)[2]
