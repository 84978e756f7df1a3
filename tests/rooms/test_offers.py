"""Offers: work is presented to an agent, who takes it or not; and it is given to somebody else (§3)."""

import json

import attrs
import pytest

from casecore.channels import Channel
from casecore.codec import dumps, loads
from casecore.policies import Policy
from casecore.rooms.agents import AgentWrapsUp, ChangeAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import (
    ApproveDraft,
    DraftApproved,
    DraftSubmitted,
    DraftSuperseded,
    DraftWentStale,
    ReassignDraft,
    SubmitDraft,
    WithdrawDraft,
)
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
)
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.contacts import ContactEnded, ContactStarted
from casecore.rooms.offers import (
    OFFER_LIFECYCLE,
    AcceptOffer,
    ExpireOffer,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    Offers,
    OfferStatus,
    OfferWork,
    RejectOffer,
    RescindOffer,
    Rescission,
    WorkOffered,
)
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewEnded, ReviewTaken, TakeReview
from casecore.rooms.sla import SolutionReached
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

OFFER = OfferWork("system", at(10), "c1", "ana")
DRAFT = SubmitDraft("ben", at(5), "c1", "d1", "We will refund you")


def offered(*then, policy=None, **fields):
    """A new chat that is offered to ana."""
    return given(new_case(**fields), OFFER, then, policy=policy)


def review(*then, policy=None):
    """A draft of ben's whose review is offered to cleo."""
    story = given(case_in("open", agent="ben"), DRAFT, policy=policy)
    return story.and_given(OfferWork("system", at(10), "c1", "cleo", review=True), then)


def offers_of(outcome):
    """What is offered of the case after it."""
    return outcome.desk.cases["c1"].offers


def counts(outcome, agent="ana"):
    """What an agent holds, is offered and reviews."""
    row = outcome.desk.agents[agent]
    return dict(row.held), dict(row.offered), row.reviews


class TestTable:
    """The life of an offer."""

    def test_states(self):
        """Offered, and then one of four ends, from which nothing leads on."""
        assert ["offered", "accepted", "rejected", "timed_out", "rescinded"] == list(OFFER_LIFECYCLE.states)
        assert tuple(OfferStatus)[1:] == OFFER_LIFECYCLE.final
        assert ("accept", "reject", "expire", "rescind") == OFFER_LIFECYCLE.triggers("offered")
        assert {()} == {OFFER_LIFECYCLE.triggers(end) for end in OFFER_LIFECYCLE.final}


class TestOffering:
    """Waiting work is offered to one eligible agent at a time."""

    def test_offered(self):
        """It goes on waiting, and counts for the agent as if they held it."""
        outcome = given(new_case()).when(OFFER).then(WorkOffered("system", at(10), "c1", "ana", Channel.CHAT))
        assert Offers("ana", at(10)) == offers_of(outcome)
        assert ({}, {Channel.CHAT: 1}, 0) == counts(outcome)
        assert (T0, at(10)) == (outcome.desk.cases["c1"].case.waiting_since, outcome.desk.agents["ana"].given_at)

    @pytest.mark.parametrize("by", ["ana", "dora", "customer"])
    def test_by_routing_only(self, by):
        """Nobody offers themselves what they like; a supervisor reassigns."""
        outcome = given(new_case()).when(attrs.evolve(OFFER, by=by)).refused("actor.role")
        if by != "customer":
            assert f'[actor.role] {by} is not the system -> routing and timers do this; give by = "system"' == str(
                outcome.verdict
            )

    def test_one_at_a_time(self):
        """What is offered to one is not offered to another."""
        outcome = offered().when(OfferWork("system", at(11), "c1", "cleo")).refused("offer.waiting")
        assert "[offer.waiting] case c1 is offered to ana already -> wait for the answer" == str(outcome.verdict)

    @pytest.mark.parametrize(
        ("steps", "found"),
        [
            (case_in("open"), "ana holds it"),
            ((case_in("resolved", channel="messaging"), LeaveCase("ana", at(1), "c1")), "it is resolved"),
            (case_in("closed"), "it is closed"),
        ],
    )
    def test_what_does_not_wait(self, steps, found):
        """Neither what somebody holds nor what is resolved or closed."""
        outcome = given(steps).when(attrs.evolve(OFFER, agent="cleo")).refused("offer.waiting")
        assert f"case c1 waits in no queue: {found}" == outcome.verdict.reasons[0].message

    def test_only_to_the_eligible(self):
        """Every rule of taking a case is a rule of being offered one."""
        given(new_case(reason="billing")).when(attrs.evolve(OFFER, agent="eva")).refused(
            "assignment.available", "assignment.queue", "assignment.channel"
        )

    def test_offers_count(self):
        """Two offers fill an agent's two chats."""
        story = offered(new_case("c2", at=at(11)), OfferWork("system", at(11), "c2", "ana"), new_case("c3", at=at(11)))
        story.when(OfferWork("system", at(12), "c3", "ana")).refused("capacity.channel")

    def test_unknown_agent(self):
        """Nobody of that name."""
        given(new_case()).when(attrs.evolve(OFFER, agent="zoe")).refused("agent.known")

    def test_not_taken_by_another(self):
        """Who opens it meanwhile is told to wait."""
        outcome = offered().when(OpenCase("cleo", at(11), "c1")).refused("offer.outstanding")
        assert "[offer.outstanding] case c1 is offered to ana -> wait for ana's answer" == str(outcome.verdict)

    def test_customer_writes(self):
        """The offer stands; a customer is never refused because of it."""
        outcome = offered().when(ReceiveMessage("customer", at(11), "t-c1", "m2")).then(MessageReceived)
        assert "ana" == offers_of(outcome).offered_to


