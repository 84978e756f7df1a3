"""Breaches as alterations of the day: a command comes too early, is not there, says something else, or is one too many.

Each looks for a place where that harms nobody, and says why there.
"""

from collections.abc import Callable
from datetime import timedelta

import attrs

from casecore import (
    SYSTEM,
    AcceptOffer,
    AddNote,
    AddTag,
    ApproveDraft,
    AskPresence,
    Authenticate,
    ChangeAgent,
    Channel,
    CloseCase,
    CloseReason,
    DeliveryFailed,
    DisconnectIdle,
    Dispose,
    EndSnooze,
    ExpireOffer,
    FlagCase,
    GoAvailable,
    GoUnavailable,
    LogOut,
    MakeCommitment,
    OfferWork,
    OpenCase,
    Permission,
    ReassignCase,
    ReceiveMessage,
    RecordMiss,
    RelateRecord,
    ReleaseAbsent,
    SendReply,
    SetStatus,
    Status,
)
from casecore.policies.sections import Relation
from tests.audit.breach_kinds import CLOSING, GRACE, OFFER, SILENCE, Kind
from tests.audit.making import LIVE, Line, Log, NoPlaceError

REPLY, EMAIL = Permission.REPLY, Channel.EMAIL
PENDING, RESOLVED, ESCALATED = Status.PENDING, Status.RESOLVED, Status.ESCALATED

ALTERATIONS: dict[str, Kind] = {}
"""Every alteration, by name."""


def alteration(rule: str) -> Callable[[Callable[[Log], bool]], Callable[[Log], bool]]:
    """Enter a kind that alters the day; it says whether it has found a place."""

    def enter(alter: Callable[[Log], bool]) -> Callable[[Log], bool]:
        def make(log: Log) -> None:
            if not alter(log):
                raise NoPlaceError(alter.__name__)

        ALTERATIONS[alter.__name__] = Kind(rule, make)
        return alter

    return enter


# Alterations: too early --------------------------------------------------------------------------------


@alteration("idle.silence")
def disconnected_early(log: Log) -> bool:
    """A silent chat is ended after 90 s: agent and customer do nothing from then until it was ended in the clean day.

    The silence begins with the reply that is the last thing said before: no message and no opening came since.
    """
    for line in log.places(DisconnectIdle):
        said = [row for row in log.before(line) if isinstance(row.command, SendReply | ApproveDraft | ReceiveMessage)]
        asked = [row for row in log.before(line) if isinstance(row.command, AskPresence)]
        if not said or not asked or isinstance(said[-1].command, ReceiveMessage):
            continue
        early = said[-1].at + timedelta(seconds=90)
        if asked[-1].at < early and log.quiet(early, line, line.command.case, line.command.by):
            log.alter(line, at=early)
            log.breaks(line, 90, SILENCE)
            return True
    return False


def _clock(log: Log, kind: type, limit: int, measured: int, began: Callable[[Line, Line], bool], **fields: object):
    """What a clock does at its limit is done earlier, where nothing happens to its case or to who began it."""
    for line in log.places(kind, by=SYSTEM, **fields):
        since = line.at - timedelta(seconds=limit)
        starts = [row for row in log.lines if row.at == since and began(row, line)]
        early = since + timedelta(seconds=measured)
        who = {getattr(row.command, "agent", line.command.case) for row in starts}
        if starts and log.quiet(early, line, line.command.case, *who):
            log.alter(line, at=early)
            log.breaks(line, measured, limit)
            return True
    return False


@alteration("lifecycle.close_after")
def closed_early(log: Log) -> bool:
    """A case is closed by itself an hour early, where nothing was to happen to it in that hour; it is its last."""

    def began(row: Line, line: Line) -> bool:
        active = SendReply | ApproveDraft | SetStatus | DisconnectIdle
        return isinstance(row.command, active) and row.command.case == line.command.case

    return _clock(log, CloseCase, CLOSING, CLOSING - 3600, began, reason=CloseReason.AUTOMATIC)


@alteration("offer.timeout")
def expired_early(log: Log) -> bool:
    """An offer ends after 20 s; the case is offered anew when it was, and the agent does nothing in between."""

    def began(row: Line, line: Line) -> bool:
        offer, ends = row.command, line.command
        return isinstance(offer, OfferWork) and (offer.case, offer.review) == (ends.case, ends.review)

    return _clock(log, ExpireOffer, OFFER, 20, began)


