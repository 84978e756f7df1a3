"""An audit of rows: what is counted, told and left unknown; the logs have a few rows, the answers are by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from casecore import HOUSE, AskPresence, CloseReason, DisconnectIdle, Policy, SendReply, Status
from casecore.audit.judging.auditing import NOT_TOLD, Auditor, Telling
from casecore.audit.judging.tally import Side
from casecore.audit.logs.log_rows import STATUS, LogRow
from casecore.audit.reports.report import rules_asked
from casecore.channels import Channel
from casecore.testing.scenario import TEAM, at, case_in, flatten_commands
from tests.audit.told import auditor
from tests.sops import sop_with

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def statuses(*words, case="c1", by="ana", **beside):
    """One row a minute, of a log that tells which status a case has; None: a word that means nothing."""
    rows = []
    for number, word in enumerate(words, 1):
        told = {"case": case, "by": by} | ({} if word is None else {"status": Status(word)})
        rows.append(LogRow(number, NINE + timedelta(minutes=number), STATUS, told, beside))
    return rows


def audit_of(rows, policy=None, *, whole=True, none=(), tells=(), **options):
    """An audit after these rows, of a log that tells the status of its cases wholly."""
    telling = Telling.of(HOUSE, tells, none, ["status"], begins_whole=whole)
    audit = Auditor(policy or Policy.default(), telling, **options)
    audit.told = [violation for row in rows for violation in audit.see(row)]
    return audit


def told_of(audit, rule):
    """How often a rule was kept, broken and unknown."""
    count = audit.tally.counts[rule]
    return count.kept, count.broken, count.unknown


@pytest.mark.parametrize("blank", ["", "{{1}}"])
def test_a_reply_of_which_only_the_text_is_told_is_judged_by_that(blank):
    """That files, a template's name and the like are not told is no reason to know nothing of it."""
    told = {"by": "ana", "case": "c1", "message": "m1", "thread": "t1", "text": f"Hello {blank}", "template": None}
    rows = [LogRow(1, NINE, "SendReply", told)]
    audit = audit_of(rows, whole=False)
    assert (1, 0, 0) == told_of(audit, "reply.content")
    assert ((0, 1, 0) if blank else (0, 0, 1)) == told_of(audit, "replies.blanks")  # else the subject may have one
    assert {"ReplySent.send_as": 1} == audit.tally.unknown_for["authentication.before"]


# A log of statuses -------------------------------------------------------------------------------------


def test_each_change_of_status_is_an_occasion_of_the_life_cycle():
    """Begun, pending, resolved, opened again, closed: five moves along the edges."""
    audit = audit_of(statuses("new", "open", "pending", "resolved", "open", "closed"))
    assert (5, 0, 0) == told_of(audit, "lifecycle.edge")
    assert [] == audit.told


@pytest.mark.parametrize(
    ("words", "broken"),
    [
        (("new", "resolved"), 1),
        (("new", "pending", "open"), 1),
        (("new", "open", "resolved", "new"), 1),
        (("new", "open", "new", "resolved"), 2),
    ],
)
def test_a_move_that_is_no_edge_is_broken_and_the_log_goes_on_from_there(words, broken):
    """The next move is judged from where the log says the case is, not from where it should be."""
    audit = audit_of(statuses(*words))
    assert (len(words) - 1 - broken, broken, 0) == told_of(audit, "lifecycle.edge")
    assert ["lifecycle.edge"] * broken == [violation.rule for violation in audit.told]


def test_what_happens_to_a_closed_case_breaks_one_rule_only():
    """After that need the life cycle has nothing to say, as at a desk."""
    audit = audit_of(statuses("new", "open", "closed", "open"))
    assert (1, 1, 0) == told_of(audit, "lifecycle.closed")
    assert (2, 0, 0) == told_of(audit, "lifecycle.edge")
    [violation] = audit.told
    assert ("SetStatus", 4, "c1", "ana") == (violation.what, violation.row, violation.case, violation.agent)


def test_a_case_in_mid_life_is_unknown_at_first():
    """Where it came from is not told; where it goes from there is."""
    audit = audit_of(statuses("open", "resolved", "closed"), whole=False)
    assert (2, 0, 1) == told_of(audit, "lifecycle.edge")
    assert 1 == audit.tally.begun_in_mid_life
    assert {"Case.status": 1} == audit.tally.unknown_for["lifecycle.edge"]


def test_nothing_ever_leads_back_to_new():
    """Whatever the case was before: that is known, although the status is not."""
    audit = audit_of([*statuses("open"), *statuses(None), *statuses("new")][:3], whole=False)
    assert 1 == told_of(audit, "lifecycle.edge")[1]


def test_a_word_that_means_nothing_makes_the_next_move_unknown():
    """It is neither a breach nor a quiet nothing."""
    audit = audit_of(statuses("new", "open", None, "resolved", "closed"))
    assert (2, 0, 1) == told_of(audit, "lifecycle.edge")


def test_closing_from_a_status_that_the_policy_leaves_out():
    """What the policy says is found without knowing who closed it, or why."""
    narrow = sop_with('[lifecycle]\nclose_from = ["resolved"]')
    audit = audit_of(statuses("new", "open", "closed"), narrow, none=["merging", "case_merging"])
    assert 1 == told_of(audit, "lifecycle.close_from")[2]
    rows = statuses("new", "open", "closed")
    rows[-1].told["reason"] = "by_hand"
    audit = audit_of(rows, narrow)
    assert 1 == told_of(audit, "lifecycle.close_from")[1]


