"""Assignment: who holds a case, and where it waits when nobody does (§3)."""

import attrs
import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.rooms.agents import Agent, AgentWrapsUp, ChangeAgent, GoAvailable, Presence
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import (
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    CaseUnqueued,
    LeaveCase,
    OpenCase,
    Release,
    WorkBegun,
    agent_named,
    give_up_case,
)
from casecore.rooms.cases import CloseCase, SetStatus, StatusSet
from casecore.rooms.contacts import ContactEnded, ContactStarted
from casecore.rooms.eligibility import obstacles
from casecore.rooms.offers import AcceptOffer, OfferWork, RejectOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.sla import SolutionReached, SolutionUndone
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

WORKING = ("open", "pending", "escalated", "resolved")


def held(status):
    """A case in this status on a channel where the customer does not wait at the desk."""
    return case_in(status, channel="messaging")


GIVEN = (
    new_case(channel="messaging"),
    OfferWork("system", at(1), "c1", "ana"),
    AcceptOffer("ana", at(2), "c1"),
)
"""A new case that was offered to ana, who took it and has not opened it."""


def left(status):
    """A case in this status whose agent, ana, has left it, with nothing more to do for it."""
    return (held(status), LeaveCase("ana", at(10), "c1"), Dispose("ana", at(10), "c1", "follow_up", "Waits"))


def moved(event):
    """Whether the status changed, by hand or with a reply."""
    return isinstance(event, StatusSet | ReplySent)


def case_of(outcome):
    """The case after it."""
    return outcome.desk.cases["c1"].case


class TestOpening:
    """An agent opens a case."""

    def test_that_nobody_holds(self):
        """It is assigned to them and work begins: new becomes open, and it waits no more."""
        outcome = given(new_case()).when(OpenCase("ana", at(5), "c1"))
        outcome.then(
            CaseAssigned("ana", at(5), "c1", "ana", waiting=True), WorkBegun("ana", at(5), "c1", "ana"), ContactStarted
        )
        case = case_of(outcome)
        assert (Status.OPEN, at(5), "ana", "ana") == (case.status, case.status_at, case.assignee, case.owner)
        assert None is case.waiting_since

    @pytest.mark.parametrize("status", WORKING)
    def test_that_was_worked_on(self, status):
        """It is assigned; beginning work has no effect but on a new case."""
        outcome = given(left(status)).when(OpenCase("cleo", at(20), "c1"))
        outcome.then(CaseAssigned("cleo", at(20), "c1", "cleo", waiting=status == "open"), ContactStarted)
        assert (status, "cleo", "cleo") == (case_of(outcome).status, case_of(outcome).assignee, case_of(outcome).owner)

    @pytest.mark.parametrize("by", ["ana", "cleo", "dora", "eva"])
    @pytest.mark.parametrize("status", WORKING)
    def test_that_somebody_holds(self, status, by):
        """Reading only: no event, for its assignee, for others, and for somebody who could not take it."""
        given(GoAvailable("eva", T0, "eva"), case_in(status)).when(OpenCase(by, at(5), "c1")).then()

    def test_closed(self):
        """Reading only."""
        given(case_in("closed")).when(OpenCase("ana", at(5), "c1")).then()

    def test_new_that_was_given_to_them(self):
        """The assignee of a new case begins work by opening it; nobody else does."""
        story = given(GIVEN)
        assert "new" == story.desk.status("c1")
        story.when(OpenCase("dora", at(5), "c1")).then()
        story.when(OpenCase("ana", at(5), "c1")).then(WorkBegun("ana", at(5), "c1", "ana"))

    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, by):
        """Only an agent opens."""
        given(new_case()).when(OpenCase(by, at(5), "c1")).refused("actor.role")

    def test_unknown_case(self):
        """There is nothing to open."""
        given().when(OpenCase("ana", at(5), "c9")).refused("case.known")


FULL = {"held": {Channel.EMAIL: 6}}


def who(**fields):
    """Ana, available, serving billing, as routing and the rules see her."""
    fields = {"queues": frozenset({"billing"}), "presence": Presence.AVAILABLE, **fields}
    return Agent("ana", "Ana", **fields)


