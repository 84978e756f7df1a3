"""Narrow scopes: small desks, each for one thing that can go wrong and that the others never try.

What is never tried is never proved. Each of these has few commands and few worlds, and somebody or something in it that
is out of the ordinary: an agent with limits of their own, a reviewer who is at lunch, a customer who writes on a closed
case, a template with a blank left open. Those about people and messages stand in `people_scopes.py`, those about the
service clocks in `clock_scopes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

import attrs

from casecore.channels import Channel, TemplateKind
from casecore.check.clock_scopes import (
    bounced_response_scope,
    clocks_scope,
    next_response_scope,
    promised_on,
    question_before_scope,
)
from casecore.check.commands import (
    APART,
    BUSY,
    CASE,
    DRAFT,
    EVERYTHING,
    NEWS_TEMPLATE,
    NUMBER,
    arrival_commands,
    disposal_commands,
    silence_commands,
    team_commands,
)
from casecore.check.logged_scopes import logged_call_scope, logged_scope
from casecore.check.people_scopes import (
    blocked_scope,
    bounced_scope,
    edited_scope,
    merged_cases_scope,
    merged_chats_scope,
    merged_scope,
    misplaced_scope,
    unmerged_cases_scope,
    unread_scope,
)
from casecore.check.scope_parts import (
    ASYNCHRONOUS,
    REPLY,
    SUBMIT,
    agents_named,
    customers_may_write,
    machine_commands,
    open_channel,
    other_part_of,
    other_queue,
    part_of,
    spam_command,
)
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM, Command, is_id
from casecore.kernel.words import same_form
from casecore.policies import Policy
from casecore.policies.sections import Level, ReopenTo, Unanswered
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import ChangeAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import ApproveDraft, EditDraft, ReassignDraft, RefuseDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import SetStatus
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddTag, RemoveTag
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SetLevel
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status


def _given_commands(agent: str) -> Iterator[Command]:
    """A case is opened, offered, accepted, taken back."""
    yield OpenCase(agent, NOON, CASE)
    yield OfferWork(SYSTEM, NOON, CASE, agent)
    yield AcceptOffer(agent, NOON, CASE)
    yield RescindOffer(SYSTEM, NOON, CASE)


# Cases -------------------------------------------------------------------------------------------------


def closed_scope(channel: Channel, policy: Policy) -> Scope:
    """A case that is closed, and what is said of it then: above all its customer writes again."""
    write = partial(ReceiveMessage, CUSTOMER, NOON, "t1", "m", "And another thing")
    commands = [
        write(),
        write(new_case="c2"),
        *machine_commands(),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        *(SetStatus("ana", NOON, CASE, status) for status in (Status.OPEN, Status.RESOLVED)),
        spam_command(),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AddTag("ana", NOON, CASE, "vip"),
        SetLevel("ana", NOON, CASE, Level.HIGH),
        EndContact(CUSTOMER, NOON, CASE),
        ReassignCase("ana", NOON, CASE, queue=next(iter(policy.queues))),
        StartOutbound("ana", NOON, "t1", "c2", "m", "Hello", subject="Your request", phone=NUMBER),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope(f"a-closed-{channel}-case", team, (part_of(channel, *commands),), apart=APART)


def tagged_scope(policy: Policy) -> Scope:
    """Two chats, and what an override may look at changes."""
    tags = sorted({tag for override in policy.override for tag in override.match.tag}) or ["vip"]
    commands = [
        *_given_commands("ana"),
        AddTag("ana", NOON, CASE, _written_otherwise(tags[0])),
        RemoveTag("ana", NOON, CASE, tags[0]),
        *(ReassignCase("ana", NOON, CASE, queue=queue) for queue in policy.queues),
        Authenticate("ana", NOON, CASE),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("what-an-override-looks-at-changes", team, (part_of(Channel.CHAT, *commands, copies=2),), apart=APART)


def _written_otherwise(tag: str) -> str:
    """The same tag in other letters, where there are some."""
    other = tag.swapcase()
    return other if is_id(other) and same_form(other) == same_form(tag) else tag


def owner_scope(policy: Policy) -> Scope:
    """A case that its customer reopens, and its owner, who may not be there."""
    commands = [
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        LeaveCase("ana", NOON, CASE),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    given = [command("ana", NOON, "ana") for command in (GoAvailable, GoUnavailable, SetNextState)]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {"total": 1}})
    part = part_of(open_channel(policy, Channel.MESSAGING), *commands, copies=2)
    return Scope("reopened-to-its-owner", team, (part,), tuple(given), apart=APART)


# Who may be given work ---------------------------------------------------------------------------------


def own_limits_scope(policy: Policy) -> Scope:
    """An agent who may hold one chat, and two cases in all."""
    commands = (*_given_commands("ana"), spam_command(), *disposal_commands("ana", policy))
    one = open_channel(policy, Channel.CHAT)
    other = open_channel(policy, Channel.SMS, one)
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {one.value: 1, "total": 2}})
    parts = (part_of(one, *commands, copies=2), other_part_of(other, *commands, copies=2))
    return Scope("limits-of-their-own", team, parts, apart=APART)


def unlimited_channel(policy: Policy) -> Channel | None:
    """A channel without a limit of its own on which customers may write, if there is one."""
    channels = (Channel.SMS, *ASYNCHRONOUS, *Channel)
    return next((one for one in channels if policy.limit(one) is None and customers_may_write(one, policy)), None)


def total_scope(policy: Policy, limit: int | None = None, where: str = "", **how: Any) -> Scope:
    """One case more than the SOP lets anybody hold in total, on a channel without a limit of its own.

    An override may say another `limit`, of the cases that `where` names, and `how` they arrive. One that is too large
    for a cast is searched lower.
    """
    channel, total = unlimited_channel(policy) or Channel.SMS, policy.capacity.total if limit is None else limit
    commands = (OpenCase("ana", NOON, CASE), OfferWork(SYSTEM, NOON, CASE, "ana"), spam_command())
    less = total - LOWERED_TOTAL if total > MOST_IN_TOTAL else 0
    part = Part((*arrival_commands(channel, **how), *commands), total - less + 1)
    team = team_commands(policy, ana=EVERYTHING)
    return Scope(f"total-limit{where}", team, (part,), apart=APART, lowered={"capacity.total": less} if less else {})


def calls_scope(policy: Policy) -> Scope:
    """A call, and a chat, for the same agent."""
    commands = (*_given_commands("ana"), spam_command(), *disposal_commands("ana", policy))
    parts = (part_of(Channel.VOICE, *commands), other_part_of(Channel.CHAT, *commands))
    return Scope("a-call-and-a-chat-one-agent", team_commands(policy, ana=EVERYTHING), parts, apart=APART)


def resting_scope(policy: Policy) -> Scope:
    """Cases that wait for their customers and count no more, and one more for an agent who may hold one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AcceptOffer("ana", NOON, CASE),
        *(REPLY("ana", send_as=status) for status in (Status.PENDING, Status.RESOLVED)),
        SetStatus("ana", NOON, CASE, Status.OPEN),
        LeaveCase("ana", NOON, CASE),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    channel = open_channel(policy, Channel.MESSAGING)
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {channel.value: 1, "total": 1}})
    return Scope("cases-that-count-no-more", team, (part_of(channel, *commands, copies=3),), apart=APART)


