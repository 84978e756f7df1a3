"""Witnesses in a search: what they find wrong or look for, what must be tried, and where there is a way to."""

from datetime import timedelta

import attrs
import pytest

from casecore import HOUSE, CloseCase, CloseReason, OpenCase, Policy, SendReply, Status
from casecore.channels import Channel
from casecore.check import commands
from casecore.check.narrow_scopes import closed_scope
from casecore.explore import Part, Result, Scope, Watched, explore
from casecore.explore.components import CanonicalForm
from casecore.explore.model import Model, Questions
from casecore.explore.pages import INSTANTS
from casecore.explore.read_log import TABLE_OF
from casecore.explore.scope import NOON
from casecore.explore.states import StateSearch
from casecore.promises import PROMISES, WAYS_ON
from casecore.promises.books import Books
from casecore.promises.life_cycle import EDGES, edges_of
from casecore.promises.pages import CasePage
from casecore.rooms.breaks import SetNextState
from casecore.rooms.contacts import Contact
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import PresenceAsked
from tests.houses import without

SOP = Policy.default()
WATCHED = Watched(
    witnesses={promise.number: promise.witness for promise in PROMISES if promise.way_on is None},
    occasions={f"occasion of {promise.number}": promise.occasion.met for promise in PROMISES},
    edges=edges_of,
    edge_names=tuple(EDGES.values()),
    situations={situation.what: situation.tried for promise in PROMISES for situation in promise.situations},
    ways={number: way.reached for number, way in WAYS_ON.items()},
)


def scope(*more, channel=Channel.CHAT, name="watched", **changes):
    """A case that comes, is opened, answered and closed as spam; and what else is given."""
    part = Part(
        (
            *commands.arrival_commands(channel),
            OpenCase("ana", NOON, "c1"),
            SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING),
            CloseCase("ana", NOON, "c1", CloseReason.SPAM),
            *more,
        )
    )
    team = commands.team_commands(SOP, ana=commands.EVERYTHING)
    made = Scope(name, team, (part,), (SetNextState("ana", NOON, "ana", "lunch"),), commands.APART)
    return attrs.evolve(made, at_most={"contact.attempts": 2}, **changes)


SILENCE = scope(*commands.silence_commands("ana"))
WINDOW = scope(channel=Channel.WHATSAPP)


def failed(found):
    """The witnesses who find something wrong, with the length of the story."""
    return {name: len(found[name].story) for name in WATCHED.witnesses if found[name].result is Result.FAILS}


@pytest.mark.parametrize("where", [SILENCE, WINDOW], ids=["silence", "window"])
def test_where_the_house_is_right_books_add_no_world(where):
    """Nothing is wrong, what is looked for is found with its story, and there is a way to closed."""
    found, bare = explore(where, SOP, watched=WATCHED), explore(where, SOP)
    assert ({}, bare.worlds) == (failed(found), found.worlds)
    assert {Result.PROVED} == {found[number].result for number in WATCHED.ways}
    assert 4 == len(found["occasion of 01"].story) + len(found["edge begin_work (new → open)"].story)
    assert Result.VACUOUS is found["edge set_open (resolved → open)"].result


def test_what_somebody_tries_is_noted():
    """Accepted or not; what no command of the scope can be stays untried."""
    found = explore(SILENCE, SOP, watched=WATCHED)
    tried = {name for name in WATCHED.situations if found[name].result is Result.PROVED}
    assert "a chat is to be disconnected whose customer waits for an answer" in tried
    assert "a chat is to be disconnected whose customer is silent and was not asked" in tried
    assert Result.VACUOUS is found["free text is written on WhatsApp"].result
    assert (
        Result.INCONCLUSIVE
        is explore(SILENCE, SOP, watched=WATCHED, limit=3)["free text is written on WhatsApp"].result
    )


FAULTS = {
    "no rule reads since when they are silent": (SILENCE, without("idle.silence", "idle.asked"), {"06": 3, "07": 3}),
    "no rule reads when they wrote": (WINDOW, without("whatsapp.window", "whatsapp.consent"), {"12": 3}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_instant_that_no_rule_reads_passes_in_the_books(name):
    """A breach that comes with time is found all the same, with its story."""
    where, house, broken = FAULTS[name]
    assert broken == failed(explore(where, SOP, house=house, watched=WATCHED))


def begun_once(contact, event):
    """A silence that goes on through our replies."""
    contact.silence_since = contact.silence_since or event.at


def begun_anew(contact, event):
    """A silence that begins with each question."""
    contact.silence_since = contact.asked_at = event.at
    contact.attempts = min(contact.attempts + 1, 2)


@pytest.mark.parametrize(
    ("event", "edit", "broken"), [(ReplySent, begun_once, {"06"}), (PresenceAsked, begun_anew, {"06", "07"})]
)
def test_where_only_one_of_two_instants_is_set_they_part(event, edit, broken, monkeypatch):
    """The desk's silence is another than that of the books: time passes for each, and the breach is found."""
    spoilt = tuple(attrs.evolve(one, edit=edit) if one.record is Contact else one for one in HOUSE.effects[event])
    monkeypatch.setitem(HOUSE.effects, event, spoilt)
    assert broken == failed(explore(SILENCE, SOP, house=HOUSE, watched=WATCHED)).keys()


def test_a_page_on_which_nothing_stands_any_more_is_forgotten():
    """A blank page is as if it were not there, so that two worlds which differ in nothing else are one."""
    form = CanonicalForm(frozenset(), frozenset(), {}, frozenset(), HOUSE)
    assert form((TABLE_OF["cases"], "c1"), CasePage()) is None
    assert form((TABLE_OF["cases"], "c1"), CasePage(followed=True)) is not None


def test_no_time_passes_for_an_instant_that_no_witness_asked_of_and_no_timer_ends():
    """On email a rule reads when the customer last wrote, and no window is open: the books know it, and it stays."""
    model = Model(closed_scope(Channel.EMAIL, SOP), SOP, questions=Questions(watched=WATCHED))
    search = StateSearch(model).run()
    assert search.count_desks() == len(search.states)
    assert {"thread.customer_at", "thread_page.wrote"} == model.counting
    assert {"thread.customer_at"} == model.passing


def test_an_instant_of_its_own_is_held_against_no_length():
    """A snooze ends at its instant, not so long after it; whatever the policy says."""
    (asleep,) = (instant for instant in INSTANTS if instant.field == "asleep_until")
    assert timedelta(0) == asleep.length(Books(), "c1", SOP)
