"""Watching a stored history: which promise it broke, when, and in what words, with nothing but the events."""

from pathlib import Path

import pytest
from hypothesis import given

from casecore import CUSTOMER, CloseCase, Desk, OpenCase, Policy, SendReply, SetStatus, Status, SubmitDraft
from casecore.promises import PROMISES, Breach, Watch, watch
from casecore.replay import replay_day
from casecore.rooms.approvals import ApproveDraft
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CaseClosed
from casecore.rooms.contacts import EndContact
from casecore.rooms.silence import DisconnectIdle
from casecore.rooms.wrap_ups import Dispose
from casecore.testing.scenario import at, case_in, new_case
from casecore.testing.strategies import policies, runs
from tests.houses import without
from tests.watching import steps_of

SOP = Policy.default()
EXAMPLE = Path(__file__).parents[2] / "examples" / "day.jsonl"


def told(breaches):
    """The numbers of promises with when they were broken."""
    return [(breach.number, breach.at) for breach in breaches]


def test_a_history_in_which_nothing_happened():
    """No event, no step, no breach."""
    assert [] == [*watch((), SOP)] == [*watch([()], SOP)]
    assert () == Watch(SOP).see(())


def test_a_breach_is_told_with_its_instant_and_words():
    """Given a house in which nobody needs to ask, when a silent chat is disconnected, then promise 06 is broken."""
    house = without("idle.asked")
    disconnected = DisconnectIdle("ana", at(minutes=5), "c1", "m9")
    steps = steps_of(case_in("pending"), disconnected, CloseCase("dora", at(minutes=6), "c1"), house=house)
    (breach,) = watch((step.events for step in steps), SOP)
    what = "case c1 was disconnected after 0 of 1 questions"
    title = next(promise.title for promise in PROMISES if promise.number == "06")
    assert Breach("06", title, what, at(minutes=5), steps[-2].events) == breach
    assert f"06 {title}: {what}" == str(breach)


@pytest.mark.parametrize("by_step", [True, False], ids=["a tuple for each command", "one event after the other"])
def test_every_breach_is_told_in_order(by_step):
    """A history of a house without two of its rules: each time they are missed, and the second time too."""
    house = without("reply.permission", "authentication.before")
    steps = steps_of(
        case_in("open", agent="ben"),
        SendReply("ben", at(1), "c1", "m2", "Hello"),
        SendReply("ben", at(2), "c1", "m3", "Hello again", Status.RESOLVED),
        SendReply("ben", at(3), "c1", "m4", "Good-bye", Status.PENDING),
        house=house,
    )
    history = [step.events for step in steps] if by_step else [event for step in steps for event in step.events]
    assert [("09", at(1)), ("08", at(2)), ("09", at(2)), ("09", at(3))] == told(watch(history, SOP))


def test_events_and_steps_may_follow_each_other():
    """What is stored as single events up to some day, and as steps from then on, is one history."""
    house = without("reply.permission")
    steps = steps_of(case_in("open", agent="ben"), SendReply("ben", at(1), "c1", "m2", "Hello"), house=house)
    single = [event for step in steps[:-1] for event in step.events]
    assert [("09", at(1))] == told(watch([*single, steps[-1].events], SOP))
    assert [("09", at(1))] == told(watch([*(step.events for step in steps[:-1]), *steps[-1].events], SOP))


def test_only_what_is_promised_is_watched():
    """A watch for one promise says nothing of others; one that the policy does not claim is not broken."""
    house = without("reply.permission")
    steps = steps_of(case_in("open", agent="ben"), SendReply("ben", at(1), "c1", "m2", "Hello"), house=house)
    history = [step.events for step in steps]
    assert [] == [*watch(history, SOP, [promise for promise in PROMISES if promise.number == "08"])]
    assert [] == [*watch(history, Policy.loads('enforcement = { "reply.permission" = "off" }'))]


def test_another_policy_may_be_put_in_force():
    """From then on the watch judges by that."""
    steps = steps_of(
        (new_case(f"c{number}") for number in (1, 2)), OpenCase("ana", at(1), "c1"), OpenCase("ana", at(2), "c2")
    )
    looking = Watch(SOP)
    assert [] == [breach for step in steps[:-1] for breach in looking.see(step.events)]
    looking.policy = Policy.loads("capacity = { chat = 1 }")
    assert {"04", "05"} == {breach.number for breach in looking.see(steps[-1].events)}


def test_the_shipped_day_breaks_nothing():
    """Every command of the example day, as it is stored."""
    with EXAMPLE.open(encoding="utf-8") as lines:
        steps = [*replay_day(lines, Desk(SOP))]
    assert any(isinstance(event, CaseClosed) for step in steps for event in step.events)
    assert [] == [*watch((step.events for step in steps), steps[0].before.policy)]
    assert [] == [*watch((event for step in steps for event in step.events), steps[0].before.policy)]


def test_what_happens_at_one_instant_is_no_breach():
    """A customer is authenticated, a draft submitted and approved, all within the second in which the case came."""
    steps = steps_of(
        case_in("open"),
        Authenticate("ana", at(), "c1"),
        SubmitDraft("ana", at(), "c1", "d1", "Hello"),
        ApproveDraft("cleo", at(), "c1", "d1"),
        SetStatus("ana", at(), "c1", Status.RESOLVED),
        EndContact(CUSTOMER, at(), "c1"),
        Dispose("ana", at(), "c1", "solved", "Done"),
        CloseCase("dora", at(), "c1"),
    )
    assert all(step.verdict for step in steps)
    assert [] == [*watch((event for step in steps for event in step.events), SOP)]


@given(runs())
def test_flat_histories_are_kept_too(steps):
    """Whether events are stored one after the other or as they came: what the house did breaks no promise."""
    assert [] == [*watch((event for step in steps for event in step.events), SOP)]


@given(policies().flatmap(runs))
def test_flat_histories_are_kept_under_every_policy(steps):
    """The same, whatever the policy says."""
    assert [] == [*watch((event for step in steps for event in step.events), steps[0].before.policy)]
