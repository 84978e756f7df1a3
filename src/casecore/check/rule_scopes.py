"""Scopes of own rules: one case, what rules guard about it, and whatever changes what they look at.

There is a scope for each group of rules (`rule_groups.py`) on two channels that they name and on one that they do not;
where they name none, on email and in chat; on email only, where drafts are approved or there are many groups. These
rules alone are in force there, and in no other scope are any: they only refuse, so what holds of every step without
them holds with them.

Nobody closes a case as spam here, which no rule guards: a case that can only be thrown away has no way to closed. Where
the policy leaves no other way even without its rules, they are not to blame (`rule_traps.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice, product
from typing import Any, Final, TypeAlias

import attrs
from attrs import frozen

from casecore.channels import LIVE, Channel
from casecore.check.commands import (
    APART,
    CASE,
    DRAFT,
    EVERYTHING,
    NEWS_TEMPLATE,
    NUMBER,
    arrival_commands,
    closing_commands,
    disposal_commands,
    team_commands,
)
from casecore.check.rule_groups import RuleGroup, rule_groups
from casecore.check.scope_parts import REPLY, SUBMIT, customers_may_write, open_channel, other_queue, way_to
from casecore.explore.scope import NOON, NOTED, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM, Command, fields_of
from casecore.policies import Match, Policy
from casecore.policies.conditions import CustomerState, Fact
from casecore.policies.sections import Guarded, Relation, TagRole
from casecore.rooms.agents import Permission
from casecore.rooms.approvals import ApproveDraft, RefuseDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import Clocks
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, RemoveTag
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord, UnrelateRecord
from casecore.rooms.sla import SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.statuses import Status

MOST_ON_TWO: Final = 15
"""Where there are more groups of rules than this, each is searched on one channel, if its rules name none."""

NAMED_CHANNELS: Final = 2
"""On so many of the channels that rules name they are tried, beside one that they do not name."""

ARRIVALS_TRIED: Final = 12
"""In so many ways a case arrives at most."""

TWO_CASES: Final = frozenset({Guarded.MERGE, Guarded.MOVE})
"""What there is only with another case or thread beside: it has a scope of its own, where nothing leads to closed."""


RolesOf: TypeAlias = Callable[[Policy], tuple[TagRole, ...]]
"""(policy) -> who may change something."""


@frozen
class RuleScope:
    """A scope of own rules, and the ways that must stay open in it."""

    group: RuleGroup
    scope: Scope
    ways: frozenset[str]


def rule_scopes(*policies: Policy) -> Iterator[RuleScope]:
    """The scopes in which the own rules of a policy are in force, or those of two policies that are compared."""
    groups = rule_groups(*policies)
    for group in groups:
        if group.guards - TWO_CASES:
            ways = frozenset({"18", "19"} if group.drafts else {"18"})
            channels = _channels(group, 1 if are_many(groups) or group.drafts else 2)
            yield from (RuleScope(group, _scope_on(channel, group), ways) for channel in channels)
        if group.guards & TWO_CASES:
            yield RuleScope(group, _scope_of_two(group), frozenset())


def are_many(groups: Collection[RuleGroup]) -> bool:
    """Whether there are so many groups that each is searched on one channel only."""
    return len(groups) > MOST_ON_TWO


def _channels(group: RuleGroup, usually: int) -> tuple[Channel, ...]:
    """The channels on which rules are tried; where they name none, so many as usual."""
    named = [one for one in group.said(Fact.CHANNEL) if any(customers_may_write(one, said) for said in group.policies)]
    usual = dict.fromkeys(open_channel(group.policies[0], preferred) for preferred in (Channel.EMAIL, Channel.CHAT))
    if not named:
        return tuple(usual)[:usually]
    others = [channel for channel in (*usual, *Channel) if channel not in named]
    return (*named[:NAMED_CHANNELS], *others[:1])


def _scope_on(channel: Channel, group: RuleGroup) -> Scope:
    commands = _distinct(
        (
            *_arrivals(channel, group),
            *(one for agent in _agents(group) for one in _worker_commands(agent, channel, group)),
            *_guarded_commands(channel, group),
            *_changing_commands(group),
            *closing_commands(),
            *([EndContact(CUSTOMER, NOON, CASE)] if channel in LIVE else ()),
        )
    )
    most = {"case.notes": 1} if group.looks_at(Fact.NOTE) else {}
    name = f"own-rules-{group.name}-on-{channel}"
    return Scope(name, _team(group), (Part(commands),), apart=_apart(group), at_most=most, rules=frozenset(group.ids))


def _scope_of_two(group: RuleGroup) -> Scope:
    """Two cases of one customer, and one of another one: what is merged and moved."""
    channel = open_channel(group.policies[0], Channel.MESSAGING)
    others = (("t2", "maria", "c2"), ("t3", "mia", "c3"))
    arrivals = [
        ReceiveMessage(CUSTOMER, NOON, thread, "m", "Hello", customer=customer, channel=channel, new_case=case)
        for thread, customer, case in others
    ]
    commands = _distinct(
        (
            *_arrivals(channel, group),
            *arrivals,
            OpenCase("ana", NOON, CASE),
            OpenCase("ana", NOON, "c2"),
            CloseCase(_agents(group)[-1], NOON, "c3", CloseReason.SPAM),
            *(MergeCases(agent, NOON, CASE, "c2") for agent in _agents(group) if Guarded.MERGE in group.guards),
            *(MoveCase(agent, NOON, CASE, "t3") for agent in _agents(group) if Guarded.MOVE in group.guards),
            *_changing_commands(group),
        )
    )
    apart, name = _apart(group) | {"thread.left"}, f"own-rules-{group.name}-with-two-cases"
    return Scope(name, _team(group), (Part(commands),), apart=apart, rules=frozenset(group.ids))


def _distinct(commands: Iterable[Command]) -> tuple[Command, ...]:
    kept: list[Command] = []
    for command in commands:
        if command not in kept:
            kept.append(command)
    return tuple(kept)


# Who is there ------------------------------------------------------------------------------------------


def _agents(group: RuleGroup) -> tuple[str, ...]:
    return ("ana", "ben") if group.second else ("ana",)


def _team(group: RuleGroup) -> tuple[Command, ...]:
    """One agent who may do everything; or one who may only reply, and beside them one who may do everything."""
    if not group.second:
        return team_commands(group.policies[0], ana=EVERYTHING)
    return team_commands(group.policies[0], ana=frozenset({Permission.REPLY}), ben=EVERYTHING)


def _apart(group: RuleGroup) -> frozenset[str]:
    """What no rule of the group looks at."""
    apart = APART - NOTED
    if not group.levels:
        return apart
    return apart - {"clocks"} | {f"clocks.{one.name}" for one in fields_of(Clocks) if one.name != "level"}


# What is done ------------------------------------------------------------------------------------------


def _arrivals(channel: Channel, group: RuleGroup) -> Iterator[Command]:
    """The customer writes, in every way that rules tell apart."""
    reasons, languages = (dict.fromkeys((None, *group.said(fact))) for fact in (Fact.REASON, Fact.LANGUAGE))
    ways: list[dict[str, Any]] = [{"reason": one, "language": other} for one, other in product(reasons, languages)]
    ways += [
        {key: value for key, value in way_to(Match(queue=queue), policy).items() if value}
        for policy in group.policies
        for queue in group.said(Fact.QUEUE)
        if queue in policy.queues
    ]
    ways += [
        {"attributes": {name: value}}
        for name, values in group.values.items()
        if not any(_setters(name, policy) for policy in group.policies)
        for value in values
    ]
    ways += [{"tags": frozenset({tag})} for tag in group.tags if not any(map(_restricted_to, group.policies))]
    ways += [{"name": None}] if CustomerState.NAMED in group.said(Fact.CUSTOMER) else []
    for way in islice(ways, ARRIVALS_TRIED):
        for command in arrival_commands(channel):
            arrives: Any = command
            yield attrs.evolve(arrives, **way)


def _worker_commands(agent: str, channel: Channel, group: RuleGroup) -> Iterator[Command]:
    """Somebody opens the case, answers, sets its status, ends the contact and closes."""
    policy, statuses = group.policies[0], _statuses(group)
    yield OpenCase(agent, NOON, CASE)
    yield LeaveCase(agent, NOON, CASE)
    yield from (REPLY(agent, send_as=status) for status in statuses)
    yield from (SetStatus(agent, NOON, CASE, status) for status in statuses)
    if group.looks_at(Fact.CONTACT) or any(channel in one.authentication.channels for one in group.policies):
        yield Authenticate(agent, NOON, CASE)
    yield EndContact(agent, NOON, CASE)
    yield from disposal_commands(agent, policy)
    yield CloseCase(agent, NOON, CASE)
    if channel is Channel.EMAIL and any(one.email.relate_customer for one in group.policies):
        yield RelateRecord(agent, NOON, CASE, Relation.CUSTOMER, "r1")


def _statuses(group: RuleGroup) -> tuple[Status, ...]:
    """The statuses that an agent sends and sets: what leads to closed, and what rules tell apart."""
    told = not group.guards.isdisjoint({Guarded.SEND_AS_PENDING, Guarded.SET_STATUS}) or group.looks_at(Fact.STATUS)
    sent = not group.guards.isdisjoint({Guarded.ESCALATE, Guarded.SEND_AS_ESCALATED})
    pending = [Status.PENDING] if told or not group.second else []
    escalated = [Status.ESCALATED] if sent or Status.ESCALATED in group.said(Fact.STATUS) else []
    return (*pending, Status.RESOLVED, *escalated)


def _guarded_commands(channel: Channel, group: RuleGroup) -> Iterator[Command]:
    """What rules guard beside what is done anyway."""
    guards, agents = group.guards, _agents(group)
    if group.drafts:
        yield from (SUBMIT("ana", send_as=status) for status in _statuses(group))
        yield ApproveDraft("ben", NOON, CASE, DRAFT, seen=True)
        yield RefuseDraft("ben", NOON, CASE, DRAFT, "Not like this")
        yield WithdrawDraft("ana", NOON, CASE, DRAFT)
    if Guarded.ACCEPT in guards:
        yield OfferWork(SYSTEM, NOON, CASE, "ana")
        yield AcceptOffer("ana", NOON, CASE)
    if Guarded.WRITE_FIRST in guards:
        yield RecordConsent(SYSTEM, NOON, "maria", note="On the web form")
        yield from _first_messages(channel, agents)
    for agent in agents:
        if Guarded.TRANSFER in guards:
            yield ReassignCase(agent, NOON, CASE, queue=other_queue(group.policies[0]))
        if Guarded.COMMIT in guards:
            yield MakeCommitment(agent, NOON, CASE, "p1", NOON + timedelta(hours=1), "Call back")
        if Guarded.SNOOZE in guards:
            yield SnoozeCase(agent, NOON, CASE, NOON + timedelta(hours=1))
            yield EndSnooze(SYSTEM, NOON, CASE)


def _first_messages(channel: Channel, agents: Iterable[str]) -> Iterator[Command]:
    """Somebody of us writes first."""
    text = NEWS_TEMPLATE.text if channel is Channel.WHATSAPP else "Hello"
    template = NEWS_TEMPLATE.template if channel is Channel.WHATSAPP else None
    for agent in agents:
        yield StartOutbound(
            agent,
            NOON,
            "t1",
            CASE,
            "m",
            text,
            customer="maria",
            channel=channel,
            phone=NUMBER,
            template=template,
            subject="Your request",
        )


# What is looked at -------------------------------------------------------------------------------------


def _changing_commands(group: RuleGroup) -> Iterator[Command]:
    """What changes that at which the rules look: there is always somebody who may, if anybody does."""
    yield from _noting_commands(group)
    if group.looks_at(Fact.NOTE):
        yield AddNote("ana", NOON, "n1", "As agreed", CASE)
        yield DeleteNote("ana", NOON, "n1")
    for relation in group.said(Fact.RELATION):
        yield RelateRecord("ana", NOON, CASE, relation, "r1")
        yield UnrelateRecord("ana", NOON, CASE, relation)
    if CustomerState.OPTED_IN in group.said(Fact.CUSTOMER):
        yield from (RecordConsent(SYSTEM, NOON, "maria", agrees, "On the web form") for agrees in (True, False))


def _noting_commands(group: RuleGroup) -> Iterator[Command]:
    """Attributes, tags and the level are set, and the first two taken away."""
    guards = group.guards
    for name, values in group.values.items():
        who = _who_may(group, partial(_setters, name), guarded=Guarded.SET_ATTRIBUTE in guards)
        for agent, value in product(who, (*values, None)):
            yield SetAttribute(agent, NOON, CASE, name, value)
    for tag in group.tags:
        for agent in _who_may(group, _restricted_to, guarded=Guarded.TAG in guards):
            yield AddTag(agent, NOON, CASE, tag)
            yield RemoveTag(agent, NOON, CASE, tag)
    for level in group.levels:
        for agent in _who_may(group, _restricted_to, guarded=Guarded.SET_LEVEL in guards) or (SYSTEM,):
            yield SetLevel(agent, NOON, CASE, level)


def _setters(name: str, policy: Policy) -> tuple[TagRole, ...]:
    """Who may set an attribute under a policy."""
    return policy.attributes[name].set_by if name in policy.attributes else ()


def _restricted_to(policy: Policy) -> tuple[TagRole, ...]:
    """Who may change the tags at which a policy looks, and the level; the system always sets that."""
    return policy.tags.restricted_to


def _who_may(group: RuleGroup, roles_of: RolesOf, *, guarded: bool) -> tuple[str, ...]:
    """Who changes something that some roles may change: all people where own rules guard it, or else who always may.

    The system does where nobody else may: that it could help out is no way that people at the desk have.
    """
    roles = {role for policy in group.policies for role in roles_of(policy)}
    able = {TagRole.SUPERVISOR: ("ben" if group.second else "ana",), TagRole.ASSIGNEE: _agents(group)}
    every = [who for role, who in able.items() if role in roles]
    people = tuple(dict.fromkeys(one for who in (every if guarded else every[:1]) for one in who))
    return people or ((SYSTEM,) if TagRole.SYSTEM in roles else ())
