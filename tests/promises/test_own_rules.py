"""The witnesses of a policy's own rules: histories that break them, and that they say what the desk says."""

import attrs
import pytest
from hypothesis import given

from casecore import CUSTOMER, SYSTEM, Desk, Policy
from casecore.channels import Channel, MessageKind
from casecore.kernel import Deviated, Refused
from casecore.policies.sections import Guarded, Level, Relation
from casecore.promises import PROMISES, Happening, Step, Watch, promises_of, promises_of_policy, watch
from casecore.promises.books import Books
from casecore.promises.in_force import InForce
from casecore.promises.own_conditions import EVERYTHING, looks_of
from casecore.promises.promise import name_of_promise
from casecore.rooms.agents import AgentAdded, Permission
from casecore.rooms.approvals import ApproveDraft, DraftApproved, DraftSubmitted, SubmitDraft
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import (
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    OpenCase,
    Release,
    WorkBegun,
)
from casecore.rooms.attributes import AttributeSet
from casecore.rooms.authentication import Authenticated
from casecore.rooms.case_merging import CaseTakenOver, MergeCases
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import CustomerLeft
from casecore.rooms.merging import CustomerMerged
from casecore.rooms.moving import CaseMoved
from casecore.rooms.notes import AddTag, CaseTagged, NoteAdded, NoteDeleted
from casecore.rooms.offers import OfferAccepted, WorkOffered
from casecore.rooms.outbound import ConsentRecorded, StartOutbound
from casecore.rooms.relations import RecordRelated, RecordUnrelated
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import LevelSet
from casecore.rooms.snoozes import CaseSnoozed
from casecore.rooms.threads import CustomerMet, CustomerRecorded, ThreadOpened
from casecore.rooms.wrap_ups import Dispose, Disposed
from casecore.statuses import Status
from casecore.testing.drawing import strategies as st
from casecore.testing.scenario import at, team_of
from tests.promises.own_rule_draws import acts, own_rules, ruled
from tests.sops import sop_with

ONE = "own_rules.one"
ATTRIBUTES = """
[attributes]
eur = { type = "number", min = 0, max = 500 }
why = { type = "choice", of = ["Late", "broken"] }
asked = { type = "flag" }
word = { type = "text", longest = 5, set_by = ["supervisor"] }
"""


def sop(said, guards='["set_status"]', more=""):
    """A policy with one rule that says this."""
    return sop_with(f'{ATTRIBUTES}\n[[rule]]\nid = "{ONE}"\ntitle = "One rule"\nguards = {guards}\n{said}\n{more}')


ANA = AgentAdded(SYSTEM, at(), "ana", "Ana", frozenset({Permission.REPLY}), frozenset({"general"}), frozenset(Channel))
BEN = AgentAdded(
    SYSTEM, at(), "ben", "Ben", frozenset({Permission.SUPERVISE}), frozenset({"general"}), frozenset(Channel)
)
OPENED = ThreadOpened(CUSTOMER, at(), "t1", "maria", Channel.EMAIL)
STARTED = CaseStarted(CUSTOMER, at(), "c1", "t1", "maria", Channel.EMAIL, "general")
WROTE = MessageReceived(CUSTOMER, at(), "c1", "t1", "maria", "m1", "Hello", MessageKind.DIRECT)
HELD = CaseAssigned("ana", at(1), "c1", "ana")
ALL = (ANA, BEN, OPENED, STARTED, WROTE, HELD)
PENDING = StatusSet("ana", at(10), "c1", Status.PENDING)


def broken(policy, *events, deed=PENDING, before=ALL):
    """Whether the rule is broken by a deed, or a step of some, after these events."""
    watching = Watch(policy, promises_of_policy(policy))
    for event in (*before, *events):
        watching.see([event])
    found = watching.see(deed if isinstance(deed, tuple) else (deed,))
    return ONE in {breach.number for breach in found}


# What a rule looks at ----------------------------------------------------------------------------------

NOTED = AttributeSet("ana", at(2), "c1", "eur", 100)
LATE = AttributeSet("ana", at(2), "c1", "why", "Late")

WRITTEN = NoteAdded("ana", at(2), "n1", "Knows it", "c1", None)
NAMED = CustomerRecorded(SYSTEM, at(2), "maria", "Maria")

