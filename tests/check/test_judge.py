"""What a check says of a promise, and how: verdicts, exit codes, the order of offers, the random walk."""

import attrs
import pytest

from casecore import Policy
from casecore.check import Exit, Finding, Judgement, PromiseVerdict, Report, Searched, Severity, check
from casecore.check.fixes import nearest_fix
from casecore.check.order import judge_order
from casecore.check.walk import random_walk
from casecore.desk import Desk
from casecore.policies.sections import Delivery, Queue
from casecore.promises import Step, Watch
from tests.houses import without

SOP = Policy.default()
CALLS = "2 voice cases, one agent"


# Verdicts ----------------------------------------------------------------------------------------------


def test_what_fails_is_told_with_the_shortest_story_of_all_scopes():
    """A limit that is not kept fails in the scope of the limit; the story is told there."""
    report = check(SOP, house=without("capacity.channel"), only=frozenset({"04"}), scopes=(CALLS,), walk=0)
    (judgement,) = report.judgements
    assert (PromiseVerdict.FAILS, ("ana has 2 of 1 on voice",), "") == (
        judgement.verdict,
        judgement.wrong,
        judgement.why,
    )
    assert 4 == len(judgement.story)
    assert judgement.fix is None
    assert Exit.FINDINGS is report.exit


def test_what_is_given_up_is_inconclusive_and_sayshow_far():
    """With a limit of ten worlds nothing is proved, and the report says so."""
    report = check(SOP, only=frozenset({"04"}), scopes=(CALLS,), walk=0, limit=10)
    (judgement,) = report.judgements
    assert PromiseVerdict.INCONCLUSIVE is judgement.verdict
    worlds = report.searched[0].worlds
    assert f"{CALLS}: given up after {worlds} worlds, and nothing wrong so far" == judgement.why
    assert Exit.INCONCLUSIVE is report.exit


def test_what_is_asked_must_exist():
    """A promise or scope that does not exist is named, with those that do."""
    with pytest.raises(ValueError, match=r"there is no promise '99' that a check asks; use one of 01, 02, .*, 20"):
        check(SOP, only=frozenset({"99"}))
    with pytest.raises(ValueError, match=r"there is no scope 'one chat cose'; .*one chat case"):
        check(SOP, scopes=("one chat cose",))
    with pytest.raises(ValueError, match=r"there is no scope 'everything'; use one of one chat case, "):
        check(SOP, scopes=("everything",))


def judgement(verdict):
    """A judgement with this verdict."""
    return Judgement("01", "a case moves only along the life cycle", verdict)


SEARCHED = (Searched("one chat case", "1 case, 1 agent", 10, 20, 30, complete=True),)
WARNED = Finding("CC201", Severity.WARNING, "queues.late", "no case enters late")
WRONG = attrs.evolve(WARNED, level=Severity.ERROR)


@pytest.mark.parametrize(
    ("code", "findings", "searched", "verdicts"),
    [
        (0, (), SEARCHED, (PromiseVerdict.PROVED,)),
        (0, (WARNED,), SEARCHED, (PromiseVerdict.PROVED, PromiseVerdict.WAIVED, PromiseVerdict.NOT_CLAIMED)),
        (1, (WRONG,), SEARCHED, (PromiseVerdict.PROVED,)),
        (1, (), SEARCHED, (PromiseVerdict.PROVED, PromiseVerdict.FAILS)),
        (1, (), SEARCHED, (PromiseVerdict.INCONCLUSIVE, PromiseVerdict.FAILS)),
        (1, (), SEARCHED, (PromiseVerdict.VACUOUS, PromiseVerdict.PROVED)),
        (3, (), SEARCHED, (PromiseVerdict.PROVED, PromiseVerdict.INCONCLUSIVE)),
        (3, (), SEARCHED, ()),
        (3, (), (), (PromiseVerdict.PROVED,)),
    ],
)
def test_the_exit_code_is_the_worst_that_is_known(code, findings, searched, verdicts):
    """Findings outweigh what is not known; where nothing was tried, nothing is known."""
    assert code == Report(SOP, findings, searched, tuple(map(judgement, verdicts))).exit


# The order of offers -----------------------------------------------------------------------------------


def test_of_equal_cases_the_longer_waiting_is_offered_first():
    """It is tried in every queue that pushes and on every channel; where none pushes, nothing is shown."""
    judged = judge_order(SOP)
    assert (PromiseVerdict.PROVED, ("two waiting cases, one agent",)) == (judged.verdict, judged.scopes)
    pulled = attrs.evolve(SOP, queues={"general": Queue(fallback=True, delivery=Delivery.PULL)})
    assert PromiseVerdict.VACUOUS is judge_order(pulled).verdict
    nobody = attrs.evolve(SOP, capacity=attrs.evolve(SOP.capacity, total=0))
    assert "routing never offers one of two waiting cases" == judge_order(nobody).why


def test_cases_that_cannot_come_are_not_offered():
    """A channel that takes nothing is passed over; the others are tried."""
    shut = attrs.evolve(SOP.channels.chat, kinds=())
    without_chat = attrs.evolve(SOP, channels=attrs.evolve(SOP.channels, chat=shut))
    assert (PromiseVerdict.PROVED, True) == (
        judge_order(without_chat).verdict,
        judge_order(without_chat).times < judge_order(SOP).times,
    )


# Fixes -------------------------------------------------------------------------------------------------


def test_a_change_that_contradicts_the_rest_is_passed_over():
    """A disposition cannot be asked for where there are no codes; the codes can be given."""
    bare = attrs.evolve(SOP, wrap_up=attrs.evolve(SOP.wrap_up, disposition=False, codes=()))
    fix = nearest_fix(bare, lambda policy: policy.wrap_up.codes)
    assert ("wrap_up.codes", [], [*SOP.wrap_up.codes]) == (fix.key, fix.old, fix.new)


def test_the_many_flags_of_the_channels_leave_room_for_others():
    """Only so many changes are tried, so what channels take comes last: it once kept all others out."""
    fix = nearest_fix(SOP, lambda policy: not policy.routing.earlier_handler)
    assert ("routing.earlier_handler", True, False) == (fix.key, fix.old, fix.new)


# The walk ----------------------------------------------------------------------------------------------


def test_the_same_seed_walks_the_same_way():
    """Another seed walks another way; the report says how many steps were taken."""
    assert random_walk(SOP, 60, seed=1) == random_walk(SOP, 60, seed=1)
    assert random_walk(SOP, 60, seed=1).refusals != random_walk(SOP, 60, seed=2).refusals
    assert 0 < random_walk(SOP, 60, seed=1).steps <= 60


def test_the_walk_finds_a_fault_and_tells_its_way():
    """Nobody thought of the story: among what could be meant, somebody who is away is given work."""
    house = without("assignment.available")
    found = random_walk(SOP, 2_000, 0, house).broken
    assert "05" == found.number
    desk = Desk(SOP)
    watch, breaches = Watch(SOP), ()
    for command in found.story.commands:
        assert () == breaches
        step = Step.of(desk, command, house)
        breaches = watch.see(step.events)
        desk = step.after
    assert found.wrong == tuple(breach.what for breach in breaches if breach.number == "05")


def test_what_only_the_walk_finds_fails_too():
    """No scope was searched that could show it; the walk did, and the judgement says so."""
    report = check(SOP, house=without("assignment.available"), only=frozenset({"05"}), scopes=(CALLS,), walk=2_000)
    (judgement,) = report.judgements
    assert (PromiseVerdict.FAILS, "found by the walk") == (judgement.verdict, judgement.why)
    assert judgement.story is not None
