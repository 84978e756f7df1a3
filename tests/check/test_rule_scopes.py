"""Rules of a team's own in a check: in which scopes they are tried, which trap a case, and which do nothing."""

from pathlib import Path

import attrs
import pytest

from casecore import Policy
from casecore.check import Exit, PromiseVerdict, check
from casecore.check.findings import lint_findings, promise_findings, rests_on
from casecore.check.formats import FORMATS
from casecore.check.mutate import mutations_of, without_rule
from casecore.check.rule_groups import MOST_WORLDS, rule_groups
from casecore.check.rule_scopes import rule_scopes
from casecore.check.scopes import scopes_of, scopes_of_rules
from casecore.check.walk import random_walk
from casecore.kernel import SYSTEM, Enforcement
from casecore.policies.sections import Guarded, Level
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.composition import HOUSE
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddTag
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.sla import SetLevel

REFUND = """
[attributes]
refund_eur = { type = "number", min = 0 }

[[rule]]
id     = "refund.second_pair_of_eyes"
title  = "A refund above 100 EUR is read by somebody else"
source = "Finance SOP 4.2"
guards = ["reply"]
when   = { attribute = "refund_eur", above = 100 }
needs  = { approval = true }
"""

BROKEN = Path(__file__).parent / "broken_rules"
FOUND = {
    "agency_hand_over": (0, ["CC212"]),
    "airline_vouchers": (0, ["CC211"]),
    "insurance_assessor": (0, ["CC214"]),
    "publisher_release": (0, ["CC214"]),
    "utility_meters": (1, ["CC212", "CC212"]),
}
"""How long the story is that breaks promise 18, if one does, and what is found of the rules."""

CODE_LAST = """
[attributes]
closing_code = { type = "choice", of = ["done", "duplicate"] }

[[rule]]
id     = "closing.code"
title  = "A case is resolved and closed with a closing code"
source = "SOP 7"
guards = ["resolve", "close"]
needs  = { attribute = "closing_code" }

[[rule]]
id     = "closing.code_last"
title  = "The closing code is set once the case is resolved"
guards = ["set_attribute"]
needs  = { status = "resolved" }
"""

ONCE_FRAUD = """
[attributes]
fraud = { type = "flag" }

[[rule]]
id     = "fraud.stays"
title  = "What is fraud stays fraud"
guards = ["set_attribute"]
when   = { attribute = "fraud", is = true, unset = "skip" }

[[rule]]
id     = "fraud.open"
title  = "Fraud is never resolved or closed"
guards = ["resolve", "close"]
when   = { attribute = "fraud", is = true, unset = "skip" }
"""


def rule(guards, when="", needs="", name="own.rule", **more):
    """One rule, as a file has it."""
    said = {"id": f'"{name}"', "title": '"It is so"', "guards": str(guards).replace("'", '"')}
    said |= {word: text for word, text in (("when", when), ("needs", needs)) if text} | more
    return "\n[[rule]]\n" + "".join(f"{word} = {text}\n" for word, text in said.items())


def checked(text, **how):
    """What a check says of a policy in the scopes of its own rules, and of no others."""
    policy = Policy.loads(text, "own.toml")
    return check(policy, **{"scopes": scopes_of_rules(policy), "walk": 0, "only": "18", **how})


def about_rules(report):
    """What is found of rules: the code, and whose."""
    return [(found.code, found.path) for found in report.findings if found.path.startswith("rule[")]


def commands(text, kind):
    """The commands of a sort that are given in the scopes of the rules."""
    found = [one.scope.parts[0].commands for one in rule_scopes(Policy.loads(text))]
    return [command for every in found for command in every if isinstance(command, kind)]


def values(text):
    """The values to which attributes are set on the first channel; None: they are taken away."""
    said = next(iter(rule_scopes(Policy.loads(text)))).scope.parts[0].commands
    return [command.value for command in said if isinstance(command, SetAttribute)]


