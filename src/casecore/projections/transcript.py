"""The transcript: every message and note of a case or of a customer, whole and in order (§9).

    for entry in transcript(events, "c1"):               # one case
        print(entry)
    transcript(events, customer="maria", language="pt")  # one customer, on every channel

* Messages of **both sides** with all of their text and what was attached, also those that a machine sent, or somebody
  who is blocked; questions to a silent customer and the closing message; notes on the case, and on the customer where a
  customer is asked for.
* A **draft that waits** stands in its place as it reads now, and is marked *Approval*. Once it is sent it is a message
  like any other, with who approved it; one that was refused, withdrawn or superseded was never said.
* A note that was changed says what it says now, and when it was changed; one that was deleted is gone. Nothing is ever
  cut; what `history` shows on one line is for looking over it.
* A message that the customer **edited** or **withdrew** stands where it was written, is marked so, and says what it
  says now; withdrawn, it says nothing. The history keeps both.
* What was said on a case that was moved to another customer is found by both. Of a case into which others were merged
  it shows what was said on those, too.
* In the order in which it was **written**: what arrives late stands where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import field

from casecore.channels import MessageKind
from casecore.kernel import Event, changed, frozen
from casecore.kernel.shown import Displayed, DisplayedList
from casecore.projections.history import language_index
from casecore.projections.history.vocabulary import QUOTES, WORDS, InEachLanguage
from casecore.reports.text import visible
from casecore.rooms.approvals import DECIDED, DraftEdited, DraftSubmitted
from casecore.rooms.arrivals import MessageNoted, MessageReceived
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseStarted
from casecore.rooms.edits import MessageAwaited, MessageEdited, MessageWithdrawn
from casecore.rooms.merging import CustomerMerged
from casecore.rooms.moving import CaseMoved
from casecore.rooms.notes import NoteAdded, NoteDeleted, NoteEdited
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.threads import ThreadOpened, instant_written


class EntryKind(StrEnum):
    """What an entry of a transcript is."""

    RECEIVED = "received"
    AUTOMATIC = "automatic"
    BLOCKED = "blocked"
    SENT = "sent"
    APPROVAL = "approval"
    NOTE = "note"


TITLES_OF_ENTRIES: Final[Mapping[EntryKind, InEachLanguage]] = {
    EntryKind.RECEIVED: ("", "", ""),
    EntryKind.AUTOMATIC: ("Automatic message", "Mensagem automática", "Message automatique"),
    EntryKind.BLOCKED: ("Blocked message", "Mensagem bloqueada", "Message bloqué"),
    EntryKind.SENT: ("", "", ""),
    EntryKind.APPROVAL: ("Approval", "Aprovação", "Approbation"),
    EntryKind.NOTE: ("Note", "Nota", "Note"),
}
"""What an entry is marked as, in the order of the languages; a direct message needs no mark."""

EDITED: Final[InEachLanguage] = ("Edited", "Editada", "Modifié")
WITHDRAWN: Final[InEachLanguage] = ("Withdrawn", "Apagada", "Supprimé")


@frozen
class TranscriptEntry(Displayed):
    """A message, a note, or a draft that waits.

    Attributes:
        at: When it was written (aware, UTC).
        by: Who wrote it: an agent's id, the customer's, a participant's.
        kind: What it is.
        title: What it is marked as, in the language that was asked for; nothing for a direct message.
        case: The case it is on; None for a note on the customer, and for what arrived before any case.
        customer: Whose it is; None where the events do not say.
        id: The id of the message, draft or note.
        text: All of it.
        attachments: What is attached to it.
        subject: The subject of an email of ours.
        reviewer: Who approved it, if it was approved.
        edited_at: When it was last changed (aware, UTC); a message, when the customer did it.
        withdrawn: Whether whoever wrote it took it back.
        thread: The thread on which it was said; None for notes and drafts, and where the events do not say.
    """

    shown_by = "casecore.projections.shown.telling:ENTRY"

    at: datetime
    by: str
    kind: EntryKind
    title: str
    case: str | None
    customer: str | None
    id: str
    text: str
    attachments: tuple[str, ...] = ()
    subject: str = ""
    reviewer: str | None = None
    edited_at: datetime | None = None
    withdrawn: bool = False
    thread: str | None = None

    def __str__(self) -> str:
        head = f"{self.at:%Y-%m-%d %H:%M:%S} {self.by}" + (f" ({self.title})" if self.title else "")
        lines = [head + (f" {QUOTES[0].format(self.subject)}" if self.subject else ""), *self.text.splitlines()]
        lines += [f"+ {name}" for name in self.attachments]
        return "\n    ".join(map(visible, lines))


class Transcript(DisplayedList[TranscriptEntry]):
    """The entries of a transcript, in order."""

    __slots__ = ()

    shown_by = "casecore.projections.shown.telling:TRANSCRIPT"


def transcript(
    events: Iterable[Event], case: str | None = None, *, customer: str | None = None, language: str = "en"
) -> DisplayedList[TranscriptEntry]:
    """Everything that was said and noted, whole and in order.

    Args:
        events: What happened, from the first event on.
        case: Only what is on this case, or on one that was merged into it; None: on any.
        customer: Only what is of this customer, notes on them included, and of who was merged with them; None: of any.
        language: `en`, `pt` or `fr`, with or without a region.

    Raises:
        UnknownLanguage: When the language is another.
    """
    told = _Telling(language_index(language))
    for event in events:
        told.follow(event)
    entries = (entry for entry in told.entries.values() if case is None or told.is_on(entry.case, case))
    person = None if customer is None else told.person_of(customer)
    wanted = (entry for entry in entries if person is None or person in told.people_of(entry))
    return Transcript(sorted(wanted, key=lambda entry: entry.at))  # stable: of one instant, as it happened


# Telling -----------------------------------------------------------------------------------------------


@frozen
class _Telling:
    """The entries so far, by what they are and their id."""

    place: int
    entries: dict[tuple[str, ...], TranscriptEntry] = field(factory=dict, hash=False)
    owners: dict[str, str] = field(factory=dict, hash=False)
    """Whose each case, and each thread, is."""
    people: dict[str, str] = field(factory=dict, hash=False)
    """Who each customer is that was merged."""
    goes_on: dict[str, str] = field(factory=dict, hash=False)
    """As which each case goes on that was merged."""

    def is_on(self, case: str | None, wanted: str) -> bool:
        """Whether a case is the one that is wanted, or goes on as that one."""
        while case is not None and case != wanted:
            case = self.goes_on.get(case)
        return case is not None

    def person_of(self, customer: str | None) -> str | None:
        """Who a customer is: themselves, or into whom they were merged."""
        return None if customer is None else self.people.get(customer, customer)

    def people_of(self, entry: TranscriptEntry) -> set[str | None]:
        """Whose an entry is: whoever it was said to, and whoever's its case is now."""
        return {self.person_of(entry.customer), self.person_of(self.owners.get(entry.case or ""))}

    def follow(self, event: Event) -> None:
        """Enter what an event says."""
        match event:
            case CaseStarted() | CaseMoved():
                self.owners[event.case] = event.customer
            case CustomerMerged() | CaseTakenOver():
                self._read_as_one(event)
            case ThreadOpened():
                self.owners[event.thread] = event.customer
            case MessageReceived() | MessageNoted():
                self._enter_message(event)
            case MessageAwaited():
                customer = self.owners.get(event.thread)
                self._enter(
                    "received", event.message, event, EntryKind.RECEIVED, by=customer or event.by, customer=customer
                )
            case ReplySent():
                self._enter(
                    "said",
                    event.message,
                    event,
                    EntryKind.SENT,
                    by=event.author,
                    attachments=event.attachments,
                    subject=event.subject,
                    reviewer=event.reviewer,
                )
            case PresenceAsked() | ChatDisconnected():
                self._enter("said", event.message, event, EntryKind.SENT)
            case DraftSubmitted():
                approval = EntryKind.APPROVAL
                self._enter("draft", event.draft, event, approval, attachments=event.attachments, subject=event.subject)
            case NoteAdded():
                self._enter("note", event.note, event, EntryKind.NOTE)
            case _:
                self._change(event)

    def _read_as_one(self, event: CustomerMerged | CaseTakenOver) -> None:
        if isinstance(event, CustomerMerged):
            self.people[event.customer] = event.into
        else:
            self.goes_on[event.merged] = event.case

    def _change(self, event: Event) -> None:
        """What an event says of an entry that is there; nothing where that came before the first event."""
        if isinstance(event, DraftEdited):
            texts = {"text": event.text, "attachments": event.attachments}
            self._edit(self._key(event, "draft", event.draft), event, **texts, **_fields_told(subject=event.subject))
        elif isinstance(event, MessageEdited | MessageWithdrawn):
            self._change_message(event)
        elif isinstance(event, NoteEdited):
            self._edit(self._key(event, "note", event.note), event, text=event.text)
        elif isinstance(event, NoteDeleted):
            self.entries.pop(self._key(event, "note", event.note), None)
        elif isinstance(event, DECIDED):
            self.entries.pop(self._key(event, "draft", event.draft), None)

    def _change_message(self, event: MessageEdited | MessageWithdrawn) -> None:
        key = self._key(event, "received", event.message)
        if key not in self.entries or getattr(event, "late", False):
            return
        withdrawn = isinstance(event, MessageWithdrawn)
        kept = self.entries[key].title.removesuffix(EDITED[self.place]).removesuffix(", ")
        mark = (WITHDRAWN if withdrawn else EDITED)[self.place]
        self.entries[key] = changed(
            self.entries[key],
            edited_at=instant_written(event.at, event.sent_at),
            title=f"{kept}, {mark}" if kept else mark,
            text="" if isinstance(event, MessageWithdrawn) else event.text,
            attachments=() if isinstance(event, MessageWithdrawn) else event.attachments,
            withdrawn=withdrawn,
        )

    def _enter_message(self, event: MessageReceived | MessageNoted) -> None:
        kind = _kind_of(event)
        title = "" if event.kind is MessageKind.DIRECT else WORDS[MessageKind][event.kind][self.place]
        customer = self.owners.get(event.thread) or event.customer
        self._enter(
            "received",
            event.message,
            event,
            kind,
            by=event.participant or customer or event.by,
            at=event.written_at,
            customer=customer,
            attachments=event.attachments,
            **({"title": title} if kind is EntryKind.RECEIVED else {}),
        )

    def _enter(self, sort: str, row: str, event: Any, kind: EntryKind, **more: Any) -> None:
        customer = getattr(event, "customer", None) or self.owners.get(event.case)
        title, text = TITLES_OF_ENTRIES[kind][self.place], getattr(event, "text", "")
        known = {"at": event.at, "by": event.by, "title": title, "customer": customer, "text": text}
        known["thread"] = getattr(event, "thread", None) or None
        entry = TranscriptEntry(kind=kind, case=event.case, id=row, **{**known, **more})
        self.entries[self._key(event, sort, row)] = entry

    def _key(self, event: Any, sort: str, row: str) -> tuple[str, ...]:
        """By what an entry is found again: messages by their thread, drafts by their case, notes by their id alone."""
        if sort == "note":
            return (sort, row)
        if sort == "draft":
            return (sort, row, event.case)
        return (sort, row, event.thread or event.case)  # ours say no thread in histories in which no case ever left one

    def _edit(self, key: tuple[str, ...], event: Event, **fields: Any) -> None:
        if key in self.entries:
            self.entries[key] = changed(self.entries[key], edited_at=event.at, **fields)


def _kind_of(event: MessageReceived | MessageNoted) -> EntryKind:
    if isinstance(event, MessageReceived):
        return EntryKind.RECEIVED
    return EntryKind.BLOCKED if event.blocked else EntryKind.AUTOMATIC if event.auto_generated else EntryKind.RECEIVED


def _fields_told(**fields: Any) -> dict[str, Any]:
    """The fields that an event tells; an event from before there was such a field tells None, which changes nothing."""
    return {name: value for name, value in fields.items() if value is not None}
