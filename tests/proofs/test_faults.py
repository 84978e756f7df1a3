"""Seeded faults: one thing is changed about the rules, and the search finds the shortest story that breaks a promise.

Each row of `FAULTS` is one fault, the small desk that can show it, and what comes of it: every promise that fails, by
its number in §10, with the length of its shortest story. All other promises hold there.
"""

from datetime import timedelta
from functools import cache

import attrs
import pytest
from attrs import frozen

from casecore import CUSTOMER, HOUSE, CloseReason, House, Permission, Policy, Reason, Room, Rule
from casecore.channels import Channel
from casecore.check import scopes
from casecore.desk import Desk
from casecore.explore import Part, Result, Scope, Watched, explore
from casecore.explore.local_states import AGENT_ROLES
from casecore.explore.scope import NOON
from casecore.promises import PROMISES, WAYS_ON, Step, Watch
from casecore.rooms.agents import AgentAvailable, AgentUnavailable
from casecore.rooms.approvals import (
    ApproveDraft,
    DraftApproved,
    DraftRefused,
    DraftWithdrawn,
    RefuseDraft,
    SubmitDraft,
)
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate, Authenticated
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CaseClosed, CloseCase, SetStatus, StatusSet
from casecore.rooms.contacts import ContactEnded, ContactStarted, EndContact
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status
from tests.houses import followed, following, forbidding, handling, misjudging, queued_only, unfollowed, without

SOP = Policy.default()


# Small desks -------------------------------------------------------------------------------------------


def desk(name, *commands, given=(), copies=1, channel=Channel.CHAT, **team):
    """A scope of one sort of case, and of ana, who may do everything, unless somebody else is named."""
    people = scopes.team_commands(SOP, **(team or {"ana": scopes.EVERYTHING}))
    attempts = {"contact.attempts": 2}
    return Scope(
        name, people, (Part((*scopes.arrival_commands(channel), *commands), copies),), given, scopes.APART, attempts
    )


OPENED = OpenCase("ana", NOON, "c1")
KNOWN = Authenticate("ana", NOON, "c1")
ENDED = EndContact(CUSTOMER, NOON, "c1")
SPAM = CloseCase("ana", NOON, "c1", CloseReason.SPAM)
DISPOSED = (*scopes.disposal_commands("ana", SOP),)
RESOLVED = SetStatus("ana", NOON, "c1", Status.RESOLVED)
ANSWERED = SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING)
NEXT = SetNextState("ana", NOON, "ana", "lunch")
APPROVED = ApproveDraft("cleo", NOON, "c1", "d1")

LIMIT = scopes.limit_scope(Channel.CHAT, 2, SOP)
PRESENCE = desk("presence", OPENED, ENDED, SPAM, *DISPOSED, given=(*scopes.presence_commands("ana"),))
TWO_CASES = desk("two cases", OPENED, SPAM, *DISPOSED, given=(NEXT,), copies=2)
SILENCE = desk("silence", OPENED, ANSWERED, SPAM, *scopes.silence_commands("ana"))
CONTACTS = desk("contacts", OPENED, KNOWN, ENDED, RESOLVED, *scopes.sensitive_commands("ana", SOP), SPAM, *DISPOSED)
LIFE = desk("life", OPENED, KNOWN, LeaveCase("ana", NOON, "c1"), ENDED, ANSWERED, RESOLVED, SPAM, channel=Channel.EMAIL)
REOPENED = desk("reopened", *scopes.handling_commands("ana"), channel=Channel.MESSAGING)
DRAFTS = desk(
    "drafts",
    *(command(agent, NOON, "c1") for agent in ("ben", "cleo") for command in (OpenCase, LeaveCase)),
    *scopes.draft_commands("ben"),
    SubmitDraft("cleo", NOON, "c1", "d1", "Here you are", Status.PENDING),
    APPROVED,
    ApproveDraft("ben", NOON, "c1", "d1"),
    RefuseDraft("cleo", NOON, "c1", "d1", "Not like this"),
    SendReply("ben", NOON, "c1", "m", "Here you are", Status.PENDING),
    CloseCase("cleo", NOON, "c1", CloseReason.SPAM),
    ben=frozenset[Permission](),
    cleo=scopes.EVERYTHING,
    channel=Channel.MESSAGING,
)


