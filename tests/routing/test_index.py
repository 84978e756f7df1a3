"""The index for a large desk gives the same answers as routing that looks at everything (§3)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casecore.channels import LIVE, Channel
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Event
from casecore.policies import Change, Match, Override, Policy
from casecore.policies.sections import (
    ALWAYS_COUNTED,
    COUNTED,
    Approval,
    Capacity,
    Delivery,
    Opening,
    Overflow,
    Priority,
    Queue,
    Routing,
    Strategy,
    WrapUpRules,
)
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddTag
from casecore.rooms.offers import AcceptOffer, OfferAccepted, OfferWork, RejectOffer, RescindOffer, Rescission
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import TakeReview
from casecore.rooms.wrap_ups import Dispose
from casecore.routing import next_for, next_offer
from casecore.routing.index import Router
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, new_case
from casecore.testing.strategies import commands

NAMES = ("ana", "bo", "cy", "di")
QUEUES = ("bills", "faults", "rest")
CHANNELS = (Channel.CHAT, Channel.EMAIL, Channel.WHATSAPP)

PRIORITIES = st.builds(
    Priority,
    initial=st.sampled_from((0.0, 50.0)),
    acceleration=st.sampled_from((0.0, 1.0, 2.0)),
    max=st.sampled_from((60.0, 1000.0)),
)
ROUND = {"routing.agents": "round_robin"}
OVERRIDES = st.sampled_from(
    (
        (),
        (Override(match=Match(channel=Channel.CHAT), set=ROUND),),
        (
            Override(match=Match(queue="bills"), set={"routing.agents": "least_loaded", "capacity.total": 2}),
            Override(
                match=Match(channel=Channel.EMAIL, queue="bills"),
                set={"routing.agents": "longest_idle", "capacity.email": 1},
            ),
        ),
    )
)
"""Nothing, or cases of their own strategy and limits: the lanes of one queue are then several lines."""

OVERFLOWS = st.sampled_from(
    (*(Overflow(after=timedelta(seconds=after), to=to) for after in (30, 0) for to in ("rest", "bills")), Overflow())
)
"""A queue overflows into another one, at once or after a while; or it does not."""

HOURS = st.sampled_from((None, None, "mornings"))
MORNINGS = {"mornings": Opening(monday=("09:00-09:01", "09:02-09:03", "09:05-12:00"))}
"""Hours between whose intervals a desk of some minutes passes."""

POLICIES = st.builds(
    lambda strategy, delivery, priorities, total, self_approval, override, statuses, most, overflow, hours: Policy(
        queues={
            "bills": Queue(reasons=("a",), priority=priorities[0], hours=hours[0]),
            "faults": Queue(
                reasons=("b",), priority=priorities[1], delivery=delivery, overflow=overflow, hours=hours[1]
            ),
            "rest": Queue(fallback=True, priority=priorities[2], hours=hours[2]),
        },
        calendars=MORNINGS,
        routing=Routing(agents=strategy, offers_at_once=most),
        capacity=Capacity(total=total, statuses=statuses),
        approval=Approval(self_approval=self_approval),
        override=override,
    ),
    st.sampled_from(Strategy),
    st.sampled_from(Delivery),
    st.tuples(PRIORITIES, PRIORITIES, PRIORITIES),
    st.sampled_from((1, 3, 6)),
    st.booleans(),
    OVERRIDES,
    st.sampled_from((COUNTED, ALWAYS_COUNTED)),
    st.sampled_from((1, 1, 2, 9)),
    OVERFLOWS,
    st.tuples(HOURS, HOURS, HOURS),
)
AGENT = st.sampled_from(NAMES)
SECONDS = st.sampled_from((0, 0, 1, 5, 40))


class RoutedDesk(RuleBasedStateMachine):
    """A desk at work, a router beside it that follows every step, and routing that looks at everything."""

    @initialize(policy=POLICIES, data=st.data())
    def the_desk_opens(self, policy, data):
        """Four agents come, who serve some of the queues and may do some things."""
        self.desk, self.messages = Desk(policy), 0
        self.router = Router(self.desk)
        self.now = T0
        for name in NAMES:
            some = data.draw(st.frozensets(st.sampled_from(Permission)))
            queues = data.draw(st.frozensets(st.sampled_from(QUEUES), min_size=1))
            channels = data.draw(st.sampled_from((frozenset(), frozenset(CHANNELS[:1]), frozenset(CHANNELS[1:]))))
            self.give(AddAgent, SYSTEM, name, permissions=some, queues=queues, channels=channels)
            self.give(GoAvailable, name, name)

    def give(self, kind, by, *fields, **more):
        """Give a command now; refused or not, the desk goes on."""
        self.follow(kind(by, self.now, *fields, **more))

    def follow(self, command):
        """Decide a command, and tell the router what happened."""
        verdict = self.desk.decide(command)
        if verdict:
            self.desk = self.desk.evolve(verdict.events)
            self.router.update(self.desk, verdict.events)
            self.now = self.desk.now or self.now

    def case(self, data, *, which=lambda file: True):
        """One of the cases; None when there is none."""
        cases = sorted(case for case, file in self.desk.cases.items() if which(file))
        return data.draw(st.sampled_from(cases)) if cases else None

    @rule(seconds=SECONDS)
    def time_goes_on(self, seconds):
        """Waiting work grows in priority."""
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from((1, 30, 60)))
    def a_clock_is_slow(self, seconds):
        """A host that asks with the time of some seconds ago gets what is next then; and the next one what is now."""
        for then in (self.now - timedelta(seconds=seconds), self.now):
            assert next_offer(self.desk, then) == self.router.next(self.desk, then)

    @rule(channel=st.sampled_from(CHANNELS), reason=st.sampled_from("abc"), thread=st.integers(0, 9))
    def a_customer_writes(self, channel, reason, thread):
        """On a new thread or an old one."""
        self.messages += 1
        known = f"{channel}-{thread}" in self.desk.threads
        first = {} if known else {"customer": f"k{thread}", "channel": channel, "reason": reason}
        self.give(ReceiveMessage, CUSTOMER, f"{channel}-{thread}", f"m{self.messages}", "Hello", **first)

    @rule(data=st.data(), kind=st.sampled_from((AcceptOffer, AcceptOffer, RejectOffer)))
    def an_offer_is_answered(self, data, kind):
        """By whom it is for."""
        open_offers = [
            (to, case, review)
            for case, file in sorted(self.desk.cases.items())
            for review in (False, True)
            if file.offers and (to := file.offers.to(review=review))
        ]
        if open_offers:
            to, case, review = data.draw(st.sampled_from(open_offers))
            self.give(kind, to, case, review)

    @rule(
        agent=AGENT,
        kind=st.sampled_from((GoAvailable, GoAvailable, GoUnavailable, LogOut, SetNextState, ClearNextState)),
    )
    def an_agent_comes_or_goes(self, agent, kind):
        """Or says that they will."""
        self.give(kind, agent, agent)

    @rule(
        agent=AGENT,
        queues=st.frozensets(st.sampled_from(QUEUES)),
        may=st.frozensets(st.sampled_from(Permission)),
        capacity=st.sampled_from(({}, {}, {"total": 1}, {"chat": 0})),
    )
    def an_agent_changes(self, agent, queues, may, capacity):
        """They serve other queues, may do other things, and have another limit."""
        self.give(ChangeAgent, SYSTEM, agent, queues=queues, permissions=may, capacity=capacity)

    @rule(data=st.data(), agent=AGENT)
    def somebody_is_asked_by_hand(self, data, agent):
        """Whatever rings there already."""
        case = self.case(data, which=lambda file: file.case.waiting_since is not None)
        if case is not None:
            self.give(OfferWork, SYSTEM, case, agent)

    @rule(data=st.data())
    def somebody_who_is_gone_loses_a_case(self, data):
        """Live ones are queued first."""
        case = self.case(data, which=lambda file: file.case.assignee is not None)
        if case is not None:
            self.now += timedelta(minutes=1)
            self.give(ReleaseAbsent, SYSTEM, case)

    @rule(data=st.data(), queue=st.sampled_from(QUEUES))
    def somebody_asks_for_approval(self, data, queue):
        """The draft waits in a queue."""
        case = self.case(data, which=lambda file: file.case.assignee is not None)
        if case is not None:
            self.messages += 1
            self.give(
                SubmitDraft, self.desk.cases[case].case.assignee, case, f"d{self.messages}", "So be it", queue=queue
            )

    @rule(
        data=st.data(), kind=st.sampled_from((LeaveCase, EndContact, Dispose, SendReply, WithdrawDraft, ReassignCase))
    )
    def the_holder_works(self, data, kind):
        """They leave, end, dispose, reply, give away."""
        case = self.case(data, which=lambda file: file.case.owner is not None)
        if case is None:
            return
        self.messages += 1
        file = self.desk.cases[case]
        holder = file.case.assignee or file.case.owner
        fields = {
            Dispose: ("solved", "Done"),
            SendReply: (f"m{self.messages}", "Hello"),
            WithdrawDraft: (file.draft.id if file.draft else "none",),
        }
        more = {"queue": data.draw(st.sampled_from(QUEUES))} if kind is ReassignCase else {}
        more = {"subject": "Hello"} if kind is SendReply else more
        self.give(kind, holder, case, *fields.get(kind, ()), **more)

    @rule(data=st.data(), agent=AGENT, kind=st.sampled_from((OpenCase, TakeReview)))
    def an_agent_fetches(self, data, agent, kind):
        """Somebody takes a case or a review themselves."""
        case = self.case(data)
        if case is not None:
            self.give(kind, agent, case)

    @rule(data=st.data())
    def anything_happens(self, data):
        """Any command that could be meant."""
        command = data.draw(commands(self.desk))
        if command.at >= self.now and command.at - self.now < timedelta(days=2):
            self.follow(command)

    @invariant()
    def what_agents_have_is_counted_right(self):
        """Their records count what the cases say: what waits for its customer, and what rings at them."""
        if not hasattr(self, "desk"):
            return
        for name, agent in self.desk.agents.items():
            files = [file for file in self.desk.cases.values() if file.case.channel not in LIVE]
            held = [(file.case.status, file.case.channel) for file in files if file.case.assignee == name]
            for status in (Status.PENDING, Status.RESOLVED):
                expected = Counter(channel for held_in, channel in held if held_in is status)
                assert expected == dict(agent.resting(status)), (name, status)
            offers = [file.offers for file in self.desk.cases.values() if file.offers]
            rings = [offer.to(review=review) for offer in offers for review in (False, True)]
            assert rings.count(name) == agent.ringing

    @rule()
    def somebody_routes(self):
        """The router proposes what looking at everything proposes, until nothing is left; and all of it is accepted."""
        if len(self.desk.cases) % 2:  # every second time also one that was made just now
            self.router = Router(self.desk)
        while True:
            expected = next_offer(self.desk, self.now)
            assert expected == self.router.next(self.desk, self.now)
            assert expected == Router(self.desk).next(self.desk, self.now)
            if expected is None:
                return
            assert self.desk.decide(expected), self.desk.decide(expected)
            self.follow(expected)


RoutedDesk.TestCase.settings = settings(stateful_step_count=60)
TestRouterFollows = RoutedDesk.TestCase


# By hand -----------------------------------------------------------------------------------------------


def follow(desk, router, *commands):
    """The desk after these commands; the router is told of each."""
    for command in commands:
        desk, events = desk.handle(command)
        router.update(desk, events)
    return desk


def both(desk, router, seconds):
    """What is next, on which both agree: the case and the agent; None when nothing is."""
    expected = next_offer(desk, at(seconds))
    assert expected == router.next(desk, at(seconds))
    return None if expected is None else (expected.case, expected.agent)


def served(*names, queues=None, override=(), change=(), **fields):
    """A desk with these agents, who may do everything and owe nothing after a contact; and its router."""
    queues, owed = queues or {"all": Queue(fallback=True)}, WrapUpRules(disposition=False, notes=False)
    policy = Policy(queues=queues, wrap_up=owed, override=tuple(override), change=tuple(change))
    desk = Desk(policy)
    router = Router(desk)
    for name in names:
        added = AddAgent(SYSTEM, T0, name, "", frozenset(Permission), frozenset(policy.queues), **fields)
        desk = follow(desk, router, added, GoAvailable(name, T0, name))
    return desk, router


def draft(author, case, seconds):
    """The commands by which an agent opens a new case and asks for approval."""
    moment = at(seconds)
    submitted = SubmitDraft(author, moment, case, f"d-{case}", "So be it", queue="all")
    return new_case(case, at=moment), OpenCase(author, moment, case), submitted


def test_a_review_that_only_its_author_could_take_is_laid_aside():
    """Given ana's draft and a younger case, then the case goes to her, and the draft to whoever comes next."""
    desk, router = served("ana")
    desk = follow(desk, router, *draft("ana", "c1", 1))
    assert None is both(desk, router, 2)
    desk = follow(desk, router, new_case("c2", at=at(2)))
    assert ("c2", "ana") == both(desk, router, 3)
    cy = AddAgent(SYSTEM, at(4), "cy", "", frozenset(), frozenset({"all"}), capacity={"chat": 0})
    desk = follow(desk, router, cy, GoAvailable("cy", at(4), "cy"))
    assert ("c2", "ana") == both(desk, router, 4)
    bo = AddAgent(SYSTEM, at(4), "bo", "", frozenset({Permission.APPROVE}), frozenset({"all"}))
    desk = follow(desk, router, bo, GoAvailable("bo", at(4), "bo"))
    assert ("c1", "bo") == both(desk, router, 5)
    desk = follow(desk, router, LogOut("bo", at(6), "bo"))
    assert ("c2", "ana") == both(desk, router, 6)
    desk = follow(desk, router, WithdrawDraft("ana", at(7), "c1", "d-c1"), GoAvailable("bo", at(7), "bo"))
    assert ("c2", "ana") == both(desk, router, 8)


