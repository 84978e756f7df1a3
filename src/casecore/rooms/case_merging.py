"""Merging cases: a customer has two about one matter, and they become one.

* Two cases are merged only within **one customer** (whoever they were merged with) **and channel**, by an agent who
  holds one of them while nobody else holds the other, or by a supervisor; the policy's `lifecycle.close_by` is asked,
  its `close_from` is not: the matter goes on. Neither has a live contact, a draft that waits or an open wrap-up.
* The one is **closed**, as `merged`, and says as which it goes on; it ends as by any closing, and what is owed on it
  stays there. The **other** is the current case of the threads of both (`joining.py`); the thread on which the customer
  wrote last is its own. Texts stay where they are.
* The other takes over what **waits**: the earlier unanswered message, with its place in the queue, and the last words.
  It is open again then, if it was pending, escalated or resolved; held by nobody it goes as a reopened one, but for an
  agent who has just been freed of the one that is closed.
* An other that was only **logged** (`logged_cases.py`) is so no more if the customer wrote on the one. A chat or a call
  is not merged into a logged one: somebody may be on the line there again, so the logged one is merged into that.
* Status, level, queue, tags and people of the other stay as they are. What becomes of the service clocks is told in
  `merged_clocks.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from casecore.kernel import (
    SYSTEM,
    UNCONCERNED,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Threshold,
    Unconcerned,
    an_id,
    frozen,
)
from casecore.kernel.rooms import for_words, measures, soft_rule, wants
from casecore.kernel.values import changed, fields_of
from casecore.policies import Policy
from casecore.policies.sections import Role
from casecore.rooms.aftermath import Aftermath
from casecore.rooms.agents import DISPOSING, Agent, is_supervisor
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.arrivals import CaseReopened
from casecore.rooms.assignments import CaseQueued
from casecore.rooms.cases import Case, CaseClosed, CaseCommand, CloseCase, CloseReason, may_close, not_closed
from casecore.rooms.clocks import Clocks
from casecore.rooms.contacts import Contact, LastContact, break_silence
from casecore.rooms.joining import ThreadJoined, speak_on, threads_of
from casecore.rooms.last_words import LastWords
from casecore.rooms.logged_cases import CustomerJoined
from casecore.rooms.moving import on_the_line
from casecore.rooms.offers import Offers
from casecore.rooms.threads import Customer, Thread
from casecore.rooms.times import CaseTime, SeesTime, time_goes_on
from casecore.statuses import CASE_LIFECYCLE, CLOSED, ESCALATED, Trigger

MOST_JOINED = 20
"""So many threads may lead to one case."""

# Command and events ------------------------------------------------------------------------------------


@frozen
class MergeCases(CaseCommand):
    """A case is about the same matter as another, and goes on as that one.

    Attributes:
        into: The case as which it goes on.
    """

    into: str = an_id(of="other_file")


@frozen
class CaseTakenOver(Event):
    """What another case was about goes on as this one.

    Attributes:
        merged: That other case.
        thread: The thread on which the customer wrote last, where that led to the other; None: it is the case's own.
        waits_since: The first message of both that has had no answer; None where the other's customer waits for none.
        heard: Their last message, and what came or went after it, where that is on the other.
        answers: The agent whose message that one answers.
    """

    case: str
    merged: str
    thread: str | None = None
    waits_since: datetime | None = None
    heard: tuple[str, ...] = ()
    answers: str | None = None


class OtherFile(Protocol):
    """All that is kept of the other case."""

    @property
    def case(self) -> Case:
        """It."""

    @property
    def draft(self) -> WaitingDraft | None:
        """The draft that waits on it."""

    @property
    def offers(self) -> Offers | None:
        """What of it is offered to whom."""

    @property
    def contact(self) -> Contact | None:
        """The contact that goes on."""

    @property
    def last_contact(self) -> LastContact | None:
        """How the contact before it ended."""

    @property
    def aftermath(self) -> Aftermath | None:
        """What of its contacts is still open."""

    @property
    def clocks(self) -> Clocks | None:
        """Its service clocks."""

    @property
    def case_time(self) -> CaseTime | None:
        """When the last thing happened on it."""

    @property
    def last_words(self) -> LastWords | None:
        """What was said last on it."""


class SeesBoth(SeesTime, Protocol):
    """A case, and the one into which it is merged."""

    @property
    def other_file(self) -> OtherFile | None:
        """The other case."""

    @property
    def other_thread(self) -> Thread | None:
        """The other's own thread."""

    @property
    def other_customer(self) -> Customer | None:
        """Whose the other is."""

    @property
    def other_holder(self) -> Agent | None:
        """Who holds the other, or its last agent."""

    @property
    def draft(self) -> WaitingDraft | None:
        """The draft that waits on the case."""

    @property
    def aftermath(self) -> Aftermath | None:
        """What of the case's contacts is still open."""

    @property
    def clocks(self) -> Clocks | None:
        """The case's service clocks."""

    @property
    def last_words(self) -> LastWords | None:
        """What was said last on the case."""