def live_resting_scope(policy: Policy) -> Scope:
    """Chats that are pending count all the same, for an agent who may hold one."""
    commands = [
        *_given_commands("ana"),
        REPLY("ana", send_as=Status.PENDING),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {"chat": 1}})
    part = part_of(Channel.CHAT, *commands, copies=2)
    return Scope("chats-that-wait-for-their-customers", team, (part,), apart=APART)


def moved_scope(policy: Policy) -> Scope:
    """A case that goes to another queue, which not everybody serves."""
    commands = [
        OpenCase("ana", NOON, CASE),
        *(ReassignCase("ana", NOON, CASE, queue=queue) for queue in (policy.fallback, other_queue(policy))),
        *_given_commands("gus"),
        *(disposal for agent in ("ana", "gus") for disposal in disposal_commands(agent, policy)),
        spam_command(),
    ]
    team = agents_named(
        policy, ana={"permissions": EVERYTHING}, gus={"permissions": EVERYTHING, "queues": frozenset({policy.fallback})}
    )
    part = part_of(open_channel(policy, Channel.MESSAGING), *commands)
    return Scope("moved-to-another-queue", team, (part,), apart=APART)


def overflowing_queue(policy: Policy) -> str | None:
    """A queue that overflows into another one, if there is one."""
    return next((name for name, queue in policy.queues.items() if queue.overflow.to is not None), None)


