"""Attributes and rules of a team's own, as a policy holds them: what fits together, and what is told otherwise."""

import pytest

from casecore import RULES
from casecore.kernel import Enforcement
from casecore.policies import Policy, PolicyError
from casecore.policies.conditions import ALWAYS, Condition, Fact, Test
from casecore.policies.rule_soundness import FILLED, MOST_ATTRIBUTES, MOST_RULES, MOST_TOLD, TAKEN_AREAS
from casecore.policies.sections import Attribute, AttributeType, Guarded, OwnRule
from casecore.policies.sections.own_rules import OneOf, PatternedText, PatternText
from casecore.rooms.composition import HOUSE

HEAD = "[queues.general]\nfallback = true\n"
ATTRIBUTES = """
[attributes]
refund_eur = { type = "number", min = 0, max = 5000 }
fault = { type = "choice", of = ["late", "Broken"] }
order = { type = "text", pattern = "[A-Z]{2}-\\\\d{4}" }
remark = { type = "text", longest = 5 }
paid = { type = "flag" }
"""


def rule(more="", name="refund.looked_at", guards='["reply"]'):
    """A rule, as a file has it."""
    return f'[[rule]]\nid = "{name}"\ntitle = "It is looked at"\nguards = {guards}\n{more}\n'


def told(text):
    """What is told of a file: each problem as one line."""
    with pytest.raises(PolicyError) as caught:
        Policy.loads(f"{HEAD}{text}")
    assert all(problem.origins for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


def told_first(text):
    """The first thing that is told of a file."""
    with pytest.raises(PolicyError) as caught:
        Policy.loads(f"{HEAD}{text}")
    return str(caught.value.problems[0])


def of_a_rule(more="", **fields):
    """The only thing told of a rule beside sound attributes."""
    (problem,) = told(ATTRIBUTES + rule(more, **fields))
    return problem


class TestRules:
    """A rule by itself, and beside others."""

    def test_all_that_may_be_said(self):
        """And what is held where nothing is said."""
        policy = Policy.loads(f"{HEAD}{ATTRIBUTES}{rule()}")
        assert (OwnRule(id="refund.looked_at", title="It is looked at", guards=(Guarded.REPLY,)),) == policy.rule
        (one,) = policy.rule
        assert (ALWAYS, None, "", "", Enforcement.BLOCK, "") == (
            one.when,
            one.needs,
            one.message,
            one.remedy,
            one.enforcement,
            one.source,
        )
        assert Enforcement.BLOCK is policy.mode("refund.looked_at")

    def test_none_is_needed(self):
        """`needs` may say that nothing helps."""
        assert Policy.loads(HEAD + rule('needs = "none"')).rule[0].needs is None
        assert ALWAYS == Policy.loads(HEAD + rule("needs = {}")).rule[0].needs

    @pytest.mark.parametrize("name", ["refund.a", "r2_d2.x_9", "a.b.c.d", "own_reply.seen", "a." + "b" * 50, "ours.2"])
    def test_ids(self, name):
        """Words of small letters with points between them."""
        assert name == Policy.loads(HEAD + rule(name=name)).rule[0].id

    @pytest.mark.parametrize(
        "name",
        ["refund", "Refund.a", "refund.A", ".a", "a.", "a..b", "a.b.c.d.e", "refund.é", "a b.c", "a." + "b" * 51],
    )
    def test_no_ids(self, name):
        """Told with how to write one."""
        assert of_a_rule(name=name) == (
            f"rule[0].id: {name[:60]!r} is no id of a rule; expected two words or more of small letters, digits and _, "
            'with points between them; write it like "refund.second_pair_of_eyes"'
        )

    @pytest.mark.parametrize("area", sorted(TAKEN_AREAS))
    def test_ids_like_ours(self, area):
        """Are refused, with another."""
        assert of_a_rule(name=f"{area}.x") == (
            f"rule[0].id: rules that ship begin with {area!r}, and this one would be taken for one of them; "
            f'expected another first word; write "own_{area}.x"'
        )

    def test_the_areas_are_those_of_our_rules(self):
        """No more and no fewer: listed once more, because a policy is read before there are rooms."""
        ours = {one.id for one in (*RULES, *HOUSE.needs, *HOUSE.rules)} | {"command.known"}
        assert TAKEN_AREAS == {one.partition(".")[0] for one in ours}

    def test_each_id_once(self):
        """The second is told, beside the first."""
        text = rule() + rule(name="refund.b") + rule(guards='["tag"]') + rule(guards='["open"]')
        assert [
            f"rule[{number}].id: there are two rules 'refund.looked_at'; expected each id once" for number in (2, 3)
        ] == told(text)

    def test_guards(self):
        """Something."""
        assert of_a_rule(guards="[]") == ('rule[0].guards: guards nothing; expected at least one word, like ["reply"]')

    def test_queues(self):
        """There are some."""
        assert "rule[0].when.not.queue: there is no queue 'generall'; expected one of billing" in of_a_rule(
            'when = { not = { queue = ["general", "generall"] } }'
        ) or "did you mean 'general'?" in of_a_rule('when = { not = { queue = "generall" } }')

    @pytest.mark.parametrize("guards", ['["accept"]', '["reply", "tag"]', '["submit"]', '["resolve"]'])
    def test_approvals(self, guards):
        """Only a reply is approved."""
        assert of_a_rule("needs = { any = [ { approval = true } ] }", guards=guards) == (
            "rule[0].needs.any[0].approval: only a reply is approved, and the rule guards something else; "
            "expected a rule that guards reply, send_as_pending, send_as_escalated, send_as_resolved"
        )
        assert Policy.loads(HEAD + rule("needs = { approval = true }", guards='["reply", "send_as_resolved"]'))

    @pytest.mark.parametrize("word", ["message", "remedy"])
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("{refund}", ["nothing fills '{refund}'", "did you mean 'refund_eur'?"]),
            ("{agent}", ["nothing fills '{agent}'", "take it out"]),
            ("{ case }", ["nothing fills '{ case }'", "did you mean 'case'?"]),
            ("{{case}}", ["nothing fills '{ }'", "take it out"]),
            ("50 }", ["nothing fills '}'", "take it out"]),
        ],
    )
    def test_blanks(self, word, text, found):
        """Each that nothing fills is told."""
        problem = told(ATTRIBUTES + rule(f'{word} = "{text}"'))[0]
        assert problem.startswith(f"rule[0].{word}: {found[0]}; expected blanks like {{refund_eur}}, {{fault}},")
        assert problem.endswith(found[1])

    def test_all_blanks(self):
        """Of every attribute, and of the case."""
        names = ("refund_eur", "fault", "order", "remark", "paid", *FILLED)
        text = " ".join(f"{{{name}}}" for name in names)
        assert text == Policy.loads(HEAD + ATTRIBUTES + rule(f'message = "{text}"')).rule[0].message

    def test_as_many_as_there_may_be(self):
        """And one more."""
        rules, attributes = (
            [{"id": f"own.r{n}", "title": "x", "guards": ["reply"]} for n in range(MOST_RULES)],
            {f"a{n}": {"type": "flag"} for n in range(MOST_ATTRIBUTES)},
        )
        plain = Policy.default().to_dict()
        policy = Policy.from_dict({**plain, "rule": rules, "attributes": attributes})
        assert (MOST_RULES, MOST_ATTRIBUTES) == (len(policy.rule), len(policy.attributes))
        with pytest.raises(PolicyError, match="rule: has 201 items"):
            Policy.from_dict({**plain, "rule": [*rules, rules[0]]})
        with pytest.raises(PolicyError, match="expected: a table of at most 100 entries"):
            Policy.from_dict({**plain, "attributes": {**attributes, "b": {"type": "flag"}}})


