"""Last words: what the customer said last on a case, so that nobody replies past what they have not read.

* A reply, or a draft of one, may say which message its writer **saw** last: any message of the thread, or of one that
  the case has left.
* Where a message of the customer or of a participant came later it is refused. Likes, and what a machine sent, keep
  nobody from replying; neither does what we sent ourselves.
* Where a colleague has replied meanwhile, too, the refusal tells of both.
* On approval the reviewer's word stands for the author's: the message that they name, or that they have seen
  everything. The rule guards the *sent reply*, so that nothing goes round it.
* A message that is on none of these is told as such.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Protocol

from casecore.kernel import UNCONCERNED, Command, Editing, Event, Reason, Room, Rule, Unconcerned
from casecore.kernel.records import record
from casecore.kernel.rooms import for_words, measures, soft_rule, wants
from casecore.kernel.values import kind_of
from casecore.policies import Policy
from casecore.rooms.approvals import ApproveDraft, DraftSubmitted, EditDraft, SubmitDraft
from casecore.rooms.arrivals import MessageNoted, MessageReceived
from casecore.rooms.cases import CaseStarted, HasCase, SeesCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.threads import Message, finds_message

# Record ------------------------------------------------------------------------------------------------


@record
class OurReply:
    """A reply of ours, and who is its author."""

    message: str
    author: str


@record
class LastWords:
    """What was said last on a case by the customer or a participant.

    Attributes:
        message: Their last message; None while only we have written.
        since: The messages that came or went after it: ours, likes, a machine's; the latest `MOST_SINCE` of them.
        before: The messages that came or went before it, likewise.
        replies: The replies among all of these, likewise.
    """

    message: str | None = None
    since: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    replies: tuple[OurReply, ...] = ()


MOST_SINCE = 50
"""So many messages after the customer's last are remembered; whoever saw one of them has seen that."""


class SeesLastWords(SeesCase, Protocol):
    """What was said last, and what the writer of a reply saw last."""

    @property
    def last_words(self) -> LastWords | None:
        """What was said last on the case."""

    @property
    def seen(self) -> Message | None:
        """The message that the command says was seen last, if the thread has it."""


class HasLastWords(SeesLastWords, HasCase, Protocol):
    """Somebody keeps what was said last on the case."""

    last_words: LastWords


class SaysWhatWasSeen(Protocol):
    """Whatever says which message its writer saw last."""

    @property
    def by(self) -> str:
        """Who says it."""

    @property
    def seen(self) -> str | None:
        """That message."""


# Need and rule -----------------------------------------------------------------------------------------


def _seen_by(command: Command) -> str | None:
    said: str | None = getattr(command, _SEEN_IN[kind_of(command)])
    return said


def _seen_is_known(view: SeesLastWords, command: Command, _: Policy) -> Reason | Unconcerned | None:
    named = _seen_by(command)
    if named is None:
        return UNCONCERNED
    if view.seen is not None:
        return None
    thread = "the thread" if view.case is None else f"the thread of case {view.case.id}"
    return Reason("message.known", f"{thread} has no message {named!r}", "say which message of this thread was seen")


@wants("case", "last_words")
@measures("seen", "last", "replied")
def _has_read_all(view: HasLastWords, said: SaysWhatWasSeen, _: Policy) -> Reason | Unconcerned | None:
    words, seen = view.last_words, said.seen
    if seen is None or words.message is None:
        return UNCONCERNED
    if seen == words.message or seen in words.since:
        return None
    reply = _colleagues_reply(words, seen, {said.by, getattr(said, "author", None)})
    came, read = f"{words.message} came", "it"
    if reply is not None:
        came, read = f"{came}, and {reply.author} replied ({reply.message}),", "both"
    return Reason(
        "reply.seen",
        f"{came} on case {view.case.id} after {seen}, which its writer saw last",
        f"read {read}, and say seen = {words.message!r} if the reply still stands",
        {"seen": seen, "last": words.message, "replied": None if reply is None else reply.author},
    )


def _colleagues_reply(words: LastWords, seen: str, writers: Container[str | None]) -> OurReply | None:
    """The latest reply of somebody else, of those that went after the message which was seen last."""
    before: tuple[str, ...] = for_words(words, "before", ())
    after = before.index(seen) + 1 if seen in before else 0
    unread = {*before[after:], *words.since}
    others = (
        one for one in reversed(for_words(words, "replies", ())) if one.message in unread and one.author not in writers
    )
    return next(others, None)


# Evolve ------------------------------------------------------------------------------------------------


def _nothing_said(_: CaseStarted) -> LastWords:
    return LastWords()


def _say(words: Editing, event: MessageReceived) -> None:
    last = () if words.message is None else (words.message,)
    words.before = (*words.before, *last, *words.since)[-MOST_SINCE:]
    words.message, words.since = event.message, ()


def _go_on(words: Editing, event: MessageNoted | ReplySent | PresenceAsked | ChatDisconnected) -> None:
    if words.message is None:
        return
    words.since = (*words.since, event.message)[-MOST_SINCE:]
    if isinstance(event, ReplySent):
        words.replies = (*words.replies, OurReply(event.message, event.author))[-MOST_SINCE:]


_SEEN_IN = {SendReply: "seen", SubmitDraft: "seen", EditDraft: "seen", ApproveDraft: "seen_message"}
_GOES_ON: tuple[type[Event], ...] = (MessageNoted, ReplySent, PresenceAsked, ChatDisconnected)

LAST_WORDS: Room[SeesLastWords] = Room(
    name="last_words",
    needs=(
        Rule(
            "message.known",
            "What was seen last is on the thread",
            "§4",
            tuple(_SEEN_IN),
            _seen_is_known,
            ("seen", "seen_message"),
        ),
    ),
    rules=(
        soft_rule(
            "reply.seen",
            "Nobody replies past words they have not read",
            "§4",
            (ReplySent, DraftSubmitted, EditDraft),
            _has_read_all,
            ("seen", "seen_message"),
        ),
    ),
    creates={(LastWords, CaseStarted): _nothing_said},
    notices={(LastWords, MessageReceived): _say, **dict.fromkeys(((LastWords, event) for event in _GOES_ON), _go_on)},
    shows={command: finds_message(name, row="seen") for command, name in _SEEN_IN.items()},
)
