"""A garden: plants in files of two sheets, bills in rows of their own, and what happens to them."""

from datetime import UTC, datetime

from casecore.kernel import Event, Room, frozen
from casecore.kernel.effects import Place, effects_of
from casecore.kernel.records import editing_class, record

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@record
class Pot:
    """The first sheet of a plant's file."""

    id: str
    water: int = 0


@record
class Label:
    """A sheet that may be missing."""

    text: str


@record
class PlantFile:
    """All that is kept of a plant."""

    pot: Pot
    label: Label | None = None


@record
class Bill:
    """A row of its own."""

    id: str
    sum: int


@frozen
class Happened(Event):
    """Something happened to a plant."""

    plant: str


class Planted(Happened):
    """It came."""


class Watered(Happened):
    """It was watered, which costs something where somebody pays."""


class Labelled(Happened):
    """It got a label."""


class Unlabelled(Happened):
    """It lost its label."""


class Billed(Happened):
    """Somebody pays for it."""


class Paid(Happened):
    """Nobody has to pay any more."""


def water(pot, _):
    """Once more."""
    pot.water += 1


def charge(bill, _):
    """What water costs."""
    bill.sum += 2


GARDEN = Room(
    "garden",
    creates={
        (Pot, Planted): lambda event: editing_class(Pot)(event.plant),
        (Label, Labelled): lambda event: Label(event.plant.upper()),
        (Bill, Billed): lambda event: Bill(event.plant, 10),
    },
    evolve={(Pot, Watered): water},
    notices={(Bill, Watered): charge},
    removes=frozenset({(Label, Unlabelled), (Bill, Paid)}),
)
PLACES = {
    Pot: Place("plants", "plant", "pot", PlantFile),
    Label: Place("plants", "plant", "label", PlantFile),
    Bill: Place("bills", "plant"),
}
EFFECTS = effects_of((GARDEN,), PLACES)
