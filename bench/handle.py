"""Handling a command: on a desk of a hundred thousand cases, beside one of a hundred.

Each version of a desk shares its memory with the one before, so the size should hardly be felt. The command is a reply:
always the same one, and then one on each of a hundred cases that are spread over the desk, which the processor's caches
hold less well.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.histories import AGENTS, NINE, Mould, copies, staffed
from bench.measure import Contender, Effort, Line, costs, side_by_side
from casecore import CUSTOMER, Channel, Desk, OpenCase, ReceiveMessage, SendReply, Status

SMALL, LARGE = 100, 100_000


def desk_of(cases: int) -> Desk:
    """A desk with so many open cases, held by its agents in turn."""
    started, events = staffed().handle(
        ReceiveMessage(CUSTOMER, NINE, "t-#", "m-#", customer="c-#", channel=Channel.MESSAGING, new_case="case-#")
    )
    lives = [[*events, *started.handle(OpenCase(agent, NINE, "case-#"))[1]] for agent in AGENTS]
    moulds = [tuple(map(Mould.of, life)) for life in lives]
    return staffed().evolve(event for case in range(cases) for event in copies(moulds[case % len(moulds)], case))


def replies_on(desk: Desk, count: int) -> Contender:
    """A reply on each of so many cases, by the agent who holds it; each is handled by the same desk."""
    cases = len(desk.cases)
    commands = [
        SendReply(AGENTS[case % len(AGENTS)], desk.now, f"case-{case}", f"reply-{case}", "Bom dia!", Status.PENDING)
        for case in range(0, cases, cases // count)
    ]

    def handled() -> object:
        for command in commands:
            changed, _ = desk.handle(command)
        return changed

    return handled


def replies(effort: Effort) -> Iterator[Line]:
    """One reply, and one on each of a hundred cases."""
    desks = [desk_of(cases) for cases in (effort.size(LARGE, 20_000), SMALL)]
    how = {"repeats": effort.size(15, 7)}
    large, small = side_by_side(*(replies_on(desk, 1) for desk in desks), loops=effort.size(1_000, 300), **how)
    what = f"handle a reply on {len(desks[0].cases):,} cases; peer: on {SMALL}"
    yield costs(what, large, small, most=1.5, key="same_case")
    large, small = side_by_side(*(replies_on(desk, SMALL) for desk in desks), loops=effort.size(10, 3), **how)
    yield costs(f"... on each of {SMALL} of them", large / SMALL, small / SMALL, most=1.7, key="many_cases")


PARTS = (replies,)
