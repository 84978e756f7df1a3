"""Pseudonyms: agents and customers of a log called otherwise, the same wherever they stand, before anything is judged.

A name is `agent-7f3a9c21`: what somebody is, and the beginning of a keyed hash (HMAC-SHA256) of their id. The same key
gives the same names, so that reports of two months can be compared; without the key nobody gets back to an id, not even
by trying all that there are. As every row is renamed before it is judged, a report, its counts, its sentences, and a
story know no other names.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.audit.logs.log_map import RosterAgent
from casecore.audit.logs.log_rows import LogRow
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.rooms.commitments import CommitmentTaken
from casecore.rooms.merging import CustomerExtended, CustomerMerged, MergeCustomers

SHORTEST_KEY: Final = 8
"""How many characters a key has at least: a shorter one is soon found by trying."""

_DIGITS: Final = {"agent": 8, "customer": 12, "thread": 12, "case": 12}
"""How many digits of the hash a name has: of millions hardly two are called the same."""

_AGENTS: Final = (
    *("by", "agent", "assignee", "owner", "author", "reviewer"),
    *("duty_of", "offered_to", "review_to", "earlier_handler"),
)
_PEOPLE: Final = {
    **dict.fromkeys(_AGENTS, "agent"),
    **dict.fromkeys(("customer", "participant"), "customer"),
    **dict.fromkeys(("thread", "threads", "left"), "thread"),
}
"""The fields that hold the id of somebody, or several, and what these are: a thread may be called like a telephone."""

_CASES: Final = dict.fromkeys(("case", "new_case", "successor", "predecessor", "into", "merged"), "case")
"""The fields that hold the id of a case."""

_OTHERWISE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        MergeCustomers.__name__: {"into": "customer"},
        CustomerMerged.__name__: {"into": "customer"},
        CustomerExtended.__name__: {"merged": "customer"},
        CommitmentTaken.__name__: {"was": "agent"},
    }
)
"""What fields hold in these commands and events, where that is something else."""


class Pseudonyms:
    """Who is called how.

    Args:
        key: What the names are made with.
        cases: Whether cases are called otherwise, too.

    Raises:
        ValueError: When the key is too short.
    """

    def __init__(self, key: str, *, cases: bool = False) -> None:
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"the key has {len(key)} characters; give at least {SHORTEST_KEY}")
        self._key = key.encode("utf-8", "surrogateescape")
        self._cases = cases
        self._known: dict[tuple[str, str], str] = {}
        self._by_what: dict[str, Mapping[str, str]] = {}
        self._called: dict[str, str] = {"": ""}
        self._agents: tuple[int, re.Pattern[str], dict[str, str]] = (0, re.compile("(?!)"), {})

    def name(self, kind: str, real: str) -> str:
        """What somebody is called: `customer` and `system` as ever, all others otherwise.

        Args:
            kind: `agent`, `customer`, `thread` or `case`.
            real: Their id.
        """
        if real in (CUSTOMER, SYSTEM):
            return real
        name = self._known.get((kind, real))
        if name is None:
            digest = hmac.digest(self._key, f"{kind}\0{real}".encode("utf-8", "surrogateescape"), "sha256").hex()
            name = self._known[kind, real] = f"{kind}-{digest[: _DIGITS[kind]]}"
        return name

    def case(self, real: str) -> str:
        """What a case is called."""
        return self.name("case", real) if self._cases else real

    def row(self, row: LogRow) -> LogRow:
        """A row in which everybody is called otherwise, by an id and by a name."""
        fields = self._fields_of(row.what)
        if isinstance(row.told.get("name"), str) and isinstance(row.told.get("agent"), str):
            self._called[row.told["name"]] = self.name("agent", row.told["agent"])
        return row._replace(told=self._renamed(row.told, fields), beside=self._renamed(row.beside, fields))

    def roster(self, roster: Mapping[str, RosterAgent]) -> Mapping[str, RosterAgent]:
        """A roster, likewise."""
        return {self.name("agent", agent): known for agent, known in roster.items()}

    def _fields_of(self, what: str) -> Mapping[str, str]:
        fields = self._by_what.get(what)
        if fields is None:
            told = {**_CASES, **_PEOPLE, **_OTHERWISE.get(what, {})}
            fields = {name: kind for name, kind in told.items() if self._cases or kind != "case"}
            self._by_what[what] = fields
        return fields

    def _renamed(self, told: Mapping[str, Any], fields: Mapping[str, str]) -> Mapping[str, Any]:
        return {name: self._value(name, value, fields) for name, value in told.items()}

    def _value(self, name: str, value: Any, fields: Mapping[str, str]) -> Any:
        if name == "name" and isinstance(value, str):
            return self._called.get(value, "")
        if name == "notes" and isinstance(value, str):
            return self._agents_renamed(value)
        if name not in fields or value is None:
            return value
        if isinstance(value, tuple):
            return tuple(self.name(fields[name], one) for one in value)
        return self.name(fields[name], value)

    def _agents_renamed(self, notes: str) -> str:
        """Notes in which the agents who are known so far are called otherwise: a rule looks for one of them there."""
        known = len(self._known) + len(self._called)
        if self._agents[0] != known:
            called = {**{real: name for (kind, real), name in self._known.items() if kind == "agent"}, **self._called}
            names = {real.casefold(): name for real, name in called.items() if real}
            words = "|".join(re.escape(real) for real in sorted(filter(None, called), key=len, reverse=True))
            self._agents = known, re.compile(rf"(?<!\w)({words})(?!\w)" if words else "(?!)", re.IGNORECASE), names
        _, pattern, names = self._agents
        return pattern.sub(lambda found: names[found[0].casefold()], notes)
