"""Layers of a policy: what is in force when and for whom, and that everything at the desk asks for it."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from casecore.channels import Channel
from casecore.codec import dumps, loads
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Enforcement
from casecore.policies import Aspect, Change, Match, Override, Policy, PolicyError, Waiver
from casecore.policies.layers import Layers, end_of_day, start_of_day
from casecore.policies.sections import Queue
from casecore.policies.warnings import policy_warnings
from casecore.projections.inbox import inbox
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase
from casecore.rooms.clocks import FRT, first_response, time_to_target
from casecore.rooms.notes import AddTag
from casecore.routing import explain_route, next_for, next_offer, route
from casecore.routing.agenda import Agenda
from casecore.routing.index import Router
from casecore.statuses import Status
from casecore.testing.laws import broken_laws, rows_of
from casecore.testing.scenario import T0, at, case_in, given, new_case
from casecore.testing.strategies import layered_policies, runs
from tests.profiles import examples
from tests.watching import breaches_of

CHAT_IN_VIP = Aspect(Channel.CHAT, "vip", frozenset({"gold"}))
QUEUES = {"vip": Queue(tags=("vip",)), "general": Queue(fallback=True)}


def policy_of(*layers, **more):
    """A policy with two queues and these layers."""
    kinds = {Override: "override", Change: "change", Waiver: "waiver"}
    found = {name: tuple(one for one in layers if type(one) is kind) for kind, name in kinds.items()}
    return Policy(queues=QUEUES, **found, **more)


def over(values, **match):
    """An override; paths are written with two underscores."""
    return Override(match=Match(**match), set={path.replace("__", "."): value for path, value in values.items()})


def limit(number, **match):
    """An override of how many tags a case may carry."""
    return over({"tags.limit": number}, **match)


def changed(on, number):
    """A change of how many tags a case may carry."""
    return Change(on=on, set={"tags.limit": number})


def problems_of(*layers, **more):
    """What is wrong with layers."""
    with pytest.raises(PolicyError) as caught:
        policy_of(*layers, **more)
    return caught.value.problems


# By definition -----------------------------------------------------------------------------------------


def written(plain, path, value):
    """Plain data with one value put at a path: a table of entries is replaced whole, an entry alone."""
    steps, left = [], tomllib.loads(f"{path} = 0")
    while isinstance(left, dict):
        ((step, left),) = left.items()
        steps.append(step)
    for step in steps[:-1]:
        plain = plain.setdefault(step, {})
    plain[steps[-1]] = value


def by_definition(policy, instant, case):
    """The policy in force, as the rules of precedence say it: the lowest layer first, each written over the rest."""
    whole = policy.to_dict()
    plain = {name: value for name, value in whole.items() if name not in {"override", "change"}}
    zone = ZoneInfo(policy.zone)
    layers = [
        (start_of_day(change.on, zone), n, whole["change"][n]["set"])
        for n, change in enumerate(policy.change)
        if start_of_day(change.on, zone) <= instant
    ]
    ranked = sorted(layers, key=lambda layer: layer[:2])
    matching = [
        (override.match.specificity, n, whole["override"][n]["set"])
        for n, override in enumerate(policy.override)
        if override.match.channel in {None, case.channel}
        and override.match.queue in {None, case.queue}
        and {*override.match.tag} <= case.tags
    ]
    ranked += sorted(matching, key=lambda layer: layer[:2])
    for *_, values in ranked:
        for path, value in values.items():
            written(plain, path, value)
    return Policy.from_dict(plain)


CASES = st.builds(
    Aspect,
    st.sampled_from(Channel),
    st.sampled_from(("a", "b", "c", "general", "nowhere")),
    st.frozensets(st.sampled_from(("vip", "new", "gold", "other"))),
)
INSTANTS = st.sampled_from((timedelta(days=-2), timedelta(0), timedelta(minutes=5), timedelta(days=1, hours=3))).map(
    lambda length: T0 + length
)


class TestByDefinition:
    """What is worked out and remembered is what the rules of precedence say."""

    @examples(60)
    @for_all(layered_policies(), INSTANTS, CASES)
    def test_in_force(self, policy, instant, case):
        """For every policy, instant and case; and the second answer is the first one."""
        known = attrs.evolve(case, queue=next(iter(policy.queues))) if case.queue == "a" else case
        expected = by_definition(policy, instant, known)
        assert expected == policy.at(instant).for_(known)
        assert policy.at(instant).for_(known) is policy.at(instant).for_(known)
        assert policy.at(instant).of(policy.at(instant).aspect(known)) == expected
        assert not policy.at(instant).for_(known).layered

    @for_all(layered_policies())
    def test_round_trip(self, policy):
        """A layered policy is written and read back, as plain data and as JSON."""
        assert policy == Policy.from_dict(policy.to_dict())
        assert policy == loads(dumps(policy))

    @examples(10)
    @for_all(layered_policies().flatmap(lambda policy: runs(policy, max_steps=20)))
    def test_the_desk_keeps_its_laws(self, steps):
        """Under every layered policy the laws of deciding hold, and the promises that the policy in force claims."""
        for step in steps:
            assert [] == [*broken_laws(step, rows_of(step.before))]
        assert [] == breaches_of(steps)


# When and for whom -------------------------------------------------------------------------------------


class TestWithout:
    """A policy without layers."""

    def test_is_itself(self):
        """At every instant, for every case."""
        policy = Policy.default()
        assert policy is policy.at(T0) is policy.for_(CHAT_IN_VIP) is policy.for_(None) is policy.of(None)
        assert policy.aspect(CHAT_IN_VIP) is None
        assert [(None, None, policy)] == [*policy.periods(T0)]
        assert not policy.layered


class TestChanges:
    """Other values from a date on."""

    @pytest.mark.parametrize(
        ("instant", "number"),
        [
            (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), 20),
            (datetime(2026, 12, 1, tzinfo=UTC), 3),
            (datetime(2026, 12, 24, 15, 59, 59, tzinfo=UTC), 3),
            (datetime(2026, 12, 24, 16, tzinfo=UTC), 4),
        ],
    )
    def test_begin_at_midnight_or_at_their_instant(self, instant, number):
        """A date begins at midnight, an instant at once; the later change stands over the earlier one."""
        policy = policy_of(changed(datetime(2026, 12, 24, 16, tzinfo=UTC), 4), changed(date(2026, 12, 1), 3))
        assert number == policy.at(instant).tags.limit

    @pytest.mark.parametrize(
        ("zone", "day", "instant"),
        [
            ("Europe/Lisbon", date(2026, 7, 1), datetime(2026, 6, 30, 23, tzinfo=UTC)),
            ("Asia/Manila", date(2026, 12, 1), datetime(2026, 11, 30, 16, tzinfo=UTC)),
            ("America/Asuncion", date(2021, 10, 3), datetime(2021, 10, 3, 4, tzinfo=UTC)),
            ("UTC", date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
            ("Asia/Kolkata", date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
        ],
        ids=["summer time", "east", "no midnight on that day", "first day", "before the first day"],
    )
    def test_in_the_zone_of_the_policy(self, zone, day, instant):
        """Where the clocks skip midnight, the date begins when they jump."""
        policy = policy_of(changed(day, 3), zone=zone)
        assert 3 == policy.at(instant).tags.limit
        if instant > datetime(1, 1, 1, tzinfo=UTC):
            assert 20 == policy.at(instant - timedelta(microseconds=1)).tags.limit

    def test_periods(self):
        """Each policy in force from an instant on, with its bounds."""
        policy = policy_of(changed(date(2026, 12, 1), 3), changed(date(2026, 12, 2), 4))
        first, second = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
        told = [(begin, end, then.tags.limit) for begin, end, then in policy.periods(None)]
        assert [(None, first, 20), (first, second, 3), (second, None, 4)] == told
        assert [(None, second, 3), (second, None, 4)] == [
            (begin, end, then.tags.limit) for begin, end, then in policy.periods(first)
        ]

    def test_may_shape_the_desk(self):
        """A queue may hand out its cases in another way from a date on."""
        policy = policy_of(Change(on=date(2026, 12, 1), set={"queues.vip.priority.initial": 9.0}))
        assert 9.0 == policy.at(datetime(2026, 12, 1, tzinfo=UTC)).queues["vip"].priority.initial


class TestOverrides:
    """Other values for some cases."""

    @pytest.mark.parametrize(
        ("case", "number"),
        [
            (Aspect(Channel.EMAIL, "general"), 20),
            (Aspect(Channel.CHAT, "general"), 2),
            (Aspect(Channel.EMAIL, "vip"), 3),
            (Aspect(Channel.CHAT, "vip"), 4),
            (Aspect(Channel.CHAT, "vip", frozenset({"gold"})), 4),
            (Aspect(Channel.CHAT, "vip", frozenset({"gold", "new"})), 4),
            (Aspect(Channel.SMS, "general", frozenset({"gold", "new"})), 5),
            (Aspect(Channel.SMS, "general", frozenset({"gold"})), 20),
            (None, 20),
        ],
    )
    def test_the_most_specific_one_wins(self, case, number):
        """The one that names more; all that it names has to match."""
        policy = policy_of(
            limit(4, channel=Channel.CHAT, queue="vip"),
            limit(2, channel=Channel.CHAT),
            over({"tags.limit": 3}, queue="vip"),
            limit(5, tag=("gold", "new"), channel=Channel.SMS),
        )
        assert number == policy.for_(case).tags.limit

    def test_stand_over_changes(self):
        """An override speaks of fewer cases."""
        policy = policy_of(limit(4, queue="vip"), changed(date(2020, 1, 1), 3))
        assert (4, 3) == (policy.at(T0).for_(CHAT_IN_VIP).tags.limit, policy.at(T0).for_(None).tags.limit)

    def test_of_what_is_alike_there_is_one(self):
        """Cases that no override tells apart have the same policy, and it is worked out once."""
        policy = policy_of(limit(4, queue="vip"))
        one, other = Aspect(Channel.SMS, "general", frozenset("a")), Aspect(Channel.CHAT, "general")
        assert policy.for_(one) is policy.for_(other)

    def test_of_keys_that_had_no_value(self):
        """A target for a channel that had none, a limit for one that had none, an entry that was not there."""
        policy = policy_of(
            over(
                {
                    "sla.chat.urgent.solution": timedelta(hours=1),
                    "capacity.sms": 3,
                    'enforcement."tags.limit"': Enforcement.WARN,
                    "lifecycle.close_after.pending": timedelta(days=3),
                },
                queue="vip",
            )
        ).for_(CHAT_IN_VIP)
        assert timedelta(hours=1) == policy.sla.chat.urgent.solution
        assert (3, Enforcement.WARN) == (policy.capacity.sms, policy.mode("tags.limit"))
        assert {Status.RESOLVED, Status.PENDING} == policy.lifecycle.close_after.keys()

    def test_of_a_whole_table_of_entries(self):
        """It is replaced, and an entry of a more specific one is put in."""
        policy = policy_of(
            over({"lifecycle.close_after": {}}, queue="vip"),
            over({"lifecycle.close_after.pending": timedelta(1)}, queue="vip", channel=Channel.CHAT),
        )
        assert {} == policy.for_(Aspect(Channel.SMS, "vip")).lifecycle.close_after
        assert {Status.PENDING: timedelta(1)} == policy.for_(CHAT_IN_VIP).lifecycle.close_after

    def test_where_their_values_stand(self):
        """A value in force has the place of the layer that set it."""
        text = (
            "[tags]\nlimit = 9\n[[change]]\non = 2020-01-01\nset = { 'tags.limit' = 8, 'capacity.chat' = 3 }\n"
            "[[override]]\nmatch = { channel = 'chat' }\nset = { 'lifecycle.close_after' = { pending = '1d' } }"
        )
        policy = Policy.loads(text, "my.toml").at(T0).for_(CHAT_IN_VIP)
        told = [str(policy.origin(path)) for path in ("tags.limit", "lifecycle.close_after", "capacity.email")]
        assert ["my.toml:5:24", "my.toml:8:47", "None"] == told
        assert "my.toml:8:47" == str(policy.origin("lifecycle.close_after.pending"))


class TestWaivers:
    """Promises that are not asked for, for a while."""

    def test_until_the_end_of_a_date(self):
        """The date itself is included, in the zone of the policy; an instant is exact."""
        waiver = Waiver(promise="12", until=date(2026, 12, 31), reason="why", by="ops")
        exact = Waiver(promise="13", until=datetime(2026, 12, 31, 9, tzinfo=UTC), reason="why", by="ops")
        policy = policy_of(waiver, exact, zone="Asia/Manila")
        assert waiver is policy.waiver_of("12", datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))
        assert policy.waiver_of("12", datetime(2026, 12, 31, 16, tzinfo=UTC)) is None
        assert exact is policy.waiver_of("13", datetime(2026, 12, 31, 8, 59, tzinfo=UTC))
        assert policy.waiver_of("13", datetime(2026, 12, 31, 9, tzinfo=UTC)) is None
        assert policy.waiver_of("04", T0) is None

    def test_of_a_file(self):
        """Read and written back; a number is no text."""
        text = "[[waiver]]\npromise = '12'\nuntil = 2026-12-31\nreason = 'why'\nby = 'ops'"
        policy = Policy.loads(text)
        assert ("12", date(2026, 12, 31)) == (policy.waiver[0].promise, policy.waiver[0].until)
        assert policy == Policy.from_dict(policy.to_dict())
        with pytest.raises(PolicyError, match='help: write "12"'):
            Policy.loads(text.replace("'12'", "12"))

    def test_to_the_last_day(self):
        """There is no day after the last one."""
        assert start_of_day(date.max, UTC) == end_of_day(date.max, UTC)

    def test_they_stay(self):
        """What is in force has its waivers still, and no layers."""
        waiver = Waiver(promise="12", until=date(2026, 12, 31), reason="why", by="ops")
        policy = policy_of(waiver, limit(3, queue="vip")).at(T0).for_(CHAT_IN_VIP)
        assert ((waiver,), (), ()) == (policy.waiver, policy.override, policy.change)


class TestMistakes:
    """What is wrong with layers is told before any decision meets it."""

    def test_a_tie(self):
        """With a case that hits both."""
        (problem,) = problems_of(limit(1, channel=Channel.CHAT), limit(2, queue="vip"))
        assert ('override[1].set."tags.limit"', ('override[0].set."tags.limit"',)) == (problem.path, problem.also)
        assert "a case on chat in the queue vip matches two overrides that are equally specific" == problem.message

    def test_a_tie_of_tags(self):
        """A case may carry both."""
        (problem,) = problems_of(limit(1, tag=("gold",)), limit(2, tag=("new",)))
        assert problem.message.startswith("a case tagged gold and new matches")

    def test_a_tie_of_a_table_and_its_entry(self):
        """They speak of the same value."""
        one = over({"lifecycle.close_after": {}}, channel=Channel.CHAT)
        other = over({"lifecycle.close_after.resolved": timedelta(1)}, queue="vip")
        assert 1 == len(problems_of(one, other)) == len(problems_of(other, one))

    @pytest.mark.parametrize(
        "layers",
        [
            (limit(1, channel=Channel.CHAT), limit(1, queue="vip")),
            (limit(1, channel=Channel.CHAT), limit(2, channel=Channel.SMS)),
            (limit(1, queue="general"), limit(2, queue="vip")),
            (limit(1, channel=Channel.CHAT), limit(2, queue="vip"), limit(3, channel=Channel.CHAT, queue="vip")),
            (limit(1, tag=("a",)), limit(2, tag=("b",)), limit(3, tag=("a", "b"))),
        ],
        ids=["say the same", "channels", "queues", "a third decides", "a third of tags"],
    )
    def test_no_tie(self, layers):
        """Nothing is undecided."""
        assert policy_of(*layers).layered

    def test_a_third_that_decides_less(self):
        """It has to say what the value is, for all of these cases."""
        tied = (limit(1, channel=Channel.CHAT), limit(2, queue="vip"))
        assert problems_of(*tied, over({"tags.enabled": True}, channel=Channel.CHAT, queue="vip"))
        assert problems_of(*tied, limit(3, channel=Channel.CHAT, queue="vip", tag=("a",)))

    def test_two_changes_of_one_instant(self):
        """Neither is the later one."""
        (problem,) = problems_of(changed(date(2026, 12, 1), 1), changed(datetime(2026, 12, 1, tzinfo=UTC), 2))
        assert "is set from the same instant on by two changes" == problem.message
        same = Change(on=datetime(2026, 12, 1, tzinfo=UTC), set={"tags.limit": 1, "capacity.sms": 1})
        assert policy_of(changed(date(2026, 12, 1), 1), same).layered

    def test_the_same_layer_twice(self):
        """As in every list, what stands twice is a mistake."""
        assert ["change[1]"] == [problem.path for problem in problems_of(*[changed(date(2026, 12, 1), 1)] * 2)]

    @pytest.mark.parametrize(
        ("layer", "path", "message"),
        [
            (limit(1, queue="vpi"), "override[0].match.queue", "there is no queue 'vpi'"),
            (limit(1), "override[0].match", "names nothing"),
            (over({}, queue="vip"), "override[0].set", "sets nothing"),
            (
                Change(on=date(2026, 12, 1), set={"queues.vpi.title": "VIP"}),
                'change[0].set."queues.vpi.title"',
                "there is no queue 'vpi'",
            ),
        ],
    )
    def test_what_there_is_not(self, layer, path, message):
        """A queue or a key that does not exist, or nothing at all."""
        assert [(path, message)] == [(problem.path, problem.message) for problem in problems_of(layer)]

    @pytest.mark.parametrize("word", ["nope", "chat"])
    def test_keys_there_are_not(self, word):
        """Where a layer is made in code, it is refused there, as a file would be."""
        with pytest.raises(PolicyError) as caught:
            over({word: 1}, queue="vip")
        assert [(f"override.set.{word}", "no such key")] == [(one.path, one.message) for one in caught.value.problems]

    def test_contradictions_where_layers_meet(self):
        """Two overrides that are sound alone, of which a case may match both, and not in the same period only."""
        one = over({"lifecycle.close_from": (Status.RESOLVED, Status.PENDING)}, channel=Channel.CHAT)
        other = over({"lifecycle.close_after": {Status.OPEN: timedelta(1)}}, queue="vip")
        (problem,) = problems_of(one, other)
        assert 'override[1].set."lifecycle.close_after.open"' == problem.path
        assert "lifecycle.close_after.open: cases that are open would never be closed" == problem.message
        assert ('override[0].set."lifecycle.close_from"',) == problem.also
        change = Change(on=date(2026, 12, 1), set={"lifecycle.close_from": (Status.RESOLVED,)})
        assert 1 == len(problems_of(change, other))
        nothing = Change(on=date(2026, 12, 1), set={"lifecycle.close_from": ()})
        assert 2 == len(problems_of(nothing, limit(1, queue="vip")))

    def test_settings_that_speak_of_the_same(self):
        """Once is enough, however it is written."""
        for pair in ("'tags.limit' = 1, '\"tags\".limit' = 2", "'enforcement' = {}, 'enforcement.tags.limit' = 'off'"):
            with pytest.raises(PolicyError, match="is set here already"):
                Policy.loads(f"[[override]]\nmatch = {{ channel = 'chat' }}\nset = {{ {pair} }}")

    @pytest.mark.parametrize(
        "text",
        [
            "set = 1",
            f"set = {{ {', '.join(f'capacity.c{n} = 1' for n in range(201))} }}",
            "set = { 'tags.limit' = 3 }\nmatch = { tag = 7 }",
            "set = { 'tags.limit' = 3 }\nmatch = { tag = ['a', 'b', 'c', 'd', 'e', 'f'] }",
        ],
        ids=["number", "too many", "tag", "tags"],
    )
    def test_what_does_not_fit(self, text):
        """A table of settings, and a tag or a few."""
        with pytest.raises(PolicyError):
            Policy.loads(f"[[override]]\n{text}")

    @pytest.mark.parametrize(
        "day",
        [
            "'2026-12-01'",
            "2026-12-01",
            "'2026-12-01T00:00:00+00:00'",
            "2026-12-01T00:00:00Z",
            "2026-12-01T00:00:00.000000999Z",
            "'2026-12-01T00:00:00.000000000Z'",
        ],
    )
    def test_dates(self, day):
        """TOML's own, or their text, because JSON has none."""
        policy = Policy.loads(f"[[change]]\non = {day}\nset = {{ 'tags.limit' = 3 }}")
        assert (datetime(2026, 12, 1, tzinfo=UTC),) == Layers(policy).instants

    @pytest.mark.parametrize(
        "day", ["'1.12.2026'", "'2026-12-01T00:00:00'", "0001-01-01T00:00:00+14:00", "7", "07:00:00", "'2026-13-01'"]
    )
    def test_no_dates(self, day):
        """Anything else, and what lies outside the calendar."""
        with pytest.raises(PolicyError, match=r"on: .* does not fit"):
            Policy.loads(f"[[change]]\non = {day}\nset = {{ 'tags.limit' = 3 }}")


