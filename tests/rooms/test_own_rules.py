"""Rules of a team's own: each fact they look at, each word they guard, and what is said where one refuses."""

from datetime import timedelta
from itertools import product

import attrs
import pytest

from casecore import (
    CUSTOMER,
    ROOMS,
    SYSTEM,
    AddNote,
    AddTag,
    ApproveDraft,
    Authenticate,
    CaseTagged,
    DeleteNote,
    Deviated,
    EndContact,
    House,
    OpenCase,
    Policy,
    ReceiveMessage,
    RecordConsent,
    RelateRecord,
    ReplySent,
    SendReply,
    SetLevel,
    Status,
    SubmitDraft,
)
from casecore.kernel import Setting
from casecore.kernel.deciding import MOST_ENLARGED
from casecore.policies.conditions import Compared, Fact, Instant
from casecore.policies.sections import Guarded, Level, Relation
from casecore.rooms.attributes import AttributeSet, SetAttribute
from casecore.rooms.own_rules import GUARDS
from casecore.testing.scenario import T0, at, case_in, given
from tests.guarding import GUARDED, MAIL, reply

HEAD = """
source = "Support SOP 3"
[queues.billing]
reasons = ["refund"]
[queues.general]
fallback = true
[email]
subject_required = true
[attributes]
refund_eur = { type = "number" }
fault = { type = "choice", of = ["late", "Broken"] }
order = { type = "text" }
paid = { type = "flag" }
"""

RULE = '[[rule]]\nid = "refund.looked_at"\ntitle = "It is looked at"\nguards = ["tag"]\n'


def sop(more="", guards='["tag"]'):
    """A policy with one rule, `refund.looked_at`; whatever else it says is told."""
    rule = f'[[rule]]\nid = "refund.looked_at"\ntitle = "It is looked at"\nguards = {guards}\n{more}'
    return Policy.loads(f"{HEAD}{rule}", "my.toml")


def noted(name, value):
    """An attribute is set."""
    return SetAttribute("ana", at(1), "c1", name, value)


def tagging(by="ana", when=None):
    """What is guarded in most of these stories: the case is tagged."""
    return AddTag(by, when or at(hours=1), "c1", "gold")


def outcome_of(policy, story, by="ana", when=None):
    """Tagging the case at the end of a story."""
    return given(story, policy=policy).when(tagging(by, when))


OPEN = case_in("open")
NOTE = AddNote("ana", T0, "n1", "She has paid", "c1")
ENDED = EndContact(CUSTOMER, at(2), "c1")
SUPERVISED = (OPEN, "dora")
BY = {
    "assignee": ((OPEN, "ana"), SUPERVISED),
    "owner": ((OPEN, "ana"), SUPERVISED),
    "supervisor": (SUPERVISED, (OPEN, "ana")),
}

