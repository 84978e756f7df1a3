"""What an edit changes, as a matrix: counted by hand from changes that are made here."""

import pytest
from attrs import evolve

from casecore.channels import Channel
from casecore.check.in_flight import Flights
from casecore.diff.comparison import Comparison
from casecore.diff.differences import Differences
from casecore.diff.in_scope import BehaviourChange
from casecore.diff.labels import Label
from casecore.diff.outcomes import OutcomeChange
from casecore.diff.report import compare
from casecore.explore import Story
from casecore.kernel import Accepted
from casecore.policies import Policy
from casecore.reports.pictures import behaviours
from tests.reports.pictures.drawn import assert_well_drawn, root_of, tips_of, words_of

SOP = Policy.default()
NOTHING = Story((), ())


def change(label, commands, channels, rules, edits, times):
    """A change of behaviour."""
    seen = ("a-scope",)
    return BehaviourChange(label, rules, commands, edits, NOTHING, Accepted(()), Accepted(()), times, seen, channels)


def report_of(*changes, outcomes=()):
    """A comparison that found these."""
    found = Comparison(SOP, SOP, (), changes, (), 10, 20, True, Flights(0, ()), outcomes=outcomes)
    return Differences(SOP, SOP, ((None, found),))


REPORT = report_of(
    change(Label.LOOSER, ("AcceptOffer", "OpenCase"), (Channel.CHAT,), ("capacity.channel",), ("capacity.chat",), 280),
    change(Label.STRICTER, ("SendReply",), (Channel.APPLE_MESSAGES,), ("channels.emoji",), ("channels.a.emoji",), 1),
    change(Label.OTHER, ("OpenCase",), (Channel.CHAT, Channel.EMAIL), ("CaseQueued",), ("queues.b.channels",), 3),
    outcomes=(OutcomeChange(Label.LOOSER, ("sla.default.solution",), "clocks: due later", NOTHING, "a", "b", 5, 9),),
)


def test_a_matrix():
    """A column for each change, a row for each thing it is about, and a sign where they meet."""
    picture = behaviours(REPORT)
    assert_well_drawn(picture)
    words = words_of(picture)
    assert ["D1", "D2", "D3", "D4"] == words[2:6]
    signs = {sign: words.count(sign) for sign in "+−≠"}
    # D1 has two commands, D3 two channels, and each one of all else; D4 has what comes of it, and its edit
    assert {"+": 5 + 2, "−": 4, "≠": 5} == signs
    assert {"AcceptOffer", "apple messages", "capacity.channel", "queues.b.channels", "clocks"} <= {*words}
    assert 1 == words.count("OpenCase")
    assert "D3, other: OpenCase, 3 times" in tips_of(picture)


def test_its_text():
    """A line for each change."""
    assert [
        "4 changes of behaviour: 2 looser, 1 stricter, 1 other",
        "D1  looser    280 times  AcceptOffer, OpenCase; chat; capacity.channel; capacity.chat",
        "D2  stricter  1 time     SendReply; apple messages; channels.emoji; channels.a.emoji",
        "D3  other     3 times    OpenCase; chat, email; CaseQueued; queues.b.channels",
        "D4  looser    5 times    clocks; sla.default.solution",
    ] == str(behaviours(REPORT)).splitlines()
    assert {
        "change": "D2",
        "label": "stricter",
        "times": 1,
        "group": "Where",
        "row": "apple messages",
    } in behaviours(REPORT).frame()


def test_many_changes_stand_below_each_other():
    """As many beside each other as have room, each block with its own rows."""
    one = change(Label.LOOSER, ("OpenCase",), (Channel.CHAT,), ("capacity.channel",), ("capacity.chat",), 1)
    picture = behaviours(report_of(*[one] * 17))
    assert_well_drawn(picture)
    words = words_of(picture)
    assert 17 == len([word for word in words if word.startswith("D")])
    assert 3 == words.count("OpenCase")
    ends = [float(mark.get("x")) + float(mark.get("width")) for mark in root_of(picture) if mark.get("rx") == "2"]
    assert max(ends) <= 448


def test_what_no_command_shows():
    """When clocks are due, and who is offered what, is no matter of a channel or a rule; then these have no rows."""
    picture = behaviours(Differences(SOP, SOP, ((None, evolve(REPORT.periods[0][1], changes=())),)))
    assert_well_drawn(picture)
    assert "clocks" in words_of(picture)
    assert "Where" not in words_of(picture)


def test_nothing_differs():
    """Then there is no matrix, and it says so."""
    picture = behaviours(report_of())
    assert_well_drawn(picture)
    assert "0 changes of behaviour: nothing differs" == str(picture)


def test_of_a_real_comparison():
    """What `compare` returns can be drawn as it is."""
    new = Policy.loads('[whatsapp]\nwindow = "20h"', name="new")
    old = Policy.loads("", name="old")
    picture = behaviours(compare(old, new, scopes="the-window-on-whatsapp"))
    assert_well_drawn(picture)
    assert "whatsapp.window" in words_of(picture)
    with pytest.raises(AttributeError):
        behaviours(old)
