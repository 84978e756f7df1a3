"""Silence: when an agent may end a chat whose customer does not answer (§6)."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from casecore.policies import Policy
from casecore.rooms.agents import AgentWrapsUp
from casecore.rooms.approvals import SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseReleased, OpenCase, Release
from casecore.rooms.cases import SetStatus
from casecore.rooms.contacts import ContactEnded, EndContact
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import (
    COUNTED_ATTEMPTS,
    AskPresence,
    ChatDisconnected,
    DisconnectIdle,
    PresenceAsked,
    closing_message,
)
from casecore.rooms.sla import SolutionReached
from casecore.rooms.threads import Message, RecordCustomer
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

ASK = AskPresence("ana", at(30), "c1", "q1")
QUEUE = "[queues.general]\nfallback = true\n"
FROM_QUESTION = Policy.loads(QUEUE + '[chat.idle]\ncounts_from = "question"')
WHEN_SILENT = "the agent may end the silent chat"


def idle(**keys):
    """The SOP, but for these keys of `chat.idle`."""
    values = "\n".join(f"{name} = {value!r}" for name, value in keys.items())
    return Policy.loads(f"{QUEUE}[chat.idle]\n{values}")


def disconnect(seconds=0, *, by="ana", **when):
    """The agent disconnects, so long after the start."""
    return DisconnectIdle(by, at(seconds, **when), "c1", "bye")


def answered(*then, policy=None, **fields):
    """A chat that ana answered at 9:00:00; since then the customer has been silent."""
    return given(case_in("pending", **fields), then, policy=policy)


def contact_of(outcome):
    """The contact that goes on after it."""
    return outcome.desk.cases["c1"].contact


def silence_ends(desk):
    """When the agent may end the chat; None while nothing runs."""
    return next((due.at for due in desk.due(case="c1") if due.what == WHEN_SILENT), None)


class TestAsking:
    """Are you there?"""

    def test_asked(self):
        """A message of its own: no status changes, no approval is needed, and it counts."""
        outcome = answered().when(ASK).then(PresenceAsked("ana", at(30), "c1", "q1", "Are you still there?", "t-c1"))
        contact = contact_of(outcome)
        assert (1, at(30), T0) == (contact.attempts, contact.asked_at, contact.silence_since)
        assert Message("q1", "c1", "ana", thread="t-c1") == outcome.desk.messages["t-c1/q1"]
        case = outcome.desk.cases["c1"].case
        assert (Status.PENDING, T0) == (case.status, case.status_at)

    def test_any_wording(self):
        """The agent's own words count as well."""
        outcome = answered().when(attrs.evolve(ASK, text="Olá?"))
        assert "Olá?" == outcome.events[0].text
        assert 1 == contact_of(outcome).attempts

    def test_no_wording(self):
        """Regression: where the policy offers none, an empty question was sent, and counted."""
        story = answered(policy=idle(questions=[]))
        story.when(attrs.evolve(ASK, text=" \u3164")).refused("reply.content").and_when(ASK).refused("reply.content")
        assert 1 == contact_of(story.when(attrs.evolve(ASK, text="Hello?"))).attempts

    def test_without_the_permission_to_reply(self):
        """Ben may not reply directly; asking needs no approval."""
        story = given(case_in("open", agent="ben"))
        story.when(attrs.evolve(ASK, by="ben")).then(PresenceAsked)

    def test_counted_to_ten(self):
        """More is not counted: no policy asks for more."""
        asks = [AskPresence("ana", at(number), "c1", f"q{number}") for number in range(1, 13)]
        assert COUNTED_ATTEMPTS == contact_of(answered(asks)).attempts

    @pytest.mark.parametrize("command", [ASK, disconnect(minutes=2)], ids=["ask", "disconnect"])
    def test_needs(self, command):
        """An agent, a contact, a chat, an id of its own."""
        answered().when(attrs.evolve(command, by="customer")).refused("actor.role")
        answered().when(attrs.evolve(command, by="system")).refused("actor.role")
        given(new_case()).when(command).refused("contact.edge")
        elsewhere = given(case_in("pending", channel="messaging")).when(command).refused("idle.chat")
        assert "[idle.chat] case c1 is on messaging -> this is for chats; reply, or end the contact" == str(
            elsewhere.verdict
        )
        answered().when(attrs.evolve(command, message="m-c1")).refused("message.fresh")

    def test_by_somebody_else(self):
        """The assignee or a supervisor."""
        answered().when(attrs.evolve(ASK, by="cleo")).refused("assignment.holder")
        answered().when(attrs.evolve(ASK, by="dora")).then(PresenceAsked)


