"""Logs that tell some of what happened: what can be known of the rest, and what cannot."""

import attrs
import pytest

from casecore import (
    CUSTOMER,
    HOUSE,
    SYSTEM,
    AddNote,
    Authenticate,
    CaseStarted,
    Customer,
    Dispose,
    EndContact,
    FulfilCommitment,
    House,
    LeaveCase,
    MakeCommitment,
    MergeCases,
    OpenCase,
    Policy,
    Reason,
    ReceiveMessage,
    RescheduleCommitment,
    Room,
    Rule,
    SendReply,
    SetStatus,
    Status,
    StatusSet,
    SubmitDraft,
)
from casecore.audit.judging.auditing import Auditor, Telling
from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.judge import Judge, RuleOutcome
from casecore.audit.judging.knowledge import Knowledge
from casecore.audit.judging.untold import UNTOLD, NotTold, raw_reader
from casecore.audit.logs.log_rows import LogRow
from casecore.channels import Channel
from casecore.rooms.aftermath import wrap_up_id
from casecore.rooms.wrap_ups import Disposed, WrapUpOwed
from casecore.testing.scenario import TEAM, at, case_in, flatten_commands, new_case
from tests.audit.told import auditor
from tests.sops import sop_with


def told(audit, *story):
    """The audit after these commands, and what the last one breaks."""
    broken = ()
    for command in flatten_commands(story):
        broken = audit.see_command(command)
    return audit, [violation.rule for violation in broken]


def row(what, minutes=0, **fields):
    """A row that tells these fields of an event or a command."""
    return LogRow(1, at(minutes=minutes), what, fields)


def counted(audit, rule):
    """How often a rule was kept, broken and unknown."""
    count = audit.tally.counts[rule]
    return count.kept, count.broken, count.unknown


# What is not told of a command ---------------------------------------------------------------------------


def test_a_reply_without_its_text_is_a_reply():
    """What it says is not asked, where nobody has to know."""
    audit, _ = told(auditor(), TEAM, case_in("open"))
    reply = row("SendReply", 3, by="ana", case="c1", message="r1", send_as=Status.PENDING, thread=None, seen=None)
    assert () == audit.see(reply)
    assert (1, 0, 0) == counted(audit, "assignment.holder")
    assert 1 == counted(audit, "reply.content")[2]
    assert Status.PENDING is audit.desk.tables["cases"]["c1"].case.status


def test_who_did_it_is_not_told():
    """Somebody of the desk: whether they may is unknown, what happened is not."""
    audit, _ = told(auditor(), TEAM, case_in("open"))
    audit.see(row("SetStatus", 3, case="c1", status=Status.PENDING))
    assert (0, 0, 1) == counted(audit, "assignment.holder")
    assert (1, 0, 0) == counted(audit, "lifecycle.edge")
    assert Status.PENDING is audit.desk.tables["cases"]["c1"].case.status


# What happened beside the log ----------------------------------------------------------------------------


def test_a_promise_that_may_have_been_kept_long_ago():
    """Whether it still stands when it is put off is unknown; whoever has it is told."""
    promise = MakeCommitment("ana", at(minutes=4), "c1", "p1", at(minutes=60), "Call back")
    later = RescheduleCommitment("ana", at(minutes=9), "p1", at(minutes=90))
    audit, broken = told(auditor(besides=[FulfilCommitment]), TEAM, case_in("open"), promise, later)
    assert [] == broken
    assert (0, 0, 1) == counted(audit, "commitment.known")


def test_notes_that_nobody_told_of():
    """An id that should be used once may have been used; who wrote an old note is not known."""
    audit, _ = told(auditor(besides=[AddNote]), TEAM, case_in("open"))
    audit.see(row("EditNote", 5, by="ana", note="n1", text="Again"))
    assert (0, 0, 1) == counted(audit, "note.author")
    audit.see_command(AddNote("ana", at(minutes=6), "n2", "New", case="c1"))
    assert (0, 0, 1) == counted(audit, "note.fresh")


