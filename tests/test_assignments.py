"""Assignment: who holds a case, and where it waits when nobody does (§3)."""

import pytest

from casecore.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable
from casecore.arrivals import ReceiveMessage
from casecore.assignments import (
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    CaseUnqueued,
    LeaveCase,
    OpenCase,
    ReassignCase,
    WorkBegun,
    ineligible,
)
from casecore.cases import CloseCase, SetStatus, StatusSet
from casecore.replies import ReplySent, SendReply
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

WORKING = ("open", "pending", "escalated", "resolved")


def left(status):
    """A case in this status whose agent, ana, has left it."""
    return (case_in(status), LeaveCase("ana", at(10), "c1"))


def case_of(outcome):
    """The case after it."""
    return outcome.desk.cases["c1"].case


class TestOpening:
    """An agent opens a case."""

    def test_that_nobody_holds(self):
        """It is assigned to them and work begins: new becomes open, and it waits no more."""
        outcome = given(new_case()).when(OpenCase("ana", at(5), "c1"))
        outcome.then(CaseAssigned("ana", at(5), "c1", "ana"), WorkBegun("ana", at(5), "c1", "ana"))
        case = case_of(outcome)
        assert (Status.OPEN, at(5), "ana", "ana") == (case.status, case.status_at, case.assignee, case.owner)
        assert None is case.waiting_since

    @pytest.mark.parametrize("status", WORKING)
    def test_that_was_worked_on(self, status):
        """It is assigned; beginning work has no effect but on a new case."""
        outcome = given(left(status)).when(OpenCase("cleo", at(20), "c1"))
        outcome.then(CaseAssigned("cleo", at(20), "c1", "cleo"))
        assert (status, "cleo", "cleo") == (case_of(outcome).status, case_of(outcome).assignee, case_of(outcome).owner)

    @pytest.mark.parametrize("by", ["ana", "cleo", "dora", "eva"])
    @pytest.mark.parametrize("status", WORKING)
    def test_that_somebody_holds(self, status, by):
        """Reading only: no event, for its assignee, for others, and for somebody who could not take it."""
        given(case_in(status)).when(OpenCase(by, at(5), "c1")).then()

    def test_closed(self):
        """Reading only."""
        given(case_in("closed")).when(OpenCase("ana", at(5), "c1")).then()

    def test_new_that_was_given_to_them(self):
        """The assignee of a new case begins work by opening it; nobody else does."""
        story = given(new_case(), ReassignCase("dora", at(1), "c1", agent="ana"))
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


class TestEligible:
    """Work is given only to an eligible agent; the refusal says what is missing."""

    @pytest.mark.parametrize(
        ("before", "agent", "found"),
        [
            (GoUnavailable("ana", T0, "ana"), "ana", "ana is not available"),
            (GoUnavailable("ana", T0, "ana", "lunch"), "ana", "ana is not available (lunch)"),
            (ChangeAgent("dora", T0, "ana", queues=frozenset()), "ana", "ana does not serve the queue billing"),
            (GoAvailable("eva", T0, "eva"), "eva", "eva does not serve the queue billing"),
            (
                (GoAvailable("eva", T0, "eva"), ChangeAgent("dora", T0, "eva", queues=frozenset({"billing"}))),
                "eva",
                "eva does not work on chat",
            ),
        ],
        ids=["away", "at lunch", "no queue", "other queue", "other channel"],
    )
    @pytest.mark.parametrize("way", ["open", "reassign"])
    def test_refused(self, before, agent, found, way):
        """Available, member of the queue, allowed on the channel: whichever way the work comes."""
        command = OpenCase(agent, at(5), "c1") if way == "open" else ReassignCase("dora", at(5), "c1", agent=agent)
        outcome = given(new_case(reason="billing"), before).when(command).refused("assignment.eligible")
        assert (f"[assignment.eligible] {found} -> choose an agent who can take it, or its queue") == str(
            outcome.verdict
        )

    def test_eligible(self):
        """Nothing is missing."""
        story = given(new_case(channel="email", reason="technical"), GoAvailable("eva", T0, "eva"))
        assert None is ineligible(story.desk.agents["eva"], case_of(story))
        assert "eva does not serve the queue billing" == ineligible(story.desk.agents["eva"], case_of(story), "billing")
        assert story.when(OpenCase("eva", at(5), "c1")).verdict

    def test_nobody(self):
        """Somebody who is not there cannot take anything."""
        assert "nobody known" == ineligible(None, case_of(given(new_case())))

    def test_who_holds_a_case_keeps_it(self):
        """Going away takes nothing out of their hands."""
        story = given(case_in("open"), GoUnavailable("ana", at(1), "ana"))
        assert story.when(SendReply("ana", at(2), "c1", "m9", "Hello")).verdict


