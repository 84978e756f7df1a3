"""A check as a page for people: whether the policy holds, what to look at first, and stories that break promises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final

from casecore.check.code_pages import CODE_PAGES
from casecore.check.findings import (
    EXITS,
    MARKS,
    VERDICTS,
    lint_findings,
    place_of,
    policy_title,
    promise_findings,
    rests_on,
    scope_rows,
    search_text,
)
from casecore.check.report import Exit, Judgement, PromiseVerdict, Report, Severity
from casecore.check.stories import HEAD, story_rows, team_text
from casecore.explore import Story
from casecore.policies import Policy
from casecore.promises.code_pages import CODE_PAGES as PROMISE_PAGES
from casecore.reports.findings import Finding
from casecore.reports.pages.elements import Content, Markup, element, joined, with_code
from casecore.reports.pages.findings import TONES, anchor_of, finding_article, place_text, tag
from casecore.reports.pages.page import Drawn, Figure, Headline, PagePart, Tone, folded, html_page
from casecore.reports.pages.tables import Head, Valued, data_table
from casecore.reports.pictures import promise_coverage
from casecore.reports.text import plural

FIRST: Final = 6
"""How many findings stand on the first screen."""

_ANSWERS: Final = MappingProxyType[Exit, tuple[Tone, str]](
    {
        Exit.CLEAN: ("good", "It holds"),
        Exit.FINDINGS: ("bad", "It does not hold"),
        Exit.INCONCLUSIVE: ("doubt", "Not everything is known"),
    }
)

_TONES: Final = MappingProxyType[PromiseVerdict, Tone](
    {
        PromiseVerdict.FAILS: "bad",
        PromiseVerdict.VACUOUS: "bad",
        PromiseVerdict.INCONCLUSIVE: "doubt",
        PromiseVerdict.WAIVED: "plain",
        PromiseVerdict.NOT_CLAIMED: "plain",
        PromiseVerdict.PROVED: "good",
    }
)

_WORDS: Final = MappingProxyType(
    {
        PromiseVerdict.PROVED: "proved",
        PromiseVerdict.FAILS: "broken",
        PromiseVerdict.VACUOUS: "never put to the test",
        PromiseVerdict.INCONCLUSIVE: "not decided",
        PromiseVerdict.WAIVED: "waived",
        PromiseVerdict.NOT_CLAIMED: "not claimed",
    }
)
"""What is said of promises of a verdict."""

_BAD: Final = (PromiseVerdict.FAILS, PromiseVerdict.VACUOUS, PromiseVerdict.INCONCLUSIVE)
"""The verdicts of which the answer tells."""


def check_page(report: Report, file: str) -> str:
    """A page: the answer and what to look at first, then each promise with its story, and how much was tried."""
    return html_page(
        "check",
        policy_title(report.policy) or "A policy",
        _answer(report),
        about=file,
        figures=_figures(report),
        first=_look_first(report, file),
        parts=[*_parts(report, file)],
        pictures=check_pictures(report),
    )


def _answer(report: Report) -> Headline:
    """Whether the policy holds; of what does not, how much."""
    tone, text = _ANSWERS[report.exit]
    told = [f"{plural(len(report.of(verdict)), 'promise')} {_WORDS[verdict]}" for verdict in _BAD if report.of(verdict)]
    errors = sum(finding.level is Severity.ERROR for finding in report.findings)
    told += [f"{plural(errors, 'error')} in the policy"] if errors else []
    if tone == "good":
        told = [f"{plural(len(report.of(PromiseVerdict.PROVED)), 'promise')} proved"]
    more = (f"Exit {int(report.exit)}: {EXITS[report.exit]}.", f"Searched {search_text(report)}.")
    return Headline(tone, f"{text}: {', '.join(told) or 'nothing was asked'}", more)


def check_pictures(report: Report) -> tuple[Drawn, ...]:
    """The pictures on the page of a check."""
    return (promise_coverage(report),) if report.judgements else ()


def _figures(report: Report) -> Iterator[Figure]:
    for verdict, words in _WORDS.items():
        count = len(report.of(verdict))
        if count or verdict in {PromiseVerdict.PROVED, PromiseVerdict.FAILS}:
            yield Figure(str(count), f"promises {words}", _TONES[verdict] if count else "plain")
    for level in (Severity.ERROR, Severity.WARNING):
        count = sum(finding.level is level for finding in report.findings)
        if count:
            yield Figure(str(count), f"{level}s in the policy", TONES[level])
    worlds = sum(scope.worlds for scope in report.searched if not scope.alike)
    yield Figure(f"{worlds:,}", "worlds searched")


def _look_first(report: Report, file: str) -> Markup:
    every = [(one, _lint_anchor(one)) for one in lint_findings(report, file)]
    every += [(one, anchor_of(one)) for one, _ in promise_findings(report, file)]
    found = [(level, one, anchor) for level in Severity for one, anchor in every if one.level is level]
    if not found:
        return element("p", "Nothing needs anybody's attention.", class_="empty")
    rows = [
        (
            element("a", one.name, href=f"#{anchor}"),
            Valued(tag(level, TONES[level]), [*Severity].index(level)),
            (one.title, element("small", one.message)),
            one.remedy,
            element("code", place_text(one.location)),
        )
        for level, one, anchor in found[:FIRST]
    ]
    heads = (Head("code", "name"), "level", "what", "what to do", Head("stands at", "name"))
    left = f" ({FIRST} of {len(found)})" if len(found) > FIRST else ""
    return data_table(f"Look at these first{left}", heads, rows)


def _lint_anchor(finding: Finding) -> str:
    """By what a finding of the lint is linked: its code may be found at many keys."""
    return f"{anchor_of(finding)}-{finding.fingerprint[:8]}"


def _parts(report: Report, file: str) -> Iterator[PagePart]:
    lint = [
        finding_article(one, str(one.level), _meaning(one.code), id_=_lint_anchor(one))
        for one in lint_findings(report, file)
    ]
    if lint:
        yield PagePart("policy", "In the policy", lint, "What reading it alone shows.")
    known = [*promise_findings(report, file)]
    loose = [_promise_article(one, of, report.policy) for one, of in known if of.verdict is not PromiseVerdict.PROVED]
    if loose:
        yield PagePart("not-proved", "Not proved", loose)
    yield PagePart("promises", "Every promise", _promise_table(known), "What always holds, and what is known of it.")
    proved = [_proved_article(one, of) for one, of in known if of.verdict is PromiseVerdict.PROVED and of.witness]
    if proved:
        about = "Of each promise that is proved: the shortest story that puts it to the test."
        yield PagePart("stories", "Put to the test", proved, about, folded=True)
    if report.searched:
        yield PagePart("searched", "Searched", _scope_table(report), f"{search_text(report)}.", folded=True)
    if report.unused:
        about = "None of these refused anything in any scope."
        rules = element("ul", [element("li", element("code", rule)) for rule in sorted(report.unused)], class_="plain")
        yield PagePart("unused", "Rules not needed", rules, about, folded=True)
    meanings = [element("div", element("dt", verdict), element("dd", what)) for verdict, what in VERDICTS.items()]
    yield PagePart("words", "Words", element("dl", meanings, class_="notes"), folded=True)


def _promise_article(finding: Finding, judgement: Judgement, policy: Policy) -> Markup:
    verdict, inside = judgement.verdict, list[Content]()
    if judgement.keys:
        rested = [
            element("li", element("code", rests_on(policy, key)), f" {place_of(policy, key)}".rstrip())
            for key in judgement.keys
        ]
        inside.append(element("div", element("p", "Allowed by:"), element("ul", rested, class_="plain")))
    if judgement.story is not None:
        told = story_table(judgement.story, f"The story that breaks {finding.code}", judgement.wrong)
        inside.append(folded("The shortest story that breaks it", told, opened=True))
    inside.append(_meaning(finding.code))
    return finding_article(finding, f"{MARKS.get(verdict, '–')} {verdict}", *inside, tone=_TONES[verdict])


def _proved_article(finding: Finding, judgement: Judgement) -> Markup:
    told = story_table(judgement.witness or Story((), ()), f"A story that puts {finding.code} to the test")
    return folded(joined(element("code", finding.code), f" {finding.title}"), told, _meaning(finding.code))


def _meaning(code: str) -> Markup | None:
    """What a code means, as `casecore explain` tells it; nothing of a promise of the policy's own."""
    page = CODE_PAGES.get(code) or PROMISE_PAGES.get(code)
    if page is None:
        return None
    return folded(f"What {code} means", [element("p", with_code(part)) for part in page.meaning.split("\n\n")])


