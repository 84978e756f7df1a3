"""The law of hiding: rows that a log does not tell turn no verdict of an audit into another, only into `unknown`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.log_rows import HIDINGS
from tests.audit.made_logs import KINDS, made_log
from tests.audit.told import auditor
from tests.audit.truth import contradictions
from tests.profiles import examples

SEEDS = range(1, 13)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_injected_is_found_and_nothing_else(seed):
    """A breach of every kind, in a day that is clean but for them."""
    log = made_log(seed, cases=24)
    audit = auditor(log.policy)
    found = {(place, breach.rule) for place, one in enumerate(log.commands) for breach in audit.see_command(one, place)}
    assert {(breach.index, breach.rule) for breach in log.breaches} == found
    assert len(found) > len(KINDS) - 8  # a small day has no place for some
    assert {} == audit.tally.unknown_for
    assert 0 == sum(count.unknown for count in audit.tally.counts.values())


@examples(16)
@given(st.sampled_from(SEEDS), st.sampled_from(sorted(HIDINGS)), st.integers(0, 10_000))
def test_hidden_rows_turn_verdicts_into_unknown_only(seed, hiding, which):
    """Whatever is hidden, as long as the map says honestly what the log does not tell."""
    wrong, _ = contradictions(seed, 12, hiding, which)
    assert [] == wrong