class TestWhereTheyAreTried:
    """A rule is in force in scopes of its own, and put aside in all others."""

    def test_put_aside(self):
        """A rule only refuses: what holds without it holds with it. What softens it goes with it."""
        policy = Policy.loads(
            REFUND
            + '[enforcement]\n"refund.second_pair_of_eyes" = "warn"\n"capacity.total" = "warn"\n'
            + '[[change]]\non = 2027-01-01\nset = { "enforcement.refund.second_pair_of_eyes" = "block" }\n'
            + '[[override]]\nmatch = { channel = "chat" }\n'
            + 'set = { "enforcement.refund.second_pair_of_eyes" = "off", "capacity.chat" = 1 }\n'
        )
        here = scopes_of(policy)[0].scope.policy_here(policy)
        assert ((), {"capacity.total": Enforcement.WARN}) == (here.rule, here.enforcement)
        assert ((), [{"capacity.chat": 1}]) == (here.change, [override.set for override in here.override])
        (own,) = scopes_of_rules(policy)
        assert policy is own.scope.policy_here(policy)

    def test_the_others_stay_as_they_are(self):
        """With a rule there is one scope more, and nothing else: no scope grows."""
        names = [checked.scope.name for checked in scopes_of(Policy.default())]
        known = [*names, "own-rules-refund.second_pair_of_eyes-on-email"]
        assert known == [checked.scope.name for checked in scopes_of(Policy.loads(REFUND))]

    def test_a_place_in_the_file(self):
        """A rule that stays when others are put aside is told at its own line."""
        policy = Policy.loads(CODE_LAST)
        alone = policy.with_own_rules({"closing.code_last"})
        assert (policy.origin("rule[1]").line, "closing.code_last") == (alone.origin("rule[0]").line, alone.rule[0].id)

    def test_channels(self):
        """On those that it names, and one other; otherwise on email and in chat."""
        on = [one.scope.name.rpartition("-")[2] for one in rule_scopes(Policy.loads(rule(["close"])))]
        assert ["email", "chat"] == on
        named = rule(["close"], '{ channel = ["email", "sms", "voice"] }')
        assert ["email", "sms", "chat"] == [
            one.scope.name.rpartition("-")[2] for one in rule_scopes(Policy.loads(named))
        ]


