"""What a desk must always keep, as questions that can be asked of any step.

Each promise has its number in §10 of the domain. They speak of a **step** (the desk before, the command, the events,
the desk after) and not of desks alone: a reply that went round its approval leaves no trace on the desk it leads to.

`broken(step)` asks them all and lists what does not hold. A promise whose rule the policy softens or switches off is
**not claimed**: it is then neither kept nor broken.

Promises look at what happened, whichever command led to it, and never at the rules that keep them: otherwise a hole in
a rule would be a hole in its promise too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate, count
from typing import Any, Final

import attrs
from attrs import field

from casecore.agents import AddAgent, Permission
from casecore.approvals import (
    ApproveDraft,
    DraftApproved,
    ReassignDraft,
    RefuseDraft,
    ReviewReassigned,
    WaitingDraft,
    WithdrawDraft,
)
from casecore.arrivals import CaseReopened
from casecore.assignments import CaseAssigned, WorkBegun, ineligible
from casecore.cases import Case, CaseClosed, CloseCase, CloseReason, StatusSet
from casecore.desk import HOUSE, CaseFile, Desk, View
from casecore.house import House
from casecore.kernel import SYSTEM, Accepted, Command, Enforcement, Event, Verdict
from casecore.policies import Policy, Role
from casecore.records import freeze, thaw
from casecore.replies import ReplySent
from casecore.statuses import CASE_LIFECYCLE, SENT_AS, SET_BY_HAND, Status, Trigger
from casecore.testing.scenario import T0, tell

# Steps -------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False, slots=False, repr=False)
class Step:
    """One command at a desk, and what came of it.

    Attributes:
        before: The desk it was given to.
        verdict: The answer.
        after: The desk then; the same as before if the command was refused.
        house: The rules that were asked.
    """

    before: Desk
    command: Command
    verdict: Verdict
    after: Desk
    house: House[View] = HOUSE

    @classmethod
    def of(cls, desk: Desk, command: Command, house: House[View] = HOUSE) -> Step:
        """Give a command to a desk under the rules of a house."""
        verdict = house.decide(desk.view(command), command, desk.policy)
        after = desk.evolve(verdict.events) if isinstance(verdict, Accepted) else desk
        return cls(desk, command, verdict, after, house)

    def __repr__(self) -> str:
        return "\n".join(("Step(", *(f"    {line}" for line in tell(self.command, self.verdict)), ")"))

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text(repr(self))  # Hypothesis would print both desks and the house, a megabyte for each run

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened; nothing if the command was refused."""
        return self.verdict.events if isinstance(self.verdict, Accepted) else ()

    @cached_property
    def moments(self) -> tuple[tuple[Event, Desk, Desk], ...]:
        """Every event with the desk just before and just after it."""
        desks = [*accumulate(self.events, lambda desk, event: desk.evolve((event,)), initial=self.before)]
        return tuple(zip(self.events, desks, desks[1:], strict=False))

    @cached_property
    def touched(self) -> tuple[CaseFile, ...]:
        """The cases that are not as they were, in the order of their ids."""
        before, after = self.before.cases, self.after.cases
        return tuple(after[case] for case in sorted(after) if after[case] is not before.get(case))


# What each promise asks --------------------------------------------------------------------------------

_TRIGGERS: Final[Mapping[type[Event], Callable[[Any], str]]] = {
    WorkBegun: lambda event: Trigger.BEGIN_WORK,
    ReplySent: lambda event: SENT_AS.get(event.send_as, ""),
    StatusSet: lambda event: SET_BY_HAND.get(event.status, ""),
    CaseReopened: lambda event: Trigger.CUSTOMER_MESSAGE,
    CaseClosed: lambda event: Trigger.CLOSE,
}
"""The trigger of the life cycle that each event is; all other events are none."""


def _along_the_life_cycle(step: Step) -> Iterator[str]:
    for event, before, after in step.moments:
        trigger = _TRIGGERS[type(event)](event) if type(event) in _TRIGGERS else None
        for case in sorted(after.cases):
            was, now = before.status(case), after.status(case)
            moved = trigger is not None and case == getattr(event, "case", None)
            legal = Status.NEW if was is None else CASE_LIFECYCLE.dest(was, trigger or "") if moved else was
            if now is not legal:
                yield f"{type(event).__name__} took case {case} from {was} to {now}"