class TestSilence:
    """Where silence starts, and when there is none."""

    def test_from_the_reply(self):
        """From the agent's last reply."""
        story = answered(SendReply("ana", at(50), "c1", "m9", "And also…"))
        assert at(50) == contact_of(story).silence_since

    def test_not_from_an_attempt(self):
        """A question is no reply: it does not start the silence anew."""
        assert T0 == contact_of(answered(ASK)).silence_since

    def test_from_the_acceptance(self):
        """Where the customer had been answered before, from the acceptance."""
        story = answered(
            EndContact("dora", at(10), "c1"),
            Dispose("ana", at(11), "c1", "follow_up", "Gone"),
            OpenCase("ana", at(40), "c1"),
        )
        assert at(40) == contact_of(story).silence_since
        assert at(160) == silence_ends(story.desk)

    def test_none_while_the_customer_waits(self):
        """Who waits for an answer is not silent, however long; the refusal says what to do."""
        story = given(case_in("open"), ASK)
        assert None is silence_ends(story.desk)
        outcome = story.when(disconnect(hours=2)).refused("idle.silence")
        assert ("[idle.silence] case c1: the customer waits for an answer; there is no silence -> answer first") == str(
            outcome.verdict
        )
        assert {"seconds": 0.0, "limit": 120.0, "seconds_to_go": None} == outcome.verdict.reasons[0].facts

    def test_status_by_hand_is_no_answer(self):
        """Setting it pending answers nobody."""
        story = given(case_in("open"), SetStatus("ana", at(1), "c1", Status.PENDING), ASK)
        story.when(disconnect(hours=2)).refused("idle.silence")

    def test_customer_writes(self):
        """That ends the silence and forgets the attempts."""
        story = answered(ASK, ReceiveMessage("customer", at(119), "t-c1", "m2", "Here!"))
        contact = contact_of(story)
        assert (None, None, 0) == (contact.silence_since, contact.asked_at, contact.attempts)
        story.when(disconnect(minutes=2)).refused("idle.asked", "idle.silence")

    def test_machines_do_not_speak(self):
        """An auto-reply is no sign of life."""
        story = answered(ASK, ReceiveMessage("customer", at(60), "t-c1", "m2", "Away", auto_generated=True))
        assert story.when(disconnect(minutes=2)).verdict

    def test_reply_forgets_the_attempts(self):
        """They belong to one silence."""
        story = answered(ASK, SendReply("ana", at(60), "c1", "m9", "Take your time"))
        (asked,) = story.when(disconnect(minutes=3)).refused("idle.asked").verdict.reasons
        assert {"attempts": 0, "needed": 1} == asked.facts


