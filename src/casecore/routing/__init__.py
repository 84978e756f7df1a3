"""Routing: which waiting work goes to whom next, and why.

Routing advises; rules decide. It proposes commands (`OfferWork`, `RescindOffer`) that go through `decide` like
anybody's, and reads the same obstacles that the rules read.

* **What waits**: cases in a queue that are new, open or escalated, and reviews of drafts. Pending ones, and those whose
  customer has left, are found by pull or search; snoozed ones by search alone. What is offered waits for the answer.
* **Order**: live customers who were cut off first (the longest cut off first), then the highest priority (`initial +
  seconds waited x acceleration`, at most `max`, of the queue), then the longest waiting, then the id.
* **Who**: of the eligible agents, those who have not declined or left this work come first; among them the policy's
  strategy decides: the longest idle (then the fewest contacts), the least loaded (then the longest idle), or
  whoever got work longest ago; at last the id. An email that answers an agent's message goes to that agent first,
  if they can take it.
* **One thing rings at a time**: to whom as many offers ring as `routing.offers_at_once` says, reviews counted, nothing
  more is offered. What somebody reassigns to them rings beside, and they may fetch more themselves.
* **Push** queues are offered here; from **pull** queues agents fetch (`next_for`), and they may fetch from push
  queues too.
* Offers to somebody who takes no more work are taken back, and so are those that they could not accept any more:
  they lost the queue, the channel, the permission or the room.
* A queue **overflows**: what has waited in it for long may go to members of another one. A queue that is **closed**
  offers nothing until it opens; agents may fetch from it.
* What waits in a queue that nobody serves is reported (`serving.py`).

This file reads like the rules and looks at everything each time. `index.py` gives the same answers for a desk
of a million waiting cases; a property holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from casecore.channels import EMAIL, Channel
from casecore.desk import AnyDesk, Desk
from casecore.kernel import SYSTEM, Command, Reason, frozen
from casecore.kernel.fields import row_called, to_instant
from casecore.kernel.records import editing_class, freeze, record
from casecore.kernel.shown import Framed
from casecore.policies import Aspect, Policy
from casecore.policies.sections import Delivery, Priority, Strategy
from casecore.rooms.agents import Agent
from casecore.rooms.assignments import OpenCase
from casecore.rooms.composition import CaseFile
from casecore.rooms.eligibility import ANY, STOPPED_BY, cannot_accept, not_served, obstacles_to
from casecore.rooms.offers import OfferWork, RescindOffer, Rescission
from casecore.rooms.opening_hours import is_closed, opens_at
from casecore.rooms.overflow import helping_queue, is_served
from casecore.rooms.reviews import TakeReview, not_reviewer
from casecore.routing.serving import Unserved as Unserved
from casecore.routing.serving import unserved as unserved
from casecore.statuses import ESCALATED, NEW, OPEN

OFFERED_STATUSES = frozenset({NEW, OPEN, ESCALATED})
"""The statuses in which a waiting case is offered."""

Rank: TypeAlias = tuple[datetime, float, datetime, str, bool]
"""The place of a piece of work; the smallest comes first."""

_PUSH = Delivery.PUSH

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Since when somebody has been idle, or got work, of whom nobody knows."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""When a customer was cut off who never was: they come after all who were."""


@record
class Work:
    """Something that waits for an agent: a case, or the review of its draft.

    Attributes:
        asked: Who left or declined it, longest ago first.
        author: Who wrote the draft, for a review.
        prefers: Who should have it first: the agent whose message it answers.
        aspect: What the policy's overrides look at of its case; None where there are none.
        cut_off_at: When its live customer was cut off; None where they were not.
        logged: Whether its case was only logged.
    """

    case: str
    queue: str
    channel: Channel
    since: datetime
    asked: tuple[str, ...] = ()
    author: str | None = None
    prefers: str | None = None
    review: bool = False
    aspect: Aspect | None = None
    cut_off_at: datetime | None = None
    logged: bool = False

    def rank(self, at: datetime, policy: Policy) -> Rank:
        """Its place in the order; the smallest comes first."""
        priority = policy.queues[self.queue].priority
        return work_rank(self.cut_off_at or NEVER, self.since, self.case, at, priority, review=self.review)


_draft_of_work = editing_class(Work)


def work_rank(cut_off: datetime, since: datetime, case: str, at: datetime, priority: Priority, *, review: bool) -> Rank:
    """The place of a piece of work among all that waits.

    The longest cut off (NEVER, where nobody was), the highest priority, the longest waiting, the id.
    """
    return (cut_off, -priority.after((at - since).total_seconds()), since, case, review)