def overflow_scope(policy: Policy) -> Scope:
    """A case of a queue that overflows: one agent serves it, one only the other queue, and one none at all."""
    name = overflowing_queue(policy) or policy.fallback
    queue, other = policy.queues[name], policy.queues[name].overflow.to or policy.fallback
    channel = queue.channels[0] if queue.channels else open_channel(policy, Channel.MESSAGING)
    how = {
        "reason": queue.reasons[0] if queue.reasons else None,
        "language": queue.languages[0] if queue.languages else None,
        "tags": frozenset(queue.tags[:1]),
    }
    commands = [
        *arrival_commands(channel, **how),
        *_given_commands("gus"),
        *(OpenCase(agent, NOON, CASE) for agent in ("ana", "hal")),
        *(LeaveCase(agent, NOON, CASE) for agent in ("ana", "gus")),
        *(ReassignCase("ana", NOON, CASE, queue=moved) for moved in (name, other)),
        *(disposal for agent in ("ana", "gus") for disposal in disposal_commands(agent, policy)),
        spam_command(),
    ]
    team = agents_named(
        policy,
        ana={"permissions": EVERYTHING, "queues": frozenset({name})},
        gus={"queues": frozenset({other})},
        hal={"queues": frozenset[str]()},
    )
    return Scope("a-queue-that-overflows", team, (Part(tuple(commands)),), apart=APART)


def changed_agent_scope(policy: Policy) -> Scope:
    """An agent who loses, one after the other, what they may do."""
    commands = [OpenCase("ana", NOON, CASE), OfferWork(SYSTEM, NOON, CASE, "ana"), REPLY("ana", send_as=Status.PENDING)]
    channel, change = open_channel(policy, Channel.EMAIL), partial(ChangeAgent, SYSTEM, NOON, "ana")
    given = [
        change(permissions=frozenset({Permission.SUPERVISE})),
        change(queues=frozenset()),
        change(channels=frozenset({Channel.LINKEDIN})),
        change(capacity={"total": 1}),
        change(capacity={channel.value: 1}),
    ]
    part = part_of(channel, *commands, copies=2)
    return Scope("an-agent-who-is-changed", team_commands(policy, ana=EVERYTHING), (part,), tuple(given), apart=APART)


def unanswered_scope(policy: Policy) -> Scope:
    """An offer that nobody answers, to an agent who may hold another case."""
    commands = [
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        RejectOffer("ana", NOON, CASE),
        ExpireOffer(SYSTEM, NOON, CASE),
        spam_command(),
        *disposal_commands("ana", policy),
    ]
    part = part_of(open_channel(policy, Channel.MESSAGING), *commands, copies=2)
    given = (SetNextState("ana", NOON, "ana", "lunch"), GoAvailable("ana", NOON, "ana"))
    return Scope("an-offer-unanswered", team_commands(policy, ana=EVERYTHING), (part,), given, apart=APART - {BUSY})


def supervisor_scope(policy: Policy) -> Scope:
    """A chat that one agent holds, and a supervisor who does things for them."""
    commands = [
        *(OpenCase(agent, NOON, CASE) for agent in ("ana", "ben")),
        *(command("ben", NOON, CASE) for command in (EndContact, Authenticate)),
        REPLY("ben", send_as=Status.RESOLVED),
        *(ReassignCase("ben", NOON, CASE, agent) for agent in ("ana", "ben")),
        *(AcceptOffer(agent, NOON, CASE) for agent in ("ana", "ben")),
        *(Dispose("ben", NOON, CASE, code, "As agreed", "ana") for code in policy.wrap_up.codes[:1]),
        *disposal_commands("ana", policy),
        ReleaseAbsent(SYSTEM, NOON, CASE),
        spam_command("ben"),
    ]
    given = [command("ana", NOON, "ana") for command in (GoAvailable, GoUnavailable, SetNextState, LogOut)]
    given += [command("ben", NOON, "ana") for command in (GoAvailable, GoUnavailable)]
    team = agents_named(policy, ana={"permissions": frozenset({Permission.REPLY})}, ben={"permissions": EVERYTHING})
    part = part_of(open_channel(policy, Channel.CHAT), *commands)
    return Scope("a-supervisor-beside", team, (part,), tuple(given), apart=APART)


