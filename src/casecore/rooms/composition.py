"""The composition: every room together, what they see, and where their records live.

The rooms know only what they need of each other; here alone are they all known. A new room is entered in four places
below: what it sees (`View`), what it keeps of a case (`CaseFile`), the house, and where its records live.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal

import attrs

from casecore.kernel import Command, Event, Rule, Timer, frozen
from casecore.kernel.house import House
from casecore.kernel.records import record, thawer
from casecore.rooms.absences import ABSENCES
from casecore.rooms.agents import AGENTS, Agent
from casecore.rooms.approvals import APPROVALS, WaitingDraft
from casecore.rooms.arrivals import ARRIVALS
from casecore.rooms.assignments import ASSIGNMENTS
from casecore.rooms.cases import CASES, Case
from casecore.rooms.commitments import COMMITMENTS, Commitment
from casecore.rooms.contacts import CONTACTS, Contact
from casecore.rooms.eligibility import ELIGIBILITY
from casecore.rooms.notes import NOTES, Note
from casecore.rooms.offers import OFFERS, Offers
from casecore.rooms.outbound import OUTBOUND
from casecore.rooms.reassignments import REASSIGNMENTS
from casecore.rooms.replies import REPLIES
from casecore.rooms.reviews import REVIEWS
from casecore.rooms.silence import SILENCE
from casecore.rooms.sla import SLA, Clocks
from casecore.rooms.threads import THREADS, Customer, Message, Thread
from casecore.rooms.whatsapp import WINDOWS
from casecore.rooms.wrap_ups import WRAP_UPS, Aftermath, WrapUp


@record
class View:
    """All that `decide` sees: small, hashable, and enough for one command."""

    now: datetime | None = None
    case: Case | None = None
    draft: WaitingDraft | None = None
    offers: Offers | None = None
    contact: Contact | None = None
    aftermath: Aftermath | None = None
    clocks: Clocks | None = None
    thread: Thread | None = None
    customer: Customer | None = None
    actor: Agent | None = None
    target: Agent | None = None
    holder: Agent | None = None
    reviewer: Agent | None = None
    offered: Agent | None = None
    review_offered: Agent | None = None
    message: Message | None = None
    answered: Message | None = None
    note: Note | None = None
    commitment: Commitment | None = None
    wrap_up: WrapUp | None = None
    named: Case | None = None


@record
class CaseFile:
    """Everything the desk keeps of one case: one sheet per capability."""

    case: Case
    draft: WaitingDraft | None = None
    offers: Offers | None = None
    contact: Contact | None = None
    aftermath: Aftermath | None = None
    clocks: Clocks | None = None


HOUSE: Final[House[View]] = House(
    (
        AGENTS,
        THREADS,
        CASES,
        ASSIGNMENTS,
        ARRIVALS,
        REPLIES,
        NOTES,
        APPROVALS,
        REVIEWS,
        OFFERS,
        ELIGIBILITY,
        REASSIGNMENTS,
        CONTACTS,
        SILENCE,
        COMMITMENTS,
        WRAP_UPS,
        ABSENCES,
        SLA,
        WINDOWS,
        OUTBOUND,
    )
)
"""The house of all rooms; build a larger one for rules of your own."""


@frozen
class Place:
    """Where the records of one class live on the desk."""

    table: Literal["agents", "customers", "threads", "cases", "messages", "notes", "commitments", "wrap_ups"]
    id: str
    sheet: str | None = None


PLACES: Final[Mapping[type, Place]] = {
    Agent: Place("agents", "agent"),
    Customer: Place("customers", "customer"),
    Thread: Place("threads", "thread"),
    Message: Place("messages", "message"),
    Note: Place("notes", "note"),
    Commitment: Place("commitments", "commitment"),
    WrapUp: Place("wrap_ups", "wrap_up"),
    Case: Place("cases", "case", "case"),
    WaitingDraft: Place("cases", "case", "draft"),
    Offers: Place("cases", "case", "offers"),
    Contact: Place("cases", "case", "contact"),
    Aftermath: Place("cases", "case", "aftermath"),
    Clocks: Place("cases", "case", "clocks"),
}


TABLES: Final = ("agents", "customers", "threads", "cases", "messages", "notes", "commitments", "wrap_ups")
"""The names of the desk's tables."""

_FILE: Any = CaseFile
SHEETS: Final[tuple[str, ...]] = tuple(attribute.name for attribute in attrs.fields(_FILE))
"""The names of the sheets of a case file, in order."""

RULES: Final[tuple[Rule[View], ...]] = (*HOUSE.needs, *HOUSE.rules)
"""Every need and rule of the desk, lower rooms first."""

TIMERS: Final[tuple[Timer, ...]] = tuple(timer for room in HOUSE.rooms for timer in room.timers)
"""Every timer of the desk."""


# Looked up by class and compiled when a class is first met: hosts may have commands and events of their own.

_NAMED_ROWS: Final[dict[type, frozenset[str]]] = {}
_STEPS: Final[dict[type, tuple[tuple[Any, ...], ...]]] = {}


def named_rows(command: Command) -> frozenset[str]:
    """The names of a command's fields, which say what rows it speaks of."""
    kind: type[Any] = type(command)
    names = _NAMED_ROWS.get(kind)
    if names is None:
        names = _NAMED_ROWS[kind] = frozenset(attribute.name for attribute in attrs.fields(kind))
    return names


def steps(event: Event) -> tuple[tuple[Any, ...], ...]:
    """How an event changes records: (class, table, id of, thaw, create, edit, optional, sheet of the case file)."""
    found = _STEPS.get(type(event))
    if found is None:
        found = _STEPS[type(event)] = tuple(
            (
                change.sheet,
                place.table,
                attrgetter(place.id),
                thawer(change.sheet),
                change.create,
                change.edit,
                change.optional,
                place.sheet,
            )
            for change in HOUSE.changes(type(event))
            for place in (PLACES[change.sheet],)
        )
    return found
