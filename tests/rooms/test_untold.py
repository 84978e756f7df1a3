"""What a reason says where a field is not known that only its words speak of: the verdict is the same."""

import attrs

from casecore.kernel.rooms import for_words
from casecore.rooms.agents import AgentUnavailable
from casecore.rooms.cases import SetStatus
from casecore.rooms.composition import RULES, View
from casecore.rooms.contacts import EndContact
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case
from tests.laws.test_words import without

NOW = at(60)
SUCCESSOR = new_case(thread="t-c1", message="m2", at=at(30), new_case="c2")
PENDING = SetStatus("ana", NOW, "c1", Status.PENDING)


def reasons_without(row, *fields, story, command):
    """Why a command is refused, and why where these fields of a row are not known."""
    desk = given(story).desk
    view = desk.view(command)
    known = desk.house.decide(view, command, desk.policy)
    blind = attrs.evolve(view, **{row: without(getattr(view, row), *fields)})
    return known.reasons[0], desk.house.decide(blind, command, desk.policy).reasons[0]


def test_a_closed_case_is_closed_whoever_follows_it():
    """Which case that is, is said where it is known; otherwise the remedy is a general one."""
    told, untold = reasons_without("case", "successor", story=(case_in("closed"), SUCCESSOR), command=PENDING)
    assert ("lifecycle.closed", told.message) == (untold.rule, untold.message)
    assert "work on its successor c2" == told.remedy
    assert "work on its successor, or wait for the customer to write" == untold.remedy


def test_without_a_contact_nothing_is_ended_whoever_holds_the_case():
    """Somebody disposes it."""
    story = (case_in("open", channel="email"), EndContact("dora", at(5), "c1"))
    told, untold = reasons_without("case", "owner", "queue", story=story, command=EndContact("dora", NOW, "c1"))
    assert (told.rule, told.message) == (untold.rule, untold.message) == ("contact.edge", told.message)


def test_whoever_holds_something_has_to_see_to_it():
    """Also where it is not known whether they are on duty."""
    desk = given(case_in("open")).desk
    (rule,) = (rule for rule in RULES if rule.id == "presence.contacts")
    ana = without(desk.agents["ana"], "presence", "wrap_ups")
    found = rule.find(View(target=ana), AgentUnavailable("ana", NOW, "ana", "lunch"), desk.policy)
    assert "ana has 1 contact" == found.message
    assert "end, leave or transfer what you hold, and dispose it" == found.remedy


def test_a_field_is_read_for_words_where_it_is_told():
    """And is as it is in all records that we keep."""
    case = given(case_in("open")).desk.cases["c1"].case
    assert "ana" == for_words(case, "assignee")
    assert None is for_words(without(case, "assignee"), "assignee")
    assert "somebody" == for_words(without(case, "assignee"), "assignee", "somebody")
    assert "somebody" == for_words(None, "assignee", "somebody")
