"""The audit itself: rows in, and what became of each rule, with its denominators.

Every row is judged and the desk goes on (`judge.py`). What is kept of a row is little, so that a log may be as long
as it likes: its breaches, and how often each rule was kept, broken or unknown, in all and for each agent, queue,
channel, hour and day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final, TypeAlias

from attrs import define, frozen

from casecore.audit.judging.fold import ToldDesk, untold_fields
from casecore.audit.judging.judge import Judge, RowJudgement, RuleOutcome
from casecore.audit.judging.knowledge import FieldsOf, Knowledge
from casecore.audit.judging.obligations import Obligations
from casecore.audit.judging.subjects import Subjects
from casecore.audit.judging.supposing import NOBODY
from casecore.audit.judging.untold import UNTOLD, field_names, told_value
from casecore.audit.logs.log_rows import STATUS, LogRow
from casecore.kernel import Command, Enforcement, Event, Reason, Rule, Setting
from casecore.kernel.values import kind_of
from casecore.policies import Policy
from casecore.rooms.agents import AddAgent, ChangeAgent
from casecore.rooms.cases import Case
from casecore.rooms.composition import HOUSE, House
from casecore.statuses import NEW

NOT_TOLD: Final = "not told"
"""Where rows are counted of which something is not told."""


class Side(StrEnum):
    """What is counted apart."""

    AGENT = "agent"
    QUEUE = "queue"
    CHANNEL = "channel"
    HOUR = "hour"
    DAY = "day"


@frozen
class Violation:
    """A rule that was broken at a row.

    Attributes:
        rule: The rule's id.
        row: The number of the row in the log, from 1.
        at: When (aware, UTC).
        what: What the row says that was done: the name of the command or event.
        case: On which case; None where on none, or it is not told.
        agent: By whom; None where by nobody of the desk, or it is not told.
        queue: The queue of the case then, if it is told; likewise `channel`.
        message: What was found, with what was measured and the limit.
        remedy: What would have been legal.
        measured: What was measured, where the rule has a limit: seconds, or a count; None where it has none.
        limit: The limit.
        setting: The key of the policy that sets the rule, with its line; None where none does.
        warns: Whether the policy only warns of it.
    """

    rule: str
    row: int
    at: datetime
    what: str
    case: str | None
    agent: str | None
    queue: str | None
    channel: str | None
    message: str
    remedy: str = ""
    measured: float | None = None
    limit: float | None = None
    setting: Setting | None = None
    warns: bool = False


@define
class Count:
    """How often a rule was kept, broken and unknown, of all occasions that concern it."""

    kept: int = 0
    broken: int = 0
    unknown: int = 0

    @property
    def occasions(self) -> int:
        """How often it was put to the test, as far as the log tells."""
        return self.kept + self.broken + self.unknown

    def add(self, outcome: RuleOutcome, times: int) -> None:
        """Count an outcome so many times more."""
        setattr(self, outcome.value, getattr(self, outcome.value) + times)


Counts: TypeAlias = dict[str, Count]
"""By the id of the rule."""

Met: TypeAlias = tuple[tuple[str, RuleOutcome], ...]
"""What is said of each rule that concerns a row. Few different things are, so that each is kept once, with a number."""


@frozen
class Telling:
    """What a log tells wholly, and what may have happened beside it.

    Attributes:
        commands: The classes of commands that may have been given without a row.
        fields: The fields of a case that the log tells wholly.
        begins_whole: Whether every case begins with its first row; False: it may have begun before.
    """

    commands: frozenset[type[Command]]
    fields: frozenset[str] = frozenset()
    begins_whole: bool = True

    @classmethod
    def of(
        cls,
        house: House,
        tells: Collection[str] = (),
        none: Collection[str] = (),
        fields: Collection[str] = (),
        *,
        begins_whole: bool = True,
        roster: bool = False,
    ) -> Telling:
        """What a map says.

        Args:
            house: The rooms.
            tells: The names of the commands of which every one is in the log.
            none: The names of rooms and commands of which nothing happened beside what the log tells.
            fields: The fields of a case that the log tells wholly.
            begins_whole: Whether every case begins with its first row.
            roster: Whether it is known who works there, and what they may.
        """
        known = {*tells, *none}
        rooms = {command for room in house.rooms if room.name in known for command in room.decide}
        staffed = {AddAgent, ChangeAgent} if roster else set[type[Command]]()
        untold = (c for c in house.commands if c.__name__ not in known and c not in rooms and c not in staffed)
        return cls(frozenset(untold), frozenset(fields), begins_whole)


class Auditor:
    """Judges the rows of one log, in the order in which they happened.

    Args:
        policy: The SOP by which they are judged.
        telling: What the log tells wholly.
        house: The rooms.
        skew: By how much clocks may differ: what is broken by no more than that is unknown.
        since: From when on (aware) breaches are told and counted; what happened before is only taken in.
        zone: The zone of the hours and days that are counted.
        only: The ids of the rules that are told; None: all.

    Attributes:
        happened: The events of the last row.
    """

    def __init__(
        self,
        policy: Policy,
        telling: Telling,
        house: House = HOUSE,
        *,
        skew: timedelta = timedelta(),
        since: datetime | None = None,
        zone: tzinfo = UTC,
        only: Collection[str] | None = None,
    ) -> None:
        self.policy, self.house = policy, house
        self._skew = skew.total_seconds()
        self._since, self._zone, self._only = since, zone, only
        knowledge = Knowledge(house)
        events = frozenset(event for command in telling.commands for event in knowledge.events_of(command))
        adopted = house_tables(knowledge) if not telling.begins_whole else knowledge.tables_begun_by(events)
        told: FieldsOf = {Case: telling.fields}
        stays = untold_fields(knowledge, events, told)
        self.desk = ToldDesk(knowledge, stays, told, adopted, knowledge.records_ended_by(events))
        self._judge = Judge(policy, self.desk, knowledge, None if only is None else frozenset(only))
        self._subjects = Subjects(knowledge)
        self.obligations = Obligations(policy, self.desk)
        self.rows = 0
        self.happened: tuple[Event, ...] = ()
        self.first_at: datetime | None = None
        self.begun_in_mid_life = 0
        self.unknown_for: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._met: dict[Met, int] = {}
        self._tally: Counter[int] = Counter()
        self._sides: dict[Side, Counter[tuple[Any, int]]] = {side: Counter() for side in Side}

    # Rows ----------------------------------------------------------------------------------------------

    def see(self, row: LogRow) -> tuple[Violation, ...]:
        """Judge a row.

        Returns:
            What it breaks.
        """
        self.rows += 1
        self.happened = ()
        if self.first_at is None:
            self.first_at = row.at
        self.desk.now = row.at
        begins = row.what == STATUS and self._meet(row)
        subject = None if begins else self._subjects.of(row, self.desk)
        breaches = () if subject is None else self._judged(subject, row)
        if row.what == STATUS:
            self._stand(row)
        return breaches

    def see_command(self, command: Command | Event, number: int = 0) -> tuple[Violation, ...]:
        """Judge a command of which all is told."""
        names = field_names(type(command))
        told = {name: getattr(command, name) for name in names if name != "at"}
        return self.see(LogRow(number, command.at, type(command).__name__, told))

    def _meet(self, row: LogRow) -> bool:
        """Take in a case that is met for the first time; whether it begins with this row."""
        case = row.told["case"]
        if case in self.desk.tables["cases"]:
            return False
        known = {name: value for name, value in {**row.beside, **row.told}.items() if name in _LASTING}
        begins = row.told.get("status") is NEW
        if begins:
            known["status"] = NEW
        else:
            self.begun_in_mid_life += 1
        self.desk.adopt_case(case, **known)
        return begins

    def _stand(self, row: LogRow) -> None:
        """Let a case have the status that its row tells."""
        status = row.told.get("status", UNTOLD)
        if status is UNTOLD:
            self.desk.forget_case(row.told["case"], "status")
        else:
            self.desk.tell_case(row.told["case"], status=status)

    def _judged(self, subject: Command | Event, row: LogRow) -> tuple[Violation, ...]:
        judgement = self._judge.judge(subject)
        counted = self._since is None or row.at >= self._since
        breaches = self._told(judgement, row) if counted else ()
        self._judge.go_on(judgement)
        self.happened = judgement.events
        self.obligations.see(judgement.events)
        return breaches

    def _told(self, judgement: RowJudgement, row: LogRow) -> tuple[Violation, ...]:
        subject, view = judgement.subject, judgement.view
        outcomes, broken = judgement.outcomes, judgement.broken
        if broken and self._skew:
            broken = tuple(reason for reason in broken if not self._within_skew(reason, outcomes, judgement.unknown))
        if self._only is not None:
            outcomes = {rule: outcome for rule, outcome in outcomes.items() if rule in self._only}
            broken = tuple(reason for reason in broken if reason.rule in self._only)
        for rule, missing in judgement.unknown.items():
            self.unknown_for[rule][missing] += 1
        met = self._met.setdefault(tuple(outcomes.items()), len(self._met))
        self._tally[met] += 1
        who = told_value(subject, "by")
        agent = None if who is None or who in NOBODY else who
        case = told_value(view, "case")
        queue, channel = (
            row.told.get(name) or row.beside.get(name) or (None if case is None else told_value(case, name))
            for name in ("queue", "channel")
        )
        local = row.at.astimezone(self._zone)
        sides = self._sides
        sides[Side.AGENT][agent or (who if who is not None else NOT_TOLD), met] += 1
        sides[Side.QUEUE][queue or NOT_TOLD, met] += 1
        sides[Side.CHANNEL][channel or NOT_TOLD, met] += 1
        sides[Side.HOUR][local.hour, met] += 1
        sides[Side.DAY][local.date(), met] += 1
        if not broken:
            return ()
        of = row.told.get("case") or (None if case is None else told_value(case, "id"))
        what = kind_of(subject).__name__
        place = {"case": of, "agent": agent, "queue": queue, "channel": channel}
        return tuple(self._breach(reason, row, what, place) for reason in broken)

    def _breach(self, reason: Reason, row: LogRow, what: str, place: dict[str, Any]) -> Violation:
        return Violation(
            reason.rule,
            row.number,
            row.at,
            what,
            **place,
            message=reason.message,
            remedy=reason.remedy,
            measured=reason.measured,
            limit=reason.limit,
            setting=next(iter(reason.settings), None),
            warns=self.policy.mode(reason.rule) is Enforcement.WARN,
        )

    def _within_skew(self, reason: Reason, outcomes: dict[str, RuleOutcome], unknown: dict[str, str]) -> bool:
        """Whether a rule is broken by so little that the clocks may have made it so; then it is unknown."""
        if "seconds" not in reason.facts or reason.measured is None or reason.limit is None:
            return False
        if abs(reason.measured - reason.limit) > self._skew:
            return False
        outcomes[reason.rule], unknown[reason.rule] = RuleOutcome.UNKNOWN, "clock skew"
        return True

    # What was counted ----------------------------------------------------------------------------------

    @property
    def counts(self) -> Counts:
        """How often each rule was kept, broken and unknown."""
        return self._counted(self._tally.items())

    def counts_by(self, side: Side) -> dict[str, Counts]:
        """The same for each agent, queue, channel, hour (of the zone, 00 to 23) or day."""
        apart: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for (value, met), times in self._sides[side].items():
            apart[f"{value:02}" if side is Side.HOUR else str(value)].append((met, times))
        return {value: self._counted(several) for value, several in sorted(apart.items())}

    def _counted(self, several: Iterable[tuple[int, int]]) -> Counts:
        answers = [*self._met]
        counts: defaultdict[str, Count] = defaultdict(Count)
        for met, times in several:
            for rule, outcome in answers[met]:
                counts[rule].add(outcome, times)
        return dict(sorted(counts.items()))

    @property
    def rules(self) -> Mapping[str, Rule[Any]]:
        """Every rule that could concern a row, by id."""
        brought = self.house.brought_by(self.policy).rules
        return {rule.id: rule for rule in (*self.house.needs, *self.house.rules, *brought) if rule.id != "time.order"}


_LASTING: Final = frozenset({"channel", "customer", "thread", "queue", "language", "reason"})
"""What is told of a case beside its status, and kept as it begins."""


def house_tables(knowledge: Knowledge) -> frozenset[str]:
    """Every table in which something may lie from before the log."""
    return frozenset(place.table for place in knowledge.house.places.values())
