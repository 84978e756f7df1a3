"""Conditions: how they are read and written, what is said of one that is none, and how they are told in words."""

from datetime import timedelta

import attrs
import pytest
from hypothesis import given

from casecore.policies import Policy
from casecore.policies.condition_words import in_words, value_text
from casecore.policies.conditions import (
    ALWAYS,
    DEEPEST,
    FACTS,
    MOST_TESTS,
    AnyNumber,
    AnyValue,
    Compared,
    Condition,
    Conditions,
    ContactState,
    CustomerState,
    Fact,
    Instant,
    Test,
    Unset,
    number_text,
)
from casecore.policies.kinds import MISSING
from casecore.policies.plain_kinds import LONGEST
from casecore.testing.own_rules import conditions
from casecore.testing.values import attribute_values

QUEUES = [*Policy.default().queues]
DRAWN = attribute_values().flatmap(lambda attributes: conditions(attributes, QUEUES, approved=True))


def read(table):
    """A condition, and what is told of it."""
    problems = []
    return Conditions().read(table, "when", problems), [str(problem) for problem in problems]


def refused(table):
    """What is told of a table that is no condition."""
    found, problems = read(table)
    assert found is MISSING
    assert problems
    return problems


class TestReading:
    """What a file has becomes a condition."""

    def test_nothing(self):
        """An empty table always holds."""
        assert (ALWAYS, []) == read({})

    @pytest.mark.parametrize(
        ("table", "tests"),
        [
            ({"tag": "vip"}, [Test(Fact.TAG, ("vip",))]),
            ({"channel": ["chat", "sms"]}, [Test(Fact.CHANNEL, ("chat", "sms"))]),
            ({"attribute": "order"}, [Test(Fact.ATTRIBUTE, None, "order", Compared.SET)]),
            ({"attribute": "n", "above": 1.0}, [Test(Fact.ATTRIBUTE, 1, "n", Compared.ABOVE)]),
            (
                {"attribute": "n", "above": 1, "at_most": 2.5, "unset": "skip"},
                [
                    Test(Fact.ATTRIBUTE, 1, "n", Compared.ABOVE, Unset.SKIP),
                    Test(Fact.ATTRIBUTE, 2.5, "n", Compared.AT_MOST, Unset.SKIP),
                ],
            ),
            (
                {"attribute": "a", "one_of": ["x", 1, True]},
                None,  # a flag and 1 are the same, so it is no list of different ones
            ),
            ({"attribute": "a", "one_of": ["x", 2]}, [Test(Fact.ATTRIBUTE, ("x", 2), "a", Compared.ONE_OF)]),
            (
                {"since": "status", "at_least": "2h"},
                [Test(Fact.SINCE, timedelta(hours=2), "status", Compared.AT_LEAST)],
            ),
            ({"note": False, "tag": "a"}, [Test(Fact.TAG, ("a",)), Test(Fact.NOTE, value=False)]),
        ],
    )
    def test_tests(self, table, tests):
        """In the order of the facts, whatever the order of the file."""
        if tests is None:
            told = "when.one_of[2]: True stands there twice; expected a list, each a text, a number, or true or false"
            assert [told] == refused(table)
        else:
            assert (Condition(tuple(tests)), []) == read(table)

    def test_all_any_not(self):
        """One of them, all of them, not this; one in the other."""
        vip, note = Condition((Test(Fact.TAG, ("vip",)),)), Condition((Test(Fact.NOTE, value=True),))
        table = {"any": [{"tag": "vip"}, {"not": {"note": True}}], "all": [{"note": True}], "not": {"tag": "vip"}}
        expected = Condition((), (note,), (vip, Condition(none=note)), vip)
        assert (expected, []) == read(table)
        assert [vip.tests[0], note.tests[0]] == [*dict.fromkeys(expected.every_test)][::-1]
        located = [*expected.located_tests("when")]
        assert ["when.all[0]", "when.any[0]", "when.any[1].not", "when.not"] == [path for path, _ in located]

    @given(DRAWN)
    def test_it_reads_as_it_is_written(self, condition):
        """Whatever it is."""
        assert (condition, []) == read(Conditions().write(condition))
        problems = []
        Conditions().look_at(condition, "when", problems)
        assert [] == problems

    def test_a_large_one(self):
        """As much as is allowed: so many tests, so many tables deep."""
        tests = [{"attribute": "n", "above": n, "below": n + 2} for n in range(MOST_TESTS // 2)]
        assert [] == read({"any": tests})[1]
        deep = {"note": True}
        for _ in range(DEEPEST - 1):
            deep = {"not": deep}
        assert [] == read(deep)[1]
        too_many = (
            "when: has more than 50 tests, or is more than 5 tables deep; "
            "expected a condition that a person can read; make several rules of it"
        )
        assert [too_many] == refused({"any": [*tests, {"note": True}]})
        assert [too_many] == refused({"not": deep})
        assert [too_many] == refused({"any": [{}] * 51})
        assert [] == read({"any": [{}] * 50})[1]
        assert [] == read({"any": [{"attribute": "a"}] * 50})[1]
        assert [too_many] == refused({"all": [1] * 101})
        assert [too_many] == refused({f"word{n}": 1 for n in range(101)})


class TestMistakes:
    """What is told of a table that is none, with what to write."""

    @pytest.mark.parametrize(
        ("table", "told"),
        [
            ([], "when: [] does not fit; expected a table of attribute, since, tag,"),
            ("vip", "when: 'vip' does not fit; expected a table of attribute, since, tag,"),
            ({"tagg": "vip"}, "when.tagg: no such key; expected one of attribute, since, tag,"),
            ({"all": []}, "when.all: [] does not fit; expected a list, each a table of attribute"),
            ({"any": {"tag": "vip"}}, "when.any: {'tag': 'vip'} does not fit; expected a list, each a table of"),
            ({"any": "vip"}, "when.any: 'vip' does not fit; expected a list, each a table of"),
            ({"any": [1]}, "when.any[0]: 1 does not fit; expected a table of attribute"),
            ({"not": [{"tag": "vip"}]}, "when.not: [{'tag': 'vip'}] does not fit; expected a table of attribute"),
            ({"not": {"any": [{"tag": 7}]}}, "when.not.any[0].tag: 7 does not fit; expected text of 1 to 200"),
            ({"channel": "chatt"}, "when.channel: 'chatt' does not fit"),
            ({"tag": []}, "when.tag: the list is empty; expected at least one word; name one, or take the key out"),
            ({"queue": []}, "when.queue: the list is empty"),
            ({"tag": ["vip", "VIP"]}, "when.tag[1]: 'VIP' is the same word as 'vip'"),
            ({"note": "yes"}, "when.note: 'yes' does not fit; expected true or false"),
            ({"attribute": ""}, "when.attribute: '' does not fit"),
            ({"attribute": "a", "above": "100"}, "when.above: '100' does not fit; expected a number"),
            ({"attribute": "a", "above": True}, "when.above: true does not fit; expected a number"),
            ({"attribute": "a", "above": float("nan")}, "when.above: nan does not fit; expected a number"),
            ({"attribute": "a", "above": float("inf")}, "when.above: inf does not fit; expected a number"),
            ({"attribute": "a", "above": 10**400}, "when.above: 1000"),
            ({"attribute": "a", "above": 10**5000}, "when.above: a value too large to show does not fit"),
            ({"attribute": "a", "is": None}, "when.is: None does not fit; expected a text, a number, or true or false"),
            ({"attribute": "a", "is": 10**13}, "when.is: 10000000000000 does not fit; expected a number"),
            ({"attribute": "a", "is": "\ud800"}, "when.is: '\\ud800' does not fit"),
            ({"attribute": "a", "one_of": "x"}, "when.one_of: 'x' does not fit; expected a list, each a text"),
            ({"attribute": "a", "one_of": []}, "when.one_of: the list is empty"),
            ({"attribute": "a", "above": 1, "unset": "no"}, "when.unset: 'no' does not fit"),
            ({"attribute": "a", "unset": "skip"}, "when.unset: says what it is where it is not set"),
            ({"attribute": "a", "since": "status"}, "when.since: stands beside attribute; expected one of them"),
            ({"attribute": "a", "since": "x", "at_least": "1h"}, "when.since: stands beside attribute"),
            ({"since": "status"}, 'when.since: says no time; expected at_least = "2h", or below = "2h", beside it'),
            ({"since": "status", "unset": "skip"}, "when.since: says no time"),
            ({"since": "status", "above": 3}, "when.above: does not go with since; expected at_least or below"),
            ({"since": "status", "below": 3}, "when.below: 3 does not fit; expected a length of time"),
            ({"since": "monday", "below": "3h"}, "when.since: 'monday' does not fit"),
            ({"above": 100}, 'when.above: compares nothing; expected attribute = "…" or since = "…" beside it'),
            ({"tag": "vip", "unset": "skip"}, "when.unset: compares nothing"),
        ],
    )
    def test_what_is_told(self, table, told):
        """The first thing, at its place."""
        assert refused(table)[0].startswith(told)

    @pytest.mark.parametrize(
        "value",
        [
            None,
            {},
            Condition((Test(Fact.TAG, "vip"),)),
            Condition((Test(Fact.TAG, 7),)),
            Condition((Test(Fact.NOTE, value=True), Test(Fact.TAG, ("vip",)))),
            Condition((Test(Fact.ATTRIBUTE, 1, "a", Compared.ABOVE), Test(Fact.ATTRIBUTE, 1, "b", Compared.BELOW))),
            Condition((Test(Fact.ATTRIBUTE, 1, "a", "above"),)),
            Condition(any=()),
            Condition(all=(1,)),
            Condition(all=1),
            Condition((Test("tags", "vip"),)),
        ],
    )
    def test_made_in_code(self, value):
        """What does not read as it is written is no condition either."""
        problems = []
        Conditions().look_at(value, "when", problems)
        assert problems

    def test_made_in_code_without_end(self):
        """Deeper than Python goes."""
        deep = ALWAYS
        for _ in range(10_000):
            deep = Condition(none=deep)
        problems = []
        Conditions().look_at(deep, "when", problems)
        assert ["has more than 50 tests, or is more than 5 tables deep"] == [problem.message for problem in problems]

    def test_made_in_code_without_number(self):
        """And as wide."""
        problems = []
        Conditions().look_at(Condition(all=(ALWAYS,) * 100_000), "when", problems)
        assert ["has more than 50 tests, or is more than 5 tables deep"] == [problem.message for problem in problems]


class TestValues:
    """Numbers, and whatever an attribute is compared with."""

    @pytest.mark.parametrize(("value", "kept"), [(1.0, 1), (-0.0, 0), (0.5, 0.5), (10**12, 10**12), (1e12, 10**12)])
    def test_whole_numbers_are_whole(self, value, kept):
        """However they are written."""
        found = AnyNumber().read(value, "", [])
        assert (kept, type(kept)) == (found, type(found))
        assert kept == AnyNumber().write(found) == AnyValue().write(found)

    def test_texts(self):
        """As people write them."""
        assert ["1", "0.5", "-3", "1000000000000"] == [*map(number_text, (1.0, 0.5, -3, 1e12))]
        assert ["yes", "no", "7", "a"] == [*map(value_text, (True, False, 7.0, "a"))]
        assert "a number from -0.5 to 1000000000000" == AnyNumber(-0.5).describe

    def test_flags(self):
        """Are no numbers."""
        assert (True, False) == (AnyValue().read(True, "", []), AnyValue().read(False, "", []))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, ""),
        ({"tag": ["vip", "new"]}, "it is tagged vip and new"),
        ({"channel": ["chat", "sms"]}, "the channel is chat or sms"),
        ({"queue": "billing"}, "the queue is billing"),
        ({"level": "high"}, "the level is high"),
        ({"status": "open"}, "the status is open"),
        ({"reason": "refund"}, "the reason is refund"),
        ({"language": "pt"}, "the language is pt"),
        ({"contact": "live"}, "a live contact goes on"),
        ({"customer": "waits"}, "the customer waits for an answer"),
        ({"relation": ["customer", "account_case"]}, None),
        ({"note": True}, "there is a note on it"),
        ({"note": False}, "there is no note on it"),
        ({"approval": True}, "somebody has approved it"),
        ({"approval": False}, "nobody has approved it"),
        ({"by": ["owner", "supervisor"]}, "the owner or the supervisor does it"),
        ({"permission": "approve"}, "somebody does it who may approve"),
        ({"attribute": "n"}, "n is set"),
        ({"attribute": "n", "above": 100}, "n is above 100"),
        ({"attribute": "n", "at_least": 1, "below": 2.5}, "n is at least 1 and n is below 2.5"),
        ({"attribute": "n", "at_most": 1}, "n is at most 1"),
        ({"attribute": "n", "is": True}, "n is yes"),
        ({"attribute": "n", "one_of": ["a", "b"]}, "n is a or b"),
        ({"since": "waiting", "at_least": "2h"}, "it is at least 2h since the customer waits"),
        ({"since": "status", "below": "1d12h"}, "it is below 1d12h since it has its status"),
        ({"not": {"tag": "vip"}}, "not (it is tagged vip)"),
        ({"any": [{"tag": "vip"}, {"note": True}]}, "it is tagged vip or there is a note on it"),
        (
            {"any": [{"tag": "vip"}, {"note": True, "status": "open"}], "channel": "chat"},
            "the channel is chat and (it is tagged vip or (the status is open and there is a note on it))",
        ),
        ({"any": [{"tag": "vip"}], "channel": "chat"}, "the channel is chat and it is tagged vip"),
        (
            {"any": [{"tag": "vip"}, {"note": True}], "not": {"status": "new"}},
            "(it is tagged vip or there is a note on it) and not (the status is new)",
        ),
        (
            {"all": [{"any": [{"tag": "vip"}, {"note": True}]}, {"status": "new"}]},
            "(it is tagged vip or there is a note on it) and the status is new",
        ),
    ],
)
def test_in_words(table, said):
    """As a sentence would have it."""
    condition, problems = read(table)
    if said is None:
        assert MISSING is condition or problems == []
        return
    assert said == in_words(condition)


@given(DRAWN)
def test_every_condition_has_words(condition):
    """Each of its tests is in them."""
    said = in_words(condition)
    assert all(in_words(Condition((test,))) in said for test in condition.every_test)


def test_every_word_is_told():
    """Of each fact, instant and state."""
    said = {
        *(in_words(read({"since": since, "below": "1h"})[0]) for since in Instant),
        *(in_words(read({"contact": state})[0]) for state in ContactState),
        *(in_words(read({"customer": state})[0]) for state in CustomerState),
    }
    assert len(Instant) + len(ContactState) + len(CustomerState) == len(said)
    assert {*Fact} == {*FACTS}


def test_a_test_knows_nothing_it_is_not_told():
    """Its defaults."""
    test = Test(Fact.TAG, ("vip",))
    assert ("", Compared.IS, Unset.APPLIES) == (test.name, test.compared, test.unset)
    assert attrs.evolve(test, value=("new",)) != test
    assert LONGEST > timedelta(weeks=1)
