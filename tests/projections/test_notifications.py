"""Notifications: who is called for what, by a sound or a banner, as they switched on (§9)."""

import pickle
import re
from datetime import timedelta

import attrs
import pytest

from casecore.channels import Channel
from casecore.desk import Desk, Due
from casecore.kernel import CUSTOMER, SYSTEM, Deviated
from casecore.policies.sections import OnCustomerMessage, Relation, ReopenTo
from casecore.projections import notifications as module
from casecore.projections.notifications import Alert, AlertSettings, Notification, UnknownAlert, notifications
from casecore.rooms.agents import ChangeAgent, LogOut
from casecore.rooms.approvals import ApproveDraft, ReassignDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.cases import CloseCase
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import at, given
from tests.sops import sop

EVERYTHING = AlertSettings(Alert, Alert)
ALL = dict.fromkeys(("ana", "ben", "cleo", "dora", "eva"), EVERYTHING)


def wrote(when, channel=Channel.EMAIL, message=None):
    """The customer maria writes on her case c1."""
    start = {"new_case": "c1"} if message is None else {}
    return ReceiveMessage(CUSTOMER, when, "t1", message or "m1", "Hi", customer="maria", channel=channel, **start)


CHAT = (wrote(at(0), Channel.CHAT), OfferWork(SYSTEM, at(1), "c1", "ana"), AcceptOffer("ana", at(2), "c1"))
EMAIL = (wrote(at(0)), OpenCase("ben", at(2), "c1"))
DRAFT = (*EMAIL, SubmitDraft("ben", at(5), "c1", "d1", "Sorry", subject="Re"))
REVIEW = (*DRAFT, TakeReview("cleo", at(6), "c1"))


def called(*commands, policy=None, settings=ALL):
    """Who is called for the last command of a story, and for what."""
    outcome = given(*commands[:-1], policy=policy).when(commands[-1])
    return list(notifications(outcome.events, outcome.desk, settings))


def names(*commands, **options):
    """Who is called for the last command, as short as can be."""
    return [(call.agent, call.alert) for call in called(*commands, **options)]


