"""The public face as type checkers see it: what a host writes is accepted, and what it must not write is refused.

Nobody runs this file; mypy reads it. Each `type: ignore` below stands on a mistake that has to be found: an ignore that
is not needed is an error itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, assert_type

import casecore
from casecore import (
    CASE_LIFECYCLE,
    CUSTOMER,
    DRAFT_LIFECYCLE,
    HOUSE,
    RULES,
    SYSTEM,
    UNCONCERNED,
    Accepted,
    AcceptOffer,
    Action,
    AddAgent,
    AddTag,
    Agenda,
    Agent,
    AgentQuality,
    AlertSettings,
    ApproveDraft,
    AskPresence,
    Authenticate,
    BlockCustomer,
    Case,
    CasecoreError,
    CaseFile,
    CatalogueEntry,
    Channel,
    Clock,
    Clocks,
    ClockState,
    CloseCase,
    CloseReason,
    Command,
    CommandError,
    CommandRefused,
    Commitment,
    Contact,
    Customer,
    CustomerCard,
    Desk,
    Deviated,
    Dispose,
    DraftStatus,
    Due,
    EditDraft,
    EditMessage,
    EndContact,
    EndSnooze,
    EndUnanswered,
    Enforcement,
    Event,
    Feeling,
    House,
    Inbox,
    InvalidTable,
    LastWords,
    Level,
    Line,
    LogCase,
    MakeCommitment,
    MergeCustomers,
    Message,
    MessageKind,
    MissingRow,
    MoveCase,
    Note,
    Notification,
    Offers,
    OfferWork,
    OpenCase,
    Permission,
    Policy,
    PolicyError,
    PreparedText,
    Presence,
    Probe,
    Reason,
    ReassignCase,
    ReceiveMessage,
    RecordConsent,
    Refused,
    RejectOffer,
    Relation,
    ReplySent,
    Room,
    Router,
    Rule,
    SendReply,
    SetLevel,
    SetNextState,
    SetSentiment,
    SetStatus,
    SnoozeCase,
    StartOutbound,
    StateTable,
    Status,
    SubmitDraft,
    TakeCommitment,
    TakeReview,
    Thread,
    Timer,
    Trigger,
    UnblockThread,
    Unconcerned,
    UnrelateRecord,
    Verdict,
    View,
    WaitingDraft,
    WithdrawMessage,
    WrapUp,
    customer_card,
    explain_route,
    first_response,
    history,
    inbox,
    line,
    next_for,
    next_response,
    notifications,
    quality,
    route,
    solution,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


# Asking the desk ---------------------------------------------------------------------------------------


def a_host_at_work(desk: Desk, command: Command) -> Desk:
    """Decide, and tell yes from no."""
    verdict = desk.decide(command)
    assert_type(verdict, Accepted | Refused)
    if isinstance(verdict, Refused):
        for reason in verdict.reasons:
            assert_type(reason, Reason)
            assert_type((reason.rule, reason.message, reason.remedy), tuple[str, str, str])
            assert_type(reason.facts, Mapping[str, Any])
        return desk
    assert_type(verdict, Accepted)
    assert_type(verdict.events, tuple[Event, ...])
    assert_type(verdict.deviations, tuple[Reason, ...])
    return assert_type(desk.evolve(verdict.events), Desk)


def a_host_that_raises(desk: Desk, command: Command) -> Desk | CommandRefused:
    """Handle, or catch the refusal."""
    try:
        after, events = desk.handle(command)
    except CommandRefused as refusal:
        assert_type(refusal.command, Command)
        assert_type(refusal.reasons, tuple[Reason, ...])
        return refusal
    assert_type(events, tuple[Event, ...])
    return assert_type(after, Desk)


def what_a_desk_holds(desk: Desk) -> None:
    """Rows, by id."""
    assert_type(desk.policy, Policy)
    assert_type(desk.now, datetime | None)
    assert_type(desk.agents["ana"], Agent)
    assert_type(desk.customers["maria"], Customer)
    assert_type(desk.threads["t1"], Thread)
    assert_type(desk.messages["m1"], Message)
    assert_type(desk.notes["n1"], Note)
    file = desk.cases["c1"]
    assert_type(file, CaseFile)
    assert_type(file.draft, WaitingDraft | None)
    case = file.case
    assert_type(case, Case)
    assert_type((case.status, case.channel), tuple[Status, Channel])
    assert_type((case.assignee, case.owner, case.successor), tuple[str | None, str | None, str | None])
    assert_type(case.tags, frozenset[str])
    assert_type(case.closed_as, CloseReason | None)


def what_is_prepared(prepared: PreparedText, sent: ReplySent) -> None:
    """A template and its values."""
    assert_type((prepared.definition, prepared.values), tuple[str, Mapping[str, str]])
    assert_type(prepared.reading(Channel.WHATSAPP)[0], str)
    assert_type(sent.template, PreparedText | None)


def what_a_desk_tells(desk: Desk) -> None:
    """Actions, instants, statuses, views."""
    for action in desk.actions("ana", "c1", NOW):
        assert_type(action, Action)
        assert_type((action.name, action.allowed), tuple[str, bool])
        assert_type(action.command, type[Command])
        assert_type(action.asks, tuple[str, ...])
    for due in desk.due(NOW, case="c1"):
        assert_type(due, Due)
        assert_type(due.command, Command | None)
    assert_type(desk.status("c1"), Status | None)
    assert_type(desk.view(OpenCase("ana", NOW, "c1")), View)


# Commands ----------------------------------------------------------------------------------------------

COMMANDS: tuple[Command, ...] = (
    AddAgent(SYSTEM, NOW, "ana", "Ana", frozenset({Permission.REPLY}), frozenset({"general"})),
    ReceiveMessage(CUSTOMER, NOW, "t1", "m1", "Hi", MessageKind.DIRECT, customer="maria", channel=Channel.CHAT),
    OpenCase("ana", NOW, "c1"),
    SendReply("ana", NOW, "c1", "m2", "Hello", Status.PENDING, attachments=("a.pdf",)),
    SendReply("ana", NOW, "c1", "m2", "Hello", template=PreparedText.of({"name": "hi"}, {"1": "Ana"})),
    RecordConsent(SYSTEM, NOW, "maria", opted_in=True, note="On the web form"),
    StartOutbound("ana", NOW, "t1", "c2", "m3", "Hello", channel=Channel.SMS, for_approval=True),
    LogCase("ana", NOW, "t1", "c2", "maria", Channel.VOICE, note="n1", text="She called", keep=False),
    ReassignCase("ana", NOW, "c1", agent="ben", note="over to you"),
    SubmitDraft("ana", NOW, "c1", "d1", "Hello", send_as=Status.RESOLVED),
    EditDraft("ana", NOW, "c1", "d1", text=None),
    ApproveDraft("cleo", NOW, "c1", "d1", seen=True),
    AddTag("ana", NOW, "c1", "vip", message="m1"),
    SetSentiment("ana", NOW, "c1", "m1", Feeling.POSITIVE),
    CloseCase("ana", NOW, "c1", CloseReason.SPAM),
)

OpenCase("ana", NOW)  # type: ignore[call-arg]  # which case?
OpenCase("ana", "2026-11-02T09:00:00Z", "c1")  # type: ignore[arg-type]  # a text is no instant
SetStatus("ana", NOW, "c1", "pending")  # type: ignore[arg-type]  # a word is no status
CloseCase("ana", NOW, "c1", "spam")  # type: ignore[arg-type]  # nor a reason
SendReply("ana", NOW, "c1", "m2", template={"name": "hi"})  # type: ignore[arg-type]  # it is made by `of`
PreparedText("quick_reply", "{}")  # type: ignore[arg-type]  # a plain word is no member
StartOutbound("ana", NOW, "t1", None, "m3")  # type: ignore[arg-type]  # the case has an id
SendReply("ana", NOW, "c1", "m2", attachments=["a.pdf"])  # type: ignore[arg-type]  # a list can be changed
AddAgent(SYSTEM, NOW, "ana", permissions={Permission.REPLY})  # type: ignore[arg-type]  # so can a set
ReceiveMessage(CUSTOMER, NOW, "t1", "m1", channel="chat")  # type: ignore[arg-type]  # a word is no channel
ReceiveMessage(CUSTOMER, NOW, "t1", "m1", Text="Hi")  # type: ignore[call-arg]  # misspelt
OpenCase("ana", NOW, "c1").by = "ben"  # type: ignore[misc]  # a command is never changed


def nobody_changes_a_row(desk: Desk) -> None:
    """Records, desks and policies are frozen."""
    desk.cases["c1"].case.status = Status.OPEN  # type: ignore[misc]
    desk.now = NOW  # type: ignore[misc]
    desk.policy.tags.limit = 3  # type: ignore[misc]


# Policies ----------------------------------------------------------------------------------------------


def policies(path: str) -> Policy:
    """Read and ask an SOP."""
    try:
        policy = Policy.load(path)
    except PolicyError as error:
        assert_type(error.name, str)
        assert_type([problem.path for problem in error.problems], list[str])
        raise
    assert_type(policy, Policy)
    assert_type(policy.mode("tags.limit"), Enforcement)
    assert_type(policy.queue_for(Channel.CHAT, "billing", None), str)
    assert_type(policy.to_dict(), dict[str, Any])
    assert_type(Policy.from_dict({}), Policy)
    assert_type(policy.tags.limit, int)
    return Policy.default()


Policy(1)  # type: ignore[call-arg]  # keys are given by name
Policy(colour="red")  # type: ignore[call-arg]  # and only those that exist


# What customers and teams ask for ----------------------------------------------------------------------

PEOPLE: tuple[Command, ...] = (
    MergeCustomers("ana", NOW, "maria", into="mia"),
    MoveCase("ana", NOW, "c1", thread="t2"),
    BlockCustomer("dora", NOW, "maria", "Insults everybody"),
    UnblockThread(SYSTEM, NOW, "t1", "A mistake"),
    EditMessage(CUSTOMER, NOW, "t1", "m1", "Hello?", ("a.pdf",), edit="e1", sent_at=NOW),
    WithdrawMessage(CUSTOMER, NOW, "t1", "m1"),
    SnoozeCase("ana", NOW, "c1", until=NOW + timedelta(hours=1)),
    EndSnooze(SYSTEM, NOW, "c1"),
    EndUnanswered(SYSTEM, NOW, "c1"),
    TakeCommitment("ben", NOW, "k1"),
    UnrelateRecord("ana", NOW, "c1", Relation.CUSTOMER),
    Authenticate("ana", NOW, "c1", method="security question"),
    SendReply("ana", NOW, "c1", "m2", "Hello", seen="m1"),
)

SnoozeCase("ana", NOW, "c1", timedelta(hours=1))  # type: ignore[arg-type]  # a length is no instant
MoveCase("ana", NOW, "c1")  # type: ignore[call-arg]  # onto which thread?
EditMessage(CUSTOMER, NOW, "t1", "m1", "Hello?", NOW)  # type: ignore[arg-type]  # when is said by its name
UnrelateRecord("ana", NOW, "c1", "customer")  # type: ignore[arg-type]  # a word is no relation


def what_fits_a_case(desk: Desk, entry: CatalogueEntry) -> None:
    """What a reply is made from, what was said last, and what sleeps or overflows."""
    assert_type(desk.catalogue("c1", NOW, (entry,)), tuple[CatalogueEntry, ...])
    assert_type(entry.filled({"customer": "Maria"}), PreparedText)
    assert_type([action.entries for action in desk.actions("ana", "c1", NOW, (entry,))], list[tuple[str, ...]])
    file, policy = desk.cases["c1"], desk.policy
    assert_type((file.last_words, file.case.snoozed_until), tuple[LastWords | None, datetime | None])
    assert_type((policy.routing.answer_within, policy.snooze.longest), tuple[timedelta | None, timedelta | None])
    assert_type((policy.queues["general"].hours, policy.commitments.follow_case), tuple[str | None, bool])
    box = inbox(desk, "ana", NOW, catalogue=(entry,))
    assert_type([held.answer_by for held in box.cases], list[datetime | None])
    assert_type([sleeping.until for sleeping in box.snoozed], list[datetime])
    assert_type([one.overdue for one in box.stranded], list[bool])
    assert_type((desk.customers["maria"].merged_into, desk.threads["t1"].blocked), tuple[str | None, bool])


# Live work ---------------------------------------------------------------------------------------------

LIVE_WORK: tuple[Command, ...] = (
    OfferWork(SYSTEM, NOW, "c1", "ana", review=True),
    AcceptOffer("ana", NOW, "c1"),
    RejectOffer("ana", NOW, "c1", reason="I know the customer"),
    TakeReview("cleo", NOW, "c1"),
    SetNextState("ana", NOW, "ana", "lunch"),
    Authenticate("ana", NOW, "c1"),
    AskPresence("ana", NOW, "c1", "m3", "Are you there?"),
    MakeCommitment("ana", NOW, "c1", "k1", NOW, "call back"),
    EndContact(CUSTOMER, NOW, "c1"),
    Dispose("ana", NOW, "c1", "solved", "Sent the receipt."),
    SetLevel("ana", NOW, "c1", Level.URGENT),
)

OfferWork(SYSTEM, NOW, "c1")  # type: ignore[call-arg]  # to whom?
MakeCommitment("ana", NOW, "c1", "k1", "at nine", "call")  # type: ignore[arg-type]  # a text is no instant
SetLevel("ana", NOW, "c1", "urgent")  # type: ignore[arg-type]  # a word is no level


def what_live_work_holds(desk: Desk) -> None:
    """Contacts, offers, clocks, commitments and what is to be disposed."""
    file = desk.cases["c1"]
    assert_type((file.contact, file.offers, file.clocks), tuple[Contact | None, Offers | None, Clocks | None])
    assert_type(desk.commitments["k1"], Commitment)
    assert_type(desk.wrap_ups["w1"], WrapUp)
    agent = desk.agents["ana"]
    assert_type((agent.presence, agent.contacts, agent.available), tuple[Presence, int, bool])
    assert_type(agent.held, Mapping[Channel, int])
    file.offers.offered_to = "ana"  # type: ignore[misc, union-attr]  # rows are frozen, and there may be none


def a_host_that_routes(desk: Desk) -> Desk:
    """What routing proposes is given like any command; an index and an agenda follow."""
    router, agenda, everything = Router(desk), Agenda(desk, only="commands"), Agenda(desk)
    assert_type(everything.next(), Due | None)
    Agenda(desk, only="windows")  # type: ignore[arg-type]  # it is commands, or everything
    assert_type(route(desk, NOW), tuple[Command, ...])
    assert_type(next_for(desk, "ana", NOW), Command | None)
    while (command := router.next(desk, NOW)) is not None:
        desk, events = desk.handle(command)
        router.update(desk, events)
        agenda.update(desk, events)
    assert_type(agenda.ripe(NOW), tuple[Due, ...])
    explained = explain_route(desk, "c1", NOW)
    assert_type((explained.chosen, explained.before), tuple[str | None, int])
    assert_type(explained.candidates[0].reasons, tuple[Reason, ...])
    return desk


def the_clocks_of_a_case(desk: Desk) -> timedelta | None:
    """What was promised, and what is left of it."""
    clock = first_response(desk.view_of("c1"), desk.policy, NOW)
    assert_type(next_response(desk.view_of("c1"), desk.policy, NOW), Clock | None)
    assert_type(solution(desk.view_of("c1"), desk.policy, NOW), Clock | None)
    assert_type(quality((), desk.policy, since=NOW), tuple[AgentQuality, ...])
    if clock is None:
        return None
    assert_type((clock.state, clock.due, clock.percent), tuple[ClockState, datetime | None, float])
    return assert_type(clock.remaining, timedelta)


# Tables ------------------------------------------------------------------------------------------------

assert_type(CASE_LIFECYCLE, StateTable[Status])
assert_type(DRAFT_LIFECYCLE, StateTable[DraftStatus])
assert_type(CASE_LIFECYCLE.dest(Status.OPEN, Trigger.CLOSE), Status | None)
assert_type(DRAFT_LIFECYCLE.triggers("submitted"), tuple[str, ...])
CASE_LIFECYCLE.dest(Status.OPEN)  # type: ignore[call-arg]  # by which trigger?


# A room of one's own -----------------------------------------------------------------------------------


def no_shouting(view: View, event: ReplySent, policy: Policy) -> Reason | None:
    """A host's rule sees what every rule sees."""
    assert_type(view.case, Case | None)
    return Reason("house.shouting", "in capitals", "write it softly") if event.text.isupper() else None


