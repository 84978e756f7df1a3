"""The desk: every room together, and the state of one support desk as an immutable value.

A `Desk` holds records, never events and never texts: the host stores the events it is given, and replaying them gives
the same desk. Each version of a desk shares its memory with the one before, so that a desk of a hundred thousand cases
costs microseconds a command, and old versions can be kept.

    desk, events = desk.handle(command)     # raises CommandRefused, with every reason
    verdict = desk.decide(command)          # the same answer as a value; changes nothing
    desk = desk.evolve(events)              # what handle does with the events

A desk may be **partial**: a service loads the rows that a command's view needs, decides, and writes them back. `decide`
sees nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal, Self, cast

import attrs
from attrs import field
from rpds import HashTrieMap

from casecore.agents import AGENTS, Agent
from casecore.approvals import APPROVALS, DraftCommand, WaitingDraft
from casecore.arrivals import ARRIVALS, ReceiveMessage, new_case_id, starts_case
from casecore.assignments import ASSIGNMENTS
from casecore.cases import CASES, Case
from casecore.house import House
from casecore.kernel import (
    Command,
    CommandRefused,
    Event,
    MissingRow,
    Probe,
    Reason,
    Refused,
    Rule,
    Timer,
    Verdict,
    frozen,
)
from casecore.notes import NOTES, Note
from casecore.policies import Policy
from casecore.records import record, thawer
from casecore.replies import REPLIES
from casecore.statuses import Status
from casecore.threads import THREADS, Customer, Message, Thread

# What the rooms see and keep ---------------------------------------------------------------------------


@frozen
class View:
    """All that `decide` sees: small, hashable, and enough for one command."""

    now: datetime | None = None
    case: Case | None = None
    draft: WaitingDraft | None = None
    thread: Thread | None = None
    customer: Customer | None = None
    actor: Agent | None = None
    target: Agent | None = None
    holder: Agent | None = None
    message: Message | None = None
    note: Note | None = None
    named: Case | None = None


@record
class CaseFile:
    """Everything the desk keeps of one case: one sheet per capability."""

    case: Case
    draft: WaitingDraft | None = None


HOUSE: Final[House[View]] = House((AGENTS, THREADS, CASES, ASSIGNMENTS, ARRIVALS, REPLIES, NOTES, APPROVALS))
"""The house of all rooms; build a larger one for rules of your own."""


@frozen
class _Place:
    """Where the records of one class live on the desk."""

    table: Literal["agents", "customers", "threads", "cases", "messages", "notes"]
    id: str
    sheet: str | None = None


_PLACES: Final[Mapping[type, _Place]] = {
    Agent: _Place("agents", "agent"),
    Customer: _Place("customers", "customer"),
    Thread: _Place("threads", "thread"),
    Message: _Place("messages", "message"),
    Note: _Place("notes", "note"),
    Case: _Place("cases", "case", "case"),
    WaitingDraft: _Place("cases", "case", "draft"),
}


@frozen
class Due:
    """Something that happens, or changes what is allowed, at an instant.

    Attributes:
        at: When (aware, UTC).
        what: What happens then, in words.
        key: The policy key that sets how long it takes.
        case: The case it happens to.
        command: The command the system gives then; None where only what is allowed changes.
    """

    at: datetime
    what: str
    key: str
    case: str
    command: Command | None = None


@frozen
class Action:
    """One thing an agent may or may not do with a case now.

    Attributes:
        name: Its name, e.g. `send_as_resolved`.
        command: The command it becomes.
        allowed: Whether anything stands in the way whatever the arguments are.
        reasons: What stands in the way.
        asks: The arguments it still needs.
    """

    name: str
    command: type[Command]
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    asks: tuple[str, ...] = ()


# The desk ----------------------------------------------------------------------------------------------


def _count(table: HashTrieMap[str, Any]) -> str:
    return str(len(table))


@attrs.frozen(eq=False)
class Desk:
    """One support desk at one moment.

    Args:
        policy: The SOP in force.
        now: The instant of the last event; None on a partial desk whose host keeps the time.
    """

    policy: Policy = field(factory=Policy.default)
    now: datetime | None = None
    agents: HashTrieMap[str, Agent] = field(factory=HashTrieMap, repr=_count)
    customers: HashTrieMap[str, Customer] = field(factory=HashTrieMap, repr=_count)
    threads: HashTrieMap[str, Thread] = field(factory=HashTrieMap, repr=_count)
    cases: HashTrieMap[str, CaseFile] = field(factory=HashTrieMap, repr=_count)
    messages: HashTrieMap[str, Message] = field(factory=HashTrieMap, repr=_count)
    notes: HashTrieMap[str, Note] = field(factory=HashTrieMap, repr=_count)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Desk):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in ("policy", "now", *TABLES))

    __hash__ = None  # type: ignore[assignment]  # compared by all it holds; too large to hash

    # Deciding ------------------------------------------------------------------------------------------

    def view(self, command: Command) -> View:
        """What `decide` sees for this command: the rows it names, and no more."""
        names = _named_rows(command)
        note = self.notes.get(command.note) if "note" in names else None  # type: ignore[attr-defined]
        thread = self.threads.get(command.thread) if "thread" in names else None  # type: ignore[attr-defined]
        case_id = (
            command.case  # type: ignore[attr-defined]
            if "case" in names
            else thread.case
            if thread is not None
            else note.case
            if note is not None
            else None
        )
        file = None if case_id is None else self.cases.get(case_id)
        case = None if file is None else file.case
        if thread is None and case is not None:
            thread = self.threads.get(case.thread)
        customer_id = getattr(command, "customer", None) or (thread.customer if thread is not None else None)
        agents = self.agents
        agent_id = command.agent if "agent" in names else None  # type: ignore[attr-defined]
        holder_id = None if case is None else case.assignee or case.owner
        message_id = (
            command.message  # type: ignore[attr-defined]
            if "message" in names
            else command.draft  # type: ignore[attr-defined]
            if "draft" in names
            else None
        )
        named = None
        if isinstance(command, ReceiveMessage) and starts_case(command, case):
            taken = self.cases.get(new_case_id(command, case))
            named = None if taken is None else taken.case
        return View(
            self.now,
            case,
            None if file is None else file.draft,
            thread,
            None if customer_id is None else self.customers.get(customer_id),
            agents.get(command.by),
            None if agent_id is None else agents.get(agent_id),
            None if holder_id is None else agents.get(holder_id),
            None if message_id is None else self.messages.get(message_id),
            note,
            named,
        )

    def decide(self, command: Command) -> Verdict:
        """What would happen: `Accepted` with events, or `Refused` with every reason. Changes nothing."""
        return HOUSE.decide(self.view(command), command, self.policy)

    def handle(self, command: Command) -> tuple[Desk, tuple[Event, ...]]:
        """Decide a command and apply what happens.

        Returns:
            The desk after it, and the events for the host to store.

        Raises:
            CommandRefused: With every reason; this desk is as it was.
        """
        verdict = self.decide(command)
        if isinstance(verdict, Refused):
            raise CommandRefused(command, verdict)
        return self.evolve(verdict.events), verdict.events

    # Evolving ------------------------------------------------------------------------------------------

    def evolve(self, events: Iterable[Event]) -> Self:
        """The desk after these events, one or a million of them.

        Every record they touch is copied once, changed in place, and frozen.

        Raises:
            MissingRow: When an event speaks of a record that this desk does not hold.
        """
        touched: defaultdict[type, dict[str, Any]] = defaultdict(dict)
        event = None
        for event in events:
            for sheet, table, key, thaw, create, edit, on_case in _steps(event):
                drafts, row_id = touched[sheet], key(event)
                if create is not None:
                    if on_case and touched[Case].get(row_id) is None and row_id not in self.cases:
                        raise MissingRow(event, table, row_id)
                    row = create(event)
                    drafts[row_id] = thaw(row) if type(row) is sheet else row
                    continue
                draft = drafts.get(row_id)
                if draft is None:
                    row = None if row_id in drafts else self._row(sheet, row_id)
                    if row is None:
                        raise MissingRow(event, table, row_id)
                    draft = drafts[row_id] = thaw(row)
                if edit is None:
                    drafts[row_id] = None
                else:
                    edit(draft, event)
        if event is None:
            return self
        tables = self._frozen(touched)
        return type(self)(
            self.policy, event.at, *[tables[name] if name in tables else getattr(self, name) for name in TABLES]
        )

    def _row(self, sheet: type, row_id: str) -> Any:
        place = _PLACES[sheet]
        row = getattr(self, place.table).get(row_id)
        return row if row is None or place.sheet is None else getattr(row, place.sheet)

    def _frozen(self, touched: Mapping[type, Mapping[str, Any]]) -> Mapping[str, Any]:
        tables: dict[str, Any] = {}
        files: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        for sheet, drafts in touched.items():
            place = _PLACES[sheet]
            for row_id, draft in drafts.items():
                if draft is not None:
                    draft.__class__ = sheet  # `records.freeze`, spelled out: this is the hottest loop of a replay
                if place.sheet is not None:
                    files[row_id][place.sheet] = draft
            if place.sheet is None:
                tables[place.table] = _updated(getattr(self, place.table), drafts)
        if files:
            old = self.cases
            tables["cases"] = _updated(old, {case: _refiled(old.get(case), sheets) for case, sheets in files.items()})
        return tables

    # Asking --------------------------------------------------------------------------------------------

    def actions(self, agent: str, case: str, at: datetime) -> tuple[Action, ...]:
        """What an agent may do with a case: what an inbox shows, and why the rest is greyed out.

        Args:
            agent: Who would do it.
            case: With which case.
            at: When (aware).

        Returns:
            Every action of the desk. Where an action still needs arguments, `allowed` speaks of everything that does
            not depend on them, and `asks` names them.
        """
        return tuple(self._action(probe, agent, case, at) for room in HOUSE.rooms for probe in room.probes)

    def _action(self, probe: Probe, agent: str, case: str, at: datetime) -> Action:
        given: dict[str, Any] = {"by": agent, "at": at, "case": case, **probe.given}
        if issubclass(probe.command, DraftCommand):
            file = self.cases.get(case)
            given["draft"] = file.draft.id if file is not None and file.draft is not None else "?"
        placeholders = {name: "?" for name in probe.asks if name not in given}
        command: Command = cast("Any", probe.command)(**given, **placeholders)
        reasons = HOUSE.reasons(self.view(command), command, self.policy, frozenset(probe.asks))
        return Action(probe.name, probe.command, not reasons, reasons, probe.asks)

    def due(self, at: datetime | None = None, *, case: str | None = None) -> tuple[Due, ...]:
        """Every instant at which something happens by itself or changes what is allowed, soonest first.

        Args:
            at: Leave out what was due before this instant and cannot fire; what fires by command is listed however
                late it is, until it has been given. None: leave out nothing.
            case: Only what concerns this case.

        Returns:
            A tuple in a stable order; set one timer for the first `at` still to come, and give the commands of those
            that have come. They are checked again when they are given.
        """
        files: Iterable[CaseFile] = self.cases.values()
        if case is not None:
            files = (file for file in (self.cases.get(case),) if file is not None)
        found = (due for file in files for due in self._due_of(file))
        wanted = (due for due in found if at is None or due.command is not None or due.at >= at)
        return tuple(sorted(wanted, key=lambda due: (due.at, due.case, due.key)))

    def _due_of(self, file: CaseFile) -> Iterator[Due]:
        for timer, sheet in _TIMERS:
            row = getattr(file, sheet)
            instant = None if row is None else timer.due(row, self.policy)
            if instant is not None:
                command = timer.command(row, instant) if timer.command is not None else None
                yield Due(instant, timer.name, timer.key, file.case.id, command)

    def status(self, case: str) -> Status | None:
        """The status of a case; None when there is no such case."""
        file = self.cases.get(case)
        return None if file is None else file.case.status


TABLES: Final = ("agents", "customers", "threads", "cases", "messages", "notes")
"""The names of the desk's tables."""

