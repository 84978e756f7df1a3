"""A replayed day as a page for people: what was refused and why, what went otherwise, each step, the desk at the end.

Unlike the other forms of a replay it is written when the day is over, and keeps what it shows: the first steps of a
long day, and all that went otherwise than expected, up to a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from casecore.cli.streams import write_document
from casecore.cli.unreadable import unreadable_findings
from casecore.desk import Desk
from casecore.kernel import Reason
from casecore.policies import PolicyError
from casecore.projections.desk_tables import desk_tables
from casecore.replay import DayError, ReplayedLine, Tally
from casecore.replay.consequences import consequence_sentences
from casecore.replay.findings import DayFindings
from casecore.replay.words import citation, day_ending, status_change, step_sentence, tally_text
from casecore.reports.findings import Finding
from casecore.reports.pages.elements import Content, Markup, element
from casecore.reports.pages.findings import finding_article, tag
from casecore.reports.pages.page import Drawn, Figure, Headline, PagePart, folded, html_page
from casecore.reports.pages.tables import Head, Valued, data_table
from casecore.reports.pictures import day_of_team, refused_most, service_clocks
from casecore.reports.text import plural
from casecore.statuses import Status

STEPS: Final = 5_000
"""How many steps of a day stand on its page."""

WRONG: Final = 500
"""How many findings do."""

FIRST: Final = 6
"""How many rules stand on the first screen."""


class PageReport:
    """Collects a day and writes its page at the end.

    Args:
        day: What the day is called.
        quiet: Whether only steps are shown that went otherwise than expected, or broke a promise.
    """

    def __init__(self, day: str, *, quiet: bool) -> None:
        self._day, self._quiet = day, quiet
        self._found = DayFindings(day)
        self._chapters: list[tuple[str, list[tuple[Content | Valued, ...]]]] = []
        self._shown = self._left = 0
        self._refused: dict[str, list[tuple[int, Reason]]] = defaultdict(list)
        self._steps: list[ReplayedLine] = []

    def tell_step(self, step: ReplayedLine) -> None:
        """Look at one step."""
        self._found.add_step(step)
        if len(self._steps) <= STEPS:
            self._steps.append(step)
        for reason in step.reasons:
            self._refused[reason.rule].append((step.line, reason))
        if step.story or not self._chapters:
            self._chapters.append((step.story, []))
        if self._quiet and step.well:
            return
        if self._shown >= STEPS:
            self._left += 1
            return
        self._shown += 1
        self._chapters[-1][1].append(_row(step))

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Write the page."""
        if isinstance(error, DayError):
            self._found.stop_reading(error)
        elif error is not None:
            self._found.unread += unreadable_findings(error)
        write_document(
            html_page(
                "replay",
                self._day,
                self._answer(tally),
                about=f"{desk.policy.id} {desk.policy.version}".strip(),
                figures=_figures(tally),
                first=self._refusals(),
                parts=[*self._parts(desk)],
                pictures=self._pictures(desk),
            )
        )

    def _answer(self, tally: Tally) -> Headline:
        if self._found.unread:
            first = self._found.unread[0]
            at = f" at {first.number}" if first.number else ""
            return Headline("bad", f"Reading stopped{at}: {first.message}", (tally_text(tally),))
        return Headline("good" if tally.well else "bad", day_ending(tally), (tally_text(tally),))

    def _refusals(self) -> Markup | None:
        """What refused most, and where first."""
        if not self._refused:
            return None
        most = sorted(self._refused.items(), key=lambda one: (-len(one[1]), one[0]))
        rows = [
            (
                element("code", rule),
                Valued(f"{len(found):,}", len(found)),
                found[0][1].message,
                found[0][1].remedy,
                Valued(f"line {found[0][0]:,}", found[0][0]),
            )
            for rule, found in most[:FIRST]
        ]
        heads = (Head("rule", "name"), Head("times", "number"), "the first time", "what to do instead", "where")
        left = f" ({FIRST} of {len(most)})" if len(most) > FIRST else ""
        return data_table(f"Refused most{left}", heads, rows)

    def _parts(self, desk: Desk) -> Iterator[PagePart]:
        found = [*self._found.unread, *(one for _, wrong in self._found.stories for one in wrong)]
        if found:
            told = [finding_article(one, "✗ " + _word(one), id_=f"f{n}") for n, one in enumerate(found[:WRONG], 1)]
            left = f" {len(found) - WRONG:,} more are not shown." if len(found) > WRONG else ""
            yield PagePart("otherwise", "Otherwise than expected", told, f"{plural(len(found), 'finding')}.{left}")
        if self._shown:
            left = f" The first {self._shown:,} steps; {self._left:,} more are not shown." if self._left else ""
            yield PagePart("day", "The day", [*map(_chapter, self._chapters)], f"Times in UTC.{left}")
        if len(self._refused) > FIRST:
            yield PagePart("refusals", "Every refusal", self._every_refusal(), "By the rule that refused.", folded=True)
        tables = [*_desk(desk)]
        if tables:
            yield PagePart("desk", "The desk at the end", tables)

    def _pictures(self, desk: Desk) -> Iterator[Drawn]:
        """What refused most, the day of the team, and the service clocks at its end; of a day that is kept whole."""
        if not self._steps or len(self._steps) > STEPS:
            return
        if self._refused:
            yield refused_most(self._steps)
        if desk.agents:
            yield day_of_team((event for step in self._steps for event in step.events), desk.policy, house=desk.house)
        if any(file.case.status is not Status.CLOSED for file in desk.cases.values()):
            yield service_clocks(desk)

    def _every_refusal(self) -> Markup:
        rows = [
            (element("code", rule), Valued(f"{line:,}", line), reason.message, reason.remedy, citation(reason))
            for rule, found in sorted(self._refused.items())
            for line, reason in found[:WRONG]
        ]
        heads = (Head("rule", "name"), Head("line", "number"), "why", "what to do instead", Head("said in", "name"))
        return data_table("Every refusal", heads, rows)


