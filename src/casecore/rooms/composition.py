"""The composition: every room together, what they see, and where their records live.

The rooms know only what they need of each other; here alone are they all known. A new room is entered in four places
below: what it sees (`View`), what it keeps of a case (`CaseFile`), the house, and where its records live.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import NoneType
from typing import Final, get_args, get_type_hints

from casecore.kernel import Rule, Timer, fields_of
from casecore.kernel.effects import Place
from casecore.kernel.house import House
from casecore.kernel.records import record
from casecore.kernel.views import Views
from casecore.rooms.absences import ABSENCES
from casecore.rooms.aftermath import Aftermath, WrapUp
from casecore.rooms.agents import AGENTS, Agent
from casecore.rooms.approvals import APPROVALS, WaitingDraft
from casecore.rooms.arrivals import ARRIVALS
from casecore.rooms.assignments import ASSIGNMENTS
from casecore.rooms.authentication import AUTHENTICATION
from casecore.rooms.blocking import BLOCKING
from casecore.rooms.bounces import BOUNCES
from casecore.rooms.breaks import BREAKS
from casecore.rooms.case_merging import CASE_MERGING
from casecore.rooms.cases import CASES, Case
from casecore.rooms.clocks import Clocks
from casecore.rooms.commitments import COMMITMENTS, Commitment
from casecore.rooms.contacts import CONTACTS, Contact, LastContact
from casecore.rooms.edits import EDITS
from casecore.rooms.eligibility import ELIGIBILITY
from casecore.rooms.joining import JOINING
from casecore.rooms.lapses import LAPSES
from casecore.rooms.last_words import LAST_WORDS, LastWords
from casecore.rooms.logged_cases import LOGGED_CASES
from casecore.rooms.merged_clocks import MERGED_CLOCKS
from casecore.rooms.merging import MERGING
from casecore.rooms.moving import MOVING
from casecore.rooms.next_responses import NEXT_RESPONSES
from casecore.rooms.notes import NOTES, Note
from casecore.rooms.occupancy import OCCUPANCY
from casecore.rooms.offers import OFFERS, Offers
from casecore.rooms.opening_hours import OPENING_HOURS
from casecore.rooms.outbound import OUTBOUND
from casecore.rooms.overflow import OVERFLOW
from casecore.rooms.reassignments import REASSIGNMENTS
from casecore.rooms.relations import RELATIONS
from casecore.rooms.replies import REPLIES
from casecore.rooms.restricted_tags import RESTRICTED_TAGS
from casecore.rooms.reviews import REVIEWS
from casecore.rooms.silence import SILENCE
from casecore.rooms.sla import SLA
from casecore.rooms.snoozes import SNOOZES
from casecore.rooms.threads import THREADS, Customer, Message, Thread
from casecore.rooms.times import TIMES, CaseTime
from casecore.rooms.whatsapp import WINDOWS
from casecore.rooms.wrap_ups import WRAP_UPS


@record
class CaseFile:
    """Everything the desk keeps of one case: one sheet per capability."""

    case: Case
    draft: WaitingDraft | None = None
    offers: Offers | None = None
    contact: Contact | None = None
    last_contact: LastContact | None = None
    aftermath: Aftermath | None = None
    clocks: Clocks | None = None
    case_time: CaseTime | None = None
    last_words: LastWords | None = None


@record
class View:
    """All that `decide` sees: small, hashable, and enough for one command."""

    now: datetime | None = None
    case: Case | None = None
    draft: WaitingDraft | None = None
    offers: Offers | None = None
    contact: Contact | None = None
    last_contact: LastContact | None = None
    aftermath: Aftermath | None = None
    clocks: Clocks | None = None
    case_time: CaseTime | None = None
    last_words: LastWords | None = None
    thread: Thread | None = None
    customer: Customer | None = None
    person: Customer | None = None
    owner: Customer | None = None
    into: Customer | None = None
    named_writer: Customer | None = None
    writer: Customer | None = None
    actor: Agent | None = None
    target: Agent | None = None
    holder: Agent | None = None
    reviewer: Agent | None = None
    offered: Agent | None = None
    review_offered: Agent | None = None
    message: Message | None = None
    answered: Message | None = None
    seen: Message | None = None
    note: Note | None = None
    commitment: Commitment | None = None
    wrap_up: WrapUp | None = None
    handler: Agent | None = None
    named: Case | None = None
    other: Case | None = None
    other_thread: Thread | None = None
    spoken_on: Thread | None = None
    other_file: CaseFile | None = None
    other_customer: Customer | None = None
    other_holder: Agent | None = None


HOUSE: Final[House[View]] = House(
    (
        AGENTS,
        THREADS,
        MERGING,
        BLOCKING,
        CASES,
        ASSIGNMENTS,
        OVERFLOW,
        JOINING,
        ARRIVALS,
        REPLIES,
        OCCUPANCY,
        NOTES,
        RESTRICTED_TAGS,
        APPROVALS,
        REVIEWS,
        OPENING_HOURS,
        OFFERS,
        ELIGIBILITY,
        SNOOZES,
        REASSIGNMENTS,
        CONTACTS,
        AUTHENTICATION,
        BREAKS,
        SILENCE,
        LAST_WORDS,
        EDITS,
        RELATIONS,
        WRAP_UPS,
        COMMITMENTS,
        BOUNCES,
        LAPSES,
        MOVING,
        ABSENCES,
        SLA,
        NEXT_RESPONSES,
        WINDOWS,
        OUTBOUND,
        LOGGED_CASES,
        TIMES,
        CASE_MERGING,
        MERGED_CLOCKS,
    )
)
"""The house of all rooms; build a larger one for rules of your own."""


PLACES: Final[Mapping[type, Place]] = {
    Agent: Place("agents", "agent"),
    Customer: Place("customers", "customer"),
    Thread: Place("threads", "thread"),
    Case: Place("cases", "case", "case", CaseFile),
    WaitingDraft: Place("cases", "case", "draft", CaseFile),
    Offers: Place("cases", "case", "offers", CaseFile),
    Contact: Place("cases", "case", "contact", CaseFile),
    LastContact: Place("cases", "case", "last_contact", CaseFile),
    Aftermath: Place("cases", "case", "aftermath", CaseFile),
    Clocks: Place("cases", "case", "clocks", CaseFile),
    CaseTime: Place("cases", "case", "case_time", CaseFile),
    LastWords: Place("cases", "case", "last_words", CaseFile),
    Message: Place("messages", "message_row"),
    Note: Place("notes", "note"),
    Commitment: Place("commitments", "commitment"),
    WrapUp: Place("wrap_ups", "wrap_up"),
}
"""Where the records of each class live."""

TABLES: Final = tuple(dict.fromkeys(place.table for place in PLACES.values()))
"""The names of the desk's tables."""

SHEETS: Final = tuple(attribute.name for attribute in fields_of(CaseFile))
"""The names of the sheets of a case's file, in order."""

EFFECTS: Final = HOUSE.effects(PLACES)
"""What events do to the desk's records."""


def _row_classes() -> Mapping[str, type]:
    """The class of the record that each row of a view shows."""
    hints = get_type_hints(View)
    hints.pop("now")
    return {row: next(kind for kind in get_args(hint) if kind is not NoneType) for row, hint in hints.items()}


VIEWS: Final = Views(View, _row_classes(), {**PLACES, CaseFile: Place("cases", "case")}, HOUSE.rooms)
"""How the desk's views are filled."""

RULES: Final[tuple[Rule[View], ...]] = (*HOUSE.needs, *HOUSE.rules)
"""Every need and rule of the desk, lower rooms first."""

TIMERS: Final[tuple[Timer, ...]] = tuple(timer for room in HOUSE.rooms for timer in room.timers)
"""Every timer of the desk."""
