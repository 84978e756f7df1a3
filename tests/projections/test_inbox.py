"""The inbox of an agent, and the card of a customer (§9)."""

import pickle
from datetime import timedelta

import attrs
import pytest

from casecore.channels import Channel
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, MissingRow
from casecore.policies import Policy
from casecore.policies.sections import CountsFrom, Level, Relation
from casecore.projections.customer_card import Conversation, CustomerCard, customer_card
from casecore.projections.inbox import (
    Duty,
    HeldCase,
    IdleRight,
    Inbox,
    Inboxes,
    Offer,
    OpenCommitment,
    Review,
    UnknownPerson,
    inbox,
)
from casecore.projections.search import Archive
from casecore.rooms.agents import AddAgent, GoAvailable, GoUnavailable, Permission
from casecore.rooms.approvals import RefuseDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment
from casecore.rooms.composition import CaseFile
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddNote, EditNote, SetSentiment
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.relations import FlagCase, RelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SetLevel
from casecore.rooms.threads import Feeling, RecordCustomer
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import at, given
from tests.sops import sop


def wrote(when, number, channel=Channel.EMAIL, text="Hello", customer=None, **fields):
    """A customer writes; their id, thread and case have the same number."""
    known = {"new_case": f"c{number}", "customer": customer or f"k{number}", **fields}
    return ReceiveMessage(CUSTOMER, when, f"t{number}", f"m{number}-{when:%H%M%S}", text, channel=channel, **known)


def chat(number, when=0, agent="ana"):
    """A chat that an agent has accepted."""
    case = f"c{number}"
    return (
        wrote(at(when), number, Channel.CHAT),
        OfferWork(SYSTEM, at(when + 1), case, agent),
        AcceptOffer(agent, at(when + 2), case),
    )


class TestCases:
    """What the agent holds."""

    def test_nothing(self):
        """An agent with nothing to do."""
        desk = given().desk
        assert Inbox(desk.agents["ana"]) == inbox(desk, "ana", at(0))

    def test_held(self):
        """What is shown of a case."""
        story = given(*chat(1), RecordCustomer("ana", at(3), "k1", "Maria"), Authenticate("ana", at(4), "c1"))
        idle, live, authenticated = IdleRight(0, 1, None, None), True, True
        expected = HeldCase(
            *(
                "c1",
                "k1",
                "Maria",
                Channel.CHAT,
                Status.OPEN,
                at(2),
                live,
                at(2),
                authenticated,
                at(0),
                None,
                idle,
                None,
                "m1-090000",
            ),
            threads=("t1",),
        )
        assert (expected,) == inbox(story.desk, "ana", at(9)).cases
        assert () == inbox(story.desk, "cleo", at(9)).cases

    def test_not_yet(self):
        """Nothing is authenticated before it is, and only chats can be ended for silence."""
        story = given(*chat(1), wrote(at(3), 2), OpenCase("ana", at(4), "c2"))
        live, email = inbox(story.desk, "ana", at(9)).cases
        assert (False, True, False, False) == (live.authenticated, live.live, email.authenticated, email.live)
        assert (None, IdleRight(0, 1, None, None)) == (email.idle, live.idle)

    def test_order(self):
        """Customers without an answer first, live ones before those who wrote, then who waits longest."""
        story = given(
            wrote(at(0), 1),
            wrote(at(1), 2),
            wrote(at(2), 3),
            *(OpenCase("ana", at(6 - number), f"c{number}") for number in (3, 2, 1)),
            *chat(4, 6),
            *chat(5, 10),
            SendReply("ana", at(20), "c5", "r5", "Hi"),
            SendReply("ana", at(21), "c1", "r1", "Hi", subject="Re"),
        )
        assert ["c4", "c2", "c3", "c5", "c1"] == [held.case for held in inbox(story.desk, "ana", at(30)).cases]

    def test_draft(self):
        """The draft that waits on a case is shown with it."""
        story = given(
            wrote(at(0), 1), OpenCase("ben", at(1), "c1"), SubmitDraft("ben", at(2), "c1", "d1", "Hi", subject="Re")
        )
        (held,) = inbox(story.desk, "ben", at(3)).cases
        assert story.desk.cases["c1"].draft == held.draft

    def test_some_cases(self):
        """A host that knows which cases concern the agent names them; what is not there is left out."""
        story = given(*chat(1), *chat(2, 5))
        assert ["c2"] == [held.case for held in inbox(story.desk, "ana", at(9), cases=["c2", "c9"]).cases]
        assert inbox(story.desk, "ana", at(9)) == inbox(story.desk, "ana", at(9), cases=["c2", "c1"])

    def test_partial_desk(self):
        """A desk with little more than the case tells what it knows."""
        whole = given(*chat(1)).desk
        case = whole.cases["c1"].case
        desk = Desk(whole.policy, agents=whole.agents, cases=whole.cases.insert("c1", CaseFile(case)))
        (held,) = inbox(desk, "ana", at(9)).cases
        assert ("c1", None, None, False, None) == (held.case, held.name, held.since, held.authenticated, held.idle)
        reviewer = attrs.evolve(case, assignee=None)
        assert Inbox(desk.agents["ana"]) == inbox(
            Desk(agents=whole.agents, cases=whole.cases.insert("c1", CaseFile(reviewer))), "ana", at(9)
        )

    def test_unknown_agent(self):
        """The error says who, and what to do."""
        with pytest.raises(
            UnknownPerson, match=r"there is no agent 'zoe' on this desk; check the id, or load that row"
        ) as caught:
            inbox(given().desk, "zoe", at(0))
        assert ("agent", "zoe") == (caught.value.who, caught.value.id)
        assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301 -- our own bytes

    def test_everything_held_is_somewhere(self):
        """What an agent holds is in their inbox and in nobody else's."""
        desk = given(
            *chat(1), *chat(2, 5, "cleo"), wrote(at(9), 3), OpenCase("ben", at(10), "c3"), wrote(at(11), 4)
        ).desk
        held = [(one.case, agent) for agent in desk.agents for one in inbox(desk, agent, at(20)).cases]
        assert [("c1", "ana"), ("c2", "cleo"), ("c3", "ben")] == sorted(held)


