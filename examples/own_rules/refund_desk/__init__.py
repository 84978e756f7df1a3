"""A desk that pays refunds: casecore, and one room of a team's own."""

from casecore import ROOMS, House
from refund_desk.refunds import REFUNDS

HOUSE = House((*ROOMS, REFUNDS))
"""Our rooms and theirs; `casecore check --house refund_desk:HOUSE` proves both."""
