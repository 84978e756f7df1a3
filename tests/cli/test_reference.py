"""`casecore schema`: the page of every key, and the rules that a key sets."""

import re
from pathlib import Path

from casecore.cli.reference import keys_page, rules_of
from casecore.policies import SWITCHABLE, Policy
from casecore.policies.declared import every_key, find_key
from casecore.policies.layers import JOINED
from casecore.policies.schema import schema_text
from casecore.rooms.composition import HOUSE, RULES

ROOT = Path(__file__).parents[2]


class TestPage:
    """The page of every key."""

    def test_is_as_it_is_generated(self):
        """If it is not: `casecore schema --format md > docs/keys.md`."""
        assert keys_page() == (ROOT / "docs" / "keys.md").read_text("utf-8")

    def test_has_every_key(self):
        """Each stands in the section of its table, or of those that are like it."""
        told = keys_page()
        for known in every_key(Policy):
            if known.steps[-1] != "source" and known.steps[0] not in JOINED:
                table = known.path.rpartition(".")[0]
                assert f"`{table}`" in told or not table or re.fullmatch(r"sla\.\w+\.\w+", table)
                assert f"| `{known.steps[-1]}` |" in told


class TestRules:
    """Which rules a key sets."""

    def test_there_is_every_rule_that_a_key_names(self):
        """And every key that a timer names."""
        ids = {rule.id for rule in RULES}
        assert {rule for known in every_key(Policy) for rule in known.rules} <= ids
        waits = {timer.key for timer in HOUSE.timers} - {"commitment.due_at", "case.snoozed_until"}
        assert all(find_key(Policy, key) for key in waits)

    def test_rules_of_a_key(self):
        """The one that is called like it comes first."""
        assert ("wrap_up.notes", "assignment.wrap_up") == rules_of(find_key(Policy, "wrap_up.notes"))[:2]
        assert "tags.limit" in SWITCHABLE


def test_schema(casecore):
    """As it ships, and the page."""
    assert (0, schema_text(), "") == casecore("schema")
    assert (0, keys_page(), "") == casecore("schema", "--format", "md")
