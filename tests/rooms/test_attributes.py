"""Attributes: what is noted of a case under names that the policy declares (§4)."""

import attrs
import pytest

from casecore.channels import Channel
from casecore.codec import event_from, to_plain
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Accepted, Enforcement
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.projections.history import history
from casecore.promises.watching import watch
from casecore.rooms.arrivals import MessageReceived, ReceiveMessage
from casecore.rooms.attributes import AttributeSet, SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCustomer
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CaseStarted
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.notes import AddNote, AddTag, CaseTagged, CaseUntagged, DeleteNote, RemoveTag
from casecore.rooms.sla import LevelSet, SetLevel
from casecore.testing.scenario import at, case_in, given, new_case

DECLARED = r"""
[attributes]
refund_eur = { type = "number", min = 0, max = 500 }
percent = { type = "number" }
fault = { type = "choice", of = ["Late", "Broken in transit", "other"] }
order = { type = "text", pattern = "[A-Z]{2}-\\d{4,6}" }
remark = { type = "text", longest = 10 }
gift = { type = "flag" }
"""
POLICY = Policy.loads(DECLARED)


def setting(attribute, value, by="ana", policy=POLICY):
    """Somebody notes something of the chat that ana holds."""
    return given(case_in("open"), policy=policy).when(SetAttribute(by, at(60), "c1", attribute, value))


def noted(story, case="c1"):
    """What is noted of a case."""
    return story.desk.cases[case].case.attributes


def reason_of(outcome, rule):
    """The one reason for which something was refused."""
    (reason,) = outcome.refused(rule).verdict.reasons
    return reason


class TestValues:
    """An attribute is of one type."""

    @pytest.mark.parametrize(
        ("attribute", "value"),
        [
            *(("refund_eur", value) for value in (0, 120, 500, 99.5)),
            *(("percent", value) for value in (-12.25, -(10**12), 10**12)),
            *(("order", value) for value in ("AB-1234", "AB-123456")),
            *(("remark", value) for value in ("x", "até já ✓", "x" * 10)),
            ("gift", True),
            ("gift", False),
            ("fault", "other"),
        ],
    )
    def test_fits(self, attribute, value):
        """What fits is kept as it was said."""
        setting(attribute, value).then(AttributeSet("ana", at(60), "c1", attribute, value))

    @pytest.mark.parametrize(
        ("attribute", "value", "remedy"),
        [
            ("refund_eur", -1, "give a number from 0 to 500"),
            ("refund_eur", 500.01, "give a number from 0 to 500"),
            ("refund_eur", "120", "give a number from 0 to 500"),
            ("refund_eur", True, "give a number from 0 to 500"),
            ("gift", 1, "give true or false"),
            ("gift", "yes", "give true or false"),
            ("order", "AB-123", r"give text like AA-0000 ([A-Z]{2}-\d{4,6})"),
            ("order", "AB-1234567", r"give text like AA-0000 ([A-Z]{2}-\d{4,6})"),
            ("order", "ab-1234", r"give text like AA-0000 ([A-Z]{2}-\d{4,6})"),
            ("order", 1234, r"give text like AA-0000 ([A-Z]{2}-\d{4,6})"),
            ("remark", "x" * 11, "give text of 1 to 10 characters"),
            ("remark", "", "give text of 1 to 10 characters"),
            ("remark", "  ", "write something that can be seen"),
            ("fault", "lost", "give one of Late, Broken in transit, other"),
            ("fault", "Lat", "did you mean 'Late'?"),
            ("fault", 1, "give one of Late, Broken in transit, other"),
        ],
    )
    def test_does_not_fit(self, attribute, value, remedy):
        """What does not is refused, and the remedy says what would fit."""
        reason = reason_of(setting(attribute, value), "attribute.value")
        assert (f"{value!r} is no {attribute}", remedy) == (reason.message, reason.remedy)
        assert {"attribute": attribute, "value": value} == reason.facts

    @pytest.mark.parametrize("value", ["late", "LATE", "Ｌａｔｅ"])
    def test_words_of_the_policy(self, value):
        """Complaint: a host wrote `late`, the SOP `Late`, and a rule missed it; a word is kept as the policy has it."""
        setting("fault", value).then(AttributeSet("ana", at(60), "c1", "fault", "Late"))

    def test_whole_numbers(self):
        """120.0 is 120: a number that is whole is kept as one."""
        (event,) = setting("refund_eur", 120.0).events
        assert (int, 120) == (type(event.value), event.value)

    def test_set_anew(self):
        """Another value takes the place of the one before; the others stay."""
        story = given(
            case_in("open"),
            SetAttribute("ana", at(1), "c1", "refund_eur", 120),
            SetAttribute("ana", at(2), "c1", "gift", value=True),
            SetAttribute("dora", at(3), "c1", "refund_eur", 80),
            policy=POLICY,
        )
        assert {"refund_eur": 80, "gift": True} == noted(story)

    @pytest.mark.parametrize(("first", "again"), [("Late", "late"), ("Late", "Late"), (None, None)])
    def test_nothing_new(self, first, again):
        """What is noted already is no news, however it is written; nor is that there is nothing."""
        story = given(case_in("open"), SetAttribute("ana", at(1), "c1", "fault", first), policy=POLICY)
        assert Accepted(()) == story.when(SetAttribute("ana", at(2), "c1", "fault", again)).verdict

    def test_no_is_no_zero(self):
        """Where a number becomes a flag in a new version of the SOP, `no` is noted anew: it is no 0."""
        story = given(case_in("open"), SetAttribute("ana", at(1), "c1", "percent", 0), policy=POLICY)
        newer = Desk(Policy.loads('[attributes]\npercent = { type = "flag" }')).evolve(story.events)
        (event,) = newer.decide(SetAttribute("ana", at(2), "c1", "percent", value=False)).events
        assert event.value is False


