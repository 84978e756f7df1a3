"""The driver that applies events to records: rows and sheets that come, change, end, or are somebody else's."""

import pytest

from casecore.kernel import MissingRow
from casecore.kernel.effects import Edits, effect_at
from tests.kernel.garden import (
    EFFECTS,
    NOON,
    PLACES,
    Bill,
    Billed,
    Label,
    Labelled,
    Paid,
    Planted,
    PlantFile,
    Pot,
    Unlabelled,
    Watered,
)

FERN = {("plants", "fern"): PlantFile(Pot("fern", 5))}


def after(*kinds, rows=(), owns=None, plant="fern"):
    """The rows after these events, by table and id."""
    before = dict(rows)
    edits = Edits(EFFECTS, lambda table, row_id: before.get((table, row_id)), owns)
    last = edits.apply(kind("ana", NOON, plant) for kind in kinds)
    assert (kinds[-1] if kinds else type(None)) is type(last)
    return {(table, row_id): row for table, rows in edits.frozen().items() for row_id, row in rows.items()}


@pytest.mark.parametrize(
    ("kinds", "before", "rows"),
    [
        pytest.param((), FERN, {}, id="nothing"),
        pytest.param((Planted,), {}, {("plants", "fern"): PlantFile(Pot("fern"))}, id="a new file"),
        pytest.param(
            (Planted, Labelled, Watered, Unlabelled),
            {},
            {("plants", "fern"): PlantFile(Pot("fern", 1)), ("bills", "fern"): None},
            id="made and changed in one go",
        ),
        pytest.param(
            (Watered, Watered),
            FERN,
            {("plants", "fern"): PlantFile(Pot("fern", 7)), ("bills", "fern"): None},
            id="edit",
        ),
        pytest.param((Labelled,), FERN, {("plants", "fern"): PlantFile(Pot("fern", 5), Label("FERN"))}, id="a sheet"),
        pytest.param((Billed,), {}, {("bills", "fern"): Bill("fern", 10)}, id="a row"),
        pytest.param(
            (Billed, Watered),
            FERN,
            {("plants", "fern"): PlantFile(Pot("fern", 6)), ("bills", "fern"): Bill("fern", 12)},
            id="a new row that is edited",
        ),
        pytest.param((Billed, Paid), {}, {("bills", "fern"): None}, id="a row that ends"),
    ],
)
def test_apply(kinds, before, rows):
    """What is touched is there as it is then, None where it has ended; every record is of its own class."""
    found = after(*kinds, rows=before)
    assert rows == found
    assert {type(row) for row in rows.values()} == {type(row) for row in found.values()}


@pytest.mark.parametrize("kind", [Watered, Labelled, Unlabelled, Paid])
def test_missing(kind):
    """What is not there can be neither changed nor ended, and no sheet lies without its file."""
    with pytest.raises(MissingRow) as caught:
        after(kind)
    assert (kind, "fern") == (type(caught.value.event), caught.value.row)


def test_missing_sheet():
    """A file that is there may lack the sheet that should end."""
    with pytest.raises(MissingRow):
        after(Unlabelled, rows=FERN)


def test_what_was_there_stays():
    """The records before are not touched."""
    before = FERN["plants", "fern"]
    assert PlantFile(Pot("fern", 6)) == after(Watered, rows=FERN)["plants", "fern"]
    assert PlantFile(Pot("fern", 5)) == before


def test_rows_of_others():
    """What happens to a row that is not ours is left aside, whether it is there or not."""
    assert {("bills", "fern"): None} == after(Planted, Watered, Labelled, owns=lambda table, _: table == "bills")
    assert {("bills", "fern"): Bill("fern", 12)} == after(Billed, Watered, owns=lambda table, _: table == "bills")


def test_a_change_of_which_no_event_tells():
    """A record is found at its place and edited once, however often it is asked for."""
    edits = Edits(EFFECTS, lambda table, row_id: FERN.get((table, row_id)))
    effect = effect_at(PLACES[Pot], Pot)
    edits.editing(effect, "fern").water = 9
    assert 9 == edits.editing(effect, "fern").water
    assert {"plants": {"fern": PlantFile(Pot("fern", 9))}} == dict(edits.frozen())


def test_a_row_of_which_no_event_tells():
    """The same for a row that is no file."""
    edits = Edits(EFFECTS, lambda _, row_id: Bill(row_id, 1))
    edits.editing(effect_at(PLACES[Bill], Bill), "fern").sum = 3
    assert {"bills": {"fern": Bill("fern", 3)}} == dict(edits.frozen())