class TestComparisons:
    """What a rule says of an attribute, beside what the attribute may be."""

    @pytest.mark.parametrize(
        "test",
        [
            'attribute = "refund_eur", above = 0, at_most = 5000',
            'attribute = "refund_eur", is = 12.5',
            'attribute = "fault", is = "BROKEN"',
            'attribute = "fault", one_of = ["late", "broken"]',
            'attribute = "order", is = "AB-1234"',
            'attribute = "remark", is = "short"',
            'attribute = "paid", is = false',
            'attribute = "paid"',
        ],
    )
    def test_fits(self, test):
        """Nothing is told."""
        assert Policy.loads(HEAD + ATTRIBUTES + rule(f"when = {{ {test} }}"))

    @pytest.mark.parametrize(
        ("test", "problem"),
        [
            ('attribute = "refund", is = 1', "attribute: there is no attribute 'refund'; expected one of refund_eur, "),
            ('attribute = "refund"', "attribute: there is no attribute 'refund'; expected one of refund_eur, "),
            ('attribute = "refund_eur", above = 5001', "above: 5001 does not fit; expected a number from 0 to 5000"),
            ('attribute = "refund_eur", is = -1', "is: -1 does not fit; expected a number from 0 to 5000"),
            ('attribute = "refund_eur", is = "9"', "is: '9' does not fit; expected a number from 0 to 5000"),
            ('attribute = "refund_eur", one_of = [9, 7000]', "one_of[1]: 7000 does not fit; expected a number from"),
            ('attribute = "refund_eur", is = true', "is: true does not fit; expected a number from 0 to 5000"),
            ('attribute = "fault", is = "lost"', "is: 'lost' does not fit; expected one of late, Broken"),
            ('attribute = "fault", is = 1', "is: 1 does not fit; expected one of late, Broken"),
            ('attribute = "fault", at_most = 1', "at_most: fault is a choice, which is neither above nor below; "),
            ('attribute = "order", is = "AB-12"', "is: 'AB-12' does not fit; expected text like AA-0000"),
            ('attribute = "order", above = 1', "above: order is a text, which is neither above nor below; expected"),
            ('attribute = "remark", is = "longer"', "is: 'longer' does not fit; expected text of 1 to 5 characters"),
            ('attribute = "paid", is = "yes"', "is: 'yes' does not fit; expected true or false"),
            ('attribute = "paid", below = 1', "below: paid is a flag, which is neither above nor below; expected"),
        ],
    )
    def test_does_not_fit(self, test, problem):
        """Told at its place, however deep."""
        assert of_a_rule(f"when = {{ {test} }}").startswith(f"rule[0].when.{problem}")
        deep = of_a_rule(f"needs = {{ any = [ {{}}, {{ not = {{ {test} }} }} ] }}")
        assert deep.startswith(f"rule[0].needs.any[1].not.{problem}")

    def test_where_there_are_no_attributes(self):
        """It is told where they go."""
        (problem,) = told(rule('when = { attribute = "refund_eur", above = 1 }'))
        assert problem.endswith("there is no attribute 'refund_eur'; expected a table [attributes.refund_eur]")


