"""Bounces: a message of ours turns out never to have reached the customer (§3)."""

import pytest

from casecore.policies import Policy
from casecore.projections.inbox import inbox
from casecore.rooms.arrivals import CaseReopened, ReceiveMessage
from casecore.rooms.assignments import CaseQueued, LeaveCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.bounces import DeliveryFailed, MessageBounced
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import ClockName, ClockState, first_response, solution
from casecore.rooms.contacts import EndContact
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence
from casecore.rooms.sla import ClockJudged, RecordMiss, ResponseUndone, SolutionUndone
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, we_write

FAILED = DeliveryFailed("system", at(60), "c1", "r-c1", "Mailbox full")
WAITS_AGAIN = MessageBounced("system", at(60), "c1", "t-c1", "r-c1", "Mailbox full", T0)
NOT_ALONE = MessageBounced("system", at(60), "c1", "t-c1", "r-c1", "Mailbox full")


def replied(status="pending", *then, channel="messaging"):
    """A case with one reply (`r-c1`), sent with this status, and what happened then."""
    return given(case_in(status, channel=channel), *then)


def after_reopening(reading):
    """The default SOP, but for what reopening does to ST."""
    return Policy.loads(f'[queues.general]\nfallback = true\n[sla]\nafter_reopening = "{reading}"')


def case_of(outcome):
    """The case after it."""
    return outcome.desk.cases["c1"].case


class TestWaitingAgain:
    """It was the only answer: the customer waits again."""

    @pytest.mark.parametrize("status", ["pending", "escalated", "resolved"])
    def test_held(self, status):
        """The case is open again and stays with its agent; the customer has waited since they wrote."""
        outcome = replied(status).when(FAILED)
        undone = (SolutionUndone,) if status == "resolved" else ()
        outcome.then(
            WAITS_AGAIN, CaseReopened("system", at(60), "c1", Status(status), failed="r-c1"), ResponseUndone, *undone
        )
        case = case_of(outcome)
        assert ("open", "ana", T0, ()) == (case.status, case.assignee, case.unanswered_since, case.answers)

    def test_held_by_nobody(self):
        """It goes where a reopened case goes."""
        story = replied("resolved", LeaveCase("ana", at(10), "c1"), Dispose("ana", at(10), "c1", "solved", "Fine"))
        outcome = story.when(FAILED)
        assert CaseQueued("system", at(60), "c1", "general", at(60)) in outcome.events
        assert ("open", None, at(60)) == (
            case_of(outcome).status,
            case_of(outcome).assignee,
            case_of(outcome).waiting_since,
        )

    def test_open_already(self):
        """Whoever set it open meanwhile finds the customer waiting; nothing is reopened."""
        outcome = replied("pending", SetStatus("ana", at(10), "c1", Status.OPEN)).when(FAILED)
        outcome.then(WAITS_AGAIN, ResponseUndone)
        assert T0 == case_of(outcome).unanswered_since

    def test_silence_is_none(self):
        """There is no silence while somebody waits for an answer."""
        story = replied("pending", AskPresence("ana", at(30), "c1", "q1"), FAILED, channel="chat")
        contact = story.desk.cases["c1"].contact
        assert (None, None, 0) == (contact.silence_since, contact.asked_at, contact.attempts)

    def test_both_answers_fail(self):
        """The last of several does it."""
        story = replied("pending", SendReply("ana", at(10), "c1", "m8", "Again"))
        outcome = story.when(FAILED)
        outcome.then(NOT_ALONE, CaseReopened, ResponseUndone)
        assert None is case_of(outcome).unanswered_since
        second = outcome.and_when(DeliveryFailed("system", at(70), "c1", "m8"))
        second.then(MessageBounced("system", at(70), "c1", "t-c1", "m8", "", T0), ResponseUndone)

    def test_resolved_by_hand_after_it(self):
        """That is an answer, too; the case is open all the same, so that somebody looks."""
        outcome = replied("pending", SetStatus("ana", at(10), "c1", Status.RESOLVED)).when(FAILED)
        assert ("open", None) == (case_of(outcome).status, case_of(outcome).unanswered_since)

    def test_of_an_earlier_question(self):
        """A later message of the customer is answered by what answered it, and by nothing earlier."""
        later = ReceiveMessage("customer", at(20), "t-c1", "m2", "And?")
        story = replied("pending", later, SendReply("ana", at(30), "c1", "m8", "Yes"))
        assert None is case_of(story.when(FAILED)).unanswered_since
        assert at(20) == case_of(story.when(DeliveryFailed("system", at(60), "c1", "m8"))).unanswered_since

    def test_told_twice(self):
        """A provider that says so again changes nothing."""
        replied("pending", FAILED).when(FAILED).then()

    def test_what_we_wrote_first(self):
        """Nobody asked: the case is open, and nobody waits."""
        story = given(we_write(channel="email"))
        outcome = story.when(DeliveryFailed("system", at(60), "c1", "r-c1")).then(MessageBounced, CaseReopened)
        assert ("open", None) == (case_of(outcome).status, case_of(outcome).unanswered_since)

    def test_question_that_never_arrived(self):
        """The question whether somebody is there answers nothing, and the case is open."""
        story = replied("pending", AskPresence("ana", at(30), "c1", "q1"), channel="chat")
        outcome = story.when(DeliveryFailed("system", at(60), "c1", "q1")).then(MessageBounced, CaseReopened)
        assert None is case_of(outcome).unanswered_since


