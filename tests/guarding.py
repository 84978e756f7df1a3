"""For each word that a rule of a team's own may guard: a story, and the command at its end that does it."""

from datetime import timedelta

from casecore import (
    CUSTOMER,
    SYSTEM,
    AcceptOffer,
    AddTag,
    ApproveDraft,
    CloseCase,
    Dispose,
    EndContact,
    MakeCommitment,
    MergeCases,
    MoveCase,
    OfferWork,
    OpenCase,
    ReassignCase,
    RelateRecord,
    SendReply,
    SetLevel,
    SetStatus,
    SnoozeCase,
    Status,
    SubmitDraft,
)
from casecore.policies.sections import Guarded, Level, Relation
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.cases import CloseReason
from casecore.testing.scenario import T0, at, case_in, new_case, we_write

MAIL = case_in("open", channel="email")
OTHER = (new_case("c2", customer="mia", channel="sms"), CloseCase("dora", T0, "c2", CloseReason.SPAM))


def reply(status=Status.PENDING):
    """Ana answers by mail."""
    return SendReply("ana", at(minutes=1), "c1", "r9", "It is done", status, subject="Your refund")


GUARDED = {
    Guarded.REPLY: (MAIL, reply()),
    Guarded.SEND_AS_PENDING: (MAIL, reply()),
    Guarded.SEND_AS_ESCALATED: (MAIL, reply(Status.ESCALATED)),
    Guarded.SEND_AS_RESOLVED: (MAIL, reply(Status.RESOLVED)),
    Guarded.SUBMIT: (MAIL, SubmitDraft("ana", at(minutes=1), "c1", "d1", "Hello", subject="Your refund")),
    Guarded.APPROVE: (
        (MAIL, SubmitDraft("ana", T0, "c1", "d1", "Hello", subject="Your refund")),
        ApproveDraft("cleo", at(minutes=1), "c1", "d1"),
    ),
    Guarded.RESOLVE: (MAIL, SetStatus("ana", at(minutes=1), "c1", Status.RESOLVED)),
    Guarded.ESCALATE: (MAIL, SetStatus("ana", at(minutes=1), "c1", Status.ESCALATED)),
    Guarded.SET_STATUS: (MAIL, SetStatus("ana", at(minutes=1), "c1", Status.PENDING)),
    Guarded.CLOSE: (
        (
            case_in("open"),
            RelateRecord("ana", T0, "c1", Relation.CUSTOMER, "7"),
            EndContact(CUSTOMER, T0, "c1"),
            Dispose("ana", T0, "c1", "solved", "It works again"),
        ),
        CloseCase("ana", at(minutes=1), "c1"),
    ),
    Guarded.TRANSFER: (MAIL, ReassignCase("ana", at(minutes=1), "c1", "cleo")),
    Guarded.ACCEPT: ((new_case(), OfferWork(SYSTEM, at(1), "c1", "ana")), AcceptOffer("ana", at(2), "c1")),
    Guarded.OPEN: (new_case(), OpenCase("ana", at(minutes=1), "c1")),
    Guarded.WRITE_FIRST: ((), we_write(channel="email")[-1]),
    Guarded.END_CONTACT: (case_in("resolved"), EndContact("ana", at(minutes=1), "c1")),
    Guarded.DISPOSE: (
        (case_in("open"), EndContact(CUSTOMER, T0, "c1")),
        Dispose("ana", at(minutes=1), "c1", "solved", "It works again"),
    ),
    Guarded.COMMIT: (MAIL, MakeCommitment("ana", at(minutes=1), "c1", "p1", T0 + timedelta(hours=2), "call back")),
    Guarded.SNOOZE: (MAIL, SnoozeCase("ana", at(minutes=1), "c1", T0 + timedelta(hours=2))),
    Guarded.SET_LEVEL: (MAIL, SetLevel("dora", at(minutes=1), "c1", Level.HIGH)),
    Guarded.SET_ATTRIBUTE: (MAIL, SetAttribute("ana", at(minutes=1), "c1", "refund_eur", 120)),
    Guarded.TAG: (MAIL, AddTag("ana", at(minutes=1), "c1", "gold")),
    Guarded.MERGE: (
        (case_in("open", channel="email"), new_case("c2", channel="email")),
        MergeCases("ana", at(minutes=1), "c1", "c2"),
    ),
    Guarded.MOVE: ((case_in("pending", channel="sms"), OTHER), MoveCase("ana", at(minutes=1), "c1", "t-c2")),
}
"""The story, and the command; without a rule it is accepted."""