# Faults ------------------------------------------------------------------------------------------------


def blind_to_offers(check):
    """What is offered to somebody is not counted."""

    def asked(view, said, policy):
        agents = {role: agent for role in AGENT_ROLES if (agent := getattr(view, role)) is not None}
        return check(
            attrs.evolve(view, **{role: attrs.evolve(agent, offered={}) for role, agent in agents.items()}),
            said,
            policy,
        )

    return asked


def a_second_fast(check):
    """The clock of a rule is a second fast."""
    return lambda view, said, policy: check(view, attrs.evolve(said, at=said.at + timedelta(seconds=1)), policy)


def known_already(view, event, policy):
    """Whoever writes again is taken to be who they were."""
    return (Authenticated(event.by, event.at, event.case),)


(approves,) = (room.decide[ApproveDraft] for room in HOUSE.rooms if ApproveDraft in room.decide)


def rewritten(view, command, policy):
    """Something else is sent than what waited."""
    events = approves(view, command, policy)
    return tuple(attrs.evolve(event, text="!") if isinstance(event, ReplySent) else event for event in events)


def unmarked(view, command, policy):
    """The approved reply goes, and nothing says that it was approved."""
    return tuple(event for event in approves(view, command, policy) if not isinstance(event, DraftApproved))


def stuck(view, event, policy):
    """Nobody decides a draft any more when the customer has written meanwhile."""
    return Reason("stuck", "it is out of date") if view.draft is not None and view.draft.stale else None


(disposed,) = (room.follows[Disposed] for room in HOUSE.rooms if Disposed in room.follows)


def stateless(view, event, policy):
    """Whoever has disposed the last contact stays in the state that they are in."""
    events = disposed(view, event, policy)
    return tuple(event for event in events if not isinstance(event, AgentAvailable | AgentUnavailable))


DECIDED = (DraftApproved, DraftRefused, DraftWithdrawn)
STALE_DRAFTS_STAY = House((*HOUSE.rooms, Room("annex", rules=(Rule("stuck", "Stuck", "-", DECIDED, stuck),))))


@frozen
class Fault:
    """A house with one thing changed, a desk that can show it, and how long the story is of each promise that fails."""

    house: House
    scope: Scope
    fails: dict[str, int]


