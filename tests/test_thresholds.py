"""What was measured, the limit and its key: told in the same words of every rule that compares the two."""

import copy
import pickle

import pytest

from casecore import codec
from casecore.kernel import SYSTEM, Threshold
from casecore.kernel.messages import Reason
from casecore.policies import Policy
from casecore.policies.declared import key_at, keys_of_rule
from casecore.policies.kinds import Named
from casecore.policies.plain_kinds import Length, OrNone, Whole
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import LogOut
from casecore.rooms.assignments import OpenCase
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.clocks import ClockName
from casecore.rooms.composition import RULES
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.notes import AddTag
from casecore.rooms.offers import AcceptOffer, ExpireOffer
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview
from casecore.rooms.silence import DisconnectIdle
from casecore.rooms.sla import RecordMiss
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.testing.scenario import at, case_in, new_case
from tests.laws.test_coverage_of_rules import (
    CALL,
    CLEO_HOLDS,
    MANY_CUSTOMERS,
    MANY_SMS,
    MESSAGING,
    NOW,
    OFFERED,
    REVIEWED,
    SILENT,
    SNOOZED,
    WHATSAPP,
    Refusal,
    told,
)

GONE, REVIEWER_GONE = LogOut("ana", at(30), "ana"), LogOut("cleo", at(30), "cleo")
ONE_TAG = (new_case(), AddTag("ana", at(1), "c1", "a"))
ON_A_CALL = case_in("open", "c2", "cleo", at=at(2), channel="voice")
DEFAULT_CLOSING = CloseCase(SYSTEM, at(48 * 3600 - 1), "c1", CloseReason.AUTOMATIC)

BY_ONE = (
    # What may be at most
    ("capacity.channel", (new_case(), CLEO_HOLDS), OpenCase("cleo", NOW, "c1"), "capacity.chat = 1", 2, 1),
    ("capacity.total", (new_case(), CLEO_HOLDS), OpenCase("cleo", NOW, "c1"), "capacity.total = 1", 2, 1),
    ("capacity.voice_with_cases", (new_case(), ON_A_CALL), OpenCase("cleo", NOW, "c1"), "", 1, 0),
    ("tags.limit", ONE_TAG, AddTag("ana", NOW, "c1", "b"), "tags.limit = 1", 2, 1),
    ("snooze.longest", MESSAGING, SnoozeCase("ana", NOW, "c1", at(3661)), "snooze.longest = '1h'", 3601, 3600),
    ("channels.attachments", CALL, SendReply("ana", NOW, "c1", "m2", attachments=("a",)), "", 1, 0),
    ("merge.limit", MANY_CUSTOMERS, MergeCustomers("ana", NOW, "maria", "mia"), "", 101, 100),
    ("merge_cases.limit", MANY_SMS, MergeCases("ana", NOW, "c9", "c1"), "", 21, 20),
    ("offer.late", OFFERED, AcceptOffer("ana", at(71), "c1"), "", 31, 30),
    ("whatsapp.window", WHATSAPP, SendReply("ana", at(86_401), "c1", "m2", "Hi"), "", 86_401, 86_400),
    # What has to be at least
    ("idle.asked", case_in("pending"), DisconnectIdle("ana", at(500), "c1", "m2"), "", 0, 1),
    ("idle.silence", SILENT, DisconnectIdle("ana", at(119), "c1", "m2"), "", 119, 120),
    ("lifecycle.close_after", case_in("resolved"), DEFAULT_CLOSING, "", 172_799, 172_800),
    ("away.grace", (case_in("open"), GONE), ReleaseAbsent(SYSTEM, at(89), "c1"), "", 59, 60),
    ("away.grace", (REVIEWED, REVIEWER_GONE), FreeReview(SYSTEM, at(89), "c1"), "", 59, 60),
    ("offer.timeout", OFFERED, ExpireOffer(SYSTEM, at(69), "c1"), "", 29, 30),
    (
        "routing.answer_within",
        case_in("open"),
        EndUnanswered(SYSTEM, at(299), "c1"),
        "routing.answer_within = '5m'",
        299,
        300,
    ),
    ("snooze.over", SNOOZED, EndSnooze(SYSTEM, at(7199), "c1"), "", 0, 1),
    ("clock.target", new_case(), RecordMiss(SYSTEM, at(3599), "c1", ClockName.FIRST_RESPONSE), "", 3599, 3600),
)
"""Each rule that compares, missed by one: what was measured, and the limit."""