class TestLeaving:
    """An agent closes a case's tab."""

    @pytest.mark.parametrize("status", ["open", "pending", "escalated"])
    def test_back_to_its_queue(self, status):
        """Available to others; the owner, the last agent it was assigned to, stays."""
        outcome = given(case_in(status)).when(LeaveCase("ana", at(10), "c1"))
        since = T0 if status == "open" else at(10)
        outcome.then(CaseReleased("ana", at(10), "c1", "ana"), CaseQueued("ana", at(10), "c1", "general", since))
        case = case_of(outcome)
        assert (None, "ana", "general", since) == (case.assignee, case.owner, case.queue, case.waiting_since)
        assert outcome.and_when(OpenCase("cleo", at(20), "c1")).verdict

    def test_new(self):
        """A new case that was given to somebody who did not even open it goes back too."""
        story = given(new_case(), ReassignCase("dora", at(1), "c1", agent="ana"))
        story.when(LeaveCase("ana", at(10), "c1")).then(CaseReleased, CaseQueued)

    def test_resolved(self):
        """Nobody holds it and it is not queued; the owner stays."""
        outcome = given(case_in("resolved")).when(LeaveCase("ana", at(10), "c1"))
        outcome.then(CaseReleased("ana", at(10), "c1", "ana"))
        case = case_of(outcome)
        assert (None, "ana", None) == (case.assignee, case.owner, case.waiting_since)

    def test_closed(self):
        """Nobody holds it already: closing ended the assignment."""
        given(case_in("closed")).when(LeaveCase("ana", at(10), "c1")).then()

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
        assert T0 == case_of(given(case_in("open")).when(LeaveCase("ana", at(10), "c1"))).waiting_since

    def test_answered(self):
        """Otherwise it starts again."""
        assert at(10) == case_of(given(case_in("escalated")).when(LeaveCase("ana", at(10), "c1"))).waiting_since

    def test_answered_and_written_again(self):
        """It counts from the first message without a reply."""
        story = given(
            case_in("pending"),
            ReceiveMessage("customer", at(30), "t-c1", "m2"),
            ReceiveMessage("customer", at(40), "t-c1", "m3"),
        )
        assert at(30) == case_of(story.when(LeaveCase("ana", at(60), "c1"))).waiting_since

    def test_taken_out_and_put_back(self):
        """An agent who takes a case and leaves it without a reply does not set it back."""
        story = given(new_case(), OpenCase("ana", at(5), "c1"), LeaveCase("ana", at(10), "c1"))
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
        outcome.then(lambda event: isinstance(event, StatusSet | ReplySent), CaseUnqueued("system", at(20), "c1"))
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
            lambda event: isinstance(event, StatusSet | ReplySent),
            CaseQueued("dora", at(20), "c1", "general", at(20)),
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
        outcome = given(case_in("pending")).when(SetStatus("ana", at(20), "c1", status)).then(StatusSet)
        assert ("ana", None) == (case_of(outcome).assignee, case_of(outcome).waiting_since)


