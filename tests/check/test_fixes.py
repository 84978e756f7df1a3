"""The nearest fix of a policy, and other corners of a judgement."""

import attrs
import pytest

from casecore import HOUSE, Policy
from casecore.check import Fix, PromiseVerdict, check
from casecore.check.findings import judgement_text
from casecore.check.fixes import EDITS_TRIED, nearest_fix
from casecore.check.judge import _judge_use, why_inconclusive
from casecore.check.order import fetching_order, judge_order, plain_order, router_order
from casecore.check.scopes import scopes_of
from casecore.explore import Exploration, Found, Result
from casecore.kernel import SYSTEM
from casecore.promises.life_cycle import EDGES
from casecore.promises.written_rules import NEVER_REFUSES, RULES_WRITTEN, missing_rules
from casecore.rooms.assignments import OpenCase
from casecore.rooms.composition import RULES
from casecore.rooms.offers import OfferWork
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
        by_itself = {"close_from": ["new"], "close_after": {"new": "1h", "resolved": "none"}}
        only_by_itself = {**SHIPPED.to_dict(), "lifecycle": by_itself}
        assert nearest_fix(Policy.from_dict(only_by_itself), lambda _: False) is None

    def test_nothing_helps(self):
        """So many are tried, and no more."""
        tried = []
        assert nearest_fix(SHIPPED, tried.append) is None
        assert 0 < len(tried) <= EDITS_TRIED

    def test_nothing_is_left_to_try(self):
        """Also where there are fewer than that."""
        assert nearest_fix(SHIPPED, lambda _: False, tries=10_000) is None


HOURS = '[queues.billing]\nhours = "office"\n[calendars.office]\n'
OVERFLOWS = '[queues.billing]\noverflow = { after = "10m", to = "general" }'
PULLED = "".join(f'queues.{queue}.delivery = "pull"\n' for queue in SHIPPED.queues)


