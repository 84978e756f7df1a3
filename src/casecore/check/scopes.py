"""The scopes in which a policy is checked: who is there, and what they may say.

No scope holds everything; together they put every promise to the test:

* **one case** on each sort of channel, with one agent who may do everything: the life cycle, authentication, silence,
  offers, absence, wrap-up. Sorts of channels that differ in nothing the rules look at are tried once.
* **an override**: one case that each override of the policy matches.
* **we write**: a case that we start, with consent, template and window.
* **a complaint**: one email case, with what it has to be related to.
* **a draft**: one case, an author who may not reply and a reviewer, with everything about approval.
* **the limit**: one more case than an agent may hold, on every channel that has a limit; a large one is lowered.
* **two and two**: two cases and two agents, with what changes load and presence.
* **mistakes**: what nobody should say, so that every rule has something to refuse.
* **narrow scopes**: each for one thing that can go wrong and that the others never try (`narrow_scopes.py`), e.g. with
  a case that waits while nobody is rung (`waiting_scopes.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from attrs import frozen

from casecore.channels import Channel, MessageKind
from casecore.check.commands import (
    APART,
    CASE,
    DRAFT,
    EVERYTHING,
    absence_commands,
    arrival_commands,
    closing_commands,
    contact_commands,
    disposal_commands,
    draft_commands,
    handling_commands,
    identity_commands,
    offer_commands,
    outbound_commands,
    presence_commands,
    relation_commands,
    review_commands,
    sensitive_commands,
    silence_commands,
    team_commands,
)
from casecore.check.narrow_scopes import narrow_scopes, total_scope, unlimited_channel
from casecore.check.own_scopes import own_scopes
from casecore.check.rule_scopes import rule_scopes
from casecore.check.scope_parts import agents_named, name_of_match, way_to
from casecore.check.waiting_scopes import waiting_scopes
from casecore.explore.scope import NOON, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.kernel.problems import did_you_mean
from casecore.policies import Aspect, Match, Policy
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, Permission
from casecore.rooms.approvals import ApproveDraft, RefuseDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.composition import HOUSE, House
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddNote, AddTag
from casecore.rooms.offers import AcceptOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status

LARGEST_LIMIT: Final = 5
"""Limits up to this one are tried with one case more."""

LOWERED_LIMIT: Final = 3
"""As what a larger limit is searched: what is held, what is offered, and one beside them."""


# The scopes --------------------------------------------------------------------------------------------


def one_case_scope(channel: Channel, policy: Policy, where: str = "", **how: Any) -> Scope:
    """One case on a channel, and one agent who may do everything; `how` it arrives decides `where` it is."""
    commands = [
        *arrival_commands(channel, **how),
        EndContact(CUSTOMER, NOON, CASE),
        *handling_commands("ana"),
        *closing_commands(),
        *contact_commands("ana", policy),
        *sensitive_commands("ana", policy),
        *(silence_commands("ana") if channel is Channel.CHAT else ()),
        *offer_commands(("ana",)),
        *absence_commands(),
    ]
    attempts = {"contact.attempts": policy.chat.idle.ask_first + 1}
    return Scope(
        f"one-{channel}-case{where}",
        team_commands(policy, ana=EVERYTHING),
        (Part(tuple(commands)),),
        tuple(presence_commands("ana")),
        apart=APART,
        at_most=attempts,
    )


def outbound_scope(channel: Channel, policy: Policy) -> Scope:
    """A case that we start, and what may be written when."""
    commands = [
        *arrival_commands(channel),
        OpenCase("ana", NOON, CASE),
        *outbound_commands("ana", channel),
        *identity_commands("ana", channel, policy),
        *closing_commands(),
        EndContact("ana", NOON, CASE),
        CloseCase("ana", NOON, CASE, CloseReason.SPAM),
        *disposal_commands("ana", policy),
    ]
    return Scope(f"we-write-on-{channel}", team_commands(policy, ana=EVERYTHING), (Part(tuple(commands)),), apart=APART)


def override_scopes(policy: Policy) -> Iterator[Scope]:
    """One case for each sort of case of which the policy says something else, which is one of these."""
    named = Counter[str]()
    for match in dict.fromkeys(override.match for override in policy.override):
        queue = policy.queues.get(match.queue or "")
        channel = match.channel or (queue.channels[0] if queue and queue.channels else Channel.CHAT)
        where = name_of_match(channel, match, named)
        yield one_case_scope(channel, policy, where, **way_to(match, policy))


def complaint_scope(policy: Policy) -> Scope:
    """One email case, one agent, and what the case has to be related to."""
    commands = [
        *arrival_commands(Channel.EMAIL),
        OpenCase("ana", NOON, CASE),
        *identity_commands("ana", Channel.EMAIL, policy),
        SendReply("ana", NOON, CASE, "m", "Here you are", Status.RESOLVED, subject="Your request"),
        EndContact("ana", NOON, CASE),
        CloseCase("ana", NOON, CASE),
        *disposal_commands("ana", policy),
        *relation_commands("ana"),
    ]
    return Scope("an-email-complaint", team_commands(policy, ana=EVERYTHING), (Part(tuple(commands)),), apart=APART)


def draft_scope(channel: Channel, policy: Policy) -> Scope:
    """One case on a channel, an author who may not reply, and a reviewer."""
    commands = [
        *arrival_commands(channel),
        *(OpenCase(agent, NOON, CASE) for agent in ("ben", "cleo")),
        *(LeaveCase(agent, NOON, CASE) for agent in ("ben",)),
        Authenticate("ben", NOON, CASE),
        SendReply("ben", NOON, CASE, "m", "Here you are", Status.PENDING, subject="Your request"),
        SetStatus("ben", NOON, CASE, Status.RESOLVED),
        CloseCase("cleo", NOON, CASE, CloseReason.SPAM),
        *draft_commands("ben"),
        *draft_commands("cleo"),
        *review_commands("cleo", policy),
        *review_commands("ben", policy),
        *offer_commands(("cleo",), review=True),
    ]
    permissions = {"ben": frozenset[Permission](), "cleo": frozenset({Permission.REPLY, Permission.APPROVE})}
    return Scope(f"a-draft-on-{channel}", team_commands(policy, **permissions), (Part(tuple(commands)),), apart=APART)


def limit_scopes(policy: Policy) -> Iterator[Scope]:
    """One case more than an agent may hold, on each channel that has a limit."""
    for channel in Channel:
        here = policy.for_(Aspect(channel, policy.queue_for(channel, None, None)))
        limit = here.limit(channel)
        if limit:
            yield limit_scope(channel, limit, policy)
        yield from _limits_of_overrides(channel, limit, policy)
    yield from _totals_of_overrides(policy)


def _limits_of_overrides(channel: Channel, usual: int | None, policy: Policy) -> Iterator[Scope]:
    """The same for cases of which an override says another limit."""
    named = Counter[str]()
    for match, way, here in _cases_with_other(f"capacity.{channel}", channel, policy):
        limit = here.limit(channel)
        if limit and limit != usual:
            yield limit_scope(channel, limit, policy, name_of_match(channel, match, named), **way)


def _totals_of_overrides(policy: Policy) -> Iterator[Scope]:
    """One case more than an agent may hold in total, of cases of which an override says another total."""
    channel, named = unlimited_channel(policy), Counter[str]()
    if channel is None:
        return
    for match, way, here in _cases_with_other("capacity.total", channel, policy):
        total = here.capacity.total
        if total and total != policy.capacity.total and here.limit(channel) is None:
            yield total_scope(policy, total, name_of_match(channel, match, named), **way)


def _cases_with_other(key: str, channel: Channel, policy: Policy) -> Iterator[tuple[Match, dict[str, Any], Policy]]:
    """The cases on a channel for which overrides set a key: how they arrive, and what holds for them."""
    for match in dict.fromkeys(one.match for one in policy.override if key in one.set):
        way = way_to(match, policy)
        queue = policy.queue_for(channel, **way)
        if match.channel in {None, channel} and match.queue in {None, queue}:
            yield match, way, policy.for_(Aspect(channel, queue, way["tags"]))


def limit_scope(channel: Channel, limit: int, policy: Policy, where: str = "", **how: Any) -> Scope:
    """One case more than an agent may hold on a channel; a limit that is too large for a cast is searched lower.

    Of which cases it is, `where` says, and `how` they arrive. Where the limit in total is lower than that, the agent
    has one of their own: both are kept.
    """
    less = limit - LOWERED_LIMIT if limit > LARGEST_LIMIT else 0
    commands = [
        *arrival_commands(channel, **how),
        OpenCase("ana", NOON, CASE),
        OfferWork(SYSTEM, NOON, CASE, "ana"),
        AcceptOffer("ana", NOON, CASE),
        RejectOffer("ana", NOON, CASE),
        CloseCase("ana", NOON, CASE, CloseReason.SPAM),
        *disposal_commands("ana", policy),
    ]
    copies = Part(tuple(commands), limit - less + 1)
    lowered = {f"capacity.{channel}": less} if less else {}
    own = {"capacity": {"total": limit - less + 1}} if policy.capacity.total < limit else {}
    team = agents_named(policy, ana={"permissions": EVERYTHING, **own})
    return Scope(f"{channel}-limit{where}", team, (copies,), apart=APART, lowered=lowered)


def two_cases_scope(channel: Channel, policy: Policy) -> Scope:
    """Two cases and two agents, with what changes load and presence."""
    agents = ("ana", "ben")
    commands = [
        *arrival_commands(channel),
        *(command for agent in agents for command in (OpenCase(agent, NOON, CASE), EndContact(agent, NOON, CASE))),
        *(command for agent in agents for command in disposal_commands(agent, policy)),
        *(OfferWork(SYSTEM, NOON, CASE, agent) for agent in agents),
        *(AcceptOffer(agent, NOON, CASE) for agent in agents),
        RescindOffer(SYSTEM, NOON, CASE),
        CloseCase("ana", NOON, CASE, CloseReason.SPAM),
    ]
    given = [
        command(agent, NOON, agent)
        for agent in agents
        for command in (GoAvailable, GoUnavailable, SetNextState, ClearNextState)
    ]
    people = team_commands(policy, ana=EVERYTHING, ben=EVERYTHING)
    return Scope(f"two-{channel}-cases-two-agents", people, (Part(tuple(commands), 2),), tuple(given), apart=APART)


def mistakes_scope(channel: Channel, policy: Policy) -> Scope:
    """One case, and what nobody should say: every rule that can refuse something does."""
    early = NOON - timedelta(seconds=1)
    reply = partial(SendReply, "ana", NOON, CASE, "m")
    commands = [
        *arrival_commands(channel),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", new_case=CASE),
        ReceiveMessage(CUSTOMER, NOON, "t1", "m", kind=MessageKind.POST, customer="maria", channel=channel),
        *(OpenCase(agent, NOON, CASE) for agent in ("ana", "ben", "cyd", "dan", "nobody")),
        CloseCase("ana", NOON, CASE, CloseReason.ABANDONED),
        OpenCase("ana", early, CASE),
        *(OfferWork(SYSTEM, NOON, CASE, agent) for agent in ("ana", "ben", "cyd", "dan")),
        RescindOffer("ben", NOON, CASE),
        RecordConsent(SYSTEM, NOON, "maria"),
        *(
            StartOutbound("ana", NOON, "t1", CASE, "m", "Hello", "maria", other, phone=phone)
            for other, phone in ((channel, None), (Channel.CHAT, None), (Channel.SMS, "912 345 678"))
        ),
        reply("", Status.PENDING, subject="Your request"),
        reply("Here you are", Status.PENDING),
        reply("\N{WAVING HAND SIGN}", Status.PENDING, subject="Your request"),
        reply("Dear {customer}", Status.PENDING, subject="Your request"),
        reply("Here you are", Status.PENDING, attachments=("a.pdf",), subject="Your request"),
        SendReply(SYSTEM, NOON, CASE, "m", "Here you are", Status.PENDING),
        *draft_commands("ana"),
        RefuseDraft("ben", NOON, CASE, DRAFT),
        ApproveDraft("ben", NOON, CASE, DRAFT),
        EndContact("ana", NOON, CASE),
        Dispose("ana", NOON, CASE, "", ""),
        *disposal_commands("ana", policy, notes=""),
        Dispose("ben", NOON, CASE, "", "", "ana"),
        MakeCommitment("ana", NOON, CASE, "p1", early, ""),
        ReassignCase("ana", NOON, CASE),
        ReassignCase("ana", NOON, CASE, queue="nowhere"),
        AddNote("ana", NOON, "n1", "", CASE),
        AddNote("ana", NOON, "n1", "Who?", CASE, "maria"),
        AddNote("ana", NOON, "n1", "Who?", None, "nobody"),
        AddTag("ana", NOON, CASE, "vip", "m9"),
    ]
    given = [
        AddAgent(SYSTEM, NOON, "ana"),
        ChangeAgent("ben", NOON, "ana", "Anna"),
        ChangeAgent(SYSTEM, NOON, "ana", capacity={"chats": 1}),
        GoUnavailable("ben", NOON, "ana"),
    ]
    queues = frozenset(policy.queues)
    odd = [
        AddAgent(SYSTEM, NOON, "ben", "Ben", frozenset({Permission.APPROVE}), queues, frozenset({Channel.SMS})),
        AddAgent(SYSTEM, NOON, "cyd", "Cyd", frozenset({Permission.REPLY})),
        AddAgent(SYSTEM, NOON, "dan", "Dan", frozenset({Permission.REPLY}), queues, capacity={"total": 0}),
        *(GoAvailable(agent, NOON, agent) for agent in ("ben", "cyd", "dan")),
    ]
    people = (*team_commands(policy, ana=EVERYTHING), *odd)
    return Scope(f"mistakes-on-{channel}", people, (Part(tuple(commands)),), tuple(given), apart=APART)


@frozen
class CheckedScope:
    """A scope of a check, and which of the ways that must stay open (§10 18, 19) are looked for in it."""

    scope: Scope
    ways: frozenset[str] = frozenset()


def find_scopes(
    wanted: str | Iterable[str | Scope | CheckedScope], known: Iterable[CheckedScope]
) -> tuple[CheckedScope, ...]:
    """The scopes that somebody names: by their ids, or as they are.

    Names stay the same whatever the limits of a policy are. Words with spaces between them are the same name.

    Args:
        wanted: Names, or scopes; one name alone is a name, too.
        known: The scopes there are.

    Raises:
        ValueError: When there is no such scope; it says which there are.
    """
    named = {checked.scope.name: checked for checked in known}
    asked = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    return tuple(dict.fromkeys(_find_scope(one, named) for one in asked))


def scope_named(name: str, policy: Policy, house: House = HOUSE) -> Scope:
    """The scope of this name in which a policy is checked.

    Raises:
        ValueError: When there is no such scope; it says which there are.
    """
    (found,) = find_scopes(name, scopes_of(policy, house))
    return found.scope


def _find_scope(wanted: str | Scope | CheckedScope, named: Mapping[str, CheckedScope]) -> CheckedScope:
    if isinstance(wanted, CheckedScope):
        return wanted
    if isinstance(wanted, Scope):
        return CheckedScope(wanted)
    found = named.get(re.sub(r"[\s,]+", "-", wanted.strip()))
    if found is None:
        near = did_you_mean(wanted, named) or f"use one of {', '.join(named)}"
        raise ValueError(f"there is no scope {wanted!r}; {near}")
    return found


SORTS: Final = (Channel.CHAT, Channel.VOICE, Channel.EMAIL, Channel.WHATSAPP, Channel.MESSAGING)
"""One channel of each sort that the rules tell apart: chat and calls, email, WhatsApp, and all others."""


def scopes_of(policy: Policy, house: House = HOUSE) -> tuple[CheckedScope, ...]:
    """The scopes in which a policy is checked, the quickest to understand first; those of own rooms and rules last."""
    return (*scopes_without_rules(policy, house), *scopes_of_rules(policy))


def scopes_of_rules(*policies: Policy) -> tuple[CheckedScope, ...]:
    """The scopes about the own rules of a policy, or of two that are compared."""
    return tuple(CheckedScope(one.scope, one.ways) for one in rule_scopes(*policies))


def scopes_without_rules(policy: Policy, house: House) -> tuple[CheckedScope, ...]:
    """All other scopes, in which the policy's own rules are put aside."""
    return (
        *(CheckedScope(one_case_scope(channel, policy), frozenset({"18"})) for channel in SORTS),
        *(CheckedScope(scope, frozenset({"18"})) for scope in override_scopes(policy)),
        *(
            CheckedScope(outbound_scope(channel, policy), frozenset({"18"}))
            for channel in (Channel.WHATSAPP, Channel.SMS)
        ),
        CheckedScope(complaint_scope(policy), frozenset({"18"})),
        CheckedScope(draft_scope(Channel.CHAT, policy), frozenset({"19"})),
        CheckedScope(draft_scope(Channel.EMAIL, policy), frozenset({"18", "19"})),
        *(CheckedScope(scope) for scope in limit_scopes(policy)),
        CheckedScope(two_cases_scope(Channel.CHAT, policy)),
        *(CheckedScope(mistakes_scope(channel, policy)) for channel in (Channel.VOICE, Channel.EMAIL)),
        *(CheckedScope(scope) for scope in narrow_scopes(policy)),
        *(CheckedScope(scope, frozenset({"18"})) for scope in waiting_scopes(policy)),
        *(CheckedScope(scope, frozenset({"18"})) for scope in own_scopes(policy, house)),
    )
