"""What the desk writes beside the conversation: notes, tags and sentiment.

* A note is on a case or on a customer. Its author, or a supervisor, may edit and delete it; the history keeps every
  version.
* A tag is on a case or on one message of it. The policy switches tags off, and limits how many there are.
* A message is neutral until somebody marks it positive or negative. The customer's record counts both of the messages
  that the customer wrote; ours and a participant's may be marked, too, and say nothing about the customer. The policy
  may keep agents from marking by hand.
* On a closed case notes may be written, changed and taken away as before; it gets no tag and no sentiment any more.
"""

from __future__ import annotations

from typing import Protocol

from casecore.kernel import (
    SYSTEM,
    UNCONCERNED,
    Command,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Threshold,
    Unconcerned,
    a_choice,
    a_text,
    an_id,
    frozen,
)
from casecore.kernel.records import a_link, record
from casecore.kernel.rooms import measures, not_by_customer, soft_rule, wants
from casecore.kernel.words import is_blank, same_form
from casecore.policies import Policy
from casecore.rooms.agents import is_supervisor
from casecore.rooms.cases import Case, CaseCommand, SeesCase, not_closed
from casecore.rooms.threads import FINDS_MESSAGE, Customer, Feeling, Message, MessageEvent, Thread, unknown_customer


@record
class Note:
    """A note, without its text, which lives in the events.

    Attributes:
        case: The case it is on; None when it is on a customer.
        customer: The customer it is on; None when it is on a case.
    """

    id: str
    author: str
    case: str | None = a_link(of="case", default=None)
    customer: str | None = None


class SeesNote(SeesCase, Protocol):
    """The note that the command names."""

    @property
    def spoken_on(self) -> Thread | None:
        """The thread on which the message stands: its customer is who wrote it, whoever's the case is now."""

    @property
    def note(self) -> Note | None:
        """The note the command names, if there is one with that id."""


class HasNote(SeesNote, Protocol):
    """There is such a note."""

    note: Note


class OnCase(SeesNote, Protocol):
    """There is such a case."""

    case: Case


class HasMessage(OnCase, Protocol):
    """There is such a message, on such a case."""

    message: Message


# Commands ----------------------------------------------------------------------------------------------


@frozen
class AddNote(Command):
    """A note is written on a case or on a customer; exactly one of the two is given."""

    note: str = an_id(of="note")
    text: str = a_text()
    case: str | None = an_id(of="case", default=None)
    customer: str | None = an_id(of="customer", default=None)


@frozen
class EditNote(Command):
    """A note says something else."""

    note: str = an_id(of="note")
    text: str = a_text()


@frozen
class DeleteNote(Command):
    """A note is taken away."""

    note: str = an_id(of="note")


@frozen
class AddTag(CaseCommand):
    """A case, or one message of it, is tagged."""

    tag: str = an_id()
    message: str | None = an_id(default=None)


@frozen
class RemoveTag(CaseCommand):
    """A tag is taken from a case, or from one message of it."""

    tag: str = an_id()
    message: str | None = an_id(default=None)


@frozen
class SetSentiment(CaseCommand):
    """A message is marked positive, neutral or negative."""

    message: str = an_id()
    sentiment: Feeling = a_choice(Feeling)


# Events ------------------------------------------------------------------------------------------------


@frozen
class NoteAdded(Event):
    """A note was written."""

    note: str
    text: str
    case: str | None
    customer: str | None


@frozen
class NoteEdited(Event):
    """A note says something else from now on."""

    note: str
    text: str
    case: str | None
    customer: str | None


@frozen
class NoteDeleted(Event):
    """A note was taken away."""

    note: str
    case: str | None
    customer: str | None


@frozen
class CaseTagged(Event):
    """A case has a tag from now on."""

    case: str
    tag: str


@frozen
class CaseUntagged(Event):
    """A case has a tag no longer."""

    case: str
    tag: str


@frozen
class MessageTagged(MessageEvent):
    """A message has a tag from now on."""

    case: str
    message: str
    tag: str
    thread: str = ""


@frozen
class MessageUntagged(MessageEvent):
    """A message has a tag no longer."""

    case: str
    message: str
    tag: str
    thread: str = ""


@frozen
class SentimentSet(MessageEvent):
    """A message was marked; `author` is who wrote it, one of us or a participant, None where the customer did."""

    case: str
    message: str
    customer: str
    sentiment: Feeling
    was: Feeling
    author: str | None = None
    thread: str = ""


# Needs -------------------------------------------------------------------------------------------------


class NamesNote(Protocol):
    """A command that may bring a note."""

    @property
    def note(self) -> str | None:
        """The note's own id."""


def note_fresh(view: SeesNote, command: NamesNote, _: Policy) -> Reason | Unconcerned | None:
    """The need of every command that brings a note."""
    if command.note is None:
        return UNCONCERNED
    if view.note is None:
        return None
    return Reason("note.fresh", f"there is a note {command.note!r} already", "give each note its own id")


def _one_place(_: SeesNote, command: AddNote, __: Policy) -> Reason | None:
    if (command.case is None) != (command.customer is None):
        return None
    given = "neither a case nor a customer" if command.case is None else "both a case and a customer"
    return Reason("note.place", f"the note is on {given}", "name exactly one of the two")


