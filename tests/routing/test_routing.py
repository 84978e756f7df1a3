"""Routing: which waiting work goes to whom next, and why (§3)."""

import attrs
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from rpds import HashTrieMap

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM, CommandError
from casecore.policies import Policy
from casecore.policies.sections import Approval, Capacity, Delivery, Priority, Queue, Routing, Strategy, WrapUpRules
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import ReassignDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.contacts import EndContact
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferWork, RejectOffer, RescindOffer, Rescission
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.wrap_ups import Dispose
from casecore.routing import explain_route, next_for, next_offer, reasons_against, route, unserved, waiting_work
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, flatten_commands, given, new_case
from tests.profiles import examples

REPLY, APPROVE = Permission.REPLY, Permission.APPROVE
NO_WRAP_UP = Policy(wrap_up=WrapUpRules(disposition=False, notes=False))
QUEUES = {"bills": Queue(reasons=("bill",)), "rest": Queue(fallback=True)}


def at_once(number, policy=None):
    """A policy by which so many offers may ring at one agent."""
    policy = policy or Policy()
    return attrs.evolve(policy, routing=attrs.evolve(policy.routing, offers_at_once=number))


def comes(name, *queues, when=T0, permissions=(REPLY,), **fields):
    """The commands that bring an agent who is available."""
    serves = frozenset(queues or ("general",))
    added = AddAgent(SYSTEM, T0, name, permissions=frozenset(permissions), queues=serves, **fields)
    return added, GoAvailable(name, when, name)


def desk_of(*commands, policy=None):
    """The desk after these commands, each in its time, without the usual team."""
    in_time = sorted(flatten_commands(commands), key=lambda command: command.at)
    return given(*in_time, policy=policy or Policy(), team=False).desk


def offers_of(desk, seconds=60):
    """What routing offers now: to whom each case goes."""
    return [(command.case, command.agent) for command in route(desk, at(seconds)) if isinstance(command, OfferWork)]


def routed(desk, seconds=60):
    """The desk after all that routing proposes."""
    for command in route(desk, at(seconds)):
        desk, _ = desk.handle(command)
    return desk


def after(desk, *commands):
    """The desk after more commands."""
    for command in commands:
        desk, _ = desk.handle(command)
    return desk


# The queue ---------------------------------------------------------------------------------------------

FILTERS = Policy(
    queues={
        "bills": Queue(reasons=("bill",)),
        "posts": Queue(channels=(Channel.FACEBOOK,)),
        "french": Queue(languages=("fr",)),
        "vips": Queue(tags=("vip",)),
        "rest": Queue(fallback=True),
    }
)


@pytest.mark.parametrize(
    ("queue", "fields"),
    [
        ("bills", {"reason": "bill"}),
        ("bills", {"reason": "bill", "language": "fr", "tags": frozenset({"vip"})}),
        ("posts", {"channel": Channel.FACEBOOK}),
        ("french", {"language": "fr"}),
        ("vips", {"tags": frozenset({"vip", "new"})}),
        ("rest", {"reason": "weather", "language": "pt"}),
        ("rest", {}),
    ],
)
def test_queue_filters(queue, fields):
    """A case enters the first queue whose filters take its reason, channel, language or tags; else the fallback."""
    assert queue == desk_of(new_case(**fields), policy=FILTERS).cases["c1"].case.queue


def test_what_no_filter_takes_is_offered_too():
    """Nothing is ever unrouted: given nobody's reason, when routed, then whoever serves the fallback gets it."""
    desk = desk_of(comes("ana", "bills"), comes("bo", "rest"), new_case(reason="weather"), policy=FILTERS)
    assert [("c1", "bo")] == offers_of(desk)


# Push and pull -----------------------------------------------------------------------------------------

PULL = Policy(queues={"push": Queue(reasons=("push",)), "pull": Queue(fallback=True, delivery=Delivery.PULL)})


def test_push_is_offered_and_pull_is_fetched():
    """Given a case in either queue, when routed, then only the one in the push queue is offered."""
    desk = desk_of(comes("ana", "push", "pull"), new_case("c1"), new_case("c2", reason="push"), policy=PULL)
    assert [("c2", "ana")] == offers_of(desk)
    assert OpenCase("ana", at(60), "c1") == next_for(routed(desk), "ana", at(60))


def test_give_me_more_takes_from_push_queues_too():
    """An agent who asks gets the next of all their queues, whichever is first in order."""
    desk = desk_of(comes("ana", "push", "pull"), new_case("c1", reason="push"), new_case("c2", at=at(1)), policy=PULL)
    assert OpenCase("ana", at(60), "c1") == next_for(desk, "ana", at(60))


def test_give_me_more_finds_pending_cases():
    """Pending cases are not offered; whoever asks finds them."""
    left = (SendReply("ana", at(1), "c1", "r1", "One moment", Status.PENDING), LeaveCase("ana", at(2), "c1"))
    desk = desk_of(comes("ana"), case_in("open", channel="whatsapp"), left, policy=NO_WRAP_UP)
    assert [] == offers_of(desk)
    assert OpenCase("ana", at(60), "c1") == next_for(desk, "ana", at(60))


def test_give_me_more_gives_what_one_left_last():
    """Given a case that ana left and a younger one, when she asks, then the younger; the left one if it is alone."""
    desk = desk_of(comes("ana"), case_in("open", channel="email"), LeaveCase("ana", at(1), "c1"), policy=NO_WRAP_UP)
    assert OpenCase("ana", at(60), "c1") == next_for(desk, "ana", at(60))
    more = after(desk, new_case("c2", channel="email", at=at(50)))
    assert OpenCase("ana", at(60), "c2") == next_for(more, "ana", at(60))


def test_give_me_more_gives_reviews():
    """An approver who asks may get a review; the author of the draft gets none."""
    draft = SubmitDraft("ana", at(1), "c1", "d1", "So be it", queue="general")
    desk = desk_of(
        comes("ana", permissions=(REPLY, APPROVE)), comes("bo", permissions=(APPROVE,)), case_in("open"), draft
    )
    assert TakeReview("bo", at(60), "c1") == next_for(desk, "bo", at(60))
    assert None is next_for(desk, "ana", at(60))


def test_give_me_more_gives_nothing_to_whom_nothing_may_be_given():
    """Given waiting work, when somebody asks who is unknown, away, or serves other queues, then nothing."""
    desk = desk_of(
        comes("ana"),
        comes("bo", "rest"),
        new_case(),
        GoUnavailable("ana", at(1), "ana", "lunch"),
        policy=Policy(queues={"general": Queue(reasons=("none",)), "rest": Queue(fallback=True)}),
    )
    assert [None, None] == [next_for(desk, name, at(60)) for name in ("nobody", "ana")]
    assert OpenCase("bo", at(60), "c1") == next_for(desk, "bo", at(60))


