"""The tables about a case: how it is closed and reopened, how a draft on it is approved, what is marked on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from casecore.policies.kinds import Choice, Flag, Length, Named, OrNone, Several, Whole, a_source, key, section
from casecore.statuses import Status


class Role(StrEnum):
    """Who somebody is to a case."""

    ASSIGNEE = "assignee"
    OWNER = "owner"
    SUPERVISOR = "supervisor"


class TagRole(StrEnum):
    """Who may change a tag at which the policy looks."""

    ASSIGNEE = "assignee"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


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
        "Who may close a case by hand, or as spam; the owner, where nobody holds it.",
        default=tuple(Role),
    )
    close_after: Mapping[Status, timedelta] = key(
        Named(Length(), Status),
        "How long a case stays in a status before it is closed automatically; statuses not named wait for ever.",
        factory=lambda: {Status.RESOLVED: timedelta(hours=48)},
    )
    close_unanswered: bool = key(
        Flag(),
        "Whether a case may be closed automatically whose customer waits for an answer.",
        default=False,
        rules=("lifecycle.close_after",),
    )
    source: str = a_source()


class ReopenTo(StrEnum):
    """Where a case goes that nobody holds when its customer writes again."""

    QUEUE = "queue"
    OWNER_IF_ELIGIBLE = "owner_if_eligible"


@section
class Reopening:
    """Where a case goes when its customer writes again and nobody holds it."""

    to: ReopenTo = key(
        Choice(ReopenTo), "Its queue, or its last agent if they can take it now.", default=ReopenTo.QUEUE
    )
    source: str = a_source()


@section
class Snooze:
    """Cases that sleep until an instant."""

    allowed: bool = key(Flag(), "Whether cases may be snoozed.", default=True)
    longest: timedelta | None = key(
        OrNone(Length(), "no limit"), "The longest time for which a case is snoozed.", default=None
    )
    source: str = a_source()


@section
class Commitments:
    """Follow-ups that somebody promised."""

    follow_case: bool = key(
        Flag(),
        "Whether a promise is kept by whoever holds its case, or held it last, and not by who made it.",
        default=False,
        rules=("commitment.agent",),
    )
    source: str = a_source()


class OnCustomerMessage(StrEnum):
    """What a waiting draft becomes when the customer writes."""

    KEEP = "keep"
    SUPERSEDE = "supersede"


@section
class Approval:
    """How drafts are approved."""

    self_approval: bool = key(Flag(), "Whether an author may approve their own draft.", default=False)
    on_customer_message: OnCustomerMessage = key(
        Choice(OnCustomerMessage),
        "Whether a draft is kept (marked stale) or superseded when the customer writes.",
        default=OnCustomerMessage.KEEP,
        rules=("approval.stale",),
    )
    source: str = a_source()


@section
class Tags:
    """Tags on cases and messages."""

    enabled: bool = key(Flag(), "Whether agents may tag.", default=True)
    limit: int = key(Whole(1, 100), "The most tags one case may carry, and one message.", default=20, unit="tags")
    restricted_to: tuple[TagRole, ...] = key(
        Several(Choice(TagRole)),
        "Who may set and remove, on a case, a tag at which an override or a queue looks.",
        default=(TagRole.SUPERVISOR, TagRole.SYSTEM),
        rules=("tags.restricted_to",),
    )
    source: str = a_source()


@section
class Sentiment:
    """The sentiment of messages."""

    manual: bool = key(Flag(), "Whether agents may set the sentiment of a message by hand.", default=True)
    source: str = a_source()