class HasBothCases(SeesBoth, Protocol):
    """There are both."""

    case: Case
    other_file: OtherFile


# The other case ----------------------------------------------------------------------------------------


def _other_thread(view: SeesBoth, _: MergeCases) -> str | None:
    return None if view.other_file is None else view.other_file.case.thread


def _other_customer(view: SeesBoth, _: MergeCases) -> str | None:
    return None if view.other_file is None else view.other_file.case.customer


def _other_holder(view: SeesBoth, _: MergeCases) -> str | None:
    return None if view.other_file is None else view.other_file.case.assignee or view.other_file.case.owner


@wants("case", "other_file")
def _seen_from_other(view: HasBothCases, _: MergeCases, __: Policy) -> SeesBoth:
    """The view of the other case. Its last agent is not there for it who is just freed of the one: they wrap up."""
    file, holder, freed = view.other_file, view.other_holder, view.case.assignee
    rows: dict[str, Any] = {
        attribute.name: getattr(file, attribute.name)
        for attribute in fields_of(view.__class__)
        if hasattr(file, attribute.name)  # what is kept of a case stands in a view by the same name
    }
    rows |= {"thread": view.other_thread, "customer": view.other_customer}
    rows["holder"] = None if holder is None or holder.id == freed else holder
    nobody = dict.fromkeys(("person", "reviewer", "offered", "review_offered"))
    seen: SeesBoth = changed(view, **rows, **nobody)
    return seen


# Needs -------------------------------------------------------------------------------------------------


def _other_known(view: SeesBoth, command: MergeCases, _: Policy) -> Reason | None:
    if view.other_file is not None:
        return None
    return Reason("case.known", f"there is no case {command.into!r}", "check the id; messages start cases")


def _two_cases(_: SeesBoth, command: MergeCases, __: Policy) -> Reason | None:
    if command.case != command.into:
        return None
    return Reason("merge_cases.two", f"{command.case} is the same case", "name another case of that customer")


@wants("case", "other_file")
def _other_open(view: HasBothCases, _: MergeCases, __: Policy) -> Reason | None:
    other = view.other_file.case
    if other.status is not CLOSED:
        return None
    successor = for_words(other, "successor", "its successor, if it has one")
    follow = f"merge it into {successor}" if successor else "leave it as it is"
    return Reason("lifecycle.closed", f"case {other.id} is closed and can never be changed", follow)


@wants("case", "other_file")
def _other_time(view: HasBothCases, command: MergeCases, policy: Policy) -> Reason | Unconcerned | None:
    file = view.other_file
    return time_goes_on(changed(view, case=file.case, case_time=file.case_time), command, policy)


def _not_merged_by_hand(_: SeesBoth, command: CloseCase, __: Policy) -> Reason | None:
    if command.reason is not CloseReason.MERGED:
        return None
    found = f"case {command.case} goes on as another, and nobody says as which"
    return Reason("lifecycle.merged", found, "choose the case as which it goes on, and merge it into that one")


# Rules -------------------------------------------------------------------------------------------------


@wants("case", "other_file")
def _theirs_or_nobodys(view: HasBothCases, command: MergeCases, _: Policy) -> Reason | None:
    both = (view.case, view.other_file.case)
    if command.by == SYSTEM or is_supervisor(view.actor):
        return None
    others = next((case for case in both if case.assignee not in {None, command.by}), None)
    if others is not None:
        found, remedy = f"{others.assignee} holds case {others.id}", f"ask {others.assignee} or a supervisor"
    elif all(case.assignee is None for case in both):
        found, remedy = "nobody holds either", "open one of them first, or ask a supervisor"
    else:
        return None
    holders = tuple(for_words(case, "assignee") for case in both)
    found = f"cases {command.case} and {command.into} are not {command.by}'s: {found}"
    return Reason("assignment.holder", found, remedy, {"assignees": holders}, ("OpenCase",))


@wants("case", "other_file")
@measures("by", "may")
def _may_merge(view: HasBothCases, command: MergeCases, policy: Policy) -> Reason | Unconcerned | None:
    holds = command.by in {view.case.assignee, view.other_file.case.assignee}
    if Role.ASSIGNEE in policy.lifecycle.close_by and (holds or not is_supervisor(view.actor)):
        return None if holds else UNCONCERNED  # whether it is theirs, is asked by `assignment.holder`
    return may_close(view, command, policy)