class TestInboxes:
    """A large desk: whose inbox a case is in, followed step by step."""

    STEPS = (
        *chat(1),
        wrote(at(3), 2),
        OpenCase("ben", at(4), "c2"),
        SubmitDraft("ben", at(5), "c2", "d1", "Hi", subject="Re"),
        OfferWork(SYSTEM, at(6), "c2", "cleo", review=True),
        AcceptOffer("cleo", at(7), "c2", review=True),
        FlagCase("ana", at(8), "c1", True),
        RefuseDraft("cleo", at(9), "c2", "d1", "no"),
        LeaveCase("ben", at(10), "c2"),
        OfferWork(SYSTEM, at(11), "c2", "dora"),
        CloseCase(SYSTEM, at(12), "c2", CloseReason.SPAM),
        GoUnavailable("eva", at(13), "eva"),
    )

    def test_followed(self):
        """After every step each inbox is what looking at every case finds, and begun there it is the same."""
        story = given()
        followed, seen = Inboxes(story.desk), set()
        for step in self.STEPS:
            outcome = story.when(step)
            story = story.and_given(step)
            followed.update(story.desk, outcome.events)
            for agent in story.desk.agents:
                whole = inbox(story.desk, agent, step.at)
                assert whole == inbox(story.desk, agent, step.at, cases=followed.cases_of(agent))
                assert Inboxes(story.desk).cases_of(agent) == followed.cases_of(agent)
                seen |= {agent} if followed.cases_of(agent) else set()
        assert {"ana", "ben", "cleo", "dora"} == seen
        assert [("c1",), (), (), ()] == [followed.cases_of(agent) for agent in ("ana", "ben", "cleo", "zoe")]

    def test_partial_desk(self):
        """A case that the desk does not hold is left as it was."""
        story = given(*chat(1))
        followed = Inboxes(story.desk)
        followed.update(Desk(), story.events)
        assert ("c1",) == followed.cases_of("ana")


