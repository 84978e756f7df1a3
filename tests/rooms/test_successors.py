"""A customer who writes on a closed case: the one that follows goes where a reopened one would (§3)."""

import attrs
import pytest

from casecore.policies import Policy
from casecore.promises import watch
from casecore.rooms.agents import ChangeAgent, GoUnavailable
from casecore.rooms.arrivals import MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, OpenCase
from casecore.rooms.cases import CaseStarted, CloseCase, CloseReason
from casecore.rooms.contacts import ContactStarted
from casecore.rooms.outbound import StartOutbound
from casecore.routing import next_offer
from casecore.testing.scenario import at, case_in, given, new_case

QUEUES = Policy.default().queues
TO_OWNER = attrs.evolve(Policy.loads('reopening.to = "owner_if_eligible"'), queues=QUEUES)
AGAIN = ReceiveMessage("customer", at(60), "t-c1", "m2", "And another thing")


def closed(*then, policy=TO_OWNER, channel="sms"):
    """A case that ana closed, and what happened then."""
    return given(case_in("closed", channel=channel), *then, policy=policy)


@pytest.mark.parametrize("channel", ["sms", "email", "chat"])
def test_to_its_owner(channel):
    """I wrote again the next day, and had to explain it all to somebody else."""
    outcome = closed(channel=channel).when(AGAIN)
    outcome.then(
        CaseStarted,
        CaseQueued,
        SuccessorStarted,
        MessageReceived,
        CaseAssigned("system", at(60), "c1+1", "ana", waiting=True),
        ContactStarted("system", at(60), "c1+1", "ana", channel, silent=False),
    )
    case = outcome.desk.cases["c1+1"].case
    assert ("new", "ana", None, "c1") == (case.status, case.assignee, case.waiting_since, case.predecessor)
    assert {channel: 1} == outcome.desk.agents["ana"].held
    assert None is next_offer(outcome.desk, at(70))


def test_to_its_queue_by_default():
    """Where reopened cases go to the queue, this one does, too."""
    outcome = closed(policy=Policy.default()).when(AGAIN)
    outcome.then(CaseStarted, CaseQueued, SuccessorStarted, MessageReceived)


@pytest.mark.parametrize(
    "cannot",
    [
        GoUnavailable("ana", at(50), "ana", "lunch"),
        ChangeAgent("dora", at(50), "ana", queues=frozenset({"billing"})),
        ChangeAgent("dora", at(50), "ana", capacity={"sms": 0}),
    ],
    ids=["away", "another queue", "full"],
)
def test_owner_who_cannot(cannot):
    """It waits in its queue, for everybody."""
    closed(cannot).when(AGAIN).then(CaseStarted, CaseQueued, SuccessorStarted, MessageReceived)


def test_nobody_ever_held_it():
    """A case that was closed out of the queue has no owner."""
    spam = CloseCase("dora", at(30), "c1", CloseReason.SPAM)
    given(new_case(channel="sms"), spam, policy=TO_OWNER).when(AGAIN).then(
        CaseStarted, CaseQueued, SuccessorStarted, MessageReceived
    )


def test_what_is_said_for_its_own_queue():
    """Where the case that follows enters another queue, that queue's owner rule and members count."""
    by_reason = attrs.evolve(AGAIN, reason="billing")
    only_general = ChangeAgent("dora", at(50), "ana", queues=frozenset({"general"}))
    closed(only_general).when(by_reason).then(CaseStarted, CaseQueued, SuccessorStarted, MessageReceived)
    one_queue = Policy.loads(
        '[[override]]\nmatch = { queue = "billing" }\nset = { "reopening.to" = "owner_if_eligible" }'
    )
    story = closed(policy=attrs.evolve(one_queue, queues=QUEUES))
    assert None is story.when(AGAIN).desk.cases["c1+1"].case.assignee
    assert "ana" == story.when(by_reason).desk.cases["c1+1"].case.assignee


def test_first_case_has_no_owner():
    """A new thread is everybody's."""
    given(policy=TO_OWNER).when(new_case()).then(
        lambda _: True, lambda _: True, CaseStarted, CaseQueued, MessageReceived
    )


def test_what_we_start_is_whoevers_starts_it():
    """Cleo writes on ana's closed case: it is cleo's."""
    start = StartOutbound("cleo", at(60), "t-c1", "c2", "m2", "Hello", phone="+351912345678")
    outcome = closed().when(start)
    assert ["cleo"] == [event.agent for event in outcome.events if isinstance(event, CaseAssigned)]


def test_witnesses():
    """They have nothing to say of the bare events, whoever works on it next."""
    story = closed(AGAIN, OpenCase("ana", at(70), "c1+1"))
    assert [] == [*watch(story.events, TO_OWNER)]
