"""Every code that a report of ours may carry, with its page: what `casecore explain` knows beside keys and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import attrs

from casecore.cli.screen import Screen
from casecore.reports.code_pages import CodePage, page_markdown, remedy_markdown
from casecore.reports.markdown import table
from casecore.reports.sarif import UNREADABLE

ALL_CODES: Final = "codes"
"""What is asked for to see every code."""

_GROUPS: Final = {
    "Policies": "What `casecore check` finds in a policy before it searches, and what it finds of your own rules.",
    "Promises": "What always holds, as `casecore check`, `casecore replay --promises` and a day's `keeps` judge it. "
    "What your own rules promise is called by their ids.",
    "Comparisons": "What `casecore diff` says of an edit.",
    "Days": "What `casecore replay` says of a step.",
    "Templates": "What `casecore template lint` finds in a template, and what keeps one from being sent.",
    "Every report": "What each command says that could not do what it was asked.",
}
"""The groups of codes, and what finds each; a finding of an audit is called by its rule (`casecore rules`)."""

_UNREADABLE: Final = CodePage(
    UNREADABLE.code,
    UNREADABLE.title,
    UNREADABLE.level,
    "A report without findings would look like a clean one, so what could not be read is a finding. The exit code is"
    " 2.",
    f"{UNREADABLE.help}.",
)


@cache
def groups() -> Mapping[str, Mapping[str, CodePage]]:
    """Every page, by group and code."""
    from casecore.check.code_pages import CODE_PAGES as POLICIES
    from casecore.diff.code_pages import CODE_PAGES as COMPARISONS
    from casecore.promises.code_pages import CODE_PAGES as PROMISES
    from casecore.replay.code_pages import CODE_PAGES as DAYS
    from casecore.templates.code_pages import CODE_PAGES as TEMPLATES

    every = (POLICIES, PROMISES, COMPARISONS, DAYS, TEMPLATES, {_UNREADABLE.code: _UNREADABLE})
    return dict(zip(_GROUPS, every, strict=True))


def every_page() -> Iterator[CodePage]:
    """The page of each code, in the order of the groups."""
    for pages in groups().values():
        yield from pages.values()


def page_called(name: str) -> CodePage | None:
    """The page of a code, however it is written: `cc204` is `CC204`; None where there is no such code."""
    return {page.code.casefold(): page for page in every_page()}.get(name.casefold())


def page_to_dict(page: CodePage) -> dict[str, Any]:
    """A page as plain data."""
    told = attrs.asdict(page, filter=lambda field, _: field.name != "examples")
    return {**told, "examples": [{"word": word, "text": text} for word, text in page.examples]}


def show_page(page: CodePage, screen: Screen) -> None:
    """Print a page."""
    screen.print_line(f"{screen.paint_text(page.code, 'bold')}  {page.level}")
    screen.print_paragraph(page.title)
    screen.print_line()
    screen.print_paragraph(page.meaning)
    for word, text in page.examples:
        screen.print_line()
        screen.print_line(f"{word}:")
        for line in text.split("\n"):
            screen.print_line(f"    {line}".rstrip())
    if page.shown_by:
        screen.print_line()
        screen.print_paragraph(f"Found by: {page.shown_by}", "dim")
    screen.print_line()
    screen.print_paragraph(f"What to do: {page.remedy}")


def show_codes(screen: Screen) -> None:
    """Print each code with what it stands for."""
    for number, (title, pages) in enumerate(groups().items()):
        if number:
            screen.print_line()
        screen.print_line(screen.paint_text(title, "bold"))
        screen.print_table(
            ("code", "what it stands for"),
            [(page.code, page.title) for page in pages.values()],
            frozenset({"what it stands for"}),
        )


_HEAD: Final = """# Every code of a finding

This page is generated (`casecore explain codes --format md`), and a test holds it equal. `casecore explain CC204`
prints one part of it; `casecore explain codes` lists them all. Every example is run by a test.
"""


def codes_page() -> str:
    """Every code with its page, in Markdown."""
    parts = [_HEAD]
    for title, pages in groups().items():
        parts += [f"## {title}", "", _GROUPS[title], ""]
        if title == "Templates":
            parts += [*table(("code", "level", "what it stands for"), _rows(pages)), ""]
            parts += ["Each with its examples: [what can be found in a template](../template-findings.md).", ""]
            continue
        remedies = {page.remedy for page in pages.values()}
        once = len(remedies) < len(pages)  # one remedy for all of them is said above them
        parts += [*remedy_markdown(*remedies)] if once else []
        for page in pages.values():
            parts += [f"### {page.code}", "", *page_markdown(page, remedy=not once)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _rows(pages: Mapping[str, CodePage]) -> Iterator[tuple[str, str, str]]:
    for page in pages.values():
        yield page.code, page.level, page.title