def test_what_is_offered_is_not_given_to_another():
    """Given a case offered to ana, when bo asks for more, then nothing; and it is not offered twice."""
    desk = routed(desk_of(comes("ana"), comes("bo", when=at(1)), new_case()))
    assert "ana" == desk.cases["c1"].offers.offered_to
    assert None is next_for(desk, "bo", at(60))
    assert [] == offers_of(desk)


# Order -------------------------------------------------------------------------------------------------


def order(policy, *arrivals, seconds=60):
    """The cases in the order in which one agent with room for one is offered them."""
    policy, room = at_once(100, policy), {"total": 100, "chat": 100}
    desk = desk_of(comes("ana", *policy.queues, capacity=room), *arrivals, policy=policy)
    return [case for case, _ in offers_of(desk, seconds)]


def two_queues(first, second):
    """A policy of two queues with these priorities: `first`, for the reason `first`, and the fallback."""
    return Policy(
        queues={"first": Queue(reasons=("first",), priority=first), "second": Queue(fallback=True, priority=second)}
    )


def test_the_longest_waiting_first():
    """Of equal cases the longer waiting is offered first, whatever their ids."""
    assert ["c9", "c1"] == order(Policy(), new_case("c9"), new_case("c1", at=at(1)))


def test_then_the_id():
    """Of cases that wait equally long the smaller id comes first."""
    assert ["c1", "c2", "c3"] == order(Policy(), new_case("c3"), new_case("c1"), new_case("c2"))


def test_highest_priority_first():
    """A queue's initial priority goes before waiting time."""
    policy = two_queues(Priority(initial=100), Priority())
    assert ["c2", "c1"] == order(policy, new_case("c1"), new_case("c2", reason="first", at=at(30)))


@pytest.mark.parametrize(("seconds", "expected"), [(29, ["c2", "c1"]), (30, ["c1", "c2"]), (31, ["c1", "c2"])])
def test_priority_grows(seconds, expected):
    """Waiting seconds x acceleration is added: 1 a second catches up with a head start of 30 after 30 seconds."""
    policy = two_queues(Priority(initial=0, acceleration=2), Priority(initial=30, acceleration=1))
    arrivals = (new_case("c1", reason="first"), new_case("c2"))
    assert expected == order(policy, *arrivals, seconds=seconds)


@pytest.mark.parametrize(("seconds", "expected"), [(50, ["c1", "c2"]), (51, ["c2", "c1"])])
def test_priority_is_capped(seconds, expected):
    """It grows to the most that the queue allows, and no further."""
    policy = two_queues(Priority(max=50), Priority())
    arrivals = (new_case("c1", reason="first"), new_case("c2"))
    assert expected == order(policy, *arrivals, seconds=seconds)


def test_waiting_goes_on_where_the_customer_is_unanswered():
    """Given a case that was opened and left unanswered, then it keeps its place before a younger one."""
    desk = desk_of(
        (comes("ana"), comes("bo", when=at(5))),
        (case_in("open", channel="email"), LeaveCase("ana", at(2), "c1")),
        new_case("c2", channel="email", at=at(1)),
    )
    assert "c1" == offers_of(desk)[0][0]


@pytest.mark.parametrize("channel", ["chat", "voice"])
def test_who_was_cut_off_comes_first(channel):
    """Given a live customer whose agent was lost, then they come before who waits for longer and is more important."""
    policy = two_queues(Priority(initial=500), Priority())
    waits = (new_case("c0", reason="first"), new_case("c1"))
    lost = (comes("zoe", *policy.queues), new_case("c2", channel=channel, at=at(5)), OpenCase("zoe", at(6), "c2"))
    gone = (LogOut("zoe", at(7), "zoe"), ReleaseAbsent(SYSTEM, at(67), "c2"))
    room = attrs.evolve(policy, capacity=attrs.evolve(policy.capacity, voice_with_cases=True))
    assert ["c2", "c0", "c1"] == order(room, waits, lost, gone, seconds=80)


def test_who_comes_back_before_the_disposition_comes_first():
    """Given a customer who ended the chat and writes again while it is wrapped up, then they come before the others."""
    chat = (comes("zoe"), new_case("c2", at=at(5)), OpenCase("zoe", at(6), "c2"))
    back = (EndContact(CUSTOMER, at(10), "c2"), ReceiveMessage(CUSTOMER, at(20), "t-c2", "m2", "One more thing"))
    desk = desk_of(comes("ana", when=at(30)), new_case("c1"), chat, back)
    assert at(20) == desk.cases["c2"].case.cut_off_at
    assert [("c2", "ana")] == offers_of(desk)


def test_of_those_cut_off_the_longest():
    """Whatever their waiting times, and whenever their cases were taken back."""
    first = (comes("zoe"), new_case("c9", at=at(5)), OpenCase("zoe", at(6), "c9"), LogOut("zoe", at(7), "zoe"))
    second = (comes("yan"), new_case("c1"), OpenCase("yan", at(6), "c1"), LogOut("yan", at(8), "yan"))
    released = (ReleaseAbsent(SYSTEM, at(70), "c1"), ReleaseAbsent(SYSTEM, at(80), "c9"))
    assert ["c9", "c1", "c0"] == order(Policy(), new_case("c0"), first, second, released, seconds=90)


def test_why_one_who_was_cut_off_comes_first():
    """The explanation says so."""
    lost = (comes("zoe"), new_case("c2", at=at(5)), OpenCase("zoe", at(6), "c2"), LogOut("zoe", at(7), "zoe"))
    desk = desk_of(comes("ana"), new_case("c1"), lost, ReleaseAbsent(SYSTEM, at(67), "c2"))
    said = explain_route(desk, "c2", at(68)).message
    waits = "case c2 waits in general for 63 s with priority 63; its customer was cut off; 0 come before it"
    assert f"{waits}; it goes to ana" == said


def test_what_waits_keeps_its_place_wherever_it_is_offered():
    """Given an escalated case offered by hand to bo, who refuses, then it comes before one that waits for less long."""
    escalated = (case_in("escalated", channel="sms"), LeaveCase("ana", at(1), "c1"))
    team = (comes("ana"), comes("bo", when=at(1)), comes("dora", permissions=Permission))
    asked = (ReassignCase("dora", at(30), "c1", "bo"), RejectOffer("bo", at(31), "c1"))
    desk = desk_of(team, escalated, new_case("c2", channel="sms", at=at(20)), asked, policy=NO_WRAP_UP)
    assert at(1) == desk.cases["c1"].case.waiting_since
    assert ("c1", "dora") == offers_of(desk)[0]