def waiting_work(file: CaseFile, policy: Policy, at: datetime, *, pull: bool = False) -> Iterator[Work]:
    """What of a case waits to be offered, or with `pull` to be fetched, under the policy in force at that instant."""
    for work in (waiting_case(file, policy, pull=pull), waiting_review(file, policy, pull=pull)):
        if work is not None and (pull or not is_closed(work.queue, policy, at)):
            yield work


def waiting_case(file: CaseFile, policy: Policy, *, pull: bool = False) -> Work | None:
    """The case itself, where it waits to be offered, should its queue be open; with `pull`, to be fetched."""
    case, offers = file.case, file.offers
    if (
        case.waiting_since is None
        or case.snoozed_until is not None
        or not (pull or (case.status in OFFERED_STATUSES and not case.pull_only))
        or (offers is not None and offers.offered_to is not None)
        or not _is_handed_out(case.queue, policy, pull=pull)
    ):
        return None
    aspect, prefers = policy.aspect(case), None
    if case.channel is EMAIL and file.aftermath is not None and policy.of(aspect).routing.earlier_handler:
        prefers = file.aftermath.earlier_handler
    asked = offers.asked if offers else ()
    work = _draft_of_work(
        case.id,
        case.queue,
        case.channel,
        case.waiting_since,
        asked=asked,
        prefers=prefers,
        aspect=aspect,
        cut_off_at=case.cut_off_at,
        logged=case.logged,
    )
    return freeze(work, Work)


def waiting_review(file: CaseFile, policy: Policy, *, pull: bool = False) -> Work | None:
    """The review of a case's draft, where it waits to be offered, should its queue be open; or to be fetched."""
    case, offers, draft = file.case, file.offers, file.draft
    if (
        draft is None
        or draft.reviewer is not None
        or (offers is not None and offers.review_to is not None)
        or not _is_handed_out(draft.queue, policy, pull=pull)
    ):
        return None
    work = _draft_of_work(
        case.id,
        draft.queue,
        case.channel,
        draft.waiting_since,
        asked=offers.review_asked if offers else (),
        author=draft.author,
        review=True,
        aspect=policy.aspect(case),
    )
    return freeze(work, Work)


def _is_handed_out(queue: str, policy: Policy, *, pull: bool) -> bool:
    known = policy.queues.get(queue)
    return known is not None and (pull or known.delivery is _PUSH)


# Who ---------------------------------------------------------------------------------------------------


def reasons_against(agent: Agent, work: Work, policy: Policy, at: datetime) -> Iterator[Reason]:
    """Everything that keeps an agent from this work; nothing when they are eligible.

    How much an agent may hold is what the policy says for the case of this work, whatever the cases are that they have.
    """
    policy = policy.of(work.aspect)
    stranger = not_served(agent, work.queue, None if work.review else work.since, policy, at)
    if stranger is not None:
        yield stranger
    for _, obstacle in obstacles_to(review=work.review, logged=work.logged).values():
        reason = obstacle(agent, work.channel, policy)
        if reason:
            yield reason
    unfit = not_reviewer(agent, work.author, policy) if work.review else None
    if unfit is not None:
        yield unfit


def reasons_not_to_offer(agent: Agent, work: Work, policy: Policy, at: datetime) -> Iterator[Reason]:
    """Everything that keeps routing from offering this work to an agent: they are not eligible, or something rings."""
    yield from reasons_against(agent, work, policy, at)
    limit = policy.of(work.aspect).routing.offers_at_once
    if agent.ringing >= limit:
        yield Reason(
            "routing.offers_at_once",
            f"{agent.ringing} of {limit} offers ring at {agent.id}",
            f"wait for {agent.id}'s answer",
            {"has": agent.ringing, "limit": limit},
        )


Turn: TypeAlias = tuple[Any, ...]
"""An agent's place among the eligible ones; the smallest comes first."""


def agent_turn(agent: Agent, strategy: Strategy) -> Turn:
    """An agent's turn by a strategy alone; at last their id."""
    return _TURNS[strategy](agent)


def _idle_since(agent: Agent) -> datetime:
    return agent.idle_since or LONG_AGO


_TURNS: Mapping[Strategy, Callable[[Agent], Turn]] = {
    Strategy.LONGEST_IDLE: lambda agent: (_idle_since(agent), agent.load, agent.id),
    Strategy.LEAST_LOADED: lambda agent: (agent.load, _idle_since(agent), agent.id),
    Strategy.ROUND_ROBIN: lambda agent: (agent.given_at or LONG_AGO, agent.id),
}
"""How an agent's turn is found, by strategy."""


