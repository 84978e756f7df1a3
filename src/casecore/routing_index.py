"""Routing for a large desk: the same answers as `routing.py`, from an index that follows the events.

Within one queue every case grows in priority by the same rule, so the order inside a queue is the order of waiting,
and never changes. What an agent can take of it depends on the channel, on whether it is a review, and on what a
policy's overrides look at: that is the **sort** of the work. So the work of a queue lies in **lanes**, one a sort, and
the agents who serve it stand in **crews**, all those together who can take the same sorts. An agent who gets work moves
from crew to crew, once a queue, however many lanes there are.

Of each queue only the first piece that somebody can take is compared with those of the other queues: a few queues and
an instant, however much waits.

Only where the first piece is a review that nobody present but its author could take is it laid **aside**, until
somebody else comes who takes such reviews.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from casecore.agents import Agent
from casecore.channels import Channel
from casecore.composition import CaseFile
from casecore.desk import Desk
from casecore.eligibility import ANY, OBSTACLES, OBSTACLES_TO_ALL, OBSTACLES_TO_REVIEWS, Obstacle
from casecore.kernel import SYSTEM, Command, Event
from casecore.offers import OfferWork
from casecore.places import Place, Places
from casecore.policies import Aspect, Policy
from casecore.reviews import not_reviewer
from casecore.routing import Rank, Turn, Work, rank, rescinding, stopped, turn, waiting
from casecore.sections import Strategy

Sort: TypeAlias = tuple[Channel, bool, Aspect | None]
"""What decides, beside the queue, who can take a piece of work: its channel, whether it is a review, and what the
policy's overrides look at of its case."""

Sorts: TypeAlias = frozenset[Sort]

LaneKey: TypeAlias = tuple[str, Sort]

Front: TypeAlias = tuple[datetime, str, bool, Sort]
"""The first piece of work of a queue that somebody can take: since when it waits, its case, whether it is a review."""

_NO_SORTS: Sorts = frozenset()

_TO_ALL = tuple(obstacle for _, obstacle in OBSTACLES_TO_ALL.values())
_TO_SORT = tuple(
    tuple(obstacle for rule, (_, obstacle) in found.items() if rule not in OBSTACLES_TO_ALL)
    for found in (OBSTACLES, OBSTACLES_TO_REVIEWS)
)
"""What else keeps somebody from cases, and from reviews."""


def _keeps(obstacles: Iterable[Obstacle], agent: Agent, channel: Channel, policy: Policy) -> bool:
    for obstacle in obstacles:
        if obstacle(agent, channel, policy) is not None:
            return True
    return False


class _Lane:
    """The work of one queue and sort in the order of waiting, and the strategy by which agents take their turn."""

    __slots__ = ("aside", "strategy", "works")

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy
        self.works = Places()
        self.aside: dict[str, Place] = {}

    def lay_aside(self, case: str) -> None:
        """Nobody who is there can take this one."""
        self.aside[case] = self.works.of[case]
        self.works.drop(case)

    def look_again(self) -> bool:
        """Somebody has come: what was laid aside is work like any other. Returns whether anything was."""
        found = bool(self.aside)
        while self.aside:
            self.works.put(self.aside.popitem()[1])
        return found


