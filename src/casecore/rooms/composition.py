"""The composition: every room together, what they see, and where their records live.

The rooms know only what they need of each other; here alone are they all known. A new room is entered in four places
below: what it sees (`View`), what it keeps of a case (`CaseFile`), where its records live, and the rooms.

A team with rules of its own builds a larger house, `House((*ROOMS, MY_ROOM))`, and gives it to its desk. What its rooms
keep of a case (`Room.keeps`) has a place in the views and the case files of that house.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from importlib import import_module
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_type_hints

import attrs
from attrs import field

from casecore.kernel import Command, Room, Rule, Timer, changed, fields_of
from casecore.kernel.blanks import named_blanks
from casecore.kernel.deciding import MOST_ENLARGED, Decider
from casecore.kernel.effects import ByClass, Effects, Place
from casecore.kernel.records import record
from casecore.kernel.rooms import Timetable
from casecore.kernel.sequences import Sequences
from casecore.kernel.shown import Displayed, DisplayedList, Framed
from casecore.kernel.views import Views
from casecore.policies import Policy
from casecore.rooms.absences import ABSENCES
from casecore.rooms.aftermath import Aftermath, WrapUp
from casecore.rooms.agents import AGENTS, Agent
from casecore.rooms.approvals import APPROVALS, WaitingDraft
from casecore.rooms.arrivals import ARRIVALS
from casecore.rooms.assignments import ASSIGNMENTS
from casecore.rooms.attributes import ATTRIBUTES
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
from casecore.rooms.own_rules import OWN_RULES
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

R = TypeVar("R")


@record
class CaseFile(Framed):
    """Everything the desk keeps of one case: one sheet per capability."""

    shown_by = "casecore.projections.shown.desks:CASE"

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

ROOMS: Final[tuple[Room[Any], ...]] = (
    AGENTS,
    THREADS,
    MERGING,
    BLOCKING,
    CASES,
    ATTRIBUTES,
    ASSIGNMENTS,
    OVERFLOW,
    JOINING,
    ARRIVALS,
    REPLIES,
    OCCUPANCY,
    NOTES,
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
    RESTRICTED_TAGS,
    NEXT_RESPONSES,
    WINDOWS,
    OUTBOUND,
    LOGGED_CASES,
    TIMES,
    CASE_MERGING,
    MERGED_CLOCKS,
    OWN_RULES,
)
"""Every room, lower ones first."""

TABLES: Final = tuple(dict.fromkeys(place.table for place in PLACES.values()))
"""The names of a desk's tables."""


