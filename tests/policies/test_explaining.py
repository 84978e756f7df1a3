"""What a key is worth, and why: `explain`, and the command `casecore explain`."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.channels import Channel
from casecore.policies import Aspect, Match, Override, Policy
from casecore.policies.declared import every_key
from casecore.policies.explaining import UnknownKey, explain
from casecore.policies.kinds import Table
from casecore.policies.sections import Tags
from casecore.testing.scenario import T0
from casecore.testing.strategies import layered_policies

BASE = """
[chat.idle]
silence = "4m"
[queues.vip]
tags = ["vip"]
[queues.rest]
fallback = true
"""

TOP = """extends = "base.toml"
[chat.idle]
silence = "3m"
[[override]]
match = { channel = "chat" }
set = { "chat.idle.silence" = "5m" }
[[override]]
match = { channel = "chat", queue = "vip" }
set = { "chat.idle.silence" = "6m", "lifecycle.close_after" = { pending = "1d" } }
[[override]]
match = { queue = "rest" }
set = { "chat.idle.silence" = "5m", "lifecycle.close_after.pending" = "2d" }
[[change]]
on = 2026-12-01
set = { "chat.idle.silence" = "1m", "enforcement.tags.limit" = "warn" }
[[change]]
on = 2027-12-01
set = { "chat.idle.silence" = "2m" }
[[change]]
on = 2026-12-15
set = { "chat.idle.silence" = "90s" }
"""

CHRISTMAS = datetime(2026, 12, 24, tzinfo=UTC)
VIP = Aspect(Channel.CHAT, "vip")


@pytest.fixture
def policy(tmp_path, monkeypatch):
    """A policy of two files with every sort of layer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.toml").write_text(BASE, "utf-8")
    (tmp_path / "top.toml").write_text(TOP, "utf-8")
    return Policy.load("top.toml")


def told(said):
    """A value with its place."""
    return said.value, str(said.origin) if said.origin else "", said.why


