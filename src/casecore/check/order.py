"""Promise 17: of equal cases the one that has waited longer is offered first.

This is routing's, not a rule of `decide`, so it is tried by routing at every small desk with one free agent and two
cases that differ in nothing but when their customers wrote and in their ids: for every queue, every channel it takes,
which of the two came first (or neither), and how long ago. Beside the agent stands somebody who serves no queue, and
gets nothing. On live channels it is tried as well that the younger one was taken by an agent who was then lost: a
customer who was cut off is served before all others. Where a queue overflows, the agent serves the other queue besides,
and only that one, and the cases have waited for so long. Where it has opening hours, nothing is offered while it is
closed, and the order is asked for when it opens. Both who route are asked: the plain order, which looks at
everything each time, and the `Router`, who is told what happens. Where a queue is pulled from, nothing is offered: what
an agent gets who asks for work is looked at instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Final, TypeAlias

from casecore.channels import LIVE, Channel
from casecore.check.report import Judgement, PromiseVerdict
from casecore.desk import Desk
from casecore.explore import Story
from casecore.explore.scope import NOON
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.policies import Policy
from casecore.policies.calendars import Calendar
from casecore.policies.sections import Delivery, Queue
from casecore.promises import PROMISES, Happening, Step, Watch
from casecore.promises.assignment import LONGEST_FIRST
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, GoAvailable, LogOut, Permission
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.offers import OfferWork, WorkOffered
from casecore.routing import next_for, next_offer
from casecore.routing.index import Router

ProposesOffer: TypeAlias = Callable[[Sequence[Step], datetime], Command | None]
"""(what was done so far, now) -> the command by which routing offers a case, if it does."""


def plain_order(steps: Sequence[Step], at: datetime) -> Command | None:
    """What the plain order proposes after some steps."""
    return next_offer(steps[-1].after, at)


def router_order(steps: Sequence[Step], at: datetime) -> Command | None:
    """What a `Router` proposes who has followed some steps."""
    router = Router(steps[0].before)
    for step in steps:
        router.update(step.after, step.events)
    return router.next(steps[-1].after, at)


LATER: Final = (timedelta(0), timedelta(hours=1))
"""How long after the later customer routing is asked: at once, and when both have the highest priority there is."""


def fetching_order(steps: Sequence[Step], at: datetime) -> Command | None:
    """What ana gets who asks for work."""
    return next_for(steps[-1].after, "ana", at)


WHO_FETCHES: Final[Mapping[str, ProposesOffer]] = {"who asks for work": fetching_order}

WHO_ROUTES: Final[Mapping[str, ProposesOffer]] = {"the plain order": plain_order, "the Router": router_order}

APARTS: Final = (timedelta(0), timedelta(seconds=1), timedelta(minutes=10), timedelta(days=2))
"""How much longer one of the two has waited; not at all: then the smaller id is first."""


def judge_order(
    policy: Policy,
    who_routes: Mapping[str, ProposesOffer] = WHO_ROUTES,
    who_fetches: Mapping[str, ProposesOffer] = WHO_FETCHES,
) -> Judgement:
    """What is known of promise 17 under a policy, and those who route, or fetch where a queue is pulled from."""
    conclude, tried = partial(Judgement, LONGEST_FIRST.number, LONGEST_FIRST.title), 0
    for (queue, channel, serves), ids, apart in product(_streams(policy), (("c1", "c2"), ("c2", "c1")), APARTS):
        arrivals = tuple(_arrivals(policy.queues[queue], channel, ids, apart))
        waiting = _steps_of(policy, (*_agents_join(serves), *arrivals))
        if waiting is None or len({file.case.queue for file in waiting[-1].after.cases.values()}) > 1:
            continue
        desks = [(waiting, ids[0] if apart else min(ids), "has waited longer")]
        if channel in LIVE and queue in serves:
            goes = _agent_is_lost(policy, ids[1], arrivals[-1].at)
            lost = _steps_of(policy, (*(step.command for step in waiting), *goes))
            desks += [] if lost is None else [(lost, ids[1], "was cut off")]
        push = policy.queues[queue].delivery is Delivery.PUSH
        asked = who_routes if push else who_fetches
        hours = _hours_of(policy, queue) if push else None
        helps_after = timedelta(0) if queue in serves else policy.queues[queue].overflow.after or timedelta(0)
        for (steps, expected, why), (who, proposes), later in product(desks, asked.items(), LATER):
            at = steps[-1].command.at + helps_after + later
            if hours is not None and not hours.is_open(at):
                early, opens = proposes(steps, at), hours.next_open(at)
                if early is not None:
                    story = Story((), (*steps, Step.of(steps[-1].after, early)))
                    found = f"{who} offers something of {queue}, which is closed"
                    return conclude(PromiseVerdict.FAILS, times=tried, story=story, wrong=(found,))
                if opens is None:
                    continue
                at = opens
            offer = proposes(steps, at)
            tried += isinstance(offer, OfferWork | OpenCase)
            found = _what_is_wrong(offer, expected, why, steps, policy, at)
            if found:
                story = Story((), steps if offer is None else (*steps, Step.of(steps[-1].after, offer)))
                return conclude(PromiseVerdict.FAILS, times=tried, story=story, wrong=(f"{who} {found}",))
    if not tried:
        return conclude(PromiseVerdict.VACUOUS, "routing never offers one of two waiting cases")
    pulled = tuple(
        f"queues.{name}.delivery = pull: of what agents fetch"
        for name, queue in policy.queues.items()
        if queue.delivery is Delivery.PULL
    )
    return conclude(PromiseVerdict.PROVED, times=tried, scopes=("two-waiting-cases-one-agent",), terms=pulled)


def _hours_of(policy: Policy, queue: str) -> Calendar | None:
    """The hours in which work of a queue is offered, read from the policy's plain values."""
    name = policy.queues[queue].hours
    return None if name is None else policy.calendars[name].calendar()