def test_reviews_of_two_authors_lie_in_one_lane():
    """Given drafts of ana and of bo, then each gets the other's, whoever is there."""
    desk, router = served("ana", "bo")
    desk = follow(desk, router, *draft("ana", "c1", 1), *draft("bo", "c2", 1))
    assert ("c1", "bo") == both(desk, router, 2)
    alone = follow(desk, router, LogOut("bo", at(3), "bo"))
    assert ("c2", "ana") == both(alone, router, 4)
    none = follow(alone, router, TakeReview("ana", at(4), "c2"))
    assert None is both(none, router, 5)
    assert ("c1", "bo") == both(follow(none, router, GoAvailable("bo", at(6), "bo")), router, 7)


def test_an_email_goes_first_to_whom_it_answers():
    """The index knows whom an email answers, and that they may have declined it."""
    desk, router = served("bo", "ana")
    replied = SendReply("ana", at(1), "c1", "r1", "Your bill", Status.RESOLVED, subject="Bill")
    closed = CloseCase(SYSTEM, at(2), "c1", CloseReason.SPAM)
    answer = ReceiveMessage(CUSTOMER, at(3), "t-c1", "m2", "But why?", in_reply_to="r1", new_case="c2")
    desk = follow(desk, router, *case_in("open", channel="email"), replied, closed, answer)
    assert ("c2", "ana") == both(desk, router, 4)
    desk = follow(desk, router, OfferWork(SYSTEM, at(4), "c2", "ana"), RejectOffer("ana", at(5), "c2"))
    assert ("c2", "bo") == both(desk, router, 6)


