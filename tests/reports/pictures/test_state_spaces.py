"""The state space of a scope: worked out by hand for tiny scopes, and drawn small and large."""

from itertools import combinations

import pytest

from casecore.explore import Part, Scope
from casecore.explore.scope import NOON
from casecore.kernel import SYSTEM
from casecore.policies import Policy
from casecore.reports.pictures import state_space
from casecore.reports.pictures.state_spaces import NOT_YET, World, state_space_of
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.testing.scenario import new_case
from tests.reports.pictures.drawn import assert_well_drawn, root_of, tips_of, words_of

TEAM = (
    AddAgent(SYSTEM, NOON, "ana", "Ana", frozenset({Permission.SUPERVISE}), frozenset({"general"})),
    GoAvailable("ana", NOON, "ana"),
)
COMES, OPENED = new_case(channel="email", at=NOON), OpenCase("ana", NOON, "c1")
SPAM = CloseCase("ana", NOON, "c1", CloseReason.SPAM)

ONE = Scope("one-tiny-case", TEAM, (Part((COMES, OPENED, SPAM)),))
TWO = Scope("two-tiny-cases", TEAM, (Part((COMES, OPENED), copies=2),))


def test_the_worlds_of_one_case():
    """It comes, is opened or closed; once it is closed, nothing comes of it any more: who held it is another world."""
    space = state_space_of(ONE)
    assert [
        World(0, 0, (NOT_YET,), None, (1,)),
        World(1, 1, ("new",), 0, (2, 3)),
        World(2, 2, ("closed",), 1, ()),
        World(3, 2, ("open",), 1, (4,)),
        World(4, 3, ("closed",), 3, ()),
    ] == space.worlds
    assert ("one-tiny-case", "1 case, 1 agent", True, 2) == (space.scope, space.cast, space.complete, space.ends)
    assert [[0], [1], [2, 3], [4]] == [[world.number for world in layer] for layer in space.layers]


def test_the_worlds_of_two_cases_that_are_alike():
    """Which of them is which makes no difference: there are six worlds, not nine."""
    found = {(world.layer, world.statuses): world for world in state_space_of(TWO).worlds}
    assert {
        (0, (NOT_YET, NOT_YET)),
        (1, (NOT_YET, "new")),
        (2, ("new", "new")),
        (2, (NOT_YET, "open")),
        (3, ("new", "open")),
        (4, ("open", "open")),
    } == found.keys()
    both = found[3, ("new", "open")].number
    assert (both,) == found[2, ("new", "new")].leads_to == found[2, (NOT_YET, "open")].leads_to


def test_a_search_that_is_given_up():
    """Says so, and shows what it has reached."""
    space = state_space_of("the-window-on-whatsapp", limit=3)
    assert not space.complete
    assert len(space.worlds) < 16
    picture = state_space("the-window-on-whatsapp", limit=3)
    assert_well_drawn(picture)
    assert "ways between them, and more;" in str(picture).splitlines()[0]


def test_a_small_one_is_a_graph():
    """A dot for each world with the first letters of its statuses, a line for each way, and what they mean."""
    picture, told = state_space(ONE), "1 case, 1 agent: 5 worlds, 4 ways between them"
    assert_well_drawn(picture)
    assert [
        f"The worlds of one-tiny-case: {told}; 2 worlds of them lead nowhere else",
        "after 0 commands  1 world   1 not begun",
        "after 1 command   1 world   1 new",
        "after 2 commands  2 worlds  1 closed, 1 open",
        "after 3 commands  1 world   1 closed",
    ] == str(picture).splitlines()
    words = words_of(picture)
    assert sorted("–NCOC") == sorted(word for word in words if word in [*"–NCO"])
    assert "N new, O open, C closed, – not begun." in words
    assert 4 == sum(mark.tag.endswith("polyline") for mark in root_of(picture))
    assert "world 1: new; 2 ways on" in tips_of(picture)
    assert {"world": 1, "layer": 1, "statuses": "new", "reached_from": 0, "leads_to": "2, 3"} in picture.frame()
    assert "OO" in words_of(state_space(TWO))


def test_ways_within_a_layer_are_bows():
    """Time leads from world to world without a command; each such way leads round what stands between."""
    picture = state_space("the-window-on-whatsapp", Policy.default())
    assert_well_drawn(picture)
    bows = [mark for mark in root_of(picture) if len(mark.get("points", "").split()) == 9]
    assert 0 < len(bows) < 40
    for bow in bows:
        heights = [float(point.split(",")[1]) for point in bow.get("points").split()]
        assert heights[0] == heights[-1] > min(heights) == heights[4]


def test_a_large_one_is_drawn_by_layers():
    """A bar for each layer, and what the worlds in it show; what has no room is counted."""
    picture = state_space("chat-limit")
    assert_well_drawn(picture)
    words = words_of(picture)
    assert {"0 commands", "1 command", "1 not begun + not begun + not begun"} <= {*words}
    assert any(word.endswith(" more") for word in words)
    assert "after 0 commands: 1 world" in tips_of(picture)


def test_a_scope_that_there_is_not():
    """Is a mistake; it says which there are."""
    with pytest.raises(ValueError, match="there is no scope 'the window on whatsap'"):
        state_space("the window on whatsap")


def test_dark_lines_do_not_cross():
    """Each world stands below the one from which it was first reached, beside what else was reached from there."""
    dark = [mark for mark in root_of(state_space("two-chats-that-are-one")) if mark.get("stroke-width") == "1.4"]
    ways = [[tuple(map(float, point.split(","))) for point in mark.get("points").split()] for mark in dark]
    straight = [(way[0], way[-1]) for way in ways if len(way) == 2]
    assert 42 == len(straight)
    for (begin, end), (other, other_end) in combinations(straight, 2):
        if begin[1] == other[1]:
            assert (begin[0] - other[0]) * (end[0] - other_end[0]) >= 0