# Who ---------------------------------------------------------------------------------------------------


def test_longest_idle():
    """Whoever has had nothing new for the longest is offered the case."""
    desk = desk_of(comes("ana", when=at(3)), comes("bo", when=at(1)), comes("cy", when=at(2)), new_case(at=at(4)))
    assert [("c1", "bo")] == offers_of(desk)


def test_longest_idle_then_fewest_contacts_then_id():
    """Given agents idle equally long, then the one with fewer contacts, offers counted; then by id."""
    team, cases = (comes("bo"), comes("ana")), [new_case(f"c{number}") for number in range(4)]
    desk = desk_of(*team, *cases, policy=at_once(2))
    assert [("c0", "ana"), ("c1", "bo"), ("c2", "ana"), ("c3", "bo")] == offers_of(desk)


def strategy(agents):
    """A policy with a strategy."""
    return Policy(routing=Routing(agents=agents))


def test_least_loaded():
    """Given ana idle for longer but with a case, then bo; of equal loads the longer idle, then the id."""
    policy = strategy(Strategy.LEAST_LOADED)
    team = (comes("ana"), comes("bo", when=at(5)), comes("cy", when=at(5)))
    busy = (new_case("c1", at=at(1)), OpenCase("ana", at(2), "c1"))
    desk = desk_of(*team, busy, new_case("c2", at=at(6)), policy=policy)
    assert [("c2", "bo")] == offers_of(desk)
    equal = desk_of(*team, new_case("c1", at=at(6)), policy=policy)
    assert [("c1", "ana")] == offers_of(equal)


def test_least_loaded_then_longest_idle_then_id():
    """Given agents with equal loads, then the one idle for longer, whatever their ids; idle equally long, the id."""
    policy = at_once(2, strategy(Strategy.LEAST_LOADED))
    team = (comes("ana", when=at(3)), comes("bo", when=at(2)), comes("cy", when=at(1)), comes("di", when=at(1)))
    cases = [new_case(f"c{number}", channel="sms", at=at(4)) for number in range(5)]
    assert ["cy", "di", "bo", "ana", "cy"] == [agent for _, agent in offers_of(desk_of(*team, *cases, policy=policy))]


def test_least_loaded_counts_offers_and_reviews():
    """Given bo idle for longer but with an offer, or with a review, then ana, who has nothing."""
    policy = strategy(Strategy.LEAST_LOADED)
    rings = (new_case("c1", channel="sms"), OfferWork(SYSTEM, at(6), "c1", "bo"))
    team = (comes("ana", when=at(5)), comes("bo", permissions=(REPLY, APPROVE)))
    desk = desk_of(team, rings, new_case("c2", channel="sms", at=at(7)), policy=policy)
    assert [("c2", "ana")] == offers_of(desk)
    draft = (case_in("open", "c1", "cy", channel="sms"), SubmitDraft("cy", T0, "c1", "d1", "Hi"))
    reviews = (comes("cy"), draft, GoUnavailable("ana", at(5), "ana"), TakeReview("bo", at(6), "c1"))
    asked = (GoAvailable("ana", at(7), "ana"), new_case("c2", channel="sms", at=at(8)), SetNextState("cy", T0, "cy"))
    assert [("c2", "ana")] == offers_of(desk_of(team, reviews, asked, policy=policy))


@pytest.mark.parametrize("agents", Strategy)
def test_at_last_the_id(agents):
    """Given agents between whom nothing else decides, then the id, in whatever order they came."""
    desk = desk_of(comes("cy"), comes("ana"), comes("bo"), new_case(), policy=strategy(agents))
    assert [("c1", "ana")] == offers_of(desk)


@pytest.mark.parametrize("agents", [Strategy.LONGEST_IDLE, Strategy.LEAST_LOADED])
def test_whoever_never_had_anything_is_idle_for_longest(agents):
    """Given one of whom it is not known since when they are idle, then they come first."""
    desk = desk_of(comes("ana"), comes("bo"), new_case(), policy=strategy(agents))
    unknown = attrs.evolve(desk.agents["bo"], idle_since=None)
    assert [("c1", "bo")] == offers_of(attrs.evolve(desk, agents=desk.agents.insert("bo", unknown)))


def test_a_call_does_not_ring_beside_a_case_nor_a_case_beside_a_call():
    """Given what rings at one agent, then the next thing of the other sort goes to the other."""
    for first, second in (("chat", "voice"), ("voice", "chat")):
        desk = desk_of(
            comes("ana"), comes("bo", when=at(9)), new_case("c1", channel=first), new_case("c2", channel=second)
        )
        assert [("c1", "ana"), ("c2", "bo")] == offers_of(desk)


def test_round_robin():
    """Whoever was given or offered work longest ago comes first; never before ever; then the id."""
    policy = at_once(2, strategy(Strategy.ROUND_ROBIN))
    desk = desk_of(comes("ana"), comes("bo"), *[new_case(f"c{number}") for number in range(4)], policy=policy)
    asked = []
    for second in range(4):
        offer = next_offer(desk, at(second))
        asked.append((offer.case, offer.agent))
        desk = after(desk, offer)
    assert [("c0", "ana"), ("c1", "bo"), ("c2", "ana"), ("c3", "bo")] == asked


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ("assignment.available", comes("bo", "rest")[:1]),
        (
            "assignment.next_state",
            (comes("bo", "rest"), case_in("open", "c0", "bo"), SetNextState("bo", T0, "bo", "lunch")),
        ),
        ("assignment.queue", comes("bo", "bills")),
        ("assignment.channel", comes("bo", "rest", channels=frozenset({Channel.EMAIL}))),
        ("capacity.channel", comes("bo", "rest", capacity={"chat": 0})),
        ("capacity.total", comes("bo", "rest", capacity={"total": 0})),
        (
            "capacity.voice_with_cases",
            (comes("bo", "rest"), new_case("c0", channel="voice"), OpenCase("bo", T0, "c0")),
        ),
        (
            "assignment.wrap_up",
            (comes("bo", "rest"), case_in("resolved", "c0", "bo", channel="sms"), EndContact("bo", T0, "c0")),
        ),
    ],
)
def test_who_is_not_eligible_is_passed_over(rule, who):
    """Given bo, whom one thing keeps from the case, then it goes to ana although she is idle for less long."""
    policy = Policy(queues=QUEUES)
    desk = desk_of(who, comes("ana", "rest", when=at(9)), new_case(at=at(9)), policy=policy)
    assert [("c1", "ana")] == offers_of(desk)
    work = next(waiting_work(desk.cases["c1"], policy))
    assert [rule] == [reason.rule for reason in reasons_against(desk.agents["bo"], work, policy)]
    assert [] == list(reasons_against(desk.agents["ana"], work, policy))


