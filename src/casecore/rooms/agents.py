"""Agents: who they are, what they may do, whether they are there, and how much they hold.

* An agent has permissions (`reply`, `approve`, `supervise`), serves queues, works on channels (none named: all),
  and may have a capacity of their own.
* They are **available**, **wrapping up** (a contact is to be disposed first), **unavailable** for a reason, or **logged
  out**. Logging out is always accepted; how somebody goes who has work in hand is told in `breaks.py`.
* Somebody is **on duty** unless they are unavailable or logged out. Whoever is logged out can only log in, as available
  or as unavailable; what else is for people on duty, the rooms say that know it.
* The record counts what they hold, by channel, and what they owe; never which cases.
* Only the system or a supervisor adds and changes agents; availability is set by the agent, a supervisor or the
  system. A supervisor's permission waives "only the assignee", and nothing else.
* Whoever acts must be known here: that is asked of every command.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from casecore.channels import VOICE, Channel
from casecore.kernel import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    Command,
    Editing,
    Event,
    Reason,
    Room,
    Rule,
    Sees,
    Unconcerned,
    a_count,
    a_text,
    an_id,
    frozen,
    some,
    some_counts,
    some_tallies,
)
from casecore.kernel.frozen_dict import FrozenDict
from casecore.kernel.records import record
from casecore.kernel.rooms import wants
from casecore.kernel.words import unless_blank
from casecore.policies import Policy
from casecore.statuses import PENDING, Status


class Permission(StrEnum):
    """What an agent may do beyond working on cases."""

    REPLY = "reply"
    APPROVE = "approve"
    SUPERVISE = "supervise"


REPLY, APPROVE, SUPERVISE = Permission
"""The permissions by themselves: rules that ask for them find these ten times as fast as on the class."""


class Presence(StrEnum):
    """Whether an agent is there."""

    AVAILABLE = "available"
    WRAPPING_UP = "wrapping_up"
    UNAVAILABLE = "unavailable"
    LOGGED_OUT = "logged_out"


AVAILABLE, WRAPPING_UP, UNAVAILABLE, LOGGED_OUT = Presence


# Record ------------------------------------------------------------------------------------------------

TOTAL = "total"
"""The name of the limit over all channels, in an agent's own capacity."""


