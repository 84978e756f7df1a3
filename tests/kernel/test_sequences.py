"""Events applied by a function that was written for their sequence: the same as one by one, whatever they are."""

from datetime import datetime
from itertools import product

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rpds import HashTrieMap

from casecore.kernel import MissingRow, Room, sequences
from casecore.kernel.deciding import Decider
from casecore.kernel.effects import Edits, Effects, Place, effects_of
from casecore.kernel.sequences import MOST_ALIKE, MOST_EVENTS, OFTEN, Sequences
from tests.kernel.garden import (
    EFFECTS,
    GARDEN,
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
from tests.profiles import examples

FERN = PlantFile(Pot("fern", 5))


@attrs.frozen(weakref_slot=False)
class Garden:
    """Plants and bills by their ids, which stay as they are."""

    plants: HashTrieMap = attrs.field(factory=HashTrieMap)
    bills: HashTrieMap = attrs.field(factory=HashTrieMap)
    now: datetime | None = None


class Beds:
    """Plants and bills that are changed in place."""

    def __init__(self, garden):
        self.plants = {
            name: PlantFile(attrs.evolve(row.pot), row.label and attrs.evolve(row.label))
            for name, row in garden.plants.items()
        }
        self.bills = {name: attrs.evolve(row) for name, row in garden.bills.items()}
        self.now = garden.now

    def garden(self):
        """As they stand now."""
        return Garden(HashTrieMap(self.plants), HashTrieMap(self.bills), self.now)


def one_by_one(garden, events):
    """The garden after events that are applied by the driver; None where one speaks of something that is not there."""
    edits = Edits(EFFECTS, lambda table, row_id: getattr(garden, table).get(row_id))
    try:
        last = edits.apply(events)
    except MissingRow:
        return None
    tables = {"plants": dict(garden.plants), "bills": dict(garden.bills)}
    for table, rows in edits.frozen().items():
        tables[table].update(rows)
    kept = {table: {name: row for name, row in rows.items() if row is not None} for table, rows in tables.items()}
    return Garden(HashTrieMap(kept["plants"]), HashTrieMap(kept["bills"]), last.at)


def after_all(desk, events, effects=EFFECTS):
    """What a form makes of a desk; the sequence has come often."""
    forms = Sequences(effects, type(desk))
    found = [forms.after(desk, events) for _ in range(OFTEN)]
    assert [None] * (OFTEN - 1) == found[:-1], "it is not written before that"
    return found[-1]


names = st.sampled_from(["fern", "moss"])
kinds = st.sampled_from([Planted, Watered, Labelled, Unlabelled, Billed, Paid])
happenings = st.lists(st.builds(lambda kind, plant: kind("ana", NOON, plant), kinds, names), min_size=1, max_size=6)
gardens = st.builds(
    lambda plants, bills: Garden(HashTrieMap(plants), HashTrieMap(bills)),
    st.dictionaries(
        names, st.builds(PlantFile, st.builds(Pot, names, st.integers(0, 9)), st.none() | st.builds(Label, names))
    ),
    st.dictionaries(names, st.builds(Bill, names, st.integers(0, 9))),
)


@examples(600)
@given(gardens, happenings.map(tuple))
def test_as_one_by_one(garden, events):
    """The same garden as the driver makes; where it finds something missing, no form fits and nothing has changed."""
    wanted = one_by_one(garden, events)
    assert wanted == after_all(garden, events)
    beds = Beds(garden)
    changed = after_all(beds, events)
    assert (None if wanted is None else beds) is changed
    assert (garden if wanted is None else wanted) == beds.garden()
    rows = [*beds.plants.values(), *beds.bills.values(), *(row.pot for row in beds.plants.values())]
    assert {type(row) for row in rows} <= {PlantFile, Pot, Bill}, "every record is of its own class again"


def or_missing(find):
    """What is found, or the event that speaks of something that is not there."""
    try:
        return find()
    except MissingRow as missing:
        return missing.event


@given(happenings)
def test_a_fold_as_one_by_one(events):
    """The records of one class, folded by themselves, are those that the driver makes of them."""

    def bills():
        edits = Edits(effects_of((GARDEN,), {Bill: Place("bills", "plant")}), lambda *_: None)
        edits.apply(events)
        return {name: row for name, row in edits.frozen()["bills"].items() if row is not None}

    folded = or_missing(lambda: Decider((GARDEN,)).fold(Bill, "plant", events))
    assert or_missing(bills) == folded
    assert not isinstance(folded, dict) or {Bill} >= {*map(type, folded.values())}


@pytest.mark.parametrize(("first", "then"), [*product([("fern", "fern"), ("fern", "moss")], repeat=2)])
def test_a_form_for_each_answer_to_which_ids_are_the_same(first, then):
    """One plant that is watered twice, or two plants."""
    garden = Garden(HashTrieMap({name: PlantFile(Pot(name)) for name in ("fern", "moss")}))
    forms = Sequences(EFFECTS, Garden)
    for plants in [first] * OFTEN + [then]:
        events = tuple(Watered("ana", NOON, plant) for plant in plants)
        found = forms.after(garden, events)
    assert one_by_one(garden, events) == found


def test_what_is_the_same_for_all_is_not_written_to():
    """A room may begin every sheet with one and the same record; in place, each gets a copy of it."""
    plain = Label("plain")
    room = Room("labels", creates={(Label, Labelled): lambda _: plain}, notices={(Label, Watered): cut})
    beds = Beds(Garden(HashTrieMap({"fern": FERN})))
    effects = effects_of((GARDEN, room), PLACES)
    for event in (Labelled("ana", NOON, "fern"), Watered("ana", NOON, "fern")):
        after_all(beds, (event,), effects)
    assert ("plai", "plain") == (beds.plants["fern"].label.text, plain.text)


def cut(label, _):
    """A letter less."""
    label.text = label.text[:-1]


def test_no_form_for_long_sequences_or_too_many(monkeypatch):
    """They are hardly ever the same again, or would fill the memory: the driver applies them."""
    garden = Garden(HashTrieMap({"fern": FERN}))
    watered = (Watered("ana", NOON, "fern"),)
    forms = Sequences(EFFECTS, Garden)
    assert [None] * OFTEN == [forms.after(garden, watered * (MOST_EVENTS + 1)) for _ in range(OFTEN)]
    assert [None] * OFTEN == [forms.after(garden, ()) for _ in range(OFTEN)]
    monkeypatch.setattr(sequences, "MOST_FORMS", 1)
    assert after_all(garden, watered) == one_by_one(garden, watered)
    forms = Sequences(EFFECTS, Garden)
    for events in [watered] * OFTEN + [watered * 2] * OFTEN:
        found = forms.after(garden, events)
    assert None is found


def test_no_more_forms_of_one_sequence_than_are_worth_it(monkeypatch):
    """Where ids are the same in ever another way, the driver applies the events; what came seldom is forgotten."""
    garden = Garden(HashTrieMap({name: PlantFile(Pot(name)) for name in ("fern", "moss", "ivy")}))
    forms = Sequences(EFFECTS, Garden)
    ways = [("fern",) * 3, ("fern", "fern", "moss"), ("fern", "moss", "fern"), ("fern", "moss", "moss")]
    lines = [ways[0]] * (OFTEN - 1) + [*ways, ("fern", "moss", "ivy")]
    found = [forms.after(garden, tuple(Watered("ana", NOON, plant) for plant in plants)) for plants in lines]
    assert [None] * (OFTEN - 1) + [True] * MOST_ALIKE + [None] == [after and True for after in found]
    monkeypatch.setattr(sequences, "MOST_FORMS", 0)
    assert forms.after(garden, (Watered("ana", NOON, "fern"),)) is None


def test_what_came_seldom_is_forgotten(monkeypatch):
    """Or a desk on which ever other things happen would fill the memory."""
    monkeypatch.setattr(sequences, "MOST_FORMS", 1)
    garden = Garden(HashTrieMap({"fern": FERN}))
    watered = (Watered("ana", NOON, "fern"),)
    forms = Sequences(EFFECTS, Garden)
    others = [tuple(kind("ana", NOON, "fern") for kind in kinds) for kinds in product([Planted, Watered], repeat=5)]
    lines = [watered] * (OFTEN - 1) + others + [watered] * (OFTEN - 2)
    assert {None} == {forms.after(garden, events) for events in lines}


def test_what_an_event_does_may_change():
    """Then what was written is forgotten."""
    garden = Garden(HashTrieMap({"fern": FERN}))
    events = (Watered("ana", NOON, "fern"),)
    effects = Effects(EFFECTS.__getitem__)
    forms = Sequences(effects, Garden)
    watered = [forms.after(garden, events) for _ in range(OFTEN)][-1]
    effects[Watered] = tuple(attrs.evolve(effect, edit=lambda *_: None) for effect in effects[Watered])
    dry = [forms.after(garden, events) for _ in range(OFTEN)][-1]
    assert (6, 5) == (watered.plants["fern"].pot.water, dry.plants["fern"].pot.water)