def test_two_chats_and_no_third():
    """Given three chats and one agent, then two are offered; the third when one of them has ended and is disposed."""
    desk = routed(desk_of(comes("ana"), *[new_case(f"c{number}") for number in (1, 2, 3)], policy=at_once(3)))
    assert [] == offers_of(desk)
    accepted = after(desk, *(AcceptOffer("ana", at(60), case) for case in ("c1", "c2")))
    solved = (Authenticate("ana", at(61), "c1"), SendReply("ana", at(61), "c1", "r1", "Done", Status.RESOLVED))
    ended = after(accepted, *solved, EndContact("ana", at(62), "c1"))
    assert [] == offers_of(ended, 63)
    assert [("c3", "ana")] == offers_of(after(ended, Dispose("ana", at(64), "c1", "solved", "Done")), 65)


# One thing rings at a time -----------------------------------------------------------------------------


def test_one_thing_rings_at_a_time():
    """Given three emails and one agent with room for all, then one is offered, and the next once she has answered."""
    desk = desk_of(comes("ana"), *[new_case(f"c{number}", channel="email") for number in (1, 2, 3)])
    assert [("c1", "ana")] == offers_of(desk)
    rings = routed(desk)
    assert [("c2", "ana")] == offers_of(after(rings, AcceptOffer("ana", at(61), "c1")), 62)
    assert [("c1", "ana")] == offers_of(after(rings, RejectOffer("ana", at(61), "c1")), 62)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_as_many_as_the_policy_says(number):
    """`routing.offers_at_once` of them."""
    cases = [new_case(f"c{case}", channel="email") for case in range(5)]
    assert number == len(offers_of(desk_of(comes("ana"), *cases, policy=at_once(number))))


def test_what_rings_at_one_goes_on_to_another():
    """Given two agents, then each is offered one, though the first would come first for both."""
    cases = (new_case("c1", channel="email"), new_case("c2", channel="email"))
    desk = desk_of(comes("ana"), comes("bo", when=at(9)), *cases, policy=strategy(Strategy.LONGEST_IDLE))
    assert [("c1", "ana"), ("c2", "bo")] == offers_of(desk)


def test_a_review_rings_as_a_case_does():
    """Given a review that rings at bo, then no case does; and the other way round."""
    desk = after(draft_waits(comes("bo", permissions=(APPROVE,))), SetNextState("ana", at(1), "ana"))
    (offer,) = route(after(desk, new_case("c2", at=at(2))), at(60))
    assert (True, "bo") == (offer.review, offer.agent)
    case_first = after(desk, new_case("c2", at=at(2)), OfferWork(SYSTEM, at(3), "c2", "bo"))
    assert () == route(case_first, at(60))
    taken = after(desk, OfferWork(SYSTEM, at(3), "c1", "bo", review=True), AcceptOffer("bo", at(4), "c1", review=True))
    assert [("c2", "bo")] == offers_of(after(taken, new_case("c2", at=at(5))))


def test_what_is_given_by_hand_rings_beside():
    """A transfer to somebody at whom something rings is theirs to accept: the limit is routing's, not eligibility."""
    team = (comes("ana"), comes("dora", permissions=Permission))
    desk = routed(desk_of(team, SetNextState("dora", T0, "dora"), new_case("c1"), new_case("c2")))
    by_hand = after(desk, ReassignCase("dora", at(61), "c2", "ana"))
    assert 2 == by_hand.agents["ana"].ringing
    assert () == route(by_hand, at(62))


def test_whoever_asks_gets_more_though_something_rings():
    """Fetching is no offer."""
    desk = routed(desk_of(comes("ana"), new_case("c1"), new_case("c2", at=at(1))))
    assert OpenCase("ana", at(61), "c2") == next_for(desk, "ana", at(61))


def test_why_not_somebody_at_whom_something_rings():
    """The explanation names it, with the limit."""
    desk = routed(desk_of(comes("ana"), new_case("c1"), new_case("c2", at=at(1))))
    (ana,) = explain_route(desk, "c2", at(62)).candidates
    assert "1 of 1 offers ring at ana" == ana.why
    assert [("routing.offers_at_once", {"has": 1, "limit": 1})] == [(r.rule, r.facts) for r in ana.reasons]


# Declining ---------------------------------------------------------------------------------------------


def test_a_decliner_is_asked_again_only_when_every_other_has_declined():
    """Given ana, who declined, and bo, who took the case and left it, then cy is asked before either, and ana first."""
    team = (comes("ana"), comes("bo", when=at(1)), comes("cy", when=at(2)))
    declined = (
        new_case(channel="sms", at=at(3)),
        OfferWork(SYSTEM, at(4), "c1", "ana"),
        RejectOffer("ana", at(5), "c1"),
    )
    left = (OpenCase("bo", at(6), "c1"), LeaveCase("bo", at(7), "c1"))
    desk, asked = desk_of(team, declined, left, policy=NO_WRAP_UP), []
    for second in (8, 9, 10, 11):
        offer = next_offer(desk, at(second))
        asked.append(offer.agent)
        desk = after(desk, offer, RejectOffer(offer.agent, at(second), "c1"))
    assert ["cy", "ana", "bo", "cy"] == asked


def test_who_gave_a_review_back_is_asked_last():
    """Given bo, who took a review and gave it to the queue again, then cy."""
    desk = draft_waits(*(comes(name, permissions=(APPROVE,)) for name in ("bo", "cy")))
    taken = after(desk, TakeReview("bo", at(2), "c1"), ReassignDraft("bo", at(3), "c1", "d1", queue="general"))
    assert ["cy"] == [offer.agent for offer in route(taken, at(4))]


def test_a_decliner_is_asked_last():
    """Given three agents, when each declines, then all others are asked before the first is asked again."""
    desk = desk_of(comes("ana"), comes("bo", when=at(1)), comes("cy", when=at(2)), new_case(at=at(3)))
    asked = []
    for second in range(4, 10):
        offer = next_offer(desk, at(second))
        asked.append(offer.agent)
        desk = after(desk, offer, RejectOffer(offer.agent, at(second), "c1"))
    assert ["ana", "bo", "cy", "ana", "bo", "cy"] == asked


def test_an_offer_unanswered_is_declined():
    """When the offer has timed out, then it goes to somebody else."""
    desk = routed(desk_of(comes("ana"), comes("bo", when=at(1)), new_case(at=at(1))), 2)
    (due,) = [due for due in desk.due() if isinstance(due.command, ExpireOffer)]
    assert [("c1", "bo")] == offers_of(after(desk, due.command), 40)