FACTS = [
    ('{ tag = "VIP" }', (OPEN, AddTag(SYSTEM, T0, "c1", "vip")), OPEN),
    (
        '{ tag = ["vip", "new"] }',
        (OPEN, AddTag(SYSTEM, T0, "c1", "vip"), AddTag(SYSTEM, T0, "c1", "New")),
        (OPEN, AddTag(SYSTEM, T0, "c1", "new")),
    ),
    ('{ channel = "chat" }', OPEN, MAIL),
    ('{ channel = ["sms", "email"] }', MAIL, OPEN),
    ('{ queue = "billing" }', case_in("open", reason="refund"), OPEN),
    ('{ level = "high" }', (OPEN, SetLevel("dora", T0, "c1", Level.HIGH)), OPEN),
    ('{ level = ["low", "normal"] }', OPEN, (OPEN, SetLevel("dora", T0, "c1", Level.HIGH))),
    ('{ status = "pending" }', case_in("pending"), OPEN),
    ('{ status = ["open", "new"] }', OPEN, case_in("pending")),
    ('{ reason = "REFUND" }', case_in("open", reason="refund"), case_in("open", reason="other")),
    ('{ reason = "refund" }', case_in("open", reason="Refund"), OPEN),
    ('{ language = "PT" }', case_in("open", language="pt-BR"), case_in("open", language="en")),
    ('{ language = "pt-BR" }', case_in("open", language="pt-br"), case_in("open", language="pt")),
    ('{ language = ["en", "pt"] }', case_in("open", language="en"), OPEN),
    ('{ contact = "goes_on" }', OPEN, (OPEN, ENDED)),
    ('{ contact = "live" }', OPEN, MAIL),
    ('{ contact = "live" }', OPEN, (OPEN, ENDED)),
    ('{ contact = "authenticated" }', (OPEN, Authenticate("ana", T0, "c1")), OPEN),
    ('{ contact = "authenticated" }', (OPEN, Authenticate("ana", T0, "c1")), (OPEN, ENDED)),
    ('{ customer = "waits" }', OPEN, case_in("pending")),
    ('{ customer = "opted_in" }', (OPEN, RecordConsent(SYSTEM, T0, "maria", note="By phone")), OPEN),
    ('{ customer = "named" }', case_in("open", name="Maria"), OPEN),
    ('{ relation = "customer" }', (OPEN, RelateRecord("ana", T0, "c1", Relation.CUSTOMER, "7")), OPEN),
    (
        '{ relation = ["customer", "case"] }',
        (
            MAIL,
            RelateRecord("ana", T0, "c1", Relation.CUSTOMER, "7"),
            RelateRecord("ana", T0, "c1", Relation.CASE, "8"),
        ),
        (MAIL, RelateRecord("ana", T0, "c1", Relation.CASE, "8")),
    ),
    ("{ note = true }", (OPEN, NOTE), OPEN),
    ("{ note = false }", (OPEN, NOTE, DeleteNote("ana", T0, "n1")), (OPEN, NOTE)),
    ('{ attribute = "refund_eur" }', (OPEN, noted("refund_eur", 0)), OPEN),
    ('{ attribute = "refund_eur", above = 100 }', (OPEN, noted("refund_eur", 100.5)), (OPEN, noted("refund_eur", 100))),
    ('{ attribute = "refund_eur", at_least = 100 }', (OPEN, noted("refund_eur", 100)), (OPEN, noted("refund_eur", 99))),
    ('{ attribute = "refund_eur", below = 1.5 }', (OPEN, noted("refund_eur", 1)), (OPEN, noted("refund_eur", 1.5))),
    ('{ attribute = "refund_eur", at_most = 1.5 }', (OPEN, noted("refund_eur", 1.5)), (OPEN, noted("refund_eur", 2))),
    (
        '{ attribute = "refund_eur", above = 1, at_most = 3 }',
        (OPEN, noted("refund_eur", 3)),
        (OPEN, noted("refund_eur", 4)),
    ),
    ('{ attribute = "refund_eur", is = 1 }', (OPEN, noted("refund_eur", 1.0)), (OPEN, noted("refund_eur", 0))),
    ('{ attribute = "refund_eur", one_of = [0, 7] }', (OPEN, noted("refund_eur", 7)), (OPEN, noted("refund_eur", 1))),
    ('{ attribute = "fault", is = "broken" }', (OPEN, noted("fault", "BROKEN")), (OPEN, noted("fault", "late"))),
    ('{ attribute = "fault", one_of = ["late"] }', (OPEN, noted("fault", "late")), (OPEN, noted("fault", "broken"))),
    ('{ attribute = "order", is = "a-1" }', (OPEN, noted("order", "A-1")), (OPEN, noted("order", "A-11"))),
    ('{ attribute = "paid", is = true }', (OPEN, noted("paid", True)), (OPEN, noted("paid", False))),
    ('{ channel = "chat", status = "open" }', OPEN, case_in("pending")),
    ('{ all = [ { channel = "chat" }, { status = "open" } ] }', OPEN, MAIL),
    ('{ any = [ { channel = "sms" }, { status = "open" } ] }', OPEN, case_in("pending")),
    ('{ not = { channel = "email" } }', OPEN, MAIL),
    ('{ channel = "chat", any = [ { note = true } ], not = { status = "pending" } }', (OPEN, NOTE), OPEN),
    ("{ all = [ {}, { any = [ {} ] } ] }", OPEN, None),
    ("{ not = {} }", None, OPEN),
]

PERSONAL = [
    ('{ by = "assignee" }', *BY["assignee"]),
    ('{ by = "owner" }', *BY["owner"]),
    ('{ by = "supervisor" }', *BY["supervisor"]),
    ('{ by = ["supervisor", "assignee"] }', (OPEN, "ana"), None),
    ('{ permission = "supervise" }', SUPERVISED, (OPEN, "ana")),
    ('{ permission = "approve" }', SUPERVISED, (OPEN, "ana")),
    ('{ permission = "reply" }', SUPERVISED, None),
]