@wants("case", "other_file")
def _same_customer(view: HasBothCases, command: MergeCases, _: Policy) -> Reason | None:
    one, other = view.case, view.other_file.case
    if one.channel is not other.channel:
        found = f"case {one.id} is on {one.channel}, and case {other.id} on {other.channel}"
        return Reason("merge_cases.customer", found, f"merge it into a case on {one.channel}")
    whose, others = _person_of(one, view.customer), _person_of(other, view.other_customer)
    if whose == others:
        return None
    found = f"case {one.id} is {whose}'s, and case {other.id} is {others}'s"
    remedy = "if they are the same person, let a supervisor merge the customers first; otherwise leave both as they are"
    return Reason("merge_cases.customer", found, remedy)


def _person_of(case: Case, customer: Customer | None) -> str:
    return case.customer if customer is None else customer.person


@wants("case", "other_file")
def _nobody_on_line(view: HasBothCases, _: MergeCases, __: Policy) -> Reason | None:
    one, other = view.case, view.other_file.case
    live = next((case for case in (one, other) if on_the_line(case)), None)
    if live is None and one.live and other.logged:
        found = f"case {other.id} was only logged, and case {one.id} is a {one.channel}"
        return Reason("merge_cases.live", found, f"merge {other.id} into {one.id}", ways=("MergeCases",))
    if live is None:
        return None
    found = f"the customer of case {live.id} is on the line, by {live.channel}"
    return Reason("merge_cases.live", found, "wait until they have left")


@wants("case", "other_file")
def _no_draft(view: HasBothCases, command: MergeCases, _: Policy) -> Reason | None:
    drafts = {command.case: view.draft, command.into: view.other_file.draft}
    found = next(
        (f"draft {draft.id} waits on case {case}" for case, draft in drafts.items() if draft is not None), None
    )
    if found is None:
        return None
    return Reason(
        "merge_cases.draft", found, "decide it, or withdraw it, first", ways=("ApproveDraft", "WithdrawDraft")
    )


@wants("case", "other_file")
@measures("undisposed")
def _nothing_to_dispose(view: HasBothCases, command: MergeCases, _: Policy) -> Reason | None:
    left = {command.case: view.aftermath, command.into: view.other_file.aftermath}
    undisposed = {case: after.undisposed for case, after in left.items() if after is not None and after.undisposed}
    for case, count in undisposed.items():
        found = f"{count} contact(s) of case {case} are not disposed"
        return Reason("merge_cases.wrap_up", found, "dispose them first", {"undisposed": count}, DISPOSING)
    return None


@wants("case", "other_file")
@measures("threads", "limit", threshold=Threshold("threads", "limit"))
def _few_threads(view: HasBothCases, command: MergeCases, _: Policy) -> Reason | None:
    threads = 2 + len(view.case.joined) + len(view.other_file.case.joined)  # each has its own, too
    if threads <= MOST_JOINED:
        return None
    found = f"{threads} threads would lead to case {command.into}"
    remedy = f"at most {MOST_JOINED} may; close it, and note in it as which it goes on"
    return Reason("merge_cases.limit", found, remedy, {"threads": threads, "limit": MOST_JOINED}, ("CloseCase",))


# Handler -----------------------------------------------------------------------------------------------


@wants("case", "other_file")
def _merge_cases(view: HasBothCases, command: MergeCases, _: Policy) -> tuple[Event, ...]:
    by, at, one, other = command.by, command.at, view.case, view.other_file.case
    waits_since = None if one.unanswered_since is None else earlier(one.unanswered_since, other.unanswered_since)
    wrote, later = _wrote_last(view), dict[str, Any]()
    if wrote is not None:
        words, after = view.last_words, view.aftermath
        heard = () if words is None or words.message is None else (words.message, *words.since)
        later = {"thread": wrote, "heard": heard, "answers": None if after is None else after.earlier_handler}
    return (
        *(ThreadJoined(by, at, other.id, thread) for thread in threads_of(one)),
        *_place_in_queue(other, command, waits_since),
        *_opened_again(view, command, waits_since),
        CaseTakenOver(by, at, other.id, one.id, waits_since=waits_since, **later),
        *_written_on_at_last(one, other, command),
        CaseClosed(by, at, one.id, CloseReason.MERGED, other.id),
    )


def _written_on_at_last(one: Case, other: Case, command: MergeCases) -> tuple[Event, ...]:
    """The other was only logged, and on the one the customer wrote."""
    if one.logged or not other.logged:
        return ()
    return (CustomerJoined(command.by, command.at, other.id, other.channel, other.assignee),)