class TestAccepting:
    """The agent takes it."""

    def test_live(self):
        """Accepting a chat opens it: the contact begins, and with it the interaction timer."""
        outcome = offered().when(AcceptOffer("ana", at(20), "c1"))
        outcome.then(
            CaseAssigned("ana", at(20), "c1", "ana", waiting=True),
            WorkBegun("ana", at(20), "c1", "ana"),
            OfferAccepted("ana", at(20), "c1", "ana", Channel.CHAT),
            ContactStarted("ana", at(20), "c1", "ana", Channel.CHAT, silent=False),
        )
        assert ({Channel.CHAT: 1}, {}, 0) == counts(outcome)
        assert Offers() == offers_of(outcome)

    def test_not_live(self):
        """Elsewhere the case is theirs and stays new until they open it."""
        outcome = offered(channel="messaging").when(AcceptOffer("ana", at(20), "c1"))
        outcome.then(CaseAssigned, OfferAccepted, ContactStarted)
        assert "new" == outcome.desk.status("c1")
        outcome.and_when(OpenCase("ana", at(21), "c1")).then(WorkBegun)

    def test_by_opening(self):
        """Opening what one is offered accepts it; it counts once."""
        outcome = offered().when(OpenCase("ana", at(20), "c1"))
        outcome.then(CaseAssigned, WorkBegun, OfferAccepted, ContactStarted)
        assert ({Channel.CHAT: 1}, {}, 0) == counts(outcome)

    def test_the_last_free_chat(self):
        """What is offered does not stand in its own way."""
        story = given(case_in("open", "c9"), new_case(), OFFER)
        story.when(AcceptOffer("ana", at(20), "c1")).then(CaseAssigned, WorkBegun, OfferAccepted, ContactStarted)

    @pytest.mark.parametrize("command", [AcceptOffer, RejectOffer])
    def test_by_somebody_else(self, command):
        """An offer is answered by whom it is for."""
        outcome = offered().when(command("cleo", at(20), "c1"))
        assert "the offer is ana's, not cleo's" == next(
            reason.message for reason in outcome.verdict.reasons if reason.rule == "offer.agent"
        )

    @pytest.mark.parametrize("command", [AcceptOffer, RejectOffer])
    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, command, by):
        """Only an agent answers."""
        offered().when(command(by, at(20), "c1")).refused("actor.role")

    def test_in_time(self):
        """A moment before it times out."""
        assert offered().when(AcceptOffer("ana", at(39.999), "c1")).verdict

    @pytest.mark.parametrize("seconds", [40, 41])
    def test_late(self, seconds):
        """At the instant and after, it is too late."""
        outcome = offered().when(AcceptOffer("ana", at(seconds), "c1")).refused("offer.late")
        assert (
            f"[offer.late] the offer of case c1 timed out at {at(40).isoformat()} -> wait for the next offer"
        ) == str(outcome.verdict)

    @pytest.mark.parametrize(
        ("step", "rules"),
        [
            (LogOut("ana", at(11), "ana"), ("presence.on_duty", "assignment.available")),
            (GoUnavailable("ana", at(11), "ana"), ("assignment.available",)),
        ],
    )
    def test_by_somebody_who_left(self, step, rules):
        """Who went away meanwhile does not take it."""
        offered(step).when(AcceptOffer("ana", at(12), "c1")).refused(*rules)

    def test_with_a_next_state(self):
        """Who is leaving does not take it either; rejecting it is always possible."""
        story = given(
            case_in("open", "c9", channel="email"), new_case(), OFFER, SetNextState("ana", at(11), "ana", "lunch")
        )
        story.when(AcceptOffer("ana", at(12), "c1")).refused("assignment.next_state")
        story.when(RejectOffer("ana", at(12), "c1")).then(OfferDeclined)

    @pytest.mark.parametrize("command", [AcceptOffer, RejectOffer, ExpireOffer, RescindOffer])
    @pytest.mark.parametrize(("what", "found"), [(False, "it"), (True, "the review of its draft")])
    def test_nothing_offered(self, command, what, found):
        """Only an offer that stands is answered."""
        by = "system" if command in {ExpireOffer, RescindOffer} else "ana"
        outcome = given(new_case()).when(command(by, at(20), "c1", review=what)).refused("offer.edge")
        assert f"[offer.edge] case c1: {found} is offered to nobody -> it was answered or taken back" == str(
            outcome.verdict
        )