class TestTakenAway:
    """No value takes an attribute away."""

    STORY = given(case_in("open"), SetAttribute("ana", at(1), "c1", "gift", value=False), policy=POLICY)

    def test_none(self):
        """It is as if nobody had ever set it."""
        assert {"gift": False} == noted(self.STORY)
        outcome = self.STORY.when(SetAttribute("ana", at(2), "c1", "gift"))
        outcome.then(AttributeSet("ana", at(2), "c1", "gift", None))
        assert {} == noted(outcome.after)

    def test_no_longer_declared(self):
        """A name that a new version of the SOP has no more keeps its value, which may only be taken away."""
        desk = Desk(Policy.default()).evolve(self.STORY.events)
        assert {"gift": False} == desk.cases["c1"].case.attributes
        refused = desk.decide(SetAttribute("ana", at(2), "c1", "gift", value=True))
        assert ["attribute.known"] == [reason.rule for reason in refused.reasons]
        desk, events = desk.handle(SetAttribute("ana", at(2), "c1", "gift"))
        assert (AttributeSet("ana", at(2), "c1", "gift", None),) == events
        assert {} == desk.cases["c1"].case.attributes
        again = desk.decide(SetAttribute("ana", at(3), "c1", "gift"))
        assert ["attribute.known"] == [reason.rule for reason in again.reasons]


class TestUndeclared:
    """The policy declares the names."""

    @pytest.mark.parametrize(
        ("name", "remedy"),
        [
            ("refund_usd", "did you mean 'refund_eur'?"),
            ("colour", "use one of refund_eur, percent, fault, order, remark, gift"),
        ],
    )
    @pytest.mark.parametrize("value", [1, None])
    def test_unknown(self, name, remedy, value):
        """Any other is refused, and the nearest is named."""
        reason = reason_of(setting(name, value), "attribute.known")
        assert (f"the policy has no attribute {name!r}", remedy) == (reason.message, reason.remedy)

    def test_none_declared(self):
        """The SOP that ships declares none; what is to be said is written as a note."""
        reason = reason_of(setting("refund_eur", 120, policy=Policy.default()), "attribute.known")
        assert "declare it in [attributes], or write a note" == reason.remedy

    def test_no_case(self):
        """There has to be such a case, too."""
        given(policy=POLICY).when(SetAttribute("ana", at(60), "c1", "gift", value=True)).refused("case.known")


