"""A busy day: every command through `handle`, every offer from the router; speed, peak memory, and memory a case.

Twenty queues, two hundred agents, customers who write on three channels, faster than they can be answered: thousands
wait. Agents accept (now and then reject), authenticate, answer once to three times, resolve, end and dispose.
Everything is drawn from a fixed seed, and every command must be accepted.

`python -m bench day` lives through a tenth of a million commands, `python -m bench.day 1000000` through a million. The
same day is lived with an agenda, which a host asks what comes next after every step.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

import attrs

from bench.histories import NINE
from bench.measure import Effort, Line, costs, cpu, peak, say, unhurried, weighs
from bench.routing import reason
from bench.routing import staffed as staffed_for_routing
from casecore import (
    CUSTOMER,
    SYSTEM,
    AcceptOffer,
    AddAgent,
    Agenda,
    Authenticate,
    Channel,
    Command,
    CommandRefused,
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
AT_ONCE = 1_000
WAITING = 20_000
QUEUES, AGENTS = 20, 200
MOST_PER_CASE = 1_850
CHANNELS = (Channel.CHAT, Channel.CHAT, Channel.WHATSAPP, Channel.EMAIL)


def staffing() -> Iterator[Command]:
    """Two hundred agents come, who serve three queues each."""
    may = frozenset({Permission.REPLY})
    for number in range(AGENTS):
        serves = frozenset(f"queue-{(number + step) % QUEUES}" for step in range(3))
        added = AddAgent(SYSTEM, NINE, f"agent-{number}", permissions=may, queues=serves)
        yield from (added, GoAvailable(added.agent, NINE, added.agent))


def staffed() -> Desk:
    """A desk of twenty queues, and its agents."""
    queues = {f"queue-{number}": Queue(reasons=(f"reason-{number}",), fallback=number == 0) for number in range(QUEUES)}
    desk = Desk(Policy(queues=queues))
    for command in staffing():
        desk, _ = desk.handle(command)
    return desk


class Day:
    """A desk, its router, and what its customers and agents are about to do, in order of time."""

    def __init__(self, desk: Any) -> None:
        self.random = Random(2026)
        self.given = 0
        self.desk = desk
        self.router = Router(self.desk)
        self.number = count()
        self.plans: list[tuple[float, int, Iterator[float]]] = []
        self.seconds = 0.0
        self.proposed = self.minded = self.overtaken = 0

    def give(self, kind: type[Command], by: str, *fields: object, **more: Any) -> None:
        """One command, handled, and told to the router."""
        self.handle(self.maker_of(kind)(by, NINE + timedelta(seconds=self.seconds), *fields, **more))

    def maker_of(self, kind: type[Command]) -> Callable[..., Command]:
        """How commands of a class are made: as everybody makes them."""
        return kind

    def handle(self, command: Command) -> None:
        """One command, whoever gives it."""
        self.desk, events = self.desk.handle(command)
        self.router.update(self.desk, events)
        self.given += 1

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

    def live(self, commands: int) -> None:
        """As long as it takes until so many commands were given."""
        if not self.plans:
            self.plan(self.customers())
        enough = self.given + commands
        while self.given < enough:
            self.seconds, _, doing = heappop(self.plans)
            self.plan(doing)
            self.route()


class MindedDay(Day):
    """The same with an agenda: what comes due is done, as a host does it."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        try:
            self.agenda = Agenda(self.desk, only="commands")
        except TypeError:  # of a revision that enters everything
            self.agenda = Agenda(self.desk)

    def handle(self, command: Command) -> None:
        """One command, told to the agenda too."""
        before = self.desk
        self.desk, events = before.handle(command)
        self.router.update(self.desk, events)
        self.agenda.update(self.desk, events)
        self.given += 1

    def agent(self, agent: str, case: str) -> Iterator[float]:
        """From the offer to the disposition, unless something has come between."""
        try:
            yield from super().agent(agent, case)
        except CommandRefused:
            self.overtaken += 1

    def mind(self, command: Command) -> None:
        """What has come due is done, unless what came due before it has made it needless."""
        try:
            self.handle(command)
            self.minded += 1
        except CommandRefused:
            self.overtaken += 1

    def route(self) -> None:
        """What has come due is done, then all that the router proposes."""
        at = NINE + timedelta(seconds=self.seconds)
        for due in self.agenda.ripe(at):
            if due.command is not None:
                self.mind(attrs.evolve(due.command, at=at))
        self.agenda.next()  # for which the host would set its timer
        super().route()


def plain_day() -> Day:
    """With a router alone."""
    return Day(staffed())


def minded_day() -> Day:
    """With an agenda too."""
    return MindedDay(staffed())