class TestDeclining:
    """The agent does not take it, or does not answer."""

    def test_rejected(self):
        """It waits on, since when it did, and the agent is remembered."""
        outcome = offered().when(RejectOffer("ana", at(20), "c1", reason="I know them"))
        outcome.then(
            OfferDeclined("ana", at(20), "c1", "ana", Channel.CHAT, False, OfferStatus.REJECTED, "I know them")
        )
        assert Offers(asked=("ana",)) == offers_of(outcome)
        assert ({}, {}, 0) == counts(outcome)
        assert T0 == outcome.desk.cases["c1"].case.waiting_since

    def test_timed_out(self):
        """After half a minute the system takes it back, and the agent is remembered all the same."""
        outcome = offered().when(ExpireOffer("system", at(40), "c1"))
        outcome.then(OfferDeclined("system", at(40), "c1", "ana", Channel.CHAT, False, OfferStatus.TIMED_OUT))
        assert ("ana",) == offers_of(outcome).asked

    def test_not_yet(self):
        """Sooner is refused with the seconds to go, rounded up."""
        (reason,) = offered().when(ExpireOffer("system", at(39.5), "c1")).refused("offer.timeout").verdict.reasons
        assert f"[offer.timeout] the offer of the case times out at {at(40).isoformat()} -> wait 1s more" == str(reason)
        assert {"seconds": 29.5, "limit": 30.0, "seconds_to_go": 0.5} == reason.facts

    def test_by_the_clock_only(self):
        """Agents do not time each other out."""
        offered().when(ExpireOffer("dora", at(40), "c1")).refused("actor.role")

    def test_due(self):
        """The desk says when, and the command."""
        (due,) = (due for due in offered().desk.due() if due.key == "routing.offer_timeout")
        assert (at(40), ExpireOffer("system", at(40), "c1")) == (due.at, due.command)

    def test_length(self):
        """As the policy says."""
        story = offered(policy=Policy.loads('[routing]\noffer_timeout = "2m"\n[queues.general]\nfallback = true'))
        story.when(ExpireOffer("system", at(40), "c1")).refused("offer.timeout")
        story.when(ExpireOffer("system", at(130), "c1")).then(OfferDeclined)

    def test_order_of_those_asked(self):
        """Longest ago first; who is asked again goes to the end."""
        story = offered(
            RejectOffer("ana", at(11), "c1"),
            OfferWork("system", at(12), "c1", "ben"),
            RejectOffer("ben", at(13), "c1"),
            OfferWork("system", at(14), "c1", "ana"),
            RejectOffer("ana", at(15), "c1"),
        )
        assert ("ben", "ana") == offers_of(story).asked

    def test_who_takes_it_after_all(self):
        """It is no refusal of theirs any more; those of others stay, and who leaves it is asked after them."""
        story = offered(RejectOffer("ana", at(11), "c1"), channel="messaging")
        assert () == offers_of(story.when(OpenCase("ana", at(12), "c1"))).asked
        taken = story.when(OpenCase("cleo", at(12), "c1"))
        assert ("ana",) == offers_of(taken).asked
        assert ("ana", "cleo") == offers_of(taken.and_when(LeaveCase("cleo", at(13), "c1"))).asked

    def test_who_gives_a_review_back(self):
        """They are asked last; with a new draft everybody is asked anew."""
        taken = review(AcceptOffer("cleo", at(11), "c1", review=True))
        given_back = taken.and_given(ReassignDraft("cleo", at(12), "c1", "d1", queue="general"))
        assert ("cleo",) == offers_of(given_back).review_asked
        assert () == offers_of(given_back.and_given(TakeReview("cleo", at(13), "c1"))).review_asked
        withdrawn = given_back.and_given(WithdrawDraft("ben", at(13), "c1", "d1"))
        again = withdrawn.and_given(attrs.evolve(DRAFT, at=at(14), draft="d2"))
        assert () == offers_of(again).review_asked


