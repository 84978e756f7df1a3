"""The explorer visits every world, and no other: the same as a plain search over whole desks.

A scope of the check is too large for the plain search, so these are small ones of every sort: copies of a case, two
agents, a draft, silence, absence. A random walk with real instants takes the larger ones.
"""

from datetime import timedelta
from functools import cache

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore import CUSTOMER, HOUSE, SYSTEM, CloseReason, Permission, Policy
from casecore.channels import Channel
from casecore.check import scopes
from casecore.desk import Desk
from casecore.explore import Part, Scope, Watched
from casecore.explore.memo import Branch, Leaf, Run
from casecore.explore.model import NO_QUESTIONS, Model, Questions
from casecore.explore.pages import LINKS, books_of
from casecore.explore.read_log import SORT_OF
from casecore.explore.scope import NOON, SECOND, copy_of
from casecore.explore.states import StateSearch
from casecore.explore.traces import timed_command
from casecore.policies.sections import Chat, CountsFrom, Idle
from casecore.promises import PROMISES, Step
from casecore.promises.books import Books
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import GoAvailable, LogOut
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CloseCase
from casecore.rooms.contacts import Contact, EndContact
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import PresenceAsked
from casecore.rooms.threads import Thread
from casecore.statuses import Status
from tests.houses import without
from tests.profiles import examples
from tests.proofs.plain_search import PlainSearch, PlainState, answer_of, with_row

SOP = Policy.default()


# Small scopes ------------------------------------------------------------------------------------------


def silence(policy):
    """One chat, whose customer falls silent, and what the clock does to it."""
    commands = (
        *scopes.arrival_commands(Channel.CHAT),
        OpenCase("ana", NOON, "c1"),
        Authenticate("ana", NOON, "c1"),
        SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING),
        *scopes.silence_commands("ana"),
        *scopes.closing_commands(),
        *scopes.absence_commands(),
    )
    team = scopes.team_commands(policy, ana=scopes.EVERYTHING)
    away = (LogOut("ana", NOON, "ana"), GoAvailable("ana", NOON, "ana"))
    return Scope("silence", team, (Part(commands),), away, scopes.APART, {"contact.attempts": 2})


def two_cases(policy):
    """Two chats that differ in nothing, one agent, who comes and goes."""
    commands = (
        *scopes.arrival_commands(Channel.CHAT),
        OpenCase("ana", NOON, "c1"),
        LeaveCase("ana", NOON, "c1"),
        EndContact(CUSTOMER, NOON, "c1"),
        CloseCase("ana", NOON, "c1", CloseReason.SPAM),
        *scopes.disposal_commands("ana", policy),
    )
    away = (*scopes.presence_commands("ana"),)
    return Scope(
        "two cases", scopes.team_commands(policy, ana=scopes.EVERYTHING), (Part(commands, 2),), away, scopes.APART
    )


def two_sorts(policy):
    """A chat twice and a call, one agent: copies beside another case."""
    chat = (
        *scopes.arrival_commands(Channel.CHAT),
        OpenCase("ana", NOON, "c1"),
        CloseCase("ana", NOON, "c1", CloseReason.SPAM),
    )
    (call,) = scopes.arrival_commands(Channel.VOICE)
    call = attrs.evolve(call, thread="t9", new_case="c9", customer="rui")
    part = Part((call, OpenCase("ana", NOON, "c9"), EndContact(CUSTOMER, NOON, "c9")))
    team = scopes.team_commands(policy, ana=scopes.EVERYTHING)
    return Scope("two sorts", team, (part, Part(chat, 2)), (SetNextState("ana", NOON, "ana", "lunch"),), scopes.APART)


def two_agents(policy):
    """One case, offered, taken and handed on between two agents."""
    commands = (
        *scopes.arrival_commands(Channel.MESSAGING),
        *(OfferWork(SYSTEM, NOON, "c1", agent) for agent in ("ana", "ben")),
        *(AcceptOffer(agent, NOON, "c1") for agent in ("ana", "ben")),
        ExpireOffer(SYSTEM, NOON, "c1"),
        *(OpenCase(agent, NOON, "c1") for agent in ("ana", "ben")),
        ReassignCase("ana", NOON, "c1", "ben"),
        ReleaseAbsent(SYSTEM, NOON, "c1"),
    )
    team = scopes.team_commands(policy, ana=scopes.EVERYTHING, ben=frozenset({Permission.REPLY}))
    given = (LogOut("ben", NOON, "ben"), GoAvailable("ben", NOON, "ben"))
    return Scope("two agents", team, (Part(commands),), given, scopes.APART | {"agent.given_at"})


