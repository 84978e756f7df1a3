"""A desk that refuses little, customers who write there, and what a search of it finds."""

import attrs

from casecore.channels import Channel
from casecore.kernel import CUSTOMER
from casecore.policies import Policy
from casecore.policies.sections import Authentication, Capacity, WrapUpRules
from casecore.rooms.arrivals import ReceiveMessage

EASY = attrs.evolve(
    Policy.default(),
    wrap_up=WrapUpRules(disposition=False, notes=False),
    authentication=Authentication(before=()),
    capacity=Capacity(total=100, chat=100),
)


def wrote(when, thread, message, text="", **fields):
    """A customer writes; thread and customer have the same number."""
    known = {"customer": f"k{thread[1:]}", "channel": Channel.MESSAGING, **fields}
    return ReceiveMessage(CUSTOMER, when, thread, message, text, **known)


def found(archive, query="", **asked):
    """The ids of what is found, in order."""
    return [result.case for result in archive.search(query, **asked).results]
