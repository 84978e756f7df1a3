"""The faults that rules of a policy's own notice: each turns the proof of its rule red, as in `test_fault_table.py`."""

import pytest

from tests.faults.asking import answers, asked, calls, named
from tests.faults.own_rules import OWN_RULES
from tests.faults.rows import RED


@pytest.mark.parametrize("fault", OWN_RULES, ids=named)
def test_a_fault_turns_its_promise_red(fault):
    """The check fails the promise, and tells a story where the promise is about what happens."""
    answer = answers(fault.job)[fault.promise]
    assert RED == answer.verdict, answer
    assert answer.story, answer


@pytest.mark.parametrize("job", calls(OWN_RULES), ids=asked)
def test_without_a_fault_the_same_check_finds_nothing(job):
    """So a red row is red because of its fault, and not because of its policy or its scopes."""
    found = answers(job)
    assert set(job.promises) == set(found)
    assert {} == {number: one for number, one in found.items() if one.verdict in {RED, "raises"}}