class TestRescinding:
    """The offer is taken back."""

    @pytest.mark.parametrize("by", ["system", "dora"])
    def test_rescinded(self, by):
        """By the system or a supervisor; that is no refusal of the agent's."""
        outcome = offered().when(RescindOffer(by, at(20), "c1", reason="ana is leaving"))
        outcome.then(OfferRescinded(by, at(20), "c1", "ana", Channel.CHAT, False, Rescission.BY_HAND, "ana is leaving"))
        assert Offers() == offers_of(outcome)
        assert ({}, {}, 0) == counts(outcome)

    def test_stored_before_there_was_a_word_for_it(self):
        """An event that only has a sentence reads as taken back by hand, and keeps its sentence."""
        taken_back = OfferRescinded("dora", at(20), "c1", "ana", Channel.CHAT, False, reason="ana is leaving")
        plain = json.loads(dumps(taken_back))
        assert "by_hand" == plain.pop("because")
        assert taken_back == loads(json.dumps(plain))

    def test_by_somebody_else(self):
        """Whom it is for rejects it instead."""
        outcome = offered().when(RescindOffer("ana", at(20), "c1")).refused("offer.rescind")
        assert "[offer.rescind] ana may not take an offer back -> ask a supervisor, or reject your own" == str(
            outcome.verdict
        )

    def test_case_closed(self):
        """What is closed is offered no more; nobody is left with a count."""
        outcome = offered().when(CloseCase("dora", at(20), "c1", CloseReason.SPAM))
        outcome.then(CaseClosed, OfferRescinded)
        assert ({}, {}, 0) == counts(outcome)

    def test_case_resolved(self):
        """Nor is what is resolved."""
        story = given(
            case_in("pending", channel="messaging", agent="cleo"),
            LeaveCase("cleo", at(1), "c1"),
            OFFER,
        )
        outcome = story.when(SetStatus("dora", at(20), "c1", Status.RESOLVED))
        outcome.then(StatusSet, CaseUnqueued, SolutionReached, OfferRescinded)
        assert ({}, {}, 0) == counts(outcome)