def set_by(*roles):
    """An SOP in which these may set the refund."""
    return Policy.loads(f'[attributes]\nrefund_eur = {{ type = "number", set_by = {list(roles)!r} }}')


class TestSetBy:
    """Whom `set_by` names may set an attribute, and take it away."""

    @pytest.mark.parametrize("by", ["ana", "ben", "dora", SYSTEM])
    def test_everybody_of_them(self, by):
        """Where it says nothing: whoever holds the case, a supervisor and the system; ben is none of them."""
        outcome = setting("refund_eur", 120, by)
        outcome.refused("attribute.set_by") if by == "ben" else outcome.then(AttributeSet)

    @pytest.mark.parametrize(
        ("role", "who", "remedy"),
        [
            ("assignee", "ana", "ask its assignee"),
            ("supervisor", "dora", "ask a supervisor"),
            ("system", SYSTEM, "ask the system"),
        ],
    )
    def test_one_role(self, role, who, remedy):
        """Each role alone, and nobody beside it."""
        setting("refund_eur", 120, who, set_by(role)).then(AttributeSet)
        for other in {"ana", "ben", "dora", SYSTEM} - {who}:
            reason = reason_of(setting("refund_eur", 120, other, set_by(role)), "attribute.set_by")
            assert (f"{other} may not change refund_eur of case c1", remedy) == (reason.message, reason.remedy)
            assert {"attribute": "refund_eur", "by": other, "may": (role,)} == reason.facts

    def test_taking_it_away(self):
        """Whoever may not set it may not take it away: a rule would be met by nothing."""
        story = given(
            case_in("open"), SetAttribute("dora", at(1), "c1", "refund_eur", 120), policy=set_by("supervisor")
        )
        story.when(SetAttribute("ana", at(2), "c1", "refund_eur")).refused("attribute.set_by")
        story.when(SetAttribute("dora", at(2), "c1", "refund_eur")).then(AttributeSet)

    def test_nobody(self):
        """An SOP may leave it to arrival alone."""
        reason = reason_of(setting("refund_eur", 120, "dora", set_by()), "attribute.set_by")
        assert "leave it as it is: the policy lets nobody change it" == reason.remedy

    def test_the_customer(self):
        """Nor does the customer set what the desk notes of them."""
        setting("refund_eur", 120, CUSTOMER).refused("actor.role")

    def test_no_news_from_anybody(self):
        """Who says what is noted already changes nothing, and is not asked who they are."""
        story = given(case_in("open", attributes={"refund_eur": 120}), policy=set_by("system"))
        assert Accepted(()) == story.when(SetAttribute("ben", at(1), "c1", "refund_eur", 120)).verdict

    @pytest.mark.parametrize("mode", ["warn", "off"])
    def test_softened(self, mode):
        """`[enforcement]` lets everybody set it."""
        policy = attrs.evolve(set_by("supervisor"), enforcement={"attribute.set_by": Enforcement(mode)})
        outcome = setting("refund_eur", 120, "ana", policy)
        outcome.warns("attribute.set_by") if mode == "warn" else outcome.then(AttributeSet)