class _Queue:
    """The lanes of one queue, and the crews of those who serve it: by what they can take, in their turn by strategy."""

    __slots__ = ("_crew_of", "_crews", "_taken", "lanes", "sorts")

    def __init__(self) -> None:
        self.lanes: dict[Sort, _Lane] = {}
        self.sorts = _NO_SORTS
        self._taken = _NO_SORTS  # what any of the crews can take
        self._crews: dict[Sorts, defaultdict[Strategy, Places]] = {}
        self._crew_of: dict[str, Sorts] = {}

    def add(self, sort: Sort, strategy: Strategy) -> _Lane:
        """A lane for a sort of work that has not come before."""
        self.lanes[sort] = lane = _Lane(strategy)
        self.sorts = frozenset(self.lanes)
        return lane

    def enter(self, agent: str, sorts: Sorts, turns: Mapping[Strategy, Turn]) -> bool:
        """An agent can take these sorts now, and no others. Returns whether another piece of work may be the first."""
        before = self._crew_of.get(agent, _NO_SORTS)
        stirred = False
        if sorts != before:
            stirred = self._leave(agent, before)
            for sort in sorts - before:
                stirred |= self.lanes[sort].look_again()
        if sorts:
            crew = self._crews.get(sorts)
            if crew is None:
                crew = self._crews[sorts] = defaultdict(Places)
                self._taken |= sorts
                stirred = True
            for strategy, place in turns.items():
                crew[strategy].put(place)
            self._crew_of[agent] = sorts
        return stirred

    def _leave(self, agent: str, sorts: Sorts) -> bool:
        """Take an agent out of their crew. Returns whether they were the last of it."""
        if not sorts:
            return False
        del self._crew_of[agent]
        crew = self._crews[sorts]
        for order in crew.values():
            order.drop(agent)
        if any(order.of for order in crew.values()):
            return False
        del self._crews[sorts]
        self._taken = _NO_SORTS.union(*self._crews)
        return True

    def takes(self, agent: str | None, sort: Sort) -> bool:
        """Whether an agent can take work of a sort."""
        return sort in self._crew_of.get(agent, _NO_SORTS)

    def agent(self, sort: Sort, besides: Container[str | None]) -> str | None:
        """Whose turn it is to take work of a sort, some left aside; None when there is nobody else."""
        strategy, best = self.lanes[sort].strategy, None
        for sorts, crew in self._crews.items():
            if sort in sorts:
                order = crew[strategy]
                name = order.first(besides)
                if name is not None and (best is None or order.of[name] < best):
                    best = order.of[name]
        return None if best is None else best[-1]

    def front(self) -> Front | None:
        """The first piece of work that somebody can take; None where there is none."""
        best = None
        for sort, lane in self.lanes.items():
            case = lane.works.first() if sort in self._taken else None
            if case is not None:
                found = (*lane.works.of[case], sort[1], sort)
                if best is None or found < best:
                    best = found
        return best


