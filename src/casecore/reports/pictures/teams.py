"""The day of a team: who had what and when, under the line of what each may have, and when they were there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

from attrs import define, evolve, field, frozen

from casecore.desk import Desk
from casecore.kernel import Event, fields_of
from casecore.kernel.fields import to_instant
from casecore.policies import Policy
from casecore.reports.pictures.canvas import EDGE, SMALL, Canvas, fitting, text_width
from casecore.reports.pictures.lanes import (
    NAMES,
    RIGHT,
    TIMES,
    GoingOn,
    Key,
    Stretch,
    draw_times,
    short_duration,
)
from casecore.reports.pictures.picture import Picture
from casecore.reports.pictures.times import Times
from casecore.reports.text import columns, plural
from casecore.rooms.agents import Agent, Presence
from casecore.rooms.composition import HOUSE, CaseFile, House
from casecore.rooms.offers import NOTHING_OFFERED

HELD, RESTS, OFFERED, REVIEWS = "held", "held, not counted", "offered", "reviews"
"""In which ways somebody has a case; one that is offered for review is offered, too."""

BAR: Final = 13.0
"""How high a case is, unless somebody may have very many."""

MOST: Final = 96.0
"""How high all that somebody may have is at most."""


@frozen
class Load:
    """What counts of what somebody has, from an instant on.

    Attributes:
        at: From when on (aware).
        has: How much counts against their total.
        limit: The most that they may have.
    """

    at: datetime
    has: int
    limit: int


@frozen
class AgentDay:
    """What somebody did on a day.

    Attributes:
        agent: Their id.
        cases: What they had: the lane is the case, `how` in which way.
        presence: When they were there: the lane is their presence, with its reason.
        load: What counted of it, at each instant at which it changed.
    """

    agent: str
    cases: Sequence[Stretch]
    presence: Sequence[Stretch]
    load: Sequence[Load]

    @property
    def most(self) -> Load:
        """When they had most, of what they may have; the first time."""
        return max(self.load, key=lambda one: (one.has, -one.limit))

    def over(self, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When they had more than they may; they still do at the end of the picture."""
        begun: datetime | None = None
        for one in self.load:
            if one.has > one.limit:
                begun = begun or one.at
            elif begun is not None:
                yield begun, one.at
                begun = None
        if begun is not None:
            yield begun, end


@frozen
class TeamDay:
    """A day of a team.

    Attributes:
        begin: When the first of them came, or from when on it is told.
        end: The last event, or until when it is told.
        agents: Everybody, in the order in which they joined.
    """

    begin: datetime
    end: datetime
    agents: Sequence[AgentDay]


@define
class _Watched:
    """What is seen of a desk from event to event."""

    cases: defaultdict[str, GoingOn] = field(factory=lambda: defaultdict(GoingOn))
    presence: defaultdict[str, GoingOn] = field(factory=lambda: defaultdict(GoingOn))
    load: defaultdict[str, list[Load]] = field(factory=lambda: defaultdict(list))
    _agents: dict[str, Agent] = field(factory=dict)

    def see(self, desk: Desk, event: Event) -> None:
        """Look at the cases that an event names, and at every agent who is not as they were."""
        policy = desk.policy.at(event.at)
        for value in (getattr(event, one.name) for one in fields_of(type(event))):
            file = desk.cases.get(value) if isinstance(value, str) else None
            if file is not None:
                self.cases[file.case.id].see(_who_has(file, policy), event.at)
        for name, agent in desk.agents.items():
            if self._agents.get(name) is not agent:
                self._agents[name] = agent
                self._see_agent(agent, policy, event.at)

    def _see_agent(self, agent: Agent, policy: Policy, at: datetime) -> None:
        there = agent.presence is not Presence.LOGGED_OUT
        reason = agent.reason if agent.presence is Presence.UNAVAILABLE else ""
        key = (agent.id, agent.presence.replace("_", " "), reason)
        self.presence[agent.id].see([key] if there else (), at)
        now, before = Load(at, agent.has_in_total(policy), agent.total_limit(policy)), self.load[agent.id]
        if before and before[-1].at == at:
            before.pop()
        before.append(now)


def _who_has(file: CaseFile, policy: Policy) -> Iterator[Key]:
    """Who has a case, or its draft, in which way."""
    case, draft, offers = file.case, file.draft, file.offers or NOTHING_OFFERED
    if case.assignee is not None:
        rests = case.status in policy.capacity.left_out and not case.live
        yield case.assignee, case.id, RESTS if rests else HELD
    if offers.offered_to is not None:
        yield offers.offered_to, case.id, OFFERED
    if draft is not None and draft.reviewer is not None:
        yield draft.reviewer, case.id, REVIEWS
    if offers.review_to is not None:
        yield offers.review_to, case.id, OFFERED