OBSTACLES_FOUND = (
    (
        {"presence": Presence.LOGGED_OUT},
        "[assignment.available] ana is logged_out -> go available first, or choose somebody who is",
    ),
    (
        {"presence": Presence.UNAVAILABLE, "reason": "lunch"},
        "[assignment.available] ana is unavailable (lunch) -> go available first, or choose somebody who is",
    ),
    (
        {"next_reason": "lunch"},
        (
            "[assignment.next_state] ana has set a next state (lunch) "
            "-> clear the next state first, or choose somebody else"
        ),
    ),
    (
        {"next_reason": ""},
        "[assignment.next_state] ana has set a next state -> clear the next state first, or choose somebody else",
    ),
    ({"wrap_ups": 1}, "[assignment.wrap_up] ana has 1 contact to dispose -> give the disposition and notes first"),
    ({"wrap_ups": 2}, "[assignment.wrap_up] ana has 2 contacts to dispose -> give the disposition and notes first"),
    (
        {"channels": frozenset({Channel.EMAIL})},
        "[assignment.channel] ana does not work on chat -> leave it to somebody who does",
    ),
    (
        {"queues": frozenset()},
        "[assignment.queue] ana does not serve the queue billing -> leave it to somebody who does",
    ),
    (
        {"held": {Channel.CHAT: 2}},
        "[capacity.channel] ana already has 2 of 2 on chat -> end or transfer one on chat first",
    ),
    (
        {"held": {Channel.CHAT: 1}, "offered": {Channel.CHAT: 1}},
        "[capacity.channel] ana already has 2 of 2 on chat -> end or transfer one on chat first",
    ),
    (
        FULL,
        "[capacity.total] ana already has 6 of 6 in total -> end, transfer or decide something first",
    ),
    (
        {"held": {Channel.EMAIL: 2}, "offered": {Channel.SMS: 1}, "reviews": 3},
        "[capacity.total] ana already has 6 of 6 in total -> end, transfer or decide something first",
    ),
    (
        {"held": {Channel.VOICE: 1}},
        "[capacity.voice_with_cases] ana is on a call, and calls do not mix with cases -> wait until that has ended",
    ),
)


