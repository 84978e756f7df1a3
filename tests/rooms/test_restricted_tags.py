"""Restricted tags: what the policy looks at is set and taken away by those whom it names (§4)."""

import pytest

from casecore import SYSTEM
from casecore.kernel import Accepted
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.rooms.notes import AddTag, CaseTagged, CaseUntagged, RemoveTag
from casecore.rooms.sla import LevelSet, SetLevel
from casecore.testing.scenario import at, case_in, given, new_case

OVERRIDE = '[queues.general]\nfallback = true\n[[override]]\nmatch = { tag = "vip" }\nset = { "capacity.chat" = 9 }\n'
QUEUE = '[queues.general]\nfallback = true\n[queues.vips]\ntags = ["VIP"]\n'
DATED = QUEUE + '[[change]]\non = 2026-01-01\nset = { "capacity.total" = 7 }\n'
BOTH_LATER = OVERRIDE + '[[change]]\non = 2026-01-01\nset = { "capacity.total" = 7 }\n'


def tagging(by, policy, tag="vip"):
    """Somebody sets a tag on the case that ana holds."""
    return given(case_in("open"), policy=Policy.loads(policy)).when(AddTag(by, at(60), "c1", tag))


def untagging(by, policy):
    """Somebody takes a tag away that came with the case, which ana holds."""
    opened = case_in("open")[1:]
    return given(new_case(tags=frozenset({"vip"})), opened, policy=Policy.loads(policy)).when(
        RemoveTag(by, at(60), "c1", "Vip")
    )


@pytest.mark.parametrize("policy", [OVERRIDE, QUEUE, DATED, BOTH_LATER], ids=["override", "queue", "dated", "both"])
class TestLookedAt:
    """An override, or the filter of a queue, depends on the tag."""

    def test_whoever_may_tag(self, policy):
        """Complaint: an agent tagged a case as `vip` and held more than they may; now the policy says who."""
        outcome = tagging("ana", policy, "ViP").refused("tags.restricted_to")
        (reason,) = outcome.verdict.reasons
        assert {"tag": "ViP", "by": "ana", "may": ("supervisor", "system")} == reason.facts
        assert "ask a supervisor or the system" == reason.remedy

    def test_taking_it_away(self, policy):
        """Removing it changes the rules, too."""
        untagging("ana", policy).refused("tags.restricted_to")

    @pytest.mark.parametrize("by", ["dora", SYSTEM])
    def test_supervisor_and_system(self, policy, by):
        """By default these two set and remove it."""
        tagging(by, policy).then(CaseTagged(by, at(60), "c1", "vip"))
        untagging(by, policy).then(CaseUntagged(by, at(60), "c1", "vip"))

    def test_other_tags(self, policy):
        """Any other tag is anybody's, and so is every tag of a message."""
        tagging("ana", policy, "refund").then(CaseTagged)
        on_message = AddTag("ana", at(60), "c1", "vip", "m-c1")
        assert given(case_in("open"), policy=Policy.loads(policy)).when(on_message).verdict

    def test_given_on_arrival(self, policy):
        """What the host knows of a visitor is the system's."""
        story = given(new_case(tags=frozenset({"vip"})), policy=Policy.loads(policy))
        assert frozenset({"vip"}) == story.desk.cases["c1"].case.tags


class TestWhoMay:
    """The policy names them."""

    def test_assignee(self):
        """Whoever holds the case, where it names them; then nobody else."""
        policy = QUEUE + '[tags]\nrestricted_to = ["assignee"]'
        tagging("ana", policy).then(CaseTagged)
        for other in ("cleo", "dora", SYSTEM):
            tagging(other, policy).refused("tags.restricted_to")

    def test_nobody(self):
        """A policy may leave it to arrival alone."""
        outcome = tagging("dora", QUEUE + "[tags]\nrestricted_to = []").refused("tags.restricted_to")
        assert "leave it as it is: the policy lets nobody change it" == outcome.verdict.reasons[0].remedy

    def test_softened(self):
        """`[enforcement]` gives everybody their tags back."""
        tagging("ana", QUEUE + '[enforcement]\n"tags.restricted_to" = "off"').then(CaseTagged)

    def test_on_and_off(self):
        """Where a tag is there already, nothing happens, and nobody is asked."""
        story = given(new_case(tags=frozenset({"vip"})), policy=Policy.loads(QUEUE))
        assert Accepted(()) == story.when(AddTag("ana", at(60), "c1", "vip")).verdict


def test_shipped_sop_looks_at_no_tag():
    """In a policy without such overrides and queues, tags are what they were."""
    assert frozenset() == Policy.default().tags_looked_at
    assert given(case_in("open")).when(AddTag("ana", at(60), "c1", "vip")).verdict


def test_the_system_sets_the_level():
    """A host that knows of an outage raises the level by itself."""
    given(case_in("open")).when(SetLevel(SYSTEM, at(60), "c1", Level.URGENT)).then(
        LevelSet(SYSTEM, at(60), "c1", Level.URGENT)
    )
