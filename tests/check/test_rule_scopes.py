"""Rules of a team's own in a check: in which scopes they are tried, which trap a case, and which do nothing."""

from datetime import UTC, datetime

import attrs
import pytest

from casecore import Policy
from casecore.channels import Channel
from casecore.check import Exit, PromiseVerdict, check
from casecore.check.findings import lint_findings, promise_findings, rests_on
from casecore.check.formats import FORMATS
from casecore.check.mutate import find_guards, mutations_of, without_rule
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
    return check(policy, scopes=scopes_of_rules(policy), walk=0, **{"only": "18", **how})


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
        assert ({}, {"capacity.chat": 1}) == (here.change[0].set, here.override[0].set)
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
        assert ["email", "sms", "chat"] == [one.scope.name.rpartition("-")[2] for one in rule_scopes(Policy.loads(named))]


class TestWhatIsTried:
    """What a rule looks at is changed to everything that may turn its answer."""

    def test_numbers(self):
        """Below, at and above each bound, as far as they fit; and taken away."""
        assert [99, 100, 101, None] == values(REFUND)
        assert [99, 100, None] == values(REFUND.replace("min = 0", "max = 100"))
        assert [0.49, 0.5, 0.51, None] == values(REFUND.replace("above = 100", "above = 0.5"))

    def test_between_two_numbers(self):
        """Where two bounds are next to each other there is a number between them."""
        text = REFUND.replace("above = 100", "above = 100, below = 101")
        assert [99, 100, 101, 100.5, 102, None] == [one for one in values(text)]

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

    def test_who_sets_them(self):
        """A supervisor; where nobody at the desk may, the system; where nobody may at all, the case comes with it."""
        may = 'attributes.x = {{ type = "flag", set_by = {} }}\n' + rule(["close"], '{ attribute = "x" }')
        by = lambda roles: {command.by for command in commands(may.replace("{{", "{").replace("}}", "}").replace("{}", roles, 1), SetAttribute)}
        assert [{"ana"}, {SYSTEM}, set()] == [by('["assignee"]'), by('["system"]'), by("[]")]
        arrives = commands(may.replace("{{", "{").replace("}}", "}").replace("{}", "[]", 1), ReceiveMessage)
        assert {None, True, False} == {command.attributes.get("x") for command in arrives}
