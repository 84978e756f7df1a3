"""The life of one case: its statuses, who had it, its draft, what was promised of it, and what was said, over time.

Everything is read from the desk after each event, so it says what the desk knew; nothing is worked out a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from types import MappingProxyType
from typing import Final

from attrs import frozen

from casecore.channels import CHAT
from casecore.desk import Desk
from casecore.kernel import Event
from casecore.kernel.fields import to_instant
from casecore.policies import Policy
from casecore.projections.history import line
from casecore.reports.pictures.canvas import Canvas
from casecore.reports.pictures.lanes import (
    LANE,
    NAMES,
    RIGHT,
    TIMES,
    GoingOn,
    Key,
    Moment,
    Stretch,
    draw_caption,
    draw_lane,
    draw_stretches,
    draw_times,
    lanes_of,
    short_duration,
    stretch_lines,
)
from casecore.reports.pictures.picture import Picture
from casecore.reports.pictures.times import Times
from casecore.reports.text import columns
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.clocks import Clock, ClockName, Clocks, ClockState, run_of
from casecore.rooms.composition import HOUSE, CaseFile, House
from casecore.rooms.notes import NoteAdded
from casecore.rooms.offers import NOTHING_OFFERED
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.whatsapp import WINDOW
from casecore.statuses import CLOSED, Status

STATUS, HOLDER, DRAFT, WAIT, PAUSE = "status", "held by", "draft", "waiting for", "paused"
"""The groups of stretches."""

HELD, OFFERED = "held", "offered"
"""In which ways somebody has a case, or its draft."""

SILENCE, WINDOW_OPEN = "the customer, silent", "WhatsApp window"

_MOMENTS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {
        MessageReceived: "customer writes",
        ReplySent: "we reply",
        ChatDisconnected: "we reply",
        PresenceAsked: "we ask",
        MessageBounced: "a message fails",
        NoteAdded: "note",
    }
)
"""What is said on a case, by the events that tell it."""


@frozen
class ClockLife:
    """One service clock, from its start to its end.

    Attributes:
        name: `first_response`, `next_response` or `solution`.
        since: Its start.
        until: When it was met, late or not; the end of the picture where it was not.
        last: How it stood when it was last read.
        due: When its target is reached, or was; None where it was paused whenever it was read.
        ended: Whether it was met, late or not.
    """

    name: str
    since: datetime
    until: datetime
    last: Clock
    due: datetime | None
    ended: bool


@frozen
class CaseLife:
    """The life of a case, as far as events tell it.

    Attributes:
        case: Its id.
        about: Its channel and queue, in words.
        begin: When it began.
        end: When it was closed, or until when it is told.
        closed: Whether it was closed.
        stretches: What went on.
        moments: What was said.
        clocks: Its service clocks.
    """

    case: str
    about: str
    begin: datetime
    end: datetime
    closed: bool
    stretches: Sequence[Stretch]
    moments: Sequence[Moment]
    clocks: Sequence[ClockLife]


def case_life(
    case: str,
    events: Iterable[Event],
    policy: Policy | None = None,
    *,
    house: House = HOUSE,
    until: datetime | None = None,
) -> CaseLife:
    """What the events of a desk say of the life of one case; arguments as of `life_of_case`."""
    desk, going_on = Desk(Policy.default() if policy is None else policy, house=house), GoingOn()
    until = None if until is None else to_instant(until)
    moments: list[Moment] = []
    clocks: dict[tuple[str, datetime], ClockLife] = {}
    windows: list[tuple[datetime, datetime]] = []
    begin: datetime | None = None
    file: CaseFile | None = None
    for event in events:
        if until is not None and event.at > until:
            break
        desk = desk.evolve((event,))
        known, file = file, desk.cases.get(case)
        if file is None or (file is known and getattr(event, "case", None) != case):
            continue
        begin = begin or event.at
        going_on.see(_going_on(file), event.at)
        _read_clocks(desk, case, event.at, clocks)
        _read_window(desk, case, windows)
        lane = _MOMENTS.get(type(event))
        if lane is not None and getattr(event, "case", None) == case:
            moments.append(Moment(lane, event.at, line(event).text))
        if file.case.status is CLOSED:
            until = event.at
            break
    if begin is None or file is None:
        raise ValueError(f"no event tells of case {case!r}; give the events of its desk from the beginning")
    closed, end = file.case.status is CLOSED, until or desk.now or begin
    if not closed:
        _read_clocks(desk, case, end, clocks)
    stretches = [*going_on.end(end), *(_window_stretch(since, min(till, end)) for since, till in windows)]
    about = f"{file.case.channel.replace('_', ' ')}, {file.case.queue}"
    return CaseLife(case, about, begin, end, closed, stretches, moments, [*clocks.values()])


def _going_on(file: CaseFile) -> Iterator[Key]:
    """What goes on with a case, by its file."""
    case, draft, offers, contact = file.case, file.draft, file.offers or NOTHING_OFFERED, file.contact
    yield STATUS, case.status, ""
    if case.assignee is not None:
        yield HOLDER, case.assignee, HELD
    elif case.waiting_since is not None:
        yield HOLDER, "snoozed" if case.snoozed_until else f"waits in {case.queue}", ""
    if offers.offered_to is not None:
        yield HOLDER, offers.offered_to, OFFERED
    if draft is not None:
        yield (DRAFT, f"waits in {draft.queue}", "") if draft.reviewer is None else (DRAFT, draft.reviewer, HELD)
    if offers.review_to is not None:
        yield DRAFT, offers.review_to, OFFERED
    on_chat = case.channel is CHAT and case.live  # elsewhere silence gives nobody a right
    if on_chat and contact is not None and contact.silence_since is not None:
        yield WAIT, SILENCE, ""
    if file.clocks is not None and file.clocks.paused_since is not None:
        yield PAUSE, ClockName.SOLUTION.value, ""


def _read_clocks(desk: Desk, case: str, at: datetime, clocks: dict[tuple[str, datetime], ClockLife]) -> None:
    read = desk.cases[case].clocks or Clocks()
    for clock in desk.clocks(case, at):
        since, reached_at, _ = run_of(read, ClockName(clock.name))
        since = since or at  # a clock that is read has begun
        before = clocks.get((clock.name, since))
        due = clock.due if clock.due is not None or before is None else before.due
        ended = clock.due is None and reached_at is not None
        clocks[clock.name, since] = ClockLife(clock.name, since, reached_at or at, clock, due, ended)


def _read_window(desk: Desk, case: str, windows: list[tuple[datetime, datetime]]) -> None:
    """Note when the window is open; a message of the customer opens it anew."""
    view = desk.view_of(case)
    if view.thread is None or view.thread.customer_at is None:
        return
    since, till = view.thread.customer_at, WINDOW.first_due(view, desk.policy, desk.now)
    if till is None:
        return
    if windows and since <= windows[-1][1]:
        since = windows.pop()[0]
    windows.append((since, till))


def _window_stretch(since: datetime, until: datetime) -> Stretch:
    return Stretch(WAIT, WINDOW_OPEN, since, until)


# The picture -------------------------------------------------------------------------------------------


def life_of_case(
    case: str,
    events: Iterable[Event],
    policy: Policy | None = None,
    *,
    house: House = HOUSE,
    until: datetime | None = None,
    zone: tzinfo = UTC,
) -> Picture:
    """Draw the life of one case: statuses, who had it, its draft, its service clocks, and what was said.

    Args:
        case: Which case.
        events: The events of its desk, from the beginning, in the order in which they happened.
        policy: The SOP in force; the one that ships with casecore if it is left out.
        house: The rooms that decided.
        until: Until when it is told (aware); None: until it was closed, or until the last event.
        zone: The zone in which instants are told.

    Raises:
        ValueError: When no event tells of this case.
        CommandError: When the instant is none.
    """
    life = case_life(case, events, policy, house=house, until=until)
    instants = {life.begin, life.end, *(one.at for one in life.moments)}
    instants |= {at for stretch in life.stretches for at in (stretch.since, stretch.until)}
    instants |= {at for clock in life.clocks for at in (clock.since, clock.until)}
    times = Times.between(NAMES + 8, RIGHT - 8, (at for at in instants if at >= life.begin), zone)
    title = f"The life of case {life.case}"
    here = life.begin.astimezone(zone)
    begun = f"{here.day} {here:%b %Y %H:%M} {zone.tzname(here) or ''}".rstrip()
    about = f"{life.about}; {begun} to {times.text(life.end)}{', closed' if life.closed else ''}"
    text = "\n".join((f"{title} ({about})", *_text_lines(life, times)))
    counted = ", ".join(f"{clock.name.replace('_', ' ')} {_clock_words(clock)}" for clock in life.clocks)
    description = f"Case {life.case} ({about}) over time. Service clocks: {counted or 'none'}."
    return Picture(title, description, text, [*_rows(life)], _draw(life, times, title, about))


def _clock_words(clock: ClockLife) -> str:
    """How a clock stands, or ended, in words."""
    last, target = clock.last, short_duration(clock.last.target)
    passed = f"{short_duration(last.elapsed)} of {target}"
    if last.state is ClockState.MISSED:
        return f"missed, {passed}" if clock.ended else f"overdue, {passed}"
    if last.state is ClockState.RUNNING:
        return f"{'runs' if last.due is not None else 'paused'}, {passed}"
    return f"{last.state}, {passed}"


def _text_lines(life: CaseLife, times: Times) -> Iterator[str]:
    cells: list[tuple[str, str]] = []
    for group in (STATUS, HOLDER, DRAFT, WAIT):
        lines = [*stretch_lines(life.stretches, times, group)]
        cells += zip((group, *("" for _ in lines[1:])), lines, strict=False)
    for clock in life.clocks:
        due = "" if clock.due is None else f", due {times.text(clock.due)}"
        since = f"from {times.text(clock.since)}"
        cells.append((clock.name.replace("_", " "), f"{_clock_words(clock)}{due}, {since}"))
    for moment in life.moments:
        cells.append((moment.lane, f"{times.text(moment.at)} {moment.what}"))
    yield from columns(cells)


def _rows(life: CaseLife) -> Iterator[Mapping[str, object]]:
    for stretch in life.stretches:
        yield {
            "what": stretch.group,
            "lane": stretch.lane,
            "how": stretch.how,
            "since": stretch.since,
            "until": stretch.until,
        }
    for clock in life.clocks:
        how = _clock_words(clock)
        yield {"what": "clock", "lane": clock.name, "how": how, "since": clock.since, "until": clock.until}
    for moment in life.moments:
        yield {"what": "moment", "lane": moment.lane, "how": moment.what, "since": moment.at, "until": moment.at}


_LOOKS: Final[Mapping[str, str]] = MappingProxyType({STATUS: "work", HOLDER: "calm", DRAFT: "calm", WAIT: "line"})


def _looks(stretch: Stretch) -> tuple[str, bool]:
    waits = stretch.group in {HOLDER, DRAFT} and not stretch.how
    return ("quiet", False) if waits else (_LOOKS[stretch.group], stretch.how == OFFERED)


def _draw(life: CaseLife, times: Times, title: str, about: str) -> Canvas:
    canvas = Canvas.headed(title, about)
    top, canvas.height = canvas.height, canvas.height + TIMES
    for group, caption, order in _SECTIONS:
        lanes = lanes_of(life.stretches, group, order)
        if lanes:
            draw_caption(canvas, caption)
        for lane in lanes:
            stretches = [stretch for stretch in life.stretches if (stretch.group, stretch.lane) == (group, lane)]
            draw_lane(canvas, lane, partial(draw_stretches, canvas, times, stretches, _looks))
    if life.clocks:
        draw_caption(canvas, "Service clocks (a diamond: due)")
    for clock in life.clocks:
        fill = partial(_draw_clock, canvas, times, life, clock)
        draw_lane(canvas, clock.name.replace("_", " "), fill, height=CLOCK, small=_clock_words(clock))
    lanes = [*dict.fromkeys(moment.lane for moment in life.moments)]
    if lanes:
        draw_caption(canvas, "What was said")
    for lane in lanes:
        moments = [moment for moment in life.moments if moment.lane == lane]
        draw_lane(canvas, lane, partial(_draw_moments, canvas, times, moments))
    draw_times(canvas, times, top)
    return canvas


CLOCK: Final = 33.0
"""How high the lane of a clock is: its name, and how it stands."""


def _draw_clock(canvas: Canvas, times: Times, life: CaseLife, clock: ClockLife, top: float) -> None:
    """A bar as long as it ran, pale where it paused; beyond its target, in a bar of its own; a mark where it is due."""
    late = clock.last.state is ClockState.MISSED
    tip = f"{clock.name.replace('_', ' ')}: {_clock_words(clock)}, from {times.text(clock.since)}"
    begin, end, y = times.x(clock.since), times.x(clock.until), top + 9
    due = end if clock.due is None else times.x(clock.due)
    canvas.rect((begin, y), (min(due, end) - begin, 15), "good", tip=tip)
    for pause in life.stretches:
        since, until = max(pause.since, clock.since), min(pause.until, clock.until)
        if (pause.group, pause.lane) == (PAUSE, clock.name) and since < until:
            here = (times.x(since), y)
            canvas.rect(here, (times.x(until) - here[0], 15), "band", line="good", dashed=True, tip="paused")
    if late and clock.due is not None and clock.due < clock.until:
        canvas.rect((due, y - 3), (end - due, 21), "bad", round=0, tip=tip)
    if clock.due is not None and life.begin <= clock.due <= life.end:
        corners = [(due, y + 1), (due + 6, y + 7.5), (due, y + 14), (due - 6, y + 7.5)]
        canvas.shape(corners, "ink", line="ground", tip=f"due {times.text(clock.due)}")


def _draw_moments(canvas: Canvas, times: Times, moments: Iterable[Moment], top: float) -> None:
    for moment in moments:
        x, tip = times.x(moment.at), f"{times.text(moment.at)} {moment.what}"
        canvas.dot((x, top + LANE / 2), 5, "work", line="ground", tip=tip)


_SECTIONS: Final = (
    (STATUS, "Status", tuple(Status)),
    (HOLDER, "Who has it (an outline: it is offered)", ()),
    (DRAFT, "Who reviews its draft (an outline: it is offered)", ()),
    (WAIT, "Window and silence", ()),
)
"""The groups of lanes from above, with what stands over them, and the order of their lanes if there is one."""
