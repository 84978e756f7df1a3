"""Breaks: lunch waits for the work in hand.

* Somebody who holds a case, or has a contact to dispose, goes neither to lunch nor to the next customer.
* They set a **next state** instead: they get no more work, and go with their last disposition; at once where nothing
  has to be waited for. They may clear it again.
"""

from __future__ import annotations

from collections.abc import Mapping

from casecore.channels import Channel
from casecore.kernel import Event, Reason, Room, Rule, a_text, frozen
from casecore.kernel.rooms import for_words, measures, wants
from casecore.policies import Policy
from casecore.rooms.agents import (
    DISPOSING,
    Agent,
    AgentAvailable,
    AgentUnavailable,
    HasTarget,
    NextStateCleared,
    NextStateSet,
    Presence,
    PresenceCommand,
    SeesAgents,
)


@frozen
class SetNextState(PresenceCommand):
    """An agent takes no new work and goes unavailable with the last disposition."""

    reason: str = a_text(default="")


@frozen
class ClearNextState(PresenceCommand):
    """An agent stays after all."""


@wants("target")
def _may_set_next(view: HasTarget, command: SetNextState | ClearNextState, _: Policy) -> Reason | None:
    agent = view.target
    if agent.on_duty:
        return None
    return Reason(
        "presence.next",
        f"{agent.id} is {agent.presence}, and a next state follows on being available",
        "go available or unavailable at once",
    )


def held_and_owed(agent: Agent) -> bool:
    """Whether something keeps an agent from going: they hold a case, or owe a disposition."""
    return agent.contacts > 0 or agent.wrap_ups > 0


def _spoken(contacts: int, wrap_ups: int) -> str:
    parts = []
    if contacts:
        parts.append("1 contact" if contacts == 1 else f"{contacts} contacts")
    if wrap_ups:
        parts.append(f"{wrap_ups} to dispose")
    return " and ".join(parts)


@wants("target")
@measures("contacts", "wrap_ups")
def _lunch_waits(view: HasTarget, event: AgentUnavailable, _: Policy) -> Reason | None:
    agent = view.target
    if not held_and_owed(agent):
        return None
    remedy, ways = _how_to_go(agent)
    held: Mapping[Channel, int] = for_words(agent, "held", {})
    facts = {"contacts": sum(held.values()), "wrap_ups": for_words(agent, "wrap_ups", 0)}
    return Reason("presence.contacts", f"{event.agent} has {_spoken(**facts)}", remedy, facts, ways)


def _how_to_go(agent: Agent) -> tuple[str, tuple[str, ...]]:
    """What somebody does who holds or owes something and wants to go, and by which commands."""
    next_state = "set a next state: it is reached with the last disposition"
    presence = for_words(agent, "presence")
    if presence in {Presence.AVAILABLE, Presence.WRAPPING_UP}:
        return next_state, ("SetNextState",)
    if presence is Presence.LOGGED_OUT:
        return f"go available and {next_state}", ("GoAvailable",)
    return "end, leave or transfer what you hold, and dispose it", ("EndContact", "LeaveCase", *DISPOSING)


@wants("target")
@measures("wrap_ups")
def _disposed_first(view: HasTarget, event: AgentAvailable, _: Policy) -> Reason | None:
    agent = view.target
    if not agent.wrap_ups:
        return None
    found = f"{event.agent} is wrapping up, with {agent.wrap_ups} to dispose"
    remedy = "dispose them: that makes them available by itself"
    return Reason("presence.wrap_up", found, remedy, {"wrap_ups": agent.wrap_ups}, DISPOSING)


def _set_next(_: SeesAgents, command: SetNextState, __: Policy) -> tuple[Event, ...]:
    return (NextStateSet(command.by, command.at, command.agent, command.reason),)


def _clear_next(view: SeesAgents, command: ClearNextState, _: Policy) -> tuple[Event, ...]:
    if view.target is None or view.target.next_reason is None:
        return ()
    return (NextStateCleared(command.by, command.at, command.agent),)


def _goes_at_once(view: SeesAgents, event: NextStateSet, _: Policy) -> tuple[Event, ...]:
    """A next state with nothing to wait for is reached at once."""
    agent = view.target
    if agent is None or held_and_owed(agent):
        return ()
    return (AgentUnavailable(event.by, event.at, event.agent, event.reason),)


BREAKS: Room[SeesAgents] = Room(
    name="breaks",
    needs=(
        Rule(
            "presence.next",
            "A next state follows on being available",
            "§6",
            (SetNextState, ClearNextState),
            _may_set_next,
        ),
    ),
    rules=(
        Rule("presence.contacts", "Lunch waits for the last contact", "§6", (AgentUnavailable,), _lunch_waits),
        Rule(
            "presence.wrap_up",
            "Nobody is available with a contact undisposed",
            "§6",
            (AgentAvailable,),
            _disposed_first,
        ),
    ),
    decide={SetNextState: _set_next, ClearNextState: _clear_next},
    follows={NextStateSet: _goes_at_once},
)
