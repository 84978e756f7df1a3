"""The laws of `diff`: what holds for any two policies, generated ones included.

* A policy and itself in other words: no edit, and a search under both finds nothing that differs.
* There and back: what becomes looser one way becomes stricter the other way, and nothing else is told.
* Every story, given to a desk command by command under one policy, ends in exactly the two answers that it claims.
* What a random walk can tell apart is told.

The generated pairs are of two sorts: the shipped SOP and a few keys of any policy at all, and two choices among the
edits of one small scope, whose values lie close together.
"""

from collections import Counter
from datetime import timedelta
from random import Random

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casecore import HOUSE, Desk, Policy
from casecore.check import scopes
from casecore.diff import diff
from casecore.diff.in_scope import ComparedModel, Untold
from casecore.explore.scope import NOON
from casecore.explore.states import StateSearch
from casecore.explore.traces import timed_command
from casecore.policies.edits import apply_edit, edits_of
from casecore.statuses import Status
from casecore.testing.strategies import layered_policies, policies
from tests.edits import EDITS, LOOSER, NEITHER_ALONE, OTHER, SCOPES, SOP, STRICTER, answers, sop
from tests.profiles import examples

# Two policies ------------------------------------------------------------------------------------------

AT_HOME = {}
"""For each section that the edits are of: the small scopes in which it shows."""
for _where, _changes, _ in EDITS.values():
    for _path in _changes:
        AT_HOME.setdefault(_path.partition("__")[0], set()).add(_where)


@st.composite
def keys_of_any_policy(draw):
    """The shipped SOP, the same with one or two keys as any other policy sets them, and where that may show."""
    known = [edit for edit in edits_of(SOP, draw(policies())) if edit.steps[0] in AT_HOME]
    assume(known)
    new = SOP
    chosen = draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique_by=lambda edit: edit.key))
    for edit in chosen:
        new = apply_edit(new, edit) or new  # an edit that cannot stand alone is left out
    return SOP, new, draw(st.sampled_from(sorted(AT_HOME[chosen[0].steps[0]])))


@st.composite
def edits_that_lie_close(draw):
    """Two policies, each with some of the edits that show in the same small scope."""
    where = draw(st.sampled_from(sorted(SCOPES)))
    some = st.lists(st.sampled_from([changes for home, changes, _ in EDITS.values() if home == where]), max_size=3)
    old, new = (sop(**{path: value for changes in draw(some) for path, value in changes.items()}) for _ in range(2))
    return old, new, where


def pairs():
    """Two policies that are written differently, and the scope in which that may show."""
    return (keys_of_any_policy() | edits_that_lie_close()).filter(lambda pair: edits_of(*pair[:2]))


def at(where, old, new):
    """A small scope, which counts as far as both policies do."""
    checked = SCOPES[where]
    asked = 1 + max(policy.chat.idle.ask_first for policy in (old, new))
    return attrs.evolve(checked, scope=attrs.evolve(checked.scope, at_most={"contact.attempts": asked}))


# A policy and itself -----------------------------------------------------------------------------------


def in_other_words(policy):
    """The same policy, read from other words: another name, and its keys the other way round, but for the queues."""

    def turned(held, path):
        if not isinstance(held, dict):
            return held
        words = [*held] if path == ("queues",) else [*reversed(held)]
        return {word: turned(held[word], (*path, word)) for word in words}

    plain = policy.to_dict() | {"id": "another", "version": "another", "source": "elsewhere"}
    return Policy.from_dict(turned(plain, ()))


