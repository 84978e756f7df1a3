"""What reading a policy alone shows, before anything is searched."""

import pytest

from casecore.check.lint import lint_policy
from tests.sops import sop_with

QUIET = "chat.idle.ask_first = 0\n"

LINT = {
    "": [("CC204", "chat.idle.counts_from")],
    'chat.idle.counts_from = "question"': [],
    "chat.idle.ask_first = 0": [],
    f'{QUIET}chat.idle.silence = "29s"': [("CC204", "chat.idle.silence")],
    f'{QUIET}chat.idle.silence = "30s"': [],
    'chat.idle.counts_from = "question"\nchat.idle.ask_first = 0': [("CC204", "chat.idle.ask_first")],
    f"{QUIET}capacity.total = 0\ncapacity.voice = 0": [("CC203", "capacity.total"), ("CC203", "capacity.voice")],
    f"{QUIET}channels.sms.kinds = []": [("CC202", "channels.sms.kinds")],
    f'{QUIET}queues.vip.tags = ["vip"]\nqueues.gold = {{ tags = ["vip"], channels = ["chat"] }}': [
        ("CC201", "queues.gold")
    ],
    f'{QUIET}queues.vip = {{ tags = ["vip"], channels = ["chat"] }}\nqueues.gold.tags = ["vip"]': [],
    f'{QUIET}lifecycle.calendar = "office"\ncalendars.office.monday = ["09:00-17:00"]': [
        ("CC204", "lifecycle.close_after.resolved")
    ],
    f'{QUIET}lifecycle = {{ calendar = "o", close_after.resolved = "16h" }}\ncalendars.o.monday = ["9:00-17:00"]': [],
    f'{QUIET}lifecycle.calendar = "never"\ncalendars.never.special = {{ "2026-11-02" = ["09:00-17:00"] }}': [],
    f'{QUIET}queues.money.reasons = ["billing"]': [("CC201", "queues.money")],
}


@pytest.mark.parametrize("text", LINT)
def test_what_reading_the_policy_alone_shows(text):
    """Every finding names its key, says what was found, and what to do about it."""
    findings = lint_policy(sop_with(text))
    assert LINT[text] == [(finding.code, finding.path) for finding in findings]
    assert all(finding.message and finding.remedy for finding in findings)


def test_a_shadowed_queue_is_told_with_the_one_before_it():
    """The finding says which queue takes everything, and what to do."""
    *_, finding = lint_policy(sop_with('queues.money.reasons = ["billing"]'))[:1]
    assert "no case enters money: billing, which is asked before, takes all that it would take" == finding.message
    assert "put money before billing, or let billing take less" == finding.remedy


def test_days_that_count_in_opening_hours():
    """Two days of opening hours are six of eight hours each: the finding says so, and what to write."""
    office = "".join(f'calendars.office.{day} = ["09:00-17:00"]\n' for day in ("monday", "tuesday"))
    finding, *_ = lint_policy(sop_with(f'lifecycle.calendar = "office"\n{office}'))
    assert "2d in the opening hours of office are 6 working days" == finding.message
    assert "write 8h for each working day" == finding.remedy
