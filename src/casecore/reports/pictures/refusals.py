"""What refused most: of a day's commands, which rules refused or warned, how often, and of which commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from casecore.promises.steps import Step
from casecore.reports.pictures.canvas import EDGE, WIDTH, Canvas, fitting, listed
from casecore.reports.pictures.lanes import LANE
from casecore.reports.pictures.picture import Picture
from casecore.reports.text import columns, plural

ROWS: Final = 15
"""How many rules are drawn; the rest are counted."""


@frozen
class Refusals:
    """What one rule refused.

    Attributes:
        rule: Its id.
        title: What it says.
        refused: How many commands it refused; `warned`: of how many it only warned.
        commands: Of which commands, with how many of each: the most frequent first.
    """

    rule: str
    title: str
    refused: int
    warned: int
    commands: Mapping[str, int]

    @property
    def times(self) -> int:
        """How many commands it had something against."""
        return self.refused + self.warned


def refusals_of(steps: Iterable[Step]) -> tuple[int, int, list[Refusals]]:
    """How many commands were given and refused, and what each rule refused: what refused most comes first."""
    refused, warned = Counter[str](), Counter[str]()
    commands: dict[str, Counter[str]] = {}
    titles: dict[str, str] = {}
    given = turned_down = 0
    for step in steps:
        given += 1
        turned_down += not step.accepted
        found = {reason.rule for reason in (*step.reasons, *step.deviations)}
        refused.update({reason.rule for reason in step.reasons})
        warned.update({reason.rule for reason in step.deviations})
        for rule in found:
            commands.setdefault(rule, Counter())[type(step.command).__name__] += 1
            titles.setdefault(rule, _title_of(rule, step))
    rows = [
        Refusals(rule, titles[rule], refused[rule], warned[rule], dict(sorted(of.items(), key=lambda x: (-x[1], x[0]))))
        for rule, of in commands.items()
    ]
    return given, turned_down, sorted(rows, key=lambda row: (-row.times, row.rule))


def _title_of(rule: str, step: Step) -> str:
    """What a rule says; nothing of one that the desk's rooms do not name."""
    house = step.before.house
    every = (*house.needs, *house.rules, *house.brought_by(step.before.policy).rules)
    return next((one.title for one in every if one.id == rule), "")


def refused_most(steps: Iterable[Step]) -> Picture:
    """Draw which rules refused most of a day's commands, and which only warned.

    Args:
        steps: The steps of the day: what `casecore.replay.replay_day` yields.
    """
    given, turned_down, rows = refusals_of(steps)
    title = "What refused most"
    by = plural(sum(row.refused > 0 for row in rows), "rule")
    told = f"{turned_down:,} of {plural(given, 'command')} refused, by {by}"
    cells = [(row.rule, _words(row), _commands_text(row)) for row in rows]
    text = "\n".join((f"{title}: {told}", *columns(cells)))
    plain = [
        {"rule": row.rule, "title": row.title, "refused": row.refused, "warned": row.warned}
        | {"commands": _commands_text(row)}
        for row in rows
    ]
    first = f"; most often {rows[0].rule}, {plural(rows[0].times, 'time')}" if rows else ""
    return Picture(title, f"{told}{first}.", text, plain, _draw(title, told, rows))


def _words(row: Refusals) -> str:
    parts = [f"{row.refused:,}" if row.refused else "", f"{row.warned:,} warned" if row.warned else ""]
    return ", ".join(filter(None, parts))


def _commands_text(row: Refusals) -> str:
    return ", ".join(_commands(row))


def _commands(row: Refusals) -> list[str]:
    return [f"{name} ×{times:,}" if times > 1 else name for name, times in row.commands.items()]


BEGIN: Final = 190.0
"""Where bars begin, and where the longest ends."""

END: Final = 370.0


def _draw(title: str, told: str, rows: Sequence[Refusals]) -> Canvas:
    """A row each: its bar, hollow as far as it only warned, and below it the commands."""
    canvas = Canvas.headed(title, told)
    canvas.height += 6
    most = max((row.times for row in rows), default=1)
    for row in rows[:ROWS]:
        y, tip = canvas.height, f"{row.title}: {_words(row)}"
        canvas.write((EDGE, y + 14), fitting(row.rule, BEGIN - EDGE - 4, 12), size=12)
        x, whole = BEGIN, END - BEGIN
        for count, colour in ((row.refused, "bad"), (row.warned, "")):
            width = whole * count / most
            if count:
                canvas.rect((x, y + 3), (width, LANE - 8), colour, line="warn" if not colour else "", round=0, tip=tip)
            x += width
        canvas.write((x + 8, y + 14), _words(row), size=12, bold=True)
        canvas.write((BEGIN, y + 27), listed(_commands(row), WIDTH - BEGIN - EDGE, 10.5), size=10.5, colour="quiet")
        canvas.height += 33
    if len(rows) > ROWS:
        canvas.note(f"and {len(rows) - ROWS:,} more rules")
    canvas.height += EDGE
    return canvas
