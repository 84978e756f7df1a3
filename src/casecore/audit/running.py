"""An audit from end to end: a log, its map and a policy in, a report out.

With one job the rows are judged as they are read, and none is kept. With more, in two stages: the rows are read and
laid on the disk, and it is noted which have to do with each other (`judging/links.py`); then so many processes judge
their share of the groups (`parts.py`). The report is the same.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import define, evolve, field

from casecore.audit.errors import log_error
from casecore.audit.judging.auditing import Violation
from casecore.audit.judging.links import Groups, Links
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.log_rows import Log, LogRow, OddCode, OddKind
from casecore.audit.logs.reading import read_log
from casecore.audit.logs.row_telling import words_said_by
from casecore.audit.parts import (
    AuditPlan,
    LogPart,
    PartJudge,
    PlacedRow,
    added_up,
    first_of_each,
    judge_group,
    report_of,
)
from casecore.audit.reports.pseudonyms import Pseudonyms
from casecore.audit.reports.report import AuditReport
from casecore.audit.reports.texts import shows_text
from casecore.kernel import changed
from casecore.kernel.processes import Task, run_tasks
from casecore.policies import Policy
from casecore.rooms.composition import HOUSE, House

KEPT: Final = 1_000
"""How many breaches of each rule a report keeps."""

AT_ONCE: Final = 1_000
"""How many rows are laid on the disk, and taken from there, at once."""


def audit(
    source: Any,
    policy: Policy | None = None,
    log_map: LogMap | str | Path | None = None,
    *,
    house: House = HOUSE,
    only: Collection[str] | None = None,
    since: datetime | None = None,
    sample: int = 1,
    keep: int = KEPT,
    pseudonyms: Pseudonyms | None = None,
    against: Policy | None = None,
    told: Callable[[Violation], None] | None = None,
    jobs: int = 1,
    noted: Callable[[str], None] | None = None,
) -> AuditReport:
    """Judge what a log tells by the rules of a policy.

    Args:
        source: A log (`casecore.audit.logs.reading.read_log`); or what is to be read by the map: the path of a file, a
            pattern, a list of them, or a table.
        policy: The SOP; None: the one that ships with casecore.
        log_map: The map, the path of its file, or the name of one that ships; not needed with a log.
        house: The rooms.
        only: The ids of the rules that are told; None: all.
        since: From when on (aware) is judged; what happened before is only taken in.
        sample: Of how many cases one is judged, chosen by a hash of their ids; 1: every one.
        keep: How many breaches of each rule the report keeps; all are counted, whatever that is.
        pseudonyms: How agents and customers are called instead; None: as in the log.
        against: Another policy, which judges the same rows.
        told: Is told each breach, in the order of the log: as it is found, or at the end where there are several jobs.
        jobs: How many processes judge, where the log falls into groups that can be judged apart.
        noted: Is told in a sentence how the log was judged, where there are several jobs.

    Returns:
        The report; it is the same with any number of jobs.

    Raises:
        AuditError: When the log or its map cannot be used.
        ProcessEnded: When the system stopped one of several processes.
    """
    log = source if isinstance(source, Log) else read_log(source, load_map(log_map, house))
    known: LogMap = log.map
    rows = _renamed(log.rows(), pseudonyms)
    first = next(rows, None)
    if first is None:
        raise log_error(log.name, "has no rows")
    roster = known.roster if pseudonyms is None else pseudonyms.roster(known.roster)
    chosen = Policy.default() if policy is None else policy
    asked = AuditPlan(known, chosen, house, only, since, sample, keep, against, roster)
    placed = enumerate(chain((first,), rows))
    if jobs > 1:
        part = _judge_in_stages(asked, placed, jobs, told, noted)
    else:
        part = _judge_at_once(asked, placed, first.at, told)
    return report_of(asked, part, _told_odd(log.odd.kinds, pseudonyms), first.at, log.name)


def _judge_at_once(
    asked: AuditPlan, rows: Iterator[PlacedRow], first: datetime, told: Callable[[Violation], None] | None
) -> LogPart:
    judge = PartJudge(asked, first, told)
    ends = first
    for place, row in rows:
        judge.see(place, row)
        ends = row.at
    return judge.part(ends)


# In stages ---------------------------------------------------------------------------------------------


@define
class _LaidRows:
    """The rows of a log on the disk, each with an id of its group.

    Attributes:
        file: Where they lie.
        groups: The groups.
        sizes: How many rows were noted under each id.
        first: When the log begins (aware); likewise `last`.
    """

    file: Path
    groups: Groups = field(factory=Groups)
    sizes: Counter[str] = field(factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def lay(self, rows: Iterator[PlacedRow], links: Links) -> None:
        """Lay rows down; each belongs to the group of the ids by which it has to do with others."""
        with self.file.open("wb") as stream:
            while some := list(islice(rows, AT_ONCE)):
                names = [self.groups.join(links.ids_in(row)) for _, row in some]
                self.sizes.update(names)
                self.first = self.first or some[0][1].at
                self.last = some[-1][1].at
                pickle.dump((names, some), stream, pickle.HIGHEST_PROTOCOL)

    def shares(self, jobs: int) -> dict[str, int]:
        """Which job judges the rows noted under an id: the largest groups first, each by who has least to do.

        Rows that have to do with none go to whoever has least to do at the end.
        """
        groups = Counter[str]()
        for name, rows in self.sizes.items():
            groups[self.groups.of(name) if name else ""] += rows
        loads = [0] * jobs
        share: dict[str, int] = {}
        for group, rows in sorted(groups.items(), key=lambda one: (not one[0], -one[1], one[0])):
            job = loads.index(min(loads))
            share[group] = job
            loads[job] += rows
        return {name: share[self.groups.of(name) if name else ""] for name in self.sizes}

    def rows(self, chosen: Callable[[str], bool] = lambda _: True) -> Iterator[PlacedRow]:
        """The rows noted under ids that are chosen."""
        with self.file.open("rb") as stream:
            while True:
                try:
                    names, some = pickle.load(stream)  # noqa: S301 -- we have written it ourselves
                except EOFError:
                    return
                yield from (row for name, row in zip(names, some, strict=True) if chosen(name))


def _judge_in_stages(
    asked: AuditPlan,
    rows: Iterator[PlacedRow],
    jobs: int,
    told: Callable[[Violation], None] | None,
    noted: Callable[[str], None] | None,
) -> LogPart:
    whole = evolve(asked, keep=None if told is not None else asked.keep)
    with TemporaryDirectory(prefix="casecore-", ignore_cleanup_errors=True) as folder:
        laid = _LaidRows(Path(folder) / "rows")
        laid.lay(rows, Links(asked.house, asked.telling, words_said_by(asked.map)))
        first: Any = laid.first
        last: Any = laid.last
        share = laid.shares(jobs)
        used = sorted({*share.values()})
        part: LogPart | None = None
        if len(used) > 1:
            how = f"in {len(used)} processes: its rows fall into groups that have nothing to do with each other"
            groups = [laid.rows(_is_of(share, job)) for job in used]  # each is read by its own process
            tasks = [
                Task(f"group {number}", partial(judge_group, whole, some, first, last))
                for number, some in enumerate(groups, 1)
            ]
            part = added_up(run_tasks(tasks, len(used), (asked.policy, asked.against), lambda _: None), whole.keep)
            if part.wide is not None:
                how = f"in one process: row {part.wide:,} may concern any other, because it does not tell which"
        else:
            how = "in one process: all its rows have to do with each other"
        if part is None or part.wide is not None:
            part = _judge_at_once(whole, laid.rows(), first, None)
    if noted is not None:
        noted(f"the log was judged {how}")
    if told is not None:
        for _, breach in part.breaches:
            told(breach)
        part.breaches = first_of_each(part.breaches, asked.keep)
    return part


def _is_of(share: Mapping[str, int], job: int) -> Callable[[str], bool]:
    return lambda name: share[name] == job


def load_map(log_map: LogMap | str | Path | None, house: House) -> LogMap:
    """The map that is meant."""
    if log_map is None:
        raise TypeError("audit() needs a map: give one, the path of its file, or the name of one that ships")
    return log_map if isinstance(log_map, LogMap) else LogMap.load(log_map, house)


def _renamed(rows: Iterator[LogRow], pseudonyms: Pseudonyms | None) -> Iterator[LogRow]:
    return rows if pseudonyms is None else map(pseudonyms.row, rows)


def _told_odd(kinds: tuple[OddKind, ...], pseudonyms: Pseudonyms | None) -> tuple[OddKind, ...]:
    """What is odd: without what people wrote, and without a name where nobody is to be called by one."""
    named = () if pseudonyms is None else (OddCode.NO_ID, OddCode.RESERVED)
    return tuple(changed(kind, shown="") if kind.code in named or shows_text(kind) else kind for kind in kinds)
