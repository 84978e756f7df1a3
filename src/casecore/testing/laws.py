"""What holds for every command at every desk, whatever the SOP says: the laws of deciding and evolving.

* **Deciding changes nothing.** Neither does evolving change the desk it starts from: old versions can be kept.
* **A refusal changes nothing**, and says why.
* **The view is enough.** A desk that holds only the rows which the command's view names gives the same answer, and the
  events can be applied to it: a service may load those few rows, decide, and write them back.
* **Folding is evolving.** All events at once, or one after the other, lead to the same desk.

`broken_laws(step, rows)` asks them all of one step; take `rows_of(desk)` before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import attrs
from rpds import HashTrieMap

from casecore.desk import Desk
from casecore.kernel import MissingRow, Refused, fields_of
from casecore.kernel.records import id_of_row
from casecore.promises import Step
from casecore.rooms.composition import TABLES, View

Rows: TypeAlias = Mapping[str, Mapping[str, Any]]


def rows_of(desk: Desk) -> Rows:
    """Every row of a desk, by table and id, as copies that nothing done to the desk can change."""
    return {table: {row: attrs.astuple(held) for row, held in getattr(desk, table).items()} for table in TABLES}


def partial_desk(desk: Desk, view: View) -> Desk:
    """A desk like this one with the rows of one view and no others, as a service would load it."""
    rows: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    for field in fields_of(type(view)):
        row = getattr(view, field.name)
        place = desk.house.places.get(type(row))
        if place is not None and place.sheet is None:
            rows[place.table][id_of_row(row)] = row
    if view.named is not None:
        rows["cases"][view.named.id] = desk.house.file(view.named)
    if view.case is not None:
        rows["cases"][view.case.id] = desk.house.file(*[getattr(view, sheet) for sheet in desk.house.sheets])
    held: dict[str, Any] = {table: HashTrieMap(held) for table, held in rows.items()}
    return attrs.evolve(desk, now=view.now, **held)


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
    yield from _view_is_enough(step, rows)


def _view_is_enough(step: Step, rows: Rows) -> Iterator[str]:
    partial = partial_desk(step.before, step.before.view(step.command))
    verdict = partial.decide(step.command)
    if verdict != step.verdict:
        yield f"with only the rows of its view the answer is {verdict}, not {step.verdict}"
        return
    try:
        written = rows_of(partial.evolve(step.events))
    except MissingRow as missing:
        yield f"the rows of the view are not enough to apply what happens: {missing}"
        return
    for table, held in rows_of(step.after).items():
        for row in sorted({*held, *rows[table]}):
            if held.get(row) != rows[table].get(row) and held.get(row) != written[table].get(row):
                yield f"with only the rows of its view, {row} of the {table} becomes {written[table].get(row)}"