def test_a_leaver_is_asked_last():
    """Given ana, who left the case and is idle for longest, then bo; ana only if nobody else can."""
    left = (comes("ana"), case_in("open", channel="email"), LeaveCase("ana", at(1), "c1"))
    assert [("c1", "bo")] == offers_of(desk_of(left, comes("bo", when=at(9)), policy=NO_WRAP_UP))
    assert [("c1", "ana")] == offers_of(desk_of(left, policy=NO_WRAP_UP))


# Reviews -----------------------------------------------------------------------------------------------


def draft_waits(*team, policy=None, **fields):
    """A desk where ana holds c1 and her draft d1 waits."""
    draft = SubmitDraft("ana", at(1), "c1", "d1", "So be it", **{"queue": "general", **fields})
    return desk_of(comes("ana", permissions=(REPLY, APPROVE)), *team, case_in("open"), draft, policy=policy)


def test_a_review_goes_to_an_approver():
    """Given a draft by ana, then bo, who may approve, reviews it; not cy, who may not, nor ana, who wrote it."""
    desk = draft_waits(comes("cy"), comes("bo", when=at(1), permissions=(APPROVE,)))
    (offer,) = route(desk, at(60))
    assert OfferWork(SYSTEM, at(60), "c1", "bo", review=True) == offer
    assert "ana" == after(desk, offer, AcceptOffer("bo", at(61), "c1", review=True)).cases["c1"].case.assignee


def test_nobody_reviews_their_own_unless_the_policy_says_so():
    """Given that the author alone may approve, then the review waits, except where the policy lets them."""
    assert () == route(draft_waits(comes("bo")), at(60))
    (offer,) = route(draft_waits(policy=Policy(approval=Approval(self_approval=True))), at(60))
    assert "ana" == offer.agent


def test_reviews_and_cases_travel_in_one_order():
    """Given a review that waits for longer than a case, then it comes first; and the case has no turn before it."""
    desk = draft_waits(comes("bo", permissions=(APPROVE,)), policy=at_once(9))
    more = after(desk, new_case("c2", at=at(2)), new_case("c0", at=at(2)))
    assert [("c1", True), ("c0", False), ("c2", False)] == [(offer.case, offer.review) for offer in route(more, at(60))]


def test_a_review_counts_in_the_total_only():
    """Given an agent with two chats and no room for a third, then the review is offered; not if the total is full."""
    for total, expected in ((3, 1), (2, 0)):
        desk = draft_waits(
            comes("bo", permissions=(APPROVE,), capacity={"total": total}), new_case("c8"), new_case("c9")
        )
        held = after(desk, *(OpenCase("bo", at(2), case) for case in ("c8", "c9")))
        assert expected == len(route(held, at(60)))


def test_who_declined_a_review_is_asked_last():
    """Given two approvers, when one declines, then the other is asked, and then the first again."""
    desk = draft_waits(*(comes(name, when=T0, permissions=(APPROVE,)) for name in ("bo", "cy")))
    asked = []
    for second in (2, 3, 4):
        (offer,) = route(desk, at(second))
        asked.append(offer.agent)
        desk = after(desk, offer, RejectOffer(offer.agent, at(second), "c1", review=True))
    assert ["bo", "cy", "bo"] == asked


def test_a_draft_that_waits_no_more_is_not_offered():
    """Given that the author took it back, then there is nothing to review."""
    desk = draft_waits(comes("bo", permissions=(APPROVE,)))
    assert () == route(after(desk, WithdrawDraft("ana", at(2), "c1", "d1")), at(60))


# Emails ------------------------------------------------------------------------------------------------


def answered_email(*team, policy=NO_WRAP_UP):
    """A desk where ana answered an email, the case was closed, and the customer answers: a new case, c2."""
    replied = SendReply("ana", at(1), "c1", "r1", "Your bill", Status.RESOLVED, subject="Bill")
    answer = ReceiveMessage(CUSTOMER, at(3), "t-c1", "m2", "But why?", in_reply_to="r1", new_case="c2")
    closed = CloseCase(SYSTEM, at(2), "c1", CloseReason.SPAM)
    return desk_of(comes("ana"), case_in("open", channel="email"), replied, closed, answer, team, policy=policy)


def test_an_email_goes_first_to_whom_it_answers():
    """Given bo idle for longer, then ana, whose email was answered, is offered the case."""
    assert [("c2", "ana")] == offers_of(answered_email(comes("bo")))


@pytest.mark.parametrize("gone", [GoUnavailable("ana", at(4), "ana", "lunch"), LogOut("ana", at(4), "ana")])
def test_an_email_waits_for_nobody(gone):
    """Given that ana is not there, then her email goes to whoever is next."""
    assert [("c2", "bo")] == offers_of(answered_email(comes("bo"), gone))


def test_a_preferred_agent_who_declined_is_asked_last():
    """Given that ana declined the email that answers hers, then bo."""
    desk = routed(answered_email(comes("bo")))
    assert [("c2", "bo")] == offers_of(after(desk, RejectOffer("ana", at(61), "c2")), 62)


def test_no_preference_where_the_policy_has_none():
    """Given that the policy does not route by the earlier handler, then bo, who is idle for longer."""
    policy = attrs.evolve(NO_WRAP_UP, routing=Routing(earlier_handler=False))
    assert [("c2", "bo")] == offers_of(answered_email(comes("bo"), policy=policy))


def test_only_emails_go_by_whom_they_answer():
    """Given a text message that answers ana's, then bo, who is idle for longer."""
    replied = SendReply("ana", at(1), "c1", "r1", "Your bill", Status.RESOLVED)
    answer = ReceiveMessage(CUSTOMER, at(3), "t-c1", "m2", "But why?", in_reply_to="r1", new_case="c2")
    closed = CloseCase(SYSTEM, at(2), "c1", CloseReason.SPAM)
    team = comes("ana"), comes("bo")
    desk = desk_of(*team, case_in("open", channel="sms"), replied, closed, answer, policy=NO_WRAP_UP)
    assert [("c2", "bo")] == offers_of(desk)


# Rerouting ---------------------------------------------------------------------------------------------


def test_on_arrival():
    """Given an idle agent, when a case arrives, then it is offered."""
    desk = desk_of(comes("ana"))
    assert [] == offers_of(desk)
    assert [("c1", "ana")] == offers_of(after(desk, new_case()))


def test_when_an_agent_becomes_available():
    """Given a waiting case and nobody there, when ana comes, then it is offered to her."""
    desk = desk_of(comes("ana")[0], new_case())
    assert [] == offers_of(desk)
    assert [("c1", "ana")] == offers_of(after(desk, GoAvailable("ana", at(1), "ana")))