def team_day(
    events: Iterable[Event],
    policy: Policy | None = None,
    *,
    house: House = HOUSE,
    since: datetime | None = None,
    until: datetime | None = None,
    agents: Collection[str] = (),
) -> TeamDay:
    """What the events of a desk say of a day of its team; arguments as of `day_of_team`."""
    since, until = (None if at is None else to_instant(at) for at in (since, until))
    desk, watched = Desk(Policy.default() if policy is None else policy, house=house), _Watched()
    for event in events:
        if until is not None and event.at > until:
            break
        desk = desk.evolve((event,))
        watched.see(desk, event)
    wanted = [name for name in watched.load if not agents or name in agents]
    if not wanted:
        raise ValueError("no event tells of such an agent; give the events of the desk from the beginning")
    begin = since or min(watched.load[name][0].at for name in wanted)
    end = max(until or desk.now or begin, begin)
    had = _cut([stretch for going_on in watched.cases.values() for stretch in going_on.end(end)], begin)
    days = [
        AgentDay(
            name,
            [stretch for stretch in had if stretch.group == name],
            _cut(watched.presence[name].end(end), begin),
            _load_from(watched.load[name], begin),
        )
        for name in wanted
    ]
    return TeamDay(begin, end, days)


def _cut(stretches: Iterable[Stretch], begin: datetime) -> list[Stretch]:
    """What still goes on at an instant, or begins later, from that instant on, in the order in which it begins."""
    cut = [evolve(stretch, since=max(stretch.since, begin)) for stretch in stretches if stretch.until >= begin]
    return sorted(cut, key=lambda stretch: (stretch.since, stretch.lane))


def _load_from(load: Sequence[Load], begin: datetime) -> list[Load]:
    before = [one for one in load if one.at <= begin]
    return [*(evolve(one, at=begin) for one in before[-1:]), *(one for one in load if one.at > begin)]


# The picture -------------------------------------------------------------------------------------------


def day_of_team(
    events: Iterable[Event],
    policy: Policy | None = None,
    *,
    house: House = HOUSE,
    since: datetime | None = None,
    until: datetime | None = None,
    agents: Collection[str] = (),
    zone: tzinfo = UTC,
) -> Picture:
    """Draw the day of a team: who had which case when, how much they may have, and when they were there.

    Args:
        events: The events of the desk, from the beginning, in the order in which they happened.
        policy: The SOP in force; the one that ships with casecore if it is left out.
        house: The rooms that decided.
        since: From when on it is told (aware); None: from when the first of them joined.
        until: Until when it is told (aware); None: until the last event.
        agents: Only these, by their ids; none: everybody.
        zone: The zone in which instants are told.

    Raises:
        ValueError: When no event tells of any of them.
        CommandError: When an instant is none.
    """
    day = team_day(events, policy, house=house, since=since, until=until, agents=agents)
    instants = {day.begin, day.end, *(one.at for agent in day.agents for one in agent.load)}
    stretches = (stretch for agent in day.agents for stretch in (*agent.cases, *agent.presence))
    instants |= {at for stretch in stretches for at in (stretch.since, stretch.until)}
    times = Times.between(NAMES + 8, RIGHT - 8, instants, zone)
    here = day.begin.astimezone(zone)
    title = f"The day of {plural(len(day.agents), 'agent')}"
    about = f"{here.day} {here:%b %Y %H:%M} {zone.tzname(here) or ''}".rstrip() + f" to {times.text(day.end)}"
    text = "\n".join((f"{title} ({about})", *columns([*_text_cells(day, times)])))
    told = "; ".join(f"{agent.agent} had {_most_words(agent)}" for agent in day.agents)
    rows = [row for agent in day.agents for row in _rows(agent)]
    return Picture(title, f"Who had which case when ({about}): {told}.", text, rows, _draw(day, times, title, about))


def _most_words(agent: AgentDay) -> str:
    most = agent.most
    return f"at most {most.has} of {most.limit}"


def _text_cells(day: TeamDay, times: Times) -> Iterator[tuple[str, str]]:
    for agent in day.agents:
        yield agent.agent, _most_words(agent)
        for begin, end in agent.over(day.end):
            yield "", f"over the limit {times.text(begin)}–{times.text(end)}, {short_duration(end - begin)}"
        for there in agent.presence:
            why = f" ({there.how})" if there.how else ""
            yield "", f"{there.lane}{why} {times.text(there.since)}–{times.text(there.until)}"
        for had in agent.cases:
            length = short_duration(had.until - had.since)
            yield "", f"{had.lane} ({had.how}) {times.text(had.since)}–{times.text(had.until)}, {length}"


