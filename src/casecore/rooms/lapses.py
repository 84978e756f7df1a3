"""Lapses: a contact that somebody accepted, and in which they never answered.

* Whoever takes a case whose customer waits has so long to answer as `routing.answer_within` says; where it says
  nothing, as long as they like. The time counts from the acceptance, or from the message that came later.
* An answer is a reply, or a draft submitted for approval; where we wrote first nothing is owed. One is enough: what is
  asked later in the same contact is for the service clocks to watch.
* When the time is over the system ends the contact as **unanswered**, a live one too. There is nothing to dispose. The
  case goes back to its queue, where whoever let it lapse is asked last; a live customer has been cut off, and is served
  first.
"""

from __future__ import annotations

from datetime import timedelta

from casecore.kernel import SYSTEM, Editing, Event, Reason, Room, Rule, Timer, Unconcerned, frozen
from casecore.kernel.rooms import NEVER_COMES, by_system, for_words, not_yet, waits_its_time, wants
from casecore.policies import Policy
from casecore.rooms.approvals import DraftSubmitted
from casecore.rooms.assignments import Release, give_up_case
from casecore.rooms.cases import CaseCommand, HasCase, not_closed
from casecore.rooms.contacts import CaseOfContact, Contact, SeesContact
from casecore.rooms.replies import ReplySent


@frozen
class EndUnanswered(CaseCommand):
    """The time to answer a case that was accepted is over."""


@wants("case")
def _answer_is_owed(view: CaseOfContact, command: EndUnanswered, _: Policy) -> Reason | None:
    if view.contact is None:
        found = "no contact goes on"
    elif view.case.unanswered_since is None:
        found = "its customer waits for no answer"
    elif view.contact.owed_since is None:
        found = f"{for_words(view.contact, 'agent', 'its agent')} has answered in this contact"
    else:
        return None
    return Reason("answer.owed", f"case {command.case}: {found}", "nothing has to be done")


def _time_to_answer(view: SeesContact, policy: Policy) -> timedelta | None:
    waits = view.case is not None and view.case.unanswered_since is not None
    return policy.routing.answer_within if waits else None


LAPSE = Timer(
    "the contact ends unanswered",
    "routing.answer_within",
    "contact.owed_since",
    _time_to_answer,
    lambda view, at: EndUnanswered(SYSTEM, at, view.case.id),
)


@wants("case", "contact")
@waits_its_time
def _time_is_over(view: HasCase, command: EndUnanswered, policy: Policy) -> Reason | Unconcerned | None:
    if LAPSE.due(view, policy) is not None:
        return not_yet(LAPSE, view, command.at, policy, "routing.answer_within")
    who = for_words(view.case, "assignee", "its assignee")
    found = f"the policy gives {who} all the time to answer case {view.case.id}"
    return Reason("routing.answer_within", found, "leave it there", NEVER_COMES)


@wants("case")
def _end_unanswered(view: HasCase, command: EndUnanswered, _: Policy) -> tuple[Event, ...]:
    cut_off_at = command.at if view.case.live else None
    return give_up_case(view.case, command, Release.UNANSWERED, cut_off_at)


def _has_answered(contact: Editing, _: ReplySent | DraftSubmitted) -> None:
    contact.owed_since = None


_LAPSES = (EndUnanswered,)

LAPSES: Room[SeesContact] = Room(
    name="lapses",
    needs=(
        Rule("actor.role", "The clock does this", "§3", _LAPSES, by_system),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _LAPSES, not_closed),
        Rule("answer.owed", "Only an answer that is owed lapses", "§3", _LAPSES, _answer_is_owed),
    ),
    rules=(Rule("routing.answer_within", "Who accepts has time to answer", "§3", _LAPSES, _time_is_over),),
    decide={EndUnanswered: _end_unanswered},
    notices={(Contact, ReplySent): _has_answered, (Contact, DraftSubmitted): _has_answered},
    timers=(LAPSE,),
)
