"""Handling one command: on a desk of a hundred cases and on one of a hundred thousand.

Each version of a desk shares its memory with the one before, so the size should hardly be felt. The commands are
replies on a hundred cases spread over the desk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.histories import AGENTS, NINE, Mould, copies, staffed
from bench.measure import Line, Target, duration, side_by_side
from casecore import CUSTOMER, Channel, Command, Desk, OpenCase, ReceiveMessage, SendReply, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SMALL, LARGE = 100, 100_000


def desk_of(cases: int) -> Desk:
    """A desk with so many open cases, held by its agents in turn."""
    moulds = []
    for agent in AGENTS:
        desk, events = staffed().handle(
            ReceiveMessage(
                CUSTOMER, NINE, "thread-#", "message-#", customer="customer-#", channel=Channel.EMAIL, new_case="case-#"
            )
        )
        moulds.append(tuple(map(Mould.of, (*events, *desk.handle(OpenCase(agent, NINE, "case-#"))[1]))))
    return staffed().evolve(
        event for number in range(cases) for event in copies(moulds[number % len(moulds)], number)
    )


def replies(cases: int) -> list[Command]:
    """A reply on each of a hundred cases, by the agent who holds it."""
    return [
        SendReply(AGENTS[number % len(AGENTS)], NINE, f"case-{number}", f"reply-{number}", "Bom dia!", Status.PENDING)
        for number in range(0, cases, cases // SMALL)
    ]


def all_on(desk: Desk, commands: Sequence[Command]) -> Callable[[], object]:
    """Each command handled by the same desk."""

    def handled() -> object:
        for command in commands:
            changed, _ = desk.handle(command)
        return changed

    return handled


def lines() -> list[Line]:
    """The measurements."""
    contenders = [all_on(desk_of(cases), replies(cases)) for cases in (SMALL, LARGE)]
    small, large = (seconds / SMALL for seconds in side_by_side(*contenders, loops=10))
    what = f"handle a reply on {LARGE:,} cases; peer: on {SMALL}"
    return [Line(what, duration(large), duration(small), large / small, "", Target(most=1.5))]
