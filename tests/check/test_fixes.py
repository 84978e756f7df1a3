"""The nearest fix of a policy, and other corners of a judgement."""

import attrs

from casecore import Policy
from casecore.check import Fix, PromiseVerdict, check
from casecore.check.fixes import EDITS_TRIED, nearest_fix
from casecore.check.judge import _judge_use, why_inconclusive
from casecore.check.order import judge_order
from casecore.check.scopes import scopes_of
from casecore.explore import Exploration, Found, Result
from casecore.kernel import SYSTEM
from casecore.promises.life_cycle import EDGES
from casecore.rooms.composition import RULES
from casecore.rooms.offers import OfferWork
from casecore.routing import next_offer
from tests.houses import without

SHIPPED = Policy.default()


class TestNearest:
    """One key, changed."""

    def test_the_shipped_value_first(self):
        """Whatever differs from the shipped SOP is tried with its value."""
        policy = Policy.from_dict({**SHIPPED.to_dict(), "approval": {"self_approval": True}})
        found = nearest_fix(policy, lambda changed: not changed.approval.self_approval)
        assert Fix("approval.self_approval", old=True, new=False) == found

    def test_then_flags_and_choices(self):
        """What is as shipped may be wrong, too."""
        found = nearest_fix(SHIPPED, lambda changed: not changed.channels.chat.emoji)
        assert Fix("channels.chat.emoji", old=True, new=False) == found

    def test_the_order_of_the_queues_is_no_key(self):
        """It is never tried, though it differs from that of the shipped SOP."""
        shipped = SHIPPED.to_dict()
        policy = Policy.from_dict({**shipped, "queues": dict(reversed(shipped["queues"].items()))})
        assert None is nearest_fix(policy, lambda changed: [*changed.queues] == [*SHIPPED.queues], tries=10_000)

    def test_a_change_that_contradicts_itself_is_passed_over(self):
        """It is no policy, so it is never asked whether it holds."""
        said = {**SHIPPED.to_dict(), "lifecycle": {"close_from": ["resolved"], "close_after": {}}}
        tried = []
        nearest_fix(Policy.from_dict(said), lambda changed: tried.append(changed.lifecycle.close_from))
        assert tried
        only_by_itself = {**SHIPPED.to_dict(), "lifecycle": {"close_from": ["new"], "close_after": {"new": "1h"}}}
        assert nearest_fix(Policy.from_dict(only_by_itself), lambda _: False) is None

    def test_nothing_helps(self):
        """So many are tried, and no more."""
        tried = []
        assert nearest_fix(SHIPPED, tried.append) is None
        assert 0 < len(tried) <= EDITS_TRIED

    def test_nothing_is_left_to_try(self):
        """Also where there are fewer than that."""
        assert nearest_fix(SHIPPED, lambda _: False, tries=10_000) is None


class TestOrder:
    """Promise 17, of a routing that is given."""

    def test_fails(self):
        """Who comes last is served first: the story ends with the wrong offer."""

        def last_first(desk, at):
            found = next_offer(desk, at)
            waiting = sorted(file.case.id for file in desk.cases.values())
            return found and OfferWork(SYSTEM, at, next(case for case in waiting if case != found.case), "ana")

        found = judge_order(SHIPPED, last_first)
        assert PromiseVerdict.FAILS is found.verdict
        assert "had waited longer" in found.wrong[0]
        assert isinstance(found.story.steps[-1].command, OfferWork)

    def test_vacuous(self):
        """A routing that offers nothing keeps nothing."""
        assert PromiseVerdict.VACUOUS is judge_order(SHIPPED, lambda desk, at: None).verdict


class TestHowFar:
    """Why nothing is known."""

    SCOPE = scopes_of(SHIPPED)[0].scope

    def exploration(self, *, complete, found):
        """A search that came to this."""
        return Exploration(self.SCOPE, 7, 20, 3, complete, frozenset(), {"04": found})

    def test_given_up(self):
        """At a limit."""
        found = self.exploration(complete=False, found=Found(Result.INCONCLUSIVE))
        assert "one chat case: given up after 7 worlds, and nothing wrong so far" == why_inconclusive([found], "04")

    def test_not_told(self):
        """No clock can show it."""
        found = self.exploration(complete=True, found=Found(Result.INCONCLUSIVE, times=3))
        assert "3 steps break it, but no story with real instants leads to one of them" == why_inconclusive(
            [found], "04"
        )


def test_every_edge_is_used():
    """Promise 20 is proved where some scope goes along each edge, and it says how many rules refuse something."""
    found = Exploration(TestHowFar.SCOPE, 7, 20, 3, True, frozenset(), {edge: Found(Result.PROVED) for edge in EDGES})
    judgement = _judge_use([found], ("tags.limit",))
    assert (PromiseVerdict.PROVED, len(EDGES), ("one chat case",)) == (
        judgement.verdict,
        judgement.times,
        judgement.scopes,
    )
    rules = len({rule.id for rule in RULES})
    assert judgement.why.endswith(f"; {rules - 1} of {rules} rules refuse something")


def test_the_order_of_offers_is_judged_where_it_is_asked():
    """Promise 17 needs no scope."""
    (judgement,) = check(SHIPPED, only=frozenset({"17"}), scopes=("2 voice cases, one agent",), walk=0).judgements
    assert ("17", PromiseVerdict.PROVED) == (judgement.number, judgement.verdict)


def test_an_edge_that_nothing_goes_along():
    """Promise 20 names it; a scope without closing has many."""
    report = check(SHIPPED, only=frozenset({"20"}), scopes=("2 voice cases, one agent",), walk=0)
    (judgement,) = report.judgements
    assert ("20", PromiseVerdict.VACUOUS) == (judgement.number, judgement.verdict)
    assert "close (escalated → closed)" in judgement.why


def test_a_fix_that_would_take_the_scope_away_is_none():
    """With the shipped limit it would be another scope, of which nothing is known."""
    narrow = attrs.evolve(SHIPPED, capacity=attrs.evolve(SHIPPED.capacity, chat=1))
    scope = ("2 chat cases, one agent",)
    report = check(narrow, house=without("capacity.channel"), only=frozenset({"04"}), scopes=scope, walk=0)
    (judgement,) = report.judgements
    assert (PromiseVerdict.FAILS, None) == (judgement.verdict, judgement.fix)
    assert ("capacity.chat", "capacity.total") == judgement.keys