class TestEligible:
    """Work is given only to an eligible agent: one rule for each obstacle, with the measured value and the limit."""

    @pytest.mark.parametrize(("fields", "said"), OBSTACLES_FOUND)
    def test_obstacle(self, fields, said):
        """Whatever keeps somebody from work is told alone, with what to do."""
        story = given(new_case(reason="billing"))
        (reason,) = obstacles(who(**fields), story.desk.cases["c1"].case, story.desk.policy)
        assert said == str(reason)

    @pytest.mark.parametrize(("fields", "said"), OBSTACLES_FOUND)
    def test_opening_is_refused_by_that_rule(self, fields, said):
        """What `obstacles` finds, `decide` refuses by, in the same words."""
        desk = given(new_case(reason="billing")).desk
        desk = attrs.evolve(desk, agents=desk.agents.insert("ana", who(**fields)))
        reasons = desk.decide(OpenCase("ana", at(5), "c1")).reasons
        assert [said] == [str(reason) for reason in reasons if reason.rule != "presence.on_duty"]

    def test_every_reason(self):
        """Everything that stands in the way is listed."""
        given(new_case(reason="billing")).when(OpenCase("eva", at(5), "c1")).refused(
            "presence.on_duty", "assignment.available", "assignment.channel", "assignment.queue"
        )

    def test_eligible(self):
        """Nothing is missing, with one chat fewer than the limit."""
        story = given(new_case(reason="billing"))
        ana = who(held={Channel.CHAT: 1, Channel.EMAIL: 4})
        assert () == tuple(obstacles(ana, story.desk.cases["c1"].case, story.desk.policy))

    def test_third_chat(self):
        """Two chats at once, and no third, whichever way it comes."""
        story = given(case_in("open", "c1"), case_in("pending", "c2"), new_case("c3"))
        story.when(OpenCase("ana", at(5), "c3")).refused("capacity.channel")
        story.when(OfferWork("system", at(5), "c3", "ana")).refused("capacity.channel")
        story.when(ReassignCase("dora", at(5), "c3", agent="ana")).refused("capacity.channel")

    def test_returning_customer(self):
        """A customer who comes back to a held chat makes no third: that chat is counted all the time."""
        story = given(case_in("pending", "c1"), case_in("open", "c2"))
        story.when(ReceiveMessage("customer", at(9), "t-c1", "m2")).then(MessageReceived, CaseReopened)
        assert {Channel.CHAT: 2} == story.desk.agents["ana"].held

    def test_own_limits(self):
        """An agent's own capacity goes before the policy's, to more and to less."""
        more = ChangeAgent("dora", T0, "ana", capacity={"chat": 3})
        story = given(more, case_in("open", "c1"), case_in("open", "c2"), new_case("c3"), new_case("c4"))
        third = story.when(OpenCase("ana", at(5), "c3"))
        third.then(CaseAssigned, WorkBegun, ContactStarted)
        (reason,) = third.and_when(OpenCase("ana", at(5), "c4")).refused("capacity.channel").verdict.reasons
        assert {"channel": Channel.CHAT, "has": 3, "limit": 3} == reason.facts
        less = ChangeAgent("dora", T0, "ana", capacity={"total": 0})
        given(less, new_case()).when(OpenCase("ana", at(5), "c1")).refused("capacity.total")

    def test_channel_without_a_limit(self):
        """Only the total bounds it."""
        mail = [case_in("open", f"c{number}", channel="sms") for number in range(6)]
        story = given(*mail, new_case("c9", channel="sms"))
        story.when(OpenCase("ana", at(5), "c9")).refused("capacity.total")

    def test_calls_and_cases(self):
        """Who has cases takes no call, unless the policy mixes them."""
        steps = (case_in("open", "c1", channel="email"), new_case("c2", channel="voice"))
        (reason,) = given(*steps).when(OpenCase("ana", at(5), "c2")).verdict.reasons
        assert ("capacity.voice_with_cases", "ana has cases, and calls do not mix with cases") == (
            reason.rule,
            reason.message,
        )
        mixed = Policy.loads("[capacity]\nvoice_with_cases = true")
        assert given(*steps, policy=mixed).when(OpenCase("ana", at(5), "c2")).verdict

    @pytest.mark.parametrize(
        ("offered", "asked"), [("chat", "voice"), ("voice", "chat"), ("email", "voice"), ("voice", "email")]
    )
    @pytest.mark.parametrize("gives", [OfferWork("system", at(2), "c2", "ana"), OpenCase("ana", at(2), "c2")])
    def test_offers_count_beside_calls(self, offered, asked, gives):
        """Given an offer that rings, then a call does not come beside a case, nor a case beside a call."""
        ringing = (
            new_case("c1", channel=offered),
            new_case("c2", channel=asked),
            OfferWork("system", at(1), "c1", "ana"),
        )
        story = given(ringing)
        story.when(gives).refused("capacity.voice_with_cases")
        mixed = Policy.loads("[capacity]\nvoice_with_cases = true")
        assert given(ringing, policy=mixed).when(gives).verdict
        declined = story.and_given(RejectOffer("ana", at(2), "c1"))
        assert declined.when(gives).verdict

    @pytest.mark.parametrize("channel", ["chat", "voice"])
    def test_what_rings_is_no_obstacle_to_itself(self, channel):
        """The call, or the chat, that somebody is offered is not counted beside itself."""
        story = given(new_case(channel=channel), OfferWork("system", at(1), "c1", "ana"))
        assert story.when(AcceptOffer("ana", at(2), "c1")).verdict
        assert story.when(OpenCase("ana", at(2), "c1")).verdict

    def test_reviews_count_beside_calls(self):
        """Who is offered a review, or does one, takes no call; who is on a call is offered no review."""
        draft = (case_in("open", "c1", "ben", channel="email"), SubmitDraft("ben", T0, "c1", "d1", "Hi", subject="Hi"))
        call = OfferWork("system", at(2), "c2", "cleo")
        review = OfferWork("system", at(1), "c1", "cleo", review=True)
        waiting = given(draft, new_case("c2", channel="voice"))
        waiting.and_given(review).when(call).refused("capacity.voice_with_cases")
        waiting.and_given(TakeReview("cleo", at(1), "c1")).when(call).refused("capacity.voice_with_cases")
        ringing = waiting.and_given(call)
        ringing.when(attrs.evolve(review, at=at(3))).refused("capacity.voice_with_cases")
        ringing.when(TakeReview("cleo", at(3), "c1")).refused("capacity.voice_with_cases")

    def test_second_call(self):
        """Of calls, one."""
        story = given(case_in("open", channel="voice"), new_case("c2", channel="voice"))
        story.when(OpenCase("ana", at(5), "c2")).refused("capacity.channel")

    def test_softened(self):
        """A policy that only warns keeps the deviation."""
        policy = Policy.loads('[enforcement]\n"capacity.channel" = "warn"')
        story = given(case_in("open", "c1"), case_in("open", "c2"), new_case("c3"), policy=policy)
        story.when(OpenCase("ana", at(5), "c3")).warns("capacity.channel")

    def test_who_is_seen(self):
        """An agent is found by name among those the view shows; nobody else is."""
        view = given(case_in("open")).desk.view(GoAvailable("dora", at(1), "cleo"))
        assert ("dora", "cleo") == (agent_named(view, "dora").id, agent_named(view, "cleo").id)
        assert None is agent_named(view, "ben")
        held = given(case_in("open")).desk.view(OpenCase("cleo", at(1), "c1"))
        assert "ana" == agent_named(held, "ana").id