class TestWhatIsTried:
    """What a rule looks at is changed to everything that may turn its answer."""

    def test_numbers(self):
        """Below, at and above each bound, as far as they fit; and taken away."""
        assert [99, 100, 101, None] == values(REFUND)
        assert [99, 100, None] == values(REFUND.replace("min = 0", "max = 100"))
        assert [0.4, 0.5, 0.6, None] == values(REFUND.replace("above = 100", "above = 0.5"))

    def test_between_two_numbers(self):
        """Where two bounds are next to each other there is a number between them."""
        text = REFUND.replace("above = 100", "above = 100, below = 101")
        assert [99, 100, 101, 100.5, 102, None] == values(text)

    @pytest.mark.parametrize(
        ("declared", "compared", "expected"),
        [
            ('{ type = "choice", of = ["a", "b", "c", "d"] }', 'one_of = ["c", "a"]', ["a", "c", "b", None]),
            ('{ type = "flag" }', "is = false", [True, False, None]),
            ('{ type = "text" }', 'is = "x"', ["x", "y", None]),
            ('{ type = "text", pattern = "[A-Z]{2}-\\\\d{4}" }', 'is = "OK-1234"', ["OK-1234", "AA-0000", None]),
            ('{ type = "number" }', "", [0, None]),
            ('{ type = "number", max = -5 }', "", [-5, None]),
            ('{ type = "choice", of = ["a", "b"] }', "", ["a", None]),
        ],
    )
    def test_values(self, declared, compared, expected):
        """Each word that matters and another one; true and false; a text that fits, and another one."""
        asked = ", ".join(filter(None, ('attribute = "x"', compared)))
        assert expected == values(f"attributes.x = {declared}\n" + rule(["close"], f"{{ {asked} }}"))

    @pytest.mark.parametrize(
        ("may", "who", "given"),
        [('["assignee"]', {"ana"}, {None}), ('["system"]', {SYSTEM}, {None}), ("[]", set(), {None, True, False})],
    )
    def test_who_sets_them(self, may, who, given):
        """Somebody at the desk; where nobody there may, the system; where nobody may, the case comes with it."""
        declared = f'attributes.x = {{ type = "flag", set_by = {may} }}\n'
        text = declared + rule(["close"], '{ attribute = "x" }')
        assert who == {command.by for command in commands(text, SetAttribute)}
        assert given == {command.attributes.get("x") for command in commands(text, ReceiveMessage)}

    def test_setting_is_guarded(self):
        """Then everybody at the desk tries it; of a rule that looks at none, one attribute."""
        text = 'attributes.x = { type = "flag" }\n' + rule(["set_attribute"], needs='{ permission = "supervise" }')
        assert {"ana", "ben"} == {command.by for command in commands(text, SetAttribute)}
        assert set() == set(commands(rule(["set_attribute"]), SetAttribute))

    def test_tags_and_levels(self):
        """Each tag, and each level beside another one; by the system, or with the case, where nobody else may."""
        text = rule(["close"], '{ tag = "vip", level = "normal" }')
        assert {("ana", "vip")} == {(command.by, command.tag) for command in commands(text, AddTag)}
        assert {("ana", Level.NORMAL), ("ana", Level.LOW)} == {(c.by, c.level) for c in commands(text, SetLevel)}
        nobody = "tags.restricted_to = []\n" + text
        assert (set(), {SYSTEM}) == (set(commands(nobody, AddTag)), {c.by for c in commands(nobody, SetLevel)})
        assert {frozenset(), frozenset({"vip"})} == {command.tags for command in commands(nobody, ReceiveMessage)}
        assert {"checked"} == {command.tag for command in commands(rule(["tag"]), AddTag)}
        assert {Level.NORMAL} == {command.level for command in commands(rule(["set_level"]), SetLevel)}

    def test_how_cases_arrive(self):
        """By each reason and language that matters, with a name and without, into each queue."""
        text = rule(["close"], '{ reason = ["bets", "odds"], language = "pt" }')
        found = {(command.reason, command.language) for command in commands(text, ReceiveMessage)}
        assert {(reason, language) for reason in (None, "bets", "odds") for language in (None, "pt")} == found
        into = commands(rule(["close"], '{ queue = "billing", customer = "named" }'), ReceiveMessage)
        assert {(None, "Maria"), (None, None), ("billing", "Maria")} == {(one.reason, one.name) for one in into}

    def test_what_needs_two_cases(self):
        """Merging and moving have a scope of their own; nothing leads to closed there."""
        (both,) = rule_scopes(Policy.loads(rule(["merge", "move"])))
        kinds = {type(command) for command in both.scope.parts[0].commands}
        assert ({MergeCases, MoveCase}, frozenset()) == (kinds & {MergeCases, MoveCase}, both.ways)
        names = [one.scope.name for one in rule_scopes(Policy.loads(rule(["close", "merge"])))]
        assert [f"own-rules-own.rule-{where}" for where in ("on-email", "on-chat", "with-two-cases")] == names

    @pytest.mark.parametrize("word", Guarded)
    def test_every_word(self, word):
        """Whatever a rule may guard comes about in its scopes, and is refused there."""
        report = checked('attributes.x = { type = "flag" }\n' + rule([word.value]))
        assert ("CC212", "rule[0]") in about_rules(report)

    def test_write_first(self):
        """A message that we write first is one that would be sent: on WhatsApp a template."""
        text = rule(["write_first"], '{ channel = "whatsapp" }')
        assert [] == about_rules(checked(text))
        assert [True, False] == [command.template is not None for command in commands(text, StartOutbound)]


