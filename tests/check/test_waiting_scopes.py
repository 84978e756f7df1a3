"""The scopes about cases that wait: there where a policy has something to wait for, and what occurs in them."""

from casecore import Policy
from casecore.check.scopes import scope_named, scopes_of
from casecore.explore import Result, explore
from casecore.rooms.assignments import CaseReleased, Release

LAPSES = Policy.loads('routing.answer_within = "5m"')


def names(policy):
    """The scopes in which a policy is checked."""
    return {checked.scope.name for checked in scopes_of(policy)}


def test_where_it_matters():
    """Cases sleep unless the policy forbids it; contacts lapse where it says when."""
    both = {"a-snoozed-case", "taken-and-never-answered"}
    assert {"a-snoozed-case"} == both & names(Policy.default())
    assert both == both & names(LAPSES)
    assert set() == both & names(Policy.loads("snooze.allowed = false"))


def lapses(step):
    """Whether a contact ends as unanswered."""
    return any(isinstance(event, CaseReleased) and event.because is Release.UNANSWERED for event in step.events)


def test_a_contact_lapses():
    """Five minutes after it was taken."""
    found = explore(scope_named("taken-and-never-answered", LAPSES), LAPSES, sometimes={"lapses": lapses})["lapses"]
    first, last = found.story.steps[-2], found.story.steps[-1]
    assert (Result.PROVED, 300.0) == (found.result, (last.command.at - first.command.at).total_seconds())
