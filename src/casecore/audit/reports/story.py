"""The story of a breach: what happened to a case until a rule was broken, as a day that a live desk replays.

    casecore audit incidents.csv --map our-map.toml --policy sop.toml --story INC0000260 > story.day.jsonl
    casecore replay story.day.jsonl

The day has as little in it as shows the same: first only the rows of the case, and of the agents who worked on it; then
also those of the other cases that these agents had; then all. It is tried at a desk before it is written, and each line
says what the desk answers. Where the desk does not refuse the last one by the rule that was broken, the log tells too
little, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from casecore.audit.errors import log_error
from casecore.audit.judging.auditing import Auditor
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import Log, LogRow
from casecore.audit.logs.reading import read_log
from casecore.audit.reports.pseudonyms import Pseudonyms
from casecore.audit.reports.story_commands import StoryCommands
from casecore.audit.roster import seat_roster, telling_of
from casecore.codec import a_line, house_codec
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Accepted, Command
from casecore.policies import Policy
from casecore.reports.text import visible
from casecore.rooms.composition import HOUSE, House

MOST_ROWS: Final = 200_000
"""So many rows before a breach are kept whole; of a longer log only those of the case, and those of no case."""

_IDS: Final = (
    "case",
    "new_case",
    "thread",
    "draft",
    "message",
    "note",
    "commitment",
    "successor",
    "into",
    "in_reply_to",
)
_CASES: Final = ("case", "new_case")


@frozen
class CaseStory:
    """The story of a case.

    Attributes:
        text: The day.
        row: The number of the row that broke a rule.
        rules: The rules that it broke.
        doubt: Why a desk answers otherwise than the audit found; empty where it answers the same.
    """

    text: str
    row: int
    rules: tuple[str, ...]
    doubt: str = ""


@frozen
class _Tried:
    """A day that was tried at a desk: each line with the answer, and how often it refused what the audit did not."""

    lines: tuple[tuple[Command, tuple[str, ...]], ...]
    surprises: int
    lacking: frozenset[str]

    @property
    def answer(self) -> frozenset[str]:
        """The rules by which the last command is refused."""
        return frozenset(self.lines[-1][1]) if self.lines else frozenset()


def story_of_case(
    source: Any,
    case: str,
    policy: Policy,
    log_map: LogMap,
    policy_file: str = "",
    *,
    house: House = HOUSE,
    pseudonyms: Pseudonyms | None = None,
    texts: bool = False,
) -> CaseStory:
    """What happened to a case up to the first rule that was broken on it.

    Args:
        source: A log, or what is to be read by the map.
        case: The id of the case.
        policy: The SOP.
        log_map: The map.
        policy_file: The path of the policy as the day names it; none: the SOP that ships with casecore.
        house: The rooms.
        pseudonyms: How agents and customers are called instead.
        texts: Whether what people wrote stands in the day.

    Raises:
        AuditError: When the log cannot be used, tells nothing of the case, or breaks no rule there.
    """
    log = source if isinstance(source, Log) else read_log(source, log_map)
    renamed = case if pseudonyms is None else pseudonyms.case(case)
    rows, broken = _up_to_breach(log, {case, renamed}, policy, house, pseudonyms)
    roster = log.map.roster if pseudonyms is None else pseudonyms.roster(log.map.roster)
    wanted = broken[rows[-1].number]
    best: _Tried | None = None
    for chosen in _choices(rows):
        tried = _try(chosen, Desk(policy, house=house), StoryCommands(roster, texts=texts), broken)
        if best is None or (wanted == tried.answer, -tried.surprises) > (wanted == best.answer, -best.surprises):
            best = tried
        if wanted == tried.answer and not tried.surprises:
            break
    assert best is not None  # noqa: S101 -- there is always the first choice
    told = f"case {renamed} of {log.name}: row {rows[-1].number:,} breaks {', '.join(sorted(wanted))}"
    doubt = _doubt(best, wanted, rows[-1].number, texts=texts)
    text = "".join(_lines(best, told, policy_file, house, doubt))
    return CaseStory(text, rows[-1].number, tuple(sorted(wanted)), doubt)


def _up_to_breach(
    log: Log, cases: set[str], policy: Policy, house: House, pseudonyms: Pseudonyms | None
) -> tuple[list[LogRow], dict[int, frozenset[str]]]:
    """All rows up to the first breach on a case; and the rules that each row broke, by its number."""
    auditor: Auditor | None = None
    rows: list[LogRow] = []
    broken: dict[int, frozenset[str]] = {}
    met = False
    for read in log.rows():
        row = read if pseudonyms is None else pseudonyms.row(read)
        if auditor is None:
            telling = telling_of(log.map, house)
            auditor = Auditor(policy, telling, house, skew=log.map.log.skew)
            if log.map.roster:
                roster = log.map.roster if pseudonyms is None else pseudonyms.roster(log.map.roster)
                seat_roster(auditor.desk, roster, row.at, begins_whole=telling.begins_whole)
        mine = not cases.isdisjoint(_ids_in(row, _CASES))
        met |= mine
        found = [breach for breach in auditor.see(row) if not breach.warns]
        if found:
            broken[row.number] = frozenset(breach.rule for breach in found)
        ends = any(breach.case in cases for breach in found)
        if len(rows) < MOST_ROWS or mine or ends or not any(_ids_in(row, _CASES)):
            rows.append(row)
        if ends:
            return rows, broken
    name = min(cases)
    if not met:
        raise log_error(log.name, f"tells nothing of a case {name!r}", "the id of a case as the report has it")
    raise log_error(log.name, f"breaks no rule on case {name!r}, as far as is known", "a case with a finding")


def _ids_in(row: LogRow, names: Sequence[str]) -> Iterator[str]:
    """The ids that a row names."""
    for name in names:
        value = row.told.get(name, row.beside.get(name))
        if isinstance(value, str) and (name != "note" or row.what.endswith("Note")):  # elsewhere it is what one says
            yield value


def _people_in(row: LogRow) -> set[str]:
    """The agents and customers whom a row names."""
    return {*_ids_in(row, ("by", "agent", "customer"))} - {CUSTOMER, SYSTEM}


def _choices(rows: Sequence[LogRow]) -> Iterator[Sequence[LogRow]]:
    """The rows that may do for a story: ever more."""
    last = rows[-1]
    cases = {*_ids_in(last, _CASES)}
    own = _about(rows, {*_ids_in(last, _IDS)})
    yield _with_people(rows, own, {person for row in own for person in _people_in(row)})
    agents = {*_ids_in(last, ("by", "agent"))} - {CUSTOMER, SYSTEM}
    theirs = [row for row in rows if agents & _people_in(row)]
    every = {case for row in theirs for case in _ids_in(row, _IDS)}
    wider = _about(rows, cases | every)
    yield _with_people(rows, wider, {person for row in wider for person in _people_in(row)})
    yield rows


def _about(rows: Sequence[LogRow], ids: set[str]) -> list[LogRow]:
    """The rows that name one of these ids, or what such a row names: read backwards, then in order."""
    known = {*ids}
    for row in reversed(rows):
        named = {*_ids_in(row, _IDS)}
        if known & named:
            known |= named
    return [row for row in rows if known & {*_ids_in(row, _IDS)}]


def _with_people(rows: Sequence[LogRow], chosen: Sequence[LogRow], people: set[str]) -> list[LogRow]:
    """These rows, and those about no case that name one of these people."""
    numbers = {row.number for row in chosen}
    return [row for row in rows if row.number in numbers or (not any(_ids_in(row, _IDS)) and people & _people_in(row))]


def _try(rows: Sequence[LogRow], desk: Desk, commands: StoryCommands, broken: dict[int, frozenset[str]]) -> _Tried:
    lines: list[tuple[Command, tuple[str, ...]]] = []
    surprises = 0
    for row in rows:
        for command in commands.of(row, desk):
            verdict = desk.decide(command)
            reasons = () if isinstance(verdict, Accepted) else tuple(sorted({one.rule for one in verdict.reasons}))
            if isinstance(verdict, Accepted):
                desk = desk.evolve(verdict.events)
            surprises += bool(reasons) and row.number not in broken
            lines.append((command, reasons))
    return _Tried(tuple(lines), surprises, frozenset(commands.lacking))


def _doubt(tried: _Tried, wanted: frozenset[str], row: int, *, texts: bool) -> str:
    if tried.answer == wanted:
        return ""
    lacking = f"; of {', '.join(sorted(tried.lacking))} it tells too little" if tried.lacking else ""
    said = f"refuses it by {', '.join(sorted(tried.answer))}" if tried.answer else "accepts it"
    left_out = "" if texts else "; what people wrote is left out (--texts keeps it)"
    return f"the log tells too little to replay row {row:,}: a desk {said}{lacking}{left_out}"


def _lines(tried: _Tried, told: str, policy: str, house: House, doubt: str) -> Iterator[str]:
    yield f"# {visible(told)}\n"
    if doubt:
        yield f"# {visible(doubt)}\n"
    if policy:
        yield f"{a_line({'policy': policy})}\n"
    to_plain: Callable[[Any], Any] = house_codec(house).to_plain
    for number, (command, reasons) in enumerate(tried.lines, 1):
        heading = {"story": told} if number == len(tried.lines) else {}
        expected = {"expect": [*reasons]} if reasons else {}
        yield f"{a_line({**heading, **to_plain(command), **expected})}\n"