# Drafts and reviews ------------------------------------------------------------------------------------


def reviewers_scope(policy: Policy) -> Scope:
    """A draft, and agents each of whom may not review it for a reason of their own."""
    approves = frozenset({Permission.APPROVE})
    reviewers = ("cleo", "dora", "eve", "fay")
    commands = [
        OpenCase("ben", NOON, CASE),
        SUBMIT("ben", send_as=Status.PENDING, queue=other_queue(policy)),
        EndContact("ben", NOON, CASE),
        OpenCase("cleo", NOON, CASE),
        EndContact("cleo", NOON, CASE),
        *(TakeReview(agent, NOON, CASE) for agent in reviewers),
        *(OfferWork(SYSTEM, NOON, CASE, agent, review=True) for agent in reviewers),
        *(ApproveDraft(agent, NOON, CASE, DRAFT) for agent in reviewers),
        EditDraft("dora", NOON, CASE, DRAFT, "Here it is"),
        RefuseDraft("cleo", NOON, CASE, DRAFT, "Not like this"),
        FreeReview(SYSTEM, NOON, CASE),
        spam_command("dora"),
    ]
    given = [command("cleo", NOON, "cleo") for command in (GoAvailable, GoUnavailable, SetNextState, ClearNextState)]
    team = agents_named(
        policy,
        ben={},
        cleo={"permissions": approves},
        dora={"permissions": EVERYTHING, "queues": frozenset({policy.fallback})},
        eve={"permissions": approves, "channels": frozenset({Channel.LINKEDIN})},
        fay={"permissions": frozenset({Permission.REPLY})},
    )
    part = part_of(open_channel(policy, Channel.EMAIL), *commands)
    return Scope("who-may-review", team, (part,), tuple(given), apart=APART)


def full_reviewer_scope(policy: Policy) -> Scope:
    """Two drafts, and a reviewer who may have one thing at a time."""
    commands = [
        OpenCase("ben", NOON, CASE),
        SUBMIT("ben", send_as=Status.PENDING),
        TakeReview("cleo", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "cleo", review=True),
        AcceptOffer("cleo", NOON, CASE, review=True),
        ApproveDraft("cleo", NOON, CASE, DRAFT),
        RefuseDraft("cleo", NOON, CASE, DRAFT, "Not like this"),
        ReassignDraft("ben", NOON, CASE, DRAFT, queue=next(iter(policy.queues))),
        FreeReview(SYSTEM, NOON, CASE),
    ]
    given = (GoAvailable("cleo", NOON, "cleo"), GoUnavailable("cleo", NOON, "cleo", "lunch"))
    team = agents_named(policy, ben={}, cleo={"permissions": frozenset({Permission.APPROVE}), "capacity": {"total": 1}})
    part = part_of(open_channel(policy, Channel.MESSAGING), *commands, copies=2)
    return Scope("two-drafts-one-reviewer", team, (part,), given, apart=APART)


def rich_draft_scope(channel: Channel, policy: Policy) -> Scope:
    """A draft that speaks of the account, with something attached, or made from a template."""
    quick = PreparedText(TemplateKind.QUICK_REPLY, '{"name": "hello", "text": "Here you are"}')
    template = NEWS_TEMPLATE if channel is Channel.WHATSAPP else attrs.evolve(NEWS_TEMPLATE, text="", template=quick)
    commands = [
        OpenCase("ben", NOON, CASE),
        Authenticate("ben", NOON, CASE),
        SUBMIT("ben", send_as=Status.PENDING, about_account=True, attachments=("a.pdf",)),
        SUBMIT("ben", send_as=Status.PENDING, text=template.text or "Here you are", template=template.template),
        OpenCase("cleo", NOON, CASE),
        SUBMIT("cleo", send_as=Status.PENDING),
        TakeReview("cleo", NOON, CASE),
        EditDraft("ben", NOON, CASE, DRAFT, send_as=Status.RESOLVED),
        EditDraft("ben", NOON, CASE, DRAFT, attachments=("b.pdf",)),
        EditDraft("cleo", NOON, CASE, DRAFT, subject="Your account", about_account=False),
        ApproveDraft("cleo", NOON, CASE, DRAFT, seen=True),
        *machine_commands(),
        spam_command("cleo"),
    ]
    team = team_commands(policy, ben=frozenset[Permission](), cleo=EVERYTHING)
    return Scope(f"a-rich-draft-on-{channel}", team, (part_of(channel, *commands),), apart=APART)