class TestEvents:
    """What happens calls whom it concerns."""

    @pytest.mark.parametrize(
        ("commands", "expected"),
        [
            ((wrote(at(0)), OfferWork(SYSTEM, at(1), "c1", "ana")), [("ana", Alert.WORK_OFFERED)]),
            ((*EMAIL, ReassignCase("ben", at(3), "c1", "ana")), [("ana", Alert.CASE_TRANSFERRED)]),
            (
                (*EMAIL, ReassignCase("dora", at(3), "c1", "ana")),
                [("ana", Alert.CASE_TRANSFERRED), ("ben", Alert.CONTACT_ENDED)],
            ),
            ((*DRAFT, OfferWork(SYSTEM, at(6), "c1", "cleo", True)), [("cleo", Alert.REVIEW_OFFERED)]),
            ((*DRAFT, ReassignDraft("ben", at(6), "c1", "d1", "dora")), [("dora", Alert.REVIEW_OFFERED)]),
            ((*CHAT[:2], ExpireOffer(SYSTEM, at(31), "c1")), [("ana", Alert.OFFER_GONE)]),
            ((*CHAT[:2], RescindOffer("dora", at(3), "c1")), [("ana", Alert.OFFER_GONE)]),
            ((*CHAT[:2], RejectOffer("ana", at(3), "c1")), []),
            (CHAT, []),
            ((*CHAT, wrote(at(5), Channel.CHAT, "m2")), [("ana", Alert.CUSTOMER_WROTE)]),
            ((wrote(at(0)), wrote(at(1), message="m2")), []),
            ((*REVIEW, ApproveDraft("cleo", at(9), "c1", "d1")), [("ben", Alert.DRAFT_APPROVED)]),
            ((*REVIEW, RefuseDraft("cleo", at(9), "c1", "d1", "no")), [("ben", Alert.DRAFT_REFUSED)]),
            (
                (*DRAFT, wrote(at(9), message="m2")),
                [("ben", Alert.CUSTOMER_WROTE), ("ben", Alert.DRAFT_STALE)],
            ),
            (
                (*REVIEW, wrote(at(9), message="m2")),
                [("ben", Alert.CUSTOMER_WROTE), ("ben", Alert.DRAFT_STALE), ("cleo", Alert.DRAFT_STALE)],
            ),
            (
                (*REVIEW, SendReply("dora", at(9), "c1", "r1", "No", subject="Re")),
                [("ben", Alert.DRAFT_STALE), ("cleo", Alert.DRAFT_STALE)],
            ),
            (
                (*DRAFT, TakeReview("dora", at(6), "c1"), SendReply("dora", at(9), "c1", "r1", "No", subject="Re")),
                [("ben", Alert.DRAFT_STALE)],
            ),
            (
                (*DRAFT, OfferWork(SYSTEM, at(6), "c1", "cleo", True), wrote(at(9), message="m2")),
                [("ben", Alert.CUSTOMER_WROTE), ("ben", Alert.DRAFT_STALE), ("cleo", Alert.DRAFT_STALE)],
            ),
            (
                (*REVIEW, WithdrawDraft("ben", at(9), "c1", "d1")),
                [("cleo", Alert.REVIEW_ENDED)],
            ),
            (
                (*REVIEW, LogOut("cleo", at(9), "cleo"), FreeReview(SYSTEM, at(80), "c1")),
                [("cleo", Alert.REVIEW_ENDED)],
            ),
            ((*EMAIL, CloseCase("dora", at(3), "c1")), [("ben", Alert.CONTACT_ENDED)]),
            ((*EMAIL, LeaveCase("ben", at(3), "c1")), []),
        ],
    )
    def test_alerts(self, commands, expected):
        """Whom it concerns, in the order of what happened; nobody for what they did themselves."""
        assert sorted(expected) == sorted(names(*commands))

    def test_superseded(self):
        """The author learns that their draft lapsed."""
        policy = sop(approval={"on_customer_message": OnCustomerMessage.SUPERSEDE})
        expected = [("ben", Alert.CUSTOMER_WROTE), ("ben", Alert.DRAFT_SUPERSEDED)]
        assert expected == names(*DRAFT, wrote(at(9), message="m2"), policy=policy)

    def test_given_back_to_the_owner(self):
        """A case that the desk gives to its owner calls them."""
        policy = sop(reopening={"to": ReopenTo.OWNER_IF_ELIGIBLE}, wrap_up={"disposition": False, "notes": False})
        reply = SendReply("ana", at(3), "c1", "r1", "Bye", Status.RESOLVED, subject="Re")
        story = (wrote(at(0)), OpenCase("ana", at(2), "c1"), reply, LeaveCase("ana", at(4), "c1"))
        assert ("ana", Alert.CASE_TRANSFERRED) in names(*story, wrote(at(9), message="m2"), policy=policy)

    def test_a_case_in_a_queue_that_nobody_serves(self):
        """Every supervisor is called when it comes there, and when the last goes who serves it, unless they did it."""
        elsewhere = ChangeAgent(SYSTEM, at(1), "ana", queues=frozenset({"billing"}))
        story = [attrs.evolve(elsewhere, agent=name) for name in ("ana", "ben", "cleo", "eva", "dora")]
        assert [("dora", Alert.QUEUE_UNSERVED)] == names(*story, wrote(at(1)))
        assert [("dora", Alert.QUEUE_UNSERVED)] == names(wrote(at(1)), *story)
        assert [] == names(wrote(at(1)), *story[:1])
        assert [] == names(*story)
        assert [] == names(wrote(at(1)), *story[:-1], attrs.evolve(story[-1], by="dora"))

    def test_notification(self):
        """What a host shows: who, for what, when, on which case, and the event itself."""
        outcome = given(wrote(at(0))).when(OfferWork(SYSTEM, at(1), "c1", "ana"))
        (call,) = notifications(outcome.events, outcome.desk, {"ana": AlertSettings(sound=["work_offered"])})
        expected = Notification(
            "ana", Alert.WORK_OFFERED, at(1), "c1", sound=True, banner=False, cause=outcome.events[0]
        )
        assert expected == call

    def test_nothing_known(self):
        """What concerns no agent calls nobody, nor does what lies outside a partial desk."""
        events = given(*DRAFT).when(wrote(at(9), message="m2")).events
        assert [] == list(notifications(events, Desk(), ALL))
        assert [] == list(notifications([Deviated("ana", at(1), "tags.limit", "21 of 20", "c1")], Desk(), ALL))
        decided = given(*DRAFT).and_given(RefuseDraft("cleo", at(6), "c1", "d1", "no"))
        stale = [event for event in events if type(event).__name__ == "DraftWentStale"]
        assert [] == list(notifications(stale, decided.desk, ALL))