def turn_for_work(agent: Agent, work: Work, policy: Policy) -> Turn:
    """An agent's turn for this work: who has not been asked, then who is preferred, then the strategy."""
    asked = work.asked.index(agent.id) + 1 if agent.id in work.asked else 0
    return (asked, agent.id != work.prefers, *agent_turn(agent, policy.of(work.aspect).routing.agents))


# What next ---------------------------------------------------------------------------------------------


def takes_no_work(agent: Agent, policy: Policy) -> bool:
    """Whether an agent takes no more work at all, so that routing takes back even what it has offered them."""
    return any(obstacle(agent, ANY, policy) for obstacle in STOPPED_BY)


def is_ahead(file: CaseFile, at: datetime) -> bool:
    """Whether a case has come further than this instant, so that nothing can be done to it yet: a clock was wrong."""
    return file.case_time is not None and file.case_time.changed_at > at


def offers_to_rescind(file: CaseFile, desk: AnyDesk, at: datetime, policy: Policy) -> Iterator[RescindOffer]:
    """Take back the offers of a case that their agents cannot accept any more.

    Args:
        file: The case.
        desk: The whole desk.
        at: Now (aware).
        policy: The SOP in force at that instant.
    """
    for review in (False, True):
        to = file.offers.to(review=review) if file.offers else None
        agent = desk.agents.get(to) if to is not None else None
        if agent is None:
            continue
        if takes_no_work(agent, policy):
            yield RescindOffer(SYSTEM, at, file.case.id, review, Rescission.AGENT_STOPPED)
        elif cannot_accept(agent, file.case, file.draft if review else None, policy.of(policy.aspect(file.case)), at):
            yield RescindOffer(SYSTEM, at, file.case.id, review, Rescission.CANNOT_TAKE)


def next_offer(desk: AnyDesk, at: datetime) -> Command | None:
    """The next command that routing proposes; None when there is nothing to do.

    Args:
        desk: The whole desk.
        at: The instant (aware) at which priorities are compared.
    """
    policy = desk.policy.at(at)
    files = sorted((file for file in desk.cases.values() if not is_ahead(file, at)), key=lambda file: file.case.id)
    for file in files:
        for command in offers_to_rescind(file, desk, at, policy):
            return command
    works = sorted(
        (work for file in files for work in waiting_work(file, policy, at)),
        key=lambda work: work.rank(at, policy),
    )
    for work in works:
        everybody = desk.agents.values()
        agents = (agent for agent in everybody if next(reasons_not_to_offer(agent, work, policy, at), None) is None)
        best = min(agents, key=lambda agent: turn_for_work(agent, work, policy), default=None)
        if best is not None:
            return OfferWork(SYSTEM, at, work.case, best.id, work.review)
    return None


def route(desk: Desk, at: datetime) -> tuple[Command, ...]:
    """Every command that routing proposes now, in order; give each of them to the desk.

    Args:
        desk: The whole desk.
        at: Now (aware).
    """
    proposed: list[Command] = []
    at = to_instant(at)
    while (command := next_offer(desk, at)) is not None:
        desk, _ = desk.handle(command)
        proposed.append(command)
    return tuple(proposed)


def next_for(desk: AnyDesk, agent: str, at: datetime) -> Command | None:
    """What an agent gets who asks for work ("Give me more"): the command that takes it, or None.

    Args:
        desk: The whole desk.
        agent: Who asks.
        at: Now (aware).
    """
    at = to_instant(at)
    row, policy = row_called(desk.agents, agent), desk.policy.at(at)
    if row is None:
        return None
    files = (file for file in desk.cases.values() if not is_ahead(file, at))
    works = (work for file in files for work in waiting_work(file, policy, at, pull=True))
    fitting = (work for work in works if next(reasons_against(row, work, policy, at), None) is None)
    best = min(fitting, key=lambda work: (agent in work.asked, work.rank(at, policy)), default=None)
    if best is None:
        return None
    return TakeReview(agent, at, best.case) if best.review else OpenCase(agent, at, best.case)


# Why ---------------------------------------------------------------------------------------------------


@frozen
class Candidate:
    """What routing thinks of one agent for one piece of work."""

    agent: str
    why: str
    reasons: tuple[Reason, ...] = ()

    @property
    def eligible(self) -> bool:
        """Whether nothing keeps them from it."""
        return not self.reasons


@frozen
class Explanation(Framed):
    """Why this work, why this agent, and why not each other one.

    Attributes:
        message: The whole in words.
        work: What waits; None where nothing of the case waits to be offered.
        priority: Its priority at that instant.
        waited: How long it has waited, in seconds.
        before: How many pieces of waiting work come before it.
        chosen: Whom it goes to next; None when nobody can take it.
        candidates: Every agent, the chosen one first, then by their turn.
    """

    shown_by = "casecore.routing.shown:EXPLANATION"

    case: str
    message: str
    work: Work | None = None
    priority: float = 0.0
    waited: float = 0.0
    before: int = 0
    chosen: str | None = None
    candidates: tuple[Candidate, ...] = ()

    def __str__(self) -> str:
        lines = [self.message]
        for candidate in self.candidates:
            mark = "->" if candidate.agent == self.chosen else "  "
            lines.append(f"{mark} {candidate.agent}: {candidate.why}")
        return "\n".join(lines)