def earlier(instant: datetime, other: datetime | None) -> datetime:
    """The earlier of two instants, of which the second may be missing."""
    return instant if other is None else min(instant, other)


def _wrote_last(view: HasBothCases) -> str | None:
    """The thread of the one, if its customer wrote there last; None where they did so on the other's."""
    here, there = (None if row is None else row.customer_at for row in (view.thread, view.other_thread))
    return view.case.thread if here is not None and (there is None or there < here) else None


def reopens(view: HasBothCases) -> bool:
    """Whether the other case is open again, because the customer of the one waits for an answer."""
    status = view.other_file.case.status
    moves = CASE_LIFECYCLE.dest(status, Trigger.CUSTOMER_MESSAGE) is not status
    return moves and view.case.unanswered_since is not None


def _opened_again(view: HasBothCases, command: MergeCases, waits_since: datetime | None) -> tuple[Event, ...]:
    other = view.other_file.case
    if not reopens(view):
        return ()
    c = command
    return (CaseReopened(c.by, c.at, other.id, other.status, merged=c.case, waits_since=waits_since),)


def _place_in_queue(case: Case, command: MergeCases, since: datetime | None) -> tuple[Event, ...]:
    """Whoever has waited longer does not wait anew; pending ones are queued where they are opened again."""
    if since is None or case.waiting_since is None or case.waiting_since <= since:
        return ()
    if CASE_LIFECYCLE.dest(case.status, Trigger.CUSTOMER_MESSAGE) is not case.status and case.status is not ESCALATED:
        return ()
    cut_off_at, push = case.cut_off_at, not case.pull_only
    return (CaseQueued(SYSTEM, command.at, case.id, case.queue, since, cut_off_at=cut_off_at, push=push),)


# Evolve ------------------------------------------------------------------------------------------------


def _take_over(case: Editing, event: CaseTakenOver) -> None:
    case.active_at = event.at
    if event.thread is not None:
        speak_on(case, event.thread)
    if event.waits_since is not None:
        case.unanswered_since = case.asked_since = event.waits_since
        case.answers = ()


def _is_owed(contact: Editing, event: CaseTakenOver) -> None:
    if event.waits_since is not None:
        break_silence(contact, event)


def _last_said(words: Editing, event: CaseTakenOver) -> None:
    if event.heard:
        words.message, *since = event.heard
        words.since, words.before, words.replies = (*since,), (), ()


def _was_handled(after: Editing, event: CaseTakenOver) -> None:
    if event.heard:
        after.earlier_handler = event.answers


_MERGE = (MergeCases,)
_INTO = ("into",)

CASE_MERGING: Room[SeesBoth] = Room(
    name="case_merging",
    needs=(
        Rule("lifecycle.merged", "Only merging closes a case as merged", "§2", (CloseCase,), _not_merged_by_hand),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _MERGE, not_closed),
        Rule("case.known", "The other case exists", "§4", _MERGE, _other_known, _INTO),
        Rule("merge_cases.two", "A case is merged into another", "§4", _MERGE, _two_cases, _INTO),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", _MERGE, _other_open, _INTO),
        Rule("time.order", "Time does not run backwards", "§1", _MERGE, _other_time, _INTO),
    ),
    rules=(
        soft_rule(
            "assignment.holder", "Nobody else's case, or by a supervisor", "§4", _MERGE, _theirs_or_nobodys, _INTO
        ),
        soft_rule("lifecycle.close_by", "The policy says who may close", "§2", _MERGE, _may_merge, _INTO),
        Rule("merge_cases.customer", "Of one customer, on one channel", "§4", _MERGE, _same_customer, _INTO),
        Rule("merge_cases.live", "Nobody is merged who is on the line", "§4", _MERGE, _nobody_on_line, _INTO),
        Rule("merge_cases.draft", "Nothing of either waits for approval", "§4", _MERGE, _no_draft, _INTO),
        Rule("merge_cases.wrap_up", "Nothing of either is to be disposed", "§4", _MERGE, _nothing_to_dispose, _INTO),
        Rule("merge_cases.limit", "Few threads lead to a case", "§4", _MERGE, _few_threads, _INTO),
    ),
    decide={MergeCases: _merge_cases},
    evolve={(Case, CaseTakenOver): _take_over},
    notices={
        (Contact, CaseTakenOver): _is_owed,
        (LastWords, CaseTakenOver): _last_said,
        (Aftermath, CaseTakenOver): _was_handled,
    },
    shows={
        MergeCases: {
            "other_thread": _other_thread,
            "other_customer": _other_customer,
            "other_holder": _other_holder,
        }
    },
    others={MergeCases: _seen_from_other},
    probes=(Probe("merge_case", MergeCases, asks=_INTO),),
)