def no_shouting_by_email(view: View, event: ReplySent, policy: Policy) -> Reason | Unconcerned | None:
    """It may have nothing to say; that is false, as None is."""
    if view.case is None or view.case.channel is not Channel.EMAIL:
        return UNCONCERNED
    found = no_shouting(view, event, policy)
    assert_type(found or None, Reason | None)
    return found


def wrong(view: View, event: ReplySent) -> Reason | None:
    """A rule that forgot the policy."""
    return None


RULE: Rule[View] = Rule("house.shouting", "Nobody shouts", "-", (ReplySent,), no_shouting)
BY_EMAIL: Rule[View] = Rule("house.shouting", "Nobody shouts", "-", (ReplySent,), no_shouting_by_email)
MANNERS: Room[View] = Room("manners", rules=(RULE, BY_EMAIL), probes=(Probe("open_case", OpenCase),))
LARGER: House = House((*HOUSE.rooms, MANNERS))
Rule("house.wrong", "Forgetful", "-", (ReplySent,), wrong)  # type: ignore[arg-type]  # it has to take the policy too
Rule("house.wrong", "Guards a word", "-", ("ReplySent",), no_shouting)  # type: ignore[arg-type]  # not a class

assert_type(HOUSE, House)
assert_type([*RULES], list[Rule[View]])
assert_type(LARGER.commands, tuple[type[Command], ...])


