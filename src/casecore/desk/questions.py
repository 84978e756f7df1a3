"""Every question that one can ask of a desk, whichever kind of desk it is.

What would happen (`decide`), what a command shows and needs (`view`, `rows_of`), what an agent may do (`actions`), what
is due and when (`due`), how the service clocks stand (`clocks`). Asking changes nothing; `handle` decides and then lets
the desk evolve, each kind in its own way.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal, Self, TypeAlias, cast, get_args

from casecore.kernel import Command, CommandRefused, Event, Probe, Reason, Refused, Timer, Verdict, frozen
from casecore.kernel.fields import row_called, to_instant
from casecore.kernel.loading import NotedTables, RowName
from casecore.kernel.rooms import Timetable
from casecore.kernel.shown import Displayed, DisplayedList, Framed
from casecore.policies import Policy
from casecore.rooms.aftermath import WrapUp
from casecore.rooms.agents import Agent
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.catalogue import CatalogueEntry, entries_of, takes_emoji
from casecore.rooms.clocks import Clock, clocks_of
from casecore.rooms.commitments import Commitment
from casecore.rooms.composition import CaseFile, House, View
from casecore.rooms.notes import Note
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import Customer, Message, Thread
from casecore.rooms.whatsapp import is_open
from casecore.rooms.wrap_ups import REMINDER
from casecore.statuses import CLOSED, Status


@frozen
class Due(Displayed):
    """Something that happens, or changes what is allowed, at an instant.

    Attributes:
        at: When (aware, UTC).
        what: What happens then, in words.
        key: The policy key that sets how long it takes.
        case: The case it happens to.
        command: The command the system gives then; None where only what is allowed changes.
    """

    shown_by = "casecore.projections.shown.work:DUE"

    at: datetime
    what: str
    key: str
    case: str
    command: Command | None = None


class Dues(DisplayedList[Due]):
    """Everything that is due, soonest first."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.work:DUES"


def due_of(timer: Timer, instant: datetime, view: View, case: str) -> Due:
    """What is due when a timer comes at an instant: it happens to this case, of which this is seen."""
    command = timer.command(view, instant) if timer.command is not None else None
    return Due(instant, timer.name, timer.key, case, command)


TimedRow: TypeAlias = Literal["case", "commitment", "wrap_up"]
TIMED: Final[tuple[TimedRow, ...]] = get_args(TimedRow)
"""The sorts of rows on which timers run, as events and views call them."""

_REMINDED: Final = Timetable((REMINDER,))


def case_timed(view: View, sort: TimedRow) -> str:
    """The case to which something happens that a row of this sort is timed for."""
    row = getattr(view, sort)
    case: str = row.id if sort == "case" else row.case
    return case


@frozen
class Action(Displayed):
    """One thing an agent may or may not do with a case now.

    Attributes:
        name: Its name, e.g. `send_as_resolved`.
        command: The command it becomes.
        allowed: Whether anything stands in the way whatever the arguments are.
        reasons: What stands in the way.
        asks: The arguments it still needs.
        entries: Of what sends a reply: the entries of the catalogue that fit the case now, by name.
    """

    shown_by = "casecore.projections.shown.work:ACTION"

    name: str
    command: type[Command]
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    asks: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()