def _rows(agent: AgentDay) -> Iterator[Mapping[str, object]]:
    for what, stretches in (("case", agent.cases), ("presence", agent.presence)):
        for stretch in stretches:
            yield {"agent": agent.agent, "what": what, "which": stretch.lane, "how": stretch.how} | {
                "since": stretch.since,
                "until": stretch.until,
            }


def _slots(stretches: Iterable[Stretch], *, most: int) -> list[tuple[int, Stretch]]:
    """A place for each stretch, so that none lies on another: what counts from the bottom up, the rest above."""
    until: dict[int, datetime] = {}
    placed = []
    for stretch in stretches:
        slot = most if stretch.how == RESTS else 0
        while slot in until and until[slot] > stretch.since:
            slot += 1
        until[slot] = max(stretch.until, stretch.since)
        placed.append((slot, stretch))
    return placed


_COLOURS: Final = {HELD: "work", RESTS: "line", OFFERED: "work", REVIEWS: "calm"}
_ON: Final = {HELD: "ground", RESTS: "ink", OFFERED: "ink", REVIEWS: "ink"}


def _draw(day: TeamDay, times: Times, title: str, about: str) -> Canvas:
    canvas = Canvas.headed(title, about)
    top, canvas.height = canvas.height, canvas.height + TIMES
    for agent in day.agents:
        _draw_agent(canvas, times, agent, day.end)
    draw_times(canvas, times, top)
    for words in _LEGEND:
        canvas.note(words)
    canvas.height += EDGE
    return canvas


_LEGEND: Final = (
    "Bars: cases held; outlines: offered; paler: drafts under review.",
    "Dashed line: the most they may have; above it: what does not count.",
    "Below: available; half as high: wrapping up; hollow: unavailable.",
)


def _draw_agent(canvas: Canvas, times: Times, agent: AgentDay, end: datetime) -> None:
    """One agent: what they had, from the bottom up, the line of what they may have, and when they were there."""
    placed = _slots(agent.cases, most=max(one.limit for one in agent.load))
    most = max((*(one.limit for one in agent.load), *(slot + 1 for slot, _ in placed)))
    step = min(BAR, MOST / most)
    top, bottom = canvas.height + 6, canvas.height + 6 + most * step
    canvas.rect((NAMES, top - 3), (RIGHT - NAMES, bottom - top + 14), "band", round=0, behind=True)
    canvas.write((EDGE, top + 10), fitting(agent.agent, NAMES - EDGE - 4), bold=True)
    canvas.write((EDGE, top + 24), _most_words(agent), size=SMALL, colour="quiet")
    for slot, stretch in placed:
        x, until, y = times.x(stretch.since), times.x(stretch.until), bottom - (slot + 1) * step
        tip = f"{stretch.lane} ({stretch.how}): {times.text(stretch.since)} to {times.text(stretch.until)}"
        fill, line = ("ground", "work") if stretch.how == OFFERED else (_COLOURS[stretch.how], "")
        canvas.rect((x, y + 1), (until - x - 0.7, step - 2), fill, line=line, tip=tip)
        if step >= BAR and text_width(stretch.lane, 10.5) + 4 <= until - x:
            canvas.write((x + 3, y + step - 3), stretch.lane, size=10.5, colour=_ON[stretch.how])
    for over, over_until in agent.over(end):
        x = times.x(over)
        canvas.rect((x, top - 3), (times.x(over_until) - x, 4), "bad", round=0, tip="over the limit")
    steps, height = [], agent.load[0].limit
    for one in agent.load:
        steps += [(times.x(one.at), bottom - level * step) for level in (height, one.limit)]
        height = one.limit
    steps.append((times.x(end), bottom - height * step))
    canvas.line(steps, "ink", width=1.5, dashed=True, tip="the most they may have")
    for stretch in agent.presence:
        x, width = times.x(stretch.since), times.x(stretch.until) - times.x(stretch.since)
        why = f" ({stretch.how})" if stretch.how else ""
        tip = f"{stretch.lane}{why}: {times.text(stretch.since)} to {times.text(stretch.until)}"
        _draw_presence(canvas, stretch.lane, (x, bottom + 3), width, tip)
    canvas.height = bottom + 16


def _draw_presence(canvas: Canvas, presence: str, at: tuple[float, float], width: float, tip: str) -> None:
    (x, y), there = at, presence == Presence.AVAILABLE
    if presence == Presence.UNAVAILABLE:
        canvas.rect((x + 0.5, y + 0.5), (width - 1, 5), "ground", line="quiet", round=0, tip=tip)
    else:
        canvas.rect((x, y if there else y + 3), (width, 6 if there else 3), "good", round=0, tip=tip)
