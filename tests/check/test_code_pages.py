"""What each code of the lint means: its bad example has it, its good one has not."""

import json
from datetime import UTC, datetime

import pytest

from casecore import Policy
from casecore.check import check
from casecore.check.code_pages import CODE_PAGES
from casecore.check.formats import as_sarif
from casecore.check.lint import lint_policy
from casecore.check.scopes import scopes_of_rules

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def found_in(text, code):
    """The codes of all that is found in a policy file."""
    policy = Policy.loads(text, "sop.toml")
    if code == "CC208":
        report = check(policy, only="10", require="10", scopes=["a-draft-on-chat"], walk=0)
    elif code > "CC210":
        limit = {"limit": 5} if code == "CC215" else {}
        report = check(policy, only="18", scopes=scopes_of_rules(policy), walk=0, **limit)
    else:
        return [finding.code for finding in lint_policy(policy, NOW, frozenset({"10"} if code == "CC207" else ()))]
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize("code", CODE_PAGES)
def test_examples(code):
    """Bad has it; good has neither it nor anything else that is worse than a note."""
    (bad_word, bad), (good_word, good) = CODE_PAGES[code].examples
    assert ("Bad", "Good") == (bad_word, good_word)
    assert code in found_in(bad, code)
    assert {*found_in(good, code)} <= {"CC204"} - {code}


def test_code_scanning_tools_are_told_the_same(placed_report):
    """The rule of a SARIF document is what the page says, whatever its first finding is about."""
    (run,) = json.loads(as_sarif(placed_report, "sop.toml"))["runs"]
    told = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert {code: CODE_PAGES[code].title for code in ("CC201", "CC202", "CC204")}.items() <= told.items()
