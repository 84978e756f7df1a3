"""The promises of §10: they are kept at every step of every desk, and each would notice if they were not."""

from collections import Counter
from datetime import timedelta
from random import Random

import attrs
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings

from casecore import (
    CUSTOMER,
    SYSTEM,
    AcceptOffer,
    AddAgent,
    AddTag,
    ApproveDraft,
    CaseAssigned,
    CaseClosed,
    CaseStarted,
    CloseCase,
    DraftRefused,
    Enforcement,
    GoAvailable,
    LeaveCase,
    OpenCase,
    Permission,
    Policy,
    ReassignCase,
    ReassignDraft,
    ReceiveMessage,
    RefuseDraft,
    ReplySent,
    SendReply,
    SetStatus,
    Status,
    SubmitDraft,
)
from casecore.channels import TemplateKind
from casecore.policies.sections import (
    Approval,
    Authentication,
    Chat,
    CountsFrom,
    Idle,
    Lifecycle,
    Proceeding,
    Role,
    WhatsApp,
)
from casecore.promises import PROMISES, Watch
from casecore.rooms import eligibility
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import ChangeAgent, GoUnavailable, LogOut
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import StatusSet
from casecore.rooms.clocks import ClockName
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import Contact, ContactStarted, EndContact
from casecore.rooms.offers import OfferWork, WorkOffered
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reviews import TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import RecordMiss
from casecore.rooms.wrap_ups import Dispose, Disposed
from casecore.testing import scenario
from casecore.testing.machine import DeskMachine
from casecore.testing.scenario import at, case_in, prepared, we_write
from casecore.testing.strategies import policies, runs
from tests.houses import forbidding, handling, nothing, queued_only, unfollowed, without
from tests.profiles import examples
from tests.watching import breaches_at_end, breaches_of, broken_at_end, steps_of

# They are kept -----------------------------------------------------------------------------------------


class TestDeskAtWork(DeskMachine.TestCase):
    """Whatever is done at a desk, meant or not, every law holds and every promise is kept."""

    settings = examples(25, stateful_step_count=30)


@given(runs())
def test_every_promise_is_kept_on_every_history(steps):
    """Under the default SOP, which claims them all, no step breaks a promise."""
    assert all(promise.claimed(Policy.default()) for promise in PROMISES)
    assert [] == breaches_of(steps)


@given(policies().flatmap(runs))
def test_every_promise_that_a_policy_claims_is_kept(steps):
    """Whatever a policy allows, what it still claims is kept; where somebody or time closes, also the way to closed."""
    narrowed = steps[0].before.policy.lifecycle
    assume(narrowed.close_by or narrowed.close_after)
    assert [] == breaches_of(steps)


@given(runs())
def test_looking_back_nothing_was_sent_twice_and_nothing_is_lost(steps):
    """On the history as a whole: each message was sent once; every case that was started is there and has a place."""
    events, desk = [event for step in steps for event in step.events], steps[-1].after
    sent = Counter(event.message for event in events if isinstance(event, ReplySent))
    assert {1} >= set(sent.values())
    started = {event.case for event in events if type(event).__name__ == "CaseStarted"}
    assert started == set(desk.cases)
    for file in desk.cases.values():
        over = file.case.status in {Status.RESOLVED, Status.CLOSED}
        assert over or (file.case.assignee is None) is (file.case.waiting_since is not None)


# They would be missed ----------------------------------------------------------------------------------


def assigned_only(view, command, policy):
    """Reassigned without being released first."""
    return (CaseAssigned(command.by, command.at, command.case, command.agent),)


def closed_and_queued(view, command, policy):
    """Closed, and then put back into its queue."""
    return (CaseClosed(command.by, command.at, command.case, command.reason), *queued_only(view, command, policy))


def embellished(view, command, policy):
    """Approved, but something else is sent than what waited."""
    draft = view.draft
    return (
        ReplySent(
            *(command.by, command.at, command.case, draft.id, "!", draft.send_as, draft.author, (), command.by),
            thread=view.case.thread,
        ),
    )