TIMES = [
    ("status", case_in("pending"), at(minutes=30)),
    ("activity", case_in("pending"), at(minutes=30)),
    ("customer_wrote", OPEN, at(minutes=30)),
    ("waiting", OPEN, at(minutes=30)),
    ("contact", OPEN, at(minutes=30)),
]


class TestWhatIsLookedAt:
    """Each fact and each comparison, once where it holds and once where it does not."""

    @pytest.mark.parametrize(("when", "holds", "fails"), FACTS)
    def test_when(self, when, holds, fails):
        """The rule refuses where it holds."""
        policy = sop(f"when = {when}")
        if holds is not None:
            outcome_of(policy, holds).refused("refund.looked_at")
        if fails is not None:
            outcome_of(policy, fails).then(CaseTagged)

    @pytest.mark.parametrize(("needs", "holds", "fails"), FACTS)
    def test_needs(self, needs, holds, fails):
        """The rule refuses where it does not hold."""
        policy = sop(f"needs = {needs}", guards='["set_level"]')
        for story, expected in ((holds, True), (fails, False)):
            if story is not None:
                desk = attrs.evolve(given(story, policy=Policy.loads(HEAD)).desk, policy=policy)
                assert expected is bool(desk.decide(SetLevel("dora", at(hours=1), "c1", Level.LOW)))

    @pytest.mark.parametrize(("when", "holds", "fails"), PERSONAL)
    def test_who_does_it(self, when, holds, fails):
        """The assignee, a supervisor, somebody with a right."""
        policy = sop(f"when = {when}")
        outcome_of(policy, *holds).refused("refund.looked_at")
        if fails is not None:
            outcome_of(policy, *fails).then(CaseTagged)

    @pytest.mark.parametrize(("since", "story", "instant"), TIMES)
    def test_times(self, since, story, instant):
        """From the instant on, and before it."""
        after, before = (sop(f'when = {{ since = "{since}", {word} = "30m" }}') for word in ("at_least", "below"))
        outcome_of(after, story, when=instant).refused("refund.looked_at")
        outcome_of(before, story, when=instant).then(CaseTagged)
        early = instant - timedelta.resolution
        outcome_of(after, story, when=early).then(CaseTagged)
        outcome_of(before, story, when=early).refused("refund.looked_at")

    def test_every_fact_comparison_and_instant_is_asked_here(self):
        """Nothing that can be written is left out."""
        policies = [sop(f"when = {when}") for when, *_ in (*FACTS, *PERSONAL)]
        tests = [test for policy in policies for test in policy.tests_of_rules]
        assert {*Fact} - {Fact.SINCE, Fact.APPROVAL} == {test.fact for test in tests}
        assert {*Compared} == {test.compared for test in tests}
        assert {*Instant} == {since for since, *_ in TIMES}

    def test_an_approval(self):
        """Somebody else has approved the reply; one who approves their own has not."""
        policy = sop("needs = { approval = true }", guards='["reply"]')
        direct, drafted = reply(), SubmitDraft("cleo", at(1), "c1", "d1", "Hello", subject="Yours")
        given(MAIL, policy=policy).when(direct).refused("refund.looked_at")
        by_cleo = (case_in("open", agent="cleo", channel="email"), drafted)
        given(by_cleo, policy=policy).when(ApproveDraft("dora", at(2), "c1", "d1")).then(
            lambda event: type(event).__name__ == "DraftApproved", ReplySent
        )
        alone = attrs.evolve(policy, approval=attrs.evolve(policy.approval, self_approval=True))
        given(by_cleo, policy=alone).when(ApproveDraft("cleo", at(2), "c1", "d1")).refused("refund.looked_at")

    def test_nobody_approved_it(self):
        """The other way round: what was approved is refused."""
        policy = sop("needs = { approval = false }", guards='["reply"]')
        given(MAIL, policy=policy).when(reply()).then(ReplySent)
        drafted = SubmitDraft("ana", at(1), "c1", "d1", "Hello", subject="Yours")
        given(MAIL, drafted, policy=policy).when(ApproveDraft("cleo", at(2), "c1", "d1")).refused("refund.looked_at")