class TestLeaving:
    """An agent closes a case's tab."""

    @pytest.mark.parametrize("status", ["open", "pending", "escalated"])
    def test_back_to_its_queue(self, status):
        """Available to others; the owner, the last agent it was assigned to, stays."""
        outcome = given(held(status)).when(LeaveCase("ana", at(10), "c1"))
        since = T0 if status == "open" else at(10)
        released = CaseReleased("ana", at(10), "c1", "ana", Release.LEFT)
        outcome.then(
            released, CaseQueued("ana", at(10), "c1", "general", since), ContactEnded, WrapUpOwed, AgentWrapsUp
        )
        case = case_of(outcome)
        assert (None, "ana", "general", since) == (case.assignee, case.owner, case.queue, case.waiting_since)
        assert outcome.and_when(OpenCase("cleo", at(20), "c1")).verdict

    def test_new(self):
        """A new case that was given to somebody who did not even open it goes back too."""
        story = given(GIVEN)
        story.when(LeaveCase("ana", at(10), "c1")).then(
            CaseReleased, CaseQueued, ContactEnded, WrapUpOwed, AgentWrapsUp
        )

    def test_resolved(self):
        """Nobody holds it and it is not queued; the owner stays."""
        outcome = given(held("resolved")).when(LeaveCase("ana", at(10), "c1"))
        outcome.then(CaseReleased("ana", at(10), "c1", "ana", Release.LEFT), ContactEnded, WrapUpOwed, AgentWrapsUp)
        case = case_of(outcome)
        assert (None, "ana", None) == (case.assignee, case.owner, case.waiting_since)

    def test_closed(self):
        """Nobody holds it already: closing ended the assignment."""
        given(case_in("closed")).when(LeaveCase("ana", at(10), "c1")).then()

    def test_what_nobody_holds(self):
        """There is nothing to give up."""
        case = case_of(given(new_case()))
        assert () == give_up_case(case, LeaveCase("ana", at(1), "c1"), Release.LEFT)

    def test_one_that_was_only_read(self):
        """Closing the tab of a case that one does not hold changes nothing."""
        given(case_in("open")).when(LeaveCase("cleo", at(10), "c1")).then()
        given(new_case()).when(LeaveCase("cleo", at(10), "c1")).then()

    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, by):
        """Only an agent leaves."""
        given(case_in("open")).when(LeaveCase(by, at(10), "c1")).refused("actor.role")