class TestItself:
    """A policy compared with itself."""

    @examples(40)
    @given(policies() | layered_policies(st.just(SOP)), st.data())
    def test_a_search_under_both_finds_nothing(self, policy, data):
        """There is no edit; and where every command is decided under both all the same, no answer differs."""
        policy = next(policy.periods(None))[2]
        same = in_other_words(policy)
        assert policy is not same
        assert () == edits_of(policy, same) == diff(policy, same).changes
        checked = data.draw(st.sampled_from(scopes.scopes_of(policy)))
        pair = ComparedModel(checked.scope, policy, same, HOUSE)
        search = StateSearch(pair, limit=100).run()
        assert {} == search.occurrences
        assert {id(policy), id(same)} == {id(move.policy) for move in pair.moves_of(0)}
        decided = Counter(move.policy is same for move in pair.moves_of(0) if move.memo.evaluations)
        assert decided[True] == decided[False] > 0

    def test_the_search_has_eyes(self):
        """The same search, of two policies that do differ, finds what `diff` finds."""
        pair = ComparedModel(SCOPES["limit"].scope, SOP, sop(capacity__chat=3), HOUSE)
        assert ["looser|capacity.channel"] == [*StateSearch(pair).run().occurrences]


# There and back ----------------------------------------------------------------------------------------

MIRROR = {LOOSER: STRICTER, STRICTER: LOOSER, OTHER: OTHER}


def facts(change, label):
    """What of a change is the same there and back, under a label."""
    told = (label, frozenset(change.rules), change.commands, frozenset(change.edits), change.times, len(change.story))
    return told, (change.scopes, change.channels, change.queues)


def check_there_and_back(old, new, checked):
    """The changes of both ways, each with its image.

    The same: rules, commands, edits, scopes, channels, queues, how often, how long the story is, how many worlds and
    steps there are, and what no clock leads to. Mirrored: the label, and the answers to the same story. Not the same:
    *which* of several shortest stories is told, because the old policy's steps are tried first (each is then a story of
    the other way, too); the order in which rules and edits are named; and what is stranded, because a switch goes one
    way.
    """
    there, back = (diff(*pair, scopes=(checked,)) for pair in ((old, new), (new, old)))
    forth = {facts(change, change.label): change for change in there.changes}
    image = {facts(change, MIRROR[change.label]): change for change in back.changes}
    assert forth.keys() == image.keys()
    assert (len(forth), len(image)) == (len(there.changes), len(back.changes))
    assert (there.worlds, there.transitions, there.complete) == (back.worlds, back.transitions, back.complete)
    assert {edit.key: (edit.old, edit.new) for edit in there.edits} == {
        edit.key: (edit.new, edit.old) for edit in back.edits
    }
    untold = Counter((one.label, frozenset(one.rules), one.scope) for one in there.untold)
    assert untold == Counter((MIRROR[one.label], frozenset(one.rules), one.scope) for one in back.untold)
    for one, other in ((change, image[told]) for told, change in forth.items()):
        assert (other.new, other.old) in answers(other, old, new)
        if one.story.commands == other.story.commands:
            assert (one.old, one.new) == (other.new, other.old)
    return there


class TestThereAndBack:
    """diff(a, b) mirrors diff(b, a)."""

    @pytest.mark.parametrize("name", EDITS)
    def test_edits(self, name):
        """Of every edit of the shipped SOP."""
        where, changes, expected = EDITS[name]
        there = check_there_and_back(SOP, sop(**changes), SCOPES[where])
        assert len(expected) == len(there.changes)

    @examples(40)
    @given(pairs())
    def test_generated(self, pair):
        """Of any two policies."""
        old, new, where = pair
        check_there_and_back(old, new, at(where, old, new))


# Stories -----------------------------------------------------------------------------------------------


class TestStories:
    """Nothing is told that is not so."""

    @examples(60)
    @given(pairs())
    def test_both_answers(self, pair):
        """One policy alone leads through the story, and at its end both answer as it is claimed, and differently."""
        old, new, where = pair
        for change in diff(old, new, scopes=(at(where, old, new),)).changes:
            assert (change.old, change.new) in answers(change, old, new)
            assert change.old != change.new
            assert (change.label is not LOOSER, change.label is not STRICTER) == (bool(change.old), bool(change.new))
            refused = next((answer for answer in (change.old, change.new) if not answer), None)
            assert refused is None or {change.rules[0]} <= {reason.rule for reason in refused.reasons}
            assert set(change.edits) <= {edit.key for edit in edits_of(old, new)}

    def test_steps_of_both(self):
        """What only steps of both policies together lead to happens at no desk, and is no change.

        Only the old policy lets ben reply, and only the new one disconnects a chat that nobody asked about; so under
        neither of them a contact ever ends, and whether its notes may be empty makes no difference.
        """
        old, new, where = NEITHER_ALONE
        found = diff(old, new, scopes=(where,))
        assert [(LOOSER, "idle.asked"), (STRICTER, "reply.permission")] == [(c.label, *c.rules) for c in found.changes]
        assert (Untold(LOOSER, ("wrap_up.notes",), "both", given_up=False),) == found.untold