def test_of_two_channels_the_longer_waiting_goes_first():
    """What waits on another channel, in a lane of its own, comes after it."""
    desk, router = served("ana")
    desk = follow(desk, router, new_case("c1", at=at(1)), new_case("c2", at=at(2), channel="email"))
    assert ("c1", "ana") == both(desk, router, 3)


def test_everybody_has_declined():
    """Given that all have declined, then whoever declined first is asked again."""
    desk, router = served("ana", "bo", "cy")
    desk, asked = follow(desk, router, new_case()), []
    for second in range(1, 7):
        _, agent = both(desk, router, second)
        asked.append(agent)
        offer = OfferWork(SYSTEM, at(second), "c1", agent)
        desk = follow(desk, router, offer, RejectOffer(agent, at(second), "c1"))
    assert ["ana", "bo", "cy", "ana", "bo", "cy"] == asked


def test_an_agent_who_serves_another_queue_now():
    """Given waiting cases in two queues, when ana's queues change, then she is offered what lies in the new one."""
    desk, router = served("ana", queues={"bills": Queue(reasons=("bill",)), "rest": Queue(fallback=True)})
    desk = follow(desk, router, new_case("c1", reason="bill"), new_case("c2"))
    assert ("c1", "ana") == both(desk, router, 1)
    desk = follow(desk, router, ChangeAgent(SYSTEM, at(2), "ana", queues=frozenset({"rest"})))
    assert ("c2", "ana") == both(desk, router, 3)
    desk = follow(desk, router, ChangeAgent(SYSTEM, at(4), "ana", queues=frozenset()))
    assert None is both(desk, router, 5)