class TestIdleRight:
    """How far a silent chat is from being ended."""

    REPLIED = (*chat(1), SendReply("ana", at(10), "c1", "r1", "There?"))
    ASKED = (*REPLIED, AskPresence("ana", at(30), "c1", "q1"))

    @pytest.mark.parametrize(
        ("commands", "when", "expected", "ready"),
        [
            (chat(1), at(500), IdleRight(0, 1, None, None), False),
            (REPLIED, at(40), IdleRight(0, 1, at(130), 90.0), False),
            (REPLIED, at(500), IdleRight(0, 1, at(130), 0.0), False),
            (ASKED, at(129), IdleRight(1, 1, at(130), 1.0), False),
            (ASKED, at(130), IdleRight(1, 1, at(130), 0.0), True),
            ((*ASKED, wrote(at(60), 1, Channel.CHAT)), at(500), IdleRight(0, 1, None, None), False),
        ],
    )
    def test_from_the_silence(self, commands, when, expected, ready):
        """Seconds to go, and whether it has come; exactly two minutes are enough."""
        (held,) = inbox(given(*commands).desk, "ana", when).cases
        assert (expected, ready) == (held.idle, held.idle.ready)

    def test_from_the_question(self):
        """Where it counts from the question, nothing counts before it."""
        idle = attrs.evolve(Policy.default().chat.idle, counts_from=CountsFrom.QUESTION)
        policy = sop(chat={"idle": idle})
        (before,) = inbox(given(*self.REPLIED, policy=policy).desk, "ana", at(500)).cases
        (after,) = inbox(given(*self.ASKED, policy=policy).desk, "ana", at(100)).cases
        assert (IdleRight(0, 1, None, None), IdleRight(1, 1, at(150), 50.0)) == (before.idle, after.idle)

    @pytest.mark.parametrize("counts_from", list(CountsFrom))
    @pytest.mark.parametrize("asks", [0, 1, 2])
    @pytest.mark.parametrize("needed", [0, 1, 2])
    def test_ready_is_allowed(self, counts_from, asks, needed):
        """The inbox says that a chat may be ended exactly when the desk lets the agent do it."""
        idle = attrs.evolve(Policy.default().chat.idle, counts_from=counts_from, ask_first=needed)
        asked = [AskPresence("ana", at(20 + n), "c1", f"q{n}") for n in range(asks)]
        desk = given(*self.REPLIED, *asked, policy=sop(chat={"idle": idle})).desk
        for when in (at(125), at(130), at(139), at(140), at(141), at(300)):
            (held,) = inbox(desk, "ana", when).cases
            assert bool(desk.decide(DisconnectIdle("ana", when, "c1", "z"))) is held.idle.ready


class TestOffers:
    """What is offered, and what is reviewed."""

    def test_offers(self):
        """The reason that the customer selected, and when it times out; the first to time out first."""
        offered = OfferWork(SYSTEM, at(2), "c2", "ana"), OfferWork(SYSTEM, at(3), "c1", "ana")
        story = given(wrote(at(0), 1, reason="refund", name="Maria"), wrote(at(1), 2), *offered)
        first = Offer("c2", False, "k2", None, Channel.EMAIL, "general", None, at(2), at(32))
        second = Offer("c1", False, "k1", "Maria", Channel.EMAIL, "billing", "refund", at(3), at(33))
        assert (first, second) == inbox(story.desk, "ana", at(9)).offers
        assert () == inbox(story.desk, "cleo", at(9)).offers

    def test_reviews(self):
        """A review is offered with its own queue, and then held until it is decided."""
        draft = SubmitDraft("ben", at(2), "c1", "d1", "Hi", queue="technical", subject="Re")
        story = given(
            wrote(at(0), 1), OpenCase("ben", at(1), "c1"), draft, OfferWork(SYSTEM, at(3), "c1", "cleo", True)
        )
        expected = Offer("c1", True, "k1", None, Channel.EMAIL, "technical", None, at(3), at(33))
        assert ((expected,), ()) == (inbox(story.desk, "cleo", at(4)).offers, inbox(story.desk, "cleo", at(4)).reviews)
        assert ((), ()) == (inbox(story.desk, "ben", at(4)).offers, inbox(story.desk, "ben", at(4)).reviews)
        taken = story.and_given(AcceptOffer("cleo", at(5), "c1", True)).desk
        review = Review("c1", Channel.EMAIL, taken.cases["c1"].draft)
        assert ((), (review,)) == (inbox(taken, "cleo", at(6)).offers, inbox(taken, "cleo", at(6)).reviews)
        assert () == inbox(taken, "ben", at(6)).reviews

    def test_order_of_reviews(self):
        """Longest waiting first."""
        commands = [
            command
            for number in (1, 2)
            for command in (
                wrote(at(number), number),
                OpenCase("ben", at(number), f"c{number}"),
                SubmitDraft("ben", at(5 - number), f"c{number}", f"d{number}", "Hi", subject="Re"),
            )
        ]
        takes = [TakeReview("cleo", at(9), f"c{number}") for number in (1, 2)]
        desk = given(*sorted(commands, key=lambda command: command.at), *takes).desk
        assert ["c2", "c1"] == [review.case for review in inbox(desk, "cleo", at(10)).reviews]


