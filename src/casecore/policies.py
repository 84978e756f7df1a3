"""A policy: one SOP, every number and choice of it, as data.

The classes below are the tables of the policy file; their fields are its keys, with type, default and meaning declared
once. A policy is immutable. `Policy.default()` is the SOP that ships with casecore (`sop.toml`), `Policy.load(path)`
and `Policy.loads(text)` read one from TOML. Reading is strict: an unknown key, a wrong type or a number out of range
is an error that names the file and the key, and all of a file's problems are reported together. Nothing in a policy
is ever run as code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import attrs

from casecore.channels import Channel, MessageKind
from casecore.kernel import CasecoreError, Enforcement
from casecore.keys import (
    MISSING,
    Choice,
    Flag,
    Length,
    Named,
    Problem,
    Several,
    Table,
    Text,
    Whole,
    did_you_mean,
    key,
    keys_of,
    section,
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
        "assignment.eligible",
        "assignment.holder",
        "channels.attachments",
        "channels.emoji",
        "channels.kinds",
        "lifecycle.close_by",
        "lifecycle.close_from",
        "note.author",
        "reply.permission",
        "sentiment.manual",
        "tags.enabled",
        "tags.limit",
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


class Role(StrEnum):
    """Who somebody is to a case."""

    ASSIGNEE = "assignee"
    SUPERVISOR = "supervisor"


class OnCustomerMessage(StrEnum):
    """What a waiting draft becomes when the customer writes."""

    KEEP = "keep"
    SUPERSEDE = "supersede"


class ReopenTo(StrEnum):
    """Where a case goes that nobody holds when its customer writes again."""

    QUEUE = "queue"
    OWNER_IF_ELIGIBLE = "owner_if_eligible"


def _source() -> Any:
    return key(Text(), "Where the written SOP says so; reports cite it.", default="")


OPEN_STATUSES = tuple(status for status in Status if status is not Status.CLOSED)


@section
class Lifecycle:
    """How the policy narrows the life cycle."""

    close_from: tuple[Status, ...] = key(
        Several(Choice(Status)),
        "The statuses from which a case may be closed by hand or automatically.",
        default=OPEN_STATUSES,
    )
    close_by: tuple[Role, ...] = key(
        Several(Choice(Role)),
        "Who may close a case by hand, or as spam.",
        default=(Role.ASSIGNEE, Role.SUPERVISOR),
    )
    close_after: Mapping[Status, timedelta] = key(
        Named(Length(), Status),
        "How long a case stays in a status before it is closed automatically; statuses not named wait for ever.",
        factory=lambda: {Status.RESOLVED: timedelta(hours=48)},
    )
    source: str = _source()


@section
class ChannelRules:
    """What a channel takes."""

    kinds: tuple[MessageKind, ...] = key(
        Several(Choice(MessageKind)),
        "The kinds of message that customers send here.",
        default=(MessageKind.DIRECT,),
    )
    attachments: bool = key(Flag(), "Whether a reply may carry attachments.", default=True)
    emoji: bool = key(Flag(), "Whether a reply may contain emoji.", default=True)
    source: str = _source()


def _channel(**rules: Any) -> Any:
    return key(Table(ChannelRules), "What the channel takes.", factory=lambda: ChannelRules(**rules))


_PUBLIC_KINDS = (
    MessageKind.DIRECT,
    MessageKind.POST,
    MessageKind.COMMENT,
    MessageKind.MENTION,
    MessageKind.LIKE,
)


@section
class Channels:
    """What each channel takes."""

    chat: ChannelRules = _channel()
    messaging: ChannelRules = _channel()
    whatsapp: ChannelRules = _channel()
    apple_messages: ChannelRules = _channel()
    messenger: ChannelRules = _channel()
    twitter_dm: ChannelRules = _channel()
    sms: ChannelRules = _channel(attachments=False)
    email: ChannelRules = _channel()
    voice: ChannelRules = _channel(attachments=False, emoji=False)
    facebook: ChannelRules = _channel(kinds=_PUBLIC_KINDS)
    twitter: ChannelRules = _channel(kinds=_PUBLIC_KINDS)
    linkedin: ChannelRules = _channel(kinds=_PUBLIC_KINDS)
    source: str = _source()


@section
class Queue:
    """A routing queue: which cases enter it."""

    title: str = key(Text(), "The name people see.", default="")
    channels: tuple[Channel, ...] = key(
        Several(Choice(Channel)), "The channels whose cases it takes; none named: all.", default=()
    )
    reasons: tuple[str, ...] = key(
        Several(Text(200)),
        "The reasons, as customers select them, that it takes; none named: all.",
        default=(),
    )
    languages: tuple[str, ...] = key(
        Several(Text(35)), "The languages of customers that it takes; none named: all.", default=()
    )
    fallback: bool = key(Flag(), "Whether it takes every case that no other queue takes.", default=False)
    source: str = _source()

    def takes(self, channel: Channel, reason: str | None, language: str | None) -> bool:
        """Whether a case of this kind enters by the filters."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.reasons or reason in self.reasons)
            and (not self.languages or language in self.languages)
        )


