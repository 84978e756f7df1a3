"""Two cases of one customer, and what their history says."""

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.projections.history import history
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.sla import ClockJudged
from casecore.testing.scenario import at, given


def wrote(when, message="m1", text="Hello", **fields):
    """The customer maria writes on her chat."""
    known = {"thread": "t1", "customer": "maria", "channel": Channel.CHAT}
    start = {"new_case": "c1", "name": "Maria Silva"} if message == "m1" else {}
    return ReceiveMessage(CUSTOMER, when, message=message, text=text, **{**known, **start, **fields})


CHAT = (wrote(at(0)), OfferWork(SYSTEM, at(1), "c1", "ana"), AcceptOffer("ana", at(2), "c1"))


EMAIL = (wrote(at(0), channel=Channel.EMAIL), OpenCase("ben", at(2), "c1"))


def told(*commands, policy=None, language="en"):
    """What is told of the last command, after a story; verdicts on service clocks are left out."""
    story = given(*commands[:-1], policy=policy)
    events = [event for event in story.when(commands[-1]).events if not isinstance(event, ClockJudged)]
    return [one.text for one in history(events, language=language)]