def a_draft(policy):
    """A draft on a chat: what its author does with it, and what its reviewer does."""
    scope = scopes.draft_scope(Channel.CHAT, policy)
    twice = {*scopes.draft_commands("cleo"), *scopes.review_commands("ben", policy)}
    (part,) = scope.parts
    left = tuple(command for command in part.commands if command not in twice)
    return attrs.evolve(scope, parts=(Part(left),))


def what_is_not_followed(policy):
    """A closed case whose customer writes again, and somebody else who writes: cases that are none of the scope."""
    (first,) = scopes.arrival_commands(Channel.CHAT)
    again = attrs.evolve(first, new_case=None)
    other = attrs.evolve(first, thread="t2", customer="rui", new_case="c2")
    commands = (first, again, OpenCase("ana", NOON, "c1"), CloseCase("ana", NOON, "c1", CloseReason.SPAM))
    return Scope(
        "beyond", scopes.team_commands(policy, ana=scopes.EVERYTHING), (Part(commands),), (other,), scopes.APART
    )


def the_window(policy):
    """One case on WhatsApp, whose customer writes again, or not."""
    commands = (
        *scopes.arrival_commands(Channel.WHATSAPP),
        OpenCase("ana", NOON, "c1"),
        SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING),
        CloseCase("ana", NOON, "c1", CloseReason.SPAM),
    )
    return Scope("window", scopes.team_commands(policy, ana=scopes.EVERYTHING), (Part(commands),), (), scopes.APART)


SMALL = {
    "what is not followed": (what_is_not_followed, SOP),
    "silence": (silence, SOP),
    "silence, counted from the question": (
        silence,
        Policy(chat=Chat(idle=Idle(counts_from=CountsFrom.QUESTION))),
    ),
    "two cases, one agent": (two_cases, SOP),
    "two chats and a call, one agent": (two_sorts, SOP),
    "one case, two agents": (two_agents, SOP),
    "a draft": (a_draft, SOP),
    "the window on WhatsApp": (the_window, SOP),
}


WATCHED = Questions(watched=Watched({promise.number: promise.witness for promise in PROMISES}))
"""Every promise, so that the books are kept in which its witness reads."""


def search_scope(scope, policy=SOP, house=HOUSE, questions=NO_QUESTIONS):
    """The explorer's search of a scope, finished."""
    return StateSearch(Model(scope, policy, house, questions)).run()


def plain_beside(search):
    """A plain search of the same scope, in which the same instants count, and books are kept if they are there."""
    model = search.model
    kept = model.questions.keep_books
    return PlainSearch(model.scope, model.policy, model.house, model.passing, with_books=kept)


def state_of(rows):
    """The desk, and the books, of the rows of one piece, as the plain search knows them."""
    desk = Desk()
    for (table, row_id), row in rows.items():
        if table not in SORT_OF and (table, row_id) != LINKS:
            desk = attrs.evolve(desk, **{table: getattr(desk, table).insert(row_id, row)})
    linked = {(SORT_OF[table], page_id, name): (1, 1) for table, page_id, name in rows.get(LINKS, ())}
    return PlainState(desk, books_of(rows), linked)


def worlds_of(search, plain):
    """The explorer's worlds, each told as the plain search tells it."""
    model, parts = search.model, search.model.scope.parts
    agents = [
        [plain.agent(state_of(component.rows), name) for component in known.all]
        for name, known in zip(model.agent_names, model.agents, strict=True)
    ]
    cases = [
        [(part.case, plain.told(state_of(component.rows), 0, part.every_id)) for component in known.all]
        for part, known in zip(parts, model.cases, strict=True)
    ]
    return {
        (
            tuple(agents[place][number] for place, number in enumerate(model.unpack_agents(search.agents_of(world)))),
            tuple(
                sorted(
                    (cases[search.part_at(place)][number] for place, number in enumerate(search.cases_of(world))),
                    key=repr,
                )
            ),
        )
        for world in search.states
    }


