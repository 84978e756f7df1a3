"""What is said in the books of the witnesses for the sake of rules of a team's own: what nobody else looks at.

It is written before the rest of the books, so that each event finds them as they were. In a search only that is
written at which some rule of the policy looks: whatever else is known would make two worlds of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from casecore.kernel import Event
from casecore.promises.own_conditions import EVERYTHING, looks_of
from casecore.rooms.arrivals import CaseReopened, MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseReleased, WorkBegun
from casecore.rooms.attributes import AttributeSet
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseClosed, CaseStarted, StatusSet
from casecore.rooms.contacts import CustomerLeft
from casecore.rooms.merging import CustomerMerged
from casecore.rooms.notes import NoteAdded, NoteDeleted
from casecore.rooms.relations import RecordRelated, RecordUnrelated
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.sla import LevelSet
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.threads import CustomerMet, CustomerRecorded
from casecore.statuses import Status

if TYPE_CHECKING:
    from casecore.promises.books import Books

_Writer: TypeAlias = "Callable[[Books, Any], None]"


def note_for_rules(books: Books, event: Event, rules: tuple[Any, ...], *, whole: bool) -> None:
    """Write what an event says at which rules of a team's own may look.

    Args:
        books: Where it is written.
        event: What happened.
        rules: The rules of the policy.
        whole: Whether everything is written, whatever these look at.
    """
    writers = _WRITERS.get(type(event))
    if writers is not None:
        asked = EVERYTHING if whole else looks_of(rules)
        for name, write in writers.items():
            if name in asked:
                write(books, event)


def _to(field: str, told: str) -> _Writer:
    """What stands in a field of an event is noted of its case."""

    def write(books: Books, event: Any) -> None:
        setattr(books.edit("noted", event.case), field, getattr(event, told))

    return write


# Attributes, notes and relations -----------------------------------------------------------------------


def _knows_attributes(books: Books, event: CaseStarted) -> None:
    if event.attributes:
        books.edit("noted", event.case).attributes = tuple(sorted(event.attributes.items()))


def _notes_value(books: Books, event: AttributeSet) -> None:
    page = books.edit("noted", event.case)
    others = (pair for pair in page.attributes if pair[0] != event.attribute)
    mine = () if event.value is None else ((event.attribute, event.value),)
    page.attributes = tuple(sorted((*others, *mine)))


def _counts_note(step: int) -> _Writer:
    def write(books: Books, event: Any) -> None:
        if event.case is not None:
            books.edit("noted", event.case).notes += step

    return write


def _relates(books: Books, event: RecordRelated) -> None:
    books.edit("noted", event.case).related |= {event.relation}


def _relates_no_more(books: Books, event: RecordUnrelated) -> None:
    books.edit("noted", event.case).related -= {event.relation}


# Instants ----------------------------------------------------------------------------------------------


def _falls_asleep(books: Books, event: CaseSnoozed) -> None:
    if books.case(event.case).status is not Status.PENDING:  # it is pending all the time
        books.edit("noted", event.case).status_at = event.at


def _no_contact(books: Books, event: CaseReleased | CaseClosed | CustomerLeft) -> None:
    books.edit("noted", event.case).contact_since = None


def _joins_contact(books: Books, event: MessageReceived | CaseTakenOver) -> None:
    """Of a case that was only logged the contact begins when its customer writes, or has written elsewhere."""
    page = books.case(event.case)
    written = not isinstance(event, CaseTakenOver) or not books.case(event.merged).logged
    if page.logged and page.holder is not None and written:
        books.edit("noted", event.case).contact_since = event.at


# Customers ---------------------------------------------------------------------------------------------


def _is_named(books: Books, event: CustomerMet | CustomerRecorded) -> None:
    person = books.page("customers", event.customer).merged_into or event.customer
    books.edit("customers", person).named = event.name is not None


def _shares_name(books: Books, event: CustomerMerged) -> None:
    if books.page("customers", event.customer).named:
        books.edit("customers", event.into).named = True
        books.edit("customers", event.customer).named = False


_STATUS: Final[Mapping[str, _Writer]] = {"status_at": _to("status_at", "at"), "active_at": _to("active_at", "at")}
_ACTIVE: Final[Mapping[str, _Writer]] = {"active_at": _to("active_at", "at")}
_NAMED: Final[Mapping[str, _Writer]] = {"named": _is_named}

_WRITERS: Final[Mapping[type[Event], Mapping[str, _Writer]]] = {
    CaseStarted: {
        **_STATUS,
        "attributes": _knows_attributes,
        "reason": _to("reason", "reason"),
        "language": _to("language", "language"),
    },
    AttributeSet: {"attributes": _notes_value},
    NoteAdded: {"notes": _counts_note(1)},
    NoteDeleted: {"notes": _counts_note(-1)},
    RecordRelated: {"related": _relates},
    RecordUnrelated: {"related": _relates_no_more},
    LevelSet: {"level": _to("level", "level")},
    CaseAssigned: {"owner": _to("owner", "agent"), "contact_since": _to("contact_since", "at")},
    CaseReleased: {"contact_since": _no_contact},
    CustomerLeft: {"contact_since": _no_contact},
    CaseClosed: {**_STATUS, "contact_since": _no_contact},
    MessageReceived: {**_ACTIVE, "contact_since": _joins_contact},
    CaseTakenOver: {**_ACTIVE, "contact_since": _joins_contact},
    **dict.fromkeys((WorkBegun, CaseReopened, StatusSet, ReplySent, ChatDisconnected), _STATUS),
    **dict.fromkeys((PresenceAsked, SnoozeEnded), _ACTIVE),
    CaseSnoozed: {**_ACTIVE, "status_at": _falls_asleep},
    **dict.fromkeys((CustomerMet, CustomerRecorded), _NAMED),
    CustomerMerged: {"named": _shares_name},
}
"""What becomes of what by each sort of event."""
