"""Accepted and never answered: the case goes back, and its customer first (§3)."""

import attrs
import pytest

from casecore.desk import Due
from casecore.policies import Policy
from casecore.projections.history import history
from casecore.projections.inbox import inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.promises import watch
from casecore.rooms.agents import AgentUnavailable, LogOut
from casecore.rooms.approvals import DraftRefused, RefuseDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseQueued, CaseReleased, LeaveCase, OpenCase, Release
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import SetStatus, StatusSet
from casecore.rooms.contacts import ContactEnded, EndContact
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence
from casecore.rooms.wrap_ups import Dispose
from casecore.routing import next_offer
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case, we_write

SOP = attrs.evolve(Policy.loads("routing.answer_within = '5m'"), queues=Policy.default().queues)
TAKEN, FIVE = at(30), at(30, minutes=5)
ACCEPTED = (OfferWork("system", at(20), "c1", "ana"), AcceptOffer("ana", TAKEN, "c1"))
LAPSES = EndUnanswered("system", FIVE, "c1")
AGAIN = ReceiveMessage("customer", at(minutes=3), "t-c1", "m2", "Are you there?")


def taken(*then, channel="chat", policy=SOP):
    """A case that ana accepted half a minute after it came, and what happened then."""
    return given(new_case(channel=channel), ACCEPTED, then, policy=policy)


def lapses_at(story):
    """When it lapses; nothing where it does not."""
    return [due.at for due in story.desk.due(case="c1") if due.key == "routing.answer_within"]


class TestLapsing:
    """Somebody accepts every chat, and goes for a coffee."""

    def test_a_chat(self):
        """It goes back, its customer is cut off and served first, and nothing is to be disposed."""
        outcome = (
            taken()
            .when(LAPSES)
            .then(
                CaseReleased("system", FIVE, "c1", "ana", Release.UNANSWERED),
                CaseQueued("system", FIVE, "c1", "general", T0, cut_off_at=FIVE),
                lambda event: isinstance(event, ContactEnded) and event.because == "unanswered",
            )
        )
        agent, case = outcome.desk.agents["ana"], outcome.desk.cases["c1"].case
        assert ("available", {}, 0, {}) == (agent.presence, agent.held, agent.wrap_ups, dict(outcome.desk.wrap_ups))
        assert (None, "ana", "open") == (case.assignee, case.owner, case.status)

    def test_asked_last(self):
        """The next is somebody else, and ana once everybody else is gone."""
        story = taken(LAPSES)
        assert "ben" == next_offer(story.desk, at(minutes=6)).agent
        alone = story.and_given(*(LogOut(agent, at(minutes=6), agent) for agent in ("ben", "cleo", "dora")))
        assert "ana" == next_offer(alone.desk, at(minutes=7)).agent

    def test_first_in_the_queue(self):
        """Before one that has waited as long."""
        other = new_case("c2", customer="rui")
        story = given(other, new_case(), ACCEPTED, LAPSES, policy=SOP)
        assert "c1" == next_offer(story.desk, at(minutes=6)).case

    def test_an_email(self):
        """Nobody is on the line: it waits on in its turn, since it came."""
        outcome = taken(channel="email").when(LAPSES)
        outcome.then(CaseReleased, CaseQueued("system", FIVE, "c1", "general", T0), ContactEnded)
        assert 0 == outcome.desk.agents["ana"].wrap_ups

    def test_set_pending_without_an_answer(self):
        """A live case is open again, so that it is offered."""
        taken(SetStatus("ana", at(60), "c1", Status.PENDING)).when(LAPSES).then(
            CaseReleased, CaseQueued, ContactEnded, StatusSet("system", FIVE, "c1", Status.OPEN)
        )

    def test_next_state(self):
        """Whoever wanted lunch has it, as this was the last they held."""
        outcome = taken(SetNextState("ana", at(60), "ana", "lunch")).when(LAPSES)
        outcome.then(CaseReleased, CaseQueued, ContactEnded, AgentUnavailable("system", FIVE, "ana", "lunch"))

    def test_what_is_owed_besides_stays(self):
        """Another contact is disposed as ever, and until then they wrap up."""
        other = (case_in("open", "c2", channel="sms", at=at(10)), EndContact("dora", at(40), "c2"))
        story = given(new_case(), other[0], ACCEPTED, other[1], LAPSES, policy=SOP)
        assert ("wrapping_up", 1) == (story.desk.agents["ana"].presence, story.desk.agents["ana"].wrap_ups)
        done = story.and_given(Dispose("ana", at(minutes=6), "c2", "solved", "Fine"))
        assert "available" == done.desk.agents["ana"].presence

    def test_authentication_is_forgotten(self):
        """The next contact begins anew."""
        story = taken(LAPSES, OfferWork("system", at(minutes=6), "c1", "ben"), AcceptOffer("ben", at(minutes=6), "c1"))
        assert ("ben", False) == (
            story.desk.cases["c1"].contact.agent,
            story.desk.cases["c1"].contact.authenticated,
        )