class TestAttributes:
    """What an attribute may be."""

    @pytest.mark.parametrize(
        ("table", "found"),
        [
            ('type = "flag", min = 1', ".min: a flag has none; expected nothing; take it out"),
            ('type = "text", max = 1', ".max: a text has none; expected nothing; take it out"),
            ('type = "number", of = ["a"]', ".of: a number has none; expected nothing; take it out"),
            (
                'type = "choice", of = ["a"], pattern = "x"',
                ".pattern: a choice has none; expected nothing; take it out",
            ),
            ('type = "choice"', '.of: is missing; expected the words, like ["late", "broken", "other"]'),
            ('type = "number", min = 2.5, max = 2', ".min: 2.5 is above the most, 2; expected no more than that"),
            (
                "type = 'text', pattern = '\\d{9}', longest = 8",
                ".pattern: what fits is longer than 8 characters; expected a shorter one, or more in longest",
            ),
        ],
    )
    def test_contradictions(self, table, found):
        """Told at the key."""
        assert [f"attributes.x{found}"] == told(f"[attributes]\nx = {{ {table} }}\n")

    @pytest.mark.parametrize(
        "table", ['type = "number", min = 2, max = 2', "type = 'text', pattern = '\\d{8}', longest = 8"]
    )
    def test_no_contradiction(self, table):
        """Both ends may meet."""
        assert Policy.loads(f"{HEAD}[attributes]\nx = {{ {table} }}\n")

    @pytest.mark.parametrize("name", ["a", "Refund_EUR", "x" * 50])
    def test_names(self, name):
        """Words that go into a blank."""
        assert [name] == [*Policy.loads(f'{HEAD}[attributes]\n{name} = {{ type = "flag" }}\n').attributes]

    @pytest.mark.parametrize("name", ["2nd", "a-b", "é", "x" * 51, "a b", *FILLED])
    def test_no_names(self, name):
        """Told with how to write one; and where it is a blank already, that it is."""
        (problem,) = told(f'[attributes]\n"{name}" = {{ type = "flag" }}\n')
        taken = ": case, by, channel, queue, status, level are blanks of every message" if name in FILLED else ""
        assert problem.endswith(
            f": is no name of an attribute{taken}; expected a letter, then letters, digits and _, at most 50; "
            "write it like refund_eur"
        )

    @pytest.mark.parametrize(
        ("attribute", "fits", "fails"),
        [
            (Attribute(type=AttributeType.NUMBER), (0, -1.5, 10**12), ("1", True, 10**12 + 1, float("nan"))),
            (Attribute(type=AttributeType.NUMBER, min=1), (1, 10**12), (0.9,)),
            (Attribute(type=AttributeType.NUMBER, max=1), (1, -(10**12)), (1.1,)),
            (Attribute(type=AttributeType.FLAG), (True, False), (1, "true", None)),
            (Attribute(type=AttributeType.CHOICE, of=("a", "Bé")), ("a",), ("c", "", 1, None, ["a"])),
            (Attribute(type=AttributeType.TEXT), ("a", "x" * 200), ("", " ", "x" * 201, 7)),
            (Attribute(type=AttributeType.TEXT, longest=3), ("abc",), ("abcd",)),
            (Attribute(type=AttributeType.TEXT, pattern=r"\d?", longest=3), ("1",), ("", "12", "x")),
        ],
    )
    def test_values(self, attribute, fits, fails):
        """What it takes, and what it does not."""
        for value in fits:
            assert value == attribute.kind.read(value, "p", [])
        for value in fails:
            problems = []
            attribute.kind.read(value, "p", problems)
            assert [attribute.kind.describe] == [problem.expected for problem in problems]

    def test_a_word_is_kept_as_the_policy_writes_it(self):
        """However somebody wrote it."""
        assert "Broken" == OneOf(("late", "Broken")).read("bROKEN", "p", [])
        assert "Broken" == OneOf(("late", "Broken")).write("Broken")
        problems = []
        OneOf(("late", "Broken")).read("brokn", "p", problems)
        assert "did you mean 'Broken'?" == problems[0].remedy

    def test_patterns(self):
        """Read, described and written."""
        kind = Attribute(type=AttributeType.TEXT, pattern=r"[A-Z]{2}").kind
        assert isinstance(kind, PatternedText)
        assert r"text like AA ([A-Z]{2})" == kind.describe
        assert "AB" == kind.write("AB")
        assert "x" == PatternText().write("x") == PatternText().read("x", "p", [])

    @pytest.mark.parametrize("value", ["", None, 7, "x" * 1001])
    def test_no_text_of_a_pattern(self, value):
        """Told as what it is to be."""
        problems = []
        PatternText().read(value, "p", problems)
        assert [PatternText().describe] == [problem.expected for problem in problems]

    @pytest.mark.parametrize("value", ["a*", "x" * 201, "[z-a]", "a{201}"])
    def test_no_pattern(self, value):
        """Told from where on, with what there is instead."""
        (problem,) = told(f"[attributes]\nx = {{ type = 'text', pattern = '{value}' }}\n")
        assert problem.startswith("attributes.x.pattern: cannot be read: ")
        assert problem.endswith("there is no * or +, no ( ) and no |: say how often with {1,8}")


