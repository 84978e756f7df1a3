"""The kinds of breaches: each a short piece of a log in which exactly one rule is broken, at one known command.

A **story** happens beside the day: somebody joins to help out, and a customer writes whom nobody else knows. What comes
after the breach is legal only because the breaking command is applied, as an audit does; so nothing follows from it.
An **alteration** changes the day itself: a command is moved, dropped, or says something else, where that harms nobody.
The docstring of each says why nothing else is broken. Which rule it is, and every number, is known by how it is made:
nobody asks the rules.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

import attrs

from casecore import (
    SYSTEM,
    AcceptOffer,
    AddAgent,
    AddNote,
    AddTag,
    ApproveDraft,
    AskPresence,
    Authenticate,
    BlockCustomer,
    ChangeAgent,
    Channel,
    ClearNextState,
    ClockName,
    CloseCase,
    CloseReason,
    DeliveryFailed,
    DisconnectIdle,
    Dispose,
    EndContact,
    EndSnooze,
    ExpireOffer,
    FlagCase,
    FulfilCommitment,
    GoAvailable,
    GoUnavailable,
    LeaveCase,
    LogOut,
    MakeCommitment,
    OfferWork,
    OpenCase,
    Permission,
    Policy,
    ReassignCase,
    ReceiveMessage,
    RecordMiss,
    RefuseDraft,
    RelateRecord,
    ReleaseAbsent,
    SendReply,
    SetAttribute,
    SetNextState,
    SetStatus,
    SnoozeCase,
    Status,
    SubmitDraft,
    WithdrawDraft,
)
from casecore.policies.sections import Relation
from tests.audit.making import LIVE, Line, Log, NoPlaceError, Story
from tests.sops import sop_with

REPLY, APPROVE = Permission.REPLY, Permission.APPROVE
CHAT, EMAIL, SMS, WHATSAPP = Channel.CHAT, Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
PENDING, RESOLVED, ESCALATED = Status.PENDING, Status.RESOLVED, Status.ESCALATED
SILENCE, OFFER, GRACE, CLOSING, FIRST, WINDOW = 120, 30, 60, 48 * 3600, 3600, 24 * 3600
"""What the shipped SOP says, in seconds: written down once more, so that nobody reads it from what is tested."""


@attrs.frozen
class Kind:
    """A way of breaking one rule.

    Attributes:
        rule: Which.
        make: Puts it into a log.
        sop: What the policy must say for it, beside the shipped SOP.
    """

    rule: str
    make: Callable[[Log], None]
    sop: str = ""


KINDS: dict[str, Kind] = {}
"""Every kind, by name."""


def story(rule: str, sop: str = "") -> Callable[[Callable[[Story], None]], Callable[[Story], None]]:
    """Enter a kind that is told as a story of its own."""

    def enter(tell: Callable[[Story], None]) -> Callable[[Story], None]:
        KINDS[tell.__name__] = Kind(rule, lambda log: tell(Story(log)), sop)
        return tell

    return enter


def alteration(rule: str) -> Callable[[Callable[[Log], bool]], Callable[[Log], bool]]:
    """Enter a kind that alters the day; it says whether it has found a place."""

    def enter(alter: Callable[[Log], bool]) -> Callable[[Log], bool]:
        def make(log: Log) -> None:
            if not alter(log):
                raise NoPlaceError(alter.__name__)

        KINDS[alter.__name__] = Kind(rule, make)
        return alter

    return enter


def policy_for(kinds: Iterable[str]) -> Policy:
    """The SOP under which days must be made for these kinds: the shipped one, with what they need beside it."""
    return sop_with("\n".join(dict.fromkeys(KINDS[name].sop for name in kinds)))


def after(line: Line, seconds: float) -> dict[str, object]:
    """When something comes so long after a line, to be given to `alter`."""
    return {"at": line.at + timedelta(seconds=seconds)}


# Stories: who gets work --------------------------------------------------------------------------------


@story("capacity.channel")
def third_chat(s: Story) -> None:
    """Two chats are held, a third is opened; all three are then settled one by one, and no more is taken."""
    s.joins(REPLY)
    chats = [s.opens(CHAT), s.opens(CHAT)]
    third = s.arrives(CHAT)
    s.breaks(OpenCase, third, measured=2, limit=2)
    s.finishes(third, *chats)


@story("capacity.total")
def seventh_case(s: Story) -> None:
    """Six cases are held, a seventh is opened; then all are settled, and no more is taken."""
    s.joins(REPLY)
    six = [s.opens() for _ in range(6)]
    seventh = s.arrives(Channel.MESSAGING)
    s.breaks(OpenCase, seventh, measured=6, limit=6)
    s.finishes(seventh, *six)


@story("assignment.available")
def away_takes_work(s: Story) -> None:
    """Somebody at lunch opens a case; they come back before they do anything with it."""
    s.joins(REPLY)
    case = s.arrives(Channel.MESSAGING)
    s.does(GoUnavailable, s.agent, "lunch")
    s.breaks(OpenCase, case)
    s.does(GoAvailable, s.agent)
    s.finishes(case)


@story("assignment.wrap_up")
def undisposed_takes_work(s: Story) -> None:
    """A case is opened before the last one is disposed; it is disposed next, before more is done."""
    s.joins(REPLY)
    first, second = s.opens(), s.arrives(Channel.MESSAGING)
    s.replies(first, RESOLVED)
    s.does(LeaveCase, first)
    s.breaks(OpenCase, second, measured=1)
    s.disposes(first)
    s.finishes(second)


@story("assignment.next_state")
def leaving_takes_work(s: Story) -> None:
    """Who has set a next state opens a case; the next state is cleared, so it is never reached."""
    s.joins(REPLY)
    first, second = s.opens(), s.arrives(Channel.MESSAGING)
    s.does(SetNextState, s.agent, "meeting")
    s.breaks(OpenCase, second)
    s.does(ClearNextState, s.agent)
    s.finishes(first, second)


@story("assignment.queue")
def other_queue(s: Story) -> None:
    """A case of another queue is opened; whoever holds it may do the rest, whatever they serve."""
    s.joins(REPLY)
    case = s.arrives(EMAIL, "billing")
    s.breaks(OpenCase, case)
    s.finishes(case)


@story("assignment.channel")
def other_channel(s: Story) -> None:
    """Somebody who works on email only opens a message; whoever holds it may do the rest, on any channel."""
    s.joins(REPLY, only=EMAIL)
    case = s.arrives(Channel.MESSAGING)
    s.breaks(OpenCase, case)
    s.finishes(case)


@story("offer.late")
def accepted_late(s: Story) -> None:
    """An offer is accepted when its time is over, and nobody had taken it back: the case is theirs as any other."""
    s.joins(REPLY)
    case = s.arrives(EMAIL)
    s.does(OfferWork, case, s.agent, by=SYSTEM)
    s.wait(OFFER)
    s.breaks(AcceptOffer, case)
    s.does(OpenCase, case)
    s.finishes(case)


# Stories: approval -------------------------------------------------------------------------------------


@story("approval.self_approval")
def approves_own(s: Story) -> None:
    """A draft is approved by who wrote it, who may reply and approve: it goes out as a reply of theirs would."""
    s.joins(REPLY, APPROVE)
    case, draft = s.opens(), s.log.new("draft")
    s.does(SubmitDraft, case, draft, **s.says(case))
    s.breaks(ApproveDraft, case, draft)
    s.finishes(case)


@story("approval.permission")
def approves_unasked(s: Story) -> None:
    """A colleague of the same queue who may not approve does; the reply is out, and the author goes on."""
    colleague, author = s.joins(REPLY), s.joins(REPLY)
    case, draft = s.opens(), s.log.new("draft")
    s.does(SubmitDraft, case, draft, **s.says(case))
    s.breaks(ApproveDraft, case, draft, by=colleague)
    assert s.agent == author
    s.finishes(case)


@story("approval.reason")
def refused_without_reason(s: Story) -> None:
    """A draft is refused, and nobody says why; it is over, and its author replies anew."""
    approver, _ = s.joins(APPROVE), s.joins(REPLY)
    case, draft = s.opens(), s.log.new("draft")
    s.does(SubmitDraft, case, draft, **s.says(case))
    s.breaks(RefuseDraft, case, draft, by=approver)
    s.finishes(case)


@story("approval.single")
def second_draft(s: Story) -> None:
    """A second draft is submitted while one waits; it stands in the place of the first, and is withdrawn."""
    s.joins(REPLY)
    case, first, second = s.opens(), s.log.new("draft"), s.log.new("draft")
    s.does(SubmitDraft, case, first, **s.says(case))
    s.breaks(SubmitDraft, case, second, **s.says(case))
    s.does(WithdrawDraft, case, second)
    s.finishes(case)


@story("approval.blocks_resolve")
def resolved_past_draft(s: Story) -> None:
    """A case is set resolved while a draft waits; the draft is withdrawn before the case is left."""
    s.joins(REPLY)
    case, draft = s.opens(), s.log.new("draft")
    s.does(SubmitDraft, case, draft, **s.says(case))
    s.breaks(SetStatus, case, RESOLVED)
    s.does(WithdrawDraft, case, draft)
    s.does(LeaveCase, case)
    s.disposes(case)


@story("approval.blocks_close")
def closed_past_draft(s: Story) -> None:
    """A case is closed while a draft waits; nobody touches the draft or the case again, but for its disposition."""
    s.joins(REPLY)
    case = s.opens()
    s.replies(case)
    s.does(SubmitDraft, case, s.log.new("draft"), **s.says(case))
    s.breaks(CloseCase, case)
    s.disposes(case)


# Stories: contacts and their end -----------------------------------------------------------------------


@story("wrap_up.blocks_close")
def closed_undisposed(s: Story) -> None:
    """A case is closed before its contact is disposed, which may be done afterwards too."""
    s.joins(REPLY)
    case = s.opens(EMAIL)
    s.replies(case, RESOLVED)
    s.does(LeaveCase, case)
    s.breaks(CloseCase, case, measured=1)
    s.disposes(case)


@story("contact.blocks_close")
def closed_live(s: Story) -> None:
    """A chat is closed while its customer is there: that ends the contact, and it is disposed as any other."""
    s.joins(REPLY)
    case = s.opens(CHAT)
    s.replies(case, RESOLVED)
    s.breaks(CloseCase, case)
    s.disposes(case)


@story("contact.live")
def left_live(s: Story) -> None:
    """A chat is left while its customer is there: it waits in its queue, and nobody takes it again."""
    s.joins(REPLY)
    case = s.opens(CHAT)
    s.replies(case)
    s.breaks(LeaveCase, case)
    s.disposes(case)


@story("chat.agent_ends")
def ended_unsettled(s: Story) -> None:
    """A chat is ended that is only pending: the contact is over and is disposed as any other."""
    s.joins(REPLY)
    case = s.opens(CHAT)
    s.replies(case)
    s.breaks(EndContact, case)
    s.disposes(case)


@story("idle.asked")
def disconnected_unasked(s: Story) -> None:
    """A silent chat is ended in time, but nobody asked whether the customer is there; it is disposed as any other."""
    s.joins(REPLY)
    case = s.opens(CHAT)
    s.replies(case)
    s.wait(SILENCE)
    s.breaks(DisconnectIdle, case, s.log.new("closing"), measured=0, limit=1)
    s.disposes(case)


@story("wrap_up.agent")
def disposed_for_another(s: Story) -> None:
    """A colleague who is no supervisor disposes for somebody: whose contact it was owes nothing more."""
    colleague, _ = s.joins(REPLY), s.joins(REPLY)
    case = s.opens()
    s.replies(case, RESOLVED)
    s.does(LeaveCase, case)
    s.breaks(Dispose, case, "solved", "For a colleague.", by=colleague, agent=s.agent)


@story("presence.contacts")
def lunch_with_contact(s: Story) -> None:
    """Somebody goes to lunch with a case in hand, comes back, and only then goes on with it."""
    s.joins(REPLY)
    case = s.opens()
    s.breaks(GoUnavailable, s.agent, "lunch", measured=1)
    s.does(GoAvailable, s.agent)
    s.finishes(case)


@story("presence.wrap_up")
def available_undisposed(s: Story) -> None:
    """Somebody says that they are available with a contact undisposed; they take nothing before it is."""
    s.joins(REPLY)
    case = s.opens()
    s.replies(case, RESOLVED)
    s.does(LeaveCase, case)
    s.breaks(GoAvailable, s.agent, measured=1)
    s.disposes(case)


# Stories: what is said and promised --------------------------------------------------------------------


@story("whatsapp.window")
def window_over(s: Story) -> None:
    """Free text on WhatsApp, an hour after the window closed; it leaves the case as any reply does."""
    s.joins(REPLY)
    case = s.arrives(WHATSAPP)
    wrote = s.at
    s.does(OpenCase, case)
    s.replies(case)
    s.wait(WINDOW + 3600 - (s.at - wrote).total_seconds() - 10)
    s.breaks(SendReply, case, s.log.new("reply"), measured=WINDOW + 3600, limit=WINDOW, **s.says(case, RESOLVED))
    s.does(LeaveCase, case)
    s.disposes(case)


@story("channels.attachments")
def attached_to_text_message(s: Story) -> None:
    """A text message with something attached: nothing later looks at what was attached."""
    s.joins(REPLY)
    case = s.opens(SMS)
    s.breaks(
        SendReply, case, s.log.new("reply"), attachments=("receipt.pdf",), measured=1, limit=0, **s.says(case, PENDING)
    )
    s.finishes(case)


@story("channels.emoji", "[channels.sms]\nemoji = false")
def emoji_in_text_message(s: Story) -> None:
    """A text message with an emoji, where the policy takes none: nothing later looks at what was said."""
    s.joins(REPLY)
    case = s.opens(SMS)
    s.breaks(SendReply, case, s.log.new("reply"), **s.says(case) | {"text": "Done \U0001f600"})
    s.finishes(case)


@story("reply.seen")
def replied_past_words(s: Story) -> None:
    """The customer has written twice, and the reply says that its writer saw the first; later ones say nothing."""
    s.joins(REPLY)
    case = s.opens()
    s.does(ReceiveMessage, f"t-{case}", f"m2-{case}", "It is about the printer.", by="customer")
    s.breaks(SendReply, case, s.log.new("reply"), seen=f"m-{case}", **s.says(case))
    s.finishes(case)


@story("commitment.due")
def promised_for_yesterday(s: Story) -> None:
    """What is promised was due an hour ago; it is done at once, by who promised it."""
    s.joins(REPLY)
    case, promise = s.opens(), s.log.new("promise")
    s.breaks(MakeCommitment, case, promise, s.later(hours=-1), "Call back")
    s.does(FulfilCommitment, promise)
    s.finishes(case)


@story("snooze.until")
def snoozed_until_yesterday(s: Story) -> None:
    """A case is put to sleep until an instant that has come: so the clock may wake it at once."""
    s.joins(REPLY)
    case = s.opens()
    s.replies(case)
    s.breaks(SnoozeCase, case, s.later(minutes=-1))
    s.does(EndSnooze, case, by=SYSTEM)
    s.disposes(case)


@story("snooze.live")
def snoozed_live(s: Story) -> None:
    """A chat is put to sleep; it is disposed, and wakes at its instant, when nobody does anything with it."""
    s.joins(REPLY)
    case = s.opens(CHAT)
    s.replies(case)
    s.breaks(SnoozeCase, case, s.later(hours=1))
    s.disposes(case)
    s.wait(3600)
    s.does(EndSnooze, case, by=SYSTEM)


@story("snooze.longest", '[snooze]\nlongest = "30d"')
def snoozed_for_long(s: Story) -> None:
    """A case is put to sleep for forty days, where thirty are the most: it sleeps until after the log has ended."""
    s.joins(REPLY)
    case = s.opens()
    s.replies(case)
    s.breaks(SnoozeCase, case, s.later(days=40), measured=40 * 86400, limit=30 * 86400)
    s.disposes(case)


@story("tags.limit")
def tag_too_many(s: Story) -> None:
    """Twenty tags, and one more; no tag is added or looked at afterwards."""
    s.joins(REPLY)
    case = s.opens()
    for number in range(20):
        s.does(AddTag, case, f"tag {number}")
    s.breaks(AddTag, case, "tag 20", measured=20, limit=20)
    s.finishes(case)


@story("tags.restricted_to", '[[override]]\nmatch = { tag = "press" }\nset = { "sla.default.solution" = "4h" }')
def restricted_tag(s: Story) -> None:
    """Somebody who is no supervisor sets a tag at which the policy looks: it shortens a clock that nobody tells of."""
    s.joins(REPLY)
    case = s.opens()
    s.breaks(AddTag, case, "press")
    s.finishes(case)


@story("lifecycle.close_from", '[lifecycle]\nclose_from = ["new", "pending", "escalated", "resolved"]')
def closed_open(s: Story) -> None:
    """An open case is closed by hand, where the policy closes no open ones; nobody touches it but to dispose."""
    s.joins(REPLY)
    case = s.opens()
    s.breaks(CloseCase, case)
    s.disposes(case)


@story(
    "refund.read_twice",
    """