def edges_of(model):
    """Every command that was asked, with every answer it got: the events, or the rules that refused it."""
    moves = [
        *model.moves_of(None),
        *(move for part in range(len(model.scope.parts)) for move in model.moves_of(part)),
    ]
    for move in moves:
        for verdict in answers(move.memo.root) if move.command is not None else ():
            yield move.command, *answer_of(verdict, model.scope)


def answers(node):
    """The answers at the ends of all ways from here."""
    if isinstance(node, Leaf):
        yield node.value.verdict
    elif isinstance(node, Branch):
        for lead in node.leads.values():
            yield from answers(lead)
    elif isinstance(node, Run):
        yield from answers(node.then)


def assert_the_same(search):
    """The explorer and a plain search find the same worlds, as many steps, and the same answers to each command."""
    plain = plain_beside(search).run()
    assert search.complete
    assert len(plain.worlds) == len(search.states)
    assert set(plain.worlds) == worlds_of(search, plain)
    assert plain.transitions == search.transitions
    assert plain.edges == set(edges_of(search.model))


@pytest.mark.parametrize("name", SMALL)
def test_the_explorer_finds_what_a_plain_search_finds(name):
    """The same worlds, the same number of steps between them, and every command with the same answers."""
    make, policy = SMALL[name]
    assert_the_same(search_scope(make(policy), policy))


@pytest.mark.parametrize("name", SMALL)
def test_books_add_no_worlds(name):
    """A world is a desk and the books of its witnesses; the plain search finds the same, and no more than without."""
    make, policy = SMALL[name]
    search = search_scope(make(policy), policy, questions=WATCHED)
    assert_the_same(search)
    assert len(search.states) == len(search_scope(make(policy), policy).states)


def begun_once(contact, event):
    """A silence that goes on through our replies."""
    contact.silence_since = contact.silence_since or event.at


def begun_anew(contact, event):
    """A silence that begins anew with each question, which is counted."""
    contact.silence_since = contact.asked_at = event.at
    contact.attempts = min(contact.attempts + 1, 2)


FAULTY = {
    "silence that no rule reads": (silence, without("idle.silence", "idle.asked"), {}, ("07", True)),
    "a window that no rule reads": (the_window, without("whatsapp.window", "whatsapp.consent"), {}, ("12", True)),
    "silence that goes on though the customer writes": (
        silence,
        HOUSE,
        {(Contact, MessageReceived): None},
        ("07", True),
    ),
    "silence that no reply begins": (silence, HOUSE, {(Contact, ReplySent): None}, ("06", False)),
    "silence that only the first reply begins": (silence, HOUSE, {(Contact, ReplySent): begun_once}, ("06", True)),
    "silence that a question begins anew": (silence, HOUSE, {(Contact, PresenceAsked): begun_anew}, ("06", True)),
    "a question that is not counted": (silence, HOUSE, {(Contact, PresenceAsked): None}, ("06", False)),
    "a window that does not begin anew": (the_window, HOUSE, {(Thread, MessageReceived): None}, ("12", False)),
}
"""Houses in which instants of records and of books are not the same: rules are out, or events are applied wrongly."""


@pytest.mark.parametrize("name", FAULTY)
def test_where_books_say_otherwise_than_the_desk_the_plain_search_agrees(name, monkeypatch):
    """Instants that are linked no more pass by themselves, and what breaks a promise is found."""
    make, house, faults, (number, broken) = FAULTY[name]
    for (record, event), edit in faults.items():
        effects = [effect for effect in HOUSE.effects[event] if effect.record is not record or edit is not None]
        spoilt = [attrs.evolve(effect, edit=edit) if effect.record is record else effect for effect in effects]
        monkeypatch.setitem(HOUSE.effects, event, tuple(spoilt))
    search = search_scope(make(SOP), SOP, house, WATCHED)
    assert_the_same(search)
    assert broken is (number in search.counts)