class TestPolicies:
    """What else a policy says of its rules."""

    def test_the_tags_looked_at(self):
        """Those of rules are among them, also where they are needed."""
        policy = Policy.loads(
            HEAD + rule('when = { not = { tag = "VIP" } }\nneeds = { any = [ { tag = ["gold", "new"] } ] }')
        )
        assert {"vip", "gold", "new"} <= policy.tags_looked_at
        assert [Fact.TAG, Fact.TAG] == [test.fact for test in policy.tests_of_rules]

    def test_made_in_code(self):
        """What is wrong is told as well."""
        when = Condition((Test(Fact.TAG, "vip"),))
        with pytest.raises(PolicyError, match=r"when"):
            OwnRule(id="refund.a", title="x", guards=(Guarded.REPLY,), when=when)

    @pytest.mark.parametrize("mode", Enforcement)
    def test_modes(self, mode):
        """The rule says how strictly it is kept, unless the table does."""
        own = f'enforcement = "{mode}"'
        assert mode is Policy.loads(HEAD + rule(own)).mode("refund.looked_at")
        table = '[enforcement]\n"refund.looked_at" = "warn"\n'
        assert Enforcement.WARN is Policy.loads(HEAD + rule(own) + table).mode("refund.looked_at")


MANY = 100_000