def test_a_log_that_is_cut_off_knows_nothing_of_its_first_rows():
    """A case that somebody replies on was there before, and so were they."""
    audit = Auditor(Policy.default(), Telling.of(HOUSE, [k.__name__ for k in HOUSE.commands], begins_whole=False))
    audit.see_command(SendReply("ana", at(minutes=3), "c1", "r1", "Hello", Status.PENDING))
    assert (0, 0, 1) == counted(audit, "assignment.holder")
    assert (1, 0, 0) == counted(audit, "case.known")
    assert audit.desk.in_mid_life["cases"]
    assert (0, 0, 1) == counted(audit, "lifecycle.edge")


def test_two_cases_of_which_little_is_known_become_one():
    """Merging asks of both."""
    audit = Auditor(Policy.default(), Telling.of(HOUSE, [k.__name__ for k in HOUSE.commands], begins_whole=False))
    assert () == audit.see_command(MergeCases("ana", at(minutes=3), "c1", "c2"))
    assert counted(audit, "lifecycle.closed")[2]


def test_nobody_tells_of_authentication():
    """Only what needs it is unknown."""
    audit, _ = told(
        auditor(besides=[Authenticate]),
        TEAM,
        case_in("open", channel="voice"),
        SendReply("ana", at(minutes=3), "c1", "r1", "Done", Status.RESOLVED, about_account=True),
    )
    assert {"authentication.before"} == {*audit.tally.unknown_for}


# Rows that are events ------------------------------------------------------------------------------------


def test_events_are_judged_by_the_rules_that_guard_them():
    """An assignment in a log is no wish: it happened, and may be against a rule all the same."""
    audit, _ = told(auditor(), TEAM, new_case("c1", channel="chat"))
    audit.see(row("CaseAssigned", 1, by=SYSTEM, case="c1", agent="eva", waiting=True))
    assert (0, 1, 0) == counted(audit, "assignment.channel")
    assert "eva" == audit.desk.tables["cases"]["c1"].case.assignee


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("CommitmentTaken", {"commitment": "p9", "case": "c9", "agent": "ana", "was": "ben"}),
        ("DraftSubmitted", {"case": "c9", "draft": "d9", "queue": "general", "send_as": Status.PENDING}),
        ("StatusSet", {"case": "c9", "status": Status.PENDING}),
        ("OfferRescinded", {"case": "c9", "agent": "ana"}),
        ("Authenticated", {"case": "c9", "agent": "ana"}),
        ("CaseClosed", {"case": "c9"}),
        ("MessageEdited", {"case": "c9", "thread": "t9", "message": "m9", "edit": "e1"}),
        ("MessageReceived", {"case": "c9", "message": "m9"}),
        ("CaseStarted", {"case": "c9", "thread": "t9"}),
        ("ContactStarted", {"case": "c9"}),
        ("ContactEnded", {}),
        ("Disposed", {}),
        ("WrapUpOwed", {}),
    ],
)
def test_an_event_of_something_that_nobody_told_of_is_taken_in(what, fields):
    """What it speaks of is there, or it could not have happened; the rest is not known."""
    audit, _ = told(auditor(), TEAM, case_in("open"))
    assert () == audit.see(row(what, 5, by="ana", **fields))
    assert () == audit.see_command(SetStatus("ana", at(minutes=6), "c1", Status.PENDING))


def test_what_may_have_left_its_table():
    """An event of which it is not known whether it happened: its row may be there or not."""
    knowledge = Knowledge(HOUSE)
    desk = ToldDesk(knowledge, {}, {})
    owed = WrapUpOwed("ana", at(), "c1/ana", "c1", "ana", Channel.CHAT, "left")
    desk.apply([owed])
    assert desk.surely_there("wrap_ups", "c1/ana")
    disposed = Disposed("ana", at(), "c1/ana", "c1", "ana", "solved", "")
    desk.doubt_event(disposed)
    assert not desk.surely_there("wrap_ups", "c1/ana")
    assert UNTOLD is desk.find_if_told("wrap_ups", "c1/ana")
    assert None is desk.find_if_told("wrap_ups", "c2/ana")
    desk.apply([owed])
    desk.doubt_event(owed)
    with pytest.raises(NotTold):
        assert desk.find("wrap_ups", "c1/ana").agent
    desk.doubt_event(WrapUpOwed("ana", at(), "c2/ana", "c2", "ana", Channel.CHAT, "left"))
    assert UNTOLD is desk.find_if_told("wrap_ups", "c2/ana")


# The policy in force -------------------------------------------------------------------------------------