def _closed_stays_closed(step: Step) -> Iterator[str]:
    for now in step.touched:
        was = step.before.cases.get(now.case.id)
        if was is not None and was.case.status is Status.CLOSED:
            followed = thaw(was.case)
            followed.successor = followed.successor or now.case.successor
            if now != CaseFile(freeze(followed, Case), was.draft):
                yield f"closed case {now.case.id} was {was} and is {now}"


def _one_assignee(step: Step) -> Iterator[str]:
    for event, before, after in step.moments:
        if isinstance(event, CaseAssigned):
            holder, now = before.cases[event.case].case.assignee, after.cases[event.case].case.assignee
            if holder is not None or now != event.agent:
                yield f"case {event.case} went to {event.agent}; held by {holder} before and {now} after"


def _given_to_the_eligible(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, CaseAssigned):
            why_not = ineligible(before.agents.get(event.agent), before.cases[event.case].case)
            if why_not is not None:
                yield f"case {event.case} was given to {event.agent}, but {why_not}"
        if isinstance(event, ReviewReassigned) and event.reviewer is not None:
            reviewer = before.agents.get(event.reviewer)
            why_not = ineligible(reviewer, before.cases[event.case].case, event.queue)
            if why_not is None and reviewer is not None and not reviewer.may(Permission.APPROVE):
                why_not = f"{event.reviewer} has no permission to approve"
            if why_not is not None:
                yield f"the review of {event.draft} was given to {event.reviewer}, but {why_not}"


def _sent_with_permission(step: Step) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, ReplySent):
            needed = Permission.REPLY if event.reviewer is None else Permission.APPROVE
            sender = step.before.agents.get(event.reviewer or event.author)
            if sender is None or not sender.may(needed):
                yield f"{event.message} was sent by {event.by}, who has no permission to {needed}"
            elif event.reviewer is not None and not _as_submitted(event, step.before.cases[event.case].draft):
                yield f"{event.message} was sent as approved, but it is not the draft that waited"


def _as_submitted(reply: ReplySent, draft: WaitingDraft | None) -> bool:
    return draft is not None and (
        (reply.message, reply.author, reply.text, reply.send_as, reply.attachments)
        == (draft.id, draft.author, draft.text, draft.send_as, draft.attachments)
    )


def _approved_by_another(step: Step) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, DraftApproved) and event.by == event.author:
            yield f"{event.by} approved their own draft {event.draft}"
        if isinstance(event, ReplySent) and event.reviewer == event.author:
            yield f"{event.author} is the reviewer of their own reply {event.message}"


def _sent_once(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, ReplySent) and event.message in before.messages:
            yield f"{event.message} was sent on case {event.case}, but it stands on the desk already"


def _nothing_is_lost(step: Step) -> Iterator[str]:
    gone = sorted(case for case in step.before.cases if case not in step.after.cases)
    yield from (f"case {case} is gone" for case in gone)
    for file in step.touched:
        case = file.case
        places = [case.assignee is not None, case.waiting_since is not None and case.queue in step.after.policy.queues]
        if sum(places) not in _PLACES.get(case.status, {1}):
            where = {0: "neither held nor queued", 1: "held or queued", 2: "held and queued"}[sum(places)]
            yield f"case {case.id} is {case.status}, and {where}"


_PLACES: Final[Mapping[Status, Collection[int]]] = {Status.RESOLVED: {0, 1}, Status.CLOSED: {0}}
"""In how many places a case may be, an inbox and a queue; where it says nothing, exactly in one."""


# Ways: that something can still be done is shown by doing it.


def boss(desk: Desk) -> AddAgent:
    """The command by which somebody joins the desk who may do everything that one person can."""
    name = next(name for number in count(1) if (name := f"boss{number}") not in desk.agents)
    everything = frozenset({Permission.SUPERVISE, Permission.APPROVE, Permission.REPLY})
    return AddAgent(SYSTEM, desk.now or T0, name, name, everything, frozenset(desk.policy.queues))


def way_to_closed(desk: Desk, case: str) -> tuple[Command, ...]:
    """The commands that close a case: a supervisor joins, withdraws the draft that waits, and closes.

    Where the policy does not close from the case's status it is closed as spam; where it lets no supervisor close, the
    system does it.
    """
    joins, file, narrowed = boss(desk), desk.cases[case], desk.policy.lifecycle
    by, at = joins.agent, joins.at
    withdraws = (WithdrawDraft(by, at, case, file.draft.id),) if file.draft is not None else ()
    supervised = Role.SUPERVISOR in narrowed.close_by
    by_hand = supervised and file.case.status in narrowed.close_from
    closes = CloseCase(by if supervised else SYSTEM, at, case, CloseReason.BY_HAND if by_hand else CloseReason.SPAM)
    return (joins, *withdraws, closes)


