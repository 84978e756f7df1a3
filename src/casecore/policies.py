"""A policy: one SOP, every number and choice of it, as data.

The tables of the file and their keys are declared in `sections.py`. A policy is immutable. `Policy.default()` is the
SOP that ships with casecore (`sop.toml`), `Policy.load(path)` and `Policy.loads(text)` read one from TOML. Reading is
strict: an unknown key, a wrong type or a number out of range is an error that names the file and the key, and all of a
file's problems are reported together. Nothing in a policy is ever run as code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import attrs

from casecore.calendars import Calendar, CalendarError
from casecore.channels import Channel
from casecore.kernel import CasecoreError, Enforcement
from casecore.keys import (
    MISSING,
    Choice,
    Named,
    Problem,
    Table,
    Text,
    Whole,
    did_you_mean,
    key,
    keys_of,
    section,
)
from casecore.sections import (
    Approval,
    Authentication,
    Away,
    Capacity,
    Channels,
    Chat,
    Email,
    Lifecycle,
    Opening,
    Queue,
    Reopening,
    Routing,
    Sentiment,
    Sla,
    Tags,
    Targets,
    WhatsApp,
    WrapUp,
    a_source,
)
from casecore.statuses import Status

SCHEMA: Final = 1
"""The number of the policy file's shape."""

SWITCHABLE: Final = frozenset(
    {
        "approval.author",
        "approval.blocks_resolve",
        "approval.self_approval",
        "approval.stale",
        "assignment.available",
        "assignment.channel",
        "assignment.holder",
        "assignment.next_state",
        "assignment.queue",
        "capacity.channel",
        "capacity.total",
        "capacity.voice_with_cases",
        "channels.attachments",
        "channels.emoji",
        "channels.kinds",
        "commitment.agent",
        "email.earlier_handler",
        "email.relations",
        "email.subject_required",
        "idle.asked",
        "idle.silence",
        "lifecycle.close_by",
        "lifecycle.close_from",
        "note.author",
        "reply.permission",
        "sentiment.manual",
        "tags.enabled",
        "tags.limit",
        "wrap_up.blocks_close",
    }
)
"""The rules that `[enforcement]` may soften to `warn` or switch `off`. The others hold the data together."""


class PolicyError(CasecoreError, ValueError):
    """A policy that cannot be used, with everything that is wrong with it.

    Attributes:
        name: The file, or `<text>`.
        problems: Every problem, in the order of the policy's keys.
    """

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(name, problems)  # as they came, so that the error survives pickling
        self.name = name
        self.problems = problems

    def __str__(self) -> str:
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return "".join((f"{self.name}: {count}", *(f"\n  {problem}" for problem in self.problems)))