@record
class Agent:
    """Somebody who works on cases.

    Attributes:
        permissions: What they may do.
        queues: The queues they serve.
        channels: The channels they work on; none named: all.
        capacity: Limits of their own, by channel or `total`, instead of the policy's.
        presence: Whether they are there.
        reason: Why they take no work.
        next_reason: Why they will take no work after their last disposition; None while no next state is set.
        idle_since: Since when they have had nothing new; orders agents in routing.
        given_at: When they were last given or offered work.
        away_since: Since when they have been logged out; None while they are there.
        off_duty_since: Since when they have been unavailable or logged out; None while they are on duty.
        presence_at: When they last came or went; it is set no earlier than that (`times.py`).
        answered_at: When they last accepted or rejected an offer while others rang; None once nothing rings.
        held: How many cases they hold, by channel.
        pending: How many of these are pending, and not live; `resolved`: how many are resolved. A policy may leave them
            out of what counts.
        offered: How many cases are offered to them, by channel.
        logged_calls: How many of the calls they hold were only logged (`logged_cases.py`): nobody is on the line.
        reviews: How many drafts they review, offered ones included.
        reviews_offered: How many of these are only offered.
        wrap_ups: How many ended contacts they still have to dispose.
    """

    id: str
    name: str
    permissions: frozenset[Permission] = frozenset()
    queues: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    capacity: Mapping[str, int] = some_counts(factory=FrozenDict)
    presence: Presence = Presence.LOGGED_OUT
    reason: str = ""
    next_reason: str | None = None
    idle_since: datetime | None = None
    given_at: datetime | None = None
    away_since: datetime | None = None
    off_duty_since: datetime | None = None
    presence_at: datetime | None = None
    answered_at: datetime | None = None
    held: Mapping[Channel, int] = some_tallies(factory=FrozenDict)
    pending: Mapping[Channel, int] = some_tallies(factory=FrozenDict)
    resolved: Mapping[Channel, int] = some_tallies(factory=FrozenDict)
    offered: Mapping[Channel, int] = some_tallies(factory=FrozenDict)
    logged_calls: int = a_count(default=0)
    reviews: int = a_count(default=0)
    reviews_offered: int = a_count(default=0)
    wrap_ups: int = a_count(default=0)

    @property
    def available(self) -> bool:
        """Whether they are there for work."""
        return self.presence is AVAILABLE

    @property
    def on_duty(self) -> bool:
        """Whether they are there: available or wrapping up, with or without a next state."""
        return self.presence is AVAILABLE or self.presence is WRAPPING_UP

    @property
    def contacts(self) -> int:
        """How many cases they hold."""
        return sum(self.held.values())

    @property
    def load(self) -> int:
        """How much they have: cases held and offered, and reviews."""
        return sum(self.held.values()) + sum(self.offered.values()) + self.reviews

    @property
    def ringing(self) -> int:
        """How many offers wait for their answer, of cases and of reviews."""
        return sum(self.offered.values()) + self.reviews_offered

    @property
    def calls(self) -> int:
        """How many calls they hold or are offered; not those that were only logged."""
        return self.held.get(VOICE, 0) + self.offered.get(VOICE, 0) - self.logged_calls

    def resting(self, status: Status) -> Mapping[Channel, int]:
        """How many cases they hold in a status that a policy may leave out, live ones excepted, by channel."""
        return self.pending if status is PENDING else self.resolved

    def has_of(self, channel: Channel, policy: Policy) -> int:
        """How many cases count against their limit on a channel: held in a status that counts, or offered."""
        has = self.held.get(channel, 0) + self.offered.get(channel, 0)
        if self.pending or self.resolved:  # mostly nothing rests, and every rule about room asks this
            for status in policy.capacity.left_out:
                has -= self.resting(status).get(channel, 0)
        return has

    def has_in_total(self, policy: Policy) -> int:
        """How much counts against their total: cases held in a status that counts or offered, and reviews."""
        has = self.load
        if self.pending or self.resolved:
            for status in policy.capacity.left_out:
                has -= sum(self.resting(status).values())
        return has

    def may(self, permission: Permission) -> bool:
        """Whether they hold a permission."""
        return permission in self.permissions

    def works_on(self, channel: Channel) -> bool:
        """Whether they are allowed on a channel."""
        return not self.channels or channel in self.channels

    def limit(self, channel: Channel, policy: Policy) -> int | None:
        """The most cases of a channel that they hold: their own limit, else the policy's."""
        own = self.capacity.get(channel)
        return policy.limit(channel) if own is None else own

    def total_limit(self, policy: Policy) -> int:
        """The most of everything that they hold: their own limit, else the policy's."""
        return self.capacity.get(TOTAL, policy.capacity.total)


def add_to_count(counts: Mapping[Channel, int], channel: Channel, step: int) -> Mapping[Channel, int]:
    """The counts after one more (`step` 1) or one less (-1) of a channel; no zeros are kept."""
    changed = {**counts, channel: counts.get(channel, 0) + step}
    return FrozenDict({name: count for name, count in changed.items() if count})


class SeesAgents(Sees, Protocol):
    """Who acts, and whom the command is aimed at."""

    @property
    def actor(self) -> Agent | None:
        """The agent who gives the command."""

    @property
    def target(self) -> Agent | None:
        """The agent whom the command names."""


class HasTarget(SeesAgents, Protocol):
    """There is such an agent."""

    target: Agent


# Commands ----------------------------------------------------------------------------------------------


@frozen
class AddAgent(Command):
    """Somebody joins the desk; they are logged out until they say otherwise."""

    agent: str = an_id(of="target")
    name: str = a_text(default="")
    permissions: frozenset[Permission] = some(Permission, default=frozenset())
    queues: frozenset[str] = some(str, default=frozenset())
    channels: frozenset[Channel] = some(Channel, default=frozenset())
    capacity: Mapping[str, int] = some_counts(factory=dict)


