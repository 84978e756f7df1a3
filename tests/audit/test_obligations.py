"""What is owed when a log ends: kept, broken, pending or unknown."""

import pytest

from casecore import (
    CUSTOMER,
    CloseReason,
    Dispose,
    EndContact,
    FulfilCommitment,
    LogOut,
    MakeCommitment,
    Policy,
    ReceiveMessage,
    RefuseDraft,
    RescheduleCommitment,
    SendReply,
    SubmitDraft,
    TakeCommitment,
)
from casecore.audit.judging.obligations import Owed, Settled, counts_of
from casecore.audit.logs.log_rows import LogRow
from casecore.statuses import Status
from casecore.testing.scenario import TEAM, at, case_in, flatten_commands, new_case
from tests.audit.told import auditor
from tests.sops import sop_with


def audit_of(*stories, besides=(), policy=None):
    """An audit of a team's commands, those of some classes left out."""
    audit = auditor(policy, besides)
    for command in flatten_commands((TEAM, *stories)):
        if not isinstance(command, tuple(besides)):
            assert () == audit.see_command(command)
    return audit


def states(audit, kind, minutes=600):
    """How things of a kind stand so many minutes after the first message."""
    return [owed.state for owed in audit.obligations.at_end(at(minutes=minutes)) if owed.kind is kind]


def promise(due, made=5):
    """A promise to call back, made some minutes after the first message."""
    return MakeCommitment("ana", at(minutes=made), "c1", "p1", at(minutes=due), "Call back")


CALL = case_in("open", channel="email")


@pytest.mark.parametrize(
    ("later", "minutes", "state"),
    [
        ((), 50, Settled.PENDING),
        ((), 70, Settled.BROKEN),
        ((FulfilCommitment("ana", at(minutes=55), "p1"),), 70, Settled.KEPT),
        ((FulfilCommitment("ana", at(minutes=65), "p1"),), 70, Settled.BROKEN),
        ((RescheduleCommitment("ana", at(minutes=50), "p1", at(minutes=90)),), 70, Settled.PENDING),
    ],
)
def test_a_promise_is_kept_by_its_instant_or_not(later, minutes, state):
    """Promised for an hour after the first message."""
    audit = audit_of(CALL, promise(60), *later)
    assert [state] == states(audit, Owed.COMMITMENT, minutes)


def test_a_promise_that_somebody_takes_over_is_theirs():
    """From then on they have to keep it."""
    gone = LogOut("ana", at(minutes=62), "ana")
    audit = audit_of(CALL, promise(60), gone, TakeCommitment("dora", at(minutes=65), "p1"))
    [owed] = [owed for owed in audit.obligations.at_end(at(minutes=70)) if owed.kind is Owed.COMMITMENT]
    assert ("dora", "c1", at(minutes=60), None) == (owed.agent, owed.case, owed.due, owed.done)


def test_what_may_have_been_done_without_a_row_is_unknown():
    """A log that never tells of kept promises tells of no broken ones."""
    audit = audit_of(CALL, promise(60), besides=[FulfilCommitment])
    assert [Settled.UNKNOWN] == states(audit, Owed.COMMITMENT)


def test_a_draft_waits_until_somebody_decides():
    """Who is to decide is nobody in particular."""
    draft = SubmitDraft("ana", at(minutes=6), "c1", "d1", "It is on its way.", Status.PENDING, subject="Your order")
    audit = audit_of(CALL, draft)
    assert [Settled.PENDING] == states(audit, Owed.DRAFT)
    assert {("draft", Settled.PENDING): 1} == {
        key: count for key, count in counts_of(audit.obligations.at_end(at(minutes=9))).items() if key[0] == "draft"
    }
    audit = audit_of(CALL, draft, RefuseDraft("cleo", at(minutes=8), "c1", "d1", "Say when."))
    assert [Settled.KEPT] == states(audit, Owed.DRAFT)


def test_a_draft_of_which_nobody_tells_the_decision_is_unknown():
    """It may have been refused long ago."""
    draft = SubmitDraft("ana", at(minutes=6), "c1", "d1", "It is on its way.", Status.PENDING, subject="Your order")
    assert [Settled.UNKNOWN] == states(audit_of(CALL, draft, besides=[RefuseDraft]), Owed.DRAFT)


LEFT = (*case_in("open", channel="chat"), EndContact(CUSTOMER, at(minutes=9), "c1"))


@pytest.mark.parametrize(
    ("later", "state"),
    [((), Settled.PENDING), ((Dispose("ana", at(minutes=12), "c1", "solved", "Was charged twice."),), Settled.KEPT)],
)
def test_a_wrap_up_is_owed_until_it_is_disposed(later, state):
    """The customer left; what came of it is still to be said."""
    assert [state] == states(audit_of(LEFT, *later), Owed.WRAP_UP, 15)


def test_a_wrap_up_is_late_when_the_policy_reminds_of_it():
    """After ten minutes, where it says so."""
    policy = sop_with('[wrap_up]\nremind = "10m"')
    assert [Settled.PENDING] == states(audit_of(LEFT, policy=policy), Owed.WRAP_UP, 15)
    assert [Settled.BROKEN] == states(audit_of(LEFT, policy=policy), Owed.WRAP_UP, 20)


def test_service_clocks_are_told_for_each_case():
    """Answered in time, not answered in time, and not yet; where too little is told, unknown."""
    names = {"first_response", "next_response", "solution"}
    audit = audit_of(case_in("pending", channel="email"), new_case("c2", channel="email", customer="joe"))
    told = [(owed.name, owed.case, owed.state) for owed in audit.obligations.at_end(at(minutes=5))]
    assert ("first_response", "c1", Settled.KEPT) in told
    assert ("first_response", "c2", Settled.PENDING) in told
    assert {name for name, _, _ in told} <= names
    late = [(owed.name, owed.case, owed.state) for owed in audit.obligations.at_end(at(hours=200))]
    assert ("first_response", "c2", Settled.BROKEN) in late
    blind = audit_of(case_in("pending", channel="email"), besides=[ReceiveMessage, SendReply])
    assert [Settled.UNKNOWN] == states(blind, Owed.CLOCK)


def test_a_duty_is_a_relation_that_is_still_missing():
    """An email may be disposed before the record is related; it is owed until then, or until the case is closed."""
    policy = Policy.default()
    audit = auditor(policy)
    for command in flatten_commands((TEAM, CALL)):
        audit.see_command(command)
    audit.see(LogRow(1, at(minutes=5), "DutyLeft", {"by": "ana", "case": "c1", "agent": "ana"}))
    assert [Settled.PENDING] == states(audit, Owed.DUTY)
    audit.see(LogRow(2, at(minutes=6), "DutyDone", {"by": "ana", "case": "c1"}))
    assert [Settled.KEPT] == states(audit, Owed.DUTY)
    audit.see(LogRow(3, at(minutes=7), "DutyLeft", {"by": "ana", "case": "c1", "agent": "ana"}))
    audit.see(LogRow(4, at(minutes=8), "CaseClosed", {"by": "ana", "case": "c1", "reason": CloseReason.BY_HAND}))
    assert [Settled.KEPT] == states(audit, Owed.DUTY)


def test_a_promise_that_nobody_told_of_is_moved_and_kept():
    """It was made before the log begins, and is none of those that it tells of."""
    audit = auditor()
    for what in ("CommitmentRescheduled", "CommitmentTaken", "CommitmentFulfilled"):
        audit.see(LogRow(1, at(), what, {"by": "ana", "commitment": "p9", "case": "c9", "agent": "ana"}))
    assert [] == states(audit, Owed.COMMITMENT)