class TestOnArrival:
    """What the host knows of the matter when a case begins is the system's."""

    def test_the_case_starts_with_it(self):
        """However `set_by` stands, and as the policy writes it."""
        story = given(
            new_case(attributes={"fault": "LATE", "refund_eur": 120.0}),
            policy=Policy.loads(DECLARED.replace("max = 500", 'set_by = ["supervisor"]')),
        )
        (started,) = [event for event in story.events if isinstance(event, CaseStarted)]
        assert {"fault": "Late", "refund_eur": 120} == started.attributes == noted(story)

    def test_does_not_fit(self):
        """A value that does not fit is refused, with what would: the host is told at once, and not the agent later."""
        arrival = new_case(attributes={"gift": True, "refund_eur": "much"})
        reason = reason_of(given(policy=POLICY).when(arrival), "attribute.value")
        assert "give a number from 0 to 500" == reason.remedy

    def test_unknown(self):
        """So is a name that the SOP does not declare."""
        reason = reason_of(given(policy=POLICY).when(new_case(attributes={"refund": 1})), "attribute.value")
        assert "did you mean 'refund_eur'?" == reason.remedy

    @pytest.mark.parametrize("said", [{}, {"gift": True}])
    def test_starts_no_case(self, said):
        """Of a message to a case that is there already, nothing is noted: what is noted there was looked at."""
        story = given(new_case(attributes={"gift": False}), policy=POLICY)
        again = story.when(ReceiveMessage(CUSTOMER, at(5), "t-c1", "m2", "And?", attributes=said))
        again.then(MessageReceived)
        assert {"gift": False} == noted(again.after)

    def test_successor(self):
        """The case that follows a closed one starts with its own, and not with those of the one before."""
        story = given(case_in("closed", attributes={"gift": True}), policy=POLICY).and_given(
            ReceiveMessage(CUSTOMER, at(60), "t-c1", "m2", "Again", attributes={"refund_eur": 5})
        )
        assert ({"gift": True}, {"refund_eur": 5}) == (noted(story), noted(story, "c1+1"))

    def test_blocked(self):
        """Somebody who is blocked starts nothing, whatever the host knows."""
        closed, block = case_in("closed"), BlockCustomer(SYSTEM, at(30), "maria", "Insults everybody")
        story = given(closed, block, policy=POLICY).and_given(
            ReceiveMessage(CUSTOMER, at(60), "t-c1", "m2", "Again", attributes={"refund_eur": 5})
        )
        assert ["c1"] == [*story.desk.cases]

    def test_nobody_changes_it_from_outside(self):
        """What the host gives is copied: its table may change, and the case does not."""
        given_by_host = {"refund_eur": 5}
        story = given(new_case(attributes=given_by_host), policy=POLICY)
        given_by_host["refund_eur"] = 500
        assert {"refund_eur": 5} == noted(story)


class TestLater:
    """What becomes of what is noted."""

    def test_closed(self):
        """Of a closed case nothing changes, and nothing is taken away."""
        story = given(case_in("closed", attributes={"gift": True}), policy=POLICY)
        for value in (False, None):
            story.when(SetAttribute("ana", at(60), "c1", "gift", value)).refused("lifecycle.closed")
        assert {"gift": True} == noted(story)

    def test_merged(self):
        """Each of two cases that are merged keeps its own: what goes on is the other."""
        story = given(
            case_in("open", "c1", channel="sms", attributes={"gift": True, "refund_eur": 1}),
            case_in("open", "c2", channel="sms", attributes={"refund_eur": 2}),
            MergeCases("dora", at(60), "c1", "c2"),
            policy=POLICY,
        )
        assert ({"gift": True, "refund_eur": 1}, {"refund_eur": 2}) == (noted(story), noted(story, "c2"))

    def test_old_histories(self):
        """Events that were written before there were attributes are read as ever: nothing is noted."""
        for event in given(case_in("open"), policy=POLICY).events:
            plain = to_plain(event)
            plain.pop("attributes", None)
            assert event == event_from(plain)

    def test_watched(self):
        """Whoever watches the desk from its events takes it for what it is: a step by itself."""
        story = given(case_in("open"), SetAttribute("ana", at(), "c1", "refund_eur", 120), policy=POLICY)
        assert [] == [*watch(story.events, POLICY)]

    def test_told(self):
        """A supervisor reads who has noted what."""
        story = given(
            case_in("open", attributes={"gift": True, "fault": "late", "percent": 2.5}),
            SetAttribute("ana", at(1), "c1", "refund_eur", 120),
            SetAttribute("dora", at(2), "c1", "fault", None),
            policy=POLICY,
        )
        told = [line.text for line in history(story.events, "c1")]
        assert "new case (chat); noted: gift yes, fault “Late”, percent 2.5" in told
        assert ["ana set refund_eur to 120", "dora took fault away"] == told[-2:]

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", ["ana set gift to no", "ana set order to “AB-1234”", "ana took gift away"]),
            ("pt", ["ana alterou gift para não", "ana alterou order para “AB-1234”", "ana retirou gift"]),
            ("fr", ["ana a changé gift\xa0: non", "ana a changé order\xa0: «\xa0AB-1234\xa0»", "ana a retiré gift"]),
        ],
    )
    def test_told_in_each_language(self, language, expected):
        """In the words of the language; what people wrote is quoted."""
        story = given(
            case_in("open"),
            SetAttribute("ana", at(1), "c1", "gift", value=False),
            SetAttribute("ana", at(2), "c1", "order", "AB-1234"),
            SetAttribute("ana", at(3), "c1", "gift", None),
            policy=POLICY,
        )
        assert expected == [line.text for line in history(story.events, "c1", language)][-3:]