class TestHostile:
    """Whatever is written, it is refused with a message; `tests/soak/growth.py` measures that it comes soon."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (
                "[[rule]]\n" * MANY,
                "rule: has 100,000 items; expected at most 200",
            ),
            (f"[attributes]\n{''.join(f'a{n}=1{chr(10)}' for n in range(MANY))}", "attributes: "),
            (rule(f"when = {{ any = [{'{}, ' * MANY}] }}"), "rule[0].when: has more than 50 tests, or is more than 5"),
            (rule(f"when = {{ all = [{'1, ' * 10_000}] }}"), "rule[0].when: has more than 50 tests, or is more than 5"),
            (rule(f"when = {{ tag = [{'1, ' * 10_000}] }}"), "rule[0].when.tag: has 10,000 items; expected at most 5"),
            (rule(f"when = [{'{}, ' * 10_000}]"), "rule[0].when: [{}, {}, {}, {}, {},"),
            (rule(guards=f"[{'1, ' * 10_000}]"), "rule[0].guards: has 10,000 items"),
            (rule("when = " + "{ not = " * 10_000 + "{}" + " }" * 10_000), "file: is nested too deeply"),
            (rule("when" + ".not" * 10_000 + ".note = true"), "file: is nested too deeply"),
            (rule("when" + ".not" * 20 + ".note = true"), "rule[0].when: has more than 50 tests, or is more than 5"),
            (rule(f"message = '{'{a}' * 10_000}'"), "rule[0].message: '{a}{a}{a}"),
            (rule(f"message = '{'{a}' * 150}'"), "rule[0].message: nothing fills '{a}'; expected blanks like {case}"),
            (rule(name="a." * 10_000), "rule[0].id: 'a.a.a.a"),
            (f"[attributes]\na = {{ type = 'text', pattern = '{'a' * 10_000}' }}", "attributes.a.pattern: 'aaaa"),
            (f"[attributes.{'a' * 10_000}]\ntype = 'flag'", "attributes.aaaa"),
            (rule(name="a.\\u0000"), "rule[0].id: 'a.\\x00' does not fit"),
            (rule(name="a.\\u202Eb"), "rule[0].id: 'a.\\u202eb' does not fit"),
            ('[attributes]\n"a\\u0000" = { type = "flag" }', 'attributes."a\\u0000": is no name'),
            (rule("when = { attribute = 'a', above = nan }"), "rule[0].when.above: nan does not fit"),
            (rule("when = { attribute = 'a', above = -inf }"), "rule[0].when.above: -inf does not fit"),
            (rule("when = { attribute = 'a', is = 1e300 }"), "rule[0].when.is: 1e+300 does not fit"),
            (rule(f"when = {{ attribute = 'a', is = {'9' * 4000} }}"), "rule[0].when.is: 9999"),
            (rule("when = { attribute = 'a', is = 1979-05-27 }"), "rule[0].when.is: 1979-05-27 does not fit"),
            ("[attributes]\na = { type = 'number', min = nan }", "attributes.a.min: nan does not fit"),
            (f"[attributes]\na = {{ type = 'number', max = {'9' * 4000} }}", "attributes.a.max: 9999"),
        ],
        ids=range(25),
    )
    def test_files(self, text, found):
        """Told at its place."""
        assert told_first(text).startswith(found)

    @pytest.mark.parametrize("value", ["\ud800", "a\0", "\u200b", "x" * MANY, b"x", object(), ..., float("nan"), None])
    def test_from_code(self, value):
        """What no file can hold: wherever it stands, it is refused, and nothing else is raised."""
        right = {"id": "refund.a", "title": "x", "guards": ["reply"]}
        attribute = {"type": "text"}
        plain = Policy.default().to_dict()
        for word in ("id", "title", "guards", "when", "needs", "message", "remedy", "enforcement", value):
            if not (word in {"title", "message", "remedy"} and value in ("a\0", "\u200b")):  # texts like any other
                with pytest.raises(PolicyError):
                    Policy.from_dict({**plain, "rule": [{**right, word: value}]})
        for word in ("type", "min", "max", "of", "longest", "set_by", value):
            with pytest.raises(PolicyError):
                Policy.from_dict({**plain, "attributes": {"a": {**attribute, word: value}}})
        with pytest.raises(PolicyError):
            Policy.from_dict({**plain, "attributes": {value: attribute}})

    def test_no_more_is_told_than_anybody_reads(self):
        """Of ten thousand tests of what there is not, the first hundred."""
        tests = ", ".join(f"{{ attribute = 'a{n}' }}" for n in range(50))
        rules = "".join(rule(f"when = {{ any = [ {tests} ] }}", name=f"own.r{n}") for n in range(MOST_RULES))
        assert MOST_TOLD == len(told(ATTRIBUTES + rules))
