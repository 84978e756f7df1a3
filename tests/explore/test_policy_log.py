"""A policy that notes what is read of it: what is noted, and that nothing is read unseen."""

import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from casecore import HOUSE, Desk, Policy
from casecore.channels import Channel
from casecore.explore.policy_log import LoggedPolicy, PlainPolicy, PolicyLog, note_all, note_untold, to_tell, unlogged
from casecore.policies import Aspect
from casecore.policies.declared import ANY_NAME, every_key
from casecore.statuses import Status
from tests.edits import SOP, sop

LAYERS = ["layers"]

LAYERED = Policy.loads("""
[calendars.office]
monday = ["09:00-17:00"]

[[override]]
match = { channel = "chat" }
set = { "capacity.chat" = 3 }

[[override]]
match = { tag = "vip" }
set = { "capacity.email" = 9 }

[[change]]
on = 2026-12-01
set = { "capacity.email" = 4 }
""")

BEFORE, AFTER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)


def read_by(look, policy=SOP):
    """The places that somebody looks at, in the policy as it is."""
    log = PolicyLog()
    look(LoggedPolicy.noting(policy, log))
    return [place for one in log.reads for place in one["places"] if place != LAYERS]


READS = {
    "a flag": (lambda policy: policy.wrap_up.notes, [["value", "wrap_up", "notes"]]),
    "nothing of a table": (lambda policy: policy.wrap_up, []),
    "a limit that is compared": (
        lambda policy: 1 >= policy.limit(Channel.CHAT),
        [["there", "capacity", "chat"], ["compared", "le", 1, "capacity", "chat"]],
    ),
    "a limit that there is not": (
        lambda policy: policy.limit(Channel.SMS),
        [["there", "capacity", "sms"], ["value", "capacity", "sms"]],
    ),
    "a length that is added": (
        lambda policy: BEFORE + policy.chat.idle.silence,
        [["value", "chat", "idle", "silence"]],
    ),
    "an entry": (
        lambda policy: policy.lifecycle.close_after.get(Status.RESOLVED) < timedelta(0),
        [
            ["there", "lifecycle", "close_after", "resolved"],
            ["compared", "lt", (0, 0, 0), "lifecycle", "close_after", "resolved"],
        ],
    ),
    "an entry that there is not": (
        lambda policy: (policy.mode("note.author"), policy.mode("note.author")),
        [["there", "enforcement", "note.author"], ["value", "rule"]],
    ),
    "the names": (lambda policy: [*policy.queues], [["names", "queues"]]),
    "how many names": (lambda policy: len(policy.queues), [["names", "queues"]]),
    "a queue": (
        lambda policy: policy.queues["general"].fallback,
        [["there", "queues", "general"], ["value", "queues", "general", "fallback"]],
    ),
    "whether there is a queue": (lambda policy: "vip" in policy.queues, [["there", "queues", "vip"]]),
    "what layers set": (
        lambda policy: [change.set for change in policy.change],
        [["names", "change"]],
    ),
}


@pytest.mark.parametrize(("look", "places"), READS.values(), ids=READS)
def test_what_is_noted(look, places):
    """The places that were looked at, in order, each once."""
    assert places == read_by(look)


def test_no_such_name():
    """It is missed as in any policy."""
    assert [] == read_by(lambda policy: hasattr(policy, "chats") or hasattr(policy.capacity, "chats"))
    with pytest.raises(KeyError):
        read_by(lambda policy: policy.queues["vip"])


def test_a_calendar_is_noted_as_a_whole():
    """By whatever name it is found."""
    assert [["there", "calendars", "office"], ["value", "calendars", "office"]] == [
        place for place in read_by(lambda policy: policy.hours_of("general"), with_hours()) if "calendars" in place
    ]


def with_hours():
    """The SOP, with work of one queue in opening hours."""
    return Policy.loads('[calendars.office]\nmonday = ["09:00-17:00"]\n[queues.general]\nhours = "office"')


# Layers ------------------------------------------------------------------------------------------------


