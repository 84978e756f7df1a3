"""`explore`: a team's own questions, asked of everything that can happen at a small desk; stories that can be told."""

import gc
from datetime import timedelta
from itertools import product

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore import CUSTOMER, SYSTEM, CloseReason, Policy
from casecore.channels import Channel
from casecore.check import scopes
from casecore.explore import Exploration, Part, Result, Scope, explore
from casecore.explore.model import Model, Questions
from casecore.explore.scope import NOON, copy_of
from casecore.explore.states import StateSearch
from casecore.explore.traces import StoryFinder, earliest_instants, timed_command
from casecore.rooms.agents import AddAgent, GoAvailable, LogOut
from casecore.rooms.approvals import ApproveDraft, EditDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.cases import CaseClosed, CloseCase
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import EditMessage
from casecore.rooms.notes import AddNote, NoteAdded
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence, ChatDisconnected, DisconnectIdle
from casecore.rooms.snoozes import EndSnooze, SnoozeCase, SnoozeEnded
from casecore.statuses import Status
from tests.houses import followed
from tests.profiles import examples

SOP = Policy.default()
MINUTE = timedelta(minutes=1)
OPENED = OpenCase("ana", NOON, "c1")
SPAM = CloseCase("ana", NOON, "c1", CloseReason.SPAM)


def scope(*commands, given=(), channel=Channel.CHAT, copies=1):
    """One sort of case, and ana, who may do everything."""
    part = Part((*scopes.arrival_commands(channel), *commands), copies)
    return Scope("own", scopes.team_commands(SOP, ana=scopes.EVERYTHING), (part,), given, scopes.APART)


TWO_CHATS = scope(OPENED, SPAM, copies=2)


def two_held(desk):
    """Whether somebody has two chats."""
    return any(agent.held.get(Channel.CHAT, 0) == 2 for agent in desk.agents.values())


# Questions ---------------------------------------------------------------------------------------------


def test_a_team_asks_its_own_questions():
    """Given two chats: that nobody has both fails; that somebody gets one is met; all can come to an end."""

    def one_at_a_time(step):
        if two_held(step.after):
            yield "ana has two chats"

    found = explore(
        TWO_CHATS,
        SOP,
        always={"one at a time": one_at_a_time, "nobody leaves": lambda step: ()},
        sometimes={
            "somebody gets one": lambda step: any(isinstance(event, CaseAssigned) for event in step.events),
            "somebody shouts": lambda step: False,
        },
        possible={
            "over": lambda desk: all(file.case.status is Status.CLOSED for file in desk.cases.values()),
            "rich": lambda desk: False,
        },
    )
    assert isinstance(found, Exploration)
    assert ("fails", ("ana has two chats",), 4) == (
        found["one at a time"].result,
        found["one at a time"].wrong,
        len(found["one at a time"].story),
    )
    assert [OpenCase, OpenCase] == [type(step.command) for step in found["one at a time"].story.steps[-2:]]
    assert ("proved", None, 0) == (found["nobody leaves"].result, found["nobody leaves"].story, 0)
    assert (Result.PROVED, 2) == (found["somebody gets one"].result, len(found["somebody gets one"].story))
    assert (Result.VACUOUS, None) == (found["somebody shouts"].result, found["somebody shouts"].story)
    assert Result.PROVED is found["over"].result
    assert (Result.FAILS, ("there is no way on from here",), 0, found.worlds) == (
        found["rich"].result,
        found["rich"].wrong,
        len(found["rich"].story),
        found["rich"].times,
    )
    assert found.complete
    assert {"assignment.wrap_up", "case.fresh", "case.known", "lifecycle.closed"} == found.refusals
    assert "2 cases, 1 agent" == found.scope.cast
    assert found.decisions < found.worlds * len(TWO_CHATS.parts[0].commands)