def test_an_agent_who_comes_to_a_queue_where_nothing_ever_came():
    """Given an agent who has gone before the first case of a kind comes, then nobody is found."""
    desk, router = served("ana")
    desk = follow(desk, router, LogOut("ana", at(1), "ana"), new_case(at=at(2)))
    assert None is both(desk, router, 3)
    assert ("c1", "ana") == both(follow(desk, router, GoAvailable("ana", at(4), "ana")), router, 5)


def test_time_alone_changes_the_order():
    """Given two queues of different pace, then the faster one overtakes although nothing has happened."""
    fast, slow = Priority(acceleration=2), Priority(initial=30)
    queues = {"fast": Queue(reasons=("fast",), priority=fast), "slow": Queue(fallback=True, priority=slow)}
    desk, router = served("ana", queues=queues)
    desk = follow(desk, router, new_case("c1", reason="fast"), new_case("c2"))
    assert [("c2", "ana"), ("c1", "ana")] == [both(desk, router, seconds) for seconds in (29, 31)]


def test_an_agent_who_goes_between_two_looks_at_one_instant():
    """Given a case for ana, when she goes, then her offer is taken back and nobody is found."""
    desk, router = served("ana")
    desk = follow(desk, router, new_case("c1"), new_case("c2"))
    assert ("c1", "ana") == both(desk, router, 1)
    gone = follow(desk, router, OfferWork(SYSTEM, at(1), "c1", "ana"), LogOut("ana", at(1), "ana"))
    back = RescindOffer(SYSTEM, at(1), "c1", because=Rescission.AGENT_STOPPED)
    assert back == next_offer(gone, at(1)) == router.next(gone, at(1)) == Router(gone).next(gone, at(1))
    gone = follow(gone, router, back)
    assert None is both(gone, router, 1)
    assert ("c1", "ana") == both(follow(gone, router, GoAvailable("ana", at(1), "ana")), router, 1)


