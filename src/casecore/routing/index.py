"""Routing for a large desk: the same answers as `routing/__init__.py`, from an index that follows the events.

Within one queue every case grows in priority by the same rule, so the order inside a queue is the order of waiting
(after those whose customers were cut off), and never changes. What an agent can take of it depends on the channel, on
whether it is a review, and on what a policy's overrides look at: that is the **sort** of the work. So the work of a
queue lies in **lanes**, one a sort. The agents who serve it stand in **crews**, all those together who can take the
same sorts: somebody who gets work moves once a queue, however many lanes there are. Lanes from which agents take in
turn by the same strategy make a **line**; most queues are one. At whom as much rings as may stands in no crew.

Of each line only the first piece that somebody can take is compared with those of the others: a few queues and an
instant, however much waits.

A case that overflows moves to a line of its queue in which members of the other queue stand, too. Lines of a queue
that is closed are passed over.

Only where the first piece is a review that nobody present but its author could take is it laid **aside**, until
somebody else comes who takes such reviews.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from datetime import datetime
from itertools import product
from typing import Any, Final, TypeAlias, cast

from casecore.channels import Channel
from casecore.desk import AnyDesk
from casecore.kernel import SYSTEM, Command, Event
from casecore.kernel.effects import ByClass
from casecore.policies import Aspect, Policy
from casecore.policies.sections import Priority, Strategy
from casecore.rooms.aftermath import Aftermath
from casecore.rooms.agents import Agent
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.cases import Case
from casecore.rooms.composition import CaseFile, House
from casecore.rooms.eligibility import ANY, OBSTACLES_TO_ALL, Obstacle, obstacles_to
from casecore.rooms.offers import Offers, OfferWork
from casecore.rooms.opening_hours import is_closed
from casecore.rooms.overflow import helping_queue, overflows_at
from casecore.rooms.reviews import not_reviewer
from casecore.routing import (
    LONG_AGO,
    NEVER,
    Turn,
    Work,
    agent_turn,
    is_ahead,
    offers_to_rescind,
    waiting_case,
    waiting_review,
    work_rank,
)
from casecore.routing.heap import HeapEntry, OrderedNames

Sort: TypeAlias = tuple[Channel, bool, Aspect | None, bool]
"""What decides, beside the queue, who can take a piece of work: its channel, whether it is a review, what the policy's
overrides look at of its case, and whether that was only logged."""

Sorts: TypeAlias = frozenset[Sort]

_NO_SORTS: Sorts = frozenset()

_TO_ALL = tuple(obstacle for _, obstacle in OBSTACLES_TO_ALL.values())
_TO_SORT = {
    (review, logged): tuple(
        obstacle
        for rule, (_, obstacle) in obstacles_to(review=review, logged=logged).items()
        if rule not in OBSTACLES_TO_ALL
    )
    for review, logged in product((False, True), repeat=2)
}
"""What else keeps somebody from work, by whether it is a review and whether its case was only logged."""


def _is_unhindered(obstacles: Iterable[Obstacle], agent: Agent, channel: Channel, policy: Policy) -> bool:
    for obstacle in obstacles:  # noqa: SIM110 -- a generator doubles what this costs, and every event asks it
        if obstacle(agent, channel, policy):
            return False
    return True


def _takes_offers(agent: Agent, policy: Policy) -> bool:
    """Whether nothing keeps somebody from all work, and not too much rings at them."""
    return agent.ringing < policy.routing.offers_at_once and _is_unhindered(_TO_ALL, agent, ANY, policy)


class _Crew(OrderedNames):
    """Those agents of a line who can take the same sorts, in their turn.

    An agent's turn is the same wherever agents take turns by the same strategy, so all such crews share the entries,
    and an agent whose turn or crews change is entered in each of theirs.
    """

    __slots__ = ("line", "members", "sorts")

    def __init__(self, line: _Line, sorts: Sorts) -> None:
        super().__init__()
        self.line, self.sorts = line, sorts
        self.entry_of = line.turns
        self.members = 0


class _Lane:
    """The work of one queue and sort in the order of waiting, and the crews who can take it."""

    __slots__ = ("aside", "crews", "line", "sort", "works")

    def __init__(self, line: _Line, sort: Sort) -> None:
        self.line, self.sort = line, sort
        self.works = OrderedNames()
        self.aside: dict[str, HeapEntry] = {}
        self.crews: list[_Crew] = []

    def lay_aside(self, case: str) -> None:
        """Lay aside what nobody who is there can take."""
        self.aside[case] = self.works.entry_of[case]
        self.works.drop_name(case)

    def take_up_again(self) -> bool:
        """Take up what was laid aside, as somebody has come; returns whether there was anything."""
        found = bool(self.aside)
        while self.aside:
            self.works.set_entry(self.aside.popitem()[1])
        return found

    def next_agent(self, besides: Container[str]) -> str | None:
        """Whose turn it is to take from here, some left aside; None when there is nobody else."""
        best: Turn | None = None
        for crew in self.crews:
            place = crew.first_entry(besides)
            if place is not None and (best is None or place < best):
                best = place
        return None if best is None else best[-1]


_NO_CREWS: Final[list[_Crew]] = []

FirstWork: TypeAlias = tuple[datetime, float, datetime, str, bool, _Lane]
"""A piece of work: its rank, which says its case and whether it is a review, and where it lies."""


WaitingPlace: TypeAlias = tuple[str, str | None]
"""Where work waits: its queue, and the other queue whose members may take it as well, once it has overflowed."""


class _Line:
    """Lanes of one place whose agents take their turn by one strategy, and the crews of these agents."""

    __slots__ = ("crews", "lanes", "place", "priority", "sorts", "turns")

    def __init__(self, place: WaitingPlace, priority: Priority, turns: dict[Any, Turn]) -> None:
        self.place, self.priority, self.turns = place, priority, turns
        self.lanes: dict[Sort, _Lane] = {}
        self.sorts = _NO_SORTS
        self.crews: dict[Sorts, _Crew] = {}

    def form_crew(self, sorts: Sorts) -> _Crew:
        """A crew for those who can take these sorts, and no others; nobody has joined it yet."""
        crew = self.crews[sorts] = _Crew(self, sorts)
        return crew

    def join_crew(self, crew: _Crew, before: Sorts) -> bool:
        """Let in somebody who could take other sorts before; returns whether another piece of work may be the first."""
        crew.members += 1
        stirred = crew.members == 1
        if stirred:
            for sort in crew.sorts:
                self.lanes[sort].crews.append(crew)
        for sort in crew.sorts - before:
            stirred |= self.lanes[sort].take_up_again()
        return stirred

    def leave_crew(self, crew: _Crew) -> bool:
        """Let somebody go; returns whether other work may be the first now, as they were the last of the crew."""
        crew.members -= 1
        if crew.members:
            return False
        del self.crews[crew.sorts]
        for sort in crew.sorts:
            self.lanes[sort].crews.remove(crew)
        return True

    def first_work(self, at: datetime) -> FirstWork | None:
        """The first piece of work that somebody can take; None where there is none."""
        best: tuple[Any, ...] | None = None
        for lane in self.lanes.values():
            place = lane.works.first_entry() if lane.crews else None
            if place is not None:
                found = (*place, lane.sort[1], lane)
                if best is None or found < best:
                    best = found
        if best is None:
            return None
        cut_off, since, case, review, lane = best
        return *work_rank(cut_off, since, case, at, self.priority, review=review), lane


_LOOKED_AT: Final = (Case, Offers, WaitingDraft, Aftermath)
"""The sheets of a case at which routing looks."""

Touches: TypeAlias = ByClass[tuple[Callable[[Any], str] | None, Callable[[Any], str] | None]]
"""For events of a class: how it is found whose sheets they change at which routing looks, and which agent they change;
None where they change no such thing."""


def _touches_in(house: House) -> Touches:
    def touched(kind: type[Event], *records: type) -> Callable[[Any], str] | None:
        return next((effect.row_id for effect in house.effects[kind] if effect.record in records), None)

    return ByClass(lambda kind: (touched(kind, *_LOOKED_AT), touched(kind, Agent)))


MOST_KINDS: Final = 5_000
"""For so many kinds of agents it is remembered what they can take."""


def _kind_of(agent: Agent) -> tuple[Any, ...]:
    """All that decides which sorts of work of the queues they serve an agent can take: most are like many others."""
    kind: tuple[Any, ...] = (
        agent.presence,
        agent.next_reason,
        agent.wrap_ups,
        agent.permissions,
        agent.channels,
        agent.logged_calls,
        agent.reviews,
        agent.reviews_offered,
        *agent.held.items(),
    )
    rarer = agent.offered, agent.pending, agent.resolved, agent.capacity
    if any(rarer):
        for table in rarer:
            kind += (0, *table.items())  # where one table ends, and the next begins
    return kind


class Router:
    """An index of what waits on a desk and of who can take it.

    It belongs to the host and lies beside the desk: tell it of every step (`update`), and ask it what is next (`next`).

    Args:
        desk: The whole desk; everything that waits is entered.
    """

    def __init__(self, desk: AnyDesk) -> None:
        self._touches = _touches_in(desk.house)
        self._now = LONG_AGO if desk.now is None else desk.now
        self._enter_all(desk, desk.policy if desk.now is None else desk.policy.at(desk.now))

    def _enter_all(self, desk: AnyDesk, policy: Policy) -> None:
        self._policy = policy
        self._one_for_all = not policy.override  # whatever the case is
        self._lines: dict[tuple[WaitingPlace, Strategy], _Line] = {}
        self._lines_served: defaultdict[str, list[_Line]] = defaultdict(list)
        self._lines_of: dict[frozenset[str], list[_Line]] = {}
        self._with_hours = [queue for queue, held in policy.queues.items() if held.hours is not None]
        self._closed: frozenset[str] = frozenset()
        self._will_overflow, self._overflowed = OrderedNames(), OrderedNames()
        self._lane_of: tuple[dict[str, _Lane], dict[str, _Lane]] = ({}, {})
        self._same: dict[Sorts, Sorts] = {}
        self._turns: defaultdict[Strategy, dict[Any, Turn]] = defaultdict(dict)
        self._crews_of: dict[str, list[_Crew]] = {}
        self._takes: dict[tuple[Any, ...], dict[Sorts, Sorts]] = {}
        self._at: datetime | None = None
        self._first_works: dict[_Line, FirstWork] = {}
        self._stirred: set[_Line] = set()
        self._offers_of: dict[str, frozenset[str]] = {}
        self._offered_to: defaultdict[str, set[str]] = defaultdict(set)
        self._doubtful: set[str] = set()
        self._ahead: set[str] = set()  # whose time is yet to come
        for file in desk.cases.values():
            self._enter_case(file, desk)
        for agent in desk.agents.values():
            self._enter_agent(agent)

    def update(self, desk: AnyDesk, events: Iterable[Event]) -> None:
        """Follow a step of the desk.

        Args:
            desk: The desk after it.
            events: What happened.
        """
        cases: dict[str, None] = {}
        agents: dict[str, None] = {}
        for event in events:
            case_of, agent_of = self._touches[event.__class__]
            if case_of is not None:
                cases[case_of(event)] = None
            if agent_of is not None:
                agents[agent_of(event)] = None
        for case in cases:
            file = desk.cases.get(case)
            if file is not None:
                self._enter_case(file, desk)
        for agent in agents:
            row = desk.agents.get(agent)
            if row is not None:
                self._enter_agent(row)

    def next(self, desk: AnyDesk, at: datetime) -> Command | None:
        """The next command that routing proposes, as `routing.next_offer` would; None when there is nothing to do.

        Args:
            desk: The desk that this index has followed.
            at: The instant (aware) at which priorities are compared.
        """
        policy = desk.policy.at(at)
        if policy is not self._policy:  # a date on which it changes has come
            self._now = at
            self._enter_all(desk, policy)
        self._now = at
        if self._with_hours or self._will_overflow.entry_of or self._overflowed.entry_of:
            self._follow_time(desk)
        if not (self._stirred or self._first_works or self._doubtful or self._ahead):
            return None  # nothing has happened since nothing was left to do
        for case in [case for case in sorted(self._ahead) if not is_ahead(desk.cases[case], at)]:
            self._ahead.discard(case)
            self._enter_case(desk.cases[case], desk)
        for case in sorted(case for case in self._doubtful if not is_ahead(desk.cases[case], at)):
            command = next(offers_to_rescind(desk.cases[case], desk, at, policy), None)
            if command is not None:
                return command
            self._doubtful.discard(case)
        self._compare_lines(at)
        while self._first_works:
            *_, case, review, lane = min(self._first_works.values())  # it waits, or it would not lie there
            if is_ahead(desk.cases[case], at):
                self._ahead.add(case)
                lane.lay_aside(case)
                self._compare_line(lane.line, at)
                continue
            work = cast("Work", (waiting_review if review else waiting_case)(desk.cases[case], self._policy))
            agent = self._best_agent(lane, work)
            if agent is not None:
                return OfferWork(SYSTEM, at, case, agent, review)
            lane.lay_aside(case)  # somebody is there, but only the author
            self._compare_line(lane.line, at)
        return None

    def _follow_time(self, desk: AnyDesk) -> None:
        """Let cases overflow whose time has come, or has not should the clock go back; and queues open and close."""
        for waiting, has_come in ((self._will_overflow, True), (self._overflowed, False)):
            while (entry := waiting.first_entry()) is not None and (entry[1] <= self._now) is has_come:
                self._enter_case(desk.cases[entry[-1]], desk)
        closed = frozenset(queue for queue in self._with_hours if is_closed(queue, self._policy, self._now))
        if closed != self._closed:
            self._stirred.update(line for line in self._lines.values() if line.place[0] in closed ^ self._closed)
            self._closed = closed

    # Comparing -----------------------------------------------------------------------------------------

    def _compare_lines(self, at: datetime) -> None:
        for line in self._stirred:
            self._compare_line(line, at)
        self._stirred.clear()
        if at != self._at:
            self._at = at
            self._first_works = {
                line: (*work_rank(cut_off, since, case, at, line.priority, review=review), lane)
                for line, (cut_off, _, since, case, review, lane) in self._first_works.items()
            }

    def _compare_line(self, line: _Line, at: datetime) -> None:
        front = None if line.place[0] in self._closed else line.first_work(at)
        if front is None:
            self._first_works.pop(line, None)
        else:
            self._first_works[line] = front

    def _best_agent(self, lane: _Lane, work: Work) -> str | None:
        besides = work.asked
        if work.author is not None and not self._policy.of(work.aspect).approval.self_approval:
            besides = (*besides, work.author)
        if work.prefers is not None and work.prefers not in work.asked and self._can_take(work.prefers, lane):
            return work.prefers
        fresh = lane.next_agent(besides)
        if fresh is not None:
            return fresh
        return next((agent for agent in work.asked if self._can_take(agent, lane)), None)

    def _can_take(self, agent: str, lane: _Lane) -> bool:
        """Whether somebody can take from a lane."""
        return any(crew in lane.crews for crew in self._crews_of.get(agent, ()))

    # Entering ------------------------------------------------------------------------------------------

    def _enter_case(self, file: CaseFile, desk: AnyDesk) -> None:
        case, offers = file.case.id, file.offers
        cases, reviews = self._lane_of
        self._will_overflow.drop_name(case)
        self._overflowed.drop_name(case)
        waits, review = waiting_case(file, self._policy), waiting_review(file, self._policy)
        if waits is not None or case in cases:
            self._place_work(case, cases, waits, desk)
        if review is not None or case in reviews:
            self._place_work(case, reviews, review, desk)
        for agent in self._offers_of.pop(case, ()):
            self._offered_to[agent].discard(case)
        if offers is not None and (offers.offered_to is not None or offers.review_to is not None):
            offered = self._offers_of[case] = frozenset(filter(None, (offers.offered_to, offers.review_to)))
            self._doubtful.add(case)
            for agent in offered:
                self._offered_to[agent].add(case)

    def _place_work(self, case: str, lane_of: dict[str, _Lane], work: Work | None, desk: AnyDesk) -> None:
        lane = None if work is None else self._lane_for(work, self._place_of(work), desk)
        before = lane_of.get(case)
        if before is not None:
            before.aside.pop(case, None)
            if before is not lane:
                before.works.drop_name(case)
                del lane_of[case]
            self._stirred.add(before.line)
        if work is not None and lane is not None:
            lane.works.set_entry((work.cut_off_at or NEVER, work.since, case))
            lane_of[case] = lane
            self._stirred.add(lane.line)

    def _place_of(self, work: Work) -> WaitingPlace:
        """Where work waits now; of a case it is noted when that changes."""
        if work.review:
            return work.queue, None
        due = overflows_at(work.queue, work.since, self._policy)
        if due is None:
            return work.queue, None
        if due <= self._now:
            self._overflowed.set_entry((NEVER - due, due, work.case))
        else:
            self._will_overflow.set_entry((due, due, work.case))
        return work.queue, helping_queue(work.queue, work.since, self._policy, self._now)

    def _lane_for(self, work: Work, place: WaitingPlace, desk: AnyDesk) -> _Lane:
        sort = (work.channel, work.review, work.aspect, work.logged)
        strategy = self._policy.of(work.aspect).routing.agents
        line = self._lines.get((place, strategy))
        if line is None:
            priority = self._policy.queues[work.queue].priority
            line = self._lines[place, strategy] = _Line(place, priority, self._turns[strategy])
            for queue in filter(None, place):
                self._lines_served[queue].append(line)
            self._lines_of.clear()
        lane = line.lanes.get(sort)
        if lane is None:
            lane = line.lanes[sort] = _Lane(line, sort)  # no crew takes it yet
            line.sorts = self._share_sorts(line.lanes)
            for agent in map(desk.agents.__getitem__, self._crews_of):
                if not agent.queues.isdisjoint(place):
                    self._enter_agent(agent)
        return lane

    def _share_sorts(self, sorts: Iterable[Sort]) -> Sorts:
        """The same object for the same sorts: it is found in a dictionary without being compared."""
        found = frozenset(sorts)
        return self._same.setdefault(found, found)

    def _enter_agent(self, agent: Agent) -> None:
        self._enter_turn(agent, self._crews_for(agent))
        if agent.offered or agent.reviews_offered:
            self._doubtful |= self._offered_to[agent.id]

    def _crews_for(self, agent: Agent) -> list[_Crew]:
        """Where somebody stands who is as this agent is."""
        if agent.offered and self._one_for_all and agent.ringing >= self._policy.routing.offers_at_once:
            return []  # mostly: something rings
        crews, takes = [], self._takes_of(agent)
        for line in self._lines_of.get(agent.queues) or self._find_lines(agent.queues):
            sorts = takes.get(line.sorts)
            if sorts is None:
                sorts = takes[line.sorts] = self._sorts_for(agent, line.sorts)
            if sorts:
                crews.append(line.crews.get(sorts) or line.form_crew(sorts))
        return crews

    def _find_lines(self, queues: frozenset[str]) -> list[_Line]:
        """The lines from which those take who serve these queues, each once; remembered until another is formed."""
        served = (line for queue in queues for line in self._lines_served[queue])
        lines = self._lines_of[queues] = [*dict.fromkeys(served)]
        return lines

    def _takes_of(self, agent: Agent) -> dict[Sorts, Sorts]:
        """Of some sorts those that somebody can take who is as this agent is, as far as they were looked at."""
        kind = _kind_of(agent)
        takes = self._takes.get(kind)
        if takes is None:
            if len(self._takes) >= MOST_KINDS:
                self._takes.clear()
            takes = self._takes[kind] = {}
        return takes

    def _sorts_for(self, agent: Agent, sorts: Sorts) -> Sorts:
        free = _takes_offers(agent, self._policy)
        return self._share_sorts([sort for sort in sorts if self._takes_sort(agent, sort, free=free)])

    def _enter_turn(self, agent: Agent, crews: list[_Crew]) -> None:
        name = agent.id
        before = self._crews_of.get(name, _NO_CREWS)
        self._crews_of[name] = crews  # also where they stand nowhere: a line may form in which they do
        moves = crews != before
        if moves:
            self._change_crews(before, crews)
        elif not crews:
            return  # nobody asks for their turn
        for strategy, turns in self._turns.items():
            place = agent_turn(agent, strategy)
            if moves or place != turns.get(name):
                turns[name] = place
                for crew in crews:
                    if crew.entry_of is turns:
                        crew.push_entry(place, crew.members)

    def _change_crews(self, before: list[_Crew], now: list[_Crew]) -> None:
        """Move somebody from the crews they stood in to those they stand in now."""
        stirred, sorts_in = self._stirred, dict[_Line, Sorts]()
        for crew in before:
            if crew not in now:
                line = crew.line
                sorts_in[line] = crew.sorts
                if line.leave_crew(crew):
                    stirred.add(line)
        for crew in now:
            if crew not in before:
                line = crew.line
                if line.join_crew(crew, sorts_in.get(line, _NO_SORTS)):
                    stirred.add(line)

    def _takes_sort(self, agent: Agent, sort: Sort, *, free: bool) -> bool:
        """Whether somebody can take this sort of work; `free`, whether nothing keeps them from all work."""
        channel, review, aspect, logged = sort
        policy = self._policy
        if aspect is not None:  # their limits may be others for these cases
            policy = policy.of(aspect)
            free = _takes_offers(agent, policy)
        if not free or (review and not_reviewer(agent, None, policy) is not None):
            return False
        return _is_unhindered(_TO_SORT[review, logged], agent, channel, policy)
