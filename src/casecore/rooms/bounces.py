"""Bounces: a message of ours turns out never to have reached the customer.

* The host says so when the provider does. If the message was the **only answer** to what the customer had asked, they
  wait for an answer again, as long as they have waited; also where they have written another thing since.
* A case that waits or is resolved is open again: held, it stays with its agent; otherwise it goes as a reopened one
  (`reassignments.py`). What the message had met of the service clocks is taken back (`sla.py`).
* On a closed case it is noted, and somebody is told.
* A bounce that comes as an email is a machine's message like any other, and changes nothing by itself.
"""

from __future__ import annotations

from datetime import datetime

from casecore.kernel import Editing, Event, Reason, Room, Rule, a_text, an_id, frozen
from casecore.kernel.rooms import soft_rule, wants
from casecore.policies import Policy
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.cases import Case, CaseCommand, HasCase, SeesCase, only_holder
from casecore.rooms.contacts import Contact
from casecore.rooms.threads import FINDS_MESSAGE, Message, MessageEvent
from casecore.statuses import CASE_LIFECYCLE, OPEN, Trigger

# Command and event -------------------------------------------------------------------------------------


@frozen
class DeliveryFailed(CaseCommand):
    """A message of ours never reached the customer.

    Attributes:
        message: The message.
        why: What the provider says.
    """

    message: str = an_id()
    why: str = a_text(default="")


@frozen
class MessageBounced(MessageEvent):
    """A message of ours never reached the customer.

    Attributes:
        waits_since: Since when the customer waits for an answer again; None where they had another, or asked nothing.
    """

    case: str
    thread: str
    message: str
    why: str = ""
    waits_since: datetime | None = None


# Need and handler --------------------------------------------------------------------------------------


def _message_is_ours(view: SeesCase, command: DeliveryFailed, _: Policy) -> Reason | None:
    message = view.message
    if message is not None and message.case == command.case and message.author is not None:
        return None
    found = f"case {command.case} has no message {command.message!r} of ours"
    return Reason("message.known", found, "give the id of a message that was sent on this case")


@wants("case", "message")
def _note_failure(view: HasCase, command: DeliveryFailed, _: Policy) -> tuple[Event, ...]:
    c, case = command, view.case
    if view.message is None or view.message.failed:
        return ()
    others = [answer for answer in case.answers if answer != c.message]
    waits_since = case.asked_since if c.message in case.answers and not others else None
    if _was_only_answer_before(case, c.message) and case.unanswered_since is not None:
        waits_since = case.asked_before
    bounced = MessageBounced(c.by, c.at, case.id, view.message.thread, c.message, c.why, waits_since)
    if CASE_LIFECYCLE.dest(case.status, Trigger.DELIVERY_FAILED) is OPEN and case.status is not OPEN:
        return (bounced, CaseReopened(c.by, c.at, case.id, case.status, failed=c.message))
    return (bounced,)


def _was_only_answer_before(case: Case | Editing, message: str) -> bool:
    """Whether what the customer asked before their last messages was answered by this message, and waits like them."""
    return case.answers_before == {message}


# Evolve ------------------------------------------------------------------------------------------------


def _mark_failed(message: Editing, _: MessageBounced) -> None:
    message.failed = True


def _wait_again(case: Editing, event: MessageBounced) -> None:
    case.answers = tuple(answer for answer in case.answers if answer != event.message)
    if _was_only_answer_before(case, event.message):
        case.asked_since, case.asked_before = case.asked_before, None
    case.answers_before -= {event.message}
    if event.waits_since is not None:
        case.unanswered_since = event.waits_since


def _break_silence(contact: Editing, event: MessageBounced) -> None:
    if event.waits_since is not None:
        contact.silence_since = contact.asked_at = None
        contact.attempts = 0


_FAILURE = (DeliveryFailed,)

BOUNCES: Room[SeesCase] = Room(
    name="bounces",
    needs=(Rule("message.known", "The message is ours, on the case", "§3", _FAILURE, _message_is_ours, ("message",)),),
    rules=(soft_rule("assignment.holder", "The system, the assignee or a supervisor", "§3", _FAILURE, only_holder),),
    decide={DeliveryFailed: _note_failure},
    evolve={(Message, MessageBounced): _mark_failed, (Case, MessageBounced): _wait_again},
    notices={(Contact, MessageBounced): _break_silence},
    shows={DeliveryFailed: FINDS_MESSAGE},
)
