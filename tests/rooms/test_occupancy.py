"""Occupancy: which of the cases that somebody holds count against their limits (§3)."""

import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.policies.errors import PolicyError
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseUnqueued, LeaveCase, OpenCase, WorkBegun
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus, StatusSet
from casecore.rooms.contacts import ContactStarted
from casecore.rooms.occupancy import OccupancyChanged
from casecore.rooms.offers import AcceptOffer, OfferWork, WorkOffered
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import SolutionReached
from casecore.routing import next_for
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case

QUEUE = "[queues.general]\nfallback = true\n"
AT_WORK = 'statuses = ["new", "open", "escalated"]'
SOP = Policy.loads(f"{QUEUE}[capacity]\n{AT_WORK}\ntotal = 5")
WITHOUT_WRAP_UP = Policy.loads(f"{QUEUE}[capacity]\n{AT_WORK}\n[wrap_up]\ndisposition = false\nnotes = false")


def resting(desk, agent="ana"):
    """How many cases of an agent are pending, and how many resolved, by channel."""
    row = desk.agents[agent]
    return dict(row.pending), dict(row.resolved)


def five_of_five(*, channel="email"):
    """Ana holds four pending cases and a resolved one, and a new one waits."""
    statuses = ("pending", "pending", "pending", "pending", "resolved")
    held = [case_in(status, f"c{number}", channel=channel) for number, status in enumerate(statuses, 1)]
    return held, new_case("c9", channel=channel, at=at(5))


class TestWhatCounts:
    """Four pending cases and a resolved one are five of five, unless the policy leaves them out."""

    def test_everything_by_default(self):
        """All that somebody holds counts."""
        story = given(five_of_five(), policy=Policy.loads(f"{QUEUE}[capacity]\ntotal = 5"))
        story.when(OpenCase("ana", at(10), "c9")).refused("capacity.channel", "capacity.total")

    @pytest.mark.parametrize("channel", ["email", "sms", "whatsapp"])
    def test_what_rests_blocks_no_new_work(self, channel):
        """Given a policy that leaves out pending and resolved, then she may take, fetch and be offered more."""
        story = given(five_of_five(channel=channel), policy=SOP)
        story.when(OfferWork("system", at(10), "c9", "ana")).then(WorkOffered)
        assert OpenCase("ana", at(10), "c9") == next_for(story.desk, "ana", at(10))
        story.when(OpenCase("ana", at(10), "c9")).then(CaseAssigned, WorkBegun, ContactStarted)

    def test_from_the_first_day_of_another_policy(self):
        """Given a desk that worked by an SOP in which everything counts, then another one counts right at once."""
        desk = given(five_of_five(), policy=Policy.loads(QUEUE)).desk
        assert {"email": 4} == resting(desk)[0]
        assert 0 == desk.agents["ana"].has_of(Channel.EMAIL, SOP) == desk.agents["ana"].has_in_total(SOP)
        assert 5 == desk.agents["ana"].has_of(Channel.EMAIL, Policy()) == desk.agents["ana"].has_in_total(Policy())

    @pytest.mark.parametrize(("left_out", "expected"), [("pending", (1, 1)), ("resolved", (4, 4))])
    def test_one_of_the_two(self, left_out, expected):
        """A policy may leave out either."""
        kept = [status for status in ("new", "open", "pending", "escalated", "resolved") if status != left_out]
        policy = Policy.loads(f"{QUEUE}[capacity]\nstatuses = {kept}".replace("'", '"'))
        row = given(five_of_five(), policy=policy).desk.agents["ana"]
        assert expected == (row.has_of(Channel.EMAIL, policy), row.has_in_total(policy))

    def test_live_ones_always(self):
        """A chat counts while somebody holds it, whatever its status: the customer is there."""
        two = (case_in("pending", "c1"), case_in("resolved", "c2"), new_case("c3", at=at(1)))
        story = given(two, policy=SOP)
        assert ({}, {}) == resting(story.desk)
        story.when(OpenCase("ana", at(10), "c3")).refused("capacity.channel")

    def test_offers_and_reviews_always(self):
        """What is offered counts as what is held and worked on."""
        few = Policy.loads(f"{QUEUE}[capacity]\n{AT_WORK}\ntotal = 1")
        story = given(case_in("pending", channel="sms"), new_case("c2", channel="sms"), policy=few)
        offered = story.and_given(OfferWork("system", at(5), "c2", "ana"), new_case("c3", channel="sms", at=at(6)))
        offered.when(OfferWork("system", at(7), "c3", "ana")).refused("capacity.total")

    def test_a_call_beside_what_rests(self):
        """Where calls and cases do not mix, an email that waits for its customer keeps no call away."""
        story = given(case_in("pending", channel="email"), new_case("c2", channel="voice"), policy=SOP)
        assert story.when(OpenCase("ana", at(5), "c2")).verdict
        for case in (case_in("open", channel="email"), case_in("pending", channel="chat")):
            busy = given(case, new_case("c2", channel="voice"), policy=SOP)
            refused = busy.when(OpenCase("ana", at(5), "c2")).refused("capacity.voice_with_cases")
            assert {"has": 1, "limit": 0} == refused.verdict.reasons[0].facts

    def test_told_as_it_is_counted(self):
        """The refusal names what counts, and the limit."""
        held = (case_in("pending", "c1", channel="email"), case_in("open", "c2", channel="email"))
        one = given(
            held, new_case("c3", channel="email"), policy=Policy.loads(f"{QUEUE}[capacity]\n{AT_WORK}\nemail = 1")
        )
        (reason,) = one.when(OpenCase("ana", at(5), "c3")).refused("capacity.channel").verdict.reasons
        assert "ana already has 1 of 1 on email" == reason.message
        assert {"channel": "email", "has": 1, "limit": 1} == reason.facts