class TestDisconnecting:
    """At exactly two minutes and after, the agent may end the chat."""

    @pytest.mark.parametrize("seconds", [120, 121, 7200])
    def test_disconnected(self, seconds):
        """The closing message is sent as resolved and the contact ends."""
        outcome = answered(ASK, name="Maria").when(disconnect(seconds))
        said = "Thank you for contacting us, Maria. As we have not heard from you, we end this chat now."
        outcome.then(
            ChatDisconnected("ana", at(seconds), "c1", "bye", said, "t-c1"),
            CaseReleased("ana", at(seconds), "c1", "ana", Release.SILENCE),
            SolutionReached,
            ContactEnded,
            WrapUpOwed,
            AgentWrapsUp,
        )
        case = outcome.desk.cases["c1"].case
        assert (Status.RESOLVED, at(seconds), None, None) == (
            case.status,
            case.status_at,
            case.assignee,
            case.waiting_since,
        )
        assert Message("bye", "c1", "ana", thread="t-c1") == outcome.desk.messages["t-c1/bye"]

    def test_a_second_early(self):
        """1:59 is too early; what was measured, the limit, and the seconds to go."""
        (reason,) = answered(ASK).when(disconnect(119)).refused("idle.silence").verdict.reasons
        assert "[idle.silence] case c1: silence of 1m59s of 2m -> wait 1s more" == str(reason)
        assert {"seconds": 119.0, "limit": 120.0, "seconds_to_go": 1.0} == reason.facts

    def test_part_of_a_second_early(self):
        """Regression: the time to wait was rounded down, to "wait 0s more"."""
        (reason,) = answered(ASK).when(disconnect(119.75)).refused("idle.silence").verdict.reasons
        assert ("wait 1s more", 0.25) == (reason.remedy, reason.facts["seconds_to_go"])

    def test_not_asked(self):
        """Asked first, as often as the policy says."""
        (reason,) = answered().when(disconnect(minutes=2)).refused("idle.asked").verdict.reasons
        assert (
            "[idle.asked] case c1: the customer has been asked 0 of 1 times -> ask whether they are still there"
        ) == str(reason)
        twice = answered(ASK, policy=idle(ask_first=2))
        twice.when(disconnect(minutes=2)).refused("idle.asked")
        assert twice.and_given(AskPresence("ana", at(60), "c1", "q2")).when(disconnect(minutes=2)).verdict

    def test_every_reason(self):
        """Not asked, and too early, are told together."""
        answered().when(disconnect(60)).refused("idle.asked", "idle.silence")

    def test_asking_may_be_waived(self):
        """A policy may let time alone decide, whichever reading it has."""
        for reading in ("silence", "question"):
            story = answered(policy=idle(ask_first=0, counts_from=reading))
            story.when(disconnect(119)).refused("idle.silence")
            assert story.when(disconnect(120)).verdict
            assert at(120) == silence_ends(story.desk)

    def test_length_of_the_policy(self):
        """Five minutes."""
        story = answered(ASK, policy=idle(silence="5m"))
        story.when(disconnect(minutes=2)).refused("idle.silence")
        assert story.when(disconnect(minutes=5)).verdict

    def test_customer_writes_at_the_last_moment(self):
        """A message of the same instant counts, if it came first."""
        story = answered(ASK, ReceiveMessage("customer", at(120), "t-c1", "m2"))
        story.when(disconnect(120)).refused("idle.asked", "idle.silence")

    def test_needs_no_approval(self):
        """Ben may not reply directly; the closing message is not his."""
        story = given(
            case_in("open", agent="ben"),
            SendReply("dora", at(1), "c1", "m9", "Hello"),
            attrs.evolve(ASK, by="ben"),
        )
        assert story.when(disconnect(minutes=3, by="ben")).verdict

    def test_waiting_draft(self):
        """A waiting draft is decided or withdrawn first: nothing is resolved past its reviewer."""
        story = answered(SubmitDraft("ana", at(1), "c1", "d1", "Hello"), ASK)
        outcome = story.when(disconnect(minutes=2)).refused("approval.blocks_resolve")
        assert "draft d1 waits on case c1" == outcome.verdict.reasons[0].message
        assert story.and_given(WithdrawDraft("ana", at(60), "c1", "d1")).when(disconnect(minutes=2)).verdict

    def test_by_somebody_else(self):
        """The assignee or a supervisor."""
        answered(ASK).when(disconnect(minutes=2, by="cleo")).refused("assignment.holder")
        assert answered(ASK).when(disconnect(minutes=2, by="dora")).verdict

    @pytest.mark.parametrize("status", ["pending", "escalated", "resolved"])
    def test_from_every_status(self, status):
        """Wherever the reply left it."""
        assert "resolved" == given(case_in(status), ASK).when(disconnect(minutes=2)).desk.status("c1")

    def test_at_the_end_of_the_calendar(self):
        """A silence that would last beyond the year 9999 ends nowhere, and nothing is raised."""
        last = datetime.max.replace(tzinfo=UTC) - timedelta(seconds=30)
        story = given(case_in("pending", at=last), AskPresence("ana", last, "c1", "q1"))
        assert None is silence_ends(story.desk)