class TestNotThere:
    """What is not there speaks for the rule; unless it is skipped, then it speaks against it."""

    TESTS = (
        'attribute = "refund_eur", above = 100',
        'attribute = "refund_eur", is = 3',
        'attribute = "fault", one_of = ["late"]',
        'since = "waiting", at_least = "1h"',
        'since = "waiting", below = "1h"',
    )

    @pytest.mark.parametrize(("test", "word", "negated", "skip"), [*product(TESTS, ("when", "needs"), "yn", "yn")])
    def test_polarity(self, test, word, negated, skip):
        """In `when` and in `needs`, plain and under `not`: it refuses, and where it is skipped, it does not."""
        table = f"{{ {test}{', unset = ' + repr('skip') if skip == 'y' else ''} }}"
        policy = sop(f"{word} = {f'{{ not = {table} }}' if negated == 'y' else table}")
        outcome = outcome_of(policy, case_in("pending"))
        outcome.then(CaseTagged) if skip == "y" else outcome.refused("refund.looked_at")

    @pytest.mark.parametrize("joined", ["all = [ TEST ]", "any = [ TEST ]", "not = { not = TEST }"])
    def test_deeper(self, joined):
        """However deep it stands, and twice negated is as it was."""
        test = '{ attribute = "refund_eur", above = 100 }'
        outcome_of(sop(f"when = {{ {joined.replace('TEST', test)} }}"), OPEN).refused("refund.looked_at")

    def test_it_may_be_said_that_it_applies(self):
        """As it does where nothing is said."""
        policy = sop('when = { attribute = "refund_eur", above = 100, unset = "applies" }')
        outcome_of(policy, OPEN).refused("refund.looked_at")

    @pytest.mark.parametrize(("word", "refuses"), [("when", False), ("needs", True)])
    def test_whether_it_is_set_is_known(self, word, refuses):
        """A bare attribute asks just that, so nothing is unknown about it."""
        outcome = outcome_of(sop(f'{word} = {{ attribute = "refund_eur" }}'), OPEN)
        outcome.refused("refund.looked_at") if refuses else outcome.then(CaseTagged)

    @pytest.mark.parametrize("value", ["a lot", True])
    @pytest.mark.parametrize("compared", ["above = 100", "is = 1", "one_of = [1, 2]"])
    def test_what_was_no_number_then_is_not_there(self, compared, value):
        """A policy may have said otherwise when it was noted: then it is as good as not set, and nothing is raised."""
        desk = given(OPEN, policy=Policy.loads(HEAD)).desk
        desk = desk.evolve((AttributeSet("ana", T0, "c1", "refund_eur", value),))
        for skip, accepted in (("", False), (', unset = "skip"', True)):
            policy = sop(f'when = {{ attribute = "refund_eur", {compared}{skip} }}')
            assert accepted is bool(attrs.evolve(desk, policy=policy).decide(tagging()))


class TestGuards:
    """What each word guards."""

    @pytest.mark.parametrize("word", Guarded)
    def test_refused_and_passed(self, word):
        """Where the rule applies, and where it does not."""
        story, command = GUARDED[word]
        strict, idle = (sop(f"when = {{ {when} }}", f'["{word}"]') for when in ("", 'channel = "linkedin"'))
        given(story, policy=Policy.loads(HEAD)).when(command).then(*given(story, policy=idle).when(command).events)
        desk = attrs.evolve(given(story, policy=idle).desk, policy=strict)
        assert ("refund.looked_at",) == tuple(reason.rule for reason in desk.decide(command).reasons)

    @pytest.mark.parametrize(
        ("word", "command"),
        [
            ("send_as_pending", "send_as_resolved"),
            ("send_as_escalated", "send_as_pending"),
            ("send_as_resolved", "send_as_escalated"),
            ("resolve", "set_status"),
            ("escalate", "resolve"),
            ("set_status", "reply"),
            ("submit", "reply"),
            ("open", "accept"),
        ],
    )
    def test_nothing_else(self, word, command):
        """A word guards what it says and nothing near it."""
        story, command = GUARDED[Guarded(command)]
        assert given(story, policy=sop("", f'["{word}"]')).when(command).verdict

    @pytest.mark.parametrize(("word", "command"), [("resolve", "send_as_resolved"), ("escalate", "send_as_escalated")])
    def test_however_it_comes_about(self, word, command):
        """By hand or by a reply."""
        story, command = GUARDED[Guarded(command)]
        given(story, policy=sop("", f'["{word}"]')).when(command).refused("refund.looked_at")

    def test_several_words_are_told_once(self):
        """A reply that two of its words guard is refused once."""
        policy = sop("", '["reply", "send_as_pending", "resolve"]')
        assert 1 == len(given(MAIL, policy=policy).when(reply()).verdict.reasons)

    def test_several_words_of_one_event(self):
        """Each of its kinds, and no other."""
        policy = sop("", '["send_as_pending", "send_as_resolved"]')
        given(MAIL, policy=policy).when(reply(Status.RESOLVED)).refused("refund.looked_at")
        given(MAIL, policy=policy).when(reply(Status.ESCALATED)).then(ReplySent)

    def test_not_what_the_customer_or_the_system_does(self):
        """Whoever is not at the desk is not asked."""
        policy = sop("", '["close", "tag", "set_attribute", "open", "end_contact", "set_level"]')
        story = given(case_in("new"), policy=policy)
        assert story.when(AddTag(SYSTEM, at(1), "c1", "gold")).verdict
        assert story.when(ReceiveMessage(CUSTOMER, at(1), "t-c1", "m2", "Hello?")).verdict
        assert story.when(EndContact(CUSTOMER, at(1), "c1")).verdict
        story.when(OpenCase("ana", at(1), "c1")).refused("refund.looked_at")

    def test_every_word_says_what_it_guards(self):
        """And each has its story here."""
        assert {*Guarded} == {*GUARDS} == {*GUARDED}
        assert all(guard.doc and guard.classes for guard in GUARDS.values())