def _word(finding: Finding) -> str:
    return {"expect": "otherwise", "day": "not read"}.get(finding.code, f"breaks {finding.code}")


def _figures(tally: Tally) -> Iterator[Figure]:
    yield Figure(f"{tally.steps:,}", "steps")
    yield Figure(f"{tally.accepted:,}", "accepted")
    if tally.warned:
        yield Figure(f"{tally.warned:,}", "of them with a warning", "doubt")
    yield Figure(f"{tally.refused:,}", "refused")
    yield Figure(f"{tally.otherwise:,}", "otherwise than expected", "bad" if tally.otherwise else "good")
    if tally.broke:
        yield Figure(f"{tally.broke:,}", "broke a promise", "bad")


def _chapter(chapter: tuple[str, list[tuple[Content | Valued, ...]]]) -> Markup | None:
    story, rows = chapter
    if not rows:
        return None
    title = story or "The beginning"
    heads = (Head("line", "number"), Head("at", "time"), "what", "became", "because, or besides")
    return folded((title, " ", element("small", plural(len(rows), "step"))), data_table(title, heads, rows, still=True))


def _row(step: ReplayedLine) -> tuple[Content | Valued, ...]:
    what, words = step_sentence(step)
    quoted = element("small", f"“{words}”") if words else None
    because: list[Content] = [
        *(_reason(reason) for reason in step.reasons),
        *(("warned: ", _reason(reason)) for reason in step.deviations),
        *(element("div", f"↳ {sentence}") for sentence in consequence_sentences(step)),
        *(element("div", tag(f"✗ breaks {breach.number}", "bad"), f" {breach.what}") for breach in step.breaches),
    ]
    return f"{step.line:,}", f"{step.command.at:%Y-%m-%d %H:%M:%S}", (what, quoted), _outcome(step), because


def _outcome(step: ReplayedLine) -> Content:
    """What became of a step: whether it was accepted, what its case is now, and whether that was expected."""
    if not step.accepted:
        told: Content = tag("✗ refused")
    elif step.deviations:
        told = tag("! warned", "doubt")
    else:
        told = element("span", "✓ accepted", class_="usual")
    otherwise = None if step.as_expected else element("div", tag("≠ otherwise", "bad"))
    return told, _change(step), otherwise


def _change(step: ReplayedLine) -> Markup | None:
    if step.status(step.before) is not step.status(step.after):
        return element("small", status_change(step))
    return element("small", "nothing changes") if step.accepted and not step.events else None


def _reason(reason: Reason) -> Markup:
    remedy = element("small", f"→ {reason.remedy}") if reason.remedy else None
    return element("div", element("code", reason.rule), f" {reason.message}", remedy)


def _desk(desk: Desk) -> Iterable[Markup]:
    names = ("Cases", "Agents", "Clocks that run, or were missed", "Promises to customers that stand")
    for name, table in zip(names, desk_tables(desk), strict=True):
        if table.count:
            left = f": {len(table.rows)} of {table.count:,}" if table.count > len(table.rows) else ""
            yield data_table(f"{name}{left}", table.head, table.rows)
