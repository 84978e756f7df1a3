"""Seven SOPs of different trades with rules of their own: all of them are sound, in the scopes of their rules."""

from pathlib import Path

import pytest

from casecore import Policy
from casecore.check import PromiseVerdict, check
from casecore.check.scopes import scopes_of_rules

TRADES = Path(__file__).parents[2] / "examples" / "trades"


@pytest.mark.parametrize("name", sorted(path.stem for path in TRADES.iterdir()))
def test_trades(name):
    """No case is trapped, every rule does something, and each world is a world of desks."""
    policy = Policy.load(TRADES / f"{name}.toml")
    report = check(policy, scopes=scopes_of_rules(policy), walk=0, only="18")
    assert PromiseVerdict.PROVED is report.judgements[0].verdict
    assert {"CC215"} >= {found.code for found in report.findings if found.path.startswith("rule[")}
    assert [one.worlds for one in report.searched] == [one.desks for one in report.searched]
    assert max(one.worlds for one in report.searched) < 4_000