class TestDue:
    """What comes with its instant is given among the events."""

    @staticmethod
    def ripe(desk, when):
        """What has come by now."""
        return [due for due in desk.due() if due.at <= when]

    def test_commitments(self):
        """Each promise calls who made it, once, and names itself."""
        made = [MakeCommitment("ben", at(5), "c1", f"k{n}", at(hours=1), "call") for n in (4, 1, 3, 5, 2)]
        other = (
            MakeCommitment("dora", at(6), "c1", "k6", at(hours=2), "call"),
            ReceiveMessage(CUSTOMER, at(7), "t2", "m9", customer="jose", channel=Channel.EMAIL, new_case="c2"),
            OpenCase("ana", at(8), "c2"),
            MakeCommitment("ana", at(9), "c2", "k7", at(hours=1), "call"),
        )
        desk = given(*EMAIL, *made, *other).desk
        dues = [due for due in self.ripe(desk, at(hours=1)) if due.key.startswith("commitment") and due.case == "c1"]
        calls = list(notifications(dues, desk, ALL))
        assert [("ben", f"k{n}") for n in (1, 2, 3, 4, 5)] == [(call.agent, call.commitment) for call in calls]
        assert {(Alert.COMMITMENT_DUE, at(hours=1), "c1")} == {(call.alert, call.at, call.case) for call in calls}
        assert dues[0] is calls[0].cause

    def test_wrap_up(self):
        """A wrap-up that is left undone calls its agent and every supervisor, once each; done, it calls nobody."""
        policy = sop(wrap_up={"remind": timedelta(minutes=10)})
        story = given(*EMAIL, LeaveCase("ben", at(minutes=1), "c1"), policy=policy)
        assert "wrap_up.remind" not in {due.key for due in self.ripe(story.desk, at(59, minutes=10))}
        dues = [due for due in self.ripe(story.desk, at(minutes=11)) if due.key == "wrap_up.remind"]
        calls = list(notifications([*dues, *dues], story.desk, ALL))
        assert [("ben", Alert.WRAP_UP_OVERDUE), ("dora", Alert.WRAP_UP_OVERDUE)] == [
            (call.agent, call.alert) for call in calls
        ]
        related = RelateRecord("ben", at(minutes=12), "c1", Relation.CUSTOMER, "7")
        done = story.and_given(related, Dispose("ben", at(minutes=12), "c1", "solved", "Done"))
        assert [] == list(notifications(dues[:0], done.desk, ALL))
        assert () == done.desk.due_of_wrap_up("c1/ben")

    def test_idle(self):
        """The silence is long enough."""
        asked = SendReply("ana", at(5), "c1", "m2", "Hi"), AskPresence("ana", at(60), "c1", "m3")
        desk = given(*CHAT, *asked).desk
        assert [("ana", Alert.IDLE_RIGHT)] == [
            (call.agent, call.alert) for call in notifications(self.ripe(desk, at(125)), desk, ALL)
        ]
        assert [] == self.ripe(desk, at(124))

    def test_clock(self):
        """A service clock that reached its target calls who holds the case, if anybody does."""
        held, queued = given(*EMAIL).desk, given(wrote(at(0))).desk
        late = [list(notifications(self.ripe(desk, at(hours=1)), desk, ALL)) for desk in (held, queued)]
        assert [[("ben", Alert.CLOCK_LATE)], []] == [[(call.agent, call.alert) for call in calls] for calls in late]

    def test_once(self):
        """The same due thing given twice calls once; what calls nobody is passed over."""
        desk = given(*EMAIL).desk
        dues = self.ripe(desk, at(hours=1))
        assert 1 == len(list(notifications(dues * 2, desk, ALL)))
        assert [] == list(notifications([Due(at(0), "something else", "host.key", "c1")], desk, ALL))