class TestExplain:
    """The value in force, and every value that lost."""

    def test_everything_that_is_said(self, policy):
        """In the order in which they stand over each other, with the reason why each lost."""
        found = explain(policy, "chat.idle.silence", CHRISTMAS, VIP)
        over = "the override for a case on chat in the queue vip stands over it"
        assert ("6m", "top.toml:9:31", "") == told(found.in_force)
        assert [
            ("5m", "top.toml:6:31", "one that names more stands over it"),
            ("1m30s", "top.toml:21:31", over),
            ("1m", "top.toml:15:31", over),
            ("3m", "top.toml:3:11", over),
            ("4m", "base.toml:3:11", over),
            ("2m", "", over),
            ("2m", "top.toml:18:31", "has not begun"),
            ("5m", "top.toml:12:31", "this is a case on chat in the queue vip"),
        ] == [told(said) for said in found.lost]

    def test_overrides_that_say_the_same(self, policy):
        """Neither wins over the other, and nothing is undecided."""
        found = explain(policy, "chat.idle.silence", CHRISTMAS, Aspect(Channel.CHAT, "rest"))
        assert ("5m", "says the same") == (found.in_force.value, found.lost[0].why)

    @pytest.mark.parametrize(
        ("key", "case", "value", "place"),
        [
            ("lifecycle.close_after", VIP, {"resolved": "2d", "pending": "1d"}, "top.toml:9:75"),
            ("lifecycle.close_after.resolved", VIP, "2d", ""),
            ("lifecycle.close_after.pending", VIP, "1d", "top.toml:9:75"),
            ("lifecycle.close_after", Aspect(queue="rest"), {"resolved": "2d", "pending": "2d"}, "top.toml:12:71"),
            ("enforcement.tags.limit", None, "warn", "top.toml:15:64"),
            ("enforcement", None, {"tags.limit": "warn"}, "top.toml:15:64"),
            ("queues.vip.tags", None, ["vip"], "base.toml:5:8"),
            ("sla.default.solution", None, "1d", ""),
            ("sla.chat.solution", None, None, ""),
        ],
    )
    def test_value_in_force(self, policy, key, case, value, place):
        """Of a table of entries, of an entry, of a queue, of what is only the default."""
        assert (value, place) == told(explain(policy, key, CHRISTMAS, case).in_force)[:2]

    @pytest.mark.parametrize(
        ("text", "key", "value", "place"),
        [
            ('[lifecycle]\nclose_after = "none"', "lifecycle.close_after.resolved", None, "a.toml:2:15"),
            ("[lifecycle]\nclose_after = {}", "lifecycle.close_after", {}, "a.toml:2:15"),
            ('[lifecycle.close_after]\nresolved = "none"', "lifecycle.close_after.resolved", None, "a.toml:2:12"),
            ('[capacity]\nchat = "none"', "capacity.chat", None, "a.toml:2:8"),
        ],
    )
    def test_none_in_a_file(self, text, key, value, place):
        """What is taken out is said by the file that takes it out."""
        found = explain(Policy.loads(text, "a.toml"), key, T0)
        assert (value, place) == told(found.in_force)[:2]
        assert "the default" in {said.by for said in found.lost}

    def test_none_in_a_layer(self):
        """An entry that a change takes out, and the table around it."""
        policy = Policy.loads(
            '[[change]]\non = 2020-01-01\nset = { "lifecycle.close_after.resolved" = "none" }', "a.toml"
        )
        for key, value in (("lifecycle.close_after.resolved", None), ("lifecycle.close_after", {})):
            assert (value, "a.toml:3:44") == told(explain(policy, key, T0).in_force)[:2]

    def test_reasons_without_an_override(self, policy):
        """A later change over an earlier one, a file over the one it extends, a file over the default."""
        changes = explain(policy, "chat.idle.silence", CHRISTMAS)
        assert "a later change stands over it" == changes.lost[0].why
        files = explain(policy, "chat.idle.silence", T0)
        assert ["the file that extends it stands over it", "the file says otherwise"] == [s.why for s in files.lost[:2]]

    def test_made_in_code(self):
        """It has no lines, but values."""
        override = Override(match=Match(channel=Channel.CHAT), set={"tags.limit": 9})
        found = explain(Policy(tags=Tags(limit=3), override=(override,)), "tags.limit", T0)
        assert (3, "", "") == told(found.in_force)
        assert [(20, "", "the file says otherwise"), (9, "", "this is a case")] == [told(said) for said in found.lost]

    @pytest.mark.parametrize(
        ("key", "message"),
        [
            ("chat.idle.silnce", "chat.idle.silnce: there is no such key; did you mean 'chat.idle.silence'?"),
            ("xyz", "xyz: there is no such key"),
            ("reopening", "reopening: is a table; ask for one of its keys: reopening.to, reopening.source"),
            ("queues", "queues: is a table; ask for one of its keys: queues.NAME"),
            ("queues.vp.title", "queues.vp.title: the policy has no queues.vp; did you mean 'vip'?"),
            ("queues.x.priority.max", "queues.x.priority.max: the policy has no queues.x; it has vip, rest"),
            ("calendars.x.zone", "calendars.x.zone: the policy has no calendars.x; it has none"),
        ],
    )
    def test_what_is_no_key(self, policy, key, message):
        """The nearest key, or the keys there are."""
        with pytest.raises(UnknownKey) as caught:
            explain(policy, key, T0)
        assert message == str(caught.value)

    def test_of_a_large_table(self, policy):
        """Some of its keys are named."""
        with pytest.raises(UnknownKey, match=r"channels.chat.kinds, .*, \.\.\.$"):
            explain(policy, "channels", T0)

    @given(layered_policies(), st.data())
    def test_every_key_of_every_policy(self, policy, data):
        """What is in force is what the policy in force says."""
        known = data.draw(st.sampled_from([key for key in every_key(Policy) if "NAME" not in key.steps]))
        case = data.draw(st.builds(Aspect, st.sampled_from(Channel), st.sampled_from([*policy.queues])))
        found = explain(policy, known.path, T0 + timedelta(days=1), case)
        whole = Table(Policy).write(policy.at(T0 + timedelta(days=1)).for_(case))
        for step in known.steps:
            whole = (whole or {}).get(step)
        assert whole == found.in_force.value
        assert "" == found.in_force.why
        assert all(said.why for said in found.lost)