class TestOrder:
    """Promise 17, of a routing that is given."""

    def test_fails(self):
        """Who comes last is served first: the story ends with the wrong offer."""

        def last_first(steps, at):
            found = plain_order(steps, at)
            waiting = sorted(file.case.id for file in steps[-1].after.cases.values())
            return found and OfferWork(SYSTEM, at, next(case for case in waiting if case != found.case), "ana")

        found = judge_order(SHIPPED, {"the plain order": plain_order, "the last": last_first})
        assert PromiseVerdict.FAILS is found.verdict
        assert "the last offers case c2 to ana; c1 has waited longer, for ana" == found.wrong[0]
        assert isinstance(found.story.steps[-1].command, OfferWork)

    def test_vacuous(self):
        """Where nobody may ever have anything, nothing is kept."""
        assert PromiseVerdict.VACUOUS is judge_order(Policy.loads("[capacity]\ntotal = 0\n")).verdict

    def test_opening_hours(self):
        """Outside its hours nothing of a queue may be offered; when it opens, the order is as ever."""
        weekly = Policy.loads(HOURS + 'monday = ["13:00-14:00"]')
        assert PromiseVerdict.PROVED is judge_order(weekly).verdict

        def whatever_the_hour(steps, at):
            return OfferWork(SYSTEM, at, "c1", "ana")

        found = judge_order(weekly, {"the sleepless": whatever_the_hour})
        assert PromiseVerdict.FAILS is found.verdict
        assert "the sleepless offers something of billing, which is closed" == found.wrong[0]

    def test_a_queue_that_opens_no_more(self):
        """Of a queue whose last opening has been, nothing is ever offered, and nothing is asked."""
        past = Policy.loads(HOURS + 'special = { "2020-01-06" = ["09:00-10:00"] }')
        found = judge_order(past)
        assert PromiseVerdict.PROVED is found.verdict
        assert found.times < judge_order(SHIPPED).times

    def test_overflow(self):
        """Members of the other queue are asked as well; a routing that lets nothing overflow fails."""
        overflows = Policy.loads(OVERFLOWS)
        found = judge_order(overflows)
        assert PromiseVerdict.PROVED is found.verdict
        assert found.times > judge_order(SHIPPED).times

        def never(steps, at):
            serves = steps[-1].after.agents["ana"].queues
            return plain_order(steps, at) if len(serves) > 1 else None

        failed = judge_order(overflows, {"the strict": never})
        assert "the strict offers nothing, and c1 waits for ana" == failed.wrong[0]

    def test_where_agents_fetch(self):
        """Regression: `delivery = "pull"`, an ordinary choice, was vacuous; what agents fetch is asked."""
        found = judge_order(Policy.loads(PULLED))
        assert PromiseVerdict.PROVED is found.verdict
        assert "queues.billing.delivery = pull: of what agents fetch" in judgement_text(found)
        push = Policy.loads(PULLED.replace("pull", "push"))
        assert found.times < judge_order(push).times
        assert () == judge_order(push).terms

    def test_who_fetches_the_later_one(self):
        """It fails with the story that ends there."""

        def last_first(steps, at):
            found = fetching_order(steps, at)
            waiting = sorted(file.case.id for file in steps[-1].after.cases.values())
            return found and OpenCase("ana", at, next(case for case in waiting if case != found.case))

        found = judge_order(Policy.loads(PULLED), who_fetches={"the last": last_first})
        assert PromiseVerdict.FAILS is found.verdict
        assert "the last gives case c2 to ana; c1 has waited longer" == found.wrong[0]

    def test_nothing_is_offered(self):
        """Where a case waits and ana may have it, a routing that offers nothing fails."""
        found = judge_order(SHIPPED, {"the Router": lambda steps, at: None})
        assert ("the Router offers nothing, and c1 waits for ana",) == found.wrong

    def test_who_may_not_have_it(self):
        """Whoever serves no queue is offered nothing, however long they have been idle."""

        def to_abe(steps, at):
            found = router_order(steps, at)
            return found and attrs.evolve(found, agent="abe")

        found = judge_order(SHIPPED, {"the Router": to_abe})
        assert "the Router offers case c1 to abe; c1 has waited longer, for ana" == found.wrong[0]

    def test_who_was_cut_off_waits_like_all_others(self):
        """A routing that looks at nothing but who waits for longer fails: the one whose agent was lost comes first."""

        def longest_first(steps, at):
            found = plain_order(steps, at)
            cases = [file.case for file in steps[-1].after.cases.values()]
            return found and attrs.evolve(found, case=min(cases, key=lambda case: (case.waiting_since, case.id)).id)

        found = judge_order(SHIPPED, {"the Router": longest_first})
        assert "the Router offers case c1 to ana; c2 was cut off, for ana" == found.wrong[0]

    def test_an_agent_who_cannot_be_lost(self):
        """Where nobody may take a chat, nobody is cut off, and the rest is tried all the same."""
        nobody = Policy.loads("[capacity]\nchat = 0\nvoice = 0\n")
        assert PromiseVerdict.PROVED is judge_order(nobody).verdict

    def test_both_who_route_are_asked(self):
        """Each of them in every desk."""
        assert judge_order(SHIPPED).times == 2 * judge_order(SHIPPED, {"the Router": router_order}).times > 0


class TestHowFar:
    """Why nothing is known."""

    SCOPE = scopes_of(SHIPPED)[0].scope

    def exploration(self, *, complete, found):
        """A search that came to this."""
        return Exploration(self.SCOPE, 7, 20, 3, complete, frozenset(), {"04": found})

    def test_given_up(self):
        """At a limit."""
        found = self.exploration(complete=False, found=Found(Result.INCONCLUSIVE))
        assert "one-chat-case: given up after 7 worlds, and nothing wrong so far" == why_inconclusive([found], "04")

    def test_not_told(self):
        """No clock can show it."""
        found = self.exploration(complete=True, found=Found(Result.INCONCLUSIVE, times=3))
        assert "3 steps break it, but no story with real instants leads to one of them" == why_inconclusive(
            [found], "04"
        )