class TestReassigning:
    """A case goes to another agent or to a queue, with an optional note."""

    HELD = case_in("open", channel="messaging")

    @pytest.mark.parametrize("by", ["ana", "dora"])
    def test_to_an_agent(self, by):
        """It is offered to them; until they take it, it waits in its queue, and the owner stays."""
        outcome = given(self.HELD).when(ReassignCase(by, at(10), "c1", agent="cleo", note="knows them"))
        outcome.then(
            CaseReleased(by, at(10), "c1", "ana", Release.TRANSFERRED),
            CaseQueued(by, at(10), "c1", "general", T0, "knows them"),
            WorkOffered(by, at(10), "c1", "cleo", Channel.MESSAGING),
            ContactEnded(by, at(10), "c1", "ana", Channel.MESSAGING, "transferred"),
            WrapUpOwed,
            AgentWrapsUp,
        )
        case = outcome.desk.cases["c1"].case
        assert (None, "ana", T0, Status.OPEN) == (case.assignee, case.owner, case.waiting_since, case.status)
        taken = outcome.and_when(AcceptOffer("cleo", at(11), "c1"))
        assert "cleo" == taken.desk.cases["c1"].case.owner

    @pytest.mark.parametrize("held", [True, False], ids=["held", "waiting"])
    @pytest.mark.parametrize("aim", [{"agent": "cleo"}, {"queue": "billing"}], ids=["agent", "queue"])
    def test_by_the_system(self, aim, held):
        """Routing may give a case to another agent or queue by itself, whoever holds it."""
        story = given(case_in("open", channel="messaging") if held else new_case())
        outcome = story.when(ReassignCase("system", at(60), "c1", **aim))
        queued = [event for event in outcome.events if isinstance(event, CaseQueued)]
        assert [CaseQueued("system", at(60), "c1", aim.get("queue", "general"), T0)] == queued
        offered = [{"agent": event.agent} for event in outcome.events if isinstance(event, WorkOffered)]
        assert [aim for _ in offered] == offered
        assert ("agent" in aim) is bool(offered)

    def test_refused_by_them(self):
        """It stays in the queue."""
        story = given(self.HELD, ReassignCase("ana", at(10), "c1", agent="cleo"), RejectOffer("cleo", at(11), "c1"))
        case = story.desk.cases["c1"].case
        assert (None, "general", T0) == (case.assignee, case.queue, case.waiting_since)
        assert ("ana", "cleo") == offers_of(story).asked

    def test_to_a_queue(self):
        """Nobody holds it; any member of the queue may work it."""
        outcome = given(self.HELD).when(ReassignCase("ana", at(10), "c1", queue="billing", note="money"))
        outcome.then(
            CaseReleased,
            CaseQueued("ana", at(10), "c1", "billing", T0, "money"),
            ContactEnded,
            WrapUpOwed,
            AgentWrapsUp,
        )
        outcome.and_when(OpenCase("cleo", at(11), "c1")).then(CaseAssigned, ContactStarted)

    def test_only_members_of_that_queue(self):
        """Who serves the old queue but not the new one cannot take it."""
        story = given(
            self.HELD,
            ChangeAgent("dora", at(1), "cleo", queues=frozenset({"general"})),
            ReassignCase("ana", at(2), "c1", queue="billing"),
        )
        story.when(OpenCase("cleo", at(5), "c1")).refused("assignment.queue")

    def test_of_a_case_that_waits(self):
        """A supervisor gives it to somebody, or moves it to another queue; nobody is released."""
        given(new_case()).when(ReassignCase("dora", at(10), "c1", agent="ana")).then(CaseQueued, WorkOffered)
        given(new_case()).when(ReassignCase("dora", at(10), "c1", queue="billing")).then(
            CaseQueued("dora", at(10), "c1", "billing", T0)
        )

    def test_of_a_case_that_is_offered(self):
        """The first offer is taken back, also where it is for the same agent; nobody is counted twice."""
        outcome = offered().when(ReassignCase("dora", at(20), "c1", agent="cleo"))
        outcome.then(OfferRescinded, CaseQueued, WorkOffered)
        assert [({}, {}, 0), ({}, {Channel.CHAT: 1}, 0)] == [counts(outcome, agent) for agent in ("ana", "cleo")]
        again = (
            offered()
            .when(ReassignCase("dora", at(20), "c1", agent="ana"))
            .then(OfferRescinded, CaseQueued, WorkOffered)
        )
        assert ({}, {Channel.CHAT: 1}, 0) == counts(again)

    def test_to_whom_it_is_already(self):
        """Nothing happens."""
        given(self.HELD).when(ReassignCase("dora", at(10), "c1", agent="ana")).then()

    def test_status_stays(self):
        """Reassigning moves the case, not its status."""
        for status in ("open", "pending", "escalated", "resolved"):
            story = given(case_in(status, channel="messaging"))
            assert status == story.when(ReassignCase("ana", at(9), "c1", agent="cleo")).desk.status("c1")

    def test_by_somebody_else(self):
        """Neither a colleague's case nor one that only waits."""
        given(self.HELD).when(ReassignCase("cleo", at(10), "c1", agent="cleo")).refused("assignment.holder")
        given(new_case()).when(ReassignCase("cleo", at(10), "c1", queue="billing")).refused("assignment.holder")

    def test_every_reason(self):
        """Who may not, and to whom it cannot go, are told together."""
        given(case_in("open")).when(ReassignCase("cleo", at(10), "c1", agent="eva")).refused(
            "assignment.holder",
            "assignment.available",
            "assignment.queue",
            "assignment.channel",
            "authentication.before",
        )

    @pytest.mark.parametrize(
        ("aim", "found"),
        [({}, "neither an agent nor a queue"), ({"agent": "cleo", "queue": "billing"}, "both an agent and a queue")],
    )
    def test_one_aim(self, aim, found):
        """Exactly one of the two."""
        outcome = given(self.HELD).when(ReassignCase("ana", at(10), "c1", **aim)).refused("reassign.aim")
        assert f"[reassign.aim] the work was to go to {found} -> name exactly one of the two" == str(outcome.verdict)

    @pytest.mark.parametrize(("aim", "rule"), [({"agent": "zoe"}, "agent.known"), ({"queue": "vip"}, "queue.known")])
    def test_unknown(self, aim, rule):
        """One that exists."""
        given(self.HELD).when(ReassignCase("ana", at(10), "c1", **aim)).refused(rule)

    def test_closed(self):
        """A closed case is never moved."""
        given(case_in("closed")).when(ReassignCase("dora", at(10), "c1", queue="billing")).refused("lifecycle.closed")


