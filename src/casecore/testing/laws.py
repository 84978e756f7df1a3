"""What holds for every command at every desk, whatever the SOP says: the laws of deciding and evolving.

* **Deciding changes nothing.** Neither does evolving change the desk it starts from: old versions can be kept.
* **A refusal changes nothing**, and says why.
* **The rows are enough.** A desk that holds only the rows which a command needs (`Desk.loaded`) gives the same answer,
  and the events change no row that it does not hold: a service may load those few, decide, and write back.
* **Folding is evolving.** All events at once, or one after the other, lead to the same desk.

`broken_laws(step, rows)` asks them all of one step; take `rows_of(desk)` before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import attrs

from casecore.desk import AnyDesk, Desk
from casecore.kernel import MissingRow, Refused
from casecore.kernel.loading import NotLoaded
from casecore.promises import Step
from casecore.rooms.composition import TABLES

Rows: TypeAlias = Mapping[str, Mapping[str, Any]]


def rows_of(desk: AnyDesk) -> Rows:
    """Every row of a desk, by table and id, as copies that nothing done to the desk can change."""
    return {table: {row: attrs.astuple(held) for row, held in getattr(desk, table).items()} for table in TABLES}


def broken_laws(step: Step, rows: Rows) -> Iterator[str]:
    """Every law that a step breaks.

    Args:
        step: The step.
        rows: What `rows_of` said of its desk before the command was given.
    """
    if rows_of(step.before) != rows:
        yield "the desk that was asked has changed"
    if isinstance(step.verdict, Refused) and (step.after != step.before or not step.verdict.reasons):
        yield "a refusal changed the desk, or gave no reason"
    if step.moments and step.moments[-1][-1] != step.after:
        yield "the events lead to another desk one by one than all at once"
    yield from unequal_on_few_rows(step)


def unequal_on_few_rows(step: Step) -> Iterator[str]:
    """What is otherwise on a desk of the rows that a step's command needs: the answer, or that one is missing."""
    before = step.before
    partial = Desk.loaded(before.policy, step.command, before.row, before.now, before.house)
    try:
        verdict = partial.decide(step.command)
        if verdict != step.verdict:
            yield f"with only the rows that it needs the answer is {verdict}, not {step.verdict}"
            return
        partial.evolve(step.events)
    except (MissingRow, NotLoaded) as missing:
        yield f"the rows that it needs are not enough: {missing}"