@frozen
class ChangeAgent(Command):
    """Somebody's name, permissions, queues, channels or capacity change; what is None stays."""

    agent: str = an_id(of="target")
    name: str | None = a_text(default=None)
    permissions: frozenset[Permission] | None = some(Permission, default=None)
    queues: frozenset[str] | None = some(str, default=None)
    channels: frozenset[Channel] | None = some(Channel, default=None)
    capacity: Mapping[str, int] | None = some_counts(default=None)


@frozen
class PresenceCommand(Command):
    """A command about whether an agent is there."""

    agent: str = an_id(of="target")


@frozen
class GoAvailable(PresenceCommand):
    """An agent takes work from now on."""


@frozen
class GoUnavailable(PresenceCommand):
    """An agent takes no work for now, e.g. for lunch."""

    reason: str = a_text(default="")


@frozen
class LogOut(PresenceCommand):
    """An agent leaves, or the connection is lost."""


# Events ------------------------------------------------------------------------------------------------


@frozen
class AgentAdded(Event):
    """Somebody joined the desk."""

    agent: str
    name: str
    permissions: frozenset[Permission]
    queues: frozenset[str]
    channels: frozenset[Channel]
    capacity: Mapping[str, int] = some_counts(factory=dict)


@frozen
class AgentChanged(Event):
    """Somebody's record is now this."""

    agent: str
    name: str
    permissions: frozenset[Permission]
    queues: frozenset[str]
    channels: frozenset[Channel]
    capacity: Mapping[str, int] = some_counts(factory=dict)


@frozen
class AgentAvailable(Event):
    """An agent takes work from now on."""

    agent: str


@frozen
class AgentWrapsUp(Event):
    """An agent takes no work until they have disposed what they owe."""

    agent: str


@frozen
class AgentUnavailable(Event):
    """An agent takes no work for now."""

    agent: str
    reason: str


@frozen
class AgentLoggedOut(Event):
    """An agent is gone."""

    agent: str


@frozen
class NextStateSet(Event):
    """An agent takes no new work and will be unavailable."""

    agent: str
    reason: str


@frozen
class NextStateCleared(Event):
    """An agent stays after all."""

    agent: str


# Rules -------------------------------------------------------------------------------------------------


DISPOSING = ("Dispose", "RelateRecord")
"""The commands by which an ended contact is disposed: an email's is related first."""


def _actor_known(view: SeesAgents, command: Command, _: Policy) -> Reason | Unconcerned | None:
    if view.actor is not None:
        return None
    if command.by in (CUSTOMER, SYSTEM):
        return UNCONCERNED
    return Reason("agent.known", f"there is no agent {command.by!r}", "add the agent first", ways=("AddAgent",))


def _target_known(view: SeesAgents, command: ChangeAgent | PresenceCommand, _: Policy) -> Reason | None:
    if view.target is not None:
        return None
    return Reason("agent.known", f"there is no agent {command.agent!r}", "add the agent first", ways=("AddAgent",))


def _agent_fresh(view: SeesAgents, command: AddAgent, _: Policy) -> Reason | None:
    if command.agent in (CUSTOMER, SYSTEM):
        return Reason("agent.fresh", f"{command.agent!r} is no agent's id", "choose another id")
    if view.target is None:
        return None
    return Reason("agent.fresh", f"there is an agent {command.agent!r} already", "choose another id")


def _queues_known(_: SeesAgents, command: AddAgent | ChangeAgent, policy: Policy) -> Reason | Unconcerned | None:
    if not command.queues:
        return UNCONCERNED
    unknown = sorted(command.queues - policy.queues.keys())
    if not unknown:
        return None
    return Reason(
        "queue.known",
        f"the policy has no queue {', '.join(map(repr, unknown))}",
        f"use one of {', '.join(policy.queues)}",
        {"unknown": tuple(unknown)},
    )


