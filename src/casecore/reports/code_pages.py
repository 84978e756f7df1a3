"""What a code of a finding means: one page each, which `casecore explain CODE` prints and the manual shows.

A page lies beside what finds it (`check/code_pages.py`, `promises/code_pages.py`, and so on), and tests run its
examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen


@frozen
class CodePage:
    """What there is to know of a code.

    Attributes:
        code: The code, e.g. `CC204`.
        title: What it stands for, in a sentence or less.
        level: How bad it is, in words.
        meaning: What is found, and why it matters; paragraphs have an empty line between them.
        remedy: What to do.
        language: In what the examples are written, e.g. `toml`; empty: in words.
        examples: Each under its word: mostly `Bad`, which has it, and `Good`, which is the same, mended.
        shown_by: The command that finds it in the first example, which is its file.
    """

    code: str
    title: str
    level: str
    meaning: str
    remedy: str
    language: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    shown_by: str = ""


def bad_and_good(bad: str, good: str) -> tuple[tuple[str, str], ...]:
    """An example that has a code, and the same, mended."""
    return (("Bad", bad.strip()), ("Good", good.strip()))


def by_code(pages: Iterable[CodePage]) -> dict[str, CodePage]:
    """Pages by their codes."""
    return {page.code: page for page in pages}


def page_markdown(page: CodePage, *, remedy: bool = True) -> Iterator[str]:
    """A page in Markdown, line by line, without a title.

    Args:
        page: The page.
        remedy: Whether it says what to do; not where that is said above it.
    """
    yield from (f"*{page.level}* · {page.title}", "")
    yield from (page.meaning, "")
    for word, text in page.examples:
        yield from (f"{word}:", "", f"```{page.language or 'text'}", text, "```", "")
    if page.shown_by:
        yield from (f"`{page.shown_by}` finds it.", "")
    if remedy:
        yield from remedy_markdown(page.remedy)


def remedy_markdown(remedy: str) -> Iterator[str]:
    """What to do, in Markdown."""
    yield from (f"**What to do:** {remedy}", "")