class Router:
    """An index of what waits on a desk and of who can take it.

    It belongs to the host and lies beside the desk: tell it of every step (`update`), and ask it what is next (`next`).

    Args:
        desk: The whole desk; everything that waits is entered.
    """

    def __init__(self, desk: Desk) -> None:
        self._enter_all(desk, desk.policy if desk.now is None else desk.policy.at(desk.now))

    def _enter_all(self, desk: Desk, policy: Policy) -> None:
        self._policy = policy
        self._strategies: set[Strategy] = set()
        self._queues: defaultdict[str, _Queue] = defaultdict(_Queue)
        self._lane_of: tuple[dict[str, LaneKey], dict[str, LaneKey]] = ({}, {})
        self._queues_of: dict[str, frozenset[str]] = {}
        self._at: datetime | None = None
        self._fronts: dict[str, Front] = {}
        self._ranks: dict[str, tuple[Rank, str]] = {}
        self._stirred: set[str] = set()
        self._offers_of: dict[str, frozenset[str]] = {}
        self._offered_to: defaultdict[str, set[str]] = defaultdict(set)
        self._doubtful: set[str] = set()
        for file in desk.cases.values():
            self._enter_case(file, desk)
        for agent in desk.agents.values():
            self._enter_agent(agent)

    def update(self, desk: Desk, events: Iterable[Event]) -> None:
        """Follow a step of the desk.

        Args:
            desk: The desk after it.
            events: What happened.
        """
        cases: dict[str | None, None] = {}
        agents: dict[str | None, None] = {}
        for event in events:
            cases[getattr(event, "case", None)] = None
            agents[getattr(event, "agent", None)] = None
        for case in cases:
            file = None if case is None else desk.cases.get(case)
            if file is not None:
                self._enter_case(file, desk)
        for agent in agents:
            row = None if agent is None else desk.agents.get(agent)
            if row is not None:
                self._enter_agent(row)

    def next(self, desk: Desk, at: datetime) -> Command | None:
        """The next command that routing proposes, as `routing.next_offer` would; None when there is nothing to do.

        Args:
            desk: The desk that this index has followed.
            at: The instant (aware) at which priorities are compared.
        """
        policy = desk.policy.at(at)
        if policy is not self._policy:  # a date on which it changes has come
            self._enter_all(desk, policy)
        for case in sorted(self._doubtful):
            command = next(rescinding(desk.cases[case], desk, at), None)
            if command is not None:
                return command
            self._doubtful.discard(case)
        self._compare_at(at)
        while self._ranks:
            _, name = min(self._ranks.values())
            queue, (_, case, review, sort) = self._queues[name], self._fronts[name]
            (work,) = [work for work in waiting(desk.cases[case], self._policy) if work.review is review]
            agent = self._best(queue, sort, work)
            if agent is not None:
                return OfferWork(SYSTEM, at, case, agent, review)
            queue.lanes[sort].lay_aside(case)  # somebody is there, but only the author
            self._compare(name, at)
        return None

    # Comparing -----------------------------------------------------------------------------------------

    def _compare_at(self, at: datetime) -> None:
        for name in self._stirred:
            self._compare(name, at)
        self._stirred.clear()
        if at != self._at:
            self._at = at
            self._ranks = {name: self._rank(name, front, at) for name, front in self._fronts.items()}

    def _compare(self, name: str, at: datetime) -> None:
        front = self._queues[name].front()
        if front is None:
            self._fronts.pop(name, None)
            self._ranks.pop(name, None)
        else:
            self._fronts[name] = front
            self._ranks[name] = self._rank(name, front, at)

    def _rank(self, name: str, front: Front, at: datetime) -> tuple[Rank, str]:
        since, case, review, _ = front
        return rank(case, name, since, at, self._policy, review=review), name

    def _best(self, queue: _Queue, sort: Sort, work: Work) -> str | None:
        barred = None if self._policy.of(work.aspect).approval.self_approval else work.author
        if queue.takes(work.prefers, sort) and work.prefers not in work.asked:
            return work.prefers
        fresh = queue.agent(sort, frozenset((*work.asked, barred)))
        if fresh is not None:
            return fresh
        return next((agent for agent in work.asked if queue.takes(agent, sort)), None)

    # Entering ------------------------------------------------------------------------------------------

    def _enter_case(self, file: CaseFile, desk: Desk) -> None:
        case, offers = file.case.id, file.offers
        works: list[Work | None] = [None, None]
        for work in waiting(file, self._policy):
            works[work.review] = work
        for lane_of, piece in zip(self._lane_of, works, strict=True):
            self._place(case, lane_of, piece, desk)
        for agent in self._offers_of.pop(case, ()):
            self._offered_to[agent].discard(case)
        offered = frozenset(filter(None, (offers.offered_to, offers.review_to))) if offers else None
        if offered:
            self._offers_of[case] = offered
            for agent in offered:
                self._offered_to[agent].add(case)

    def _place(self, case: str, lane_of: dict[str, LaneKey], work: Work | None, desk: Desk) -> None:
        key = None if work is None else (work.queue, (work.channel, work.review, work.aspect))
        before = lane_of.get(case)
        if before is not None:
            lane = self._queues[before[0]].lanes[before[1]]
            lane.aside.pop(case, None)
            if before != key:
                lane.works.drop(case)
                del lane_of[case]
            self._stirred.add(before[0])
        if work is not None and key is not None:
            lane = self._queues[key[0]].lanes.get(key[1]) or self._new_lane(key, desk)
            lane.works.put((work.since, case))
            lane_of[case] = key
            self._stirred.add(key[0])

    def _new_lane(self, key: LaneKey, desk: Desk) -> _Lane:
        name, sort = key
        strategy = self._policy.of(sort[2]).routing.agents
        lane = self._queues[name].add(sort, strategy)
        known = strategy in self._strategies
        self._strategies.add(strategy)
        for agent, queues in self._queues_of.items():
            if name in queues or not known:
                self._enter_agent(desk.agents[agent])
        return lane

    def _enter_agent(self, agent: Agent) -> None:
        for name in self._queues_of.get(agent.id, agent.queues) - agent.queues:
            if self._queues[name].enter(agent.id, _NO_SORTS, {}):
                self._stirred.add(name)
        self._queues_of[agent.id] = agent.queues
        free = not _keeps(_TO_ALL, agent, ANY, self._policy)
        takes = dict[Sorts, Sorts]()
        turns = {strategy: turn(agent, strategy) for strategy in self._strategies}
        for name in agent.queues:
            queue = self._queues[name]
            sorts = takes.get(queue.sorts)
            if sorts is None:
                sorts = takes[queue.sorts] = frozenset(
                    sort for sort in queue.sorts if self._takes(agent, sort, free=free)
                )
            if queue.enter(agent.id, sorts, turns):
                self._stirred.add(name)
        if not free and self._offered_to.get(agent.id) and stopped(agent, self._policy):
            self._doubtful |= self._offered_to[agent.id]

    def _takes(self, agent: Agent, sort: Sort, *, free: bool) -> bool:
        """Whether somebody can take this sort of work; `free`, whether nothing keeps them from all work."""
        channel, review, aspect = sort
        policy = self._policy.of(aspect)
        if aspect is not None:  # their limits may be others for these cases
            free = not _keeps(_TO_ALL, agent, ANY, policy)
        if not free or (review and not_reviewer(agent, None, policy) is not None):
            return False
        return not _keeps(_TO_SORT[review], agent, channel, policy)