def test_when_capacity_frees():
    """Given ana full with one case, when she resolves and closes it, then the next is offered."""
    policy = attrs.evolve(NO_WRAP_UP, capacity=Capacity(total=1))
    desk = desk_of(comes("ana"), case_in("resolved", channel="sms"), new_case("c2", at=at(1)), policy=policy)
    assert [] == offers_of(desk)
    assert [("c2", "ana")] == offers_of(after(desk, EndContact("ana", at(2), "c1")))


def test_when_a_next_state_is_cleared():
    """Given ana, who will leave after her contact, when she stays after all, then she is offered work again."""
    leaving = SetNextState("ana", at(1), "ana", "lunch")
    desk = desk_of(comes("ana"), case_in("open"), new_case("c2"), leaving)
    assert [] == offers_of(desk)
    assert [("c2", "ana")] == offers_of(after(desk, ClearNextState("ana", at(2), "ana")))


# Taking offers back ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "command"),
    [
        ("ana is unavailable (lunch)", GoUnavailable("ana", at(61), "ana", "lunch")),
        ("ana is logged_out", LogOut("ana", at(61), "ana")),
        ("ana has set a next state (lunch)", SetNextState("ana", at(61), "ana", "lunch")),
        ("ana has 1 contact to dispose", EndContact("ana", at(61), "c0")),
    ],
)
def test_offers_to_somebody_who_takes_no_more_are_taken_back(why, command):
    """Given an offer to ana, when she goes, will go or owes a wrap-up, then it is taken back and goes to bo."""
    busy = () if "unavailable" in why else case_in("resolved", "c0", channel="sms")
    desk = routed(desk_of(comes("ana"), busy, comes("bo")[0], new_case("c1", at=at(1))))
    assert "ana" == desk.cases["c1"].offers.offered_to
    gone = after(desk, GoAvailable("bo", at(60), "bo"), command)
    rescind, offer = route(gone, at(62))
    assert RescindOffer(SYSTEM, at(62), "c1", because=Rescission.AGENT_STOPPED) == rescind
    assert ("c1", "bo") == (offer.case, offer.agent)
    assert () == routed(gone, 62).cases["c1"].offers.asked  # she did not decline it


LOST = {
    "the queue": {"queues": frozenset({"other"})},
    "the channel": {"channels": frozenset({Channel.EMAIL})},
    "the room of the channel": {"capacity": {"chat": 0}},
    "the room in total": {"capacity": {"total": 0}},
}
OTHER = Policy(queues={"other": Queue(reasons=("other",)), "general": Queue(fallback=True)})


@pytest.mark.parametrize("lost", LOST)
def test_an_offer_to_somebody_who_cannot_take_it_any_more_is_taken_back(lost):
    """Given an offer that rings, when ana loses the queue, the channel or the room, then bo is offered the case."""
    desk = routed(desk_of(comes("ana"), comes("bo", when=at(9)), new_case(), policy=OTHER))
    changed = after(desk, ChangeAgent(SYSTEM, at(61), "ana", **LOST[lost]))
    assert not changed.decide(AcceptOffer("ana", at(62), "c1"))
    back, offer = route(changed, at(62))
    assert RescindOffer(SYSTEM, at(62), "c1", because=Rescission.CANNOT_TAKE) == back
    assert OfferWork(SYSTEM, at(62), "c1", "bo") == offer


def test_an_offer_above_the_limit_is_taken_back():
    """Given a pending case that counted no more, when its customer returns while another rings, then that goes back."""
    capacity = Capacity(total=1, statuses=(Status.NEW, Status.OPEN, Status.ESCALATED))
    held = (comes("ana"), case_in("pending", channel="sms"), new_case("c2", channel="sms", at=at(1)))
    desk = routed(desk_of(*held, policy=attrs.evolve(NO_WRAP_UP, capacity=capacity)))
    back = after(desk, ReceiveMessage(CUSTOMER, at(61), "t-c1", "m2", "And now?"))
    assert (RescindOffer(SYSTEM, at(62), "c2", because=Rescission.CANNOT_TAKE),) == route(back, at(62))


def test_an_offer_that_was_only_warned_about_stands():
    """Where the policy softens a rule, what a supervisor offers in spite of it is not taken back."""
    warns = Policy.loads(
        "[queues.general]\nfallback = true\n[queues.other]\nreasons = ['x']\n[enforcement]\n"
        + "".join(f'"{rule}" = "warn"\n' for rule in ("capacity.total", "capacity.channel", "assignment.queue"))
    )
    team = (comes("dora", permissions=Permission), comes("ana", "other", capacity={"total": 0, "chat": 0}))
    desk = desk_of(team, SetNextState("dora", T0, "dora"), new_case(), policy=warns)
    offered = after(desk, ReassignCase("dora", at(1), "c1", "ana"))
    assert () == route(offered, at(2))


def test_the_offer_of_a_review_to_somebody_who_may_not_approve_any_more():
    """Or who serves its queue no longer."""
    desk = routed(draft_waits(comes("bo", permissions=(APPROVE,)), policy=OTHER))
    for lost in ({"permissions": frozenset()}, {"queues": frozenset({"other"})}, {"capacity": {"total": 0}}):
        changed = after(desk, ChangeAgent(SYSTEM, at(61), "bo", **lost))
        assert (RescindOffer(SYSTEM, at(62), "c1", True, Rescission.CANNOT_TAKE),) == route(changed, at(62))


def test_an_offer_that_fills_the_last_place_stands():
    """What is offered counts, and does not push itself out."""
    desk = routed(desk_of(comes("ana", capacity={"total": 1, "chat": 1}), new_case()))
    assert () == route(desk, at(62))


# What nobody serves ------------------------------------------------------------------------------------


def told_unserved(desk, seconds=60):
    """What is told of it."""
    return [str(one) for one in unserved(desk, at(seconds))]


def test_a_case_that_waits_where_nobody_serves_is_reported():
    """The longest waiting first; where somebody serves the queue, though they are at lunch, nothing is told."""
    policy = Policy(queues={**QUEUES, "pulled": Queue(reasons=("p",), delivery=Delivery.PULL)})
    cases = (new_case("c1", reason="p", at=at(5)), new_case("c2", reason="bill"), new_case("c3"))
    desk = desk_of(comes("ana", "rest"), GoUnavailable("ana", at(1), "ana"), *cases, policy=policy)
    assert ["c2", "c1"] == [one.case for one in unserved(desk, at(60))]
    assert "case c2 waits in bills since 2026-11-02 09:00:00: no agent serves it" == told_unserved(desk)[0]
    assert "nobody serves bills" in explain_route(desk, "c2", at(60)).message
    assert [] == told_unserved(after(desk, ChangeAgent(SYSTEM, at(6), "ana", queues=frozenset(policy.queues))))
    more = after(desk, new_case("c4", reason="bill", at=at(7)))
    assert ["c2", "c1", "c4"] == [one.case for one in unserved(more, at(60))]