class TestActions:
    """What an inbox greys out."""

    @staticmethod
    def action(story, agent="ana"):
        """What an agent is told of setting an attribute."""
        return next(one for one in story.desk.actions(agent, "c1", at(60)) if one.name == "set_attribute")

    def test_offered(self):
        """Where the SOP declares some, it can be done: which, and what, is still to be said."""
        action = self.action(given(case_in("open"), policy=POLICY))
        assert (True, ("attribute", "value")) == (action.allowed, action.asks)

    @pytest.mark.parametrize(
        ("story", "rule"),
        [
            (given(case_in("open")), "attribute.known"),
            (given(case_in("closed"), policy=POLICY), "lifecycle.closed"),
        ],
        ids=["none declared", "closed"],
    )
    def test_greyed_out(self, story, rule):
        """Where it declares none, and on a closed case, it cannot, whatever would be said."""
        assert [rule] == [reason.rule for reason in self.action(story).reasons]


RULE = '\n[[rule]]\nid = "refund.{0}"\ntitle = "What looks"\nguards = ["close"]\nwhen = {{ {0} = "{1}" }}\n'


class TestWhatARuleLooksAt:
    """A tag, and the level, at which a rule of the SOP's own looks are for few to change: they would lift the rule."""

    TAGS, LEVELS = Policy.loads(RULE.format("tag", "Fraud")), Policy.loads(RULE.format("level", "urgent"))

    def test_tag(self):
        """Complaint: an agent took the tag away on which a rule depends, and closed the case."""
        story = given(case_in("open", tags=frozenset({"fraud"})), policy=self.TAGS)
        reason = reason_of(story.when(RemoveTag("ana", at(1), "c1", "FRAUD")), "tags.restricted_to")
        assert "ask a supervisor or the system" == reason.remedy
        story.when(RemoveTag("dora", at(1), "c1", "fraud")).then(CaseUntagged)
        given(case_in("open"), policy=self.TAGS).when(AddTag("ana", at(1), "c1", "fraud")).refused("tags.restricted_to")
        given(case_in("open"), policy=self.TAGS).when(AddTag("ana", at(1), "c1", "vip")).then(CaseTagged)

    @pytest.mark.parametrize("side", ["when", "needs"])
    def test_level(self, side):
        """Setting the level is a supervisor's, wherever in a rule it stands."""
        policy = self.LEVELS if side == "when" else Policy.loads(RULE.format("level", "low").replace("when", "needs"))
        story = given(case_in("open"), policy=policy)
        reason = reason_of(story.when(SetLevel("ana", at(1), "c1", Level.LOW)), "tags.restricted_to")
        assert "the policy looks at the level; ana may not change it" == reason.message
        assert {"level": Level.LOW, "by": "ana", "may": ("supervisor", "system")} == reason.facts
        story.when(SetLevel("dora", at(1), "c1", Level.LOW)).then(LevelSet)

    def test_level_of_the_system(self):
        """The system may always: a host that knows of an outage raises the level by itself."""
        policy = Policy.loads(RULE.format("level", "urgent") + '[tags]\nrestricted_to = ["supervisor"]')
        given(case_in("open"), policy=policy).when(SetLevel(SYSTEM, at(1), "c1", Level.LOW)).then(LevelSet)

    def test_nobody_looks(self):
        """Where no rule looks at the level, whoever holds the case sets it."""
        given(case_in("open"), policy=self.TAGS).when(SetLevel("ana", at(1), "c1", Level.LOW)).then(LevelSet)