class TestEnforcement:
    """A rule blocks, warns or is off; by itself, or because `[enforcement]` says so."""

    def test_warns(self):
        """The command is accepted, and it is kept what the rule said."""
        outcome = outcome_of(sop('enforcement = "warn"'), OPEN).warns("refund.looked_at")
        assert Deviated("ana", at(hours=1), "refund.looked_at", "It is looked at", "c1") == outcome.events[-1]

    def test_is_off(self):
        """Nothing is said."""
        outcome_of(sop('enforcement = "off"'), OPEN).then(CaseTagged)

    @pytest.mark.parametrize(("mode", "warned"), [("warn", ["refund.looked_at"]), ("off", [])])
    def test_by_the_table(self, mode, warned):
        """`[enforcement]` says so, as of a rule of ours."""
        policy = Policy.loads(f'{HEAD}{RULE}[enforcement]\n"refund.looked_at" = "{mode}"\n')
        outcome_of(policy, OPEN).warns(*warned)

    def test_the_table_says_it_before_the_rule(self):
        """Where both do, the table counts: it is where a date or some cases are said."""
        policy = Policy.loads(f'{HEAD}{RULE}enforcement = "off"\n[enforcement]\n"refund.looked_at" = "block"\n')
        outcome_of(policy, OPEN).refused("refund.looked_at")

    def test_for_some_cases(self):
        """An override softens it on one channel."""
        layer = '[[override]]\nmatch = { channel = "chat" }\nset = { "enforcement.refund.looked_at" = "warn" }\n'
        policy = Policy.loads(f"{HEAD}{RULE}{layer}")
        outcome_of(policy, OPEN).warns("refund.looked_at")
        outcome_of(policy, MAIL).refused("refund.looked_at")

    def test_from_a_date_on(self):
        """A change switches it on."""
        layer = '[[change]]\non = 2026-11-03\nset = { \'enforcement."refund.looked_at"\' = "block" }\n'
        policy = Policy.loads(f'{HEAD}{RULE}enforcement = "off"\n{layer}')
        outcome_of(policy, OPEN).then(CaseTagged)
        outcome_of(policy, OPEN, when=at(hours=15)).refused("refund.looked_at")

    def test_beside_ours(self):
        """What refuses is told together, ours first."""
        outcome = outcome_of(sop(guards='["set_status", "tag"]'), OPEN, by="dora")
        assert ["refund.looked_at"] == [reason.rule for reason in outcome.verdict.reasons]
        sent = SendReply("ben", at(1), "c1", "r1", "Hello")
        given(OPEN, policy=sop(guards='["reply"]')).when(sent).refused(
            "assignment.holder", "reply.permission", "refund.looked_at"
        )


