"""An audit as a page for people: which rules were broken most, by whom and when, and their breaches.

Like every form of an audit it has no word in it that somebody wrote at the desk: findings name ids only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from casecore.audit.judging.auditing import Violation
from casecore.audit.judging.obligations import Settled
from casecore.audit.judging.tally import Count, Side
from casecore.audit.reports.findings import (
    against_lines,
    breaches_of,
    coverage_lines,
    opinion_lines,
    rate_text,
    rows_text,
    rule_finding,
    setting_text,
)
from casecore.audit.reports.report import AuditReport, RuleResult
from casecore.reports.pages.elements import Content, Markup, element, joined
from casecore.reports.pages.findings import anchor_of, finding_article, tag
from casecore.reports.pages.page import Drawn, Figure, Headline, PagePart, bar, folded, html_page
from casecore.reports.pages.tables import Head, Valued, data_table
from casecore.reports.pictures import rule_coverage
from casecore.reports.text import plural

FIRST: Final = 6
"""How many rules stand on the first screen."""

WORST: Final = 3
"""How many agents are named with a rule, those who broke it most."""

SHOWN: Final = 200
"""How many breaches of a rule stand on the page; the forms for programs tell all."""

OWED: Final = 1_000
"""How many obligations that were broken stand there."""


def audit_page(report: AuditReport) -> str:
    """A page: which rules were broken most and by whom, then each with its breaches, and what is unknown."""
    return html_page(
        "audit",
        report.log or "A log",
        _answer(report),
        about=_about(report),
        figures=_figures(report),
        first=_glance(report),
        parts=[*_parts(report)],
        pictures=audit_pictures(report),
    )


def audit_pictures(report: AuditReport) -> tuple[Drawn, ...]:
    """The pictures on the page of an audit."""
    return (rule_coverage(report),) if report.rules else ()


def _about(report: AuditReport) -> str:
    policy = " ".join(filter(None, (report.policy, f"({report.policy_file})" if report.policy_file else "")))
    when = ""
    if report.first_at is not None and report.last_at is not None:
        when = f"{report.first_at:%Y-%m-%d} to {report.last_at:%Y-%m-%d}, "
    return f"{when}judged by {policy or 'a policy'}, map {report.map or 'made in code'}"


def _answer(report: AuditReport) -> Headline:
    broken = [rule for rule in report.rules if rule.broken and not rule.warns]
    more = (f"{rows_text(report)}.", next(coverage_lines(report, 0)))
    if not report.known:
        return Headline("doubt", "No rule could be judged: the log tells too little", more)
    if broken:
        told = f"{plural(len(broken), 'rule')} broken, {plural(report.broken, 'time')}"
        return Headline("bad", f"{told}, of {plural(report.known, 'known occasion')}", more)
    warned = f"; {plural(report.warned, 'time')} only warned of" if report.warned else ""
    return Headline("good", f"No rule was broken, as far as is known{warned}", more)


def _figures(report: AuditReport) -> Iterator[Figure]:
    yield Figure(f"{report.broken:,}", "times broken", "bad" if report.broken else "good")
    if report.warned:
        yield Figure(f"{report.warned:,}", "times warned of", "doubt")
    yield Figure(f"{report.known:,}", "occasions known")
    yield Figure(f"{report.unknown:,}", "occasions unknown", "doubt" if report.unknown else "plain")
    yield Figure(f"{len(report.overdue):,}", "overdue, or never done", "bad" if report.overdue else "plain")
    yield Figure(f"{report.judged:,} of {report.read:,}", "rows judged")


# At a glance -------------------------------------------------------------------------------------------


def _glance(report: AuditReport) -> Markup | None:
    broken = [rule for rule in report.rules if rule.broken]
    if not broken:
        return None
    rows = [
        (
            (element("a", rule.title, href=f"#{_anchor(report, rule)}"), element("small", element("code", rule.id))),
            Valued(f"{rule.broken:,}", rule.broken),
            Valued(f"{rule.known:,}", rule.known),
            Valued((rate_text(rule.rate), bar(rule.rate or 0)), rule.rate or 0),
            _who(report, rule.id, Side.AGENT),
            _who(report, rule.id, Side.QUEUE),
        )
        for rule in broken[:FIRST]
    ]
    heads = (
        "rule",
        Head("broken", "number"),
        Head("of", "number"),
        Head("rate", "number"),
        "most by",
        "most in the queue",
    )
    left = f" ({FIRST} of {len(broken)})" if len(broken) > FIRST else ""
    return data_table(f"Broken most{left}", heads, rows)


def _anchor(report: AuditReport, rule: RuleResult) -> str:
    return anchor_of(rule_finding(report, rule))


def _who(report: AuditReport, rule: str, side: Side) -> str:
    """Who broke a rule most: `ana 12, ben 3`."""
    counts = {value: known[rule].broken for value, known in report.sides[side].items() if rule in known}
    worst = sorted((one for one in counts.items() if one[1]), key=lambda one: (-one[1], one[0]))
    more = f", {len(worst) - WORST} more" if len(worst) > WORST else ""
    return ", ".join(f"{value} {count:,}" for value, count in worst[:WORST]) + more


# The parts ---------------------------------------------------------------------------------------------


def _parts(report: AuditReport) -> Iterator[PagePart]:
    broken = [rule for rule in report.rules if rule.broken]
    if broken:
        about = f"Where rules were broken; hours and days in {report.zone}."
        yield PagePart("who", "Who and when", [*_sides(report)], about)
        about = "Each with the line of the policy that sets it, and its breaches."
        yield PagePart("broken", "Broken rules", [_rule_article(report, rule) for rule in broken], about)
    if report.obligations:
        yield PagePart("owed", "Owed", _owed(report), "What somebody had to do by an instant.")
    if report.against is not None:
        yield PagePart("against", "The other policy", _lines(against_lines(report)), "What it would have said.")
    if report.opinion is not None:
        yield PagePart("witnesses", "Witnesses", _lines(opinion_lines(report)), "What those of the promises say.")
    yield PagePart("rules", "Every rule", _rule_table(report.rules), "Kept, broken and unknown, of how many occasions.")
    proposed = len(report.coverage.proposals)
    yield PagePart("coverage", "What could be judged", _lines(coverage_lines(report, proposed)), folded=True)
    if report.odd:
        yield PagePart("odd", "Odd about the log", _odd_table(report), folded=True)
    if report.off:
        yield PagePart("off", "Switched off", _lines(report.off), "Rules that the policy does not ask.", folded=True)


def _lines(lines: Iterable[str]) -> Markup:
    return element("ul", [element("li", line) for line in lines], class_="plain")


def _sides(report: AuditReport) -> Iterator[Markup]:
    """A table for each side on which anything was broken; that of the agents is open."""
    for side in Side:
        found = report.worst(side, len(report.sides[side]))
        if side in (Side.HOUR, Side.DAY):
            found = tuple(sorted(found))
        if found:
            rows = [(value, *_count_cells(count), _which(report, side, value)) for value, count in found]
            heads = (
                side.value,
                Head("broken", "number"),
                Head("of", "number"),
                Head("rate", "number"),
                "which rules most",
            )
            table = data_table(f"Broken by {side}", heads, rows)
            yield folded(f"By {side}", table, opened=side is Side.AGENT)


def _which(report: AuditReport, side: Side, value: str) -> str:
    """Which rules somebody broke most."""
    counts = report.sides[side][value]
    worst = sorted(
        ((rule, one.broken) for rule, one in counts.items() if one.broken), key=lambda one: (-one[1], one[0])
    )
    more = f", {len(worst) - WORST} more" if len(worst) > WORST else ""
    return ", ".join(f"{rule} {count:,}" for rule, count in worst[:WORST]) + more


def _count_cells(count: Count) -> tuple[Content | Valued, ...]:
    known = count.kept + count.broken
    rate = count.broken / known if known else None
    return Valued(f"{count.broken:,}", count.broken), Valued(f"{known:,}", known), Valued(rate_text(rate), rate or 0)


def _rule_article(report: AuditReport, rule: RuleResult) -> Markup:
    finding = rule_finding(report, rule)
    kept = breaches_of(report, rule.id)
    inside: Content = element("p", "The report keeps none of its breaches.", class_="empty")
    if kept:
        shown = kept[:SHOWN]
        left = f": {len(shown):,} of {rule.broken:,}; --format csv tells more" if rule.broken > len(shown) else ""
        inside = folded(f"Its breaches{left}", _breach_table(rule, shown), opened=len(shown) <= WORST)
    word = "! warned of" if rule.warns else "✗ broken"
    bare = attrs.evolve(finding, detail=())
    return finding_article(bare, word, inside)


def _breach_table(rule: RuleResult, breaches: Sequence[Violation]) -> Markup:
    measured = any(one.measured is not None for one in breaches)
    heads = [Head("row", "number"), Head("at (UTC)", "time"), Head("what"), Head("case", "name"), Head("agent", "name")]
    heads += [Head("measured", "number"), Head("limit", "number")] if measured else []
    rows: list[tuple[Content | Valued, ...]] = [
        (
            Valued(f"{one.row:,}", one.row),
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            one.what,
            one.case,
            one.agent,
            *((_number(one.measured), _number(one.limit)) if measured else ()),
            one.message,
        )
        for one in breaches
    ]
    return data_table(f"Breaches of {rule.id}", (*heads, "what was found"), rows)


def _number(value: float | None) -> Valued | None:
    return None if value is None else Valued(f"{value:,.12g}", value)


def _owed(report: AuditReport) -> Markup:
    kinds = report.obligation_counts
    rows: list[tuple[Content | Valued, ...]] = [
        (kind, *(Valued(f"{states.get(one, 0):,}", states.get(one, 0)) for one in Settled))
        for kind, states in kinds.items()
    ]
    table = data_table("What was owed", ("what", *(Head(one.value, "number") for one in Settled)), rows)
    late = [
        (
            owed.name,
            owed.kind.value.replace("_", " "),
            owed.case,
            owed.agent,
            "" if owed.due is None else f"{owed.due:%Y-%m-%d %H:%M:%S}",
            "never" if owed.done is None else f"{owed.done:%Y-%m-%d %H:%M:%S}",
        )
        for owed in report.overdue[:OWED]
    ]
    heads = (
        Head("name", "name"),
        "what",
        Head("case", "name"),
        Head("agent", "name"),
        Head("due (UTC)", "time"),
        Head("done", "time"),
    )
    left = f": {len(late):,} of {len(report.overdue):,}" if len(report.overdue) > len(late) else ""
    return joined(table, data_table(f"Done too late, or never{left}", heads, late) if late else None)


def _rule_table(rules: Sequence[RuleResult]) -> Markup:
    rows = [
        (
            element("code", rule.id),
            _standing(rule),
            Valued(f"{rule.broken:,}", rule.broken),
            Valued(f"{rule.known:,}", rule.known),
            Valued(
                (rate_text(rule.rate), bar(rule.rate) if rule.rate else None), -1 if rule.rate is None else rule.rate
            ),
            Valued(f"{rule.unknown:,}", rule.unknown),
            (rule.title, element("small", setting_text(rule.setting)) if rule.setting else None),
        )
        for rule in rules
    ]
    heads = (
        Head("rule", "name"),
        "how it stands",
        Head("broken", "number"),
        Head("of", "number"),
        Head("rate", "number"),
        Head("unknown", "number"),
        "what it says, set by",
    )
    return data_table("Every rule that was put to the test", heads, rows)


def _standing(rule: RuleResult) -> Markup:
    if rule.broken:
        return tag("! warned of", "doubt") if rule.warns else tag("✗ broken", "bad")
    return tag("✓ kept", "good") if rule.known else tag("? unknown", "plain")


def _odd_table(report: AuditReport) -> Markup:
    rows = [
        (
            kind.words,
            Valued(f"{kind.rows:,}", kind.rows),
            Valued(f"{kind.first:,}", kind.first),
            kind.shown,
            "left out" if kind.left_out else "judged",
        )
        for kind in report.odd
    ]
    heads = ("what is odd", Head("rows", "number"), Head("first row", "number"), "it says", "then")
    return data_table("Odd rows", heads, rows)
