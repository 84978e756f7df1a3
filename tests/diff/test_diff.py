"""`diff`: what an edit of the shipped SOP changes, group by group, and what no edit may ever show."""

import copy
import multiprocessing
from datetime import UTC, datetime

import attrs
import pytest

from casecore import HOUSE, House, Policy
from casecore.channels import Channel
from casecore.check import scopes
from casecore.check.joined_scopes import ARRIVALS_SCOPE, ARRIVALS_TRIED, scopes_of_both
from casecore.check.scopes import EVERYTHING, CheckedScope
from casecore.diff import Comparison, Edit, diff, over_time
from casecore.diff.formats import FORMATS
from casecore.diff.in_scope import Untold
from casecore.diff.report import compare
from casecore.explore import Part, Scope, traces
from casecore.explore.scope import NOON
from casecore.policies.edits import apply_edit, edits_of
from casecore.rooms.agents import GoAvailable, LogOut
from tests.edits import (
    CHATS,
    EDITS,
    LOOSER,
    NO_RETURN,
    OTHER,
    RENAMED,
    SCOPES,
    SOP,
    STRICTER,
    answers,
    changing,
    sop,
)

needs_fork = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="it cannot copy itself")

NO_CLOCK = {"the silence counts from the question"}
"""Where a search that lets each instant pass by itself sees a question older than the silence it asks about."""


def compared(old, new, name):
    """Two policies, compared in one small scope."""
    return diff(old, new, scopes=(SCOPES[name],))


def groups(found):
    """What a comparison found, as the table above tells it."""
    return [(change.label, change.rules, change.commands, len(change.story)) for change in found.changes]


@pytest.mark.parametrize("name", EDITS)
def test_edits(name):
    """Exactly these groups; each names the edit, and its story gives exactly the answers that it claims."""
    where, changes, expected = EDITS[name]
    new = sop(**changes)
    found = compared(SOP, new, where)
    assert expected == groups(found)
    assert found.complete
    assert ([(LOOSER, ("idle.silence",))] if name in NO_CLOCK else []) == [(o.label, o.rules) for o in found.untold]
    for change in found.changes:
        assert {edit.key for edit in found.edits} == set(change.edits)
        assert (change.old, change.new) in answers(change, SOP, new)
        assert (change.label is not LOOSER, change.label is not STRICTER) == (bool(change.old), bool(change.new))
        assert (where,) == change.scopes
        assert 1 == len(change.channels)
        assert set(change.queues) <= {"general", "billing"}
    assert (() if expected else found.edits) == found.without_effect


def test_nothing():
    """A policy and itself, or the same in other words: nothing is compared, because nothing is edited."""
    same = Policy.loads("# a remark\n[routing]\noffer_timeout = '30s'\n[capacity]\nchat = 2\ntotal = 6\n")
    other = Policy.loads(
        "capacity = { total = 6, chat = 2 }\nrouting.offer_timeout = '30s' # as it was\nid = 'another'\nversion = '2'"
    )
    for found in (diff(SOP, SOP), diff(same, other)):
        assert isinstance(found, Comparison)
        assert ((), (), (), 0) == (found.edits, found.changes, found.without_effect, found.worlds)
        assert found.complete
    again = Policy.from_dict(SOP.to_dict() | {"source": "elsewhere", "queues": SOP.to_dict()["queues"]})
    assert () == edits_of(SOP, again)


def test_one_is_one():
    """1 and 1.0 are the same number."""
    plain = SOP.to_dict()
    plain["queues"]["billing"]["priority"]["acceleration"] = 1
    assert () == edits_of(SOP, Policy.from_dict(plain))