def the_larger_house(desk: Desk, command: Command) -> Verdict:
    """A host asks its own house."""
    return assert_type(LARGER.decide(desk.view(command), command, desk.policy), Accepted | Refused)


# What people look at -----------------------------------------------------------------------------------


def what_people_look_at(desk: Desk, events: tuple[Event, ...]) -> None:
    """The inbox, the history, the customer card and what calls an agent."""
    assert_type(inbox(desk, "ana", NOW), Inbox)
    assert_type([*history(events, "c1", "pt")], list[Line])
    assert_type([*desk.actions("ana", "c1", NOW)], list[Action])
    assert_type(desk.due()[0], Due)
    assert_type([*desk.due()[:3]], list[Due])
    assert_type(desk.due().frame(), list[dict[str, Any]])
    assert_type(f"{desk:md}", str)
    assert_type(line(events[0]).text, str)
    assert_type(customer_card(desk, events, "maria"), CustomerCard)
    assert_type([*notifications(events, desk, {"ana": AlertSettings()})], list[Notification])
    inbox(desk, "ana")  # type: ignore[call-arg]  # as of when?


assert_type((Level.HIGH, Relation.CUSTOMER), tuple[Level, Relation])


# Errors, and the rest ----------------------------------------------------------------------------------


def errors(error: CasecoreError) -> str:
    """Each has its parts."""
    if isinstance(error, CommandError):
        return assert_type(error.field + error.problem + error.remedy, str)
    if isinstance(error, MissingRow):
        return assert_type(error.table + error.row, str)
    if isinstance(error, InvalidTable):
        return assert_type(error.table, str)
    return str(error)


assert_type(Deviated("ana", NOW, "tags.limit", "c1 has 3 of 2 tags").case, str | None)
assert_type(casecore.__version__, str)
Timer("boils", "kettle.minutes", "case.status_at", lambda case: None)  # type: ignore[arg-type, misc]  # and the policy?
assert_type(casecore.Nobody, Any)  # type: ignore[attr-defined]  # a misspelt name is found, however lazily names load