def explain_route(desk: AnyDesk, case: str, at: datetime, *, review: bool = False) -> Explanation:
    """Why a waiting case, or the review of its draft, goes to whom it goes.

    Args:
        desk: The whole desk.
        case: Which case.
        at: When (aware).
        review: Whether its draft's review is asked about.
    """
    at = to_instant(at)
    file, policy = row_called(desk.cases, case), desk.policy.at(at)
    works = [] if file is None else [work for work in waiting_work(file, policy, at) if work.review is review]
    if not works:
        return Explanation(case, _why_not_waiting(case, file, policy, at, review=review))
    work = works[0]
    rank = work.rank(at, policy)
    others = (other for held in desk.cases.values() for other in waiting_work(held, policy, at))
    before = sum(other.rank(at, policy) < rank for other in others)
    agents = sorted(desk.agents.values(), key=lambda agent: turn_for_work(agent, work, policy))
    candidates = [_explain_candidate(agent, work, policy, at) for agent in agents]
    candidates.sort(key=lambda candidate: not candidate.eligible)
    chosen = candidates[0].agent if candidates and candidates[0].eligible else None
    waited = (at - work.since).total_seconds()
    what = f"the review of case {case}" if review else f"case {case}"
    cut_off = "; its customer was cut off" if work.cut_off_at else ""
    nobody = (
        "nobody can take it" if is_served(work.queue, desk.agents.values(), policy) else f"nobody serves {work.queue}"
    )
    waits = f"{what} waits in {work.queue} for {waited:.0f} s with priority {-rank[1]:g}{cut_off}"
    message = f"{waits}; {before} come before it; " + (f"it goes to {chosen}" if chosen else nobody)
    return Explanation(
        case,
        message,
        work=work,
        priority=-rank[1],
        waited=waited,
        before=before,
        chosen=chosen,
        candidates=tuple(candidates),
    )


def _explain_candidate(agent: Agent, work: Work, policy: Policy, at: datetime) -> Candidate:
    reasons = tuple(reasons_not_to_offer(agent, work, policy, at))
    if reasons:
        return Candidate(agent.id, "; ".join(reason.message for reason in reasons), reasons)
    idle = f"idle since {agent.idle_since:%H:%M:%S}" if agent.idle_since else "never had work"
    parts = [f"{idle}, {agent.contacts} contacts"]
    if agent.id == work.prefers:
        parts.insert(0, "wrote the message that was answered")
    if work.queue not in agent.queues:
        parts.insert(
            0, f"serves {helping_queue(work.queue, work.since, policy, at)}, into which {work.queue} overflows"
        )
    if agent.id in work.asked:
        parts.insert(0, "left or declined it before, so is asked last")
    return Candidate(agent.id, "; ".join(parts))


def _why_not_waiting(case: str, file: CaseFile | None, policy: Policy, at: datetime, *, review: bool) -> str:
    if file is None:
        return f"there is no case {case}"
    to = file.offers.to(review=review) if file.offers else None
    if to is not None:
        return f"case {case} is offered to {to}, who has not answered"
    waits = (waiting_review if review else waiting_case)(file, policy)
    if waits is not None:
        return _why_closed(waits, policy, at)
    return f"no review of case {case} waits" if review else _why_not_offered(file, policy)


def _why_not_offered(file: CaseFile, policy: Policy) -> str:
    case = file.case.id
    if file.case.assignee is not None:
        return f"{file.case.assignee} holds case {case}"
    if file.case.queue not in policy.queues:
        return f"case {case} waits in {file.case.queue}, and the policy has no such queue"
    asleep = file.case.snoozed_until
    state = file.case.status if asleep is None else f"snoozed until {asleep:%Y-%m-%d %H:%M:%S} UTC"
    how = "fetched or found by search" if asleep is None else "found by search"
    return f"case {case} is {state} and is not offered; it can be {how}"


def _why_closed(work: Work, policy: Policy, at: datetime) -> str:
    opens = opens_at(work.queue, policy, at)
    until = "" if opens is None else f" until {opens:%Y-%m-%d %H:%M:%S} UTC"
    what = f"the review of case {work.case}" if work.review else f"case {work.case}"
    return f"{what} waits in {work.queue}, which is closed{until}; it can be fetched or found by search"
