"""Given a story, when a command, then what happens: behaviour tests that read like the SOP.

    given(case_in("open")).when(SendReply("ben", at(minutes=1), "c1", "m9", "Hello")).refused(
        "assignment.holder", "reply.permission"
    )

* **given** commands that must all be accepted; a team is there already (`TEAM`), unless `team=False`.
* **when** one command is given; **then** exactly these events happened, in this order; or it was **refused** by exactly
  these rules, no more and no fewer; or it was accepted although it **warns**.
* A failure shows the whole story: every step with its time, who, what, and what came of it.

Nothing here is random and nothing reads a clock: every story starts at `T0`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn, TypeAlias

import attrs
from attrs import field, frozen

from casecore.channels import Channel
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Accepted, Command, Deviated, Event, Refused, Verdict
from casecore.policies import Policy
from casecore.policies.sections import Relation
from casecore.promises.steps import describe_briefly, describe_step
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CloseCase
from casecore.rooms.composition import HOUSE, House
from casecore.rooms.contacts import EndContact
from casecore.rooms.occupancy import OccupancyChanged
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.relations import RelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.sla import ClockJudged
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status

T0: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""When every story starts: a Monday, nine in the morning."""

NUMBER: Final = "+351912345678"
"""The telephone number of whom we write to first."""

Commands: TypeAlias = "Command | Iterable[Commands]"
"""A command, or commands in any nesting: `given(case_in("open"), SetStatus(…))`."""

Expected: TypeAlias = type[Event] | Event | Callable[[Any], object]
"""An event's class, an event, or a question about an event that is answered with yes or no."""

tell = describe_step
"""As it was called at first."""


# Set-ups -----------------------------------------------------------------------------------------------