class TestWaiting:
    """Since when a case waits."""

    def test_unanswered(self):
        """Back in the queue, the waiting time goes on if the customer is still unanswered."""
        assert T0 == case_of(given(held("open")).when(LeaveCase("ana", at(10), "c1"))).waiting_since

    def test_answered(self):
        """Otherwise it starts again."""
        assert at(10) == case_of(given(held("escalated")).when(LeaveCase("ana", at(10), "c1"))).waiting_since

    def test_answered_and_written_again(self):
        """It counts from the first message without a reply."""
        story = given(
            held("pending"),
            ReceiveMessage("customer", at(30), "t-c1", "m2"),
            ReceiveMessage("customer", at(40), "t-c1", "m3"),
        )
        assert at(30) == case_of(story.when(LeaveCase("ana", at(60), "c1"))).waiting_since

    def test_taken_out_and_put_back(self):
        """An agent who takes a case and leaves it without a reply does not set it back."""
        story = given(new_case(channel="messaging"), OpenCase("ana", at(5), "c1"), LeaveCase("ana", at(10), "c1"))
        assert (
            T0
            == case_of(
                story.when(OpenCase("cleo", at(15), "c1")).and_when(LeaveCase("cleo", at(20), "c1"))
            ).waiting_since
        )

    @pytest.mark.parametrize(
        "command",
        [
            SetStatus("dora", at(20), "c1", Status.RESOLVED),
            SendReply("dora", at(20), "c1", "m9", "Done", Status.RESOLVED),
        ],
        ids=["by hand", "reply"],
    )
    def test_resolved_while_it_waits(self, command):
        """Resolved by a supervisor while nobody holds it, it waits no more."""
        outcome = given(left("pending")).when(command)
        outcome.then(moved, CaseUnqueued("system", at(20), "c1"), SolutionReached)
        assert None is case_of(outcome).waiting_since

    @pytest.mark.parametrize(
        "command",
        [
            SetStatus("dora", at(20), "c1", Status.OPEN),
            SendReply("dora", at(20), "c1", "m9", "Wait", Status.ESCALATED),
        ],
        ids=["by hand", "reply"],
    )
    def test_set_back_to_work(self, command):
        """Nothing is lost: a resolved case that nobody holds goes back into its queue when it is no longer resolved."""
        outcome = given(left("resolved")).when(command)
        outcome.then(
            moved,
            CaseQueued("dora", at(20), "c1", "general", at(20)),
            SolutionUndone,
        )
        assert at(20) == case_of(outcome).waiting_since

    @pytest.mark.parametrize("status", [Status.OPEN, Status.ESCALATED])
    def test_other_statuses(self, status):
        """Between the others it keeps waiting, from when it did."""
        outcome = given(left("pending")).when(SetStatus("dora", at(20), "c1", status)).then(StatusSet)
        assert at(10) == case_of(outcome).waiting_since

    @pytest.mark.parametrize("status", [Status.OPEN, Status.RESOLVED])
    def test_of_a_held_case(self, status):
        """What somebody holds waits nowhere, whatever its status becomes."""
        outcome = given(held("pending")).when(SetStatus("ana", at(20), "c1", status))
        outcome.then(StatusSet, *((SolutionReached,) if status is Status.RESOLVED else ()))
        assert ("ana", None) == (case_of(outcome).assignee, case_of(outcome).waiting_since)


class TestNothingIsLost:
    """Every case not resolved or closed is held or queued, asleep or awake (promise 16)."""

    @pytest.mark.parametrize("status", ["new", *WORKING])
    @pytest.mark.parametrize("by", ["ana", "dora"])
    def test_after_each_step(self, status, by):
        """Whatever one agent or a supervisor does with a case, held or left."""
        stories = [given(case_in(status)), given(held(status))]
        if status != "new":
            stories.append(given(left(status)))
        commands = [
            OpenCase(by, at(60), "c1"),
            LeaveCase(by, at(60), "c1"),
            ReassignCase(by, at(60), "c1", agent="cleo"),
            ReassignCase(by, at(60), "c1", queue="billing"),
            CloseCase(by, at(60), "c1"),
            ReceiveMessage("customer", at(60), "t-c1", "m8"),
            *(SetStatus(by, at(60), "c1", to) for to in Status),
            *(SendReply(by, at(60), "c1", "m9", "Hello", to) for to in Status),
        ]
        for story in stories:
            for command in commands:
                case = case_of(story.when(command))
                over = case.status in {Status.RESOLVED, Status.CLOSED}
                assert over or (case.assignee is None) == (case.waiting_since is not None), command
