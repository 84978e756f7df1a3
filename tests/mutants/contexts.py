"""A plugin of pytest: what is covered is noted with the test that runs.

coverage can do so by itself, but takes the function whose name begins with `test` for the test, and Hypothesis has such
a function of its own.
"""

import pytest
from coverage import Coverage


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Whatever runs until the test is over, its fixtures too, is of this test; parameters are left out."""
    measured = Coverage.current()
    measured.switch_context(item.nodeid.partition("[")[0])
    try:
        return (yield)
    finally:
        measured.switch_context("")
