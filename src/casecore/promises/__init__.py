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
from itertools import accumulate
from typing import Any, Final

import attrs
from attrs import field

from casecore.channels import Channel, TemplateKind
from casecore.desk import Desk
from casecore.kernel import Accepted, Command, Enforcement, Event, Verdict
from casecore.kernel.house import House
from casecore.policies import Policy
from casecore.policies.sections import CountsFrom, Proceeding
from casecore.promises.ways import way_to_closed, ways_to_decide
from casecore.rooms.agents import AgentAvailable, AgentUnavailable, Permission
from casecore.rooms.approvals import DraftApproved, WaitingDraft
from casecore.rooms.arrivals import CaseReopened, MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseReleased, Release, WorkBegun
from casecore.rooms.cases import Case, CaseClosed, CloseReason, StatusSet
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.composition import HOUSE, CaseFile, View
from casecore.rooms.contacts import ContactEnded, ContactStarted
from casecore.rooms.eligibility import OBSTACLES, obstacles
from casecore.rooms.offers import WorkOffered
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewTaken
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import CASE_LIFECYCLE, SENT_AS, SET_BY_HAND, Status, Trigger

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
        from casecore.testing.scenario import tell  # the way a story is told; only needed when something is shown

        return "\n".join(("Step(", *(f"    {line}" for line in tell(self.command, self.verdict)), ")"))

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text(repr(self))  # Hypothesis would print both desks and the house, a megabyte for each run

    @cached_property
    def policy(self) -> Policy:
        """What of the SOP is in force for this command."""
        if not self.before.policy.layered:
            return self.before.policy
        in_force: Any = self.house.in_force(self.before.view(self.command), self.command, self.before.policy)
        policy: Policy = in_force
        return policy

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
    ChatDisconnected: lambda event: Trigger.SEND_AS_RESOLVED,
    CaseReopened: lambda event: Trigger.CUSTOMER_MESSAGE,
    CaseClosed: lambda event: Trigger.CLOSE,
}


def trigger_of(event: Event) -> str | None:
    """The trigger of the life cycle that an event is; None where it is none, "" where the table knows no such one."""
    named = _TRIGGERS.get(type(event))
    return None if named is None else named(event)


def _along_the_life_cycle(step: Step) -> Iterator[str]:
    for event, before, after in step.moments:
        trigger = trigger_of(event)
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
            changed = [name for name in _CASE_FIELDS if getattr(now.case, name) != getattr(was.case, name)]
            if was.case.successor is None and "successor" in changed:  # it learns, once, who came after it
                changed.remove("successor")
            changed += [name for name in ("draft", "contact") if getattr(now, name) != getattr(was, name)]
            if changed:
                yield f"of closed case {now.case.id} changed: {', '.join(changed)}"


_CASE: Any = Case
_CASE_FIELDS: Final = tuple(attribute.name for attribute in attrs.fields(_CASE))


def _one_assignee(step: Step) -> Iterator[str]:
    for event, before, after in step.moments:
        if isinstance(event, CaseAssigned):
            holder, now = before.cases[event.case].case.assignee, after.cases[event.case].case.assignee
            if holder is not None or now != event.agent:
                yield f"case {event.case} went to {event.agent}; held by {holder} before and {now} after"
    for file in step.touched:
        contact = None if file.contact is None else file.contact.agent
        if contact != file.case.assignee:
            yield f"case {file.case.id} is held by {file.case.assignee}; its contact is {contact}'s"


def _within_the_limits(step: Step) -> Iterator[str]:
    for name in sorted(
        {event.agent for event in step.events if isinstance(event, CaseAssigned | WorkOffered | ReviewTaken)}
    ):
        was, now, policy = step.before.agents[name], step.after.agents[name], step.policy
        if now.load > max(now.total_limit(policy), was.load):
            yield f"{name} has {now.load} of {now.total_limit(policy)} in total"
        for channel in {*now.held, *now.offered}:
            has, limit = now.held.get(channel, 0) + now.offered.get(channel, 0), now.limit(channel, policy)
            had = was.held.get(channel, 0) + was.offered.get(channel, 0)
            if limit is not None and has > max(limit, had):
                yield f"{name} has {has} of {limit} on {channel}"


