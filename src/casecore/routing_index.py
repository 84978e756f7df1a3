"""Routing for a large desk: the same answers as `routing.py`, from an index that follows the events.

Within one queue every case grows in priority by the same rule, so the order inside a queue is the order of waiting,
and never changes. What an agent can take of it depends on the channel, on whether it is a review, and on what a
policy's overrides look at: that is the **sort** of the work. So the work of a queue lies in **lanes**, one a sort. The
agents who serve it stand in **crews**, all those together who can take the same sorts: somebody who gets work moves
once a queue, however many lanes there are. Lanes from which agents take in turn by the same strategy make a **line**;
most queues are one.

Of each line only the first piece that somebody can take is compared with those of the others: a few queues and an
instant, however much waits.

Only where the first piece is a review that nobody present but its author could take is it laid **aside**, until
somebody else comes who takes such reviews.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from datetime import datetime
from typing import Any, TypeAlias

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
from casecore.routing import Rank, Turn, Work, rank, rescinding, stopped, turn, waiting_case, waiting_review
from casecore.sections import Priority, Strategy

Sort: TypeAlias = tuple[Channel, bool, Aspect | None]
"""What decides, beside the queue, who can take a piece of work: its channel, whether it is a review, and what the
policy's overrides look at of its case."""

Sorts: TypeAlias = frozenset[Sort]

_NO_SORTS: Sorts = frozenset()

_TO_ALL = tuple(obstacle for _, obstacle in OBSTACLES_TO_ALL.values())
_TO_SORT = tuple(
    tuple(obstacle for rule, (_, obstacle) in found.items() if rule not in OBSTACLES_TO_ALL)
    for found in (OBSTACLES, OBSTACLES_TO_REVIEWS)
)
"""What else keeps somebody from cases, and from reviews."""


def _unhindered(obstacles: Iterable[Obstacle], agent: Agent, channel: Channel, policy: Policy) -> bool:
    return all(obstacle(agent, channel, policy) is None for obstacle in obstacles)


class _Crew(Places):
    """Those agents of a line who can take the same sorts, in their turn."""

    __slots__ = ("sorts",)

    def __init__(self, sorts: Sorts) -> None:
        super().__init__()
        self.sorts = sorts


class _Lane:
    """The work of one queue and sort in the order of waiting, and the crews who can take it."""

    __slots__ = ("aside", "crews", "line", "sort", "works")

    def __init__(self, line: _Line, sort: Sort) -> None:
        self.line, self.sort = line, sort
        self.works = Places()
        self.aside: dict[str, Place] = {}
        self.crews: list[_Crew] = []

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

    def agent(self, besides: Container[str | None]) -> str | None:
        """Whose turn it is to take from here, some left aside; None when there is nobody else."""
        best: Turn | None = None
        for crew in self.crews:
            name = crew.first(besides)
            if name is not None and (best is None or crew.of[name] < best):
                best = crew.of[name]
        return None if best is None else best[-1]

    def takes(self, agent: str | None) -> bool:
        """Whether somebody can take from here."""
        return any(agent in crew.of for crew in self.crews)


Front: TypeAlias = tuple[datetime, str, bool, _Lane]
"""A piece of work: since when it waits, its case, whether it is a review, and where it lies."""