def test_an_agent_who_goes_after_somebody_looked():
    """Given that the router has found a case and ana for it, when she goes at that very instant, then nobody."""
    desk, router = served("ana")
    desk = follow(desk, router, new_case())
    assert ("c1", "ana") == both(desk, router, 1)
    assert None is both(follow(desk, router, LogOut("ana", at(1), "ana")), router, 1)


def test_what_is_not_told_is_not_entered():
    """Events of rows that the desk does not hold, or of none, change nothing."""
    desk, router = served("ana")
    router.update(desk, (OfferAccepted("bo", at(1), "elsewhere", "bo", Channel.CHAT), Event(SYSTEM, at(1))))
    assert None is both(desk, router, 2)


def test_who_was_cut_off_goes_first():
    """Given a chat whose agent was lost, then it goes before what waits for longer, of its own lane and of others."""
    desk, router = served("zoe")
    desk = follow(desk, router, new_case("c1"), new_case("c2", channel="email"), new_case("c3", at=at(5)))
    desk = follow(desk, router, OpenCase("zoe", at(6), "c3"), LogOut("zoe", at(7), "zoe"))
    desk = follow(desk, router, ReleaseAbsent(SYSTEM, at(67), "c3"), GoAvailable("zoe", at(68), "zoe"))
    assert ("c3", "zoe") == both(desk, router, 69)
    assert ("c3", "zoe") == both(desk, Router(desk), 70)
    assert ("c1", "zoe") == both(follow(desk, router, OpenCase("zoe", at(71), "c3")), router, 72)