class TestWarnings:
    """Overrides that can never matter are odd, not wrong."""

    def test_another_channel(self):
        """A key that only concerns one channel, for cases on another."""
        text = "[[override]]\nmatch = { channel = 'email' }\nset = { 'chat.idle.silence' = '5m', 'tags.limit' = 3 }"
        (warning,) = policy_warnings(Policy.loads(text, "my.toml"))
        assert (
            "can never apply: the key only concerns cases on chat, and this is for a case on email" == warning.message
        )
        assert "my.toml:3:31" == str(warning.origins[0])

    def test_others_decide_every_case(self):
        """One for a queue, and one for each channel in it."""
        each = [limit(2, queue="vip", channel=channel) for channel in Channel]
        (warning,) = policy_warnings(policy_of(limit(1, queue="vip"), *each))
        assert 'override[0].set."tags.limit"' == warning.path
        assert () == policy_warnings(policy_of(limit(1, queue="vip"), *each[1:]))
        assert () == policy_warnings(
            policy_of(limit(1, channel=Channel.CHAT), limit(1, channel=Channel.CHAT, tag=("a",)))
        )

    def test_none(self):
        """The SOP that ships has none."""
        assert () == policy_warnings(Policy.default())


# At the desk -------------------------------------------------------------------------------------------