def _promise_table(known: Iterable[tuple[Finding, Judgement]]) -> Markup:
    order = [*VERDICTS]
    rows = [
        (
            element("code", one.code),
            Valued(tag(f"{MARKS.get(of.verdict, '–')} {of.verdict}", _TONES[of.verdict]), order.index(of.verdict)),
            one.title,
            Valued(f"{of.times:,}", of.times),
            one.message,
        )
        for one, of in known
    ]
    heads = (Head("promise", "name"), "verdict", "what always holds", Head("tested", "number"), "what is known")
    return data_table("Every promise and its verdict", heads, rows)


def _scope_table(report: Report) -> Markup:
    heads = (Head("scope", "name"), "who is there", Head("worlds", "number"), Head("steps", "number"), "tried")
    return data_table("The small desks that were searched", heads, scope_rows(report))


def story_table(story: Story, caption: str, wrong: Iterable[str] = ()) -> Markup:
    """A story as a table, with who is there above it, and what is wrong with its last step below.

    Args:
        story: What happens.
        caption: What the table is called.
        wrong: What is wrong.
    """
    rows = [row.cells for row in story_rows(story)]
    team = element("p", f"With {team_text(story)}.", class_="about") if story.team else None
    broken = [element("p", tag("✗ here", "bad"), f" {what}") for what in wrong]
    heads = (Head(HEAD[0], "number"), Head(HEAD[1], "name"), *HEAD[2:])
    return joined(team, data_table(caption, heads, rows, still=True) if rows else None, broken)