class TestReviews:
    """The review of a draft travels like a case, with a reviewer of its own."""

    def test_offered(self):
        """It counts in the total only; the case's assignee is unchanged."""
        story = review()
        assert ({}, {}, 1) == counts(story, "cleo")
        assert ("cleo", "ben") == (offers_of(story).review_to, story.desk.cases["c1"].case.assignee)

    def test_accepted(self):
        """From now on it is theirs; it counts once."""
        outcome = review().when(AcceptOffer("cleo", at(20), "c1", review=True))
        outcome.then(
            ReviewTaken("cleo", at(20), "c1", "d1", "cleo"),
            OfferAccepted("cleo", at(20), "c1", "cleo", Channel.CHAT, review=True),
        )
        assert ({}, {}, 1) == counts(outcome, "cleo")
        assert "cleo" == outcome.desk.cases["c1"].draft.reviewer

    @pytest.mark.parametrize(
        "taking", [AcceptOffer("cleo", at(20), "c1", review=True), TakeReview("cleo", at(20), "c1")]
    )
    def test_at_the_limit(self, taking):
        """What fills the last place is not counted twice when it is taken."""
        one = Policy.loads("[capacity]\ntotal = 1\n[queues.general]\nfallback = true")
        outcome = review(policy=one).when(taking).then(ReviewTaken, OfferAccepted)
        assert ({}, {}, 1) == counts(outcome, "cleo")

    def test_rejected(self):
        """It waits on, and they are asked last; the case itself is not concerned."""
        outcome = review().when(RejectOffer("cleo", at(20), "c1", review=True)).then(OfferDeclined)
        assert Offers(review_asked=("cleo",)) == offers_of(outcome)
        assert ({}, {}, 0) == counts(outcome, "cleo")

    def test_timed_out(self):
        """It has its own timer."""
        (due,) = (due for due in review().desk.due() if due.key == "routing.offer_timeout")
        assert ExpireOffer("system", at(40), "c1", review=True) == due.command
        review().when(due.command).then(OfferDeclined)
        review().when(attrs.evolve(due.command, at=at(39))).refused("offer.timeout")
        review().when(AcceptOffer("cleo", at(40), "c1", review=True)).refused("offer.late")

    def test_taken(self):
        """An approver who asks for work takes one that waits."""
        story = given(case_in("open", agent="ben"), DRAFT)
        outcome = story.when(TakeReview("cleo", at(20), "c1")).then(ReviewTaken("cleo", at(20), "c1", "d1", "cleo"))
        assert ({}, {}, 1) == counts(outcome, "cleo")

    def test_taken_by_whom_it_is_offered_to(self):
        """That accepts the offer."""
        outcome = review().when(TakeReview("cleo", at(20), "c1")).then(ReviewTaken, OfferAccepted)
        assert ({}, {}, 1) == counts(outcome, "cleo")

    def test_taken_by_another(self):
        """Who asks for it has it; the offer is taken back."""
        outcome = review().when(TakeReview("dora", at(20), "c1"))
        outcome.then(ReviewTaken, OfferRescinded("dora", at(20), "c1", "cleo", Channel.CHAT, True, Rescission.TAKEN))
        assert [({}, {}, 0), ({}, {}, 1)] == [counts(outcome, agent) for agent in ("cleo", "dora")]

    @pytest.mark.parametrize(
        ("steps", "found"), [((), "no draft waits"), ((DRAFT, TakeReview("dora", at(6), "c1")), "dora reviews")]
    )
    def test_nothing_to_take(self, steps, found):
        """One that waits, and one at a time."""
        story = given(case_in("open", agent="ben"), steps)
        taken = story.when(TakeReview("cleo", at(20), "c1")).refused("offer.waiting")
        assert taken.verdict.reasons[0].message.startswith(f"case c1: {found}")
        offer = story.when(OfferWork("system", at(20), "c1", "cleo", review=True)).refused("offer.waiting")
        assert offer.verdict.reasons[0].message.startswith(f"case c1: {found}")

    def test_offered_already(self):
        """To one at a time."""
        review().when(OfferWork("system", at(20), "c1", "dora", review=True)).refused("offer.waiting")

    def test_by_who_may(self):
        """Somebody with the permission, who did not write it."""
        story = given(case_in("open", agent="dora"), attrs.evolve(DRAFT, by="dora"))
        own = story.when(TakeReview("dora", at(20), "c1")).refused("offer.reviewer")
        assert "[offer.reviewer] dora wrote the draft -> leave it to somebody else" == str(own.verdict)
        other = story.when(TakeReview("ana", at(20), "c1")).refused("offer.reviewer")
        assert "[offer.reviewer] ana has no permission to approve -> leave it to somebody who has it" == str(
            other.verdict
        )

    def test_queue_of_the_draft(self):
        """Its queue counts, not the case's."""
        story = given(
            case_in("open", agent="ben"),
            attrs.evolve(DRAFT, queue="billing"),
            ChangeAgent("dora", at(6), "cleo", queues=frozenset({"general"})),
        )
        story.when(TakeReview("cleo", at(20), "c1")).refused("assignment.queue")

    def test_full(self):
        """The total bounds reviews."""
        story = given(case_in("open", agent="ben"), DRAFT, ChangeAgent("dora", at(6), "cleo", capacity={"total": 0}))
        story.when(TakeReview("cleo", at(20), "c1")).refused("capacity.total")

    def test_decided_by_another_meanwhile(self):
        """The offer is taken back when the draft is decided."""
        outcome = review().when(ApproveDraft("dora", at(20), "c1", "d1")).then(DraftApproved, ReplySent, OfferRescinded)
        assert ({}, {}, 0) == counts(outcome, "cleo")

    @pytest.mark.parametrize("taken", [True, False])
    def test_withdrawn(self, taken):
        """Nobody reviews what is not there any more."""
        story = review(AcceptOffer("cleo", at(20), "c1", review=True)) if taken else review()
        outcome = story.when(WithdrawDraft("ben", at(21), "c1", "d1"))
        assert ({}, {}, 0) == counts(outcome, "cleo")
        assert [ReviewEnded if taken else OfferRescinded] == [type(event) for event in outcome.events[1:]]

    @pytest.mark.parametrize("taken", [True, False])
    def test_superseded(self, taken):
        """Nor what the customer has overtaken."""
        policy = Policy.loads('[approval]\non_customer_message = "supersede"\n[queues.general]\nfallback = true')
        story = review(AcceptOffer("cleo", at(20), "c1", review=True) if taken else (), policy=policy)
        outcome = story.when(ReceiveMessage("customer", at(21), "t-c1", "m2"))
        outcome.then(MessageReceived, DraftSuperseded, ReviewEnded if taken else OfferRescinded)
        assert ({}, {}, 0) == counts(outcome, "cleo")

    def test_stale(self):
        """A draft that is kept keeps its reviewer."""
        story = review(AcceptOffer("cleo", at(20), "c1", review=True))
        outcome = story.when(ReceiveMessage("customer", at(21), "t-c1", "m2")).then(MessageReceived, DraftWentStale)
        assert "cleo" == outcome.desk.cases["c1"].draft.reviewer

    def test_next_draft(self):
        """Regression: who declined one draft was asked last for the next one on the case."""
        story = review(RejectOffer("cleo", at(20), "c1", review=True), WithdrawDraft("ben", at(21), "c1", "d1"))
        outcome = story.when(attrs.evolve(DRAFT, at=at(22), draft="d2")).then(DraftSubmitted)
        assert () == offers_of(outcome).review_asked

    def test_case_and_review_at_once(self):
        """Both may be on offer, to two people."""
        story = given(
            case_in("open", agent="ben", channel="messaging"),
            DRAFT,
            LeaveCase("ben", at(6), "c1"),
            OfferWork("system", at(10), "c1", "ana"),
            OfferWork("system", at(10), "c1", "cleo", review=True),
        )
        assert Offers("ana", at(10), "cleo", at(10), ("ben",)) == offers_of(story)
        story.when(RejectOffer("ana", at(11), "c1")).then(OfferDeclined)
        story.when(RejectOffer("ana", at(11), "c1", review=True)).refused("offer.agent")