@section
class Approval:
    """How drafts are approved."""

    self_approval: bool = key(Flag(), "Whether an author may approve their own draft.", default=False)
    on_customer_message: OnCustomerMessage = key(
        Choice(OnCustomerMessage),
        "Whether a draft is kept (marked stale) or superseded when the customer writes.",
        default=OnCustomerMessage.KEEP,
    )
    source: str = _source()


@section
class Reopening:
    """Where a case goes when its customer writes again and nobody holds it."""

    to: ReopenTo = key(
        Choice(ReopenTo), "Its queue, or its last agent if they can take it now.", default=ReopenTo.QUEUE
    )
    source: str = _source()


@section
class Tags:
    """Tags on cases and messages."""

    enabled: bool = key(Flag(), "Whether agents may tag.", default=True)
    limit: int = key(Whole(1, 100), "The most tags one case may carry, and one message.", default=20)
    source: str = _source()


@section
class Sentiment:
    """The sentiment of messages."""

    manual: bool = key(Flag(), "Whether agents may set the sentiment of a message by hand.", default=True)
    source: str = _source()


@section
class Policy:
    """One SOP.

    Raises:
        PolicyError: When the values contradict each other, e.g. there is no fallback queue.
    """

    schema: int = key(Whole(SCHEMA, SCHEMA), "The number of the file's shape.", default=SCHEMA)
    id: str = key(Text(200), "The SOP's name for programs.", default="unnamed")
    version: str = key(Text(200), "The SOP's version.", default="")
    source: str = _source()
    lifecycle: Lifecycle = key(Table(Lifecycle), "How cases are closed.", factory=Lifecycle)
    channels: Channels = key(Table(Channels), "What each channel takes.", factory=Channels)
    queues: Mapping[str, Queue] = key(
        Named(Table(Queue)),
        "The routing queues; a case enters the first whose filters take it.",
        factory=lambda: {"general": Queue(fallback=True)},
    )
    approval: Approval = key(Table(Approval), "How drafts are approved.", factory=Approval)
    reopening: Reopening = key(Table(Reopening), "Where reopened cases go.", factory=Reopening)
    tags: Tags = key(Table(Tags), "Tags on cases and messages.", factory=Tags)
    sentiment: Sentiment = key(Table(Sentiment), "The sentiment of messages.", factory=Sentiment)
    enforcement: Mapping[str, Enforcement] = key(
        Named(Choice(Enforcement)),
        "Rules, by id, that are only warned about or switched off; every other rule blocks.",
        factory=dict,
    )

    def __attrs_post_init__(self) -> None:
        problems = _contradictions(self)
        if problems:
            raise PolicyError("policy", problems)

    def mode(self, rule: str) -> Enforcement:
        """How strictly the rule with this id is kept."""
        return self.enforcement.get(rule, Enforcement.BLOCK)

    def queue_for(self, channel: Channel, reason: str | None, language: str | None) -> str:
        """The queue a new case enters: the first whose filters take it, else the fallback queue."""
        for name, queue in self.queues.items():
            if not queue.fallback and queue.takes(channel, reason, language):
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
    if not policy.lifecycle.close_from:
        problems.append(Problem("lifecycle.close_from", "no case could ever be closed", "at least one status"))
    for rule in policy.enforcement:
        if rule not in SWITCHABLE:
            expected = "a rule that may be softened: " + ", ".join(sorted(SWITCHABLE))
            remedy = did_you_mean(rule, SWITCHABLE)
            problems.append(Problem(f'enforcement."{rule}"', "cannot be softened", expected, remedy))
    return tuple(problems)
