"""The shortcuts of a search, held against the plain way: what is remembered, sifted out or left off changes nothing."""

import pytest

from casecore import CloseCase, CloseReason, LeaveCase, OpenCase, Policy, SendReply, Status
from casecore.channels import Channel
from casecore.check import commands
from casecore.check.narrow_scopes import closed_scope
from casecore.explore import Part, Scope, Watched, explore, traces
from casecore.explore.components import ComponentPool, TimePassed, apply_events
from casecore.explore.local_states import MoveResult
from casecore.explore.model import Model, Questions
from casecore.explore.pages import LINKS, link_instants, linked_instant, write_page
from casecore.explore.scope import NOON
from casecore.explore.states import StateSearch
from casecore.explore.watchers import Watchers
from casecore.kernel import Accepted
from casecore.promises import PROMISES
from casecore.promises.life_cycle import EDGES, edges_of
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import LogOut
from casecore.rooms.commitments import CommitmentMade

SOP = Policy.default()
WATCHED = Watched(
    witnesses={promise.number: promise.breaches for promise in PROMISES if promise.way_on is None},
    occasions={f"occasion of {promise.number}": promise.occasion.met for promise in PROMISES},
    edges=edges_of,
    edge_names=tuple(EDGES.values()),
    situations={situation.what: situation.tried for promise in PROMISES for situation in promise.situations},
)


def chat(*, copies=1):
    """A chat whose customer may fall silent, and whose agent may leave."""
    part = (
        *commands.arrival_commands(Channel.CHAT),
        OpenCase("ana", NOON, "c1"),
        SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING),
        LeaveCase("ana", NOON, "c1"),
        CloseCase("ana", NOON, "c1", CloseReason.SPAM),
        ReleaseAbsent("system", NOON, "c1"),
        *commands.silence_commands("ana"),
    )
    team = commands.team_commands(SOP, ana=commands.EVERYTHING)
    away = (LogOut("ana", NOON, "ana"),)
    return Scope("chat", team, (Part(part, copies),), away, commands.APART, at_most={"contact.attempts": 1})


SCOPES = {"a chat": chat(), "two chats": chat(copies=2), "a closed email": closed_scope(Channel.EMAIL, SOP)}


def searched(scope):
    """A search of a scope with all witnesses."""
    return StateSearch(Model(scope, SOP, questions=Questions(watched=WATCHED))).run()


def told(search):
    """All that came of it: the worlds in their order, and what was found in how many steps."""
    found = ((name, one) for name, steps in search.occurrences.items() for one in steps)
    met = [(name, one.state, one.position, one.move.command) for name, one in found]
    return search.states, search.parents, search.transitions, search.counts, met, search.model.watchers.tried


@pytest.mark.parametrize("name", SCOPES)
def test_a_step_put_together_of_what_is_known_is_the_step(name, monkeypatch):
    """What becomes of an agent or a case is the same where all events are applied to all its rows together."""
    remembered = ComponentPool.number_after

    def compared(pool, number, result, *writing, linked=frozenset()):
        after = remembered(pool, number, result, *writing, linked=linked)
        rows = dict(pool.all[number].rows)
        apply_events(rows, result.marked if linked else result.happens, pool._mine, pool._house)
        for passed in (event for event in result.happens if isinstance(event, TimePassed)):
            for link in rows.get(LINKS, ()):
                if linked_instant(link).path(link[1], in_record=True) == passed.path:
                    write_page(rows, link[:2], ((link[2], passed.since),))
                    compared.passed += 1
        for key, fields in (written for one in writing for written in one.writes):
            if pool._mine(*key):
                write_page(rows, key, fields)
        if linked:
            link_instants(rows, writing[0], linked)
        formed = {key: pool._form(key, row) for key, row in rows.items()}
        assert {key: row for key, row in formed.items() if row is not None} == pool.all[after].rows
        compared.links += LINKS in formed
        return after

    compared.links = compared.passed = 0
    monkeypatch.setattr(ComponentPool, "number_after", compared)
    assert searched(SCOPES[name]).complete
    assert compared.links
    assert compared.passed or name == "a closed email"


def test_of_a_case_that_is_not_there_nothing_is_noticed():
    """What is promised about it is there, and there is no file of it."""
    model = Model(SCOPES["a chat"], SOP)
    (cases,) = model.cases
    event = CommitmentMade("ana", NOON, "p1", "c1", "ana", NOON, "Call back")
    result = MoveResult(1, Accepted((event,)), (event,))
    assert {("commitments", "p1")} == cases.all[cases.number_after(cases.number_of({}), result)].rows.keys()


@pytest.mark.parametrize("name", SCOPES)
def test_what_is_sifted_out_is_never_found(name, monkeypatch):
    """Whoever is asked everything of every step finds as much."""
    quick = searched(SCOPES[name])
    monkeypatch.setattr(Watchers, "_sift", lambda watchers, asked, events, policy, state: dict(asked))
    assert told(quick) == told(searched(SCOPES[name]))


@pytest.mark.parametrize("name", SCOPES)
def test_a_search_that_is_begun_anew_early_is_the_same(name, monkeypatch):
    """As one in which everything is visited before it is seen that other instants count."""
    patient = searched(SCOPES[name])
    monkeypatch.setattr("casecore.explore.states.ENOUGH", 0)
    begun = []
    begin = StateSearch._begin
    monkeypatch.setattr(StateSearch, "_begin", lambda search: (begun.append(1), begin(search)))
    assert told(patient) == told(searched(SCOPES[name]))
    assert len(begun) > 1


def test_a_witness_who_looks_only_where_something_is_written_is_not_sifted_out():
    """Nor is one who asks what the SOP says for a case that an override may match, or whose pages were written."""
    layered = Policy.loads('[[override]]\nmatch = { tag = ["vip"] }\nset = { "capacity.chat" = 1 }')
    asked = {
        "by events": lambda step: any(event is None for event, _ in step.moments),
        "by pages": lambda step: [1 for _, books in step.moments if books.case("c1").followed],
        "by all pages": lambda step: "c9" in step.after.case_ids(),
        "by agents": lambda step: len(step.agents) > 5,
        "by what is written": lambda step: len(step.after.written) > 9,
        "by the SOP": lambda step: step.said("capacity.chat") > 9,
    }
    every = {}

    def sift(watchers, questions, events, policy, state, sift=Watchers._sift):
        left = sift(watchers, questions, events, policy, state)
        every.setdefault(policy is layered, set()).update(left)
        return left

    for policy in (SOP, layered):
        model = Model(SCOPES["a chat"], policy, questions=Questions(watched=Watched(occasions=asked)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Watchers, "_sift", sift)
            StateSearch(model).run()
    books = {"by pages", "by all pages", "by agents", "by what is written"}
    assert {False: books, True: {*books, "by the SOP"}} == every


def test_where_no_beginning_of_a_path_is_remembered_a_story_is_the_same(monkeypatch):
    """As where many are: each path is then followed from its beginning."""
    stories = []
    for known in (traces.PATHS_KNOWN, 1):
        monkeypatch.setattr(traces, "PATHS_KNOWN", known)
        found = explore(SCOPES["a chat"], SOP, watched=WATCHED).found
        stories.append([repr(one.story and one.story.commands) for one in found.values()])
    assert stories[0] == stories[1]
    assert any(story != "None" for story in stories[0])
