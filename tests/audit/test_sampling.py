"""A sample of a log: whole cases, the same ones each time; nothing is found that is not found in the whole."""

from datetime import UTC, datetime

import pytest

from casecore import HOUSE, Policy
from casecore.audit import FORMATS, Auditor, LogRow, Telling, audit
from casecore.audit.reports.findings import rows_text
from casecore.audit.reports.sampling import Sample, hash_of
from tests.audit.desk_logs import CHATS, a_chat, log_of, write_snapshots
from tests.audit.made_logs import made_log

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
CHOSEN = next(f"c-{number}" for number in range(9) if not hash_of(f"c-{number}") % 2)
OTHER = next(f"c-{number}" for number in range(9) if hash_of(f"c-{number}") % 2)


def a_sample(*, begins_whole=True):
    """One of two cases; and who judges them."""
    auditor = Auditor(
        Policy.default(), Telling.of(HOUSE, none=[room.name for room in HOUSE.rooms], begins_whole=begins_whole)
    )
    return Sample(2, auditor), auditor


@pytest.mark.parametrize("of", [2, 5])
def test_what_is_found_in_a_sample_is_found_in_the_whole(of):
    """And what is kept there, too: it becomes unknown at most."""
    log = made_log(1, cases=20)
    whole, part = (audit(log_of(log.commands), log.policy, sample=number) for number in (1, of))
    found = {(one.rule, one.row) for one in whole.breaches}
    assert {(one.rule, one.row) for one in part.breaches} <= found
    assert 0 < part.judged < whole.judged == part.read
    assert 0 < part.known < whole.known
    assert part.unknown > whole.unknown
    assert f"1 of {of} cases: what agents had to do for the others is not known" in rows_text(part)


def test_no_case_is_chosen(tmp_path):
    """Then nothing was judged, and nothing is said of when."""
    log, log_map = write_snapshots(tmp_path)
    report = audit(log, log_map=log_map, sample=999_999_937)
    assert (11, 0, None, 0) == (report.read, report.judged, report.first_at, report.known)
    assert rows_text(report).startswith("11 rows read, 0 judged, 1 of 999999937 cases")
    assert "By agent" not in FORMATS["md"](report)


def test_all_of_a_case_or_nothing():
    """What is about no case is judged; a part of a case that was not chosen is not."""
    sample, _ = a_sample()
    assert sample.takes(LogRow(1, AT, "GoAvailable", {"agent": "ana"}))
    assert sample.takes(LogRow(1, AT, "SetStatus", {"case": CHOSEN}))
    assert sample.takes(LogRow(1, AT, "MergeCases", {"case": OTHER, "into": CHOSEN}))
    assert not sample.takes(LogRow(1, AT, "status", {}, {"case": OTHER}))
    assert sample.takes(LogRow(1, AT, "EditNote", {"note": "n-1"}))
    sample.pass_over(LogRow(1, AT, "AddNote", {"by": "ana", "case": OTHER, "note": "n-1"}))
    assert not sample.takes(LogRow(1, AT, "EditNote", {"note": "n-1"}))


def test_the_load_of_agents_is_not_known():
    """A third chat is a third one only where the other two are judged."""
    numbers = sorted(range(1, 20), key=lambda number: hash_of(f"c-{number}") % 2 == 0)
    chats = [row for number in sorted((*numbers[:2], numbers[-1])) for row in a_chat(number, f"u-{number}", "")]
    report = audit(log_of([*CHATS[:2], *chats]), sample=2)
    held = report.rule("capacity.channel")
    assert (0, 0, 1) == (held.kept, held.broken, held.unknown)
    assert (4, 8) == (report.judged, report.read)


def test_what_others_name_is_there():
    """A thread, a message and a customer; and what may have changed of whoever works on it is not known."""
    sample, auditor = a_sample()
    for row in (
        LogRow(1, AT, "AddAgent", {"by": "system", "agent": "ana", "permissions": frozenset(), "queues": frozenset()}),
        LogRow(2, AT, "ReceiveMessage", {"by": "customer", "thread": "t", "message": "m", "new_case": OTHER}),
        LogRow(3, AT, "OpenCase", {"by": "ana", "case": OTHER}),
        LogRow(4, AT, "CaseAssigned", {"by": "system", "case": OTHER, "agent": "ben"}),
        LogRow(5, AT, "status", {"case": OTHER}),
    ):
        if sample.takes(row):
            auditor.see(row)
        else:
            sample.pass_over(row)
    tables = auditor.desk.tables
    assert {"ana", "ben"} == {*tables["agents"]}
    assert ["t"] == [*tables["threads"]]
    assert ["m"] == [*tables["messages"]]
    assert "held" in type(auditor.desk.find("agents", "ana")).untold
