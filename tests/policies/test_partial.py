"""A file says only what differs: whatever it leaves out is as it was, key by key and entry by entry."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore import Policy, PolicyError
from casecore.channels import Channel
from casecore.kernel import Enforcement
from casecore.kernel.problems import under
from casecore.policies import Change, Match, Override
from casecore.policies.declared import find_key
from casecore.policies.kinds import (
    Choice,
    Flag,
    Id,
    Length,
    Named,
    Number,
    OrNone,
    Several,
    Table,
    Text,
    Whole,
    Wording,
    as_toml,
)
from casecore.policies.sections import (
    ALL_HOURS,
    Capacity,
    ChannelRules,
    Delivery,
    Idle,
    Level,
    Lifecycle,
    OwnRule,
    Priority,
    Queue,
    Sla,
    Strategy,
    Targets,
)
from casecore.statuses import Status
from casecore.testing.strategies import policies

SHIPPED = Policy.default()
WHICH_FILE = {"id", "version", "source", "schema", "override", "change", "waiver"}
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def leaves(plain, path=""):
    """Every value that is no table, by its path; of an empty table, the table."""
    for word, value in plain.items():
        here = under(path, word)
        if isinstance(value, dict) and value:
            yield from leaves(value, here)
        else:
            yield here, value


LEAVES = {path: value for path, value in leaves(SHIPPED.to_dict()) if path not in WHICH_FILE}
"""Every value of the shipped SOP, but what names the file."""

CONTRADICT = {"lifecycle.close_from", "queues.general.fallback", "queues.billing.fallback", "queues.technical.fallback"}
"""What cannot be said otherwise alone: the rest would contradict it."""

_A_RULE = {"id": "refund.never", "title": "No refunds", "guards": ["reply"]}

OTHERWISE = {
    Flag: lambda _, value: not value,
    Whole: lambda kind, value: value + 1 if value < kind.most else value - 1,
    Number: lambda kind, value: value + 1 if value < kind.most else value - 1,
    Length: lambda _, __: "7m",
    Choice: lambda kind, value: next(word.value for word in kind.choices if word != value),
    Several: lambda kind, value: value[:-1] or [another(kind.of, "")],
    Named: lambda kind, _: {"tags.limit": "warn"} if kind.of == Choice(Enforcement) else {"x": "none"},
    Wording: lambda _, value: f"{value}!",
    Text: lambda _, value: "UTC" if value != "UTC" else "Europe/Lisbon",
    Id: lambda _, __: "something",
    OrNone: lambda kind, value: another(kind.of, value),
    Table: lambda kind, __: _A_RULE if kind.section is OwnRule else {},  # one whose keys must be given together
}
"""By kind: (kind, value) -> another value that fits."""


def another(kind, value):
    """Another value that fits."""
    return OTHERWISE[type(kind)](kind, value)


def as_of(path, value):
    """A file that says one value."""
    return f"{path} = {as_toml(value)}"


def said(policy):
    """Everything that a policy says, but which file it is."""
    return {path: value for path, value in leaves(policy.to_dict()) if path not in WHICH_FILE}


@pytest.mark.parametrize("path", LEAVES)
def test_set_to_its_default(path):
    """Regression: `[channels.sms] emoji = true`, the default, allowed attachments."""
    assert said(SHIPPED) == said(Policy.loads(as_of(path, LEAVES[path])))


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - CONTRADICT))
def test_set_to_another_value(path):
    """Regression: `[sla.default] first_response = "8h"` dropped `solution`; all other leaves are as they were."""
    new = another(find_key(Policy, path).kind, LEAVES[path])
    found = said(Policy.loads(as_of(path, new)))
    changed = {other for other in found.keys() | LEAVES.keys() if found.get(other) != said(SHIPPED).get(other)}
    assert all(other == path or other.startswith(f"{path}.") for other in changed)
    assert changed or new in ({"x": "none"}, LEAVES[path])


@pytest.mark.parametrize("path", sorted(CONTRADICT))
def test_what_cannot_be_said_alone(path):
    """It is refused, and the remedy says what to write besides."""
    new = another(find_key(Policy, path).kind, LEAVES[path])
    with pytest.raises(PolicyError) as caught:
        Policy.loads(as_of(path, new))
    assert path == "queues.general.fallback" or all(problem.remedy for problem in caught.value.problems)


@given(st.sets(st.sampled_from(sorted(LEAVES)), min_size=1))
def test_any_of_them_together(paths):
    """Whichever of its own values a file repeats."""
    assert said(SHIPPED) == said(Policy.loads("\n".join(as_of(path, LEAVES[path]) for path in sorted(paths))))


@given(policies())
def test_what_is_written_reads_the_same(policy):
    """Also where something is taken out that there is by default."""
    assert policy == Policy.from_dict(policy.to_dict())


class TestNone:
    """The word that takes something out."""

    @pytest.mark.parametrize("empty", ['"none"', "{}", '{ resolved = "none" }'])
    def test_nothing_is_closed_by_itself(self, empty):
        """An empty table is one, too."""
        assert {} == Policy.loads(f"[lifecycle]\nclose_after = {empty}").lifecycle.close_after

    def test_one_entry_more_and_one_less(self):
        """What is not named stays."""
        more = Policy.loads('[lifecycle.close_after]\npending = "1h"').lifecycle.close_after
        assert {Status.RESOLVED: timedelta(hours=48), Status.PENDING: timedelta(hours=1)} == more
        less = Policy.loads('[lifecycle.close_after]\npending = "1h"\nresolved = "none"').lifecycle.close_after
        assert {Status.PENDING: timedelta(hours=1)} == less

    def test_no_limit_of_a_channel(self):
        """Only the total bounds it."""
        assert None is Policy.loads('capacity.chat = "none"').limit(Channel.CHAT)
        assert None is Policy(capacity=Capacity(chat=None)).limit(Channel.CHAT)

    def test_no_target_and_all_hours(self):
        """A channel may have none where there is one by default, and a level where its channel has one."""
        policy = Policy.loads(
            '[calendars.day]\nmonday = ["09:00-17:00"]\n[sla.default]\ncalendar = "day"\n'
            '[sla.chat]\nsolution = "none"\ncalendar = "none"\n[sla.chat.low]\nfirst_response = "none"'
        )
        assert None is policy.sla.target("solution", Channel.CHAT, Level.HIGH)
        assert None is policy.sla.target("first_response", Channel.CHAT, Level.LOW)
        assert timedelta(hours=1) == policy.sla.target("first_response", Channel.CHAT, Level.HIGH)
        assert (None, "day") == (policy.sla.calendar(Channel.CHAT), policy.sla.calendar(Channel.SMS))
        assert None is policy.calendar_for(Channel.CHAT)
        assert policy == Policy.from_dict(policy.to_dict())

    def test_none_by_default(self):
        """Around the default there is nothing, so that none of it reads the same as nothing said in code."""
        read = Policy.loads('[sla.default]\nsolution = "none"\ncalendar = "none"')
        assert (
            Sla(default=Targets(first_response=timedelta(hours=1)))
            == read.sla
            == Sla(default=Targets(first_response=timedelta(hours=1), calendar=ALL_HOURS))
        )
        assert read == Policy.from_dict(read.to_dict())

    def test_no_targets_of_a_channel(self, tmp_path):
        """A file takes out what the file below says of a channel."""
        (tmp_path / "base.toml").write_text('[sla.chat]\nfirst_response = "1m"\n', "utf-8")
        (tmp_path / "top.toml").write_text('extends = "base.toml"\nsla.chat = "none"\n', "utf-8")
        assert None is Policy.load(tmp_path / "top.toml").sla.chat

    @pytest.mark.parametrize("table", ["capacity", "chat.idle", "sla.default", "override"])
    def test_what_always_is(self, table):
        """A table of fixed keys cannot be taken out."""
        with pytest.raises(PolicyError):
            Policy.loads(f'{table} = "none"')

    def test_in_layers(self):
        """The same words, and a table says only what differs there, too."""
        policy = Policy.loads(
            """
            [[change]]
            on = 2026-12-01
            set = { "lifecycle.close_after" = { pending = "1h" }, "capacity.chat" = "none" }
            [[override]]
            match = { queue = "billing" }
            set = { "lifecycle.close_after" = { resolved = "none" } }
            [[override]]
            match = { channel = "sms", queue = "general" }
            set = { "lifecycle.close_after" = "none" }
            """
        )
        later = policy.at(LATER)
        assert {"resolved": timedelta(hours=48), "pending": timedelta(hours=1)} == later.lifecycle.close_after
        assert None is later.limit(Channel.CHAT)
        assert {"pending"} == {*later.for_(Matter(queue="billing")).lifecycle.close_after}
        assert {} == later.for_(Matter(Channel.SMS)).lifecycle.close_after
        assert policy == Policy.from_dict(policy.to_dict())

    @pytest.mark.parametrize(
        ("below", "above", "closed"),
        [
            ('close_after = { pending = "1h" }', "close_after = {}", {}),
            ('close_after = { pending = "1h" }', 'close_after = "none"', {}),
            ('close_after = { pending = "1h" }', 'close_after = { pending = "none" }', {"resolved"}),
            ('close_after = "none"', 'close_after = { pending = "1h" }', {"pending"}),
            ("close_after = {}", 'close_after = { pending = "1h" }', {"pending"}),
            ('close_after = { open = "1h" }', 'close_after = { pending = "1h" }', {"resolved", "pending", "open"}),
        ],
    )
    def test_in_files_on_each_other(self, below, above, closed, tmp_path):
        """What was emptied below is not filled again by the default."""
        (tmp_path / "base.toml").write_text(f"[lifecycle]\n{below}\n", "utf-8")
        (tmp_path / "middle.toml").write_text('extends = "base.toml"\n', "utf-8")
        (tmp_path / "top.toml").write_text(f'extends = "middle.toml"\n[lifecycle]\n{above}\n', "utf-8")
        assert {*closed} == {*Policy.load(tmp_path / "top.toml").lifecycle.close_after}


class Matter:
    """A case, as far as an override looks at one."""

    def __init__(self, channel=Channel.CHAT, queue="general"):
        self.channel, self.queue, self.tags = channel, queue, frozenset()


class TestQueues:
    """The shipped queues are there until a file has its own."""

    @pytest.mark.parametrize(
        ("text", "queues"),
        [
            ("[capacity]\nchat = 3", ["billing", "technical", "general"]),
            ('[queues.billing]\ndelivery = "pull"', ["billing", "technical", "general"]),
            ('[queues.vip]\ntags = ["vip"]', ["billing", "technical", "general", "vip"]),
            ('queues.technical = "none"', ["billing", "general"]),
            ("[queues.vip]\n[queues.general]\nfallback = true", ["vip", "general"]),
            ("[queues.all]\nfallback = true", ["all"]),
        ],
    )
    def test_which_there_are(self, text, queues):
        """Queues with names of their own, one of which takes the rest, are all of them."""
        assert queues == [*Policy.loads(text).queues]

    def test_a_queue_says_only_what_differs(self):
        """Regression: its reasons were gone, so that no case was told to enter it."""
        policy = Policy.loads('[queues.billing]\ndelivery = "pull"')
        assert ("billing", "refund") == policy.queues["billing"].reasons

    def test_two_fallbacks(self):
        """The remedy says how to take one out."""
        with pytest.raises(PolicyError, match='take them out: general = "none"'):
            Policy.loads("[queues.general]\nfallback = true\n[queues.all]\nfallback = true")


class TestMadeInCode:
    """Regression: `Capacity(chat="3")` passed, and the first decision raised `TypeError`."""

    @pytest.mark.parametrize(
        ("make", "path"),
        [
            (lambda: Capacity(chat="3"), "capacity.chat"),
            (lambda: Capacity(email=-1), "capacity.email"),
            (lambda: Capacity(total=2.5), "capacity.total"),
            (lambda: Capacity(total=True), "capacity.total"),
            (lambda: Capacity(total=None), "capacity.total"),
            (lambda: Idle(silence=120), "chat.idle.silence"),
            (lambda: Idle(silence=timedelta(milliseconds=1500)), "chat.idle.silence"),
            (lambda: Priority(initial="high"), "queues.NAME.priority.initial"),
            (lambda: Queue(delivery="pul"), "queues.NAME.delivery"),
            (lambda: Queue(reasons=("",)), "queues.NAME.reasons[0]"),
            (lambda: Queue(reasons=("a", "a")), "queues.NAME.reasons[1]"),
            (lambda: Queue(priority={"initial": 1}), "queues.NAME.priority"),
            (lambda: ChannelRules(emoji=1), "channels.NAME.emoji"),
            (lambda: Lifecycle(close_after={"rsolved": timedelta(1)}), "lifecycle.close_after.rsolved"),
            (lambda: Lifecycle(close_after={7: timedelta(1)}), "lifecycle.close_after.7"),
            (lambda: Lifecycle(close_after=48), "lifecycle.close_after"),
            (lambda: Lifecycle(close_after={Status.RESOLVED: 3}), "lifecycle.close_after.resolved"),
            (lambda: Targets(solution="1h"), "sla.NAME.solution"),
            (lambda: Policy(capacity=3), "capacity"),
            (lambda: Policy(queues={"vip": 3}), "queues.vip"),
            (lambda: Policy(queues={"": Queue(fallback=True)}), 'queues.""'),
            (lambda: Policy(queues={7: Queue(fallback=True)}), "queues.7"),
            (lambda: Policy(override=("all",)), "override[0]"),
            (lambda: Policy(override=7), "override"),
            (lambda: Override(match="all", set={}), "override.match"),
            (lambda: Change(on=LATER, set=7), "change.set"),
            (lambda: Change(on="soon", set={"capacity.chat": 3}), "change.on"),
            (lambda: Change(on=LATER, set={"capacity.chat": "3"}), 'change.set."capacity.chat"'),
            (lambda: Change(on=LATER, set={"capacity": Capacity()}), "change.set.capacity"),
            (lambda: Change(on=LATER, set={7: 3}), "change.set.7"),
        ],
        ids=map(str, range(30)),
    )
    def test_values_that_no_file_could_hold(self, make, path):
        """They are told by their path, as those of a file are."""
        with pytest.raises(PolicyError) as caught:
            make()
        assert [path] == [problem.path for problem in caught.value.problems]

    def test_plain_words(self):
        """They become the choices that they name, because rules tell these apart by what they are."""
        queue = Queue(delivery="pull", channels=["chat"])
        assert (Delivery.PULL, (Channel.CHAT,)) == (queue.delivery, queue.channels)
        assert Channel.CHAT is queue.channels[0]
        policy = Policy(lifecycle=Lifecycle(close_after={"resolved": timedelta(1)}), enforcement={"tags.limit": "warn"})
        assert Enforcement.WARN is policy.mode("tags.limit")
        assert [Status.RESOLVED] == [*policy.lifecycle.close_after]
        change = Change(on=LATER, set={"routing.agents": "round_robin", "lifecycle.close_from": ["resolved"]})
        assert (Strategy.ROUND_ROBIN, (Status.RESOLVED,)) == (*change.set.values(),)
        assert Channel.SMS is Override(match=Match(channel="sms"), set={"reopening.to": "queue"}).match.channel

    def test_every_mistake_at_once(self):
        """As a file tells them."""
        with pytest.raises(PolicyError) as caught:
            Capacity(chat="3", email=-1)
        assert ["capacity.chat", "capacity.email"] == [problem.path for problem in caught.value.problems]
        assert all('or "none"' in problem.expected for problem in caught.value.problems)

    def test_what_may_be_left_out(self):
        """None is the word for none in code."""
        settings = {"capacity.chat": None, "lifecycle.close_after": {Status.OPEN: timedelta(1)}, "enforcement": {}}
        change = Change(on=LATER, set=settings)
        assert {"capacity.chat", "lifecycle.close_after.open", "enforcement"} == {*change.set}
        assert (None, None) == (Targets(solution=None).solution, Capacity(sms=None).sms)
