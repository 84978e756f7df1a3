"""Limits above the cast: searched lower, they come to what the plain search comes to, wherever both can run."""

import attrs
import pytest

from casecore import CUSTOMER, Channel, CloseCase, CloseReason, Desk, OpenCase, Policy, ReceiveMessage
from casecore.check import PromiseVerdict, check
from casecore.check.findings import judgement_text, scope_rows
from casecore.check.narrow_scopes import LOWERED_TOTAL, MOST_IN_TOTAL, total_scope, unlimited_channel
from casecore.check.scopes import LARGEST_LIMIT, LOWERED_LIMIT, limit_scope, limit_scopes, scopes_of
from casecore.diff import diff
from casecore.diff.labels import Label
from casecore.explore import Watched, explore
from casecore.promises import PROMISES
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.composition import HOUSE
from casecore.rooms.offers import OfferWork
from casecore.testing.scenario import T0
from tests.houses import misjudging, without
from tests.sops import sop_with

(LIMITS,) = (promise for promise in PROMISES if promise.number == "04")


def one_more(ask):
    """The rule, which lets everybody have one more."""

    def judge(view, subject, policy):
        raised = policy.with_lower_limits({"capacity.chat": -1, "capacity.total": -1})
        return ask(view, subject, raised)

    return judge


def never_of_offers(ask):
    """The rule, which does not look at offers."""

    def judge(view, subject, policy):
        return None if type(subject).__name__ == "WorkOffered" else ask(view, subject, policy)

    return judge


HOUSES = {
    "as it is": HOUSE,
    "no rule": without("capacity.channel", "capacity.total"),
    "one too high": misjudging("capacity.channel", one_more),
    "not of offers": misjudging("capacity.channel", never_of_offers),
}
"""Houses in which limits are kept, and in which they are not, each in its own way."""


def lowered_by(scope, less):
    """A scope of chats with fewer copies, and a limit that is as much lower."""
    (part,) = scope.parts
    return attrs.evolve(
        scope, parts=(attrs.evolve(part, copies=part.copies - less),), lowered={"capacity.chat": less} if less else {}
    )


def verdict(scope, policy, house):
    """What a search says of promise 04, and what is wrong, whatever the numbers."""
    found = explore(
        scope,
        policy,
        house=house,
        watched=Watched(witnesses={"04": LIMITS.breaches}, occasions={"met": LIMITS.occasion.met}),
    )
    wrong = [word.rstrip("0123456789 of") for word in found["04"].wrong]
    return found["04"].result, found["met"].result, bool(wrong)


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("limit", [3, 4])
def test_the_lowered_search_says_what_the_plain_one_says(house, limit):
    """Both run where the limit is small: the same verdict with the limit as it is, and one or two lower."""
    policy = sop_with(f"[capacity]\nchat = {limit}\ntotal = 9")
    plain = limit_scope(Channel.CHAT, limit, policy)
    assert {} == plain.lowered
    expected = verdict(plain, policy, HOUSES[house])
    assert (house == "as it is") is (expected[0].value == "proved")
    for less in range(1, limit - 1):
        assert expected == verdict(lowered_by(plain, less), policy, HOUSES[house])


@pytest.mark.parametrize(("old", "new"), [(3, 4), (4, 3), (3, 5)])
def test_the_lowered_comparison_tells_what_the_plain_one_tells(old, new):
    """The same labels, rules and edits, whether limits are compared as they are or lower on both sides."""
    policies = [sop_with(f"[capacity]\nchat = {limit}\ntotal = 9") for limit in (old, new)]
    plain = limit_scope(Channel.CHAT, min(old, new), policies[0])

    def told(scope):
        return [(one.label, one.rules, one.commands, one.edits) for one in diff(*policies, scopes=(scope,)).changes]

    assert told(plain) == told(lowered_by(plain, min(old, new) - 2))
    assert [Label.LOOSER if old < new else Label.STRICTER] == [one[0] for one in told(plain)]


