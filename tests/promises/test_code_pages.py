"""What each promise means: what its page tells of was shown to its witness, or is a policy that breaks it."""

import pytest

from casecore import Policy
from casecore.check import PromiseVerdict, check
from casecore.check.scopes import scopes_of_rules
from casecore.promises import OTHERS, PROMISES
from casecore.promises.code_pages import CODE_PAGES
from tests.promises.test_witnesses import TOLD

HISTORIES = {
    "P01": ("set to new", "set to pending"),
    "P02": ("tagged", "noted"),
    "P03": ("given to a second one", "given to a second one once it is back"),
    "P04": ("a third chat", "a second chat"),
    "P05": ("with a contact to dispose", "once it is disposed"),
    "P06": ("a second too early", "at that second"),
    "P07": ("the customer has written", "the customer has not written"),
    "P08": ("resolved", "resolved once they are known"),
    "P09": ("without permission", "with permission"),
    "P10": ("by its author", "where it may be"),
    "P11": ("twice", "another message"),
    "P12": ("as it closes", "a second before the window closes"),
    "P13": ("back with a contact to dispose", "back with nothing to dispose"),
    "P14": ("lunch with a contact", "lunch once it is given back"),
    "P15": ("the last disposition", "the last disposition, and lunch"),
    "P16": ("in no queue", "resolved, and in no queue"),
    "P22": ("rung all the same", "rung once they write again"),
    "P23": ("nobody has answered", "after setting it resolved"),
    "P24": ("missed, then met", "missed, and missed still"),
    "P25": ("merged, and the block is lost", "merged, and the block is kept"),
    "P26": ("a blocked customer is heard", "a blocked customer is noted"),
    "P27": ("past what came after", "the last was read"),
}
"""By what the histories of both examples are called there."""

ASKED_OTHERWISE = {"P17", "P19", "P20"}
"""Those that no history of one case breaks: `test_routing`, `test_ways` and `test_coverage_of_rules` ask them."""


def test_every_promise_has_its_page():
    """In the order of their numbers, with the title that reports give."""
    rows = sorted((one.number, one.title) for one in (*PROMISES, *OTHERS))
    assert [(f"P{number}", title) for number, title in rows] == [(one.code, one.title) for one in CODE_PAGES.values()]


def test_where_the_examples_come_from():
    """Each is told in words, and was shown to a witness; or it is a file; or it is asked elsewhere."""
    files = {page.code for page in CODE_PAGES.values() if page.language}
    assert {"P18", "P21"} == files
    assert {*CODE_PAGES} == {*HISTORIES} | files | ASKED_OTHERWISE


@pytest.mark.parametrize("code", HISTORIES)
def test_histories(code):
    """The first breaks the promise, the second does not."""
    number = code.removeprefix("P")
    broken, kept = (TOLD[f"{number}: {name}"].broken.split() for name in HISTORIES[code])
    assert number in broken
    assert [] == kept


@pytest.mark.parametrize("code", ["P18", "P21"])
def test_policies(code):
    """The first breaks it, the second keeps it."""
    number = code.removeprefix("P")
    verdicts = []
    for _, text in CODE_PAGES[code].examples:
        policy = Policy.loads(text, "sop.toml")
        report = check(policy, only=number, scopes=scopes_of_rules(policy)[:1], walk=0)
        verdicts += [judgement.verdict for judgement in report.judgements]
    assert [PromiseVerdict.FAILS, PromiseVerdict.PROVED] == verdicts