[attributes]
refund_eur = { type = "number", min = 0, max = 5000 }

[[rule]]
id = "refund.read_twice"
title = "A reply with a refund above 100 EUR is approved by somebody else"
guards = ["reply"]
when = { attribute = "refund_eur", above = 100, unset = "skip" }
needs = { approval = true }
""",
)
def refund_unread(s: Story) -> None:
    """A reply goes out unread with a refund of 250 EUR, of a policy's own rule; the attribute is then taken back."""
    s.joins(REPLY)
    case = s.opens()
    s.does(SetAttribute, case, "refund_eur", 250)
    s.breaks(SendReply, case, s.log.new("reply"), **s.says(case))
    s.does(SetAttribute, case, "refund_eur", None)
    s.finishes(case)


@story("block.supervisor")
def blocked_by_agent(s: Story) -> None:
    """Somebody who is no supervisor blocks a customer, who does not write again."""
    s.joins(REPLY)
    case = s.opens()
    customer = next(line.command.customer for line in s.log.about(case) if isinstance(line.command, ReceiveMessage))
    s.breaks(BlockCustomer, customer, "Was rude.")
    s.finishes(case)


@story("agents.manage")
def added_by_agent(s: Story) -> None:
    """Somebody who is no supervisor adds a colleague, who never comes."""
    s.joins(REPLY)
    s.breaks(AddAgent, s.log.new("helper"))


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
        early = after(said[-1], 90)
        if asked[-1].at < early["at"] and log.quiet(early["at"], line, line.command.case, line.command.by):
            log.alter(line, **early)
            log.breaks(line, 90, SILENCE)
            return True
    return False


def _clock(log: Log, kind: type, limit: int, measured: int, began: Callable[[Line, Line], bool], **fields: object):
    """What a clock does at its limit is done earlier, where nothing happens to its case, or to who began it, between."""
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


@alteration("clock.target")
def missed_early(log: Log) -> bool:
    """A first response is told as missed after 50 min, and nobody replies before the hour: it is told once."""

    def began(row: Line, line: Line) -> bool:
        return isinstance(row.command, ReceiveMessage) and row.command.new_case == line.command.case

    return _clock(log, RecordMiss, FIRST, 3000, began, clock=ClockName.FIRST_RESPONSE)


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
        log.put(line, ChangeAgent(SYSTEM, line.at, who.agent, permissions=who.permissions - {REPLY}))
        log.put(line, ChangeAgent(SYSTEM, line.at, who.agent, permissions=who.permissions), after=True)
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
            log.touched.add(line.command.case)
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