BY_QUEUE = """
[[override]]
match = { queue = "billing" }
set = { "capacity.total" = 1 }
"""


def test_which_policy_is_in_force_where_the_queue_is_not_told():
    """What holds under each that may be is known; what they differ in is not."""
    audit = Auditor(
        sop_with(BY_QUEUE), Telling.of(HOUSE, [k.__name__ for k in HOUSE.commands if k.__name__ != "ReassignCase"])
    )
    told(audit, TEAM, new_case("c1", channel="email"), OpenCase("ana", at(minutes=1), "c1"))
    told(audit, new_case("c2", channel="email", at=at(minutes=2)), OpenCase("ana", at(minutes=3), "c2"))
    assert counted(audit, "capacity.total")[2] >= 1
    assert (0, 0) == counted(audit, "actor.role")[1:]


def test_a_rule_that_is_off_is_no_breach():
    """It is not counted as broken; one that warns is told as such."""
    story = (TEAM, *case_in("open"), SetStatus("cleo", at(minutes=9), "c1", Status.PENDING))
    _, broken = told(auditor(sop_with('[enforcement]\n"assignment.holder" = "off"')), *story)
    assert [] == broken
    audit = auditor(sop_with('[enforcement]\n"assignment.holder" = "warn"'))
    warned = [one for command in flatten_commands(story) for one in audit.see_command(command)]
    assert [("assignment.holder", True)] == [(one.rule, one.warns) for one in warned]


BY_TAG = """
[[override]]
match = { tag = "vip" }
set = { "capacity.total" = 1 }
"""


def test_nothing_is_said_of_a_row_where_too_little_is_told_to_know_by_what():
    """Tags are not told, and the policy says something else for some of them."""
    audit = Auditor(sop_with(BY_TAG), Telling.of(HOUSE, begins_whole=False))
    assert () == audit.see_command(OpenCase("ana", at(), "c1"))
    assert {(0, 0, 1)} == {counted(audit, rule) for rule in audit.tally.counts}


# Rooms of a team's own -----------------------------------------------------------------------------------


def with_room(**parts):
    """A house with one more room, and an audit by its rules of a log that tells all but where cases are moved to."""
    house = House((*HOUSE.rooms, Room("mine", **parts)))
    told = [kind.__name__ for kind in house.commands if kind.__name__ != "ReassignCase"]
    audit = Auditor(Policy.default(), Telling.of(house, told), house)
    for command in flatten_commands((TEAM, *case_in("open"))):
        audit.see_command(command)
    return audit


def asks(check, *guards):
    """A rule of ours about these."""
    return Rule("mine.rule", "Mine", "", guards, check)


def test_a_rule_that_is_broken_and_unknown_in_one_row_is_broken():
    """It guards the command and what the command does, and is told once."""

    def check(view, subject, _):
        return Reason("mine.rule", "no") if isinstance(subject, SetStatus) else view.case.waiting_since < at() or None

    audit = with_room(rules=(asks(check, SetStatus, StatusSet),))
    [broken] = audit.see_command(SetStatus("ana", at(minutes=5), "c1", Status.PENDING))
    assert "mine.rule" == broken.rule
    assert (0, 1, 0) == counted(audit, "mine.rule")


def test_a_rule_that_no_desk_could_answer_is_unknown():
    """Whatever it is that is untold, it stumbles."""
    audit = with_room(rules=(asks(lambda view, *_: view.case.assignee.nothing, SetStatus),))
    audit.see_command(SetStatus("ana", at(minutes=5), "c1", Status.PENDING))
    assert (0, 0, 1) == counted(audit, "mine.rule")


def test_a_need_that_was_asked_stays_answered_where_the_event_is_doubted():
    """It is the same rule about the command and about what may have happened."""

    def may_happen(view, command, _):
        return (StatusSet(command.by, command.at, command.case, Status.OPEN),) if len(view.case.tags) > 9 else ()

    cases = next(room for room in HOUSE.rooms if SetStatus in room.decide)
    others = tuple(room for room in HOUSE.rooms if room is not cases)
    known, unknown = asks(lambda *_: None, SetStatus), asks(lambda *_: None, StatusSet)
    mine = Room("mine", needs=(known,), rules=(unknown,))
    house = House((*others, attrs.evolve(cases, decide={**cases.decide, SetStatus: may_happen}), mine))
    told = [kind.__name__ for kind in house.commands if kind.__name__ not in {"AddTag", "RemoveTag"}]
    audit = Auditor(Policy.default(), Telling.of(house, told), house)
    for command in flatten_commands((TEAM, *case_in("open"))):
        audit.see_command(command)
    audit.see_command(SetStatus("ana", at(minutes=5), "c1", Status.PENDING))
    assert (1, 0, 0) == counted(audit, "mine.rule")