KEYS = {
    "capacity.channel": "capacity.chat",
    "idle.asked": "chat.idle.ask_first",
    "idle.silence": "chat.idle.silence",
    "offer.late": "routing.offer_timeout",
    "offer.timeout": "routing.offer_timeout",
    "channels.attachments": "channels.voice.attachments",
    "merge.limit": None,
    "merge_cases.limit": None,
    "snooze.over": None,
    "clock.target": None,
}
"""The key that sets the limit, where it is not the rule's own name."""


def reason_for(rule, story, command, policy):
    """Why the command is refused."""
    refused = told(Refusal(rule, story, command, policy)).when(command).verdict.reasons
    (reason,) = (reason for reason in refused if reason.rule == rule)
    return reason


@pytest.mark.parametrize(
    ("rule", "story", "command", "policy", "measured", "limit"),
    [pytest.param(*row, id=f"{number} {row[0]}") for number, row in enumerate(BY_ONE)],
)
def test_a_limit_missed_by_one(rule, story, command, policy, measured, limit):
    """What was measured counts what is refused, so it is beyond the limit; the key is the one to change."""
    reason = reason_for(rule, story, command, policy)
    assert (measured, limit, KEYS.get(rule, rule)) == (reason.measured, reason.limit, reason.key)
    assert 1 == abs(reason.measured - reason.limit)


def is_measured(kind):
    """Whether a key is a length of time or a count."""
    if isinstance(kind, Named | OrNone):
        kind = kind.of
    return isinstance(kind, Length | Whole)


ELSEWHERE = {"assignment.queue": "after how long another queue helps is no limit of what is asked"}


def test_every_rule_that_a_length_or_a_count_sets_compares():
    """A new rule of that kind says which of its facts it compares; and has a row above."""
    by_length = {
        rule.id for rule in RULES if any(is_measured(key_at(Policy, key).kind) for key in keys_of_rule(Policy, rule.id))
    }
    comparing = {rule.id for rule in RULES if rule.threshold is not None}
    assert comparing == {row[0] for row in BY_ONE}
    assert by_length - ELSEWHERE.keys() <= comparing
    for rule in RULES:
        assert rule.threshold is None or {rule.threshold.measured, rule.threshold.limit} <= {*rule.measures}


def test_what_never_comes_was_not_measured():
    """The key is told all the same: it is the one to set."""
    reason = reason_for("routing.answer_within", case_in("open"), EndUnanswered(SYSTEM, NOW, "c1"), "")
    assert (None, None, "routing.answer_within") == (reason.measured, reason.limit, reason.key)


def test_a_rule_that_compares_nothing():
    """It has no limit, whatever its facts and keys are."""
    reason = reason_for("channels.emoji", CALL, SendReply("ana", NOW, "c1", "m2", "🙂"), "")
    assert (None, None, None) == (reason.measured, reason.limit, reason.key)
    assert reason.settings
    assert (None, None) == (Reason("a.b", "no").measured, Reason("a.b", "no").limit)


@pytest.mark.parametrize("again", [lambda thing: pickle.loads(pickle.dumps(thing)), copy.deepcopy])  # noqa: S301 -- our own
def test_a_stored_reason_still_says_it(again):
    """Also where it is read back from JSON."""
    reason = reason_for("tags.limit", ONE_TAG, AddTag("ana", NOW, "c1", "b"), "tags.limit = 1")
    read = codec.loads(codec.dumps(reason))
    for stored in (again(reason), read):
        assert (2, 1, "tags.limit") == (stored.measured, stored.limit, stored.key)
        assert Threshold("tags", "limit", more=1) == stored.threshold


def test_a_reason_that_was_stored_before_reasons_told_it():
    """It is read as one whose rule has no threshold."""
    plain = codec.to_plain(reason_for("tags.limit", ONE_TAG, AddTag("ana", NOW, "c1", "b"), "tags.limit = 1"))
    del plain["threshold"]
    read = codec.from_plain(plain)
    assert (None, None, None) == (read.measured, read.limit, read.key)
