"""A rule says whether it is concerned: on random days each is kept somewhere, and has nothing to say where it can.

An audit counts how often a rule was concerned, and how often it was kept then. So the house is asked with rules that
note what they answer: in random walks, in the story of every refusal, and in what these come to too seldom.
"""

import functools
import inspect
from collections import Counter, defaultdict
from functools import cache
from random import Random

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from casecore.check.walk import _Walker
from casecore.explore.scope import NOON
from casecore.kernel import SYSTEM, UNCONCERNED
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.rooms.agents import AddAgent, LogOut
from casecore.rooms.approvals import EditDraft
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.composition import ROOMS, House
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.notes import AddTag
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview
from casecore.rooms.sla import SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing import scenario
from casecore.testing.scenario import at, case_in, new_case
from casecore.testing.strategies import runs
from tests.laws.test_coverage_of_rules import (
    ANSWERS_CLEO,
    DRAFT_WAITS,
    ENDED,
    LATER,
    LOG,
    MESSAGING,
    NOW,
    OTHER_CHAT,
    REFUND_EUR,
    REFUSALS,
    REVIEWED,
    SNOOZED,
    Refusal,
)

KEPT, SILENT, BROKEN = "kept", "nothing to say", "broken"


def noting(rule, answers):
    """The rule, which notes what it answers."""

    @functools.wraps(rule.check)
    def check(view, subject, policy):
        found = rule.check(view, subject, policy)
        answers[SILENT if found is UNCONCERNED else KEPT if found is None else BROKEN] += 1
        return found

    return attrs.evolve(rule, check=check)


def name_of(rule):
    """What a rule is called: rooms share checks, and checks share ids."""
    return rule.id, rule.check.__qualname__


def noting_house():
    """A house whose rules note what they answer, and what they have noted, by rule."""
    noted, rooms = defaultdict(Counter), []
    for room in ROOMS:
        needs = tuple(noting(need, noted[name_of(need)]) for need in room.needs)
        rules = tuple(noting(rule, noted[name_of(rule)]) for rule in room.rules)
        rooms.append(attrs.evolve(room, needs=needs, rules=rules))
    return House(tuple(rooms)), noted


OTHERWISE = Policy.loads("""
[queues.general]
fallback = true
[queues.vip]
[capacity]
voice_with_cases = true
[wrap_up]
disposition = false
notes = false
[chat.idle]
ask_first = 0
[approval]
self_approval = true
[channels.sms]
attachments = false
emoji = false
[channels.chat]
emoji = false
""")
"""What the default SOP asks for is not asked for, and the other way round."""


LOOKED_AT = """
[[rule]]
id = "urgent.first"
title = "It is urgent"
guards = ["snooze"]
when = { level = "urgent", tag = "vip" }
"""

OWN_DRAFT = next((refusal.story, refusal.command) for refusal in REFUSALS if refusal.rule == "approval.self_approval")

BY_CLOCK = CloseCase(SYSTEM, at(hours=72), "c1", CloseReason.AUTOMATIC)