# A random walk -----------------------------------------------------------------------------------------

LARGER = {
    "one voice case": lambda: scopes.one_case_scope(Channel.VOICE, SOP),
    "a draft": lambda: scopes.draft_scope(Channel.CHAT, SOP),
    "two chats, two agents": lambda: scopes.two_cases_scope(Channel.CHAT, SOP),
    "silence": lambda: silence(SOP),
}

DELAYS = (0, 1, 29, 30, 31, 59, 60, 119, 120, 121, 172_799, 172_800)
"""Seconds between two commands: every timer of these scopes, a second less, and more."""


@cache
def visited(name):
    """A plain search of a scope that has not begun, and the worlds that the explorer visits there."""
    search = search_scope(LARGER[name]())
    plain = plain_beside(search)
    return plain, worlds_of(search, plain)


class Wanderer:
    """Somebody who walks through a scope with real instants.

    An instant that counts is seen as old as the last mark it has passed: a second before the end of its timer, or the
    end. It passes one when a command is given while its timer runs; until then it is seen as if it were now.
    """

    def __init__(self, plain):
        self.plain = plain
        self.desk, self.now, self.number = next(iter(plain.worlds.values())).desk, 0, 0
        self.marks = {}
        self.menu = [(None, 0, frozenset(), command) for command in plain.scope.commands] + [
            (part, copy, part.every_id, command) for part, copy, _ in plain.cases for command in part.commands
        ]

    def goes_on(self, delay, choice):
        """Wait, and do one of the things that are allowed."""
        self.now += delay
        self.number += 1
        self._passes_marks()
        allowed = []
        for _, copy, ids, command in self.menu:
            step = Step.of(self.desk, timed_command(command, ids, copy, self.number, self.now))
            if step.events and set(step.after.cases) <= self.plain.known:
                allowed.append(step)
        if allowed:
            self.desk = allowed[choice % len(allowed)].after

    def _passes_marks(self):
        for part, copy, _ in self.plain.cases:
            view = self.desk.view_of(copy_of(part.case, part.every_id, copy))
            for timer in self.plain.timers:
                if timer.due(view, SOP) is not None:
                    row_name, _, name = timer.since.partition(".")
                    since, length = getattr(getattr(view, row_name), name), timer.length(view, SOP)
                    age = NOON + self.now * SECOND - since
                    mark = next((mark for mark in (length, length - SECOND) if age >= mark), timedelta(0))
                    owner = view.holder.id if row_name == "holder" else (part.case, copy)
                    key = (name, owner, since)
                    self.marks[key] = max(mark, self.marks.get(key, timedelta(0)))

    @property
    def world(self):
        """Where the walk has come to, as both searches tell it."""
        desk = self.desk
        for name, agent in self.desk.agents.items():
            desk = with_row(desk, "", agent, self._seen("agent", agent, name))
        for part, copy, _ in self.plain.cases:
            case = copy_of(part.case, part.every_id, copy)
            file = self.desk.cases.get(case)
            for sheet in HOUSE.sheets if file is not None else ():
                if (row := getattr(file, sheet)) is not None:
                    desk = with_row(desk, case, row, self._seen(sheet, row, (part.case, copy)))
        return self.plain.world_of(PlainState(desk, Books()))

    def _seen(self, sheet, row, owner):
        told = [path.partition(".")[2] for path in self.plain.counting if path.partition(".")[0] == sheet]
        instants = {name: getattr(row, name) for name in told if getattr(row, name) is not None}
        seen = {name: NOON - self.marks.get((name, owner, at), timedelta(0)) for name, at in instants.items()}
        return attrs.evolve(row, **seen)


@pytest.mark.parametrize("name", LARGER)
@examples(10)
@given(way=st.lists(st.tuples(st.sampled_from(DELAYS), st.integers(0, 60)), min_size=1, max_size=20))
def test_whatever_a_random_walk_meets_the_explorer_has_visited(name, way):
    """With real instants, and commands in any order, no desk is reached that is none of the explorer's worlds."""
    plain, worlds = visited(name)
    wanderer = Wanderer(plain)
    for delay, choice in way:
        wanderer.goes_on(delay, choice)
        assert wanderer.world in worlds
