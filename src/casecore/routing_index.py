"""Routing for a large desk: the same answers as `routing.py`, from an index that follows the events.

Within one queue every case grows in priority by the same rule, so the order inside a queue is the order of waiting,
and never changes. What an agent can take depends on the queue, the channel, and whether it is a review. So work
lies in **lanes**, one for each of these, and for what a policy's overrides look at, with the agents who can take from
it. Only lanes that have both are compared, and of those only the first piece of work: an instant and a few lanes,
however much waits.

Only where the first piece is a review that nobody present but its author could take is it laid **aside**, until
somebody else comes to the lane.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import TypeAlias

from casecore.agents import Agent
from casecore.channels import Channel
from casecore.composition import CaseFile
from casecore.desk import Desk
from casecore.eligibility import ANY, OBSTACLES, OBSTACLES_TO_ALL, OBSTACLES_TO_REVIEWS
from casecore.kernel import SYSTEM, Command, Event
from casecore.offers import OfferWork
from casecore.places import Place, Places
from casecore.policies import Aspect, Policy
from casecore.reviews import not_reviewer
from casecore.routing import Rank, Work, rank, rescinding, stopped, turn, waiting

Sort: TypeAlias = tuple[Channel, bool, Aspect | None]
"""What decides, beside the queue, who can take a piece of work: its channel, whether it is a review, and what the
policy's overrides look at of its case."""

LaneKey: TypeAlias = tuple[str, Sort]

_TO_ALL = tuple(obstacle for _, obstacle in OBSTACLES_TO_ALL.values())
_TO_SORT = tuple(
    tuple(obstacle for rule, (_, obstacle) in found.items() if rule not in OBSTACLES_TO_ALL)
    for found in (OBSTACLES, OBSTACLES_TO_REVIEWS)
)
"""What else keeps somebody from cases, and from reviews."""


class _Lane:
    """The work of one queue and sort in the order of waiting, and the agents who can take it in their turn."""

    __slots__ = ("agents", "aside", "works")

    def __init__(self) -> None:
        self.works, self.agents = Places(), Places()
        self.aside: dict[str, Place] = {}

    def look_again(self) -> None:
        """Somebody has come: what was laid aside is work like any other."""
        while self.aside:
            self.works.put(self.aside.popitem()[1])


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
        self._lanes: defaultdict[str, dict[Sort, _Lane]] = defaultdict(dict)
        self._lane_of: tuple[dict[str, LaneKey], dict[str, LaneKey]] = ({}, {})
        self._queues_of: dict[str, frozenset[str]] = {}
        self._at: datetime | None = None
        self._ranks: dict[LaneKey, Rank] = {}
        self._stirred: set[LaneKey] = set()
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
            key, (_, _, case, review) = min(self._ranks.items(), key=itemgetter(1))
            lane = self._lanes[key[0]][key[1]]
            (work,) = [work for work in waiting(desk.cases[case], self._policy) if work.review is review]
            agent = self._best(lane, work)
            if agent is not None:
                return OfferWork(SYSTEM, at, case, agent, review)
            if lane.agents.first() is not None:  # somebody is there, but only the author
                lane.aside[case] = lane.works.of[case]
                lane.works.drop(case)
            self._compare(key, at)
        return None

    # Comparing -----------------------------------------------------------------------------------------

    def _compare_at(self, at: datetime) -> None:
        if at != self._at:
            self._at = at
            self._stirred.update(self._ranks)
        for key in self._stirred:
            self._compare(key, at)
        self._stirred.clear()

    def _compare(self, key: LaneKey, at: datetime) -> None:
        queue, sort = key
        lane = self._lanes[queue][sort]
        case = lane.works.first()
        if case is None or lane.agents.first() is None:
            self._ranks.pop(key, None)
        else:
            self._ranks[key] = rank(case, queue, lane.works.of[case][0], at, self._policy, review=sort[1])

    def _best(self, lane: _Lane, work: Work) -> str | None:
        barred = None if self._policy.of(work.aspect).approval.self_approval else work.author
        there = lane.agents.of
        if work.prefers in there and work.prefers not in work.asked:
            return work.prefers
        fresh: str | None = lane.agents.first(frozenset((*work.asked, barred)))
        if fresh is not None:
            return fresh
        return next((agent for agent in work.asked if agent in there), None)

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
            lane = self._lanes[before[0]][before[1]]
            lane.aside.pop(case, None)
            if before != key:
                lane.works.drop(case)
                del lane_of[case]
            self._stirred.add(before)
        if work is not None and key is not None:
            lane = self._lanes[key[0]].get(key[1]) or self._new_lane(key, desk)
            lane.works.put((work.since, case))
            lane_of[case] = key
            self._stirred.add(key)

    def _new_lane(self, key: LaneKey, desk: Desk) -> _Lane:
        queue, sort = key
        lane = self._lanes[queue][sort] = _Lane()
        for agent, queues in self._queues_of.items():
            row = desk.agents[agent]
            if queue in queues and self._takes(row, sort, self._free(row, self._policy)):
                lane.agents.put(turn(row, self._policy.of(sort[2])))
        return lane

    def _enter_agent(self, agent: Agent) -> None:
        for queue in self._queues_of.get(agent.id, agent.queues) - agent.queues:
            for lane in self._lanes[queue].values():
                lane.agents.drop(agent.id)
        self._queues_of[agent.id] = agent.queues
        place, free, takes = turn(agent, self._policy), self._free(agent, self._policy), dict[Sort, bool]()
        for queue in agent.queues:
            for sort, lane in self._lanes[queue].items():
                if sort not in takes:
                    takes[sort] = self._takes(agent, sort, free)
                if not takes[sort]:
                    lane.agents.drop(agent.id)
                elif lane.agents.put(turn(agent, self._policy.of(sort[2])) if sort[2] else place):
                    lane.look_again()
                    self._stirred.add((queue, sort))
        if not free and self._offered_to.get(agent.id) and stopped(agent, self._policy):
            self._doubtful |= self._offered_to[agent.id]

    def _free(self, agent: Agent, policy: Policy) -> bool:
        return all(obstacle(agent, ANY, policy) is None for obstacle in _TO_ALL)

    def _takes(self, agent: Agent, sort: Sort, free: bool) -> bool:  # noqa: FBT001 -- it goes with the agent
        """Whether somebody can take this sort of work; `free`, whether anything keeps them from all work."""
        channel, review, aspect = sort
        policy = self._policy.of(aspect)
        if aspect is not None:  # their limits may be others for these cases
            free = self._free(agent, policy)
        if not free or (review and not_reviewer(agent, None, policy) is not None):
            return False
        return all(obstacle(agent, channel, policy) is None for obstacle in _TO_SORT[review])