class _Line:
    """Lanes of one queue whose agents take their turn by one strategy, and the crews of these agents."""

    __slots__ = ("_crew_of", "_crews", "_priority", "lanes", "sorts")

    def __init__(self, priority: Priority) -> None:
        self._priority = priority
        self.lanes: dict[Sort, _Lane] = {}
        self.sorts = _NO_SORTS
        self._crews: dict[Sorts, _Crew] = {}
        self._crew_of: dict[str, _Crew] = {}

    def add(self, sort: Sort) -> _Lane:
        """A lane for a sort of work that has not come before; no crew takes it yet."""
        lane = self.lanes[sort] = _Lane(self, sort)
        self.sorts = frozenset(self.lanes)
        return lane

    def enter(self, agent: str, sorts: Sorts, place: Turn) -> bool:
        """An agent can take these sorts now, and no others. Returns whether another piece of work may be the first."""
        crew = self._crew_of.get(agent)
        if crew is not None and crew.sorts is sorts:
            crew.put(place)
            return False
        before = _NO_SORTS if crew is None else crew.sorts
        stirred = crew is not None and self._leave(agent, crew)
        if sorts:
            crew = self._crews.get(sorts)
            if crew is None:
                crew, stirred = self._new_crew(sorts), True
            crew.put(place)
            self._crew_of[agent] = crew
            for sort in sorts - before:
                stirred |= self.lanes[sort].look_again()
        return stirred

    def leave(self, agent: str) -> bool:
        """An agent does not serve the queue any more. Returns whether another piece of work may be the first."""
        return self.enter(agent, _NO_SORTS, ())

    def _new_crew(self, sorts: Sorts) -> _Crew:
        crew = self._crews[sorts] = _Crew(sorts)
        for sort in sorts:
            self.lanes[sort].crews.append(crew)
        return crew

    def _leave(self, agent: str, crew: _Crew) -> bool:
        """Take an agent out of their crew. Returns whether they were the last of it."""
        del self._crew_of[agent]
        crew.drop(agent)
        if crew.of:
            return False
        del self._crews[crew.sorts]
        for sort in crew.sorts:
            self.lanes[sort].crews.remove(crew)
        return True

    def front(self) -> Front | None:
        """The first piece of work that somebody can take; None where there is none."""
        best: Front | None = None
        for lane in self.lanes.values():
            case = lane.works.first() if lane.crews else None
            if case is not None:
                found = (*lane.works.of[case], lane.sort[1], lane)
                if best is None or found < best:
                    best = found
        return best

    def rank(self, front: Front, at: datetime) -> tuple[Rank, _Line]:
        """The place of its first piece of work among those of all lines, and itself."""
        since, case, review, _ = front
        return rank(case, since, at, self._priority, review=review), self


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
        self._lines: defaultdict[str, dict[Strategy, _Line]] = defaultdict(dict)
        self._lane_of: tuple[dict[str, _Lane], dict[str, _Lane]] = ({}, {})
        self._queues_of: dict[str, frozenset[str]] = {}
        self._same: dict[Sorts, Sorts] = {}
        self._at: datetime | None = None
        self._fronts: dict[_Line, Front] = {}
        self._ranks: dict[_Line, tuple[Rank, _Line]] = {}
        self._stirred: set[_Line] = set()
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
            _, line = min(self._ranks.values())
            _, case, review, lane = self._fronts[line]  # it waits, or it would not lie there
            work: Any = (waiting_review if review else waiting_case)(desk.cases[case], self._policy)
            agent = self._best(lane, work)
            if agent is not None:
                return OfferWork(SYSTEM, at, case, agent, review)
            lane.lay_aside(case)  # somebody is there, but only the author
            self._compare(line, at)
        return None

    # Comparing -----------------------------------------------------------------------------------------

    def _compare_at(self, at: datetime) -> None:
        for line in self._stirred:
            self._compare(line, at)
        self._stirred.clear()
        if at != self._at:
            self._at = at
            self._ranks = {line: line.rank(front, at) for line, front in self._fronts.items()}

    def _compare(self, line: _Line, at: datetime) -> None:
        front = line.front()
        if front is None:
            self._fronts.pop(line, None)
            self._ranks.pop(line, None)
        else:
            self._fronts[line] = front
            self._ranks[line] = line.rank(front, at)

    def _best(self, lane: _Lane, work: Work) -> str | None:
        barred = None if self._policy.of(work.aspect).approval.self_approval else work.author
        if work.prefers is not None and work.prefers not in work.asked and lane.takes(work.prefers):
            return work.prefers
        fresh = lane.agent(frozenset((*work.asked, barred)))
        if fresh is not None:
            return fresh
        return next((agent for agent in work.asked if lane.takes(agent)), None)

    # Entering ------------------------------------------------------------------------------------------

    def _enter_case(self, file: CaseFile, desk: Desk) -> None:
        case, offers = file.case.id, file.offers
        cases, reviews = self._lane_of
        self._place(case, cases, waiting_case(file, self._policy), desk)
        self._place(case, reviews, waiting_review(file, self._policy), desk)
        for agent in self._offers_of.pop(case, ()):
            self._offered_to[agent].discard(case)
        offered = frozenset(filter(None, (offers.offered_to, offers.review_to))) if offers else None
        if offered:
            self._offers_of[case] = offered
            for agent in offered:
                self._offered_to[agent].add(case)

    def _place(self, case: str, lane_of: dict[str, _Lane], work: Work | None, desk: Desk) -> None:
        lane = None if work is None else self._lane(work, desk)
        before = lane_of.get(case)
        if before is not None:
            before.aside.pop(case, None)
            if before is not lane:
                before.works.drop(case)
                del lane_of[case]
            self._stirred.add(before.line)
        if work is not None and lane is not None:
            lane.works.put((work.since, case))
            lane_of[case] = lane
            self._stirred.add(lane.line)

    def _lane(self, work: Work, desk: Desk) -> _Lane:
        lines, sort = self._lines[work.queue], (work.channel, work.review, work.aspect)
        strategy = self._policy.of(work.aspect).routing.agents
        line = lines.get(strategy)
        if line is None:
            line = lines[strategy] = _Line(self._policy.queues[work.queue].priority)
        lane = line.lanes.get(sort)
        if lane is None:
            lane = line.add(sort)
            for agent, queues in self._queues_of.items():
                if work.queue in queues:
                    self._enter_agent(desk.agents[agent])
        return lane

    def _enter_agent(self, agent: Agent) -> None:
        for queue in self._queues_of.get(agent.id, agent.queues) - agent.queues:
            self._stirred.update(line for line in self._lines[queue].values() if line.leave(agent.id))
        self._queues_of[agent.id] = agent.queues
        free = _unhindered(_TO_ALL, agent, ANY, self._policy)
        takes, turns = dict[Sorts, Sorts](), dict[Strategy, Turn]()
        for queue in agent.queues:
            for strategy, line in self._lines[queue].items():
                if strategy not in turns:
                    turns[strategy] = turn(agent, strategy)
                sorts = takes.get(line.sorts)
                if sorts is None:
                    sorts = frozenset(sort for sort in line.sorts if self._takes(agent, sort, free=free))
                    sorts = takes[line.sorts] = self._same.setdefault(sorts, sorts)
                if line.enter(agent.id, sorts, turns[strategy]):
                    self._stirred.add(line)
        if not free and self._offered_to.get(agent.id) and stopped(agent, self._policy):
            self._doubtful |= self._offered_to[agent.id]

    def _takes(self, agent: Agent, sort: Sort, *, free: bool) -> bool:
        """Whether somebody can take this sort of work; `free`, whether nothing keeps them from all work."""
        channel, review, aspect = sort
        policy = self._policy.of(aspect)
        if aspect is not None:  # their limits may be others for these cases
            free = _unhindered(_TO_ALL, agent, ANY, policy)
        if not free or (review and not_reviewer(agent, None, policy) is not None):
            return False
        return _unhindered(_TO_SORT[review], agent, channel, policy)
