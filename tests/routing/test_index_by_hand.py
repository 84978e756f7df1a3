"""The router, step by step: what the random walks of `test_index.py` meet by chance is met here each time."""

from datetime import timedelta

import attrs
import pytest

from casecore import (
    CUSTOMER,
    AddAgent,
    AddNote,
    AddTag,
    Desk,
    GoAvailable,
    OpenCase,
    Policy,
    ReceiveMessage,
    Router,
    next_offer,
)
from casecore.channels import Channel
from casecore.rooms.agents import Agent, Permission, Presence
from casecore.routing import index
from casecore.testing.scenario import T0

POLICY = Policy.loads(
    """
    [queues.bills]
    reasons = ["a"]
    [queues.rest]
    fallback = true
    [[change]]
    on = 2026-12-01
    set = { "capacity.email" = 0 }
    """
)


class Routed:
    """A desk, and a router that follows it."""

    def __init__(self, policy=POLICY):
        self.desk = Desk(policy)
        self.router = Router(self.desk)
        self.at = T0

    def give(self, *commands):
        """Give commands, of which each is accepted, and see that the router proposes what routing proposes."""
        for command in commands:
            self.desk, events = self.desk.handle(command)
            self.router.update(self.desk, events)
            assert next_offer(self.desk, self.at) == self.router.next(self.desk, self.at)
        return self.router.next(self.desk, self.at)


def agent(name, *queues):
    """The commands that bring an agent."""
    yield AddAgent("system", T0, name, name.title(), frozenset(Permission), frozenset(queues))
    yield GoAvailable(name, T0, name)


def writes(case, reason=None, at=T0):
    """A customer writes an email on a case of their own."""
    who = {"customer": case, "channel": Channel.EMAIL, "new_case": case, "reason": reason}
    return ReceiveMessage(CUSTOMER, at, f"t-{case}", f"m-{case}-{at}", "Hello", **who)


def test_a_queue_that_not_everybody_serves():
    """Given agents of whom one serves the new line, when the first case comes there, then it is offered to that one."""
    desk = Routed()
    offer = desk.give(*agent("ana", "rest"), *agent("ben", "bills", "rest"), writes("c1"), writes("c2", "a"))
    assert ("c1", "ana") == (offer.case, offer.agent)
    desk.give(OpenCase("ana", T0, "c1"))
    offer = desk.router.next(desk.desk, T0)
    assert ("c2", "ben") == (offer.case, offer.agent)


def test_a_desk_that_was_staffed_before_anything_waited():
    """Given agents who stood nowhere, as nothing had come, then the first case of each queue is offered to one of them.

    Whoever has come is known, though there is no line yet: also to a router that is made then.
    """
    staff = (*agent("ana", "rest"), *agent("ben", "bills"))
    followed, made = Routed(), Routed()
    assert None is followed.give(*staff) is made.give(*staff)
    made.router = Router(made.desk)
    for desk in (followed, made):
        assert "ana" == desk.give(writes("c1")).agent
        offer = desk.give(OpenCase("ana", T0, "c1"), writes("c2", "a"))
        assert ("c2", "ben") == (offer.case, offer.agent)


def test_what_routing_does_not_look_at():
    """Given a case that waits, when something is noted on it, then the same is proposed as before."""
    desk = Routed()
    before = desk.give(*agent("ana", "rest"), writes("c1"))
    assert before == desk.give(AddNote("ana", T0, "n1", "A note", "c1"))


def test_more_kinds_of_agents_than_are_remembered(monkeypatch):
    """What agents can take is found anew where it was forgotten."""
    monkeypatch.setattr(index, "MOST_KINDS", 1)
    desk = Routed()
    offer = desk.give(
        *agent("ana", "rest"), *agent("ben", "rest"), writes("c1"), writes("c2"), OpenCase("ben", T0, "c1")
    )
    assert ("c2", "ana") == (offer.case, offer.agent)


DECIDES_NOTHING = {"id", "name", "queues", "reason", "idle_since", "given_at"} | {
    "away_since",
    "off_duty_since",
    "presence_at",
    "answered_at",
}
"""What of an agent says who they are, in whose turn, or which queues they serve, which is asked apart."""


@pytest.mark.parametrize("field", [field.name for field in attrs.fields(Agent)])
def test_whatever_decides_what_somebody_can_take_tells_them_apart(field):
    """Agents who are alike in all that decides it are looked up together; whoever differs in one of it is not."""
    sample = {"permissions": {Permission.REPLY}, "channels": {Channel.SMS}, "presence": Presence.AVAILABLE}
    tables = {
        "capacity": {"total": 1},
        **{name: {Channel.SMS: 1} for name in ("held", "offered", "pending", "resolved")},
    }
    plain = Agent("ana", "Ana")
    other = attrs.evolve(plain, **{field: {**sample, **tables}.get(field, 1)})
    assert (field not in DECIDES_NOTHING) is (index._kind_of(plain) != index._kind_of(other))


def test_a_case_that_stays_where_it_waits():
    """Given a case that waits, when its customer writes again or it is tagged, then it waits in the same line."""
    desk = Routed()
    before = desk.give(*agent("ana", "rest", "bills"), writes("c1"))
    later = T0 + timedelta(minutes=1)
    desk.at = later
    assert before.case == desk.give(writes("c1", at=later), AddTag("ana", later, "c1", "vip")).case


def test_a_date_on_which_the_policy_changes():
    """Given a case that waits, when a limit of none has come, then nobody is offered it any more."""
    desk = Routed()
    assert "c1" == desk.give(*agent("ana", "rest"), writes("c1")).case
    desk.at = T0 + timedelta(days=60)
    assert None is desk.router.next(desk.desk, desk.at) is next_offer(desk.desk, desk.at)