class TestTraps:
    """A rule that leaves a case no way to its end breaks promise 18, and its story is told."""

    @pytest.mark.parametrize(
        ("text", "length", "blamed"),
        [
            (CODE_LAST, 1, ("rule[0]", "rule[1]")),
            (ONCE_FRAUD, 2, ("rule[0]", "rule[1]")),
            (rule(["resolve", "close"]), 1, ("rule[0]",)),
            (rule(["resolve"]) + rule(["close"], name="own.other"), 1, ("rule[0]", "rule[1]")),
            (rule(["close", "resolve"]) + rule(["reply"], "{ note = true }", name="own.b"), 1, ("rule[0]",)),
            ("tags.restricted_to = []\n" + rule(["resolve", "close"], needs='{ tag = "x" }'), 1, ("rule[0]",)),
        ],
    )
    def test_traps(self, text, length, blamed):
        """With the shortest story; those rules are to blame without which there is a way."""
        report = checked(text)
        (judgement,) = report.judgements
        assert (PromiseVerdict.FAILS, length) == (judgement.verdict, len(judgement.story))
        assert blamed == tuple(key for key in judgement.keys if key.startswith("rule["))
        assert Exit.FINDINGS is report.exit

    @pytest.mark.parametrize(
        "needs",
        [
            '{ tag = "x" }',
            "{ note = true }",
            '{ contact = "authenticated" }',
            '{ since = "status", at_least = "1h" }',
            '{ permission = "approve" }',
            '{ by = "owner" }',
            '{ customer = "opted_in" }',
            '{ relation = "customer" }',
            '{ level = "high" }',
            '{ attribute = "x" }',
            '{ attribute = "y", is = true }',
        ],
    )
    def test_no_traps(self, needs):
        """What somebody can provide, also if that is the system alone, or who waits long enough, is no trap."""
        declared = 'attributes.x = { type = "text" }\nattributes.y = { type = "flag", set_by = ["system"] }\n'
        report = checked(declared + rule(["resolve", "close"], needs=needs))
        assert [PromiseVerdict.PROVED] == [judgement.verdict for judgement in report.judgements]
        assert [] == about_rules(report)
        assert [one.worlds for one in report.searched] == [one.desks for one in report.searched]

    def test_rules_that_only_warn_trap_nothing(self):
        """Nor does one that is off."""
        for mode in ("warn", "off"):
            report = checked(rule(["resolve", "close"], enforcement=f'"{mode}"'))
            assert PromiseVerdict.PROVED is report.judgements[0].verdict

    def test_not_to_blame(self):
        """Where the policy closes as spam only, the rules are not what leaves no other way."""
        spam = '[lifecycle]\nclose_from = ["new"]\nclose_after = { resolved = "none" }\n'
        assert PromiseVerdict.PROVED is checked(spam + rule(["reply"], '{ tag = "x" }')).judgements[0].verdict

    @pytest.mark.slow  # it searches for each period, or each fix
    def test_the_nearest_fix(self):
        """That a rule only warns, checked again."""
        fix = checked(CODE_LAST).judgements[0].fix
        assert ('rule."closing.code".enforcement', "block", "warn") == (fix.key, fix.old, fix.new)

    @pytest.mark.slow  # it searches for each period, or each fix
    def test_a_change_to_come(self):
        """A rule that blocks from a date on strands what is in flight then."""
        text = rule(["resolve", "close"], '{ tag = "x" }', enforcement='"off"')
        dated = '[[change]]\non = 2027-01-01\nset = { "enforcement.own.rule" = "block" }\n'
        where = "tags.restricted_to = []\n"
        report = checked(where + text + dated, only="21")
        (judgement,) = report.judgements
        assert (PromiseVerdict.FAILS, 1) == (judgement.verdict, len(judgement.story))
        assert PromiseVerdict.PROVED is checked(text + dated, only="21").judgements[0].verdict

    def test_the_walk_holds_nothing_against_rules(self):
        """A walk knows no way round a rule; whether there is one is found by searching."""
        walked = random_walk(Policy.loads(rule(["resolve", "close"], needs="{ note = true }")), 300)
        assert walked.broken is None