class TestAtTheDesk:
    """Whoever asks the policy about a case asks for what is in force for it."""

    def test_deciding(self):
        """A rule keeps to the limit of the case it is asked about."""
        policy = policy_of(limit(1, queue="vip"))
        story = given(new_case("c1"), new_case("c2", tags=frozenset({"vip"})), policy=policy)
        assert story.desk.decide(AddTag("ana", at(1), "c1", "gold"))
        assert ["tags.limit"] == [reason.rule for reason in story.desk.decide(AddTag("ana", at(1), "c2", "a")).reasons]

    def test_at_the_instant_of_the_command(self):
        """A change holds from its instant on."""
        policy = policy_of(Change(on=at(minutes=5), set={"tags.enabled": False}))
        desk = given(new_case("c1"), policy=policy).desk
        assert desk.decide(AddTag("ana", at(minutes=4), "c1", "a"))
        assert not desk.decide(AddTag("ana", at(minutes=5), "c1", "a"))

    def test_softening_for_some_cases(self):
        """What is refused for others is a deviation in this queue."""
        policy = policy_of(over({"tags.limit": 1, 'enforcement."tags.limit"': Enforcement.WARN}, queue="general"))
        story = given(new_case("c1"), AddTag("ana", at(1), "c1", "a"), policy=policy)
        story.when(AddTag("ana", at(2), "c1", "b")).warns("tags.limit")

    def test_a_message_that_starts_a_case(self):
        """It is decided for the case that is about to start: in its queue, with its tags."""
        policy = policy_of(over({"channels.chat.kinds": ()}, queue="vip"))
        first = ReceiveMessage(CUSTOMER, T0, "t1", "m1", "Hi", customer="zoe", channel=Channel.CHAT)
        desk = Desk(policy)
        assert desk.decide(first)
        assert not desk.decide(attrs.evolve(first, tags=frozenset({"vip"})))
        assert not desk.decide(ReceiveMessage(CUSTOMER, T0, "t1", "m1", "Hi"))

    def test_actions(self):
        """What an inbox greys out is what would be refused."""
        policy = policy_of(over({"tags.enabled": False}, channel=Channel.CHAT))
        desk = given(case_in("open", channel=Channel.CHAT), policy=policy).desk
        (tag,) = [action for action in desk.actions("ana", "c1", at(hours=1)) if action.name == "add_tag"]
        assert (False, ["tags.enabled"]) == (tag.allowed, [reason.rule for reason in tag.reasons])

    def test_what_is_due(self):
        """Closing waits as long as is in force when it comes: it is told for the first instant at which it is due."""
        desk = given(case_in("resolved")).desk
        since = desk.cases["c1"].case.status_at

        def due(*layers, now=None):
            (closing,) = [
                one.at - since
                for one in attrs.evolve(desk, policy=policy_of(*layers)).due(now)
                if one.key == "lifecycle.close_after"
            ]
            return closing

        def after(hours, length):
            on = since + timedelta(hours=hours)
            return Change(on=on, set={"lifecycle.close_after.resolved": timedelta(hours=length)})

        assert timedelta(hours=48) == due()
        assert timedelta(hours=10) == due(
            over({"lifecycle.close_after.resolved": timedelta(hours=10)}, queue="general")
        )
        assert timedelta(hours=20) == due(after(20, 10))
        assert timedelta(hours=30) == due(after(20, 30))
        assert timedelta(hours=60) == due(after(20, 60))
        assert timedelta(hours=48) == due(after(50, 60))
        assert timedelta(hours=60) == due(after(50, 60), now=since + timedelta(hours=51))
        second = timedelta(seconds=1)
        for moved, later in ((-second, 60), (timedelta(0), 60), (timedelta(microseconds=1), 48), (second, 48)):
            longer = Change(
                on=since + timedelta(hours=48) + moved, set={"lifecycle.close_after.resolved": timedelta(hours=60)}
            )
            assert timedelta(hours=later) == due(longer)
            begun = timedelta(hours=60)
            assert begun == due(longer, now=longer.on) == due(longer, now=longer.on + second)
            shorter = attrs.evolve(longer, set={"lifecycle.close_after.resolved": timedelta(hours=1)})
            assert timedelta(hours=48) + min(moved, timedelta(0)) == due(shorter)
        for hours in (20, 48):
            none = Change(on=since + timedelta(hours=hours), set={"lifecycle.close_after": {}})
            assert [] == [one for one in attrs.evolve(desk, policy=policy_of(none)).due() if "close" in one.key]

    def test_what_is_due_when_a_change_begins_is_judged_by_the_change(self):
        """Given a closing due at the very instant of a change that makes it wait longer, then it is refused then."""
        desk = given(case_in("resolved")).desk
        on = desk.cases["c1"].case.status_at + timedelta(hours=48)
        longer = Change(on=on, set={"lifecycle.close_after.resolved": timedelta(hours=60)})
        desk = attrs.evolve(desk, policy=policy_of(longer))
        assert not desk.decide(CloseCase(SYSTEM, on, "c1"))
        assert on + timedelta(hours=12) == next(one.at for one in desk.due() if one.command is not None)
        later = attrs.evolve(desk, policy=policy_of(attrs.evolve(longer, on=on + timedelta(seconds=1))))
        assert later.decide(CloseCase(SYSTEM, on, "c1"))
        assert on == next(one.at for one in later.due() if one.command is not None)

    def test_the_agenda_and_the_desk_agree(self):
        """When the instant has come, the command is accepted, and a second earlier it is not."""
        desk = given(case_in("resolved")).desk
        on = desk.now + timedelta(hours=20)
        policy = policy_of(Change(on=on, set={"lifecycle.close_after.resolved": timedelta(hours=10)}))
        desk = attrs.evolve(desk, policy=policy)
        due = Agenda(desk).next()
        while due.command is None:
            (due,) = [one for one in desk.due() if one.command is not None]
        assert on == due.at
        assert desk.decide(due.command)
        assert not desk.decide(attrs.evolve(due.command, at=on - timedelta(seconds=1)))

    def test_service_clocks(self):
        """A target of a queue, and one that changes."""
        policy = policy_of(
            over({"sla.default.first_response": timedelta(minutes=3)}, queue="vip"),
            Change(on=at(hours=1), set={"sla.default.first_response": timedelta(minutes=7)}),
        )
        desk = given(new_case("c1"), new_case("c2", tags=frozenset({"vip"})), policy=policy).desk

        def target(case, instant):
            return first_response(desk.view_of(case), policy, instant).target

        assert [timedelta(minutes=n) for n in (60, 7, 3)] == [
            target("c1", at(1)),
            target("c1", at(hours=1)),
            target("c2", at(hours=1)),
        ]
        times = [time_to_target(FRT, desk.view_of(case), policy) for case in ("c1", "c2", "none")]
        assert [timedelta(minutes=60), timedelta(minutes=3), None] == times

    def test_inbox(self):
        """How often one has to ask, and until when."""
        policy = policy_of(over({"chat.idle.ask_first": 3}, channel=Channel.CHAT))
        desk = given(case_in("open", channel=Channel.CHAT), policy=policy).desk
        (held,) = inbox(desk, "ana", at(hours=1)).cases
        assert 3 == held.idle.needed


