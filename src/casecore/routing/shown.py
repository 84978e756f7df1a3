"""What is shown of why a piece of work goes to whom: the whole in words, and what is thought of each agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.routing import Candidate, Explanation


def _line(explanation: Explanation) -> str:
    return explanation.message


def _display(explanation: Explanation) -> Display:
    rows = [
        {
            "agent": f"{_mark_of(one, explanation)} {one.agent}",
            "why": one.why,
        }
        for one in explanation.candidates
    ]
    brief = str(explanation).split("\n")[1:]
    return Display(explanation.message, tables=(DisplayTable.of("Agents, in their turn", rows),), brief=brief)


def _mark_of(candidate: Candidate, explanation: Explanation) -> str:
    if candidate.agent == explanation.chosen:
        return "→"
    return "✓" if candidate.eligible else "✗"


def _rows(explanation: Explanation) -> Iterator[TableRow]:
    for place, one in enumerate(explanation.candidates, 1):
        yield {
            "case": explanation.case,
            "turn": place,
            "agent": one.agent,
            "chosen": one.agent == explanation.chosen,
            "eligible": one.eligible,
            "why": one.why,
            "rules": ", ".join(reason.rule for reason in one.reasons),
        }


EXPLANATION: Final = Writer(_line, _display, _rows)