def test_what_waits_is_asked_of_an_instant():
    """Given something else, or an instant without a zone, then that is told as everywhere."""
    for odd in ("noon", at(60).replace(tzinfo=None)):
        with pytest.raises(CommandError, match="give an aware datetime"):
            unserved(desk_of(comes("ana")), odd)


def test_a_queue_that_the_policy_has_no_more():
    """Given a new policy without a queue in which a case waits, then it is offered to nobody, and that is told."""
    desk = desk_of(comes("ana", *QUEUES), new_case("c1", reason="bill"), policy=Policy(queues=QUEUES))
    gone = attrs.evolve(desk, policy=Policy(queues={"rest": Queue(fallback=True)}))
    assert () == route(gone, at(60))
    assert ["case c1 waits in bills since 2026-11-02 09:00:00: the policy has no such queue"] == told_unserved(gone)
    message = "case c1 waits in bills, and the policy has no such queue"
    assert message == explain_route(gone, "c1", at(60)).message


def test_a_review_that_nobody_who_serves_its_queue_may_approve():
    """Given a draft, and nobody but people who may not approve, then its review is reported, and not the case."""
    desk = after(draft_waits(comes("bo")), ChangeAgent(SYSTEM, at(2), "ana", permissions=frozenset({REPLY})))
    told = "the review of case c1 waits in general since 2026-11-02 09:00:01: no agent who serves it may approve"
    assert [told] == told_unserved(desk)
    assert [] == told_unserved(after(desk, ChangeAgent(SYSTEM, at(3), "bo", permissions=frozenset({APPROVE}))))


def test_offers_of_reviews_are_taken_back_too():
    """Given the review offered to bo, when bo goes, then it is taken back."""
    desk = routed(draft_waits(comes("bo", permissions=(APPROVE,))))
    assert "bo" == desk.cases["c1"].offers.review_to
    (rescind,) = route(after(desk, LogOut("bo", at(61), "bo")), at(62))
    assert RescindOffer(SYSTEM, at(62), "c1", review=True, because=Rescission.AGENT_STOPPED) == rescind


# Why ---------------------------------------------------------------------------------------------------


def test_why_this_case_why_this_agent_why_not_each_other_one():
    """Everything about a case that waits, in words and as data."""
    desk = desk_of(
        (comes("bo", "rest", when=at(2)), comes("ana", "rest", when=at(3)), comes("cy", "bills"), comes("di", "rest")),
        (new_case("c0", at=at(4)), new_case("c1", at=at(5)), GoUnavailable("di", at(6), "di", "lunch")),
        policy=Policy(queues=QUEUES | {"rest": Queue(fallback=True, priority=Priority(initial=10, acceleration=2))}),
    )
    explained = explain_route(desk, "c1", at(65))
    assert (
        "case c1 waits in rest for 60 s with priority 130; 1 come before it; it goes to bo\n"
        "-> bo: idle since 09:00:02, 0 contacts\n"
        "   ana: idle since 09:00:03, 0 contacts\n"
        "   cy: cy does not serve the queue rest\n"
        "   di: di is unavailable (lunch)"
    ) == str(explained)
    assert (130.0, 60.0, 1, "bo") == (explained.priority, explained.waited, explained.before, explained.chosen)
    assert [True, True, False, False] == [candidate.eligible for candidate in explained.candidates]
    assert ["assignment.available"] == [reason.rule for reason in explained.candidates[3].reasons]


def test_every_reason_is_told():
    """Given somebody whom several things keep from a case, then all of them are told."""
    desk = desk_of(comes("ana", channels=frozenset({Channel.EMAIL}), capacity={"total": 0})[0], new_case())
    explained = explain_route(desk, "c1", at(60))
    assert (
        "case c1 waits in general for 60 s with priority 60; 0 come before it; nobody can take it" == explained.message
    )
    rules = ["assignment.available", "capacity.total", "assignment.channel"]
    assert rules == [reason.rule for reason in explained.candidates[0].reasons]


def test_nobody_at_all():
    """A desk without agents has nobody to explain."""
    explained = explain_route(desk_of(new_case()), "c1", at(0))
    assert (None, ()) == (explained.chosen, explained.candidates)


def test_why_the_preferred_and_why_the_asked():
    """The explanation says who wrote what was answered, and who has been asked before."""
    desk = routed(answered_email(comes("bo")))
    declined = after(desk, RejectOffer("ana", at(61), "c2"))
    assert [
        ("bo", "idle since 09:00:00, 0 contacts"),
        (
            "ana",
            (
                "left or declined it before, so is asked last; wrote the message that was answered; "
                "idle since 09:00:02, 0 contacts"
            ),
        ),
    ] == [(candidate.agent, candidate.why) for candidate in explain_route(declined, "c2", at(62)).candidates]


def test_why_a_review_goes_where_it_goes():
    """For a review: who may approve, and who wrote it."""
    desk = draft_waits(comes("bo", permissions=(APPROVE,)), comes("cy"))
    assert (
        "the review of case c1 waits in general for 59 s with priority 59; 0 come before it; it goes to bo\n"
        "-> bo: idle since 09:00:00, 0 contacts\n"
        "   cy: cy has no permission to approve\n"
        "   ana: ana wrote the draft"
    ) == str(explain_route(desk, "c1", at(60), review=True))


def test_an_agent_who_never_had_work():
    """Given an agent whose record says nothing of when they were idle, then that is said."""
    desk = desk_of(comes("ana"), new_case())
    loaded = attrs.evolve(desk, agents=desk.agents.insert("ana", attrs.evolve(desk.agents["ana"], idle_since=None)))
    assert "never had work, 0 contacts" == explain_route(loaded, "c1", at(0)).candidates[0].why


@pytest.mark.parametrize(
    ("message", "commands", "review"),
    [
        ("there is no case c1", (), False),
        ("case c1 is offered to ana, who has not answered", (new_case(), OfferWork(SYSTEM, T0, "c1", "ana")), False),
        ("ana holds case c1", case_in("open"), False),
        ("no review of case c1 waits", case_in("open"), True),
        (
            "case c1 is closed and is not offered; it can be fetched or found by search",
            (new_case(), CloseCase(SYSTEM, T0, "c1", CloseReason.SPAM)),
            False,
        ),
    ],
)
def test_why_nothing_waits(message, commands, review):
    """Where nothing of a case waits, the explanation says what becomes of it."""
    explained = explain_route(desk_of(comes("ana"), commands, policy=NO_WRAP_UP), "c1", at(60), review=review)
    assert (message, None, None) == (str(explained), explained.work, explained.chosen)


