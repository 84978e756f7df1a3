"""The rules of a desk as a page for people: what blocks, what only warns, what is off, and which key sets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from casecore.check.findings import place_of, policy_title
from casecore.kernel import Enforcement
from casecore.policies import Policy
from casecore.policies.citing import keys_that_set
from casecore.projections.rules import ALWAYS, ListedRule
from casecore.reports.pages.elements import Content, Markup, element
from casecore.reports.pages.findings import tag
from casecore.reports.pages.page import Figure, Headline, PagePart, Tone, folded, html_page
from casecore.reports.pages.tables import Head, Valued, data_table
from casecore.reports.pictures import life_cycle
from casecore.reports.text import plural

SOME: Final = 3
"""How many titles of a rule, and how many things that it guards, are shown at once."""

_KEPT: Final = MappingProxyType[str, tuple[str, Tone, str]](
    {
        ALWAYS: ("✓ always", "good", "always kept: no policy can soften them"),
        Enforcement.BLOCK: ("✓ blocks", "good", "block, and may be softened"),
        Enforcement.WARN: ("! warns", "doubt", "only warn"),
        Enforcement.OFF: ("✗ off", "bad", "are not asked"),
    }
)
"""How a rule is kept: in a word with its mark, how good that is, and of several."""


def rules_page(found: Sequence[ListedRule], policy: Policy, file: str) -> str:
    """A page of rules.

    Args:
        found: The rules.
        policy: The SOP under which they are listed.
        file: What its file is called.
    """
    counts = Counter(rule.enforcement for rule in found)
    soft = counts[Enforcement.WARN] + counts[Enforcement.OFF]
    told = f"{plural(len(found), 'rule')}; the policy softens {soft or 'none'} of them"
    return html_page(
        "rules",
        policy_title(policy) or "A policy",
        Headline(
            "doubt" if soft else "good", told, ("What blocks refuses; what warns is noted; what is off is not asked.",)
        ),
        about=file,
        figures=[
            Figure(str(counts[kept]), words, tone if counts[kept] else "plain")
            for kept, (_, tone, words) in _KEPT.items()
        ],
        first=_softened(found, policy) if soft else None,
        parts=[*_parts(found, policy)],
        pictures=(life_cycle(),),
    )


def _softened(found: Sequence[ListedRule], policy: Policy) -> Markup:
    rows = [_cells(rule, policy) for rule in found if rule.enforcement in {Enforcement.WARN, Enforcement.OFF}]
    return data_table("Softened by the policy", _HEADS, rows)


def _parts(found: Sequence[ListedRule], policy: Policy) -> Iterator[PagePart]:
    about = "What each says, where the domain says so, what it guards, and the keys that set it."
    table = data_table("Every rule of the desk", _HEADS, [_cells(rule, policy) for rule in found])
    yield PagePart("rules", "Every rule", table, about)


_HEADS: Final = (Head("rule", "name"), "kept", "what it says", "clause", Head("guards", "name"), Head("set by", "name"))


def _cells(rule: ListedRule, policy: Policy) -> tuple[Content | Valued, ...]:
    word, tone, _ = _KEPT[rule.enforcement]
    return (
        element("code", rule.id),
        Valued(tag(word, tone), [*_KEPT].index(rule.enforcement)),
        _some(rule.titles, "; "),
        ", ".join(rule.clauses),
        _some(rule.guards, ", "),
        _keys(keys_that_set(policy, rule.id), policy),
    )


def _keys(keys: Sequence[str], policy: Policy) -> Content:
    """The keys that set a rule: those that a file says first, with their lines; the others as they are by default."""
    places = {key: place_of(policy, key) for key in keys}
    said = [element("div", element("code", key), element("small", place)) for key, place in places.items() if place]
    left = [element("div", element("code", key)) for key, place in places.items() if not place]
    if len(left) > SOME:
        return said, folded(f"and {len(left)} left out", left)
    return said, left


def _some(words: Sequence[str], between: str) -> Content:
    """The first of several words, and the others to be unfolded."""
    if len(words) <= SOME:
        return between.join(words)
    return between.join(words[:SOME]), folded(f"and {len(words) - SOME} more", between.join(words[SOME:]))
