"""The error of a policy that cannot be used: it shows every problem with its line underlined, as compilers do.

    my.toml: 1 problem

    error: tags.limt: no such key
     --> my.toml:2:1
      |
    2 | limt = 3
      | ^^^^
      = expected: one of enabled, limit, source
      = help: did you mean 'limit'?

The same stands in the error as data, for programs: `error.problems`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from casecore.kernel import CasecoreError
from casecore.kernel.problems import Origin, Problem

SHOWN_PROBLEMS: Final = 30
"""How many problems the text of an error shows; the error itself has them all."""

WIDEST: Final = 100
"""How much of a long line is shown, in characters."""

_BEFORE: Final = 30
"""How much of a long line is shown before what is underlined."""


class PolicyError(CasecoreError, ValueError):
    """A policy that cannot be used, with everything that is wrong with it.

    Attributes:
        name: The file, or `<text>`.
        problems: Every problem, in the order of the file; those that stand nowhere in it last.
    """

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(name, problems)  # as they came, so that the error survives pickling
        self.name = name
        self.problems = problems

    def __str__(self) -> str:
        return problems_text(self.name, self.problems)


def problems_text(name: str, problems: Sequence[Problem]) -> str:
    """All that is wrong with a file, or the first of it where that is much.

    Args:
        name: What the file is called.
        problems: What is wrong with it, at least one thing.
    """
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    told = [f"{name}: {count}", *(render_problem(problem) for problem in problems[:SHOWN_PROBLEMS])]
    if len(problems) > SHOWN_PROBLEMS:
        told.append(f"... and {len(problems) - SHOWN_PROBLEMS:,} more")
    return "\n\n".join(told)


def render_problem(problem: Problem, severity: str = "error") -> str:
    """A problem as text of several lines, with the lines of the file at which it stands.

    Args:
        problem: What is wrong; where it has no origins, only the words are told.
        severity: The word it begins with.
    """
    margin = " " * max((len(str(origin.line)) for origin in problem.origins), default=0)
    what = f"{problem.path}: {problem.message}" if problem.path else f"the file {problem.message}"
    lines = [f"{severity}: {what}"]
    for number, (file, origins) in enumerate(groupby(problem.origins, attrgetter("file"))):
        lines.extend(_underline(file, tuple(origins), margin, "-->" if number == 0 else ":::"))
    notes = (("expected", problem.expected), ("help", problem.remedy))
    lines += [f"{margin} = {word}: {said}" for word, said in notes if said]
    return "\n".join(lines)


def _underline(file: str, origins: tuple[Origin, ...], margin: str, arrow: str) -> Iterator[str]:
    yield f"{margin}{arrow} {file}:{origins[0].line}:{origins[0].column}"
    yield f"{margin} |"
    for origin in origins:
        text, marks = _excerpt(origin)
        yield f"{origin.line:>{len(margin)}} | {text}".rstrip()
        yield f"{margin} | {marks}"


def _excerpt(origin: Origin) -> tuple[str, str]:
    """The line of an origin, made printable, and the marks below it."""
    first = origin.column - 1
    last = origin.end_column - 1 if origin.end_line == origin.line else len(origin.text.rstrip())
    cut = max(first - _BEFORE, 0) if len(origin.text) > WIDEST else 0
    shown = origin.text[cut : cut + WIDEST]
    head = "..." if cut else ""
    tail = "..." if cut + WIDEST < len(origin.text) else ""
    marks = max(_cell_width(origin.text[first : min(last, cut + WIDEST)]), 1)
    text = "".join(map(_printable_character, shown))
    return f"{head}{text}{tail}", " " * (len(head) + _cell_width(origin.text[cut:first])) + "^" * marks


def _printable_character(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _cell_width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(x) else 2 if unicodedata.east_asian_width(x) in "WF" else 1 for x in text)