class TestInTime:
    """Whoever answers keeps it."""

    def test_due(self):
        """It is in `due`, with its command, and refused a second before, with the second to go."""
        dues = [due for due in taken().desk.due(case="c1") if due.key == "routing.answer_within"]
        assert [Due(FIVE, "the contact ends unanswered", "routing.answer_within", "c1", LAPSES)] == dues
        early = taken().when(EndUnanswered("system", at(29, minutes=5), "c1")).refused("routing.answer_within")
        assert 1.0 == early.verdict.reasons[0].facts["seconds_to_go"]
        taken().when(EndUnanswered("dora", FIVE, "c1")).refused("actor.role")

    def test_off_by_default(self):
        """Where the policy says nothing they have all the time."""
        story = taken(policy=Policy.default())
        assert [] == lapses_at(story)
        (reason,) = story.when(LAPSES).refused("routing.answer_within").verdict.reasons
        assert "the policy gives ana all the time to answer case c1" == reason.message

    @pytest.mark.parametrize(
        "answer",
        [
            SendReply("ana", at(60), "c1", "r1", "Hello"),
            SendReply("dora", at(60), "c1", "r1", "Hello"),
            SubmitDraft("ana", at(60), "c1", "d1", "Hello"),
        ],
        ids=["a reply", "a supervisor's", "a draft"],
    )
    def test_answered(self, answer):
        """A reply, whoever sent it, or one that waits for approval; nothing that is asked later lapses."""
        story = taken(answer, AGAIN)
        assert [] == lapses_at(story)
        (reason,) = story.when(LAPSES).refused("answer.owed").verdict.reasons
        assert "case c1: ana has answered in this contact" == reason.message

    def test_a_refused_draft(self):
        """Its author did something; the reviewer sends it back to them, not to the queue."""
        draft = SubmitDraft("ana", at(60), "c1", "d1", "Hello")
        story = taken(draft, RefuseDraft("cleo", at(90), "c1", "d1", "Not like this"))
        assert (True, []) == (any(isinstance(event, DraftRefused) for event in story.events), lapses_at(story))

    def test_no_answer(self):
        """Asking whether somebody is there, and setting the case pending, answers nothing."""
        asked = AskPresence("ana", at(60), "c1", "q1", "Are you there?")
        assert [FIVE] == lapses_at(taken(asked, SetStatus("ana", at(90), "c1", Status.PENDING)))

    def test_we_wrote_first(self):
        """Whoever starts a case has written; what the customer answers is for the service clocks."""
        story = given(we_write(channel="sms"), attrs.evolve(AGAIN, thread="t-c1"), policy=SOP)
        assert [] == lapses_at(story)

    def test_resolved(self):
        """Set resolved by hand nobody waits; the customer who writes again counts anew."""
        opened = OpenCase("ana", at(50), "c1")
        story = taken(opened, SetStatus("ana", at(60), "c1", Status.RESOLVED), channel="email")
        assert [] == lapses_at(story)
        (reason,) = story.when(LAPSES).refused("answer.owed").verdict.reasons
        assert "case c1: its customer waits for no answer" == reason.message
        assert [at(minutes=8)] == lapses_at(story.and_given(AGAIN))

    def test_taken_where_nobody_waits(self):
        """The time counts from the message that comes later."""
        answered = given(case_in("pending", agent="cleo", channel="sms"), LeaveCase("cleo", at(10), "c1"), policy=SOP)
        opened = answered.and_given(OpenCase("ana", TAKEN, "c1"))
        assert [] == lapses_at(opened)
        assert [at(minutes=8)] == lapses_at(opened.and_given(AGAIN))

    def test_a_second_message(self):
        """It does not give more time."""
        assert [FIVE] == lapses_at(taken(AGAIN))

    def test_checked_again(self):
        """Somebody gave it up meanwhile: nothing is left to end."""
        story = taken(LeaveCase("ana", at(60), "c1"), channel="email")
        (reason,) = story.when(LAPSES).refused("answer.owed").verdict.reasons
        assert "case c1: no contact goes on" == reason.message


class TestLooking:
    """Where people see it."""

    def test_inbox(self):
        """By when it must be answered."""
        assert [FIVE] == [held.answer_by for held in inbox(taken().desk, "ana", at(60)).cases]
        assert [None] == [held.answer_by for held in inbox(taken(policy=Policy.default()).desk, "ana", at(60)).cases]

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", "the case left ana, who did not answer in time"),
            ("pt", "o caso deixou ana, que não respondeu a tempo"),
            ("fr", "le cas quitte ana, faute de réponse à temps"),
        ],
    )
    def test_history(self, language, expected):
        """Why it was taken from them."""
        assert expected in [line.text for line in history(taken(LAPSES).events, "c1", language)]

    def test_notification(self):
        """Whoever let it lapse is called."""
        outcome = taken().when(LAPSES)
        told = {"ana": AlertSettings(sound=[Alert.CONTACT_ENDED])}
        assert ["ana"] == [call.agent for call in notifications(outcome.events, outcome.desk, told)]


def test_whole_story_keeps_the_promises():
    """The witnesses have nothing to say of the bare events."""
    story = taken(LAPSES, OpenCase("ben", at(minutes=7), "c1"), EndContact("customer", at(minutes=8), "c1"))
    assert [] == [*watch(story.events, SOP)]


@pytest.mark.parametrize(
    ("then", "wrong"),
    [
        (
            (OpenCase("ana", at(50), "c1"), SendReply("ana", at(60), "c1", "r1", "Hello"), AGAIN),
            "case c1 ends as unanswered, which ana has answered, and nothing is disposed",
        ),
        (
            (OpenCase("ana", at(50), "c1"), SetStatus("ana", at(60), "c1", Status.RESOLVED)),
            "case c1 ends as unanswered, and its customer waits for no answer",
        ),
    ],
)
def test_nobody_gets_round_the_disposition(then, wrong):
    """Promise 13: whoever has done something says what, however the contact ends."""
    released = CaseReleased("system", FIVE, "c1", "ana", Release.UNANSWERED)
    events = [*taken(*then, channel="sms").events, released]
    assert [wrong] == [breach.what for breach in watch(events, SOP) if breach.number == "13"]