@pytest.mark.parametrize("limit", [6, 25])
def test_a_straight_story_at_the_real_size(limit):
    """At the limit as it is, the last case that fits is given, and none beyond it in any way."""
    desk = Desk(sop_with(f"[capacity]\nemail = {limit}\ntotal = {limit + 3}"))
    desk, _ = desk.handle(AddAgent("system", T0, "ana", "Ana", frozenset(Permission), frozenset(desk.policy.queues)))
    desk, _ = desk.handle(GoAvailable("ana", T0, "ana"))
    for number in range(limit + 1):
        case = f"c{number}"
        desk, _ = desk.handle(
            ReceiveMessage(
                CUSTOMER,
                T0,
                f"t{number}",
                f"m{number}",
                "Hello",
                customer=f"u{number}",
                channel=Channel.EMAIL,
                new_case=case,
            )
        )
        if number < limit:
            desk, _ = desk.handle(OpenCase("ana", T0, case))
    for command in (OpenCase("ana", T0, f"c{limit}"), OfferWork("system", T0, f"c{limit}", "ana")):
        assert ["capacity.channel"] == [reason.rule for reason in desk.decide(command).reasons]
    desk, _ = desk.handle(CloseCase("ana", T0, "c0", CloseReason.SPAM))
    assert desk.decide(OfferWork("system", T0, f"c{limit}", "ana")) or desk.wrap_ups