TO_OWNER = '[reopening]\nto = "owner_if_eligible"\n[queues.general]\nfallback = true'
OWNER = Policy.loads(TO_OWNER)
LEFT = (
    case_in("resolved", channel="messaging"),
    LeaveCase("ana", at(10), "c1"),
    Dispose("ana", at(10), "c1", "solved", "Fine"),
)
WRITES = ReceiveMessage("customer", at(60), "t-c1", "m2")


class TestReopening:
    """A case that nobody holds, when its customer writes again."""

    @pytest.mark.parametrize(
        "step",
        [
            GoUnavailable("ana", at(20), "ana", "lunch"),
            LogOut("ana", at(20), "ana"),
            (case_in("open", "c2", at=at(20)), SetNextState("ana", at(21), "ana", "lunch")),
            ChangeAgent("dora", at(20), "ana", queues=frozenset()),
            ChangeAgent("dora", at(20), "ana", channels=frozenset({Channel.EMAIL})),
            ChangeAgent("dora", at(20), "ana", capacity={"total": 0}),
            (case_in("open", "c2", channel="sms", at=at(20)), LeaveCase("ana", at(21), "c2")),
        ],
        ids=["lunch", "logged out", "leaving", "queue", "channel", "full", "undisposed"],
    )
    def test_owner_who_cannot_take_it(self, step):
        """It goes to the queue, whatever keeps them from it, even where that rule is softened."""
        softened = '\n[enforcement]\n"assignment.available" = "off"\n"capacity.total" = "off"'
        soft = Policy.loads(TO_OWNER + softened)
        for policy in (OWNER, soft):
            story = given(LEFT, step, policy=policy)
            assert CaseQueued("system", at(60), "c1", "general", at(60)) in story.when(WRITES).events

    def test_asked_anew(self):
        """Who declined it before the customer wrote again is asked like everybody else."""
        story = given(
            case_in("pending", channel="messaging", agent="cleo"),
            LeaveCase("cleo", at(1), "c1"),
            OFFER,
            RejectOffer("ana", at(11), "c1"),
        )
        assert (("cleo", "ana"), ()) == (offers_of(story).asked, offers_of(story.when(WRITES)).asked)

    def test_offered_already(self):
        """Who is being asked goes on being asked."""
        story = given(
            case_in("pending", channel="messaging", agent="cleo"), LeaveCase("cleo", at(1), "c1"), OFFER, policy=OWNER
        )
        outcome = story.when(WRITES).then(MessageReceived, CaseReopened)
        assert "ana" == offers_of(outcome).offered_to


