"""The audit itself: rows in, and what became of each rule, with its denominators.

Every row is judged and the desk goes on (`judge.py`). What is kept of a row is little, so that a log may be as long
as it likes: its breaches, and what is counted of it (`tally.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from attrs import frozen

from casecore.audit.judging.fold import ToldDesk, untold_fields
from casecore.audit.judging.judge import Judge, RowJudgement, RuleOutcome
from casecore.audit.judging.knowledge import FieldsOf, Knowledge
from casecore.audit.judging.obligations import Obligations
from casecore.audit.judging.subjects import Subjects
from casecore.audit.judging.supposing import NOBODY
from casecore.audit.judging.tally import RuleTally
from casecore.audit.judging.untold import UNTOLD, field_names, told_value
from casecore.audit.logs.log_rows import STATUS, LogRow
from casecore.kernel import Command, Enforcement, Event, Reason, Setting
from casecore.kernel.values import kind_of
from casecore.policies import Policy
from casecore.rooms.agents import AddAgent, ChangeAgent
from casecore.rooms.cases import Case
from casecore.rooms.composition import HOUSE, House
from casecore.statuses import NEW

NOT_TOLD: Final = "not told"
"""Where rows are counted of which something is not told."""


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
        tally: What was counted.
        obligations: What somebody had to do.
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
        self.desk = desk_told_by(telling, house)
        knowledge = self.desk.knowledge
        self._judge = Judge(policy, self.desk, knowledge, None if only is None else frozenset(only))
        self._subjects = Subjects(knowledge)
        self.obligations = Obligations(policy, self.desk)
        self.happened: tuple[Event, ...] = ()
        self.tally = RuleTally()

    # Rows ----------------------------------------------------------------------------------------------

    def see(self, row: LogRow) -> tuple[Violation, ...]:
        """Judge a row.

        Returns:
            What it breaks.
        """
        self.tally.see(row.at)
        self.happened = ()
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
            self.tally.begun_in_mid_life += 1
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
        who = told_value(subject, "by")
        agent = None if who is None or who in NOBODY else who
        case = told_value(view, "case")
        queue, channel = (
            row.told.get(name) or row.beside.get(name) or (None if case is None else told_value(case, name))
            for name in ("queue", "channel")
        )
        local = row.at.astimezone(self._zone)
        by = agent or (who if who is not None else NOT_TOLD)
        values = (by, queue or NOT_TOLD, channel or NOT_TOLD, local.hour, local.date())
        self.tally.note(outcomes, judgement.unknown, values)
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


_LASTING: Final = frozenset({"channel", "customer", "thread", "queue", "language", "reason"})
"""What is told of a case beside its status, and kept as it begins."""


def desk_told_by(telling: Telling, house: House) -> ToldDesk:
    """A desk of which a log has told nothing yet."""
    knowledge = Knowledge(house)
    events = frozenset(event for command in telling.commands for event in knowledge.events_of(command))
    adopted = house_tables(knowledge) if not telling.begins_whole else knowledge.tables_begun_by(events)
    told: FieldsOf = {Case: telling.fields}
    stays = untold_fields(knowledge, events, told)
    return ToldDesk(knowledge, stays, told, adopted, knowledge.records_ended_by(events))


def house_tables(knowledge: Knowledge) -> frozenset[str]:
    """Every table in which something may lie from before the log."""
    return frozenset(place.table for place in knowledge.house.places.values())