@attrs.frozen(eq=False, repr=False)
class House(Framed, Decider[View]):
    """Rooms put together for a desk: what is decided, seen, kept and timed there.

    Args:
        rooms: Lower rooms first; those of a team's own last.

    Attributes:
        file: The class of the case files.
        view: The class of the views.
        places: Where the records of each class live.
        effects: What events do to the desk's records.
        forms: How events that come together change a desk, by the class of the desk.
        views: How the desk's views are filled.
        timers: Every timer of every room.
        told: The sentences in which rooms of a team's own tell their commands.

    Raises:
        ValueError: When two rooms keep something by one name, or one keeps what stands in every view already; or when
            a sentence has a blank that its command does not fill.
    """

    shown_by = "casecore.projections.shown.rules:HOUSE"

    file: type[CaseFile] = field(init=False)
    view: type[View] = field(init=False)
    places: Mapping[type, Place] = field(init=False)
    effects: Effects = field(init=False)
    forms: ByClass[Sequences] = field(init=False)
    views: Views[View] = field(init=False)
    timers: tuple[Timer, ...] = field(init=False)
    told: Mapping[type[Command], str] = field(init=False)
    _timetables: dict[int, tuple[Any, Timetable]] = field(init=False, factory=dict)

    @file.default
    def _file_class(self) -> type[CaseFile]:
        return _with_sheets(CaseFile, self, "file")

    @view.default
    def _view_class(self) -> type[View]:
        return _with_sheets(View, self, "view", other_file=self.file)

    @places.default
    def _all_places(self) -> Mapping[type, Place]:
        own = {kind: Place("cases", "case", name, self.file) for name, kind in self.kept.items()}
        ours = {kind: changed(place, file=self.file) if place.file else place for kind, place in PLACES.items()}
        return {**ours, **own} if own else PLACES

    @effects.default
    def _effects_of_events(self) -> Effects:
        return self.effects_at(self.places)

    @forms.default
    def _no_forms_yet(self) -> ByClass[Sequences]:
        return ByClass(partial(Sequences, self.effects))

    @views.default
    def _filled_views(self) -> Views[View]:
        places = {**self.places, self.file: Place("cases", "case")}
        return Views(self.view, _row_classes(self.view), places, self.rooms)

    @timers.default
    def _every_timer(self) -> tuple[Timer, ...]:
        return tuple(timer for room in self.rooms for timer in room.timers)

    @told.default
    def _every_sentence(self) -> Mapping[type[Command], str]:
        told = {command: sentence for room in self.rooms for command, sentence in room.tells.items()}
        for command, sentence in told.items():
            fields = {attribute.name for attribute in fields_of(command)}
            unfilled = next((blank for blank in named_blanks(sentence) if blank not in fields), None)
            if unfilled is not None:
                raise ValueError(f"{command.__name__} has no {unfilled!r}, which {sentence!r} names")
        return told

    @property
    def softened(self) -> frozenset[str]:
        """The rules of these rooms that `[enforcement]` may soften."""
        return frozenset(rule.id for rule in (*self.needs, *self.rules) if rule.softens)

    def timers_under(self, policy: Policy) -> tuple[Timer, ...]:
        """Every timer of every room, and those that a policy brings."""
        return (*self.timers, *self.under(policy).rooms[-1].timers) if policy.rule else self.timers

    def timetable_under(self, policy: Policy) -> Timetable:
        """When these timers come; compiled once for the rules that a policy brings."""
        said = policy.rule
        known = self._timetables.get(id(said))
        if known is None:
            if len(self._timetables) >= MOST_ENLARGED:
                self._timetables.clear()
            known = self._timetables[id(said)] = said, Timetable(self.timers_under(policy))
        return known[1]

    def __reduce__(self) -> tuple[Callable[[str, str], House], tuple[str, str]]:
        """Rooms are code, which is never sent: another process finds the house where this one has it."""
        for module in tuple(sys.modules.values()):
            for name, value in tuple(vars(module).items()):
                if value is self:
                    return _house_called, (module.__name__, name)
        from pickle import PicklingError

        raise PicklingError("this house stands in no module; give it a name in one, like MY_HOUSE")

    @property
    def kept(self) -> Mapping[str, type]:
        """What rooms of a team's own keep of a case: the class of the records, by the name of the sheet."""
        kept: dict[str, type] = {}
        taken = {attribute.name for attribute in fields_of(View)}
        for room in self.rooms:
            for name, kind in room.keeps.items():
                if name in taken or kind in PLACES or kind in kept.values():
                    raise ValueError(f"room {room.name!r} keeps {name!r}, which is kept already; give it another name")
                taken.add(name)
                kept[name] = kind
        return kept

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets of a case's file, in order."""
        return tuple(attribute.name for attribute in fields_of(self.file))


def _house_called(module: str, name: str) -> House:
    house: House = getattr(import_module(module), name)
    return house


def _with_sheets(base: type[R], house: House, called: str, **others: type) -> type[R]:
    """A class of records like another, with one more field for each sheet of a house: None where there is none.

    It is no subclass: a record and its editing have one layout (`kernel/records.py`), which the slots of a base spoil.

    Args:
        base: The class of the records that are like it.
        house: The rooms.
        called: What the class is called there.
        others: What is of another class there than in what it is like, by the name of the field.
    """
    if not house.kept:
        return base

    def reduce_row(row: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _row_of_house, (house, called, *(getattr(row, attribute.name) for attribute in fields_of(type(row))))

    own = {name: kind | None for name, kind in {**house.kept, **others}.items()}
    known: dict[str, Any] = get_type_hints(base)
    hints = {attribute.name: known[attribute.name] for attribute in fields_of(base)} | own
    defaults = {attribute.name: attribute.default for attribute in fields_of(base)} | dict.fromkeys(house.kept)
    fields = {name: field(default=default) for name, default in defaults.items()}
    said = {"__doc__": base.__doc__, "__module__": base.__module__, "__annotations__": hints, "__reduce__": reduce_row}
    said |= {"shown_by": base.shown_by} if issubclass(base, Displayed) else {}
    any_class: Any = record(type(base.__name__, base.__bases__, {**said, **fields}))
    larger: type[R] = any_class
    return larger


def _row_of_house(house: House, called: str, *values: Any) -> Any:
    return getattr(house, called)(*values)


def _row_classes(view: type[View]) -> Mapping[str, type]:
    """The class of the record that each row of a view shows."""
    hints = get_type_hints(view)
    return {
        name: next(kind for kind in get_args(hints[name]) if kind is not NoneType)
        for attribute in fields_of(view)
        if (name := attribute.name) != "now"
    }


HOUSE: Final = House(ROOMS)
"""The house of all rooms; a desk without one of its own has it."""


class Rules(DisplayedList[Rule[View]]):
    """Needs and rules, lower rooms first."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.rules:RULES"


RULES: Final[DisplayedList[Rule[View]]] = Rules((*HOUSE.needs, *HOUSE.rules))
"""Every need and rule of the desk, lower rooms first."""
