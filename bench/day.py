"""A busy day: every command through `handle`, every offer from the router; speed, peak memory, and memory a case.

Twenty queues, two hundred agents, customers who write on three channels, faster than they can be answered: thousands
wait. Agents accept (now and then reject), authenticate, answer once to three times, resolve, end and dispose.
Everything is drawn from a fixed seed, and every command must be accepted.

`python -m bench day` lives through a tenth of a million commands, `python -m bench.day 1000000` through a million.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from time import process_time
from typing import Any

from bench.histories import NINE
from bench.measure import Line, duration, show, unhurried
from bench.routing import reason
from bench.routing import staffed as staffed_for_routing
from casecore import (
    CUSTOMER,
    SYSTEM,
    AcceptOffer,
    AddAgent,
    Authenticate,
    Channel,
    Command,
    Desk,
    Dispose,
    EndContact,
    GoAvailable,
    OfferWork,
    OpenCase,
    Permission,
    Policy,
    ReceiveMessage,
    RejectOffer,
    RelateRecord,
    Router,
    SendReply,
    Status,
)
from casecore.policies.sections import Queue, Relation

COMMANDS = 100_000
WAITING = 40_000
QUEUES, AGENTS = 20, 200
MOST_PER_CASE = 2_000
CHANNELS = (Channel.CHAT, Channel.CHAT, Channel.WHATSAPP, Channel.EMAIL)


def staffed() -> Desk:
    """A desk of twenty queues, and two hundred agents who serve three of them each."""
    queues = {f"queue-{number}": Queue(reasons=(f"reason-{number}",), fallback=number == 0) for number in range(QUEUES)}
    desk = Desk(Policy(queues=queues))
    may = frozenset({Permission.REPLY})
    for number in range(AGENTS):
        serves = frozenset(f"queue-{(number + step) % QUEUES}" for step in range(3))
        added = AddAgent(SYSTEM, NINE, f"agent-{number}", permissions=may, queues=serves)
        desk, _ = desk.handle(added)
        desk, _ = desk.handle(GoAvailable(added.agent, NINE, added.agent))
    return desk


class Day:
    """A desk, its router, and what its customers and agents are about to do, in order of time."""

    def __init__(self, commands: int) -> None:
        self.random = Random(2026)
        self.left = commands
        self.desk = staffed()
        self.router = Router(self.desk)
        self.number = count()
        self.plans: list[tuple[float, int, Iterator[float]]] = []
        self.seconds = 0.0
        self.proposed = 0

    def give(self, kind: type[Command], by: str, *fields: object, **more: Any) -> None:
        """One command, handled, and told to the router."""
        self.handle(kind(by, NINE + timedelta(seconds=self.seconds), *fields, **more))

    def handle(self, command: Command) -> None:
        """One command, whoever gives it."""
        self.desk, events = self.desk.handle(command)
        self.router.update(self.desk, events)
        self.left -= 1

    def plan(self, doing: Iterator[float]) -> None:
        """Somebody goes on after as many seconds as they say, until they have no more to do."""
        after = next(doing, None)
        if after is not None:
            heappush(self.plans, (self.seconds + after, next(self.number), doing))

    def customers(self) -> Iterator[float]:
        """They come without end, in waves."""
        while True:
            case = f"case-{next(self.number)}"
            said = {"reason": f"reason-{self.random.randrange(QUEUES)}", "channel": self.random.choice(CHANNELS)}
            self.give(
                ReceiveMessage, CUSTOMER, f"t-{case}", f"m-{case}", "Bom dia!", customer=case, **said, new_case=case
            )
            yield self.random.expovariate(9.0 if self.seconds % 3600 < 1800 else 3.0)

    def agent(self, agent: str, case: str) -> Iterator[float]:
        """From the offer to the disposition."""
        yield self.random.uniform(2, 20)
        if self.desk.cases[case].offers.offered_to != agent:
            return  # it was taken back while the agent disposed another
        if self.random.random() < 0.03:
            self.give(RejectOffer, agent, case)
            return
        self.give(AcceptOffer, agent, case)
        self.give(OpenCase, agent, case)
        self.give(Authenticate, agent, case)
        rounds = self.random.choice((1, 1, 2, 3))
        for number in range(rounds):
            yield self.random.uniform(20, 120)
            last = number == rounds - 1
            sent_as = Status.RESOLVED if last else Status.PENDING
            self.give(SendReply, agent, case, f"r-{case}-{number}", "Aqui vai.", sent_as, subject="Recibo")
            if not last:
                yield self.random.uniform(10, 60)
                self.give(ReceiveMessage, CUSTOMER, f"t-{case}", f"m-{case}-{number}", "E agora?")
        self.give(RelateRecord, agent, case, Relation.CUSTOMER, "record")
        self.give(EndContact, agent, case)
        yield self.random.uniform(5, 30)
        self.give(Dispose, agent, case, "solved", "Sent the receipt again.")

    def route(self) -> None:
        """All that the router proposes is done; whoever is offered a case will answer."""
        at = NINE + timedelta(seconds=self.seconds)
        while (proposal := self.router.next(self.desk, at)) is not None:
            self.handle(proposal)
            self.proposed += 1
            if isinstance(proposal, OfferWork):
                self.plan(self.agent(proposal.agent, proposal.case))

    def live(self) -> None:
        """The whole day."""
        self.plan(self.customers())
        while self.left > 0:
            self.seconds, _, doing = heappop(self.plans)
            self.plan(doing)
            self.route()


def lived(commands: int) -> dict[str, float]:
    """What a day of so many commands has cost."""
    day = Day(commands)
    with unhurried():
        began = process_time()
        day.live()
        took = process_time() - began
    waiting = sum(file.case.waiting_since is not None for file in day.desk.cases.values())
    return {
        "commands": commands - day.left,
        "proposed": day.proposed,
        "seconds": took,
        "cases": len(day.desk.cases),
        "waiting": waiting,
        "hours": day.seconds / 3600,
        "peak": peak(),
    }


def waited(cases: int) -> dict[str, float]:
    """How many bytes a waiting case takes, alone and with its place in the router."""
    desk = staffed_for_routing()
    before = peak()
    for number in range(cases):
        said = {"customer": f"c-{number}", "reason": reason(number % 50), "new_case": f"case-{number}"}
        wrote = ReceiveMessage(
            CUSTOMER,
            NINE + timedelta(seconds=number),
            f"t-{number}",
            f"m-{number}",
            "Olá!",
            channel=Channel.CHAT,
            **said,
        )
        desk, _ = desk.handle(wrote)
    held = peak()
    router = Router(desk)
    routed = peak()
    assert router.next(desk, desk.now) is not None, "somebody can take one of them"
    return {"bytes": (held - before) / cases, "routed": (routed - before) / cases}


def peak() -> int:
    """The most memory this process has had, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def alone(what: str, size: int) -> dict[str, float]:
    """The same in a process of its own, whose memory nobody else has touched."""
    script = f"import json; from bench.day import {what}; print(json.dumps({what}({size})))"
    told: dict[str, float] = json.loads(
        subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE).stdout
    )
    return told


def lines(commands: int = COMMANDS) -> Iterator[Line]:
    """The measurements."""
    day = alone("lived", commands)
    what = f"{day['commands']:,} commands ({day['proposed']:,} by the router), {day['cases']:,} cases, in a second"
    yield Line(what, f"{day['commands'] / day['seconds']:,.0f}")
    yield Line("... CPU time; a command", duration(day["seconds"]), duration(day["seconds"] / day["commands"]))
    yield Line(f"... peak memory; {day['waiting']:,} wait after {day['hours']:.1f} h", f"{day['peak'] / 1e6:,.0f} MB")
    if commands < 1_000_000:
        yield Line("... the full million: python -m bench.day 1000000")
    case = alone("waited", WAITING)
    fits = case["bytes"] <= MOST_PER_CASE
    yield Line(
        f"memory of one of {WAITING:,} waiting cases",
        f"{case['bytes']:,.0f} B",
        target=f"≤ {MOST_PER_CASE:,} B",
        within=fits,
    )
    yield Line("... with its place in the router", f"{case['routed']:,.0f} B")


if __name__ == "__main__":
    show(lines(int(sys.argv[1]) if len(sys.argv) > 1 else COMMANDS))
