"""What commands and events may change, read from the code of the rooms, held against what does happen."""

import functools

import attrs
from hypothesis import given

from casecore import HOUSE, Authenticate, CaseFile, House, SetStatus
from casecore.audit.judging.knowledge import Knowledge, events_named_in, fields_written_by, fields_written_for_good
from casecore.kernel import Event, frozen
from casecore.rooms.authentication import Authenticated
from casecore.rooms.cases import Case, StatusSet
from casecore.rooms.wrap_ups import WrapUp
from casecore.testing.strategies import policies, runs
from tests.audit.told import plain, rows_told

KNOWLEDGE = Knowledge(HOUSE)


@given(runs() | policies().flatmap(runs))
def test_whatever_happens_is_known_to_be_possible(steps):
    """Every event of a command is one that it may cause, and every field that changes is one that they may change."""
    for step in steps:
        if not step.accepted:
            continue
        kinds = {type(event) for event in step.events}
        assert kinds <= KNOWLEDGE.events_of(type(step.command)) | _MARKS
        changed = KNOWLEDGE.fields_changed_by(kinds)
        names = {kind.__name__: fields for kind, fields in changed.items()}
        before, after = rows_told(step.before), rows_told(step.after)
        for place in before.keys() & after.keys():
            assert_changes_only(names, before[place], after[place])
        begun = {table for table, _ in after.keys() - before.keys()}
        assert begun <= KNOWLEDGE.tables_begun_by(kinds)
        ended = {HOUSE.places[record].table for record in KNOWLEDGE.records_ended_by(kinds)}
        assert {table for table, _ in before.keys() - after.keys()} <= ended


_MARKS = {Event for Event in KNOWLEDGE.event_classes if Event.__name__ == "Deviated"} | {
    kind for kind in Event.__subclasses__() if kind.__name__ == "Deviated"
}


def assert_changes_only(names, before, after):
    """No field of a row changes, nor of a sheet in it, that the knowledge does not name."""
    kind, held = before
    _, now = after
    for name in held:
        if held[name] == now[name]:
            continue
        inside = [value for value in (held[name], now[name]) if is_sheet(value)]
        if len(inside) == 2:
            assert_changes_only(names, held[name], now[name])
        else:
            assert name in names.get(kind, ()), f"{kind}.{name} has changed"


def is_sheet(value):
    """Whether something is a row of its own inside a file."""
    return isinstance(value, tuple) and len(value) == 2 and value[0] in _SHEETS


_SHEETS = {kind.__name__ for kind, place in HOUSE.places.items() if place.sheet is not None}


def test_what_little_a_command_may_change():
    """An authentication changes the contact, and how far the case has come; a clock may be judged before."""
    events = KNOWLEDGE.events_of(Authenticate)
    assert {"Authenticated", "ClockJudged"} == {kind.__name__ for kind in events}
    assert {"authenticated"} == {*KNOWLEDGE.fields_changed_by({Authenticated})[_kind_called("Contact")]}
    assert "ReplySent" not in {kind.__name__ for kind in KNOWLEDGE.events_of(SetStatus)}


def _kind_called(name):
    return next(kind for kind in HOUSE.places if kind.__name__ == name)


def test_rows_that_leave_their_table():
    """A wrap-up does when it is disposed; a case never does."""
    ended = KNOWLEDGE.records_ended_by(KNOWLEDGE.event_classes)
    assert WrapUp in ended
    assert Case not in ended
    assert CaseFile not in ended


@frozen
class Mine(Event):
    """An event of a test."""


LATER = functools.partial(Mine)


def makes_in_tuple(kinds=(Mine,), *, other=LATER):
    """Makes an event of which it does not say the name."""
    return list(kinds), other


class Maker:
    """Makes an event in a method."""

    def make(self, case):
        """Make it."""
        case.status = Mine("a", None)


def test_where_code_may_name_an_event():
    """In a default, a partial, a method, a table; not where it only asks of what class something is."""
    assert {Mine} == events_named_in(makes_in_tuple)
    assert {Mine} == events_named_in(Maker().make)
    assert {Mine} == events_named_in(functools.partial(dict, {"kind": Mine}))
    assert set() == events_named_in(lambda event: isinstance(event, Mine))
    assert {Mine} == events_named_in(lambda event: isinstance(event, StatusSet) and Mine("a", event.at))
    assert {"status"} == fields_written_by(Maker().make, Case)


def test_a_variable_that_is_not_filled_yet_is_passed_over():
    """Functions that call each other are read once each."""

    def even(event):
        return None if event is None else odd(event)

    assert set() == events_named_in(even)

    def odd(event):
        return Mine("a", event.at) or even(event)

    assert {Mine} == events_named_in(odd)


def writes_whatever_it_is_told(row, name):
    """Writes some attribute."""
    setattr(row, name, None)


def writes_some(case, event):
    """Writes one attribute for good, one twice, and one that is written again in what it calls."""
    case.status = event.status
    case.queue = case.queue = event.queue
    case.tags = None
    writes_again(case)


def writes_again(case):
    """Writes an attribute."""
    case.tags = ()


def writes_in_turn(case, event):
    """Writes an attribute as often as there are others."""
    for tag in event.tags:
        case.status = tag


def test_what_an_edit_writes_for_good():
    """Nothing that it might write again."""
    assert {"status"} == fields_written_for_good(writes_some)
    assert set() == fields_written_for_good(writes_in_turn) == fields_written_for_good(functools.partial(writes_some))


def test_code_that_writes_any_attribute():
    """Then every field may be written."""
    assert {a.name for a in attrs.fields(WrapUp)} == fields_written_by(writes_whatever_it_is_told, WrapUp)


def test_a_house_of_a_team_is_known_as_well():
    """Its rooms are read as ours are."""
    assert Knowledge(House(HOUSE.rooms)).event_classes == KNOWLEDGE.event_classes
    assert plain(None) is None
