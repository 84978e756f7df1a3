"""What an archive answers: what it knows of a case, a page of results, a note that stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field

from casecore.channels import Channel
from casecore.kernel import frozen
from casecore.kernel.fields import Value
from casecore.kernel.shown import Framed
from casecore.rooms.cases import NOTHING_NOTED
from casecore.statuses import Status


@frozen
class CaseSummary:
    """What an archive knows of a case, as of now.

    Attributes:
        name: The customer's name, if it is known.
        assignee: Who holds it.
        threads: The threads that lead to it, its own first.
        snoozed_until: Until when it is snoozed (aware, UTC); None where it is not.
        agents: Who held it, wrote on it or did something with it, by id.
        tags: Its tags and those of its messages, by word.
        attributes: What is noted of it, by name.
        started_at: When it started (aware, UTC).
        latest_at: When something last happened on it (aware, UTC).
    """

    case: str
    thread: str
    customer: str
    name: str | None
    channel: Channel
    status: Status
    queue: str
    assignee: str | None
    agents: tuple[str, ...]
    tags: tuple[str, ...]
    started_at: datetime
    latest_at: datetime
    snoozed_until: datetime | None = None
    threads: tuple[str, ...] = ()
    attributes: Mapping[str, Value] = field(default=NOTHING_NOTED, hash=False)


@frozen
class Page(Framed):
    """Some results.

    Attributes:
        results: Latest activity first, then by case id.
        cursor: Goes on after these; None where there are no more.
    """

    shown_by = "casecore.projections.shown.telling:FOUND"

    results: tuple[CaseSummary, ...]
    cursor: str | None


@frozen
class NoteText:
    """A note that stands, with its text.

    Attributes:
        case: The case it is on; None where it is on the customer.
        at: When it was written (aware, UTC).
        edited_at: When it was last edited; None where it never was.
    """

    note: str
    author: str
    text: str
    case: str | None
    at: datetime
    edited_at: datetime | None = None