def test_in_force_for_a_case():
    """All that the overrides set which match is noted, and what stands around them as a whole."""
    chat = Aspect(Channel.CHAT, "general", frozenset())
    assert [
        ["value", "override", 0, "set"],
        ["there", "capacity", "chat"],
        ["value", "capacity", "chat"],
    ] == read_by(lambda policy: policy.for_(chat).capacity.chat > 2, LAYERED)


def test_in_force_at_an_instant():
    """All that the changes set which have begun."""
    assert [] == read_by(lambda policy: policy.at(BEFORE), LAYERED)
    assert [["value", "change", 0, "set"]] == read_by(lambda policy: policy.at(AFTER), LAYERED)


def test_layers_in_force_say_the_same():
    """A policy in force that notes is as the one that does not, and the same one each time."""
    logged = LoggedPolicy.noting(LAYERED, PolicyLog())
    vip = Aspect(Channel.CHAT, None, frozenset({"VIP"}))
    assert LAYERED.at(AFTER).for_(vip) == logged.at(AFTER).for_(vip)
    assert logged.at(AFTER).for_(vip) is logged.at(AFTER).for_(vip)
    assert logged.of(None) is logged
    assert LAYERED.aspect(vip) == logged.aspect(vip)
    assert LAYERED.of(logged.aspect(vip)) == logged.of(logged.aspect(vip))
    assert LAYERED.layered is logged.layered is True
    assert LAYERED.tags_looked_at == logged.tags_looked_at
    plain = LoggedPolicy.noting(SOP, PolicyLog())
    assert plain is plain.at(AFTER) is plain.for_(vip)


def test_for_whom_layers_are_is_always_noted():
    """Another match, date or zone is another policy to whoever looked at anything."""
    log = PolicyLog()
    LoggedPolicy.noting(LAYERED, log)
    for match, date, zone, same in (
        ('channel = "chat"', "2026-12-01", "UTC", True),
        ('channel = "voice"', "2026-12-01", "UTC", False),
        ('channel = "chat"', "2026-12-02", "UTC", False),
        ('channel = "chat"', "2026-12-01", "Europe/Lisbon", False),
    ):
        said = Policy.loads(f"""
zone = "{zone}"
[[override]]
match = {{ {match} }}
set = {{ "capacity.chat" = 5 }}
[[override]]
match = {{ tag = "vip" }}
set = {{ "capacity.email" = 5 }}
[[change]]
on = {date}
set = {{ "capacity.email" = 5 }}
""")
        assert same is (PlainPolicy(LAYERED).digest(log.reads) == PlainPolicy(said).digest(log.reads))


def test_what_notes_everything():
    """Who asks for other values, or for everything as plain data, has looked at everything."""
    for look in (
        lambda policy: policy.with_values([("override[0].set", {"capacity.chat": 3})]),
        lambda policy: policy.to_dict(),
        note_all,
    ):
        assert ["value", "whatsapp"] in read_by(look, LAYERED)


def test_a_period_is_looked_at_by_itself():
    """Of what is in force from a date on is noted what the change sets, and what is read around it."""
    seen = read_by(lambda policy: [then.capacity.email > 1 for _, _, then in policy.periods(None)], LAYERED)
    compared, value = ["compared", "gt", 1, "capacity", "email"], ["value", "capacity", "email"]
    assert [compared, ["value", "change", 0, "set"], value] == [place for place in seen if place[0] != "there"]
    plain = LoggedPolicy.noting(SOP, PolicyLog())
    assert [(None, None, plain)] == [*plain.periods(AFTER)]


def test_lines_are_not_kept():
    """Where a value stands in a file is for nobody to keep."""
    log = PolicyLog()
    logged = LoggedPolicy.noting(Policy.loads("[capacity]\nchat = 3", "sop.toml"), log)
    assert log.may_be_kept
    assert 2 == logged.origin("capacity.chat").line
    assert not log.may_be_kept
    told = PolicyLog()
    LoggedPolicy.noting(SOP, told).to_tell.origin("capacity.chat")
    assert not told.may_be_kept


# Views -------------------------------------------------------------------------------------------------

RULED = Policy.loads("""
[[rule]]
id = "refund.noted"
title = "Refunds are noted"
guards = ["resolve"]
""")