class TestOwed:
    """What the agent still has to do."""

    def test_wrap_ups(self):
        """Ended contacts to dispose, longest ended first."""
        story = given(*chat(1), *chat(2, 5), EndContact("dora", at(10), "c2"), EndContact("dora", at(11), "c1"))
        assert ["c2", "c1"] == [row.case for row in inbox(story.desk, "ana", at(12)).wrap_ups]
        assert () == inbox(story.desk, "cleo", at(12)).wrap_ups

    def test_overdue(self):
        """Those of them that have waited too long, where the policy says how long that is."""
        policy = sop(wrap_up={"remind": timedelta(seconds=60)})
        ends = EndContact("dora", at(10), "c2"), EndContact("dora", at(11), "c1")
        desk = given(*chat(1), *chat(2, 5), *ends, policy=policy).desk
        found = [[row.case for row in inbox(desk, "ana", at(second)).overdue] for second in (69, 70, 71)]
        assert [[], ["c2"], ["c2", "c1"]] == found

    def test_duties(self):
        """What has to be related after the disposition."""
        story = given(
            wrote(at(0), 1),
            OpenCase("ana", at(1), "c1"),
            FlagCase("ana", at(2), "c1", True),
            *(RelateRecord("ana", at(3), "c1", relation, "r") for relation in (Relation.CUSTOMER, Relation.CASE)),
            EndContact("dora", at(4), "c1"),
            Dispose("ana", at(5), "c1", "solved", "done"),
        )
        assert (Duty("c1", frozenset({Relation.INSTALLER})),) == inbox(story.desk, "ana", at(6)).duties
        done = story.and_given(RelateRecord("ana", at(6), "c1", Relation.INSTALLER, "r"))
        assert () == inbox(done.desk, "ana", at(7)).duties
        held = story.and_given(OpenCase("cleo", at(6), "c1")).desk
        assert (1, ()) == (len(inbox(held, "cleo", at(7)).cases), inbox(held, "cleo", at(7)).duties)

    def test_promises(self):
        """The first due first; overdue once the instant has passed, not at it."""
        made = [
            MakeCommitment("ana", at(5), "c1", "k1", at(hours=2), "call"),
            MakeCommitment("ana", at(6), "c1", "k2", at(hours=1), "write"),
        ]
        story = given(wrote(at(0), 1), OpenCase("ana", at(1), "c1"), *made)
        rows = story.desk.commitments
        expected = (OpenCommitment(rows["k2"], False), OpenCommitment(rows["k1"], False))
        assert expected == inbox(story.desk, "ana", at(hours=1)).promises
        assert [True, False] == [promise.overdue for promise in inbox(story.desk, "ana", at(1, hours=1)).promises]
        kept = story.and_given(FulfilCommitment("ana", at(7), "k2")).desk
        assert (OpenCommitment(rows["k1"], True),) == inbox(kept, "ana", at(hours=3)).promises
        assert () == inbox(kept, "cleo", at(hours=3)).promises


class TestClocks:
    """Service clocks that run out."""

    def test_at_risk(self):
        """From the percentage on, past the target too, while they run; the first due first."""
        desk = given(wrote(at(0), 1), wrote(at(60), 2), *(OpenCase("ana", at(90), f"c{n}") for n in (1, 2))).desk
        names = [
            [(risk.case, risk.clock.name) for risk in inbox(desk, "ana", when).clocks]
            for when in (at(minutes=44), at(minutes=45), at(minutes=46), at(minutes=61), at(hours=18))
        ]
        first, second = ("c1", "first_response"), ("c2", "first_response")
        assert [[], [first], [first, second], [first, second], [first, second, ("c1", "solution")]] == names
        assert 2 == len(inbox(desk, "ana", at(minutes=6), at_risk=8).clocks)
        assert () == inbox(desk, "ben", at(hours=20)).clocks

    def test_only_while_they_run(self):
        """A clock that was met, or is paused, is nobody's worry."""
        policy = sop(sla={"pause_in": (Status.PENDING,)})
        story = given(
            wrote(at(0), 1), OpenCase("ana", at(1), "c1"), SetLevel("ana", at(2), "c1", Level.HIGH), policy=policy
        )
        replied = story.and_given(SendReply("ana", at(3), "c1", "r1", "Hi", Status.ESCALATED, subject="Re")).desk
        assert ["solution"] == [risk.clock.name for risk in inbox(replied, "ana", at(hours=30)).clocks]
        paused = story.and_given(SetStatus("ana", at(hours=20), "c1", Status.PENDING)).desk
        assert ["first_response"] == [risk.clock.name for risk in inbox(paused, "ana", at(hours=30)).clocks]