def _capacity_named(_: SeesAgents, command: AddAgent | ChangeAgent, __: Policy) -> Reason | Unconcerned | None:
    if not command.capacity:
        return UNCONCERNED
    known = {TOTAL, *(channel.value for channel in Channel)}
    wrong = [name for name, limit in command.capacity.items() if name not in known or limit < 0]
    if not wrong:
        return None
    return Reason(
        "capacity.named",
        f"there is no capacity {', '.join(map(repr, wrong))}, or it is negative",
        "give a whole number from 0 for a channel or for total",
        {"wrong": tuple(wrong)},
    )


def is_supervisor(agent: Agent | None) -> bool:
    """Whether this is an agent with the permission `supervise`."""
    return agent is not None and SUPERVISE in agent.permissions


def _may_manage_agents(view: SeesAgents, command: Command, _: Policy) -> Reason | None:
    if command.by == SYSTEM or is_supervisor(view.actor):
        return None
    return Reason(
        "agents.manage", f"{command.by} may not add or change agents", "ask a supervisor, or let the system do it"
    )


def _own_availability(view: SeesAgents, command: PresenceCommand, _: Policy) -> Reason | None:
    if command.by in (command.agent, SYSTEM) or is_supervisor(view.actor):
        return None
    return Reason(
        "agents.availability",
        f"{command.by} may not set the availability of {command.agent}",
        f"let {command.agent} or a supervisor do it",
    )


def _logged_in(view: SeesAgents, command: Command, _: Policy) -> Reason | Unconcerned | None:
    actor = view.actor
    if actor is None:
        return UNCONCERNED
    if actor.presence is not LOGGED_OUT:
        return None
    if isinstance(command, _LOGS_IN) and command.agent == actor.id:
        return None
    found, remedy = f"{actor.id} is logged out", "log in first, as available or as unavailable"
    return Reason("presence.on_duty", found, remedy, {"presence": actor.presence})


# Handlers ----------------------------------------------------------------------------------------------


def _add_agent(_: SeesAgents, command: AddAgent, __: Policy) -> tuple[Event, ...]:
    c = command
    added = AgentAdded(
        c.by,
        c.at,
        c.agent,
        name=unless_blank(c.name) or c.agent,
        permissions=c.permissions,
        queues=c.queues,
        channels=c.channels,
        capacity=c.capacity,
    )
    return (added,)


@wants("target")
def _change_agent(view: HasTarget, command: ChangeAgent, _: Policy) -> tuple[Event, ...]:
    agent, c = view.target, command
    changed = AgentChanged(
        c.by,
        c.at,
        c.agent,
        name=unless_blank(c.name) or agent.name,
        permissions=agent.permissions if c.permissions is None else c.permissions,
        queues=agent.queues if c.queues is None else c.queues,
        channels=agent.channels if c.channels is None else c.channels,
        capacity=agent.capacity if c.capacity is None else c.capacity,
    )
    return (changed,)


@wants("target")
def _go_available(view: HasTarget, command: GoAvailable, _: Policy) -> tuple[Event, ...]:
    agent, c = view.target, command
    if agent.available:
        return ()
    if _comes_back_owing(agent):
        return (AgentWrapsUp(c.by, c.at, c.agent),)
    return (AgentAvailable(c.by, c.at, c.agent),)


@wants("target")
def _go_unavailable(view: HasTarget, command: GoUnavailable, _: Policy) -> tuple[Event, ...]:
    agent, c = view.target, command
    if _comes_back_owing(agent):
        return (AgentWrapsUp(c.by, c.at, c.agent), NextStateSet(c.by, c.at, c.agent, c.reason))
    return (AgentUnavailable(c.by, c.at, c.agent, c.reason),)


def _comes_back_owing(agent: Agent) -> bool:
    """Whether whoever logs in now, into whatever state, wraps up first."""
    return agent.presence is not WRAPPING_UP and agent.wrap_ups > 0