LOOKS = {
    "an attribute is set": ('attribute = "eur"', (NOTED,)),
    "an attribute is above": ('attribute = "eur", above = 99', (NOTED,)),
    "an attribute is not above": ('not = { attribute = "eur", above = 100 }', (NOTED,)),
    "an attribute is at least": ('attribute = "eur", at_least = 100', (NOTED,)),
    "an attribute is below": ('attribute = "eur", below = 101', (NOTED,)),
    "an attribute is at most": ('attribute = "eur", at_most = 100', (NOTED,)),
    "an attribute is a number": ('attribute = "eur", is = 100', (NOTED,)),
    "an attribute is a word, however written": ('attribute = "why", is = "LATE"', (LATE,)),
    "an attribute is one of some": ('attribute = "why", one_of = ["broken", "late"]', (LATE,)),
    "an attribute is a flag": ('attribute = "asked", is = true', (AttributeSet("ana", at(2), "c1", "asked", True),)),
    "its contact began just now": ('since = "contact", below = "9s"', (attrs.evolve(HELD, at=at(2)),)),
    "its contact has not gone on for long": (
        'not = { since = "contact", at_least = "9s" }',
        (attrs.evolve(HELD, at=at(2)),),
    ),
    "a time is not over": ('since = "status", below = "5s"', (attrs.evolve(PENDING, at=at(6)),)),
    "it was long quiet": ('since = "activity", below = "5s"', (attrs.evolve(WROTE, at=at(6)),)),
    "a customer wrote just now": ('since = "customer_wrote", below = "5s"', (attrs.evolve(WROTE, at=at(6)),)),
    "a customer waits long": (
        'since = "waiting", below = "5s"',
        (attrs.evolve(PENDING, at=at(4), status=Status.RESOLVED), attrs.evolve(WROTE, at=at(6))),
    ),
    "it is tagged": ('tag = ["VIP"]', (CaseTagged("ana", at(2), "c1", "vip"),)),
    "it is in a queue": ('queue = "billing"', (CaseQueued(SYSTEM, at(2), "c1", "billing", at(2)),)),
    "it has a level": ('level = ["high"]', (LevelSet("ana", at(2), "c1", Level.HIGH),)),
    "it has a status": ('status = "open"', (WorkBegun("ana", at(2), "c1", "ana"),)),
    "its customer is authenticated": ('contact = "authenticated"', (Authenticated("ana", at(2), "c1"),)),
    "its customer waits no more": ('not = { customer = "waits" }', (attrs.evolve(PENDING, status=Status.RESOLVED),)),
    "its customer agreed": ('customer = "opted_in"', (ConsentRecorded(SYSTEM, at(2), "maria", True, "By phone"),)),
    "its customer is named": ('customer = "named"', (CustomerRecorded(SYSTEM, at(2), "maria", "Maria"),)),
    "it is related": ('relation = "customer"', (RecordRelated("ana", at(2), "c1", Relation.CUSTOMER, "r1"),)),
    "it has a note": ("note = true", (NoteAdded("ana", at(2), "n1", "Knows it", "c1", None),)),
    "it was somebody else's": ('not = { by = "owner" }', (CaseAssigned("ben", at(2), "c1", "ben"),)),
    "it is somebody else's": ('not = { by = "assignee" }', (CaseAssigned("ben", at(2), "c1", "ben"),)),
    "its customer is somebody who is named": (
        'customer = "named"',
        (CustomerMet(SYSTEM, at(2), "mia", "Mia"), CustomerMerged(SYSTEM, at(3), "maria", "mia")),
    ),
    "its customer who is named is somebody": (
        'customer = "named"',
        (CustomerRecorded(SYSTEM, at(2), "maria", "Maria"), CustomerMerged(SYSTEM, at(3), "maria", "mia")),
    ),
}
"""What a condition says, and the events after which it holds, and does not before."""


@pytest.mark.parametrize("name", LOOKS)
class TestWhatARuleLooksAt:
    """Each test, as what a rule needs and as when it applies, and turned round."""

    def test_it_is_needed(self, name):
        """Without it the rule is broken, and with it is not."""
        said, events = LOOKS[name]
        policy = sop(f"needs = {{ {said} }}")
        assert (True, False) == (broken(policy), broken(policy, *events))

    def test_it_is_needed_that_it_is_not_so(self, name):
        """The other way round."""
        said, events = LOOKS[name]
        policy = sop(f"needs = {{ not = {{ {said} }} }}")
        assert (name in UNKNOWN, True) == (broken(policy), broken(policy, *events))

    def test_it_is_when_the_rule_applies(self, name):
        """A rule that needs nothing lets nothing happen where it applies."""
        said, events = LOOKS[name]
        policy = sop(f"when = {{ {said} }}")
        assert (name in UNKNOWN, True) == (broken(policy), broken(policy, *events))


UNKNOWN = {name for name, (said, _) in LOOKS.items() if 'attribute = "' in said and "," in said}
"""Where it is not known before, and so the rule is asked in its favour."""


