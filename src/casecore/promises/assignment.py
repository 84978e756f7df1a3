"""Promises about who holds a case: one agent, no more cases than they may, and nobody who should not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from casecore.channels import VOICE, Channel
from casecore.desk import Desk
from casecore.policies import Policy
from casecore.promises.promise import Occasion, Promise, Statement
from casecore.promises.steps import Step, any_of
from casecore.rooms.agents import Agent, Permission
from casecore.rooms.assignments import CaseAssigned
from casecore.rooms.cases import Case
from casecore.rooms.offers import WorkOffered
from casecore.rooms.reviews import ReviewTaken


def _several_holders(step: Step) -> Iterator[str]:
    for event, before, after in step.moments:
        if isinstance(event, CaseAssigned):
            holder, now = before.cases[event.case].case.assignee, after.cases[event.case].case.assignee
            if holder is not None or now != event.agent:
                yield f"case {event.case} went to {event.agent}; held by {holder} before and {now} after"
    for file in step.touched:
        contact = None if file.contact is None else file.contact.agent
        if contact != file.case.assignee:
            yield f"case {file.case.id} is held by {file.case.assignee}; its contact is {contact}'s"


def _limits_exceeded(step: Step) -> Iterator[str]:
    for name in sorted(
        {event.agent for event in step.events if isinstance(event, CaseAssigned | WorkOffered | ReviewTaken)}
    ):
        was, now, policy = step.before.agents[name], step.after.agents[name], step.policy
        if now.load > max(now.total_limit(policy), was.load):
            yield f"{name} has {now.load} of {now.total_limit(policy)} in total"
        for channel in {*now.held, *now.offered}:
            has, limit = _count_on(now, channel), now.limit(channel, policy)
            if limit is not None and has > max(limit, _count_on(was, channel)):
                yield f"{name} has {has} of {limit} on {channel}"


def _reaches_a_limit(step: Step) -> bool:
    for event, _, after in step.moments:
        if isinstance(event, CaseAssigned | WorkOffered):
            agent, policy = step.after.agents[event.agent], step.policy
            channel = after.cases[event.case].case.channel
            if _count_on(agent, channel) == agent.limit(channel, policy) or agent.load == agent.total_limit(policy):
                return True
    return False


def _given_to_the_ineligible(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, CaseAssigned | WorkOffered | ReviewTaken):
            yield from _objections(event, before, step.policy)


def _objections(event: CaseAssigned | WorkOffered | ReviewTaken, before: Desk, policy: Policy) -> Iterator[str]:
    """What is against the agent to whom an event gives work."""
    file, agent = before.cases[event.case], before.agents.get(event.agent)
    review = isinstance(event, ReviewTaken) or (isinstance(event, WorkOffered) and event.review)
    offered = file.offers is not None and file.offers.to(review=review) == event.agent  # then it is counted already
    if agent is None:
        yield f"case {event.case} was given to {event.agent}, whom nobody knows"
        return
    if review and not agent.may(Permission.APPROVE):
        yield f"the review of case {event.case} was given to {event.agent}, who may not approve"
        return
    for why in _why_ineligible(agent, file.case, policy, review=review, offered=offered):
        yield f"case {event.case} was given to {event.agent}, but {why}"


def _why_ineligible(agent: Agent, case: Case, policy: Policy, *, review: bool, offered: bool) -> Iterator[str]:
    """What keeps an agent from a case, or from its review, which has no queue and counts in the total only."""
    channel, total, limit = case.channel, agent.total_limit(policy), agent.limit(case.channel, policy)
    if not review and case.queue not in agent.queues:
        yield f"{agent.id} does not serve the queue {case.queue}"
    if not agent.available:
        yield f"{agent.id} is {agent.presence}" + (f" ({agent.reason})" if agent.reason else "")
    if agent.next_reason is not None:
        yield f"{agent.id} has set a next state" + (f" ({agent.next_reason})" if agent.next_reason else "")
    if agent.wrap_ups:
        yield f"{agent.id} has {agent.wrap_ups} {'contact' if agent.wrap_ups == 1 else 'contacts'} to dispose"
    if not offered and agent.load >= total:
        yield f"{agent.id} already has {agent.load} of {total} in total"
    if not agent.works_on(channel):
        yield f"{agent.id} does not work on {channel}"
    if not (offered or review or limit is None) and _count_on(agent, channel) >= limit:
        yield f"{agent.id} already has {_count_on(agent, channel)} of {limit} on {channel}"
    if not (offered or policy.capacity.voice_with_cases):
        calls = _count_on(agent, VOICE)
        beside, what = (agent.load - calls, "has cases") if channel is VOICE else (calls, "is on a call")
        if beside:
            yield f"{agent.id} {what}, and calls do not mix with cases"


def _count_on(agent: Agent, channel: Channel) -> int:
    """How many cases of a channel an agent holds or is offered."""
    return agent.held.get(channel, 0) + agent.offered.get(channel, 0)


ASSIGNMENT_PROMISES: Final = (
    Promise(
        "03",
        "a case has at most one assignee; a contact exactly one agent",
        _several_holders,
        Occasion(any_of(CaseAssigned), "no case is ever assigned"),
    ),
    Promise(
        "04",
        "never more than the limit",
        _limits_exceeded,
        Occasion(_reaches_a_limit, "nobody ever holds as much as they may"),
        rules=("capacity.channel", "capacity.total"),
    ),
    Promise(
        "05",
        "work is given only to an eligible agent",
        _given_to_the_ineligible,
        Occasion(any_of(CaseAssigned, WorkOffered, ReviewTaken), "no work is ever given to anybody"),
        rules=(
            "assignment.queue",
            "assignment.available",
            "assignment.next_state",
            "assignment.wrap_up",
            "capacity.total",
            "assignment.channel",
            "capacity.channel",
            "capacity.voice_with_cases",
        ),
    ),
)

LONGEST_FIRST: Final = Statement("17", "of equal cases the longer waiting is offered first")
