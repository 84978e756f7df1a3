"""The map of a log: which column holds what, how times are written, and what the log's words mean.

Nothing about a log is guessed. A map says it, in TOML, and is read as strictly as a policy: a key that does not exist,
a field that the house does not have, a word that means nothing is an error that says where it stands and what to write.

    [log]
    format = "csv"
    kind = "snapshots"                  # a row says how a case is then; "happenings": what happened then
    begins = "cut"                      # cases were under way when it begins; "complete": it has them from the start
    zone = "Europe/Lisbon"
    null = ["?"]

    [time]
    column = "sys_updated_at"
    format = "%d/%m/%Y %H:%M"

    [columns]
    case = "number"
    status = "incident_state"
    by = ["assigned_to", "sys_updated_by"]

    [words.status]
    "New" = "new"
    "Active" = "open"
    "-100" = "?"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

import attrs

from casecore.audit.errors import MapError
from casecore.audit.logs.map_files import merged_map, sources_of_map, sources_of_text, take_questions
from casecore.audit.logs.map_kinds import (
    ColumnNames,
    Columns,
    Constants,
    Delimiter,
    Encoding,
    Meaning,
    OrderColumn,
    OrderColumns,
    TimeFormat,
    WordTable,
    ZoneName,
)
from casecore.audit.logs.map_names import name_problems
from casecore.channels import Channel
from casecore.kernel.problems import Problem
from casecore.policies.calendars import find_zone
from casecore.policies.errors import PolicyError
from casecore.policies.files import parse_toml, read_text
from casecore.policies.kinds import (
    MISSING,
    Choice,
    Id,
    Length,
    Named,
    Several,
    Table,
    Text,
    Whole,
    key,
    section,
)
from casecore.policies.origins import Sources, locate_problems
from casecore.rooms.agents import Permission
from casecore.rooms.composition import HOUSE, House

ORDERS_MOST: Final = 10
"""How many columns may say which of several rows at one time came first."""


class LogFormat(StrEnum):
    """As what a log is stored."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    XES = "xes"
    OCEL = "ocel"
    TABLE = "table"


class LogKind(StrEnum):
    """What a row of a log says."""

    SNAPSHOTS = "snapshots"
    HAPPENINGS = "happenings"


class LogBegin(StrEnum):
    """How a log begins."""

    COMPLETE = "complete"
    CUT = "cut"


class AgentRole(StrEnum):
    """What an agent may do, in one word."""

    TRAINEE = "trainee"
    AGENT = "agent"
    APPROVER = "approver"
    SUPERVISOR = "supervisor"


_MAY: Final[Mapping[AgentRole, frozenset[Permission]]] = {
    AgentRole.TRAINEE: frozenset(),
    AgentRole.AGENT: frozenset({Permission.REPLY}),
    AgentRole.APPROVER: frozenset({Permission.REPLY, Permission.APPROVE}),
    AgentRole.SUPERVISOR: frozenset(Permission),
}


@section
class RosterAgent:
    """What is known of an agent whom a log names; what is not said here is not known."""

    role: AgentRole | None = key(
        Choice(AgentRole),
        "What they may do in one word: a trainee needs approval, an agent replies, an approver approves, too, and a "
        "supervisor supervises.",
        default=None,
    )
    permissions: tuple[Permission, ...] | None = key(
        Several(Choice(Permission)), "What they may do, instead of a role.", default=None
    )
    queues: tuple[str, ...] | None = key(Several(Id()), "The queues that they serve.", default=None)
    channels: tuple[Channel, ...] | None = key(
        Several(Choice(Channel)), "The channels that they serve; an empty list: every one.", default=None
    )
    capacity: Mapping[str, int] | None = key(
        Named(Whole()), "How much they may hold at once, by channel, and in total.", default=None
    )

    @property
    def may(self) -> frozenset[Permission] | None:
        """What they may do; None where that is not known."""
        if self.permissions is not None:
            return frozenset(self.permissions)
        return None if self.role is None else _MAY[self.role]


_ROSTER: Final = Named(Table(RosterAgent), most=100_000)