def ways_to_decide(desk: Desk, case: str, draft: WaitingDraft) -> tuple[tuple[Command, ...], ...]:
    """The ways in which a waiting draft can be decided: withdrawn, refused, or approved.

    A reviewer joins; if the review was given to one agent, they give it back to its queue first. A draft whose id was
    taken by another message meanwhile cannot be sent any more, so it cannot be approved.
    """
    joins = boss(desk)
    by, at = joins.agent, joins.at
    freed = (ReassignDraft(by, at, case, draft.id, queue=draft.queue),) if draft.reviewer is not None else ()
    approved = (joins, *freed, ApproveDraft(by, at, case, draft.id, seen=True))
    return (
        (joins, WithdrawDraft(by, at, case, draft.id)),
        (joins, *freed, RefuseDraft(by, at, case, draft.id, "not like this")),
        *((approved,) if draft.id not in desk.messages else ()),
    )


def _follow(desk: Desk, way: Iterable[Command], house: House[View]) -> Desk | str:
    for command in way:
        step = Step.of(desk, command, house)
        if not step.verdict:
            return f"{type(command).__name__} by {command.by} is refused: {step.verdict}"
        desk = step.after
    return desk


def _can_be_closed(step: Step) -> Iterator[str]:
    for file in step.touched:
        if file.case.status is not Status.CLOSED:
            end = _follow(step.after, way_to_closed(step.after, file.case.id), step.house)
            if isinstance(end, str):
                yield f"case {file.case.id} cannot be closed: {end}"
            elif end.status(file.case.id) is not Status.CLOSED:
                yield f"case {file.case.id} was closed, and is {end.status(file.case.id)}"


def _can_be_decided(step: Step) -> Iterator[str]:
    for file in step.touched:
        if file.draft is not None:
            for way in ways_to_decide(step.after, file.case.id, file.draft):
                end = _follow(step.after, way, step.house)
                if isinstance(end, str):
                    yield f"draft {file.draft.id} cannot be decided: {end}"
                elif end.cases[file.case.id].draft is not None:
                    yield f"draft {file.draft.id} was decided by {type(way[-1]).__name__}, and still waits"


# The promises ------------------------------------------------------------------------------------------


@attrs.frozen
class Promise:
    """Something that always holds.

    Attributes:
        number: Its number in §10.
        title: What is promised.
        asks: (step) -> everything that breaks it.
        rules: The rules it rests on; softened by the policy, the promise is not claimed.
        unless: A choice of the policy with which it is not claimed.
    """

    number: str
    title: str
    asks: Callable[[Step], Iterable[str]] = field(repr=False)
    rules: tuple[str, ...] = ()
    unless: Callable[[Policy], bool] = field(default=lambda policy: False, repr=False)

    def claimed(self, policy: Policy) -> bool:
        """Whether it is promised under this policy."""
        return not self.unless(policy) and all(policy.mode(rule) is Enforcement.BLOCK for rule in self.rules)


PROMISES: Final = (
    Promise("01", "a case moves only along the life cycle", _along_the_life_cycle),
    Promise("02", "closed stays closed", _closed_stays_closed),
    Promise("03", "a case has at most one assignee", _one_assignee),
    Promise("05", "work is given only to an eligible agent", _given_to_the_eligible, ("assignment.eligible",)),
    Promise("09", "no reply is sent unapproved that needs approval", _sent_with_permission, ("reply.permission",)),
    Promise(
        "10",
        "nobody approves their own reply",
        _approved_by_another,
        ("approval.self_approval",),
        lambda policy: policy.approval.self_approval,
    ),
    Promise("11", "the same draft is sent at most once", _sent_once),
    Promise("16", "nothing is lost: every case not resolved or closed is held or queued", _nothing_is_lost),
    Promise("18", "from everywhere there is a way to closed", _can_be_closed),
    Promise("19", "every draft can still be decided", _can_be_decided),
)
"""The promises that hold at a desk of cases, replies and approvals."""


def broken(step: Step, promises: Iterable[Promise] = PROMISES) -> tuple[str, ...]:
    """Every promise that a step breaks, among those that its policy claims.

    Args:
        step: A step; one that was refused breaks nothing.
        promises: Which promises to ask.

    Returns:
        One sentence for each breach, with the promise's number; nothing when all are kept.
    """
    claimed = (promise for promise in promises if promise.claimed(step.before.policy))
    return tuple(f"{promise.number} {promise.title}: {found}" for promise in claimed for found in promise.asks(step))