class TestAnotherType:
    """A value from before the SOP said that the attribute is of another type."""

    STORY = given(case_in("open"), SetAttribute("ana", at(1), "c1", "remark", "lots"), policy=POLICY)
    NUMBER = (
        '[attributes]\nremark = {{ type = "number" }}\n[[rule]]\nid = "big.ones"\ntitle = "Big ones are escalated"\n'
    )
    NUMBER += 'guards = ["commit"]\nwhen = {{ attribute = "remark", {} }}\nneeds = {{ tag = "big" }}'
    COMMIT = MakeCommitment("dora", at(60), "c1", "p1", at(hours=1), "Call back")

    @pytest.mark.parametrize("test", ["above = 100", "is = 3", "one_of = [1, 2]"])
    def test_counts_as_not_set(self, test):
        """Regression: `lots` was compared with 100, which raised a TypeError. It is as if nothing were noted."""
        newer = Desk(Policy.loads(self.NUMBER.format(test))).evolve(self.STORY.events)
        newer, _ = newer.handle(Authenticate("ana", at(2), "c1"))
        assert ["big.ones"] == [reason.rule for reason in newer.decide(self.COMMIT).reasons]
        skips = Desk(Policy.loads(self.NUMBER.format(f'{test}, unset = "skip"'))).evolve(self.STORY.events)
        skips, _ = skips.handle(Authenticate("ana", at(2), "c1"))
        assert skips.decide(self.COMMIT)


class TestNotes:
    """How many notes are on a case is counted, because a rule may look whether there is any."""

    def test_counted(self):
        """Notes that are taken away count no more; one on the customer is on no case."""
        story = given(
            case_in("open"),
            AddNote("ana", at(1), "n1", "Hm", "c1"),
            AddNote("ana", at(2), "n2", "Well", "c1"),
            AddNote("ana", at(3), "n3", "A friend", customer="maria"),
            DeleteNote("ana", at(4), "n1"),
            DeleteNote("ana", at(5), "n3"),
        )
        assert 1 == story.desk.cases["c1"].case.notes

    def test_logged(self):
        """The note in which somebody says what a case is about that they log is one."""
        log = LogCase("ana", at(1), "t1", "c1", "maria", Channel.CHAT, note="n1", text="She called")
        assert 1 == given(log).desk.cases["c1"].case.notes

    def test_a_desk_from_before(self):
        """A desk that was written down before notes were counted knows of none: taking one away leaves none."""
        desk = given(case_in("open", channel=Channel.EMAIL), AddNote("ana", at(1), "n1", "Hm", "c1")).desk
        file = desk.cases["c1"]
        older = attrs.evolve(
            desk, cases=desk.cases.insert("c1", attrs.evolve(file, case=attrs.evolve(file.case, notes=0)))
        )
        after, _ = older.handle(DeleteNote("ana", at(2), "n1"))
        assert 0 == after.cases["c1"].case.notes