@pytest.mark.usefixtures("policy")
class TestCommands:
    """What they print."""

    def test_explain(self, casecore):
        """The value, what it is for, the rule that it sets, and a table of what is said."""
        arguments = ("--policy", "top.toml", "--channel", "chat", "--queue", "vip", "--at", "2026-12-24")
        code, printed, _ = casecore("explain", "chat.idle.silence", *arguments)
        assert 0 == code
        first, doc, rule, case, blank, head, *rows = printed.splitlines()
        assert ('chat.idle.silence = "6m"', "How long the customer must have been silent.", "") == (first, doc, blank)
        assert "sets idle.silence: The silence has lasted long enough (§6)" == rule
        assert "for a case on chat in the queue vip, at 2026-12-24T00:00:00+00:00" == case
        assert ["value", "said", "by", "where", "why", "it", "lost"] == head.split()
        assert re.match(r'in force  "6m" +the override for a case on chat +top\.toml:9:31', rows[0])

    def test_explain_as_json(self, casecore):
        """The same, for programs."""
        arguments = ("--policy", "top.toml", "--tag", "vip", "--tag", "new", "--format", "json")
        code, printed, _ = casecore("explain", "chat.idle.ask_first", *arguments)
        found = json.loads(printed)
        assert (0, "chat.idle.ask_first", ["new", "vip"]) == (code, found["key"], found["case"]["tags"])
        assert {"value": 1, "by": "the default", "location": None} == found["in_force"]
        assert [] == found["lost"]
        assert [{"id": "idle.asked", "title": "The customer is asked first", "clause": "§6"}] == found["rules"]

    def test_explain_how_a_rule_is_kept(self, casecore):
        """An entry of the table of enforcement sets that rule."""
        _, printed, _ = casecore("explain", "enforcement.tags.limit", "--format", "json")
        assert ["tags.limit"] == [rule["id"] for rule in json.loads(printed)["rules"]]

    def test_explain_tells_the_place_as_json(self, casecore):
        """File, line and column, with its end."""
        _, printed, _ = casecore("explain", "queues.vip.tags", "--policy", "top.toml", "--format", "json")
        place = {"file": "base.toml", "line": 5, "column": 8, "end_line": 5, "end_column": 15}
        assert place == json.loads(printed)["in_force"]["location"]

    def test_explain_nothing_in_particular(self, casecore):
        """The shipped SOP, now, for no case in particular."""
        code, printed, _ = casecore("explain", "sla.chat.solution")
        assert 0 == code
        assert printed.startswith("sla.chat.solution = nothing\n")
        assert "for a case that no override is for, at " in printed

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (("chat.idle.silnce",), "did you mean 'chat.idle.silence'?"),
            (("tags.limit", "--channel", "caht"), "error: --channel: 'caht' does not fit"),
            (("tags.limit", "--queue", "biling"), "did you mean 'billing'?"),
            (("tags.limit", "--at", "yesterday"), "error: --at: 'yesterday' does not fit"),
            (("tags.limit", "--policy", "gone.toml"), "error: the file cannot be read (No such file or directory)"),
        ],
    )
    def test_explain_what_there_is_not(self, casecore, arguments, complaint):
        """Exit code 2, and what there is."""
        code, printed, complaints = casecore("explain", *arguments)
        assert (2, "") == (code, printed)
        assert complaint in complaints


def test_an_entry_of_a_table_that_a_change_empties():
    """Asked of an entry, the change that takes them all out is named, and what it takes out."""
    policy = Policy.loads('[[change]]\non = 2020-01-01\nset = { "lifecycle.close_after" = "none" }', "a.toml")
    found = explain(policy, "lifecycle.close_after.resolved", datetime(2027, 1, 1, tzinfo=UTC))
    assert (None, "the change on 2020-01-01") == (found.in_force.value, found.in_force.by)
    assert ["2d"] == [one.value for one in found.lost]