class TestEverybody:
    """Who may be given work at all is told in the same words whichever way it comes."""

    @pytest.mark.parametrize(
        "command",
        [
            OfferWork("system", at(20), "c1", "eva"),
            ReassignCase("dora", at(20), "c1", agent="eva"),
            OpenCase("eva", at(20), "c1"),
        ],
    )
    def test_same_reasons(self, command):
        """Offered, reassigned or opened."""
        story = given(new_case(reason="billing"), GoAvailable("eva", at(1), "eva"))
        refused = story.when(command).refused("assignment.queue", "assignment.channel")
        assert {
            "[assignment.queue] eva does not serve the queue billing -> leave it to somebody who does",
            "[assignment.channel] eva does not work on chat -> leave it to somebody who does",
        } == {str(reason) for reason in refused.verdict.reasons}

    def test_self_approval(self):
        """Where the policy lets authors approve, they may be offered their own."""
        policy = Policy.loads("[approval]\nself_approval = true\n[queues.general]\nfallback = true")
        story = given(case_in("open", agent="dora"), attrs.evolve(DRAFT, by="dora"), policy=policy)
        story.when(TakeReview("dora", at(20), "c1")).then(ReviewTaken)
        assert Permission.APPROVE in story.desk.agents["dora"].permissions


def test_authenticated_transfer():
    """A chat is transferred once the customer is known; the next contact starts unauthenticated."""
    story = given(case_in("open"), Authenticate("ana", at(1), "c1"))
    moved = story.when(ReassignCase("ana", at(2), "c1", agent="cleo"))
    moved.then(CaseReleased, CaseQueued, WorkOffered, ContactEnded, WrapUpOwed, AgentWrapsUp)
    taken = moved.and_when(AcceptOffer("cleo", at(3), "c1"))
    assert taken.desk.cases["c1"].contact.authenticated is False


def test_the_customer_s_message_makes_a_new_round():
    """Whoever left a case is asked last until its customer writes again.

    Regression: an agent who answered an email as pending and left was asked last when the customer answered, although
    the answer was meant for nobody else.
    """
    left = given(case_in("pending", channel="messaging"), LeaveCase("ana", at(30), "c1"))
    assert ("ana",) == left.desk.cases["c1"].offers.asked
    written = left.when(ReceiveMessage("customer", at(40), "t-c1", "m40", "And now?"))
    assert () == written.desk.cases["c1"].offers.asked
