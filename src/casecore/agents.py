"""Agents: who they are, what they may do, and whether they are there.

* An agent has permissions (`reply`, `approve`, `supervise`), serves queues, and works on channels (none named: all).
* Only the system or a supervisor adds and changes agents; availability is set by the agent, a supervisor or the
  system.
* A supervisor's permission waives "only the assignee", and nothing else.
* Whoever acts must be known here, and time never runs backwards. Both are asked of every command.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from casecore.channels import Channel
from casecore.kernel import (
    CUSTOMER,
    SYSTEM,
    Command,
    Draft,
    Event,
    Reason,
    Room,
    Rule,
    Sees,
    a_text,
    an_id,
    frozen,
    some,
)
from casecore.policies import Policy
from casecore.records import record


class Permission(StrEnum):
    """What an agent may do beyond working on cases."""

    REPLY = "reply"
    APPROVE = "approve"
    SUPERVISE = "supervise"


# Record ------------------------------------------------------------------------------------------------


@record
class Agent:
    """Somebody who works on cases.

    Attributes:
        permissions: What they may do.
        queues: The queues they serve.
        channels: The channels they work on; none named: all.
        available: Whether they take work.
        reason: Why they do not.
    """

    id: str
    name: str
    permissions: frozenset[Permission] = frozenset()
    queues: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    available: bool = False
    reason: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether they hold a permission."""
        return permission in self.permissions

    def works_on(self, channel: Channel) -> bool:
        """Whether they are allowed on a channel."""
        return not self.channels or channel in self.channels


class SeesAgents(Sees, Protocol):
    """Who acts, and whom the command is aimed at."""

    @property
    def actor(self) -> Agent | None:
        """The agent who gives the command."""

    @property
    def target(self) -> Agent | None:
        """The agent whom the command names."""


# Commands ----------------------------------------------------------------------------------------------


@frozen
class AddAgent(Command):
    """Somebody joins the desk; they are not available until they say so."""

    agent: str = an_id()
    name: str = a_text(default="")
    permissions: frozenset[Permission] = some(Permission, default=frozenset())
    queues: frozenset[str] = some(str, default=frozenset())
    channels: frozenset[Channel] = some(Channel, default=frozenset())


@frozen
class ChangeAgent(Command):
    """Somebody's name, permissions, queues or channels change; what is None stays."""

    agent: str = an_id()
    name: str | None = a_text(default=None)
    permissions: frozenset[Permission] | None = some(Permission, default=None)
    queues: frozenset[str] | None = some(str, default=None)
    channels: frozenset[Channel] | None = some(Channel, default=None)


@frozen
class GoAvailable(Command):
    """An agent takes work from now on."""

    agent: str = an_id()


@frozen
class GoUnavailable(Command):
    """An agent takes no work for now, e.g. for lunch."""

    agent: str = an_id()
    reason: str = a_text(default="")


# Events ------------------------------------------------------------------------------------------------


@frozen
class AgentAdded(Event):
    """Somebody joined the desk."""

    agent: str
    name: str
    permissions: frozenset[Permission]
    queues: frozenset[str]
    channels: frozenset[Channel]


@frozen
class AgentChanged(Event):
    """Somebody's record is now this."""

    agent: str
    name: str
    permissions: frozenset[Permission]
    queues: frozenset[str]
    channels: frozenset[Channel]


@frozen
class AgentAvailable(Event):
    """An agent takes work from now on."""

    agent: str


@frozen
class AgentUnavailable(Event):
    """An agent takes no work for now."""

    agent: str
    reason: str


# Rules -------------------------------------------------------------------------------------------------


def _time_goes_on(view: SeesAgents, command: Command, _: Policy) -> Reason | None:
    if view.now is None or command.at >= view.now:
        return None
    return Reason(
        "time.order",
        f"{command.at.isoformat()} is before {view.now.isoformat()}, when the desk last changed",
        "give commands in the order in which they happened",
        {"at": command.at, "now": view.now},
    )


def _actor_known(view: SeesAgents, command: Command, _: Policy) -> Reason | None:
    if view.actor is not None or command.by in (CUSTOMER, SYSTEM):
        return None
    return Reason("agent.known", f"there is no agent {command.by!r}", "add the agent first")


def _target_known(view: SeesAgents, command: ChangeAgent, _: Policy) -> Reason | None:
    if view.target is not None:
        return None
    return Reason("agent.known", f"there is no agent {command.agent!r}", "add the agent first")


def _agent_fresh(view: SeesAgents, command: AddAgent, _: Policy) -> Reason | None:
    if command.agent in (CUSTOMER, SYSTEM):
        return Reason("agent.fresh", f"{command.agent!r} is no agent's id", "choose another id")
    if view.target is None:
        return None
    return Reason("agent.fresh", f"there is an agent {command.agent!r} already", "choose another id")