def _what_is_wrong(
    offer: Command | None, expected: str, why: str, steps: Sequence[Step], policy: Policy, at: datetime
) -> str:
    """What is wrong with what somebody proposes; nothing where it is the case that comes first, for ana; `why` it does.

    That nothing is proposed is wrong where the case waits and the witnesses have nothing against giving it to her.
    """
    if isinstance(offer, OpenCase):
        return "" if offer.case == expected else f"gives case {offer.case} to {offer.by}; {expected} {why}"
    if isinstance(offer, OfferWork):
        as_it_should_be = (offer.case, offer.agent) == (expected, "ana")
        found = f"offers case {offer.case} to {offer.agent}; {expected} {why}, for ana"
        return "" if as_it_should_be else found
    watch = Watch(policy)
    for step in steps:
        watch.see(step.events)
    channel = steps[-1].after.cases[expected].case.channel
    offered = WorkOffered(SYSTEM, at, expected, "ana", channel)
    given = Happening((offered,), watch.books, policy)
    against = [why for promise in PROMISES if promise.number in {"04", "05"} for why in promise.witness(given)]
    return "" if against else f"offers nothing, and {expected} waits for ana"


def _streams(policy: Policy) -> Iterator[tuple[str, Channel, frozenset[str]]]:
    """Every queue, with every channel that it takes, and what the agent serves: all, or what it overflows into."""
    for name, queue in policy.queues.items():
        others = [] if queue.overflow.to is None else [frozenset({queue.overflow.to})]
        for serves in (frozenset(policy.queues), *others):
            yield from ((name, channel, serves) for channel in (queue.channels or tuple(Channel)))


def _arrivals(queue: Queue, channel: Channel, cases: tuple[str, str], apart: timedelta) -> Iterator[Command]:
    reason = queue.reasons[0] if queue.reasons else None
    language = queue.languages[0] if queue.languages else None
    tags = frozenset(queue.tags[:1])
    for case, later in zip(cases, (timedelta(0), apart), strict=True):
        yield ReceiveMessage(
            CUSTOMER,
            NOON + later,
            f"t-{case}",
            f"m-{case}",
            "Hello",
            customer=f"customer-{case}",
            channel=channel,
            new_case=case,
            reason=reason,
            language=language,
            tags=tags,
        )


def _agents_join(serves: frozenset[str]) -> Iterator[Command]:
    """An agent who may do everything and serves these, after somebody who serves none and has been idle for longer."""
    yield AddAgent(SYSTEM, NOON, "abe", "Abe", frozenset(Permission))
    yield GoAvailable("abe", NOON, "abe")
    yield AddAgent(SYSTEM, NOON, "ana", "Ana", frozenset(Permission), serves)
    yield GoAvailable("ana", NOON, "ana")


def _agent_is_lost(policy: Policy, case: str, at: datetime) -> Iterator[Command]:
    """Somebody comes, takes a case, and is gone for good."""
    yield AddAgent(SYSTEM, at, "zoe", "Zoe", frozenset(Permission), frozenset(policy.queues))
    yield GoAvailable("zoe", at, "zoe")
    yield OpenCase("zoe", at, case)
    yield LogOut("zoe", at, "zoe")
    yield ReleaseAbsent(SYSTEM, at + policy.away.grace, case)


def _steps_of(policy: Policy, commands: Iterable[Command]) -> tuple[Step, ...] | None:
    """What comes of these commands; None where one of them is refused, as the cases cannot come so."""
    desk, steps = Desk(policy), list[Step]()
    for command in commands:
        steps.append(Step.of(desk, command))
        if not steps[-1].verdict:
            return None
        desk = steps[-1].after
    return tuple(steps)
