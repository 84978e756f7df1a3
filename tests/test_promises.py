"""The promises of §10: they are kept at every step of every desk, and each would notice if they were not."""

from collections import Counter
from random import Random

import attrs
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from casecore import (
    CUSTOMER,
    HOUSE,
    Accepted,
    AddTag,
    ApproveDraft,
    CaseAssigned,
    CaseClosed,
    CaseQueued,
    CloseCase,
    DraftRefused,
    Enforcement,
    GoAvailable,
    House,
    LeaveCase,
    OpenCase,
    Policy,
    Reason,
    ReassignCase,
    ReassignDraft,
    ReceiveMessage,
    RefuseDraft,
    ReplySent,
    Room,
    Rule,
    SendReply,
    SetStatus,
    Status,
    SubmitDraft,
)
from casecore.arrivals import ARRIVALS
from casecore.policies import Approval, Lifecycle, Role
from casecore.testing import scenario
from casecore.testing.machine import DeskMachine
from casecore.testing.promises import PROMISES, Step, broken
from casecore.testing.scenario import at, case_in, flat
from casecore.testing.strategies import policies, runs

# They are kept -----------------------------------------------------------------------------------------


class TestDeskAtWork(DeskMachine.TestCase):
    """Whatever is done at a desk, meant or not, every law holds and every promise is kept."""

    settings = settings(max_examples=25, stateful_step_count=30)


@given(runs())
def test_every_promise_is_kept_on_every_history(steps):
    """Under the default SOP, which claims them all, no step breaks a promise."""
    assert all(promise.claimed(Policy.default()) for promise in PROMISES)
    assert [] == [breach for step in steps for breach in broken(step)]


@given(policies().flatmap(runs))
def test_every_promise_that_a_policy_claims_is_kept(steps):
    """Whatever a policy allows, what it still claims is kept."""
    assert [] == [breach for step in steps for breach in broken(step)]


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


def without(*rules):
    """The house, without some rules: what somebody would get who took them out."""
    kept = [
        attrs.evolve(
            room,
            needs=tuple(need for need in room.needs if need.id not in rules),
            rules=tuple(rule for rule in room.rules if rule.id not in rules),
        )
        for room in HOUSE.rooms
    ]
    assert len(HOUSE.needs) + len(HOUSE.rules) > sum(len(room.needs) + len(room.rules) for room in kept)
    return House(tuple(kept))


def renovated(name, **parts):
    """The house, with one room in which these parts are others."""
    return House(tuple(attrs.evolve(room, **parts) if room.name == name else room for room in HOUSE.rooms))


def forbidding(event):
    """The house, with one more rule: this never happens."""
    never = Rule("never", "Never", "-", (event,), lambda view, subject, policy: Reason("never", "it is forbidden"))
    return House((*HOUSE.rooms, Room("prohibition", rules=(never,))))


def handling(command, handler):
    """The house, in which a command is handled in another way."""
    name = next(room.name for room in HOUSE.rooms if command in room.decide)
    room = next(room for room in HOUSE.rooms if room.name == name)
    return renovated(name, decide={**room.decide, command: handler})


def last_step(house, story, command, policy=None):
    """The step of a command under the rules of this house, which accept the story before it."""
    desk = scenario.a_desk(policy)
    for said in flat((story,)):
        step = Step.of(desk, said, house)
        assert step.verdict, step.verdict
        desk = step.after
    return Step.of(desk, command, house)


def breaches_of_the_last_step(house, story, command, policy=None):
    """The numbers of the promises that a command breaks under the rules of this house, which accept it."""
    step = last_step(house, story, command, policy)
    assert step.verdict, step.verdict
    return {breach[:2] for breach in broken(step)}


def nothing(view, command, policy):
    """Nothing happens."""
    return ()


def unqueued(view, command, policy):
    """What a message causes, but that a case waits in its queue again."""
    events = ARRIVALS.decide[ReceiveMessage](view, command, policy)
    return events if view.case is None else tuple(event for event in events if type(event) is not CaseQueued)