def test_at_whom_something_rings():
    """Given that something rings at ana, then nothing more is offered to her until she has answered."""
    desk, router = served("ana")
    desk = follow(desk, router, new_case("c1"), new_case("c2"), OfferWork(SYSTEM, at(1), "c1", "ana"))
    assert None is both(desk, router, 2)
    assert ("c2", "ana") == both(follow(desk, router, AcceptOffer("ana", at(3), "c1")), router, 3)


@pytest.mark.parametrize("lost", [{"queues": frozenset()}, {"capacity": {"total": 0}}, {"capacity": {"chat": 0}}])
def test_an_offer_to_somebody_who_cannot_take_it_any_more(lost):
    """It is taken back, whoever is told of it."""
    desk, router = served("ana")
    desk = follow(desk, router, new_case("c1"), OfferWork(SYSTEM, at(1), "c1", "ana"))
    desk = follow(desk, router, ChangeAgent(SYSTEM, at(2), "ana", **lost))
    back = RescindOffer(SYSTEM, at(3), "c1", because=Rescission.CANNOT_TAKE)
    assert back == next_offer(desk, at(3)) == router.next(desk, at(3)) == Router(desk).next(desk, at(3))
    assert None is both(follow(desk, router, back), router, 4)


def test_what_a_case_becomes_while_it_rings():
    """Given a tag for whose cases the limit is lower, then an offer that stands is looked at again."""
    fewer = Override(match=Match(tag=("vip",)), set={"capacity.total": 1})
    desk, router = served("ana", override=[fewer])
    desk = follow(desk, router, new_case("c0", channel="email"), OpenCase("ana", at(1), "c0"), new_case("c1", at=at(1)))
    desk = follow(desk, router, OfferWork(SYSTEM, at(2), "c1", "ana"))
    assert None is both(desk, router, 3)
    desk = follow(desk, router, AddTag("ana", at(4), "c1", "vip"))
    back = RescindOffer(SYSTEM, at(5), "c1", because=Rescission.CANNOT_TAKE)
    assert back == next_offer(desk, at(5)) == router.next(desk, at(5)) == Router(desk).next(desk, at(5))


