"""What the SOP says for a case, in the witnesses' own reading: the same as the policy's, which they do not ask."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casecore.channels import Channel, Consent, MessageKind
from casecore.kernel import Enforcement
from casecore.policies import Policy, PolicyError
from casecore.policies.layers import Aspect, Change, Match, Override
from casecore.policies.sections import (
    ALWAYS_COUNTED,
    COUNTED,
    Abandoned,
    AgentEnds,
    CountsFrom,
    Overflow,
    Proceeding,
    Queue,
)
from casecore.promises import PROMISES
from casecore.promises.in_force import InForce
from casecore.statuses import Status
from casecore.testing.strategies import layered_policies
from tests.floors import PATHS

MINUTE = timedelta(minutes=1)
DAYS_LONG = st.integers(1, 9).map(timedelta)

VALUES = {
    "approval.self_approval": st.booleans(),
    "authentication.before": st.lists(st.sampled_from(Proceeding), unique=True).map(tuple),
    "authentication.channels": st.lists(st.sampled_from(Channel), unique=True).map(tuple),
    "authentication.enforcement": st.sampled_from(Enforcement),
    "capacity.statuses": st.sampled_from((COUNTED, ALWAYS_COUNTED)),
    "capacity.total": st.integers(0, 9),
    "capacity.voice_with_cases": st.booleans(),
    "chat.agent_ends": st.sampled_from(AgentEnds),
    "live.abandoned": st.sampled_from(Abandoned),
    "chat.idle.ask_first": st.integers(0, 3),
    "chat.idle.counts_from": st.sampled_from(CountsFrom),
    "chat.idle.silence": st.integers(1, 9).map(MINUTE.__mul__),
    "lifecycle.close_after": st.dictionaries(st.sampled_from((Status.PENDING, Status.RESOLVED)), DAYS_LONG),
    "lifecycle.close_unanswered": st.booleans(),
    "routing.answer_within": st.none() | st.integers(1, 9).map(MINUTE.__mul__),
    "channels.chat.kinds": st.lists(st.sampled_from(MessageKind), unique=True).map(tuple),
    "channels.whatsapp.kinds": st.lists(st.sampled_from(MessageKind), unique=True).map(tuple),
    "whatsapp.consent": st.lists(st.sampled_from(Consent), unique=True).map(tuple),
    "whatsapp.window": st.integers(1, 9).map(MINUTE.__mul__),
    "wrap_up.disposition": st.booleans(),
    "wrap_up.notes": st.booleans(),
    **{f"capacity.{channel}": st.integers(0, 9) for channel in Channel},
}
"""Every key that a witness reads, and what it may be."""

RULES = sorted({rule for promise in PROMISES for rule in promise.rules})
"""The rules that a policy may soften, so that a promise is not claimed."""

SETTINGS = {**VALUES, **{f"enforcement.{rule}": st.sampled_from(Enforcement) for rule in RULES}}
SETTINGS.pop("enforcement.authentication.before")

SOME = st.lists(st.sampled_from([*SETTINGS]), min_size=1, max_size=4, unique=True).flatmap(
    lambda paths: st.fixed_dictionaries({path: SETTINGS[path] for path in paths})
)
DAYS = st.dates(date(2026, 10, 30), date(2026, 11, 6)) | st.integers(0, 10_000).map(
    lambda minutes: datetime(2026, 10, 30, tzinfo=UTC) + minutes * MINUTE
)
MATCHES = st.builds(
    Match,
    channel=st.none() | st.sampled_from((Channel.CHAT, Channel.EMAIL)),
    queue=st.none() | st.sampled_from(("general", "billing")),
    tag=st.lists(st.sampled_from(("vip", "gold")), max_size=2, unique=True).map(tuple),
).filter(lambda match: match.specificity > 0)
CASES = st.builds(
    Aspect,
    st.sampled_from((Channel.CHAT, Channel.EMAIL, Channel.SMS)),
    st.sampled_from(("general", "billing")),
    st.frozensets(st.sampled_from(("vip", "gold", "other"))),
)


@st.composite
def policies_in_layers(draw):
    """A policy of which layers set just what the witnesses read; read from a file, or built."""
    base = Policy.default()
    policy = attrs.evolve(base, zone=draw(st.sampled_from(("UTC", "America/Santiago", "Asia/Tokyo"))))
    overrides = tuple(draw(st.lists(st.builds(Override, match=MATCHES, set=SOME), max_size=3)))
    changes = tuple(draw(st.lists(st.builds(Change, on=DAYS, set=SOME), max_size=3)))
    try:
        policy = attrs.evolve(policy, override=overrides, change=changes)
        return Policy.from_dict(policy.to_dict()) if draw(st.booleans()) else policy
    except PolicyError:  # a tie, or a contradiction
        assume(False)


def instants_around(policy):
    """Each instant at which a change begins, a second before and after it; and some other one."""
    begun = [begin for begin, _, _ in policy.periods(None) if begin is not None]
    around = [begin + timedelta(seconds=seconds) for begin in begun for seconds in (-1, 0, 1)]
    return [datetime(2026, 11, 2, 12, tzinfo=UTC), *around]


def assert_read_alike(policy, case, instant):
    """Every key and every rule is what the policy says that is in force."""
    said, in_force = InForce(policy, case, instant), policy.at(instant).for_(case)
    assert {key: reduce(getattr, key.split("."), in_force) for key in VALUES} == {key: said(key) for key in VALUES}
    assert {rule: in_force.mode(rule) is Enforcement.BLOCK for rule in RULES} == {
        rule: said.blocks(rule) for rule in RULES
    }
    assert {promise.number for promise in PROMISES if promise.claimed(in_force)} == {
        promise.number for promise in PROMISES if promise.claimed_by(said)
    }


@given(policies_in_layers(), CASES)
def test_what_is_read_is_what_is_in_force(policy, case):
    """For every key that a witness reads, every case, and each instant around a change."""
    for instant in instants_around(policy):
        assert_read_alike(policy, case, instant)


@given(layered_policies(), CASES)
def test_what_is_read_is_what_is_in_force_in_any_policy(policy, case):
    """The same in policies of which layers set anything."""
    for instant in instants_around(policy):
        assert_read_alike(policy, attrs.evolve(case, queue=next(iter(policy.queues))), instant)


def test_a_table_of_entries_in_layers():
    """What a layer says of a table differs in the entries that it names; `none` takes one out."""
    policy = Policy.loads(
        """
        [[change]]
        on = 2026-11-01
        set = { "lifecycle.close_after" = { pending = "1h" } }
        [[override]]
        match = { channel = "chat" }
        set = { "lifecycle.close_after" = { resolved = "none" }, "enforcement.tags.limit" = "warn" }
        """
    )
    at = datetime(2026, 11, 2, tzinfo=UTC)
    for case in (Aspect(Channel.CHAT), Aspect(Channel.SMS)):
        said = InForce(policy, case, at)
        assert said("lifecycle.close_after") == policy.at(at).for_(case).lifecycle.close_after
        assert {**said("enforcement")} == {**policy.at(at).for_(case).enforcement}


def test_every_key_that_a_witness_reads_is_tried():
    """The table above names what stands in their modules, and no other."""
    modules = [path.read_text("utf-8") for module, path in PATHS.items() if module.startswith("casecore.promises.")]
    read = {key for text in modules for key in re.findall(r'said\("([a-z_.]+)"', text)}
    channels = {f"capacity.{channel}" for channel in Channel}
    assert VALUES.keys() == read | channels | {"authentication.enforcement"}


POLICY = Policy.loads(
    """
    zone = "Asia/Tokyo"
    [[change]]
    on = 2026-12-02
    set = { "chat.idle.silence" = "4m" }
    [[change]]
    on = 2026-12-01
    set = { "chat.idle.silence" = "3m", "capacity.total" = 9 }
    [[override]]
    match = { channel = "chat", tag = "vip" }
    set = { "chat.idle.silence" = "6m" }
    [[override]]
    match = { tag = "vip" }
    set = { "chat.idle.silence" = "5m", "enforcement.idle.asked" = "off" }
    """
)
MIDNIGHT = datetime(2026, 11, 30, 15, tzinfo=UTC)
"""The first of December begins in Tokyo."""


@pytest.mark.parametrize(
    ("minutes", "case", "instant"),
    [
        (2, None, None),
        (2, None, MIDNIGHT - timedelta(seconds=1)),
        (3, None, MIDNIGHT),
        (4, None, MIDNIGHT + timedelta(days=1)),
        (2, Aspect(Channel.CHAT, "general"), None),
        (5, Aspect(Channel.EMAIL, "general", frozenset({"vip"})), MIDNIGHT),
        (6, Aspect(Channel.CHAT, "general", frozenset({"vip", "new"})), MIDNIGHT),
    ],
)
def test_changes_begin_at_midnight_and_overrides_stand_over_them(minutes, case, instant):
    """Later changes stand over earlier ones; of two overrides the one that names more wins."""
    assert minutes * MINUTE == InForce(POLICY, case, instant)("chat.idle.silence")


def test_a_rule_is_softened_for_some_cases():
    """Whoever has the tag is not asked first; all others are. Authentication has a key of its own for that."""
    vip = Aspect(Channel.CHAT, "general", frozenset({"vip"}))
    assert (False, True) == (InForce(POLICY, vip).blocks("idle.asked"), InForce(POLICY).blocks("idle.asked"))
    assert InForce(POLICY).blocks("authentication.before")
    built = Policy(override=(Override(match=Match(tag=("vip",)), set={"enforcement.idle.asked": Enforcement.WARN}),))
    assert not InForce(built, vip).blocks("idle.asked")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Santiago"])
def test_a_change_on_the_first_day_of_the_calendar(zone):
    """It has begun, wherever that is."""
    policy = Policy(zone=zone, change=(Change(on=date(1, 1, 1), set={"capacity.total": 1}),))
    assert 1 == InForce(policy, None, MIDNIGHT)("capacity.total") == policy.at(MIDNIGHT).capacity.total


def test_keys_of_a_queue():
    """Its own value, or that of a change, however the queue's name is written; a queue that is gone has none."""
    change = Change(on=MIDNIGHT, set={'queues."a.b".overflow.after': 2 * MINUTE})
    queues = {"a.b": Queue(overflow=Overflow(after=MINUTE, to="rest")), "rest": Queue(fallback=True)}
    policy = Policy(queues=queues, change=(change,))
    assert MINUTE == InForce(policy, None, MIDNIGHT - MINUTE).of_queue("a.b", "overflow.after")
    assert 2 * MINUTE == InForce(policy, None, MIDNIGHT).of_queue("a.b", "overflow.after")
    assert ("rest", None) == tuple(InForce(policy).of_queue(queue, "overflow.to") for queue in ("a.b", "rest"))
    assert None is InForce(policy).of_queue("gone", "overflow.to") is InForce(policy).of_queue(None, "overflow.to")