def test_the_first_world_is_enough_to_be_wrong():
    """Where there is no way from the very start, the story is empty."""
    assert 0 == len(explore(TWO_CHATS, SOP, possible={"never": lambda desk: False})["never"].story)


@pytest.mark.parametrize(
    "questions",
    [
        {"always": {"a": lambda step: ()}, "sometimes": {"a": lambda step: True}},
        {"always": {"a": lambda step: ()}, "possible": {"a": lambda desk: True}},
        {"sometimes": {"a": lambda step: True}, "possible": {"a": lambda desk: True}},
    ],
)
def test_every_question_has_a_name_of_its_own(questions):
    """Two questions of one name are refused, whatever they ask."""
    with pytest.raises(ValueError, match="two questions are called a; give each its own name"):
        explore(TWO_CHATS, SOP, **questions)


def test_a_team_that_cannot_come_is_named():
    """The command that the policy refuses is told, with the reason."""
    twice = attrs.evolve(TWO_CHATS, team=(*TWO_CHATS.team, AddAgent(SYSTEM, NOON, "ana")))
    with pytest.raises(ValueError, match=r"AddAgent by system is refused: \[agent\.fresh\]"):
        explore(twice, SOP)


def test_a_search_that_is_given_up_claims_nothing():
    """At its limit a search is inconclusive about all that it has not found; what it has found stays found."""
    found = explore(
        TWO_CHATS,
        SOP,
        always={"fine": lambda step: (), "nothing happens": lambda step: ("it does",)},
        sometimes={"never": lambda step: False, "anything": lambda step: True},
        possible={"over": lambda desk: False},
        limit=2,
    )
    assert not found.complete
    assert {
        "fine": Result.INCONCLUSIVE,
        "nothing happens": Result.FAILS,
        "never": Result.INCONCLUSIVE,
        "anything": Result.PROVED,
        "over": Result.INCONCLUSIVE,
    } == {name: each.result for name, each in found.found.items()}


def test_two_searches_are_the_same():
    """The same worlds in the same order, the same steps, and the same stories."""
    searches = [
        StateSearch(
            Model(TWO_CHATS, SOP, questions=Questions(sometimes={"two": lambda step: two_held(step.after)}))
        ).run()
        for _ in "ab"
    ]
    told = [
        StoryFinder(search).shortest_story(search.occurrences["two"], lambda step, _: two_held(step.after)).commands
        for search in searches
    ]
    assert searches[0].states == searches[1].states
    assert searches[0].parents == searches[1].parents
    assert (searches[0].transitions, searches[0].counts) == (searches[1].transitions, searches[1].counts)
    assert told[0] == told[1]


# Stories -----------------------------------------------------------------------------------------------

ANSWERED = SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING)
RESOLVED = SendReply("ana", NOON, "c1", "m", "Here you are", Status.RESOLVED)


def disconnected(step):
    """Whether a silent chat is disconnected."""
    return any(isinstance(event, ChatDisconnected) for event in step.events)


def test_a_story_has_real_instants():
    """Two minutes lie between the reply and the disconnection, and nothing else takes time; ids are the copies' own."""
    asked = AskPresence("ana", NOON, "c1", "m")
    found = explore(
        attrs.evolve(
            scope(OPENED, ANSWERED, asked, DisconnectIdle("ana", NOON, "c1", "m"), copies=2),
            at_most={"contact.attempts": 1},
        ),
        SOP,
        sometimes={"disconnected": disconnected},
    )["disconnected"]
    told = [
        (type(step.command).__name__, round((step.command.at - NOON).total_seconds())) for step in found.story.steps
    ]
    assert [
        ("ReceiveMessage", 0),
        ("OpenCase", 0),
        ("SendReply", 0),
        ("AskPresence", 0),
        ("DisconnectIdle", 120),
    ] == told
    assert ["m1", "m3", "m4", "m5"] == [c.message for c in found.story.commands if hasattr(c, "message")]
    assert 7 == len(found.story.commands)