OTHER_STORIES = (
    Refusal("lifecycle.close_after", case_in("resolved", channel="email"), BY_CLOCK),
    Refusal("capacity.named", (), AddAgent(SYSTEM, NOW, "zoe", capacity={"chat": 2})),
    Refusal("attribute.value", (), new_case(attributes={"refund_eur": 5}), REFUND_EUR),
    Refusal(
        "attribute.value",
        (case_in("open"), SetAttribute("ana", at(1), "c1", "refund_eur", 5)),
        SetAttribute("ana", NOW, "c1", "refund_eur", None),
        REFUND_EUR,
    ),
    Refusal("lifecycle.edge", DRAFT_WAITS, EditDraft("ana", NOW, "c1", "d1", send_as=Status.PENDING)),
    Refusal("away.grace", (REVIEWED, LogOut("cleo", at(30), "cleo")), FreeReview(SYSTEM, LATER, "c1")),
    Refusal("snooze.longest", MESSAGING, SnoozeCase("ana", NOW, "c1", LATER), "[snooze]\nlongest = '3h'"),
    Refusal("snooze.over", SNOOZED, EndSnooze(SYSTEM, LATER, "c1")),
    Refusal(
        "authentication.methods",
        case_in("open"),
        Authenticate("ana", NOW, "c1", "call back"),
        "[authentication]\nmethods = ['call back']",
    ),
    Refusal("email.earlier_handler", ANSWERS_CLEO, Dispose("ana", NOW, "c1", "solved", "Done for cleo")),
    Refusal(
        "routing.answer_within",
        case_in("open"),
        EndUnanswered(SYSTEM, LATER, "c1"),
        "routing.answer_within = '5m'",
    ),
    Refusal("tags.restricted_to", case_in("open"), AddTag("dora", NOW, "c1", "VIP"), LOOKED_AT),
    Refusal("tags.restricted_to", case_in("open"), SetLevel("dora", NOW, "c1", Level.HIGH), LOOKED_AT),
    Refusal("wrap_up.notes", ENDED, Dispose("ana", NOW, "c1", "solved"), "[wrap_up]\nnotes = false"),
    Refusal("wrap_up.disposition", ENDED, Dispose("ana", NOW, "c1", "", "Done"), "[wrap_up]\ndisposition = false"),
    Refusal("approval.self_approval", *OWN_DRAFT, "[approval]\nself_approval = true"),
    Refusal("logged.open_case", OTHER_CHAT, attrs.evolve(LOG, thread="t-c2", customer="mia")),
    Refusal("note.content", (), attrs.evolve(LOG, note=None, text="")),
)
"""What walks come to too seldom: rules that are kept, or have nothing to say."""

NEVER_KEPT = {
    "approval.single": "it is asked where a draft waits",
    "approval.blocks_close": "it is asked where a draft waits",
    "approval.blocks_resolve": "of a chat that is disconnected it is asked where a draft waits",
    "commitment.fresh": "it is asked where there is such a commitment",
    "move.draft": "it is asked where a draft waits",
    "sentiment.manual": "where the policy lets nobody, nobody may",
    "snooze.allowed": "where the policy lets nobody, nobody may",
    "tags.enabled": "where there are no tags, nobody sets one",
}
"""Rules that refuse whenever they are concerned, and why."""

ALWAYS_CONCERNED = {
    "channels.kinds": "a thread has a channel, or the command names it",
    "outbound.channel": "a thread has a channel, or the command names it",
    "tags.limit": "what is tagged is there",
    "approval.reviewer": "the draft is there, and an agent decides it",
    "approval.channel": "an agent decides a draft of a case",
    "offer.late": "the offer stands, and each has a time",
    "assignment.queue": "whoever gets work is there, and so is the case",
    "assignment.available": "whoever gets work is there, and so is the case",
    "assignment.next_state": "whoever gets work is there, and so is the case",
    "assignment.wrap_up": "whoever gets work is there, and so is the case",
    "assignment.channel": "whoever gets work is there, and so is the case",
    "capacity.total": "whoever gets work is there, and so is the case",
}
"""Rules that ask whether something is there which at a whole desk is, because a need has asked before."""