def asks(when, message):
    """Maria writes once more."""
    return ReceiveMessage("customer", when, "t-c1", message, "And?")


def answers(when, message):
    """Ana replies once more."""
    return SendReply("ana", when, "c1", message, "Yes")


def failed(when, message):
    """The provider says that a message of ours never arrived."""
    return DeliveryFailed("system", when, "c1", message)


class TestWroteAgainSince:
    """The customer has written another thing before the bounce comes."""

    def test_has_waited_since_the_first_question(self):
        """Regression: who wrote again an hour later was told to have waited since then."""
        outcome = replied("pending", asks(at(40), "m2")).when(FAILED)
        outcome.then(WAITS_AGAIN, ResponseUndone)
        case = case_of(outcome)
        assert (T0, T0, (), None, frozenset()) == (
            case.unanswered_since,
            case.asked_since,
            case.answers,
            case.asked_before,
            case.answers_before,
        )

    def test_had_another_answer(self):
        """One of two answers fails: the first question has its answer, and only the last one waits."""
        story = replied("pending", answers(at(10), "m8"), asks(at(40), "m2"))
        outcome = story.when(FAILED).then(NOT_ALONE, ResponseUndone, ClockJudged)
        assert at(40) == case_of(outcome).unanswered_since
        both = outcome.and_when(failed(at(70), "m8"))
        assert T0 == case_of(both).unanswered_since

    def test_was_resolved_by_hand(self):
        """That is an answer, which cannot bounce."""
        story = replied("pending", SetStatus("ana", at(10), "c1", Status.RESOLVED), asks(at(40), "m2"))
        assert at(40) == case_of(story.when(FAILED)).unanswered_since

    def test_answered_since(self):
        """What answered the last question answered the first; if that fails too, the first has waited all the time."""
        story = replied("pending", asks(at(20), "m2"), answers(at(30), "m8"), FAILED)
        assert None is story.desk.cases["c1"].case.unanswered_since
        assert T0 == case_of(story.when(failed(at(70), "m8"))).unanswered_since
        other_way = replied("pending", asks(at(20), "m2"), answers(at(30), "m8"), failed(at(60), "m8"))
        assert at(20) == other_way.desk.cases["c1"].case.unanswered_since
        assert T0 == case_of(other_way.when(failed(at(70), "r-c1"))).unanswered_since

    def test_asks_a_third_time(self):
        """Of three questions the second loses its answer: it waits again, and the first does not."""
        story = replied("pending", asks(at(20), "m2"), answers(at(30), "m8"), asks(at(40), "m3"))
        assert at(20) == case_of(story.when(failed(at(60), "m8"))).unanswered_since

    def test_never_earlier_than_what_failed(self):
        """A message that answered nothing of it, or that failed before, changes nothing."""
        story = replied("pending", FAILED, asks(at(70), "m2"), answers(at(80), "m8"), asks(at(90), "m3"))
        assert at(90) == case_of(story.when(failed(at(100), "r-c1"))).unanswered_since
        assert T0 == case_of(story.when(failed(at(100), "m8"))).unanswered_since

    def test_closed_since(self):
        """Nobody waits on a closed case."""
        story = replied("pending", asks(at(20), "m2"), CloseCase("dora", at(30), "c1", CloseReason.SPAM))
        assert None is case_of(story.when(FAILED).then(NOT_ALONE)).unanswered_since

    def test_inbox_tells_it(self):
        """Whoever looks at their inbox sees since when."""
        story = replied("pending", asks(at(40), "m2"), FAILED)
        (held,) = inbox(story.desk, "ana", at(61)).cases
        assert T0 == held.unanswered_since


