"""What breaches are put into a log with: its lines, places where nobody does anything, and stories of their own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import attrs

from casecore import (
    CUSTOMER,
    SYSTEM,
    AddAgent,
    Authenticate,
    Channel,
    Command,
    Dispose,
    EndContact,
    EndSnooze,
    GoAvailable,
    LeaveCase,
    LogOut,
    OpenCase,
    Permission,
    ReceiveMessage,
    RelateRecord,
    SendReply,
    Status,
)
from casecore.policies.sections import Relation
from tests.audit.clean_days import EIGHT, HOUR, SUPERVISOR

LIVE = (Channel.CHAT, Channel.VOICE)


class NoPlaceError(Exception):
    """A day has no place where a breach of this kind would break nothing else."""


@attrs.frozen
class Violation:
    """What is broken in a made log.

    Attributes:
        index: Which of its commands breaks it.
        kind: The kind of breach, as `KINDS` has it.
        rule: The rule that is broken.
        agent: Who gives that command: an agent's id, or `system`.
        case: The case it is about; None for what concerns an agent alone.
        measured: What was found, with what is refused, where the rule has a limit: seconds, or how many.
        limit: What the policy allows, in the same unit.
    """

    index: int
    kind: str
    rule: str
    agent: str
    case: str | None = None
    measured: float | None = None
    limit: float | None = None


@attrs.define(eq=False)
class Line:
    """A command of the log that is being made, and what it breaks."""

    command: Command
    breaks: dict[str, object] | None = None

    @property
    def at(self) -> datetime:
        """When."""
        return self.command.at

    @property
    def names(self) -> frozenset[str]:
        """Whom and what it names: agents, cases, threads, customers, messages."""
        said = attrs.asdict(self.command, recurse=False).values()
        return frozenset(value for value in said if isinstance(value, str))


class Log:
    """A log that is being made of a clean day.

    A breach takes its case for itself (`touched`), so that no other one is put where it could hide or double it.
    """

    def __init__(self, day: list[Command], seed: int) -> None:
        self.random = Random(seed)
        self.lines = [Line(command) for command in day]
        self.joined = {row.agent: row for row in day if isinstance(row, AddAgent)}
        self.started = {row.new_case: row for row in day if isinstance(row, ReceiveMessage) and row.new_case}
        self.touched: set[str] = set()
        self.number = 0

    def new(self, what: str) -> str:
        """An id that nothing has yet."""
        self.number += 1
        return f"{what}-{self.number}x"

    # Places

    def places(self, kind: type[Command], **fields: object) -> Iterator[Line]:
        """The lines of a class of commands, with these fields, of cases where nothing is broken; in any order."""
        found = [line for line in self.lines if isinstance(line.command, kind)]
        self.random.shuffle(found)
        for line in found:
            fit = all(getattr(line.command, name) == value for name, value in fields.items())
            if fit and not line.breaks and self.touched.isdisjoint(line.names):
                yield line

    def about(self, case: str) -> list[Line]:
        """All that names a case, or the thread on which it started, in order of time."""
        names = {case} | ({self.started[case].thread} if case in self.started else set())
        return [line for line in self.lines if not names.isdisjoint(line.names)]

    def before(self, line: Line) -> list[Line]:
        """What came before a line, about the same case."""
        about = self.about(line.command.case)
        return about[: about.index(line)]

    def after(self, line: Line) -> list[Line]:
        """What came after a line, about the same case."""
        about = self.about(line.command.case)
        return about[about.index(line) + 1 :]

    def quiet(self, since: datetime, until: Line, *names: str) -> bool:
        """Whether none of these does anything, or has anything done to them, from an instant on and before a line.

        A case that wakes goes to whoever had it, if they are free; so that they might is not quiet.
        """
        between = [line for line in self.lines[: self.lines.index(until)] if line.at >= since]
        return all((line.names | self.waked_for(line)).isdisjoint(names) for line in between)

    def waked_for(self, line: Line) -> frozenset[str]:
        """To whom a case may be given because of a line that may wake it: all that its lines name."""
        if not isinstance(line.command, EndSnooze | ReceiveMessage):
            return frozenset()
        cases = [case for case, start in self.started.items() if {case, start.thread} & line.names]
        return frozenset[str]().union(*(other.names for case in cases for other in self.about(case)))

    def on_duty(self, at: datetime) -> list[str]:
        """The agents of the day who are not logged out at an instant, may reply, and are no supervisors."""
        here: dict[str, bool] = {}
        for line in self.lines:
            if line.at <= at and isinstance(line.command, GoAvailable | LogOut):
                here[line.command.agent] = isinstance(line.command, GoAvailable)
        may = {name for name, row in self.joined.items() if Permission.REPLY in row.permissions}
        return sorted(name for name, is_here in here.items() if is_here and name in may - {SUPERVISOR})

    def channel(self, case: str) -> Channel | None:
        """On which channel a case is; None where its first message does not say which case it starts."""
        return self.started[case].channel if case in self.started else None

    # Changes

    def put(self, at: Line, command: Command, *, after: bool = False) -> Line:
        """A command beside a line."""
        line = Line(command)
        self.lines.insert(self.lines.index(at) + after, line)
        return line

    def add(self, command: Command) -> Line:
        """A command at its time, after all that happened at that instant."""
        self.lines.append(line := Line(command))
        self.sort()
        return line

    def sort(self) -> None:
        """Bring the lines in order of time again; what happened at one instant stays in its order."""
        self.lines.sort(key=lambda line: line.at)

    def alter(self, line: Line, **fields: object) -> None:
        """Let a command say something else, or come at another time."""
        line.command = attrs.evolve(line.command, **fields)
        self.sort()

    def drop(self, line: Line) -> None:
        """Let a command not be there."""
        self.lines.remove(line)

    def breaks(self, line: Line, measured: float | None = None, limit: float | None = None) -> None:
        """This line breaks the rule; and nothing else is broken with its case."""
        case = getattr(line.command, "case", None)
        line.breaks = {"agent": line.command.by, "case": case, "measured": measured, "limit": limit}
        self.touched.update({case, self.started[case].thread} if case in self.started else {case} - {None})


class Story:
    """Something of its own beside the day: a colleague who helps out, and customers who write to nobody else."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.at = EIGHT + timedelta(seconds=log.random.randint(HOUR, 7 * HOUR))
        self.agent = ""
        self.channels: dict[str, Channel] = {}

    def wait(self, seconds: float) -> None:
        """Nothing happens for so long."""
        self.at += timedelta(seconds=seconds)

    def later(self, **much: float) -> datetime:
        """An instant so much later, or earlier, than the next thing that is done."""
        return self.at + timedelta(seconds=10) + timedelta(**much)

    def does(self, kind: type[Command], *fields: object, by: str | None = None, **more: object) -> Line:
        """Somebody does something, ten seconds after what came before; our agent, unless it is said who."""
        self.wait(10)
        line = self.log.add(kind(by or self.agent, self.at, *fields, **more))
        self.log.touched.update(name for name in line.names if name.endswith("x"))
        return line

    def breaks(
        self,
        kind: type[Command],
        *fields: object,
        measured: float | None = None,
        limit: float | None = None,
        **more: object,
    ) -> None:
        """The same, and that is the breach."""
        self.log.breaks(self.does(kind, *fields, **more), measured, limit)

    def joins(self, *may: Permission, queue: str = "technical", only: Channel | None = None) -> str:
        """Somebody joins to help out: from now on our agent is them."""
        self.agent = self.log.new("helper")
        channels = frozenset() if only is None else frozenset({only})
        self.does(AddAgent, self.agent, "", frozenset(may), frozenset({queue}), channels, by=SYSTEM)
        self.does(GoAvailable, self.agent)
        return self.agent

    def arrives(self, channel: Channel, reason: str = "technical") -> str:
        """A customer writes: a case that waits."""
        case = self.log.new("case")
        who = {"customer": self.log.new("customer"), "channel": channel, "reason": reason, "new_case": case}
        self.does(ReceiveMessage, f"t-{case}", f"m-{case}", "Hello, it does not work.", by=CUSTOMER, **who)
        self.channels[case] = channel
        return case

    def opens(self, channel: Channel = Channel.MESSAGING) -> str:
        """The same, and our agent opens it, and knows who it is where somebody is on the line."""
        case = self.arrives(channel)
        self.does(OpenCase, case)
        if channel in LIVE:
            self.does(Authenticate, case)
        return case

    def replies(self, case: str, send_as: Status = Status.PENDING, **more: object) -> Line:
        """Our agent replies."""
        return self.does(SendReply, case, self.log.new("reply"), **self.says(case, send_as) | more)

    def says(self, case: str, send_as: Status = Status.PENDING) -> dict[str, object]:
        """What a reply says."""
        subject = "Your question" if self.channels[case] is Channel.EMAIL else ""
        return {"text": "Please try it again.", "send_as": send_as, "subject": subject}

    def disposes(self, case: str, **more: object) -> None:
        """Our agent says what came of the contact."""
        if self.channels[case] is Channel.EMAIL:
            self.does(RelateRecord, case, Relation.CUSTOMER, self.log.new("crm"))
        self.does(Dispose, case, "solved", "It works again.", **more)

    def finishes(self, *cases: str) -> None:
        """Our agent resolves, ends and disposes."""
        for case in cases:
            if self.channels[case] in LIVE:
                self.does(Authenticate, case)
            self.replies(case, Status.RESOLVED)
            self.does(EndContact if self.channels[case] in LIVE else LeaveCase, case)
            self.disposes(case)
