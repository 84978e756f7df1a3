"""Service clocks: business time with lunch breaks, holidays and both daylight-saving nights, beside plain local time.

The calendar is that of an office in Lisbon; the instants are spread over a year, and so are the lengths. What is
measured last is a whole clock of a case, with its target, its state and the instant at which it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bench.measure import Contender, Effort, Line, costs, side_by_side
from casecore import Calendar, Channel, Desk, Policy, ReceiveMessage, first_response
from casecore.policies.sections import Opening, Sla, Targets

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
EVALUATIONS = 10_000

HOURS = ("09:00-12:30", "13:30-18:00")
OFFICE = Opening(
    zone="Europe/Lisbon",
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), HOURS),
    saturday=("10:00-13:00",),
    holidays=("2026-01-01", "2026-04-25", "2026-12-25"),
)


def instants() -> list[tuple[datetime, datetime]]:
    """Starts all over a year, and ends within four weeks of them."""
    random = Random(2026)
    starts = (NEW_YEAR + timedelta(seconds=random.randrange(365 * 86_400)) for _ in range(EVALUATIONS))
    return [(start, start + timedelta(seconds=random.randrange(28 * 86_400))) for start in starts]


def counting(calendar: Calendar) -> Contender:
    """How much open time lies between two instants."""
    pairs = instants()
    return lambda: [calendar.open_seconds(start, end) for start, end in pairs]


def adding(calendar: Calendar) -> Contender:
    """The instant at which so many open seconds have passed."""
    pairs = [(start, (end - start).total_seconds() / 10) for start, end in instants()]
    return lambda: [calendar.add(start, seconds) for start, seconds in pairs]


def first_responses(policy: Policy) -> Contender:
    """The whole clock of a case that waits for its first response, at one instant after the other."""
    desk, pairs = Desk(policy), instants()
    said = {"customer": "c", "channel": Channel.EMAIL, "new_case": "case"}
    desk, _ = desk.handle(ReceiveMessage("customer", NEW_YEAR + timedelta(days=5), "t", "m", "Bom dia!", **said))
    view = desk.view_of("case")
    later = [view.now + timedelta(seconds=(end - start).total_seconds()) for start, end in pairs]
    return lambda: [first_response(view, policy, at) for at in later]


def turning(zone: ZoneInfo) -> Contender:
    """The peer: both instants in local time, which is the least that anybody has to know."""
    pairs = instants()
    return lambda: [(start.astimezone(zone), end.astimezone(zone)) for start, end in pairs]


def evaluations(effort: Effort) -> Iterator[Line]:
    """Open seconds, instants after them, and whole clocks."""
    policy = Policy(
        calendars={"office": OFFICE},
        sla=Sla(default=Targets(first_response=timedelta(hours=4), calendar="office")),
    )
    calendar = policy.calendar_for(Channel.EMAIL)
    ours = (counting(calendar), adding(calendar), first_responses(policy))
    *took, turned = side_by_side(*ours, turning(ZoneInfo("Europe/Lisbon")), repeats=effort.size(7, 3))
    for what, key, seconds, most in (
        ("open seconds between two instants; peer: both in local time", "open_seconds", took[0], 4),
        ("... the instant after so many open seconds", "instant_after", took[1], 4),
        ("... a case's whole first-response clock", "first_response", took[2], 8),
    ):
        yield costs(what, seconds / EVALUATIONS, turned / EVALUATIONS, most, key=key)


PARTS = (evaluations,)
