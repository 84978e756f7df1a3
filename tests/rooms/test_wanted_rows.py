"""What a rule, a handler or a consequence reads of a view without asking is what it says that it wants."""

from typing import Any, get_args, get_type_hints

import pytest

from casecore.kernel.rooms import wanted_by
from casecore.rooms.composition import HOUSE, View

ROWS = tuple(name for name in get_type_hints(View) if name != "now")


def functions_of(room):
    """Everything of a room that is asked about a view: the checks of its rules, its handlers, its consequences."""
    yield from (rule.check for rule in (*room.needs, *room.rules))
    yield from (*room.decide.values(), *room.follows.values())


def rows_there(kind):
    """The rows that are there in a view of this kind, whatever else is not."""
    hints = {}
    for base in reversed(kind.__mro__):
        own = {name: value.fget for name, value in vars(base).items() if isinstance(value, property)}
        hints |= {name: get_type_hints(read)["return"] for name, read in own.items()}
        hints |= {name: get_type_hints(base)[name] for name in vars(base).get("__annotations__", ())}
    return {
        name for name, hint in hints.items() if name in ROWS and hint is not Any and type(None) not in get_args(hint)
    }


@pytest.mark.parametrize("room", HOUSE.rooms, ids=lambda room: room.name)
def test_what_is_read_is_wanted(room):
    """A row that is taken to be there is wanted: without it the function is not asked, and cannot fail."""
    for function in functions_of(room):
        view = get_type_hints(function).get("view")
        there = rows_there(view) if view is not None else set()
        assert there <= set(wanted_by(function)), function.__qualname__