class TestFiles:
    """Rules of a file, and of the one that it extends."""

    @pytest.fixture
    def folder(self, tmp_path):
        """Where files are written."""

        def write(base, top):
            (tmp_path / "base.toml").write_text(f"{HEAD}{base}", "utf-8")
            (tmp_path / "top.toml").write_text(f'extends = "base.toml"\n{top}', "utf-8")
            return Policy.load(tmp_path / "top.toml")

        return write

    def test_a_file_adds_rules(self, folder):
        """Those of the file below stay, and come first."""
        policy = folder(RULE, RULE.replace("looked_at", "counted"))
        assert ["refund.looked_at", "refund.counted"] == [rule.id for rule in policy.rule]
        outcome_of(policy, OPEN).refused("refund.looked_at", "refund.counted")

    def test_a_rule_with_the_same_id_is_the_same_rule(self, folder):
        """What the file above says of it counts, and the rest stays; each word is cited where it stands."""
        policy = folder(
            RULE.replace("looked_at", "counted") + RULE,
            '[[rule]]\nid = "refund.looked_at"\nmessage = "ask Finance"\nenforcement = "warn"\n',
        )
        assert 2 == len(policy.rule)
        assert ("It is looked at", "ask Finance") == (policy.rule[1].title, policy.rule[1].message)
        reasons = [*outcome_of(policy, OPEN).verdict.reasons]
        assert ["refund.counted"] == [reason.rule for reason in reasons]
        assert "top.toml" == str(policy.origin("rule[1].message").file).rpartition("/")[2]
        assert "base.toml" == str(policy.origin("rule[1].title").file).rpartition("/")[2]

    def test_an_attribute_of_the_file_above(self, folder):
        """Tables are merged by name, so a rule above may look at an attribute that is declared below."""
        policy = folder("", RULE + 'when = { attribute = "refund_eur", above = 3, unset = "skip" }\n')
        assert {"refund_eur", "fault", "order", "paid"} == {*policy.attributes}
        outcome_of(policy, (OPEN, noted("refund_eur", 4))).refused("refund.looked_at")


class TestWhatIsSaid:
    """A refusal says what the policy says."""

    def reason(self, more, story=OPEN, by="ana", guards='["tag"]'):
        """Why tagging was refused."""
        (reason,) = outcome_of(sop(more, guards), story, by).verdict.reasons
        return reason

    def test_nothing_more_is_said(self):
        """Then its title is the message; what it needs, the remedy; and where nothing helps, it says so."""
        bare = self.reason("")
        assert ("It is looked at", "leave it") == (bare.message, bare.remedy)
        needed = self.reason('needs = { permission = "supervise", note = true }')
        assert "see to it that there is a note on it and somebody does it who may supervise" == needed.remedy

    def test_blanks(self):
        """Of the case, of who does it, and of each attribute."""
        story = (MAIL, noted("refund_eur", 120.0), noted("paid", True), noted("order", "{case}"))
        reason = self.reason(
            'message = "{refund_eur} EUR, {paid}, {order}, {fault}"\n'
            'remedy = "{by} asks about {case}: {channel}, {queue}, {status}, {level}"',
            story,
        )
        assert "120 EUR, yes, {case}, unknown" == reason.message
        assert "ana asks about c1: email, general, open, normal" == reason.remedy

    def test_blanks_where_the_case_has_a_level(self):
        """And a half."""
        story = (OPEN, SetLevel("dora", T0, "c1", Level.URGENT), noted("refund_eur", 0.5), noted("paid", False))
        assert "urgent 0.5 no" == self.reason('message = "{level} {refund_eur} {paid}"', story).message

    def test_what_is_no_message_is_taken_as_it_is(self):
        """A title has no blanks, nor has what a rule needs."""
        policy = sop('needs = { attribute = "order", is = "{case}" }')
        policy = attrs.evolve(policy, rule=(attrs.evolve(policy.rule[0], title="As {case} is called"),))
        (reason,) = outcome_of(policy, OPEN).verdict.reasons
        assert ("As {case} is called", "see to it that order is {case}") == (reason.message, reason.remedy)

    def test_what_was_measured(self):
        """The attributes at which it looks, in the order in which it does."""
        reason = self.reason(
            'when = { attribute = "refund_eur", above = 100 }\nneeds = { attribute = "order" }',
            (OPEN, noted("refund_eur", 120)),
        )
        assert {"refund_eur": 120, "order": None} == reason.facts

    def test_where_it_stands(self):
        """The rule itself is what sets it: the file, the line, and what it cites."""
        rule = sop('source = "Finance SOP 4.2"')
        line = 1 + (HEAD + RULE).splitlines().index("[[rule]]")
        (reason,) = outcome_of(rule, OPEN).verdict.reasons
        assert (Setting("rule[0]", "Finance SOP 4.2", "my.toml", line),) == reason.settings
        softened = '[enforcement]\n"refund.looked_at" = "block"\n'
        (reason,) = outcome_of(Policy.loads(f"{HEAD}{RULE}{softened}", "my.toml"), OPEN).verdict.reasons
        own, table = reason.settings
        assert Setting("rule[0]", "Support SOP 3", "my.toml", line) == own
        assert ('enforcement."refund.looked_at"', "my.toml", line + 5) == (table.key, table.file, table.line)

    def test_of_a_policy_that_was_made_in_code(self):
        """It stands in no file."""
        policy = Policy.from_dict(sop().to_dict())
        (reason,) = outcome_of(policy, OPEN).verdict.reasons
        assert (Setting("rule[0]", "Support SOP 3"),) == reason.settings


