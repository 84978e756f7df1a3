"""What a check says of a promise, and how: verdicts, exit codes, the order of offers, the random walk."""

import attrs
import pytest

from casecore import HOUSE, House, Policy
from casecore.check import Exit, Finding, Judgement, PromiseVerdict, Report, Searched, Severity, check
from casecore.check.findings import search_text
from casecore.check.fixes import nearest_fix
from casecore.check.order import judge_order
from casecore.check.scope_search import moved_policy
from casecore.check.walk import WalkResult, random_walk, walk_changes
from casecore.desk import Desk
from casecore.diff.report import compare
from casecore.explore import explore
from casecore.explore.scope import NOON
from casecore.policies import PolicyError
from casecore.policies.sections import Delivery, Queue
from casecore.promises import Step, Watch
from casecore.promises.live_work import UNASKED
from tests.houses import without

SOP = Policy.default()
CALLS = "voice-limit"


# Verdicts ----------------------------------------------------------------------------------------------


@pytest.mark.slow  # it searches several scopes
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
    with pytest.raises(ValueError, match=r"there is no scope 'one chat cose'; .*one-chat-case"):
        check(SOP, scopes=("one chat cose",))
    with pytest.raises(ValueError, match=r"there is no scope 'everything'; use one of one-chat-case, "):
        check(SOP, scopes=("everything",))


@pytest.mark.parametrize("given", [None, "sop.toml"])
def test_what_is_no_policy(given):
    """The path of a file, say: it is told how a policy is read, wherever one is asked about."""
    shipped = Policy.default()
    for ask in (
        lambda: check(given),
        lambda: compare(shipped, given),
        lambda: compare(given, shipped),
        lambda: explore("chat-limit", given),
    ):
        with pytest.raises(PolicyError, match=r"is no policy\n = expected: a Policy; Policy.load reads"):
            ask()


@pytest.mark.parametrize("only", ["99", ["99"], {"99"}])
def test_numbers_however_they_are_listed(only):
    """One number, a list, a set: it is the number that there is not."""
    with pytest.raises(ValueError, match="there is no promise '99'"):
        check(Policy.default(), only=only)
    with pytest.raises(ValueError, match="there is no promise '99'"):
        check(Policy.default(), require=only)


def judgement(verdict):
    """A judgement with this verdict."""
    return Judgement("01", "a case moves only along the life cycle", verdict)


SEARCHED = (Searched("one-chat-case", "1 case, 1 agent", 10, 20, 30, complete=True),)
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
    """It is tried in every queue and on every channel; where none pushes, of what agents fetch."""
    judged = judge_order(SOP)
    assert (PromiseVerdict.PROVED, ("two-waiting-cases-one-agent",)) == (judged.verdict, judged.scopes)
    pulled = attrs.evolve(SOP, queues={"general": Queue(fallback=True, delivery=Delivery.PULL)})
    assert PromiseVerdict.PROVED is judge_order(pulled).verdict
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


# What must be tried --------------------------------------------------------------------------------------


def test_what_is_never_tried_is_inconclusive_and_named():
    """Where every agent has the limits of the SOP, nobody knows what becomes of limits of their own."""
    (judgement,) = check(SOP, only=frozenset({"04"}), scopes=(CALLS,), walk=0).judgements
    assert PromiseVerdict.INCONCLUSIVE is judgement.verdict
    assert judgement.why.startswith("it is never tried that an agent has as many cases of a channel as their own limit")
    assert "; or that an agent has as much as their own limit in total says" in judgement.why
    assert judgement.times > 0


def test_what_all_scopes_together_try_is_proved():
    """It is enough that one of them tries it."""
    report = check(SOP, only=frozenset({"04"}), scopes=(CALLS, "limits-of-their-own"), walk=0)
    assert [PromiseVerdict.PROVED] == [judgement.verdict for judgement in report.judgements]
    assert Exit.CLEAN is report.exit