class TestWhatIsNotThere:
    """What nobody knows speaks for the rule, unless it says otherwise."""

    @pytest.mark.parametrize(
        ("said", "unset"),
        [
            ('when = { attribute = "eur", above = 100 }', True),
            ('when = { attribute = "eur", above = 100, unset = "skip" }', False),
            ('when = { not = { attribute = "eur", above = 100 } }', True),
            ('when = { not = { attribute = "eur", above = 100, unset = "skip" } }', False),
            ('when = { not = { not = { attribute = "eur", above = 100 } } }', True),
            ('needs = { attribute = "eur", above = 100 }', True),
            ('needs = { attribute = "eur", above = 100, unset = "skip" }', False),
            ('needs = { not = { attribute = "eur", above = 100 } }', True),
            ('needs = { not = { attribute = "eur", above = 100, unset = "skip" } }', False),
            ('needs = { any = [{ attribute = "eur", above = 100 }, { note = true }] }', True),
            ('needs = { all = [{ attribute = "eur", above = 1 }, { attribute = "why", is = "late" }] }', True),
            ('when = { since = "contact", at_least = "1h" }', False),
            ('when = { attribute = "eur" }', False),
            ("when = { not = {} }", False),
            ("needs = {}", False),
        ],
    )
    def test_an_attribute_that_nobody_set(self, said, unset):
        """It is broken by what happens, or is not."""
        assert unset is broken(sop(said))

    def test_a_contact_that_does_not_go_on(self):
        """The time of a contact speaks for the rule where there is none."""
        policy = sop('when = { since = "contact", at_least = "1h" }', '["tag"]')
        left = CaseReleased("ana", at(3), "c1", "ana", Release.LEFT)
        deed = CaseTagged("ana", at(10), "c1", "vip")
        assert (False, True) == (broken(policy, deed=deed), broken(policy, left, deed=deed))
        over = sop('when = { contact = "goes_on" }', '["tag"]')
        assert (True, False) == (broken(over, deed=deed), broken(over, left, deed=deed))

    def test_what_was_noted_as_something_else(self):
        """A text that an older policy took is no number, and as good as none."""
        old = AttributeSet("ana", at(2), "c1", "eur", "a lot")
        assert broken(sop('when = { attribute = "eur", above = 100 }'), old)
        assert not broken(sop('when = { attribute = "eur", above = 100, unset = "skip" }'), old)
        assert broken(sop('needs = { attribute = "asked", is = true }'), AttributeSet("ana", at(2), "c1", "asked", 1))


class TestWhatIsTakenBack:
    """What was so, and is so no more."""

    @pytest.mark.parametrize(
        ("said", "events"),
        [
            ('attribute = "eur"', (NOTED, attrs.evolve(NOTED, value=None))),
            (
                "note = true",
                (NoteAdded("ana", at(2), "n1", "x", "c1", None), NoteDeleted("ana", at(3), "n1", "c1", None)),
            ),
            ("note = true", (NoteAdded("ana", at(2), "n1", "x", None, "maria"),)),
            (
                'relation = "customer"',
                (
                    RecordRelated("ana", at(2), "c1", Relation.CUSTOMER, "r1"),
                    RecordUnrelated("ana", at(3), "c1", Relation.CUSTOMER),
                ),
            ),
            (
                'customer = "named"',
                (CustomerMet(SYSTEM, at(2), "maria", "M"), CustomerRecorded(SYSTEM, at(3), "maria", None)),
            ),
            ('contact = "authenticated"', (Authenticated("ana", at(2), "c1"), CustomerLeft(CUSTOMER, at(3), "c1"))),
        ],
    )
    def test_it_does_not_hold_any_more(self, said, events):
        """The rule that needs it is broken."""
        assert broken(sop(f"needs = {{ {said} }}"), *events)


def started(**how):
    """What is known of a case from its beginning."""
    return (ANA, BEN, OPENED, attrs.evolve(STARTED, **how), WROTE, HELD)


def test_what_is_known_from_the_beginning():
    """Reason, language however narrow, channel, and what the host has noted."""
    said = started(reason="Bets", language="pt-BR", attributes={"eur": 100})
    for holds in (
        'reason = ["bets"]',
        'language = "pt"',
        'language = "PT-br"',
        'channel = "email"',
        'attribute = "eur", is = 100',
    ):
        assert broken(sop(f"when = {{ {holds} }}"), before=said)
    for fails in ('reason = "bill"', 'language = ["fr", "pt-PT"]', 'channel = "sms"', 'attribute = "eur", is = 1'):
        assert not broken(sop(f"when = {{ {fails} }}"), before=said)
    assert not broken(sop('when = { any = [{ language = "pt" }, { reason = "bets" }] }'))