def working_day() -> Day:
    """The same on a desk that is changed in place, by a host that has looked at the fields of its commands."""
    from casecore import WorkingDesk, unchecked

    day = MindedDay(WorkingDesk.of(staffed()))
    day.maker_of = unchecked
    return day


def lived(commands: int, *kinds: str) -> list[dict[str, float]]:
    """What days of so many commands have cost: some of the one, some of the other."""
    days, took = [globals()[f"{kind}_day"]() for kind in kinds], [0.0 for _ in kinds]
    with unhurried():
        for _ in range(0, commands, AT_ONCE):
            for place, day in enumerate(days):
                began = cpu()
                day.live(min(AT_ONCE, commands))
                took[place] += cpu() - began
    return [told(day, seconds) for day, seconds in zip(days, took, strict=True)]


def told(day: Day, seconds: float) -> dict[str, float]:
    """What has happened on a day that took so many CPU seconds."""
    return {
        "commands": day.given,
        "proposed": day.proposed,
        "minded": day.minded,
        "each": seconds / day.given,
        "cases": len(day.desk.cases),
        "waiting": sum(file.case.waiting_since is not None for file in day.desk.cases.values()),
        "hours": day.seconds / 3600,
        "peak": peak(),
    }


def waited(cases: int) -> dict[str, float]:
    """How many bytes a waiting case takes, alone and with its place in the router."""
    desk = staffed_for_routing()
    desk, _ = desk.handle(first_message(cases))  # what is made once is there before
    tracemalloc.start()
    before = held_now()
    for number in range(cases):
        desk, _ = desk.handle(first_message(number))
    held = held_now()
    router = Router(desk)
    routed = held_now()
    assert router.next(desk, desk.now) is not None, "somebody can take one of them"
    return {"bytes": (held - before) / cases, "routed": (routed - before) / cases}


def first_message(number: int) -> ReceiveMessage:
    """Of a customer of their own, who starts a case."""
    said = {"customer": f"c-{number}", "reason": reason(number % 50), "new_case": f"case-{number}"}
    at = NINE + timedelta(seconds=number)
    return ReceiveMessage(CUSTOMER, at, f"t-{number}", f"m-{number}", "Olá!", channel=Channel.CHAT, **said)


def held_now() -> int:
    """How many bytes are held by what Python has made since it was asked to count."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def alone(call: str, file: str = "day") -> Any:
    """The same in a process of its own, whose memory nobody else has touched.

    Args:
        call: The call of a function, as text.
        file: The file of the bench that has it.
    """
    script = f"import json; from bench import {file}; print(json.dumps({file}.{call}))"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def days(effort: Effort) -> Iterator[Line]:
    """A day with the router, and the same with the agenda."""
    day, minded = alone(f"lived({effort.size(COMMANDS, 10_000)}, 'plain', 'minded')")
    what = f"{day['commands']:,} commands, {day['proposed']:,} of them by the router, {day['cases']:,} cases: a command"
    yield costs(what, day["each"], key="command")
    yield Line(f"... in a second; {day['waiting']:,} wait after {day['hours']:.1f} h", f"{1 / day['each']:,.0f}")
    what = f"... and with an agenda, which gave {minded['minded']:,}; peer: without"
    yield costs(what, minded["each"], day["each"], 1.5, key="minded")


def working(effort: Effort) -> Iterator[Line]:
    """The same day on a desk that is changed in place."""
    minded, working = alone(f"lived({effort.size(COMMANDS // 4, 10_000)}, 'minded', 'working')")
    assert minded | {"each": 0, "peak": 0} == working | {"each": 0, "peak": 0}
    yield costs(
        "... on a working desk, commands unchecked; peer: on a desk",
        working["each"],
        minded["each"],
        0.65,
        key="working",
    )


def memory(effort: Effort) -> Iterator[Line]:
    """What a waiting case takes."""
    cases = effort.size(WAITING, 5_000)
    case = alone(f"waited({cases})")
    yield weighs(f"memory of one of {cases:,} waiting cases", case["bytes"], key="bytes")
    yield weighs("... with its place in the router", case["routed"], MOST_PER_CASE, key="routed_bytes")


PARTS = (days, working, memory)

if __name__ == "__main__":
    (day,) = lived(int(sys.argv[1]) if len(sys.argv) > 1 else COMMANDS, "plain")
    say(f"{day['commands']:,} commands, {1 / day['each']:,.0f} in a second; at most {day['peak'] / 1e6:,.0f} MB")
    say(f"{day['waiting']:,} of {day['cases']:,} cases wait after {day['hours']:.1f} h")