class TestCountsFrom:
    """The two readings of "two minutes"."""

    def test_from_silence(self):
        """From the silence: asking late costs no time."""
        story = answered(AskPresence("ana", at(119), "c1", "q1"))
        assert at(120) == silence_ends(story.desk)
        assert story.when(disconnect(120)).verdict

    def test_from_question(self):
        """From the question: exactly two minutes after the last one."""
        story = answered(ASK, policy=FROM_QUESTION)
        assert at(150) == silence_ends(story.desk)
        (reason,) = story.when(disconnect(149)).refused("idle.silence").verdict.reasons
        assert "[idle.silence] case c1: silence of 1m59s of 2m -> wait 1s more" == str(reason)
        assert story.when(disconnect(150)).verdict

    def test_last_question(self):
        """Asked again, it counts again."""
        story = answered(ASK, AskPresence("ana", at(100), "c1", "q2"), policy=FROM_QUESTION)
        assert at(220) == silence_ends(story.desk)

    def test_not_asked_yet(self):
        """Regression: where asking was not enforced, a chat could be ended without any silence at all."""
        story = answered(policy=FROM_QUESTION)
        assert None is silence_ends(story.desk)
        story.when(disconnect(hours=1)).refused("idle.asked", "idle.silence")
        soft = Policy.loads(QUEUE + '[chat.idle]\ncounts_from = "question"\n[enforcement]\n"idle.asked" = "off"')
        outcome = answered(policy=soft).when(disconnect(1)).refused("idle.silence")
        assert "[idle.silence] case c1: the silence counts from the question -> ask first" == str(outcome.verdict)

    def test_asked_while_the_customer_waits(self):
        """A question is no answer: nothing runs."""
        assert None is silence_ends(given(case_in("open"), ASK, policy=FROM_QUESTION).desk)


class TestClosingMessage:
    """It contains the customer's name, with a fallback wording where it is not known."""

    def test_named(self):
        """As the policy words it."""
        story = answered(name="Maria", policy=idle(closing="Adeus, {customer}! {customer}!"))
        assert "Adeus, Maria! Maria!" == closing_message(story.desk.view_of("c1"), story.desk.policy)

    @pytest.mark.parametrize("name", [None, ""])
    def test_unnamed(self, name):
        """No blank is ever sent."""
        outcome = answered(ASK, name=name).when(disconnect(minutes=2))
        assert ("Thank you for contacting us. As we have not heard from you, we end this chat now.") == outcome.events[
            0
        ].text

    def test_named_later(self):
        """The name that is known now; braces in it are no blanks."""
        story = answered(RecordCustomer("ana", at(1), "maria", "{customer}"), ASK)
        said = story.when(disconnect(minutes=2)).events[0].text
        assert said.startswith("Thank you for contacting us, {customer}. ")


class TestDue:
    """A host needs one timer."""

    @pytest.mark.parametrize("channel", ["voice", "email", "messaging"])
    def test_chats_only(self, channel):
        """Nowhere else does anything run."""
        assert None is silence_ends(given(case_in("pending", channel=channel)).desk)
        policy = FROM_QUESTION
        assert None is silence_ends(given(case_in("pending", channel=channel), policy=policy).desk)

    def test_a_right_not_a_command(self):
        """The agent may, and need not: nothing is given by itself."""
        (due,) = (due for due in answered().desk.due() if due.what == WHEN_SILENT)
        assert (at(120), "chat.idle.silence", None) == (due.at, due.key, due.command)