@section
class Policy:
    """One SOP.

    Raises:
        PolicyError: When the values contradict each other, e.g. there is no fallback queue.
    """

    schema: int = key(Whole(SCHEMA, SCHEMA), "The number of the file's shape.", default=SCHEMA)
    id: str = key(Text(200), "The SOP's name for programs.", default="unnamed")
    version: str = key(Text(200), "The SOP's version.", default="")
    source: str = a_source()
    lifecycle: Lifecycle = key(Table(Lifecycle), "How cases are closed.", factory=Lifecycle)
    channels: Channels = key(Table(Channels), "What each channel takes.", factory=Channels)
    queues: Mapping[str, Queue] = key(
        Named(Table(Queue)),
        "The routing queues; a case enters the first whose filters take it.",
        factory=lambda: {"general": Queue(fallback=True)},
    )
    capacity: Capacity = key(Table(Capacity), "How much one agent holds at once.", factory=Capacity)
    routing: Routing = key(Table(Routing), "How waiting cases find agents.", factory=Routing)
    chat: Chat = key(Table(Chat), "The rules of live chat.", factory=Chat)
    authentication: Authentication = key(
        Table(Authentication), "What customers are authenticated for.", factory=Authentication
    )
    wrap_up: WrapUp = key(Table(WrapUp), "What an ended contact needs.", factory=WrapUp)
    email: Email = key(Table(Email), "The rules of email.", factory=Email)
    whatsapp: WhatsApp = key(Table(WhatsApp), "The rules of WhatsApp.", factory=WhatsApp)
    sla: Sla = key(Table(Sla), "What is promised, and how it is counted.", factory=Sla)
    calendars: Mapping[str, Opening] = key(
        Named(Table(Opening)), "Business calendars, by the names that `sla` uses.", factory=dict
    )
    away: Away = key(Table(Away), "What becomes of the cases of somebody who is gone.", factory=Away)
    approval: Approval = key(Table(Approval), "How drafts are approved.", factory=Approval)
    reopening: Reopening = key(Table(Reopening), "Where reopened cases go.", factory=Reopening)
    tags: Tags = key(Table(Tags), "Tags on cases and messages.", factory=Tags)
    sentiment: Sentiment = key(Table(Sentiment), "The sentiment of messages.", factory=Sentiment)
    enforcement: Mapping[str, Enforcement] = key(
        Named(Choice(Enforcement)),
        "Rules, by id, that are only warned about or switched off; every other rule blocks.",
        factory=dict,
    )

    _calendars: dict[str, Calendar] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        problems = (*_contradictions(self), *self._read_calendars())
        if problems:
            raise PolicyError("policy", problems)

    def _read_calendars(self) -> Iterator[Problem]:
        for name, opening in self.calendars.items():
            try:
                self._calendars[name] = opening.calendar()
            except CalendarError as error:
                for problem in error.problems:
                    yield Problem(f"calendars.{name}", problem)
        for path, targets in ((name, getattr(self.sla, name)) for name in keys_of(Sla)):
            named = targets.calendar if isinstance(targets, Targets) else None
            if named is not None and named not in self.calendars:
                known = ", ".join(self.calendars) or "a table [calendars.NAME]"
                yield Problem(f"sla.{path}.calendar", f"there is no calendar {named!r}", known)

    def mode(self, rule: str) -> Enforcement:
        """How strictly the rule with this id is kept."""
        if rule == "authentication.before":
            return self.authentication.enforcement
        return self.enforcement.get(rule, Enforcement.BLOCK)

    def limit(self, channel: Channel) -> int | None:
        """The most cases of a channel that one agent holds; None where only the total bounds it."""
        limit: int | None = getattr(self.capacity, channel)
        return limit

    def calendar_for(self, channel: Channel) -> Calendar | None:
        """The calendar whose hours count on a channel; None where all hours do."""
        name = self.sla.calendar(channel)
        return None if name is None else self._calendars[name]

    def queue_for(
        self, channel: Channel, reason: str | None, language: str | None, tags: frozenset[str] = frozenset()
    ) -> str:
        """The queue a new case enters: the first whose filters take it, else the fallback queue."""
        for name, queue in self.queues.items():
            if not queue.fallback and queue.takes(channel, reason, language, tags):
                return name
        return self.fallback

    @property
    def fallback(self) -> str:
        """The queue that takes what no other takes."""
        return next(name for name, queue in self.queues.items() if queue.fallback)

    # Reading and writing -------------------------------------------------------------------------------

    @classmethod
    def default(cls) -> Policy:
        """The SOP that ships with casecore."""
        return _shipped()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a policy from a TOML file.

        Raises:
            PolicyError: When the file cannot be read or anything in it is wrong.
        """
        try:
            text = Path(path).read_text("utf-8")
        except OSError as error:
            problem = Problem("", f"cannot be read ({error.strerror or error})", "a TOML file")
        except UnicodeDecodeError as error:
            problem = Problem("", f"is not UTF-8 text (byte {error.start})", "a TOML file in UTF-8")
        except ValueError as error:  # a path that no file can have
            problem = Problem("", f"cannot be read ({error})", "a TOML file")
        else:
            return cls.loads(text, str(path))
        raise PolicyError(str(path), (problem,)) from None

    @classmethod
    def loads(cls, text: str, name: str = "<text>") -> Self:
        """Read a policy from TOML.

        Args:
            text: The file's text.
            name: What errors call it.

        Raises:
            PolicyError: When anything in it is wrong; it lists every problem.
        """
        import tomllib

        try:
            plain = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(name, (Problem("", str(error), "TOML"),)) from None
        except ValueError:  # the only one that tomllib lets through
            raise PolicyError(name, (Problem("", "has a number of thousands of digits", "a policy"),)) from None
        except RecursionError:
            raise PolicyError(name, (Problem("", "is nested too deeply", "at most a few levels"),)) from None
        return cls.from_dict(plain, name)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], name: str = "<dict>") -> Self:
        """Read a policy from plain data, as `to_dict` writes it.

        Raises:
            PolicyError: When anything in it is wrong; it lists every problem.
        """
        problems: list[Problem] = []
        policy: Any = MISSING
        try:
            policy = Table(cls).read(plain, "", problems)
            if policy is MISSING:  # the rest of it may contradict itself all the same
                Table(cls).read(_sound(plain, problems), "", [])
        except PolicyError as error:
            problems.extend(error.problems)
        if problems:
            raise PolicyError(name, tuple(problems))
        read: Self = policy
        return read

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain data, with every default spelled out."""
        plain: dict[str, Any] = Table(type(self)).write(self)
        return plain

    def value(self, path: str) -> Any:
        """The value at a key's path, e.g. `approval.self_approval`.

        Raises:
            KeyError: When there is no such key.
        """
        held: Any = self
        for step in path.split("."):
            if isinstance(held, Mapping):
                held = held[step]
            elif attrs.has(type(held)) and step in keys_of(type(held)):
                held = getattr(held, step)
            else:
                raise KeyError(path)
        return held


