"""Handling a command: on a desk of a hundred thousand cases, beside one of a hundred.

Each version of a desk shares its memory with the one before, so the size should hardly be felt. The commands are
replies on a hundred cases spread over the desk.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.histories import AGENTS, NINE, Mould, copies, staffed
from bench.measure import Contender, Line, costs, side_by_side
from casecore import CUSTOMER, Channel, Desk, OpenCase, ReceiveMessage, SendReply, Status

SMALL, LARGE = 100, 100_000


def desk_of(cases: int) -> Desk:
    """A desk with so many open cases, held by its agents in turn."""
    started, events = staffed().handle(
        ReceiveMessage(CUSTOMER, NINE, "t-#", "m-#", customer="c-#", channel=Channel.EMAIL, new_case="case-#")
    )
    lives = [[*events, *started.handle(OpenCase(agent, NINE, "case-#"))[1]] for agent in AGENTS]
    moulds = [tuple(map(Mould.of, life)) for life in lives]
    return staffed().evolve(event for case in range(cases) for event in copies(moulds[case % len(moulds)], case))


def replies_on(desk: Desk) -> Contender:
    """A reply on each of a hundred cases, by the agent who holds it; each is handled by the same desk."""
    cases = len(desk.cases)
    commands = [
        SendReply(AGENTS[case % len(AGENTS)], desk.now, f"case-{case}", f"reply-{case}", "Bom dia!", Status.PENDING)
        for case in range(0, cases, cases // SMALL)
    ]

    def handled() -> object:
        for command in commands:
            changed, _ = desk.handle(command)
        return changed

    return handled


def lines() -> Iterator[Line]:
    """The measurements."""
    contenders = [replies_on(desk_of(cases)) for cases in (LARGE, SMALL)]
    large, small = (seconds / SMALL for seconds in side_by_side(*contenders, loops=10))
    yield costs(f"handle a reply on {LARGE:,} cases; peer: on {SMALL}", large, small, most=1.5)