def test_who_does_it():
    """A rule is asked about whoever does it; of what they may, too."""
    by_ben = attrs.evolve(PENDING, by="ben")
    assert (True, False) == (
        broken(sop('needs = { by = "supervisor" }')),
        broken(sop('needs = { by = "supervisor" }'), deed=by_ben),
    )
    assert (False, True) == (
        broken(sop('needs = { permission = "reply" }')),
        broken(sop('needs = { permission = "reply" }'), deed=by_ben),
    )
    live = sop('when = { contact = "live" }')
    assert (False, True) == (broken(live), broken(live, before=started(channel=Channel.CHAT)))


def test_a_call_that_was_only_logged():
    """Its contact begins when its customer calls, or is merged into it."""
    policy = sop('needs = { since = "contact", below = "5s" }')
    begun = (*started(logged=True)[:4], HELD)
    assert (True, False) == (broken(policy, before=begun), broken(policy, attrs.evolve(WROTE, at=at(8)), before=begun))
    other = (ThreadOpened(CUSTOMER, at(), "t2", "maria", Channel.EMAIL), attrs.evolve(STARTED, case="c2", thread="t2"))
    merged = CaseTakenOver("ana", at(8), "c1", "c2")
    assert not broken(policy, *other, merged, before=begun)
    logged = (other[0], attrs.evolve(other[1], logged=True))
    assert broken(policy, *logged, merged, before=begun)


def test_a_snooze_of_what_is_pending():
    """It is pending all the time."""
    policy = sop('needs = { since = "status", below = "5s" }', '["tag"]')
    asleep, deed = CaseSnoozed("ana", at(8), "c1", at(99)), CaseTagged("ana", at(10), "c1", "vip")
    pending = attrs.evolve(PENDING, at=at(2))
    assert (False, True) == (broken(policy, asleep, deed=deed), broken(policy, pending, asleep, deed=deed))


# What a rule guards ------------------------------------------------------------------------------------

SENT = ReplySent("ana", at(10), "c1", "m2", "Hello", Status.PENDING, "ana")
APPROVED = attrs.evolve(SENT, by="ben", reviewer="ben")
DRAFTED = DraftSubmitted("ana", at(10), "c1", "d1", "Hello", Status.PENDING, (), "general", "")
TRANSFERRED = CaseReleased("ana", at(10), "c1", "ana", Release.TRANSFERRED)
LEFT = CaseReleased("ana", at(10), "c1", "ana", Release.LEFT)
QUEUED = CaseQueued("ana", at(10), "c1", "general", at(10))
BEGUN = WorkBegun("ana", at(10), "c1", "ana")
ACCEPTED = OfferAccepted("ana", at(10), "c1", "ana", Channel.EMAIL)

DEEDS = {
    Guarded.REPLY: SENT,
    Guarded.SEND_AS_PENDING: SENT,
    Guarded.SEND_AS_ESCALATED: attrs.evolve(SENT, send_as=Status.ESCALATED),
    Guarded.SEND_AS_RESOLVED: attrs.evolve(SENT, send_as=Status.RESOLVED),
    Guarded.SUBMIT: DRAFTED,
    Guarded.APPROVE: (DraftApproved("ben", at(10), "c1", "d1", "ana"), APPROVED),
    Guarded.RESOLVE: attrs.evolve(PENDING, status=Status.RESOLVED),
    Guarded.ESCALATE: attrs.evolve(PENDING, status=Status.ESCALATED),
    Guarded.SET_STATUS: PENDING,
    Guarded.CLOSE: CaseClosed("ana", at(10), "c1", CloseReason.BY_HAND),
    Guarded.TRANSFER: (TRANSFERRED, QUEUED),
    Guarded.ACCEPT: (HELD, ACCEPTED),
    Guarded.OPEN: BEGUN,
    Guarded.WRITE_FIRST: attrs.evolve(STARTED, by="ana", case="c2", thread="t2"),
    Guarded.END_CONTACT: CaseReleased("ana", at(10), "c1", "ana", Release.ENDED_BY_AGENT),
    Guarded.DISPOSE: Disposed("ana", at(10), "w1", "c1", "ana", "solved", "Done"),
    Guarded.COMMIT: CommitmentMade("ana", at(10), "p1", "c1", "ana", at(99), "Call back"),
    Guarded.SNOOZE: CaseSnoozed("ana", at(10), "c1", at(99)),
    Guarded.SET_LEVEL: LevelSet("ana", at(10), "c1", Level.HIGH),
    Guarded.SET_ATTRIBUTE: NOTED,
    Guarded.TAG: CaseTagged("ana", at(10), "c1", "vip"),
    Guarded.MERGE: CaseTakenOver("ana", at(10), "c2", "c1"),
    Guarded.MOVE: CaseMoved("ana", at(10), "c1", "t2", "t1", "mia"),
}
"""What each word guards, as it happens."""


