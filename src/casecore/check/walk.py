"""A random walk: all commands, routing on, at a desk too large to be searched.

Four agents and eight cases on several channels. At every step one of these is done: what has fallen due, what routing
proposes, or something that somebody could mean; of the last, commands are tried until one is allowed, because a blind
walk is refused nearly always. Every step is asked for every promise. The walk finds; it proves nothing, and is reported
as so many steps. The same seed walks the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import attrs

from casecore.channels import Channel
from casecore.check import commands
from casecore.check.own_scopes import own_commands
from casecore.desk import Desk
from casecore.explore import Story
from casecore.explore.scope import NOON, OWN_IDS, SECOND, ids_named
from casecore.explore.traces import timed_command
from casecore.kernel import Accepted, Command
from casecore.policies import Policy
from casecore.promises import Step, Watch, promises_of
from casecore.promises.in_force import beginning_of
from casecore.promises.ways import lost_ways
from casecore.rooms.agents import Permission
from casecore.rooms.composition import HOUSE, House
from casecore.routing import next_offer

WALKERS: Final = {
    "ana": frozenset({Permission.REPLY}),
    "ben": frozenset[Permission](),
    "cleo": frozenset({Permission.REPLY, Permission.APPROVE}),
    "dora": frozenset(Permission),
}
"""Who walks, and what they may do."""

CHANNELS: Final = (
    Channel.CHAT,
    Channel.CHAT,
    Channel.CHAT,
    Channel.EMAIL,
    Channel.EMAIL,
    Channel.VOICE,
    Channel.WHATSAPP,
    Channel.FACEBOOK,
)
"""On which channels the customers write."""

LATER: Final = tuple(timedelta(seconds=seconds) for seconds in (0, 0, 0, 1, 29, 30, 59, 60, 119, 120, 3_600, 86_400))
"""How long after one step the next may come."""

DUE_BELOW: Final = 0.1
ROUTED_BELOW: Final = 0.3
"""Where chance draws less than the first, what has fallen due is done; less than the second, what routing proposes."""

TIMES_ACROSS: Final = 8
"""How often a change is walked across: what goes wrong with it mostly does so in the first hours."""

COMMANDS_TRIED: Final = 40
"""How many commands are tried before a step is given up."""


@attrs.frozen
class BrokenPromise:
    """A promise that a step of the walk broke, and the story of the walk so far."""

    number: str
    wrong: tuple[str, ...]
    story: Story


@attrs.frozen
class WalkResult:
    """What a walk came to.

    Attributes:
        steps: How many commands were accepted.
        refusals: The ids of the rules that refused something, or warned, on the way.
        broken: The first promise that was broken, if one was.
    """

    steps: int
    refusals: frozenset[str]
    broken: BrokenPromise | None = None

    @classmethod
    def joined(cls, walks: Iterable[WalkResult]) -> WalkResult:
        """What several walks came to; of what was broken, the first."""
        steps, refusals, broken = 0, frozenset[str](), None
        for walk in walks:
            steps, refusals, broken = steps + walk.steps, refusals | walk.refusals, broken or walk.broken
        return cls(steps, refusals, broken)


def random_walk(policy: Policy, steps: int, seed: int = 0, house: House = HOUSE, begin: datetime = NOON) -> WalkResult:
    """Walk so many steps.

    Args:
        policy: The SOP in force.
        steps: How many steps are taken; fewer, if a promise is broken.
        seed: What the walk begins with.
        house: The rules that are asked.
        begin: When it begins; across a dated change it is a little before that.
    """
    walker = _Walker(policy, Random(seed), house, begin)  # noqa: S311 -- a walk that can be repeated, not a secret
    claimed = [promise for promise in promises_of(house, policy) if promise.claimed(policy)]
    watch = Watch(policy, claimed)
    for taken in walker.joined:
        watch.see(taken.events)
    for number in range(steps):
        step = walker.step()
        breaches = () if step is None else (*watch.see(step.events), *lost_ways(step, claimed))
        if breaches:
            first = breaches[0].number
            wrong = tuple(breach.what for breach in breaches if breach.number == first)
            broken = BrokenPromise(first, wrong, Story(walker.team, tuple(walker.taken)))
            return WalkResult(number + 1, frozenset(walker.refusals), broken)
    return WalkResult(len(walker.taken), frozenset(walker.refusals))


def walk_changes(policy: Policy, since: datetime | None, steps: int, seed: int, house: House) -> WalkResult:
    """Walk across every dated change that is still to come, some times, a few steps each.

    In a scope nothing is in flight when a change comes. Here a walk begins a minute before it; when that is, the
    witnesses read for themselves.

    Args:
        policy: The SOP, with its dated changes.
        since: The instant (aware) from which on it is checked; None: from the beginning.
        steps: How many steps are taken across each change, all times together.
        seed: What the walks begin with.
        house: The rules that are asked.
    """
    begins = sorted({beginning_of(change.on, policy.zone) for change in policy.change})
    return WalkResult.joined(
        random_walk(policy, steps // TIMES_ACROSS, TIMES_ACROSS * seed + time, house, begin - timedelta(minutes=1))
        for begin in begins
        if since is None or begin > since
        for time in range(TIMES_ACROSS)
    )


class _Walker:
    """Somebody on the way."""

    def __init__(self, policy: Policy, random: Random, house: House, begin: datetime) -> None:
        self._random = random
        joins: tuple[Any, ...] = commands.team_commands(policy, **WALKERS)
        self.team = tuple(attrs.evolve(command, at=begin) for command in joins)
        self.desk = Desk(policy, house=house)
        self.joined: list[Step] = []
        for command in self.team:
            self.joined.append(Step.of(self.desk, command))
            self.desk = self.joined[-1].after
        self._menus = [
            (*_commands_about(channel, policy), *own_commands(policy, house, tuple(WALKERS))) for channel in CHANNELS
        ]
        self._ids = [frozenset[str]().union(*(ids_named(command, OWN_IDS) for command in menu)) for menu in self._menus]
        self.taken: list[Step] = []
        self.refusals: set[str] = set()
        self._now = begin
        self._tried = 0

    def step(self) -> Step | None:
        """Take one step; None where nothing that was tried is allowed."""
        self._now += self._random.choice(LATER)
        for command in self._candidates():
            step = Step.of(self.desk, command)
            reasons = step.verdict.deviations if isinstance(step.verdict, Accepted) else step.verdict.reasons
            self.refusals.update(reason.rule for reason in reasons)
            if step.events:
                self.desk = step.after
                self.taken.append(step)
                return step
        return None

    def _candidates(self) -> Iterator[Command]:
        chance = self._random.random()
        if chance < DUE_BELOW:
            due = next((due for due in self.desk.due() if due.command is not None), None)
            if due is not None and due.command is not None:
                self._now = max(self._now, due.at)
                late: Any = due.command
                yield attrs.evolve(late, at=self._now)
        elif chance < ROUTED_BELOW:
            offer = next_offer(self.desk, self._now)
            if offer is not None:
                yield offer
        for _ in range(COMMANDS_TRIED):
            self._tried += 1
            copy = self._random.randrange(len(self._menus))
            command = self._random.choice(self._menus[copy])
            yield timed_command(command, self._ids[copy], copy, self._tried, round((self._now - NOON) / SECOND))


def _commands_about(channel: Channel, policy: Policy) -> Iterator[Command]:
    """Everything that could be said about one customer's case, and by the team."""
    agents = tuple(WALKERS)
    yield from (*commands.arrival_commands(channel),) * 6
    yield from commands.closing_commands()
    yield from commands.absence_commands()
    for agent in agents:
        yield from commands.handling_commands(agent)
        yield from commands.contact_commands(agent, policy)
        yield from commands.sensitive_commands(agent, policy)
        yield from commands.silence_commands(agent)
        yield from commands.relation_commands(agent)
        yield from commands.draft_commands(agent)
        yield from commands.review_commands(agent, policy)
        yield from commands.presence_commands(agent)
        yield from commands.note_commands(agent)
        yield from commands.commitment_commands(agent)
        yield from commands.waiting_commands(agent)
    for review in (False, True):
        yield from commands.offer_commands(agents, review=review)