# Laws --------------------------------------------------------------------------------------------------


@st.composite
def busy_desks(draw):
    """A desk of three queues, up to five agents and up to eight cases, some of which have been left or declined."""
    priorities = st.builds(Priority, initial=st.sampled_from((0, 20)), acceleration=st.sampled_from((0, 1, 2)))
    policy = Policy(
        queues={
            "bills": Queue(reasons=("bill",), priority=draw(priorities)),
            "faults": Queue(reasons=("fault",), priority=draw(priorities), delivery=draw(st.sampled_from(Delivery))),
            "rest": Queue(fallback=True, priority=draw(priorities)),
        },
        routing=Routing(agents=draw(st.sampled_from(Strategy)), offers_at_once=draw(st.integers(1, 3))),
        wrap_up=WrapUpRules(disposition=False, notes=False),
    )
    some_queues = st.frozensets(st.sampled_from([*policy.queues]), min_size=1)
    some_channels = st.frozensets(st.sampled_from((Channel.CHAT, Channel.EMAIL)))
    commands = []
    for name in draw(st.permutations(("ana", "bo", "cy", "di", "ed")))[: draw(st.integers(0, 5))]:
        capacity = {"total": draw(st.integers(1, 4))}
        commands.append(
            AddAgent(SYSTEM, T0, name, "", frozenset(Permission), draw(some_queues), draw(some_channels), capacity)
        )
        commands.append(GoAvailable(name, at(draw(st.integers(0, 2))), name))
    for number in draw(st.permutations(range(8)))[: draw(st.integers(0, 8))]:
        channel, reason = draw(st.sampled_from(("chat", "email"))), draw(st.sampled_from(("bill", "fault", "other")))
        commands.append(new_case(f"c{number}", channel=channel, reason=reason, at=at(draw(st.integers(0, 30)))))
    desk = desk_of(*commands, policy=policy)
    for case, agent in draw(
        st.lists(st.tuples(st.sampled_from(range(8)), st.sampled_from([*desk.agents] or ["none"])), max_size=6)
    ):
        kind = draw(st.sampled_from((OpenCase, LeaveCase, OfferWork, RejectOffer)))
        given_away = OfferWork(SYSTEM, at(31), f"c{case}", agent)
        command = given_away if kind is OfferWork else kind(agent, at(31), f"c{case}")
        verdict = desk.decide(command)
        desk = desk.evolve(verdict.events) if verdict else desk
    return desk


def eligible(desk, work):
    """Who could take this work now, and at whom no more rings than may."""
    most = desk.policy.routing.offers_at_once
    fit = [agent for agent in desk.agents.values() if not list(reasons_against(agent, work, desk.policy))]
    return [agent for agent in fit if sum(agent.offered.values()) + agent.reviews_offered < most]


@drawn(busy_desks(), st.integers(31, 200))
def test_nobody_is_idle_while_work_waits_for_them(desk, seconds):
    """After `route` no agent is left who could take anything that waits in a push queue, unless something rings."""
    left = routed(desk, seconds)
    assert [] == [
        (work, eligible(left, work))
        for file in left.cases.values()
        for work in waiting_work(file, left.policy)
        if eligible(left, work)
    ]


@drawn(busy_desks(), st.integers(31, 200))
def test_every_proposal_is_accepted_and_in_order(desk, seconds):
    """Each offer is accepted by `decide`, and goes to the first work that anybody can take (promises 05, 17)."""
    now = at(seconds)
    for offer in route(desk, now):
        works = [work for file in desk.cases.values() for work in waiting_work(file, desk.policy)]
        takeable = [work.rank(now, desk.policy) for work in works if eligible(desk, work)]
        offered = next(work for work in works if (work.case, work.review) == (offer.case, offer.review))
        assert min(takeable) == offered.rank(now, desk.policy)
        fresh = [agent.id for agent in eligible(desk, offered) if agent.id not in offered.asked]
        assert offer.agent in (fresh or offered.asked)
        assert desk.decide(offer), desk.decide(offer)
        desk = after(desk, offer)


@drawn(busy_desks(), st.integers(31, 200), st.randoms(use_true_random=False))
def test_the_order_of_listing_says_nothing(desk, seconds, random):
    """The same cases and agents, listed in another order, are routed in the same way."""

    def shuffled(table):
        rows = sorted(table.items())
        random.shuffle(rows)
        return HashTrieMap(rows)

    other = attrs.evolve(desk, agents=shuffled(desk.agents), cases=shuffled(desk.cases))
    assert route(desk, at(seconds)) == route(other, at(seconds))
    assert [next_for(desk, agent, at(seconds)) for agent in sorted(desk.agents)] == [
        next_for(other, agent, at(seconds)) for agent in sorted(desk.agents)
    ]


@drawn(busy_desks(), st.integers(31, 200))
def test_whoever_asks_gets_what_they_may_take(desk, seconds):
    """What `next_for` gives is accepted, and nobody who could take anything gets nothing."""
    for agent in desk.agents.values():
        command = next_for(desk, agent.id, at(seconds))
        works = [work for file in desk.cases.values() for work in waiting_work(file, desk.policy, pull=True)]
        takeable = [work for work in works if not list(reasons_against(agent, work, desk.policy))]
        assert (command is None) == (not takeable)
        assert command is None or desk.decide(command)


@drawn(busy_desks(), st.integers(31, 200))
def test_the_explanation_agrees_with_the_routing(desk, seconds):
    """The first offer goes to the one whom the explanation of that case has chosen, and nothing comes before it."""
    offer = next_offer(desk, at(seconds))
    if isinstance(offer, OfferWork):
        explained = explain_route(desk, offer.case, at(seconds), review=offer.review)
        assert offer.agent == explained.chosen
        assert len(desk.agents) == len(explained.candidates)


@drawn(st.sets(st.integers(0, 1000), min_size=2, max_size=8), st.permutations(range(8)))
@examples(20)
def test_of_equal_cases_the_longer_waiting_first(seconds, numbers):
    """Promise 17: cases of one queue are offered in the order in which they have come, whatever their ids."""
    came = sorted(seconds)
    arrivals = [new_case(f"c{number}", at=at(second)) for number, second in zip(numbers, came, strict=False)]
    assert [case.new_case for case in arrivals] == order(Policy(), *arrivals, seconds=2000)
