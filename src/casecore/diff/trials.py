"""Small trials of `outcomes.py`: one case, and what somebody may do with it, or is offered to do it with.

* **Sentiment**, **authentication**, **wrap-ups**, **snoozing**, **promises**: whether its agent may, or when they are
  reminded.
* **Restricted tags**: who may set a tag at which one of the policies looks.
* **The catalogue**: what an agent is offered to reply from, on each channel, inside and outside WhatsApp's window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, Final

from attrs import field, frozen

from casecore.channels import Channel
from casecore.desk import Desk
from casecore.explore.scope import NOON
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.kernel.durations import duration_text
from casecore.policies import Policy
from casecore.policies.sections import Level
from casecore.rooms.agents import AddAgent, GoAvailable, Permission
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.catalogue import CatalogueEntry, entries_of
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment
from casecore.rooms.notes import AddTag, SetSentiment
from casecore.rooms.replies import SendReply
from casecore.rooms.sla import SetLevel
from casecore.rooms.snoozes import SnoozeCase
from casecore.rooms.threads import Feeling
from casecore.rooms.wrap_ups import REMINDER
from casecore.statuses import Status

ALLOWED: Final = "allowed"


@frozen
class Trial:
    """Something that is compared: what happens on a desk, and what is looked at then.

    Attributes:
        commands: What happens.
        look: (desk after it) -> what is compared, each in words with an instant by which it is sooner or later.
    """

    commands: tuple[Command, ...]
    look: Callable[[Desk], Mapping[str, Any]] = field(repr=False)


# A case ------------------------------------------------------------------------------------------------


def message_on(channel: Channel, at: datetime, message: str) -> ReceiveMessage:
    """Maria writes."""
    return ReceiveMessage(
        CUSTOMER, at, "t1", message, "Hello", customer="maria", channel=channel, new_case="c1", name="Maria"
    )


def arrives(
    channel: Channel,
    level: Level,
    at: datetime,
    queues: frozenset[str],
    permissions: frozenset[Permission] = frozenset(Permission),
) -> Iterator[Command]:
    """Ana is there, and maria writes: a case of a level.

    Args:
        channel: On which channel.
        level: Of which level.
        at: When (aware).
        queues: Whom ana serves.
        permissions: What she may.
    """
    early = at - timedelta(minutes=1)
    yield AddAgent(SYSTEM, early, "ana", "Ana", permissions, queues)
    yield GoAvailable("ana", early, "ana")
    yield message_on(channel, at, "m1")
    yield SetLevel("ana", at, "c1", level)


def is_answered(at: datetime, status: Status) -> Iterator[Command]:
    """Ana answers, some time after an instant."""
    soon = at + timedelta(minutes=20)
    yield OpenCase("ana", soon, "c1")
    yield Authenticate("ana", soon, "c1")
    yield SendReply("ana", soon, "c1", "m2", "Here you are", status, subject="Your request")


# Sentiment ---------------------------------------------------------------------------------------------


def sentiment_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """A case that its agent has opened."""
    queues = frozenset((*old.queues, *new.queues))
    yield Trial((*arrives(Channel.EMAIL, Level.LOW, NOON, queues), OpenCase("ana", NOON, "c1")), _look_at_sentiment)


def _look_at_sentiment(desk: Desk) -> Mapping[str, Any]:
    """Whether the one who holds a case may say how its customer feels."""
    verdict = desk.decide(SetSentiment("ana", desk.now or NOON, "c1", "m1", Feeling.NEGATIVE))
    return {"set sentiment": ALLOWED if verdict else f"refused ({verdict})"}


# Authentication ----------------------------------------------------------------------------------------


def method_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """The same, for each word in which somebody may be authenticated."""
    methods = dict.fromkeys((*old.authentication.methods, *new.authentication.methods, "another way"))
    queues = frozenset((*old.queues, *new.queues))
    begun = (*arrives(Channel.EMAIL, Level.LOW, NOON, queues), OpenCase("ana", NOON, "c1"))
    yield from (Trial(begun, partial(_look_at_method, method)) for method in methods)


def _look_at_method(method: str, desk: Desk) -> Mapping[str, Any]:
    """Whether the one who holds a case may authenticate its customer like this."""
    verdict = desk.decide(Authenticate("ana", desk.now or NOON, "c1", method))
    return {f"authenticate by {method}": ALLOWED if verdict else f"refused ({verdict})"}


# Wrap-ups ----------------------------------------------------------------------------------------------


def wrap_up_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """A customer of each channel writes, is answered and left."""
    queues = frozenset((*old.queues, *new.queues))
    for channel in Channel:
        left = LeaveCase("ana", NOON + timedelta(minutes=21), "c1")
        commands = (*arrives(channel, Level.LOW, NOON, queues), *is_answered(NOON, Status.PENDING), left)
        yield Trial(commands, _look_at_wrap_ups)


def _look_at_wrap_ups(desk: Desk) -> Mapping[str, Any]:
    """When the agent who owes a wrap-up is reminded."""
    return {due.what: due.at for due in desk.due() if due.key == REMINDER.key}


# Snoozing ----------------------------------------------------------------------------------------------


def snooze_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """A case that is snoozed for an hour, for the longest time that one of the policies names, and a second longer."""
    queues = frozenset((*old.queues, *new.queues))
    named = {policy.snooze.longest for policy in (old, new)} - {None}
    longest = [length for length in named if length is not None and length < timedelta(days=3650)]
    lengths = sorted({timedelta(hours=1), *longest, *(length + timedelta(seconds=1) for length in longest)})

    def look_at_snoozing(desk: Desk) -> Mapping[str, Any]:
        at, found = desk.now or NOON, dict[str, Any]()
        for length in lengths:
            verdict = desk.decide(SnoozeCase("ana", at, "c1", at + length))
            found[f"snooze for {duration_text(length)}"] = ALLOWED if verdict else f"refused ({verdict})"
        return found

    yield Trial((*arrives(Channel.EMAIL, Level.LOW, NOON, queues), OpenCase("ana", NOON, "c1")), look_at_snoozing)


# Commitments -------------------------------------------------------------------------------------------


def promise_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """Ana promises something on a case, leaves it, and ben has it now."""
    queues = frozenset((*old.queues, *new.queues))
    commands = (
        *arrives(Channel.EMAIL, Level.LOW, NOON, queues),
        AddAgent(SYSTEM, NOON, "ben", "Ben", frozenset(), queues),
        GoAvailable("ben", NOON, "ben"),
        OpenCase("ana", NOON, "c1"),
        Authenticate("ana", NOON, "c1"),
        MakeCommitment("ana", NOON, "c1", "p1", NOON + timedelta(hours=1), "Call back"),
        LeaveCase("ana", NOON, "c1"),
        OpenCase("ben", NOON, "c1"),
    )
    yield Trial(commands, _look_at_promises)


def _look_at_promises(desk: Desk) -> Mapping[str, Any]:
    """Whether whoever has the case may keep the promise."""
    verdict = desk.decide(FulfilCommitment("ben", desk.now or NOON, "p1"))
    return {"keep the promise": ALLOWED if verdict else f"refused ({verdict})"}


# Restricted tags ---------------------------------------------------------------------------------------


def tag_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """A case, and a supervisor beside its agent, for each tag at which one of the policies looks."""
    queues = frozenset((*old.queues, *new.queues))
    begun = (
        *arrives(Channel.EMAIL, Level.LOW, NOON, queues, frozenset(Permission) - {Permission.SUPERVISE}),
        AddAgent(SYSTEM, NOON, "dora", "Dora", frozenset(Permission), queues),
        GoAvailable("dora", NOON, "dora"),
        OpenCase("ana", NOON, "c1"),
    )
    for tag in sorted(old.tags_looked_at | new.tags_looked_at):
        yield Trial(begun, partial(_look_at_tag, tag))


_TAGGING: Final = {"ana": "its assignee", "dora": "a supervisor", SYSTEM: "the system"}


def _look_at_tag(tag: str, desk: Desk) -> Mapping[str, Any]:
    """Who may set it."""
    verdicts = {who: desk.decide(AddTag(by, desk.now or NOON, "c1", tag)) for by, who in _TAGGING.items()}
    return {f"{who} sets {tag}": ALLOWED if verdict else "refused" for who, verdict in verdicts.items()}


# The catalogue -----------------------------------------------------------------------------------------

SHOWN: Final = 60
"""So many characters of an entry are told, where it begins to differ."""


def catalogue_trials(old: Policy, new: Policy) -> Iterator[Trial]:
    """A case on each channel, looked at at once and after WhatsApp's window."""
    queues = frozenset((*old.queues, *new.queues))
    shown = _texts_shown(old, new)
    for channel in Channel:
        begun = (*arrives(channel, Level.LOW, NOON, queues), OpenCase("ana", NOON, "c1"))
        yield Trial(begun, partial(_look_at_catalogue, channel, shown, timedelta(0)))
        if channel is Channel.WHATSAPP:
            yield Trial(begun, partial(_look_at_catalogue, channel, shown, old.whatsapp.window + new.whatsapp.window))


def _texts_shown(old: Policy, new: Policy) -> Mapping[CatalogueEntry, str]:
    """What is told of each entry: how its text begins, or where it begins to differ from the other policy's."""
    sides = [{entry.name: entry for entry in entries_of(policy)} for policy in (old, new)]
    shown = {}
    for mine, others in (sides, sides[::-1]):
        for name, entry in mine.items():
            text, other = entry.definition, others.get(name, entry).definition
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))
            first = 0 if text == other else max(0, same - SHOWN // 3)
            window = text[first : first + SHOWN]
            shown[entry] = f"{'…' if first else ''}{window}{'…' if first + SHOWN < len(text) else ''}"
    return shown


def _look_at_catalogue(
    channel: Channel, shown: Mapping[CatalogueEntry, str], later: timedelta, desk: Desk
) -> Mapping[str, Any]:
    """What a reply can be made from."""
    listed = {entry.name: shown[entry] for entry in desk.catalogue("c1", (desk.now or NOON) + later)}
    when = " after the window" if later else ""
    names = {entry.name for entry in shown}
    return {f"{name} on {channel}{when}": listed.get(name, "not listed") for name in sorted(names)}