@attrs.frozen
class Roster:
    """A table from the ids of agents to what is known of them; or the path of a TOML file that is such a table."""

    describe = "a table of agents, or the path of a TOML file that is one"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A dict from agent to what is known."""
        return _ROSTER.read(value, path, problems)

    def look_at(self, value: Any, path: str, problems: list[Problem]) -> None:
        """Nothing: each agent was looked at when it was made."""

    def write(self, value: Mapping[str, RosterAgent]) -> Any:
        """A table."""
        return _ROSTER.write(value)

    def schema(self) -> dict[str, Any]:
        """The schema of what fits."""
        from casecore.policies.schema import schema_of_kind

        return {"anyOf": [{"type": "string", "minLength": 1}, schema_of_kind(_ROSTER)]}


@section
class LogSection:
    """What the log is."""

    format: LogFormat = key(
        Choice(LogFormat),
        "As what it is stored; csv and jsonl may be packed as gz, xes, too; a table is given by a program.",
    )
    kind: LogKind = key(
        Choice(LogKind),
        "What a row says: snapshots, how a case is from then on; happenings, what happened then.",
    )
    begins: LogBegin = key(
        Choice(LogBegin),
        "How it begins: complete, it has every case from its start; cut, cases were under way already.",
    )
    zone: str | None = key(
        ZoneName(), "The zone of times that do not say their offset; it must be said where they do not.", default=None
    )
    each: str | None = key(
        Text(1000, 1),
        "Of JSON: the path of a list in each object, like /events, of which each item is a row; the columns of what is "
        "around it begin with ../ then.",
        default=None,
    )
    null: tuple[str, ...] = key(
        Several(Text(1000)), "What stands in a cell of which nothing is known, beside nothing.", default=()
    )
    order: tuple[OrderColumn, ...] = key(
        Several(OrderColumns(), ORDERS_MOST),
        "The columns that say which of several rows at one time came first; after them, the order of the source.",
        default=(),
    )
    skew: timedelta = key(
        Length(timedelta()),
        "How far the clocks behind its times may be apart: what holds or breaks within that is not known.",
        default=timedelta(),
    )
    encoding: str = key(Encoding(), "How its text is stored (csv, jsonl).", default="utf-8")
    delimiter: str = key(Delimiter(), "What stands between the fields of a row (csv).", default=",")
    between: str | None = key(
        Text(10, 1),
        "What stands between several values in one cell, e.g. tags; where it is not said, a cell is one value or a "
        "JSON list.",
        default=None,
    )


@section
class TimeSection:
    """When it happened."""

    column: Columns = key(ColumnNames(), "Where the time of a row stands.")
    format: str = key(
        TimeFormat(),
        "How times are written: as ISO 8601 has it, in seconds or milliseconds since 1970, or as in Python's strptime. "
        "It is never guessed.",
    )


@section
class TellsSection:
    """What the log tells wholly, so that what is not in it did not happen."""

    fields: tuple[str, ...] = key(
        Several(Id()), "Fields that nothing changes without a row that says so, e.g. status.", default=()
    )
    commands: tuple[str, ...] = key(
        Several(Id()), "Commands of which every one is in the log, e.g. SendReply.", default=()
    )


@section
class AssumeSection:
    """What is taken for true of what the log does not tell."""

    none: tuple[str, ...] = key(
        Several(Id()),
        "Rooms and commands of which nothing happened beside what the log tells, e.g. offers.",
        default=(),
    )
    warm_up: timedelta = key(Length(timedelta()), "So long after the first row no breach is told.", default=timedelta())


@section
class AgentsSection:
    """Who the agents are, so that rules about what they may do can be judged."""

    roster: Mapping[str, RosterAgent] = key(
        Roster(), "What is known of each agent: role or permissions, queues, channels, capacity.", factory=dict
    )


@section
class LogMap:
    """The map of a log.

    Raises:
        MapError: When it is read, and anything in it is wrong.
    """

    log: LogSection = key(Table(LogSection), "What the log is.")
    time: TimeSection = key(Table(TimeSection), "When it happened.")
    columns: Mapping[str, Columns] = key(
        Named(ColumnNames()),
        "Where each field stands: case, by, status, agent, queue, what, or any other field of a command or an event.",
        factory=dict,
    )
    constant: Mapping[str, Any] = key(
        Constants(), "Fields that are the same in every row, in the words of the house.", factory=dict
    )
    words: Mapping[str, Mapping[str, Meaning]] = key(
        Named(WordTable()), "For each field, the words of the log and what they mean.", factory=dict
    )
    tells: TellsSection = key(Table(TellsSection), "What the log tells wholly.", factory=TellsSection)
    assume: AssumeSection = key(
        Table(AssumeSection), "What is taken for true of what the log does not tell.", factory=AssumeSection
    )
    agents: AgentsSection = key(Table(AgentsSection), "Who the agents are.", factory=AgentsSection)

    sources: Sources = attrs.field(default=(), init=False, eq=False, repr=False)
    """The files it was read from, nearest first."""

    house: House = attrs.field(default=HOUSE, init=False, eq=False, repr=False)
    """The house whose words it speaks."""

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times that do not say their offset; None where it is not said."""
        return None if self.log.zone is None else find_zone(self.log.zone, [])

    @property
    def named_columns(self) -> Mapping[str, str]:
        """Every column that it names, and the first place where it does."""
        found = dict.fromkeys(self.time.column.names, "time.column")
        for field, columns in self.columns.items():
            for name in columns.names:
                found.setdefault(name, f"columns.{field}")
        for ordering in self.log.order:
            found.setdefault(ordering.name, "log.order")
        return found

    @property
    def roster(self) -> Mapping[str, RosterAgent]:
        """What is known of each agent."""
        return self.agents.roster

    # Reading -------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: str | Path, house: House = HOUSE) -> Self:
        """Read a map from a file, or one that ships by its name.

        Args:
            path: The file, or e.g. `servicenow`.
            house: The house whose words it speaks.

        Raises:
            MapError: When it cannot be read or anything in it is wrong; it lists every problem.
        """
        return cls._of_sources(sources_of_map(path), house)

    @classmethod
    def loads(cls, text: str, name: str = "<text>", house: House = HOUSE) -> Self:
        """Read a map from TOML.

        Raises:
            MapError: When anything in it is wrong; it lists every problem.
        """
        return cls._of_sources(sources_of_text(text, name), house)

    @classmethod
    def _of_sources(cls, sources: Sources, house: House) -> Self:
        plain = merged_map(sources)
        problems = [*take_questions(plain, sources)]
        asked = {problem.path for problem in problems}
        told: list[Problem] = []
        _take_roster(plain, sources)
        read = Table(cls).read(plain, "", told)
        problems += (problem for problem in told if problem.path not in asked)
        if not problems:
            problems += name_problems(read, house)
        if problems:
            raise MapError(sources[0].name, locate_problems(problems, sources))
        object.__setattr__(read, "sources", sources)
        object.__setattr__(read, "house", house)
        return read  # type: ignore[no-any-return]  # kinds read anything


def _take_roster(plain: dict[str, Any], sources: Sources) -> None:
    """Put the table of agents in the place of the file that it is in.

    Raises:
        MapError: When that cannot be read, or anything in it is wrong.
    """
    agents = plain.get("agents")
    named = agents.get("roster") if isinstance(agents, dict) else None
    if not isinstance(named, str) or not isinstance(agents, dict):
        return
    saying = next(source for source in sources if source.origin("agents.roster") is not None)
    path = Path(saying.name).parent / named
    problems: list[Problem] = []
    try:
        source = parse_toml(read_text(path), str(path))
    except PolicyError as error:
        found = error.problems[0]
        if not found.origins:
            found = attrs.evolve(found, path="agents.roster", message=f"{path} {found.message}")
        raise MapError(sources[0].name, locate_problems((found,), sources)) from None
    if _ROSTER.read(source.plain, "", problems) is MISSING:
        raise MapError(sources[0].name, locate_problems(problems, (source,)))
    agents["roster"] = source.plain