class TestFindings:
    """What the scopes show of the rules themselves."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (REFUND, []),
            (rule(["reply"], '{ status = "closed" }'), [("CC211", "rule[0]")]),
            (
                rule(["reply"], needs='{ status = ["new", "open", "pending", "resolved", "escalated"] }'),
                [("CC211", "rule[0]")],
            ),
            (rule(["reply"], '{ status = "new" }', '{ contact = "live" }'), [("CC211", "rule[0]")]),
            (rule(["write_first"], needs='{ channel = "whatsapp" }'), []),
            (rule(["set_attribute"]), [("CC211", "rule[0]")]),
            (rule(["reply"]), [("CC212", "rule[0]")]),
            (rule(["reply"], enforcement='"warn"'), [("CC212", "rule[0]")]),
            (rule(["reply"], enforcement='"off"'), []),
            (
                'attributes.x = { type = "number" }\n'
                + rule(["close"], '{ attribute = "x", above = 200, unset = "skip" }', name="own.b")
                + rule(["close"], '{ attribute = "x", above = 100, unset = "skip" }', name="own.a"),
                [("CC213", "rule[0]")],
            ),
            (
                rule(["close"], "{ note = true }", name="own.a") + rule(["close"], "{ note = true }", name="own.b"),
                [("CC213", "rule[1]")],
            ),
        ],
    )
    def test_findings(self, text, expected):
        """A rule that never refuses, always does, or beside which another one does."""
        assert expected == about_rules(checked(text))

    @pytest.mark.slow  # it searches scopes of its own
    @pytest.mark.parametrize("name", sorted(path.stem for path in BROKEN.iterdir()))
    def test_broken_rules(self, name):
        """Five SOPs of different trades in which something about a rule is wrong."""
        report = checked((BROKEN / f"{name}.toml").read_text())
        (judgement,) = report.judgements
        length = 0 if judgement.story is None else len(judgement.story)
        assert FOUND[name] == (length, [code for code, _ in about_rules(report)])

    def test_what_nobody_provides(self):
        """An attribute, or a tag, that nobody may set: who has it, has it from the first message on."""
        assert ["CC214"] == self.needing('{ all = [{ tag = "vip" }] }')

    @pytest.mark.slow  # it searches scopes of its own for each
    @pytest.mark.parametrize(
        ("needs", "codes"),
        [
            ('{ attribute = "x" }', ["CC214"]),
            ('{ tag = "vip" }', ["CC214"]),
            ('{ any = [{ tag = "vip" }, { attribute = "x", is = true }] }', ["CC214"]),
            ('{ attribute = "x", is = true, unset = "skip" }', []),
            ('{ any = [{ tag = "vip" }, { note = true }] }', []),
            ('{ not = { tag = "vip" } }', []),
        ],
    )
    def test_what_nobody_or_somebody_provides(self, needs, codes):
        """Nobody, unless it may be unset, or something else will do."""
        assert codes == self.needing(needs)

    @pytest.mark.slow  # it searches scopes of its own
    def test_what_nobody_has_to_provide(self):
        """A rule that is off needs nothing."""
        assert [] == self.needing('{ attribute = "x" }', enforcement='"off"')

    @staticmethod
    def needing(needs, **others):
        """What is found of a rule that needs this, where nobody may set an attribute or a tag."""
        declared = 'attributes.x = { type = "flag", set_by = [] }\ntags.restricted_to = []\n'
        return [code for code, _ in about_rules(checked(declared + rule(["snooze"], needs=needs, **others)))]

    def test_only_where_all_was_searched(self):
        """Of a rule of which only one scope was searched nothing is said; nor where a search was given up."""
        text = rule(["reply"])
        assert [] == about_rules(checked(text, scopes="own-rules-own.rule-on-chat"))
        assert [] == about_rules(checked(text, limit=5))

    def test_from_a_date_on(self):
        """A rule that is off until a date is judged by what it does from then on."""
        dated = '[[change]]\non = 2027-01-01\nset = { "enforcement.own.rule" = "block" }\n'
        policy = Policy.loads(rule(["reply"], enforcement='"off"') + dated)
        report = check(policy, scopes=[one.scope.name for one in scopes_of_rules(policy)], walk=0, only="18")
        assert [("CC212", "rule[0]")] == about_rules(report)

    def test_words(self):
        """A finding names the rule and its title, says what is so, and stands at its line."""
        report = checked("\n" + rule(["reply"], '{ status = "closed" }'))
        (found,) = (one for one in lint_findings(report, "own.toml") if one.code == "CC211")
        assert ("own.toml", 3) == (found.location.file, found.location.line)
        assert found.message.startswith(
            "own.rule (It is so) can never refuse: it is never so that the status is closed"
        )

    def test_formats(self):
        """Every format tells it, and of a trap, which rules are to blame."""
        report = checked(CODE_LAST)
        for write in FORMATS.values():
            told = write(report, "own.toml").replace("\\", "")
            assert "closing.code_last" in told
            assert "A case is resolved and closed with a closing code, SOP 7" in told
        assert "closing.code (A case is resolved and closed with a closing code, SOP 7)" == rests_on(
            report.policy, "rule[0]"
        )
        ((trap, _),) = promise_findings(report, "own.toml")
        assert 5 == trap.location.line


class TestGroups:
    """Rules that belong together are tried together, as far as there is room."""

    def test_together(self):
        """Those that look at the same, guard the same, or guard how the other's thing is changed."""
        text = (
            rule(["snooze"], '{ tag = "a" }', name="own.a")
            + rule(["commit"], '{ tag = "A" }', name="own.b")
            + rule(["transfer"], '{ level = "high" }', name="own.c")
            + rule(["close"], "{ note = true }", name="own.d")
            + rule(["tag"], name="own.e")
            + rule(["merge"], name="own.f")
        )
        assert [("own.a", "own.b", "own.e"), ("own.c", "own.d"), ("own.f",)] == [
            group.ids for group in rule_groups(Policy.loads(text))
        ]

    def test_too_many(self):
        """Then they are tried apart, and a finding says which."""
        rules = "".join(f'attributes.x{number} = {{ type = "number" }}\n' for number in range(6)) + "".join(
            rule(["close"], f'{{ attribute = "x{number}", above = 5 }}', name=f"own.r{number}") for number in range(6)
        )
        groups = rule_groups(Policy.loads(rules))
        assert [("own.r0", "own.r1", "own.r2"), ("own.r3", "own.r4", "own.r5")] == [group.ids for group in groups]
        assert all(group.worlds <= MOST_WORLDS for group in groups)

    def test_one_that_looks_at_too_much(self):
        """Some of it is left as it is, and a finding says so."""
        asked = ", ".join(f'{{ attribute = "x{number}", above = 5 }}' for number in range(9))
        rules = "".join(f'attributes.x{number} = {{ type = "number" }}\n' for number in range(9))
        (group,) = rule_groups(Policy.loads(rules + rule(["snooze"], f"{{ all = [{asked}] }}")))
        assert (["x0", "x1", "x2"], 6) == ([*group.values], len(group.left_out))

    def test_what_was_not_tried_is_told(self):
        """Groups that are apart, groups that are many, and what one rule looks at beyond what is varied."""
        number = "".join(f'attributes.x{number} = {{ type = "number" }}\n' for number in range(50))
        asked = ", ".join(f'{{ attribute = "x{number}", above = 5 }}' for number in range(9))
        greedy = rule(["snooze"], f"{{ all = [{asked}] }}")
        apart = "".join(
            rule(["close"], f'{{ attribute = "x{number}", above = 5 }}', name=f"own.r{number}") for number in range(50)
        )
        found = checked(number + apart + greedy, limit=5)
        assert 3 * ["CC215"] == [code for code, _ in about_rules(found)]
        told = [one.message for one in found.findings if one.code == "CC215"]
        assert told[0].startswith(
            "tried apart, because together they have too many worlds: own.r0 with own.r1 with own.r2;"
        )
        assert "13 more groups" in told[0]
        assert told[1].startswith("there are 18 groups of rules")
        assert told[2].endswith("where nothing is said of x3, x4, x5, x6, x7, x8")


def test_mutations():
    """Own rules are taken out, too, one by one."""
    policy = Policy.loads(REFUND)
    assert "refund.second_pair_of_eyes" in mutations_of(policy)
    house = without_rule(HOUSE, "refund.second_pair_of_eyes")
    assert ((), 0) == (house.brought_by(policy).rules, len(house.brought_by(attrs.evolve(policy, rule=())).rules))
    assert 1 == len(HOUSE.brought_by(policy).rules)