def test_a_date_on_which_the_policy_changes():
    """Given a limit that falls at midnight, then what rings is taken back that could not be accepted any more."""
    desk, router = served("ana", change=[Change(on=date(2026, 11, 3), set={"capacity.total": 0})])
    desk = follow(desk, router, new_case("c1"), OfferWork(SYSTEM, at(1), "c1", "ana"))
    assert None is both(desk, router, 2)
    midnight = datetime(2026, 11, 3, tzinfo=UTC)
    back = RescindOffer(SYSTEM, midnight, "c1", because=Rescission.CANNOT_TAKE)
    assert back == next_offer(desk, midnight) == router.next(desk, midnight)


def test_cases_of_a_strategy_of_their_own():
    """Given that chats alone go round, then who was asked last gets the email, and the other one the chat."""
    desk, router = served("ana", "bo", override=[Override(match=Match(channel=Channel.CHAT), set=ROUND)])
    desk = follow(desk, router, new_case("c1"), OfferWork(SYSTEM, at(1), "c1", "ana"), RejectOffer("ana", at(2), "c1"))
    desk = follow(desk, router, CloseCase(SYSTEM, at(3), "c1", CloseReason.SPAM), new_case("c2", at=at(4)))
    assert ("c2", "bo") == both(desk, router, 5)
    desk = follow(desk, router, OfferWork(SYSTEM, at(5), "c2", "bo"), new_case("c3", at=at(6), channel="email"))
    assert ("c3", "ana") == both(desk, router, 7)


def test_a_case_whose_clock_was_wrong():
    """A case that is an hour ahead is offered when that hour has come, and holds up no other."""
    desk, router = served("ana", "bo")
    desk = follow(desk, router, new_case("c1", at=at(hours=1)), new_case("c2", at=at(2)))
    assert ("c2", "ana") == both(desk, router, 3)
    desk = follow(desk, router, OfferWork(SYSTEM, at(3), "c2", "ana"))
    assert None is both(desk, router, 4)
    assert None is next_for(desk, "bo", at(4))
    assert ("c1", "bo") == both(desk, router, 3600)
    assert OpenCase("bo", at(hours=1), "c1") == next_for(desk, "bo", at(hours=1))


def test_an_offer_of_a_case_whose_clock_was_wrong():
    """It cannot be taken back before its hour."""
    desk, router = served("ana")
    desk = follow(desk, router, new_case("c1", at=at(60)), OfferWork(SYSTEM, at(60), "c1", "ana"))
    gone = follow(desk, router, LogOut("ana", at(1), "ana"))
    assert None is next_offer(gone, at(2)) is router.next(gone, at(2))
    back = RescindOffer(SYSTEM, at(60), "c1", because=Rescission.AGENT_STOPPED)
    assert back == next_offer(gone, at(60)) == router.next(gone, at(60))


def test_a_case_that_overflows():
    """Given nobody of bills is there, then whoever serves rest gets it once its time has come, and not before."""
    queues = {
        "bills": Queue(reasons=("a",), overflow=Overflow(after=timedelta(seconds=30), to="rest")),
        "rest": Queue(fallback=True),
    }
    desk, router = served(queues=queues)
    gil = AddAgent(SYSTEM, T0, "gil", "", frozenset(), frozenset({"rest"}))
    desk = follow(desk, router, gil, GoAvailable("gil", T0, "gil"), new_case("c1", reason="a"))
    asked = (29, 30, 31, 20, 30)  # the host's clock goes back once
    assert [None, ("c1", "gil"), ("c1", "gil"), None, ("c1", "gil")] == [both(desk, router, when) for when in asked]
    desk = follow(desk, router, new_case("c2", reason="a", at=at(20)), OpenCase("gil", at(40), "c1"))
    ana = AddAgent(SYSTEM, at(41), "ana", "", frozenset(), frozenset(queues))  # who stands there once
    desk = follow(desk, router, ana, GoAvailable("ana", at(41), "ana"))
    assert ("c2", "ana") == both(desk, router, 41)
    assert ("c2", "gil") == both(desk, router, 50)
