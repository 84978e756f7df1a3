"""The law of stages: judged in groups by several processes, a log says what it says judged in one pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.audit import audit
from tests.audit.log_rows import HIDINGS, SPOILINGS
from tests.audit.made_logs import KINDS
from tests.audit.two_teams import log_of_statuses, log_of_teams
from tests.profiles import examples

HOWS = (None, *SPOILINGS, *sorted(HIDINGS))


@examples(24)
@given(st.integers(0, 8), st.sampled_from(HOWS), st.integers(2, 4))
def test_two_teams(seed, how, jobs):
    """Rows are dropped, doubled, late or hidden, or none is."""
    log, policy = log_of_teams(seed, 4, how)
    assert audit(log, policy) == audit(log, policy, jobs=jobs)


@examples(40)
@given(st.integers(), st.integers(1, 30), st.integers(1, 4), st.integers(2, 4))
def test_statuses(seed, cases, agents, jobs):
    """Of each case the statuses come in any order."""
    log = log_of_statuses(seed, cases, agents)
    assert audit(log) == audit(log, jobs=jobs)


@pytest.mark.parametrize("how", HOWS)
def test_every_kind_of_breach(how):
    """Two teams in which every rule is broken that a log can break."""
    log, policy = log_of_teams(1, 8, how, tuple(KINDS))
    assert audit(log, policy) == audit(log, policy, jobs=2)
