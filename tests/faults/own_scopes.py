"""A small scope for policies with rules of their own: one case, what their rules guard, and what they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from casecore.channels import Channel
from casecore.check.commands import APART, CASE, DRAFT, EVERYTHING, team_commands
from casecore.check.scope_parts import REPLY, SUBMIT
from casecore.explore.scope import NOON, NOTED, Part, Scope
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.policies import Policy
from casecore.policies.conditions import Compared, ContactState, CustomerState, Fact, Test
from casecore.policies.sections import Guarded, Level, Relation
from casecore.promises.own_conditions import tests_in
from casecore.rooms.agents import Permission
from casecore.rooms.approvals import ApproveDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, RemoveTag
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord, UnrelateRecord
from casecore.rooms.sla import SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.threads import RecordCustomer
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status

OWN = "rules-of-our-own"

_SENT: Mapping[Guarded, tuple[Status, ...]] = {
    Guarded.SEND_AS_ESCALATED: (Status.ESCALATED,),
    Guarded.ESCALATE: (Status.ESCALATED,),
    Guarded.SEND_AS_RESOLVED: (Status.RESOLVED,),
    Guarded.RESOLVE: (Status.RESOLVED,),
}


def _replies(*statuses: Status) -> Iterator[Command]:
    for status in statuses:
        yield REPLY("ana", send_as=status)
        yield SUBMIT("ana", send_as=status)
    yield ApproveDraft("ben", NOON, CASE, DRAFT)


def _by_hand(*statuses: Status) -> Iterator[Command]:
    yield from (SetStatus("ana", NOON, CASE, status) for status in statuses)


def _first_words(channel: Channel) -> Iterator[Command]:
    who: dict[str, Any] = {"customer": "maria", "channel": channel, "subject": "Your request"}
    for agent in ("ana", "ben"):
        for for_approval in (False, True):
            yield StartOutbound(agent, NOON, "t1", CASE, "m", "Hello", **who, for_approval=for_approval)


def _other_case(customer: str) -> Command:
    """Another case, on another thread."""
    who: dict[str, Any] = {"customer": customer, "channel": Channel.EMAIL, "new_case": "c2"}
    return ReceiveMessage(CUSTOMER, NOON, "t2", "m", "Hello", **who)


_RELATES = (RelateRecord("ana", NOON, CASE, Relation.CUSTOMER, "r1"),)
_MOVE = MoveCase("ana", NOON, CASE, "t2")

_GIVES: Mapping[Guarded, Callable[[], Iterator[Command] | tuple[Command, ...]]] = {
    **{word: lambda word=word: _replies(*_SENT.get(word, (Status.PENDING,))) for word in Guarded if "send" in word},
    Guarded.REPLY: lambda: _replies(Status.PENDING),
    Guarded.SUBMIT: lambda: _replies(Status.PENDING),
    Guarded.APPROVE: lambda: _replies(Status.PENDING),
    Guarded.RESOLVE: lambda: (*_replies(Status.RESOLVED), *_by_hand(Status.RESOLVED)),
    Guarded.ESCALATE: lambda: (*_replies(Status.ESCALATED), *_by_hand(Status.ESCALATED)),
    Guarded.SET_STATUS: lambda: _by_hand(Status.PENDING, Status.OPEN),
    Guarded.CLOSE: lambda: (*_by_hand(Status.RESOLVED), CloseCase("ana", NOON, CASE), CloseCase("ben", NOON, CASE)),
    Guarded.TRANSFER: lambda: tuple(ReassignCase(by, NOON, CASE, queue="billing") for by in ("ana", "ben")),
    Guarded.ACCEPT: lambda: (OfferWork(SYSTEM, NOON, CASE, "ana"), AcceptOffer("ana", NOON, CASE)),
    Guarded.OPEN: lambda: (LeaveCase("ana", NOON, CASE),),
    Guarded.WRITE_FIRST: lambda: (*_first_words(Channel.EMAIL),),
    Guarded.END_CONTACT: lambda: (EndContact("ana", NOON, CASE),),
    Guarded.DISPOSE: lambda: (*_RELATES, LeaveCase("ana", NOON, CASE), Dispose("ana", NOON, CASE, "solved", "Done")),
    Guarded.COMMIT: lambda: (MakeCommitment("ana", NOON, CASE, "p1", NOON + timedelta(hours=1), "Call back"),),
    Guarded.SNOOZE: lambda: (SnoozeCase("ana", NOON, CASE, NOON + timedelta(hours=1)), EndSnooze(SYSTEM, NOON, CASE)),
    Guarded.SET_LEVEL: lambda: (SetLevel("ben", NOON, CASE, Level.HIGH),),
    Guarded.SET_ATTRIBUTE: lambda: (),
    Guarded.TAG: lambda: (AddTag("ana", NOON, CASE, "vip"),),
    Guarded.MERGE: lambda: (_other_case("maria"), MergeCases("ana", NOON, CASE, "c2")),
    Guarded.MOVE: lambda: (_other_case("mia"), CloseCase("ben", NOON, "c2", CloseReason.SPAM), _MOVE),
}
"""By what one does that a rule guards."""


def _sets(test: Test) -> Iterator[Command]:
    """What is given so that a test holds, and so that it does not."""
    if test.fact is Fact.ATTRIBUTE:
        said = test.value if test.compared is Compared.ONE_OF else (test.value,)
        more = [one + step for one in said for step in (-1, 1) if type(one) is int]
        for value in (*said, *more, None) if test.compared is not Compared.SET else ("yes", None):
            yield SetAttribute("ana", NOON, CASE, test.name, value)
        yield SetAttribute("ben", NOON, CASE, test.name, next(iter(said), "yes") or "yes")
    elif test.fact is Fact.TAG:
        for tag in test.value:
            yield from (AddTag("ben", NOON, CASE, tag), RemoveTag("ben", NOON, CASE, tag))
    elif test.fact is Fact.RELATION:
        for relation in test.value:
            yield RelateRecord("ana", NOON, CASE, relation, "r1")
            yield UnrelateRecord("ana", NOON, CASE, relation)
    elif test.fact is Fact.CUSTOMER and test.value is CustomerState.NAMED:
        yield from (RecordCustomer("ana", NOON, "maria", name) for name in ("Maria", ""))
    elif test.fact is Fact.STATUS:
        yield from _by_hand(*test.value, Status.OPEN)
    elif test.fact in _SETS:
        yield from _SETS[test.fact]


_SETS: Mapping[Fact, tuple[Command, ...]] = {
    Fact.NOTE: (AddNote("ana", NOON, "n1", "Knows it", CASE), DeleteNote("ana", NOON, "n1")),
    Fact.LEVEL: tuple(SetLevel("ben", NOON, CASE, level) for level in (Level.HIGH, Level.NORMAL)),
    Fact.QUEUE: (ReassignCase("ben", NOON, CASE, queue="billing"),),
    Fact.CONTACT: (Authenticate("ana", NOON, CASE), LeaveCase("ana", NOON, CASE)),
    Fact.CUSTOMER: (REPLY("ana", send_as=Status.PENDING),),
    Fact.BY: (LeaveCase("ana", NOON, CASE), OpenCase("ben", NOON, CASE)),
    Fact.SINCE: (REPLY("ana", send_as=Status.PENDING), LeaveCase("ana", NOON, CASE)),
}


def _arrives(channel: Channel, tests: list[Test]) -> Iterator[Command]:
    """The customer writes, as those do of whom a rule asks, and as others do."""
    who: dict[str, Any] = {"customer": "maria", "channel": channel, "new_case": CASE}
    words: dict[Fact, Any] = {test.fact: test.value for test in tests}
    reason = next(iter(words.get(Fact.REASON, ())), None)
    language = next(iter(words.get(Fact.LANGUAGE, ())), None)
    yield ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", **who)
    if reason or language:
        said = {"reason": reason, "language": language and f"{language}-BR"}
        yield ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", **who, **said)
    for test in tests:
        if test.fact is Fact.ATTRIBUTE and isinstance(test.value, str):
            yield ReceiveMessage(CUSTOMER, NOON, "t1", "m", "Hello", **who, attributes={test.name: test.value.upper()})


def scope_of_rules(policy: Policy) -> Scope:
    """The scope of what the rules of a policy guard, and look at."""
    tests = [*tests_in(policy.rule)]
    named = next((test.value[0] for test in tests if test.fact is Fact.CHANNEL), Channel.EMAIL)
    live = any(test.value is ContactState.LIVE for test in tests)
    channel = Channel.CHAT if live else named
    words = [word for rule in policy.rule for word in rule.guards]
    given = (command for word in words for command in _GIVES[word]())
    more = (command for test in tests for command in _sets(test))
    commands = dict.fromkeys((OpenCase("ana", NOON, CASE), *given, *more))
    arrives = () if Guarded.WRITE_FIRST in words else _arrives(channel, tests)
    team = team_commands(policy, ana=frozenset({Permission.REPLY}), ben=EVERYTHING)
    apart, rules = APART - NOTED - {"clocks"} | {"thread.left"}, frozenset(rule.id for rule in policy.rule)
    return Scope(OWN, team, (Part((*arrives, *commands)),), apart=apart, rules=rules)


OWN_SCOPES = {OWN: scope_of_rules}
"""Scopes of the table's own, by name: (policy) -> the scope."""