@pytest.mark.parametrize("word", Guarded)
class TestWhatARuleGuards:
    """Every word of `guards`."""

    def test_it_happens(self, word):
        """And must not: the rule lets it never happen."""
        assert broken(sop("", f'["{word}"]'), deed=DEEDS[word])

    def test_what_it_does_not_guard(self, word):
        """Somebody writes a note, or something else happens that it does not mean."""
        assert not broken(sop("", f'["{word}"]'), deed=NoteAdded("ana", at(10), "n1", "Knows it", "c1", None))
        spam = CaseClosed("ana", at(10), "c1", CloseReason.ABANDONED)
        assert not broken(sop("", f'["{word}"]'), deed=spam)

    def test_it_is_the_systems(self, word):
        """What the system does nobody is asked about."""
        events = DEEDS[word] if isinstance(DEEDS[word], tuple) else (DEEDS[word],)
        assert not broken(sop("", f'["{word}"]'), deed=tuple(attrs.evolve(event, by=SYSTEM) for event in events))


class TestWhatOnlyFollows:
    """Events that tell of something else in another step."""

    @pytest.mark.parametrize(
        ("word", "deed"),
        [
            ("transfer", (LEFT, QUEUED)),
            ("transfer", (attrs.evolve(PENDING, by="ben"), QUEUED)),
            ("open", (HELD, ACCEPTED)),
            ("open", (attrs.evolve(STARTED, case="c2", by="ana"), attrs.evolve(HELD, case="c2"))),
            ("write_first", attrs.evolve(STARTED, case="c2", by="ana", logged=True)),
            ("accept", attrs.evolve(ACCEPTED, review=True)),
            ("end_contact", LEFT),
            ("close", CaseClosed("ana", at(10), "c1", CloseReason.MERGED, "c2")),
            ("resolve", SENT),
            ("send_as_resolved", SENT),
        ],
    )
    def test_it_is_something_else(self, word, deed):
        """A rule that guards the one is not asked about the other."""
        assert not broken(sop("", f'["{word}"]'), deed=deed)

    def test_a_case_that_nobody_holds_is_given_away(self):
        """Then nobody is released, and it only waits elsewhere."""
        assert broken(sop("", '["transfer"]'), LEFT, QUEUED, deed=attrs.evolve(QUEUED, queue="billing"))

    def test_what_is_offered_is_opened(self):
        """A new email is opened and its offer accepted thereby; a chat is opened by accepting it."""
        policy, deed = sop("", '["open"]'), (HELD, BEGUN, ACCEPTED)
        assert (True, False) == (
            broken(policy, deed=deed),
            broken(policy, deed=deed, before=started(channel=Channel.CHAT)),
        )

    def test_it_is_approved_by_somebody_else(self):
        """A reply that an approval lets out has a reviewer who did not write it."""
        policy = sop("needs = { approval = true }", '["reply"]')
        assert (True, False) == (broken(policy, deed=SENT), broken(policy, deed=APPROVED))
        assert broken(policy, deed=attrs.evolve(APPROVED, author="ben"))

    def test_whom_a_merged_case_is_asked_about(self):
        """A rule looks at the case that goes on as another one."""
        policy = sop('when = { tag = "vip" }', '["merge"]')
        tagged = CaseTagged("ana", at(2), "c1", "vip")
        assert broken(policy, tagged, deed=DEEDS[Guarded.MERGE])
        assert not broken(policy, tagged, deed=CaseTakenOver("ana", at(10), "c1", "c2"))


def test_a_case_that_we_begin():
    """It is looked at as it is once it is there: ours, open, and of that customer."""
    thread = ThreadOpened("ana", at(10), "t2", "mia", Channel.EMAIL)
    begun = attrs.evolve(STARTED, by="ana", at=at(10), case="c2", thread="t2", customer="mia", language="pt")
    held = (attrs.evolve(HELD, case="c2", at=at(10)), attrs.evolve(BEGUN, case="c2"))
    sent = attrs.evolve(SENT, case="c2", thread="t2")
    deed = (thread, begun, *held, sent)
    for word in ("write_first", "reply"):
        for holds in (
            'status = "open"',
            'language = "pt"',
            'by = ["assignee"]',
            'contact = "goes_on"',
            'not = { customer = "waits" }',
        ):
            assert broken(sop(f"when = {{ {holds} }}", f'["{word}"]'), deed=deed), holds
        opted = ConsentRecorded(SYSTEM, at(2), "mia", True, "By phone")
        assert not broken(sop('needs = { customer = "opted_in" }', f'["{word}"]'), opted, deed=deed)


