"""The life of a case: six statuses and the only ways between them.

* A case is **new** until its assignee opens it; then it is **open**. It is never new again.
* A reply is sent as **pending** (waiting for the customer), **escalated** (waiting for someone inside) or
  **resolved** (the agent thinks it is solved). The same may be set by hand, without a reply; setting the status that
  a case already has is refused.
* When the customer writes, a case that waits or is resolved is open again; so it is when a message of ours turns out
  not to have reached them. One that is new or open stays as it is.
* From everywhere a case can be **closed**, and closed is the end: the next message starts another case.

These edges are fixed. A policy can narrow them (who closes, and from where), never widen them.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from casecore.kernel.machines import StateTable


class Status(StrEnum):
    """Where a case is in its life."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"


NEW, OPEN, PENDING, ESCALATED, RESOLVED, CLOSED = Status
"""The statuses by themselves: rules that compare them find these ten times as fast as on the class."""


class Trigger(StrEnum):
    """What moves a case."""

    BEGIN_WORK = "begin_work"
    SEND_AS_PENDING = "send_as_pending"
    SEND_AS_ESCALATED = "send_as_escalated"
    SEND_AS_RESOLVED = "send_as_resolved"
    SET_OPEN = "set_open"
    SET_PENDING = "set_pending"
    SET_ESCALATED = "set_escalated"
    SET_RESOLVED = "set_resolved"
    CUSTOMER_MESSAGE = "customer_message"
    DELIVERY_FAILED = "delivery_failed"
    CLOSE = "close"


TITLES = MappingProxyType(
    {
        Status.NEW: {"en": "New", "pt": "Novo", "fr": "Nouveau"},
        Status.OPEN: {"en": "Open", "pt": "Aberto", "fr": "Ouvert"},
        Status.PENDING: {"en": "Pending", "pt": "Pendente", "fr": "En attente"},
        Status.ESCALATED: {"en": "Escalated", "pt": "Escalado", "fr": "Escaladé"},
        Status.RESOLVED: {"en": "Resolved", "pt": "Resolvido", "fr": "Résolu"},
        Status.CLOSED: {"en": "Closed", "pt": "Fechado", "fr": "Fermé"},
    }
)
"""The name of each status in each language."""

WORKED = (Status.OPEN, Status.PENDING, Status.ESCALATED, Status.RESOLVED)
"""The statuses of a case that somebody has begun to work on and that is not over."""

SENT_AS = MappingProxyType(
    {
        Status.PENDING: Trigger.SEND_AS_PENDING,
        Status.ESCALATED: Trigger.SEND_AS_ESCALATED,
        Status.RESOLVED: Trigger.SEND_AS_RESOLVED,
    }
)
"""The trigger of a reply, by the status it is sent as."""

SET_BY_HAND = MappingProxyType(
    {
        Status.OPEN: Trigger.SET_OPEN,
        Status.PENDING: Trigger.SET_PENDING,
        Status.ESCALATED: Trigger.SET_ESCALATED,
        Status.RESOLVED: Trigger.SET_RESOLVED,
    }
)
"""The trigger of setting a status by hand, by that status."""

CASE_LIFECYCLE = StateTable(
    "case life cycle",
    Status,
    initial=Status.NEW,
    final=(Status.CLOSED,),
    titles={status: names["en"] for status, names in TITLES.items()},
    edges=(
        (Trigger.BEGIN_WORK, Status.NEW, Status.OPEN),
        *((trigger, WORKED, status) for status, trigger in SENT_AS.items()),
        *(
            (trigger, tuple(source for source in WORKED if source is not status), status)
            for status, trigger in SET_BY_HAND.items()
        ),
        (Trigger.CUSTOMER_MESSAGE, (Status.PENDING, Status.ESCALATED, Status.RESOLVED), Status.OPEN),
        (Trigger.CUSTOMER_MESSAGE, (Status.NEW, Status.OPEN), None),
        (Trigger.DELIVERY_FAILED, (Status.PENDING, Status.ESCALATED, Status.RESOLVED), Status.OPEN),
        (Trigger.DELIVERY_FAILED, Status.OPEN, None),
        (Trigger.CLOSE, (Status.NEW, *WORKED), Status.CLOSED),
    ),
)
"""The table that `decide` reads, the diagrams are drawn from and `transitions` can run."""
