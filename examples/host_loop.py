#!/usr/bin/env python3
"""A service that lives on three things: `handle` a command, ask `route` what to offer, and mind what is `due`.

The desk reads no clock and starts no timer; a host does. It tells the router and the agenda of each step, and gives
what has come due and what routing proposes. Here the clock is the day file's, and events are counted: a real host
takes `datetime.now(UTC)`, sets a timer for `agenda.next()`, and stores the events.

    python examples/host_loop.py < examples/day.jsonl
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import attrs

from casecore import Agenda, Command, CommandRefused, Desk, Router
from casecore.codec import command_from


class Host:
    """A desk, with its router and its agenda."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.router, self.agenda, self.seen = desk, Router(desk), Agenda(desk, "commands"), Counter[str]()

    def give(self, command: Command) -> None:
        """One command: what happens is stored and told; a refusal goes to whoever asked."""
        try:
            self.desk, events = self.desk.handle(command)
        except CommandRefused as refusal:
            self.seen.update(reason.rule for reason in refusal.reasons)
            return
        self.seen.update(type(event).__name__ for event in events)
        self.router.update(self.desk, events)
        self.agenda.update(self.desk, events)

    def mind(self, at: datetime) -> None:
        """It is this late: what is due is done, then what waits is offered."""
        for due in filter(lambda due: due.command, self.agenda.ripe(at)):
            self.give(attrs.evolve(due.command, at=at))
        while (proposal := self.router.next(self.desk, at)) is not None:
            self.give(proposal)


def run(lines: Iterable[str], desk: Desk | None = None) -> Host:
    """Live through a day file: one command a line, `#` before remarks; what it expects is left to `replay`."""
    host = Host(desk or Desk())
    for said in (json.loads(line) for line in lines if line.strip() and not line.startswith("#")):
        command = command_from({name: said[name] for name in said if name not in ("expect", "story")})
        host.mind(command.at)
        host.give(command)
        host.mind(command.at)
    return host


if __name__ == "__main__":
    sys.stdout.writelines(f"{times:5} {name}\n" for name, times in run(sys.stdin).seen.most_common())
