"""Rows of a log as commands for a live desk, which knows nothing of what the log does not tell.

A command of which the log tells what it must have is given as it is. Where the log tells only the status of a case, its
customer writes, somebody opens it, and sets the status. Who does something and was never introduced joins first, with
every permission and room for anything: so no rule about agents refuses what the log says nothing of.

What people wrote is left out, unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from casecore.audit.judging.untold import UNTOLD
from casecore.audit.logs.log_map import RosterAgent
from casecore.audit.logs.log_rows import STATUS, LogRow
from casecore.audit.logs.vocabulary import Shape, TellableField, vocabulary_of
from casecore.channels import Channel
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Command, fields_of
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase, SetStatus
from casecore.statuses import CLOSED, NEW, OPEN

SOMEBODY: Final = "somebody"
"""Who did what a log does not say by whom."""

TEXT_LEFT_OUT: Final = "(left out)"
"""What stands where a text was."""

_ROOM: Final = 1_000_000
"""How much somebody may hold of whom nothing is known."""

_WRITTEN: Final = frozenset(("text", "subject", "notes", "note", "phone"))
"""The fields in which people write; `name` is left out wholly."""


class StoryCommands:
    """Turns rows into commands, one after the other.

    Args:
        roster: What is known of each agent.
        texts: Whether what people wrote stays.
    """

    def __init__(self, roster: Mapping[str, RosterAgent], *, texts: bool) -> None:
        self._roster, self._texts = roster, texts
        self.lacking: set[str] = set()

    def of(self, row: LogRow, desk: Desk) -> Iterator[Command]:
        """The commands that a row asks for, those that introduce somebody first; the last one is what it says.

        Args:
            row: The row.
            desk: The desk as it is before.
        """
        command = self._status(row, desk) if row.what == STATUS else self._told(row, desk)
        commands = command if isinstance(command, tuple) else (command,)
        for one in commands:
            if one is not None:
                yield from self._introduced(one, desk)
                yield one

    def _introduced(self, command: Command, desk: Desk) -> Iterator[Command]:
        named = dict.fromkeys((command.by, getattr(command, "agent", None)))
        for agent in named:
            if isinstance(command, AddAgent) or agent is None or agent in {CUSTOMER, SYSTEM} or agent in desk.agents:
                continue
            known = self._roster.get(agent, RosterAgent())
            yield AddAgent(
                SYSTEM,
                command.at,
                agent,
                permissions=frozenset(Permission) if known.may is None else known.may,
                queues=frozenset(desk.policy.queues if known.queues is None else known.queues),
                channels=frozenset(known.channels or ()),
                capacity=known.capacity or {**{channel.value: _ROOM for channel in Channel}, "total": _ROOM},
            )
            yield GoAvailable(SYSTEM, command.at, agent)

    def _told(self, row: LogRow, desk: Desk) -> Command | None:
        """The command of which a row tells; none where it lacks what that must have, or it is an event."""
        kind = next((one for one in desk.house.commands if one.__name__ == row.what), None)
        if kind is None:
            self.lacking.add(row.what)
            return None
        told: dict[str, Any] = {"by": SOMEBODY}
        fields = vocabulary_of(desk.house).fields_of_class(row.what)
        for attribute in fields_of(kind):
            value = row.told.get(attribute.name, UNTOLD)
            if value is not UNTOLD:
                told[attribute.name] = self._written(attribute, value, fields)
        told["at"] = row.at
        try:
            return kind(**told)
        except (TypeError, ValueError):
            self.lacking.add(row.what)
            return None

    def _written(self, attribute: attrs.Attribute[Any], value: Any, fields: Mapping[str, TellableField]) -> Any:
        if self._texts:
            return value
        if attribute.name == "name":
            return attribute.default
        if attribute.name in _WRITTEN and fields[attribute.name].shape is Shape.TEXT and value and value.strip():
            return TEXT_LEFT_OUT
        if attribute.name == "attachments" and value:
            return tuple(f"file {number}" for number, _ in enumerate(value, 1))
        return dict.fromkeys(value, "") if attribute.name == "profile" and isinstance(value, Mapping) else value

    def _status(self, row: LogRow, desk: Desk) -> tuple[Command, ...]:
        case, at = row.told["case"], row.at
        status = row.told.get("status", UNTOLD)
        by = row.told.get("by") or row.told.get("agent") or SOMEBODY
        begun = () if case in desk.cases else (_beginning(row, case, at),)
        if status is UNTOLD or status is NEW:
            return begun
        is_new = case not in desk.cases or desk.status(case) is NEW
        if status is OPEN and is_new:
            return (*begun, OpenCase(by, at, case))
        opened = (OpenCase(by, at, case),) if begun else ()
        if status is CLOSED:
            return (*begun, *opened, CloseCase(by, at, case))
        return (*begun, *opened, SetStatus(by, at, case, status))


def _beginning(row: LogRow, case: str, at: datetime) -> Command:
    """The message with which a case begins of which the log tells only the status."""
    told = {**row.beside, **row.told}
    known = {name: told[name] for name in ("channel", "customer", "reason", "language") if told.get(name) is not None}
    begun = {"channel": Channel.EMAIL, "customer": case, **known}
    return ReceiveMessage(
        CUSTOMER, at, told.get("thread") or f"thread of {case}", f"first of {case}", new_case=case, **begun
    )