# What is written, and when -----------------------------------------------------------------------------


def silent_scope(policy: Policy) -> Scope:
    """A chat whose customer may fall silent."""
    commands = [
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        *silence_commands("ana"),
        Authenticate("ana", NOON, CASE),
        EndContact(CUSTOMER, NOON, CASE),
        EndContact("ana", NOON, CASE),
        MakeCommitment("ana", NOON, CASE, "p1", NOON + timedelta(hours=1), "Call back"),
        ReassignCase("ana", NOON, CASE, queue=next(iter(policy.queues))),
        *machine_commands(),
    ]
    most = {"contact.attempts": policy.chat.idle.ask_first + 1}
    team = team_commands(policy, ana=frozenset({Permission.REPLY}))
    return Scope("a-silent-chat", team, (part_of(Channel.CHAT, *commands),), apart=APART, at_most=most)


def departures_scope(policy: Policy) -> Scope:
    """Chats whose customers leave, and one more, for an agent who may hold one."""
    commands = [
        OpenCase("ana", NOON, CASE),
        EndContact(CUSTOMER, NOON, CASE),
        *disposal_commands("ana", policy),
        spam_command(),
    ]
    team = agents_named(policy, ana={"permissions": EVERYTHING, "capacity": {"chat": 1}})
    return Scope("customers-who-leave", team, (part_of(Channel.CHAT, *commands, copies=2),), apart=APART)


def window_scope(policy: Policy) -> Scope:
    """A conversation on WhatsApp, and everything that may not be written when its window is closed."""
    news: Any = NEWS_TEMPLATE.template
    bad_values = attrs.evolve(news, values={})
    not_approved = attrs.evolve(news, definition=news.definition.replace("APPROVED", "PENDING"))
    without_status = attrs.evolve(news, definition=news.definition.replace('"status": "APPROVED",', ""))
    quick = PreparedText(TemplateKind.QUICK_REPLY, '{"name": "hello", "text": "Here you are"}')
    write = partial(REPLY, "ana", send_as=Status.PENDING)
    written = [
        write(),
        write(text=NEWS_TEMPLATE.text, template=news),
        write(text=NEWS_TEMPLATE.text, template=news, attachments=("a.pdf",)),
        write(text="Something else", template=news),
        write(text="Dear {{1}}, there is news for you.", template=bad_values),
        write(text=NEWS_TEMPLATE.text, template=not_approved),
        write(text=NEWS_TEMPLATE.text, template=without_status),
        write(template=quick),
    ]
    commands = [
        OpenCase("ana", NOON, CASE),
        *written,
        AskPresence("ana", NOON, CASE, "m", "Are you there?"),
        DisconnectIdle("ana", NOON, CASE, "m"),
        *machine_commands(),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "I am her neighbour", participant="bob"),
        spam_command(),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("the-window-on-whatsapp", team, (part_of(Channel.WHATSAPP, *commands),), apart=APART)


def late_scope(policy: Policy) -> Scope:
    """A conversation on WhatsApp of which messages come late: by half the window's time, and by all of it."""
    write = partial(
        ReceiveMessage, CUSTOMER, NOON, "t1", "m", customer="maria", channel=Channel.WHATSAPP, new_case=CASE
    )
    window = policy.whatsapp.window
    commands = [
        write("Hello"),
        *(write("Hello?", sent_at=NOON - late) for late in (window / 2, window)),
        OpenCase("ana", NOON, CASE),
        REPLY("ana", send_as=Status.PENDING),
        spam_command(),
    ]
    team = team_commands(policy, ana=EVERYTHING)
    return Scope("late-messages-on-whatsapp", team, (Part(tuple(commands)),), apart=APART)


