"""A finding as every page shows it: what, how bad, where it stands, what to do, and what else belongs to it."""

from __future__ import annotations

from typing import Final

from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.pages.elements import Content, Markup, element
from casecore.reports.pages.page import Tone

TONES: Final[dict[Severity | None, Tone]] = {
    Severity.ERROR: "bad",
    Severity.WARNING: "doubt",
    Severity.NOTE: "plain",
    None: "good",
}
"""How good it is that there is a finding of a level."""


def tag(text: str, tone: Tone = "plain") -> Markup:
    """A word that says how something stands."""
    return element("span", text, class_=f"tag {tone}")


def place_text(place: Location | None) -> str:
    """Where something stands: `sop.toml:41`; nothing where its line is not known."""
    return "" if place is None or place.line is None else f"{place.file}:{place.line}"


def anchor_of(finding: Finding, prefix: str = "") -> str:
    """By what a finding is linked on its page."""
    return "-".join(filter(None, (prefix, "".join(x if x.isalnum() or x in ".-" else "-" for x in finding.name))))


def finding_article(finding: Finding, word: str, *content: Content, id_: str = "", tone: Tone | None = None) -> Markup:
    """A finding with all that belongs to it, under a heading of the third rank.

    Args:
        finding: What was found.
        word: How it stands, in a word or two.
        content: What else is shown of it; its detail as plain text if it is left out.
        id_: By what it is linked.
        tone: How good it is; that of its level if it is left out.
    """
    level = finding.level
    said: list[Content] = [element("p", line) for line in finding.message.split("\n") if line]
    if finding.remedy:
        said.append(element("p", element("b", "What to do: "), finding.remedy, class_="remedy"))
    notes = [
        (what, element("code", told))
        for what, told in (("key", finding.path), ("stands at", place_text(finding.location)))
        if told
    ]
    listed = [element("div", element("dt", what), element("dd", told)) for what, told in notes]
    detail = element("pre", "\n".join(finding.detail), tabindex=0, role="group", aria_label="More of it")
    return element(
        "article",
        element(
            "h3",
            tag(word, tone or TONES[level]),
            " ",
            element("code", finding.name),
            " ",
            element("span", finding.title),
        ),
        said,
        element("dl", listed, class_="notes short") if listed else None,
        content or (detail if finding.detail else None),
        id=id_ or anchor_of(finding),
        class_=f"finding {tone or TONES[level]}",
        data_code=finding.code,
        data_number=finding.number or None,
        data_level=level or "none",
    )