def test_what_is_to_come_has_a_real_instant():
    """An instant to come passes as well: an hour lies between the snooze and its end, whatever is said between them."""
    channel, hour = Channel.MESSAGING, timedelta(hours=1)
    sleeps, ends = SnoozeCase("ana", NOON, "c1", NOON + hour), EndSnooze(SYSTEM, NOON, "c1")
    found = explore(
        scope(OPENED, sleeps, LeaveCase("ana", NOON, "c1"), ends, channel=channel),
        SOP,
        sometimes={"over": lambda step: any(isinstance(event, SnoozeEnded) and event.over for event in step.events)},
    )["over"]
    told = {type(step.command): step.command.at - NOON for step in found.story.steps}
    assert {ReceiveMessage: 0 * hour, OpenCase: 0 * hour, SnoozeCase: 0 * hour, EndSnooze: hour} == told


AWAY = attrs.evolve(
    scope(
        OPENED,
        attrs.evolve(ANSWERED, by="ben"),
        AskPresence("ben", NOON, "c1", "m"),
        DisconnectIdle("ben", NOON, "c1", "m"),
        *scopes.absence_commands(),
        given=(LogOut("ana", NOON, "ana"),),
    ),
    team=scopes.team_commands(SOP, ana=scopes.EVERYTHING, ben=scopes.EVERYTHING),
    at_most={"contact.attempts": 1},
)
"""A chat whose agent logs out, and a supervisor beside; two clocks run beside each other."""


def just_short_of_a_minute(step):
    """Whether a chat is disconnected for an agent who has been gone for almost a minute."""
    away = step.before.agents["ana"].away_since
    return disconnected(step) and away is not None and timedelta(seconds=59) <= step.command.at - away < MINUTE


def test_a_way_that_no_clock_can_go_is_searched_on():
    """The way found first logs out before the reply, so the silence could not be longer; another order can be told."""
    search = StateSearch(Model(AWAY, SOP, questions=Questions(sometimes={"short": just_short_of_a_minute}))).run()
    finder, occurrence = StoryFinder(search), search.occurrences["short"][0]
    assert finder._tell_story(finder._first_path(occurrence.state), occurrence, just_short_of_a_minute) is None
    found = explore(AWAY, SOP, sometimes={"short": just_short_of_a_minute})["short"]
    at = {type(step.command): step.command.at - NOON for step in found.story.steps}
    assert Result.PROVED is found.result
    assert 2 * MINUTE == at[DisconnectIdle] - at[SendReply]
    assert timedelta(seconds=59) == at[DisconnectIdle] - at[LogOut]


CLOSING = scope(OPENED, Authenticate("ana", NOON, "c1"), RESOLVED, *scopes.closing_commands())


def test_what_no_clock_can_show_is_inconclusive():
    """Every way to it needs two clocks that disagree: the search does not call it proved, and shows no such story."""
    found = explore(
        CLOSING,
        SOP,
        always={"not so soon": lambda step: ("too soon",) if too_soon(step) else ()},
        sometimes={"so soon": too_soon},
    )
    assert [(Result.INCONCLUSIVE, None, 2)] * 2 == [(f.result, f.story, f.times) for f in found.found.values()]


def too_soon(step):
    """Whether the clock closes a case whose contact is silent for less than two minutes."""
    file = step.before.cases.get("c1")
    contact = None if file is None else file.contact
    closed = any(isinstance(event, CaseClosed) for event in step.events)
    return closed and contact is not None and step.command.at - contact.silence_since < 2 * MINUTE


def test_a_place_that_no_clock_can_lead_to_is_inconclusive():
    """Where only impossible ways lead there is no story to it, so it is not called a breach."""

    def noted(view, event, policy):
        soon = view.contact is not None and event.at - view.contact.silence_since < 2 * MINUTE
        return (NoteAdded(event.by, event.at, "n1", "so soon", event.case, None),) if soon else ()

    found = explore(CLOSING, SOP, house=followed(CaseClosed, noted), possible={"unnoted": lambda desk: not desk.notes})
    assert (Result.INCONCLUSIVE, None) == (found["unnoted"].result, found["unnoted"].story)
    assert 0 < found["unnoted"].times