def test_rooms_that_notice_rows_which_nobody_told_of():
    """There is no such row, and nothing to notice."""
    audit = with_room(notices={(Customer, CaseStarted): lambda customer, _: setattr(customer, "blocked", True)})
    audit.see(row("CaseStarted", 6, by=SYSTEM, case="c7", thread="t-c1", customer="nobody", queue="general"))
    assert "nobody" not in audit.desk.tables["customers"]


def test_a_wrap_up_that_may_have_been_disposed_by_somebody_else():
    """Dispositions are not all in the log: whether it is still owed is unknown."""
    audit, broken = told(
        auditor(besides=[Dispose]),
        TEAM,
        case_in("open", channel="chat"),
        EndContact(CUSTOMER, at(minutes=8), "c1"),
        Dispose("ana", at(minutes=9), "c1", "solved", "Was charged twice."),
    )
    assert [] == broken
    assert (0, 0, 1) == counted(audit, "wrap_up.owed")
    audit.see(row("WrapUpOwed", 9, by="ana", wrap_up=wrap_up_id("c1", "ana"), case="c1", agent="ana"))
    assert () == audit.see_command(Dispose("ana", at(minutes=9), "c1", "solved", "Was charged twice."))
    assert (0, 0, 2) == counted(audit, "wrap_up.owed")


def test_a_handler_that_stumbles_after_a_broken_need_does_not_end_the_audit():
    """Its need keeps it from such a desk; a log may tell of one."""
    audit, broken = told(auditor(), TEAM, Dispose("ana", at(minutes=1), "c9", "solved", "Was charged twice."))
    assert ["case.known"] == broken
    stumbling = Room("stumbles", decide={SetStatus: lambda view, *_: view.case.nothing})
    rooms = tuple(r for r in HOUSE.rooms if SetStatus not in r.decide)
    cases = next(r for r in HOUSE.rooms if SetStatus in r.decide)
    decide = {kind: handler for kind, handler in cases.decide.items() if kind is not SetStatus}
    house = House((*rooms, attrs.evolve(cases, decide=decide), stumbling))
    judge = Judge(Policy.default(), ToldDesk(Knowledge(house), {}, {}), Knowledge(house))
    judgement = judge.judge(SetStatus("ana", at(), "c9", Status.OPEN))
    assert RuleOutcome.BROKEN in judgement.outcomes.values()
    assert () == judgement.events
    audit = Auditor(Policy.default(), Telling.of(house, [k.__name__ for k in house.commands]), house)
    for command in flatten_commands((TEAM, *case_in("open"))):
        audit.see_command(command)
    with pytest.raises(AttributeError, match="nothing"):
        audit.see_command(SetStatus("ana", at(minutes=5), "c1", Status.PENDING))


def test_a_view_tells_what_it_knows():
    """Whoever debugs sees which rows are not told."""
    audit = Auditor(Policy.default(), Telling.of(HOUSE, begins_whole=False))
    view = audit._judge.judge(LeaveCase("ana", at(), "c1")).view
    assert UNTOLD is raw_reader(type(view), "contact")(view)
    assert "contact=UNTOLD" in repr(view)


def test_a_message_on_a_thread_of_which_nothing_is_told():
    """It may begin a case, or go on with one: what follows is unknown, and nothing is made up."""
    audit = Auditor(Policy.default(), Telling.of(HOUSE, [k.__name__ for k in HOUSE.commands], begins_whole=False))
    audit.see_command(ReceiveMessage(CUSTOMER, at(), "t1", "m1", "Hello", customer="maria", channel=Channel.EMAIL))
    assert () == audit.see_command(SubmitDraft("ana", at(minutes=2), "c1", "d1", "Hello", Status.PENDING))
    assert all(count.broken == 0 for count in audit.tally.counts.values())