class TestClocks:
    """What the reply had met is taken back."""

    def frt(self, story, when):
        """The first response then."""
        return first_response(story.desk.view_of("c1"), story.desk.policy, when)

    def test_first_response(self):
        """Regression: a reply that bounced had met the first response for ever."""
        story = replied("pending", FAILED)
        assert (ClockState.RUNNING, at(hours=1)) == (self.frt(story, at(90)).state, self.frt(story, at(90)).due)
        again = story.and_given(SendReply("ana", at(hours=2), "c1", "m8", "Again"))
        assert (ClockState.MISSED, 7200.0) == (
            self.frt(again, at(hours=9)).state,
            self.frt(again, at(hours=9)).elapsed.total_seconds(),
        )

    def test_the_next_reply_counts(self):
        """Where another reply was sent it counts, by what was promised then."""
        story = replied("pending", SendReply("ana", at(40), "c1", "m8", "Again"), FAILED)
        judged = ClockJudged("system", at(60), "c1", ClockName.FIRST_RESPONSE, ClockState.MET, 3600.0, 40.0)
        assert [ResponseUndone("system", at(60), "c1", at(40)), judged] == [
            event for event in story.events if isinstance(event, ResponseUndone) or event == judged
        ]

    def test_missed_stays_missed(self):
        """A late reply that never arrived was late."""
        story = given(
            case_in("open", channel="messaging"), RecordMiss("system", at(hours=1), "c1", ClockName.FIRST_RESPONSE)
        )
        late = story.and_given(
            SendReply("ana", at(hours=2), "c1", "m8", "Hi"), DeliveryFailed("system", at(hours=3), "c1", "m8")
        )
        assert (ClockState.MISSED, 4.0) == (
            self.frt(late, at(hours=4)).state,
            self.frt(late, at(hours=4)).elapsed.total_seconds() / 3600,
        )

    def test_a_later_reply(self):
        """One that was not the first takes nothing back."""
        story = replied("pending", SendReply("ana", at(40), "c1", "m8", "Again"))
        story.when(DeliveryFailed("system", at(60), "c1", "m8")).then(MessageBounced, CaseReopened)

    @pytest.mark.parametrize("reading", ["runs_on", "leaves_out", "starts_again", "first_solution_stands"])
    def test_solution(self, reading):
        """Whatever reopening does: a solution that never arrived was none, and the clock runs as if it had not been."""
        story = given(case_in("resolved", channel="messaging"), FAILED, policy=after_reopening(reading))
        clock = solution(story.desk.view_of("c1"), story.desk.policy, at(120))
        assert (ClockState.RUNNING, 120.0, at(hours=24)) == (clock.state, clock.elapsed.total_seconds(), clock.due)

    def test_solved_by_hand(self):
        """What was resolved by hand is reopened like any other."""
        story = given(
            case_in("pending", channel="messaging"),
            SetStatus("ana", at(10), "c1", Status.RESOLVED),
            FAILED,
            policy=after_reopening("first_solution_stands"),
        )
        assert ClockState.MET is solution(story.desk.view_of("c1"), story.desk.policy, at(120)).state


class TestClosed:
    """On a closed case it is noted, and changes nothing."""

    def test_noted(self):
        """No clock, no status, nobody waits."""
        story = replied(
            "pending",
            EndContact("ana", at(10), "c1"),
            Dispose("ana", at(10), "c1", "solved", "Fine"),
            CloseCase("ana", at(10), "c1"),
        )
        outcome = story.when(FAILED).then(NOT_ALONE)
        assert story.desk.cases["c1"].case == case_of(outcome)
        frt = first_response(outcome.desk.view_of("c1"), outcome.desk.policy, at(90))
        assert ClockState.MET is frt.state
        assert outcome.desk.messages["t-c1/r-c1"].failed


class TestWho:
    """Who may say so, and of what."""

    @pytest.mark.parametrize("message", ["m-c1", "m9"])
    def test_no_message_of_ours(self, message):
        """Neither the customer's nor one that there is not."""
        replied().when(DeliveryFailed("system", at(60), "c1", message)).refused("message.known")

    def test_customer_and_others(self):
        """The system, whoever holds the case, or a supervisor."""
        said = DeliveryFailed("ana", at(60), "c1", "r-c1")
        assert replied().when(said).verdict
        replied().when(DeliveryFailed("cleo", at(60), "c1", "r-c1")).refused("assignment.holder")
        replied().when(DeliveryFailed("customer", at(60), "c1", "r-c1")).refused("actor.role")
        replied().when(DeliveryFailed("system", at(60), "c9", "r-c1")).refused("case.known")

    def test_of_a_closed_case(self):
        """Regression: whoever did not hold it was told to open a case that is closed."""
        story = given(case_in("closed", channel="sms"))
        refused = story.when(DeliveryFailed("ana", at(60), "c1", "m-c1")).refused("message.known")
        assert "sent on this case" in str(refused.verdict)
        story = replied("pending", CloseCase("ana", at(10), "c1"))
        refused = story.when(DeliveryFailed("ana", at(60), "c1", "r-c1")).refused("assignment.holder")
        assert "it is closed -> let the system or a supervisor do it" in str(refused.verdict)

    def test_authentication_is_not_asked(self):
        """Nothing is resolved by it."""
        story = given(case_in("open"), Authenticate("ana", at(1), "c1"), SendReply("ana", at(2), "c1", "m8", "Hi"))
        assert story.when(DeliveryFailed("system", at(60), "c1", "m8")).verdict