RULES: Final[tuple[Rule[View], ...]] = (*HOUSE.needs, *HOUSE.rules)
"""Every need and rule of the desk, lower rooms first."""

_TIMERS: Final[tuple[tuple[Timer, str], ...]] = tuple(
    (timer, sheet) for room in HOUSE.rooms for timer in room.timers if (sheet := _PLACES[timer.sheet].sheet) is not None
)


# Looked up by class and compiled when a class is first met: hosts may have commands and events of their own.

FEW_ROWS: Final = 8

_NAMED_ROWS: Final[dict[type, frozenset[str]]] = {}
_STEPS: Final[dict[type, tuple[tuple[Any, ...], ...]]] = {}


def _named_rows(command: Command) -> frozenset[str]:
    kind: type[Any] = type(command)
    names = _NAMED_ROWS.get(kind)
    if names is None:
        names = _NAMED_ROWS[kind] = frozenset(attribute.name for attribute in attrs.fields(kind))
    return names


def _steps(event: Event) -> tuple[tuple[Any, ...], ...]:
    steps = _STEPS.get(type(event))
    if steps is None:
        steps = _STEPS[type(event)] = tuple(
            (
                change.sheet,
                place.table,
                attrgetter(place.id),
                thawer(change.sheet),
                change.create,
                change.edit,
                place.sheet not in {None, "case"},  # a sheet that lies beside the case's own
            )
            for change in HOUSE.changes(type(event))
            for place in (_PLACES[change.sheet],)
        )
    return steps


def _updated(table: HashTrieMap[str, Any], rows: Mapping[str, Any]) -> HashTrieMap[str, Any]:
    if len(rows) > FEW_ROWS:  # all at once costs a quarter of one by one
        kept = {row_id: row for row_id, row in rows.items() if row is not None}
        table = table.update(kept) if table else HashTrieMap(kept)
        rows = dict.fromkeys(rows.keys() - kept.keys())
    for row_id, row in rows.items():
        if row is not None:
            table = table.insert(row_id, row)
        elif row_id in table:
            table = table.remove(row_id)
    return table


def _refiled(file: CaseFile | None, sheets: Mapping[str, Any]) -> CaseFile:
    if file is None:
        return CaseFile(**sheets)
    return CaseFile(sheets.get("case", file.case), sheets.get("draft", file.draft))
