"""The table of faults: each turns the proof of its promise red, and without it the same check finds nothing.

Here are those of the first promises, and what the table as a whole must have; the others are asked on other cores, in
`test_faults_of_later_promises.py` and `test_faults_of_own_rules.py`.
"""

from collections import defaultdict

import pytest

from tests.faults.asking import asked, assert_nothing_found, assert_red, calls, named
from tests.faults.patching import Job, Patch, ask
from tests.faults.rows import Part
from tests.faults.table import FAULTS

FIRST = [fault for fault in FAULTS if fault.promise < "09"]


@pytest.mark.parametrize("fault", FIRST, ids=named)
def test_a_fault_turns_its_promise_red(fault):
    """Somebody who did not make it notices."""
    assert_red(fault)


@pytest.mark.parametrize("job", calls(FIRST), ids=asked)
def test_without_a_fault_the_same_check_finds_nothing(job):
    """So a red row is red because of its fault."""
    assert_nothing_found(job)


def test_every_promise_has_faults_where_it_rests():
    """In a rule, in a record, in what applies events, in what follows, by promise; those that rest on less say so."""
    parts = defaultdict(set)
    for fault in FAULTS:
        if "." not in fault.promise:  # a rule of a policy's own promises more: `own_rules.py`
            parts[fault.promise].add(fault.part)
    assert [f"{number:02}" for number in range(1, 28)] == sorted(parts)
    applied = {Part.EVOLVE, Part.COMPOSITION, Part.CONSEQUENCE, Part.HANDLER}
    narrow = {"17", "20", "21"}
    assert set() == {number for number in parts if number not in narrow and not parts[number] & applied}
    assert set() == {number for number in parts if number not in {"15", "16", "17"} and Part.RULE not in parts[number]}
    assert {Part.ENGINE, Part.ROUTER} <= set().union(*parts.values())


def test_every_row_is_another_fault():
    """No row is there twice: the same text, promise and scopes."""
    assert len(FAULTS) == len({(fault.promise, fault.patch, fault.scopes) for fault in FAULTS})
    assert len(FAULTS) == len({named(fault) for fault in FAULTS})


def test_a_row_whose_text_is_gone_is_told():
    """A row must be looked at when its module has changed, and so it raises instead of breaking nothing."""
    gone = Patch("rooms/agents.py", "what never stood there", "", 1)
    answer = ask(Job(("01",), "", ("an-email-complaint",), gone))["01"]
    assert "raises" == answer.verdict
    assert "mend the row of this fault" in answer.wrong[0]
