"""Judging a log row by row: what is found, what is unknown, and why; the laws of it are in tests/laws."""

import pytest

from tests.audit.log_rows import HIDINGS
from tests.audit.made_logs import made_log
from tests.audit.told import auditor
from tests.audit.truth import contradictions


def test_what_was_injected_is_found_and_nothing_else():
    """Each breach at its row, with what was measured and the limit; every rule of every other row is kept."""
    log = made_log(3, cases=24)
    audit = auditor(log.policy)
    found = [breach for place, one in enumerate(log.commands) for breach in audit.see_command(one, place)]
    assert {(breach.index, breach.rule) for breach in log.breaches} == {(one.row, one.rule) for one in found}
    told = {one.row: one for one in found}
    for breach in log.breaches:
        if breach.measured is not None:
            one = told[breach.index]
            assert (breach.measured, breach.limit) == (one.measured, one.limit)
    assert sum(count.broken for count in audit.tally.counts.values()) == len(log.breaches)
    assert 0 == sum(count.unknown for count in audit.tally.counts.values())


@pytest.mark.slow  # a log for each way of hiding
@pytest.mark.parametrize("hiding", sorted(HIDINGS))
def test_hidden_rows_turn_verdicts_into_unknown_only(hiding):
    """However rows are hidden, as long as the map says honestly what the log does not tell."""
    wrong, known = contradictions(4, 10, hiding, 5)
    assert [] == wrong
    assert known > 0


def test_asking_some_rules_only_says_of_them_what_asking_all_does():
    """Fewer questions, the same answers; the desk goes on alike."""
    log, only = made_log(4, cases=10), {"capacity.channel", "lifecycle.edge", "reply.seen", "refund.read_twice"}
    some, every = auditor(log.policy, only=only), auditor(log.policy)
    found = [[one for command in log.commands for one in audit.see_command(command)] for audit in (some, every)]
    assert found[0] == [one for one in found[1] if one.rule in only]
    assert some.tally.counts == {rule: count for rule, count in every.tally.counts.items() if rule in only}
