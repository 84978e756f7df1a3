"""Routing: one assignment among a million waiting cases, beside among a hundred thousand, and beside a plain heap.

A thousand agents are free, fifty queues are full, each with chats and with emails and with a priority that grows at a
pace of its own: nothing is decided in advance. One assignment is what a host does: ask the router what is next, let the
desk decide it, apply what happened, and tell the router. The heap holds (priority, time, id) of the same cases and does
nothing but pop: it asks nobody whether anyone can take them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heapify, heappop
from statistics import median
from time import process_time

from bench.histories import NINE, Mould, copies
from bench.measure import Line, costs, duration, unhurried
from casecore import CUSTOMER, SYSTEM, AddAgent, Channel, Desk, Event, GoAvailable, Policy, ReceiveMessage, Router
from casecore.sections import Priority, Queue

AGENTS, QUEUES = 1_000, 50
SERVED = 5
FEW, MANY = 100_000, 1_000_000
ASSIGNMENTS = 2_000
MOST, SLOWER = 100e-6, 2.0


def reason(queue: int) -> str:
    """What customers select who shall come into this queue."""
    return f"reason-{queue}"


def staffed() -> Desk:
    """A desk of fifty queues and a thousand agents, each serving five of the queues, all of them free."""
    queues = {
        f"queue-{number}": Queue(
            reasons=(reason(number),),
            fallback=number == 0,
            priority=Priority(initial=number % 7, acceleration=1 + number / QUEUES, max=1e9),
        )
        for number in range(QUEUES)
    }
    desk = Desk(Policy(queues=queues))
    for number in range(AGENTS):
        serves = frozenset(f"queue-{(number + step * 7) % QUEUES}" for step in range(SERVED))
        agent = f"agent-{number}"
        for command in (AddAgent(SYSTEM, NINE, agent, queues=serves), GoAvailable(SYSTEM, NINE, agent)):
            desk, _ = desk.handle(command)
    return desk


def arrivals(desk: Desk, cases: range) -> Iterator[Event]:
    """What happens when customers write, a case each: one each second, to one queue after the other."""
    moulds = []
    for number in range(2 * QUEUES):
        channel = Channel.EMAIL if number < QUEUES else Channel.CHAT
        said = {"customer": "c-#", "channel": channel, "reason": reason(number % QUEUES), "new_case": "case-#"}
        wrote = ReceiveMessage(CUSTOMER, NINE, "t-#", "m-#", "Bom dia!", **said)
        moulds.append(tuple(map(Mould.of, desk.handle(wrote)[1])))
    for case in cases:
        yield from copies(moulds[case % len(moulds)], case)


def assigned(desk: Desk, router: Router, at: datetime) -> tuple[Desk, float]:
    """The desk after one assignment, and the CPU seconds it took."""
    began = process_time()
    proposal = router.next(desk, at)
    assert proposal is not None, "there is somebody to take each of these cases"
    desk, events = desk.handle(proposal)
    router.update(desk, events)
    return desk, process_time() - began


def assignment(desk: Desk, apart: timedelta = timedelta(0)) -> tuple[float, float, float]:
    """The median CPU seconds of one assignment on a desk, of one pop, and those of building the index.

    Args:
        desk: Where everything waits.
        apart: How much later each assignment is than the one before: all priorities have grown by then.
    """
    cases = len(desk.cases)
    at = NINE + timedelta(seconds=cases)
    took, popped = [], []
    with unhurried():
        began = process_time()
        router = Router(desk)
        built = process_time() - began
        heap = [(-float(case % QUEUES), NINE + timedelta(seconds=case), f"case-{case}") for case in range(cases)]
        heapify(heap)
        for _ in range(ASSIGNMENTS):
            desk, seconds = assigned(desk, router, at)
            took.append(seconds)
            at += apart
            began = process_time()
            heappop(heap)
            popped.append(process_time() - began)
    return median(took), median(popped), built


def lines() -> Iterator[Line]:
    """The measurements."""
    empty = staffed()
    with unhurried():
        desk = empty.evolve(arrivals(empty, range(FEW)))
    few, popped, _ = assignment(desk)
    moving, _, _ = assignment(desk, timedelta(milliseconds=50))
    with unhurried():
        desk = desk.evolve(arrivals(empty, range(FEW, MANY)))
    many, popped_of_many, built = assignment(desk)
    where = f"{AGENTS:,} agents, {QUEUES} queues"
    what = f"one assignment, {FEW:,} cases wait, {where}; peer: heapq pops"
    yield Line(what, duration(few), duration(popped), f"{few / popped:.1f}", f"≤ {duration(MOST)}", few <= MOST)
    yield Line("... each 50 ms after the one before, when all priorities are others", duration(moving))
    what = f"... {MANY:,} cases wait; peer: heapq pops"
    yield Line(what, duration(many), duration(popped_of_many), f"{many / popped_of_many:.1f}")
    yield costs(f"... {MANY:,} wait; peer: {FEW:,} wait", many, few, most=SLOWER)
    yield Line(f"... building the index of {MANY:,}, once", duration(built))
