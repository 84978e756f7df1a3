"""A comparison as a page for people: is the new SOP safe to ship, what changes for the team, and by which edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import attrs

from casecore.check.findings import policy_title
from casecore.check.html_page import story_table
from casecore.check.report import PromiseVerdict
from casecore.diff.days import RedecidedDay
from casecore.diff.differences import STRANDED, UNTRIED, Differences
from casecore.diff.findings import (
    MEANINGS,
    NO_EFFECT,
    SIGNS,
    DiffEntry,
    answer_text,
    coverage_text,
    day_lines,
    diff_entries,
    diff_findings,
    diff_summary,
    edit_places,
    edit_text,
    verdict_lines,
)
from casecore.diff.labels import Label
from casecore.policies.edits import Edit
from casecore.reports.findings import Finding
from casecore.reports.pages.elements import Content, Markup, element
from casecore.reports.pages.findings import finding_article, tag
from casecore.reports.pages.page import Drawn, Figure, Headline, PagePart, Tone, folded, html_page
from casecore.reports.pages.tables import Head, Valued, data_table
from casecore.reports.pictures import behaviours
from casecore.reports.text import plural

FIRST: Final = 8
"""How many changes stand on the first screen."""

_TONES: Final = MappingProxyType[str, Tone](
    {
        Label.LOOSER: "plain",
        Label.STRICTER: "plain",
        Label.OTHER: "plain",
        STRANDED: "bad",
        UNTRIED: "doubt",
        NO_EFFECT: "plain",
    }
)

_FAILING: Final = frozenset({PromiseVerdict.FAILS, PromiseVerdict.VACUOUS})


def diff_page(report: Differences, old: str, new: str, day: RedecidedDay | None = None) -> str:
    """A page: the answer and what changes first, then each change with its story, each edit, and how much was tried."""
    entries, titles = [*diff_entries(report)], (policy_title(report.old), policy_title(report.new))
    files = f"{old} → {new}"
    return html_page(
        "diff",
        files if titles[0] == titles[1] else " → ".join(titles),
        _answer(report, day),
        about=titles[0] if titles[0] == titles[1] else files,
        figures=_figures(report, day),
        first=_changes(entries),
        parts=[*_parts(report, entries, [*diff_findings(report, new)], day)],
        pictures=diff_pictures(report),
    )


def diff_pictures(report: Differences) -> tuple[Drawn, ...]:
    """The pictures on the page of a comparison."""
    return (behaviours(report),) if report.changes else ()


def _answer(report: Differences, day: RedecidedDay | None) -> Headline:
    """Whether the new SOP is safe to ship, as far as that was asked."""
    turned = [one for _, comparison in report.periods for one in comparison.verdict_changes]
    broken = sum(one.new is not None and one.new.verdict in _FAILING for one in turned)
    stranded, changed = len(report.stranded), len(report.changes)
    asked = all(comparison.promises for _, comparison in report.periods if comparison.changes)
    differs = f"{plural(changed, 'change')} of what the desk does" if changed else "nothing behaves differently"
    more = [f"{diff_summary(report)}."]
    if day is not None:
        more.append(f"{next(day_lines(day))}.")
    more.append(f"Compared {coverage_text(report)}.")
    bad = [f"{plural(stranded, 'reason')} why a case in flight is stranded"] if stranded else []
    bad += [f"{plural(broken, 'promise')} no longer kept"] if broken else []
    if bad:
        return Headline("bad", f"Not safe to ship: {', '.join(bad)}", more)
    if not report.complete:
        return Headline("doubt", f"Not everything was compared; so far {differs}, and nobody is stranded", more)
    if turned:
        told = f"{plural(len(turned), 'promise')} with another verdict"
        return Headline("doubt", f"Nobody is stranded; {told}, {differs}", more)
    if not asked:
        return Headline("plain", f"Nobody is stranded; {differs}; whether promises are kept was not asked", more)
    return Headline("good", f"Safe to ship: nobody is stranded, every promise stands as before; {differs}", more)


def _figures(report: Differences, day: RedecidedDay | None) -> Iterator[Figure]:
    for label, count in report.counts().items():
        none: Tone = "good" if label == STRANDED else "plain"
        yield Figure(f"{count:,}", f"{label}: {MEANINGS[label]}", _TONES[label] if count else none)
    yield Figure(f"{len(report.without_effect):,}", "edits without effect")
    if day is not None:
        yield Figure(f"{day.times:,} of {day.decisions:,}", "decisions of the recorded day would be others")


def _sign(label: str) -> Valued:
    return Valued(tag(f"{SIGNS[label]} {label}", _TONES[label]), [*SIGNS].index(label))


def _changes(entries: list[DiffEntry]) -> Markup:
    told = [one for one in entries if one.label not in {UNTRIED, NO_EFFECT}]
    if not told:
        return element("p", "At the desks that were tried, everything is decided as before.", class_="empty")
    order = [STRANDED, *Label]
    told.sort(key=lambda one: order.index(one.label))
    rows: list[tuple[Content | Valued, ...]] = [
        (
            element("a", one.id, href=f"#{one.id}"),
            _sign(one.label),
            (one.title, *(element("small", edit_text(edit)) for edit in one.edits)),
            one.old,
            one.new,
        )
        for one in told[:FIRST]
    ]
    left = f" ({FIRST} of {len(told)})" if len(told) > FIRST else ""
    return data_table(f"What changes{left}", (Head("change", "name"), "how", "what", "before", "from now on"), rows)


def _parts(
    report: Differences, entries: list[DiffEntry], findings: list[Finding], day: RedecidedDay | None
) -> Iterator[PagePart]:
    told = [
        _article(one, finding, report)
        for one, finding in zip(entries, findings, strict=True)
        if one.label not in {UNTRIED, NO_EFFECT}
    ]
    if told:
        yield PagePart("changes", "Changes", told, "Each with the shortest story that shows it, and both answers.")
    yield PagePart("edits", "Edits", _edit_table(report, entries), "What is written differently, and what comes of it.")
    promises = [element("li", line) for line in verdict_lines(report)]
    if promises:
        yield PagePart(
            "promises", "Promises", element("ul", promises, class_="plain"), "Those that have another verdict."
        )
    if day is not None:
        yield PagePart("day", "The recorded day", _day_table(day), f"{next(day_lines(day))}.")
    silent = [
        _article(one, finding, report)
        for one, finding in zip(entries, findings, strict=True)
        if one.label in {UNTRIED, NO_EFFECT}
    ]
    if silent:
        yield PagePart("silent", "Without effect, or not tried", silent, folded=True)
    meanings = [
        element("div", element("dt", f"{sign} {label}"), element("dd", MEANINGS[label]))
        for label, sign in SIGNS.items()
    ]
    yield PagePart("words", "Words", element("dl", meanings, class_="notes"), folded=True)


def _article(one: DiffEntry, finding: Finding, report: Differences) -> Markup:
    edits = [f"{edit_text(edit)}{(place := edit_places(report, edit)) and f'   {place}'}" for edit in one.edits]
    words = {"old": "before", "new": "from now on"}
    notes = [
        *(("edit", element("code", edit)) for edit in edits),
        *((words[word], answer) for word, answer in one.answers),
        *((("from", one.since),) if one.since else ()),
        *(("seen", line) for line in one.more),
    ]
    listed = [element("div", element("dt", what), element("dd", said)) for what, said in notes]
    inside: list[Content] = [element("dl", listed, class_="notes")]
    if one.story is not None:
        inside.append(folded("The shortest story that shows it", story_table(one.story, f"The story of {one.id}")))
    bare = attrs.evolve(finding, message="", path="", location=None)  # the edits say the same, each with its places
    return finding_article(bare, f"{one.sign} {one.label}", *inside, tone=_TONES[one.label])


def _edit_table(report: Differences, entries: list[DiffEntry]) -> Markup:
    known: dict[str, Edit] = {}
    comes: dict[str, dict[str, str]] = defaultdict(dict)
    for one in entries:
        for edit in one.edits:
            known.setdefault(edit.key, edit)
            comes[edit.key][one.id] = f"{one.sign} {one.label}"
    rows = [
        (
            element("code", key),
            element("code", edit_text(known[key]).removeprefix(f"{key} ")),
            element("code", edit_places(report, known[key])),
            [(element("a", id_, href=f"#{id_}"), " ", element("small", how)) for id_, how in comes[key].items()],
        )
        for key in sorted(known)
    ]
    heads = (Head("key", "name"), Head("edit", "name"), Head("stands at", "name"), "what comes of it")
    return data_table("Every edit", heads, rows)


def _day_table(day: RedecidedDay) -> Markup:
    rows = [
        (
            _sign(one.label).shown,
            ", ".join(one.rules),
            ", ".join(one.commands),
            Valued(f"{one.times:,}", one.times),
            [
                (
                    element("small", f"line {step.line}, before: {answer_text(step, step.verdict)}"),
                    element("small", f"from now on: {answer_text(step, new)}"),
                )
                for step, new in one.examples
            ],
        )
        for one in day.differences
    ]
    heads = ("how", Head("rule", "name"), Head("command", "name"), Head("times", "number"), "examples")
    return data_table("Decisions of the day that would have been others", heads, rows)