def _asked_and_silent(step: Step) -> Iterator[str]:
    idle = step.policy.chat.idle
    for event, before, _ in step.moments:
        if isinstance(event, ChatDisconnected):
            contact = before.cases[event.case].contact
            if contact is None or contact.silence_since is None:
                yield f"case {event.case} was disconnected, and nobody was silent"
                continue
            since = contact.silence_since
            if idle.counts_from is CountsFrom.QUESTION and idle.ask_first and contact.asked_at is not None:
                since = contact.asked_at
            if contact.attempts < idle.ask_first or event.at - since < idle.silence:
                yield f"case {event.case} was disconnected after {event.at - since} and {contact.attempts} questions"


def _countdown_cancelled(step: Step) -> Iterator[str]:
    for event, _, after in step.moments:
        contact = after.cases[event.case].contact if isinstance(event, MessageReceived) else None
        if contact is not None and (contact.silence_since, contact.asked_at, contact.attempts) != (None, None, 0):
            yield f"the customer wrote on a case, and its silence goes on: {contact}"


def _authenticated_first(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, ContactStarted):
            contact = step.after.cases[event.case].contact  # whatever else the step does: nobody was asked yet
            if contact is not None and contact.authenticated:
                yield f"a new contact on case {event.case} is authenticated already"
        file = proceeds_on(event, before, step.policy)
        if file is not None:
            known = file.contact is not None and file.contact.authenticated
            if not known and not (file.contact is None and isinstance(event, CaseClosed)):
                yield f"{type(event).__name__} on case {file.case.id} without authentication"


def proceeds_on(event: Event, before: Desk, policy: Policy) -> CaseFile | None:
    """The case on which an event is something that needs an authenticated customer; None where it is nothing such."""
    done = _NEEDS_AUTHENTICATION.get(type(event), lambda _: ())(event)
    file = before.cases.get(getattr(event, "case", "")) if done else None
    needed = policy.authentication
    if file is None or file.case.channel not in needed.channels or set(done).isdisjoint(needed.before):
        return None
    return file


_NEEDS_AUTHENTICATION: Final[Mapping[type[Event], Callable[[Any], tuple[Proceeding, ...]]]] = {
    ReplySent: lambda event: (
        *((Proceeding.RESOLVE,) if event.send_as is Status.RESOLVED else ()),
        *((Proceeding.ACCOUNT_REPLY,) if event.about_account else ()),
    ),
    StatusSet: lambda event: (Proceeding.RESOLVE,) if event.status is Status.RESOLVED else (),
    CaseReleased: lambda event: (Proceeding.TRANSFER,) if event.because is Release.TRANSFERRED else (),
    CaseClosed: lambda event: (Proceeding.CLOSE,) if event.reason is CloseReason.BY_HAND else (),
    CommitmentMade: lambda event: (Proceeding.COMMIT,),
}
"""What each event is, of what a customer is authenticated for."""


def _free_text_inside_the_window(step: Step) -> Iterator[str]:
    """Asked of whatever is said to a customer; a template goes out as it is approved, and with nothing left open."""
    window = step.policy.whatsapp.window
    for event, before, _ in step.moments:
        file = before.cases.get(getattr(event, "case", ""))
        if not isinstance(event, ReplySent | PresenceAsked | ChatDisconnected) or file is None:
            continue
        wrote, made_from = before.threads[file.case.thread].customer_at, getattr(event, "template", None)
        inside = wrote is not None and event.at - wrote < window
        if file.case.channel is not Channel.WHATSAPP or inside:
            continue
        if made_from is None or made_from.kind is not TemplateKind.WHATSAPP_TEMPLATE:
            yield f"{event.message} is free text; the customer of case {event.case} last wrote at {wrote}"
        elif made_from.reading(Channel.WHATSAPP) != (event.text, ()):
            yield f"{event.message} on case {event.case} says {event.text!r}, which {made_from} does not"


def _disposed_before_available(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, AgentAvailable) and before.agents[event.agent].wrap_ups:
            yield f"{event.agent} became available with {before.agents[event.agent].wrap_ups} to dispose"