def test_a_search_that_was_given_up_looks_for_other_ways_among_what_it_has():
    """What was found before the limit is told all the same, by a way that lies within it."""
    found = explore(AWAY, SOP, sometimes={"short": just_short_of_a_minute}, limit=42)
    assert not found.complete
    assert Result.PROVED is found["short"].result


def test_what_is_noted_splits_no_world():
    """At attributes and notes only rules of a team's own look: a scope that is not about these has no more worlds."""
    sop = Policy.loads('[attributes]\ngift = { type = "flag" }')
    noting = (
        *(SetAttribute("ana", NOON, "c1", "gift", yes) for yes in (True, None)),
        AddNote("ana", NOON, "n1", "Hm", "c1"),
    )
    plain, noted = scope(OPENED, AddNote("ana", NOON, "n1", "Hm", "c1")), scope(OPENED, *noting)
    assert explore(plain, sop).worlds == explore(noted, sop).worlds
    about_them = attrs.evolve(noted, apart=noted.apart - {"case.attributes"})
    assert explore(noted, sop).worlds < explore(about_them, sop).worlds


def test_what_the_real_desk_refuses_is_no_story():
    """A scope that leaves apart what an agent owes gives them work too soon; the desk refuses, and nothing is shown."""
    apart = scopes.APART | {"agent.wrap_ups", "aftermath"}
    careless = attrs.evolve(
        scope(OPENED, EndContact("ana", NOON, "c1"), given=(GoAvailable("ana", NOON, "ana"),)), apart=apart
    )

    def too_much(step):
        return isinstance(step.command, OpenCase) and len(step.before.wrap_ups) > 0

    found = explore(careless, SOP, sometimes={"too much": too_much}, limit=1_000)["too much"]
    assert (Result.INCONCLUSIVE, None, True) == (found.result, found.story, found.times > 0)


def test_what_the_real_desk_shows_otherwise_is_no_story():
    """Leaving apart what is held, an agent always has empty hands; the real desk is asked before it is believed."""
    apart = attrs.evolve(scope(OPENED, *scopes.silence_commands("ana")), apart=scopes.APART | {"agent.held"})

    def empty_handed(step):
        return isinstance(step.command, AskPresence) and not step.before.agents["ana"].held

    found = explore(apart, SOP, sometimes={"empty hands": empty_handed})["empty hands"]
    assert (Result.INCONCLUSIVE, None, True) == (found.result, found.story, found.times > 0)


def test_what_the_team_does_is_told_too():
    """A step without a case may be looked for, and may look at an instant that a timer counts from."""
    back = attrs.evolve(AWAY, commands=(*AWAY.commands, GoAvailable("ana", NOON, "ana")))

    def comes_back(step):
        return isinstance(step.command, GoAvailable) and step.before.agents["ana"].away_since is not None

    found = explore(back, SOP, sometimes={"comes back": comes_back})["comes back"]
    assert [LogOut, GoAvailable] == [type(step.command) for step in found.story.steps]


def test_what_is_none_of_the_scope_is_not_followed():
    """A closed case's customer writes again, or somebody else does: another case comes, and no state of the scope."""
    (arrival,) = scopes.arrival_commands(Channel.CHAT)
    again = attrs.evolve(arrival, new_case=None)
    other = attrs.evolve(arrival, thread="t2", customer="rui", new_case="c2")
    alone, beside = explore(scope(OPENED, SPAM), SOP), explore(scope(again, OPENED, SPAM, given=(other,)), SOP)
    assert alone.worlds == beside.worlds
    assert alone.transitions < beside.transitions


