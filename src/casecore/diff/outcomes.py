"""What an edit does that no single decision shows: when clocks are due, and who is offered what.

* **Clocks**: the same cases arrive under both policies, on every sort of channel, at every level, at many instants of a
  week and on each special day; what is due of them, and what their clocks say, is compared. Later is *looser*, sooner
  is *stricter*.
* **One case** (`trials.py`): what its agent may do, who may set its tags, and what they are offered to reply from.
* **Routing**: desks are drawn at random, always the same ones, on which cases wait and agents differ in what they hold
  and how long they have been idle. Who is offered what, one after the other, and who fetches what, is compared.

Each edit is tried alone: made in the old policy, or taken back in the new one where it cannot stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from casecore.channels import Channel
from casecore.desk import Desk
from casecore.diff.labels import Label
from casecore.diff.trials import (
    ALLOWED,
    Trial,
    arrives,
    catalogue_trials,
    is_answered,
    message_on,
    method_trials,
    promise_trials,
    sentiment_trials,
    snooze_trials,
    tag_trials,
    wrap_up_trials,
)
from casecore.explore import Story
from casecore.explore.scope import NOON
from casecore.kernel import CUSTOMER, SYSTEM, Command, changed
from casecore.policies import Policy
from casecore.policies.edits import Edit, apply_edit
from casecore.policies.kinds import keys_of
from casecore.policies.sections import Level, Opening, Target
from casecore.promises import Step
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.clocks import first_response, next_response, solution
from casecore.rooms.offers import OfferWork
from casecore.rooms.replies import SendReply
from casecore.rooms.sla import FIRST_RESPONSE, NEXT_RESPONSE, SOLUTION
from casecore.routing import next_for, next_offer
from casecore.statuses import Status

DESKS: Final = 40
"""How many desks routing is compared at."""

APART: Final = timedelta(minutes=45)
"""How far apart cases arrive in the week in which clocks are compared."""

SPECIAL_DAYS: Final = 30
"""On how many special days of calendars cases arrive besides."""


@frozen
class OutcomeChange:
    """What an edit changes that no single decision shows.

    Attributes:
        label: Looser, stricter or other.
        edits: The key of the edit.
        title: One sentence.
        story: The first case, or desk, of which it is so.
        old: What comes of it under the old policy, in words.
        new: The same under the new one.
        times: Of how many of those that were compared it is so.
        tried: How many were compared.
    """

    label: Label
    edits: tuple[str, ...]
    title: str
    story: Story = field(repr=False)
    old: str
    new: str
    times: int
    tried: int


def outcome_changes(old: Policy, new: Policy, edits: Iterable[Edit]) -> Iterator[OutcomeChange]:
    """What edits change of when clocks are due and of who is offered what.

    Args:
        old: The SOP before.
        new: The SOP after.
        edits: What is looked at; whatever decisions show already need not be.
    """
    for edit in edits:
        made = apply_edit(old, edit)
        pair = (old, made) if made is not None else (apply_edit(new, edit, back=True), new)
        for kind in kinds_of(edit):
            if pair[0] is not None and pair[1] is not None:
                yield from _compare(edit, kind, pair[0], pair[1])


def _compare(edit: Edit, kind: str, old: Policy, new: Policy) -> Iterator[OutcomeChange]:
    trials = [*_TRIALS[kind](old, new)]
    found: list[tuple[Trial, Mapping[str, Any], Mapping[str, Any]]] = []
    for trial in trials:
        before, after = (trial.look(_desk_after(policy, trial.commands)) for policy in (old, new))
        if before != after:
            found.append((trial, before, after))
    if found:
        trial, before, after = found[0]
        labels = {_label_of(*answers) for _, *answers in found} - {None}
        label = (labels.pop() if len(labels) == 1 else None) or Label.OTHER
        was, will = (_words_of(answer, before, after) for answer in (before, after))
        story = Story((), tuple(_steps_of(old, trial.commands)))
        yield OutcomeChange(label, (edit.key,), _TITLES[kind], story, was, will, len(found), len(trials))


def _label_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Label | None:
    """Later, or never, is looser, sooner is stricter, some so and some so is other; None: no instant differs."""
    labels = set()
    for name in before.keys() | after.keys():
        was, will = before.get(name), after.get(name)
        if ALLOWED in {was, will} and was != will:
            labels.add(Label.LOOSER if will == ALLOWED else Label.STRICTER)
        elif was != will and isinstance(was, datetime | None) and isinstance(will, datetime | None):
            later = was is not None and (will is None or will > was)
            labels.add(Label.LOOSER if later else Label.STRICTER)
    return Label.OTHER if len(labels) > 1 else next(iter(labels), None)


def _words_of(answer: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What is different in an answer, in words."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = (answer.get(name) for name in names)
    texts = (f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value for value in told)
    return "; ".join(f"{name}: {'never' if text is None else text}" for name, text in zip(names, texts, strict=True))


def _desk_after(policy: Policy, commands: Sequence[Command]) -> Desk:
    desk = Desk(policy)
    for step in _steps_of(policy, commands):
        desk = step.after
    return desk


def _steps_of(policy: Policy, commands: Sequence[Command]) -> Iterator[Step]:
    """What comes of commands, one after the other; those that are refused change nothing, and are left out.

    Agents serve those of their queues that the policy has.
    """
    desk: Desk = Desk(policy)
    for command in commands:
        given = command
        if isinstance(command, AddAgent):
            given = changed(command, queues=command.queues.intersection(policy.queues))
        step = Step.of(desk, given)
        if step.accepted:
            desk = step.after
            yield step


# Clocks ------------------------------------------------------------------------------------------------


def _clock_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """Cases that arrive in a week and on special days: unanswered, answered, and answered and written on again."""
    streams, queues = [*_streams(old, new)], frozenset((*old.queues, *new.queues))
    instants = [NOON + APART * number for number in range(int(timedelta(days=7) / APART))]
    instants += islice(_special_instants(old, new), SPECIAL_DAYS)
    for channel, level in streams:
        for at in instants:
            yield Trial(tuple(arrives(channel, level, at, queues)), _look_at_clocks)
        for at in instants[::9]:
            for status in (Status.PENDING, Status.RESOLVED):
                commands = (*arrives(channel, level, at, queues), *is_answered(at, status))
                yield Trial(commands, _look_at_clocks)
                yield Trial((*commands, message_on(channel, at + timedelta(hours=5), "m3")), _look_at_clocks)


def _streams(old: Policy, new: Policy) -> Iterator[tuple[Channel, Level]]:
    """A channel and a level of each sort that targets and calendars tell apart."""
    seen = set()
    for channel in Channel:
        for level in Level:
            promised = tuple(
                policy.service_target(clock, channel, level)[0] for policy in (old, new) for clock in _TARGETS
            )
            calendars = tuple(policy.sla.calendar(channel, level) for policy in (old, new))
            if (promised, calendars) not in seen:
                seen.add((promised, calendars))
                yield channel, level


_TARGETS: Final = tuple(name for name in keys_of(Target) if name != "source")
"""What may be promised of a case."""


def _special_instants(old: Policy, new: Policy) -> Iterator[datetime]:
    """Two instants of each day that is special in a calendar of one policy, those that only one of them has first."""
    named = [_special_days(policy.calendars.values()) for policy in (old, new)]
    for day in sorted(named[0] ^ named[1]) + sorted(named[0] & named[1]):
        for hour in (10, 16):
            yield datetime.combine(date.fromisoformat(day), time(hour), NOON.tzinfo)


def _special_days(calendars: Iterable[Opening]) -> set[str]:
    return {str(day) for calendar in calendars for day in (*calendar.holidays, *calendar.special)}


_CLOCKS_READ: Final = (
    ("first response", first_response, FIRST_RESPONSE),
    ("next response", next_response, NEXT_RESPONSE),
    ("solution", solution, SOLUTION),
)
"""The clocks of a case: what people call it, what reads it, and the timer that tells when it is late."""


def _look_at_clocks(desk: Desk) -> Mapping[str, Any]:
    """What is due of the case, and what its clocks say an hour and two days later."""
    found: dict[str, Any] = {due.what: due.at for due in desk.due()}
    view, file = desk.view_of("c1"), desk.cases.get("c1")
    if file is None:
        return {}
    for hours in (1, 48):
        at = desk.now + timedelta(hours=hours) if desk.now else NOON
        policy = desk.policy.at(at).for_(file.case)
        for name, read, timer in _CLOCKS_READ:
            clock = read(view, policy, at)
            if clock is not None and clock.due is not None:
                found.setdefault(timer.name, clock.due)  # what was judged already is due no more
            found[f"{name} after {hours} h"] = "no clock" if clock is None else f"{clock.state}"
    return found


# Routing -----------------------------------------------------------------------------------------------


def _routing_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    for seed in range(DESKS):
        yield Trial(tuple(_a_busy_desk(Random(seed), old, new)), _look_at_offers)  # noqa: S311 -- no secret


def _a_busy_desk(draw: Random, old: Policy, new: Policy) -> Iterator[Command]:
    """Some agents who came at different times, and cases some of which they took."""
    queues = frozenset((*old.queues, *new.queues))
    reasons = [None, *(reason for policy in (old, new) for queue in policy.queues.values() for reason in queue.reasons)]
    agents = ["ana", "ben", "cleo"]
    at = NOON
    for agent in draw.sample(agents, len(agents)):
        at += timedelta(seconds=draw.randrange(1, 600))
        yield AddAgent(SYSTEM, at, agent, agent.title(), frozenset(Permission), queues)
        yield GoAvailable(agent, at, agent)
    for number in range(8):
        at += timedelta(seconds=draw.randrange(1, 900))
        case, channel = f"c{number}", draw.choice([Channel.EMAIL, Channel.MESSAGING, Channel.SMS, Channel.CHAT])
        who: dict[str, Any] = {"customer": f"customer {number}", "channel": channel, "new_case": case}
        yield ReceiveMessage(
            CUSTOMER, at, f"t{number}", f"m{number}", "Hello", reason=draw.choice(reasons), name="Maria", **who
        )
        if draw.random() < TAKEN:
            agent = draw.choice(agents)
            at += timedelta(seconds=draw.randrange(1, 120))
            yield OpenCase(agent, at, case)
            if draw.random() < ANSWERED:
                yield SendReply(agent, at, case, f"r{number}", "Here you are", Status.ESCALATED, subject="Your request")
                yield LeaveCase(agent, at + timedelta(seconds=30), case)


TAKEN: Final = 0.4
"""How many of the cases somebody takes."""

ANSWERED: Final = 0.5
"""How many of these are answered and left."""


def _look_at_offers(desk: Desk) -> Mapping[str, Any]:
    """Who is offered what, one after the other, and what each agent would fetch, at once and an hour later."""
    found: dict[str, Any] = {}
    for later in (timedelta(0), timedelta(hours=1)):
        at = (desk.now or NOON) + later
        when = f"{int(later.total_seconds()) // 60} min later" if later else "at once"
        found[f"offered {when}"] = ", ".join(_offers(desk, at)) or "nothing"
        fetched = (f"{agent} {_case_of(next_for(desk, agent, at))}" for agent in sorted(desk.agents))
        found[f"fetched {when}"] = ", ".join(fetched)
    return found


def _offers(desk: Desk, at: datetime) -> Iterator[str]:
    while isinstance(offer := next_offer(desk, at), OfferWork):
        yield f"{offer.case} to {offer.agent}"
        desk, _ = desk.handle(offer)


def _case_of(command: Command | None) -> str:
    return str(getattr(command, "case", "nothing"))


# What is compared of which edit ------------------------------------------------------------------------

CLOCKS, ROUTING, SENTIMENT = "clocks", "routing", "sentiment"
METHODS, WRAP_UPS, SNOOZING, PROMISES = "methods", "wrap-ups", "snoozing", "promises"
TAGS, CATALOGUE = "tags", "catalogue"

_TRIALS: Final[Mapping[str, Callable[[Policy, Policy], Iterator[Trial]]]] = MappingProxyType(
    {
        CLOCKS: _clock_trials,
        ROUTING: _routing_trials,
        SENTIMENT: sentiment_trials,
        METHODS: method_trials,
        WRAP_UPS: wrap_up_trials,
        SNOOZING: snooze_trials,
        PROMISES: promise_trials,
        TAGS: tag_trials,
        CATALOGUE: catalogue_trials,
    }
)

_TITLES: Final = MappingProxyType(
    {
        CLOCKS: "clocks: something is due at another time",
        ROUTING: "routing: somebody else is offered something",
        SENTIMENT: "set sentiment: the answer is another",
        METHODS: "authenticate: the answer is another",
        WRAP_UPS: "wrap-ups: they are overdue at another time",
        SNOOZING: "snooze: the answer is another",
        PROMISES: "keep a promise: the answer is another",
        TAGS: "tag a case: the answer is another",
        CATALOGUE: "catalogue: something else is offered to reply from",
    }
)

COMPARED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "sla": (CLOCKS,),
        "lifecycle.calendar": (CLOCKS,),
        "calendars": (CLOCKS, ROUTING),
        "routing": (ROUTING,),
        "queues": (ROUTING, TAGS),
        "sentiment": (SENTIMENT,),
        "wrap_up.remind": (WRAP_UPS,),
        "authentication.methods": (METHODS,),
        "snooze": (SNOOZING,),
        "commitments": (PROMISES,),
        "tags.restricted_to": (TAGS,),
        "catalogue": (CATALOGUE,),
        "override": (CLOCKS, ROUTING, SENTIMENT, SNOOZING, PROMISES, METHODS, WRAP_UPS, TAGS),
    }
)
"""By table, or by key: what is compared of its edits beside decisions."""


def kinds_of(edit: Edit) -> tuple[str, ...]:
    """What is compared of an edit beside decisions."""
    return COMPARED.get(edit.key, ()) or COMPARED.get(edit.steps[0], ())