OPENED_BY_BEN = (case_in("new"), OpenCase("ben", at(1), "c1"))
DRAFT = (case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello"))
DRAFT_OF_CLEO = (case_in("open", agent="cleo"), SubmitDraft("cleo", at(1), "c1", "d1", "Hello"))

EMAIL = case_in("open", channel="email")
KNOWN = (case_in("open"), Authenticate("ana", at(1), "c1"))
TECHNICAL = case_in("new", channel="email", reason="technical")
EVA_COMES = GoAvailable("eva", at(1), "eva")
ENDED = (case_in("open"), EndContact("dora", at(1), "c1"))
LEAVING = (case_in("open"), SetNextState("ana", at(1), "ana", "lunch"))
SILENT = (case_in("pending"), AskPresence("ana", at(1), "c1", "q1"))
RESOLVED_AND_LEFT = (case_in("resolved"), EndContact("ana", at(1), "c1"))

WHATSAPP = case_in("open", channel="whatsapp")
QUICK = PreparedText.of({"name": "hello", "text": "Hello"}, kind=TemplateKind.QUICK_REPLY)

TEETH = {
    "01: new again": (
        "01",
        without("lifecycle.edge"),
        case_in("open"),
        SetStatus("ana", at(2), "c1", Status.NEW),
    ),
    "01: sent before it is opened": (
        "01",
        without("lifecycle.edge"),
        case_in("new", channel="email"),
        SendReply("dora", at(2), "c1", "m2", "Hello", Status.RESOLVED, subject="Hello"),
    ),
    "02: reopened": (
        "01 02",
        without("lifecycle.closed", "lifecycle.edge"),
        case_in("closed"),
        SetStatus("dora", at(2), "c1", Status.OPEN),
    ),
    "02: written on": (
        "02",
        without("lifecycle.closed"),
        case_in("closed"),
        AddTag("ana", at(2), "c1", "late"),
    ),
    "03: given away while held": (
        "03",
        handling(ReassignCase, assigned_only),
        KNOWN,
        ReassignCase("ana", at(2), "c1", "ben"),
    ),
    "03: held, and no contact goes on": (
        "03",
        unfollowed("contacts", CaseAssigned),
        case_in("new"),
        OpenCase("ana", at(2), "c1"),
    ),
    "04: a third chat": (
        "04 05",
        without("capacity.channel"),
        (case_in("open"), case_in("open", "c2"), case_in("new", "c3")),
        OpenCase("ana", at(2), "c3"),
    ),
    "04: a third chat is offered": (
        "04 05",
        without("capacity.channel"),
        (case_in("open"), case_in("open", "c2"), case_in("new", "c3")),
        OfferWork(SYSTEM, at(2), "c3", "ana"),
    ),
    "04: more than the total": (
        "04 05",
        without("capacity.total"),
        (DRAFT, ChangeAgent("dora", at(2), "cleo", capacity={"total": 0})),
        TakeReview("cleo", at(3), "c1"),
    ),
    "05: taken by somebody away": (
        "05",
        without("assignment.available"),
        (TECHNICAL, GoUnavailable("eva", at(1), "eva")),
        OpenCase("eva", at(2), "c1"),
    ),
    "05: offered to somebody of other queues": (
        "05",
        without("assignment.queue"),
        (case_in("new", channel="email"), EVA_COMES),
        OfferWork(SYSTEM, at(2), "c1", "eva"),
    ),
    "05: offered on another channel": (
        "05",
        without("assignment.channel"),
        (case_in("new", reason="technical"), EVA_COMES),
        OfferWork(SYSTEM, at(2), "c1", "eva"),
    ),
    "05: taken with a contact to dispose": (
        "05",
        without("assignment.wrap_up"),
        (ENDED, case_in("new", "c2", at=at(1))),
        OpenCase("ana", at(2), "c2"),
    ),
    "05: taken by somebody who leaves soon": (
        "05",
        without("assignment.next_state"),
        (LEAVING, case_in("new", "c2", at=at(1))),
        OpenCase("ana", at(2), "c2"),
    ),
    "05: a call beside a case": (
        "05",
        without("capacity.voice_with_cases"),
        (case_in("open"), case_in("new", "c2", channel="voice")),
        OpenCase("ana", at(2), "c2"),
    ),
    "05: a review taken by somebody away": (
        "05",
        without("assignment.available"),
        (DRAFT, GoUnavailable("cleo", at(1), "cleo")),
        TakeReview("cleo", at(2), "c1"),
    ),
    "05: a review offered to somebody who may not approve": (
        "05",
        without("offer.reviewer"),
        DRAFT,
        ReassignDraft("ana", at(2), "c1", "d1", "ben"),
    ),
    "06: disconnected unasked": (
        "06",
        without("idle.asked"),
        case_in("pending"),
        DisconnectIdle("ana", at(minutes=5), "c1", "m2"),
    ),
    "06: disconnected too early": (
        "06",
        without("idle.silence"),
        SILENT,
        DisconnectIdle("ana", at(119), "c1", "m2"),
    ),
    "06: disconnected while the customer waits": (
        "06 07",
        without("idle.asked", "idle.silence"),
        case_in("open"),
        DisconnectIdle("ana", at(minutes=5), "c1", "m2"),
    ),
    "08: resolved by a reply": (
        "08",
        without("authentication.before"),
        case_in("open"),
        SendReply("ana", at(2), "c1", "m2", "Hello", Status.RESOLVED),
    ),
    "08: resolved by hand": (
        "08",
        without("authentication.before"),
        case_in("open"),
        SetStatus("ana", at(2), "c1", Status.RESOLVED),
    ),
    "08: a reply about the account": (
        "08",
        without("authentication.before"),
        case_in("open"),
        SendReply("ana", at(2), "c1", "m2", "Hello", about_account=True),
    ),
    "08: transferred": (
        "08",
        without("authentication.before"),
        case_in("open"),
        ReassignCase("ana", at(2), "c1", queue="billing"),
    ),
    "08: promised": (
        "08",
        without("authentication.before"),
        case_in("open"),
        MakeCommitment("ana", at(2), "c1", "p1", at(hours=1), "Call back"),
    ),
    "09: sent without permission": (
        "09",
        without("reply.permission"),
        OPENED_BY_BEN,
        SendReply("ben", at(2), "c1", "m2", "Hello"),
    ),
    "09: approved without permission": (
        "09",
        without("approval.permission"),
        DRAFT,
        ApproveDraft("ben", at(2), "c1", "d1"),
    ),
    "09: approved from lunch": (
        "09",
        without("presence.on_duty"),
        (DRAFT, GoUnavailable("cleo", at(1), "cleo", "lunch")),
        ApproveDraft("cleo", at(2), "c1", "d1"),
    ),
    "09: sent by somebody who is logged out": (
        "09",
        without("presence.on_duty"),
        (case_in("open"), LogOut("ana", at(1), "ana")),
        SendReply("ana", at(2), "c1", "m2", "Hello"),
    ),
    "09: sent otherwise than approved": (
        "09",
        handling(ApproveDraft, embellished),
        DRAFT,
        ApproveDraft("cleo", at(2), "c1", "d1"),
    ),
    "10: approved by its author": (
        "10",
        without("approval.self_approval"),
        DRAFT_OF_CLEO,
        ApproveDraft("cleo", at(2), "c1", "d1"),
    ),
    "11: sent twice": (
        "11",
        without("message.fresh"),
        case_in("pending"),
        SendReply("ana", at(2), "c1", "r-c1", "Hello"),
    ),
    "11: approved, and sent by its name after": (
        "11",
        without("message.fresh"),
        (*DRAFT, ApproveDraft("cleo", at(2), "c1", "d1")),
        SendReply("ana", at(3), "c1", "d1", "Hello"),
    ),
    "27: a reply past unread words": (
        "27",
        without("reply.seen"),
        (case_in("open", channel="messaging"), ReceiveMessage(CUSTOMER, at(1), "t-c1", "m2", "And?")),
        SendReply("ana", at(2), "c1", "r1", "Hello", seen="m-c1"),
    ),
    "23: closed on somebody who waits": (
        "23",
        without("lifecycle.close_after"),
        case_in("open", channel="messaging"),
        CloseCase("system", at(9), "c1"),
    ),
    "24: missed, and met": (
        "24",
        without("clock.runs"),
        case_in("pending", channel="messaging"),
        RecordMiss("system", at(hours=1), "c1", ClockName.FIRST_RESPONSE),
    ),
    "12: free text too late": (
        "12",
        without("whatsapp.window"),
        WHATSAPP,
        SendReply("ana", at(hours=24), "c1", "m2", "Hello"),
    ),
    "12: free text where nobody has written": (
        "12",
        without("whatsapp.window", "whatsapp.consent"),
        (),
        attrs.evolve(we_write()[1], template=None),
    ),
    "12: a quick reply too late": (
        "12",
        without("whatsapp.window"),
        WHATSAPP,
        SendReply("ana", at(hours=24), "c1", "m2", "Hello", template=QUICK),
    ),
    "12: approved too late": (
        "12",
        without("whatsapp.window"),
        (*WHATSAPP, SubmitDraft("ana", at(1), "c1", "d1", "Hello")),
        ApproveDraft("cleo", at(hours=24), "c1", "d1"),
    ),
    "12: asked for presence too late": (
        "12",
        without("idle.chat"),
        WHATSAPP,
        AskPresence("ana", at(hours=24), "c1", "m2", "Are you there?"),
    ),
    "12: a template that is not approved": (
        "12",
        without("template.ready"),
        WHATSAPP,
        SendReply("ana", at(hours=24), "c1", "m2", "Hello", template=prepared(status="PAUSED")),
    ),
    "12: something else than the template says": (
        "12",
        without("template.ready"),
        WHATSAPP,
        SendReply("ana", at(hours=24), "c1", "m2", "Hello", template=prepared()),
    ),
    "13: back with a contact to dispose": (
        "13",
        without("presence.wrap_up"),
        ENDED,
        GoAvailable("ana", at(3), "ana"),
    ),
    "14: lunch with a contact held": (
        "14",
        without("presence.contacts"),
        case_in("open"),
        GoUnavailable("ana", at(2), "ana", "lunch"),
    ),
    "15: all is disposed, and lunch does not start": (
        "15",
        unfollowed("wrap_ups", Disposed),
        (LEAVING, EndContact("dora", at(2), "c1")),
        Dispose("ana", at(3), "c1", "solved", "Done"),
    ),
    "16: opened again, and in no queue": (
        "16",
        unfollowed("assignments", StatusSet),
        RESOLVED_AND_LEFT,
        SetStatus("dora", at(2), "c1", Status.OPEN),
    ),
    "16: reopened, and in no queue": (
        "16",
        unfollowed("reassignments", CaseReopened),
        RESOLVED_AND_LEFT,
        ReceiveMessage(CUSTOMER, at(2), "t-c1", "m2", "Hello?"),
    ),
    "16: in a queue while held": (
        "16",
        handling(LeaveCase, queued_only),
        EMAIL,
        LeaveCase("ana", at(2), "c1"),
    ),
    "16: in a queue although it is over": (
        "16",
        handling(CloseCase, closed_and_queued),
        EMAIL,
        CloseCase("ana", at(2), "c1"),
    ),
    "18: nobody may close": (
        "18",
        forbidding(CaseClosed),
        case_in("new"),
        OpenCase("ana", at(2), "c1"),
    ),
    "18: closing does nothing": (
        "18",
        handling(CloseCase, nothing),
        case_in("new"),
        OpenCase("ana", at(2), "c1"),
    ),
    "19: nobody may refuse": (
        "19",
        forbidding(DraftRefused),
        DRAFT,
        ReassignDraft("ana", at(2), "c1", "d1", "cleo"),
    ),
    "19: refusing does nothing": (
        "19",
        handling(RefuseDraft, nothing),
        case_in("open"),
        SubmitDraft("ana", at(2), "c1", "d1", "Hello"),
    ),
}


@pytest.mark.parametrize(("numbers", "house", "story", "command"), TEETH.values(), ids=TEETH)
def test_a_breach_is_noticed(numbers, house, story, command):
    """In a house where a rule is missing, or something is done wrongly, the promise that rests on it is broken."""
    assert set(numbers.split()) == broken_at_end(story, command, house=house)


@pytest.mark.parametrize(("numbers", "house", "story", "command"), TEETH.values(), ids=TEETH)
def test_our_house_keeps_what_the_other_breaks(numbers, house, story, command):
    """With all rules in place the same command is refused, or breaks nothing."""
    assert [] == breaches_at_end(story, command)


@pytest.mark.parametrize("name", [name for name in TEETH if name.startswith("05") and "may not approve" not in name])
def test_who_is_eligible_is_asked_of_nobody_else(name, monkeypatch):
    """Where the rules find nothing against anybody, promise 05 still does: it does not ask what they ask."""
    monkeypatch.setattr(eligibility, "OBSTACLES", {})
    monkeypatch.setattr(eligibility, "not_served", lambda *_: None)
    numbers, house, story, command = TEETH[name]
    assert set(numbers.split()) == broken_at_end(story, command, house=house)


def evolving(monkeypatch, event, sheet, create=None):
    """What an event does to a sheet is taken out, or it begins in another way."""
    effects = [
        effect if effect.record is not sheet else attrs.evolve(effect, create=create)
        for effect in HOUSE.effects[type(event)]
        if effect.record is not sheet or create is not None
    ]
    monkeypatch.setitem(HOUSE.effects, type(event), tuple(effects))


def test_a_countdown_that_goes_on_is_noticed(monkeypatch):
    """If a customer's message did not end their silence, the chat could be disconnected: promises 06 and 07 broken."""
    wrote, too_late = ReceiveMessage(CUSTOMER, at(60), "t-c1", "m2", "I am here"), at(minutes=5)
    disconnected = DisconnectIdle("ana", too_late, "c1", "m3")
    assert not steps_of(SILENT, wrote, disconnected)[-1].verdict
    (event,) = scenario.given(SILENT).when(wrote).events[:1]
    evolving(monkeypatch, event, Contact)
    assert set() == broken_at_end(SILENT, wrote)
    assert {"06", "07"} == broken_at_end(SILENT, wrote, disconnected)


def test_an_authentication_that_leaks_is_noticed(monkeypatch):
    """If the next contact began authenticated because the last one was, ben could resolve: promise 08 broken."""
    resolved = SetStatus("ben", at(3), "c1", Status.RESOLVED)
    story = (KNOWN, EndContact("dora", at(1), "c1"), OpenCase("ben", at(2), "c1"))
    assert not steps_of(story, resolved)[-1].verdict
    begun = next(event for event in scenario.given(story).events[::-1] if isinstance(event, ContactStarted))
    evolving(monkeypatch, begun, Contact, lambda event: Contact(event.agent, event.at, authenticated=True))
    assert set() == broken_at_end(story)
    assert {"08"} == broken_at_end(story, resolved)


FROM_QUESTION = Policy(chat=Chat(idle=Idle(counts_from=CountsFrom.QUESTION)))


@pytest.mark.parametrize(("seconds", "numbers"), [(119, {"06"}), (121, set())])
def test_silence_counts_from_the_question_where_the_policy_says_so(seconds, numbers):
    """Asked one second into the silence, the two minutes end one second later."""
    disconnected = DisconnectIdle("ana", at(seconds), "c1", "m2")
    house = without("idle.silence")
    assert numbers == broken_at_end(SILENT, disconnected, house=house, policy=FROM_QUESTION)
    if not numbers:
        assert numbers == broken_at_end(SILENT, disconnected, policy=FROM_QUESTION)


BEFORE_CLOSING = Policy(authentication=Authentication(channels=("email",), before=("close",)))


def test_closing_by_hand_unauthenticated_is_noticed_where_the_policy_asks_for_it():
    """A case that nobody holds needs no authentication; one that is held does."""
    house = without("authentication.before")
    assert {"08"} == broken_at_end(EMAIL, CloseCase("ana", at(2), "c1"), house=house, policy=BEFORE_CLOSING)
    unheld = case_in("new", channel="email")
    assert set() == broken_at_end(unheld, CloseCase("dora", at(2), "c1"), house=house, policy=BEFORE_CLOSING)


def test_a_case_given_to_nobody_known_is_noticed():
    """Work goes to agents of the desk; an event that names somebody else breaks promise 05, and their limits 04."""
    watch = Watch(Policy.default())
    watch.see(scenario.given(case_in("new")).events)
    (breach,) = watch.see((WorkOffered(SYSTEM, at(1), "c1", "zoe", "chat"),))
    said = "05 work is given only to an eligible agent: case c1 was given to zoe, who is not known"
    assert (said, at(1)) == (str(breach), breach.at)


def test_a_case_that_vanishes_is_noticed():
    """No event takes a case from the desk; if it were gone all the same, and came again, promise 01 is broken."""
    watch, events = Watch(Policy.default()), scenario.given(case_in("new")).events
    started = next(event for event in events if isinstance(event, CaseStarted))
    watch.see(events)
    breaches = [str(breach) for breach in watch.see((started,))]
    assert ["01 a case moves only along the life cycle: case c1 is started, and is new already"] == breaches


def test_a_refused_command_breaks_nothing():
    """What was refused has not happened."""
    assert (False, ()) == ((step := steps_of(OpenCase("ana", at(1), "c1"))[-1]).accepted, step.events)
    assert [] == breaches_at_end(OpenCase("ana", at(1), "c1"))


SEARCHED = {
    "05": without("assignment.available", "assignment.queue", "assignment.wrap_up"),
    "09": without("reply.permission"),
    "10": without("approval.self_approval"),
    "12": without("whatsapp.window"),
    "16": handling(LeaveCase, queued_only),
}


ONE_SECOND = Policy(queues=Policy.default().queues, whatsapp=WhatsApp(window=timedelta(seconds=1)))
"""Few random histories come a day later to somebody who once wrote on WhatsApp."""


@pytest.mark.slow  # draws up to thousands of histories until one breaks the promise
@pytest.mark.parametrize("number", SEARCHED)
def test_random_histories_find_the_breach(number):
    """Nobody has to think of the story: among random histories there is one that breaks the promise."""
    asked = [promise for promise in PROMISES if promise.number == number]
    bounded = settings(max_examples=3000, phases=[Phase.generate], database=None, suppress_health_check=[*HealthCheck])
    steps = find(
        runs(ONE_SECOND if number == "12" else None, SEARCHED[number]),
        lambda steps: bool(breaches_of(steps, asked)),
        settings=bounded,
        random=Random(6),
    )
    assert {number} == {wrong[:2] for wrong in breaches_of(steps, asked)}


# Where they are not claimed ----------------------------------------------------------------------------

UNCLAIMED = {
    "05": Policy(enforcement={"assignment.queue": Enforcement.WARN}),
    "06": Policy(enforcement={"idle.asked": Enforcement.OFF}),
    "08": Policy(authentication=Authentication(enforcement=Enforcement.WARN)),
    "09": Policy(enforcement={"reply.permission": Enforcement.OFF}),
    "10": Policy(approval=Approval(self_approval=True)),
}


@pytest.mark.parametrize("number", UNCLAIMED)
def test_a_promise_whose_rule_is_softened_is_not_claimed(number):
    """A policy that waives a rule claims all promises but the one that rests on it."""
    assert {number} == {promise.number for promise in PROMISES if not promise.claimed(UNCLAIMED[number])}


def test_what_is_not_claimed_is_not_broken():
    """Where the policy lets everybody reply, a reply without the permission breaks nothing."""
    step = SendReply("ben", at(2), "c1", "m2", "Hello")
    assert set() == broken_at_end(OPENED_BY_BEN, step, policy=UNCLAIMED["09"])


# Ways --------------------------------------------------------------------------------------------------

NARROW = {
    "no supervisor closes": Policy(lifecycle=Lifecycle(close_by=(Role.ASSIGNEE,))),
    "nobody closes": Policy(lifecycle=Lifecycle(close_by=())),
    "only resolved cases close": Policy(lifecycle=Lifecycle(close_from=(Status.RESOLVED,))),
    "closing needs authentication": Policy(authentication=Authentication(before=(Proceeding.CLOSE,))),
}


@pytest.mark.parametrize("policy", NARROW.values(), ids=NARROW)
def test_there_is_a_way_to_closed_however_narrow_the_policy(policy):
    """What the policy lets nobody close by hand can still be closed, as spam or by the system."""
    assert set() == broken_at_end(case_in("new"), OpenCase("ana", at(2), "c1"), policy=policy)


def test_nobody_closes_and_no_time_does():
    """As in the scopes of a check: a case that nobody may close, and no time closes, can never be closed."""
    policy = Policy(lifecycle=Lifecycle(close_by=(), close_after={}))
    assert {"18"} == broken_at_end(case_in("new"), OpenCase("ana", at(2), "c1"), policy=policy)


CUT_OFF = (LogOut("ana", at(2), "ana"), ReleaseAbsent(SYSTEM, at(62), "c1"))
ABOUT_THE_ACCOUNT = (case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello", about_account=True))


@pytest.mark.parametrize(
    "story",
    [(), CUT_OFF, (CUT_OFF, OfferWork(SYSTEM, at(120), "c1", "ben"))],
    ids=["held", "queued", "offered"],
)
def test_a_draft_that_needs_an_authenticated_customer_can_still_be_decided(story):
    """Its approval is refused at first; who holds the case, or opens it, authenticates the customer, and it goes."""
    scenario.given(ABOUT_THE_ACCOUNT, story).when(ApproveDraft("cleo", at(130), "c1", "d1")).refused(
        "authentication.before"
    )
    assert set() == broken_at_end((ABOUT_THE_ACCOUNT, story), AddTag("dora", at(130), "c1", "vip"))


def test_a_disconnected_chat_moves_along_the_life_cycle():
    """Disconnecting a silent chat resolves it, as a reply sent as resolved would."""
    assert set() == broken_at_end(SILENT, DisconnectIdle("ana", at(minutes=5), "c1", "m2"))


def test_a_draft_whose_id_was_taken_can_still_be_decided():
    """It can be sent no more, because another message has its id; refusing and withdrawing it stay possible."""
    taken = ReceiveMessage(CUSTOMER, at(2), "t-c1", "d1", "Never mind")
    assert set() == broken_at_end(DRAFT, taken)
    scenario.given(DRAFT, taken).when(ApproveDraft("cleo", at(3), "c1", "d1", seen=True)).refused("message.fresh")


def test_a_review_is_measured_by_its_own_queue_and_limit():
    """Promise 05 lets a draft's queue be another than the case's, and does not count an offer against its own work."""
    finn = AddAgent(SYSTEM, at(1), "finn", "Finn", frozenset({Permission.APPROVE}), frozenset({"technical"}))
    story = (
        case_in("open", agent="ben"),
        SubmitDraft("ben", at(1), "c1", "d1", "Hello", queue="technical"),
        finn,
        GoAvailable("finn", at(1), "finn"),
        OfferWork(SYSTEM, at(2), "c1", "finn", review=True),
    )
    accepted = AcceptOffer("finn", at(3), "c1", review=True)
    assert set() == broken_at_end(story) == broken_at_end(story, accepted)