def _queues_known(_: SeesAgents, command: AddAgent | ChangeAgent, policy: Policy) -> Reason | None:
    unknown = sorted((command.queues or frozenset()) - policy.queues.keys())
    if not unknown:
        return None
    return Reason(
        "queue.known",
        f"the policy has no queue {', '.join(map(repr, unknown))}",
        f"use one of {', '.join(policy.queues)}",
    )


def is_supervisor(agent: Agent | None) -> bool:
    """Whether this is an agent with the permission `supervise`."""
    return agent is not None and Permission.SUPERVISE in agent.permissions


def _manages(view: SeesAgents, command: Command, _: Policy) -> Reason | None:
    if command.by == SYSTEM or is_supervisor(view.actor):
        return None
    return Reason(
        "agents.manage",
        f"{command.by} may not add or change agents",
        "ask a supervisor, or let the system do it",
    )


def _own_availability(view: SeesAgents, command: GoAvailable | GoUnavailable, _: Policy) -> Reason | None:
    if command.by in (command.agent, SYSTEM) or is_supervisor(view.actor):
        return None
    return Reason(
        "agents.availability",
        f"{command.by} may not set the availability of {command.agent}",
        f"let {command.agent} or a supervisor do it",
    )


# Handlers ----------------------------------------------------------------------------------------------


def _add(_: SeesAgents, command: AddAgent, __: Policy) -> tuple[Event, ...]:
    c = command
    return (AgentAdded(c.by, c.at, c.agent, c.name or c.agent, c.permissions, c.queues, c.channels),)


def _change(view: SeesAgents, command: ChangeAgent, _: Policy) -> tuple[Event, ...]:
    agent, c = view.target, command
    if agent is None:
        return ()
    changed = AgentChanged(
        c.by,
        c.at,
        c.agent,
        agent.name if c.name is None else c.name,
        agent.permissions if c.permissions is None else c.permissions,
        agent.queues if c.queues is None else c.queues,
        agent.channels if c.channels is None else c.channels,
    )
    return (changed,)


def _go_available(view: SeesAgents, command: GoAvailable, _: Policy) -> tuple[Event, ...]:
    if view.target is not None and view.target.available:
        return ()
    return (AgentAvailable(command.by, command.at, command.agent),)


def _go_unavailable(_: SeesAgents, command: GoUnavailable, __: Policy) -> tuple[Event, ...]:
    return (AgentUnavailable(command.by, command.at, command.agent, command.reason),)


# Evolve ------------------------------------------------------------------------------------------------


def _added(event: AgentAdded) -> Agent:
    return Agent(event.agent, event.name, event.permissions, event.queues, event.channels)


def _changed(agent: Draft, event: AgentChanged) -> None:
    agent.name = event.name
    agent.permissions = event.permissions
    agent.queues = event.queues
    agent.channels = event.channels


def _became_available(agent: Draft, _: AgentAvailable) -> None:
    agent.available = True
    agent.reason = ""


def _became_unavailable(agent: Draft, event: AgentUnavailable) -> None:
    agent.available = False
    agent.reason = event.reason


AGENTS: Room[SeesAgents] = Room(
    name="agents",
    needs=(
        Rule("time.order", "Time does not run backwards", "§1", (Command,), _time_goes_on),
        Rule("agent.known", "Whoever acts is known", "§1", (Command,), _actor_known),
        Rule(
            "agent.known",
            "The agent named is known",
            "§1",
            (ChangeAgent, GoAvailable, GoUnavailable),
            _target_known,
        ),
        Rule("agent.fresh", "An agent's id is used once", "§1", (AddAgent,), _agent_fresh),
        Rule("queue.known", "Agents serve queues of the policy", "§3", (AddAgent, ChangeAgent), _queues_known),
    ),
    rules=(
        Rule(
            "agents.manage",
            "Only a supervisor or the system adds and changes agents",
            "§4",
            (AddAgent, ChangeAgent),
            _manages,
        ),
        Rule(
            "agents.availability",
            "Availability is set by the agent, a supervisor or the system",
            "§4",
            (GoAvailable, GoUnavailable),
            _own_availability,
        ),
    ),
    decide={
        AddAgent: _add,
        ChangeAgent: _change,
        GoAvailable: _go_available,
        GoUnavailable: _go_unavailable,
    },
    creates={(Agent, AgentAdded): _added},
    evolve={
        (Agent, AgentChanged): _changed,
        (Agent, AgentAvailable): _became_available,
        (Agent, AgentUnavailable): _became_unavailable,
    },
)