FAULTS = {
    "no limit": Fault(without("capacity.channel"), LIMIT, {"04": 6, "05": 6}),
    "offers are not counted": Fault(misjudging("capacity.channel", blind_to_offers), LIMIT, {"04": 6, "05": 6}),
    "work for somebody away": Fault(without("assignment.available"), PRESENCE, {"05": 3}),
    "work beside an undisposed contact": Fault(without("assignment.wrap_up"), TWO_CASES, {"05": 5}),
    "work for somebody who leaves soon": Fault(without("assignment.next_state"), TWO_CASES, {"05": 5}),
    "back with a contact to dispose": Fault(without("presence.wrap_up"), PRESENCE, {"13": 4}),
    "lunch with a contact held": Fault(without("presence.contacts"), PRESENCE, {"14": 3}),
    "the next state never comes": Fault(following("wrap_ups", Disposed, stateless), PRESENCE, {"15": 4}),
    "disposed, and still held": Fault(unfollowed("wrap_ups", Disposed), PRESENCE, {"03": 4, "05": 7, "13": 6, "15": 4}),
    "no wrap-up is owed": Fault(unfollowed("wrap_ups", ContactEnded), PRESENCE, {"05": 5, "13": 3}),
    "disconnected unasked": Fault(without("idle.asked"), SILENCE, {"06": 4}),
    "disconnected at any time": Fault(without("idle.silence"), SILENCE, {"06": 4, "07": 4}),
    "disconnected after 1:59": Fault(misjudging("idle.silence", a_second_fast), SILENCE, {"06": 5}),
    "not authenticated": Fault(without("authentication.before"), CONTACTS, {"08": 2}),
    "authenticated for the next contact": Fault(followed(ContactStarted, known_already), CONTACTS, {"08": 2}),
    "sent without permission": Fault(without("reply.permission"), DRAFTS, {"09": 3}),
    "approved without permission": Fault(without("approval.permission"), DRAFTS, {"09": 4}),
    "approved by its author": Fault(without("approval.self_approval"), DRAFTS, {"10": 4}),
    "sent twice": Fault(without("message.fresh"), DRAFTS, {"11": 6}),
    "the approved reply is another": Fault(handling(ApproveDraft, rewritten), DRAFTS, {"09": 4}),
    "nothing says that it was approved": Fault(handling(ApproveDraft, unmarked), DRAFTS, {"10": 4}),
    "a draft that is out of date stays": Fault(STALE_DRAFTS_STAY, DRAFTS, {"18": 4, "19": 4}),
    "closed, and opened again": Fault(without("lifecycle.closed", "lifecycle.edge"), LIFE, {"01": 2, "02": 3}),
    "back, and in no queue": Fault(unfollowed("reassignments", CaseReopened), REOPENED, {"16": 5}),
    "set open, and in no queue": Fault(unfollowed("assignments", StatusSet), REOPENED, {"16": 5}),
    "left, and still held": Fault(handling(LeaveCase, queued_only), LIFE, {"02": 3, "16": 3}),
    "held without a contact": Fault(unfollowed("contacts", CaseAssigned), LIFE, {"03": 2, "13": 3}),
    "never closed": Fault(forbidding(CaseClosed), LIFE, {"18": 1}),
}


WITNESSES = {promise.number: promise.witness for promise in PROMISES if promise.way_on is None}
WATCHED = Watched(WITNESSES, ways={number: way.reached for number, way in WAYS_ON.items()})


@cache
def judged(house, scope):
    """Everything that the promises say of a scope under the rules of a house."""
    return explore(scope, SOP, house=house, watched=WATCHED)


def failed(exploration):
    """The promises that do not hold, by number."""
    return {number: found for number, found in exploration.found.items() if found.result is not Result.PROVED}


BY_NUMBER = {promise.number: promise for promise in PROMISES}
SCOPES = {fault.scope.name: fault.scope for fault in FAULTS.values()}


@pytest.mark.parametrize("name", SCOPES)
def test_without_a_fault_every_promise_holds(name):
    """On the desks of the faults, nothing fails under the rules as they are."""
    assert {} == failed(judged(HOUSE, SCOPES[name]))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_with_its_shortest_story(name):
    """Exactly these promises fail, each with a story of exactly that many steps."""
    fault = FAULTS[name]
    found = failed(judged(fault.house, fault.scope))
    assert fault.fails == {number: len(each.story) for number, each in found.items()}
    assert {Result.FAILS} == {each.result for each in found.values()}


@pytest.mark.parametrize("name", FAULTS)
def test_the_story_of_a_fault_replays_to_the_breach(name):
    """Given to the real desk, with its instants, every command of the story is accepted and the last step is wrong."""
    fault = FAULTS[name]
    for number, found in failed(judged(fault.house, fault.scope)).items():
        desk, watch, breaches = Desk(SOP), Watch(SOP, [BY_NUMBER[number]]), []
        for command in found.story.commands:
            step = Step.of(desk, command, fault.house)
            assert step.verdict, command
            desk = step.after
            breaches.append(tuple(breach.what for breach in watch.see(step.events)))
        if number in WATCHED.ways:
            assert not WATCHED.ways[number](watch.books)
        else:
            assert found.wrong == breaches[-1]
            assert set() == {*breaches[:-1]} - {()}


def test_a_clock_that_is_a_second_fast_is_caught_at_that_second():
    """The story waits to 1:59 exactly: the search tries one second before every threshold."""
    fault = FAULTS["disconnected after 1:59"]
    *_, answered, _, disconnected = judged(fault.house, fault.scope)["06"].story.commands
    assert timedelta(seconds=119) == disconnected.at - answered.at