# Walks -------------------------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)


def differences_of_a_walk(old, new, scope, random, steps=80):
    """Walk at random under one of two policies: each decision that the other one takes otherwise, in two words.

    The commands of a scope are given to a desk, in any order until one is allowed, and nothing of the search is used.
    Time stands still, or passes until something falls due under either policy, or to a second before, or anyhow. Like
    the scope the walk never tries another command, text or agent: what only these would show is no difference of the
    scope. Unlike the scope it lets service clocks run, and counts on beyond the scope's counters; `at` has these count
    as far as either policy asks.
    """
    commands, ids = [*scope.commands, *scope.parts[0].commands], scope.parts[0].every_id
    policy, desk, now = random.choice((old, new)), Desk(old), timedelta(0)
    for number in range(steps):
        if all(file.case.status is Status.CLOSED for file in desk.cases.values()):  # at first, and where all is said
            desk, now = Desk(policy), timedelta(0)
            for command in scope.team:
                desk, _ = desk.handle(command)
        if random.random() < 0.4:
            dues = [due.at - desk.now for one in (old, new) for due in attrs.evolve(desk, policy=one).due()]
            waits = [wait for due in dues for wait in (due, due - SECOND) if wait > timedelta(0)]
            now = desk.now - NOON + random.choice([SECOND, timedelta(days=1), *waits * 4])
        for command in random.sample(commands, len(commands)):
            copy = random.randrange(scope.parts[0].copies)
            given = timed_command(command, ids, copy, number, int(now.total_seconds()))
            answers_of = {id(one): attrs.evolve(desk, policy=one).decide(given) for one in (old, new)}
            before, after = answers_of.values()
            if bool(before) is not bool(after):
                refusal = after if before else before
                yield STRICTER if before else LOOSER, refusal.reasons[0].rule
            elif before and before != after:
                yield OTHER, type(given).__name__
            verdict = answers_of[id(policy)]
            if verdict:
                desk = desk.evolve(verdict.events)
                break


def check_walks(old, new, checked, seeds):
    """No walk finds a difference that the comparison does not tell; nor, where it tells none, any at all."""
    found = diff(old, new, scopes=(checked,))
    told = {
        (change.label, word)
        for change in found.changes
        for word in (change.commands if change.label is OTHER else change.rules)
    }
    assert found.complete
    for seed in seeds:
        assert {*differences_of_a_walk(old, new, checked.scope, Random(seed))} <= told


class TestWalks:
    """No two policies that a random walk can tell apart are reported equal."""

    @pytest.mark.parametrize("name", EDITS)
    def test_edits(self, name):
        """Of every edit of the shipped SOP."""
        where, changes, _ = EDITS[name]
        check_walks(SOP, sop(**changes), SCOPES[where], range(8))

    @examples(30)
    @given(pairs(), st.integers(0, 1_000))
    def test_generated(self, pair, seed):
        """Of any two policies."""
        old, new, where = pair
        check_walks(old, new, at(where, old, new), range(seed, seed + 2))

    def test_walks_have_eyes(self):
        """Every edit that changes anything is found by some walk."""
        blind = {
            name
            for name, (where, changes, expected) in EDITS.items()
            if expected
            and not any(
                [*differences_of_a_walk(SOP, sop(**changes), SCOPES[where].scope, Random(seed))] for seed in range(30)
            )
        }
        assert set() == blind