def test_a_reply_on_another_thread():
    """Since when a customer has not written is asked of the thread on which the reply goes."""
    policy = sop('needs = { since = "customer_wrote", below = "5s" }', '["reply", "approve", "submit"]')
    other = attrs.evolve(WROTE, at=at(8), thread="t2", message="m3", case="c9")
    assert (True, False) == (
        broken(policy, other, deed=SENT),
        broken(policy, other, deed=attrs.evolve(SENT, thread="t2")),
    )
    assert not broken(policy, other, deed=(DEEDS[Guarded.APPROVE][0], attrs.evolve(APPROVED, thread="t2")))
    assert not broken(policy, other, deed=attrs.evolve(DRAFTED, thread="t2"))


# How strictly ------------------------------------------------------------------------------------------

WARNED = Deviated("ana", at(10), ONE, "One rule", "c1")


class TestHowStrictly:
    """A rule that warns has warned; one that is off is asked nothing."""

    def test_it_only_warns(self):
        """And must have told so."""
        policy = sop('enforcement = "warn"')
        assert (True, False) == (broken(policy), broken(policy, deed=(PENDING, WARNED)))
        assert broken(policy, deed=(PENDING, attrs.evolve(WARNED, rule="idle.silence")))

    def test_a_warning_is_not_enough(self):
        """Where the rule blocks."""
        assert broken(sop(""), deed=(PENDING, WARNED))

    def test_it_is_off(self):
        """By itself, by [enforcement], from a date on, or for some cases."""
        for policy in (
            sop('enforcement = "off"'),
            sop("", more=f'[enforcement]\n"{ONE}" = "off"'),
            sop("", more=f'[[change]]\non = 2000-01-01\nset = {{ "enforcement.\\"{ONE}\\"" = "off" }}'),
            sop(
                "", more=f'[[override]]\nmatch = {{ channel = "email" }}\nset = {{ "enforcement.\\"{ONE}\\"" = "off" }}'
            ),
        ):
            assert not broken(policy)
        elsewhere = f'[[override]]\nmatch = {{ channel = "sms" }}\nset = {{ "enforcement.\\"{ONE}\\"" = "off" }}'
        assert broken(sop("", more=elsewhere))

    def test_it_is_claimed_while_it_is_there_and_not_off(self):
        """What another policy has no rule for is promised nobody."""
        (promise, *_) = promises_of_policy(sop(""))
        assert promise.claimed(sop(""))
        assert promise.claimed(sop('enforcement = "warn"'))
        assert f"the policy says that {ONE} is off" == promise.empty(InForce(sop('enforcement = "off"')))
        assert f"the policy has no rule {ONE}" == promise.empty(InForce(Policy.default()))
        assert () == promise.breaches(Happening((PENDING,), Books(), Policy.default()))


# What puts it to the test ------------------------------------------------------------------------------


def seen_after(policy, *events):
    """The books after some events."""
    watching = Watch(policy, ())
    for event in (*ALL, *events):
        watching.see([event])
    return watching.books


