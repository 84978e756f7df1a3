"""Promise 17: of equal cases the one that has waited longer is offered first.

This is routing's, not a rule of `decide`, so it is tried by routing at every small desk with one free agent and two
cases that differ in nothing but when their customers wrote and in their ids: for every queue that pushes, every
channel it takes, which of the two came first (or neither), and how long ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Final, TypeAlias

from casecore.channels import Channel
from casecore.check.report import Judgement, PromiseVerdict
from casecore.desk import Desk
from casecore.explore import Story
from casecore.explore.scope import NOON
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.policies import Policy
from casecore.policies.sections import Delivery, Queue
from casecore.promises import Step
from casecore.promises.assignment import LONGEST_FIRST
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.offers import OfferWork
from casecore.routing import next_offer

ProposesOffer: TypeAlias = Callable[[Desk, datetime], Command | None]
"""(desk, now) -> the command by which routing offers a case, if it does."""

APARTS: Final = (timedelta(0), timedelta(seconds=1), timedelta(minutes=10), timedelta(days=2))
"""How much longer one of the two has waited; not at all: then the smaller id is first."""


def judge_order(policy: Policy, proposes: ProposesOffer = next_offer) -> Judgement:
    """What is known of promise 17 under a policy, and this routing."""
    conclude, tried = partial(Judgement, LONGEST_FIRST.number, LONGEST_FIRST.title), 0
    for queue, channel in _push_streams(policy):
        for (first, second), apart in ((ids, apart) for ids in permutations(("c1", "c2")) for apart in APARTS):
            commands = (*_arrivals(policy.queues[queue], channel, (first, second), apart), *_agent_joins(policy, apart))
            story, offered = _offer_story(policy, commands, proposes)
            if story is None or offered is None:
                continue
            tried += 1
            expected = first if apart else min(first, second)
            if offered.case != expected:
                found = f"case {offered.case} was offered, and {expected} had waited longer"
                return conclude(PromiseVerdict.FAILS, times=tried, story=story, wrong=(found,))
    if not tried:
        return conclude(PromiseVerdict.VACUOUS, "routing never offers one of two waiting cases")
    return conclude(PromiseVerdict.PROVED, times=tried, scopes=("two waiting cases, one agent",))


def _push_streams(policy: Policy) -> Iterator[tuple[str, Channel]]:
    """Every queue that pushes, with every channel that it takes."""
    for name, queue in policy.queues.items():
        if queue.delivery is Delivery.PUSH:
            yield from ((name, channel) for channel in (queue.channels or tuple(Channel)))


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


def _agent_joins(policy: Policy, apart: timedelta) -> Iterator[Command]:
    at = NOON + apart
    yield AddAgent(SYSTEM, at, "ana", "Ana", frozenset(Permission), frozenset(policy.queues))
    yield GoAvailable("ana", at, "ana")


def _offer_story(
    policy: Policy, commands: tuple[Command, ...], proposes: ProposesOffer
) -> tuple[Story | None, OfferWork | None]:
    """The story that ends with what routing proposes; None where the cases cannot come so."""
    desk, steps = Desk(policy), []
    for command in commands:
        steps.append(Step.of(desk, command))
        if not steps[-1].verdict:
            return None, None
        desk = steps[-1].after
    offer = proposes(desk, commands[-1].at)
    if not isinstance(offer, OfferWork) or len({file.case.queue for file in desk.cases.values()}) > 1:
        return None, None
    return Story((), (*steps, Step.of(desk, offer))), offer
