"""The scopes about people: what is tried in them only where a policy asks for it."""

from casecore import Policy
from casecore.check.scopes import scope_named
from casecore.explore import Result, explore
from casecore.rooms.authentication import Authenticate
from casecore.rooms.moving import CaseMoved
from casecore.rooms.replies import ReplySent

MOVED_AWAY = "a-whatsapp-case-of-somebody-else"
ASKS = Policy.loads('authentication.channels = ["whatsapp"]')


def speaks_of_the_account(step):
    """Whether somebody speaks of the account on a case that was moved."""
    told = any(isinstance(event, ReplySent) and event.about_account for event in step.events)
    return told and bool(step.after.cases["c1"].case.threads)


def test_who_was_authenticated_before_a_case_was_moved():
    """Where it is asked for, the new customer is authenticated before anybody speaks of the account; else nobody is."""
    scope = scope_named(MOVED_AWAY, ASKS)
    found = explore(scope, ASKS, sometimes={"speaks": speaks_of_the_account})["speaks"]
    assert Result.PROVED is found.result
    last = {}
    for place, step in enumerate(found.story.steps):
        told = {Authenticate} & {type(step.command)} | {CaseMoved} & set(map(type, step.events))
        last |= dict.fromkeys(told, place)
    assert last[CaseMoved] < last[Authenticate]
    (part,) = scope_named(MOVED_AWAY, Policy.default()).parts
    assert Authenticate not in map(type, part.commands)