class TestWhatPutsItToTheTest:
    """What has to happen, and to be tried, before a rule is proved."""

    def met(self, policy, *events, deed=PENDING):
        """Whether a deed is the occasion of the rule's promise."""
        (promise, *_) = promises_of_policy(policy)
        return promise.occasion.met(Happening((deed,), seen_after(policy, *events), policy))

    def test_it_lets_something_happen(self):
        """Where it applies; a rule that lets nothing happen is met by anything that people do."""
        policy = sop('when = { tag = "vip" }\nneeds = { note = true }')
        assert (False, True) == (self.met(policy), self.met(policy, CaseTagged("ana", at(2), "c1", "vip")))
        assert not self.met(policy, CaseTagged("ana", at(2), "c1", "vip"), deed=NOTED)
        assert (True, False) == (self.met(sop(""), deed=NOTED), self.met(sop(""), deed=LEFT))

    @pytest.mark.parametrize(
        ("word", "command"),
        [
            ("reply", SendReply("ana", at(10), "c1", "m2", "Hello", Status.PENDING)),
            ("send_as_resolved", SendReply("ana", at(10), "c1", "m2", "Hello", Status.RESOLVED)),
            ("approve", ApproveDraft("ben", at(10), "c1", "d1")),
            ("reply", ApproveDraft("ben", at(10), "c1", "d1")),
            ("submit", SubmitDraft("ana", at(10), "c1", "d2", "Hello", Status.PENDING)),
            ("resolve", SetStatus("ana", at(10), "c1", Status.RESOLVED)),
            ("close", CloseCase("ana", at(10), "c1")),
            ("open", OpenCase("ana", at(10), "c1")),
            ("accept", OpenCase("ben", at(10), "c1")),
            ("tag", AddTag("ana", at(10), "c1", "gold")),
            ("merge", MergeCases("ana", at(10), "c1", "c2")),
            ("write_first", StartOutbound("ana", at(10), "t2", "c2", "m2", "Hello", "mia", Channel.EMAIL)),
            (
                "submit",
                StartOutbound("ana", at(10), "t2", "c2", "m2", "Hello", "mia", Channel.EMAIL, for_approval=True),
            ),
        ],
    )
    def test_somebody_tries_it(self, word, command):
        """By a command, whatever becomes of it."""
        offered = WorkOffered(SYSTEM, at(5), "c1", "ben", Channel.EMAIL)
        books = seen_after(sop("", f'["{word}"]'), DRAFTED, offered)
        (promise, *_) = promises_of_policy(sop('needs = { attribute = "eur" }', f'["{word}"]'))
        (situation,) = promise.situations
        assert situation.tried(command, books)
        assert situation.expected(sop(""))
        assert not situation.expected(Policy.default())
        assert not situation.tried(attrs.evolve(command, by=SYSTEM), books)

    @pytest.mark.parametrize(
        "command",
        [
            AddTag("ana", at(10), "c1", "gold", "m1"),
            Dispose("ana", at(10), "c1", "solved", "Done"),
            SetStatus("ana", at(10), "c2", Status.RESOLVED),
        ],
    )
    def test_it_is_nothing_that_a_rule_guards(self, command):
        """A message is tagged, nothing is to be disposed, or there is no such case."""
        (promise, *_) = promises_of_policy(sop("", '["tag", "dispose", "resolve"]'))
        assert not promise.situations[0].tried(command, seen_after(sop("")))


# Attributes --------------------------------------------------------------------------------------------


def noted_wrongly(number, *events, policy=None):
    """What is wrong with events by one of the promises about attributes."""
    policy = policy or sop('when = { attribute = "eur", above = 1 }')
    watching = Watch(policy, [one for one in promises_of_policy(policy) if one.number == number])
    for event in ALL:
        watching.see([event])
    return [breach.what for event in events for breach in watching.see([event])]


class TestAttributes:
    """What is noted is of its type, and noted by those who may."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("eur", 501),
            ("eur", -1),
            ("eur", True),
            ("eur", "1"),
            ("why", "late"),
            ("asked", 1),
            ("word", "longer"),
            ("x", 1),
        ],
    )
    def test_it_is_not_of_its_type(self, name, value):
        """Whoever notes it, and also from the beginning."""
        set_to = AttributeSet("ben", at(2), "c1", name, value)
        begun = attrs.evolve(STARTED, case="c2", thread="t2", attributes={name: value})
        assert 2 == len(noted_wrongly("attribute.value", set_to, begun))

    def test_it_is_of_its_type(self):
        """Also where it is taken away."""
        pairs = (("eur", 500), ("eur", 0.5), ("why", "Late"), ("asked", False), ("word", "short"), ("x", None))
        events = [AttributeSet("ben", at(2), "c1", name, value) for name, value in pairs]
        assert [] == noted_wrongly("attribute.value", *events)

    def test_who_may_note_it(self):
        """Those whom the policy names; what it does not know anybody may take away."""
        by_ana, by_ben = (AttributeSet(by, at(2), "c1", "word", "x") for by in ("ana", "ben"))
        assert ["ana notes word of case c1, and may not"] == noted_wrongly("attribute.set_by", by_ana, by_ben)
        others = (NOTED, AttributeSet(SYSTEM, at(2), "c1", "eur", 1), AttributeSet("ana", at(2), "c1", "x", None))
        assert [] == noted_wrongly("attribute.set_by", *others)
        softened = sop('when = { attribute = "eur" }', more='[enforcement]\n"attribute.set_by" = "warn"')
        assert [] == noted_wrongly("attribute.set_by", by_ana, policy=softened)

    def test_they_are_promised_where_a_rule_looks_at_one(self):
        """Else nothing rests on them."""
        assert ["attribute.value", "attribute.set_by"] == [
            one.number for one in promises_of_policy(sop('when = { attribute = "eur" }'))
        ][1:]
        assert [ONE] == [one.number for one in promises_of_policy(sop('when = { tag = "vip" }'))]
        (_, value, set_by) = promises_of_policy(sop('when = { attribute = "eur" }'))
        step = Happening((NOTED,), Books(), sop(""))
        assert value.occasion.met(step)
        assert set_by.occasion.met(step)
        assert not value.occasion.met(Happening((PENDING, STARTED), Books(), sop("")))


# Where it is asked -------------------------------------------------------------------------------------


class TestWhereItIsAsked:
    """A history is judged by the policy's own rules, too."""

    def test_a_stored_history(self):
        """Nobody has to name the promise; whoever names others asks those."""
        history, policy = (*ALL, PENDING), sop("needs = { note = true }")
        assert [ONE] == [breach.number for breach in watch(history, policy) if breach.number == ONE]
        assert [] == [*watch(history, policy, promises=[])]

    def test_another_policy_is_put_in_force(self):
        """Then its rules are asked, of what was known before, too."""
        watching = Watch(Policy.default())
        for event in (*ALL, NOTED):
            watching.see([event])
        watching.policy = sop('needs = { attribute = "eur", above = 100 }')
        assert ONE in {breach.number for breach in watching.see([PENDING])}
        assert watching.promises == watching.promises

    def test_beside_the_promises_of_a_house(self):
        """By number, and of two policies with the same rule once."""
        numbers = [one.number for one in promises_of(HOUSE, sop(""), sop("needs = { note = true }"))]
        assert [*(one.number for one in PROMISES), ONE] == numbers
        assert PROMISES == promises_of(HOUSE, Policy.default())

    def test_a_rule_called_like_a_promise_of_a_room(self):
        """It is told."""
        (promise, *_) = promises_of_policy(sop(""))
        room = attrs.evolve(HOUSE.rooms[-1], promises=(promise,))
        with pytest.raises(ValueError, match="two promises are numbered"):
            promises_of(attrs.evolve(HOUSE, rooms=(*HOUSE.rooms[:-1], room)), sop(""))

    def test_what_it_is_called(self):
        """A promise by its number, a rule as it is."""
        assert ("P04", ONE) == (name_of_promise("04"), name_of_promise(ONE))