class TestReassigning:
    """A case goes to another agent or to a queue, with an optional note."""

    @pytest.mark.parametrize("by", ["ana", "dora"])
    def test_to_an_agent(self, by):
        """By its assignee or a supervisor; the new one is assignee and owner."""
        command = ReassignCase(by, at(10), "c1", agent="cleo", note="she knows the customer")
        outcome = given(case_in("open")).when(command)
        outcome.then(
            CaseReleased(by, at(10), "c1", "ana"), CaseAssigned(by, at(10), "c1", "cleo", "she knows the customer")
        )
        case = case_of(outcome)
        assert ("cleo", "cleo", Status.OPEN) == (case.assignee, case.owner, case.status)

    def test_to_a_queue(self):
        """Nobody holds it; the queue is its queue now, and any member of it may work it. The owner stays."""
        outcome = given(case_in("open")).when(ReassignCase("ana", at(10), "c1", queue="billing", note="about money"))
        outcome.then(
            CaseReleased("ana", at(10), "c1", "ana"),
            CaseQueued("ana", at(10), "c1", "billing", T0, "about money"),
        )
        case = case_of(outcome)
        assert (None, "ana", "billing", T0) == (case.assignee, case.owner, case.queue, case.waiting_since)
        outcome.and_when(OpenCase("cleo", at(20), "c1")).then(CaseAssigned)

    def test_only_members_of_that_queue(self):
        """Who serves the old queue but not the new one cannot take it."""
        fay = AddAgent("system", T0, "fay", queues=frozenset({"general"}))
        story = given(
            fay, GoAvailable("fay", T0, "fay"), case_in("open"), ReassignCase("ana", at(1), "c1", queue="billing")
        )
        story.when(OpenCase("fay", at(5), "c1")).refused("assignment.eligible")

    def test_of_a_case_that_waits(self):
        """A supervisor gives it to somebody, or moves it to another queue; its waiting time goes on."""
        story = given(new_case())
        story.when(ReassignCase("dora", at(10), "c1", agent="ana")).then(CaseAssigned)
        story.when(ReassignCase("dora", at(10), "c1", queue="billing")).then(
            CaseQueued("dora", at(10), "c1", "billing", T0)
        )

    def test_to_whom_it_is_already(self):
        """Nothing happens."""
        given(case_in("open")).when(ReassignCase("dora", at(10), "c1", agent="ana")).then()

    def test_status_stays(self):
        """Reassigning moves the case, not its status."""
        for status in WORKING:
            assert status == case_of(given(case_in(status)).when(ReassignCase("ana", at(9), "c1", agent="cleo"))).status

    def test_by_somebody_else(self):
        """Neither a colleague's case nor one that only waits."""
        given(case_in("open")).when(ReassignCase("cleo", at(10), "c1", agent="cleo")).refused("assignment.holder")
        given(new_case()).when(ReassignCase("cleo", at(10), "c1", queue="billing")).refused("assignment.holder")

    def test_every_reason(self):
        """Who may not, and to whom it cannot go, are told together."""
        given(case_in("open")).when(ReassignCase("cleo", at(10), "c1", agent="eva")).refused(
            "assignment.holder", "assignment.eligible"
        )

    @pytest.mark.parametrize(
        ("aim", "found"),
        [({}, "neither an agent nor a queue"), ({"agent": "cleo", "queue": "billing"}, "both an agent and a queue")],
    )
    def test_one_aim(self, aim, found):
        """Exactly one of the two."""
        outcome = given(case_in("open")).when(ReassignCase("ana", at(10), "c1", **aim)).refused("reassign.aim")
        assert f"[reassign.aim] the work was to go to {found} -> name exactly one of the two" == str(outcome.verdict)

    def test_unknown_agent(self):
        """Nobody of that name."""
        outcome = given(case_in("open")).when(ReassignCase("ana", at(10), "c1", agent="zoe")).refused("agent.known")
        assert "[agent.known] there is no agent 'zoe' -> name an agent of the desk" == str(outcome.verdict)

    def test_unknown_queue(self):
        """The policy's queues are named."""
        outcome = given(case_in("open")).when(ReassignCase("ana", at(10), "c1", queue="vip")).refused("queue.known")
        assert ("[queue.known] the policy has no queue 'vip' -> use one of billing, technical, general") == str(
            outcome.verdict
        )

    def test_by_the_customer(self):
        """A customer can only write."""
        given(case_in("open")).when(ReassignCase("customer", at(10), "c1", queue="billing")).refused("actor.role")

    def test_by_the_system(self):
        """The system may put a case back into a queue."""
        given(case_in("open")).when(ReassignCase("system", at(10), "c1", queue="general")).then(
            CaseReleased, CaseQueued
        )


class TestNothingIsLost:
    """Every case not resolved or closed is held or queued (promise 16)."""

    @pytest.mark.parametrize("status", ["new", *WORKING])
    @pytest.mark.parametrize("by", ["ana", "dora"])
    def test_after_each_step(self, status, by):
        """Whatever one agent or a supervisor does with a case, held or left."""
        stories = [given(case_in(status))]
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