def at(seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> datetime:
    """The instant so long after the start of the story."""
    return T0 + timedelta(seconds=seconds, minutes=minutes, hours=hours)


def team_of(policy: Policy) -> tuple[Command, ...]:
    """The commands that bring the team to a desk with this policy.

    Args:
        policy: Its queues are served by everybody but eva, who serves `technical`, or the last one if there is none.

    Returns:
        Five agents are added, and all but eva are available: ana (may reply), ben (may not), cleo (reply, approve),
        dora (reply, approve, supervise), eva (reply; works on email only).
    """
    everything = frozenset(policy.queues)
    technical = frozenset({"technical" if "technical" in everything else [*policy.queues][-1]})
    reply, approve, supervise = Permission.REPLY, Permission.APPROVE, Permission.SUPERVISE
    return (
        AddAgent(SYSTEM, T0, "ana", "Ana", frozenset({reply}), everything),
        AddAgent(SYSTEM, T0, "ben", "Ben", frozenset(), everything),
        AddAgent(SYSTEM, T0, "cleo", "Cleo", frozenset({reply, approve}), everything),
        AddAgent(SYSTEM, T0, "dora", "Dora", frozenset({reply, approve, supervise}), everything),
        AddAgent(SYSTEM, T0, "eva", "Eva", frozenset({reply}), technical, frozenset({Channel.EMAIL})),
        *(GoAvailable(agent, T0, agent) for agent in ("ana", "ben", "cleo", "dora")),
    )


TEAM: Final = team_of(Policy.default())
"""The team of the default SOP: see `team_of`."""


def new_case(
    case: str = "c1",
    *,
    channel: str = Channel.CHAT,
    customer: str = "maria",
    thread: str | None = None,
    at: datetime = T0,
    **fields: Any,
) -> ReceiveMessage:
    """The customer's message that starts a case.

    Args:
        case: The id of the case.
        channel: Where the customer writes.
        customer: Who writes.
        thread: The thread; `t-{case}` if it is not given, so that two cases are on two threads.
        at: When.
        fields: Any other field of `ReceiveMessage`; the message's id is `m-{case}` and its text "Hello" unless given.
    """
    given = {"message": f"m-{case}", "text": "Hello", "new_case": case, **fields}
    return ReceiveMessage(CUSTOMER, at, thread or f"t-{case}", customer=customer, channel=Channel(channel), **given)


def prepared(
    body: str = "Dear {{1}}, there is news for you.",
    values: Iterable[str] = ("Maria",),
    *,
    name: str = "news",
    language: str = "en",
    status: str = "APPROVED",
) -> PreparedText:
    """A WhatsApp template with its values, ready to be sent.

    Args:
        body: Its text.
        values: What its numbered variables become.
        name: Its name.
        language: Its language.
        status: What became of it at Meta.
    """
    parts = [{"type": "BODY", "text": body}]
    template = {"name": name, "language": language, "status": status, "components": parts}
    return PreparedText.of(template, {str(number): value for number, value in enumerate(values, 1)})


def we_write(
    case: str = "c1",
    agent: str = "ana",
    *,
    channel: str = Channel.WHATSAPP,
    customer: str = "maria",
    thread: str | None = None,
    at: datetime = T0,
    **fields: Any,
) -> tuple[Command, ...]:
    """The commands by which we write first, to `NUMBER`; on WhatsApp the customer opted in, and a template is sent.

    Args:
        case: The id of the case; the message's is `r-{case}`.
        agent: Who writes.
        channel: Where.
        customer: To whom.
        thread: The thread; `t-{case}` if it is not given.
        at: When.
        fields: Any other field of `StartOutbound`.
    """
    first: tuple[Command, ...] = ()
    said: dict[str, Any] = {"text": "Hello", "subject": "News" if channel == Channel.EMAIL else ""}
    if channel == Channel.WHATSAPP:
        first = (RecordConsent(SYSTEM, at, customer, note="On the web form"),)
        template: PreparedText = prepared()
        said |= {"template": template, "text": template.reading(Channel.WHATSAPP)[0]}
    number = NUMBER if channel in {Channel.WHATSAPP, Channel.SMS} else None
    said |= {"message": f"r-{case}", "phone": number, **fields}
    return (
        *first,
        StartOutbound(agent, at, thread or f"t-{case}", case, customer=customer, channel=Channel(channel), **said),
    )


def case_in(
    status: str, case: str = "c1", agent: str = "ana", *, at: datetime = T0, **fields: Any
) -> tuple[Command, ...]:
    """The commands that lead to a case in a status: it comes, an agent opens it, and replies (`r-{case}`) or closes it.

    Args:
        status: Where the story leads: new (nobody holds it), open, pending, escalated, resolved (the agent holds it;
            they need the permission `reply` for the last three; the customer is authenticated for resolved), or closed
            (the contact has ended and is disposed).
        case: The id of the case.
        agent: Who works on it.
        at: When all of it happens.
        fields: As in `new_case`: `channel`, `customer`, `thread`, and any field of `ReceiveMessage`.
    """
    arrival, opening = new_case(case, at=at, **fields), OpenCase(agent, at, case)
    match Status(status):
        case Status.NEW:
            return (arrival,)
        case Status.OPEN:
            return arrival, opening
        case Status.CLOSED:
            return (
                arrival,
                opening,
                RelateRecord(agent, at, case, Relation.CUSTOMER, "7"),
                EndContact(CUSTOMER, at, case),
                Dispose(agent, at, case, "solved", "It works again"),
                CloseCase(agent, at, case),
            )
        case sent_as:
            known = (Authenticate(agent, at, case),) if sent_as is Status.RESOLVED else ()
            subject = "Your question" if arrival.channel is Channel.EMAIL else ""
            reply = SendReply(agent, at, case, f"r-{case}", "Thank you for writing", sent_as, subject=subject)
            return (arrival, opening, *known, reply)


def a_desk(policy: Policy | None = None, house: House = HOUSE) -> Desk:
    """A desk with the team, and nothing else.

    Args:
        policy: The SOP in force; the default one if it is not given.
        house: The rooms that decide.
    """
    return given(policy=policy, house=house).desk


# Given, when, then -------------------------------------------------------------------------------------


def given(*commands: Commands, policy: Policy | None = None, house: House = HOUSE, team: bool = True) -> Scenario:
    """A story so far.

    Args:
        commands: What was done, in order; commands or nested commands. Each must be accepted.
        policy: The SOP in force; the default one if it is not given.
        house: The rooms that decide.
        team: Whether the team of `team_of` is there from the start.

    Raises:
        AssertionError: When a command is refused; it shows the story and the reasons.
    """
    __tracebackhide__ = True
    desk = Desk(house=house) if policy is None else Desk(policy, house=house)
    scenario = Scenario(desk)
    if team:
        scenario = scenario.and_given(team_of(desk.policy))
        scenario = attrs.evolve(scenario, story_lines=("the team: ana, ben, cleo, dora, eva",))
    return scenario.and_given(*commands)


@frozen(eq=False)
class Scenario:
    """A story so far: the desk it led to, and the events on the way."""

    desk: Desk
    events: tuple[Event, ...] = ()
    story_lines: tuple[str, ...] = field(default=(), repr=False)

    def and_given(self, *commands: Commands) -> Scenario:
        """The story with these commands added; each must be accepted."""
        __tracebackhide__ = True
        scenario = self
        for command in flatten_commands(commands):
            outcome = scenario.when(command)
            if not outcome.verdict:
                outcome.fails("it is given, so it should have been accepted")
            scenario = outcome.after
        return scenario

    def when(self, command: Command) -> Outcome:
        """What comes of a command at this point."""
        return Outcome(self, command, self.desk.decide(command))


@frozen(eq=False)
class Outcome:
    """What came of a command: ask `then`, `refused` or `warns`, and go on with `and_when`.

    Attributes:
        before: The story up to it.
        verdict: The answer.
        expected: Whether a refusal has been asked for with `refused`, so that the story may go on after it.
    """

    before: Scenario
    command: Command
    verdict: Verdict
    expected: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened; nothing if the command was refused."""
        return self.verdict.events if isinstance(self.verdict, Accepted) else ()

    @property
    def desk(self) -> Desk:
        """The desk after the command; as it was if the command was refused."""
        return self.before.desk.evolve(self.events)

    @property
    def after(self) -> Scenario:
        """The story with this command at its end."""
        story_lines = (*self.before.story_lines, *describe_step(self.command, self.verdict))
        return Scenario(self.desk, (*self.before.events, *self.events), story_lines)

    def then(self, *expected: Expected) -> Outcome:
        """The command was accepted, and exactly this happened, in this order; without arguments: nothing did.

        Verdicts on service clocks (`ClockJudged`), and that a case counts otherwise for its agent (`OccupancyChanged`),
        count only where one is expected.
        """
        __tracebackhide__ = True
        asked = {one if isinstance(one, type) else type(one) for one in expected}
        aside = tuple(event for event in (ClockJudged, OccupancyChanged) if event not in asked)
        events = tuple(event for event in self.events if not isinstance(event, aside))
        met = len(expected) == len(events) and all(map(_meets_expectation, events, expected))
        if not self.verdict or not met:
            self.fails(
                "it should have been accepted, and then:",
                *(map(_expectation_name, expected) if expected else ("nothing happens",)),
            )
        return self

    def refused(self, rule: str, *rules: str) -> Outcome:
        """The command was refused by exactly these rules (by id, in any order)."""
        __tracebackhide__ = True
        found = {reason.rule for reason in self.verdict.reasons} if isinstance(self.verdict, Refused) else set()
        if found != {rule, *rules}:
            self.fails("it should have been refused by:", *sorted({rule, *rules}))
        return attrs.evolve(self, expected=True)

    def warns(self, *rules: str) -> Outcome:
        """The command was accepted although exactly these rules (by id, in any order) were broken.

        Both the answer and the `Deviated` events have to say so.
        """
        __tracebackhide__ = True
        warned = {reason.rule for reason in self.verdict.deviations} if isinstance(self.verdict, Accepted) else None
        kept = {event.rule for event in self.events if isinstance(event, Deviated)}
        if not (warned == kept == set(rules)):
            self.fails("it should have been accepted, and warned about by:", *sorted(rules))
        return self

    def and_when(self, command: Command) -> Outcome:
        """What comes of the next command. After a refusal the story goes on only if `refused` was asked for it."""
        __tracebackhide__ = True
        if not self.verdict and not self.expected:
            self.fails("the story goes on, so it should have been accepted; if not: .refused(…).and_when(…)")
        return self.after.when(command)

    def fails(self, complaint: str, *details: str) -> NoReturn:
        """Raise an `AssertionError` that tells the whole story, and what is wrong with its last step."""
        __tracebackhide__ = True
        story = "\n".join(f"    {line}" for line in self.after.story_lines)
        lines = "".join(f"\n    {line}" for line in details)
        raise AssertionError(f"the story went\n{story}\nof its last step: {complaint}{lines}")


def flatten_commands(commands: Iterable[Commands]) -> Iterator[Command]:
    """Commands out of any nesting, in order."""
    for command in commands:
        if isinstance(command, Command):
            yield command
        else:
            yield from flatten_commands(command)


def _meets_expectation(event: Event, expected: Expected) -> bool:
    if isinstance(expected, type):
        return isinstance(event, expected)
    return event == expected if isinstance(expected, Event) else bool(expected(event))


def _expectation_name(expected: Expected) -> str:
    if isinstance(expected, Event):
        return f"{describe_briefly(expected)} by {expected.by} at {expected.at:%d %H:%M:%S}"
    return getattr(expected, "__name__", repr(expected))