def test_the_garbage_collector_is_left_as_it_was():
    """A host that has switched it off finds it off, and one that has it on finds it on."""
    was = gc.isenabled()
    try:
        for enabled in (False, True):
            (gc.enable if enabled else gc.disable)()
            explore(scope(OPENED), SOP)
            assert enabled is gc.isenabled()
    finally:
        (gc.enable if was else gc.disable)()


# Instants ----------------------------------------------------------------------------------------------

BOUNDS = st.lists(
    st.tuples(st.integers(-1, 2), st.integers(-1, 2), st.integers(-4, 4)).filter(lambda bound: bound[0] != bound[1]),
    max_size=8,
)


@examples(100)
@given(BOUNDS, st.integers(1, 3))
def test_the_earliest_instants_are_those_that_trying_all_finds(drawn, count):
    """Of all instants that satisfy the bounds, each step has its smallest; where none do, there are none."""
    bounds = [(earlier, later, least) for earlier, later, least in drawn if max(earlier, later) < count]

    def fits(instants):
        at = (*instants, 0)  # -1 is the start
        return all(at[later] - at[earlier] >= least for earlier, later, least in bounds)

    fitting = [instants for instants in product(range(4 * count + 1), repeat=count) if fits(instants)]
    assert ([min(column) for column in zip(*fitting, strict=True)] if fitting else None) == earliest_instants(
        count, bounds
    )


# Copies ------------------------------------------------------------------------------------------------


def test_each_copy_of_a_case_has_ids_of_its_own():
    """The first copy is as written; the others are numbered from two. Who does it, and other ids, stay."""
    (arrival,) = scopes.arrival_commands(Channel.CHAT)
    part = Part((arrival, EditDraft("ana", NOON, "c1", "d1", "Hello")))
    assert "c1" == part.case
    assert {"c1", "t1", "maria"} == part.ids
    assert {"c1", "t1", "maria", "d1"} == part.every_id
    assert {("t1", "d1")} == part.kept_messages
    named = (DeliveryFailed(SYSTEM, NOON, "c1", "r"), EditMessage(CUSTOMER, NOON, "t1", "m1"))
    seen = (SendReply("ana", NOON, "c1", "m9", seen="m2"), ApproveDraft("ana", NOON, "c1", "d1", seen_message="m3"))
    kept = Part((arrival, *named, *seen)).kept_messages
    assert {("t1", message) for message in ("d1", "r", "m1", "m2", "m3")} == kept
    first, third = (copy_of(arrival, part.every_id, copy) for copy in (0, 2))
    assert arrival == first
    assert ("t1-3", "maria-3", "c1-3", "customer", "m") == (
        third.thread,
        third.customer,
        third.new_case,
        third.by,
        third.message,
    )
    assert ("c1-2", "ana") == (copy_of("c1", part.every_id, 1), copy_of("ana", part.every_id, 1))


def test_a_command_is_given_at_its_instant():
    """Every instant in it is as much later, and its message gets the step's own id."""
    promised = MakeCommitment("ana", NOON, "c1", "p1", NOON + timedelta(hours=1), "Call back")
    told = timed_command(promised, frozenset({"c1"}), 1, 4, 30)
    assert (NOON + timedelta(seconds=30), NOON + timedelta(hours=1, seconds=30)) == (told.at, told.due)
    assert "c1-2" == told.case
    assert "m5" == timed_command(ANSWERED, frozenset(), 0, 4, 0).message


def test_a_scope_says_who_is_there():
    """One is told as one."""
    assert "1 case, 1 agent" == scope(OPENED).cast
    assert "0 cases, 0 agents" == Scope("empty", (), ()).cast


def test_a_search_without_numbers_left_is_given_up(monkeypatch):
    """Where an agent can be in more ways than there are numbers, the search stops, and says that it is not complete."""
    monkeypatch.setattr("casecore.explore.model.MOST_AGENTS", 2)
    search = StateSearch(Model(TWO_CHATS, SOP)).run()
    assert not search.complete
    assert len(search.states) > 2