def assigned_only(view, command, policy):
    """Reassigned without being released first."""
    return (CaseAssigned(command.by, command.at, command.case, command.agent),)


def queued_only(view, command, policy):
    """Left without being released."""
    return (CaseQueued(command.by, command.at, command.case, view.case.queue, command.at),)


def closed_and_queued(view, command, policy):
    """Closed, and then put back into its queue."""
    return (CaseClosed(command.by, command.at, command.case, command.reason), *queued_only(view, command, policy))


def embellished(view, command, policy):
    """Approved, but something else is sent than what waited."""
    draft = view.draft
    return (
        ReplySent(command.by, command.at, command.case, draft.id, "!", draft.send_as, draft.author, (), command.by),
    )


OPENED_BY_BEN = (case_in("new"), OpenCase("ben", at(1), "c1"))
DRAFT = (case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello"))
DRAFT_OF_CLEO = (case_in("open", agent="cleo"), SubmitDraft("cleo", at(1), "c1", "d1", "Hello"))
TWO_DRAFTS = (*DRAFT, case_in("open", "c2", at=at(1)), SubmitDraft("ana", at(1), "c2", "d1", "Hello"))

TEETH = {
    "01: new again": ("01", without("lifecycle.edge"), case_in("open"), SetStatus("ana", at(2), "c1", Status.NEW)),
    "01: sent before it is opened": (
        "01",
        without("lifecycle.edge"),
        case_in("new"),
        SendReply("dora", at(2), "c1", "m2", "Hello", Status.RESOLVED),
    ),
    "02: reopened": (
        "01 02",
        without("lifecycle.closed", "lifecycle.edge"),
        case_in("closed"),
        SetStatus("dora", at(2), "c1", Status.OPEN),
    ),
    "02: written on": ("02", without("lifecycle.closed"), case_in("closed"), AddTag("ana", at(2), "c1", "late")),
    "03: given away while held": (
        "03",
        handling(ReassignCase, assigned_only),
        case_in("open"),
        ReassignCase("ana", at(2), "c1", "ben"),
    ),
    "05: taken by somebody away": (
        "05",
        without("assignment.eligible"),
        case_in("new"),
        OpenCase("eva", at(2), "c1"),
    ),
    "05: given to somebody of other queues": (
        "05",
        without("assignment.eligible"),
        (case_in("open", channel="email"), GoAvailable("eva", at(1), "eva")),
        ReassignCase("ana", at(2), "c1", "eva"),
    ),
    "05: a review given to somebody away": (
        "05",
        without("assignment.eligible"),
        DRAFT,
        ReassignDraft("ana", at(2), "c1", "d1", "eva"),
    ),
    "05: a review given to somebody who may not approve": (
        "05",
        without("assignment.eligible"),
        DRAFT,
        ReassignDraft("ana", at(2), "c1", "d1", "ben"),
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
    "11: approved as two drafts of one name": (
        "11",
        without("message.fresh"),
        (*TWO_DRAFTS, ApproveDraft("cleo", at(2), "c1", "d1")),
        ApproveDraft("cleo", at(2), "c2", "d1"),
    ),
    "16: opened again, and in no queue": (
        "16",
        renovated("assignments", follows={}),
        (case_in("resolved"), LeaveCase("ana", at(1), "c1")),
        SetStatus("dora", at(2), "c1", Status.OPEN),
    ),
    "16: reopened, and in no queue": (
        "16",
        handling(ReceiveMessage, unqueued),
        (case_in("resolved"), LeaveCase("ana", at(1), "c1")),
        ReceiveMessage(CUSTOMER, at(2), "t-c1", "m2", "Hello?"),
    ),
    "16: in a queue while held": (
        "16",
        handling(LeaveCase, queued_only),
        case_in("open"),
        LeaveCase("ana", at(2), "c1"),
    ),
    "16: in a queue although it is over": (
        "16",
        handling(CloseCase, closed_and_queued),
        case_in("open"),
        CloseCase("ana", at(2), "c1"),
    ),
    "18: nobody may close": ("18", forbidding(CaseClosed), case_in("new"), OpenCase("ana", at(2), "c1")),
    "18: closing does nothing": ("18", handling(CloseCase, nothing), case_in("new"), OpenCase("ana", at(2), "c1")),
    "19: nobody may refuse": ("19", forbidding(DraftRefused), DRAFT, ReassignDraft("ana", at(2), "c1", "d1", "cleo")),
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
    assert set(numbers.split()) == breaches_of_the_last_step(house, story, command)


@pytest.mark.parametrize(("numbers", "house", "story", "command"), TEETH.values(), ids=TEETH)
def test_our_house_keeps_what_the_other_breaks(numbers, house, story, command):
    """With all rules in place the same command is refused, or breaks nothing."""
    assert () == broken(last_step(HOUSE, story, command))


def test_a_case_that_vanishes_is_noticed():
    """No event takes a case from the desk; if one did, it would be lost."""
    desk = scenario.given(case_in("open")).desk
    step = Step(desk, OpenCase("ana", at(1), "c1"), Accepted(()), scenario.a_desk())
    assert ("16 nothing is lost: every case not resolved or closed is held or queued: case c1 is gone",) == broken(step)


def test_a_refused_command_breaks_nothing():
    """What was refused has not happened."""
    step = Step.of(scenario.a_desk(), OpenCase("ana", at(1), "c1"))
    assert (False, (), ()) == (bool(step.verdict), step.events, broken(step))


SEARCHED = {
    "05": without("assignment.eligible"),
    "09": without("reply.permission"),
    "10": without("approval.self_approval"),
    "16": handling(LeaveCase, queued_only),
}


@pytest.mark.parametrize("number", SEARCHED)
def test_random_histories_find_the_breach(number):
    """Nobody has to think of the story: among random histories there is one that breaks the promise."""
    asked = [promise for promise in PROMISES if promise.number == number]
    bounded = settings(max_examples=3000, phases=[Phase.generate], database=None, suppress_health_check=[*HealthCheck])
    steps = find(
        runs(house=SEARCHED[number]),
        lambda steps: any(broken(step, asked) for step in steps),
        settings=bounded,
        random=Random(1),
    )
    assert any(broken(step, asked) for step in steps)


# Where they are not claimed ----------------------------------------------------------------------------

UNCLAIMED = {
    "05": Policy(enforcement={"assignment.eligible": Enforcement.WARN}),
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
    assert set() == breaches_of_the_last_step(HOUSE, OPENED_BY_BEN, step, UNCLAIMED["09"])


# Ways --------------------------------------------------------------------------------------------------

NARROW = {
    "no supervisor closes": Policy(lifecycle=Lifecycle(close_by=(Role.ASSIGNEE,))),
    "nobody closes": Policy(lifecycle=Lifecycle(close_by=())),
    "only resolved cases close": Policy(lifecycle=Lifecycle(close_from=(Status.RESOLVED,))),
}


@pytest.mark.parametrize("policy", NARROW.values(), ids=NARROW)
def test_there_is_a_way_to_closed_however_narrow_the_policy(policy):
    """What the policy lets nobody close by hand can still be closed, as spam or by the system."""
    assert set() == breaches_of_the_last_step(HOUSE, case_in("new"), OpenCase("ana", at(2), "c1"), policy)


def test_a_draft_whose_id_was_taken_can_still_be_decided():
    """It can be sent no more, because another message has its id; refusing and withdrawing it stay possible."""
    taken = SendReply("ana", at(2), "c1", "d1", "Never mind the draft")
    assert set() == breaches_of_the_last_step(HOUSE, DRAFT, taken)
    scenario.given(DRAFT, taken).when(ApproveDraft("cleo", at(3), "c1", "d1")).refused("message.fresh")