@cache
def answers_of_all_rules():
    """How often each rule of the house answered what, by its name."""
    house, noted = noting_house()
    for policy in (Policy.default(), OTHERWISE):
        for episode in range(20):
            walker = _Walker(policy, Random(f"concern/{episode}"), house, NOON)
            for _ in range(100):
                walker.step()

    @settings(
        max_examples=100,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(runs(Policy.default(), house))
    def walk(_):
        """A random day."""

    walk()
    for story in (*REFUSALS, *OTHER_STORIES):
        desk_of(story, house).decide(story.command)
    noting_one = Refusal("", (case_in("open"), SetAttribute("ana", at(1), "c1", "refund_eur", 5)), NOW, REFUND_EUR)
    forgotten = attrs.evolve(desk_of(noting_one, house), policy=Policy.default())
    forgotten.decide(SetAttribute("ana", NOW, "c1", "refund_eur", None))
    return noted


def desk_of(story, house):
    """The desk to which a story leads, in this house."""
    policy = attrs.evolve(Policy.loads(story.policy), queues=Policy.default().queues)
    return scenario.given(story.story, policy=policy, house=house).desk


RULES = {name_of(rule): rule for room in ROOMS for rule in (*room.needs, *room.rules)}


@pytest.mark.parametrize("story", OTHER_STORIES, ids=lambda story: f"{OTHER_STORIES.index(story)} {story.rule}")
def test_nothing_stands_in_the_way_of_what_is_told_here(story):
    """Or a rule that is asked after the others would not be asked."""
    assert desk_of(story, noting_house()[0]).decide(story.command)


@pytest.mark.parametrize("name", RULES, ids=" ".join)
def test_every_rule_is_kept_somewhere(name):
    """It was put to the test, and met; but for those that are asked only where they refuse."""
    kept = answers_of_all_rules()[name][KEPT] > 0
    never = name[0] in NEVER_KEPT and not kept
    assert kept or never


@pytest.mark.parametrize("name", RULES, ids=" ".join)
def test_every_rule_that_may_have_nothing_to_say_says_so_somewhere(name):
    """A guard that is never met tells an audit nothing, or is not the one that was meant."""
    answers = answers_of_all_rules()[name]
    if "UNCONCERNED" in inspect.getsource(RULES[name].check):
        assert (answers[SILENT] > 0) is not (name[0] in ALWAYS_CONCERNED)


def test_the_exceptions_are_rules_that_there_are():
    """What was mended is taken out of the tables."""
    answers = answers_of_all_rules()
    for rule in NEVER_KEPT:
        assert any(name[0] == rule and not answers[name][KEPT] for name in RULES), rule
    assert ALWAYS_CONCERNED.keys() <= {name[0] for name in RULES}


def answers_to(rule, *story, policy=""):
    """What a rule answers to the last command of a story, and how often."""
    *before, last = story
    house, noted = noting_house()
    desk = desk_of(Refusal(rule, tuple(before), last, policy), house)
    earlier = {name: Counter(count) for name, count in noted.items()}
    desk.decide(last)
    found = Counter()
    for name, count in noted.items():
        if name[0] == rule:
            found += count - earlier[name]
    return found


EMAIL_REPLY = SendReply("ana", NOW, "c1", "m9", "Hello", subject="Your bill")


def test_a_chat_has_no_subject():
    """Of three replies the rule about subjects concerns two, and one keeps it."""
    chat = answers_to("email.subject_required", case_in("open"), SendReply("ana", NOW, "c1", "m9", "Hello"))
    email = answers_to("email.subject_required", case_in("open", channel="email"), EMAIL_REPLY)
    without = attrs.evolve(EMAIL_REPLY, subject="")
    broken = answers_to("email.subject_required", case_in("open", channel="email"), without)
    assert ({SILENT: 1}, {KEPT: 1}, {BROKEN: 1}) == (chat, email, broken)


def test_a_key_that_sets_no_limit_concerns_nobody():
    """Where a policy limits nothing, there is nothing to keep; where it does, each occasion counts."""
    sleep = SnoozeCase("ana", NOW, "c1", LATER)
    assert {SILENT: 1} == answers_to("snooze.longest", MESSAGING, sleep)
    assert {KEPT: 1} == answers_to("snooze.longest", MESSAGING, sleep, policy="[snooze]\nlongest = '3h'")


def test_only_automatic_closing_waits_its_time():
    """Whoever closes by hand need not wait; the clock does."""
    by_hand = CloseCase("dora", NOW, "c1")
    assert {SILENT: 1} == answers_to("lifecycle.close_after", case_in("resolved", channel="email"), by_hand)
    assert {KEPT: 1} == answers_to("lifecycle.close_after", case_in("resolved", channel="email"), BY_CLOCK)


def test_a_row_that_is_missing_concerns_nobody():
    """A need that wants a row is not asked without it."""
    assert Counter() == answers_to("lifecycle.closed", CloseCase("dora", NOW, "c9"))