def _log_out(view: SeesAgents, command: LogOut, _: Policy) -> tuple[Event, ...]:
    if view.target is not None and view.target.presence is LOGGED_OUT:
        return ()
    return (AgentLoggedOut(command.by, command.at, command.agent),)


# Evolve ------------------------------------------------------------------------------------------------


def _new_agent(event: AgentAdded) -> Agent:
    return Agent(
        id=event.agent,
        name=event.name,
        permissions=event.permissions,
        queues=event.queues,
        channels=event.channels,
        capacity=event.capacity,
    )


def _apply_changes(agent: Editing, event: AgentChanged) -> None:
    agent.name = event.name
    agent.permissions = event.permissions
    agent.queues = event.queues
    agent.channels = event.channels
    agent.capacity = event.capacity


def _became_available(agent: Editing, event: AgentAvailable) -> None:
    agent.presence = AVAILABLE
    agent.reason = ""
    agent.idle_since = event.at
    agent.away_since = agent.off_duty_since = None


def _began_wrapping_up(agent: Editing, _: AgentWrapsUp) -> None:
    agent.presence = WRAPPING_UP
    agent.reason = ""
    agent.away_since = agent.off_duty_since = None


def _became_unavailable(agent: Editing, event: AgentUnavailable) -> None:
    agent.presence = UNAVAILABLE
    agent.reason = event.reason
    agent.next_reason = None
    agent.away_since = None
    agent.off_duty_since = agent.off_duty_since or event.at


def _logged_out(agent: Editing, event: AgentLoggedOut) -> None:
    agent.presence = LOGGED_OUT
    agent.reason = ""
    agent.next_reason = None
    agent.away_since = event.at
    agent.off_duty_since = agent.off_duty_since or event.at


def _next_set(agent: Editing, event: NextStateSet) -> None:
    agent.next_reason = event.reason


def _next_cleared(agent: Editing, _: NextStateCleared) -> None:
    agent.next_reason = None


_LOGS_IN = (GoAvailable, GoUnavailable, LogOut)
"""What somebody who is logged out may say of themselves; the last of the three changes nothing then."""

_NAMED = (ChangeAgent, PresenceCommand)
_RECORD = (AddAgent, ChangeAgent)

AGENTS: Room[SeesAgents] = Room(
    name="agents",
    needs=(
        Rule("agent.known", "Whoever acts is known", "§1", (Command,), _actor_known),
        Rule("agent.known", "The agent named is known", "§1", _NAMED, _target_known),
        Rule("agent.fresh", "An agent's id is used once", "§1", (AddAgent,), _agent_fresh),
        Rule("queue.known", "Agents serve queues of the policy", "§3", _RECORD, _queues_known),
        Rule("capacity.named", "A capacity is of a channel or the total", "§3", _RECORD, _capacity_named),
    ),
    rules=(
        Rule("presence.on_duty", "Whoever is logged out can only log in", "§6", (Command,), _logged_in),
        Rule(
            "agents.manage",
            "Only a supervisor or the system adds and changes agents",
            "§4",
            _RECORD,
            _may_manage_agents,
        ),
        Rule(
            "agents.availability",
            "Availability is set by the agent, a supervisor or the system",
            "§4",
            (PresenceCommand,),
            _own_availability,
        ),
    ),
    decide={
        AddAgent: _add_agent,
        ChangeAgent: _change_agent,
        GoAvailable: _go_available,
        GoUnavailable: _go_unavailable,
        LogOut: _log_out,
    },
    creates={(Agent, AgentAdded): _new_agent},
    evolve={
        (Agent, AgentChanged): _apply_changes,
        (Agent, AgentAvailable): _became_available,
        (Agent, AgentWrapsUp): _began_wrapping_up,
        (Agent, AgentUnavailable): _became_unavailable,
        (Agent, AgentLoggedOut): _logged_out,
        (Agent, NextStateSet): _next_set,
        (Agent, NextStateCleared): _next_cleared,
    },
)
