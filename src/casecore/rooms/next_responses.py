"""Next responses: how fast what the customer asks later is answered.

* **Next response (NRT)** runs from the first message that waits for an answer, once the first reply has been sent, to
  the reply to it. What the customer adds meanwhile starts nothing again. It is off, unless the policy gives a target.
* While the first response is still to come, that clock alone runs: there is one answer to give.
* Set resolved by hand, or disconnected, the customer waits no more, and has had no reply: it is `stopped`, or missed.
* Each wait has a clock and a verdict of its own; no later one takes it back. If the reply never arrived, what it had
  met is taken back, and the next answer counts, if there was one. Where the customer has asked another thing since,
  both wait for the same answer: the clock of the earlier one goes on.
"""

from __future__ import annotations

from casecore.kernel import Editing, Event, Room, changed
from casecore.kernel.rooms import wants
from casecore.policies import Policy
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.cases import BY_HAND, MOST_ANSWERS, StatusSet
from casecore.rooms.clocks import MISSED, NRT, Clocks, EarlierWait, FirstReply, SeesClocks
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected
from casecore.rooms.sla import ClockJudged, HasClocks, ResponseUndone, judge_clock, judge_run, left_of_verdict
from casecore.statuses import CLOSED, RESOLVED

# What follows ------------------------------------------------------------------------------------------


def _runs(clocks: Clocks) -> bool:
    return clocks.asked_at is not None and not clocks.answers


@wants("case", "clocks")
def _after_reply(view: HasClocks, event: ReplySent, policy: Policy) -> tuple[Event, ...]:
    return judge_clock(view, event, policy, NRT, event.at, reached=True) if _runs(view.clocks) else ()


@wants("case", "clocks")
def _after_status(view: HasClocks, event: StatusSet | ChatDisconnected, policy: Policy) -> tuple[Event, ...]:
    if not _runs(view.clocks) or not _resolves(event):
        return ()
    return judge_clock(view, event, policy, NRT, event.at, reached=False)


def _resolves(event: StatusSet | ChatDisconnected) -> bool:
    return isinstance(event, ChatDisconnected) or event.status is RESOLVED


@wants("case", "clocks")
def _after_bounce(view: HasClocks, event: MessageBounced, policy: Policy) -> tuple[Event, ...]:
    """What a reply had met that never reached the customer is taken back."""
    answers, before = view.clocks.answers, view.clocks.before
    if view.case.status is not CLOSED and before is not None and before.answers == {event.message}:
        return _wait_from_before(view, event, policy, before)
    if view.case.status is CLOSED or not answers or answers[0].message != event.message:
        return ()
    others = answers[1:]
    undone = ResponseUndone(event.by, event.at, view.case.id, others[0].at if others else None, NRT)
    if not others:
        return (undone,)
    return (undone, *judge_clock(view, event, policy, NRT, others[0].at, reached=not others[0].stops))


def _wait_from_before(view: HasClocks, event: MessageBounced, policy: Policy, before: EarlierWait) -> tuple[Event, ...]:
    """What the customer asked before waits for the same answer as their last messages, and has had it if these had."""
    case, clocks = view.case, view.clocks
    verdict = left_of_verdict(clocks.next_response) or before.missed
    answer = clocks.answers[0] if clocks.answers else None
    undone = ResponseUndone(event.by, event.at, case.id, answer.at if answer else None, NRT)
    if answer is not None:
        whole = changed(clocks, asked_at=before.asked_at, next_response=verdict)
        return (undone, *judge_run(case, whole, event, policy, NRT, answer.at, reached=not answer.stops))
    if verdict is None or clocks.next_response is not None:
        return (undone,)
    return (undone, ClockJudged(event.by, event.at, case.id, NRT, MISSED, verdict.target))


# Evolve ------------------------------------------------------------------------------------------------


def _begin_to_wait(clocks: Editing, event: MessageReceived) -> None:
    if _runs(clocks):
        return
    clocks.before = _wait_to_keep(clocks)
    earlier = clocks.asked_at or clocks.started_at or event.written_at
    clocks.asked_at = None if clocks.replied_at is None else max(event.written_at, earlier)  # it never moves back
    clocks.answers, clocks.next_response = (), None


def _wait_to_keep(clocks: Editing) -> EarlierWait | None:
    answers = frozenset(answer.message for answer in clocks.answers)
    if clocks.asked_at is None or BY_HAND in answers:
        return None
    return EarlierWait(clocks.asked_at, answers, left_of_verdict(clocks.next_response))


def _add_answer(clocks: Editing, message: str, event: Event, *, stops: bool) -> None:
    known = any(answer.message == message for answer in clocks.answers)  # it may be set resolved again
    if clocks.asked_at is not None and not known and len(clocks.answers) < MOST_ANSWERS:
        clocks.answers = (*clocks.answers, FirstReply(message, event.at, stops))


def _is_answered(clocks: Editing, event: ReplySent) -> None:
    _add_answer(clocks, event.message, event, stops=False)


def _is_resolved(clocks: Editing, event: StatusSet) -> None:
    if _resolves(event):
        _add_answer(clocks, BY_HAND, event, stops=True)


def _is_disconnected(clocks: Editing, event: ChatDisconnected) -> None:
    _add_answer(clocks, event.message, event, stops=True)


def _forget_answer(clocks: Editing, event: MessageBounced) -> None:
    if clocks.closed_at is not None:
        return
    clocks.answers = tuple(answer for answer in clocks.answers if answer.message != event.message)
    before = clocks.before
    if before is not None and before.answers == {event.message}:
        clocks.asked_at, clocks.before = before.asked_at, None
    elif before is not None:
        clocks.before = changed(before, answers=before.answers - {event.message})


NEXT_RESPONSES: Room[SeesClocks] = Room(
    name="next_responses",
    follows={
        ReplySent: _after_reply,
        StatusSet: _after_status,
        ChatDisconnected: _after_status,
        MessageBounced: _after_bounce,
    },
    evolve={
        (Clocks, MessageReceived): _begin_to_wait,
        (Clocks, ReplySent): _is_answered,
        (Clocks, StatusSet): _is_resolved,
        (Clocks, ChatDisconnected): _is_disconnected,
        (Clocks, MessageBounced): _forget_answer,
    },
)