def test_a_view_is_read_apart():
    """A rule that is put aside is another one to nobody; a limit is what it is lowered to."""
    log = PolicyLog()
    logged = LoggedPolicy.noting(RULED, log).with_own_rules(()).with_lower_limits({"capacity.email": 3})
    assert () == logged.rule
    assert 2 == logged.capacity.email
    same = lambda policy: PlainPolicy(RULED).digest(log.reads) == PlainPolicy(policy).digest(log.reads)  # noqa: E731
    assert same(SOP)
    assert same(sop(capacity__chat=7))
    assert not same(sop(capacity__email=4))
    assert json.loads(json.dumps(log.reads)) == [
        {"view": [], "places": [LAYERS]},
        {"view": [["with_own_rules", []]], "places": [LAYERS]},
        {
            "view": [["with_own_rules", []], ["with_lower_limits", {"capacity.email": 3}]],
            "places": [
                LAYERS,
                ["value", "rule"],
                ["there", "capacity", "email"],
                ["compared", "eq", 2, "capacity", "email"],
            ],
        },
    ]
    assert logged is logged.with_lower_limits({})


def test_a_view_that_there_is_not():
    """Of a policy that contradicts itself in a view, or in a view of which nobody knows, nothing is said."""
    with pytest.raises(KeyError):
        PlainPolicy(SOP).digest([{"view": [["with_luck", []]], "places": [LAYERS]}])


# Stories -----------------------------------------------------------------------------------------------


def test_what_is_read_to_tell_a_story_is_noted_apart():
    """A plain policy notes nothing, wherever it is."""
    log = PolicyLog()
    logged = LoggedPolicy.noting(SOP, log)
    assert logged.to_tell is to_tell(logged)
    assert to_tell(logged).wrap_up.notes
    assert [{"view": [], "places": [LAYERS]}] == log.reads
    assert [{"view": [], "places": [LAYERS, ["value", "wrap_up", "notes"]]}] == log.telling.reads
    assert not log.untold
    note_untold((SOP, logged))
    assert log.untold
    note_all(SOP)
    assert SOP is to_tell(SOP) is unlogged(SOP) is unlogged(logged)


# Nothing is read unseen --------------------------------------------------------------------------------


def test_it_passes_for_a_policy():
    """It is equal to the one for which it stands, and so are its tables."""
    logged = LoggedPolicy.noting(SOP, PolicyLog())
    assert SOP == logged
    assert logged == SOP
    assert isinstance(logged.capacity, type(SOP.capacity))
    assert logged.capacity == SOP.capacity
    assert dict(logged.queues) == SOP.queues
    assert Desk(logged).policy is logged
    assert attrs.evolve(SOP, capacity=logged.capacity) == SOP


KEYS = tuple(key.path for key in every_key(Policy) if ANY_NAME not in key.steps)


@pytest.mark.parametrize("path", KEYS)
def test_a_value_that_was_read(path):
    """Whoever has read one notices when it is another, and no other one."""
    log = PolicyLog()
    assert str(SOP.value(path)) == str(LoggedPolicy.noting(SOP, log).value(path))
    assert (SOP.value(path) != OTHER.value(path)) is (
        PlainPolicy(SOP).digest(log.reads) != PlainPolicy(OTHER).digest(log.reads)
    )


OTHER = sop(
    id="ours",
    version="1",
    capacity__chat=7,
    capacity__email="none",
    chat__idle__silence="9m",
    wrap_up__notes=False,
    lifecycle__close_after={"resolved": "1h"},
    lifecycle__close_from=["resolved", "open"],
    sla__default__first_response="2h",
    sla__after_reopening="starts_again",
    enforcement={"note.author": "off"},
    whatsapp__consent=["opt_in"],
)
"""Another policy, which says some things otherwise and the rest as the shipped one does."""


def test_the_house_reads_it_as_any_policy():
    """Timers, and what the rooms want to know of it."""
    logged = LoggedPolicy.noting(LAYERED, PolicyLog())
    assert HOUSE.timers_under(LAYERED) == HOUSE.timers_under(logged)
    assert LAYERED.queue_for(Channel.EMAIL, "refund", "pt") == logged.queue_for(Channel.EMAIL, "refund", "pt")
    assert LAYERED.fallback == logged.fallback
