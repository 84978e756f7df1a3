"""The law of what is kept: whatever was kept, and of which policies, an answer is the one that would be found now.

Two policies, or three, are asked one after the other, and each answer is compared with that of somebody who keeps
nothing. The policies lie close together (some edits of one small scope), or differ in keys of any policy at all.
"""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from casecore import HOUSE
from casecore.check import Cache
from casecore.check.inquiries import NOTHING_KEPT, Answers
from casecore.check.kept_searches import order_inquiry, search_inquiry, walk_inquiry
from casecore.check.walk import random_walk
from casecore.diff.formats import as_json
from casecore.diff.report import compare
from casecore.explore.policy_log import LoggedPolicy, PlainPolicy, PolicyLog
from casecore.policies.edits import apply_edit, edits_of
from casecore.promises import promises_of
from casecore.testing.strategies import layered_policies, policies
from tests.edits import EDITS, SCOPES, SOP, sop
from tests.profiles import examples

LIMIT = 3_000


@st.composite
def close_policies(draw):
    """A small scope, and policies with some of the edits that show in it."""
    where = draw(st.sampled_from(sorted(SCOPES)))
    some = st.lists(st.sampled_from([changes for home, changes, _ in EDITS.values() if home == where]), max_size=2)
    asked = [{path: value for changes in draw(some) for path, value in changes.items()} for _ in range(3)]
    return SCOPES[where], [sop(**changes) for changes in asked]


@st.composite
def any_policies(draw):
    """A small scope, the shipped SOP, and the same with keys as any other policy sets them."""
    known, new = edits_of(SOP, draw(policies())), SOP
    for edit in draw(st.lists(st.sampled_from(known), min_size=1, max_size=2)) if known else ():
        new = apply_edit(new, edit) or new
    return SCOPES[draw(st.sampled_from(sorted(SCOPES)))], [SOP, new]


@st.composite
def policies_in_layers(draw):
    """A small scope, and policies with changes and overrides."""
    return SCOPES[draw(st.sampled_from(sorted(SCOPES)))], [SOP, draw(layered_policies())]


def told(found):
    """All that is known of what was found, stories step by step."""
    answers = {
        name: (one.result, one.wrong, one.times, one.blamed, story_of(one.story)) for name, one in found.found.items()
    }
    counts = (found.worlds, found.desks, found.transitions, found.decisions, found.complete)
    return answers, counts, found.refusals, found.own_refusals, found.own_passed


def story_of(story):
    """A story: what was given, and what was answered."""
    return story and ([*story.commands], [step.verdict for step in story.steps])


def search(checked, policy):
    """To search a scope for all that a policy promises."""
    claimed = [promise for promise in promises_of(HOUSE, policy) if promise.claimed(policy)]
    return search_inquiry(checked, policy, HOUSE, claimed, LIMIT)


def raised_or_told(answers, asked):
    """What is known of a scope; where the team cannot come, why."""
    try:
        return told(answers.to(asked))
    except ValueError as error:
        return str(error)


@examples(40)
@given(st.one_of(close_policies(), any_policies(), policies_in_layers()))
def test_a_search(chosen):
    """One after the other, and the first one again."""
    checked, asked = chosen
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder), "our-code")
        for policy in (*asked, asked[0]):
            asking = search(checked, policy)
            assert raised_or_told(NOTHING_KEPT, asking) == raised_or_told(Answers(cache, HOUSE), asking)


@examples(20)
@given(st.one_of(close_policies(), any_policies()))
def test_a_comparison(chosen):
    """Each policy with the next one, and then each with itself as it was."""
    checked, asked = chosen
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder), "our-code")
        for old, new in zip((*asked, asked[0]), (*asked[1:], asked[0], asked[-1]), strict=True):
            kept, plain = (
                as_json(compare(old, new, scopes=(checked,), limit=LIMIT, cache=one), "old", "new")
                for one in (cache, None)
            )
            assert plain == kept


@examples(20)
@given(st.one_of(close_policies(), any_policies(), policies_in_layers()))
def test_a_walk_and_the_order(chosen):
    """Where everything is looked at that a desk looks at."""
    _, asked = chosen
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder), "our-code")
        for policy in (*asked, asked[0]):
            walk = walk_inquiry("walk", policy, lambda here: random_walk(here, 20), [20], HOUSE)
            kept, plain = (answers.to(walk) for answers in (Answers(cache, HOUSE), NOTHING_KEPT))
            assert (plain.steps, plain.refusals) == (kept.steps, kept.refusals)
            order = order_inquiry(policy)
            kept, plain = (answers.to(order) for answers in (Answers(cache, HOUSE), NOTHING_KEPT))
            assert story_of(plain.story) == story_of(kept.story)
            assert (plain.verdict, plain.times, plain.wrong) == (kept.verdict, kept.times, kept.wrong)


@given(layered_policies())
def test_a_policy_that_notes_says_the_same(policy):
    """Whatever is asked of it; and it is told from the shipped one, unless they say the same."""
    log = PolicyLog()
    logged = LoggedPolicy.noting(policy, log)
    assert policy.to_dict() == logged.to_dict()
    assert policy == logged
    assert (policy.to_dict() == SOP.to_dict()) is (
        PlainPolicy(policy).digest(log.reads) == PlainPolicy(SOP).digest(log.reads)
    )
