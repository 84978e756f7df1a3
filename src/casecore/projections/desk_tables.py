"""The picture of the desk: who holds what, what waits, which clocks run, and what was promised.

A desk shows those of its four tables that have rows:

* **cases**: who holds each, or where it waits since when and whom it is offered to; and who has its draft's review.
* **agents**: whether they take work, how much they have of what they may have, offers counted, and what they have to
  dispose.
* **clocks** of the cases that are not closed: those that run, the soonest due first, then those that were missed.
* **commitments** that stand, the soonest due first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from types import MappingProxyType
from typing import Final

from casecore.channels import Channel
from casecore.desk import AnyDesk
from casecore.kernel import frozen
from casecore.kernel.durations import duration_text, instant_text
from casecore.policies import Policy
from casecore.projections.inbox import keeper_of
from casecore.rooms.agents import Agent, Presence
from casecore.rooms.cases import Case, CloseReason
from casecore.rooms.clocks import Clock, ClockState
from casecore.rooms.composition import CaseFile
from casecore.rooms.offers import Offers
from casecore.statuses import Status

ROWS: Final = 20
"""How many rows of a list are shown; the rest are counted."""


@frozen
class DeskTable:
    """A table of the desk.

    Attributes:
        head: The titles of its columns.
        rows: The first rows.
        count: How many rows there are.
        folding: The titles of the columns whose cells are never cut.
    """

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    count: int
    folding: frozenset[str]


def desk_tables(desk: AnyDesk, *, clocks: bool = True) -> Iterator[DeskTable]:
    """The tables of a desk, as it is after its last step; a table may be empty.

    Args:
        desk: The whole desk.
        clocks: Whether the clocks are shown: each case is looked at for them.
    """
    now = desk.now or datetime.max.replace(tzinfo=UTC)  # a desk without a step has no rows either
    files = nsmallest(ROWS, desk.cases.values(), key=lambda file: (file.case.status is Status.CLOSED, file.case.id))
    head: tuple[str, ...] = ("case", "customer", "channel", "status", "held by, or waits in", "draft waits")
    folding = frozenset({"held by, or waits in", "draft waits"})
    yield DeskTable(head, [_case_row(file, desk, now) for file in files], len(desk.cases), folding)

    owed = defaultdict[str, list[str]](list)
    for row in desk.wrap_ups.values():
        owed[row.agent].append(row.case)
    agents = nsmallest(ROWS, desk.agents.values(), key=lambda agent: agent.id)
    rows = [
        (agent.id, _presence_text(agent), _load_text(agent, desk.policy.at(now)), _case_list(owed[agent.id]))
        for agent in agents
    ]
    head = ("agent", "takes work", "has", "has to dispose")
    yield DeskTable(head, rows, len(desk.agents), frozenset(head[1:]))

    running = list(_open_clocks(desk, now)) if clocks else []
    first = nsmallest(ROWS, running, key=_clock_urgency)
    rows = [(case, clock.name.replace("_", " "), _state_text(clock), _due_text(clock, now)) for case, clock in first]
    yield DeskTable(("case", "clock", "state", "due"), rows, len(running), frozenset({"due"}))

    promises = nsmallest(ROWS, desk.commitments.values(), key=lambda row: (row.due_at, row.id))
    promised = [
        (
            row.id,
            row.case,
            keeper_of(desk, row, now),
            instant_text(row.due_at, now) + (", overdue" if row.overdue(now) else ""),
            row.what,
        )
        for row in promises
    ]
    head = ("commitment", "case", "who", "due", "what")
    yield DeskTable(head, promised, len(desk.commitments), frozenset({"due", "what"}))


# Cases -------------------------------------------------------------------------------------------------


def _case_row(file: CaseFile, desk: AnyDesk, now: datetime) -> tuple[str, ...]:
    case, draft, offers = file.case, file.draft, file.offers or Offers()
    customer = desk.view_of(case.id).person or desk.customers.get(case.customer)
    name = (customer.name if customer is not None else None) or case.customer
    if draft is None:
        waiting = ""
    else:
        whose = f"with {draft.reviewer}" if draft.reviewer is not None else f"in {draft.queue}"
        waiting = f"{draft.id} {whose}{_offer_text(offers.review_to)}" + (", stale" if draft.stale else "")
    place = _place_text(case, now) + _offer_text(offers.offered_to)
    return case.id, name, case.channel.replace("_", " "), case.status, place, waiting


def _offer_text(to: str | None) -> str:
    return "" if to is None else f", offered to {to}"


def _place_text(case: Case, now: datetime) -> str:
    if case.assignee is not None:
        return case.assignee
    if case.waiting_since is not None:
        fetched = ", offered to nobody" if case.pull_only else ""
        if case.snoozed_until is not None:
            fetched = f", snoozed until {instant_text(case.snoozed_until, now)}"
        return f"{case.queue} since {instant_text(case.waiting_since, now)}{fetched}"
    if case.closed_as is not None:
        then = f", then {case.successor}" if case.successor is not None else ""
        return f"{_CLOSED[case.closed_as]}{then}"
    return "–"


_CLOSED: Final = MappingProxyType(
    {
        CloseReason.BY_HAND: "by hand",
        CloseReason.AUTOMATIC: "automatically",
        CloseReason.SPAM: "as spam",
        CloseReason.TRASHED: "as trash",
        CloseReason.ABANDONED: "as abandoned",
        CloseReason.MERGED: "as merged",
    }
)


# Agents ------------------------------------------------------------------------------------------------


def _presence_text(agent: Agent) -> str:
    if agent.presence is Presence.LOGGED_OUT:
        return "logged out"
    if agent.on_duty:
        if agent.next_reason is None:
            return "yes" if agent.available else "wrapping up"
        return f"no more, then {agent.next_reason}" if agent.next_reason else "no more"
    return f"no: {agent.reason}" if agent.reason else "no"


_SEVERAL: Final = MappingProxyType({Channel.CHAT: "chats", Channel.EMAIL: "emails", Channel.VOICE: "calls"})
"""What several contacts of a channel are called; those of the others by the channel."""


def _load_text(agent: Agent, policy: Policy) -> str:
    """What counts of what somebody has: by channel where there is a limit, and in total; offers count."""
    parts = []
    for channel in Channel:
        limit = agent.limit(channel, policy)
        has = agent.has_of(channel, policy)
        if has and limit is not None:
            parts.append(f"{has} of {limit} {_SEVERAL.get(channel, channel.replace('_', ' '))}")
    return ", ".join((*parts, f"{agent.has_in_total(policy)} of {agent.total_limit(policy)} in total"))


def _case_list(cases: Iterable[str]) -> str:
    named = sorted(cases)
    more = f" and {len(named) - ROWS:,} more" if len(named) > ROWS else ""
    return (", ".join(named[:ROWS]) + more) or "–"


# Clocks ------------------------------------------------------------------------------------------------


def _open_clocks(desk: AnyDesk, now: datetime) -> Iterator[tuple[str, Clock]]:
    """The clocks that run or were missed, of every case that is not closed."""
    for case, file in desk.cases.items():
        if file.case.status is Status.CLOSED:
            continue
        for clock in desk.clocks(case, now):
            if clock.state in {ClockState.RUNNING, ClockState.MISSED}:
                yield case, clock


def _clock_urgency(found: tuple[str, Clock]) -> tuple[bool, timedelta, str, str]:
    case, clock = found
    return clock.state is ClockState.MISSED, clock.remaining, case, clock.name


def _state_text(clock: Clock) -> str:
    if clock.state is ClockState.MISSED:
        return "missed"
    return "runs" if clock.due is not None else "paused"


def _due_text(clock: Clock, now: datetime) -> str:
    if clock.state is ClockState.MISSED:
        late = duration_text(-clock.remaining)
        return f"{late} late" if clock.due is None else f"{late} ago"
    left = f"{duration_text(clock.remaining)} left"
    return left if clock.due is None else f"{instant_text(clock.due, now)}, {left}"
