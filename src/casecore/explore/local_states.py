"""One case with the agents, what can be done there, and what comes of it: what `model.py` finds out about a scope."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import attrs
from attrs import field

from casecore.explore.components import StateComponent, TimePassed
from casecore.explore.memo import Facts, Memo
from casecore.explore.pages import LoggedBooks, mark_event
from casecore.explore.read_log import LoggedDesk, ReadLog
from casecore.explore.scope import NOON
from casecore.kernel import Accepted, Command, Event, Timer, Verdict
from casecore.policies import Policy
from casecore.rooms.composition import House

# Moves -------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False, slots=False)
class MoveResult:
    """What comes of a move, wherever that is: the same answer is the same result.

    Attributes:
        verdict: The answer to a command; None where time passes.
        happens: The desk's events, or the one instant that passes on.
        agents: The places of the agents that are changed.
        beyond: Whether it makes rows that the scope does not follow, e.g. the successor of a closed case.
    """

    number: int
    verdict: Verdict | None
    happens: tuple[Any, ...]
    agents: tuple[int, ...] = ()
    beyond: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """What happens on the desk."""
        return self.verdict.events if isinstance(self.verdict, Accepted) else ()

    @cached_property
    def marked(self) -> tuple[Any, ...]:
        """What happens, at an instant by which its writing in records is known."""
        return tuple(event if isinstance(event, TimePassed) else mark_event(event) for event in self.happens)


@attrs.frozen(eq=False)
class Move:
    """One thing that can be done, or one instant that can pass on.

    Attributes:
        part: The place of the part it is about; None where it is about no case.
        command: What is done; None where time passes.
        memo: What comes of it; None where nothing can.
        side: The place of the SOP under which it is done, among the model's policies.
        policy: That SOP.
    """

    part: int | None
    command: Command | None
    memo: Memo
    side: int
    policy: Policy


AGENT_ROLES: Final = frozenset({"actor", "target", "holder", "reviewer", "offered", "review_offered", "handler"})
"""What agents are called in a view."""


def timer_instant(timer: Timer) -> str:
    """The instant that a timer counts from, as `row.field`."""
    row, _, name = timer.since.partition(".")
    return f"{'agent' if row in AGENT_ROLES else row}.{name}"


# Local states ------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Successors:
    """What can come of one case (or of none) with one team.

    Attributes:
        by_time: Where time leads: (agents, case) for each step.
        by_command: Where commands lead.
        wrong: What no step may be and some step is, by name, with its move.
        met: What some step should be and is, by name, with its move.
    """

    by_time: list[tuple[int, int]] = field(factory=list)
    by_command: list[tuple[int, int]] = field(factory=list)
    wrong: list[tuple[str, Move]] = field(factory=list)
    met: list[tuple[str, Move]] = field(factory=list)
    transitions: int = 0


class LocalState:
    """One case and the agents, as questions see them."""

    __slots__ = ("_agents", "_house", "_policy", "case", "facts")

    def __init__(self, policy: Policy, house: House, agents: tuple[StateComponent, ...], case: StateComponent) -> None:
        self._policy = policy
        self._house = house
        self._agents = agents
        self.case = case
        self.facts: tuple[Facts, ...] = (*(agent.facts for agent in agents), case.facts)

    def desk(self, log: ReadLog) -> LoggedDesk:
        """The desk of these rows, which notes in the log what is read of it."""
        tables: dict[str, dict[str, Any]] = {}
        for component in (*self._agents, self.case):
            for (table, row_id), row in component.rows.items():
                tables.setdefault(table, {})[row_id] = row
        desk = LoggedDesk.of(self._policy, NOON, tables, log, self._house)
        vars(desk)["books"] = self.books(log)  # the desk itself is frozen
        return desk

    def books(self, log: ReadLog) -> LoggedBooks:
        """The books of the witnesses in these rows, which note in the log what is read of them."""
        return LoggedBooks([component.rows for component in (self.case, *self._agents)], log)
