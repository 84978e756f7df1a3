"""Ways on: by which commands a case can still be closed, and a waiting draft still be decided.

A case that cannot be closed, or a draft that nobody can decide, lies there for ever. That there is a way is shown by
walking it: somebody joins the desk who may do everything that one person can, and gives the commands told here, one
after the other. What is in the way is put away first: a draft is withdrawn, a contact is ended and disposed, an offer
is taken back.

Two promises follow these ways at every step (18 and 19). No rule is looked at to find them: whether a command is
allowed shows when it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Final

from casecore.channels import Channel, Consent, TemplateKind
from casecore.desk import Desk
from casecore.kernel import SYSTEM, Command, Event
from casecore.policies import Policy
from casecore.policies.sections import Proceeding, Relation, Role
from casecore.promises.promise import Statement
from casecore.promises.rows import PROMISES
from casecore.promises.steps import Step
from casecore.promises.watching import Breach
from casecore.rooms.agents import TOTAL, AddAgent, GoAvailable, Permission
from casecore.rooms.approvals import DECIDED, ApproveDraft, ReassignDraft, RefuseDraft, WaitingDraft, WithdrawDraft
from casecore.rooms.assignments import OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason
from casecore.rooms.composition import House
from casecore.rooms.contacts import EndContact
from casecore.rooms.offers import RescindOffer
from casecore.rooms.relations import RelateRecord
from casecore.rooms.threads import message_row
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status

_SOME_TIME: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""When a desk stands at no instant yet, this one will do."""


def lost_ways(step: Step, promises: Iterable[Statement] = PROMISES) -> Iterator[Breach]:
    """The ways on that a step leaves no more: to closed (18), to the end of a draft (19).

    Each is walked to its end, and what happens last says whether it leads there.

    Args:
        step: The step.
        promises: What is promised; nothing is walked for the sake of others.
    """
    promised = {promise.number: promise.title for promise in promises}
    for file in step.touched:
        case, draft = file.case.id, file.draft
        if "18" in promised and file.case.status is not Status.CLOSED:
            for why in follow_way(step.after, way_to_closed(step.after, case), CaseClosed):
                what = f"case {case} cannot be closed: {why}"
                yield Breach("18", promised["18"], what, step.command.at, step.events)
        for way in ways_to_decide(step.after, case, draft) if "19" in promised and draft is not None else ():
            for why in follow_way(step.after, way, DECIDED):
                what = f"the draft of case {case} cannot be decided: {why}"
                yield Breach("19", promised["19"], what, step.command.at, step.events)


def follow_way(desk: Desk, way: Sequence[Command], goal: type[Event] | tuple[type[Event], ...]) -> Iterator[str]:
    """Why these commands do not lead to where one of these events happens; nothing where the last of them does.

    Nor where only rules of a team's own stand in the way, of rooms that say what else is to be tried or of the policy:
    they may ask for something first, and whether there is a way then is found by searching, in scopes of their own
    (`check/own_scopes.py`, `check/rule_scopes.py`).
    """
    apart = rules_tried_apart(desk.house).union(rule.id for rule in desk.policy.rule)
    for command in way:
        step = Step.of(desk, command)
        if not step.accepted and {reason.rule for reason in step.reasons} <= apart:
            return
        if not step.accepted:
            yield f"{type(command).__name__} by {command.by} is refused: {step.verdict}"
            return
        desk = step.after
    if not any(isinstance(event, goal) for event in step.events):
        yield f"{type(way[-1]).__name__} by {way[-1].by} is accepted, and nothing comes of it"


@cache
def rules_tried_apart(house: House) -> frozenset[str]:
    """The rules of the rooms that say what is to be tried in scopes of their own."""
    return frozenset(rule.id for room in house.rooms if room.tries is not None for rule in room.rules)


def join_supervisor(desk: Desk) -> AddAgent:
    """The command by which somebody joins the desk who may do everything that one person can."""
    name = next(name for number in count(1) if (name := f"boss{number}") not in desk.agents)
    everything = frozenset({Permission.SUPERVISE, Permission.APPROVE, Permission.REPLY})
    room = {TOTAL: 1, **{channel.value: 1 for channel in Channel}}
    return AddAgent(
        SYSTEM,
        desk.now or _SOME_TIME,
        agent=name,
        name=name,
        permissions=everything,
        queues=frozenset(desk.policy.queues),
        capacity=room,
    )


def _logs_in(joins: AddAgent) -> GoAvailable:
    """The command by which somebody who has joined is on duty."""
    return GoAvailable(joins.agent, joins.at, joins.agent)


def _policy_for(desk: Desk, case: str) -> Policy:
    return desk.policy.at(desk.now or _SOME_TIME).for_(desk.cases[case].case)


