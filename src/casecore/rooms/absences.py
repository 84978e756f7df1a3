"""Absences: what becomes of work when its agent is gone or answers no offer, or when a customer gives up waiting.

* Logging out is always accepted. What was held follows the policy after a grace period: it is kept, or goes back to its
  queue; some statuses may be kept all the same.
* Live work is never kept: its contact ends as `agent_lost`, and its case is queued first: its customer has been cut
  off since the agent went.
* Each case is released by a command of its own, which is checked again when it is given: whoever came back in time
  keeps everything.
* A case that had stayed with its agent because its customer left is released too, and nobody is rung for it.
* Nobody is rung for an **abandoned** case: it is offered no more, and its draft is superseded.
* Whoever lets an offer time out stays available, or goes unavailable, as the policy says: who holds contacts gets a
  next state, as for lunch. They come back by saying so. Who answered another offer while it rang is there, and stays.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from casecore.kernel import SYSTEM, Event, Reason, Room, Rule, Timer, Unconcerned, frozen
from casecore.kernel.rooms import NEVER_COMES, by_system, for_words, not_yet, waits_its_time, wants
from casecore.policies import Policy
from casecore.policies.sections import Abandoned, Unanswered
from casecore.rooms.agents import Agent, AgentUnavailable, NextStateSet
from casecore.rooms.approvals import DraftSuperseded
from casecore.rooms.assignments import Release, give_up_case
from casecore.rooms.breaks import held_and_owed
from casecore.rooms.cases import CaseCommand, HasCase
from casecore.rooms.contacts import CustomerLeft, SeesContact
from casecore.rooms.offers import OfferDeclined, OfferStatus, Rescission, SeesOffers, taken_back
from casecore.rooms.reviews import away_grace

NO_ANSWER = "an offer was not answered"
"""The reason of whoever goes unavailable because of it."""


class SeesAbsence(SeesContact, SeesOffers, Protocol):
    """What somebody who is gone leaves behind: a contact, and offers that nobody answers."""


@frozen
class ReleaseAbsent(CaseCommand):
    """The system takes a case from somebody who is gone."""


@wants("case")
def _is_gone(view: HasCase, command: ReleaseAbsent, _: Policy) -> Reason | None:
    case, holder = view.case, view.holder
    if case.assignee is not None and holder is not None and holder.away_since is not None:
        return None
    found = f"{case.assignee} is there" if case.assignee else "nobody holds it"
    return Reason("away.gone", f"case {command.case}: {found}", "nothing has to be done")


def _absence_limit(view: SeesContact, policy: Policy) -> timedelta | None:
    case = view.case
    return None if case is None or case.assignee is None else away_grace(case, policy)


AWAY = Timer(
    "the case is taken from an agent who is gone",
    "away.grace",
    "holder.away_since",
    _absence_limit,
    lambda view, at: ReleaseAbsent(SYSTEM, at, view.case.id),
)


@wants("case")
@waits_its_time
def _gone_long_enough(view: HasCase, command: ReleaseAbsent, policy: Policy) -> Reason | Unconcerned | None:
    if AWAY.due(view, policy) is not None:
        return not_yet(AWAY, view, command.at, policy, "away.grace")
    found = f"the policy keeps case {view.case.id} with {for_words(view.case, 'assignee', 'its assignee')}"
    return Reason("away.grace", found, "leave it there", NEVER_COMES)


def _release_absent(view: SeesContact, command: ReleaseAbsent, _: Policy) -> tuple[Event, ...]:
    if view.case is None:
        return ()
    case, holder = view.case, view.holder
    there = view.contact is not None and case.live  # otherwise the customer has left, or does not wait on us
    cut_off_at = holder.away_since if there and holder is not None else None
    return give_up_case(case, command, Release.AGENT_LOST, cut_off_at)


@wants("case")
def _nobody_is_rung(view: SeesAbsence, event: CustomerLeft, policy: Policy) -> tuple[Event, ...]:
    case, draft = view.case, view.draft
    if case is None or case.assignee is not None:
        return ()
    superseded = () if draft is None else (DraftSuperseded(SYSTEM, event.at, case.id, draft.id, draft.author),)
    kept = policy.live.abandoned is Abandoned.KEEP  # closing takes the offer back by itself
    rescinded = taken_back(view, event, Rescission.CUSTOMER_LEFT, review=False) if kept else ()
    return (*rescinded, *superseded)


def _does_not_answer(view: SeesOffers, event: OfferDeclined, policy: Policy) -> tuple[Event, ...]:
    agent = view.review_offered if event.review else view.offered
    if event.how is not OfferStatus.TIMED_OUT or policy.routing.unanswered is Unanswered.AVAILABLE:
        return ()
    if agent is None or not agent.available or agent.next_reason is not None or _was_busy(view, event, agent):
        return ()
    goes = NextStateSet if held_and_owed(agent) else AgentUnavailable
    return (goes(SYSTEM, event.at, agent.id, NO_ANSWER),)


def _was_busy(view: SeesOffers, event: OfferDeclined, agent: Agent) -> bool:
    """Whether they accepted or rejected another offer while this one rang."""
    rang_since = view.offers.since(review=event.review) if view.offers else None
    return rang_since is not None and agent.answered_at is not None and agent.answered_at >= rang_since


ABSENCES: Room[SeesAbsence] = Room(
    name="absences",
    needs=(
        Rule("actor.role", "The clock does this", "§6", (ReleaseAbsent,), by_system),
        Rule("away.gone", "Only somebody who is gone loses work", "§6", (ReleaseAbsent,), _is_gone),
    ),
    rules=(Rule("away.grace", "Somebody may be gone for a moment", "§6", (ReleaseAbsent,), _gone_long_enough),),
    decide={ReleaseAbsent: _release_absent},
    follows={OfferDeclined: _does_not_answer, CustomerLeft: _nobody_is_rung},
    timers=(AWAY,),
)