def unpermitted_scope(policy: Policy) -> Scope:
    """A case that we start: by somebody who may not reply, or who may hold no more, or is not there."""
    start = partial(
        StartOutbound, at=NOON, thread="t1", new_case=CASE, message="m", text="Hello", subject="Hello", phone=NUMBER
    )
    commands = [
        *(start(agent, customer="maria", channel=Channel.SMS) for agent in ("ben", "cyd")),
        start("ben", customer="maria", channel=Channel.SMS, for_approval=True),
        REPLY("ben", send_as=Status.PENDING),
        spam_command("cyd"),
    ]
    given = [command("cyd", NOON, "cyd") for command in (GoAvailable, GoUnavailable)]
    team = agents_named(policy, ben={}, cyd={"permissions": EVERYTHING, "capacity": {"total": 1}})
    return Scope("we-write-and-may-not", team, (Part(tuple(commands), 2),), tuple(given), apart=APART)


def narrow_scopes(policy: Policy) -> Iterator[Scope]:
    """The narrow scopes in which a policy is checked."""
    yield closed_scope(open_channel(policy, Channel.EMAIL), policy)
    yield bounced_scope(policy)
    yield blocked_scope(policy)
    yield merged_scope(policy)
    yield clocks_scope(policy)
    yield unread_scope(policy)
    yield own_limits_scope(policy)
    yield changed_agent_scope(policy)
    yield supervisor_scope(policy)
    yield reviewers_scope(policy)
    yield full_reviewer_scope(policy)
    yield unpermitted_scope(policy)
    for channel in (Channel.CHAT, open_channel(policy, Channel.EMAIL), Channel.WHATSAPP):
        if customers_may_write(channel, policy):
            yield rich_draft_scope(channel, policy)
    for wanted, make_scope in _WHERE_IT_MATTERS:
        if wanted(policy):
            yield make_scope(policy)


MOST_IN_TOTAL: Final = 8
"""Limits in total up to this one are tried with one case more."""

LOWERED_TOTAL: Final = 4
"""As what a larger limit in total is searched."""

_WHERE_IT_MATTERS: Final[tuple[tuple[Callable[[Policy], object], Callable[[Policy], Scope]], ...]] = (
    (
        lambda policy: unlimited_channel(policy) is not None,
        total_scope,
    ),
    (
        lambda policy: customers_may_write(Channel.VOICE, policy) and customers_may_write(Channel.CHAT, policy),
        calls_scope,
    ),
    (lambda policy: promised_on(policy) is not None, next_response_scope),
    (lambda policy: promised_on(policy) is not None, bounced_response_scope),
    (lambda policy: promised_on(policy) is not None, question_before_scope),
    (lambda policy: len(policy.queues) > 1, moved_scope),
    (overflowing_queue, overflow_scope),
    (lambda policy: customers_may_write(Channel.CHAT, policy), silent_scope),
    (lambda policy: customers_may_write(Channel.CHAT, policy), departures_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), window_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), late_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), edited_scope),
    (lambda policy: customers_may_write(Channel.WHATSAPP, policy), partial(misplaced_scope, Channel.WHATSAPP)),
    (lambda policy: customers_may_write(Channel.CHAT, policy), partial(misplaced_scope, Channel.CHAT)),
    (lambda policy: customers_may_write(Channel.CHAT, policy), logged_scope),
    (lambda policy: customers_may_write(Channel.VOICE, policy), logged_call_scope),
    (lambda policy: customers_may_write(Channel.MESSAGING, policy), merged_cases_scope),
    (lambda policy: customers_may_write(Channel.MESSAGING, policy), unmerged_cases_scope),
    (lambda policy: customers_may_write(Channel.CHAT, policy), merged_chats_scope),
    (lambda policy: policy.override, tagged_scope),
    (lambda policy: policy.reopening.to is ReopenTo.OWNER_IF_ELIGIBLE, owner_scope),
    (lambda policy: policy.routing.unanswered is Unanswered.UNAVAILABLE, unanswered_scope),
    (lambda policy: policy.capacity.left_out, resting_scope),
    (
        lambda policy: policy.capacity.left_out and customers_may_write(Channel.CHAT, policy),
        live_resting_scope,
    ),
)
"""Scopes that are about something which not every policy has, each with the question whether this one has it."""