@cache
def _shipped() -> Policy:
    from importlib import resources

    return Policy.loads(resources.files("casecore").joinpath("sop.toml").read_text("utf-8"), "sop.toml")


def _sound(plain: Any, problems: Iterable[Problem]) -> dict[str, Any]:
    """The tables of a policy in which no problem was found."""
    wrong = {problem.path.partition(".")[0] for problem in problems}
    return {word: value for word, value in plain.items() if word not in wrong} if isinstance(plain, dict) else {}


def _contradictions(policy: Policy) -> tuple[Problem, ...]:
    problems = []
    fallbacks = [name for name, queue in policy.queues.items() if queue.fallback]
    if len(fallbacks) != 1:
        found = f"{len(fallbacks)} queues are the fallback" + (f" ({', '.join(fallbacks)})" if fallbacks else "")
        problems.append(Problem("queues", found, "exactly one queue with fallback = true"))
    for path, statuses in (
        ("lifecycle.close_from", policy.lifecycle.close_from),
        ("lifecycle.close_after", policy.lifecycle.close_after),
    ):
        if Status.CLOSED in statuses:
            problems.append(Problem(path, '"closed" cannot be closed again', "the other statuses"))
    never = [status for status in policy.lifecycle.close_after if status not in policy.lifecycle.close_from]
    for status in never:
        found = f"cases that are {status} would never be closed"
        problems.append(Problem(f"lifecycle.close_after.{status}", found, "a status of lifecycle.close_from"))
    if policy.wrap_up.disposition and not policy.wrap_up.codes:
        problems.append(Problem("wrap_up.codes", "no contact could ever be disposed", "at least one code"))
    if not policy.lifecycle.close_from:
        problems.append(Problem("lifecycle.close_from", "no case could ever be closed", "at least one status"))
    for rule in policy.enforcement:
        if rule not in SWITCHABLE:
            expected = "a rule that may be softened: " + ", ".join(sorted(SWITCHABLE))
            remedy = did_you_mean(rule, SWITCHABLE)
            problems.append(Problem(f'enforcement."{rule}"', "cannot be softened", expected, remedy))
    return tuple(problems)
