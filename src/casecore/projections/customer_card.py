"""The customer card: what is known of one customer (§9).

The profile, every conversation on every channel with its cases, the notes that stand, and how the customer's messages
were marked. The desk knows the profile, the events know what was written; the card is made of both when it is asked
for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casecore.channels import Channel
from casecore.desk import Desk
from casecore.kernel import Event, frozen
from casecore.kernel.fields import row_called
from casecore.kernel.shown import Framed
from casecore.projections.inbox import UnknownPerson
from casecore.projections.search import Archive, CaseSummary, NoteText


@frozen
class Conversation:
    """A customer's thread on one channel, with the cases to which it led or leads, latest activity first.

    Attributes:
        blocked: Whether nothing that is written on it counts.
    """

    thread: str
    channel: Channel
    cases: tuple[CaseSummary, ...]
    blocked: bool = False


@frozen
class CustomerCard(Framed):
    """What is known of one customer.

    Attributes:
        name: None while it is not known.
        profile: What else is known, by name: email, phone, photo, followers.
        conversations: Every thread, the one with the latest activity first; each case says its status, when it was, and
            who worked on it.
        notes: The notes that stand, on the customer and on their cases, in the order in which they were written.
        positive: How many of the customer's messages are marked positive; likewise `negative`.
        neutral: How many of them are not marked.
        blocked: Whether nothing that they send counts.
        merged: Who else they were found to be; the card is of all of them.
    """

    shown_by = "casecore.projections.shown.telling:CARD"

    customer: str
    name: str | None
    profile: Mapping[str, str]
    conversations: tuple[Conversation, ...]
    notes: tuple[NoteText, ...]
    positive: int
    neutral: int
    negative: int
    blocked: bool = False
    merged: tuple[str, ...] = ()

    @property
    def cases(self) -> tuple[CaseSummary, ...]:
        """Every case, conversation by conversation; one that is in several of them once."""
        return tuple(dict.fromkeys(case for conversation in self.conversations for case in conversation.cases))


def customer_card(desk: Desk, happened: Archive | Iterable[Event], customer: str) -> CustomerCard:
    """What is known of a customer; of one who was merged, what is known of who they are.

    Args:
        desk: The desk, which knows the profile and the marks.
        happened: An archive that has followed the desk; or all events, from which one is made.
        customer: Of whom.

    Raises:
        UnknownPerson: When the desk has no such customer.
        MissingRow: When the events begin in the middle of a history.
    """
    row = row_called(desk.customers, customer)
    if row is None:
        raise UnknownPerson("customer", customer)
    row = desk.customers.get(row.person, row)
    rows = (row, *(other for name in row.merged if (other := desk.customers.get(name)) is not None))
    archive = happened if isinstance(happened, Archive) else Archive().update(happened)
    threads: dict[str, list[CaseSummary]] = {}
    for case in archive.cases_of(customer):
        for thread in case.threads:
            threads.setdefault(thread, []).append(case)
    return CustomerCard(
        row.id,
        name=row.name,
        profile=row.profile,
        conversations=tuple(
            Conversation(thread, cases[0].channel, tuple(cases), _is_blocked(desk, thread))
            for thread, cases in threads.items()
        ),
        notes=archive.notes_of(customer),
        positive=sum(one.positive for one in rows),
        neutral=archive.neutral_messages_of(customer),
        negative=sum(one.negative for one in rows),
        blocked=row.blocked,
        merged=row.merged,
    )


def _is_blocked(desk: Desk, thread: str) -> bool:
    row = row_called(desk.threads, thread)
    return row is not None and row.blocked