def _lunch_waits(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, AgentUnavailable) and before.agents[event.agent].contacts:
            yield f"{event.agent} went away with {before.agents[event.agent].contacts} contacts"


def _next_state_reached(step: Step) -> Iterator[str]:
    for event in step.events:
        if isinstance(event, Disposed | ContactEnded):
            agent = step.after.agents[event.agent]
            if agent.next_reason is not None and not agent.contacts and not agent.wrap_ups:
                yield f"{agent.id} has disposed the last contact, and still waits for the next state"


def _given_to_the_eligible(step: Step) -> Iterator[str]:
    for event, before, _ in step.moments:
        if isinstance(event, CaseAssigned | WorkOffered | ReviewTaken):
            yield from _ineligible(event, before, step.policy)


def _ineligible(event: CaseAssigned | WorkOffered | ReviewTaken, before: Desk, policy: Policy) -> Iterator[str]:
    file, agent = before.cases[event.case], before.agents.get(event.agent)
    review = isinstance(event, ReviewTaken) or (isinstance(event, WorkOffered) and event.review)
    offered = file.offers is not None and file.offers.to(review=review) == event.agent  # then it is counted already
    if agent is None:
        yield f"case {event.case} was given to {event.agent}, whom nobody knows"
    elif review and not agent.may(Permission.APPROVE):
        yield f"the review of case {event.case} was given to {event.agent}, who may not approve"
    else:
        for reason in obstacles(agent, file.case, policy):
            counted = reason.rule.startswith("capacity") and (offered or (review and reason.rule == "capacity.channel"))
            if not counted and not (review and reason.rule == "assignment.queue"):
                yield f"case {event.case} was given to {event.agent}, but {reason.message}"


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


# That something can still be done is shown by doing it (`ways.py`).


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


_ELIGIBLE = ("assignment.queue", *OBSTACLES)

PROMISES: Final = (
    Promise("01", "a case moves only along the life cycle", _along_the_life_cycle),
    Promise("02", "closed stays closed", _closed_stays_closed),
    Promise("03", "a case has at most one assignee; a contact exactly one agent", _one_assignee),
    Promise("04", "never more than the limit", _within_the_limits, ("capacity.channel", "capacity.total")),
    Promise("05", "work is given only to an eligible agent", _given_to_the_eligible, _ELIGIBLE),
    Promise("06", "no idle disconnect too early", _asked_and_silent, ("idle.asked", "idle.silence")),
    Promise("07", "a customer's message cancels the countdown", _countdown_cancelled),
    Promise("08", "authentication comes first, and never leaks", _authenticated_first, ("authentication.before",)),
    Promise("09", "no reply is sent unapproved that needs approval", _sent_with_permission, ("reply.permission",)),
    Promise(
        "10",
        "nobody approves their own reply",
        _approved_by_another,
        ("approval.self_approval",),
        lambda policy: policy.approval.self_approval,
    ),
    Promise("11", "the same draft is sent at most once", _sent_once),
    Promise("12", "WhatsApp free text only inside the window", _free_text_inside_the_window),
    Promise("13", "nobody becomes available with a contact undisposed", _disposed_before_available),
    Promise("14", "lunch never starts with a contact held", _lunch_waits),
    Promise("15", "a next state is reached with the last disposition", _next_state_reached),
    Promise("16", "nothing is lost: every case not resolved or closed is held or queued", _nothing_is_lost),
    Promise("18", "from everywhere there is a way to closed", _can_be_closed),
    Promise("19", "every draft can still be decided", _can_be_decided),
)
"""The promises that hold at a desk."""


def broken(step: Step, promises: Iterable[Promise] = PROMISES) -> tuple[str, ...]:
    """Every promise that a step breaks, among those that its policy claims.

    Args:
        step: A step; one that was refused breaks nothing.
        promises: Which promises to ask.

    Returns:
        One sentence for each breach, with the promise's number; nothing when all are kept.
    """
    claimed = (promise for promise in promises if promise.claimed(step.policy))
    return tuple(f"{promise.number} {promise.title}: {found}" for promise in claimed for found in promise.asks(step))