class TestGroups:
    """Several edits at once, and several ways to the same."""

    def test_each_edit_its_own(self):
        """Given two edits, each difference names the one that makes it, and what makes none has no effect."""
        new = sop(chat__idle__silence="3m", chat__idle__ask_first=2, approval__self_approval=True)
        found = compared(SOP, new, "silence")
        assert [
            (STRICTER, ("idle.asked",), ("chat.idle.ask_first",)),
            (STRICTER, ("idle.asked",), ("chat.idle.silence", "chat.idle.ask_first")),
            (STRICTER, ("idle.silence",), ("chat.idle.silence",)),
        ] == sorted(((c.label, c.rules, c.edits) for c in found.changes), key=lambda told: (told[1], len(told[2])))
        assert [Edit(("approval", "self_approval"), False, True)] == [*found.without_effect]

    def test_only_together(self):
        """Where it takes two edits, both are named."""
        old = sop(capacity__chat=2, capacity__total=2)
        found = compared(old, sop(capacity__chat=3, capacity__total=3), "limit")
        assert [(LOOSER, {"capacity.total", "capacity.chat"})] == [(c.label, set(c.edits)) for c in found.changes]
        assert found.changes[0].rules[0].startswith("capacity.")

    def test_a_rule_that_no_longer_warns(self):
        """The same happens, but nobody is told any more: that is another result."""
        found = compared(
            sop(authentication__enforcement="warn"), sop(authentication__enforcement="off"), "authentication"
        )
        assert found.changes == found.of(OTHER)
        assert [(OTHER, ("Deviated",))] == [(change.label, change.rules) for change in found.changes]

    def test_given_up(self):
        """A search that is given up at its limit says so."""
        where, changes, _ = EDITS["a longer silence"]
        assert not diff(SOP, sop(**changes), scopes=(SCOPES[where],), limit=3).complete

    @pytest.mark.parametrize("tries", [1, 20])
    def test_no_story(self, monkeypatch, tries):
        """Where the finder stops at its limit it says so: at one of the steps that are alike, or before the next."""
        monkeypatch.setattr(traces, "PATHS_TRIED", tries)
        (one,) = diff(SOP, sop(chat__idle__counts_from="question"), scopes=(SCOPES["silence"],)).untold
        assert (LOOSER, ("idle.silence",), True) == (one.label, one.rules, one.given_up)

    def test_progress(self):
        """The scopes are named before they are searched."""
        told, limit = [], attrs.evolve(SCOPES["limit"], ways=frozenset({"18"}))
        diff(SOP, sop(capacity__chat=3), scopes=(limit, SCOPES["offer"]), progress=told.append)
        assert ["limit", "limit, in flight", "offer"] == told

    @needs_fork
    @pytest.mark.parametrize("changes", [{"capacity__chat": 3}, {"lifecycle__close_from": ["resolved"]}])
    def test_jobs(self, changes):
        """Whatever their number, and wherever it was found, the report is the same, word for word."""
        new, told = sop(**changes), ([], [])
        where = {"scopes": (attrs.evolve(SCOPES["limit"], ways=frozenset({"18"})), SCOPES["offer"]), "promises": True}
        one, two = (compare(SOP, new, **where, jobs=jobs, progress=told[jobs - 1].append) for jobs in (1, 2))
        assert [tell(one, "old", "new", None) for tell in FORMATS.values()] == [
            tell(two, "old", "new", None) for tell in FORMATS.values()
        ]
        stories = [[repr(change.story.steps) for change in found.periods[0][1].changes] for found in (one, two)]
        assert stories[0] == stories[1]
        assert {name for name in told[0] if not name.endswith("in flight")} == {*told[1]}
        assert len(told[1]) == len({*told[1]})


class TestDates:
    """What a policy says otherwise from a date on."""

    def test_a_policy_and_itself(self):
        """At two dates it is two policies."""
        policy = changing(3)
        before, after = (policy.at(datetime(2026, month, 2, tzinfo=UTC)) for month in (11, 12))
        assert [(LOOSER, ("capacity.chat",))] == [(c.label, c.edits) for c in compared(before, after, "limit").changes]
        assert () == diff(before, policy).edits

    def test_every_period_in_which_they_differ(self):
        """A later change that both make is no reason to compare again."""
        old, new = changing(1), changing(3)
        (first, same), (then, other) = over_time(old, new, scopes=iter((SCOPES["limit"],)))
        assert (None, (), datetime(2026, 12, 1, tzinfo=UTC)) == (first, same.edits, then)
        assert [(LOOSER, ("capacity.chat",))] == [(change.label, change.edits) for change in other.changes]
        assert 1 == len(over_time(SOP, SOP))


REORDERED = dict(reversed(SOP.to_dict()["queues"].items()))


class TestQueues:
    """Edits of what cases stand in."""

    def test_renamed(self):
        """One queue goes, another comes: cases enter the other, and only that can be given one."""
        new = sop(queues=RENAMED)
        assert ["queues.billing", "queues.money"] == [edit.key for edit in edits_of(SOP, new)]
        arrivals = scopes_of_both(SOP, new)[0]
        assert ARRIVALS_SCOPE == arrivals.scope.name
        found = diff(SOP, new, scopes=(arrivals,))
        told = {(change.label, change.rules) for change in found.changes}
        assert {(LOOSER, ("queue.known",)), (STRICTER, ("queue.known",))} <= told
        (entered,) = (change for change in found.changes if 1 == len(change.story) and change.label is OTHER)
        assert ("ReceiveMessage",) == entered.commands
        assert {"queues.billing", "queues.money"} == set(entered.edits)

    def test_another_order(self):
        """The first queue whose filters take a case gets it; an order that decides nothing has no effect."""
        new = sop(queues=REORDERED)
        (edit,) = edits_of(SOP, new)
        assert ("queues", ["billing", "technical", "general"], ["general", "technical", "billing"]) == (
            edit.key,
            edit.old,
            edit.new,
        )
        assert [*new.queues] == [*apply_edit(SOP, edit).queues]
        assert [*SOP.queues] == [*apply_edit(new, edit, back=True).queues]
        arrivals = scopes_of_both(SOP, new)[0]
        assert (edit,) == diff(SOP, new, scopes=(arrivals,)).without_effect
        overlapping = copy.deepcopy(REORDERED)
        overlapping["technical"]["reasons"] = ["billing"]
        old = sop(queues=dict(reversed(overlapping.items())))
        found = diff(old, sop(queues=overlapping), scopes=(arrivals,))
        assert {("queues",)} == {change.edits for change in found.changes}

    def test_filters(self):
        """Every filter is tried, alone and with the others; no more than can be."""
        queues = copy.deepcopy(SOP.to_dict()["queues"])
        queues["billing"] |= {"channels": ["email"], "languages": ["pt"], "tags": ["vip"]}
        (arrivals, *_) = scopes_of_both(SOP, sop(queues=queues))
        ways = {
            (command.channel, command.reason, command.language, command.tags)
            for command in arrivals.scope.parts[0].commands
            if hasattr(command, "new_case")
        }
        assert (Channel.EMAIL, "refund", "pt", frozenset({"vip"})) in ways
        assert (Channel.EMAIL, "refund", "pt", frozenset()) in ways
        assert (Channel.CHAT, None, None, frozenset()) in ways
        queues["billing"]["reasons"] = [f"reason {number}" for number in range(ARRIVALS_TRIED + 1)]
        (arrivals, *_) = scopes_of_both(SOP, sop(queues=queues))
        assert ARRIVALS_TRIED >= sum(hasattr(command, "new_case") for command in arrivals.scope.parts[0].commands)


