"""What a map says that its log tells, and who works there before its first row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from casecore.audit.judging.auditing import Telling
from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.untold import field_names, forget
from casecore.audit.logs.log_map import LogBegin, LogMap, RosterAgent
from casecore.kernel import SYSTEM
from casecore.kernel.frozen_dict import FrozenDict
from casecore.rooms.agents import Agent, AgentAdded
from casecore.rooms.composition import HOUSE, House

_WORK: Final = (
    *("held", "pending", "resolved", "offered", "logged_calls", "reviews", "reviews_offered", "wrap_ups"),
    *("given_at", "answered_at"),
)
"""What an agent has of whom nothing was asked yet: nothing."""


def seat_roster(desk: ToldDesk, roster: Mapping[str, RosterAgent], at: datetime, *, begins_whole: bool) -> None:
    """Let the agents of a roster be at a desk of which no row was told yet.

    Whether they are there is not known; what they hold neither, where cases were under way before the log. Agents who
    are not in the roster may be there all the same: of them nothing is known.

    Args:
        desk: The desk.
        roster: What is known of each agent.
        at: When the log begins (aware).
        begins_whole: Whether every case begins with its first row.
    """
    for agent, known in roster.items():
        told: dict[str, Any] = {
            "permissions": known.may,
            "queues": known.queues,
            "channels": known.channels,
            "capacity": known.capacity,
        }
        sets = {name: frozenset(told[name] or ()) for name in ("permissions", "queues", "channels")}
        desk.apply((AgentAdded(SYSTEM, at, agent, "", **sets, capacity=FrozenDict(known.capacity or {})),))
        kept = {"id", *(name for name, value in told.items() if value is not None), *(_WORK if begins_whole else ())}
        forget(desk.tables["agents"][agent], frozenset(field_names(Agent)) - kept)
    desk.doubt({"agents"})


def telling_of(log_map: LogMap, house: House = HOUSE) -> Telling:
    """What a map says that its log tells wholly."""
    return Telling.of(
        house,
        log_map.tells.commands,
        log_map.assume.none,
        log_map.tells.fields,
        begins_whole=log_map.log.begins is LogBegin.COMPLETE,
        roster=bool(log_map.roster),
    )
