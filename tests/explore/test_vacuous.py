"""Nothing tried is never proved: neither by a search, nor of a promise that a policy leaves nothing of."""

from datetime import timedelta

import attrs
import pytest

from casecore import Policy
from casecore.check import PromiseVerdict, check
from casecore.check.findings import judgement_text
from casecore.explore import Result, Scope, Watched, explore
from casecore.explore.scope import NOON
from casecore.promises import PROMISES
from casecore.promises.in_force import InForce
from casecore.rooms.agents import GoAvailable, GoUnavailable
from casecore.rooms.breaks import SetNextState
from tests.explore.test_explore import OPENED, SOP, SPAM, scope

EARLY = timedelta(hours=3)


def asked_of(where, policy=SOP):
    """Everything that can be asked of a scope, answered."""
    return explore(
        where,
        policy,
        always={"nothing is wrong": lambda step: ()},
        possible={"anything": lambda desk: True},
        watched=Watched(witnesses={"no breach": lambda happening: ()}, ways={"on": lambda books: True}),
    )


def test_commands_before_noon():
    """Regression: all were refused by `time.order`, and nothing at all was called proved."""
    early = tuple(command("ana", NOON - EARLY, "ana") for command in (GoAvailable, GoUnavailable, SetNextState))
    found = asked_of(attrs.evolve(scope(), parts=(), commands=early))
    assert (1, 0) == (found.worlds, found.transitions)
    assert {"time.order"} <= found.refusals
    assert {Result.VACUOUS} == {answer.result for answer in found.found.values()}


def test_nobody_does_anything():
    """A scope without a command puts nothing to the test."""
    found = asked_of(Scope("empty", (), ()))
    assert {Result.VACUOUS} == {answer.result for answer in found.found.values()}


def test_what_was_tried():
    """Where something happens, it is proved."""
    assert {Result.PROVED} == {answer.result for answer in asked_of(scope(OPENED, SPAM)).found.values()}


EMPTY = {
    '[chat.idle]\nask_first = 0\nsilence = "1s"': {"06": "chat.idle.ask_first = 0: nobody has to ask, and that is no"},
    '[chat.idle]\nask_first = 0\nsilence = "29s"': {"06": "chat.idle.ask_first = 0"},
    "[channels.chat]\nkinds = []": {"06": "there are no chats", "07": "there are no chats"},
    "[authentication]\nbefore = []": {"08": "authentication.before = []: nothing needs it"},
    "[authentication]\nchannels = []": {"08": "authentication.channels = []: it is asked for nowhere"},
    "[wrap_up]\ndisposition = false": {"13": "wrap_up.disposition = false: nothing is disposed"},
    "[wrap_up]\ndisposition = false\nnotes = false": {"13": "nothing is disposed", "15": "wrap_up asks for nothing"},
    "channels.whatsapp.kinds = []\nwhatsapp.consent = []": {"12": "nobody is written to"},
    "[approval]\nself_approval = true": {"10": ""},
}
"""Policies, and the promises of which they leave nothing, each with why."""


@pytest.mark.parametrize("text", EMPTY)
def test_what_a_policy_leaves_nothing_of(text):
    """Regression: `[wrap_up] disposition = false` was proved never to leave a contact undisposed."""
    policy = Policy.loads(text)
    empty = {promise.number for promise in PROMISES if not promise.claimed(policy)}
    assert EMPTY[text].keys() == empty
    report = check(policy, only=frozenset(empty), scopes=("voice-limit",), walk=0)
    for judged in report.judgements:
        assert PromiseVerdict.NOT_CLAIMED is judged.verdict
        assert EMPTY[text][judged.number] in judged.why
        assert judged.why


def test_the_shipped_one_leaves_something_of_each():
    """Nothing is empty, and every key by which a promise says how much it is worth is one."""
    assert [] == [promise.number for promise in PROMISES if promise.empty(InForce(SOP))]
    assert all(SOP.value(key) is not None for promise in PROMISES for key in promise.terms)


def test_a_verdict_says_what_it_is_worth():
    """The keys by which a promise is measured stand in the verdict; where a case can only be spam, so does that."""
    (judged,) = check(SOP, only=frozenset({"06"}), scopes=("a-silent-chat",), walk=0).judgements
    worth = '; chat.idle.ask_first = 1; chat.idle.silence = "2m"; chat.idle.counts_from = "silence"'
    assert worth in judgement_text(judged)
    narrow = Policy.loads('[lifecycle]\nclose_from = ["new"]\nclose_after = {}\n')
    (way,) = check(narrow, only=frozenset({"18"}), scopes=("an-email-complaint",), walk=0).judgements
    assert PromiseVerdict.FAILS is way.verdict or "once it is opened, a case can be closed as spam only" in way.terms