@alteration("away.grace")
def released_early(log: Log) -> bool:
    """A case is taken from somebody 30 s after they went; it is offered anew when it was, and they are not back."""
    holders: dict[str, str] = {}
    for row in log.lines:
        if isinstance(row.command, AcceptOffer | OpenCase) and not getattr(row.command, "review", False):
            holders[row.command.case] = row.command.by
        if isinstance(row.command, ReleaseAbsent):
            holders[f"{row.command.case} at {row.at}"] = holders.get(row.command.case, "")

    def began(row: Line, line: Line) -> bool:
        gone = holders[f"{line.command.case} at {line.at}"]
        return isinstance(row.command, LogOut) and row.command.agent == gone

    return _clock(log, ReleaseAbsent, GRACE, 30, began)


@alteration("snooze.over")
def woken_early(log: Log) -> bool:
    """A case is woken at the instant at which anything happened last before its own: all others are as they will be.

    So it goes to whom it was to go: to its last agent if they are free, else to its queue.
    """
    for line in log.places(EndSnooze):
        last = log.lines[log.lines.index(line) - 1]
        if last.at < line.at:
            log.alter(line, at=last.at)
            log.breaks(line)
            return True
    return False


# Alterations: something is not there -------------------------------------------------------------------


def _needs_to_know(line: Line, log: Log) -> bool:
    """Whether something is done for which the customer has to be authenticated."""
    command = line.command
    if isinstance(command, ApproveDraft):
        written = [row.command for row in log.about(command.case) if getattr(row.command, "draft", "") == command.draft]
        return any(getattr(row, "send_as", None) is RESOLVED for row in written)
    if isinstance(command, SendReply):
        return command.send_as is RESOLVED
    if isinstance(command, SetStatus):
        return command.status is RESOLVED
    return isinstance(command, ReassignCase | MakeCommitment)


@alteration("authentication.before")
def unauthenticated(log: Log) -> bool:
    """Nobody authenticates, in a contact in which one thing was done that asks for it: all else goes on as it did.

    Where a case has one contact only, what is known of it afterwards is asked by nobody.
    """
    for line in log.places(Authenticate):
        case = line.command.case
        asks = [row for row in log.about(case) if _needs_to_know(row, log)]
        once = sum(isinstance(row.command, Authenticate | AcceptOffer) for row in log.about(case)) == 2
        if log.channel(case) in LIVE and once and len(asks) == 1 and asks[0].at >= line.at:
            log.drop(line)
            log.breaks(asks[0])
            return True
    return False


@alteration("lifecycle.edge")
def replied_unopened(log: Log) -> bool:
    """A case is replied to that was accepted and never opened; by the reply it has the status it was to have.

    Between the two nothing is done that looks at its status.
    """
    harmless = AddNote | AddTag | RelateRecord | FlagCase | Authenticate | ReceiveMessage | RecordMiss
    for line in log.places(OpenCase):
        earlier = [row for row in log.before(line) if isinstance(row.command, OpenCase)]
        then = next((row for row in log.after(line) if not isinstance(row.command, harmless)), None)
        offered = any(isinstance(row.command, AcceptOffer) for row in log.before(line))
        started = line.command.case in log.started
        if started and offered and not earlier and then and isinstance(then.command, SendReply):
            log.drop(line)
            log.breaks(then)
            return True
    return False


@alteration("email.relations")
def unrelated(log: Log) -> bool:
    """An email that has one contact is related to nobody: what is left to do for it is a duty, and no breach."""
    for line in log.places(Dispose):
        case = line.command.case
        related = [r for r in log.about(case) if getattr(r.command, "relation", None) is Relation.CUSTOMER]
        disposed = [row for row in log.about(case) if isinstance(row.command, Dispose)]
        if log.channel(case) is EMAIL and related and len(disposed) == 1 and related[-1].at <= line.at:
            for row in related:
                log.drop(row)
            log.breaks(line)
            return True
    return False


# Alterations: something else is said -------------------------------------------------------------------


def _said(log: Log, kind: type, fits: Callable[[Line], bool] = lambda _: True, **fields: object) -> bool:
    """Let some command say something else, at which nothing later looks."""
    for line in log.places(kind):
        if fits(line):
            log.alter(line, **fields)
            log.breaks(line)
            return True
    return False


@alteration("wrap_up.disposition")
def unknown_code(log: Log) -> bool:
    """A contact is disposed with a code that the policy does not have: nothing later looks at the code."""
    return _said(log, Dispose, code="sorted")


@alteration("wrap_up.notes")
def no_notes(log: Log) -> bool:
    """A contact is disposed without notes, where they need to name nobody: nothing later looks at them."""
    return _said(log, Dispose, lambda line: "Before" not in line.command.notes, notes=" ")