class TestSettings:
    """What an agent switched on."""

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({}, []),
            ({"ana": AlertSettings()}, []),
            ({"cleo": EVERYTHING}, []),
            ({"ana": AlertSettings(sound=[Alert.CUSTOMER_WROTE])}, []),
            ({"ana": AlertSettings(sound=[Alert.WORK_OFFERED])}, [(True, False)]),
            ({"ana": AlertSettings(banner=["work_offered", "customer_wrote"])}, [(False, True)]),
            ({"ana": EVERYTHING}, [(True, True)]),
        ],
    )
    def test_as_switched_on(self, settings, expected):
        """A sound, a banner, both or nothing."""
        calls = called(wrote(at(0)), OfferWork(SYSTEM, at(1), "c1", "ana"), settings=settings)
        assert expected == [(call.sound, call.banner) for call in calls]

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("custmer_wrote", "there is no alert 'custmer_wrote'; did you mean 'customer_wrote'?"),
            ("lunch", "there is no alert 'lunch'; use one of work_offered, case_transferred, review_offered, "),
        ],
    )
    def test_unknown_alert(self, word, expected):
        """The error says what can be switched on."""
        with pytest.raises(UnknownAlert) as caught:
            AlertSettings(banner=["work_offered", word])
        assert str(caught.value).startswith(expected)
        assert word == caught.value.word
        assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301 -- our own bytes

    def test_documented(self):
        """The table at the top of the file names every alert, in order."""
        assert list(Alert) == re.findall(r"^\| `(\w+)` \|", module.__doc__, re.MULTILINE)

    def test_given_by_a_colleague(self):
        """Whoever gives a case away is not called, whoever receives it is."""
        event = CaseAssigned("dora", at(1), "c1", "ana")
        assert ["ana"] == [call.agent for call in notifications([event], Desk(), ALL)]
        assert [] == list(notifications([CaseAssigned("ana", at(1), "c1", "ana")], Desk(), ALL))


def test_what_never_arrived_calls_who_holds_the_case_and_who_wrote_it():
    """A closed case that nobody holds calls its last agent; one whose message nobody knows calls its holder alone."""
    answered = (*EMAIL[:1], OpenCase("ana", at(2), "c1"), SendReply("ana", at(3), "c1", "r1", "Hello", subject="Re"))
    failed = DeliveryFailed(SYSTEM, at(9), "c1", "r1", "no such mailbox")
    assert [("ana", Alert.DELIVERY_FAILED)] == names(*answered, failed)
    assert [("ana", Alert.DELIVERY_FAILED)] == names(*answered, CloseCase("ana", at(4), "c1"), failed)
    handed_on = (*answered, LeaveCase("ana", at(4), "c1"), OpenCase("cleo", at(5), "c1"), failed)
    assert {("cleo", Alert.DELIVERY_FAILED), ("ana", Alert.DELIVERY_FAILED)} == {*names(*handed_on)}