def way_to_closed(desk: Desk, case: str) -> tuple[Command, ...]:
    """The commands that close a case: a supervisor joins, withdraws the draft that waits, and closes.

    Where the policy does not close from the case's status, or only after authenticating, it is closed as spam; where it
    lets no supervisor close, the system does it. Where it lets nobody close, and no time does it, there is no way.
    """
    joins, file, policy = join_supervisor(desk), desk.cases[case], _policy_for(desk, case)
    narrowed, proven = policy.lifecycle, policy.authentication
    by, at = joins.agent, joins.at
    withdraws = (WithdrawDraft(by, at, case, file.draft.id),) if file.draft is not None else ()
    ends = (EndContact(by, at, case),) if file.contact is not None else ()
    supervised = Role.SUPERVISOR in narrowed.close_by
    asked = Proceeding.CLOSE in proven.before and file.case.channel in proven.channels
    by_hand = supervised and not asked and file.case.status in narrowed.close_from
    by_itself = not supervised and (narrowed.close_by or narrowed.close_after)
    closes = CloseCase(SYSTEM if by_itself else by, at, case, CloseReason.BY_HAND if by_hand else CloseReason.SPAM)
    return (joins, _logs_in(joins), *withdraws, *ends, *_disposing_commands(desk, by, case), closes)


def _disposing_commands(desk: Desk, by: str, case: str) -> Iterator[Command]:
    """The commands by which a supervisor disposes every contact of a case, the one that is ended first included."""
    file, at, policy = desk.cases[case], desk.now or _SOME_TIME, _policy_for(desk, case)
    owed = {row.agent: row.earlier_handler for row in desk.wrap_ups.values() if row.case == case}
    if file.contact is not None and policy.wrap_up.required:
        owed.setdefault(file.contact.agent, file.aftermath.earlier_handler if file.aftermath else None)
    if owed and file.case.channel is Channel.EMAIL:
        yield from (RelateRecord(by, at, case, relation, "record") for relation in Relation)
    code = policy.wrap_up.codes[0] if policy.wrap_up.codes else ""
    for agent, handler in sorted(owed.items()):
        yield Dispose(by, at, case, code, f"as agreed with {handler}", agent)


def ways_to_decide(desk: Desk, case: str, draft: WaitingDraft) -> tuple[tuple[Command, ...], ...]:
    """The ways in which a waiting draft can be decided: withdrawn, refused, or approved.

    A reviewer joins; if the review was given to one agent, they give it back to its queue first. What is sent may need
    an authenticated customer, so they authenticate before approving, and open the case for that if nobody holds it. A
    draft whose id was taken by another message meanwhile cannot be sent any more, so it cannot be approved.
    """
    joins = join_supervisor(desk)
    by, at = joins.agent, joins.at
    freed = (ReassignDraft(by, at, case, draft.id, queue=draft.queue),) if draft.reviewer is not None else ()
    opened = _opening_commands(desk, by, case) if desk.cases[case].contact is None else ()
    begin = (joins, _logs_in(joins))
    approved = (*begin, *freed, *opened, Authenticate(by, at, case), ApproveDraft(by, at, case, draft.id, seen=True))
    return (
        (*begin, WithdrawDraft(by, at, case, draft.id)),
        (*begin, *freed, RefuseDraft(by, at, case, draft.id, "not like this")),
        *(
            (approved,)
            if message_row(draft.thread or desk.cases[case].case.thread, draft.id) not in desk.messages
            and _may_be_sent(desk, case, draft)
            else ()
        ),
    )


def _may_be_sent(desk: Desk, case: str, draft: WaitingDraft) -> bool:
    """Whether the customer may be written to at all: on WhatsApp a window may have closed, or a consent be withdrawn.

    Otherwise the draft waits until the customer writes; it can be withdrawn or refused meanwhile.
    """
    thread = desk.threads[draft.thread or desk.cases[case].case.thread]
    if thread.channel is not Channel.WHATSAPP:
        return True
    whatsapp, owner = _policy_for(desk, case).whatsapp, desk.customers[thread.customer]
    customer = desk.customers[owner.person]
    if thread.customer_at is not None and (desk.now or _SOME_TIME) - thread.customer_at < whatsapp.window:
        return True
    agreed = customer.opted_in is True and Consent.OPT_IN in whatsapp.consent
    wrote = thread.customer_at is not None and Consent.PRIOR_CONTACT in whatsapp.consent
    template = draft.template is not None and draft.template.kind is TemplateKind.WHATSAPP_TEMPLATE
    return template and not draft.attachments and (agreed or (wrote and customer.opted_in is not False))


def _opening_commands(desk: Desk, by: str, case: str) -> Iterator[Command]:
    """The commands by which somebody who has just joined opens a case that nobody holds, even if it is offered."""
    at, offers = desk.now or _SOME_TIME, desk.cases[case].offers
    if offers is not None and offers.offered_to is not None:
        yield RescindOffer(SYSTEM, at, case)
    yield OpenCase(by, at, case)
