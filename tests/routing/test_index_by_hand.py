"""The router, step by step: what the random walks of `test_index.py` meet by chance is met here each time."""

from datetime import timedelta

from casecore import CUSTOMER, AddAgent, AddTag, Desk, GoAvailable, OpenCase, Policy, ReceiveMessage, Router, next_offer
from casecore.channels import Channel
from casecore.rooms.agents import Permission
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