class TestWhereAUserLooks:
    """Actions and what falls due."""

    def test_an_action_is_greyed_out(self):
        """With the reason, whatever its arguments will be."""
        desk = given(case_in("new"), policy=sop('message = "not yet"', '["open"]')).desk
        actions = {action.name: action for action in desk.actions("ana", "c1", at(1))}
        assert not actions["open_case"].allowed
        assert ["not yet"] == [reason.message for reason in actions["open_case"].reasons]

    def test_a_time_is_listed(self):
        """A time that a rule looks at changes what is allowed when it is over."""
        policy = sop('when = { since = "status", below = "2h" }\nneeds = { since = "waiting", at_least = "3h" }')
        mine = [due for due in given(OPEN, policy=policy).desk.due() if due.key == "rule[0]"]
        assert [(at(hours=2), "c1", None), (at(hours=3), "c1", None)] == [
            (due.at, due.case, due.command) for due in mine
        ]
        assert {"It is looked at (refund.looked_at)"} == {due.what for due in mine}
        pending = given(case_in("pending"), policy=policy).desk.due()
        assert [at(hours=2)] == [due.at for due in pending if due.key == "rule[0]"]

    @pytest.mark.parametrize(
        ("more", "listed"), [("", True), ('enforcement = "warn"', True), ('enforcement = "off"', False)]
    )
    def test_a_time_of_a_rule_that_is_off_is_not(self, more, listed):
        """Nothing changes then."""
        policy = sop(f'when = {{ since = "status", below = "2h" }}\n{more}')
        assert listed is ("rule[0]" in {due.key for due in given(OPEN, policy=policy).desk.due()})
        (timer,) = [t for t in given(policy=policy).desk.house.timers_under(policy) if t.key == "rule[0]"]
        assert listed is timer.compared(policy)

    def test_the_same_time_is_listed_once(self):
        """However often a rule looks at it."""
        test = '{ since = "status", below = "2h" }'
        policy = sop(f"when = {test}\nneeds = {{ any = [ {test}, {{ note = true }} ] }}")
        assert 1 == len([due for due in given(OPEN, policy=policy).desk.due() if due.key == "rule[0]"])


class TestCompiledOnce:
    """What a policy says of its rules is made into rules once, and not for each command."""

    def test_for_a_policy(self):
        """Also for what it says on another date, or for some cases; without rules the rooms are as they were."""
        layer = '[[change]]\non = 2026-11-03\nset = { "tags.limit" = 3 }\n'
        policy, house = Policy.loads(f"{HEAD}{RULE}{layer}"), House(ROOMS)
        assert house.under(policy) is house.under(policy.at(at(hours=48)))
        assert house.under(policy) is not house
        assert house.under(Policy.loads(HEAD)) is house

    def test_not_for_ever(self):
        """A program that reads one policy after the other does not keep them all; each is asked by its own rules."""
        house = House(ROOMS)
        for number in range(MOST_ENLARGED + 2):
            own = RULE.replace("looked_at", f"looked_at_{number}")
            policy = Policy.loads(HEAD + own)
            (rule,) = house.under(policy).rooms[-1].rules
            assert f"refund.looked_at_{number}" == rule.id
            assert house.timers_under(policy) == house.timetable_under(policy).timers
        assert (2, 2) == (len(house._enlarged), len(house._timetables))
