"""Coverage: how often each rule of an audit was kept, broken or unknown; how often a check tested each promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from casecore.reports.pictures.canvas import EDGE, SMALL, WIDTH, Canvas, fitting, wrapped
from casecore.reports.pictures.lanes import LANE
from casecore.reports.pictures.picture import Picture
from casecore.reports.text import columns, plural

if TYPE_CHECKING:
    from casecore.audit.reports.report import AuditReport, RuleResult
    from casecore.check.report import Judgement, Report

ROWS: Final = 30
"""How many rules or promises are drawn; the rest are counted."""

KEPT, BROKEN, UNKNOWN = "kept", "broken", "unknown"
"""What is known of a rule at an occasion."""


# Rules of an audit -------------------------------------------------------------------------------------


def rule_coverage(report: AuditReport) -> Picture:
    """Draw how often each rule was kept, broken and unknown in a log; the most often broken first.

    Args:
        report: What `casecore.audit.audit` returns.
    """
    coverage, rules = report.coverage, report.rules
    told = (
        f"{plural(coverage.rules, 'rule')}: {len(coverage.judged)} judged, {len(coverage.unknown)} always unknown, "
        f"{len(coverage.unmet)} without an occasion"
    )
    title = "How often each rule was kept"
    cells = [(rule.id, _rule_words(rule)) for rule in rules]
    text = "\n".join((f"{title}. {told}", *columns(cells)))
    rows = [
        {"rule": rule.id, "title": rule.title, KEPT: rule.kept, BROKEN: rule.broken, UNKNOWN: rule.unknown}
        for rule in rules
    ]
    return Picture(title, f"{title} in a log. {told}.", text, rows, _draw_rules(title, told, rules))


def _rule_words(rule: RuleResult) -> str:
    counts = ((rule.kept, KEPT), (rule.broken, BROKEN), (rule.unknown, UNKNOWN))
    return ", ".join(f"{count:,} {what}" for count, what in counts if count)


BEGIN: Final = 190.0
"""Where bars begin, and where they end; beside them stand the numbers."""

END: Final = 262.0


def _draw_rules(title: str, told: str, rules: Sequence[RuleResult]) -> Canvas:
    canvas = Canvas.headed(title, told)
    for rule in rules[:ROWS]:
        y, words = canvas.height, _rule_words(rule)
        canvas.write((EDGE, y + 14), fitting(rule.id, BEGIN - EDGE - 4, 12), size=12)
        x, whole = BEGIN, END - BEGIN
        for count, colour, inset in ((rule.broken, "bad", 2), (rule.kept, "good", 4), (rule.unknown, "", 4)):
            if count:
                width = whole * count / rule.occasions
                tip, size = f"{rule.id}: {words}", (width, LANE - 2 * inset)
                canvas.rect((x, y + inset), size, colour, line="" if colour else "quiet", round=0, tip=tip)
                x += width
        canvas.write((END + 8, y + 14), words, size=10.5)
        canvas.height += LANE
    _count_rest(canvas, len(rules))
    canvas.note("High: broken; low: kept; hollow: unknown.")
    canvas.height += EDGE
    return canvas


def _count_rest(canvas: Canvas, count: int) -> None:
    if count > ROWS:
        canvas.note(f"and {count - ROWS:,} more")


# Promises of a check -----------------------------------------------------------------------------------


def promise_coverage(report: Report) -> Picture:
    """Draw what is known of each promise, and in how many steps a check put it to the test.

    Args:
        report: What `casecore.check.check` returns.
    """
    judgements = report.judgements
    counts = Counter(str(one.verdict) for one in judgements)
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts.items()) or "no promise was asked"
    if report.unused:
        told += f"; {plural(len(report.unused), 'rule')} refused nothing"
    title = "How often each promise was tested"
    cells = [(one.number, _promise_words(one), one.title) for one in judgements]
    unused = [f"refused nothing: {', '.join(report.unused)}"] if report.unused else []
    text = "\n".join((f"{title}: {told}", *columns(cells), *unused))
    rows = [
        {"promise": one.number, "title": one.title, "verdict": str(one.verdict)}
        | {"times": one.times, "scopes": len(one.scopes)}
        for one in judgements
    ]
    return Picture(title, f"{title}: {told}.", text, rows, _draw_promises(title, told, judgements))


def _promise_words(one: Judgement) -> str:
    where = f" in {plural(len(one.scopes), 'scope')}" if one.scopes else ""
    return f"{one.verdict}, {plural(one.times, 'step')}{where}" if one.times else str(one.verdict)


_COLOURS: Final[Mapping[str, str]] = MappingProxyType({"proved": "good", "fails": "bad", "vacuous": "warn"})


def _draw_promises(title: str, told: str, judgements: Sequence[Judgement]) -> Canvas:
    """Two lines each: its title, and a bar that is as long as its steps have digits."""
    canvas = Canvas.headed(title, told)
    most = max((one.times for one in judgements), default=1)
    for one in judgements[:ROWS]:
        lines, words = wrapped(f"{one.number} {one.title}", WIDTH - 2 * EDGE, 12), _promise_words(one)
        for place, said in enumerate(lines):
            canvas.write((EDGE, canvas.height + 12 + 15 * place), said, size=12)
        canvas.height += 15 * (len(lines) - 1)
        y = canvas.height
        share = log10(1 + one.times) / log10(1 + max(most, 1))
        canvas.rect((EDGE, y + 18), ((WIDTH - 2 * EDGE) / 2, 12), "band", round=0, behind=True)
        if one.times:
            size = (share * (WIDTH - 2 * EDGE) / 2, 8)
            canvas.rect((EDGE, y + 20), size, _COLOURS.get(one.verdict, "quiet"), tip=f"{one.number}: {words}")
        canvas.write((WIDTH / 2 + 8, y + 28), words, size=SMALL, bold=one.verdict == "fails")
        canvas.height += 38
    _count_rest(canvas, len(judgements))
    canvas.height += EDGE
    return canvas
