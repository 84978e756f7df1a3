"""Scopes of a team's own rooms: one case on a live channel, one on another, and what each room says is to be tried."""

from __future__ import annotations

from collections.abc import Iterator

from casecore.channels import Channel
from casecore.check.commands import (
    CASE,
    EVERYTHING,
    closing_commands,
    contact_commands,
    identity_commands,
    team_commands,
)
from casecore.check.scope_parts import REPLY, open_channel, part_of, spam_command
from casecore.explore.scope import NOON, WORDS, Scope
from casecore.kernel import Command
from casecore.policies import Policy
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.cases import SetStatus
from casecore.rooms.composition import House
from casecore.statuses import Status


def own_commands(policy: Policy, house: House, agents: tuple[str, ...], *rooms: str) -> Iterator[Command]:
    """What own rooms, or some of them by name, say is to be tried by each of these agents."""
    for room in house.rooms:
        if room.tries is not None and room.name in (rooms or (room.name,)):
            for agent in agents:
                yield from room.tries(policy, agent, CASE)


def own_scopes(policy: Policy, house: House) -> Iterator[Scope]:
    """For each own room that says what is to be tried: what is usual on two channels, and that beside it."""
    channels = dict.fromkeys(open_channel(policy, preferred) for preferred in (Channel.EMAIL, Channel.CHAT))
    for room in house.rooms:
        if room.tries is not None:
            yield from (_scope_of(room.name, channel, policy, house) for channel in channels)


def _scope_of(room: str, channel: Channel, policy: Policy, house: House) -> Scope:
    statuses = (Status.PENDING, Status.RESOLVED)
    part = part_of(
        channel,
        OpenCase("ana", NOON, CASE),
        *(REPLY("ana", send_as=status) for status in statuses),
        *(SetStatus("ana", NOON, CASE, status) for status in statuses),
        LeaveCase("ana", NOON, CASE),
        *identity_commands("ana", channel, policy),
        *contact_commands("ana", policy),
        *closing_commands(),
        spam_command(),
        *own_commands(policy, house, ("ana", "ben"), room),
    )
    name = f"own-room-{'-'.join(room.split())}-on-{channel}"
    return Scope(name, team_commands(policy, ana=EVERYTHING, ben=EVERYTHING), (part,), apart=WORDS | {"clocks"})
