"""What happens at a desk, lived through once by the desk itself: what the benchmarks fold.

Some hundred cases are lived through by `Desk.handle`, drawn at random from a fixed seed, so every event is one that the
rules accepted. As many cases as a benchmark wants are copies of these with ids and instants of their own. Cases overlap
as at a desk: commands on some hundred open cases come mixed, and the events of each command together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any

import attrs
from attrs import frozen

from casecore import (
    SYSTEM,
    AcceptOffer,
    AddAgent,
    AddTag,
    Case,
    Channel,
    CloseCase,
    CloseReason,
    Command,
    Desk,
    Dispose,
    Event,
    GoAvailable,
    LeaveCase,
    OpenCase,
    Permission,
    ReassignCase,
    ReceiveMessage,
    RemoveTag,
    SendReply,
    SetStatus,
    Status,
)
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import ContactEnded

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
AGENTS = ("ana", "ben", "cleo")
LIVES = 300
OPEN_AT_ONCE = 400


@cache
def staffed() -> Desk:
    """A desk under the SOP that ships with casecore, with three agents who may do everything, and no case."""
    desk = Desk()
    for agent in AGENTS:
        for command in (
            AddAgent(SYSTEM, NINE, agent, agent.title(), frozenset(Permission), frozenset(desk.policy.queues)),
            GoAvailable(SYSTEM, NINE, agent),
        ):
            desk, _ = desk.handle(command)
    return desk


class Life:
    """One case as it is lived: commands are drawn at random, and the desk's events kept.

    Ids have a # where each copy will have its number.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.desk = staffed()
        self.at = NINE
        self.messages = 0
        self.steps: list[tuple[Event, ...]] = []

    def give(self, command: type[Command], by: str, *fields: object, after: float = 60, **more: object) -> None:
        """Give a command, some seconds after the last one."""
        self.at += timedelta(seconds=after)
        self.desk, events = self.desk.handle(command(by, self.at, *fields, **more))
        self.steps.append(events)

    @property
    def holder(self) -> str:
        """Who holds the case."""
        return self.desk.cases["case-#"].case.assignee

    def hands_over(self, command: type[Command], **more: object) -> None:
        """The holder gives the case up, and says what came of it."""
        holder = self.holder
        self.give(command, holder, "case-#", **more)
        self.give(Dispose, holder, "case-#", "follow_up", "Sent the receipt.", after=5)

    def message(self) -> str:
        """The id of another message."""
        self.messages += 1
        return f"message-#-{self.messages}"

    def customer_writes(self) -> None:
        """The customer's next message; the first one starts the case."""
        first = {} if self.messages else {"customer": "customer-#", "channel": Channel.MESSAGING, "new_case": "case-#"}
        self.give(ReceiveMessage, "customer", "thread-#", self.message(), "Bom dia, falta o recibo.", **first)

    def agent_works(self, agent: str, sent_as: Status) -> None:
        """An agent takes the case if nobody holds it; whoever holds it replies, and may do more."""
        self.give(OpenCase, agent, "case-#")
        if self.random.random() < 0.2:
            self.give(AddTag, self.holder, "case-#", "receipt")
        if self.random.random() < 0.1:
            colleague = self.random.choice([name for name in AGENTS if name != self.holder])
            self.hands_over(ReassignCase, agent=colleague)
            self.give(AcceptOffer, colleague, "case-#", after=10)
        self.give(SendReply, self.holder, "case-#", self.message(), "Bom dia, aqui vai o recibo.", sent_as)
        if self.random.random() < 0.1:
            self.give(RemoveTag, self.holder, "case-#", "receipt")
        if self.random.random() < 0.2:
            self.hands_over(LeaveCase)

    def lived(self) -> list[tuple[Event, ...]]:
        """The whole life: one to three rounds of message and reply, then the case is resolved and closed."""
        rounds = self.random.choice((1, 1, 1, 1, 1, 1, 2, 2, 3))
        for number in range(rounds):
            self.customer_writes()
            last = number == rounds - 1
            sent_as = Status.RESOLVED if last else self.random.choice((Status.PENDING, Status.ESCALATED))
            self.agent_works(self.random.choice(AGENTS), sent_as)
        if self.random.random() < 0.1:
            self.give(OpenCase, AGENTS[0], "case-#")
            self.give(SetStatus, self.holder, "case-#", Status.OPEN)
            self.give(CloseCase, SYSTEM, "case-#", CloseReason.SPAM)
        else:
            self.give(CloseCase, SYSTEM, "case-#", CloseReason.AUTOMATIC, after=49 * 3600)
        return self.steps


@frozen
class Mould:
    """One event to be copied.

    Attributes:
        kind: The event's class.
        values: Its fields.
        ids: Where a copy has ids of its own: the field's place, and what stands before and after the number.
        instants: The places of the fields that hold an instant.
    """

    kind: type[Event]
    values: tuple[Any, ...]
    ids: tuple[tuple[int, str, str], ...]
    instants: tuple[int, ...]

    @classmethod
    def of(cls, event: Event) -> Mould:
        """The mould of an event."""
        values = attrs.astuple(event, recurse=False)
        ids = []
        for place, value in enumerate(values):
            if isinstance(value, str):
                before, number, after = value.partition("#")
                if number:
                    ids.append((place, before, after))
        instants = tuple(place for place, value in enumerate(values) if isinstance(value, datetime))
        return cls(type(event), values, tuple(ids), instants)


def copies(moulds: Iterable[Mould], number: int) -> Iterator[Event]:
    """The same events as they happen to the case with this number, so many seconds later."""
    own, later = str(number), timedelta(seconds=number)
    for mould in moulds:
        values = list(mould.values)
        for place, before, after in mould.ids:
            values[place] = before + own + after
        for place in mould.instants:
            values[place] += later
        yield mould.kind(*values)


def changes_a_case(event: type[Event]) -> bool:
    """Whether events of this class change the record of a case; the end of a contact does on live channels only."""
    return event is not ContactEnded and any(effect.record is Case for effect in HOUSE.effects[event])


@cache
def lives(*, whole: bool) -> tuple[tuple[tuple[Mould, ...], ...], ...]:
    """Every life, step by step, ready to be copied; with everything, or only with what changes a case."""
    random = Random(2026)
    lived = (Life(random).lived() for _ in range(LIVES))
    return tuple(
        tuple(tuple(Mould.of(event) for event in step if whole or changes_a_case(type(event))) for step in steps)
        for steps in lived
    )


def events_of(cases: int, *, whole: bool = False) -> Iterator[Event]:
    """What happens to so many cases, made as it is asked for.

    Args:
        cases: How many; the same number gives the same events.
        whole: Everything; otherwise only what changes the record of a case.
    """
    random, models = Random(cases), lives(whole=whole)
    starting = ((number, iter(models[number % LIVES])) for number in range(cases))
    going = list(islice(starting, OPEN_AT_ONCE))
    while going:
        place = int(random.random() * len(going))
        number, steps = going[place]
        step = next(steps, None)
        if step is not None:
            yield from copies(step, number)
            continue
        successor = next(starting, None)
        if successor is None:
            del going[place]
        else:
            going[place] = successor
