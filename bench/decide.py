"""Deciding: a direct reply with every rule on, beside one bare `transitions` trigger with two conditions.

The reply is one that every rule has to look at: text with accents, an attachment, sent as resolved. The machine of
`transitions` has the same states and steps; its two conditions say yes at once, it keeps no record and gives no reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from transitions import Machine

from bench.histories import AGENTS, staffed
from bench.measure import Contender, Effort, Line, costs, side_by_side
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
from casecore.kernel.records import freeze
from casecore.kernel.values import fields_of

LOOPS = 2_000


def desk_and_reply() -> tuple[Desk, Command]:
    """A desk with an open case, and a reply by the agent who holds it."""
    desk, agent = staffed(), AGENTS[0]
    at = desk.now
    for command in (
        ReceiveMessage(CUSTOMER, at, "t1", "m1", "Bom dia!", customer="c1", channel=Channel.MESSAGING, new_case="1"),
        OpenCase(agent, at, "1"),
    ):
        desk, _ = desk.handle(command)
    return desk, SendReply(agent, at, "1", "m2", "Olá, já está: o recibo vai em anexo.", Status.PENDING, ("r.pdf",))


class Ticket:
    """An object as `transitions` wants it: the machine gives it its state and its triggers."""


def bare_trigger() -> Contender:
    """A trigger of the case's life cycle that two conditions guard; every call is legal, as the state stays."""
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


def a_reply(effort: Effort) -> Iterator[Line]:
    """Decide it, evolve the records, and both as a desk does."""
    desk, reply = desk_and_reply()
    view, policy = desk.view(reply), desk.policy
    assert all(policy.mode(rule.id) is Enforcement.BLOCK for rule in RULES)
    happens = HOUSE.decide(view, reply, policy).events
    assert isinstance(happens[0], ReplySent)
    needs = [need for need in HOUSE.needs if issubclass(SendReply, need.guards)]
    rules = [rule for rule in HOUSE.rules if issubclass(SendReply, rule.guards) or issubclass(ReplySent, rule.guards)]
    rows = (getattr(view, attribute.name) for attribute in fields_of(type(view)))
    held = {type(row): row for row in rows if row is not None}
    effects = {
        type(event): [e for e in HOUSE.effects[type(event)] if e.create or e.record in held] for event in happens
    }
    touched = {effect.record for known in effects.values() for effect in known}

    def decide_and_evolve() -> object:
        open_rows = {}
        for event in HOUSE.decide(view, reply, policy).events:
            for effect in effects[type(event)]:  # the reply's message is created; its case, contact, clocks are edited
                editing = open_rows.get(effect.record)
                if editing is None:
                    editing = effect.thaw(held[effect.record]) if effect.create is None else effect.create(event)
                    open_rows[effect.record] = editing
                if effect.edit is not None:
                    effect.edit(editing, event)
        return [freeze(editing, record) for record, editing in open_rows.items()]

    trigger, decided, evolved, handled = side_by_side(
        bare_trigger(),
        partial(HOUSE.decide, view, reply, policy),
        decide_and_evolve,
        partial(desk.handle, reply),
        loops=effort.size(LOOPS, 500),
        repeats=effort.size(15, 7),
    )
    yield costs(
        f"decide a reply: {len(needs)} needs and {len(rules)} rules are asked", decided, trigger, most=0.6, key="decide"
    )
    yield costs(f"... and evolve the {len(touched)} records it changes", evolved, trigger, most=0.7, key="evolve")
    yield costs("... as Desk.handle: view, decide, evolve the desk", handled, trigger, most=1.6, key="handle")


PARTS = (a_reply,)
