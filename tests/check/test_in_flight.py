"""Cases in flight while the policy is switched (§10 21): what is stranded, its story, and what a check says of it."""

from datetime import UTC, datetime

import attrs
import pytest

from casecore import Desk, Policy
from casecore.channels import Channel
from casecore.check import Exit, PromiseVerdict, check, scopes
from casecore.check.in_flight import Flights, try_switches
from casecore.check.joined_scopes import ARRIVALS_SCOPE, scopes_of_both
from casecore.check.scopes import CASE, CheckedScope
from casecore.diff import diff
from casecore.explore import Part
from casecore.explore.scope import NOON
from casecore.explore.traces import StoryFinder
from casecore.promises import Step
from casecore.rooms.cases import CloseCase
from casecore.rooms.contacts import EndContact
from casecore.statuses import Status
from tests.edits import RENAMED, SCOPES, SOP, closing, sop

NEVER_CLOSED = {"lifecycle__close_after": {}, "lifecycle__close_by": ["supervisor"]}
"""Where only a supervisor may close, by hand."""
MISSING = "stands in the queue billing, which the new policy does not have"


def told(found):
    """What is stranded, by its words, with the length of the story."""
    return {one.what: len(one.story) for one in found.stranded}


def status_after(story):
    """The status of the case behind the last step, which the old policy alone leads to."""
    desk = Desk(SOP)
    for command in story.commands:
        step = Step.of(desk, command)
        assert step.verdict
        desk = step.after
    return desk.cases[CASE].case.status


class TestStranded:
    """Worlds that the new policy leaves behind."""

    def test_the_same_policy(self):
        """Nothing is stranded where nothing changes."""
        found = try_switches((closing(),), SOP, SOP)
        assert ((), True, 0) == (found.stranded, found.complete, found.untold)
        assert found.worlds > 5

    def test_where_only_own_rules_differ(self):
        """They are put aside in this scope, so nothing is tried in it."""
        rule = '[[rule]]\nid = "own.one"\ntitle = "One"\nguards = ["close"]'
        new = attrs.evolve(SOP, rule=Policy.loads(rule).rule)
        assert Flights(0, ()) == try_switches((closing(),), SOP, new)

    def test_a_queue_that_is_gone(self):
        """A case that waits there has no place, unless it is closed; the story is the shortest, and a hint is given."""
        (one,) = try_switches((closing(),), SOP, sop(queues=RENAMED)).stranded
        assert f"a case {MISSING}" == one.what
        assert "keep the queue billing until it is empty, or move what is in it, e.g. to general, before" == one.hint
        assert 1 == len(one.story)
        assert Status.NEW is status_after(one.story)
        assert ("closing",) == one.scopes

    def test_a_draft_in_a_queue_that_is_gone(self):
        """So does a draft that waits there for its review."""
        queues = {name: queue for name, queue in SOP.to_dict()["queues"].items() if name != "billing"}
        draft = SCOPES["draft"]
        part = attrs.evolve(
            draft.scope.parts[0],
            commands=(*scopes.arrival_commands(Channel.CHAT, reason="billing"), *draft.scope.parts[0].commands),
        )
        where = CheckedScope(attrs.evolve(draft.scope, parts=(part,)))
        assert {f"a case {MISSING}": 1, f"a draft {MISSING}": 3} == told(
            try_switches((where,), SOP, sop(queues=queues))
        )

    def test_no_way_to_closed(self):
        """What the new policy never closes stays for ever; what it still closes does not."""
        new = sop(**NEVER_CLOSED)
        (one,) = try_switches((closing(),), SOP, new).stranded
        assert "there is no way to closed any more" == one.what
        assert Status.CLOSED is not status_after(one.story)
        assert Flights(0, ()) == try_switches((closing(ways=frozenset()),), SOP, new)

    def test_what_was_trapped_before(self):
        """What the old policy had no way to closed for either is not stranded by the switch; the others are.

        By hand a case is only closed once its ended contact is disposed, and in this scope nobody does that.
        """
        by_hand, ends = CloseCase("ana", NOON, CASE), EndContact("ana", NOON, CASE)
        old, new = (sop(lifecycle__close_after={}, lifecycle__close_by=by) for by in (["assignee"], []))
        (one,) = try_switches((closing(by_hand),), old, new).stranded
        (other,) = try_switches((closing(by_hand, ends),), old, new).stranded
        assert ("there is no way to closed any more", one.times, 1) == (other.what, other.times, len(other.story))
        assert ["ReceiveMessage"] == [type(step.command).__name__ for step in other.story.steps]
        assert () == try_switches((closing(),), new, sop(**NEVER_CLOSED)).stranded

    def test_the_clock_of_the_new_policy(self):
        """What only the new policy closes by itself is no trap, however long the old one let it lie."""
        old = sop(lifecycle__close_after={})
        assert () == try_switches((closing(),), old, SOP).stranded

    def test_drafts(self):
        """Where nobody may approve any more, a waiting draft is stranded."""
        where = attrs.evolve(SCOPES["draft"], ways=frozenset({"19"}))
        part = where.scope.parts[0]
        kept = tuple(one for one in part.commands if type(one).__name__ != "WithdrawDraft")
        where = attrs.evolve(where, scope=attrs.evolve(where.scope, parts=(Part(kept),)))
        old = sop(approval__self_approval=True)
        found = try_switches((where,), old, SOP)
        assert {"the draft can no longer be decided": 3} == told(found)

    def test_several_scopes(self):
        """The same reason is told once, with the shortest story, and counted over all scopes."""
        queues = sop(queues=RENAMED)
        arrivals = next(checked for checked in scopes_of_both(SOP, queues) if checked.scope.name == ARRIVALS_SCOPE)
        names = []
        found = try_switches((closing(), arrivals), SOP, queues, progress=names.append)
        (one,) = (one for one in found.stranded if MISSING in one.what)
        assert ["closing", ARRIVALS_SCOPE] == names == [*one.scopes]

    def test_given_up(self):
        """A search that is given up knows nothing of ways."""
        new = sop(**NEVER_CLOSED)
        found = try_switches((closing(),), SOP, new, limit=3)
        assert (False, ()) == (found.complete, found.stranded)

    def test_no_story(self, monkeypatch):
        """What no clock leads to is counted and not claimed."""
        monkeypatch.setattr(StoryFinder, "story_to", lambda self, places: None)
        found = try_switches((closing(),), SOP, sop(queues=RENAMED))
        assert ((), 1, 0) == (found.stranded, found.untold, found.given_up)

    def test_a_teller_that_gave_up(self, monkeypatch):
        """Where more worlds are alike than are tried, or a teller gives up, that is said."""

        def gives_up(finder, places):
            finder.gave_up = True

        monkeypatch.setattr(StoryFinder, "story_to", gives_up)
        found = try_switches((closing(),), SOP, sop(queues=RENAMED))
        assert (1, 1) == (found.untold, found.given_up)


