"""The faults that rules of a policy's own notice: each turns the proof of its rule red, as in `test_fault_table.py`."""

import pytest

from tests.faults.asking import asked, assert_nothing_found, assert_red, calls, named
from tests.faults.table import FAULTS

OF_OWN_RULES = [fault for fault in FAULTS if "a" <= fault.promise]


@pytest.mark.parametrize("fault", OF_OWN_RULES, ids=named)
def test_a_fault_turns_its_promise_red(fault):
    """Somebody who did not make it notices."""
    assert_red(fault)


@pytest.mark.parametrize("job", calls(OF_OWN_RULES), ids=asked)
def test_without_a_fault_the_same_check_finds_nothing(job):
    """So a red row is red because of its fault."""
    assert_nothing_found(job)