class TestAboveTheLimit:
    """A customer's return, or a reopening by hand, may lift somebody above a limit; then nothing is given."""

    ONE = Policy.loads(f"{QUEUE}[capacity]\n{AT_WORK}\ntotal = 1\n[wrap_up]\ndisposition = false\nnotes = false")
    HELD = (
        case_in("pending", "c1", channel="sms"),
        case_in("open", "c2", channel="sms"),
        new_case("c3", channel="sms"),
    )

    @pytest.mark.parametrize(
        "back",
        [
            ReceiveMessage("customer", at(10), "t-c1", "m2", "And now?"),
            SetStatus("ana", at(10), "c1", Status.OPEN),
            SetStatus("dora", at(10), "c1", Status.ESCALATED),
        ],
    )
    def test_nothing_until_they_are_below(self, back):
        """They keep both; when one rests again they are at the limit, and only when both do they get the third."""
        lifted = given(self.HELD, policy=self.ONE).and_given(back)
        assert 2 == lifted.desk.agents["ana"].has_in_total(self.ONE)
        lifted.when(OpenCase("ana", at(11), "c3")).refused("capacity.total")
        one = lifted.and_given(SendReply("ana", at(12), "c2", "r2", "Hello"))
        one.when(OpenCase("ana", at(13), "c3")).refused("capacity.total")
        none = one.and_given(SendReply("ana", at(14), "c1", "r1", "Hello", Status.RESOLVED))
        assert none.when(OpenCase("ana", at(15), "c3")).verdict

    def test_what_rings_then_is_not_accepted(self):
        """Given an offer that rings when the customer returns, then there is no room for it any more."""
        held = (case_in("pending", "c1", channel="sms"), new_case("c3", channel="sms", at=at(1)))
        story = given(held, OfferWork("system", at(5), "c3", "ana"), policy=self.ONE)
        back = story.and_given(ReceiveMessage("customer", at(10), "t-c1", "m2", "And now?"))
        back.when(AcceptOffer("ana", at(11), "c3")).refused("capacity.total")