class TestPromise21:
    """What a check says where the policy has dated changes."""

    def test_not_claimed(self):
        """Without a change to come nothing is promised, and nobody is told unless they ask."""
        report = check(SOP, only=frozenset({"21"}), scopes=("an-email-complaint",), walk=0)
        assert [("21", PromiseVerdict.NOT_CLAIMED)] == [(one.number, one.verdict) for one in report.judgements]
        assert Exit.CLEAN is report.exit

    def test_proved(self):
        """A change that strands nobody: proved, and in how many worlds that was tried."""
        policy = Policy.loads("[[change]]\non = 2026-12-01\nset = { 'wrap_up.disposition' = false }\n")
        report = check(policy, only=frozenset({"21"}), scopes=("an-email-complaint",), walk=0)
        (judged,) = report.judgements
        assert (PromiseVerdict.PROVED, ("an-email-complaint, from 2026-12-01",)) == (judged.verdict, judged.scopes)
        assert judged.times > 10

    def test_untouched(self):
        """Where nobody looks at what changes, whatever is in flight goes on as before, and no switch is tried."""
        policy = Policy.loads("[[change]]\non = 2026-12-01\nset = { 'capacity.chat' = 3 }\n")
        report = check(policy, only=frozenset({"21"}), scopes=("an-email-complaint",), walk=0)
        (judged,) = report.judgements
        assert (PromiseVerdict.PROVED, (), 0) == (judged.verdict, judged.scopes, judged.times)
        assert "in 1 scope nobody can tell that it has come" == judged.why

    def test_fails(self):
        """A change that leaves no way to closed: with the date, the story and the hint."""
        policy = Policy.loads(
            "[[change]]\non = 2026-12-01\nset = { 'lifecycle.close_by' = [], 'lifecycle.close_after' = {} }\n"
        )
        report = check(policy, only=frozenset({"21"}), scopes=("an-email-complaint",), walk=0)
        (judged,) = report.judgements
        assert PromiseVerdict.FAILS is judged.verdict
        assert judged.wrong[0].startswith("2026-12-01: there is no way to closed any more; finish such cases before")
        assert judged.story is not None

    def test_inconclusive(self):
        """A search that is given up proves nothing."""
        policy = Policy.loads("[[change]]\non = 2026-12-01\nset = { 'capacity.chat' = 3 }\n")
        report = check(policy, only=frozenset({"21"}), scopes=("an-email-complaint",), walk=0, limit=3)
        assert [PromiseVerdict.INCONCLUSIVE] == [one.verdict for one in report.judgements]
        assert Exit.INCONCLUSIVE is report.exit

    @pytest.mark.parametrize("only", [frozenset(), frozenset({"21"})])
    def test_asked_by_itself(self, only):
        """Where there is a change, it is one of all promises."""
        policy = Policy.loads("[[change]]\non = 2026-12-01\nset = { 'capacity.chat' = 3 }\n")
        report = check(policy, only=only, scopes=("we-write-on-sms",), walk=0)
        assert PromiseVerdict.PROVED is next(one.verdict for one in report.judgements if one.number == "21")

    @pytest.mark.parametrize(
        "values",
        [
            "'wrap_up.codes' = ['done']",
            "'wrap_up.codes' = ['done', 'other'], 'wrap_up.notes' = false",
            "'authentication.channels' = ['email'], 'authentication.before' = ['close']",
            "'lifecycle.close_by' = ['assignee'], 'lifecycle.close_after' = {}",
        ],
        ids=["other codes", "fewer notes", "authentication", "by hand"],
    )
    def test_a_way_that_is_there_is_found(self, values):
        """Regression: a change of the codes was said to strand cases that `Dispose(code="done")` closes.

        A check and a comparison ask the same: in scopes in which everything is said that either policy knows.
        """
        change = f"[[change]]\non = 2026-12-01\nset = {{ {values} }}\n"
        policy = Policy.loads(change)
        report = check(policy, only=frozenset({"21"}), scopes=("an-email-complaint",), walk=0)
        assert [PromiseVerdict.PROVED] == [one.verdict for one in report.judgements]
        later = policy.at(datetime(2027, 1, 1, tzinfo=UTC))
        assert () == diff(Policy.loads(""), later, scopes=("an-email-complaint",)).flights.stranded