def _case_known(view: SeesNote, command: AddNote, _: Policy) -> Reason | Unconcerned | None:
    if command.case is None:
        return UNCONCERNED
    if view.case is not None:
        return None
    return Reason("case.known", f"there is no case {command.case!r}", "check the id; messages start cases")


def _customer_known(view: SeesNote, command: AddNote, _: Policy) -> Reason | Unconcerned | None:
    if command.customer is None:
        return UNCONCERNED
    if view.customer is not None:
        return None
    return unknown_customer(command.customer)


def _note_known(view: SeesNote, command: EditNote | DeleteNote, _: Policy) -> Reason | None:
    if view.note is not None:
        return None
    return Reason("note.known", f"there is no note {command.note!r}", "check the id; it may have been deleted")


def _message_known(
    view: SeesNote, command: AddTag | RemoveTag | SetSentiment, _: Policy
) -> Reason | Unconcerned | None:
    if command.message is None:
        return UNCONCERNED
    if view.message is not None and view.message.case == command.case:
        return None
    return Reason("message.known", f"case {command.case} has no message {command.message!r}", "check the id")


# Rules -------------------------------------------------------------------------------------------------


def _note_says_something(_: SeesNote, command: AddNote | EditNote, __: Policy) -> Reason | None:
    return Reason("note.content", "the note is empty", "write something") if is_blank(command.text) else None


@wants("note")
def _note_author(view: HasNote, command: EditNote | DeleteNote, _: Policy) -> Reason | None:
    note = view.note
    if command.by in (note.author, SYSTEM) or is_supervisor(view.actor):
        return None
    return Reason(
        "note.author",
        f"note {note.id} is {note.author}'s, not {command.by}'s",
        f"ask {note.author} or a supervisor, or write a note of your own",
        {"author": note.author},
        ("AddNote",),
    )


def _tags_on(_: SeesNote, __: AddTag, policy: Policy) -> Reason | Unconcerned | None:
    if policy.tags.enabled:
        return UNCONCERNED
    return Reason("tags.enabled", "the policy has no tags", "write a note instead", ways=("AddNote",))


@measures("tags", "limit", threshold=Threshold("tags", "limit", more=1))
def _few_tags(view: SeesNote, event: CaseTagged | MessageTagged, policy: Policy) -> Reason | Unconcerned | None:
    on = view.message if isinstance(event, MessageTagged) else view.case
    if on is None:
        return UNCONCERNED
    if len(on.tags) < policy.tags.limit:
        return None
    found = f"{on.id} has {len(on.tags)} of {policy.tags.limit} tags"
    facts = {"tags": len(on.tags), "limit": policy.tags.limit}
    return Reason("tags.limit", found, "take one away first", facts, ("RemoveTag",) if on.tags else ())


def _by_hand(view: SeesNote, _: SetSentiment, policy: Policy) -> Reason | Unconcerned | None:
    if policy.sentiment.manual or view.actor is None:
        return UNCONCERNED
    return Reason("sentiment.manual", "the policy lets no agent set sentiment by hand", "leave it to the system")


# Handlers ----------------------------------------------------------------------------------------------


def _add_note(_: SeesNote, command: AddNote, __: Policy) -> tuple[Event, ...]:
    c = command
    return (NoteAdded(c.by, c.at, c.note, c.text, case=c.case, customer=c.customer),)


def _edit_note(view: SeesNote, command: EditNote, _: Policy) -> tuple[Event, ...]:
    c, note = command, view.note
    return () if note is None else (NoteEdited(c.by, c.at, c.note, c.text, case=note.case, customer=note.customer),)


def _delete_note(view: SeesNote, command: DeleteNote, _: Policy) -> tuple[Event, ...]:
    c, note = command, view.note
    return () if note is None else (NoteDeleted(c.by, c.at, c.note, note.case, note.customer),)


def _tag_held(held: frozenset[str], tag: str) -> str | None:
    """The tag that is there already, as it is written there; tags are compared as people mean them."""
    if tag in held:
        return tag
    form = same_form(tag)
    return next((other for other in sorted(held) if same_form(other) == form), None)


@wants("case")
def _add_tag(view: OnCase, command: AddTag, _: Policy) -> tuple[Event, ...]:
    c = command
    on = view.case if c.message is None else view.message
    if on is None or _tag_held(on.tags, c.tag) is not None:
        return ()
    if c.message is None:
        return (CaseTagged(c.by, c.at, c.case, c.tag),)
    return (MessageTagged(c.by, c.at, c.case, c.message, c.tag, _thread_of_message(view)),)


@wants("case")
def _remove_tag(view: OnCase, command: RemoveTag, _: Policy) -> tuple[Event, ...]:
    c = command
    on = view.case if c.message is None else view.message
    tag = None if on is None else _tag_held(on.tags, c.tag)
    if tag is None:
        return ()
    if c.message is None:
        return (CaseUntagged(c.by, c.at, c.case, tag),)
    return (MessageUntagged(c.by, c.at, c.case, c.message, tag, _thread_of_message(view)),)


