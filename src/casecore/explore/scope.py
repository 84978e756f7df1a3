"""Scopes: what a search covers. A cast, and the commands in play.

All commands of a desk with many cases make more states than anybody can visit, so a scope says which question it is
about: one case with everything that can be said on its channel, or many cases with the commands that change load. What
is proved is proved of the scope, and every report says so.

* The **team** is brought to the desk by commands of its own, given before anything else.
* A **part** is one case, with its thread and customer, and the commands about it. Its `copies` are cases that differ
  in nothing but their ids; they are interchangeable, so states that only swap them are one.
* **Team commands** name no case.
* Commands are given at `NOON`; when they really are given is found when a story is told (`traces.py`). Ids in them
  may be used again: a story gives each message its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import attrs
from attrs import field

from casecore.kernel import Command
from casecore.policies import Policy
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.edits import ChangesMessage

NOON: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""The instant at which every state of a search stands."""

SECOND: Final = timedelta(seconds=1)

WORDS: Final = frozenset({"last_words", "case_page.heard"})
"""Which message of a case came last."""

WORDS_BEFORE: Final = frozenset({"last_words.before", "last_words.replies"})
"""What came before it, and who of us replied: what a refusal tells besides."""

ASKED_BEFORE: Final = frozenset({"case.asked_before", "case.answers_before", "clocks.before"})
"""What was asked before the last question, and which message answered it: since when a customer waits again."""

NOTED: Final = frozenset({"case.attributes", "case.notes", "noted_page"})
"""What is noted of a case, at which only rules of a team's own look."""

UNASKED: Final = (
    WORDS
    | WORDS_BEFORE
    | ASKED_BEFORE
    | NOTED
    | {"clocks", "case.answers", "case.asked_since", "case_page.answers", "case_page.asked_us"}
)
"""What a scope leaves apart that is not about it: service clocks, which message answered which, which came last, and
what is noted."""

ROWS_OF_A_CASE: Final = ("case", "thread", "customer", "into", "new_case")
"""The fields of a command that name what belongs to one case."""

OWN_IDS: Final = (*ROWS_OF_A_CASE, "draft", "note", "commitment")
"""The fields of a command that name rows which every copy of a case has for itself."""


def ids_named(command: Command, fields: tuple[str, ...]) -> frozenset[str]:
    """The ids that a command gives in these of its fields."""
    said = {getattr(command, name, None) for name in fields}
    return frozenset(row_id for row_id in said if isinstance(row_id, str))


def _messages_named(command: Command) -> frozenset[str]:
    """The ids of messages that a command names and does not bring: one that failed, that was seen last, or edited."""
    failed = {command.message} if isinstance(command, DeliveryFailed) else set[str]()
    if isinstance(command, ChangesMessage):
        return frozenset({command.message})
    seen = {getattr(command, name, None) for name in ("seen", "seen_message")}
    return frozenset(failed | {message for message in seen if isinstance(message, str)})


@attrs.frozen(slots=False)
class Part:
    """A case of the cast, and what may be done about it.

    Attributes:
        commands: Everything in play about this case; they name one case, one thread and one customer.
        copies: How many such cases there are.
    """

    commands: tuple[Command, ...] = field(repr=False)
    copies: int = 1

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the case, its thread and its customer."""
        return frozenset().union(*(ids_named(command, ROWS_OF_A_CASE) for command in self.commands))

    @cached_property
    def every_id(self) -> frozenset[str]:
        """The ids that every copy of the case has for itself, and those of messages that somebody names later."""
        return frozenset().union(*(ids_named(command, OWN_IDS) | _messages_named(command) for command in self.commands))

    @property
    def case(self) -> str:
        """The id of the case."""
        return next(
            iter(sorted(frozenset().union(*(ids_named(command, ("case", "new_case")) for command in self.commands))))
        )

    @property
    def kept_messages(self) -> frozenset[tuple[str, str]]:
        """The threads and ids of messages that are kept: a draft's must be sent once, others are named later."""
        threads = frozenset[str]().union(*(ids_named(command, ("thread",)) for command in self.commands))
        drafts = frozenset[str]().union(*(ids_named(command, ("draft",)) for command in self.commands))
        named = frozenset[str]().union(*(_messages_named(command) for command in self.commands))
        return frozenset((thread, message) for thread in threads for message in drafts | named)


@attrs.frozen(slots=False)
class Scope:
    """What a search covers.

    Attributes:
        name: What it is called in reports.
        team: The commands that bring the team to the desk, in order.
        parts: The cases.
        commands: What the team may do without a case in hand.
        apart: Sheets (`clocks`) and fields (`offers.asked`) that nothing in question depends on.
        at_most: Counters (`contact.attempts`) and where counting further changes nothing in question.
        lowered: How much lower limits of the policy are in it, by their keys, because they are above the size of the
            cast; why that proves as much is told in `docs/decisions/0025-limits-above-the-cast.md`.
        rules: The ids of the policy's own rules that are in force in it. The others are put aside: they only refuse,
            so what holds without them holds with them (`docs/decisions/0043-own-rules-are-searched-apart.md`).
    """

    name: str
    team: tuple[Command, ...] = field(repr=False)
    parts: tuple[Part, ...]
    commands: tuple[Command, ...] = field(default=(), repr=False)
    apart: frozenset[str] = UNASKED
    at_most: Mapping[str, int] = field(factory=dict, hash=False)
    lowered: Mapping[str, int] = field(factory=dict, hash=False)
    rules: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """About how long a search of it takes, beside others: the more commands there are in it, the longer."""
        return len(self.commands) + sum(len(part.commands) for part in self.parts)

    def policy_here(self, policy: Policy) -> Policy:
        """The policy as it is searched in this scope."""
        return policy.with_own_rules(self.rules).with_lower_limits(self.lowered)

    @cached_property
    def cast(self) -> str:
        """Who is there, in words."""
        cases = sum(part.copies for part in self.parts)
        agents = len({getattr(command, "agent", None) for command in self.team} - {None})
        lower = f", limits lower by {max(self.lowered.values())}" if self.lowered else ""
        return f"{cases} {'case' if cases == 1 else 'cases'}, {agents} {'agent' if agents == 1 else 'agents'}{lower}"


def copy_of(value: Any, ids: frozenset[str], copy: int) -> Any:
    """A command or id as another copy of the case would have it: the copies' ids are numbered from the second on."""
    if isinstance(value, str):
        return f"{value}-{copy + 1}" if copy and value in ids else value
    changed = {
        name: copy_of(getattr(value, name), ids, copy)
        for name in OWN_IDS
        if isinstance(getattr(value, name, None), str)
    }
    return attrs.evolve(value, **changed) if copy else value
