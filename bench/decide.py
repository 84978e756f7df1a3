"""Deciding: a direct reply with every rule on, beside one bare `transitions` trigger with two conditions.

The reply is one that every rule has to look at: text with accents, an attachment, sent as resolved. The machine of
`transitions` has the same states and steps; its two conditions say yes at once, and it keeps no record and gives no
reason.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from transitions import Machine

from bench.histories import AGENTS, staffed
from bench.measure import Line, Target, duration, side_by_side
from casecore import (
    CASE_LIFECYCLE,
    CUSTOMER,
    HOUSE,
    RULES,
    Channel,
    Command,
    Desk,
    Enforcement,
    OpenCase,
    ReceiveMessage,
    ReplySent,
    SendReply,
    Status,
    Trigger,
)
from casecore.records import freeze, thaw

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPS = 2_000


def desk_and_reply() -> tuple[Desk, Command]:
    """A desk with an open case, and a reply by the agent who holds it."""
    desk, agent = staffed(), AGENTS[0]
    at = desk.now
    for command in (
        ReceiveMessage(CUSTOMER, at, "t1", "m1", "Bom dia!", customer="c1", channel=Channel.EMAIL, new_case="1"),
        OpenCase(agent, at, "1"),
    ):
        desk, _ = desk.handle(command)
    return desk, SendReply(agent, at, "1", "m2", "Olá, já está: o recibo vai em anexo.", Status.RESOLVED, ("r.pdf",))


class Ticket:
    """An object as `transitions` wants it: the machine gives it its state and its triggers."""


def bare_trigger() -> object:
    """A trigger of the case's life cycle that two conditions guard; each call is legal, as the state stays."""
    ticket = Ticket()
    machine = Machine(
        model=ticket,
        states=[str(status) for status in CASE_LIFECYCLE.states],
        initial=str(Status.RESOLVED),
        auto_transitions=False,
    )
    for edge in CASE_LIFECYCLE.edges:
        conditions = [lambda: True, lambda: True]
        machine.add_transition(str(edge.trigger), str(edge.source), edge.dest and str(edge.dest), conditions)
    return getattr(ticket, Trigger.SEND_AS_RESOLVED)


def lines() -> Iterator[Line]:
    """The measurements."""
    desk, reply = desk_and_reply()
    view, policy = desk.view(reply), desk.policy
    case = view.case
    guards = [len([rule for rule in rules if issubclass(subject, rule.guards)]) for rules, subject in (
        (HOUSE.needs, SendReply), (HOUSE.rules, SendReply), (HOUSE.rules, ReplySent))]
    softened = [rule.id for rule in RULES if policy.mode(rule.id) is not Enforcement.BLOCK]
    if softened or not desk.decide(reply):
        raise AssertionError(f"not every rule is on, or the reply is refused: {softened}, {desk.decide(reply)}")
    changes = tuple(chain.from_iterable(HOUSE.changes(type(event)) for event in HOUSE.decide(view, reply, policy).events))

    def decide_and_evolve() -> object:
        (event,) = HOUSE.decide(view, reply, policy).events
        rows = []
        for change in changes:
            if change.create is not None:
                rows.append(change.create(event))
            else:
                draft = thaw(case)
                change.edit(draft, event)
                rows.append(freeze(draft, change.sheet))
        return rows

    trigger, decided, evolved, handled = side_by_side(
        bare_trigger(),
        partial(HOUSE.decide, view, reply, policy),
        decide_and_evolve,
        partial(desk.handle, reply),
        loops=LOOPS,
    )
    peer = duration(trigger)
    asked = f"{guards[0]} needs and {sum(guards[1:])} rules"
    yield Line(f"decide a reply: {asked} on", duration(decided), peer, decided / trigger, "", Target(most=0.6))
    yield Line(f"... and evolve the {len(changes)} records", duration(evolved), peer, evolved / trigger, "", Target(most=1))
    yield Line("... as Desk.handle: view, decide, evolve the desk", duration(handled), peer, handled / trigger)