class TestCounting:
    """The record follows every change of a held case that does not rest on a live channel."""

    def test_replies(self):
        """Each way to send it."""
        story = given(case_in("open", channel="email"))
        changed = OccupancyChanged("system", at(5), "c1", "ana", Channel.EMAIL, None, Status.PENDING)
        replied = SendReply("ana", at(5), "c1", "r1", "Hello", subject="Bill")
        pending = story.when(replied).then(ReplySent, changed)
        assert ({Channel.EMAIL: 1}, {}) == resting(pending.desk)
        resolved = pending.after.and_given(SetStatus("ana", at(6), "c1", Status.RESOLVED))
        assert ({}, {Channel.EMAIL: 1}) == resting(resolved.desk)
        escalated = resolved.and_given(SetStatus("ana", at(7), "c1", Status.ESCALATED))
        assert ({}, {}) == resting(escalated.desk)

    @pytest.mark.parametrize(
        "gone",
        [
            LeaveCase("ana", at(10), "c1"),
            CloseCase("ana", at(10), "c1", CloseReason.SPAM),
            ReassignCase("ana", at(10), "c1", queue="general"),
        ],
    )
    @pytest.mark.parametrize("status", ["pending", "resolved"])
    def test_given_up(self, status, gone):
        """Whoever holds it no longer has one less, and whoever takes it has one more."""
        story = given(case_in(status, channel="email"), policy=WITHOUT_WRAP_UP)
        left = story.and_given(gone)
        assert ({}, {}) == resting(left.desk)
        if not isinstance(gone, CloseCase):
            taken = left.and_given(OpenCase("ben", at(20), "c1"))
            held = {Channel.EMAIL: 1}
            assert ((held, {}) if status == "pending" else ({}, held)) == resting(taken.desk, "ben")

    def test_what_nobody_holds(self):
        """It counts for nobody."""
        left = given(case_in("pending", channel="sms"), LeaveCase("ana", at(5), "c1"))
        left.when(SetStatus("dora", at(6), "c1", Status.RESOLVED)).then(StatusSet, CaseUnqueued, SolutionReached)

    def test_back_to_its_owner(self):
        """Given a policy that sends a reopened case to its owner, then it is one at work."""
        policy = Policy.loads(
            f'{QUEUE}[reopening]\nto = "owner_if_eligible"\n[wrap_up]\ndisposition = false\nnotes = false'
        )
        story = given(case_in("resolved", channel="sms"), LeaveCase("ana", at(5), "c1"), policy=policy)
        back = story.and_given(ReceiveMessage("customer", at(9), "t-c1", "m2", "And now?"))
        assert ("ana", ({}, {})) == (back.desk.cases["c1"].case.assignee, resting(back.desk))


class TestPolicy:
    """`capacity.statuses` names what counts."""

    def test_default(self):
        """All but closed."""
        assert () == Policy().capacity.left_out == Policy.default().capacity.left_out

    @pytest.mark.parametrize(
        ("statuses", "problem"),
        [
            ('["open", "escalated"]', "leaves out new"),
            ("[]", "leaves out new, open, escalated"),
            ('["new", "open", "escalated", "closed"]', "nobody holds a closed case"),
        ],
    )
    def test_what_is_worked_on_always_counts(self, statuses, problem):
        """Only pending and resolved may be left out."""
        with pytest.raises(PolicyError) as error:
            Policy.loads(f"{QUEUE}[capacity]\nstatuses = {statuses}")
        assert problem in str(error.value)

    def test_for_some_cases(self):
        """An override may say otherwise for its cases: whatever waits then counts for them alone."""
        policy = Policy.loads(
            f"{QUEUE}[capacity]\nemail = 1\n"
            f'[[override]]\nmatch = {{ tag = "vip" }}\nset = {{ "capacity.statuses" = ["new", "open", "escalated"] }}'
        )
        held = case_in("pending", "c1", channel="email")
        vip = new_case("c3", channel="email", tags=frozenset({"vip"}))
        story = given(held, new_case("c2", channel="email"), vip, policy=policy)
        story.when(OpenCase("ana", at(5), "c2")).refused("capacity.channel")
        assert story.when(OpenCase("ana", at(5), "c3")).verdict