class Actions(DisplayedList[Action]):
    """Everything an agent may or may not do with a case now."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.work:ACTIONS"


class AnyDesk(Framed):
    """What all desks have, and what can be asked of them: a policy, an instant, rooms, and tables of rows by id."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.desks:DESK"

    policy: Policy
    now: datetime | None
    house: House
    agents: Mapping[str, Agent]
    customers: Mapping[str, Customer]
    threads: Mapping[str, Thread]
    cases: Mapping[str, CaseFile]
    messages: Mapping[str, Message]
    notes: Mapping[str, Note]
    commitments: Mapping[str, Commitment]
    wrap_ups: Mapping[str, WrapUp]

    # Deciding ------------------------------------------------------------------------------------------

    def view(self, command: Command) -> View:
        """What `decide` sees for this command: the rows it names, and those to which they lead."""
        return self.house.views.of_command(command, self, self.now)

    def view_of(self, case: str) -> View:
        """What can be seen of a case without any command; empty where there is no such case."""
        house = self.house
        return house.views.of_row("case", case, self, self.now) if isinstance(case, str) else house.view(now=self.now)

    def decide(self, command: Command) -> Verdict:
        """What would happen: `Accepted` with events, or `Refused` with every reason. Changes nothing."""
        return self.house.decide(self.view(command), command, self.policy)

    def handle(self, command: Command) -> tuple[Self, tuple[Event, ...]]:
        """Decide a command and apply what happens.

        Returns:
            The desk after it (a working desk: itself, changed), and the events for the host to store.

        Raises:
            CommandRefused: With every reason; this desk is as it was.
        """
        verdict = self.decide(command)
        if isinstance(verdict, Refused):
            raise CommandRefused(command, verdict)
        return self.evolve(verdict.events), verdict.events

    @abstractmethod
    def evolve(self, events: Iterable[Event]) -> Self:
        """The desk after these events."""

    def rows_of(self, command: Command) -> tuple[RowName, ...]:
        """The rows that a command needs, by table and id: those it names, those to which they lead, and so on.

        It names rows that there are not, too: that they are not there is part of the answer. Whoever locks them, or
        reads them at one instant, decides as if nobody else were there.
        """
        asked = NotedTables(self)
        self.house.views.of_command(command, asked, self.now)
        return tuple(asked.rows)

    def row(self, table: str, row_id: str) -> Any:
        """The row of a table that has this id; None where there is none."""
        return getattr(self, table).get(row_id)

    # What may be done, and what is to come ---------------------------------------------------------------

    def catalogue(self, case: str, at: datetime, given: Iterable[CatalogueEntry] = ()) -> tuple[CatalogueEntry, ...]:
        """What a reply on a case can be made from now, by name.

        Args:
            case: Which case; of one that there is not, nothing fits.
            at: When (aware): on WhatsApp, outside the window, only templates fit.
            given: What the host has besides the policy's catalogue.

        Raises:
            CommandError: When the instant is none.
        """
        view, at = self.view_of(case), to_instant(at)
        if view.case is None:
            return ()
        said, channel = self.policy.at(at).for_(view.case), view.case.channel
        takes = {"window_open": is_open(view, said, at), "emoji": takes_emoji(said, channel)}
        return tuple(entry for entry in entries_of(self.policy, given) if entry.fits(channel, **takes))

    def actions(
        self, agent: str, case: str, at: datetime, given: Iterable[CatalogueEntry] = ()
    ) -> DisplayedList[Action]:
        """What an agent may do with a case: what an inbox shows, and why the rest is greyed out.

        Args:
            agent: Who would do it.
            case: With which case.
            at: When (aware).
            given: What the host has besides the policy's catalogue.

        Returns:
            Every action of the desk. Where an action still needs arguments, `allowed` speaks of everything that does
            not depend on them, and `asks` names them.
        """
        fitting = self.catalogue(case, at, given)
        return Actions(
            self._action(probe, agent, case, at, fitting) for room in self.house.rooms for probe in room.probes
        )

    def _action(self, probe: Probe, agent: str, case: str, at: datetime, fitting: tuple[CatalogueEntry, ...]) -> Action:
        given: dict[str, Any] = {"by": agent, "at": at, "case": case, **probe.given}
        view = self.view_of(case)
        for name, path in probe.taken.items():
            row, _, field_name = path.partition(".")
            given[name] = getattr(getattr(view, row), field_name, "?")
        asks = probe.asks_of(view)
        placeholders = {name: "?" for name in asks if name not in given}
        command: Command = cast("Any", probe.command)(**given, **placeholders)
        reasons = self.house.reasons(self.view(command), command, self.policy, frozenset(asks))
        sends = issubclass(probe.command, SendReply | SubmitDraft)
        templates_only = "template" in asks
        entries = (entry for entry in fitting if sends and (entry.is_template or not templates_only))
        return Action(probe.name, probe.command, not reasons, reasons, asks, tuple(entry.name for entry in entries))

    def due(self, at: datetime | None = None, *, case: str | None = None) -> DisplayedList[Due]:
        """Every instant at which something happens by itself or changes what is allowed, soonest first.

        Args:
            at: Leave out what was due before this instant and cannot fire; what fires by command is listed however
                late it is, until it has been given. None: leave out nothing.
            case: Only what concerns this case.

        Returns:
            A tuple in a stable order; set one timer for the first `at` still to come, and give the commands of those
            that have come. They are checked again when they are given.

        Raises:
            CommandError: When the instant is none.
        """
        now = self.now if at is None else to_instant(at)
        wanted = (due for due in self._all_due(case, now) if at is None or due.command is not None or due.at >= at)
        return Dues(sorted(wanted, key=lambda due: (due.at, due.case, due.key)))

    def _all_due(self, case: str | None, now: datetime | None) -> Iterator[Due]:
        for name in self.cases if case is None else (case,):
            yield from self.due_of_case(name, now)
        for commitment in self.commitments.values():
            if case in (None, commitment.case):
                yield from self.due_of_commitment(commitment.id)
        for wrap_up in self.wrap_ups.values():
            if case in (None, wrap_up.case):
                yield from self.due_of_wrap_up(wrap_up.id)

    def due_of_case(self, case: str, at: datetime | None = None) -> tuple[Due, ...]:
        """What is due on one case, commitments and wrap-ups left out; nothing runs on a closed one.

        Args:
            case: Which case.
            at: From when on (aware); None: from the instant of the last event. It matters only where the policy
                changes on a date: what is due by then, or would have been before, is due by what is in force then.
        """
        return self._due_on("case", case, at or self.now)

    def due_of_commitment(self, commitment: str) -> tuple[Due, ...]:
        """When a commitment is due; empty when it does not stand."""
        return self._due_on("commitment", commitment, self.now)

    def due_of_wrap_up(self, wrap_up: str) -> tuple[Due, ...]:
        """When a wrap-up is overdue, also one on a closed case; empty when it is done, or nobody is to be reminded."""
        return self._due_on("wrap_up", wrap_up, self.now)

    def timers_of(self, sort: TimedRow) -> tuple[Timer, ...]:
        """The timers that may run on rows of a sort."""
        if sort == "wrap_up":
            return (REMINDER,)
        timers = self.house.timers_under(self.policy)
        return tuple(timer for timer in timers if (timer.place[0] == "commitment") is (sort == "commitment"))

    def seen_of(self, sort: TimedRow, row_id: str) -> View | None:
        """What timers see of a row; None where none of them runs: there is no such row, or the case is closed."""
        if sort == "case":
            view = self.view_of(row_id)
            return None if view.case is None or view.case.status is CLOSED else view
        if sort == "commitment":
            commitment = row_called(self.commitments, row_id)
            return None if commitment is None else self.house.view(commitment=commitment)
        wrap_up = row_called(self.wrap_ups, row_id)
        if wrap_up is None:
            return None
        file = self.cases.get(wrap_up.case)
        return self.house.view(
            wrap_up=wrap_up, case=None if file is None else file.case
        )  # its overrides may say how long

    def _due_on(self, sort: TimedRow, row_id: str, now: datetime | None) -> tuple[Due, ...]:
        view = self.seen_of(sort, row_id)
        if view is None:
            return ()
        case = case_timed(view, sort)
        timetable = _REMINDED if sort == "wrap_up" else self.house.timetable_under(self.policy)
        return tuple(due_of(timer, at, view, case) for at, timer in timetable.due(view, self.policy, now))

    def clocks(self, case: str, at: datetime) -> tuple[Clock, ...]:
        """How the service clocks of a case stand at an instant: those that have begun, each with its target.

        Args:
            case: Which case; of one that there is not, none has begun.
            at: When (aware).

        Raises:
            CommandError: When the instant is none.
        """
        view, at = self.view_of(case), to_instant(at)
        return clocks_of(view, self.policy, at)

    def status(self, case: str) -> Status | None:
        """The status of a case; None when there is no such case."""
        file = row_called(self.cases, case)
        return None if file is None else file.case.status
