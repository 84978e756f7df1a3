"""Routing: one assignment among a hundred thousand waiting cases, beside a plain heap, and beside among more.

A thousand agents are free, fifty queues are full, each with chats and with emails and with a priority that grows at a
pace of its own: nothing is decided in advance. One assignment is proposed by the router, decided by the desk, and
applied; then the router is told, which is measured with it on a line of its own. The heap holds (priority, time, id)
of the same cases and does nothing but pop: it asks nobody whether anyone can take them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heapify, heappop
from statistics import median
from time import process_time

from attrs import frozen

from bench.histories import NINE, Mould, copies
from bench.measure import Effort, Line, costs, unhurried
from casecore import CUSTOMER, SYSTEM, AddAgent, Channel, Desk, Event, GoAvailable, Policy, ReceiveMessage, Router
from casecore.policies.sections import Priority, Queue, Routing

AGENTS, QUEUES = 1_000, 50
SERVED = 5
FEW, MANY = 100_000, 400_000
ASSIGNMENTS = 2_000
SLOWER = 2.0


def reason(queue: int) -> str:
    """What customers select who shall come into this queue."""
    return f"reason-{queue}"


def staffed() -> Desk:
    """A desk of fifty queues and a thousand agents, each serving five of the queues, all of them free."""
    queues = {
        f"queue-{number}": Queue(
            reasons=(reason(number),),
            fallback=number == 0,
            priority=Priority(initial=number % 7, acceleration=1 + number / QUEUES, max=1e6),
        )
        for number in range(QUEUES)
    }
    desk = Desk(Policy(queues=queues, routing=Routing(offers_at_once=100)))  # nobody answers here
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


@frozen
class Seconds:
    """CPU seconds, medians of many assignments; the index was built once."""

    assigned: float
    followed: float
    popped: float
    built: float


def assigned(desk: Desk, router: Router, at: datetime) -> tuple[Desk, float, float]:
    """The desk after one assignment, the CPU seconds it took, and those with which the router knows of it."""
    began = process_time()
    proposal = router.next(desk, at)
    assert proposal is not None, "there is somebody to take each of these cases"
    desk, events = desk.handle(proposal)
    took = process_time() - began
    router.update(desk, events)
    return desk, took, process_time() - began


def assignment(desk: Desk, count: int, apart: timedelta = timedelta(0)) -> Seconds:
    """What one assignment on a desk takes, and one pop.

    Args:
        desk: Where everything waits.
        count: How many assignments there are.
        apart: How much later each assignment is than the one before: all priorities have grown by then.
    """
    cases = len(desk.cases)
    at = NINE + timedelta(seconds=cases)
    took, followed, popped = [], [], []
    with unhurried():
        began = process_time()
        router = Router(desk)
        built = process_time() - began
        heap = [(-float(case % QUEUES), NINE + timedelta(seconds=case), f"case-{case}") for case in range(cases)]
        heapify(heap)
        for _ in range(count):
            desk, seconds, and_followed = assigned(desk, router, at)
            took.append(seconds)
            followed.append(and_followed)
            at += apart
            began = process_time()
            heappop(heap)
            popped.append(process_time() - began)
    return Seconds(median(took), median(followed), median(popped), built)


def assignments(effort: Effort) -> Iterator[Line]:
    """Among many, a little later each, and among many more."""
    empty, few_waiting = staffed(), effort.size(FEW, 10_000)
    with unhurried():
        desk = empty.evolve(arrivals(empty, range(few_waiting)))
    count = effort.size(ASSIGNMENTS, 500)
    few = assignment(desk, count)
    moving = assignment(desk, count, timedelta(milliseconds=50))
    what = f"one assignment proposed, decided, applied; {few_waiting:,} wait, {AGENTS:,} agents; peer: heapq pops"
    yield costs(what, few.assigned, few.popped, 14, key="assigned")
    yield costs("... and the router follows", few.followed, few.popped, key="followed")
    what = "... each 50 ms later, when all priorities are others; peer: at once"
    yield costs(what, moving.followed, few.followed, 1.6, key="moving")
    what = f"build the index of {few_waiting:,}, each; peer: one assignment"
    yield costs(what, few.built / few_waiting, few.followed, 0.1, key="built")
    if effort.quick:
        return
    with unhurried():
        desk = desk.evolve(arrivals(empty, range(FEW, MANY)))
    many = assignment(desk, count)
    yield costs(f"... {MANY:,} wait; peer: {FEW:,} wait", many.followed, few.followed, SLOWER, key="many")


PARTS = (assignments,)