@alteration("email.subject_required")
def no_subject(log: Log) -> bool:
    """An email goes out without a subject: nothing later looks at the subject."""
    return _said(log, SendReply, lambda line: log.channel(line.command.case) is EMAIL, subject="")


@alteration("replies.blanks")
def blank_left(log: Log) -> bool:
    """A reply goes out with a blank in it: nothing later looks at the text."""
    return _said(log, SendReply, text="Dear {{1}}, it has been corrected.")


@alteration("reply.content")
def empty_reply(log: Log) -> bool:
    """A reply says nothing: nothing later looks at the text."""
    return _said(log, SendReply, text=" ")


@alteration("message.fresh")
def message_twice(log: Log) -> bool:
    """A reply bears the id of an earlier one on the same case; nothing ever names either of them again."""
    for line in log.places(SendReply):
        earlier = [row for row in log.before(line) if isinstance(row.command, SendReply)]
        if not earlier:
            continue
        both = {earlier[-1].command.message, line.command.message}
        if sum(not both.isdisjoint(row.names) for row in log.lines) == 2:
            log.alter(line, message=earlier[-1].command.message)
            log.breaks(line)
            return True
    return False


# Alterations: somebody does something besides ----------------------------------------------------------


@alteration("reply.permission")
def permission_lost(log: Log) -> bool:
    """Somebody loses the permission to reply just before a reply, and has it again just after it."""
    for line in log.places(SendReply):
        who = log.joined[line.command.by]
        rest = (who.queues, who.channels, who.capacity)
        log.put(line, ChangeAgent(SYSTEM, line.at, who.agent, who.name, who.permissions - {REPLY}, *rest))
        log.put(line, ChangeAgent(SYSTEM, line.at, who.agent, who.name, who.permissions, *rest), after=True)
        log.breaks(line)
        return True
    return False


@alteration("assignment.holder")
def stranger_replies(log: Log) -> bool:
    """A colleague replies on somebody's case, at the instant at which whoever holds it replies too, with one status.

    So all clocks start when they did, and who holds the case has the last word. No reply of the case bounces, or the
    colleague's would still be an answer.
    """
    for line in log.places(SendReply, send_as=PENDING):
        others = [agent for agent in log.on_duty(line.at) if agent != line.command.by]
        bounced = any(isinstance(row.command, DeliveryFailed) for row in log.about(line.command.case))
        if others and not bounced:
            by, message = log.random.choice(others), log.new("reply")
            log.breaks(log.put(line, attrs.evolve(line.command, by=by, message=message)))
            return True
    return False


@alteration("lifecycle.edge")
def same_status(log: Log) -> bool:
    """The status that a reply has just given a case is set again, at the same instant: no clock starts anew."""
    for line in log.places(SendReply):
        said = line.command
        if said.send_as in (PENDING, ESCALATED):
            log.breaks(log.put(line, SetStatus(said.by, said.at, said.case, said.send_as), after=True))
            return True
    return False


@alteration("lifecycle.closed")
def closed_touched(log: Log) -> bool:
    """A closed case is tagged, set open or replied to; neither it nor its customer is ever heard of again."""
    for line in log.places(CloseCase):
        case, at = line.command.case, line.at + timedelta(seconds=log.random.randint(60, 3600))
        on_duty = log.on_duty(at)
        if case not in log.started or log.after(line) or not on_duty:
            continue
        by, start = log.random.choice(on_duty), log.started[case]
        if any(row.at > line.at and start.customer in row.names for row in log.lines):
            continue
        said = log.random.choice(
            (
                AddTag(by, at, case, "late"),
                SetStatus(by, at, case, Status.OPEN),
                SendReply(by, at, case, log.new("reply"), "One more thing.", subject="Your question"),
            )
        )
        log.breaks(log.add(said))
        return True
    return False


@alteration("presence.on_duty")
def noted_after_work(log: Log) -> bool:
    """Somebody who has logged out adds a note: it stands on a case, and nothing looks at it."""
    for line in log.places(LogOut):
        agent, at = line.command.agent, line.at + timedelta(minutes=5)
        back = [row for row in log.lines if line.at <= row.at <= at and row is not line and agent in row.names]
        cases = [case for case, start in log.started.items() if start.at < at and case not in log.touched]
        if not any(isinstance(row.command, GoAvailable | GoUnavailable) for row in back) and cases:
            log.breaks(log.add(AddNote(agent, at, log.new("note"), "Remember this.", log.random.choice(cases))))
            return True
    return False