def test_what_is_written_only_where_a_rule_asks():
    """In a search a page has nothing on it that nobody asks about; over a history everything is written."""
    assert frozenset() == looks_of(Policy.default().rule)
    policy = sop(
        'when = { attribute = "eur", above = 1, since = "status", at_least = "1h" }'.replace(
            ", since", " }\nneeds = { since"
        )
    )
    assert {"attributes", "status_at"} == looks_of(policy.rule)
    every = sop(
        'when = { all = [{ by = "owner" }, { customer = "named" }, { not = { since = "waiting", at_least = "1h" } }] }'
    )
    assert {"owner", "named"} == looks_of(every.rule) < EVERYTHING
    books = Books()
    for event in (*ALL, NOTED, NoteAdded("ana", at(2), "n1", "Knows it", "c1", None)):
        books = books.after(event, InForce(policy))
    assert ((("eur", 100),), 0, None) == (
        books.noted("c1").attributes,
        books.noted("c1").notes,
        books.noted("c1").owner,
    )


def test_many_policies():
    """What their rules look at is worked out once, and not kept for ever."""
    for number in range(120):
        assert {"notes"} == looks_of(
            sop_with(
                f'[[rule]]\nid = "own_rules.n{number}"\ntitle = "x"\nguards = ["tag"]\nwhen = {{ note = true }}'
            ).rule
        )


# As the desk says --------------------------------------------------------------------------------------


@given(st.data())
def test_the_witness_says_what_the_desk_says(data):
    """At a desk without the rules everything happens: the witness finds what a desk with them had refused."""
    rules = [data.draw(own_rules(number)) for number in range(3)]
    policy, bare = ruled(rules), ruled(())
    desk, watching = Desk(bare), Watch(policy, promises_of_policy(policy)[: len(rules)])
    for command in team_of(bare):
        step = Step.of(desk, command)
        desk = step.after
        watching.see(step.events)
    for _ in range(data.draw(st.integers(0, 20))):
        command = data.draw(acts(desk))
        step = Step.of(desk, command)
        if step.events:
            verdict = attrs.evolve(desk, policy=policy).decide(command)
            told = {reason.rule for reason in verdict.reasons} if isinstance(verdict, Refused) else set()
            refused = told & {rule.id for rule in rules}  # a tag at which one looks is not for everybody, too
            offered = isinstance(command, OpenCase) and watching.books.case(command.case).offered_to == command.by
            found = {breach.number for breach in watching.see(step.events)}
            # whoever opens what is offered to them has accepted it, and nobody sees which of the two they meant
            assert found <= refused if offered else found == refused
            desk = step.after
