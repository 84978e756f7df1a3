"""What scopes are called: names that a line of CI can hold for years, taken by everybody who searches."""

import re

import pytest

from casecore import Policy
from casecore.check import PromiseVerdict, check
from casecore.check.commands import EVERYTHING, team_commands
from casecore.check.scopes import CheckedScope, find_scopes, scope_named, scopes_of
from casecore.diff.report import compare
from casecore.explore import Scope, explore
from tests.houses import without
from tests.sops import sop_with

SOP = Policy.default()
CALLS, OVERFLOWS = "voice-limit", "a-queue-that-overflows"
EMPTY = Scope("nobody-writes", team_commands(SOP, ana=EVERYTHING), ())


def names_of(policy):
    """The names of the scopes of a policy, in order."""
    return [checked.scope.name for checked in scopes_of(policy)]


def test_names_are_ids():
    """A name has no space and no comma, so that it needs no quotation marks in a workflow."""
    assert [] == [name for name in names_of(SOP) if not re.fullmatch(r"[a-z0-9_]+(-[a-z0-9_]+)*", name)]


@pytest.mark.parametrize("limits", ["chat = 3", "email = 2", "voice = 2", "total = 4", "chat = 1\ntotal = 2"])
def test_a_line_of_ci_survives_another_limit(limits):
    """Regression: `3 chat cases, one agent` became `4 chat cases, one agent` with the limit."""
    assert names_of(SOP) == names_of(sop_with(f"[capacity]\n{limits}"))


def test_another_override_first_renames_nothing():
    """Regression: `override 1` was another one as soon as somebody wrote an override above it."""
    vip = '[[override]]\nmatch = { tag = "vip" }\nset = { "capacity.chat" = 1 }\n'
    late = '[[override]]\nmatch = { channel = "sms" }\nset = { "reopening.to" = "queue" }\n'
    assert "one-chat-case-tagged-vip" in names_of(Policy.loads(vip))
    assert {"one-chat-case-tagged-vip", "one-sms-case-overridden"} <= {*names_of(Policy.loads(late + vip))}


def test_overrides_whose_names_look_alike():
    """Two matches that are told apart by signs only have scopes of two names; one match that stands twice has one."""
    text = "".join(
        f'[[override]]\nmatch = {{ tag = "{tag}" }}\nset = {{ "{key}" = 3 }}\n'
        for tag, key in (("a b", "capacity.chat"), ("a-b", "capacity.chat"), ("a b", "capacity.email"))
    )
    found = [name for name in names_of(Policy.loads(text)) if name.startswith("one-chat-case-")]
    assert ["one-chat-case-tagged-a-b", "one-chat-case-tagged-a-b-2"] == found


OVERFLOWING = Policy.loads('[queues.billing]\nchannels = ["sms"]\noverflow = { after = "10m", to = "general" }')


def test_a_queue_that_overflows_has_a_scope():
    """Only where there is one."""
    assert OVERFLOWS not in names_of(SOP)
    assert OVERFLOWS in names_of(OVERFLOWING)


@pytest.mark.slow  # it tells the nearest fix, too
def test_who_takes_a_case_that_overflows():
    """It is tried who takes it, and when; without the rule it fails, with the clock."""
    policy = OVERFLOWING
    kept = check(policy, only=frozenset({"05"}), scopes=[OVERFLOWS], walk=0)
    (searched,) = kept.searched
    assert searched.worlds == searched.desks
    assert PromiseVerdict.INCONCLUSIVE is kept.judgements[0].verdict  # other scopes try the rest
    broken = check(policy, house=without("assignment.queue"), only=frozenset({"05"}), scopes=[OVERFLOWS], walk=0)
    assert PromiseVerdict.FAILS is broken.judgements[0].verdict


def test_everybody_takes_the_same_names():
    """Regression: `compare(scopes=("one chat case",))` raised AttributeError where `check` took names."""
    report = check(SOP, only=frozenset({"04"}), scopes=[CALLS], walk=0)
    assert [CALLS] == [one.scope for one in report.searched]
    found = compare(SOP, sop_with("[capacity]\nvoice = 2"), scopes=[CALLS])
    assert {(CALLS,)} == {one.what.scopes for one in found.changes}
    assert CALLS == explore(CALLS, SOP).scope.name == scope_named(CALLS, SOP).name


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: check(SOP, scopes=name),
        lambda name: explore(name, SOP),
        lambda name: compare(SOP, sop_with("[capacity]\nvoice = 2"), scopes=name),
    ],
    ids=["check", "explore", "compare"],
)
def test_no_such_scope(ask):
    """Whoever is asked says which there are; one name alone is a name, and not a row of letters."""
    with pytest.raises(ValueError, match=r"there is no scope 'voice-limits'; did you mean 'voice-limit'\?"):
        ask("voice-limits")


def test_names_as_people_say_them():
    """A name with spaces is the same name; a scope of one's own is taken as it is; what is named twice is one."""
    known = scopes_of(SOP)
    (chat,) = find_scopes("one chat case", known)
    assert "one-chat-case" == chat.scope.name
    assert (chat, CheckedScope(EMPTY)) == find_scopes(["one-chat-case", chat, EMPTY], known)