class TestCard:
    """What is known of a customer."""

    STORY = given(
        wrote(at(0), 1, Channel.MESSAGING, name="Maria"),
        RecordCustomer("ana", at(1), "k1", profile={"email": "m@example.org"}),
        wrote(at(2), 2, Channel.SMS, customer="k1"),
        wrote(at(3), 3, customer="k3"),
        OpenCase("ana", at(4), "c1"),
        SendReply("ana", at(5), "c1", "r1", "Hi"),
        wrote(at(6), 1, Channel.MESSAGING),
        wrote(at(7), 1, Channel.MESSAGING),
        SetSentiment("ana", at(8), "c1", "m1-090006", Feeling.POSITIVE),
        SetSentiment("ana", at(9), "c1", "m1-090007", Feeling.NEGATIVE),
        AddNote("ana", at(10), "n1", "Prefers mornings", customer="k1"),
        AddNote("ana", at(11), "n2", "Broken router", case="c1"),
        EditNote("ana", at(12), "n1", "Prefers evenings"),
        LeaveCase("ana", at(13), "c1"),
        CloseCase(SYSTEM, at(14), "c2", CloseReason.SPAM),
        wrote(at(15), 2, Channel.SMS, new_case="c4", customer="k1"),
    )

    def test_card(self):
        """Profile, conversations on every channel, notes and sentiment; from an archive or from all events."""
        archive = Archive().update(self.STORY.events)
        expected = CustomerCard(
            "k1",
            "Maria",
            {"email": "m@example.org"},
            (
                Conversation("t2", Channel.SMS, (archive.summary("c4"), archive.summary("c2"))),
                Conversation("t1", Channel.MESSAGING, (archive.summary("c1"),)),
            ),
            archive.notes_of("k1"),
            positive=1,
            neutral=3,
            negative=1,
        )
        assert expected == customer_card(self.STORY.desk, archive, "k1")
        assert expected == customer_card(self.STORY.desk, self.STORY.events, "k1")
        assert ["c4", "c2", "c1"] == [case.case for case in expected.cases]
        assert ["Prefers evenings", "Broken router"] == [note.text for note in expected.notes]
        assert [Status.NEW, Status.CLOSED, Status.OPEN] == [case.status for case in expected.cases]
        assert ("ana",) == expected.cases[-1].agents

    def test_met_by_the_desk(self):
        """Somebody who never wrote has a card without conversations."""
        story = given(RecordCustomer("dora", at(1), "k9", "Rui"))
        assert CustomerCard("k9", "Rui", {}, (), (), 0, 0, 0) == customer_card(story.desk, story.events, "k9")

    def test_errors(self):
        """Who is not known has no card; events from the middle of a history make none."""
        with pytest.raises(UnknownPerson, match="there is no customer 'k9' on this desk"):
            customer_card(self.STORY.desk, self.STORY.events, "k9")
        with pytest.raises(MissingRow):
            customer_card(self.STORY.desk, self.STORY.events[-1:], "k1")


def test_agent():
    """An inbox shows whether its agent is there, and how much they hold."""
    joins = AddAgent(SYSTEM, at(0), "zoe", "Zoe", frozenset({Permission.REPLY}), frozenset({"general"}))
    desk = given(joins, GoAvailable("zoe", at(0), "zoe"), *chat(1, 0, "zoe")).desk
    row = inbox(desk, "zoe", at(5)).agent
    assert (True, 1, timedelta(seconds=3)) == (row.available, row.contacts, at(5) - row.given_at)
