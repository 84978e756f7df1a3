"""What is shown of an exploration: how much was tried, and what came of each question."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from casecore.explore import Exploration, Found, Result
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import plural

_MARKS: Final = MappingProxyType({Result.PROVED: "✓", Result.INCONCLUSIVE: "?"})
"""A sign for what came of a question; what fails, and what is vacuous, has a cross."""


def _line(found: Exploration) -> str:
    given_up = "" if found.complete else ", given up at the limit"
    return f"Exploration of {found.scope.name}: {plural(found.worlds, 'world')}{given_up}{_answers(found)}"


def _answers(found: Exploration) -> str:
    results = [one.result for one in found.found.values()]
    counts = [f"{results.count(result)} {result}" for result in Result if result in results]
    return f"; {', '.join(counts)}" if counts else ""


def _display(found: Exploration) -> Display:
    tried = "all of them" if found.complete else "given up at the limit"
    lines = [
        f"{plural(found.worlds, 'world')} ({found.desks:,} by the desk alone), {tried}",
        f"{plural(found.transitions, 'step')} between them, {plural(found.decisions, 'decision')} asked for that",
        f"{plural(len(found.refusals), 'rule')} refused something",
    ]
    questions = sorted(found.found.items(), key=lambda one: (one[1].result is Result.PROVED, one[0]))
    rows = [
        {
            "question": name,
            "result": f"{_MARKS.get(one.result, '✗')} {one.result}",
            "times": one.times,
            "story": _story_text(one),
        }
        for name, one in questions
    ]
    return Display(_line(found), lines, (DisplayTable.of("Questions", rows),))


def _story_text(one: Found) -> str:
    told = [] if one.story is None else [plural(len(one.story), "step")]
    return "; ".join((*told, *one.wrong))


def _rows(found: Exploration) -> Iterator[TableRow]:
    for name, one in found.found.items():
        yield {
            "scope": found.scope.name,
            "question": name,
            "result": one.result,
            "times": one.times,
            "steps": None if one.story is None else len(one.story),
            "wrong": "; ".join(one.wrong),
        }


EXPLORATION: Final = Writer(_line, _display, _rows)