def _thread_spoken_on(view: SeesNote, _: SetSentiment) -> str | None:
    """Only where it is not the case's own: then the customer is the case's."""
    message, case = view.message, view.case
    return None if message is None or case is None or message.thread == case.thread else message.thread


def _thread_of_message(view: OnCase) -> str:
    return view.case.thread if view.message is None else view.message.thread


@wants("case", "message")
def _set_sentiment(view: HasMessage, command: SetSentiment, _: Policy) -> tuple[Event, ...]:
    c, message = command, view.message
    if message.sentiment is c.sentiment:
        return ()
    is_now = SentimentSet(
        c.by,
        c.at,
        c.case,
        c.message,
        view.case.customer if view.spoken_on is None else view.spoken_on.customer,
        sentiment=c.sentiment,
        was=message.sentiment,
        author=message.author or message.participant,
        thread=message.thread,
    )
    return (is_now,)


# Evolve ------------------------------------------------------------------------------------------------


def _new_note(event: NoteAdded) -> Note:
    return Note(event.note, event.by, event.case, event.customer)


def _one_more(case: Editing, event: NoteAdded) -> None:
    case.notes += 1


def _one_less(case: Editing, event: NoteDeleted) -> None:
    case.notes = max(0, case.notes - 1)  # a desk that was written down earlier has not counted its notes


def _put_tag(sheet: Editing, event: CaseTagged | MessageTagged) -> None:
    sheet.tags |= {event.tag}


def _take_tag(sheet: Editing, event: CaseUntagged | MessageUntagged) -> None:
    sheet.tags -= {event.tag}


def _mark_message(message: Editing, event: SentimentSet) -> None:
    message.sentiment = event.sentiment


def _count_sentiment(customer: Editing, event: SentimentSet) -> None:
    if event.author is not None:
        return
    for feeling, step in ((event.was, -1), (event.sentiment, 1)):
        if feeling is Feeling.POSITIVE:
            customer.positive += step
        elif feeling is Feeling.NEGATIVE:
            customer.negative += step


_ALL = (AddNote, EditNote, DeleteNote)
_ON_MESSAGE = (AddTag, RemoveTag, SetSentiment)

NOTES: Room[SeesNote] = Room(
    name="notes",
    needs=(
        Rule("actor.role", "A customer can only write", "§1", _ALL, not_by_customer),
        Rule("note.fresh", "A note's id is used once", "§4", (AddNote,), note_fresh, ("note",)),
        Rule("note.place", "A note is on a case or on a customer", "§4", (AddNote,), _one_place),
        Rule("case.known", "The case exists", "§4", (AddNote,), _case_known),
        Rule("customer.known", "The customer exists", "§4", (AddNote,), _customer_known),
        Rule("note.known", "The note exists", "§4", (EditNote, DeleteNote), _note_known, ("note",)),
        Rule("message.known", "The message is on the case", "§4", _ON_MESSAGE, _message_known, ("message",)),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _ON_MESSAGE, not_closed),
    ),
    rules=(
        Rule("note.content", "A note says something", "§4", (AddNote, EditNote), _note_says_something, ("text",)),
        soft_rule("note.author", "A note is its author's", "§4", (EditNote, DeleteNote), _note_author, ("note",)),
        soft_rule("tags.enabled", "The policy switches tags on or off", "§4", (AddTag,), _tags_on),
        soft_rule("tags.limit", "Tags are few", "§4", (CaseTagged, MessageTagged), _few_tags, ("tag",)),
        soft_rule("sentiment.manual", "The policy lets agents mark by hand, or not", "§4", (SetSentiment,), _by_hand),
    ),
    decide={
        AddNote: _add_note,
        EditNote: _edit_note,
        DeleteNote: _delete_note,
        AddTag: _add_tag,
        RemoveTag: _remove_tag,
        SetSentiment: _set_sentiment,
    },
    creates={(Note, NoteAdded): _new_note},
    evolve={
        (Case, CaseTagged): _put_tag,
        (Case, CaseUntagged): _take_tag,
        (Customer, SentimentSet): _count_sentiment,
    },
    notices={
        (Case, NoteAdded): _one_more,  # where it is not on a customer
        (Case, NoteDeleted): _one_less,
        # in histories from before threads were told, nobody can say on which message
        (Message, MessageTagged): _put_tag,
        (Message, MessageUntagged): _take_tag,
        (Message, SentimentSet): _mark_message,
    },
    removes=frozenset({(Note, NoteDeleted)}),
    shows={
        **dict.fromkeys(_ON_MESSAGE, FINDS_MESSAGE),
        SetSentiment: {**FINDS_MESSAGE, "spoken_on": _thread_spoken_on},
    },
    probes=(
        Probe("add_note", AddNote, asks=("note", "text")),
        Probe("add_tag", AddTag, asks=("tag",)),
        Probe("remove_tag", RemoveTag, asks=("tag",)),
        Probe("set_sentiment", SetSentiment, {"sentiment": Feeling.NEUTRAL}, asks=("message", "sentiment")),
    ),
)
