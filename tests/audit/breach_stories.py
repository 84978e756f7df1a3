"""Breaches as stories of their own: somebody helps out, with customers whom nobody else knows.

Each begins with a colleague who joins, at an instant of the first day; `s.breaks` is the command that breaks the rule.
Why nothing else is broken is told in each.
"""

from collections.abc import Callable

from casecore import (
    SYSTEM,
    AcceptOffer,
    AddAgent,
    AddTag,
    ApproveDraft,
    BlockCustomer,
    Channel,
    ClearNextState,
    ClockName,
    CloseCase,
    DisconnectIdle,
    Dispose,
    EndContact,
    EndSnooze,
    FulfilCommitment,
    GoAvailable,
    GoUnavailable,
    LeaveCase,
    MakeCommitment,
    OfferWork,
    OpenCase,
    Permission,
    ReceiveMessage,
    RecordMiss,
    RefuseDraft,
    SendReply,
    SetAttribute,
    SetNextState,
    SetStatus,
    SnoozeCase,
    Status,
    SubmitDraft,
    WithdrawDraft,
)
from tests.audit.breach_kinds import FIRST, OFFER, SILENCE, WINDOW, Kind
from tests.audit.making import Story

REPLY, APPROVE = Permission.REPLY, Permission.APPROVE
CHAT, EMAIL, SMS, WHATSAPP = Channel.CHAT, Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
PENDING, RESOLVED = Status.PENDING, Status.RESOLVED

STORIES: dict[str, Kind] = {}
"""Every story, by name."""


def story(rule: str, sop: str = "") -> Callable[[Callable[[Story], None]], Callable[[Story], None]]:
    """Enter a kind that is told as a story of its own."""

    def enter(tell: Callable[[Story], None]) -> Callable[[Story], None]:
        STORIES[tell.__name__] = Kind(rule, lambda log: tell(Story(log)), sop)
        return tell

    return enter


# Stories: who gets work --------------------------------------------------------------------------------


@story("capacity.channel")
def third_chat(s: Story) -> None:
    """Two chats are held, a third is opened; all three are then settled one by one, and no more is taken."""
    s.joins(REPLY)
    chats = [s.opens(CHAT), s.opens(CHAT)]
    third = s.arrives(CHAT)
    s.breaks(OpenCase, third, measured=3, limit=2)
    s.finishes(third, *chats)


@story("capacity.total")
def seventh_case(s: Story) -> None:
    """Six cases are held, a seventh is opened; then all are settled, and no more is taken."""
    s.joins(REPLY)
    six = [s.opens() for _ in range(6)]
    seventh = s.arrives(Channel.MESSAGING)
    s.breaks(OpenCase, seventh, measured=7, limit=6)
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
    s.breaks(OpenCase, second)
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
    s.breaks(CloseCase, case)
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
    s.breaks(GoUnavailable, s.agent, "lunch")
    s.does(GoAvailable, s.agent)
    s.finishes(case)


@story("presence.wrap_up")
def available_undisposed(s: Story) -> None:
    """Somebody says that they are available with a contact undisposed; they take nothing before it is."""
    s.joins(REPLY)
    case = s.opens()
    s.replies(case, RESOLVED)
    s.does(LeaveCase, case)
    s.breaks(GoAvailable, s.agent)
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
    s.breaks(AddTag, case, "tag 20", measured=21, limit=20)
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
    """A reply goes out unread with a refund of 250 EUR, of a policy's own rule; then it becomes one of 50 EUR."""
    s.joins(REPLY)
    case = s.opens()
    s.does(SetAttribute, case, "refund_eur", 250)
    s.breaks(SendReply, case, s.log.new("reply"), **s.says(case))
    s.does(SetAttribute, case, "refund_eur", 50)
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


@story("clock.target")
def missed_early(s: Story) -> None:
    """A first response is told as missed after 50 min; nobody replies before the hour, and it is told once."""
    s.joins(REPLY)
    case = s.arrives(EMAIL)
    s.wait(2990)
    s.breaks(RecordMiss, case, ClockName.FIRST_RESPONSE, by=SYSTEM, measured=3000, limit=FIRST)
    s.wait(900)
    s.does(OpenCase, case)
    s.finishes(case)