def test_commands_tell_the_status_as_well_as_statuses_do():
    """A log of what was done, in which nothing else changes a status: opened again after it was closed."""
    begun = {"by": "system", "case": "c1", "thread": "t1", "queue": "general", "channel": Channel.EMAIL}
    begun |= dict.fromkeys(("reason", "language", "predecessor"))
    rows = [
        LogRow(1, NINE, "CaseStarted", begun),
        LogRow(2, NINE, "WorkBegun", {"by": "ana", "case": "c1", "agent": "ana"}),
        LogRow(3, NINE, "SetStatus", {"by": "ana", "case": "c1", "status": Status.PENDING}),
        LogRow(4, NINE, "CloseCase", {"by": "ana", "case": "c1", "reason": CloseReason.BY_HAND}),
        LogRow(5, NINE, "SetStatus", {"by": "ana", "case": "c1", "status": Status.OPEN}),
    ]
    audit = audit_of(rows)
    assert (3, 0, 0) == told_of(audit, "lifecycle.edge")
    assert (2, 1, 0) == told_of(audit, "lifecycle.closed")


# What is counted apart -----------------------------------------------------------------------------------


def test_counts_are_kept_for_each_agent_queue_channel_hour_and_day():
    """In the zone of the log: at nine in the evening in Lisbon the day is not over."""
    rows = [
        *statuses("new", "resolved", queue="billing", channel=Channel.EMAIL),
        *statuses("new", "open", case="c2", by="ben"),
    ]
    rows[1].told["queue"] = "vip"  # what the row itself tells comes before what stands beside it
    audit = audit_of(rows, zone=ZoneInfo("Asia/Tokyo"))
    edge = {
        side: {value: counts["lifecycle.edge"].broken for value, counts in audit.tally.counts_by(side).items()}
        for side in Side
    }
    assert {"ana": 1, "ben": 0} == edge[Side.AGENT]
    assert {"vip": 1, NOT_TOLD: 0} == edge[Side.QUEUE]
    assert {"email": 1, NOT_TOLD: 0} == edge[Side.CHANNEL]
    assert {"18": 1} == edge[Side.HOUR]
    assert {"2026-11-02": 1} == edge[Side.DAY]


def test_what_happened_before_an_instant_is_taken_in_and_not_told():
    """So last month is judged by what was before it."""
    rows = statuses("new", "resolved", "open", "new")
    audit = audit_of(rows, since=rows[2].at)
    assert [4] == [violation.row for violation in audit.told]
    assert (1, 1, 0) == told_of(audit, "lifecycle.edge")


def test_only_some_rules_are_told():
    """The others are judged, or the desk would not go on."""
    audit = audit_of(statuses("new", "open", "closed", "open"), only=["lifecycle.edge"])
    assert {"lifecycle.edge"} == audit.tally.counts.keys()
    assert [] == audit.told


def test_every_rule_that_could_be_asked_is_known():
    """But the order of time, because rows are put into theirs."""
    rules = rules_asked(HOUSE, Policy.default())
    assert "lifecycle.edge" in rules
    assert "time.order" not in rules


def test_what_a_map_says_of_rooms_and_commands():
    """A room stands for all its commands; who works there makes agents told."""
    telling = Telling.of(HOUSE, ["AddNote"], ["offers"], roster=True)
    untold = {kind.__name__ for kind in telling.commands}
    assert not {"AddNote", "OfferWork", "AcceptOffer", "AddAgent", "ChangeAgent"} & untold
    assert {"SetStatus", "EditNote"} <= untold


def test_what_clocks_may_have_made_is_unknown():
    """Disconnected after 110 seconds of 120: broken, unless clocks may differ by ten."""
    told = told_idle(seconds=110)
    assert (0, 1, 0) == told_of(told, "idle.silence")
    assert (0, 0, 1) == told_of(told_idle(seconds=110, skew=timedelta(seconds=10)), "idle.silence")
    assert (0, 1, 0) == told_of(told_idle(seconds=100, skew=timedelta(seconds=10)), "idle.silence")
    audit = told_idle(seconds=110, skew=timedelta(seconds=10))
    assert {"clock skew": 1} == audit.tally.unknown_for["idle.silence"]
    assert 1 == audit.tally.counts["idle.silence"].occasions


def test_a_rule_without_a_length_is_broken_whatever_clocks_say():
    """A case that is not theirs is not theirs."""
    told = auditor(skew=timedelta(hours=1))
    story = (TEAM, *case_in("open"), SendReply("cleo", at(minutes=9), "c1", "r9", "Hello"))
    broken = [one.rule for command in flatten_commands(story) for one in told.see_command(command)]
    assert ["assignment.holder"] == broken


def told_idle(seconds, **options):
    """An audit of a chat that was ended for silence so many seconds after our question."""
    told = auditor(**options)
    asked = SendReply("ana", at(minutes=2), "c1", "r9", "Which one?")
    again = AskPresence("ana", at(minutes=3), "c1", "r10", "Are you there?")
    over = DisconnectIdle("ana", at(minutes=2, seconds=seconds), "c1", "r11")
    for command in flatten_commands((TEAM, *case_in("open"), asked, again, over)):
        told.see_command(command)
    return told