class TestRouting:
    """Capacity is what the policy says for the case that is offered, whatever the agent has already."""

    def desk(self, *layers):
        """Two chats wait, one of them in the queue of the important ones; ana can take chats."""
        policy = policy_of(over({"capacity.chat": 1, "capacity.total": 1}, channel=Channel.CHAT), *layers)
        return given(
            new_case("c1", channel=Channel.CHAT),
            new_case("c2", channel=Channel.CHAT, tags=frozenset({"vip"})),
            policy=policy,
        ).desk

    def test_a_limit_of_a_queue(self):
        """Who has one chat gets a second only if it is important."""
        desk = self.desk(over({"capacity.chat": 2, "capacity.total": 2}, channel=Channel.CHAT, queue="vip"))
        proposed = route(desk, at(1))
        given_to = [(command.case, command.agent) for command in proposed]
        router, followed = Router(desk), []
        while (command := router.next(desk, at(1))) is not None:
            desk, events = desk.handle(command)
            router.update(desk, events)
            followed.append((command.case, command.agent))
        assert given_to == followed
        assert 2 == len(given_to)

    def test_explained(self):
        """The reason names the limit for that case."""
        desk = self.desk()
        explained = explain_route(desk, "c1", at(1))
        assert explained.chosen is not None
        assert next_for(desk, explained.chosen, at(1)) == OpenCase(explained.chosen, at(1), "c1")

    @examples(15)
    @for_all(
        layered_policies().flatmap(lambda policy: runs(policy, max_steps=25)), st.sampled_from((0, 60, 400, 90_000))
    )
    def test_the_index_agrees(self, steps, seconds):
        """Under every layered policy the index says what looking at everything says, whenever it is asked."""
        router = Router(steps[0].before)
        for step in steps:
            router.update(step.after, step.events)
        desk = steps[-1].after
        instant = (desk.now or T0) + timedelta(seconds=seconds)
        assert next_offer(desk, instant) == router.next(desk, instant)
