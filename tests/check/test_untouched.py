"""What a dated change cannot touch is searched once; what it can touch is searched again, whoever overlooks it."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from casecore import Policy
from casecore.check import PromiseVerdict, check
from casecore.check.cache import Cache, PlacesRead
from casecore.check.findings import scope_rows, search_text
from casecore.check.untouched import Periods, PeriodSearch
from casecore.kernel import changed
from casecore.policies.layers import Layers

DATE = "2026-12-01"
LIMIT, BESIDE = "chat-limit", "a-call-and-a-chat-one-agent"


def changing(**keys):
    """The shipped SOP, which says something else from a date on."""
    values = ", ".join(f'"{key.replace("__", ".")}" = {value}' for key, value in keys.items())
    return Policy.loads(f"[[change]]\non = {DATE}\nset = {{ {values} }}\n")


def judged(policy, *names, number="04", **how):
    """What becomes of a promise in some scopes."""
    report = check(policy, scopes=names, walk=0, only=frozenset({number}), **how)
    return report, report.judgements[0]


def told(report):
    """Everything that a report says of promises, and which scopes were searched in their own name."""
    verdicts = [(one.number, one.verdict, one.times, one.scopes, one.wrong) for one in report.judgements]
    stories = [repr((one.story or one.witness) and (one.story or one.witness).commands) for one in report.judgements]
    sizes = [attrs.evolve(one, alike="") for one in report.searched]
    return verdicts, stories, sizes


class TestSearches:
    """Which scopes are searched again."""

    def test_only_what_is_touched(self):
        """A third chat is another thing where there are three, and nothing where a call stands beside a chat."""
        said = []
        policy = changing(capacity__chat=3)
        report = check(policy, scopes=(LIMIT, BESIDE), walk=0, only=frozenset({"04"}), progress=said.append)
        assert [LIMIT, BESIDE, f"{LIMIT}, from {DATE}"] == said
        assert ["", "", "", BESIDE] == [one.alike for one in report.searched]
        assert [one.worlds for one in report.searched][1] == [one.worlds for one in report.searched][3]
        assert f"{BESIDE}, from {DATE}" in report.judgements[0].scopes

    def test_told(self):
        """What was not searched again is in no sum, and is told as what it is."""
        report, _ = judged(changing(capacity__chat=3), BESIDE)
        first, again = report.searched
        assert search_text(report).startswith(f"1 scope: {first.worlds} worlds, ")
        assert search_text(report).endswith("all of them; no change touches 1 scope, which was searched before it")
        assert ["all", "as before"] == [row[-1] for row in scope_rows(report)]
        assert again == attrs.evolve(first, scope=again.scope, alike=first.scope)

    @pytest.mark.parametrize(
        ("changes", "scope", "touched"),
        [
            ({"capacity__chat": 2}, LIMIT, False),
            ({"capacity__chat": 1}, BESIDE, True),
            ({"capacity__email": 1}, LIMIT, False),
            ({"wrap_up__disposition": "false"}, BESIDE, True),
            ({"enforcement": '{ "capacity.channel" = "warn" }'}, LIMIT, True),
        ],
    )
    def test_by_what_is_looked_at(self, changes, scope, touched):
        """A value that is what it was touches nothing, nor does a key at which nobody looks."""
        report, _ = judged(changing(**changes), scope)
        assert touched is (report.searched[1].alike == "")

    def test_each_of_several_changes(self):
        """A period is held against every one before it."""
        policy = Policy.loads(
            f"[[change]]\non = {DATE}\nset = {{ 'capacity.voice' = 2 }}\n"
            "[[change]]\non = 2026-12-03\nset = { 'capacity.email' = 1 }\n"
        )
        report, _ = judged(policy, BESIDE)
        assert ["", "", f"{BESIDE}, from {DATE}"] == [one.alike for one in report.searched]
        late, _ = judged(policy, BESIDE, at=datetime(2026, 12, 2, tzinfo=UTC))
        assert ["", BESIDE] == [one.alike for one in late.searched]

    @pytest.mark.parametrize(("scope", "changes"), [(LIMIT, {"capacity__chat": 1}), (BESIDE, {"capacity__email": 1})])
    def test_the_same_as_when_all_is_searched(self, scope, changes, monkeypatch, tmp_path):
        """Verdicts, stories and sizes; also where the first answer comes from the cache, or from other processes."""
        policy = changing(**changes)
        quick, _ = judged(policy, scope)
        for how in ({"cache": Cache(tmp_path, "code")}, {"cache": Cache(tmp_path, "code")}, {"jobs": 2}):
            assert told(quick) == told(judged(policy, scope, **how)[0])
        monkeypatch.setattr(PeriodSearch, "_searches_of", lambda search, checked, period: iter(()))
        plain, _ = judged(policy, scope)
        assert ["", ""] == [one.alike for one in plain.searched]
        assert told(quick) == told(plain)

    def test_what_was_given_up_is_searched_again(self):
        """Nobody knows what lies behind its limit."""
        report, judgement = judged(changing(capacity__email=1), BESIDE, limit=3)
        assert ["", ""] == [one.alike for one in report.searched]
        assert PromiseVerdict.INCONCLUSIVE is judgement.verdict


class TestFaults:
    """A breach that comes with a change is found, whoever overlooks it."""

    def test_a_house_that_overlooks_a_change(self, monkeypatch):
        """Its policies of both periods say the same; the change itself says what is searched again."""
        made = Layers.policy_after
        monkeypatch.setattr(Layers, "policy_after", lambda layers, number: made(layers, 0))
        report, judgement = judged(changing(capacity__chat=1), LIMIT)
        assert ["", ""] == [one.alike for one in report.searched]
        assert PromiseVerdict.FAILS is judgement.verdict

    def test_a_house_that_changes_something_else(self, monkeypatch):
        """What the change sets is looked at nowhere; what the house makes of it says what is searched again."""
        made, known = Layers.policy_after, {}

        def careless(layers, number):
            policy = made(layers, number)
            soon = attrs.evolve(policy.chat.idle, silence=timedelta(minutes=1))
            other = changed(policy, chat=attrs.evolve(policy.chat, idle=soon)) if number else policy
            return known.setdefault((id(layers), number), other)

        monkeypatch.setattr(Layers, "policy_after", careless)
        report, judgement = judged(changing(capacity__email=1), "a-silent-chat", number="06")
        assert ["", ""] == [one.alike for one in report.searched]
        assert PromiseVerdict.FAILS is judgement.verdict


class TestPeriods:
    """When two periods are alike to whoever looked at something."""

    POLICY = Policy.loads(
        f"[[change]]\non = {DATE}\nset = {{ 'capacity.chat' = 3, 'chat.idle.silence' = '3m', 'tags.enabled' = true, "
        "'enforcement' = { 'capacity.channel' = 'warn' }, 'lifecycle.close_after' = { open = 'none' } }\n"
    )

    @pytest.mark.parametrize(
        ("place", "alike"),
        [
            (("value", "capacity", "chat"), False),
            (("value", "capacity", "email"), True),
            (("value", "tags", "enabled"), True),
            (("value", "capacity"), False),
            (("there", "capacity", "chat"), True),
            (("value", "lifecycle", "close_after", "open"), False),
            (("names", "enforcement"), False),
            (("there", "enforcement", "idle.silence"), True),
            (("there", "enforcement", "capacity.channel"), False),
            (("compared", "gt", 2, "capacity", "chat"), False),
            (("compared", "lt", 9, "capacity", "chat"), True),
            (("compared", "lt", (0, 60, 0), "chat", "idle", "silence"), True),
            (("value", "change", 0, "set"), False),
            (("layers",), True),
        ],
    )
    def test_places(self, place, alike):
        """By the place, and by what is written for it; whoever looks ahead is never sure."""
        looked = PlacesRead([[{"view": [], "places": [list(place)]}]], [[]])
        assert alike is Periods(self.POLICY, None).are_alike(0, 1, looked)
        assert alike is Periods(self.POLICY, None).are_alike(0, 1, PlacesRead([[]], looked.read))

    def test_lowered(self):
        """A limit that is lowered in a scope is not held against what is written."""
        view = [["with_lower_limits", {"capacity.chat": 1}]]
        looked = PlacesRead([[{"view": view, "places": [["compared", "lt", 9, "capacity", "chat"]]}]], [[]])
        assert not Periods(self.POLICY, None).are_alike(0, 1, looked)