class TestScopes:
    """What is searched of which limit."""

    def test_large_limits(self):
        """Regression: chat = 10, email = 20, total = 25 were proved, and no limit above five was tried."""
        policy = sop_with("[capacity]\nchat = 10\nemail = 20\ntotal = 25")
        scopes = {checked.scope.name: checked.scope for checked in scopes_of(policy)}
        assert {"capacity.chat": 10 - LOWERED_LIMIT} == scopes["chat-limit"].lowered
        assert {"capacity.email": 20 - LOWERED_LIMIT} == scopes["email-limit"].lowered
        assert {"capacity.total": 25 - LOWERED_TOTAL} == scopes["total-limit"].lowered
        assert LOWERED_LIMIT + 1 == scopes["chat-limit"].parts[0].copies
        names = ("chat-limit", "email-limit", "total-limit", "limits-of-their-own")
        report = check(policy, only=frozenset({"04"}), scopes=names, walk=0)
        (judged,) = report.judgements
        assert PromiseVerdict.PROVED is judged.verdict
        assert "capacity.chat = 10, searched as 3" in judgement_text(judged)
        assert "4 cases, 1 agent, limits lower by 7" in {row[1] for row in scope_rows(report)}

    @pytest.mark.parametrize("limit", range(1, LARGEST_LIMIT + 1))
    def test_small_limits(self, limit):
        """They are searched as they are."""
        (scope,) = (one for one in limit_scopes(sop_with(f"capacity.chat = {limit}")) if one.name == "chat-limit")
        assert ({}, limit + 1) == (scope.lowered, scope.parts[0].copies)

    def test_a_total_below_the_limit(self):
        """Regression: a limit of ten chats that six in all hide was changed to twelve without a word."""
        old, new = sop_with("capacity.chat = 10"), sop_with("capacity.chat = 12")
        (change,) = diff(old, new, scopes=("chat-limit",)).changes
        assert (Label.LOOSER, ("capacity.chat",), {"capacity.chat": 7}) == (change.label, change.edits, change.lowered)

    def test_a_limit_that_only_an_override_has(self):
        """It is the one of the case that arrives."""
        policy = Policy.loads('[[override]]\nmatch = { channel = "chat" }\nset = { "capacity.chat" = 12 }\n')
        (scope,) = (one for one in limit_scopes(policy) if one.name == "chat-limit")
        assert {"capacity.chat": 9} == scope.lowered
        assert 3 == scope.policy_here(policy).override[0].set["capacity.chat"]

    VIP = '[[override]]\nmatch = { tag = "vip" }\nset = '

    @pytest.mark.parametrize(
        ("said", "scope", "copies", "lowered"),
        [
            ('{ "capacity.chat" = 9 }', "chat-limit-tagged-vip", 4, {"capacity.chat": 6}),
            ('{ "capacity.voice" = 3 }', "voice-limit-tagged-vip", 4, {}),
            ('{ "capacity.total" = 9 }', "total-limit-tagged-vip", 5, {"capacity.total": 5}),
        ],
    )
    def test_a_limit_that_only_some_cases_have(self, said, scope, copies, lowered):
        """Regression: promise 04 was proved, and the limit of an override by tag or queue was never tried."""
        (found,) = (one for one in limit_scopes(Policy.loads(self.VIP + said)) if one.name.endswith("-tagged-vip"))
        assert (scope, copies, lowered) == (found.name, found.parts[0].copies, found.lowered)
        assert {frozenset({"vip"})} == {one.tags for one in found.parts[0].commands if isinstance(one, ReceiveMessage)}

    @pytest.mark.parametrize(
        "said",
        [
            f'{VIP}{{ "capacity.chat" = 2, "capacity.total" = 6 }}',
            f'{VIP}{{ "capacity.chat" = 0, "capacity.total" = 0 }}',
            f'{VIP}{{ "capacity.sms" = 4, "capacity.total" = 9 }}'.replace("sms", "messaging"),
            '[[override]]\nmatch = { channel = "chat" }\nset = { "capacity.email" = 3, "capacity.total" = 3 }',
            '[queues.x]\nchannels = ["email"]\n[[override]]\nmatch = { queue = "x" }\nset = { "capacity.chat" = 3 }',
        ],
        ids=["the usual ones", "nothing at all", "on a channel without one", "of another channel", "of another queue"],
    )
    def test_limits_that_need_no_scope_of_their_own(self, said):
        """No case is held by them, or they are tried already."""
        names = {one.name for one in limit_scopes(Policy.loads(said))}
        assert {f"{channel}-limit" for channel in ("chat", "email", "voice")} <= names
        assert {"messaging-limit-tagged-vip", "total-limit-tagged-vip"} >= {name for name in names if "-limit-" in name}

    def test_every_channel_has_a_limit_of_its_own(self):
        """Then no other total is tried, as the usual one is not."""
        every = "\n".join(f"{channel} = 1" for channel in Channel)
        policy = Policy.loads(f'[capacity]\n{every}\n{self.VIP}{{ "capacity.total" = 9 }}')
        assert not any("total" in one.name for one in limit_scopes(policy))

    def test_as_what_it_was_searched(self):
        """Regression: beside the limit of an override the usual one was `searched as -4`."""
        policy = Policy.loads('[[override]]\nmatch = { channel = "chat" }\nset = { "capacity.chat" = 9 }')
        report = check(
            policy, only={"04"}, scopes=["chat-limit", "limits-of-their-own", "an-agent-who-is-changed"], walk=0
        )
        (judged,) = report.judgements
        assert PromiseVerdict.PROVED is judged.verdict
        assert "capacity.chat = 2" in judged.terms
        assert "capacity.chat = 9 for a case on chat, searched as 3" in judged.terms

    def test_no_limit_but_for_some(self):
        """What is promised of the others is told alone, where there is usually no limit."""
        none = Policy.loads(
            '[capacity]\nchat = "none"\n[[override]]\nmatch = { tag = ["vip"] }\nset = { "capacity.chat" = 1 }'
        )
        scopes = ["chat-limit-tagged-vip", "limits-of-their-own", "an-agent-who-is-changed"]
        (judged,) = check(none, only={"04"}, scopes=scopes, walk=0).judgements
        assert ["capacity.chat = 1 for a case tagged vip"] == [term for term in judged.terms if "chat" in term]

    @pytest.mark.parametrize("total", [0, 4, MOST_IN_TOTAL, MOST_IN_TOTAL + 1, 1000])
    def test_limits_in_total(self, total):
        """One case more than fits, or than fits in the lowered one."""
        policy = sop_with(f"capacity.total = {total}")
        scope = total_scope(policy)
        assert scope.policy_here(policy).capacity.total + 1 == scope.parts[0].copies

    def test_every_channel_has_a_limit(self):
        """Then the total is tried on none, and another channel is taken where SMS has one."""
        assert Channel.EMAIL is unlimited_channel(sop_with('[capacity]\nsms = 1\nemail = "none"'))
        every = "\n".join(f"{channel} = 1" for channel in Channel)
        policy = sop_with(f"[capacity]\n{every}")
        assert None is unlimited_channel(policy)
        assert "total-limit" not in {checked.scope.name for checked in scopes_of(policy)}
        assert {f"{channel}-limit" for channel in Channel} == {scope.name for scope in limit_scopes(policy)}

    def test_lower_in_every_layer(self):
        """None is lower than nothing, and what has no limit has none."""
        policy = Policy.loads(
            """
            capacity = { chat = 9, total = 30, email = "none" }
            [[change]]
            on = 2026-12-01
            set = { "capacity.chat" = 3, "capacity.sms" = 2, "capacity.email" = "none" }
            """
        )
        lower = policy.with_lower_limits({"capacity.chat": 5, "capacity.email": 5})
        assert (4, None, 30) == (lower.capacity.chat, lower.capacity.email, lower.capacity.total)
        assert {"capacity.chat": 0, "capacity.sms": 2, "capacity.email": None} == {**lower.change[0].set}
        assert policy is policy.with_lower_limits({})
        assert policy.origin("capacity.total") == lower.origin("capacity.total") is not None