class TestScopes:
    """Where policies are compared by default."""

    def test_both_are_asked_the_same(self):
        """What only one of the policies can be asked is asked of both, and counters go as far as either needs."""
        new = sop(wrap_up__codes=["done"], chat__idle__ask_first=4, capacity__chat=3, queues=RENAMED)
        scopes = {checked.scope.name: checked for checked in scopes_of_both(SOP, new)}
        assert {"chat-limit", ARRIVALS_SCOPE} <= scopes.keys()
        chat = scopes["one-chat-case"]
        codes = {command.code for command in chat.scope.parts[0].commands if hasattr(command, "code")}
        assert {"solved", "done"} == codes
        assert {"contact.attempts": 5} == chat.scope.at_most
        assert frozenset({"18"}) == chat.ways
        members = [command for command in chat.scope.team if hasattr(command, "queues")]
        assert [{"billing", "technical", "general", "money"}] == [member.queues for member in members]

    def test_who_serves_nothing_goes_on_so(self):
        """An agent without a queue is given none."""
        mistakes = next(c.scope for c in scopes_of_both(SOP, SOP) if c.scope.name == "mistakes-on-voice")
        assert frozenset() in {command.queues for command in mistakes.team if hasattr(command, "queues")}

    def test_nothing_is_added_in_vain(self):
        """Where the queues are the same, the scopes are those of a check."""
        assert [c.scope.name for c in scopes.scopes_of(SOP)] == [
            c.scope.name for c in scopes_of_both(SOP, sop(away__grace="2m"))
        ]


class TestEdits:
    """One key, made or taken back."""

    def test_paths(self):
        """Names with dots are quoted, as problems quote them, and places are found by them."""
        (edit,) = edits_of(SOP, sop(enforcement={"tags.limit": "warn"}))
        assert ('enforcement."tags.limit"', None, "warn") == (edit.key, edit.old, edit.new)
        assert apply_edit(SOP, edit).mode("tags.limit") == "warn"
        assert SOP == apply_edit(apply_edit(SOP, edit), edit, back=True)

    def test_a_new_table(self):
        """A queue that only one policy has is one edit."""
        (edit,) = edits_of(SOP, sop(queues=SOP.to_dict()["queues"] | {"vip": {"tags": ["vip"]}}))
        assert ("queues.vip", None) == (edit.key, edit.old)
        assert ("vip",) == apply_edit(SOP, edit).queues["vip"].tags

    def test_what_contradicts_itself(self):
        """Nothing comes of an edit that cannot stand alone."""
        assert None is apply_edit(SOP, Edit(("queues", "general"), {"fallback": True}, None))


def test_an_unbelievable_difference_is_told_of(monkeypatch):
    """Where no story can be told, the difference is named, with its scope; it is in no group."""
    from casecore.explore.traces import StoryFinder

    monkeypatch.setattr(StoryFinder, "shortest_story", lambda self, occurrences, is_wanted: None)
    found = compared(SOP, sop(capacity__chat=3), "limit")
    assert () == found.changes
    assert (Untold(LOOSER, ("capacity.channel",), "limit", given_up=False),) == found.untold


def test_a_limit_of_the_team():
    """A difference in what is done without a case reaches no channel and no queue."""
    given = (GoAvailable("ana", NOON, "ana"), LogOut("ana", NOON, "ana"))
    changed = House((*HOUSE.rooms, NO_RETURN))
    where = CheckedScope(Scope("team", scopes.team_commands(SOP, ana=EVERYTHING), (Part(CHATS),), given, scopes.APART))
    (change,) = diff(SOP, sop(away__grace="2m"), house=changed, scopes=(where,)).changes
    assert (STRICTER, ("return.never",), (), ()) == (change.label, change.rules, change.channels, change.queues)