def all_edges():
    """A search in which some step goes along each edge."""
    found = {name: Found(Result.PROVED) for name in EDGES.values()}
    return Exploration(TestHowFar.SCOPE, 7, 20, 3, True, frozenset(), found)


def test_a_rule_that_is_gone_is_missed():
    """Promise 20 knows every rule by name, and what it guards; so does a rule that guards one thing less."""
    judgement = _judge_use([all_edges()], (), without("tags.limit"), shipped=False)
    assert (PromiseVerdict.FAILS, ("there is no rule tags.limit",)) == (judgement.verdict, judgement.wrong)
    rules = [attrs.evolve(rule, guards=rule.guards[1:]) if rule.id == "offer.reviewer" else rule for rule in RULES]
    assert ["the rule offer.reviewer does not guard WorkOffered"] == [*missing_rules(rules)]


def test_a_rule_that_refuses_nothing_is_missed_under_the_shipped_sop():
    """Of the shipped SOP it is known which rules refuse something; another may leave them nothing."""
    unused = (*NEVER_REFUSES, "idle.silence")
    judgement = _judge_use([all_edges()], unused, HOUSE, shipped=True)
    assert ("the rule idle.silence refuses nothing anywhere",) == judgement.wrong
    assert PromiseVerdict.PROVED is _judge_use([all_edges()], unused, HOUSE, shipped=False).verdict


def test_the_list_of_rules_is_whole():
    """Whoever adds a rule, or what it guards, writes it down."""
    guarded = {}
    for rule in RULES:
        guarded.setdefault(rule.id, set()).update(kind.__name__ for kind in rule.guards)
    assert guarded == {rule: {*names} for rule, names in RULES_WRITTEN.items()}


def test_every_edge_is_used():
    """Promise 20 is proved where some scope goes along each edge, and it says how many rules refuse something."""
    judgement = _judge_use([all_edges()], ("tags.limit",), HOUSE, shipped=True)
    assert (PromiseVerdict.PROVED, len(EDGES), ("one-chat-case",)) == (
        judgement.verdict,
        judgement.times,
        judgement.scopes,
    )
    rules = len({rule.id for rule in RULES})
    assert judgement.why.endswith(f"; {rules - 1} of {rules} rules refuse something")


def test_the_order_of_offers_is_judged_where_it_is_asked():
    """Promise 17 needs no scope."""
    (judgement,) = check(SHIPPED, only=frozenset({"17"}), scopes=("voice-limit",), walk=0).judgements
    assert ("17", PromiseVerdict.PROVED) == (judgement.number, judgement.verdict)


def test_an_edge_that_nothing_goes_along():
    """Promise 20 names it; a scope without closing has many."""
    report = check(SHIPPED, only=frozenset({"20"}), scopes=("voice-limit",), walk=0)
    (judgement,) = report.judgements
    assert ("20", PromiseVerdict.VACUOUS) == (judgement.number, judgement.verdict)
    assert "close (escalated → closed)" in judgement.why


@pytest.mark.slow  # it searches for each fix
def test_a_fix_that_would_take_the_scope_away_is_none():
    """With the shipped limit it would be another scope, of which nothing is known."""
    narrow = attrs.evolve(SHIPPED, capacity=attrs.evolve(SHIPPED.capacity, chat=1))
    scope = ("chat-limit",)
    report = check(narrow, house=without("capacity.channel"), only=frozenset({"04"}), scopes=scope, walk=0)
    (judgement,) = report.judgements
    assert (PromiseVerdict.FAILS, None) == (judgement.verdict, judgement.fix)
    assert ("capacity.chat", "capacity.statuses", "capacity.total") == judgement.keys