def test_what_a_policy_leaves_no_room_for_need_not_be_tried():
    """Where nobody has to be asked before, nobody disconnects a chat whose customer was not asked."""
    unasked = Policy.loads("[chat.idle]\nask_first = 0\n")
    verdicts = [
        check(policy, only=frozenset({"06"}), scopes=("a-silent-chat",), walk=0).judgements[0].verdict
        for policy in (SOP, unasked)
    ]
    assert [PromiseVerdict.PROVED] * 2 == verdicts
    assert not UNASKED.expected(unasked)


# Dated changes -------------------------------------------------------------------------------------------


class Timeless(House):
    """A house that overlooks dated changes."""

    def in_force(self, view, command, policy):
        """What holds at the beginning."""
        del view, command
        return next(policy.periods(None))[2]


def test_the_walk_across_a_change_sees_that_it_is_overlooked():
    """From the first of December on an agent has one chat at a time; a house that knows no dates gives them two."""
    stricter = Policy.loads('[[change]]\non = 2026-12-01\nset = { "capacity.chat" = 1 }\n')
    assert walk_changes(stricter, None, 60, 0, HOUSE).broken is None
    walks = (walk_changes(stricter, None, 200, seed, Timeless(HOUSE.rooms)).broken for seed in range(30))
    found = next(broken for broken in walks if broken is not None)
    assert "04" == found.number
    assert all("of 1 on chat" in wrong for wrong in found.wrong)
    assert WalkResult(0, frozenset()) == walk_changes(SOP, None, 60, 0, HOUSE)


def test_each_period_is_searched_with_its_dates():
    """At noon the change has just come, or is still to come; who overlooks it is found in the smallest scope."""
    stricter = Policy.loads('[[change]]\non = 2026-12-01\nset = { "capacity.voice" = 0 }\n')
    said = []
    asked = {"only": frozenset({"04"}), "scopes": ("a-call-and-a-chat-one-agent",)}
    report = check(stricter, house=Timeless(HOUSE.rooms), walk=40, progress=said.append, **asked)
    (judgement,) = report.judgements
    assert ["walk", "walk across the changes"] == said[-2:]
    assert (PromiseVerdict.FAILS, ("ana has 1 of 0 on voice",)) == (judgement.verdict, judgement.wrong)
    assert NOON == judgement.story.steps[0].command.at
    assert () == check(stricter, walk=0, **asked).judgements[0].wrong


def test_dates_are_moved_to_noon():
    """What has begun last begins at noon, what began before it a day earlier; what is to come comes in ten years."""
    two = Policy.loads(
        'zone = "Asia/Tokyo"\n[[change]]\non = 2026-12-01\nset = { "capacity.voice" = 2 }\n'
        '[[change]]\non = 2026-12-03\nset = { "capacity.voice" = 3 }\n'
    )
    begins = [begin for begin, _, _ in two.periods(None)]
    moved = [[change.on - NOON for change in moved_policy(two, begin).change] for begin in begins]
    assert [[3_653, 3_654], [0, 3_653], [-1, 0]] == [[since.days for since in each] for each in moved]
    assert [1, 2, 3] == [moved_policy(two, begin).at(NOON).capacity.voice for begin in begins]
    assert moved_policy(SOP, None) is SOP


# Worlds and desks ------------------------------------------------------------------------------------------


def test_worlds_that_differ_in_the_books_alone_are_counted_and_said():
    """A desk that forgets who was authenticated looks the same as before; its witnesses know better."""
    searched = Searched("one-chat-case", "1 case, 1 agent", 30, 90, 50, complete=True, desks=28)
    report = Report(SOP, (), (searched,), ())
    assert "1 scope: 30 worlds (2 more than desks, by what the witnesses wrote down), 90 steps" in search_text(report)
    assert "30 worlds, 90 steps" in search_text(attrs.evolve(report, searched=(attrs.evolve(searched, desks=30),)))


def test_a_way_to_closed_that_is_spam_only_is_told():
    """Where only a new case is closed by hand, and nothing by time, the verdict says what is left for an opened one."""
    policy = Policy.loads('[lifecycle]\nclose_from = ["new"]\nclose_after = "none"\n')
    (found,) = check(policy, only=frozenset({"18"}), scopes=("one-email-case",), walk=0).judgements
    assert (PromiseVerdict.PROVED, ("once it is opened, a case can be closed as spam only",)) == (
        found.verdict,
        found.terms,
    )
