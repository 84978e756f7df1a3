"""What a check makes of layers: periods, overrides, waivers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from casecore.check import PromiseVerdict, check
from casecore.check.scopes import SORTS, scopes_of
from casecore.cli.app import run_command
from casecore.policies import Policy
from casecore.testing.strategies import layered_policies

TWO = "chat-limit"
DRAFT = "a-draft-on-chat"


def known(policy, *names, **how):
    """The judgements of a check of some scopes, by number."""
    report = check(policy, scopes=names, walk=0, **how)
    return report, {judgement.number: judgement for judgement in report.judgements}


class TestPeriods:
    """A policy with dated changes is checked as it is, and as it will be."""

    POLICY = Policy.loads('[[change]]\non = 2026-12-01\nset = { "approval.self_approval" = true }\n')

    def test_each_is_searched(self):
        """The scopes of a period say from when on it is."""
        report, _ = known(self.POLICY, DRAFT, only=frozenset({"10"}))
        assert [DRAFT, f"{DRAFT}, from 2026-12-01"] == [searched.scope for searched in report.searched]

    def test_a_promise_is_asked_for_while_it_is_claimed(self):
        """Nobody approves their own reply in November; from December on they may, and nobody claims otherwise."""
        _, judgements = known(self.POLICY, DRAFT, only=frozenset({"10"}))
        assert (PromiseVerdict.PROVED, (DRAFT,)) == (judgements["10"].verdict, judgements["10"].scopes)

    def test_what_has_passed_is_not_searched(self):
        """From an instant on."""
        report, judgements = known(self.POLICY, DRAFT, at=datetime(2026, 12, 24, tzinfo=UTC))
        assert [DRAFT] == [searched.scope for searched in report.searched]
        assert PromiseVerdict.NOT_CLAIMED is judgements["10"].verdict


class TestOverrides:
    """Each override has a case that it matches."""

    POLICY = Policy.loads(
        """
        [queues.vip]
        reasons = ["vip"]
        languages = ["pt"]
        tags = ["gold"]
        [queues.general]
        fallback = true
        [[override]]
        match = { queue = "vip" }
        set = { "capacity.chat" = 1 }
        [[override]]
        match = { channel = "sms", tag = "late" }
        set = { "lifecycle.close_after" = { pending = "1h" } }
        """
    )

    def test_one_scope_for_each(self):
        """It arrives so that it matches."""
        found = {checked.scope.name: checked.scope for checked in scopes_of(self.POLICY)}
        first, second = found["one-chat-case-in-the-queue-vip"], found["one-sms-case-tagged-late"]
        (arrival, *_), (other, *_) = first.parts[0].commands, second.parts[0].commands
        assert ("vip", "pt", {"gold"}) == (arrival.reason, arrival.language, arrival.tags)
        assert (None, None, {"late"}) == (other.reason, other.language, other.tags)

    def test_softened_for_some(self):
        """Where an override softens what a promise rests on, the promise is asked of the other cases only."""
        soft = Policy.loads('[[override]]\nmatch = { channel = "chat" }\nset = { "approval.self_approval" = true }\n')
        _, judgements = known(soft, DRAFT, "a-draft-on-email", only=frozenset({"10"}))
        assert PromiseVerdict.PROVED is judgements["10"].verdict


class TestWaivers:
    """A promise that need not hold for a while."""

    SAID = """
        [lifecycle]
        close_by = []
        close_after = {}
        [[waiver]]
        promise = "18"
        until = 2026-12-31
        reason = "the old desk closes by hand"
        by = "ops"
        """

    def test_while_it_holds(self):
        """What fails is no finding, and says what it would be."""
        _, judgements = known(Policy.loads(self.SAID), "an-email-complaint")
        assert PromiseVerdict.WAIVED is judgements["18"].verdict
        assert "until 2026-12-31 by ops: the old desk closes by hand (fails, if it were not)" == judgements["18"].why

    def test_once_it_has_ended(self):
        """It fails again, and the waiver is a finding."""
        report, judgements = known(Policy.loads(self.SAID), "an-email-complaint", at=datetime(2027, 1, 1, tzinfo=UTC))
        assert PromiseVerdict.FAILS is judgements["18"].verdict
        assert ["CC206"] == [finding.code for finding in report.findings if finding.path == "waiver[0]"]

    def test_which_nothing_needs(self):
        """What holds need not be waived."""
        report, judgements = known(
            Policy.loads(self.SAID.replace("close_by = []\n        close_after = {}", "")), "an-email-complaint"
        )
        assert PromiseVerdict.PROVED is judgements["18"].verdict
        assert ["CC207"] == [finding.code for finding in report.findings if finding.path == "waiver[0]"]

    def test_on_the_command_line(self, tmp_path, capsys):
        """`--at` says when; without it, it is now."""
        file = tmp_path / "sop.toml"
        file.write_text(self.SAID)
        asked = ["check", str(file), "--scope", "an-email-complaint", "--walk", "0", "--only", "18"]
        assert 0 == run_command([*asked, "--at", "2026-12-31"])
        assert 1 == run_command([*asked, "--at", "2027-01-01"])
        capsys.readouterr()
        assert 2 == run_command([*asked, "--at", "soon"])
        assert "--at" in capsys.readouterr().err


def test_an_override_that_can_never_apply():
    """It is a finding, with what it is about."""
    policy = Policy.loads('[[override]]\nmatch = { channel = "sms" }\nset = { "capacity.chat" = 3 }\n')
    report, _ = known(policy, TWO)
    (found,) = (finding for finding in report.findings if finding.code == "CC205")
    assert "can never apply" in found.message


@given(layered_policies())
def test_every_policy_has_its_scopes(policy):
    """Regression: the tag of a queue could be no tag, and the case that an override matches could not be stated."""
    names = [each.scope.name for each in scopes_of(policy)]
    assert len(names) == len({*names})
    overridden = [name for name in names if name.startswith("one-")]
    assert len(SORTS) + len({override.match for override in policy.override}) == len(overridden)


@pytest.mark.parametrize("tag", ["", "two\\nlines", "x" * 201], ids=["empty", "unseen", "long"])
def test_a_tag_that_is_none_is_told(tag, tmp_path, capsys):
    """Regression: `casecore check` ended in a traceback of the first command that was to carry the tag."""
    sop = tmp_path / "sop.toml"
    sop.write_text(
        f'[queues.vip]\ntags = ["{tag}"]\n[queues.all]\nfallback = true\n'
        '[[override]]\nmatch = { queue = "vip" }\nset = { "chat.idle.silence" = "5m" }\n'
    )
    assert 2 == run_command(["check", str(sop)])
    assert "sop.toml:2:9" in (told := capsys.readouterr().err)
    assert "expected: text of 1 to 200 visible characters" in told


def test_scopes_that_are_named_are_asked_alone(capsys):
    """On the command line, what they do not put to the test is left out; what they leave untried is inconclusive."""
    assert 3 == run_command(["check", "--scope", TWO, "--walk", "0", "--format", "json"])
    assert '"vacuous": 0' in capsys.readouterr().out
